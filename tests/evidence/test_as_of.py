"""Looking from an earlier day shows what was known then."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from remit.audit.run import measured_days
from remit.evidence import TABLES, EvidenceError, open_evidence
from remit.evidence.store import ends_of_day

CHARTER = """
    company: Acme
    time_zone: America/New_York
    roles: {ae: {is: AE}}
    titles: {"AE": ae}
    """
DEAL = {
    "Id": "0061",
    "AccountId": "0011",
    "Type": "New",
    "StageName": "Closed Won",
    "IsClosed": "true",
    "IsWon": "true",
    "CreatedDate": "2026-03-01T12:00:00Z",
    "CloseDate": "2026-06-15",
}


def calls(*days: str) -> list[dict[str, str]]:
    return [
        {
            "Id": f"00T{day}",
            "OwnerId": "005A",
            "TaskSubtype": "Call",
            "IsClosed": "true",
            "CallDurationInSeconds": "60",
            "CreatedDate": f"{day}T15:00:00Z",
            "CompletedDateTime": f"{day}T15:00:00Z",
            "ActivityDate": day,
        }
        for day in days
    ]


@pytest.fixture
def seen(charter, evidence):
    def run(as_of: date | None = None):
        return evidence(
            charter(CHARTER),
            as_of=as_of,
            User=[{"Id": "005A", "Title": "AE", "CreatedDate": "2020-01-01"}],
            Opportunity=[DEAL],
            Task=calls("2026-04-01", "2026-05-01", "2026-07-01"),
        )

    return run


def test_the_last_day_anything_was_entered_is_the_day_looked_from(seen):
    assert seen().as_of == date(2026, 7, 1)


def test_a_deal_won_later_is_still_open(seen):
    (deal,) = seen(date(2026, 5, 31))["opportunities"].to_pyarrow().to_pylist()

    assert (deal["won"], deal["closed_at"]) == (None, None)


def test_work_done_later_is_not_there_yet(seen):
    assert seen(date(2026, 5, 31)).rows("activities") == 2


def test_days_measured_start_with_the_first_activity_and_end_with_the_day_looked_from(seen):
    assert str(measured_days(seen(date(2026, 5, 31)))) == "1 Apr 2026 to 31 May 2026"


def test_a_day_before_the_first_is_refused_with_the_days_there_are(seen):
    with pytest.raises(EvidenceError) as refused:
        seen(date(2025, 1, 1))

    assert "It runs from 2026-03-01 to 2026-07-01." in str(refused.value)


def test_a_day_ends_when_it_does_in_its_own_zone_also_where_clocks_change():
    assert ends_of_day(date(2026, 3, 8), "America/New_York") == datetime(2026, 3, 9, 4)
    assert ends_of_day(date(2026, 3, 7), "America/New_York") == datetime(2026, 3, 8, 5)


def test_editing_who_owns_what_needs_no_new_load_and_editing_a_pattern_does(
    charter, evidence, tmp_path
):
    from remit.measures import open_for

    load = {"Lead": [{"Id": "00Q1", "CreatedDate": "2026-01-01"}]}
    file = evidence(charter(CHARTER), **load).file
    owner = charter(CHARTER.replace("ae: {is: AE}", "ae: {is: AE, owns: [prospecting]}"))
    pattern = charter(CHARTER.rstrip() + "\n    inbound: {Lead.LeadSource: [Web]}\n")

    assert open_for(owner, file).as_of == date(2026, 1, 1)
    with pytest.raises(EvidenceError, match="Load the export again"):
        open_for(pattern, file)


def test_editing_the_people_file_needs_no_new_load(charter, evidence):
    from remit.measures import open_for, roles_held

    head = "person,role,from,to\n"
    text = CHARTER.rstrip() + "\n    people: people.csv\n"
    users = [{"Id": "005A", "Name": "Ada", "Title": "AE", "CreatedDate": "2020-01-01"}]
    first = charter(text, people=head + "Ada,ae,2020-01-01,\n")
    file = evidence(first, User=users, Lead=[{"Id": "00Q1", "CreatedDate": "2026-01-01"}]).file

    second = charter(text, people=head + "Ada,ae,2021-06-01,\n")

    (spell,) = roles_held(open_for(second, file))
    assert spell.first_day == date(2021, 6, 1)


def test_every_table_and_column_says_what_it_is():
    for name, table in TABLES.items():
        assert table.about, name
        assert set(table.key) <= set(table.columns), name
        for column, noun in table.columns.items():
            assert noun.about, (name, column)


def test_something_else_is_not_taken_for_evidence(tmp_path):
    other = tmp_path / "other.duckdb"
    other.write_text("no database")

    with pytest.raises(EvidenceError, match="is not an evidence file"):
        open_evidence(other)
