"""Workbooks as people make them, and as nobody should."""

from __future__ import annotations

import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from datetime import time as time_of_day
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest
import xlsxwriter

from remit.charter import Charter
from remit.evidence import open_evidence
from remit.sources import ExportError, load
from remit.sources.delimited import Raw
from remit.sources.found import tables_in

TODAY = date(2026, 12, 31)
Sheet = Sequence[Sequence[object]]
Text = tuple[Any, ...]


@pytest.fixture
def book(tmp_path: Path) -> Callable[..., Path]:
    """Write a workbook, its sheets given as rows; `merged` are ranges of the first one."""

    def write(*, merged: Sequence[str] = (), hidden: str = "", **sheets: Sheet) -> Path:
        file = tmp_path / "book.xlsx"
        with xlsxwriter.Workbook(file, {"strings_to_numbers": False}) as written:
            day = written.add_format({"num_format": "yyyy-mm-dd"})
            instant = written.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
            clock = written.add_format({"num_format": "h:mm"})
            length = written.add_format({"num_format": "[h]:mm:ss"})
            for name, rows in sheets.items():
                sheet = written.add_worksheet(name)
                if name == hidden:
                    sheet.hide()
                for at, row in enumerate(rows):
                    for column, cell in enumerate(row):
                        if isinstance(cell, str) and cell.startswith("#N/A"):
                            sheet.write_formula(at, column, "=NA()", None, cell)
                        elif isinstance(cell, datetime):
                            sheet.write_datetime(at, column, cell, instant)
                        elif isinstance(cell, time_of_day):
                            sheet.write_datetime(at, column, cell, clock)
                        elif isinstance(cell, timedelta):
                            sheet.write_datetime(at, column, cell, length)
                        elif isinstance(cell, date):
                            sheet.write_datetime(at, column, cell, day)
                        elif cell is not None:
                            sheet.write(at, column, cell)
                for place in merged:
                    sheet.merge_range(place, "")
                    first = place.partition(":")[0]
                    row, column = xlsxwriter.utility.xl_cell_to_rowcol(first)
                    sheet.write(row, column, rows[row][column])
        return file

    return write


@pytest.fixture
def read() -> Callable[..., tuple[Raw, list[Text]]]:
    """Read a sheet: what is told of it, and its rows as text."""

    def run(file: Path, sheet: str = "") -> tuple[Raw, list[Text]]:
        (found,) = [table for table in tables_in(file) if not sheet or table.name == sheet]
        with duckdb.connect() as con:
            raw = found.read(con, "raw")
            columns = ", ".join(raw.columns.values()) or "1"
            return raw, con.execute(f"SELECT {columns} FROM raw ORDER BY _row").fetchall()

    return run


def why(file: Path) -> str:
    """Why a workbook cannot be read."""
    (found,) = tables_in(file)
    with duckdb.connect() as con, pytest.raises(ExportError) as refused:
        found.read(con, "raw")
    return str(refused.value)


# What stands in cells


def test_cells_are_text_as_a_person_sees_them(book, read):
    file = book(
        Deals=[
            ["Id", "Value"],
            [1, 1.5],
            [123456789012345, 0.1 + 0.2],
            [True, date(2026, 3, 4)],
            [datetime(2026, 3, 4, 10, 5, 59), time_of_day(10, 5)],
            [timedelta(hours=30, seconds=5), 1e-7],
            ["1e5", " x "],
        ]
    )

    _, rows = read(file)

    assert rows == [
        ("1", "1.5"),
        ("123456789012345", "0.3"),
        ("true", "2026-03-04"),
        ("2026-03-04 10:05:59", "10:05:00"),
        ("30:00:05", "0.0000001"),
        ("1e5", " x "),
    ]


def test_an_error_is_missing_and_told_with_its_cell(book, read):
    raw, rows = read(book(Deals=[["Id", "Value"], ["a", "#N/A"], ["b", 2]]))

    assert rows == [("a", None), ("b", "2")]
    assert raw.note == "has 1 error cells, read as missing; the first is B2"


