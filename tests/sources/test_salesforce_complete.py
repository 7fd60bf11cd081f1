"""What a complete Salesforce export tells beyond deals and activities."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pytest

CHARTER = """
    company: Acme
    currency: USD
    time_zone: America/New_York
    roles: {sdr: {is: SDR}, ae: {is: AE}}
    titles: {"SDR": sdr, "AE": ae}
    """
OPEN = {"CreatedDate": "2026-01-05T10:00:00Z", "CloseDate": "2026-06-30", "StageName": "Discovery"}
OVER = {**OPEN, "IsClosed": "true", "IsWon": "true", "StageName": "Closed Won"}


def missing(found, file):
    return {column for loaded in found.files if loaded.file == file for column in loaded.missing}


def notes(found, file):
    return " ".join(loaded.note for loaded in found.files if loaded.file == file)


# When a row was last changed


def test_a_row_says_when_the_crm_last_changed_it(charter, evidence):
    found = evidence(
        charter(CHARTER),
        Account=[
            {
                "Id": "0011",
                "CreatedDate": "2026-01-01",
                "LastModifiedDate": "2026-02-01T00:00:00Z",
                "SystemModstamp": "2026-02-02T00:00:00Z",
            }
        ],
        Lead=[
            {"Id": "00Q1", "CreatedDate": "2026-01-01", "LastModifiedDate": "2026-03-01T00:00:00Z"}
        ],
    )

    assert found.sql("SELECT stated_at FROM accounts") == [(datetime(2026, 2, 2),)]
    assert found.sql("SELECT stated_at FROM leads") == [(datetime(2026, 3, 1),)]


# Merges


def merged_companies(**row):
    return [
        {"Id": "001A", "Name": "Acme Inc", "IsDeleted": "true", "MasterRecordId": "001B"},
        {"Id": "001B", "Name": "Acme", "IsDeleted": "true", "MasterRecordId": "001C"},
        {"Id": "001C", "Name": "Acme Group", "IsDeleted": "false", "MasterRecordId": ""},
        {"Id": "001D", "Name": "Other", "IsDeleted": "true", "MasterRecordId": ""},
    ]


def test_what_concerned_a_merged_company_concerns_the_one_it_became_at_the_end_of_the_chain(
    charter, evidence
):
    found = evidence(
        charter(CHARTER),
        Account=[{**row, "CreatedDate": "2026-01-01"} for row in merged_companies()],
        Contact=[{"Id": "0031", "AccountId": "001A", "CreatedDate": "2026-01-02"}],
        Opportunity=[{"Id": "0061", "AccountId": "001B", **OPEN}],
        Task=[
            {"Id": "00T1", "WhatId": "001A", "OwnerId": "005A", "CreatedDate": "2026-02-01"},
        ],
    )

    assert found.sql("SELECT account_id, merged_into FROM accounts ORDER BY 1") == [
        ("001A", "001C"),
        ("001B", "001C"),
        ("001C", None),
    ]
    assert found.sql("SELECT account_id FROM contacts") == [("001C",)]
    assert found.sql("SELECT account_id FROM opportunities") == [("001C",)]
    assert found.sql("SELECT record_id FROM activity_links") == [("001C",)]
    assert "merged" in found.derivations["accounts"]


def test_without_a_merge_nothing_is_moved_and_nothing_said_of_it(charter, evidence):
    found = evidence(
        charter(CHARTER),
        Account=[
            {"Id": "001A", "CreatedDate": "2026-01-01", "MasterRecordId": "", "IsDeleted": "false"}
        ],
        Contact=[{"Id": "0031", "AccountId": "001A", "CreatedDate": "2026-01-02"}],
    )

    assert found.sql("SELECT account_id FROM contacts") == [("001A",)]
    assert "accounts" not in found.derivations


def test_a_merged_contact_and_lead_are_gone_and_their_master_has_their_work(charter, evidence):
    found = evidence(
        charter(CHARTER),
        Contact=[
            {"Id": "003A", "MasterRecordId": "003B", "CreatedDate": "2026-01-02"},
            {"Id": "003B", "MasterRecordId": "", "CreatedDate": "2026-01-02"},
        ],
        Lead=[
            {"Id": "00QA", "MasterRecordId": "00QB", "CreatedDate": "2026-01-02"},
            {
                "Id": "00QB",
                "MasterRecordId": "",
                "CreatedDate": "2026-01-02",
                "ConvertedContactId": "003A",
            },
        ],
        OpportunityContactRole=[
            {"OpportunityId": "0061", "ContactId": "003A", "CreatedDate": "2026-01-03"}
        ],
        Task=[
            {"Id": "00T1", "WhoId": "003A", "CreatedDate": "2026-02-01"},
            {"Id": "00T2", "WhoId": "00QA", "CreatedDate": "2026-02-01"},
        ],
    )

    assert found.sql("SELECT contact_id FROM contacts") == [("003B",)]
    assert found.sql("SELECT lead_id, contact_id FROM leads") == [("00QB", "003B")]
    assert found.sql("SELECT contact_id FROM buying_roles") == [("003B",)]
    assert found.sql("SELECT record_id FROM activity_links ORDER BY 1") == [("003B",), ("00QB",)]


# Kinds of records, and ends of deals

BY_RECORD_TYPE = (
    CHARTER
    + """
    deals: {kind: {field: Opportunity.RecordType, renewal: [Renewal*], new: [New]}}
    """
)


def test_a_record_type_is_known_by_its_name_and_may_tell_the_kind_of_deal(charter, evidence):
    found = evidence(
        charter(BY_RECORD_TYPE),
        RecordType=[{"Id": "0121", "Name": "Renewal Deal", "SobjectType": "Opportunity"}],
        Opportunity=[{"Id": "0061", "RecordTypeId": "0121", **OPEN}],
    )

    assert found.sql("SELECT record_type, kind, kind_from FROM opportunities") == [
        ("Renewal Deal", "renewal", "Opportunity.RecordType")
    ]


def test_a_record_type_without_its_list_is_told_of_as_missing(charter, evidence):
    found = evidence(
        charter(BY_RECORD_TYPE), Opportunity=[{"Id": "0061", "RecordTypeId": "0121", **OPEN}]
    )

    assert found.sql("SELECT record_type, kind, kind_from FROM opportunities") == [
        (None, "new", "derived")
    ]
    assert "RecordType" in missing(found, "Opportunity.csv")


def test_where_no_column_says_that_a_deal_is_over_the_list_of_stages_does(charter, evidence):
    found = evidence(
        charter(CHARTER),
        OpportunityStage=[
            {"ApiName": "Signed", "MasterLabel": "Signed!", "IsClosed": "true", "IsWon": "true"},
            {"ApiName": "Gone", "MasterLabel": "Gone", "IsClosed": "true", "IsWon": "false"},
            {"ApiName": "Discovery", "MasterLabel": "D", "IsClosed": "false", "IsWon": "false"},
        ],
        Opportunity=[
            {**OPEN, "Id": "0061", "StageName": "Signed"},
            {**OPEN, "Id": "0062", "StageName": "Gone"},
            {**OPEN, "Id": "0063"},
        ],
    )

    assert found.sql(
        "SELECT won, closed_at IS NULL FROM opportunities ORDER BY opportunity_id"
    ) == [
        (True, False),
        (False, False),
        (None, True),
    ]


def test_where_nothing_lists_the_stages_their_standard_names_tell_and_it_is_said(charter, evidence):
    found = evidence(
        charter(CHARTER),
        Opportunity=[
            {**OPEN, "Id": "0061", "StageName": "Closed Won"},
            {**OPEN, "Id": "0062", "StageName": "Closed Lost"},
            {**OPEN, "Id": "0063"},
        ],
    )

    assert found.sql("SELECT won FROM opportunities ORDER BY opportunity_id") == [
        (True,),
        (False,),
        (None,),
    ]
    assert "Closed Won" in found.derivations["opportunities"]
    assert {"IsClosed", "IsWon"} <= missing(found, "Opportunity.csv")


def test_a_closed_deal_of_which_no_column_says_whether_it_was_won_is_not_lost(charter, evidence):
    found = evidence(
        charter(CHARTER),
        Opportunity=[{**OPEN, "Id": "0061", "StageName": "Done", "IsClosed": "true"}],
    )

    assert found.sql("SELECT won FROM opportunities") == [(None,)]


# Money

RATES = [
    {
        "IsoCode": "USD",
        "StartDate": "2020-01-01",
        "NextStartDate": "9999-12-31",
        "ConversionRate": "1",
    },
    {
        "IsoCode": "EUR",
        "StartDate": "2020-01-01",
        "NextStartDate": "2026-06-01",
        "ConversionRate": "0.9",
    },
    {
        "IsoCode": "EUR",
        "StartDate": "2026-06-01",
        "NextStartDate": "9999-12-31",
        "ConversionRate": "0.8",
    },
]


def deal(number, **row):
    return {**OVER, "Id": f"006{number}", "CurrencyIsoCode": "EUR", "Amount": "100.00", **row}


def test_a_value_in_another_currency_is_converted_at_the_rate_of_its_close_day(charter, evidence):
    found = evidence(
        charter(CHARTER),
        DatedConversionRate=RATES,
        Opportunity=[
            deal(1, CloseDate="2026-05-31"),
            deal(2, CloseDate="2026-06-01"),
            deal(3, CloseDate="2027-01-31", IsClosed="false", StageName="Discovery"),
            deal(4, CurrencyIsoCode="USD"),
        ],
        today=date(2026, 4, 1),
    )

    worth = found.sql("SELECT company_amount, rate_day FROM opportunities ORDER BY opportunity_id")

    assert worth == [
        (Decimal("111.11"), date(2026, 5, 31)),
        (Decimal("125.00"), date(2026, 6, 1)),
        (Decimal("111.11"), date(2026, 4, 1)),
        (Decimal("100.00"), None),
    ]
    assert "rate of the close day" in found.derivations["opportunities"]


def test_a_value_without_a_rate_is_unknown_and_the_file_says_so(charter, evidence):
    found = evidence(
        charter(CHARTER),
        DatedConversionRate=RATES,
        Opportunity=[deal(1, CurrencyIsoCode="GBP"), deal(2, CloseDate="2019-12-31")],
    )

    assert (
        found.sql("SELECT amount, company_amount FROM opportunities")
        == [(Decimal("100.00"), None)] * 2
    )
    assert "has no rate to USD for the values in EUR (1), GBP (1)" in notes(
        found, "Opportunity.csv"
    )


def test_without_dated_rates_that_of_today_is_taken_and_the_day_says_so(charter, evidence):
    found = evidence(
        charter(CHARTER),
        CurrencyType=[
            {"IsoCode": "USD", "ConversionRate": "1", "IsCorporate": "true"},
            {"IsoCode": "EUR", "ConversionRate": "0.5", "IsCorporate": "false"},
        ],
        Opportunity=[deal(1)],
    )

    assert found.sql("SELECT company_amount, rate_day FROM opportunities") == [
        (Decimal("200.00"), date(2026, 12, 31))
    ]


@pytest.mark.parametrize(
    ("amount", "worth"),
    [("9999999999999.99", "11111111111111.10"), ("-0.45", "-0.50"), ("0.05", "0.06")],
)
def test_no_cent_is_lost_in_a_conversion(charter, evidence, amount, worth):
    found = evidence(
        charter(CHARTER),
        DatedConversionRate=RATES,
        Opportunity=[deal(1, CloseDate="2026-05-01", Amount=amount)],
    )

    assert found.sql("SELECT company_amount FROM opportunities") == [(Decimal(worth),)]


def test_a_company_with_one_currency_needs_no_rates(charter, evidence):
    found = evidence(charter(CHARTER), Opportunity=[{**OVER, "Id": "0061", "Amount": "12.50"}])

    assert found.sql("SELECT company_amount, currency FROM opportunities") == [
        (Decimal("12.50"), "USD")
    ]
    assert notes(found, "Opportunity.csv") == ""


# What is in a deal, and who shares it


def test_the_products_of_a_deal_are_known_by_name_and_in_its_currency(charter, evidence):
    found = evidence(
        charter(CHARTER),
        Opportunity=[{**OVER, "Id": "0061", "CurrencyIsoCode": "EUR"}],
        Product2=[{"Id": "01t1", "Name": "Platform"}],
        OpportunityLineItem=[
            {
                "Id": "00k1",
                "OpportunityId": "0061",
                "Product2Id": "01t1",
                "Quantity": "3",
                "TotalPrice": "30.00",
                "CreatedDate": "2026-01-05",
                "IsDeleted": "false",
            },
            {"Id": "00k2", "OpportunityId": "0061", "Product2Id": "01t1", "IsDeleted": "true"},
        ],
    )

    assert found.sql("SELECT product, quantity, amount, currency FROM deal_lines") == [
        ("Platform", 3.0, Decimal("30.00"), "EUR")
    ]


def test_a_split_is_a_share_of_its_kind(charter, evidence):
    found = evidence(
        charter(CHARTER),
        User=[{"Id": "005A", "Title": "AE"}],
        OpportunitySplitType=[{"Id": "1S01", "MasterLabel": "Overlay"}],
        OpportunitySplit=[
            {
                "Id": "1S11",
                "OpportunityId": "0061",
                "SplitOwnerId": "005A",
                "SplitPercentage": "25",
                "SplitTypeId": "1S01",
                "CreatedDate": "2026-01-05",
            },
            {
                "Id": "1S12",
                "OpportunityId": "0061",
                "SplitOwnerId": "",
                "SplitPercentage": "75",
                "SplitTypeId": "1S01",
                "CreatedDate": "2026-01-05",
            },
        ],
    )

    assert found.sql("SELECT opportunity_id, kind, share FROM deal_splits") == [
        ("0061", "Overlay", 0.25)
    ]


def test_a_contract_is_a_term_and_a_draft_is_none(charter, evidence):
    term = {"AccountId": "0011", "StartDate": "2026-01-01", "EndDate": "2026-12-31"}
    found = evidence(
        charter(CHARTER),
        Contract=[
            {**term, "Id": "8001", "Status": "Activated", "ARR__c": "1200"},
            {**term, "Id": "8002", "Status": "Draft", "ARR__c": "900"},
            {**term, "Id": "8003", "Status": "Expired", "EndDate": "", "ContractTerm": "6"},
        ],
    )

    assert found.sql("SELECT contract_id, arr, end_day FROM contracts ORDER BY 1") == [
        ("8001", Decimal("1200.00"), date(2027, 1, 1)),
        ("8003", None, date(2026, 7, 1)),
    ]


# Who has what


def test_a_company_is_in_a_territory_since_it_was_put_there_and_has_its_one_owner(
    charter, evidence
):
    put = {"ObjectId": "0011", "LastModifiedDate": "2026-02-01T03:00:00Z"}
    found = evidence(
        charter(CHARTER),
        Territory2=[{"Id": "0MI1", "Name": "East"}, {"Id": "0MI2", "Name": "West"}],
        ObjectTerritory2Association=[
            {**put, "Id": "0TU1", "Territory2Id": "0MI1"},
            {**put, "Id": "0TU2", "Territory2Id": "0MI2"},
        ],
        UserTerritory2Association=[
            {"Territory2Id": "0MI1", "UserId": "005A", "IsActive": "true"},
            {"Territory2Id": "0MI1", "UserId": "005B", "IsActive": "false"},
            {"Territory2Id": "0MI2", "UserId": "005A", "IsActive": "true"},
            {"Territory2Id": "0MI2", "UserId": "005B", "IsActive": "true"},
        ],
    )

    assert found.sql(
        "SELECT territory, first_day, owner_id IS NOT NULL FROM territories ORDER BY 1"
    ) == [("East", date(2026, 1, 31), True), ("West", date(2026, 1, 31), False)]


def test_a_company_that_changed_hands_had_each_owner_for_a_time(charter, evidence):
    found = evidence(
        charter(CHARTER),
        AccountHistory=[
            {
                "AccountId": "0011",
                "Field": "Owner",
                "NewValue": new,
                "CreatedDate": f"2026-0{month}-01T00:00:00Z",
            }
            for month, new in enumerate(["005A", "Ada Lovelace", "005B"], start=1)
        ],
    )

    assert found.sql("SELECT record_type, from_at, to_at FROM ownership_changes ORDER BY 2") == [
        ("account", datetime(2026, 1, 1), datetime(2026, 3, 1)),
        ("account", datetime(2026, 3, 1), None),
    ]


HANDED_ON = [
    {"OpportunityId": "0061", "Field": "Owner", "OldValue": old, "NewValue": new, "CreatedDate": at}
    for old, new, at in (
        ("005A", "005B", "2026-03-01T00:00:00Z"),
        ("Ada Lovelace", "Grace Hopper", "2026-03-01T00:00:00Z"),
        ("005B", "005C", "2026-05-01T00:00:00Z"),
    )
]
DEAL = {"Id": "0061", "OwnerId": "005C", "CreatedDate": "2026-01-10T00:00:00Z"}
OWNERS = """SELECT n.name, from_at, to_at FROM ownership_changes o
    JOIN private.names n ON n.person_id = o.owner_id ORDER BY from_at"""


def test_whoever_had_a_deal_before_its_first_recorded_change_had_it_from_its_creation(
    charter, evidence
):
    found = evidence(
        charter(CHARTER),
        User=[{"Id": f"005{x}", "Name": x, "Title": "AE"} for x in "ABC"],
        Opportunity=[DEAL],
        OpportunityFieldHistory=HANDED_ON,
    )

    assert found.sql(OWNERS) == [
        ("A", datetime(2026, 1, 10), datetime(2026, 3, 1)),
        ("B", datetime(2026, 3, 1), datetime(2026, 5, 1)),
        ("C", datetime(2026, 5, 1), None),
    ]


def test_a_record_that_a_queue_had_first_has_its_first_owner_from_the_change(charter, evidence):
    found = evidence(
        charter(CHARTER),
        User=[{"Id": "005B", "Name": "B", "Title": "AE"}],
        Opportunity=[DEAL],
        OpportunityFieldHistory=[{**HANDED_ON[0], "OldValue": "00G1"}],
    )

    assert found.sql(OWNERS) == [("B", datetime(2026, 3, 1), None)]


def test_a_user_reports_to_their_manager(charter, evidence):
    found = evidence(
        charter(CHARTER),
        User=[
            {"Id": "005A", "Title": "AE", "ManagerId": "005M"},
            {"Id": "005M", "Title": "VP", "ManagerId": ""},
        ],
    )

    assert found.sql(
        "SELECT p.title, m.title FROM people p LEFT JOIN people m ON m.person_id = p.manager_id "
        "ORDER BY 1"
    ) == [("AE", "VP"), ("VP", None)]


# Meetings and tasks that are there more than once

MEETING = {
    "Subject": "Demo",
    "WhatId": "0011",
    "OwnerId": "005A",
    "StartDateTime": "2026-03-02T15:00:00Z",
    "DurationInMinutes": "60",
    "CreatedDate": "2026-03-01T09:00:00Z",
    "IsChild": "false",
}
TEAM = [{"Id": "005A", "Title": "AE"}, {"Id": "005B", "Title": "SE"}, {"Id": "005C", "Title": "AE"}]


def test_the_copies_that_invited_colleagues_have_are_one_meeting_with_all_of_them(
    charter, evidence
):
    found = evidence(
        charter(CHARTER),
        User=TEAM,
        Event=[
            {**MEETING, "Id": "00U1", "GroupEventType": "1"},
            {**MEETING, "Id": "00U2", "OwnerId": "005B", "IsChild": "true", "GroupEventType": "1"},
            {**MEETING, "Id": "00U3", "OwnerId": "005C", "IsChild": "true", "GroupEventType": "1"},
        ],
        EventRelation=[{"EventId": "00U1", "RelationId": "005B", "Status": "Accepted"}],
    )

    assert found.sql("SELECT activity_id, minutes FROM activities") == [("00U1", 60.0)]
    assert found.sql("SELECT part, count(*) FROM participants GROUP BY 1 ORDER BY 1") == [
        ("invited", 2),
        ("owner", 1),
    ]
    assert any("copy of a meeting" in reject["reason"] for reject in found.rejects)


def test_a_copy_whose_meeting_is_not_in_the_export_stands_for_it_once(charter, evidence):
    copy = {**MEETING, "IsChild": "true", "GroupEventType": "1"}
    found = evidence(
        charter(CHARTER),
        User=TEAM,
        Event=[{**copy, "Id": "00U2", "OwnerId": "005B"}, {**copy, "Id": "00U3"}],
    )

    assert found.sql("SELECT activity_id FROM activities") == [("00U2",)]
    assert found.sql("SELECT count(*) FROM participants") == [(2,)]


def test_two_meetings_at_one_time_that_are_no_copies_are_two(charter, evidence):
    found = evidence(
        charter(CHARTER),
        User=TEAM,
        Event=[{**MEETING, "Id": "00U1"}, {**MEETING, "Id": "00U2", "OwnerId": "005B"}],
    )

    assert found.sql("SELECT count(*) FROM activities") == [(2,)]


@pytest.mark.parametrize(
    ("pattern", "occurrence"),
    [
        ({"IsRecurrence": "true"}, {"IsRecurrence": "false"}),
        ({"GroupEventType": "3", "IsRecurrence2": "true"}, {"IsRecurrence2": "true"}),
        ({"RecurrenceActivityId": "00U1"}, {"RecurrenceActivityId": "00U1"}),
    ],
)
def test_the_pattern_of_a_series_is_no_meeting_but_each_time_it_takes_place_is(
    charter, evidence, pattern, occurrence
):
    found = evidence(
        charter(CHARTER),
        User=TEAM,
        Event=[
            {**MEETING, **pattern, "Id": "00U1"},
            {**MEETING, **occurrence, "Id": "00U2"},
            {**MEETING, **occurrence, "Id": "00U3", "StartDateTime": "2026-03-09T15:00:00Z"},
        ],
    )

    assert found.sql("SELECT activity_id FROM activities ORDER BY 1") == [("00U2",), ("00U3",)]


def test_an_archived_task_counts_like_any_other(charter, evidence):
    task = {"OwnerId": "005A", "CreatedDate": "2025-01-02T09:00:00Z", "IsClosed": "true"}
    found = evidence(
        charter(CHARTER), User=TEAM, Task=[{**task, "Id": "00T1", "IsArchived": "true"}]
    )

    assert found.sql("SELECT counted FROM activities") == [(True,)]


def test_what_came_of_a_call_is_its_result_and_else_the_status(charter, evidence):
    task = {"OwnerId": "005A", "CreatedDate": "2026-01-02T09:00:00Z", "Status": "Completed"}
    found = evidence(
        charter(CHARTER),
        User=TEAM,
        Task=[
            {**task, "Id": "00T1", "CallDisposition": "Left voicemail"},
            {**task, "Id": "00T2", "CallDisposition": ""},
        ],
    )

    assert found.sql("SELECT outcome FROM activities ORDER BY activity_id") == [
        ("Left voicemail",),
        ("Completed",),
    ]


def test_an_email_that_made_a_task_is_that_task_and_tells_which_way_it_went(charter, evidence):
    task = {"OwnerId": "005A", "TaskSubtype": "Email", "CreatedDate": "2026-01-02T09:00:00Z"}
    found = evidence(
        charter(CHARTER),
        User=TEAM,
        Task=[{**task, "Id": "00T1", "Status": "Completed"}],
        EmailMessage=[
            {
                "Id": "02s1",
                "ActivityId": "00T1",
                "Incoming": "true",
                "MessageDate": "2026-01-02T09:00:00Z",
                "CreatedDate": "2026-01-02T09:00:00Z",
                "CreatedById": "005A",
            }
        ],
    )

    assert found.sql("SELECT activity_id, kind, direction, outcome FROM activities") == [
        ("00T1", "email", "inbound", "Completed")
    ]


def test_an_email_without_a_task_is_an_entry_and_one_that_came_in_is_nobodys_work(
    charter, evidence
):
    message = {
        "MessageDate": "2026-01-02T09:00:00Z",
        "CreatedDate": "2026-01-02T09:00:00Z",
        "CreatedById": "005A",
        "ParentId": "5001",
    }
    found = evidence(
        charter(CHARTER),
        User=TEAM,
        EmailMessage=[
            {**message, "Id": "02s1", "Incoming": "false", "Status": "3"},
            {**message, "Id": "02s2", "Incoming": "true", "Status": "1"},
            {**message, "Id": "02s3", "Incoming": "false", "Status": "5"},
        ],
    )

    assert found.sql("SELECT direction, not_counted FROM activities ORDER BY activity_id") == [
        ("outbound", None),
        ("inbound", "came in"),
        ("outbound", "not done"),
    ]
    assert found.sql("SELECT activity_id FROM participants ORDER BY 1") == [("02s1",), ("02s3",)]
    assert found.sql("SELECT count(*) FROM activity_links WHERE record_type = 'ticket'") == [(3,)]


# What the charter names

NAMED = (
    CHARTER
    + """
    segments:
      north: {where: {Account.Region__c: [North]}}
    deals: {kind: {field: Opportunity.Motion__c, renewal: [Keep]}}
    inbound: {Lead.Asked__c: ["true"]}
    activities:
      rules:
        - {name: desk, object: Task, where: {Desk__c: ["yes"]}, is: deal_desk}
    handoffs:
      - from: sdr
        to: ae
        at: discovery
        offered: {object: Meeting__c, where: {Kind__c: [Discovery]}}
        accepted: {object: Opportunity, field: Accepted__c}
        requires: {pain: Opportunity.Pain__c}
    """
)


def export_with(**custom):
    """One record an object, with or without the columns that the charter names."""
    when = {"CreatedDate": "2026-01-05T10:00:00Z"}
    return {
        "Account": [{"Id": "0011", **when, **custom.get("Account", {})}],
        "Lead": [{"Id": "00Q1", **when, **custom.get("Lead", {})}],
        "Opportunity": [
            {"Id": "0061", "AccountId": "0011", **OPEN, **custom.get("Opportunity", {})}
        ],
        "Task": [{"Id": "00T1", "OwnerId": "005A", **when, **custom.get("Task", {})}],
        "Meeting__c": [{"Id": "a001", "AccountId": "0011", **when, **custom.get("Meeting__c", {})}],
    }


def test_columns_that_the_charter_names_are_read(charter, evidence):
    found = evidence(
        charter(NAMED),
        **export_with(
            Account={"Region__c": "North"},
            Lead={"Asked__c": "true"},
            Opportunity={"Motion__c": "Keep", "Accepted__c": "2026-01-07", "Pain__c": "Slow"},
            Task={"Desk__c": "yes"},
            Meeting__c={"Kind__c": "Discovery"},
        ),
    )

    assert found.sql("SELECT segment FROM accounts") == [("north",)]
    assert found.sql("SELECT inbound FROM leads") == [(True,)]
    assert found.sql("SELECT kind, kind_from FROM opportunities") == [
        ("renewal", "Opportunity.Motion__c")
    ]
    assert found.sql("SELECT rule FROM activities") == [("desk",)]
    assert found.sql("SELECT step FROM handoffs ORDER BY 1") == [("accepted",), ("offered",)]
    assert found.sql("SELECT filled FROM handoff_fields") == [(True,)]


def test_columns_that_the_charter_names_and_the_export_lacks_are_told_of(charter, evidence):
    found = evidence(charter(NAMED), **export_with())

    assert found.sql("SELECT segment FROM accounts") == [(None,)]
    assert found.sql("SELECT inbound FROM leads") == [(None,)]
    assert found.sql("SELECT kind_from FROM opportunities") == [("derived",)]
    assert found.sql("SELECT rule FROM activities") == [(None,)]
    assert found.sql("SELECT count(*) FROM handoffs") == [(0,)]
    assert "Region__c" in missing(found, "Account.csv")
    assert "Asked__c" in missing(found, "Lead.csv")
    assert {"Motion__c", "Accepted__c"} <= missing(found, "Opportunity.csv")
    assert "Desk__c" in missing(found, "Task.csv")
    assert "Kind__c" in missing(found, "Meeting__c.csv")


def test_a_whole_day_is_the_day_it_is_for_and_not_the_one_it_was_in_new_york(charter, evidence):
    whole = {"Id": "00U1", "IsAllDayEvent": "true", "StartDateTime": "2026-07-06T00:00:00.000Z", "ActivityDate": "2026-07-06", "CreatedDate": "2026-07-01"}  # fmt: skip

    found = evidence(charter(CHARTER), Event=[whole, {**whole, "Id": "00U2", "ActivityDate": ""}])

    assert found.sql("SELECT DISTINCT CAST(day AS VARCHAR), counted FROM activities") == [
        ("2026-07-06", False)
    ]


def test_a_mail_that_came_in_is_a_reply_and_nobodys_work(charter, evidence):
    mail = {"TaskSubtype": "Email", "Status": "Completed", "IsClosed": "true", "OwnerId": "0051", "CreatedById": "0051", "CreatedDate": "2026-07-01T09:00:00Z", "ActivityDate": "2026-07-01"}  # fmt: skip

    found = evidence(
        charter(CHARTER),
        Task=[
            {**mail, "Id": "00T1", "CallType": "Inbound"},
            {**mail, "Id": "00T2", "CallType": ""},
            {**mail, "Id": "00T3", "CallType": "Inbound", "TaskSubtype": "Call"},
        ],
    )

    assert found.sql(
        "SELECT kind, direction, counted, not_counted FROM activities ORDER BY activity_id"
    ) == [
        ("email", "inbound", False, "came in"),
        ("email", None, True, None),
        ("call", "inbound", True, None),
    ]
