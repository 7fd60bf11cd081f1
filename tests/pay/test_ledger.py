"""The ledger in a file: what is posted, what is refused, and what never changes."""

from __future__ import annotations

import csv
import json
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from textwrap import dedent

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from remit.charter import Charter, read_charter
from remit.pay.calculate import Calculation
from remit.pay.exports import accruals, payroll
from remit.pay.facts import Facts, facts_of
from remit.pay.ledger import (
    Balance,
    Ledger,
    LedgerError,
    LedgerTaken,
    NoLedger,
    Posted,
    Posting,
)
from remit.pay.ledger_place import VERSION
from remit.pay.months import Promise, month_of, pay_month
from remit.pay.promised import promises
from remit.pay.release import Line, lines
from remit.terms import Period
from tests.command_line import remit
from tests.laws import examples

NOW = datetime(2026, 4, 10, 9, 30, tzinfo=UTC)
MARCH, APRIL, MAY = (pay_month(f"2026-{at:02d}") for at in (3, 4, 5))
QUARTER = Period(date(2026, 1, 1), date(2026, 4, 1))
TIERS = """
    company: Acme
    roles: {ae: {is: AE, plan: ae_2026}}
    people: [{person: Ann, role: ae}]
    plans:
      ae_2026:
        ote: 200000
        pay_mix: 50/50
        components:
          sold: {pays_on: bookings, quota: 250000, tiers: [{from: 0, rate: 10%}, {from: 100%, rate: 15%}]}
    """


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger.open(tmp_path / "pay.ledger")


def line(
    cents: int,
    *,
    payee: str = "Ann",
    state: str = "payable",
    of: str = "D1",
    origin: Period = QUARTER,
    at: str = "signing",
    words: str = "10% of it",
) -> Line:
    return Line(
        payee=payee,
        plan="ae_2026",
        component="sold",
        transaction=of,
        origin=origin,
        state=state,  # type: ignore[arg-type]
        instalment=at if state == "payable" else "",
        cents=cents,
        currency="USD",
        day=origin.last_day,
        words=words,
    )


def deal(number: str, day: date, amount: int, **more: object) -> dict[str, object]:
    return {
        "id": number, "day": day, "amount": amount, "payee": "Ann", "measure": "bookings", **more,
    }  # fmt: skip


def run(ledger: Ledger, charter: Charter, facts: Facts, month: Period, as_of: date) -> Posting:
    calculation = Calculation(charter, facts.on(as_of), month.last_day)
    payees = sorted({stint.payee for stint in calculation.stints})
    wanted = [one for payee in payees for one in lines(calculation, payee)]
    return ledger.post(month, wanted, as_of, NOW, promises(calculation, month))


def close(ledger: Ledger, month: Period) -> Posting:
    ledger.approve(month, NOW)
    return ledger.lock(month, NOW)


def only(ledger: Ledger) -> Balance:
    (balance,) = ledger.balances()
    return balance


def said(error: pytest.ExceptionInfo[LedgerError]) -> str:
    return "\n".join(map(str, error.value.problems))


def posted(lines: Iterable[Posted]) -> list[tuple[str, int]]:
    return [(one.state, one.cents) for one in lines]


# Differences


def test_a_run_posts_what_the_ledger_lacks_and_made_again_nothing(ledger):
    first = ledger.post(MARCH, [line(500_00), line(900_00, state="earned")], date(2026, 4, 1), NOW)
    again = ledger.post(MARCH, [line(500_00), line(900_00, state="earned")], date(2026, 4, 2), NOW)

    assert posted(first.lines) == [("earned", 900_00), ("payable", 500_00)]
    assert (again.run, again.lines, again.changed) == (None, (), ())
    assert ledger.number == 1


def test_a_changed_amount_is_posted_as_its_difference_and_says_from_what(ledger):
    ledger.post(MARCH, [line(500_00)], date(2026, 4, 1), NOW)

    changed = ledger.post(MARCH, [line(450_00, words="9% of it")], date(2026, 4, 1), NOW)

    assert posted(changed.lines) == [("payable", -50_00)] == posted(changed.changed)
    assert changed.lines[0].words == "450.00 instead of 500.00: 9% of it"


def test_what_nothing_comes_to_any_more_is_taken_out_by_a_line_of_its_own(ledger):
    ledger.post(MARCH, [line(500_00)], date(2026, 4, 1), NOW)

    gone = ledger.post(MARCH, [], date(2026, 4, 1), NOW)

    assert posted(gone.lines) == [("payable", -500_00)]
    assert gone.lines[0].words == "0.00 instead of 500.00: nothing comes to this now"
    assert gone.lines[0].origin == QUARTER
    assert ledger.held() == {}
    assert len(ledger.lines()) == 2


def test_lines_of_one_key_add_up_before_they_are_compared(ledger):
    two = [line(300_00, words="base"), line(200_00, words="excess")]

    first = ledger.post(MARCH, two, date(2026, 4, 1), NOW)
    again = ledger.post(MARCH, [line(500_00)], date(2026, 4, 1), NOW)

    assert posted(first.lines) == [("payable", 500_00)]
    assert first.lines[0].words == "base; excess"
    assert again.lines == ()


