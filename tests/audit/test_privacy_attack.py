"""Nobody's doings can be worked out from all that an audit puts out, by somebody who knows who is who.

The attack is `studies/privacy_attack.py`; here are its algebra, the leaks it found, and one company.
"""

from __future__ import annotations

import dataclasses
import re
import runpy
import sys
from datetime import date, timedelta
from pathlib import Path

import pytest

from remit.audit.handoff import sdr_ae_handoff
from remit.audit.managers import coaching_cadence
from remit.audit.run import YEAR, measured_days
from remit.audit.shown import _weeks, shown
from remit.audit.view import View
from remit.measures.groups import enough
from remit.measures.roles import FAR_AHEAD, LONG_AGO, Held
from remit.measures.time import large_enough
from remit.terms import Answer, Estimate, Finding, Period, Point, Proof

STUDY_FILE = Path(__file__).parents[2] / "studies" / "privacy_attack.py"
FIVE = ("ann", "ben", "cid", "dee", "eve")


@pytest.fixture(scope="module")
def study():
    sys.modules["privacy_attack"] = module = type(sys)("privacy_attack")
    module.__dict__.update(runpy.run_path(str(STUDY_FILE), run_name="privacy_attack"))
    return module


def held(person: str, role: str, segment: str = "", first=LONG_AGO, end=FAR_AHEAD) -> Held:
    return Held(person, role, segment, first, first, end, 1.0, "people file")


# The attack finds what there is to find


def rows(study, *sums):
    return [
        study.Row(
            "hours", name, 1.0, frozenset((person, part) for person in people for part in parts)
        )
        for name, people, parts in sums
    ]


def test_a_total_beside_all_parts_but_one_tells_of_the_last(study):
    told = rows(study, ("all", [*FIVE, "flo"], "m"), ("five", FIVE, "m"))

    (leak,) = study.leaks(told)

    assert leak.people == {"flo"}


def test_a_year_beside_all_months_but_one_tells_of_those_who_were_there_in_it(study):
    year = study.Row("hours", "year", 1.0, frozenset({("ann", "jan"), *((p, "feb") for p in FIVE)}))

    (leak,) = study.leaks([year, *rows(study, ("feb", FIVE, ["feb"]))])

    assert leak.people == {"ann"}


def test_overlapping_groups_are_solved_not_only_subtracted(study):
    """a+b, b+c and c+a give each of three groups, whole numbers over two, one of them of one person."""
    first, second, third = FIVE, ("fay", "gil", "hal", "ida", "jo"), ("kim",)

    found = study.leaks(
        rows(
            study,
            ("ab", first + second, "m"),
            ("bc", second + third, "m"),
            ("ca", third + first, "m"),
        )
    )

    assert [leak.people for leak in found] == [{"kim"}]


def test_parts_that_do_not_overlap_tell_of_nobody(study):
    parts = rows(study, ("one", FIVE, "mn"), ("other", ("fay", "gil", "hal", "ida", "jo"), "mn"))

    assert not study.leaks(parts)


def test_a_rank_is_exact_where_floating_point_is_not(study):
    large = 10**9

    assert study.rank([[large, 1], [large + 1, 1]]) == 2
    assert study.rank([[1, 2, 3], [2, 4, 6], [1, 1, 1]]) == 2


# Months and parts of them


def test_a_month_of_too_few_is_hidden_together_with_another():
    assert enough([set(FIVE), set(FIVE[:3]), set(FIVE)], 5) == [False, False, True]


def test_the_weeks_of_a_period_follow_each_other_and_the_last_may_be_short():
    first, second, third = (date(2026, 1, day) for day in (1, 8, 15))

    weeks = _weeks(Period(first, date(2026, 1, 17)))

    assert weeks == [Period(first, second), Period(second, third), Period(third, date(2026, 1, 17))]


def test_two_hidden_months_of_enough_people_need_no_third():
    there = [{"ann", "ben"}, {"cid", "dee", "eve"}, {*FIVE}, {*FIVE}]

    assert enough(there, 5) == [False, False, True, True]


def test_months_of_enough_people_and_of_nobody_stay():
    assert enough([set(), set(FIVE), {*FIVE, "flo"}], 5) == [True, True, True]


def test_a_part_has_enough_people_in_every_month():
    year = Period(date(2026, 1, 1), date(2027, 1, 1))
    late = date(2026, 7, 1)
    grown = [held(p, "ae", "small", late if p == "eve" else LONG_AGO) for p in FIVE]
    others = [held(f"{p}2", "ae", "large") for p in FIVE]

    together = [segments for _, segments, _ in large_enough(grown + others, 5, year)]
    apart = [segments for _, segments, _ in large_enough(grown + others, 5)]

    assert together == [("large", "small")]
    assert apart == [("large",), ("small",)]


