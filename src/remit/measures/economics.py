"""What a customer is worth, what it cost to win, and how soon that comes back: the formulas.

Money in and out is Decimal, shares are of 1, a year unless said otherwise. What cannot be known is
None, never 0. `customers` works them out from evidence.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from remit.measures.recurring import CENT, NOTHING
from remit.terms.period import months_after

# Lifetime value


@dataclass(frozen=True, slots=True)
class LifetimeValue:
    """What a customer brings over its time, to the cent, and how far one counted."""

    amount: Decimal
    years: int | None
    """Years after which the sum was cut off; None where it was not."""


def ltv_simple(
    arpa: Decimal, margin: Decimal, churn: Decimal, cost_to_serve: Decimal = NOTHING
) -> Decimal | None:
    """Yearly margin of a customer over yearly churn, as if both stayed as they are for ever.

    None without churn: a customer who never leaves has no bound. A value of revenue, with a margin
    of 1, is no lifetime value.

    >>> ltv_simple(Decimal(12000), Decimal("0.8"), Decimal("0.15"))
    Decimal('64000.00')
    """
    if churn <= 0:
        return None
    return to_cents((arpa * margin - cost_to_serve) / churn)


def ltv_full(
    arpa: Decimal,
    margin: Decimal,
    churn: Decimal,
    growth: Decimal,
    discount: Decimal,
    *,
    cost_to_serve: Decimal = NOTHING,
    in_advance: bool = True,
    capped_years: int = 5,
) -> LifetimeValue:
    """Yearly margins of a customer that may grow or leave each year, discounted and added up.

    Each year is worth k = (1 - churn)(1 + growth) / (1 + discount) of the one before, and the cost
    to serve grows with revenue. Where k is 1 or more the sum has no bound: it is cut off after
    `capped_years`, and says so.

    >>> ltv_full(Decimal(12000), *map(Decimal, ("0.8", "0.15", "0.10", "0.12"))).amount
    Decimal('58118.92')

    Args:
        arpa: Revenue of a customer in its first year.
        margin: Gross margin.
        churn: Share of customers lost in a year.
        growth: Growth of those who stay in a year, contraction taken off.
        discount: What money a year later is worth less.
        cost_to_serve: A customer's, in its first year, where the margin does not hold it.
        in_advance: Whether customers pay at the start of each year; else at its end, and only
            those who are still there.
        capped_years: Years counted where the sum has no bound.
    """
    yearly = arpa * margin - cost_to_serve
    k = (1 - churn) * (1 + growth) / (1 + discount)
    if not in_advance:
        yearly = yearly * (1 - churn) / (1 + discount)
    if k < 1:
        return LifetimeValue(to_cents(yearly / (1 - k)), None)
    return LifetimeValue(
        to_cents(yearly * sum((k**year for year in range(capped_years)), NOTHING)), capped_years
    )


def ltv_of_parts(parts: Iterable[tuple[int, Decimal]]) -> Decimal | None:
    """Mean lifetime value of customers whose parts are each worked out by themselves.

    It is never below the value at the parts' pooled churn, because the mean of 1 / churn is at
    least 1 / the mean of churn: a pooled figure hides it.

    >>> ltv_of_parts([(50, Decimal(192000)), (50, Decimal(38400))])
    Decimal('115200.00')

    Args:
        parts: Customers of each part, and the value of one of them.
    """
    rows = list(parts)
    count = sum(customers for customers, _ in rows)
    if not count:
        return None
    return to_cents(sum((customers * value for customers, value in rows), NOTHING) / count)


# Cost of winning


def cac(spend: Decimal, logos: int) -> Decimal | None:
    """What a new customer cost to win; None where nobody was won, which is not 0.

    >>> cac(Decimal(360000), 20), cac(Decimal(360000), 0)
    (Decimal('18000.00'), None)
    """
    return to_cents(spend / logos) if logos else None


def spent_before(
    spend: Mapping[date, Decimal], months: Iterable[date], lag_months: int
) -> Decimal | None:
    """What was spent on customers won in some months: the spend of so many months before each.

    None if any of those months has none recorded.
    """
    amounts = [spend.get(months_after(month, -lag_months)) for month in months]
    if not amounts or any(amount is None for amount in amounts):
        return None
    return sum((amount for amount in amounts if amount is not None), NOTHING)


def payback_months(cost: Decimal, monthly_margin: Decimal, monthly_churn: float = 0.0) -> float:
    """Months until a new customer's margin has paid for what it cost to win.

    With churn it is of a cohort, whose margin shrinks every month; infinite where even for ever is
    not long enough, which is where the cost is at least monthly margin / churn.

    >>> payback_months(Decimal(18000), Decimal(750))
    24.0
    >>> round(payback_months(Decimal(18000), Decimal(750), 0.02), 1)
    32.4
    >>> payback_months(Decimal(37500), Decimal(750), 0.02)
    inf
    """
    if monthly_margin <= 0:
        return math.inf
    without = float(cost / monthly_margin)
    if monthly_churn <= 0:
        return without
    left = 1 - without * monthly_churn
    if monthly_churn >= 1:
        return without if without <= 1 else math.inf
    return math.log(left) / math.log(1 - monthly_churn) if left > 1e-12 else math.inf


def whole_months(months: float) -> float:
    """The month in which something that takes so long is done; infinite stays so.

    >>> whole_months(32.4), whole_months(24.0)
    (33.0, 24.0)
    """
    return months if math.isinf(months) else float(math.ceil(months - 1e-9))


def ltv_to_cac(value: Decimal | None, cost: Decimal | None) -> float | None:
    """Lifetime value over the cost of winning, both of one segment and on one margin.

    None where either is not known, or where winning cost nothing.
    """
    return float(value / cost) if value is not None and cost else None


# Efficiency of sales and marketing


def magic_number(revenue: Decimal, revenue_before: Decimal, spend_before: Decimal) -> float | None:
    """Growth of a quarter's recognised revenue, a year, over the quarter before's spend.

    Of recurring revenue it would be net sales efficiency, another number. None without spend.

    >>> round(magic_number(Decimal("5.2"), Decimal("4.6"), Decimal("2.5")), 2)
    0.96
    """
    return float((revenue - revenue_before) * 4 / spend_before) if spend_before else None


def net_sales_efficiency(net_new_arr: Decimal, spend_before: Decimal) -> float | None:
    """A quarter's net new recurring revenue over the quarter before's spend; None without spend."""
    return float(net_new_arr / spend_before) if spend_before else None


def burn_multiple(net_burn: Decimal, net_new_arr: Decimal) -> float | None:
    """Cash burned for each unit of net new recurring revenue of the same period.

    None where there was no net new revenue, for which no multiple says anything, and where no
    cash was burned.

    >>> burn_multiple(Decimal(6), Decimal(4))
    1.5
    >>> burn_multiple(Decimal(6), Decimal(-1)) is burn_multiple(Decimal(-2), Decimal(4)) is None
    True
    """
    return float(net_burn / net_new_arr) if net_new_arr > 0 and net_burn > 0 else None


def to_cents(amount: Decimal) -> Decimal:
    """An amount to the cent, halves away from zero."""
    return amount.quantize(CENT, ROUND_HALF_UP)
