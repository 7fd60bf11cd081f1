"""What a customer is worth and cost, as findings of unit_economics."""

from __future__ import annotations

from datetime import date

import pytest

from remit.audit.economics import unit_economics
from remit.audit.run import YEAR, measured_days
from remit.audit.view import View
from remit.terms import Answer, Period

pytestmark = pytest.mark.slow  # `make slow` runs it: every case loads an export

CHARTER = """
    company: Acme
    segments:
      big: {where: {employees: {at_least: 1000}}, sales_cycle: 3 months}
    roles:
      ae: {is: AE}
      csm: {is: CSM}
    """
DAYS = [
    {"lead_id": "L1", "created_at": "2023-01-02"},
    {"lead_id": "L2", "created_at": "2025-12-31"},
]


def contracts(name: str, count: int, arr: int, first: str, end: str) -> list[dict]:
    return [
        {"contract_id": f"{name}{n}", "account_id": f"{name}{n}", "arr": arr, "currency": "USD",
         "first_day": first, "end_day": end}
        for n in range(count)
    ]  # fmt: skip


def monthly(kind: str, amount: int, role: str = "", segment: str = "big") -> list[dict]:
    months = [(2024, m) for m in range(7, 13)] + [(2025, m) for m in range(1, 13)]
    return [
        {"month": f"{year}-{month:02d}-01", "kind": kind, "role": role, "segment": segment,
         "amount": amount, "currency": "USD"}
        for year, month in months
    ]  # fmt: skip


CUSTOMERS = [
    *contracts("stays", 30, 12_000, "2024-01-15", "2030-01-01"),
    *contracts("goes", 10, 12_000, "2024-01-15", "2025-06-15"),
    *contracts("new", 20, 12_000, "2025-03-15", "2030-01-01"),
]
COSTS = [
    *monthly("comp", 20_000, "ae"),
    *monthly("other_s_and_m", 10_000),
    *monthly("revenue", 100_000),
    *monthly("cost_of_revenue", 25_000),
]


@pytest.fixture
def looked(charter, from_tables):
    def run(costs=COSTS, customers=CUSTOMERS):
        declared = charter(CHARTER)
        accounts = [
            {"account_id": name, "segment": "big"}
            for name in sorted({row["account_id"] for row in customers})
        ]
        found = from_tables(
            declared, as_of=date(2025, 12, 31), leads=DAYS, accounts=accounts,
            contracts=customers, costs=costs,
        )  # fmt: skip
        over = measured_days(found)
        year = Period(min(over.start, date.fromordinal(over.end.toordinal() - YEAR)), over.end)
        view = View(declared, found, declared.numbers(), over, year)
        return {finding.about: finding for finding in unit_economics(view)}

    return run


def test_every_figure_is_told_with_its_method_and_none_is_judged(looked):
    found = looked()

    assert {f.answer for f in found.values()} == {Answer.MEASURED}
    assert {f.severity for f in found.values()} == {None}
    assert {about.partition(": ")[2] for about in found} == {
        "lifetime value", "lifetime value over cost of winning", "payback", "magic number",
        "net sales efficiency",
    }  # fmt: skip
    assert all(f.proof.estimator for f in found.values())


def test_lifetime_value_is_discounted_and_says_how(looked):
    """9,000 a year, k = 0.75 / 1.12: 9,000 / (1 - 0.66964) = 27,243."""
    value = looked()["segments.big: lifetime value"]

    assert value.measured.value == pytest.approx(27_243.24)
    assert "a customer is worth 27,243 USD" in value.says
    assert "discounted by 12 % a year and counted without an end" in value.says
    assert any("it would be 36,000 USD" in caveat for caveat in value.caveats)
    assert (
        "No cost to serve is recorded for every month, so that none is taken off." in value.caveats
    )


