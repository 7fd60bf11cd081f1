"""Spreadsheets as people keep them, and by hand what each column is.

The truth says `table.column`, or nothing where no canonical column holds what stands there, or
cannot without working it out first (thousands, seconds, weeks, words for true). FIRST were there
while the scorer was made; HELD_OUT were written once it was frozen.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import xlsxwriter

NAMES = ("Ines Kraft", "Otto Lang", "Maya Sole", "Tom Reyes")
FIRMS = ("Nordlicht", "Brauhaus Alt", "Helio", "Quarz", "Tidal", "Vetro")


@dataclass(frozen=True)
class Spreadsheet:
    """A file, how it is written, the table it is, and what its columns are."""

    name: str
    table: str
    write: Callable[[Path], None]
    truth: Mapping[str, str]
    """Each header with the canonical column it can be mapped to as it stands."""
    nothing: Sequence[str]
    """Headers that are no canonical column as they stand."""


def _sheet(file: Path, rows: Sequence[Sequence[object]], name: str, merged=()) -> None:
    with xlsxwriter.Workbook(file) as book:
        day = book.add_format({"num_format": "dd.mm.yyyy"})
        instant = book.add_format({"num_format": "dd.mm.yyyy hh:mm"})
        sheet = book.add_worksheet(name)
        for at, row in enumerate(rows):
            for column, cell in enumerate(row):
                if isinstance(cell, datetime):
                    sheet.write_datetime(at, column, cell, instant)
                elif isinstance(cell, date):
                    sheet.write_datetime(at, column, cell, day)
                elif cell is not None:
                    sheet.write(at, column, cell)
        for place, words in merged:
            sheet.merge_range(*place, words)


def _csv(file: Path, rows: Sequence[Sequence[object]], delimiter: str = ",") -> None:
    with file.open("w", newline="", encoding="utf-8") as f:
        csv.writer(f, delimiter=delimiter).writerows(rows)


def _days(start: date, count: int, step: int = 3) -> list[date]:
    return [start + timedelta(days=step * at) for at in range(count)]


# Five that were there first


def deals(file: Path) -> None:
    """A German sales team's pipeline: a title, headers in row 4, a total at the end."""
    header = [
        "Opp-Nr.",
        "Kunde/Konto-Nr.",
        "Bezeichnung",
        "Phase",
        "Opp Val (k€)",
        "Abschl.dat. (erw.)",
        "Angelegt am",
        "Verkäufer",
        "KW",
        "Strategisch (J/N)",
        "Notiz",
        "Notiz",
    ]
    stages = ("Erstgespräch", "Angebot", "Verhandlung", "Gewonnen", "Verloren")
    rows: list[list[object]] = [["Pipeline Vertrieb DACH"], ["Stand: 30.06.2026"], [], header]
    for at, day in enumerate(_days(date(2026, 1, 7), 30)):
        rows.append(
            [
                f"O-{1000 + at}",
                70010 + at % 9,
                f"Projekt {FIRMS[at % 6]}",
                stages[at % 5],
                12.5 + at,
                day + timedelta(days=80),
                day,
                NAMES[at % 4],
                f"2026-W{day.isocalendar().week:02}",
                "J" if at % 3 else "N",
                "offen",
                "intern",
            ]
        )
    rows.append(["Summe", None, None, None, 810])
    _sheet(file, rows, "Pipeline")


def dialer(file: Path) -> None:
    """A telephone system's log of calls."""
    rows: list[list[object]] = [
        [
            "Call ID",
            "Start Time",
            "Agent",
            "Dialed Number",
            "Direction",
            "Talk Time (s)",
            "Disposition",
            "Queue",
            "Opp ID",
            "Recording URL",
        ]
    ]
    start = datetime(2026, 3, 2, 8, 30)
    for at in range(40):
        rows.append(
            [
                f"c-{9000 + at}",
                (start + timedelta(hours=3 * at)).isoformat(" "),
                NAMES[at % 4],
                f"+49 30 55{at:05}",
                "outbound" if at % 4 else "inbound",
                30 + 17 * at,
                ("No answer", "Connected", "Voicemail")[at % 3],
                "sales-de",
                f"O-{1000 + at % 30}",
                f"https://dial.example/r/{at}",
            ]
        )
    _csv(file, rows)


