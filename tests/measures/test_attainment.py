"""Quota attainment, over-assignment and ramp, on cases that can be worked out by hand."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

from remit.measures.attainment import (
    _reached,
    at_quota,
    attainment,
    credits,
    over_assignment,
    ramps_seen,
)
from remit.terms import Period

pytestmark = pytest.mark.slow  # `make slow` runs it: every case loads an export

CHARTER = """
    company: Acme
    currency: USD
    segments:
      mid: {where: {employees: {below: 1000}}}
    roles:
      sdr: {is: SDR}
      ae: {is: AE, ramp: 3 months}
      boss: {is: sales manager}
    titles: {"SDR": sdr, "AE": ae, "Boss": boss}
    handoffs:
      - {name: meeting, from: sdr, to: ae, at: discovery}
    """
YEAR = Period(date(2026, 1, 1), date(2027, 1, 1))
QUARTER = {"first_day": "2026-01-01", "end_day": "2026-04-01"}
ACCOUNT = {"account_id": "a", "segment": "mid", "created_at": "2025-01-01"}
LAST = {"lead_id": "l", "created_at": "2026-12-30T00:00:00"}
"""Something as late as the evidence goes."""


def person(name: str, title: str = "AE", since: str = "2020-01-01", until: str = "") -> dict:
    return {"person_id": name, "title": title, "first_day": since, "end_day": until}


def quota(name: str, amount: int, measure: str = "new_arr", **other: str) -> dict:
    unit = "" if measure.startswith("meetings") else "USD"
    return {
        "person_id": name, "measure": measure, "amount": amount, "currency": unit, **QUARTER, **other,
    }  # fmt: skip


def won(record: str, owner: str, amount: object, on: str = "2026-02-15", **other: object) -> dict:
    return {
        "opportunity_id": record,
        "account_id": "a",
        "kind": "new",
        "owner_id": owner,
        "created_at": "2025-06-01",
        "closed_at": f"{on}T12:00:00",
        "won": "true",
        "amount": amount,
        "currency": "USD",
        **other,
    }


@pytest.fixture
def attained(charter, from_tables):
    """Quotas with their credits, from rows of people, quotas and deals."""

    def run(people: list[dict], quotas: list[dict], deals: list[dict], **tables):
        declared = charter(tables.pop("text", CHARTER))
        evidence = from_tables(
            declared,
            people=[{"person_id": n, "title": "AE"} for n in {p["person_id"]: 0 for p in people}],
            positions=people,
            accounts=[ACCOUNT],
            leads=[LAST],
            quotas=quotas,
            opportunities=deals,
            **tables,
        )
        return attainment(evidence, declared, declared.numbers(), YEAR)

    return run


def test_a_deal_is_its_owners_when_it_was_won_and_not_todays(attained):
    change = [
        {"record_type": "opportunity", "record_id": "d", "owner_id": "ann",
         "from_at": "2025-06-01T00:00:00", "to_at": "2026-03-01T00:00:00"},
        {"record_type": "opportunity", "record_id": "d", "owner_id": "bob",
         "from_at": "2026-03-01T00:00:00", "to_at": ""},
    ]  # fmt: skip

    rows = attained(
        [person("ann"), person("bob")],
        [quota("ann", 100), quota("bob", 300)],
        [won("d", "bob", 150)],
        ownership_changes=change,
    )

    assert sorted(row.attainment for row in rows) == [0, Fraction(3, 2)]
    [reached] = [row for row in rows if row.credited]
    assert reached.credited == Decimal(150)


def test_a_quota_in_another_currency_counts_deals_in_that_currency(attained):
    [row] = attained(
        [person("ann")],
        [quota("ann", 100, currency="EUR")],
        [won("d", "ann", 150, currency="EUR"), won("other", "ann", 70)],
    )

    assert row.credited == 150
    assert row.unknown == 1  # the one in dollars has no value in euros


def test_a_quota_of_nothing_has_no_attainment(attained):
    [row] = attained([person("ann")], [quota("ann", 0)], [won("d", "ann", 150)])

    assert row.credited == 150
    assert row.attainment is None


def test_a_quota_is_prorated_by_the_days_in_the_role(attained):
    [row] = attained(
        [person("ann", since="2026-02-01")],
        [quota("ann", 9_000)],
        [won("d", "ann", 5_900), won("before", "ann", 1_000, on="2026-01-15")],
    )

    assert row.prorated == 5_900  # 59 of 90 days
    assert row.attainment == 1
    assert not row.full


def test_a_promotion_splits_the_year_and_never_blends_two_quotas(attained):
    rows = attained(
        [person("ann", "SDR", until="2026-02-01"), person("ann", "AE", since="2026-02-01")],
        [quota("ann", 90, "meetings_held"), quota("ann", 9_000)],
        [won("d", "ann", 5_900)],
    )

    by_role = {row.role: row.prorated for row in rows}
    assert by_role == {"sdr": 31, "ae": 5_900}


def test_splits_decide_where_there_are_any_and_an_overlay_is_extra(attained):
    splits = [
        {"opportunity_id": "d", "person_id": "ann", "kind": "Revenue", "share": 0.6},
        {"opportunity_id": "d", "person_id": "bob", "kind": "Revenue", "share": 0.4},
        {"opportunity_id": "d", "person_id": "bob", "kind": "Overlay", "share": 1.0},
        {"opportunity_id": "e", "person_id": "bob", "kind": "Overlay", "share": 0.5},
    ]

    rows = attained(
        [person("ann"), person("bob")],
        [quota("ann", 100), quota("bob", 200)],
        [won("d", "ann", 100), won("e", "ann", 10)],
        deal_splits=splits,
    )

    credited = {row.quota: row.credited for row in rows}
    assert credited == {100: Decimal(70), 200: Decimal(45)}  # 60 + 10; 40 + 5


def test_only_deals_of_the_kind_that_the_measure_counts_are_credited(attained):
    rows = attained(
        [person("ann")],
        [quota("ann", 100), quota("ann", 50, "expansion_arr"), quota("ann", 10, "hugs")],
        [won("n", "ann", 40), won("x", "ann", 25, kind="expansion"), won("r", "ann", 99, kind="renewal")],
    )  # fmt: skip

    assert {row.words: row.credited for row in rows} == {
        "new_arr": 40,
        "expansion_arr": 25,
        "hugs": None,
    }


def test_a_deal_without_an_amount_leaves_attainment_open_unless_the_rest_reaches_quota(attained):
    deals = [won("d", "ann", ""), won("e", "ann", 60), won("f", "bob", ""), won("g", "bob", 120)]

    rows = attained([person("ann"), person("bob")], [quota("ann", 100), quota("bob", 110)], deals)

    assert {row.quota: row.attainment for row in rows} == {100: None, 110: Fraction(120, 110)}


def test_meetings_count_for_whoever_recorded_the_offer(attained):
    steps = [
        {"handoff": "meeting", "case_id": "m", "step": "offered", "recorded_by": "sue",
         "happened_at": "2026-01-02T09:00:00", "given_to": "ann"},
        {"handoff": "meeting", "case_id": "m", "step": "held", "recorded_by": "ann",
         "happened_at": "2026-02-02T09:00:00", "given_to": "ann"},
        {"handoff": "meeting", "case_id": "n", "step": "offered", "recorded_by": "sue",
         "happened_at": "2026-01-03T09:00:00", "given_to": "ann"},
    ]  # fmt: skip

    rows = attained(
        [person("sue", "SDR"), person("ann")],
        [quota("sue", 4, "meetings_held"), quota("sue", 4, "meetings_set")],
        [],
        handoffs=steps,
    )

    assert {row.measure: row.credited for row in rows} == {"meetings_held": 1, "meetings_set": 2}


def test_a_team_is_sum_over_sum_and_never_the_mean_of_ratios(attained):
    rows = attained(
        [person("ann"), person("bob")],
        [quota("ann", 100), quota("bob", 300)],
        [won("d", "ann", 100), won("e", "bob", 150)],
    )

    found = at_quota(rows, YEAR, 1)

    assert found.team.value == pytest.approx(250 / 400)
    assert found.team.value != pytest.approx((1 + 0.5) / 2)
    assert (found.reached, found.cases, found.share.value) == (1, 2, 0.5)
    assert [period.last_day for period in found.periods] == [date(2026, 3, 31)]


def test_people_ramping_and_quotas_of_nothing_are_left_out_of_the_share_and_counted(attained):
    rows = attained(
        [person("ann"), person("new", since="2025-12-01"), person("zero")],
        [quota("ann", 100), quota("new", 100), quota("zero", 0)],
        [won("d", "ann", 100)],
    )

    found = at_quota(rows, YEAR, 1)

    assert (found.reached, found.cases, found.ramping, found.undefined) == (1, 1, 1, 1)


def test_a_period_that_has_not_ended_is_not_judged(attained, charter):
    rows = attained(
        [person("ann")],
        [quota("ann", 100, first_day="2026-12-01", end_day="2027-03-01")],
        [won("d", "ann", 5)],
    )

    assert at_quota(rows, YEAR, 1) is None


def test_no_figure_is_of_fewer_people_than_the_group(attained):
    rows = attained([person("ann")], [quota("ann", 100)], [won("d", "ann", 5)])

    assert at_quota(rows, YEAR, 2) is None


def test_quotas_over_target_leave_out_those_who_lead(charter, from_tables):
    declared = charter(CHARTER)
    evidence = from_tables(
        declared,
        people=[{"person_id": n, "title": t} for n, t in (("ann", "AE"), ("bob", "AE"), ("eve", "Boss"))],
        accounts=[ACCOUNT],
        quotas=[quota("ann", 600), quota("bob", 600), quota("eve", 1_200)],
        targets=[{"measure": "new_arr", "amount": 1_000, "currency": "USD", **QUARTER}],
    )  # fmt: skip

    [found] = over_assignment(evidence, declared, declared.numbers(), YEAR)

    assert (found.street, found.plan, found.over) == (1_200, 1_000, Fraction(6, 5))


def test_new_people_reach_the_tenured_middle_and_leavers_stay_in_while_they_were_there(
    charter, from_tables
):
    """Two tenured bring 10 a month; three starters 0, 0, 0 and then 10; one leaves after two."""
    declared = charter(CHARTER)
    people = [person("t1"), person("t2"), person("s1", since="2025-03-01"),
              person("s2", since="2025-03-01"),
              person("s3", since="2025-03-01", until="2025-05-05")]  # fmt: skip
    deals = []
    for n in range(24):
        day = date(2025, 1, 10) + timedelta(days=round(365 / 12 * n))
        for name in ("t1", "t2", "s1", "s2"):
            if name.startswith("t") or day >= date(2025, 6, 5):
                deals.append(won(f"{name}{n}", name, 10, on=str(day)))
    evidence = from_tables(
        declared,
        people=[{"person_id": p["person_id"], "title": "AE"} for p in people],
        positions=people,
        accounts=[ACCOUNT],
        leads=[LAST],
        opportunities=[{**deal, "created_at": "2024-12-01"} for deal in deals],
    )

    [found] = ramps_seen(evidence, declared, declared.numbers(), YEAR, group=2)

    assert (found.starters, found.left, found.tenured) == (3, 1, 4)
    assert [m.people for m in found.by_month[:3]] == [3, 3, 2]
    assert [round(m.output, 1) for m in found.by_month[:5]] == [0, 0, 0, 1, 1]
    assert found.months.value == 3


def test_as_much_as_tenured_people_is_enough_and_three_months_are_taken_together():
    people = np.ones(2)

    assert _reached(np.array([[0.0, 1, 1, 1], [0, 1, 1, 1]]), people) == 1
    assert _reached(np.array([[0.0, 2, 0, 1], [0, 2, 0, 1]]), people) == 1
    assert _reached(np.array([[0.0, 1, 1, 0.9], [0, 1, 1, 1]]), people) is None


def test_credits_after_the_last_day_are_not_there(charter, from_tables):
    declared = charter(CHARTER)
    evidence = from_tables(
        declared,
        people=[{"person_id": "ann", "title": "AE"}],
        opportunities=[won("d", "ann", 5), won("later", "ann", 7, on="2026-08-01")],
    )

    half = Period(date(2026, 1, 1), date(2026, 7, 1))
    found = credits(evidence, declared, declared.numbers(), half)

    assert [credit.record_id for credit in found] == ["d"]
