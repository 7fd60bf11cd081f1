"""Checks on pay across roles: one sale paid twice, or to nobody, and pay that falls."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from itertools import combinations

from remit.charter import Cell, Owners, Spell, remit_of
from remit.check.declared import Check, Declared, Subject
from remit.check.pay_terms import (
    Paying,
    amount,
    currency_of,
    paying,
    place_of,
    planned,
    quota_of,
    sellers,
    where_pay_is_stated,
    yearly_quota,
)
from remit.check.wording import inside, listed, spoken
from remit.compensation.commission import Commission
from remit.terms import Estimate, Finding, Function, Severity

_EXPANSION = ("000-24", "002-16", "003-35", "003-53")
_RENEWAL = ("002-16", "001-20", "000-20")
_TWICE = ("000-20", "003-20")
_CUT = ("002-40",)
_ORDER = ("002-35", "002-43", "002-44")

_OF_CUSTOMER_SUCCESS = ("CSM", "CSM/AM")


@Check(rules=_EXPANSION, asks="Is one role, and only one, paid on expansion?")
def paid_on_expansion(declared: Declared) -> Iterator[Finding]:
    """Segments in which no role is paid on expansion, or two are for the same sale.

    Red where no role's plan has a component for it. Red for a CSM, amber for others, who owns
    expansion and has none. Amber where two roles are both paid as the owner of the sale; overlay,
    team and pool credit is not counted, nor are roles that own it at different account ages or in
    different motions. Retention that includes expansion is a component for it, and is not a
    second credit. The sources disagree on the CSM: the flag is raised only where the charter
    gives CSMs expansion.
    """
    yield from _paid_once(
        declared, Subject("paid_on_expansion", _EXPANSION), Function.EXPANSION, Severity.RED
    )


@Check(rules=_RENEWAL, asks="Is one role, and only one, paid on renewals?")
def paid_on_renewal(declared: Declared) -> Iterator[Finding]:
    """Segments in which no role is paid on renewals, or two are for the same renewal.

    Amber: as for expansion, without the CSM's flag, which speaks of expansion alone.
    """
    yield from _paid_once(
        declared, Subject("paid_on_renewal", _RENEWAL), Function.RENEWAL, Severity.AMBER
    )


def _paid_once(
    declared: Declared, subject: Subject, function: Function, unpaid: Severity
) -> Iterator[Finding]:
    def found() -> Iterator[Finding]:
        for segment in declared.segments:
            yield from _in_segment(declared, subject, function, segment, unpaid)

    yield from where_pay_is_stated(
        declared, subject, found(), f"In every segment one role is paid on {spoken(function)}."
    )


def _in_segment(
    declared: Declared, subject: Subject, function: Function, segment: str, unpaid: Severity
) -> Iterator[Finding]:
    """What there is to say of one function in one segment; nothing where it is paid once."""
    cells = _cells(declared, function, segment)
    where = inside([segment])
    about = f"{function.value} in {segment}"
    if all(held.outside or held.nobody for held in cells.values()):
        yield subject.not_here(about, f"No role here owns {spoken(function)}{where}, by decision.")
        return
    owners, included = _owners(declared, cells), _included(declared, function, segment)
    unplanned = [name for name in owners if name not in planned(declared)]
    if not included and unplanned:
        yield subject.not_stated(
            about,
            f"Whether anybody is paid on {spoken(function)}{where} depends on {listed(unplanned)}, "
            "without a plan. State `plan:` and its components.",
        )
        return
    if not included:
        yield subject.found(
            about,
            f"No role is paid on {spoken(function)}{where}{_two_wanted(declared, function, owners)}.",
            unpaid,
            remedy=f"Add a component on a measure of {spoken(function)} to the plan of "
            f"{listed(owners) if owners else 'the role that is to own it'}.",
            place=declared.place("roles", owners[0]) if owners else declared.place("roles"),
        )
        return
    for owner in owners:
        if owner in planned(declared) and not any(paid.role == owner for paid in included):
            of_success = declared.charter.roles[owner].kind in _OF_CUSTOMER_SUCCESS
            yield subject.found(
                f"roles.{owner} in {segment}",
                f"{owner} owns {spoken(function)}{where}, and its plan does not pay on it"
                f"{_two_wanted(declared, function, [owner])}.",
                unpaid if of_success else Severity.AMBER,
                rules=_rules_for(declared, function, owner),
                remedy=f"Add a component on a measure of {spoken(function)} to {owner}'s plan, or "
                "give the function to the role that is paid on it.",
                place=declared.place("roles", owner, "plan"),
            )
    credited = [paid for paid in included if paid.own_credit and _credits(paid, function)]
    for one, other in combinations(credited, 2):
        together = [
            cell for cell, held in cells.items() if {one.role, other.role} <= set(held.owns)
        ]
        both_own = one.role in owners and other.role in owners
        if one.role == other.role or (both_own and not together) or _products_apart(one, other):
            continue
        yield subject.found(
            about,
            f"{one.role} ({one.on}) and {other.role} ({other.on}) are both paid as "
            f"the owner for {spoken(function)}{where}.",
            Severity.AMBER,
            remedy="Let one of them own the credit, and state `credit: {to: overlay}`, or "
            "`split`, for the other.",
            place=place_of(declared, other),
        )


def _rules_for(declared: Declared, function: Function, owner: str) -> tuple[str, ...]:
    """The rules on expansion that speak of an owner who is no CSM; empty for all of a check's."""
    if function is not Function.EXPANSION:
        return ()
    if declared.charter.roles[owner].kind in _OF_CUSTOMER_SUCCESS:
        return ()
    return ("002-48", "002-16") if owner in sellers(declared) else ("002-16",)


