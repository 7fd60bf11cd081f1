"""Exports as they come: broken, odd, half there. Nothing is lost silently, nothing half-written."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from remit.audit import audit
from remit.charter import Charter, read_charter
from remit.evidence import TABLES, Evidence, open_evidence
from remit.measures import open_for
from remit.sources import LoadSummary, load
from remit.sources.delimited import read_table
from remit.terms import RemitError
from tests.laws import examples

pytestmark = pytest.mark.slow  # `make slow` runs it: every case loads an export

TODAY = date(2026, 12, 31)
CHARTER = """
    company: Acme
    currency: EUR
    time_zone: Europe/Berlin
    roles: {sdr: {is: SDR}, ae: {is: AE}}
    titles: {"SDR*": sdr, "AE*": ae}
    handoffs:
      - name: first_meeting
        from: sdr
        to: ae
        at: discovery
        offered: {object: Event, where: {Type: Discovery}}
        accepted: {object: Opportunity, field: SAO_Date__c}
        converted: {object: Opportunity, stage: Qualified}
        requires: {pain: Opportunity.Pain__c}
    """
USERS = """\
Id,Name,Title,CreatedDate
005000000000001AAA,Zoë Müller,SDR,2026-01-01
005000000000002AAA,Bob,AE,2026-01-01
"""
ACCOUNTS = """\
Id,Name,OwnerId,CreatedDate
001000000000001AAA,Café,005000000000002AAA,2026-01-01
"""


@pytest.fixture
def acme(charter: Callable[..., Charter]) -> Charter:
    return charter(CHARTER)


@pytest.fixture
def folder(tmp_path: Path) -> Callable[..., Path]:
    """A folder of CSV files, given as text or bytes, one an object."""

    def write(name: str = "export", **files: str | bytes) -> Path:
        place = tmp_path / name
        place.mkdir(exist_ok=True)
        for object_, content in files.items():
            content = content if isinstance(content, bytes) else content.encode()
            (place / f"{object_}.csv").write_bytes(content)
        return place

    return write


@pytest.fixture
def loaded(acme: Charter, folder: Callable[..., Path], tmp_path: Path) -> Callable[..., Any]:
    """Load files given as text or bytes: the summary, and the evidence."""

    def run(**files: str | bytes) -> tuple[LoadSummary, Evidence]:
        into = tmp_path / "evidence.duckdb"
        summary = load(acme, [folder(**files)], into, today=TODAY)
        assert summary.rows == summary.kept + summary.rejected
        return summary, open_evidence(into)

    return run


def rejects(found: Evidence) -> list[tuple[str, int, str]]:
    return [(row["file"], row["line"], row["reason"]) for row in found.rejects]


def says(error: pytest.ExceptionInfo[RemitError], place: object) -> str:
    """The first problem, without the folder of this run."""
    return str(error.value.problems[0]).replace(f"{place}/", "")


# Encodings


def test_a_file_that_is_not_utf_8_is_read_as_windows_1252_and_says_so(loaded):
    summary, found = loaded(Account=ACCOUNTS.encode("cp1252"))

    assert summary.files[0].note == "is not UTF-8; read as Windows-1252"
    assert found.sql("SELECT name FROM accounts") == [("Café",)]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_utf_16_is_recognised_with_and_without_its_mark(loaded, encoding):
    summary, found = loaded(Account=ACCOUNTS.encode(encoding))

    assert summary.files[0].note == "is UTF-16; read as such"
    assert found.sql("SELECT name FROM accounts") == [("Café",)]


def test_a_broken_byte_costs_its_row_and_leaves_the_umlauts_of_the_others(loaded):
    summary, found = loaded(
        User=USERS.encode().replace(b"Bob", b"B\xffb") + "005000000000003AAA,Öl,AE,\n".encode()
    )

    assert summary.files[0].note == "has bytes that are not UTF-8"
    assert rejects(found) == [
        ("User.csv", 3, "has bytes that are not text in this file's encoding")
    ]
    assert {person["name"] for person in found.people()} == {"Zoë Müller", "Öl"}


def test_a_nul_byte_costs_its_row(loaded):
    _, found = loaded(Account=ACCOUNTS + "001000000000002AAA,a\0b,,2026-01-01\n")

    assert rejects(found) == [("Account.csv", 3, "has a NUL byte")]


# Columns and files that are not there


def test_tasks_without_an_owner_column_are_kept_and_the_audit_says_whose_they_are_is_not_known(
    loaded, acme
):
    summary, found = loaded(
        User=USERS, Task="Id,CreatedDate,IsClosed\n00T1,2026-03-01T10:00:00Z,true\n"
    )

    found.connection.disconnect()
    said = audit(acme, open_for(acme, found.file), today=TODAY)

    assert "OwnerId" in next(f for f in summary.files if f.file == "Task.csv").missing
    assert {str(finding.answer) for finding in said.findings} <= {
        "as said",
        "could not look",
        "does not apply",
    }


def test_deals_without_a_day_of_creation_are_kept_and_the_column_is_named_as_missing(loaded):
    summary, found = loaded(
        Opportunity="Id,StageName,CloseDate,IsClosed,IsWon\n0061,Won,2026-05-01,true,true\n"
    )

    assert "CreatedDate" in summary.files[0].missing
    assert found.sql("SELECT created_at, close_day FROM opportunities") == [
        (None, date(2026, 5, 1))
    ]


def test_accounts_without_ids_are_all_refused_and_nothing_is_written(acme, folder, tmp_path):
    export = folder(Account="Name,CreatedDate\nAcme,2026-01-01\n")

    with pytest.raises(RemitError) as error:
        load(acme, [export], tmp_path / "new" / "evidence.duckdb", today=TODAY)

    assert says(error, export).startswith(
        "Account.csv:2  none of its 1 rows can be used; the first: Id is missing."
    )
    assert not (tmp_path / "new").exists()


# Rows that contradict themselves or others


def test_the_second_row_with_an_id_is_refused_at_its_line(loaded):
    again = ACCOUNTS.splitlines()[1].replace("Café", "Other")
    _, found = loaded(Account=f"{ACCOUNTS}{again}\n")

    assert rejects(found) == [("Account.csv", 3, "is there twice: an earlier row has the same Id")]


def test_a_row_that_was_refused_does_not_stand_in_the_way_of_a_good_one_with_its_id(loaded):
    _, found = loaded(
        Case="Id,CreatedDate,ClosedDate\n5001,2026-03-02,2026-03-01\n5001,2026-03-02,2026-03-03\n"
    )

    assert rejects(found) == [("Case.csv", 2, "was closed before it was opened")]
    assert found.sql("SELECT count(*) FROM tickets") == [(1,)]


def test_a_refused_task_gives_no_part_and_no_link_to_the_task_that_has_its_id(loaded):
    task = "00T1,{owner},2026-03-01T10:00:00Z,true,{account}\n"
    _, found = loaded(
        User=USERS,
        Task="Id,OwnerId,CreatedDate,IsClosed,WhatId\n"
        + task.format(owner="005000000000001", account="001000000000001")
        + task.format(owner="005000000000002", account="001000000000002"),
    )

    assert found.sql("SELECT count(*) FROM participants") == [(1,)]
    assert found.sql("SELECT record_id FROM activity_links") == [("001000000000001",)]


def test_a_meeting_or_a_ticket_that_ends_before_it_starts_is_refused(loaded):
    _, found = loaded(
        Event="Id,StartDateTime,EndDateTime,DurationInMinutes,CreatedDate\n"
        "00U1,2026-03-02T10:00:00Z,2026-03-02T09:00:00Z,,2026-03-01\n"
        "00U2,2026-03-02T10:00:00Z,,-30,2026-03-01\n"
        "00U3,2026-03-02T10:00:00Z,2026-03-02T09:00:00Z,60,2026-03-01\n"
        "00U4,2026-03-02T10:00:00Z,,30,2026-03-01\n",
        Case="Id,CreatedDate,ClosedDate\n5001,2026-03-02,2026-03-01\n",
    )

    assert rejects(found) == [
        ("Case.csv", 2, "was closed before it was opened"),
        ("Event.csv", 2, "ends before it starts"),
        ("Event.csv", 3, "ends before it starts"),
        ("Event.csv", 4, "ends before it starts"),
    ]


def test_a_call_of_negative_or_endless_length_has_no_minutes_that_count(loaded):
    _, found = loaded(
        Task="Id,CreatedDate,IsClosed,TaskSubtype,CallDurationInSeconds\n"
        "00T1,2026-03-01T10:00:00Z,true,Call,-60\n"
        "00T2,2026-03-01T10:00:00Z,true,Call,1e300\n"
        "00T3,2026-03-01T10:00:00Z,true,Call,120\n"
    )

    assert rejects(found) == [("Task.csv", 2, "'-60' is not a number of seconds; read as missing")]
    assert found.sql("SELECT activity_id, not_counted FROM activities ORDER BY 1") == [
        ("00T1", None),
        ("00T2", "longer than a working day"),
        ("00T3", None),
    ]


def test_a_title_the_charter_does_not_know_gives_nobody_a_role_and_loads(loaded, acme):
    _, found = loaded(User=USERS.replace(",AE,", ",Chief Wizard,"))

    found.connection.disconnect()
    found = open_for(acme, found.file)

    assert found.sql("SELECT title FROM people ORDER BY 1") == [("Chief Wizard",), ("SDR",)]
    assert found.sql("SELECT role FROM assignments") == [("sdr",)]


def test_a_row_entered_in_the_future_is_refused_and_a_meeting_next_month_is_not(loaded):
    _, found = loaded(
        Account=ACCOUNTS + "001000000000002AAA,Late,,2099-01-01\n",
        Opportunity="Id,CreatedDate\n0061,2026-01-01\n",
        OpportunityHistory="OpportunityId,StageName,CreatedDate\n0061,Won,2099-01-01\n",
        Event="Id,StartDateTime,DurationInMinutes,CreatedDate\n"
        "00U1,2027-01-20T10:00:00Z,30,2026-12-01\n",
    )

    assert rejects(found) == [
        ("Account.csv", 3, "was entered after the day of the load, 2026-12-31"),
        ("OpportunityHistory.csv", 2, "was entered after the day of the load, 2026-12-31"),
    ]
    assert found.sql("SELECT count(*) FROM activities") == [(1,)]


# Files and folders that are none


def test_an_empty_file_among_others_is_told_of_and_left_out(loaded):
    summary, found = loaded(Account=ACCOUNTS, Lead=b"", Strange=b"")

    assert [(f.file, f.rows, f.note) for f in summary.files if f.file == "Lead.csv"] == [
        ("Lead.csv", 0, "not read: is empty: it has no header line")
    ]
    assert summary.unread == ("Strange.csv",)
    assert found.rows("accounts") == 1


def test_a_file_with_nothing_but_a_header_is_an_export_in_which_nothing_happened(loaded):
    summary, _ = loaded(Account=ACCOUNTS.splitlines()[0] + "\n")

    assert (summary.rows, summary.kept, summary.rejected) == (0, 0, 0)


@pytest.mark.parametrize(
    ("files", "told"),
    [
        ({"Account": b""}, "Account.csv:1  is empty: it has no header line."),
        ({"Account": b"\n\n"}, "Account.csv:1  is empty: it has no header line."),
        ({"Account": b"PK\x03\x04..."}, "Account.csv  is a zip archive or a workbook."),
        (
            {"Account": b'"Id,Name\n1,2\n'},
            "Account.csv:1  has a quote in its header that is never closed.",
        ),
    ],
)
def test_an_export_whose_only_file_is_no_table_says_what_it_is(acme, folder, tmp_path, files, told):
    export = folder(**files)

    with pytest.raises(RemitError) as error:
        load(acme, [export], tmp_path / "evidence.duckdb", today=TODAY)

    assert says(error, export).startswith(told)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["charter.yaml", "export"]


def test_a_folder_that_is_no_export_says_what_an_export_has(acme, folder, tmp_path):
    told = {}
    for name, place in {
        "empty": folder("empty"),
        "random": folder("random", x="a,b\n1,2\n", y="c\n"),
        "file": folder("file", notes="a\n") / "notes.csv",
        "absent": tmp_path / "absent",
    }.items():
        with pytest.raises(RemitError) as error:
            load(acme, [place], tmp_path / "evidence.duckdb", today=TODAY)
        told[name] = error.value.problems[0].wrong

    assert told == {
        "empty": "is no export that remit knows: it has no table.",
        "random": "is no export that remit knows: it has 2 tables, none of a known kind.",
        "file": "is no export that remit knows: it has 1 table, none of a known kind.",
        "absent": "there is no such folder or file.",
    }


@pytest.mark.parametrize("content", [b"", b"a,b\n1,2\n", b"SQLite format 3\0"])
def test_loading_into_a_file_that_is_no_evidence_leaves_it_as_it_is(
    acme, folder, tmp_path, content
):
    into = tmp_path / "mine.csv"
    into.write_bytes(content)

    with pytest.raises(RemitError) as error:
        load(acme, [folder(Account=ACCOUNTS)], into, today=TODAY)

    assert "is not an evidence file" in str(error.value)
    assert into.read_bytes() == content


def test_loading_into_somebody_elses_database_leaves_it_as_it_is(acme, folder, tmp_path):
    into = tmp_path / "theirs.duckdb"
    with duckdb.connect(str(into)) as con:
        con.execute("CREATE TABLE meta (key VARCHAR, value VARCHAR)")

    with pytest.raises(RemitError):
        load(acme, [folder(Account=ACCOUNTS)], into, today=TODAY)

    with duckdb.connect(str(into)) as con:
        assert len(con.execute("SHOW ALL TABLES").fetchall()) == 1


def test_a_load_that_fails_leaves_the_file_before_it_and_nothing_else(acme, folder, tmp_path):
    into = tmp_path / "evidence.duckdb"
    load(acme, [folder(Account=ACCOUNTS)], into, today=TODAY)
    before, there = into.read_bytes(), sorted(tmp_path.rglob("*"))

    with pytest.raises(RemitError):
        load(acme, [tmp_path / "export", tmp_path / "absent"], into, today=TODAY)

    assert into.read_bytes() == before
    assert sorted(tmp_path.rglob("*")) == there


# Days and numbers


def test_of_three_ways_to_write_a_day_in_one_column_the_commonest_is_read_and_the_others_told(
    loaded,
):
    _, found = loaded(
        Account="Id,CreatedDate\n0011,2026-01-05\n0012,2026-01-06\n0013,13.01.2026\n0014,01/14/2026\n"
    )

    assert found.rows("accounts") == 4
    assert rejects(found) == [
        ("Account.csv", 4, "'13.01.2026' is not a date and time; read as missing"),
        ("Account.csv", 5, "'01/14/2026' is not a date and time; read as missing"),
    ]


def test_days_that_could_be_day_or_month_first_follow_the_rest_of_the_export(loaded):
    _, found = loaded(
        Account="Id,CreatedDate\n0011,03/04/2026\n",
        Contact="Id,CreatedDate\n0031,25/04/2026\n",
    )

    assert found.sql("SELECT month(created_at + INTERVAL 1 DAY) FROM accounts") == [(4,)]


@pytest.mark.parametrize(
    ("days", "why"),
    [
        (("03/04/2026", "05/06/2026"), "every cell fits both"),
        (("13/04/2026", "04/13/2026"), "as many cells fit only the one as fit only the other"),
    ],
)
def test_days_that_nothing_decides_are_never_guessed(acme, folder, tmp_path, days, why):
    export = folder(
        Account="Id,CreatedDate\n" + "".join(f"001{n},{d}\n" for n, d in enumerate(days))
    )

    with pytest.raises(RemitError) as error:
        load(acme, [export], tmp_path / "evidence.duckdb", today=TODAY)

    assert says(error, export).splitlines()[0] == (
        f"Account.csv  CreatedDate: could be written day first or month first: {why}."
    )


@pytest.mark.parametrize("day", ["9999-12-31", "infinity", "0001-01-01", "5874897-12-31"])
def test_a_day_outside_the_years_a_crm_means_is_told_and_read_as_missing(loaded, day):
    _, found = loaded(
        Opportunity=f"Id,CloseDate,IsClosed,IsWon,CreatedDate\n0061,{day},true,true,2026-01-01\n"
    )

    assert rejects(found) == [("Opportunity.csv", 2, f"'{day}' is not a date; read as missing")]


def test_what_is_no_number_is_told_and_read_as_missing(loaded):
    wrong = ["NaN", "inf", "1e400", "$5", "12,5", "1.2.3", "1e17"]
    _, found = loaded(
        Opportunity='Id,Amount\n0061,"1,234.50"\n0062,-3\n0063,2.5\n'
        + "".join(f'006a{n},"{value}"\n' for n, value in enumerate(wrong))
    )

    assert found.sql(
        "SELECT CAST(amount AS VARCHAR) FROM opportunities WHERE amount IS NOT NULL ORDER BY 1"
    ) == [
        ("-3.00",),
        ("1234.50",),
        ("2.50",),
    ]
    assert [reason for _, _, reason in rejects(found)] == [
        f"'{value}' is not a number; read as missing" for value in wrong
    ]


def test_a_column_with_decimal_commas_is_read_as_such_and_never_a_hundredfold(loaded):
    _, found = loaded(Opportunity="Id;Amount\n0061;1.234,50\n0062;99,90\n0063;7\n")

    assert found.sql(
        "SELECT CAST(amount AS VARCHAR) FROM opportunities ORDER BY opportunity_id"
    ) == [
        ("1234.50",),
        ("99.90",),
        ("7.00",),
    ]


# Ids


def test_ids_of_15_and_18_characters_are_one_record_in_every_reference(loaded):
    _, found = loaded(
        User=USERS,
        Account=ACCOUNTS.replace("001000000000001AAA", "001000000000001"),
        Contact="Id,AccountId,CreatedDate\n003000000000001,001000000000001AAA,2026-01-01\n",
        Task="Id,WhoId,WhatId,OwnerId,CreatedDate,IsClosed\n"
        "00T000000000001AAA,003000000000001AAA,001000000000001AAA,005000000000002,2026-03-01,true\n",
    )

    assert found.sql("SELECT count(*) FROM contacts JOIN accounts USING (account_id)") == [(1,)]
    assert found.sql("SELECT count(*) FROM participants JOIN people USING (person_id)") == [(1,)]
    assert found.sql(
        "SELECT count(*) FROM activity_links WHERE record_id IN ('001000000000001', '003000000000001')"
    ) == [(2,)]


def test_a_user_with_an_id_of_something_else_is_refused_as_that(loaded):
    _, found = loaded(User=USERS + "00G000000000001AAA,A queue,,2026-01-01\n")

    assert rejects(found) == [("User.csv", 4, "Id is not a user's id")]


# Text as it comes


def test_lines_of_rejects_are_those_of_the_file_whatever_came_before(loaded):
    _, found = loaded(
        Account="Id,Name,CreatedDate\n"
        '0011,"three\nlines\nhere",2026-01-01\n'
        "0012,few\n"
        '0013,"open,2026-01-01\n'
        "0014,many,2026-01-01,too\n"
        "\n"
        '0015,"a ""quoted"" <b>word</b>\n\n",nonsense\n'
        '0016,"shut"early,2026-01-01\n'
        '0017,"two\nlines",with,more\n'
        ",no id,2026-01-01\n"
        '0018,"never,2026-01-01\n'
        "0019,last,2026-01-01\n"
    )

    assert rejects(found) == [
        ("Account.csv", 5, "has fewer cells than the header has columns"),
        ("Account.csv", 6, "has a quote that is never closed"),
        ("Account.csv", 7, "has more cells than the header has columns"),
        ("Account.csv", 9, "'nonsense' is not a date and time; read as missing"),
        ("Account.csv", 12, "has a quote in the middle of a cell"),
        ("Account.csv", 13, "has more cells than the header has columns"),
        ("Account.csv", 15, "Id is missing"),
        ("Account.csv", 16, "has a quote that is never closed"),
    ]
    assert found.sql("SELECT account_id FROM accounts ORDER BY 1") == [
        ("0011",),
        ("0015",),
        ("0019",),
    ]


def test_formulas_and_markup_are_kept_as_the_words_they_are(loaded):
    words = [
        "=cmd()|'x'!A1",
        "+1",
        "@SUM(A1)",
        "<script>alert(1)</script>",
        "'; DROP TABLE accounts; --",
    ]
    _, found = loaded(
        Account="Id,Name\n" + "".join(f'001{n},"{word}"\n' for n, word in enumerate(words))
    )

    assert [name for (name,) in found.sql("SELECT name FROM accounts ORDER BY account_id")] == words


def test_a_cell_longer_than_any_is_refused_and_one_as_long_as_a_crm_allows_is_kept(loaded):
    _, found = loaded(
        Account=f"Id,Name\n0011,{'x' * 131_072}\n0012,{'x' * 1_000_001}\n0013,short\n"
    )

    assert rejects(found) == [("Account.csv", 3, "has a cell of more than 1,000,000 characters")]
    assert found.rows("accounts") == 2


@pytest.mark.parametrize(
    ("delimiter", "ending", "mark"),
    [(",", "\n", "\ufeff"), (";", "\r\n", ""), ("\t", "\r", "\ufeff"), ("|", "\n", "")],
)
def test_delimiters_line_ends_and_marks_make_no_difference(loaded, delimiter, ending, mark):
    header, row = ACCOUNTS.splitlines()

    _, found = loaded(
        Account=mark + ending.join([header.upper(), row, "few"]).replace(",", delimiter)
    )

    assert found.sql("SELECT account_id, name FROM accounts") == [("001000000000001", "Café")]
    assert rejects(found) == [("Account.csv", 3, "has fewer cells than the header has columns")]


def test_line_ends_of_several_kinds_in_one_file_are_all_line_ends(loaded):
    _, found = loaded(Account="Id,Name\r\n0011,a\n0012,b\r0013,c\n0014\r\n")

    assert found.rows("accounts") == 3
    assert rejects(found) == [("Account.csv", 5, "has fewer cells than the header has columns")]


def test_of_two_columns_with_one_name_neither_is_read_and_the_note_says_so(loaded):
    summary, found = loaded(Account="Id,Name,name,CreatedDate\n0011,a,b,2026-01-01\n")

    assert summary.files[0].note == "names name twice; neither column is read"
    assert found.sql("SELECT account_id, name FROM accounts") == [("0011", None)]


def test_columns_may_be_called_what_they_like(loaded):
    _, found = loaded(Account='Id,_row,c0,"a""b",,\'; --\n0011,9,8,7,6,5\n')

    assert found.sql("SELECT account_id FROM accounts") == [("0011",)]


# Loading again


def tables(file: Path) -> Mapping[str, list[str]]:
    """Every canonical table as sorted rows."""
    found = open_evidence(file)
    return {
        name: sorted(
            str(row) for row in found.sql(f"SELECT {', '.join(sorted(table.columns))} FROM {name}")
        )
        for name, table in TABLES.items()
    }


def _export(folder: Callable[..., Path], name: str, *, whole: bool) -> Path:
    """A small company's export, or an earlier and smaller one."""
    n = 2 if whole else 1
    lead = "00Q1,2026-01-02,{},0031,0061\n".format("2026-06-01" if whole else "")
    events = [
        "00U1,0031,0011,005000000000001,005000000000001,2026-02-03T10:00:00Z,30,2026-02-01,Discovery\n",
        "00U2,0031,0011,005000000000002,005000000000001,2026-04-03T10:00:00Z,30,2026-04-01,Discovery\n",
    ]
    deals = [
        "0061,0011,005000000000002,Won,9,2026-05-01,true,true,2026-02-10,2026-05-02,pain\n",
        "0062,0011,005000000000002,Open,9,2026-12-01,false,false,2026-06-10,,\n",
    ]
    history = "0061,Discovery,2026-02-10\n0061,Qualified,2026-03-10\n0061,Won,2026-05-01\n"
    return folder(
        name,
        User=USERS,
        Account="Id,Name,OwnerId,CreatedDate\n0011,Acme,005000000000002,2026-01-01\n",
        Contact="Id,AccountId,CreatedDate\n0031,0011,2026-01-01\n",
        Lead="Id,CreatedDate,ConvertedDate,ConvertedContactId,ConvertedOpportunityId\n" + lead,
        Task="Id,WhoId,OwnerId,CreatedById,CreatedDate,ActivityDate,IsClosed,TaskSubtype\n"
        "00T1,0031,005000000000002,005000000000001,2026-01-10,2026-01-10,true,Call\n",
        Event="Id,WhoId,WhatId,OwnerId,CreatedById,StartDateTime,DurationInMinutes,CreatedDate,Type\n"
        + "".join(events[:n]),
        Opportunity="Id,AccountId,OwnerId,StageName,Amount,CloseDate,IsClosed,IsWon,CreatedDate,"
        "SAO_Date__c,Pain__c\n" + "".join(deals[:n]),
        OpportunityHistory="OpportunityId,StageName,CreatedDate\n"
        + history
        + ("0062,Open,2026-06-10\n" if whole else ""),
    )


