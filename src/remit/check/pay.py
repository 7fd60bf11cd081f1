"""Checks on what plans aim at: each role's own work, and nothing that others may refuse."""

from __future__ import annotations

from collections.abc import Iterator

from remit.charter import role_kinds
from remit.charter.market import AccountAge
from remit.charter.ownership import AGES
from remit.check.declared import Check, Declared, Subject
from remit.check.pay_terms import (
    Paying,
    paying,
    place_of,
    planned,
    released,
    remits,
    where_pay_is_stated,
)
from remit.check.wording import inside, listed, spoken
from remit.compensation.measures import measured
from remit.terms import Finding, Function, Severity

_REFUSED = ("000-21", "001-05", "000-20")
_OUTSIDE = ("000-20",)
_UNPAID = ("000-20", "000-27")
_MISSING = ("000-20", "000-27")

_PAID_FOR_ELSEWHERE = (Function.EXPANSION, Function.RENEWAL)
"""Functions with a check of their own on who is paid for them."""
_LOST_UNPAID = (Function.QUALIFICATION, Function.CLOSING, Function.CUSTOMER_SUCCESS)
"""Functions that a role of their own is there for, and that a plan has a measure for."""


@Check(rules=_REFUSED, asks="Is anybody paid on what another role may refuse?")
def paid_on_what_others_refuse(declared: Declared) -> Iterator[Finding]:
    """Components that pay on meetings or leads before the seller has accepted them.

    Red: credit for a meeting that the seller rejects is a conflict. Amber where the component
    also asks for a share of them to be accepted. A role that closes what it qualifies has nobody
    who could refuse. The sources disagree: one names meetings set as what SDRs are paid on.
    """
    subject = Subject("paid_on_what_others_refuse", _REFUSED)
    yield from where_pay_is_stated(
        declared,
        subject,
        _refusable(declared, subject),
        "No plan pays on what another role may refuse.",
    )


def _refusable(declared: Declared, subject: Subject) -> Iterator[Finding]:
    remit = remits(declared)
    for paid in paying(declared):
        refusable = [measure.name for measure in paid.measures if measure.refusable]
        if not refusable or Function.CLOSING in remit[paid.role].owned:
            continue
        gated = any(
            gate.measure is not None and declared.measure(gate.measure).name in _ACCEPTANCE
            for gate in paid.component.gates
        )
        asks = ", once enough of them are accepted" if gated else ""
        yield subject.found(
            paid.about,
            f"{paid.role} is paid on {listed(refusable)}, which the taker may refuse{asks}.",
            Severity.AMBER if gated else Severity.RED,
            remedy="Pay on `accepted_meetings` or `qualified_opportunities`.",
            place=place_of(declared, paid),
            caveats=(
                "Rule 000-20 names meetings set as what SDRs are paid on; 000-21 and 001-05 say "
                "what follows from it.",
            ),
        )


_ACCEPTANCE = ("acceptance_rate", "accepted_meetings", "meeting_conversion")
"""Measures that say how much of what was passed on the taker took."""


@Check(rules=_OUTSIDE, asks="Is every role paid for work it owns?")
def paid_outside_remit(declared: Declared) -> Iterator[Finding]:
    """Components that pay on work which the role neither owns nor assists in.

    Red, and also where a role is paid as the owner for nothing but work it assists in. A note
    where assisting is only a part of the pay or is credited as an overlay, a team's or a pool's;
    where the measure is one the catalogue lists for the role; and where a seller is paid on
    retention, which other sources ask for. What a team reaches together, and what was agreed, is
    nobody else's work. Managers are paid for the work of those they lead. Neither is looked at.
    """
    subject = Subject("paid_outside_remit", _OUTSIDE)
    yield from where_pay_is_stated(
        declared,
        subject,
        _outside(declared, subject),
        "Every component pays on work that its role owns.",
    )


def _outside(declared: Declared, subject: Subject) -> Iterator[Finding]:
    remit, all_paid = remits(declared), paying(declared)
    for paid in all_paid:
        own = remit[paid.role]
        shared = all(measure.outcome_of in ("team", "objective") for measure in paid.measures)
        if shared or paid.functions & own.owned or Function.MANAGEMENT in own.owned:
            continue
        work = listed([spoken(function) for function in Function if function in paid.functions])
        remedy = f"Pay on work of {paid.role}, or state {work} in its `owns:` or `assists:`."
        severity, why = Severity.RED, "which it neither owns nor assists in"
        caveats: tuple[str, ...] = ()
        if paid.functions & own.assisted:
            beside = any(
                other.functions & own.owned for other in all_paid if other.role == paid.role
            )
            why = "in which it only assists"
            if beside or not paid.own_credit:
                severity = Severity.NOTE
            else:
                why += ", and on no work that it owns"
                remedy = f"Pay on work of {paid.role} as well, or state `credit: {{to: overlay}}`."
        elif _usual(declared, paid):
            severity = Severity.NOTE
        elif Function.CLOSING in own.owned and _kept(paid):
            severity = Severity.NOTE
            caveats = (
                "Rule 001-19 asks for such a measure in the pay of sellers; 000-20 does not.",
            )
        yield subject.found(
            paid.about,
            f"{paid.role} is paid on {paid.on}, a measure of {work}, {why}.",
            severity,
            remedy=remedy if severity is Severity.RED else "",
            place=place_of(declared, paid),
            rules=("000-20", "001-19") if caveats else (),
            caveats=caveats,
        )