def unpaid_for(declared: Declared, function: Function) -> frozenset[str]:
    """Roles with a plan that does not pay on a function they own, as the check on it finds them.

    Not those of whom the check cannot tell, since another owner has no plan yet.
    """
    found: set[str] = set()
    for segment in declared.segments:
        owners = _owners(declared, _cells(declared, function, segment))
        paid = {one.role for one in _included(declared, function, segment)}
        if paid or all(owner in planned(declared) for owner in owners):
            found |= {owner for owner in owners if owner in planned(declared)} - paid
    return frozenset(found)


def _cells(declared: Declared, function: Function, segment: str) -> Mapping[Cell, Owners]:
    return {
        cell: held
        for cell, held in declared.owners.items()
        if cell.function is function and cell.segment == segment
    }


def _owners(declared: Declared, cells: Mapping[Cell, Owners]) -> list[str]:
    return [name for name in declared.charter.roles if any(name in h.owns for h in cells.values())]


def _included(declared: Declared, function: Function, segment: str) -> list[Paying]:
    """Components that pay a role that leads nobody for a function, alone or within a larger one."""
    return [
        paid
        for paid in paying(declared, segment)
        if any(function in m.functions and m.outcome_of != "team" for m in paid.measures)
        and Function.MANAGEMENT not in remit_of(declared.charter, paid.role).owned
    ]


def _two_wanted(declared: Declared, function: Function, owners: list[str]) -> str:
    """What a seller who owns expansion is to be asked for; nothing for other owners and work."""
    both = [owner for owner in owners if owner in sellers(declared)]
    if function is not Function.EXPANSION or not both:
        return ""
    return (
        f"; {listed(both)} {'owns' if len(both) == 1 else 'own'} closing too, so two quotas are "
        "wanted, one on new business and one on expansion"
    )


def _credits(paid: Paying, function: Function) -> bool:
    """Whether a sale of this kind is itself credited, and not only counted in a share."""
    return paid.component.credit.to == "owner" and any(
        measure.unit == "money"
        and function in measure.functions
        and measure.functions[0] in (function, Function.CLOSING)
        for measure in paid.measures
    )


def _products_apart(one: Paying, other: Paying) -> bool:
    sold = [
        set(paid.component.products) if isinstance(paid.component, Commission) else set()
        for paid in (one, other)
    ]
    return all(sold) and sold[0].isdisjoint(sold[1])


@Check(rules=_TWICE, asks="Does anybody have two quotas on one measure?")
def two_quotas_on_one_measure(declared: Declared) -> Iterator[Finding]:
    """Quotas on the same measure that one person has to reach at once.

    Red within one plan where the two ask for different amounts, amber where they ask for the
    same. A note for people who share their time between two roles whose plans both have one.
    Components for different products, or with different credit, are
    different quotas. No person is named.
    """
    subject = Subject("two_quotas_on_one_measure", _TWICE)

    def found() -> Iterator[Finding]:
        yield from _within_a_plan(declared, subject)
        yield from _across_roles(declared, subject)

    yield from where_pay_is_stated(
        declared, subject, found(), "Nobody has two quotas on one measure."
    )


