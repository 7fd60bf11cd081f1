"""Recurring revenue of every customer, from day to day: what retention is counted from.

A customer is the company at the top: subsidiaries and merged records count with it. Money is exact.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from remit.benchmarks import Benchmark
from remit.charter import Charter
from remit.evidence import Evidence, read_once
from remit.measures.queries import sql_of
from remit.terms import Period
from remit.terms.period import months_after

CENT = Decimal("0.01")
NOTHING = Decimal(0)

Steps = tuple[tuple[date, Decimal], ...]
"""Days on which the level changes, and the level from each day on; 0 before the first."""


@dataclass(frozen=True, slots=True)
class Term:
    """A contract of a customer; days are closed-open, and no end day means that it runs on."""

    customer: str
    arr: Decimal
    """In the charter's currency, a year."""
    first_day: date
    end_day: date | None = None
    contract_id: str = ""
    renewal_of: str | None = None
    opportunity_id: str | None = None

    @property
    def multi_year(self) -> bool:
        """Whether it runs for longer than a year, a month of slack left out."""
        return self.end_day is not None and self.end_day > months_after(self.first_day, 13)


@dataclass(frozen=True, slots=True)
class Book:
    """Recurring revenue a year by customer, from day to day, in the charter's currency.

    A pause of at most `gap_days` between two terms is a late renewal: the level before it runs on.
    """

    steps: Mapping[str, Steps]
    segments: Mapping[str, str]
    """Segment of each customer as it is today; a customer in none is absent."""
    terms: tuple[Term, ...]
    """Empty where only movements are there."""
    source: str
    """`contracts` or `arr_changes`, whichever the levels are from."""
    currency: str
    gap_days: int
    as_of: date
    left_out: Mapping[str, int] = field(default_factory=dict)
    """Customers whose revenue is not known, by reason."""
    rates: Mapping[str, Decimal] = field(default_factory=dict)
    """The one rate at which each other currency is counted throughout."""
    query: str = ""

    def customers(self, segment: str | None = None) -> tuple[str, ...]:
        """The customers of a segment, A to Z; all of them if None."""
        return tuple(
            sorted(c for c in self.steps if segment is None or self.segments.get(c) == segment)
        )

    def at(self, day: date, segment: str | None = None) -> dict[str, Decimal]:
        """What each customer pays a year on a day; who pays nothing is absent."""
        levels = ((c, level(self.steps[c], day)) for c in self.customers(segment))
        return {customer: arr for customer, arr in levels if arr}

    def before(self, day: date, segment: str | None = None) -> frozenset[str]:
        """Customers who paid something on some day up to and with this one."""
        return frozenset(
            c for c in self.customers(segment) if any(s <= day and a for s, a in self.steps[c])
        )

    def undecided(self, customer: str) -> date | None:
        """The day a customer's last term ended, where it may still be renewed late; else None."""
        steps = self.steps[customer]
        if not steps or steps[-1][1]:
            return None
        ended = steps[-1][0]
        return ended if ended <= self.as_of < ended + timedelta(days=self.gap_days) else None


def level(steps: Steps, day: date) -> Decimal:
    """The level on a day.

    >>> level(((date(2026, 1, 1), Decimal(100)), (date(2026, 7, 1), Decimal(0))), date(2026, 6, 30))
    Decimal('100')
    """
    at = bisect_right(steps, day, key=lambda step: step[0])
    return steps[at - 1][1] if at else NOTHING


def closed_year(as_of: date) -> Period:
    """The last twelve months that are over; one whose last weekday has passed counts as over.

    >>> str(closed_year(date(2026, 10, 30)))  # a Friday
    '1 Nov 2025 to 31 Oct 2026'
    >>> str(closed_year(date(2026, 10, 29)))
    '1 Oct 2025 to 30 Sep 2026'
    """
    following = as_of + timedelta(days=1)
    while following.weekday() >= 5:
        following += timedelta(days=1)
    end = following.replace(day=1)
    if (following.year, following.month) == (as_of.year, as_of.month):
        end = as_of.replace(day=1)
    return Period(months_after(end, -12), end)


def steps_of(terms: Iterable[Term], gap_days: int) -> dict[str, Steps]:
    """What each customer pays a year from day to day, given its contracts in any order.

    A renewal takes its predecessor's place: the earlier term runs until the renewal begins, if
    that is at most `gap_days` after its end, and no longer. Where no contract names which it
    renews, a pause of the whole customer of at most `gap_days` is bridged at the level before it.

    >>> term = Term("A", Decimal(100), date(2025, 1, 1), date(2026, 1, 1))
    >>> later = Term("A", Decimal(80), date(2026, 2, 1), date(2027, 2, 1))
    >>> [arr for _, arr in steps_of([later, term], 90)["A"]]
    [Decimal('100'), Decimal('80'), Decimal('0')]
    """
    known = list(terms)
    renewed: dict[tuple[str, str], date] = {}
    for term in known:
        if term.renewal_of:
            key = (term.customer, term.renewal_of)
            renewed[key] = min(renewed.get(key, term.first_day), term.first_day)
    moves: dict[str, dict[date, Decimal]] = {}
    for term in known:
        follows = renewed.get((term.customer, term.contract_id)) if term.contract_id else None
        end = _end_of(term, follows, gap_days)
        mine = moves.setdefault(term.customer, {})
        if end is not None and end <= term.first_day:
            continue
        mine[term.first_day] = mine.get(term.first_day, NOTHING) + term.arr
        if end is not None:
            mine[end] = mine.get(end, NOTHING) - term.arr
    return {customer: _bridged(levels_of(mine), gap_days) for customer, mine in moves.items()}


