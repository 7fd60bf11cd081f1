"""Unit economics: the formulas by hand with the wrong answers they are mistaken for, and a company."""

from __future__ import annotations

import math
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remit.measures.costs import costs
from remit.measures.customers import economics_by_segment, efficiency_by_quarter
from remit.measures.economics import (
    burn_multiple,
    cac,
    ltv_full,
    ltv_of_parts,
    ltv_simple,
    ltv_to_cac,
    magic_number,
    net_sales_efficiency,
    payback_months,
    spent_before,
    whole_months,
)
from remit.terms import Period

ARPA, MARGIN = Decimal(12_000), Decimal("0.8")
CHURN, GROWTH, DISCOUNT = Decimal("0.15"), Decimal("0.10"), Decimal("0.12")


# Lifetime value


def test_simple_is_yearly_margin_over_yearly_churn():
    found = ltv_simple(ARPA, MARGIN, CHURN)

    assert found == 64_000
    assert found != ARPA / CHURN  # 80,000 of revenue is no lifetime value


def test_simple_has_no_bound_without_churn():
    assert ltv_simple(ARPA, MARGIN, Decimal(0)) is None


def test_full_discounts_and_grows_and_is_paid_in_advance():
    found = ltv_full(ARPA, MARGIN, CHURN, GROWTH, DISCOUNT)

    assert (found.amount, found.years) == (Decimal("58118.92"), None)


def test_paid_at_the_end_of_each_year_it_is_less():
    found = ltv_full(ARPA, MARGIN, CHURN, GROWTH, DISCOUNT, in_advance=False)

    assert found.amount == Decimal("44108.11")


def test_a_customer_base_that_outgrows_the_discount_is_cut_off_and_says_so():
    found = ltv_full(ARPA, MARGIN, Decimal("0.05"), GROWTH, Decimal("0.02"))

    assert found.years == 5
    assert found.amount > 0


def test_five_years_without_discount_are_42152_59():
    kept = [Decimal("0.85") ** year * Decimal("1.10") ** year for year in range(5)]

    assert round(ARPA * MARGIN * sum(kept), 2) == Decimal("42152.59")


def test_where_nothing_is_lost_from_year_to_year_it_is_the_years_counted():
    found = ltv_full(ARPA, MARGIN, Decimal(0), Decimal(0), Decimal(0), capped_years=5)

    assert (found.amount, found.years) == (48_000, 5)


def test_the_cost_to_serve_is_taken_off_and_may_leave_nothing():
    served = ltv_full(ARPA, MARGIN, CHURN, GROWTH, DISCOUNT, cost_to_serve=Decimal(9_600))

    assert served.amount == 0
    assert ltv_simple(ARPA, MARGIN, CHURN, Decimal(3_600)) == 40_000


def test_customers_who_differ_are_worth_more_than_their_pooled_churn_says():
    parts = [ltv_simple(ARPA, MARGIN, Decimal(c)) for c in ("0.05", "0.25")]

    assert parts == [192_000, 38_400]
    assert ltv_of_parts([(1, part) for part in parts]) == 115_200
    assert ltv_simple(ARPA, MARGIN, Decimal("0.15")) == 64_000


def test_parts_of_nobody_have_no_mean():
    assert ltv_of_parts([]) is None


@given(st.lists(st.decimals("0.01", "0.99", places=2), min_size=1, max_size=8))
def test_the_mean_of_parts_is_never_below_the_pooled_value(churns):
    pooled = ltv_simple(ARPA, MARGIN, sum(churns) / len(churns))

    assert ltv_of_parts([(1, ltv_simple(ARPA, MARGIN, c)) for c in churns]) >= pooled - Decimal(
        "0.02"
    )


# Cost of winning and payback


def test_no_new_customer_gives_no_cost_instead_of_none():
    assert cac(Decimal(100_000), 0) is None
    assert cac(Decimal(100_000), 8) == 12_500


def test_spend_is_that_of_a_sales_cycle_before():
    spend = {date(2025, month, 1): Decimal(month) for month in range(1, 13)}
    won = [date(2025, 10, 1), date(2025, 11, 1)]

    assert spent_before(spend, won, 3) == 7 + 8
    assert spent_before(spend, won, 0) == 10 + 11


