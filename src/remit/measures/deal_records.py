"""Deals as measures of winning and of pipeline need them, out of the evidence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import ibis
import numpy as np

from remit.benchmarks import Benchmark
from remit.charter import Charter, Function
from remit.evidence import Evidence, read_once
from remit.evidence.store import ends_of_day
from remit.measures.intervals import DRAWS, Array
from remit.measures.queries import sql_of
from remit.terms import Period

DAY = 86400

BEFORE_QUALIFIED = (Function.PROSPECTING, Function.QUALIFICATION, Function.DISCOVERY)
"""Functions of the stages in which a deal is not qualified yet."""


@dataclass(frozen=True, slots=True)
class Deal:
    """A deal as measures of winning and of pipeline need it."""

    deal: str
    owner: str
    """Pseudonym of today's owner, for drawing whole sellers again; never shown."""
    created: datetime
    closed: datetime | None
    won: bool | None
    stage: str
    close_day: date | None
    value: Decimal | None
    """In the company's currency; None where it has no amount, or a foreign one without a rate."""
    forecast: str | None = None
    next_step: bool | None = None
    framework: float | None = None

    def days(self, until: datetime) -> float:
        """Days from created to closed, or to an instant where it is open then."""
        end = until if self.closed is None else min(self.closed, until)
        return max(0.0, (end - self.created).total_seconds() / DAY)


@dataclass(frozen=True, slots=True)
class Deals:
    """Deals of some kinds and owners, with the query that lists them."""

    deals: tuple[Deal, ...]
    undated: int
    """Deals left out because nothing says when they were created."""
    query: str

    @property
    def owners(self) -> int:
        """How many people own one of them."""
        return len({deal.owner for deal in self.deals})


@dataclass(frozen=True, slots=True)
class StageEntry:
    """A deal entering a stage."""

    stage: str
    entered: datetime
    left: datetime | None


@read_once
def deals_of(
    evidence: Evidence,
    charter: Charter,
    *,
    kinds: Sequence[str] = ("new",),
    persons: frozenset[str] | None = None,
    segment: str | None = None,
) -> Deals:
    """Deals of some kinds, by their owners of today.

    Args:
        evidence: As of the last day wanted.
        charter: For its currency.
        kinds: new, expansion or renewal.
        persons: Pseudonyms of owners; None means all.
        segment: Segment of the company that buys; None means all.
    """
    rows = evidence["opportunities"]
    rows = rows.filter(rows.kind.isin(list(kinds)))
    if persons is not None:
        rows = rows.filter(rows.owner_id.isin(sorted(persons)))
    if segment is not None:
        accounts = evidence["accounts"].select("account_id", account_segment="segment")
        rows = rows.join(accounts, "account_id")
        rows = rows.filter(rows.account_segment == segment)
    told = [name for name in ("forecast", "next_step", "framework") if name in rows.columns]
    rows = rows.select(
        "opportunity_id", "created_at", "closed_at", "won", "stage", "close_day",
        "amount", "currency", "company_amount", "owner_id", *told,
    )  # fmt: skip
    found, undated = [], 0
    for row in rows.order_by("opportunity_id").to_pyarrow().to_pylist():
        if row["created_at"] is None:
            undated += 1
            continue
        value = row["company_amount"]
        if value is None and row["currency"] == charter.currency:
            value = row["amount"]
        found.append(
            Deal(
                row["opportunity_id"],
                row["owner_id"] or "",
                row["created_at"],
                row["closed_at"],
                row["won"] if row["closed_at"] is not None else None,
                row["stage"] or "",
                row["close_day"],
                value,
                *(row.get(name) for name in ("forecast", "next_step", "framework")),
            )
        )
    return Deals(tuple(found), undated, sql_of(rows.drop("owner_id")))


def undated_deals(
    evidence: Evidence, charter: Charter, numbers: Mapping[str, Benchmark], over: Period
) -> int:
    """How many deals there are, if none of them says when it was created; 0 if any does.

    Args:
        evidence: As of the last day wanted.
        charter: Unused, as are the others; every measure is called alike.
        numbers: Unused.
        over: Unused.
    """
    created = evidence["opportunities"].created_at
    (row,) = (
        evidence["opportunities"]
        .aggregate(deals=created.isnull().sum(), dated=created.count())
        .to_pyarrow()
        .to_pylist()
    )
    return 0 if row["dated"] else int(row["deals"] or 0)


@read_once
def stage_entries(evidence: Evidence) -> dict[str, list[StageEntry]]:
    """Every stage that each deal entered, in order."""
    found: dict[str, list[StageEntry]] = {}
    for row in history(evidence).order_by("record_id", "place").to_pyarrow().to_pylist():
        entry = StageEntry(row["stage"], row["entered_at"], row["left_at"])
        found.setdefault(row["record_id"], []).append(entry)
    return found


@read_once
def history(evidence: Evidence) -> Any:
    """Every stage that deals entered by the as-of day, as an expression."""
    moves = evidence["stage_changes"]
    moves = moves.filter((moves.record_type == "opportunity") & (moves.entered_at < evidence.ends))
    later = moves.left_at >= evidence.ends
    return moves.select(
        "record_id",
        "stage",
        "place",
        "entered_at",
        left_at=later.ifelse(ibis.null("timestamp(6)"), moves.left_at),
    )


def qualified_stages(charter: Charter) -> tuple[str, ...]:
    """Stages in which a new deal is qualified: those the charter maps beyond discovery.

    Stages of expansion and renewal deals are none of them.
    """
    of_others = (Function.EXPANSION, Function.RENEWAL)
    return tuple(
        stage
        for stage, function in charter.deals.stages.items()
        if function not in (*BEFORE_QUALIFIED, *of_others)
    )


def instants(evidence: Evidence, over: Period) -> tuple[datetime, datetime]:
    """The first instant (UTC) of a period in the charter's time zone, and the first after it."""
    zone = evidence.time_zone
    return ends_of_day(over.start - timedelta(days=1), zone), ends_of_day(over.last_day, zone)


def draws_of_owners(owners: Sequence[str], seed: int) -> tuple[Array, Any, int] | None:
    """How often each owner is in each draw, and which owner each row belongs to.

    Owners are known by their rows, not by what they are called, so that no draw depends on it.
    None with fewer than two.
    """
    first: dict[str, int] = {}
    belongs = np.array([first.setdefault(owner, len(first)) for owner in owners], dtype=int)
    if len(first) < 2:
        return None
    chance = np.random.default_rng(seed)
    times = chance.multinomial(len(first), np.full(len(first), 1 / len(first)), size=DRAWS)
    return times.astype(float), belongs, len(first)


def days_between(start: datetime, end: datetime) -> float:
    """Days from one instant to a later one; none where it is earlier, which is an error in data."""
    return max(0.0, (end - start).total_seconds() / DAY)