def test_a_sheet_without_errors_has_nothing_to_tell(book, read):
    raw, _ = read(book(Deals=[["Id", "Value"], ["a", 1]]))

    assert raw.note == ""


# Where the table is


def test_each_sheet_is_a_table_and_one_without_anything_is_none(book, read):
    file = book(Deals=[["Id"], [1]], Blank=[], People=[["Name", "Team"], ["Ines", "Nord"]])

    assert [(t.name, t.label, t.columns) for t in tables_in(file)] == [
        ("Deals", "book.xlsx: Deals", ("Id",)),
        ("People", "book.xlsx: People", ("Name", "Team")),
    ]


def test_a_hidden_sheet_is_read_and_said_to_be_hidden(book, read):
    file = book(hidden="Old", Deals=[["Id"], [1]], Old=[["Id"], [2]])

    assert read(file, "Old")[0].note == "is a hidden sheet"
    assert read(file, "Deals")[0].note == ""


def test_headers_are_found_below_titles_and_rows_have_the_numbers_a_person_sees(book, read):
    raw, rows = read(
        book(
            Deals=[
                ["Pipeline"],
                ["as of", date(2026, 6, 30)],
                [],
                ["Id", "Value", "Stage"],
                ["a", 1, "x"],
                [],
                ["b", 2, "y"],
            ]
        )
    )

    assert tuple(raw.columns) == ("Id", "Value", "Stage")
    assert rows == [("a", "1", "x"), ("b", "2", "y")]
    assert [raw.line(1), raw.line(2)] == [5, 7]
    assert raw.note == "has its headers in row 4"


def test_headers_in_two_rows_are_one_name_each(book, read):
    raw, _ = read(
        book(
            merged=["A1:B1", "C1:D1"],
            Deals=[
                ["Deal", None, "Customer", None],
                ["Id", "Name", "Id", "Name"],
                ["a", "b", "c", "d"],
            ],
        )
    )

    assert tuple(raw.columns) == ("Deal: Id", "Deal: Name", "Customer: Id", "Customer: Name")
    assert raw.note == "has its headers in rows 1 and 2"


def test_a_header_above_merged_over_two_rows_is_one_name(book, read):
    raw, rows = read(
        book(
            merged=["A1:A2", "B1:D1"],
            Deals=[
                ["Account", "Deal", None, None],
                [None, "Id", "Value", "Stage"],
                ["k", "b", 3, "x"],
            ],
        )
    )

    assert tuple(raw.columns) == ("Account", "Deal: Id", "Deal: Value", "Deal: Stage")
    assert rows == [("k", "b", "3", "x")]


def test_a_row_of_words_below_a_header_is_a_row(book, read):
    _, rows = read(book(Deals=[["Id", "Stage"], ["a", "open"], ["b", "won"]]))

    assert rows == [("a", "open"), ("b", "won")]


def test_of_two_headers_alike_neither_is_read(book, read):
    raw, _ = read(book(Deals=[["Id", "Note", "Note"], [1, "a", "b"]]))

    assert tuple(raw.columns) == ("Id",)
    assert raw.doubled == ("Note",)


def test_totals_and_notes_at_the_end_are_no_rows_and_are_told(book, read):
    raw, rows = read(
        book(
            Deals=[
                ["Id", "Owner", "Value", "Stage"],
                ["a", "Ines", 1, "x"],
                ["Total", None, 1, None],
                ["Total AG", "Otto", 5, "y"],
                ["Summe", None, 6, None],
                [],
                ["Source: accounting"],
            ]
        )
    )

    assert rows == [("a", "Ines", "1", "x"), ("Total AG", "Otto", "5", "y")]
    assert [(reject.line, reject.reason) for reject in raw.malformed] == [
        (3, "is a total, not a row of the table"),
        (5, "is a total, not a row of the table"),
        (7, "is a note below the table"),
    ]


