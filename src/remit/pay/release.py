"""When what was earned is paid: instalments, what is forfeited, and what is taken back.

Earned is not payable. A line of a deal is cut into the plan's instalments, each released by an
event; the last takes the remainder, so that no cent is made or lost. An instalment that is missed
is forfeited, and what a lost customer's deal earned is taken back as the plan says.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction
from typing import Literal

from remit.charter import Charter
from remit.compensation.commission import Commission
from remit.compensation.conditions import Instalment
from remit.compensation.earning import cents, in_cents, money, percent
from remit.pay.calculate import Calculation, Earned
from remit.pay.credit import end_of, left_early
from remit.terms import Period
from remit.terms.period import months_after

State = Literal["credited", "earned", "accrued", "payable"]
STAGES = (3, 6, 9, 12)
"""Customer months in which the excess of a staged windfall is paid, in equal parts."""


@dataclass(frozen=True, slots=True)
class Line:
    """One amount in one state, and why: what a run wants the ledger to hold.

    `credited` is what counted (in cents, or hundredths of a count), `earned` what that came to,
    `accrued` what is owed or may yet become so, `payable` what was released. Lines with the same
    `key` add up.
    """

    payee: str
    plan: str
    component: str
    transaction: str
    origin: Period
    state: State
    instalment: str
    """What released it, such as `signing`, or lost or changed it; empty for what a deal earned."""
    cents: int
    currency: str
    day: date
    """The day of the event."""
    words: str

    @property
    def key(self) -> tuple[str, str, str, str, date, State, str]:
        """What the ledger adds up by."""
        return (
            self.payee,
            self.plan,
            self.component,
            self.transaction,
            self.origin.start,
            self.state,
            self.instalment,
        )


@dataclass(frozen=True, slots=True)
class Held:
    """An instalment that waits: for what, and until when it can still be reached."""

    payee: str
    component: str
    transaction: str
    instalment: str
    cents: int
    currency: str
    until: date | None
    """The last day on which it can be reached; None where there is no end."""


def lines(calculation: Calculation, payee: str) -> tuple[Line, ...]:
    """Everything that a payee's ledger should hold, state by state.

    Raises:
        NoRateError: As `Calculation.earned`.
    """
    found: list[Line] = []
    for earned in calculation.earned(payee):
        found += _lines(calculation, earned)
    return tuple(found)


def held(calculation: Calculation, payee: str) -> tuple[Held, ...]:
    """What a payee earned and waits for, in order of what can be missed first."""
    found = []
    for earned in calculation.earned(payee):
        for part, amount in _cut(calculation, earned):
            due = _due(calculation, earned, part)
            if due is None and amount and not _over(calculation, earned, part):
                found.append(
                    Held(
                        payee,
                        earned.component,
                        earned.transaction_id,
                        _name(part),
                        amount,
                        calculation.currency(earned.stint.plan),
                        _last_day(calculation.charter, earned, part),
                    )
                )
    return tuple(sorted(found, key=lambda h: (h.until or date.max, h.transaction)))


def _lines(calculation: Calculation, earned: Earned) -> Iterator[Line]:
    def line(state: State, amount: int, day: date, words: str, instalment: str = "") -> Line:
        return Line(
            payee=earned.stint.payee,
            plan=earned.stint.plan_name,
            component=earned.component,
            transaction=earned.transaction_id,
            origin=earned.origin,
            state=state,
            instalment=instalment,
            cents=amount,
            currency=calculation.currency(earned.stint.plan),
            day=day,
            words=words,
        )

    if earned.credit:
        counted = _credited(earned)
        yield line("credited", counted, earned.day, f"credit of {_cents(counted)}")
    if not earned.cents:
        return
    yield line("earned", earned.cents, earned.day, earned.words)
    yield line("accrued", earned.cents, earned.day, earned.words)
    released = moved = 0
    cut = _cut(calculation, earned)
    booked = _booked(earned, [part for part, _ in cut])
    for (part, amount), at_booking in zip(cut, booked, strict=True):
        due = _due(calculation, earned, part)
        if due is not None:
            released += amount
            words = f"{percent(part.share)} of {_cents(earned.cents)}, at {_name(part)}"
            if amount != at_booking:
                moved += amount - at_booking
                words = f"{percent(part.share)} at the rate of that day, at {_name(part)}"
                yield line("earned", amount - at_booking, due, words, _name(part))
                yield line("accrued", amount - at_booking, due, words, _name(part))
            yield line("payable", amount, due, words, _name(part))
        elif (missed := _missed(calculation, earned, part)) is not None:
            day, why = missed
            yield line("accrued", -amount, day, f"forfeited: {why}", _name(part))
    whole = replace(earned, cents=earned.cents + moved)
    yield from _taken_back(calculation, whole, released, line)


def _credited(earned: Earned) -> int:
    """Credit in whole cents; where people share a deal, theirs sum to the deal's."""
    deal, plan = earned.transaction, earned.stint.plan
    component = plan.components.get(earned.component)
    if deal is None or component is None or component.credit.to not in ("owner", "split"):
        return cents(earned.credit)
    before = mine = Fraction(0)
    for credit in deal.credits:
        if credit.kind in ("owner", "split"):
            if credit.payee == earned.stint.payee:
                mine += credit.share
            elif not mine:
                before += credit.share
    if not mine:
        return cents(earned.credit)
    whole = earned.credit / mine
    return cents(whole * (before + mine)) - cents(whole * before)


