"""What the rows of HubSpot's exports, and of connectors to HubSpot, become."""

from __future__ import annotations

import pytest

CHARTER = """
    company: Acme
    time_zone: America/New_York
    roles: {sdr: {is: SDR}, ae: {is: AE}}
    titles: {"SDR": sdr, "AE": ae}
    segments:
      big: {where: {employees: {at_least: 1000}}}
      small: {where: {employees: {below: 1000}}}
    """
OWNERS = [
    {"id": "71", "user_id": "901", "first_name": "Ada", "last_name": "Bell", "email": "ada@x.co"},
    {"id": "72", "user_id": "902", "first_name": "Ben", "last_name": "Cole", "email": "ben@x.co"},
]
PIPELINES = [
    {
        "object": "deals",
        "pipeline_id": "default",
        "pipeline_label": "Sales",
        "stage_id": stage,
        "stage_label": label,
        "is_closed": closed,
        "probability": probability,
    }
    for stage, label, closed, probability in (
        ("s1", "Discovery", "false", "0.2"),
        ("s2", "Proposal", "false", "0.6"),
        ("won", "Signed", "true", "1.0"),
        ("lost", "Gone", "true", "0.0"),
    )
]


def who(found, id_):
    """The id in the CRM that a pseudonym stands for."""
    return f"(SELECT source_id FROM private.names n WHERE n.person_id = {id_})"


# What a file holds


def test_files_are_told_by_their_columns_whatever_hubspot_called_them(charter, load_export):
    summary = load_export(
        charter(CHARTER),
        **{
            "hubspot-crm-exports-my-view-2026-03-01": [
                {
                    "Record ID": "1",
                    "Company name": "A",
                    "Company owner": "",
                    "Create Date": "2026-01-05 10:00",
                }
            ],
            "hubspot-crm-exports-all-deals-2026-03-01": [
                {
                    "Record ID": "5",
                    "Deal Name": "D",
                    "Deal Stage": "X",
                    "Create Date": "2026-01-05 10:00",
                }
            ],
        },
    )

    assert summary.source == "hubspot"
    assert [file.table for file in summary.files] == ["opportunities", "accounts"]


def test_a_folder_of_another_crm_with_record_ids_is_not_taken_for_hubspots(charter, load_export):
    from remit.sources import ExportError

    with pytest.raises(ExportError) as error:
        load_export(
            charter(CHARTER), Deals_001=[{"Record Id": "1", "Deal Name": "D", "Stage": "X"}]
        )

    assert "is no export that remit knows" in str(error.value)


def test_a_row_without_an_id_and_one_that_is_there_twice_are_refused(charter, load_export):
    rows = [
        {"hs_object_id": id_, "createdate": "2026-01-05", "name": "A"} for id_ in ("1", "1", "")
    ]

    summary = load_export(charter(CHARTER), companies=rows)

    assert (summary.rows, summary.kept, summary.rejected) == (3, 1, 2)


# People


def test_an_owner_may_be_an_id_an_address_or_a_name(charter, evidence):
    found = evidence(
        charter(CHARTER),
        owners=OWNERS,
        companies=[
            {"hs_object_id": f"{at}", "createdate": "2026-01-05", "hubspot_owner_id": owner}
            for at, owner in enumerate(["71", "ada@x.co", "Ada Bell", "Nobody Known", ""], start=1)
        ],
    )

    owners = found.sql(
        f"SELECT account_id, {who(found, 'owner_id')}, owner_id FROM accounts ORDER BY 1"
    )

    assert [row[1] for row in owners] == ["71", "71", "71", None, None]
    assert owners[3][2] is not None
    assert owners[4][2] is None


