"""`remit params`: words the sources leave open, and the number remit puts in each one's place."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from remit.benchmarks import Benchmark, benchmarks
from remit.cli.benchmarks import source
from remit.cli.rules import WIDEST, WRAPPED
from remit.report.plain import plain
from remit.report.wording import amount
from remit.rules import SOURCES
from remit.terms import Place, Problem, RemitError, nearest

FORMAT = "params/1"
"""Name and version of the JSON layout. Within one, keys are added and never taken away."""


def run_params(name: str | None, *, as_json: bool) -> None:
    """Print every word that is pinned down by a number, or all about one.

    Args:
        name: A parameter's name, or the source's word it stands for; None for all.
        as_json: Print one JSON document.

    Raises:
        RemitError: If none is called that.
    """
    known = params()
    chosen = known if name is None else {found.name: found for found in _called(name, known)}
    if as_json:
        document = {"format": FORMAT, "params": [_document(one) for one in chosen.values()]}
        print(json.dumps(document, indent=2, ensure_ascii=False))
    elif name is None:
        _all(known)
    else:
        for place, one in enumerate(chosen.values()):
            print("\n" * (place > 0), end="")
            _one(one)


def params() -> Mapping[str, Benchmark]:
    """The benchmarks that pin down an open word of a source, by name.

    >>> params()["low_nrr"].word
    'low NRR'
    """
    return {name: found for name, found in benchmarks().items() if found.word}


def override(benchmark: Benchmark) -> str:
    """The line of a charter that sets it to something else.

    >>> override(benchmarks()["low_nrr"])
    'benchmarks: {low_nrr: {value: 1, because: "..."}}'
    """
    level, number = _number(benchmark)
    return f'benchmarks: {{{benchmark.name}: {{{level}: {number:.10g}, because: "..."}}}}'


def _number(benchmark: Benchmark) -> tuple[str, float]:
    """The one number that stands for the word, and which level of the benchmark it is."""
    value = benchmark.values[-1]
    told = {level: getattr(value, level) for level in ("value", "amber", "red")}
    return next((level, number) for level, number in told.items() if number is not None)


def _called(name: str, known: Mapping[str, Benchmark]) -> list[Benchmark]:
    if name in known:
        return [known[name]]
    said = name.casefold()
    found = [one for one in known.values() if one.word.casefold() == said]
    if not found:
        if name in benchmarks():
            fix = f"It is a benchmark whose source gives the number: remit benchmarks {name}."
        else:
            fix = nearest(name, known, what="Parameters")
        raise RemitError([Problem(Place(name), "", "is no parameter.", fix)])
    return found


def _all(known: Mapping[str, Benchmark]) -> None:
    console = Console(highlight=False)
    width = min(console.width, WIDEST)
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim", width=width)
    table.add_column("word", ratio=1)
    table.add_column("parameter", no_wrap=True, width=max(map(len, known)))
    table.add_column("taken as", no_wrap=True)
    table.add_column("from", no_wrap=True)
    for one in known.values():
        table.add_row(Text(f'"{one.word}"'), one.name, Text(_taken_as(one)), source(one))
    console.print(table, width=width)
    print(f"\n{len(known)} words that a source leaves open, and the number that stands for each.")
    print("`remit params NAME` tells why, and how to set your own.")


def _one(benchmark: Benchmark) -> None:
    value = benchmark.values[-1]
    print(f'"{benchmark.word}": {benchmark.name}')
    _wrapped(benchmark.about)
    print(f"  {_taken_as(benchmark)} (unit: {benchmark.unit})")
    if benchmark.scope:
        _wrapped(f"For: {benchmark.scope}.")
    cited = value.source
    rule = f" Rule {cited.rule}; `remit rules {cited.rule}` tells it." if cited.rule else ""
    _wrapped(f"The word is from: {cited.title}, {cited.at}.{rule}")
    _wrapped(f"The number is a {cited.standing}: it is remit's, not the source's.")
    _wrapped(benchmark.caveat)
    print("To set your own, say so in the charter:")
    print(f"  {override(benchmark)}")


def _taken_as(benchmark: Benchmark) -> str:
    side = "under" if benchmark.trouble == "below" else "from"
    return f"{side} {amount(_number(benchmark)[1], benchmark.unit)}"


def _document(benchmark: Benchmark) -> dict[str, Any]:
    value = benchmark.values[-1]
    rule = value.source.rule
    return {
        "name": benchmark.name,
        "word": benchmark.word,
        "about": benchmark.about,
        "default": _number(benchmark)[1],
        "unit": benchmark.unit,
        "trouble": benchmark.trouble,
        "scope": benchmark.scope,
        "source": plain(value.source),
        "source_of_word": SOURCES.get(rule.split("-")[0]) if rule else None,
        "caveat": benchmark.caveat,
        "override": override(benchmark),
    }


def _wrapped(text: str) -> None:
    print(textwrap.fill(text, min(Console().width, WRAPPED)))
