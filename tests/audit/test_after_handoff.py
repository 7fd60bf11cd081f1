"""After a handoff: discovery over again, proofs of concept that are paid, and every other handoff."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from remit.audit import after_handoff, handoff
from remit.audit.run import measured_days
from remit.audit.view import View
from remit.terms import Answer, Period, Severity

pytestmark = pytest.mark.slow  # `make slow` runs it: every case loads an export

CHARTER = """
    company: Acme
    time_zone: UTC
    roles:
      sdr: {is: SDR}
      ae: {is: AE}
      se: {is: SE}
      csm: {is: CSM}
    titles: {"SDR": sdr, "AE": ae, "SE": se, "CSM": csm}
    privacy: {minimum_group: 3}
    deals:
      stages: {Discovery: discovery, Proposal: closing}
      proof_of_concept: {field: Opportunity.POC__c}
    handoffs:
      - name: meeting
        from: sdr
        to: ae
        at: discovery
        offered: {object: Event}
        held: {object: Event, field: Held__c}
        accepted: {object: Opportunity, field: SAO__c}
        rejected: {object: Event, field: Rejected__c}
        requires: {pain: Opportunity.Pain__c}
      - name: success
        from: ae
        to: csm
        at: onboarding
        offered: {object: Opportunity, stage: Closed Won}
        accepted: {object: Opportunity, field: CSM_Accepted__c}
        rejected: {object: Opportunity, field: CSM_Rejected__c}
        requires: {goals: Opportunity.Goals__c}
        decide_within: 2 days
    """
PEOPLE = [
    {"person_id": f"{role}{n}", "title": role.upper(), "is_person": "true"}
    for role in ("sdr", "ae", "se", "csm")
    for n in range(4)
]
LAST = {"lead_id": "last", "created_at": "2026-12-30 09:00:00", "inbound": "false"}
FIRST = {"lead_id": "first", "created_at": "2026-01-02 09:00:00", "inbound": "false"}
MONDAY = datetime(2026, 3, 2, 15)
Rows = list[dict[str, object]]


@pytest.fixture
def seen(charter, from_tables) -> Callable[..., View]:
    """A charter and its evidence, as every check is given them."""

    def run(text: str = CHARTER, **tables: Rows) -> View:
        declared = charter(text)
        evidence = from_tables(declared, people=PEOPLE, leads=[FIRST, LAST], **tables)
        over = measured_days(evidence)
        year = Period(min(over.start, over.end - timedelta(days=365)), over.end)
        return View(declared, evidence, declared.numbers(), over, year)

    return run


def met(n: object, who: str, when: datetime, deal: int) -> tuple[dict, dict, dict]:
    """A meeting of an hour about a deal."""
    return (
        {
            "activity_id": f"m{n}",
            "kind": "meeting",
            "happened_at": when,
            "day": str(when.date()),
            "date_only": "false",
            "counted": "true",
            "minutes": 60,
        },
        {"activity_id": f"m{n}", "person_id": who, "part": "owner"},
        {"activity_id": f"m{n}", "record_type": "opportunity", "record_id": f"d{deal}"},
    )


def step(name: str, case: object, at: datetime, handoff_: str = "meeting", **more: object) -> dict:
    return {"handoff": handoff_, "case_id": f"c{case}", "step": name, "happened_at": at, **more}


def handed_over(
    cases: int, again: Callable[[int], bool], filled: Callable[[int], bool] | None = None
) -> dict[str, Rows]:
    """Meetings held and accepted an hour later, some followed by another one a week later."""
    meetings, steps, fields, deals, stages = [], [], [], [], []
    for n in range(cases):
        day = MONDAY + timedelta(days=n % 100)
        deal = {"opportunity_id": f"d{n}", "prospect_id": f"a{n}"}
        meetings.append(met(f"{n}a", f"ae{n % 4}", day, n))
        steps += [
            step("offered", n, day - timedelta(days=2), recorded_by=f"sdr{n % 4}", **deal),
            step("held", n, day + timedelta(hours=1), **deal),
            step("accepted", n, day + timedelta(hours=2), **deal),
        ]
        if again(n):
            meetings.append(met(f"{n}b", f"ae{n % 4}", day + timedelta(days=7), n))
        if filled is not None:
            fields.append(
                {
                    "handoff": "meeting",
                    "case_id": f"c{n}",
                    "field": "pain",
                    "filled": str(filled(n)).lower(),
                }
            )
        opened = str(day + timedelta(hours=2))
        deals.append(
            {
                "opportunity_id": f"d{n}",
                "account_id": f"a{n}",
                "kind": "new",
                "owner_id": f"ae{n % 4}",
                "created_at": opened,
                "stage": "Discovery",
            }
        )
        stages.append(
            {
                "record_type": "opportunity",
                "record_id": f"d{n}",
                "stage": "Discovery",
                "entered_at": opened,
                "place": 1,
            }
        )
    acts, parts, links = zip(*meetings, strict=True)
    # a last activity, so that the days that are looked at run on to the end of the year
    end = {**acts[0], "activity_id": "end", "happened_at": "2026-12-30 10:00:00"}
    return {
        "activities": [*acts, {**end, "day": "2026-12-30"}],
        "participants": list(parts),
        "activity_links": list(links),
        "handoffs": steps,
        "handoff_fields": fields,
        "opportunities": deals,
        "stage_changes": stages,
    }


# Discovery over again


@pytest.mark.shows("003-54", "fires")
@pytest.mark.shows("000-16", "fires")
def test_discovery_held_again_after_most_handoffs_that_lack_a_field_is_amber_at_most(seen):
    view = seen(**handed_over(80, again=lambda n: n < 60, filled=lambda n: n >= 50))

    (found,) = after_handoff.discovery_held_again(view)

    assert (found.answer, found.severity) == (Answer.PROVEN, Severity.AMBER)
    assert (
        "a further discovery meeting within 14 days of 75 % of 80 accepted handoffs" in found.says
    )
    assert "33 % (20 to 47 %) of the 30 with every field filled" in found.caveats[0]
    assert "of the 50 with a field left empty" in found.caveats[0]
    assert found.caveats[1].startswith("A proxy")
    assert not any("ae0" in str(cell) for row in found.proof.rows for cell in row)


@pytest.mark.parametrize(
    ("filled", "answer", "severity"),
    [(range(0, 80, 2), Answer.MEASURED, None), (range(2, 80, 8), Answer.PROVEN, Severity.AMBER)],
    ids=["of 40 full ones", "ten full ones are too few to tell"],
)
def test_discovery_held_again_as_often_after_full_handoffs_is_the_way_the_company_sells(
    seen, filled, answer, severity
):
    view = seen(**handed_over(80, again=lambda n: n % 8 > 1, filled=lambda n: n in filled))

    (found,) = after_handoff.discovery_held_again(view)

    assert (found.answer, found.severity) == (answer, severity)
    assert ("no more often where a field was left empty" in found.says) == (len(filled) == 40)


def test_discovery_held_once_is_clear(seen):
    (found,) = after_handoff.discovery_held_again(
        seen(**handed_over(80, again=lambda n: n < 16, filled=lambda n: True))
    )

    assert (found.answer, found.severity) == (Answer.CLEAR, None)
    assert found.measured.value == pytest.approx(0.2)


def test_a_dozen_accepted_handoffs_are_too_few(seen):
    (found,) = after_handoff.discovery_held_again(seen(**handed_over(12, again=lambda n: True)))

    assert found.answer is Answer.CANNOT_TELL


def test_acceptance_that_nobody_records_leaves_nothing_to_look_at(seen):
    tables = handed_over(80, again=lambda n: True)
    tables["handoffs"] = [row for row in tables["handoffs"] if row["step"] != "accepted"]

    (found,) = after_handoff.discovery_held_again(seen(**tables))

    assert found.answer is Answer.COULD_NOT_LOOK


# Proofs of concept


def proofs(paid: int, lost: int, running: int = 0, recorded: bool = True) -> dict[str, Rows]:
    """Proofs of concept of one Monday, paid after 60 days, lost after 30; or begun in December."""
    deals, meetings = [], []
    for n in range(paid + lost + running):
        still = n >= paid + lost
        began = datetime(2026, 12, 15, 10) if still else MONDAY
        deals.append(
            {
                "opportunity_id": f"d{n}",
                "account_id": f"a{n}",
                "kind": "new",
                "owner_id": f"ae{n % 4}",
                "created_at": began - timedelta(days=10),
                "stage": "Proposal",
                "poc_at": began if recorded else "",
                "closed_at": "" if still else began + timedelta(days=60 if n < paid else 30),
                "won": "" if still else str(n < paid).lower(),
            }
        )
        meetings.append(met(n, f"se{n % 4}", began + timedelta(days=1), n))
    acts, parts, links = zip(*meetings, strict=True)
    return {
        "opportunities": deals,
        "activities": list(acts),
        "participants": list(parts),
        "activity_links": list(links),
    }


@pytest.mark.shows("003-64", "fires")
def test_fewer_proofs_paid_than_the_band_are_amber_and_running_ones_are_no_losses(seen):
    (found,) = after_handoff.proofs_of_concept_paid(seen(**proofs(20, 60, running=20)))

    assert (found.answer, found.severity) == (Answer.PROVEN, Severity.AMBER)
    assert "se: 25 % of 100 proofs of concept are paid within 180 days" in found.says  # not 20 %
    assert found.caveats[0] == "20 paid, 60 lost, 20 open."


@pytest.mark.shows("003-64", "clear")
def test_seven_in_ten_proofs_paid_are_clear(seen):
    (found,) = after_handoff.proofs_of_concept_paid(seen(**proofs(75, 25)))

    assert (found.answer, found.severity) == (Answer.CLEAR, None)
    assert found.measured.value == pytest.approx(0.75)


@pytest.mark.shows("003-64", "cannot tell")
def test_without_a_record_of_proofs_of_concept_the_charter_word_is_named(seen):
    text = CHARTER.replace("      proof_of_concept: {field: Opportunity.POC__c}\n", "")

    (found,) = after_handoff.proofs_of_concept_paid(seen(text, **proofs(5, 5, recorded=False)))

    assert found.answer is Answer.COULD_NOT_LOOK
    assert "deals: proof_of_concept:" in found.remedy


# Every declared handoff


def to_success(
    cases: int, decided_after: Callable[[int], float], accepted: Callable[[int], bool]
) -> dict[str, Rows]:
    rows: Rows = []
    for n in range(cases):
        at = MONDAY + timedelta(days=n % 100)
        name = "accepted" if accepted(n) else "rejected"
        rows += [
            step("offered", n, at, "success", opportunity_id=f"d{n}"),
            step(name, n, at + timedelta(days=decided_after(n)), "success"),
        ]
    return {"handoffs": rows}


def named(findings) -> dict[str, object]:
    return {found.about: found for found in findings}


@pytest.mark.shows("003-55", "fires")
def test_a_handoff_to_customer_success_decided_late_is_amber_by_the_charters_own_limit(seen):
    tables = to_success(60, lambda n: 1 if n < 30 else 5, lambda n: n < 45)
    tables["handoff_fields"] = [
        {"handoff": "success", "case_id": f"c{n}", "field": "goals", "filled": str(n < 15).lower()}
        for n in range(60)
    ]

    found = named(handoff.handoffs_declared(seen(**tables)))

    waiting = found["handoffs.success: waiting"]
    assert (waiting.answer, waiting.severity) == (Answer.PROVEN, Severity.AMBER)
    assert "50 % of 60 cases are decided within 2 days, the charter's own limit" in waiting.says
    accepted = found["handoffs.success: acceptance"]
    assert (accepted.answer, accepted.severity) == (Answer.MEASURED, None)
    assert "75 % of 60 handoffs offered are accepted within 14 days" in accepted.says
    fields = found["handoffs.success: fields"]
    assert (fields.check, fields.severity) == ("handoffs_declared", Severity.RED)
    assert "25 % of the required fields are filled" in fields.says
    assert found["handoffs.success: conversion"].answer is Answer.COULD_NOT_LOOK
    assert found["handoffs.meeting"].answer is Answer.COULD_NOT_LOOK


def test_a_handoff_decided_in_time_is_clear(seen):
    found = named(handoff.handoffs_declared(seen(**to_success(60, lambda n: 1, lambda n: True))))

    assert found["handoffs.success: waiting"].answer is Answer.CLEAR


def test_ten_handoffs_are_too_few_to_judge_the_waiting(seen):
    found = named(handoff.handoffs_declared(seen(**to_success(10, lambda n: 9, lambda n: True))))

    assert found["handoffs.success: waiting"].answer is Answer.CANNOT_TELL


def test_waiting_without_a_limit_of_the_charters_is_shown_and_not_judged(seen):
    text = CHARTER.replace("        decide_within: 2 days\n", "")

    found = named(
        handoff.handoffs_declared(seen(text, **to_success(60, lambda n: 3, lambda n: True)))
    )

    waiting = found["handoffs.success: waiting"]
    assert (waiting.answer, waiting.severity) == (Answer.MEASURED, None)
    assert waiting.measured.value == pytest.approx(3.0)


def test_the_first_meeting_is_judged_in_one_place_only(seen):
    view = seen(**handed_over(40, again=lambda n: False))

    found = named(handoff.handoffs_declared(view))

    assert "handoffs.meeting: waiting" in found
    assert "handoffs.meeting: acceptance" not in found


def test_work_that_is_said_to_come_back_needs_a_handoff_for_the_way_back(seen, charter):
    text = CHARTER.replace("at: onboarding", "at: onboarding\n        returns: true")
    view = seen(text, **to_success(60, lambda n: 1, lambda n: True))

    found = named(handoff.handoffs_declared(view))

    back = found["handoffs.success: return"]
    assert back.answer is Answer.COULD_NOT_LOOK
    assert "from csm to ae" in back.remedy
    way_back = "\n      - {name: back, from: csm, to: ae, at: expansion}\n"
    declared = charter(text.rstrip() + way_back)
    both = View(declared, view.evidence, declared.numbers(), view.over, view.year)
    assert "handoffs.success: return" not in named(handoff.handoffs_declared(both))


def test_a_charter_without_handoffs_has_none_to_look_at(seen):
    text = CHARTER.split("    handoffs:")[0]

    (found,) = handoff.handoffs_declared(seen(text, **proofs(2, 2)))

    assert found.answer is Answer.DOES_NOT_APPLY
