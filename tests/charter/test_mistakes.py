"""Each kind of mistake is told where it stands, in the charter's words, with the nearest fix."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest

# Words and types


def test_an_unknown_word_is_told_with_its_line_its_column_and_the_nearest_word(refused):
    problems = refused(
        """\
        company: Acme
        roles:
          sdr: {is: SDR}
          ae:
            is: AE
            onws: [closing]
        """,
        short=False,
    )

    assert problems == [
        "charter.yaml:6:5  roles.ae.onws: the charter has no such word here.\n"
        '    Did you mean "owns"? Words here: owns, tools, works, motion, is, headcount, '
        "reports_to, kpis and 8 more."
    ]


def test_an_unknown_word_at_the_top_gets_the_words_of_the_top(refused):
    (problem,) = refused(
        """\
        company: Acme
        roles: {ae: {is: AE}}
        fiscal_year: February
        """,
        short=False,
    )

    assert problem.startswith("charter.yaml:3:1  fiscal_year: the charter has no such word here.")
    assert 'Did you mean "fiscal_year_starts"? Words here: fiscal_year_starts, ' in problem
    assert re.search(r" and \d+ more\.$", problem)
    assert len(problem) < 250


def test_a_missing_word_is_told_at_the_block_that_lacks_it(refused):
    assert refused(
        """\
        company: Acme
        roles:
          ae: {owns: [closing]}
        titles: {"Account*": {segment: mid}}
        segments: {mid: {}}
        """
    ) == ["charter.yaml:4:22  titles.Account*.role: is missing.\n    Add it."]


def test_a_role_that_says_neither_its_kind_nor_what_it_owns_is_told_both_words(refused):
    assert refused("company: Acme\nroles: {ae: {segments: []}}\n") == [
        "charter.yaml:2:13  roles.ae: says neither what it `is:` nor what it `owns:`."
    ]


def test_a_misspelt_word_is_one_problem_not_also_a_missing_one(refused):
    assert refused(
        """\
        compny: Acme
        roles: {ae: {is: AE}}
        """
    ) == [
        'charter.yaml:1:1  compny: the charter has no such word here.\n    Did you mean "company"?'
    ]


@pytest.mark.parametrize(
    ("stated", "problem"),
    [
        (
            "week_hours: many",
            "charter.yaml:3:13  week_hours: must be a number, such as 0.25.\n    It says 'many' now.",
        ),
        (
            "week_hours: true",
            "charter.yaml:3:13  week_hours: must be a number, such as 0.25.\n    It says True now.",
        ),
        (
            "week_hours: 1e999",
            "charter.yaml:3:13  week_hours: must be a number, such as 0.25.\n    It says inf now.",
        ),
        (
            "week_hours: 90",
            "charter.yaml:3:13  week_hours: must be at most 80.\n    It says 90 now.",
        ),
        (
            "privacy: {minimum_group: 2}",
            "charter.yaml:3:26  privacy.minimum_group: must be at least 3.\n    It says 2 now.",
        ),
        (
            "benchmarks: {minimum_group: {value: 2, because: we are few}}",
            "charter.yaml:3:37  benchmarks.minimum_group.value: is 2, which would show figures about "
            "fewer than 3 people.\n    Give 3 or more.",
        ),
        (
            "currency: usd",
            "charter.yaml:3:11  currency: is not written as it must be: three capital letters, "
            "such as USD.\n    It says 'usd' now.",
        ),
        (
            "segments:",
            "charter.yaml:3:10  segments: must be a block of `word: value` lines.\n"
            "    Nothing is there now.",
        ),
        (
            "titles: [ae]",
            "charter.yaml:3:9  titles: must be a block of `word: value` lines.",
        ),
        (
            "handoffs: {from: ae}",
            "charter.yaml:3:11  handoffs: must be a list.",
        ),
        (
            "outside: [[support]]",
            "charter.yaml:3:10  outside: must be a list of functions, or a block of "
            "`function: where` lines.",
        ),
        (
            "not_people: [7]",
            "charter.yaml:3:14  not_people.0: must be text.\n    It says 7 now.",
        ),
        (
            "not_people: 7",
            "charter.yaml:3:13  not_people: must be text.\n    It says 7 now.",
        ),
        (
            "deals: {kind: {field: Type}}",
            "charter.yaml:3:23  deals.kind.field: is not written as it must be: an object and its "
            "column, such as Opportunity.Type.\n    It says 'Type' now.",
        ),
        (
            "inbound: {LeadSource: [Web]}",
            "charter.yaml:3:11  inbound.LeadSource: is not written as it must be: an object and "
            "its column, such as Opportunity.Type.\n    It says 'LeadSource' now.",
        ),
        (
            "privacy: {individual_view: {basis: ' ', until: 2027-01-01}}",
            "charter.yaml:3:36  privacy.individual_view.basis: must not be empty.",
        ),
        (
            "privacy: {individual_view: {basis: consent, until: 31/12/2026}}",
            "charter.yaml:3:52  privacy.individual_view.until: '31/12/2026' is not a day written "
            "like 2026-03-31.",
        ),
        (
            "privacy: {individual_view: {basis: consent, until: 20261231}}",
            "charter.yaml:3:52  privacy.individual_view.until: '20261231' is not a day written "
            "like 2026-03-31.",
        ),
    ],
)
def test_a_value_of_the_wrong_type_is_told_with_what_it_must_be_and_what_it_is(
    refused, stated, problem
):
    assert refused(f"company: Acme\nroles: {{ae: {{is: AE}}}}\n{stated}\n") == [problem]


def test_what_is_said_now_is_cut_short_where_it_is_long(refused):
    digits = "9" * 5000

    (problem,) = refused(f"company: Acme\nroles: {{ae: {{is: AE}}}}\nweek_hours: {digits}\n")

    assert problem.endswith(f"It says '{'9' * 56}... now.")


# Functions, conditions, steps


def test_an_unknown_function_is_told_where_it_stands_in_the_list_with_the_nearest(refused):
    problems = refused(
        """\
        company: Acme
        roles:
          sdr: {is: SDR, owns: [prospectin, qualification, discvery]}
        """
    )

    assert problems == [
        "charter.yaml:3:25  roles.sdr.owns.0: 'prospectin' is not a function.\n"
        '    Did you mean "prospecting"?',
        "charter.yaml:3:52  roles.sdr.owns.2: 'discvery' is not a function.\n"
        '    Did you mean "discovery"?',
    ]


def test_an_unknown_function_is_told_wherever_functions_are_named(refused):
    problems = refused(
        """\
        company: Acme
        roles:
          ae: {is: AE, owns: {clsing: {}}}
        outside: suport
        nobody: [deal_dsk]
        deals: {stages: {Proposal: closng}}
        """
    )

    assert [problem.splitlines()[0] for problem in problems] == [
        "charter.yaml:3:23  roles.ae.owns.clsing: 'clsing' is not a function.",
        "charter.yaml:4:10  outside: 'suport' is not a function.",
        "charter.yaml:5:10  nobody.0: 'deal_dsk' is not a function.",
        "charter.yaml:6:28  deals.stages.Proposal: 'closng' is not a function.",
    ]


def test_a_meeting_can_only_be_seen_in_a_rule_that_there_is(refused, charter):
    text = """\
        company: Acme
        roles: {ae: {is: AE}, lead: {is: sales manager}}
        activities: {rules: [{name: one_to_ones, where: {Subject: "1:1*"}, is: internal}]}
        cadences: [{is: one_to_one, by: lead, with: ae, every: 1 week, seen_in: %s}]
        """

    assert refused(text % "one_to_one") == [
        'charter.yaml:4:73  cadences.0.seen_in: no activities rule is called "one_to_one".\n'
        '    Did you mean "one_to_ones"?'
    ]
    assert charter(text % "one_to_ones").cadences[0].seen_in == "one_to_ones"


def test_a_proof_of_concept_is_told_by_a_stage_or_by_a_column(refused, charter):
    text = "company: Acme\nroles: {ae: {is: AE}}\ndeals: {proof_of_concept: {%s}}\n"

    (problem,) = refused(text % "")

    assert problem.endswith("says neither a `stage` nor a `field`.")
    assert charter(text % "stage: POC").deals.proof_of_concept.stage == "POC"


def test_a_column_of_a_framework_is_written_with_its_object(refused):
    (problem,) = refused(
        "company: Acme\nroles: {ae: {is: AE}}\ndeals: {framework: {pain: Pain__c}}\n"
    )

    assert "deals.framework.pain: is not written as it must be: an object and its" in problem


def test_blocks_inside_a_list_of_functions_are_told_the_two_ways_to_write_it(refused):
    assert refused(
        """\
        company: Acme
        roles: {ae: {is: AE, owns: [{closing: {motion: inbound}}]}}
        """
    ) == [
        "charter.yaml:2:28  roles.ae.owns: must be a list of functions, or a block of "
        "`function: where` lines."
    ]


def test_an_account_age_or_a_motion_that_is_none_is_told_with_those_there_are(refused):
    problems = refused(
        """\
        company: Acme
        roles: {am: {is: AM, owns: {expansion: {account_age: [later_term], motion: inbund}}}}
        """,
        short=False,
    )

    assert problems == [
        "charter.yaml:2:55  roles.am.owns.expansion.account_age.0: 'later_term' is not possible "
        'here.\n    Did you mean "later_terms"? Possible: before_win, first_term, later_terms.',
        "charter.yaml:2:76  roles.am.owns.expansion.motion: 'inbund' is not possible here.\n"
        '    Did you mean "inbound"? Possible: inbound, named, outbound.',
    ]


def test_a_range_given_as_a_list_is_told_how_a_range_is_written(refused):
    assert refused(
        """\
        company: Acme
        segments: {mid: {where: {employees: [200, 2000]}}}
        roles: {ae: {is: AE}}
        """,
        short=False,
    ) == [
        "charter.yaml:2:37  segments.mid.where.employees: must be words, or a range such as "
        "`{at_least: 200, below: 2000}`."
    ]


def test_a_mistake_inside_a_range_is_one_problem(refused):
    problems = refused(
        """\
        company: Acme
        segments:
          small: {where: {employees: {at_leest: 5}}}
          mid: {where: {employees: {at_least: lots}}}
          none: {where: {employees: {at_least: 9, below: 5}}}
        roles: {ae: {is: AE}}
        """
    )

    assert problems == [
        "charter.yaml:3:31  segments.small.where.employees.at_leest: the charter has no such word "
        'here.\n    Did you mean "at_least"?',
        "charter.yaml:4:39  segments.mid.where.employees.at_least: must be a number, such as 0.25."
        "\n    It says 'lots' now.",
        "charter.yaml:5:50  segments.none.where.employees: must have at_least < below.",
    ]


def test_an_object_inside_where_is_told_to_stand_beside_it(refused):
    assert refused(
        """\
        company: Acme
        roles: {ae: {is: AE}}
        activities:
          rules:
            - {name: lists, where: {object: Task}, automated: true}
        """
    ) == [
        "charter.yaml:5:28  activities.rules.lists: says `object` inside `where:`; it goes beside it."
    ]


def test_an_activity_rule_that_decides_nothing_is_a_mistake(refused):
    assert refused(
        """\
        company: Acme
        roles: {ae: {is: AE}}
        activities: {rules: [{name: lists, where: {Type: List}}]}
        """
    ) == [
        "charter.yaml:3:22  activities.rules.lists: says neither what the work is (`is:`) nor that it "
        "is automated."
    ]


def test_minutes_stand_in_their_own_order_under_a_kind_that_exists(refused):
    problems = refused(
        """\
        company: Acme
        roles: {ae: {is: AE}}
        activities:
          minutes:
            call: {typical: 3, from: 4, to: 8}
            emial: {typical: 3, from: 1, to: 8}
        """
    )

    assert problems == [
        "charter.yaml:5:21  activities.minutes.call: must have from <= typical <= to.",
        "charter.yaml:6:5  activities.minutes.emial: 'emial' is not possible here.\n"
        '    Did you mean "email"?',
    ]


def test_a_step_without_its_object_and_a_deadline_without_its_unit_are_told(refused):
    problems = refused(
        """\
        company: Acme
        roles: {sdr: {is: SDR}, ae: {is: AE}}
        handoffs:
          - name: meeting
            from: sdr
            to: ae
            at: discovery
            held: {field: Meeting Held}
            requires: {pain: Opportunity.Pain.Text}
            decide_within: soon
        """
    )

    assert [problem.splitlines()[0] for problem in problems] == [
        "charter.yaml:8:11  handoffs.meeting.held.object: is missing.",
        "charter.yaml:8:19  handoffs.meeting.held.field: is not written as it must be: one column's name,"
        " such as Subject.",
        "charter.yaml:9:22  handoffs.meeting.requires.pain: is not written as it must be: an object and "
        "its column, such as Opportunity.Pain__c.",
        "charter.yaml:10:20  handoffs.meeting.decide_within: is not written as it must be: a number and a"
        " unit, such as 1 business day.",
    ]


# Pay

PLAN = """\
company: Acme
roles: {ae: {is: AE}}
plans:
  p:
    ote: 1
    pay_mix: 50/50
    components:
      c: %s
