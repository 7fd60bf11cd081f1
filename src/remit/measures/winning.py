"""Deals from created to closed: how many are won, how long they take, where they stop."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np

from remit.benchmarks import Benchmark
from remit.charter import Charter
from remit.evidence import Evidence
from remit.measures.deal_records import (
    Deal,
    StageEntry,
    days_between,
    deals_of,
    draws_of_owners,
    history,
    instants,
    qualified_stages,
    stage_entries,
)
from remit.measures.intervals import Array, Draws, middle, ratio
from remit.measures.life_table import LifeTable
from remit.measures.queries import sql_of
from remit.measures.survival import Curve, incidence, kaplan_meier
from remit.terms import Estimate, Period, Point

NO_DECISION = re.compile(r"\bno[\s_-]*decision\b", re.IGNORECASE)
"""How a closed stage says that the buyer bought from nobody."""


@dataclass(frozen=True, slots=True)
class MilestoneRate:
    """Deals won over deals closed in a period, whenever they were created."""

    won: int
    lost: int
    """Lost, without those that closed with no decision where a stage tells them."""
    no_decision: int | None
    """None where no stage tells them: they are then among the lost, or still open."""
    narrow: Estimate | None
    """Won over won and lost; None where lost cannot be told from no decision."""
    broad: Estimate
    """Won over all that closed."""
    narrow_by_value: Estimate | None
    broad_by_value: Estimate
    unvalued: int
    """Closed deals without a value in the company's currency, left out of both by value."""
    months: tuple[Point, ...]
    """The broad rate by month of closing."""
    query: str


@dataclass(frozen=True, slots=True)
class CohortRate:
    """Share of deals begun in a period that were won within a horizon, open ones in."""

    begun: str
    """`created` or `qualified`."""
    stages: tuple[str, ...]
    """Stages whose entry counts as qualified; empty for created."""
    days: int
    deals: int
    won: int
    lost: int
    still_open: int
    followed: int
    """Deals that began at least the horizon ago, so that all of it could be seen."""
    by_count: Estimate
    by_value: Estimate | None
    """The same with every deal weighing what it is worth; None where none has a value."""
    unvalued: int
    curve: Curve
    query: str


@dataclass(frozen=True, slots=True)
class SalesCycle:
    """Days from created to closed."""

    over: Period
    all: Estimate | None
    """Median over deals created in the period, of every outcome, open ones in (Kaplan-Meier);
    None where fewer than half of them have closed."""
    won: Estimate
    """Median over deals won in the period."""
    lost: Estimate
    """Median over deals lost in the period."""
    deals: int
    query: str


@dataclass(frozen=True, slots=True)
class StageConversion:
    """Deals that came as far as a stage, and those of them that came further within some days."""

    stage: str
    following: str
    """The next stage, or `won` after the last."""
    days: int
    deals: int
    skipped: int
    """Deals that went past the stage without ever being in it; they came as far, and count."""
    reached: Estimate


@dataclass(frozen=True, slots=True)
class LostBesideWon:
    """How long lost deals stayed open, beside won ones in the same stages."""

    lost: int
    won: int
    lost_days: Estimate
    """Median days from created to lost."""
    won_days: Estimate
    """Median days from created to won."""
    compared: int
    """Lost deals whose last stage some won deal was in as well."""
    times: Estimate | None
    """Days that lost deals stood in the stage they were lost from, over the days that won deals
    needed for the same stages; None without stage history."""
    stages: tuple[tuple[str, int, float, float], ...]
    """Stage, lost from it, their average days in it, average days of won deals in it."""
    rows: tuple[tuple[Any, ...], ...]
    """Lost deals: id, stage, days in it, days won deals needed for it; longest over first."""
    query: str


