"""What would another deal pay, and why does this one pay what it does? Nothing here is posted."""

from __future__ import annotations

import dataclasses
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from remit.charter import Charter
from remit.compensation.components import pays_on
from remit.compensation.earning import money, number, percent
from remit.compensation.measures import measured, named
from remit.pay.calculate import TOGETHER, Calculation, Evaluated
from remit.pay.facts import TRANSACTIONS, Credit, Facts, Transaction
from remit.pay.payees import stints
from remit.pay.payouts import interpolated, rates, unit_of
from remit.pay.release import Line, held, lines
from remit.pay.statement import credit_because, decimal, require_payee, waits_for
from remit.terms import Place, Problem, RemitError, nearest
from remit.terms.period import parse_day, spoken

EVENTS = ("reached_on", "cash_on", "left_on", "cancelled_on")
"""What may be supposed to happen to a deal that is known."""
_THOUSANDS = {"": 1, "k": 1_000, "m": 1_000_000}


@dataclass(frozen=True, slots=True)
class Supposed(Facts):
    """Facts, and what somebody supposes on top of them."""

    more: tuple[Transaction, ...] = ()
    changed: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """By transaction: columns that are supposed to say something else."""

    def on(self, day: date) -> Supposed:
        """The same suppositions on top of what was known at the end of a day."""
        return dataclasses.replace(self, as_of=day)

    def transactions(self, payees: Iterable[str] | None = None) -> tuple[Transaction, ...]:
        """As of facts, with those that are supposed."""
        wanted = None if payees is None else frozenset(payees)
        found = [
            dataclasses.replace(one, **self.changed.get(one.id, {}))
            for one in Facts.transactions(self, wanted)
        ]
        for one in self.more:
            credited = {credit.payee for credit in one.credits} or {""}
            if wanted is None or credited & wanted:
                found.append(one)
        return tuple(sorted(found, key=lambda one: (one.day, one.id)))

    def first_day(self) -> date | None:
        """The first day of any transaction or reading, supposed or not."""
        first = Facts.first_day(self)
        return min([day for day in (first, *(one.day for one in self.more)) if day], default=None)


@dataclass(frozen=True, slots=True)
class Difference:
    """One amount that would be another."""

    payee: str
    plan: str
    component: str
    transaction: str
    period: str
    state: str
    """`credited`, `earned`, `accrued` or `payable`; `waiting` is what would be held."""
    instalment: str
    before: Decimal
    after: Decimal
    currency: str
    because: str

    @property
    def amount(self) -> Decimal:
        """By how much."""
        return self.after - self.before


@dataclass(frozen=True, slots=True)
class WhatIf:
    """What would be different, line by line. Nothing is posted."""

    through: date
    supposed: tuple[str, ...]
    """In words."""
    differences: tuple[Difference, ...]

    def total(self, state: str, payee: str | None = None) -> Decimal:
        """What all differences in a state come to; mixed currencies are not told apart."""
        return sum(
            (
                one.amount
                for one in self.differences
                if one.state == state and payee in (None, one.payee)
            ),
            Decimal(0),
        )


def what_if(
    calculation: Calculation,
    more: Sequence[Transaction] = (),
    changed: Mapping[str, Mapping[str, Any]] | None = None,
) -> WhatIf:
    """What more transactions, or other days of known ones, would change.

    Everybody is looked at whose credit they could be: payees, their managers, and pools.

    Args:
        calculation: What is; its last day holds for what would be, too.
        more: Transactions that are supposed. One named as a known one stands beside it.
        changed: By a known transaction, columns that would say something else, such as
            `{"D1": {"reached_on": date(2026, 3, 10)}}`.

    Raises:
        RemitError: If a transaction is not known, or a payee is on no plan.
    """
    changed = changed or {}
    facts = calculation.facts
    known = {one.id: one for one in facts.transactions()} if changed else {}
    if unknown := sorted(changed.keys() - known.keys()):
        raise RemitError(
            [
                Problem(
                    Place(name),
                    "",
                    "no transaction is called that.",
                    nearest(name, known, what="Transactions"),
                )
                for name in unknown
            ]
        )
    for one in more:
        for credit in one.credits:
            require_payee(calculation, credit.payee)
    supposed = Calculation(
        calculation.charter,
        Supposed(facts.con, facts.as_of, tuple(more), changed),
        calculation.through,
    )
    touched = [*more, *(known[name] for name in changed)]
    people = {credit.payee for one in touched for credit in one.credits}
    people |= {owner for one in touched for owner, _ in facts.owners(one.account)}
    found: list[Difference] = []
    for payee in sorted({stint.payee for stint in calculation.stints}):
        if payee in people or _credited_by_others(calculation, payee):
            found += _differences(calculation, supposed, payee)
    return WhatIf(calculation.through, tuple(_told(more, changed)), tuple(found))


