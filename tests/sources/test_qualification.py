"""What deals say of how well they are qualified, in Salesforce and in HubSpot."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from remit.evidence import open_evidence
from remit.sources import load
from tests.conftest import TODAY

CHARTER = """
    company: Acme
    roles: {ae: {is: AE}}
    """
WORDS = """
    deals:
      next_step: Opportunity.NextStep
      forecast: {field: Opportunity.ForecastCategory, commit: [Commit, Forecast],
                 best_case: "Best Case", pipeline: Pipeline, omitted: Omitted}
      framework: {buyer: Opportunity.Economic_Buyer__c, champion: Opportunity.Champion__c,
                  competitor: Opportunity.Competitor__c}
      proof_of_concept: {field: Opportunity.POC_Start__c}
    """
IN_HUBSPOT = """
    deals:
      next_step: deals.hs_next_step
      forecast: {field: deals.hs_manual_forecast_category, commit: COMMIT, best_case: BEST_CASE}
      framework: {buyer: deals.economic_buyer, champion: deals.champion}
      proof_of_concept: {stage: POC}
    """
STAGE = """
    deals: {proof_of_concept: {stage: POC}}
    """


def deal(**says):
    return {"Id": "0061", "StageName": "Open", "CreatedDate": "2026-01-05", **says}


def says(found, column):
    return [row[0] for row in found.sql(f"SELECT {column} FROM opportunities ORDER BY 1")]


@pytest.mark.parametrize(
    ("step", "filled"),
    [("Send the contract to legal", True), ("tbd", False), ("-", False), ("", False)],
)
def test_a_next_step_is_there_where_it_is_more_than_a_placeholder(charter, evidence, step, filled):
    found = evidence(charter(CHARTER + WORDS), Opportunity=[deal(NextStep=step)])

    assert says(found, "next_step") == [filled]


def test_the_words_of_a_next_step_are_nowhere_in_the_evidence(charter, load_export):
    step = "Call Herr Niemand about Paperclips"

    summary = load_export(charter(CHARTER + WORDS), Opportunity=[deal(NextStep=step)])

    assert b"Paperclips" not in summary.into.read_bytes()


@pytest.mark.parametrize(
    ("word", "forecast"),
    [("Commit", "commit"), ("Forecast", "commit"), ("best case", "best_case"),
     ("Pipeline", "pipeline"), ("Omitted", "omitted"), ("Closed", None), ("", None)],
)  # fmt: skip
def test_a_forecast_is_told_by_the_charters_words(charter, evidence, word, forecast):
    found = evidence(charter(CHARTER + WORDS), Opportunity=[deal(ForecastCategory=word)])

    assert says(found, "forecast") == [forecast]


def test_a_framework_is_filled_to_the_share_of_its_fields_that_the_export_has(charter, evidence):
    rows = [
        deal(Economic_Buyer__c="CFO", Champion__c="Head of Data"),
        deal(Id="0062", Economic_Buyer__c="CFO", Champion__c="n/a"),
        deal(Id="0063"),
    ]

    found = evidence(charter(CHARTER + WORDS), Opportunity=rows)

    assert says(found, "framework") == [0.0, 0.5, 1.0]
    assert "Competitor__c" in found.files[0].missing


def test_a_checkbox_of_a_framework_is_filled_where_it_is_ticked(charter, evidence):
    rows = [deal(Champion__c="true"), deal(Id="0062", Champion__c="false")]

    found = evidence(charter(CHARTER + WORDS), Opportunity=rows)

    assert says(found, "framework") == [0.0, 1.0]


def test_a_proof_of_concept_started_on_the_day_that_its_column_holds(charter, evidence):
    rows = [deal(POC_Start__c="2026-03-02"), deal(Id="0062")]

    found = evidence(charter(CHARTER + WORDS), Opportunity=rows)

    assert says(found, "poc_at") == [datetime(2026, 3, 2), None]


def entered(number, stage, day, of="0061"):
    return {"Id": f"008{number}", "OpportunityId": of, "StageName": stage, "CreatedDate": day}


def test_a_proof_of_concept_started_when_its_stage_was_first_entered(charter, evidence):
    history = [
        entered(1, "Open", "2026-01-05"),
        entered(2, "POC", "2026-02-03"),
        entered(3, "Open", "2026-02-04"),
        entered(4, "poc", "2026-03-03"),
        entered(5, "Open", "2026-01-05", of="0062"),
    ]

    found = evidence(
        charter(CHARTER + STAGE),
        Opportunity=[deal(), deal(Id="0062")],
        OpportunityHistory=history,
    )

    assert says(found, "poc_at") == [datetime(2026, 2, 3), None]


def test_a_proof_of_concept_that_starts_later_was_none_as_of_a_day(charter, evidence):
    found = evidence(
        charter(CHARTER + WORDS),
        as_of=date(2026, 2, 1),
        Opportunity=[deal(POC_Start__c="2026-03-02"), deal(Id="0062", POC_Start__c="2026-02-01")],
        Lead=[{"Id": "00Q1", "CreatedDate": "2026-06-01"}],
    )

    seen = found["opportunities"].poc_at.execute().dropna().tolist()

    assert [one.to_pydatetime() for one in seen] == [datetime(2026, 2, 1)]


def test_what_the_charter_does_not_name_is_unknown_and_not_missing(charter, evidence):
    found = evidence(
        charter(CHARTER), Opportunity=[deal(NextStep="Send it", ForecastCategory="Commit")]
    )

    assert found.sql("SELECT next_step, forecast, framework, poc_at FROM opportunities") == [
        (None, None, None, None)
    ]
    assert not {"NextStep", "POC_Start__c"} & set(found.files[0].missing)


def test_what_the_charter_names_and_the_export_lacks_is_unknown_and_told(charter, evidence):
    found = evidence(charter(CHARTER + WORDS), Opportunity=[deal()])

    assert found.sql("SELECT next_step, forecast, framework, poc_at FROM opportunities") == [
        (None, None, None, None)
    ]
    assert {"NextStep", "ForecastCategory", "Champion__c", "POC_Start__c"} <= set(
        found.files[0].missing
    )


def test_what_was_forecast_before_is_what_was_known_then(charter, tmp_path, write_export):
    declared, into = charter(CHARTER + WORDS), tmp_path / "evidence.duckdb"
    at = "2026-02-01T09:00:00Z"
    before = deal(ForecastCategory="Pipeline", NextStep="", SystemModstamp=at)
    after = deal(ForecastCategory="Commit", NextStep="Sign", SystemModstamp="2026-04-01T09:00:00Z")
    for number, row in enumerate([before, after]):
        load(declared, [write_export(f"e{number}", Opportunity=[row])], into, today=TODAY)
    lead = {"Id": "00Q1", "CreatedDate": "2026-06-01"}
    load(declared, [write_export("e3", Lead=[lead])], into, today=TODAY)

    then = open_evidence(into, as_of=date(2026, 3, 1))["opportunities"].execute()
    now = open_evidence(into)["opportunities"].execute()

    assert then[["forecast", "next_step"]].to_numpy().tolist() == [["pipeline", False]]
    assert now[["forecast", "next_step"]].to_numpy().tolist() == [["commit", True]]


def test_a_report_tells_them_by_its_labels(charter, tmp_path):
    (tmp_path / "deals.csv").write_text(
        '"Opportunity Name","Account Name","Stage","Next Step","Forecast Category",'
        '"Economic Buyer","POC Start"\n'
        '"Acme new","Acme","Open","Send it","Commit","CFO","2026-03-02"\n'
    )

    load(charter(CHARTER + WORDS), [tmp_path / "deals.csv"], tmp_path / "e.duckdb", today=TODAY)

    assert open_evidence(tmp_path / "e.duckdb").sql(
        "SELECT next_step, forecast, framework, poc_at FROM opportunities"
    ) == [(True, "commit", 1.0, datetime(2026, 3, 2))]


def _fivetran(folder: Path) -> Path:
    folder.mkdir()
    (folder / "opportunity.csv").write_text(
        "id,_fivetran_synced,stage_name,created_date,next_step,forecast_category,"
        "economic_buyer_c,poc_start_c\n"
        "0061,2026-05-01T00:00:00Z,Open,2026-01-05T00:00:00Z,Send it,Omitted,tbd,2026-03-02\n"
    )
    return folder


def _airbyte(folder: Path) -> Path:
    folder.mkdir()
    (folder / "opportunity.csv").write_text(
        "Id,_airbyte_extracted_at,StageName,CreatedDate,NextStep,ForecastCategory,"
        "Economic_Buyer__c,POC_Start__c\n"
        "0061,2026-05-01T00:00:00Z,Open,2026-01-05T00:00:00Z,Send it,Omitted,tbd,2026-03-02\n"
    )
    return folder


@pytest.mark.parametrize("connector", [_fivetran, _airbyte])
def test_a_connectors_tables_tell_them_under_its_names(charter, tmp_path, connector):
    load(charter(CHARTER + WORDS), [connector(tmp_path / "w")], tmp_path / "e.duckdb", today=TODAY)

    assert open_evidence(tmp_path / "e.duckdb").sql(
        "SELECT next_step, forecast, framework, poc_at FROM opportunities"
    ) == [(True, "omitted", 0.0, datetime(2026, 3, 2))]


# HubSpot


def test_hubspots_export_tells_them_by_its_labels(charter, tmp_path):
    (tmp_path / "deals.csv").write_text(
        '"Record ID","Deal Name","Deal Stage","Create Date","Next step","Forecast category",'
        '"Economic buyer","Champion","Amount"\n'
        '"1","Acme","Open","2026-01-05 09:00","Send it","BEST_CASE","CFO","tbd","100"\n'
        '"2","Bolt","Open","2026-01-05 09:00","n/a","OMIT","","","50"\n'
    )

    load(
        charter(CHARTER + IN_HUBSPOT), [tmp_path / "deals.csv"], tmp_path / "e.duckdb", today=TODAY
    )

    assert open_evidence(tmp_path / "e.duckdb").sql(
        "SELECT next_step, forecast, framework, company_amount FROM opportunities ORDER BY opportunity_id"
    ) == [(True, "best_case", 0.5, Decimal(100)), (False, None, 0.0, Decimal(50))]


def test_hubspots_deals_start_a_proof_of_concept_with_a_stage(charter, tmp_path):
    (tmp_path / "deals.csv").write_text(
        '"Record ID","Deal Name","Deal Stage","Pipeline","Create Date",'
        '"Date entered ""POC (Sales Pipeline)"""\n'
        '"1","Acme","POC","Sales Pipeline","2026-01-05 09:00","2026-02-03 10:00"\n'
        '"2","Bolt","Open","Sales Pipeline","2026-01-05 09:00",""\n'
    )

    load(
        charter(CHARTER + IN_HUBSPOT), [tmp_path / "deals.csv"], tmp_path / "e.duckdb", today=TODAY
    )

    assert says(open_evidence(tmp_path / "e.duckdb"), "poc_at") == [
        datetime(2026, 2, 3, 10),
        None,
    ]


