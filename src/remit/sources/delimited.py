"""Delimited text files, read as they come: nothing is guessed silently and no line is lost.

Every cell is text until a source asks for more. The database reads a file by itself where its
every record is a row. Where it finds one that is none, the file is gone through record by record:
lines that are no rows (too few or too many cells, open quotes, bytes that are no text) are kept as
rejects with their line, and the database is handed the rest.
"""

from __future__ import annotations

import codecs
import csv
import re
from array import array
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from itertools import islice
from pathlib import Path
from typing import TextIO

import duckdb

from remit.evidence.sql import identifier, parquet_of, path_of, quoted
from remit.sources.handed import add_rows, in_columns, make_table
from remit.terms import Place, Problem, RemitError

DELIMITERS = ",;\t|"
LARGEST_CELL = 1_000_000
"""Characters; a CRM's longest text field has 131,072."""
AT_A_TIME = 20_000
"""Rows handed to the database at once."""
_NOT_TABLES = {
    b"PK\x03\x04": ("is a zip archive or a workbook.", "Unpack it, or save the sheet as CSV."),
    b"\x1f\x8b": ("is compressed.", "Unpack it."),
    b"\xd0\xcf\x11\xe0": ("is a workbook.", "Save the sheet as CSV."),
    b"%PDF": ("is a PDF.", "Export the table as CSV."),
}


class ExportError(RemitError):
    """An export that cannot be used, with everything that is wrong with it."""


def refused(place: Path | str, wrong: str, fix: str, *, line: int | None = None) -> ExportError:
    """Why a whole place cannot be read: what is wrong with it, and what to do.

    Args:
        place: A file, a folder, or an address without its password.
        wrong: What is wrong, the rest of a sentence about the place.
        fix: What to do.
        line: The line, if it is about one.
    """
    return ExportError([Problem(Place(str(place), line), "", wrong, fix)])


@dataclass(frozen=True, slots=True)
class Reject:
    """A row that was not kept, or one value of a kept row that was not understood."""

    file: str
    line: int | None
    reason: str
    column: str | None = None
    whole_row: bool = True


@dataclass(eq=False)
class Raw:
    """One file as text in the database: its columns, and `_row` counted from 1."""

    name: str
    file: Path
    relation: str
    columns: Mapping[str, str]
    """Each column, as the file spells it, to its name in the database."""
    rows: int
    malformed: tuple[Reject, ...] = ()
    """Lines that are not rows."""
    note: str = ""
    lines: Sequence[int] | Callable[[], Sequence[int]] = ()
    """Line on which each row starts, or how to find out; empty where a file has no lines."""
    label: str = ""
    """What reports call the file."""
    kept: str = ""
    """The rows that were not refused, once that has been decided; until then all of them."""
    doubled: tuple[str, ...] = ()
    """Names that two columns have; neither can be told from the other, so neither is read."""
    missing: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.kept = self.kept or self.relation

    def has(self, column: str) -> bool:
        """Whether the file has a column, whatever its capitals."""
        return column.casefold() in self._by_folded

    def column(self, name: str) -> str | None:
        """The column's name in the database; a name the file lacks is noted as missing."""
        found = self._by_folded.get(name.casefold())
        if found is None:
            self.missing.add(name)
        return found

    @property
    def _by_folded(self) -> dict[str, str]:
        return {column.casefold(): found for column, found in self.columns.items()}

    def line(self, row: int) -> int:
        """Line in the file on which a row starts; in a Parquet file, its row."""
        return self._lines[row - 1] if self._lines else row

    @cached_property
    def _lines(self) -> Sequence[int]:
        return self.lines() if callable(self.lines) else self.lines


def read_table(
    con: duckdb.DuckDBPyConnection, file: Path, *, name: str, relation: str, label: str
) -> Raw:
    """Read one file, delimited or Parquet, into a table of text.

    Args:
        con: The database.
        file: The file.
        name: What the source calls it.
        relation: The table to make.
        label: What reports call it.

    Raises:
        ExportError: If there is no such file, or it cannot be read as what its ending says.
    """
    if not file.is_file():
        raise refused(file, "there is no such file.", "Correct the path, or export it.")
    try:
        if file.suffix.casefold() == ".parquet":
            return _read_parquet(con, file, name, relation, label)
        return read_delimited(con, file, name=name, relation=relation, label=label)
    except OSError as error:
        raise refused(
            file, f"cannot be read: {error.strerror}.", "Look at its permissions."
        ) from None


def peek(file: Path) -> tuple[str, ...]:
    """The header of a delimited file; empty where there is none to be read."""
    with file.open("rb") as f:
        start = f.read(8)
    with _opened(file, _wide(start) or "utf-8-sig") as f:
        try:
            return _Records(f, clean=False).header
        except csv.Error:
            return ()


