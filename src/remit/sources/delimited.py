"""Delimited text files, read as they come: nothing is guessed silently and no line is lost.

Every cell is text until a source asks for more. Lines that are not rows (too few or too many
cells, open quotes, bytes that are no text) are kept as rejects with their line number.
"""

from __future__ import annotations

import codecs
import csv
import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from pathlib import Path

import duckdb

from remit.terms import Place, Problem, RemitError

DELIMITERS = ",;\t|"


class ExportError(RemitError):
    """An export that cannot be used, with everything that is wrong with it."""


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
    """One file as text in the database: a table of its columns, and `_row` counted from 1."""

    name: str
    file: Path
    relation: str
    columns: tuple[str, ...]
    rows: int
    malformed: tuple[tuple[int, Reject], ...] = ()
    """Record number and reject of each line that is not a row."""
    note: str = ""
    utf8: Path | None = None
    looked_at: set[str] = field(default_factory=set)
    missing: set[str] = field(default_factory=set)

    def has(self, column: str) -> bool:
        """Whether the file has a column, whatever its capitals."""
        return column.casefold() in self._by_folded

    def column(self, name: str) -> str | None:
        """The column as the file spells it; a name the file lacks is noted as missing."""
        found = self._by_folded.get(name.casefold())
        (self.looked_at if found else self.missing).add(name)
        return found

    @cached_property
    def _by_folded(self) -> dict[str, str]:
        return {column.casefold(): column for column in self.columns}

    @cached_property
    def _lines(self) -> list[int]:
        """First line of every record after the header, from one pass over the file."""
        assert self.utf8 is not None
        with self.utf8.open(encoding="utf-8-sig", newline="", errors="replace") as f:
            reader = csv.reader(f, delimiter=_delimiter(f.readline()))
            starts, before = [], 1
            try:
                for record in reader:
                    if record:
                        starts.append(before + 1)
                    before = reader.line_num + 1
            except csv.Error:
                pass
        return starts

    def line(self, row: int) -> int | None:
        """Line in the file on which a kept row starts; in a Parquet file, its row."""
        if self.utf8 is None:
            return row
        record = row
        for number in sorted(number for number, _ in self.malformed):
            if number <= record:
                record += 1
        return self._lines[record - 1] if record <= len(self._lines) else None


def read_table(con: duckdb.DuckDBPyConnection, file: Path, *, name: str, scratch: Path) -> Raw:
    """Read one file, delimited or Parquet, into a table of text.

    Raises:
        ExportError: If there is no such file, or it cannot be read as what its ending says.
    """
    if not file.is_file():
        raise ExportError(
            [
                Problem(
                    Place(str(file)),
                    "",
                    "there is no such file.",
                    "Correct the path, or export it.",
                )
            ]
        )
    if file.suffix.casefold() != ".parquet":
        return read_delimited(con, file, name=name, scratch=scratch)
    relation = "raw_" + re.sub(r"\W", "_", name).lower()
    try:
        con.execute(
            f"""CREATE OR REPLACE TEMP TABLE {relation} AS SELECT CAST(COLUMNS(*) AS VARCHAR),
            row_number() OVER () AS _row FROM read_parquet({_quoted(str(file))})"""
        )
    except duckdb.Error:
        raise ExportError(
            [Problem(Place(str(file)), "", "is not a Parquet file.", "Write it again.")]
        ) from None
    columns = [row[0] for row in con.execute(f"DESCRIBE {relation}").fetchall()]
    (rows,) = con.execute(f"SELECT count(*) FROM {relation}").fetchone() or (0,)
    return Raw(name, file, relation, tuple(c for c in columns if c != "_row"), rows)


