"""Net and gross retention, renewals and the bridge, as findings of revenue_retention."""

from __future__ import annotations

from datetime import date

import pytest

from remit.audit.retention import revenue_retention
from remit.audit.run import YEAR, measured_days
from remit.audit.view import View
from remit.terms import Answer, Finding, Period, Severity

CHARTER = """
    company: Acme
    segments:
      big: {where: {employees: {at_least: 1000}}}
      small: {where: {employees: {below: 1000}}}
    roles:
      ae: {is: AE}
      csm: {is: CSM, owns: [onboarding, customer_success, renewal]}
      am: {is: AM}
    """
DAYS = [
    {"lead_id": "L1", "created_at": "2023-01-02"},
    {"lead_id": "L2", "created_at": "2025-12-31"},
]


def contracts(
    count: int, before: int, after: int, *, named: str = "c", renewed: str = "2025-07-01"
) -> list[dict]:
    """So many customers that pay one amount until 1 July 2025 and another from then on."""
    rows = []
    for n in range(count):
        name = f"{named}{n:03d}"
        spans = [(before, "2024-07-01", "2025-07-01"), (after, renewed, "2026-07-01")]
        rows += [
            {"contract_id": f"{name}-{first}", "account_id": name, "arr": arr, "currency": "USD",
             "first_day": first, "end_day": end}
            for arr, first, end in spans if arr
        ]  # fmt: skip
    return rows


@pytest.fixture
def looked(charter, from_tables):
    """The findings by subject; customers whose name begins with `b` are in the segment big."""

    def run(rows: list[dict], *, as_of: date = date(2025, 12, 31), text: str = CHARTER, **tables):
        declared = charter(text)
        accounts = [
            {"account_id": name, "segment": "big" if name.startswith("b") else "small"}
            for name in sorted({row["account_id"] for row in rows})
        ]
        found = from_tables(
            declared, as_of=as_of, leads=DAYS, accounts=accounts, contracts=rows, **tables
        )
        over = measured_days(found)
        year = Period(min(over.start, date.fromordinal(over.end.toordinal() - YEAR)), over.end)
        view = View(declared, found, declared.numbers(), over, year)
        return {finding.about: finding for finding in revenue_retention(view)}

    return run


def told(finding: Finding) -> tuple[Answer, Severity | None]:
    return finding.answer, finding.severity


# Net retention


@pytest.mark.shows("003-36", "fires")
@pytest.mark.shows("003-65", "fires")
def test_customers_who_shrink_as_a_whole_are_red(looked):
    found = looked([*contracts(30, 100, 100), *contracts(20, 100, 0, named="d")])

    net = found["company: net retention"]
    assert told(net) == (Answer.PROVEN, Severity.RED)
    assert net.measured.value == pytest.approx(0.6)
    assert net.says.startswith("The whole company: net revenue retention is 60.0 % (")
    assert (
        "of 5,000 USD a year that 50 customers paid on 31 Dec 2024, they pay 3,000 USD on "
        "31 Dec 2025" in net.says
    )
    assert net.limit.value == 1.0
    assert net.remedy


def test_growth_below_the_healthy_band_is_amber(looked):
    net = looked(contracts(40, 100, 105))["company: net retention"]

    assert told(net) == (Answer.PROVEN, Severity.AMBER)
    assert net.limit.value == 1.1
    assert "less than 110 % is amber, less than 100 % is red" in net.says


@pytest.mark.shows("003-36", "clear")
@pytest.mark.shows("003-65", "clear")
def test_growth_within_the_band_is_clear_and_growth_beyond_it_is_called_the_best(looked):
    found = looked([*contracts(40, 100, 115), *contracts(40, 100, 130, named="b")])

    small, big = found["segments.small: net retention"], found["segments.big: net retention"]
    assert (told(small), told(big)) == ((Answer.CLEAR, None), (Answer.CLEAR, None))
    assert not any("calls the best" in caveat for caveat in small.caveats)
    assert any("At or above the 120 %" in caveat for caveat in big.caveats)


@pytest.mark.shows("003-36", "cannot tell")
@pytest.mark.shows("003-65", "cannot tell")
@pytest.mark.shows("003-37", "cannot tell")
def test_a_dozen_customers_are_too_few(looked):
    found = looked(contracts(12, 100, 50))

    for what in ("net retention", "gross retention"):
        assert told(found[f"company: {what}"]) == (Answer.CANNOT_TELL, None)
        assert "12 cases are too few to judge (at least 20)" in found[f"company: {what}"].says


def test_customers_won_within_the_year_are_not_in_it(looked):
    late = [{**row, "first_day": "2025-09-01"} for row in contracts(30, 0, 900, named="n")]

    net = looked([*contracts(30, 100, 100), *late])["company: net retention"]

    assert net.measured.value == 1.0


# Gross retention


