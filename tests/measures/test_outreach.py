"""Meetings, contact points, replies and first qualified deals, on cases one can count by hand."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

import numpy as np
import pytest

from remit.benchmarks import benchmarks
from remit.measures import lead_funnel, roles_held
from remit.measures.lead_response import business_hours, lead_response
from remit.measures.outreach import (
    MEETING,
    REPLY,
    _answers,
    _half_by,
    _working_weeks,
    cold_replies,
    meetings_set,
    qualification,
    sequences,
)
from remit.measures.sourced_pipeline import sourced_pipeline
from remit.terms import Period

pytestmark = pytest.mark.slow  # `make slow` runs it: every case loads an export

CHARTER = """
    company: Acme
    time_zone: UTC
    roles:
      sdr: {is: SDR, plan: sdr, ramp: 28 days}
      ae: {is: AE}
    titles: {"SDR": sdr, "AE": ae}
    privacy: {minimum_group: 3}
    plans: {sdr: {ote: 72000, pay_mix: 60/40}}
    handoffs:
      - name: meeting
        from: sdr
        to: ae
        at: discovery
        offered: {object: Event}
        held: {object: Event, field: Held__c}
        accepted: {object: Opportunity, field: SAO__c}
        converted: {object: Opportunity, stage: Qualified}
    """
SDRS = [
    *({"person_id": f"s{n}", "title": "SDR", "is_person": "true"} for n in range(3)),
    {"person_id": "a0", "title": "AE", "is_person": "true"},
]
LAST = {"lead_id": "last", "created_at": "2026-12-30 09:00:00", "inbound": "false"}
"""The lead with which the evidence ends."""
MONDAY = date(2026, 1, 5)
ROLE = {"roles": ("sdr",)}


def everyone(evidence, role="sdr") -> dict[str, frozenset[str]]:
    return {"persons": frozenset(h.person_id for h in roles_held(evidence) if h.role == role)}


def step(case: str, name: str, at: object, **more: object) -> dict[str, object]:
    return {"handoff": "meeting", "case_id": case, "step": name, "happened_at": str(at), **more}


def done(
    n: object, kind: str, at: str, who: str = "s0", **more: object
) -> tuple[dict[str, object], dict[str, object]]:
    """An activity and whose it was."""
    counted = more.get("not_counted") is None
    activity = {
        "activity_id": f"t{n}",
        "kind": kind,
        "happened_at": at,
        "day": at[:10],
        "date_only": "false",
        "counted": str(counted).lower(),
        **more,
    }
    return activity, {"activity_id": f"t{n}", "person_id": who, "part": "owner"}


@pytest.fixture
def worked(from_tables):
    """Load activities given as (lead, kind, instant, more), each on one lead."""

    def run(declared, touches, leads=(), **tables):
        acts, parts, links = [], [], []
        for n, (lead, kind, at, *more) in enumerate(touches):
            activity, part = done(n, kind, at, **(more[0] if more else {}))
            acts.append(activity)
            parts.append(part)
            links.append({"activity_id": f"t{n}", "record_type": "lead", "record_id": lead})
        return from_tables(
            declared,
            people=tables.pop("people", SDRS),
            activities=acts,
            participants=parts,
            activity_links=links,
            leads=[*leads, LAST],
            **tables,
        )

    return run


def cold(lead: str) -> dict[str, str]:
    return {"lead_id": lead, "created_at": "2026-01-01 09:00:00", "inbound": "false"}


# Meetings


def test_meetings_are_over_the_weeks_of_everybody_less_their_leave(charter, from_tables):
    """30 meetings in 25 person-weeks: 20 by one, 10 by one, none by one who was away for 5 of 10."""
    declared = charter(CHARTER)
    booked = [
        step(
            f"c{n}", "offered", f"{MONDAY + timedelta(days=7 * (n % 10))} 10:00:00", recorded_by=by
        )
        for n, by in enumerate(["s0"] * 20 + ["s1"] * 10)
    ]
    held = [{**row, "step": "held"} for row in booked[:15]]
    software = step("robot", "offered", "2026-01-06 10:00:00", recorded_by="nobody known")
    away = {"person_id": "s2", "first_day": "2026-02-09", "end_day": "2026-03-16", "kind": "leave"}
    found = from_tables(
        declared, people=SDRS, handoffs=[*booked, *held, software], absences=[away], leads=[LAST]
    )

    told = meetings_set(
        found,
        declared,
        benchmarks(),
        Period(MONDAY, date(2026, 3, 16)),
        **ROLE,
        **everyone(found),
    )

    assert (told.people, told.booked, told.held, told.unnamed) == (3, 30, 15, 1)
    assert told.weeks == pytest.approx(25)
    assert told.a_week.value == pytest.approx(
        1.2
    )  # not 1.0 with the leave, 1.5 of those who booked
    assert told.held_a_week.value == pytest.approx(0.6)
    assert told.a_week.low < 1.2 < told.a_week.high
    assert not any("s0" in str(cell) for row in told.by_week for cell in row)


def test_a_meeting_booked_while_ramping_up_does_not_count_and_neither_does_the_week(
    charter, from_tables
):
    text = (
        CHARTER.replace('titles: {"SDR": sdr, "AE": ae}', "")
        + """
    people:
      - {person: s0, role: sdr, from: 2025-01-01}
      - {person: s1, role: sdr, from: 2026-01-05}
    """
    )
    declared = charter(text)
    booked = [
        step("old", "offered", "2026-01-05 10:00:00", recorded_by="s0"),
        step("ramping", "offered", "2026-01-06 10:00:00", recorded_by="s1"),
        step("ramped", "offered", "2026-02-02 10:00:00", recorded_by="s1"),
    ]
    people = [{**row, "title": ""} for row in SDRS]
    found = from_tables(declared, people=people, handoffs=booked, leads=[LAST])

    told = meetings_set(
        found, declared, benchmarks(), Period(MONDAY, date(2026, 3, 2)), **ROLE, **everyone(found)
    )

    assert told.booked == 2
    assert told.weeks == pytest.approx(8 + 4)


def test_a_weekend_is_no_working_time_whatever_day_a_period_begins():
    thursday = Period(date(2026, 1, 1), date(2026, 1, 9))

    weeks = _working_weeks(np.ones((1, 8)), thursday)

    assert weeks.tolist() == [[0.2, 0.2, 0, 0, 0.2, 0.2, 0.2, 0.2]]


# Contact points


TOUCHES = [
    # answered with a meeting after 3, one of them sent by software
    ("L1", "email", "2026-03-02 10:00:00", {"not_counted": "automated"}),
    ("L1", "call", "2026-03-05 10:00:00"),
    ("L1", "email", "2026-03-09 10:00:00"),
    ("L1", "meeting", "2026-03-12 10:00:00", {"recorded_at": "2026-03-10 10:00:00"}),
    ("L1", "email", "2026-03-13 10:00:00"),
    # given up after 5
    *(("L2", "email", f"2026-03-{day:02} 10:00:00") for day in (2, 4, 6, 10, 12)),
    # given up after 2; what comes 40 days later is another sequence
    ("L3", "call", "2026-03-02 10:00:00"),
    ("L3", "call", "2026-03-04 10:00:00"),
    *(("L3", "call", f"2026-04-{day} 10:00:00") for day in (13, 14, 15)),
    # still open
    ("L4", "email", "2026-12-21 10:00:00"),
    ("L4", "email", "2026-12-23 10:00:00"),
    # asked to talk, so that nothing about it is cold
    ("L5", "email", "2026-03-02 10:00:00"),
    # a reminder to oneself reaches nobody
    ("L2", "task", "2026-03-13 10:00:00"),
]
LEADS = [
    *(cold(lead) for lead in ("L1", "L2", "L3", "L4")),
    {"lead_id": "L5", "created_at": "2026-03-01 09:00:00", "inbound": "true"},
]
YEAR = Period(date(2026, 1, 1), date(2026, 12, 31))


def test_contact_points_run_to_the_answer_or_the_end_of_work_and_open_ones_count_so_far(
    charter, worked
):
    """3 and 5 and 2 ended, 2 open. Of 4 one ends at 2, of the 2 left one at 3: the median is 3."""
    declared = charter(CHARTER)
    found = worked(declared, TOUCHES, LEADS)

    told = sequences(found, declared, benchmarks(), YEAR, **ROLE, **everyone(found))

    assert told.prospects == 4
    assert (told.touches, told.automated, told.tasks) == (12, 1, 1)
    assert told.ended == {"reply": 0, "meeting": 1, "given up": 2, "open": 1}
    assert told.median.value == 3
    assert (
        told.unanswered.value == 5
    )  # of those without an answer: 2 and 5 ended, the others so far


def test_a_prospect_whose_first_contact_may_have_been_missed_does_not_count(charter, worked):
    declared = charter(CHARTER)
    found = worked(declared, TOUCHES, LEADS)

    late = Period(date(2026, 2, 20), date(2026, 12, 31))
    told = sequences(found, declared, benchmarks(), late, **ROLE, **everyone(found))

    assert told.prospects == 1  # L4 alone began 21 days or more after the period did


def test_half_have_ended_by_the_count_at_which_exactly_half_have():
    """Of four one ends at 1, one at 2 and two at 4; of two with one open after 1, none has by half."""
    all_ended = np.array([[0.0, 1, 1, 0, 2]])

    assert _half_by(all_ended, all_ended).tolist() == [2]
    assert np.isnan(_half_by(np.array([[0.0, 0, 0]]), np.array([[0.0, 1, 1]]))).all()


# Replies


def test_a_reply_answers_the_last_email_before_it_once_and_young_emails_are_open(charter, worked):
    """Six e-mails, one answered in time: one came after 20 days, one was sent 5 days before the end."""
    declared = charter(CHARTER)
    came = {"direction": "inbound", "counted": "false", "not_counted": "came in"}
    touches = [
        *(("L1", "email", f"2026-03-{day:02} 10:00:00") for day in (2, 5, 8)),
        ("L1", "email", "2026-03-13 10:00:00", came),
        ("L1", "email", "2026-03-14 10:00:00"),  # a conversation, no cold e-mail
        ("L2", "email", "2026-03-02 10:00:00"),
        ("L2", "call", "2026-03-04 10:00:00", came),  # an answer, and no reply by e-mail
        ("L3", "email", "2026-03-02 10:00:00"),
        ("L3", "email", "2026-03-22 10:00:00", came),
        ("L4", "email", "2026-12-25 10:00:00"),
    ]
    found = worked(declared, touches, LEADS)

    told = cold_replies(found, declared, benchmarks(), YEAR, **ROLE, **everyone(found))

    answers = _answers(found).to_pandas()
    assert set(zip(answers["prospect"], answers["answer"], strict=True)) == {
        ("L1", REPLY),
        ("L2", MEETING),
        ("L3", REPLY),
    }
    assert (told.emails, told.prospects, told.replied) == (6, 4, 2)
    assert told.rate.value == pytest.approx(
        1 / 6
    )  # not 3 of 6, nor 2 of 6, nor 1 of the 4 last ones
    assert [(row[0].month, *row[1:]) for row in told.by_month] == [(12, 1, 0), (3, 5, 1)]


# From first contact to a qualified opportunity


def test_companies_not_yet_qualified_are_open_cases(charter, worked):
    """Qualified after 50 and 100 days, not after 300, and one contacted 30 days before the end.

    The young one leaves at day 30: 1/3 by day 50, and half of the rest by day 100.
    """
    declared = charter(CHARTER)
    touches = [
        ("L1", "call", "2026-03-02 10:00:00"),
        ("L2", "call", "2026-03-02 10:00:00"),
        ("L3", "call", "2026-03-02 10:00:00"),
        ("L4", "call", "2026-12-01 10:00:00"),
    ]
    leads = [cold(f"L{n}") for n in range(1, 5)]
    steps = [
        step("c1", "converted", "2026-04-21 10:00:00", prospect_id="L1"),
        step("c2", "converted", "2026-06-10 10:00:00", prospect_id="L2"),
        step("c1", "offered", "2026-04-01 10:00:00", prospect_id="L1", recorded_by="s0"),
        step("c2", "offered", "2026-04-01 10:00:00", prospect_id="L2", recorded_by="s0"),
    ]
    found = worked(declared, touches, leads, handoffs=steps)

    told = qualification(found, declared, benchmarks(), YEAR, **ROLE, **everyone(found))

    assert (told.companies, told.reached, told.basis) == (4, 2, "converted handoffs")
    assert told.share.value == pytest.approx(2 / 3)  # not the 2 of 4 that leave the young one in
    assert told.median.value == pytest.approx(100, abs=0.1)  # not the 75 of those that qualified
    assert told.of_those == pytest.approx(75)


# Pipeline


def test_pipeline_is_over_months_of_earnings_and_a_missing_amount_is_not_zero(charter, from_tables):
    """Three SDRs for 181 days: 5.95 months each, 17.84 in all, at 6,000 a month; 535,200 is 5 times."""
    declared = charter(CHARTER)
    steps = [
        row
        for n in range(6)
        for row in (
            step(f"c{n}", "offered", "2026-02-02 10:00:00", recorded_by=f"s{n % 3}"),
            step(f"c{n}", "converted", "2026-03-02 10:00:00", opportunity_id=f"d{n}"),
        )
    ]
    steps += [  # once more in August: a deal counts with the first
        step("again", "offered", "2026-07-20 10:00:00", recorded_by="s1"),
        step("again", "converted", "2026-08-03 10:00:00", opportunity_id="d0"),
    ]
    deals = [
        {
            "opportunity_id": f"d{n}",
            "kind": "new",
            "created_at": "2026-02-10 10:00:00",
            "created_by": "a0",
            "amount": "107040" if n < 5 else "",
            "currency": "USD",
        }
        for n in range(7)  # the last hangs on no handoff: opened, and not qualified by an SDR
    ]
    found = from_tables(declared, people=SDRS, handoffs=steps, opportunities=deals, leads=[LAST])

    told = sourced_pipeline(
        found,
        declared,
        benchmarks(),
        Period(date(2026, 1, 1), date(2026, 7, 1)),
        benchmark="sdr_pipeline_to_ote",
        **ROLE,
        **everyone(found),
    )

    assert (told.deals, told.unpriced, told.amount) == (6, 1, Decimal("535200.00"))
    assert told.months == pytest.approx(3 * 181 / 30.4375)
    assert told.ote_month == pytest.approx(Decimal(6000))
    assert told.times.value == pytest.approx(5.0, abs=0.001)  # not the 0.42 of a year's earnings
    assert told.basis == "converted handoffs"


# Leads won


def test_leads_won_are_told_with_their_days_and_wins_dated_before_the_lead(charter, from_tables):
    declared = charter(CHARTER)
    leads = [cold(f"L{n}") | {"created_at": "2026-02-10 10:00:00"} for n in range(4)]
    closed = ("2026-02-20 12:00:00", "2026-02-10 10:00:00", "2026-02-05 10:00:00")
    deals = [
        {
            "opportunity_id": f"d{n}",
            "lead_id": f"L{n}",
            "created_at": "2026-02-01 10:00:00",
            "closed_at": day,
            "won": "true",
        }
        for n, day in enumerate(closed)
    ]

    found = lead_funnel(from_tables(declared, leads=[*leads, LAST], opportunities=deals))

    # 10, 0 and -5 days: one that is won as it comes is no error
    assert (found.leads, found.won, found.median_days, found.won_before_created) == (5, 3, 0, 1)


# Speed to lead


def asked(lead: str, at: str) -> dict[str, str]:
    return {"lead_id": lead, "created_at": at, "inbound": "true"}


def test_the_weekend_the_evening_and_software_do_not_count_and_untouched_leads_stay_in(
    charter, worked
):
    """Waits of 2, 0.5, 5, 5 business hours and one for ever: the median is 5, one in five is quick."""
    declared = charter(CHARTER)
    friday, tuesday = "2026-03-06 16:00:00", "2026-03-10 10:00:00"
    wednesday, thursday = "2026-03-11 10:00:00", "2026-03-12 12:00:00"
    leads = [
        asked("A", friday),
        asked("B", tuesday),
        asked("C", tuesday),
        asked("D", wednesday),
        asked("E", thursday),
    ]
    touches = [
        ("A", "call", "2026-03-09 10:00:00"),
        ("B", "call", "2026-03-10 10:30:00"),
        ("D", "email", "2026-03-11 10:01:00", {"not_counted": "automated"}),
        ("D", "email", "2026-03-11 15:00:00"),
        ("E", "email", "2026-03-12 00:00:00", {"date_only": "true"}),
    ]
    found = worked(declared, touches, leads)

    told = lead_response(found, declared, benchmarks(), YEAR)

    waits = {lead: hours for lead, _, hours, _ in told.worst}
    assert {k: waits[k] for k in "ABDE"} == {"A": 2.0, "B": 0.5, "D": 5.0, "E": 5.0}
    assert (told.leads, told.tried, told.never, told.by_day) == (5, 4, 1, 1)
    assert told.within.value == pytest.approx(0.2)  # not the 1 in 4 of those who were tried
    assert told.median.value == pytest.approx(5.0)
    assert told.ninth is None


def test_hours_run_in_the_charters_calendar_and_zone_and_stop_on_its_holidays(charter):
    import pandas as pd

    declared = charter(
        CHARTER.rstrip() + "\n    calendars: {desk: {opens: '08:00', closes: '18:00', "
        "time_zone: Europe/Berlin, holidays: [2026-04-06]}}\n"
    )
    desk = declared.calendars["desk"]
    # Thursday 17:00 to Tuesday 09:00 in Berlin, over Good Friday (worked) and Easter Monday (not)
    times = pd.Series([datetime(2026, 4, 2, 15), datetime(2026, 4, 7, 7)])

    before, after = business_hours(times, desk, "Europe/Berlin")

    assert after - before == pytest.approx(1 + 10 + 0 + 1)
