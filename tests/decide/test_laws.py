"""Laws that hold for every segment, whatever its facts."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from remit.charter import fact_kinds
from remit.decide import QUESTIONS
from remit.decide.facts import FROM_ELSEWHERE, Value
from remit.decide.four_factors import IGNORED
from remit.decide.recommend import GUIDED
from remit.decide.signals import SIGNALS
from remit.decide.uncertainty import DEPENDS, signals_of
from tests.decide.conftest import answer
from tests.laws import examples

LAW = settings(max_examples=examples(150), deadline=None)
LOW_HIGH = st.sampled_from(["low", "high"])
SIMPLE_COMPLEX = st.sampled_from(["simple", "complex"])
YES_NO = st.booleans()
PART = st.integers(0, 20).map(lambda n: n / 20)
PEOPLE = st.integers(0, 25)

FACTS: dict[str, st.SearchStrategy[Value]] = {
    "sellers": PEOPLE,
    "sellers_staffable": PEOPLE,
    "first_line_managers": st.integers(0, 4),
    "new_segment": YES_NO,
    "reachable_accounts": st.sampled_from([20, 100, 1000]),
    "landed_accounts": st.sampled_from([0, 10, 18]),
    "landed_value": st.sampled_from([10_000, 30_000]),
    "prospect_value": st.sampled_from([1_000, 30_000, 900_000]),
    "new_logo_potential": LOW_HIGH,
    "potential_value": st.sampled_from([30_000, 50_000, 1_000_000]),
    "first_sale_share": PART,
    "year_1_expansion": PART,
    "year_1_new_buyers": PART,
    "later_expansion": PART,
    "later_new_buyers": PART,
    "year_1_expansion_potential": LOW_HIGH,
    "year_1_expansion_complexity": SIMPLE_COMPLEX,
    "later_expansion_potential": LOW_HIGH,
    "later_expansion_complexity": SIMPLE_COMPLEX,
    "personas": st.integers(1, 12),
    "nrr": st.sampled_from([0.9, 0.999, 1.0, 1.2]),
    "technical_stalls": PART,
    "demo_load": PART,
    "pipeline_coverage": st.sampled_from([1, 2.9, 3, 4]),
    "playbook": YES_NO,
    "predictable_leads": YES_NO,
    "competition": LOW_HIGH,
    "pricing_load": st.sampled_from([0, 0.05, 0.1, 0.2]),
    "legal_load": st.sampled_from([0, 0.05, 0.1, 0.2]),
    "reactive_load": PART,
    "named_accounts": YES_NO,
    "acv": st.sampled_from([10_000, 50_000, 80_000]),
    "technical_sale": YES_NO,
    "stage": st.sampled_from(["seed", "series_a", "series_b", "later"]),
}
"""Every fact that a signal reads."""

UNREAD: dict[str, st.SearchStrategy[Value]] = {
    "win_rate": PART,
    "grr": PART,
    "growth": st.sampled_from([0, 0.5, 2]),
    "inbound_share": PART,
}
"""Facts that are known for other purposes: no question turns on them."""

SIZE = st.sampled_from(["very_small", "smb", "mid_market", "enterprise"])
NOT_COUNTED = {
    **UNREAD,
    "technical_sale": YES_NO,
    "technical_stalls": PART,
    "demo_load": PART,
    "personas": st.integers(1, 12),
    "predictable_leads": YES_NO,
    "playbook": YES_NO,
    "pipeline_coverage": st.sampled_from([1, 3, 5]),
    "reactive_load": PART,
    "named_accounts": YES_NO,
    "acv": st.sampled_from([10_000, 900_000]),
    "stage": st.sampled_from(["seed", "later"]),
}
"""What speaks of the guide's headings that are no factors: how complex the first sale is (002-20),
who looks after success (002-21), process (002-24), lead source (002-26), performance (002-27), and
growth, for which a short ramp would matter most (002-28). Size of customer (002-25) is apart."""

SEGMENTS = st.fixed_dictionaries({}, optional=FACTS)
TOWARDS_SPECIALISTS = {"joined": 0, "split_at_first_renewal": 1, "split_at_close": 1}


def words_win(facts: Mapping[str, Value]) -> dict[str, Value]:
    """Without the numbers for which a word stands already."""
    spare = {need for signal in SIGNALS.values() if signal.word in facts for need in signal.needs}
    return {name: value for name, value in facts.items() if name not in spare}


def read_by(question: str) -> set[str]:
    """Facts that can be looked at on the way to a question's answer, and what makes a full team."""
    read = {fact for name in signals_of(question) for fact in SIGNALS[name].facts}
    return read | ({"size"} if {"span", "staffing"} & set(signals_of(question)) else set())


def test_every_fact_of_the_charter_is_drawn_in_these_laws():
    assert {*FACTS, *UNREAD, "size"} == {*fact_kinds(), *FROM_ELSEWHERE}


