"""What SDRs and BDRs bring forth: meetings, contact points, answers, first qualified deals."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import ibis
import numpy as np

from remit.benchmarks import Benchmark
from remit.charter import Charter
from remit.charter.fiscal import whole_periods
from remit.evidence import Evidence
from remit.evidence.store import ends_of_day
from remit.measures.groups import enough
from remit.measures.intervals import DRAWS, Array, Draws, ratio
from remit.measures.queries import sql_of
from remit.measures.roles import roles_held, spells
from remit.measures.survival import incidence, kaplan_meier, waited
from remit.measures.time import minimum_group
from remit.terms import Estimate, Period, Point

COLD_KINDS = ("email", "call")
"""Kinds of activity that are a contact point with a prospect."""
HALF_A_MONTH = 14
"""Days of a month from which on a figure of the month is drawn."""
MEETING, REPLY, GAVE_UP, OPEN = "meeting", "reply", "given up", "open"


@dataclass(frozen=True, slots=True)
class MeetingsOfQuarter:
    """The meetings booked in one whole quarter: how many, and how they were taken."""

    start: date
    people: int
    booked: int
    a_week: Estimate
    accepted: Estimate | None
    """Share accepted by the horizon, of the quarter's own meetings; None if not recorded."""
    cases: int
    """Meetings that `accepted` rests on."""


@dataclass(frozen=True, slots=True)
class MeetingsSet:
    """Meetings that people of some roles booked for others, against the weeks they were at work."""

    people: int
    weeks: float
    """Person-weeks at work past ramp, absences taken off, part-time in proportion."""
    since: date
    """First day counted: the period's, or that of the first meeting ever recorded."""
    booked: int
    held: int | None
    """None where nothing records that a meeting was held."""
    unnamed: int
    """Meetings whose record names nobody who holds any role, so that they count for nobody."""
    a_week: Estimate
    held_a_week: Estimate | None
    accepted: Estimate | None
    accepted_of: str
    """The step that `accepted` is a share of."""
    months: tuple[Point, ...]
    by_week: tuple[tuple[date, int, int, int | None], ...]
    """Monday, people at work, booked, held; only weeks in which enough people were at work."""
    quarters: tuple[MeetingsOfQuarter, ...]
    query: str


@dataclass(frozen=True, slots=True)
class Sequences:
    """How often prospects were contacted, one sequence a prospect: their first."""

    prospects: int
    touches: int
    automated: int
    """Those of the touches that software sent."""
    tasks: int
    """Plain tasks of theirs on prospects, which are not counted."""
    median: Estimate | None
    """Contact points until reply, meeting or end of work; None where most are still open."""
    unanswered: Estimate | None
    """Contact points until work ended without an answer, answered ones as far as they went."""
    ended: Mapping[str, int]
    """Prospects by what ended their sequence: reply, meeting, given up, open."""
    worst: tuple[tuple[Any, ...], ...]
    """Prospect, first day, contact points, of them automated, what ended it."""
    query: str


@dataclass(frozen=True, slots=True)
class Replies:
    """Cold e-mails and what came back."""

    emails: int
    prospects: int
    replied: int
    """Prospects who answered by e-mail."""
    rate: Estimate
    """Share of e-mails answered within the horizon."""
    days: int
    months: tuple[Point, ...]
    by_month: tuple[tuple[date, int, int], ...]
    """Month, e-mails sent, of them answered."""
    query: str


@dataclass(frozen=True, slots=True)
class Qualified:
    """How long companies take from a first contact to a qualified opportunity."""

    companies: int
    reached: int
    days: float
    """Horizon of `share`."""
    share: Estimate
    """Of the companies contacted, those qualified by the horizon, open ones in."""
    median: Estimate | None
    """None while fewer than half ever qualify."""
    of_those: float | None
    """Median days over those that did qualify; the slow ones are not among them yet."""
    basis: str
    """What counts as qualified: the handoff's converted step, or a new deal."""
    worst: tuple[tuple[Any, ...], ...]
    """Company or lead, day of first contact, days since or until qualified, what became of it."""
    query: str


# Who, and when they were at work


