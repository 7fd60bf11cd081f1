"""Whether a plan agrees with itself."""

import pytest

from tests.check.conftest import says

PLAN = """
company: Acme
roles:
  ae: {is: AE, plan: ae%s}
plans:
  ae: {ote: 200000, pay_mix: 50/50, components: {%s}}
%s
"""


def plan(components, more="", role=""):
    return PLAN % (role, components, more)


def test_weights_that_make_up_the_variable_pay_are_clear(checked):
    text = plan(
        "a: {pays_on: new_arr, quota: 9, weight: 70%}, b: {pays_on: win_rate, kind: bonus, "
        "points: [{at: 20%, pays: 1}], weight: 30%}"
    )

    assert says(checked(text), "pay_weights") == [
        "clear: The weights of every plan make up its variable pay."
    ]


@pytest.mark.parametrize(("second", "together"), [("60%", "130"), ("10%", "80")])
def test_weights_that_sum_to_more_or_less_are_red(checked, second, together):
    text = plan(
        "a: {pays_on: new_arr, quota: 9, weight: 70%}, "
        f"b: {{pays_on: new_customers, quota: 9, weight: {second}}}"
    )

    assert says(checked(text), "pay_weights") == [f"red: The weights of ae sum to {together} %."]


def test_a_component_without_a_weight_gets_what_is_left(checked):
    text = plan(
        "a: {pays_on: new_arr, quota: 9, weight: 70%}, b: {pays_on: new_customers, quota: 9}"
    )

    assert says(checked(text), "pay_weights")[0].startswith("clear")


def test_a_component_for_which_nothing_is_left_is_amber(checked):
    text = plan(
        "a: {pays_on: new_arr, quota: 9, weight: 100%}, b: {pays_on: new_customers, quota: 9}"
    )

    assert says(checked(text), "pay_weights") == [
        "amber: The weights of ae leave nothing for b, which says neither a weight nor what it "
        "pays."
    ]


def test_a_prize_beside_the_plan_needs_no_weight(checked):
    text = plan(
        "a: {pays_on: new_arr, quota: 9, weight: 100%}, b: {kind: spif, pays_on: new_customers, "
        "each: 500, from: 2026-01-01, to: 2026-03-31}"
    )

    assert says(checked(text), "pay_weights")[0].startswith("clear")


@pytest.mark.parametrize(
    "pays",
    [
        "rate: 10%",
        "weight: 100%, rate: 9.5%",
        "tiers: [{from: 0, rate: 10%}, {from: 1, rate: 20%}]",
    ],
)
def test_a_rate_that_pays_the_variable_pay_at_quota_is_clear(checked, pays):
    text = plan(f"won: {{pays_on: closed_won_arr, quota: 250000, {pays}}}")

    assert says(checked(text), "pay_at_target") == [
        "clear: Plans pay at target what they say they pay."
    ]


def test_a_rate_that_pays_less_at_quota_than_its_weight_is_amber(checked):
    text = plan("won: {pays_on: closed_won_arr, quota: 250000, rate: 8%, weight: 100%}")

    assert says(checked(text), "pay_at_target") == [
        "amber: won of ae pays 80,000 USD a year at target by its terms and 100,000 USD by its "
        "weight."
    ]


def test_components_without_weights_are_compared_together(checked):
    fits = (
        "a: {pays_on: new_arr, quota: 175000, rate: 10%}, "
        "b: {pays_on: new_customers, quota: 5, each: 1500}"
    )

    assert says(checked(plan(fits)), "pay_at_target")[0].startswith("clear")
    assert says(checked(plan(fits.replace("1500", "6000"))), "pay_at_target") == [
        "amber: The components of ae pay 190,000 USD a year at target by their terms, and 100,000 "
        "USD is left for them."
    ]


def test_a_target_that_differs_from_its_weight_is_amber(checked):
    text = plan(
        "a: {pays_on: new_arr, quota: 9, weight: 80%}, "
        "b: {kind: objectives, target: 2500, weight: 20%, objectives: {plan the region: 100%}}"
    )

    assert says(checked(text), "pay_at_target") == [
        "amber: b of ae pays 10,000 USD a year at target by its terms and 20,000 USD by its weight."
    ]


def test_tiers_that_change_before_the_quota_are_not_compared(checked):
    text = plan(
        "won: {pays_on: new_arr, quota: 9, tiers: [{from: 0, rate: 5%}, {from: 50%, rate: 10%}]}"
    )

    assert says(checked(text), "pay_at_target")[0].startswith("could not look")


def test_a_measure_that_goes_by_one_name_is_clear(checked):
    text = plan("won: {pays_on: closed_won_arr, rate: 10%}", role=", kpis: [closed_won_arr]")

    assert says(checked(text), "one_name_a_measure") == ["clear: Every measure goes by one name."]


def test_two_names_of_the_company_for_one_measure_are_amber(checked):
    text = plan(
        "won: {pays_on: closed_won_arr, rate: 10%}",
        "measures: {good meetings: {is: accepted_meetings}, SAL 2026: {is: SAL}}",
    )

    assert says(checked(text), "one_name_a_measure") == [
        'amber: "good meetings" and "SAL 2026" are both accepted_meetings.'
    ]


def test_two_names_in_segments_that_do_not_meet_are_clear(checked):
    text = plan(
        "won: {pays_on: closed_won_arr, rate: 10%}",
        "segments: {smb: {}, enterprise: {}}\nmeasures:\n"
        "  demos agreed: {is: accepted_meetings, segments: smb}\n"
        "  visits agreed: {is: accepted_meetings, segments: enterprise}",
    )

    assert says(checked(text), "one_name_a_measure")[0].startswith("clear")


def test_a_plan_that_pays_on_one_measure_under_two_names_is_amber(checked):
    text = plan("a: {pays_on: new_arr, rate: 5%}, b: {pays_on: new business, rate: 5%}")

    assert says(checked(text), "one_name_a_measure") == [
        "amber: ae pays on new_arr under 2 names: new_arr and new business."
    ]


def test_a_role_steered_by_another_name_than_it_is_paid_on_is_a_note(checked):
    text = plan("won: {pays_on: closed_won_arr, rate: 10%}", role=", kpis: [closed revenue]")

    assert says(checked(text), "one_name_a_measure") == [
        'note: ae is steered by "closed revenue" and paid on "closed_won_arr", which are one '
        "measure."
    ]


def test_a_charter_that_names_no_measures_is_not_called_sound(checked):
    assert says(checked("company: Acme\nroles: {ae: {is: AE}}\n"), "one_name_a_measure") == [
        "could not look: No measures are named. State `measures:` or `plans:`."
    ]
