"""What `remit map` proposes for files, what it leaves to a person, and what it never shows."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
from typer.testing import CliRunner

from remit.charter import Charter
from remit.cli.app import app
from remit.cli.map import tables_of
from remit.evidence import open_evidence
from remit.evidence.tables import TABLES
from remit.sources import load
from remit.sources.headers import likeness, vocabulary, words_of
from remit.sources.plain import WORKED_OUT, read_mapping
from remit.sources.propose import Header, TableProposal, as_yaml, propose
from remit.terms import RemitError
from remit.terms.shipped import shipped
from tests.sources.spreadsheets import FIRST, HELD_OUT, NAMES

SHEETS = {sheet.name: sheet for sheet in (*FIRST, *HELD_OUT)}
TODAY = date(2026, 12, 31)
DEALS = """\
Deal ID,Account ID,Amount,Currency,Created Date,Close Date,Stage,Owner
D-1,A-1,100.50,EUR,2026-01-02,2026-03-04,Won,ines@acme.example
D-2,A-2,200,EUR,2026-01-05,2026-05-04,Lost,otto@acme.example
D-3,A-2,300,EUR,2026-01-09,2026-06-04,Open,ines@acme.example
"""


@pytest.fixture
def acme(charter: Callable[..., Charter]) -> Charter:
    return charter("company: Acme\nroles: {sdr: {is: SDR}, ae: {is: AE}}")


@pytest.fixture
def proposed(tmp_path: Path) -> Callable[..., TableProposal]:
    """What a file given as text is taken for."""

    def run(text: str, name: str = "deals.csv", table: str | None = None) -> TableProposal:
        (tmp_path / name).write_text(text)
        (proposal,) = propose(tables_of([tmp_path / name], tmp_path), table=table)
        return proposal

    return run


def header(proposal: TableProposal, written: str) -> Header:
    return next(header for header in proposal.headers if header.written == written)


# What is proposed


def test_a_plain_list_of_deals_is_understood_whole(proposed):
    proposal = proposed(DEALS)

    assert proposal.table == "opportunities"
    assert {h.written: h.is_.partition(".")[2] for h in proposal.headers} == {
        "Deal ID": "opportunity_id",
        "Account ID": "account_id",
        "Amount": "amount",
        "Currency": "currency",
        "Created Date": "created_at",
        "Close Date": "close_day",
        "Stage": "stage",
        "Owner": "owner_id",
    }


def test_headers_in_other_languages_and_cut_short_mean_the_same():
    deal = frozenset({"deal"})

    for written, phrase in (
        ("Kunde/Konto-Nr.", "account id"),
        ("Abschl.dat. (erw.)", "expected closed date"),
        ("closeDate", "closed date"),
        ("Kundennummer", "account id"),
        ("Fecha de cierre", "closed date"),
        ("Proprietário", "owner"),
        ("Opp Owner", "owner"),
    ):
        assert likeness(words_of(written), [phrase], deal) >= 0.8, written
    assert likeness(words_of("Kundennummer"), ["closed date"], deal) == 0


@pytest.mark.parametrize("name", SHEETS)
def test_no_column_of_the_odd_spreadsheets_is_taken_for_what_it_is_not(tmp_path, name):
    sheet = SHEETS[name]
    sheet.write(tmp_path / name)

    (proposal,) = propose(tables_of([tmp_path / name], tmp_path))

    assert proposal.table == sheet.table
    wrong = {h.written: h.is_ for h in proposal.headers if h.is_ != sheet.truth.get(h.written, "")}
    assert not any(wrong.values())


@pytest.mark.parametrize("name", SHEETS)
def test_a_proposal_is_a_mapping_that_loads(tmp_path, acme, name):
    SHEETS[name].write(tmp_path / name)
    (proposal,) = propose(tables_of([tmp_path / name], tmp_path))
    (tmp_path / "m.yaml").write_text(as_yaml([proposal]))

    assert proposal.loads
    assert read_mapping(tmp_path / "m.yaml").tables[proposal.table]
    summary = load(acme, [tmp_path / "m.yaml"], tmp_path / "e.duckdb", today=TODAY)

    assert summary.kept >= proposal.rows
    (rows,) = open_evidence(tmp_path / "e.duckdb").sql(f"SELECT count(*) FROM {proposal.table}")[0]
    assert rows == proposal.rows


def test_a_log_of_calls_fills_who_took_part_and_what_it_was_about_too(tmp_path):
    SHEETS["dialer_calls.csv"].write(tmp_path / "dialer_calls.csv")
    (proposal,) = propose(tables_of([tmp_path / "dialer_calls.csv"], tmp_path))

    blocks = {table: (columns, constants) for table, columns, constants in proposal.blocks()}

    assert blocks["activities"][1] == {"kind": "call"}
    assert blocks["participants"] == (
        {"activity_id": "Call ID", "person_id": "Agent"},
        {"part": "owner"},
    )
    assert blocks["activity_links"][0] == {"activity_id": "Call ID", "record_id": "Opp ID"}


def test_a_parquet_file_is_looked_at_alike(tmp_path):
    with duckdb.connect() as con:
        con.execute(
            f"""COPY (SELECT 'L-' || i AS lead_id, DATE '2026-01-01' + i::INT AS created_date
            FROM range(20) r(i)) TO '{tmp_path / "leads.parquet"}' (FORMAT parquet)"""
        )

    (proposal,) = propose(tables_of([tmp_path / "leads.parquet"], tmp_path))

    assert [h.is_ for h in proposal.headers] == ["leads.lead_id", "leads.created_at"]


def test_somebody_who_knows_can_say_which_table_it_is(proposed):
    text = "Nr,Came\n1,2026-01-05\n2,2026-01-06\n"

    assert proposed(text, "x.csv").table == ""
    assert proposed(text, "x.csv", table="tickets").table == "tickets"


# What a mapping can say

VALUES = {
    "string": "x",
    "timestamp(6)": "2026-03-04 10:00",
    "date": "2026-03-04",
    "float64": "0.5",
    "boolean": "true",
    "int64": "1",
    "decimal(18, 2)": "100.50",
}


def test_every_table_that_files_fill_can_be_mapped_with_every_column(acme, tmp_path):
    tables = sorted(set(TABLES) - set(WORKED_OUT))
    mapped = ["tables:"]
    for table in tables:
        columns = TABLES[table].columns.items()
        row = {c: VALUES[noun.type] for c, noun in columns if c != "stated_at"}
        (tmp_path / f"{table}.csv").write_text(f"{','.join(row)}\n{','.join(row.values())}\n")
        named = ", ".join(f"{column}: {column}" for column in row)
        mapped.append(f"  {table}: {{file: {table}.csv, columns: {{{named}}}}}")
    (tmp_path / "m.yaml").write_text("\n".join(mapped))

    summary = load(acme, [tmp_path / "m.yaml"], tmp_path / "e.duckdb", today=TODAY)

    assert {file.table: file.kept for file in summary.files} == dict.fromkeys(tables, 1)


def test_a_cost_or_target_for_all_names_no_role_and_no_segment(acme, tmp_path):
    (tmp_path / "costs.csv").write_text(
        "month,what,role,eur\n2026-01-01,comp,,9\n2026-01-01,comp,ae,5\n"
    )
    (tmp_path / "targets.csv").write_text("what,from,to,eur\narr,2026-01-01,2026-04-01,9\n")
    (tmp_path / "m.yaml").write_text(
        """tables:
  costs: {file: costs.csv, columns: {month: month, kind: what, role: role, amount: eur}}
  targets: {file: targets.csv, columns: {measure: what, first_day: from, end_day: to, amount: eur}}
