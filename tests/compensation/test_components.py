"""What each component earns from where somebody stands, and the arithmetic that it says."""

from __future__ import annotations

import doctest
import importlib
from datetime import date
from fractions import Fraction

import pytest

from remit.compensation.bonus import Bonus
from remit.compensation.commission import Commission
from remit.compensation.conditions import Gate
from remit.compensation.earning import Credited, Part, Standing, opens, said, times
from remit.compensation.matrix import Matrix
from remit.compensation.objectives import Objectives
from remit.compensation.spif import Spif

D = date
TIERS = [{"from": 0, "rate": "10%"}, {"from": "100%", "rate": "15%"}]
TARGET = Fraction(30_000)


def sold(*amounts: int, quota: int | None = 100_000, **more: object) -> Standing:
    """Deals of January, one a day, against a quota."""
    return Standing(
        credits=tuple(
            Credited(f"D{at + 1}", D(2026, 1, at + 1), Fraction(amount))
            for at, amount in enumerate(amounts)
        ),
        quota=None if quota is None else Fraction(quota),
        whole_quota=None if quota is None else Fraction(quota),
        **more,  # type: ignore[arg-type]
    )


def told(
    component: Commission | Bonus | Matrix | Objectives | Spif, standing: Standing
) -> list[tuple[str | None, int, str]]:
    return [(part.transaction, int(part.earned), part.words) for part in component.parts(standing)]


@pytest.mark.parametrize(
    "module",
    [
        "bonus",
        "commission",
        "components",
        "curve",
        "earning",
        "matrix",
        "measures",
        "objectives",
        "plan",
    ],
)
def test_every_documented_example_says_what_happens(module):
    ran = doctest.testmod(importlib.import_module(f"remit.compensation.{module}"))

    assert ran.attempted > 0
    assert ran.failed == 0


# Commission


def test_each_deal_earns_the_part_of_the_tiers_that_it_fills():
    half_more = Commission(pays_on="bookings", quota=100_000, tiers=TIERS)

    assert told(half_more, sold(60_000, 50_000, 40_000)) == [
        ("D1", 6_000, "60,000.00 x 10%"),
        ("D2", 5_500, "40,000.00 x 10% + 10,000.00 x 15%"),
        ("D3", 6_000, "40,000.00 x 15%"),
    ]


@pytest.mark.parametrize(
    ("crossing", "earned"), [("split", 5_500), ("before", 5_000), ("after", 7_500)]
)
def test_a_deal_across_a_tier_is_paid_as_the_plan_says(crossing, earned):
    plan = Commission(pays_on="bookings", quota=100_000, crossing=crossing, tiers=TIERS)

    assert told(plan, sold(60_000, 50_000))[1][1] == earned


def test_a_deal_that_ends_on_the_level_has_reached_it():
    after = Commission(pays_on="bookings", quota=100_000, crossing="after", tiers=TIERS)
    before = Commission(pays_on="bookings", quota=100_000, crossing="before", tiers=TIERS)

    assert told(after, sold(100_000)) == [("D1", 15_000, "100,000.00 x 15%")]
    assert told(before, sold(100_000, 100)) == [
        ("D1", 10_000, "100,000.00 x 10%"),
        ("D2", 15, "100.00 x 15%"),
    ]


def test_things_that_are_counted_are_paid_each():
    each = Commission(pays_on="accepted_meetings", each=100)

    assert told(each, sold(9, quota=None)) == [("D1", 900, "9 x 100.00")]


def test_a_quota_alone_pays_its_target_evenly_and_past_it():
    alone = Commission(pays_on="bookings", quota=100_000)

    assert [one[1] for one in told(alone, sold(50_000, 100_000, target=TARGET))] == [15_000, 30_000]
    assert told(alone, sold(50_000, quota=0, target=TARGET)) == [("D1", 0, "50,000.00 x 0%")]
    assert [one[1] for one in told(alone, sold(50_000, target=None))] == [0]


def test_a_rate_that_goes_on_for_ever_is_shown_as_long_as_its_deal_needs():
    alone = Commission(pays_on="bookings", quota=70_000)

    ((_, earned, words),) = told(alone, sold(70_000, quota=70_000, target=TARGET))

    assert earned == 30_000
    assert words == "70,000.00 x 42.85714%"


def test_tiers_of_amounts_do_not_look_at_the_quota():
    by_amount = Commission(
        pays_on="bookings",
        quota=100_000,
        tiers_by="amount",
        tiers=[{"from": 0, "rate": "1%"}, {"from": 1_000, "rate": "2%"}],
    )

    assert [one[1] for one in told(by_amount, sold(2_000))] == [30]


