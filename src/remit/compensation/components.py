"""The components of a comp plan: what each pays on, how much, and under which conditions.

A payout is a function of credit. `rate` (or `each`, for things that are counted) says it with one
number; `tiers` say it piece by piece. Names that vendors use for opposite things are not words
here: a tier is *marginal* (changes what comes after it) unless it reaches `back_to` an earlier
level, and then all credit from there on is paid at its rate.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from remit.terms.shapes import (
    Amount,
    Count,
    Day,
    Flag,
    Length,
    Level,
    Noun,
    Ratio,
    Serves,
    Share,
    Shorthand,
    Text,
)

MOST_ATTAINMENT = 10
"""Times quota. A tier's level past it is an amount somebody took for a share."""

Per = Literal["month", "quarter", "half_year", "year"]
Counted = Literal["period", "year_to_date", "deal"]
"""Credit that tiers are looked up by: of the period, of the year so far, or of each deal alone.

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


class Point(Noun):
    """A level, and the part of the target that it pays."""

    at: Level
    pays: Ratio


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


class Credit(Noun):
    """Whose credit a deal is."""

    to: Literal["owner", "split", "overlay", "team", "pool"] = "owner"
    """`split` shares sum to the whole; `overlay` is extra; `team` is a manager's roll-up, each
    deal once; `pool` is earned together and shared."""
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
        by_quota = self.tiers_by == "attainment" or (self.tiers_by is None and self.quota)
        if by_quota and any(level >= MOST_ATTAINMENT for level in levels):
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


class Axis(Noun):
    """One side of a matrix: a measure and the lower bounds of its bands."""

    measure: str
    bands: Annotated[tuple[Level, ...], Field(min_length=1, alias="from")]


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


AnyComponent = Commission | Bonus | Matrix | Objectives | Spif


def pays_on(component: AnyComponent) -> tuple[str, ...]:
    """The measures a component pays on, as the plan names them.

    >>> pays_on(Spif(kind="spif", pays_on="new_arr", each=500,
    ...              **{"from": "2026-01-01", "to": "2026-03-31"}))
    ('new_arr',)
    """
    if isinstance(component, Objectives):
        return ()
    if isinstance(component, Matrix):
        return component.rows.measure, component.columns.measure
    return (component.pays_on,)
