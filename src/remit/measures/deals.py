"""Shares of deals and tickets: second looks that do not depend on how time is logged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import ibis
import numpy as np

from remit.benchmarks import Benchmark
from remit.charter import Charter, Function
from remit.evidence import Evidence
from remit.evidence.store import ends_of_day
from remit.measures.intervals import drawn_ratio
from remit.measures.queries import sql_of
from remit.measures.roles import spells
from remit.terms import Estimate, Period


@dataclass(frozen=True, slots=True)
class Share:
    """A part of some records, with the records that are in the part, latest first."""

    part: int
    whole: int
    estimate: Estimate
    records: tuple[str, ...]
    query: str


@dataclass(frozen=True, slots=True)
class LeadFunnel:
    """Leads that came in, and those that were won, to the last day of the evidence."""

    leads: int
    won: int
    median_days: float | None
    """Days from coming in to won, over the won ones; None if none was won."""
    won_before_created: int
    """Wins dated before their lead came in: an error in the data, left in the counts."""
    first_day: date | None = None
    """Day on which the first lead came in."""
    last_day: date | None = None
    """Day on which the last one did; wins may be later."""


def lead_funnel(evidence: Evidence) -> LeadFunnel:
    """How many leads became won deals, and how long that took for those that did."""
    leads = evidence["leads"].select("lead_id", came="created_at")
    (ends,) = (
        leads.aggregate(first=leads.came.min(), last=leads.came.max()).to_pyarrow().to_pylist()
    )
    deals = evidence["opportunities"]
    won = deals.filter(deals.won & deals.lead_id.notnull()).select("lead_id", "closed_at")
    joined = leads.join(won, "lead_id").to_pandas()
    days = (joined["closed_at"].dt.normalize() - joined["came"].dt.normalize()).dt.days
    return LeadFunnel(
        leads=int(leads.count().execute()),
        won=len(joined),
        median_days=float(days.median()) if len(days) else None,
        won_before_created=int((joined["closed_at"] < joined["came"]).sum()),
        first_day=_day(ends["first"], evidence.time_zone),
        last_day=_day(ends["last"], evidence.time_zone),
    )


def _day(instant: datetime | None, zone: str) -> date | None:
    """The day of an instant (UTC, without a zone) in a zone."""
    if instant is None:
        return None
    return instant.replace(tzinfo=UTC).astimezone(ZoneInfo(zone)).date()


def unsourced_deals(
    evidence: Evidence,
    numbers: Mapping[str, Benchmark],
    over: Period,
    *,
    sellers: Sequence[str],
    sourcers: Sequence[str],
    segments: Sequence[str],
    seed: int = 0,
) -> Share:
    """New deals that sellers opened without a sourcer's lead, handoff or hand on them.

    A deal is sourced if a sourcer opened it, entered or owned the lead it came from, is
    credited with it, or had a handoff offered on the company in the `sourcing_days` before.

    Args:
        evidence: As of the last day wanted.
        numbers: Benchmarks in force.
        over: Days on which the deals were opened.
        sellers: Roles whose deals are looked at.
        sourcers: Roles that source.
        segments: Segments of the company; empty means all.
        seed: For the interval, which draws sellers again.
    """
    days = int(numbers["sourcing_days"].at(over.last_day).value or 0)
    roles_then = spells(evidence)
    deals = _new_deals(evidence, over, segments)
    mine = deals.join(
        roles_then.filter(roles_then.role.isin(list(sellers))),
        deals.owner_id == roles_then.person_id,
    )
    opened = mine.created_at.date()
    mine = (
        mine.filter((opened >= mine.first_day) & (opened < mine.end_day))
        .select("opportunity_id", "account_id", "owner_id", "created_by", "created_at", "lead_id")
        .distinct()
    )
    source = roles_then.filter(roles_then.role.isin(list(sourcers))).select("person_id").distinct()
    leads = evidence["leads"].select("lead_id", lead_by="created_by", lead_owner="owner_id")
    owners = evidence["ownership_changes"]
    lead_owners = owners.filter(owners.record_type == "lead").select(
        lead_id="record_id", person_id="owner_id"
    )
    by_lead = lead_owners.semi_join(source, "person_id").select("lead_id").distinct()
    direct = leads.filter(
        leads.lead_by.isin(source.person_id) | leads.lead_owner.isin(source.person_id)
    ).select("lead_id")
    credits = evidence["deal_credits"]
    credited = credits.filter(credits.role.isin(list(sourcers))).select("record_id")
    steps = evidence["handoffs"]
    offers = steps.filter(steps.step.isin(["offered", "held"])).select(
        prospect_id="prospect_id", offered_at="happened_at"
    )
    window = ibis.interval(days=days)
    offered = mine.join(offers, mine.account_id == offers.prospect_id)
    offered = offered.filter(
        (offered.offered_at <= offered.created_at + ibis.interval(days=1))
        & (offered.offered_at + window >= offered.created_at)
    ).select("opportunity_id")
    sourced = (
        mine.created_by.isin(source.person_id)
        | mine.lead_id.isin(by_lead.lead_id)
        | mine.lead_id.isin(direct.lead_id)
        | mine.opportunity_id.isin(credited.record_id)
        | mine.opportunity_id.isin(offered.opportunity_id)
    )
    rows = mine.mutate(part=~sourced.fill_null(False)).select(
        record_id="opportunity_id", cluster="owner_id", happened_at="created_at", part="part"
    )
    return _share(rows, seed)


def tickets_worked(
    evidence: Evidence,
    over: Period,
    *,
    roles: Sequence[str],
    segments: Sequence[str],
    seed: int = 0,
) -> Share:
    """Support tickets of a segment's customers that people in these roles worked themselves.

    A ticket is worked by whoever it is with. The interval draws companies again.
    """
    roles_then = spells(evidence)
    roles_then = roles_then.filter(roles_then.role.isin(list(roles)))
    tickets = evidence["tickets"]
    accounts = evidence["accounts"].select("account_id", account_segment="segment")
    tickets = tickets.join(accounts, "account_id")
    if segments:
        tickets = tickets.filter(tickets.account_segment.isin(list(segments)))
    tickets = tickets.filter(_within(tickets.opened_at, over, evidence))
    owned = tickets.join(roles_then, tickets.owner_id == roles_then.person_id)
    day = owned.opened_at.date()
    owned = owned.filter((day >= owned.first_day) & (day < owned.end_day)).select("ticket_id")
    part = tickets.ticket_id.isin(owned.ticket_id)
    rows = tickets.mutate(part=part.fill_null(False)).select(
        record_id="ticket_id", cluster="account_id", happened_at="opened_at", part="part"
    )
    return _share(rows, seed)


def technical_deals(
    evidence: Evidence,
    charter: Charter,
    over: Period,
    *,
    roles: Sequence[str],
    segments: Sequence[str],
    seed: int = 0,
) -> Share | None:
    """New deals that entered technical validation, and of those how many an engineer took part in.

    Taking part means being on any activity that concerns the deal, or its company while the
    deal was open. None if the charter maps no stage to technical validation.

    Returns:
        The deals *with* an engineer as the part; `records` are those without.
    """
    stages = [
        s.lower() for s, f in charter.deals.stages.items() if f is Function.TECHNICAL_VALIDATION
    ]
    if not stages:
        return None
    roles_then = spells(evidence)
    roles_then = roles_then.filter(roles_then.role.isin(list(roles)))
    entered = evidence["stage_changes"]
    entered = (
        entered.filter(
            (entered.record_type == "opportunity")
            & entered.stage.lower().isin(stages)
            & _within(entered.entered_at, over, evidence)
        )
        .group_by(opportunity_id=entered.record_id)
        .agg(entered_at=entered.entered_at.min())
    )
    deals = evidence["opportunities"]
    accounts = evidence["accounts"].select("account_id", account_segment="segment")
    deals = (
        deals.filter(deals.kind == "new")
        .join(entered, "opportunity_id")
        .join(accounts, "account_id")
    )
    if segments:
        deals = deals.filter(deals.account_segment.isin(list(segments)))
    done = evidence["work"].select("person_id", "day", state_deal="opportunity_id")
    present = done.join(roles_then, "person_id")
    present = present.filter((present.day >= present.first_day) & (present.day < present.end_day))
    rows = deals.mutate(part=deals.opportunity_id.isin(present.state_deal).fill_null(False)).select(
        record_id="opportunity_id", cluster="owner_id", happened_at="entered_at", part="part"
    )
    return _share(rows, seed, listed=False)


def _new_deals(evidence: Evidence, over: Period, segments: Sequence[str]) -> Any:
    deals = evidence["opportunities"]
    deals = deals.filter((deals.kind == "new") & _within(deals.created_at, over, evidence))
    if segments:
        accounts = evidence["accounts"].select("account_id", account_segment="segment")
        deals = deals.join(accounts, "account_id")
        deals = deals.filter(deals.account_segment.isin(list(segments)))
    return deals


def _within(instant: Any, over: Period, evidence: Evidence) -> Any:
    start = ends_of_day(over.start - timedelta(days=1), evidence.time_zone)
    end = ends_of_day(over.last_day, evidence.time_zone)
    return (instant >= start) & (instant < end)


def _share(rows: Any, seed: int, *, listed: bool = True) -> Share:
    """Count, interval over clusters, and the records that are (or are not) in the part."""
    query = sql_of(rows.select("record_id", "part", "happened_at"))
    frame = rows.to_pandas().sort_values("record_id", ignore_index=True)
    whole, part = len(frame), int(frame["part"].sum())
    if not whole:
        return Share(0, 0, Estimate(float("nan"), "share"), (), query)
    frame["cluster"] = frame["cluster"].fillna("")
    grouped = frame.groupby("cluster")["part"].agg(["sum", "count"])
    low = high = None
    if len(grouped) > 1:
        drawn = drawn_ratio(
            grouped[["sum"]].to_numpy(dtype=float), grouped[["count"]].to_numpy(dtype=float), seed
        )
        low, high = drawn.interval()
        if part in (0, whole):
            # nothing varies: what a share this extreme could still be, by the rule of three
            edge = 1 - np.power(0.05, 1 / whole)
            low, high = (0.0, edge) if part == 0 else (1 - edge, 1.0)
        low, high = max(0.0, low), min(1.0, high)
    chosen = frame[frame["part"] == listed].sort_values(
        "happened_at", ascending=False, kind="stable"
    )
    return Share(
        part,
        whole,
        Estimate(part / whole, "share", low, high, of=f"{whole:,} records"),
        tuple(chosen["record_id"].head(200)),
        query,
    )
