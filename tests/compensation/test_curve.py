"""What cumulative credit earns: steps add up, jumps are told, and backwards is forwards turned."""

from __future__ import annotations

import itertools
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from remit.compensation.curve import Curve, Step, curve, through
from remit.compensation.earning import Part, capped, cents, in_cents, money, number, percent
from tests.laws import examples

TENTH, MORE, MOST = Fraction(1, 10), Fraction(15, 100), Fraction(1, 5)
MARGINAL = curve([(0, TENTH, None), (100, MORE, None), (125, MOST, None)])
RETROACTIVE = curve([(0, TENTH, None), (100, MORE, 0), (125, MOST, 0)])
LATE = curve([(60, TENTH, None), (100, MORE, None)])
LINE = through([(Fraction(0), Fraction(0)), (Fraction(10), Fraction(5))], line=True)
STAIRS = through([(Fraction(0), Fraction(0)), (Fraction(10), Fraction(5))], line=False)


def steps(of: Curve, before: int, after: int) -> list[tuple[int, Fraction, Fraction, int | None]]:
    return [
        (int(s.credit), s.rate, s.earned, None if s.reaches is None else int(s.reaches))
        for s in of.steps(Fraction(before), Fraction(after))
    ]


def test_a_stretch_across_tiers_is_one_step_in_each():
    assert steps(MARGINAL, 90, 130) == [
        (10, TENTH, 1, None),
        (25, MORE, Fraction(15, 4), None),
        (5, MOST, 1, None),
    ]


def test_a_stretch_that_ends_on_a_level_has_no_step_past_it():
    assert steps(MARGINAL, 90, 100) == [(10, TENTH, 1, None)]
    assert steps(MARGINAL, 100, 110) == [(10, MORE, Fraction(3, 2), None)]


def test_reaching_a_level_that_reaches_back_pays_a_jump_at_once():
    assert steps(RETROACTIVE, 90, 100) == [(10, TENTH, 1, None), (0, MORE, 5, 100)]
    assert steps(RETROACTIVE, 100, 110) == [(10, MORE, Fraction(3, 2), None)]


def test_both_jumps_of_a_stretch_are_told():
    assert [s[3] for s in steps(RETROACTIVE, 50, 150)] == [None, 100, None, 125, None]


def test_credit_that_is_taken_back_runs_through_the_same_steps_with_signs_turned():
    assert steps(RETROACTIVE, 110, 90) == [
        (-10, MORE, Fraction(-3, 2), None),
        (0, MORE, -5, 100),
        (-10, TENTH, -1, None),
    ]


def test_no_credit_is_no_step():
    assert steps(RETROACTIVE, 100, 100) == []


def test_below_a_first_level_nothing_is_earned_and_it_is_told_so():
    assert LATE(Fraction(59)) == 0
    assert steps(LATE, 0, 70) == [(60, Fraction(0), Fraction(0), None), (10, TENTH, 1, None)]


def test_credit_below_nothing_takes_back_at_the_first_rate():
    assert MARGINAL(Fraction(-50)) == -5
    assert MARGINAL.rate(Fraction(-50)) == TENTH
    assert steps(MARGINAL, 20, -10) == [(-30, TENTH, -3, None)]
    assert steps(MARGINAL, -10, 20) == [(30, TENTH, 3, None)]


def test_credit_below_nothing_takes_nothing_back_where_a_table_starts_higher_or_has_amounts():
    assert LATE(Fraction(-50)) == 0
    assert LINE(Fraction(-5)) == STAIRS(Fraction(-5)) == 0


def test_a_level_belongs_to_the_tier_that_it_begins():
    assert MARGINAL.rate(Fraction(100)) == MORE
    assert MARGINAL.rate(Fraction(9_999, 100)) == TENTH
    assert RETROACTIVE(Fraction(100)) == 15
    assert RETROACTIVE(Fraction(9_999, 100)) == Fraction(9_999, 1_000)


def test_without_accelerators_the_rate_below_the_level_goes_on():
    shut = MARGINAL.until(Fraction(100))

    assert shut(Fraction(200)) == 20
    assert RETROACTIVE.until(Fraction(125))(Fraction(200)) == 30


def test_a_tier_that_reaches_back_to_another_leaves_what_lies_below():
    halfway = curve([(0, TENTH, None), (50, MORE, None), (100, MOST, 50)])

    assert halfway(Fraction(100)) == 50 * TENTH + 50 * MOST
    assert halfway(Fraction(99)) == 50 * TENTH + 49 * MORE


