"""What a loaded evidence file holds, and what it does not: for whoever must trust it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Any

import duckdb

from remit.benchmarks import benchmarks
from remit.evidence.sound import DataFinding, data_findings
from remit.evidence.store import Evidence, LoadedFile
from remit.evidence.tables import DAY, INSTANT, TABLES
from remit.terms.shipped import shipped

OF_THE_CHARTER = ("assignments", "remits", "role_shares", "states")
"""Tables that are made for a charter, and hold nothing that an export told."""


@dataclass(frozen=True, slots=True)
class EmptyCells:
    """How many cells of a column that matters are empty."""

    column: str
    share: float
    """Of the table's rows, 0 to 1."""


@dataclass(frozen=True, slots=True)
class DescribedTable:
    """A canonical table: its rows, their days, and what is missing in them."""

    table: str
    about: str
    rows: int
    first_day: date | None
    """By the table's own day or instant; None where it has none or no row."""
    last_day: date | None
    empty: tuple[EmptyCells, ...]
    """Columns that matter, if the table has rows."""


@dataclass(frozen=True, slots=True)
class Gap:
    """Weeks in which a kind of record has nothing, though it otherwise comes every week."""

    what: str
    weeks: tuple[date, ...]
    """Mondays."""
    of: int
    """Whole weeks from its first record to the last day in the evidence."""


@dataclass(frozen=True, slots=True)
class Unanswered:
    """A question that this file cannot answer, and the tables it would take."""

    check: str
    asks: str
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Described:
    """Everything that can be said of an evidence file without looking at anybody."""

    file: Path
    company: str
    source: str
    loaded_on: date
    time_zone: str
    first_day: date
    last_day: date
    tables: tuple[DescribedTable, ...]
    files: tuple[LoadedFile, ...]
    """Calendars, and many files of one folder that fill one table, stand together: a file is often
    one person's, and called so."""
    rejected_values: int
    """Values that were not understood and read as missing; their rows were kept."""
    derivations: Mapping[str, str]
    """How tables were worked out that the export does not hold."""
    gaps: tuple[Gap, ...]
    stopped: int | None
    """People still there who recorded work before the last `quiet_weeks` and none in them; None
    where there are some, but fewer than the minimum group."""
    quiet_weeks: int
    minimum_group: int
    unanswered: tuple[Unanswered, ...]
    findings: tuple[DataFinding, ...]


def describe(evidence: Evidence, *, minimum_group: int | None = None) -> Described:
    """Say what a loaded file holds: the whole of it, whatever day it was opened as of.

    Args:
        evidence: The file.
        minimum_group: Fewest people in a count of people who did or did not do something; the
            benchmark of that name if None.
    """
    con = evidence.connection.con
    loaded_on = date.fromisoformat(evidence.meta["loaded_on"])
    last = date.fromisoformat(evidence.meta["last_day"])
    group = minimum_group or int(benchmarks()["minimum_group"].at(loaded_on).value or 5)
    tables = tuple(
        _table(con, name, evidence.time_zone) for name in TABLES if name not in OF_THE_CHARTER
    )
    stopped = _stopped(con, last)
    return Described(
        file=evidence.file,
        company=evidence.meta.get("company", ""),
        source=evidence.source,
        loaded_on=loaded_on,
        time_zone=evidence.time_zone,
        first_day=evidence.first_day,
        last_day=last,
        tables=tables,
        files=_folded(evidence.files),
        rejected_values=sum(not reject["whole_row"] for reject in evidence.rejects),
        derivations=evidence.derivations,
        gaps=_gaps(con, last, evidence.time_zone),
        stopped=None if 0 < stopped < group else stopped,
        quiet_weeks=QUIET_WEEKS,
        minimum_group=group,
        unanswered=_unanswered({table.table: table.rows for table in tables}),
        findings=data_findings(con, today=loaded_on),
    )


def questions() -> Sequence[Unanswered]:
    """Every question that checks ask of evidence, with the tables each cannot do without."""
    return tuple(
        Unanswered(said["check"], said["asks"], tuple(said["needs"]))
        for said in _stated()["questions"]
    )


def _folded(files: Sequence[LoadedFile]) -> tuple[LoadedFile, ...]:
    """Files with those of one folder, kind and table put together, where each may be a person's."""
    groups: dict[tuple[str, str], list[LoadedFile]] = {}
    for file in files:
        place = PurePosixPath(file.file)
        groups.setdefault((str(place.with_name(f"*{place.suffix}")), file.table), []).append(file)
    told = []
    for (pattern, table), alike in groups.items():
        if len(alike) < MANY_FILES and not pattern.endswith(CALENDAR):
            told += alike
            continue
        notes = dict.fromkeys(file.note for file in alike if file.note)
        missing = dict.fromkeys(column for file in alike for column in file.missing)
        told.append(
            LoadedFile(
                f"{pattern} ({len(alike)} files)",
                table,
                sum(file.rows for file in alike),
                sum(file.kept for file in alike),
                sum(file.rejected for file in alike),
                "; ".join(notes),
                tuple(missing),
            )
        )
    return tuple(told)