def _usual(declared: Declared, paid: Paying) -> bool:
    """Whether the catalogue lists the measures for the kind of role."""
    kind = declared.charter.roles[paid.role].kind
    listed_for_it = role_kinds()[kind].kpis if kind is not None else ()
    return all(
        measure.outcome_of in ("team", "objective") or measure.name in listed_for_it
        for measure in paid.measures
    )


def _kept(paid: Paying) -> bool:
    """Whether it pays for customers who stay."""
    return all(m.outcome_of == "retention" and not m.recurring for m in paid.measures)


@Check(rules=_UNPAID, asks="Is somebody paid for every function that is owned?")
def unpaid_functions(declared: Declared) -> Iterator[Finding]:
    """Functions of a segment that are owned there, and that no owner's plan pays on.

    Red for qualification, closing and customer success: their owners are paid to do something
    else. Whoever looks after customers is paid for that by every measure which the catalogue lists
    for the role; what is released at a leading indicator of retention pays for onboarding and
    customer success. A note for the others, which often are paid as part of a larger result. Work before the
    win that is owned by whoever closes is paid by the win. Expansion and renewal have
    checks of their own.
    """
    subject = Subject("unpaid_functions", _UNPAID)
    yield from where_pay_is_stated(
        declared,
        subject,
        _unpaid(declared, subject),
        "Every function that is owned is paid for in the plan of an owner.",
    )


def _unpaid(declared: Declared, subject: Subject) -> Iterator[Finding]:
    for segment in declared.segments:
        owned: dict[Function, dict[str, None]] = {}
        for cell, held in declared.owners.items():
            if cell.segment == segment:
                owned.setdefault(cell.function, {}).update(dict.fromkeys(held.owns))
        paid: dict[str, set[Function]] = {}
        for one in paying(declared, segment):
            paid.setdefault(one.role, set()).update(_paid_for(declared, one))
        for function, owners in owned.items():
            measured_by = {function}
            if AGES[function] == (AccountAge.BEFORE_WIN,) and owners == owned[Function.CLOSING]:
                measured_by.add(Function.CLOSING)
            of_owners = [paid.get(owner, set()) for owner in owners]
            unpaid = not any(functions & measured_by for functions in of_owners)
            if owners and unpaid and function not in _PAID_FOR_ELSEWHERE:
                yield _nobody_paid(declared, subject, function, segment, tuple(owners))


def _paid_for(declared: Declared, paid: Paying) -> frozenset[Function]:
    """Functions a component pays for, by its measures, its releases and the role's kind."""
    functions = paid.functions
    plan = declared.charter.plans[paid.plan]
    if any(one.at == "retention_indicator" for one in released(plan, paid.component)):
        functions |= {Function.ONBOARDING, Function.CUSTOMER_SUCCESS}
    kind = role_kinds().get(declared.charter.roles[paid.role].kind or "")
    steers = kind is not None and any(measure.name in kind.kpis for measure in paid.measures)
    if kind is not None and steers and Function.CUSTOMER_SUCCESS in kind.owns:
        functions |= {Function.CUSTOMER_SUCCESS}
    return functions


def _that_would_count(declared: Declared, function: Function, owner: str) -> str:
    """Names of measures of a function that an owner can be paid on, those of its kind first.

    What comes of the work goes before what is passed on, where there is such a measure.
    """
    kind = role_kinds().get(declared.charter.roles[owner].kind or "")
    names = dict.fromkeys((*(kind.kpis if kind is not None else ()), *measured()))
    known = [
        measured()[name]
        for name in names
        if function in measured()[name].functions
        and not (measured()[name].refusable or measured()[name].recurring)
    ]
    results = [one.name for one in known if one.outcome_of in ("deal", "retention")]
    passed_on = [one.name for one in known if one.outcome_of == "handoff"]
    return listed((results or passed_on)[:_NAMED], "or")


_NAMED = 3
"""Measures that a remedy names."""


def _nobody_paid(
    declared: Declared, subject: Subject, function: Function, segment: str, owners: tuple[str, ...]
) -> Finding:
    about, work = f"{function.value} in {segment}", f"{spoken(function)}{inside([segment])}"
    unplanned = [role for role in owners if role not in planned(declared)]
    if unplanned:
        return subject.not_stated(
            about,
            f"Whether anybody is paid on {work} depends on {listed(unplanned)}, without a plan. "
            "State `plan:` and its components.",
        )
    lost = function in _LOST_UNPAID
    return subject.found(
        about,
        f"{listed(owners)} {'owns' if len(owners) == 1 else 'own'} {work}, and no component of "
        f"{'its plan' if len(owners) == 1 else 'their plans'} pays on it.",
        Severity.RED if lost else Severity.NOTE,
        remedy=f"Add a component that pays on a measure of {spoken(function)}, such as "
        f"{_that_would_count(declared, function, owners[0])}."
        if lost
        else "",
        place=declared.place("roles", owners[0], "plan"),
    )


@Check(rules=_MISSING, asks="Does every role have a plan?")
def roles_without_plan(declared: Declared) -> Iterator[Finding]:
    """Roles for which the charter states no plan, or one without components.

    Never red or amber: their pay cannot be looked at, which the answer says.
    """
    subject = Subject("roles_without_plan", _MISSING)

    def found() -> Iterator[Finding]:
        for name, role in declared.charter.roles.items():
            if role.plan is None:
                yield subject.not_stated(
                    f"roles.{name}", f"{name} has no plan where others have one. State `plan:`."
                )
            elif name not in planned(declared):
                yield subject.not_stated(
                    f"roles.{name}",
                    f"The plan of {name} says nothing of what it pays on. State its `components:`.",
                )

    yield from where_pay_is_stated(declared, subject, found(), "Every role has a plan.")