def test_with_accelerators_shut_the_rate_at_quota_goes_on():
    plan = Commission(pays_on="bookings", quota=100_000, tiers=TIERS)

    assert [one[1] for one in told(plan, sold(150_000, accelerated=False))] == [15_000]


def test_each_deal_alone_starts_from_the_first_tier():
    alone = Commission(
        pays_on="bookings",
        counted="deal",
        tiers=[{"from": 0, "rate": "1%"}, {"from": 1_000, "rate": "2%"}],
    )

    assert [one[1] for one in told(alone, sold(2_000, 2_000, quota=None))] == [30, 30]


@pytest.mark.parametrize(
    ("excess", "earned"),
    [("base_rate", 5_000), ("not_paid", 0), ("no_quota_credit", 7_500), ("staged", 7_500)],
)  # fmt: skip
def test_what_a_windfall_brings_past_its_size_is_treated_as_agreed(excess, earned):
    plan = Commission(
        pays_on="bookings",
        quota=100_000,
        tiers=TIERS,
        windfall={"over_quota": "100%", "excess": excess},
    )
    standing = sold(150_000, quota=100_000)

    kept, beyond = plan.parts(standing)

    assert (int(kept.earned), int(beyond.earned)) == (10_000, earned)
    assert beyond.staged == (excess == "staged")
    assert ("retires no quota" in beyond.words) == (excess != "staged")
    assert plan.beyond(standing) == (0 if excess == "staged" else 50_000)
    short = sold(80_000, 20_000)  # a deal of the size agreed is no windfall
    assert [part.earned for part in plan.parts(short)] == [8_000, 2_000]


@pytest.mark.parametrize(("excess", "next_deal"), [("base_rate", 10_000), ("staged", 12_500)])
def test_the_deal_after_a_windfall_starts_from_what_was_agreed_to_count(excess, next_deal):
    plan = Commission(
        pays_on="bookings",
        quota=300_000,
        tiers=TIERS,
        windfall={"over_amount": 100_000, "excess": excess},
    )

    _, _, later = plan.parts(sold(250_000, 100_000, quota=300_000))

    assert int(later.earned) == next_deal


def test_no_quota_is_retired_by_a_windfalls_excess():
    standing = sold(150_000, beyond=Fraction(50_000))

    assert standing.attainment == 1
    assert sold(150_000).attainment == Fraction(3, 2)
    assert sold(150_000, quota=0).attainment is None
    assert sold(150_000, quota=None).attainment is None


# Bonus


def test_a_bonus_is_a_part_of_its_target_for_the_attainment():
    points = [{"at": "60%", "pays": 0}, {"at": "100%", "pays": "100%"}]
    line = Bonus(kind="bonus", pays_on="bookings", quota=100_000, points=points)
    step = Bonus(kind="bonus", pays_on="bookings", quota=100_000, points=points, between="step")

    at_ninety = sold(90_000, target=TARGET)
    assert told(line, at_ninety) == [(None, 22_500, "75% of 30,000.00 for bookings of 90%")]
    assert told(step, at_ninety) == [(None, 0, "0% of 30,000.00 for bookings of 90%")]
    assert told(line, sold(59_999, target=TARGET))[0][1] == 0
    assert told(line, sold(500_000, target=TARGET))[0][1] == 30_000


def test_a_bonus_on_a_measure_that_nobody_read_says_nothing():
    kept = Bonus(
        kind="bonus", pays_on="GRR", points=[{"at": "85%", "pays": 0}, {"at": "92%", "pays": 1}]
    )

    assert told(kept, Standing(target=TARGET)) == []
    assert told(kept, Standing(target=TARGET, levels={"GRR": Fraction(92, 100)})) == [
        (None, 30_000, "100% of 30,000.00 for GRR of 92%")
    ]


def test_a_bonus_without_quota_looks_at_the_credit_of_the_period_or_of_each_deal():
    points = [{"at": 0, "pays": 0}, {"at": 1_000, "pays": "100%"}]
    together = Bonus(kind="bonus", pays_on="bookings", points=points)
    alone = Bonus(kind="bonus", pays_on="bookings", counted="deal", points=points)

    standing = sold(400, 400, quota=None, target=Fraction(100))
    assert told(together, standing) == [(None, 80, "80% of 100.00 for bookings of 800")]
    assert told(alone, standing) == [("D1", 40, "40.00 for 400"), ("D2", 40, "40.00 for 400")]


def test_a_bonus_with_a_quota_of_nothing_attains_nothing():
    bonus = Bonus(kind="bonus", pays_on="bookings", quota=0, points=[{"at": 0, "pays": "50%"}])

    assert told(bonus, sold(5, quota=0, target=TARGET)) == []


