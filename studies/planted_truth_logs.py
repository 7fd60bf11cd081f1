"""Small logs with a known truth: does the interval of a share of time hold it as often as it says?

People's shares are drawn from a Dirichlet around their role's, a month moves everybody's alike, a
week is drawn around the person's, and of its pieces of work only some are recorded, by the
person's habit. Logging favours no kind of work here: what remains is chance, which is all that the
interval speaks of.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from remit.measures.intervals import Draws, drawn_shares, shares

PEOPLE = (5, 6, 8, 12, 20)
WEEKS = (8, 13, 26, 52)
FUNCTIONS = 6
WEEK = 40 * 60.0
PIECE = 15.0
"""Mean length of a piece of work (minutes)."""

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Log:
    """One log: how small, what was true, and what the interval said.

    `role` is the share that people of this kind come out at, over all people and months that
    might have been; `done` is what these people did in these weeks, recorded or not.
    """

    seed: int
    people: int
    weeks: int
    coverage: float
    role: float
    done: float
    value: float
    low: float
    high: float

    def row(self) -> dict[str, Any]:
        """As a line of the file."""
        return {k: round(v, 5) if isinstance(v, float) else v for k, v in asdict(self).items()}

    @classmethod
    def of(cls, row: dict[str, Any]) -> Log:
        """From a line of the file."""
        return cls(**row)


def one_log(seed: int) -> Log:
    """Draw a log and estimate the share of its first function, as the audit does."""
    chance = np.random.default_rng([seed, 4_711])
    people = PEOPLE[seed % len(PEOPLE)]
    weeks = WEEKS[seed // len(PEOPLE) % len(WEEKS)]
    share = float(chance.uniform(0.08, 0.5))
    mix = np.concatenate([[share], (1 - share) * chance.dirichlet(np.full(FUNCTIONS - 1, 5.0))])
    alike = float(np.exp(chance.uniform(np.log(40), np.log(300))))
    steady = float(np.exp(chance.uniform(np.log(15), np.log(100))))
    season = float(chance.uniform(0.0, 0.15))
    coverage = float(chance.uniform(0.15, 0.6))
    habits = float(chance.uniform(0.05, 0.35))

    person = _dirichlet(chance, np.broadcast_to(mix, (people, FUNCTIONS)), alike)
    month = np.exp(season * chance.standard_normal((-(-weeks // 4), FUNCTIONS)))
    moved = person[:, None, :] * np.repeat(month, 4, axis=0)[None, :weeks]
    moved /= moved.sum(axis=2, keepdims=True)
    weekly = _dirichlet(chance, moved, steady)
    there = (chance.random((people, weeks)) > 0.1).astype(float)
    spent = weekly * there[:, :, None] * WEEK
    habit = np.exp(habits * chance.standard_normal(people) - habits**2 / 2)
    pieces = chance.poisson(spent * np.minimum(0.97, coverage * habit)[:, None, None] / PIECE)
    minutes = chance.gamma(2.0 * np.maximum(pieces, 1e-9), PIECE / 2.0) * (pieces > 0)
    working = np.full((people, weeks), WEEK)

    point = shares(minutes.sum(axis=1), working.sum(axis=1))
    low, high = _interval(minutes, working, seed)
    done = shares(spent.sum(axis=1), working.sum(axis=1))
    return Log(
        seed, people, weeks, coverage, _expected(chance, mix, alike, season), float(done[0]),
        float(point[0]), max(0.0, low), min(1.0, high),
    )  # fmt: skip


def _interval(minutes: Array, working: Array, seed: int) -> tuple[float, float]:
    drawn, _ = drawn_shares(minutes, working, seed)
    return Draws(drawn.values[:, 0], drawn.clusters).interval()


def _dirichlet(chance: np.random.Generator, mixes: Array, concentration: float) -> Array:
    """One draw around each mix (its last axis), kept off zero."""
    drawn = chance.gamma(np.maximum(mixes * concentration, 1e-6))
    return np.asarray(drawn / drawn.sum(axis=-1, keepdims=True))


def _expected(chance: np.random.Generator, mix: Array, alike: float, season: float) -> float:
    """The share over all people and months that might have been."""
    many = 20_000
    person = _dirichlet(chance, np.broadcast_to(mix, (many, FUNCTIONS)), alike)
    moved = person * np.exp(season * chance.standard_normal((many, FUNCTIONS)))
    return float((moved[:, 0] / moved.sum(axis=1)).mean())
