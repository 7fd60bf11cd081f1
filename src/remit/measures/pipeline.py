"""Open pipeline: what it covers, how it is kept, whom it is spoken with, what is created of it."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import Any

import numpy as np

from remit.benchmarks import Benchmark
from remit.charter import Charter
from remit.charter.fiscal import first_month, period_of
from remit.compensation.measures import named
from remit.evidence import Evidence
from remit.evidence.store import ends_of_day
from remit.measures.deal_records import (
    Deal,
    Deals,
    deals_of,
    instants,
    qualified_stages,
    stage_entries,
)
from remit.measures.intervals import middle, ratio
from remit.measures.queries import sql_of
from remit.terms import Estimate, Period, Point
from remit.terms.period import months_after

ZERO = Decimal(0)
SOLD: Mapping[str, tuple[str, ...]] = {
    "new_arr": ("new",),
    "closed_won_arr": ("new", "expansion"),
    "bookings": ("new", "expansion"),
}
"""What quotas and targets for selling may be in, and the kinds of deals that count towards each."""
NEW_PIPELINE = ("new logo pipeline", "new business pipeline", "new customer pipeline")
"""Words for new pipeline beside those of `pipeline_created`."""
CLOSING, EVERY = "closing in the quarter", "open"
"""Which open deals a snapshot counts."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Open pipeline early in a quarter, and what was won from then to the quarter's end."""

    quarter: Period
    day: date
    """The pipeline is as it stood when this day began."""
    deals: int
    value: Decimal
    unvalued: int
    """Open deals without a value in the company's currency."""
    won: Decimal
    """Won from that day to the quarter's end, deals created after that day with the others."""
    won_created_later: Decimal
    """The part of it from deals created after that day."""
    known: float
    """Share of the deals whose close day and amount are known as they stood then."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """Open pipeline over what is still to be sold, and how much of it is needed.

    Both count the same deals: those closing in the quarter where close days are known as they
    stood on every snapshot, else all open ones.
    """

    measure: str
    """What the quota or target is in."""
    kinds: tuple[str, ...]
    basis: str
    """`closing in the quarter` or `open`."""
    now: Snapshot
    target: Decimal
    target_from: str
    """`quotas` or `targets`."""
    people: int
    """People whose quotas and pipeline these are; 0 for a target of the company."""
    selling: int
    """How many of them own a deal, open or closed."""
    won_before: Decimal
    """Won in the quarter before the snapshot's day."""
    past: tuple[Snapshot, ...]
    """The quarters before, latest first."""
    conversion: Estimate
    """Won over open pipeline by value, over the past snapshots; draws quarters again."""
    query: str

    @property
    def to_go(self) -> Decimal:
        """What was still to be sold when the snapshot's day began."""
        return self.target - self.won_before

    @property
    def held(self) -> float:
        """Open pipeline in multiples of what was still to be sold; infinite where nothing was."""
        return float(self.now.value / self.to_go) if self.to_go > 0 else float("inf")

    @property
    def needed(self) -> Estimate:
        """1 over the conversion: the multiple that fills the target."""
        own = self.conversion
        low, high = (1 / side if side else None for side in (own.high, own.low))
        return Estimate(1 / own.value if own.value else float("inf"), "times", low, high, of=own.of)

    @property
    def fill(self) -> Estimate:
        """What the pipeline held brings at the own conversion, over what was still to be sold."""
        own, held = self.conversion, self.held
        low, high = (None if side is None else held * side for side in (own.low, own.high))
        return Estimate(held * own.value, "share", low, high, of=own.of)


@dataclass(frozen=True, slots=True)
class Kept:
    """Share of open deals for which something holds."""

    deals: int
    owners: int
    unknown: int
    """Open deals for which it cannot be told, left out."""
    share: Estimate
    rows: tuple[tuple[Any, ...], ...]
    """Deals that are the trouble: id, stage, days open, and what it is; worst first."""
    query: str


@dataclass(frozen=True, slots=True)
class ForecastQuarter:
    """What was committed when a quarter began, and what was won in it."""

    quarter: Period
    deals: int
    """Deals committed."""
    committed: Decimal
    won: Decimal
    """Won in the quarter, of whatever deals."""
    won_of_committed: Decimal


