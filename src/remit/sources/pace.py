"""How fast a load goes, and how long it will still take."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

Progress = Callable[[str], None]
READING, KEEPING, DERIVING = 1.0, 2.0, 1.0
"""How long each part of a load takes a byte, against each other; measured, and only for the guess."""


@dataclass(eq=False)
class Pace:
    """Tells a user what is going on, with the rows a second so far and the time left.

    The time left is a guess from what the same load has done so far; where sizes are unknown, as
    in a database, none is given.
    """

    say: Progress
    size: int
    """Bytes to read, of all tables."""
    clock: Callable[[], float] = time.monotonic
    rows: int = 0
    tables: int = 0
    """Tables begun so far."""
    _done: float = 0.0
    _started: float = field(default=0.0)

    def __post_init__(self) -> None:
        self._started = self.clock()

    def step(self, words: str) -> None:
        """Say what comes next."""
        self.say(f"{words}{self._told()}")

    def done(self, part: float, size: int, rows: int = 0) -> None:
        """Count a part of the load: what it was, of how many bytes, with how many rows."""
        self._done += part * size
        self.rows += rows

    def _told(self) -> str:
        """The rate and the time left, once there is something to go by.

        >>> seconds = iter([0.0, 10.0, 10.0])
        >>> pace = Pace(print, size=400, clock=lambda: next(seconds))
        >>> pace.done(READING, 400, rows=50_000)
        >>> pace.step("keeping Task.csv")
        keeping Task.csv, 5,000 rows a second, about 30 s left
        """
        gone = self.clock() - self._started
        whole = (READING + KEEPING + DERIVING) * self.size
        if gone < 1 or not self._done or not whole:
            return ""
        left = gone * (whole - self._done) / self._done
        shown = f"{left / 60:.0f} min" if left >= 120 else f"{left:.0f} s"
        return f", {self.rows / gone:,.0f} rows a second, about {shown} left"