def test_loading_an_export_a_second_time_changes_no_table(acme, folder, tmp_path):
    export, into = _export(folder, "export", whole=True), tmp_path / "evidence.duckdb"
    (export / "Case.csv").write_text("Id,CreatedDate\n5001,2026-01-01\n5002\n,2026-01-01\n")
    load(acme, [export], into, today=TODAY)
    once, refused = tables(into), rejects(open_evidence(into))

    load(acme, [export], into, today=TODAY)

    assert tables(into) == once
    assert rejects(open_evidence(into)) == refused


def test_loading_an_export_after_an_earlier_part_of_it_gives_what_it_gives_by_itself(
    acme, folder, tmp_path
):
    before, after = (tmp_path / name for name in ("before.duckdb", "after.duckdb"))
    load(acme, [folder("nothing", Account="Id\n")], before, today=TODAY)
    after.write_bytes(before.read_bytes())
    load(acme, [_export(folder, "whole", whole=True)], after, today=TODAY)

    load(acme, [_export(folder, "part", whole=False)], before, today=TODAY)
    load(acme, [_export(folder, "whole", whole=True)], before, today=TODAY)

    assert tables(after)["deal_credits"]
    assert tables(before) == tables(after)


def test_two_folders_at_once_keep_the_handoffs_and_the_counts_of_both(acme, folder, tmp_path):
    whole, other = _export(folder, "whole", whole=True), folder("other", Account=ACCOUNTS)

    summary = load(acme, [whole, other], tmp_path / "evidence.duckdb", today=TODAY)

    assert {f.file for f in summary.files} >= {"whole/Account.csv", "other/Account.csv"}
    assert open_evidence(tmp_path / "evidence.duckdb").rows("handoffs") > 0


