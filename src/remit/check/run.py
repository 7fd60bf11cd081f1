"""Running every check on a charter."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from remit.benchmarks import with_overrides
from remit.charter import Charter, Positioned
from remit.check.declared import Check, Declared
from remit.terms import Answer, Finding, Severity, catalogue, worst_first


@dataclass(frozen=True, slots=True)
class Checked:
    """Everything the checks said about one charter."""

    company: str
    day: date
    findings: tuple[Finding, ...]
    """Worst first; every check is in it."""
    exempt: tuple[tuple[Finding, str], ...]
    """Findings the charter knows of and lives with, each with the reason."""
    checks: Mapping[str, str]
    """Name of each check to the question it answers."""

    @property
    def worst(self) -> Severity | None:
        """The severity of the worst finding that is not exempt, or None."""
        return max((f.severity for f in self.findings if f.severity is not None), default=None)

    def count(self, answer: Answer) -> int:
        """How many findings gave an answer."""
        return sum(found.answer is answer for found in self.findings)


def check(charter: Charter, *, day: date, read: Positioned | None = None) -> Checked:
    """Hold a charter against the sources' rules, before any data is looked at.

    Args:
        charter: Who owns what.
        day: Numbers in force and people in office are those of this day.
        read: What `read_with_places` gave beside the charter, so that findings name lines.
    """
    overrides = {name: override.model_dump() for name, override in charter.benchmarks.items()}
    numbers = with_overrides(overrides, company=charter.company)
    declared = Declared(charter, numbers, day, read)
    checks = catalogue("remit.check", Check)
    findings: list[Finding] = []
    for name, entry in checks.items():
        said = list(entry.call(declared))
        assert said, f"{name} said nothing"
        findings += said
    kept, exempt = [], []
    for found in worst_first(findings):
        reason = _exempted(charter, found, day) if found.severity is not None else None
        if reason is None:
            kept.append(found)
        else:
            exempt.append((dataclasses.replace(found, severity=Severity.NOTE), reason))
    return Checked(
        company=charter.company,
        day=day,
        findings=tuple(kept),
        exempt=tuple(exempt),
        checks={name: entry.note.asks for name, entry in checks.items()},
    )


def _exempted(charter: Charter, found: Finding, day: date) -> str | None:
    for exempt in charter.exempt:
        in_force = exempt.until is None or day <= exempt.until
        if exempt.check == found.check and exempt.about in (None, found.about) and in_force:
            return exempt.because
    return None
