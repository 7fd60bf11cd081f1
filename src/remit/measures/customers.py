"""What the customers of a segment are worth and cost to win, and how well sales spends, from evidence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

import numpy as np

from remit.benchmarks import Benchmark
from remit.charter import Charter
from remit.charter.fiscal import first_month, whole_periods
from remit.evidence import Evidence
from remit.measures.costs import S_AND_M, Costs, Spend, costs, spend_by_segment, working_in
from remit.measures.economics import (
    LifetimeValue,
    cac,
    ltv_full,
    ltv_simple,
    ltv_to_cac,
    magic_number,
    net_sales_efficiency,
    payback_months,
    spent_before,
    to_cents,
)
from remit.measures.intervals import DRAWS, Array, Draws
from remit.measures.recurring import NOTHING, Book, recurring_revenue
from remit.measures.retention import Bridge, Kept, bridge_over, retention
from remit.terms import Period
from remit.terms.period import months_after
from remit.terms.shapes import days_in

MONTH_DAYS = 365 / 12


@dataclass(frozen=True, slots=True)
class Economics:
    """What a customer of one segment is worth and cost, over twelve months that are over.

    A figure is None where something it needs is not there; `missing` says what, by figure.
    """

    segment: str | None
    over: Period
    currency: str
    customers: int
    """In the cohort that churn and growth are from."""
    lost: int
    """Of them."""
    logos: int
    """Customers won in the period."""
    new_arr: Decimal
    arpa: Decimal | None
    """What one pays a year: of those won in the period, of all at its end where none was won."""
    arpa_of_new: bool
    churn: float | None
    """Share of the cohort's revenue whose customers were lost in the year."""
    growth: float | None
    """Growth of those who stayed, contraction taken off."""
    margin: Decimal | None
    margin_of: str
    """`segment`, `company` or, where no cost of revenue is known, empty."""
    cost_to_serve: Decimal | None
    """A customer's a year; None where none is recorded."""
    simple: Decimal | None
    full: LifetimeValue | None
    full_interval: tuple[float, float] | None
    """Where customers are drawn again; None too where some draw has no bound."""
    discount: float
    spend: Decimal | None
    """Sales and marketing for new customers, a sales cycle before they were won."""
    lag_months: int | None
    lag_of: str
    """What the sales cycle is from: `charter`, `deals`, or empty."""
    cac: Decimal | None
    payback: float | None
    """Months, as if nobody left."""
    payback_with_churn: float | None
    ltv_to_cac: float | None
    winning_roles: tuple[str, ...] = ()
    """Roles whose pay counts as a cost of winning."""
    serving_roles: tuple[str, ...] = ()
    """Roles whose pay counts as a cost to serve."""
    unplaced: tuple[str, ...] = ()
    """Roles with pay that the charter does not have; left out."""
    shared: Decimal = NOTHING
    """Of `spend`, what is recorded for no segment and was shared out by the segments' own."""
    missing: Mapping[str, str] = field(default_factory=dict)
    query: str = ""


@dataclass(frozen=True, slots=True)
class Quarter:
    """Efficiency of sales and marketing in one quarter of the fiscal year."""

    segment: str | None
    over: Period
    spend_before: Decimal | None
    revenue: Decimal | None
    revenue_before: Decimal | None
    net_new_arr: Decimal | None
    magic_number: float | None
    """Of recognised revenue."""
    net_sales_efficiency: float | None
    """Of recurring revenue."""