def test_a_line_says_when_it_was_recorded_in_which_run_and_for_what(ledger):
    ledger.post(MARCH, [line(500_00)], date(2026, 4, 1), NOW)

    (held,) = ledger.lines(payee="Ann")

    assert (held.run, held.recorded_at, held.month) == (1, NOW, MARCH)
    assert (held.origin, held.day, held.transaction) == (QUARTER, date(2026, 3, 31), "D1")


def test_a_late_deal_is_paid_in_the_open_month_at_the_rates_of_its_own_period(ledger, charter):
    declared = charter(TIERS)
    facts = facts_of(
        transactions=[
            deal("D1", date(2026, 2, 10), 230_000, known_on=date(2026, 2, 11)),
            deal("D2", date(2026, 3, 30), 30_000, known_on=date(2026, 4, 20)),
        ]
    )
    run(ledger, declared, facts, MARCH, date(2026, 4, 10))
    assert close(ledger, MARCH).totals == {("paid", "USD"): 23_000_00}
    before = ledger.lines(month=MARCH)

    late = run(ledger, declared, facts, APRIL, date(2026, 5, 10))

    assert late.totals["payable", "USD"] == 3_500_00
    assert {one.origin for one in late.lines} == {QUARTER}
    assert late.changed == late.lines
    assert ledger.lines(month=MARCH) == before
    close(ledger, APRIL)
    assert only(ledger).paid == 26_500_00


def test_a_cancelled_deal_takes_back_what_it_lifted_others_to(ledger, charter):
    declared = charter(TIERS.replace("250000", "100000"))
    deals = [
        deal(f"D{at}", date(2026, at, 10), amount, known_on=date(2026, at, 10))
        for at, amount in ((1, 60_000), (2, 50_000), (3, 40_000))
    ]
    cancelled = {**deals[0], "known_on": date(2026, 4, 20), "cancelled_on": date(2026, 4, 20)}
    facts = facts_of(transactions=[*deals, cancelled])
    run(ledger, declared, facts, MARCH, date(2026, 4, 10))
    assert close(ledger, MARCH).totals == {("paid", "USD"): 17_500_00}

    taken = run(ledger, declared, facts, APRIL, date(2026, 4, 30))

    assert taken.totals["payable", "USD"] == -8_500_00
    assert close(ledger, APRIL).totals == {}
    assert (only(ledger).carried, only(ledger).paid) == (-8_500_00, 17_500_00)
    assert only(ledger).liability == -8_500_00


def test_a_first_run_of_a_new_ledger_calls_nothing_late(ledger):
    last_year = Period(date(2025, 10, 1), date(2026, 1, 1))
    old = line(500_00, state="earned", origin=last_year)

    first = ledger.post(MARCH, [old], date(2026, 4, 1), NOW)

    assert len(first.lines) == 1
    assert first.changed == ()


@pytest.mark.parametrize("period", ["month", "quarter", "year"])
def test_a_ledger_that_begins_within_a_period_says_what_fell_due_before_its_month(
    ledger, charter, period
):
    declared = charter(TIERS.replace("components:", f"period: {period}\n        components:"))
    deals = [
        deal("D1", date(2026, 1, 10), 90_000),
        deal("D2", date(2026, 2, 28), 1_000),
        deal("D3", date(2026, 3, 1), 500),
    ]

    first = run(ledger, declared, facts_of(transactions=deals), MARCH, date(2026, 4, 1))

    assert first.earlier == {"USD": 9_100_00}


def test_an_instalment_that_falls_due_in_the_month_is_not_of_before_though_its_deal_is(
    ledger, charter
):
    halves = "release: [{at: signing, share: 50%}, {at: cash, share: 50%}]\n        components:"
    declared = charter(TIERS.replace("components:", halves))
    sold = deal("D1", date(2026, 1, 10), 90_000, cash_on=date(2026, 3, 5))

    first = run(ledger, declared, facts_of(transactions=[sold]), MARCH, date(2026, 4, 1))

    assert first.earlier == {"USD": 4_500_00}


def test_what_fell_due_before_and_was_taken_back_before_is_not_told(ledger):
    last_year = Period(date(2025, 10, 1), date(2026, 1, 1))
    back = line(-500_00, origin=last_year, at="clawback")

    first = ledger.post(MARCH, [line(500_00, origin=last_year), back], date(2026, 4, 1), NOW)

    assert len(first.lines) == 2
    assert first.earlier == {}


def test_of_a_new_month_only_what_changes_earlier_pay_is_told_as_changed(ledger):
    ledger.post(MARCH, [line(500_00)], date(2026, 4, 1), NOW)
    close(ledger, MARCH)
    april = Period(APRIL.start, date(2026, 7, 1))

    second = ledger.post(
        APRIL, [line(450_00), line(70_00, of="D2", origin=april)], date(2026, 5, 1), NOW
    )

    assert posted(second.lines) == [("payable", -50_00), ("payable", 70_00)]
    assert posted(second.changed) == [("payable", -50_00)]


# Months


