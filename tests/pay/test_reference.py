"""Pay by remit is, to the cent, pay by a second and plain implementation.

Twenty thousand situations are in `studies/pay_reference.py`; here are the first of them, and those in
which the two once disagreed, each said in the words of its mechanism.
"""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest

from tests.laws import examples
from tests.pay import reference, situations
from tests.pay.conftest import held_by_key, total
from tests.pay.reference import Situation

SITUATIONS = 300
D = date


@pytest.mark.parametrize("first", range(0, SITUATIONS, 50))
def test_random_plans_and_deals_pay_what_the_reference_pays(first):
    seeds = range(first, first + examples(50))

    assert {seed: found for seed in seeds if (found := situations.differences(seed))} == {}


def test_a_situation_is_the_same_for_the_same_seed_and_most_of_them_pay():
    assert situations.situation(7) == situations.situation(7)
    assert sum(bool(reference.pay(situations.situation(seed))) for seed in range(40)) > 25


def test_the_comparison_sees_a_single_cent():
    ledger = reference.pay(situations.situation(0)) or {"nothing": 0}
    key = next(iter(ledger))

    assert situations.compared(ledger, ledger) == {}
    assert situations.compared(ledger, ledger | {key: ledger[key] + 1}) == {
        key: (ledger[key], ledger[key] + 1)
    }


def test_the_reference_rounds_halves_away_from_nothing_and_lines_to_their_whole():
    assert [reference.half_up(Fraction(text)) for text in ("0.005", "-0.005", "0.0049")] == [
        1,
        -1,
        0,
    ]
    assert reference.in_turn([Fraction(100, 3)] * 3) == [3333, 3334, 3333]


# What was found when the core was broken on purpose


def test_a_manager_is_credited_once_for_a_deal_of_a_seller_and_an_overlay_of_one_team(pay):
    plans = {
        "manager": {
            "ote": 200_000,
            "pay_mix": "50/50",
            "components": {"team": {"pays_on": "bookings", "rate": "2%", "credit": {"to": "team"}}},
        }
    }
    people = [
        {"person": "Ann", "manager": "Mia"},
        {"person": "Oli", "manager": "Mia"},
        {"person": "Mia", "role": "manager"},
    ]
    deal = {"id": "D1", "day": D(2026, 2, 5), "amount": 50_000}
    rows = [{**deal, "payee": "Ann"}, {**deal, "payee": "Oli", "credit": "overlay"}]

    assert total(pay(None, rows, plans=plans, people=people)) == 1_000_00


ROLL_UP = {
    "ote": 200_000,
    "pay_mix": "50/50",
    "components": {"team": {"pays_on": "bookings", "rate": "10%", "credit": {"to": "team"}}},
}
ONE_IN_MARCH_ONE_IN_SEPTEMBER = [
    {"id": "D1", "day": D(2026, 3, 1), "amount": 1_000, "measure": "bookings", "payee": "Ann"},
    {"id": "D2", "day": D(2026, 9, 1), "amount": 1_000, "measure": "bookings", "payee": "Ann"},
]


def rolled_up(*people: dict[str, object]) -> list[tuple[str, str]]:
    """Who is paid for which of the two deals by remit; the reference must say the same."""
    s = Situation(
        plans={"manager": ROLL_UP},
        people=[{"role": "seller", **person} for person in people],
        through=D(2026, 12, 31),
        transactions=ONE_IN_MARCH_ONE_IN_SEPTEMBER,
    )
    ours = situations.by_remit(s)
    assert ours == reference.pay(s)
    return sorted((key.payee, key.transaction) for key in ours if key.state == "payable")


UNTIL, SINCE = {"to": D(2026, 6, 30)}, {"from": D(2026, 7, 1)}
MIA, MAX, MO = ({"person": name, "role": "manager"} for name in ("Mia", "Max", "Mo"))


def test_a_deal_is_of_the_manager_whom_its_seller_reported_to_on_its_day():
    assert rolled_up(
        MIA,
        MAX,
        {"person": "Ann", "manager": "Mia", **UNTIL},
        {"person": "Ann", "manager": "Max", **SINCE},
    ) == [("Max", "D2"), ("Mia", "D1")]


def test_a_team_whose_own_manager_moves_takes_its_later_deals_along():
    assert rolled_up(
        MIA,
        MAX,
        {**MO, "manager": "Mia", **UNTIL},
        {**MO, "manager": "Max", **SINCE},
        {"person": "Ann", "manager": "Mo"},
    ) == [("Max", "D2"), ("Mia", "D1"), ("Mo", "D1"), ("Mo", "D2")]


