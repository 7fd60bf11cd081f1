"""What an activity was for is read from the state it met, never from who did it."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from remit.benchmarks import benchmarks
from remit.measures import work
from remit.terms import Period
from tests.laws import examples

CHARTER = """
    company: Acme
    time_zone: UTC
    segments:
      large: {where: {employees: {at_least: 1000}}}
      small: {where: {employees: {below: 1000}}}
    roles: {sdr: {is: SDR}, ae: {is: AE}, csm: {is: CSM}}
    titles: {"SDR": sdr, "AE": ae, "CSM": csm}
    inbound: {Lead.LeadSource: [Web Request]}
    deals:
      kind: {new: [New], expansion: [Expansion], renewal: [Renewal]}
      stages: {Discovery: discovery, Validation: technical_validation, Proposal: closing}
    activities:
      rules: [{name: pricing, object: Task, where: {Subject: "Pricing*"}, is: deal_desk}]
    handoffs:
      - name: meeting
        from: sdr
        to: ae
        at: discovery
        offered: {object: Event, where: {Type: Discovery}}
    """

USERS = [
    {"Id": "005S", "Title": "SDR", "CreatedDate": "2020-01-01"},
    {"Id": "005A", "Title": "AE", "CreatedDate": "2020-01-01"},
    {"Id": "005C", "Title": "CSM", "CreatedDate": "2020-01-01"},
]
YEAR = Period(date(2026, 1, 1), date(2027, 1, 1))


def call(id_: str, on: str, *, by: str = "005A", **links: str) -> dict[str, str]:
    """A call of six minutes, logged at noon."""
    return {
        "Id": id_,
        "OwnerId": by,
        "CreatedById": by,
        "TaskSubtype": "Call",
        "IsClosed": "true",
        "CallDurationInSeconds": "360",
        "ActivityDate": on,
        "CreatedDate": f"{on}T12:00:00Z",
        "CompletedDateTime": f"{on}T12:00:00Z",
        **links,
    }


@pytest.fixture
def functions(charter, evidence):
    """Functions by activity, as the measure gives them."""

    def run(text: str = CHARTER, **objects):
        declared = charter(text)
        found = evidence(declared, User=USERS, **objects)
        rows = work(found, declared, benchmarks(), YEAR).to_pandas()
        return dict(zip(rows["activity_id"], rows["function"], strict=True))

    return run


LEAD = {"Id": "00Q1", "CreatedDate": "2026-01-02", "LeadSource": "Purchased List"}
ACCOUNT = {"Id": "0011", "CreatedDate": "2026-01-02", "NumberOfEmployees": "5000"}


def test_work_on_a_lead_that_never_asked_is_prospecting(functions):
    found = functions(Lead=[LEAD], Task=[call("00T1", "2026-02-02", WhoId="00Q1")])

    assert found == {"00T1": "prospecting"}


def test_work_on_a_lead_that_asked_to_talk_is_qualification(functions):
    asked = {**LEAD, "LeadSource": "Web Request"}

    found = functions(Lead=[asked], Task=[call("00T1", "2026-02-02", WhoId="00Q1")])

    assert found == {"00T1": "qualification"}


def test_a_request_wears_off_after_the_days_of_engagement(functions):
    asked = {**LEAD, "LeadSource": "Web Request"}

    found = functions(Lead=[asked], Task=[call("00T1", "2026-06-02", WhoId="00Q1")])

    assert found == {"00T1": "prospecting"}


def test_after_a_meeting_was_booked_work_on_the_lead_is_discovery_even_without_a_deal(functions):
    booked = {
        "Id": "00U1",
        "WhoId": "00Q1",
        "OwnerId": "005A",
        "CreatedById": "005S",
        "Type": "Discovery",
        "CreatedDate": "2026-02-03T09:00:00Z",
        "StartDateTime": "2026-02-10T15:00:00Z",
        "DurationInMinutes": "30",
    }
    before, after = (
        call("00T1", "2026-02-02", WhoId="00Q1"),
        call("00T2", "2026-02-04", WhoId="00Q1"),
    )

    found = functions(Lead=[LEAD], Event=[booked], Task=[before, after])

    assert found == {"00T1": "prospecting", "00T2": "discovery", "00U1": "discovery"}


def test_a_deal_that_did_not_exist_yet_does_not_count(functions):
    deal = {
        "Id": "0061",
        "AccountId": "0011",
        "Type": "New",
        "CreatedDate": "2026-03-01T00:00:00Z",
        "StageName": "Proposal",
    }
    history = [
        {
            "Id": "0081",
            "OpportunityId": "0061",
            "StageName": "Proposal",
            "CreatedDate": "2026-03-01T00:00:00Z",
        }
    ]
    before, after = (
        call("00T1", "2026-02-02", WhatId="0061"),
        call("00T2", "2026-03-02", WhatId="0061"),
    )

    found = functions(
        Account=[ACCOUNT], Opportunity=[deal], OpportunityHistory=history, Task=[before, after]
    )

    assert found == {"00T1": "prospecting", "00T2": "closing"}


def test_the_stage_then_decides_and_not_the_stage_today(functions):
    deal = {
        "Id": "0061",
        "AccountId": "0011",
        "Type": "New",
        "CreatedDate": "2026-01-05T00:00:00Z",
        "StageName": "Proposal",
    }
    stages = [("Discovery", "2026-01-05"), ("Validation", "2026-02-01"), ("Proposal", "2026-03-01")]
    history = [
        {
            "Id": f"008{n}",
            "OpportunityId": "0061",
            "StageName": stage,
            "CreatedDate": f"{day}T00:00:00Z",
        }
        for n, (stage, day) in enumerate(stages)
    ]
    tasks = [call(f"00T{month}", f"2026-{month:02d}-10", WhatId="0061") for month in (1, 2, 3)]

    found = functions(Account=[ACCOUNT], Opportunity=[deal], OpportunityHistory=history, Task=tasks)

    assert found == {"00T1": "discovery", "00T2": "technical_validation", "00T3": "closing"}


def test_work_on_an_open_deal_in_a_stage_nobody_mapped_is_selling_kind_unknown(functions):
    deal = {
        "Id": "0061",
        "AccountId": "0011",
        "Type": "New",
        "CreatedDate": "2026-01-05T00:00:00Z",
        "StageName": "Limbo",
    }

    found = functions(
        Account=[ACCOUNT], Opportunity=[deal], Task=[call("00T1", "2026-02-02", WhatId="0061")]
    )

    assert found == {"00T1": "selling"}


CUSTOMER = {
    "Id": "0061",
    "AccountId": "0011",
    "Type": "New",
    "CreatedDate": "2025-01-05T00:00:00Z",
    "StageName": "Closed Won",
    "IsClosed": "true",
    "IsWon": "true",
    "CloseDate": "2026-01-10",
}


def test_the_first_sixty_days_of_a_customer_are_onboarding_and_then_customer_success(functions):
    tasks = [call("00T1", "2026-02-02", WhatId="0011"), call("00T2", "2026-05-02", WhatId="0011")]

    found = functions(Account=[ACCOUNT], Opportunity=[CUSTOMER], Task=tasks)

    assert found == {"00T1": "onboarding", "00T2": "customer_success"}


def test_a_renewal_opened_a_year_ahead_does_not_turn_work_on_the_account_into_renewal(functions):
    renewal = {
        "Id": "0062",
        "AccountId": "0011",
        "Type": "Renewal",
        "StageName": "Talks",
        "CreatedDate": "2026-01-11T00:00:00Z",
        "CloseDate": "2027-01-10",
    }
    history = [
        {
            "Id": "0081",
            "OpportunityId": "0062",
            "StageName": "Open",
            "CreatedDate": "2026-01-11T00:00:00Z",
        },
        {
            "Id": "0082",
            "OpportunityId": "0062",
            "StageName": "Talks",
            "CreatedDate": "2026-10-01T00:00:00Z",
        },
    ]
    tasks = [
        call("00T1", "2026-06-01", WhatId="0011"),
        call("00T2", "2026-06-01", WhatId="0062"),
        call("00T3", "2026-10-02", WhatId="0011"),
    ]

    found = functions(
        Account=[ACCOUNT], Opportunity=[CUSTOMER, renewal], OpportunityHistory=history, Task=tasks
    )

    assert found == {"00T1": "customer_success", "00T2": "renewal", "00T3": "renewal"}


def test_work_on_a_ticket_is_support_whatever_else_is_going_on_with_the_account(functions):
    ticket = {"Id": "5001", "AccountId": "0011", "CreatedDate": "2026-02-01"}
    task = call("00T1", "2026-02-02", WhatId="5001", AccountId="0011")

    found = functions(Account=[ACCOUNT], Opportunity=[CUSTOMER], Case=[ticket], Task=[task])

    assert found == {"00T1": "support"}


def test_a_charter_rule_comes_before_everything_else(functions):
    task = {**call("00T1", "2026-02-02", WhoId="00Q1"), "Subject": "pricing: approve discount"}

    found = functions(Lead=[LEAD], Task=[task])

    assert found == {"00T1": "deal_desk"}


def test_work_that_hangs_on_nothing_is_unknown_and_not_internal(functions):
    assert functions(Lead=[LEAD], Task=[call("00T1", "2026-02-02")]) == {"00T1": "unknown"}


def test_a_lost_deal_leaves_a_company_to_prospect_again(functions):
    lost = {**CUSTOMER, "IsWon": "false", "StageName": "Closed Lost"}

    found = functions(
        Account=[ACCOUNT], Opportunity=[lost], Task=[call("00T1", "2026-05-02", WhatId="0011")]
    )

    assert found == {"00T1": "prospecting"}


@pytest.mark.parametrize("seller", ["005S", "005A", "005C"])
def test_the_same_work_has_the_same_function_whoever_does_it(functions, seller):
    task = call("00T1", "2026-02-02", by=seller, WhoId="00Q1")

    assert functions(Lead=[LEAD], Task=[task]) == {"00T1": "prospecting"}


def test_a_time_of_day_in_another_zone_is_another_day(charter, evidence):
    declared = charter(CHARTER.replace("time_zone: UTC", "time_zone: Asia/Tokyo"))
    task = {
        **call("00T1", "2026-02-02", WhoId="00Q1"),
        "CompletedDateTime": "2026-02-02T20:00:00Z",
        "CreatedDate": "2026-02-02T20:00:00Z",
        "ActivityDate": "2026-02-03",
    }

    found = evidence(declared, User=USERS, Lead=[LEAD], Task=[task])

    assert found.sql("SELECT day FROM activities") == [(date(2026, 2, 3),)]


def test_a_recorded_length_is_kept_and_a_missing_one_is_estimated_by_kind_with_a_range(
    charter, evidence
):
    declared = charter(CHARTER)
    mail = {
        **call("00T2", "2026-02-03", WhoId="00Q1"),
        "TaskSubtype": "Email",
        "CallDurationInSeconds": "",
    }
    found = evidence(
        declared, User=USERS, Lead=[LEAD], Task=[call("00T1", "2026-02-02", WhoId="00Q1"), mail]
    )

    rows = work(found, declared, benchmarks(), YEAR).to_pandas().set_index("activity_id")

    assert rows.loc["00T1", ["low", "minutes", "high"]].tolist() == [6, 6, 6]
    assert rows.loc["00T2", ["low", "minutes", "high"]].tolist() == [2, 5, 10]


PEOPLE = """\
    person,role,segment,share,from,to
    005A,ae,large,0.5,2020-01-01,
    005A,csm,small,0.5,2020-01-01,
    """


def test_somebody_in_two_segments_works_for_the_role_whose_segment_it_is(charter, evidence):
    declared = charter(CHARTER.rstrip() + "\n    people: people.csv\n", people=PEOPLE)
    small = {**ACCOUNT, "Id": "0012", "NumberOfEmployees": "10"}
    found = evidence(
        declared,
        User=USERS,
        Account=[ACCOUNT, small],
        Task=[
            call("00T1", "2026-02-02", WhatId="0011"),
            call("00T2", "2026-02-03", WhatId="0012"),
            call("00T3", "2026-02-04"),
        ],
    )

    rows = work(found, declared, benchmarks(), YEAR).to_pandas()
    by = {(r.activity_id, r.role): r.minutes for r in rows.itertuples()}

    assert by == {("00T1", "ae"): 6, ("00T2", "csm"): 6, ("00T3", "ae"): 3, ("00T3", "csm"): 3}


@settings(max_examples=examples(8), deadline=None)
@given(order=st.permutations(range(6)))
def test_the_order_of_rows_in_an_export_changes_nothing(order, tmp_path_factory):
    """Hypothesis: shuffled files give the same functions and minutes."""
    from pathlib import Path
    from textwrap import dedent

    from remit.charter import read_charter
    from remit.measures import open_for
    from remit.sources import load

    place = Path(tmp_path_factory.mktemp("order"))
    (place / "charter.yaml").write_text(dedent(CHARTER))
    declared = read_charter(place / "charter.yaml")
    days = ["2026-02-02", "2026-02-03", "2026-02-04", "2026-05-05", "2026-05-06", "2026-07-07"]
    tasks = [call(f"00T{n}", day, WhatId="0011", WhoId="00Q1") for n, day in enumerate(days)]
    export = place / "export"
    export.mkdir()
    tables = {
        "User": USERS,
        "Lead": [LEAD],
        "Account": [ACCOUNT],
        "Opportunity": [CUSTOMER],
        "Task": [tasks[n] for n in order],
    }
    for name, rows in tables.items():
        lines = [",".join(rows[0]), *(",".join(row.values()) for row in rows)]
        (export / f"{name}.csv").write_text("\n".join(lines) + "\n")
    load(declared, [export], place / "e.duckdb", today=date(2026, 12, 31))

    rows = work(open_for(declared, place / "e.duckdb"), declared, benchmarks(), YEAR).to_pandas()

    assert dict(zip(rows["activity_id"], rows["function"], strict=True)) == {
        "00T0": "onboarding",
        "00T1": "onboarding",
        "00T2": "onboarding",
        "00T3": "customer_success",
        "00T4": "customer_success",
        "00T5": "customer_success",
    }
