"""Running another model than the one advised: what the sources say to do, and what is done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from remit.charter import Charter, Function, Handoff, remit_of
from remit.charter.market import covers
from remit.compensation.commission import Commission
from remit.compensation.measures import measured, named
from remit.compensation.plan import Plan
from remit.decide.framework import Follows

SPLIT = ("split_at_close", "split_at_first_renewal")


@dataclass(frozen=True, slots=True)
class Mitigation:
    """One thing to do where another model is run than the one advised."""

    does: str
    rule: str
    present: bool | None
    """Whether the charter shows it; None where a charter cannot show it."""
    seen: str
    """Where it was seen, or what would show it."""


@Follows(rules=("001-25", "002-45", "002-47", "002-48", "002-49", "002-50", "002-51", "002-52"))
def mitigations(
    charter: Charter, segment: str, question: str, advised: str, run: str | None
) -> tuple[Mitigation, ...]:
    """What to do where the AE | AM boundary is run otherwise than advised; empty elsewhere.

    Args:
        charter: The organisation.
        segment: Where.
        question: Only `ae_am` has mitigations in the sources.
        advised: The recommended answer.
        run: How it is run; None where that cannot be told.
    """
    if question != "ae_am" or run is None or advised == run:
        return ()
    if run == "joined" and advised in SPLIT:
        return tuple(
            Mitigation(does, rule, *look(charter, segment)) for does, rule, look in _GENERALIST
        )
    if run in SPLIT and advised == "joined":
        return tuple(
            Mitigation(does, rule, *look(charter, segment)) for does, rule, look in _SPECIALIST
        )
    return ()


Look = Callable[[Charter, str], tuple[bool | None, str]]


def _plans(charter: Charter, segment: str) -> list[tuple[str, Plan]]:
    """Comp plans of the roles that sell new business and expansion in the segment."""
    found = []
    for name, role in charter.roles.items():
        owned = remit_of(charter, name, segment).owned
        if {Function.CLOSING, Function.EXPANSION} <= owned and role.plan is not None:
            found.append((role.plan, charter.plans[role.plan]))
    return found


def _of(plan: Plan, charter: Charter, function: Function) -> list[tuple[str, Commission]]:
    """Commissions of a plan on work of one function and not of the other."""
    other = {Function.CLOSING: Function.EXPANSION, Function.EXPANSION: Function.CLOSING}[function]
    found = []
    for name, component in plan.components.items():
        if not isinstance(component, Commission):
            continue
        own = charter.measures.get(component.pays_on)
        known = named(own.of if own is not None else component.pays_on)
        functions = measured()[known].functions if known is not None else ()
        if function in functions and other not in functions:
            found.append((name, component))
    return found


def _separate_quotas(charter: Charter, segment: str) -> tuple[bool | None, str]:
    for name, plan in _plans(charter, segment):
        new, more = (
            any(component.quota for _, component in _of(plan, charter, function))
            for function in (Function.CLOSING, Function.EXPANSION)
        )
        if new and more:
            return True, f"plans.{name}"
    return False, "a comp plan with a quota on new business and one on expansion"


def _first_rate(component: Commission) -> Decimal | None:
    if component.rate is not None:
        return component.rate
    return component.tiers[0].rate if component.tiers else None


def _higher_rate(charter: Charter, segment: str) -> tuple[bool | None, str]:
    for name, plan in _plans(charter, segment):
        new, more = (
            [
                rate
                for _, component in _of(plan, charter, function)
                if (rate := _first_rate(component)) is not None
            ]
            for function in (Function.CLOSING, Function.EXPANSION)
        )
        if new and more and min(new) > max(more):
            return True, f"plans.{name}"
    return False, "a comp plan whose rate on new business is above that on expansion"


def _gated(charter: Charter, segment: str) -> tuple[bool | None, str]:
    for name, plan in _plans(charter, segment):
        new = {part for part, _ in _of(plan, charter, Function.CLOSING)}
        for component in plan.components.values():
            if any(gate.component in new for gate in component.gates):
                return True, f"plans.{name}"
    return False, "a comp plan with a gate on the new-business component"


def _demand(charter: Charter, segment: str) -> tuple[bool | None, str]:
    xdrs = [name for name in charter.kinds("SDR", "BDR") if _works(charter, name, segment)]
    if xdrs:
        return True, f"roles.{xdrs[0]}"
    return _attested(charter, "002-47", "SDRs or BDRs in the segment")


def _inspection(charter: Charter, segment: str) -> tuple[bool | None, str]:
    for cadence in charter.cadences:
        here = covers(cadence.segments, segment)
        if cadence.kind == "pipeline_review" and here:
            return True, f"cadences: a pipeline review every {cadence.every}"
    return _attested(charter, "002-51", "a pipeline review among the cadences")


def _territories(charter: Charter, segment: str) -> tuple[bool | None, str]:
    return _attested(charter, "002-52", "a charter states no account values by territory")


def _fields(charter: Charter, segment: str) -> tuple[bool | None, str]:
    for handoff in _after_the_sale(charter, segment):
        if handoff.requires or handoff.document:
            return True, f"handoffs: {handoff.name}"
    return False, "required fields or a document on the handoff after the sale"


def _accepted(charter: Charter, segment: str) -> tuple[bool | None, str]:
    for handoff in _after_the_sale(charter, segment):
        if handoff.accepted is not None:
            return True, f"handoffs: {handoff.name}"
    return False, "an acceptance on the handoff after the sale"


def _after_the_sale(charter: Charter, segment: str) -> list[Handoff]:
    """Handoffs after the sale between roles that work in the segment."""
    after = (Function.ONBOARDING, Function.CUSTOMER_SUCCESS, Function.EXPANSION, Function.RENEWAL)
    return [
        handoff
        for handoff in charter.handoffs
        if handoff.at in after
        and covers(handoff.segments, segment)
        and _works(charter, handoff.giver, segment)
        and _works(charter, handoff.taker, segment)
    ]


def _works(charter: Charter, role: str, segment: str) -> bool:
    return covers(charter.roles[role].segments, segment)


def _attested(charter: Charter, rule: str, otherwise: str) -> tuple[bool | None, str]:
    said = charter.attested.get(rule)
    if said is None:
        return (None if "states no" in otherwise else False), otherwise
    return bool(said.answer), f"said by {said.by}, not seen"


_GENERALIST: tuple[tuple[str, str, Look], ...] = (
    ("Demand generation beside the sellers: SDRs or BDRs, inbound, partners.", "002-47", _demand),
    ("Separate quotas for new customers and for net expansion.", "002-48", _separate_quotas),
    ("A higher rate on new customers than on expansion.", "002-49", _higher_rate),
    ("Accelerators that open only once the new-customer goal is reached.", "002-50", _gated),
    ("Managers who inspect new-customer pipeline against its target.", "002-51", _inspection),
    ("Territories in which a quota is out of reach without new customers.", "002-52", _territories),
)
_SPECIALIST: tuple[tuple[str, str, Look], ...] = (
    ("What is known of the account goes along in writing.", "002-53", _fields),
    ("Who takes the account over accepts it.", "002-53", _accepted),
)
