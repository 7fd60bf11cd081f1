"""How the numbers are made, what they leave out, and what they rest on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from remit.audit import Audit
from remit.benchmarks import benchmarks
from remit.report import wording
from remit.report.contents import Contents
from remit.report.sections.section import Section
from remit.terms import Citation

PARAMETERS = (
    "week_hours", "coverage_floor", "minimum_weeks", "minimum_group", "settling_days",
    "engagement_days", "onboarding_days", "acceptance_days", "conversion_days", "sourcing_days",
    "minimum_cases", "email_minutes", "call_minutes", "meeting_minutes", "task_minutes",
    "longest_entry_minutes", "bulk_closing",
)  # fmt: skip


@Section(title="Method and coverage", place=90)
def method(contents: Contents) -> Mapping[str, Any]:
    """How each number is made, with its parameters, and whom and what it leaves out."""
    audit = contents.audit
    known = benchmarks()
    stated = []
    for name in PARAMETERS:
        if name not in known:
            continue
        value = known[name].at(audit.over.last_day)
        if value.value is None:
            continue
        said = wording.amount(value.value, known[name].unit)
        if value.range is not None:
            said += f" ({wording.number(value.range[0])} to {wording.number(value.range[1])})"
        stated.append((known[name].about, said, value.source))
    parted = any(r.segments for r in audit.declared) or any(t.segments for t in audit.times)
    merged = [
        t for t in audit.times if (parted and len(t.segments) != 1) or t.role == "small roles"
    ]
    return {
        "parameters": stated,
        "merged": merged,
        "settling": sum(t.settling for t in audit.times),
        "unlogged": _at_least(sum(t.unlogged for t in audit.times), audit),
        "unknown": sum(t.unknown_hours for t in audit.times),
        "recorded": sum(t.recorded_hours for t in audit.times),
    }


def _at_least(count: int, audit: Audit) -> str:
    """A count of people who did something, not said exactly where that would point at them."""
    if 0 < count < audit.minimum_group and not audit.individuals:
        return f"fewer than {audit.minimum_group} people"
    return wording.counted(count, "person", "people")


@Section(title="The evidence", place=100)
def evidence(contents: Contents) -> Mapping[str, Any]:
    """Every file that was read: rows in are rows kept and rows rejected."""
    audit = contents.audit
    return {
        "rows": sum(file.rows for file in audit.files),
        "kept": sum(file.kept for file in audit.files),
        "rejected": sum(file.rejected for file in audit.files),
    }


@Section(title="Sources", place=110)
def sources(contents: Contents) -> Mapping[str, Any] | None:
    """What the limits are from, and how much weight each source carries."""
    audit = contents.audit
    if not audit.sources:
        return None
    by_title: dict[tuple[str, str], list[Citation]] = {}
    for citation in audit.sources:
        by_title.setdefault((citation.title, citation.standing.value), []).append(citation)
    return {"by_title": by_title}