def _end_of(term: Term, follows: date | None, gap_days: int) -> date | None:
    if follows is None:
        return term.end_day
    if term.end_day is not None and follows > term.end_day + timedelta(days=gap_days):
        return term.end_day
    return max(follows, term.first_day)


def levels_of(moves: Mapping[date, Decimal]) -> Steps:
    """Movements by day, added up; days on which nothing changes are left out."""
    steps: list[tuple[date, Decimal]] = []
    arr = NOTHING
    for day in sorted(moves):
        arr += moves[day]
        if arr != (steps[-1][1] if steps else NOTHING):
            steps.append((day, arr))
    return tuple(steps)


def _bridged(steps: Steps, gap_days: int) -> Steps:
    """The steps without pauses of at most so many days."""
    kept: list[tuple[date, Decimal]] = []
    for at, (day, arr) in enumerate(steps):
        following = steps[at + 1][0] if at + 1 < len(steps) else None
        pause = not arr and following is not None and (following - day).days <= gap_days
        if not pause and arr != (kept[-1][1] if kept else NOTHING):
            kept.append((day, arr))
    return tuple(kept)


@read_once
def recurring_revenue(
    evidence: Evidence, charter: Charter, numbers: Mapping[str, Benchmark], over: Period
) -> Book | None:
    """Every customer's recurring revenue from day to day; None where nothing tells of any.

    From `contracts`, and from `arr_changes` where there is no contract with a value. A customer is
    left out, and counted, if one of its contracts has no value, if it is in a currency for which no
    deal has a rate, if its movements begin with anything but its start, or if they fall below zero.
    Other currencies are counted at one rate throughout, the latest that a deal was converted at.
    A row without a currency is in the charter's.

    Args:
        evidence: As of the day to look from; terms that began later are not known yet.
        charter: For its currency.
        numbers: For `reactivation_gap_days`.
        over: Whose last day's numbers are in force.
    """
    gap_days = int(numbers["reactivation_gap_days"].at(over.last_day).value or 0)
    rates = rates_of(evidence, charter.currency)
    contracts = evidence["contracts"].select(
        "contract_id",
        "account_id",
        "opportunity_id",
        "arr",
        "currency",
        "first_day",
        "end_day",
        "renewal_of",
        "known_from",
    )
    rows = contracts.to_pyarrow().to_pylist()
    source, query = "contracts", sql_of(contracts)
    if not any(row["arr"] is not None for row in rows):
        changes = evidence["arr_changes"].select(
            "account_id", "day", "kind", "amount", "currency", "known_from"
        )
        source, query = "arr_changes", sql_of(changes)
        rows = changes.to_pyarrow().to_pylist()
    if rows:
        rows = _known(rows, evidence)
    if not rows:
        return None
    top, segments = ultimate_parents(evidence, {row["account_id"] for row in rows})
    for row in rows:
        row["customer"] = top[row["account_id"]]
        if source == "arr_changes":
            row["arr"] = row["amount"]
    out = _unknown(rows, rates, charter.currency)
    terms: tuple[Term, ...] = ()
    if source == "contracts":
        terms = tuple(
            sorted(
                (
                    Term(
                        row["customer"],
                        converted(row["arr"], row["currency"], rates, charter.currency) or NOTHING,
                        row["first_day"],
                        row["end_day"],
                        row["contract_id"],
                        row["renewal_of"] or None,
                        row["opportunity_id"] or None,
                    )
                    for row in rows
                    if row["customer"] not in out
                ),
                key=lambda term: (term.customer, term.first_day, term.contract_id),
            )
        )
        steps = steps_of(terms, gap_days)
    else:
        steps = _from_changes(rows, rates, charter.currency, gap_days, out)
    for customer in sorted(steps):
        if any(arr < 0 for _, arr in steps[customer]):
            out[customer] = "recurring revenue below zero"
            del steps[customer]
    reasons = list(out.values())
    return Book(
        steps=steps,
        segments={c: segments[c] for c in steps if segments.get(c)},
        terms=tuple(term for term in terms if term.customer in steps),
        source=source,
        currency=charter.currency,
        gap_days=gap_days,
        as_of=evidence.as_of,
        left_out={reason: reasons.count(reason) for reason in sorted(set(reasons))},
        rates={name: rates[name] for name in _currencies(rows, charter.currency) if name in rates},
        query=query,
    )


