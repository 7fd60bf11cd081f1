"""The role catalogue: twelve kinds of role, their duties, titles and customers by size."""

from __future__ import annotations

import fnmatch
import re
from importlib import resources
from itertools import pairwise

import pytest
from pydantic import ValidationError

from remit.benchmarks import benchmarks
from remit.charter.catalogue import (
    RoleKind,
    customer_sizes,
    functions_spoken_of,
    kind_of_title,
    role_kinds,
    tool_kinds,
)
from remit.compensation.measures import measured
from remit.rules import rules
from remit.terms import Function, Standing

EVERY_KIND = {
    "SDR", "BDR", "AE", "AE/AM", "AM", "SE", "CSM", "CSM/AM", "deal desk", "sales manager",
    "VP Sales", "CRO",
}  # fmt: skip

each_kind = pytest.mark.parametrize("kind", list(role_kinds().values()), ids=lambda k: k.kind)
each_size = pytest.mark.parametrize("size", list(customer_sizes().values()), ids=lambda s: s.name)


# The kinds


def test_the_catalogue_holds_twelve_kinds_in_the_order_of_the_cycle():
    kinds = list(role_kinds())

    assert set(kinds) == EVERY_KIND
    assert kinds.index("SDR") < kinds.index("AE") < kinds.index("CSM") < kinds.index("CRO")


def test_each_kind_is_one_file_and_no_two_files_state_the_same_kind():
    files = [
        file.name
        for file in resources.files("remit.charter").joinpath("roles").iterdir()
        if file.name.endswith(".yaml")
    ]

    assert len(files) == len(role_kinds())
    assert {f"{re.sub('[ /]', '_', kind.lower())}.yaml" for kind in role_kinds()} == set(files)


@each_kind
def test_a_role_says_when_work_comes_when_it_goes_and_what_is_measured(kind):
    for sentence in (kind.about, kind.entry, kind.output):
        assert sentence.strip().endswith(".")
    assert kind.kpis
    assert kind.duties


@each_kind
def test_work_is_passed_to_a_kind_that_is_there_and_at_a_function_of_one_of_the_two(kind):
    assert bool(kind.handoff) == (kind.kind != "CRO")
    for passed in kind.handoff:
        taker = role_kinds()[passed.to]
        assert passed.at in taker.owns + taker.assists
        assert passed.when.strip().endswith(".")


@each_kind
def test_what_a_role_does_lies_inside_what_it_owns_and_assists(kind):
    allowed = {*kind.owns, *kind.assists, Function.INTERNAL}

    assert {duty.function for duty in kind.duties} <= allowed
    assert set(kind.owns) <= {duty.function for duty in kind.duties}


@each_kind
def test_what_a_role_leaves_to_others_is_not_its_own(kind):
    assert {duty.function for duty in kind.leaves} & set(kind.owns) == set()


@each_kind
def test_a_role_is_measured_by_known_measures_and_tied_to_known_benchmarks_and_tools(kind):
    assert set(kind.kpis) <= set(measured())
    assert set(kind.bands) <= set(benchmarks())
    assert set(kind.ramp) <= set(benchmarks())
    assert set(kind.tools) <= set(tool_kinds())


@each_kind
def test_the_first_measure_is_of_work_that_the_role_owns_or_leads_others_in(kind):
    leads = kind.assists if Function.MANAGEMENT in kind.owns else ()

    assert set(measured()[kind.kpis[0]].functions) & {*kind.owns, *leads}


@each_kind
def test_no_role_is_measured_first_on_what_another_role_may_refuse(kind):
    assert not measured()[kind.kpis[0]].refusable


@each_kind
def test_a_role_cites_rules_that_exist_and_names_the_fields_that_no_source_states(kind):
    assert {*kind.rules, *kind.also} <= set(rules())
    assert not set(kind.rules) & set(kind.also)
    assert set(kind.own) <= set(RoleKind.model_fields)
    assert "titles" in kind.own


@each_kind
def test_a_first_hire_is_remits_own_convention_exactly_where_no_rule_says_when(kind):
    hire = kind.first_hire

    assert set(hire.rules) <= set(rules())
    assert (hire.standing is Standing.CONVENTION) == (not hire.rules)
    assert (hire.standing is Standing.CONVENTION) == ("first_hire" in kind.own)


