"""Deciding every segment of a charter."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from remit.charter import Boundary, Charter, owners, structure
from remit.charter.boundaries import ANSWERS
from remit.charter.market import covers
from remit.charter.ownership import segments_of
from remit.charter.positions import Positioned
from remit.charter.statements import Decision
from remit.decide.break_even import BreakEven, break_even
from remit.decide.facts import Known, Measured, Value, known
from remit.decide.mitigations import Mitigation, mitigations
from remit.decide.recommend import QUESTIONS
from remit.decide.signals import Level
from remit.decide.uncertainty import (
    DEPENDS,
    Ask,
    Branch,
    Flip,
    Judged,
    PairFlip,
    outcomes,
    settled,
)

if TYPE_CHECKING:
    from remit.decide.draws import Draws

DRAWS = 2000
"""Joint draws of the uncertain facts: a share of them is then sure to about two per cent."""


@dataclass(frozen=True, slots=True)
class Answered:
    """What is recommended at one question, how sure that is and what would change it."""

    question: str
    answer: str
    """`depends` where facts that are not known decide; then see `branches` and `asks`."""
    branches: tuple[Branch, ...]
    """One where nothing unknown matters; else one a way in which the unknown could turn out."""
    shares: Mapping[str, float]
    """How often joint draws of the stated ranges give each answer."""
    flips: tuple[Flip, ...]
    pair: PairFlip | None
    asks: tuple[Ask, ...]
    declared: str | None = None
    """How the charter runs it today; None where that cannot be told."""
    decision: Decision | None = None
    """What the company decided to run, whatever the advice."""
    mitigations: tuple[Mitigation, ...] = ()
    """Where another model is run than is advised: what the sources say to do about it."""


@dataclass(frozen=True, slots=True)
class SegmentDecision:
    """All that was decided about one segment."""

    segment: str
    facts: Mapping[str, Known]
    levels: Mapping[str, Level]
    answers: tuple[Answered, ...]
    break_even: BreakEven | None
    """remit's own cross-check on AE | AM; it never votes."""
    measured: Mapping[str, Measured] = field(default_factory=dict)
    """All that evidence was asked about the segment, with the reasons for what it cannot tell;
    empty where nobody looked."""

    def at(self, question: str) -> Answered:
        """What is recommended at one question."""
        return next(answer for answer in self.answers if answer.question == question)


@dataclass(frozen=True, slots=True)
class Decided:
    """All that was decided for a charter."""

    company: str
    day: date
    segments: tuple[SegmentDecision, ...]
    draws: int
    seed: int


def decide(
    charter: Charter,
    *,
    day: date,
    segments: tuple[str, ...] | None = None,
    questions: tuple[str, ...] = tuple(QUESTIONS),
    replaced: Mapping[str, Value] | None = None,
    measured: Mapping[str, Mapping[str, Measured]] | None = None,
    read: Positioned | None = None,
    draws: int = DRAWS,
    seed: int = 0,
    flips: bool = True,
) -> Decided:
    """Answer every question for every segment.

    Args:
        charter: The organisation, with what it knows of its segments.
        day: Numbers in force and headcounts are those of this day.
        segments: Only these.
        questions: Only these.
        replaced: Facts to take instead of what is stated.
        measured: What evidence tells, by segment and fact; see `measured.measured_facts`.
        read: The charter's file as it was read, for the lines that state the facts.
        draws: How many joint draws of the uncertain facts; 0 takes the central values alone.
        seed: Same seed, same draws.
        flips: Whether to look for what would change each answer.
    """
    numbers = charter.numbers()
    found = []
    cells = owners(charter)
    for place, segment in enumerate(segments or segments_of(charter)):
        seen = (measured or {}).get(segment, {})
        facts = known(charter, segment, day, replaced, seen, read)
        judged = Judged(facts, numbers, day)
        run_today = structure(charter, segment, cells)
        drawn = _drawn(judged, draws, [seed, place]) if draws else None
        found.append(
            SegmentDecision(
                segment,
                facts,
                judged.levels(),
                tuple(
                    _answered(charter, segment, question, judged, drawn, run_today, flips=flips)
                    for question in questions
                ),
                break_even(facts, numbers, day),
                seen,
            )
        )
    return Decided(charter.company, day, tuple(found), draws, seed)


def _drawn(judged: Judged, draws: int, seed: list[int]) -> Draws:
    import numpy as np

    from remit.decide.draws import Draws

    return Draws(judged, draws, np.random.default_rng(seed))


def _post(charter: Charter, segment: str, question: str) -> str | None:
    """Whether somebody holds the post a question is about, as the charter says."""

    def there(kind: str) -> bool:
        return any(covers(charter.roles[role].segments, segment) for role in charter.kinds(kind))

    if question == "first_manager":
        return "hire" if there("sales manager") else "wait"
    if question == "sales_leader":
        return "CRO" if there("CRO") else "VP Sales" if there("VP Sales") else None
    works = {
        charter.roles[role].works
        for role in charter.kinds("AE", "AE/AM")
        if covers(charter.roles[role].segments, segment)
    }
    return works.pop() if len(works) == 1 else None


def _answered(
    charter: Charter,
    segment: str,
    question: str,
    judged: Judged,
    drawn: Draws | None,
    run_today: Mapping[Boundary, str | None],
    *,
    flips: bool,
) -> Answered:
    found = outcomes(question, judged.levels())
    answer = settled(found)
    declared = (
        run_today[question]  # type: ignore[index]
        if question in ANSWERS
        else _post(charter, segment, question)
    )
    decision = next(
        (
            stated
            for stated in charter.decisions
            if stated.boundary == question and stated.segment in (None, segment)
        ),
        None,
    )
    run = decision.run if decision is not None else declared
    return Answered(
        question,
        answer,
        found,
        judged.shares(question, drawn) if drawn is not None else {answer: 1.0},
        judged.flips(question) if flips else (),
        judged.pair(question) if flips and answer != DEPENDS else None,
        judged.asks(question),
        declared,
        decision,
        mitigations(charter, segment, question, answer, run),
    )
