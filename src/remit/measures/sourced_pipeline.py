"""The pipeline that SDRs and BDRs bring, beside what they earn at target."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from remit.benchmarks import Benchmark
from remit.charter import Charter
from remit.evidence import Evidence
from remit.evidence.store import ends_of_day
from remit.measures.groups import enough
from remit.measures.intervals import ratio
from remit.measures.outreach import HALF_A_MONTH, handoff_cases, share_at_work
from remit.measures.queries import sql_of
from remit.measures.roles import roles_held
from remit.measures.time import minimum_group
from remit.terms import Estimate, Period, Point

MONTH_DAYS = 365.25 / 12


@dataclass(frozen=True, slots=True)
class SourcedPipeline:
    """Pipeline of some roles' people past ramp, by person-month, over earnings at target."""

    people: int
    months: float
    """Person-months past ramp, part-time in proportion."""
    deals: int
    amount: Decimal
    currency: str
    unpriced: int
    """Deals without an amount in the charter's currency: not in `amount`, and not taken for zero."""
    a_month: Decimal
    """Amount a person-month."""
    ote_month: Decimal
    """Earnings at target for a month, mean over person-months."""
    times: Estimate
    """Pipeline of a month over `basis_months` of earnings at target."""
    basis_months: float
    basis: str
    """Which deals count: the handoff's converted step, or every new deal opened."""
    implied_deal: tuple[Decimal, Decimal] | None
    """Size of deal at which these people's number of deals would give the band; None without."""
    contract: Decimal | None
    """The smallest contract the charter states for these segments, else the median new deal won."""
    contract_from: str
    points: tuple[Point, ...]
    by_month: tuple[tuple[date, int, Decimal], ...]
    """Month, deals, amount; only months in which enough people were at work; least first."""
    query: str


@dataclass(frozen=True, slots=True)
class Unpriced:
    """Why earnings at target are not known in the charter's currency."""

    role: str
    why: str


def earnings_at_target(charter: Charter, role: str) -> Decimal | Unpriced:
    """Earnings at target of a role for a year, in the charter's currency, from the plan it names.

    A plan in another currency is turned into the charter's by its own `plan_rates`.
    """
    named = charter.roles[role].plan
    plan = charter.plans.get(named) if named else None
    if plan is None:
        return Unpriced(role, f"{role} names no plan under `plans:`")
    if plan.ote is None:
        return Unpriced(role, f"the plan {named} states no `ote`")
    if plan.currency in (None, charter.currency):
        return plan.ote
    rate = plan.plan_rates.get(charter.currency)
    if rate is None:
        return Unpriced(
            role, f"the plan {named} is in {plan.currency} and has no rate for {charter.currency}"
        )
    return plan.ote / rate


def named_accounts(
    evidence: Evidence, charter: Charter, roles: tuple[str, ...], persons: frozenset[str]
) -> frozenset[str] | None:
    """The accounts that are named to people of these roles, or None where nothing says which.

    Named are accounts in a territory whose owner is one of them, and those that a territory of
    the charter lists for one of the roles, by id or by name.
    """
    table = evidence["territories"]
    owned = table.filter(table.owner_id.isin(sorted(persons))).account_id
    found = set(owned.to_pyarrow().to_pylist())
    listed = {
        word.casefold()
        for territory in charter.territories.values()
        if territory.role in roles
        for word in territory.accounts
    }
    if listed:
        accounts = evidence["accounts"].select("account_id", "name").to_pyarrow().to_pylist()
        found |= {
            row["account_id"]
            for row in accounts
            if {str(row["account_id"]).casefold(), str(row["name"]).casefold()} & listed
        }
    return frozenset(found) or None


