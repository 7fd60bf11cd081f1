"""Retention, the bridge and renewals: cohorts that an analyst could work out by hand."""

from __future__ import annotations

import dataclasses
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remit.measures.recurring import (
    Book,
    Term,
    closed_year,
    level,
    recurring_revenue,
    steps_of,
)
from remit.measures.retention import (
    bridge,
    bridge_over,
    compounded,
    months_of_retention,
    renewal_rate,
    retention,
)
from remit.terms import Period

YEAR = Period(date(2025, 1, 1), date(2026, 1, 1))
GAP = 90


def term(customer: str, arr: int, first: str, end: str | None, **more: str) -> Term:
    """A contract; days are closed-open."""
    return Term(
        customer,
        Decimal(arr),
        date.fromisoformat(first),
        date.fromisoformat(end) if end else None,
        **more,
    )


def book(*terms: Term, as_of: date = date(2026, 6, 30), **segments: str) -> Book:
    """What these contracts come to."""
    return Book(steps_of(terms, GAP), segments, tuple(terms), "contracts", "USD", GAP, as_of)


def through(customer: str, before: int, after: int) -> list[Term]:
    """A customer that paid one amount until the middle of 2025, and another from then on."""
    return [
        term(customer, amount, first, end)
        for amount, first, end in (
            (before, "2024-07-01", "2025-07-01"),
            (after, "2025-07-01", "2026-07-01"),
        )
        if amount
    ]


def test_customers_of_a_segment_are_those_and_nobody_elses():
    found = book(
        *through("A", 100, 130), *through("B", 70, 70), *through("C", 5, 5), A="mid", B="big"
    )
    day = date(2025, 1, 1)

    assert found.customers() == ("A", "B", "C")
    assert found.customers("mid") == ("A",)
    assert found.at(day, "big") == {"B": 70}
    assert found.before(day, "mid") == {"A"}


WORKED = [
    *through("A", 100, 130),
    *through("B", 100, 80),
    *through("C", 100, 0),
    *through("D", 200, 200),
    *through("E", 50, 50),
    term("N", 60, "2025-03-01", None),
    term("R", 40, "2023-01-01", "2024-01-01"),
    term("R", 40, "2025-05-01", None),
    term("Q", 25, "2025-09-01", None),
]
"""Five customers of the start, one new, one who came back after more than a year, one bought."""


# Net and gross retention


def test_net_retention_follows_the_customers_of_the_start():
    found = retention(book(*WORKED), YEAR)

    assert (found.start, found.end, found.customers) == (550, 460, 5)
    assert found.nrr.value == pytest.approx(460 / 550)
    assert round(found.nrr.value, 4) == 0.8364


def test_net_retention_is_not_the_bridge_over_its_start_nor_taken_from_todays_customers():
    found = retention(book(*WORKED), YEAR)

    assert round(found.nrr.value, 3) != 1.064  # with those who were won since: 585 / 550
    assert round(found.nrr.value, 3) != 1.022  # of today's customers only: 460 / 450


def test_gross_retention_caps_each_customer_at_what_it_paid():
    found = retention(book(*WORKED), YEAR)

    assert found.retained == 430
    assert round(found.grr.value, 4) == 0.7818
    assert found.grr_if_renewed.value == found.grr.value  # nothing is open, and 130 is still 100


def test_gross_retention_is_not_net_retention_less_the_expansion_of_all():
    swapped = book(*through("A", 100, 160), *through("B", 100, 40))

    found = retention(swapped, YEAR)

    assert (found.nrr.value, found.grr.value) == (1.0, pytest.approx(0.7))


def test_swapping_one_product_for_another_changes_nothing_at_the_grain_of_customers():
    swapped = book(
        term("A", 60, "2024-07-01", "2025-07-01", contract_id="x"),
        term("A", 40, "2024-07-01", None, contract_id="kept"),
        term("A", 60, "2025-07-01", None, contract_id="y"),
    )

    assert retention(swapped, YEAR).grr.value == 1.0  # by product it would be 40 %


def test_four_of_five_customers_are_still_there():
    assert retention(book(*WORKED), YEAR).logos.value == pytest.approx(0.8)


def test_up_and_down_again_is_seen_by_the_event_method_only():
    moved = book(
        term("A", 100, "2024-01-01", "2025-03-01"),
        term("A", 150, "2025-03-01", "2025-09-01"),
        term("A", 110, "2025-09-01", None),
    )

    found = retention(moved, YEAR)

    assert found.grr.value == 1.0
    assert found.grr_by_events.value == pytest.approx(0.6)


