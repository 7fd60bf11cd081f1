"""Whether roles are defined, and whether titles, descriptions, ramps and tools agree with them."""

import pytest

from tests.check.conftest import says


def roles(*lines: str, more: str = "") -> str:
    return "company: Acme\nroles:\n" + "".join(f"  {line}\n" for line in lines) + more


# Entry, handoff, output


def test_a_role_of_ones_own_says_its_entry_and_its_output(checked):
    bare = checked(roles("fixer: {owns: [closing]}"))
    whole = checked(roles("fixer: {owns: [closing], entry: A deal stalls., output: Deals saved.}"))

    assert says(bare, "role_completeness") == [
        "amber: fixer states no entry point and no measurable output."
    ]
    assert says(whole, "role_completeness") == [
        "clear: Each role has an entry point and an output, or its kind has."
    ]


def test_a_role_that_only_leads_needs_no_entry_and_no_output(checked):
    leads = roles("lead: {owns: [management]}")
    sells = roles("lead: {owns: [management, closing]}")

    assert says(checked(leads), "role_completeness") == [
        "clear: Each role has an entry point and an output, or its kind has."
    ]
    assert says(checked(sells), "role_completeness") == [
        "amber: lead states no entry point and no measurable output."
    ]


def test_a_role_that_only_assists_needs_a_handoff_that_calls_it_in(checked):
    text = roles(
        "sdr: {is: SDR}",
        "ae: {is: AE}",
        "se: {is: SE, owns: [], assists: [technical_validation]}",
        more="handoffs:\n  - {from: sdr, to: ae, at: discovery}\n",
    )
    called = text + "  - {from: ae, to: se, at: technical_validation, returns: true}\n"

    assert says(checked(text), "role_completeness") == [
        "note: No handoff calls in se, and none comes from there."
    ]
    assert says(checked(called), "role_completeness") == [
        "clear: Each role has an entry point and an output, or its kind has."
    ]


# Job descriptions and titles


def described(text: str) -> str:
    said = "sdr: {is: SDR, job_description: {text: %s}}" % text  # noqa: UP031
    return roles(said, "ae: {is: AE}", "csm: {is: CSM}")


def test_a_job_description_that_speaks_of_anothers_work_is_shown_by_its_sentences(checked):
    found = checked(
        described('"Prospect into new accounts. Negotiate contracts and close deals under $10K."')
    )

    assert says(found, "job_descriptions") == [
        "amber: The job description of sdr speaks of closing, which ae owns: "
        '"Negotiate contracts and close deals under $10K".'
    ]


def test_a_job_description_that_speaks_of_two_functions_of_others_is_a_generalists(checked):
    found = checked(described('"Close deals. Hold business reviews."'))

    assert says(found, "job_descriptions") == [
        "red: The job description of sdr speaks of closing and customer success, which ae and csm "
        'own: "Close deals"; "Hold business reviews".'
    ]


def test_a_function_of_others_beside_work_of_nobody_is_no_more_than_amber(checked):
    found = checked(described('"Close deals. Resolve support tickets."'))

    assert says(found, "job_descriptions") == [
        "amber: The job description of sdr speaks of closing, which ae owns, and of support: "
        '"Close deals"; "Resolve support tickets".'
    ]


@pytest.mark.parametrize(
    "named_only",
    [
        "Look after a list of named accounts.",
        "Know who sits on the buying committee.",
        "Contracts wait for a security review.",
        "You have seen a champion leave, and an implementation fail.",
        "A weekly cadence, and clear next steps.",
    ],
)
def test_a_thing_that_is_named_without_a_verb_of_the_work_is_not_spoken_of(checked, named_only):
    assert says(checked(described(f'"{named_only}"')), "job_descriptions") == [
        "clear: sdr: no sentence speaks of others' work."
    ]


def test_a_job_description_that_speaks_of_work_nobody_owns_is_amber(checked):
    found = checked(described('"Resolve support tickets."'))

    assert says(found, "job_descriptions") == [
        'amber: The job description of sdr speaks of support: "Resolve support tickets".'
    ]


def test_a_job_description_of_the_roles_own_work_has_no_trouble(checked):
    found = checked(described('"Qualify inbound leads. Book meetings. You do not close deals."'))

    assert says(found, "job_descriptions") == ["clear: sdr: no sentence speaks of others' work."]


