"""How sellers are asked: one number, a generalist's two quotas, quota against pay, draws."""

import pytest

from tests.check.conftest import says

SELLER = """
company: Acme
roles:
  seller: {is: %s, plan: seller}
segments: {smb: {sales_cycle: 3 months}}
plans:
  seller: {ote: 200000, pay_mix: 50/50, components: {%s}%s}
"""


def ae(components, more=""):
    return SELLER % ("AE", components, more)


def generalist(components):
    return SELLER % ("AE/AM", components, "")


def test_a_seller_with_one_quota_is_measured_on_one_number(checked):
    text = ae("won: {pays_on: closed_won_arr, quota: 250000}")

    assert says(checked(text), "one_number") == [
        "clear: Sellers of new business have a quota on one measure."
    ]


def test_a_second_number_is_amber(checked):
    text = ae(
        "won: {pays_on: closed_won_arr, quota: 250000}, "
        "logos: {pays_on: new_customers, quota: 5, each: 1000}"
    )

    assert says(checked(text), "one_number") == [
        "amber: seller has quotas on 2 measures: closed_won_arr and new_customers."
    ]


def test_a_seller_without_a_quota_leaves_it_open(checked):
    assert says(checked(ae("won: {pays_on: closed_won_arr, rate: 10%}")), "one_number") == [
        "could not look: The plan of seller states no quota. State `quota:`."
    ]


APART = (
    "new: {pays_on: new_arr, quota: 150000, rate: 12%}, "
    "grown: {pays_on: net_expansion_arr, quota: 100000, "
    "tiers: [{from: 0, rate: 6%}, {from: 100%, rate: 9%}]"
)
GATE = ", gates: [{component: new, at_least: 100%, opens: accelerators}]}"


def test_a_generalist_may_have_two_numbers_and_is_not_asked_for_one(checked):
    assert says(checked(generalist(APART + GATE)), "one_number")[0].startswith("does not apply")


def test_a_generalist_with_quota_rate_and_gate_for_new_customers_is_clear(checked):
    assert says(checked(generalist(APART + GATE)), "generalist_quotas") == [
        "clear: Generalists have a quota, a higher rate and a gate for new customers."
    ]


def test_accelerators_that_do_not_wait_for_new_customers_are_a_note(checked):
    assert says(checked(generalist(APART + "}")), "generalist_quotas") == [
        "note: seller can reach the accelerators of grown without the goal of new customers."
    ]


def test_a_rate_on_new_customers_that_is_no_higher_is_a_note(checked):
    text = generalist(APART + GATE).replace("rate: 12%", "rate: 6%")

    assert says(checked(text), "generalist_quotas") == [
        "note: seller earns 6.0 % on new customers and 6.0 % on expansion."
    ]


def test_one_quota_for_both_is_amber(checked):
    assert says(
        checked(generalist("all: {pays_on: bookings, quota: 250000, rate: 10%}")),
        "generalist_quotas",
    ) == [
        "amber: seller owns closing and expansion and has one quota for both, on bookings; two "
        "quotas are wanted, one on new business and one on expansion."
    ]


def test_an_unpaid_expansion_of_a_seller_is_told_once(checked):
    text = ae("won: {pays_on: closed_won_arr, quota: 250000, rate: 10%}").replace(
        "{is: AE,", "{is: AE, owns: {closing: , expansion: first_term},"
    )
    found = checked(text)

    assert says(found, "paid_on_expansion") == [
        "red: No role is paid on expansion in smb; seller owns closing too, so two quotas are "
        "wanted, one on new business and one on expansion."
    ]
    assert says(found, "generalist_quotas") == [
        "does not apply: The plan of seller does not pay on expansion, which `paid_on_expansion` "
        "speaks of."
    ]


def test_rates_that_are_not_stated_follow_from_weight_and_quota(checked):
    text = generalist(
        "new: {pays_on: new_arr, quota: 100000, weight: 50%}, "
        "grown: {pays_on: net_expansion_arr, quota: 50000, weight: 50%}"
    )

    assert says(checked(text), "generalist_quotas") == [
        "note: seller earns 12.5 % on new customers and 25.0 % on expansion."
    ]


def test_a_quota_within_the_rule_of_thumb_is_clear(checked):
    text = ae("won: {pays_on: closed_won_arr, quota: 250000}")

    assert says(checked(text), "quota_over_pay") == [
        "clear: Sellers are asked for 4 to 6 times their pay at target."
    ]


@pytest.mark.parametrize(("quarter", "times"), [(150000, "3.0"), (500000, "10.0")])
def test_a_quota_outside_the_rule_of_thumb_is_a_note_beside_the_average(checked, quarter, times):
    [said] = says(
        checked(ae(f"won: {{pays_on: closed_won_arr, quota: {quarter}}}")), "quota_over_pay"
    )

    assert said.startswith("note: seller is asked for")
    assert f"{times} times pay at target" in said
    assert said.endswith("the average of a study is 4.8.")


def test_a_quota_outside_the_rule_of_thumb_names_its_sources_and_what_to_do(checked):
    found = checked(ae("won: {pays_on: closed_won_arr, quota: 500000}"))
    [finding] = [one for one in found.findings if one.check == "quota_over_pay"]

    assert "Study: First Look from BenchSights" in finding.caveats[0]
    assert finding.remedy.startswith("Look at how many reach the `quota:`")


def test_a_quota_that_is_no_money_is_not_set_against_pay(checked):
    text = ae("won: {pays_on: new_customers, quota: 5, each: 1000}")

    assert says(checked(text), "quota_over_pay") == [
        "could not look: The plan of seller states no quota in money. State `quota:`."
    ]


def drawn(draw):
    return ae("won: {pays_on: closed_won_arr, quota: 250000}", f", draw: {{amount: 4000{draw}}}")


@pytest.mark.parametrize(
    "draw",
    [
        ", lasts: 4 months, training: 1 month",
        ", lasts: 120 days, training: 1 month",
        ", training: 1 month, sales_cycle: 6 months",
        ", lasts: 8 months, training: 1 month, until_retention_indicator: true",
    ],
)
def test_a_draw_as_long_as_training_and_cycle_is_clear(checked, draw):
    [said] = says(checked(drawn(draw)), "draw_length")

    assert said.startswith("clear: The draw of seller covers training (1 month) and")


def test_a_draw_that_ends_before_the_first_deals_can_be_won_is_amber(checked):
    assert says(checked(drawn(", lasts: 2 months, training: 1 month")), "draw_length") == [
        "amber: The draw of seller lasts 61 days, and ends before training (1 month) and the "
        "median sales cycle (3 months), 122 days."
    ]


def test_a_longer_draw_is_a_note(checked):
    [said] = says(checked(drawn(", lasts: 8 months, training: 1 month")), "draw_length")

    assert said.startswith("note")


def test_a_draw_without_training_leaves_its_length_open(checked):
    assert says(checked(drawn(", lasts: 4 months")), "draw_length") == [
        "could not look: How long the draw of seller should last is not known. State `training:` "
        "in the draw."
    ]


def test_a_recoverable_draw_is_not_judged(checked):
    assert says(checked(drawn(", kind: recoverable")), "draw_length") == [
        "does not apply: No plan has a non-recoverable draw."
    ]
