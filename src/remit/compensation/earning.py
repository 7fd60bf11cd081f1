"""What a component is worked out from, and what each deal, or a period as a whole, earned.

Everything is an exact fraction until `in_cents` rounds it, once a line, by rounding what is
earned so far and taking differences: the lines of a period always sum to the rounded whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

from remit.compensation.conditions import Component, Gate

Exact = Fraction | Decimal | int


@dataclass(frozen=True, slots=True)
class Credited:
    """What of one transaction counts for one payee: money in the plan's currency, or a count."""

    transaction: str
    day: date
    amount: Fraction


@dataclass(frozen=True, slots=True)
class Standing:
    """Where one payee stands on one component in one period: all that pay is a function of.

    `credits` are in the order in which they count: by day, then by name. `quota` and `target` are
    those of the period, for the days in office; a quota of zero is no quota to attain, and
    attainment is then not known, never infinite. `levels` are what was measured, by measure.
    """

    credits: tuple[Credited, ...] = ()
    quota: Fraction | None = None
    target: Fraction | None = None
    levels: Mapping[str, Fraction] = field(default_factory=dict)
    accelerated: bool = True
    """Whether tiers past the quota are open."""
    whole_quota: Fraction | None = None
    """The quota as stated, without ramp and days in office: what a windfall is held against."""
    beyond: Fraction = Fraction(0)
    """Credit that retires no quota: a windfall's excess."""

    @property
    def credit(self) -> Fraction:
        """All credit of the period together."""
        return sum((one.amount for one in self.credits), Fraction(0))

    @property
    def attainment(self) -> Fraction | None:
        """Credit as a part of quota; None without a quota, and where it is zero."""
        return (self.credit - self.beyond) / self.quota if self.quota else None


@dataclass(frozen=True, slots=True)
class Part:
    """What one transaction earned, or a period as a whole where `transaction` is None."""

    earned: Fraction
    words: str
    """The arithmetic, as somebody would write it beside a pocket calculator."""
    transaction: str | None = None
    day: date | None = None
    credit: Fraction = Fraction(0)
    staged: bool = False
    """Whether it is the excess of a windfall, which is paid in stages."""


def money(amount: Exact) -> str:
    """An amount as people write it, to the cent; an exact fraction of a cent is shown rounded.

    >>> money(Fraction(25000)), money(Fraction(-1, 3))
    ('25,000.00', '-0.33')
    """
    return f"{Decimal(cents(Fraction(amount))) / 100:,.2f}"


def percent(share: Exact, of: Exact = 0) -> str:
    """A share as people write it; long ones are cut after four places of a per cent.

    Args:
        share: The share.
        of: What it is a share of. Where four places would not give it to the cent, there are more.

    >>> percent(Fraction(1, 8)), percent(Fraction(5, 7)), percent(Fraction(5, 7), of=120_000)
    ('12.5%', '71.4286%', '71.428571%')
    """
    exact, places = Fraction(share) * 100, 4
    while abs(Fraction(of)) > 10**places:
        places += 1
    text = f"{Decimal(exact.numerator) / exact.denominator:.{places}f}".rstrip("0").rstrip(".")
    return f"{text}%"


def number(amount: Exact) -> str:
    """A count or an amount without needless places, and with six at most.

    >>> number(Fraction(9)), number(Fraction(1, 4)), number(Fraction("13858.81"))
    ('9', '0.25', '13,858.81')
    """
    exact = Fraction(amount)
    text = f"{Decimal(exact.numerator) / exact.denominator:,.6f}"
    return text.rstrip("0").rstrip(".")


def price(amount: Exact) -> str:
    """Money that others are worked out from: in full where it is not whole cents.

    >>> price(100), price(Fraction("0.0005"))
    ('100.00', '0.0005')
    """
    whole = (Fraction(amount) * 100).denominator == 1
    return money(amount) if whole else number(amount)


def cents(amount: Fraction) -> int:
    """Money to whole cents, halves away from zero.

    >>> cents(Fraction("24999.999")), cents(Fraction("-0.005"))
    (2500000, -1)
    """
    hundred = abs(amount) * 100
    whole = (2 * hundred.numerator + hundred.denominator) // (2 * hundred.denominator)
    return -whole if amount < 0 else whole


def in_cents(amounts: Iterable[Fraction]) -> tuple[int, ...]:
    """Amounts in cents that sum to the rounded whole, whatever they are: none made, none lost.

    >>> in_cents([Fraction(100, 3)] * 3)
    (3333, 3334, 3333)
    """
    told, exact = 0, Fraction(0)
    found = []
    for amount in amounts:
        exact += amount
        found.append(cents(exact) - told)
        told += found[-1]
    return tuple(found)


def opens(gate: Gate, standing: Standing, attained: Mapping[str, Fraction | None]) -> bool:
    """Whether a gate is met, by the exact attainment or level; what is not known is not met.

    Args:
        gate: The condition.
        standing: For the levels of measures.
        attained: Attainment by component, None where there is no quota to attain.
    """
    if gate.component is not None:
        level = attained.get(gate.component)
    else:
        level = standing.levels.get(gate.measure or "")
    return level is not None and level >= Fraction(gate.at_least)


def said(gate: Gate) -> str:
    """A gate in words, such as `attainment of new of at least 100%`."""
    what = f"attainment of {gate.component}" if gate.component else f"{gate.measure}"
    level = percent(gate.at_least) if gate.at_least <= 10 else number(gate.at_least)
    return f"{what} of at least {level}"


def times(
    parts: Iterable[Part], component: Component, levels: Mapping[str, Fraction]
) -> Iterable[Part]:
    """Parts scaled by the component's modifiers; one whose measure is not known changes nothing.

    Below a modifier's first step nothing is scaled either.
    """
    factor, words = Fraction(1), ""
    for modifier in component.modifiers:
        level = levels.get(modifier.measure)
        reached = [s for s in modifier.steps if level is not None and level >= Fraction(s.at)]
        if reached and level is not None:
            factor *= Fraction(reached[-1].times)
            words += f" x {percent(reached[-1].times)} for {modifier.measure} of {percent(level)}"
    if not words:
        return parts
    return [
        replace(part, earned=part.earned * factor, words=f"({part.words}){words}") for part in parts
    ]


def capped(parts: Iterable[Part], most: Fraction, *, per: str) -> tuple[Part, ...]:
    """Parts of which no more is earned than `most`: each deal alone, or all together, in order.

    What is taken back comes first off what the cap had cut: together it is the cap or the whole,
    whichever is less, in every order.
    """
    found = []
    whole: dict[str | None, Fraction] = {}
    for part in parts:
        of = part.transaction if per == "deal" else None
        before = whole.get(of, Fraction(0))
        whole[of] = before + part.earned
        kept = min(whole[of], most) - min(before, most)
        if kept != part.earned:
            told = f"{part.words}, cut to {money(kept)} by the cap of {money(most)}"
            part = replace(part, earned=kept, words=told)
        found.append(part)
    return tuple(found)
