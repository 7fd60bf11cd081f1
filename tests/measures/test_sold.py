"""New customers by quarter sold, and how many of them were lost early, at the same age."""

from __future__ import annotations

from datetime import date

import pytest

from remit.measures.roles import roles_held
from remit.measures.sold import sold_by
from remit.terms import Period
from remit.terms.period import months_after

CHARTER = """
    company: Acme
    roles: {ae: {is: AE}, csm: {is: CSM}}
    titles: {"AE": ae, "CSM": csm}
    """
PEOPLE = [
    {"person_id": f"{title}{n}", "title": title, "is_person": "true"}
    for title in ("AE", "CSM")
    for n in range(6)
]
DAYS = [
    {"lead_id": "L1", "created_at": "2023-01-02"},
    {"lead_id": "L2", "created_at": "2026-10-31"},
]
AS_OF = date(2026, 10, 31)
YEAR = Period(date(2025, 11, 1), date(2026, 11, 1))


def customer(
    name: str, first: date, *, months: int | None = None, arr: int = 1_000, seller: str = "AE0"
) -> tuple[dict, dict]:
    """A customer's deal and contract; it leaves after so many months, or stays."""
    end = months_after(first, months) if months else date(2030, 1, 1)
    deal = {
        "opportunity_id": f"O-{name}", "account_id": name, "kind": "new", "won": "true",
        "owner_id": seller, "created_at": str(first), "closed_at": str(first), "amount": arr,
        "currency": "USD",
    }  # fmt: skip
    contract = {
        "contract_id": f"K-{name}", "account_id": name, "opportunity_id": f"O-{name}", "arr": arr,
        "currency": "USD", "first_day": str(first), "end_day": str(end),
    }  # fmt: skip
    return deal, contract


@pytest.fixture
def cohorts(charter, from_tables):
    def run(*customers: tuple[dict, dict], sellers: str = "AE", as_of: date = AS_OF, **tables):
        declared = charter(CHARTER)
        oldest = customer("oldest", date(2023, 3, 1))
        rows = [oldest, *customers]
        found = from_tables(
            declared,
            as_of=as_of,
            leads=DAYS,
            people=PEOPLE,
            opportunities=[deal for deal, _ in rows],
            contracts=[contract for _, contract in rows],
            **tables,
        )
        persons = frozenset(s.person_id for s in roles_held(found) if s.role == sellers.lower())
        return sold_by(
            found, declared, declared.numbers(), YEAR, persons=persons, roles=(sellers.lower(),)
        )

    return run


def quarter(found, first: date):
    return next(q for q in found.quarters if q.over.start == first)


def test_who_leaves_at_the_first_renewal_is_lost_early_and_who_leaves_later_is_not(cohorts):
    first = date(2024, 2, 10)
    found = cohorts(
        customer("soon", first, months=6),
        customer("at the renewal", first, months=12),
        customer("later", first, months=24),
        customer("stays", first),
    )

    assert {r.customer: r.lost for r in quarter(found, date(2024, 1, 1)).rows} == {
        "soon": True, "at the renewal": True, "later": False, "stays": False,
    }  # fmt: skip


def test_a_late_first_renewal_is_no_early_churn(cohorts):
    first = date(2024, 2, 10)
    deal, contract = customer("late", first, months=12)
    back = {
        **contract,
        "contract_id": "K-again",
        "first_day": "2025-05-01",
        "end_day": "2026-05-01",
    }

    found = cohorts((deal, contract), (customer("x", first)[0], back))

    assert quarter(found, date(2024, 1, 1)).lost == 0


def test_a_quarter_is_compared_once_all_of_it_has_come_to_its_first_renewal_and_beyond(cohorts):
    found = cohorts(customer("last day", date(2025, 6, 30)))

    # its renewal is due on 30 June 2026, and until 28 September it may come late
    assert quarter(found, date(2025, 4, 1)).of_age
    assert not quarter(found, date(2025, 7, 1)).of_age


def test_a_day_before_a_late_renewal_has_become_too_late_the_quarter_is_not_of_age(cohorts):
    found = cohorts(customer("last day", date(2025, 6, 30)), as_of=date(2026, 9, 27))

    assert not quarter(found, date(2025, 4, 1)).of_age


def test_the_first_quarter_may_have_begun_before_the_records_and_is_left_out(cohorts):
    assert cohorts().quarters[0].over.start == date(2023, 4, 1)


def test_the_latest_quarters_of_age_stand_beside_the_same_ones_a_year_before(cohorts):
    found = cohorts(
        customer("a", date(2024, 5, 1), months=12),
        customer("b", date(2025, 5, 1), arr=3_000),
    )

    assert [str(q.start) for q in found.later.quarters] == [
        "2024-07-01", "2024-10-01", "2025-01-01", "2025-04-01",
    ]  # fmt: skip
    assert [str(q.start) for q in found.earlier.quarters] == [
        "2023-07-01", "2023-10-01", "2024-01-01", "2024-04-01",
    ]  # fmt: skip
    assert (found.earlier.early_churn.value, found.later.early_churn.value) == (1.0, 0.0)
    assert (found.earlier.new_arr.value, found.later.new_arr.value) == (1_000, 3_000)


def test_only_what_these_people_sold_counts_and_the_rest_is_not_unknown(cohorts):
    found = cohorts(
        customer("mine", date(2024, 5, 1), seller="AE1"),
        customer("theirs", date(2024, 5, 1), seller="CSM1"),
        customer("whose", date(2024, 5, 1), seller=""),
    )

    assert [r.customer for r in quarter(found, date(2024, 4, 1)).rows] == ["mine"]
    assert found.unknown_seller == 1


def test_without_contracts_there_is_nothing_to_tell(charter, from_tables):
    declared = charter(CHARTER)
    found = from_tables(declared, as_of=AS_OF, leads=DAYS, people=PEOPLE)

    assert sold_by(
        found, declared, declared.numbers(), YEAR, persons=frozenset({"x"}), roles=("ae",)
    ) is None  # fmt: skip
