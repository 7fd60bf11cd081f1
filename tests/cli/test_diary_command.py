"""`remit diary`: a blank sheet that people can fill in and `load` reads back."""

from __future__ import annotations

import csv
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from remit.charter import Charter
from remit.cli.diary import run_diary
from remit.measures import open_for
from remit.sources import load
from remit.terms import RemitError

CHARTER = """
    company: Acme
    roles: {ae: {is: AE}}
    people: people.csv
    """
PEOPLE = "person,role,segment,share,from,to\nanna@acme.com,ae,,1,2026-01-01,\nbob@acme.com,ae,,1,2024-01-01,2025-12-31\n"


@pytest.fixture
def acme(charter: Callable[..., Charter]) -> Charter:
    return charter(CHARTER, people=PEOPLE)


def test_a_sheet_has_a_row_for_everybody_and_week_and_functions_across(acme, tmp_path, capsys):
    run_diary(acme, tmp_path / "diary.csv", weeks=2, first=date(2026, 3, 4))

    with (tmp_path / "diary.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [(row["Person"], row["Week"]) for row in rows] == [
        ("anna@acme.com", "2026-03-02"),
        ("anna@acme.com", "2026-03-09"),
    ]
    assert {"Prospecting", "Customer success", "Internal"} <= rows[0].keys()
    assert "2 rows for 1 person" in capsys.readouterr().out


def test_a_sheet_that_was_filled_in_is_read_back(acme, tmp_path):
    sheet = tmp_path / "diary.csv"
    run_diary(acme, sheet, weeks=2, first=date(2026, 3, 2))
    with sheet.open() as file:
        header, first, *rest = csv.reader(file)
    first[header.index("Prospecting")] = "12.5"
    with sheet.open("w", newline="") as file:
        csv.writer(file).writerows([header, first, *rest])

    summary = load(acme, [sheet], tmp_path / "evidence.duckdb", today=date(2026, 12, 31))

    found = open_for(acme, summary.into)
    assert found.sql("SELECT week, function, hours FROM diary") == [
        (date(2026, 3, 2), "prospecting", 12.5)
    ]


def test_a_workbook_checks_hours_as_they_are_typed_and_is_read_back(acme, tmp_path):
    sheet = tmp_path / "diary.xlsx"
    run_diary(acme, sheet, weeks=1, first=date(2026, 3, 2))
    parts = typed(sheet, "C2", "9")

    summary = load(acme, [sheet], tmp_path / "evidence.duckdb", today=date(2026, 12, 31))

    found = open_for(acme, summary.into)
    assert found.sql("SELECT week, function, hours FROM diary") == [
        (date(2026, 3, 2), "prospecting", 9.0)
    ]
    assert '<dataValidation type="decimal"' in parts


def typed(sheet: Path, cell: str, value: str) -> str:
    """Write a number into a blank cell of a workbook, as somebody filling it in; gives the sheet."""
    with zipfile.ZipFile(sheet) as packed:
        parts = {name: packed.read(name) for name in packed.namelist()}
    name = "xl/worksheets/sheet1.xml"
    text = re.sub(
        rf'<c r="{cell}"( s="\d+")?/>', rf'<c r="{cell}"\1><v>{value}</v></c>', parts[name].decode()
    )
    with zipfile.ZipFile(sheet, "w") as packed:
        for part, content in {**parts, name: text.encode()}.items():
            packed.writestr(part, content)
    return text


def test_nothing_is_written_over(acme, tmp_path):
    (tmp_path / "diary.csv").write_text("mine")

    with pytest.raises(RemitError, match="is there already"):
        run_diary(acme, tmp_path / "diary.csv", weeks=1, first=date(2026, 3, 2))

    assert (tmp_path / "diary.csv").read_text() == "mine"


def test_another_kind_of_file_is_refused(acme, tmp_path):
    with pytest.raises(RemitError, match=r"is neither a \.xlsx nor a \.csv"):
        run_diary(acme, tmp_path / "diary.pdf", weeks=1, first=date(2026, 3, 2))


def test_without_people_in_the_charter_the_rows_have_no_name(charter, tmp_path):
    run_diary(
        charter("company: Acme\nroles: {ae: {is: AE}}\n"),
        tmp_path / "d.csv",
        weeks=3,
        first=date(2026, 3, 2),
    )

    assert len((tmp_path / "d.csv").read_text().splitlines()) == 4


def test_the_command_writes_the_sheet(tmp_path):
    (tmp_path / "charter.yaml").write_text("company: Acme\nroles: {ae: {is: AE}}\n")
    command = [
        "diary",
        "charter.yaml",
        "--into",
        "diary.xlsx",
        "--weeks",
        "2",
        "--from",
        "2026-03-02",
    ]

    done = subprocess.run(
        [sys.executable, "-m", "remit", *command],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "diary.xlsx").is_file()
