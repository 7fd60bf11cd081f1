"""Objectives: agreed aims, each a part of the target, paid as far as it was reached."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from remit.compensation.conditions import Component
from remit.compensation.earning import Part, Standing, percent, price
from remit.terms.shapes import Amount, Share, Text


class Objectives(Component):
    """Pays for agreed objectives, each a part of the target, as far as it was reached."""

    kind: Literal["objectives"]
    target: Amount | None = None
    objectives: Annotated[Mapping[Text, Share], Field(min_length=1)]

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        if sum(self.objectives.values(), Decimal(0)) != 1:
            raise ValueError("has objectives whose shares do not sum to 100%")
        return self

    def parts(self, standing: Standing) -> Iterator[Part]:
        """What the objectives earned together, as far as somebody said how far each was reached.

        >>> agreed = Objectives(kind="objectives", objectives={"Write the playbook": "100%"})
        >>> done = Standing(target=Fraction(9_000), levels={"Write the playbook": Fraction(1, 2)})
        >>> [part.words for part in agreed.parts(done)]
        ['9,000.00 x (100% x 50% Write the playbook)']
        """
        reached = {
            name: standing.levels[name] for name in self.objectives if name in standing.levels
        }
        if not reached:
            return
        target = standing.target or Fraction(0)
        told = " + ".join(
            f"{percent(self.objectives[name])} x {percent(level)} {name}"
            for name, level in reached.items()
        )
        share = sum(
            (Fraction(self.objectives[n]) * level for n, level in reached.items()), Fraction(0)
        )
        yield Part(share * target, f"{price(target)} x ({told})")