def test_a_name_that_two_owners_have_is_neither_of_them(charter, evidence):
    twins = [OWNERS[0], {**OWNERS[0], "id": "79", "user_id": "979", "email": "ada2@x.co"}]

    found = evidence(
        charter(CHARTER),
        owners=twins,
        companies=[
            {"hs_object_id": "1", "createdate": "2026-01-05", "hubspot_owner_id": "Ada Bell"}
        ],
    )

    assert found.sql(f"SELECT {who(found, 'owner_id')} FROM accounts") == [(None,)]


def test_without_a_list_of_owners_people_are_those_that_records_name(charter, evidence):
    found = evidence(
        charter(CHARTER),
        deals=[
            {
                "Record ID": f"{at}",
                "Deal Stage": "X",
                "Deal owner": name,
                "Create Date": "2026-01-05",
            }
            for at, name in enumerate(["Ada Bell", "Ada Bell", "Ben Cole"])
        ],
    )

    assert found.sql("SELECT name FROM private.names ORDER BY 1") == [("Ada Bell",), ("Ben Cole",)]
    assert "no list of owners" in dict(found.sql("SELECT * FROM derivations"))["people"]


def test_titles_and_teams_come_from_the_list_of_users(charter, evidence):
    found = evidence(
        charter(CHARTER),
        owners=[{**OWNERS[0], "teams": "East;West", "archived": "true"}],
        users=[{"hs_internal_user_id": "901", "hs_email": "ada@x.co", "hs_job_title": "SDR"}],
        companies=[{"hs_object_id": "1", "createdate": "2026-01-05", "name": "A"}],
    )

    assert found.sql("SELECT title, crm_role, active FROM people") == [("SDR", "East", False)]


# Deals


def deal(**columns):
    return {
        "hs_object_id": "5",
        "createdate": "2026-01-05T15:00:00Z",
        "pipeline": "default",
        **columns,
    }


@pytest.mark.parametrize(
    ("columns", "won"),
    [
        ({"dealstage": "s1"}, None),
        ({"dealstage": "won"}, True),
        ({"dealstage": "lost"}, False),
        ({"dealstage": "s1", "hs_is_closed": "true", "hs_is_closed_won": "true"}, True),
        ({"dealstage": "won", "hs_is_closed": "false", "hs_is_closed_won": "false"}, None),
        ({"dealstage": "closedlost"}, False),
    ],
)
def test_a_deal_is_won_or_lost_by_its_flags_else_by_its_stage(charter, evidence, columns, won):
    found = evidence(charter(CHARTER), pipelines=PIPELINES, deals=[deal(**columns)])

    assert found.sql("SELECT won FROM opportunities") == [(won,)]


def test_a_deal_has_the_labels_of_its_stage_and_pipeline(charter, evidence):
    found = evidence(charter(CHARTER), pipelines=PIPELINES, deals=[deal(dealstage="s2")])

    assert found.sql("SELECT stage, pipeline FROM opportunities") == [("Proposal", "Sales")]


@pytest.mark.parametrize(
    ("columns", "kind"),
    [
        ({"dealtype": "newbusiness"}, ("new", "deals.dealtype")),
        ({"dealtype": "Existing Business"}, ("expansion", "deals.dealtype")),
        ({"dealtype": "existingbusiness", "pipeline": "Renewals"}, ("renewal", "deals.pipeline")),
        ({"dealtype": ""}, ("new", "derived")),
    ],
)
def test_the_kind_of_a_deal_is_its_type_or_a_pipeline_of_renewals(charter, evidence, columns, kind):
    found = evidence(charter(CHARTER), deals=[deal(dealstage="s1", **columns)])

    assert found.sql("SELECT kind, kind_from FROM opportunities") == [kind]


def test_the_charters_column_for_kinds_goes_before_the_deal_type(charter, evidence):
    declared = charter(
        CHARTER + "deals: {kind: {field: deals.motion, new: [Land], expansion: [Grow]}}\n    "
    )

    found = evidence(declared, deals=[deal(dealstage="s1", dealtype="newbusiness", motion="Grow")])

    assert found.sql("SELECT kind, kind_from FROM opportunities") == [("expansion", "deals.motion")]