def fair(file: Path) -> None:
    """Leads scanned at a trade show."""
    rows: list[list[object]] = [
        [
            "Badge #",
            "First Name",
            "Last Name",
            "Company",
            "Job Title",
            "E-Mail",
            "Country",
            "Scanned at",
            "Stand Rep",
            "Hot? (Y/N)",
            "Comments",
            "Lead Source",
        ]
    ]
    start = datetime(2026, 5, 12, 9, 5)
    for at in range(35):
        rows.append(
            [
                f"B{40210 + at}",
                "Anna",
                f"Beispiel{at}",
                FIRMS[at % 6],
                "Head of Operations",
                f"a{at}@firm.example",
                "DE",
                start + timedelta(minutes=19 * at),
                NAMES[at % 4],
                "Y" if at % 4 == 0 else "N",
                "wants to see the whole thing again with her team soon",
                "Fair 2026",
            ]
        )
    _sheet(file, rows, "Export")


def staff(file: Path) -> None:
    """A people list with two header rows."""
    rows: list[list[object]] = [
        ["Person", None, None, "Beschäftigung", None, None, "Organisation", None],
        ["MA-ID", "Name", "E-Mail", "Titel", "Eintritt", "Austritt", "Vorgesetzter", "Team"],
    ]
    for at in range(16):
        left = date(2026, 5, 1) if at == 3 else None
        rows.append(
            [
                f"P{at:03}",
                NAMES[at % 4],
                f"p{at}@acme.example",
                ("SDR", "Account Executive")[at % 2],
                date(2023, 1 + at % 12, 1),
                left,
                f"P{at // 4:03}",
                ("Nord", "Süd")[at % 2],
            ]
        )
    merged = [
        ((0, 0, 0, 2), "Person"),
        ((0, 3, 0, 5), "Beschäftigung"),
        ((0, 6, 0, 7), "Organisation"),
    ]
    _sheet(file, rows, "Personal", merged)


def support(file: Path) -> None:
    """A dump of support tickets, in Spanish."""
    rows: list[list[object]] = [
        [
            "Nº de caso",
            "Cliente",
            "Asunto",
            "Fecha de apertura",
            "Fecha de cierre",
            "Asignado a",
            "Estado",
            "Prioridad",
            "Escalado",
            "SLA (h)",
        ]
    ]
    start = datetime(2026, 2, 2, 10, 0)
    for at in range(45):
        opened = start + timedelta(hours=7 * at)
        closed = "" if at % 6 == 0 else (opened + timedelta(hours=30)).strftime("%d/%m/%Y %H:%M")
        rows.append(
            [
                f"CS-{500 + at}",
                FIRMS[at % 6],
                "No puedo entrar en la cuenta desde ayer por la tarde, ayuda",
                opened.strftime("%d/%m/%Y %H:%M"),
                closed,
                NAMES[at % 4],
                ("abierto", "cerrado", "en espera")[at % 3],
                ("alta", "baja")[at % 2],
                "sí" if at % 9 == 0 else "no",
                24,
            ]
        )
    _csv(file, rows, ";")


FIRST = (
    Spreadsheet(
        "Pipeline DACH.xlsx",
        "opportunities",
        deals,
        {
            "Opp-Nr.": "opportunities.opportunity_id",
            "Kunde/Konto-Nr.": "opportunities.account_id",
            "Phase": "opportunities.stage",
            "Abschl.dat. (erw.)": "opportunities.close_day",
            "Angelegt am": "opportunities.created_at",
            "Verkäufer": "opportunities.owner_id",
        },
        ("Bezeichnung", "Opp Val (k€)", "KW", "Strategisch (J/N)"),
    ),
    Spreadsheet(
        "dialer_calls.csv",
        "activities",
        dialer,
        {
            "Call ID": "activities.activity_id",
            "Start Time": "activities.happened_at",
            "Agent": "participants.person_id",
            "Direction": "activities.direction",
            "Disposition": "activities.outcome",
            "Opp ID": "activity_links.opportunity",
        },
        ("Dialed Number", "Talk Time (s)", "Queue", "Recording URL"),
    ),
    Spreadsheet(
        "Messe Leads.xlsx",
        "leads",
        fair,
        {
            "Badge #": "leads.lead_id",
            "Scanned at": "leads.created_at",
            "Stand Rep": "leads.owner_id",
            "Lead Source": "leads.source",
        },
        (
            "First Name",
            "Last Name",
            "Company",
            "Job Title",
            "E-Mail",
            "Country",
            "Hot? (Y/N)",
            "Comments",
        ),
    ),
    Spreadsheet(
        "Mitarbeiter.xlsx",
        "people",
        staff,
        {
            "Person: MA-ID": "people.person_id",
            "Beschäftigung: Titel": "people.title",
            "Beschäftigung: Eintritt": "people.hired_day",
            "Beschäftigung: Austritt": "people.left_day",
            "Organisation: Vorgesetzter": "people.manager_id",
            "Organisation: Team": "teams.team",
        },
        ("Person: Name", "Person: E-Mail"),
    ),
    Spreadsheet(
        "casos soporte.csv",
        "tickets",
        support,
        {
            "Nº de caso": "tickets.ticket_id",
            "Cliente": "tickets.account_id",
            "Fecha de apertura": "tickets.opened_at",
            "Fecha de cierre": "tickets.closed_at",
            "Asignado a": "tickets.owner_id",
            "Estado": "tickets.status",
        },
        ("Asunto", "Prioridad", "Escalado", "SLA (h)"),
    ),
)

