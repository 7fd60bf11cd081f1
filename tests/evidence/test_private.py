"""What people wrote, and who they are, is in no table but the ones that lie apart."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
import pytest
from tests.small_company import SMALL

from remit.charter import read_charter
from remit.example import write_example
from remit.sources import load

COMPANIES = {("accounts", "name"), ("earlier.accounts", "name")}
"""Names of companies are stored, and may have a person's name in them."""
WRITTEN = {"Subject", "Description", "Comments", "TextBody", "HtmlBody"}
NAMED = {"Name", "Email", "Username", "Phone", "MobilePhone"}
KINDS = ("StageName", "Status", "Type")
"""Columns that are stored; a subject may be called as one of their words."""
OF_PEOPLE = ("User", "Lead", "Contact")
SHORTEST = 6
"""Shorter words, such as a subject `Call`, are kinds and statuses too."""


def stored(file: Path) -> Iterator[tuple[str, str, set[str]]]:
    """Every column of text outside `private`, with what is in it, in small letters."""
    with duckdb.connect(str(file), read_only=True) as con:
        columns = con.execute(
            """SELECT schema_name, table_name, column_name FROM duckdb_columns()
            WHERE NOT internal AND data_type = 'VARCHAR' AND schema_name <> 'private' ORDER BY ALL"""
        ).fetchall()
        for schema, name, column in columns:
            table = name if schema == "main" else f"{schema}.{name}"
            rows = con.execute(f"SELECT DISTINCT lower({column}) FROM {table} WHERE {column} <> ''")
            yield table, column, {row[0] for row in rows.fetchall()}


def told(folder: Path) -> set[str]:
    """Every subject and text of an export, and every name and address of a person, in small letters."""
    found, kinds = set(), set()
    for file in folder.glob("*.csv"):
        with file.open(encoding="utf-8") as rows:
            for row in csv.DictReader(rows):
                kept = WRITTEN | (NAMED if file.stem in OF_PEOPLE else set())
                found |= {(row.get(column) or "").casefold() for column in kept}
                kinds |= {(row.get(column) or "").casefold() for column in KINDS}
    return {word for word in found - kinds if len(word) >= SHORTEST}


def left_in(file: Path, words: set[str]) -> list[tuple[str, str, str]]:
    """Words that are stored, as a whole cell or, in texts of several words, within one."""
    found = []
    for table, column, cells in stored(file):
        if (table, column) in COMPANIES:
            continue
        found += [(table, column, word) for word in cells & words]
        if (table, column) in {("rejects", "reason"), ("loaded_files", "note"), ("meta", "value")}:
            found += [(table, column, w) for cell in cells for w in words if w in cell]
    return found


def test_no_subject_text_name_or_address_is_stored_outside_of_the_names(charter, load_export):
    secret = {"Subject": "Re: price of Zebra", "Description": "They hate blue", "IsClosed": "true"}
    day = {"CreatedDate": "2026-04-01T10:00:00Z", "ActivityDate": "2026-04-01"}
    ada = {"Id": "005A", "Name": "Ada Lovelace", "Email": "ada@acme.example", "Title": "AE"}
    eve = {"Name": "Eve Stone", "Email": "eve@client.example", "Phone": "+49 30 123456"}

    file = load_export(
        charter('company: Acme\nroles: {ae: {is: AE}}\ntitles: {"AE": ae}'),
        User=[ada],
        Account=[{"Id": "0011", "Name": "Client Ltd", "Description": "Old friends of ours"}],
        Lead=[{"Id": "00Q1", **day, **eve, "Description": "Met at the fair"}],
        Contact=[{"Id": "0031", "AccountId": "0011", **day, **eve}],
        Task=[{"Id": "00T1", "OwnerId": "005A", "TaskSubtype": "Call", **day, **secret}],
        Event=[{"Id": "00U1", "OwnerId": "005A", "StartDateTime": day["CreatedDate"], **secret}],
        Case=[{"Id": "5001", "AccountId": "0011", **day, **secret}],
    ).into

    words = told(file.parent / "export-evidence.duckdb")
    assert {"they hate blue", "ada lovelace", "eve@client.example", "+49 30 123456"} <= words
    assert left_in(file, words) == []
    assert [
        w for w in words - {"ada lovelace", "ada@acme.example"} if w.encode() in low(file)
    ] == []


def low(file: Path) -> bytes:
    """The bytes of a file, in small letters."""
    return file.read_bytes().lower()


def test_a_name_that_is_stored_is_found(charter, load_export):
    lead = {
        "Id": "00Q1",
        "CreatedDate": "2026-04-01",
        "Name": "Eve Stone",
        "LeadSource": "Eve Stone",
    }
    file = load_export(charter("company: Acme\nroles: {ae: {is: AE}}"), Lead=[lead]).into

    assert left_in(file, {"eve stone"}) == [("leads", "source", "eve stone")]


@pytest.mark.slow
def test_the_example_company_leaves_no_words_and_no_names_in_its_file(tmp_path):
    write_example(tmp_path / "northstar", seed=3, company=SMALL)
    charter = read_charter(tmp_path / "northstar" / "charter.yaml")
    export = tmp_path / "northstar" / "export"

    load(charter, [export], tmp_path / "evidence.duckdb", today=date(2026, 11, 1))

    words = told(export)
    assert len(words) > 3_000
    assert left_in(tmp_path / "evidence.duckdb", words) == []
