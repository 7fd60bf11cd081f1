"""The small language in which a source says how columns of text become canonical columns.

A `Cell` is a SQL expression over one raw row, and a condition that is true where something was
written but could not be understood. Columns that a file lacks become typed nulls and are noted on
the file, so that the report can say what it could not see.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import duckdb

from remit.evidence.sql import quoted
from remit.sources.delimited import ExportError, Raw
from remit.terms import Place, Problem

NEVER = "false"


@dataclass(frozen=True, slots=True)
class Cell:
    """An expression, and when it failed to understand what was written."""

    sql: str
    failed: str = NEVER
    column: str = ""
    kind: str = ""
    """What it should have been, for the report, where its type does not tell."""


def null(type_: str) -> Cell:
    """A column nobody can fill."""
    return Cell(f"CAST(NULL AS {type_})")


def constant(value: str) -> Cell:
    """The same word in every row."""
    return Cell(quoted(value))


def as_id(sql: str) -> str:
    """A Salesforce id by its first 15 characters, which 15- and 18-character forms share."""
    return (
        f"CASE WHEN length({sql}) = 18 AND regexp_full_match({sql}, '[A-Za-z0-9]{{15}}[A-Z0-5]{{3}}') "
        f"THEN left({sql}, 15) ELSE {sql} END"
    )


@dataclass(eq=False)
class Reader:
    """Reads the cells of one file.

    Days, instants and numbers are recognised per column, by the way of writing that fits most
    of its cells; the others are reported. Where 03/04 could be either, the rest of the export
    decides; where 1,234 could be, it is more than a thousand.
    """

    con: duckdb.DuckDBPyConnection
    raw: Raw
    month_first: Callable[[], bool | None] = lambda: None
    """What the rest of the export shows of 03/04; None where it shows nothing."""
    _formats: dict[str, str] = field(default_factory=dict)
    _worked_out: dict[str, str] = field(default_factory=dict)
    _blanks: dict[str, bool] = field(default_factory=dict)

    def text(self, name: str) -> Cell:
        """Words, without spaces around them; blank is null."""
        found = self.raw.column(name)
        if not found:
            return null("VARCHAR")
        if found not in self._blanks:
            (blanks,) = self.con.execute(
                f"SELECT bool_or({found} <> trim({found}) OR {_spaced(found)}) FROM {self.raw.relation}"
            ).fetchone() or (False,)
            self._blanks[found] = bool(blanks)
        bare = f"trim({found}, {_BLANKS})" if self._blanks[found] else found
        return Cell(f"nullif({bare}, '')", column=name)

    def id(self, name: str) -> Cell:
        """An id of another record."""
        cell = self.text(name)
        return Cell(as_id(cell.sql), column=name)

    def flag(self, name: str) -> Cell:
        """True or false, in any of the ways exports write it."""
        cell = self.text(name)
        read = (
            f"CASE WHEN lower({cell.sql}) IN ('true', '1', 'yes', 't', 'y') THEN true "
            f"WHEN lower({cell.sql}) IN ('false', '0', 'no', 'f', 'n') THEN false END"
        )
        return self._understood(cell, read, name)

    def number(self, name: str) -> Cell:
        """A finite number; `NaN` and `inf` are not numbers anybody meant."""
        cast = f"try_cast({self._digits(name)} AS DOUBLE)"
        return self._understood(
            self.text(name), f"CASE WHEN isfinite({cast}) THEN {cast} END", name
        )

    def whole(self, name: str) -> Cell:
        """A whole number."""
        number = self.number(name)
        cast = f"CASE WHEN {number.sql} = floor({number.sql}) THEN try_cast({number.sql} AS BIGINT) END"
        return self._understood(self.text(name), cast, name)

    def amount(self, name: str) -> Cell:
        """An exact amount of money, without its currency."""
        cast = f"try_cast({self._digits(name)} AS DECIMAL(18, 2))"
        return self._understood(self.text(name), cast, name)

    def _digits(self, name: str) -> str:
        """A number as the database writes it: a decimal point and no groups; else null.

        A comma is never dropped blindly: 1,50 is not 150.
        """
        sql = self.text(name).sql
        if not self.raw.has(name):
            return sql
        if name not in self._formats:
            counts = self.con.execute(
                "SELECT "
                + ", ".join(f"count(*) FILTER (regexp_full_match({sql}, '{w}'))" for w in _NUMBERS)
                + f" FROM {self.raw.relation}"
            ).fetchone() or (0, 0)
            self._formats[name] = "," if counts[1] > counts[0] else "."
        point = self._formats[name]
        shape = _NUMBERS[0 if point == "." else 1]
        plain = f"replace(replace({sql}, '{'.' if point == ',' else ','}', ''), ',', '.')"
        return f"CASE WHEN regexp_full_match({sql}, '{shape}') THEN {plain} END"

    def instant(self, name: str) -> Cell:
        """An instant in UTC; a bare time is in the charter's zone, a bare day is its start."""
        cell = self.text(name)
        if not self.raw.has(name):
            return null("TIMESTAMP")
        return self._understood(
            cell, f"make_timestamp(epoch_us({self._stamp(cell.sql, name)}))", name
        )

    def day(self, name: str) -> Cell:
        """A calendar day in the charter's zone."""
        cell = self.text(name)
        if not self.raw.has(name):
            return null("DATE")
        return self._understood(cell, f"CAST({self._stamp(cell.sql, name)} AS DATE)", name)

    def day_of(self, name: str, zone: str) -> Cell:
        """The calendar day in a zone on which an instant fell."""
        instant = self.instant(name)
        return self._understood(Cell(instant.sql), local_day(instant.sql, zone), name)

    def _understood(self, cell: Cell, read: str, name: str) -> Cell:
        """A cell with a name of its own in the file's relation, however often it is used."""
        if not self.raw.has(name):
            return Cell(read)
        if read not in self._worked_out:
            self._worked_out[read] = f"w{len(self._worked_out)}"
            told = ", ".join(f"{sql} AS {column}" for sql, column in self._worked_out.items())
            self.con.execute(
                f"CREATE OR REPLACE TEMP VIEW {self.raw.relation} AS "
                f"SELECT *, {told} FROM ({self._text})"
            )
        column = self._worked_out[read]
        return Cell(column, f"({cell.sql} IS NOT NULL AND {column} IS NULL)", name)

    def release(self) -> None:
        """Give back the room that the file's rows take, once nothing will ask for them."""
        relation = self.raw.relation
        for view in (True, False):
            listed = f"SELECT {'view' if view else 'table'}_name FROM duckdb_{'views' if view else 'tables'}()"
            named = f"{listed} WHERE temporary AND {'view' if view else 'table'}_name IN (?, ?)"
            for (name,) in self.con.execute(named, [relation, f"{relation}_text"]).fetchall():
                self.con.execute(f"DROP {'VIEW' if view else 'TABLE'} {name}")

    @cached_property
    def _text(self) -> str:
        """The cells as they are written, and `_row`: what the relation was at first."""
        relation = self.raw.relation
        kind = self.con.execute(
            "SELECT sql FROM duckdb_views() WHERE view_name = ? AND temporary", [relation]
        ).fetchone()
        if kind is not None:
            return f"SELECT *, rowid + 1 AS _row FROM {relation}_text"
        self.con.execute(f"ALTER TABLE {relation} RENAME TO {relation}_text")
        return f"FROM {relation}_text"

    def _stamp(self, sql: str, name: str) -> str:
        """The instant that a cell tells; one outside the years a CRM can mean is none."""
        key = f"{name} as a day"
        if key not in self._formats:
            self._formats[key] = self._format(sql, name)
        stamp = self._formats[key].replace("{}", sql)
        return f"CASE WHEN {stamp} >= {_EARLIEST} AND {stamp} < {_LATEST} THEN {stamp} END"

    def _format(self, sql: str, name: str) -> str:
        ways = ["try_cast({} AS TIMESTAMPTZ)", *(f"{_parsed(way)}" for way in _OTHER_WAYS)]
        fits = self.con.execute(
            "SELECT "
            + ", ".join(f"count({way.replace('{}', sql)})" for way in ways)
            + f", count({sql}) FROM {self.raw.relation}"
        ).fetchone() or (0,) * (len(ways) + 1)
        written, most = fits[-1], max(fits[:-1])
        best = [way for way, count in zip(ways, fits, strict=False) if count == most]
        if most == 0 or written == 0 or ways[0] in best:
            return ways[0]
        if len(best) == 1:
            return best[0]
        month_first = self.month_first()
        if month_first is None:
            why = (
                "every cell fits both"
                if most == written
                else "as many cells fit only the one as fit only the other"
            )
            raise ExportError(
                [
                    Problem(
                        Place(str(self.raw.file)),
                        name,
                        f"could be written day first or month first: {why}.",
                        "Write days as 2026-03-04.",
                    )
                ]
            )
        wanted = "%m" if month_first else "%d"
        return next((way for way in best if f"'{wanted}" in way), best[0])


