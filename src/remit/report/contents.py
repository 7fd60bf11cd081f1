"""What an audit's report holds, in order, whatever it is printed on."""

from __future__ import annotations

import importlib
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from remit.audit import Audit, Change
from remit.audit.discovery import named
from remit.benchmarks import benchmarks
from remit.decide import Decided
from remit.terms import Answer, Estimate, Finding, Severity

MATTER = 5
"""Findings on the first page."""
LOOKED = (Answer.PROVEN, Answer.INDICATED, Answer.CLEAR, Answer.CANNOT_TELL, Answer.MEASURED)
"""Answers that come with a number."""


@dataclass(frozen=True, slots=True)
class Subject:
    """The findings of the checks of one subject, worst first."""

    name: str
    title: str
    """What the subject asks, as its checks say it."""
    findings: tuple[Finding, ...]

    @property
    def worst(self) -> Severity | None:
        """The severity of its worst finding."""
        return max((f.severity for f in self.findings if f.severity is not None), default=None)


@dataclass(frozen=True, slots=True)
class Figure:
    """A measured number on a role's card, beside the band that its benchmark calls healthy."""

    finding: Finding
    healthy: tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class Card:
    """One role: what it owns, and every number that was measured of it."""

    role: str
    kind: str
    owned: tuple[str, ...]
    figures: tuple[Figure, ...]
    concentrations: tuple[tuple[str, Estimate], ...] = ()
    """In each of its parts, the share that a person's most frequent function has, on average."""


@dataclass(frozen=True, slots=True)
class Contents:
    """Everything a report shows of an audit, picked and put in order."""

    audit: Audit
    matter: tuple[Finding, ...]
    """The findings that matter most: red before amber, those that stand when all looks are taken
    together first, dear ones before others, numbers before what is said without, each check once, with the
    worst of its own, before any twice."""
    cards: tuple[Card, ...]
    subjects: tuple[Subject, ...]
    changes: tuple[Change, ...] = ()
    """Against an earlier day, where one was asked for."""
    since: Audit | None = None
    decided: Decided | None = None
    """The structure decision, where the facts of a segment are known."""
    undecided: str = ""
    """Why there is no structure decision, where there is none."""

    @property
    def loud(self) -> tuple[Finding, ...]:
        """Every red and amber finding: red first, and of each those that matter most."""
        others = [f for f in self.audit.findings if _is_loud(f) and f not in self.matter]
        return tuple(sorted([*self.matter, *others], key=lambda found: -(found.severity or 0)))


def contents(
    audit: Audit,
    *,
    since: Audit | None = None,
    changes: Sequence[Change] = (),
    decided: Decided | None = None,
    undecided: str = "",
) -> Contents:
    """Pick and order what a report shows.

    Args:
        audit: What was found.
        since: The audit as of an earlier day.
        changes: What became of each subject since then.
        decided: What `decide` says for the same charter.
        undecided: Why it says nothing, a sentence.
    """
    return Contents(
        audit=audit,
        matter=tuple(_matter(audit)),
        cards=tuple(_cards(audit)),
        subjects=tuple(_subjects(audit)),
        changes=tuple(changes),
        since=since,
        decided=decided,
        undecided=undecided,
    )


def _matter(audit: Audit) -> list[Finding]:
    loud = [f for f in audit.findings if _is_loud(f)]
    fall = set(audit.discovery.fall) if audit.discovery else set()

    def weight(found: Finding) -> tuple[int, bool, float, bool]:
        dear = (found.cost.low + found.cost.high) / 2 if found.cost else 0.0
        return (-(found.severity or 0), named(found) in fall, -dear, found.measured is None)

    firsts: list[Finding] = []
    again: list[Finding] = []
    seen: set[str] = set()
    for found in sorted(loud, key=lambda found: (*weight(found), -_beyond(found))):
        (again if found.check in seen else firsts).append(found)
        seen.add(found.check)
    return sorted([*firsts, *again][:MATTER], key=weight)


def _is_loud(found: Finding) -> bool:
    return found.severity in (Severity.RED, Severity.AMBER)


def _beyond(found: Finding) -> float:
    """How far a number lies past its limit, in parts of it: the worse of two of one check first."""
    if found.measured is None or not math.isfinite(found.measured.value):
        return 0.0
    value, limit = found.measured.value, found.limit
    if limit is None or limit.unit != found.measured.unit or not limit.value:
        return value if found.measured.unit == "share" else 0.0
    return abs(value / limit.value - 1)


def _subjects(audit: Audit) -> Iterable[Subject]:
    of: dict[str, list[Finding]] = {}
    for found in audit.findings:
        of.setdefault(audit.subjects.get(found.check, found.check), []).append(found)
    made = [Subject(name, title_of(name), tuple(findings)) for name, findings in of.items()]
    return sorted(made, key=lambda subject: (-(subject.worst or 0), subject.title))


def title_of(subject: str) -> str:
    """What a subject of the audit asks: the first line of what its module says of itself.

    >>> title_of("support")
    "Do customer success managers do the support desk's work?"
    """
    try:
        said = importlib.import_module(f"remit.audit.{subject}").__doc__ or ""
    except ModuleNotFoundError:
        said = ""
    return said.strip().splitlines()[0].rstrip(".") if said.strip() else subject.replace("_", " ")


def _cards(audit: Audit) -> Iterable[Card]:
    known = benchmarks()
    by_role: dict[str, list[Figure]] = {}
    for found in audit.findings:
        if found.measured is None or found.answer not in LOOKED:
            continue
        healthy = None
        if found.limit is not None and found.limit.name in known:
            healthy = known[found.limit.name].at(audit.over.last_day).healthy
        for role in found.roles or _named_role(found, audit):
            by_role.setdefault(role, []).append(Figure(found, healthy))
    for declared in audit.declared:
        figures = by_role.get(declared.role, [])
        most = tuple(
            (time.about, time.concentration)
            for time in audit.times
            if time.role == declared.role and math.isfinite(time.concentration.value)
        )
        if figures or most:
            yield Card(declared.role, declared.kind, declared.owned, tuple(figures), most)


def _named_role(found: Finding, audit: Audit) -> tuple[str, ...]:
    """The role that a finding's subject begins with, where it says it no other way."""
    head, _, rest = found.about.partition("roles.")
    roles: Mapping[str, str] = {d.role: d.kind for d in audit.declared}
    name = rest.split(" in ")[0].split(":")[0].strip() if not head else ""
    return (name,) if name in roles else ()
