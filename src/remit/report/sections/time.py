"""Time by role against remit: bars, shares against their limits, and months."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from remit.audit import Audit
from remit.measures import RoleTime
from remit.report import wording
from remit.report.charts import Trend, months
from remit.report.sections.section import Section
from remit.report.shares import Piece, by_part, pieces
from remit.report.strips import LOOKED, levels, strips
from remit.terms import Finding

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
def time(audit: Audit) -> Mapping[str, Any]:
    """What each role's recorded time went into, beside what it owns, and how much was seen."""
    bars = []
    for measured in audit.times:
        found = pieces(measured)
        bars.append(Bar(measured, found, by_part(found)))
    trends = tuple(_trends(audit))
    return {
        "bars": bars,
        "strips": strips(audit, "roles."),
        "trends": trends,
        "months": months(trends) if trends else "",
    }


def _trends(audit: Audit) -> Iterator[Trend]:
    seen = set()
    for found in audit.findings:
        if found.limit is None or found.answer not in LOOKED or found.limit.unit != "share":
            continue
        subject = wording.subject(found).partition(":")[0]
        measured = next((t for t in audit.times if t.about == subject), None)
        if measured is None or not found.about.startswith("roles."):
            continue
        functions = _functions(measured, found)
        points = tuple(
            (point.month, sum(point.shares.get(f, 0.0) for f in functions), point.coverage)
            for point in measured.months
            if point.shares
        )
        title = f"{measured.about}: {_named(functions, measured)}"
        if not functions or len(points) < 3 or title in seen:
            continue
        seen.add(title)
        yield Trend(title, points, levels(found.limit, audit.over.last_day), found.limit.above)


def _functions(measured: RoleTime, found: Finding) -> Sequence[str]:
    """The functions a limit is on: one that its name speaks of, else all outside the remit."""
    name = found.limit.name if found.limit is not None else ""
    recorded = [f.function for f in measured.functions if f.function in name]
    if recorded:
        return recorded
    if "outside" in name or "remit" in name:
        return [f.function for f in measured.functions if f.part == "outside"]
    return []


def _named(functions: Sequence[str], measured: RoleTime) -> str:
    outside = [f.function for f in measured.functions if f.part == "outside"]
    if list(functions) == outside and len(outside) > 1:
        return "outside its remit"
    return wording.listed(wording.words(f) for f in functions)
