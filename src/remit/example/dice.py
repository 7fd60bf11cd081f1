"""Chance, drawn in blocks from one seeded generator so that single throws are cheap."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from itertools import chain, repeat
from typing import Any, TypeVar

import numpy as np

T = TypeVar("T")

_BLOCK = 4096


def _endless(throw: Callable[[int], np.ndarray[Any, np.dtype[np.float64]]]) -> Iterator[float]:
    """Single numbers out of blocks of them."""
    return chain.from_iterable(throw(_BLOCK).tolist() for _ in repeat(None))


class Dice:
    """Single throws from a `numpy.random.Generator`; same seed, same throws.

    Attributes:
        generator: What all throws come from; nobody else should use it.
        uniform: Gives a number from 0 up to, not including, 1.
        normal: Gives a standard normal number.
    """

    __slots__ = ("generator", "normal", "uniform")

    def __init__(self, generator: np.random.Generator) -> None:
        """Throw from this generator."""
        self.generator = generator
        self.uniform: Callable[[], float] = _endless(generator.random).__next__
        self.normal: Callable[[], float] = _endless(generator.standard_normal).__next__

    def chance(self, share: float) -> bool:
        """True with this probability."""
        return self.uniform() < share

    def between(self, low: float, high: float) -> float:
        """A number between two others, all equally likely."""
        return low + (high - low) * self.uniform()

    def whole(self, low: int, high: int) -> int:
        """A whole number from `low` to `high`, both included."""
        return low + int(self.uniform() * (high - low + 1))

    def waiting(self, mean: float) -> float:
        """An exponential waiting time of this mean."""
        return -mean * math.log(1.0 - self.uniform())

    def around(self, median: float, spread: float) -> float:
        """A log-normal number with this median and spread of its logarithm."""
        return median * math.exp(spread * self.normal())

    def count(self, mean: float) -> int:
        """A Poisson count of this mean."""
        if mean > 50:  # the product below would underflow
            return int(self.generator.poisson(mean))
        limit, product, found = math.exp(-mean), self.uniform(), 0
        while product > limit:
            product *= self.uniform()
            found += 1
        return found

    def pick(self, options: Sequence[T]) -> T:
        """One of several, all equally likely."""
        return options[int(self.uniform() * len(options))]

    def weighted(self, options: Sequence[T], weights: Sequence[float]) -> T:
        """One of several, by weight."""
        left = self.uniform() * sum(weights)
        for option, weight in zip(options, weights, strict=True):
            left -= weight
            if left < 0:
                return option
        return options[-1]

    def shares(self, mix: Sequence[float], concentration: float) -> list[float]:
        """A mix drawn from the Dirichlet around `mix`; what is 0 stays 0."""
        drawn = [
            float(self.generator.gamma(share * concentration)) if share > 0 else 0.0
            for share in mix
        ]
        total = sum(drawn)
        return [part / total for part in drawn] if total > 0 else list(mix)
