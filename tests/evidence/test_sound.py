"""What is not sound in loaded data is told, and what is sound is not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import duckdb
import pytest

from remit.evidence.sound import DataFinding, data_findings
from remit.evidence.tables import TABLES
from remit.evidence.write import create

TODAY = date(2026, 6, 30)
SOUND = {
    "people": "('p1', true), ('p2', true)",
    "accounts": "('a1'), ('a2')",
    "leads": "('l1', TIMESTAMP '2026-01-02')",
    "opportunities": "('o1', 'a1', 'p1', 100, 'EUR')",
    "activities": "('t1', 'call', TIMESTAMP '2026-03-04 10:00', DATE '2026-03-04', false, true)",
}
COLUMNS = {
    "people": "person_id, is_person",
    "accounts": "account_id",
    "leads": "lead_id, created_at",
    "opportunities": "opportunity_id, account_id, owner_id, amount, currency",
    "activities": "activity_id, kind, happened_at, day, date_only, counted",
}


@pytest.fixture
def found() -> Iterator[Callable[..., list[DataFinding]]]:
    """What is found wrong with sound tables after some rows more: table and columns, to values."""
    with duckdb.connect() as con:
        create(con, key="k")
        for table, rows in SOUND.items():
            con.execute(f"INSERT INTO {table} ({COLUMNS[table]}) VALUES {rows}")

        def run(rows: dict[str, str], founded: date | None = None) -> list[DataFinding]:
            for into, values in rows.items():
                con.execute(f"INSERT INTO {into} VALUES {values}")
            told = data_findings(con, today=TODAY, founded=founded)
            return [finding for finding in told if finding.problem]

        yield run


CASES = {
    "an activity of a deal that is not there": (
        {"activity_links (activity_id, record_type, record_id)": "('t1', 'opportunity', 'o9')"},
        {"activity_links (activity_id, record_type, record_id)": "('t1', 'opportunity', 'o1')"},
        "activity_links: name opportunities that the evidence does not have, 1 of 1 rows (t1 opportunity o9).",
    ),
    "a deal of an account that is not there": (
        {"opportunities (opportunity_id, account_id)": "('o2', 'a9')"},
        {"opportunities (opportunity_id, account_id)": "('o2', NULL)"},
        "opportunities: name accounts that the evidence does not have, 1 of 2 rows (o2).",
    ),
    "an owner whom nobody knows": (
        {"opportunities (opportunity_id, owner_id)": "('o2', 'p9')"},
        {"opportunities (opportunity_id, owner_id)": "('o2', 'p2')"},
        "opportunities: have an owner whom the list of people does not have, 1 of 2 rows (o2).",
    ),
    "a renewal of a contract that is not there": (
        {"contracts (contract_id, account_id, first_day, renewal_of)": "('c1', 'a1', '2026-01-01', 'c0')"},
        {"contracts (contract_id, account_id, first_day, renewal_of)": "('c1', 'a1', '2026-01-01', NULL)"},
        "contracts: name contracts that the evidence does not have, 1 of 1 rows (c1).",
    ),
    "a person with more than one full job": (
        {
            "assignments (person_id, role, segment, first_day, settled_day, end_day, share, basis)": (
                "('p1', 'ae', '', '2026-01-01', '2026-01-01', '2026-03-01', 0.6, 'title'), "
                "('p1', 'am', '', '2026-02-28', '2026-02-28', '2026-05-01', 0.6, 'title')"
            )
        },
        {
            "assignments (person_id, role, segment, first_day, settled_day, end_day, share, basis)": (
                "('p1', 'ae', '', '2026-01-01', '2026-01-01', '2026-03-01', 0.6, 'title'), "
                "('p1', 'am', '', '2026-03-01', '2026-03-01', '2026-05-01', 0.6, 'title')"
            )
        },
        "assignments: give a person more than one full job on a day, 1 of 2 rows (am  2026-02-28).",
    ),
    "a share in percent": (
        {"deal_splits (opportunity_id, person_id, kind, share)": "('o1', 'p1', 'Overlay', 60)"},
        {"deal_splits (opportunity_id, person_id, kind, share)": "('o1', 'p1', 'Overlay', 0.6)"},
        "deal_splits: have a share below 0 or above 1, 1 of 1 rows (o1 Overlay).",
    ),
    "a deal split into more than the whole": (
        {"deal_splits (opportunity_id, person_id, kind, share)": "('o1', 'p1', 'Revenue', 0.6), ('o1', 'p2', 'Revenue', 0.6)"},
        {"deal_splits (opportunity_id, person_id, kind, share)": "('o1', 'p1', 'Revenue', 0.6), ('o1', 'p2', 'Revenue', 0.4)"},
        "deal_splits: split a deal into more than the whole, 2 of 2 rows (o1 Revenue).",
    ),
    "a contract that ends before it starts": (
        {"contracts (contract_id, account_id, first_day, end_day)": "('c1', 'a1', '2026-03-01', '2026-03-01')"},
        {"contracts (contract_id, account_id, first_day, end_day)": "('c1', 'a1', '2026-03-01', '2026-03-02')"},
        "contracts: end before they start, 1 of 1 rows (c1).",
    ),
    "two contracts for one thing at once": (
        {"contracts (contract_id, account_id, first_day, end_day)": "('c1', 'a1', '2026-01-01', NULL), ('c2', 'a1', '2026-03-01', NULL)"},
        {"contracts (contract_id, account_id, first_day, end_day)": "('c1', 'a1', '2026-01-01', '2026-03-01'), ('c2', 'a1', '2026-03-01', NULL)"},
        "contracts: overlap an earlier one of the same, 1 of 2 rows (c2).",
    ),
    "two quotas for one period": (
        {"quotas (person_id, measure, first_day, end_day, amount)": "('p1', 'arr', '2026-01-01', '2026-04-01', 9), ('p1', 'arr', '2026-03-01', '2026-06-01', 9)"},
        {"quotas (person_id, measure, first_day, end_day, amount)": "('p1', 'arr', '2026-01-01', '2026-04-01', 9), ('p2', 'arr', '2026-03-01', '2026-06-01', 9)"},
        "quotas: overlap an earlier one of the same, 1 of 2 rows (arr 2026-03-01).",
    ),
    "two owners at once": (
        {"ownership_changes (record_type, record_id, owner_id, from_at, to_at)": "('account', 'a1', 'p1', '2026-01-01', '2026-03-02'), ('account', 'a1', 'p2', '2026-03-01', NULL)"},
        {"ownership_changes (record_type, record_id, owner_id, from_at, to_at)": "('account', 'a1', 'p1', '2026-01-01', '2026-03-01'), ('account', 'a1', 'p2', '2026-03-01', NULL)"},
        "ownership_changes: overlap an earlier one of the same, 1 of 2 rows (a1 2026-03-01",
    ),
    "movements that contracts do not bear out": (
        {
            "contracts (contract_id, account_id, arr, first_day)": "('c1', 'a1', 1000, '2026-01-01')",
            "arr_changes (account_id, day, kind, amount)": "('a1', '2026-01-01', 'new', 900)",
        },
        {
            "contracts (contract_id, account_id, arr, first_day)": "('c1', 'a1', 1000, '2026-01-01')",
            "arr_changes (account_id, day, kind, amount)": "('a1', '2026-01-01', 'new', 1000), ('a1', '2026-09-01', 'expansion', 200)",
        },
        "arr_changes: do not add up to the contracts of their company, 1 of 1 rows (a1 2026-01-01 new).",
    ),
    "a churn that is a gain": (
        {"arr_changes (account_id, day, kind, amount)": "('a1', '2026-01-01', 'churn', 900)"},
        {"arr_changes (account_id, day, kind, amount)": "('a1', '2026-01-01', 'churn', -900)"},
        "arr_changes: go the other way than their kind says, 1 of 1 rows (a1 2026-01-01 churn).",
    ),
    "an amount without a currency": (
        {"opportunities (opportunity_id, amount)": "('o2', 5)"},
        {"opportunities (opportunity_id, amount)": "('o2', NULL)"},
        "opportunities: have an amount without a currency, 1 of 2 rows (o2).",
    ),
    "a lead of next year": (
        {"leads (lead_id, created_at)": "('l2', '2027-02-01')"},
        {"leads (lead_id, created_at)": "('l2', '2026-06-30 22:00')"},
        "leads: have a created_at in the future, 1 of 2 rows (l2).",
    ),
    "work of next year": (
        {"activities (activity_id, kind, happened_at, day, date_only, counted)": "('t2', 'call', '2027-02-01', '2027-02-01', false, true)"},
        {"activities (activity_id, kind, happened_at, day, date_only, counted, not_counted)": "('t2', 'call', '2027-02-01', '2027-02-01', false, false, 'future')"},
        "activities: have a happened_at in the future, 1 of 2 rows (t2).",
    ),
    "a deal that is to close next year": (
        {"opportunities (opportunity_id, created_at, closed_at)": "('o2', '2026-01-01', '2027-02-01')"},
        {"opportunities (opportunity_id, close_day)": "('o2', '2027-02-01')"},
        "opportunities: have a closed_at in the future, 1 of 1 rows (o2).",
    ),
    "a request closed before it came": (
        {"tickets (ticket_id, opened_at, closed_at)": "('s1', '2026-02-01', '2026-01-01')"},
        {"tickets (ticket_id, opened_at, closed_at)": "('s1', '2026-02-01', '2026-02-01')"},
        "tickets: end before they start, 1 of 1 rows (s1).",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_what_is_not_sound_is_told_with_its_rows(found, case):
    wrong, _, told = CASES[case]

    said = [str(finding) for finding in found(wrong)]

    assert [line for line in said if line.startswith(told)], said


@pytest.mark.parametrize("case", CASES)
def test_what_is_sound_is_not_told(found, case):
    _, right, _ = CASES[case]

    assert [str(finding) for finding in found(right) if "currency" not in finding.what] == []


def test_a_placeholder_day_is_told_where_the_company_says_since_when_it_is_there(found):
    early = {"leads (lead_id, created_at)": "('l2', '1900-01-01')"}

    (told,) = found(early, founded=date(2015, 1, 1))

    assert str(told).startswith(
        "leads: have a created_at before the company was there, 1 of 2 rows (l2)."
    )
    assert found({}) == []


def test_an_empty_table_is_said_to_be_and_is_no_problem():
    with duckdb.connect() as con:
        create(con, key="k")

        told = data_findings(con, today=TODAY)

    assert "people: is empty." in str(told[0])
    assert not any(finding.problem for finding in told)
    assert {finding.table for finding in told} < set(TABLES)


def test_no_line_shows_who_somebody_is(found):
    rows = {
        "quotas (person_id, measure, first_day, end_day, amount)": "('p9', 'arr', '2026-04-01', '2026-01-01', 9)",
        "teams (team, person_id, first_day, end_day)": "('Nord', 'p9', '2026-04-01', '2026-01-01')",
    }

    assert not any("p9" in str(finding) for finding in found(rows))


def test_examples_are_few_and_the_rows_are_counted(found):
    many = ", ".join(f"('x{at}', 'a9')" for at in range(50))

    (told,) = found({"opportunities (opportunity_id, account_id)": many})

    assert (told.rows, told.of, told.examples) == (50, 51, ("x0", "x1", "x10"))


def test_a_sound_example_company_has_little_to_tell(tmp_path: Path):
    with duckdb.connect(str(tmp_path / "e.duckdb")) as con:
        create(con, key="k")
        for table, rows in SOUND.items():
            con.execute(f"INSERT INTO {table} ({COLUMNS[table]}) VALUES {rows}")

        assert [f for f in data_findings(con, today=TODAY) if f.problem] == []
