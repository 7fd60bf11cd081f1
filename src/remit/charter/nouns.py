"""The charter's nouns. Every word a charter may contain is a field here."""

from __future__ import annotations

import fnmatch
from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Annotated, Any, Literal, Self

import yaml
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    StrictBool,
    StringConstraints,
    Tag,
    model_validator,
)

from remit.terms import parse_day


class Function(StrEnum):
    """The kinds of work in the revenue cycle: a closed list."""

    PROSPECTING = "prospecting"
    QUALIFICATION = "qualification"
    DISCOVERY = "discovery"
    TECHNICAL_VALIDATION = "technical_validation"
    DEAL_DESK = "deal_desk"
    CLOSING = "closing"
    ONBOARDING = "onboarding"
    CUSTOMER_SUCCESS = "customer_success"
    SUPPORT = "support"
    RENEWAL = "renewal"
    EXPANSION = "expansion"
    MANAGEMENT = "management"
    INTERNAL = "internal"


class AccountAge(StrEnum):
    """How long an account has been a customer."""

    BEFORE_WIN = "before_win"
    FIRST_TERM = "first_term"
    LATER_TERMS = "later_terms"


Motion = Literal["inbound", "outbound", "named"]


def _one_or_many(value: Any) -> Any:
    """Let a single word stand for a list of one."""
    return value if isinstance(value, (list, tuple, dict)) or value is None else [value]


def _names_only(value: Any) -> Any:
    """`owns: [a, b]` is shorthand for owning a and b everywhere."""
    if isinstance(value, (list, tuple)):
        if not all(isinstance(name, str) for name in value):
            raise ValueError("must be a list of functions, or a block of `function: where` lines")
        return {name: {} for name in value}
    return value


def _day(value: Any) -> Any:
    """A day is year-month-day and nothing else: 20260331 is not a number of seconds."""
    return parse_day(str(value)) if not isinstance(value, date) else value


def _words_or_range(value: Any) -> str:
    """Which of the two a condition was meant as, so that only that one's mistakes are told."""
    first = value[0] if isinstance(value, (list, tuple)) and value else value
    return "Words" if isinstance(first, str) else "Range"


Day = Annotated[date, BeforeValidator(_day)]
Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]
Words = Annotated[tuple[str, ...], BeforeValidator(_one_or_many)]
Ages = Annotated[tuple[AccountAge, ...], BeforeValidator(_one_or_many)]
Motions = Annotated[tuple[Motion, ...], BeforeValidator(_one_or_many)]
Functions = Annotated[tuple[Function, ...], BeforeValidator(_one_or_many)]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
ColumnName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_]\w*$")]
ColumnPath = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_]\w*\.[A-Za-z_]\w*$")]
Patterns = Annotated[Mapping[ColumnName, Words], Field(min_length=1)]


class Noun(BaseModel):
    """What all charter nouns share: frozen, and no word they do not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Range(Noun):
    """Numbers from `at_least` up to, and not including, `below`."""

    at_least: Number | None = None
    below: Number | None = None

    @model_validator(mode="after")
    def _holds_something(self) -> Self:
        if self.at_least is not None and self.below is not None and self.at_least >= self.below:
            raise ValueError("must have at_least < below")
        return self


Condition = Annotated[
    Annotated[Range, Tag("Range")] | Annotated[Words, Tag("Words")], Discriminator(_words_or_range)
]


class Segment(Noun):
    """A part of the market. Accounts fall into the first segment whose every condition they meet."""

    where: Mapping[str, Condition] = {}
    """`employees` as a range; `industry`, `country` or a column `Account.Name__c` as words."""
    technical_sale: StrictBool | None = None
    """Whether deals here need technical validation before they can close."""


class Scope(Noun):
    """Where and when somebody owns a function. What is left empty means everywhere, always."""

    segments: Words = ()
    motion: Motions = ()
    account_age: Ages = ()


Owning = Annotated[Mapping[Function, Scope], BeforeValidator(_names_only)]


class Role(Noun):
    """A role: its kind in the catalogue, and what it owns and assists here."""

    kind: str = Field(alias="is")
    segments: Words = ()
    """Segments it works in; empty means all."""
    owns: Owning | None = None
    assists: Owning | None = None


class Title(Noun):
    """What a job title says its holder is."""

    role: str
    segment: str | None = None


class Spell(Noun):
    """A person holding a role for a time. `last_day` is inclusive, as people say it."""

    person: Text
    role: str
    segment: str | None = None
    team: str | None = None
    manager: str | None = None
    share: float = Field(default=1.0, gt=0, le=1)
    first_day: Day | None = Field(default=None, alias="from")
    last_day: Day | None = Field(default=None, alias="to")

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> Self:
        if self.first_day and self.last_day and self.last_day < self.first_day:
            raise ValueError(f"ends on {self.last_day}, before it starts on {self.first_day}")
        return self


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
    giver: str = Field(alias="from")
    taker: str = Field(alias="to")
    at: Function
    segments: Words = ()
    offered: Step | None = None
    held: Step | None = None
    accepted: Step | None = None
    rejected: Step | None = None
    converted: Step | None = None
    requires: Mapping[str, Annotated[str, StringConstraints(pattern=r"^\w+(\.\w+)?$")]] = {}
    """Field's name to its column, `Object.Column`; an object alone means one record or more."""
    decide_within: (
        Annotated[str, StringConstraints(pattern=r"^\d+ (business )?(day|hour)s?$")] | None
    ) = None

    def steps(self) -> Mapping[str, Step]:
        """The steps that have a record, in order."""
        names = ("offered", "held", "accepted", "rejected", "converted")
        return {name: step for name in names if (step := getattr(self, name)) is not None}


