"""Segments as a few facts, and what is recommended for them."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path

import pytest

from remit.benchmarks import with_overrides
from remit.decide import Known
from remit.decide.facts import Value
from remit.decide.uncertainty import Judged, outcomes, settled

DAY = date(2026, 12, 31)
NUMBERS = with_overrides({}, company="Acme")
TRUTH = Path(__file__).parent / "truth"
Row = Mapping[str, str]


def judge(facts: Mapping[str, Value | Known]) -> Judged:
    """A segment of which these facts are known, and nothing else."""
    known = {
        name: fact if isinstance(fact, Known) else Known(name, fact) for name, fact in facts.items()
    }
    return Judged(known, NUMBERS, DAY)


def answer(question: str, facts: Mapping[str, Value | Known]) -> str:
    """The recommendation; `depends` where unknown facts decide."""
    return settled(outcomes(question, judge(facts).levels()))


def value_of(text: str) -> Value:
    """A cell as a fact's value."""
    if text in ("true", "false"):
        return text == "true"
    try:
        return float(text)
    except ValueError:
        return text


def table(name: str) -> list[Row]:
    """The rows of a truth table."""
    with (TRUTH / f"{name}.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def facts_in(row: Row, *names: str) -> dict[str, Value]:
    """The facts that a row states, of these."""
    return {name: value_of(row[name]) for name in names if row[name] != ""}


@pytest.fixture(scope="session")
def recommended() -> Callable[..., str]:
    """What is recommended at a question for some facts."""
    return answer