def read_delimited(con: duckdb.DuckDBPyConnection, file: Path, *, name: str, scratch: Path) -> Raw:
    """Read one file into a table of text.

    UTF-8 and UTF-16 are recognised; a file that is neither is read as Windows-1252, which is
    what exports from a desktop are, and says so in `note`.

    Raises:
        ExportError: If the file is empty, has no header, or names a column twice.
    """
    readable, note = _as_utf8(file, scratch)
    with readable.open(encoding="utf-8-sig", newline="", errors="replace") as f:
        first = f.readline()
        f.seek(0)
        delimiter = _delimiter(first)
        csv.field_size_limit(10_000_000)
        header = next(csv.reader(f, delimiter=delimiter), [])
    place = Place(str(file), 1)
    columns = tuple(cell.strip().lstrip("\ufeff") for cell in header)
    if not any(columns):
        raise ExportError(
            [
                Problem(
                    place, "", "is empty: it has no header line.", "Export it again, or remove it."
                )
            ]
        )
    doubled = sorted({column for column in columns if columns.count(column) > 1 and column})
    if doubled:
        raise ExportError(
            [
                Problem(place, column, "names two columns.", "Rename one of them.")
                for column in doubled
            ]
        )
    named = [column or f"_column_{at}" for at, column in enumerate(columns, 1)]
    relation = "raw_" + re.sub(r"\W", "_", name).lower()
    con.execute("DROP TABLE IF EXISTS rejected_lines; DROP TABLE IF EXISTS rejected_scans")
    con.execute(
        f"""CREATE OR REPLACE TEMP TABLE {relation} AS
        SELECT *, row_number() OVER () AS _row FROM read_csv(
            {_quoted(str(readable))}, delim={_quoted(delimiter)}, quote='"', escape='"',
            header=true, auto_detect=false, max_line_size=10000000, store_rejects=true,
            rejects_table='rejected_lines', rejects_scan='rejected_scans', rejects_limit=0,
            columns={{{", ".join(f"{_quoted(c)}: 'VARCHAR'" for c in named)}}})"""
    )
    (rows,) = con.execute(f"SELECT count(*) FROM {relation}").fetchone() or (0,)
    raw = Raw(name, file, relation, tuple(named), rows, note=note, utf8=readable)
    raw.malformed = _malformed(con, raw, readable)
    return raw


def _malformed(
    con: duckdb.DuckDBPyConnection, raw: Raw, readable: Path
) -> tuple[tuple[int, Reject], ...]:
    found = con.execute(
        """SELECT line - 1, min(line_byte_position), first(error_type ORDER BY byte_position)
        FROM rejected_lines GROUP BY line ORDER BY line"""
    ).fetchall()
    if not found:
        return ()
    content = readable.read_bytes()
    breaks = [at.start() for at in re.finditer(b"\n", content)]
    return tuple(
        (
            record,
            Reject(
                str(raw.file),
                bisect_right(breaks, position) + 1,
                _WHY.get(str(kind), f"is not a row: {str(kind).lower()}"),
            ),
        )
        for record, position, kind in found
    )


_WHY = {
    "MISSING COLUMNS": "has fewer cells than the header has columns",
    "TOO MANY COLUMNS": "has more cells than the header has columns",
    "UNQUOTED VALUE": "has a quote that is never closed",
    "INVALID ENCODING": "has bytes that are not text in this file's encoding",
    "LINE SIZE OVER MAXIMUM": "is longer than a row can be",
}


def _as_utf8(file: Path, scratch: Path) -> tuple[Path, str]:
    """The file, or a copy of it in UTF-8, and what to tell the user about that."""
    with file.open("rb") as f:
        start = f.read(4)
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _copied(file, "utf-16", scratch), "is UTF-16; read as such"
    multibyte, broken = 0, False
    decoder = codecs.getincrementaldecoder("utf-8")()
    with file.open("rb") as f:
        while chunk := f.read(1 << 20):
            try:
                multibyte += (
                    sum(ord(c) > 127 for c in decoder.decode(chunk)) if not chunk.isascii() else 0
                )
            except UnicodeDecodeError:
                broken = True
                break
    if not broken or multibyte:
        return file, "has bytes that are not UTF-8" if broken else ""
    return _copied(file, "cp1252", scratch), "is not UTF-8; read as Windows-1252"


def _copied(file: Path, encoding: str, scratch: Path) -> Path:
    copy = scratch / f"{file.stem}.utf8{file.suffix}"
    with (
        file.open(encoding=encoding, errors="replace", newline="") as source,
        copy.open("w", encoding="utf-8", newline="") as target,
    ):
        while part := "".join(islice(source, 10_000)):
            target.write(part)
    return copy


def _delimiter(line: str) -> str:
    return max(DELIMITERS, key=line.count)


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def quoted_list(words: Sequence[str]) -> str:
    """Words as a SQL list, for `IN`."""
    return "(" + ", ".join(_quoted(word) for word in words) + ")"
