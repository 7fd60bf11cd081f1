"""What another deal would pay, and why this one pays what it does; nothing is ever posted."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from remit.pay.calculate import Calculation
from remit.pay.facts import Credit, Facts, Transaction, facts_of
from remit.pay.release import lines
from remit.pay.what_if import explained, supposed_deal, supposed_event, what_if
from remit.terms import RemitError

CHARTER = """
    company: Acme
    currency: USD
    roles: {ae: {is: AE, plan: ae}, sdr: {is: SDR, plan: sdr}, lead: {is: sales manager, plan: lead}}
    retention_indicators: {active_team: {about: Daily use, within: 120 days}}
    people:
      - {person: Ann, role: ae, manager: Mia}
      - {person: Bo, role: ae, manager: Mia}
      - {person: Sam, role: sdr}
      - {person: Mia, role: lead}
    plans:
      ae:
        release: [{at: signing, share: 50%}, {at: retention_indicator, share: 50%, indicator: active_team}]
        components:
          sold: {pays_on: bookings, quota: 250000, tiers: [{from: 0, rate: 10%}, {from: 100%, rate: 15%}]}
      sdr:
        components:
          met: {pays_on: accepted_meetings, each: 100}
          won: {pays_on: qualified_opportunities, each: 250}
      lead: {components: {team: {pays_on: bookings, rate: 2%, credit: {to: team}}}}
    """


@pytest.fixture
def facts() -> Facts:
    return facts_of(
        transactions=[
            {"id": "D1", "day": date(2026, 1, 20), "measure": "bookings", "amount": 200_000,
             "payee": "Ann", "account": "Globex"},
            {"id": "D2", "day": date(2026, 3, 5), "measure": "bookings", "amount": 80_000,
             "payee": "Ann", "share": "0.6"},
            {"id": "D2", "day": date(2026, 3, 5), "measure": "bookings", "amount": 80_000,
             "payee": "Bo", "share": "0.4"},
        ]
    )  # fmt: skip


@pytest.fixture
def quarter(charter, facts) -> Calculation:
    return Calculation(charter(CHARTER), facts, date(2026, 3, 31))


def deal(amount: int = 50_000, payee: str = "Ann", day: date = date(2026, 3, 20)) -> Transaction:
    return Transaction("X", day, "bookings", Fraction(amount), credits=(Credit(payee),))


def test_another_deal_says_what_it_would_earn_and_release_and_what_would_wait(quarter):
    found = what_if(quarter, [deal()])

    mine = [one for one in found.differences if one.payee == "Ann" and one.transaction == "X"]
    assert [(one.state, one.instalment, one.after) for one in mine if one.state != "accrued"] == [
        ("credited", "", 50_000),
        ("earned", "", Decimal("7400.00")),
        ("payable", "signing", Decimal("3700.00")),
        ("waiting", "active_team", Decimal("3700.00")),
    ]
    assert next(one for one in mine if one.state == "earned").because == (
        "2,000.00 x 10% + 48,000.00 x 15%"
    )


def test_a_deal_that_comes_before_others_lifts_them_over_the_quota(quarter):
    found = what_if(quarter, [deal(day=date(2026, 2, 1))])

    lifted = next(
        one for one in found.differences if (one.transaction, one.state) == ("D2", "earned")
    )
    assert (lifted.payee, lifted.before, lifted.after) == ("Ann", 4_800, 7_200)
    assert lifted.amount == 2_400


def test_managers_are_looked_at_and_people_whom_it_does_not_touch_are_not(quarter):
    found = what_if(quarter, [deal()])

    assert {one.payee for one in found.differences} == {"Ann", "Mia"}
    assert found.total("earned", "Mia") == 1_000
    assert found.total("earned") == found.total("earned", "Ann") + 1_000


def test_an_indicator_reached_moves_what_waits_to_what_is_payable(quarter):
    found = what_if(quarter, changed={"D1": {"reached_on": date(2026, 3, 10)}})

    told = {(one.state, one.instalment): one.amount for one in found.differences}
    assert told == {("payable", "active_team"): 10_000, ("waiting", "active_team"): -10_000}
    assert found.supposed == ("D1: reached on 10 Mar 2026",)


def test_an_indicator_reached_after_the_last_day_changes_nothing(quarter):
    assert what_if(quarter, changed={"D1": {"reached_on": date(2026, 4, 10)}}).differences == ()


def test_nothing_is_changed_by_asking(quarter, facts):
    before = lines(quarter, "Ann"), facts.transactions()

    what_if(quarter, [deal()], {"D1": {"reached_on": date(2026, 3, 10)}})

    assert (lines(quarter, "Ann"), facts.transactions()) == before


def test_a_deal_that_nobody_knows_and_a_payee_who_is_nobody_are_told(quarter):
    with pytest.raises(RemitError, match="no transaction is called that"):
        what_if(quarter, changed={"D11": {"reached_on": date(2026, 3, 10)}})
    with pytest.raises(RemitError, match='Did you mean "Ann"'):
        what_if(quarter, [deal(payee="Anne")])


def test_a_deal_is_said_in_a_few_words(charter):
    found = supposed_deal(charter(CHARTER), "payee=Ann, amount=50K, day=2026-03-20, share=60%")

    assert (found.measure, found.amount, found.day) == ("bookings", 50_000, date(2026, 3, 20))
    assert found.credits == (Credit("Ann", Fraction(3, 5), "split"),)


def test_everything_that_is_wrong_with_a_deal_is_told_at_once(charter):
    with pytest.raises(RemitError) as error:
        supposed_deal(charter(CHARTER), "payer=Ann, amount=lots, day=20.3.2026")

    assert [one.path for one in error.value.problems] == ["payer", "day", "amount", "payee"]


def test_a_measure_is_asked_for_where_several_could_be_meant(charter):
    words = "payee=Sam, amount=1, day=2026-03-20"

    with pytest.raises(RemitError, match="measure=accepted_meetings or measure=qualified_opp"):
        supposed_deal(charter(CHARTER), words)
    assert supposed_deal(charter(CHARTER), f"{words}, measure=SQO").measure == (
        "qualified_opportunities"
    )


@pytest.mark.parametrize("words", ["D1", "D1.signed=2026-03-01", "D1.reached_on=3 March", "="])
def test_an_event_written_in_another_way_is_refused(words):
    with pytest.raises(RemitError):
        supposed_event(words)


# Why


def test_a_payee_is_explained_deal_by_deal_with_the_arithmetic(quarter):
    text = explained(quarter, "Ann")

    assert "Ann, sold of plan ae, Q1 2026" in text
    assert "attainment 99.2% = 248,000.00 / 250,000.00 (credit / quota)" in text
    assert "credit 48,000.00 = 60% of 80,000.00, so far 248,000.00" in text
    assert "earned 20,000.00 = 200,000.00 x 10%" in text
    assert "waits 10,000.00 when Globex reaches active_team by 20 May 2026" in text
    assert "in all: earned 24,800.00, payable 12,400.00" in text


def test_a_deal_is_explained_for_everybody_it_pays_and_nobody_else(quarter):
    text = explained(quarter, transaction="D2")

    assert [line for line in text.splitlines() if line and line[0] != " "] == [
        "Ann, sold of plan ae, Q1 2026",
        "Bo, sold of plan ae, Q1 2026",
        "Mia, team of plan lead, Q1 2026",
    ]
    assert "D1" not in text


def test_only_one_component_is_explained_where_one_is_named(quarter):
    assert "Mia, team" in explained(quarter, "Mia", component="team")
    assert "met of plan" not in explained(quarter, "Sam", component="won")
    with pytest.raises(RemitError, match='Did you mean "sold"'):
        explained(quarter, "Ann", component="sould")
