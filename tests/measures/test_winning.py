"""Deals won, how long they take and what they bring: cases that a pencil can check."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import numpy as np
import pytest

from remit.benchmarks import benchmarks
from remit.measures.life_table import LifeTable
from remit.measures.survival import incidence
from remit.measures.velocity import velocity, velocity_history
from remit.measures.winning import (
    cohort_win_rate,
    lost_beside_won,
    milestone_win_rate,
    sales_cycle,
    stage_conversions,
)
from remit.terms import Period

CHARTER = """
    company: Acme
    currency: USD
    time_zone: UTC
    roles: {ae: {is: AE}}
    titles: {"AE": ae}
    deals:
      kind: {new: [New]}
      stages: {Discovery: discovery, Validation: technical_validation, Proposal: closing}
    """
LAST = date(2026, 12, 31)
YEAR = Period(date(2026, 1, 1), date(2027, 1, 1))
TWO_YEARS = Period(date(2025, 1, 1), date(2027, 1, 1))
PEOPLE = [{"person_id": f"ae{n}", "title": "AE", "is_person": "true"} for n in range(6)]
LAST_SEEN = [{"lead_id": "last", "created_at": f"{LAST}T12:00:00"}]
"""The evidence reaches to its day."""


def deal(
    n: int, created: date, closed: date | None = None, won: bool | None = None, **more
) -> dict:
    """A new deal of 10,000 USD, owned by one of six people in turn."""
    return {
        "opportunity_id": f"d{n}",
        "kind": "new",
        "owner_id": f"ae{n % 6}",
        "created_at": f"{created}T00:00:00",
        "closed_at": f"{closed}T00:00:00" if closed else "",
        "won": "" if closed is None else str(won).lower(),
        "stage": "Proposal" if closed is None else "Closed Won" if won else "Closed Lost",
        "amount": "10000",
        "currency": "USD",
        **more,
    }


def stages(of: str, *entered: tuple[str, date], left: date | None = None) -> list[dict]:
    """Stages entered one after the other, the last left on a day or not at all."""
    ends = [*(day for _, day in entered[1:]), left]
    return [
        {
            "record_type": "opportunity",
            "record_id": of,
            "stage": stage,
            "entered_at": f"{day}T00:00:00",
            "left_at": f"{end}T00:00:00" if end else "",
            "place": str(place),
        }
        for place, ((stage, day), end) in enumerate(zip(entered, ends, strict=True), 1)
    ]


@pytest.fixture
def measure(charter, from_tables):
    """Work a measure out on deals given as rows."""

    def run(measure, over: Period, deals: list[dict], moves: list[dict] = (), **how):
        declared = charter(CHARTER)
        evidence = from_tables(
            declared,
            people=PEOPLE,
            opportunities=deals,
            stage_changes=moves,
            leads=LAST_SEEN,
        )
        assert evidence.as_of == LAST
        return measure(evidence, declared, benchmarks(), over, **how)

    return run


def test_deals_closed_with_no_decision_are_in_the_broad_rate_and_not_in_the_narrow(measure):
    closed = date(2026, 6, 1)
    deals = [
        deal(n, date(2026, 3, 1), closed, won=n < 3, amount="30000" if n < 3 else "10000")
        for n in range(8)
    ] + [
        deal(8 + n, date(2026, 3, 1), closed, won=False, stage="Closed - No decision")
        for n in range(2)
    ]

    rate = measure(milestone_win_rate, YEAR, deals)

    assert (rate.won, rate.lost, rate.no_decision) == (3, 5, 2)
    assert rate.narrow.value == pytest.approx(3 / 8)
    assert rate.broad.value == pytest.approx(3 / 10)
    assert rate.narrow_by_value.value == pytest.approx(90 / 140)
    assert rate.broad_by_value.value == pytest.approx(90 / 160)
    assert [(p.month, p.cases) for p in rate.months] == [(date(2026, 6, 1), 10)]


def test_where_no_stage_tells_no_decision_only_the_broad_rate_is_given(measure):
    rate = measure(
        milestone_win_rate,
        YEAR,
        [deal(n, date(2026, 3, 1), date(2026, 6, 1), n < 1) for n in range(4)],
    )

    assert (rate.narrow, rate.no_decision, rate.broad.value) == (None, None, 0.25)


def test_a_deal_without_a_rate_is_counted_and_never_worth_nothing(measure):
    deals = [deal(n, date(2026, 3, 1), date(2026, 6, 1), n < 2) for n in range(4)]
    deals[0] |= {"currency": "CHF"}

    rate = measure(milestone_win_rate, YEAR, deals)

    assert rate.broad.value == 0.5
    assert rate.unvalued == 1
    assert rate.broad_by_value.value == pytest.approx(1 / 3)
    assert rate.broad_by_value.of == "value of 3 deals closed"


def test_the_cohort_rate_stays_true_while_the_number_of_deals_grows(measure):
    """A quarter of all deals is won, wins after 24 weeks, losses after 8; 4 % more each 4 weeks."""
    deals: list[dict] = []
    for month in range(39):
        created = date(2024, 1, 1) + timedelta(weeks=4 * month)
        for n in range(4 * round(8 * 1.04**month)):
            won = n % 4 == 0
            closed = created + timedelta(weeks=24 if won else 8)
            closed = closed if closed <= LAST else None
            deals.append(deal(len(deals), created, closed, won if closed else None))

    cohort = measure(cohort_win_rate, TWO_YEARS, deals)
    closed = measure(milestone_win_rate, TWO_YEARS, deals)

    assert cohort.by_count.value == pytest.approx(0.25, abs=0.002)
    assert cohort.by_value.value == pytest.approx(0.25, abs=0.002)
    assert closed.broad.value < 0.235
    assert cohort.won / cohort.deals < 0.22
    assert (cohort.begun, cohort.days) == ("created", 300)


def test_open_deals_count_for_as_long_as_they_were_followed(measure):
    """Won after 10 of four, after 20 of the two still followed: 1/4 + 3/4 x 1/2."""
    deals = [
        deal(1, date(2026, 1, 1), date(2026, 1, 11), won=True),
        deal(2, date(2026, 12, 17)),
        deal(3, date(2026, 1, 1), date(2026, 1, 21), won=True),
        deal(4, date(2026, 12, 2)),
    ]

    cohort = measure(cohort_win_rate, YEAR, deals)

    assert cohort.by_count.value == pytest.approx(0.625)
    assert cohort.by_value.value == pytest.approx(0.625)
    assert (cohort.won, cohort.still_open, cohort.followed) == (2, 2, 2)


def test_a_loss_competes_with_a_win_and_is_no_open_deal(measure):
    """Two lost after 5 days, one won after 10, one still open after 31: a quarter is won; one minus
    Kaplan and Meier would say a half."""
    deals = [
        deal(1, date(2026, 1, 1), date(2026, 1, 6), won=False),
        deal(2, date(2026, 1, 1), date(2026, 1, 6), won=False),
        deal(3, date(2026, 1, 1), date(2026, 1, 11), won=True),
        deal(4, date(2026, 12, 1)),
    ]

    assert measure(cohort_win_rate, YEAR, deals).by_count.value == pytest.approx(0.25)


def test_a_qualified_deal_counts_from_the_stage_beyond_discovery_and_one_that_skips_it_too(measure):
    created, closed = date(2026, 1, 1), date(2026, 2, 1)
    deals = [deal(n, created, closed, won=n in (1, 4)) for n in range(1, 5)]
    moves = [
        *stages("d1", ("Discovery", created), ("Validation", date(2026, 1, 15)), left=closed),
        *stages("d2", ("Discovery", created), ("Proposal", date(2026, 1, 15)), left=closed),
        *stages("d3", ("Discovery", created), left=closed),
        *stages("d4", ("Discovery", created), left=closed),
    ]

    created_rate = measure(cohort_win_rate, YEAR, deals, moves)
    qualified = measure(cohort_win_rate, YEAR, deals, moves, begun="qualified")

    assert (created_rate.won, created_rate.deals) == (2, 4)
    assert (qualified.won, qualified.deals) == (2, 3)
    assert qualified.stages == ("Validation", "Proposal")
    assert qualified.by_count.value == pytest.approx(2 / 3)


def test_without_stage_history_nothing_is_known_to_be_qualified(measure):
    deals = [deal(1, date(2026, 1, 1), date(2026, 2, 1), won=True)]

    assert measure(cohort_win_rate, YEAR, deals, begun="qualified") is None


def test_an_owner_filter_keeps_the_deals_of_those_people_only(measure, charter, from_tables):
    declared = charter(CHARTER)
    deals = [deal(n, date(2026, 3, 1), date(2026, 6, 1), n % 6 == 0) for n in range(12)]
    evidence = from_tables(declared, people=PEOPLE, opportunities=deals, leads=LAST_SEEN)
    rows = evidence["opportunities"].to_pyarrow().to_pylist()
    first = frozenset(r["owner_id"] for r in rows if r["opportunity_id"] == "d0")

    rate = milestone_win_rate(evidence, declared, benchmarks(), YEAR, persons=first)

    assert (rate.won, rate.lost) == (2, 0)


# The life table


def table(left, status, entered=None) -> LifeTable:
    entered = np.zeros(len(left)) if entered is None else np.array(entered, dtype=float)
    return LifeTable(entered, np.array(left, dtype=float), np.array(status))


def test_with_equal_weights_the_life_table_is_aalen_and_johansens():
    chance = np.random.default_rng(1)
    left, status = chance.integers(1, 60, 400).astype(float), chance.integers(0, 3, 400)

    _, expected = incidence(left, status, 100)

    assert table(left, status).share_won(np.ones(400)) == pytest.approx(expected.value)


def test_a_deal_weighs_what_it_is_worth():
    """1 of 6 wins at 10; of the 4 left at 20 3 win: 1/6 + 5/6 x 3/4."""
    found = table([10, 15, 20, 30], [1, 0, 1, 0])

    assert found.share_won(np.array([1.0, 1, 3, 1])) == pytest.approx(1 / 6 + 5 / 6 * 3 / 4)


def test_average_days_are_of_every_outcome_with_open_ones_in():
    """Three quarters are left after 10 days, none after 20: 10 + 10 x 3/4."""
    assert table([10, 20, 20, 20], [1, 2, 2, 2]).mean_days(np.ones(4)) == pytest.approx(17.5)


def test_a_case_that_was_there_before_is_at_risk_from_the_age_at_which_it_came_under_watch():
    """One enters at 15: at 10 one of two wins, at 20 one of two is lost, at 30 the last one wins."""
    found = table([10, 20, 30], [1, 2, 1], entered=[0, 0, 15])

    assert found.share_won(np.ones(3)) == pytest.approx(0.5 + 0.5 * 0.5)


# Velocity


@pytest.fixture
def steady() -> list[dict]:
    """A deal a day for three years; every fourth is won after 80 days, the others lost after 140."""
    deals = []
    for n in range(1096):
        created = date(2024, 1, 1) + timedelta(days=n)
        won = n % 4 == 0
        closed = created + timedelta(days=80 if won else 140)
        deals.append(
            deal(n, created, closed if closed <= LAST else None, won if closed <= LAST else None)
            | {"owner_id": f"ae{n // 4 % 6}"}
        )
    return deals


def test_littles_law_with_the_days_of_all_outcomes_gives_what_was_really_won(measure, steady):
    found = measure(velocity, YEAR, steady)

    assert found.days == pytest.approx(0.25 * 80 + 0.75 * 140, abs=0.5)
    assert found.win_rate == pytest.approx(0.25, abs=0.005)
    assert found.open_deals == pytest.approx(125, abs=1)
    assert found.value == 10000
    assert found.a_day == pytest.approx(2500, rel=0.02)
    assert found.won_a_day == pytest.approx(2500, rel=0.02)
    won_only = found.open_deals * found.win_rate * found.value / 80
    assert won_only / 2500 == pytest.approx(1.57, abs=0.03)
    assert found.a_day != pytest.approx(won_only, rel=0.3)


def test_velocity_is_held_against_the_year_before_quarter_by_quarter(measure, steady):
    found = measure(velocity_history, YEAR, steady)

    assert found.now.over == YEAR
    assert found.before.over == Period(date(2025, 1, 1), date(2026, 1, 1))
    assert found.times.value == pytest.approx(1, abs=0.03)
    assert found.times.low <= 1 <= found.times.high
    assert [q.over.start for q in found.quarters][-2:] == [date(2026, 7, 1), date(2026, 10, 1)]
    assert len(found.quarters) == 8
    assert found.since == date(2024, 1, 1)


def test_a_year_in_which_nothing_was_won_has_no_velocity(measure):
    deals = [deal(1, date(2026, 1, 1), date(2026, 2, 1), won=True)]

    assert measure(velocity_history, YEAR, deals) is None


def test_the_cycle_of_all_outcomes_is_apart_from_that_of_won_deals(measure, steady):
    cycle = measure(sales_cycle, YEAR, steady)

    assert (cycle.won.value, cycle.lost.value) == (80, 140)
    assert cycle.all.value == 140


# Stages


def test_skipping_a_stage_counts_as_passing_it(measure):
    day = date(2026, 3, 1)
    later, closed = day + timedelta(days=10), day + timedelta(days=20)
    deals = [deal(n, day, closed, won=n == 1) for n in range(1, 5)]
    moves = [
        *stages("d1", ("Discovery", day), ("Validation", later), ("Proposal", later), left=closed),
        *stages("d2", ("Discovery", day), ("Proposal", later), left=closed),
        *stages("d3", ("Discovery", day), ("Validation", later), left=closed),
        *stages("d4", ("Discovery", day), left=closed),
    ]

    first, second, third = measure(stage_conversions, YEAR, deals, moves)

    assert (first.stage, first.following, first.deals) == ("Discovery", "Validation", 4)
    assert first.reached.value == pytest.approx(3 / 4)
    assert (second.deals, second.skipped) == (3, 1)
    assert second.reached.value == pytest.approx(2 / 3)
    assert second.reached.value != pytest.approx(1 / 2)  # without the deal that skipped
    assert (third.following, third.deals, third.reached.value) == ("won", 2, pytest.approx(0.5))


def test_a_deal_that_comes_further_after_the_days_did_not_in_time(measure):
    day = date(2026, 1, 1)
    moves = stages("d1", ("Discovery", day), ("Proposal", day + timedelta(days=91)))

    first = measure(stage_conversions, YEAR, [deal(1, day)], moves)[0]

    assert (first.days, first.reached.value) == (90, 0)


# Lost deals


def test_lost_deals_are_held_against_won_ones_in_the_same_stage_not_over_their_whole_time(measure):
    """Lost from Discovery after 20 days where won ones needed 10; but won ones took 70 in all."""
    day, deals, moves = date(2026, 1, 1), [], []
    for n in range(12):
        won = n < 6
        second = day + timedelta(days=10)
        closed = day + timedelta(days=70 if won else 20)
        deals.append(deal(n, day, closed, won))
        moves += (
            stages(f"d{n}", ("Discovery", day), ("Proposal", second), ("Closed Won", closed))
            if won
            else stages(f"d{n}", ("Discovery", day), ("Closed Lost", closed))
        )

    found = measure(lost_beside_won, YEAR, deals, moves)

    assert found.times.value == pytest.approx(2.0)
    assert found.times.value != pytest.approx(20 / 70)
    assert (found.lost_days.value, found.won_days.value) == (20, 70)
    assert found.stages == (("Discovery", 6, 20.0, 10.0),)
    assert found.rows[0] == ("d10", "Discovery", 20.0, 10.0)


def test_without_stage_history_lost_deals_are_not_compared(measure):
    found = measure(lost_beside_won, YEAR, [deal(1, date(2026, 1, 1), date(2026, 2, 1), won=False)])

    assert (found.lost, found.compared, found.times) == (1, 0, None)


def test_a_deal_closed_before_it_was_created_took_no_time():
    from remit.measures.deal_records import days_between

    assert days_between(datetime(2026, 2, 2), datetime(2026, 2, 1)) == 0
