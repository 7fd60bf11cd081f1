"""Where the sources disagree about structure: one test for each, saying how it comes out.

Each test's first line is the outcome in a sentence; `settles` names the disagreement by its rules.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from remit.benchmarks import benchmarks
from remit.charter import fact_kinds
from remit.decide import decide
from remit.decide.facts import Value
from remit.decide.four_factors import IGNORED
from remit.decide.uncertainty import DEPENDS, outcomes
from remit.rules import disagreements
from tests.decide.conftest import answer, judge

SETTLED: dict[tuple[str, ...], Callable[..., None]] = {}
COMPLEX: dict[str, Value] = {
    "sellers": 20,
    "sellers_staffable": 20,
    "first_line_managers": 2,
    "new_logo_potential": "high",
    "year_1_expansion_potential": "high",
    "year_1_expansion_complexity": "complex",
    "later_expansion_potential": "high",
    "later_expansion_complexity": "complex",
}
SIMPLE: dict[str, Value] = {
    **COMPLEX,
    "year_1_expansion_complexity": "simple",
    "later_expansion_complexity": "simple",
}


def settles(*rules: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Marks the test of one disagreement."""

    def mark(test: Callable[..., None]) -> Callable[..., None]:
        SETTLED[rules] = test
        return test

    return mark


def test_every_disagreement_about_deciding_has_its_test_with_a_sentence():
    about = {told.rules for told in disagreements() if "decide" in told.parts}
    assert set(SETTLED) == about
    assert all((test.__doc__ or "").strip().endswith(".") for test in SETTLED.values())


@settles("000-04", "000-19", "001-14", "002-14", "002-20", "002-25")
def test_a_complex_enterprise_sale_gets_specialists_before_the_signature_and_one_seller_after():
    """Many buyers and stalled deals call for SEs, complex expansion keeps AE and AM together."""
    enterprise = {
        **COMPLEX,
        "size": "enterprise",
        "personas": 8,
        "technical_sale": True,
        "technical_stalls": 0.4,
        "pricing_load": 0.1,
        "legal_load": 0.1,
        "first_sale_share": 0.1,
    }
    said = {q: answer(q, enterprise) for q in ("ae_se", "ae_deal_desk", "ae_am")}
    assert said == {"ae_se": "split", "ae_deal_desk": "split", "ae_am": "joined"}
    smb = {**SIMPLE, "size": "smb", "personas": 8, "first_sale_share": 0.1}
    assert answer("ae_am", smb) == "split_at_close"


@settles("002-03", "002-05", "003-43", "003-45", "003-46", "000-08")
def test_between_five_sellers_and_two_full_teams_the_factors_decide_with_a_pilot():
    """Five stay generalists, six to eleven split with a pilot, twelve split without one."""
    for sellers, expected, pilot in (
        (5, "joined", False),
        (6, "split_at_close", True),
        (11, "split_at_close", True),
        (12, "split_at_close", False),
    ):
        team = {**SIMPLE, "sellers": sellers, "sellers_staffable": sellers}
        (branch,) = outcomes("ae_am", {**judge(team).levels(), "first_sale": "large"})
        assert (branch.recommendation.answer, branch.recommendation.pilot) == (expected, pilot)


@settles("000-08", "003-02", "003-15")
def test_sdrs_come_with_a_gap_in_pipeline_and_something_to_fill_it_with_not_by_a_ratio():
    """Thirty AEs alone are no reason for SDRs; too little pipeline and a playbook are."""
    thirty = {"sellers": 30, "pipeline_coverage": 2, "predictable_leads": False}
    assert answer("sdr_ae", {**thirty, "playbook": False}) == "joined"
    assert answer("sdr_ae", {**thirty, "playbook": True}) == "split"
    assert answer("sdr_ae", {**thirty, "playbook": True, "sellers": 3}) == "split"
    assert answer("sdr_ae", {**thirty, "playbook": True, "pipeline_coverage": 3}) == "joined"


@settles("002-15", "002-18", "002-19")
def test_account_managers_at_renewal_are_joined_with_success_where_little_is_left_to_expand():
    """With a large first year and little after it, one person does both from the renewal on."""
    leaf = {**COMPLEX, "later_expansion_potential": "low"}
    assert answer("ae_am", leaf) == "split_at_first_renewal"
    assert answer("am_csm", leaf) == "joined"
    simple = {**COMPLEX, "later_expansion_complexity": "simple"}
    assert answer("am_csm", simple) == "split"


@settles("002-15", "002-16")
def test_the_renewal_has_an_owner_of_its_own_apart_from_the_account():
    """The account goes to an AM at the first renewal, and the renewal is the CSM's."""
    leaf = {**COMPLEX, "later_expansion_potential": "low", "first_sale_share": 0.1}
    assert answer("ae_am", leaf) == "split_at_first_renewal"
    assert answer("renewal_owner", leaf) == "CSM"
    (branch,) = outcomes("renewal_owner", judge(leaf).levels())
    assert "where there are none, AEs do" in branch.recommendation.because


