"""The shapes in which people state things: words, days, shares, amounts, lengths of time.

Every noun that a file may state is built from these, so that a share or an amount is written,
checked and refused in one way everywhere.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    PlainSerializer,
    StrictBool,
    StringConstraints,
    WithJsonSchema,
)
from pydantic_core import core_schema

from remit.terms.period import parse_day


class Noun(BaseModel):
    """What all stated nouns share: frozen, and no word they do not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


@dataclass(frozen=True, slots=True)
class Serves:
    """Hung on a field: ids of the sources' rules that the word lets people state."""

    rules: tuple[str, ...]

    def __init__(self, *rules: str) -> None:
        object.__setattr__(self, "rules", rules)


@dataclass(frozen=True, slots=True, eq=False)
class Shorthand:
    """Hung on a type: a shorter way of stating it, and what that stands for.

    >>> class Pair(Noun):
    ...     first: int
    ...     second: int = 0
    >>> class Page(Noun):
    ...     pair: Annotated[Pair, Shorthand(int, lambda first: {"first": first}, {})]
    >>> Page(pair=3).pair
    Pair(first=3, second=0)
    """

    short: type | tuple[type, ...]
    expand: Callable[[Any], Any]
    schema: Mapping[str, Any]
    """JSON Schema of the short form."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> Any:
        return core_schema.no_info_before_validator_function(self._expanded, handler(source))

    def __get_pydantic_json_schema__(
        self, core: Any, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {"anyOf": [dict(self.schema), handler(core)]}

    def _expanded(self, value: Any) -> Any:
        if isinstance(value, bool) and bool not in _each(self.short):
            return value
        return self.expand(value) if isinstance(value, self.short) else value


def _each(types: type | tuple[type, ...]) -> tuple[type, ...]:
    return types if isinstance(types, tuple) else (types,)


def one_or_many(value: Any) -> Any:
    """Let a single word stand for a list of one."""
    return value if isinstance(value, (list, tuple, dict)) or value is None else [value]


def _day(value: Any) -> Any:
    """A day is year-month-day and nothing else: 20260331 is not a number of seconds."""
    return parse_day(str(value)) if not isinstance(value, date) else value


def _decimal(value: Any, example: str) -> Decimal:
    """An exact number. A float's shortest text is what the file said."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str, Decimal)):
        raise ValueError(f"must be {example}")
    try:
        exact = Decimal(str(value))
    except InvalidOperation:
        raise ValueError(f"must be {example}, not {_short(value)}") from None
    if not exact.is_finite() or abs(exact) >= _TOO_LARGE:
        raise ValueError(f"must be {example}, not {_short(value)}")
    return exact


_TOO_LARGE = Decimal(10) ** 15
"""No organisation pays or sells a thousand million million of anything."""


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 40 else f"{text[:37]}..."


def _ratio(value: Any) -> Decimal:
    """A part of something, which may be more than all of it: `125%` or 1.25."""
    example = "a share such as 25% or 0.25"
    if isinstance(value, str) and value.strip().endswith("%"):
        exact = _decimal(value.strip()[:-1].strip(), example) / 100
    elif isinstance(value, str):
        raise ValueError(f"must be {example}, not {_short(value)}")
    else:
        exact = _decimal(value, example)
        if exact >= 10:
            raise ValueError(f"is {exact:,} times the whole. Write {exact:f}% if that is meant")
    if exact < 0:
        raise ValueError("must not be below 0%")
    return exact


def _share(value: Any) -> Decimal:
    """A part of a whole, at most all of it."""
    exact = _ratio(value)
    if exact > 1:
        raise ValueError(f"must be at most 100%, such as 25% or 0.25, not {_percent(exact)}")
    return exact


def _amount(value: Any) -> Decimal:
    """Money or a count, never below nothing."""
    if isinstance(value, str):
        raise ValueError(f"must be a plain number such as 120000, not {_short(value)}")
    exact = _decimal(value, "a number such as 120000")
    if exact < 0:
        raise ValueError(f"must not be below 0, and is {exact:,}")
    return exact


def plain_number(value: Any) -> Any:
    """A number written in per cent as the number it is; anything else as it is.

    >>> plain_number("90%"), plain_number("high"), plain_number(7)
    (0.9, 'high', 7)
    """
    if isinstance(value, str) and re.fullmatch(r"\s*\d+(\.\d*)?\s*%\s*", value):
        return float(_ratio(value))
    return value


def _level(value: Any) -> Decimal:
    """A share where it ends in %, else a plain number."""
    return _ratio(value) if isinstance(value, str) else _amount(value)