@LAW
@given(SEGMENTS, PEOPLE, st.integers(0, 20), st.integers(0, 20), st.integers(0, 3))
def test_a_larger_team_never_moves_the_answer_towards_generalists(facts, people, more, could, lead):
    small: dict[str, Value] = {
        "sellers_staffable": people,
        "first_line_managers": 0,
        **facts,
        "sellers": people,
    }
    large = {
        **small,
        "sellers": people + more,
        "sellers_staffable": small["sellers_staffable"] + more + could,
        "first_line_managers": small["first_line_managers"] + lead,
    }
    before, after = answer("ae_am", small), answer("ae_am", large)
    assume(DEPENDS not in (before, after))
    assert TOWARDS_SPECIALISTS[after] >= TOWARDS_SPECIALISTS[before]
    assert (answer("first_manager", small), answer("first_manager", large)) != ("hire", "wait")


@pytest.mark.slow
@LAW
@given(SEGMENTS, st.fixed_dictionaries({}, optional=NOT_COUNTED), st.sampled_from(GUIDED))
def test_what_the_guide_does_not_count_never_moves_its_three_answers(facts, others, question):
    assert answer(question, {**facts, **others}) == answer(question, facts)


@LAW
@given(SEGMENTS, SIZE, SIZE, st.sampled_from(GUIDED))
def test_the_size_of_customers_moves_none_of_them_where_there_is_no_tie(
    facts, size, other, question
):
    facts = {**facts, "competition": "high"}  # a tie goes to specialists then, as does the guide
    assert answer(question, {**facts, "size": size}) == answer(question, {**facts, "size": other})


def test_what_the_guide_does_not_count_is_seven_headings():
    assert [rule for rule, _, _ in IGNORED] == [
        "002-20", "002-21", "002-24", "002-25", "002-26", "002-27", "002-28",
    ]  # fmt: skip


@LAW
@given(SEGMENTS, st.sampled_from(tuple(QUESTIONS)))
def test_competition_moves_an_answer_only_at_a_tie(facts, question):
    low = answer(question, {**facts, "competition": "low"})
    high = answer(question, {**facts, "competition": "high"})
    if low == high:
        return
    assert question in GUIDED
    managers = facts.get("first_line_managers", 0)
    assert facts.get("sellers", 6) > 5
    assert facts.get("sellers_staffable", 0) < 12 or managers < 2
    assert answer("ae_am", {**facts, "competition": "high"}) != "joined"
    assert answer("ae_am", {**facts, "competition": "low"}) in ("joined", DEPENDS)
    assert not facts.get("new_segment", False)


def test_competition_does_move_the_answer_at_a_tie():
    tie: dict[str, Value] = {
        "sellers": 8,
        "sellers_staffable": 8,
        "new_logo_potential": "high",
        "year_1_expansion_potential": "low",
        "later_expansion_potential": "high",
        "later_expansion_complexity": "complex",
        "first_sale_share": 0.1,
    }
    assert answer("ae_am", {**tie, "competition": "low"}) == "joined"
    assert answer("ae_am", {**tie, "competition": "high"}) == "split_at_close"
    assert answer("ae_am", tie) == DEPENDS
    assert answer("renewal_owner", {**tie, "competition": "low"}) == "AE"
    assert answer("renewal_owner", {**tie, "competition": "high"}) == "AM"


@pytest.mark.parametrize("question", QUESTIONS)
@settings(max_examples=examples(25), deadline=None)
@given(SEGMENTS, st.fixed_dictionaries({}, optional={**FACTS, **UNREAD}))
def test_facts_that_a_question_does_not_ask_about_never_move_it(question, facts, others):
    irrelevant = {name: value for name, value in others.items() if name not in read_by(question)}
    assert answer(question, {**facts, **irrelevant}) == answer(question, facts)


@pytest.mark.parametrize("question", QUESTIONS)
@settings(max_examples=examples(50), deadline=None)
@given(SEGMENTS, st.fixed_dictionaries(FACTS))
def test_a_settled_answer_stays_when_what_was_unknown_becomes_known(question, facts, rest):
    """Whatever it turns out to be, as long as it contradicts nothing that is known.

    Two words say that something else was known wrongly: a segment so new that the rest cannot be
    judged, where the rest is judged; and technical stalls in a sale without technical validation.
    A word that replaces known numbers is a correction of them, not a fact that was missing.
    """
    before = answer(question, facts)
    assume(before != DEPENDS)
    completed = {**rest, **facts}
    if "new_segment" not in facts:
        completed["new_segment"] = False
    if completed["technical_sale"] is False and "technical_stalls" not in facts:
        completed["technical_stalls"] = 0.0
    for signal in SIGNALS.values():
        counted = signal.needs and all(need in facts for need in signal.needs)
        if signal.word is not None and signal.word not in facts and counted:
            completed.pop(signal.word, None)
    if "new_logo_potential" not in facts:
        completed.pop("new_logo_potential")
    if "first_sale_share" not in facts and {"landed_value", "potential_value"} <= set(facts):
        completed.pop("first_sale_share")
    assert answer(question, completed) == before


def test_an_answer_that_a_count_of_buyers_could_still_narrow_is_not_settled():
    light: dict[str, Value] = {"technical_sale": True, "technical_stalls": 0, "demo_load": 0}
    assert answer("ae_se", light) == DEPENDS
    assert answer("ae_se", {**light, "personas": 2}) == "joined"
    assert answer("ae_se", {**light, "personas": 6}) == "assisted"


@pytest.mark.slow
@LAW
@given(SEGMENTS)
def test_the_words_win_over_the_numbers(facts):
    plain = words_win(facts)
    for question in ("ae_am", "am_csm"):
        assert answer(question, facts) == answer(question, plain)