@dataclass(frozen=True, slots=True)
class ForecastHeld:
    """Forecasts of past quarters beside what came of them."""

    quarters: tuple[ForecastQuarter, ...]
    """Latest first; only quarters whose forecast is known as it stood when they began."""
    looked: int
    """Quarters looked back on."""
    recorded: bool
    """Whether any deal has a forecast at all."""
    over: Estimate | None
    """Won over committed; draws quarters again."""
    query: str


@dataclass(frozen=True, slots=True)
class CreatedPipeline:
    """New pipeline created month by month, beside its target."""

    segments: tuple[str, ...]
    """Empty for the company."""
    months: tuple[tuple[date, Decimal, Decimal, int], ...]
    """First day, value created, target, deals created."""
    reached: Estimate
    """Created over target, over all months; draws months again."""
    owners: int
    unvalued: int
    query: str


@dataclass(frozen=True, slots=True)
class Stakeholders:
    """Contacts recorded on open qualified deals."""

    deals: int
    without: int
    """Deals on which no contact is recorded."""
    contacts: Estimate
    """Median contacts a deal, over deals with any."""
    lowest: Estimate
    """The same with 0 for the deals without: the least that it can be."""
    stages: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    """Deals: id, stage, contacts; fewest first."""
    query: str


@dataclass(frozen=True, slots=True)
class Personas:
    """Distinct kinds of buyer on won deals of a segment, never heads."""

    segment: str
    deals: int
    """Won deals on which at least one contact's part or department is recorded."""
    without: int
    """Won deals on which none is."""
    median: Estimate
    query: str


def pipeline_coverage(
    evidence: Evidence,
    charter: Charter,
    numbers: Mapping[str, Benchmark],
    over: Period,
    *,
    persons: frozenset[str] | None = None,
    seed: int = 0,
) -> Coverage | None:
    """Open pipeline over what is still to be sold, `pipeline_snapshot_days` into the quarter.

    The quarter is the one that the period's last day is in, cut as the quotas are cut, else by
    the fiscal year. Needed is 1 over the share of such pipelines, by value, that was won in the
    rest of their quarters, with what was created and closed inside them. The pipeline held is
    that of people who have a quota; without quotas the company's target counts, and all
    pipeline. The quarters before are of all owners asked for.

    Args:
        evidence: As of the last day wanted.
        charter: For the currency, the fiscal year and its `targets:`.
        numbers: Benchmarks in force.
        over: Its last day is the one looked from.
        persons: Pseudonyms of owners; None means all.
        seed: For the interval, which draws quarters again.

    Returns:
        None where neither quotas nor targets say what is to be sold in the quarter.
    """
    found = _asked(evidence, charter, over.last_day, persons)
    if found is None:
        return None
    measure, quarter, target, owners = found
    kinds = SOLD[measure]
    offset = int(numbers["pipeline_snapshot_days"].at(over.last_day).value or 0)
    offset = min(offset, (over.last_day - quarter.start).days)
    count = int(numbers["pipeline_quarters"].at(over.last_day).value or 0)
    # the past is of everybody, not of those alone who are there to have a quota today
    book = _Book(evidence, charter, numbers, kinds, persons)
    today = book if owners is None else _Book(evidence, charter, numbers, kinds, owners)
    months = _months(quarter)
    quarters = [quarter] + [
        Period(months_after(quarter.start, -months * n), months_after(quarter.end, -months * n))
        for n in range(1, count + 1)
    ]
    if book.since is None:
        return None
    days = [(q, q.start + timedelta(days=offset)) for q in quarters if q.start >= book.since]
    enough = float(numbers["close_days_known"].at(over.last_day).value or 0)
    told = all(book.at(day).known >= enough for _, day in days)
    basis = CLOSING if told and days else EVERY
    if not days or days[0][0] != quarter:
        return None
    snapshot = _snapshot(evidence, today, *days[0], basis)
    shots = (_snapshot(evidence, book, q, day, basis) for q, day in days[1:])
    past = tuple(shot for shot in shots if shot.value)
    conversion = ratio(
        np.array([float(shot.won) for shot in past]),
        np.array([float(shot.value) for shot in past]),
        [shot.quarter.start for shot in past],
        unit="times",
        of=f"{len(past)} quarters",
        seed=seed,
    )
    return Coverage(
        measure=measure,
        kinds=kinds,
        basis=basis,
        now=snapshot,
        target=target,
        target_from="targets" if owners is None else "quotas",
        people=len(owners or ()),
        selling=len({d.owner for d in today.deals.deals} & (owners or frozenset())),
        won_before=today.won(evidence, Period(quarter.start, snapshot.day)),
        past=past,
        conversion=conversion,
        query=today.deals.query,
    )


