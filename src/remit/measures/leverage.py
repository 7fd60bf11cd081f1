"""What a unit of compensation brings: pipeline created, deals won, revenue retained."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np

from remit.benchmarks import Benchmark
from remit.charter import Charter, Function, remit_of
from remit.charter.ownership import EVERYWHERE
from remit.evidence import Evidence, read_once
from remit.measures.after_signing import customers
from remit.measures.drift import in_charters_currency
from remit.measures.intervals import DRAWS, Draws
from remit.measures.queries import sql_of
from remit.measures.recurring import Book, recurring_revenue
from remit.measures.roles import Held, roles_held
from remit.measures.work import work
from remit.terms import Estimate, Period

COMPENSATION = ("comp", "compensation")
"""Kinds of `costs` that are people's pay."""
PIPELINE, WON, RETAINED = "pipeline", "won", "retained"
_OWES = {
    PIPELINE: (Function.PROSPECTING, Function.QUALIFICATION),
    WON: (Function.CLOSING, Function.EXPANSION),
    RETAINED: (Function.CUSTOMER_SUCCESS, Function.RENEWAL),
}
_SELDOM_SEEN = (Function.MANAGEMENT, Function.INTERNAL)


@dataclass(frozen=True, slots=True)
class Pay:
    """Compensation of some people over a period, in the charter's currency."""

    amount: Decimal
    people: float
    """Full-time people on average."""
    basis: str
    """costs, as booked; or plans: pay at target of the charter's plans, times people."""


@dataclass(frozen=True, slots=True)
class Leverage:
    """What people brought in a year for each unit of their compensation, and the year before."""

    gives: str
    """pipeline (value of new and expansion deals opened), won (value of those won) or retained
    (recurring revenue of a year ago still paid, no customer above what it paid then)."""
    amount: Decimal
    pay: Pay
    now: Estimate
    before: Estimate | None
    """None where records or costs do not reach back so far."""
    left_out: int
    """Deals or contracts without a value in the charter's currency."""
    rows: tuple[tuple[Any, ...], ...]
    """Company, value: the largest first."""
    query: str


def owes(charter: Charter, role: str, gives: str, segment: str | None = None) -> bool:
    """Whether a role owns the work that brings this, by the charter."""
    return bool(remit_of(charter, role, segment).owned & set(_OWES[gives]))


@read_once
def pay_of(
    evidence: Evidence,
    charter: Charter,
    numbers: Mapping[str, Benchmark],
    over: Period,
    *,
    roles: tuple[str, ...],
    segments: tuple[str, ...] = (),
) -> Pay | None:
    """Compensation of a role, or some, in some segments over a period.

    From `costs` of compensation, months cut to the days in the period; what a role costs in no
    segment is shared out by people. Where costs are missing for part of the period (at most half
    of it), the rest is taken to cost as much a day. Else pay at target of the plans, times people.

    Args:
        evidence: As of the last day wanted.
        charter: For plans, and its currency.
        numbers: Unused; every measure is called alike.
        over: Closed-open.
        roles: Roles paid.
        segments: Segments in which they hold the role; empty means all.

    Returns:
        None where neither costs nor plans tell what one of the roles earns.
    """
    held = roles_held(evidence)
    amount, people, bases = Fraction(0), 0.0, set()
    for role in roles:
        mine = full_time(held, over, role, segments)
        paid = _costs(evidence, charter, over, role, segments, held)
        basis = "costs"
        if paid is None:
            paid, basis = _plans(charter, role, mine, over), "plans"
        if paid is None:
            return None
        amount, people = amount + paid, people + mine
        bases.add(basis)
    if not amount:
        return None
    cents = Decimal(round(amount * 100)) / 100
    return Pay(cents, people, " and ".join(sorted(bases)))


def full_time(held: Iterable[Held], over: Period, role: str, segments: tuple[str, ...]) -> float:
    """Full-time people who held a role, on average over a period."""
    days = 0.0
    for spell in held:
        there = spell.during(over)
        if spell.role == role and there and (not segments or spell.segment in segments):
            days += there.days * spell.share
    return days / over.days if over.days else 0.0


