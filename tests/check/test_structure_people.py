"""Whether people, titles, teams, cadences and leaders fit the roles."""

from tests.check.conftest import says

ROLES = """
company: Acme
segments: {smb: {}, large: {}}
roles:
  ae: {is: AE, segments: [smb]}
  csm: {is: CSM}
"""


def people(*lines: str) -> str:
    return ROLES + "people:\n" + "".join(f"  - {{{line}}}\n" for line in lines)


# People


def test_people_in_a_segment_in_which_their_role_does_not_work_are_counted(checked):
    found = checked(
        people(
            "person: a, role: ae, segment: large",
            "person: b, role: ae, segment: large",
            "person: c, role: ae, segment: large, to: 2025-12-31",
        )
    )

    assert says(found, "people_in_place") == [
        "amber: 2 people hold ae in large, and ae does not work there."
    ]


def test_managers_who_are_not_among_the_people_are_a_note_that_names_nobody(checked):
    found = checked(
        people("person: a, role: ae, manager: zoe", "person: b, role: ae, manager: zoe")
    )

    assert says(found, "people_in_place") == [
        "note: 1 manager of 2 people is not among the people."
    ]


def test_people_under_each_other_in_their_roles_segments_have_no_trouble(checked):
    found = checked(people("person: a, role: ae, segment: smb, manager: b", "person: b, role: csm"))

    assert says(found, "people_in_place") == ["clear: 2 spells of people fit roles and managers."]
    assert says(checked(ROLES), "people_in_place") == [
        "could not look: The charter states no `people:`."
    ]


def test_numbers_of_people_that_do_not_agree_are_shown(checked):
    text = people("person: a, role: ae", "person: b, role: ae").replace(
        "{is: AE, ", "{is: AE, headcount: 3, "
    )
    teams = "teams: {east: {members: {ae: 2}}}\n"

    assert says(checked(text + teams), "headcount_stated_twice") == [
        "amber: ae has 2 by `people:`, 3 by `headcount:` and 2 by `teams:`; the number of "
        "`people:` is used."
    ]
    assert says(
        checked(text.replace("headcount: 3", "headcount: 2")), "headcount_stated_twice"
    ) == ["clear: ae: one number each."]
    assert says(checked(ROLES), "headcount_stated_twice") == [
        "does not apply: No role's number of people is stated in two places."
    ]


def test_the_pods_of_one_segment_do_not_hold_the_whole_companys_people(checked):
    everywhere = people("person: a, role: csm", "person: b, role: csm", "person: c, role: csm")
    one = everywhere + "teams: {east: {is: pod, segments: smb, members: {csm: 1}}}\n"
    both = one.replace("teams: {", "teams: {west: {is: pod, segments: large, members: {csm: 1}}, ")

    assert says(checked(one), "headcount_stated_twice") == [
        "does not apply: No role's number of people is stated in two places."
    ]
    assert says(checked(both), "headcount_stated_twice") == [
        "amber: csm has 3 by `people:` and 2 by `teams:`; the number of `people:` is used."
    ]


def test_half_a_person_between_two_numbers_is_no_more_than_a_note(checked):
    text = people("person: a, role: ae", "person: b, role: ae, share: 0.5").replace(
        "{is: AE, ", "{is: AE, headcount: 2, "
    )

    assert says(checked(text), "headcount_stated_twice") == [
        "note: ae has 1.5 by `people:` and 2 by `headcount:`; the number of `people:` is used."
    ]


# Territories and teams


def holding(person: str) -> str:
    return people("person: Ann, role: ae", "person: Bea, role: csm, to: 2025-12-31") + (
        f"territories: {{Bavaria: {{role: ae, owners: [{{person: {person}}}]}}}}\n"
    )


def test_a_territory_of_somebody_who_is_not_there_is_a_note_that_names_the_territory(checked):
    assert says(checked(holding("Zoe")), "territory_holders") == [
        "note: 1 territory of 1 is held by somebody who is not among the people: Bavaria."
    ]
    assert says(checked(holding("Ann")), "territory_holders") == [
        "clear: The holder of 1 territory is among the people."
    ]


def test_territories_are_not_looked_at_without_holders_or_people(checked):
    unheld = people("person: Ann, role: ae") + "territories: {Bavaria: {role: ae}}\n"
    past = holding("Zoe").replace("person: Zoe", "person: Zoe, to: 2025-12-31")

    for text in (unheld, past):
        assert says(checked(text), "territory_holders") == [
            "does not apply: No territory says who holds it."
        ]
    assert says(checked(ROLES), "territory_holders") == [
        "could not look: The charter states no `people:`."
    ]