def _percent(share: Decimal) -> str:
    return f"{(share * 100).normalize():f}%"


def _stated(exact: Decimal) -> int | float | str:
    """A number as YAML writes it, and reads it back to the same."""
    if exact == exact.to_integral_value():
        return int(exact)
    plain = float(exact)
    return plain if Decimal(str(plain)) == exact else _percent(exact)  # only text is as exact


def _stated_ratio(exact: Decimal) -> int | float | str:
    """The same, with what would read as a slip written in per cent."""
    return _percent(exact) if exact >= 10 else _stated(exact)


_LENGTH = re.compile(r"^(\d{1,5}) (business )?(hour|day|week|month|quarter|year)s?$")
_UNITS = "hours, days, weeks, months, quarters, years, and business hours or business days"
_DAYS = {"hour": 1 / 24, "day": 1, "week": 7, "month": 365 / 12, "quarter": 365 / 4, "year": 365}


def _length(value: Any) -> Any:
    if not isinstance(value, str) or not _LENGTH.match(value.strip()):
        raise ValueError(
            f"must be a length of time such as 90 days or 12 months, not {value!r}. Units: {_UNITS}"
        )
    return value.strip()


def days_in(length: str) -> float:
    """A length of time in days; a business day counts as a day, a month as a twelfth of a year.

    >>> days_in("2 weeks"), days_in("1 year")
    (14, 365)

    Raises:
        ValueError: If it is not a length of time.
    """
    found = _LENGTH.match(length)
    if found is None:
        raise ValueError(f"{length!r} is not a length of time")
    return int(found[1]) * _DAYS[found[3]]


_NUMBER_OR_PERCENT: dict[str, Any] = {
    "anyOf": [
        {"type": "number", "minimum": 0},
        {"type": "string", "pattern": r"^\s*([0-9]+(\.[0-9]*)?|\.[0-9]+)\s*%\s*$"},
    ]
}
_WORDS_SCHEMA: dict[str, Any] = {
    "anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]
}
_EXACT = PlainSerializer(_stated, return_type=int | float | str)
_EXACT_RATIO = PlainSerializer(_stated_ratio, return_type=int | float | str)

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Flag = StrictBool
Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]
PartOfOne = Annotated[
    float,
    Field(gt=0, le=1),
    BeforeValidator(plain_number),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "number", "exclusiveMinimum": 0, "maximum": 1},
                _NUMBER_OR_PERCENT["anyOf"][1],
            ]
        }
    ),
]
"""A part of one person, more than nothing: `50%` or 0.5."""
Figure = Annotated[Number, BeforeValidator(plain_number), WithJsonSchema(_NUMBER_OR_PERCENT)]
"""A number of any kind, which a share may be written in per cent: `90%` or 0.9."""
Count = Annotated[int, Field(strict=True, ge=0, le=1_000_000)]
Words = Annotated[tuple[str, ...], BeforeValidator(one_or_many), WithJsonSchema(_WORDS_SCHEMA)]
Day = Annotated[date, BeforeValidator(_day), WithJsonSchema({"type": "string", "format": "date"})]
Share = Annotated[
    Decimal,
    BeforeValidator(_share),
    _EXACT,
    WithJsonSchema(
        {"anyOf": [{"type": "number", "minimum": 0, "maximum": 1}, _NUMBER_OR_PERCENT["anyOf"][1]]}
    ),
]
"""A part of a whole: `25%` or 0.25."""
Ratio = Annotated[
    Decimal, BeforeValidator(_ratio), _EXACT_RATIO, WithJsonSchema(_NUMBER_OR_PERCENT)
]
"""A share that may be more than the whole: `125%` or 1.25."""
Amount = Annotated[
    Decimal,
    BeforeValidator(_amount),
    _EXACT,
    WithJsonSchema({"type": "number", "minimum": 0}),
]
"""Money in the charter's currency, or a count; exact."""
Level = Annotated[Decimal, BeforeValidator(_level), _EXACT, WithJsonSchema(_NUMBER_OR_PERCENT)]
"""A level of something: a share where it is written `80%`, else a plain number."""
Length = Annotated[
    str,
    BeforeValidator(_length),
    WithJsonSchema({"type": "string", "pattern": _LENGTH.pattern}),
]
"""A length of time: `90 days`, `12 months`, `1 business day`."""
ColumnName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_]\w*$")]
ColumnPath = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_]\w*\.[A-Za-z_]\w*$")]