@pytest.mark.parametrize(
    ("table", "columns"),
    [
        ("deal.csv", "deal_id,_fivetran_synced,property_dealstage,property_createdate,"
         "property_hs_next_step,property_hs_manual_forecast_category,property_economic_buyer"),
        ("deals.csv", "id,_airbyte_extracted_at,properties_dealstage,properties_createdate,"
         "properties_hs_next_step,properties_hs_manual_forecast_category,properties_economic_buyer"),
    ],
    ids=["fivetran", "airbyte"],
)  # fmt: skip
def test_a_connectors_tables_of_hubspot_tell_them(charter, tmp_path, table, columns):
    folder = tmp_path / "w"
    folder.mkdir()
    (folder / table).write_text(
        f"{columns}\n1,2026-05-01T00:00:00Z,Open,2026-01-05T00:00:00Z,Send it,COMMIT,CFO\n"
    )

    load(charter(CHARTER + IN_HUBSPOT), [folder], tmp_path / "e.duckdb", today=TODAY)

    assert open_evidence(tmp_path / "e.duckdb").sql(
        "SELECT next_step, forecast, framework FROM opportunities"
    ) == [(True, "commit", 1.0)]


# What deals are worth in the company's own currency


@pytest.mark.parametrize(
    ("currency", "worth"), [("USD", Decimal(100)), ("usd", Decimal(100)), ("", Decimal(100)), ("EUR", None)]
)  # fmt: skip
def test_a_plain_deal_is_worth_its_amount_unless_it_is_in_another_currency(
    charter, from_tables, currency, worth
):
    found = from_tables(
        charter(CHARTER),
        opportunities=[{"opportunity_id": "1", "created_at": "2026-01-05", "amount": "100", "currency": currency}],
    )  # fmt: skip

    assert says(found, "company_amount") == [worth]


def test_a_deal_of_salesforce_without_a_currency_is_in_the_companys_own(charter, evidence):
    found = evidence(charter(CHARTER), Opportunity=[deal(Amount="100", CurrencyIsoCode="")])

    assert says(found, "company_amount") == [Decimal(100)]
    assert found.files[0].note == ""


def test_hubspots_deal_in_another_currency_is_worth_nothing_known(charter, tmp_path):
    (tmp_path / "deals.csv").write_text(
        '"Record ID","Deal Name","Deal Stage","Create Date","Amount","Currency"\n'
        '"1","Acme","Open","2026-01-05 09:00","100","EUR"\n'
    )

    load(charter(CHARTER), [tmp_path / "deals.csv"], tmp_path / "e.duckdb", today=TODAY)

    assert says(open_evidence(tmp_path / "e.duckdb"), "company_amount") == [None]
