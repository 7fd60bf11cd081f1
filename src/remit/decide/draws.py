"""Joint draws of a segment's uncertain facts.

NumPy is imported where something is drawn: without it half the start-up is saved.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from remit.decide.facts import Known
from remit.decide.signals import SIGNALS, Level, Signal, as_level
from remit.decide.uncertainty import Judged

if TYPE_CHECKING:
    import numpy as np


class Draws:
    """Many joint draws of a segment's uncertain facts, as levels of the signals."""

    def __init__(self, judged: Judged, n: int, rng: np.random.Generator) -> None:
        self.n = n
        facts = {name: _drawn(fact, n, rng) for name, fact in judged.facts.items()}
        self._levels = {
            name: place
            for name, signal in SIGNALS.items()
            if (place := _places(signal, judged, facts)) is not None
        }

    def combinations(self, names: Iterable[str]) -> Iterator[tuple[Mapping[str, Level], int]]:
        """Each combination of these signals' levels that came up, and how often."""
        import numpy as np

        known = [name for name in names if name in self._levels]
        if not known:
            yield {}, self.n
            return
        code = np.zeros(self.n, dtype=np.int64)
        for name in known:
            code = code * (len(SIGNALS[name].levels) + 1) + self._levels[name] + 1
        for value, count in zip(*np.unique(code, return_counts=True), strict=True):
            levels, rest = {}, int(value)
            for name in reversed(known):
                rest, place = divmod(rest, len(SIGNALS[name].levels) + 1)
                if place:
                    levels[name] = SIGNALS[name].levels[place - 1]
            yield levels, int(count)


def _drawn(fact: Known, n: int, rng: np.random.Generator) -> object:
    """Draws of a fact: triangular around its value, or even over its range without one."""
    if fact.certain or fact.low is None or fact.high is None:
        return fact.central
    if fact.value is None or not fact.low <= float(fact.value) <= fact.high:
        return rng.uniform(fact.low, fact.high, n)
    return rng.triangular(fact.low, float(fact.value), fact.high, n)


def _places(signal: Signal, judged: Judged, facts: Mapping[str, object]) -> np.ndarray | None:
    """The place of a signal's level in each draw; -1 where a ratio has no bottom."""
    import numpy as np

    n = max((len(v) for v in facts.values() if isinstance(v, np.ndarray)), default=1)
    if signal.word is not None and signal.word in facts:
        level = as_level(signal, facts[signal.word])
        return np.full(1, signal.levels.index(level))
    if signal.top is None or signal.bottom is None or not all(x in facts for x in signal.needs):
        return None
    values = {name: facts[name] for name in signal.needs}
    if not any(isinstance(value, np.ndarray) for value in values.values()):
        level_at = judged.levels().get(signal.name)
        return None if level_at is None else np.full(1, signal.levels.index(level_at))
    top = np.broadcast_to(np.asarray(signal.top(values), dtype=float), n)
    bottom = np.broadcast_to(np.asarray(signal.bottom(values), dtype=float), n)
    place = np.zeros(n, dtype=np.int64)
    for cut, at in zip(signal.cuts, judged.cuts[signal.name], strict=True):
        place += top >= float(at) * bottom if cut.reached else top > float(at) * bottom
    return np.where(bottom > 0, place, -1)
