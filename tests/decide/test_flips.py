"""Flip points lie where the answer changes, and draws give what their ranges say.

The thousand segments are in `studies/flip_points.py`; here are fifty of them.
"""

from __future__ import annotations

import math
import runpy
from pathlib import Path

import pytest

from remit.decide import Known
from tests.decide.conftest import answer, judge

STUDY = runpy.run_path(str(Path(__file__).parents[2] / "studies" / "flip_points.py"))
SPLIT_AT_CLOSE = {
    "sellers": 14,
    "sellers_staffable": 14,
    "first_line_managers": 2,
    "landed_accounts": 40,
    "reachable_accounts": 100,
    "landed_value": 30_000,
    "prospect_value": 30_000,
    "year_1_expansion": 0.1,
    "year_1_new_buyers": 0.2,
    "later_expansion": 0.4,
    "later_new_buyers": 0.8,
}


def test_just_before_a_flip_point_the_answer_stands_and_just_after_it_is_the_named_one():
    seen = STUDY["study"](segments=50, redrawn=0, draws=0, seed=2)
    assert seen.wrong == []
    assert set(seen.flips) == {"from", "above", "to", "below", "is"}
    assert seen.flips.total() > 500


@pytest.mark.slow
def test_draws_give_each_answer_as_often_as_segments_decided_one_by_one():
    seen = STUDY["study"](segments=0, redrawn=3, draws=1000, seed=3)
    assert seen.wrong == []
    assert seen.shares > 20, "few answers were in doubt"


def test_a_range_that_straddles_a_limit_gives_each_answer_its_part_of_the_range():
    judged = judge({"reactive_load": Known("reactive_load", None, 0.25, 0.45)})
    draws = STUDY["Draws"](judged, 10_000, STUDY["np"].random.default_rng(1))
    shares = judged.shares("csm_support", draws)
    assert math.isclose(shares["split"], 0.75, abs_tol=4 * math.sqrt(0.75 * 0.25 / 10_000))


def test_the_segment_stays_split_down_to_six_sellers():
    flips = {(f.fact, f.side): f for f in judge(SPLIT_AT_CLOSE).flips("ae_am")}
    team = flips["sellers", "to"]
    assert (team.at, team.answer, team.now) == (5, "joined", 14)


@pytest.mark.parametrize(
    ("fact", "value", "expected"),
    [
        ("sellers", 5, "joined"),
        ("sellers", 5.01, "split_at_close"),
        ("landed_accounts", 79, "split_at_close"),
        ("landed_accounts", 80, "joined"),
    ],
)
def test_on_the_very_number_the_answer_is_that_of_the_named_side(fact, value, expected):
    assert answer("ae_am", {**SPLIT_AT_CLOSE, fact: value}) == expected


def test_few_accounts_worth_much_are_still_new_business():
    """By number the market is saturated, by value it is not (002-07)."""
    few = {**SPLIT_AT_CLOSE, "landed_accounts": 90, "prospect_value": 900_000}
    assert answer("ae_am", few) == "split_at_close"


def test_the_middle_of_a_range_is_a_number_as_people_write_it():
    assert Known("legal_load", None, 0.02, 0.052).central == 0.036


def test_a_fact_nobody_knows_has_no_flip_point():
    assert {flip.fact for flip in judge({"sellers": 4}).flips("ae_am")} == {"sellers"}
