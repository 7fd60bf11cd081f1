"""Running every check, and the whole of what came out."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

from remit.audit.discovery import Discovery, false_discovery
from remit.audit.parts import group_of
from remit.audit.shown import shown
from remit.audit.view import Check, View
from remit.charter import Charter, remit_of
from remit.evidence import Evidence, LoadedFile
from remit.measures import (
    Concurrency,
    DiaryTime,
    HandoffFlow,
    Handover,
    LeadFunnel,
    RoleTime,
    diary_by_role,
    handovers_of_work,
    lead_funnel,
)
from remit.terms import Answer, Citation, Finding, Period, Severity, catalogue, worst_first

YEAR = 365


@dataclass(frozen=True, slots=True)
class DeclaredRole:
    """A role as the charter declares it, for showing beside how it is lived."""

    role: str
    kind: str
    segments: tuple[str, ...]
    owned: tuple[str, ...]
    assisted: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Audit:
    """Everything one audit found, measured and could not see. Reports only show it."""

    company: str
    as_of: date
    over: Period
    """The days that were measured: up to a year before `as_of`."""
    source: str
    evidence_file: Path
    findings: tuple[Finding, ...]
    """Worst first; every check is in it."""
    checks: Mapping[str, str]
    """Name of each check to the question it answers."""
    declared: tuple[DeclaredRole, ...]
    times: tuple[RoleTime, ...]
    flows: tuple[HandoffFlow, ...]
    handovers: tuple[Handover, ...]
    funnel: LeadFunnel
    in_two_roles: int
    """People credited in two roles."""
    of_them_judged: int
    concurrency: tuple[Concurrency, ...]
    """One by one, in the individual view only."""
    names: Mapping[str, str]
    """Names behind pseudonyms, in the individual view only."""
    individuals: bool
    minimum_group: int
    files: tuple[LoadedFile, ...]
    rejected_reasons: tuple[tuple[str, str, int], ...]
    """File, reason, how many rows or values."""
    not_counted: Mapping[str, int]
    """Activities that are no working time, by reason."""
    derivations: Mapping[str, str]
    sources: tuple[Citation, ...]
    """What the limits are from."""
    diaries: tuple[DiaryTime, ...] = ()
    """What people say of their time, beside `times`; no finding rests on it."""
    discovery: Discovery | None = None
    """How many of the findings past a limit may be there by chance."""
    subjects: Mapping[str, str] = field(default_factory=dict)
    """Name of each check to the subject it belongs to, such as `winning` or `retention`."""

    @property
    def worst(self) -> Severity | None:
        """The severity of the worst finding, or None if nothing was found."""
        return max((f.severity for f in self.findings if f.severity is not None), default=None)

    def count(self, answer: Answer) -> int:
        """How many findings gave an answer."""
        return sum(found.answer is answer for found in self.findings)


def audit(
    charter: Charter,
    evidence: Evidence,
    *,
    over: Period | None = None,
    today: date | None = None,
    seed: int = 0,
    progress: Callable[[str], None] = lambda _: None,
) -> Audit:
    """Hold a charter against evidence.

    Args:
        charter: Who owns what.
        evidence: A loaded file, as of the day to look from.
        over: Days to measure; the year up to the as-of day, or as much of it as there is.
        today: Whether the individual view has expired is judged on this day; without it the
            view stays off.
        seed: For the intervals; same seed, same figures.
        progress: Called with a few words before each longer step.
    """
    over = over or measured_days(evidence)
    numbers = charter.numbers()
    allowed = charter.privacy.individual_view
    individuals = allowed is not None and today is not None and today <= allowed.until
    year = Period(min(over.start, over.end - timedelta(days=YEAR)), over.end)
    view = View(charter, evidence, numbers, over, year, individuals, seed)
    checks = catalogue("remit.audit", Check)
    findings: list[Finding] = []
    for name, check in checks.items():
        progress(check.note.asks)
        findings += [shown(view, found) for found in check.call(view)]
        assert any(found.check == name for found in findings), f"{name} said nothing"
    progress("following work from role to role")
    handovers = handovers_of_work(evidence, charter, numbers, over) if view.held else ()
    ordered = tuple(_money_last(worst_first(findings)))
    return Audit(
        company=charter.company,
        as_of=evidence.as_of,
        over=over,
        source=evidence.source,
        evidence_file=evidence.file,
        findings=ordered,
        checks={name: check.note.asks for name, check in checks.items()},
        declared=tuple(_declared(charter)),
        times=view.times,
        flows=view.flows,
        handovers=handovers,
        funnel=lead_funnel(evidence),
        in_two_roles=len(view.in_two_roles),
        of_them_judged=sum(found.judged for found in view.in_two_roles),
        concurrency=view.in_two_roles if individuals else (),
        names=_names(evidence) if individuals else {},
        individuals=individuals,
        minimum_group=group_of(view),
        files=evidence.files,
        rejected_reasons=tuple(_reasons(evidence)),
        not_counted=_not_counted(evidence, over),
        derivations=evidence.derivations,
        sources=tuple(dict.fromkeys(f.limit.source for f in ordered if f.limit is not None)),
        diaries=diary_by_role(evidence, charter, numbers, over, seed=seed) if view.held else (),
        discovery=false_discovery(ordered),
        subjects={name: check.call.__module__.rpartition(".")[2] for name, check in checks.items()},
    )


def _money_last(findings: Iterable[Finding]) -> Iterator[Finding]:
    """The same order, but what could not be looked at begins with roles and not with figures of money.

    Those are about the company or a segment as a whole.
    """
    for answer, same in itertools.groupby(findings, lambda found: found.answer):
        blind = answer is Answer.COULD_NOT_LOOK
        yield from sorted(
            same, key=lambda found: blind and found.about.startswith(("company", "segments"))
        )


def measured_days(evidence: Evidence) -> Period:
    """The year up to the as-of day, or as much of it as there are activities for.

    Where the evidence holds no activities at all, its own first day counts instead.
    """
    days = evidence["activities"]
    (row,) = days.aggregate(first=days.day.min()).to_pyarrow().to_pylist()
    start = row["first"] or evidence.first_day
    year_ago = evidence.as_of - timedelta(days=YEAR - 1)
    return Period(min(max(start, year_ago), evidence.as_of), evidence.as_of + timedelta(days=1))


def _declared(charter: Charter) -> list[DeclaredRole]:
    return [
        DeclaredRole(
            name,
            role.kind or name,
            tuple(role.segments),
            tuple(sorted(f.value for f in remit_of(charter, name).owned)),
            tuple(sorted(f.value for f in remit_of(charter, name).assisted)),
        )
        for name, role in charter.roles.items()
    ]


def _names(evidence: Evidence) -> dict[str, str]:
    return {row["person_id"]: row["name"] or row["source_id"] for row in evidence.people()}


def _reasons(evidence: Evidence) -> list[tuple[str, str, int]]:
    counted: dict[tuple[str, str], int] = {}
    for reject in evidence.rejects:
        column = f"{reject['column_name']}: " if reject["column_name"] else ""
        key = (reject["file"], column + reject["reason"])
        counted[key] = counted.get(key, 0) + 1
    return [(file, reason, count) for (file, reason), count in sorted(counted.items())]


def _not_counted(evidence: Evidence, over: Period) -> dict[str, int]:
    acts = evidence["activities"]
    acts = acts.filter(
        (acts.day >= over.start) & (acts.day < over.end) & acts.not_counted.notnull()
    )
    rows = acts.group_by("not_counted").agg(n=acts.count()).order_by("not_counted")
    return {row["not_counted"]: int(row["n"]) for row in rows.to_pyarrow().to_pylist()}