def economics_by_segment(
    evidence: Evidence,
    charter: Charter,
    numbers: Mapping[str, Benchmark],
    over: Period,
    *,
    seed: int = 0,
) -> tuple[Economics, ...]:
    """Lifetime value, cost of winning and payback of the whole company, then of each segment.

    Churn and growth are of the cohort's revenue over the period, so that (1 - churn)(1 + growth)
    is its net retention. The cost of winning is the pay of roles that work before the win and all
    other sales and marketing, recorded a sales cycle before the customers were won. Empty where
    nothing tells of recurring revenue.

    Args:
        evidence: As of the day to look from.
        charter: Says which roles work before the win, and a segment's sales cycle.
        numbers: For the discount rate and the horizon.
        over: Twelve months that are over; see `recurring.closed_year`.
        seed: For the interval.
    """
    book = recurring_revenue(evidence, charter, numbers, over)
    if book is None:
        return ()
    there = costs(evidence, charter)
    arr = {s: sum(book.at(over.last_day, s).values(), NOTHING) for s in charter.segment_names()}
    logos = {s: len(_won(bridge_over(book, over, s))) for s in charter.segment_names()}
    winning = spend_by_segment(there.of(*S_AND_M, roles=("", *there.winning)), charter)
    serving = spend_by_segment(there.of("cost_to_serve", "comp", roles=there.serving), charter, arr)
    revenue = spend_by_segment(there.of("revenue"), charter)
    to_bring = spend_by_segment(there.of("cost_of_revenue"), charter, arr)
    found = []
    for segment in (None, *charter.segment_names()):
        margin, margin_of = None, ""
        for of in dict.fromkeys((segment, None)):
            margin = _margin(revenue[of].by_month, to_bring[of].by_month, over)
            if margin is not None:
                margin_of = "company" if of is None else "segment"
                break
        cycle, cycle_of = _sales_cycle(evidence, charter, segment, over, logos)
        known = _Known(winning[segment], serving[segment], margin, margin_of, cycle, cycle_of)
        found.append(_economics(book, charter, there, known, numbers, over, segment, seed))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Known:
    """What else is known of a segment, beside its customers' revenue."""

    winning: Spend
    serving: Spend
    margin: Decimal | None
    margin_of: str
    cycle_days: float | None
    cycle_of: str


def _economics(
    book: Book,
    charter: Charter,
    there: Costs,
    known: _Known,
    numbers: Mapping[str, Benchmark],
    over: Period,
    segment: str | None,
    seed: int,
) -> Economics:
    missing: dict[str, str] = {}
    kept = retention(book, over, segment, seed=seed)
    moved = bridge_over(book, over, segment)
    won = _won(moved)
    at_end = book.at(over.last_day, segment)
    arpa = None
    if won or at_end:
        arpa = moved.new / len(won) if won else sum(at_end.values(), NOTHING) / len(at_end)
    churn, growth = _churn_and_growth(
        [row.start for row in kept.rows], [row.end for row in kept.rows]
    )
    if churn is None:
        missing["value"] = "no customer paid anything a year before"
    months = [month.start for month in over.months()]
    # customers in the middle of each month, as costs are of whole months
    served = sum(len(book.at(month + timedelta(days=14), segment)) for month in months)
    cost_to_serve = None
    spent = [known.serving.by_month.get(month) for month in months]
    if all(amount is not None for amount in spent) and served:
        total = sum((amount for amount in spent if amount is not None), NOTHING)
        cost_to_serve = total * len(months) / served
    if known.margin is None and cost_to_serve is None:
        missing["value"] = (
            "`costs` holds neither revenue with its cost, nor a cost to serve, for every month"
        )
    day = over.last_day
    discount = Decimal(str(numbers["ltv_discount_rate"].at(day).value or 0))
    years = round((numbers["ltv_horizon_months"].at(day).value or 0) / 12)
    simple, full, interval = None, None, None
    margin = known.margin if known.margin is not None else Decimal(1)
    if "value" not in missing and arpa is not None and churn is not None and growth is not None:
        serve = cost_to_serve or NOTHING
        simple = ltv_simple(arpa, margin, churn, serve)
        full = ltv_full(
            arpa, margin, churn, growth, discount, cost_to_serve=serve, capped_years=years
        )
        interval = _interval(
            kept.rows, won or list(at_end.values()), margin, serve, discount, full.years, seed
        )
    lag = None if known.cycle_days is None else round(known.cycle_days / MONTH_DAYS)
    spend = None if lag is None else spent_before(known.winning.by_month, months, lag)
    if lag is None:
        missing["cost"] = "neither the charter nor a won deal says how long the sales cycle is"
    elif spend is None:
        missing["cost"] = (
            "`costs` holds no sales and marketing for every month of the year that ended "
            f"{lag} months before"
        )
    if there.unknown_currencies:
        named = ", ".join(there.unknown_currencies)
        missing["cost"] = f"no deal has a rate for {named}, in which some costs are"
        spend = None
    cost = None if spend is None else cac(spend, len(won))
    if spend is not None and cost is None:
        missing["cost"] = "no customer was won in the year"
    payback = with_churn = None
    if cost is not None and arpa is not None and "value" not in missing:
        monthly = (arpa * margin - (cost_to_serve or NOTHING)) / 12
        monthly_churn = 1 - (1 - float(churn or 0)) ** (1 / 12)
        payback = payback_months(cost, monthly)
        with_churn = payback_months(cost, monthly, monthly_churn)
    shared = NOTHING
    if spend is not None and lag is not None:
        shared = sum(
            (known.winning.shared.get(months_after(m, -lag), NOTHING) for m in months), NOTHING
        )
    return Economics(
        segment=segment,
        over=over,
        currency=book.currency,
        customers=kept.customers,
        lost=sum(not row.end for row in kept.rows),
        logos=len(won),
        new_arr=moved.new,
        arpa=None if arpa is None else to_cents(arpa),
        arpa_of_new=bool(won),
        churn=None if churn is None else float(churn),
        growth=None if growth is None else float(growth),
        margin=known.margin,
        margin_of=known.margin_of,
        cost_to_serve=None if cost_to_serve is None else to_cents(cost_to_serve),
        simple=simple,
        full=full,
        full_interval=interval,
        discount=float(discount),
        spend=None if spend is None else to_cents(spend),
        lag_months=lag,
        lag_of=known.cycle_of,
        cac=cost,
        payback=payback,
        payback_with_churn=with_churn,
        ltv_to_cac=ltv_to_cac(full.amount, cost) if full else None,
        winning_roles=working_in(charter, there.winning, segment),
        serving_roles=working_in(charter, there.serving, segment),
        unplaced=there.unplaced,
        shared=to_cents(shared),
        missing=missing,
        query=book.query,
    )