def _credited_by_others(calculation: Calculation, payee: str) -> bool:
    return any(
        component.credit.to in ("team", "pool")
        for stint in calculation.stints
        if stint.payee == payee
        for component in stint.plan.components.values()
    )


def _told(more: Iterable[Transaction], changed: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    for one in more:
        who = " and ".join(
            f"{c.payee}{f' ({percent(c.share)})' if c.share != 1 else ''}" for c in one.credits
        )
        of_money = measured()[one.measure].unit == "money" if one.measure in measured() else True
        amount = money(one.amount) if of_money else number(one.amount)
        currency = f" {one.currency}" if one.currency else ""
        yield f"{one.id}: {amount}{currency} of {one.measure} on {spoken(one.day)} for {who}"
    for name, columns in changed.items():
        for column, day in columns.items():
            words = column.removesuffix("_on").replace("_", " ")
            yield f"{name}: {words} on {spoken(day)}" if day else f"{name}: not {words}"


def _differences(
    calculation: Calculation, supposed: Calculation, payee: str
) -> Iterator[Difference]:
    """What one payee's lines and what waits would come to, where it is not what it is."""
    was, will_be = _sums(calculation, payee), _sums(supposed, payee)
    for key in sorted(was.keys() | will_be.keys(), key=_order):
        before, after = was.get(key), will_be.get(key)
        cents_before = before.cents if before else 0
        cents_after = after.cents if after else 0
        if cents_before == cents_after:
            continue
        told = after or before
        assert told is not None
        plan, component, transaction, _, state, instalment, currency = key
        yield Difference(
            payee=payee,
            plan=plan,
            component=component,
            transaction=transaction,
            period=told.period,
            state=state,
            instalment=instalment,
            before=decimal(cents_before),
            after=decimal(cents_after),
            currency=currency,
            because="; ".join(dict.fromkeys(after.words)) if after else "nothing comes to this",
        )


@dataclass(slots=True)
class _Sum:
    period: str
    cents: int = 0
    words: list[str] = field(default_factory=list)


_Key = tuple[str, str, str, date, str, str, str]
_STATES = ("credited", "earned", "accrued", "payable", "waiting")


def _order(key: _Key) -> tuple[Any, ...]:
    plan, component, transaction, origin, state, instalment, _ = key
    return plan, component, origin, transaction, _STATES.index(state), instalment


def _sums(calculation: Calculation, payee: str) -> dict[_Key, _Sum]:
    found: dict[_Key, _Sum] = {}
    origins: dict[tuple[str, str], Line] = {}
    for line in lines(calculation, payee):
        origins[line.component, line.transaction] = line
        key: _Key = (
            line.plan,
            line.component,
            line.transaction,
            line.origin.start,
            line.state,
            line.instalment,
            line.currency,
        )
        told = found.setdefault(key, _Sum(calculation.label(line.origin)))
        told.cents += line.cents
        told.words.append(line.words)
    deals = {one.id: one for one in _all_known(calculation, payee)}
    for one in held(calculation, payee):
        line = origins[one.component, one.transaction]
        key = (
            line.plan,
            one.component,
            one.transaction,
            line.origin.start,
            "waiting",
            one.instalment,
            one.currency,
        )
        told = found.setdefault(key, _Sum(calculation.label(line.origin)))
        told.cents += one.cents
        told.words.append(waits_for(one, deals.get(one.transaction)))
    return found


def _all_known(calculation: Calculation, payee: str) -> Iterator[Transaction]:
    for stint in calculation.stints:
        if stint.payee == payee:
            for component in stint.plan.components.values():
                yield from calculation.known(stint, component)[0]


# Suppositions as somebody types them


def supposed_deal(charter: Charter, text: str, at: int = 1) -> Transaction:
    """A transaction from words such as `payee=Ann, amount=50K, day=2026-03-20`.

    `measure` may be left out where all plans of the payee on that day pay on one; `id` where it
    does not matter. `amount` may end in K or M.

    Raises:
        RemitError: With everything in the words that cannot be used.
    """
    place, problems = Place(text), list[Problem]()
    said: dict[str, str] = {}
    for part in text.split(","):
        column, equals, value = (word.strip() for word in part.partition("="))
        if not equals or column not in TRANSACTIONS:
            fix = nearest(column, TRANSACTIONS, what="Columns")
            problems.append(Problem(place, column, "must be a column=value.", fix))
        else:
            said[column] = value
    days: dict[str, date] = {}
    for column in ("day", *(name for name in TRANSACTIONS if name.endswith("_on"))):
        if column in said:
            try:
                days[column] = parse_day(said[column])
            except ValueError as error:
                problems.append(Problem(place, column, f"{error}.", ""))
    amount = _amount(said.get("amount", ""))
    if amount is None:
        problems.append(Problem(place, "amount", "must be a number such as 50000 or 50K.", ""))
    share = _share(said.get("share", "1"))
    if share is None:
        problems.append(Problem(place, "share", "must be a part such as 60% or 0.6.", ""))
    if "payee" not in said:
        problems.append(Problem(place, "payee", "is missing.", "Say whose deal it would be."))
    if "day" not in said:
        problems.append(Problem(place, "day", "is missing.", "Say when it would be signed."))
    measure = said.get("measure", "")
    if not problems:
        own = charter.measures.get(measure)
        measure = named(own.of if own is not None else measure) or measure
        measure = measure or _only_measure(charter, said["payee"], days["day"], place, problems)
    if problems:
        raise RemitError(problems)
    assert amount is not None
    assert share is not None
    return Transaction(
        id=said.get("id") or f"supposed {at}",
        day=days["day"],
        measure=measure,
        amount=amount,
        currency=said.get("currency", ""),
        credits=(Credit(said["payee"], share, "split" if share < 1 else "owner"),),
        account=said.get("account", ""),
        product=said.get("product", ""),
        known_on=days.get("known_on", days["day"]),
        opened_on=days.get("opened_on"),
        cancelled_on=days.get("cancelled_on"),
        cash_on=days.get("cash_on"),
        left_on=days.get("left_on"),
        reached_on=days.get("reached_on"),
    )


def supposed_event(text: str) -> tuple[str, str, date]:
    """A known transaction, what happens to it and when, from `D1.reached_on=2026-03-10`.

    >>> supposed_event("D1.left_on=2026-05-01")
    ('D1', 'left_on', datetime.date(2026, 5, 1))

    Raises:
        RemitError: If it is written in any other way.
    """
    name, _, rest = text.rpartition(".")
    column, _, day = rest.partition("=")
    if not name or column.strip() not in EVENTS:
        fix = f"Write DEAL.EVENT=DAY with one of {', '.join(EVENTS)}: D1.reached_on=2026-03-10."
        raise RemitError([Problem(Place(text), "", "says no event of a deal.", fix)])
    try:
        return name.strip(), column.strip(), parse_day(day)
    except ValueError as error:
        raise RemitError([Problem(Place(text), column, f"{error}.", "")]) from None


def _only_measure(
    charter: Charter, payee: str, day: date, place: Place, problems: list[Problem]
) -> str:
    wanted = sorted(
        {
            named(words) or words
            for stint in stints(charter)
            if stint.payee == payee and day in stint.over
            for component in stint.plan.components.values()
            if unit_of(component) != "share"
            for words in pays_on(component)
        }
    )
    if len(wanted) == 1:
        return wanted[0]
    fix = f"Say measure={' or measure='.join(wanted)}." if wanted else "Is the payee on a plan?"
    problems.append(Problem(place, "measure", "is missing, and could be any of several.", fix))
    return ""


def _amount(text: str) -> Fraction | None:
    """An amount as people type it.

    >>> _amount("50K"), _amount("1.2M"), _amount("x")
    (Fraction(50000, 1), Fraction(1200000, 1), None)
    """
    found = re.fullmatch(r"(-?\d+(?:\.\d+)?)([km]?)", text.strip().lower().replace("_", ""))
    return Fraction(found[1]) * _THOUSANDS[found[2]] if found else None


def _share(text: str) -> Fraction | None:
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(%?)", text.strip())
    share = Fraction(found[1]) / (100 if found[2] else 1) if found else None
    return share if share is not None and 0 < share <= 1 else None


# Why


def explained(
    calculation: Calculation,
    payee: str | None = None,
    *,
    transaction: str | None = None,
    component: str | None = None,
) -> str:
    """Why somebody, a deal or a component earns what it does, with the arithmetic, as text.

    Every amount of the fiscal year that the last day is in, and all of a single deal.

    Args:
        calculation: What is known, and through which day.
        payee: Only this person's; may be left out for a deal.
        transaction: Only what this deal brings, to everybody if no payee is named.
        component: Only this component of a plan.

    Raises:
        RemitError: If there is nobody, no deal or no component of that name.
    """
    if payee is not None:
        require_payee(calculation, payee)
    people = [payee] if payee else sorted({stint.payee for stint in calculation.stints})
    found: list[str] = []
    for person in people:
        for stint in calculation.stints:
            if stint.payee != person:
                continue
            for year in calculation.years(stint):
                if transaction is None and calculation.through not in year:
                    continue
                for one in calculation.evaluated(stint, year):
                    if component in (None, one.component):
                        found += _explained(calculation, one, transaction)
    if not found:
        what = " of ".join(word for word in (transaction, component, payee) if word)
        names = {one.id for one in calculation.facts.transactions()} if transaction else set()
        names |= {
            name
            for stint in calculation.stints
            if payee in (None, stint.payee)
            for name in stint.plan.components
        }
        fix = nearest(transaction or component or "", names, what="Deals and components")
        raise RemitError([Problem(Place(what), "", "earns nothing, or is not known.", fix)])
    return "\n".join(found).strip()


def _explained(calculation: Calculation, one: Evaluated, transaction: str | None) -> Iterator[str]:
    stint, stood = one.stint, one.standing
    component = stint.plan.components[one.component]
    mine = _of_span(calculation, one)
    if transaction is not None and not (
        any(line.transaction == transaction for line in mine)
        or any(credit.transaction == transaction for credit in stood.credits)
    ):
        return
    count = unit_of(component) == "count"
    told = number if count else money
    currency = calculation.currency(stint.plan)
    yield f"{stint.payee}, {one.component} of plan {stint.plan_name}, {calculation.label(one.span)}"
    yield f"  pays on {', '.join(pays_on(component)) or 'objectives'}, in {currency}"
    if stood.quota is not None:
        if stood.attainment is None:
            yield "  the quota is zero: there is nothing to attain"
        else:
            sum_of = f"{told(stood.credit)} / {told(stood.quota)}"
            yield f"  attainment {percent(stood.attainment)} = {sum_of} (credit / quota)"
    elif stood.credits:
        yield f"  credit {told(stood.credit)}"
    for name, level in stood.levels.items():
        yield f"  {name} {percent(level)}"
    if words := interpolated(component, one):
        yield f"  {words}"
    for words in one.closed_gates:
        yield f"  not met: {words}"
    for words in rates(component, one):
        yield f"    {words}"
    deals = {t.id: t for t in calculation.known(stint, component)[0]}
    waiting = defaultdict(list)
    for each in held(calculation, stint.payee):
        if each.component == one.component:
            waiting[each.transaction].append(each)
    by_deal: dict[str, list[Line]] = defaultdict(list)
    so_far = Fraction(0)
    credited: dict[str, tuple[Fraction, Fraction]] = {}
    for credit in stood.credits:
        so_far += credit.amount
        credited[credit.transaction] = credit.amount, so_far
        by_deal[credit.transaction] = []
    for line in mine:
        by_deal[line.transaction].append(line)
    for name, found in by_deal.items():
        if transaction not in (None, name):
            continue
        deal = deals.get(name)
        yield f"  {_heading(name, deal)}"
        if name in credited:
            amount, until = credited[name]
            how = credit_because(calculation, one, deals[name], amount)
            yield f"    credit {told(amount)}{f' = {how}' if how else ''}, so far {told(until)}"
        for line in found:
            if line.state in ("earned", "payable"):
                on = f" ({spoken(line.day)})" if line.state == "payable" else ""
                yield f"    {line.state} {money(Fraction(line.cents, 100))} = {line.words}{on}"
            elif line.state == "accrued" and line.instalment not in ("", "clawback"):
                yield f"    {money(Fraction(line.cents, 100))}: {line.words}"
        for each in waiting[name]:
            yield f"    waits {money(Fraction(each.cents, 100))} {waits_for(each, deal)}"
    if transaction is None:
        earned = sum(line.cents for line in mine if line.state == "earned")
        payable = sum(line.cents for line in mine if line.state == "payable")
        yield (
            f"  in all: earned {money(Fraction(earned, 100))}, "
            f"payable {money(Fraction(payable, 100))}"
        )
    yield ""


def _of_span(calculation: Calculation, one: Evaluated) -> list[Line]:
    names = (one.component, TOGETHER)
    return [
        line
        for line in lines(calculation, one.stint.payee)
        if line.plan == one.stint.plan_name
        and line.component in names
        and one.span.start <= line.origin.start < one.span.end
    ]


def _heading(name: str, deal: Transaction | None) -> str:
    if deal is None:
        return name or "the period as a whole"
    account = f", {deal.account}" if deal.account else ""
    return f"{name}{account}, {spoken(deal.day)}"