def test_teams_with_a_strange_manager_or_for_an_empty_team_are_a_note(checked):
    text = people("person: Ann, role: ae, team: east", "person: Bea, role: csm, team: pool")
    teams = "teams: {east: {manager: %s}, west: {}, pool: {is: overlay, supports: [%s]}}\n"

    assert says(checked(text + teams % ("Zoe", "west")), "team_names") == [
        "note: east names a manager who is neither a role nor among the people.",
        "note: pool supports west, and nobody is in that team.",
    ]
    for manager in ("Bea", "csm"):
        assert says(checked(text + teams % (manager, "east")), "team_names") == [
            "clear: Managers and supported teams are there."
        ]


def test_teams_are_not_asked_for_names_where_none_are_given(checked):
    assert says(checked(people("person: Ann, role: ae")), "team_names") == [
        "does not apply: No team names a manager or a team that it supports."
    ]
    assert says(checked(ROLES), "team_names") == [
        "could not look: The charter states no `people:`."
    ]


# Titles


def test_a_pattern_behind_a_wider_one_never_decides(checked):
    wide_first = ROLES + 'titles: {"Customer*": csm, "Customer Account Executive*": ae}\n'
    narrow_first = ROLES + 'titles: {"Customer Account Executive*": ae, "Customer*": csm}\n'

    assert says(checked(wide_first), "title_patterns") == [
        'amber: The title pattern "Customer Account Executive*" never decides: "Customer*" before '
        "it fits the same titles and gives them to csm."
    ]
    assert says(checked(narrow_first), "title_patterns") == [
        "clear: Each of 2 title patterns can decide."
    ]


def test_a_pattern_that_only_repeats_a_wider_one_of_its_role_is_a_note(checked):
    (said,) = says(
        checked(ROLES + 'titles: {"*Success*": csm, "*success manager*": csm}\n'), "title_patterns"
    )

    assert said.startswith('note: The title pattern "*success manager*" never decides')


def test_without_titles_no_pattern_can_be_looked_at(checked):
    assert says(checked(ROLES), "title_patterns") == [
        "could not look: The charter states no `titles:`."
    ]


# Pods


PODS = """
company: Acme
roles: {sdr: {is: SDR}, ae: {is: AE}}
handoffs: [{from: sdr, to: ae, at: discovery}]
teams:
"""


def test_a_pod_with_one_side_of_a_handoff_passes_work_out_of_the_pod(checked):
    found = checked(PODS + "  east: {is: pod, members: {ae: 3}}\n")

    assert says(found, "pods") == [
        "note: The pod east has ae and no sdr, so the handoff sdr to ae leaves the pod."
    ]


def test_a_pod_with_both_sides_or_an_overlay_that_supports_it_has_no_trouble(checked):
    whole = PODS + "  east: {is: pod, members: {ae: 3, sdr: 1}}\n"
    overlaid = PODS + (
        "  east: {is: pod, members: {ae: 3}}\n"
        "  pool: {is: overlay, members: {sdr: 4}, supports: [east]}\n"
    )

    for text in (whole, overlaid):
        assert says(checked(text), "pods") == [
            "clear: east: both sides of each handoff are in the pod."
        ]
    assert says(checked(ROLES), "pods") == ["does not apply: No team is a pod with roles in it."]


def test_a_pod_is_asked_only_for_roles_that_work_in_its_segments(checked):
    two = """
company: Acme
segments: {smb: {}, large: {}}
roles: {sdr: {is: SDR}, seller: {is: AE, segments: [smb]}, ae: {is: AE, segments: [large]}}
handoffs: [{from: sdr, to: seller, at: discovery}, {from: sdr, to: ae, at: discovery}]
teams: {east: {is: pod, segments: large, members: {sdr: 1, ae: 3}}}
"""

    assert says(checked(two), "pods") == ["clear: east: both sides of each handoff are in the pod."]
    assert says(checked(two.replace("segments: large, members", "members")), "pods") == [
        "note: The pod east has sdr and no seller, so the handoff sdr to seller leaves the pod."
    ]


