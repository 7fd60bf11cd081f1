"""Whether handoffs are declared where work passes, and say what they have to."""

from tests.check.conftest import says

ROLES = """
company: Acme
roles:
  sdr: {is: SDR}
  ae: {is: AE}
  csm: {is: CSM, owns: [onboarding, customer_success, renewal, expansion]}
outside: [support]
nobody: [technical_validation, deal_desk]
"""
TO_AE = """
  - from: sdr
    to: ae
    at: discovery
    offered: {object: Event}
    accepted: {object: Opportunity, field: SAO_Date__c}
    requires: {company_background: Account.Description, pain_points: Opportunity.Pain__c,
               stakeholders: OpportunityContactRole, trigger: Opportunity.Trigger__c}
    decide_within: 1 business day
"""
TO_CSM = """
  - from: ae
    to: csm
    at: onboarding
    offered: {object: Task}
    accepted: {object: Account, field: Accepted__c}
    requires: {products: OpportunityLineItem, key_contacts: OpportunityContactRole,
               goals: Account.Goals__c}
    decide_within: 2 business days
"""
BOTH = f"{ROLES}handoffs:{TO_AE}{TO_CSM}"
PAID = """
plans:
  sdr: {ote: 80000, pay_mix: 70/30}
  ae: {ote: 200000, pay_mix: 50/50}
  csm: {ote: 120000, pay_mix: 80/20}
"""


def with_plans(text: str, **plans: str) -> str:
    named = {"sdr": "sdr", "ae": "ae", "csm": "csm"} | plans
    for role, plan in named.items():
        for kind in ("SDR", "AE", "CSM"):
            text = text.replace(f"{role}: {{is: {kind}", f"{role}: {{is: {kind}, plan: {plan}")
    return text + PAID


# Where work passes


def test_work_that_passes_without_a_handoff_is_found_for_each_pair_of_roles(checked):
    found = checked(ROLES)

    assert says(found, "undeclared_handoffs") == [
        "amber: Work passes from sdr to ae at discovery, and no handoff is declared there.",
        "amber: Work passes from ae to csm at onboarding, and no handoff is declared there.",
    ]


def test_handoffs_declared_wherever_work_passes_are_enough(checked):
    found = checked(BOTH)

    assert says(found, "undeclared_handoffs") == [
        "clear: A handoff is declared wherever work passes between two roles."
    ]


def test_one_seller_for_everything_passes_nothing_on(checked):
    found = checked("""
company: Acme
roles:
  seller: {is: AE/AM, owns: [prospecting, qualification, discovery, closing, onboarding,
                             customer_success, renewal, expansion]}
""")

    assert says(found, "undeclared_handoffs") == [
        "does not apply: No work passes from one role to another."
    ]
    assert says(found, "in_name_only") == [
        "does not apply: No work passes from one role to another."
    ]


def test_a_handoff_for_one_segment_leaves_the_other_without(checked):
    text = BOTH.replace("roles:", "segments: {smb: {}, enterprise: {}}\nroles:")
    found = checked(text.replace("at: discovery", "at: discovery\n    segments: [smb]"))

    assert says(found, "undeclared_handoffs") == [
        "amber: Work passes from sdr to ae at discovery in enterprise, and no handoff is declared "
        "there."
    ]


def test_expansion_that_changes_hands_after_the_first_term_needs_a_handoff(checked):
    roles = """
company: Acme
roles:
  ae: {is: AE, owns: {prospecting: {}, qualification: {}, discovery: {}, closing: {},
                      onboarding: {}, customer_success: {}, renewal: {},
                      expansion: {account_age: first_term}}}
  am: {is: AM, owns: {expansion: {account_age: later_terms}}}
"""
    to_am = "handoffs: [{from: ae, to: am, at: expansion, account_age: later_terms}]"

    assert says(checked(roles), "undeclared_handoffs") == [
        "amber: Work passes from ae to am at expansion in the later terms, and no handoff is "
        "declared there."
    ]
    assert says(checked(roles + to_am), "undeclared_handoffs") == [
        "clear: A handoff is declared wherever work passes between two roles."
    ]


def test_an_account_manager_may_get_the_account_from_seller_or_success(checked):
    roles = BOTH.replace(", expansion]}", "]}\n  am: {is: AM}")

    assert says(checked(roles), "undeclared_handoffs") == [
        "amber: Work passes from csm or ae to am at expansion, and no handoff is declared there."
    ]
    assert says(
        checked(f"{roles}\n  - {{from: csm, to: am, at: expansion}}"), "undeclared_handoffs"
    ) == ["clear: A handoff is declared wherever work passes between two roles."]


