"""What becomes of recurring revenue: net and gross retention, renewals, and the bridge.

Retention follows the customers of the start day to the end day, wherever they went; customers won
in between, with all that they bought since, are not in it. Sums are exact, ratios are not rounded.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

import numpy as np

from remit.benchmarks import Benchmark
from remit.charter import Charter
from remit.evidence import Evidence
from remit.measures.intervals import ratio
from remit.measures.recurring import (
    NOTHING,
    Book,
    Steps,
    Term,
    recurring_revenue,
)
from remit.terms import Estimate, Period
from remit.terms.period import months_after

MONTHS_OF_TREND = 12


@dataclass(frozen=True, slots=True)
class Kept:
    """A customer of the cohort: what it paid a year at the start, and what it pays at the end."""

    customer: str
    start: Decimal
    end: Decimal
    fallen: Decimal
    """All its falls in between added up, whatever it bought again: the event method's loss."""
    lost: bool
    """Whether it paid nothing on some day in between, or at the end."""
    undecided: bool
    """Whether it was lost so lately that it may still be renewed late."""


@dataclass(frozen=True, slots=True)
class Retention:
    """Retention of one cohort: who paid something on the day before a period, at its last day.

    The endpoint method compares the two days; the event method adds up every fall in between.
    """

    segment: str | None
    """None for the whole company."""
    over: Period
    source: str
    currency: str
    customers: int
    start: Decimal
    end: Decimal
    retained: Decimal
    """What is left of the start, no customer above what it paid then."""
    nrr: Estimate
    grr: Estimate
    logos: Estimate
    """Share of the customers that still pay something at the end."""
    grr_by_events: Estimate
    logos_by_events: Estimate
    """Share of the customers that never paid nothing in between."""
    undecided: Decimal
    """Start revenue of customers lost within the last `gap_days`, who may still renew late."""
    nrr_if_renewed: Estimate
    """Had all who are undecided renewed at what they paid at the start."""
    grr_if_renewed: Estimate
    rows: tuple[Kept, ...]
    """The cohort, the largest loss first."""
    left_out: Mapping[str, int]
    """Customers of the whole company whose revenue is not known, by reason."""


@dataclass(frozen=True, slots=True)
class MonthOfRetention:
    """Retention at the end of a month: of that month, and of the twelve that end with it."""

    month: date
    customers: int
    """At the start of the month."""
    nrr: float | None
    grr: float | None
    year_customers: int
    year_nrr: float | None
    year_grr: float | None


@dataclass(frozen=True, slots=True)
class Move:
    """A part of the change of one customer's recurring revenue, in its bucket."""

    customer: str
    bucket: str
    amount: Decimal


BUCKETS = ("new", "reactivation", "expansion", "contraction", "churn", "acquired", "currency")


@dataclass(frozen=True, slots=True)
class Bridge:
    """From recurring revenue at the start of a period to that at its end; losses are below zero."""

    segment: str | None
    over: Period
    start: Decimal
    new: Decimal
    reactivation: Decimal
    expansion: Decimal
    contraction: Decimal
    churn: Decimal
    acquired: Decimal
    """Came with a company that was bought; never new business."""
    currency: Decimal
    """Moved by rates of exchange alone; 0 where one rate is used throughout."""
    end: Decimal
    moves: tuple[Move, ...]
    """Largest loss first, then largest gain."""

    @property
    def difference(self) -> Decimal:
        """What the buckets leave unexplained; 0, or the bridge is wrong."""
        return self.end - self.start - sum((getattr(self, b) for b in BUCKETS), NOTHING)


@dataclass(frozen=True, slots=True)
class Renewed:
    """Terms of one customer that ended on one day, and what of them was renewed."""

    customer: str
    day: date
    due: Decimal
    renewed: Decimal
    """At most what was due: growth at renewal is expansion."""
    multi_year: bool
    undecided: bool
    """Whether less than all was renewed, so lately that a late renewal may still come."""