def spells_of(
    evidence: Evidence,
    over: Period,
    roles: Sequence[str],
    segments: Sequence[str],
    persons: frozenset[str],
) -> Any:
    """The spells of one part of the company, as a table to join with.

    People are named in the query only where roles and segments do not tell who is meant.
    """
    table = spells(evidence)
    table = table.filter(table.role.isin(list(roles)))
    if segments:
        table = table.filter(table.spell_segment.isin([*segments, ""]))
    meant = {
        held.person_id
        for held in roles_held(evidence)
        if held.role in roles
        and (not segments or held.segment in (*segments, ""))
        and held.during(over)
    }
    if not meant <= persons:
        table = table.filter(table.person_id.isin(sorted(persons)))
    return table


def share_at_work(
    evidence: Evidence,
    over: Period,
    roles: Sequence[str],
    segments: Sequence[str],
    persons: frozenset[str],
    *,
    absences: bool = True,
) -> tuple[list[str], Array]:
    """The share of a full job that each person worked on each day, once past ramp.

    Args:
        evidence: Opened for the charter.
        over: The days, closed-open.
        roles: Roles of the part.
        segments: Its segments; empty means all.
        persons: Its people.
        absences: Whether days away count as not worked.

    Returns:
        The people, and an array `(people, days)` of shares; all days of the week are in it.
    """
    held = [
        (spell, span)
        for spell in roles_held(evidence)
        if spell.role in roles
        and spell.person_id in persons
        and (not segments or spell.segment in (*segments, ""))
        and (span := spell.during(over, settled=True)) is not None
    ]
    people = sorted({spell.person_id for spell, _ in held})
    at = {person: place for place, person in enumerate(people)}
    share = np.zeros((len(people), over.days))
    for spell, span in held:
        days = slice((span.start - over.start).days, (span.end - over.start).days)
        share[at[spell.person_id], days] += spell.share
    share = np.minimum(share, 1.0)
    if absences:
        for row in evidence["absences"].to_pyarrow().to_pylist():
            away = Period(row["first_day"], max(row["first_day"], row["end_day"])).meet(over)
            if row["person_id"] in at and away is not None:
                days = slice((away.start - over.start).days, (away.end - over.start).days)
                share[at[row["person_id"]], days] = 0.0
    return people, share


def _working_weeks(share: Array, over: Period) -> Array:
    """Person-weeks by person and day: a fifth of a week for each weekday."""
    days = np.arange(over.days) + over.start.weekday()
    return np.asarray(share * np.where(days % 7 < 5, 0.2, 0.0))


# Meetings


def handoff_cases(evidence: Evidence, handoffs: Sequence[str]) -> Any:
    """The cases of some handoffs, a row each.

    Returns:
        `handoff, case_id, segment, prospect_id, opportunity_id, booked_by`, and the instant of
        each step (`offered, held, accepted, rejected, converted`), null where it did not happen
        or is not recorded. `booked_by` is who recorded the offer, else the meeting held.
    """
    steps = evidence["handoffs"]
    steps = steps.filter(steps.handoff.isin(list(handoffs)))
    found = steps.group_by("handoff", "case_id").agg(
        segment=steps.segment.max(),
        prospect_id=steps.prospect_id.max(),
        opportunity_id=steps.opportunity_id.max(),
        offered_by=steps.recorded_by.max(where=steps.step == "offered"),
        held_by=steps.recorded_by.max(where=steps.step == "held"),
        **{
            name: steps.happened_at.min(where=steps.step == name)
            for name in ("offered", "held", "accepted", "rejected", "converted")
        },
    )
    booked_by = ibis.coalesce(found.offered_by, found.held_by)
    return found.mutate(booked_by=booked_by).drop("offered_by", "held_by")


