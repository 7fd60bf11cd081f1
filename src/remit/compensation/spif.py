"""Spif: a prize for a time, beside quota and tiers."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Literal, Self

from pydantic import Field, model_validator

from remit.compensation.conditions import Component
from remit.compensation.earning import Part, Standing, number, price
from remit.terms.shapes import Amount, Day, Flag


class Spif(Component):
    """A prize for a time, beside quota and tiers."""

    kind: Literal["spif"]
    pays_on: str
    each: Amount
    first_day: Day = Field(alias="from")
    last_day: Day = Field(alias="to")
    counts_to_quota: Flag = False

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> Self:
        if self.last_day < self.first_day:
            raise ValueError(f"ends on {self.last_day}, before it starts on {self.first_day}")
        return self

    def parts(self, standing: Standing) -> Iterator[Part]:
        """The prize for each thing counted on the days it runs, first and last included."""
        for one in standing.credits:
            if self.first_day <= one.day <= self.last_day:
                yield Part(
                    one.amount * Fraction(self.each),
                    f"{number(one.amount)} x {price(self.each)}",
                    one.transaction,
                    one.day,
                    one.amount,
                )
