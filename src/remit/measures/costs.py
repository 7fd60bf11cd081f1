"""Costs by month, and whose pay is for winning customers and whose for serving them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from remit.charter import Charter, Function, remit_of
from remit.evidence import Evidence
from remit.measures.queries import sql_of
from remit.measures.recurring import NOTHING, converted, rates_of

BEFORE_THE_WIN = frozenset(
    {
        Function.PROSPECTING,
        Function.QUALIFICATION,
        Function.DISCOVERY,
        Function.TECHNICAL_VALIDATION,
        Function.DEAL_DESK,
        Function.CLOSING,
        Function.MANAGEMENT,
    }
)
"""Functions whose pay is a cost of winning customers; of leaders the whole is."""
S_AND_M = ("comp", "other_s_and_m")
KINDS = (*S_AND_M, "cost_to_serve", "revenue", "cost_of_revenue")


@dataclass(frozen=True, slots=True)
class Cost:
    """An amount of a month, in the charter's currency; empty role or segment where it is for all."""

    month: date
    kind: str
    role: str
    segment: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Costs:
    """All amounts that are there, and which roles' pay is for winning and which for serving."""

    rows: tuple[Cost, ...]
    unknown_kinds: tuple[str, ...]
    """Kinds that are none of remit's; their rows are left out."""
    unknown_currencies: tuple[str, ...]
    """Currencies without a rate; their rows are left out."""
    winning: tuple[str, ...]
    """Roles that own work before the win, or lead."""
    serving: tuple[str, ...]
    """All other roles of the charter."""
    selling: tuple[str, ...]
    """Roles that are winning, or own expansion: what sales and marketing pays."""
    unplaced: tuple[str, ...]
    """Roles with pay that the charter does not have; left out."""
    query: str

    def of(self, *kinds: str, roles: Collection[str] = ()) -> tuple[Cost, ...]:
        """Rows of some kinds; of pay, those of some roles, where an empty role is pay for all."""
        return tuple(
            row
            for row in self.rows
            if row.kind in kinds and (row.kind != "comp" or row.role in roles)
        )


def costs(evidence: Evidence, charter: Charter) -> Costs:
    """The costs that are there, in the charter's currency, and whose pay is for what.

    A role that owns any work before the win, or that leads, counts as winning with all of its pay,
    a generalist too; pay for no role counts as winning.
    """
    table = evidence["costs"].select("month", "kind", "role", "segment", "amount", "currency")
    rates = rates_of(evidence, charter.currency)
    rows, kinds, currencies = [], set(), set()
    for row in table.to_pyarrow().to_pylist():
        amount = converted(row["amount"], row["currency"], rates, charter.currency)
        if row["kind"] not in KINDS:
            kinds.add(str(row["kind"]))
        elif amount is None:
            currencies.add(str(row["currency"]))
        else:
            place = (row["role"] or "", row["segment"] or "")
            rows.append(Cost(row["month"].replace(day=1), row["kind"], *place, amount))
    paid = {row.role for row in rows if row.kind == "comp" and row.role}
    owned = {role: remit_of(charter, role).owned for role in paid & set(charter.roles)}
    winning = {role for role, functions in owned.items() if functions & BEFORE_THE_WIN}
    growing = {role for role, functions in owned.items() if Function.EXPANSION in functions}
    return Costs(
        rows=tuple(sorted(rows, key=lambda r: (r.month, r.kind, r.role, r.segment, r.amount))),
        unknown_kinds=tuple(sorted(kinds)),
        unknown_currencies=tuple(sorted(currencies)),
        winning=tuple(sorted(winning)),
        serving=tuple(sorted(owned.keys() - winning)),
        selling=tuple(sorted(winning | growing)),
        unplaced=tuple(sorted(paid - owned.keys())),
        query=sql_of(table),
    )


def working_in(charter: Charter, roles: Iterable[str], segment: str | None) -> tuple[str, ...]:
    """Those of some roles that work in a segment; all of them for the whole company."""
    return tuple(
        role
        for role in roles
        if segment is None or segment in (charter.roles[role].segments or (segment,))
    )


@dataclass(frozen=True, slots=True)
class Spend:
    """Amounts by month of a segment, its part of those recorded for none included."""

    by_month: Mapping[date, Decimal]
    shared: Mapping[date, Decimal]
    """Of `by_month`, what was shared out."""


def spend_by_segment(
    rows: Iterable[Cost], charter: Charter, weights: Mapping[str, Decimal] | None = None
) -> dict[str | None, Spend]:
    """Amounts by month of the company (None) and of every segment.

    What is recorded for no segment goes to the segments that its role works in, by their weights;
    without weights, by what is recorded for each of them.
    """
    own: dict[str, dict[date, Decimal]] = {s: {} for s in charter.segment_names()}
    whole: dict[date, Decimal] = {}
    for_none = []
    for row in rows:
        _add(whole, row.month, row.amount)
        if row.segment in own:
            _add(own[row.segment], row.month, row.amount)
        elif not row.segment:
            for_none.append(row)
    weights = weights or {s: sum(amounts.values(), NOTHING) for s, amounts in own.items()}
    shared: dict[str, dict[date, Decimal]] = {s: {} for s in own}
    for row in for_none:
        named = charter.roles[row.role].segments if row.role in charter.roles else ()
        among = [s for s in own if not named or s in named]
        total = sum((weights.get(s, NOTHING) for s in among), NOTHING)
        for segment in among if total else ():
            _add(shared[segment], row.month, row.amount * weights.get(segment, NOTHING) / total)
    found: dict[str | None, Spend] = {None: Spend(whole, {})}
    for segment, amounts in own.items():
        for month, amount in shared[segment].items():
            _add(amounts, month, amount)
        found[segment] = Spend(amounts, shared[segment])
    return found


def _add(sums: dict[date, Decimal], month: date, amount: Decimal) -> None:
    sums[month] = sums.get(month, NOTHING) + amount
