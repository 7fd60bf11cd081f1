"""`remit benchmarks`: the numbers remit holds things against, and where each is from."""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from remit.benchmarks import LEVELS, Benchmark, Value, benchmarks
from remit.charter.catalogue import role_kinds
from remit.cli.rules import WIDEST, WRAPPED, tell_benchmark
from remit.report.plain import plain
from remit.rules import Disagreement, disagreements
from remit.terms import Place, Problem, RemitError, nearest

FORMAT = "benchmarks/1"
"""Name and version of the JSON layout. Within one, keys are added and never taken away."""
UNPARTED = "\N{NO-BREAK SPACE}%"
"""A per cent sign that stays with its number at the end of a line."""
ELSEWHERE, COUNTING = "segments, companies, customers", "how remit looks and counts"


def run_benchmarks(name: str | None, *, as_json: bool) -> None:
    """Print every benchmark by the role it is for, or one in full.

    Raises:
        RemitError: If none is called that.
    """
    known = benchmarks()
    if name is not None and name not in known:
        near = nearest(name, known, what="Benchmarks")
        raise RemitError([Problem(Place(name), "", "is no benchmark.", near)])
    if as_json:
        chosen = [known[name]] if name is not None else list(known.values())
        document = {"format": FORMAT, "benchmarks": [_document(one) for one in chosen]}
        print(json.dumps(document, indent=2, ensure_ascii=False))
    elif name is not None:
        _one(known[name])
    else:
        _all(known)


def levels(benchmark: Benchmark) -> str:
    """What a benchmark says today, with its unit.

    >>> levels(benchmarks()["ae_prospecting_share"])
    'amber above 20 %, red above 25 %'
    >>> levels(benchmarks()["span_aes"]), levels(benchmarks()["ramp_sdr"])
    ('healthy 6 to 8 people', '90 days (60 to 90 days)')
    """
    value = benchmark.values[-1]
    said = [_amount(value.value, benchmark.unit)] if value.value is not None else []
    if value.range is not None:
        said[-1:] = [f"{' '.join(said[-1:])} ({_between(value.range, benchmark.unit)})".strip()]
    if value.healthy is not None:
        said.append(f"healthy {_between(value.healthy, benchmark.unit)}")
    said += [
        f"{level} {benchmark.trouble} {_amount(number, benchmark.unit)}"
        for level in ("amber", "red")
        if (number := getattr(value, level)) is not None
    ]
    return ", ".join(said)


def source(benchmark: Benchmark) -> str:
    """How much weight its source carries, and the rule that states it.

    >>> source(benchmarks()["ae_prospecting_share"]), source(benchmarks()["week_hours"])
    ('benchmark 000-14', 'convention')
    """
    cited = benchmark.values[-1].source
    return " ".join(filter(None, (str(cited.standing), cited.rule)))


def _amount(number: float, unit: str) -> str:
    if unit == "share":
        return f"{number * 100:.4g} %"
    plain_number = f"{number:,.10g}"
    return plain_number if unit in ("count", "ratio") else f"{plain_number} {unit}"


def _between(band: tuple[float, float], unit: str) -> str:
    low, high = (_amount(number, unit) for number in band)
    return f"{low.split(' ')[0]} to {high}"


def _group(benchmark: Benchmark) -> str:
    """The role it is for, as its scope says."""
    if not benchmark.scope:
        return COUNTING
    # Of two kinds that begin alike the longer is tried first: AE/AM and then AE.
    kinds = "|".join(re.escape(kind) for kind in sorted(role_kinds(), key=len, reverse=True))
    named = re.search(rf"(?<![\w/])({kinds})s?(?![\w/])", benchmark.scope)
    return named[1] if named else ELSEWHERE


def _all(known: Mapping[str, Benchmark]) -> None:
    console = Console(highlight=False)
    width = min(console.width, WIDEST)
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim", width=width)
    table.add_column("benchmark", no_wrap=True, width=max(map(len, known)))
    table.add_column("level", ratio=1)
    table.add_column("from", no_wrap=True)
    groups: dict[str, list[Benchmark]] = {
        group: [] for group in (*role_kinds(), ELSEWHERE, COUNTING)
    }
    for benchmark in known.values():
        groups[_group(benchmark)].append(benchmark)
    for group, members in groups.items():
        if members:
            table.add_row(Text(group, style="bold"))
            for benchmark in members:
                said = levels(benchmark).replace(" %", UNPARTED)
                table.add_row(benchmark.name, Text(said), source(benchmark))
            table.add_row()
    console.print(table, width=width)
    print(f"{len(known)} benchmarks. `remit benchmarks NAME` tells all about one.")


def _one(benchmark: Benchmark) -> None:
    tell_benchmark(benchmark.name)
    if benchmark.scope:
        _wrapped(f"For: {benchmark.scope}.")
    if benchmark.rules:
        _wrapped(f"Rules: {', '.join(benchmark.rules)}. `remit rules ID` tells all about one.")
    apart = _apart(benchmark)
    if apart:
        print("\nWho disagrees")
    for found in apart:
        _wrapped(found.about, "  ")
        _wrapped(f"remit: {found.treated}", "    ")
    stated = [level for level in LEVELS if getattr(benchmark.values[-1], level) is not None]
    if stated:
        print("\nTo hold your company against a level of its own, say so in the charter:")
        print(f"  benchmarks: {{{benchmark.name}: {{{stated[-1]}: ..., because: ...}}}}")


def _apart(benchmark: Benchmark) -> list[Disagreement]:
    found = [one for rule in benchmark.rules for one in disagreements(rule)]
    return list(dict.fromkeys(found))


def _document(benchmark: Benchmark) -> dict[str, Any]:
    return {
        "name": benchmark.name,
        "about": benchmark.about,
        "unit": benchmark.unit,
        "trouble": benchmark.trouble,
        "scope": benchmark.scope,
        "caveat": benchmark.caveat,
        "rules": list(benchmark.rules),
        "values": [_value(value) for value in benchmark.values],
        "disagreements": [
            {"rules": list(found.rules), "about": found.about, "treated": found.treated}
            for found in _apart(benchmark)
        ],
    }


def _value(value: Value) -> dict[str, Any]:
    stated: dict[str, Any] = plain(value)
    return stated


def _wrapped(text: str, indent: str = "") -> None:
    width = min(Console().width, WRAPPED)
    print(textwrap.fill(text, width, initial_indent=indent, subsequent_indent=indent))