def test_stages_over_time_are_rebuilt_from_the_history_of_the_property(charter, evidence):
    history = [
        {"hs_object_id": "5", "property": prop, "value": value, "timestamp": at, "source_id": by}
        for prop, value, at, by in (
            ("dealstage", "won", "2026-02-03T10:00:00Z", "userId:902"),
            ("dealstage", "s1", "2026-01-05T15:00:00Z", ""),
            ("dealstage", "s2", "2026-01-20T10:00:00Z", "userId:901"),
            ("dealstage", "s2", "2026-01-21T10:00:00Z", "userId:901"),
            ("amount", "12", "2026-01-21T10:00:00Z", ""),
        )
    ]

    found = evidence(
        charter(CHARTER),
        pipelines=PIPELINES,
        owners=OWNERS,
        deals=[deal(dealstage="won", closedate="2026-02-28")],
        deals_property_history=history,
    )

    assert found.sql(
        f"""SELECT stage, place, CAST(entered_at AS DATE)::VARCHAR, CAST(left_at AS DATE)::VARCHAR,
        {who(found, "moved_by")} FROM stage_changes ORDER BY place"""
    ) == [
        ("Discovery", 1, "2026-01-05", "2026-01-20", None),
        ("Proposal", 2, "2026-01-20", "2026-02-03", "71"),
        ("Signed", 3, "2026-02-03", None, "72"),
    ]
    assert found.sql("SELECT closed_from FROM opportunities") == [("stage history",)]


def test_without_a_history_stages_are_dated_by_the_deals_own_columns(charter, evidence):
    found = evidence(
        charter(CHARTER),
        deals=[
            {
                "Record ID": "5",
                "Deal Stage": "Closed Won",
                "Create Date": "2026-01-05 10:00",
                "Close Date": "2026-02-03 10:00",
                'Date entered "Discovery (Sales Pipeline)"': "2026-01-05 10:00",
                'Date entered "Closed Won (Sales Pipeline)"': "2026-02-03 10:00",
                'Date entered "Closed Lost (Sales Pipeline)"': "",
                'Date exited "Discovery (Sales Pipeline)"': "2026-02-03 10:00",
            }
        ],
    )

    assert found.sql("SELECT stage, hour(entered_at) FROM stage_changes ORDER BY place") == [
        ("Discovery", 15),
        ("Closed Won", 15),
    ]
    assert "last entered" in dict(found.sql("SELECT * FROM derivations"))["stage_changes"]


def test_the_newer_of_two_dates_for_one_stage_is_the_one_that_counts(charter, evidence):
    found = evidence(
        charter(CHARTER),
        pipelines=PIPELINES,
        deals=[
            deal(
                dealstage="s2",
                hs_date_entered_s1="2026-01-01T10:00:00Z",
                hs_v2_date_entered_s1="2026-01-05T15:00:00Z",
                hs_date_entered_s2="2026-01-09T10:00:00Z",
            )
        ],
    )

    assert found.sql("SELECT stage, day(entered_at) FROM stage_changes ORDER BY place") == [
        ("Discovery", 5),
        ("Proposal", 9),
    ]


def test_a_history_of_owners_is_spells_and_nobody_ends_one(charter, evidence):
    history = [
        {"hs_object_id": "5", "property": "hubspot_owner_id", "value": owner, "timestamp": at}
        for owner, at in (("71", "2026-01-05"), ("", "2026-01-10"), ("72", "2026-01-20"))
    ]

    found = evidence(
        charter(CHARTER),
        owners=OWNERS,
        deals=[deal(dealstage="s1")],
        deals_property_history=history,
    )

    assert found.sql(
        f"""SELECT {who(found, "owner_id")}, day(from_at) FROM ownership_changes ORDER BY from_at"""
    ) == [("71", 5), ("72", 20)]


# Contacts, leads and what was merged