def meetings_set(
    evidence: Evidence,
    charter: Charter,
    numbers: Mapping[str, Benchmark],
    over: Period,
    *,
    roles: tuple[str, ...],
    segments: tuple[str, ...] = (),
    persons: frozenset[str],
    seed: int = 0,
) -> MeetingsSet | None:
    """Meetings booked and held per person-week, of people past ramp.

    A meeting counts for whoever recorded its offer, in the week in which it was booked, if that
    was past their ramp. Person-weeks are weekdays in the role past ramp, absences taken off, from
    the first meeting ever recorded on; somebody who booked none counts with the weeks they were
    at work. Acceptance is cumulative incidence at `acceptance_days`, open meetings in. The
    intervals draw people again.

    Returns:
        None where the charter declares no handoff from these roles, or none is recorded.
    """
    names = [handoff.name for handoff in charter.handoffs if handoff.giver in roles]
    rows = handoff_cases(evidence, names)
    begun = ibis.coalesce(rows.offered, rows.held)
    rows = rows.mutate(begun=begun).filter(begun.notnull())
    theirs = spells_of(evidence, over, roles, segments, persons).select("person_id").distinct()
    rows = rows.filter(rows.begun < evidence.ends)
    query = sql_of(rows.semi_join(theirs, rows.booked_by == theirs.person_id).drop("booked_by"))
    frame = rows.to_pandas().sort_values(["handoff", "case_id"], ignore_index=True)
    frame["day"] = local_days(frame["begun"], evidence.time_zone)
    if frame.empty:
        return None
    over = Period(max(over.start, frame["day"].min()), over.end)
    if not over.days:
        return None
    people, share = share_at_work(evidence, over, roles, segments, persons)
    if not people:
        return None
    weeks = _working_weeks(share, over)
    recorded = {step: frame[step].notna().any() for step in ("held", "accepted", "rejected")}
    anybody = {held.person_id for held in roles_held(evidence)}
    in_period = frame[(frame["day"] >= over.start) & (frame["day"] < over.end)]
    unnamed = int((~in_period["booked_by"].isin(anybody)).sum())
    at = {person: place for place, person in enumerate(people)}
    mine = in_period[in_period["booked_by"].isin(people)].copy()
    mine["person"] = mine["booked_by"].map(at)
    mine["at"] = [(day - over.start).days for day in mine["day"]]
    # a share above zero on that day: past ramp, in the role; weekends and leave are no bar
    settled = _at_any_time(evidence, over, roles, segments, persons)[1]
    kept = [
        settled[person, day] > 0 for person, day in zip(mine["person"], mine["at"], strict=True)
    ]
    mine = mine[kept]
    group = minimum_group(charter, numbers, over.last_day)
    days = int(numbers["acceptance_days"].at(over.last_day).value or 0)
    base = "held" if recorded["held"] else "begun"
    told = bool(recorded["accepted"])
    whole = weeks.sum(axis=1)
    of = f"{len(people)} people, {whole.sum():,.0f} weeks"

    def per_week(cases: Any, worked: Array) -> Estimate:
        booked = np.bincount(cases["person"].astype(int), minlength=len(people)).astype(float)
        return ratio(booked, worked, people, unit="count", of=of, seed=seed)

    return MeetingsSet(
        people=len(people),
        weeks=float(whole.sum()),
        since=over.start,
        booked=len(mine),
        held=int(mine["held"].notna().sum()) if recorded["held"] else None,
        unnamed=unnamed,
        a_week=per_week(mine, whole),
        held_a_week=per_week(mine[mine["held"].notna()], whole) if recorded["held"] else None,
        accepted=_accepted(mine, base, days, evidence.ends) if told else None,
        accepted_of="meetings held" if base == "held" else "meetings booked",
        months=_by_month(mine, weeks, people, over, group),
        by_week=_by_week(mine, weeks, over, group, recorded["held"]),
        quarters=_quarters(mine, weeks, people, over, group, base, days, told, evidence.ends, seed),
        query=query,
    )


def _at_any_time(
    evidence: Evidence,
    over: Period,
    roles: Sequence[str],
    segments: Sequence[str],
    persons: frozenset[str],
) -> tuple[list[str], Array]:
    return share_at_work(evidence, over, roles, segments, persons, absences=False)


def _accepted(cases: Any, base: str, days: float, ends: datetime) -> Estimate | None:
    cases = cases[cases[base].notna()]
    if not len(cases):
        return None
    first = cases[["accepted", "rejected"]].min(axis=1)
    waits, open_ = waited(cases[base], first, ends)
    taken = cases["accepted"].notna() & ~(cases["rejected"] < cases["accepted"])
    return incidence(waits, np.where(open_, 0, np.where(taken, 1, 2)), days)[1]


def _at_work(weeks: Array, people: Sequence[str], over: Period, days: Period) -> set[str]:
    """Who was at work, past ramp, on any of some days."""
    first, end = (days.start - over.start).days, (days.end - over.start).days
    worked = weeks[:, first:end].sum(axis=1)
    return {person for person, share in zip(people, worked, strict=True) if share > 0}


def _months_shown(
    weeks: Array, people: Sequence[str], over: Period, group: int
) -> tuple[Period, ...]:
    months = list(over.months())
    kept = enough([_at_work(weeks, people, over, month) for month in months], group)
    return tuple(month for month, may in zip(months, kept, strict=True) if may)


