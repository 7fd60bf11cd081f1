"""What plans pay on, role by role, and what that comes to at target: read by the checks on pay."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from remit.charter import Remit, remit_of
from remit.charter.market import covers
from remit.check.declared import Declared, Subject, or_clear
from remit.check.wording import listed
from remit.compensation.bonus import Bonus
from remit.compensation.commission import Commission
from remit.compensation.components import AnyComponent, pays_on
from remit.compensation.conditions import Instalment, Per, Quota
from remit.compensation.measures import Measured
from remit.compensation.plan import Plan
from remit.compensation.spif import Spif
from remit.terms import Finding, Function, Place

IN_A_YEAR: Mapping[Per, int] = {"month": 12, "quarter": 4, "half_year": 2, "year": 1}
"""How often each earning period comes in a year."""
NEW_CUSTOMERS = ("new_arr", "new_customers")
"""Measures of what is won from new customers and from nobody else."""

ROUNDING_DAYS = 3
"""Days by which lengths in months and in days differ that people mean to be the same."""


@dataclass(frozen=True, slots=True)
class Paying:
    """One component of the plan of one role, and the measures it pays on."""

    role: str
    plan: str
    name: str
    component: AnyComponent
    measures: tuple[Measured, ...]

    @property
    def functions(self) -> frozenset[Function]:
        """The functions whose work it pays for; empty for agreed objectives."""
        return frozenset(function for measure in self.measures for function in measure.functions)

    @property
    def own_credit(self) -> bool:
        """Whether it pays people for their own deals, and not for a team's or a colleague's."""
        return self.component.credit.to in ("owner", "split")

    @property
    def on(self) -> str:
        """The names of its measures, in a row."""
        return listed(measure.name for measure in self.measures)

    @property
    def about(self) -> str:
        """The component's path in the charter."""
        return f"plans.{self.plan}.components.{self.name}"


def paying(declared: Declared, segment: str | None = None) -> tuple[Paying, ...]:
    """Every component that a role is paid by, in a segment or anywhere.

    A component whose measures are all the company's own, and limited to other segments, does not
    pay there.
    """
    return tuple(
        Paying(role, plan, name, component, measures_of(declared, component))
        for role, plan in planned(declared).items()
        if segment is None or declared.in_segment(role, segment)
        for name, component in declared.charter.plans[plan].components.items()
        if segment is None or _pays_in(declared, component, segment)
    )


def planned(declared: Declared) -> Mapping[str, str]:
    """Roles with a plan that says what it pays on, each with the plan's name."""
    plans = declared.charter.plans
    return {
        name: role.plan
        for name, role in declared.charter.roles.items()
        if role.plan is not None and plans[role.plan].components
    }


def sellers(declared: Declared) -> Mapping[str, str]:
    """Roles with such a plan that own closing and lead nobody, each with the plan's name."""
    found = {}
    for role, plan in planned(declared).items():
        owned = remit_of(declared.charter, role).owned
        if Function.CLOSING in owned and Function.MANAGEMENT not in owned:
            found[role] = plan
    return found


def remits(declared: Declared) -> Mapping[str, Remit]:
    """What each role with such a plan owns and assists, wherever it works."""
    return {role: remit_of(declared.charter, role) for role in planned(declared)}


def measures_of(declared: Declared, component: AnyComponent) -> tuple[Measured, ...]:
    """The measures of the catalogue that a component pays on."""
    return tuple(declared.measure(name) for name in pays_on(component))


def _pays_in(declared: Declared, component: AnyComponent, segment: str) -> bool:
    own = [declared.charter.measures.get(name) for name in pays_on(component)]
    return not own or any(one is None or covers(one.segments, segment) for one in own)


def where_pay_is_stated(
    declared: Declared, subject: Subject, findings: Iterator[Finding], otherwise: str
) -> Iterator[Finding]:
    """The findings, `otherwise` where there are none, or that the charter says nothing of pay."""
    if planned(declared):
        yield from or_clear(findings, subject.clear("plans", otherwise))
    else:
        yield subject.not_stated(
            "plans",
            "No role has a plan with components. State `plans:`, and `plan:` for each role.",
        )


