"""How much of each role's working time the evidence shows, month by month."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from remit.benchmarks import Benchmark
from remit.charter import Charter
from remit.evidence import Evidence
from remit.measures.roles import roles_held
from remit.measures.time import minimum_group, time_by_role
from remit.terms import Estimate, Period


@dataclass(frozen=True, slots=True)
class RoleCoverage:
    """Recorded time whose purpose could be told, over working time, of one role."""

    about: str
    people: int
    coverage: Estimate
    months: Mapping[date, float | None]
    """First day of each month; None where fewer people than the minimum group held the role."""
    unlogged: int | None
    """People of the role who recorded nothing at all; None where there are some, but fewer than
    the minimum group."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """Every role in the smallest parts that may be shown, and what may not."""

    over: Period
    minimum_group: int
    roles: tuple[RoleCoverage, ...]
    together: tuple[str, ...]
    """Roles that are shown together because each has too few people."""
    left_out: tuple[str, ...]
    """Roles that have too few people even together."""


def coverage_by_role(
    evidence: Evidence,
    charter: Charter,
    numbers: Mapping[str, Benchmark],
    over: Period,
    *,
    seed: int = 0,
) -> Coverage:
    """Coverage of each role and month, under the same minimum group as every figure on time.

    Args:
        evidence: As of the last day wanted, opened for the charter.
        charter: Who holds which role.
        numbers: Benchmarks, with the charter's overrides.
        over: Closed-open.
        seed: For the intervals.
    """
    group = minimum_group(charter, numbers, over.last_day)
    times = time_by_role(evidence, charter, numbers, over, seed=seed)
    months = [month.start.replace(day=1) for month in over.months()]
    held = {
        spell.role for spell in roles_held(evidence) if spell.during(over, settled=True) is not None
    }
    small = tuple(
        role for role in charter.roles if role in held and role not in {t.role for t in times}
    )
    shown = any(time.role == "small roles" for time in times)
    return Coverage(
        over,
        group,
        tuple(
            RoleCoverage(
                time.about,
                time.people,
                time.coverage,
                {
                    month: next((p.coverage for p in time.months if p.month == month), None)
                    for month in months
                },
                None if 0 < time.unlogged < group else time.unlogged,
            )
            for time in times
        ),
        small if shown else (),
        () if shown else small,
    )