def sourced_pipeline(
    evidence: Evidence,
    charter: Charter,
    numbers: Mapping[str, Benchmark],
    over: Period,
    *,
    benchmark: str,
    roles: tuple[str, ...],
    segments: tuple[str, ...] = (),
    persons: frozenset[str],
    in_named: bool = False,
    seed: int = 0,
) -> SourcedPipeline | None:
    """Value of the deals that these roles sourced, a person-month past ramp, over pay at target.

    Where a handoff of theirs records `converted`, deals are those of converted cases, on the day
    of conversion; else every new deal that one of them opened, whose lead one of them entered or
    owns, or that hangs on their handoff, on the day it was opened. A deal counts once, for whoever
    booked the handoff, else opened the deal, else entered the lead, else owns it, and only if they
    were past ramp then. Amounts are those of today, in the charter's currency. The interval draws
    people again.

    Args:
        evidence: Opened for the charter.
        charter: For the plans, the handoffs and the contracts' values.
        numbers: Benchmarks in force.
        over: Days on which the deals were sourced.
        benchmark: The band the pipeline is held beside, such as `sdr_pipeline_to_ote`.
        roles: Roles of the part; each must have earnings at target.
        segments: Its segments; empty means all.
        persons: Its people.
        in_named: Whether only deals with accounts named to these people count.
        seed: For the interval.

    Returns:
        None where none of them was past ramp in the period.

    Raises:
        ValueError: If a role's earnings at target are not known; ask `earnings_at_target` first.
    """
    people, share = share_at_work(evidence, over, roles, segments, persons, absences=False)
    if not people:
        return None
    named = named_accounts(evidence, charter, roles, persons) if in_named else None
    handoffs = [handoff.name for handoff in charter.handoffs if handoff.giver in roles]
    query, rows, qualified = _deals(evidence, handoffs)
    at = {person: place for place, person in enumerate(people)}
    kept = []
    for row in rows:
        person = next((at[who] for who in row["sources"] if who in at), None)
        day = row["day"]
        if person is None or day not in over or share[person, (day - over.start).days] <= 0:
            continue
        if in_named and row["account_id"] not in (named or ()):
            continue
        kept.append((person, day, row))
    by_person = [Decimal(0)] * len(people)
    for person, _, row in kept:
        by_person[person] += row["amount"] or Decimal(0)
    ote = _earnings(evidence, charter, over, roles, segments, people)
    worked = share.sum(axis=1) / MONTH_DAYS
    months = Decimal(str(round(float(worked.sum()), 6)))
    ote_month = sum(
        (o * Decimal(str(round(float(w), 6))) for o, w in zip(ote, worked, strict=True)), Decimal(0)
    ) / (12 * months)
    basis_months = float(numbers["pipeline_ote_months"].at(over.last_day).value or 1)
    weighed = np.array([float(o) / 12 * basis_months for o in ote]) * worked
    amount = sum(by_person, Decimal(0))
    contract, told = _contract(evidence, charter, over, segments)
    band = numbers[benchmark].at(over.last_day).healthy
    each = months / len(kept) if kept else None
    implied = None
    if each is not None and band is not None:
        base = ote_month * Decimal(str(basis_months)) * each
        implied = (base * Decimal(str(band[0])), base * Decimal(str(band[1])))
    group = minimum_group(charter, numbers, over.last_day)
    by_month = list(_by_month(kept, share, weighed / np.maximum(worked, 1e-9), over, group))
    return SourcedPipeline(
        people=len(people),
        months=float(months),
        deals=len(kept),
        amount=amount,
        currency=charter.currency,
        unpriced=sum(row["amount"] is None for _, _, row in kept),
        a_month=amount / months,
        ote_month=ote_month,
        times=ratio(
            np.array([float(value) for value in by_person]),
            weighed,
            people,
            unit="times",
            of=f"{len(people)} people, {float(months):,.0f} months",
            seed=seed,
        ),
        basis_months=basis_months,
        basis="converted handoffs" if qualified else "new deals opened",
        implied_deal=implied,
        contract=contract,
        contract_from=told,
        points=tuple(Point(month, times, deals) for month, deals, _, times in by_month),
        by_month=tuple(
            (month, deals, value)
            for month, deals, value, _ in sorted(by_month, key=lambda row: row[2])
        ),
        query=query,
    )