def _taken_back(
    calculation: Calculation, earned: Earned, released: int, line: Callable[..., Line]
) -> Iterator[Line]:
    """What the plan's clawback takes back of a deal whose customer left early."""
    deal, plan = earned.transaction, earned.stint.plan
    back = plan.clawback
    if deal is None or back is None or back.kind == "rerun" or not left_early(deal, plan):
        return
    if earned.cents < 0:
        return  # it took back already
    assert deal.left_on is not None
    end = end_of(deal.day, back.within)
    if back.kind == "full":
        owed, words = earned.cents, f"all of it, as the customer left on {deal.left_on}"
    else:
        left, whole = (end - deal.left_on).days, (end - deal.day).days
        owed = cents(Fraction(earned.cents, 100) * left / whole)
        words = f"{left} of {whole} days left when the customer left on {deal.left_on}"
    waiting = earned.cents - released
    if owed - waiting > 0:
        yield line("payable", -(owed - waiting), deal.left_on, f"taken back: {words}", "clawback")
        yield line("accrued", -(owed - waiting), deal.left_on, f"taken back: {words}", "clawback")


def _cut(calculation: Calculation, earned: Earned) -> Sequence[tuple[Instalment, int]]:
    """The instalments of a line, and what each is worth."""
    plan, component = earned.stint.plan, earned.stint.plan.components.get(earned.component)
    release = (component.release if component is not None else ()) or plan.release
    if earned.staged:
        release = tuple(Instalment(at="customer_month", month=m, share="25%") for m in STAGES)
    if not release or earned.transaction is None:
        release = (Instalment(at="signing", share=1),)
    amounts = list(_booked(earned, release))
    for at, part in enumerate(release):
        if part.rate == "milestone":
            amounts[at] = _at_milestone(calculation, earned, part, amounts[at])
    return tuple(zip(release, amounts, strict=True))


def _booked(earned: Earned, release: Sequence[Instalment]) -> tuple[int, ...]:
    """Instalments at the rate of booking, which sum to the line."""
    whole = Fraction(earned.cents, 100)
    return in_cents(whole * Fraction(part.share) for part in release)


def _at_milestone(calculation: Calculation, earned: Earned, part: Instalment, booked: int) -> int:
    """An instalment at the rate that holds on the day it is released, not on that of booking."""
    component = earned.stint.plan.components.get(earned.component)
    due = _due(calculation, earned, part)
    if due is None or not isinstance(component, Commission):
        return booked
    for year in calculation.years(earned.stint):
        for one in calculation.evaluated(earned.stint, year):
            if one.component == earned.component and due in one.span:
                so_far = sum((c.amount for c in one.standing.credits if c.day <= due), Fraction(0))
                rate = component.earns(one.standing).rate(so_far)
                return cents(earned.credit * rate * Fraction(part.share))
    return booked


def _due(calculation: Calculation, earned: Earned, part: Instalment) -> date | None:
    """The day on which an instalment was released; None where it was not, up to the last day."""
    day = _released(calculation, earned, part)
    if day is None or day > calculation.through:
        return None
    leaves = earned.stint.leaves
    if leaves is not None and day >= leaves and part.leaver == "forfeited" and part.at != "signing":
        return None
    return day


def _released(calculation: Calculation, earned: Earned, part: Instalment) -> date | None:
    deal = earned.transaction
    if deal is None:
        return earned.day
    if part.at == "signing":
        return deal.day
    if part.at == "cash":
        return deal.cash_on
    if part.at == "customer_month":
        month = part.month or 1
        day = (
            deal.day if month <= max(deal.prepaid_months, 1) else months_after(deal.day, month - 1)
        )
        gone = deal.left_on is not None and deal.left_on <= day and month > deal.prepaid_months
        return None if gone else day
    reached = deal.reached_on
    last = _last_day(calculation.charter, earned, part)
    if reached is None or (part.if_missed == "forfeited" and last is not None and reached > last):
        return None
    if deal.left_on is not None and deal.left_on <= reached:
        return None
    return max(reached, deal.day)


def _last_day(charter: Charter, earned: Earned, part: Instalment) -> date | None:
    """The last day on which the customer may reach the indicator, that day included."""
    if part.at != "retention_indicator" or earned.transaction is None:
        return None
    within = part.within
    if within is None:
        named = charter.retention_indicators
        only = named.get(part.indicator) if part.indicator else next(iter(named.values()), None)
        within = only.within if only is not None else None
    return None if within is None else end_of(earned.transaction.day, within)


def _missed(calculation: Calculation, earned: Earned, part: Instalment) -> tuple[date, str] | None:
    """When and why an instalment can be reached no more; None while it can."""
    deal, through = earned.transaction, calculation.through
    if deal is None:
        return None
    leaves = earned.stint.leaves
    ends: list[tuple[date, str]] = []
    last = _last_day(calculation.charter, earned, part)
    if last is not None and part.if_missed == "forfeited":
        ends.append((last + timedelta(days=1), f"the indicator was not reached by {last}"))
    if deal.left_on is not None and part.at != "cash":
        ends.append((deal.left_on, f"the customer left on {deal.left_on}"))
    if leaves is not None and part.leaver == "forfeited" and part.at != "signing":
        ends.append(
            (leaves, f"left the company before it was due, on {leaves - timedelta(days=1)}")
        )
    passed = [end for end in ends if end[0] <= through]
    return min(passed) if passed else None


def _over(calculation: Calculation, earned: Earned, part: Instalment) -> bool:
    return _missed(calculation, earned, part) is not None


def _name(part: Instalment) -> str:
    if part.at == "customer_month":
        return f"customer month {part.month}"
    return part.indicator or part.at.replace("_", " ")


def _cents(amount: int) -> str:
    return money(Fraction(amount, 100))
