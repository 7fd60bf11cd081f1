"""Somebody who was forgotten is in no part of the file, and no figure about a role changes."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable
from datetime import date
from pathlib import Path

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.laws import examples

from remit.charter import Charter, read_charter
from remit.evidence import EvidenceError
from remit.evidence.forgetting import forget_person, write_anew
from remit.evidence.tables import TABLES
from remit.measures import handoff_flows, open_for, time_by_role
from remit.sources import load
from remit.terms import Period

pytestmark = pytest.mark.slow  # a load and a rewrite of the file each

SMALL_TEAM = Path(__file__).resolve().parents[2] / "examples" / "small-team"
TODAY = date(2026, 6, 1)
CHARTER = """
    company: Acme
    roles: {ae: {is: AE}}
    titles: {"AE": ae}
    """
ADA = {
    "Id": "005ADA",
    "Name": "Ada Lovelace",
    "Email": "Ada.Lovelace@acme.example",
    "Title": "AE",
    "CreatedDate": "2020-01-01",
}
BOB = {
    "Id": "005BOB",
    "Name": "Bob Ross",
    "Email": "bob.ross@acme.example",
    "Title": "AE",
    "CreatedDate": "2020-01-01",
}
NAMESAKE = {"Id": "005ADB", "Name": "Ada Lovelace", "Email": "ada2@acme.example", "Title": "AE"}


def call(number: int, owner: str) -> dict[str, str]:
    return {
        "Id": f"00T{number}",
        "OwnerId": owner,
        "CreatedById": owner,
        "TaskSubtype": "Call",
        "IsClosed": "true",
        "CallDurationInSeconds": "600",
        "CreatedDate": f"2026-04-{number:02d}T15:00:00Z",
        "CompletedDateTime": f"2026-04-{number:02d}T15:00:00Z",
        "ActivityDate": f"2026-04-{number:02d}",
    }


WORK = {
    "User": [ADA, BOB],
    "Task": [call(1, "005ADA"), call(2, "005ADA"), call(3, "005BOB")],
    "Account": [{"Id": "0011", "Name": "Ada Lovelace Ltd", "OwnerId": "005ADA"}],
    "Lead": [{"Id": "00Q1", "CreatedDate": "2026-01-01", "OwnerId": "005ADA"}],
}


@pytest.fixture
def loaded(charter: Callable[..., Charter], load_export: Callable[..., object]) -> Path:
    return load_export(charter(CHARTER), today=TODAY, **WORK).into


@pytest.fixture(scope="module")
def small_team(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small team of the tutorial, loaded."""
    file = tmp_path_factory.mktemp("small-team") / "evidence.duckdb"
    charter = read_charter(SMALL_TEAM / "with-handoff.yaml")
    load(charter, [SMALL_TEAM / "export"], file, today=TODAY)
    open_for(charter, file).connection.disconnect()
    return file


def rows(file: Path, query: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(file), read_only=True) as con:
        return con.execute(query).fetchall()


@pytest.mark.parametrize(
    "word", ["Ada Lovelace", " ada  LOVELACE ", "ADA.lovelace@acme.example", "005ADA", "pseudonym"]
)
def test_somebody_is_found_by_name_address_id_or_pseudonym(loaded, word):
    (pseudonym,) = rows(loaded, "SELECT person_id FROM private.names WHERE source_id = '005ADA'")[0]

    done = forget_person(loaded, pseudonym if word == "pseudonym" else word)

    assert done.names == 1
    assert rows(loaded, "SELECT name FROM private.names") == [("Bob Ross",)]


def test_nothing_of_the_person_is_left_in_the_bytes_of_the_file(loaded):
    (pseudonym,) = rows(loaded, "SELECT person_id FROM private.names WHERE source_id = '005ADA'")[0]
    with duckdb.connect(str(loaded)) as con:
        con.execute("UPDATE accounts SET name = 'Company'")
    write_anew(loaded)
    words = [b"Ada Lovelace", b"ada.lovelace@acme.example", b"005ADA", pseudonym.encode()]
    before = loaded.read_bytes()
    assert all(word in before for word in words)

    forget_person(loaded, "Ada Lovelace")

    after = loaded.read_bytes()
    assert [word for word in words if word.lower() in after.lower()] == []
    assert b"Bob Ross" in after
    assert [f.name for f in loaded.parent.glob("evidence*")] == ["evidence.duckdb"]
    assert list(loaded.parent.glob(".*")) == []


