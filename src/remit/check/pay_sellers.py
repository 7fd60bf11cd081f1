"""Checks on how sellers are asked: one number, a generalist's two quotas, quota against pay."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from remit.charter import remit_of
from remit.check.declared import Check, Declared, Subject
from remit.check.pay_across import unpaid_for
from remit.check.pay_terms import (
    NEW_CUSTOMERS,
    ROUNDING_DAYS,
    Paying,
    accelerates,
    amount,
    currency_of,
    paying,
    place_of,
    planned,
    quota_of,
    rate_up_to_quota,
    sellers,
    weights,
    where_pay_is_stated,
    yearly_quota,
)
from remit.check.wording import listed
from remit.terms import Estimate, Finding, Function, Severity
from remit.terms.shapes import days_in

_ONE = ("003-20", "002-48")
_GENERALIST = ("002-48", "002-49", "002-50")
_DRAW = ("002-30",)


@Check(rules=_ONE, asks="Is a seller of new business measured on one number?")
def one_number(declared: Declared) -> Iterator[Finding]:
    """Sellers with quotas on more than one measure, who own no expansion.

    Amber. Two quotas are right where the seller also owns expansion. When credit is paid out is
    another question, and so are gates and modifiers.
    """
    subject = Subject("one_number", _ONE)
    limit = declared.limit("ae_measures", "value")
    asked = {
        role: plan
        for role, plan in sellers(declared).items()
        if Function.EXPANSION not in remit_of(declared.charter, role).owned
    }

    def found() -> Iterator[Finding]:
        for role, plan in asked.items():
            names = dict.fromkeys(
                measure.name for paid in _with_quota(declared, role) for measure in paid.measures
            )
            if not names:
                yield subject.not_stated(
                    f"roles.{role}", f"The plan of {role} states no quota. State `quota:`."
                )
            elif len(names) > limit.value:
                yield subject.found(
                    f"roles.{role}",
                    f"{role} has quotas on {len(names)} measures: {listed(names)}.",
                    Severity.AMBER,
                    remedy="Keep the quota on `closed_won_arr`, and let the others gate or modify it.",
                    place=declared.place("plans", plan),
                    measured=Estimate(float(len(names)), "count"),
                    limit=limit,
                )

    if planned(declared) and not asked:
        yield subject.not_here("roles", "No role with a plan owns closing and not expansion.")
        return
    yield from where_pay_is_stated(
        declared, subject, found(), "Sellers of new business have a quota on one measure."
    )


@Check(rules=_GENERALIST, asks="Is a generalist asked for new customers on their own?")
def generalist_quotas(declared: Declared) -> Iterator[Finding]:
    """Whether the plan of a role that owns closing and expansion keeps new customers apart.

    Amber where new customers and expansion have no quotas of their own: sellers drift to
    expansion. Where the plan does not pay on expansion at all, `paid_on_expansion` says it. A note where the rate on new customers is no higher, and where accelerators do not
    wait for the goal of new customers.
    """
    subject = Subject("generalist_quotas", _GENERALIST)
    generalists = {
        role: plan
        for role, plan in sellers(declared).items()
        if Function.EXPANSION in remit_of(declared.charter, role).owned
    }

    def found() -> Iterator[Finding]:
        for role, plan in generalists.items():
            yield from _of_generalist(declared, subject, role, plan)

    if planned(declared) and not generalists:
        yield subject.not_here("roles", "No role with a plan owns both closing and expansion.")
        return
    yield from where_pay_is_stated(
        declared,
        subject,
        found(),
        "Generalists have a quota, a higher rate and a gate for new customers.",
    )


def _of_generalist(declared: Declared, subject: Subject, role: str, plan: str) -> Iterator[Finding]:
    parts = [paid for paid in paying(declared) if paid.role == role]
    new = [paid for paid in parts if any(m.name in NEW_CUSTOMERS for m in paid.measures)]
    grown = [
        paid
        for paid in parts
        if paid not in new
        and any(m.unit == "money" and Function.EXPANSION in m.functions for m in paid.measures)
        and not any(Function.CLOSING in m.functions for m in paid.measures)
    ]
    place = declared.place("plans", plan)
    without = [
        what
        for what, of in (("new business", new), ("expansion", grown))
        if not any(quota_of(paid.component) for paid in of)
    ]
    if without and role in unpaid_for(declared, Function.EXPANSION):
        yield subject.not_here(
            f"roles.{role}",
            f"The plan of {role} does not pay on expansion, which `paid_on_expansion` speaks of.",
        )
    elif without:
        asked = dict.fromkeys(
            measure.name for paid in _with_quota(declared, role) for measure in paid.measures
        )
        has = f"no quota on {without[0]} alone"
        if len(without) > 1:
            has = f"one quota for both, on {listed(asked)}" if asked else "no quota"
        yield subject.found(
            f"roles.{role}",
            f"{role} owns closing and expansion and has {has}; two quotas are wanted, one on new "
            "business and one on expansion.",
            Severity.AMBER,
            rules=("002-48",),
            remedy="State one component on `new_arr` and one on `net_expansion_arr`, each with a "
            "`quota`.",
            place=place,
        )
    rates = [_rates(declared, of) for of in (new, grown)]
    if new and grown and not all(rates):
        yield subject.not_stated(
            f"roles.{role}",
            f"The rates of {role} on new customers and on expansion cannot be compared. State "
            "`rate:`, or `quota:` and `weight:`.",
        )
    elif new and grown and max(rates[0]) <= max(rates[1]):
        yield subject.found(
            f"roles.{role}",
            f"{role} earns {_percent(max(rates[0]))} on new customers and "
            f"{_percent(max(rates[1]))} on expansion.",
            Severity.NOTE,
            rules=("002-49",),
            place=place_of(declared, new[0]),
        )
    names = {paid.name for paid in new}
    for paid in grown:
        if accelerates(paid.component) and not _waits_for(declared, paid, names):
            yield subject.found(
                paid.about,
                f"{role} can reach the accelerators of {paid.name} without the goal of new "
                "customers.",
                Severity.NOTE,
                rules=("002-50",),
                place=place_of(declared, paid),
            )


def _rates(declared: Declared, parts: list[Paying]) -> list[Decimal]:
    """What a unit of money credited earns, stated or derived from weight and quota."""
    found = []
    for paid in parts:
        plan = declared.charter.plans[paid.plan]
        quota, rate = yearly_quota(plan, paid.component), rate_up_to_quota(paid.component)
        if any(measure.unit != "money" for measure in paid.measures):
            continue
        if rate is not None:
            found.append(rate)
        elif quota and plan.variable is not None:
            found.append(plan.variable * weights(plan)[paid.name] / quota)
    return found


def _waits_for(declared: Declared, paid: Paying, components: set[str]) -> bool:
    return any(
        gate.component in components
        or (gate.measure is not None and declared.measure(gate.measure).name in NEW_CUSTOMERS)
        for gate in paid.component.gates
    )


def _percent(share: Decimal) -> str:
    return f"{share * 100:.1f} %"


@Check(asks="What is a seller asked for, in times what they are paid?")
def quota_over_pay(declared: Declared) -> Iterator[Finding]:
    """A seller's yearly quotas in money over pay at target, beside what others ask for.

    A note outside the band of the rule of thumb. Neither it nor the average of the study is a
    limit, and no rule of the sources asks for either.
    """
    subject = Subject("quota_over_pay", ())
    average = declared.limit("quota_to_ote", "value")
    band = declared.band("quota_to_ote_rule_of_thumb")
    assert band is not None
    thumb = declared.numbers["quota_to_ote_rule_of_thumb"].at(declared.day).source

    def found() -> Iterator[Finding]:
        for role, name in sellers(declared).items():
            plan, about = declared.charter.plans[name], f"roles.{role}"
            asked: dict[str, Decimal] = {}
            for paid in _with_quota(declared, role):
                quota = yearly_quota(plan, paid.component)
                for measure in paid.measures:
                    if measure.unit == "money" and quota is not None:
                        asked[measure.name] = max(asked.get(measure.name, Decimal(0)), quota)
            if plan.ote is None:
                yield subject.not_stated(
                    about, f"The plan of {role} does not say what it pays at target. State `ote:`."
                )
                continue
            if not asked or not plan.ote:
                yield subject.not_stated(
                    about, f"The plan of {role} states no quota in money. State `quota:`."
                )
                continue
            together, currency = sum(asked.values(), Decimal(0)), currency_of(declared, plan)
            ratio = float(together / plan.ote)
            if not band[0] <= ratio <= band[1]:
                yield subject.found(
                    about,
                    f"{role} is asked for {amount(together, currency)} a year, {ratio:.1f} times "
                    f"pay at target; the rule of thumb is {band[0]:g} to {band[1]:g} times, and "
                    f"the average of a study is {average.value:g}.",
                    Severity.NOTE,
                    remedy=_more_or_less(ratio > band[1]),
                    caveats=(f"Rule of thumb: {thumb}. Study: {average.source}.",),
                    place=declared.place("plans", name),
                    measured=Estimate(ratio, "times", of="yearly quota over pay at target"),
                    limit=average,
                )

    if planned(declared) and not sellers(declared):
        yield subject.not_here("roles", "No role with a plan owns closing.")
        return
    yield from where_pay_is_stated(
        declared,
        subject,
        found(),
        f"Sellers are asked for {band[0]:g} to {band[1]:g} times their pay at target.",
    )


def _more_or_less(above: bool) -> str:
    return (
        "Look at how many reach the `quota:`; lower it or raise the `ote:` if few do."
        if above
        else "Look at how many pass the `quota:`; raise it if most do, or leave it while the role "
        "or the product is new."
    )


def _with_quota(declared: Declared, role: str) -> list[Paying]:
    return [
        paid
        for paid in paying(declared)
        if paid.role == role and paid.own_credit and quota_of(paid.component) is not None
    ]


@Check(rules=_DRAW, asks="Does the draw last until a new hire can earn?")
def draw_length(declared: Declared) -> Iterator[Finding]:
    """How long a non-recoverable draw lasts, against training and the median sales cycle.

    Amber where it ends before, a note where it lasts longer. A draw that waits for the leading
    indicator of retention as well may be longer. A draw without a length lasts exactly so long,
    and needs both to be stated. Where segments differ, the longest cycle counts.
    """
    subject = Subject("draw_length", _DRAW)
    drawn = [
        name
        for name, plan in declared.charter.plans.items()
        if plan.draw is not None and plan.draw.kind == "non_recoverable"
    ]
    if not drawn:
        yield subject.not_here("plans", "No plan has a non-recoverable draw.")
    for name in drawn:
        yield _drawn(declared, subject, name)


def _drawn(declared: Declared, subject: Subject, name: str) -> Finding:
    draw = declared.charter.plans[name].draw
    assert draw is not None
    about = f"plans.{name}.draw"
    cycle = draw.sales_cycle or _longest_cycle(declared, name)
    if draw.training is None or cycle is None:
        missing = listed(
            word
            for word, stated in (("`training:`", draw.training), ("`sales_cycle:`", cycle))
            if stated is None
        )
        return subject.not_stated(
            about,
            f"How long the draw of {name} should last is not known. State {missing} in the draw.",
        )
    needed = days_in(draw.training) + days_in(cycle)
    lasts = needed if draw.lasts is None else days_in(draw.lasts)
    same = f"training ({draw.training}) and the median sales cycle ({cycle})"
    longer_by_choice = lasts > needed and draw.until_retention_indicator
    # A month is a twelfth of a year, so 4 months and 120 days differ by less than two days.
    if abs(lasts - needed) < ROUNDING_DAYS or longer_by_choice:
        return subject.clear(about, f"The draw of {name} covers {same}.")
    ends = "before" if lasts < needed else "after"
    return subject.found(
        about,
        f"The draw of {name} lasts {lasts:.0f} days, and ends {ends} {same}, {needed:.0f} days.",
        Severity.AMBER if lasts < needed else Severity.NOTE,
        remedy="Leave `lasts:` out, or state what the two come to." if lasts < needed else "",
        place=declared.place("plans", name, "draw"),
        measured=Estimate(lasts, "days"),
    )


def _longest_cycle(declared: Declared, plan: str) -> str | None:
    """The longest median sales cycle of the segments in which somebody has the plan."""
    cycles = [
        segment.sales_cycle
        for name, segment in declared.charter.segments.items()
        if segment.sales_cycle is not None
        and any(
            role.plan == plan and declared.in_segment(title, name)
            for title, role in declared.charter.roles.items()
        )
    ]
    return max(cycles, key=days_in, default=None)
