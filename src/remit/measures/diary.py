"""Share of a role's time by function as people say it, apart from what was recorded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from remit.benchmarks import Benchmark
from remit.charter import Charter, Function, remit_of
from remit.charter.ownership import EVERYWHERE
from remit.evidence import Evidence
from remit.measures.intervals import Array, Draws, drawn_shares, shares
from remit.measures.queries import sql_of
from remit.measures.roles import SELLING, Held, roles_held
from remit.measures.time import RoleTime, minimum_group
from remit.measures.time import large_enough as groups
from remit.measures.work import APART
from remit.terms import Estimate, Period


@dataclass(frozen=True, slots=True)
class SaidTime:
    """One function's part in what a role's people said of their weeks."""

    function: str
    part: str
    """owned, assisted, outside or apart, by the role's remit anywhere."""
    share: Estimate
    """Of the hours said."""
    hours: float


@dataclass(frozen=True, slots=True)
class DiaryTime:
    """How a role's people say they spent their time: an estimate apart from the recorded one.

    `segments` is as in `RoleTime`: the same people are put together here as there. `functions` is
    empty where fewer people answered than the minimum group.
    """

    role: str
    segments: tuple[str, ...]
    people: int
    """People who held the role in the weeks asked about."""
    answered: int | None
    """Those of them who answered for a week at least; None if fewer than the minimum group."""
    over: Period
    weeks: int
    """Weeks that anybody answered for."""
    response: Estimate | None
    """Person-weeks answered over person-weeks held, in the weeks that anybody answered for; None
    if fewer people answered than the minimum group."""
    hours: float
    functions: tuple[SaidTime, ...]
    query: str
    """SQL of the estimator's input: hours by person, week and function."""

    @property
    def about(self) -> str:
        """The role and where, as `RoleTime` names it."""
        return f"{self.role} in {' and '.join(self.segments)}" if self.segments else self.role


@dataclass(frozen=True, slots=True)
class TwoShares:
    """One function's share in the two estimates. None where an estimate has none of it at all."""

    function: str
    said: Estimate | None
    recorded: Estimate | None
    comparable: bool = True
    """False for discovery and closing where records do not tell the one from the other."""

    @property
    def difference(self) -> float | None:
        """Said less recorded, in parts of 1; None where they are not about the same work."""
        if not self.comparable:
            return None
        said = self.said.value if self.said else 0.0
        return said - (self.recorded.value if self.recorded else 0.0)

    @property
    def apart(self) -> bool | None:
        """Whether the two intervals have nothing in common; None where one has no interval."""
        if self.said is None or self.recorded is None or not self.comparable:
            return None
        ends = (self.said.low, self.said.high, self.recorded.low, self.recorded.high)
        low, high, other_low, other_high = ends
        if low is None or high is None or other_low is None or other_high is None:
            return None
        return high < other_low or other_high < low


def diary_by_role(
    evidence: Evidence,
    charter: Charter,
    numbers: Mapping[str, Benchmark],
    over: Period,
    *,
    seed: int = 0,
) -> tuple[DiaryTime, ...]:
    """Time by function of every role as its people say it, in the parts that time is shown in.

    A role's share is the mean over the people who answered, weighted by the working time of the
    weeks they answered for. A week that somebody left out says nothing; it is no week without
    work. Weeks count once somebody has settled in the role, as recorded time does. The interval
    draws people, and weeks in blocks, again; of fewer than `minimum_weeks` weeks it speaks of
    those weeks alone.

    No finding rests on it.

    Args:
        evidence: As of the last day wanted.
        charter: Who owns what.
        numbers: Benchmarks, with the charter's overrides.
        over: Closed-open; a week counts by its Monday.
        seed: For the intervals.

    Returns:
        One `DiaryTime` a role and group of segments in which anybody could have answered; none
        where no diary was loaded.
    """
    table = evidence["diary"]
    table = table.filter((table.week >= over.start) & (table.week < over.end))
    asked = table.select("person_id", "week", "function", "hours")
    said: list[tuple[str, date, str, float]] = [
        (row["person_id"], row["week"], row["function"], row["hours"])
        for row in asked.to_pyarrow().to_pylist()
    ]
    if not said:
        return ()
    held = roles_held(evidence)
    settled = [
        spell
        for role in charter.roles
        for spell in held
        if spell.role == role and spell.during(over, settled=True)
    ]
    group = minimum_group(charter, numbers, over.last_day)
    week_hours = charter.week_hours or float(numbers["week_hours"].at(over.last_day).value or 40)
    query = sql_of(asked)
    return tuple(
        _measure(roles, segments, spells, said, charter, over, week_hours, group, seed, query)
        for roles, segments, spells in groups(settled, group, over, settled=True)
    )