def _costs(
    evidence: Evidence,
    charter: Charter,
    over: Period,
    role: str,
    segments: tuple[str, ...],
    held: Iterable[Held],
) -> Fraction | None:
    table = evidence["costs"]
    table = table.filter(table.kind.isin(list(COMPENSATION)) & (table.role == role))
    booked, shared, covered = Fraction(0), Fraction(0), set()
    for row in table.to_pyarrow().to_pylist():
        if row["amount"] is None or row["currency"] not in (None, charter.currency):
            continue
        first = row["month"].replace(day=1)
        whole = Period(first, (first + timedelta(days=32)).replace(day=1))
        there = whole.meet(over)
        if there is None:
            continue
        covered.add((first, there.days))
        part = Fraction(row["amount"]) * Fraction(there.days, whole.days)
        if not row["segment"]:
            shared += part
        elif not segments or row["segment"] in segments:
            booked += part
    seen = sum(days for _, days in covered)
    if seen * 2 < over.days:
        return None
    if segments and shared:
        everybody = full_time(held, over, role, ())
        mine = full_time(held, over, role, segments)
        shared *= Fraction(mine / everybody).limit_denominator(10**6) if everybody else 0
    return (booked + shared) * Fraction(over.days, seen)


def _plans(charter: Charter, role: str, people: float, over: Period) -> Fraction | None:
    plan = charter.plans.get(charter.roles[role].plan or "") if role in charter.roles else None
    if plan is None or plan.ote is None or plan.currency not in (None, charter.currency):
        return None
    years = Fraction(over.days, 365) * Fraction(people).limit_denominator(10**6)
    return Fraction(plan.ote) * years


def role_leverage(
    evidence: Evidence,
    charter: Charter,
    numbers: Mapping[str, Benchmark],
    over: Period,
    *,
    gives: tuple[str, ...],
    roles: tuple[str, ...],
    persons: frozenset[str],
    held_in: tuple[str, ...] = (),
    segments: tuple[str, ...] = (),
    seed: int = 0,
) -> tuple[Leverage, ...]:
    """What some people brought for each unit of their compensation.

    Pipeline is theirs if they opened the deal, entered or own its lead, are credited with it or
    gave the handoff it came from; what is won, if they own the deal; what is retained, if it is of
    customers in their segments. The interval draws companies, as many as may come.

    Args:
        evidence: As of the last day wanted.
        charter: For its currency, handoffs and plans.
        numbers: Benchmarks in force.
        over: This year; the year before is as long.
        gives: Of pipeline, won and retained, which are wanted.
        roles: Their roles.
        persons: The people; at least as many as the minimum group.
        held_in: Segments in which they hold the roles; empty means all.
        segments: Segments of the customers; empty means all.
        seed: For the interval.

    Returns:
        One for each wanted; none where their compensation is not known, nor what is retained where
        there is no recurring revenue.
    """
    pay = pay_of(evidence, charter, numbers, over, roles=roles, segments=held_in)
    if pay is None:
        return ()
    before_pay = pay_of(evidence, charter, numbers, _before(over), roles=roles, segments=held_in)
    return _leverages(
        evidence, charter, numbers, over, gives, segments, persons, roles, pay, before_pay, seed
    )


def segment_leverage(
    evidence: Evidence,
    charter: Charter,
    numbers: Mapping[str, Benchmark],
    over: Period,
    *,
    gives: tuple[str, ...],
    segment: str,
    seed: int = 0,
) -> tuple[Leverage, ...]:
    """What a segment brought for each unit of compensation of all who work on its customers.

    Everybody counts whose role owns or assists some work in the segment but management; roles
    that are not held by segment cost each segment by their recorded time there, in both years by
    that of this one.

    Args:
        evidence: As of the last day wanted.
        charter: For its currency, roles and plans.
        numbers: Benchmarks in force.
        over: This year; the year before is as long.
        gives: Of pipeline, won and retained, which are wanted.
        segment: The segment.
        seed: For the interval.

    Returns:
        One for each wanted; none where the compensation of one of the roles is not known, nor what
        is retained where there is no recurring revenue.
    """
    shares = _shares_of_time(evidence, charter, numbers, over, segment)
    pay = _segment_pay(evidence, charter, numbers, over, segment, shares)
    if pay is None:
        return ()
    before_pay = _segment_pay(evidence, charter, numbers, _before(over), segment, shares)
    segments = () if segment == EVERYWHERE else (segment,)
    return _leverages(
        evidence, charter, numbers, over, gives, segments, None, (), pay, before_pay, seed
    )