def milestone_win_rate(
    evidence: Evidence,
    charter: Charter,
    numbers: Mapping[str, Benchmark],
    over: Period,
    *,
    kinds: tuple[str, ...] = ("new",),
    persons: frozenset[str] | None = None,
    seed: int = 0,
) -> MilestoneRate:
    """Deals won over deals closed in the period, by count and by value.

    While the number of deals grows, losses that come faster than wins pull this rate down; the
    cohort rate does not have that fault. The narrow rate leaves out deals that closed with no
    decision, the broad one holds them as not won. The interval draws owners again.
    """
    found = deals_of(evidence, charter, kinds=kinds, persons=persons)
    start, end = instants(evidence, over)
    closed = [d for d in found.deals if d.closed is not None and start <= d.closed < end]
    undecided = [bool(not d.won and NO_DECISION.search(d.stage)) for d in closed]
    told = any(
        not d.won and d.closed is not None and NO_DECISION.search(d.stage) for d in found.deals
    )
    decided = [d for d, none in zip(closed, undecided, strict=True) if not none]
    won = sum(bool(d.won) for d in closed)
    return MilestoneRate(
        won=won,
        lost=len(decided) - won,
        no_decision=sum(undecided) if told else None,
        narrow=_won_share(decided, seed) if told else None,
        broad=_won_share(closed, seed),
        narrow_by_value=_won_value(decided, seed) if told else None,
        broad_by_value=_won_value(closed, seed),
        unvalued=sum(d.value is None for d in closed),
        months=_by_month(evidence, closed, over),
        query=found.query,
    )


def _won_share(deals: Sequence[Deal], seed: int) -> Estimate:
    return ratio(
        np.array([float(bool(d.won)) for d in deals]),
        np.ones(len(deals)),
        [d.owner for d in deals],
        unit="share",
        of=f"{len(deals):,} deals closed",
        seed=seed,
    )


def _won_value(deals: Sequence[Deal], seed: int) -> Estimate:
    valued = [d for d in deals if d.value is not None]
    worth = np.array([float(d.value or 0) for d in valued])
    return ratio(
        worth * np.array([bool(d.won) for d in valued]),
        worth,
        [d.owner for d in valued],
        unit="share",
        of=f"value of {len(valued):,} deals closed",
        seed=seed,
    )


def _by_month(evidence: Evidence, closed: Sequence[Deal], over: Period) -> tuple[Point, ...]:
    points = []
    for month in over.months():
        start, end = instants(evidence, month)
        mine = [d for d in closed if d.closed is not None and start <= d.closed < end]
        if mine:
            won = sum(bool(d.won) for d in mine)
            points.append(Point(month.start.replace(day=1), won / len(mine), len(mine)))
    return tuple(points)


def cohort_win_rate(
    evidence: Evidence,
    charter: Charter,
    numbers: Mapping[str, Benchmark],
    over: Period,
    *,
    begun: str = "created",
    kinds: tuple[str, ...] = ("new",),
    persons: frozenset[str] | None = None,
    seed: int = 0,
) -> CohortRate | None:
    """Deals begun in the period and won within `win_rate_days`, by count and by value.

    Cumulative incidence (Aalen-Johansen): a loss competes with a win, and open deals count for
    as long as they have been followed. A deal is qualified once it enters a stage that the
    charter maps beyond discovery, or is won without ever being seen in one.

    Args:
        evidence: As of the last day wanted.
        charter: For stages and currency.
        numbers: Benchmarks in force.
        over: Days on which the deals began.
        begun: `created` or `qualified`.
        kinds: new, expansion or renewal.
        persons: Pseudonyms of owners; None means all.
        seed: For the interval by value, which draws owners again.

    Returns:
        None for `qualified` where the charter maps no stage beyond discovery or the evidence
        has no stage history.
    """
    found = deals_of(evidence, charter, kinds=kinds, persons=persons)
    stages: tuple[str, ...] = ()
    begins = {d.deal: d.created for d in found.deals}
    if begun == "qualified":
        stages = qualified_stages(charter)
        entered = stage_entries(evidence)
        if not stages or not entered:
            return None
        begins = _qualified(found.deals, entered, stages)
    start, end = instants(evidence, over)
    cohort = [d for d in found.deals if d.deal in begins and start <= begins[d.deal] < end]
    days = int(numbers["win_rate_days"].at(over.last_day).value or 0)
    waits = np.array([days_between(begins[d.deal], d.closed or evidence.ends) for d in cohort])
    status = np.array([0 if d.closed is None else 1 if d.won else 2 for d in cohort], dtype=int)
    curve, by_count = (
        incidence(waits, status, days) if cohort else ((), Estimate(float("nan"), "share"))
    )
    horizon = evidence.ends - timedelta(days=days)
    return CohortRate(
        begun=begun,
        stages=stages,
        days=days,
        deals=len(cohort),
        won=int((status == 1).sum()),
        lost=int((status == 2).sum()),
        still_open=int((status == 0).sum()),
        followed=sum(begins[d.deal] <= horizon for d in cohort),
        by_count=by_count,
        by_value=_incidence_by_value(cohort, waits, status, days, seed),
        unvalued=sum(d.value is None for d in cohort),
        curve=curve,
        query=found.query,
    )