def side_by_side(said: DiaryTime, recorded: RoleTime) -> tuple[TwoShares, ...]:
    """The two estimates of one role's time, function by function, the largest difference first."""
    names = dict.fromkeys(
        [f.function for f in said.functions] + [f.function for f in recorded.functions]
    )
    told = {f.function: f.share for f in said.functions}
    mixed = {SELLING, Function.DISCOVERY.value, Function.CLOSING.value}
    unclear = mixed if recorded.function(SELLING) else set()
    pairs = []
    for name in names:
        seen = recorded.function(name)
        share = seen.share if seen else None
        pairs.append(TwoShares(name, told.get(name), share, name not in unclear))
    return tuple(sorted(pairs, key=lambda pair: (-abs(pair.difference or 0.0), pair.function)))


def _measure(
    roles: tuple[str, ...],
    segments: tuple[str, ...],
    spells: Sequence[Held],
    said: Sequence[tuple[str, date, str, float]],
    charter: Charter,
    over: Period,
    week_hours: float,
    group: int,
    seed: int,
    query: str,
) -> DiaryTime:
    mondays = sorted({week for _, week, _, _ in said})
    working = _working(spells, mondays, week_hours)
    mine = [row for row in said if (row[0], row[1]) in working]
    answered = sorted({(person, week) for person, week, _, hours in mine if hours > 0})
    persons = sorted({person for person, _ in answered})
    weeks = sorted({week for _, week in answered})
    expected = {(p, w): hours for (p, w), hours in working.items() if w in set(weeks)}
    there = {person for person, _ in expected} or {person for person, _ in working}
    name = roles[0] if len(roles) == 1 else "small roles"
    named = tuple(segment for segment in segments if segment and segment != EVERYWHERE)
    of = f"{len(persons)} people, {len(weeks)} week{'' if len(weeks) == 1 else 's'}"
    if len(persons) < group:
        return DiaryTime(name, named, len(there), 0 if not persons else None, over, len(weeks), None, 0.0, (), query)  # fmt: skip
    functions = sorted({function for person, _, function, _ in mine if person in set(persons)})
    hours = np.zeros((len(persons), len(weeks), len(functions)))
    time = np.zeros((len(persons), len(weeks)))
    at = {person: place for place, person in enumerate(persons)}
    of_week = {week: place for place, week in enumerate(weeks)}
    for person, week in answered:
        time[at[person], of_week[week]] = working[person, week]
    for person, week, function, amount in mine:
        if person in at and week in of_week:
            hours[at[person], of_week[week], functions.index(function)] += amount
    point = shares(hours.sum(axis=1), time.sum(axis=1))
    drawn = drawn_shares(hours, time, seed)[0] if len(persons) > 1 else None
    parts = _parts(charter, roles, functions)
    told = [
        SaidTime(
            function,
            parts[function],
            _estimate(point[place], drawn, place, of),
            float(hours[:, :, place].sum()),
        )
        for place, function in enumerate(functions)
    ]
    return DiaryTime(
        role=name,
        segments=named,
        people=len(there),
        answered=len(persons),
        over=over,
        weeks=len(weeks),
        response=Estimate(
            len(answered) / len(expected), "share", of=f"{len(there)} people, {len(weeks)} weeks"
        ),
        hours=float(hours.sum()),
        functions=tuple(sorted(told, key=lambda f: -f.share.value)),
        query=query,
    )


def _working(
    spells: Sequence[Held], mondays: Sequence[date], week_hours: float
) -> dict[tuple[str, date], float]:
    """Working hours of each person and week in which they held the role, settled."""
    found: dict[tuple[str, date], float] = {}
    for spell in spells:
        for monday in mondays:
            span = spell.during(Period(monday, monday + timedelta(days=5)), settled=True)
            if span is not None and span.days:
                key = (spell.person_id, monday)
                found[key] = found.get(key, 0.0) + span.days / 5 * week_hours * spell.share
    return {key: hours for key, hours in found.items() if hours > 0}


def _parts(charter: Charter, roles: Sequence[str], functions: Sequence[str]) -> Mapping[str, str]:
    """Which part of the remit a function is, for a role anywhere."""
    owned = {f.value for role in roles for f in remit_of(charter, role).owned}
    assisted = {f.value for role in roles for f in remit_of(charter, role).assisted}
    apart = {f.value for f in APART}

    def part(function: str) -> str:
        if function in apart:
            return "apart"
        if function in owned:
            return "owned"
        return "assisted" if function in assisted else "outside"

    return {function: part(function) for function in functions}


def _estimate(value: float, drawn: Draws | None, place: int, of: str) -> Estimate:
    if drawn is None:
        return Estimate(float(value), "share", of=of)
    column: Array = drawn.values[:, place]
    low, high = Draws(column, drawn.clusters).interval()
    return Estimate(float(value), "share", max(0.0, low), min(1.0, high), of=of)