def _leverages(
    evidence: Evidence,
    charter: Charter,
    numbers: Mapping[str, Benchmark],
    over: Period,
    gives: tuple[str, ...],
    segments: tuple[str, ...],
    persons: frozenset[str] | None,
    roles: tuple[str, ...],
    pay: Pay,
    before_pay: Pay | None,
    seed: int,
) -> tuple[Leverage, ...]:
    found = []
    for one in gives:
        told = _told(evidence, charter, numbers, over, one, segments, persons, roles)
        if told is not None:
            found.append(_leverage(told, one, over, pay, before_pay, seed))
    return tuple(found)


def working_roles(charter: Charter, segment: str) -> tuple[str, ...]:
    """Roles that own or assist some work in a segment, but management."""
    found = []
    for role, stated in charter.roles.items():
        remit = remit_of(charter, role, segment)
        here = segment in (stated.segments or charter.segment_names() or (EVERYWHERE,))
        if here and (remit.owned | remit.assisted) - set(_SELDOM_SEEN) and not _manages(remit):
            found.append(role)
    return tuple(found)


def _manages(remit: Any) -> bool:
    return Function.MANAGEMENT in remit.owned


def _segment_pay(
    evidence: Evidence,
    charter: Charter,
    numbers: Mapping[str, Benchmark],
    over: Period,
    segment: str,
    shares: Mapping[str, float],
) -> Pay | None:
    held = roles_held(evidence)
    amount, people, bases = Decimal(0), 0.0, set()
    for role in working_roles(charter, segment):
        if not any(spell.role == role and spell.during(over) for spell in held):
            continue
        everywhere = pay_of(evidence, charter, numbers, over, roles=(role,))
        if everywhere is None:
            return None
        by_segment = any(s.role == role and s.segment for s in held)
        part = everywhere
        if segment != EVERYWHERE and by_segment:
            some = pay_of(evidence, charter, numbers, over, roles=(role,), segments=(segment,))
            if some is None:
                continue
            part = some
        elif segment != EVERYWHERE:
            share = shares[role]
            part = Pay(
                (everywhere.amount * Decimal(share)).quantize(Decimal("0.01")),
                everywhere.people * share,
                everywhere.basis,
            )
        amount, people = amount + part.amount, people + part.people
        bases.add(part.basis)
    if not amount:
        return None
    return Pay(amount, people, " and ".join(sorted(bases)))


def _shares_of_time(
    evidence: Evidence,
    charter: Charter,
    numbers: Mapping[str, Benchmark],
    over: Period,
    segment: str,
) -> dict[str, float]:
    """The part of each role's recorded time in a segment, of roles not held by segment.

    As much in each segment where none is recorded.
    """
    held = roles_held(evidence)
    wanted = [
        role
        for role in working_roles(charter, segment)
        if segment != EVERYWHERE and not any(s.role == role and s.segment for s in held)
    ]
    if not wanted:
        return {}
    rows = work(evidence, charter, numbers, over)
    rows = rows.filter(rows.role.isin(wanted) & rows.segment.notnull())
    summed = rows.group_by(["role", "segment"]).agg(minutes=rows.minutes.sum())
    minutes: dict[str, dict[str, float]] = defaultdict(dict)
    for row in summed.to_pyarrow().to_pylist():
        minutes[row["role"]][row["segment"]] = float(row["minutes"] or 0)
    found = {}
    for role in wanted:
        whole = sum(minutes[role].values())
        several = len(charter.roles[role].segments or charter.segment_names() or (EVERYWHERE,))
        found[role] = minutes[role].get(segment, 0.0) / whole if whole else 1 / several
    return found