def test_an_overlay_that_only_its_people_name_supports_the_pod(checked):
    text = PODS + (
        "  east: {is: pod, members: {ae: 3}}\n"
        "  pool: {is: overlay, supports: [east]}\n"
        "people: [{person: Ann, role: sdr, team: pool%s}]\n"
    )

    assert says(checked(text % ""), "pods") == [
        "clear: east: both sides of each handoff are in the pod."
    ]
    (said,) = says(checked(text % ", to: 2025-12-31"), "pods")
    assert said.startswith("note: The pod east has ae and no sdr")


# Cadences


MANAGED = """
company: Acme
roles: {ae: {is: AE}, csm: {is: CSM}, boss: {is: sales manager}}
cadences:
"""
IN_TIME = """
  - {is: one_to_one, by: boss, with: ae, every: 1 week}
  - {is: pipeline_review, by: boss, every: 2 weeks, framework: MEDDPICC}
  - {is: business_review, by: csm, with: customers, every: 1 quarter}
"""


def test_meetings_held_in_time_have_no_trouble(checked):
    assert says(checked(MANAGED + IN_TIME), "cadences") == [
        "clear: One-to-ones, pipeline and business reviews are held in time."
    ]


def test_meetings_that_are_too_rare_or_follow_no_framework_are_amber(checked):
    found = checked(
        MANAGED
        + IN_TIME.replace("1 week,", "2 weeks,")
        .replace("1 week}", "2 weeks}")
        .replace("1 quarter", "6 months")
        .replace(", framework: MEDDPICC", "")
    )

    assert says(found, "cadences") == [
        "amber: boss holds a one to one every 2 weeks; the limit is 7 days.",
        "amber: boss reviews the pipeline by no qualification framework.",
        "amber: csm holds a business review every 6 months; the limit is 91 days.",
    ]


def test_meetings_that_are_missing_are_a_note_where_others_are_stated(checked):
    found = checked(MANAGED + "  - {is: one_to_one, by: boss, with: ae, every: 1 week}\n")

    assert says(found, "cadences") == [
        "note: No business review by csm is stated.",
        "note: No pipeline review by boss is stated.",
    ]
    assert says(checked(ROLES), "cadences") == [
        "could not look: The charter states no `cadences:`."
    ]


# Leaders


def leading(vp: str = "", cro: str | None = "", more: str = "") -> str:
    text = "company: Acme\n" + more + "roles:\n  csm: {is: CSM, reports_to: head}\n"
    text += f"  head: {{is: VP Sales{vp}}}\n"
    return text + (f"  chief: {{is: CRO{cro}}}\n" if cro is not None else "")


def test_a_vp_of_sales_who_leads_customer_success_beside_a_cro_is_amber(checked):
    beside, alone = leading(), leading(cro=None)

    assert says(checked(beside), "sales_leaders") == [
        "amber: head is a VP of sales and leads csm; the source gives a VP sales alone."
    ]
    assert says(checked(alone), "sales_leaders") == [
        "note: head is a VP of sales and leads csm; the source gives a VP sales alone."
    ]


def test_a_vp_of_sales_who_owns_work_after_the_win_is_amber(checked):
    text = leading(vp=", owns: [management, customer_success]").replace(", reports_to: head", "")

    assert says(checked(text), "sales_leaders") == [
        "amber: head is a VP of sales and owns customer success; the source gives a VP sales alone."
    ]


def test_a_vp_and_a_cro_who_own_the_same_work_are_amber(checked):
    text = leading(vp=", owns: [management, closing]", cro=", owns: [management, closing]")

    assert says(checked(text.replace(", reports_to: head", "")), "sales_leaders") == [
        "amber: head and chief both own closing."
    ]


def test_a_leader_at_an_unusual_stage_is_a_note(checked):
    seed = leading(more="stage: seed\n").replace("reports_to: head", "reports_to: chief")
    later = leading(cro=None, more="stage: later\n").replace(", reports_to: head", "")

    assert says(checked(seed), "sales_leaders") == [
        "note: chief is a CRO in a company at seed; the source sees a CRO from the second large "
        "round on."
    ]
    assert says(checked(later), "sales_leaders") == [
        "note: head is a VP of sales and there is no CRO; the source sees a CRO over sales, "
        "marketing and customer success at this stage."
    ]


def test_leaders_who_lead_what_their_titles_mean_have_no_trouble(checked):
    found = checked(leading(more="stage: series_b\n").replace("to: head", "to: chief"))

    assert says(found, "sales_leaders") == [
        "clear: VP of sales and CRO lead what their titles mean."
    ]
    assert says(checked(ROLES), "sales_leaders") == [
        "does not apply: There is no VP of sales and no CRO."
    ]