def test_a_company_that_is_called_total_is_a_row(book, read):
    _, rows = read(
        book(
            Accounts=[["Name", "Land", "Size"], ["Total", "FR", 9], ["Quarz", "DE", 3]] * 1
            + [["Helio", "ES", 1]] * 6
        )
    )

    assert rows[0] == ("Total", "FR", "9")


def test_what_a_merged_cell_shows_counts_for_every_row_that_it_covers(book, read):
    raw, rows = read(
        book(
            merged=["A2:A3"],
            Deals=[["Account", "Deal"], ["Nordlicht", "a"], [None, "b"], [None, "c"]],
        )
    )

    assert rows == [("Nordlicht", "a"), ("Nordlicht", "b"), (None, "c")]
    assert raw.note == "fills 1 cells below merged ones with what those show"


def test_numbers_longer_than_a_workbook_keeps_are_told(book, read):
    raw, _ = read(book(Deals=[["Id", "x"], [12345678901234567890, "a"]]))

    assert raw.note == "has 1 numbers of more digits than a workbook keeps"


def test_an_opendocument_sheet_is_read_alike(tmp_path, read):
    cells = (
        '<table:table-cell office:value-type="float" office:value="7"/>'
        '<table:table-cell office:value-type="date" office:date-value="2026-03-04"/>'
        "<table:table-cell/>"
    )
    header = word("Id") + word("Day") + word("Error")
    rows = (
        row(header + blank(16381)) + row(blank(16384), 3) + row(cells) + row(blank(16384), 1048571)
    )
    file = opendocument(tmp_path / "a.ods", rows)

    raw, read_ = read(file)

    assert read_ == [("7", "2026-03-04", None)]
    assert raw.line(1) == 5


def test_a_mapping_names_a_sheet_and_its_rejects_name_the_row(charter, book, tmp_path):
    acme: Charter = charter("company: Acme\nroles: {ae: {is: AE}}")
    book(
        Deals=[
            ["All deals"],
            [],
            ["Nr", "Won on"],
            ["a", date(2026, 3, 4)],
            [None, date(2026, 3, 5)],
        ]
    )
    (tmp_path / "m.yaml").write_text(
        'tables: {opportunities: {file: "book.xlsx#Deals", columns: {opportunity_id: Nr, closed_at: Won on}}}'
    )

    load(acme, [tmp_path / "m.yaml"], tmp_path / "e.duckdb", today=TODAY)

    found = open_evidence(tmp_path / "e.duckdb")
    assert found.sql("SELECT opportunity_id, closed_at FROM opportunities") == [
        ("a", datetime(2026, 3, 4))
    ]
    assert [(r["line"], r["reason"]) for r in found.rejects] == [(5, "Nr is missing")]


# What nobody should be able to do with one

SHEET = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{}</sheetData></worksheet>'.replace(
    "http:", "http:"
)


@pytest.fixture
def with_part(book, tmp_path) -> Callable[..., Path]:
    """A sound workbook of which one part is another text."""

    def write(text: str | bytes, part: str = "xl/worksheets/sheet1.xml") -> Path:
        file = tmp_path / "made.xlsx"
        with (
            zipfile.ZipFile(book(Deals=[["Id", "Value"], ["a", 1]])) as sound,
            zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made,
        ):
            for name in sound.namelist():
                made.writestr(name, text if name == part else sound.read(name))
        return file

    return write


def word(text: str, repeated: int = 1) -> str:
    return (
        f'<table:table-cell office:value-type="string" table:number-columns-repeated="{repeated}">'
        f"<text:p>{text}</text:p></table:table-cell>"
    )


def blank(repeated: int) -> str:
    return f'<table:table-cell table:number-columns-repeated="{repeated}"/>'


