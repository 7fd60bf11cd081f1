"""What every component may say: quota, gates, modifiers, cap, whose credit, and when it is paid.

Names that vendors use for opposite things are not words here.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from remit.terms.shapes import (
    Amount,
    Count,
    Flag,
    Length,
    Level,
    Noun,
    Ratio,
    Serves,
    Share,
    Shorthand,
)

Per = Literal["month", "quarter", "half_year", "year"]

Counted = Literal["period", "year_to_date", "deal"]
"""Credit that pay is looked up by: of the period, of the year so far, or of each deal alone.

By `deal`, a marginal table pays steps within a deal, and a retroactive one the whole deal at the
rate of its size.
"""


class Quota(Noun):
    """What one person is asked for in a period. A plain number is the plan's own period."""

    target: Amount | None = None
    by_segment: Mapping[str, Amount] = {}
    """Where it differs by the segment in which somebody sells."""
    per: Per | None = None
    """Its period, where it is not the plan's."""

    @model_validator(mode="after")
    def _says_one_target(self) -> Self:
        if (self.target is None) == (not self.by_segment):
            raise ValueError("must say either `target` or `by_segment`")
        return self


_QUOTA = {"type": "number", "minimum": 0, "examples": [800000]}
QuotaOrNumber = Annotated[
    Quota | None,
    Shorthand((int, float), lambda target: {"target": target}, _QUOTA),
]


class Gate(Noun):
    """A condition that has to be met before something is paid."""

    component: str | None = None
    """The component whose attainment decides ..."""
    measure: str | None = None
    """... or the measure whose level decides."""
    at_least: Level
    opens: Literal["all", "accelerators"] = "all"
    """Everything the component pays, or only its tiers past the quota."""

    @model_validator(mode="after")
    def _looks_at_one_thing(self) -> Self:
        if (self.component is None) == (self.measure is None):
            raise ValueError("must look at either a `component` or a `measure`")
        return self


class Factor(Noun):
    """From a level on, what a component pays is multiplied by `times`."""

    at: Level = Field(alias="from")
    times: Ratio


class Modifier(Noun):
    """A second measure that scales what a component pays, up or down."""

    measure: str
    steps: Annotated[tuple[Factor, ...], Field(min_length=1)]


class Cap(Noun):
    """The most that is paid, for a period or for a deal."""

    per: Literal["period", "year", "deal"] = "period"
    times_target: Ratio | None = None
    amount: Amount | None = None

    @model_validator(mode="after")
    def _says_one_cap(self) -> Self:
        if (self.times_target is None) == (self.amount is None):
            raise ValueError("must say either `times_target` or `amount`")
        return self


class Credit(Noun):
    """Whose credit a deal is."""

    to: Literal["owner", "split", "overlay", "team", "pool"] = "owner"
    """`split` shares sum to the whole; `overlay` is extra; `team` is the roll-up of everybody below a
    manager, each deal once; `pool` is earned together and shared."""
    after_handover: Length | None = None
    """How long the former owner keeps a part of an account that changed hands."""
    former_owner: Share | None = None
    only_open_deals: Flag = False
    """Whether the former owner's part is only of deals that were open at the handover."""


class Instalment(Noun):
    """A part of what was earned, and the event on which it is paid."""

    at: Literal["signing", "cash", "customer_month", "retention_indicator"]
    share: Share
    month: Annotated[Count, Field(ge=1)] | None = None
    """For `customer_month`: which month as a customer."""
    indicator: str | None = None
    """For `retention_indicator`: its name; may be left out where the charter has only one."""
    within: Length | None = None
    """Days from signing in which the customer must reach it, the last day included."""
    rate: Literal["booking", "milestone"] = "booking"
    """Whether the rate of the day of booking or of the milestone counts."""
    if_missed: Literal["forfeited", "carried"] = "forfeited"
    leaver: Literal["forfeited", "paid"] = "forfeited"

    @model_validator(mode="after")
    def _names_its_month(self) -> Self:
        if (self.at == "customer_month") != (self.month is not None):
            raise ValueError("says `month` exactly when it is paid at a `customer_month`")
        return self


def _whole(instalments: tuple[Instalment, ...]) -> tuple[Instalment, ...]:
    together = sum((one.share for one in instalments), Decimal(0))
    if instalments and together != 1:
        raise ValueError(f"has shares that sum to {together:.0%}, and not to 100%")
    return instalments


Release = Annotated[
    tuple[Instalment, ...],
    AfterValidator(_whole),
    Serves("001-22", "001-18", "001-21"),
]
"""When what was earned is paid: instalments whose shares sum to the whole."""


class Component(Noun):
    """What all components share."""

    weight: Share | None = None
    """Part of the variable pay at target; components without one share what is left evenly."""
    gates: tuple[Gate, ...] = ()
    modifiers: tuple[Modifier, ...] = ()
    cap: Cap | None = None
    credit: Credit = Credit()
    release: Release = ()
    """Empty means as the plan says, and there empty means all at signing."""
