"""Values in the words of JSON, and text that does a terminal no harm."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from functools import singledispatch
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from remit.terms import Period, Severity

DECIMALS = 6
"""Digits kept, so that the same numbers are the same text on every machine."""


def harmless(text: str) -> str:
    r"""Text on one line, without the characters that steer a terminal or turn its direction.

    >>> harmless("a\x1b[31mred\nline")
    'a[31mred line'
    """
    flat = " ".join(text.split())
    return "".join(c for c in flat if unicodedata.category(c) not in ("Cc", "Cf", "Co", "Cs"))


def remit_version() -> str | None:
    """The version that is installed; None where remit runs from a folder."""
    try:
        return version("remit")
    except PackageNotFoundError:
        return None


@singledispatch
def plain(value: Any) -> Any:
    """A value in the words of JSON.

    >>> plain({"a": float("nan"), "b": Severity.RED, "c": date(2026, 3, 4), "d": (1, None)})
    {'a': None, 'b': 'red', 'c': '2026-03-04', 'd': [1, None]}

    Raises:
        TypeError: If it is of a kind that the layout has no words for.
    """
    if is_dataclass(value):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if hasattr(value, "item"):  # a number of NumPy's
        return plain(value.item())
    raise TypeError(f"{type(value).__name__} has no words in JSON here")


@plain.register
def _(value: None) -> None:
    return value


@plain.register
def _(value: str) -> str:
    return value.value if isinstance(value, Enum) else value


@plain.register
def _(value: bool) -> bool:
    return value


@plain.register
def _(value: int) -> int | str:
    return str(value) if isinstance(value, Severity) else value


@plain.register
def _(value: float) -> float | None:
    return round(float(value), DECIMALS) if math.isfinite(value) else None


@plain.register
def _(value: Decimal) -> str:
    return f"{value:f}"


@plain.register
def _(value: date) -> str:
    return value.isoformat()


@plain.register
def _(value: datetime) -> str:
    return value.isoformat(timespec="seconds")


@plain.register
def _(value: Path) -> str:
    return value.name


@plain.register
def _(value: Period) -> dict[str, Any]:
    return {
        "first_day": value.start.isoformat(),
        "last_day": value.last_day.isoformat() if value.days else None,
        "days": value.days,
    }


@plain.register
def _(value: Mapping) -> dict[str, Any]:  # type: ignore[type-arg]
    return {str(plain(key)): plain(held) for key, held in value.items()}


@plain.register(list)
@plain.register(tuple)
@plain.register(frozenset)
def _(value: Any) -> list[Any]:
    return [plain(part) for part in (sorted(value) if isinstance(value, frozenset) else value)]
