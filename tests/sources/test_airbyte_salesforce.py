"""What the rows become that Airbyte writes for Salesforce."""

from __future__ import annotations

import json
from datetime import date, datetime

import pytest

CHARTER = """
    company: Acme
    time_zone: America/New_York
    roles: {sdr: {is: SDR}, ae: {is: AE}}
    titles: {"SDR": sdr, "AE": ae}
    """
DEAL = {
    "_airbyte_raw_id": "b1",
    "_airbyte_extracted_at": "2026-06-01 04:00:00+00",
    "_airbyte_meta": '{"sync_id": 1, "changes": []}',
    "_airbyte_generation_id": "0",
    "Id": "0061",
    "AccountId": "0011",
    "StageName": "Discovery",
    "IsClosed": "false",
    "IsDeleted": "false",
    "CreatedDate": "2026-01-05 15:00:00+00",
    "SystemModstamp": "2026-05-01 15:00:00+00",
    "CloseDate": "2026-03-31",
}
LATER = {
    **DEAL,
    "_airbyte_raw_id": "b2",
    "_airbyte_extracted_at": "2026-06-02 04:00:00+00",
    "StageName": "Proposal",
}


@pytest.mark.parametrize("written", [str, str.lower, str.upper])
def test_columns_and_tables_are_known_in_whatever_capitals_the_destination_writes(
    charter, evidence, written
):
    deal = {written(column): cell for column, cell in DEAL.items()}
    found = evidence(charter(CHARTER), **{written("Opportunity"): [deal]})

    assert found.sql("SELECT opportunity_id, stage, close_day FROM opportunities") == [
        ("0061", "Discovery", date(2026, 3, 31))
    ]


@pytest.mark.parametrize("rows", [[DEAL, LATER], [LATER, DEAL]])
def test_of_several_versions_the_last_extracted_counts_wherever_it_stands(
    charter, load_export, rows
):
    summary = load_export(charter(CHARTER), Opportunity=rows)

    (file,) = summary.files
    assert (summary.source, file.rows, file.kept, file.rejected) == ("airbyte_salesforce", 1, 1, 0)
    assert file.note == "1 older version of rows left out"


def test_the_latest_version_is_what_the_evidence_has(charter, evidence):
    found = evidence(charter(CHARTER), Opportunity=[LATER, DEAL])

    assert found.sql("SELECT stage FROM opportunities") == [("Proposal",)]


def test_a_reject_names_its_line_though_older_versions_were_left_out(charter, load_export):
    summary = load_export(
        charter(CHARTER), Opportunity=[DEAL, LATER, {**DEAL, "Id": "0062", "CreatedDate": "soon"}]
    )
    import duckdb

    with duckdb.connect(str(summary.into), read_only=True) as con:
        rejects = con.execute("SELECT file, line, reason FROM rejects").fetchall()

    assert ("Opportunity.csv", 4) in [(file, line) for file, line, _ in rejects]


def test_a_record_whose_latest_version_is_deleted_is_gone(charter, evidence):
    found = evidence(
        charter(CHARTER),
        Opportunity=[DEAL, {**LATER, "IsDeleted": "true"}, {**DEAL, "Id": "0062"}],
    )

    assert found.sql("SELECT opportunity_id FROM opportunities") == [("0062",)]


def test_values_that_airbyte_dropped_are_counted_by_field(charter, load_export):
    dropped = {"field": "Amount", "change": "NULLED", "reason": "DESTINATION_FIELD_SIZE_LIMITATION"}
    cut = {"field": "Description", "change": "TRUNCATED", "reason": "SOURCE_RETRIEVAL_ERROR"}
    summary = load_export(
        charter(CHARTER),
        Opportunity=[
            {**DEAL, "_airbyte_meta": json.dumps({"sync_id": 1, "changes": [dropped, cut]})},
            {**DEAL, "Id": "0062", "_airbyte_meta": json.dumps({"changes": [dropped]})},
            {**DEAL, "Id": "0063", "_airbyte_meta": "not json"},
        ],
    )

    (file,) = summary.files
    assert file.note == "values that Airbyte dropped or cut: Amount 2, Description 1"


def test_airbytes_raw_tables_are_named_as_not_read(charter, load_export):
    raw = {"_airbyte_raw_id": "b1", "_airbyte_data": "{}", "_airbyte_extracted_at": "2026-06-01"}
    summary = load_export(charter(CHARTER), Opportunity=[DEAL], crm_raw__stream_Opportunity=[raw])

    assert summary.unread == ("crm_raw__stream_Opportunity.csv",)


def test_a_time_without_a_zone_is_in_utc(charter, evidence):
    found = evidence(charter(CHARTER), Opportunity=[{**DEAL, "CreatedDate": "2026-01-05 15:00:00"}])

    assert found.sql("SELECT created_at FROM opportunities") == [(datetime(2026, 1, 5, 15),)]
