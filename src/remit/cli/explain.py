"""`remit explain`."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from typing import TYPE_CHECKING

from remit.benchmarks import benchmarks
from remit.cli.rules import tell_benchmark, tell_rule
from remit.rules import rules
from remit.terms import Entry, Place, Problem, RemitError, catalogue, nearest

if TYPE_CHECKING:
    from remit.audit import Check
    from remit.check import Check as CharterCheck

WRAPPED = 96


def run_explain(name: str) -> None:
    """Print a rule, a benchmark or a check; of the charter alone, or of charter and evidence.

    Capitals do not matter, and blanks or hyphens may stand for underscores, as reports print them.

    Raises:
        RemitError: If nothing is called that.
    """
    word = "_".join(name.casefold().replace("-", " ").split())
    if name in rules():
        tell_rule(rules()[name])
        return
    if word in benchmarks():
        tell_benchmark(word)
        return
    checks = _checks()
    if word not in checks:
        known = [*rules(), *benchmarks(), *checks]
        fix = nearest(word, known, what="Among them")
        raise RemitError(
            [
                Problem(
                    Place(name),
                    "",
                    "is no rule, benchmark or check.",
                    f"{fix} `remit rules`, `remit benchmarks` and `remit check --all` list them.",
                )
            ]
        )
    entry, how = checks[word]
    print(f"{word}: {entry.note.asks}\n")
    print(textwrap.fill(entry.definition, WRAPPED))
    print(f"\nRules: {', '.join(entry.note.rules) or 'none'}")
    print(f"How: {how}")


def _checks() -> Mapping[str, tuple[Entry[Check] | Entry[CharterCheck], str]]:
    """Every check by name, with how it looks."""
    from remit.audit import Check
    from remit.check import Check as CharterCheck

    declared, audited = catalogue("remit.check", CharterCheck), catalogue("remit.audit", Check)
    of_charter = "read from the charter alone, by `remit check`"
    return {
        **{name: (entry, of_charter) for name, entry in declared.items()},
        **{name: (entry, entry.note.how) for name, entry in audited.items()},
    }