@dataclass(frozen=True, slots=True)
class _Told:
    """Values by company and day, how far back they reach, and what could not be valued."""

    values: Mapping[tuple[str, date], Decimal]
    since: date
    left_out: int
    query: str
    book: Book | None = None
    segments: tuple[str, ...] = ()


def _told(
    evidence: Evidence,
    charter: Charter,
    numbers: Mapping[str, Benchmark],
    over: Period,
    gives: str,
    segments: tuple[str, ...],
    persons: frozenset[str] | None,
    roles: tuple[str, ...],
) -> _Told | None:
    if gives == RETAINED:
        book = recurring_revenue(evidence, charter, numbers, over)
        if book is None or not book.steps:
            return None
        since = min(steps[0][0] for steps in book.steps.values() if steps)
        left_out = sum(book.left_out.values())
        return _Told({}, since, left_out, book.query, book, segments)
    who = customers(evidence)
    deals = evidence["opportunities"]
    deals = deals.filter(deals.kind.isin(["new", "expansion"]))
    at = deals.created_at if gives == PIPELINE else deals.closed_at
    deals = deals.filter(at.notnull())
    if gives == WON:
        deals = deals.filter(deals.won)
        if persons is not None:
            deals = deals.filter(deals.owner_id.isin(sorted(persons)))
    chosen = deals.select(
        "opportunity_id",
        "account_id",
        "created_by",
        "owner_id",
        "lead_id",
        "amount",
        "currency",
        "company_amount",
        at="created_at" if gives == PIPELINE else "closed_at",
    )
    since = evidence.first_day
    theirs: set[str] | None = None
    if gives == PIPELINE and persons is not None:
        theirs, since = _brought(evidence, charter, persons, roles)
    values: dict[tuple[str, date], Decimal] = {}
    left_out = 0
    for row in chosen.order_by("opportunity_id").to_pyarrow().to_pylist():
        company = who.top.get(row["account_id"], row["opportunity_id"])
        if not who.there(company, segments):
            continue
        if theirs is not None and persons is not None:
            opened = row["created_by"] or row["owner_id"]
            if opened not in persons and not {row["opportunity_id"], row["lead_id"]} & theirs:
                continue
        value = in_charters_currency(row, charter)
        if value is None:
            left_out += 1
            continue
        key = (company, row["at"].date())
        values[key] = values.get(key, Decimal(0)) + value
    return _Told(values, since, left_out, sql_of(chosen))


def _brought(
    evidence: Evidence, charter: Charter, persons: frozenset[str], roles: tuple[str, ...]
) -> tuple[set[str], date]:
    """Ids of deals and leads that these people brought, and the day from which that is told."""
    them = sorted(persons)
    leads, credits = evidence["leads"], evidence["deal_credits"]
    mine = leads.filter(leads.created_by.isin(them) | leads.owner_id.isin(them))
    found = set(mine.lead_id.to_pyarrow().to_pylist())
    mine = credits.filter(credits.person_id.isin(them) & credits.role.isin(list(roles)))
    found |= set(mine.record_id.to_pyarrow().to_pylist())
    since = evidence.first_day
    given = [handoff.name for handoff in charter.handoffs if handoff.giver in roles]
    if given:
        steps = evidence["handoffs"]
        steps = steps.filter(steps.handoff.isin(given))
        first = steps.happened_at.min().execute()
        since = max(since, first.date()) if str(first) not in ("None", "NaT") else since
        passed = steps.filter(steps.opportunity_id.notnull()).opportunity_id
        found |= set(passed.to_pyarrow().to_pylist())
    return {str(name) for name in found}, since


def _before(over: Period) -> Period:
    return Period(over.start - timedelta(days=over.days), over.start)


