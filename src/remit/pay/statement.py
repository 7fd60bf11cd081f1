"""One payee's pay month as they read it: what is paid, what it is made of, what waits, what changed.

Every amount can be worked out again with a pocket calculator from what stands in the statement.
"""

from __future__ import annotations

import dataclasses
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import Literal

from remit.charter.fiscal import first_month
from remit.compensation.bonus import Bonus
from remit.compensation.components import AnyComponent, pays_on
from remit.compensation.earning import money, number, percent, said
from remit.compensation.matrix import Matrix
from remit.compensation.objectives import Objectives
from remit.pay.calculate import Calculation, Evaluated
from remit.pay.credit import rate_of, value
from remit.pay.facts import Transaction
from remit.pay.ledger import Ledger, PayMonth, Posted
from remit.pay.months import KINDS, MONEY, month_of
from remit.pay.payees import Stint
from remit.pay.payouts import (
    Point,
    Unit,
    exact,
    interpolated,
    next_rate,
    on_curve,
    payout_curve,
    rates,
    unit_of,
)
from remit.pay.promised import promises
from remit.pay.release import Held, Line, held, lines
from remit.terms import Period, Place, Problem, RemitError, nearest
from remit.terms.period import months_after, spoken

State = Literal["not posted", "calculated", "approved", "locked"]
MOST_MONTHS = 24
"""Months before the one asked for that are run one after another where there is no ledger."""


@dataclass(frozen=True, slots=True)
class Step:
    """One amount on the way from what was released to what is paid."""

    about: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Total:
    """What a month pays in one currency."""

    currency: str
    earned: Decimal
    """Credited to the payee's account in the month, whether or not it is paid yet."""
    released: tuple[Step, ...]
    """What became payable, by component and earning period."""
    payable: Decimal
    """Their sum."""
    settled: tuple[Step, ...]
    """What was carried, advanced, kept back or made up on the way to what is paid."""
    paid: Decimal
    carried: Decimal
    """Zero or less: what later pay has to make up for."""
    owed: Decimal
    """Advances on a draw that later pay has to make up for."""
    waiting: Decimal
    """Earned, and held until something happens; see `Statement.waiting`."""


@dataclass(frozen=True, slots=True)
class Release:
    """An instalment that was released, or one that was forfeited or taken back."""

    what: str
    """Such as `signing`."""
    day: date
    amount: Decimal
    because: str
    paid: bool
    """Whether it changes what is paid; what is forfeited had not been paid."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What one deal, or a period as a whole, brought or cost in the month."""

    component: str
    period: str
    """The earning period that it belongs to."""
    transaction: str
    account: str
    day: date
    credit: Decimal | None
    """What counted, in money or as a count; None for a period as a whole."""
    credit_because: str
    so_far: Decimal | None
    """Credit of the period with this one; None where it is not added up in this period."""
    earned: Decimal
    because: str
    released: tuple[Release, ...]