def test_a_month_nobody_recorded_makes_the_spend_unknown_and_not_smaller():
    spend = {date(2025, 7, 1): Decimal(7)}

    assert spent_before(spend, [date(2025, 10, 1), date(2025, 11, 1)], 3) is None


def test_payback_is_24_months_if_nobody_leaves():
    assert payback_months(Decimal(18_000), Decimal(1_000) * Decimal("0.75")) == 24.0


def test_payback_of_revenue_without_margin_is_too_short():
    assert payback_months(Decimal(18_000), Decimal(1_000)) != 24.0


def test_with_two_percent_leaving_a_month_it_is_32_4_so_in_month_33():
    found = payback_months(Decimal(18_000), Decimal(750), 0.02)

    assert round(found, 1) == 32.4
    assert whole_months(found) == 33


def test_month_33_is_the_first_in_which_a_shrinking_cohort_has_paid():
    paid = [sum(750 * 0.98**month for month in range(months)) for months in (32, 33)]

    assert paid[0] < 18_000 <= paid[1]


@pytest.mark.parametrize("cost", [37_500, 37_501, 60_000])
def test_a_cost_of_at_least_margin_over_churn_never_comes_back(cost):
    assert math.isinf(payback_months(Decimal(cost), Decimal(750), 0.02))
    assert not math.isinf(payback_months(Decimal(37_000), Decimal(750), 0.02))


def test_a_customer_without_margin_never_pays_back():
    assert math.isinf(payback_months(Decimal(100), Decimal(0)))
    assert math.isinf(whole_months(math.inf))


def test_the_ratio_needs_both():
    assert ltv_to_cac(Decimal(64_000), Decimal(16_000)) == 4.0
    assert ltv_to_cac(Decimal(64_000), None) is None
    assert ltv_to_cac(None, Decimal(16_000)) is None


# Efficiency


def test_the_magic_number_is_of_the_quarter_befores_spend():
    found = magic_number(Decimal("5.2"), Decimal("4.6"), Decimal("2.5"))

    assert found == pytest.approx(0.96)
    assert found != pytest.approx(0.24)  # not made a year's
    assert magic_number(Decimal(5), Decimal(4), Decimal(0)) is None


def test_net_sales_efficiency_is_of_recurring_revenue_and_another_number():
    assert net_sales_efficiency(Decimal("2.0"), Decimal("2.5")) == 0.8
    assert net_sales_efficiency(Decimal("2.0"), Decimal(0)) is None


def test_burn_is_a_multiple_only_of_growth_that_cost_cash():
    assert burn_multiple(Decimal("6.0"), Decimal("4.0")) == 1.5
    assert burn_multiple(Decimal("6.0"), Decimal(0)) is None
    assert burn_multiple(Decimal("6.0"), Decimal(-1)) is None
    assert burn_multiple(Decimal(-1), Decimal(4)) is None


# A company

CHARTER = """
    company: Acme
    segments:
      big: {where: {employees: {at_least: 1000}}, sales_cycle: 3 months}
      small: {where: {employees: {below: 1000}}, sales_cycle: 1 month}
    roles:
      ae: {is: AE}
      seller: {is: AE/AM, segments: [small]}
      csm: {is: CSM}
      am: {is: AM, segments: [big]}
      cro: {is: CRO}
    """
AS_OF = date(2025, 12, 31)
OVER = Period(date(2025, 1, 1), date(2026, 1, 1))
DAYS = [
    {"lead_id": "L1", "created_at": "2023-01-02"},
    {"lead_id": "L2", "created_at": "2025-12-31"},
]


def customers(prefix: str, count: int, arr: int, first: str, end: str) -> list[dict]:
    return [
        {"contract_id": f"{prefix}{n}", "account_id": f"{prefix}{n}", "arr": arr, "currency": "USD",
         "first_day": first, "end_day": end}
        for n in range(count)
    ]  # fmt: skip


def monthly(
    kind: str, amount: int, role: str = "", segment: str = "", first: int = 1
) -> list[dict]:
    """An amount a month from September 2024, or so many months later, until December 2025."""
    months = [(2024, m) for m in range(9, 13)] + [(2025, m) for m in range(1, 13)]
    return [
        {"month": f"{year}-{month:02d}-01", "kind": kind, "role": role, "segment": segment,
         "amount": amount, "currency": "USD"}
        for year, month in months[first - 1 :]
    ]  # fmt: skip


