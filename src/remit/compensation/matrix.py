"""Matrix: a part of its target read from a table of two measures, so that neither alone will do."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from remit.compensation.conditions import Component
from remit.compensation.earning import Part, Standing, percent, price
from remit.terms.shapes import Amount, Level, Noun, Ratio


class Axis(Noun):
    """One side of a matrix: a measure and the lower bounds of its bands."""

    measure: str
    bands: Annotated[tuple[Level, ...], Field(min_length=1, alias="from")]

    def band(self, level: Fraction) -> int | None:
        """The band a level is in, its lower bound included; None below the first."""
        reached = [at for at, low in enumerate(self.bands) if level >= Fraction(low)]
        return reached[-1] if reached else None


class Matrix(Component):
    """Pays a part of its target read from a table of two measures, so that neither alone will do."""

    kind: Literal["matrix"]
    target: Amount | None = None
    rows: Axis
    columns: Axis
    pays: tuple[tuple[Ratio, ...], ...]
    """A row a band of `rows`, in it a share a band of `columns`."""

    @model_validator(mode="after")
    def _is_full(self) -> Self:
        wide, high = len(self.columns.bands), len(self.rows.bands)
        if len(self.pays) != high or any(len(row) != wide for row in self.pays):
            raise ValueError(f"must have {high} rows of {wide} shares in `pays`")
        return self

    def share(self, row: Fraction, column: Fraction) -> Fraction:
        """The part of the target paid at two levels; nothing below either's first band.

        >>> table = Matrix(kind="matrix", rows={"measure": "quota_attainment", "from": [0, 1]},
        ...     columns={"measure": "grr", "from": [0, "90%"]}, pays=[[0, "50%"], ["70%", "125%"]])
        >>> table.share(Fraction(107, 100), Fraction(9, 10))
        Fraction(5, 4)
        """
        at, across = self.rows.band(row), self.columns.band(column)
        return Fraction(0) if at is None or across is None else Fraction(self.pays[at][across])

    def parts(self, standing: Standing) -> Iterator[Part]:
        """What the two levels earned; nothing while one of them was not measured."""
        row = standing.levels.get(self.rows.measure)
        column = standing.levels.get(self.columns.measure)
        if row is None or column is None:
            return
        target = standing.target or Fraction(0)
        share = self.share(row, column)
        yield Part(
            share * target,
            f"{percent(share)} of {price(target)} for {self.rows.measure} of {percent(row)} "
            f"and {self.columns.measure} of {percent(column)}",
        )