@settles("001-09", "001-10", "001-11")
def test_what_the_first_sale_captures_is_its_value_over_the_value_it_could_reach():
    """30,000 growing by 5 to 10 % a year is much, 30,000 of a million little; the half divides."""
    landed: dict[str, Value] = {"landed_value": 30_000}
    for potential, level in ((36_500, "large"), (43_900, "large"), (1_000_000, "small")):
        assert judge({**landed, "potential_value": potential}).levels()["first_sale"] == level
    assert judge({**landed, "potential_value": 60_000}).levels()["first_sale"] == "large"
    assert judge({**landed, "potential_value": 60_001}).levels()["first_sale"] == "small"
    tie = {
        **SIMPLE,
        "later_expansion_complexity": "complex",
        "sellers_staffable": 8,
        "competition": "low",
        "landed_value": 30_000,
        "potential_value": 1_000_000,
    }
    flips = {flip.fact: flip for flip in judge(tie).flips("ae_am")}
    assert (flips["potential_value"].at, flips["potential_value"].answer) == (
        60_000,
        "split_at_close",
    )


@settles("000-18", "000-19", "003-03")
def test_kinds_of_buyer_count_and_three_or_four_of_them_leave_the_question_open():
    """Two kinds say generalist, five say specialist, three or four nothing; heads are no fact."""
    light: dict[str, Value] = {"technical_sale": True, "technical_stalls": 0, "demo_load": 0}
    assert answer("ae_se", {**light, "personas": 2}) == "joined"
    assert answer("ae_se", {**light, "personas": 5}) == "assisted"
    for personas in (3, 4):
        (branch,) = outcomes("ae_se", judge({**light, "personas": personas}).levels())
        standing = {o.framework: o.standing for o in branch.recommendation.opinions}
        assert standing["personas"] == "leaves it open"
    assert not {"stakeholders", "committee"} & set(fact_kinds())


@settles("002-36", "002-45", "001-02")
def test_a_decision_against_the_advice_stands_beside_it_with_what_it_takes(charter):
    """The advice stays generalist, the decision to split is shown with its reason and its risks."""
    read = charter("""
        company: Acme
        currency: USD
        roles:
          ae: {is: AE}
          am: {is: AM}
        segments:
          all_of_it:
            facts: {sellers: 4}
        decisions:
          - {boundary: ae_am, run: split_at_close, because: our new CRO has always run it so}
    """)
    said = decide(read, day=date(2026, 12, 31), draws=10).segments[0].at("ae_am")
    assert said.answer == "joined"
    assert said.decision is not None
    assert (said.decision.run, said.decision.because) == (
        "split_at_close",
        "our new CRO has always run it so",
    )
    assert {mitigation.rule for mitigation in said.mitigations} == {"002-53"}


@settles(
    "000-08", "001-14", "001-15", "002-06", "002-08", "002-19", "002-34", "003-29", "003-77"
)  # fmt: skip
def test_a_word_without_a_number_is_a_fact_of_the_charter_or_a_named_convention():
    """`low` can be stated outright, or follows from a number that is marked as remit's own."""
    worded = {"year_1_expansion_potential": "low", "year_1_expansion": 3}
    assert judge(worded).levels()["year_1_potential"] == "low"
    assert judge({"year_1_expansion": 0.25}).levels()["year_1_potential"] == "high"
    assert judge({"year_1_expansion": 0.249}).levels()["year_1_potential"] == "low"
    for name in ("high_expansion", "complex_expansion", "low_nrr", "saturated_share"):
        value = benchmarks()[name].at(date(2026, 12, 31))
        assert value.source.standing == "convention"


@settles("004-08", "002-01", "002-53")
def test_the_tree_is_followed_as_its_text_tells_it_and_company_size_decides_nothing():
    """Four factors in the text's order; the picture and the map by company size are not used."""
    (branch,) = outcomes("ae_am", judge({**COMPLEX, "first_sale_share": 0.1}).levels())
    path = [step.signal for step in branch.recommendation.opinions[0].verdict.path]
    order = ["team", "new_logo_word", "year_1_potential", "later_potential"]
    assert [name for name in path if name in order] == order
    for size in ("very_small", "smb", "mid_market", "enterprise"):
        assert answer("ae_am", {**COMPLEX, "size": size}) == "joined"


@settles("002-24", "002-28", "000-27", "000-16")
def test_poor_execution_and_long_ramp_are_named_and_move_no_answer():
    """Process and ramp are listed as not counted, with the reason; audit looks at them instead."""
    named = {rule: why for rule, _, why in IGNORED}
    assert "hygiene" in named["002-24"]
    assert "ramp faster" in named["002-28"]
    assert not [name for name in fact_kinds() if "ramp" in name or "process" in name]
    assert answer("ae_am", {**COMPLEX, "playbook": False}) == answer("ae_am", COMPLEX) != DEPENDS
