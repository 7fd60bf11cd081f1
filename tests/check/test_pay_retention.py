"""Whether pay looks past the sale."""

import pytest

from tests.check.conftest import says

SELLER = """
company: Acme
roles:
  ae: {is: AE, plan: ae}
plans:
  ae:
    ote: 240000
    pay_mix: 50/50
    components:
      won: {pays_on: new_arr, quota: 250000, rate: 12%%%s}
%s
"""


def seller(won="", more=""):
    return SELLER % (won, more)


SPLIT = (
    "    release: [{at: signing, share: 50%%}, "
    "{at: retention_indicator, share: 50%%, within: 120 days%s}]\n"
)


def test_a_seller_paid_on_new_revenue_alone_is_amber(checked):
    assert says(checked(seller()), "paid_on_new_arr_alone") == [
        "amber: ae is paid on new_arr, and no part of it depends on customers who stay."
    ]


@pytest.mark.parametrize(
    ("won", "more"),
    [
        ("", SPLIT % ""),
        ("", "    clawback: {kind: full, within: 4 months}"),
        ("", "      kept: {kind: bonus, pays_on: grr, points: [{at: 90%, pays: 1}]}"),
        (", gates: [{measure: grr, at_least: 85%}]", ""),
        (", modifiers: [{measure: nrr, steps: [{from: 100%, times: 1.1}]}]", ""),
        (
            ", release: [{at: customer_month, month: 1, share: 50%}, "
            "{at: customer_month, month: 6, share: 50%}]",
            "",
        ),
    ],
    ids=["indicator", "clawback", "component", "gate", "modifier", "customer month"],
)
def test_anything_that_depends_on_customers_who_stay_meets_it(checked, won, more):
    assert says(checked(seller(won, more)), "paid_on_new_arr_alone") == [
        "clear: Whoever closes is paid in part for customers who stay."
    ]


def test_the_rule_that_asks_for_one_number_is_named(checked):
    [found] = [f for f in checked(seller()).findings if f.check == "paid_on_new_arr_alone"]

    assert "003-20" in found.caveats[0]


def test_pay_for_old_sales_without_new_ones_is_amber(checked):
    text = seller().replace("pays_on: new_arr, quota: 250000, rate", "pays_on: residuals, rate")

    assert says(checked(text), "coasting") == [
        "amber: ae is paid on recurring_revenue each period, and its plan asks for no new "
        "customers."
    ]


@pytest.mark.parametrize(
    "residuals",
    [
        "{pays_on: residuals, rate: 1%}",
        "{pays_on: residuals, rate: 1%, gates: [{component: won, at_least: 100%}]}",
    ],
)
def test_pay_for_old_sales_beside_a_quota_on_new_ones_is_clear(checked, residuals):
    assert says(checked(seller(more=f"      old: {residuals}")), "coasting")[0].startswith("clear")


def test_a_seller_who_is_paid_once_the_customer_renewed_is_amber(checked):
    late = ", release: [{at: customer_month, month: 12, share: 100%}]"

    assert says(checked(seller(late)), "waiting_for_renewals") == [
        "amber: ae is paid won from customer month 12 on; a first term has 12 months."
    ]


def test_a_seller_paid_on_renewals_alone_is_amber(checked):
    text = seller().replace("pays_on: new_arr", "pays_on: renewed_arr")

    assert says(checked(text), "waiting_for_renewals") == [
        "amber: ae owns closing, and is paid on renewed_arr alone."
    ]


def test_a_part_at_signing_does_not_wait_for_the_renewal(checked):
    parts = ", release: [{at: signing, share: 50%}, {at: customer_month, month: 12, share: 50%}]"

    assert says(checked(seller(parts)), "waiting_for_renewals") == [
        "clear: Whoever closes is paid before the renewal."
    ]


def indicator(words):
    return seller(more=SPLIT % "") + f"retention_indicators: {{messages: {{{words}}}}}\n"


def test_an_indicator_nobody_defined_is_amber(checked):
    assert says(checked(seller(more=SPLIT % "")), "observable_indicator") == [
        "amber: 50 % of ae waits for a leading indicator of retention, and none is defined."
    ]


def test_an_indicator_that_no_field_records_is_amber(checked):
    assert says(checked(indicator("about: 2000 team messages")), "observable_indicator") == [
        "amber: 50 % of ae waits for messages, which states no `field` and `at_least`."
    ]


def test_a_number_counted_each_month_needs_a_level(checked):
    text = indicator("about: 2000 team messages, field: Account.Messages__c, per: month")

    assert says(checked(text), "observable_indicator") == [
        "amber: 50 % of ae waits for messages, which states no `at_least`."
    ]


def test_a_field_that_holds_the_day_it_was_reached_needs_no_level(checked):
    text = indicator("about: Second plant live, field: Account.Second_Live_On__c")

    assert says(checked(text), "observable_indicator") == [
        "clear: Every indicator that pay waits for can be seen."
    ]


def test_one_of_two_indicators_has_to_be_named(checked):
    text = seller(more=SPLIT % "") + (
        "retention_indicators: {messages: {about: Messages}, logins: {about: Logins}}\n"
    )

    assert says(checked(text), "observable_indicator") == [
        "amber: 50 % of ae waits for a leading indicator of retention, and 2 are defined and it "
        "names none."
    ]


def test_an_indicator_with_field_level_and_time_is_clear(checked):
    words = "about: 2000 team messages, field: Account.Messages__c, at_least: 2000, per: month"

    assert says(checked(indicator(words)), "observable_indicator") == [
        "clear: Every indicator that pay waits for can be seen."
    ]


def test_a_plan_that_waits_for_no_indicator_is_not_judged(checked):
    assert says(checked(seller()), "observable_indicator") == [
        "does not apply: No plan pays at a leading indicator of retention."
    ]