class DealKind(Noun):
    """Which deals are new business, expansion or renewal, by the words in one column."""

    field: ColumnPath = "Opportunity.Type"
    new: Words = ()
    expansion: Words = ()
    renewal: Words = ()


class Deals(Noun):
    """How the CRM tells kinds of deals apart, and which function each stage is."""

    kind: DealKind | None = None
    stages: Mapping[str, Function] = {}


class ActivityRule(Noun):
    """What an activity is for, where its own columns say so. First match wins."""

    name: Text
    object: Literal["Task", "Event"] | None = None
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


class IndividualView(Noun):
    """Permission to see single people, with its basis and its end."""

    basis: Text
    until: Day


class Privacy(Noun):
    """How closely people may be looked at."""

    minimum_group: int | None = Field(default=None, ge=3, strict=True)
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


class Charter(Noun):
    """One organisation: who owns what, where work is handed over, how the CRM records it."""

    company: Text
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")] = "USD"
    time_zone: str = "UTC"
    week_hours: Number | None = Field(default=None, gt=0, le=80)
    segments: Mapping[str, Segment] = {}
    roles: Annotated[Mapping[str, Role], Field(min_length=1)]
    outside: Functions = ()
    """Functions done by people who are not in this charter, such as a support desk."""
    nobody: Functions = ()
    """Functions nobody needs to own here."""
    titles: Mapping[str, Title] = {}
    people: tuple[Spell, ...] = ()
    deals: Deals = Deals()
    inbound: Mapping[ColumnPath, Words] = {}
    """Column and words that mark a lead as somebody asking to talk."""
    not_people: Words = ()
    """Patterns of user names that are software, such as `Integration*`."""
    activities: Activities = Activities()
    handoffs: tuple[Handoff, ...] = ()
    benchmarks: Mapping[str, Override] = {}
    privacy: Privacy = Privacy()

    def title(self, words: str | None) -> Title | None:
        """What a job title says its holder is; the first pattern that fits decides.

        >>> ae = Charter(company="A", roles={"ae": {"is": "AE"}},
        ...              titles={"*Executive*": {"role": "ae"}})
        >>> ae.title("Senior account executive").role
        'ae'
        >>> ae.title("Plumber") is None
        True
        """
        for pattern, title in self.titles.items():
            if fnmatch.fnmatchcase((words or "").casefold(), pattern.casefold()):
                return title
        return None

    def segment_names(self) -> tuple[str, ...]:
        """The segments in the order in which accounts are tried against them."""
        return tuple(self.segments)

    def kinds(self, kind: str) -> tuple[str, ...]:
        """Names of the roles here that are of one kind of the catalogue."""
        return tuple(name for name, role in self.roles.items() if role.kind == kind)


class RoleKind(BaseModel):
    """A role of the catalogue: what it owns and assists where a charter does not say."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    owns: tuple[Function, ...]
    assists: tuple[Function, ...]
    rules: tuple[str, ...]


@cache
def role_kinds() -> Mapping[str, RoleKind]:
    """The role catalogue, by the name a charter gives after `is:`."""
    text = resources.files(__package__).joinpath("roles.yaml").read_text("utf-8")
    return MappingProxyType(
        {name: RoleKind.model_validate(kind) for name, kind in yaml.safe_load(text).items()}
    )