def test_a_tier_may_reach_back_below_a_first_level():
    assert curve([(50, TENTH, None), (100, MORE, 0)])(Fraction(100)) == 15


def test_a_table_of_amounts_is_a_line_or_stairs_and_stays_where_it_ends():
    assert [LINE(Fraction(n)) for n in (0, 4, 10, 99)] == [0, 2, 5, 5]
    assert [STAIRS(Fraction(n)) for n in (0, 4, 10, 99)] == [0, 0, 5, 5]


def test_a_curve_of_nothing_earns_nothing():
    assert Curve(())(Fraction(5)) == 0
    assert list(Curve(()).steps(Fraction(0), Fraction(5))) == [
        Step(Fraction(5), Fraction(0), Fraction(0))
    ]


CURVES = (MARGINAL, RETROACTIVE, LATE, LINE, STAIRS)


@settings(max_examples=examples(200))
@given(some.sampled_from(CURVES), some.lists(some.integers(-200, 300), min_size=2, max_size=6))
def test_steps_add_up_to_what_the_difference_earns_by_any_way(of, stops):
    told = sum(
        (
            step.earned
            for before, after in itertools.pairwise(stops)
            for step in of.steps(Fraction(before), Fraction(after))
        ),
        Fraction(0),
    )
    credit = sum(
        (
            step.credit
            for before, after in itertools.pairwise(stops)
            for step in of.steps(Fraction(before), Fraction(after))
        ),
        Fraction(0),
    )

    assert told == of(Fraction(stops[-1])) - of(Fraction(stops[0]))
    assert credit == stops[-1] - stops[0]


# Cents


@pytest.mark.parametrize(
    ("amount", "whole"),
    [
        ("0.005", 1),
        ("-0.005", -1),
        ("0.00499", 0),
        ("-0.00499", 0),
        ("2.675", 268),
        ("1e10", 10**12),
    ],
)
def test_money_is_rounded_to_cents_with_halves_away_from_nothing(amount, whole):
    assert cents(Fraction(amount)) == whole


def test_amounts_in_cents_sum_to_the_rounded_whole():
    assert in_cents([Fraction(1, 3)] * 3) == (33, 34, 33)
    assert in_cents([Fraction(1, 200)] * 4) == (1, 0, 1, 0)
    assert in_cents([Fraction(-1, 3)] * 3) == (-33, -34, -33)
    assert in_cents([]) == ()


def test_a_share_of_much_has_as_many_places_as_its_amount_needs():
    assert percent(Fraction(5, 7)) == percent(Fraction(5, 7), 10_000) == "71.4286%"
    assert percent(Fraction(5, 7), 10_001) == "71.42857%"
    assert percent(Fraction(-5, 7), -1_000_000) == "-71.428571%"
    assert percent(Fraction(1, 2), 10**9) == "50%"


def test_amounts_and_counts_are_written_as_people_write_them():
    assert money(Fraction(-1_234_567, 1000)) == "-1,234.57"
    assert (number(Fraction(1_500)), number(Fraction(1, 3))) == ("1,500", "0.333333")


# Caps


def parts(*earned: int, of: str | None = None) -> list[Part]:
    return [Part(Fraction(e), f"{e}", of or f"D{at}") for at, e in enumerate(earned)]


def told(found: tuple[Part, ...]) -> list[Fraction]:
    return [part.earned for part in found]


def test_a_cap_of_a_period_cuts_what_comes_last():
    found = capped(parts(60, 60, 60), Fraction(100), per="period")

    assert told(found) == [60, 40, 0]
    assert [part.words for part in found] == [
        "60",
        "60, cut to 40.00 by the cap of 100.00",
        "60, cut to 0.00 by the cap of 100.00",
    ]


def test_a_cap_of_a_deal_cuts_each_deal_and_all_its_parts_together():
    assert told(capped(parts(60, 160), Fraction(100), per="deal")) == [60, 100]
    assert told(capped(parts(60, 160, of="D1"), Fraction(100), per="deal")) == [60, 40]


def test_what_is_taken_back_comes_first_off_what_the_cap_had_cut():
    assert told(capped(parts(150, -30), Fraction(100), per="period")) == [100, 0]
    assert told(capped(parts(150, -80), Fraction(100), per="period")) == [100, -30]
    assert told(capped(parts(-30, 150), Fraction(100), per="period")) == [-30, 130]