def _months(period: Period) -> int:
    """Whole months that a period is nearest to."""
    return max(1, round(period.days / 30.4))


def _asked(
    evidence: Evidence, charter: Charter, day: date, persons: frozenset[str] | None
) -> tuple[str, Period, Decimal, frozenset[str] | None] | None:
    """What is to be sold in the quarter a day is in: measure, quarter, amount, people with a quota.

    Quotas of a quarter or shorter give the quarter themselves; longer ones are shared out by day.
    """
    rows = [
        row
        for row in evidence["quotas"].to_pyarrow().to_pylist()
        if (persons is None or row["person_id"] in persons)
        and row["currency"] in (None, charter.currency)
    ]
    for measure in SOLD:
        mine = [row for row in rows if named(row["measure"]) == measure]
        now = [row for row in mine if row["first_day"] <= day < row["end_day"]]
        if not now:
            continue
        first = max(row["first_day"] for row in now)
        start = first
        while months_after(start, 3) <= day:
            start = months_after(start, 3)
        short = min(_months(Period(row["first_day"], row["end_day"])) for row in now)
        quarter = Period(start, months_after(start, min(3, short)))
        amount = sum((_shared(row, quarter) for row in mine), ZERO)
        owners = frozenset(r["person_id"] for r in mine if _shared(r, quarter) > 0)
        if amount > 0:
            return measure, quarter, amount, owners
    quarter = period_of(day, "quarter", first_month(charter))
    if persons is not None:
        return None
    for measure in SOLD:
        amount = sum(
            (_shared(row, quarter) for row in _targets(evidence, charter, {measure})), ZERO
        )
        if amount > 0:
            return measure, quarter, amount, None
    return None


def _shared(row: Mapping[str, Any], period: Period) -> Decimal:
    """The part of an amount that falls into a period, by days."""
    whole = Period(row["first_day"], row["end_day"])
    both = whole.meet(period)
    return Decimal(row["amount"]) * both.days / whole.days if both else ZERO


def _targets(
    evidence: Evidence, charter: Charter, measures: set[str], *, by_segment: bool = False
) -> list[dict[str, Any]]:
    """Targets from the evidence and the charter, with the segments that each is for.

    Unless asked for by segment: those for the whole company, or else those of all segments.
    """
    rows = [
        {**row, "segments": (row["segment"],) if row["segment"] else ()}
        for row in evidence["targets"].to_pyarrow().to_pylist()
        if _means(row["measure"], measures) and row["currency"] in (None, charter.currency)
    ]
    rows += [
        {
            "segments": tuple(target.segments),
            "first_day": target.first_day,
            "end_day": target.last_day + timedelta(days=1),
            "amount": Decimal(str(target.amount)),
        }
        for target in charter.targets
        if target.amount is not None and target.team is None and _means(target.measure, measures)
    ]
    whole = [row for row in rows if not row["segments"]]
    return rows if by_segment else whole or rows


def _means(words: str, measures: set[str]) -> bool:
    plain = words.casefold().replace("_", " ").replace("-", " ").strip()
    return named(words) in measures or ("pipeline_created" in measures and plain in NEW_PIPELINE)


@dataclass(frozen=True, slots=True)
class _Day:
    """The deals open when a day began, as they were told by then where that is known."""

    deals: tuple[Deal, ...]
    known: float


