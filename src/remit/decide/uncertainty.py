"""How sure a recommendation is, what would change it, and what is worth finding out first."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import cache, lru_cache, partial
from typing import TYPE_CHECKING

from remit.benchmarks import Benchmark
from remit.charter import fact_kinds
from remit.decide.facts import Known, Value
from remit.decide.framework import branches
from remit.decide.recommend import DECIDES, GUIDED, Recommendation, recommend, verdict_of
from remit.decide.signals import SIGNALS, Level, Signal, cuts_of, exact, level_of, signals

if TYPE_CHECKING:
    from remit.decide.draws import Draws


@dataclass(frozen=True, slots=True)
class Branch:
    """What is recommended if the unknown signals are what `assumed` says."""

    assumed: Mapping[str, Level]
    recommendation: Recommendation


@dataclass(frozen=True, slots=True)
class Flip:
    """How far one fact alone must move for the answer to change."""

    fact: str
    at: Value
    """The value at which it changes; a word for a fact that is a word."""
    now: Value
    answer: str
    """The answer on the far side; `depends` where that depends on unknown facts."""
    side: str
    """`from` (at it and above), `above`, `below`, `to` (at it and below), or `is`."""
    within_range: bool
    """Whether the range in which the fact lies reaches that far."""


@dataclass(frozen=True, slots=True)
class PairFlip:
    """The two facts which together change the answer by the least move, neither alone."""

    first: tuple[str, Value]
    second: tuple[str, Value]
    answer: str


@dataclass(frozen=True, slots=True)
class Ask:
    """Something unknown that could change the answer."""

    signal: str
    facts: tuple[str, ...]
    """Facts that would settle it."""
    gain: float
    """Bits of doubt it takes away, if every level is as likely as the next."""


DEPENDS = "depends"
"""Stands for an answer that unknown facts decide."""


def outcomes(question: str, levels: Mapping[str, Level]) -> tuple[Branch, ...]:
    """The recommendation for every way in which the unknown signals could turn out."""
    found = branches(levels, lambda known: recommend(question, known))
    return tuple(Branch(assumed, recommendation) for assumed, recommendation in found)


def settled(found: Iterable[Branch]) -> str:
    """The one answer of all branches, or `depends`."""
    answers = {branch.recommendation.answer for branch in found}
    return answers.pop() if len(answers) == 1 else DEPENDS


@lru_cache(maxsize=100_000)
def _settled(question: str, levels: frozenset[tuple[str, Level]]) -> str:
    return settled(outcomes(question, dict(levels)))


@dataclass(eq=False)
class Judged:
    """The facts of one segment with everything needed to ask what would follow from others."""

    facts: Mapping[str, Known]
    numbers: Mapping[str, Benchmark]
    day: date

    def __post_init__(self) -> None:
        size = self.facts["size"].value if "size" in self.facts else None
        self.size = str(size) if size else None
        self.cuts = {
            name: cuts_of(signal, self.numbers, self.day, self.size)
            for name, signal in SIGNALS.items()
        }
        self._levels = signals(self.facts, self.numbers, self.day)
        self._level: dict[tuple[str, tuple[object, ...]], Level | None] = {}
        self._moved: dict[tuple[str, object], Mapping[str, Level]] = {}
        self._ends: dict[tuple[str, str], tuple[Fraction, ...]] = {}
        self._flips: dict[str, tuple[Flip, ...]] = {}

    def levels(self, **replaced: Known) -> Mapping[str, Level]:
        """The signals at the central values, some facts replaced.

        Only signals that look at a replaced fact are worked out again.
        """
        if not replaced:
            return self._levels
        if "size" in replaced:  # what a full team is differs by it
            return signals({**self.facts, **replaced}, self.numbers, self.day)
        found = dict(self._levels)
        for name in dict.fromkeys(n for fact in replaced for n in _looking_at(fact)):
            mine = tuple(_told(replaced.get(fact)) for fact in _facts_of(name))
            if (name, mine) not in self._level:
                facts = {**self.facts, **replaced}
                self._level[name, mine] = level_of(SIGNALS[name], facts, self.cuts[name])
            level = self._level[name, mine]
            if level is None:
                found.pop(name, None)
            else:
                found[name] = level
        return found

    def answer(self, question: str, levels: Mapping[str, Level]) -> str:
        """The settled answer for some levels; each set of levels is worked out once."""
        relevant = frozenset((n, levels[n]) for n in signals_of(question) if n in levels)
        return _settled(question, relevant)

    def shares(self, question: str, draws: Draws) -> Mapping[str, float]:
        """How often joint draws of the uncertain facts give each answer, `depends` included."""
        counted: dict[str, int] = {}
        for levels, count in draws.combinations(signals_of(question)):
            answer = self.answer(question, levels)
            counted[answer] = counted.get(answer, 0) + count
        return {
            answer: count / draws.n
            for answer, count in sorted(counted.items(), key=lambda pair: -pair[1])
        }

    def flips(self, question: str) -> tuple[Flip, ...]:
        """For each fact alone, the nearest values on either side at which the answer changes."""
        if question in self._flips:
            return self._flips[question]
        now = self.answer(question, self.levels())
        found = []
        for fact in self.facts.values():
            if any(fact.name in SIGNALS[signal].facts for signal in signals_of(question)):
                found += list(self._flips_of(question, fact, now))
        found.sort(key=lambda flip: (not flip.within_range, _move(flip)))
        self._flips[question] = tuple(found)
        return self._flips[question]

    def _flips_of(self, question: str, fact: Known, now: str) -> Iterator[Flip]:
        central = fact.central
        if isinstance(central, (str, bool)):
            for other in _words(fact.name):
                if other != central:
                    answer = self._with(question, fact.name, other)
                    if answer != now:
                        yield Flip(fact.name, other, central, answer, "is", within_range=False)
            return
        at = exact(central)
        points = sorted({*self._cuts_for(question, fact.name)})
        for up in (True, False):
            ahead = [p for p in points if (p >= at if up else p <= at)]
            for flip in self._walk(question, fact, ahead if up else ahead[::-1], at, now, up=up):
                yield flip
                break

    def _walk(
        self,
        question: str,
        fact: Known,
        points: list[Fraction],
        at: Fraction,
        now: str,
        *,
        up: bool,
    ) -> Iterator[Flip]:
        """The cuts on one side, nearest first: on each, and just past it."""
        for place, point in enumerate(points):
            beyond = points[place + 1] if place + 1 < len(points) else None
            past = _between(point, beyond, up=up)
            for value, side in (
                (point, "from" if up else "to"),
                (past, "above" if up else "below"),
            ):
                if value == at or not _possible(fact.name, value):
                    continue
                answer = self._with(question, fact.name, value)
                if answer != now:
                    inside = (
                        fact.low is not None
                        and fact.high is not None
                        and (exact(fact.low) <= point <= exact(fact.high))
                    )
                    yield Flip(fact.name, float(point), float(at), answer, side, inside)
                    return

    def _cuts_for(self, question: str, fact: str) -> Iterator[Fraction]:
        """Every value of a fact at which a signal's level ends, the others held where they are.

        Top and bottom of a signal change by equal steps with each fact, so two points of each
        give the line, and the line the value.
        """
        for name in signals_of(question):
            if fact in SIGNALS[name].needs:
                if (name, fact) not in self._ends:
                    self._ends[name, fact] = tuple(self._ends_of(SIGNALS[name], fact))
                yield from self._ends[name, fact]

    def _ends_of(self, signal: Signal, fact: str) -> Iterator[Fraction]:
        if not all(need in self.facts for need in signal.needs):
            return
        if signal.word is not None and signal.word in self.facts:
            return
        assert signal.top is not None
        assert signal.bottom is not None
        held = {need: exact(self.facts[need].central) for need in signal.needs}
        (t0, t1), (b0, b1) = (
            (side({**held, fact: Fraction(0)}), side({**held, fact: Fraction(1)}))
            for side in (signal.top, signal.bottom)
        )
        for cut in self.cuts[signal.name]:
            slope = (t1 - t0) - cut * (b1 - b0)
            if slope != 0:
                yield (cut * b0 - t0) / slope

    def _with(self, question: str, fact: str, value: object) -> str:
        stated = value if isinstance(value, (str, bool)) else None
        moved = (
            Known(fact, stated) if stated is not None else Known(fact, value)  # type: ignore[arg-type]
        )
        return self.answer(question, self.levels(**{fact: moved}))

    def pair(self, question: str) -> PairFlip | None:
        """The pair of facts whose least joint move changes the answer, where neither alone does.

        A move is measured in parts of the fact's value; a change of word counts as a whole one.
        """
        now = self.answer(question, self.levels())
        alone = {(flip.fact) for flip in self.flips(question)}
        names = [
            name
            for name in self.facts
            if name not in alone
            and any(name in SIGNALS[signal].facts for signal in signals_of(question))
        ]
        moves = {
            name: [
                (self._size(name, value), Known(name, _plain(value)))
                for value in self._moves(question, name)
            ]
            for name in names
        }
        best: tuple[float, PairFlip] | None = None
        for one, other in itertools.combinations(names, 2):
            for (near, a), (far, b) in itertools.product(moves[one], moves[other]):
                if best is not None and near + far >= best[0]:
                    continue
                answer = self.answer(question, self._both(one, a, other, b))
                if answer != now:
                    assert a.value is not None
                    assert b.value is not None
                    pair = PairFlip((one, a.value), (other, b.value), answer)
                    best = (near + far, pair)
        return best[1] if best is not None else None

    def _both(self, one: str, a: Known, other: str, b: Known) -> Mapping[str, Level]:
        """The signals with two facts replaced; put together from each alone where they can be."""
        if "size" in (one, other) or not {*_looking_at(one)}.isdisjoint(_looking_at(other)):
            return self.levels(**{one: a, other: b})
        found = dict(self._alone(one, a))
        with_other = self._alone(other, b)
        for signal in _looking_at(other):
            found.pop(signal, None)
            if signal in with_other:
                found[signal] = with_other[signal]
        return found

    def _alone(self, fact: str, moved: Known) -> Mapping[str, Level]:
        key = (fact, moved.value)
        if key not in self._moved:
            self._moved[key] = self.levels(**{fact: moved})
        return self._moved[key]

    def _moves(self, question: str, fact: str) -> list[Value | Fraction]:
        central = self.facts[fact].central
        if isinstance(central, (str, bool)):
            return [word for word in _words(fact) if word != central]
        points = sorted({*self._cuts_for(question, fact)})
        past = [
            value
            for place, point in enumerate(points)
            for value in (
                point,
                _between(point, points[place + 1] if place + 1 < len(points) else None, up=True),
                _between(point, points[place - 1] if place else None, up=False),
            )
        ]
        return [value for value in past if _possible(fact, value)]

    def _size(self, fact: str, value: Value | Fraction) -> float:
        central = self.facts[fact].central
        if isinstance(central, (str, bool)) or isinstance(value, (str, bool)):
            return 1.0
        return abs(float(value) - float(central)) / (abs(float(central)) or 1.0)

    def asks(self, question: str) -> tuple[Ask, ...]:
        """What is unknown and could change the answer, what tells most first."""
        levels = self.levels()
        found = outcomes(question, levels)
        if settled(found) != DEPENDS:
            return ()
        unknown = dict.fromkeys(name for branch in found for name in branch.assumed)
        doubt = _doubt(question, levels)
        asks = []
        for name in unknown:
            signal = SIGNALS[name]
            left = [_doubt(question, {**levels, name: level}) for level in signal.levels]
            gain = doubt - sum(left) / len(left)
            missing = tuple(fact for fact in signal.facts if fact not in self.facts)
            asks.append(Ask(name, missing, round(max(gain, 0.0), 6)))
        return tuple(sorted(asks, key=lambda ask: -ask.gain))


def _told(fact: Known | None) -> object:
    """What tells one replaced fact from another: its value, which is quicker than all of it."""
    return fact if fact is None or fact.value is None else fact.value


@cache
def _facts_of(signal: str) -> tuple[str, ...]:
    return SIGNALS[signal].facts


@cache
def _looking_at(fact: str) -> tuple[str, ...]:
    """Signals that a fact can decide."""
    return tuple(name for name, signal in SIGNALS.items() if fact in signal.facts)


def _plain(value: Value | Fraction) -> Value:
    return float(value) if isinstance(value, Fraction) else value


def _words(fact: str) -> list[Value]:
    kind = fact_kinds().get(fact)
    if kind is not None:
        return list(kind.of) if isinstance(kind.of, tuple) else []
    signal = next((s for s in SIGNALS.values() if s.word == fact), None)
    if signal is None:
        return []
    return [True, False] if signal.levels == ("no", "yes") else list(signal.levels)


def _possible(fact: str, value: Value | Fraction) -> bool:
    """Whether a fact can have such a value at all."""
    if isinstance(value, (str, bool)):
        return True
    kind = fact_kinds().get(fact)
    return value >= 0 and (kind is None or kind.of != "share" or value <= 1)


def _between(point: Fraction, beyond: Fraction | None, *, up: bool) -> Fraction:
    """A value past a cut and before the next one."""
    step = abs(point) / 1_000_000 or Fraction(1, 1_000_000)
    if beyond is not None and beyond != point:
        step = min(step, abs(beyond - point) / 2)
    return point + step if up else point - step


def _move(flip: Flip) -> float:
    if isinstance(flip.at, (str, bool)) or isinstance(flip.now, (str, bool)):
        return 1.0
    return abs(flip.at - flip.now) / (abs(flip.now) or 1.0)


def _doubt(question: str, levels: Mapping[str, Level]) -> float:
    """Bits of doubt about the answer, every level of an unknown signal as likely as the next."""
    weights: dict[str, float] = {}
    for branch in outcomes(question, levels):
        weight = math.prod(1 / len(SIGNALS[name].levels) for name in branch.assumed)
        answer = branch.recommendation.answer
        weights[answer] = weights.get(answer, 0.0) + weight
    return -sum(w * math.log2(w) for w in weights.values() if w > 0)


@cache
def signals_of(question: str) -> tuple[str, ...]:
    """The signals that can ever be met on the way to a question's answer."""
    seen: dict[str, None] = {}
    asked = [(framework, question) for framework in DECIDES[question]]
    if question in GUIDED:  # a tie about AE and AM moves the questions after it as well
        asked += [(framework, "ae_am") for framework in DECIDES["ae_am"]]
    for framework, of in asked:
        for assumed, _ in branches({}, partial(verdict_of, framework, of)):
            for name in assumed:
                seen.setdefault(name)
    for name in _OPTIONAL if question in GUIDED else ():
        seen.setdefault(name)
    return tuple(seen)


_OPTIONAL = (
    "new_segment",
    "staffing",
    "managers",
    "new_logo_word",
    "first_sale_share",
    "competition",
)
"""Signals of the guided questions that are used where they are known, and those of a tie."""
