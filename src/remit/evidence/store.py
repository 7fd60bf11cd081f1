"""A loaded evidence file: opening it, and looking at it as of a day."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

import duckdb
import ibis

from remit.evidence.tables import TABLES
from remit.terms import Place, Problem, RemitError

FORMAT = "2"
"""Version of the layout of an evidence file."""


class EvidenceError(RemitError):
    """An evidence file that cannot be used."""


@dataclass(frozen=True, slots=True)
class LoadedFile:
    """What became of one file of an export: rows in = kept + rejected."""

    file: str
    table: str
    rows: int
    kept: int
    rejected: int
    note: str = ""
    missing: tuple[str, ...] = ()
    """Columns a source looked for and did not find."""


@dataclass(eq=False)
class Evidence:
    """The canonical tables as they were known at the end of a day.

    Tables are Ibis expressions: `evidence["leads"]`. Deals closed after the day are open again.
    """

    file: Path
    connection: Any
    meta: Mapping[str, str]
    as_of: date
    _hidden: dict[str, Any] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Any:
        """One canonical table, without what only became known later."""
        if name not in TABLES:
            raise KeyError(f"{name} is not a canonical table")
        if name not in self._hidden:
            table = self.connection.table(name).drop("stated_at", "_content", "_since")
            table = table.filter(table.known_from.isnull() | (table.known_from < self.ends))
            if name == "opportunities":
                later = table.closed_at >= self.ends
                table = table.mutate(
                    won=later.ifelse(ibis.null("boolean"), table.won),
                    closed_at=later.ifelse(ibis.null("timestamp(6)"), table.closed_at),
                )
            self._hidden[name] = table
        return self._hidden[name]

    @property
    def ends(self) -> datetime:
        """The instant (UTC) at which the as-of day ends in the charter's time zone."""
        return ends_of_day(self.as_of, self.time_zone)

    @property
    def first_day(self) -> date:
        """The first day on which anything was entered."""
        return date.fromisoformat(self.meta["first_day"])

    @property
    def time_zone(self) -> str:
        """The zone days were cut in when the file was loaded."""
        return self.meta.get("time_zone", "UTC")

    def rows(self, name: str) -> int:
        """How many rows a table has as of the day."""
        return int(self[name].count().execute())

    @cached_property
    def files(self) -> tuple[LoadedFile, ...]:
        """Every file that was loaded, with its counts."""
        return tuple(
            LoadedFile(
                file=row["file"],
                table=row["canonical_table"],
                rows=row["rows_in"],
                kept=row["kept"],
                rejected=row["rejected"],
                note=row["note"],
                missing=tuple(json.loads(row["missing"])),
            )
            for row in self._all("loaded_files", "file", "canonical_table")
        )

    @cached_property
    def rejects(self) -> tuple[Mapping[str, Any], ...]:
        """Every row not kept and every value not understood: file, line, reason."""
        return tuple(self._all("rejects", "file", "line"))

    @cached_property
    def derivations(self) -> Mapping[str, str]:
        """How tables were worked out that the export does not hold as such."""
        return {
            row["canonical_table"]: row["how"]
            for row in self._all("derivations", "canonical_table")
        }

    @cached_property
    def source(self) -> str:
        """Name of the kind of export that was loaded."""
        return self.meta.get("source", "")

    def people(self) -> list[dict[str, Any]]:
        """Who is behind each pseudonym: `person_id, source_id, name, email`.

        For matching the charter's own people file, and for the individual view, only.
        """
        return self._all("private.names", "person_id")

    def sql(self, query: str) -> list[tuple[Any, ...]]:
        """Run a query against the file, as somebody checking a proof would."""
        found = self.connection.con.execute(query).fetchall()
        return [tuple(row) for row in found]

    def _all(self, table: str, *order: str) -> list[dict[str, Any]]:
        cursor = self.connection.con.execute(f"SELECT * FROM {table} ORDER BY {', '.join(order)}")
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def ends_of_day(day: date, zone: str) -> datetime:
    """The first instant after a day in a zone, as UTC without a zone.

    >>> from datetime import date
    >>> ends_of_day(date(2026, 3, 4), "Europe/Berlin")
    datetime.datetime(2026, 3, 4, 23, 0)
    """
    from datetime import UTC
    from zoneinfo import ZoneInfo

    following = datetime.combine(day + timedelta(days=1), datetime.min.time(), ZoneInfo(zone))
    return following.astimezone(UTC).replace(tzinfo=None)


def open_evidence(file: Path, *, as_of: date | None = None, reading: str | None = None) -> Evidence:
    """Open a loaded file, read-only.

    Args:
        file: What `remit load` wrote.
        as_of: The day to look from, inclusive; the last day in the evidence if None.
        reading: The charter's hash of what decides how an export is read. Where the file was
            loaded with another, the patterns it stored are not the charter's any more.

    Raises:
        EvidenceError: If it is no evidence file, was loaded under another reading, or if
            `as_of` is before the first day.
    """
    place = Place(str(file))
    try:
        connection = ibis.duckdb.connect(str(file), read_only=True)
        connection.con.execute("SET enable_progress_bar = false")
        meta = dict(connection.con.execute("SELECT key, value FROM meta").fetchall())
    except (duckdb.Error, OSError) as error:
        if "lock" in str(error):
            busy = Problem(place, "", "is being written by another process.", "Wait for it to end.")
            raise EvidenceError([busy]) from None
        raise EvidenceError(
            [
                Problem(
                    place,
                    "",
                    "is not an evidence file.",
                    "Make one with `remit load CHARTER EXPORT --into FILE`.",
                )
            ]
        ) from None
    if meta.get("format") != FORMAT:
        raise EvidenceError(
            [
                Problem(
                    place, "", f"has layout {meta.get('format')}, not {FORMAT}.", "Load it again."
                )
            ]
        )
    if reading is not None and meta.get("reading") != reading:
        raise EvidenceError(
            [
                Problem(
                    place,
                    "",
                    "was loaded with other patterns, fields or segments than the charter has now.",
                    "Load the export again with this charter.",
                )
            ]
        )
    last = date.fromisoformat(meta["last_day"])
    first = date.fromisoformat(meta["first_day"])
    if as_of is not None and as_of < first:
        raise EvidenceError(
            [
                Problem(
                    place,
                    "as of",
                    f"{as_of} is before the first day in the evidence.",
                    f"It runs from {first} to {last}.",
                )
            ]
        )
    return Evidence(file, connection, meta, as_of or last)