def test_a_month_goes_from_calculated_to_approved_to_locked(ledger):
    ledger.post(MARCH, [line(500_00)], date(2026, 4, 1), NOW)
    assert [m.state for m in ledger.months()] == ["calculated"]

    ledger.approve(MARCH, NOW, by="Kim")
    assert [m.state for m in ledger.months()] == ["approved"]

    ledger.lock(MARCH, NOW)
    (march,) = ledger.months()
    assert (march.state, march.as_of, march.run) == ("locked", date(2026, 4, 1), 3)
    assert [(s.step, s.by) for s in ledger.steps()] == [
        ("run", ""), ("approve", "Kim"), ("lock", ""),
    ]  # fmt: skip


def test_an_approved_month_is_not_calculated_again_until_it_is_reopened(ledger):
    ledger.post(MARCH, [line(500_00)], date(2026, 4, 1), NOW)
    ledger.approve(MARCH, NOW)

    with pytest.raises(LedgerError, match="is approved, and not calculated again") as refused:
        ledger.post(MARCH, [line(600_00)], date(2026, 4, 1), NOW)
    assert "remit pay reopen --month 2026-03" in said(refused)

    ledger.reopen(MARCH, NOW, because="a split was wrong", by="Kim")
    again = ledger.post(MARCH, [line(600_00)], date(2026, 4, 1), NOW)
    assert posted(again.lines) == [("payable", 100_00)]
    assert ledger.steps()[2].because == "a split was wrong"


def test_a_locked_month_never_opens_again(ledger):
    ledger.post(MARCH, [line(500_00)], date(2026, 4, 1), NOW)
    close(ledger, MARCH)
    before = ledger.lines()

    with pytest.raises(LedgerError, match="never opens again"):
        ledger.reopen(MARCH, NOW, because="a mistake")
    with pytest.raises(LedgerError, match="never opens again"):
        ledger.post(MARCH, [line(600_00)], date(2026, 4, 1), NOW)
    with pytest.raises(LedgerError, match="never opens again"):
        ledger.require_open(MARCH)
    assert ledger.lines() == before
    assert ledger.number == 3


def test_a_month_is_not_locked_before_it_is_approved(ledger):
    ledger.post(MARCH, [line(500_00)], date(2026, 4, 1), NOW)

    with pytest.raises(LedgerError, match="is calculated, and not approved"):
        ledger.lock(MARCH, NOW)
    assert len(ledger.lines()) == 1


def test_a_step_that_is_done_already_does_nothing(ledger):
    ledger.post(MARCH, [line(500_00)], date(2026, 4, 1), NOW)
    close(ledger, MARCH)

    assert ledger.approve(MARCH, NOW) == Posting(MARCH, "locked", None)
    assert ledger.lock(MARCH, NOW) == Posting(MARCH, "locked", None)
    assert ledger.number == 3


def test_a_month_that_was_never_calculated_is_neither_approved_nor_locked(ledger):
    for act in (ledger.approve, ledger.lock):
        with pytest.raises(LedgerError, match="nothing was calculated for 2026-03"):
            act(MARCH, NOW)


@pytest.mark.parametrize(
    ("locked", "month", "words"),
    [
        (False, APRIL, "cannot be run while 2026-03 is calculated"),
        (True, MAY, "is not the next pay month; that is 2026-04"),
        (True, pay_month("2026-02"), "lies before the first pay month, 2026-03"),
        (True, MARCH, "is locked, and never opens again"),
    ],
)
def test_pay_months_go_one_after_another(ledger, locked, month, words):
    ledger.post(MARCH, [line(500_00)], date(2026, 4, 1), NOW)
    if locked:
        close(ledger, MARCH)

    with pytest.raises(LedgerError, match=words):
        ledger.post(month, [line(600_00)], date(2026, 4, 1), NOW)
    assert len(ledger.lines()) == (2 if locked else 1)


def test_of_an_earlier_locked_month_it_is_said_that_it_never_opens(ledger):
    for month in (MARCH, APRIL):
        ledger.post(month, [line(500_00)], month.end, NOW)
        close(ledger, month)

    with pytest.raises(LedgerError, match="2026-03 is locked, and never opens again"):
        ledger.post(MARCH, [line(600_00)], MARCH.end, NOW)


# Pay


def test_a_lock_pays_what_is_payable_and_carries_what_is_below_zero(ledger):
    ledger.post(MARCH, [line(500_00), line(200_00, payee="Bo")], date(2026, 4, 1), NOW)
    close(ledger, MARCH)
    ledger.post(APRIL, [line(500_00), line(-300_00, payee="Bo")], date(2026, 5, 1), NOW)
    locked = close(ledger, APRIL)

    assert [(one.payee, one.instalment, one.cents) for one in locked.lines] == [
        ("Bo", "carried", -500_00)
    ]
    ann, bo = ledger.balances()
    assert (ann.paid, ann.carried, bo.paid, bo.carried) == (500_00, 0, 200_00, -500_00)


