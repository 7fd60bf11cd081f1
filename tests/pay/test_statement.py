"""A pay statement: what it says, that it adds up, and why an amount is another than last month."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction

import pytest

from remit.compensation.earning import cents
from remit.pay.calculate import Calculation
from remit.pay.facts import Facts, facts_of
from remit.pay.ledger import Ledger
from remit.pay.months import pay_month
from remit.pay.promised import promises
from remit.pay.release import lines
from remit.pay.statement import Statement, as_if_run, statement
from remit.terms import RemitError

CHARTER = """
    company: Acme
    currency: USD
    segments: {mid: {}}
    roles: {ae: {is: AE, plan: ae}, sdr: {is: SDR, plan: sdr}, csm: {is: CSM, plan: csm}, lead: {is: sales manager, plan: lead}}
    retention_indicators: {active_team: {about: Daily use, within: 120 days}}
    people:
      - {person: Ann, role: ae, segment: mid, manager: Mia, from: 2026-01-01}
      - {person: Bo, role: ae, segment: mid, manager: Mia, from: 2026-02-15}
      - {person: Sam, role: sdr, from: 2026-01-01}
      - {person: Cleo, role: csm, from: 2026-01-01}
      - {person: Mia, role: lead, from: 2026-01-01}
    plans:
      ae:
        ote: 200000
        pay_mix: 50/50
        exchange: plan_rate
        plan_rates: {EUR: 1.10}
        release: [{at: signing, share: 50%}, {at: retention_indicator, share: 50%, indicator: active_team}]
        clawback: {kind: full, within: 6 months}
        components:
          sold: {pays_on: bookings, quota: 250000, tiers: [{from: 0, rate: 10%}, {from: 100%, rate: 15%}, {from: 125%, rate: 20%}]}
      sdr:
        ote: 70000
        pay_mix: 70/30
        period: month
        draw: {amount: 1000, kind: recoverable, lasts: 12 months}
        components:
          met: {pays_on: accepted_meetings, each: 100, gates: [{measure: acceptance_rate, at_least: 40%}]}
      csm:
        ote: 100000
        pay_mix: 80/20
        components:
          kept: {kind: bonus, pays_on: GRR, points: [{at: 85%, pays: 0}, {at: 92%, pays: 100%}, {at: 95.5%, pays: 150%}]}
      lead:
        ote: 250000
        pay_mix: 60/40
        components:
          team: {pays_on: bookings, quota: 500000, tiers: [{from: 0, rate: 2%}, {from: 100%, rate: 3%}], credit: {to: team}}
    """
DEALS = [
    {"id": "D1", "day": date(2026, 1, 20), "amount": 150_000, "account": "Globex",
     "reached_on": date(2026, 3, 2)},
    {"id": "D2", "day": date(2026, 2, 5), "amount": 80_000, "share": "0.6", "account": "Initech"},
    {"id": "D2", "day": date(2026, 2, 5), "amount": 80_000, "share": "0.4", "account": "Initech",
     "payee": "Bo"},
    {"id": "D3", "day": date(2026, 3, 10), "amount": 130_000, "account": "Umbrella"},
]  # fmt: skip


def facts(*more: dict[str, object], **tables: list[dict[str, object]]) -> Facts:
    rows = [{"measure": "bookings", "payee": "Ann", **row} for row in (*DEALS, *more)]
    return facts_of(transactions=rows, **tables)


def of(charter, told: Facts, payee: str, month: str, ledger: Ledger | None = None) -> Statement:
    period = pay_month(month)
    calculation = Calculation(charter(CHARTER), told, period.last_day)
    return statement(calculation, ledger, payee, period)


def test_the_statement_says_what_is_paid_and_what_it_is_made_of(charter):
    found = of(charter, facts(), "Ann", "2026-03")

    (total,) = found.totals
    assert (found.month, found.payroll, found.state) == ("2026-03", "2026-04", "not posted")
    # D3: 52,000 x 10% + 62,500 x 15% + 15,500 x 20% = 17,675, half at signing; D1's second half
    assert total.earned == Decimal("17675.00")
    assert total.paid == Decimal("16337.50")  # 8,837.50 + 7,500.00
    assert [(step.about, step.amount) for step in total.released] == [
        ("sold, Q1 2026", Decimal("16337.50"))
    ]


def test_a_component_says_credit_quota_attainment_and_every_deal_behind_it(charter):
    (sold,) = of(charter, facts(), "Ann", "2026-03").standings

    assert (sold.credit, sold.quota, sold.attainment) == (328_000, 250_000, Decimal("1.312"))
    assert [(one.transaction, one.credit, one.because, one.so_far) for one in sold.deals] == [
        ("D1", 150_000, "", 150_000),
        ("D2", 48_000, "60% of 80,000.00", 198_000),
        ("D3", 130_000, "", 328_000),
    ]
    assert sold.rates == (
        "10% from 0.00 to 250,000.00",
        "15% from 250,000.00 to 312,500.00",
        "20% from 312,500.00 on",
    )
    assert sold.earned == Decimal("37475.00")


def test_each_line_has_its_arithmetic_and_what_was_released(charter):
    (sold,) = of(charter, facts(), "Ann", "2026-03").standings

    first, last = sold.entries
    assert (first.transaction, first.earned) == ("D1", 0)
    assert [(one.amount, one.because) for one in first.released] == [
        (Decimal("7500.00"), "50% of 15,000.00, at active_team")
    ]
    assert (last.transaction, last.earned) == ("D3", Decimal("17675.00"))
    assert last.because == "52,000.00 x 10% + 62,500.00 x 15% + 15,500.00 x 20%"


def test_what_waits_says_for_which_milestone_and_until_when(charter):
    found = of(charter, facts(), "Ann", "2026-03")

    assert [(one.transaction, one.amount, one.until, one.says) for one in found.waiting] == [
        ("D2", Decimal("2400.00"), date(2026, 6, 5),
         "when Initech reaches active_team by 5 Jun 2026"),
        ("D3", Decimal("8837.50"), date(2026, 7, 8),
         "when Umbrella reaches active_team by 8 Jul 2026"),
    ]  # fmt: skip
    assert found.totals[0].waiting == Decimal("11237.50")


def test_the_payout_curve_has_both_ends_of_each_tier_and_where_the_payee_is(charter):
    (sold,) = of(charter, facts(), "Ann", "2026-03").standings

    assert [(point.at, point.earned) for point in sold.curve] == [
        (0, 0), (250_000, 25_000), (312_500, 34_375), (375_000, 46_875),
    ]  # fmt: skip
    assert sold.here is not None
    assert (sold.here.at, sold.here.earned) == (328_000, 37_475)


@pytest.mark.parametrize("month", ["2026-02", "2026-03"])
@pytest.mark.parametrize("payee", ["Ann", "Bo", "Sam", "Cleo", "Mia"])
def test_everything_that_stands_in_a_statement_adds_up(charter, payee, month):
    reading = {"measure": "grr", "day": date(2026, 3, 31), "level": "0.93"}
    found = of(charter, facts(readings=[reading]), payee, month)

    for total in found.totals:
        assert sum(step.amount for step in total.released) == total.payable
        assert total.payable + sum(step.amount for step in total.settled) == total.paid
        assert sum(one.amount for one in found.waiting) == total.waiting
        entries = [entry for one in found.standings for entry in one.entries] + [*found.earlier]
        released = [one for entry in entries for one in entry.released if one.paid]
        assert sum(entry.earned for entry in entries) == total.earned
        assert sum(one.amount for one in released) == total.payable


def test_every_line_can_be_worked_out_again_from_its_words(charter):
    for payee in ("Ann", "Bo", "Mia"):
        for month in ("2026-02", "2026-03"):
            for one in of(charter, facts(), payee, month).standings:
                for entry in one.entries:
                    if entry.earned:
                        assert _worked_out(entry.because) == entry.earned


def _worked_out(words: str) -> Decimal:
    """The sum of products such as `50,000.00 x 10%`, to the cent."""
    total = Fraction(0)
    for amount, rate in re.findall(r"(-?[\d,.]+) x ([\d.]+)%", words):
        total += Fraction(amount.replace(",", "")) * Fraction(rate) / 100
    return Decimal(cents(total)) / 100


def test_a_statement_of_a_ledger_and_one_without_say_the_same(charter, tmp_path):
    calculation = Calculation(charter(CHARTER), facts(), date(2026, 3, 31))
    month = pay_month("2026-03")
    ledger = as_if_run(calculation, "Ann", month, tmp_path / "l")

    posted = statement(calculation, ledger, "Ann", month)
    supposed = statement(calculation, None, "Ann", month)

    assert posted.totals == supposed.totals
    assert posted.standings == supposed.standings
    assert (posted.state, posted.as_of) == ("calculated", date(2026, 3, 31))


def test_a_locked_month_says_what_was_paid(charter, tmp_path):
    calculation = Calculation(charter(CHARTER), facts(), date(2026, 3, 31))
    month, now = pay_month("2026-03"), datetime(2026, 4, 2, tzinfo=UTC)
    ledger = as_if_run(calculation, "Ann", month, tmp_path / "l")
    before = statement(calculation, ledger, "Ann", month)
    ledger.approve(month, now)
    ledger.lock(month, now)

    found = statement(calculation, ledger, "Ann", month)

    assert found.state == "locked"
    assert found.totals == before.totals
    assert found.totals[0].paid == Decimal("16337.50")


def test_facts_that_changed_since_the_run_are_said_to_have(charter, tmp_path):
    said, month = charter(CHARTER), pay_month("2026-03")
    before = Calculation(said, facts(), date(2026, 3, 31))
    ledger = as_if_run(before, "Ann", month, tmp_path / "l")
    more = facts({"id": "D9", "day": date(2026, 3, 20), "amount": 10_000})

    fresh = statement(before, ledger, "Ann", month)
    stale = statement(Calculation(said, more, date(2026, 3, 31)), ledger, "Ann", month)

    assert not any("have changed since" in note for note in fresh.notes)
    assert any("have changed since" in note for note in stale.notes)
    assert stale.totals[0].paid == fresh.totals[0].paid


def test_a_draw_is_advanced_and_kept_back_and_what_is_owed_is_said(charter):
    def met(month: int, count: int) -> list[dict[str, object]]:
        return [
            {"id": f"M{month}-{n}", "day": date(2026, month, n + 1), "payee": "Sam", "amount": 1,
             "measure": "accepted_meetings"}
            for n in range(count)
        ]  # fmt: skip

    readings = [
        {"measure": "acceptance_rate", "payee": "Sam", "day": day, "level": level}
        for day, level in ((date(2026, 1, 31), "0.5"), (date(2026, 2, 28), "0.38"),
                           (date(2026, 3, 31), "0.6"))
    ]  # fmt: skip
    told = facts(*met(1, 6), *met(2, 11), *met(3, 26), readings=readings)

    january, february, march = (
        of(charter, told.on(pay_month(m).last_day), "Sam", m)
        for m in ("2026-01", "2026-02", "2026-03")
    )

    assert [step.about for step in january.totals[0].settled] == [
        "advance: draw of 1,000.00 less 600.00"
    ]
    assert (january.totals[0].paid, january.totals[0].owed) == (1_000, 400)
    assert february.standings[0].closed == (
        "acceptance_rate of at least 40%, and it is 38%: nothing is paid",
    )
    assert february.standings[0].credit == 11
    assert (february.totals[0].paid, february.totals[0].owed) == (1_000, 1_400)
    assert march.totals[0].payable == 2_600
    assert [step.amount for step in march.totals[0].settled] == [Decimal("-1400.00")]
    assert (march.totals[0].paid, march.totals[0].owed) == (1_200, 0)


def test_a_bonus_between_two_points_says_how_its_share_came_about(charter):
    reading = {"measure": "grr", "day": date(2026, 3, 31), "level": "0.93"}

    (kept,) = of(charter, facts(readings=[reading]), "Cleo", "2026-03").standings

    assert kept.level_because == "114.2857% = 100% + (93% - 92%) / (95.5% - 92%) x (150% - 100%)"
    assert kept.earned == Decimal("5714.29")  # 5,000 x (1 + 1/3.5 x 0.5)
    assert kept.credit is None


def test_a_bonus_at_a_point_says_nothing_of_a_line(charter):
    reading = {"measure": "grr", "day": date(2026, 3, 31), "level": "0.92"}

    (kept,) = of(charter, facts(readings=[reading]), "Cleo", "2026-03").standings

    assert (kept.level_because, kept.earned) == ("", Decimal("5000.00"))


def test_a_newcomer_sees_how_the_quota_was_cut(charter):
    (sold,) = of(charter, facts(), "Bo", "2026-03").standings

    assert sold.quota == 125_000
    assert sold.quota_because == "50% of 250,000.00, for 45 of 90 days"


def test_own_quotas_of_other_periods_say_how_they_make_up_the_quarters(charter):
    quotas = [
        {"payee": "Ann", "first_day": first, "last_day": last, "amount": 90_000}
        for first, last in (
            (date(2025, 11, 1), date(2026, 1, 31)),
            (date(2026, 2, 1), date(2026, 4, 30)),
        )
    ]

    (sold,) = of(charter, facts(quotas=quotas), "Ann", "2026-03").standings

    assert sold.quota_because == "31 of 92 days of 90,000.00 + 59 of 89 days of 90,000.00"
    assert sold.quota == Decimal("89989.008305")  # 30,326.086957 + 59,662.921348


def test_an_own_quota_of_just_the_quarter_needs_no_words(charter):
    row = {"payee": "Ann", "first_day": date(2026, 1, 1), "last_day": date(2026, 3, 31)}

    (sold,) = of(charter, facts(quotas=[{**row, "amount": 90_000}]), "Ann", "2026-03").standings

    assert (sold.quota, sold.quota_because) == (90_000, "")


def test_a_manager_sees_each_deal_of_the_team_once(charter):
    (team,) = of(charter, facts(), "Mia", "2026-03").standings

    # of D2 only Ann's part: Bo came later
    assert [(one.transaction, one.credit) for one in team.deals] == [
        ("D1", 150_000), ("D2", 48_000), ("D3", 130_000),
    ]  # fmt: skip


def test_credit_in_another_currency_says_its_rate(charter):
    row = {"id": "D9", "day": date(2026, 3, 20), "amount": 20_000, "currency": "EUR"}
    whole = of(charter, facts(row), "Ann", "2026-03").standings[0].deals[-1]
    half = of(charter, facts({**row, "share": "0.5"}), "Ann", "2026-03").standings[0].deals[-1]

    assert (whole.credit, whole.because) == (22_000, "20,000.00 EUR x 1.1")
    assert (half.credit, half.because) == (11_000, "50% of (20,000.00 EUR x 1.1)")


# What changed since the last month


def why(charter, told: Facts) -> list[tuple[str, Decimal, Decimal, str]]:
    found = of(charter, told.on(date(2026, 3, 31)), "Ann", "2026-03")
    return [(one.transaction, one.before, one.after, one.because) for one in found.changes]


def test_a_month_like_the_one_before_changed_nothing(charter):
    assert why(charter, facts()) == []


def test_a_late_deal_says_when_it_was_entered(charter):
    late = {"id": "D8", "day": date(2026, 2, 27), "amount": 20_000, "known_on": date(2026, 3, 12)}

    assert why(charter, facts(late)) == [
        ("D8", 0, 2_000, "D8 of 27 Feb 2026 became known late, entered on 12 Mar 2026.")
    ]


def test_an_amount_that_was_corrected_says_both(charter):
    first = {"id": "D8", "day": date(2026, 2, 11), "amount": 60_000}
    told = facts(first, {**first, "amount": 45_000, "known_on": date(2026, 3, 8)})

    assert why(charter, told) == [
        ("D8", 6_400, 4_500, "D8: its amount is 45,000.00 now, 60,000.00 before.")
    ]


def test_a_sale_that_was_undone_says_so(charter):
    first = {"id": "D8", "day": date(2026, 2, 11), "amount": 20_000}
    undone = {**first, "cancelled_on": date(2026, 3, 8), "known_on": date(2026, 3, 8)}

    assert why(charter, facts(first, undone)) == [("D8", 2_000, 0, "D8 was undone on 8 Mar 2026.")]


def test_a_new_quota_changes_every_line_past_it(charter):
    row = {"payee": "Ann", "first_day": date(2026, 1, 1), "last_day": date(2026, 3, 31)}
    quota = {**row, "amount": 100_000, "known_on": date(2026, 3, 5)}

    found = why(charter, facts(quotas=[quota]))

    assert [name for name, *_ in found] == ["D1", "D2"]
    assert {because for *_, because in found} == {"The quota is 100,000.00 now, 250,000.00 before."}


def test_a_customer_that_left_takes_back_what_was_paid_and_forfeits_what_waits(charter):
    lost = {"id": "D8", "day": date(2026, 1, 12), "amount": 20_000, "left_on": date(2026, 3, 20)}

    found = of(charter, facts(lost), "Ann", "2026-03")

    entry = next(e for one in found.standings for e in one.entries if e.transaction == "D8")
    assert {(one.paid, one.amount) for one in entry.released} == {
        (True, Decimal("-1000.00")), (False, Decimal("-1000.00")),
    }  # fmt: skip


def test_pay_below_zero_is_carried_and_later_pay_makes_up_for_it(charter):
    only = {"measure": "bookings", "payee": "Ann"}
    told = facts_of(
        transactions=[
            {**only, "id": "D1", "day": date(2026, 1, 12), "amount": 20_000,
             "left_on": date(2026, 2, 20)},
            {**only, "id": "D2", "day": date(2026, 3, 3), "amount": 60_000},
        ]
    )  # fmt: skip

    february, march = (of(charter, told, "Ann", month) for month in ("2026-02", "2026-03"))

    assert (february.totals[0].payable, february.totals[0].paid) == (-1_000, 0)
    assert february.totals[0].carried == -1_000
    assert [step.amount for step in february.totals[0].settled] == [1_000]
    assert (march.totals[0].payable, march.totals[0].paid) == (3_000, 2_000)
    assert march.totals[0].settled[0].about == "taken off for what was carried from earlier months"


# What cannot be shown


def test_somebody_who_is_nobody_and_a_month_that_was_not_run_are_told(charter, tmp_path):
    calculation = Calculation(charter(CHARTER), facts(), date(2026, 3, 31))
    month = pay_month("2026-03")
    ledger = Ledger.open(tmp_path / "l")

    with pytest.raises(RemitError, match='Did you mean "Ann"'):
        statement(calculation, None, "Anne", month)
    with pytest.raises(RemitError, match=r"has no pay month 2026-03\."):
        statement(calculation, ledger, "Ann", month)
    with pytest.raises(ValueError, match="ends on 2026-03-31"):
        statement(calculation, None, "Ann", pay_month("2026-02"))


def test_somebody_on_no_plan_is_told_apart_from_a_stranger(charter):
    bo = CHARTER.replace("from: 2026-02-15", "from: 2026-04-15")
    calculation = Calculation(charter(bo), facts(), date(2026, 3, 31))

    with pytest.raises(RemitError, match="is on no plan up to 2026-03-31"):
        statement(calculation, None, "Bo", pay_month("2026-03"))


def test_the_supposed_ledger_holds_what_real_runs_would(charter, tmp_path):
    said, told = charter(CHARTER), facts()
    ledger = Ledger.open(tmp_path / "real")
    for name in ("2026-01", "2026-02", "2026-03"):
        month = pay_month(name)
        now = datetime(2026, month.start.month, 28, tzinfo=UTC)
        then = Calculation(said, told.on(month.last_day), month.last_day)
        ledger.post(month, lines(then, "Ann"), month.last_day, now, promises(then, month)[:0])
        if name != "2026-03":
            ledger.approve(month, now)
            ledger.lock(month, now)

    calculation = Calculation(said, told, date(2026, 3, 31))
    supposed = as_if_run(calculation, "Ann", pay_month("2026-03"), tmp_path / "supposed")

    assert supposed.held() == ledger.held()
