"""Who leads whom, how often they talk one to one, what managers close, and how many engineers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np

from remit.benchmarks import Benchmark
from remit.charter import Charter
from remit.evidence import Evidence
from remit.measures.attainment import credited_deals, credits
from remit.measures.groups import enough
from remit.measures.intervals import ratio
from remit.measures.queries import sql_of
from remit.measures.roles import FAR_AHEAD, LONG_AGO, Held, roles_held
from remit.measures.time import minimum_group
from remit.terms import Estimate, Period, Point

LEADERS = ("sales manager", "VP Sales", "CRO")
SELLERS = ("AE", "AE/AM")
CLOSERS = ("AE", "AE/AM", "AM", "CSM/AM")


@dataclass(frozen=True, slots=True)
class Line:
    """Somebody who reports to somebody, for a time (closed-open)."""

    person_id: str
    manager_id: str
    first_day: date
    end_day: date


@dataclass(frozen=True, slots=True)
class Span:
    """How many people report to the managers who lead people of one kind."""

    band: str
    """The benchmark that speaks of them; `span_average` where none does."""
    whom: str
    """Whom they lead, in words."""
    reports: tuple[int, ...]
    """People who report to each manager, fewest first."""
    roles: tuple[str, ...]
    """Roles that these managers hold."""

    @property
    def average(self) -> float:
        """Reports of a manager, on average over managers."""
        return sum(self.reports) / len(self.reports)

    @property
    def as_reports_see_it(self) -> float:
        """People in the team of a report, on average over reports; never less than `average`."""
        return sum(n * n for n in self.reports) / sum(self.reports)


@dataclass(frozen=True, slots=True)
class OneToOnes:
    """How many weeks of managers with their reports had a one-to-one.

    `weeks` are those of each pair in which both recorded any work, so that nobody's leave counts.
    """

    managers: int
    reports: int
    weeks: int
    held: int
    share: Estimate
    trend: tuple[Point, ...]
    query: str

    @property
    def between(self) -> float:
        """Weeks from one talk to the next on average; infinite where there were none."""
        return self.weeks / self.held if self.held else float("inf")


@dataclass(frozen=True, slots=True)
class ClosedByManagers:
    """Won deals, and those of them that people in manager roles owned when they were won."""

    deals: int
    by_managers: int
    share: Estimate
    trend: tuple[Point, ...]
    records: tuple[str, ...]
    query: str


@dataclass(frozen=True, slots=True)
class Engineers:
    """Sales engineers and account executives of technical segments that share engineers.

    People count by the share of a job they hold.
    """

    segments: tuple[str, ...]
    engineers: float
    sellers: float
    trend: tuple[Point, ...]
    """Engineers over sellers on the last day of each month; empty where roles have no dates."""

    @property
    def share(self) -> float:
        """Engineers over sellers."""
        return self.engineers / self.sellers


def reporting_lines(evidence: Evidence, charter: Charter) -> tuple[Line, ...]:
    """Who reports to whom: by the charter's people, else by an HR list, else by the CRM today.

    Each person's lines are from one of these alone. What the CRM has is of today, and is taken
    for the whole time.
    """
    known: dict[str, str] = {}
    for row in evidence.people():
        for word in ("name", "source_id", "email"):
            if row[word]:
                known[str(row[word]).casefold()] = row["person_id"]
    stated = [
        Line(
            person,
            manager,
            spell.first_day or LONG_AGO,
            spell.last_day + timedelta(days=1) if spell.last_day else FAR_AHEAD,
        )
        for spell in charter.people
        if spell.manager is not None
        if (person := known.get(spell.person.casefold())) is not None
        if (manager := known.get(spell.manager.casefold())) is not None
    ]
    positions = evidence["positions"]
    listed = [
        Line(row["person_id"], row["manager_id"], row["first_day"], row["end_day"] or FAR_AHEAD)
        for row in positions.filter(positions.manager_id.notnull()).to_pyarrow().to_pylist()
    ]
    people = evidence["people"]
    today = [
        Line(row["person_id"], row["manager_id"], LONG_AGO, FAR_AHEAD)
        for row in people.filter(people.manager_id.notnull() & people.is_person)
        .to_pyarrow()
        .to_pylist()
    ]
    found: list[Line] = []
    for lines in (stated, listed, today):
        told = {line.person_id for line in found}
        found += [line for line in lines if line.person_id not in told]
    return tuple(sorted(found, key=lambda line: (line.person_id, line.first_day)))


def spans(
    evidence: Evidence, charter: Charter, numbers: Mapping[str, Benchmark], over: Period
) -> tuple[Span, ...]:
    """How many people report to each manager on the last day, by whom the managers lead.

    Counted are people who hold a role of the charter then. A manager belongs to the kind that
    most of their reports are of. A fact of the organisation, not of anybody's behaviour.
    """
    day = over.last_day
    holds = {s.person_id: s for s in roles_held(evidence) if s.first_day <= day < s.end_day}
    teams: dict[str, set[str]] = defaultdict(set)
    for line in reporting_lines(evidence, charter):
        if line.first_day <= day < line.end_day and line.person_id in holds:
            teams[line.manager_id].add(line.person_id)
    by_band: dict[tuple[str, str], list[str]] = defaultdict(list)
    for manager, team in sorted(teams.items()):
        if manager in holds:
            by_band[_band(charter, [holds[person] for person in sorted(team)])].append(manager)
    return tuple(
        Span(
            band,
            whom,
            tuple(sorted(len(teams[manager]) for manager in managers)),
            tuple(dict.fromkeys(holds[manager].role for manager in managers)),
        )
        for (band, whom), managers in sorted(by_band.items())
    )


def _band(charter: Charter, team: Sequence[Held]) -> tuple[str, str]:
    """The benchmark that speaks of a team, and whom it says the manager leads."""

    def most(kinds: tuple[str, ...]) -> bool:
        return 2 * sum(charter.roles[s.role].kind in kinds for s in team) > len(team)

    if most(("SDR", "BDR")):
        return "span_sdrs", "SDRs"
    if not most(SELLERS):
        return "span_average", "people in other roles"
    sizes = {
        charter.segments[s.segment].size
        for s in team
        if s.segment in charter.segments and charter.roles[s.role].kind in SELLERS
    }
    if sizes and sizes <= {"smb", "very_small"}:
        return "span_smb_aes", "AEs of small customers"
    if sizes == {"enterprise"}:
        return "span_enterprise_aes", "enterprise AEs"
    return "span_aes", "AEs"


def colleagues_recorded(
    evidence: Evidence, charter: Charter, numbers: Mapping[str, Benchmark], over: Period
) -> bool:
    """Whether any activity names two of our people as having taken part: a report's rows never do.

    Args:
        evidence: As of the last day wanted.
        charter: Unused, as are the others; every measure is called alike.
        numbers: Unused.
        over: Unused.
    """
    there = evidence["participants"]
    there = there.filter(there.part != "creator")
    people = there.group_by("activity_id").agg(people=there.person_id.nunique())
    return bool(people.filter(people.people > 1).count().execute())


def one_to_ones(
    evidence: Evidence,
    charter: Charter,
    numbers: Mapping[str, Benchmark],
    over: Period,
    *,
    rule: str,
    managers: frozenset[str],
    by: tuple[str, ...],
    attended_by: str | None,
    seed: int = 0,
) -> OneToOnes | None:
    """Weeks in which managers and their reports had a one-to-one, of those both worked in.

    A one-to-one is an activity that matched the rule and that of our people only these two took
    part in. None where nobody of these reports to any of these managers in the period.

    Args:
        evidence: As of the last day wanted.
        charter: Who reports to whom.
        numbers: Benchmarks in force.
        over: Days that count.
        rule: Name of the charter's rule by which one-to-ones are known.
        managers: The managers looked at.
        by: Roles that hold them.
        attended_by: Role they are held with; any where None.
        seed: For the interval, which draws managers again.
    """
    holders = roles_held(evidence)
    lines = [
        (line, days)
        for line in reporting_lines(evidence, charter)
        if line.manager_id in managers
        and (days := Period(line.first_day, line.end_day).meet(over)) is not None
        and _held_by(holders, line.manager_id, by, days)
        and (attended_by is None or _held_by(holders, line.person_id, (attended_by,), days))
    ]
    if not lines:
        return None
    acts = evidence["activities"]
    matched = acts.filter(
        (acts.rule == rule) & acts.counted & (acts.day >= over.start) & (acts.day < over.end)
    ).select("activity_id", "day")
    parts = evidence["participants"].select("activity_id", "person_id").distinct()
    joined = matched.join(parts, "activity_id")
    together: dict[str, tuple[date, set[str]]] = {}
    for row in joined.to_pyarrow().to_pylist():
        day, people = together.setdefault(row["activity_id"], (row["day"], set()))
        people.add(row["person_id"])
    talks: dict[frozenset[str], set[date]] = defaultdict(set)
    for day, people in together.values():
        if len(people) == 2:
            talks[frozenset(people)].add(_monday(day))
    working = _working_weeks(evidence, over, {p for line, _ in lines for p in _pair(line)})
    weeks: list[tuple[str, str, date, bool]] = []
    for line, days in lines:
        both = working[line.person_id] & working[line.manager_id]
        held = talks[frozenset(_pair(line))]
        for monday in sorted(both | held):
            if days.start <= monday and monday + timedelta(days=5) <= days.end:
                weeks.append((line.manager_id, line.person_id, monday, monday in held))
    if not weeks:
        return None
    had = [float(week[3]) for week in weeks]
    months = sorted({week[2].replace(day=1) for week in weeks})
    there = [{week[0] for week in weeks if week[2].replace(day=1) == month} for month in months]
    kept = enough(there, minimum_group(charter, numbers, over.last_day))
    shown = [month for month, may in zip(months, kept, strict=True) if may]
    return OneToOnes(
        managers=len({week[0] for week in weeks}),
        reports=len({week[1] for week in weeks}),
        weeks=len(weeks),
        held=int(sum(had)),
        share=ratio(
            np.array(had),
            np.ones(len(had)),
            [week[0] for week in weeks],
            unit="share",
            of=f"{len({week[:2] for week in weeks})} pairs, {len(weeks)} weeks",
            seed=seed,
        ),
        trend=tuple(
            Point(month, sum(w[3] for w in mine) / len(mine), len(mine))
            for month in shown
            if (mine := [w for w in weeks if w[2].replace(day=1) == month])
        ),
        query=sql_of(joined),
    )


def _pair(line: Line) -> tuple[str, str]:
    return line.person_id, line.manager_id


def _held_by(holders: Sequence[Held], person: str, roles: tuple[str, ...], days: Period) -> bool:
    return any(s.person_id == person and s.role in roles and s.during(days) for s in holders)


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _working_weeks(
    evidence: Evidence, over: Period, people: Iterable[str]
) -> Mapping[str, set[date]]:
    """Weeks, by their Monday, in which each person recorded any work."""
    done = evidence["work"]
    done = done.filter(
        done.counted
        & done.person_id.isin(sorted(people))
        & (done.day >= over.start)
        & (done.day < over.end)
    )
    weeks = done.select("person_id", week=done.day.truncate("W")).distinct()
    found: dict[str, set[date]] = defaultdict(set)
    for row in weeks.to_pyarrow().to_pylist():
        week = row["week"]
        found[row["person_id"]].add(date(week.year, week.month, week.day))
    return found


def closed_by_managers(
    evidence: Evidence,
    charter: Charter,
    numbers: Mapping[str, Benchmark],
    over: Period,
    *,
    managers: frozenset[str],
    seed: int = 0,
) -> ClosedByManagers:
    """Deals won, new and expansion, of which people in manager roles were the owners.

    A manager who also holds a selling role on the day is not counted as one: selling is then
    their work. A split deal is a manager's where a share of it is.

    Args:
        evidence: As of the last day wanted.
        charter: Which roles lead.
        numbers: Benchmarks in force.
        over: Days on which the deals were won.
        managers: The people looked at.
        seed: For the interval, which draws owners again.
    """
    leading, selling = set(charter.kinds(*LEADERS)), set(charter.kinds(*CLOSERS))
    spells: dict[str, list[Held]] = defaultdict(list)
    for spell in roles_held(evidence):
        spells[spell.person_id].append(spell)

    def leads(person: str, day: date) -> bool:
        then = {s.role for s in spells[person] if s.first_day <= day < s.end_day}
        return person in managers and bool(then & leading) and not then & selling

    deals: dict[str, list[Any]] = defaultdict(list)
    for credit in credits(evidence, charter, numbers, over):
        if credit.of in ("new", "expansion") and credit.day in over:
            deals[credit.record_id].append(credit)
    rows = [
        (record, mine[0].day, mine[0].person_id, any(leads(c.person_id, c.day) for c in mine))
        for record, mine in sorted(deals.items())
    ]
    won = credited_deals(evidence)
    return ClosedByManagers(
        deals=len(rows),
        by_managers=sum(row[3] for row in rows),
        share=ratio(
            np.array([float(row[3]) for row in rows]),
            np.ones(len(rows)),
            [row[2] for row in rows],
            unit="share",
            of=f"{len(rows):,} deals",
            seed=seed,
        ),
        trend=tuple(
            Point(month.start, sum(r[3] for r in mine) / len(mine), len(mine))
            for month in over.months()
            if (mine := [row for row in rows if row[1] in month])
        ),
        records=tuple(r[0] for r in sorted(rows, key=lambda r: r[1], reverse=True) if r[3]),
        query=sql_of(won.filter(won.kind.isin(["new", "expansion"]))),
    )


def engineers(
    evidence: Evidence, charter: Charter, numbers: Mapping[str, Benchmark], over: Period
) -> tuple[Engineers, ...]:
    """Sales engineers and account executives on the last day, in segments with a technical sale.

    Segments that somebody serves together, such as a pool of engineers, are counted together.
    Segments without anybody who sells there are left out.
    """
    kinds = {*charter.kinds("SE"), *charter.kinds(*SELLERS)}
    spells = [spell for spell in roles_held(evidence) if spell.role in kinds]
    technical = [name for name, segment in charter.segments.items() if segment.technical_sale]
    days = [month.last_day for month in over.months()]
    serving = {spell: _serves(charter, spell) for spell in spells}
    groups: list[set[str]] = [{segment} for segment in technical]
    for spell, segments in serving.items():
        if spell.during(over) is None:
            continue
        meeting = [group for group in groups if group & segments]
        if len(meeting) > 1:
            groups = [g for g in groups if g not in meeting] + [set().union(*meeting)]
    dated = any(spell.basis in ("people file", "HR list") for spell in spells)
    found = []
    for group in groups:
        mine = [spell for spell in spells if serving[spell] & group]
        counts = {day: _shares(charter, mine, day) for day in [*days, over.last_day]}
        now = counts[over.last_day]
        if now[1]:
            found.append(
                Engineers(
                    tuple(name for name in technical if name in group),
                    *now,
                    tuple(
                        Point(
                            day.replace(day=1),
                            counts[day][0] / counts[day][1],
                            round(counts[day][1]),
                        )
                        for day in days
                        if dated and counts[day][1]
                    ),
                )
            )
    return tuple(found)


def _serves(charter: Charter, spell: Held) -> set[str]:
    if spell.segment:
        return {spell.segment}
    return set(charter.roles[spell.role].segments or charter.segment_names())


def _shares(charter: Charter, spells: Iterable[Held], day: date) -> tuple[float, float]:
    """Engineers and sellers on a day, by the share of a job they hold."""
    there = [spell for spell in spells if spell.first_day <= day < spell.end_day]
    engineering = set(charter.kinds("SE"))
    return (
        sum(spell.share for spell in there if spell.role in engineering),
        sum(spell.share for spell in there if spell.role not in engineering),
    )
