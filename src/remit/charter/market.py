"""The market as the charter cuts it: segments, territories, and when a customer is safe."""

import re
from collections.abc import Collection, Mapping
from enum import StrEnum
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Discriminator,
    Field,
    StrictBool,
    Tag,
    model_validator,
)

from remit.terms import Function, nearest
from remit.terms.shapes import (
    Amount,
    ColumnPath,
    Day,
    Figure,
    Length,
    Level,
    Noun,
    Number,
    Serves,
    Share,
    Shorthand,
    Text,
    Words,
    one_or_many,
    plain_number,
)


class AccountAge(StrEnum):
    """How long an account has been a customer."""

    BEFORE_WIN = "before_win"
    FIRST_TERM = "first_term"
    LATER_TERMS = "later_terms"


Motion = Literal["inbound", "outbound", "named"]
Size = Literal["very_small", "smb", "mid_market", "enterprise"]


def _everywhere(value: Any) -> Any:
    """`owns: [a, b]` is shorthand for owning a and b everywhere."""
    names = one_or_many(value)
    if not all(isinstance(name, str) for name in names):
        raise ValueError("must be a list of functions, or a block of `function: where` lines")
    return {name: {} for name in names}


def _words_or_range(value: Any) -> str:
    """Which of the two a condition was meant as, so that only that one's mistakes are told."""
    first = value[0] if isinstance(value, (list, tuple)) and value else value
    return "Words" if isinstance(first, str) else "Range"


Ages = Annotated[
    tuple[AccountAge, ...],
    Shorthand(str, one_or_many, {"enum": [age.value for age in AccountAge]}),
]
Motions = Annotated[
    tuple[Motion, ...], Shorthand(str, one_or_many, {"enum": ["inbound", "outbound", "named"]})
]


class Range(Noun):
    """Numbers from `at_least` up to, and not including, `below`."""

    at_least: Number | None = None
    below: Number | None = None

    @model_validator(mode="after")
    def _holds_something(self) -> Self:
        if self.at_least is not None and self.below is not None and self.at_least >= self.below:
            raise ValueError("must have at_least < below")
        return self


ACCOUNT_WORDS = ("employees", "industry", "country")
"""What is known of an account under one name in every CRM."""


def _known_of_accounts(name: str) -> str:
    if name not in ACCOUNT_WORDS and not re.fullmatch(r"[A-Za-z_]\w*\.[A-Za-z_]\w*", name):
        near = nearest(name, ACCOUNT_WORDS, what="Words")
        raise ValueError(
            f"{name!r} is nothing known of an account, nor a column such as Account.Region__c. "
            f"{near.rstrip('.')}"
        )
    return name


def _ranges_where_numbers(where: Mapping[str, Any]) -> Mapping[str, Any]:
    if "employees" in where and not isinstance(where["employees"], Range):
        raise ValueError("employees must be a range such as `{at_least: 200, below: 2000}`")
    return where


Condition = Annotated[
    Annotated[Range, Tag("Range")] | Annotated[Words, Tag("Words")], Discriminator(_words_or_range)
]


Where = Annotated[
    Mapping[Annotated[str, AfterValidator(_known_of_accounts)], Condition],
    AfterValidator(_ranges_where_numbers),
]
"""Conditions on an account, all of which must be met."""


class Fact(Noun):
    """Something known about a segment: a value, or the range it lies in, and who says so.

    A plain value is shorthand for a block that says only `value`.
    """

    value: Annotated[Number | StrictBool | str | None, BeforeValidator(plain_number)] = None
    low: Figure | None = Field(default=None, alias="from")
    high: Figure | None = Field(default=None, alias="to")
    source: Text | None = None
    on: Day | None = None
    """Day on which it was so."""

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.value is None and self.low is None and self.high is None:
            raise ValueError("says neither a `value` nor a range `from` ... `to`")
        if self.low is not None and self.high is not None and self.low > self.high:
            raise ValueError("has a range that ends before it starts")
        return self


