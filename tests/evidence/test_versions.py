"""What a later export changes does not change what was known before it."""

from __future__ import annotations

from datetime import date

from remit.measures import open_for
from remit.sources import load

TODAY = date(2026, 12, 31)
CHARTER = """
    company: Acme
    time_zone: UTC
    roles: {ae: {is: AE}}
    titles: {"AE": ae}
    """
DEAL = {"Id": "0061", "AccountId": "0011", "CreatedDate": "2026-03-01T12:00:00Z"}
IN_MARCH = {
    **DEAL,
    "StageName": "Discovery",
    "Amount": "100",
    "SystemModstamp": "2026-03-05T12:00:00Z",
}
IN_MAY = {
    **DEAL,
    "StageName": "Proposal",
    "Amount": "120",
    "SystemModstamp": "2026-05-05T12:00:00Z",
}
LATER_STILL = {"Id": "0062", "CreatedDate": "2026-06-30T12:00:00Z"}


def loaded(charter, write_export, tmp_path, *exports):
    into = tmp_path / "evidence.duckdb"
    for number, rows in enumerate(exports):
        load(charter, [write_export(f"export{number}", Opportunity=rows)], into, today=TODAY)
    return into


def deal(charter, file, as_of=None):
    table = open_for(charter, file, as_of=as_of)["opportunities"]
    rows = table.filter(table.opportunity_id == "0061").to_pyarrow().to_pylist()
    return [(row["stage"], row["amount"]) for row in rows]


def test_a_deal_is_as_it_was_told_by_the_day_looked_from(charter, write_export, tmp_path):
    acme = charter(CHARTER)

    file = loaded(acme, write_export, tmp_path, [IN_MARCH], [IN_MAY, LATER_STILL])

    assert deal(acme, file) == [("Proposal", 120)]
    assert deal(acme, file, date(2026, 5, 4)) == [("Discovery", 100)]
    assert deal(acme, file, date(2026, 5, 5)) == [("Proposal", 120)]


def test_a_deal_told_of_once_is_as_it_is_told_from_the_day_it_was_opened(
    charter, write_export, tmp_path
):
    acme = charter(CHARTER)

    file = loaded(acme, write_export, tmp_path, [IN_MAY, LATER_STILL])

    assert deal(acme, file, date(2026, 4, 1)) == [("Proposal", 120)]


def test_an_older_export_loaded_later_fills_in_what_was_known_before(
    charter, write_export, tmp_path
):
    acme = charter(CHARTER)

    file = loaded(acme, write_export, tmp_path, [IN_MAY, LATER_STILL], [IN_MARCH])

    assert deal(acme, file) == [("Proposal", 120)]
    assert deal(acme, file, date(2026, 5, 4)) == [("Discovery", 100)]


def test_an_export_that_says_the_same_again_makes_no_new_version(charter, write_export, tmp_path):
    acme = charter(CHARTER)
    again = {**IN_MARCH, "SystemModstamp": "2026-04-05T12:00:00Z"}

    file = loaded(acme, write_export, tmp_path, [IN_MARCH], [again], [IN_MAY, LATER_STILL])

    found = open_for(acme, file)
    assert found.sql("SELECT count(*) FROM earlier.opportunities") == [(1,)]
    assert deal(acme, file, date(2026, 4, 20)) == [("Discovery", 100)]