class _Book:
    """Deals of some kinds and owners, on any day."""

    def __init__(
        self,
        evidence: Evidence,
        charter: Charter,
        numbers: Mapping[str, Benchmark],
        kinds: tuple[str, ...],
        persons: frozenset[str] | None,
    ) -> None:
        self.deals: Deals = deals_of(evidence, charter, kinds=kinds, persons=persons)
        self._evidence, self._charter = evidence, charter
        self._kinds, self._persons = kinds, persons
        self._told, self._replaced = _told(evidence)
        age = numbers["export_age_days"].at(evidence.as_of).value or 0
        self._age = timedelta(days=age)
        self.at = cache(self._at)

    @property
    def since(self) -> date | None:
        """Day on which the first deal was created."""
        return min((d.created.date() for d in self.deals.deals), default=None)

    def won(self, evidence: Evidence, over: Period) -> Decimal:
        """Value won in a period."""
        if not over.days:
            return ZERO
        start, end = instants(evidence, over)
        return sum((d.value or ZERO for d in _won(self.deals, start, end)), ZERO)

    def _at(self, day: date) -> _Day:
        instant = ends_of_day(day - timedelta(days=1), self._evidence.time_zone)
        there = {d.deal: d for d in self.deals.deals if _open(d, instant)}
        if not there:
            return _Day((), 1.0)
        known = {deal.deal for deal in there.values() if self._known(deal, instant)}
        if known and self._evidence.as_of >= day:
            # records as they had been told by the day before
            then = dataclasses.replace(self._evidence, as_of=day - timedelta(days=1))
            for deal in deals_of(
                then, self._charter, kinds=self._kinds, persons=self._persons
            ).deals:
                if deal.deal in known:
                    there[deal.deal] = deal
        return _Day(tuple(there.values()), len(known) / len(there))

    def _known(self, deal: Deal, instant: datetime) -> bool:
        """Whether an export taken shortly before an instant told of a deal.

        A version from before the deal was created is one whose day nobody knows.
        """
        if not any(instant - self._age <= told < instant for told in self._replaced):
            return False
        versions = self._told.get(deal.deal, ())
        return any(deal.created.date() <= told.date() and told < instant for told in versions)


def _open(deal: Deal, instant: datetime) -> bool:
    return deal.created < instant and (deal.closed is None or deal.closed >= instant)


def _won(deals: Deals, start: datetime, end: datetime) -> list[Deal]:
    return [d for d in deals.deals if d.won and d.closed is not None and start <= d.closed < end]


def _told(evidence: Evidence) -> tuple[dict[str, list[datetime]], list[datetime]]:
    """From when each version of a deal is, and those among them that a later load replaced.

    Both are empty for a copy, which holds the last versions alone.
    """
    found: dict[str, list[datetime]] = {}
    replaced: list[datetime] = []
    if evidence.place.file is None:
        return found, replaced
    for where in ({}, {"database": "earlier"}):
        table = evidence.connection.table("opportunities", **where)
        rows = table.filter(table._since.notnull()).select("opportunity_id", since="_since")
        for row in rows.to_pyarrow().to_pylist():
            found.setdefault(row["opportunity_id"], []).append(row["since"])
            if where:
                replaced.append(row["since"])
    return found, replaced


def _snapshot(evidence: Evidence, book: _Book, quarter: Period, day: date, basis: str) -> Snapshot:
    then = book.at(day)
    deals = [
        d
        for d in then.deals
        if basis == EVERY or (d.close_day is not None and d.close_day < quarter.end)
    ]
    start, end = instants(evidence, Period(day, quarter.end))
    won = _won(book.deals, start, end)
    return Snapshot(
        quarter=quarter,
        day=day,
        deals=len(deals),
        value=sum((d.value or ZERO for d in deals), ZERO),
        unvalued=sum(d.value is None for d in deals),
        won=sum((d.value or ZERO for d in won), ZERO),
        won_created_later=sum((d.value or ZERO for d in won if d.created >= start), ZERO),
        known=then.known,
    )