def _qualified(
    deals: Sequence[Deal], entered: Mapping[str, list[StageEntry]], stages: Sequence[str]
) -> dict[str, datetime]:
    wanted = {stage.lower() for stage in stages}
    begins = {}
    for deal in deals:
        entries = [e.entered for e in entered.get(deal.deal, []) if e.stage.lower() in wanted]
        if entries:
            begins[deal.deal] = min(entries)
        elif deal.won and deal.closed is not None:
            begins[deal.deal] = deal.closed
    return begins


def _incidence_by_value(
    cohort: Sequence[Deal], waits: Array, status: Any, days: int, seed: int
) -> Estimate | None:
    valued = [n for n, d in enumerate(cohort) if d.value is not None and d.value > 0]
    if not valued:
        return None
    worth = np.array([float(cohort[n].value or 0) for n in valued])
    mine, ends = waits[valued], status[valued]
    # followed to the horizon and no further
    ends = np.where(mine > days, 0, ends)
    mine = np.minimum(mine, days)
    table = LifeTable(np.zeros(len(valued)), mine, ends)
    value = table.share_won(worth)
    owners = [cohort[n].owner for n in valued]
    of = f"value of {len(valued):,} deals"
    drawn = draws_of_owners(owners, seed)
    if drawn is None:
        return Estimate(value, "share", of=of)
    times, belongs, clusters = drawn
    values = np.array([table.share_won(worth * row[belongs]) for row in times])
    low, high = Draws(values, clusters).interval()
    return Estimate(value, "share", max(0.0, low), min(1.0, high), of=of)


def sales_cycle(
    evidence: Evidence,
    charter: Charter,
    numbers: Mapping[str, Benchmark],
    over: Period,
    *,
    kinds: tuple[str, ...] = ("new",),
    persons: frozenset[str] | None = None,
    seed: int = 0,
) -> SalesCycle:
    """Median days from created to closed: of all outcomes, and of won and lost apart.

    The median of all outcomes is of deals created in the period, open ones in; those of won and
    of lost deals are of deals that closed in it, and say nothing of the deals still open.
    """
    found = deals_of(evidence, charter, kinds=kinds, persons=persons)
    start, end = instants(evidence, over)
    begun = [d for d in found.deals if start <= d.created < end]
    every = None
    if begun:
        waits = np.array([d.days(evidence.ends) for d in begun])
        _, every = kaplan_meier(waits, np.array([d.closed is not None for d in begun]))

    def median(won: bool) -> Estimate:
        mine = [
            d for d in found.deals if d.closed and start <= d.closed < end and bool(d.won) is won
        ]
        return middle(
            np.array([d.days(end) for d in mine]),
            [d.owner for d in mine],
            unit="days",
            of=f"{len(mine):,} deals {'won' if won else 'lost'}",
            seed=seed,
        )

    return SalesCycle(over, every, median(True), median(False), len(begun), found.query)


