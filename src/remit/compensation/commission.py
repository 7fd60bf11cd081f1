"""Commission: a rate of money credited, or an amount for each thing counted.

A tier is *marginal* (it changes what comes after it) unless it reaches `back_to` an earlier
level, and then all credit from there on is paid at its rate.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from fractions import Fraction
from typing import Literal, Self

from pydantic import Field, model_validator

from remit.compensation.conditions import Component, Counted, QuotaOrNumber
from remit.compensation.curve import Curve, Step, curve
from remit.compensation.earning import Credited, Part, Standing, money, number, percent, price
from remit.terms.shapes import Amount, Level, Noun, Ratio, Text

MOST_ATTAINMENT = 10
"""Times quota. A tier's level past it is an amount somebody took for a share."""


class Tier(Noun):
    """What credit earns from a level on, that level included."""

    at: Level = Field(alias="from")
    """Share of quota, amount of credit or size of a deal, as `tiers_by` says."""
    rate: Ratio | None = None
    """Part of each unit of money credited; more than the whole for pay on monthly revenue."""
    each: Amount | None = None
    """Money for each one counted."""
    back_to: Level | None = None
    """Once reached, all credit from that level on is paid at this tier's rate instead."""

    @model_validator(mode="after")
    def _says_one_rate(self) -> Self:
        if (self.rate is None) == (self.each is None):
            raise ValueError("must say either `rate` or `each`")
        if self.back_to is not None and self.back_to >= self.at:
            raise ValueError("must reach back to a level below its own `from`")
        return self


class Windfall(Noun):
    """What happens to a deal too large to have been planned, agreed before it is signed."""

    over_quota: Ratio | None = None
    over_amount: Amount | None = None
    excess: Literal["base_rate", "not_paid", "no_quota_credit", "staged"] = "base_rate"
    approved_by: Text | None = None

    @model_validator(mode="after")
    def _says_one_size(self) -> Self:
        if (self.over_quota is None) == (self.over_amount is None):
            raise ValueError("must say either `over_quota` or `over_amount`")
        return self


