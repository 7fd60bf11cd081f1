"""What the rows of a Salesforce export become."""

from __future__ import annotations

CHARTER = """
    company: Acme
    time_zone: America/New_York
    roles: {sdr: {is: SDR}, ae: {is: AE}}
    titles: {"SDR": sdr, "AE": ae}
    """


def test_every_row_is_kept_or_rejected_with_its_line(charter, load_export):
    summary = load_export(
        charter(CHARTER),
        Lead=[
            {"Id": "00Q1", "CreatedDate": "2026-01-05T10:00:00.000Z"},
            {"Id": "00Q1", "CreatedDate": "2026-01-06T10:00:00.000Z"},
            {"Id": "", "CreatedDate": "2026-01-07T10:00:00.000Z"},
        ],
    )

    assert (summary.rows, summary.kept, summary.rejected) == (3, 1, 2)


def test_an_id_of_15_characters_and_its_18_character_form_are_one_record(charter, evidence):
    found = evidence(
        charter(CHARTER),
        Account=[{"Id": "001bm00001ZL8U9AAL", "CreatedDate": "2026-01-01"}],
        Contact=[
            {
                "Id": "003bm00000zapthAAA",
                "AccountId": "001bm00001ZL8U9",
                "CreatedDate": "2026-01-02",
            }
        ],
    )

    joined = found.sql("SELECT count(*) FROM contacts JOIN accounts USING (account_id)")

    assert joined == [(1,)]


def test_a_bare_time_is_in_the_charters_zone_and_a_stamp_with_z_is_not(charter, evidence):
    found = evidence(
        charter(CHARTER),
        Lead=[
            {"Id": "00Q1", "CreatedDate": "2026-01-05 10:00:00"},
            {"Id": "00Q2", "CreatedDate": "2026-01-05T10:00:00.000Z"},
        ],
    )

    assert found.sql("SELECT lead_id, hour(created_at) FROM leads ORDER BY 1") == [
        ("00Q1", 15),
        ("00Q2", 10),
    ]


def test_a_stage_history_with_amount_changes_is_one_entry_a_stage(charter, evidence):
    history = [
        {
            "Id": f"008{n}",
            "OpportunityId": "0061",
            "StageName": stage,
            "CreatedDate": f"2026-02-{n:02d}",
        }
        for n, stage in enumerate(["Discovery", "Discovery", "Proposal", "Closed Won"], start=1)
    ]
    found = evidence(
        charter(CHARTER),
        Opportunity=[
            {
                "Id": "0061",
                "StageName": "Closed Won",
                "IsClosed": "true",
                "IsWon": "true",
                "CreatedDate": "2026-02-01",
                "CloseDate": "2026-03-31",
            }
        ],
        OpportunityHistory=history,
    )

    assert found.sql("SELECT stage, place FROM stage_changes ORDER BY place") == [
        ("Discovery", 1),
        ("Proposal", 2),
        ("Closed Won", 3),
    ]
    assert found.sql("SELECT closed_from FROM opportunities") == [("stage history",)]


def test_work_on_a_lead_that_was_re_owned_at_conversion_counts_for_who_entered_it(
    charter, evidence
):
    found = evidence(
        charter(CHARTER),
        User=[{"Id": "005S", "Title": "SDR"}, {"Id": "005A", "Title": "AE"}],
        Lead=[
            {
                "Id": "00Q1",
                "CreatedDate": "2026-01-01",
                "IsConverted": "true",
                "ConvertedDate": "2026-02-01",
                "ConvertedContactId": "0031",
            }
        ],
        Task=[
            {
                "Id": "00T1",
                "WhoId": "0031",
                "OwnerId": "005A",
                "CreatedById": "005S",
                "TaskSubtype": "Call",
                "CreatedDate": "2026-01-10T15:00:00Z",
                "ActivityDate": "2026-01-10",
                "IsClosed": "true",
            },
            {
                "Id": "00T2",
                "WhoId": "0031",
                "OwnerId": "005A",
                "CreatedById": "005S",
                "TaskSubtype": "Call",
                "CreatedDate": "2026-03-10T15:00:00Z",
                "ActivityDate": "2026-03-10",
                "IsClosed": "true",
            },
        ],
    )

    did = found.sql(
        """SELECT activity_id, source_id, part FROM participants JOIN private.names USING (person_id)
        ORDER BY 1"""
    )

    assert did == [("00T1", "005S", "creator"), ("00T2", "005A", "owner")]


def test_tasks_closed_by_the_dozen_within_a_minute_are_no_work(charter, evidence):
    tasks = [
        {
            "Id": f"00T{n}",
            "OwnerId": "005A",
            "TaskSubtype": "Task",
            "IsClosed": "true",
            "CreatedDate": "2026-01-02T09:00:00Z",
            "ActivityDate": "2026-03-31",
            "CompletedDateTime": "2026-03-31T21:30:10Z",
        }
        for n in range(12)
    ]
    lone = {**tasks[0], "Id": "00Tlone", "CompletedDateTime": "2026-03-31T20:00:00Z"}
    found = evidence(charter(CHARTER), User=[{"Id": "005A", "Title": "AE"}], Task=[*tasks, lone])

    assert found.sql("SELECT not_counted, count(*) FROM activities GROUP BY 1 ORDER BY 2") == [
        (None, 1),
        ("bulk closed", 12),
    ]


def test_two_meetings_at_once_share_the_hour_and_gross_hours_count_both(charter, evidence):
    meeting = {
        "OwnerId": "005A",
        "StartDateTime": "2026-03-02T15:00:00Z",
        "DurationInMinutes": "60",
        "CreatedDate": "2026-03-01",
    }
    found = evidence(
        charter(CHARTER),
        User=[{"Id": "005A", "Title": "AE"}],
        Event=[
            {**meeting, "Id": "00U1"},
            {**meeting, "Id": "00U2", "StartDateTime": "2026-03-02T15:30:00Z"},
        ],
    )

    assert found.sql(
        "SELECT sum(shared_minutes), (SELECT sum(minutes) FROM activities) FROM work"
    ) == [(90.0, 120.0)]


def test_names_and_addresses_lie_apart_from_everything_else(charter, evidence):
    found = evidence(
        charter(CHARTER),
        User=[{"Id": "005A", "Title": "AE", "Name": "Ada Lovelace", "Email": "ada@example.com"}],
        Account=[{"Id": "0011", "OwnerId": "005A", "CreatedDate": "2026-01-01"}],
    )
    (tables,) = zip(
        *found.sql("SELECT table_name FROM duckdb_tables() WHERE schema_name = 'main'"), strict=True
    )

    everything = " ".join(str(found.sql(f"SELECT * FROM {table}")) for table in tables)

    assert "Ada" not in everything
    assert "005A" not in everything
    assert found.people()[0]["name"] == "Ada Lovelace"