@pytest.mark.parametrize("seed", [0, *(pytest.param(n, marks=pytest.mark.slow) for n in (1, 2))])
def test_a_load_killed_at_any_moment_leaves_the_old_file_or_the_new_one(
    acme, folder, tmp_path, seed
):
    into = tmp_path / "evidence.duckdb"
    load(acme, [_export(folder, "part", whole=False)], into, today=TODAY)
    old, whole = tables(into), _export(folder, "whole", whole=True)
    command = [
        sys.executable,
        "-m",
        "remit",
        "load",
        tmp_path / "charter.yaml",
        whole,
        "--into",
        into,
    ]

    running = subprocess.Popen(list(map(str, command)), stdout=subprocess.DEVNULL)
    time.sleep(np.random.default_rng(seed).uniform(0.4, 2.4))
    running.send_signal(signal.SIGKILL)
    running.wait()

    found = tables(into)
    load(acme, [whole], into, today=TODAY)
    assert found in (old, tables(into))


# Any damage at all

_WHOLE = (
    "Id,Name,OwnerId,NumberOfEmployees,CreatedDate\n"
    '001000000000001AAA,"Café ""one""",005000000000002AAA,"1,200",2026-01-01T10:00:00.000Z\n'
    '001000000000002AAA,"two\nlines",005000000000002AAA,7,2026-01-02T10:00:00.000Z\n'
    "001000000000003AAA,three,,,2026-01-03T10:00:00.000Z\n"
).encode()
_DAMAGE = st.tuples(
    st.integers(0, len(_WHOLE) - 1),
    st.integers(0, 4),
    st.binary(max_size=4)
    | st.sampled_from([b'"', b",", b"\n", b"\r", b"\0", b"\xff", b"1e999", b"9999-"]),
)


