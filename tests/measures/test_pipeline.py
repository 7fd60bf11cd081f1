"""Open pipeline: what it covers, how it is kept, whom it is spoken with."""

from __future__ import annotations

import dataclasses
from datetime import date, timedelta

import pytest

from remit.benchmarks import benchmarks
from remit.measures import open_for
from remit.measures.pipeline import (
    CLOSING,
    EVERY,
    _asked,
    _Book,
    _months,
    _snapshot,
    forecast_held,
    framework_filled,
    next_steps,
    past_close_days,
    personas_on_won_deals,
    pipeline_coverage,
    pipeline_created,
    stakeholders,
)
from remit.sources import load
from remit.terms import Estimate, Period

from .test_winning import CHARTER, LAST, LAST_SEEN, PEOPLE, YEAR, deal, stages

pytestmark = pytest.mark.slow  # `make slow` runs it: every case loads an export

QUARTERS = [date(year, month, 1) for year in (2024, 2025, 2026) for month in (1, 4, 7, 10)]
QUOTAS = [
    {
        "person_id": f"ae{n}",
        "measure": "new_arr",
        "first_day": "2026-10-01",
        "end_day": "2027-01-01",
        "amount": "10000",
        "currency": "USD",
    }
    for n in range(5)
]


def quarter_of_deals(first: date, place: int) -> list[dict]:
    """Ten deals open in week three, two of them won in the quarter; a small one comes and is won."""
    n = 100 * place
    created, closed = first + timedelta(days=4), first + timedelta(days=60)
    deals = [
        deal(n + k, created, closed if closed < LAST else None, k < 2 if closed < LAST else None)
        for k in range(10)
    ]
    later = deal(n + 50, first + timedelta(days=20), first + timedelta(days=50), True)
    return [*deals, later | {"amount": "5000"}]


def quarters_of_deals(count: int = 12) -> list[dict]:
    """The same in each of the last quarters."""
    rows = []
    for place, first in enumerate(QUARTERS[-count:]):
        rows += quarter_of_deals(first, place)
    return rows


@pytest.fixture
def measure(charter, from_tables):
    def run(measure, over: Period, *, text: str = CHARTER, how: dict | None = None, **tables):
        declared = charter(text)
        evidence = from_tables(declared, people=PEOPLE, leads=LAST_SEEN, **tables)
        assert evidence.as_of == LAST
        return measure(evidence, declared, benchmarks(), over, **(how or {}))

    return run


# Coverage


def test_coverage_needed_is_one_over_the_own_conversion_by_value_of_such_snapshots(measure):
    found = measure(pipeline_coverage, YEAR, opportunities=quarters_of_deals(), quotas=QUOTAS)

    assert (found.now.quarter.start, found.now.day) == (date(2026, 10, 1), date(2026, 10, 15))
    assert (found.now.deals, found.now.value) == (8, 80_000)
    assert (found.target, found.people, found.to_go) == (50_000, 5, 50_000)
    assert [float(p.won / p.value) for p in found.past] == [0.25] * 8
    assert found.past[0].won_created_later == 5_000
    assert found.needed.value == pytest.approx(4.0)
    assert found.needed.value != pytest.approx(1 / 0.2)  # the win rate of the deals open by count


def test_what_the_pipeline_held_fills_is_held_times_the_own_conversion(measure):
    found = measure(pipeline_coverage, YEAR, opportunities=quarters_of_deals(), quotas=QUOTAS)

    # of ten open deals two are the sixth person's, who has no quota
    assert found.held == pytest.approx(80_000 / 50_000)
    assert found.fill.value == pytest.approx(1.6 * 0.25)
    assert found.basis == EVERY
    told = dataclasses.replace(found, conversion=Estimate(0.25, "share", 0.2, 0.4))
    assert (told.fill.low, told.fill.high) == pytest.approx((1.6 * 0.2, 1.6 * 0.4))
    assert (told.needed.low, told.needed.high) == pytest.approx((1 / 0.4, 1 / 0.2))


def test_what_was_won_before_the_snapshot_is_not_still_to_go(measure):
    early = deal(9900, date(2026, 9, 1), date(2026, 10, 5), won=True)

    found = measure(
        pipeline_coverage, YEAR, opportunities=[*quarters_of_deals(), early], quotas=QUOTAS
    )

    assert (found.won_before, found.to_go) == (10_000, 40_000)


