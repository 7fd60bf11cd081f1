"""What holds of pay whatever the plan and the deals are."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from remit.compensation.commission import Commission
from remit.compensation.earning import Standing, cents, in_cents
from remit.pay.calculate import Calculation
from remit.pay.release import Line, held, lines
from tests.laws import examples
from tests.pay.conftest import charter_of, everything, facts_from, held_by_key, total
from tests.pay.situations import by_remit, situation
from tests.pay.situations import charter_of as charter_of_situation

D = date
FIRST, LAST = D(2026, 1, 1), D(2026, 12, 31)
SEEDS = some.integers(0, 10**6)
AMOUNTS = some.integers(-3_000_000, 30_000_000).map(lambda whole: Decimal(whole) / 100)
DAYS = some.dates(FIRST, LAST)
SHARES = some.integers(1, 99)


@some.composite
def streams(draw: some.DrawFn, most: int = 8) -> list[dict[str, Any]]:
    """Ann's deals: any days, amounts with cents, now and then below nothing."""
    told = draw(some.lists(some.tuples(DAYS, AMOUNTS), min_size=1, max_size=most))
    return [{"id": f"D{at}", "day": day, "amount": sold} for at, (day, sold) in enumerate(told)]


@some.composite
def tables(draw: some.DrawFn, *, back: bool = False) -> list[dict[str, Any]]:
    """Tiers by attainment whose rates never fall."""
    levels = sorted(draw(some.sets(some.integers(1, 300), min_size=1, max_size=4)))
    rates = sorted(
        draw(some.lists(some.integers(0, 3000), min_size=len(levels) + 1, max_size=len(levels) + 1))
    )
    return [
        {"from": f"{level}%", "rate": f"{Decimal(rate) / 100}%"}
        | ({"back_to": 0} if back and level else {})
        for level, rate in zip([0, *levels], rates, strict=True)
    ]


def plan_of(**component: Any) -> dict[str, Any]:
    return {
        "ote": 200_000,
        "pay_mix": "50/50",
        "components": {"sold": {"pays_on": "bookings", **component}},
    }


TIERS = [
    {"from": 0, "rate": "10%"},
    {"from": "100%", "rate": "15%"},
    {"from": "125%", "rate": "20%"},
]


# Order, arrival, and what was known


