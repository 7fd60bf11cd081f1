"""What people say of their time beside what was recorded of it."""

from __future__ import annotations

from dataclasses import dataclass

from remit.audit import Audit
from remit.measures import DiaryTime, RoleTime, TwoShares, side_by_side


@dataclass(frozen=True, slots=True)
class Beside:
    """A role's diary, and the recorded time of the same people where there is any."""

    said: DiaryTime
    recorded: RoleTime | None
    pairs: tuple[TwoShares, ...]
    """Function by function, the largest difference first; none where either has no figures."""

    @property
    def largest(self) -> TwoShares | None:
        """The function on which the two differ most; None where nothing can be compared."""
        return next((pair for pair in self.pairs if pair.difference is not None), None)


def beside(audit: Audit) -> tuple[Beside, ...]:
    """Each role's diary with the recorded time that is about the same people."""
    recorded = {(time.role, time.segments): time for time in audit.times}
    found = []
    for said in audit.diaries:
        time = recorded.get((said.role, said.segments))
        pairs = side_by_side(said, time) if time is not None and said.functions else ()
        found.append(Beside(said, time, pairs))
    return tuple(found)


def points(difference: float | None) -> str:
    """A difference of two shares in percentage points.

    >>> points(0.123), points(-0.05), points(0.001), points(None)
    ('+12 points', '-5 points', '0 points', 'not comparable')
    """
    if difference is None:
        return "not comparable"
    rounded = round(difference * 100)
    one = abs(rounded) == 1
    return f"{rounded:+d} point{'' if one else 's'}" if rounded else "0 points"