def _damaged(damage: list[tuple[int, int, bytes]]) -> bytes:
    content = _WHOLE
    for at, length, put in damage:
        content = content[:at] + put + content[at + length :]
    return content


@settings(max_examples=examples(150), deadline=None, suppress_health_check=list(HealthCheck))
@given(damage=st.lists(_DAMAGE, min_size=1, max_size=5))
def test_whatever_bytes_change_every_line_belongs_to_one_row_or_to_one_reject(
    tmp_path_factory, damage
):
    file = tmp_path_factory.mktemp("damaged") / "Account.csv"
    file.write_bytes(_damaged(damage))

    with duckdb.connect() as con:
        try:
            raw = read_table(con, file, name="account", relation="raw", label=file.name)
        except RemitError:
            return
        stored = con.execute("SELECT count(*), max(_row) FROM raw").fetchone()

    starts = [*map(raw.line, range(1, raw.rows + 1)), *(reject.line for reject in raw.malformed)]
    assert stored == (raw.rows, raw.rows or None)
    assert len(set(starts)) == len(starts) == raw.rows + len(raw.malformed)


@settings(max_examples=examples(12), deadline=None, suppress_health_check=list(HealthCheck))
@given(damage=st.lists(_DAMAGE, min_size=1, max_size=5))
def test_whatever_bytes_change_every_row_is_kept_or_rejected_or_the_export_is_refused(
    tmp_path_factory, damage
):
    place = tmp_path_factory.mktemp("damaged")
    (place / "Account.csv").write_bytes(_damaged(damage))
    (place / "charter.yaml").write_text("company: Acme\nroles: {ae: {is: AE}}\n")
    into = place / "evidence.duckdb"

    try:
        summary = load(read_charter(place / "charter.yaml"), [place], into, today=TODAY)
    except RemitError as error:
        refused = error.problems
    else:
        refused = ()
        found = open_evidence(into)
        whole_rows = sum(bool(row["whole_row"]) for row in found.rejects)
        assert (summary.kept, summary.rejected) == (
            found.sql("SELECT count(*) FROM accounts")[0][0],
            whole_rows,
        )
        assert summary.rows == summary.kept + summary.rejected
    assert bool(refused) is not into.exists()
    assert not [left for left in place.iterdir() if left.name.startswith(".")]
