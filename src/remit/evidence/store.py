"""Loaded evidence, wherever it lies: opening it, and looking at it as of a day."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

import ibis

from remit.evidence.elsewhere import EvidenceError as EvidenceError
from remit.evidence.elsewhere import Opened, hold, looked_up, open_place, rows_of
from remit.evidence.tables import TABLES, VERSIONED
from remit.evidence.versions import as_known
from remit.terms import Place, Problem

P = ParamSpec("P")
T = TypeVar("T")
FORMAT = "5"
"""Version of the layout of an evidence file."""


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

    place: Opened
    meta: Mapping[str, str]
    as_of: date
    _hidden: dict[str, Any] = field(default_factory=dict, init=False, repr=False)
    _read: dict[Any, tuple[Any, Any]] = field(default_factory=dict, init=False, repr=False)

    def __getitem__(self, name: str) -> Any:
        """One canonical table, without what only became known later."""
        if name not in TABLES:
            raise KeyError(f"{name} is not a canonical table")
        if name not in self._hidden:
            kept = [column for column in TABLES[name].columns if column != "stated_at"]
            table = self._versions(name).select(*kept)
            if self._looks_back:
                table = table.filter(table.known_from.isnull() | (table.known_from < self.ends))
            if name == "opportunities":
                later = table.closed_at >= self.ends
                no_instant = ibis.null("timestamp(6)")
                table = table.mutate(
                    won=later.ifelse(ibis.null("boolean"), table.won),
                    closed_at=later.ifelse(no_instant, table.closed_at),
                    poc_at=(table.poc_at >= self.ends).ifelse(no_instant, table.poc_at),
                )
            self._hidden[name] = table
        return self._hidden[name]

    @property
    def _looks_back(self) -> bool:
        return self.as_of < date.fromisoformat(self.meta["last_day"])

    def _versions(self, name: str) -> Any:
        """The table with every record as it was told by the day; copies hold the last version."""
        table = self.connection.table(name)
        if name not in VERSIONED or self.place.file is None or not self._looks_back:
            return table
        earlier = self.connection.table(name, database="earlier")
        if not earlier.count().execute():
            return table
        return as_known(name, table, earlier, self.ends)

    @property
    def file(self) -> Path:
        """The loaded file; for evidence elsewhere its address, without a password."""
        return self.place.file or Path(self.place.shown)

    @property
    def connection(self) -> Any:
        """The Ibis connection to the place it lies in."""
        return self.place.connection

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
        names = self.place.names
        return [] if names is None else looked_up(names, "person_id")

    def hold(self, tables: Mapping[str, Sequence[Mapping[str, Any]]]) -> None:
        """Put small canonical tables in the place of those that lie there, while this is open.

        The place itself stays as it is.
        """
        hold(self.connection, tables)
        self._read.clear()
        for name in tables:
            self._hidden.pop(name, None)

    def sql(self, query: str) -> list[tuple[Any, ...]]:
        """Run a query where the evidence lies, as somebody checking a proof would."""
        return rows_of(self.connection, query)

    def _all(self, table: str, *order: str) -> list[dict[str, Any]]:
        return looked_up(self.connection.table(table), *order)


def read_once(
    measure: Callable[Concatenate[Evidence, P], T],
) -> Callable[Concatenate[Evidence, P], T]:
    """Work out what many measures begin with at most once for each opened evidence.

    For functions of the evidence, of words that can be hashed and of nouns that are the same
    object from call to call, such as the charter. What they return is everybody's: none may change
    it.
    """

    @functools.wraps(measure)
    def told(evidence: Evidence, /, *args: P.args, **how: P.kwargs) -> T:
        names = tuple(sorted(how))
        words = (*args, *(how[name] for name in names))
        key = (measure, names, *(word if _hashable(word) else id(word) for word in words))
        if key not in evidence._read:
            evidence._read[key] = measure(evidence, *args, **how), words  # keeps ids from reuse
        found: T = evidence._read[key][0]
        return found

    return told


def _hashable(word: Any) -> bool:
    try:
        hash(word)
    except TypeError:
        return False
    return True


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


def open_evidence(
    at: Path | str, *, as_of: date | None = None, reading: str | None = None
) -> Evidence:
    """Open a loaded file, or a copy of one, read-only.

    Args:
        at: What `remit load` or `remit copy` wrote; see `elsewhere.open_place`.
        as_of: The day to look from, inclusive; the last day in the evidence if None.
        reading: The charter's hash of what decides how an export is read. Where the file was
            loaded with another, the patterns it stored are not the charter's any more.

    Raises:
        EvidenceError: If it is no evidence file, was loaded under another reading, or if
            `as_of` is before the first day.
    """
    opened = open_place(at)
    place = Place(opened.shown)
    meta = {row["key"]: row["value"] for row in looked_up(opened.connection.table("meta"), "key")}
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
    return Evidence(opened, meta, as_of or last)
