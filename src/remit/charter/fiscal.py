"""Months, quarters, half years and years of a company's fiscal year."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import get_args

from remit.charter.nouns import Charter, Month
from remit.compensation.conditions import Per
from remit.terms import Period
from remit.terms.period import months_after

MONTHS: dict[str, int] = {"month": 1, "quarter": 3, "half_year": 6, "year": 12}
"""Months in each kind of period."""


def first_month(charter: Charter) -> int:
    """The month, 1 to 12, with which the company's years begin."""
    return get_args(Month).index(charter.fiscal_year_starts) + 1


def period_of(day: date, per: Per, starts: int) -> Period:
    """The period of a kind that a day falls into, where years start with a month.

    >>> str(period_of(date(2026, 1, 15), "quarter", 2))
    '1 Nov 2025 to 31 Jan 2026'
    """
    length = MONTHS[per]
    passed = (day.month - starts) % 12 % length
    first = months_after(day.replace(day=1), -passed)
    return Period(first, months_after(first, length))


def periods(over: Period, per: Per, starts: int) -> Iterator[Period]:
    """The periods of a kind that share a day with a span, each whole, in order."""
    if not over.days:
        return
    found = period_of(over.start, per, starts)
    while found.start < over.end:
        yield found
        found = Period(found.end, months_after(found.end, MONTHS[per]))


def whole_periods(over: Period, per: Per, starts: int) -> list[Period]:
    """The periods of a kind that lie in a span from their first day to their last, in order.

    >>> year = Period(date(2025, 11, 1), date(2026, 11, 1))
    >>> [str(quarter.start) for quarter in whole_periods(year, "quarter", 2)]
    ['2025-11-01', '2026-02-01', '2026-05-01', '2026-08-01']
    """
    found = periods(over, per, starts)
    return [each for each in found if over.start <= each.start and each.end <= over.end]


def label(period: Period, starts: int) -> str:
    """A period as people say it: 2026-03, Q1 2026, H1 2026 or FY2026, by the year it ends in.

    >>> label(Period(date(2026, 1, 1), date(2026, 4, 1)), 1)
    'Q1 2026'
    """
    months = (period.end.year - period.start.year) * 12 + period.end.month - period.start.month
    if months == 1:
        return f"{period.start:%Y-%m}"
    year = period_of(period.start, "year", starts).last_day.year
    at = (period.start.month - starts) % 12 // months + 1
    return f"FY{year}" if months == 12 else f"{'Q' if months == 3 else 'H'}{at} {year}"
