"""Which fact to ask for next: the one that takes away most doubt, and never an idle one."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

from remit.decide.recommend import QUESTIONS
from remit.decide.signals import SIGNALS, Level
from remit.decide.uncertainty import DEPENDS, Ask, Judged, outcomes

INSTEAD: Mapping[str, str] = MappingProxyType(
    {
        "landed": "new_logo_potential",
        "landed_by_value": "new_logo_potential",
        "first_sale": "first_sale_share",
    }
)
"""A fact that does the work of a signal whose own facts are not known."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """The next fact to ask for."""

    signal: str
    """The signal it is asked for."""
    fact: str
    word: str | None
    """Another fact that says the same in a word, for somebody who has no number."""
    questions: tuple[str, ...]
    """Whose answers it can change."""
    gain: float
    """Bits of doubt that it takes away, over all these questions."""


def wanted(
    judged: Judged, questions: Iterable[str], declined: Collection[str] = frozenset()
) -> Wanted | None:
    """The fact to ask for next; None once nothing that somebody may know can change an answer.

    A fact counts by the signal it tells most about at each question, summed over the questions. Of
    equal ones, a signal of which one fact is known comes first, then what takes fewer facts.

    Args:
        judged: What is known.
        questions: The answers that matter.
        declined: Facts that were asked for and are not known to whoever answers.
    """
    gains: dict[str, dict[str, float]] = {}
    reached: dict[str, list[tuple[bool, int, str, str | None]]] = {}
    for question in questions:
        for ask in _telling(judged, question):
            fact, word = _fact_for(ask.signal, judged, declined)
            if fact is None:
                continue
            of_fact = gains.setdefault(fact, {})
            of_fact[question] = max(of_fact.get(question, 0.0), ask.gain)
            reached.setdefault(fact, []).append((*_to_go(ask.signal, judged), ask.signal, word))
    found = []
    for fact, of_fact in gains.items():
        fresh, left, signal, word = min(reached[fact], key=lambda one: one[:2])
        gain = round(sum(of_fact.values()), 6)
        found.append((-gain, fresh, left, Wanted(signal, fact, word, tuple(of_fact), gain)))
    return min(found, key=lambda one: one[:3])[3] if found else None


@lru_cache(maxsize=len(QUESTIONS))
def _telling(judged: Judged, question: str) -> tuple[Ask, ...]:
    """What is unknown and can change an answer; kept for as long as nothing more is known."""
    levels = judged.levels()
    return tuple(
        ask
        for ask in judged.asks(question)
        if ask.gain > 0 or can_change(question, ask.signal, levels)
    )


def _to_go(name: str, judged: Judged) -> tuple[bool, int]:
    """Whether none of a signal's facts is known yet, and how many are not."""
    needs = SIGNALS[name].needs
    left = sum(need not in judged.facts for need in needs)
    return left == len(needs), left


def can_change(question: str, signal: str, levels: Mapping[str, Level]) -> bool:
    """Whether the answer is not the same for every level of a signal, all else alike.

    All else is every way in which the other unknown signals could turn out.

    >>> can_change("sdr_ae", "playbook", {"coverage": "thin"})
    True
    >>> can_change("sdr_ae", "playbook", {"coverage": "enough"})
    False
    """
    if signal in levels:
        return False
    first, *others = (
        outcomes(question, {**levels, signal: level}) for level in SIGNALS[signal].levels
    )
    return any(
        one.recommendation.answer != other.recommendation.answer
        and all(other.assumed.get(name, level) == level for name, level in one.assumed.items())
        for branches in others
        for one in first
        for other in branches
    )


def answers(judged: Judged, questions: Iterable[str]) -> Mapping[str, str]:
    """The answer to each question; `depends` where it is open."""
    return {question: judged.answer(question, judged.levels()) for question in questions}


def open_among(given: Mapping[str, str]) -> tuple[str, ...]:
    """The questions whose answers depend on what is not known."""
    return tuple(question for question, answer in given.items() if answer == DEPENDS)


def _fact_for(
    name: str, judged: Judged, declined: Collection[str]
) -> tuple[str | None, str | None]:
    """The fact to ask for so that a signal becomes known, and the word that would do as well."""
    signal = SIGNALS[name]

    def may_ask(fact: str | None) -> bool:
        return fact is not None and fact not in judged.facts and fact not in declined

    word = signal.word if may_ask(signal.word) else None
    missing = [need for need in signal.needs if need not in judged.facts]
    if missing and not set(missing) & set(declined):
        return missing[0], word
    if word is not None:
        return word, None
    instead = INSTEAD.get(name)
    return (instead, None) if may_ask(instead) else (None, None)