def test_quotas_of_a_year_are_shared_out_by_day(measure):
    yearly = [q | {"first_day": "2026-01-01", "amount": "36500"} for q in QUOTAS]

    def last_day_and_first(*asked):
        return pipeline_coverage(*asked), _asked(*asked[:2], date(2026, 10, 1), None)

    deals = quarters_of_deals()
    found, (_, first_days, *_) = measure(
        last_day_and_first, YEAR, opportunities=deals, quotas=yearly
    )

    assert found.target == 5 * 100 * 92
    assert found.now.quarter == first_days == Period(date(2026, 10, 1), date(2027, 1, 1))


def test_a_quota_of_ten_days_is_of_one_month_and_not_of_none():
    assert _months(Period(date(2026, 10, 1), date(2026, 10, 11))) == 1
    assert _months(Period(date(2026, 1, 1), date(2027, 1, 1))) == 12


def test_without_quotas_the_target_of_the_company_counts(measure):
    text = (
        CHARTER
        + """
    targets: [{measure: new_arr, amount: 50000, from: 2026-10-01, to: 2026-12-31}]
    """
    )

    found = measure(pipeline_coverage, YEAR, text=text, opportunities=quarters_of_deals())

    assert (found.target, found.target_from, found.people) == (50_000, "targets", 0)
    assert found.held == pytest.approx(2.0)


def test_without_anything_to_be_sold_nothing_tells_how_much_pipeline_is_needed(measure):
    assert measure(pipeline_coverage, YEAR, opportunities=quarters_of_deals()) is None


# Deals as they were told by loads at the start of each quarter


FORECASTS = CHARTER.replace(
    "kind: {new: [New]}",
    "kind: {new: [New]}\n      forecast: {commit: [Commit], pipeline: [Pipeline], omitted: [Omitted]}",
)


def told(n: int, on: date, **said: str) -> dict[str, str]:
    """Deal n of ten thousand as an export shows it that was taken when it had last changed."""
    return {
        "Id": f"006{n}",
        "Type": "New",
        "OwnerId": f"005{n}",
        "StageName": "Proposal",
        "Amount": "10000",
        "IsClosed": "false",
        "IsWon": "false",
        "CreatedDate": "2026-06-20T00:00:00Z",
        "LastModifiedDate": f"{on}T00:00:00Z",
        **said,
    }


@pytest.fixture
def loaded_twice(charter, write_export, tmp_path):
    return exports_of_two_days(charter(FORECASTS), write_export, tmp_path)


def exports_of_two_days(declared, write_export, tmp_path, *told_later: dict[str, str]):
    """An export of the end of June and one of the end of the year: two committed deals, of which
    one slipped; it was won in October, and is not forecast any more."""
    june, year_end = date(2026, 6, 28), date(2026, 12, 30)
    won = {"StageName": "Closed Won", "IsClosed": "true", "IsWon": "true"}
    gone = won | {"ForecastCategory": "Omitted"}
    exports = {
        june: [
            told(1, june, CloseDate="2026-08-10", ForecastCategory="Commit"),
            told(2, june, CloseDate="2026-09-20", ForecastCategory="Commit"),
            told(3, june, CloseDate="2026-09-20", ForecastCategory="Pipeline"),
        ],
        year_end: [
            told(1, date(2026, 8, 10), CloseDate="2026-08-10", **gone),
            told(2, date(2026, 10, 5), CloseDate="2026-10-05", **gone),
            told(3, year_end, CloseDate="2026-09-01", **won, ForecastCategory="Omitted"),
            *told_later,
        ],
    }
    for day, deals in exports.items():
        lead = {"Id": "00Q1", "CreatedDate": "2026-06-01", "LastModifiedDate": f"{day}"}
        last = {"Id": f"00Q{day}", "CreatedDate": f"{day}T12:00:00Z"}
        folder = write_export(f"of-{day}", Opportunity=deals, Lead=[lead, last])
        load(declared, [folder], tmp_path / "twice.duckdb", today=LAST)
    return declared, open_for(declared, tmp_path / "twice.duckdb")


