"""Letting go of what a charter keeps no longer: old activities, and names of people who left."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, timedelta

import duckdb

from remit.charter import Charter
from remit.terms.shapes import days_in

_PARTS = ("participants", "activity_links", "work", "recorded.doers", "recorded.invitations")
"""Tables whose rows are of an activity, and what each export said of who took part."""


@dataclass(frozen=True, slots=True)
class LetGo:
    """What was deleted because the charter keeps it no longer."""

    activities: int
    parts: int
    """Rows of who took part in them, what they concerned and what they met."""
    before: date | None
    """First day whose activities are kept; None where the charter keeps all."""
    names: int
    left_before: date | None
    """First day of leaving whose names are kept; None where the charter keeps all."""

    def __bool__(self) -> bool:
        """Whether anything was deleted."""
        return bool(self.activities or self.parts or self.names)

    def __str__(self) -> str:
        """One line, for whoever loads; empty where the charter keeps everything.

        >>> print(LetGo(1200, 3400, date(2024, 6, 30), 2, None))
        1,200 activities before 2024-06-30 deleted, as `privacy: keep_activities` says.
        """
        said = []
        if self.before is not None:
            said.append(
                f"{self.activities:,} activities before {self.before} deleted, as "
                "`privacy: keep_activities` says."
            )
        if self.left_before is not None:
            said.append(
                f"Names of {self.names:,} people who left before {self.left_before} deleted, as "
                "`privacy: keep_names` says."
            )
        return " ".join(said)


def apply_retention(con: duckdb.DuckDBPyConnection, charter: Charter, today: date) -> LetGo:
    """Delete what is older than the charter's `privacy` keeps. Run it after `derive`.

    Activities go with who took part in them, what they concerned and what they met; steps of
    handoffs and deals stay, they are no activities. A name and an address go once somebody has
    left for longer: by the HR list's `left_day`, or else, where the CRM has the user as inactive,
    by the last activity; whoever is inactive and has none that is kept has left long ago.
    Everything else about them stays, under the pseudonym.

    Args:
        con: A connection to the file being written.
        charter: With `privacy: {keep_activities: ..., keep_names: ...}`; what is not stated is kept.
        today: The day of the load.

    Returns:
        What was deleted. If anything, `write_anew` the file once it is closed.
    """
    kept = charter.privacy
    before = _first_kept(kept.keep_activities, today)
    left_before = _first_kept(kept.keep_names, today)
    names = _names(con, left_before) if left_before is not None else 0
    activities = parts = 0
    if before is not None:
        for table in _PARTS:
            parts += _deleted(
                con,
                f"DELETE FROM {table} WHERE activity_id IN "
                "(SELECT activity_id FROM activities WHERE day < ?)",
                before,
            )
        activities = _deleted(con, "DELETE FROM activities WHERE day < ?", before)
    return LetGo(activities, parts, before, names, left_before)


def _first_kept(length: str | None, today: date) -> date | None:
    return None if length is None else today - timedelta(days=math.ceil(days_in(length)))


def _names(con: duckdb.DuckDBPyConnection, before: date) -> int:
    """Delete the names of people who left before a day; before old activities are deleted."""
    return _deleted(
        con,
        """DELETE FROM private.names WHERE person_id IN (
            SELECT p.person_id FROM people p LEFT JOIN (
                SELECT w.person_id, max(a.day) AS last FROM participants w
                JOIN activities a USING (activity_id) GROUP BY 1) d USING (person_id)
            WHERE coalesce(p.left_day, CASE WHEN NOT p.active
                THEN coalesce(d.last + 1, DATE '1900-01-01') END) < ?)""",
        before,
    )


def _deleted(con: duckdb.DuckDBPyConnection, statement: str, day: date) -> int:
    """How many rows a statement deleted."""
    (count,) = con.execute(statement, [day]).fetchone() or (0,)
    return int(count)
