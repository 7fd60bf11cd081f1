"""What a check on a charter is, and what it looks at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from remit.benchmarks import Benchmark
from remit.charter import (
    Boundary,
    Cell,
    Charter,
    Owners,
    Positioned,
    headcount,
    owners,
    structure,
)
from remit.charter.market import covers
from remit.charter.ownership import EVERYWHERE, segments_of
from remit.compensation.measures import Measured, measured, named
from remit.terms import Answer, Estimate, Finding, Limit, Note, Place, Severity


@dataclass(frozen=True)
class Check(Note):
    """Marks a function as a check on the charter alone.

    `rules` are the ids of the sources' rules it serves; `asks` is the question it answers, as a
    person would put it.
    """

    rules: tuple[str, ...] = ()
    asks: str = ""


@dataclass(eq=False)
class Declared:
    """A charter, the numbers in force, and what follows from it, worked out at most once."""

    charter: Charter
    numbers: Mapping[str, Benchmark]
    day: date
    """Who holds a role, and which numbers are in force, is asked of this day."""
    read: Positioned | None = field(default=None, repr=False)

    @cached_property
    def owners(self) -> Mapping[Cell, Owners]:
        """Who owns and assists, cell by cell."""
        return owners(self.charter)

    @property
    def segments(self) -> tuple[str, ...]:
        """The segments, or the one name that stands for all where there are none."""
        return segments_of(self.charter)

    def structure(self, segment: str) -> Mapping[Boundary, str | None]:
        """How each boundary is run in a segment."""
        return structure(self.charter, segment, self.owners)

    def people(self, *roles: str, segment: str | None = None) -> float | None:
        """People who hold any of these roles; None where the charter is silent on one of them."""
        where = None if segment == EVERYWHERE else segment
        counted = [headcount(self.charter, role, where, self.day) for role in roles]
        known = [count for count in counted if count is not None]
        return sum(known) if known and len(known) == len(counted) else None

    def in_segment(self, role: str, segment: str) -> bool:
        """Whether a role works in a segment."""
        return covers(self.charter.roles[role].segments, segment)

    def measure(self, name: str) -> Measured:
        """The measure somebody names, by the company's own name or any other wording."""
        own = self.charter.measures.get(name)
        return measured()[named(own.of if own is not None else name) or name]

    def limit(self, name: str, level: str = "red") -> Limit:
        """A benchmark's level in force, as a limit."""
        return self.numbers[name].limit(self.day, level)

    def band(self, name: str) -> tuple[float, float] | None:
        """A benchmark's healthy band in force, if it sets one."""
        return self.numbers[name].at(self.day).healthy

    def place(self, *path: str | int, key: bool = True) -> Place | None:
        """Where the charter says something; None for a charter that came from no file."""
        return self.read.place(path, key=key) if self.read is not None else None


@dataclass(frozen=True, slots=True)
class Subject:
    """What several findings of one check are about: saves saying check and rules again."""

    check: str
    rules: tuple[str, ...]

    def found(
        self,
        about: str,
        says: str,
        severity: Severity,
        *,
        remedy: str = "",
        place: Place | None = None,
        measured: Estimate | None = None,
        limit: Limit | None = None,
        rules: tuple[str, ...] = (),
        caveats: tuple[str, ...] = (),
    ) -> Finding:
        """Something that the charter states and that a rule warns of."""
        return Finding(
            check=self.check,
            about=about,
            answer=Answer.PROVEN,
            says=says,
            rules=rules or self.rules,
            severity=severity,
            measured=measured,
            limit=limit,
            remedy=remedy,
            caveats=caveats,
            place=place,
        )

    def clear(self, about: str, says: str) -> Finding:
        """Looked, and found nothing."""
        return Finding(self.check, about, Answer.CLEAR, says, self.rules)

    def not_stated(self, about: str, says: str) -> Finding:
        """Could not look: the charter leaves out what the check needs; the sentence names it."""
        return Finding(self.check, about, Answer.COULD_NOT_LOOK, says, self.rules)

    def not_here(self, about: str, says: str) -> Finding:
        """The charter organises this work in a way the rule does not speak of."""
        return Finding(self.check, about, Answer.DOES_NOT_APPLY, says, self.rules)


def or_clear(findings: Iterator[Finding], otherwise: Finding) -> Iterator[Finding]:
    """The findings, or the one that says there is nothing to find."""
    nothing = True
    for found in findings:
        nothing = False
        yield found
    if nothing:
        yield otherwise
