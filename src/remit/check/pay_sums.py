"""Checks on whether a plan agrees with itself: weights, pay at target, names of measures.

No source states these as rules: a plan that contradicts itself is wrong by its own words.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from itertools import combinations

from remit.check.declared import Check, Declared, Subject
from remit.check.pay_terms import (
    accelerates,
    amount,
    currency_of,
    measures_of,
    weights,
    where_pay_is_stated,
    yearly_pay_at_target,
)
from remit.check.wording import listed
from remit.compensation.commission import Commission
from remit.compensation.components import AnyComponent, pays_on
from remit.compensation.measures import named
from remit.compensation.spif import Spif
from remit.terms import Estimate, Finding, Severity


@Check(asks="Do the weights of a plan add up to 100 %?")
def pay_weights(declared: Declared) -> Iterator[Finding]:
    """Plans whose components' weights do not make up the variable pay.

    Red where they sum to more, or where all are stated and sum to less. Amber where they leave
    nothing for a component that neither has a weight nor says what it pays. Prizes beside the
    plan have no weight.
    """
    subject = Subject("pay_weights", ())

    def found() -> Iterator[Finding]:
        for name, plan in declared.charter.plans.items():
            parts = {n: c for n, c in plan.components.items() if not isinstance(c, Spif)}
            stated = [c.weight for c in parts.values() if c.weight is not None]
            together = sum(stated, Decimal(0))
            place = declared.place("plans", name, "components")
            if together > 1 or (stated and len(stated) == len(parts) and together < 1):
                yield subject.found(
                    f"plans.{name}",
                    f"The weights of {name} sum to {(together * 100).normalize():f} %.",
                    Severity.RED,
                    remedy="State weights that sum to 100%, or leave one out: it gets what is left.",
                    place=place,
                    measured=Estimate(float(together), "share"),
                )
            elif together == 1:
                for part, component in parts.items():
                    if component.weight is None and not _says_what_it_pays(component):
                        yield subject.found(
                            f"plans.{name}.components.{part}",
                            f"The weights of {name} leave nothing for {part}, which says neither a "
                            "weight nor what it pays.",
                            Severity.AMBER,
                            remedy="State its `weight:`, or what it pays.",
                            place=declared.place("plans", name, "components", part),
                        )

    yield from where_pay_is_stated(
        declared, subject, found(), "The weights of every plan make up its variable pay."
    )


def _says_what_it_pays(component: AnyComponent) -> bool:
    if isinstance(component, Commission):
        return bool(component.rate or component.each or component.tiers)
    return isinstance(component, Spif) or component.target is not None


@Check(asks="Does a plan pay at target what it says it pays?")
def pay_at_target(declared: Declared) -> Iterator[Finding]:
    """Components whose rate and quota, or target, come to something else than their weight.

    Amber. Pay at target is `ote` and `pay_mix`, of which a component has its weight; the same
    component may state a rate and a quota, or a target, which say it again. Components without a
    weight are compared together with what the others leave. Tiers count where they change at the
    quota or later.
    """
    subject = Subject("pay_at_target", ())
    limit = declared.limit("pay_at_target_gap", "amber")
    compared = 0

    def found() -> Iterator[Finding]:
        nonlocal compared
        for name in declared.charter.plans:
            for path, expected, pays in _said_twice(declared, name):
                compared += 1
                gap = float(abs(pays / expected - 1))
                if gap > limit.value:
                    plan = declared.charter.plans[name]
                    currency = currency_of(declared, plan)
                    yield subject.found(
                        ".".join(path),
                        f"{path[-1]} of {name} pays {amount(pays, currency)} a year at target by "
                        f"its terms and {amount(expected, currency)} by its weight."
                        if len(path) > 2
                        else f"The components of {name} pay {amount(pays, currency)} a year at "
                        f"target by their terms, and {amount(expected, currency)} is left for them.",
                        Severity.AMBER,
                        remedy="Change the `rate` or the `quota`, or state the `weight` it is meant "
                        "to have.",
                        place=declared.place(*path),
                        measured=Estimate(gap, "share", of="variable pay of the component"),
                        limit=limit,
                    )

    findings = list(found())
    if declared.charter.plans and not compared:
        yield subject.not_stated(
            "plans",
            "No plan says twice what a component pays at target. State `rate:` and `quota:`, or "
            "`target:`, beside `ote:`.",
        )
        return
    yield from where_pay_is_stated(
        declared, subject, iter(findings), "Plans pay at target what they say they pay."
    )


def _said_twice(
    declared: Declared, name: str
) -> Iterator[tuple[tuple[str, ...], Decimal, Decimal]]:
    """Where a plan says pay at target twice: the path, by weight, and by its own terms."""
    plan = declared.charter.plans[name]
    variable = plan.variable
    if variable is None:
        return
    part_of = weights(plan)
    unweighted: list[Decimal | None] = []
    left = Decimal(0)
    for part, weight in part_of.items():
        component = plan.components[part]
        pays, expected = yearly_pay_at_target(plan, component), weight * variable
        if component.weight is None:
            unweighted.append(pays)
            left += expected
        elif pays is not None and expected > 0 and component.credit.to in ("owner", "split"):
            yield ("plans", name, "components", part), expected, pays
    known = [pays for pays in unweighted if pays is not None]
    if known and len(known) == len(unweighted) and left > 0:
        yield ("plans", name), left, sum(known, Decimal(0))


@Check(asks="Does every gate hold something back?")
def empty_gates(declared: Declared) -> Iterator[Finding]:
    """Gates that open accelerators of a component that has none.

    A note: accelerators are tiers past the quota. A component without a quota, or whose tiers end
    at it, pays the same whether or not the gate is met.
    """
    subject = Subject("empty_gates", ())
    gated = [
        (name, part, number, component)
        for name, plan in declared.charter.plans.items()
        for part, component in plan.components.items()
        for number, gate in enumerate(component.gates)
        if gate.opens == "accelerators"
    ]
    if declared.charter.plans and not gated:
        yield subject.not_here("plans", "No gate opens accelerators alone.")
        return
    yield from where_pay_is_stated(
        declared,
        subject,
        (
            subject.found(
                f"plans.{name}.components.{part}",
                f"A gate of {part} in {name} opens accelerators, and {part} has no tier past its "
                "quota, so the gate opens nothing.",
                Severity.NOTE,
                remedy="Add `tiers:` from 100% of a `quota:` on, or write `opens: all`.",
                place=declared.place("plans", name, "components", part, "gates", number),
            )
            for name, part, number, component in gated
            if not accelerates(component)
        ),
        "Every gate on accelerators has accelerators to open.",
    )


@Check(asks="Does every measure have one name?")
def one_name_a_measure(declared: Declared) -> Iterator[Finding]:
    """Measures that the charter speaks of under two names.

    Amber where two of the company's own names mean the same measure in the same segments, and
    where a plan pays on one measure under two names. A note where what a role is steered by and
    what it is paid on are one measure under two names.
    """
    subject = Subject("one_name_a_measure", ())

    def found() -> Iterator[Finding]:
        own = declared.charter.measures
        for one, other in combinations(own, 2):
            apart = set(own[one].segments) and set(own[other].segments)
            if named(own[one].of) == named(own[other].of) and not (
                apart and set(own[one].segments).isdisjoint(own[other].segments)
            ):
                yield subject.found(
                    f"measures.{other}",
                    f'"{one}" and "{other}" are both {named(own[one].of)}.',
                    Severity.AMBER,
                    remedy="Keep one name, or limit each to its `segments`.",
                    place=declared.place("measures", other),
                )
        for name, plan in declared.charter.plans.items():
            yield from _twice_in_a_plan(declared, subject, name, list(plan.components.values()))
        yield from _steered_and_paid(declared, subject)

    if not declared.charter.measures and not declared.charter.plans:
        yield subject.not_stated(
            "measures", "No measures are named. State `measures:` or `plans:`."
        )
        return
    said = list(found())
    yield from said or [subject.clear("measures", "Every measure goes by one name.")]


def _twice_in_a_plan(
    declared: Declared, subject: Subject, plan: str, components: list[AnyComponent]
) -> Iterator[Finding]:
    wordings: dict[str, list[str]] = {}
    for component in components:
        for words, measure in zip(
            pays_on(component), measures_of(declared, component), strict=True
        ):
            wordings.setdefault(measure.name, []).append(words)
    for measure_name, used in wordings.items():
        if len(set(used)) > 1 and not _own_segments_apart(declared, used):
            yield subject.found(
                f"plans.{plan}",
                f"{plan} pays on {measure_name} under {len(set(used))} names: {listed(dict.fromkeys(used))}.",
                Severity.AMBER,
                remedy="Use one name, or make them one component.",
                place=declared.place("plans", plan, "components"),
            )


def _own_segments_apart(declared: Declared, words: list[str]) -> bool:
    """Whether all are the company's own names, limited to segments that do not meet."""
    own = [declared.charter.measures.get(name) for name in dict.fromkeys(words)]
    segments = [one.segments if one is not None else () for one in own]
    return all(segments) and all(
        set(one).isdisjoint(other) for one, other in combinations(segments, 2)
    )


def _steered_and_paid(declared: Declared, subject: Subject) -> Iterator[Finding]:
    for name, role in declared.charter.roles.items():
        plan = declared.charter.plans.get(role.plan or "")
        if plan is None:
            continue
        paid = {
            declared.measure(words).name: words
            for component in plan.components.values()
            for words in pays_on(component)
        }
        for words in role.kpis:
            pays = paid.get(declared.measure(words).name)
            if pays is not None and pays != words:
                yield subject.found(
                    f"roles.{name}",
                    f'{name} is steered by "{words}" and paid on "{pays}", which are one measure.',
                    Severity.NOTE,
                    place=declared.place("roles", name, "kpis"),
                )
