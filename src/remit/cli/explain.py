"""`remit explain`."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from typing import TYPE_CHECKING

from remit.benchmarks import benchmarks
from remit.cli.rules import tell_benchmark, tell_rule
from remit.rules import rules
from remit.terms import Entry, Place, Problem, RemitError, catalogue, closest

if TYPE_CHECKING:
    from remit.audit import Check


def run_explain(name: str) -> None:
    """Print a rule, a benchmark or a check.

    Raises:
        RemitError: If nothing is called that.
    """
    if name in rules():
        tell_rule(rules()[name])
        return
    if name in benchmarks():
        tell_benchmark(name)
        return
    checks = _checks()
    if name in checks:
        entry = checks[name]
        print(f"{name}: {entry.note.asks}\n")
        print(textwrap.fill(entry.definition, 96))
        print(f"\nRules: {', '.join(entry.note.rules)}")
        print(f"How: {entry.note.how}")
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
