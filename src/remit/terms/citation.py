"""Where a number or a rule comes from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Standing(StrEnum):
    """How much weight a source carries, printed beside every number taken from it."""

    STUDY = "study"
    BENCHMARK = "benchmark"
    CONVENTION = "convention"
    POLICY = "policy"


@dataclass(frozen=True, slots=True)
class Citation:
    """A source, and the place in it.

    >>> print(Citation("Sales Role Specialization", "Red Flags", Standing.BENCHMARK))
    Sales Role Specialization, Red Flags [benchmark]
    """

    title: str
    at: str
    standing: Standing
    rule: str | None = None
    """Id of the rule that states the number, such as `000-22`."""
    checked_on: date | None = None
    """Day on which somebody last compared the number with its source."""

    def __str__(self) -> str:
        """Title, place and standing on one line."""
        place = f", {self.at}" if self.at else ""
        return f"{self.title}{place} [{self.standing}]"
