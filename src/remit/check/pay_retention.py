"""Checks on whether pay looks past the sale: new revenue alone, coasting, retention indicators."""

from __future__ import annotations

from collections.abc import Iterator

from remit.charter.market import RetentionIndicator
from remit.check.declared import Check, Declared, Subject, or_clear
from remit.check.pay_terms import (
    NEW_CUSTOMERS,
    ROUNDING_DAYS,
    Paying,
    paying,
    place_of,
    planned,
    quota_of,
    released,
    sellers,
    where_pay_is_stated,
)
from remit.check.wording import listed
from remit.compensation.conditions import Instalment
from remit.terms import Finding, Function, Severity
from remit.terms.shapes import days_in

_NEW_ALONE = ("001-06", "001-18", "001-19", "001-22")
_COASTING = ("001-20",)
_WAITING = ("001-21",)
_INDICATOR = ("001-22", "001-23")


@Check(rules=_NEW_ALONE, asks="Is whoever closes paid for customers who stay?")
def paid_on_new_arr_alone(declared: Declared) -> Iterator[Finding]:
    """Sellers whose pay is the same whether or not the customers they win stay.

    Amber: they win as many customers as they can, at the expense of retention. An instalment at
    the leading indicator of retention or at a month as a customer, a component, gate or modifier
    on a measure of retention, and a clawback each meet it. One number for quota credit, which
    another rule asks for, may stay: this is about when and for whom credit is paid.
    """
    subject = Subject("paid_on_new_arr_alone", _NEW_ALONE)

    def found() -> Iterator[Finding]:
        for role, plan in sellers(declared).items():
            parts = [paid for paid in paying(declared) if paid.role == role]
            if not any(Function.CLOSING in paid.functions for paid in parts) or any(
                _looks_past_the_sale(declared, paid) for paid in parts
            ):
                continue
            measures = listed(dict.fromkeys(m.name for paid in parts for m in paid.measures))
            yield subject.found(
                f"roles.{role}",
                f"{role} is paid on {measures}, and no part of it depends on customers who stay.",
                Severity.AMBER,
                remedy="Release half at signing and half `at: retention_indicator`, or state a "
                "component on `grr` or a `clawback:`.",
                place=declared.place("plans", plan),
                caveats=(
                    "Rule 003-20 asks for one number; that number can stay what earns credit.",
                ),
            )

    if planned(declared) and not sellers(declared):
        yield subject.not_here("roles", "No role with a plan owns closing.")
        return
    yield from where_pay_is_stated(
        declared, subject, found(), "Whoever closes is paid in part for customers who stay."
    )


def _looks_past_the_sale(declared: Declared, paid: Paying) -> bool:
    beside = [
        *(gate.measure for gate in paid.component.gates if gate.measure is not None),
        *(modifier.measure for modifier in paid.component.modifiers),
    ]
    measures = (*paid.measures, *(declared.measure(name) for name in beside))
    plan = declared.charter.plans[paid.plan]
    return (
        plan.clawback is not None
        or any(m.outcome_of == "retention" and not m.recurring for m in measures)
        or any(Function.RENEWAL in m.functions and m.outcome_of != "team" for m in measures)
        or any(
            instalment.at == "retention_indicator" or (instalment.month or 1) > 1
            for instalment in released(plan, paid.component)
        )
    )


@Check(rules=_COASTING, asks="Can anybody live on old sales?")
def coasting(declared: Declared) -> Iterator[Finding]:
    """Components that pay again each period for sales of the past, with no new sale asked for.

    Amber. A gate on new customers, or a quota on them in the same plan, meets it.
    """
    subject = Subject("coasting", _COASTING)

    def found() -> Iterator[Finding]:
        for paid in paying(declared):
            recurring = [measure.name for measure in paid.measures if measure.recurring]
            if recurring and not _asks_for_new_customers(declared, paid):
                yield subject.found(
                    paid.about,
                    f"{paid.role} is paid on {listed(recurring)} each "
                    "period, and its plan asks for no new customers.",
                    Severity.AMBER,
                    remedy="Add a `gates:` entry on `new_arr`, or a component on it with a `quota`.",
                    place=place_of(declared, paid),
                )

    yield from where_pay_is_stated(
        declared, subject, found(), "No plan pays for old sales without asking for new ones."
    )


def _asks_for_new_customers(declared: Declared, paid: Paying) -> bool:
    plan = declared.charter.plans[paid.plan]
    on_new = {
        other.name
        for other in paying(declared)
        if other.role == paid.role and any(m.name in NEW_CUSTOMERS for m in other.measures)
    }
    gated = any(
        gate.component in on_new
        or (gate.measure is not None and declared.measure(gate.measure).name in NEW_CUSTOMERS)
        for gate in paid.component.gates
    )
    return gated or any(quota_of(plan.components[name]) is not None for name in on_new)