def test_a_seller_who_moves_to_another_team_of_one_department_stays_with_its_head():
    assert rolled_up(
        MIA,
        {**MAX, "manager": "Mia"},
        {**MO, "manager": "Mia"},
        {"person": "Ann", "manager": "Max", **UNTIL},
        {"person": "Ann", "manager": "Mo", **SINCE},
    ) == [("Max", "D1"), ("Mia", "D1"), ("Mia", "D2"), ("Mo", "D2")]


def test_managers_who_report_to_one_another_in_a_circle_are_paid_each_deal_once():
    assert rolled_up(
        {**MIA, "manager": "Mo"},
        {**MAX, "manager": "Mia"},
        {**MO, "manager": "Max"},
        {"person": "Ann", "manager": "Mo", **UNTIL},
    ) == [("Max", "D1"), ("Mia", "D1"), ("Mo", "D1")]


def test_unpaid_leave_takes_its_days_off_the_quota(pay):
    plan = """
        ote: 200000
        pay_mix: 50/50
        components: {sold: {pays_on: bookings, quota: 90000, tiers: [{from: 0, rate: 10%}, {from: 100%, rate: 20%}]}}
    """
    away = [{"payee": "Ann", "first_day": D(2026, 1, 1), "last_day": D(2026, 1, 30)}]
    deal = [{"id": "D1", "day": D(2026, 2, 5), "amount": 90_000}]

    assert total(pay(plan, deal)) == 9_000_00
    assert total(pay(plan, deal, absences=away)) == 6_000_00 + 6_000_00


def test_a_clawback_of_the_time_left_takes_back_the_days_that_are_left(pay):
    plan = """
        ote: 100000
        pay_mix: 50/50
        clawback: {kind: pro_rata, within: 1 year}
        components: {sold: {pays_on: bookings, rate: 10%}}
    """
    deal = {"id": "D1", "day": D(2026, 1, 1), "amount": 36_500}

    def kept(left_on: date) -> int:
        return total(pay(plan, [deal | {"left_on": left_on}], D(2027, 6, 30)))

    assert kept(D(2026, 4, 11)) == 1_000_00  # 100 of 365 days
    assert kept(D(2026, 12, 31)) == 3_640_00
    assert kept(D(2027, 1, 1)) == 3_650_00


def test_a_clawback_takes_back_no_instalment_that_was_never_paid(pay):
    plan = """
        ote: 100000
        pay_mix: 50/50
        clawback: {kind: full, within: 1 year}
        release: [{at: signing, share: 25%}, {at: customer_month, month: 6, share: 75%}]
        components: {sold: {pays_on: bookings, rate: 10%}}
    """
    deal = {"id": "D1", "day": D(2026, 1, 1), "amount": 10_000, "left_on": D(2026, 3, 1)}

    found = pay(plan, [deal])

    assert [line.cents for line in found if line.state == "payable"] == [250_00, -250_00]
    assert total(found, "accrued") == 0


@pytest.mark.parametrize(
    ("through", "paid"),
    [
        (D(2026, 1, 31), 500_00),
        (D(2026, 6, 30), 500_00),
        (D(2026, 7, 1), 750_00),
        (D(2026, 12, 31), 750_00),
        (D(2027, 1, 1), 1_000_00),
    ],
)
def test_a_month_as_a_customer_begins_on_the_day_of_signing(pay, through, paid):
    plan = """
        ote: 100000
        pay_mix: 50/50
        release:
          - {at: customer_month, month: 1, share: 50%}
          - {at: customer_month, month: 7, share: 25%}
          - {at: customer_month, month: 13, share: 25%}
        components: {sold: {pays_on: bookings, rate: 10%}}
    """

    assert total(pay(plan, [{"id": "D1", "day": D(2026, 1, 1), "amount": 10_000}], through)) == paid


@pytest.mark.parametrize(
    ("counts", "earned"),
    [("first_year", 1_000_00), ("total", 3_600_00), ("yearly_average", 1_200_00)],
)
def test_a_deal_over_three_years_counts_as_the_plan_says(pay, counts, earned):
    plan = f"""
        ote: 100000
        pay_mix: 50/50
        multi_year: {counts}
        components: {{sold: {{pays_on: bookings, rate: 10%}}}}
    """
    deal = {"id": "D1", "day": D(2026, 1, 1), "amount": 10_000, "years": 3, "total": 36_000}

    assert total(pay(plan, [deal])) == earned


# Where the two once disagreed


def test_a_tier_that_reaches_back_leaves_below_it_what_an_earlier_one_had_raised(pay):
    plan = """
        ote: 100000
        pay_mix: 50/50
        components:
          sold:
            pays_on: bookings
            quota: 100000
            tiers: [{from: 0, rate: 5%}, {from: 50%, rate: 10%, back_to: 0}, {from: 100%, rate: 20%, back_to: 50%}]
    """

    assert total(pay(plan, [{"id": "D1", "day": D(2026, 2, 1), "amount": 100_000}])) == 15_000_00


