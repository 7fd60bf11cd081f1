"""What a later export changes does not change what was known before it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

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


MAPPING = """
about: deals that somebody keeps in a sheet, without when they were last changed
tables:
  opportunities:
    file: deals.csv
    columns: {opportunity_id: nr, closed_at: won, amount: value}
    constants: {kind: new, won: true}
"""
AMOUNTS = range(12_000, 12_012)
CORRECTED = range(777, 789)


@pytest.mark.parametrize("sheets", [(AMOUNTS, CORRECTED), (CORRECTED, AMOUNTS, CORRECTED)])
def test_looking_back_over_an_undated_sheet_that_was_corrected_shows_what_was_loaded_last(
    charter, tmp_path, sheets
):
    acme, into = charter(CHARTER), tmp_path / "evidence.duckdb"
    (tmp_path / "mapping.yaml").write_text(MAPPING)

    for amounts in sheets:
        rows = [f"D{at},2026-02-{at + 1:02},{amount}" for at, amount in enumerate(amounts)]
        sheet = ["nr,won,value", *rows, "D99,2026-06-30,5"]
        (tmp_path / "deals.csv").write_text("\n".join(sheet) + "\n")
        load(acme, [tmp_path / "mapping.yaml"], into, today=TODAY)

    table = open_for(acme, into, as_of=date(2026, 2, 20))["opportunities"]
    assert set(table.to_pyarrow()["amount"].to_pylist()) == set(map(Decimal, CORRECTED))


def test_of_two_versions_of_one_instant_the_same_one_counts_whatever_was_loaded_when(
    charter, write_export, tmp_path
):
    acme = charter(CHARTER)
    deals = [{**IN_MARCH, "Id": f"0063{number}"} for number in range(8)]
    first = [LATER_STILL, *deals]
    other = [LATER_STILL, *({**deal, "Amount": "120"} for deal in deals)]
    in_may = {"SystemModstamp": IN_MAY["SystemModstamp"]}
    again = [LATER_STILL, *({**deal, **in_may} for deal in deals)]

    def amounts(file, as_of=None):
        rows = open_for(acme, file, as_of=as_of)["opportunities"].to_pyarrow().to_pylist()
        return {row["opportunity_id"]: row["amount"] for row in rows if row["amount"]}

    file = loaded(acme, write_export, tmp_path, first, other)
    counts = amounts(file)
    assert len(counts) == len(deals)
    assert amounts(file, date(2026, 4, 1)) == counts

    file.unlink()
    file = loaded(acme, write_export, tmp_path, first, again, other)
    assert amounts(file, date(2026, 4, 1)) == counts