def _by_month(
    cases: Any, weeks: Array, people: Sequence[str], over: Period, group: int
) -> tuple[Point, ...]:
    points = []
    for month in _months_shown(weeks, people, over, group):
        first, end = (month.start - over.start).days, (month.end - over.start).days
        worked = weeks[:, first:end].sum(axis=1)
        if month.days >= HALF_A_MONTH and (worked > 0).any():
            booked = int(((cases["at"] >= first) & (cases["at"] < end)).sum())
            points.append(
                Point(month.start.replace(day=1), booked / float(worked.sum()), int(booked))
            )
    return tuple(points)


def _by_week(
    cases: Any, weeks: Array, over: Period, group: int, held: bool
) -> tuple[tuple[date, int, int, int | None], ...]:
    """Whole weeks, those with the fewest meetings a person-week first.

    None where a week is of too few people: the others would tell what is left of its month.
    """
    rows = []
    first = (7 - over.start.weekday()) % 7
    for at in range(first, over.days - 6, 7):
        worked = weeks[:, at : at + 7].sum(axis=1)
        people = int((worked > 0).sum())
        if 0 < people < group:
            return ()
        if not people:
            continue
        mine = cases[(cases["at"] >= at) & (cases["at"] < at + 7)]
        monday = over.start + timedelta(days=at)
        met = int(mine["held"].notna().sum()) if held else None
        rows.append((len(mine) / worked.sum(), (monday, people, len(mine), met)))
    return tuple(row for _, row in sorted(rows))


def _quarters(
    cases: Any,
    weeks: Array,
    people: list[str],
    over: Period,
    group: int,
    base: str,
    days: float,
    told: bool,
    ends: datetime,
    seed: int,
) -> tuple[MeetingsOfQuarter, ...]:
    """Whole calendar quarters in which enough people were at work, earliest first."""
    found = []
    months = _months_shown(weeks, people, over, group)
    for quarter in whole_periods(over, "quarter", 1):
        first, end = (quarter.start - over.start).days, (quarter.end - over.start).days
        worked = weeks[:, first:end].sum(axis=1)
        there = int((worked > 0).sum())
        # a month of its own that is not shown would be what is left of the quarter
        if there < group or not all(month in months for month in quarter.months()):
            continue
        mine = cases[(cases["at"] >= first) & (cases["at"] < end)]
        booked = np.bincount(mine["person"].astype(int), minlength=len(people)).astype(float)
        found.append(
            MeetingsOfQuarter(
                quarter.start,
                there,
                len(mine),
                ratio(
                    booked[worked > 0],
                    worked[worked > 0],
                    [person for person, w in zip(people, worked, strict=True) if w > 0],
                    unit="count",
                    of=f"{there} people",
                    seed=seed,
                ),
                _accepted(mine, base, days, ends) if told else None,
                int(mine[base].notna().sum()),
            )
        )
    return tuple(found)


def local_days(instants: Any, zone: str) -> Any:
    """The calendar days in a zone of instants in UTC; missing where the instant is."""
    local = instants.dt.tz_localize("UTC").dt.tz_convert(ZoneInfo(zone))
    return local.dt.date


# Contact points