def test_draws_and_guarantees_are_those_of_the_months_last_run(ledger):
    drawn = Promise("Ann", "USD", recoverable=2000_00)
    ledger.post(MARCH, [line(500_00)], date(2026, 4, 1), NOW, [drawn])
    ledger.post(MARCH, [line(500_00)], date(2026, 4, 1), NOW)
    assert ledger.would_pay(MARCH)["Ann", "USD"].money == 500_00

    again = ledger.post(MARCH, [line(500_00)], date(2026, 4, 1), NOW, [drawn])
    foretold = ledger.would_pay(MARCH)
    locked = close(ledger, MARCH)

    assert (again.run, again.lines) == (3, ())
    assert locked.totals == {("paid", "USD"): 2000_00}
    assert ledger.would_pay(MARCH) == foretold
    assert (only(ledger).payout, only(ledger).owed) == (500_00, 1500_00)


def test_a_guarantee_counts_what_earlier_months_of_its_period_paid(ledger):
    guarantee = Promise("Ann", "USD", guarantee=15_000_00, since=date(2026, 3, 1))
    wanted = []
    for at, (month, cents) in enumerate(((MARCH, 3000_00), (APRIL, 4000_00), (MAY, 4000_00))):
        wanted.append(line(cents, of=f"D{at}"))
        ledger.post(month, wanted, month.end, NOW, [guarantee] if month == MAY else [])
        locked = close(ledger, month)

    assert [(one.instalment, one.cents) for one in locked.lines] == [
        ("payout", 4000_00), ("guarantee", 4000_00),
    ]  # fmt: skip
    assert only(ledger).paid == 15_000_00


def test_somebody_with_a_draw_and_nothing_earned_is_paid_it(ledger):
    ledger.post(MARCH, [], date(2026, 4, 1), NOW, [Promise("Ann", "USD", given=4000_00)])

    assert close(ledger, MARCH).totals == {("paid", "USD"): 4000_00}
    assert (only(ledger).forgiven, only(ledger).owed) == (4000_00, 0)


@pytest.mark.parametrize(
    ("promised", "earned", "paid"),
    [
        pytest.param(
            "draw: {amount: 2000, kind: recoverable}",
            [2750, 3000, 1500, 2375, 3000, 2750],
            [2750, 3000, 2000, 2000, 2875, 2750],
            id="a draw that later pay makes up for, as Siebel publishes it",
        ),
        pytest.param(
            "draw: {amount: 2000, kind: recoverable_forgiven, lasts: 3 months}",
            [1500, 1200, 1800, 2500],
            [2000, 2000, 2000, 2500],
            id="a draw of which the rest is forgiven with the quarter",
        ),
        pytest.param(
            "draw: {amount: 4000, training: 1 month, sales_cycle: 3 months}",
            [0, 0, 1000, 4500, 2500],
            [4000, 4000, 4000, 4500, 2500],
            id="a newcomer's draw for training and a sales cycle",
        ),
        pytest.param(
            "guarantee: {amount: 15000, per: quarter}",
            [3000, 4000, 4000],
            [3000, 4000, 8000],
            id="a guarantee for a quarter",
        ),
    ],
)
def test_what_a_plan_promises_is_paid_month_by_month(ledger, charter, promised, earned, paid):
    declared = charter(
        f"""
        company: Acme
        roles: {{ae: {{is: AE, plan: ae_2026}}}}
        people: [{{person: Ann, role: ae, from: 2026-01-01}}]
        plans: {{ae_2026: {{{promised}, components: {{sold: {{pays_on: bookings, rate: 10%}}}}}}}}
        """
    )
    facts = facts_of(
        transactions=[
            deal(f"D{at}", date(2026, at, 28), amount * 10) for at, amount in enumerate(earned, 1)
        ]
    )

    found = []
    for at in range(1, len(earned) + 1):
        month = pay_month(f"2026-{at:02d}")
        run(ledger, declared, facts, month, month.last_day)
        found.append(close(ledger, month).totals["paid", "USD"] // 100)

    assert found == paid


# What is handed over


def test_accrued_paid_and_owed_by_month_are_those_of_an_instalment_at_cash(ledger, charter):
    declared = charter(
        """
        company: Acme
        roles: {ae: {is: AE, plan: ae_2026}}
        people: [{person: Ann, role: ae}]
        plans:
          ae_2026:
            release: [{at: signing, share: 50%}, {at: cash, share: 50%}]
            components: {sold: {pays_on: bookings, rate: 10%}}
        """
    )
    facts = facts_of(
        transactions=[deal("D1", date(2026, 3, 15), 120_000, cash_on=date(2026, 6, 10))]
    )
    month = MARCH
    for _ in range(4):
        run(ledger, declared, facts, month, date(2026, 7, 1))
        close(ledger, month)
        month = month_of(month.end)

    found = {f"{row.month.start:%Y-%m}": row for row in accruals(ledger)}

    assert {name: row.accrued for name, row in found.items() if row.accrued} == {
        "2026-03": 12_000_00
    }
    assert {name: row.paid for name, row in found.items() if row.paid} == {
        "2026-04": 6000_00, "2026-07": 6000_00,
    }  # fmt: skip
    assert [found[name].liability for name in ("2026-03", "2026-04", "2026-06", "2026-07")] == [
        12_000_00, 6000_00, 6000_00, 0,
    ]  # fmt: skip


def test_accruals_tell_draws_apart_from_what_was_earned(ledger):
    drawn = Promise("Ann", "USD", recoverable=2000_00)
    earned = [line(500_00), line(500_00, state="accrued")]
    ledger.post(MARCH, earned, date(2026, 4, 1), NOW, [drawn])
    close(ledger, MARCH)

    march, april = accruals(ledger)

    assert (march.accrued, march.liability, march.draws_owed) == (500_00, 500_00, 0)
    assert (april.paid, april.liability, april.draws_advanced, april.draws_owed) == (
        500_00, 0, 1500_00, 1500_00,
    )  # fmt: skip
    assert (march.state, april.state) == ("locked", "")


def test_a_payroll_row_names_the_period_in_which_it_was_earned(ledger):
    late = line(300_00, of="D0", origin=Period(date(2025, 10, 1), date(2026, 1, 1)))
    drawn = Promise("Ann", "USD", recoverable=2000_00)
    ledger.post(MARCH, [line(500_00), line(20_00, of="D2"), late], date(2026, 4, 1), NOW, [drawn])
    close(ledger, MARCH)

    rows = payroll(ledger, MARCH)

    assert [(r.component, str(r.earned_in.start), r.kind, r.cents) for r in rows] == [
        ("", "2026-03-01", "draw advance", 1180_00),
        ("sold", "2025-10-01", "pay", 300_00),
        ("sold", "2026-01-01", "pay", 520_00),
    ]
    assert {r.payroll_month for r in rows} == {APRIL}


def test_payroll_is_never_written_of_a_month_that_could_still_change(ledger):
    ledger.post(MARCH, [line(500_00)], date(2026, 4, 1), NOW)
    ledger.approve(MARCH, NOW)

    with pytest.raises(LedgerError, match="2026-03 is approved"):
        payroll(ledger, MARCH)


# What never changes


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("UPDATE pay_lines SET cents = 1", "pay_lines is never changed"),
        ("DELETE FROM pay_lines", "pay_lines is never changed"),
        ("UPDATE pay_runs SET said_by = 'x'", "pay_runs is never changed"),
        ("DELETE FROM pay_promises", "pay_promises is never changed"),
        ("UPDATE pay_months SET state = 'calculated'", "a locked month never opens again"),
        ("DELETE FROM pay_months", "no month is taken out"),
        (
            "INSERT INTO pay_lines SELECT run, 99, month, payee, plan, component, transaction_id, "
            "origin_first_day, origin_last_day, state, instalment, 1, currency, day, words "
            "FROM pay_lines LIMIT 1",
            "nothing is posted into a locked month",
        ),
    ],
)
def test_the_database_itself_refuses_to_change_what_was_posted(tmp_path, statement, words):
    ledger = Ledger.open(tmp_path / "pay.ledger")
    promise = Promise("Ann", "USD", recoverable=1)
    ledger.post(MARCH, [line(500_00)], date(2026, 4, 1), NOW, [promise])
    close(ledger, MARCH)

    with sqlite3.connect(tmp_path / "pay.ledger") as con, pytest.raises(sqlite3.Error, match=words):
        con.execute(statement)