CONTRACTS = [
    *customers("old", 15, 20_000, "2024-06-15", "2030-01-01"),
    *customers("gone", 5, 20_000, "2024-06-15", "2025-06-15"),
    *customers("new", 10, 24_000, "2025-03-15", "2030-01-01"),
    *customers("tiny", 10, 1_000, "2024-06-15", "2030-01-01"),
]
ACCOUNTS = [
    {"account_id": row["account_id"], "segment": "small" if row["arr"] == 1_000 else "big"}
    for row in CONTRACTS
]
COSTS = [
    *monthly("comp", 20_000, "ae", "big"),
    *monthly("comp", 5_000, "seller", "small"),
    *monthly("comp", 5_000, "cro"),
    *monthly("comp", 4_000, "am", "big"),
    *monthly("comp", 9_000, "stranger", "big"),
    *monthly("other_s_and_m", 5_000, segment="big"),
    *monthly("cost_to_serve", 6_000, segment="big"),
    *monthly("revenue", 50_000, segment="big"),
    *monthly("cost_of_revenue", 10_000, segment="big"),
]


@pytest.fixture
def company(charter, from_tables):
    def run(text: str = CHARTER, **tables):
        declared = charter(text)
        given_tables = {"accounts": ACCOUNTS, "contracts": CONTRACTS, "costs": COSTS, **tables}
        found = from_tables(declared, as_of=AS_OF, leads=DAYS, **given_tables)
        return found, declared, declared.numbers()

    return run


def test_a_segment_is_worked_out_with_its_own_churn_margin_and_cost(company):
    big = economics_by_segment(*company(), OVER)[1]

    assert (big.segment, big.customers, big.lost, big.logos) == ("big", 20, 5, 10)
    assert (big.churn, big.growth) == (0.25, 0.0)
    assert (big.margin, big.margin_of) == (Decimal("0.8"), "segment")
    assert (big.arpa, big.arpa_of_new) == (Decimal(24_000), True)
    # customers in mid-month: 20 in January and February, 30 until May, 25 from June on
    served = 20 * 2 + 30 * 3 + 25 * 7
    assert served == 305
    assert big.cost_to_serve == round(Decimal(10_000 * 12 * 12) / served, 2)


def test_the_cost_of_winning_is_pay_before_the_win_with_a_part_of_what_is_shared(company):
    found = {e.segment: e for e in economics_by_segment(*company(), OVER)}

    # the CRO's 5,000 a month go to the segments by 25,000 : 5,000 of their own
    assert found["big"].spend == 12 * 25_000 + 50_000
    assert found["big"].cac == Decimal("35000.00")
    assert round(found["big"].shared, 2) == 50_000
    assert found[None].spend == 12 * 35_000
    assert found["big"].winning_roles == ("ae", "cro")
    assert found["small"].winning_roles == ("ae", "cro", "seller")
    assert found["big"].serving_roles == ("am",)
    assert found["big"].unplaced == ("stranger",)


def test_the_spend_is_that_of_a_sales_cycle_before(company):
    rising = [row for row in COSTS if row["kind"] != "other_s_and_m"]
    rising += monthly("other_s_and_m", 1_000, segment="big", first=1)
    late = [
        {"month": f"2025-{m:02d}-01", "kind": "other_s_and_m", "role": "", "segment": "big",
         "amount": 100_000, "currency": "USD"}
        for m in (10, 11, 12)
    ]  # fmt: skip
    rising = [
        row for row in rising if not (row["kind"] == "other_s_and_m" and row["month"] > "2025-09")
    ]

    big = economics_by_segment(*company(costs=[*rising, *late]), OVER)[1]

    assert (big.lag_months, big.lag_of) == (3, "charter")
    assert big.spend < 12 * 30_000  # October's to December's is for those won next year


def test_value_and_payback_follow_the_formulas(company):
    big = economics_by_segment(*company(), OVER)[1]
    serve = Decimal(10_000 * 144) / 305
    yearly = Decimal(24_000) * Decimal("0.8") - serve

    assert big.simple == round(yearly / Decimal("0.25"), 2)
    k = Decimal("0.75") / Decimal("1.12")
    assert big.full.amount == round(yearly / (1 - k), 2)
    assert big.full_interval[0] < float(big.full.amount) < big.full_interval[1]
    assert big.payback == pytest.approx(35_000 / float(yearly / 12))
    assert big.payback_with_churn > big.payback
    assert big.ltv_to_cac == pytest.approx(float(big.full.amount) / 35_000)


