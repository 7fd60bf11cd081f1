"""What happens after a handoff: discovery held over again, proofs of concept that are paid for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import ibis
import numpy as np

from remit.benchmarks import Benchmark
from remit.charter import Charter, Function
from remit.evidence import Evidence
from remit.evidence.store import ends_of_day
from remit.measures.outreach import HALF_A_MONTH, handoff_cases, local_days, spells_of
from remit.measures.queries import sql_of
from remit.measures.survival import incidence, waited
from remit.measures.work import work
from remit.terms import Estimate, Period, Point


@dataclass(frozen=True, slots=True)
class HeldAgain:
    """Accepted handoffs after which the taker held a further discovery meeting."""

    handoff: str
    segments: tuple[str, ...]
    cases: int
    again: int
    """Those of the cases with one, within the horizon."""
    meetings: int
    """Discovery meetings that anybody of the taker's role held, at all; none means none is seen."""
    days: int
    share: Estimate
    first: str
    """What stands for the first meeting: the handoff's own, or the first one found."""
    filled: Estimate | None
    """The share among cases with every field that could be seen filled; None where there is none."""
    filled_cases: int
    empty: Estimate | None
    """The same of cases with a field left empty."""
    empty_cases: int
    months: tuple[Point, ...]
    worst: tuple[tuple[Any, ...], ...]
    """Case, deal, day accepted, discovery meetings held again within the horizon, fields missing."""
    query: str


@dataclass(frozen=True, slots=True)
class PaidProofs:
    """Proofs of concept, and those that became paid."""

    cases: int
    won: int
    lost: int
    days: int
    share: Estimate
    unseen: int
    """Proofs of concept on which nobody of these roles is recorded; not in the figures."""
    months: tuple[Point, ...]
    worst: tuple[tuple[Any, ...], ...]
    """Deal, day it started, days since, what became of it."""
    query: str