def row(cells: str, repeated: int = 1) -> str:
    return f'<table:table-row table:number-rows-repeated="{repeated}">{cells}</table:table-row>'


def opendocument(file: Path, rows: str) -> Path:
    names = " ".join(
        f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{short}:1.0"'
        for short in ("office", "table", "text")
    )
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr(
            "mimetype", "application/vnd.oasis.opendocument.spreadsheet", zipfile.ZIP_STORED
        )
        made.writestr("META-INF/manifest.xml", '<?xml version="1.0"?><manifest/>')
        made.writestr(
            "content.xml",
            f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {names}><office:body>'
            f'<office:spreadsheet><table:table table:name="A">{rows}</table:table>'
            "</office:spreadsheet></office:body></office:document-content>",
        )
    return file


@pytest.mark.parametrize(
    "cells",
    [
        '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>2</v></c></row>',
        '<row r="1"><c s="1" r="A1"><v>1</v></c></row><row r="1048576"><c s="1" r="XFD1048576"><v>2</v></c></row>',
        '<row r="1"><c><v>1</v></c></row><row r="9000000"><c><v>2</v></c></row>',
        "<row>" + "<c><v>1</v></c>" * 9000 + "</row>" + "<row><c><v>1</v></c></row>" * 1000,
    ],
)
def test_a_cell_far_out_is_refused_before_room_is_made_for_all_between(with_part, cells):
    assert "has a sheet that reaches over" in why(with_part(SHEET.replace("{}", cells)))


def test_a_cell_far_out_in_another_encoding_is_seen_too(with_part):
    far = '<row r="1048576"><c r="A1"><v>1</v></c><c r="XFD1048576"><v>2</v></c></row>'
    text = '<?xml version="1.0" encoding="UTF-16"?>' + SHEET.replace("{}", far)

    assert "has a sheet that reaches over" in why(with_part(text.encode("utf-16")))


def test_an_opendocument_cell_that_repeats_without_end_is_refused(tmp_path):
    assert "reaches over" in why(opendocument(tmp_path / "a.ods", row(word("a", 1000), 100_000)))


def test_blank_rows_that_are_only_formatted_are_nothing(with_part, read):
    blank_rows = "".join(
        f'<row r="{n}"><c r="A{n}" s="1"/><c r="Z{n}" s="1"/></row>' for n in range(3, 60_000)
    )
    rows = '<row r="1"><c r="A1" t="inlineStr"><is><t>Id</t></is></c></row><row r="2"><c r="A2"><v>7</v></c></row>'

    raw, read_ = read(with_part(SHEET.replace("{}", rows + blank_rows)))

    assert (raw.rows, read_) == (1, [("7",)])


@pytest.mark.slow
def test_a_million_formatted_rows_are_read_in_little_time_and_memory(with_part, tmp_path):
    blank_rows = "".join(f'<row r="{n}"><c r="A{n}" s="1"/></row>' for n in range(3, 1_048_577))
    rows = '<row r="1"><c r="A1" t="inlineStr"><is><t>Id</t></is></c></row><row r="2"><c r="A2"><v>7</v></c></row>'
    file = with_part(SHEET.replace("{}", rows + blank_rows))

    told = in_another_process(file)

    assert "1 rows" in told


