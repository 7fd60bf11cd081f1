"""Time by role against remit: bars, shares against their limits, and months."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from remit.audit import Audit
from remit.measures import RoleTime
from remit.report import wording
from remit.report.charts import Trend, months
from remit.report.contents import Contents
from remit.report.diaries import beside, points
from remit.report.sections.section import Section
from remit.report.shares import Piece, by_part, pieces
from remit.report.strips import LOOKED, ladders, levels
from remit.terms import Limit, Period

FEWEST_DAYS, FEWEST_MONTHS = 15, 3
"""Days a month must have in the period, and months a role must have, to be drawn."""
SMALL = 0.01
"""Pieces under this share are named without a bar of their own."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A role's time as one bar of 100 %."""

    time: RoleTime
    pieces: tuple[Piece, ...]
    parts: Mapping[str, float]

    def of(self, part: str) -> str:
        """The functions in a part with their shares, largest first."""
        mine = [piece for piece in self.pieces if piece.part == part]
        large = [f"{p.name} {wording.share(p.share)}" for p in mine if p.share >= SMALL]
        small = [p.name for p in mine if p.share < SMALL]
        if small:
            large.append(f"{wording.listed(small)} under 1 %{' each' if len(small) > 1 else ''}")
        return wording.unbroken(", ".join(large))

    @property
    def label(self) -> str:
        """The bar in words."""
        said = [
            f"{words} {wording.share(self.parts[part])}" for part, words in wording.PARTS.items()
        ]
        return f"{self.time.about}: {', '.join(said)}"


@Section(title="Time by role against remit", place=20)
def time(contents: Contents) -> Mapping[str, Any]:
    """What each role's recorded time went into, beside what it owns, and how much was seen.

    Where there is a time diary, what it says stands beside, as a second estimate.
    """
    audit = contents.audit
    bars = []
    for measured in audit.times:
        found = pieces(measured)
        bars.append(Bar(measured, found, by_part(found)))
    trends = tuple(_trends(audit))
    return {
        "bars": bars,
        "ladders": ladders(audit, "roles."),
        "trends": trends,
        "months": months(trends) if trends else "",
        "diaries": beside(audit),
        "points": points,
    }


def _trends(audit: Audit) -> Iterator[Trend]:
    """A panel for each role and function that a limit is on; all outside only if it has none."""
    drawn: dict[str, list[str]] = {}
    for found in audit.findings:
        limit = found.limit
        if limit is None or found.answer not in LOOKED or not found.about.startswith("roles."):
            continue
        about = wording.subject(found).partition(":")[0]
        measured = next((t for t in audit.times if t.about == about), None)
        if measured is None or limit.unit != "share":
            continue
        functions = _functions(measured, limit)
        name = _named(functions, measured)
        points = tuple(
            (point.month, sum(point.shares.get(f, 0.0) for f in functions), point.coverage)
            for point in measured.months
            if point.shares and _days(point.month, audit.over) >= FEWEST_DAYS
        )
        before = drawn.setdefault(about, [])
        if not functions or len(points) < FEWEST_MONTHS or name in before:
            continue
        if before and _outside(limit):
            continue
        before.append(name)
        yield Trend(f"{about}: {name}", points, levels(limit, audit.over.last_day))


def _outside(limit: Limit) -> bool:
    return "outside" in limit.name


def _days(month: date, over: Period) -> int:
    """Days of a calendar month that are in a period."""
    following = (month + timedelta(days=31)).replace(day=1)
    part = Period(month, following).meet(over)
    return part.days if part is not None else 0


def _functions(measured: RoleTime, limit: Limit) -> Sequence[str]:
    """The functions a limit is on: one that its name speaks of, else all outside the remit."""
    recorded = [f.function for f in measured.functions if f.function in limit.name]
    if recorded:
        return recorded
    if _outside(limit):
        return [f.function for f in measured.functions if f.part == "outside"]
    return []


def _named(functions: Sequence[str], measured: RoleTime) -> str:
    outside = [f.function for f in measured.functions if f.part == "outside"]
    if list(functions) == outside and len(outside) > 1:
        return "outside its remit"
    return wording.listed(wording.words(f) for f in functions)