class Commission(Component):
    """Pays for credit of one measure: a rate of money, or an amount for each thing counted."""

    kind: Literal["commission"] = "commission"
    pays_on: str
    """A measure, by its name or one of its other wordings."""
    quota: QuotaOrNumber = None
    rate: Ratio | None = None
    each: Amount | None = None
    tiers: tuple[Tier, ...] = ()
    tiers_by: Literal["attainment", "amount"] | None = None
    """What the tiers' levels are of; left out: attainment where there is a quota, else amount."""
    table: Literal["marginal", "retroactive"] = "marginal"
    """`retroactive`: every tier reaches back to the first unit of credit."""
    crossing: Literal["split", "before", "after"] = "split"
    """A deal that crosses a tier is paid in parts, or as a whole at the rate before or after."""
    counted: Counted = "period"
    windfall: Windfall | None = None
    products: tuple[Text, ...] = ()
    """Products it is limited to; empty means all."""

    @model_validator(mode="after")
    def _pays_in_one_way(self) -> Self:
        for word, said in (("rate", self.rate), ("each", self.each)):
            if said is not None and self.tiers:
                raise ValueError(f"says `{word}` beside `tiers`. {self._as_first_tier(word, said)}")
        ways = [self.rate is not None, self.each is not None, bool(self.tiers)]
        if sum(ways) > 1 or (not any(ways) and self.quota is None):
            raise ValueError("must say one of `rate`, `each` and `tiers`, or a `quota` alone")
        levels = [tier.at for tier in self.tiers]
        if levels != sorted(set(levels)):
            raise ValueError("has tiers out of order: each must start above the one before")
        if self.tiers_by == "attainment" and self.quota is None:
            raise ValueError("has tiers by attainment and no `quota`")
        if self.by_attainment and any(level >= MOST_ATTAINMENT for level in levels):
            raise ValueError(
                "has a tier from a level that is no share of quota: write 80%, or `tiers_by: amount`"
            )
        return self

    def _as_first_tier(self, word: str, said: Decimal) -> str:
        """How a base rate is said where there are tiers."""
        if self.tiers[0].at == 0:
            return f"The tiers start from the first unit on: leave `{word}` out"
        start = "0%" if self.quota is not None and self.tiers_by != "amount" else "0"
        pays = f"{said:,f}" if word == "each" else f"{(said * 100).normalize():f}%"
        return f"Put it in as the first tier: `{{from: {start}, {word}: {pays}}}`"

    @property
    def by_attainment(self) -> bool:
        """Whether tiers start at shares of the quota, and not at amounts."""
        return self.tiers_by == "attainment" or (self.tiers_by is None and self.quota is not None)

    def earns(self, standing: Standing) -> Curve:
        """What cumulative credit earns, for somebody who stands so.

        A quota alone pays its target evenly: the rate is target over quota. Where the quota is
        zero nothing can be attained: tiers by attainment pay the rate of the first, and a quota
        alone pays nothing.

        >>> half_more = Commission(pays_on="bookings", quota=100_000, tiers=[
        ...     {"from": 0, "rate": "10%"}, {"from": "100%", "rate": "15%"}])
        >>> half_more.earns(Standing(quota=Fraction(100_000)))(Fraction(120_000))
        Fraction(13000, 1)
        """
        if not self.tiers:
            return curve([(0, self._flat(standing), None)])
        by = standing.quota if self.by_attainment else Fraction(1)
        if not by:
            return curve([(0, _rate(self.tiers[0]), None)])
        found = curve(
            (Fraction(tier.at) * by, _rate(tier), self._back(tier, by)) for tier in self.tiers
        )
        if standing.accelerated or not standing.quota:
            return found
        return found.until(standing.quota)

    def parts(self, standing: Standing) -> Iterator[Part]:
        """What each transaction earned, in order, before modifiers and caps."""
        found = self.earns(standing)
        so_far = Fraction(0)
        for one in standing.credits:
            counts, excess = self._planned(one, standing)
            if self.counted == "deal":
                so_far = Fraction(0)
            if self.crossing == "split":
                steps = tuple(found.steps(so_far, so_far + counts))
            else:
                at = so_far if self.crossing == "before" else so_far + counts
                rate = found.rate(at)
                steps = (Step(counts, rate, counts * rate),)
            so_far += counts
            staged = bool(excess) and self.windfall is not None and self.windfall.excess == "staged"
            yield _part(one, steps, self._unit, credit=counts, staged=False)
            if excess:
                yield self._beyond(one, excess, found, so_far, staged=staged)
                if staged:
                    so_far += excess

    def _flat(self, standing: Standing) -> Fraction:
        if self.rate is not None:
            return Fraction(self.rate)
        if self.each is not None:
            return Fraction(self.each)
        return (
            standing.target / standing.quota if standing.quota and standing.target else Fraction(0)
        )

    def _back(self, tier: Tier, by: Fraction) -> Fraction | None:
        if self.table == "retroactive":
            return Fraction(0)
        return None if tier.back_to is None else Fraction(tier.back_to) * by

    @property
    def _unit(self) -> Literal["money", "count"]:
        each = self.each is not None or any(tier.each is not None for tier in self.tiers)
        return "count" if each else "money"

    def beyond(self, standing: Standing) -> Fraction:
        """Credit that retires no quota: what windfalls bring past the size that was agreed."""
        if self.windfall is None or self.windfall.excess == "staged":
            return Fraction(0)
        return sum((self._planned(one, standing)[1] for one in standing.credits), Fraction(0))

    def _planned(self, one: Credited, standing: Standing) -> tuple[Fraction, Fraction]:
        """What of a deal counts as others do, and what is past the size agreed beforehand."""
        if self.windfall is None:
            return one.amount, Fraction(0)
        if self.windfall.over_amount is not None:
            most = Fraction(self.windfall.over_amount)
        else:
            most = Fraction(self.windfall.over_quota or 0) * (standing.whole_quota or 0)
        kept = min(one.amount, most)
        return kept, one.amount - kept

    def _beyond(
        self, one: Credited, excess: Fraction, found: Curve, so_far: Fraction, *, staged: bool
    ) -> Part:
        """What the excess of a windfall earns."""
        assert self.windfall is not None
        if staged:
            return _part(one, found.steps(so_far, so_far + excess), self._unit, excess, staged=True)
        rates = {
            "base_rate": found.rate(Fraction(0)),
            "no_quota_credit": found.rate(so_far),
            "not_paid": Fraction(0),
        }
        rate = rates[self.windfall.excess]
        part = _part(one, (Step(excess, rate, excess * rate),), self._unit, Fraction(0))
        told = f"{part.words} (a windfall's excess, which retires no quota)"
        return Part(part.earned, told, part.transaction, part.day, part.credit)


def _rate(tier: Tier) -> Fraction:
    return Fraction(tier.rate if tier.rate is not None else tier.each or 0)


def _part(
    one: Credited,
    steps: Iterable[Step],
    unit: Literal["money", "count"],
    credit: Fraction | None = None,
    *,
    staged: bool = False,
) -> Part:
    taken = tuple(steps)
    return Part(
        earned=sum((step.earned for step in taken), Fraction(0)),
        words=" + ".join(in_words(step, unit) for step in taken) or "nothing",
        transaction=one.transaction,
        day=one.day,
        credit=one.amount if credit is None else credit,
        staged=staged,
    )


def in_words(step: Step, unit: Literal["money", "count"] = "money") -> str:
    """A step as arithmetic.

    >>> in_words(Step(Fraction(50_000), Fraction(1, 10), Fraction(5_000)))
    '50,000.00 x 10%'
    >>> in_words(Step(Fraction(9), Fraction(100), Fraction(900)), "count")
    '9 x 100.00'
    """
    amount = number if unit == "count" else money
    rate = price(step.rate) if unit == "count" else percent(step.rate, step.credit)
    if step.reaches is not None:
        return f"{money(step.earned)} for reaching {amount(step.reaches)}, from where all at {rate}"
    return f"{amount(step.credit)} x {rate}"