def in_another_process(file: Path) -> str:
    """Read a workbook with a gigabyte of memory and a minute; what it told."""
    program = f"""
import resource
resource.setrlimit(resource.RLIMIT_CPU, (60, 60))
import duckdb
from pathlib import Path
from remit.sources.found import tables_in
from remit.terms import RemitError
try:
    for table in tables_in(Path({str(file)!r})):
        print(table.read(duckdb.connect(), 'raw').rows, "rows")
except RemitError as error:
    print("refused:", error)
# of this process alone: `getrusage` goes on from the process that started it
peak = next(line for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(int(peak.split()[1]) < 1_000_000)
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=90
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith("True\n"), done.stdout
    return done.stdout


@pytest.mark.slow
def test_what_unpacks_to_too_much_is_refused_by_what_it_declares(with_part):
    started = time.monotonic()

    assert "unpacks to more than 512 MB" in why(with_part(b" " * (513 << 20)))
    assert time.monotonic() - started < 20


def test_what_unpacks_to_more_than_it_declares_is_refused(with_part):
    file = with_part(SHEET.replace("{}", " " * 100_000))
    content = file.read_bytes()
    with zipfile.ZipFile(file) as made:
        size = made.getinfo("xl/worksheets/sheet1.xml").file_size
    lied = content.replace(size.to_bytes(4, "little"), (100).to_bytes(4, "little"))
    assert lied != content
    file.write_bytes(lied)

    assert "is cut off or broken, or no workbook" in why(file)


@pytest.mark.parametrize(
    "text",
    [
        '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>' + SHEET,
        '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>' + SHEET,
        '<!DOCTYPE x SYSTEM "https://example.com/x.dtd">' + SHEET,
    ],
)
def test_a_workbook_with_entities_of_its_own_is_refused(with_part, text):
    assert "declares a document type or entities" in why(with_part(text))


def test_a_workbook_cut_off_anywhere_is_refused_in_words(book, tmp_path):
    whole = book(Deals=[["Id", "Value"], ["a", 1]]).read_bytes()
    file = tmp_path / "cut.xlsx"
    for end in range(0, len(whole), 401):
        file.write_bytes(whole[:end])
        assert why(file).startswith(str(file))


def ends_in_rows_or_in_words(file: Path) -> bool:
    """Whether a workbook is read, or refused by an ExportError; anything else goes on its way."""
    with duckdb.connect() as con:
        for found in tables_in(file):
            try:
                found.read(con, "raw")
            except ExportError as refused:
                return bool(str(refused))
    return True


@pytest.mark.slow
def test_bytes_changed_at_random_end_in_rows_or_in_words(book, tmp_path):
    whole = bytearray(book(Deals=[["Id", "Value"], ["a", 1]] * 5).read_bytes())
    rng = np.random.default_rng(7)
    file = tmp_path / "odd.xlsx"

    for _ in range(150):
        odd = whole.copy()
        for at in rng.integers(0, len(odd), size=3):
            odd[at] = rng.integers(0, 256)
        file.write_bytes(odd)

        assert ends_in_rows_or_in_words(file)


@pytest.mark.slow
def test_parts_changed_at_random_end_in_rows_or_in_words(with_part):
    rng = np.random.default_rng(11)
    cells = '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1"><v>1.5</v></c></row>'
    sound = SHEET.replace("{}", cells).encode()

    for _ in range(150):
        odd = bytearray(sound)
        for at in rng.integers(0, len(odd), size=2):
            odd[at] = rng.integers(32, 127)

        assert ends_in_rows_or_in_words(with_part(bytes(odd)))


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "is empty."),
        (b"Id,Value\n1,2\n", "is no workbook, whatever its ending."),
        (b"\xd0\xcf\x11\xe0" + bytes(600), "is a workbook of the old kind (.xls)."),
        (
            b"\xd0\xcf\x11\xe0" + bytes(600) + "EncryptedPackage".encode("utf-16-le"),
            "has a password.",
        ),
        (b"PK\x05\x06" + bytes(18), "is broken, or no workbook"),
    ],
)
def test_what_is_no_workbook_is_told_as_what_it_is(tmp_path, content, told):
    file = tmp_path / "a.xlsx"
    file.write_bytes(content)

    assert told in why(file)


def test_a_broken_workbook_leaves_the_other_files_of_a_folder_alone(book, tmp_path):
    (tmp_path / "broken.xlsx").write_bytes(b"PK nothing")
    book(Deals=[["Id"], [1]])

    assert [table.name for table in tables_in(tmp_path)] == ["Deals", "broken"]