def stage_conversions(
    evidence: Evidence,
    charter: Charter,
    numbers: Mapping[str, Benchmark],
    over: Period,
    *,
    kinds: tuple[str, ...] = ("new",),
    persons: frozenset[str] | None = None,
) -> tuple[StageConversion, ...]:
    """From each stage to the next, in the charter's order: who came further within `stage_days`.

    A deal has come as far as a stage once it is in it or past it, so that skipping one counts as
    passing it. Losses compete, open deals count for as long as they have been followed. Empty
    without stage history or stages in the charter.
    """
    found = deals_of(evidence, charter, kinds=kinds, persons=persons)
    entered = stage_entries(evidence)
    order = {stage.lower(): n for n, stage in enumerate(charter.deals.stages)}
    mine = {
        d.deal: [e for e in entered.get(d.deal, []) if e.stage.lower() in order]
        for d in found.deals
    }
    used = sorted({order[e.stage.lower()] for entries in mine.values() for e in entries})
    names = list(charter.deals.stages)
    days = int(numbers["stage_days"].at(over.last_day).value or 0)
    start, end = instants(evidence, over)
    found_for = []
    for place, rank in enumerate(used):
        after = used[place + 1] if place + 1 < len(used) else len(names)
        waits, status, skipped = [], [], 0
        for deal in found.deals:
            came = _came(deal, mine[deal.deal], order, rank)
            if came is None or not start <= came < end:
                continue
            skipped += all(order[e.stage.lower()] != rank for e in mine[deal.deal])
            further = _came(deal, mine[deal.deal], order, after)
            lost = deal.closed if deal.closed is not None and not deal.won else None
            if further is not None and (lost is None or further <= lost):
                waits.append(days_between(came, further))
                status.append(1)
            else:
                waits.append(days_between(came, lost or evidence.ends))
                status.append(2 if lost else 0)
        if waits:
            _, reached = incidence(np.array(waits), np.array(status), days)
            following = names[after] if after < len(names) else "won"
            found_for.append(
                StageConversion(names[rank], following, days, len(waits), skipped, reached)
            )
    return tuple(found_for)


def _came(
    deal: Deal, entries: Sequence[StageEntry], order: Mapping[str, int], rank: int
) -> datetime | None:
    """When a deal first came as far as a stage, won ones past all of them."""
    there = [e.entered for e in entries if order[e.stage.lower()] >= rank]
    if deal.won and deal.closed is not None:
        there.append(deal.closed)
    return min(there, default=None)


