"""Where work changes hands: the handoffs, and the signatures without which it may not go on."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field, StringConstraints, model_validator

from remit.charter.market import AccountAge
from remit.terms import Function
from remit.terms.shapes import ColumnName, Flag, Noun, Serves, Text, Words

STEPS = ("offered", "held", "accepted", "rejected", "converted")


class Step(Noun):
    """Where the CRM records one step of a handoff.

    The moment of a step is `field` where that is a date; the end of the record where `field`
    is a checkbox that is ticked; the entry into `stage` where a stage is named; else the moment
    the record was created.
    """

    object: Text
    where: Mapping[ColumnName, Words] = {}
    field: ColumnName | None = None
    stage: str | None = None
    reason: ColumnName | None = None


class Handoff(Noun):
    """A change of owner, with the record of each of its steps.

    A step that no record tells of stays out: what depends on it could then not be looked at.
    """

    name: Text
    """Left out: `sdr to ae`, from its roles."""
    giver: str = Field(alias="from")
    taker: str = Field(alias="to")
    at: Function
    account_age: AccountAge | None = None
    """For a handoff inside a function: the age at which accounts change hands."""
    segments: Words = ()
    returns: Flag = False
    """Whether the work comes back, as from a sales engineer to the account executive."""
    offered: Step | None = None
    held: Step | None = None
    accepted: Annotated[Step | None, Serves("000-16")] = None
    rejected: Step | None = None
    converted: Step | None = None
    requires: Annotated[
        Mapping[str, Annotated[str, StringConstraints(pattern=r"^\w+(\.\w+)?$")]],
        Serves("003-06", "003-50", "003-52", "003-55"),
    ] = {}
    """Field's name to its column, `Object.Column`; an object alone means one record or more."""
    decide_within: (
        Annotated[str, StringConstraints(pattern=r"^\d+ (business )?(day|hour)s?$")] | None
    ) = None
    calendar: str | None = None
    """The calendar whose hours count for `decide_within`; left out: that of the taker's team."""
    rejected_by: str | None = None
    """The role that may reject; the taker, if left out."""
    reasons: Words = ()
    """Why it may be rejected."""
    document: Text | None = None
    """Name or address of the template that is filled in."""
    workflow: Annotated[Text | None, Serves("000-27")] = None
    """Name of the CRM's automation that carries it."""

    @model_validator(mode="before")
    @classmethod
    def _named_by_its_roles(cls, stated: Any) -> Any:
        if isinstance(stated, dict) and "name" not in stated and {"from", "to"} <= stated.keys():
            return {**stated, "name": default_name(stated)}
        return stated

    def steps(self) -> Mapping[str, Step]:
        """The steps that have a record, in order."""
        return {name: step for name in STEPS if (step := getattr(self, name)) is not None}


def default_name(stated: Mapping[str, Any]) -> str:
    """What a handoff without a name is called."""
    return f"{stated.get('from')} to {stated.get('to')}"


class SignOff(Noun):
    """Something one role must have confirmed before a deal may go on."""

    by: str
    """The role that signs."""
    of: Text
    """What it confirms, such as integration feasibility."""
    before: Annotated[Text, Serves("003-51")]
    """What may not start without it, such as legal review."""
    segments: Words = ()
    record: Step | None = None
    """Where the CRM records it."""