@dataclass(frozen=True, slots=True)
class Counted:
    """A deal that counted in an earning period, and how its amount became credit."""

    transaction: str
    account: str
    day: date
    credit: Decimal
    because: str
    so_far: Decimal
    """Credit of the period with this one."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How the payee stands on one component of a plan in the period that the month is in."""

    plan: str
    role: str
    component: str
    kind: str
    pays_on: tuple[str, ...]
    period: str
    first_day: date
    last_day: date
    done: bool
    """Whether the period has ended."""
    unit: Unit
    currency: str
    credit: Decimal | None
    quota: Decimal | None
    quota_because: str
    attainment: Decimal | None
    target: Decimal | None
    """Pay at target, in the period."""
    levels: Mapping[str, Decimal]
    level_because: str
    """How the level became a part of the target, where it lies between two of a bonus's points."""
    rates: tuple[str, ...]
    """What it pays, in words."""
    following: str
    """What it takes to reach the next rate."""
    closed: tuple[str, ...]
    """Conditions that are not met, what was reached, and what that does."""
    earned: Decimal
    """In the period up to the end of the month."""
    curve: tuple[Point, ...]
    here: Point | None
    """Where the payee is on the curve."""
    deals: tuple[Counted, ...]
    """Every deal that counted in the period so far, in the order in which they count."""
    entries: tuple[Entry, ...]
    """What was earned, released, forfeited or taken back in the month."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """An instalment that was earned and is not paid yet."""

    component: str
    transaction: str
    account: str
    what: str
    amount: Decimal
    currency: str
    until: date | None
    """The last day on which the milestone can be reached."""
    says: str


@dataclass(frozen=True, slots=True)
class Change:
    """An amount of an earlier month that is another now."""

    component: str
    period: str
    transaction: str
    account: str
    before: Decimal
    after: Decimal
    currency: str
    because: str


@dataclass(frozen=True, slots=True)
class Statement:
    """A payee's pay month. Amounts are exact, in the currency beside them."""

    company: str
    payee: str
    month: str
    first_day: date
    last_day: date
    payroll: str
    """The month with whose payroll it is paid."""
    state: State
    as_of: date | None
    """What was known on this day counts; None for everything."""
    roles: tuple[str, ...]
    totals: tuple[Total, ...]
    standings: tuple[Standing, ...]
    earlier: tuple[Entry, ...]
    """What deals of earlier periods brought or cost in this month."""
    waiting: tuple[Waiting, ...]
    changes: tuple[Change, ...]
    notes: tuple[str, ...]


def statement(
    calculation: Calculation, ledger: Ledger | None, payee: str, month: Period
) -> Statement:
    """A payee's statement of a pay month.

    Args:
        calculation: Of facts as known on the day of the month's last run, through its last day.
        ledger: What was posted. Without one, a statement says what would be, had every month been
            run on its last day, at most the last two years.
        payee: As the charter spells them.
        month: A calendar month.

    Raises:
        RemitError: If nobody is called so, if the person is on no plan, or if the ledger has no such
            month.
        ValueError: If the calculation does not end with the month.
    """
    if calculation.through != month.last_day:
        raise ValueError(f"the calculation ends on {calculation.through}, not {month.last_day}")
    require_payee(calculation, payee)
    if ledger is not None:
        return _Writer(calculation, ledger, payee, month, posted=True).statement()
    with tempfile.TemporaryDirectory() as folder:
        supposed = as_if_run(calculation, payee, month, Path(folder) / "supposed.ledger")
        return _Writer(calculation, supposed, payee, month, posted=False).statement()


def require_payee(calculation: Calculation, payee: str) -> None:
    """Make sure that somebody is on a plan.

    Raises:
        RemitError: If nobody is called so, or the person is on no plan.
    """
    on_plans = {stint.payee for stint in calculation.stints}
    if payee in on_plans:
        return
    if any(spell.person == payee for spell in calculation.charter.people):
        wrong = f"is on no plan up to {calculation.through}."
        fix = "Give the role a `plan`, or look at another month."
    else:
        wrong, fix = "is nobody in the charter.", nearest(payee, on_plans, what="People on plans")
    raise RemitError([Problem(Place(payee), "", wrong, fix)])


def as_if_run(calculation: Calculation, payee: str, month: Period, file: Path) -> Ledger:
    """A ledger of one payee in which every month up to this one was run on its last day.

    The months before it are locked; this one is calculated, from what the calculation knows.
    """
    ledger = Ledger.open(file)
    facts, charter = calculation.facts, calculation.charter
    first = month_of(min(facts.first_day() or month.start, month.start))
    first = max(first, month_of(months_after(month.start, -MOST_MONTHS)), key=lambda m: m.start)
    while first.start <= month.start:
        last = first.last_day
        now = datetime.combine(last, time(), UTC)
        then = calculation if first == month else Calculation(charter, facts.on(last), last)
        mine = [promise for promise in promises(then, first) if promise.payee == payee]
        ledger.post(first, lines(then, payee), last, now, mine)
        if first != month:
            ledger.approve(first, now)
            ledger.lock(first, now)
        first = month_of(first.end)
    return ledger