# Leaks that were there


CHARTER = """
    company: Acme
    roles:
      ae: {is: AE}
      boss: {is: sales manager}
      chief: {is: sales manager}
    titles: {"AE": ae, "Boss": boss, "Chief": chief}
    activities:
      rules:
        - {name: talks, where: {Subject: "1:1*"}, is: internal}
    cadences:
      - {is: one_to_one, by: chief, with: boss, every: 1 week, seen_in: talks}
      - {is: one_to_one, by: boss, every: 1 week, seen_in: talks}
    """
MONDAY = date(2026, 1, 5)


@pytest.fixture
def led(charter, from_tables):
    """Two chiefs lead four bosses, who lead five sellers; all of them talk in every week."""
    people = {
        **{f"ae{n}": ("AE", f"boss{n % 4}") for n in range(5)},
        **{f"boss{n}": ("Boss", f"chief{n % 2}") for n in range(4)},
        **{f"chief{n}": ("Chief", "") for n in range(2)},
    }
    acts, parts = [], []
    for week in range(8):
        for person, (_, manager) in people.items():
            for kind, rule in (("t", "talks"), ("w", "")) if manager else ():
                day = MONDAY + timedelta(days=7 * week)
                name = f"{kind}{week}-{person}"
                acts.append(
                    {"activity_id": name, "kind": "meeting", "happened_at": f"{day}T10:00:00",
                     "day": str(day), "date_only": "false", "minutes": 30, "counted": "true", "rule": rule}
                )  # fmt: skip
                parts += [
                    {"activity_id": name, "person_id": who, "part": "attended"}
                    for who in (person, manager)
                ]
    declared = charter(CHARTER)
    evidence = from_tables(
        declared,
        people=[
            {"person_id": name, "title": title, "manager_id": manager}
            for name, (title, manager) in people.items()
        ],
        activities=acts,
        participants=parts,
        leads=[{"lead_id": "l", "created_at": "2026-03-31T00:00:00"}],
    )
    over = measured_days(evidence)
    year = Period(min(over.start, over.end - timedelta(days=YEAR)), over.end)
    return View(declared, evidence, declared.numbers(), over, year)


def test_one_to_ones_of_one_manager_are_not_shown_under_the_name_of_several(led):
    (chief, bosses) = coaching_cadence(led)

    assert chief.answer is Answer.COULD_NOT_LOOK
    assert "fewer managers than the minimum group have such reports" in chief.says
    assert "of 72 weeks of manager and report" in bosses.says


def test_a_query_names_nobody_and_still_runs(led):
    people = sorted(s.person_id for s in led.held if s.role == "ae")
    listed = ", ".join(f"'{person}'" for person in people)
    query = f'SELECT count(*) AS n FROM "work" WHERE "person_id" IN ({listed})'
    found = Finding(
        "winning", "roles.ae", Answer.MEASURED, "s", (), proof=Proof("sum", query), roles=("ae",)
    )

    told = shown(led, found).proof

    assert told is not None
    assert not re.search(r"p[0-9a-f]{11}", told.query)
    run = led.evidence.connection.con.execute
    assert run(told.query).fetchall() == run(query).fetchall() != [(0,)]


def test_people_are_named_and_measured_one_by_one_only_in_the_individual_view(led):
    """An hour of meetings of each in a week of forty: whoever is asked for, as everybody."""
    open_to = View(led.charter, led.evidence, led.numbers, led.over, led.year, individuals=True)

    (off,), (on,) = ([t for t in view.times if t.role == "ae"] for view in (led, open_to))

    assert off.persons == ()
    assert [one.coverage for one in on.persons] == pytest.approx([on.coverage.value] * 5)
    assert re.fullmatch(r"(ae|boss|chief)\d", open_to.name(led.held[0].person_id))
    with pytest.raises(PermissionError, match="individual view is off"):
        led.name(led.held[0].person_id)


