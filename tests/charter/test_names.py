"""Names that nothing answers to, and statements that cannot hold together."""

from __future__ import annotations


def test_a_handoff_to_an_unknown_role_says_where_and_suggests_the_nearest(refused):
    assert refused(
        """\
        company: Acme
        roles: {sdr: {is: SDR}, account_executive: {is: AE}}
        handoffs:
          - {name: meeting, from: sdr, to: account_exec, at: discovery}
        """,
        short=False,
    ) == [
        'charter.yaml:4:36  handoffs.meeting.to: no role is called "account_exec".\n'
        '    Did you mean "account_executive"? Roles here: account_executive, sdr.'
    ]


def test_a_renamed_role_is_one_problem_that_lists_where_the_old_name_is_left(refused):
    problems = refused(
        """\
        company: Acme
        roles: {sdr: {is: SDR}, seller: {is: AE}}
        titles: {"Account*": ae, "Enterprise*": {role: ae}}
        people:
          - {person: ada, role: ae}
          - {person: ben, role: sdr}
        handoffs:
          - {name: meeting, from: sdr, to: ae, at: discovery}
        """,
        short=False,
    )

    assert problems == [
        'charter.yaml:3:22  titles.Account*: no role is called "ae".\n'
        "    Roles here: sdr, seller. Also said at charter.yaml:3, charter.yaml:5, charter.yaml:8."
    ]


def test_of_many_places_with_an_old_name_five_are_listed_and_the_rest_counted(refused):
    people = "".join(f"  - {{person: p{n}, role: ae}}\n" for n in range(9))

    (problem,) = refused(
        f"company: Acme\nroles: {{sdr: {{is: SDR}}}}\npeople:\n{people}", short=False
    )

    assert problem.endswith(
        "Also said at charter.yaml:5, charter.yaml:6, charter.yaml:7, charter.yaml:8, "
        "charter.yaml:9, 3 more lines."
    )


def test_names_that_do_not_exist_are_told_beside_mistakes_of_every_other_kind(refused):
    problems = refused(
        """\
        company: Acme
        currency: dollars
        roles:
          sdr: {is: SDR}
          ae: {segmnts: [mid]}
        titles: {"Account*": aex}
        handoffs:
          - {name: meeting, from: sdr, to: ae, at: discovry}
        """
    )

    assert [problem.splitlines()[0] for problem in problems] == [
        "charter.yaml:2:11  currency: is not written as it must be: three capital letters, such as "
        "USD.",
        "charter.yaml:5:8  roles.ae.segmnts: the charter has no such word here.",
        'charter.yaml:6:22  titles.Account*: no role is called "aex".',
        "charter.yaml:8:44  handoffs.meeting.at: 'discovry' is not a function.",
    ]


def test_a_role_with_a_mistake_in_it_still_exists_for_whoever_names_it(refused):
    (problem,) = refused(
        """\
        company: Acme
        roles: {ae: {}}
        titles: {"Account*": ae}
        """
    )

    assert problem == (
        "charter.yaml:2:13  roles.ae: says neither what it `is:` nor what it `owns:`."
    )


def test_where_the_roles_cannot_be_read_no_name_of_a_role_is_told_as_unknown(refused):
    titles = 'titles: {"Account*": ae}\n'

    assert len(refused(f"company: Acme\nroles: [ae]\n{titles}")) == 1
    assert len(refused(f"company: Acme\nroels: {{ae: {{is: AE}}}}\n{titles}")) == 1
    assert len(refused(f"company: Acme\n{titles}")) == 1


def test_where_segments_is_misspelt_no_segment_is_told_as_unknown(refused):
    (problem,) = refused(
        """\
        company: Acme
        segmnts: {mid: {}}
        roles: {ae: {is: AE, segments: [mid]}}
        """
    )

    assert problem.startswith("charter.yaml:2:1  segmnts: the charter has no such word here.")


def test_an_unknown_kind_of_role_gets_the_catalogue_and_capitals_do_not_hide_it(refused):
    assert refused(
        """\
        company: Acme
        roles: {sdr: {is: sdr}}
        """,
        short=False,
    ) == [
        'charter.yaml:2:19  roles.sdr.is: no role kind is called "sdr".\n'
        '    Did you mean "SDR"? Role kinds here: AE, AE/AM, AM, BDR, CRO, CSM, CSM/AM, SDR, SE, '
        "VP Sales, deal desk, sales manager. "
        "Leave `is:` out and say what it `owns:` for a role of your own."
    ]


def test_an_unknown_segment_is_told_wherever_segments_are_named(refused):
    problems = refused(
        """\
        company: Acme
        segments: {mid_market: {}}
        roles:
          ae: {is: AE, segments: [mid_market, smb1], owns: {closing: {segments: smb2}}}
          csm: {is: CSM, segments: smb3}
        titles: {"Account*": {role: ae, segment: smb4}}
        people: [{person: ada, role: ae, segment: smb5}]
        handoffs: [{name: m, from: ae, to: csm, at: onboarding, segments: [smb6]}]
        """
    )

    assert [problem.splitlines()[0].split(": no")[0] for problem in problems] == [
        "charter.yaml:4:39  roles.ae.segments.1",
        "charter.yaml:4:73  roles.ae.owns.closing.segments",
        "charter.yaml:5:28  roles.csm.segments",
        "charter.yaml:6:42  titles.Account*.segment",
        "charter.yaml:7:43  people.0.segment",
        "charter.yaml:8:68  handoffs.m.segments.0",
    ]