def _read_parquet(
    con: duckdb.DuckDBPyConnection, file: Path, name: str, relation: str, label: str
) -> Raw:
    from_file = f"FROM {parquet_of(file)}"
    try:
        stated = [row[0] for row in con.execute(f"DESCRIBE SELECT * {from_file}").fetchall()]
        columns, doubled = _named(stated)
        texts = "".join(
            f"CAST({identifier(column)} AS VARCHAR) AS {within}, "
            for column, within in columns.items()
        )
        con.execute(
            f"CREATE OR REPLACE TEMP TABLE {relation} AS SELECT {texts}row_number() OVER () AS _row {from_file}"
        )
    except duckdb.Error:
        raise refused(file, "is not a Parquet file.", "Write it again.") from None
    (rows,) = con.execute(f"SELECT count(*) FROM {relation}").fetchone() or (0,)
    return Raw(
        name, file, relation, columns, rows, doubled=doubled, note=_about(doubled), label=label
    )


def read_delimited(
    con: duckdb.DuckDBPyConnection, file: Path, *, name: str, relation: str, label: str
) -> Raw:
    """Read one file into a table of text.

    Spaces around quotes and an empty cell too many at a line's end are passed over. UTF-8 and
    UTF-16 are recognised; a file that is neither is read as Windows-1252, which is
    what exports from a desktop are, and says so in `note`. Of two columns with one name neither
    is read, and `note` says so too.

    Raises:
        ExportError: If the file is empty, has no header, or is no text.
    """
    with file.open("rb") as f:
        start = f.read(8)
    for magic, (wrong, fix) in _NOT_TABLES.items():
        if start.startswith(magic):
            raise refused(file, wrong, fix)
    encoding, clean, note = _encoding(file, start)
    header, delimiter = _header(file, encoding, clean)
    columns, doubled = _named(header)
    note = "; ".join(words for words in (note, _about(doubled)) if words)
    # a line without anything is no row, but the one column of a narrow table may be blank
    by_itself = clean and len(header) > 1
    rows = _read_by_database(con, file, relation, len(header), delimiter) if by_itself else None
    malformed: tuple[Reject, ...] = ()
    lines: Sequence[int] | Callable[[], Sequence[int]] = partial(_lines, file, encoding, delimiter)
    if rows is None:
        with _opened(file, encoding) as f:
            records = _Records(f, clean=clean)
            _hand_over(con, relation, records)
        rows, lines = len(records.lines), records.lines
        malformed = tuple(Reject(label, line, why) for line, why in records.malformed)
    return Raw(
        name, file, relation, columns, rows, malformed, note, lines, label=label, doubled=doubled
    )


def _header(file: Path, encoding: str, clean: bool) -> tuple[tuple[str, ...], str]:
    """A file's header and its delimiter."""
    with _opened(file, encoding) as f:
        try:
            records = _Records(f, clean=clean)
        except csv.Error:
            raise refused(
                file, "has a quote in its header that is never closed.", "Close it.", line=1
            ) from None
    if not any(records.header):
        raise refused(
            file, "is empty: it has no header line.", "Export it again, or remove it.", line=1
        )
    return records.header, records.delimiter


def _lines(file: Path, encoding: str, delimiter: str) -> Sequence[int]:
    """Where each row of a file starts that the database read by itself, as it takes quotes."""
    lines, next_line = array("Q"), 1

    def counted(f: TextIO) -> Iterator[str]:
        nonlocal next_line
        for line in f:
            next_line += 1
            yield line

    with _opened(file, encoding) as f:
        at = 1
        for record in csv.reader(counted(f), delimiter=delimiter, skipinitialspace=True):
            if record:
                lines.append(at)
            at = next_line
    return lines[1:]


class _Records:
    """The records of an open file that are rows, the lines they start on, and what is no row.

    A record is what quotes make it: it may run over several lines. Where a quote is never
    closed, or closed in the middle of a cell, only the line it stands on is refused, and
    reading goes on with the next.
    """

    def __init__(self, file: TextIO, *, clean: bool) -> None:
        self.file, self.clean = file, clean
        self.lines = array("Q")
        self.malformed: list[tuple[int, str]] = []
        self._taken: list[str] = []
        self._again: deque[str] = deque()
        self._next_line = 1
        csv.field_size_limit(LARGEST_CELL)
        first = file.readline()
        self._again.append(first)
        self.delimiter = max(DELIMITERS, key=first.count)
        self._start()
        self.header = tuple(
            _STRANGE.sub("\ufffd", cell.strip().strip("\ufeff")) for cell in next(self._reader, [])
        )
        self._advance()

    def _start(self) -> None:
        self._reader = csv.reader(self._fed(), delimiter=self.delimiter, strict=True)

    def _fed(self) -> Iterator[str]:
        while line := self._again.popleft() if self._again else self.file.readline():
            self._taken.append(line)
            yield line

    def _advance(self) -> int:
        """The line that the record just read starts on."""
        at = self._next_line
        self._next_line += len(self._taken)
        self._taken.clear()
        return at

    def __iter__(self) -> Iterator[list[str]]:
        width = len(self.header)
        while True:
            try:
                for record in self._reader:
                    at = self._advance()
                    if len(record) != width:
                        if record:
                            few = "fewer" if len(record) < width else "more"
                            why = f"has {few} cells than the header has columns"
                            self.malformed.append((at, why))
                    elif not self.clean and (strange := _STRANGE.search("".join(record))):
                        self.malformed.append((at, _why_strange(strange[0])))
                    else:
                        self.lines.append(at)
                        yield record
                return
            except csv.Error as error:
                self.malformed.append((self._next_line, self._why_broken(str(error))))
                only, *others = self._taken
                self._taken = [only]
                self._again.extendleft(reversed(others))
                self._advance()
                self._start()

    def _why_broken(self, error: str) -> str:
        if len(self._taken) > 1 or "end of data" in error:
            return "has a quote that is never closed"
        if "field limit" in error:
            return f"has a cell of more than {LARGEST_CELL:,} characters"
        return "has a quote in the middle of a cell"