def sequences(
    evidence: Evidence,
    charter: Charter,
    numbers: Mapping[str, Benchmark],
    over: Period,
    *,
    roles: tuple[str, ...],
    segments: tuple[str, ...] = (),
    persons: frozenset[str],
    seed: int = 0,
) -> Sequences:
    """Contact points per prospect, from the first outbound one until an answer or the end of work.

    A prospect is a lead, or a contact that came from none, that was no customer's, had no deal
    open and had not asked to talk. Contact points are e-mails and calls to them, those that
    software sent included (they are no working time, and still reach the prospect). A sequence
    ends with a reply, with a meeting booked or a lead converted, or when `sequence_gap_days` pass
    without a contact point. Only the first sequence of a prospect counts, if it began in the
    period and so long after its start that an earlier one would have been seen. Those that are
    still open count as far as they went (Kaplan-Meier over contact points). The interval draws
    again whoever made the contacts.
    """
    gap = int(numbers["sequence_gap_days"].at(over.last_day).value or 0)
    touched = _cold(evidence, over, roles, segments, persons)
    order = ibis.window(group_by="prospect", order_by=["happened_at", "activity_id"])
    before = touched.happened_at.lag().over(order)
    touched = touched.mutate(
        paused=(before + ibis.interval(days=gap) < touched.happened_at)
        .fill_null(False)
        .ifelse(1, 0)
    )
    running = ibis.cumulative_window(group_by="prospect", order_by=["happened_at", "activity_id"])
    touched = touched.mutate(pauses=touched.paused.sum().over(running))
    touched = touched.filter(touched.pauses == 0)
    rows = touched.group_by("prospect").agg(
        first_at=touched.happened_at.min(),
        last_at=touched.happened_at.max(),
        cluster=touched.person_id.argmin(touched.happened_at),
        touches=touched.count(),
        automated=touched.automated.ifelse(1, 0).sum(),
        replied_at=touched.replied_at.min(),
        ended_at=touched.ended_at.min(),
    )
    start = ends_of_day(over.start + timedelta(days=gap - 1), evidence.time_zone)
    rows = rows.filter((rows.first_at >= start) & (rows.first_at < evidence.ends))
    query = sql_of(rows.drop("cluster"))
    frame = rows.to_pandas().sort_values("prospect", ignore_index=True)
    if frame.empty:
        return Sequences(0, 0, 0, 0, None, None, {}, (), query)
    pause = np.timedelta64(gap, "D")
    over_by = frame["last_at"] + pause
    answered = frame["ended_at"].notna() & (frame["ended_at"] <= over_by)
    reply = answered & (frame["replied_at"] == frame["ended_at"])
    given_up = ~answered & (over_by < np.datetime64(evidence.ends))
    ended = np.where(reply, REPLY, np.where(answered, MEETING, np.where(given_up, GAVE_UP, OPEN)))
    count = frame["touches"].to_numpy(dtype=float)
    worst = sorted(
        zip(
            frame["prospect"],
            local_days(frame["first_at"], evidence.time_zone).astype(str),
            frame["touches"].astype(int),
            frame["automated"].astype(int),
            ended,
            strict=True,
        ),
        key=lambda row: (row[4] != GAVE_UP, row[2], row[0]),
    )
    return Sequences(
        prospects=len(frame),
        touches=int(count.sum()),
        automated=int(frame["automated"].sum()),
        tasks=_tasks(evidence, over, roles, segments, persons),
        median=_middle_count(count, ended != OPEN, frame["cluster"], seed),
        unanswered=_middle_count(count, ended == GAVE_UP, frame["cluster"], seed),
        ended={name: int((ended == name).sum()) for name in (REPLY, MEETING, GAVE_UP, OPEN)},
        worst=tuple((str(a), b, int(c), int(d), str(e)) for a, b, c, d, e in worst[:200]),
        query=query,
    )


def _middle_count(counts: Array, ended: Any, clusters: Any, seed: int) -> Estimate | None:
    """The median of counts of which some are still growing, with an interval that draws people again.

    Kaplan-Meier over the count itself; None where fewer than half have ended. Kaplan-Meier's own
    interval knows neither steps this coarse nor that one person's prospects resemble each other.
    """
    names, owner = np.unique(clusters.to_numpy(dtype=str), return_inverse=True)
    most = int(counts.max())
    at = counts.astype(int)
    stopped = np.zeros((len(names), most + 1))
    whole = np.zeros((len(names), most + 1))
    np.add.at(stopped, (owner, at), np.asarray(ended, dtype=float))
    np.add.at(whole, (owner, at), 1.0)
    # by their rows, so that no draw depends on what people are called
    order = np.lexsort(np.concatenate([whole, stopped], axis=1).T)
    whole, stopped = whole[order], stopped[order]
    value = float(_half_by(stopped.sum(axis=0)[None], whole.sum(axis=0)[None])[0])
    if math.isnan(value):
        return None
    of = f"{len(counts):,} prospects"
    if len(names) < 2:
        return Estimate(value, "count", of=of)
    chance = np.random.default_rng(seed)
    drawn = chance.multinomial(len(names), np.full(len(names), 1 / len(names)), size=DRAWS)
    low, high = Draws(_half_by(drawn @ stopped, drawn @ whole), len(names)).interval()
    return Estimate(value, "count", low, high, of=of)


def _half_by(stopped: Array, whole: Array) -> Array:
    """The count by which half have ended, a row a draw; not a number where they never have."""
    at_risk = whole[:, ::-1].cumsum(axis=1)[:, ::-1]
    ends = np.divide(stopped, at_risk, out=np.zeros_like(stopped), where=at_risk > 0)
    left = np.cumprod(1 - ends, axis=1)
    reached = left <= 0.5
    first = np.where(reached.any(axis=1), reached.argmax(axis=1).astype(float), np.nan)
    return np.asarray(first)


