"""The company's own months, quarters and years."""

from __future__ import annotations

from datetime import date

from remit.charter.fiscal import first_month, period_of, periods, whole_periods
from remit.terms import Period

YEAR = Period(date(2025, 1, 1), date(2026, 1, 1))


def test_a_quarter_starts_where_the_fiscal_year_does(charter):
    starts = first_month(
        charter("company: A\nroles: {ae: {is: AE}}\nfiscal_year_starts: February\n")
    )

    assert period_of(date(2026, 12, 31), "quarter", starts).start == date(2026, 11, 1)
    assert period_of(date(2026, 1, 31), "quarter", starts).start == date(2025, 11, 1)
    assert period_of(date(2026, 2, 1), "quarter", starts).start == date(2026, 2, 1)


def test_whole_quarters_lie_in_the_span_from_end_to_end():
    assert [q.start.month for q in whole_periods(YEAR, "quarter", 1)] == [1, 4, 7, 10]
    assert [q.start.month for q in whole_periods(YEAR, "quarter", 2)] == [2, 5, 8]
    assert whole_periods(Period(date(2025, 1, 2), date(2025, 6, 30)), "quarter", 1) == []


def test_periods_of_a_span_share_a_day_with_it():
    assert [q.start.month for q in periods(YEAR, "quarter", 2)] == [11, 2, 5, 8, 11]
    assert list(periods(Period(date(2025, 1, 2), date(2025, 1, 2)), "quarter", 1)) == []