@dataclass(frozen=True, slots=True)
class RenewalRate:
    """Recurring revenue renewed, of that which was up for renewal in a period."""

    segment: str | None
    over: Period
    cases: int
    """Days on which a customer's terms ended."""
    due: Decimal
    renewed: Decimal
    rate: Estimate
    of_multi_year: Estimate | None
    """The same, of terms of more than a year; None where none ended."""
    multi_year_cases: int
    not_due: Decimal
    """Revenue at the start under terms that did not end in the period: nobody could leave it."""
    undecided: Decimal
    linked: bool
    """Whether contracts say which they renew; else what a customer starts next is its renewal."""
    rows: tuple[Renewed, ...]
    """Largest loss first."""


# Retention


def retention_by_segment(
    evidence: Evidence,
    charter: Charter,
    numbers: Mapping[str, Benchmark],
    over: Period,
    *,
    seed: int = 0,
) -> tuple[Retention, ...]:
    """Net and gross retention of the whole company, then of each segment, over a period.

    Empty where nothing tells of recurring revenue. Segments are those of today: a customer that
    grew into another is counted there from the start.
    """
    book = recurring_revenue(evidence, charter, numbers, over)
    if book is None:
        return ()
    return tuple(retention(book, over, segment, seed=seed) for segment in _parts(charter))


def _parts(charter: Charter) -> tuple[str | None, ...]:
    return (None, *charter.segment_names())


def retention(book: Book, over: Period, segment: str | None = None, *, seed: int = 0) -> Retention:
    """Retention of the customers who paid something on the day before a period.

    NRR is what they pay on its last day over what they paid then; GRR the same with no customer
    above what it paid then, so that it is 100 % at most; customers who came later are in neither.
    Intervals draw customers again.
    """
    before = over.start - timedelta(days=1)
    paid, pays = book.at(before, segment), book.at(over.last_day, segment)
    rows = [
        Kept(
            customer,
            start,
            pays.get(customer, NOTHING),
            *_falls(book.steps[customer], start, before, over.last_day),
            customer not in pays and book.undecided(customer) is not None,
        )
        for customer, start in paid.items()
    ]
    of = f"{len(rows):,} customers"

    def share(
        part: Iterable[Decimal | int], whole: Iterable[Decimal | int], *, bounded: bool = True
    ) -> Estimate:
        found = ratio(
            np.array([float(value) for value in part]),
            np.array([float(value) for value in whole]),
            [row.customer for row in rows],
            unit="share" if bounded else "times",  # growth may bring it past the whole
            of=of,
            seed=seed,
        )
        return dataclasses.replace(found, unit="share")

    starts = [row.start for row in rows]
    ones = [1] * len(rows)
    capped = [min(row.start, row.end) for row in rows]
    return Retention(
        segment=segment,
        over=over,
        source=book.source,
        currency=book.currency,
        customers=len(rows),
        start=sum(starts, NOTHING),
        end=sum((row.end for row in rows), NOTHING),
        retained=sum(capped, NOTHING),
        nrr=share((row.end for row in rows), starts, bounded=False),
        grr=share(capped, starts),
        logos=share((int(row.end > 0) for row in rows), ones),
        grr_by_events=share((row.start - row.fallen for row in rows), starts, bounded=False),
        logos_by_events=share((int(not row.lost) for row in rows), ones),
        undecided=sum((row.start for row in rows if row.undecided), NOTHING),
        nrr_if_renewed=share(
            (row.start if row.undecided else row.end for row in rows), starts, bounded=False
        ),
        grr_if_renewed=share(
            (row.start if row.undecided else min(row.start, row.end) for row in rows), starts
        ),
        rows=tuple(sorted(rows, key=lambda row: (row.end - row.start, row.customer))),
        left_out=book.left_out,
    )


def _falls(steps: Steps, start: Decimal, after: date, last: date) -> tuple[Decimal, bool]:
    """Falls between two days added up, and whether nothing was paid on some day."""
    fallen, now, lost = NOTHING, start, False
    for day, arr in steps:
        if after < day <= last:
            fallen += max(now - arr, NOTHING)
            now, lost = arr, lost or not arr
    return fallen, lost


def months_of_retention(
    evidence: Evidence, charter: Charter, numbers: Mapping[str, Benchmark], over: Period
) -> Mapping[str | None, tuple[MonthOfRetention, ...]]:
    """Retention month by month, by segment (None for the company); empty where nothing tells.

    Each month has its own cohort. A product of twelve such figures holds for one fixed cohort
    only, and twelve times a month's loss never is a year's.
    """
    book = recurring_revenue(evidence, charter, numbers, over)
    if book is None:
        return {}
    found = {}
    for segment in _parts(charter):
        ends = [month.end for month in over.months()][-MONTHS_OF_TREND:]
        found[segment] = tuple(_month(book, end, segment) for end in ends)
    return found


