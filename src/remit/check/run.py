"""Running every check on a charter."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from types import FunctionType
from typing import cast

from remit.charter import Charter, Positioned
from remit.check.declared import Check, Declared
from remit.terms import Answer, Entry, Finding, Severity, catalogue


@dataclass(frozen=True, slots=True)
class Checked:
    """Everything the checks said about one charter."""

    company: str
    day: date
    findings: tuple[Finding, ...]
    """Worst first, and causes before what follows from them; every check is in it."""
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
    numbers = charter.numbers()
    declared = Declared(charter, numbers, day, read)
    checks = catalogue("remit.check", Check)
    findings: list[Finding] = []
    for name, entry in checks.items():
        said = list(entry.call(declared))
        assert said, f"{name} said nothing"
        findings += said
    kept, exempt = [], []
    for found in _causes_first(findings, checks):
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


_SUBJECTS = ("ownership", "handoffs", "headcount", "pay")
"""Subjects whose findings others follow from, in that order; those not named come after."""


def _causes_first(findings: Iterable[Finding], checks: Mapping[str, Entry[Check]]) -> list[Finding]:
    """Worst first; of equal weight by subject, then check by check as their file asks them.

    Findings of one check come in the order in which the charter states what they are about.
    """
    asked: dict[str, tuple[int, str, int]] = {}
    for name, entry in checks.items():
        module = entry.call.__module__.rpartition(".")[2]
        rank = next((r for r, of in enumerate(_SUBJECTS) if module.startswith(of)), len(_SUBJECTS))
        asked[name] = (rank, module, cast("FunctionType", entry.call).__code__.co_firstlineno)
    order = list(Answer)

    def key(found: Finding) -> tuple[object, ...]:
        place = found.place
        where = (place.file, place.line or 0, place.column or 0) if place else ("", 0, 0)
        return (
            -(found.severity or 0),
            asked[found.check],
            order.index(found.answer),
            where,
            found.about,
        )

    return sorted(findings, key=key)


def _exempted(charter: Charter, found: Finding, day: date) -> str | None:
    for exempt in charter.exempt:
        in_force = exempt.until is None or day <= exempt.until
        if exempt.check == found.check and exempt.about in (None, found.about) and in_force:
            return exempt.because
    return None
