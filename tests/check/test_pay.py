"""Whether plans pay people for the work their role owns."""

import pytest

from tests.check.conftest import says

TEAM = """
company: Acme
roles:
  sdr: {is: SDR, plan: sdr}
  ae: {is: AE, plan: ae}
  csm: {is: CSM, plan: csm, owns: [onboarding, customer_success, renewal, expansion]}
outside: [support]
nobody: [deal_desk, technical_validation]
plans:
  sdr: {ote: 80000, pay_mix: 70/30, components: {meetings: {%s}}}
  ae: {ote: 240000, pay_mix: 50/50, components: {won: {%s}}}
  csm: {ote: 120000, pay_mix: 80/20, components: {kept: {%s}}}
"""
MEETINGS = "pays_on: accepted_meetings, each: 100"
WON = "pays_on: closed_won_arr, quota: 250000, rate: 12%"
KEPT = "kind: bonus, pays_on: nrr, points: [{at: 100%, pays: 0}, {at: 110%, pays: 1}]"


def team(sdr=MEETINGS, ae=WON, csm=KEPT):
    return TEAM % (sdr, ae, csm)


def test_a_team_paid_for_what_it_owns_has_no_trouble(checked):
    found = checked(team())

    assert says(found, "paid_on_what_others_refuse") == [
        "clear: No plan pays on what another role may refuse."
    ]
    assert says(found, "paid_outside_remit") == [
        "clear: Every component pays on work that its role owns."
    ]
    assert says(found, "roles_without_plan") == ["clear: Every role has a plan."]


@pytest.mark.parametrize("measure", ["meetings booked", "meetings_held", "MQL"])
def test_credit_for_what_the_seller_may_refuse_is_red(checked, measure):
    [found] = says(checked(team(sdr=f"pays_on: {measure}, each: 50")), "paid_on_what_others_refuse")

    assert found.startswith("red: sdr is paid on ")
    assert found.endswith(", which the taker may refuse.")


def test_the_other_source_is_named_where_meetings_set_are_paid(checked):
    found = checked(team(sdr="pays_on: meetings_set, each: 50"))

    [finding] = [f for f in found.findings if f.check == "paid_on_what_others_refuse"]

    assert "000-20" in finding.caveats[0]
    assert finding.place.line == 10
    assert finding.remedy == "Pay on `accepted_meetings` or `qualified_opportunities`."


def test_meetings_set_behind_a_gate_of_acceptance_are_amber(checked):
    gated = "pays_on: meetings_set, each: 50, gates: [{measure: acceptance_rate, at_least: 60%}]"

    assert says(checked(team(sdr=gated)), "paid_on_what_others_refuse") == [
        "amber: sdr is paid on meetings_set, which the taker may refuse, once enough of them are "
        "accepted."
    ]


def test_nobody_can_refuse_the_meetings_of_whoever_closes(checked):
    generalist = team(sdr="pays_on: meetings_set, each: 50").replace(
        "{is: SDR, plan: sdr}", "{is: AE/AM, plan: sdr}"
    )

    assert says(checked(generalist), "paid_on_what_others_refuse") == [
        "clear: No plan pays on what another role may refuse."
    ]


def test_pay_on_work_that_the_role_neither_owns_nor_assists_in_is_red(checked):
    assert says(checked(team(sdr="pays_on: closed_won_arr, rate: 1%")), "paid_outside_remit") == [
        "red: sdr is paid on closed_won_arr, a measure of closing, which it neither owns nor "
        "assists in."
    ]


def test_pay_on_nothing_but_work_the_role_assists_in_is_red(checked):
    text = team(csm="pays_on: expansion_arr, rate: 2%").replace(
        "owns: [onboarding, customer_success, renewal, expansion]", "owns: [customer_success]"
    )

    assert says(checked(text), "paid_outside_remit") == [
        "red: csm is paid on expansion_arr, a measure of expansion, in which it only assists, and "
        "on no work that it owns."
    ]


def test_pay_on_assisting_beside_own_work_or_as_an_overlay_is_a_note(checked):
    owns = "owns: [onboarding, customer_success, renewal, expansion]"
    beside = team(csm=KEPT + "}, more: {pays_on: expansion_arr, rate: 2%").replace(
        owns, "owns: [customer_success]"
    )
    overlay = team(csm="pays_on: expansion_arr, rate: 2%, credit: {to: overlay}").replace(
        owns, "owns: [customer_success]"
    )
    note = "note: csm is paid on expansion_arr, a measure of expansion, in which it only assists."

    assert says(checked(beside), "paid_outside_remit") == [note]
    assert says(checked(overlay), "paid_outside_remit") == [note]


