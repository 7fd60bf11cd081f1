"""Bonus: a part of its target for the level that a measure, or a quota's attainment, reaches."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from remit.compensation.conditions import Component, Counted, QuotaOrNumber
from remit.compensation.curve import Curve, through
from remit.compensation.earning import Part, Standing, money, number, percent, price
from remit.compensation.measures import read_as_level
from remit.terms.shapes import Amount, Level, Noun, Ratio


class Point(Noun):
    """A level, and the part of the target that it pays."""

    at: Level
    pays: Ratio


class Bonus(Component):
    """Pays a part of its target for the level that a measure, or a quota's attainment, reaches."""

    kind: Literal["bonus"]
    pays_on: str
    target: Amount | None = None
    """Money at 100 %, in the plan's period; left out: its `weight` of the variable pay."""
    quota: QuotaOrNumber = None
    """Where given, the points are levels of attainment."""
    points: Annotated[tuple[Point, ...], Field(min_length=1)]
    between: Literal["line", "step"] = "line"
    """Between two points: on the straight line, or still at the lower one."""
    counted: Counted = "period"

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        levels = [point.at for point in self.points]
        if levels != sorted(set(levels)):
            raise ValueError("has points out of order: each must be above the one before")
        return self

    @property
    def reads(self) -> str | None:
        """The measure whose level is read; None where credit counts, against a quota or alone."""
        return self.pays_on if self.quota is None and read_as_level(self.pays_on) else None

    def pays(self, target: Fraction) -> Curve:
        """Money by level.

        >>> kept = Bonus(kind="bonus", pays_on="grr", points=[
        ...     {"at": "85%", "pays": 0}, {"at": "92%", "pays": "100%"}])
        >>> kept.pays(Fraction(12_000))(Fraction(9, 10))
        Fraction(60000, 7)
        """
        points = ((Fraction(p.at), Fraction(p.pays) * target) for p in self.points)
        return through(points, line=self.between == "line")

    def parts(self, standing: Standing) -> Iterator[Part]:
        """What the level earned; by `deal` and without a quota, what each deal's size earned."""
        target = standing.target or Fraction(0)
        pays = self.pays(target)
        if self.counted == "deal" and self.quota is None and self.reads is None:
            for one in standing.credits:
                earned = pays(one.amount)
                words = f"{money(earned)} for {number(one.amount)}"
                yield Part(earned, words, one.transaction, one.day, one.amount)
            return
        level = self.level(standing)
        if level is None:
            return
        earned = pays(level)
        share = earned / target if target else Fraction(0)
        told = percent(level) if self.quota is not None or self.reads else number(level)
        yield Part(
            earned,
            f"{percent(share, target)} of {price(target)} for {self.pays_on} of {told}",
            credit=standing.credit,
        )

    def level(self, standing: Standing) -> Fraction | None:
        """The level reached; None where it was not measured, or there is no quota to attain."""
        if self.quota is not None:
            return standing.attainment
        return standing.levels.get(self.reads) if self.reads else standing.credit
