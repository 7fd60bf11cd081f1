"""HubSpot as Fivetran's connector writes it: real columns, scrambled values."""

from __future__ import annotations

from datetime import date

import pytest

from remit.audit import open_for
from remit.sources import load

pytestmark = pytest.mark.trial

UNREAD = (
    *("contact_form_submission", "contact_list", "contact_list_member"),
    *("email_campaign", "email_event", "engagement_communication", "engagement_note", "form"),
    *("property", "property_option", "role", "team_user", "ticket_property_history"),
)
"""Tables that nothing needs, beside those of single kinds of marketing events."""


@pytest.fixture(scope="module")
def loaded(trial_data, tmp_path_factory):
    from remit.charter import read_charter

    folder = tmp_path_factory.mktemp("fivetran_hubspot")
    (folder / "charter.yaml").write_text(
        "company: Dev\ntime_zone: America/New_York\nroles: {ae: {is: AE}}\n"
    )
    charter = read_charter(folder / "charter.yaml")
    summary = load(
        charter,
        [trial_data / "fivetran_hubspot_seeds"],
        folder / "e.duckdb",
        today=date(2026, 11, 1),
    )
    return summary, open_for(charter, summary.into)


def test_every_row_of_every_table_is_kept_or_listed_as_refused(loaded):
    summary, found = loaded

    assert summary.source == "hubspot_fivetran"
    assert summary.rows == summary.kept + summary.rejected
    assert summary.values_not_understood == 0
    assert found.sql(
        "SELECT file, reason, count(*) FROM rejects WHERE whole_row GROUP BY ALL ORDER BY 1"
    ) == [
        ("contact_data.csv", "is marked as deleted in the CRM", 3),
        ("ticket_data.csv", "was closed before it was opened", 1),
    ]


def test_tables_become_what_they_are(loaded):
    kept = {(file.file, file.table): (file.rows, file.kept) for file in loaded[0].files}

    assert kept["company_data.csv", "accounts"] == (24, 24)
    assert kept["contact_data.csv", "contacts"] == (22, 19)
    assert kept["deal_data.csv", "opportunities"] == (44, 44)
    assert kept["deal_stage_data.csv", "stage_changes"] == (14, 14)
    assert kept["engagement_meeting_data.csv", "activities"] == (100, 100)
    assert kept["owner_data.csv", "people"] == (100, 100)
    assert kept["ticket_data.csv", "tickets"] == (25, 24)


def test_a_table_that_nothing_needs_is_named_as_not_read(loaded):
    unread = {name.removesuffix("_data.csv") for name in loaded[0].unread}

    assert {name for name in unread if not name.startswith("email_event_")} == set(UNREAD)


def test_the_stages_of_a_deal_are_those_of_its_table(loaded, trial_data):
    """The sample has one stage for each deal: its values are scrambled, its times are not."""
    found = loaded[1]

    assert found.sql(
        """SELECT stage, place, entered_at::VARCHAR, left_at FROM stage_changes
        WHERE record_id = '3954699413'"""
    ) == [("f66ca9bc5a02c2f1513ce83f0a0e117d", 1, "2021-01-07 11:49:18", None)]


def test_contacts_merged_into_another_are_gone_and_the_other_is_there(loaded):
    found = loaded[1]

    assert found.sql(
        "SELECT contact_id FROM contacts WHERE contact_id IN ('78971951', '76340251', '46897301')"
    ) == [("78971951",)]


def test_the_one_engagement_that_has_records_concerns_its_contact(loaded):
    found = loaded[1]

    assert found.sql("SELECT kind FROM activities WHERE activity_id = '19732910159'") == [("call",)]
    assert found.sql("SELECT count(*) FROM activities WHERE kind = 'meeting'") == [(100,)]
