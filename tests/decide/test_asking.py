"""Which fact is asked for next: never an idle one, and few of them."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest

from remit.decide import QUESTIONS, SIGNALS, Known
from remit.decide.asking import INSTEAD, Wanted, answers, can_change, open_among, wanted
from remit.decide.facts import Value
from remit.decide.uncertainty import DEPENDS, Judged, outcomes

from .conftest import judge

EXTREMES: dict[str, tuple[Value, ...]] = {
    "sellers": (3.0, 40.0),
    "landed_accounts": (10.0, 95.0),
    "reachable_accounts": (100.0,),
    "landed_value": (10_000.0, 90_000.0),
    "prospect_value": (1_000.0, 1_000_000.0),
    "potential_value": (100_000.0,),
    "year_1_expansion": (0.0, 1.0),
    "later_expansion": (0.0, 1.0),
    "year_1_new_buyers": (0.0, 1.0),
    "later_new_buyers": (0.0, 1.0),
    "first_line_managers": (0.0, 4.0),
    "sellers_staffable": (3.0, 40.0),
    "nrr": (0.8, 1.2),
    "competition": ("low", "high"),
}
"""A value on either side of where each fact's levels end."""


def conversations(question: str, facts: dict[str, Value]) -> Iterator[list[Wanted]]:
    """Every conversation about one question in which each answer is one of the extremes."""
    judged = judge(facts)
    next_ = wanted(judged, [question])
    if next_ is None:
        assert judged.answer(question, judged.levels()) != DEPENDS
        yield []
        return
    for value in EXTREMES[next_.fact]:
        more = {**facts, next_.fact: value}
        if next_.fact == "sellers":
            more["sellers_staffable"] = value
        for rest in conversations(question, more):
            yield [next_, *rest]


def test_a_team_of_five_is_the_only_question_if_it_settles_the_answer():
    first = wanted(judge({}), ["ae_am"])

    assert first is not None
    assert first.fact == "sellers"
    assert wanted(judge({"sellers": 5}), ["ae_am"]) is None


def test_what_is_settled_is_not_asked_about():
    judged = judge({"pipeline_coverage": 5})

    assert wanted(judged, ["sdr_ae"]) is None


def test_a_fact_that_moves_several_answers_comes_before_one_that_moves_one():
    first = wanted(judge({}), QUESTIONS)

    assert first is not None
    assert first.fact == "sellers"
    assert set(first.questions) == {"ae_am", "am_csm", "renewal_owner", "first_manager"}


def test_two_facts_of_one_signal_are_asked_for_one_after_the_other():
    judged = judge({"pricing_load": 0.1})

    second = wanted(judged, ["sdr_bdr", "ae_deal_desk", "csm_support"])

    assert second is not None
    assert second.fact == "legal_load"


def test_a_word_is_offered_beside_the_number_where_both_settle_a_signal():
    judged = judge({"sellers": 9, "new_logo_potential": "high"})

    asked = wanted(judged, ["ae_am"])

    assert asked is not None
    assert (asked.fact, asked.word) == ("year_1_expansion", "year_1_expansion_potential")


def test_what_somebody_does_not_know_is_never_asked_again():
    judged, declined = judge({}), set()
    asked = []
    while (next_ := wanted(judged, QUESTIONS, declined)) is not None:
        asked.append(next_.fact)
        declined |= {fact for fact in (next_.fact, next_.word) if fact}

    assert len(asked) == len(set(asked))
    assert open_among(answers(judged, QUESTIONS)) == tuple(QUESTIONS)


def test_where_accounts_are_not_counted_a_word_about_new_customers_is_asked_for():
    judged = judge({"sellers": 9, "year_1_expansion": 0.1, "later_expansion": 0.1})

    counted = wanted(judged, ["renewal_owner"])
    assert counted is not None
    assert counted.fact == "landed_accounts"
    instead = wanted(judged, ["renewal_owner"], {"landed_accounts"})

    assert instead is not None
    assert instead.fact == "new_logo_potential"


@pytest.mark.parametrize(("signal", "fact"), INSTEAD.items())
def test_what_is_asked_instead_is_a_fact_of_another_signal(signal, fact):
    assert fact not in SIGNALS[signal].facts
    assert any(fact in other.facts for other in SIGNALS.values())


def test_a_ratio_over_nothing_is_not_asked_for_again():
    judged = judge({"sellers": 9, "landed_accounts": 0, "reachable_accounts": 0})
    declined = {"new_logo_potential"}

    while (next_ := wanted(judged, ["ae_am"], declined)) is not None:
        assert next_.fact not in judged.facts
        declined |= {fact for fact in (next_.fact, next_.word) if fact}


def test_a_signal_can_change_an_answer_only_if_its_levels_lead_to_different_ones():
    assert can_change("sdr_ae", "playbook", {"coverage": "thin"})
    assert not can_change("sdr_ae", "playbook", {"coverage": "enough"})
    assert not can_change("sdr_ae", "coverage", {"coverage": "enough"})


MOST_ASKED = 12
"""Facts on the longest way to an answer about AE and AM: one of the team, four of the market, four
of expansion, and at a tie managers, competition and the value that could be had."""


@pytest.fixture(scope="module")
def about_ae_and_am() -> list[list[Wanted]]:
    return list(conversations("ae_am", {}))


def test_an_answer_about_ae_and_am_takes_few_questions(about_ae_and_am):
    longest, shortest = max(map(len, about_ae_and_am)), min(map(len, about_ae_and_am))
    mean = sum(map(len, about_ae_and_am)) / len(about_ae_and_am)

    assert shortest == 1
    assert longest <= MOST_ASKED
    assert mean < longest


@pytest.mark.parametrize(
    "known",
    [{}, {"sellers": 9}, {"sellers": 9, "landed_accounts": 1}, {"sellers": 9, "nrr": 1}],
    ids=lambda known: " and ".join(known) or "nothing known",
)
@pytest.mark.parametrize("question", ["sdr_ae", "ae_se", "ae_am"])
def test_nothing_is_asked_that_cannot_change_the_answer(question, known):
    judged = judge(known)

    asked = wanted(judged, [question])

    assert asked is not None
    assert differs(judged, question, asked.signal)


def differs(judged: Judged, question: str, signal: str) -> bool:
    """Whether some way in which all else could turn out gives two answers; by trying them all."""
    levels = judged.levels()
    names = {name for branch in outcomes(question, levels) for name in branch.assumed} - {signal}
    for rest in itertools.product(*(SIGNALS[name].levels for name in names)):
        whole = {**levels, **dict(zip(names, rest, strict=True))}
        if len({judged.answer(question, {**whole, signal: x}) for x in SIGNALS[signal].levels}) > 1:
            return True
    return False


def test_a_range_counts_as_known():
    judged = judge({"sellers": Known("sellers", None, 5, 9)})

    asked = wanted(judged, ["ae_am"])

    assert asked is not None
    assert asked.fact != "sellers"