def _tasks(
    evidence: Evidence,
    over: Period,
    roles: Sequence[str],
    segments: Sequence[str],
    persons: frozenset[str],
) -> int:
    """Plain tasks of theirs on prospects: some of them may be messages on social networks."""
    done = evidence["work"]
    done = done.filter(
        done.counted
        & done.since_win.isnull()
        & done.opportunity_id.isnull()
        & (done.lead_id.notnull() | done.account_id.notnull())
        & (done.day >= over.start)
        & (done.day < over.end)
    ).select("activity_id", "person_id", "day", "state_id")
    states = evidence["states"]
    plain = states.filter(states.kind == "task").select("state_id")
    rows = done.semi_join(plain, "state_id").join(
        spells_of(evidence, over, roles, segments, persons), "person_id"
    )
    rows = rows.filter((rows.day >= rows.first_day) & (rows.day < rows.end_day))
    return int(rows.activity_id.nunique().execute())


def _prospects(evidence: Evidence) -> Any:
    """Whom each activity concerns: a lead, or a contact that came from none."""
    links = evidence["activity_links"]
    links = links.filter(links.record_type.isin(["lead", "contact"]))
    leads = evidence["leads"]
    leads = leads.filter(leads.contact_id.notnull())
    came = leads.group_by(became="contact_id").agg(lead_id=leads.lead_id.min())
    joined = links.left_join(came, links.record_id == came.became)
    return joined.select(
        "activity_id", prospect=ibis.coalesce(joined.lead_id, joined.record_id)
    ).distinct()


def _cold(
    evidence: Evidence,
    over: Period,
    roles: Sequence[str],
    segments: Sequence[str],
    persons: frozenset[str],
) -> Any:
    """Contact points with prospects before any of them answered, a row a prospect and activity.

    Returns:
        `prospect, activity_id, person_id, happened_at, day, kind, automated`, with `replied_at` and
        `ended_at`: the first reply by e-mail, and the first answer of any kind, after the first
        contact point.
    """
    acts = evidence["activities"].select(
        "activity_id", "kind", "direction", "not_counted", "recorded_at"
    )
    done = evidence["work"]
    done = done.filter(
        done.person_id.notnull()
        & done.since_win.isnull()
        & done.opportunity_id.isnull()
        & (done.day < over.end)
    ).select("activity_id", "person_id", "day", "happened_at")
    rows = done.join(acts, "activity_id").join(
        spells_of(evidence, over, roles, segments, persons), "person_id"
    )
    rows = rows.filter(
        rows.kind.isin(list(COLD_KINDS))
        & (rows.direction.fill_null("outbound") != "inbound")
        & (rows.not_counted.isnull() | (rows.not_counted == "automated"))
        & (rows.day >= rows.first_day)
        & (rows.day < rows.end_day)
    )
    rows = rows.mutate(automated=rows.not_counted.notnull())
    rows = rows.group_by("activity_id", "happened_at", "day", "kind", "automated").agg(
        person_id=rows.person_id.min()
    )
    touched = rows.join(_prospects(evidence), "activity_id")
    leads = evidence["leads"]
    asked = leads.filter(leads.inbound).select(prospect="lead_id")
    touched = touched.anti_join(asked, "prospect")
    begun = touched.group_by("prospect").agg(begun=touched.happened_at.min())
    answers = _answers(evidence)
    said = answers.join(begun, "prospect")
    early = said.filter(said.happened_at < said.begun).select("prospect").distinct()
    later = said.filter(said.happened_at >= said.begun)
    ended = later.group_by("prospect").agg(
        ended_at=later.happened_at.min(),
        replied_at=later.happened_at.min(where=later.answer == REPLY),
    )
    ended = ended.rename(of="prospect")
    touched = touched.anti_join(early, "prospect")
    touched = touched.left_join(ended, touched.prospect == ended.of)
    kept = touched.ended_at.isnull() | (touched.happened_at <= touched.ended_at)
    return touched.filter(kept).drop("of")