# Laws

AMOUNTS = some.dictionaries(
    some.tuples(
        some.sampled_from(["Ann", "Bo"]),
        some.sampled_from(["D1", "D2", "D3"]),
        some.sampled_from(["earned", "accrued", "payable"]),
    ),
    some.integers(-90_000, 90_000),
    max_size=8,
)


@pytest.fixture(scope="module")
def blank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty ledger, to be copied."""
    file = tmp_path_factory.mktemp("blank") / "blank.ledger"
    Ledger.open(file)
    return file


def copied(blank: Path, name: str) -> Ledger:
    file = blank.with_name(f"{name}.ledger")
    shutil.copyfile(blank, file)
    return Ledger.open(file)


def wanted(amounts: dict[tuple[str, str, str], int]) -> list[Line]:
    return [
        line(cents, payee=payee, of=of, state=state)
        for (payee, of, state), cents in amounts.items()
    ]


@given(some.lists(some.tuples(AMOUNTS, some.booleans()), min_size=1, max_size=8))
@settings(max_examples=examples(of=30))
def test_whatever_was_posted_before_the_ledger_holds_what_was_wanted_last(blank, history):
    ledger, scratch = copied(blank, "history"), copied(blank, "scratch")
    month = MARCH
    for amounts, locks in history:
        ledger.post(month, wanted(amounts), month.end, NOW)
        assert ledger.post(month, wanted(amounts), month.end, NOW).lines == ()
        if locks:
            before = ledger.lines(through=month, state="payable")
            close(ledger, month)
            assert ledger.lines(through=month, state="payable") == before
            month = month_of(month.end)
    scratch.post(MARCH, wanted(history[-1][0]), MARCH.end, NOW)

    ours = {key: cents for key, cents in ledger.held().items() if key[5] != "paid"}
    assert ours == scratch.held()


@given(some.lists(some.tuples(AMOUNTS, some.integers(0, 50_000)), min_size=1, max_size=6))
@settings(max_examples=examples(of=30))
def test_money_paid_is_what_is_payable_and_promised_and_not_a_cent_more(blank, history):
    ledger, month = copied(blank, "paid"), MARCH
    locked: dict[Period, tuple[Posted, ...]] = {}
    for amounts, draw in history:
        promised = [Promise("Ann", "USD", recoverable=draw)]
        ledger.post(month, wanted(amounts), month.end, NOW, promised)
        close(ledger, month)
        locked[month] = ledger.lines(month=month)
        rows = payroll(ledger, month)
        assert sum(row.cents for row in rows) == sum(
            one.cents for one in locked[month] if one.state == "paid" and one.instalment
            in ("payout", "draw advance", "draw recovery", "guarantee")
        )  # fmt: skip
        month = month_of(month.end)

    for b in ledger.balances():
        assert b.paid + b.carried == b.payable + b.owed + b.forgiven + b.guaranteed
        assert b.carried <= 0 <= b.owed
        assert b.paid <= b.payable - b.carried + b.owed
    assert {month: ledger.lines(month=month) for month in locked} == locked


@pytest.fixture(scope="module")
def halves(tmp_path_factory: pytest.TempPathFactory) -> Charter:
    """Half is paid at signing, half when the customer has paid."""
    file = tmp_path_factory.mktemp("halves") / "charter.yaml"
    release = "release: [{at: signing, share: 50%}, {at: cash, share: 50%}]"
    file.write_text(dedent(TIERS).replace("pay_mix:", f"{release}\n    pay_mix:"))
    return read_charter(file)


@pytest.mark.slow
@given(
    deals=some.lists(
        some.tuples(
            some.integers(0, 89),  # its day in the quarter
            some.integers(1, 200),  # thousands
            some.integers(0, 120),  # days until it is known
            some.none() | some.integers(0, 100),  # days until the customer pays
            some.none() | some.integers(0, 100),  # days until it is cancelled
        ),
        max_size=5,
    ),
    looks=some.lists(some.lists(some.integers(0, 240), max_size=2), min_size=4, max_size=4),
)
@settings(max_examples=examples(of=40))
def test_days_on_which_it_was_run_leave_no_trace_in_what_is_held(halves, blank, deals, looks):
    first, rows = date(2026, 1, 1), []
    for at, (day, amount, known, cash, cancelled) in enumerate(deals):
        signed = first + timedelta(days=day)
        row = deal(f"D{at}", signed, amount * 1000, known_on=signed + timedelta(days=known))
        row["cash_on"] = None if cash is None else signed + timedelta(days=cash)
        rows.append(row)
        if cancelled is not None:
            undone = signed + timedelta(days=known + cancelled + 1)
            rows.append({**row, "known_on": undone, "cancelled_on": undone})
    facts = facts_of(transactions=rows)
    ledger, scratch = copied(blank, "days"), copied(blank, "at_once")

    for month, days in zip((MARCH, APRIL, MAY, pay_month("2026-06")), looks, strict=True):
        for day in days:
            run(ledger, halves, facts, month, first + timedelta(days=day))
        run(ledger, halves, facts, month, month.last_day)
        close(ledger, month)
    june = pay_month("2026-06")
    run(scratch, halves, facts, june, june.last_day)

    ours = {key: cents for key, cents in ledger.held().items() if key[5] != "paid"}
    assert ours == scratch.held()
    for b in ledger.balances():
        assert b.paid + b.carried == b.payable


# Two at once


def test_a_run_that_was_worked_out_before_another_step_is_refused_whole(ledger):
    looked = ledger.number
    ledger.post(MARCH, [line(500_00)], date(2026, 4, 1), NOW, after=looked)

    with pytest.raises(LedgerTaken, match="step 1 was taken while this one was worked out"):
        ledger.post(MARCH, [line(900_00)], date(2026, 4, 1), NOW, after=looked)
    assert posted(ledger.lines()) == [("payable", 500_00)]


POSTS = """
import sys, time
from datetime import UTC, date, datetime
from pathlib import Path
from remit.pay.ledger import Ledger
from remit.pay.months import pay_month
from remit.terms import RemitError
from types import SimpleNamespace
at, who, go = sys.argv[1:]
march = pay_month("2026-03")
ledger = Ledger.open(at if "://" in at else Path(at))
number = ledger.number
wanted = [
    SimpleNamespace(
        key=(who, "p", "c", f"D{n}", march.start, "payable", "signing"),
        origin=march, cents=100, currency="USD", day=march.start, words="10% of it",
    )
    for n in range(2000)
]
print("ready", flush=True)
while not Path(go).exists():
    time.sleep(0.001)
