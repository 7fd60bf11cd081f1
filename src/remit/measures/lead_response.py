"""How long somebody who asks to talk waits, in business hours, until anybody tries to reach them."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import ibis
import numpy as np

from remit.benchmarks import Benchmark
from remit.charter import Charter
from remit.charter.organisation import Calendar
from remit.evidence import Evidence
from remit.evidence.store import ends_of_day
from remit.measures.intervals import Array
from remit.measures.outreach import HALF_A_MONTH, local_days
from remit.measures.queries import sql_of
from remit.measures.survival import incidence, kaplan_meier
from remit.terms import Estimate, Period, Point

ATTEMPTS = ("email", "call", "meeting")


@dataclass(frozen=True, slots=True)
class LeadResponse:
    """Business hours from an inbound lead to the first attempt by a person to reach them."""

    leads: int
    tried: int
    never: int
    """Leads that nobody has tried to reach by the end of the evidence; they stay in every figure."""
    people: int
    """How many different people made attempts; never shown, only held against the minimum."""
    by_day: int
    """First attempts of which only the day is known: taken to be made as that day closed."""
    hours: float
    """The limit that `within` is about."""
    within: Estimate
    """Share of leads with an attempt within the limit."""
    median: Estimate | None
    """Business hours; None where fewer than half are ever tried."""
    ninth: float | None
    """Business hours by which nine in ten leads have an attempt; None where they never have."""
    calendar: str
    """The hours that count, in words."""
    months: tuple[Point, ...]
    worst: tuple[tuple[Any, ...], ...]
    """Lead, day it came in, business hours waited, whether anybody tried."""
    query: str


def lead_response(
    evidence: Evidence,
    charter: Charter,
    numbers: Mapping[str, Benchmark],
    over: Period,
) -> LeadResponse | None:
    """Speed to lead: business hours from a lead that asked to talk to the first human attempt.

    An attempt is an e-mail, a call or a meeting by a person, not by software and not inbound, on
    the lead or on the contact it became, at or after the lead came in. Hours run in the working
    hours of the calendar that `response_calendar` gives. Leads nobody has tried to reach are open
    cases (Kaplan-Meier), so that forgetting them does not make a team look fast.

    Returns:
        None where no inbound lead came in.
    """
    limit = float(numbers["lead_response_hours"].at(over.last_day).value or 1)
    calendar, told = response_calendar(charter)
    zone = calendar.time_zone or evidence.time_zone
    leads = evidence["leads"]
    leads = leads.filter(
        leads.inbound
        & (leads.created_at >= ends_of_day(over.start - timedelta(days=1), evidence.time_zone))
        & (leads.created_at < evidence.ends)
    ).select("lead_id", "contact_id", came_at="created_at")
    links = evidence["activity_links"].select("activity_id", "record_type", "record_id")
    acts = evidence["activities"]
    acts = acts.filter(
        acts.counted
        & acts.kind.isin(list(ATTEMPTS))
        & (acts.direction.fill_null("outbound") != "inbound")
    ).select("activity_id", "happened_at", "date_only", acted_on="day")
    people = evidence["people"]
    human = people.filter(people.is_person).select("person_id")
    parts = (
        evidence["participants"].select("activity_id", "person_id").semi_join(human, "person_id")
    )
    done = links.join(acts, "activity_id").join(
        parts.group_by("activity_id").agg(person_id=parts.person_id.min()), "activity_id"
    )
    by_lead = done.filter(done.record_type == "lead")
    by_contact = done.filter(done.record_type == "contact")
    names = ("happened_at", "date_only", "acted_on", "person_id")
    tries = (
        leads.join(by_lead, leads.lead_id == by_lead.record_id)
        .select("lead_id", "came_at", *names)
        .union(
            leads.join(by_contact, leads.contact_id == by_contact.record_id).select(
                "lead_id", "came_at", *names
            )
        )
    )
    timed = tries.filter(~tries.date_only & (tries.happened_at >= tries.came_at))
    first = timed.group_by(of="lead_id").agg(tried_at=timed.happened_at.min())
    rows = leads.left_join(first, leads.lead_id == first.of).drop("of", "contact_id")
    # of a bare day only that it was not before the lead's own can be known, and that day is local
    days_only = tries.filter(
        tries.date_only & (tries.acted_on >= (tries.came_at - ibis.interval(days=1)).date())
    )
    days_only = days_only.select("lead_id", "came_at", "acted_on").distinct()
    query = sql_of(rows)
    frame = rows.to_pandas().sort_values("lead_id", ignore_index=True)
    if frame.empty:
        return None
    tried = frame["tried_at"]
    bare = _first_bare(days_only.to_pandas(), frame, calendar, zone)
    by_day = bare.notna() & ~(tried <= bare)
    tried = tried.where(~by_day, bare)
    never = tried.isna()
    until = tried.fillna(np.datetime64(evidence.ends))
    hours = business_hours(until, calendar, zone) - business_hours(frame["came_at"], calendar, zone)
    hours = np.maximum(hours, 0.0)
    ended = (~never).to_numpy()
    _, within = incidence(hours, np.where(ended, 1, 0), limit)
    _, middle = kaplan_meier(hours, ended)
    days = local_days(frame["came_at"], evidence.time_zone)
    worst = sorted(
        zip(frame["lead_id"], days.astype(str), hours.round(1), ended, strict=True),
        key=lambda row: (-row[2], row[3], row[0]),
    )
    # of a lead of the last hours nobody can say yet
    known = ended | (hours > limit)
    quick = ended & (hours <= limit)
    months = []
    for month in over.months():
        mine = np.array([day in month for day in days]) & known
        if month.days >= HALF_A_MONTH and mine.any():
            part = float(quick[mine].mean())
            months.append(Point(month.start.replace(day=1), part, int(mine.sum())))
    return LeadResponse(
        leads=len(frame),
        tried=int(ended.sum()),
        never=int(never.sum()),
        people=int(tries.person_id.nunique().execute()),
        by_day=int(by_day.sum()),
        hours=limit,
        within=dataclasses.replace(within, of=f"{len(frame):,} leads"),
        median=middle and dataclasses.replace(middle, unit="hours", of=f"{len(frame):,} leads"),
        ninth=_quantile(hours, ended, 0.9),
        calendar=f"{told}, {zone}",
        months=tuple(months),
        worst=tuple(
            (str(lead), day, float(h), "tried" if t else "not yet")
            for lead, day, h, t in worst[:200]
        ),
        query=query,
    )


def response_calendar(charter: Charter) -> tuple[Calendar, str]:
    """The calendar in which leads wait, and how it came to be that one, in words.

    It is that of the teams that have SDRs or BDRs, if these name one and the same; else the only
    calendar of the charter; else Monday to Friday from nine to five.
    """
    callers = set(charter.kinds("SDR", "BDR"))
    named = {
        team.calendar
        for team in charter.teams.values()
        if team.calendar and callers & set(team.members)
    }
    if not named and len(charter.calendars) == 1:
        named = set(charter.calendars)
    if len(named) == 1:
        (name,) = named
        return charter.calendars[name], f"the calendar {name}"
    calendar = Calendar()
    return calendar, f"Monday to Friday, {calendar.opens} to {calendar.closes}"


def business_hours(instants: Any, calendar: Calendar, zone: str) -> Array:
    """Business hours from a fixed day long ago to each instant, in a calendar.

    The difference of two is the business hours between them.

    Args:
        instants: A pandas series of instants, UTC without a zone.
        calendar: Working days, hours and holidays.
        zone: Time zone the hours are in.
    """
    local = instants.dt.tz_localize("UTC").dt.tz_convert(ZoneInfo(zone)).dt.tz_localize(None)
    days = local.to_numpy().astype("datetime64[D]")
    mask = [name in calendar.days for name in _WEEK]
    off = np.array(calendar.holidays, dtype="datetime64[D]")
    opens, closes = _hour(calendar.opens), _hour(calendar.closes)
    whole = np.busday_count(np.datetime64("1970-01-01"), days, weekmask=mask, holidays=off)
    hour = (local.to_numpy() - days) / np.timedelta64(1, "h")
    today = np.is_busday(days, weekmask=mask, holidays=off)
    so_far = np.clip(hour - opens, 0.0, closes - opens) * today
    return np.asarray(whole * (closes - opens) + so_far, dtype=float)


_WEEK = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def _hour(clock: str) -> float:
    hours, minutes = clock.split(":")
    return int(hours) + int(minutes) / 60


def _first_bare(days: Any, leads: Any, calendar: Calendar, zone: str) -> Any:
    """The close of the first day on which each lead was tried, among attempts that tell a day only.

    Missing where there is none; never before the lead came in.
    """
    from pandas import to_datetime

    if days.empty:
        return to_datetime(leads["lead_id"].map({}))
    own = local_days(days["came_at"], zone)
    acted = to_datetime(days["acted_on"]).dt.date
    days = days[[on >= came for on, came in zip(acted, own, strict=True)]]
    first = to_datetime(days.groupby("lead_id")["acted_on"].min())
    closed = first + timedelta(hours=_hour(calendar.closes))
    closed = closed.dt.tz_localize(ZoneInfo(zone)).dt.tz_convert("UTC").dt.tz_localize(None)
    found = to_datetime(leads["lead_id"].map(closed))
    return found.where(found.isna() | (found >= leads["came_at"]), leads["came_at"])


def _quantile(waits: Array, ended: Any, share: float) -> float | None:
    """The wait by which a share of all cases have ended, open ones in; None if they never have."""
    from statsmodels.duration.survfunc import SurvfuncRight

    if not ended.any():
        return None
    with np.errstate(divide="ignore", invalid="ignore"):
        fitted = SurvfuncRight(waits + 1e-6, ended.astype(int))
    found = float(fitted.quantile(share)) - 1e-6
    return max(0.0, found) if math.isfinite(found) else None
