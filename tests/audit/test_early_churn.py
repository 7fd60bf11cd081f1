"""New revenue beside early churn of what account executives sold, as findings of early_churn."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from remit.audit.early_churn import _moved, early_churn
from remit.audit.run import YEAR, measured_days
from remit.audit.view import View
from remit.terms import Answer, Estimate, Period, Severity
from remit.terms.period import months_after

pytestmark = pytest.mark.slow  # `make slow` runs it: every case loads an export

CHARTER = """
    company: Acme
    roles: {ae: {is: AE}, csm: {is: CSM}}
    titles: {"AE": ae, "CSM": csm}
    """
DAYS = [
    {"lead_id": "L1", "created_at": "2022-01-02"},
    {"lead_id": "L2", "created_at": "2026-10-31"},
]
YEARS = {"earlier": date(2023, 7, 3), "later": date(2024, 7, 3)}
"""The first days of the two years that are compared."""


def sold(year: str, count: int, lost: int, arr: int = 1_000, sellers: int = 10) -> list[tuple]:
    """So many customers won over a year, by some sellers in turn; the lost ones leave at renewal."""
    rows = []
    dealt = {True: 0, False: 0}
    for n in range(count):
        first = YEARS[year] + timedelta(days=n * 350 // count)
        gone = (n * lost) // count != ((n + 1) * lost) // count
        seller = f"ae{dealt[gone] % sellers}"  # losses are spread over the sellers
        dealt[gone] += 1
        end = months_after(first, 12) if gone else date(2031, 1, 1)
        name = f"{year}{n}"
        rows.append(
            (
                {"opportunity_id": f"O-{name}", "account_id": name, "kind": "new", "won": "true",
                 "owner_id": seller, "created_at": str(first),
                 "closed_at": str(first), "amount": arr, "currency": "USD"},
                {"contract_id": f"K-{name}", "account_id": name, "opportunity_id": f"O-{name}",
                 "arr": arr, "currency": "USD", "first_day": str(first), "end_day": str(end)},
            )
        )  # fmt: skip
    return rows


OLDEST = (
    {"opportunity_id": "O-0", "account_id": "oldest", "kind": "new", "won": "true",
     "owner_id": "ae0", "created_at": "2023-01-10", "closed_at": "2023-01-10"},
    {"contract_id": "K-0", "account_id": "oldest", "opportunity_id": "O-0", "arr": 1,
     "currency": "USD", "first_day": "2023-01-10", "end_day": "2031-01-01"},
)  # fmt: skip


@pytest.fixture
def looked(charter, from_tables):
    def run(*rows: tuple, text: str = CHARTER, people: int = 10):
        declared = charter(text)
        deals = [OLDEST, *rows] if rows else []
        found = from_tables(
            declared,
            as_of=date(2026, 10, 31),
            leads=DAYS,
            people=[{"person_id": f"ae{n}", "title": "AE"} for n in range(people)],
            opportunities=[deal for deal, _ in deals],
            contracts=[contract for _, contract in deals],
        )
        over = measured_days(found)
        year = Period(min(over.start, date.fromordinal(over.end.toordinal() - YEAR)), over.end)
        return list(early_churn(View(declared, found, declared.numbers(), over, year)))

    return run


@pytest.mark.shows("001-06", "fires")
def test_more_sold_while_more_of_it_is_lost_early_is_amber_and_told_as_no_cause(looked):
    (found,) = looked(*sold("earlier", 100, 5), *sold("later", 200, 80))

    assert (found.answer, found.severity) == (Answer.INDICATED, Severity.AMBER)
    assert found.measured.value == pytest.approx(0.4)
    assert found.limit is None  # its limit is on the rise, and this is what was lost
    assert "ae: 40 % of 200 customers sold in 1 Jul 2024 to 30 Jun 2025 were lost by month 12" in (
        found.says
    )
    assert "beside 5 % of 100 a year before" in found.says
    assert len(found.caveats) == 2  # no later quarter has any customer, and all have a seller
    assert "while new recurring revenue was 200,000 USD" in found.says
    assert found.remedy
    assert not {"because", "leads to", "causes"} & set(found.says.split())


@pytest.mark.shows("001-06", "clear")
def test_more_sold_while_less_of_it_is_lost_is_clear(looked):
    (found,) = looked(*sold("earlier", 100, 40), *sold("later", 200, 10))

    assert (found.answer, found.severity, found.remedy) == (Answer.CLEAR, None, "")
    assert "early churn fell" in found.says


def test_more_sold_while_as_many_are_lost_as_before_is_clear(looked):
    (found,) = looked(*sold("earlier", 300, 15), *sold("later", 400, 20))

    assert found.answer is Answer.CLEAR
    assert "within the 5 % up to which they count as alike" in found.says


@pytest.mark.shows("001-06", "cannot tell")
def test_a_rise_that_may_be_chance_cannot_be_told(looked):
    (found,) = looked(*sold("earlier", 40, 4), *sold("later", 60, 9))

    assert (found.answer, found.severity) == (Answer.CANNOT_TELL, None)
    assert found.says.endswith("the intervals meet.")


def test_more_lost_while_no_more_is_sold_is_not_this_pattern(looked):
    (found,) = looked(*sold("earlier", 100, 5), *sold("later", 100, 40))

    assert (found.answer, found.severity) == (Answer.CANNOT_TELL, None)
    assert "of new revenue the intervals meet" in found.says


def test_a_handful_of_customers_is_too_few(looked):
    (found,) = looked(*sold("earlier", 10, 1), *sold("later", 12, 5))

    assert found.answer is Answer.CANNOT_TELL
    assert "12 new customers" in found.says


def test_what_fewer_people_sold_than_may_be_shown_is_not_shown(looked):
    (found,) = looked(*sold("earlier", 100, 5, sellers=3), *sold("later", 200, 80, sellers=3))

    assert found.answer is Answer.CANNOT_TELL
    assert "fewer than 5 people sold" in found.says
    assert (found.proof.rows, found.trend, found.measured) == ((), (), None)


def test_fewer_than_five_quarters_of_age_cannot_be_compared(looked):
    (found,) = looked(*sold("later", 100, 5)[:1], text=CHARTER)

    assert found.answer is Answer.CANNOT_TELL


def test_too_few_account_executives_to_be_shown_together_could_not_be_looked_at(looked):
    (found,) = looked(*sold("earlier", 100, 5), people=3)

    assert found.answer is Answer.COULD_NOT_LOOK


def test_without_contracts_it_could_not_look(looked):
    (found,) = looked()

    assert found.answer is Answer.COULD_NOT_LOOK
    assert "`contracts`" in found.says


def test_a_charter_of_generalists_is_spared(looked):
    text = CHARTER.replace("ae: {is: AE}", "ae: {is: AE/AM}")

    (found,) = looked(*sold("earlier", 100, 5), text=text)

    assert found.answer is Answer.DOES_NOT_APPLY


def test_the_proof_is_of_quarters_and_names_nobody(looked):
    (found,) = looked(*sold("earlier", 100, 5), *sold("later", 200, 80))

    assert found.proof.columns[0] == "quarter sold"
    assert len(found.trend) == 8
    assert not any("ae" in str(cell) for row in found.proof.rows for cell in row)


@pytest.mark.parametrize(
    ("low", "high", "way"),
    [(0.31, 0.4, 1), (0.3, 0.4, 0), (0.2, 0.3, 0), (0.1, 0.2, 0), (0.1, 0.19, -1)],
    ids=["above", "touches from above", "the same", "touches from below", "below"],
)
def test_a_share_has_moved_once_the_intervals_do_not_even_touch(low, high, way):
    earlier = Estimate(0.25, "share", 0.2, 0.3)

    assert _moved(earlier, Estimate((low + high) / 2, "share", low, high)) == way


def test_where_an_end_is_not_known_nothing_has_moved():
    known, open_below = Estimate(0.25, "share", 0.2, 0.3), Estimate(0.25, "share", None, 0.3)

    assert _moved(open_below, Estimate(0.15, "share", 0.1, 0.19)) == 0
    assert _moved(known, Estimate(0.35, "share", None, 0.4)) == 0
