"""A small real Salesforce org, as somebody's spreadsheet saved it: American days and all."""

from __future__ import annotations

from datetime import date

import pytest

from remit.audit import open_for
from remit.sources import load

pytestmark = pytest.mark.trial


def test_every_row_of_a_real_org_is_kept_and_its_days_are_understood(trial_data, charter, tmp_path):
    declared = charter("company: Dev\ntime_zone: America/New_York\nroles: {ae: {is: AE}}\n")

    summary = load(
        declared,
        [trial_data / "salesforce_dev_sample"],
        tmp_path / "e.duckdb",
        today=date(2026, 11, 1),
    )

    kept = {file.file: (file.rows, file.kept) for file in summary.files}
    assert kept["Account.csv"] == (18, 18)
    assert kept["Contact.csv"] == (25, 25)
    assert kept["Lead.csv"] == (22, 22)
    assert kept["Opportunity.csv"] == (36, 36)
    assert kept["OpportunityHistory.csv"] == (48, 48)
    assert summary.unread == ("OpportunityHistoryGroup.csv",)
    assert summary.values_not_understood == 0
    found = open_for(declared, summary.into)
    assert found.sql("SELECT min(created_at) FROM opportunities")[0][0].year == 2026
    assert (
        found.sql(
            """SELECT stage, entered_at FROM stage_changes WHERE record_id =
        (SELECT record_id FROM stage_changes WHERE place = 2 ORDER BY 1 LIMIT 1) ORDER BY place"""
        )[0][0]
        == "Closed Won"
    )