def contact(id_, created="2026-01-01T10:00:00Z", **columns):
    return {"hs_object_id": id_, "createdate": created, "jobtitle": "CEO", **columns}


def test_a_contact_is_a_lead_until_there_is_a_deal_with_it(charter, evidence):
    found = evidence(
        charter(CHARTER),
        contacts=[
            contact("11", lifecyclestage="opportunity", hs_lead_status="OPEN_DEAL"),
            contact("12", lifecyclestage="lead"),
            contact("13", created="2026-03-01T10:00:00Z", **{"associations.companies": "1"}),
        ],
        companies=[{"hs_object_id": "1", "createdate": "2026-01-01", "numberofemployees": "1,200"}],
        deals=[
            deal(dealstage="s1", **{"associations.companies": "1", "associations.contacts": "11"})
        ],
    )

    assert found.sql(
        "SELECT lead_id, status, day(converted_at), opportunity_id FROM leads ORDER BY 1"
    ) == [("11", "OPEN_DEAL", 5, "5"), ("12", "lead", None, None)]
    assert found.sql("SELECT lead_id FROM opportunities") == [("11",)]
    assert found.sql("SELECT contact_id, account_id FROM contacts ORDER BY 1")[2] == ("13", "1")


def test_a_contact_that_reached_the_stage_opportunity_is_converted_without_a_deal(
    charter, evidence
):
    found = evidence(
        charter(CHARTER),
        contacts=[contact("11")],
        contacts_property_history=[
            {"hs_object_id": "11", "property": "lifecyclestage", "value": v, "timestamp": at}
            for v, at in (("lead", "2026-01-01"), ("opportunity", "2026-02-01"))
        ],
    )

    assert found.sql("SELECT month(converted_at) FROM leads") == [(2,)]


def test_the_charter_says_which_sources_are_somebody_asking(charter, evidence):
    declared = charter(CHARTER + "inbound: {contacts.lead_source: [Web]}\n    ")

    found = evidence(
        declared,
        contacts=[contact("11", lead_source="Web"), contact("12", lead_source="Fair")],
    )

    assert found.sql("SELECT lead_id, inbound, source FROM leads ORDER BY 1") == [
        ("11", True, "Web"),
        ("12", False, "Fair"),
    ]


def test_links_to_a_record_that_was_merged_lead_to_the_one_that_is_left(charter, load_export):
    from remit.measures import open_for

    declared = charter(CHARTER)
    summary = load_export(
        declared,
        companies=[
            {"hs_object_id": "1", "createdate": "2026-01-01", "hs_merged_object_ids": "2;3"},
            {"hs_object_id": "2", "createdate": "2026-01-01", "hs_merged_object_ids": "4"},
        ],
        contacts=[contact("11", associatedcompanyid="4"), contact("12", associatedcompanyid="9")],
    )
    found = open_for(declared, summary.into)

    assert found.sql("SELECT account_id FROM accounts") == [("1",)]
    assert found.sql("SELECT contact_id, account_id FROM contacts ORDER BY 1") == [
        ("11", "1"),
        ("12", "9"),
    ]
    assert (summary.rows, summary.rejected) == (4, 1)


def test_archived_records_are_left_out_and_people_who_left_are_not(charter, evidence):
    found = evidence(
        charter(CHARTER),
        owners=[{**OWNERS[0], "archived": "true"}],
        companies=[
            {"hs_object_id": "1", "createdate": "2026-01-01", "archived": "true"},
            {"hs_object_id": "2", "createdate": "2026-01-01", "archived": "false"},
        ],
    )

    assert found.sql("SELECT account_id FROM accounts") == [("2",)]
    assert found.sql("SELECT count(*) FROM people") == [(1,)]


# Work


def work(id_, **columns):
    return {
        "hs_object_id": id_,
        "hs_timestamp": "2026-02-02T15:00:00Z",
        "hs_createdate": "2026-02-02T15:00:00Z",
        "hubspot_owner_id": "71",
        **columns,
    }