def decimal(cents: int) -> Decimal:
    """Whole cents as an amount.

    >>> decimal(-5)
    Decimal('-0.05')
    """
    return Decimal(cents).scaleb(-2)


def _known_exact(amount: Fraction | None) -> Decimal | None:
    return None if amount is None else exact(amount)


_Group = tuple[str, str, str, date]
"""Plan, component, transaction and first day of the earning period."""


class _Writer:
    """Puts one statement together from a calculation and the lines of a ledger."""

    def __init__(
        self, calculation: Calculation, ledger: Ledger, payee: str, month: Period, *, posted: bool
    ) -> None:
        self.calculation, self.ledger = calculation, ledger
        self.payee, self.month, self.posted = payee, month, posted
        self.starts = first_month(calculation.charter)
        found = {one.month: one for one in ledger.months()}
        if month not in found:
            raise RemitError(
                [
                    Problem(
                        Place(ledger.shown),
                        "",
                        f"has no pay month {month.start:%Y-%m}.",
                        "Run it first with `remit pay run`, or leave the ledger out.",
                    )
                ]
            )
        self.pay_month: PayMonth = found[month]
        self.earlier_month = found.get(month_of(date.fromordinal(month.start.toordinal() - 1)))

    def statement(self) -> Statement:
        standings = tuple(self._standings())
        here = {(s.plan, s.component, s.first_day) for s in standings}
        entries = [(group, self._entry(group)) for group in sorted(self._groups, key=self._order)]
        entries = [(group, entry) for group, entry in entries if entry.earned or entry.released]

        def mine(one: Standing) -> tuple[Entry, ...]:
            return tuple(
                entry
                for (plan, component, _, origin), entry in entries
                if (plan, component) == (one.plan, one.component)
                and one.first_day <= origin <= one.last_day
            )

        standings = tuple(dataclasses.replace(one, entries=mine(one)) for one in standings)
        told = {id(entry) for one in standings for entry in one.entries}
        state: State = self.pay_month.state if self.posted else "not posted"
        return Statement(
            company=self.calculation.charter.company,
            payee=self.payee,
            month=f"{self.month.start:%Y-%m}",
            first_day=self.month.start,
            last_day=self.month.last_day,
            payroll=f"{self.month.end:%Y-%m}",
            state=state,
            as_of=self.pay_month.as_of if self.posted else self.calculation.facts.as_of,
            roles=tuple(dict.fromkeys(map(self._role, self.stints))),
            totals=tuple(self._totals()),
            standings=standings,
            earlier=tuple(entry for _, entry in entries if id(entry) not in told),
            waiting=tuple(map(self._waits, self._held)),
            changes=tuple(self._changes()),
            notes=tuple(self._notes(len(here))),
        )

    # What the ledger holds

    @cached_property
    def stints(self) -> tuple[Stint, ...]:
        """The payee's time on plans that has a day in the month; before the first, the last one."""
        mine = [s for s in self.calculation.stints if s.payee == self.payee]
        now = [s for s in mine if s.over.meet(self.month) is not None]
        return tuple(now or mine[-1:])

    @cached_property
    def _lines(self) -> tuple[Posted, ...]:
        return self.ledger.lines(payee=self.payee, month=self.month)

    @cached_property
    def _before(self) -> Mapping[tuple[_Group, str, str], int]:
        """What was held for each key before the month."""
        found: dict[tuple[_Group, str, str], int] = defaultdict(int)
        for line in self.ledger.lines(payee=self.payee, through=self.month):
            if line.month != self.month:
                found[_group(line), line.state, line.instalment] += line.cents
        return found

    @cached_property
    def _groups(self) -> Mapping[_Group, list[Posted]]:
        found: dict[_Group, list[Posted]] = defaultdict(list)
        for line in self._lines:
            if line.state != "paid":
                found[_group(line)].append(line)
        return found

    @cached_property
    def _wanted(self) -> Mapping[tuple[_Group, str, str], list[Line]]:
        """What the calculation says, by the same keys."""
        found: dict[tuple[_Group, str, str], list[Line]] = defaultdict(list)
        for line in lines(self.calculation, self.payee):
            found[_group(line), line.state, line.instalment].append(line)
        return found

    @cached_property
    def _transactions(self) -> Mapping[str, Transaction]:
        return _known(self.calculation, self.payee)

    @cached_property
    def _held(self) -> tuple[Held, ...]:
        return held(self.calculation, self.payee)

    def _order(self, group: _Group) -> tuple[str, date, date, str]:
        deal = self._transactions.get(group[2])
        return group[1], group[3], deal.day if deal is not None else date.max, group[2]

    # Money

    def _totals(self) -> Iterator[Total]:
        currencies = dict.fromkeys(
            [self.calculation.currency(stint.plan) for stint in self.stints]
            + [line.currency for line in self._lines]
        )
        for currency in currencies:
            mine = [line for line in self._lines if line.currency == currency]
            released: dict[tuple[str, str], int] = defaultdict(int)
            for line in mine:
                if line.state == "payable":
                    released[line.component, self.calculation.label(line.origin)] += line.cents
            steps = tuple(
                Step(f"{component}, {period}", decimal(cents))
                for (component, period), cents in sorted(released.items())
                if cents
            )
            paid, settled, carried, owed = self._settled(currency, mine)
            waiting = sum(h.cents for h in self._held if h.currency == currency)
            yield Total(
                currency=currency,
                earned=decimal(sum(line.cents for line in mine if line.state == "earned")),
                released=steps,
                payable=decimal(sum(released.values())),
                settled=settled,
                paid=decimal(paid),
                carried=decimal(carried),
                owed=decimal(owed),
                waiting=decimal(waiting),
            )

    def _settled(
        self, currency: str, mine: Iterable[Posted]
    ) -> tuple[int, tuple[Step, ...], int, int]:
        """What is paid; the steps to it; what is carried and owed afterwards."""
        if self.pay_month.state == "locked":
            told = [(p.instalment, p.cents, p.words) for p in mine if p.state == "paid"]
            balances = self.ledger.balances(payee=self.payee, through=self.month)
            now = next((b for b in balances if b.currency == currency), None)
            carried, owed = (0, 0) if now is None else (now.carried, now.owed)
        else:
            settled = self.ledger.would_pay(self.month).get((self.payee, currency))
            told = [] if settled is None else list(settled.lines())
            carried = 0 if settled is None else settled.after.carried
            owed = 0 if settled is None else settled.after.owed
        amounts = {kind: (cents, words) for kind, cents, words in told}
        steps = []
        shifted = amounts.get("carried", (0, ""))
        if shifted[0]:
            # what is carried on is not paid now; what is carried from before is taken off now
            about = (
                "carried on to the next month, as pay is never below zero"
                if shifted[0] < 0
                else "taken off for what was carried from earlier months"
            )
            steps.append(Step(about, decimal(-shifted[0])))
        steps += [
            Step(_SETTLED[kind] + amounts[kind][1], decimal(amounts[kind][0]))
            for kind in KINDS
            if kind in amounts and kind in _SETTLED
        ]
        paid = sum(cents for kind, (cents, _) in amounts.items() if kind in MONEY)
        return paid, tuple(steps), carried, owed

    # Components

    def _standings(self) -> Iterator[Standing]:
        for stint in self.stints:
            for year in self.calculation.years(stint):
                for one in self.calculation.evaluated(stint, year):
                    if one.span.meet(self.month) is not None or (
                        stint.over.meet(self.month) is None and one.span.end >= stint.over.end
                    ):
                        yield self._standing(stint, one)

    def _standing(self, stint: Stint, one: Evaluated) -> Standing:
        component = stint.plan.components[one.component]
        stood = one.standing
        unit = unit_of(component)
        curve = payout_curve(component, one)
        counted = not isinstance(component, (Matrix, Objectives)) and not (
            isinstance(component, Bonus) and component.reads
        )
        earned = sum(
            line.cents
            for (group, state, _), found in self._wanted.items()
            if state == "earned"
            and group[:2] == (stint.plan_name, one.component)
            and one.span.start <= group[3] < one.span.end
            for line in found
        )
        return Standing(
            plan=stint.plan_name,
            role=stint.role,
            component=one.component,
            kind=component.kind,
            pays_on=pays_on(component),
            period=self.calculation.label(one.span),
            first_day=one.span.start,
            last_day=one.span.last_day,
            done=one.done,
            unit=unit,
            currency=self.calculation.currency(stint.plan),
            credit=_known_exact(stood.credit) if counted else None,
            quota=_known_exact(stood.quota),
            quota_because=self._quota_because(stint, one, component),
            attainment=_known_exact(stood.attainment),
            target=_known_exact(stood.target),
            levels={name: exact(level) for name, level in stood.levels.items()},
            rates=tuple(rates(component, one)),
            following=next_rate(component, one),
            closed=tuple(_closed(component, one)),
            level_because=interpolated(component, one),
            earned=decimal(earned),
            curve=curve,
            here=on_curve(component, one) if curve and not _shut(component, one) else None,
            deals=tuple(self._deals(one)),
            entries=(),
        )

    def _quota_because(self, stint: Stint, one: Evaluated, component: AnyComponent) -> str:
        stood = one.standing
        own = self._own_quota(one, component)
        if own or stood.quota is None or stood.whole_quota is None:
            return own
        if stood.quota == stood.whole_quota:
            return ""
        if not stood.whole_quota:
            return ""
        told = number if unit_of(component) == "count" else money
        share = percent(stood.quota / stood.whole_quota)
        days = f"{stint.active(one.span)} of {one.span.days} days"
        ramp = stint.plan.ramp is not None and stint.ramped(one.span, self.starts) != stint.part(
            one.span
        )
        part_time = f" at {percent(stint.share)} of a job" if stint.share != 1 else ""
        how = f"ramp and {days}" if ramp else days
        return f"{share} of {told(stood.whole_quota)}, for {how}{part_time}"

    def _own_quota(self, one: Evaluated, component: AnyComponent) -> str:
        """How a payee's own quotas make up that of the period; empty for one of just these days."""
        if one.standing.quota is None:
            return ""
        told = number if unit_of(component) == "count" else money
        parts = []
        for amount, over in self.calculation.facts.quotas(self.payee, one.component, one.span):
            days = over.meet(one.span)
            if days == over:
                parts.append(told(amount))
            else:
                here = days.days if days is not None else 0
                parts.append(f"{here} of {over.days} days of {told(amount)}")
        if len(parts) <= 1 and (not parts or "days of" not in parts[0]):
            return ""
        office = one.stint.part(one.span)
        cut = f", for {percent(office)} of the days and of a job" if office != 1 else ""
        return " + ".join(parts) + cut

    # Deals

    def _deals(self, one: Evaluated) -> Iterator[Counted]:
        so_far = Fraction(0)
        for each in one.standing.credits:
            so_far += each.amount
            deal = self._transactions[each.transaction]
            yield Counted(
                transaction=deal.id,
                account=deal.account,
                day=deal.day,
                credit=exact(each.amount),
                because=credit_because(self.calculation, one, deal, each.amount),
                so_far=exact(so_far),
            )

    def _entry(self, group: _Group) -> Entry:
        _, component, transaction, _ = group
        posted = self._groups[group]
        deal = self._transactions.get(transaction)
        one = self._span_of(group)
        earned = sum(line.cents for line in posted if line.state == "earned")
        credited = one and next(
            (c for c in one.standing.credits if c.transaction == transaction), None
        )
        so_far = None
        if one is not None and credited and _adds_up(one, component):
            so_far = Fraction(0)
            for each in one.standing.credits:
                so_far += each.amount
                if each is credited:
                    break
        return Entry(
            component=component,
            period=self.calculation.label(posted[0].origin),
            transaction=transaction,
            account=deal.account if deal is not None else "",
            day=deal.day if deal is not None else max(line.day for line in posted),
            credit=exact(credited.amount) if credited else None,
            credit_because=credit_because(self.calculation, one, deal, credited.amount)
            if one is not None and credited and deal is not None
            else "",
            so_far=_known_exact(so_far),
            earned=decimal(earned),
            because=self._earned_because(group, earned),
            released=tuple(self._released(group)),
        )

    def _earned_because(self, group: _Group, earned: int) -> str:
        key = group, "earned", ""
        wanted = self._wanted.get(key, [])
        words = "; ".join(dict.fromkeys(line.words for line in wanted))
        before = self._before.get(key, 0)
        if not earned:
            return words
        if not wanted:
            words = "nothing comes to this now"
        now = before + earned
        if before:
            return f"{money(Fraction(now, 100))} instead of {money(Fraction(before, 100))}: {words}"
        return words

    def _released(self, group: _Group) -> Iterator[Release]:
        """Instalments released, forfeited and taken back in the month, each once."""
        of: dict[tuple[str, str], list[Posted]] = defaultdict(list)
        for line in self._groups[group]:
            if line.state == "payable" or (line.state == "accrued" and line.instalment):
                of[line.state, line.instalment].append(line)
        for (state, instalment), found in of.items():
            cents = sum(line.cents for line in found)
            if not cents or (state == "accrued" and instalment == "clawback"):
                continue  # what is taken back stands among what is payable
            key = group, state, instalment
            before = self._before.get(key, 0)
            wanted = self._wanted.get(key, [])
            words = "; ".join(dict.fromkeys(line.words for line in wanted)) or found[-1].words
            if before:
                after = money(Fraction(before + cents, 100))
                words = f"{after} instead of {money(Fraction(before, 100))}: {words}"
            yield Release(instalment, found[-1].day, decimal(cents), words, paid=state == "payable")

    def _span_of(self, group: _Group) -> Evaluated | None:
        return _span(self.calculation, self.payee, group)

    # What waits, what changed

    def _waits(self, one: Held) -> Waiting:
        deal = self._transactions.get(one.transaction)
        return Waiting(
            component=one.component,
            transaction=one.transaction,
            account=deal.account if deal is not None else "",
            what=one.instalment,
            amount=decimal(one.cents),
            currency=one.currency,
            until=one.until,
            says=waits_for(one, deal),
        )

    def _changes(self) -> Iterator[Change]:
        """Earnings of earlier months that are others now, and those that became known late."""
        if self.earlier_month is None:
            return
        for group, posted in sorted(self._groups.items()):
            earned = [line for line in posted if line.state == "earned"]
            cents = sum(line.cents for line in earned)
            before = self._before.get((group, "earned", ""), 0)
            late = bool(earned) and max(line.day for line in earned) < self.month.start
            if not cents or not (before or late):
                continue
            deal = self._transactions.get(group[2])
            yield Change(
                component=group[1],
                period=self.calculation.label(earned[0].origin),
                transaction=group[2],
                account=deal.account if deal is not None else "",
                before=decimal(before),
                after=decimal(before + cents),
                currency=earned[0].currency,
                because=self._why(group),
            )

    @cached_property
    def _then(self) -> Calculation | None:
        """The calculation of the month before, from what was known then."""
        if self.earlier_month is None:
            return None
        facts = self.calculation.facts.on(self.earlier_month.as_of)
        return Calculation(self.calculation.charter, facts, self.earlier_month.month.last_day)

    def _why(self, group: _Group) -> str:
        """What became known since the month before that makes an earlier amount another."""
        if self._then is None:
            return ""
        was, now = self._was.get(group[2]), self._transactions.get(group[2])
        if group[2] and was is None and now is not None:
            entered = f", entered on {spoken(now.known_on)}" if now.known_on else ""
            return f"{group[2]} of {spoken(now.day)} became known late{entered}."
        if group[2] and now is None:
            return f"{group[2]} is not there any more."
        one, before = self._span_of(group), _span(self._then, self.payee, group)
        reasons: list[str] = []
        if was is not None and now is not None:
            back = one.stint.plan.clawback if one is not None else None
            again = back is not None and back.kind == "rerun"
            reasons += _differences(was, now, run_again=again)
        if one is not None and before is not None:
            told = number if unit_of(one.stint.plan.components[group[1]]) == "count" else money
            old, new = before.standing, one.standing
            if old.quota != new.quota:
                reasons.append(
                    f"The quota is {_said(told, new.quota)} now, {_said(told, old.quota)} before."
                )
            reasons += (
                f"{name} is {_said(percent, new.levels.get(name))} now, "
                f"{_said(percent, old.levels.get(name))} before."
                for name in sorted({*old.levels, *new.levels})
                if old.levels.get(name) != new.levels.get(name)
            )
            if not reasons and old.credit != new.credit:
                reasons.append(
                    f"Other deals of the period changed: its credit is {told(new.credit)} now, "
                    f"{told(old.credit)} before."
                )
        return " ".join(reasons) or "The charter is another now."

    @cached_property
    def _was(self) -> Mapping[str, Transaction]:
        return {} if self._then is None else _known(self._then, self.payee)

    def _notes(self, standings: int) -> Iterator[str]:
        if not self.posted:
            yield (
                "Nothing here is posted: this is what would be, had each month been run on its "
                "last day."
            )
        elif self._stale:
            yield (
                "Facts, or what is known of them, have changed since this month was last run. "
                "Amounts are as posted; arithmetic that does not fit them is of the facts now."
            )
        if not standings:
            yield f"{self.payee} is on no plan in this month."
        yield (
            "Amounts are rounded to the cent so that the lines of a period sum to the rounded "
            "whole: a single line may be a cent off."
        )

    @property
    def _stale(self) -> bool:
        """Whether what the calculation says is not what the ledger holds."""
        held_now: dict[tuple[_Group, str, str], int] = defaultdict(int)
        for line in self.ledger.lines(payee=self.payee, through=self.month):
            if line.state != "paid":
                held_now[_group(line), line.state, line.instalment] += line.cents
        wanted = {key: sum(line.cents for line in found) for key, found in self._wanted.items()}
        return {k: c for k, c in held_now.items() if c} != {k: c for k, c in wanted.items() if c}

    def _role(self, stint: Stint) -> str:
        place = f" in {stint.segment}" if stint.segment else ""
        part = f", {percent(stint.share)} of a job" if stint.share != 1 else ""
        since = f", from {spoken(stint.over.start)}" if stint.over.start > self.month.start else ""
        until = f", until {spoken(stint.over.last_day)}" if stint.over.end <= self.month.end else ""
        return f"{stint.role}{place}, on plan {stint.plan_name}{part}{since}{until}"