def test_deleting_alone_leaves_the_name_in_free_pages_and_writing_anew_does_not(loaded):
    with duckdb.connect(str(loaded)) as con:
        con.execute("DELETE FROM private.names; DELETE FROM accounts; CHECKPOINT")
    deleted = b"Bob Ross" in loaded.read_bytes()

    write_anew(loaded)

    assert deleted
    assert b"Bob Ross" not in loaded.read_bytes()


def test_the_pseudonym_is_another_in_every_table_and_all_else_is_as_it_was(small_team, tmp_path):
    file = tmp_path / "evidence.duckdb"
    shutil.copyfile(small_team, file)
    (old,) = rows(file, "SELECT person_id FROM private.names WHERE name = 'Sam 1'")[0]
    people = set(rows(file, "SELECT person_id FROM people"))

    forget_person(file, "Sam 1")

    ((new,),) = set(rows(file, "SELECT person_id FROM people")) - people
    for table in TABLES:
        query = f"SELECT * EXCLUDE (_content, _since) FROM {table}"
        was = [
            tuple(new if cell == old else cell for cell in row) for row in rows(small_team, query)
        ]
        assert Counter(map(str, was)) == Counter(map(str, rows(file, query))), table


def test_two_people_of_one_name_are_refused_and_counted_and_an_address_tells_them_apart(
    charter, load_export
):
    file = load_export(charter(CHARTER), **{**WORK, "User": [ADA, BOB, NAMESAKE]}).into

    with pytest.raises(EvidenceError, match="has 2 people who are called so"):
        forget_person(file, "Ada Lovelace")

    assert forget_person(file, "ada2@acme.example").names == 1


def test_nobody_of_that_name_is_said_and_nothing_changes(loaded):
    before = loaded.read_bytes()

    with pytest.raises(EvidenceError, match="knows nobody"):
        forget_person(loaded, "Grace Hopper")

    assert loaded.read_bytes() == before


def test_something_else_than_evidence_is_refused(tmp_path):
    (tmp_path / "other.duckdb").write_text("no database")

    with pytest.raises(EvidenceError, match="is not an evidence file"):
        forget_person(tmp_path / "other.duckdb", "Ada")


def test_a_dry_run_counts_the_same_and_changes_nothing(loaded):
    before = loaded.read_bytes()

    said = forget_person(loaded, "Ada Lovelace", dry_run=True)

    assert loaded.read_bytes() == before
    done = forget_person(loaded, "Ada Lovelace")
    assert (said.names, said.cells, said.texts) == (done.names, done.cells, done.texts)
    assert (said.dry_run, done.dry_run) == (True, False)


def test_a_file_called_after_the_person_is_not_any_more_and_a_company_still_is(loaded):
    with duckdb.connect(str(loaded)) as con:
        con.execute(
            "INSERT INTO loaded_files VALUES ('ics/ada.lovelace.ics', 'activities', 1, 1, 0, '', '[]');"
            "INSERT INTO rejects VALUES ('a.csv', 1, '''Lovelace, Ada'' is not a date', 'Due', true),"
            "('a.csv', 2, '''Lovelaces adapt'' is not a date', 'Due', true)"
        )

    done = forget_person(loaded, "Ada Lovelace")

    assert done.texts == {"loaded_files.file": 1, "rejects.reason": 1}
    files = " ".join(str(row[0]) for row in rows(loaded, "SELECT file FROM loaded_files"))
    assert "lovelace" not in files.casefold()
    assert "somebody-forgotten-" in files
    reasons = [row[0] for row in rows(loaded, "SELECT reason FROM rejects ORDER BY line")]
    assert "Lovelace" not in reasons[-2]
    assert reasons[-1] == "'Lovelaces adapt' is not a date"
    assert rows(loaded, "SELECT name FROM accounts") == [("Ada Lovelace Ltd",)]