def test_a_past_forecast_is_the_one_told_when_the_quarter_began(loaded_twice):
    declared, evidence = loaded_twice

    found = forecast_held(evidence, declared, benchmarks(), YEAR)

    (quarter,) = found.quarters
    assert quarter.quarter == Period(date(2026, 7, 1), date(2026, 10, 1))
    assert (quarter.deals, quarter.committed) == (2, 20_000)
    assert (quarter.won, quarter.won_of_committed) == (20_000, 10_000)
    assert found.over.value == 1.0


def test_a_deal_that_no_export_before_the_quarter_told_of_is_not_known_as_it_stood(
    charter, write_export, tmp_path
):
    later = told(4, LAST, CreatedDate="2026-06-30", CloseDate="2027-02-01")
    declared, evidence = exports_of_two_days(charter(FORECASTS), write_export, tmp_path, later)

    found = forecast_held(evidence, declared, benchmarks(), YEAR)
    book = _Book(evidence, declared, benchmarks(), ("new",), None)

    assert book.at(date(2026, 7, 1)).known == 3 / 4
    assert found.quarters == ()


def test_open_pipeline_closing_in_a_quarter_is_by_the_close_days_of_then(loaded_twice):
    declared, evidence = loaded_twice
    third = Period(date(2026, 7, 1), date(2026, 10, 1))

    book = _Book(evidence, declared, benchmarks(), ("new",), None)
    shot = _snapshot(evidence, book, third, third.start, CLOSING)

    assert book.at(third.start).known == 1
    assert (shot.deals, shot.value, shot.won) == (3, 30_000, 20_000)


def test_a_forecast_that_is_only_known_as_it_is_today_is_held_against_nothing(measure):
    deals = [d | {"forecast": "commit", "close_day": "2026-12-01"} for d in quarters_of_deals()]

    found = measure(forecast_held, YEAR, opportunities=deals)

    assert (found.recorded, found.quarters, found.over) == (True, (), None)
    assert found.looked == 8


def test_close_days_of_then_cut_the_pipeline_only_where_every_snapshot_knows_them(measure):
    deals = [d | {"close_day": "2026-12-01"} for d in quarters_of_deals()]

    found = measure(pipeline_coverage, YEAR, opportunities=deals, quotas=QUOTAS)

    assert found.basis != CLOSING


# How open deals are kept


def test_an_open_deal_whose_close_day_is_today_is_not_past_it(measure):
    day = date(2026, 11, 1)
    deals = [
        deal(1, day, close_day=str(LAST)),
        deal(2, day, close_day=str(LAST - timedelta(days=9))),
        deal(3, day, close_day="2027-02-01"),
        deal(4, day),
        deal(5, day, date(2026, 12, 1), won=True, close_day="2026-12-01"),
    ]

    found = measure(past_close_days, YEAR, opportunities=deals)

    assert (found.deals, found.unknown) == (3, 1)
    assert found.share.value == pytest.approx(1 / 3)
    assert found.rows == (("d2", "Proposal", 61, 9),)


def test_a_deal_that_does_not_tell_its_next_step_is_left_out(measure):
    day = date(2026, 11, 1)
    deals = [
        deal(1, day, next_step="true"),
        deal(2, day, next_step="false"),
        deal(3, day, next_step=""),
    ]

    found = measure(next_steps, YEAR, opportunities=deals)

    assert (found.deals, found.unknown, found.share.value) == (2, 1, 0.5)


def test_where_no_deal_tells_its_next_step_or_framework_nothing_is_said(measure):
    deals = [deal(1, date(2026, 11, 1))]

    assert measure(next_steps, YEAR, opportunities=deals) is None


def test_framework_fields_count_on_deals_past_discovery_only(measure):
    day = date(2026, 11, 1)
    deals = [
        deal(1, day, framework="1.0"),
        deal(2, day, framework="0.5"),
        deal(3, day, framework="0.0", stage="Discovery"),
    ]

    found = measure(framework_filled, YEAR, opportunities=deals)

    assert (found.deals, found.share.value) == (2, 0.75)
    assert found.rows == (("d2", "Proposal", 61, 0.5),)


# Stakeholders


def roles(deal: str, *parts: str) -> list[dict]:
    """Contacts of a deal, each with the part it plays."""
    return [
        {"opportunity_id": deal, "contact_id": f"{deal}-{n}", "role": part}
        for n, part in enumerate(parts)
    ]