def test_the_duties_are_as_many_as_the_source_lists():
    listed = {"SDR": 5, "AE": 6, "SE": 5, "CSM": 5, "sales manager": 5}

    assert {kind: len(role_kinds()[kind].duties) for kind in listed} == listed


def test_a_word_the_catalogue_does_not_know_is_refused():
    stated = {**role_kinds()["SDR"].model_dump(), "quota": 12}

    with pytest.raises(ValidationError, match="quota"):
        RoleKind.model_validate(stated)


def test_each_kind_of_tool_says_what_it_does_and_some_role_works_with_it():
    used = {tool for kind in role_kinds().values() for tool in kind.tools}

    assert all(does.endswith(".") for does in tool_kinds().values())
    assert set(tool_kinds()) - used == {"support_desk"}


# Titles

TITLES = {
    "SDR": [
        "SDR",
        "Senior SDR",
        "SDR II",
        "SDR, EMEA",
        "SDR/BDR",
        "Sales Development Representative",
        "Sales Development Rep",
        "Senior Sales Development Representative",
        "Outbound Sales Development Representative",
        "Inbound SDR",
        "Enterprise Sales Development Representative - DACH",
        "Sales Development Specialist",
        "Sales Development Associate",
        "Lead Development Representative",
        "Lead Generation Specialist",
        "Lead Qualification Representative",
        "Sales Development Intern",
    ],
    "BDR": [
        "BDR",
        "Enterprise BDR",
        "BDR - UK&I",
        "Business Development Representative",
        "Senior Business Development Representative",
        "Business Development Associate",
        "Business Development Executive",
        "Account Development Representative",
        "Market Development Representative",
    ],
    "AE": [
        "AE",
        "Enterprise AE",
        "AE II",
        "Account Executive",
        "Account Executive II",
        "Enterprise Account Executive",
        "Senior Account Executive, Mid-Market",
        "Strategic Account Executive",
        "Commercial Account Executive",
        "SMB Account Executive (German speaking)",
        "Named Account Executive",
        "Sales Executive",
        "Senior Sales Executive",
        "Field Sales Representative",
        "Enterprise Sales Representative",
        "Territory Manager",
        "New Business Executive",
        "New Logo Account Executive",
    ],
    "AE/AM": [
        "AE/AM",
        "Account Executive / Account Manager",
        "Account Manager & Account Executive",
        "Full-Cycle Account Executive",
        "Full Cycle AE",
        "Founding Account Executive",
        "Founding AE",
        "Hybrid Account Executive",
    ],
    "AM": [
        "Account Manager",
        "Key Account Manager",
        "Senior Account Manager",
        "Enterprise Account Manager, Nordics",
        "Global Account Manager",
        "Strategic Account Director",
        "Client Partner",
        "Relationship Manager",
        "Renewals Manager",
        "Expansion Account Executive",
        "Account Executive, Existing Business",
    ],
    "SE": [
        "Sales Engineer",
        "Senior Sales Engineer",
        "Solutions Engineer",
        "Principal Solution Engineer",
        "Solutions Consultant",
        "Solution Consultant, Presales",
        "Solutions Architect",
        "Pre-Sales Engineer",
        "Presales Consultant",
        "Technical Sales Specialist",
    ],
    "CSM": [
        "CSM",
        "Senior CSM",
        "Customer Success Manager",
        "Senior Customer Success Manager",
        "Customer Success Manager - Enterprise",
        "Customer Success Associate",
        "Customer Success Specialist",
        "Client Success Manager",
        "Onboarding Specialist",
        "Implementation Manager",
    ],
    "CSM/AM": [
        "CSM/AM",
        "Customer Success & Account Manager",
        "Account Manager, Customer Success",
        "Customer Account Manager",
    ],
    "deal desk": [
        "Deal Desk Analyst",
        "Deal Desk Manager",
        "Director, Deal Desk",
        "Pricing Analyst",
        "Deal Strategy Manager",
    ],
    "sales manager": [
        "Sales Manager",
        "Regional Sales Manager",
        "Enterprise Sales Manager",
        "Sales Director",
        "Director of Sales",
        "Director of Enterprise Sales",
        "SDR Manager",
        "SDR Team Lead",
        "BDR Manager",
        "Sales Development Manager",
        "Manager, Sales Development",
        "Senior Manager, Sales Development",
        "Director of Sales Development",
        "Head of Sales Development",
        "Manager, Business Development Representatives",
        "Manager, Account Executives",
        "Director, Account Management",
        "Sales Engineering Manager",
        "Director of Solutions Engineering",
        "Head of Presales",
        "Pre-Sales Manager",
        "Customer Success Team Lead",
        "Manager, Customer Success",
        "Director of Customer Success",
        "Head of Inside Sales",
        "VP of Sales Development",
    ],
    "VP Sales": [
        "VP Sales",
        "VP of Sales",
        "VP, Sales - EMEA",
        "SVP Sales",
        "Vice President, Sales",
        "Vice President of Global Sales",
        "Head of Sales",
        "Global Head of Sales",
        "Head of Sales, DACH",
    ],
    "CRO": [
        "CRO",
        "Chief Revenue Officer",
        "Interim Chief Revenue Officer",
        "Chief Commercial Officer",
        "VP Revenue",
        "CRO & Co-Founder",
    ],
}
OF_NO_KIND = [
    "Sales Operations Manager",
    "Director of Sales Operations",
    "VP Sales Operations",
    "VP, Revenue Operations",
    "Sales Enablement Manager",
    "Executive Assistant to the CRO",
    "Business Development Manager",
    "Technical Account Manager",
    "Channel Sales Manager",
    "Partner Account Manager",
    "Inside Sales Representative",
    "VP Customer Success",
    "Customer Support Engineer",
    "Software Development Team Lead",
    "Aerospace Engineer",
    "Systems Engineer",
    "Product Manager",
    "Office Manager",
    "Chief Executive Officer",
    "Nurse",
    "",
]