def past_close_days(
    evidence: Evidence,
    charter: Charter,
    numbers: Mapping[str, Benchmark],
    over: Period,
    *,
    kinds: tuple[str, ...] = ("new", "expansion"),
    persons: frozenset[str] | None = None,
    seed: int = 0,
) -> Kept:
    """Share of open deals whose expected close day had gone by; those without one are left out."""
    found = deals_of(evidence, charter, kinds=kinds, persons=persons)
    open_ = [d for d in found.deals if d.closed is None]
    told = [d for d in open_ if d.close_day is not None]

    def past(deal: Deal) -> bool:
        return deal.close_day is not None and deal.close_day < over.last_day

    rows = [
        (d.deal, d.stage, round(d.days(evidence.ends)), (over.last_day - d.close_day).days)
        for d in told
        if d.close_day is not None and past(d)
    ]
    return Kept(
        deals=len(told),
        owners=len({d.owner for d in told}),
        unknown=len(open_) - len(told),
        share=_share([past(d) for d in told], told, seed),
        rows=tuple(sorted(rows, key=lambda row: (-row[3], row[0]))),
        query=found.query,
    )


def next_steps(
    evidence: Evidence,
    charter: Charter,
    numbers: Mapping[str, Benchmark],
    over: Period,
    *,
    kinds: tuple[str, ...] = ("new", "expansion"),
    persons: frozenset[str] | None = None,
    seed: int = 0,
) -> Kept | None:
    """Share of open deals with a next step; None where no deal tells, open or closed."""
    found = deals_of(evidence, charter, kinds=kinds, persons=persons)
    if all(d.next_step is None for d in found.deals):
        return None
    open_ = [d for d in found.deals if d.closed is None]
    told = [d for d in open_ if d.next_step is not None]
    without = [d for d in told if not d.next_step]
    return Kept(
        deals=len(told),
        owners=len({d.owner for d in told}),
        unknown=len(open_) - len(told),
        share=_share([bool(d.next_step) for d in told], told, seed),
        rows=_longest_open(evidence, without, lambda d: "none"),
        query=found.query,
    )


def framework_filled(
    evidence: Evidence,
    charter: Charter,
    numbers: Mapping[str, Benchmark],
    over: Period,
    *,
    kinds: tuple[str, ...] = ("new",),
    persons: frozenset[str] | None = None,
    seed: int = 0,
) -> Kept | None:
    """Share of the qualification framework's fields filled on open deals past discovery.

    All open deals where the charter maps no stage beyond discovery. None where no deal tells.
    """
    found = deals_of(evidence, charter, kinds=kinds, persons=persons)
    if all(d.framework is None for d in found.deals):
        return None
    open_ = [d for d in found.deals if d.closed is None]
    stages = {stage.lower() for stage in qualified_stages(charter)}
    if stages:
        now = _stage_now(evidence)
        open_ = [d for d in open_ if now.get(d.deal, d.stage).lower() in stages]
    told = [d for d in open_ if d.framework is not None]
    lacking = sorted(
        (d for d in told if (d.framework or 0) < 1), key=lambda d: (d.framework or 0, d.deal)
    )
    return Kept(
        deals=len(told),
        owners=len({d.owner for d in told}),
        unknown=len(open_) - len(told),
        share=_share([d.framework or 0.0 for d in told], told, seed),
        rows=tuple(
            (d.deal, d.stage, round(d.days(evidence.ends)), round(d.framework or 0, 2))
            for d in lacking
        ),
        query=found.query,
    )


def _share(parts: Sequence[float], deals: Sequence[Deal], seed: int) -> Estimate:
    return ratio(
        np.array([float(part) for part in parts]),
        np.ones(len(deals)),
        [d.owner for d in deals],
        unit="share",
        of=f"{len(deals):,} open deals",
        seed=seed,
    )


def _longest_open(evidence: Evidence, deals: Sequence[Deal], what: Any) -> tuple[Any, ...]:
    rows = [(d.deal, d.stage, round(d.days(evidence.ends)), what(d)) for d in deals]
    return tuple(sorted(rows, key=lambda row: (-row[2], row[0])))


def _stage_now(evidence: Evidence) -> dict[str, str]:
    """The stage each deal is in on the as-of day, where its history tells."""
    return {deal: entries[-1].stage for deal, entries in stage_entries(evidence).items()}


