"""Situations of pay: a charter from a plan in YAML, facts from rows, and what they come to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import yaml

from remit.charter import Charter
from remit.pay.calculate import Calculation
from remit.pay.facts import Facts, facts_of
from remit.pay.release import Line, lines

Row = Mapping[str, Any]
ANN = ({"person": "Ann"},)
INDICATOR = {"about": "The team uses the product.", "field": "Account.On__c", "within": "120 days"}


def charter_of(
    plan: str | Row | None = None,
    *,
    plans: Mapping[str, Row] | None = None,
    people: Sequence[Row] = ANN,
    **said: Any,
) -> Charter:
    """A charter of one plan for sellers, or of plans by role; people are sellers if nobody says."""
    stated = yaml.safe_load(plan) if isinstance(plan, str) else plan
    by_role = dict(plans or {"seller": stated})
    roles = {role: {"is": "AE", "plan": role} for role in by_role}
    return Charter.model_validate(
        {
            "company": "Payday",
            "roles": {"seller": {"is": "AE"}, **roles},
            "people": [{"role": "seller", **person} for person in people],
            "plans": by_role,
            "retention_indicators": {"active_team": INDICATOR},
            **said,
        }
    )


def facts_from(transactions: Iterable[Row] = (), **tables: Iterable[Row]) -> Facts:
    """Facts from rows; a transaction is Ann's and of bookings if it does not say otherwise."""
    sold = [{"payee": "Ann", "measure": "bookings", **row} for row in transactions]
    return facts_of(
        transactions=[_exactly(row) for row in sold],
        **{name: [_exactly(row) for row in rows] for name, rows in tables.items()},
    )


def _exactly(row: Row) -> dict[str, Any]:
    """A row whose shares and figures are exact, as a file would say them."""

    def exact(value: Any) -> Any:
        if isinstance(value, str) and value.endswith("%"):
            return Decimal(value[:-1]) / 100
        return Decimal(str(value)) if isinstance(value, float) else value

    return {word: exact(value) for word, value in row.items()}


def everything(calculation: Calculation) -> list[Line]:
    """All lines of everybody."""
    names = dict.fromkeys(spell.person for spell in calculation.charter.people)
    return [line for name in names for line in lines(calculation, name)]


def held_by_key(found: Iterable[Line]) -> dict[tuple[Any, ...], int]:
    """What a ledger would hold: cents by key, without those that come to nothing."""
    told: Counter[tuple[Any, ...]] = Counter()
    for line in found:
        told[line.key] += line.cents
    return {key: cents for key, cents in told.items() if cents}


def total(found: Iterable[Line], state: str = "payable") -> int:
    """Cents in a state."""
    return sum(line.cents for line in found if line.state == state)


@pytest.fixture
def pay() -> Callable[..., list[Line]]:
    """All lines of a plan in YAML and rows of transactions, up to a day."""

    def run(
        plan: str | Row | None,
        transactions: Iterable[Row] = (),
        through: date = date(2026, 12, 31),
        *,
        people: Sequence[Row] = ANN,
        plans: Mapping[str, Row] | None = None,
        as_of: date | None = None,
        said: Mapping[str, Any] | None = None,
        **tables: Iterable[Row],
    ) -> list[Line]:
        charter = charter_of(plan, plans=plans, people=people, **(said or {}))
        facts = facts_from(transactions, **tables)
        return everything(
            Calculation(charter, facts if as_of is None else facts.on(as_of), through)
        )

    return run
