"""`remit explain`."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from typing import TYPE_CHECKING

from remit.benchmarks import Benchmark, benchmarks
from remit.rules import KINDS, Rule, rules
from remit.terms import Entry, Place, Problem, RemitError, catalogue, closest

if TYPE_CHECKING:
    from remit.audit import Check


def run_explain(name: str) -> None:
    """Print a rule, a benchmark or a check.

    Raises:
        RemitError: If nothing is called that.
    """
    if name in benchmarks():
        _benchmark(benchmarks()[name])
        return
    checks = _checks()
    if name in rules():
        _rule(rules()[name], checks)
    elif name in checks:
        entry = checks[name]
        print(f"{name}: {entry.note.asks}\n")
        _wrapped(entry.definition)
        print(f"\nRules: {', '.join(entry.note.rules)}")
    else:
        known = [*rules(), *benchmarks(), *checks]
        meant = closest(name, known)
        hint = f'Did you mean "{meant}"?' if meant else ""
        raise RemitError(
            [
                Problem(
                    Place(name),
                    "",
                    "is no rule, benchmark or check.",
                    f"{hint} Rules are written like 000-22; checks: {', '.join(checks)}.".strip(),
                )
            ]
        )


def _checks() -> Mapping[str, Entry[Check]]:
    from remit.audit import Check

    return catalogue("remit.audit", Check)


def _rule(rule: Rule, checks: Mapping[str, Entry[Check]]) -> None:
    print(f"{rule.id}  {KINDS[rule.kind]}")
    _wrapped(rule.says)
    if rule.number:
        print(f"Number: {rule.number}")
    print(f"Source: {rule.title}")
    serving = [name for name, entry in checks.items() if rule.id in entry.note.rules]
    if serving:
        print(f"Checked by: {', '.join(serving)}")
    for benchmark in benchmarks().values():
        if any(value.source.rule == rule.id for value in benchmark.values):
            print()
            _benchmark(benchmark)


def _benchmark(benchmark: Benchmark) -> None:
    print(f"{benchmark.name} ({benchmark.unit})")
    _wrapped(benchmark.about)
    for value in benchmark.values:
        levels = [
            f"{level} {getattr(value, level)}"
            for level in ("value", "amber", "red", "healthy", "range")
            if getattr(value, level) is not None
        ]
        print(f"  {'; '.join(levels)}")
        print(f"  {value.source}")
    if benchmark.caveat:
        _wrapped(benchmark.caveat)


def _wrapped(text: str) -> None:
    print(textwrap.fill(text, 96))