def _answers(evidence: Evidence) -> Any:
    """Everything that shows that a prospect answered: `prospect, answer, happened_at`."""
    acts = evidence["activities"]
    inbound = acts.direction.fill_null("") == "inbound"
    told = (acts.kind == "email") & acts.outcome.lower().contains("replied").fill_null(False)
    by_mail = ((acts.kind == "email") & inbound) | told
    met = acts.kind == "meeting"
    seen = acts.filter(by_mail | inbound | met).mutate(
        answer=ibis.ifelse(by_mail, REPLY, MEETING),
        at=ibis.ifelse(
            met,
            ibis.least(acts.happened_at, ibis.coalesce(acts.recorded_at, acts.happened_at)),
            acts.happened_at,
        ),
    )
    by_activity = seen.join(_prospects(evidence), "activity_id").select(
        "prospect", "answer", happened_at="at"
    )
    leads = evidence["leads"]
    converted = leads.filter(leads.converted_at.notnull()).select(
        prospect="lead_id", answer=ibis.literal(MEETING), happened_at="converted_at"
    )
    steps = evidence["handoffs"]
    offered = steps.filter(steps.prospect_id.notnull() & steps.step.isin(["offered", "held"]))
    offered = offered.select(
        prospect="prospect_id", answer=ibis.literal(MEETING), happened_at="happened_at"
    )
    return by_activity.union(converted).union(offered)


def replies_recorded(
    evidence: Evidence, charter: Charter, numbers: Mapping[str, Benchmark], over: Period
) -> bool:
    """Whether any e-mail in the evidence came in, or is told to have been answered."""
    acts = evidence["activities"]
    mails = acts.filter(acts.kind == "email")
    came = (mails.direction.fill_null("") == "inbound") | mails.outcome.lower().contains(
        "replied"
    ).fill_null(False)
    return bool(mails.filter(came).count().execute())


def cold_replies(
    evidence: Evidence,
    charter: Charter,
    numbers: Mapping[str, Benchmark],
    over: Period,
    *,
    roles: tuple[str, ...],
    segments: tuple[str, ...] = (),
    persons: frozenset[str],
) -> Replies | None:
    """Share of cold e-mails that are answered by e-mail.

    Cold is an e-mail, sent by a person or by software in their name, to a prospect (as in
    `sequences`) who has not answered yet. A reply answers the last e-mail before it, once: three
    e-mails and one reply are one in three. The share is cumulative incidence at `reply_days`; the
    next e-mail, and an answer by any other way, are competing ends, and e-mails that may still be
    answered are open.

    Returns:
        None where nothing cold was sent.
    """
    days = int(numbers["reply_days"].at(over.last_day).value or 0)
    sent = _cold(evidence, over, roles, segments, persons)
    sent = sent.filter((sent.kind == "email") & (sent.day >= over.start))
    order = ibis.window(group_by="prospect", order_by=["happened_at", "activity_id"])
    sent = sent.select(
        "prospect",
        "activity_id",
        "day",
        "happened_at",
        "replied_at",
        "ended_at",
        next_at=sent.happened_at.lead().over(order),
    )
    query = sql_of(sent)
    frame = sent.to_pandas().sort_values(["prospect", "happened_at"], ignore_index=True)
    if frame.empty:
        return None
    last = frame["next_at"].isna()
    replied = last & frame["replied_at"].notna() & (frame["replied_at"] == frame["ended_at"])
    ended = frame["next_at"].fillna(frame["ended_at"])
    waits, open_ = waited(frame["happened_at"], ended, evidence.ends)
    status = np.where(replied, 1, np.where(open_, 0, 2))
    _, rate = incidence(waits, status, days)
    frame["answered"] = replied & (waits <= days)
    by_month = frame.groupby(frame["day"].to_numpy().astype("datetime64[M]"))["answered"]
    told = [(month.date().replace(day=1), len(part), int(part.sum())) for month, part in by_month]
    group = minimum_group(charter, numbers, over.last_day)
    months = list(over.months())
    there = []
    for month in months:
        who, share = share_at_work(evidence, month, roles, segments, persons)
        there.append({person for person, days in zip(who, share, strict=True) if (days > 0).any()})
    kept = enough(there, group)
    shown = {month.start.replace(day=1) for month, may in zip(months, kept, strict=True) if may}
    told = [row for row in told if row[0] in shown]
    return Replies(
        emails=len(frame),
        prospects=int(frame["prospect"].nunique()),
        replied=int(frame.loc[replied, "prospect"].nunique()),
        rate=dataclasses.replace(rate, of=f"{len(frame):,} e-mails"),
        days=days,
        months=tuple(Point(month, part / whole, whole) for month, whole, part in told if whole),
        by_month=tuple(sorted(told, key=lambda row: row[2] / row[1])),
        query=query,
    )


