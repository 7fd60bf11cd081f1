"""Share of a role's time by function, how much of it was seen, and how sure that is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np

from remit.benchmarks import Benchmark
from remit.charter import Charter
from remit.charter.ownership import EVERYWHERE
from remit.charter.statements import LEAST_GROUP
from remit.evidence import Evidence
from remit.measures.groups import enough, there_in
from remit.measures.intervals import Array, Draws, drawn_shares, shares
from remit.measures.queries import sql_of
from remit.measures.roles import Held, roles_held
from remit.measures.work import UNKNOWN, work_by_week
from remit.terms import Estimate, Period


@dataclass(frozen=True, slots=True)
class FunctionTime:
    """One function's part in a role's time."""

    function: str
    part: str
    """owned, assisted, outside or apart, by most of its minutes."""
    share: Estimate
    """Of recorded time whose purpose could be told."""
    of_all_time: Estimate
    """Of working time: what is proven even if none of the unseen time were of this kind."""
    low: float
    high: float
    """The share if entries without a length were as short, or as long, as they may be."""
    hours: float
    outside_hours: float
    """Those of the hours that were in segments or at account ages outside the remit."""


@dataclass(frozen=True, slots=True)
class MonthPoint:
    """One month of a role: shares by function and coverage; no interval."""

    month: date
    coverage: float
    shares: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class PersonTime:
    """One person's year. Only in the individual view."""

    person_id: str
    coverage: float
    shares: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class RoleTime:
    """How a role spent its recorded time in a part of the company.

    `segments` names what was put together so that no figure is about fewer people than the
    minimum group; empty means every segment.
    """

    role: str
    segments: tuple[str, ...]
    people: int
    over: Period
    weeks: int
    coverage: Estimate
    """Recorded time whose purpose could be told, over working time."""
    recorded_hours: float
    gross_hours: float
    """The same entries with overlaps counted for each."""
    unknown_hours: float
    working_hours: float
    functions: tuple[FunctionTime, ...]
    outside: Estimate
    """Share of recorded time on functions neither owned nor assisted."""
    concentration: Estimate
    """Mean share of a person's most frequent function."""
    months: tuple[MonthPoint, ...]
    settling: int
    """People left out for all their days because they had just joined or moved."""
    unlogged: int
    """People who held the role but recorded nothing."""
    query: str
    """SQL of the estimators' input: minutes by person, week, function and part."""
    persons: tuple[PersonTime, ...] = ()

    @property
    def about(self) -> str:
        """The role and where, as a finding names it."""
        return f"{self.role} in {' and '.join(self.segments)}" if self.segments else self.role

    def function(self, name: str) -> FunctionTime | None:
        """One function's part, or None if none of it was recorded."""
        return next((f for f in self.functions if f.function == name), None)


def time_by_role(
    evidence: Evidence,
    charter: Charter,
    numbers: Mapping[str, Benchmark],
    over: Period,
    *,
    individuals: bool = False,
    seed: int = 0,
) -> tuple[RoleTime, ...]:
    """Time by function of every role, in the smallest parts that may be shown.

    A role's share is the mean over its people, weighted by working time; management and
    internal work are in the denominator. Coverage is recorded time over working time (the
    charter's `week_hours` times the share held). The first days in a role, ramp included, are
    left out and counted. Intervals need `minimum_weeks`.

    Args:
        evidence: As of the last day wanted.
        charter: Who owns what.
        numbers: Benchmarks, with the charter's overrides.
        over: Closed-open.
        individuals: Whether the charter's individual view is on.
        seed: For the intervals.

    Returns:
        One `RoleTime` a role and group of segments. Roles with fewer people than the minimum
        group are put together under the role name `small roles`, or left out if even those
        are too few.
    """
    held = roles_held(evidence)
    settled = [
        spell
        for role in charter.roles
        for spell in held
        if spell.role == role and spell.during(over, settled=True)
    ]
    summed = work_by_week(evidence, charter, numbers, over)
    frame = summed.to_pandas()
    day = over.last_day
    hours = charter.week_hours or float(numbers["week_hours"].at(day).value or 40)
    group = minimum_group(charter, numbers, day)
    found = []
    for role, segments, spells in large_enough(settled, group, over, settled=True):
        mine = frame[(frame["role"].isin(role)) & (frame["spell_segment"].isin(segments))]
        weeks_needed = int(numbers["minimum_weeks"].at(day).value or 8)
        name = role[0] if len(role) == 1 else "small roles"
        there = {
            h.person_id for h in held if h.role in role and h.segment in segments and h.during(over)
        }
        settling = len(there - {spell.person_id for spell in spells})
        measured = _measure(
            name,
            tuple(s for s in segments if s),
            spells,
            mine,
            over,
            hours,
            weeks_needed,
            settling,
            individuals,
            group,
            seed,
            sql_of(summed.filter(summed.role.isin(role) & summed.spell_segment.isin(segments))),
        )
        if measured is not None:
            found.append(measured)
    return tuple(found)