def local_day(instant: str, zone: str) -> str:
    """The calendar day of an instant in a zone, as SQL."""
    # a subquery is worked out once for each different quarter of an hour, not once a row
    return (
        f"(SELECT CAST(timezone('{zone}', timezone('UTC', quarter)) AS DATE) "
        f"FROM (SELECT time_bucket(INTERVAL 15 MINUTE, {instant}) AS quarter))"
    )


def _spaced(column: str) -> str:
    """Whether a cell has a blank that is no space, wherever it stands."""
    return " OR ".join(f"contains({column}, chr({code}))" for code in (9, 10, 13, 160))


_BLANKS = "chr(32) || chr(9) || chr(10) || chr(13) || chr(160)"
_EARLIEST, _LATEST = "TIMESTAMPTZ '1900-01-01 00:00:00+00'", "TIMESTAMPTZ '2200-01-01 00:00:00+00'"
"""Between these lies every day that a CRM means; before and after it are slips and placeholders."""
_NUMBERS = (
    r"[-+]?(\d{1,3}(,\d{3})+|\d*)(\.\d*)?([eE][-+]?\d+)?",
    r"[-+]?(\d{1,3}(\.\d{3})+|\d*)(,\d*)?([eE][-+]?\d+)?",
)
"""Ways to write a number: with a decimal point, and with a decimal comma."""
_DAYS = ("%m/%d/%y", "%m/%d/%Y", "%d/%m/%y", "%d/%m/%Y", "%d.%m.%y", "%d.%m.%Y", "%Y/%m/%d")
_TIMES = ("", " %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S %p", ", %H:%M", ", %I:%M %p")
_OTHER_WAYS = tuple((day, tuple(day + time for time in _TIMES)) for day in _DAYS)


