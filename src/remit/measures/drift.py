"""What sellers' work and wins turn to over time: books without new customers, and expansion."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import numpy as np

from remit.benchmarks import Benchmark
from remit.charter import Charter, Function
from remit.evidence import Evidence
from remit.measures.after_signing import customers
from remit.measures.intervals import DRAWS, Draws, ratio
from remit.measures.queries import sql_of
from remit.measures.recurring import recurring_revenue
from remit.measures.roles import SELLING, roles_held
from remit.measures.work import work_by_week
from remit.terms import Estimate, Period, Point

NEW = frozenset(
    (
        Function.PROSPECTING.value,
        Function.QUALIFICATION.value,
        Function.DISCOVERY.value,
        Function.TECHNICAL_VALIDATION.value,
        Function.DEAL_DESK.value,
        Function.CLOSING.value,
        SELLING,
    )
)
"""Work on companies that are no customers yet."""
ON_CUSTOMERS = frozenset(
    (
        Function.ONBOARDING.value,
        Function.CUSTOMER_SUCCESS.value,
        Function.SUPPORT.value,
        Function.RENEWAL.value,
        Function.EXPANSION.value,
    )
)


@dataclass(frozen=True, slots=True)
class ParkedBook:
    """The customers that sellers who were there all the time own, and how much of them is parked."""

    people: int
    """Sellers who held the role for the whole time and own a customer that pays."""
    customers: int
    arr: Decimal
    without_new: Estimate
    """Share of the ARR in books whose owner won no new customer in the time."""
    mature: float
    """Share of the ARR of customers who signed longer ago than `mature_months`."""
    months: int
    mature_months: int
    rows: tuple[tuple[Any, ...], ...]
    """Quarter of signing, customers, ARR, share of it in books without a new customer."""
    query: str


@dataclass(frozen=True, slots=True)
class Drift:
    """How far a share turned to expansion from one span to the next of the same length."""

    before: float
    after: float
    change: Estimate
    """Share after less share before."""
    people: int
    spans: tuple[Period, Period]
    quarters: tuple[Point, ...]
    """Share by quarter, over everybody; `cases` are the people, because hours or deals by quarter
    beside those of a year would tell those of whoever is not among them."""
    left_out: int
    """Won deals without a value in the charter's currency."""
    query: str