def _deals(evidence: Evidence, handoffs: list[str]) -> tuple[str, list[dict[str, Any]], bool]:
    """The deals that may count, once each, with whoever may have sourced them, nearest first."""
    cases = handoff_cases(evidence, handoffs)
    cases = cases.filter(cases.opportunity_id.notnull())
    deals = evidence["opportunities"]
    converted = cases.filter(cases.converted.notnull())
    qualified = bool(converted.count().execute())
    names: tuple[str, ...] = ("booked_by",)
    if qualified:
        found = converted.select(
            "opportunity_id", "booked_by", at="converted", case="case_id"
        ).join(deals.select("opportunity_id", "account_id", "company_amount"), "opportunity_id")
    else:
        leads = evidence["leads"].select("lead_id", lead_by="created_by", lead_owner="owner_id")
        new = deals.filter((deals.kind == "new") & deals.created_at.notnull()).select(
            "opportunity_id",
            "account_id",
            "company_amount",
            "created_by",
            from_lead="lead_id",
            at="created_at",
        )
        booked = cases.group_by(deal="opportunity_id").agg(booked_by=cases.booked_by.min())
        found = new.left_join(leads, new.from_lead == leads.lead_id)
        found = found.left_join(booked, found.opportunity_id == booked.deal)
        names = ("booked_by", "created_by", "lead_by", "lead_owner")
    found = found.select("opportunity_id", "account_id", "company_amount", "at", *names)
    shown = found.select("opportunity_id", "account_id", "company_amount", "at")
    zone = ZoneInfo(evidence.time_zone)
    utc = ZoneInfo("UTC")
    rows: dict[str, dict[str, Any]] = {}
    for row in found.order_by("at", "opportunity_id", *names).to_pyarrow().to_pylist():
        if row["at"] < evidence.ends and row["opportunity_id"] not in rows:
            rows[row["opportunity_id"]] = {
                "account_id": row["account_id"],
                "amount": row["company_amount"],
                "day": row["at"].replace(tzinfo=utc).astimezone(zone).date(),
                "sources": [row[name] for name in names if row[name] is not None],
            }
    return sql_of(shown), list(rows.values()), qualified


def _earnings(
    evidence: Evidence,
    charter: Charter,
    over: Period,
    roles: tuple[str, ...],
    segments: tuple[str, ...],
    people: list[str],
) -> list[Decimal]:
    """Each person's earnings at target for a year, by the role held on most of the days."""
    days: dict[str, Counter[str]] = {person: Counter() for person in people}
    for spell in roles_held(evidence):
        span = spell.during(over, settled=True)
        here = not segments or spell.segment in (*segments, "")
        if spell.person_id in days and spell.role in roles and here and span is not None:
            days[spell.person_id][spell.role] += span.days
    found = []
    for person in people:
        ((role, _),) = days[person].most_common(1)
        ote = earnings_at_target(charter, role)
        if isinstance(ote, Unpriced):
            raise ValueError(ote.why)
        found.append(ote)
    return found


def _contract(
    evidence: Evidence, charter: Charter, over: Period, segments: tuple[str, ...]
) -> tuple[Decimal | None, str]:
    stated = [
        segment.acv
        for name, segment in charter.segments.items()
        if segment.acv is not None and (not segments or name in segments)
    ]
    if stated:
        return min(stated), "the charter's contract value"
    deals = evidence["opportunities"]
    accounts = evidence["accounts"].select("account_id", account_segment="segment")
    won = deals.filter(deals.won & (deals.kind == "new") & deals.company_amount.notnull())
    won = won.left_join(accounts, won.account_id == accounts.account_id)
    if segments:
        won = won.filter(won.account_segment.isin(list(segments)))
    since = ends_of_day(over.start - timedelta(days=1), evidence.time_zone)
    won = won.filter(won.closed_at >= since)
    values = won.select("company_amount").to_pyarrow().to_pylist()
    amounts = [row["company_amount"] for row in values]
    return (median(amounts), "the median new deal won") if amounts else (None, "")


def _by_month(
    kept: list[tuple[int, date, dict[str, Any]]], share: Any, pay: Any, over: Period, group: int
) -> Iterator[tuple[date, int, Decimal, float]]:
    months = list(over.months())
    worked = [share[:, (m.start - over.start).days : (m.end - over.start).days] for m in months]
    there = [{str(at) for at in np.flatnonzero(days.sum(axis=1) > 0)} for days in worked]
    for month, of, kept_here in zip(months, worked, enough(there, group), strict=True):
        days = of.sum(axis=1)
        if month.days < HALF_A_MONTH or not kept_here:
            continue
        mine = [row for _, day, row in kept if day in month]
        value = sum((row["amount"] or Decimal(0) for row in mine), Decimal(0))
        earned = float((days / MONTH_DAYS * pay).sum())
        if earned:
            yield month.start.replace(day=1), len(mine), value, float(value) / earned