def test_a_charter_without_segments_has_none_to_name(refused):
    (problem,) = refused("company: Acme\nroles: {ae: {is: AE, segments: mid}}\n", short=False)

    assert problem.endswith("Segments here: none.")


def test_an_unknown_benchmark_is_told_at_its_name(refused):
    (problem,) = refused(
        """\
        company: Acme
        roles: {ae: {is: AE}}
        benchmarks:
          ae_prospecting_shares: {red: 0.3, because: our SDRs start in Q3}
        """
    )

    assert problem == (
        "charter.yaml:4:3  benchmarks.ae_prospecting_shares: no benchmark is called "
        '"ae_prospecting_shares".\n    Did you mean "ae_prospecting_share"?'
    )


def test_an_unknown_time_zone_is_told_with_the_nearest(refused):
    assert refused(
        """\
        company: Acme
        time_zone: Europe/Berln
        roles: {ae: {is: AE}}
        """
    ) == [
        'charter.yaml:2:12  time_zone: no time zone is called "Europe/Berln".\n'
        '    Did you mean "Europe/Berlin"?'
    ]


# Statements that cannot hold together


def test_an_override_without_a_reason_or_without_a_level_is_refused(refused):
    problems = refused(
        """\
        company: Acme
        roles: {ae: {is: AE}}
        benchmarks:
          ae_prospecting_share: {red: 0.3}
          csm_support_share: {because: so}
        """
    )

    assert problems == [
        "charter.yaml:4:25  benchmarks.ae_prospecting_share.because: is missing.\n    Add it.",
        "charter.yaml:5:22  benchmarks.csm_support_share: says no level: amber, red, value or "
        "healthy.",
    ]


def test_an_override_of_a_level_that_nothing_is_held_against_is_refused(refused):
    assert refused(
        """\
        company: Acme
        roles: {ae: {is: AE}}
        benchmarks: {week_hours: {red: 38, because: part of the contract}}
        """,
        short=False,
    ) == [
        'charter.yaml:3:27  benchmarks.week_hours.red: no week_hours level is called "red".\n'
        "    Week_hours levels here: value."
    ]


def test_an_override_that_puts_red_on_the_near_side_of_amber_is_refused(refused):
    problems = refused(
        """\
        company: Acme
        roles: {ae: {is: AE}}
        benchmarks:
          ae_prospecting_share: {red: 0.15, because: so}
          sdr_ae_conversion: {amber: 0.2, because: so}
        """
    )

    assert problems == [
        "charter.yaml:4:31  benchmarks.ae_prospecting_share: has amber at 0.2, past red at 0.15.\n"
        "    Give both levels, the milder one as amber.",
        "charter.yaml:5:30  benchmarks.sdr_ae_conversion: has amber at 0.2, past red at 0.3.\n"
        "    Give both levels, the milder one as amber.",
    ]


def test_two_handoffs_or_two_activity_rules_of_one_name_are_refused(refused):
    problems = refused(
        """\
        company: Acme
        roles: {sdr: {is: SDR}, ae: {is: AE}}
        activities:
          rules:
            - {name: lists, where: {Type: List}, automated: true}
            - {name: lists, where: {Type: Mail}, is: internal}
        handoffs:
          - {name: meeting, from: sdr, to: ae, at: discovery}
          - {name: meeting, from: ae, to: sdr, at: qualification}
        """
    )

    assert problems == [
        'charter.yaml:6:14  activities.rules.lists.name: "lists" is a name given twice.\n'
        "    The first is at line 5. Name or rename one.",
        'charter.yaml:9:12  handoffs.meeting.name: "meeting" is a name given twice.\n'
        "    The first is at line 8. Name or rename one.",
    ]


def test_days_out_of_order_are_told_with_both_days(refused):
    assert refused(
        """\
        company: Acme
        roles: {ae: {is: AE}}
        people: [{person: ada, role: ae, from: 2026-03-01, to: 2026-02-28}]
        """
    ) == ["charter.yaml:3:56  people.0: ends on 2026-02-28, before it starts on 2026-03-01."]


def test_more_than_one_whole_person_at_a_time_is_told_with_the_day_it_starts(refused):
    assert refused(
        """\
        company: Acme
        roles: {ae: {is: AE}, sm: {is: sales manager}}
        people:
          - {person: ada, role: ae, from: 2026-01-01, to: 2026-06-30}
          - {person: ada, role: sm, share: 0.5, from: 2026-06-30}
        """
    ) == [
        "charter.yaml:5:5  people.1: holds 1.5 shares of a person on 2026-06-30.\n"
        "    Shares held at one time add up to 1 or less: end a spell or lower a share."
    ]


def test_a_share_of_more_than_a_person_or_of_nobody_is_refused(refused):
    problems = refused(
        """\
        company: Acme
        roles: {ae: {is: AE}}
        people: [{person: ada, role: ae, share: 1.5}, {person: ben, role: ae, share: 0}]
        """
    )

    assert problems == [
        "charter.yaml:3:41  people.0.share: must be at most 1.\n    It says 1.5 now.",
        "charter.yaml:3:78  people.1.share: must be more than 0.\n    It says 0 now.",
    ]


def test_a_player_coach_holds_two_roles_that_add_up_to_one_person(charter):
    declared = charter(
        """
        company: Acme
        roles: {ae: {is: AE}, sm: {is: sales manager}}
        people:
          - {person: ada, role: ae, to: 2026-06-29}
          - {person: ada, role: ae, share: 0.4, from: 2026-06-30}
          - {person: ada, role: sm, share: 0.6, from: 2026-06-30}
        """
    )

    assert [spell.share for spell in declared.people] == [1, 0.4, 0.6]