@pytest.mark.parametrize(
    ("title", "kind"), [(title, kind) for kind, titles in TITLES.items() for title in titles]
)
def test_a_title_from_the_world_means_one_kind_of_role(title, kind):
    assert kind_of_title(title) == kind
    assert kind_of_title(title.upper()) == kind


@pytest.mark.parametrize("title", OF_NO_KIND)
def test_a_title_that_is_no_kind_or_could_be_several_means_none(title):
    assert kind_of_title(title) is None


def test_the_table_of_titles_holds_every_kind_and_more_than_eighty_titles():
    assert set(TITLES) == set(role_kinds())
    assert sum(map(len, TITLES.values())) > 80


@each_kind
def test_every_pattern_of_a_kind_names_that_kind_when_read_as_a_title(kind):
    for pattern in kind.titles:
        assert kind_of_title(pattern.replace("*", " west ")) == kind.kind, pattern


def test_two_kinds_that_fit_alike_give_no_answer_rather_than_the_first():
    assert kind_of_title("CSM or SDR") is None


def test_patterns_without_the_rule_of_most_letters_would_mix_up_leaders_and_their_teams():
    fits = [
        kind.kind
        for kind in role_kinds().values()
        for pattern in kind.titles
        if fnmatch.fnmatchcase("sales development manager", pattern.lower())
    ]

    assert {"SDR", "sales manager"} <= set(fits)
    assert kind_of_title("Sales Development Manager") == "sales manager"


# Job descriptions

SENTENCES = [
    ("Conduct high-volume outbound prospecting via cold calls and email.", "prospecting"),
    ("Make 60+ cold calls per day into target accounts.", "prospecting"),
    ("Build your own pipeline through self-sourced outbound activity.", "prospecting"),
    ("Collaborate with marketing on account-based campaigns.", "prospecting"),
    ("Qualify inbound leads from marketing.", "qualification"),
    ("Schedule meetings for the Account Executives.", "qualification"),
    ("Run discovery calls with prospective customers.", "discovery"),
    ("Deliver compelling product demonstrations to executives.", "discovery"),
    ("Lead technical discovery and architect solutions.", "technical_validation"),
    ("Deliver technical demos and manage proofs of concept.", "technical_validation"),
    ("Respond to RFPs and security questionnaires.", "technical_validation"),
    ("Build non-standard quotes and pricing for complex deals.", "deal_desk"),
    ("Work with legal and finance on contracts.", "deal_desk"),
    ("Negotiate contracts and close new business.", "closing"),
    ("Consistently meet or exceed monthly quota.", "closing"),
    ("Lead customer onboarding and implementation projects.", "onboarding"),
    ("Transition closed accounts to the Customer Success team.", "onboarding"),
    ("Conduct quarterly business reviews with executive sponsors.", "customer_success"),
    ("Drive product adoption and customer health.", "customer_success"),
    ("Respond to customer support tickets and troubleshoot technical issues.", "support"),
    ("Resolve customer issues in a timely manner.", "support"),
    ("Own the renewal process for a portfolio of accounts.", "renewal"),
    ("Identify upsell and cross-sell opportunities.", "expansion"),
    ("Carry an expansion quota.", "expansion"),
    ("Coach and mentor a team of SDRs.", "management"),
    ("Hire, onboard and ramp new account executives.", "management"),
    ("Set quotas and territories for the team.", "management"),
    ("Maintain accurate records in Salesforce.", "internal"),
]