def _known(rows: Sequence[dict[str, Any]], evidence: Evidence) -> list[dict[str, Any]]:
    """Rows that could be known on the day: of those that do not tell, all that had begun."""
    if evidence.as_of >= date.fromisoformat(evidence.meta["last_day"]):
        return list(rows)
    began = "first_day" if "first_day" in rows[0] else "day"
    return [row for row in rows if row["known_from"] is not None or row[began] <= evidence.as_of]


def _currencies(rows: Sequence[Mapping[str, Any]], own: str) -> list[str]:
    return sorted({row["currency"] or own for row in rows} - {own})


def _unknown(
    rows: Sequence[Mapping[str, Any]], rates: Mapping[str, Decimal], own: str
) -> dict[str, str]:
    """Customers of whom some value is not known, and why."""
    out: dict[str, str] = {}
    for row in rows:
        if row["arr"] is None:
            out[row["customer"]] = "a contract without a value"
        elif (row["currency"] or own) != own and row["currency"] not in rates:
            out.setdefault(row["customer"], f"no rate for {row['currency']}")
    return out


def _from_changes(
    rows: Sequence[Mapping[str, Any]],
    rates: Mapping[str, Decimal],
    own: str,
    gap_days: int,
    out: dict[str, str],
) -> dict[str, Steps]:
    moves: dict[str, dict[date, Decimal]] = {}
    first: dict[str, tuple[date, bool]] = {}
    for row in rows:
        customer, day = row["customer"], row["day"]
        if customer in out:
            continue
        amount = converted(row["arr"], row["currency"], rates, own) or NOTHING
        mine = moves.setdefault(customer, {})
        mine[day] = mine.get(day, NOTHING) + amount
        begins = row["kind"] in ("new", "reactivation")
        earliest, known = first.get(customer, (day, False))
        if day <= earliest:
            first[customer] = (day, begins or (known and day == earliest))
    for customer, (_, begins) in first.items():
        if not begins:
            out[customer] = "movements that begin before the evidence does"
            del moves[customer]
    return {customer: _bridged(levels_of(mine), gap_days) for customer, mine in moves.items()}


def ultimate_parents(
    evidence: Evidence, wanted: Iterable[str]
) -> tuple[dict[str, str], dict[str, str]]:
    """The company at the top of each account, and each such company's segment.

    A merged record counts with the one it was merged into, a subsidiary with its parent, up to
    the top; of companies above each other in a circle the first by id stands for all. The segment is the top's; where it has none, the one
    that all its accounts share.
    """
    above, segment = _accounts(evidence)
    top: dict[str, str] = {}
    for account in wanted:
        passed = [account]
        while (over := above.get(passed[-1])) is not None:
            if over in passed:
                passed.append(min(passed[passed.index(over) :]))
                break
            passed.append(over)
        top[account] = passed[-1]
    shared: dict[str, set[str]] = {}
    for account, customer in top.items():
        if account in segment:
            shared.setdefault(customer, set()).add(segment[account])
    found = {}
    for customer in set(top.values()):
        own = segment.get(customer)
        if own is None and len(shared.get(customer, ())) == 1:
            (own,) = shared[customer]
        if own is not None:
            found[customer] = own
    return top, found


@read_once
def _accounts(evidence: Evidence) -> tuple[Mapping[str, str], Mapping[str, str]]:
    """What stands above each account that has something above it, and each one's segment."""
    accounts = evidence["accounts"].select("account_id", "parent_id", "merged_into", "segment")
    above: dict[str, str] = {}
    segment: dict[str, str] = {}
    for row in accounts.to_pyarrow().to_pylist():
        over = row["merged_into"] or row["parent_id"]
        if over and over != row["account_id"]:
            above[row["account_id"]] = over
        if row["segment"]:
            segment[row["account_id"]] = row["segment"]
    return above, segment


@read_once
def rates_of(evidence: Evidence, own: str) -> dict[str, Decimal]:
    """One rate into the charter's currency for each other: that of the deal converted last."""
    deals = evidence["opportunities"]
    deals = deals.filter(
        deals.company_amount.notnull() & deals.amount.notnull() & (deals.currency != own)
    )
    rows = deals.select("opportunity_id", "currency", "amount", "company_amount", "rate_day")
    latest: dict[str, tuple[date, str, Decimal]] = {}
    for row in rows.to_pyarrow().to_pylist():
        if not row["amount"]:
            continue
        rate = row["company_amount"] / row["amount"]
        told = (row["rate_day"] or date.min, row["opportunity_id"], rate)
        latest[row["currency"]] = max(latest.get(row["currency"], told), told)
    return {currency: rate for currency, (_, _, rate) in latest.items()}


def converted(
    amount: Decimal | None, currency: str | None, rates: Mapping[str, Decimal], own: str
) -> Decimal | None:
    """An amount in the charter's currency, to the cent; None without an amount or a rate."""
    if amount is None:
        return None
    if (currency or own) == own:
        return amount
    rate = rates.get(currency or own)
    return None if rate is None else (amount * rate).quantize(CENT, ROUND_HALF_UP)