@settings(max_examples=examples(60))
@given(SEEDS, some.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(seed, shuffled):
    s = situation(seed)
    rows = {}
    for name in ("transactions", "readings", "quotas", "rates", "owners", "people"):
        mixed = list(getattr(s, name))
        shuffled.shuffle(mixed)
        rows[name] = mixed

    assert by_remit(replace(s, **rows)) == by_remit(s)


@settings(max_examples=examples(60))
@given(streams(), some.lists(some.integers(0, 90), min_size=8, max_size=8))
def test_the_order_of_arrival_does_not_matter_once_all_is_known(deals, late):
    charter = charter_of(plan_of(quota=100_000, table="retroactive", tiers=TIERS))
    at_once = held_by_key(everything(Calculation(charter, facts_from(deals), LAST)))

    arrived = [
        deal | {"known_on": deal["day"] + timedelta(days=days)}
        for deal, days in zip(deals, late, strict=False)
    ]
    facts = facts_from(arrived)
    posted: dict[Any, int] = {}
    for day in sorted({deal["known_on"] for deal in arrived}):
        wanted = held_by_key(everything(Calculation(charter, facts.on(day), LAST)))
        differences = {
            k: wanted.get(k, 0) - posted.get(k, 0) for k in wanted.keys() | posted.keys()
        }
        posted = {k: posted.get(k, 0) + cent for k, cent in differences.items()}

    assert {key: amount for key, amount in posted.items() if amount} == at_once


@settings(max_examples=examples(60))
@given(SEEDS, some.dates(D(2026, 2, 1), D(2027, 2, 28)))
def test_pay_as_it_was_known_on_a_day_is_that_of_the_rows_known_then(seed, day):
    s = replace(situation(seed), as_of=day)

    def then(rows: Sequence[Any]) -> list[Any]:
        known = [(r.get("known_on") or r.get("day") or r["first_day"], r) for r in rows]
        return [row for known_on, row in known if known_on <= day]

    from_scratch = replace(
        s,
        as_of=None,
        transactions=then(s.transactions),
        readings=then(s.readings),
        quotas=then(s.quotas),
    )

    assert by_remit(s) == by_remit(from_scratch)


# Cents


@settings(max_examples=examples(60))
@given(SEEDS, some.sampled_from(["USD", "EUR", "JPY", "KWD"]))
def test_lines_add_up_to_the_rounded_whole_of_each_component_in_every_currency(seed, currency):
    s = situation(seed)
    plans = {
        role: {k: v for k, v in plan.items() if k not in ("cap", "combine")}
        | {"currency": currency, "plan_rates": {"EUR": 1.1, "GBP": 1.25, "USD": 0.9}}
        | {"exchange": "plan_rate"}
        for role, plan in s.plans.items()
    }
    for plan in plans.values():
        for component in plan["components"].values():
            if component.get("cap", {}).get("per") == "year":
                del component["cap"]
    s = replace(s, plans=plans)
    made = Calculation(
        charter_of_situation(s), facts_from(s.transactions, readings=s.readings), LAST
    )

    for stint in made.stints:
        found = [one for one in made.earned(stint.payee) if one.stint == stint]
        for year in made.years(stint):
            for name in stint.plan.components:
                exact = {
                    one.span: cents(one.exact)
                    for one in made.evaluated(stint, year)
                    if one.component == name
                }
                for span, whole in exact.items():
                    inside = [e for e in found if e.component == name and e.day in span]
                    assert sum(e.cents for e in inside) == whole
        assert {line.currency for line in lines(made, stint.payee)} <= {currency}


@given(some.lists(some.fractions(min_value=-1000, max_value=1000), max_size=12))
def test_no_cent_is_made_or_lost_by_rounding_and_none_moves_further_than_one(amounts):
    rounded = in_cents(amounts)

    assert sum(rounded) == cents(sum(amounts, Fraction(0)))
    assert all(abs(told - amount * 100) <= 1 for told, amount in zip(rounded, amounts, strict=True))


@settings(max_examples=examples(60))
@given(some.integers(1, 10**9), some.lists(SHARES, min_size=1, max_size=4))
def test_instalments_of_any_shares_pay_the_whole_and_not_a_cent_more_or_less(whole, shares):
    release = [
        {"at": "customer_month", "month": m + 1, "share": f"{s / 5:g}%"}
        for m, s in enumerate(shares)
    ]
    rest = 100 - sum(Decimal(str(s)) / 5 for s in shares)
    release.append({"at": "cash", "share": f"{rest}%"})
    plan = plan_of(rate="100%") | {"release": release}
    deal = {"id": "D1", "day": FIRST, "amount": Decimal(whole) / 100, "cash_on": D(2026, 8, 1)}

    made = Calculation(charter_of(plan), facts_from([deal]), LAST)

    assert total(everything(made)) == whole == total(everything(made), "earned")
    for month in (1, 3, 8):
        early = Calculation(charter_of(plan), facts_from([deal]), D(2026, month, 28))
        waits = sum(one.cents for one in held(early, "Ann"))
        assert total(everything(early)) + waits == whole


def test_an_odd_cent_in_two_halves_is_paid_once(pay):
    plan = plan_of(rate="100%") | {
        "release": [{"at": "signing", "share": "50%"}, {"at": "cash", "share": "50%"}]
    }

    found = pay(plan, [{"id": "D1", "day": FIRST, "amount": Decimal("1234.57"), "cash_on": LAST}])

    paid = [line.cents for line in found if line.state == "payable"]
    assert sorted(paid) == [617_28, 617_29]
    assert sum(paid) == 1234_57


@settings(max_examples=examples(60))
@given(AMOUNTS, SHARES)
def test_credit_that_is_split_is_the_deal_exactly_and_each_line_is_rounded_once(amount, share):
    people = [{"person": "Ann"}, {"person": "Ben"}]
    deal = {"id": "D1", "day": FIRST, "amount": amount}
    rows = [
        deal | {"payee": "Ann", "share": f"{share}%"},
        deal | {"payee": "Ben", "share": f"{100 - share}%"},
    ]

    made = Calculation(charter_of(plan_of(rate="100%"), people=people), facts_from(rows), LAST)
    earned = [one for name in ("Ann", "Ben") for one in made.earned(name)]

    assert sum((one.credit for one in earned), Fraction(0)) == Fraction(amount)
    assert total(everything(made), "credited") == amount * 100
    assert all(one.cents == cents(one.credit) for one in earned)
    assert abs(sum(one.cents for one in earned) - amount * 100) <= 1


# Tiers


@settings(max_examples=examples(100))
@given(tables(), some.integers(0, 10**8), some.integers(1, 10**7))
def test_marginal_pay_never_falls_and_never_jumps(tiers, sold, more):
    earns = Commission(pays_on="bookings", quota=100_000, tiers=tiers).earns(
        Standing(quota=Fraction(100_000))
    )
    top = max(Fraction(tier["rate"][:-1]) for tier in tiers) / 100
    before, after = Fraction(sold, 100), Fraction(sold + more, 100)

    assert 0 <= earns(after) - earns(before) <= (after - before) * top


@settings(max_examples=examples(100))
@given(tables(back=True), some.integers(0, 10**8), some.integers(1, 10**7))
def test_retroactive_pay_never_falls_and_is_the_rate_reached_on_everything(tiers, sold, more):
    plan = Commission(pays_on="bookings", quota=100_000, table="retroactive", tiers=tiers)
    earns = plan.earns(Standing(quota=Fraction(100_000)))
    before, after = Fraction(sold, 100), Fraction(sold + more, 100)

    assert earns(after) >= earns(before)
    assert earns(after) == after * earns.rate(after)


@given(some.integers(1, 10**6))
def test_one_cent_at_the_cliff_of_a_retroactive_table_is_worth_thousands(part):
    plan = Commission(pays_on="bookings", quota=250_000, table="retroactive", tiers=TIERS)
    earns = plan.earns(Standing(quota=Fraction(250_000)))
    short = Fraction(1, 100 * part)

    jump = earns(Fraction(250_000)) - earns(250_000 - short)

    assert 12_500 < jump <= 12_500 + short


@settings(max_examples=examples(60))
@given(AMOUNTS, streams(4), SHARES, some.sampled_from(["marginal", "retroactive"]), DAYS)
def test_a_deal_cut_in_two_on_one_day_pays_what_the_whole_pays(amount, others, share, table, day):
    charter = charter_of(plan_of(quota=100_000, table=table, tiers=TIERS))
    part = (amount * share / 100).quantize(Decimal("0.01"))
    whole = [{"id": "E1", "day": day, "amount": amount}]
    cut = [
        {"id": "E1", "day": day, "amount": part},
        {"id": "E2", "day": day, "amount": amount - part},
    ]

    one, two = (
        everything(Calculation(charter, facts_from([*others, *rows]), LAST))
        for rows in (whole, cut)
    )

    assert total(one) == total(two)


@settings(max_examples=examples(30))
@given(streams(5))
def test_attainment_of_no_quota_is_not_known_and_never_without_end(deals):
    charter = charter_of(
        plan_of(quota=0, tiers=TIERS, gates=[{"component": "sold", "at_least": 0}])
    )
    made = Calculation(charter, facts_from(deals), LAST)

    for stint in made.stints:
        for year in made.years(stint):
            assert {one.standing.attainment for one in made.evaluated(stint, year)} == {None}
    assert total(everything(made)) == 0  # what is not known opens no gate


def test_tiers_of_a_quota_of_nothing_pay_the_first_rate(pay):
    sold = [{"id": "D1", "day": FIRST, "amount": 1_000}]

    assert total(pay(plan_of(quota=0, tiers=TIERS), sold)) == 100_00
    assert total(pay(plan_of(quota=0), sold)) == 0


# Words

AMOUNT = r"-?[\d,]+\.\d\d+"
SHARE = r"-?[\d,]+(?:\.\d+)?"


def said_amount(words: str) -> tuple[Fraction, int]:
    """What a line's words come to on a pocket calculator, and how many figures were rounded in them."""
    moved = Fraction(0)
    if found := re.fullmatch(r"(.*), ([+-]) 0\.01 so that lines add up to the whole", words):
        words, moved = found[1], Fraction(int(f"{found[2]}1"), 100)
    if found := re.fullmatch(rf".*, cut to ({AMOUNT}) by the cap of {AMOUNT}", words):
        return _plain(found[1]) + moved, 1
    times = Fraction(1)
    while found := re.fullmatch(rf"\((.*)\)((?: x {SHARE}% for \w+ of {SHARE}%)+)", words):
        words = found[1]
        for factor in re.findall(rf" x ({SHARE})% for", found[2]):
            times *= _plain(factor) / 100
    words = words.removesuffix(" (a windfall's excess, which retires no quota)")
    if found := re.fullmatch(rf"({SHARE})% of ({AMOUNT}) for .*", words):
        return _plain(found[1]) / 100 * _plain(found[2]) * times + moved, 1
    if found := re.fullmatch(rf"({AMOUNT}) x \((.*)\)", words):
        parts = re.findall(rf"({SHARE})% x ({SHARE})% ", found[2])
        share = sum((_plain(a) * _plain(b) / 10_000 for a, b in parts), Fraction(0))
        return _plain(found[1]) * share * times + moved, 1
    if found := re.fullmatch(rf"({AMOUNT})((?: x {SHARE}% [a-z]+)+)", words):
        whole = _plain(found[1])
        for share in re.findall(rf" x ({SHARE})% ", found[2]):
            whole *= _plain(share) / 100
        return whole * times + moved, 1
    whole = Fraction(0)
    terms = words.split(" + ")
    for term in terms:
        if found := re.fullmatch(rf"({AMOUNT}) for (?:reaching )?{SHARE}.*", term):
            whole += _plain(found[1])
        elif found := re.fullmatch(rf"({SHARE}) x ({SHARE})(%?)", term):
            whole += _plain(found[1]) * _plain(found[2]) / (100 if found[3] else 1)
        else:
            assert term == "nothing", words
    return whole * times + moved, len(terms)


def _plain(text: str) -> Fraction:
    return Fraction(text.replace(",", ""))


@settings(max_examples=examples(80))
@given(SEEDS)
def test_words_come_to_the_amount_of_their_line_on_a_pocket_calculator(seed):
    s = situation(seed)
    tables = {
        name: rows
        for name in ("readings", "quotas", "rates", "owners")
        if (rows := getattr(s, name))
    }
    made = Calculation(charter_of_situation(s), facts_from(s.transactions, **tables), s.through)

    for line in everything(made):
        if line.state == "earned":
            said, figures = said_amount(line.words)
            # a figure that is shown may itself be rounded to the cent
            assert abs(said * 100 - line.cents) <= Fraction(1, 2) + Fraction(3, 4) * figures, line


@pytest.mark.parametrize(
    ("words", "comes_to"),
    [
        ("50,000.00 x 10%", 5_000),
        ("62,500.00 x 15% + 87,500.00 x 20%", 26_875),
        ("12,500.00 for reaching 250,000.00, from where all at 15%", 12_500),
        ("9 x 100.00", 900),
        ("-20,000.00 x 10%", -2_000),
        ("(100,000.00 x 2% + 50,000.00 x 3%) x 115% for gross_margin_rate of 22%", 4_025),
        ("600,000.00 x 20%, cut to 60,000.00 by the cap of 60,000.00", 60_000),
        ("71.42857% of 12,000.00 for GRR of 90%", "8571.4284"),
        ("9,000.00 x (40% x 50% Playbook + 60% x 100% Region)", 7_200),
        ("40,000.00 x 120% new x 80% kept", 38_400),
        ("33.33 x 100%, + 0.01 so that lines add up to the whole", "33.34"),
        ("nothing", 0),
    ],
)
def test_words_are_read_back_as_somebody_reads_them(words, comes_to):
    assert said_amount(words)[0] == Fraction(comes_to)


def test_words_without_their_line_are_noticed():
    with pytest.raises(AssertionError):
        said_amount("about ten per cent of it")


@settings(max_examples=examples(60))
@given(SEEDS)
def test_what_was_released_waits_or_is_lost_is_what_was_earned(seed):
    s = situation(seed)
    plans = {role: {k: v for k, v in p.items() if k != "clawback"} for role, p in s.plans.items()}
    made = Calculation(
        charter_of_situation(replace(s, plans=plans)),
        facts_from(s.transactions, readings=s.readings, rates=s.rates),
        s.through,
    )

    for payee in dict.fromkeys(person["person"] for person in s.people):
        found: Sequence[Line] = lines(made, payee)
        waits = sum(one.cents for one in held(made, payee))
        assert total(found, "accrued") == total(found, "payable") + waits