def test_months_in_which_too_few_held_the_role_are_not_drawn(led):
    months = [month.start.replace(day=1) for month in led.year.months()]
    trend = tuple(Point(month, 0.5, 9) for month in months)
    found = Finding(
        "winning", "roles.chief", Answer.MEASURED, "s", (), measured=Estimate(0.5, "share"),
        proof=Proof("share", columns=("month", "share"), rows=((1, 2), (3, 4)), total=2), roles=("chief",), trend=trend,
    )  # fmt: skip

    few = shown(led, found)

    assert few.trend == ()
    assert few.proof is not None
    assert few.proof.rows == ()
    assert found.proof is not None
    whole = dataclasses.replace(found.proof, rows=((1, 2),), total=1)
    assert shown(led, dataclasses.replace(found, proof=whole)).proof == whole  # as the figure is


def test_months_in_which_enough_held_the_role_are(led):
    trend = (Point(date(2026, 1, 1), 0.5, 9), Point(date(2026, 2, 1), 0.5, 9))
    found = Finding(
        "winning", "roles.ae", Answer.MEASURED, "s", (), measured=Estimate(0.5, "share"),
        roles=("ae",), trend=trend,
    )  # fmt: skip

    assert shown(led, found).trend == trend
    # and what is told of sellers is of nobody else: four bosses and two chiefs are no part of it
    (part,) = led.parts("AE")
    assert (part.roles, len(part.persons)) == (("ae",), 5)


BY_SEGMENT = """
    company: Acme
    segments:
      small: {where: {employees: {below: 100}}}
      large: {where: {employees: {at_least: 100}}}
    roles:
      sdr: {is: SDR}
      ae: {is: AE}
    titles:
      "SDR": sdr
      "AE small": {role: ae, segment: small}
      "AE large": {role: ae, segment: large}
    handoffs:
      - {name: meeting, from: sdr, to: ae, at: discovery, offered: {object: Event},
         accepted: {object: Opportunity, field: SAO__c}}
    """


@pytest.mark.parametrize(
    ("small", "large", "shown_in"),
    [(5, 6, ["large", "small"]), (2, 6, [None]), (2, 2, [])],
    ids=["enough in each", "enough together", "too few"],
)
def test_a_handoff_is_shown_where_enough_people_take_it(
    charter, from_tables, small, large, shown_in
):
    takers = {"small": [f"s{n}" for n in range(small)], "large": [f"l{n}" for n in range(large)]}
    people = {f"sdr{n}": "SDR" for n in range(6)}
    people |= {who: f"AE {where}" for where, several in takers.items() for who in several}
    declared = charter(BY_SEGMENT)
    evidence = from_tables(
        declared,
        people=[{"person_id": who, "title": title} for who, title in people.items()],
        handoffs=[
            {"handoff": "meeting", "case_id": f"{where}{n}", "step": step, "segment": where,
             "happened_at": f"2026-0{n % 3 + 1}-10T10:00:00"}
            for where in takers
            for n in range(30)
            for step in ("offered", "accepted")
        ],
        leads=[{"lead_id": "l", "created_at": "2026-04-30T00:00:00"}],
    )  # fmt: skip
    over = measured_days(evidence)
    year = Period(min(over.start, over.end - timedelta(days=YEAR)), over.end)
    view = View(declared, evidence, declared.numbers(), over, year)

    flows = [flow for flow in view.flows if not flow.too_few]

    assert sorted(str(flow.segment) for flow in flows) == [str(segment) for segment in shown_in]
    assert sum(flow.counts["accepted"] for flow in flows) == (60 if shown_in else 0)
    answers = {found.answer for found in sdr_ae_handoff(view)}
    assert (Answer.COULD_NOT_LOOK in answers) or shown_in


# A whole company

SIZES = {
    ("sdr", "small"): 6, ("sdr", "middle"): 3, ("ae", "small"): 7, ("ae", "middle"): 12,
    ("ae", "large"): 1, ("se", ""): 4, ("csm", "small"): 5, ("csm", "large"): 2, ("boss", ""): 6,
    ("vp", ""): 1,
}  # fmt: skip
"""Of 1 to 12 people; some of them come or go within the year."""


@pytest.mark.slow
def test_all_outputs_together_tell_of_no_group_of_fewer_than_five(study, tmp_path):
    made = study.company(1, SIZES, busy=2)

    found = study.attacked(made, study.outputs(made, tmp_path))

    assert not found["leaks"]
    assert not found["one by one"]
    assert not found["odd"]  # what the attacker takes rows to be about is what they are about
    assert found["rows"] > 200
    assert found["checked"] > 80


@pytest.mark.slow
def test_the_same_attack_finds_people_where_smaller_groups_are_shown(study, tmp_path):
    made = study.company(1, SIZES, busy=2, group=3)

    found = study.attacked(made, study.outputs(made, tmp_path, pdf=False))

    assert any(leak["metric"] == "hours" for leak in found["leaks"])