MANY_FILES = 5
"""Files of one folder that fill one table, from which on they are told as one."""
CALENDAR = ".ics"


@cache
def _stated() -> Any:
    return shipped("remit.evidence", "needs.yaml")


def _unanswered(rows: Mapping[str, int]) -> tuple[Unanswered, ...]:
    return tuple(
        Unanswered(one.check, one.asks, missing)
        for one in questions()
        if (missing := tuple(table for table in one.missing if not rows[table]))
    )


def _table(con: duckdb.DuckDBPyConnection, name: str, zone: str) -> DescribedTable:
    day = _day_of(name, zone)
    columns = _stated()["columns"].get(name, ())
    empty = "".join(f", count(*) - count({column})" for column in columns)
    ends = f"min({day}), max({day})" if day else "NULL, NULL"
    rows, first, last, *empties = con.execute(
        f"SELECT count(*), {ends} {empty} FROM {name}"
    ).fetchone() or (0, None, None)
    return DescribedTable(
        name,
        TABLES[name].about,
        rows,
        first,
        last,
        tuple(EmptyCells(c, n / rows) for c, n in zip(columns, empties, strict=True))
        if rows
        else (),
    )


def _day_of(table: str, zone: str) -> str | None:
    """The calendar day of a row, in SQL: the column `day`, or the first that tells when."""
    columns = TABLES[table].columns
    times = [
        column
        for column, noun in columns.items()
        if noun.type in (DAY, INSTANT) and column not in ("stated_at", "known_from")
    ]
    if not times:
        return None
    chosen = "day" if "day" in times else times[0]
    return chosen if columns[chosen].type == DAY else _local_day(chosen, zone)


def _local_day(column: str, zone: str) -> str:
    return f"CAST(timezone('{zone}', timezone('UTC', {column})) AS DATE)"


# Weeks without anything, and people who stopped

WEEKLY_FROM = 8
"""Weeks from which on one can say that something comes every week."""
WEEKLY_SHARE = 0.75
"""Part of the weeks in which a kind of record comes that is said to come every week."""
WEEKLY_RECORDS = 5
"""Records of a usual week from which on a week without any is no chance."""
QUIET_WEEKS = 4
"""Weeks without a record after which somebody has stopped recording."""
_KINDS = (
    ("kind", "activities"),
    ("'lead'", "leads"),
    ("'deal opened'", "opportunities"),
    ("'stage change'", "stage_changes"),
    ("'support request'", "tickets"),
    ("'usage reading'", "usage"),
)


def _gaps(con: duckdb.DuckDBPyConnection, last: date, zone: str) -> tuple[Gap, ...]:
    """Whole weeks without a kind of record, of kinds that otherwise come every week."""
    this_week = last - timedelta(days=last.weekday())
    if last.weekday() == 6:
        this_week += timedelta(days=7)
    found = []
    for kind, table in _KINDS:
        rows = con.execute(
            f"""SELECT {kind} AS what, CAST(date_trunc('week', {_day_of(table, zone)}) AS DATE) AS week,
                count(*) FROM {table} WHERE {_day_of(table, zone)} < ? GROUP BY ALL ORDER BY ALL""",
            [this_week],
        ).fetchall()
        for what in dict.fromkeys(row[0] for row in rows):
            counts = {week: count for name, week, count in rows if name == what}
            first = min(counts)
            weeks = [first + timedelta(days=7 * n) for n in range((this_week - first).days // 7)]
            usual = sorted(counts.values())[len(counts) // 2]
            quiet = tuple(week for week in weeks if week not in counts)
            often = len(weeks) >= WEEKLY_FROM and len(counts) >= WEEKLY_SHARE * len(weeks)
            if quiet and often and usual >= WEEKLY_RECORDS:
                found.append(Gap(str(what), quiet, len(weeks)))
    return tuple(found)


def _stopped(con: duckdb.DuckDBPyConnection, last: date) -> int:
    """People of ours, still there, whose last recorded work is `QUIET_WEEKS` ago or longer."""
    quiet = last - timedelta(days=7 * QUIET_WEEKS)
    (count,) = con.execute(
        """SELECT count(*) FROM people p JOIN (
            SELECT person_id, max(day) AS last FROM work WHERE counted AND day <= $last GROUP BY 1) w
            USING (person_id)
        WHERE p.is_person AND coalesce(p.active, true) AND coalesce(p.left_day > $last, true)
            AND w.last <= $quiet""",
        {"last": last, "quiet": quiet},
    ).fetchone() or (0,)
    return int(count)