def _parsed(way: tuple[str, Sequence[str]]) -> str:
    """One order of day and month, with any of the ways to write a time behind it."""
    day, full = way
    shape = re.sub(r"%[md]", r"\\d{1,2}", day).replace("%Y", r"\d{4}").replace("%y", r"\d{2}")
    shape = shape.replace(".", r"\.") if "." in day else shape
    listed = ", ".join(f"'{one}'" for one in full)
    return (
        f"CASE WHEN regexp_matches({{}}, '^{shape}(\\D|$)') "
        f"THEN CAST(try_strptime({{}}, [{listed}]) AS TIMESTAMPTZ) END"
    )


def month_comes_first(con: duckdb.DuckDBPyConnection, raws: Sequence[Raw]) -> bool | None:
    """What the slashed days of a whole export show: month first, day first, or nothing.

    A first number above 12 can only be a day, a second one above 12 only follows a month.
    """
    day_first = month_first = 0
    for raw in raws:
        slashed = [
            f"count(*) FILTER (regexp_matches({c}, '^(1[3-9]|2\\d|3[01])/\\d{{1,2}}/\\d')), "
            f"count(*) FILTER (regexp_matches({c}, '^\\d{{1,2}}/(1[3-9]|2\\d|3[01])/\\d'))"
            for c in raw.columns.values()
        ]
        if not slashed:
            continue
        counts = con.execute(f"SELECT {', '.join(slashed)} FROM {raw.relation}").fetchone() or ()
        day_first += sum(counts[::2])
        month_first += sum(counts[1::2])
    if day_first == month_first:
        return None
    return month_first > day_first


@dataclass(frozen=True, slots=True)
class Rows:
    """How one file's rows become rows of one canonical table.

    A row is refused where a required cell is missing or was not understood, where its key was
    seen before, or where one of `refuse` holds (reason to SQL condition).
    """

    table: str
    raw: Raw
    cells: Mapping[str, Cell]
    refuse: Mapping[str, str] = field(default_factory=dict)
    where: str = "true"
    """Rows that are meant for this table; the others are not counted against it. A row of a file
    that is meant for no table is refused, and says so."""
    gone: str = NEVER
    """Rows that the CRM marks as deleted or merged away: not kept, counted, and taken out if an
    earlier load had kept them."""
    staged: bool = False
    """True where each row is one entry of a history, whose spells are then worked out from all
    entries that any load brought."""
    why: str = ""
    """How the rows are known where no column says it, for the report."""


@dataclass(frozen=True, slots=True)
class Derived:
    """Rows of a canonical table worked out from raw tables by a query, not row by row.

    The query must name every column it fills; `known_from` included.
    """

    table: str
    query: str
    why: str = ""
    """How they were derived, for the report."""


@dataclass(frozen=True, slots=True)
class Lent:
    """A file whose rows other rows look things up in; all of them count as kept."""

    raw: Raw
    to: str


Mapped = Rows | Derived | Lent
"""What a source yields."""
