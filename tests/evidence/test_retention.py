"""A charter says how long activities and names are kept, and a load lets go of the rest."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from remit.charter import Charter
from remit.evidence.retention import apply_retention
from remit.evidence.write import create

TODAY = date(2026, 12, 31)


def acme(**privacy: str) -> Charter:
    return Charter(company="Acme", roles={"ae": {"is": "AE"}}, privacy=privacy)


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as con:
        create(con, key="k")
        yield con


def activity(con: duckdb.DuckDBPyConnection, id_: str, day: date, person: str = "p1") -> None:
    con.execute(
        "INSERT INTO activities (activity_id, kind, happened_at, day, date_only, counted) "
        "VALUES (?, 'call', ?, ?, false, true)",
        [id_, day, day],
    )
    for table in ("participants", "work"):
        con.execute(f"INSERT INTO {table} (activity_id, person_id) VALUES (?, ?)", [id_, person])
    con.execute("INSERT INTO activity_links (activity_id) VALUES (?)", [id_])
    con.execute("INSERT INTO recorded.doers (activity_id, owner) VALUES (?, ?)", [id_, person])
    con.execute(
        "INSERT INTO recorded.invitations (activity_id, person_id) VALUES (?, ?)", [id_, person]
    )


def person(
    con: duckdb.DuckDBPyConnection, id_: str, *, active: bool = True, left: date | None = None
) -> None:
    con.execute(
        "INSERT INTO people (person_id, is_person, active, left_day) VALUES (?, true, ?, ?)",
        [id_, active, left],
    )
    con.execute("INSERT INTO private.names (person_id, name) VALUES (?, ?)", [id_, id_.upper()])


def ids(con: duckdb.DuckDBPyConnection, table: str) -> list[str]:
    column = "person_id" if table == "private.names" else "activity_id"
    return [row[0] for row in con.execute(f"SELECT {column} FROM {table} ORDER BY 1").fetchall()]


def test_an_activity_older_than_is_kept_goes_with_all_its_parts_and_a_younger_stays(con):
    activity(con, "old", TODAY - timedelta(days=366))
    activity(con, "edge", TODAY - timedelta(days=365))

    gone = apply_retention(con, acme(keep_activities="1 year"), TODAY)

    recorded = ("recorded.doers", "recorded.invitations")
    for table in ("activities", "participants", "activity_links", "work", *recorded):
        assert ids(con, table) == ["edge"], table
    assert (gone.activities, gone.parts, bool(gone)) == (1, 5, True)
    assert str(gone) == (
        "1 activities before 2025-12-31 deleted, as `privacy: keep_activities` says."
    )


def test_a_charter_that_says_nothing_keeps_everything(con):
    activity(con, "old", date(1999, 1, 1))
    person(con, "p1", left=date(1999, 1, 1))

    gone = apply_retention(con, acme(), TODAY)

    assert ids(con, "activities") == ["old"]
    assert ids(con, "private.names") == ["p1"]
    assert (bool(gone), str(gone)) == (False, "")


def test_names_of_who_left_long_ago_go_and_of_who_left_lately_or_is_there_stay(con):
    person(con, "there")
    person(con, "lately", left=TODAY - timedelta(days=30))
    person(con, "long_ago", left=TODAY - timedelta(days=800))

    gone = apply_retention(con, acme(keep_names="12 months"), TODAY)

    assert ids(con, "private.names") == ["lately", "there"]
    assert gone.names == 1
    assert con.execute("SELECT count(*) FROM people").fetchone() == (3,)


def test_without_a_day_of_leaving_an_inactive_user_left_with_the_last_activity(con):
    person(con, "lately", active=False)
    activity(con, "a1", TODAY - timedelta(days=10), "lately")
    person(con, "long_ago", active=False)
    activity(con, "a2", TODAY - timedelta(days=500), "long_ago")
    person(con, "never_seen", active=False)
    person(con, "quiet", active=True)

    apply_retention(con, acme(keep_names="12 months", keep_activities="1 month"), TODAY)

    assert ids(con, "private.names") == ["lately", "quiet"]


@given(
    ages=st.lists(st.integers(-30, 2000), max_size=30),
    length=st.builds("{} {}".format, st.integers(1, 40), st.sampled_from(["days", "months"])),
)
def test_what_is_kept_is_what_is_young_enough_and_doing_it_twice_changes_nothing(ages, length):
    with duckdb.connect() as con:
        create(con, key="k")
        days = [TODAY - timedelta(days=age) for age in ages]
        con.executemany(
            "INSERT INTO activities (activity_id, day) VALUES (?, ?)",
            [["x", date(1990, 1, 1)], *([str(n), day] for n, day in enumerate(days))],
        )

        gone = apply_retention(con, acme(keep_activities=length), TODAY)

        kept = [row[0] for row in con.execute("SELECT day FROM activities").fetchall()]
        assert sorted(kept) == sorted(day for day in days if day >= gone.before)
        assert gone.activities + len(kept) == len(days) + 1
        assert not apply_retention(con, acme(keep_activities=length), TODAY)
