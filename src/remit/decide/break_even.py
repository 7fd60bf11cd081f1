"""A cross-check that never votes: the handoff loss from which generalists would pay."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from remit.benchmarks import Benchmark
from remit.decide.facts import Known
from remit.decide.signals import exact
from remit.terms import Citation


@dataclass(frozen=True, slots=True)
class BreakEven:
    """How much of expansion a handoff would have to lose for generalists to be worth it."""

    loss: float
    """Part of complex expansion lost; above 1 no handoff could lose as much."""
    moment: str
    """The cheaper moment to hand over: `at close` or `at first renewal`."""
    published: tuple[float, float]
    source: Citation
    focus: float
    time: float


def break_even(
    facts: Mapping[str, Known], numbers: Mapping[str, Benchmark], day: date
) -> BreakEven | None:
    """An inequality of remit's own, beside what was measured of handoff losses.

    Specialists hand over at the cheaper moment: at close, where year-1 expansion that needs new
    buyers is lost in part, or after a year, where later expansion is. Generalists pay where even
    that loss is more than the gain from focus and the hunting time they give up:
    `loss x min(year 1, later) > focus + time`, all in parts of the first contract's value.

    Returns:
        None where expansion of a year, or its complexity, is not known in numbers, or where a
        handoff at one of the moments costs nothing.
    """
    names = ("year_1_expansion", "year_1_new_buyers", "later_expansion", "later_new_buyers")
    if not all(name in facts for name in names):
        return None
    first, first_hard, later, later_hard = (exact(facts[name].central) for name in names)
    at_close, at_renewal = first * first_hard, later * later_hard
    at_risk = min(at_close, at_renewal)
    if at_risk <= 0:
        return None
    focus, time = (
        Fraction(str(numbers[name].at(day).value)) for name in ("focus_gain", "hunting_time_lost")
    )
    measured = numbers["handoff_loss"].at(day)
    assert measured.range is not None
    return BreakEven(
        loss=float((focus + time) / at_risk),
        moment="at close" if at_close < at_renewal else "at first renewal",
        published=measured.range,
        source=measured.source,
        focus=float(focus),
        time=float(time),
    )
