"""Every number with a meaning, one cited and dated YAML file each.

To add one, write `benchmarks/<name>.yaml`; its file name is the number's name everywhere: in
charters, in findings, in `remit explain`. That is all.
"""

from __future__ import annotations

import dataclasses
from collections import ChainMap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from remit.terms import Citation, Limit, Standing
from remit.terms.shipped import shipped, shipped_names

LEVELS = ("amber", "red", "value")


@dataclass(frozen=True, slots=True)
class Value:
    """What a benchmark says from a day on. Levels it does not set are None."""

    source: Citation
    since: date | None = None
    """First day on which it holds; None where the source gives no day."""
    amber: float | None = None
    """Where the healthy band ends on the side of trouble, or a milder limit than red."""
    red: float | None = None
    value: float | None = None
    """A number that is no limit: a parameter, a trigger, an average."""
    healthy: tuple[float, float] | None = None
    range: tuple[float, float] | None = None
    """Where a typical value may plausibly lie, for sensitivity."""


@dataclass(frozen=True, slots=True)
class Benchmark:
    """One number: what it is, its unit, which side of it is trouble, and where it is from."""

    name: str
    about: str
    unit: str
    values: tuple[Value, ...]
    trouble: str = "above"
    scope: str = ""
    caveat: str = ""
    word: str = ""
    """The word of a source that this pins down, where the source gives no figure for it."""
    also: tuple[str, ...] = ()
    """Ids of further rules that state one of its levels, beside those its sources cite."""

    @property
    def rules(self) -> tuple[str, ...]:
        """Ids of every rule that it cites; empty where it is from none of the catalogue.

        >>> benchmarks()["ae_prospecting_share"].rules
        ('000-14', '000-22')
        """
        cited = (value.source.rule for value in self.values)
        return tuple(dict.fromkeys(rule for rule in (*cited, *self.also) if rule))

    def at(self, day: date) -> Value:
        """The value in force on a day.

        Raises:
            ValueError: If the first value starts later. The message says which file to edit.
        """
        known = [v for v in self.values if v.since is None or v.since <= day]
        if not known:
            raise ValueError(
                f"{self.name} has no value on {day}; its first is of {self.values[0].since}. "
                f"Add one to benchmarks/{self.name}.yaml"
            )
        return known[-1]

    def limit(self, day: date, level: str = "red") -> Limit:
        """One of its levels as a limit to hold a measure against.

        >>> from datetime import date
        >>> limit = benchmarks()["ae_prospecting_share"].limit(date(2026, 6, 1), "amber")
        >>> limit.value, limit.source.rule
        (0.2, '000-14')

        Raises:
            ValueError: If the benchmark does not set that level.
        """
        value = self.at(day)
        number = getattr(value, level)
        if number is None:
            raise ValueError(f"{self.name} sets no {level} level")
        above = self.trouble == "above"
        return Limit(self.name, float(number), self.unit, value.source, above, level)


class _Files(Mapping[str, Benchmark]):
    """The folder's benchmarks by name, A to Z, each read when it is first asked for."""

    def __init__(self) -> None:
        self._names = dict.fromkeys(shipped_names(__package__))
        self._read: dict[str, Benchmark] = {}

    def __getitem__(self, name: str) -> Benchmark:
        if name not in self._read:
            if name not in self._names:
                raise KeyError(name)
            self._read[name] = _benchmark(name, shipped(__package__, f"{name}.yaml"))
        return self._read[name]

    def __contains__(self, name: object) -> bool:
        return name in self._names

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


@cache
def benchmarks() -> Mapping[str, Benchmark]:
    """All benchmarks that come with remit, by name."""
    return _Files()


def with_overrides(
    overrides: Mapping[str, Mapping[str, Any]], *, company: str
) -> Mapping[str, Benchmark]:
    """The benchmarks, some of them replaced by a company's own policy.

    Args:
        overrides: By benchmark name: levels, and `because`. Names must exist.
        company: Whose policy it is, for the citation.
    """
    numbers: dict[str, Benchmark] = {}
    for name, override in overrides.items():
        levels = {
            key: override[key] for key in (*LEVELS, "healthy") if override.get(key) is not None
        }
        cited = Citation(f"{company}'s charter", f"because {override['because']}", Standing.POLICY)
        numbers[name] = dataclasses.replace(
            benchmarks()[name],
            values=tuple(
                dataclasses.replace(value, source=cited, **levels)
                for value in benchmarks()[name].values
            ),
        )
    return ChainMap(numbers, benchmarks())  # type: ignore[arg-type]  # only ever read


def _benchmark(name: str, stated: dict[str, Any]) -> Benchmark:
    values = tuple(_value(value) for value in stated.pop("values"))
    also = tuple(stated.pop("also", ()))
    return Benchmark(name=name, values=values, also=also, **stated)


def _value(stated: dict[str, Any]) -> Value:
    source = dict(stated.pop("source"))
    source["standing"] = Standing(source["standing"])
    for band in ("healthy", "range"):
        if band in stated:
            stated[band] = tuple(stated[band])
    return Value(source=Citation(**source), **stated)