def test_a_call_ends_when_it_began_and_its_milliseconds_have_passed(charter, evidence):
    found = evidence(
        charter(CHARTER),
        owners=OWNERS,
        calls=[
            work(
                "31",
                hs_call_duration="600000",
                hs_call_direction="OUTBOUND",
                hs_call_disposition="73a0d17f-1163-4015-bdd5-ec830791da20",
            ),
            work("32", hs_call_duration="00:01:30", hs_call_direction="INBOUND"),
            work("33", hs_call_duration="", hs_call_status="CANCELED"),
        ],
    )

    assert found.sql(
        """SELECT activity_id, minutes, minute(happened_at), direction, outcome, counted
        FROM activities ORDER BY 1"""
    ) == [
        ("31", 10.0, 10, "outbound", "No answer", True),
        ("32", 1.5, 1, "inbound", None, True),
        ("33", None, 0, None, None, False),
    ]


@pytest.mark.parametrize(
    ("outcome", "counted"),
    [
        ("COMPLETED", True),
        ("SCHEDULED", True),
        ("NO_SHOW", False),
        ("No show", False),
        ("Canceled", False),
    ],
)
def test_a_meeting_that_was_not_held_took_nobodys_time(charter, evidence, outcome, counted):
    found = evidence(
        charter(CHARTER),
        meetings=[
            work(
                "31",
                hs_meeting_start_time="2026-02-02T15:00:00Z",
                hs_meeting_end_time="2026-02-02T15:45:00Z",
                hs_meeting_outcome=outcome,
            )
        ],
    )

    assert found.sql("SELECT minutes, counted FROM activities") == [(45.0, counted)]


def test_attendees_of_a_meeting_took_part_beside_its_owner(charter, evidence):
    found = evidence(
        charter(CHARTER),
        owners=OWNERS,
        meetings=[work("31", hs_meeting_outcome="COMPLETED", hs_attendee_owner_ids="71;72")],
    )

    assert found.sql(
        f"SELECT {who(found, 'participants.person_id')}, part FROM participants ORDER BY 1"
    ) == [
        ("71", "owner"),
        ("72", "invited"),
    ]


def test_who_entered_work_without_an_owner_did_it(charter, evidence):
    found = evidence(
        charter(CHARTER),
        owners=OWNERS,
        calls=[
            work("31", hs_call_status="COMPLETED", hubspot_owner_id="", hs_created_by_user_id="902")
        ],
    )

    assert found.sql(f"SELECT {who(found, 'participants.person_id')}, part FROM participants") == [
        ("72", "creator")
    ]


def test_emails_go_out_or_come_in_and_those_of_a_sequence_are_automated(charter, evidence):
    found = evidence(
        charter(CHARTER),
        emails=[
            work("31", hs_email_direction="EMAIL", hs_sequence_id=""),
            work("32", hs_email_direction="INCOMING_EMAIL", hs_sequence_id=""),
            work("33", hs_email_direction="EMAIL", hs_sequence_id="7"),
        ],
    )

    assert found.sql("SELECT activity_id, direction, not_counted FROM activities ORDER BY 1") == [
        ("31", "outbound", None),
        ("32", "inbound", "came in"),
        ("33", "outbound", "automated"),
    ]


def test_nothing_that_a_message_says_is_in_the_file(charter, evidence):
    found = evidence(
        charter(CHARTER),
        emails=[
            work(
                "31", hs_email_direction="EMAIL", hs_email_subject="secret", hs_email_text="secret"
            )
        ],
    )

    assert found.sql("SELECT count(*) FROM activities") == [(1,)]
    for schema, table in found.sql(
        "SELECT schema_name, table_name FROM duckdb_tables() WHERE NOT temporary"
    ):
        assert "secret" not in str(found.sql(f"SELECT * FROM {schema}.{table}"))


