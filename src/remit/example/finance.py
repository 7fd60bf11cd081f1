"""Writes what finance and the product know: usage, costs by month, quotas, targets."""

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

SERVING, HOSTING = 0.03, 0.11
"""What serving customers costs beside people, and what running the product does, of revenue."""

STREET = 0.85
"""A segment's target for new revenue, as a share of what its sellers' quotas add up to."""

COVERAGE = 4.0
"""New pipeline that a quarter's target asks for, in times the new revenue it asks for."""

MAPPING = """\
# What the tables of finance and of the product are, for `remit load` and `remit audit`.
# People are named by e-mail address, companies by the CRM's id; days after `to` are `until`.
tables:
  usage:
    file: usage.csv
    columns: {account_id: account_id, day: read_on, metric: metric, value: reading}
  costs:
    file: costs.csv
    columns:
      {month: month, kind: kind, segment: segment, role: role, amount: amount, currency: currency}
  quotas:
    file: quotas.csv
    columns:
      {person_id: person, first_day: from, end_day: until, measure: measure, amount: amount,
       currency: currency}
  targets:
    file: targets.csv
    columns:
      {segment: segment, measure: measure, first_day: from, end_day: until, amount: amount,
       currency: currency}
"""


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
        live = customer.won + round(dice.around(company.diligence.go_live_days, 0.7))
        for month in months(day_of(customer.won + 1), day_of(stop)):
            day = number(month)
            if day < customer.won:
                continue
            drift = -0.03 if customer.left and customer.left - day < 240 else 0.004
            active = min(0.97, max(0.04, active + drift + 0.02 * dice.normal()))
            rows.append((account(customer.account), month.isoformat(), "licensed_users", seats))
            there = min(1.0, 0.4 + 0.6 * (day - live) / 60) if day >= live else 0.0
            using = int(seats * active * there)
            rows.append((account(customer.account), month.isoformat(), "active_users", using))
    return rows


def revenue(market: Market, month: date) -> dict[str, float]:
    """What customers paid for the days of a month, by segment (charter currency)."""
    first = number(month)
    last = number(months(month, date(month.year + 1, 12, 31))[1]) - 1
    found: dict[str, float] = {}
    for term in market.terms:
        days = min(last, term.last) - max(first, term.first) + 1
        if days > 0:
            segment = market.accounts[term.account].firm.segment
            found[segment] = found.get(segment, 0.0) + term.arr * days / 365.25
    return found


def _costs(company: Company, staff: Staff, market: Market, dice: Dice) -> list[Row]:
    rows: list[Row] = []

    def add(month: date, kind: str, segment: str, role: str, amount: float) -> None:
        rows.append((month.isoformat(), kind, segment, role, int(amount), company.currency))

    for month in months(company.founded, company.last_day):
        day = number(month) + 14
        paid: dict[tuple[str, str], float] = {}
        for person in staff.people:
            spell = person.spell(day)
            if spell:
                key = (spell.segment or "", spell.role)
                paid[key] = paid.get(key, 0.0) + PAY[spell.role]
        for (segment, role), amount in sorted(paid.items()):
            if role:
                add(month, "comp", segment, role, round(amount))
            else:  # the support desk is part of what is sold
                add(month, "cost_of_revenue", segment, role, round(amount))
        earned = revenue(market, month)
        for part in company.segments:
            came = earned.get(part.name, 0.0)
            marketing = round(part.arr * dice.between(0.9, 1.2), -2)
            serving = round(came * SERVING * dice.between(0.95, 1.05), -1)
            running = round(came * HOSTING * dice.between(0.97, 1.03), -1)
            add(month, "other_s_and_m", part.name, "", marketing)
            add(month, "cost_to_serve", part.name, "", serving)
            add(month, "revenue", part.name, "", round(came))
            add(month, "cost_of_revenue", part.name, "", running)
    return rows


def quarters(company: Company) -> list[tuple[date, date]]:
    """First day of each quarter, and the day after its last."""
    firsts = months(company.founded, company.last_day)[::3]
    return [(first, months(first, date(first.year + 1, 12, 31))[3]) for first in firsts]


def quotas(company: Company, staff: Staff) -> list[tuple[int, date, date, str, int, str]]:
    """Person number, first day, day after the last, measure, amount and segment of each quota."""
    found = []
    for first, until in quarters(company):
        for person in staff.people:
            spell = person.spell(number(first))
            quota = QUOTAS.get((spell.role, spell.segment)) if spell else None
            if spell and quota:
                found.append((person.number, first, until, *quota, spell.segment or ""))
    return found


def _quotas(company: Company, staff: Staff) -> list[Row]:
    return [
        (
            staff.people[who].email, first.isoformat(), until.isoformat(), measure, amount,
            company.currency if measure.endswith("arr") else "",
        )
        for who, first, until, measure, amount, _ in quotas(company, staff)
    ]  # fmt: skip


def targets(company: Company, staff: Staff) -> list[tuple[str, str, date, date, int]]:
    """Segment, measure, first day, day after the last, and amount of each target.

    New revenue is a little less than the quotas of those who sell add up to; new pipeline is a
    multiple of it.
    """
    asked: dict[tuple[str, date, date], int] = {}
    for _, first, until, measure, amount, segment in quotas(company, staff):
        if measure == "new_arr":
            key = (segment, first, until)
            asked[key] = asked.get(key, 0) + amount
    found = []
    for (segment, first, until), amount in sorted(asked.items(), key=lambda one: one[0][1:]):
        wanted = int(round(amount * STREET, -3))
        found.append((segment, "new_arr", first, until, wanted))
        found.append((segment, "new_logo_pipeline", first, until, int(wanted * COVERAGE)))
    return found


def write_finance(
    company: Company, staff: Staff, market: Market, account: Callable[[int], str], dice: Dice,
    folder: Path,
) -> dict[str, int]:  # fmt: skip
    """Write usage, costs, quotas, targets and the mapping that says what they are.

    `account` gives an account's CRM id by its number.

    Returns:
        The number of rows by file.
    """
    (folder / "mapping.yaml").write_text(MAPPING, encoding="utf-8")
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
            folder / "quotas.csv", ("person", "from", "until", "measure", "amount", "currency"),
            _quotas(company, staff),
        ),
        "targets": write_table(
            folder / "targets.csv", ("segment", "measure", "from", "until", "amount", "currency"),
            (
                (segment, measure, first.isoformat(), until.isoformat(), amount, company.currency)
                for segment, measure, first, until, amount in targets(company, staff)
            ),
        ),
    }  # fmt: skip