@Check(rules=_WAITING, asks="Does anybody wait for the renewal to be paid for the sale?")
def waiting_for_renewals(declared: Declared) -> Iterator[Finding]:
    """Sellers who are paid for a sale only once the customer has renewed.

    Amber: the reward comes too long after what earned it. Looked at are the months at which all
    of a component is released, against the length of a first term, and plans that pay on
    retention alone.
    """
    subject = Subject("waiting_for_renewals", _WAITING)
    limit = declared.limit("first_term_months", "value")

    def found() -> Iterator[Finding]:
        for role, plan in sellers(declared).items():
            parts = [paid for paid in paying(declared) if paid.role == role]
            for paid in parts:
                months = [
                    i.month or 0 for i in released(declared.charter.plans[plan], paid.component)
                ]
                if months and min(months) >= limit.value:
                    yield subject.found(
                        paid.about,
                        f"{role} is paid {paid.name} from customer month {min(months)} on; a first "
                        f"term has {limit.value:g} months.",
                        Severity.AMBER,
                        remedy="Release a part at signing, and a part `at: retention_indicator`.",
                        place=place_of(declared, paid),
                        limit=limit,
                    )
            measured = [measure for paid in parts for measure in paid.measures]
            if measured and all(
                m.outcome_of == "retention" and Function.RENEWAL in m.functions for m in measured
            ):
                yield subject.found(
                    f"roles.{role}",
                    f"{role} owns closing, and is paid on {listed(dict.fromkeys(m.name for m in measured))} "
                    "alone.",
                    Severity.AMBER,
                    remedy="Add a component on `closed_won_arr`, a part of it released "
                    "`at: retention_indicator`.",
                    place=declared.place("plans", plan),
                )

    if planned(declared) and not sellers(declared):
        yield subject.not_here("roles", "No role with a plan owns closing.")
        return
    yield from where_pay_is_stated(
        declared, subject, found(), "Whoever closes is paid before the renewal."
    )


@Check(rules=_INDICATOR, asks="Can it be seen when a customer reaches the retention indicator?")
def observable_indicator(declared: Declared) -> Iterator[Finding]:
    """Instalments that wait for a leading indicator of retention which no record shows.

    Amber where it is not stated which indicator is meant, where it is recorded (`field`) or by
    when it must be reached (`within`). A level (`at_least`) is asked for where a number is
    counted `per` time, and where no field is named; a field may hold the day it was reached.
    """
    subject = Subject("observable_indicator", _INDICATOR)
    waiting = list(_waiting(declared))

    def found() -> Iterator[Finding]:
        for about, place, instalment in waiting:
            yield from _unseen(declared, subject, about, place, instalment)

    if planned(declared) and not waiting:
        yield subject.not_here("plans", "No plan pays at a leading indicator of retention.")
        return
    yield from where_pay_is_stated(
        declared, subject, found(), "Every indicator that pay waits for can be seen."
    )


def _waiting(declared: Declared) -> Iterator[tuple[str, tuple[str, ...], Instalment]]:
    """Instalments paid at an indicator: what it is called, where it stands, and itself."""
    for name, plan in declared.charter.plans.items():
        releases = [
            (("plans", name), plan.release),
            *(
                (("plans", name, "components", part), component.release)
                for part, component in plan.components.items()
            ),
        ]
        for path, release in releases:
            for instalment in release:
                if instalment.at == "retention_indicator":
                    yield ".".join(path), (*path, "release"), instalment


def _unseen(
    declared: Declared,
    subject: Subject,
    about: str,
    place: tuple[str, ...],
    instalment: Instalment,
) -> Iterator[Finding]:
    known = declared.charter.retention_indicators
    name, indicator = _indicator(declared, instalment)
    share = f"{instalment.share * 100:.0f} % of {place[-2]}"
    if indicator is None:
        which = f"{len(known)} are defined and it names none" if known else "none is defined"
        yield subject.found(
            about,
            f"{share} waits for a leading indicator of retention, and {which}.",
            Severity.AMBER,
            remedy="Name one in `indicator:`."
            if known
            else "Define it under `retention_indicators:`.",
            place=declared.place(*place),
        )
        return
    a_number = indicator.per is not None or indicator.field is None
    missing = [
        word
        for word, stated in (
            ("field", indicator.field is not None),
            ("within", (instalment.within or indicator.within) is not None),
            ("at_least", indicator.at_least is not None or not a_number),
        )
        if not stated
    ]
    if missing:
        yield subject.found(
            about,
            f"{share} waits for {name}, which states no {listed(f'`{word}`' for word in missing)}.",
            Severity.AMBER,
            remedy=f"State {listed(f'`{word}`' for word in missing)} under "
            f"`retention_indicators: {name}`.",
            place=declared.place("retention_indicators", name or ""),
        )


@Check(asks="Is the time to reach a retention indicator stated once?")
def indicator_time(declared: Declared) -> Iterator[Finding]:
    """Instalments whose `within` is longer or shorter than that of the indicator they wait for.

    A note, with the two: the instalment's own is what pay goes by. It serves no rule of the
    sources: it keeps the charter true to itself.
    """
    subject = Subject("indicator_time", ())
    both = [
        (about, place, name, instalment.within, indicator.within)
        for about, place, instalment in _waiting(declared)
        for name, indicator in [_indicator(declared, instalment)]
        if indicator is not None and instalment.within and indicator.within
    ]
    if not both:
        yield subject.not_here("plans", "No release and its indicator both state `within:`.")
        return
    yield from or_clear(
        (
            subject.found(
                about,
                f"{place[-2]} pays where {name} is reached within {paid}, and {name} states "
                f"{own}; pay goes by {paid}.",
                Severity.NOTE,
                remedy="Leave `within:` out of the release, or make the two agree.",
                place=declared.place(*place),
            )
            for about, place, name, paid, own in both
            if abs(days_in(paid) - days_in(own)) >= ROUNDING_DAYS
        ),
        subject.clear("plans", "Releases and their indicators state one time."),
    )


def _indicator(
    declared: Declared, instalment: Instalment
) -> tuple[str | None, RetentionIndicator | None]:
    """The indicator an instalment waits for: the one it names, or the only one there is."""
    known = declared.charter.retention_indicators
    name = instalment.indicator or (next(iter(known)) if len(known) == 1 else None)
    return name, known.get(name or "")
