"""What a check says once it has looked, and the proof of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import IntEnum, StrEnum
from typing import Any

from remit.terms.citation import Citation
from remit.terms.problem import Place


class Severity(IntEnum):
    """How loudly a finding asks for attention."""

    NOTE = 1
    AMBER = 2
    RED = 3

    def __str__(self) -> str:
        """The word, in lower case."""
        return self.name.lower()


class Answer(StrEnum):
    """The answers a check can give. A clean answer and a blind one never look alike."""

    PROVEN = "proven"
    """Past the limit even if none of what was not seen were of that kind."""
    INDICATED = "indicated"
    """The whole interval of what was seen is past the limit."""
    CLEAR = "clear"
    """The whole interval of what was seen is within the limit, and enough was seen."""
    MEASURED = "measured"
    """A number is there, and no limit to hold it against: an average or the company's own past
    may stand beside it, but neither is passed or missed."""
    SAID = "as said"
    """What the charter or a person attests; nothing in the evidence shows it."""
    CANNOT_TELL = "cannot tell"
    """Looked, and what was seen leaves it open."""
    COULD_NOT_LOOK = "could not look"
    """What the check needs is not in the evidence; the sentence says what is missing."""
    DOES_NOT_APPLY = "does not apply"
    """The charter organises this work in a way that the rule does not speak of."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A measured number with its uncertainty.

    Shares are between 0 and 1. `low` and `high` are None where no interval can be given, which
    is not the same as an interval of no width.
    """

    value: float
    unit: str
    low: float | None = None
    high: float | None = None
    level: float = 0.90
    """How often an interval made this way holds the truth, by design."""
    of: str = ""
    """What it was measured on, such as "14 people, 52 weeks"."""
    said: str = ""
    """How its finding's sentence writes it with its interval, where not as numbers of its unit are
    usually written; whoever shows it again writes it so, that one number has one look."""


def percent(value: float) -> str:
    """A share as people say it.

    >>> percent(0.274), percent(0.004), percent(0.0), percent(-0.0001)
    ('27 %', '0.4 %', '0 %', '0 %')
    """
    if value != value:
        return "not known"
    if abs(value) < 0.0005:
        return "0 %"
    if abs(value) < 0.0095:
        return f"{value * 100:.1f} %"
    return f"{value * 100:.0f} %"


@dataclass(frozen=True, slots=True)
class Limit:
    """A number that something measured is held against, and where it is from."""

    name: str
    value: float
    unit: str
    source: Citation
    above: bool = True
    """True when more than the limit is the trouble, False when less is."""
    level: str = "red"
    """Which level of its benchmark it is: amber, red or value."""


@dataclass(frozen=True, slots=True)
class Proof:
    """What lets a reader check a finding without trusting remit.

    Rows are deals, leads, accounts or weeks, worst first; none has a column whose value stands
    for one person unless the charter switched the individual view on.
    """

    estimator: str
    """How `query`'s rows become the measured number, by name."""
    query: str = ""
    """SQL that gives the estimator its input from the loaded evidence file."""
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[Any, ...], ...] = ()
    total: int = 0
    """How many rows there are in all; `rows` holds the worst of them."""


@dataclass(frozen=True, slots=True)
class Point:
    """A measured number in one month, for drawing; no interval."""

    month: date
    value: float
    cases: int
    """What it rests on in that month: deals, meetings, people."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What a finding is worth a year, as a range, with how it was worked out.

    Costs of findings overlap where they share a word of `of`, such as the same hours or the same
    customers: they are never added up.
    """

    low: float
    high: float
    currency: str
    formula: str
    """The arithmetic in words, with its numbers."""
    of: tuple[str, ...] = ()
    """What it is a cost of, such as `hours of ae` or `ARR of mid_market`."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One answer of one check about one subject.

    Every check gives at least one, so that a report shows what was looked at and what was not.
    """

    check: str
    about: str
    """Path into the charter, such as `roles.ae in mid_market`."""
    answer: Answer
    says: str
    """One sentence: subject, measured number and unit, limit and unit. No adjectives."""
    rules: tuple[str, ...]
    severity: Severity | None = None
    """None unless the answer is proven or indicated, or a note is worth making."""
    measured: Estimate | None = None
    limit: Limit | None = None
    tipping: float | None = None
    """Share of unseen time below which an indicated finding would no longer hold."""
    support: tuple[Estimate, ...] = ()
    """Second, independent measures that were looked at beside the first."""
    proof: Proof | None = None
    remedy: str = ""
    caveats: tuple[str, ...] = ()
    place: Place | None = None
    roles: tuple[str, ...] = ()
    """Roles of the charter it is about, for showing findings by role; empty where about none."""
    segments: tuple[str, ...] = ()
    """Segments it is about; empty means all."""
    trend: tuple[Point, ...] = ()
    """The same number by month, earliest first; months with too little in them are left out."""
    cost: Cost | None = None


def worst_first(findings: Iterable[Finding]) -> list[Finding]:
    """Red before amber before note, proven before indicated, then by subject."""
    order = list(Answer)
    return sorted(
        findings,
        key=lambda found: (-(found.severity or 0), order.index(found.answer), found.about),
    )
