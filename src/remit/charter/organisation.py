"""People and what they hold: roles, titles, spells, teams, calendars, cadences, tools."""

from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from remit.charter.market import Motions, Owning
from remit.terms.shapes import (
    Amount,
    Count,
    Day,
    Length,
    Noun,
    PartOfOne,
    Serves,
    Shorthand,
    Text,
    Words,
)


class JobDescription(Noun):
    """What a role's job description says. `job_description: FILE` reads it from a text beside."""

    file: Text | None = None
    text: Text


HEADCOUNT_OF_ALL = "all"
"""Under which a headcount stands that is not by segment."""


class Role(Noun):
    """A role: its kind in the catalogue, and what it owns and assists here.

    A role of your own says no kind, and says what it owns.
    """

    kind: Annotated[str | None, Serves("003-01", "000-02")] = Field(default=None, alias="is")
    """One of the catalogue's kinds, such as `AE`; see `remit roles`."""
    about: Text | None = None
    segments: Words = ()
    """Segments it works in; empty means all."""
    motion: Annotated[Motions, Serves("000-02", "003-16", "003-18")] = ()
    """Inbound, outbound or named accounts; empty means all."""
    owns: Annotated[Owning | None, Serves("000-01", "003-35", "004-07")] = None
    assists: Owning | None = None
    works: Literal["inside", "field"] | None = None
    entry: Annotated[Text | None, Serves("003-04")] = None
    """When work comes to it, where the catalogue does not say."""
    output: Annotated[Text | None, Serves("003-04")] = None
    """What it can be measured by, where the catalogue does not say."""
    kpis: Words = ()
    """Measures it is steered by; `remit roles` lists them."""
    plan: str | None = None
    """The comp plan it is paid by."""
    tools: Annotated[Words, Serves("003-69")] = ()
    """Kinds of tools, or names of tools under `tools:`."""
    job_description: Annotated[
        JobDescription | None,
        Shorthand(str, lambda text: {"text": text}, {"type": "string"}),
        Serves("000-26"),
    ] = None
    """A text file beside the charter."""
    reports_to: str | None = None
    """The role its holders report to."""
    ramp: Annotated[Length | None, Serves("003-68")] = None
    """Time until a new hire is productive."""
    headcount: Annotated[
        Mapping[str, Count],
        Shorthand(int, lambda n: {HEADCOUNT_OF_ALL: n}, {"type": "integer", "minimum": 0}),
    ] = {}
    """How many people hold it, in all or by segment. One row in `people:` that names the role
    replaces it."""

    @model_validator(mode="after")
    def _says_what_it_is(self) -> Self:
        if self.kind is None and self.owns is None:
            raise ValueError("says neither what it `is:` nor what it `owns:`")
        return self


class Title(Noun):
    """What a job title says its holder is."""

    role: str
    segment: str | None = None


TitleOrRole = Annotated[Title, Shorthand(str, lambda role: {"role": role}, {"type": "string"})]


class Spell(Noun):
    """A person holding a role for a time. `last_day` is inclusive, as people say it."""

    person: Text
    role: str
    segment: str | None = None
    team: str | None = None
    manager: str | None = None
    """The person they report to."""
    share: PartOfOne = 1.0
    first_day: Day | None = Field(default=None, alias="from")
    last_day: Day | None = Field(default=None, alias="to")

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> Self:
        if self.first_day and self.last_day and self.last_day < self.first_day:
            raise ValueError(f"ends on {self.last_day}, before it starts on {self.first_day}")
        return self


class Team(Noun):
    """A line team, a pod that serves its accounts together, or an overlay across teams."""

    kind: Literal["line", "pod", "overlay"] = Field(default="line", alias="is")
    segments: Words = ()
    members: Mapping[str, Count] = {}
    """How many of each role, where `people:` does not say."""
    manager: str | None = None
    """The person, or the role, that leads it."""
    calendar: str | None = None
    supports: Words = ()
    """For an overlay: the teams it works with."""


Weekday = Literal["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
Clock = Annotated[str, StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]


class Calendar(Noun):
    """Working days, hours and holidays, in which time limits in business hours run."""

    days: Annotated[tuple[Weekday, ...], Field(min_length=1)] = (
        "Monday",
        "Tuesday",
        "Wednesday",
        "Thursday",
        "Friday",
    )
    opens: Clock = "09:00"
    closes: Clock = "17:00"
    time_zone: str | None = None
    """The charter's, if left out."""
    holidays: tuple[Day, ...] = ()

    @model_validator(mode="after")
    def _closes_after_it_opens(self) -> Self:
        if self.closes <= self.opens:
            raise ValueError(f"closes at {self.closes}, before it opens at {self.opens}")
        return self


class Cadence(Noun):
    """A meeting that is held regularly."""

    kind: Annotated[
        Literal[
            "one_to_one", "pipeline_review", "forecast_call", "business_review", "handoff_review"
        ],
        Serves("003-41", "003-42", "003-34"),
    ] = Field(alias="is")
    by: str
    """The role that holds it."""
    attended_by: str | None = Field(default=None, alias="with")
    """The role it is held with; customers, for a business review."""
    every: Length
    framework: Text | None = None
    """The qualification framework used, such as MEDDPICC."""
    seen_in: Text | None = None
    """The rule of `activities:` whose entries tell that it was held."""
    segments: Words = ()


class Tool(Noun):
    """A tool that people are given."""

    kind: str = Field(alias="is")
    """A kind of tool, such as `crm`; see `remit roles`."""
    per_seat: Amount | None = None
    """Price of one seat for a year."""
