"""Whether one sale is paid to one role, one person has one quota, and nobody's pay falls."""

from tests.check.conftest import says

CUSTOMERS = """
company: Acme
roles:
  ae: {is: AE, plan: ae}
  am: {is: AM, plan: am, owns: [expansion, renewal]}
  csm: {is: CSM, plan: csm}
plans:
  ae: {ote: 240000, pay_mix: 50/50, components: {won: {pays_on: %s, quota: 300000, rate: 10%%}}}
  am: {ote: 180000, pay_mix: 60/40, components: {grown: {pays_on: %s, quota: 200000%s}}}
  csm: {ote: 120000, pay_mix: 80/20, components: {kept: {kind: bonus, pays_on: %s,
        points: [{at: 90%%, pays: 1}]}}}
"""


def customers(ae="closed_won_arr", am="net_expansion_arr", csm="adoption", more=""):
    return CUSTOMERS % (ae, am, more, csm)


def test_expansion_that_one_role_is_paid_on_is_clear(checked):
    found = checked(customers())

    assert says(found, "paid_on_expansion") == [
        "clear: In every segment one role is paid on expansion."
    ]
    assert says(found, "paid_on_renewal") == [
        "clear: In every segment one role is paid on renewal."
    ]


def test_expansion_that_nobody_is_paid_on_is_red(checked):
    text = customers(am="renewed_arr")

    assert says(checked(text), "paid_on_expansion") == ["red: No role is paid on expansion."]


def test_two_roles_paid_for_the_same_expansion_are_amber(checked):
    assert says(checked(customers(ae="bookings")), "paid_on_expansion") == [
        "amber: ae (bookings) and am (net_expansion_arr) are both paid as the owner for expansion."
    ]


def test_an_overlay_on_expansion_is_no_second_owner(checked):
    text = customers(ae="bookings", more=", credit: {to: overlay}")

    assert says(checked(text), "paid_on_expansion")[0].startswith("clear")


def test_net_retention_of_a_csm_is_no_second_credit_for_expansion(checked):
    assert says(checked(customers(csm="nrr")), "paid_on_expansion")[0].startswith("clear")


def test_two_owners_who_part_at_the_first_renewal_are_not_both_paid(checked):
    text = (
        customers(ae="bookings")
        .replace(
            "ae: {is: AE, plan: ae}",
            "ae: {is: AE, plan: ae, owns: {discovery: {}, closing: {}, "
            "expansion: {account_age: first_term}}}",
        )
        .replace(
            "owns: [expansion, renewal]",
            "owns: {expansion: {account_age: later_terms}, renewal: {}}",
        )
    )

    assert says(checked(text), "paid_on_expansion")[0].startswith("clear")


def test_a_csm_who_owns_expansion_and_is_not_paid_on_it_is_red(checked):
    text = (
        customers(ae="bookings")
        .replace(
            "csm: {is: CSM, plan: csm}",
            "csm: {is: CSM, plan: csm, owns: [customer_success, expansion]}",
        )
        .replace("owns: [expansion, renewal]", "owns: [renewal]")
    )

    assert says(checked(text), "paid_on_expansion")[0] == (
        "red: csm owns expansion, and its plan does not pay on it."
    )


def test_expansion_that_nobody_is_to_own_is_not_judged(checked):
    text = customers(am="renewed_arr").replace("[expansion, renewal]", "[renewal]")

    assert says(checked(text + "nobody: [expansion]\n"), "paid_on_expansion") == [
        "does not apply: No role here owns expansion, by decision."
    ]


def test_an_owner_of_expansion_without_a_plan_leaves_it_open(checked):
    text = customers().replace("am: {is: AM, plan: am,", "am: {is: AM,")

    assert says(checked(text), "paid_on_expansion") == [
        "could not look: Whether anybody is paid on expansion depends on am, without a plan. "
        "State `plan:` and its components."
    ]


def test_expansion_is_looked_at_in_each_segment(checked):
    text = customers() + "segments: {smb: {}, enterprise: {}}\n"
    text = text.replace("am: {is: AM,", "am: {is: AM, segments: [enterprise],")

    assert says(checked(text), "paid_on_expansion") == ["red: No role is paid on expansion in smb."]


def test_renewals_that_nobody_or_two_are_paid_on_are_amber(checked):
    nobody = customers(am="expansion_arr")
    both = (
        customers(csm="adoption")
        .replace(
            "points: [{at: 90%, pays: 1}]}",
            "points: [{at: 90%, pays: 1}]}, renewed: {pays_on: renewals, rate: 1%}",
        )
        .replace(
            "components: {grown:", "components: {renewed: {pays_on: renewed_arr, rate: 1%}, grown:"
        )
    )

    assert says(checked(nobody), "paid_on_renewal") == ["amber: No role is paid on renewal."]
    assert says(checked(both), "paid_on_renewal") == [
        "amber: am (renewed_arr) and csm (renewed_arr) are both paid as the owner for renewal."
    ]