def test_a_task_counts_when_it_was_completed(charter, evidence):
    found = evidence(
        charter(CHARTER),
        tasks=[
            work("31", hs_task_status="COMPLETED", hs_task_completion_date="2026-02-03T15:00:00Z"),
            work("32", hs_task_status="NOT_STARTED"),
        ],
    )

    assert found.sql(
        "SELECT activity_id, day(happened_at), counted, date_only FROM activities ORDER BY 1"
    ) == [("31", 3, True, False), ("32", 2, False, True)]


def test_tasks_completed_by_the_dozen_within_a_minute_are_no_work(charter, evidence):
    tasks = [
        work(f"3{at}", hs_task_status="COMPLETED", hs_task_completion_date="2026-02-03T15:00:10Z")
        for at in range(12)
    ]

    found = evidence(charter(CHARTER), tasks=tasks)

    assert found.sql("SELECT DISTINCT not_counted FROM activities") == [("bulk closed",)]


def test_whoever_took_part_in_a_task_still_does_once_it_is_closed(charter, evidence):
    task = work(
        "31",
        hs_task_status="COMPLETED",
        hs_task_completion_date="2026-02-03T15:00:00Z",
        hubspot_owner_id="",
        hs_created_by_user_id="902",
        hs_all_owner_ids="71",
    )

    found = evidence(charter(CHARTER), owners=OWNERS, tasks=[task])

    parts = found.sql(
        f"SELECT {who(found, 'participants.person_id')}, part FROM participants ORDER BY 1"
    )
    assert parts == [("71", "invited"), ("72", "creator")]
    assert "participants" not in found.derivations


def test_work_concerns_what_it_is_associated_with(charter, evidence):
    found = evidence(
        charter(CHARTER),
        calls=[
            work(
                "31",
                hs_call_status="COMPLETED",
                **{
                    "associations.contacts": "11;12",
                    "associations.companies": "1",
                    "associations.deals": "5",
                    "associations.tickets": "8",
                },
            )
        ],
    )

    assert found.sql("SELECT record_type, record_id FROM activity_links ORDER BY 1, 2") == [
        ("account", "1"),
        ("contact", "11"),
        ("contact", "12"),
        ("opportunity", "5"),
        ("ticket", "8"),
    ]


def test_a_rule_of_the_charter_reads_hubspots_properties(charter, evidence):
    declared = charter(
        CHARTER
        + """activities:
      rules:
        - {name: inside, object: Event, where: {hs_meeting_title: ["1:1*"]}, is: internal}
    """
    )

    found = evidence(
        declared,
        meetings=[
            work("31", hs_meeting_outcome="", hs_meeting_title="1:1 Ada"),
            work("32", hs_meeting_outcome="", hs_meeting_title="Demo"),
        ],
    )

    assert found.sql("SELECT activity_id, rule FROM activities ORDER BY 1") == [
        ("31", "inside"),
        ("32", None),
    ]


def test_a_ticket_belongs_to_its_company_or_to_that_of_its_contact(charter, evidence):
    found = evidence(
        charter(CHARTER),
        contacts=[contact("11", associatedcompanyid="1")],
        tickets=[
            {
                "hs_object_id": "8",
                "createdate": "2026-01-05",
                "hs_pipeline_stage": "4",
                "associations.companies": "2",
            },
            {
                "hs_object_id": "9",
                "createdate": "2026-01-05",
                "hs_pipeline_stage": "4",
                "associations.contacts": "11",
            },
        ],
    )

    assert found.sql("SELECT ticket_id, account_id FROM tickets ORDER BY 1") == [
        ("8", "2"),
        ("9", "1"),
    ]


# Handoffs

HANDOFF = (
    CHARTER
    + """handoffs:
      - name: meeting
        from: sdr
        to: ae
        at: discovery
        offered: {object: meetings, where: {hs_activity_type: Discovery}}
        held: {object: meetings, where: {hs_activity_type: Discovery}, field: hs_meeting_outcome}
        accepted: {object: deals, field: accepted_on}
        converted: {object: deals, stage: Proposal}
        requires: {pain: deals.pain, stakeholders: contacts}
    """
)


