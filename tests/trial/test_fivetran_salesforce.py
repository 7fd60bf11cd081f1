"""Real tables of a Fivetran connection to Salesforce, their values scrambled."""

from __future__ import annotations

import csv
from datetime import date, datetime
from pathlib import Path

import duckdb
import pytest

from remit.audit import open_for
from remit.sources import load

pytestmark = pytest.mark.trial
CHARTER = "company: Dev\ntime_zone: America/New_York\nroles: {ae: {is: AE}}\n"
TODAY = date(2026, 11, 1)


@pytest.fixture
def seeds(trial_data: Path) -> Path:
    return trial_data / "fivetran_salesforce_seeds"


def test_every_row_of_every_table_is_kept_or_rejected_with_its_line(seeds, charter, tmp_path):
    summary = load(charter(CHARTER), [seeds], tmp_path / "e.duckdb", today=TODAY)

    assert summary.source == "fivetran_salesforce"
    counts = {(file.file, file.table): (file.rows, file.kept) for file in summary.files}
    assert counts == {
        ("sf_account_data.csv", "accounts"): (10, 2),
        ("sf_account_history_data.csv", "ownership_changes"): (10, 1),
        ("sf_contact_data.csv", "contacts"): (4, 4),
        ("sf_event_data.csv", "activities"): (10, 10),
        ("sf_lead_data.csv", "leads"): (1, 1),
        ("sf_opportunity_data.csv", "opportunities"): (10, 0),
        ("sf_opportunity_history_data.csv", "ownership_changes"): (10, 0),
        ("sf_opportunity_history_data.csv", "stage_changes"): (10, 0),
        ("sf_opportunity_line_item_data.csv", "deal_lines"): (10, 10),
        ("sf_product_2_data.csv", "deal_lines"): (2, 2),
        ("sf_task_data.csv", "activities"): (10, 10),
        ("sf_user_data.csv", "people"): (10, 4),
        ("sf_user_role_data.csv", "people"): (10, 10),
    }
    assert summary.rows == summary.kept + summary.rejected
    assert summary.values_not_understood == 0
    with duckdb.connect(str(summary.into), read_only=True) as con:
        rejects = con.execute("SELECT reason, count(*) FROM rejects GROUP BY 1").fetchall()
        (without,) = con.execute("SELECT count(*) FROM rejects WHERE line IS NULL").fetchone()
    assert rejects == [("is marked as deleted in the CRM", summary.rejected)]
    assert without == 0


def test_tables_that_nothing_needs_are_named_as_not_read(seeds, charter, tmp_path):
    summary = load(charter(CHARTER), [seeds], tmp_path / "e.duckdb", today=TODAY)

    assert sorted(summary.unread) == ["sf_contact_history_data.csv", "sf_order_data.csv"]


def test_the_stage_history_of_a_deal_is_read_from_its_versions(seeds, charter, tmp_path):
    """All deals of the sample are deleted, so the marks are cleared in a copy."""
    for file in seeds.glob("*.csv"):
        rows = list(csv.DictReader(file.open(encoding="utf-8")))
        cleared = {"is_deleted": "false"} if "opportunity_" in file.name else {}
        with (tmp_path / file.name).open("w", encoding="utf-8", newline="") as copy:
            writer = csv.DictWriter(copy, rows[0])
            writer.writeheader()
            writer.writerows({**row, **cleared} for row in rows)
    declared = charter(CHARTER)

    found = open_for(declared, load(declared, [tmp_path], tmp_path / "e.duckdb", today=TODAY).into)

    assert found.sql(
        """SELECT s.stage, place, entered_at, left_at, closed_at, closed_from FROM stage_changes s
        JOIN opportunities ON opportunity_id = record_id WHERE record_id = '006q000000Hddoh'"""
    ) == [
        (
            "GavUFuuf4DrnQAoiRGlWpQ==",
            1,
            datetime(2018, 12, 19, 19, 51, 13),
            None,
            datetime(2018, 12, 19, 19, 51, 13),
            "stage history",
        )
    ]