def test_a_price_rise_is_expansion_and_no_gross_retention():
    found = retention(book(*through("A", 100, 107)), YEAR)

    assert (found.nrr.value, found.grr.value) == (pytest.approx(1.07), 1.0)


def test_nobody_at_the_start_gives_no_retention_instead_of_none_lost():
    found = retention(book(term("N", 60, "2025-03-01", None)), YEAR)

    assert found.customers == 0
    assert found.nrr.value != found.nrr.value


def test_a_month_at_98_and_a_half_percent_is_83_a_year_and_not_82():
    assert round(compounded(0.985), 3) == 0.834
    assert round(compounded(1.01), 3) == 1.127
    assert compounded(0.985) != pytest.approx(1 - 12 * 0.015)


def test_intervals_draw_customers_and_not_contracts():
    """One customer's two contracts fall together: they are one case, not two."""
    many = [t for n in range(30) for t in through(f"C{n:02d}", 100, 0 if n < 3 else 100)]
    halves = [dataclasses.replace(t, arr=t.arr / 2) for t in many for _ in range(2)]

    one, two = retention(book(*many), YEAR), retention(book(*halves), YEAR)

    assert (one.grr.low, one.grr.high) == (two.grr.low, two.grr.high)
    assert one.grr.low < 0.9 < one.grr.high


# Late renewals and reactivation


def late(days: int) -> Book:
    """A customer whose contract ended on 1 April 2025 and who came back so many days later."""
    back = date(2025, 4, 1) + timedelta(days=days)
    return book(term("A", 100, "2024-04-01", "2025-04-01"), term("A", 100, str(back), None))


def test_a_renewal_ninety_days_late_is_no_churn_on_any_day():
    found = late(90)

    assert level(found.steps["A"], date(2025, 5, 15)) == 100
    assert bridge_over(found, Period(date(2025, 4, 1), date(2025, 5, 1))).churn == 0


def test_a_day_later_it_is_churn_and_then_a_reactivation():
    found = late(91)
    april = bridge_over(found, Period(date(2025, 4, 1), date(2025, 5, 1)))
    july = bridge_over(found, Period(date(2025, 7, 1), date(2025, 8, 1)))

    assert (april.churn, april.new) == (-100, 0)
    assert (july.reactivation, july.new, july.expansion) == (100, 0, 0)


def test_within_one_year_there_and_back_shows_in_the_months_and_not_in_the_year():
    found = late(91)

    assert bridge_over(found, YEAR).moves == ()
    assert sum(len(bridge_over(found, month).moves) for month in YEAR.months()) == 2
    assert retention(found, YEAR).logos_by_events.value == 0


def test_a_late_renewal_of_one_of_two_contracts_is_no_dip_where_it_says_what_it_renews():
    found = book(
        term("A", 60, "2024-04-01", "2025-04-01", contract_id="x"),
        term("A", 40, "2024-04-01", None, contract_id="y"),
        term("A", 60, "2025-05-01", None, contract_id="z", renewal_of="x"),
    )

    assert level(found.steps["A"], date(2025, 4, 15)) == 100


def test_an_early_renewal_takes_the_place_of_what_it_renews_and_is_not_counted_twice():
    found = book(
        term("A", 100, "2024-07-01", "2025-07-01", contract_id="x"),
        term("A", 120, "2025-05-01", "2026-07-01", contract_id="y", renewal_of="x"),
    )

    assert level(found.steps["A"], date(2025, 6, 1)) == 120


def test_a_contract_that_ended_lately_counts_as_lost_and_is_said_to_be_open():
    rows = [*through("A", 100, 100), term("B", 50, "2025-01-01", "2025-11-01")]
    rows += [term("B", 50, "2024-01-01", "2025-01-01")]

    found = retention(book(*rows, as_of=date(2025, 12, 31)), YEAR)
    later = retention(book(*rows, as_of=date(2026, 6, 30)), YEAR)

    assert (found.end, found.undecided) == (100, 50)
    assert found.nrr_if_renewed.value == 1.0
    assert (later.end, later.undecided) == (100, 0)


# The bridge


