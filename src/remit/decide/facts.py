"""What is known about a segment: each fact with its range and who says so."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from types import MappingProxyType

from remit.charter import Charter, Function, fact_kinds, headcount, remit_of
from remit.charter.market import Fact
from remit.charter.ownership import EVERYWHERE

Value = float | str | bool


@dataclass(frozen=True, slots=True)
class Known:
    """One fact as it is known: a value, the range it lies in if that is stated, and its source.

    A range without a value stands for every number in it alike; with one, the value is the most
    likely.
    """

    name: str
    value: Value | None
    low: float | None = None
    high: float | None = None
    source: str = ""
    on: date | None = None

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


def known(
    charter: Charter, segment: str, day: date, replaced: Mapping[str, Value] | None = None
) -> Mapping[str, Known]:
    """Every fact known about a segment, by name. What is not known is not in it.

    Stated facts come first; what the charter says elsewhere (headcount, ACV, a technical sale)
    stands in for facts that are not stated.

    Args:
        charter: The organisation.
        segment: One of its segments, or the name that stands for all.
        day: The headcount is that of this day.
        replaced: Values to take instead, as of `--set`.
    """
    found = {fact.name: fact for fact in _elsewhere(charter, segment, day)}
    stated = charter.segments.get(segment)
    if stated is not None:
        found.update({name: _stated(name, fact) for name, fact in stated.facts.items()})
    for name, value in (replaced or {}).items():
        found[name] = Known(name, value, source="set for this run")
    if "sellers" in found and "sellers_staffable" not in found:
        today = found["sellers"]
        found["sellers_staffable"] = dataclasses.replace(
            today, name="sellers_staffable", source=f"as today: {today.source}"
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


def _stated(name: str, fact: Fact) -> Known:
    return Known(name, fact.value, fact.low, fact.high, fact.source or "stated", fact.on)


def _elsewhere(charter: Charter, segment: str, day: date) -> list[Known]:
    where = None if segment == EVERYWHERE else segment
    found = []
    stated = charter.segments.get(segment)
    if stated is not None:
        if stated.acv is not None:
            found.append(Known("acv", float(stated.acv), source="the segment's acv"))
        if stated.technical_sale is not None:
            found.append(Known("technical_sale", stated.technical_sale, source="the segment"))
        if stated.size is not None:
            found.append(Known("size", stated.size, source="the segment's size"))
    if charter.stage is not None:
        found.append(Known("stage", charter.stage, source="the charter's stage"))
    for name, functions, but in (
        ("sellers", (Function.CLOSING, Function.EXPANSION), ("CSM", "CSM/AM")),
        ("first_line_managers", (Function.MANAGEMENT,), ("VP Sales", "CRO")),
    ):
        count = _people(charter, where, day, functions, but)
        if count is not None:
            found.append(Known(name, count, source="headcount in the charter"))
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