def discovery_again(
    evidence: Evidence,
    charter: Charter,
    numbers: Mapping[str, Benchmark],
    over: Period,
    *,
    handoff: str,
    roles: tuple[str, ...],
    segments: tuple[str, ...] = (),
    persons: frozenset[str],
    within: Period,
) -> HeldAgain | None:
    """Share of accepted handoffs after which the taker holds discovery over again.

    The first discovery meeting is the handoff's own, where its being held is recorded; else the
    first that the taker's people hold with the company or lead after the offer. Again is a
    further meeting of theirs with it whose purpose is discovery, within `discovery_again_days` of
    acceptance (of the first meeting, if that is later). The share is cumulative incidence; a deal
    that was closed, or went on to a stage that is not discovery, is a competing end, and cases
    too young are open. A proxy: a second meeting may be a restart or the next step.

    Args:
        evidence: Opened for the charter.
        charter: Who owns what, and what stages mean.
        numbers: Benchmarks in force.
        over: Days on which the handoffs were accepted.
        handoff: Name of the handoff.
        roles: The taker's role, and any others of its part.
        segments: Segments of the part; empty means all.
        persons: Its people.
        within: The days that have activities; handoffs accepted outside them are left out.

    Returns:
        None where no handoff was accepted in these days.
    """
    days = int(numbers["discovery_again_days"].at(over.last_day).value or 0)
    seen = over.meet(within)
    if seen is None:
        return None
    cases = handoff_cases(evidence, [handoff])
    start = ends_of_day(seen.start - timedelta(days=1), evidence.time_zone)
    cases = cases.filter((cases.accepted >= start) & (cases.accepted < evidence.ends))
    if segments:
        cases = cases.filter(cases.segment.isin([*segments]) | cases.segment.isnull())
    leads = evidence["leads"].select(of_lead="lead_id", became="account_id")
    deals = evidence["opportunities"].select(
        deal="opportunity_id", its="account_id", over_at="closed_at"
    )
    cases = cases.left_join(leads, cases.prospect_id == leads.of_lead)
    cases = cases.left_join(deals, cases.opportunity_id == deals.deal)
    left = _left_discovery(evidence, charter)
    cases = cases.left_join(left, cases.opportunity_id == left.moved)
    cases = cases.select(
        "case_id",
        "opportunity_id",
        "offered",
        "held",
        "accepted",
        "over_at",
        "left_at",
        company=ibis.coalesce(cases.its, cases.became, cases.prospect_id),
    ).distinct()
    met = _discovery_meetings(evidence, charter, numbers, within, roles, segments, persons)
    joined = cases.join(met, "company")
    joined = joined.filter(
        joined.met_at >= ibis.coalesce(joined.held, joined.offered, joined.accepted)
    )
    pairs = joined.select("case_id", "activity_id", "met_at").distinct()
    query = sql_of(cases.drop("company"))
    frame = cases.to_pandas().sort_values("case_id", ignore_index=True)
    if frame.empty:
        return None
    known = bool(frame["held"].notna().any())
    found = pairs.to_pandas().sort_values(["case_id", "met_at", "activity_id"], ignore_index=True)
    if not known and len(found):
        # the first one found is the handoff's own meeting
        found = found[found.groupby("case_id").cumcount() > 0]
    frame["from"] = frame[["accepted", "held"]].max(axis=1) if known else frame["accepted"]
    found = found.merge(frame[["case_id", "from"]], on="case_id")
    # a meeting between the first one and the acceptance is as much a second as one after it
    found["wait"] = (found["met_at"] - found["from"]).dt.total_seconds().clip(lower=0) / 86400
    first = found.groupby("case_id")["met_at"].min()
    frame["again_at"] = frame["case_id"].map(first)
    frame["again_at"] = frame[["again_at", "from"]].max(axis=1).where(frame["again_at"].notna())
    other = frame[["over_at", "left_at"]].min(axis=1)
    ended = frame[["again_at"]].assign(other=other).min(axis=1)
    waits, open_ = waited(frame["from"], ended, evidence.ends)
    again = frame["again_at"].notna() & ~(other < frame["again_at"])
    status = np.where(open_, 0, np.where(again, 1, 2))
    _, share = incidence(waits, status, days)
    counted = found[found["wait"] <= days].groupby("case_id")["activity_id"].nunique()
    frame["times"] = frame["case_id"].map(counted).fillna(0).astype(int)
    frame["again"] = again & (waits <= days)
    whole, missing = _fields(evidence, handoff, frame["case_id"])
    # a case of which no field could be seen is neither
    full = frame["case_id"].isin([case for case, filled in whole.items() if filled])
    lacking = frame["case_id"].isin(list(missing))

    def of(chosen: Any) -> Estimate | None:
        chosen = chosen.to_numpy()
        return incidence(waits[chosen], status[chosen], days)[1] if chosen.any() else None

    accepted = local_days(frame["accepted"], evidence.time_zone)
    ripe = (~open_) | (waits > days)
    months = []
    for month in seen.months():
        mine = np.array([day in month for day in accepted]) & ripe
        if month.days >= HALF_A_MONTH and mine.any():
            part = float(frame.loc[mine, "again"].mean())
            months.append(Point(month.start.replace(day=1), part, int(mine.sum())))
    worst = sorted(
        (
            (
                row.case_id,
                row.opportunity_id if isinstance(row.opportunity_id, str) else None,
                str(day),
                row.times,
                missing.get(row.case_id, ""),
            )
            for row, day in zip(frame.itertuples(), accepted, strict=True)
        ),
        key=lambda row: (-row[3], row[0]),
    )
    return HeldAgain(
        handoff=handoff,
        segments=segments,
        cases=len(frame),
        again=int(frame["again"].sum()),
        meetings=int(met.select("activity_id").distinct().count().execute()),
        days=days,
        share=share,
        first="the meeting handed over" if known else "the first meeting after the offer",
        filled=of(full),
        filled_cases=int(full.sum()),
        empty=of(lacking),
        empty_cases=int(lacking.sum()),
        months=tuple(months),
        worst=tuple(worst[:200]),
        query=query,
    )


def _left_discovery(evidence: Evidence, charter: Charter) -> Any:
    """When each deal first entered a stage that is something else than discovery."""
    other = [
        stage.lower()
        for stage, function in charter.deals.stages.items()
        if function is not Function.DISCOVERY
    ]
    changes = evidence["stage_changes"]
    changes = changes.filter(
        (changes.record_type == "opportunity") & changes.stage.lower().isin([*other, ""])
    )
    return changes.group_by(moved="record_id").agg(left_at=changes.entered_at.min())


def _discovery_meetings(
    evidence: Evidence,
    charter: Charter,
    numbers: Mapping[str, Benchmark],
    within: Period,
    roles: tuple[str, ...],
    segments: tuple[str, ...],
    persons: frozenset[str],
) -> Any:
    """Meetings of these people whose purpose is discovery: `activity_id, company, met_at`."""
    done = work(evidence, charter, numbers, within)
    acts = evidence["activities"]
    met = acts.filter(acts.kind == "meeting").select("activity_id")
    theirs = spells_of(evidence, within, roles, segments, persons).select("person_id").distinct()
    done = done.filter((done.function == Function.DISCOVERY.value) & done.role.isin(list(roles)))
    done = done.select("activity_id", "person_id").distinct()
    done = done.semi_join(met, "activity_id").semi_join(theirs, "person_id")
    of = evidence["work"].select("activity_id", "account_id", "lead_id", "happened_at").distinct()
    leads = evidence["leads"].select(of_lead="lead_id", became="account_id")
    rows = done.select("activity_id").distinct().join(of, "activity_id")
    rows = rows.left_join(leads, rows.lead_id == leads.of_lead)
    rows = rows.select(
        "activity_id",
        company=ibis.coalesce(rows.account_id, rows.became, rows.lead_id),
        met_at="happened_at",
    )
    return rows.filter(rows.company.notnull()).distinct()


