"""What the rows become that Fivetran writes for Salesforce."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from remit.sources.delimited import Raw
from remit.sources.fivetran_salesforce import finds
from remit.sources.found import Found

CHARTER = """
    company: Acme
    time_zone: America/New_York
    roles: {sdr: {is: SDR}, ae: {is: AE}}
    titles: {"SDR": sdr, "AE": ae}
    """
WITH_A_FIELD = """
    company: Acme
    roles: {sdr: {is: SDR}, ae: {is: AE}}
    titles: {"SDR": sdr, "AE": ae}
    handoffs:
      - name: meeting
        from: sdr
        to: ae
        at: discovery
        offered: {object: Event, where: {Type: Intro}}
        requires: {notes: Event.Handoff_Notes__c}
    """
SYNCED = "2026-06-01 04:00:00+00"
OPEN_ENDED = "9999-12-31 23:59:59+00"
DEAL = {
    "id": "0061",
    "account_id": "0011",
    "owner_id": "005A",
    "created_by_id": "005A",
    "last_modified_by_id": "005A",
    "created_date": "2026-01-05 15:00:00+00",
    "close_date": "2026-03-31",
    "stage_name": "Proposal",
    "is_closed": "false",
    "is_won": "false",
    "amount": "1200.00",
    "is_deleted": "false",
    "_fivetran_synced": SYNCED,
}


def version(start: str, end: str = OPEN_ENDED, **changed: str) -> dict[str, str]:
    """A row of a table of versions; the one without an end is the active one."""
    active = "true" if end == OPEN_ENDED else "false"
    spell = {"_fivetran_start": start, "_fivetran_end": end, "_fivetran_active": active}
    return {**DEAL, **spell, **changed}


JANUARY, FEBRUARY, MARCH = (f"2026-0{month}-10 09:00:00+00" for month in (1, 2, 3))
MOVING = [
    version(JANUARY, FEBRUARY, stage_name="Discovery"),
    version(FEBRUARY, MARCH, stage_name="Discovery", amount="900.00"),
    version(MARCH, stage_name="Proposal", last_modified_by_id="005B"),
]


def test_columns_in_snake_case_answer_to_api_names(charter, evidence):
    found = evidence(charter(CHARTER), opportunity=[DEAL])

    assert found.sql(
        "SELECT opportunity_id, account_id, stage, amount, close_day, won FROM opportunities"
    ) == [("0061", "0011", "Proposal", 1200, date(2026, 3, 31), None)]


@pytest.mark.parametrize("name", ["opportunity", "sf_opportunity_data", "OPPORTUNITY"])
def test_a_table_is_known_with_and_without_what_teams_put_around_its_name(
    charter, load_export, name
):
    summary = load_export(charter(CHARTER), **{name: [DEAL]})

    assert (summary.source, summary.kept) == ("fivetran_salesforce", 1)


def test_a_connector_that_keeps_api_names_is_read_too(charter, evidence):
    user = {"Id": "005A", "Name": "Ada", "Title": "AE", "_fivetran_synced": SYNCED}
    found = evidence(charter(CHARTER), User=[user])

    assert found.sql("SELECT title FROM people") == [("AE",)]


def test_a_custom_field_is_found_by_the_name_that_the_charter_has_for_it(charter, evidence):
    meeting = {
        "type": "Intro",
        "owner_id": "005A",
        "who_id": "00Q1",
        "start_date_time": "2026-02-02 15:00:00+00",
        "end_date_time": "2026-02-02 15:30:00+00",
        "created_date": "2026-02-01 15:00:00+00",
        "_fivetran_synced": SYNCED,
    }
    found = evidence(
        charter(WITH_A_FIELD),
        event=[
            {**meeting, "id": "00U1", "handoff_notes_c": "wants a pilot in May"},
            {**meeting, "id": "00U2", "handoff_notes_c": "-"},
        ],
    )

    assert found.sql("SELECT record_id, filled FROM recorded.fields ORDER BY 1") == [
        ("00U1", True),
        ("00U2", False),
    ]


def test_a_field_that_could_be_either_of_two_columns_is_not_guessed_and_the_note_says_so(
    charter, evidence
):
    event = {"id": "00U1", "start_date_time": SYNCED, "_fivetran_synced": SYNCED}
    found = evidence(
        charter(WITH_A_FIELD), event=[{**event, "handoff_notes_c": "a", "handoffnotes_c": "b"}]
    )

    assert found.sql("SELECT note FROM loaded_files") == [
        ("Handoff_Notes__c could be either of two columns; neither is read",)
    ]
    assert found.sql("SELECT count(*) FROM recorded.fields") == [(0,)]


def test_rows_that_fivetran_or_salesforce_marks_as_deleted_are_left_out_and_counted(
    charter, load_export
):
    user = {"title": "AE", "_fivetran_synced": SYNCED}
    summary = load_export(
        charter(CHARTER),
        user=[
            {**user, "id": "005A", "_fivetran_deleted": "false"},
            {**user, "id": "005B", "_fivetran_deleted": "true"},
        ],
        opportunity=[DEAL, {**DEAL, "id": "0062", "is_deleted": "true"}],
    )

    counts = {file.table: (file.rows, file.kept, file.rejected) for file in summary.files}
    assert counts == {"people": (2, 1, 1), "opportunities": (2, 1, 1)}


def test_a_time_without_a_zone_is_in_utc_and_not_in_the_charters(charter, evidence):
    bare = {**DEAL, "created_date": "2026-01-05 15:00:00"}
    found = evidence(charter(CHARTER), opportunity=[bare])

    assert found.sql("SELECT created_at FROM opportunities") == [(datetime(2026, 1, 5, 15),)]


@pytest.mark.parametrize("midnight", ["2026-03-31 00:00:00", "2026-03-31 00:00:00+00"])
def test_a_day_that_was_written_as_midnight_in_utc_stays_that_day_in_new_york(
    charter, evidence, midnight
):
    found = evidence(charter(CHARTER), opportunity=[{**DEAL, "close_date": midnight}])

    assert found.sql("SELECT close_day FROM opportunities") == [(date(2026, 3, 31),)]


def test_a_column_with_one_time_after_midnight_holds_times(charter, evidence):
    found = evidence(
        charter(CHARTER),
        opportunity=[
            {**DEAL, "close_date": "2026-03-31 00:00:00"},
            {**DEAL, "id": "0062", "close_date": "2026-03-31 12:00:00"},
        ],
    )

    assert found.sql("SELECT close_day FROM opportunities ORDER BY opportunity_id") == [
        (date(2026, 3, 30),),
        (date(2026, 3, 31),),
    ]


# Versions


def test_stages_are_read_from_versions_and_a_version_in_the_same_stage_is_no_entry(
    charter, evidence
):
    found = evidence(charter(CHARTER), opportunity=[DEAL], opportunity_history=MOVING)

    stages = found.sql("SELECT stage, place, entered_at, left_at FROM stage_changes ORDER BY place")

    assert stages == [
        ("Discovery", 1, datetime(2026, 1, 5, 15), datetime(2026, 3, 10, 9)),
        ("Proposal", 2, datetime(2026, 3, 10, 9), None),
    ]
    (how,) = found.sql("SELECT how FROM derivations WHERE canonical_table = 'stage_changes'")
    assert "Fivetran keeps versions" in how[0]


def test_who_last_changed_a_version_moved_the_deal_into_its_stage(charter, evidence):
    found = evidence(
        charter(CHARTER),
        user=[{"id": i, "title": "AE", "_fivetran_synced": SYNCED} for i in ("005A", "005B")],
        opportunity_history=MOVING,
    )

    assert found.sql(
        """SELECT stage, source_id FROM stage_changes JOIN private.names ON person_id = moved_by
        ORDER BY place"""
    ) == [("Discovery", "005A"), ("Proposal", "005B")]


def test_where_there_are_versions_only_the_active_one_is_the_record(charter, load_export):
    summary = load_export(charter(CHARTER), opportunity_history=MOVING)

    record = next(file for file in summary.files if file.table == "opportunities")
    assert (record.rows, record.kept, record.rejected) == (1, 1, 0)
    assert record.note == "2 older versions of rows left out"


def test_a_table_that_keeps_its_versions_in_its_own_place_tells_both(charter, evidence):
    found = evidence(charter(CHARTER), opportunity=MOVING)

    assert found.sql("SELECT stage, amount FROM opportunities") == [("Proposal", 1200)]
    assert found.sql("SELECT count(*) FROM stage_changes") == [(2,)]


def test_a_record_without_an_active_version_is_gone_and_so_is_its_history(charter, evidence):
    ended = version(MARCH, "2026-04-01 00:00:00+00", id="0062")
    found = evidence(charter(CHARTER), opportunity_history=[*MOVING, ended])

    assert found.sql("SELECT opportunity_id FROM opportunities") == [("0061",)]
    assert found.sql("SELECT DISTINCT record_id FROM stage_changes") == [("0061",)]


def test_a_deal_closed_when_the_first_version_in_its_last_stage_starts(charter, evidence):
    won = version(MARCH, stage_name="Closed Won", is_closed="true", is_won="true")
    found = evidence(
        charter(CHARTER),
        opportunity_history=[version(JANUARY, MARCH, stage_name="Discovery"), won],
    )

    assert found.sql("SELECT closed_at, closed_from FROM opportunities") == [
        (datetime(2026, 3, 10, 9), "stage history")
    ]


def test_owners_of_deals_companies_and_leads_are_read_from_versions(charter, evidence):
    def two(id_: str) -> list[dict[str, str]]:
        return [version(JANUARY, MARCH, id=id_), version(MARCH, id=id_, owner_id="005B")]

    people = [{"id": i, "title": "AE", "_fivetran_synced": SYNCED} for i in ("005A", "005B")]
    found = evidence(
        charter(CHARTER),
        user=people,
        opportunity=two("0061"),
        account=two("0011"),
        lead=two("00Q1"),
    )

    spells = found.sql(
        """SELECT record_type, source_id, from_at, to_at FROM ownership_changes
        JOIN private.names ON person_id = owner_id ORDER BY 1, 3"""
    )

    created, changed = datetime(2026, 1, 5, 15), datetime(2026, 3, 10, 9)
    assert spells == [
        (type_, *spell)
        for type_ in ("account", "lead", "opportunity")
        for spell in (("005A", created, changed), ("005B", changed, None))
    ]
    assert (
        "an owner's spell starts with the first version" in found.derivations["ownership_changes"]
    )


def test_an_owner_keeps_one_spell_though_salesforces_own_history_tells_of_other_fields(
    charter, evidence
):
    entry = {"opportunity_id": "0061", "_fivetran_synced": SYNCED, "id": "0171"}
    found = evidence(
        charter(CHARTER),
        opportunity_history=MOVING,
        opportunity_field_history=[
            {
                **entry,
                "field": "CloseDate",
                "new_value": "x",
                "created_date": "2026-02-01 09:00:00+00",
            }
        ],
    )

    assert found.sql("SELECT from_at, to_at FROM ownership_changes") == [
        (datetime(2026, 1, 5, 15), None)
    ]


def test_salesforces_own_history_of_a_deal_is_not_taken_for_versions_of_it(charter, evidence):
    entry = {"opportunity_id": "0061", "created_by_id": "005A", "_fivetran_synced": SYNCED}
    found = evidence(
        charter(CHARTER),
        opportunity=[DEAL],
        opportunity_history=[
            {**entry, "id": "0081", "stage_name": "Discovery", "created_date": JANUARY},
            {**entry, "id": "0082", "stage_name": "Proposal", "created_date": MARCH},
        ],
    )

    assert found.sql("SELECT opportunity_id FROM opportunities") == [("0061",)]
    assert found.sql("SELECT stage, entered_at FROM stage_changes ORDER BY place") == [
        ("Discovery", datetime(2026, 1, 10, 9)),
        ("Proposal", datetime(2026, 3, 10, 9)),
    ]


def test_the_first_version_is_not_dated_back_where_salesforces_own_history_tells_of_the_deal(
    charter, evidence
):
    entry = {"opportunity_id": "0061", "created_by_id": "005A", "_fivetran_synced": SYNCED}
    found = evidence(
        charter(CHARTER),
        opportunity_history=[
            {**entry, "id": "0081", "stage_name": "Discovery", "created_date": JANUARY}
        ],
        opportunity=[version(MARCH, stage_name="Proposal")],
    )

    assert found.sql("SELECT stage, entered_at FROM stage_changes ORDER BY place") == [
        ("Discovery", datetime(2026, 1, 10, 9)),
        ("Proposal", datetime(2026, 3, 10, 9)),
    ]


def test_versions_that_nothing_needs_are_named_as_not_read(charter, load_export):
    contact = {"id": "0031", "account_id": "0011", "_fivetran_synced": SYNCED}
    spell = {"_fivetran_start": JANUARY, "_fivetran_end": OPEN_ENDED, "_fivetran_active": "true"}
    summary = load_export(
        charter(CHARTER),
        contact=[{**contact, "created_date": JANUARY}],
        contact_history=[{**contact, **spell}],
    )

    assert summary.unread == ("contact_history.csv",)
    assert (summary.rows, summary.kept) == (1, 1)


def test_contacts_that_fivetran_has_from_hubspot_are_not_taken_for_salesforces():
    def contact(*columns: str) -> Found:
        return Found("contact", "contact.csv", (*columns, "_fivetran_synced"), no_reading)

    assert list(finds([contact("id", "account_id")])) == ["Contact"]
    assert list(finds([contact("id", "property_email")])) == []


def no_reading(con: object, relation: str) -> Raw:
    raise AssertionError("a source chooses tables by their columns, and reads none")
