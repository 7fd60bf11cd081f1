"""How new deals of a segment come about, are won, and stand still."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

import numpy as np

from remit.charter import Function
from remit.compensation.measures import named
from remit.decide.facts import Measured
from remit.decide.measured import Tells
from remit.decide.measured.looked import Looked, Untold
from remit.evidence.store import ends_of_day
from remit.measures.deal_records import Deal, StageEntry, days_between, deals_of, stage_entries
from remit.measures.deals import unsourced_deals
from remit.measures.intervals import ratio
from remit.measures.pipeline import CLOSING, Coverage
from remit.measures.pipeline import pipeline_coverage as coverage_of
from remit.measures.queries import sql_of
from remit.measures.winning import cohort_win_rate
from remit.terms import Estimate, Period


@Tells(
    how="new deals opened in the year and won within the days of the win rate, open ones in for "
    "as long as they were followed",
    rests_on=("opportunities.created_at",),
)
def win_rate(looked: Looked) -> Measured:
    """Part of the deals opened that are won in the end, by count."""
    found = cohort_win_rate(
        looked.mine, looked.charter, looked.numbers, looked.year, seed=looked.seed
    )
    assert found is not None  # deals as created are always known
    if not found.deals and looked.lacks("opportunities.created_at"):
        raise Untold("nothing says when deals were opened")
    if found.won >= looked.enough and not found.lost and not found.still_open:
        raise Untold(f"all {found.won:,} deals there are were won: those lost are not loaded")
    if found.won + found.lost < looked.enough:
        raise Untold(
            f"{found.won + found.lost:,} deals opened in the year have closed, and {looked.enough} "
            "are the fewest that tell"
        )
    _shown(looked, deals_of(looked.mine, looked.charter).deals)
    of = f"{found.deals:,} new deals opened in the year"
    rate = dataclasses.replace(found.by_count, of=of)
    return looked.told(rate, found.query, cases=found.deals, what="deals")


def _shown(looked: Looked, deals: Sequence[Deal]) -> None:
    """Raise where too few people own these deals for a figure about them to be shown."""
    owners = len({deal.owner for deal in deals})
    if owners < looked.group:
        raise Untold(
            f"{owners} people own these deals; what fewer than {looked.group} do is not shown"
        )


@Tells(
    how="new deals opened in the year whose lead or own source the charter counts as asking to "
    "talk, over all whose source is known",
    rests_on=("opportunities.created_at", "leads"),
)
def inbound_share(looked: Looked) -> Measured:
    """Part of the new deals that began with somebody asking to talk."""
    words = {w.casefold() for stated in looked.charter.inbound.values() for w in stated}
    if not words:
        raise Untold("the charter names no lead source that is somebody asking to talk")
    deals = looked.mine["opportunities"]
    created = deals.created_at.date()
    deals = deals.filter(
        (deals.kind == "new") & (created >= looked.year.start) & (created < looked.year.end)
    )
    leads = looked.evidence["leads"].select("lead_id", asked="inbound")
    table = deals.left_join(leads, "lead_id").select(
        "opportunity_id", "account_id", "source", "asked"
    )
    part, clusters = [], []
    for row in table.to_pyarrow().to_pylist():
        asked = row["asked"]
        if asked is None and row["source"]:
            asked = row["source"].casefold() in words
        if asked is not None:
            part.append(float(asked))
            clusters.append(row["account_id"] or row["opportunity_id"])
    found = ratio(
        np.array(part),
        np.ones(len(part)),
        clusters,
        unit="share",
        of=f"{len(part):,} new deals",
        seed=looked.seed,
    )
    return looked.told(found, sql_of(table), cases=len(part), what="new deals of known source")


@Tells(
    how="open new deals that have stood in technical stages for longer than nine in ten won "
    "ones needed there, over all open new deals, with the engineers who are at work",
    rests_on=("opportunities.created_at", "stage_changes"),
)
def technical_stalls(looked: Looked) -> Measured:
    """Part of the open deals held up by technical objections; a proxy: nobody notes objections."""
    stages = {
        stage.casefold()
        for stage, function in looked.charter.deals.stages.items()
        if function is Function.TECHNICAL_VALIDATION
    }
    if not stages:
        raise Untold("the charter says of no stage that it is technical validation")
    found = deals_of(looked.mine, looked.charter)
    entered = stage_entries(looked.evidence)
    open_ = [deal for deal in found.deals if deal.closed is None]
    seen = [deal for deal in open_ if deal.deal in entered]
    if len(seen) < looked.number("records_seen_floor") * len(open_):
        raise Untold(
            f"the stages of {len(open_) - len(seen):,} of {len(open_):,} open deals are not known"
        )
    _shown(looked, seen)
    ends = looked.evidence.ends
    needed = [
        days
        for deal in found.deals
        if deal.won and deal.closed
        if (days := _stood(entered.get(deal.deal, []), stages, deal.closed)) > 0
    ]
    now = [d for d in seen if entered[d.deal][-1].stage.casefold() in stages]
    stalled: set[str] = set()
    if now:
        if len(needed) < looked.enough:
            raise Untold(
                f"{len(needed):,} won deals went through a technical stage, and {looked.enough} "
                "are the fewest that tell how long it takes"
            )
        longest = float(np.quantile(needed, looked.number("stalled_beyond")))
        stalled = {d.deal for d in now if _stood(entered[d.deal], stages, ends) > longest}
    share = ratio(
        np.array([float(d.deal in stalled) for d in seen]),
        np.ones(len(seen)),
        [d.owner for d in seen],
        unit="share",
        of=f"{len(seen):,} open new deals",
        seed=looked.seed,
    )
    return looked.told(share, found.query, cases=len(seen), what="open new deals")


def _stood(entries: Sequence[StageEntry], stages: set[str], until: datetime) -> float:
    """Days a deal spent in some stages up to an instant."""
    return sum(
        days_between(entry.entered, min(entry.left or until, until))
        for entry in entries
        if entry.stage.casefold() in stages and entry.entered < until
    )


# Pipeline beside quota


@Tells(
    how="open pipeline of AEs with a quota early in the quarter, over what was still to be sold; "
    "owners are drawn again. Where SDRs are at work, from what none of them sourced to all of it",
    rests_on=("opportunities.created_at", "quotas"),
)
def pipeline_coverage(looked: Looked) -> Measured:
    """AEs' open pipeline for the period over what is still to be sold in it."""
    persons, who = looked.part("AE", "AE/AM")
    found = coverage_of(
        looked.evidence,
        looked.charter,
        looked.numbers,
        looked.year,
        persons=persons,
        seed=looked.seed,
    )
    if found is None:
        raise Untold(f"no quota says what is to be sold in this quarter by {who}")
    if found.to_go <= 0:
        raise Untold("nothing was left to sell in the quarter")
    if found.people < looked.group:
        raise Untold(
            f"{found.people} people have a quota; what fewer than {looked.group} do is not shown"
        )
    named_, there = looked.once("deals_seen", lambda: _deals_seen(looked))
    seen = looked.complete(there, named_, "deals that contracts of the year name", "are here")
    _won_beside_quota(looked, persons, found)
    return _covered(looked, persons, found, seen, who)