def test_the_worked_bridge_comes_to_585_with_a_difference_of_0():
    start = {"A": 100, "B": 100, "C": 100, "D": 200, "E": 50}
    end = {"A": 130, "B": 80, "D": 200, "E": 50, "N": 60, "R": 40, "Q": 25}

    found = bridge(
        {c: Decimal(v) for c, v in start.items()},
        {c: Decimal(v) for c, v in end.items()},
        YEAR,
        earlier={"R"},
        acquired={"Q": Decimal(25)},
    )

    assert (found.start, found.end, found.difference) == (550, 585, 0)
    assert (found.new, found.reactivation, found.expansion) == (60, 40, 30)
    assert (found.contraction, found.churn, found.acquired) == (-20, -100, 25)
    assert len({move.customer for move in found.moves}) == len(found.moves) == 6


def test_from_contracts_a_bought_company_is_among_the_new_since_nothing_tells():
    found = bridge_over(book(*WORKED), YEAR)

    assert (found.new, found.reactivation, found.end, found.difference) == (85, 40, 585, 0)


def test_what_came_with_a_bought_company_is_never_new_and_its_own_loss_is_churn():
    bought = {"Q": Decimal(25)}

    kept = bridge({}, {"Q": Decimal(30)}, YEAR, acquired=bought)
    left = bridge({}, {}, YEAR, acquired=bought)

    assert (kept.acquired, kept.expansion, kept.new) == (25, 5, 0)
    assert (left.acquired, left.churn, left.difference) == (25, -25, 0)


def test_what_a_rate_of_exchange_did_is_no_expansion():
    found = bridge({"A": Decimal(100)}, {"A": Decimal(112)}, YEAR, currency={"A": Decimal(12)})

    assert (found.currency, found.expansion, found.difference) == (12, 0, 0)


# Renewals


def test_renewals_are_of_what_was_due_and_growth_at_renewal_does_not_count():
    found = renewal_rate(book(*WORKED), YEAR)

    assert (found.cases, found.due, found.renewed) == (5, 550, 430)
    assert found.rate.value == pytest.approx(430 / 550)


def test_contracts_of_several_years_lift_gross_retention_and_not_the_renewal_rate():
    rows = [
        term("A", 100, "2024-07-01", "2025-07-01"),
        term("B", 100, "2024-07-01", "2025-07-01"),
        term("B", 100, "2025-07-01", "2026-07-01"),
        term("C", 800, "2024-07-01", "2027-07-01"),
    ]

    found = renewal_rate(book(*rows), YEAR)

    assert retention(book(*rows), YEAR).grr.value == pytest.approx(0.9)
    assert (found.rate.value, found.not_due) == (pytest.approx(0.5), 800)
    assert found.of_multi_year is None


def test_an_expansion_made_to_end_with_the_contract_is_renewed_with_it():
    rows = [
        term("A", 100, "2024-07-01", "2025-07-01", contract_id="x"),
        term("A", 20, "2025-01-01", "2025-07-01", contract_id="more"),
        term("A", 120, "2025-07-01", "2026-07-01", contract_id="y", renewal_of="x"),
    ]

    found = renewal_rate(book(*rows), YEAR)

    assert (found.cases, found.due, found.renewed, found.linked) == (1, 120, 120, True)


def test_a_renewal_due_lately_is_open_and_counts_as_not_renewed():
    rows = [term("A", 100, "2024-12-01", "2025-12-01")]

    found = renewal_rate(book(*rows, as_of=date(2025, 12, 31)), YEAR)
    later = renewal_rate(book(*rows, as_of=date(2026, 3, 1)), YEAR)

    assert (found.renewed, found.undecided) == (0, 100)
    assert later.undecided == 0


def test_a_term_of_several_years_that_ended_is_told_apart():
    rows = [
        term("A", 100, "2022-07-01", "2025-07-01"),
        term("A", 90, "2025-07-01", "2028-07-01"),
        *through("B", 100, 0),
    ]

    found = renewal_rate(book(*rows), YEAR)

    assert found.multi_year_cases == 1
    assert found.of_multi_year.value == pytest.approx(0.9)


# Laws

days = st.dates(date(2023, 6, 1), date(2026, 3, 1))
amounts = st.decimals(min_value=1, max_value=100_000, places=2)


@st.composite
def portfolios(draw: st.DrawFn) -> list[Term]:
    """Contracts of a few customers, overlapping or not, some open-ended, some renewing another."""
    found: list[Term] = []
    for n in range(draw(st.integers(1, 12))):
        customer = draw(st.sampled_from("ABCD"))
        first = draw(days)
        length = draw(st.none() | st.integers(2, 900))
        before = [t.contract_id for t in found if t.customer == customer]
        renews = draw(st.none() | st.sampled_from(before)) if before else None
        end = first + timedelta(days=length) if length else None
        found.append(Term(customer, draw(amounts), first, end, f"c{n}", renews))
    return found