def _leverage(
    told: _Told, gives: str, over: Period, pay: Pay, before_pay: Pay | None, seed: int
) -> Leverage:
    earlier = _before(over)
    now = _sums(told, gives, over)
    before = None
    # records that begin a few days into a year tell of it all the same
    if before_pay is not None and told.since <= earlier.start + timedelta(days=14):
        before = _estimate(_sums(told, gives, earlier), before_pay, gives, seed)
    rows = sorted(((name, round(value)) for name, value in now.items()), key=lambda r: -r[1])
    return Leverage(
        gives=gives,
        amount=sum(now.values(), Decimal(0)),
        pay=pay,
        now=_estimate(now, pay, gives, seed),
        before=before,
        left_out=told.left_out,
        rows=tuple(rows),
        query=told.query,
    )


def _sums(told: _Told, gives: str, over: Period) -> dict[str, Decimal]:
    """Value by company in a period."""
    if told.book is not None:
        start, end = told.book.at(over.start), told.book.at(over.last_day)
        return {
            name: min(paid, end.get(name, Decimal(0)))
            for name, paid in start.items()
            if not told.segments or told.book.segments.get(name) in told.segments
        }
    found: dict[str, Decimal] = defaultdict(Decimal)
    for (company, day), value in told.values.items():
        if day in over:
            found[company] += value
    return dict(found)


def _estimate(sums: Mapping[str, Decimal], pay: Pay, gives: str, seed: int) -> Estimate:
    """The sum over the pay, companies drawn again; for what comes in, as many as may come."""
    cost, of = float(pay.amount), f"{len(sums):,} companies"
    values = np.sort(np.array([float(value) for value in sums.values()]))
    if len(values) < 2:
        return Estimate(float(values.sum()) / cost, "times", of=of)
    chance = np.random.default_rng(seed)
    totals = np.empty(DRAWS)
    for at in range(DRAWS):
        if gives == RETAINED:
            totals[at] = values[chance.integers(0, len(values), len(values))].sum()
        else:
            totals[at] = (values * chance.poisson(1.0, len(values))).sum()
    low, high = Draws(totals / cost, len(values)).interval()
    return Estimate(float(values.sum()) / cost, "times", low, high, of=of)


@dataclass(frozen=True, slots=True)
class Wins:
    """New deals that were closed in a period, and what a won one was worth on average."""

    won: int
    closed: int
    value: Decimal
    owners: int
    """People who own the closed ones."""

    @property
    def rate(self) -> float:
        """Share of the closed ones that were won: a milestone rate, of deals closed in the time."""
        return self.won / self.closed


def wins_of(
    evidence: Evidence,
    charter: Charter,
    numbers: Mapping[str, Benchmark],
    over: Period,
    *,
    segments: tuple[str, ...] = (),
) -> Wins | None:
    """How many of the new deals closed in a period were won, and their mean value.

    Args:
        evidence: As of the last day wanted.
        charter: For its currency.
        numbers: Unused; every measure is called alike.
        over: Days on which they closed.
        segments: Segments of the companies; empty means all.

    Returns:
        None where none was won with a value in the charter's currency.
    """
    deals = evidence["opportunities"]
    deals = deals.filter((deals.kind == "new") & deals.closed_at.notnull() & deals.won.notnull())
    rows = deals.select(
        "account_id", "owner_id", "won", "closed_at", "amount", "currency", "company_amount"
    )
    who = customers(evidence)
    won = closed = 0
    values = []
    owners = set()
    for row in rows.to_pyarrow().to_pylist():
        here = who.there(who.top.get(row["account_id"], ""), segments)
        if not here or row["closed_at"].date() not in over:
            continue
        closed += 1
        owners.add(row["owner_id"])
        won += bool(row["won"])
        value = in_charters_currency(row, charter)
        if row["won"] and value is not None:
            values.append(value)
    if not values:
        return None
    mean = (sum(values, Decimal(0)) / len(values)).quantize(Decimal("0.01"))
    return Wins(won, closed, mean, len(owners - {None}))
