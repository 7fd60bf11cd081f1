"""Each kind of mistake is told where it stands, in the charter's words, with the nearest fix."""

from __future__ import annotations

import re

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
        "charter.yaml:5:28  activities.rules.0: says `object` inside `where:`; it goes beside it."
    ]


def test_an_activity_rule_that_decides_nothing_is_a_mistake(refused):
    assert refused(
        """\
        company: Acme
        roles: {ae: {is: AE}}
        activities: {rules: [{name: lists, where: {Type: List}}]}
        """
    ) == [
        "charter.yaml:3:22  activities.rules.0: says neither what the work is (`is:`) nor that it "
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
        "charter.yaml:8:11  handoffs.0.held.object: is missing.",
        "charter.yaml:8:19  handoffs.0.held.field: is not written as it must be: one column's name,"
        " such as Subject.",
        "charter.yaml:9:22  handoffs.0.requires.pain: is not written as it must be: an object and "
        "its column, such as Opportunity.Pain__c.",
        "charter.yaml:10:20  handoffs.0.decide_within: is not written as it must be: a number and a"
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
    (tab,) = refused("company: Acme\n\troles: x\n")
    (alias,) = refused("company: *acme\n")

    assert bracket.startswith("charter.yaml:3:1  is not YAML: ")
    assert tab.startswith("charter.yaml:2:1  is not YAML: ")
    assert alias.startswith("charter.yaml:1:10  is not YAML: ")
    assert alias.endswith("\n    Look at indentation, colons and quotes.")


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
        "charter.yaml:10:45  handoffs.0.at",
        "charter.yaml:12:25  benchmarks.ae_prospecting_share.because",
        "charter.yaml:13:3  benchmarks.ae_prospecting",
    ]