@pytest.mark.parametrize(("sentence", "function"), SENTENCES)
def test_a_sentence_of_a_job_description_speaks_of_one_function(sentence, function):
    assert functions_spoken_of(sentence) == (function,)


def test_a_sentence_may_speak_of_several_functions_in_the_order_of_the_cycle():
    spoken = functions_spoken_of("Own the full sales cycle, from prospecting to renewals.")

    assert spoken == (Function.PROSPECTING, Function.CLOSING, Function.RENEWAL)


@pytest.mark.parametrize(
    "sentence",
    [
        "SDRs do not close deals.",
        "You will work with the customer success team.",
        "You have three years of experience in software.",
        "We offer competitive benefits and pricing transparency.",
        "",
    ],
)
def test_a_sentence_that_denies_work_or_speaks_of_none_is_of_no_function(sentence):
    assert functions_spoken_of(sentence) == ()


def test_not_only_is_no_denial():
    assert functions_spoken_of("You not only close deals.") == (Function.CLOSING,)


@each_kind
def test_each_duty_is_found_by_its_own_wordings_in_its_own_sentence(kind):
    for duty in (*kind.duties, *kind.leaves):
        assert any(re.search(said, duty.does, re.IGNORECASE) for said in duty.said_as), duty.does
        assert duty.function in functions_spoken_of(duty.does)


# Customers by size


def test_sizes_run_from_very_small_to_enterprise_and_are_all_remits_own():
    assert list(customer_sizes()) == ["very_small", "smb", "mid_market", "enterprise"]
    for size in customer_sizes().values():
        assert size.standing is Standing.CONVENTION
        assert "004-08" in size.rules
        assert set(size.rules) <= set(rules())


@each_size
def test_every_function_is_owned_by_a_role_that_is_there_or_said_to_be_owned_by_none(size):
    assert set(size.owners) == set(Function)
    assert set(size.owners.values()) <= {*size.roles, "outside", "nobody"}
    assert {*size.roles, *size.optional} <= set(role_kinds())
    assert not set(size.roles) & set(size.optional)


@each_size
def test_every_role_of_a_size_owns_something_there(size):
    assert set(size.roles) <= set(size.owners.values())


@each_size
def test_a_role_owns_at_a_size_only_what_its_kind_owns_or_assists(size):
    for function, owner in size.owners.items():
        if owner in role_kinds():
            assert function in role_kinds()[owner].owns + role_kinds()[owner].assists


@each_size
def test_work_changes_hands_wherever_the_owner_changes_on_the_way_to_a_customer(size):
    passed = {(point.giver, point.taker) for point in size.handoffs}
    way = ("qualification", "discovery", "technical_validation", "closing", "onboarding")
    owners = [size.owners[function] for function in way if size.owners[function] in role_kinds()]

    for giver, taker in pairwise(owners):
        assert giver == taker or (giver, taker) in passed
    for giver, taker in passed:
        assert {giver, taker} <= set(size.roles)


def test_mid_market_follows_the_five_steps_and_very_small_customers_need_no_handoff():
    assert [(p.giver, p.taker) for p in customer_sizes()["mid_market"].handoffs] == [
        ("SDR", "AE"),
        ("AE", "SE"),
        ("SE", "AE"),
        ("AE", "CSM"),
    ]
    assert customer_sizes()["very_small"].handoffs == ()
