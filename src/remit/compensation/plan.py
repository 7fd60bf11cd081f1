"""A comp plan: what a role earns at target, and the components it is made of."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any, Literal, Self

from pydantic import (
    Discriminator,
    Field,
    StringConstraints,
    Tag,
    model_validator,
)

from remit.compensation.bonus import Bonus
from remit.compensation.commission import Commission
from remit.compensation.conditions import Per, Release
from remit.compensation.matrix import Matrix
from remit.compensation.objectives import Objectives
from remit.compensation.spif import Spif
from remit.terms.shapes import Amount, Day, Flag, Length, Noun, Ratio, Serves, Share, Text

KINDS = ("commission", "bonus", "matrix", "objectives", "spif")


def _kind(value: Any) -> str | None:
    """The kind a component is read as; what is no block at all is told so as a commission."""
    if isinstance(value, dict):
        kind = value.get("kind", "commission")
    else:
        kind = getattr(value, "kind", "commission")
    return kind if kind in KINDS else None


AnyComponent = Annotated[
    Annotated[Commission, Tag("commission")]
    | Annotated[Bonus, Tag("bonus")]
    | Annotated[Matrix, Tag("matrix")]
    | Annotated[Objectives, Tag("objectives")]
    | Annotated[Spif, Tag("spif")],
    Discriminator(
        _kind,
        custom_error_type="component_kind",
        custom_error_message="no component is of that kind",
    ),
]


Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]


class Draw(Noun):
    """Pay advanced while somebody cannot earn yet."""

    amount: Amount
    """In each of the plan's pay months."""
    kind: Literal["recoverable", "non_recoverable", "recoverable_forgiven"] = "non_recoverable"
    lasts: Length | None = None
    """How long; left out: training plus the median sales cycle."""
    training: Length | None = None
    sales_cycle: Length | None = None
    """Left out: the segment's own, or measured."""
    until_retention_indicator: Flag = False
    """Longer by the median days from signing to the leading indicator of retention."""


class Guarantee(Noun):
    """The least that is paid in a period, until a day."""

    amount: Amount
    per: Per = "month"
    until: Day | None = None


class Clawback(Noun):
    """What is taken back when a deal falls through after it was paid."""

    kind: Literal["full", "pro_rata", "rerun"]
    """All of it within the time, a part for the time that is left, or the period run again."""
    within: Length


class Ramp(Noun):
    """A new hire's quota, period of tenure by period of tenure; the last share holds after."""

    quota: Annotated[tuple[Share, ...], Field(min_length=1)]
    per: Literal["month", "quarter"] = "quarter"
    target_pay: Literal["full", "ramped"] = "full"
    """Whether pay at target stays whole while the quota is smaller."""


class Plan(Noun):
    """A comp plan, for every role that names it."""

    about: Text | None = None
    ote: Amount | None = None
    """Pay at target for a year: fixed and variable together; left out, it is not known."""
    pay_mix: Annotated[str, StringConstraints(pattern=r"^\d{1,3}/\d{1,3}$")] | None = None
    """Fixed to variable, such as 50/50; left out, it is not known."""
    period: Per = "quarter"
    """The earning period; quotas that name none are for this long."""
    components: Mapping[str, AnyComponent] = {}
    combine: Literal["additive", "multiplicative"] = "additive"
    """Whether components are added up, or scale one another so that none can be left out."""
    release: Release = ()
    draw: Annotated[Draw | None, Serves("002-30")] = None
    guarantee: Guarantee | None = None
    clawback: Clawback | None = None
    ramp: Ramp | None = None
    cap: Ratio | None = None
    """Most that all components pay together in a year, in times the variable pay at target."""
    multi_year: Literal["first_year", "total", "yearly_average"] = "first_year"
    """Which value of a deal over several years is credited."""
    exchange: Literal["plan_rate", "month_average", "day_of_booking"] = "plan_rate"
    """Which rate turns other currencies into the plan's."""
    plan_rates: Mapping[Currency, Annotated[Amount, Field(gt=0)]] = {}
    """For `plan_rate`: units of the plan's currency for one of another, such as `EUR: 1.10`."""
    currency: Currency | None = None
    """The charter's, if left out."""
    replaces: str | None = None
    """The plan its holders were paid by before."""
    first_day: Day | None = Field(default=None, alias="from")
    last_day: Day | None = Field(default=None, alias="to")
    signed: Flag | None = None
    """Whether everybody on it has signed it."""

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        mix = (self.pay_mix or "50/50").split("/")
        if sum(int(part) for part in mix) != 100:
            raise ValueError(f"has a pay_mix of {self.pay_mix}, which does not sum to 100")
        if self.first_day and self.last_day and self.last_day < self.first_day:
            raise ValueError(f"ends on {self.last_day}, before it starts on {self.first_day}")
        return self

    @property
    def variable(self) -> Decimal | None:
        """Variable pay at target for a year; None where `ote` or `pay_mix` is not stated.

        >>> Plan(ote=240000, pay_mix="50/50").variable
        Decimal('120000')
        >>> Plan(pay_mix="50/50").variable is None
        True
        """
        if self.ote is None or self.pay_mix is None:
            return None
        return self.ote * int(self.pay_mix.partition("/")[2]) / 100
