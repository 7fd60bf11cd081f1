"""Writes what finance and the product know: usage, costs by month, quotas."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

from remit.example.company import Company
from remit.example.days import day_of, number
from remit.example.dice import Dice
from remit.example.records import Market
from remit.example.staff import Staff
from remit.example.tables import Row, write_table

PAY = {
    "cro": 36_000, "vp_sales": 27_000, "sales_manager": 17_500, "cs_manager": 15_500,
    "sdr": 7_200, "ae": 17_000, "se": 15_000, "csm": 10_500, "am": 12_500, "generalist": 9_800,
    "": 6_800,
}  # fmt: skip
"""Monthly cost of a person by role (charter currency)."""

QUOTAS = {
    ("ae", "enterprise"): ("new_arr", 240_000), ("ae", "mid_market"): ("new_arr", 135_000),
    ("generalist", "smb"): ("new_arr", 24_000), ("am", None): ("expansion_arr", 60_000),
    ("csm", "enterprise"): ("renewed_arr", 480_000),
    ("csm", "mid_market"): ("renewed_arr", 330_000),
    ("sdr", "enterprise"): ("meetings_held", 16), ("sdr", "mid_market"): ("meetings_held", 21),
}  # fmt: skip
"""Quarterly quota of a person by role and segment: measure and amount."""


def months(first: date, last: date) -> list[date]:
    """First days of the months from one day to another.

    >>> [str(day) for day in months(date(2025, 12, 1), date(2026, 1, 31))]
    ['2025-12-01', '2026-01-01']
    """
    found, day = [], first.replace(day=1)
    while day <= last:
        found.append(day)
        day = (day.replace(day=28) + (date(2026, 1, 5) - date(2026, 1, 1))).replace(day=1)
    return found


def _usage(company: Company, market: Market, account: Callable[[int], str], dice: Dice
           ) -> list[Row]:  # fmt: skip
    rows: list[Row] = []
    for customer in sorted(market.customers, key=lambda c: account(c.account)):
        firm = market.accounts[customer.account].firm
        seats = max(5, int(firm.employees * dice.between(0.02, 0.12)))
        active = dice.between(0.35, 0.85)
        stop = customer.left or number(company.last_day)
        for month in months(day_of(customer.won + 30), day_of(stop)):
            day = number(month)
            if day < customer.won:
                continue
            drift = -0.03 if customer.left and customer.left - day < 240 else 0.004
            active = min(0.97, max(0.04, active + drift + 0.02 * dice.normal()))
            rows.append((account(customer.account), month.isoformat(), "licensed_users", seats))
            rows.append(
                (account(customer.account), month.isoformat(), "active_users", int(seats * active))
            )
    return rows


def _costs(company: Company, staff: Staff, market: Market, dice: Dice) -> list[Row]:
    rows: list[Row] = []
    for month in months(company.founded, company.last_day):
        day = number(month) + 14
        paid: dict[tuple[str, str], float] = {}
        for person in staff.people:
            spell = person.spell(day)
            if spell:
                key = (spell.segment or "", spell.role or "support_agent")
                paid[key] = paid.get(key, 0.0) + PAY[spell.role]
        for (segment, role), amount in sorted(paid.items()):
            rows.append(
                (month.isoformat(), "compensation", segment, role, round(amount), company.currency)
            )
        for part in company.segments:
            running = sum(
                1
                for customer in market.customers
                if market.accounts[customer.account].firm.segment == part.name
                and customer.won <= day and (customer.left is None or customer.left >= day)
            )  # fmt: skip
            marketing = round(part.arr * dice.between(0.9, 1.2), -2)
            serving = round(running * part.arr * 0.18 / 12 * dice.between(0.95, 1.05), -1)
            rows.append((month.isoformat(), "other_sales_marketing", part.name, "",
                         int(marketing), company.currency))  # fmt: skip
            rows.append((month.isoformat(), "cost_to_serve", part.name, "", int(serving),
                         company.currency))  # fmt: skip
    return rows


def _quotas(company: Company, staff: Staff) -> list[Row]:
    rows: list[Row] = []
    quarters = months(company.founded, company.last_day)[::3]
    for first in quarters:
        last = day_of(number(months(first, date(first.year + 1, 12, 31))[3]) - 1)
        for person in staff.people:
            spell = person.spell(number(first))
            quota = QUOTAS.get((spell.role, spell.segment)) if spell else None
            if quota:
                measure, amount = quota
                unit = company.currency if measure.endswith("arr") else ""
                rows.append(
                    (person.email, first.isoformat(), last.isoformat(), measure, amount, unit)
                )
    return rows


def write_finance(
    company: Company, staff: Staff, market: Market, account: Callable[[int], str], dice: Dice,
    folder: Path,
) -> dict[str, int]:  # fmt: skip
    """Write usage, costs and quotas; `account` gives an account's CRM id by its number.

    Returns:
        The number of rows by file.
    """
    return {
        "usage": write_table(
            folder / "usage.csv", ("account_id", "read_on", "metric", "reading"),
            _usage(company, market, account, dice),
        ),
        "costs": write_table(
            folder / "costs.csv", ("month", "kind", "segment", "role", "amount", "currency"),
            _costs(company, staff, market, dice),
        ),
        "quotas": write_table(
            folder / "quotas.csv", ("person", "from", "to", "measure", "amount", "currency"),
            _quotas(company, staff),
        ),
    }  # fmt: skip
