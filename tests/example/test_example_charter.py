"""What the example company's charter says of the market and of its people is so."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from statistics import median

import pytest

from remit.charter import read_charter, read_with_places
from remit.check import check
from remit.example import NORTHSTAR, Written
from remit.example.finance import QUOTAS
from remit.terms import Severity

Rows = list[dict[str, str]]
Table = Callable[[str], Rows]


pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def won(table: Table) -> dict[str, list[dict[str, str]]]:
    """New deals that were won, by segment."""
    employees = {row["Id"]: int(row["NumberOfEmployees"] or 0) for row in table("Account")}
    found: dict[str, list[dict[str, str]]] = {}
    for deal in table("Opportunity"):
        if deal["Type"] == "New Business" and deal["IsWon"] == "true":
            size = employees[deal["AccountId"]]
            segment = next(s.name for s in NORTHSTAR.segments if s.at_least <= size < s.below)
            found.setdefault(segment, []).append(deal)
    return found


def test_every_team_and_role_of_the_people_file_is_one_of_the_charter(
    written: Written, people: Rows
) -> None:
    charter = read_charter(written.charter)

    assert {row["team"] for row in people} == set(charter.teams)
    assert {row["role"] for row in people} == set(charter.roles)


def test_the_charter_has_no_red_finding(written: Written) -> None:
    charter, read = read_with_places(written.charter)
    findings = check(charter, day=date(2026, 11, 1), read=read).findings

    assert [found.says for found in findings if found.severity is Severity.RED] == []


@pytest.mark.parametrize("segment", [segment.name for segment in NORTHSTAR.segments])
def test_the_stated_sales_cycle_and_contract_value_are_those_of_the_deals_won(
    segment: str, written: Written, won: dict[str, Rows]
) -> None:
    stated = read_charter(written.charter).segments[segment]
    days = median(
        (date.fromisoformat(d["CloseDate"]) - date.fromisoformat(d["CreatedDate"][:10])).days
        for d in won[segment]
    )
    value = median(float(deal["Amount"]) for deal in won[segment])

    assert stated.sales_cycle is not None
    assert int(stated.sales_cycle.split()[0]) == pytest.approx(days, rel=0.15)
    assert float(stated.acv or 0) == pytest.approx(value, rel=0.15)


@pytest.mark.parametrize(
    ("role", "component"),
    [("ae", "new_business"), ("csm", "renewals"), ("am", "growth"), ("generalist", "new_names")],
)
def test_a_plan_asks_for_the_mean_of_what_finance_asks_for(
    role: str, component: str, written: Written
) -> None:
    size = {(team.role, team.segment): team.size for team in NORTHSTAR.teams}
    asked = {key: amount for key, (_, amount) in QUOTAS.items() if key[0] == role}
    mean = sum(size[key] * amount for key, amount in asked.items()) / sum(map(size.get, asked))

    plan = read_charter(written.charter).plans[role]

    assert float(plan.components[component].quota.target) == mean
