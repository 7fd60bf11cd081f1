"""What people keep in order in the example company: in the export, and in the truth beside it."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable
from datetime import date
from itertools import pairwise
from typing import Any

import pytest

from remit.charter import read_charter
from remit.evidence.sound import COSTS
from remit.example import Written
from remit.example.records import PLACEHOLDERS
from remit.sources.plain import read_mapping

Rows = list[dict[str, str]]
Table = Callable[[str], Rows]
pytestmark = pytest.mark.slow
FIELDS = (
    "Metrics__c",
    "Economic_Buyer__c",
    "Decision_Criteria__c",
    "Decision_Process__c",
    "Champion__c",
)


def says(text: str) -> bool:
    return bool(text) and text not in PLACEHOLDERS


def open_new(table: Table) -> Rows:
    return [
        row
        for row in table("Opportunity")
        if row["Type"] == "New Business" and row["IsClosed"] == "false"
    ]


def finance(written: Written, name: str) -> Rows:
    with (written.finance / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_open_deals_have_next_steps_and_some_have_placeholders(table, truth) -> None:
    rows = open_new(table)

    assert len(rows) == truth["kept_in_order"]["open_new_deals"]
    assert sum(says(r["NextStep"]) for r in rows) == truth["kept_in_order"]["with_next_step"]
    assert any(row["NextStep"] in PLACEHOLDERS for row in rows)
    assert any(not row["NextStep"] for row in rows)


def test_more_of_the_framework_is_filled_the_further_a_deal_is(table, truth) -> None:
    filled = {
        stage: sum(says(row[name]) for row in rows for name in FIELDS) / len(rows) / len(FIELDS)
        for stage in ("Discovery", "Qualified", "Technical Validation", "Negotiation")
        if (rows := [row for row in open_new(table) if row["StageName"] == stage])
    }

    told = truth["kept_in_order"]["framework_filled"]
    assert filled == {stage: pytest.approx(told[stage], abs=1e-4) for stage in filled}
    assert list(filled.values()) == sorted(filled.values())


def test_the_history_of_a_forecast_ends_with_the_forecast_of_today(table) -> None:
    names = {"Forecast": "Commit", "BestCase": "Best Case"}
    now = {
        row["Id"]: names.get(row["ForecastCategory"], row["ForecastCategory"])
        for row in table("Opportunity")
    }
    changes: dict[str, Rows] = {}
    for row in table("OpportunityFieldHistory"):
        if row["Field"] == "ForecastCategoryName":
            changes.setdefault(row["OpportunityId"], []).append(row)

    assert len(changes) > 1000
    for deal, rows in changes.items():
        assert rows[-1]["NewValue"] == now[deal]
        assert all(a["NewValue"] == b["OldValue"] for a, b in pairwise(rows))
        assert all(row["OldValue"] != row["NewValue"] for row in rows)


def test_a_forecast_in_the_stage_history_is_that_of_the_moment(table) -> None:
    last: dict[str, str] = {}
    for row in table("OpportunityHistory"):
        last[row["OpportunityId"]] = row["ForecastCategory"]

    assert last == {row["Id"]: row["ForecastCategory"] for row in table("Opportunity")}


def test_proofs_of_concept_start_while_a_deal_is_validated(table, truth) -> None:
    entered: dict[str, dict[str, str]] = {}
    for row in table("OpportunityHistory"):
        entered.setdefault(row["OpportunityId"], {}).setdefault(
            row["StageName"], row["CreatedDate"]
        )
    proofs = {row["Id"]: row["POC_Start__c"] for row in table("Opportunity") if row["POC_Start__c"]}

    within = [day for day in proofs.values() if truth["from"] <= day <= truth["to"]]
    assert len(within) == truth["kept_in_order"]["proofs_of_concept"]["started"]
    assert all(entered[deal]["Technical Validation"][:10] <= day for deal, day in proofs.items())


def test_business_reviews_are_with_customers_of_customer_success_and_not_all_on_schedule(
    table, truth
) -> None:
    reviews = [
        row for row in table("Event") if row["Subject"].startswith("Quarterly business review - ")
    ]
    told = truth["business_reviews"]

    held = sum(one["held"] for one in told.values())
    assert set(told) == {"enterprise", "mid_market"}
    assert all(one["on_schedule"] < one["held"] < one["due"] for one in told.values())
    assert 0.6 * held < len(reviews) <= 1.1 * held, "most of those held are in the CRM"
    assert {row["Type"] for row in reviews} == {"Business Review"}
    assert all(row["AccountId"] for row in reviews)


def test_replies_to_cold_mails_are_mails_that_came_in_on_the_prospect(table, truth) -> None:
    replies = [row for row in table("Task") if row["CallType"] == "Inbound"]

    assert {(row["Type"], row["TaskSubtype"], row["Status"]) for row in replies} == {
        ("Email", "Email", "Completed")
    }
    assert all(row["WhoId"] for row in replies)
    assert 0.7 < len(replies) / truth["kept_in_order"]["replies_to_outreach"] < 1.0


def test_finances_mapping_reads_and_names_every_column_of_its_files(written) -> None:
    mapping = read_mapping(written.finance / "mapping.yaml")

    assert set(mapping.tables) == {"usage", "costs", "quotas", "targets"}
    for files in mapping.tables.values():
        for mapped in files:
            (first, *_) = finance(written, mapped.file.removesuffix(".csv"))
            assert set(mapped.columns.values()) == set(first)


def test_costs_are_of_the_kinds_that_the_table_of_costs_has(written) -> None:
    assert {row["kind"] for row in finance(written, "costs")} == set(COSTS)


def test_revenue_of_a_month_is_a_twelfth_of_what_customers_pay_a_year(written, table) -> None:
    day = "2026-09-15"
    paid = sum(
        float(row["ARR__c"])
        for row in table("Contract")
        if row["StartDate"] <= day <= row["EndDate"]
    )
    month = [r for r in finance(written, "costs") if r["month"] == "2026-09-01"]

    revenue = sum(float(row["amount"]) for row in month if row["kind"] == "revenue")

    assert revenue == pytest.approx(paid / 12, rel=0.03)


def test_targets_are_new_revenue_and_four_times_as_much_new_pipeline_by_segment_and_quarter(
    written,
) -> None:
    rows = finance(written, "targets")
    asked = {(r["segment"], r["from"], r["measure"]): float(r["amount"]) for r in rows}

    assert {segment for segment, _, _ in asked} == {"enterprise", "mid_market", "smb"}
    for (segment, start, measure), amount in asked.items():
        if measure == "new_arr":
            assert asked[segment, start, "new_logo_pipeline"] == 4 * amount
    assert all(
        80 < (date.fromisoformat(r["until"]) - date.fromisoformat(r["from"])).days < 95
        for r in rows
    )


def test_quotas_end_where_the_next_begin(written) -> None:
    spells: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for row in finance(written, "quotas"):
        spells.setdefault((row["person"], row["measure"]), []).append((row["from"], row["until"]))

    assert all(a[1] <= b[0] for rows in spells.values() for a, b in pairwise(sorted(rows)))


def test_most_customers_do_not_use_the_product_in_the_month_they_sign(written) -> None:
    first: dict[str, str] = {}
    for row in finance(written, "usage"):
        if row["metric"] == "active_users":
            first.setdefault(row["account_id"], row["reading"])

    zero = Counter(reading == "0" for reading in first.values())
    assert zero[True] > zero[False] > 0


def test_attainment_in_the_truth_is_what_the_export_says_owners_won(table, truth, written) -> None:
    won = [
        float(row["Amount"])
        for row in table("Opportunity")
        if row["Type"] == "New Business" and row["IsWon"] == "true"
        and truth["from"] <= row["CloseDate"] <= truth["to"]
    ]  # fmt: skip

    assert sum(one["new_arr"] for one in truth["sales"].values()) == sum(won)
    assert {one["measure"] for one in truth["attainment"]} == {
        "new_arr", "expansion_arr", "renewed_arr", "meetings_held",
    }  # fmt: skip


def test_retention_in_the_truth_is_that_of_the_contracts(table, truth) -> None:
    segment = {row["Id"]: int(row["NumberOfEmployees"]) for row in table("Account")}

    def paid(day: str) -> dict[str, float]:
        found: dict[str, float] = {}
        for row in table("Contract"):
            if row["StartDate"] <= day <= row["EndDate"] and segment[row["AccountId"]] >= 1000:
                found[row["AccountId"]] = found.get(row["AccountId"], 0.0) + float(row["ARR__c"])
        return found

    then, now = paid(truth["from"]), paid(truth["to"])

    told: dict[str, Any] = truth["retention"]["enterprise"]
    assert told["arr_then"] == sum(then.values())
    assert told["nrr"] == pytest.approx(
        sum(now.get(one, 0.0) for one in then) / sum(then.values()), abs=1e-4
    )


def test_the_charter_names_all_of_it(written) -> None:
    charter = read_charter(written.charter)

    assert charter.deals.next_step == "Opportunity.NextStep"
    assert len(charter.deals.framework) == len(FIELDS)
    assert charter.deals.proof_of_concept is not None
    assert charter.deals.forecast is not None
    assert charter.first_value is not None
    assert {c.seen_in for c in charter.cadences if c.kind != "forecast_call"} == {
        "one_to_ones", "pipeline_reviews", "business_reviews",
    }  # fmt: skip
    assert all(plan.ote for plan in charter.plans.values())
