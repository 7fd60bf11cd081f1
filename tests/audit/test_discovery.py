"""Many numbers looked at together."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from scipy import stats

from remit.audit import false_discovery
from remit.audit.discovery import chance_at_limit
from remit.terms import Answer, Citation, Estimate, Finding, Limit, Severity, Standing

LIMIT = Limit("x", 0.25, "share", Citation("A book", "", Standing.BENCHMARK))
BELOW = dataclasses.replace(LIMIT, above=False)
Z = float(stats.norm.ppf(0.95))


def look(value: float, error: float, place: int = 0) -> Finding:
    """A share held against at most a quarter."""
    low, high = value - Z * error, value + Z * error
    past = low > LIMIT.value
    return Finding(
        "check", f"subject {place}", Answer.PROVEN if past else Answer.CANNOT_TELL, "It says.", (),
        Severity.RED if past else None, Estimate(value, "share", low, high), LIMIT,
    )  # fmt: skip


def test_one_finding_far_past_its_limit_stands_among_a_hundred_looks() -> None:
    found = false_discovery([look(0.60, 0.02), *(look(0.10, 0.02, n) for n in range(1, 100))])

    assert (found.looked, found.past, found.by_chance) == (100, 1, pytest.approx(5.0))
    assert found.stand == ("check: subject 0",)


def test_one_finding_a_little_past_its_limit_does_not() -> None:
    found = false_discovery([look(0.29, 0.02), *(look(0.10, 0.02, n) for n in range(1, 100))])

    assert found.past == 1
    assert (found.stand, found.fall) == ((), ("check: subject 0",))


def test_what_could_not_be_looked_at_is_no_look() -> None:
    blind = Finding("check", "a", Answer.COULD_NOT_LOOK, "Nothing there.", ())
    plain = Finding("check", "b", Answer.MEASURED, "A number.", (), measured=Estimate(0.3, "share"))

    assert false_discovery([blind, plain]).looked == 0


def test_the_chance_at_a_limit_from_below_looks_at_the_upper_end() -> None:
    assert chance_at_limit(Estimate(0.20, "share", 0.10, 0.25), BELOW) == pytest.approx(0.05)
    assert chance_at_limit(Estimate(0.30, "share", 0.20, 0.40), BELOW) == pytest.approx(0.795, 0.01)
    assert chance_at_limit(Estimate(0.30, "share"), BELOW) is None


def test_at_the_limit_itself_hardly_any_of_what_stands_is_false() -> None:
    chance = np.random.default_rng(1)
    false = 0
    for _ in range(200):
        looks = [look(0.25 + chance.normal(0, 0.02), 0.02, n) for n in range(40)]
        false += bool(false_discovery(looks).stand)

    assert false / 200 <= 0.10