def forecast_held(
    evidence: Evidence,
    charter: Charter,
    numbers: Mapping[str, Benchmark],
    over: Period,
    *,
    kinds: tuple[str, ...] = ("new", "expansion"),
    persons: frozenset[str] | None = None,
    seed: int = 0,
) -> ForecastHeld:
    """What was committed when a past quarter began, beside what was won in it.

    Only quarters count for which `close_days_known` of the open deals are known as they stood
    when the quarter began: a CRM keeps today's forecast alone, and a won deal's says nothing of
    what was forecast. Committed is the value of deals forecast as `commit` to close in it.

    Args:
        evidence: As of the last day wanted.
        charter: For currency and fiscal year.
        numbers: Benchmarks in force.
        over: Its last day is the one looked from; only quarters that ended by then count.
        kinds: new, expansion or renewal.
        persons: Pseudonyms of owners; None means all.
        seed: For the interval, which draws quarters again.
    """
    book = _Book(evidence, charter, numbers, kinds, persons)
    enough = float(numbers["close_days_known"].at(over.last_day).value or 0)
    count = int(numbers["pipeline_quarters"].at(over.last_day).value or 0)
    here = period_of(over.end, "quarter", first_month(charter))
    quarters, looked = [], 0
    for n in range(1, count + 1):
        quarter = Period(months_after(here.start, -3 * n), months_after(here.end, -3 * n))
        if book.since is None or quarter.start < book.since:
            continue
        looked += 1
        then = book.at(quarter.start)
        if then.known < enough or not any(d.forecast for d in then.deals):
            continue
        committed = [
            d
            for d in then.deals
            if d.forecast == "commit" and d.close_day is not None and d.close_day < quarter.end
        ]
        won = _won(book.deals, *instants(evidence, quarter))
        of = {d.deal for d in committed}
        quarters.append(
            ForecastQuarter(
                quarter,
                len(committed),
                sum((d.value or ZERO for d in committed), ZERO),
                sum((d.value or ZERO for d in won), ZERO),
                sum((d.value or ZERO for d in won if d.deal in of), ZERO),
            )
        )
    told = [q for q in quarters if q.committed > 0]
    over_ = None
    if told:
        over_ = ratio(
            np.array([float(q.won) for q in told]),
            np.array([float(q.committed) for q in told]),
            [q.quarter.start for q in told],
            unit="times",
            of=f"{len(told)} quarters",
            seed=seed,
        )
    return ForecastHeld(
        tuple(quarters),
        looked,
        any(d.forecast for d in book.deals.deals),
        over_,
        book.deals.query,
    )


def pipeline_created(
    evidence: Evidence,
    charter: Charter,
    numbers: Mapping[str, Benchmark],
    over: Period,
    *,
    seed: int = 0,
) -> tuple[CreatedPipeline, ...]:
    """New pipeline created month by month beside its target, a set of segments at a time.

    A month counts where a target covers all of it and it lies in the period as a whole. Values
    are today's. Targets are rows of `targets`, or of the charter's `targets:`, in
    `pipeline_created`. Empty where there are none.
    """
    rows = _targets(evidence, charter, {"pipeline_created"}, by_segment=True)
    found = []
    for segments in sorted({row["segments"] for row in rows}):
        mine = [row for row in rows if row["segments"] == segments]
        parts = [deals_of(evidence, charter, segment=s) for s in segments or (None,)]
        months, created = [], []
        for month in over.months():
            whole = Period(month.start.replace(day=1), months_after(month.start.replace(day=1), 1))
            covered = {
                day
                for row in mine
                if (both := Period(row["first_day"], row["end_day"]).meet(whole)) is not None
                for day in range(both.start.toordinal(), both.end.toordinal())
            }
            if month != whole or len(covered) < whole.days:
                continue
            start, end = instants(evidence, whole)
            deals = [d for part in parts for d in part.deals if start <= d.created < end]
            created += deals
            value = sum((d.value or ZERO for d in deals), ZERO)
            target = sum((_shared(row, whole) for row in mine), ZERO)
            months.append((whole.start, value, target, len(deals)))
        found.append(
            CreatedPipeline(
                segments,
                tuple(months),
                ratio(
                    np.array([float(month[1]) for month in months]),
                    np.array([float(month[2]) for month in months]),
                    [month[0] for month in months],
                    unit="times",
                    of=f"{len(months)} months",
                    seed=seed,
                ),
                len({d.owner for d in created}),
                sum(d.value is None for d in created),
                parts[0].query,
            )
        )
    return tuple(found)