try:
    ledger.post(march, wanted, date(2026, 4, 1), datetime.now(UTC), after=number)
except RemitError as error:
    print(error, file=sys.stderr)
    sys.exit(error.status)
"""


def at_once(at: str, go: Path) -> list[tuple[int, str]]:
    """Two processes post at one moment; how each ended and what it said."""
    both = [
        subprocess.Popen(
            [sys.executable, "-c", POSTS, at, who, str(go)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for who in ("Ann", "Bo")
    ]
    for one in both:
        assert one.stdout.readline() == "ready\n", one.stderr.read()
    time.sleep(0.05)
    go.touch()
    return [(one.wait(), one.communicate()[1]) for one in both]


def test_of_two_processes_one_posts_and_the_other_is_told_why(tmp_path):
    file = tmp_path / "pay.ledger"
    Ledger.open(file)

    ended = sorted(at_once(str(file), tmp_path / "go"))

    assert [status for status, _ in ended] == [0, 3]
    assert "somebody else was first: step 1 was taken while this one was worked out" in ended[1][1]
    held = Ledger.open(file).lines()
    assert len({one.payee for one in held}) == 1
    assert len(held) == 2000


def test_who_waits_too_long_is_told_that_the_ledger_is_being_written(tmp_path, monkeypatch):
    monkeypatch.setattr("remit.pay.ledger_place.SECONDS_TO_WAIT", 0.1)
    ledger = Ledger.open(tmp_path / "pay.ledger")

    with sqlite3.connect(tmp_path / "pay.ledger", isolation_level=None) as con:
        con.execute("BEGIN IMMEDIATE")
        with pytest.raises(LedgerTaken, match="it was being written"):
            ledger.post(MARCH, [line(500_00)], date(2026, 4, 1), NOW)
    assert ledger.lines() == ()


# Opening


def test_a_ledger_is_begun_where_there_is_none_only_if_asked_to(tmp_path):
    with pytest.raises(NoLedger, match="there is no ledger"):
        Ledger.open(tmp_path / "pay.ledger", create=False)
    assert list(tmp_path.iterdir()) == []

    assert Ledger.open(tmp_path / "new" / "pay.ledger").months() == ()


def test_the_tables_are_those_of_the_newest_migration(tmp_path):
    from alembic.script import ScriptDirectory

    import remit.pay.migrations

    (folder,) = remit.pay.migrations.__path__
    scripts = ScriptDirectory(folder, version_locations=[f"{folder}/versions"])

    assert scripts.get_current_head() == VERSION
    Ledger.open(tmp_path / "pay.ledger")
    with sqlite3.connect(tmp_path / "pay.ledger") as con:
        assert con.execute("SELECT version_num FROM pay_version").fetchall() == [(VERSION,)]


def test_a_ledger_of_a_newer_remit_is_left_alone_and_told(tmp_path):
    Ledger.open(tmp_path / "pay.ledger")
    with sqlite3.connect(tmp_path / "pay.ledger") as con:
        con.execute("UPDATE pay_version SET version_num = '0042'")

    with pytest.raises(LedgerError, match="is of a newer remit") as refused:
        Ledger.open(tmp_path / "pay.ledger")
    assert "0042" in said(refused)


def test_what_is_no_ledger_is_told_and_left_as_it_is(tmp_path):
    text, other = tmp_path / "notes.txt", tmp_path / "other.sqlite"
    text.write_text("these are notes, and long enough for the header of a database\n" * 20)
    with sqlite3.connect(other) as con:
        con.execute("CREATE TABLE deals (id)")

    with pytest.raises(LedgerError, match=r"is no ledger\."):
        Ledger.open(text)
    with pytest.raises(LedgerError, match="holds something else: deals"):
        Ledger.open(other)
    with pytest.raises(LedgerError, match=r"is no file\."):
        Ledger.open(tmp_path)
    with sqlite3.connect(other) as con:
        assert con.execute("SELECT name FROM sqlite_master").fetchall() == [("deals",)]


def test_an_address_of_another_database_is_refused_without_its_password():
    with pytest.raises(LedgerError, match="does not lie in mysql") as refused:
        Ledger.open("mysql://kim:s3cret@localhost/pay")
    assert "s3cret" not in said(refused)


# On the command line

CHARTER = """
company: Acme
roles: {ae: {is: AE, plan: ae_2026}}
people:
  - {person: Ann, role: ae, from: 2026-01-01}
  - {person: Bo, role: ae, from: 2026-02-01}