def _won(moved: Bridge) -> list[Decimal]:
    """What each new customer pays a year."""
    return [move.amount for move in moved.moves if move.bucket == "new"]


def _churn_and_growth(
    start: list[Decimal], end: list[Decimal]
) -> tuple[Decimal | None, Decimal | None]:
    """Share of the revenue whose customers were lost, and growth of those who stayed."""
    whole = sum(start, NOTHING)
    stayed = sum((s for s, e in zip(start, end, strict=True) if e), NOTHING)
    if not whole:
        return None, None
    growth = sum(end, NOTHING) / stayed - 1 if stayed else NOTHING
    return 1 - stayed / whole, growth


def _margin(
    revenue: Mapping[date, Decimal], cost: Mapping[date, Decimal], over: Period
) -> Decimal | None:
    """Gross margin of a period; None where a month lacks revenue, or its cost."""
    months = [month.start for month in over.months()]
    if not all(month in revenue and month in cost for month in months):
        return None
    whole = sum((revenue[month] for month in months), NOTHING)
    return (whole - sum((cost[month] for month in months), NOTHING)) / whole if whole else None


def _sales_cycle(
    evidence: Evidence,
    charter: Charter,
    segment: str | None,
    over: Period,
    logos: Mapping[str, int],
) -> tuple[float | None, str]:
    """Days from a deal's opening to its win, and whether the charter or deals say so.

    The charter's word for a segment decides, and for the company its mean over the customers won,
    where it speaks of all their segments; else the median of new deals won in the period.
    """
    among = {segment: 1} if segment else {s: won for s, won in logos.items() if won}
    declared = {s: cycle for s in among if (cycle := charter.segments[s].sales_cycle)}
    if among and len(declared) == len(among):
        days = sum(days_in(declared[s]) * won for s, won in among.items())
        return days / sum(among.values()), "charter"
    deals = evidence["opportunities"]
    deals = deals.filter(deals.won & (deals.kind == "new") & deals.created_at.notnull())
    accounts = evidence["accounts"].select("account_id", account_segment="segment")
    deals = deals.join(accounts, "account_id", how="left")
    if segment:
        deals = deals.filter(deals.account_segment == segment)
    rows = deals.select("created_at", "closed_at").to_pyarrow().to_pylist()
    waits = [
        (row["closed_at"] - row["created_at"]).total_seconds() / 86400
        for row in rows
        if row["closed_at"] is not None and row["closed_at"].date() in over
    ]
    return (max(0.0, float(np.median(waits))), "deals") if waits else (None, "")


