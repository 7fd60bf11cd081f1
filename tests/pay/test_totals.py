"""Sums of everybody's pay: the same cents as the lines, from far less work."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from remit.pay.calculate import Calculation
from remit.pay.facts import facts_of
from remit.pay.totals import totals
from tests.laws import examples
from tests.pay.conftest import _exactly, charter_of, facts_from
from tests.pay.situations import charter_of as charter_of_situation
from tests.pay.situations import situation

TABLES = ("transactions", "readings", "quotas", "rates", "owners", "absences")


def sums(calculation: Calculation) -> dict[tuple[str, str, date], int]:
    told: Counter[tuple[str, str, date]] = Counter()
    for payee in {spell.person for spell in calculation.charter.people}:
        for line in calculation.earned(payee):
            told[payee, line.component, line.origin.start] += line.cents
    return {key: cents for key, cents in told.items() if cents}


def by_sums(calculation: Calculation) -> dict[tuple[str, str, date], int]:
    return {(t.payee, t.component, t.origin.start): t.cents for t in totals(calculation)}


YEAR_TO_DATE = """
    ote: 200000
    pay_mix: 50/50
    period: month
    components:
      sold:
        pays_on: bookings
        quota: {target: 100000, per: year}
        counted: year_to_date
        credit: {to: split}
        tiers: [{from: 0, rate: 7.77%}, {from: 50%, rate: 11.1%}, {from: 100%, rate: 13.3%, back_to: 50%}]
    """


@settings(max_examples=examples(60), deadline=None)
@given(
    st.lists(
        st.tuples(
            st.dates(date(2026, 1, 1), date(2026, 12, 31)),
            st.integers(-2_000_000, 6_000_000),
            st.integers(0, 100),
        ),
        max_size=25,
    )
)
def test_sums_are_those_of_the_lines_whatever_was_sold_and_taken_back(sold):
    rows = [
        {"id": f"D{at}", "day": day, "amount": amount / 100, "payee": who, "share": f"{part}%"}
        for at, (day, amount, share) in enumerate(sold)
        for who, part in (("Ann", share), ("Ben", 100 - share))
        if part
    ]
    people = [{"person": "Ann"}, {"person": "Ben", "from": date(2026, 3, 1)}]
    made = Calculation(
        charter_of(YEAR_TO_DATE, people=people), facts_from(rows), date(2026, 10, 31)
    )

    assert by_sums(made) == sums(made)


@pytest.mark.parametrize("seed", range(25))
def test_sums_are_those_of_the_lines_of_any_plan(seed):
    s = situation(seed)
    tables = {name: [_exactly(row) for row in getattr(s, name)] for name in TABLES}
    facts = facts_of(**tables)
    made = Calculation(charter_of_situation(s), facts.on(s.as_of) if s.as_of else facts, s.through)

    assert by_sums(made) == sums(made)


def test_sums_of_managers_are_those_of_the_lines_when_a_seller_moves_between_them():
    team = {"pays_on": "bookings", "rate": "10%", "credit": {"to": "team"}}
    people = [
        {"person": "Mia", "role": "manager"},
        {"person": "Max", "role": "manager"},
        {"person": "Ann", "manager": "Mia", "to": date(2026, 6, 30)},
        {"person": "Ann", "manager": "Max", "from": date(2026, 7, 1)},
    ]
    sold = [
        {"id": "D1", "day": date(2026, 3, 1), "amount": 1_000},
        {"id": "D2", "day": date(2026, 9, 1), "amount": 2_000},
    ]
    charter = charter_of(plans={"manager": {"components": {"team": team}}}, people=people)

    made = Calculation(charter, facts_from(sold), date(2026, 12, 31))

    assert by_sums(made) == sums(made)
    assert by_sums(made) == {
        ("Mia", "team", date(2026, 1, 1)): 100_00,
        ("Max", "team", date(2026, 7, 1)): 200_00,
    }
