"""The tables that somebody has: files of any format, sheets, tables of a database.

`tables_in` lists what lies in a place without reading it; a source then says which of the tables
it knows, and each is read when it is wanted. To add a format, add a function under `@Format`
that says which tables a file holds. That is all.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import duckdb

from remit.sources.delimited import Raw, refused
from remit.terms import Entry, Note, catalogue


@dataclass(frozen=True, slots=True)
class Found:
    """A table that lies somewhere, not read yet."""

    name: str
    """Its name there: a file without its ending, a sheet, a table; a source may give its own."""
    label: str
    """What reports call it."""
    columns: tuple[str, ...]
    """Its columns as written there; empty where they cannot be told before it is read."""
    fetch: Callable[[duckdb.DuckDBPyConnection, str], Raw]
    """Reads it as text into a relation of the given name. Raises ExportError."""
    size: int = 0
    """Bytes, where known."""
    spelt: Mapping[str, str] = field(default_factory=dict)
    """A source's word for a column, to how the column is written there."""

    def has(self, *columns: str) -> bool:
        """Whether it has all of these columns, whatever their capitals."""
        return {c.casefold() for c in columns} <= {c.casefold() for c in self.columns}

    def known_as(self, name: str, spelt: Mapping[str, str] | None = None) -> Found:
        """The same table under a source's own name, with the source's words for its columns."""
        return dataclasses.replace(self, name=name, spelt=spelt or {})

    def read(self, con: duckdb.DuckDBPyConnection, relation: str) -> Raw:
        """Read it, every cell as text.

        Raises:
            ExportError: If it cannot be read as what it is.
        """
        raw = self.fetch(con, relation)
        raw.name, raw.label = self.name, self.label
        raw.columns = self._in_source_words(raw.columns)
        return raw

    def _in_source_words(self, columns: Mapping[str, str]) -> Mapping[str, str]:
        there = {column.casefold(): within for column, within in columns.items()}
        known = {
            word: there[written.casefold()]
            for word, written in self.spelt.items()
            if written.casefold() in there
        }
        taken = {word.casefold() for word in known}
        rest = {c: within for c, within in columns.items() if c.casefold() not in taken}
        return {**rest, **known}


@dataclass(frozen=True)
class Format(Note):
    """Marks a function from a file to the tables that it holds."""

    endings: tuple[str, ...]
    """Endings of file names, with the dot, in small letters."""


def tables_in(place: Path) -> list[Found]:
    """Every table in a folder or a file, A to Z by file name.

    Files of no known format are passed over; of a folder, only its own files are looked at.

    Raises:
        ExportError: If there is no such place, it cannot be looked into, is a file that no
            format knows, or is called by bytes that are not text, as is a file in it.
    """
    _check_name(place)
    if place.is_file():
        if not _formats_of(place):
            known = ", ".join(sorted(e for f in _formats().values() for e in f.note.endings))
            raise refused(place, "is of no format that remit reads.", f"Known: {known}.")
        return _tables_of(place)
    if not place.is_dir():
        raise refused(
            place, "there is no such folder or file.", "Give an export, or a mapping (.yaml)."
        )
    try:
        files = sorted(file for file in place.iterdir() if file.is_file())
    except OSError as error:
        raise refused(
            place, f"cannot be read: {error.strerror}.", "Look at its permissions."
        ) from None
    for file in files:
        if _formats_of(file):
            _check_name(file)
    return [table for file in files for table in _tables_of(file)]


def _check_name(place: Path) -> None:
    """That a name is text, so that it can be told and handed to the database."""
    try:
        str(place).encode()
    except UnicodeEncodeError:
        shown = Path(str(place).encode("utf-8", "replace").decode())
        raise refused(shown, "has a name that is not text in UTF-8.", "Rename it.") from None


@cache
def _formats() -> Mapping[str, Entry[Format]]:
    return catalogue("remit.sources", Format)


def _formats_of(file: Path) -> list[Entry[Format]]:
    name = file.name.casefold()
    return [f for f in _formats().values() if name.endswith(f.note.endings)]


def _tables_of(file: Path) -> list[Found]:
    """What a file holds, by the first of its formats that finds anything in it."""
    return next((tables for f in _formats_of(file) if (tables := list(f.call(file)))), [])
