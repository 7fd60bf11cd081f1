"""Facts of a segment as evidence tells them: one function a fact, found by walking this package.

A function under `@Tells` has the name of the fact it measures, and gives the number with its
interval, or the reason why evidence cannot tell it. To measure another fact, write one such
function in the file of its subject. That is all.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from remit.charter import Charter, fact_kinds
from remit.charter.ownership import EVERYWHERE, segments_of
from remit.decide.facts import Measured
from remit.terms import Note, catalogue

if TYPE_CHECKING:  # whoever decides from stated facts alone does without
    from remit.evidence import Evidence
    from remit.measures import RoleTime

NOT_IN_EVIDENCE: Mapping[str, str] = MappingProxyType(
    {
        "sellers_staffable": "who could be hired within a year is not recorded",
        "new_segment": "whether a segment is too new to be judged is a judgement",
        "prospect_value": "an account that is still to be won has no contract yet",
        "new_logo_potential": "it is measured as landed and reachable accounts",
        "potential_value": "what a customer could use is not recorded, only what it bought",
        "year_1_expansion_potential": "it is measured in numbers, as year 1 expansion",
        "year_1_expansion_complexity": "it is measured in numbers, as year 1 new buyers",
        "later_expansion_potential": "it is measured in numbers, as later expansion",
        "later_expansion_complexity": "it is measured in numbers, as later new buyers",
        "playbook": "replies are recorded, and not whether others can repeat what brought them",
        "competition": "no table says which rival a deal was fought out with",
    }
)
"""Facts that no evidence tells, with the reason."""


@dataclass(frozen=True)
class Tells(Note):
    """Marks a function that measures the fact of its name; `how` says in a sentence how.

    `rests_on` names the tables, or columns as `table.column`, without which it cannot be told; of
    several with `or` between them one is enough.
    """

    how: str = ""
    rests_on: tuple[str, ...] = ()


def measured_facts(
    charter: Charter,
    evidence: Evidence,
    *,
    segments: Sequence[str] | None = None,
    times: tuple[RoleTime, ...] | None = None,
    seed: int = 0,
    progress: Callable[[str], None] = lambda _: None,
) -> Mapping[str, Mapping[str, Measured]]:
    """What evidence tells of every fact of every segment, as of the evidence's day.

    Args:
        charter: For segments, roles, stages and rules.
        evidence: Opened for this charter.
        segments: Only these.
        times: How roles spend their time, where that was worked out already, as by an audit.
        seed: For the intervals; same seed, same ends.
        progress: Called with a few words before each segment.

    Returns:
        By segment, then by fact: all that a charter could state, those it cannot tell with the
        reason, and `acv`.
    """
    from remit.decide.measured.looked import Looked, Untold

    told = catalogue("remit.decide.measured", Tells)
    shared: dict[object, object] = {} if times is None else {"times": times}
    found: dict[str, Mapping[str, Measured]] = {}
    for segment in segments or segments_of(charter):
        progress(f"measuring the facts of {segment}")
        looked = Looked(charter, evidence, None if segment == EVERYWHERE else segment, seed, shared)
        mine: dict[str, Measured] = {}
        for name in dict.fromkeys((*fact_kinds(), *told)):
            fact = Measured(name, evidence.as_of)
            if name in told:
                try:
                    fact = dataclasses.replace(
                        told[name].call(looked), name=name, how=told[name].note.how
                    )
                except Untold as untold:
                    note = told[name].note
                    lacks = tuple(word for word in note.rests_on if looked.lacks(word))
                    fact = dataclasses.replace(fact, unknown=untold.why, how=note.how, lacks=lacks)
            else:
                fact = dataclasses.replace(
                    fact, unknown=NOT_IN_EVIDENCE.get(name, "nothing recorded tells it")
                )
            mine[name] = fact
        found[segment] = MappingProxyType(mine)
    return MappingProxyType(found)


def finite(value: float | None) -> float | None:
    """A number as plain float; None for none, for infinity and for what is no number."""
    return None if value is None or not math.isfinite(value) else float(value)