def test_without_job_descriptions_they_cannot_be_read(checked):
    assert says(checked(roles("sdr: {is: SDR}")), "job_descriptions") == [
        "could not look: No role has a `job_description:`."
    ]


def titled(pattern: str, role: str) -> str:
    return roles(
        "sdr: {is: SDR}",
        "ae: {is: AE}",
        "csm: {is: CSM}",
        "generalist: {is: AE/AM}",
        more=f'titles: {{"{pattern}": {role}}}\n',
    )


def test_a_title_that_means_a_role_without_common_work_is_amber(checked):
    assert says(checked(titled("Account Executive*", "sdr")), "title_kinds") == [
        'amber: The title "Account Executive*" means an AE by its words and is given to sdr, '
        "which is an SDR."
    ]


def test_a_title_that_means_a_neighbouring_role_is_a_note(checked):
    assert says(checked(titled("Account Manager*", "csm")), "title_kinds") == [
        'note: The title "Account Manager*" means an AM by its words and is given to csm, which '
        "is a CSM."
    ]


@pytest.mark.parametrize("title", ["Manager, Deal Desk*", "Team Lead, Sales Development"])
def test_a_title_that_names_what_is_led_is_a_leaders(checked, title):
    text = roles("boss: {is: sales manager}", more=f'titles: {{"{title}": boss}}\n')

    assert says(checked(text), "title_kinds") == [
        "clear: No title means another kind of role than it is given to."
    ]


def test_a_generalist_may_be_called_account_executive_where_there_is_none(checked):
    alone = roles("seller: {is: AE/AM}", more='titles: {"Account Executive*": seller}\n')
    elsewhere = roles(
        "seller: {is: AE/AM, segments: [smb]}",
        "ae: {is: AE, segments: [large]}",
        more='segments: {smb: {}, large: {}}\ntitles: {"Account Executive, SMB*": seller}\n',
    )
    beside = elsewhere.replace("[large]", "[smb, large]")

    for text in (alone, elsewhere):
        assert says(checked(text), "title_kinds") == [
            "clear: No title means another kind of role than it is given to."
        ]
    (said,) = says(checked(beside), "title_kinds")
    assert said.startswith('note: The title "Account Executive, SMB*" means an AE by its words')


def test_titles_that_mean_their_role_have_no_trouble(checked):
    assert says(checked(titled("*Account Executive*", "ae")), "title_kinds") == [
        "clear: No title means another kind of role than it is given to."
    ]
    assert says(checked(roles("ae: {is: AE}")), "title_kinds") == [
        "could not look: The charter states no `titles:`."
    ]


# SDR and BDR


def test_sdrs_and_bdrs_that_nothing_tells_apart_are_one_role(checked):
    found = checked(roles("sdr: {is: SDR}", "bdr: {is: BDR}"))

    assert says(found, "sdr_and_bdr") == [
        "amber: sdr and bdr work everywhere together, and neither `motion:` nor `kpis:` tells "
        "them apart."
    ]


def test_sdrs_and_bdrs_with_a_motion_or_segment_of_their_own_are_two_roles(checked):
    motion = roles("sdr: {is: SDR, motion: [inbound]}", "bdr: {is: BDR, motion: [named]}")
    kpis = roles("sdr: {is: SDR}", "bdr: {is: BDR, kpis: [named_account_pipeline]}")
    apart = roles(
        "sdr: {is: SDR, segments: [smb]}",
        "bdr: {is: BDR, segments: [large]}",
        more="segments: {smb: {}, large: {}}\n",
    )

    for text in (motion, kpis, apart):
        assert says(checked(text), "sdr_and_bdr") == [
            "clear: No SDR does a BDR's work, nor the other way round."
        ]


def test_an_sdr_on_named_accounts_and_a_bdr_on_inbound_do_each_others_work(checked):
    found = checked(roles("sdr: {is: SDR, motion: [named]}", "bdr: {is: BDR, motion: [inbound]}"))

    assert says(found, "sdr_and_bdr") == [
        "note: sdr works named accounts, which is a BDR's work in the source.",
        "note: bdr works inbound accounts, which is an SDR's work in the source.",
    ]


