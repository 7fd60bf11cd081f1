"""How many of the findings past a limit may be there by chance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from remit.terms import Answer, Estimate, Finding, Limit

RATE = 0.10
"""The share of false findings among those past a limit that is put up with."""
_LOOKED = (Answer.PROVEN, Answer.INDICATED, Answer.CLEAR, Answer.CANNOT_TELL)


@dataclass(frozen=True, slots=True)
class Discovery:
    """What looking at many numbers at once does to how far findings can be relied on.

    Whoever holds a hundred numbers against limits finds a few past them by chance alone. Every
    number that was held against a limit counts as one look, whatever came of it.
    """

    looked: int
    """Numbers held against a limit, with an interval."""
    past: int
    """Findings past their limit."""
    by_chance: float
    """How many of the looks would be past a limit by chance if every truth stood at its limit:
    the most that chance can do."""
    rate: float
    """The false-discovery rate that is put up with."""
    stand: tuple[str, ...]
    """`check: about` of the findings past their limit that stand at that rate when all looks are
    taken together (Benjamini and Yekutieli, which holds for looks that depend on each other)."""
    fall: tuple[str, ...]
    """Those that do not."""


def false_discovery(findings: Sequence[Finding], rate: float = RATE) -> Discovery:
    """Take all looks of an audit together.

    The chance of each number being this far past its limit, were the truth at the limit, is read
    from the side of its interval that faces the limit.

    Source: Benjamini and Yekutieli, The control of the false discovery rate in multiple testing
    under dependency, Annals of Statistics 29 (2001).
    """
    looks = [
        (found, chance)
        for found in findings
        if found.answer in _LOOKED and found.measured is not None and found.limit is not None
        if (chance := chance_at_limit(found.measured, found.limit)) is not None
    ]
    past = [found for found, _ in looks if found.answer in (Answer.PROVEN, Answer.INDICATED)]
    adjusted = (
        stats.false_discovery_control([chance for _, chance in looks], method="by") if looks else ()
    )
    stands = {id(found) for (found, _), q in zip(looks, adjusted, strict=True) if q <= rate}
    levels = [(1 - found.measured.level) / 2 for found, _ in looks if found.measured is not None]
    return Discovery(
        looked=len(looks),
        past=len(past),
        by_chance=float(np.sum(levels)),
        rate=rate,
        stand=tuple(named(found) for found in past if id(found) in stands),
        fall=tuple(named(found) for found in past if id(found) not in stands),
    )


def named(found: Finding) -> str:
    """A finding's name within an audit: the same at every date."""
    return f"{found.check}: {found.about}"


def chance_at_limit(measured: Estimate, limit: Limit) -> float | None:
    """How likely a number this far past a limit is if the truth is at the limit, one-sided.

    None where there is no interval to tell it from.

    >>> from remit.terms import Citation, Standing
    >>> limit = Limit("x", 0.25, "share", Citation("A book", "", Standing.BENCHMARK))
    >>> round(chance_at_limit(Estimate(0.30, "share", 0.25, 0.35), limit), 3)
    0.05
    >>> chance_at_limit(Estimate(0.25, "share", 0.20, 0.30), limit)
    0.5
    """
    facing = measured.low if limit.above else measured.high
    other = measured.high if limit.above else measured.low
    if measured.value != measured.value or (facing is None and other is None):
        return None
    beyond = measured.value - limit.value if limit.above else limit.value - measured.value
    side = facing if beyond >= 0 else other
    if side is None:
        return None
    z = float(stats.norm.ppf(0.5 + measured.level / 2))
    error = abs(measured.value - side) / z
    if error == 0:
        return 0.5 if beyond == 0 else float(beyond < 0)
    return float(stats.norm.sf(beyond / error))