# A later load


def test_the_same_export_brings_neither_the_name_nor_the_work_twice(charter, loaded):
    declared = charter(CHARTER)
    forget_person(loaded, "Ada Lovelace")
    pseudonyms = rows(loaded, "SELECT person_id FROM people ORDER BY 1")
    parts = rows(loaded, "SELECT activity_id, person_id FROM participants ORDER BY ALL")

    load(declared, [loaded.parent / "export-evidence.duckdb"], loaded, today=TODAY)

    assert rows(loaded, "SELECT name FROM private.names") == [("Bob Ross",)]
    assert rows(loaded, "SELECT person_id FROM people ORDER BY 1") == pseudonyms
    assert rows(loaded, "SELECT activity_id, person_id FROM participants ORDER BY ALL") == parts
    assert b"ada.lovelace@" not in loaded.read_bytes()


def test_who_was_not_forgotten_keeps_name_and_pseudonym_when_loaded_again(charter, loaded):
    forget_person(loaded, "Ada Lovelace")
    before = rows(loaded, "SELECT person_id, source_id, name FROM private.names")

    load(charter(CHARTER), [loaded.parent / "export-evidence.duckdb"], loaded, today=TODAY)

    assert rows(loaded, "SELECT person_id, source_id, name FROM private.names") == before


def test_who_comes_back_without_any_work_is_left_out(charter, write_export, loaded):
    forget_person(loaded, "Ada Lovelace")
    people = rows(loaded, "SELECT person_id FROM people ORDER BY 1")
    folder = write_export("later", User=[ADA, BOB])

    load(charter(CHARTER), [folder], loaded, today=TODAY)

    assert rows(loaded, "SELECT person_id FROM people ORDER BY 1") == people


def test_new_work_of_somebody_forgotten_comes_under_a_pseudonym_that_the_key_does_not_give(
    charter, write_export, loaded
):
    (old,) = rows(loaded, "SELECT person_id FROM private.names WHERE source_id = '005ADA'")[0]
    forget_person(loaded, "Ada Lovelace")
    folder = write_export("later", User=[ADA, BOB], Task=[call(9, "005ADA")])

    load(charter(CHARTER), [folder], loaded, today=TODAY)

    ((new,),) = rows(loaded, "SELECT person_id FROM participants WHERE activity_id = '00T9'")
    assert new != old
    assert (new,) not in rows(loaded, "SELECT person_id FROM private.names")


# Laws


def figures(charter: Charter, file: Path) -> object:
    """What is measured of roles, to nine digits; intervals are drawn and so left out."""
    evidence = open_for(charter, file)
    over = Period(date(2026, 3, 2), date(2026, 5, 23))
    times = [
        (
            t.about,
            t.people,
            round(t.coverage.value, 9),
            round(t.recorded_hours, 6),
            [(f.function, f.part, round(f.share.value, 9)) for f in t.functions],
            [(m.month, round(m.coverage, 9)) for m in t.months],
            t.unlogged,
        )
        for t in time_by_role(evidence, charter, charter.numbers(), over)
    ]
    flows = [
        (
            f.about,
            [
                r and (r.cases, round(r.estimate.value, 9))
                for r in (f.accepted, f.rejected, f.converted)
            ],
        )
        for f in handoff_flows(evidence, charter, charter.numbers(), over)
    ]
    evidence.connection.disconnect()
    return times, flows


PEOPLE = [f"{word} {n}" for word in ("Sam", "Alex") for n in range(1, 6)]


@pytest.mark.slow
@settings(
    max_examples=examples(4),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(names=st.lists(st.sampled_from(PEOPLE), unique=True, min_size=1, max_size=4))
def test_whoever_is_forgotten_no_measure_of_a_role_changes(small_team, tmp_path, names):
    charter = read_charter(SMALL_TEAM / "with-handoff.yaml")
    file = tmp_path / "evidence.duckdb"
    shutil.copyfile(small_team, file)

    for name in names:
        forget_person(file, name)

    assert figures(charter, file) == figures(charter, small_team)