@pytest.mark.parametrize("crossing", ["split", "before", "after"])
def test_credit_below_nothing_takes_back_and_does_not_swallow_what_follows(pay, crossing):
    plan = f"""
        ote: 100000
        pay_mix: 50/50
        components:
          sold: {{pays_on: bookings, quota: 100000, crossing: {crossing}, tiers: [{{from: 0, rate: 10%}}, {{from: 100%, rate: 15%}}]}}
    """
    back = {"id": "D1", "day": D(2026, 1, 5), "amount": -20_000}
    deal = {"id": "D2", "day": D(2026, 2, 5), "amount": 50_000}

    assert total(pay(plan, [back])) == -2_000_00
    assert total(pay(plan, [back, deal])) == 3_000_00


@pytest.mark.parametrize(
    ("treatment", "earned"),
    [
        ("base_rate", 5_000_00),
        ("not_paid", 1_000_00),
        ("no_quota_credit", 5_000_00),
        ("staged", 6_000_00),
    ],
)
def test_the_excess_of_a_windfall_is_treated_so_where_each_deal_counts_alone(
    pay, treatment, earned
):
    plan = f"""
        ote: 100000
        pay_mix: 50/50
        components:
          sold:
            pays_on: bookings
            counted: deal
            tiers: [{{from: 0, rate: 10%}}, {{from: 40000, rate: 20%}}]
            windfall: {{over_amount: 10000, excess: {treatment}}}
    """

    found = pay(plan, [{"id": "D1", "day": D(2026, 2, 1), "amount": 50_000}])

    assert total(found, "earned") == earned


def test_a_windfalls_excess_opens_no_gate_because_it_retires_no_quota(pay):
    plan = """
        ote: 100000
        pay_mix: 50/50
        components:
          sold: &sold {pays_on: bookings, quota: 300000, rate: 10%, windfall: {over_amount: 100000}}
          prize: {pays_on: bookings, rate: 1%, gates: [{component: sold, at_least: 100%}]}
    """
    deal = {"id": "D1", "day": D(2026, 2, 1), "amount": 500_000}
    further = [{"id": f"D{n}", "day": D(2026, 2, n), "amount": 100_000} for n in (2, 3)]

    assert total(pay(plan, [deal])) == 50_000_00
    assert total(pay(plan, [deal, *further])) == 70_000_00 + 7_000_00


def test_a_cap_for_a_deal_holds_for_all_parts_of_the_deal_together(pay):
    plan = """
        ote: 100000
        pay_mix: 50/50
        components:
          sold:
            pays_on: bookings
            rate: 10%
            windfall: {over_amount: 100000, excess: base_rate}
            cap: {per: deal, amount: 8000}
    """

    assert total(pay(plan, [{"id": "D1", "day": D(2026, 2, 1), "amount": 300_000}])) == 8_000_00


@pytest.mark.parametrize("first", [50_000, -30_000])
def test_a_cap_is_the_same_whether_credit_is_taken_back_before_or_after_it(pay, first):
    plan = """
        ote: 100000
        pay_mix: 50/50
        components: {sold: {pays_on: bookings, rate: 10%, cap: {amount: 1500}}}
    """
    deals = [
        {"id": "D1", "day": D(2026, 1, 5), "amount": first},
        {"id": "D2", "day": D(2026, 2, 5), "amount": 20_000 - first},
    ]

    assert total(pay(plan, deals)) == 1_500_00


@pytest.mark.parametrize("event", ["cancelled_on", "left_on"])
def test_what_is_known_to_come_after_the_last_day_has_not_happened_yet(pay, event):
    plan = """
        ote: 100000
        pay_mix: 50/50
        clawback: {kind: rerun, within: 1 year}
        components: {sold: {pays_on: bookings, rate: 10%}}
    """
    deal = {"id": "D1", "day": D(2026, 1, 5), "amount": 20_000, event: D(2026, 5, 1)}

    assert total(pay(plan, [deal], D(2026, 4, 30))) == 2_000_00
    assert total(pay(plan, [deal], D(2026, 5, 31))) == 0


def test_components_that_multiply_leave_a_prize_beside_them_and_keep_the_plans_cap(pay):
    plan = """
        ote: 100000
        pay_mix: 60/40
        period: year
        combine: multiplicative
        cap: 50%
        components:
          new: {kind: bonus, pays_on: new_arr, quota: 500000, weight: 100%, points: [{at: 0, pays: 0}, {at: 200%, pays: 200%}]}
          spring: {kind: spif, pays_on: bookings, each: 1, from: 2026-03-01, to: 2026-03-31}
    """
    prize = {"id": "S1", "day": D(2026, 3, 5), "amount": 500, "measure": "bookings"}
    sold = {"id": "D1", "day": D(2026, 3, 6), "measure": "new_arr"}

    less = pay(plan, [prize, {**sold, "amount": 0}])
    much = pay(plan, [{**prize, "measure": "new_customers"}, {**sold, "amount": 450_000}])

    assert total(less) == 500_00
    assert total(much) == 20_000_00