def _interval(
    rows: Iterable[Kept],
    won: list[Decimal],
    margin: Decimal,
    serve: Decimal,
    discount: Decimal,
    years: int | None,
    seed: int,
) -> tuple[float, float] | None:
    """Where the full value lies when customers of the cohort, and those won, are drawn again."""
    kept = list(rows)
    if len(kept) < 2 or len(won) < 2:
        return None
    chance = np.random.default_rng(seed)
    amounts = np.array(sorted((float(row.start), float(row.end)) for row in kept))
    times = chance.multinomial(len(kept), np.full(len(kept), 1 / len(kept)), size=DRAWS)
    whole = times @ amounts[:, 0]
    k = (times @ amounts[:, 1]) / whole / (1 + float(discount))
    new = np.array(sorted(float(amount) for amount in won))
    again = chance.multinomial(len(new), np.full(len(new), 1 / len(new)), size=DRAWS)
    yearly: Array = again @ new / len(new) * float(margin) - float(serve)
    if years is None:
        if (k >= 1).any():
            return None
        values = yearly / (1 - k)
    else:
        values = yearly * sum(k**year for year in range(years))
    return Draws(values, min(len(kept), len(new))).interval()


def efficiency_by_quarter(
    evidence: Evidence, charter: Charter, numbers: Mapping[str, Benchmark], over: Period
) -> Mapping[str | None, tuple[Quarter, ...]]:
    """Magic number and net sales efficiency of the quarters that are over, by segment.

    Quarters are those of the charter's fiscal year. The spend is that of the quarter before: pay
    of roles that own work before the win or expansion, or lead, and all other sales and marketing.
    The magic number is of recognised revenue, net sales efficiency of recurring revenue; neither
    stands in for the other.
    """
    book = recurring_revenue(evidence, charter, numbers, over)
    there = costs(evidence, charter)
    spend = spend_by_segment(there.of(*S_AND_M, roles=("", *there.selling)), charter)
    revenue = spend_by_segment(there.of("revenue"), charter)
    found: dict[str | None, tuple[Quarter, ...]] = {}
    for segment in (None, *charter.segment_names()):
        found[segment] = tuple(
            _quarter(book, spend[segment].by_month, revenue[segment].by_month, quarter, segment)
            for quarter in whole_periods(over, "quarter", first_month(charter))
        )
    return found


def _quarter(
    book: Book | None,
    spend: Mapping[date, Decimal],
    revenue: Mapping[date, Decimal],
    over: Period,
    segment: str | None,
) -> Quarter:
    before = Period(months_after(over.start, -3), over.start)
    spent = _sum_of(spend, before)
    now, then = _sum_of(revenue, over), _sum_of(revenue, before)
    net = None
    if book is not None:
        moved = bridge_over(book, over, segment)
        net = moved.end - moved.start - moved.acquired - moved.currency
    magic = efficiency = None
    if spent is not None and now is not None and then is not None:
        magic = magic_number(now, then, spent)
    if spent is not None and net is not None:
        efficiency = net_sales_efficiency(net, spent)
    return Quarter(segment, over, spent, now, then, net, magic, efficiency)


def _sum_of(amounts: Mapping[date, Decimal], over: Period) -> Decimal | None:
    """The sum of some months; None where one of them has nothing recorded."""
    return spent_before(amounts, (month.start for month in over.months()), 0)
