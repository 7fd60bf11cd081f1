"""What a source is, and what it is given."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

import duckdb

from remit.benchmarks import with_overrides
from remit.charter import Charter
from remit.sources.cells import Reader
from remit.terms import Note


@dataclass(frozen=True)
class Source(Note):
    """Marks a function as a kind of export.

    The function takes an `Export` and yields `Rows` and `Derived`, canonical tables first that
    later ones look things up in.
    """

    files: frozenset[str] = frozenset()
    """Names, without their ending, any of which tell this kind of export in a folder."""


@dataclass(eq=False)
class Export:
    """The files of one export, as text in the database, and the charter to read them by."""

    charter: Charter
    con: duckdb.DuckDBPyConnection
    readers: Mapping[str, Reader]
    today: date
    """The day of the load: nothing can have been entered after it."""
    notes: list[str] = field(default_factory=list)

    def get(self, name: str) -> Reader | None:
        """One file by its name, or None if the export has none such."""
        return self.readers.get(name) or self.readers.get(name.casefold())

    def number(self, name: str) -> float:
        """A benchmark that decides how rows are read, with the charter's own value where it has one."""
        override = self.charter.benchmarks.get(name)
        numbers = with_overrides(
            {name: override.model_dump()} if override else {}, company=self.charter.company
        )
        return float(numbers[name].at(self.today).value or 0)

    def __iter__(self) -> Iterator[Reader]:
        return iter(self.readers.values())
