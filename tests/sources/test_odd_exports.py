"""Exports that a study of corruptions found to be read wrongly; see docs/studies/export-corruptions.md."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from datetime import date
from pathlib import Path

import duckdb
import pytest

from remit.charter import Charter
from remit.evidence import Evidence, open_evidence
from remit.sources import LoadSummary, load
from remit.terms import RemitError

TODAY = date(2026, 12, 31)
CHARTER = """
    company: Acme
    time_zone: Europe/Berlin
    roles: {ae: {is: AE}}
    titles: {"AE*": ae}
    event_log: {case: deal, object: application, resource: clerk}
    """
ACCOUNTS = "Id,Name,CreatedDate\n0011,Acme,2026-01-01\n"


@pytest.fixture
def acme(charter: Callable[..., Charter]) -> Charter:
    return charter(CHARTER)


@pytest.fixture
def loaded(acme: Charter, tmp_path: Path) -> Callable[[Path], tuple[LoadSummary, Evidence]]:
    """Load a place into a file beside it."""

    def run(place: Path) -> tuple[LoadSummary, Evidence]:
        summary = load(acme, [place], tmp_path / "evidence.duckdb", today=TODAY)
        assert summary.rows == summary.kept + summary.rejected
        return summary, open_evidence(tmp_path / "evidence.duckdb")

    return run


def written(place: Path, content: str | bytes) -> Path:
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(content if isinstance(content, bytes) else content.encode())
    return place


# Where files lie, and what they are called


def test_signs_of_a_pattern_in_a_name_mean_themselves_and_no_other_file_is_read(loaded, tmp_path):
    written(tmp_path / "a" / "Account.csv", ACCOUNTS.replace("Acme", "Other"))
    export = written(tmp_path / "[!b]" / "Account.csv", ACCOUNTS).parent

    _, found = loaded(export)

    assert found.sql("SELECT name FROM accounts") == [("Acme",)]


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_a_folder_that_says_a_column_and_a_value_adds_none_to_the_files_in_it(
    loaded, tmp_path, ending
):
    place = written(tmp_path / "name=Wrong" / "Account.csv", ACCOUNTS).parent
    if ending == "parquet":
        with duckdb.connect() as con:
            con.execute(
                f"COPY (FROM read_csv('{place}/Account.csv', all_varchar=true, hive_partitioning=false)) "
                f"TO '{place}/Account.parquet'"
            )
        (place / "Account.csv").unlink()

    _, found = loaded(place)

    assert found.sql("SELECT name FROM accounts") == [("Acme",)]


def test_a_name_that_is_no_text_is_told_and_one_of_a_file_nobody_reads_is_passed_over(
    loaded, tmp_path
):
    export = written(tmp_path / "export" / "Account.csv", ACCOUNTS).parent
    Path(os.fsdecode(os.fsencode(export) + b"/\xff.txt")).touch()

    summary, _ = loaded(export)
    Path(os.fsdecode(os.fsencode(export) + b"/\xff.csv")).touch()
    with pytest.raises(RemitError) as error:
        loaded(export)

    assert summary.kept == 1
    assert "?.csv  has a name that is not text in UTF-8." in str(error.value)
    assert str(error.value).encode()


# Tables


def test_a_history_of_deals_without_the_deals_is_refused_with_what_to_do(loaded, tmp_path):
    history = "OpportunityId,StageName,CreatedDate\n0061,Open,2026-01-01\n"

    with pytest.raises(RemitError) as error:
        loaded(written(tmp_path / "OpportunityHistory.csv", history))

    assert "has nothing that is of use by itself: OpportunityHistory.csv." in str(error.value)
    assert "Export the tables too" in str(error.value)


def test_an_export_of_deletions_alone_takes_out_what_an_earlier_one_brought(loaded, tmp_path):
    export = written(tmp_path / "Account.csv", ACCOUNTS)
    loaded(export)
    written(export, "Id,CreatedDate,IsDeleted,SystemModstamp\n0011,2026-01-01,true,2026-02-01\n")

    summary, found = loaded(export)

    assert (summary.kept, summary.rejected) == (0, 1)
    assert found.rows("accounts") == 0


def test_a_header_that_is_no_text_can_be_told_of(loaded, tmp_path):
    doubled = "Id,CreatedDate,é,é\n0011,2026-01-01,é,ü\n".encode() + b"0012,2026-01-01,\xff,\n"

    summary, _ = loaded(written(tmp_path / "Account.csv", doubled.replace(b"\xc3\xa9,", b"\xff,")))

    assert summary.files[0].note
    assert summary.kept


def test_utf_16_of_either_kind_without_a_mark_shows_its_columns_before_it_is_read(loaded, tmp_path):
    log = "Case ID,Activity,Timestamp\nA1,Call,2026-01-01\n".encode("utf-16-be")

    with pytest.raises(RemitError) as error:
        loaded(written(tmp_path / "log.csv", log))

    assert 'the log has no column called "clerk"' in str(error.value)


# Object-centric logs

TABLES = """
    CREATE TABLE event (ocel_id TEXT, ocel_type TEXT);
    CREATE TABLE object (ocel_id TEXT, ocel_type TEXT);
    CREATE TABLE event_map_type (ocel_type TEXT, ocel_type_map TEXT);
    CREATE TABLE object_map_type (ocel_type TEXT, ocel_type_map TEXT);
    CREATE TABLE event_object (ocel_event_id TEXT, ocel_object_id TEXT, ocel_qualifier TEXT);
    CREATE TABLE event_Call (ocel_id TEXT, ocel_time TEXT);
    INSERT INTO event VALUES ('e1', 'Call');
    INSERT INTO object VALUES ('A1', 'application'), ('anna', 'clerk'), ('x', NULL);
    INSERT INTO event_map_type VALUES ('Call', 'Call');
    INSERT INTO event_object VALUES ('e1', 'A1', ''), ('e1', 'anna', ''), ('e1', 'x', '');
    INSERT INTO event_Call VALUES ('e1', '2026-03-02T09:30:00Z');
    """


def log_in_sqlite(file: Path, more: str = "") -> Path:
    con = sqlite3.connect(file)
    con.executescript(TABLES + more)
    con.close()
    return file


def test_reading_a_database_with_a_journal_leaves_nothing_beside_it(loaded, tmp_path):
    (tmp_path / "export").mkdir()
    log_in_sqlite(tmp_path / "export" / "log.sqlite", "PRAGMA journal_mode = WAL;")

    _, found = loaded(tmp_path / "export")

    assert found.rows("activities") == 1
    assert [file.name for file in (tmp_path / "export").iterdir()] == ["log.sqlite"]


def test_what_a_journal_holds_and_the_database_not_yet_is_read_too(loaded, tmp_path):
    (tmp_path / "export").mkdir()
    file = log_in_sqlite(tmp_path / "export" / "log.sqlite", "PRAGMA journal_mode = WAL;")
    open_ = sqlite3.connect(file)
    open_.execute("INSERT INTO event VALUES ('e2', 'Call')")
    open_.execute("INSERT INTO event_Call VALUES ('e2', '2026-03-03T09:30:00Z')")
    open_.commit()

    _, found = loaded(tmp_path / "export")
    open_.close()

    assert found.rows("activities") == 2


def test_an_object_of_no_type_is_nobodys_case_and_nobodys_work(loaded, tmp_path):
    _, found = loaded(log_in_sqlite(tmp_path / "log.sqlite"))

    assert found.sql("SELECT record_id FROM activity_links") == [("A1",)]


def test_a_column_that_is_worked_out_to_be_huge_is_not_worked_out(loaded, tmp_path):
    huge = "ALTER TABLE event_Call ADD COLUMN g AS (hex(zeroblob(100000000)));"

    summary, _ = loaded(log_in_sqlite(tmp_path / "log.sqlite", huge))

    (events,) = (file for file in summary.files if file.file.endswith("events"))
    assert events.note.startswith("not read: is no OCEL 2.0 that can be read: string or blob too")


# Calendars


def calendar(start: str, rule: str) -> str:
    good = "BEGIN:VEVENT\r\nUID:good\r\nDTSTART:20260302T100000Z\r\nDURATION:PT1H\r\nEND:VEVENT\r\n"
    return (
        "BEGIN:VCALENDAR\r\nX-WR-CALNAME:bob@acme.com\r\n" + good + "BEGIN:VEVENT\r\nUID:odd\r\n"
        f"DTSTART:{start}\r\nDURATION:PT1H\r\n{rule}END:VEVENT\r\nEND:VCALENDAR\r\n"
    )


@pytest.mark.parametrize(
    ("start", "rule", "kept", "why"),
    [
        ("20261202T100000Z", "RRULE:FREQ=DAILY;UNTIL=99991231T235959Z\r\n", 31, None),
        ("20260302T100000", "RRULE:FREQ=WEEKLY;UNTIL=00010101T000000Z\r\n", 2, None),
        ("20260302T100000Z", "RRULE:FREQ=YEARLY;BYEASTER=400\r\n", 1, "is not understood"),
        ("00010101T000000", "", 1, "is a day that no calendar means"),
        ("99991231T235959", "", 1, "is a day that no calendar means"),
    ],
)
def test_an_event_at_the_ends_of_time_costs_at_most_itself(
    loaded, tmp_path, start, rule, kept, why
):
    summary, found = loaded(written(tmp_path / "bob@acme.com.ics", calendar(start, rule)))

    assert summary.kept == kept
    assert [why in row["reason"] for row in found.rejects if why] == [True] * (why is not None)