def test_a_segment_that_won_nobody_has_no_cost_of_winning(company):
    small = economics_by_segment(*company(), OVER)[2]

    assert (small.logos, small.cac, small.ltv_to_cac, small.payback) == (0, None, None, None)
    assert small.missing["cost"] == "no customer was won in the year"
    assert (small.arpa, small.arpa_of_new) == (Decimal(1_000), False)


def test_without_churn_the_simple_value_has_no_bound(company):
    small = economics_by_segment(*company(), OVER)[2]

    assert (small.churn, small.simple) == (0.0, None)


def test_a_segment_without_its_own_margin_takes_the_companys(company):
    small = economics_by_segment(*company(), OVER)[2]

    assert (small.margin, small.margin_of) == (Decimal("0.8"), "company")


def test_without_margin_and_cost_to_serve_revenue_does_not_pass_for_value(company):
    pay = [row for row in COSTS if row["kind"] in ("comp", "other_s_and_m") and row["role"] != "am"]

    whole = economics_by_segment(*company(costs=pay), OVER)[0]

    assert (whole.simple, whole.full, whole.payback) == (None, None, None)
    assert "neither revenue with its cost, nor a cost to serve" in whole.missing["value"]
    assert whole.cac is not None


def test_a_month_without_costs_makes_the_cost_of_winning_unknown(company):
    later = [row for row in COSTS if row["month"] > "2024-11"]

    big = economics_by_segment(*company(costs=later), OVER)[1]

    assert (big.spend, big.cac) == (None, None)
    assert "every month of the year that ended 3 months before" in big.missing["cost"]


def test_the_sales_cycle_is_that_of_won_deals_where_the_charter_says_none(company):
    text = CHARTER.replace(", sales_cycle: 3 months", "")
    deals = [
        {"opportunity_id": f"O{n}", "account_id": f"new{n}", "kind": "new", "won": "true",
         "created_at": "2025-01-10", "closed_at": "2025-03-11", "amount": 1, "currency": "USD"}
        for n in range(10)
    ]  # fmt: skip

    big = economics_by_segment(*company(text, opportunities=deals), OVER)[1]

    assert (big.lag_months, big.lag_of) == (2, "deals")


def test_where_neither_says_how_long_the_sales_cycle_is_the_cost_of_winning_is_unknown(company):
    big = economics_by_segment(*company(CHARTER.replace(", sales_cycle: 3 months", "")), OVER)[1]

    assert (big.lag_months, big.cac) == (None, None)
    assert big.missing["cost"].startswith("neither the charter nor a won deal")


def test_kinds_of_costs_that_mean_nothing_to_remit_are_left_out_and_named(company):
    found, declared, _ = company(costs=monthly("salaries", 1_000))

    there = costs(found, declared)

    assert (there.rows, there.unknown_kinds) == ((), ("salaries",))


def test_costs_in_a_currency_without_a_rate_make_the_cost_unknown(company):
    foreign = [
        {**row, "currency": "EUR"} for row in monthly("other_s_and_m", 1_000, segment="small")
    ]

    big = economics_by_segment(*company(costs=[*COSTS, *foreign]), OVER)[1]

    assert big.cac is None
    assert "EUR" in big.missing["cost"]


def test_efficiency_by_quarter_is_over_the_quarter_before(company):
    revenue = [row for row in COSTS if row["kind"] != "revenue"]
    revenue += [
        {"month": f"2025-{m:02d}-01", "kind": "revenue", "role": "", "segment": "",
         "amount": 50_000 + 10_000 * (m > 3), "currency": "USD"}
        for m in range(1, 13)
    ]  # fmt: skip

    found = efficiency_by_quarter(*company(costs=revenue), OVER)

    first, second, third, fourth = found[None]
    # 30,000 x 4 over three months of ae, seller, cro, am and other sales and marketing
    assert second.magic_number == pytest.approx(30_000 * 4 / (3 * 39_000))
    assert first.magic_number is None  # nobody recorded the revenue of the quarter before
    assert (third.magic_number, fourth.magic_number) == (0.0, 0.0)
    assert first.net_new_arr == 240_000
    assert first.net_sales_efficiency == pytest.approx(240_000 / (3 * 39_000))
    assert second.net_new_arr == -100_000
