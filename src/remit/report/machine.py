"""An audit for programs: stable JSON.

Keys are those of `Audit` and of what it holds, in snake case; see their docstrings for what they
mean. On top of them:

- `remit` is the version that wrote it, `format` the version of this layout. Within one format
  keys are added and never taken away or given another meaning.
- `summary` counts: `worst` (a severity or null), `severities`, `answers`.
- Days are ISO dates. A period is `{"first_day", "last_day", "days"}`, both days inclusive.
- Shares are between 0 and 1. A number that is not known is null; there is no NaN.
- Severities and answers are their words: `amber`, `cannot tell`.
- `in_two_roles`, `of_them_judged` and a role's `unlogged` are null where they are about fewer
  people than `minimum_group` and the individual view is off.
- `evidence_file` is the file's name without its folder.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from enum import Enum
from functools import singledispatch
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from remit.audit import Audit
from remit.terms import Answer, Period, Severity

FORMAT = "audit/1"
"""Name and version of the layout."""

DECIMALS = 6
"""Digits kept, so that the same audit is the same text on every machine."""


def as_json(audit: Audit) -> str:
    """The whole audit as JSON, two spaces deep, keys in the order of `Audit`'s fields.

    Proof has all the rows the audit kept, curves all their points.
    """
    document = {
        "remit": remit_version(),
        "format": FORMAT,
        "summary": {
            "worst": plain(audit.worst),
            "severities": {
                str(severity): sum(found.severity is severity for found in audit.findings)
                for severity in reversed(Severity)
            },
            "answers": {answer.value: audit.count(answer) for answer in Answer},
        },
        **plain(_without_few(audit)),
    }
    return json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False)


def _without_few(audit: Audit) -> dict[str, Any]:
    """An audit's fields, without counts that would point at people."""
    told = {field.name: getattr(audit, field.name) for field in fields(audit)}
    if audit.individuals:
        return told

    def enough(count: int) -> int | None:
        return None if 0 < count < audit.minimum_group else count

    times = [{**plain(time), "unlogged": enough(time.unlogged)} for time in audit.times]
    two = {name: enough(told[name]) for name in ("in_two_roles", "of_them_judged")}
    return {**told, **two, "times": times}


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
    raise TypeError(f"{type(value).__name__} has no words in {FORMAT}")


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
