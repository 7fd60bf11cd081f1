"""What a charter states about itself: targets, decisions, exceptions, own limits, privacy."""

from typing import Annotated, Self

from pydantic import Field, StrictBool, model_validator

from remit.charter.boundaries import ANSWERS, Boundary
from remit.charter.handoffs import Step
from remit.terms import nearest
from remit.terms.shapes import Amount, Count, Day, Length, Noun, Number, Ratio, Serves, Text, Words

LEAST_GROUP = 3
"""Fewest people in a figure about behaviour, whatever a charter would allow."""


class Measure(Noun):
    """A measure under the company's own name, and where it is recorded."""

    of: str = Field(alias="is")
    """The measure it is, by its name in the catalogue or one of its other wordings."""
    record: Step | None = None
    segments: Words = ()


class Target(Noun):
    """What the company, a segment or a team is to reach between two days, both included."""

    measure: str
    amount: Amount | None = None
    level: Ratio | None = None
    """For a measure that is a share, such as NRR."""
    first_day: Day = Field(alias="from")
    last_day: Day = Field(alias="to")
    segments: Words = ()
    team: str | None = None

    @model_validator(mode="after")
    def _says_one_thing(self) -> Self:
        if (self.amount is None) == (self.level is None):
            raise ValueError("must say either `amount` or `level`")
        if self.last_day < self.first_day:
            raise ValueError(f"ends on {self.last_day}, before it starts on {self.first_day}")
        return self


class Attested(Noun):
    """An answer to something no record shows, said by somebody who knows."""

    answer: StrictBool | Text
    by: Text
    on: Day
    how: Text | None = None


class Decision(Noun):
    """How a boundary is run where the company decided it, whatever the advice would be."""

    segment: str | None = None
    """Left out: all segments."""
    boundary: Annotated[Boundary, Serves("002-45", "002-01")]
    run: str
    because: Annotated[Text, Serves("002-36", "001-02")]
    by: Text | None = None
    since: Day | None = None

    @model_validator(mode="after")
    def _is_an_answer(self) -> Self:
        if self.run not in ANSWERS[self.boundary]:
            near = nearest(self.run, ANSWERS[self.boundary], what="Possible")
            raise ValueError(f"says {self.run!r}, which is no answer at {self.boundary}. {near}")
        return self


class Exempt(Noun):
    """A finding that the company knows of and lives with; it is shown with the reason."""

    check: str
    about: Text | None = None
    """The subject as findings name it; left out: every subject of that check."""
    because: Text
    until: Day | None = None


class IndividualView(Noun):
    """Permission to see single people, with its basis and its end."""

    basis: Text
    until: Day


class Privacy(Noun):
    """How closely people may be looked at."""

    minimum_group: Annotated[Count, Field(ge=LEAST_GROUP)] | None = None
    keep_activities: Length | None = None
    keep_names: Length | None = None
    individual_view: IndividualView | None = None


class Override(Noun):
    """A company's own level for a benchmark, with its reason."""

    amber: Number | None = None
    red: Number | None = None
    value: Number | None = None
    healthy: tuple[Number, Number] | None = None
    because: Text

    @model_validator(mode="after")
    def _says_a_level(self) -> Self:
        if {self.amber, self.red, self.value, self.healthy} == {None}:
            raise ValueError("says no level: amber, red, value or healthy")
        return self