def _fields(
    evidence: Evidence, handoff: str, cases: Any
) -> tuple[Mapping[str, bool], Mapping[str, str]]:
    """Whether every field of a case that could be seen is filled, and which are not."""
    fields = evidence["handoff_fields"]
    told = fields.filter((fields.handoff == handoff) & fields.filled.notnull())
    frame = told.select("case_id", "field", "filled").to_pandas().sort_values(["case_id", "field"])
    frame = frame[frame["case_id"].isin(cases)]
    if frame.empty:
        return {}, {}
    frame["filled"] = frame["filled"].astype(bool)
    whole = frame.groupby("case_id")["filled"].all().to_dict()
    empty = frame[~frame["filled"]]
    return whole, empty.groupby("case_id")["field"].apply(", ".join).to_dict()


def paid_proofs(
    evidence: Evidence,
    charter: Charter,
    numbers: Mapping[str, Benchmark],
    over: Period,
    *,
    roles: tuple[str, ...],
    segments: tuple[str, ...] = (),
    persons: frozenset[str],
) -> PaidProofs | None:
    """Share of proofs of concept that become paid, of those these roles took part in.

    Taking part means being on any activity that concerned the deal while it was open. The share
    is cumulative incidence at `poc_days` after the proof of concept started, with a lost deal as
    the competing end; those still running are open.

    Returns:
        None where the evidence tells of no proof of concept at all.
    """
    days = int(numbers["poc_days"].at(over.last_day).value or 0)
    deals = evidence["opportunities"]
    start = ends_of_day(over.start - timedelta(days=1), evidence.time_zone)
    deals = deals.filter(
        deals.poc_at.notnull() & (deals.poc_at >= start) & (deals.poc_at < evidence.ends)
    ).select("opportunity_id", "poc_at", "closed_at", "won", "account_id")
    if segments:
        accounts = evidence["accounts"].select(of="account_id", account_segment="segment")
        deals = deals.left_join(accounts, deals.account_id == accounts.of)
        deals = deals.filter(deals.account_segment.isin(list(segments))).drop(
            "of", "account_segment"
        )
    done = evidence["work"]
    done = done.filter(done.opportunity_id.notnull() & done.person_id.notnull() & done.counted)
    done = done.select("person_id", "day", deal="opportunity_id").join(
        spells_of(evidence, over, roles, segments, persons), "person_id"
    )
    done = done.filter((done.day >= done.first_day) & (done.day < done.end_day))
    rows = deals.mutate(theirs=deals.opportunity_id.isin(done.deal).fill_null(False))
    rows = rows.drop("account_id")
    query = sql_of(rows.filter(rows.theirs))
    frame = rows.to_pandas().sort_values("opportunity_id", ignore_index=True)
    if frame.empty:
        return None
    unseen = int((~frame["theirs"]).sum())
    frame = frame[frame["theirs"]].reset_index(drop=True)
    if frame.empty:
        return PaidProofs(0, 0, 0, days, Estimate(float("nan"), "share"), unseen, (), (), query)
    return _paid(frame, days, unseen, over, evidence.ends, evidence.time_zone, query)


def _paid(
    frame: Any, days: int, unseen: int, over: Period, ends: datetime, zone: str, query: str
) -> PaidProofs:
    won = frame["won"].fillna(False).astype(bool) & frame["closed_at"].notna()
    lost = ~won & frame["closed_at"].notna()
    waits, _ = waited(frame["poc_at"], frame["closed_at"], ends)
    _, share = incidence(waits, np.where(won, 1, np.where(lost, 2, 0)), days)
    began = local_days(frame["poc_at"], zone)
    ripe = won | lost | (waits > days)
    months = []
    for month in over.months():
        mine = np.array([day in month for day in began]) & ripe.to_numpy()
        if month.days >= HALF_A_MONTH and mine.any():
            paid = float((won[mine] & (waits[mine] <= days)).mean())
            months.append(Point(month.start.replace(day=1), paid, int(mine.sum())))
    became = np.where(won, "paid", np.where(lost, "lost", "open"))
    rank = {"lost": 0, "open": 1, "paid": 2}
    worst = sorted(
        zip(frame["opportunity_id"], began.astype(str), waits.round(1), became, strict=True),
        key=lambda row: (rank[str(row[3])], -row[2], row[0]),
    )
    return PaidProofs(
        cases=len(frame),
        won=int(won.sum()),
        lost=int(lost.sum()),
        days=days,
        share=share,
        unseen=unseen,
        months=tuple(months),
        worst=tuple((str(a), b, float(c), str(d)) for a, b, c, d in worst[:200]),
        query=query,
    )
