"""What a framework is: a function from signals to verdicts, with the path it took."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from remit.decide.signals import SIGNALS, Level
from remit.terms import Note

T = TypeVar("T")


@dataclass(frozen=True)
class Framework(Note):
    """Marks a function as a decision framework.

    `answers` are the questions it may answer, `source` the source's id, `asks` what it asks in
    a few words.
    """

    asks: str = ""
    answers: tuple[str, ...] = ()
    source: str = ""
    rules: tuple[str, ...] = ()


@dataclass(frozen=True)
class Follows(Note):
    """Marks a function that follows rules of the sources and is no framework."""

    rules: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """One fork of a path: the question, the level that was met, and the rule that asks it."""

    signal: str
    level: Level
    rule: str

    @property
    def asks(self) -> str:
        """The question in words."""
        return SIGNALS[self.signal].asks

    @property
    def says(self) -> str:
        """The answer in words."""
        return SIGNALS[self.signal].says[self.level]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one framework answers to one question.

    Several `answers` mean that it rules out the others and does not choose between these; none
    means that it speaks of the question and leaves it open.
    """

    question: str
    answers: tuple[str, ...]
    because: str
    """One sentence."""
    rules: tuple[str, ...]
    path: tuple[Step, ...] = ()
    caps_confidence: bool = False
    """Whether the source itself is less sure here, and advises a pilot."""


class Unknown(Exception):  # noqa: N818  not an error: a question that is still open
    """A framework came to a fork whose signal is not known."""

    def __init__(self, signal: str) -> None:
        self.signal = signal
        super().__init__(signal)


@dataclass(slots=True)
class Seen:
    """The levels of the signals, and a note of each one that somebody looked at."""

    levels: Mapping[str, Level]
    met: dict[tuple[str, str], Step] = field(default_factory=dict)
    """Signal and rule of each fork on the way, in order."""

    def at(self, signal: str, rule: str) -> Level:
        """A signal's level, written into the path.

        Raises:
            Unknown: If it is not known.
        """
        if signal not in self.levels:
            raise Unknown(signal)
        if (signal, rule) not in self.met:
            self.met[signal, rule] = Step(signal, self.levels[signal], rule)
        return self.levels[signal]

    def known(self, signal: str) -> bool:
        """Whether a signal's level is known, for forks that can do without it."""
        return signal in self.levels

    def verdict(
        self,
        question: str,
        answers: str | tuple[str, ...],
        because: str,
        *rules: str,
        caps: bool = False,
    ) -> Verdict:
        """A verdict reached by the path so far."""
        several = (answers,) if isinstance(answers, str) else answers
        told = tuple(dict.fromkeys((*rules, *(rule for _, rule in self.met))))
        return Verdict(question, several, because, told, tuple(self.met.values()), caps)


def branches(
    levels: Mapping[str, Level], run: Callable[[Mapping[str, Level]], T]
) -> Iterator[tuple[Mapping[str, Level], T]]:
    """What comes out for each way in which the unknown signals could turn out.

    Only signals that are met on the way are branched on, so that what cannot matter is never
    asked.

    Args:
        levels: The known signals.
        run: Raises `Unknown` where it needs another.

    Returns:
        The assumed levels of unknown signals, and the outcome under them.
    """
    try:
        outcome = run(levels)
    except Unknown as unknown:
        for level in SIGNALS[unknown.signal].levels:
            for assumed, outcome in branches({**levels, unknown.signal: level}, run):
                yield {unknown.signal: level, **assumed}, outcome
    else:
        yield {}, outcome