def lost_beside_won(
    evidence: Evidence,
    charter: Charter,
    numbers: Mapping[str, Benchmark],
    over: Period,
    *,
    kinds: tuple[str, ...] = ("new",),
    persons: frozenset[str] | None = None,
    seed: int = 0,
) -> LostBesideWon:
    """How long deals lost in the period stood in their last stage, beside won ones in the same.

    A deal lost early had less to go through than a won one, so the days from created to closed
    are no fair comparison. Each lost deal is held against the average days that deals won in the
    period needed for the stage it was lost from. The interval draws owners again, for both.
    """
    found = deals_of(evidence, charter, kinds=kinds, persons=persons)
    start, end = instants(evidence, over)
    closed = [d for d in found.deals if d.closed is not None and start <= d.closed < end]
    lost, won = [d for d in closed if not d.won], [d for d in closed if d.won]
    entered = stage_entries(evidence)
    stood = {d.deal: _stood(d, entered.get(d.deal, [])) for d in closed}
    owners = [d.owner for d in closed]
    drawn = draws_of_owners(owners, seed)
    last = {d.deal: list(stood[d.deal])[-1] for d in lost if stood[d.deal]}
    needed: dict[str, list[float]] = {}
    for deal in won:
        for stage, days in stood[deal.deal].items():
            needed.setdefault(stage, []).append(days)
    stages = [s for s in dict.fromkeys(last.values()) if s in needed]
    compared = [d for d in lost if last.get(d.deal) in stages]
    times = None
    if compared:
        times = _times_over(closed, stood, last, stages, drawn, len(compared))
    average = {s: sum(days) / len(days) for s, days in needed.items()}
    rows = [
        (
            d.deal,
            last[d.deal],
            round(stood[d.deal][last[d.deal]], 1),
            round(average[last[d.deal]], 1),
        )
        for d in compared
    ]
    by_stage = [
        (
            s,
            len(mine := [stood[d.deal][s] for d in compared if last[d.deal] == s]),
            sum(mine) / len(mine),
            average[s],
        )
        for s in stages
    ]

    def median(of: Sequence[Deal], what: str) -> Estimate:
        days = np.array([d.days(end) for d in of])
        words = f"{len(of):,} deals {what}"
        return middle(days, [d.owner for d in of], unit="days", of=words, seed=seed)

    return LostBesideWon(
        lost=len(lost),
        won=len(won),
        lost_days=median(lost, "lost"),
        won_days=median(won, "won"),
        compared=len(compared),
        times=times,
        stages=tuple(sorted(by_stage, key=lambda row: (-row[1], row[0]))),
        rows=tuple(sorted(rows, key=lambda row: (row[3] - row[2], row[0]))[:200]),
        query=sql_of(history(evidence)),
    )


def _stood(deal: Deal, entries: Sequence[StageEntry]) -> dict[str, float]:
    """Days in each stage before it closed, in the order in which the stages were last entered."""
    days: dict[str, float] = {}
    closed = deal.closed
    assert closed is not None
    for entry in entries:
        if entry.entered >= closed or entry.stage == deal.stage:
            continue
        end = closed if entry.left is None else min(entry.left, closed)
        days[entry.stage] = days.pop(entry.stage, 0.0) + days_between(entry.entered, end)
    return days


def _times_over(
    closed: Sequence[Deal],
    stood: Mapping[str, Mapping[str, float]],
    last: Mapping[str, str],
    stages: Sequence[str],
    drawn: tuple[Array, Any, int] | None,
    compared: int,
) -> Estimate:
    """Days of lost deals in their last stage over the days that won ones needed for the same."""
    at = {stage: n for n, stage in enumerate(stages)}
    lost_days, lost_cases, won_days, won_cases = np.zeros((4, len(closed), len(stages)))
    for n, deal in enumerate(closed):
        if deal.won:
            for stage, days in stood[deal.deal].items():
                if stage in at:
                    won_days[n, at[stage]], won_cases[n, at[stage]] = days, 1
        elif last.get(deal.deal) in at:
            stage = last[deal.deal]
            lost_days[n, at[stage]], lost_cases[n, at[stage]] = stood[deal.deal][stage], 1

    def over(weights: Array) -> Any:
        above = (weights @ lost_days).sum(axis=-1)
        cases = weights @ won_cases
        each = np.divide(
            weights @ won_days, cases, out=np.full_like(cases, np.nan), where=cases > 0
        )
        wanted = weights @ lost_cases
        # a stage no drawn deal was won through tells nothing in that draw
        below = np.where(np.isnan(each), 0.0, wanted * np.nan_to_num(each)).sum(axis=-1)
        return np.divide(above, below, out=np.full_like(above, np.nan), where=below > 0)

    value = float(over(np.ones((1, len(closed))))[0])
    of = f"{compared:,} deals lost"
    if drawn is None:
        return Estimate(value, "times", of=of)
    times, belongs, clusters = drawn
    low, high = Draws(over(times[:, belongs]), clusters).interval()
    return Estimate(value, "times", low, high, of=of)
