"""The four answers on time, at and around their limits."""

from __future__ import annotations

import dataclasses
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remit.audit.judge import judge_cases, judge_time
from remit.benchmarks import benchmarks
from remit.measures import RoleTime
from remit.terms import Answer, Estimate, Period, Severity

DAY = date(2026, 6, 1)
AMBER, RED = (benchmarks()["ae_prospecting_share"].limit(DAY, level) for level in ("amber", "red"))
LIMITS = (AMBER, RED)
FLOOR = 0.20


def time(coverage: float) -> RoleTime:
    """A role of eight people over a year, seen to some degree."""
    return RoleTime(
        "ae",
        ("mid_market",),
        8,
        Period(date(2025, 6, 1), date(2026, 6, 1)),
        52,
        Estimate(coverage, "share", coverage - 0.02, coverage + 0.02),
        1000,
        1100,
        10,
        4000,
        (),
        Estimate(0.3, "share"),
        Estimate(0.5, "share"),
        (),
        0,
        0,
        "",
    )


def judged(low: float, high: float, coverage: float, second: bool | None = None):
    share = Estimate((low + high) / 2, "share", low, high)
    of_all = Estimate(share.value * coverage, "share", low * coverage, high * coverage)
    return judge_time(time(coverage), share, of_all, LIMITS, FLOOR, second)


@pytest.mark.parametrize(
    ("low", "high", "coverage", "second", "answer", "severity"),
    [
        (0.05, 0.15, 0.5, None, Answer.CLEAR, None),
        (0.05, 0.20, 0.5, None, Answer.CLEAR, None),
        (0.15, 0.25, 0.5, None, Answer.CANNOT_TELL, None),
        (0.21, 0.30, 0.5, None, Answer.INDICATED, Severity.AMBER),
        (0.26, 0.40, 0.5, None, Answer.INDICATED, Severity.AMBER),
        (0.26, 0.40, 0.5, False, Answer.INDICATED, Severity.AMBER),
        (0.26, 0.40, 0.5, True, Answer.INDICATED, Severity.RED),
        (0.21, 0.30, 0.5, True, Answer.INDICATED, Severity.AMBER),
        (0.30, 0.40, 0.9, None, Answer.PROVEN, Severity.RED),
        (0.24, 0.26, 0.9, None, Answer.PROVEN, Severity.AMBER),
        (0.05, 0.15, 0.1, None, Answer.CANNOT_TELL, None),
        (0.90, 0.95, 0.1, True, Answer.CANNOT_TELL, None),
        # at a limit is not past it
        (0.20, 0.30, 0.5, None, Answer.CANNOT_TELL, None),
        (0.25, 0.40, 0.5, True, Answer.INDICATED, Severity.AMBER),
        (0.50, 0.60, 0.5, None, Answer.PROVEN, Severity.AMBER),
        (0.05, 0.15, FLOOR, None, Answer.CLEAR, None),
    ],
)
def test_an_answer_follows_from_interval_coverage_and_second_measure(
    low, high, coverage, second, answer, severity
):
    verdict = judged(low, high, coverage, second)

    assert (verdict.answer, verdict.severity) == (answer, severity)


def test_the_mildest_limit_stands_beside_what_is_clear_or_open():
    assert judged(0.05, 0.15, 0.5).limit is AMBER
    assert judged(0.15, 0.25, 0.5).limit is AMBER


def test_without_an_interval_nothing_is_said():
    verdict = judge_time(
        time(0.5), Estimate(0.9, "share"), Estimate(0.4, "share"), LIMITS, FLOOR, True
    )

    assert verdict.answer is Answer.CANNOT_TELL


def test_the_tipping_point_is_the_unseen_share_at_which_the_whole_would_meet_the_limit():
    verdict = judged(0.30, 0.40, 0.40)

    whole = 0.35 * 0.40 + verdict.tipping * 0.60
    assert whole == pytest.approx(verdict.limit.value)


@given(
    low=st.floats(0, 1), width=st.floats(0, 0.5), coverage=st.floats(0.05, 1), second=st.booleans()
)
def test_red_is_never_said_on_one_indication_alone(low, width, coverage, second):
    verdict = judged(low, min(1, low + width), coverage, second)

    if verdict.severity is Severity.RED:
        assert verdict.answer is Answer.PROVEN or second


@given(low=st.floats(0, 1), width=st.floats(0, 0.5), coverage=st.floats(0.05, 1))
def test_nobody_is_accused_whose_whole_interval_is_within_the_limits(low, width, coverage):
    high = min(1, low + width)
    verdict = judged(low, high, coverage)

    if high <= AMBER.value:
        assert verdict.severity is None


@given(
    low=st.floats(0.0, 1),
    width=st.floats(0, 0.3),
    seen=st.floats(0.21, 0.9),
    more=st.floats(0, 0.1),
)
def test_seeing_more_of_the_same_never_turns_an_accusation_into_silence(low, width, seen, more):
    high = min(1, low + width)
    before, after = judged(low, high, seen), judged(low, high, seen + more)

    assert (after.severity or 0) >= (before.severity or 0)


def test_a_share_of_recorded_cases_past_its_limit_as_a_whole_is_proven():
    red = benchmarks()["sdr_ae_acceptance"].limit(DAY)

    assert judge_cases(Estimate(0.3, "share", 0.25, 0.35), (red,)).severity is Severity.RED
    assert judge_cases(Estimate(0.38, "share", 0.33, 0.43), (red,)).answer is Answer.CANNOT_TELL
    assert judge_cases(Estimate(0.6, "share", 0.55, 0.65), (red,)).answer is Answer.CLEAR


def test_limits_from_below_and_from_above_are_mirror_images():
    above = dataclasses.replace(RED, above=True, value=0.25)
    below = dataclasses.replace(RED, above=False, value=0.75)
    for low, high, answer in (
        (0.1, 0.2, Answer.CLEAR),
        (0.1, 0.25, Answer.CLEAR),
        (0.2, 0.3, Answer.CANNOT_TELL),
        (0.25, 0.4, Answer.CANNOT_TELL),
        (0.3, 0.4, Answer.PROVEN),
    ):
        one = judge_cases(Estimate(0, "share", low, high), (above,))
        other = judge_cases(Estimate(0, "share", 1 - high, 1 - low), (below,))

        assert one.answer is other.answer is answer