def _deals_seen(looked: Looked) -> tuple[int, int]:
    """Contracts of the year that name a deal, and those whose deal is there."""
    contracts = looked.evidence["contracts"]
    mine = contracts.filter(
        contracts.opportunity_id.notnull()
        & (contracts.first_day >= looked.year.start)
        & (contracts.first_day < looked.year.end)
    )
    there = mine.semi_join(looked.evidence["opportunities"], "opportunity_id")
    return int(mine.count().execute()), int(there.count().execute())


def _won_beside_quota(looked: Looked, persons: frozenset[str], found: Coverage) -> None:
    """Raise where so little was won beside the quotas of a year that deals must be missing."""
    asked = Decimal(0)
    for row in looked.evidence["quotas"].to_pyarrow().to_pylist():
        if row["person_id"] in persons and named(row["measure"]) == found.measure:
            whole = Period(row["first_day"], row["end_day"])
            both = whole.meet(looked.year)
            asked += Decimal(row["amount"]) * both.days / whole.days if both else 0
    deals = deals_of(looked.evidence, looked.charter, kinds=found.kinds, persons=persons)
    start = ends_of_day(looked.year.start, looked.evidence.time_zone)
    won = sum(
        (d.value or Decimal(0) for d in deals.deals if d.won and d.closed and d.closed >= start),
        Decimal(0),
    )
    floor = looked.number("won_over_quota_floor")
    if asked and float(won / asked) < floor:
        raise Untold(
            f"deals won in the year come to {float(won / asked):.0%} of its quotas; under "
            f"{floor:.0%} deals are taken to be missing"
        )


def _covered(
    looked: Looked, persons: frozenset[str], found: Coverage, seen: float, who: str
) -> Measured:
    """The coverage with an interval that draws owners of deals again; quotas stay as they are."""
    deals = deals_of(looked.evidence, looked.charter, kinds=found.kinds, persons=persons)
    start = ends_of_day(found.now.day, looked.evidence.time_zone)
    by_owner = dict.fromkeys(sorted(persons), 0.0)
    for deal in deals.deals:
        open_ = deal.created < start and (deal.closed is None or deal.closed >= start)
        due = deal.close_day is not None and deal.close_day < found.now.quarter.end
        if open_ and (due or found.basis != CLOSING):
            by_owner[deal.owner] = by_owner.get(deal.owner, 0.0) + float(deal.value or 0)
    drawn = ratio(
        np.array(list(by_owner.values())),
        np.ones(len(by_owner)),
        list(by_owner),
        unit="times",
        of="",
        seed=looked.seed,
    )
    scale = found.held / drawn.value if drawn.value else float("nan")
    low, high = ((None if e is None else e * scale) for e in (drawn.low, drawn.high))
    of = f"{found.now.deals:,} open deals of {found.people} people ({who})"
    own = _own_work(looked)
    if own is not None and low is not None:
        low, of = low * own, f"{of}, from what no SDR sourced to all of it"
    missing = 1 + found.now.unvalued / max(found.now.deals - found.now.unvalued, 1)
    told = looked.told(
        Estimate(found.held, "times", low, high, of=of),
        found.query,
        cases=found.now.deals,
        what="open deals",
        high=None if high is None else high * missing / seen,
    )
    return told if own is None else dataclasses.replace(told, value=None)


def _own_work(looked: Looked) -> float | None:
    """The least part of new deals that no SDR sourced; None where there are no SDRs.

    Where SDRs are at work, nobody sees what pipeline AEs would have without them: at least what
    they source now, at most all there is.
    """
    sourcers = looked.roles("SDR", "BDR")
    if not any(spell.role in sourcers and spell.during(looked.year) for spell in looked.held):
        return None
    found = unsourced_deals(
        looked.evidence,
        looked.numbers,
        looked.year,
        sellers=looked.roles("AE", "AE/AM"),
        sourcers=sourcers,
        segments=(looked.segment,) if looked.segment else (),
        seed=looked.seed,
    )
    return found.estimate.low if found.whole >= looked.enough and found.estimate.low else 0.0