def test_a_seller_paid_on_retention_is_a_note_that_names_both_sources(checked):
    found = checked(
        team(ae=WON + "}, kept: {pays_on: grr, kind: bonus, points: [{at: 90%, pays: 1}]")
    )

    [finding] = [f for f in found.findings if f.check == "paid_outside_remit"]

    assert str(finding.severity) == "note"
    assert finding.rules == ("000-20", "001-19")


@pytest.mark.parametrize("measure", ["profit", "team_attainment"])
def test_what_many_reach_together_is_nobody_elses_work(checked, measure):
    text = team(
        sdr=MEETINGS + f"}}, all: {{kind: bonus, pays_on: {measure}, points: [{{at: 1, pays: 1}}]"
    )

    assert says(checked(text), "paid_outside_remit") == [
        "clear: Every component pays on work that its role owns."
    ]


def test_managers_are_paid_for_the_work_of_those_they_lead(checked):
    text = team(ae="pays_on: closed_won_arr, rate: 1%").replace(
        "{is: AE, plan: ae}", "{is: VP Sales, plan: ae}"
    )

    assert says(checked(text), "paid_outside_remit")[0].startswith("clear")


def test_an_owned_function_on_which_nobody_is_paid_is_red(checked):
    found = checked(team(csm="pays_on: renewed_arr, rate: 2%"))
    [finding] = [one for one in found.findings if one.about.startswith("customer_success")]

    assert says(found, "unpaid_functions") == [
        "red: csm owns customer success, and no component of its plan pays on it.",
        "note: csm owns onboarding, and no component of its plan pays on it.",
    ]
    assert finding.remedy == (
        "Add a component that pays on a measure of customer success, such as nrr, grr or adoption."
    )


def test_onboarding_paid_within_net_retention_is_no_more_than_a_note(checked):
    assert says(checked(team()), "unpaid_functions") == [
        "note: csm owns onboarding, and no component of its plan pays on it."
    ]


def test_a_csm_is_paid_for_customer_success_by_any_measure_listed_for_the_role(checked):
    for measure in ("expansion_arr", "renewal_rate", "business_reviews_held"):
        said = says(checked(team(csm=f"pays_on: {measure}, each: 2")), "unpaid_functions")

        assert not any("customer success" in one for one in said)


def test_what_waits_for_the_retention_indicator_pays_for_onboarding_and_success(checked):
    half = "release: [{at: signing, share: 50%}, {at: retention_indicator, share: 50%}]"
    text = team(csm=f"pays_on: renewed_arr, rate: 2%, {half}")

    assert says(checked(text), "unpaid_functions") == [
        "clear: Every function that is owned is paid for in the plan of an owner."
    ]


def test_a_seller_without_sdrs_is_paid_for_qualifying_by_the_win(checked):
    text = (
        team(ae=WON + "}, first: {pays_on: onboarding_completed, each: 10")
        .replace("  sdr: {is: SDR, plan: sdr}\n", "")
        .replace(
            "{is: AE, plan: ae}",
            "{is: AE, plan: ae, owns: [prospecting, qualification, discovery, closing, onboarding]}",
        )
        .replace("owns: [onboarding, customer", "owns: [customer")
    )

    assert says(checked(text), "unpaid_functions") == [
        "clear: Every function that is owned is paid for in the plan of an owner."
    ]


def test_a_role_without_a_plan_leaves_open_whether_its_work_is_paid(checked):
    text = team().replace("{is: SDR, plan: sdr}", "{is: SDR}")

    assert says(checked(text), "roles_without_plan") == [
        "could not look: sdr has no plan where others have one. State `plan:`."
    ]
    assert (
        "could not look: Whether anybody is paid on qualification depends on sdr, without a plan. "
        "State `plan:` and its components."
    ) in says(checked(text), "unpaid_functions")


def test_a_plan_without_components_says_nothing_of_what_it_pays_on(checked):
    text = team().replace(f"components: {{meetings: {{{MEETINGS}}}}}", "components: {}")

    assert says(checked(text), "roles_without_plan") == [
        "could not look: The plan of sdr says nothing of what it pays on. State its `components:`."
    ]


@pytest.mark.parametrize(
    "check",
    [
        "coasting",
        "observable_indicator",
        "paid_on_expansion",
        "paid_on_new_arr_alone",
        "paid_on_renewal",
        "paid_on_what_others_refuse",
        "paid_outside_remit",
        "generalist_quotas",
        "one_number",
        "pay_at_target",
        "pay_weights",
        "quota_over_pay",
        "roles_without_plan",
        "two_quotas_on_one_measure",
        "unpaid_functions",
        "waiting_for_renewals",
    ],
)
def test_a_charter_that_is_silent_on_pay_is_not_called_sound(checked, check):
    assert says(checked("company: Acme\nroles: {ae: {is: AE}}\n"), check) == [
        "could not look: No role has a plan with components. State `plans:`, and `plan:` for each "
        "role."
    ]
