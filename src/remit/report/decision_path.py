"""The way to an answer as a tree: forks with their numbers, what was not taken, and the leaf."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from remit.benchmarks import Benchmark
from remit.charter import fact_kinds
from remit.decide import Known, Recommendation, SegmentDecision, Step, Verdict
from remit.decide.signals import SIGNALS, Cut, Level, Signal, cut_value, exact
from remit.decide.uncertainty import DEPENDS, Branch, outcomes, settled
from remit.report.decided import called, known_as, number, words


@dataclass(frozen=True, slots=True)
class Gauge:
    """What a fork measures, on a scale from nothing up: value, range and limits."""

    value: float
    low: float | None
    high: float | None
    stated: bool
    """Whether the value is stated; else it is the middle of the range."""
    cuts: tuple[tuple[float, str], ...]
    """Each limit, and how it is written."""
    says: str
    """The value as it is written."""

    @property
    def crossed(self) -> bool:
        """Whether the range reaches a limit, so that the level is not sure."""
        low, high = self.low, self.high
        return low is not None and high is not None and any(low < at <= high for at, _ in self.cuts)


@dataclass(frozen=True, slots=True)
class Leaf:
    """Where a path ends."""

    answer: str
    because: str
    rules: tuple[str, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Fork:
    """One question of a path, and what is known about it."""

    signal: str
    asks: str
    facts: tuple[str, ...]
    """Each fact that was looked at, with its value and range; or what is not known."""
    limits: str
    """Where one level ends, in words; empty where the fact is a word."""
    gauge: Gauge | None
    rule: str
    taken: str | None
    """The level that was met, in words; None where it is not known."""
    others: tuple[tuple[str, str], ...]
    """Each level that was not met, and where it would lead with all else as it is."""
    ways: tuple[tuple[str, Fork | Leaf], ...]
    """What comes after: one way where the level is known, else one a level, each in words."""


Node = Fork | Leaf


def path_of(
    segment: SegmentDecision, question: str, day: date, numbers: Mapping[str, Benchmark]
) -> Node:
    """The path of an answer: a chain of forks where all that matters is known, else a tree.

    Questions that are asked whichever way the unknown turns out stand above the first unknown
    one. Unknown facts that cannot change what follows are not branched on.
    """
    grown = _Grown(segment, question, day, numbers)
    return grown.node(segment.at(question).branches, (), {}, frozenset())


@dataclass(frozen=True, slots=True)
class _Grown:
    """What is needed all the way while a tree grows."""

    segment: SegmentDecision
    question: str
    day: date
    numbers: Mapping[str, Benchmark]

    def node(
        self,
        branches: tuple[Branch, ...],
        ahead: tuple[Step, ...] | None,
        assumed: Mapping[str, Level],
        shown: frozenset[str],
    ) -> Node:
        """The tree of some branches, which agree in what is assumed so far."""
        if not ahead:
            ahead = tuple(self._asked_by_all(branches, shown))
        if ahead:
            step = ahead[0]
            rest = self.node(branches, ahead[1:], assumed, shown | {step.signal})
            return self._known(step, rest, assumed)
        if settled(branches) != DEPENDS:
            return self._leaf(branches)
        signal = next(name for name in branches[0].assumed if name not in assumed)
        ways = tuple(
            (
                SIGNALS[signal].says[level],
                self.node(mine, (), {**assumed, signal: level}, shown | {signal}),
            )
            for level in SIGNALS[signal].levels
            if (mine := tuple(b for b in branches if b.assumed.get(signal) == level))
        )
        rule = next(
            (step.rule for b in branches for step in self._steps(b) if step.signal == signal),
            next(iter(SIGNALS[signal].rules), ""),
        )
        return Fork(
            signal,
            SIGNALS[signal].asks,
            (f"Not known: {self._missing(SIGNALS[signal])}",),
            self._limits(SIGNALS[signal]),
            None,
            rule,
            None,
            (),
            ways,
        )

    def _steps(self, branch: Branch) -> tuple[Step, ...]:
        return steps(branch.recommendation, {**self.segment.levels, **branch.assumed})

    def _asked_by_all(self, branches: tuple[Branch, ...], shown: frozenset[str]) -> Iterator[Step]:
        """Forks with the same level in every branch that are not drawn yet."""
        paths = [self._steps(branch) for branch in branches]
        assumed = {name for branch in branches for name in branch.assumed}
        for step in paths[0]:
            if step.signal not in shown | assumed and all(step in path for path in paths[1:]):
                yield step

    def _known(self, step: Step, rest: Node, assumed: Mapping[str, Level]) -> Fork:
        signal = SIGNALS[step.signal]
        here = outcomes(self.question, {**self.segment.levels, **assumed})
        others = []
        for level in signal.levels:
            if level == step.level:
                continue
            there = outcomes(self.question, {**self.segment.levels, **assumed, signal.name: level})
            others.append((signal.says[level], _compared(there, here)))
        return Fork(
            signal.name,
            signal.asks,
            tuple(self._facts(signal)),
            self._limits(signal),
            self._gauge(signal),
            step.rule,
            step.says,
            tuple(others),
            ((step.says, rest),),
        )

    def _leaf(self, branches: tuple[Branch, ...]) -> Leaf:
        told = [branch.recommendation for branch in branches]
        notes = []
        same = len({one.because for one in told}) == 1
        if len(told) > 1:
            notes.append("Whatever else is found out.")
        if any(one.pilot for one in told):
            notes.append("The source is less sure here: try it with one team first [002-37].")
        if same:
            several = _decider(told[0]).answers
            if len(several) > 1 and told[0].answer in several:
                notes.append(f"The source allows {' or '.join(words(a) for a in several)} here.")
        rules = dict.fromkeys(rule for one in told for rule in one.rules)
        return Leaf(told[0].answer, told[0].because if same else "", tuple(rules), tuple(notes))

    def _facts(self, signal: Signal) -> Iterator[str]:
        facts = self.segment.facts
        if signal.word is not None and signal.word in facts:
            yield _bare(facts[signal.word])
            return
        for name in signal.needs:
            if name in facts:
                yield _bare(facts[name])

    def _missing(self, signal: Signal) -> str:
        """Facts that would settle a signal, a word as the other way to say it."""
        lacking = [called(name) for name in signal.needs if name not in self.segment.facts]
        ways = [" and ".join(lacking)] if lacking else []
        if signal.word is not None:
            ways.append(called(signal.word))
        return ", or ".join(ways)

    def _limits(self, signal: Signal) -> str:
        if signal.word is not None and signal.word in self.segment.facts:
            return ""
        said = [
            f"{limit} ({self.numbers[cut.benchmark].at(self.day).source.standing})"
            for cut, _, limit in limits(signal, self.segment.facts, self.day, self.numbers)
        ]
        return ("Limit: " if len(said) == 1 else "Limits: ") + "; ".join(said) if said else ""

    def _gauge(self, signal: Signal) -> Gauge | None:
        facts = self.segment.facts
        if signal.word is not None and signal.word in facts:
            return None
        if signal.top is None or not all(name in facts for name in signal.needs):
            return None
        value = _worth(signal, {name: exact(facts[name].central) for name in signal.needs})
        if value is None:
            return None
        low = high = None
        if not all(facts[name].certain for name in signal.needs):
            corners = [
                worth
                for ends in itertools.product(*(_ends(facts[name]) for name in signal.needs))
                if (worth := _worth(signal, dict(zip(signal.needs, ends, strict=True)))) is not None
            ]
            low, high = float(min(corners)), float(max(corners))
        return Gauge(
            float(value),
            low,
            high,
            all(facts[name].value is not None for name in signal.needs),
            tuple(
                (float(at), _written(signal, at))
                for _, at, _ in limits(signal, facts, self.day, self.numbers)
            ),
            _written(signal, value),
        )


def limits(
    signal: Signal, facts: Mapping[str, Known], day: date, numbers: Mapping[str, Benchmark]
) -> tuple[tuple[Cut, Fraction, str], ...]:
    """Where a signal's levels end in a segment: the cut, its number, and that in words."""
    size = facts["size"].value if "size" in facts else None
    found = []
    for cut in signal.cuts:
        at = cut_value(cut, numbers, day, str(size) if size else None)
        written = _written(signal, at)
        found.append((cut, at, f"{written} or more" if cut.reached else f"more than {written}"))
    return tuple(found)