def _month(book: Book, end: date, segment: str | None) -> MonthOfRetention:
    first = months_after(end, -1)
    one = _ratios(book, Period(first, end), segment)
    year = _ratios(book, Period(months_after(end, -12), end), segment)
    return MonthOfRetention(first, *one, *year)


def _ratios(
    book: Book, over: Period, segment: str | None
) -> tuple[int, float | None, float | None]:
    paid, pays = book.at(over.start - timedelta(days=1), segment), book.at(over.last_day, segment)
    start = sum(paid.values(), NOTHING)
    if not start:
        return 0, None, None
    end = sum((pays.get(c, NOTHING) for c in paid), NOTHING)
    kept = sum((min(arr, pays.get(c, NOTHING)) for c, arr in paid.items()), NOTHING)
    return len(paid), float(end / start), float(kept / start)


def compounded(rate: float, months: int = 12) -> float:
    """A monthly retention held for some months, of one fixed cohort.

    >>> round(compounded(0.985), 3), round(compounded(1.01), 3)
    (0.834, 1.127)
    """
    return float(rate**months)


# The bridge


def bridge(
    start: Mapping[str, Decimal],
    end: Mapping[str, Decimal],
    over: Period,
    *,
    earlier: Collection[str] = (),
    acquired: Mapping[str, Decimal] | None = None,
    currency: Mapping[str, Decimal] | None = None,
    segment: str | None = None,
) -> Bridge:
    """Every customer's change between two days, each part of it in exactly one bucket.

    What came with a bought company and what rates of exchange did are taken off first. Of the
    rest, a customer who paid nothing before is new, or a reactivation if it had paid earlier; one
    who pays nothing any more is churn; otherwise it is expansion or contraction. Round trips in
    between are not seen, so that twelve monthly bridges do not add up to the year's.

    Args:
        start: What each customer pays a year at the start; who pays nothing may be left out.
        end: The same at the end.
        over: The days between.
        earlier: Customers who had paid something before the start.
        acquired: What each customer brought along that came with a bought company.
        currency: What rates of exchange alone did to each customer's amount.
        segment: For which it is; None for the whole company.
    """
    bought, by_rates = acquired or {}, currency or {}
    moves: list[Move] = []
    for customer in sorted({*start, *end, *bought, *by_rates}):
        was, now = start.get(customer, NOTHING), end.get(customer, NOTHING)
        came, rates = bought.get(customer, NOTHING), by_rates.get(customer, NOTHING)
        basis, rest = was + came, now - was - came - rates
        if not basis:
            bucket = "reactivation" if customer in earlier else "new"
        elif not now:
            bucket = "churn"
        else:
            bucket = "expansion" if rest > 0 else "contraction"
        parts = ((bucket, rest), ("acquired", came), ("currency", rates))
        moves += [Move(customer, name, amount) for name, amount in parts if amount]
    sums = {b: sum((m.amount for m in moves if m.bucket == b), NOTHING) for b in BUCKETS}
    found = Bridge(
        segment=segment,
        over=over,
        start=sum(start.values(), NOTHING),
        end=sum(end.values(), NOTHING),
        moves=tuple(sorted(moves, key=lambda m: (m.amount > 0, -abs(m.amount), m.customer))),
        **sums,
    )
    assert not found.difference, "a change of recurring revenue fell into no bucket, or into two"
    return found


def bridge_over(book: Book, over: Period, segment: str | None = None) -> Bridge:
    """The bridge of a period from what is in the book.

    Nothing there tells of bought companies, whose customers are among the new; other currencies
    are counted at one rate throughout, so that rates of exchange move nothing.
    """
    before = over.start - timedelta(days=1)
    return bridge(
        book.at(before, segment),
        book.at(over.last_day, segment),
        over,
        earlier=book.before(before, segment),
        segment=segment,
    )


