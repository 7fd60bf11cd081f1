"""How the company's CRM is read: kinds of deals, stages, activities, event logs."""

from collections.abc import Mapping
from typing import Literal, Self

from pydantic import Field, StrictBool, model_validator

from remit.terms import Function
from remit.terms.shapes import ColumnPath, Noun, Number, Text, Words


class DealKind(Noun):
    """Which deals are new business, expansion or renewal, by the words in one column."""

    field: ColumnPath = "Opportunity.Type"
    new: Words = ()
    expansion: Words = ()
    renewal: Words = ()


class Forecast(Noun):
    """How sure a deal's owner says it is, by the words in one column."""

    field: ColumnPath = "Opportunity.ForecastCategory"
    commit: Words = ()
    best_case: Words = ()
    pipeline: Words = ()
    omitted: Words = ()


FORECASTS = ("commit", "best_case", "pipeline", "omitted")
"""What a deal can be forecast as, the surest first."""


class ProofOfConcept(Noun):
    """Where the CRM records that a proof of concept has started; where both tell, the earlier."""

    stage: Text | None = None
    field: ColumnPath | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.stage is None and self.field is None:
            raise ValueError("says neither a `stage` nor a `field`")
        return self


class Deals(Noun):
    """How the CRM tells kinds of deals apart, which function each stage is, and what it asks for."""

    kind: DealKind | None = None
    stages: Mapping[str, Function] = {}
    next_step: ColumnPath | None = None
    """The column in which the next step stands, such as `Opportunity.NextStep`. Only whether it
    is filled is ever kept."""
    forecast: Forecast | None = None
    """How sure a deal's owner says it is; left out, no forecast is known."""
    framework: Mapping[str, ColumnPath] = {}
    """The fields of the qualification framework, such as those of MEDDPICC, to their columns."""
    proof_of_concept: ProofOfConcept | None = None
    """Where it is recorded that a proof of concept has started."""

    def columns(self) -> tuple[str, ...]:
        """Every column of a deal that is named here, as `Object.Column`."""
        named = [self.kind, self.forecast, self.proof_of_concept]
        fields = [noun.field for noun in named if noun is not None and noun.field is not None]
        next_step = [self.next_step] if self.next_step else []
        return tuple(dict.fromkeys([*fields, *next_step, *self.framework.values()]))


class ActivityRule(Noun):
    """What an activity is for, where its own columns say so. First match wins."""

    name: Text
    object: Literal["Task", "Event", "Calendar"] | None = None
    where: Mapping[str, Words]
    function: Function | None = Field(default=None, alias="is")
    automated: StrictBool = False

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if "object" in self.where:
            raise ValueError("says `object` inside `where:`; it goes beside it")
        if self.function is None and not self.automated:
            raise ValueError("says neither what the work is (`is:`) nor that it is automated")
        return self


class Minutes(Noun):
    """Minutes of a kind of activity whose length is not recorded: typical, and a range."""

    typical: Number = Field(ge=0)
    low: Number = Field(ge=0, alias="from")
    high: Number = Field(ge=0, alias="to")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not self.low <= self.typical <= self.high:
            raise ValueError("must have from <= typical <= to")
        return self


class Activities(Noun):
    """How logged activities are read."""

    rules: tuple[ActivityRule, ...] = ()
    minutes: Mapping[Literal["email", "call", "meeting", "task"], Minutes] = {}


class EventLog(Noun):
    """What a case of an event log is, and which of its activities end it.

    Left out, the work of a log is measured, but hangs on no record.
    """

    case: Literal["deal", "lead", "ticket"]
    won: Words = ()
    lost: Words = ()
    object: Text | None = None
    resource: Text | None = None

    @model_validator(mode="after")
    def _only_deals_are_won(self) -> Self:
        if (self.won or self.lost) and self.case != "deal":
            raise ValueError(f"says what wins or loses a {self.case}; only a deal is won or lost")
        return self