def _within_a_plan(declared: Declared, subject: Subject) -> Iterator[Finding]:
    seen = set()
    for one, other in combinations(_with_quota(declared), 2):
        if (
            one.role != other.role
            or not _same_measure(one, other)
            or (one.about, other.about) in seen
        ):
            continue
        seen.add((one.about, other.about))
        plan = declared.charter.plans[one.plan]
        asked = [yearly_quota(plan, paid.component) for paid in (one, other)]
        yield subject.found(
            other.about,
            f"{one.plan} has two quotas on {one.on}: {asked[0]:,.0f} a year in {one.name} "
            f"and {asked[1]:,.0f} in {other.name}.",
            Severity.AMBER if asked[0] == asked[1] else Severity.RED,
            remedy="Keep one quota, and let the other component gate on it.",
            place=place_of(declared, other),
        )


def _across_roles(declared: Declared, subject: Subject) -> Iterator[Finding]:
    held: dict[str, list[Spell]] = {}
    for spell in declared.charter.people:
        started = spell.first_day is None or spell.first_day <= declared.day
        if started and (spell.last_day is None or declared.day <= spell.last_day):
            held.setdefault(spell.person, []).append(spell)
    people: dict[tuple[str, str, str], int] = {}
    quotas = _with_quota(declared)
    for spells in (several for several in held.values() if len(several) > 1):
        doubled = {
            (one.role, other.role, one.on)
            for one, other in combinations(quotas, 2)
            if one.plan != other.plan
            and {one.role, other.role} <= {spell.role for spell in spells}
            and _same_measure(one, other)
        }
        for key in doubled:
            people[key] = people.get(key, 0) + 1
    for (role, other_role, measure), count in people.items():
        who = "1 person holds" if count == 1 else f"{count} people hold"
        yield subject.found(
            f"roles.{role} and roles.{other_role}",
            f"{who} {role} and {other_role}, whose plans each have a quota on {measure}.",
            Severity.NOTE,
            place=declared.place("people"),
            measured=Estimate(float(count), "people"),
        )


def _with_quota(declared: Declared) -> list[Paying]:
    return [paid for paid in paying(declared) if quota_of(paid.component) is not None]


def _same_measure(one: Paying, other: Paying) -> bool:
    return (
        {measure.name for measure in one.measures} == {measure.name for measure in other.measures}
        and one.component.credit.to == other.component.credit.to
        and not _products_apart(one, other)
    )


@Check(rules=_CUT, asks="Does anybody earn less at target after a change of plan?")
def pay_cut(declared: Declared) -> Iterator[Finding]:
    """Plans that pay less at target than the plan they replace.

    Red: people who are asked to change roles do not accept it. Two currencies are not compared.
    """
    subject = Subject("pay_cut", _CUT)
    plans = declared.charter.plans
    compared = 0
    for name, plan in plans.items():
        before = plans.get(plan.replaces or "")
        if before is None:
            continue
        compared += 1
        currency = currency_of(declared, plan)
        if currency != currency_of(declared, before):
            yield subject.not_stated(
                f"plans.{name}",
                f"{name} and {plan.replaces}, which it replaces, are in different currencies. "
                "State both in one `currency:`.",
            )
        elif plan.ote is None or before.ote is None:
            yield subject.not_stated(
                f"plans.{name}",
                f"{name} or {plan.replaces}, which it replaces, does not say what it pays at "
                "target. State `ote:` in both.",
            )
        elif plan.ote < before.ote:
            yield subject.found(
                f"plans.{name}",
                f"{name} pays {amount(plan.ote, currency)} at target, and {plan.replaces}, which "
                f"it replaces, pays {amount(before.ote, currency)}.",
                Severity.RED,
                remedy="Keep the `ote` and ask for a higher quota.",
                place=declared.place("plans", name, "ote"),
                measured=Estimate(float(plan.ote), currency, of="pay at target for a year"),
            )
        else:
            yield subject.clear(
                f"plans.{name}", f"{name} pays no less at target than {plan.replaces}."
            )
    if not compared:
        yield subject.not_stated(
            "plans", "No plan says which plan its holders had before. State `replaces:`."
        )


