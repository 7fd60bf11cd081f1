"""What a pipeline brings a day, by Little's law, beside its own past."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np

from remit.benchmarks import Benchmark
from remit.charter import Charter
from remit.evidence import Evidence
from remit.measures.deal_records import (
    DAY,
    Deal,
    deals_of,
    draws_of_owners,
    instants,
)
from remit.measures.intervals import Array, Draws
from remit.measures.life_table import LifeTable
from remit.terms import Estimate, Period
from remit.terms.period import months_after


@dataclass(frozen=True, slots=True)
class Velocity:
    """What the pipeline brings a day by Little's law: open deals x win rate x value / days open.

    Days are those of every outcome: with the days of won deals alone the rate is overstated.
    """

    over: Period
    open_deals: float
    """Average number open over the period."""
    win_rate: float
    value: float
    """Average value of a deal won in the period."""
    days: float
    """Average days in the pipeline, over all outcomes."""
    a_day: float
    """What the four of them come to, in the company's currency."""
    won_a_day: float
    """What was really won a day; beside `a_day` it tells how steady the pipeline was."""
    closed: int
    won: int
    unvalued: int
    """Won deals without a value; they count in the win rate and not in the average value."""


@dataclass(frozen=True, slots=True)
class VelocityHistory:
    """The last four quarters beside the four before, and each quarter by itself."""

    now: Velocity
    before: Velocity
    times: Estimate
    """`now` over `before`."""
    quarters: tuple[Velocity, ...]
    """Earliest first; those in which something was won."""
    since: date
    """Day on which the first deal was created."""
    query: str


def velocity(
    evidence: Evidence,
    charter: Charter,
    numbers: Mapping[str, Benchmark],
    over: Period,
    *,
    kinds: tuple[str, ...] = ("new",),
    persons: frozenset[str] | None = None,
) -> Velocity | None:
    """What the pipeline of a period brings a day, by Little's law; None if nothing was won in it.

    Win rate and days are of deals of every age as they went through the period, open ones in (a
    life table with late entry). The law holds for a pipeline that neither grows nor shrinks;
    `won_a_day` tells how far from that it was.
    """
    found = deals_of(evidence, charter, kinds=kinds, persons=persons)
    seen = _Seen(found.deals, *instants(evidence, over))
    return seen.velocity(over)


def velocity_history(
    evidence: Evidence,
    charter: Charter,
    numbers: Mapping[str, Benchmark],
    over: Period,
    *,
    kinds: tuple[str, ...] = ("new",),
    persons: frozenset[str] | None = None,
    seed: int = 0,
) -> VelocityHistory | None:
    """The pipeline's velocity in the year up to the period's end, beside the year before.

    Years are cut back from the period's last day into quarters of three months. None where
    nothing was won in one of the two years. The interval draws owners again, over both years.
    """
    found = deals_of(evidence, charter, kinds=kinds, persons=persons)
    cuts = [months_after(over.end, -3 * n) for n in range(8, -1, -1)]
    quarters = [Period(a, b) for a, b in itertools.pairwise(cuts)]
    this = _Seen(found.deals, *instants(evidence, Period(cuts[4], cuts[8])))
    that = _Seen(found.deals, *instants(evidence, Period(cuts[0], cuts[4])))
    now = this.velocity(Period(cuts[4], cuts[8]))
    before = that.velocity(Period(cuts[0], cuts[4]))
    if now is None or before is None:
        return None
    value = now.a_day / before.a_day
    times = Estimate(value, "times", of=f"{now.closed + before.closed:,} deals closed")
    drawn = draws_of_owners([d.owner for d in found.deals], seed)
    if drawn is not None:
        draws, belongs, clusters = drawn
        values = np.array([this.a_day(row[belongs]) / that.a_day(row[belongs]) for row in draws])
        values = values[np.isfinite(values)]
        if len(values):
            low, high = Draws(values, clusters).interval()
            times = Estimate(value, "times", low, high, of=times.of)
    each = (_Seen(found.deals, *instants(evidence, q)).velocity(q) for q in quarters)
    return VelocityHistory(
        now,
        before,
        times,
        tuple(v for v in each if v is not None),
        min(d.created for d in found.deals).date(),
        found.query,
    )


class _Seen:
    """Deals as they went through a span of time, for Little's law with any weights."""

    def __init__(self, deals: Sequence[Deal], start: datetime, end: datetime) -> None:
        self.days = (end - start).total_seconds() / DAY
        there = [
            n
            for n, d in enumerate(deals)
            if d.created < end and (d.closed is None or d.closed >= start)
        ]
        self.rows = np.array(there, dtype=int)
        mine = [deals[n] for n in there]
        entered = np.array([max(0.0, (start - d.created).total_seconds() / DAY) for d in mine])
        left = np.array([d.days(end) for d in mine])
        closed = np.array([d.closed is not None and d.closed < end for d in mine], dtype=bool)
        won = closed & np.array([bool(d.won) for d in mine], dtype=bool)
        self.closed, self.won = closed, won
        self.exposure = left - entered
        self.valued = won & np.array([d.value is not None for d in mine], dtype=bool)
        self.worth = np.array([float(d.value or 0) for d in mine])
        self.table = LifeTable(entered, left, np.where(won, 1, np.where(closed, 2, 0)))

    def parts(self, weights: Array) -> tuple[float, float, float, float]:
        """Average open deals, win rate, average won value, average days."""
        mine = weights[self.rows]
        counted = float(mine[self.valued].sum())
        worth = float((mine * self.worth)[self.valued].sum())
        return (
            float((mine * self.exposure).sum()) / self.days,
            self.table.share_won(mine),
            worth / counted if counted else float("nan"),
            self.table.mean_days(mine),
        )

    def a_day(self, weights: Array) -> float:
        open_deals, rate, value, days = self.parts(weights)
        return open_deals * rate * value / days if days else float("nan")

    def velocity(self, over: Period) -> Velocity | None:
        if not self.valued.any():
            return None
        open_deals, rate, value, days = self.parts(np.ones(int(self.rows.max()) + 1))
        return Velocity(
            over,
            open_deals,
            rate,
            value,
            days,
            open_deals * rate * value / days if days else float("nan"),
            float(self.worth[self.valued].sum()) / self.days,
            int(self.closed.sum()),
            int(self.won.sum()),
            int((self.won & ~self.valued).sum()),
        )
