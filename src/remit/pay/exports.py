"""What a ledger hands over: to payroll what a month pays, to accounting what accrued and is owed.

Money is paid with the payroll of the month after the pay month.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from remit.pay.ledger import Ledger, LedgerError
from remit.pay.months import MONEY, month_of
from remit.terms import Period, Place, Problem


@dataclass(frozen=True, slots=True)
class PayrollRow:
    """One amount that a payee is paid, and the earning period that it is for.

    Payroll needs that period where commission counts towards the pay for overtime of the weeks in
    which it was earned (29 CFR 778.119). A payee's rows sum to what the month pays, to the cent.
    """

    pay_month: Period
    payroll_month: Period
    payee: str
    currency: str
    component: str
    """Empty for what is of no component: draws, guarantees and what is carried."""
    earned_in: Period
    kind: str
    """`pay`, `draw advance`, `draw recovery`, `guarantee`, `carried` on to the next month
    (positive, as it is not taken off yet) or `carried` from earlier ones (negative)."""
    cents: int


@dataclass(frozen=True, slots=True)
class AccrualRow:
    """One month in one currency, as accounting sees it. All amounts in cents."""

    month: Period
    state: str
    """How far the pay month is; empty for a month that only has its payroll."""
    currency: str
    accrued: int
    """Earned in the ledger's month, without what was forfeited or taken back."""
    paid: int
    """With this month's payroll, of what accrued until the end of the month before."""
    liability: int
    """Accrued and not paid at the end of the month."""
    draws_advanced: int
    draws_recovered: int
    draws_forgiven: int
    """Advances that became an expense, those that never had to be earned among them."""
    draws_owed: int
    """By payees, at the end of the month."""
    guarantees: int


def payroll(ledger: Ledger, month: Period) -> tuple[PayrollRow, ...]:
    """What a locked month pays, by payee, component and earning period.

    Raises:
        LedgerError: If the month is not locked: it could still change.
    """
    state = next((one.state for one in ledger.months() if one.month == month), "not begun")
    if state != "locked":
        name = f"{month.start:%Y-%m}"
        fix = f"Payroll is paid from locked months only: remit pay lock --month {name}."
        raise LedgerError([Problem(Place(ledger.shown), "", f"{name} is {state}.", fix)])
    sums: dict[tuple[str, str, str, date, str], tuple[int, Period]] = {}
    for line in ledger.lines(month=month):
        if line.state == "payable":
            component, kind, cents = line.component, "pay", line.cents
        elif line.state == "paid" and line.instalment in (*MONEY, "carried"):
            if line.instalment == "payout":
                continue  # that is the payable lines, and what is carried
            component, kind = "", line.instalment
            cents = -line.cents if kind == "carried" else line.cents
        else:
            continue
        key = line.payee, line.currency, component, line.origin.start, kind
        before = sums.get(key, (0, line.origin))[0]
        sums[key] = before + cents, line.origin
    follows = month_of(month.end)
    return tuple(
        PayrollRow(month, follows, payee, currency, component, earned_in, kind, cents)
        for (payee, currency, component, _, kind), (cents, earned_in) in sorted(sums.items())
        if cents
    )


def accruals(ledger: Ledger, through: Period | None = None) -> tuple[AccrualRow, ...]:
    """What accrued, was paid and is owed, month by month and currency by currency.

    The last row of a currency is the month in which the last locked month is paid.

    Args:
        ledger: The ledger.
        through: The last pay month that counts; all if left out.
    """
    known = [one for one in ledger.months() if through is None or one.month.start <= through.start]
    moved: dict[tuple[str, Period], dict[str, int]] = {}
    for line in ledger.lines(through=through):
        if line.state in ("accrued", "paid"):
            month = line.month if line.state == "accrued" else month_of(line.month.end)
            kind = line.instalment if line.state == "paid" else "accrued"
            sums = moved.setdefault((line.currency, month), {})
            sums[kind] = sums.get(kind, 0) + line.cents
    states = {one.month: one.state for one in known}
    months = [one.month for one in known]
    if known and known[0].state == "locked":
        last = [one.month for one in known if one.state == "locked"][-1]
        if (paid_in := month_of(last.end)) not in states:
            months.append(paid_in)
    return tuple(
        row
        for currency in sorted({currency for currency, _ in moved})
        for row in _of_currency(currency, months, states, moved)
    )


def _of_currency(
    currency: str,
    months: list[Period],
    states: Mapping[Period, str],
    moved: dict[tuple[str, Period], dict[str, int]],
) -> Iterator[AccrualRow]:
    liability = owed = 0
    for month in months:
        sums = moved.get((currency, month), {})
        paid = sums.get("payout", 0)
        drawn, back = sums.get("draw advance", 0), sums.get("draw recovery", 0)
        forgiven = sums.get("draw forgiven", 0)
        liability += sums.get("accrued", 0) - paid
        owed += drawn + back + forgiven
        yield AccrualRow(
            month=month,
            state=states.get(month, ""),
            currency=currency,
            accrued=sums.get("accrued", 0),
            paid=paid,
            liability=liability,
            draws_advanced=drawn,
            draws_recovered=-back,
            draws_forgiven=-forgiven,
            draws_owed=owed,
            guarantees=sums.get("guarantee", 0),
        )