@given(portfolios(), days, st.integers(1, 500))
def test_the_bridge_balances_for_any_contracts(terms, first, length):
    over = Period(first, first + timedelta(days=length))

    found = bridge_over(book(*terms), over)

    assert found.difference == 0
    assert found.end == sum(book(*terms).at(over.last_day).values())
    assert len({move.customer for move in found.moves}) == len(found.moves)


@given(portfolios(), days)
def test_twelve_bridges_one_after_the_other_balance_from_the_first_start_to_the_last_end(
    terms, first
):
    found = book(*terms)
    over = Period(first, first + timedelta(days=365))

    months = [bridge_over(found, month) for month in over.months()]

    assert [m.end for m in months[:-1]] == [m.start for m in months[1:]]
    assert months[0].start == bridge_over(found, over).start
    assert months[-1].end == bridge_over(found, over).end


@given(portfolios(), days)
def test_gross_retention_is_never_above_net_nor_above_all(terms, first):
    found = retention(book(*terms), Period(first, first + timedelta(days=365)))

    if found.customers:
        assert found.grr.value <= min(1.0, found.nrr.value) + 1e-12
        assert found.grr_by_events.value <= found.grr.value + 1e-9
        assert found.logos_by_events.value <= found.logos.value


@given(portfolios(), st.data())
def test_a_contract_split_in_two_changes_nothing(terms, data):
    renewed = {t.renewal_of for t in terms}
    whole = [t for t in terms if t.contract_id not in renewed]
    chosen = data.draw(st.sampled_from(whole))
    last = chosen.end_day or chosen.first_day + timedelta(days=900)
    cut = data.draw(st.dates(chosen.first_day + timedelta(days=1), last - timedelta(days=1)))
    halves = [
        dataclasses.replace(chosen, end_day=cut, contract_id="first"),
        dataclasses.replace(
            chosen, first_day=cut, renewal_of=data.draw(st.sampled_from([None, "first"]))
        ),
    ]

    split = [t for t in terms if t is not chosen] + halves

    assert steps_of(split, GAP) == steps_of(terms, GAP)


@given(portfolios(), st.data())
def test_the_order_of_contracts_changes_nothing(terms, data):
    mixed = data.draw(st.permutations(terms))

    assert steps_of(mixed, GAP) == steps_of(terms, GAP)


# From evidence

CHARTER = """
    company: Acme
    segments:
      big: {where: {employees: {at_least: 1000}}}
      small: {where: {employees: {below: 1000}}}
    roles: {ae: {is: AE}, csm: {is: CSM, owns: [renewal]}}
    """
OVER = closed_year(date(2025, 12, 31))
DAYS = [
    {"lead_id": "L1", "created_at": "2023-01-02"},
    {"lead_id": "L2", "created_at": "2025-12-31"},
]
"""From when to when the CRM was in use."""


def contract(n: int, account: str, arr: object, first: str, end: str, **more: object) -> dict:
    return {
        "contract_id": f"K{n}", "account_id": account, "arr": arr, "currency": "USD",
        "first_day": first, "end_day": end, **more,
    }  # fmt: skip


@pytest.fixture
def booked(charter, from_tables):
    def run(as_of: date = date(2025, 12, 31), **tables):
        declared = charter(CHARTER)
        found = from_tables(declared, as_of=as_of, leads=DAYS, **tables)
        return recurring_revenue(found, declared, declared.numbers(), OVER)

    return run


def test_subsidiaries_and_merged_records_count_with_the_company_at_the_top(booked):
    accounts = [
        {"account_id": "top", "segment": "big"},
        {"account_id": "daughter", "parent_id": "top", "segment": "small"},
        {"account_id": "twin", "merged_into": "daughter", "segment": "small"},
        {"account_id": "x", "parent_id": "y", "segment": "small"},
        {"account_id": "y", "parent_id": "x", "segment": "small"},
    ]
    found = booked(
        accounts=accounts,
        contracts=[
            contract(1, "daughter", 100, "2024-07-01", "2026-07-01"),
            contract(2, "twin", 50, "2024-07-01", "2026-07-01"),
            contract(3, "top", 25, "2024-07-01", "2026-07-01"),
            contract(4, "x", 10, "2024-07-01", "2026-07-01"),
            contract(5, "y", 10, "2024-07-01", "2026-07-01"),
        ],
    )

    assert found.at(date(2025, 1, 1)) == {"top": 175, "x": 20}
    assert found.segments == {"top": "big", "x": "small"}