TWO = """
company: Acme
roles: {ae: {is: AE, plan: ae}, am: {is: AM, plan: am}}
plans:
  ae: {ote: 200000, pay_mix: 50/50, components: {
    base: {pays_on: new_arr, quota: 250000, rate: 10%%}, more: {pays_on: %s, quota: %s%s}}}
  am: {ote: 200000, pay_mix: 50/50, components: {
    grown: {pays_on: %s, quota: 250000, rate: 10%%}}}
people: [%s]
"""


def two(measure="new business", quota="300000", more="", am="expansion_arr", people=""):
    return TWO % (measure, quota, more, am, people)


def test_two_quotas_on_one_measure_in_a_plan_are_red_if_they_differ(checked):
    assert says(checked(two()), "two_quotas_on_one_measure") == [
        "red: ae has two quotas on new_arr: 1,000,000 a year in base and 1,200,000 in more."
    ]


def test_two_quotas_that_ask_for_the_same_are_amber(checked):
    same = two(quota="{target: 1000000, per: year}")

    assert says(checked(same), "two_quotas_on_one_measure")[0].startswith("amber")


def test_quotas_on_two_measures_or_for_two_products_are_two_quotas(checked):
    products = two(more=", products: [Core]").replace("rate: 10%}, more", "products: [Plus]}, more")

    assert says(checked(two(measure="expansion_arr")), "two_quotas_on_one_measure") == [
        "clear: Nobody has two quotas on one measure."
    ]
    assert says(checked(products), "two_quotas_on_one_measure")[0].startswith("clear")


def test_a_person_with_a_quota_on_one_measure_in_each_of_two_roles_is_a_note_without_a_name(
    checked,
):
    people = "{person: Ann, role: ae, share: 0.5}, {person: Ann, role: am, share: 0.5}"

    assert says(
        checked(two(measure="new_customers", am="new_arr", people=people)),
        "two_quotas_on_one_measure",
    ) == ["note: 1 person holds ae and am, whose plans each have a quota on new_arr."]


def test_a_person_who_left_one_role_for_the_other_has_one_quota(checked):
    people = "{person: Ann, role: ae, to: 2026-03-31}, {person: Ann, role: am, from: 2026-04-01}"

    [said] = says(
        checked(two(measure="new_customers", am="new_arr", people=people)),
        "two_quotas_on_one_measure",
    )

    assert said.startswith("clear")


REPLACED = """
company: Acme
roles: {ae: {is: AE/AM, plan: after}}
plans:
  before: {ote: 240000, pay_mix: 50/50%s}
  after: {ote: %s, pay_mix: 60/40, replaces: before}
"""


def test_a_lower_pay_at_target_than_before_is_red(checked):
    assert says(checked(REPLACED % ("", 200000)), "pay_cut") == [
        "red: after pays 200,000 USD at target, and before, which it replaces, pays 240,000 USD."
    ]


def test_the_same_pay_at_target_as_before_is_clear(checked):
    assert says(checked(REPLACED % ("", 240000)), "pay_cut") == [
        "clear: after pays no less at target than before."
    ]


def test_pay_in_two_currencies_is_not_compared(checked):
    assert says(checked(REPLACED % (", currency: EUR", 200000)), "pay_cut")[0].startswith(
        "could not look"
    )


def test_a_charter_without_earlier_plans_cannot_show_a_cut(checked):
    assert says(checked("company: Acme\nroles: {ae: {is: AE}}\n"), "pay_cut")[0].startswith(
        "could not look"
    )


def test_an_am_paid_less_than_an_ae_is_a_note_with_both_sources(checked):
    assert says(checked(customers()), "pay_order") == [
        "note: am is paid 180,000 USD at target and ae 240,000 USD; the market pays AMs less as "
        "well (002-44), and two rules ask for equal pay (002-35, 002-43)."
    ]


def test_an_am_with_equal_pay_and_a_higher_quota_is_clear(checked):
    equal = customers().replace("ote: 180000", "ote: 240000")

    assert says(checked(equal.replace("quota: 200000", "quota: 400000")), "pay_order") == [
        "clear: am is paid 240,000 USD at target and ae 240,000 USD, and am has the higher quota."
    ]
    assert says(checked(equal), "pay_order")[0].startswith("note: am is paid 240,000 USD")


def test_a_generalist_paid_more_than_an_ae_is_a_note(checked):
    text = """
company: Acme
roles: {ae: {is: AE, plan: ae}, owner: {is: AE/AM, plan: owner}}
plans: {ae: {ote: 200000, pay_mix: 50/50}, owner: {ote: 220000, pay_mix: 50/50}}
"""

    assert says(checked(text), "pay_order") == [
        "note: owner is paid 220,000 USD at target and ae 200,000 USD; the market pays ae more "
        "(002-44)."
    ]


def test_roles_that_never_meet_in_a_segment_are_not_compared(checked):
    assert says(checked("company: Acme\nroles: {ae: {is: AE}}\n"), "pay_order") == [
        "does not apply: No segment has two of these kinds of role: AE, AE/AM and AM."
    ]