plans:
  ae_2026:
    ote: 200000
    pay_mix: 50/50
    draw: {amount: 2000, kind: recoverable, lasts: 12 months}
    components:
      sold: {pays_on: bookings, quota: 250000, tiers: [{from: 0, rate: 10%}, {from: 100%, rate: 15%}]}
"""
DEALS = """id,day,measure,amount,payee,known_on
D1,2026-02-10,bookings,230000,Ann,2026-02-11
D2,2026-03-30,bookings,30000,Ann,2026-04-20
D3,2026-03-02,bookings,12345.67,Bo,
"""


@pytest.fixture
def company(tmp_path: Path) -> Path:
    (tmp_path / "charter.yaml").write_text(CHARTER)
    (tmp_path / "transactions.csv").write_text(DEALS)
    return tmp_path


def pay(company: Path, step: str, *words: str, month: str = "2026-03"):
    given = ("charter.yaml", "transactions.csv") if step == "run" else ()
    return remit(
        "pay", step, *given, "--ledger", "pay.ledger", "--month", month, *words, within=company
    )


def test_a_month_is_run_approved_locked_and_exported(company):
    first = pay(company, "run", "--as-of", "2026-04-10")
    again = pay(company, "run", "--as-of", "2026-04-10")

    assert first.returncode == 0, first.stderr
    assert "2026-03: 8 lines posted, run 1." in first.stdout
    assert "nothing changed since the last run; nothing was posted" in again.stdout
    assert "2026-03 is approved." in pay(company, "approve", "--by", "Kim").stdout
    locked = pay(company, "lock")
    assert "2026-03 is locked." in locked.stdout
    assert "payroll of 2026-04" in locked.stdout

    wrote = pay(company, "export", "--payroll", "payroll.csv", "--accruals", "accruals.csv")

    assert wrote.returncode == 0, wrote.stderr
    with (company / "payroll.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [(r["payee"], r["kind"], r["amount"]) for r in rows] == [
        ("Ann", "pay", "23000.00"),
        ("Bo", "draw advance", "765.43"),
        ("Bo", "pay", "1234.57"),
    ]
    assert {r["earning_period_first_day"] for r in rows if r["kind"] == "pay"} == {"2026-01-01"}
    with (company / "accruals.csv").open() as file:
        assert [(r["month"], r["accrued"], r["paid"], r["liability"]) for r in csv.DictReader(file)] == [
            ("2026-03", "24234.57", "0.00", "24234.57"),
            ("2026-04", "0.00", "24234.57", "0.00"),
        ]  # fmt: skip


def test_a_ledger_that_begins_late_says_what_fell_due_before_it(company):
    begun = pay(company, "run", "--as-of", "2026-04-10", month="2026-04")
    again = pay(company, "run", "--as-of", "2026-04-30", month="2026-04")

    assert (
        "This ledger begins with 2026-04, and 24,234.57 USD of it fell due before that month. "
        "If that was paid elsewhere, say on each plan from which day on this ledger pays "
        "(`from: 2026-04-01`), and run again before anybody approves."
    ) in begun.stdout
    assert "This ledger begins" not in again.stdout


def test_a_ledger_that_begins_with_what_it_pays_says_nothing_of_before(company):
    (company / "transactions.csv").write_text(DEALS.replace("2026-02-1", "2026-03-1"))

    assert "begins" not in pay(company, "run", "--as-of", "2026-04-10").stdout


def test_a_rerun_says_what_changed_and_why(company):
    pay(company, "run", "--as-of", "2026-04-10")

    changed = pay(company, "run", "--as-of", "2026-04-30")

    assert "4 lines posted, run 2" in changed.stdout
    assert (
        "Ann, sold D2, of Q1 2026: accrued +3,500.00, earned +3,500.00, payable +3,500.00 USD. "
        "20,000.00 x 10% + 10,000.00 x 15%"
    ) in changed.stdout


def test_a_run_as_json_has_every_line_and_exact_amounts(company):
    told = json.loads(pay(company, "run", "--as-of", "2026-04-10", "--json").stdout)

    assert (told["month"], told["state"], told["run"], told["posted"]) == (
        "2026-03", "calculated", 1, 8,
    )  # fmt: skip
    assert {"state": "payable", "currency": "USD", "amount": "24234.57"} in told["totals"]
    bo = told["pays"][1]
    assert (bo["payee"], bo["pays"], bo["draw_advance"], bo["owed_on_draw"]) == (
        "Bo", "2000.00", "765.43", "765.43",
    )  # fmt: skip
    assert {one["amount"] for one in told["lines"] if one["payee"] == "Bo"} == {
        "12345.67", "1234.57",
    }  # fmt: skip


def test_a_refused_step_ends_with_status_2_and_changes_nothing(company):
    pay(company, "run", "--as-of", "2026-04-10")
    pay(company, "approve")

    refused = pay(company, "run", "--as-of", "2026-04-10")

    assert refused.returncode == 2
    assert "2026-03 is approved, and not calculated again" in refused.stderr
    assert "Nothing was changed." in refused.stderr
    assert pay(company, "reopen", "--because", "a split was wrong").returncode == 0
    assert pay(company, "run", "--as-of", "2026-04-10").returncode == 0


def test_a_problem_with_the_facts_stops_a_run_before_a_ledger_is_begun(company):
    (company / "transactions.csv").write_text(DEALS.replace("Bo", "Nobody"))

    stopped = pay(company, "run", "--as-of", "2026-04-10")

    assert stopped.returncode == 2
    assert "Nobody" in stopped.stderr
    assert not (company / "pay.ledger").exists()


def test_a_step_without_a_ledger_or_with_an_odd_month_is_told(company):
    assert "there is no ledger" in pay(company, "approve").stderr
    assert pay(company, "lock", month="March").returncode == 2
    assert pay(company, "export").returncode == 2


def test_a_ledger_that_was_taken_ends_with_status_3(company, monkeypatch):
    pay(company, "run", "--as-of", "2026-04-10")
    monkeypatch.setattr("remit.pay.ledger_place.SECONDS_TO_WAIT", 0.1)

    with sqlite3.connect(company / "pay.ledger", isolation_level=None) as con:
        con.execute("BEGIN IMMEDIATE")
        taken = pay(company, "approve")

    assert taken.returncode == 3
    assert "somebody else was first" in taken.stderr