def test_a_missing_handoff_to_the_deal_desk_is_a_note_and_to_the_se_of_a_technical_sale_amber(
    checked,
):
    text = BOTH.replace("nobody: [technical_validation, deal_desk]", "").replace(
        "roles:", "segments: {large: {technical_sale: true}}\nroles:\n  se: {is: SE}\n"
        "  desk: {is: deal desk}"
    )  # fmt: skip

    assert says(checked(text), "undeclared_handoffs") == [
        "amber: Work passes from ae to se at technical validation, and no handoff is declared "
        "there.",
        "note: Work passes from ae to desk at deal desk, and no handoff is declared there.",
    ]


def test_a_handoff_to_a_role_that_does_not_own_the_work_contradicts_the_charter(checked):
    found = checked(BOTH.replace("at: onboarding", "at: closing"))

    assert says(found, "misplaced_handoffs") == [
        "red: The handoff ae to csm is to csm, which does not own closing."
    ]


def test_a_handoff_where_work_passes_is_in_its_place(checked):
    assert says(checked(BOTH), "misplaced_handoffs") == [
        "clear: Each declared handoff is where work passes."
    ]


def test_a_handoff_between_roles_of_different_segments_contradicts_the_charter(checked):
    found = checked(
        BOTH.replace("roles:", "segments: {smb: {}, enterprise: {}}\nroles:")
        .replace("{is: SDR}", "{is: SDR, segments: [smb]}")
        .replace("{is: AE}", "{is: AE, segments: [enterprise]}")
    )

    assert "red: The handoff sdr to ae: sdr and ae work in no segment together." in says(
        found, "misplaced_handoffs"
    )


def test_a_handoff_to_a_role_that_only_assists_says_that_work_comes_back(checked):
    assists = BOTH.replace("nobody: [technical_validation, deal_desk]", "").replace(
        "{is: AE}", "{is: AE, owns: [discovery, closing, technical_validation]}\n"
        "  se: {is: SE, owns: [], assists: [technical_validation]}"
    )  # fmt: skip
    one_way = f"{assists}\n  - {{from: ae, to: se, at: technical_validation}}"

    assert says(checked(one_way), "misplaced_handoffs") == [
        "amber: The handoff ae to se is to se, which assists in technical validation and does not "
        "own it; the handoff does not say `returns: true`."
    ]
    assert says(
        checked(one_way.replace("validation}", "validation, returns: true}")), "misplaced_handoffs"
    ) == ["clear: Each declared handoff is where work passes."]


# What a handoff says


def test_an_sdr_that_passes_on_nothing_is_red_and_one_that_passes_on_less_amber(checked):
    bare = f"{ROLES}handoffs: [{{from: sdr, to: ae, at: discovery}}]"
    less = (
        f"{ROLES}handoffs: [{{from: sdr, to: ae, at: discovery, requires: {{pain: Lead.Pain__c}}}}]"
    )

    assert says(checked(bare), "handoff_fields") == [
        "red: The handoff sdr to ae requires 0 of 4 facts: company, pain, trigger and stakeholders "
        "are not among them."
    ]
    assert says(checked(less), "handoff_fields") == [
        "amber: The handoff sdr to ae requires 1 of 4 facts: company, trigger and stakeholders are "
        "not among them."
    ]


def test_a_named_document_is_more_than_nothing(checked):
    found = checked(f"{ROLES}handoffs: [{{from: sdr, to: ae, at: discovery, document: Summary}}]")

    (said,) = says(found, "handoff_fields")
    assert said.startswith("amber: The handoff sdr to ae requires 0 of 4 facts")


def test_the_handoff_to_customer_success_wants_products_contacts_and_goals(checked):
    found = checked(BOTH.replace("products: OpportunityLineItem, ", ""))

    assert says(found, "handoff_fields") == [
        "amber: The handoff ae to csm requires 2 of 3 facts: purchased products is not among them."
    ]


def test_handoffs_that_require_all_facts_have_no_trouble(checked):
    assert says(checked(BOTH), "handoff_fields") == [
        "clear: Each handoff requires the facts it should."
    ]


def test_a_company_may_ask_for_fewer_facts_and_say_why(checked):
    found = checked(
        BOTH.replace("trigger: Opportunity.Trigger__c", "").replace("Role, }", "Role}")
        + "\nbenchmarks: {handoff_summary_fields: {value: 3, because: inbound has no trigger}}"
    )

    assert says(found, "handoff_fields") == ["clear: Each handoff requires the facts it should."]