_SETTLED: Mapping[str, str] = {
    "draw advance": "advance: ",
    "draw recovery": "",
    "guarantee": "made ",
}


def credit_because(
    calculation: Calculation, one: Evaluated, deal: Transaction, credit: Fraction
) -> str:
    """How a deal's amount became credit: its share and its rate of exchange; empty for all of it."""
    plan = one.stint.plan
    into = calculation.currency(plan)
    whole = value(deal, plan, calculation.facts, into)
    told = number if unit_of(plan.components[one.component]) == "count" else money
    share = credit / whole if whole else Fraction(1)
    words = ""
    if deal.currency not in ("", into):
        rate = rate_of(deal, plan, calculation.facts, into)
        words = f"{money(whole / rate)} {deal.currency} x {number(rate)}"
    if share != 1:
        words = f"{percent(share)} of {f'({words})' if words else told(whole)}"
    return words


def waits_for(one: Held, deal: Transaction | None) -> str:
    """What releases an instalment that waits, and until when it can."""
    who = (deal.account if deal is not None else "") or "the customer"
    if one.instalment == "cash":
        return f"when {who} has paid"
    if one.instalment.startswith("customer month "):
        month = int(one.instalment.rsplit(" ", 1)[1])
        on = "" if deal is None else f", on {spoken(months_after(deal.day, month - 1))}"
        return f"if {who} is still a customer in month {month}{on}"
    until = f" by {spoken(one.until)}" if one.until else ""
    return f"when {who} reaches {one.instalment}{until}"


