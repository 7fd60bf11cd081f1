"""What became of the customers that some people sold: lost early or not, by quarter sold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import numpy as np

from remit.benchmarks import Benchmark
from remit.charter import Charter
from remit.charter.fiscal import first_month, whole_periods
from remit.evidence import Evidence
from remit.measures.intervals import DRAWS, Draws, ratio
from remit.measures.queries import sql_of
from remit.measures.recurring import (
    NOTHING,
    Book,
    Steps,
    recurring_revenue,
    ultimate_parents,
)
from remit.measures.roles import spells
from remit.terms import Estimate, Period
from remit.terms.period import months_after


@dataclass(frozen=True, slots=True)
class Sold:
    """A customer won: when it began to pay, how much, and whether it was lost early."""

    customer: str
    began: date
    arr: Decimal
    lost: bool
    """Whether it paid nothing any more at or before its first renewal."""
    seller: str
    """Pseudonym, for drawing sellers again; never shown."""


@dataclass(frozen=True, slots=True)
class SoldQuarter:
    """New customers of one quarter."""

    over: Period
    rows: tuple[Sold, ...]
    of_age: bool
    """Whether all of them have come to the age at which early churn is told, late renewals
    allowed for; a younger quarter is not compared."""

    @property
    def new_arr(self) -> Decimal:
        """What they began to pay a year."""
        return sum((row.arr for row in self.rows), NOTHING)

    @property
    def lost(self) -> int:
        """How many were lost at or before their first renewal."""
        return sum(row.lost for row in self.rows)

    @property
    def sellers(self) -> int:
        """How many people sold them."""
        return len({row.seller for row in self.rows})


@dataclass(frozen=True, slots=True)
class Span:
    """New customers of some quarters together."""

    quarters: tuple[Period, ...]
    logos: int
    sellers: int
    new_arr: Estimate
    early_churn: Estimate
    """Share of the customers that were lost early; sellers are drawn again."""


@dataclass(frozen=True, slots=True)
class SoldBy:
    """New customers that some people sold, by quarter, and two spans compared at the same age."""

    quarters: tuple[SoldQuarter, ...]
    """Whole quarters since the first that could be seen from its start, earliest first."""
    age_months: int
    gap_days: int
    earlier: Span | None
    later: Span | None
    """The same quarters a year later; None where too few quarters are of age."""
    unknown_seller: int
    """Customers of the segments whose deal or its owner then is not known; left out."""
    currency: str
    query: str


def sold_by(
    evidence: Evidence,
    charter: Charter,
    numbers: Mapping[str, Benchmark],
    over: Period,
    *,
    persons: frozenset[str],
    roles: tuple[str, ...],
    segments: tuple[str, ...] = (),
    seed: int = 0,
) -> SoldBy | None:
    """New customers whose first deal was won by some people while they held some roles.

    A customer is new on the first day on which it paid anything. It was sold by the owner of the
    deal that its first contract names, else of its first new deal that was won. It was lost early
    if it paid nothing any more `first_term_months` later, a late renewal being no loss. The latest
    quarters in which all customers have come to that age, four at most, are compared with the same
    quarters a year before. None where nothing tells of recurring revenue.

    Args:
        evidence: As of the day to look from.
        charter: For its fiscal quarters.
        numbers: For `first_term_months` and `reactivation_gap_days`.
        over: Its last day is the last that is looked at; cohorts reach back as far as there are any.
        persons: Pseudonyms of the sellers: one part that may be shown, never one person.
        roles: Roles they must have held on the day the deal was won.
        segments: Segments of the customers; empty means all.
        seed: For the intervals.
    """
    book = recurring_revenue(evidence, charter, numbers, over)
    if book is None:
        return None
    months = int(numbers["first_term_months"].at(over.last_day).value or 0)
    winners, query = _winners(evidence, book)
    held = _held(evidence, persons, roles)
    rows: list[Sold] = []
    unknown = 0
    for customer in book.customers():
        if segments and book.segments.get(customer) not in segments:
            continue
        if not book.steps[customer]:
            continue
        began, arr = book.steps[customer][0]
        owner, closed = winners.get(customer, (None, None))
        if owner is None or closed is None:
            unknown += 1
        elif any(first <= closed < end for first, end in held.get(owner, ())):
            lost = _lost_by(book.steps[customer], months_after(began, months))
            rows.append(Sold(customer, began, arr, lost, owner))
    cohorts = _cohorts(rows, charter, book, months, over)
    earlier, later = _compared(cohorts, book.currency, seed)
    return SoldBy(cohorts, months, book.gap_days, earlier, later, unknown, book.currency, query)


def _lost_by(steps: Steps, day: date) -> bool:
    """Whether it paid nothing on some day up to and with this one, once it had begun."""
    return any(not arr for at, arr in steps if at <= day)


def _cohorts(
    rows: list[Sold], charter: Charter, book: Book, months: int, over: Period
) -> tuple[SoldQuarter, ...]:
    seen = [steps[0][0] for steps in book.steps.values() if steps]
    if not seen:
        return ()
    # the quarter of the very first contract may have begun before the records did
    found = whole_periods(
        Period(min(seen), max(over.end, min(seen))), "quarter", first_month(charter)
    )
    gap = timedelta(days=book.gap_days)
    return tuple(
        SoldQuarter(
            quarter,
            tuple(row for row in rows if row.began in quarter),
            months_after(quarter.last_day, months) + gap <= book.as_of,
        )
        for quarter in found
    )


def _compared(
    cohorts: tuple[SoldQuarter, ...], currency: str, seed: int
) -> tuple[Span | None, Span | None]:
    of_age = [cohort for cohort in cohorts if cohort.of_age]
    count = min(4, len(of_age) - 4)
    if count < 1:
        return None, None
    later, earlier = of_age[-count:], of_age[-count - 4 : len(of_age) - 4]
    return _span(earlier, currency, seed), _span(later, currency, seed)


def _span(cohorts: list[SoldQuarter], currency: str, seed: int) -> Span:
    rows = sorted((row for cohort in cohorts for row in cohort.rows), key=lambda row: row.customer)
    of = f"{len(rows):,} new customers"
    return Span(
        quarters=tuple(cohort.over for cohort in cohorts),
        logos=len(rows),
        sellers=len({row.seller for row in rows}),
        new_arr=_total([float(row.arr) for row in rows], currency, of, seed),
        early_churn=ratio(
            np.array([float(row.lost) for row in rows]),
            np.ones(len(rows)),
            [row.seller for row in rows],
            unit="share",
            of=of,
            seed=seed,
        ),
    )


def _total(amounts: list[float], currency: str, of: str, seed: int) -> Estimate:
    """A sum over customers who came by chance, each on its own: Poisson bootstrap."""
    value = float(sum(amounts))
    if len(amounts) < 2:
        return Estimate(value, currency, of=of)
    chance = np.random.default_rng(seed)
    times = chance.poisson(1.0, size=(DRAWS, len(amounts)))
    low, high = Draws(times @ np.array(sorted(amounts)), len(amounts)).interval()
    return Estimate(value, currency, low, high, of=of)


def _winners(evidence: Evidence, book: Book) -> tuple[dict[str, tuple[str | None, date]], str]:
    """Who owned the deal that made each company a customer, and the day it was won."""
    deals = evidence["opportunities"]
    deals = deals.filter(deals.won & deals.closed_at.notnull())
    table = deals.select("opportunity_id", "account_id", "owner_id", "closed_at", "kind")
    rows = table.to_pyarrow().to_pylist()
    top, _ = ultimate_parents(evidence, {r["account_id"] for r in rows if r["account_id"]})
    by_id = {row["opportunity_id"]: row for row in rows}
    first: dict[str, dict[str, Any]] = {}
    for row in sorted(rows, key=lambda r: (r["closed_at"], r["opportunity_id"])):
        if row["kind"] == "new" and row["account_id"]:
            first.setdefault(top[row["account_id"]], row)
    named: dict[str, dict[str, Any]] = {}
    for term in book.terms:
        deal = by_id.get(term.opportunity_id) if term.opportunity_id else None
        if deal is not None and term.first_day == book.steps[term.customer][0][0]:
            named.setdefault(term.customer, deal)
    found = {
        customer: (deal["owner_id"], deal["closed_at"].date())
        for customer, deal in {**first, **named}.items()
    }
    return found, sql_of(table)


def _held(
    evidence: Evidence, persons: frozenset[str], roles: tuple[str, ...]
) -> dict[str, list[tuple[date, date]]]:
    """When each of these people held one of these roles."""
    table = spells(evidence).select("person_id", "role", "first_day", "end_day")
    found: dict[str, list[tuple[date, date]]] = {}
    for row in table.to_pyarrow().to_pylist():
        if row["person_id"] in persons and row["role"] in roles:
            found.setdefault(row["person_id"], []).append((row["first_day"], row["end_day"]))
    return found