"""
    )

    load(acme, [tmp_path / "m.yaml"], tmp_path / "e.duckdb", today=TODAY)

    found = open_evidence(tmp_path / "e.duckdb")
    assert found.sql("SELECT role, segment FROM costs ORDER BY 1") == [("", ""), ("ae", "")]
    assert found.sql("SELECT segment FROM targets") == [("",)]


# What is left to a person


@pytest.mark.parametrize(
    ("old", "new", "written", "why"),
    [
        ("Amount", "Amount (k€)", "Amount (k€)", "in thousands"),
        ("Amount", "Deal value MEUR mio", "Deal value MEUR mio", "in millions"),
        ("2026-03-04", "2026-W10", "Close Date", "only 67% of its values are days"),
        ("D-3", "D-2", "Deal ID", "1 rows have the id of another"),
        ("Created Date", "Close date (actual)", "Close Date", ""),
    ],
)
def test_what_is_not_sure_is_left_with_the_best_guesses_and_why(proposed, old, new, written, why):
    found = header(proposed(DEALS.replace(old, new)), written)

    if why:
        assert (found.state, why in found.why) == ("unsure", True), found
        assert 0 < len(found.guesses) <= 2
    else:
        assert found.state == "mapped"


def test_of_two_headers_called_alike_neither_is_sure(proposed):
    found = proposed(DEALS.replace("Created Date", "Closing date"))

    assert header(found, "Closing date").state == header(found, "Close Date").state == "unsure"


def test_slashed_days_of_which_the_order_cannot_be_told_are_left(proposed):
    text = DEALS
    for day in ("2026-03-04", "2026-05-04", "2026-06-04"):
        text = text.replace(day, "03/04/2026")

    assert "day first or month first" in header(proposed(text), "Close Date").why


def test_a_length_that_does_not_say_its_unit_is_left(proposed):
    calls = (
        "Call ID,Call date,Duration{},Agent\n1,2026-01-02 10:00,5,a b\n2,2026-01-03 10:00,7,c d\n"
    )

    assert (
        "whether it is minutes" in header(proposed(calls.format(""), "calls.csv"), "Duration").why
    )
    assert header(proposed(calls.format(" (min)"), "calls.csv"), "Duration (min)").is_ == (
        "activities.minutes"
    )


def test_won_is_left_where_an_open_deal_would_be_lost(proposed):
    text = "\n".join(
        f"{line},{won}"
        for line, won in zip(DEALS.splitlines(), ("Won", "yes", "no", "{}"), strict=True)
    )

    assert "false means lost" in header(proposed(text.format("no") + "\n"), "Won").why
    assert header(proposed(text.format("") + "\n"), "Won").is_ == "opportunities.won"


def test_addresses_of_prospects_are_never_mapped(proposed):
    text = "Lead e-mail,Lead created date,Lead Source\na@b.example,2026-01-05,web\nc@d.example,2026-01-06,web\n"

    proposal = proposed(text, "leads.csv")

    assert not header(proposal, "Lead e-mail").is_
    assert proposal.missing == ("lead_id",)


def test_what_is_required_and_was_not_found_is_a_comment(proposed):
    proposal = proposed(DEALS.replace("Deal ID", "Remark"))

    assert not proposal.loads
    assert proposal.missing == ("opportunity_id",)
    assert "#   opportunity_id: ?  the CRM's id" in as_yaml([proposal])


def test_a_file_that_is_nothing_known_is_not_forced_into_a_table(proposed):
    proposal = proposed("colour,weight,smell\nred,3,rose\nblue,4,none\n", "flowers.csv")

    assert (proposal.table, proposal.loads) == ("", False)
    assert "is no table that remit knows" in as_yaml([proposal])


def test_a_broken_file_is_said_to_be_and_the_others_are_proposed(tmp_path):
    (tmp_path / "a.xlsx").write_bytes(b"PK nothing")
    (tmp_path / "b.csv").write_text(DEALS)

    found = propose(tables_of([tmp_path], tmp_path))

    assert [(p.unreadable[:10], p.table) for p in found] == [
        ("is cut off", ""),
        ("", "opportunities"),
    ]


# What is never shown


@pytest.mark.slow
def test_nothing_of_what_stands_in_a_file_is_shown(tmp_path):
    for sheet in SHEETS.values():
        sheet.write(tmp_path / sheet.name)

    said = CliRunner().invoke(app, ["map", str(tmp_path)]).output
    as_json = CliRunner().invoke(app, ["map", str(tmp_path), "--json"]).output

    for secret in (*NAMES, "@", "Nordlicht", "O-10", "CS-5", "7001", "No puedo", "30 55", "B402"):
        assert secret not in said.replace("a@", ""), secret
        assert secret not in as_json, secret


def test_a_file_without_headers_is_not_told_by_its_first_row(proposed):
    proposal = proposed("\n".join(DEALS.splitlines()[1:]))

    assert "looks like values" in proposal.unreadable
    assert "ines" not in as_yaml([proposal])


def test_days_that_are_shown_are_made_up(proposed):
    text = DEALS.replace("2026-01-02", "1971-11-23").replace("2026-01-05", "1972-11-23")

    shape = header(proposed(text), "Created Date").shape

    assert shape == "day, 2026-03-04"


# The command


def test_a_mapping_is_written_once_and_never_over_another(tmp_path):
    (tmp_path / "deals.csv").write_text(DEALS)
    into = tmp_path / "m.yaml"

    first = CliRunner().invoke(app, ["map", str(tmp_path / "deals.csv"), "--into", str(into)])
    second = CliRunner().invoke(app, ["map", str(tmp_path / "deals.csv"), "--into", str(into)])

    assert first.exit_code == 0
    assert 'file: "deals.csv"' in into.read_text()
    assert isinstance(second.exception, RemitError)
    assert "is not written over" in str(second.exception)


def test_the_json_has_the_mapping_what_was_understood_and_what_cannot_be_answered(tmp_path):
    (tmp_path / "deals.csv").write_text(DEALS)

    said: Any = json.loads(CliRunner().invoke(app, ["map", str(tmp_path), "--json"]).stdout)

    assert said["mapping"].startswith("about:")
    assert said["tables"][0]["table"] == "opportunities"
    assert {h["state"] for h in said["tables"][0]["headers"]} == {"mapped"}
    assert "How do roles spend their time?" in [q["asks"] for q in said["cannot_be_answered"]]
    assert "Who works here, in which role?" in [q["asks"] for q in said["cannot_be_answered"]]


def test_people_written_in_two_ways_are_told(tmp_path):
    (tmp_path / "deals.csv").write_text(DEALS)
    (tmp_path / "people.csv").write_text(
        "Person ID,Job title,Manager\nP-1,AE,P-9\nP-2,AE,P-9\nP-3,SDR,P-9\n"
    )

    said = CliRunner().invoke(app, ["map", str(tmp_path)]).output

    assert "People are written in several ways" in said
    (tmp_path / "people.csv").unlink()
    assert "People are written" not in CliRunner().invoke(app, ["map", str(tmp_path)]).output


def test_a_table_that_is_none_is_told_with_the_nearest(tmp_path):
    (tmp_path / "deals.csv").write_text(DEALS)

    told = CliRunner().invoke(app, ["map", str(tmp_path), "--table", "oportunities"]).exception

    assert 'Did you mean "opportunities"?' in str(told)


# The data file


def test_the_synonyms_speak_of_tables_columns_and_meanings_that_there_are():
    stated = shipped("remit.sources", "synonyms.yaml")
    meanings = set(stated["words"])
    unknown = []
    for table, said in stated["tables"].items():
        for column, phrases in said["columns"].items():
            assert column in TABLES[table].columns, f"{table}.{column}"
            unknown += [w for phrase in phrases for w in phrase.split() if w not in meanings]
        unknown += [
            w
            for phrase in (*said["subject"], *said["called"])
            for w in phrase.split()
            if w not in meanings
        ]
    for place in (n for question in stated["questions"] for n in question["needs"]):
        table, _, column = place.partition(".")
        assert column in TABLES[table].columns, place

    assert set(unknown) == set()


def test_every_word_is_written_as_headers_are_looked_up():
    for word in vocabulary():
        assert re.fullmatch(r"[a-z]+|[#%€$]", word), word
