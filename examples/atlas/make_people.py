"""Write `people.csv`: the 400 people of Atlas and the roles they held. Same script, same bytes.

The plan below says how many people a team has and who leads it. Names are made up: each first name
meets each last name once at most. Some of the people were promoted or changed segment; they have
two rows, and the dates of the first end before those of the second begin.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

COLUMNS = ("person", "role", "segment", "team", "manager", "share", "from", "to")
LEADERS = (
    "cro", "vp_sales", "vp_success", "director", "sales_manager", "development_manager",
    "se_manager", "desk_lead", "success_manager",
)  # fmt: skip
"""Roles that lead; a line of the teams file is one for all of them."""
LAST_HIRE = date(2026, 10, 5)
"""A Monday. People of one team joined some weeks apart, going back from here; those who lead in
more than one segment joined two years earlier."""
PROMOTED = date(2026, 7, 1)
"""The half-year begins, and with it the new role of those who were promoted."""

FIRST_NAMES = (
    "Ada Aiko Amara Anton Aoife Astrid Ayse Bao Beatriz Bilal Caleb Carmen Chidi Clara Dario Deepa "
    "Dmitri Elif Emre Esi Farid Fatima Gabriel Grace Hana Hugo Imani Ines Ivan Jamila Jonas Kavya "
    "Kofi Lena Liam Mai Marek Mina Nadia Omar Priya"
)
LAST_NAMES = (
    "Abara Adeyemi Ahmadi Andersen Bianchi Boateng Carvalho Castillo Chen Costa Diallo Dubois "
    "Eriksen Fischer Garcia Georgiou Gupta Haddad Hassan Horvat Ito Jansen Kaya Kim Kowalski Lopez "
    "Mbeki Meyer Murphy Nair Nguyen Novak Okafor Olsen Osei Patel Popescu Rossi Sato Silva Tanaka "
    "Toth Yilmaz"
)


@dataclass(frozen=True, slots=True)
class Team:
    """People of one role who report to one person.

    `lead` names the team that the lead of this one belongs to, and which of its people it is. What
    follows a comma in a name tells two parts of one team apart, and is not written.
    """

    name: str
    role: str
    segment: str
    size: int
    lead: tuple[str, int]


def _teams() -> Iterator[Team]:
    """Every team, leaders first."""
    yield Team("Executive", "cro", "", 1, ("", 0))
    yield Team("Sales North America", "vp_sales", "", 1, ("Executive", 0))
    yield Team("Sales EMEA", "vp_sales", "", 1, ("Executive", 0))
    yield Team("Success Leadership", "vp_success", "", 1, ("Executive", 0))
    for name, boss in (
        ("Directors North America", "Sales North America"),
        ("Directors Success", "Success Leadership"),
    ):
        yield Team(name, "director", "", 5 if boss == "Sales North America" else 2, (boss, 0))
    yield from _leads()
    yield from _lines()


def _leads() -> Iterator[Team]:
    """First-line managers, by whom they report to."""
    na, emea, success = "Directors North America", "Sales EMEA", "Directors Success"
    for name, role, segment, size, lead in (
        ("SMB Managers", "sales_manager", "smb_na", 4, (na, 0)),
        ("SMB EMEA Managers", "sales_manager", "smb_emea", 1, (emea, 0)),
        ("Mid-Market NA Managers", "sales_manager", "mid_market_na", 5, (na, 1)),
        ("Mid-Market EMEA Managers", "sales_manager", "mid_market_emea", 3, (emea, 0)),
        ("Enterprise NA Managers", "sales_manager", "enterprise_na", 5, (na, 2)),
        ("Enterprise EMEA Managers", "sales_manager", "enterprise_emea", 2, (emea, 0)),
        ("Development Managers", "development_manager", "", 6, (na, 3)),
        ("Mid-Market NA AM Leads", "sales_manager", "mid_market_na", 2, (na, 4)),
        ("Enterprise NA AM Leads", "sales_manager", "enterprise_na", 2, (na, 4)),
        ("Mid-Market EMEA AM Lead", "sales_manager", "mid_market_emea", 1, (emea, 0)),
        ("Enterprise EMEA AM Lead", "sales_manager", "enterprise_emea", 1,
         (emea, 0)),
        ("SE Managers", "se_manager", "", 3, (na, 3)),
        ("Deal Desk Lead", "desk_lead", "", 1, (na, 4)),
        ("Success Managers", "success_manager", "", 4, (success, 0)),
        ("Enterprise Success Managers", "success_manager", "", 3, (success, 1)),
    ):  # fmt: skip
        yield Team(name, role, segment, size, lead)


def _lines() -> Iterator[Team]:
    """Teams that sell and serve; a list of sizes is one team for each of the leads."""
    for name, role, segment, leads, first, sizes in (
        ("SMB NA", "ae_smb", "smb_na", "SMB Managers", 0, (11, 11, 11, 11)),
        ("SMB EMEA", "generalist", "smb_emea", "SMB EMEA Managers", 0, (13,)),
        ("Mid-Market NA", "ae_mid_market", "mid_market_na", "Mid-Market NA Managers", 0,
         (8, 7, 7, 7, 7)),
        ("Mid-Market EMEA", "ae_mid_market", "mid_market_emea", "Mid-Market EMEA Managers", 0,
         (7, 7, 6)),
        ("Enterprise NA", "ae_enterprise", "enterprise_na", "Enterprise NA Managers", 0,
         (5, 5, 5, 5, 4)),
        ("Enterprise EMEA", "ae_enterprise", "enterprise_emea", "Enterprise EMEA Managers", 0,
         (6, 6)),
        ("Inbound NA", "sdr_inbound", "smb_na", "Development Managers", 0, (8,)),
        ("Inbound NA, larger", "sdr_inbound", "mid_market_na", "Development Managers", 1, (5,)),
        ("Inbound NA, enterprise", "sdr_inbound", "enterprise_na", "Development Managers", 1,
         (3,)),
        ("Outbound SMB", "sdr_outbound", "smb_na", "Development Managers", 2, (8,)),
        ("Outbound NA", "sdr_outbound", "mid_market_na", "Development Managers", 3, (10,)),
        ("Outbound EMEA", "sdr_outbound", "mid_market_emea", "Development Managers", 4, (5,)),
        ("Inbound EMEA", "sdr_inbound", "mid_market_emea", "Development Managers", 4, (3,)),
        ("Inbound EMEA, enterprise", "sdr_inbound", "enterprise_emea", "Development Managers", 4,
         (2,)),
        ("Business Development NA", "bdr", "enterprise_na", "Development Managers", 5, (8,)),
        ("Business Development EMEA", "bdr", "enterprise_emea", "Development Managers", 5, (4,)),
        ("Accounts Mid-Market NA", "am_mid_market", "mid_market_na",
         "Mid-Market NA AM Leads", 0, (5, 5)),
        ("Accounts Enterprise NA", "am_enterprise", "enterprise_na",
         "Enterprise NA AM Leads", 0, (5, 5)),
        ("Accounts Mid-Market EMEA", "am_mid_market", "mid_market_emea",
         "Mid-Market EMEA AM Lead", 0, (6,)),
        ("Accounts Enterprise EMEA", "am_enterprise", "enterprise_emea",
         "Enterprise EMEA AM Lead", 0, (6,)),
        ("Engineers NA", "se", "mid_market_na", "SE Managers", 0, (9,)),
        ("Engineers NA, enterprise", "se", "enterprise_na", "SE Managers", 1, (10,)),
        ("Engineers EMEA", "se", "mid_market_emea", "SE Managers", 2, (5,)),
        ("Engineers EMEA, enterprise", "se", "enterprise_emea", "SE Managers", 2, (5,)),
        ("Deal Desk", "deal_desk", "mid_market_na", "Deal Desk Lead", 0, (3,)),
        ("Deal Desk, enterprise NA", "deal_desk", "enterprise_na", "Deal Desk Lead", 0, (3,)),
        ("Deal Desk, EMEA", "deal_desk", "mid_market_emea", "Deal Desk Lead", 0, (2,)),
        ("Deal Desk, enterprise EMEA", "deal_desk", "enterprise_emea", "Deal Desk Lead", 0, (2,)),
        ("Customer Growth", "customer_growth", "smb_na", "Success Managers", 0, (12,)),
        ("Success Mid-Market NA", "csm", "mid_market_na", "Success Managers", 1, (10, 10)),
        ("Success Mid-Market EMEA", "csm", "mid_market_emea", "Success Managers", 3, (11,)),
        ("Success Enterprise NA", "csm", "enterprise_na", "Enterprise Success Managers", 0,
         (8, 8)),
        ("Success Enterprise EMEA", "csm", "enterprise_emea", "Enterprise Success Managers", 2,
         (7,)),
        ("Success SMB EMEA", "csm", "smb_emea", "Enterprise Success Managers", 2, (4,)),
    ):  # fmt: skip
        for place, size in enumerate(sizes):
            named = name if len(sizes) == 1 else f"{name} {place + 1}"
            yield Team(named, role, segment, size, (leads, first + place))


BEFORE = {
    "ae_mid_market": ("ae_smb", "smb_na", "SMB NA 1"),
    "ae_smb": ("sdr_outbound", "smb_na", "Outbound SMB"),
    "am_mid_market": ("csm", "mid_market_na", "Success Mid-Market NA 1"),
}
"""What the last to join a North American team did before: role, segment, team."""


def spells() -> Iterator[dict[str, str]]:
    """Every row of the file, leaders first."""
    first, last = FIRST_NAMES.split(), LAST_NAMES.split()
    named: dict[tuple[str, int], str] = {}
    count = 0
    for team in _teams():
        boss = named.get(team.lead, "")
        for place in range(team.size):
            who = f"{first[count % len(first)]} {last[count * 5 % len(last)]}"
            named[team.name, place] = who
            weeks = 5 * (team.size - 1 - place) + 9 * (count % 17) + 4
            joined = LAST_HIRE - timedelta(weeks=weeks + (0 if team.segment else 104))
            row = {
                "person": who,
                "role": team.role,
                "segment": team.segment,
                "team": "Leadership" if team.role in LEADERS else team.name.partition(",")[0],
                "manager": boss,
                "from": joined.isoformat(),
            }
            count += 1
            if place == team.size - 1 and team.role in BEFORE and team.segment.endswith("_na"):
                yield from _promoted(row)
            elif team.name == "Success SMB EMEA" and place == team.size - 1:
                yield from _shared(row)
            else:
                yield row


def _promoted(row: dict[str, str]) -> Iterator[dict[str, str]]:
    """Two rows: what somebody did before the half-year, and what they do now."""
    role, segment, team = BEFORE[row["role"]]
    before = PROMOTED - timedelta(weeks=70), PROMOTED - timedelta(days=1)
    yield {
        "person": row["person"], "role": role, "segment": segment, "team": team,
        "from": before[0].isoformat(), "to": before[1].isoformat(),
    }  # fmt: skip
    yield {**row, "from": PROMOTED.isoformat()}


def _shared(row: dict[str, str]) -> Iterator[dict[str, str]]:
    """Two rows of one time: half a person in each of two segments."""
    yield {**row, "share": "0.5"}
    yield {**row, "share": "0.5", "segment": "mid_market_emea", "team": "Success Mid-Market EMEA"}


def write(file: Path) -> None:
    """Write the people file."""
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, COLUMNS, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(spells())


if __name__ == "__main__":
    write(Path(__file__).parent / "people.csv")