def test_a_base_that_outgrows_the_discount_rate_is_cut_off_and_says_so(looked):
    grown = [
        *contracts("c", 30, 12_000, "2024-01-15", "2025-06-15"),
        *[{**row, "contract_id": f"{row['contract_id']}-2"}
          for row in contracts("c", 30, 24_000, "2025-06-15", "2030-01-01")],
        *contracts("new", 20, 12_000, "2025-03-15", "2030-01-01"),
    ]  # fmt: skip

    value = looked(customers=grown)["segments.big: lifetime value"]

    assert "counted for 5 years, because the sum has no bound" in value.says


def test_the_ratio_is_over_what_a_new_customer_cost(looked):
    """12 x 30,000 for 20 new customers is 18,000 each."""
    ratio = looked()["segments.big: lifetime value over cost of winning"]

    assert ratio.measured.value == pytest.approx(27_243.24 / 18_000)
    assert "worth 1.5 times what it cost to win" in ratio.says
    assert "27,243 USD over 18,000 USD" in ratio.says
    assert any("all pay of ae and all other sales and marketing" in c for c in ratio.caveats)


def test_payback_is_told_with_and_without_customers_leaving(looked):
    """18,000 over 750 a month is 24 months; with a quarter leaving a year it is 35."""
    payback = looked()["segments.big: payback"]

    assert "back after 24.0 months of its margin if nobody leaves, and after 35.1" in payback.says
    assert "so in month 36" in payback.says
    assert payback.measured.value == pytest.approx(35.06, abs=0.01)


def test_a_cost_that_never_comes_back_is_said_to_and_has_no_number(looked):
    dear = [row for row in COSTS if row["kind"] != "other_s_and_m"]
    dear += monthly("other_s_and_m", 100_000)

    payback = looked(costs=dear)["segments.big: payback"]

    assert "and never with customers leaving as they do" in payback.says
    assert payback.measured is None


def test_the_magic_number_is_of_revenue_and_recurring_revenue_does_not_stand_in(looked):
    without = [row for row in COSTS if row["kind"] != "revenue"]

    found = looked(costs=without)

    assert found["company: magic number"].answer is Answer.COULD_NOT_LOOK
    assert "does not stand in for it" in found["company: magic number"].says
    assert found["company: net sales efficiency"].answer is Answer.MEASURED


def test_no_new_customer_means_no_cost_and_no_payback(looked):
    customers = [row for row in CUSTOMERS if not row["account_id"].startswith("new")]
    late = [row for row in COSTS if row["kind"] != "revenue" or row["month"] >= "2025-01-01"]

    found = looked(costs=late, customers=customers)

    # the first quarter with revenue has none before it to have grown from
    assert [p.month.month for p in found["company: magic number"].trend] == [4, 7, 10]
    for what in ("lifetime value over cost of winning", "payback"):
        assert found[f"segments.big: {what}"].answer is Answer.COULD_NOT_LOOK
    assert "because no customer was won in the year" in found["segments.big: payback"].says


def test_a_few_new_customers_are_too_few(looked):
    customers = [row for row in CUSTOMERS if not row["account_id"].startswith("new")]
    customers += contracts("new", 5, 12_000, "2025-03-15", "2030-01-01")

    found = looked(customers=customers)

    assert found["segments.big: payback"].answer is Answer.CANNOT_TELL
    assert "5 new customers are too few" in found["segments.big: payback"].says
    assert found["segments.big: lifetime value"].answer is Answer.MEASURED


def test_without_costs_it_could_not_look(looked):
    found = looked(costs=[])

    assert {f.answer for f in found.values()} == {Answer.COULD_NOT_LOOK}
    assert "`costs` is empty" in found["company: value of a customer"].says


def test_costs_of_kinds_that_mean_nothing_to_remit_are_named(looked):
    found = looked(costs=monthly("salaries", 5_000))

    assert "`salaries`" in found["company: value of a customer"].says


def test_without_contracts_it_could_not_look(looked):
    found = looked(customers=[])

    assert found["company: value of a customer"].answer is Answer.COULD_NOT_LOOK
    assert "`contracts` and `arr_changes` are empty" in found["company: value of a customer"].says