def test_a_contract_that_moves_within_a_company_is_neither_churn_nor_new(booked):
    accounts = [{"account_id": "top"}, {"account_id": "daughter", "parent_id": "top"}]
    found = booked(
        accounts=accounts,
        contracts=[
            contract(1, "daughter", 100, "2024-07-01", "2025-07-01"),
            contract(2, "top", 100, "2025-07-01", "2026-07-01"),
        ],
    )

    assert bridge_over(found, OVER).moves == ()


def test_a_contract_without_a_value_leaves_its_customer_out_and_is_not_counted_as_nothing(booked):
    found = booked(
        contracts=[
            contract(1, "A", 100, "2024-07-01", "2026-07-01"),
            contract(2, "B", 100, "2024-07-01", "2025-07-01"),
            contract(3, "B", "", "2025-07-01", "2026-07-01"),
        ]
    )

    assert set(found.steps) == {"A"}
    assert found.left_out == {"a contract without a value": 1}


def test_another_currency_is_counted_at_one_rate_and_left_out_without_one(booked):
    found = booked(
        contracts=[
            contract(1, "A", 100, "2024-07-01", "2025-07-01", currency="EUR"),
            contract(2, "A", 100, "2025-07-01", "2026-07-01", currency="EUR"),
            contract(3, "B", 100, "2024-07-01", "2026-07-01", currency="CHF"),
            contract(4, "C", 100, "2024-07-01", "2026-07-01", currency=""),
        ],
        opportunities=[
            {"opportunity_id": "O1", "amount": 100, "currency": "EUR", "company_amount": 105,
             "rate_day": "2024-01-01", "created_at": "2024-01-01"},
            {"opportunity_id": "O2", "amount": 100, "currency": "EUR", "company_amount": 110,
             "rate_day": "2025-06-01", "created_at": "2025-06-01"},
        ],
    )  # fmt: skip

    assert found.at(date(2025, 1, 1)) == {"A": 110, "C": 100}
    assert found.left_out == {"no rate for CHF": 1}
    assert bridge_over(found, OVER).moves == ()


def test_movements_stand_in_where_no_contract_has_a_value(booked):
    def change(account: str, day: str, kind: str, amount: int) -> dict:
        return {
            "account_id": account,
            "day": day,
            "kind": kind,
            "amount": amount,
            "currency": "USD",
        }

    found = booked(
        arr_changes=[
            change("A", "2024-02-01", "new", 100),
            change("A", "2025-03-01", "expansion", 30),
            change("B", "2024-02-01", "new", 100),
            change("B", "2025-03-01", "churn", -100),
            change("C", "2025-03-01", "expansion", 10),
            change("D", "2024-03-01", "new", 10),
            change("D", "2025-03-01", "contraction", -20),
        ]
    )

    assert found.source == "arr_changes"
    assert (bridge_over(found, OVER).expansion, bridge_over(found, OVER).churn) == (30, -100)
    assert found.left_out == {
        "movements that begin before the evidence does": 1,
        "recurring revenue below zero": 1,
    }


def test_without_contracts_and_movements_there_is_nothing_to_tell(booked):
    assert booked(accounts=[{"account_id": "A", "created_at": "2024-01-01"}]) is None


def test_what_began_after_the_day_one_looks_from_is_not_known_yet(booked):
    rows = [
        contract(1, "A", 100, "2024-07-01", "2025-07-01"),
        contract(2, "A", 100, "2025-07-01", "2026-07-01"),
    ]

    before = booked(as_of=date(2025, 6, 30), contracts=rows)

    assert before.at(date(2025, 8, 1)) == {}
    assert booked(contracts=rows).at(date(2025, 8, 1)) == {"A": 100}


def test_each_month_has_its_own_customers_and_the_year_that_ends_with_it(charter, from_tables):
    declared = charter(CHARTER)
    found = from_tables(
        declared,
        as_of=date(2025, 12, 31),
        leads=DAYS,
        contracts=[
            contract(1, "A", 100, "2024-07-01", "2025-07-01"),
            contract(2, "B", 300, "2024-07-01", "2026-07-01"),
        ],
    )

    months = months_of_retention(found, declared, declared.numbers(), OVER)[None]

    assert [m.month.month for m in months] == list(range(1, 13))
    assert [m.grr for m in months][5:8] == [1.0, 0.75, 1.0]
    assert months[-1].year_grr == 0.75
    assert months[0].year_grr is None
