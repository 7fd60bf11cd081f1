"""Intervals around shares, from the data's own spread.

People and blocks of weeks are drawn again with replacement, jointly, because one person's weeks
resemble each other and so do all people's in one month.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from remit.terms import Estimate

Array = NDArray[np.float64]

BLOCK_WEEKS = 4
DRAWS = 1000
LEVEL = 0.90


@dataclass(frozen=True, slots=True)
class Draws:
    """Values of an estimate over the draws, and how many people they rest on."""

    values: Array
    clusters: int

    def interval(self, level: float = LEVEL) -> tuple[float, float]:
        """The expanded percentile interval, which does not shrink for small groups.

        Source: Hesterberg, What Teachers Should Know About the Bootstrap, The American
        Statistician 69 (2015), section 4.3.
        """
        n = max(self.clusters, 2)
        tail = float(stats.norm.cdf(np.sqrt(n / (n - 1)) * stats.t.ppf((1 - level) / 2, n - 1)))
        low, high = np.nanquantile(self.values, [tail, 1 - tail])
        return float(low), float(high)


def multiplicities(people: int, weeks: int, seed: int, draws: int = DRAWS) -> tuple[Array, Array]:
    """How often each person and each week is in each draw: `(draws, people)`, `(draws, weeks)`."""
    chance = np.random.default_rng(seed)
    blocks = max(1, -(-weeks // BLOCK_WEEKS))
    by_person = chance.multinomial(people, np.full(people, 1 / people), size=draws)
    by_block = chance.multinomial(blocks, np.full(blocks, 1 / blocks), size=draws)
    return by_person.astype(float), np.repeat(by_block, BLOCK_WEEKS, axis=1)[:, :weeks].astype(
        float
    )


def shares(minutes: Array, working: Array) -> Array:
    """Mean share of recorded time by function, over people, weighted by working time.

    Args:
        minutes: `(people, functions)`, recorded minutes.
        working: `(people,)`, working minutes. People with nothing recorded have no share.
    """
    total = minutes.sum(axis=-1)
    seen = total > 0
    each = np.divide(minutes, total[..., None], out=np.zeros_like(minutes), where=seen[..., None])
    weight = np.where(seen, working, 0.0)
    whole = weight.sum(axis=-1)
    mean = np.einsum("...pf,...p->...f", each, weight)
    return np.asarray(
        np.divide(
            mean, whole[..., None], out=np.full_like(mean, np.nan), where=whole[..., None] > 0
        )
    )


def drawn_shares(minutes: Array, working: Array, seed: int) -> tuple[Draws, Draws]:
    """Draws of the shares by function, and of coverage by function (of all working time).

    Args:
        minutes: `(people, weeks, functions)`.
        working: `(people, weeks)`, working minutes.
        seed: Same seed, same draws.

    Returns:
        Draws of `(draws, functions)`: share of recorded time; minutes over working minutes.
    """
    people, weeks, functions = minutes.shape
    # by their numbers, so that no draw depends on what people are called
    order = np.lexsort(np.concatenate([minutes.reshape(people, -1), working], axis=1).T)
    minutes, working = minutes[order], working[order]
    by_person, by_week = multiplicities(people, weeks, seed)
    shares_of, seen_of = [], []
    flat = minutes.transpose(1, 0, 2).reshape(weeks, people * functions)
    for persons, chosen in zip(
        np.array_split(by_person, 10), np.array_split(by_week, 10), strict=True
    ):
        drawn = (chosen @ flat).reshape(len(chosen), people, functions)
        hours = chosen @ working.T
        weighted = hours * persons
        shares_of.append(shares(drawn, weighted))
        whole = weighted.sum(axis=1)
        seen = np.einsum("bpf,bp->bf", drawn, persons)
        seen_of.append(
            np.divide(
                seen, whole[:, None], out=np.full_like(seen, np.nan), where=whole[:, None] > 0
            )
        )
    return Draws(np.concatenate(shares_of), people), Draws(np.concatenate(seen_of), people)


def drawn_ratio(part: Array, whole: Array, seed: int) -> Draws:
    """Draws of sum(part) / sum(whole), over clusters (rows) and months (columns).

    Args:
        part: `(clusters, months)`, such as deals of one seller in one month that fit.
        whole: `(clusters, months)`, all of them.
        seed: Same seed, same draws.
    """
    chance = np.random.default_rng(seed)
    clusters = len(part)
    order = np.lexsort(np.concatenate([part, whole], axis=1).T)
    part, whole = part[order], whole[order]
    by_cluster = chance.multinomial(clusters, np.full(clusters, 1 / clusters), size=DRAWS)
    above = by_cluster @ part.sum(axis=1)
    below = by_cluster @ whole.sum(axis=1)
    values = np.divide(above, below, out=np.full(DRAWS, np.nan), where=below > 0)
    return Draws(values, clusters)


def ratio(
    part: Array, whole: Array, clusters: Iterable[Hashable], *, unit: str, of: str, seed: int = 0
) -> Estimate:
    """Sum over sum, such as deals won over deals closed, with an interval that draws clusters again.

    Rows of one cluster (a seller, a company) resemble each other, so whole clusters are drawn.
    With one cluster there is no interval. Where all or none of the cases are in a share, nothing
    varies: the interval then reaches what a share this extreme could still be, by the rule of three.

    Args:
        part: A value a row.
        whole: What it is a part of, a row; 1 for a mean a row or a share of cases.
        clusters: What each row belongs to.
        unit: Unit of the estimate; `share` keeps the interval between 0 and 1.
        of: What it was measured on, in words.
        seed: Same seed, same interval.
    """
    belongs = list(clusters)
    above, below = _by_cluster(part, belongs), _by_cluster(whole, belongs)
    groups = len(above)
    total = float(below.sum())
    if not total:
        return Estimate(float("nan"), unit, of=of)
    value = float(above.sum()) / total
    if groups < 2:
        return Estimate(value, unit, of=of)
    low, high = drawn_ratio(above[:, None], below[:, None], seed).interval()
    if unit == "share":
        cases = max(len(np.asarray(whole)), 1)
        edge = 1 - float(np.power(0.05, 1 / cases))
        if value <= 0:
            low, high = 0.0, edge
        elif value >= 1:
            low, high = 1 - edge, 1.0
        low, high = max(0.0, low), min(1.0, high)
    return Estimate(value, unit, low, high, of=of)


def middle(
    values: Array, clusters: Iterable[Hashable], *, unit: str, of: str, seed: int = 0
) -> Estimate:
    """The median of rows, with an interval that draws whole clusters again.

    With fewer than two clusters, or no rows, there is no interval.
    """
    rows = np.asarray(values, dtype=float)
    clusters = list(clusters)
    if not len(rows):
        return Estimate(float("nan"), unit, of=of)
    value = float(np.median(rows))
    order = np.argsort(rows, kind="stable")
    mine: dict[Hashable, list[float]] = {}
    for cluster, row in sorted(zip(clusters, rows, strict=True), key=lambda pair: pair[1]):
        mine.setdefault(cluster, []).append(row)
    # by their rows, so that no draw depends on what people are called
    names = {cluster: at for at, cluster in enumerate(sorted(mine, key=lambda c: mine[c]))}
    if len(names) < 2:
        return Estimate(value, unit, of=of)
    owner = np.array([names[cluster] for cluster in clusters])
    chance = np.random.default_rng(seed)
    drawn = chance.multinomial(len(names), np.full(len(names), 1 / len(names)), size=DRAWS)
    found = np.empty(DRAWS)
    for at in range(DRAWS):
        weight = np.cumsum(drawn[at][owner[order]])
        half = weight[-1] / 2
        lower, upper = np.searchsorted(weight, half), np.searchsorted(weight, half, side="right")
        last = len(rows) - 1
        found[at] = (rows[order[min(lower, last)]] + rows[order[min(upper, last)]]) / 2
    low, high = Draws(found, len(names)).interval()
    return Estimate(value, unit, low, high, of=of)


def _by_cluster(values: Array, clusters: Iterable[Hashable]) -> Array:
    names, owner = np.unique([str(c) for c in clusters], return_inverse=True)
    summed = np.zeros(len(names))
    np.add.at(summed, owner, np.asarray(values, dtype=float))
    return summed
