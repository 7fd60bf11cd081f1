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
        """What it is about and what was measured, said once."""
        subject = wording.subject(self.finding)
        limit = self.finding.limit
        if ":" in subject or limit is None:
            return subject
        return f"{subject}: {measure(limit)}"

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
        return f"{self.about}: {wording.estimate(self.measured)}; {limits}"


def strips(audit: Audit, part: str) -> tuple[Strip, ...]:
    """A strip for every share that a finding about a part of the charter holds against a limit.

    All strips given together end at the same share, so that they can be compared.
    """
    held = list(_held(audit, part))
    ends = [f.measured.high or f.measured.value for f, _ in held if f.measured is not None]
    ends += [value for _, limits in held for _, value in limits]
    end = min(1.0, math.ceil((max(ends, default=0.0) + 0.03) * 10) / 10)
    return tuple(
        Strip(found, found.measured, tuple(_strokes(limits, end)), end)
        for found, limits in held
        if found.measured is not None
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
    'prospecting share'
    """
    said = wording.words(limit.name)
    role, _, rest = said.partition(" ")
    return rest if role in ("ae", "csm", "se", "sdr", "am") and rest else said


def _held(audit: Audit, part: str) -> Iterator[tuple[Finding, tuple[tuple[str, float], ...]]]:
    for found in audit.findings:
        measured, limit = found.measured, found.limit
        if measured is None or limit is None or found.answer not in LOOKED:
            continue
        if not found.about.startswith(part) or {limit.unit, measured.unit} != {"share"}:
            continue
        if math.isfinite(measured.value):
            yield found, levels(limit, audit.over.last_day)


def _strokes(limits: Iterable[tuple[str, float]], end: float) -> Iterator[Stroke]:
    """Limits along a strip; the words of two go to either side, so that they never meet."""
    ordered = sorted(limits, key=lambda pair: pair[1])
    for place, (level, value) in enumerate(ordered):
        at = _at(value, end)
        alone = len(ordered) == 1
        toward = "left" if (place == 0 and not alone) or at > 75 else "right"
        yield Stroke(level, value, at, toward)


def _at(share: float, end: float) -> float:
    return 100 * min(max(share / end, 0.0), 1.0)
