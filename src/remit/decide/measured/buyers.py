"""Who buys in a segment: kinds of buyer on won deals, and new ones on expansion."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np

from remit.decide.facts import Measured
from remit.decide.measured import Tells
from remit.decide.measured.looked import Looked, Untold
from remit.measures.intervals import ratio
from remit.measures.pipeline import personas_on_won_deals
from remit.measures.queries import sql_of
from remit.measures.recurring import ultimate_parents
from remit.terms.period import months_after


@dataclass(frozen=True, slots=True)
class Won:
    """A won deal with the parts that its contacts play, and their departments."""

    deal: str
    customer: str
    kind: str
    day: date
    parts: frozenset[str]
    departments: frozenset[str]


@Tells(
    how="kinds of buyer recorded on a new deal won in the last two years, the median: the part "
    "played, or the department where no part is recorded",
    rests_on=("buying_roles",),
)
def personas(looked: Looked) -> Measured:
    """Distinct kinds of buyer engaged on a won deal, the median; never heads."""
    if not looked.evidence.rows("buying_roles"):
        raise Untold("no contacts' parts in deals are loaded")
    every = looked.once(
        "personas",
        lambda: personas_on_won_deals(
            looked.evidence, looked.charter, looked.numbers, looked.lately, seed=looked.seed
        ),
    )
    found = next(one for one in every if one.segment in (looked.segment, ""))
    _recorded(looked, found.deals, found.deals + found.without)
    return looked.told(found.median, found.query, cases=found.deals, what="deals with a contact")


def _recorded(looked: Looked, told: int, whole: int) -> None:
    floor = looked.number("roles_recorded_floor")
    if told < floor * whole:
        raise Untold(
            f"a contact is recorded on {told:,} of {whole:,} deals won, and {floor:.0%} is the "
            "least that tells"
        )


_HOW = (
    "expansion deals won with a part in the deal or a department that the customer's first deal "
    "did not have, over all that can be compared"
)


@Tells(how=_HOW, rests_on=("buying_roles",))
def year_1_new_buyers(looked: Looked) -> Measured:
    """Part of first-year expansion deals with a kind of buyer who was not on the first deal."""
    return _new_buyers(looked, first_year=True)


@Tells(how=_HOW, rests_on=("buying_roles",))
def later_new_buyers(looked: Looked) -> Measured:
    """Part of later expansion deals with a kind of buyer who was not on the first deal."""
    return _new_buyers(looked, first_year=False)


def _new_buyers(looked: Looked, *, first_year: bool) -> Measured:
    """Over deals of all ages: expansion is rare. Two deals are compared in what both record."""
    if not looked.evidence.rows("buying_roles"):
        raise Untold("no contacts' parts in deals are loaded")
    won, query = looked.once("won", lambda: _won(looked))
    mine = [one for one in won if _here(looked, one.customer)]
    first: dict[str, Won] = {}
    for one in mine:
        if one.kind == "new":
            first.setdefault(one.customer, one)
    later = [
        (one, first[one.customer])
        for one in mine
        if one.kind == "expansion"
        and one.customer in first
        and (one.day < months_after(first[one.customer].day, 12)) is first_year
    ]
    compared = [
        (one, before)
        for one, before in later
        if (one.parts and before.parts) or (one.departments and before.departments)
    ]
    if len(later) >= looked.enough:
        _recorded(looked, len(compared), len(later))
    found = ratio(
        np.array([float(_new(one, before)) for one, before in compared]),
        np.ones(len(compared)),
        [one.customer for one, _ in compared],
        unit="share",
        of=f"{len(compared):,} expansion deals",
        seed=looked.seed,
    )
    return looked.told(
        found,
        query,
        cases=len(compared),
        what=f"expansion deals won {'in' if first_year else 'after'} a customer's first year with "
        "contacts on them",
    )


def _new(one: Won, before: Won) -> bool:
    """Whether a deal has a part or a department that an earlier one has not."""
    parts = bool(before.parts) and bool(one.parts - before.parts)
    return parts or (bool(before.departments) and bool(one.departments - before.departments))


def _here(looked: Looked, customer: str) -> bool:
    segments = looked.once("top_segments", lambda: _segments(looked))
    return looked.segment is None or segments.get(customer) == looked.segment


def _segments(looked: Looked) -> Mapping[str, str]:
    ids = looked.evidence["accounts"].account_id.to_pyarrow().to_pylist()
    return ultimate_parents(looked.evidence, ids)[1]


def _won(looked: Looked) -> tuple[list[Won], str]:
    """Every won deal of a company, the earliest first."""
    roles = looked.evidence["buying_roles"].select("opportunity_id", "contact_id", "role")
    contacts = looked.evidence["contacts"].select("contact_id", "department")
    table = roles.left_join(contacts, "contact_id").select("opportunity_id", "role", "department")
    parts: dict[str, set[str]] = {}
    departments: dict[str, set[str]] = {}
    for row in table.to_pyarrow().to_pylist():
        for word, kept in ((row["role"], parts), (row["department"], departments)):
            if word:
                kept.setdefault(row["opportunity_id"], set()).add(word.strip().casefold())
    deals = looked.evidence["opportunities"]
    deals = deals.filter(deals.won & deals.closed_at.notnull() & deals.account_id.notnull())
    rows = deals.select("opportunity_id", "account_id", "kind", "closed_at").to_pyarrow()
    top, _ = ultimate_parents(looked.evidence, {row["account_id"] for row in rows.to_pylist()})
    found = [
        Won(
            row["opportunity_id"],
            top[row["account_id"]],
            row["kind"] or "",
            row["closed_at"].date(),
            frozenset(parts.get(row["opportunity_id"], ())),
            frozenset(departments.get(row["opportunity_id"], ())),
        )
        for row in sorted(rows.to_pylist(), key=lambda r: (r["closed_at"], r["opportunity_id"]))
    ]
    return found, sql_of(table)