def test_what_a_deal_of_a_size_pays_is_not_cut_for_somebody_hired_within_the_period(pay):
    plan = """
        ote: 100000
        pay_mix: 60/40
        components:
          sold: {kind: bonus, pays_on: bookings, counted: deal, target: 100, points: [{at: 0, pays: 0}, {at: 1000, pays: 100%}]}
    """
    hired = [{"person": "Ann", "from": D(2026, 2, 15)}]

    assert total(
        pay(plan, [{"id": "D1", "day": D(2026, 3, 1), "amount": 1_000}], people=hired)
    ) == (100_00)


def test_quotas_told_for_months_add_up_to_that_of_the_quarter(pay):
    plan = """
        ote: 100000
        pay_mix: 60/40
        components: {sold: {pays_on: bookings, quota: 1, tiers: [{from: 0, rate: 10%}, {from: 100%, rate: 20%}]}}
    """
    told = [
        {"payee": "Ann", "first_day": D(2026, m, 1), "last_day": last, "amount": 10_000}
        for m, last in ((1, D(2026, 1, 31)), (2, D(2026, 2, 28)), (3, D(2026, 3, 31)))
    ]
    again = {**told[2], "amount": 20_000, "known_on": D(2026, 3, 15)}
    deal = [{"id": "D1", "day": D(2026, 1, 5), "amount": 40_000}]

    assert total(pay(plan, deal, quotas=told)) == 5_000_00
    assert total(pay(plan, deal, quotas=[*told, again])) == 4_000_00


def test_a_deal_signed_in_a_period_of_leave_is_still_a_deal(pay):
    plan = """
        ote: 100000
        pay_mix: 60/40
        period: month
        components: {sold: {pays_on: bookings, rate: 10%}}
    """
    away = [{"payee": "Ann", "first_day": D(2026, 2, 1), "last_day": D(2026, 2, 28)}]
    deal = [{"id": "D1", "day": D(2026, 2, 5), "amount": 40_000}]

    assert total(pay(plan, deal, absences=away)) == 4_000_00


def test_what_already_took_back_is_not_taken_back_from(pay):
    plan = """
        ote: 100000
        pay_mix: 60/40
        clawback: {kind: pro_rata, within: 1 year}
        release: [{at: signing, share: 50%}, {at: cash, share: 50%}]
        components: {sold: {pays_on: bookings, rate: 10%}}
    """
    credit_note = {"id": "D1", "day": D(2026, 2, 5), "amount": -1_000, "left_on": D(2026, 3, 1)}

    assert total(pay(plan, [credit_note])) == -50_00


def test_an_instalment_at_the_rate_of_its_milestone_is_earned_as_it_is_paid(pay):
    plan = """
        ote: 200000
        pay_mix: 50/50
        release: [{at: signing, share: 50%}, {at: retention_indicator, share: 50%, within: 120 days, rate: milestone}]
        components: {sold: {pays_on: bookings, quota: 100000, tiers: [{from: 0, rate: 10%}, {from: 100%, rate: 20%}]}}
    """
    deals = [
        {"id": "D1", "day": D(2026, 1, 5), "amount": 90_000, "reached_on": D(2026, 3, 20)},
        {"id": "D2", "day": D(2026, 2, 5), "amount": 30_000, "reached_on": D(2026, 1, 20)},
    ]

    found = [line for line in pay(plan, deals) if line.transaction == "D1"]

    assert total(found) == 4_500_00 + 9_000_00
    assert total(found, "earned") == total(found, "accrued") == total(found)
    assert total(pay(plan, deals[:1])) == 9_000_00


def test_a_reference_that_holds_less_is_seen(pay):
    s = Situation(
        plans={"seller": {"ote": 1, "pay_mix": "50/50", "components": {"sold": {"pays_on": "bookings", "rate": "10%"}}}},
        people=[{"person": "Ann", "role": "seller"}],
        through=D(2026, 12, 31),
        transactions=[{"id": "D1", "day": D(2026, 2, 5), "amount": 10.05, "measure": "bookings", "payee": "Ann"}],
    )  # fmt: skip

    ours = situations.by_remit(s)

    assert ours == reference.pay(s)
    assert {key.state: cents for key, cents in ours.items()} == {
        "earned": 101,
        "accrued": 101,
        "payable": 101,
    }
    assert held_by_key(pay(s.plans["seller"], s.transactions))
