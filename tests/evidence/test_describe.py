"""What a loaded file holds and what it lacks is told, and nobody is looked at."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest

from remit.audit import Check, audit
from remit.charter import read_charter
from remit.evidence import open_evidence
from remit.evidence.describe import Described, Gap, Unanswered, describe, questions
from remit.evidence.store import FORMAT
from remit.evidence.tables import TABLES
from remit.evidence.write import create
from remit.measures import open_for
from remit.measures.coverage import coverage_by_role
from remit.sources import load
from remit.terms import Answer, Period, catalogue

SMALL_TEAM = Path(__file__).resolve().parents[2] / "examples" / "small-team"
FIRST = date(2026, 1, 5)
"""A Monday."""
LAST = date(2026, 5, 31)


@pytest.fixture
def described(tmp_path: Path) -> Callable[..., Described]:
    """A file with the rows of some statements, described."""

    def run(*statements: str) -> Described:
        file = tmp_path / "evidence.duckdb"
        with duckdb.connect(str(file)) as con:
            create(con, key="k")
            meta = {"format": FORMAT, "company": "Acme", "source": "salesforce", "time_zone": "UTC"}
            meta |= {"loaded_on": "2026-06-01", "first_day": str(FIRST), "last_day": str(LAST)}
            con.executemany("INSERT INTO meta VALUES (?, ?)", list(meta.items()))
            for statement in statements:
                con.execute(statement)
        return describe(open_evidence(file))

    return run


def table_of(found: Described, name: str):
    return next(table for table in found.tables if table.table == name)


def test_a_table_has_its_rows_days_and_the_share_of_empty_cells(described):
    found = described(
        """INSERT INTO opportunities (opportunity_id, created_at, amount) VALUES
        ('o1', '2026-01-05 10:00', 5), ('o2', '2026-03-01 10:00', NULL), ('o3', NULL, NULL)"""
    )

    deals = table_of(found, "opportunities")
    assert (deals.rows, deals.first_day, deals.last_day) == (3, FIRST, date(2026, 3, 1))
    shares = {one.column: one.share for one in deals.empty}
    assert shares["amount"] == pytest.approx(2 / 3)
    assert table_of(found, "leads").rows == 0
    assert table_of(found, "leads").empty == ()


def test_every_column_that_matters_is_one_of_the_contract(described):
    for table in described("INSERT INTO people (person_id) VALUES ('p1')").tables:
        assert {one.column for one in table.empty} <= set(TABLES[table.table].columns)


def test_files_of_single_people_stand_together_and_their_rows_add_up(described):
    found = described(
        """INSERT INTO loaded_files VALUES
        ('ics/ada.ics', 'activities', 5, 4, 1, '', '[]'),
        ('ics/bob.ics', 'activities', 7, 7, 0, '', '["x"]'),
        ('Task.csv', 'activities', 3, 3, 0, 'a note', '[]'),
        ('User.csv', 'people', 2, 2, 0, '', '[]')"""
    )

    said = [(f.file, f.rows, f.kept, f.rejected, f.note) for f in found.files]
    assert said == [
        ("Task.csv", 3, 3, 0, "a note"),
        ("User.csv", 2, 2, 0, ""),
        ("ics/*.ics (2 files)", 12, 11, 1, ""),
    ]
    assert all(file.rows == file.kept + file.rejected for file in found.files)


def weekly(kind: str, *without: int, each: int = 6) -> str:
    """Activities in twenty weeks from the first Monday, and none in some of them."""
    weeks = [w for w in range(20) if w not in without]
    days = ", ".join(f"(DATE '{FIRST + timedelta(days=7 * week)}')" for week in weeks)
    return f"""INSERT INTO activities (activity_id, kind, day)
        SELECT '{kind}' || d || n, '{kind}', d FROM (VALUES {days}) t(d), range({each}) r(n)"""


def test_weeks_without_a_kind_of_record_that_comes_every_week_are_a_gap(described):
    found = described(weekly("email", 3, 4), weekly("call"))

    quiet = tuple(FIRST + timedelta(days=7 * week) for week in (3, 4))
    assert Gap("email", quiet, 21) in [
        Gap(gap.what, tuple(w for w in gap.weeks if w <= quiet[-1]), gap.of) for gap in found.gaps
    ]


def test_what_is_rare_or_comes_in_every_week_is_no_gap(described):
    last = f"INSERT INTO activities (activity_id, kind, day) VALUES ('x', 'call', '{LAST - timedelta(days=3)}')"
    found = described(weekly("call"), last, weekly("email", 3, 4, each=1))

    assert found.gaps == ()


def people(stopped: int, still: int) -> list[str]:
    old, new = LAST - timedelta(days=60), LAST - timedelta(days=2)
    rows = [(f"s{n}", old) for n in range(stopped)] + [(f"w{n}", new) for n in range(still)]
    return [
        f"""INSERT INTO people (person_id, is_person, active) VALUES ('{who}', true, true);
        INSERT INTO work (activity_id, person_id, day, counted) VALUES ('a', '{who}', '{day}', true)"""
        for who, day in rows
    ]


@pytest.mark.parametrize(("stopped", "said"), [(0, 0), (1, None), (4, None), (5, 5)])
def test_people_who_stopped_recording_are_a_count_that_is_not_said_under_the_minimum_group(
    described, stopped, said
):
    assert described(*people(stopped, still=6)).stopped == said


def test_who_has_left_did_not_stop_recording(described):
    left = "UPDATE people SET left_day = DATE '2026-04-15' WHERE person_id LIKE 's%'"

    assert described(*people(6, still=6), left).stopped == 0


# What cannot be answered


def test_every_check_says_what_it_needs_and_needs_only_tables_there_are():
    checks = catalogue("remit.audit", Check)
    looking = {name for name, check in checks.items() if check.note.how != "asked"}

    assert {one.check for one in questions()} == looking
    assert {table for one in questions() for table in one.missing} <= set(TABLES)


def test_an_empty_table_makes_what_needs_it_impossible_and_nothing_else(described):
    filled = {table for one in questions() for table in one.missing} - {"tickets"}
    row = "INSERT INTO {} (known_from) VALUES (TIMESTAMP '2026-01-01')"

    found = described(*(row.format(table) for table in sorted(filled)))

    assert {one.missing for one in found.unanswered} == {("tickets",)}
    assert (
        Unanswered(
            "csm_support", "Do customer success managers work as a support desk?", ("tickets",)
        )
        in found.unanswered
    )


@pytest.mark.slow
@pytest.mark.parametrize("table", ["activities", "handoffs", "deal_credits"])
def test_what_is_said_to_be_impossible_is_what_the_audit_cannot_look_at(tmp_path, table):
    charter = read_charter(SMALL_TEAM / "with-handoff.yaml")
    file = tmp_path / "evidence.duckdb"
    load(charter, [SMALL_TEAM / "export"], file, today=date(2026, 6, 1))
    with duckdb.connect(str(file)) as con:
        con.execute(f"DELETE FROM {table}")
    evidence = open_for(charter, file)

    impossible = {one.check for one in describe(evidence).unanswered if table in one.missing}

    blind = (Answer.COULD_NOT_LOOK, Answer.DOES_NOT_APPLY)  # the team lacks some roles
    looked = {f.check for f in audit(charter, evidence).findings if f.answer in blind}
    assert impossible
    assert impossible <= looked


# Coverage


def test_coverage_is_shown_for_roles_and_months_with_enough_people_only(tmp_path, charter):
    text = (SMALL_TEAM / "charter.yaml").read_text("utf-8")
    export = SMALL_TEAM / "export"
    file = tmp_path / "evidence.duckdb"
    five = charter(text)
    load(five, [export], file, today=date(2026, 6, 1))
    over = Period(date(2026, 3, 2), date(2026, 5, 23))
    six = charter(f"{text}\nprivacy: {{minimum_group: 6}}\n")
    eleven = charter(f"{text}\nprivacy: {{minimum_group: 11}}\n")

    shown, merged, none = (
        coverage_by_role(open_for(c, file), c, c.numbers(), over) for c in (five, six, eleven)
    )

    assert [(r.about, r.people) for r in shown.roles] == [("sdr", 5), ("ae", 5)]
    assert list(shown.roles[0].months) == [date(2026, m, 1) for m in (3, 4, 5)]
    assert all(0 < share < 1 for share in shown.roles[0].months.values())
    assert (shown.together, shown.left_out) == ((), ())
    assert [(r.about, r.people) for r in merged.roles] == [("small roles", 10)]
    assert (merged.together, merged.left_out) == (("sdr", "ae"), ())
    assert (none.roles, none.together, none.left_out) == ((), (), ("sdr", "ae"))