# Matrix, objectives, prizes


TABLE = Matrix(
    kind="matrix",
    rows={"measure": "quota_attainment", "from": ["50%", "100%"]},
    columns={"measure": "grr", "from": [0, "90%"]},
    pays=[[0, "50%"], ["70%", "125%"]],
)


@pytest.mark.parametrize(
    ("row", "column", "earned"),
    [("1", "0.9", 37_500), ("0.999", "0.9", 15_000), ("1", "0.8999", 21_000), ("0.4", "1", 0)],
)
def test_a_table_is_read_at_lower_bounds_that_belong_to_their_bands(row, column, earned):
    levels = {"quota_attainment": Fraction(row), "grr": Fraction(column)}

    assert [one[1] for one in told(TABLE, Standing(target=TARGET, levels=levels))] == [earned]


def test_a_table_of_which_one_side_was_not_measured_pays_nothing_yet():
    assert told(TABLE, Standing(target=TARGET, levels={"grr": Fraction(1)})) == []
    assert told(TABLE, Standing(target=TARGET, levels={"quota_attainment": Fraction(1)})) == []


def test_objectives_pay_as_far_as_they_were_reached_and_those_nobody_judged_wait():
    agreed = Objectives(kind="objectives", objectives={"Region": "60%", "Playbook": "40%"})

    both = Standing(target=TARGET, levels={"Region": Fraction(1, 2), "Playbook": Fraction(1)})
    one = Standing(target=TARGET, levels={"Region": Fraction(1)})
    assert told(agreed, both) == [
        (None, 21_000, "30,000.00 x (60% x 50% Region + 40% x 100% Playbook)")
    ]
    assert told(agreed, one) == [(None, 18_000, "30,000.00 x (60% x 100% Region)")]
    assert told(agreed, Standing(target=TARGET)) == []


def test_a_prize_is_paid_on_its_first_and_its_last_day_and_on_no_other():
    prize = Spif(
        kind="spif",
        pays_on="new_customers",
        each=500,
        **{"from": D(2026, 1, 2), "to": D(2026, 1, 3)},
    )

    assert told(prize, sold(1, 1, 2, 1, quota=None)) == [
        ("D2", 500, "1 x 500.00"),
        ("D3", 1_000, "2 x 500.00"),
    ]


# Gates and modifiers


@pytest.mark.parametrize(("level", "is_open"), [("0.6", True), ("0.59999", False), (None, False)])
def test_a_gate_opens_at_its_level_and_never_for_what_is_not_known(level, is_open):
    known = None if level is None else Fraction(level)
    of_component = Gate(component="sold", at_least="60%")
    of_measure = Gate(measure="grr", at_least="60%")

    assert opens(of_component, Standing(), {"sold": known}) is is_open
    levels = {} if known is None else {"grr": known}
    assert opens(of_measure, Standing(levels=levels), {}) is is_open


def test_a_gate_is_told_in_words():
    assert said(Gate(component="new", at_least="100%")) == "attainment of new of at least 100%"
    assert said(Gate(measure="grr", at_least="90%")) == "grr of at least 90%"
    assert said(Gate(measure="demos", at_least=12)) == "demos of at least 12"


SCALED = Commission(
    pays_on="bookings",
    rate="2%",
    modifiers=[
        {
            "measure": "margin",
            "steps": [{"from": "10%", "times": "75%"}, {"from": "20%", "times": "115%"}],
        },
        {"measure": "csat", "steps": [{"from": "50%", "times": "200%"}]},
    ],
)


@pytest.mark.parametrize(
    ("levels", "earned"),
    [
        ({"margin": "0.2"}, 230),
        ({"margin": "0.19999"}, 150),
        ({"margin": "0.05"}, 200),
        ({}, 200),
        ({"margin": "0.2", "csat": "0.5"}, 460),
    ],
)
def test_modifiers_scale_what_was_earned_from_their_first_step_on(levels, earned):
    known = {measure: Fraction(level) for measure, level in levels.items()}

    (part,) = times([Part(Fraction(200), "10,000.00 x 2%")], SCALED, known)

    assert part.earned == earned
    assert part.words.count(" for ") == (len(levels) if earned != 200 else 0)


def test_a_target_that_is_not_whole_cents_is_said_in_full_so_that_it_can_be_worked_out_again():
    points = [{"at": 0, "pays": 0}, {"at": "1000%", "pays": "1000%"}]
    bonus = Bonus(kind="bonus", pays_on="bookings", quota=100_000, points=points)

    ((_, earned, words),) = told(bonus, sold(900_000, target=Fraction(100_000, 3)))

    assert earned == 300_000
    assert words == "900% of 33,333.333333 for bookings of 900%"