@Check(rules=_ORDER, asks="How does the pay of AEs, generalists and AMs compare?")
def pay_order(declared: Declared) -> Iterator[Finding]:
    """Pay at target of AEs, generalists and AMs who work in the same segment.

    A note: the sources disagree. One rule describes the market, where AEs earn most and AMs
    least; two ask for AMs to be paid like AEs, and to have higher quotas.
    """
    subject = Subject("pay_order", _ORDER)
    compared = False
    for upper, lower in (("AE", "AM"), ("AE", "AE/AM"), ("AE/AM", "AM")):
        for one in declared.charter.kinds(upper):
            for other in declared.charter.kinds(lower):
                if not any(
                    declared.in_segment(one, s) and declared.in_segment(other, s)
                    for s in declared.segments
                ):
                    continue
                compared = True
                yield _compared(declared, subject, one, other)
    if not compared:
        yield subject.not_here(
            "roles", "No segment has two of these kinds of role: AE, AE/AM and AM."
        )


def _compared(declared: Declared, subject: Subject, upper: str, lower: str) -> Finding:
    about = f"roles.{upper} and roles.{lower}"
    roles, plans = declared.charter.roles, declared.charter.plans
    above, below = (plans.get(roles[name].plan or "") for name in (upper, lower))
    if above is None or below is None:
        without = listed([n for n, p in ((upper, above), (lower, below)) if p is None])
        return subject.not_stated(about, f"No plan is stated for {without}. State `plan:`.")
    currency = currency_of(declared, above)
    if currency != currency_of(declared, below):
        return subject.not_stated(
            about, f"{upper} and {lower} are paid in different currencies, and are not compared."
        )
    if above.ote is None or below.ote is None:
        without = listed([n for n, p in ((upper, above), (lower, below)) if p.ote is None])
        return subject.not_stated(
            about, f"No pay at target is stated for {without}. State `ote:` in the plan."
        )
    says = (
        f"{lower} is paid {amount(below.ote, currency)} at target and {upper} "
        f"{amount(above.ote, currency)}"
    )
    among_peers = roles[upper].kind == "AE" and roles[lower].kind == "AM"
    quotas = [_asked(declared, name) for name in (upper, lower)]
    remedy = ""
    if below.ote > above.ote:
        text = f"{says}; the market pays {upper} more (002-44)."
        remedy = f"Raise the `ote:` of {roles[upper].plan}, or leave it if that is meant."
    elif not among_peers:
        return subject.clear(about, f"{says}.")
    elif below.ote < above.ote:
        text = (
            f"{says}; the market pays AMs less as well (002-44), and two rules ask for equal "
            "pay (002-35, 002-43)."
        )
        remedy = (
            f"Leave it to pay as the market does, or raise the `ote:` of {roles[lower].plan} to "
            f"{amount(above.ote, currency)}."
        )
    elif quotas[0] is None or quotas[1] is None:
        return subject.not_stated(about, f"{says}, and one of them states no quota to compare.")
    elif quotas[1] > quotas[0]:
        return subject.clear(about, f"{says}, and {lower} has the higher quota.")
    else:
        text = (
            f"{says}, and a yearly quota of {amount(quotas[1], currency)} against "
            f"{amount(quotas[0], currency)}; for equal pay two rules ask for a higher quota "
            "(002-35, 002-43)."
        )
        remedy = f"Raise the `quota:` of {lower}, or leave it if that is meant."
    return subject.found(
        about,
        text,
        Severity.NOTE,
        remedy=remedy,
        place=declared.place("roles", lower, "plan"),
        measured=Estimate(
            float(below.ote / above.ote) if above.ote else 0.0, "times", of=f"pay of {upper}"
        ),
    )


def _asked(declared: Declared, role: str) -> Decimal | None:
    """Money a role is asked for in a year over all its measures; None where it states no quota."""
    asked = [
        yearly_quota(declared.charter.plans[paid.plan], paid.component)
        for paid in _with_quota(declared)
        if paid.role == role and paid.own_credit and all(m.unit == "money" for m in paid.measures)
    ]
    known = [quota for quota in asked if quota is not None]
    return sum(known, Decimal(0)) if known else None