def parked_book(
    evidence: Evidence,
    charter: Charter,
    numbers: Mapping[str, Benchmark],
    over: Period,
    *,
    roles: tuple[str, ...],
    persons: frozenset[str],
    segments: tuple[str, ...] = (),
    seed: int = 0,
) -> ParkedBook | None:
    """Share of sellers' ARR in books whose owner won no new customer in `book_reset_months`.

    Only sellers who held the role for all of those months count, so that nobody is taken for
    parked who has just come. A new customer is won by whoever owns or opened the deal, or is
    credited with it. The interval draws sellers again, with their books.

    Args:
        evidence: As of the last day wanted; books are as of its last day.
        charter: For its currency.
        numbers: For `book_reset_months`, `mature_book_months` and `reactivation_gap_days`.
        over: Its end is the day looked from.
        roles: Roles of the sellers.
        persons: The sellers; at least as many as the minimum group.
        segments: Segments of the customers; empty means all.
        seed: For the interval.

    Returns:
        None where none of them owns a customer that pays something.
    """
    months = int(numbers["book_reset_months"].at(over.last_day).value or 0)
    mature_months = int(numbers["mature_book_months"].at(over.last_day).value or 0)
    since = over.end - timedelta(days=round(months * 365 / 12))
    old = over.end - timedelta(days=round(mature_months * 365 / 12))
    span = Period(since, over.end)
    days: dict[str, int] = defaultdict(int)
    for spell in roles_held(evidence):
        there = spell.during(span)
        if spell.role in roles and there is not None:
            days[spell.person_id] += there.days
    all_along = {person for person in persons if days[person] >= span.days}
    deals = evidence["opportunities"]
    won = deals.filter(deals.won & (deals.kind == "new") & deals.closed_at.notnull())
    credits = evidence["deal_credits"].select(opportunity_id="record_id", credited="person_id")
    won = won.select("opportunity_id", "owner_id", "created_by", "closed_at")
    won = won.left_join(credits, "opportunity_id")
    winners = set()
    for row in (
        won.select("owner_id", "created_by", "credited", "closed_at").to_pyarrow().to_pylist()
    ):
        if row["closed_at"].date() in span:
            winners |= {row["owner_id"], row["created_by"], row["credited"]}
    book = recurring_revenue(evidence, charter, numbers, over)
    if book is None:
        return None
    arr, who = book.at(over.last_day), customers(evidence)
    accounts = evidence["accounts"].select("account_id", "owner_id")
    mine = []
    for row in accounts.order_by("account_id").to_pyarrow().to_pylist():
        account, owner = row["account_id"], row["owner_id"]
        if owner in all_along and account in arr and who.there(account, segments):
            mine.append((owner, arr[account], who.signed.get(account), owner not in winners))
    if not mine:
        return None
    paid = np.array([float(amount) for _, amount, *_ in mine])
    parked = np.array([without for *_, without in mine], bool)
    aged = np.array([day is not None and day < old for _, _, day, _ in mine], bool)
    by_quarter: dict[str, list[tuple[float, bool]]] = defaultdict(list)
    for _, amount, day, without in mine:
        name = f"{day.year} Q{(day.month - 1) // 3 + 1}" if day is not None else "not known"
        by_quarter[name].append((float(amount), without))
    rows = [
        (
            name,
            len(cases),
            round(sum(amount for amount, _ in cases)),
            round(sum(a for a, without in cases if without) / sum(a for a, _ in cases), 2),
        )
        for name, cases in by_quarter.items()
    ]
    people = {owner for owner, *_ in mine}
    return ParkedBook(
        people=len(people),
        customers=len(mine),
        arr=sum((amount for _, amount, *_ in mine), Decimal(0)),
        without_new=ratio(
            paid * parked,
            paid,
            [owner for owner, *_ in mine],
            unit="share",
            of=f"{len(mine):,} customers of {len(people)} people",
            seed=seed,
        ),
        mature=float((paid * aged).sum() / paid.sum()),
        months=months,
        mature_months=mature_months,
        rows=tuple(sorted(rows, key=lambda row: (-row[3], row[0]))),
        query=sql_of(accounts),
    )


def time_drift(
    evidence: Evidence,
    charter: Charter,
    numbers: Mapping[str, Benchmark],
    over: Period,
    *,
    roles: tuple[str, ...],
    persons: frozenset[str],
    segments: tuple[str, ...] = (),
    seed: int = 0,
) -> Drift | None:
    """How the share of expansion in sellers' recorded time changed from the first half to the second.

    Of time on expansion and on companies that are no customers yet; time on other work for
    customers is in neither. Whole months count; only people with such time in both halves do, so
    that who joins or leaves moves nothing. The interval draws people again.

    Args:
        evidence: As of the last day wanted.
        charter: Says what work is for.
        numbers: Benchmarks in force.
        over: Days that have activities.
        roles: Roles of the sellers.
        persons: The sellers; at least as many as the minimum group.
        segments: Segments in which they hold the role; empty means all.
        seed: For the interval.

    Returns:
        None where there are fewer than two whole months, or nobody has such time in both halves.
    """
    whole = [m for m in over.months() if m.start.day == 1 and m.end.day == 1]
    half = len(whole) // 2
    if not half:
        return None
    whole = whole[-2 * half :]
    spans = (Period(whole[0].start, whole[half].start), Period(whole[half].start, whole[-1].end))
    rows = work_by_week(evidence, charter, numbers, over)
    rows = rows.filter(
        rows.role.isin(list(roles)) & rows.function.isin(sorted(NEW | {Function.EXPANSION.value}))
    )
    if segments:
        rows = rows.filter(rows.spell_segment.isin(list(segments)))
    summed = rows.group_by(["person_id", "month", "function"]).agg(minutes=rows.minutes.sum())
    cases = []
    for row in summed.to_pyarrow().to_pylist():
        if row["person_id"] not in persons:
            continue
        month = row["month"].date() if hasattr(row["month"], "date") else row["month"]
        expansion = row["function"] == Function.EXPANSION.value
        cases.append(
            (row["person_id"], month, row["minutes"] / 60 * expansion, row["minutes"] / 60)
        )
    return _drift(cases, spans, 0, sql_of(summed), seed)