# Two that were written once the scorer was frozen


def contrats(file: Path) -> None:
    """A French list of subscriptions, titles above, a line of notes below."""
    rows: list[list[object]] = [
        ["Suivi des abonnements"],
        ["Extrait du 01/07/2026", None, "confidentiel"],
        [],
        [
            "Réf. contrat",
            "Code client",
            "Raison sociale",
            "Produit",
            "Date début",
            "Date fin",
            "MRR (€)",
            "ARR",
            "Devise",
            "Resp. compte",
            "Contrat précédent",
            "Tacite reconduction",
        ],
    ]
    for at, day in enumerate(_days(date(2024, 9, 1), 25, 17)):
        rows.append(
            [
                f"CT{2000 + at}",
                f"C{100 + at % 6}",
                FIRMS[at % 6],
                ("Core", "Plus")[at % 2],
                day,
                day + timedelta(days=365),
                400 + at,
                12 * (400 + at),
                "EUR",
                NAMES[at % 4],
                f"CT{1500 + at}" if at % 4 == 0 else None,
                ("oui", "non")[at % 2],
            ]
        )
    rows += [[], ["Source : comptabilité"]]
    _sheet(file, rows, "Contrats")


def won_deals(file: Path) -> None:
    """A sheet of won deals that a revenue operations team keeps by hand."""
    rows: list[list[object]] = [
        [
            "Deal #",
            "Logo",
            "Type",
            "AE",
            "SDR",
            "Sourced by",
            "Lead rec'd",
            "Disco held",
            "Closed/Won",
            "TCV $",
            "CCY",
            "Fcst cat.",
            "Win reason",
            "Seg.",
            "Won?",
        ]
    ]
    for at, day in enumerate(_days(date(2026, 1, 9), 28, 5)):
        rows.append(
            [
                f"D-{300 + at}",
                FIRMS[at % 6],
                ("New", "Upsell", "Renewal")[at % 3],
                NAMES[at % 2],
                NAMES[2 + at % 2],
                ("outbound", "inbound", "partner")[at % 3],
                (day - timedelta(days=70)).strftime("%m/%d/%Y"),
                (day - timedelta(days=40)).strftime("%m/%d/%Y"),
                day.strftime("%m/%d/%Y"),
                f"{12000 + 310 * at:,}",
                "USD",
                "Closed",
                "price and speed",
                ("SMB", "MM")[at % 2],
                "Yes",
            ]
        )
    _csv(file, rows)


HELD_OUT = (
    Spreadsheet(
        "abonnements.xlsx",
        "contracts",
        contrats,
        {
            "Réf. contrat": "contracts.contract_id",
            "Code client": "contracts.account_id",
            "Produit": "contracts.product",
            "Date début": "contracts.first_day",
            "Date fin": "contracts.end_day",
            "ARR": "contracts.arr",
            "Devise": "contracts.currency",
            "Contrat précédent": "contracts.renewal_of",
        },
        ("Raison sociale", "MRR (€)", "Resp. compte", "Tacite reconduction"),
    ),
    Spreadsheet(
        "closed won tracker.csv",
        "opportunities",
        won_deals,
        {
            "Deal #": "opportunities.opportunity_id",
            "Logo": "opportunities.account_id",
            "AE": "opportunities.owner_id",
            "Sourced by": "opportunities.source",
            "Closed/Won": "opportunities.closed_at",
            "TCV $": "opportunities.amount",
            "CCY": "opportunities.currency",
            "Won?": "opportunities.won",
        },
        ("Type", "SDR", "Lead rec'd", "Disco held", "Fcst cat.", "Win reason", "Seg."),
    ),
)