@pytest.mark.shows("003-37", "fires")
def test_a_great_loss_is_amber_whatever_the_others_bought(looked):
    found = looked([*contracts(60, 100, 300), *contracts(40, 100, 0, named="d")])

    gross = found["company: gross retention"]
    assert told(gross) == (Answer.PROVEN, Severity.AMBER)
    assert gross.measured.value == pytest.approx(0.6)
    assert "gross revenue retention is 60.0 %" in gross.says
    # 18,000 of today x what lies between the interval and 85 %
    limit = gross.limit.value
    assert gross.cost.low == pytest.approx(18_000 * (limit - gross.measured.high))
    assert gross.cost.high == pytest.approx(18_000 * (limit - gross.measured.low))
    assert gross.cost.of == ("ARR",)
    assert found["segments.small: gross retention"].cost.of == ("ARR in small",)
    assert found["company: net retention"].answer is Answer.CLEAR


@pytest.mark.shows("003-37", "clear")
def test_hardly_anything_lost_is_clear_and_says_how_it_was_counted(looked):
    gross = looked([*contracts(97, 100, 100), *contracts(3, 100, 0, named="d")])[
        "company: gross retention"
    ]

    assert told(gross) == (Answer.CLEAR, None)
    assert gross.caveats[0].startswith("By count 97.0 % of the customers are still there")
    assert any("nobody's own" in caveat for caveat in gross.caveats)
    assert gross.roles == ("csm",)


def test_a_loss_so_late_that_it_may_still_be_renewed_is_no_proof(looked):
    """30 of 100 ended in November: lost, or renewed late. Either way the answer must hold."""
    rows = contracts(70, 100, 100)
    open_ = contracts(30, 100, 0, named="o")
    for row in open_:
        row["end_day"] = "2025-11-15"

    gross = looked([*rows, *open_])["company: gross retention"]

    assert gross.measured.value == pytest.approx(0.7)
    assert gross.answer is Answer.CANNOT_TELL
    assert any("renewed in full it would be 100.0 %" in caveat for caveat in gross.caveats)


def test_a_late_renewal_is_no_loss(looked):
    gross = looked(contracts(30, 100, 100, renewed="2025-09-15"))["company: gross retention"]

    assert gross.measured.value == 1.0


# Renewals and the bridge


def test_the_renewal_rate_is_told_and_not_judged(looked):
    found = looked([*contracts(27, 100, 100), *contracts(3, 100, 0, named="d")])

    renewals = found["company: renewals"]
    assert told(renewals) == (Answer.MEASURED, None)
    assert renewals.says.startswith(
        "The whole company: 90 % of 3,000 USD a year that came up for renewal was renewed"
    )
    assert renewals.proof.rows[0][:4] == ("d000", "2025-07-01", "100.00", "0.00")
    assert len(renewals.caveats) == 1  # that no contract says which one it renews


def test_the_bridge_is_told_month_by_month_and_adds_up(looked):
    rows = [*contracts(20, 100, 130), *contracts(10, 100, 0, named="d")]
    rows += contracts(5, 0, 40, named="n")

    bridge = looked(rows)["company: bridge of recurring revenue"]

    assert told(bridge) == (Answer.MEASURED, None)
    assert (
        "went from 3,000 USD to 2,800 USD in the year to 31 Dec 2025: 200 USD new, 600 USD more "
        "and 0 USD less from customers who stayed, 1,000 USD lost with those who left."
        in bridge.says
    )
    assert len(bridge.proof.rows) == 13
    assert {row[-1] for row in bridge.proof.rows} == {"0.00"}


# What is missing


def test_without_contracts_and_movements_it_could_not_look(looked):
    (only,) = looked([]).values()

    assert only.answer is Answer.COULD_NOT_LOOK
    assert "`contracts` and `arr_changes` are empty" in only.says


def test_contracts_without_values_are_named_as_such(looked):
    rows = [{**row, "arr": ""} for row in contracts(30, 100, 100)]

    (only,) = looked(rows).values()

    assert only.answer is Answer.COULD_NOT_LOOK
    assert "None of the 60 rows of `contracts`" in only.says


def test_movements_give_retention_but_no_renewals(looked):
    changes = [
        {
            "account_id": f"c{n}",
            "day": "2024-03-01",
            "kind": "new",
            "amount": 100,
            "currency": "USD",
        }
        for n in range(30)
    ]

    found = looked([], arr_changes=changes)

    assert found["company: gross retention"].answer is Answer.CLEAR
    assert found["company: renewals"].answer is Answer.COULD_NOT_LOOK


def test_a_segment_that_nobody_was_in_a_year_ago_cannot_be_told(looked):
    found = looked(contracts(30, 100, 100))

    assert found["segments.big: net and gross retention"].answer is Answer.CANNOT_TELL


def test_customers_left_out_are_counted_aloud(looked):
    rows = [*contracts(30, 100, 100), *contracts(2, 100, 100, named="x")]
    rows[-1]["arr"] = rows[-3]["arr"] = ""

    net = looked(rows)["company: net retention"]

    assert "2 customers of the company are left out: a contract without a value." in net.caveats