def won_drift(
    evidence: Evidence,
    charter: Charter,
    numbers: Mapping[str, Benchmark],
    over: Period,
    *,
    persons: frozenset[str],
    segments: tuple[str, ...] = (),
    seed: int = 0,
) -> Drift | None:
    """How the share of expansion in what sellers won changed from the year before to this year.

    Of the value of won new and expansion deals, by their owners today; renewals are in neither.
    Only people who won something in both years count. The interval draws people again.

    Args:
        evidence: As of the last day wanted.
        charter: For its currency.
        numbers: Unused; every measure is called alike.
        over: This year.
        persons: The sellers; at least as many as the minimum group.
        segments: Segments of the companies; empty means all.
        seed: For the interval.

    Returns:
        None where the evidence does not reach back so far, or nobody won in both years.
    """
    spans = (Period(over.start - timedelta(days=over.days), over.start), over)
    if evidence.first_day > spans[0].start:
        return None
    deals = evidence["opportunities"]
    won = deals.filter(
        deals.won
        & deals.kind.isin(["new", "expansion"])
        & deals.closed_at.notnull()
        & deals.owner_id.notnull()
    ).select(
        "opportunity_id",
        "account_id",
        "owner_id",
        "kind",
        "closed_at",
        "amount",
        "currency",
        "company_amount",
    )
    who = customers(evidence)
    cases, left_out = [], 0
    for row in won.order_by("opportunity_id").to_pyarrow().to_pylist():
        day = row["closed_at"].date()
        if row["owner_id"] not in persons or not (day in spans[0] or day in spans[1]):
            continue
        if not who.there(who.top.get(row["account_id"], ""), segments):
            continue
        value = in_charters_currency(row, charter)
        if value is None:
            left_out += 1
            continue
        cases.append(
            (row["owner_id"], day, float(value) * (row["kind"] == "expansion"), float(value))
        )
    return _drift(cases, spans, left_out, sql_of(won), seed)


def in_charters_currency(row: Mapping[str, Any], charter: Charter) -> Decimal | None:
    """A deal's value in the charter's currency, or None where there is none."""
    if row["company_amount"] is not None:
        return Decimal(row["company_amount"])
    if row["amount"] is not None and row["currency"] in (None, charter.currency):
        return Decimal(row["amount"])
    return None


def _drift(
    cases: list[tuple[str, date, float, float]],
    spans: tuple[Period, Period],
    left_out: int,
    query: str,
    seed: int,
) -> Drift | None:
    """From (person, day, part, whole) to the change of part over whole between two spans."""
    by_person: dict[str, Any] = defaultdict(lambda: np.zeros(4))
    for person, day, part, whole in cases:
        for at, span in enumerate(spans):
            if day in span:
                by_person[person][at] += part
                by_person[person][2 + at] += whole
    sums = np.array([row for row in by_person.values() if row[2] > 0 and row[3] > 0])
    if not len(sums):
        return None
    # by their numbers, so that no draw depends on what people are called
    sums = sums[np.lexsort(sums.T)]

    def change(weights: Any) -> Any:
        part = weights @ sums
        return part[:, 1] / part[:, 3] - part[:, 0] / part[:, 2]

    people = len(sums)
    chance = np.random.default_rng(seed)
    weights = chance.multinomial(people, np.full(people, 1 / people), size=DRAWS).astype(float)
    low, high = Draws(change(weights), people).interval() if people > 1 else (None, None)
    whole = sums.sum(axis=0)
    quarters: dict[date, list[tuple[str, float, float]]] = defaultdict(list)
    for person, day, part, of in cases:
        if day in spans[0] or day in spans[1]:
            quarters[date(day.year, (day.month - 1) // 3 * 3 + 1, 1)].append((person, part, of))
    points = tuple(
        Point(
            quarter,
            sum(part for _, part, _ in of) / sum(w for *_, w in of),
            len({person for person, *_ in of}),
        )
        for quarter, of in sorted(quarters.items())
        if sum(w for *_, w in of) > 0
    )
    return Drift(
        before=float(whole[0] / whole[2]),
        after=float(whole[1] / whole[3]),
        change=Estimate(
            float(change(np.ones((1, people)))[0]), "share", low, high, of=f"{people} people"
        ),
        people=people,
        spans=spans,
        quarters=points,
        left_out=left_out,
        query=query,
    )
