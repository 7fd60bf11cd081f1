"""Handoffs: five events, none worked out from another; open cases stay open."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from remit.benchmarks import benchmarks
from remit.measures import handoff_flows, handovers_of_work
from remit.measures.handoffs import _in_time, handovers_between_people
from remit.measures.survival import incidence, kaplan_meier, waited
from remit.terms import Period

CHARTER = """
    company: Acme
    time_zone: UTC
    roles: {sdr: {is: SDR}, ae: {is: AE}}
    titles: {"SDR": sdr, "AE": ae}
    privacy: {minimum_group: 3}
    handoffs:
      - name: meeting
        from: sdr
        to: ae
        at: discovery
        offered: {object: Event, where: {Type: Discovery}}
        held: {object: Event, where: {Type: Discovery}, field: Held__c}
        accepted: {object: Opportunity, field: SAO__c}
        rejected: {object: Event, where: {Type: Discovery}, field: Rejected__c, reason: Why__c}
        converted: {object: Opportunity, stage: Qualified}
        requires: {pain: Opportunity.Pain__c, people: OpportunityContactRole}
        decide_within: 1 business day
    """
USERS = [
    {"Id": "005S", "Title": "SDR", "CreatedDate": "2020-01-01"},
    {"Id": "005A", "Title": "AE", "CreatedDate": "2020-01-01"},
]
YEAR = Period(date(2026, 1, 1), date(2027, 1, 1))


def meeting(n: int, day: date, **said: str) -> dict[str, str]:
    """A meeting booked by the SDR two days ahead, with the AE, about account n."""
    return {
        "Id": f"00U{n}",
        "AccountId": f"001{n}",
        "Type": "Discovery",
        "OwnerId": "005A",
        "CreatedById": "005S",
        "CreatedDate": f"{day - timedelta(days=2)}T09:00:00Z",
        "StartDateTime": f"{day}T15:00:00Z",
        "EndDateTime": f"{day}T16:00:00Z",
        "Held__c": "true",
        "Rejected__c": "",
        "Why__c": "",
        **said,
    }


def deal(n: int, day: date, **said: str) -> dict[str, str]:
    """A deal of account n, accepted by the AE on the day it was opened."""
    return {
        "Id": f"006{n}",
        "AccountId": f"001{n}",
        "StageName": "Qualified",
        "Type": "New Business",
        "CreatedDate": f"{day}T17:00:00Z",
        "SAO__c": str(day),
        "Pain__c": "slow quotes",
        **said,
    }


def qualified(n: int, day: date) -> dict[str, str]:
    return {
        "Id": f"008{n}",
        "OpportunityId": f"006{n}",
        "StageName": "Qualified",
        "CreatedDate": f"{day}T10:00:00Z",
    }


MONDAY = date(2026, 3, 2)


@pytest.fixture
def flow(charter, evidence):
    def run(text: str = CHARTER, **objects):
        declared = charter(text)
        accounts = [{"Id": f"001{n}", "CreatedDate": "2026-01-01"} for n in range(60)]
        found = evidence(declared, User=USERS, Account=accounts, **objects)
        (only,) = handoff_flows(found, declared, benchmarks(), YEAR)
        return only

    return run


def test_each_step_is_counted_from_its_own_record(flow):
    found = flow(
        Event=[
            meeting(1, MONDAY),
            meeting(2, MONDAY, Held__c="false"),
            meeting(3, MONDAY, Rejected__c="2026-03-03", Why__c="No budget"),
            meeting(4, MONDAY),
        ],
        Opportunity=[deal(1, MONDAY), deal(4, MONDAY, SAO__c="")],
        OpportunityHistory=[qualified(1, MONDAY + timedelta(days=5))],
    )

    assert found.counts == {"offered": 4, "held": 3, "accepted": 1, "rejected": 1, "converted": 1}
    assert found.reasons == {"No budget": 1}


def test_shares_are_of_meetings_held_so_that_no_shows_are_nobodys_rejection(flow):
    found = flow(
        Event=[meeting(1, MONDAY), *(meeting(n, MONDAY, Held__c="false") for n in range(2, 10))],
        Opportunity=[deal(1, MONDAY)],
    )

    assert (found.accepted.of_step, found.accepted.cases, found.accepted.estimate.value) == (
        "held",
        1,
        1.0,
    )


def test_a_step_that_leaves_no_record_is_said_to_be_unrecorded_and_not_guessed(flow):
    without = CHARTER.replace("accepted: {object: Opportunity, field: SAO__c}", "")

    found = flow(
        without,
        Event=[meeting(1, MONDAY)],
        Opportunity=[deal(1, MONDAY)],
        OpportunityHistory=[qualified(1, MONDAY)],
    )

    assert found.accepted is None
    assert "accepted" in found.unrecorded
    assert found.converted is not None


def test_a_field_the_export_lacks_makes_its_step_unrecorded(flow):
    events = [{k: v for k, v in meeting(1, MONDAY).items() if k != "Held__c"}]

    found = flow(Event=events, Opportunity=[deal(1, MONDAY)])

    assert "held" in found.unrecorded
    assert found.accepted.of_step == "offered"


def test_a_second_meeting_with_the_same_company_takes_what_comes_after_it(flow):
    second = MONDAY + timedelta(days=30)
    found = flow(
        Event=[
            meeting(1, MONDAY, Rejected__c=str(MONDAY + timedelta(days=1)), Why__c="Too early"),
            {**meeting(1, second), "Id": "00U1b"},
        ],
        Opportunity=[deal(1, second)],
    )

    assert found.counts == {"offered": 2, "held": 2, "accepted": 1, "rejected": 1}


def test_blank_and_placeholder_text_is_not_a_filled_field(flow):
    texts = ["slow quotes", "n/a", "TBD", ".", "--", "  ", "unknown", "x"]
    found = flow(
        Event=[meeting(n, MONDAY) for n in range(len(texts))],
        Opportunity=[deal(n, MONDAY, Pain__c=text) for n, text in enumerate(texts)],
        OpportunityContactRole=[{"Id": "00K1", "OpportunityId": "0060", "ContactId": "0031"}],
    )

    assert found.fields["pain"].value == pytest.approx(1 / 8)
    assert found.fields["people"].value == pytest.approx(1 / 8)


def test_a_field_of_a_meeting_that_never_became_a_deal_is_unknown_and_not_empty(flow):
    found = flow(
        Event=[meeting(1, MONDAY), meeting(2, MONDAY, Rejected__c="2026-03-03")],
        Opportunity=[deal(1, MONDAY)],
    )

    assert found.fields["pain"].of == "1 cases"


def test_a_weekend_does_not_use_up_a_business_day(flow):
    friday = date(2026, 3, 6)
    found = flow(
        Event=[meeting(1, friday), meeting(2, friday)],
        Opportunity=[deal(1, friday + timedelta(days=3)), deal(2, friday + timedelta(days=4))],
    )

    assert found.within.value == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("text", "limit", "in_time"),
    [("2 business days", 2, 1), ("16 business hours", 16, 1), ("4 days", 4, 1), ("3 days", 3, 0)],
)
def test_a_case_of_a_friday_is_decided_in_time_by_days_of_its_kind(text, limit, in_time):
    friday, never = pd.Timestamp(2026, 3, 6, 9), pd.NaT
    begun = pd.Series([friday] * 3)
    decided = pd.Series([friday + timedelta(days=4), friday + timedelta(days=5), never])

    # the Tuesday, the Wednesday, and one that nobody could have decided yet
    assert _in_time(begun[:2], decided[:2], datetime(2026, 4, 1), text, limit) == (in_time, 2)
    assert _in_time(begun[2:], decided[2:], datetime(2026, 3, 6, 10), text, limit) == (0, 0)


def test_a_wait_of_a_hundred_days_is_a_hundred_and_an_open_one_goes_on_to_the_end():
    begun = pd.Series([pd.Timestamp(2026, 1, 1)] * 2)
    ended = pd.Series([pd.Timestamp(2026, 4, 11), pd.NaT])

    waits, open_ = waited(begun, ended, datetime(2026, 1, 11))

    assert waits.tolist() == [100, 10]
    assert open_.tolist() == [False, True]


def test_waiting_counts_the_open_cases(flow):
    """Ten decided at once and ten never: half are still waiting, however long one looks."""
    found = flow(
        Event=[meeting(n, MONDAY) for n in range(20)],
        Opportunity=[deal(n, MONDAY) for n in range(10)],
    )

    assert found.wait[-1][1] == pytest.approx(0.5)


def test_aalen_johansen_agrees_with_counting_where_nothing_is_open():
    waits = np.array([1.0, 2.0, 3.0, 4.0, 50.0])
    status = np.array([1, 2, 1, 2, 1])

    value = incidence(waits, status, 14)[1].value

    assert value == pytest.approx(2 / 5)


def test_aalen_johansen_is_not_one_minuskaplan_meier():
    """With a competing end, 1 - KM would say 3/4 where half can ever be accepted."""
    waits, status = np.array([1.0, 2.0, 3.0, 4.0]), np.array([2, 1, 2, 1])

    value = incidence(waits, status, 100)[1].value

    assert value == pytest.approx(0.5)


def test_kaplan_meier_by_hand():
    """Waits 1, 2+, 3 and 4: 3/4 after the first, then 3/4 x 1/2, then 0."""
    curve, _ = kaplan_meier(np.array([1.0, 2.0, 3.0, 4.0]), np.array([True, False, True, True]))

    assert [share for _, share in curve][:4] == pytest.approx([1, 0.75, 0.375, 0.0])


PLACEBO = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23]
SIX_MP = [6, 6, 6, 7, 10, 13, 16, 22, 23, 6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]
"""Weeks to relapse in Freireich's trial of 1963; of the second arm only the first nine relapsed."""