"""


@pytest.mark.parametrize(
    ("component", "told"),
    [
        (
            "5",
            "charter.yaml:8:10  plans.p.components.c: must be a block of `word: value` lines.\n"
            "    It says 5 now.",
        ),
        (
            "{kind: bonsu, points: []}",
            "charter.yaml:8:17  plans.p.components.c: 'bonsu' is not possible here.\n"
            '    Did you mean "bonus"?',
        ),
        (
            "{pays_on: new_arr, points: [{at: 1, pays: 1}]}",
            "charter.yaml:8:10  plans.p.components.c: says no `kind`, and has `points`, a word of "
            "another kind.\n    Say `kind: bonus`.",
        ),
        (
            "{kind: bonus, pays_on: new_arr, points: [{at: 1, pays: 1}], tiers: []}",
            "charter.yaml:8:70  plans.p.components.c.tiers: the charter has no such word here.\n"
            "    It is a word of a commission: say `kind: commission`, or take it out.",
        ),
        (
            "{kind: objectives, objectives: {a: 1}, weight: 25}",
            "charter.yaml:8:57  plans.p.components.c.weight: is 25 times the whole.\n"
            "    Write 25% if that is meant.",
        ),
    ],
)
def test_a_component_that_is_wrong_is_one_problem_in_the_words_of_its_kind(
    refused, component, told
):
    assert refused(PLAN % component) == [told]


COMMISSION = PLAN % "{pays_on: %s, %s}"


@pytest.mark.parametrize(
    ("on", "says", "told"),
    [
        (
            "acceptance_rate",
            "rate: 1%, gates: [{measure: acceptance_rate, at_least: 40}]",
            "c.gates.0.at_least: is 40 times the whole.\n    Write 40% if that is meant.",
        ),
        (
            "new_arr",
            "rate: 1%, gates: [{component: c, at_least: 4000%}]",
            "c.gates.0.at_least: is 40 times the whole.\n    Write 40% if that is meant.",
        ),
        (
            "win_rate",
            "kind: bonus, points: [{at: 25, pays: 1}]",
            "c.points.0.at: is 25 times the whole.\n    Write 25% if that is meant.",
        ),
        (
            "new_arr",
            "kind: bonus, quota: 9, points: [{at: 80, pays: 1}]",
            "c.points.0.at: is 80 times the whole.\n    Write 80% if that is meant.",
        ),
        (
            "new_arr",
            "rate: 1%, modifiers: [{measure: win rate, steps: [{from: 25, times: 110%}]}]",
            "c.modifiers.0.steps.0.from: is 25 times the whole.\n    Write 25% if that is meant.",
        ),
        (
            "win_rate",
            "tiers: [{from: 20, each: 5}]",
            "c.tiers.0.from: is 20 times the whole.\n    Write 20% if that is meant.",
        ),
        (
            "new_arr",
            "rate: 5",
            "c.rate: is 5 times the whole.\n    Write 5% if that is meant. "
            "More than the whole is paid on new_mrr alone.",
        ),
        (
            "new_arr",
            "tiers: [{from: 0, rate: 8}]",
            "c.tiers.0.rate: is 8 times the whole.\n    Write 8% if that is meant. "
            "More than the whole is paid on new_mrr alone.",
        ),
    ],
)
def test_a_share_that_was_meant_in_per_cent_is_refused_with_the_sign_it_lacks(
    refused, on, says, told
):
    (problem,) = refused(COMMISSION % (on, says))

    assert problem.partition("plans.p.components.")[2] == told


def test_a_matrix_band_of_a_share_is_refused_as_a_gate_is(refused):
    (problem,) = refused(
        PLAN % "{kind: matrix, rows: {measure: nrr, from: [0, 100]}, "
        "columns: {measure: new_arr, from: [0, 5000]}, pays: [[0, 1], [1, 2]]}"
    )

    assert "c.rows.from.1: is 100 times the whole.\n    Write 100% if" in problem


def test_levels_above_the_whole_and_rates_on_a_months_revenue_are_what_they_say(charter):
    declared = charter(
        PLAN % "{pays_on: new mrr, rate: 3, gates: [{measure: nrr, at_least: 1.2}, "
        "{measure: new_arr, at_least: 50000}]}"
    )

    component = declared.plans["p"].components["c"]
    assert (component.rate, component.gates[0].at_least) == (3, Decimal("1.2"))


def test_pay_at_target_and_its_mix_may_be_left_out(charter):
    declared = charter(
        "company: A\nroles: {ae: {is: AE}}\nplans: {p: {ote: 9}, q: {pay_mix: 50/50}}\n"
    )

    assert [plan.variable for plan in declared.plans.values()] == [None, None]


@pytest.mark.parametrize(
    ("says", "told"),
    [
        (
            "quota: 9, rate: 10%, tiers: [{from: 100%, rate: 15%}]",
            "says `rate` beside `tiers`.\n    Put it in as the first tier: `{from: 0%, rate: 10%}`.",
        ),
        (
            "each: 100, tiers: [{from: 20, each: 150}]",
            "says `each` beside `tiers`.\n    Put it in as the first tier: `{from: 0, each: 100}`.",
        ),
        (
            "rate: 10%, tiers: [{from: 0, rate: 15%}]",
            "says `rate` beside `tiers`.\n"
            "    The tiers start from the first unit on: leave `rate` out.",
        ),
        (
            "quota: lots",
            "quota: must be a number, such as 800000, or a block of `word: value` lines.\n"
            "    It says 'lots' now.",
        ),
        (
            "quota: 1,800,000, rate: 10%",
            "quota: has a comma in its number: 1,800,000.\n    Write 1800000 without the comma.",
        ),
    ],
)
def test_pay_that_is_stated_in_a_way_of_its_own_is_told_the_way_to_state_it(refused, says, told):
    (problem,) = refused(COMMISSION % ("new_arr", says))

    assert problem.endswith(told)


def test_a_length_of_time_is_told_with_its_units(refused):
    (problem,) = refused("company: Acme\nroles: {ae: {is: AE, ramp: 90d}}\n")

    assert problem.endswith(
        "must be a length of time such as 90 days or 12 months, not '90d'.\n    Units: hours, days, "
        "weeks, months, quarters, years, and business hours or business days."
    )


def test_a_handoff_from_two_roles_is_told_to_be_two_handoffs(refused):
    assert refused(
        "company: Acme\nroles: {sdr: {is: SDR}, bdr: {is: BDR}, ae: {is: AE}}\n"
        "handoffs: [{from: [sdr, bdr], to: ae, at: discovery}]\n"
    ) == [
        "charter.yaml:3:19  handoffs.0.from: must be one role.\n"
        "    Write a handoff for each pair of roles."
    ]


def test_a_handoff_is_called_by_its_roles_where_it_has_no_name(refused):
    (problem,) = refused(
        "company: Acme\nroles: {sdr: {is: SDR}, ae: {is: AE}}\n"
        "handoffs: [{from: sdr, to: ae, at: discvery}]\n"
    )

    assert problem.startswith("charter.yaml:3:36  handoffs.sdr to ae.at: 'discvery' is not")


def test_a_kind_of_role_that_is_none_may_be_a_role_of_ones_own(refused):
    (problem,) = refused("company: Acme\nroles: {hero: {is: Growth Hero}}\n", short=False)

    assert problem.endswith("Leave `is:` out and say what it `owns:` for a role of your own.")


def test_a_handoff_without_a_role_is_not_told_to_lack_its_name_as_well(refused):
    assert refused(
        """\
        company: Acme
        roles: {sdr: {is: SDR}, ae: {is: AE}}
        handoffs: [{from: sdr, at: discovery}]
        """
    ) == ["charter.yaml:3:12  handoffs.0.to: is missing.\n    Add it."]


def test_a_charter_of_no_roles_is_not_told_that_each_role_is_unknown(refused):
    assert refused("company: Acme\nroles: {}\ntitles: {A: ae}\n") == [
        "charter.yaml:2:8  roles: must not be empty."
    ]


def test_a_calendars_time_zone_is_looked_up_as_the_charters_is(refused):
    assert refused(
        """\
        company: Acme
        roles: {ae: {is: AE}}
        calendars: {office: {time_zone: Europe/Berln}}
        """
    ) == [
        'charter.yaml:3:33  calendars.office.time_zone: no time zone is called "Europe/Berln".\n'
        '    Did you mean "Europe/Berlin"?'
    ]


def test_an_answer_that_a_boundary_does_not_have_is_told_at_its_line(refused):
    assert refused(
        """\
        company: Acme
        roles: {ae: {is: AE}}
        decisions:
          - boundary: sdr_ae
            run: splt
            because: it works
        """
    ) == [
        "charter.yaml:5:10  decisions.0: says 'splt', which is no answer at sdr_ae.\n"
        '    Did you mean "split"?'
    ]


def test_a_text_of_any_length_leaves_a_problem_short(refused):
    long = "x" * 50_000
    problems = refused(
        f"company: Acme\nroles: {{ae: {{is: {long}, ramp: {long}, {long[:900]}: 1}}}}\n"
        f"segments: {{a: {{facts: {{grr: {long}}}}}}}\n"
    )

    assert len(problems) == 4
    assert all(len(problem) < 500 for problem in problems)


# The file itself


def test_a_word_given_twice_is_told_with_the_line_of_the_first(refused):
    assert refused(
        """\
        company: Acme
        roles:
          ae: {is: AE}
          sdr: {is: SDR}
          ae: {is: AM}
        """
    ) == [
        "charter.yaml:5:3  roles.ae: is here a second time.\n    The first is at line 3. Keep one."
    ]


def test_a_block_in_place_of_a_word_is_a_mistake(refused):
    assert refused(
        """\
        company: Acme
        roles: {ae: {is: AE}}
        ? [a, b]
        : 1
        """
    ) == ["charter.yaml:3:3  has a block where a word should be.\n    Name it in text."]


def test_what_is_not_yaml_is_told_where_it_stops_being_so(refused):
    (bracket,) = refused("company: Acme\nroles: {ae: {is: AE}\ntitles: x\n")

    assert bracket.startswith("charter.yaml:3:1  is not YAML: ")
    assert bracket.endswith("\n    Look at indentation, colons and quotes.")


@pytest.mark.parametrize(
    "text", ["company: Acme\n\troles: x\n", "company: Acme\nroles:\n\tae: x\n"]
)
def test_a_line_that_starts_with_a_tab_is_told_to_start_with_blanks(refused, text):
    (problem,) = refused(text)

    assert problem.endswith("is not YAML: the line has a tab.\n    Indent with blanks.")


@pytest.mark.parametrize(
    "text", ["titles:\n  *Executive*: ae\n", "titles:\n  *Executive: ae\n", "titles:\n  * AE: ae\n"]
)
def test_a_pattern_without_quotes_is_told_to_have_them(refused, text):
    assert refused(text) == [
        "charter.yaml:2:3  is not YAML: a word starts with * and has no quotes.\n"
        '    Quote a pattern that starts with *, such as "*Manager*".'
    ]


def test_a_quote_that_is_never_closed_is_told_where_it_opens(refused):
    assert refused('company: Acme\nroles: {"ae: {is: AE}}\ntitles: {}\n') == [
        "charter.yaml:2:9  is not YAML: a quote opens here and is never closed.\n"
        "    Close it on the same line."
    ]


def test_a_quote_that_the_next_one_closes_is_told_by_the_lines_of_both(refused):
    (problem,) = refused("company: 'Acme\nroles: {ae: {is: 'AE'}}\n")

    assert problem.endswith(
        "\n    A quote opens on line 1 and closes on line 2: look whether it was meant to close "
        "before."
    )


def test_a_control_character_is_told_with_its_place_and_number(refused):
    assert refused("company: Acme\nroles: {ae: \x07{is: AE}}\n") == [
        "charter.yaml:2:13  has a character that YAML does not allow (U+0007).\n    Delete it."
    ]


def test_a_file_that_is_not_utf_8_is_told_the_line(refused):
    assert refused("company: Acme\ncurrency: EUR\n# Müller\n".encode("latin-1")) == [
        "charter.yaml:3  is not UTF-8 here.\n    Save the file again as UTF-8."
    ]


@pytest.mark.parametrize("text", ["", "\n\n", "# nothing yet\n", "---\n"])
def test_an_empty_file_is_told_how_to_start(refused, text):
    (problem,) = refused(text, short=False)

    assert problem in (
        "charter.yaml  is empty.\n    Start with `company:` and `roles:`.",
        "charter.yaml:1:1  is not a charter.\n    Start with `company:`.",
    )


@pytest.mark.parametrize("text", ["- ae\n- sdr\n", "Acme\n", "42\n"])
def test_a_file_that_holds_something_else_is_no_charter(refused, text):
    assert refused(text, short=False) == [
        "charter.yaml:1:1  is not a charter.\n    Start with `company:`."
    ]


def test_a_charter_of_nothing_but_a_name_lacks_its_roles(refused):
    assert refused("company: Acme\nroles: {}\n") == ["charter.yaml:2:8  roles: must not be empty."]


# All at once


def test_all_problems_are_told_at_once_from_the_top_down(refused):
    problems = refused(
        """\
        company: ''
        currncy: EUR
        segments:
          mid: {where: {employees: {at_least: few}}}
        roles:
          sdr: {is: SRD, segments: [mdi]}
          ae: {is: AE, onws: [closing]}
        titles: {"Account*": aex}
        handoffs:
          - {name: meeting, from: sdr, to: aex, at: discovry}
        benchmarks:
          ae_prospecting_share: {red: 0.3}
          ae_prospecting: {red: 0.3, because: so}
        """
    )

    assert [problem.split(": ")[0] for problem in problems] == [
        "charter.yaml:1:10  company",
        "charter.yaml:2:1  currncy",
        "charter.yaml:4:39  segments.mid.where.employees.at_least",
        "charter.yaml:6:13  roles.sdr.is",
        "charter.yaml:6:29  roles.sdr.segments.0",
        "charter.yaml:7:16  roles.ae.onws",
        "charter.yaml:8:22  titles.Account*",
        "charter.yaml:10:45  handoffs.meeting.at",
        "charter.yaml:12:25  benchmarks.ae_prospecting_share.because",
        "charter.yaml:13:3  benchmarks.ae_prospecting",
    ]