def test_a_deal_on_which_nobody_is_recorded_is_not_one_without_stakeholders(measure):
    day = date(2026, 11, 1)
    deals = [deal(n, day) for n in range(1, 5)] + [deal(5, day, stage="Discovery")]
    recorded = [
        *roles("d1", "A", "B", "C"),
        *roles("d2", "A", "B", "C", "D", "E"),
        *roles("d5", "A"),
    ]

    found = measure(stakeholders, YEAR, opportunities=deals, buying_roles=recorded)

    assert (found.deals, found.without) == (4, 2)
    assert found.contacts.value == 4
    assert found.lowest.value == 1.5
    assert found.stages == ("Validation", "Proposal")


def test_the_stage_that_counts_is_that_of_the_day_looked_from(charter, from_tables):
    declared = charter(CHARTER)
    moves = stages("d1", ("Discovery", date(2026, 3, 1)), ("Proposal", date(2026, 9, 1)))
    evidence = from_tables(
        declared,
        as_of=date(2026, 6, 30),
        people=PEOPLE,
        leads=LAST_SEEN,
        opportunities=[deal(1, date(2026, 3, 1))],
        stage_changes=moves,
        buying_roles=roles("d1", "A"),
    )
    half = Period(date(2026, 1, 1), date(2026, 7, 1))

    assert stakeholders(evidence, declared, benchmarks(), half).deals == 0


def test_two_contacts_of_one_kind_are_one_persona(measure):
    """By heads the deals have four and three; by kind two and two."""
    closed = date(2026, 6, 1)
    deals = [deal(n, date(2026, 3, 1), closed, won=True) for n in range(1, 4)]
    recorded = [
        *roles("d1", "Evaluator", "evaluator", "Evaluator", "Economic Buyer"),
        *roles("d2", "", "", "Evaluator"),
    ]
    contacts = [{"contact_id": f"d2-{n}", "department": "Finance"} for n in range(3)]

    (found,) = measure(
        personas_on_won_deals, YEAR, opportunities=deals, buying_roles=recorded, contacts=contacts
    )

    assert (found.deals, found.without, found.median.value) == (2, 1, 2)


# New pipeline


def test_new_pipeline_is_held_against_its_target_in_whole_months(measure):
    text = (
        CHARTER
        + """
    targets: [{measure: pipeline_created, amount: 91000, from: 2026-04-01, to: 2026-06-30}]
    """
    )
    deals = [
        deal(1, date(2026, 4, 1)),
        deal(2, date(2026, 4, 30)),
        deal(3, date(2026, 5, 5)),
        deal(4, date(2026, 5, 6), currency="CHF"),
        deal(5, date(2026, 7, 1)),
    ]

    (found,) = measure(pipeline_created, YEAR, text=text, opportunities=deals)

    assert found.months == (
        (date(2026, 4, 1), 20_000, 30_000, 2),
        (date(2026, 5, 1), 10_000, 31_000, 2),
        (date(2026, 6, 1), 0, 30_000, 0),
    )
    assert found.reached.value == pytest.approx(30 / 91)
    assert (found.unvalued, found.owners) == (1, 4)


def test_targets_of_segments_are_looked_at_one_by_one(measure):
    text = CHARTER + "\n    segments: {mid: {where: {employees: {below: 1000}}}}\n"
    target = {
        "segment": "mid",
        "measure": "New-logo pipeline",
        "first_day": "2026-06-01",
        "end_day": "2026-07-01",
        "amount": "20000",
    }
    deals = [
        deal(1, date(2026, 6, 3), account_id="a1"),
        deal(2, date(2026, 6, 3), account_id="a2"),
    ]
    accounts = [{"account_id": "a1", "segment": "mid"}, {"account_id": "a2", "segment": ""}]

    (found,) = measure(
        pipeline_created, YEAR, text=text, opportunities=deals, accounts=accounts, targets=[target]
    )

    assert (found.segments, found.reached.value) == (("mid",), 0.5)


def test_without_a_target_no_new_pipeline_is_looked_at(measure):
    assert measure(pipeline_created, YEAR, opportunities=[deal(1, date(2026, 6, 3))]) == ()