def test_a_handoff_without_record_acceptance_or_time_limit_says_what_it_lacks(checked):
    found = checked(
        f"{ROLES}handoffs:\n"
        "  - {from: sdr, to: ae, at: discovery, offered: {object: Event}}\n"
        "  - {from: ae, to: csm, at: onboarding, decide_within: 1 day}\n"
    )

    assert says(found, "handoff_record") == [
        "amber: The handoff sdr to ae states no record of its acceptance and no time limit.",
        "note: The handoff ae to csm states no record of any of its steps.",
    ]


def test_other_handoffs_have_to_require_something(checked):
    desk = BOTH.replace(", deal_desk]", "]").replace("  ae:", "  desk: {is: deal desk}\n  ae:")
    found = checked(f"{desk}\n  - {{from: ae, to: desk, at: deal_desk, returns: true}}\n")

    assert says(found, "handoff_record") == [
        "note: The handoff ae to desk states no record of any of its steps, no time limit and no "
        "required field."
    ]
    assert says(found, "handoff_fields") == ["clear: Each handoff requires the facts it should."]


def test_a_role_of_ones_own_that_prospects_passes_on_what_an_sdr_would(checked):
    found = checked(
        ROLES.replace("{is: SDR}", "{owns: [prospecting, qualification]}")
        + "handoffs: [{from: sdr, to: ae, at: discovery}]"
    )

    (said,) = says(found, "handoff_fields")
    assert said.startswith("red: The handoff sdr to ae requires 0 of 4 facts")


def test_handoffs_with_steps_acceptance_and_time_limit_have_no_trouble(checked):
    assert says(checked(BOTH), "handoff_record") == [
        "clear: Each handoff states its steps, acceptance and time limit."
    ]


def test_a_charter_without_handoffs_cannot_be_asked_about_them(checked):
    found = checked(ROLES)

    for check in ("misplaced_handoffs", "handoff_fields", "handoff_record", "expansion_leads"):
        assert says(found, check) == ["could not look: The charter states no `handoffs:`."]


# Specialised in name only


def test_roles_without_workflow_document_and_plan_of_their_own_are_specialised_in_name_only(
    checked,
):
    found = checked(with_plans(f"{ROLES}handoffs:{TO_CSM}", sdr="ae"))

    assert says(found, "in_name_only") == [
        "red: Between sdr and ae there is no CRM workflow, no handoff document and no comp plan of "
        "its own (sdr and ae are on the plan ae): 3 of the 3 things that change with a "
        "specialisation."
    ]


def test_roles_that_lack_one_of_the_three_are_amber(checked):
    found = checked(with_plans(BOTH, sdr="ae"))

    assert says(found, "in_name_only") == [
        "amber: Between sdr and ae there is no comp plan of its own (sdr and ae are on the plan "
        "ae): 1 of the 3 things that change with a specialisation."
    ]


def test_roles_with_all_three_are_specialised(checked):
    assert says(checked(with_plans(BOTH)), "in_name_only") == [
        "clear: Each pair of roles has its workflow, document and plans."
    ]


def test_a_charter_that_states_neither_handoffs_nor_plans_is_only_begun(checked):
    assert says(checked(ROLES), "in_name_only") == [
        "could not look: The charter states neither `handoffs:` nor `plans:`."
    ]


def test_where_roles_have_no_plan_yet_pay_stays_open(checked):
    said = says(checked(BOTH), "in_name_only")
    some = says(
        checked(with_plans(BOTH).replace("ae: {is: AE, plan: ae", "ae: {is: AE")), "in_name_only"
    )

    assert ("could not look: sdr and ae name no `plan:`, so the pay of sdr and ae is open.") in said
    assert "could not look: ae names no `plan:`, so the pay of sdr and ae is open." in some


def test_a_plan_that_is_not_written_yet_makes_nothing_red(checked):
    bare = f"{ROLES}handoffs: [{{from: sdr, to: ae, at: discovery}}]"
    [finding] = [
        one
        for one in checked(bare).findings
        if one.check == "in_name_only" and one.severity is not None
    ]

    assert str(finding.severity) == "amber"
    assert finding.says.startswith("Between sdr and ae there is no CRM workflow and no handoff")
    assert finding.remedy == (
        "Give their handoff `workflow:` or the records of its steps and `requires:` or `document:`."
    )
    assert finding.caveats == ("sdr and ae have no plan yet, so pay was left open.",)