def _group(line: Line | Posted) -> _Group:
    return line.plan, line.component, line.transaction, line.origin.start


def _known(calculation: Calculation, payee: str) -> dict[str, Transaction]:
    """Every transaction that may be a payee's credit, by name; undone ones too."""
    return {
        one.id: one
        for stint in calculation.stints
        if stint.payee == payee
        for component in stint.plan.components.values()
        for one in calculation.known(stint, component)[0]
    }


def _span(calculation: Calculation, payee: str, group: _Group) -> Evaluated | None:
    """The evaluated period that a line's earning period is in."""
    for stint in calculation.stints:
        if stint.payee == payee and stint.plan_name == group[0]:
            for year in calculation.years(stint):
                for one in calculation.evaluated(stint, year):
                    if one.component == group[1] and group[3] in one.span:
                        return one
    return None


def _said(told: object, amount: Fraction | None) -> str:
    assert callable(told)
    return "not known" if amount is None else str(told(amount))


_TRANSACTION_WORDS: Mapping[str, str] = {
    "day": "its day",
    "amount": "its amount",
    "total": "its value over all years",
    "years": "its years",
    "credits": "whose credit it is",
    "cancelled_on": "undone on",
    "left_on": "left by the customer on",
    "currency": "its currency",
    "measure": "what it counts for",
    "product": "its product",
}
"""What a transaction says that decides what it earns."""