_STRANGE = re.compile("[\0\udc80-\udcff]")
"""What stands for a byte that is no text, and the one character no text has."""


def _why_strange(character: str) -> str:
    if character == "\0":
        return "has a NUL byte"
    return "has bytes that are not text in this file's encoding"


def _read_by_database(
    con: duckdb.DuckDBPyConnection, file: Path, relation: str, width: int, delimiter: str
) -> int | None:
    """Let the database read a file; how many rows it has, or None if not every record is one."""
    columns = ", ".join(f"c{at}: 'VARCHAR'" for at in range(width))
    try:
        con.execute(
            f"""CREATE OR REPLACE TEMP TABLE {relation}_text AS
            FROM read_csv({path_of(file)}, delim={quoted(delimiter)}, quote='"', escape='"',
                header=true, hive_partitioning=false, auto_detect=false, strict_mode=true, max_line_size={LARGEST_CELL},
                columns={{{columns}}});
            CREATE OR REPLACE TEMP VIEW {relation} AS
            SELECT *, rowid + 1 AS _row FROM {relation}_text"""
        )
    except duckdb.Error:
        return None
    (rows,) = con.execute(f"SELECT count(*) FROM {relation}_text").fetchone() or (0,)
    return int(rows)


def _hand_over(con: duckdb.DuckDBPyConnection, relation: str, records: _Records) -> None:
    """Put the rows of a file into the database ourselves."""
    make_table(con, relation, (f"c{at}" for at in range(len(records.header))))
    rows, done = iter(records), 0
    while some := list(islice(rows, AT_A_TIME)):
        add_rows(con, relation, in_columns(some), range(done + 1, done + len(some) + 1))
        done += len(some)


def _named(header: Sequence[str]) -> tuple[dict[str, str], tuple[str, ...]]:
    """Columns by name, with their names in the database; and the names that are there twice.

    Capitals make no difference. Columns without a name are left out: nothing can ask for them.
    """
    seen = Counter(column.casefold() for column in header if column)
    columns = {column: f"c{at}" for at, column in enumerate(header) if seen[column.casefold()] == 1}
    twice = {column.casefold(): column for column in header if seen[column.casefold()] > 1}
    return columns, tuple(twice.values())


def _about(doubled: Sequence[str]) -> str:
    named = ", ".join(name[:80] for name in doubled[:20])
    return f"names {named} twice; neither column is read" if doubled else ""


def _encoding(file: Path, start: bytes) -> tuple[str, bool, str]:
    """The file's encoding, whether all of it is text in that, and what to tell the user.

    One byte that is not UTF-8 does not make a file Windows-1252: whichever the other characters
    beyond ASCII speak for, it is.
    """
    if wide := _wide(start):
        return wide, False, "is UTF-16; read as such"
    beyond = broken = 0
    nul = False
    decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
    with file.open("rb") as f:
        while chunk := f.read(1 << 20):
            nul = nul or b"\0" in chunk
            if chunk.isascii() and not decoder.getstate()[0]:
                continue
            text = decoder.decode(chunk)
            beyond += len(_BEYOND_ASCII.findall(text))
            broken += len(_BROKEN.findall(text))
    broken += len(decoder.decode(b"", final=True))
    if not broken:
        return "utf-8-sig", not nul, ""
    if beyond > broken:
        return "utf-8-sig", False, "has bytes that are not UTF-8"
    return "cp1252", False, "is not UTF-8; read as Windows-1252"


def _wide(start: bytes) -> str:
    """The kind of UTF-16 that a file begins as; empty if it does not."""
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    for encoding, shape in (("utf-16-le", rb"([\t-~]\0){2}"), ("utf-16-be", rb"(\0[\t-~]){2}")):
        if re.match(shape, start):
            return encoding
    return ""


_BEYOND_ASCII = re.compile("[^\0-\x7f\udc80-\udcff]")
_BROKEN = re.compile("[\udc80-\udcff]")


def _opened(file: Path, encoding: str) -> TextIO:
    errors = "replace" if encoding.startswith("utf-16") else "surrogateescape"
    return file.open(encoding=encoding, newline="", errors=errors)