def steps(recommendation: Recommendation, levels: Mapping[str, Level]) -> tuple[Step, ...]:
    """Every fork on the way to a recommendation, in order: who decided, who narrowed, a tie.

    Args:
        recommendation: Where the way leads.
        levels: The signals it was reached with, the assumed ones among them.
    """
    decider = _decider(recommendation)
    found = list(decider.path)
    for opinion in recommendation.opinions:
        common = set(opinion.verdict.answers) & set(decider.answers)
        narrowed = opinion.standing == "agrees" and 0 < len(common) < len(decider.answers)
        if narrowed or recommendation.tie:
            found += opinion.verdict.path
    if recommendation.tie and "competition" in levels:
        found.append(Step("competition", levels["competition"], SIGNALS["competition"].rules[0]))
    return tuple(
        {step.signal: step for step in reversed(found)}[name]
        for name in dict.fromkeys(step.signal for step in found)
    )


def _decider(recommendation: Recommendation) -> Verdict:
    return next(
        opinion.verdict
        for opinion in recommendation.opinions
        if opinion.framework == recommendation.decided_by
    )


def _compared(there: tuple[Branch, ...], here: tuple[Branch, ...]) -> str:
    """Where another level leads, beside where this one does."""
    answer = settled(there)
    still = "still " if answer == settled(here) else ""
    if answer == DEPENDS:
        return f"{still}open"
    before, after = (any(b.recommendation.pilot for b in way) for way in (here, there))
    if still and before != after:
        pilot = ", with a pilot first" if after else ", without a pilot"
        return f"{still}{words(answer)}{pilot}"
    return f"{still}{words(answer)}"


def _bare(fact: Known) -> str:
    """A fact by its name, with its value and range and without its source."""
    said = known_as(dataclasses.replace(fact, source=""))
    return f"{called(fact.name)} {said}".replace("_", " ")


def _ends(fact: Known) -> tuple[Fraction, ...]:
    if fact.certain or fact.low is None or fact.high is None:
        return (exact(fact.central),)
    return exact(fact.low), exact(fact.high)


def _worth(signal: Signal, values: Mapping[str, Fraction]) -> Fraction | None:
    assert signal.top is not None
    assert signal.bottom is not None
    bottom: Fraction = signal.bottom(values)
    return Fraction(signal.top(values)) / bottom if bottom > 0 else None


def _written(signal: Signal, value: Fraction) -> str:
    """A number as the facts it is made of are written; a ratio of amounts is in per cent."""
    first = signal.needs[0]
    kind = fact_kinds().get(first)
    if len(signal.needs) == 1 or (kind is not None and kind.of == "share"):
        return number(float(value), first)
    return f"{100 * float(value):.1f}".removesuffix(".0") + " %"
