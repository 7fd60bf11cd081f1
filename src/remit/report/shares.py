"""A role's time laid out by remit, so that parts add up to the whole that is printed."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from remit.measures import RoleTime
from remit.report import wording


@dataclass(frozen=True, slots=True)
class Piece:
    """One function's share of a role's recorded time, within one part of the remit."""

    function: str
    part: str
    share: float
    elsewhere: bool = False
    """Own work, but done in a segment or at an account age outside the remit."""

    @property
    def name(self) -> str:
        """The function in words."""
        said = wording.words(self.function)
        return f"{said}, elsewhere" if self.elsewhere else said


def pieces(time: RoleTime) -> tuple[Piece, ...]:
    """Shares by part and function: what is outside first, then owned, assisted, apart.

    What is outside adds up to the role's own `outside`, so that no two figures in a report
    differ. Within a part the largest comes first.
    """
    outside: dict[str, float] = {}
    for found in time.functions:
        part = found.outside_hours / found.hours if found.hours else 0.0
        outside[found.function] = found.share.value * min(1.0, part)
    scale = _scale(time.outside.value, sum(outside.values()))
    told = []
    for found in time.functions:
        beyond = min(found.share.value, outside[found.function] * scale)
        within = found.share.value - beyond
        if beyond > 0:
            told.append(Piece(found.function, "outside", beyond, found.part != "outside"))
        if within > 1e-9 and found.part != "outside":
            told.append(Piece(found.function, found.part, within))
        elif within > 1e-9:
            told.append(Piece(found.function, "owned", within))
    order = list(wording.PARTS)
    return tuple(sorted(told, key=lambda piece: (order.index(piece.part), -piece.share)))


def by_part(found: Iterable[Piece]) -> Mapping[str, float]:
    """Share of recorded time in each part of the remit; parts without any are 0.

    >>> by_part([Piece("closing", "owned", 0.6), Piece("discovery", "owned", 0.4)])["owned"]
    1.0
    """
    sums = dict.fromkeys(wording.PARTS, 0.0)
    for piece in found:
        sums[piece.part] += piece.share
    return sums


def _scale(wanted: float, found: float) -> float:
    return wanted / found if found > 0 and math.isfinite(wanted) else 1.0