def _plain_fact(value: Any) -> Any:
    return value if isinstance(value, (dict, Fact)) else {"value": value}


FactOrValue = Annotated[
    Fact,
    Shorthand((int, float, str, bool), _plain_fact, {"type": ["number", "boolean", "string"]}),
]


class Segment(Noun):
    """A part of the market. Accounts fall into the first segment whose every condition they meet."""

    where: Annotated[Where, Serves("002-02")] = {}  # noqa: RUF012
    """`employees` as a range; `industry`, `country` or a column `Account.Name__c` as words."""
    size: Annotated[Size | None, Serves("004-01", "004-08", "002-25")] = None
    """Size of customer, where a benchmark differs by it."""
    technical_sale: StrictBool | None = None
    """Whether deals here need technical validation before they can close."""
    acv: Annotated[Amount | None, Serves("003-27")] = None
    """Typical value of a contract for a year."""
    sales_cycle: Annotated[Length | None, Serves("003-26")] = None
    """Median time from a deal's creation to its signing."""
    first_term: Length | None = None
    """Length of a first contract; the first renewal comes at its end."""
    facts: Annotated[Mapping[str, FactOrValue], Serves("002-01", "001-09")] = {}
    """What is known about it, by the name of the fact; what is left out is unknown."""


def covers(segments: Collection[str], segment: str) -> bool:
    """Whether a list of segments, in which none means all, has a segment in it.

    >>> covers(["smb"], "enterprise"), covers([], "enterprise")
    (False, True)
    """
    return not segments or segment in segments


class Scope(Noun):
    """Where and when somebody owns a function. What is left empty means everywhere, always."""

    segments: Words = ()
    motion: Motions = ()
    account_age: Ages = ()


FUNCTIONS: dict[str, Any] = {"enum": [function.value for function in Function]}


def _first_said(value: Any) -> Any:
    """`expansion: first_term` is an account age; `discovery:` alone is everywhere and always."""
    return {} if value is None else {"account_age": value}


_AGES: dict[str, Any] = {"enum": [*(age.value for age in AccountAge), None]}
ScopeOrAge = Annotated[Scope, Shorthand((str, type(None)), _first_said, _AGES)]

Owning = Annotated[
    Mapping[Function, ScopeOrAge],
    Shorthand(
        (str, list, tuple),
        _everywhere,
        {"anyOf": [FUNCTIONS, {"type": "array", "items": FUNCTIONS}]},
    ),
]
"""Functions, and where and when each; a list of names means everywhere and always."""


class RetentionIndicator(Noun):
    """A leading indicator of retention: what a customer does early who will stay."""

    about: Text
    """In words, such as "2,000 team messages a month"."""
    field: ColumnPath | None = None
    """Where it is recorded: a number, or the day on which it was reached."""
    at_least: Level | None = None
    per: Literal["day", "week", "month"] | None = None
    within: Length | None = None
    """Time from signing in which it must be reached."""
    share_of_customers: Share | None = None
    """How many customers are meant to reach it."""
    segments: Words = ()


class FirstValue(Noun):
    """The reading of a customer's usage from which the product is of use to them."""

    metric: Text
    """Name of the reading, as `usage` has it, such as `active_users`."""
    at_least: Level
    segments: Words = ()


class Ownership(Noun):
    """Who holds a territory, for a time. `to` is inclusive."""

    person: Text
    first_day: Day | None = Field(default=None, alias="from")
    last_day: Day | None = Field(default=None, alias="to")

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> Self:
        if self.first_day and self.last_day and self.last_day < self.first_day:
            raise ValueError(f"ends on {self.last_day}, before it starts on {self.first_day}")
        return self


class Territory(Noun):
    """Accounts that belong to one person at a time, by rule or by list."""

    segments: Words = ()
    where: Where = {}  # noqa: RUF012  frozen, and copied by pydantic
    accounts: Words = ()
    """Names or ids of accounts, where no rule says it."""
    role: str | None = None
    owners: tuple[Ownership, ...] = ()