def _differences(was: Transaction, now: Transaction, *, run_again: bool) -> Iterator[str]:
    """What a deal says now and did not before, in sentences.

    That its customer left counts where the plan runs the period again without it.
    """
    for name, words in _TRANSACTION_WORDS.items():
        before, after = getattr(was, name), getattr(now, name)
        if before == after or (name == "left_on" and not run_again):
            continue
        if name == "cancelled_on" and after is not None:
            yield f"{now.id} was undone on {spoken(after)}."
        elif name == "left_on" and after is not None:
            yield f"The customer of {now.id} left on {spoken(after)}."
        else:
            yield f"{now.id}: {words} is {_word(after)} now, {_word(before)} before."


def _word(told: object) -> str:
    if isinstance(told, Fraction):
        return money(told)
    if isinstance(told, date):
        return spoken(told)
    if isinstance(told, tuple):
        return ", ".join(f"{c.payee} {percent(c.share)}" for c in told) or "nobody's"
    return str(told) if told not in (None, "") else "nothing"


def _closed(component: AnyComponent, one: Evaluated) -> Iterator[str]:
    for gate in component.gates:
        if said(gate) not in one.closed_gates:
            continue
        reached = ""
        if gate.measure:
            level = one.standing.levels.get(gate.measure)
            told = "not known" if level is None else percent(level)
            reached = f", and it is {told}"
        effect = (
            "nothing is paid" if gate.opens == "all" else "the rates past the quota stay closed"
        )
        yield f"{said(gate)}{reached}: {effect}"


def _shut(component: AnyComponent, one: Evaluated) -> bool:
    """Whether a condition that is not met keeps the component from paying anything."""
    return bool(one.closed_gates) and any(gate.opens == "all" for gate in component.gates)


def _adds_up(one: Evaluated, component: str) -> bool:
    return getattr(one.stint.plan.components.get(component), "counted", "") != "deal"
