"""Intervals say how sure a share is."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from remit.measures.intervals import drawn_ratio, drawn_shares, shares
from tests.laws import examples

WEEK = 2400.0


def team(people: int, weeks: int, share: float, spread: float, seed: int) -> np.ndarray:
    """Minutes of a team in which everybody's week is split between two functions."""
    chance = np.random.default_rng(seed)
    own = np.clip(chance.normal(share, spread, size=(people, 1)), 0.01, 0.99)
    part = np.clip(own + chance.normal(0, spread, size=(people, weeks)), 0, 1)
    seen = chance.uniform(300, 900, size=(people, weeks))
    return np.stack([seen * part, seen * (1 - part)], axis=-1)


def test_a_role_is_the_mean_of_its_people_and_not_of_their_hours():
    minutes = np.array([[900.0, 100.0], [10.0, 90.0]])

    found = shares(minutes, np.array([WEEK, WEEK]))

    assert found == pytest.approx([0.5, 0.5])


def test_half_a_job_weighs_half():
    minutes = np.array([[100.0, 0.0], [0.0, 100.0]])

    found = shares(minutes, np.array([WEEK, WEEK / 2]))

    assert found == pytest.approx([2 / 3, 1 / 3])


def test_somebody_who_recorded_nothing_has_no_share_and_does_not_count_as_zero():
    minutes = np.array([[50.0, 50.0], [0.0, 0.0]])

    assert shares(minutes, np.array([WEEK, WEEK])) == pytest.approx([0.5, 0.5])


def test_the_same_seed_gives_the_same_interval():
    minutes = team(8, 26, 0.3, 0.1, seed=1)
    working = np.full((8, 26), WEEK)

    first, second = (drawn_shares(minutes, working, seed=7)[0].values for _ in range(2))

    assert np.array_equal(first, second)


def test_more_people_make_an_interval_narrower():
    widths = []
    for people in (5, 40):
        low, high = _interval(team(people, 40, 0.3, 0.1, seed=2))
        widths.append(high - low)

    assert widths[1] < widths[0] / 1.5


def _interval(minutes: np.ndarray) -> tuple[float, float]:
    drawn, _ = drawn_shares(minutes, np.full(minutes.shape[:2], WEEK), seed=3)
    return type(drawn)(drawn.values[:, 0], drawn.clusters).interval()


def test_nine_intervals_in_ten_hold_the_truth():
    """A sample of 60 small teams; the calibration study has a thousand."""
    held = 0
    for seed in range(60):
        low, high = _interval(team(7, 30, 0.3, 0.08, seed=100 + seed))
        held += low <= 0.3 <= high

    assert 47 <= held <= 60


@settings(max_examples=examples(50), deadline=None)
@given(
    scale=st.floats(0.1, 10),
    seed=st.integers(0, 1000),
)
def test_counting_in_hours_or_minutes_changes_no_share(scale, seed):
    minutes = team(5, 12, 0.4, 0.1, seed).sum(axis=1)
    working = np.full(5, WEEK)

    assert shares(minutes * scale, working) == pytest.approx(shares(minutes, working))


def test_a_ratio_is_drawn_over_whole_sellers_and_not_over_single_deals():
    """Two sellers who differ completely leave the ratio open, however many deals they have."""
    part, whole = np.array([[0.0], [500.0]]), np.array([[500.0], [500.0]])

    low, high = drawn_ratio(part, whole, seed=1).interval()

    assert low < 0.05
    assert high > 0.95
