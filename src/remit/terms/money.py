"""Amounts of money: exact, and never without their currency."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal, Inexact, InvalidOperation
from fractions import Fraction

_EXACT = Context(prec=100, traps=[Inexact, InvalidOperation])
_ROUNDING = Context(prec=100, rounding=ROUND_HALF_UP)


@dataclass(frozen=True, slots=True, order=False)
class Money:
    """An exact amount in one currency. It is rounded only where somebody asks for it.

    Adding two currencies is an error, not a conversion: a rate has a day and a source, and
    whoever converts must name both.

    >>> Money(Decimal("1234.5"), "USD") + Money(Decimal("0.07"), "USD")
    Money(amount=Decimal('1234.57'), currency='USD')
    >>> print(Money(Decimal("1234.5"), "USD"))
    1,234.50 USD

    Raises:
        TypeError: If the amount is a float, which cannot hold 0.10.
    """

    amount: Decimal
    currency: str

    def __post_init__(self) -> None:
        if not isinstance(self.amount, Decimal):
            raise TypeError(f"money is exact: give a Decimal, not {self.amount!r}")
        if not self.amount.is_finite():
            raise ValueError(f"{self.amount} is not an amount of money")

    def __add__(self, other: Money) -> Money:
        self._same_currency(other)
        return Money(_EXACT.add(self.amount, other.amount), self.currency)

    def __sub__(self, other: Money) -> Money:
        self._same_currency(other)
        return Money(_EXACT.subtract(self.amount, other.amount), self.currency)

    def __lt__(self, other: Money) -> bool:
        self._same_currency(other)
        return self.amount < other.amount

    def times(self, share: Fraction | Decimal | int) -> Fraction:
        """The amount times a share, as an exact fraction: no money until somebody rounds it."""
        return Fraction(self.amount) * Fraction(share)

    def rounded(self, places: int = 2) -> Money:
        """The amount to the currency's smallest unit, halves away from zero."""
        step = Decimal(1).scaleb(-places)
        return Money(self.amount.quantize(step, context=_ROUNDING), self.currency)

    def _same_currency(self, other: Money) -> None:
        if self.currency != other.currency:
            raise ValueError(
                f"cannot combine {self.currency} with {other.currency}: convert one first, "
                "with a dated rate"
            )

    def __str__(self) -> str:
        """Grouped thousands, two places, currency."""
        return f"{self.rounded().amount:,.2f} {self.currency}"