def weights(plan: Plan) -> Mapping[str, Decimal]:
    """Each component's part of the variable pay at target; prizes beside the plan have none.

    Components without a weight share evenly what the others leave, and nothing where they leave
    nothing.

    >>> from remit.compensation.plan import Plan
    >>> parts = {"new": {"pays_on": "new_arr", "rate": 0.1, "weight": 0.7},
    ...          "grow": {"pays_on": "expansion_arr", "rate": 0.05}}
    >>> {name: str(part) for name, part in
    ...  weights(Plan(ote=200000, pay_mix="50/50", components=parts)).items()}
    {'new': '0.7', 'grow': '0.3'}
    """
    parts = {
        name: component
        for name, component in plan.components.items()
        if not isinstance(component, Spif)
    }
    unweighted = [name for name, component in parts.items() if component.weight is None]
    stated = sum((component.weight or Decimal(0) for component in parts.values()), Decimal(0))
    left = max(Decimal(1) - stated, Decimal(0)) / (len(unweighted) or 1)
    return {
        name: left if component.weight is None else component.weight
        for name, component in parts.items()
    }


def quota_of(component: AnyComponent) -> Quota | None:
    """The quota a component asks for, if it asks for one."""
    return component.quota if isinstance(component, Commission | Bonus) else None


def accelerates(component: AnyComponent) -> bool:
    """Whether a component has tiers from the quota on: accelerators."""
    if not isinstance(component, Commission) or not component.quota:
        return False
    return component.tiers_by in (None, "attainment") and any(
        tier.at >= 1 for tier in component.tiers
    )


def yearly_quota(plan: Plan, component: AnyComponent) -> Decimal | None:
    """What a component asks of one person in a year; None where that differs by segment."""
    quota = quota_of(component)
    if quota is None or quota.target is None:
        return None
    return quota.target * IN_A_YEAR[quota.per or plan.period]


def rate_up_to_quota(component: AnyComponent) -> Decimal | None:
    """What a unit of credit earns all the way to quota, where one number says it.

    It is stated alone, or as the first of tiers that change at the quota or later. None where
    tiers change before it, or where only the quota is stated.
    """
    if not isinstance(component, Commission):
        return None
    if component.tiers and component.tiers_by in (None, "attainment") and component.quota:
        first, *others = component.tiers
        if first.at > 0 or any(tier.at < 1 or tier.back_to is not None for tier in others):
            return None
        if component.table == "retroactive" and any(tier.at <= 1 for tier in others):
            return None
        return first.rate if first.rate is not None else first.each
    return component.rate if component.rate is not None else component.each


def yearly_pay_at_target(plan: Plan, component: AnyComponent) -> Decimal | None:
    """What a component's own terms pay in a year at target; None where only a weight says it."""
    if isinstance(component, Commission):
        quota, rate = yearly_quota(plan, component), rate_up_to_quota(component)
        return None if quota is None or rate is None else quota * rate
    if isinstance(component, Spif) or component.target is None:
        return None
    return component.target * IN_A_YEAR[plan.period]


def released(plan: Plan, component: AnyComponent) -> tuple[Instalment, ...]:
    """When a component is paid: as it says itself, else as its plan says."""
    return component.release or plan.release


def currency_of(declared: Declared, plan: Plan) -> str:
    """The currency a plan is stated in."""
    return plan.currency or declared.charter.currency


def place_of(declared: Declared, paid: Paying) -> Place | None:
    """Where the charter states a component."""
    return declared.place("plans", paid.plan, "components", paid.name)


def amount(number: Decimal, currency: str) -> str:
    """An amount of money as it is printed.

    >>> amount(Decimal(180000), "USD")
    '180,000 USD'
    """
    return f"{number:,.0f} {currency}"
