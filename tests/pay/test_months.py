"""What a pay month pays out: draws, guarantees, and what is carried."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from remit.pay.calculate import Calculation
from remit.pay.facts import facts_of
from remit.pay.months import Before, Promise, Settled, pay_month, settle
from remit.pay.promised import promises
from remit.terms import RemitError
from tests.laws import examples

CENTS = some.integers(-900_000, 900_000)


def months(
    payable: Sequence[int], promise: Promise, *, but: dict[int, Promise] | None = None
) -> list[Settled]:
    """One month after another, each beginning with what the one before left."""
    found: list[Settled] = []
    for at, cents in enumerate(payable):
        before = found[-1].after if found else Before()
        found.append(settle(cents, before, (but or {}).get(at, promise)))
    return found


def draw(cents: int, **more: object) -> Promise:
    return Promise("Ann", "USD", **{"recoverable": cents, **more})  # type: ignore[arg-type]


# Worked cases


def test_a_recoverable_draw_is_made_up_for_by_pay_above_it():
    # as Siebel publishes it: balances of March and April are what is still owed
    terry = [2750_00, 3000_00, 1500_00, 2375_00, 3000_00, 2750_00]

    found = months(terry, draw(2000_00))

    assert [m.money for m in found] == [2750_00, 3000_00, 2000_00, 2000_00, 2875_00, 2750_00]
    assert [m.after.owed for m in found] == [0, 0, 500_00, 125_00, 0, 0]
    assert sum(m.money for m in found) == 15_375_00 == sum(terry)


def test_what_is_owed_is_forgiven_at_the_end_of_the_period():
    found = months(
        [1500_00, 1200_00, 1800_00], draw(2000_00), but={2: draw(2000_00, forgives=True)}
    )

    assert [m.money for m in found] == [2000_00] * 3
    assert [-m.forgiven for m in found] == [0, 0, 1500_00]
    assert found[-1].after.owed == 0


def test_a_draw_that_need_not_be_paid_back_ends_with_its_last_month():
    newcomer, later = Promise("Ann", "USD", given=4000_00), Promise("Ann", "USD")

    found = months([0, 0, 1000_00, 4500_00, 2500_00], newcomer, but={4: later})

    assert [m.money for m in found] == [4000_00, 4000_00, 4000_00, 4500_00, 2500_00]
    assert sum(m.advance for m in found) == 11_000_00 == -sum(m.forgiven for m in found)
    assert all(m.after.owed == 0 for m in found)


def test_of_two_draws_what_need_not_be_paid_back_is_used_first():
    found = settle(200_00, Before(), draw(1000_00, given=500_00))

    assert found.money == 1500_00
    assert (found.advance, -found.forgiven, found.after.owed) == (1300_00, 500_00, 800_00)


def test_a_guarantee_of_a_quarter_is_made_up_for_in_its_last_month():
    plain = Promise("Ann", "USD")
    march = replace(plain, guarantee=15_000_00, since=date(2026, 1, 1))

    found = months([3000_00, 4000_00, 4000_00], plain, but={2: march})

    assert [m.guarantee for m in found] == [0, 0, 4000_00]
    assert sum(m.money for m in found) == 15_000_00


def test_a_guarantee_that_pay_is_above_adds_nothing():
    assert settle(5000_00, Before(), Promise("Ann", "USD", guarantee=4000_00)).guarantee == 0


def test_a_guarantee_makes_up_for_what_is_kept_back_for_a_draw():
    found = settle(3000_00, Before(owed=1000_00), Promise("Ann", "USD", guarantee=3000_00))

    assert (found.payout, found.recovery, found.guarantee, found.money) == (
        3000_00, -1000_00, 1000_00, 3000_00,
    )  # fmt: skip


def test_pay_taken_back_is_carried_until_it_is_earned_back():
    found = months([1000_00, -1500_00, 400_00, 2000_00], Promise("Ann", "USD"))

    assert [m.money for m in found] == [1000_00, 0, 0, 900_00]
    assert [m.after.carried for m in found] == [0, -1500_00, -1100_00, 0]


def test_pay_taken_back_under_a_draw_is_carried_and_not_added_to_what_is_owed():
    found = months([-1000_00, 3500_00], draw(2000_00))

    assert [m.money for m in found] == [2000_00, 2000_00]
    assert [(m.after.carried, m.after.owed) for m in found] == [(-1000_00, 2000_00), (0, 1500_00)]


def test_every_line_says_what_it_is_made_of():
    _, _, march, april, may, _ = months(
        [2750_00, 3000_00, 1500_00, 2375_00, 3000_00, 2750_00], draw(2000_00)
    )

    assert [*march.lines()] == [
        ("payout", 1500_00, "1,500.00 payable"),
        ("draw advance", 500_00, "draw of 2,000.00 less 1,500.00"),
    ]
    assert [*april.lines()][1] == (
        "draw recovery", -375_00, "kept back for 500.00 owed on the draw",
    )  # fmt: skip
    assert sum(cents for _, cents, _ in may.lines()) == 2875_00


# Laws


@some.composite
def any_promise(draw: some.DrawFn, **fixed: object) -> Promise:
    amounts = some.integers(0, 500_000)
    drawn = {name: draw(amounts) for name in ("recoverable", "given", "guarantee")}
    return Promise("Ann", "USD", **{**drawn, "forgives": draw(some.booleans()), **fixed})  # type: ignore[arg-type]


@given(some.lists(some.tuples(CENTS, any_promise()), min_size=1, max_size=18))
@settings(max_examples=examples(of=100))
def test_money_and_what_is_carried_balance_to_payable_and_promises_exactly(rows):
    found: list[Settled] = []
    for payable, promise in rows:
        found.append(settle(payable, found[-1].after if found else Before(), promise))

    last = found[-1].after
    paid = sum(m.money for m in found)
    promised = sum(m.guarantee - m.forgiven for m in found)
    assert paid + last.carried == sum(payable for payable, _ in rows) + last.owed + promised
    for (payable, promise), month in zip(rows, found, strict=True):
        assert month.payout + month.carried == payable
        assert month.after.carried <= 0 <= month.after.owed
        assert month.money >= max(promise.draw, 0)
        assert month.recovery <= 0 <= month.advance
        assert -month.recovery <= month.before.owed
        assert not (month.advance and month.recovery)
        assert promise.forgives or -month.forgiven <= promise.given
        assert sum(cents for kind, cents, _ in month.lines() if kind != "carried") == (
            month.money + month.forgiven
        )


@given(some.lists(CENTS, min_size=1, max_size=18), some.integers(0, 500_000))
@settings(max_examples=examples(of=100))
def test_a_recoverable_draw_pays_the_greater_of_the_draw_and_what_is_left_after_it(payable, amount):
    for month in months(payable, draw(amount)):
        left = month.payable + month.before.carried - month.before.owed
        assert month.money == max(amount, left)


@given(some.lists(CENTS, min_size=1, max_size=18), any_promise(recoverable=0))
@settings(max_examples=examples(of=100))
def test_a_draw_that_need_not_be_paid_back_is_never_owed_nor_taken_back(payable, promise):
    for month in months(payable, promise):
        assert month.after.owed == 0 == month.recovery


@given(some.lists(some.integers(0, 900_000), min_size=1, max_size=18))
@settings(max_examples=examples(of=100))
def test_without_promises_what_is_payable_is_paid(payable):
    assert [m.money for m in months(payable, Promise("Ann", "USD"))] == payable


# What plans promise


def told(charter, plan, month, *, people="[{person: Ann, role: ae, from: 2026-01-01}]", deals=()):
    declared = charter(
        f"""
        company: Acme
        segments: {{mid: {{sales_cycle: 3 months}}}}
        roles: {{ae: {{is: AE, plan: ae_2026}}}}
        people: {people}
        plans: {{ae_2026: {{components: {{sold: {{pays_on: bookings, rate: 10%}}}}, {plan}}}}}
        """
    )
    rows = [{"measure": "bookings", "payee": "Ann", "amount": 1, **deal} for deal in deals]
    period = pay_month(month)
    facts = facts_of(transactions=rows)
    return promises(Calculation(declared, facts, period.last_day), period)


def of(found: Sequence[Promise]) -> list[int]:
    return [one.draw for one in found]


def test_a_newcomers_draw_lasts_for_training_and_a_sales_cycle(charter):
    plan = "draw: {amount: 4000, training: 1 month, sales_cycle: 3 months}"

    assert of(told(charter, plan, "2026-04")) == [4000_00]
    assert of(told(charter, plan, "2026-05")) == []


def test_a_sales_cycle_that_no_draw_states_is_the_segments(charter):
    people = "[{person: Ann, role: ae, segment: mid, from: 2026-01-01}]"
    plan = "draw: {amount: 4000, training: 1 month}"

    assert of(told(charter, plan, "2026-04", people=people)) == [4000_00]
    assert of(told(charter, plan, "2026-05", people=people)) == []


def test_a_sales_cycle_that_nobody_states_is_measured(charter):
    plan = "draw: {amount: 3000}"
    deals = [
        {"id": str(n), "opened_on": date(2025, 1, 1), "day": date(2025, 1, 1 + days)}
        for n, days in enumerate((10, 20, 29))
    ]

    assert of(told(charter, plan, "2026-01", deals=deals)) == [1935_48]  # 20 of 31 days
    assert of(told(charter, plan, "2026-02", deals=deals)) == []


def test_a_draw_whose_length_nobody_can_know_stops_the_run(charter):
    with pytest.raises(RemitError) as stopped:
        told(charter, "draw: {amount: 3000}", "2026-01")

    (problem,) = stopped.value.problems
    assert problem.path == "plans.ae_2026.draw"
    assert "how long a sales cycle is" in problem.wrong


def test_a_draw_until_customers_are_well_is_longer_by_the_median_of_that(charter):
    plan = "draw: {amount: 3100, lasts: 1 month, until_retention_indicator: true}"
    deals = [{"id": "1", "day": date(2025, 1, 1), "reached_on": date(2025, 1, 15)}]

    assert of(told(charter, plan, "2026-02", deals=deals)) == [1550_00]  # 14 of 28 days


def test_a_recoverable_draw_without_a_length_lasts(charter):
    assert of(told(charter, "draw: {amount: 2000, kind: recoverable}", "2031-05")) == [2000_00]


def test_nobody_whose_first_day_is_not_known_is_a_newcomer(charter):
    people = "[{person: Ann, role: ae}]"

    assert told(charter, "draw: {amount: 4000, lasts: 4 months}", "2026-01", people=people) == ()


def test_a_draw_is_for_the_days_in_office_and_the_share_of_a_job(charter):
    people = "[{person: Ann, role: ae, share: 50%, from: 2026-02-15}]"
    plan = "draw: {amount: 4000, lasts: 1 month}"

    assert of(told(charter, plan, "2026-02", people=people)) == [1000_00]


def test_what_is_owed_is_forgiven_when_the_plans_period_ends(charter):
    plan = "draw: {amount: 2000, kind: recoverable_forgiven, lasts: 12 months}"

    assert [p.forgives for p in told(charter, plan, "2026-02")] == [False]
    assert [p.forgives for p in told(charter, plan, "2026-03")] == [True]


@pytest.mark.parametrize(
    ("month", "due"),
    [("2026-02", []), ("2026-03", [(15_000_00, date(2026, 1, 1))]), ("2026-06", [])],
)
def test_a_guarantee_is_due_with_its_period_until_its_last_day(charter, month, due):
    plan = "guarantee: {amount: 15000, per: quarter, until: 2026-03-31}"

    assert [(p.guarantee, p.since) for p in told(charter, plan, month)] == due


def test_a_guarantee_that_ends_within_a_period_is_for_its_days(charter):
    plan = "guarantee: {amount: 9000, per: quarter, until: 2026-01-30}"

    assert [p.guarantee for p in told(charter, plan, "2026-01")] == [3000_00]
    assert told(charter, plan, "2026-03") == ()


@pytest.mark.parametrize("text", ["2026-3", "2026-13", "March", "2026-03-01", "0000-01"])
def test_a_month_is_written_one_way(text):
    with pytest.raises(ValueError, match="not a month written like 2026-03"):
        pay_month(text)
