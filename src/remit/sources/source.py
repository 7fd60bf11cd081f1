"""What a source is, and what it is given."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property

import duckdb

from remit.benchmarks import with_overrides
from remit.charter import Charter
from remit.evidence.write import NEVER_TAKEN
from remit.sources.cells import Reader
from remit.sources.found import Found
from remit.terms import Note


@dataclass(frozen=True)
class Source(Note):
    """Marks a function as a kind of export.

    The function takes an `Export` and yields `Rows` and `Derived`, canonical tables first that
    later ones look things up in.
    """

    finds: Callable[[Sequence[Found]], Mapping[str, Found]]
    """Which of the tables that lie somewhere are this kind's, by the names it asks for them.
    Where several kinds know something of a place, whichever knows most of it chooses first."""
    known: frozenset[str] = frozenset()
    """Names of tables or endings of files, to tell a user what would have been known."""
    after_records: bool = False
    """Whether it looks up people and records that other kinds bring, and so is read after them."""
    one_a_person: bool = False
    """Whether each file is one person's, so that its name and its counts are told of no one file."""


def by_name(names: frozenset[str]) -> Callable[[Sequence[Found]], Mapping[str, Found]]:
    """Tables of these names, whatever their capitals; of two alike the first.

    Tables that a connector wrote (a column that starts with `_fivetran` or `_airbyte`) are not
    meant, whatever they are called.
    """
    wanted = {name.casefold(): name for name in names}

    def finds(tables: Sequence[Found]) -> Mapping[str, Found]:
        found: dict[str, Found] = {}
        for table in tables:
            name = wanted.get(table.name.casefold())
            if name is not None and name not in found and not connector(table):
                found[name] = table.known_as(name)
        return found

    return finds


def connector(table: Found) -> str:
    """Whose connector wrote a table: fivetran, airbyte, or nobody's ("")."""
    for column in table.columns:
        for name in ("fivetran", "airbyte"):
            if column.casefold().startswith(f"_{name}"):
                return name
    return ""


STAMPS = (
    "systemmodstamp",
    "lastmodifieddate",
    "createddate",
    "createdate",
    "fivetransynced",
    "airbyteextractedat",
)
"""How the names of columns end that tell when a row was made or changed."""


@dataclass(eq=False)
class Export:
    """The files of one export, as text in the database, and the charter to read them by."""

    charter: Charter
    con: duckdb.DuckDBPyConnection
    readers: Mapping[str, Reader]
    today: date
    """The day of the load: nothing can have been entered after it."""
    notes: list[str] = field(default_factory=list)

    @cached_property
    def taken_at(self) -> datetime:
        """The last instant that the export tells of: when it must have been taken, at least.

        Rows that do not say when they last changed are taken to be as old as this.
        """
        latest = NEVER_TAKEN
        for reader in self.readers.values():
            for column in reader.raw.columns:
                if column.casefold().replace("_", "").endswith(STAMPS):
                    instant = reader.instant(column).sql
                    (found,) = self.con.execute(
                        f"SELECT max({instant}) FROM {reader.raw.relation} "
                        f"WHERE {instant} < TIMESTAMP '{self.today}' + INTERVAL 2 DAY"
                    ).fetchone() or (None,)
                    latest = max(latest, found or latest)
        return latest

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
