"""Periods are closed-open in code and inclusive in words."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remit.terms import Period, parse_day

days = st.dates(date(2000, 1, 1), date(2040, 12, 31))


@st.composite
def periods(draw):
    start = draw(days)
    return Period(start, start + timedelta(days=draw(st.integers(0, 800))))


def test_the_first_day_belongs_to_a_period_and_the_day_it_ends_on_does_not():
    march = Period(date(2026, 3, 1), date(2026, 4, 1))

    assert date(2026, 3, 1) in march
    assert march.last_day == date(2026, 3, 31)
    assert date(2026, 3, 31) in march
    assert date(2026, 4, 1) not in march
    assert march.days == 31


def test_people_read_inclusive_days_with_the_month_as_a_word():
    assert str(Period(date(2026, 3, 4), date(2026, 4, 4))) == "4 Mar 2026 to 3 Apr 2026"
    assert str(Period(date(2026, 3, 4), date(2026, 3, 4))) == "no days from 4 Mar 2026"


def test_a_period_cannot_end_before_it_starts():
    with pytest.raises(ValueError, match=r"cannot end \(2026-03-01\) before it starts"):
        Period(date(2026, 3, 2), date(2026, 3, 1))


def test_a_quarter_that_starts_on_the_31st_has_four_months_cut_to_it():
    quarter = Period(date(2026, 1, 31), date(2026, 4, 2))

    months = [str(month) for month in quarter.months()]

    assert months == [
        "31 Jan 2026 to 31 Jan 2026",
        "1 Feb 2026 to 28 Feb 2026",
        "1 Mar 2026 to 31 Mar 2026",
        "1 Apr 2026 to 1 Apr 2026",
    ]


def test_periods_that_only_touch_share_no_day():
    march = Period(date(2026, 3, 1), date(2026, 4, 1))
    april = Period(date(2026, 4, 1), date(2026, 5, 1))

    assert march.meet(april) is None
    assert march.meet(Period(date(2026, 3, 31), date(2026, 5, 1))) == Period(
        date(2026, 3, 31), date(2026, 4, 1)
    )


@given(periods())
def test_months_cover_every_day_of_a_period_once_and_in_order(period):
    months = list(period.months())

    assert sum(month.days for month in months) == period.days
    assert all(month.start.month == month.last_day.month for month in months)
    edges = [period.start, *(month.end for month in months)]
    assert edges[:-1] == [month.start for month in months]
    assert edges[-1] == period.end


@given(periods(), periods(), days)
def test_a_day_is_in_what_two_periods_share_if_it_is_in_both(one, other, day):
    shared = one.meet(other)

    assert shared == other.meet(one)
    assert (shared is not None and day in shared) == (day in one and day in other)


@given(days)
def test_a_day_written_year_month_day_is_read_as_that_day(day):
    assert parse_day(f" {day.isoformat()} ") == day


@pytest.mark.parametrize(
    "text", ["31/03/2026", "20260331", "2026-W14-2", "2026-3-31", "2026-02-30", "46000", ""]
)
def test_a_day_written_any_other_way_is_refused_with_the_way_that_works(text):
    with pytest.raises(ValueError, match="is not a day written like 2026-03-31"):
        parse_day(text)
