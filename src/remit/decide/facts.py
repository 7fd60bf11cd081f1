"""What is known about a segment: each fact with its range and who says so."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from types import MappingProxyType

from remit.charter import Charter, Function, fact_kinds, headcount, remit_of
from remit.charter.market import Fact
from remit.charter.ownership import EVERYWHERE
from remit.charter.positions import Positioned
from remit.terms import Place

Value = float | str | bool
STATED, DECLARED, SET, MEASURED = "stated", "declared", "set", "measured"
"""How a fact is known: stated among a segment's facts, said elsewhere in the charter (headcount,
ACV), set for one run, or measured from evidence."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What evidence tells of one fact of a segment as of a day, or why it cannot.

    `low` and `high` are the ends of the interval; without them it is a count of everybody there.
    `low` alone is the least that it can be.
    """

    name: str
    as_of: date
    value: Value | None = None
    low: float | None = None
    high: float | None = None
    of: str = ""
    """What it was measured on, such as "412 customers"."""
    how: str = ""
    """How it was measured, in a sentence."""
    query: str = ""
    """SQL of what the estimator was given."""
    unknown: str = ""
    """Why evidence cannot tell it; empty where it can."""
    lacks: tuple[str, ...] = ()
    """Tables, or columns as `table.column`, that it would be told from and that are empty."""


@dataclass(frozen=True, slots=True)
class Known:
    """One fact as it is known: a value, the range it lies in if there is one, and its source.

    A range without a value stands for every number in it alike; with one, the value is the most
    likely. The interval of a measured fact is its range.
    """

    name: str
    value: Value | None
    low: float | None = None
    high: float | None = None
    source: str = ""
    on: date | None = None
    basis: str = STATED
    """`stated`, `declared`, `set` or `measured`."""
    place: Place | None = None
    """Where the charter states it; None where it does not, or where that was not asked for."""
    measured: Measured | None = None
    """What evidence tells of the same fact, whichever of the two decides."""

    @property
    def apart(self) -> bool:
        """Whether the charter says what lies outside all that was measured."""
        seen = self.measured
        if seen is None or self.basis == MEASURED:
            return False
        if isinstance(seen.value, (bool, str)) or isinstance(self.value, (bool, str)):
            return self.value != seen.value
        mine, theirs = _span(self), _span(seen)
        return mine[1] < theirs[0] - SLACK or mine[0] > theirs[1] + SLACK

    @property
    def central(self) -> Value:
        """The value, or the middle of the range, to the digits that the range is stated in."""
        if self.value is not None:
            return self.value
        if self.low is None or self.high is None:
            return self.low if self.low is not None else self.high or 0.0
        return float((Fraction(str(self.low)) + Fraction(str(self.high))) / 2)

    @property
    def certain(self) -> bool:
        """Whether it is one value and no range."""
        return self.low is None or self.high is None or self.low == self.high


SLACK = 1e-9
"""So much apart are two numbers that only their floating points tell apart."""


def _span(fact: Known | Measured) -> tuple[float, float]:
    """The lowest and the highest that a number is said to be."""
    ends = [fact.low, fact.high]
    if fact.value is not None:
        ends = [float(fact.value) if end is None else end for end in ends]
        ends += [float(fact.value)]
    low = min((end for end in ends if end is not None), default=-math.inf)
    high = (
        math.inf
        if fact.value is None and fact.high is None
        else max(e for e in ends if e is not None)
    )
    return low, high


def known(
    charter: Charter,
    segment: str,
    day: date,
    replaced: Mapping[str, Value] | None = None,
    measured: Mapping[str, Measured] | None = None,
    read: Positioned | None = None,
) -> Mapping[str, Known]:
    """Every fact known about a segment, by name. What is not known is not in it.

    Stated facts come first; what the charter says elsewhere (headcount, ACV, a technical sale)
    stands in for facts that are not stated, and what was measured for those it does not say at
    all. What was measured stands beside a fact that the charter says as well, and does not decide.

    Args:
        charter: The organisation.
        segment: One of its segments, or the name that stands for all.
        day: The headcount is that of this day.
        replaced: Values to take instead, as of `--set`.
        measured: What evidence tells of the segment, by fact; see `measured.measured_facts`.
        read: The charter's file as it was read, for the lines that state the facts.
    """
    found = {fact.name: fact for fact in _elsewhere(charter, segment, day)}
    stated = charter.segments.get(segment)
    if stated is not None:
        for name, fact in stated.facts.items():
            path = ("segments", segment, "facts", name)
            place = read.place(path, key=True) if read is not None else None
            found[name] = _stated(name, fact, place)
    for name, value in (replaced or {}).items():
        found[name] = Known(name, value, source="set for this run", basis=SET)
    said = frozenset(found)
    for name, seen in (measured or {}).items():
        if seen.unknown:
            continue
        if name in found:
            found[name] = dataclasses.replace(found[name], measured=seen)
        elif not any(others <= said for others in INSTEAD_OF.get(name, ())):
            found[name] = _as_measured(seen)
    if "sellers" in found and "sellers_staffable" not in found:
        today = found["sellers"]
        found["sellers_staffable"] = dataclasses.replace(
            today, name="sellers_staffable", source=f"as today: {today.source}", measured=None
        )
    order = [name for name in (*fact_kinds(), *FROM_ELSEWHERE) if name in found]
    return MappingProxyType({name: found[name] for name in dict.fromkeys(order)})


FROM_ELSEWHERE: Mapping[str, str] = MappingProxyType(
    {
        "acv": "Typical value of a contract for a year; `acv:` of the segment.",
        "technical_sale": "Whether deals need technical validation; `technical_sale:`.",
        "size": "Size of customer; `size:` of the segment.",
        "stage": "How far the company is; `stage:` of the charter.",
    }
)
"""Facts that the charter says outside `facts:`, with where."""


INSTEAD_OF: Mapping[str, tuple[frozenset[str], ...]] = MappingProxyType(
    {
        "first_sale_share": (frozenset({"landed_value", "potential_value"}),),
        "pricing_load": (frozenset({"legal_load"}),),
        "legal_load": (frozenset({"pricing_load"}),),
    }
)
"""Facts the charter may say that leave a measured one out: the same told in other facts, and the
other half of what evidence tells of both together."""


def _stated(name: str, fact: Fact, place: Place | None) -> Known:
    source = fact.source or "stated"
    return Known(name, fact.value, fact.low, fact.high, source, fact.on, STATED, place)


def _as_measured(seen: Measured) -> Known:
    source = f"measured on {seen.of}" if seen.of else "measured"
    return Known(
        seen.name, seen.value, seen.low, seen.high, source, seen.as_of, MEASURED, None, seen
    )


def _elsewhere(charter: Charter, segment: str, day: date) -> list[Known]:
    where = None if segment == EVERYWHERE else segment
    found = []
    stated = charter.segments.get(segment)
    if stated is not None:
        if stated.acv is not None:
            found.append(
                Known("acv", float(stated.acv), source="the segment's acv", basis=DECLARED)
            )
        if stated.technical_sale is not None:
            found.append(
                Known("technical_sale", stated.technical_sale, source="the segment", basis=DECLARED)
            )
        if stated.size is not None:
            found.append(Known("size", stated.size, source="the segment's size", basis=DECLARED))
    if charter.stage is not None:
        found.append(Known("stage", charter.stage, source="the charter's stage", basis=DECLARED))
    for name, functions, but in (
        ("sellers", (Function.CLOSING, Function.EXPANSION), ("CSM", "CSM/AM")),
        ("first_line_managers", (Function.MANAGEMENT,), ("VP Sales", "CRO")),
    ):
        count = _people(charter, where, day, functions, but)
        if count is not None:
            found.append(Known(name, count, source="headcount in the charter", basis=DECLARED))
    return found


def _people(
    charter: Charter,
    segment: str | None,
    day: date,
    functions: tuple[Function, ...],
    but: tuple[str, ...],
) -> float | None:
    """People in roles that own one of these functions; None if the charter counts nobody."""
    roles = [
        name
        for name, role in charter.roles.items()
        if role.kind not in but and remit_of(charter, name, segment).owned & set(functions)
    ]
    counted = [headcount(charter, role, segment, day) for role in roles]
    if not roles or any(count is None for count in counted):
        return None
    return sum(count for count in counted if count is not None)