def minimum_group(charter: Charter, numbers: Mapping[str, Benchmark], day: date) -> int:
    """Fewest people in a figure about behaviour, by the charter or else by the benchmark.

    A benchmark set under `LEAST_GROUP`, which no charter that was read can hold, counts as that.
    """
    by_default = int(numbers["minimum_group"].at(day).value or 5)
    return charter.privacy.minimum_group or max(LEAST_GROUP, by_default)


def large_enough(
    spells: list[Held], group: int, over: Period | None = None, *, settled: bool = False
) -> Iterable[tuple[tuple[str, ...], tuple[str, ...], list[Held]]]:
    """Roles and segments put together until each part has enough people.

    The parts of one role do not overlap and no total is shown beside them, so that no smaller
    part can be worked out by subtraction. With a period, each part has enough people in every
    month in which it has any: what is left of a whole once months are taken off it, or the same
    on an earlier day, is then of as many.

    Args:
        spells: Of all roles.
        group: Fewest people in a part.
        over: Days whose months count; None for the whole time as one.
        settled: Whether people are there only once settled.
    """
    months = list(over.months()) if over is not None else []

    def people(of: Iterable[Held]) -> int:
        """The fewest there were at once: in any month with anybody, or over the whole time."""
        mine = list(of)
        there = [{s.person_id for s in mine if s.during(m, settled=settled)} for m in months]
        return min(len(found) for found in [{s.person_id for s in mine}, *filter(None, there)])

    small: list[Held] = []
    roles = list(dict.fromkeys(spell.role for spell in spells))
    for role in roles:
        mine = [spell for spell in spells if spell.role == role]
        if people(mine) < group:
            small += mine
            continue
        parts = {
            segment: [s for s in mine if s.segment == segment]
            for segment in dict.fromkeys(s.segment for s in mine)
        }
        merged: list[tuple[tuple[str, ...], list[Held]]] = []
        for segment, part in sorted(parts.items(), key=lambda item: people(item[1])):
            if merged and people(merged[-1][1]) < group:
                names, before = merged[-1]
                merged[-1] = ((*names, segment), before + part)
            else:
                merged.append(((segment,), part))
        if people(merged[-1][1]) < group and len(merged) > 1:
            names, last = merged.pop()
            before_names, before = merged[-1]
            merged[-1] = (before_names + names, before + last)
        for names, part in sorted(merged):
            yield (role,), tuple(sorted(names)), part
    if people(small) >= group:
        yield (
            tuple(dict.fromkeys(s.role for s in small)),
            tuple(sorted({s.segment for s in small})),
            small,
        )