def test_a_company_without_either_has_nothing_to_tell_apart(checked):
    assert says(checked(roles("ae: {is: AE}")), "sdr_and_bdr") == [
        "does not apply: There are no SDRs and no BDRs."
    ]


# Ramps


def ramping(ramp: str, segment: str = "") -> str:
    return roles(f"ae: {{is: AE, ramp: {ramp}}}", more=f"segments: {{main: {{{segment}}}}}\n")


def test_a_ramp_shorter_than_the_range_is_amber_and_a_longer_one_a_note(checked):
    assert says(checked(ramping("30 days")), "ramps") == [
        "amber: The ramp of ae is 30 days; the range of the source is 90 to 180 days."
    ]
    assert says(checked(ramping("300 days")), "ramps") == [
        "note: The ramp of ae is 300 days; the range of the source is 90 to 180 days."
    ]
    assert says(checked(ramping("120 days")), "ramps") == [
        "clear: The ramp of ae fits the role and its sales cycle."
    ]


def test_six_months_are_not_past_180_days_and_nine_are_270(checked):
    nine = ramping("270 days", "size: enterprise, acv: 250000")

    for text in (ramping("6 months"), ramping("2 quarters"), nine):
        assert says(checked(text), "ramps") == [
            "clear: The ramp of ae fits the role and its sales cycle."
        ]
    assert says(checked(ramping("7 months")), "ramps") == [
        "note: The ramp of ae is 210 days; the range of the source is 90 to 180 days."
    ]


def test_a_long_sales_cycle_explains_a_long_ramp_and_forbids_a_short_one(checked):
    long, short = (
        ramping("300 days", "sales_cycle: 300 days"),
        ramping("120 days", "sales_cycle: 300 days"),
    )

    assert says(checked(long), "ramps") == [
        "clear: The ramp of ae fits the role and its sales cycle."
    ]
    assert says(checked(short), "ramps") == [
        "amber: The ramp of ae is 120 days; the median sales cycle in main is 300 days."
    ]


def test_an_enterprise_ae_has_a_range_of_its_own(checked):
    assert says(checked(ramping("200 days", "size: enterprise")), "ramps") == [
        "clear: The ramp of ae fits the role and its sales cycle."
    ]


def test_an_ae_on_large_deals_is_not_held_against_quota_before_month_nine(checked):
    found = checked(ramping("200 days", "size: enterprise, acv: 250000"))

    assert says(found, "ramps") == [
        "amber: The ramp of ae is 200 days; on deals of 200,000 USD and more in main, an AE is "
        "held against quota from month 9."
    ]


def test_without_a_stated_ramp_there_is_nothing_to_compare(checked):
    assert says(checked(roles("ae: {is: AE}")), "ramps") == [
        "could not look: No role states its `ramp:`."
    ]


# Tools


SDR_STACK = "sales_engagement, enrichment, social_selling, crm"


def test_seats_that_a_role_does_not_need_are_shown_with_their_price(checked):
    found = checked(
        roles(
            f"sdr: {{is: SDR, headcount: 7, tools: [{SDR_STACK}, Cockpit]}}",
            more="tools: {Cockpit: {is: cpq, per_seat: 1199.99}}\n",
        )
    )

    assert says(found, "tools") == [
        "amber: sdr is given Cockpit, which its kind does not work with: 8,399.93 USD a year for "
        "7 people at 1,199.99 USD a seat."
    ]


def test_a_tool_without_a_price_that_is_not_needed_is_a_note(checked):
    assert says(checked(roles(f"sdr: {{is: SDR, tools: [{SDR_STACK}, cpq]}}")), "tools") == [
        "note: sdr is given cpq, which its kind does not work with."
    ]


def test_a_usual_tool_that_is_missing_is_a_note(checked):
    assert says(
        checked(roles("sdr: {is: SDR, tools: [sales_engagement, enrichment, crm]}")), "tools"
    ) == ["note: sdr names no tool for social selling, which its kind works with."]


def test_a_role_with_the_tools_of_its_kind_has_no_trouble(checked):
    assert says(checked(roles(f"sdr: {{is: SDR, tools: [{SDR_STACK}]}}")), "tools") == [
        "clear: sdr: the tools of the kind and no others."
    ]
    assert says(checked(roles("sdr: {is: SDR}")), "tools") == [
        "could not look: No role of a kind names its `tools:`."
    ]