@pytest.mark.parametrize(
    ("outcome", "steps"),
    [
        ("COMPLETED", ["accepted", "converted", "held", "offered"]),
        ("NO_SHOW", ["accepted", "converted", "offered"]),
    ],
)
def test_the_steps_of_a_handoff_are_read_where_the_charter_says(charter, evidence, outcome, steps):
    linked = {"associations.companies": "1", "associations.contacts": "11"}
    found = evidence(
        charter(HANDOFF),
        owners=OWNERS,
        pipelines=PIPELINES,
        companies=[{"hs_object_id": "1", "createdate": "2026-01-01", "name": "A"}],
        contacts=[contact("11", associatedcompanyid="1")],
        meetings=[
            work(
                "31",
                hs_activity_type="Discovery",
                hs_meeting_start_time="2026-02-05T15:00:00Z",
                hs_meeting_end_time="2026-02-05T15:30:00Z",
                hs_meeting_outcome=outcome,
                **linked,
            )
        ],
        deals=[
            {
                **deal(dealstage="s2", accepted_on="2026-02-06", pain="tbd", **linked),
                "createdate": "2026-02-06T15:00:00Z",
            }
        ],
        deals_property_history=[
            {
                "hs_object_id": "5",
                "property": "dealstage",
                "value": "s2",
                "timestamp": "2026-02-08T10:00:00Z",
            }
        ],
    )

    assert [step for (step,) in found.sql("SELECT step FROM handoffs ORDER BY 1")] == steps
    assert found.sql("SELECT field, filled FROM handoff_fields ORDER BY 1") == [
        ("pain", False),
        ("stakeholders", True),
    ]
    if "held" in steps:
        assert found.sql("SELECT minute(happened_at) FROM handoffs WHERE step = 'held'") == [(30,)]


# Connectors


def fivetran(**columns):
    return {**columns, "_fivetran_synced": "2026-03-01 00:00:00"}


def test_fivetrans_tables_become_what_hubspots_own_files_do(charter, evidence):
    found = evidence(
        charter(CHARTER),
        owner=[fivetran(owner_id="71", active_user_id="901", email="ada@x.co", first_name="Ada")],
        company=[
            fivetran(
                id="1", property_createdate="2026-01-01 10:00:00", property_numberofemployees="50"
            )
        ],
        deal=[
            fivetran(
                deal_id="5",
                deal_pipeline_stage_id="won",
                owner_id="71",
                is_deleted="false",
                property_createdate="2026-01-05 15:00:00",
                property_closedate="2026-02-03 10:00:00",
            )
        ],
        deal_company=[fivetran(deal_id="5", company_id="1", type_id="5")],
        deal_pipeline_stage=[
            fivetran(stage_id=stage, label=label, pipeline_id="p", is_closed=closed, closed_won=won)
            for stage, label, closed, won in (
                ("s1", "Talk", "false", "false"),
                ("won", "Signed", "true", "true"),
            )
        ],
        deal_stage=[
            fivetran(
                deal_id="5",
                value="s1",
                date_entered="2026-01-05 15:00:00",
                _fivetran_start="2026-01-05 15:00:00",
            ),
            fivetran(
                deal_id="5",
                value="won",
                date_entered="2026-02-03 10:00:00",
                _fivetran_start="2026-02-03 10:00:00",
            ),
        ],
        engagement=[fivetran(id="31", type="CALL", owner_id="71", timestamp="2026-02-02 15:00:00")],
        engagement_call=[fivetran(engagement_id="31", property_hs_call_duration="60000")],
        engagement_deal=[fivetran(engagement_id="31", deal_id="5", engagement_type="CALL")],
    )

    assert found.sql("SELECT account_id, stage, won, hour(created_at) FROM opportunities") == [
        ("1", "Signed", True, 15)
    ]
    assert found.sql("SELECT stage FROM stage_changes ORDER BY place") == [("Talk",), ("Signed",)]
    assert found.sql("SELECT minutes, hour(happened_at) FROM activities") == [(1.0, 15)]
    assert found.sql(f"SELECT {who(found, 'participants.person_id')} FROM participants") == [
        ("71",)
    ]
    assert found.sql("SELECT record_type, record_id FROM activity_links") == [("opportunity", "5")]


