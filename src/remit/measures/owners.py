"""Customers whose owner changed, beside matched ones that kept theirs."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import numpy as np

from remit.benchmarks import Benchmark
from remit.charter import Charter
from remit.evidence import Evidence
from remit.measures.after_signing import YEAR, customers
from remit.measures.intervals import DRAWS, Draws
from remit.measures.queries import sql_of
from remit.measures.recurring import level, recurring_revenue
from remit.measures.roles import roles_held
from remit.terms import Estimate, Period

ARR_BANDS = 4


@dataclass(frozen=True, slots=True)
class OwnerChanges:
    """Recurring revenue of customers whose owner changed, beside matched ones that kept theirs."""

    changed: int
    """Customers with a change of owner that found a match."""
    unmatched: int
    kept: int
    """Customers that they are held against."""
    people: int
    """People who gave or took a customer."""
    changed_retention: float
    kept_retention: float
    difference: Estimate
    rows: tuple[tuple[Any, ...], ...]
    """Customer, segment, quarter, ARR on the day, ARR a year later."""
    query: str


def owner_changes(
    evidence: Evidence,
    charter: Charter,
    numbers: Mapping[str, Benchmark],
    over: Period,
    *,
    roles: tuple[str, ...],
    years: int = 3,
    seed: int = 0,
) -> OwnerChanges | None:
    """Recurring revenue a year after a customer's owner changed, beside customers that kept theirs.

    A change counts when both owners held one of these roles then, the customer paid something on
    the day, and a year has passed since. It is matched exactly on segment, calendar quarter and
    quarter of the segment's customers by ARR (a band). Those that kept theirs had no change in the
    quarter and are followed for a year from its middle; a change later in that year leaves them
    in, since a customer that left early had no time for one. Retention counts growth. Strata are
    weighted by the ARR that changed hands; the interval draws owners again, with all of their
    customers.

    Args:
        evidence: As of the last day wanted.
        charter: For its currency.
        numbers: Unused; every measure is called alike.
        over: Its end is where looking back starts.
        roles: Roles whose holders' changes count.
        years: How far back.
        seed: For the interval.

    Returns:
        None where the evidence holds no such change, or none finds a match.
    """
    changes = evidence["ownership_changes"]
    spells = changes.filter(changes.record_type == "account").select(
        "record_id", "owner_id", "from_at", "to_at"
    )
    by_record: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for row in spells.to_pyarrow().to_pylist():
        by_record[row["record_id"]].append(row)
    for of in by_record.values():
        of.sort(key=lambda row: row["from_at"])
    held: dict[str, list[tuple[date, date]]] = defaultdict(list)
    for spell in roles_held(evidence):
        if spell.role in roles:
            held[spell.person_id].append((spell.first_day, spell.end_day))

    def in_role(person: str, day: date) -> bool:
        return any(first <= day < end for first, end in held.get(person, ()))

    def was_in_role(person: str, day: date) -> bool:
        # whoever left may have left some time before
        return any(first <= day for first, _ in held.get(person, ()))

    book = recurring_revenue(evidence, charter, numbers, over)
    if book is None:
        return None
    where = customers(evidence).segments
    owner_today = {
        row["account_id"]: row["owner_id"]
        for row in evidence["accounts"].select("account_id", "owner_id").to_pyarrow().to_pylist()
    }
    last = evidence.as_of - timedelta(days=YEAR)
    first = over.end - timedelta(days=YEAR * years)
    quarters = list(_quarters(first, last))
    bands = {quarter: _bands(book.at(_middle_of(quarter)), where) for quarter in quarters}
    treated, changed_in, people = [], set(), set()
    for account, of in sorted(by_record.items()):
        for before, after in itertools.pairwise(of):
            day = after["from_at"].date()
            if before["owner_id"] == after["owner_id"]:
                continue
            changed_in.add((account, _quarter(day)))
            both = was_in_role(before["owner_id"], day) and in_role(after["owner_id"], day)
            quarter = _quarter(day)
            if not both or not first <= day <= last or quarter not in bands:
                continue
            mine = book.steps.get(account, ())
            then = level(mine, day)
            if then <= 0:
                continue
            later = level(mine, day + timedelta(days=YEAR))
            band = _band_of(float(then), where.get(account), bands[quarter])
            stratum = (where.get(account), quarter, band)
            treated.append((stratum, before["owner_id"], account, float(then), float(later)))
            people |= {before["owner_id"], after["owner_id"]}
    controls = []
    for quarter in quarters:
        middle = _middle_of(quarter)
        if middle + timedelta(days=YEAR) > evidence.as_of:
            continue
        now, later_on = book.at(middle), book.at(middle + timedelta(days=YEAR))
        for account, then_paid in sorted(now.items()):
            if (account, quarter) in changed_in:
                continue
            band = _band_of(float(then_paid), where.get(account), bands[quarter])
            owner = _owner_on(by_record.get(account, ()), middle) or owner_today.get(account) or ""
            controls.append(
                (
                    (where.get(account), quarter, band),
                    owner,
                    account,
                    float(then_paid),
                    float(later_on.get(account, Decimal(0))),
                )
            )
    known = {stratum for stratum, *_ in controls}
    matched = [case for case in treated if case[0] in known]
    if not matched:
        return None
    strata = sorted({case[0] for case in matched}, key=str)
    controls = [case for case in controls if case[0] in set(strata)]
    value, draws, mine_, theirs_ = _difference(matched, controls, strata, seed)
    low, high = draws.interval() if draws.clusters > 1 else (None, None)
    rows = [
        (account, segment, f"{quarter[0]} Q{quarter[1]}", round(then), round(later))
        for (segment, quarter, _), _, account, then, later in matched
    ]
    return OwnerChanges(
        changed=len(matched),
        unmatched=len(treated) - len(matched),
        kept=len({case[2] for case in controls}),
        people=len(people),
        changed_retention=mine_,
        kept_retention=theirs_,
        difference=Estimate(
            value, "share", low, high, of=f"{len(matched):,} changes, {len(strata)} strata"
        ),
        rows=tuple(sorted(rows, key=lambda row: row[4] - row[3])),
        query=sql_of(spells),
    )


def _difference(
    treated: list[Any], controls: list[Any], strata: list[Any], seed: int
) -> tuple[float, Draws, float, float]:
    """Retention of the treated less that of the controls, each stratum by its treated ARR."""
    names = sorted({case[1] for case in (*treated, *controls)})
    owner = {name: at for at, name in enumerate(names)}
    place = {stratum: at for at, stratum in enumerate(strata)}
    sums = np.zeros((4, len(names), len(strata)))
    for base, cases in ((0, treated), (2, controls)):
        for stratum, name, _, then, later in cases:
            sums[base, owner[name], place[stratum]] += then
            sums[base + 1, owner[name], place[stratum]] += later
    # by their numbers, so that no draw depends on what people are called
    flat = sums.transpose(1, 0, 2).reshape(len(names), -1)
    sums = sums[:, np.lexsort(flat.T), :]

    def retention(weights: Any) -> tuple[Any, Any]:
        then, later, then_c, later_c = (weights @ part for part in sums)
        both = (then > 0) & (then_c > 0)
        share = np.divide(later_c, then_c, out=np.zeros_like(then), where=both)
        whole = np.where(both, then, 0.0).sum(axis=-1)
        kept = np.where(both, later, 0.0).sum(axis=-1)
        beside = np.where(both, then * share, 0.0).sum(axis=-1)
        nothing = np.full_like(whole, np.nan)
        return (
            np.divide(kept, whole, out=nothing.copy(), where=whole > 0),
            np.divide(beside, whole, out=nothing.copy(), where=whole > 0),
        )

    mine, theirs = retention(np.ones((1, len(names))))
    chance = np.random.default_rng(seed)
    weights = chance.multinomial(len(names), np.full(len(names), 1 / len(names)), size=DRAWS)
    drawn_mine, drawn_theirs = retention(weights.astype(float))
    return (
        float(mine[0] - theirs[0]),
        Draws(drawn_mine - drawn_theirs, len(names)),
        float(mine[0]),
        float(theirs[0]),
    )


def _owner_on(of: Iterable[Mapping[str, Any]], day: date) -> str | None:
    for row in of:
        if row["from_at"].date() <= day and (row["to_at"] is None or day < row["to_at"].date()):
            return str(row["owner_id"])
    return None


def _quarter(day: date) -> tuple[int, int]:
    return day.year, (day.month - 1) // 3 + 1


def _quarters(first: date, last: date) -> Iterable[tuple[int, int]]:
    at = _quarter(first)
    while at <= _quarter(last):
        yield at
        at = (at[0], at[1] + 1) if at[1] < 4 else (at[0] + 1, 1)


def _middle_of(quarter: tuple[int, int]) -> date:
    return date(quarter[0], quarter[1] * 3 - 1, 15)


def _bands(arr: Mapping[str, Decimal], where: Mapping[str, str]) -> dict[str | None, Any]:
    """The edges that cut each segment's customers into equally many by what they pay."""
    by_segment: dict[str | None, list[float]] = defaultdict(list)
    for account, amount in arr.items():
        by_segment[where.get(account)].append(float(amount))
    cuts = [n / ARR_BANDS for n in range(1, ARR_BANDS)]
    return {segment: np.quantile(paid, cuts) for segment, paid in by_segment.items()}


def _band_of(amount: float, segment: str | None, bands: Mapping[str | None, Any]) -> int:
    return int(np.searchsorted(bands[segment], amount)) if segment in bands else 0
