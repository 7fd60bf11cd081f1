"""Two audits of one company."""

from __future__ import annotations

import dataclasses
from datetime import timedelta

import pytest

from remit.audit import Audit, Became, compared
from remit.terms import Answer, Citation, Estimate, Finding, Limit, Severity, Standing
from tests.report.conftest import audit_by_hand

LIMIT = Limit("x", 0.25, "share", Citation("A book", "", Standing.BENCHMARK))


def held(answer: Answer, value: float, severity: Severity | None = None, **more: object) -> Finding:
    """One subject held against at most a quarter, with an interval of four points."""
    measured = Estimate(value, "share", value - 0.02, value + 0.02)
    return dataclasses.replace(
        Finding("check", "roles.ae", answer, "It says.", (), severity, measured, LIMIT), **more
    )


def at(*findings: Finding, later: int = 0) -> Audit:
    """An audit that found just these."""
    made = audit_by_hand()
    day = made.as_of + timedelta(days=later)
    return dataclasses.replace(made, as_of=day, findings=findings)


RED, AMBER = Severity.RED, Severity.AMBER
OPEN = Estimate(0.4, "share", 0.38, None)
"""A number whose upper end nobody knows."""


@pytest.mark.parametrize(
    ("before", "after", "became"),
    [
        (held(Answer.CLEAR, 0.1), held(Answer.PROVEN, 0.4, RED), Became.NEW),
        (held(Answer.PROVEN, 0.4, RED), held(Answer.CLEAR, 0.1), Became.RESOLVED),
        (held(Answer.INDICATED, 0.3, AMBER), held(Answer.PROVEN, 0.4, RED), Became.WORSE),
        (held(Answer.PROVEN, 0.4, RED), held(Answer.INDICATED, 0.3, AMBER), Became.BETTER),
        (held(Answer.PROVEN, 0.3, RED), held(Answer.PROVEN, 0.4, RED), Became.WORSE),
        (held(Answer.PROVEN, 0.4, RED), held(Answer.PROVEN, 0.3, RED), Became.BETTER),
        (held(Answer.PROVEN, 0.40, RED), held(Answer.PROVEN, 0.42, RED), Became.STAYED),
        (held(Answer.PROVEN, 0.42, RED), held(Answer.PROVEN, 0.40, RED), Became.STAYED),
        (held(Answer.PROVEN, 0.3, RED), held(Answer.PROVEN, 0.4, RED, measured=OPEN), Became.WORSE),
        (held(Answer.CLEAR, 0.1), held(Answer.CANNOT_TELL, 0.25), Became.QUIET),
        (held(Answer.PROVEN, 0.4, RED), held(Answer.CANNOT_TELL, 0.25), Became.NOT_COMPARABLE),
        (held(Answer.COULD_NOT_LOOK, 0.4), held(Answer.PROVEN, 0.4, RED), Became.NOT_COMPARABLE),
    ],
)
def test_what_became_of_a_subject(before: Finding, after: Finding, became: Became) -> None:
    (change,) = compared(at(before), at(after, later=90))

    assert change.became is became


def test_a_subject_shown_on_one_day_only_gives_away_no_number() -> None:
    merged = held(Answer.PROVEN, 0.4, RED, about="roles.small roles")

    changes = compared(at(held(Answer.CLEAR, 0.1)), at(merged, later=90))

    assert {c.became for c in changes} == {Became.NOT_COMPARABLE}
    assert all(c.before is None and c.after is None for c in changes)


def test_a_limit_that_moved_is_said_and_another_level_of_it_is_none() -> None:
    moved = dataclasses.replace(LIMIT, value=0.30)
    milder = dataclasses.replace(LIMIT, value=0.20, level="amber")
    before = held(Answer.PROVEN, 0.4, RED)

    (one,) = compared(at(before), at(held(Answer.PROVEN, 0.4, RED, limit=moved), later=1))
    (other,) = compared(at(before), at(held(Answer.INDICATED, 0.4, AMBER, limit=milder), later=1))

    assert (one.limit_moved, other.limit_moved) == (True, False)


def test_days_in_the_wrong_order_and_two_companies_are_refused() -> None:
    with pytest.raises(ValueError, match="is later than"):
        compared(at(later=1), at())
    with pytest.raises(ValueError, match="cannot be compared"):
        compared(at(), dataclasses.replace(at(), company="Another"))