def _measure(
    role: str,
    segments: tuple[str, ...],
    spells: list[Held],
    frame: Any,
    over: Period,
    week_hours: float,
    weeks_needed: int,
    settling: int,
    individuals: bool,
    group: int,
    seed: int,
    query: str,
) -> RoleTime | None:
    persons = sorted({spell.person_id for spell in spells})
    first = over.start - timedelta(days=over.start.weekday())
    weeks = max(1, -(-(over.end - first).days // 7))
    working = _working(spells, persons, first, weeks, week_hours)
    keep = working.sum(axis=1) > 0
    persons = [person for person, kept in zip(persons, keep, strict=True) if kept]
    working = working[keep]
    if not persons:
        return None
    known = frame[frame["function"] != UNKNOWN]
    functions = sorted(known["function"].unique())
    arrays = {
        name: _cube(known, persons, functions, first, weeks, name)
        for name in ("minutes", "low", "high", "gross")
    }
    minutes = arrays["minutes"]
    outside = _cube(known[known["part"] == "outside"], persons, functions, first, weeks, "minutes")
    both = np.stack([minutes - outside, outside], axis=-1).sum(axis=2)
    by_person, hours = minutes.sum(axis=1), working.sum(axis=1)
    point = shares(by_person, hours)
    whole = hours.sum()
    active = int((minutes.sum(axis=(0, 2)) > 0).sum())
    of = f"{len(persons)} people, {active} weeks"
    sure = active >= weeks_needed and len(persons) >= 2 and minutes.sum() > 0
    drawn = drawn_shares(minutes, working, seed) if sure else None
    drawn_outside = drawn_shares(both, working, seed) if sure else None
    parts = known.groupby(["function", "part"])["minutes"].sum() if len(known) else {}
    told = []
    for place, function in enumerate(functions):
        part = max(
            ("owned", "assisted", "outside", "apart"),
            key=lambda p: parts.get((function, p), 0.0),
        )
        low, high = _band(arrays, hours, place)
        told.append(
            FunctionTime(
                function=function,
                part=part,
                share=_estimate(point[place], drawn and drawn[0], place, of),
                of_all_time=_estimate(
                    by_person[:, place].sum() / whole, drawn and drawn[1], place, of
                ),
                low=low,
                high=high,
                hours=float(by_person[:, place].sum() / 60),
                outside_hours=float(outside[:, :, place].sum() / 60),
            )
        )
    seen = by_person.sum()
    coverage_drawn = (
        Draws(drawn[1].values.sum(axis=1, keepdims=True), drawn[1].clusters) if drawn else None
    )
    tops = np.divide(
        by_person.max(axis=1, initial=0.0),
        by_person.sum(axis=1),
        out=np.full(len(persons), np.nan),
        where=by_person.sum(axis=1) > 0,
    )
    logged = ~np.isnan(tops)
    months = _months(known, spells, over, week_hours, persons, functions, group)
    return RoleTime(
        role=role,
        segments=tuple(s for s in segments if s != EVERYWHERE),
        people=len(persons),
        over=over,
        weeks=active,
        coverage=_estimate(seen / whole, coverage_drawn, 0, of),
        recorded_hours=float(seen / 60),
        gross_hours=float(arrays["gross"].sum() / 60),
        unknown_hours=float(frame[frame["function"] == UNKNOWN]["minutes"].sum() / 60),
        working_hours=float(whole / 60),
        functions=tuple(sorted(told, key=lambda f: -f.share.value)),
        outside=_estimate(
            shares(both.sum(axis=1), hours)[1], drawn_outside and drawn_outside[0], 1, of
        ),
        concentration=Estimate(
            float(np.average(tops[logged], weights=hours[logged]))
            if logged.any()
            else float("nan"),
            "share",
            of=of,
        ),
        months=months,
        settling=settling,
        unlogged=int((~logged).sum()),
        query=query,
        persons=tuple(
            PersonTime(
                person,
                float(by_person[at].sum() / hours[at]),
                {f: float(by_person[at, i] / by_person[at].sum()) for i, f in enumerate(functions)}
                if logged[at]
                else {},
            )
            for at, person in enumerate(persons)
        )
        if individuals
        else (),
    )


def _estimate(value: float, drawn: Draws | None, place: int, of: str) -> Estimate:
    if drawn is None:
        return Estimate(float(value), "share", of=of)
    low, high = Draws(drawn.values[:, place], drawn.clusters).interval()
    return Estimate(float(value), "share", max(0.0, low), min(1.0, high), of=of)


def _band(arrays: Mapping[str, Array], hours: Array, place: int) -> tuple[float, float]:
    """The share with this function's estimated entries short and all others long, and reversed."""
    ends = []
    for mine, others in (("low", "high"), ("high", "low")):
        mixed = arrays[others].sum(axis=1).copy()
        mixed[:, place] = arrays[mine].sum(axis=1)[:, place]
        ends.append(float(shares(mixed, hours)[place]))
    return min(ends), max(ends)


def _working(
    spells: list[Held], persons: list[str], first: date, weeks: int, week_hours: float
) -> Array:
    """Working minutes by person and week: the share of the week held, times the week's hours."""
    working = np.zeros((len(persons), weeks))
    at = {person: place for place, person in enumerate(persons)}
    for spell in spells:
        for week in range(weeks):
            monday = first + timedelta(days=7 * week)
            span = spell.during(Period(monday, monday + timedelta(days=5)), settled=True)
            days = span.days if span else 0
            if days > 0:
                working[at[spell.person_id], week] += days / 5 * week_hours * 60 * spell.share
    return working


def _cube(
    frame: Any, persons: list[str], functions: list[str], first: date, weeks: int, value: str
) -> Array:
    """Minutes as an array `(people, weeks, functions)`."""
    cube = np.zeros((len(persons), weeks, len(functions)))
    if not len(frame):
        return cube
    rows = frame[frame["person_id"].isin(persons)]
    person = rows["person_id"].map({p: i for i, p in enumerate(persons)}).to_numpy()
    function = rows["function"].map({f: i for i, f in enumerate(functions)}).to_numpy()
    days = rows["week"].to_numpy().astype("datetime64[D]") - np.datetime64(first)
    week = days.astype(int) // 7
    inside = (week >= 0) & (week < weeks)
    np.add.at(
        cube,
        (person[inside], week[inside], function[inside]),
        rows[value].to_numpy(dtype=float)[inside],
    )
    return cube


def _months(
    frame: Any,
    spells: list[Held],
    over: Period,
    week_hours: float,
    persons: list[str],
    functions: list[str],
    group: int,
) -> tuple[MonthPoint, ...]:
    points = []
    by_month = frame["month"].to_numpy().astype("datetime64[M]")
    whole = list(over.months())
    settled = [
        (spell.person_id, span) for spell in spells if (span := spell.during(over, settled=True))
    ]
    kept = enough(there_in(settled, whole), group)
    for month in [month for month, may in zip(whole, kept, strict=True) if may]:
        held = [
            (spell, span)
            for spell in spells
            if (span := spell.during(month, settled=True)) is not None
        ]
        working: dict[str, float] = {}
        for spell, span in held:
            days = int(np.busday_count(span.start, span.end))
            worked = days / 5 * week_hours * 60 * spell.share
            working[spell.person_id] = working.get(spell.person_id, 0.0) + worked
        if len(working) < group or not sum(working.values()):
            continue
        first = month.start.replace(day=1)
        mine = frame[by_month == np.datetime64(first, "M")]
        mine = mine[mine["person_id"].isin(list(working))]
        table = np.zeros((len(persons), len(functions)))
        person = mine["person_id"].map({p: at for at, p in enumerate(persons)})
        function = mine["function"].map({f: at for at, f in enumerate(functions)})
        np.add.at(
            table,
            (person.to_numpy(dtype=int), function.to_numpy(dtype=int)),
            mine["minutes"].to_numpy(dtype=float),
        )
        hours = np.array([working.get(person, 0.0) for person in persons])
        values = shares(table, hours)
        points.append(
            MonthPoint(
                first,
                float(table.sum() / hours.sum()),
                {}
                if np.isnan(values).any()
                else {f: float(v) for f, v in zip(functions, values, strict=True)},
            )
        )
    return tuple(points)