def by_month(created: CreatedPipeline) -> tuple[Point, ...]:
    """Pipeline created over its target, for drawing."""
    return tuple(
        Point(month, float(value / target), deals)
        for month, value, target, deals in created.months
        if target > 0
    )


def stakeholders(
    evidence: Evidence,
    charter: Charter,
    numbers: Mapping[str, Benchmark],
    over: Period,
    *,
    persons: frozenset[str] | None = None,
    seed: int = 0,
) -> Stakeholders | None:
    """Distinct contacts recorded on each open new deal past discovery, the median.

    A deal on which nobody is recorded is not one without stakeholders: the median is of deals
    with any, and beside it stands the least it can be. None where the charter maps no stage
    beyond discovery, or the evidence has no buying roles.
    """
    stages = {stage.lower() for stage in qualified_stages(charter)}
    if not stages or not evidence.rows("buying_roles"):
        return None
    found = deals_of(evidence, charter, persons=persons)
    now = _stage_now(evidence)
    open_ = [
        d for d in found.deals if d.closed is None and now.get(d.deal, d.stage).lower() in stages
    ]
    roles = evidence["buying_roles"]
    counted = roles.group_by("opportunity_id").agg(contacts=roles.contact_id.nunique())
    contacts = {r["opportunity_id"]: int(r["contacts"]) for r in counted.to_pyarrow().to_pylist()}
    any_ = [d for d in open_ if contacts.get(d.deal)]

    def median(of: Sequence[Deal]) -> Estimate:
        return middle(
            np.array([contacts.get(d.deal, 0) for d in of], dtype=float),
            [d.owner for d in of],
            unit="people",
            of=f"{len(of):,} open deals",
            seed=seed,
        )

    rows = [(d.deal, now.get(d.deal, d.stage), contacts.get(d.deal, 0)) for d in open_]
    return Stakeholders(
        deals=len(open_),
        without=len(open_) - len(any_),
        contacts=median(any_),
        lowest=median(open_),
        stages=tuple(s for s in charter.deals.stages if s.lower() in stages),
        rows=tuple(sorted(rows, key=lambda row: (row[2], row[0]))),
        query=sql_of(counted),
    )


def personas_on_won_deals(
    evidence: Evidence,
    charter: Charter,
    numbers: Mapping[str, Benchmark],
    over: Period,
    *,
    seed: int = 0,
) -> tuple[Personas, ...]:
    """Distinct kinds of buyer on new deals won in the period, the median, a segment at a time.

    A kind of buyer is the part that a contact plays in the deal; where no part is recorded, the
    contact's department. Two contacts of one kind are one. Deals on which neither is recorded are
    left out and counted. The interval draws owners of deals again.
    """
    roles = evidence["buying_roles"]
    contacts = evidence["contacts"].select("contact_id", "department")
    kinds = roles.left_join(contacts, "contact_id").select("opportunity_id", "role", "department")
    by_deal: dict[str, set[str]] = {}
    for row in kinds.to_pyarrow().to_pylist():
        persona = row["role"] or row["department"]
        if persona:
            by_deal.setdefault(row["opportunity_id"], set()).add(persona.strip().casefold())
    start, end = instants(evidence, over)
    found = []
    for segment in charter.segment_names() or ("",):
        won = _won(deals_of(evidence, charter, segment=segment or None), start, end)
        told = [d for d in won if d.deal in by_deal]
        found.append(
            Personas(
                segment,
                len(told),
                len(won) - len(told),
                middle(
                    np.array([len(by_deal[d.deal]) for d in told], dtype=float),
                    [d.owner for d in told],
                    unit="count",
                    of=f"{len(told):,} deals won",
                    seed=seed,
                ),
                sql_of(kinds),
            )
        )
    return tuple(found)
