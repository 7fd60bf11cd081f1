"""What a pay month pays out: what was released, after draws, guarantees and what was carried.

A month is worked out from five whole numbers of cents, and nothing else: what is payable, what was
carried and owed before, and what the plan promises whatever is earned. Negative pay is carried to
the next month, never paid; an advance on a recoverable draw is owed until later pay above the draw
has made up for it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from remit.charter.fiscal import period_of
from remit.compensation.earning import money
from remit.terms import Period

KINDS = (
    "payout",
    "draw advance",
    "draw recovery",
    "draw forgiven",
    "guarantee",
    "carried",
)
"""What a line in the state `paid` may be.

`payout`, `draw advance`, `draw recovery` (negative) and `guarantee` sum to the money that goes out.
`carried` is no money: its sum over all months is what a payee still has to earn back, zero or
less. Advances, recoveries and `draw forgiven` (negative) sum to what is owed on the draw.
"""
MONEY = ("payout", "draw advance", "draw recovery", "guarantee")
"""The kinds that are money to the payee; the others only say what is brought forward."""


@dataclass(frozen=True, slots=True)
class Promise:
    """What a payee's plan promises in a month, whatever is earned. All amounts in cents.

    `recoverable` and `given` are the draw, by whether an advance on it is owed; `forgives` says
    that what is owed is forgiven at the end of the month; `guarantee` is the least of all pay in
    the months from `since` to this one.
    """

    payee: str
    currency: str
    recoverable: int = 0
    given: int = 0
    forgives: bool = False
    guarantee: int = 0
    since: date | None = None
    """First day of the first month that counts for the guarantee."""

    @property
    def draw(self) -> int:
        """The least that a month pays."""
        return self.recoverable + self.given


@dataclass(frozen=True, slots=True)
class Before:
    """What earlier months left, in cents."""

    carried: int = 0
    """Pay taken back that was more than there was to take it from; zero or less."""
    owed: int = 0
    """Advances on a recoverable draw that later pay has not made up for; zero or more."""
    paid: int = 0
    """Money paid in earlier months that count for the same guarantee."""


@dataclass(frozen=True, slots=True)
class Settled:
    """What one month pays one payee, and what it leaves to the next. All amounts in cents."""

    payable: int
    before: Before
    payout: int
    """What is paid of what is payable and was carried."""
    carried: int
    """What is carried on, less what was: payable is payout and carried together, exactly."""
    advance: int
    recovery: int
    """Zero or less: what is kept back of the payout for earlier advances."""
    forgiven: int
    """Zero or less: what is owed no more."""
    guarantee: int

    @property
    def money(self) -> int:
        """What goes to the payee."""
        return self.payout + self.advance + self.recovery + self.guarantee

    @property
    def after(self) -> Before:
        """What the next month begins with."""
        owed = self.before.owed + self.advance + self.recovery + self.forgiven
        return Before(self.before.carried + self.carried, owed, self.before.paid + self.money)

    def lines(self) -> Iterator[tuple[str, int, str]]:
        """Kind, amount and words of every line that is to be posted; none of zero."""
        net, drawn = self.payable + self.before.carried, self.payout + self.advance
        came_in = f" and {_said(self.before.carried)} carried" if self.before.carried else ""
        lines = (
            ("payout", self.payout, f"{_said(self.payable)} payable{came_in}"),
            ("draw advance", self.advance, f"draw of {_said(drawn)} less {_said(self.payout)}"),
            (
                "draw recovery",
                self.recovery,
                f"kept back for {_said(self.before.owed)} owed on the draw",
            ),
            ("draw forgiven", self.forgiven, "owed on the draw, and need not be earned"),
            (
                "guarantee",
                self.guarantee,
                f"up to the guarantee, after {_said(self.before.paid + self.money - self.guarantee)} paid",
            ),
            (
                "carried",
                self.carried,
                f"{_said(net)} is carried to the next month"
                if net < 0
                else f"{_said(self.before.carried)} carried was earned back",
            ),
        )
        return (line for line in lines if line[1])


def settle(payable: int, before: Before, promise: Promise) -> Settled:
    """What a month pays, from what is payable in it.

    Pay is at least the draw. What is missing to it is advanced: first from the part that need not
    be paid back, then from the recoverable one. Earlier advances are kept back from what exceeds
    the draw. What pay taken back leaves below zero is carried. A guarantee makes up for what is
    missing once all else is paid.

    Published by Siebel: with a draw of 2,000, a month of 1,500 and then one of 2,375 pay 2,000
    each, and 125 is still owed.

    >>> draw = Promise("Terry", "USD", recoverable=2000_00)
    >>> march = settle(1500_00, Before(), draw)
    >>> april = settle(2375_00, march.after, draw)
    >>> march.money, april.money, april.after.owed
    (200000, 200000, 12500)
    """
    net = payable + before.carried
    payout = max(net, 0)
    missing = max(promise.draw - payout, 0)
    given = min(missing, promise.given)
    recovery = min(before.owed, max(payout - promise.draw, 0))
    owed = before.owed + missing - given - recovery
    paid = before.paid + payout + missing - recovery
    return Settled(
        payable=payable,
        before=before,
        payout=payout,
        carried=min(net, 0) - before.carried,
        advance=missing,
        recovery=-recovery,
        forgiven=-(given + (owed if promise.forgives else 0)),
        guarantee=max(promise.guarantee - paid, 0),
    )


def _said(amount: int) -> str:
    return money(Fraction(amount, 100))


def pay_month(text: str) -> Period:
    """A calendar month from words such as 2026-03.

    >>> str(pay_month("2026-03"))
    '1 Mar 2026 to 31 Mar 2026'

    Raises:
        ValueError: If it is written in any other way.
    """
    if not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", text) or text.startswith("0000"):
        raise ValueError(f"{text!r} is not a month written like 2026-03")
    return month_of(date.fromisoformat(f"{text}-01"))


def month_of(day: date) -> Period:
    """The calendar month of a day.

    >>> month_of(date(2026, 2, 14)).last_day
    datetime.date(2026, 2, 28)
    """
    return period_of(day, "month", 1)
