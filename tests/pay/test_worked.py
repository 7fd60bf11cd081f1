"""Worked cases of pay: each to the cent, and no well-known mistake.

Among them are examples that vendors published with their results.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
import yaml

from remit.pay.calculate import Calculation
from remit.pay.months import Before, Promise, settle
from remit.pay.promised import promises
from remit.pay.release import Line, held
from remit.terms import Period
from remit.terms.period import months_after
from tests.pay.conftest import ANN, charter_of, everything, facts_from, total

CASES = yaml.safe_load(Path(__file__).with_name("worked.yaml").read_text("utf-8"))
TABLES = ("transactions", "readings", "quotas", "rates", "owners", "absences")


def calculation(
    case: Mapping[str, Any], *, through: date | None = None, known_on: date | None = None
) -> Calculation:
    charter = charter_of(case.get("plan"), plans=case.get("plans"), people=case.get("people", ANN))
    facts = facts_from(**{name: case[name] for name in TABLES if name in case})
    facts = facts if known_on is None else facts.on(known_on)
    return Calculation(charter, facts, through or case["through"])


def worked_out(case: Mapping[str, Any]) -> dict[str, Any]:
    """What the case comes to, in the words that `expect` has."""
    made = calculation(case)
    found = everything(made)
    told: dict[str, Any] = {
        "payout": total(found),
        "earned": total(found, "earned"),
        "payees": _by(found, lambda line: line.payee),
        "components": _by(found, lambda line: line.component),
        "deals": _by(found, lambda line: line.transaction),
        "periods": _by(found, lambda line: made.label(line.origin)),
        "instalments": _by(found, lambda line: line.instalment),
        "credit": _by(found, lambda line: line.payee, "credited"),
        "forfeited": -sum(
            line.cents for line in found if line.state == "accrued" and line.cents < 0
        ),
        "held": sum(one.cents for spell in made.charter.people for one in held(made, spell.person)),
        "accrued_in": _by(found, lambda line: f"{line.day:%Y-%m}", "accrued"),
        # payroll comes in the month after what was released
        "paid_in": _by(found, lambda line: f"{months_after(line.day, 1):%Y-%m}"),
    }
    return told | _standing(made)


def _by(found: list[Line], of: Any, state: str = "payable") -> dict[str, int]:
    told: Counter[str] = Counter()
    for line in found:
        if line.state == state:
            told[of(line)] += line.cents
    return dict(told)


def _standing(made: Calculation) -> dict[str, Any]:
    """Attainment and quota of the component that has a quota, in the last period."""
    for stint in made.stints:
        for year in made.years(stint):
            for one in reversed(made.evaluated(stint, year)):
                if one.standing.quota is not None:
                    return {
                        "attainment": one.standing.attainment,
                        "quota": one.standing.quota * 100,
                        "of_the_period": stint.part(one.span),
                    }
    return {}


def cents(amount: Any) -> Fraction:
    """An expected amount in cents, or an expected share as it is."""
    if isinstance(amount, str):
        return Fraction(amount.rstrip("%")) / 100
    return Fraction(str(amount)) * 100


def same(told: Any, expected: Any) -> bool:
    if isinstance(expected, Mapping):
        return all(same(told.get(key, 0), amount) for key, amount in expected.items())
    return bool(told == cents(expected))


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_a_worked_case_comes_out_to_the_cent_and_in_no_known_wrong_way(case):
    told = worked_out(case) | differences(case) | months(case)

    for what, amount in case["expect"].items():
        if what in told:
            assert same(told[what], amount), (what, told[what], amount)
    for trap in case.get("traps", ()):
        ((what, wrong),) = ((key, value) for key, value in trap.items() if key != "mistake")
        assert not same(told[what], wrong), trap["mistake"]


def differences(case: Mapping[str, Any]) -> dict[str, Any]:
    """What was known on two days, and what the later one would post."""
    days = case["expect"].get("known_on", ())
    by_day = {day: total(everything(calculation(case, known_on=day))) for day in days}
    first_and_last = list(by_day.values())
    return (
        {"known_on": by_day, "difference": first_and_last[-1] - first_and_last[0]} if days else {}
    )


def months(case: Mapping[str, Any]) -> dict[str, Any]:
    """What each pay month pays out, after draws and guarantees."""
    if "months" not in case["expect"]:
        return {}
    told: dict[str, list[int]] = {}
    before, paid_so_far = Before(), 0
    for month in _months(case):
        made = calculation(case, through=month.last_day)
        payable = total(everything(made)) - paid_so_far
        paid_so_far += payable
        promised = promises(made, month)
        promise = promised[0] if promised else Promise("Ann", "USD")
        settled = settle(payable, before, promise)
        before = settled.after
        for what, amount in (
            ("payable", payable),
            ("money", settled.money),
            ("owed", before.owed),
            ("forgiven", settled.forgiven),
            ("guarantee", settled.guarantee),
        ):
            told.setdefault(what, []).append(amount)
    expected = case["expect"]["months"]
    for what, amounts in expected.items():
        assert told[what] == [int(cents(amount)) for amount in amounts], what
    paid = sum(told["money"])
    return {"paid": paid, "more_than_earned": paid - sum(told["payable"])}


def _months(case: Mapping[str, Any]) -> Iterator[Period]:
    first = min(row["day"] for row in case["transactions"]).replace(day=1)
    while first <= case["through"]:
        yield Period(first, months_after(first, 1))
        first = months_after(first, 1)


@pytest.mark.parametrize("case", [c for c in CASES if "without" in c["expect"]])
def test_what_a_word_of_a_plan_takes_or_gives_is_seen_without_it(case):
    without = case["expect"]["without"]
    components = {
        name: {word: value for word, value in one.items() if word != without["word"]}
        for name, one in case["plan"]["components"].items()
    }

    payout = total(
        everything(calculation(case | {"plan": case["plan"] | {"components": components}}))
    )

    assert payout == cents(without["payout"])
    if "more" in without:
        assert payout - cents(case["expect"]["payout"]) == cents(without["more"])


def test_credit_of_a_shared_deal_is_the_deal_no_more_and_no_less():
    (case,) = (case for case in CASES if "credit_of_deals" in case["expect"])

    credit = sum(worked_out(case)["credit"].values())

    assert credit == case["transactions"][0]["amount"] * 100


def test_what_is_owed_is_what_was_accrued_and_not_paid_yet():
    (case,) = (case for case in CASES if "owed_on" in case["expect"])

    for day, amount in case["expect"]["owed_on"].items():
        found = everything(calculation(case))
        accrued = sum(line.cents for line in found if line.state == "accrued" and line.day <= day)
        paid = sum(
            line.cents
            for line in found
            if line.state == "payable" and months_after(line.day.replace(day=1), 1) <= day
        )
        assert accrued - paid == cents(amount), day


def test_every_case_says_what_it_expects_in_words_that_are_looked_at():
    looked_at = {
        "without",
        "credit_of_deals",
        "owed_on",
        "months",
        "paid",
        "more_than_earned",
        "known_on",
        "difference",
        "attainment",
        "quota",
        "of_the_period",
    }
    known = looked_at | worked_out(CASES[1]).keys()

    assert {word for case in CASES for word in case["expect"]} <= known


@pytest.mark.trial
def test_the_cases_expect_what_the_table_of_worked_examples_does(trial_data):
    table = trial_data.parent / "comp_examples.json"
    if not table.exists():
        pytest.skip("the table of worked examples is not beside the trial data")
    examples = json.loads(table.read_text("utf-8"))

    assert len(CASES) == len(examples)
    for case, example in zip(CASES, examples, strict=True):
        stated = set(_figures({key: value for key, value in case.items() if key != "traps"}))
        expected = {k: v for k, v in example["expected"].items() if k != "naive_reversal"}
        assert set(_figures(expected)) <= stated, case["name"]
        wrong = {abs(Fraction(trap["value"])) for trap in example["traps"]}
        assert wrong <= _traps(case.get("traps", ())) <= wrong | set(_figures(example)), case[
            "name"
        ]
        assert case.get("source") == example["source"], case["name"]
        sold = {Fraction(deal["amount"]) for deal in example["transactions"] if "amount" in deal}
        assert sold <= {Fraction(str(row["amount"])) for row in case.get("transactions", ())}


def _figures(stated: Any) -> Iterator[Fraction]:
    """Every number in a case, without its sign: a balance owed is told from either side."""
    if isinstance(stated, Mapping):
        for value in stated.values():
            yield from _figures(value)
    elif isinstance(stated, (list, tuple)):
        for value in stated:
            yield from _figures(value)
    elif isinstance(stated, (int, float, str)) and not isinstance(stated, bool):
        text = str(stated)
        try:
            yield abs(Fraction(text.rstrip("%")) / (100 if text.endswith("%") else 1))
        except ValueError:
            return


def _traps(traps: Any) -> set[Fraction]:
    """Every wrong amount."""
    return {
        number
        for trap in traps
        for number in _figures({k: v for k, v in trap.items() if k != "mistake"})
    }


def test_a_director_is_credited_with_what_the_teams_of_their_managers_sell_each_deal_once(pay):
    leads = {
        "ote": 250_000,
        "pay_mix": "60/40",
        "components": {
            "team": {"pays_on": "bookings", "rate": "2%", "credit": {"to": "team"}},
        },
    }
    found = pay(
        None,
        [
            {
                "id": "D1",
                "day": date(2026, 2, 2),
                "amount": 200_000,
                "payee": "Ann",
                "share": "50%",
            },
            {
                "id": "D1",
                "day": date(2026, 2, 2),
                "amount": 200_000,
                "payee": "Ben",
                "share": "50%",
            },
        ],
        date(2026, 3, 31),
        plans={"manager": leads},
        people=[
            {"person": "Ann", "manager": "Mia"},
            {"person": "Ben", "manager": "Max"},
            {"person": "Mia", "role": "manager", "manager": "Dee"},
            {"person": "Max", "role": "manager", "manager": "Dee"},
            {"person": "Dee", "role": "manager"},
        ],
    )

    assert _by([line for line in found if line.state == "payable"], lambda line: line.payee) == {
        "Mia": 2_000_00,
        "Max": 2_000_00,
        "Dee": 4_000_00,
    }