def bridges_by_segment(
    evidence: Evidence, charter: Charter, numbers: Mapping[str, Benchmark], over: Period
) -> tuple[tuple[Bridge, tuple[Bridge, ...]], ...]:
    """The bridge of the whole company, then of each segment, each with those of its months."""
    book = recurring_revenue(evidence, charter, numbers, over)
    if book is None:
        return ()
    return tuple(
        (
            bridge_over(book, over, segment),
            tuple(bridge_over(book, month, segment) for month in over.months()),
        )
        for segment in _parts(charter)
    )


# Renewals


def renewals_by_segment(
    evidence: Evidence,
    charter: Charter,
    numbers: Mapping[str, Benchmark],
    over: Period,
    *,
    seed: int = 0,
) -> tuple[RenewalRate, ...]:
    """The renewal rate of the whole company, then of each segment; empty without contracts."""
    book = recurring_revenue(evidence, charter, numbers, over)
    if book is None or not book.terms:
        return ()
    return tuple(renewal_rate(book, over, segment, seed=seed) for segment in _parts(charter))


def renewal_rate(
    book: Book, over: Period, segment: str | None = None, *, seed: int = 0
) -> RenewalRate:
    """Revenue renewed over revenue up for renewal, of terms that ended in a period.

    Terms of one customer that end on one day are one case: an expansion that was made to end with
    the main contract is renewed with it. A case renews what its successors bring, at most what was
    due. Successors are the contracts that say they renew one of its terms, and those that say
    nothing and begin on the day, or within `gap_days` of it. Whoever may still renew late counts
    as not renewed, and is said apart.
    """
    customers = set(book.customers(segment))
    terms = [term for term in book.terms if term.customer in customers]
    rows = [row for row in _renewed(terms, book) if row.day in over]
    due = np.array([float(row.due) for row in rows])
    renewed = np.array([float(row.renewed) for row in rows])

    def rate(chosen: list[int]) -> Estimate:
        return ratio(
            renewed[chosen],
            due[chosen],
            [rows[at].customer for at in chosen],
            unit="share",
            of=f"{len(chosen):,} renewals due",
            seed=seed,
        )

    longer = [at for at, row in enumerate(rows) if row.multi_year]
    before = over.start - timedelta(days=1)
    not_due = sum(
        (
            term.arr
            for term in terms
            if term.first_day <= before and (term.end_day is None or term.end_day >= over.end)
        ),
        NOTHING,
    )
    return RenewalRate(
        segment=segment,
        over=over,
        cases=len(rows),
        due=sum((row.due for row in rows), NOTHING),
        renewed=sum((row.renewed for row in rows), NOTHING),
        rate=rate(list(range(len(rows)))),
        of_multi_year=rate(longer) if longer else None,
        multi_year_cases=len(longer),
        not_due=not_due,
        undecided=sum((row.due - row.renewed for row in rows if row.undecided), NOTHING),
        linked=any(term.renewal_of for term in terms),
        rows=tuple(sorted(rows, key=lambda r: (r.renewed - r.due, r.day, r.customer))),
    )


def _renewed(terms: list[Term], book: Book) -> Iterable[Renewed]:
    """Each day on which terms of a customer ended, with what took their place."""
    gap = timedelta(days=book.gap_days)
    of: dict[str, list[Term]] = {}
    for term in terms:
        of.setdefault(term.customer, []).append(term)
    for customer, mine in of.items():
        cases: dict[date, list[Term]] = {}
        for term in mine:
            if term.end_day is not None:
                cases.setdefault(term.end_day, []).append(term)
        taken: set[int] = set()
        for day in sorted(cases):
            ended = cases[day]
            ids = {term.contract_id for term in ended if term.contract_id}
            following = [
                at
                for at, term in enumerate(mine)
                if at not in taken
                and term not in ended
                and term.first_day <= day + gap
                and (term.renewal_of in ids if term.renewal_of else day <= term.first_day)
            ]
            taken.update(following)
            due = sum((term.arr for term in ended), NOTHING)
            brought = sum((mine[at].arr for at in following), NOTHING)
            renewed = max(NOTHING, min(due, brought))
            if due > 0:
                yield Renewed(
                    customer,
                    day,
                    due,
                    renewed,
                    any(term.multi_year for term in ended),
                    renewed < due and day <= book.as_of < day + gap,
                )
