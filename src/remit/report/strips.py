"""A measured share on a line, with its interval and its limits: drawn by the page itself."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from remit.audit import Audit
from remit.benchmarks import benchmarks
from remit.report import wording
from remit.terms import Answer, Estimate, Finding, Limit, Standing

NARROWEST = 23.0
"""Per cent of a strip's length that a limit's words take up on a phone."""
LOOKED = (Answer.PROVEN, Answer.INDICATED, Answer.CLEAR, Answer.CANNOT_TELL)


@dataclass(frozen=True, slots=True)
class Stroke:
    """A limit on a strip."""

    level: str
    """`amber`, `red`, or `limit` where the company set one level of its own."""
    value: float
    at: float
    """Where it stands, in per cent of the strip's length."""
    toward: str
    """The side on which its words have room: `left` or `right`."""
    below: bool
    """Whether its words go a line further down, because there is no room on either side."""


@dataclass(frozen=True, slots=True)
class Strip:
    """A finding's measured share against its limits."""

    finding: Finding
    measured: Estimate
    strokes: tuple[Stroke, ...]
    end: float
    """The share at which the strip ends."""

    @property
    def about(self) -> str:
        """Who or what the share is of."""
        return wording.subject(self.finding).partition(": ")[0]

    @property
    def past(self) -> bool:
        """Whether the finding says that the share is past a limit."""
        return self.finding.answer in (Answer.PROVEN, Answer.INDICATED)

    @property
    def dot(self) -> float:
        """Where the measured share stands, in per cent of the length."""
        return _at(self.measured.value, self.end)

    @property
    def span(self) -> tuple[float, float] | None:
        """Where the interval starts and how long it is; None where there is none."""
        if self.measured.low is None or self.measured.high is None:
            return None
        start = _at(self.measured.low, self.end)
        return start, _at(self.measured.high, self.end) - start

    @property
    def label(self) -> str:
        """The strip in words."""
        limits = wording.listed(f"{s.level} {wording.share(s.value)}" for s in self.strokes)
        return f"{self.about}: {wording.measured(self.finding)}; {limits}"


@dataclass(frozen=True, slots=True)
class Ladder:
    """The strips that are held against the same limit, all of one length."""

    title: str
    about: str
    """What is measured, in the words of the limit's own definition."""
    strips: tuple[Strip, ...]

    @property
    def end(self) -> float:
        """The share at which every strip of it ends."""
        return self.strips[0].end


def ladders(audit: Audit, part: str) -> tuple[Ladder, ...]:
    """The shares that findings about a part of the charter hold against limits, limit by limit.

    The limit with the worst finding comes first; so does the worst finding within a limit.
    """
    held: dict[str, list[tuple[Finding, Estimate, Limit]]] = {}
    for found in audit.findings:
        measured, limit = found.measured, found.limit
        if measured is None or limit is None or found.answer not in LOOKED:
            continue
        if not found.about.startswith(part) or {limit.unit, measured.unit} != {"share"}:
            continue
        # a difference of two shares can be less than nothing, and is no part of a line from 0
        if math.isfinite(measured.value) and min(measured.value, measured.low or 0.0) >= 0:
            held.setdefault(limit.name, []).append((found, measured, limit))
    return tuple(_ladder(audit, name, rungs) for name, rungs in held.items())


def _ladder(audit: Audit, name: str, rungs: list[tuple[Finding, Estimate, Limit]]) -> Ladder:
    limits = [levels(limit, audit.over.last_day) for _, _, limit in rungs]
    ends = [measured.high or measured.value for _, measured, _ in rungs]
    ends += [value for each in limits for _, value in each]
    end = min(1.0, math.ceil((max(ends) + 0.03) * 10) / 10)
    known = benchmarks().get(name)
    return Ladder(
        measure(rungs[0][2]),
        known.about if known is not None else "",
        tuple(
            Strip(found, measured, tuple(_strokes(each, end)), end)
            for (found, measured, _), each in zip(rungs, limits, strict=True)
        ),
    )


def levels(limit: Limit, on: date) -> tuple[tuple[str, float], ...]:
    """The limit, with the benchmark's other level beside it where the company set none itself."""
    known = benchmarks().get(limit.name)
    if known is not None and limit.source.standing is not Standing.POLICY:
        value = known.at(on)
        stated = [(n, v) for n, v in (("amber", value.amber), ("red", value.red)) if v is not None]
        if any(math.isclose(v, limit.value) for _, v in stated):
            return tuple(stated)
    return (("limit", limit.value),)


def measure(limit: Limit) -> str:
    """What a limit is on, from the benchmark's name.

    >>> from remit.terms import Citation
    >>> source = Citation("A book", "", Standing.BENCHMARK)
    >>> measure(Limit("ae_prospecting_share", 0.25, "share", source))
    'Prospecting share'
    >>> measure(Limit("sdr_ae_acceptance", 0.4, "share", source))
    'Acceptance'
    >>> measure(Limit("poc_conversion", 0.6, "share", source))
    'POC conversion'
    """
    said = limit.name.split("_")
    while len(said) > 1 and said[0] in ("ae", "csm", "se", "sdr", "am"):
        said = said[1:]
    first, *rest = said
    return " ".join([first.upper() if first == "poc" else first.capitalize(), *rest])


def _strokes(limits: Iterable[tuple[str, float]], end: float) -> Iterator[Stroke]:
    """Limits along a strip; the words of two go to either side, so that they never meet."""
    ordered = sorted(limits, key=lambda pair: pair[1])
    before = -math.inf
    for place, (level, value) in enumerate(ordered):
        at = _at(value, end)
        last = place + 1 == len(ordered)
        if last:
            toward = "left" if at > 100 - NARROWEST else "right"
            below = toward == "left" and at - before < NARROWEST
        else:
            toward = "left" if at > NARROWEST else "right"
            below = toward == "right"
        before = at
        yield Stroke(level, value, at, toward, below)


def _at(share: float, end: float) -> float:
    return 100 * min(max(share / end, 0.0), 1.0)
