"""What becomes of customers once they have signed: first value, reviews, upsell, refusals."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np

from remit.benchmarks import Benchmark
from remit.charter import Charter, Function
from remit.evidence import Evidence, read_once
from remit.measures.intervals import ratio
from remit.measures.queries import sql_of
from remit.measures.recurring import Book, level, recurring_revenue, ultimate_parents
from remit.measures.survival import Curve, incidence, kaplan_meier
from remit.terms import Estimate, Period, Point

YEAR, SOON = 365, 30


@dataclass(frozen=True, slots=True)
class Customers:
    """Who the customers are: the company at the top of each account, when it signed and where."""

    top: Mapping[str, str]
    """The customer of each account."""
    signed: Mapping[str, date]
    """The day of its first won new deal, or of its first contract if that is sooner."""
    segments: Mapping[str, str]

    def within(self, over: Period, segments: tuple[str, ...] = ()) -> list[tuple[str, date]]:
        """Customers that signed in a period, and when; no segments means all."""
        return sorted(
            (customer, day)
            for customer, day in self.signed.items()
            if day in over and self.there(customer, segments)
        )

    def there(self, customer: str, segments: tuple[str, ...]) -> bool:
        """Whether a customer is in one of these segments; no segments means all."""
        return not segments or self.segments.get(customer) in segments


@dataclass(frozen=True, slots=True)
class FirstValue:
    """How long new customers waited for first value, those still waiting taken into account."""

    customers: int
    reached: int
    unread: int
    """Customers of whom there is no reading at all: they may not use it, or nobody reads it."""
    median: Estimate | None
    """Days; None where fewer than half are seen to get there."""
    by_limit: Estimate | None
    """Share that gets there within `limit_days`; None where nobody was followed for so long."""
    seen_only: tuple[Estimate | None, Estimate | None]
    """The same two numbers without the customers of whom there is no reading."""
    limit_days: int
    between_readings: float | None
    """Median days between two readings of one customer."""
    curve: Curve
    months: tuple[Point, ...]
    """Median days by month of signing, where half got there."""
    rows: tuple[tuple[Any, ...], ...]
    """Customer, day signed, day of first value, days: those still waiting first."""
    query: str


@dataclass(frozen=True, slots=True)
class Reviews:
    """Whether customers had their business review in each whole interval between two."""

    held: int
    due: int
    customers: int
    share: Estimate
    months: tuple[Point, ...]
    rows: tuple[tuple[Any, ...], ...]
    """Customer, reviews missed, reviews due, last review."""
    query: str


@dataclass(frozen=True, slots=True)
class Upsell:
    """New customers for whom an upsell was found within so many days of signing."""

    customers: int
    found: int
    """Seen to be found, within the days or after."""
    days: int
    share: Estimate
    by_others: int
    """Customers whose first expansion deal within the days somebody else opened."""
    expansions: int
    """Expansion deals in the evidence, of whichever customer."""
    months: tuple[Point, ...]
    rows: tuple[tuple[Any, ...], ...]
    """Customer, day signed, day found, days."""
    query: str


@dataclass(frozen=True, slots=True)
class KeptAYear:
    """Recurring revenue that customers still paid a year after a day, no customer above its own."""

    customers: int
    share: Estimate


@read_once
def customers(evidence: Evidence) -> Customers:
    """Every company that has signed by the as-of day."""
    accounts = evidence["accounts"].account_id.to_pyarrow().to_pylist()
    deals = evidence["opportunities"]
    won = deals.filter(
        deals.won & (deals.kind == "new") & deals.account_id.notnull() & deals.closed_at.notnull()
    )
    days: list[Mapping[str, Any]] = []
    for table in (
        won.group_by("account_id").agg(day=won.closed_at.min().date()),
        evidence["contracts"].group_by("account_id").agg(day=lambda t: t.first_day.min()),
    ):
        days += table.to_pyarrow().to_pylist()
    top, segments = ultimate_parents(evidence, {*accounts, *(row["account_id"] for row in days)})
    signed: dict[str, date] = {}
    for row in days:
        customer = top[row["account_id"]]
        if row["day"] is not None and row["day"] <= evidence.as_of:
            signed[customer] = min(signed.get(customer, row["day"]), row["day"])
    return Customers(top, signed, segments)


def left_on(book: Book | None, customer: str) -> date | None:
    """The day from which a customer paid nothing any more; None while it pays, or may renew late."""
    if book is None or customer not in book.steps or book.undecided(customer) is not None:
        return None
    steps = book.steps[customer]
    if level(steps, book.as_of) or not any(arr for _, arr in steps):
        return None
    return max((day for day, arr in steps if not arr and day <= book.as_of), default=None)


def first_value(
    evidence: Evidence,
    charter: Charter,
    numbers: Mapping[str, Benchmark],
    over: Period,
    *,
    metric: str | None = None,
    at_least: float = 0.0,
    segments: tuple[str, ...] = (),
) -> FirstValue | None:
    """Days from signing to the first reading of usage that is worth something to the customer.

    Kaplan-Meier over customers that signed in the period; those not there yet count as waiting,
    those that left without it too. Customers who signed before usage was first read are left out.

    Args:
        evidence: As of the last day wanted.
        charter: Unused; every measure is called alike.
        numbers: For `time_to_value_days`.
        over: Days on which the customers signed.
        metric: The reading that tells; None for any reading above 0, which is a proxy.
        at_least: What it must have reached.
        segments: Segments of the customers; empty means all.

    Returns:
        None where there is no usage, or no reading of this metric.
    """
    usage = evidence["usage"]
    if metric is not None:
        usage = usage.filter(usage.metric == metric)
    there = usage.value >= at_least if metric is not None else usage.value > 0
    by_account = usage.group_by("account_id").agg(
        read=usage.day.min(), reached=usage.day.min(where=there)
    )
    who = customers(evidence)
    read: dict[str, date | None] = {}
    for row in by_account.to_pyarrow().to_pylist():
        customer = who.top.get(row["account_id"], row["account_id"])
        days_there = [day for day in (read.get(customer), row["reached"]) if day is not None]
        read[customer] = min(days_there, default=None)
    if not read:
        return None
    (ends,) = usage.agg(first=usage.day.min(), last=usage.day.max()).to_pyarrow().to_pylist()
    days = int(numbers["time_to_value_days"].at(over.last_day).amber or 0)
    followed = Period(ends["first"], ends["last"] + timedelta(days=1))
    cases = [(c, day) for c, day in who.within(over, segments) if day in followed]
    rows, waits, reached, seen = [], [], [], []
    for customer, day in cases:
        got = read.get(customer)
        waits.append(float(max(0, ((got or ends["last"]) - day).days)))
        reached.append(got is not None)
        seen.append(customer in read)
        rows.append((customer, str(day), None if got is None else str(got), int(waits[-1])))
    wait, ended, known = np.array(waits), np.array(reached, bool), np.array(seen, bool)
    curve, median, share = _waiting(wait, ended, days)
    return FirstValue(
        customers=len(cases),
        reached=int(ended.sum()),
        unread=int((~known).sum()),
        median=median,
        by_limit=share,
        seen_only=_waiting(wait[known], ended[known], days)[1:],
        limit_days=days,
        between_readings=_between(usage),
        curve=curve,
        months=_medians(cases, wait, ended),
        rows=tuple(sorted(rows, key=lambda row: (row[2] is not None, -row[3], row[0]))),
        query=sql_of(by_account),
    )


def _waiting(waits: Any, ended: Any, days: int) -> tuple[Curve, Estimate | None, Estimate | None]:
    if not len(waits):
        return (), None, None
    curve, median = kaplan_meier(waits, ended)
    if waits.max() < days and not ended.all():
        return curve, median, None
    _, share = incidence(waits, np.where(ended, 1, 0), days)
    return curve, median, share


def _between(usage: Any) -> float | None:
    """Median days between two readings of one metric of one customer."""
    frame = usage.select("account_id", "metric", "day").distinct().to_pandas()
    frame = frame.sort_values(["account_id", "metric", "day"])
    days = frame["day"].to_numpy().astype("datetime64[D]")
    same = (frame["account_id"].shift() == frame["account_id"]) & (
        frame["metric"].shift() == frame["metric"]
    )
    gaps = np.diff(days).astype(float)[same.to_numpy()[1:]]
    return float(np.median(gaps)) if len(gaps) else None


def _medians(cases: list[tuple[str, date]], waits: Any, ended: Any) -> tuple[Point, ...]:
    points = []
    months = np.array([day.replace(day=1) for _, day in cases])
    for month in sorted(set(months)):
        mine = months == month
        _, median = kaplan_meier(waits[mine], ended[mine])
        if median is not None:
            points.append(Point(month, median.value, int(mine.sum())))
    return tuple(points)


def reviews_held(
    evidence: Evidence,
    charter: Charter,
    numbers: Mapping[str, Benchmark],
    over: Period,
    *,
    rule: str,
    every: int,
    segments: tuple[str, ...] = (),
    seed: int = 0,
) -> Reviews | None:
    """Share of whole intervals of customers in which a business review with them took place.

    The period is cut into intervals of `every` days from its end backwards; a customer counts in
    those that it was a customer for from the first day to the last. The interval of the share
    draws customers again.

    Args:
        evidence: As of the last day wanted.
        charter: For its currency.
        numbers: For `reactivation_gap_days`.
        over: Days that have activities.
        rule: Name of the charter's rule that the reviews match.
        every: Days from one review to the next.
        segments: Segments of the customers; empty means all.
        seed: For the interval.

    Returns:
        None where the period is shorter than one interval.
    """
    if over.days < every:
        return None
    windows = [
        Period(over.end - timedelta(days=every * (n + 1)), over.end - timedelta(days=every * n))
        for n in range(over.days // every)
    ]
    done = evidence["activities"]
    done = done.filter(
        done.counted & (done.rule == rule) & (done.day >= over.start) & (done.day < over.end)
    ).select("activity_id", "day")
    on = evidence["work"].select("activity_id", "account_id").distinct()
    met = on.filter(on.account_id.notnull()).join(done, "activity_id")
    met = met.select("account_id", "day").distinct()
    who = customers(evidence)
    held: dict[str, list[date]] = defaultdict(list)
    for row in met.to_pyarrow().to_pylist():
        held[who.top.get(row["account_id"], row["account_id"])].append(row["day"])
    book = recurring_revenue(evidence, charter, numbers, over)
    parts: list[tuple[str, Period, bool]] = []
    for window in windows:
        # without contracts nobody is known to have left
        there = set(who.signed)
        if book is not None:
            there = set(book.at(window.start)) & set(book.at(window.last_day))
        for customer in sorted(there):
            signed = who.signed.get(customer, window.start)
            if signed <= window.start and who.there(customer, segments):
                parts.append((customer, window, any(day in window for day in held[customer])))
    due: dict[str, int] = defaultdict(int)
    missed: dict[str, int] = defaultdict(int)
    for customer, _, took_place in parts:
        due[customer] += 1
        missed[customer] += not took_place
    rows = [
        (name, missed[name], due[name], str(max(held[name])) if held[name] else None)
        for name in due
        if missed[name]
    ]
    points = []
    for window in reversed(windows):
        mine = [took for _, at, took in parts if at == window]
        if mine:
            month = window.last_day.replace(day=1)
            points.append(Point(month, sum(mine) / len(mine), len(mine)))
    took = np.array([took_place for *_, took_place in parts], float)
    return Reviews(
        held=int(took.sum()),
        due=len(parts),
        customers=len(due),
        share=ratio(
            took,
            np.ones(len(parts)),
            [customer for customer, *_ in parts],
            unit="share",
            of=f"{len(due):,} customers, {len(parts):,} reviews due",
            seed=seed,
        ),
        months=tuple(points),
        rows=tuple(sorted(rows, key=lambda row: (-row[1], row[3] or "", row[0]))),
        query=sql_of(met),
    )


def upsell_found(
    evidence: Evidence,
    charter: Charter,
    numbers: Mapping[str, Benchmark],
    over: Period,
    *,
    roles: tuple[str, ...],
    persons: frozenset[str],
    segments: tuple[str, ...] = (),
) -> Upsell:
    """Share of new customers for whom one of these people found an upsell within `upsell_days`.

    Found is: they opened an expansion deal (whoever owns it then), or offered the customer under
    a handoff of theirs at expansion. Cumulative incidence; a customer that left competes, open
    ones count as open. A deal that somebody else opened ends nobody's wait.

    Args:
        evidence: As of the last day wanted.
        charter: For the handoffs, and its currency.
        numbers: For `upsell_days` and `reactivation_gap_days`.
        over: Days on which the customers signed.
        roles: Roles that are to find it.
        persons: Their holders; at least as many as the minimum group.
        segments: Segments of the customers; empty means all.
    """
    days = int(numbers["upsell_days"].at(over.last_day).amber or 0)
    deals = evidence["opportunities"]
    deals = deals.filter(
        (deals.kind == "expansion") & deals.account_id.notnull() & deals.created_at.notnull()
    )
    opened = deals.select(
        "account_id", person_id=deals.created_by.fill_null(deals.owner_id), at=deals.created_at
    )
    passing = [h.name for h in charter.handoffs if h.giver in roles and h.at is Function.EXPANSION]
    steps = evidence["handoffs"]
    passed = steps.filter(
        steps.handoff.isin(passing or [""])
        & (steps.step == "offered")
        & steps.prospect_id.notnull()
    ).select(account_id="prospect_id", at="happened_at")
    who = customers(evidence)
    theirs: dict[str, list[date]] = defaultdict(list)
    others: dict[str, list[date]] = defaultdict(list)
    rows_opened = opened.to_pyarrow().to_pylist()
    for row in rows_opened:
        into = theirs if row["person_id"] in persons else others
        into[who.top.get(row["account_id"], row["account_id"])].append(row["at"].date())
    for row in passed.to_pyarrow().to_pylist():
        theirs[who.top.get(row["account_id"], row["account_id"])].append(row["at"].date())
    book = recurring_revenue(evidence, charter, numbers, over)
    rows, waits, status, by_others, months = [], [], [], 0, []
    for customer, signed in who.within(over, segments):
        got = min((day for day in theirs[customer] if day >= signed), default=None)
        lost = left_on(book, customer)
        end = min(day for day in (got, lost, evidence.as_of) if day is not None)
        waits.append(float((end - signed).days))
        status.append(1 if got is not None and got <= end else 2 if lost is not None else 0)
        elsewhere = min((day for day in others[customer] if day >= signed), default=None)
        by_others += elsewhere is not None and (elsewhere - signed).days <= days
        rows.append((customer, str(signed), None if got is None else str(got), int(waits[-1])))
        if (evidence.as_of - signed).days >= days:
            months.append((signed.replace(day=1), status[-1] == 1 and waits[-1] <= days))
    share = Estimate(float("nan"), "share")
    if rows:
        share = incidence(np.array(waits), np.array(status), days)[1]
    return Upsell(
        customers=len(rows),
        found=status.count(1),
        days=days,
        share=share,
        by_others=by_others,
        expansions=len(rows_opened),
        months=_shares(months),
        rows=tuple(sorted(rows, key=lambda row: (row[2] is not None, -row[3], row[0]))),
        query=sql_of(opened),
    )


def _shares(cases: Iterable[tuple[date, bool]]) -> tuple[Point, ...]:
    by_month: dict[date, list[bool]] = defaultdict(list)
    for month, part in cases:
        by_month[month].append(part)
    return tuple(
        Point(month, sum(parts) / len(parts), len(parts))
        for month, parts in sorted(by_month.items())
    )


def kept_after_step(
    evidence: Evidence,
    charter: Charter,
    numbers: Mapping[str, Benchmark],
    over: Period,
    *,
    handoff: str,
    step: str,
    segment: str | None = None,
    seed: int = 0,
) -> KeptAYear | None:
    """Recurring revenue kept a year after a step of a handoff, by the customers it was about.

    The year begins 30 days after the step, once terms run; each customer counts for what it paid
    then at most. Only customers whose year is over are in it. The interval draws customers again.

    Args:
        evidence: As of the last day wanted.
        charter: For its currency.
        numbers: For `reactivation_gap_days`.
        over: Its last day's numbers are in force; every customer whose year has passed counts.
        handoff: Name of the handoff.
        step: The step, such as accepted.
        segment: Segment of the customers; None means all.
        seed: For the interval.

    Returns:
        None where no such customer paid anything on the day.
    """
    steps = evidence["handoffs"]
    mine = steps.filter((steps.handoff == handoff) & (steps.step == step))
    if segment is not None:
        mine = mine.filter(mine.segment == segment)
    first = mine.group_by("prospect_id").agg(at=mine.happened_at.min())
    book = recurring_revenue(evidence, charter, numbers, over)
    if book is None:
        return None
    top = customers(evidence).top
    then, later, accounts = [], [], []
    for row in first.to_pyarrow().to_pylist():
        day = row["at"].date() + timedelta(days=SOON)
        customer = top.get(row["prospect_id"], "")
        if customer not in book.steps or day + timedelta(days=YEAR) > evidence.as_of:
            continue
        before = level(book.steps[customer], day)
        if before > 0:
            then.append(float(before))
            after = level(book.steps[customer], day + timedelta(days=YEAR))
            later.append(float(min(before, after)))
            accounts.append(customer)
    if not accounts:
        return None
    return KeptAYear(
        len(accounts),
        ratio(
            np.array(later),
            np.array(then),
            accounts,
            unit="share",
            of=f"{len(accounts):,} customers",
            seed=seed,
        ),
    )