@pytest.mark.parametrize(
    ("waits", "ended", "median", "low", "high"),
    [
        (PLACEBO, 21, 8, 4, 11),
        (SIX_MP, 9, 23, 13, None),
        # one day carries the curve from 70 % to 30 %, past the whole band: one day to either side
        ([1] * 30 + [2] * 40 + [3] * 30, 100, 2, 1, 3),
        ([0] * 60 + [*range(1, 41)], 100, 0, 0, 1),
        # just short of half on the first day: the band holds it, and the next wait ends it
        ([0] * 48 + [5] * 52, 100, 5, 0, 5),
        # nothing tells in what steps waits are recorded that are all alike
        ([5] * 10, 10, 5, 5, 5),
    ],
)
def test_the_median_wait_has_an_interval_where_waits_tie(waits, ended, median, low, high):
    ends = np.array([n < ended for n in range(len(waits))])

    _, found = kaplan_meier(np.array(waits, dtype=float), ends)

    assert (found.value, found.low, found.high) == pytest.approx((median, low, high))


def test_work_passes_from_role_to_role_on_a_record(charter, evidence):
    declared = charter(CHARTER)
    users = [
        *({"Id": f"005S{n}", "Title": "SDR", "CreatedDate": "2020-01-01"} for n in range(3)),
        *({"Id": f"005A{n}", "Title": "AE", "CreatedDate": "2020-01-01"} for n in range(3)),
    ]

    def mail(n: int, who: str, day: str) -> dict[str, str]:
        return {
            "Id": f"00T{n}{who}",
            "WhatId": f"001{n}",
            "OwnerId": who,
            "CreatedById": who,
            "IsClosed": "true",
            "TaskSubtype": "Email",
            "CreatedDate": f"{day}T10:00:00Z",
            "CompletedDateTime": f"{day}T10:00:00Z",
        }

    tasks = [
        row
        for n in range(3)
        for row in (
            mail(n, f"005S{n}", "2026-02-02"),
            mail(n, f"005A{n}", "2026-02-03"),
        )
    ]
    found = evidence(
        declared,
        User=users,
        Account=[{"Id": f"001{n}", "CreatedDate": "2026-01-01"} for n in range(3)],
        Task=tasks,
    )

    passed = handovers_of_work(found, declared, benchmarks(), YEAR)

    assert [(p.giver, p.taker, p.times) for p in passed] == [("sdr", "ae", 3)]
    # each time between two people; the SDRs' work is of 2 February
    for first, pairs in ((date(2026, 2, 2), [1, 1, 1]), (date(2026, 2, 3), [])):
        over = Period(first, date(2026, 3, 1))
        assert handovers_between_people(found, over).to_pandas()["times"].tolist() == pairs