def test_fivetrans_merged_deals_and_contacts_lead_to_what_is_left(charter, evidence):
    found = evidence(
        charter(CHARTER),
        contact=[fivetran(id="11", property_createdate="2026-01-01 10:00:00")],
        contact_merge_audit=[fivetran(canonical_vid="11", vid_to_merge="12")],
        deal=[fivetran(deal_id="5", property_createdate="2026-01-05 15:00:00")],
        merged_deal=[fivetran(deal_id="5", merged_deal_id="6")],
        deal_contact=[fivetran(deal_id="6", contact_id="12")],
    )

    assert found.sql("SELECT opportunity_id, contact_id FROM buying_roles") == [("5", "11")]


def airbyte(at, **columns):
    return {"_airbyte_raw_id": "r", "_airbyte_extracted_at": at, **columns}


def test_of_several_versions_that_airbyte_appended_the_last_extracted_counts(charter, evidence):
    found = evidence(
        charter(CHARTER),
        deals=[
            airbyte(
                "2026-03-02T00:00:00Z",
                id="5",
                properties_dealstage="s2",
                companies='["1"]',
                properties_createdate="2026-01-05 15:00:00",
            ),
            airbyte(
                "2026-03-01T00:00:00Z",
                id="5",
                properties_dealstage="s1",
                companies='["2"]',
                properties_createdate="2026-01-05 15:00:00",
            ),
        ],
        deal_pipelines=[
            airbyte(
                "2026-03-02T00:00:00Z",
                pipelineId="p",
                label="Sales",
                stages='[{"stageId": "s2", "label": "Proposal", "metadata": {"isClosed": "false", '
                '"probability": "0.6"}}]',
            )
        ],
        deals_archived=[
            airbyte(
                "2026-03-02T00:00:00Z",
                id="6",
                archived="true",
                properties_dealstage="s1",
                properties_createdate="2026-01-05 15:00:00",
            )
        ],
    )

    assert found.sql(
        "SELECT opportunity_id, stage, account_id, hour(created_at) FROM opportunities"
    ) == [("5", "Proposal", "1", 15)]


def test_an_instant_may_be_milliseconds_since_1970(charter, evidence):
    found = evidence(
        charter(CHARTER),
        deals=[
            airbyte(
                "2026-03-02T00:00:00Z",
                id="5",
                properties_dealstage="s1",
                properties_createdate="2026-01-05T00:00:00Z",
            )
        ],
        deals_property_history=[
            airbyte(
                "2026-03-02T00:00:00Z",
                dealId="5",
                property="dealstage",
                value="s1",
                timestamp="1767625200000",
            )
        ],
    )

    assert found.sql("SELECT entered_at::VARCHAR FROM stage_changes") == [("2026-01-05 15:00:00",)]


def test_airbytes_history_of_contacts_names_them_by_vid(charter, evidence):
    found = evidence(
        charter(CHARTER),
        contacts=[
            airbyte("2026-03-02T00:00:00Z", id="11", properties_createdate="2026-01-01T00:00:00Z")
        ],
        contacts_property_history=[
            airbyte(
                "2026-03-02T00:00:00Z",
                vid="11",
                property="lifecyclestage",
                value="opportunity",
                timestamp="2026-02-01T00:00:00Z",
            )
        ],
    )

    assert found.sql("SELECT lead_id, month(converted_at) FROM leads") == [("11", 2)]