# From first contact to a qualified opportunity


def qualification(
    evidence: Evidence,
    charter: Charter,
    numbers: Mapping[str, Benchmark],
    over: Period,
    *,
    roles: tuple[str, ...],
    segments: tuple[str, ...] = (),
    persons: frozenset[str],
) -> Qualified | None:
    """Days from these roles' first contact with a company to a qualified opportunity.

    The first contact is the first piece of their own recorded work on a company that was no customer's and had
    no deal open, or on a lead that has become no company. Qualified is a converted case of their
    handoffs with that company or lead, where any is recorded; else a new deal opened with it.
    Companies not yet qualified are in, as open cases (Kaplan-Meier); nothing tells which of them
    were given up, so that these too count as not yet qualified.

    Returns:
        None where nothing was contacted.
    """
    horizon = (numbers["bdr_qualification_days"].at(over.last_day).healthy or (0.0, 0.0))[1]
    done = evidence["work"]
    leads = evidence["leads"].select(of_lead="lead_id", became="account_id")
    rows = done.filter(done.person_id.notnull() & done.counted & (done.day < over.end)).join(
        spells_of(evidence, over, roles, segments, persons), "person_id"
    )
    rows = rows.filter((rows.day >= rows.first_day) & (rows.day < rows.end_day))
    rows = rows.left_join(leads, rows.lead_id == leads.of_lead)
    rows = rows.mutate(company=ibis.coalesce(rows.account_id, rows.became, rows.lead_id))
    rows = rows.filter(rows.company.notnull())
    first = rows.group_by("company").agg(
        first_at=rows.happened_at.min(),
        cold_at=rows.happened_at.min(where=rows.since_win.isnull() & rows.opportunity_id.isnull()),
    )
    start = ends_of_day(over.start - timedelta(days=1), evidence.time_zone)
    first = first.filter((first.first_at == first.cold_at) & (first.first_at >= start))
    names = [handoff.name for handoff in charter.handoffs if handoff.giver in roles]
    deals = evidence["opportunities"].select(
        "opportunity_id", "account_id", "kind", "created_at", from_lead="lead_id"
    )
    cases = handoff_cases(evidence, names)
    converted = cases.filter(cases.converted.notnull())
    recorded = bool(converted.count().execute())
    if recorded:
        of_deal = deals.select("account_id", deal="opportunity_id")
        joined = converted.left_join(of_deal, converted.opportunity_id == of_deal.deal)
        leads_of = evidence["leads"].select(given="lead_id", its_account="account_id")
        joined = joined.left_join(leads_of, joined.prospect_id == leads_of.given)
        reached = joined.select(
            company=ibis.coalesce(joined.account_id, joined.its_account, joined.prospect_id),
            at=joined.converted,
        )
    else:
        new = deals.filter((deals.kind == "new") & deals.created_at.notnull())
        reached = new.select(company=ibis.coalesce(new.account_id, new.from_lead), at="created_at")
    reached = reached.rename(of="company")
    joined = first.left_join(reached, first.company == reached.of)
    in_turn = joined.at >= joined.first_at
    found = joined.group_by("company", "first_at").agg(qualified_at=joined.at.min(where=in_turn))
    query = sql_of(found)
    frame = found.to_pandas().sort_values("company", ignore_index=True)
    if frame.empty:
        return None
    waits, open_ = waited(frame["first_at"], frame["qualified_at"], evidence.ends)
    _, share = incidence(waits, np.where(open_, 0, 1), horizon)
    _, median = kaplan_meier(waits, ~open_)
    worst = sorted(
        zip(
            frame["company"],
            local_days(frame["first_at"], evidence.time_zone).astype(str),
            waits.round(1),
            open_,
            strict=True,
        ),
        key=lambda row: (not row[3], -row[2], row[0]),
    )
    return Qualified(
        companies=len(frame),
        reached=int((~open_).sum()),
        days=float(horizon),
        share=dataclasses.replace(share, of=f"{len(frame):,} companies"),
        median=median,
        of_those=float(np.median(waits[~open_])) if (~open_).any() else None,
        basis="converted handoffs" if recorded else "new deals opened",
        worst=tuple(
            (str(a), b, float(c), "not yet" if d else "qualified") for a, b, c, d in worst[:200]
        ),
        query=query,
    )