def test_the_remedy_names_only_what_is_missing(checked):
    [finding] = [
        one
        for one in checked(with_plans(BOTH, sdr="ae")).findings
        if one.check == "in_name_only" and one.severity is not None
    ]

    assert finding.remedy == "Give sdr and ae each a `plan:` of its own."


def test_a_handoff_that_is_not_declared_is_told_once(checked):
    found = checked(with_plans(f"{ROLES}handoffs:{TO_CSM}"))

    assert says(found, "undeclared_handoffs")[0].startswith("amber: Work passes from sdr to ae")
    assert says(found, "in_name_only") == [
        "could not look: No handoff is declared between sdr and ae, so what it carries is not "
        "stated."
    ]


DESK = """
company: Acme
segments: {small: {}, large: {}}
roles:
  rep: {is: AE, segments: small, plan: rep}
  ae: {is: AE, segments: large, plan: ae}
  desk: {is: deal desk, plan: %s}
plans:
  ae: {ote: 200000, pay_mix: 50/50}
  rep: {ote: 100000, pay_mix: 50/50}
  desk: {ote: 90000, pay_mix: 90/10}
handoffs:
  - {from: rep, to: desk, at: deal_desk, returns: true%s}
  - {from: ae, to: desk, at: deal_desk, returns: true%s}
"""


def test_a_role_that_serves_several_is_looked_at_once_and_needs_no_plan_against_each(checked):
    assert says(checked(DESK % ("desk", "", "")), "in_name_only") == [
        "amber: Between rep or ae and desk there is no CRM workflow and no handoff document: 2 of "
        "the 3 things that change with a specialisation."
    ]
    told = ", document: Quote form, workflow: Approvals"
    assert says(checked(DESK % ("ae", told, told)), "in_name_only") == [
        "clear: Each pair of roles has its workflow, document and plans."
    ]


# Sign-offs, expansion, first renewal


TECHNICAL = """
company: Acme
segments: {large: {technical_sale: true}}
roles: {ae: {is: AE}, se: {is: SE}}
"""


def test_a_technical_sale_wants_the_sales_engineers_signature_before_legal_work(checked):
    signed = "sign_offs: [{by: se, of: integration feasibility, before: legal review}]"

    assert says(checked(TECHNICAL), "sign_off_before_legal") == [
        "note: se signs nothing off before legal work in large."
    ]
    assert says(checked(TECHNICAL + signed), "sign_off_before_legal") == [
        "clear: A sales engineer signs off in each technical sale."
    ]
    assert says(checked(ROLES), "sign_off_before_legal") == [
        "does not apply: No segment is a technical sale with an SE in it."
    ]


def test_who_looks_after_customers_passes_chances_to_sell_on_or_sells(checked):
    am = BOTH.replace(", expansion]}", "]}\n  am: {is: AM}")
    from_ae = f"{am}\n  - {{from: ae, to: am, at: expansion}}"

    assert says(checked(from_ae), "expansion_leads") == [
        "note: csm owns customer success, am owns expansion, and no handoff says how a chance to "
        "sell more passes."
    ]
    assert says(checked(BOTH), "expansion_leads") == [
        "clear: Whoever finds a chance to sell more owns it or passes it on."
    ]


def test_an_account_that_changes_hands_after_its_first_term_needs_the_terms_length(checked):
    text = """
company: Acme
segments: {large: {%s}}
roles:
  ae: {is: AE, owns: {closing: {}, expansion: {account_age: first_term}}}
  am: {is: AM, owns: {expansion: {account_age: later_terms}}}
"""

    assert says(checked(text % ""), "first_renewal") == [
        "note: Accounts in large pass from ae to am after their first term, and its length is not "
        "stated; the source takes 12 months."
    ]
    assert says(checked(text % "first_term: 24 months"), "first_renewal") == [
        "clear: The first term of 1 segment is stated."
    ]
    assert says(checked(BOTH), "first_renewal") == [
        "does not apply: No account changes hands at the end of a first term."
    ]


def test_a_finding_about_a_handoff_gives_its_line(checked):
    found = checked(f"{ROLES}handoffs:\n  - {{from: sdr, to: ae, at: discovery}}\n")

    (fields,) = [one for one in found.findings if one.check == "handoff_fields"]

    assert fields.place is not None
    assert fields.place.line == 10
    assert fields.limit is not None
    assert fields.limit.source.rule == "003-50"
