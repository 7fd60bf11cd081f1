"""The frameworks against truth tables that were written from the sources' sentences alone.

The tables lie in `truth/`; `truth/write_tables.py` says how each row follows from which rule.
"""

from __future__ import annotations

import runpy

import pytest

from remit.decide.facts import Value
from remit.decide.framework import branches
from remit.decide.recommend import verdict_of
from remit.decide.uncertainty import DEPENDS, outcomes, settled
from remit.rules import rules
from tests.decide.conftest import TRUTH, Row, facts_in, judge, table

TEAM = ("sellers", "sellers_staffable", "first_line_managers")
EXPANSION = (
    "year_1_expansion_potential",
    "year_1_expansion_complexity",
    "later_expansion_potential",
    "later_expansion_complexity",
)
ROWS = {
    "four_factors": 576,
    "team_sizes": 25,
    "ties": 108,
    "lifetime_value": 62,
    "personas": 17,
    "triggers": 173,
}
HUNTED: dict[str, Value] = {
    "new_segment": False,
    "new_logo_potential": "high",
    "year_1_expansion_potential": "low",
    "year_1_expansion_complexity": "simple",
    "later_expansion_potential": "low",
    "later_expansion_complexity": "simple",
}
"""A segment in which only the size of the team is in question."""


def recommended(question: str, facts: dict[str, Value]) -> tuple[str, set[str]]:
    """The recommendation, and whether it is capped."""
    found = outcomes(question, judge(facts).levels())
    capped = {"yes" if branch.recommendation.pilot else "no" for branch in found}
    answer = settled(found)
    return "open" if answer == DEPENDS else answer, capped


def by_framework(name: str, question: str, facts: dict[str, Value]) -> set[str]:
    """Every answer that one framework's verdict leaves, in whatever way the unknown turns out.

    Where that differs by what is unknown, the framework leaves it open.
    """
    levels = judge(facts).levels()
    verdicts = [v for _, v in branches(levels, lambda known: verdict_of(name, question, known))]
    answers = {verdict.answers for verdict in verdicts if verdict is not None}
    only = answers.pop() if len(answers) == 1 else ()
    return set(only) or {"open"}


def disagreements(name: str, said: dict[str, object], row: Row) -> list[str]:
    """What a row's answers do not allow."""
    return [
        f"{name} {column}: {one} is not among {row[column]} in {dict(row)}"
        for column, ones in said.items()
        for one in (ones if isinstance(ones, set) else {ones})
        if one not in row[column].split("|")
    ]


@pytest.mark.parametrize("name", ROWS)
def test_a_table_has_all_its_rows_and_each_cites_rules_of_the_sources(name):
    rows = table(name)
    assert len(rows) == ROWS[name]
    assert all(set(row["rules"].split()) <= set(rules()) and row["rules"] for row in rows)
    assert len({tuple(row.values()) for row in rows}) == len(rows), "a row stands twice"


@pytest.mark.parametrize("name", ROWS)
def test_a_table_is_what_its_own_reading_of_the_sources_writes(name):
    written = runpy.run_path(str(TRUTH / "write_tables.py"))["TABLES"][name]()
    assert [{k: str(v) for k, v in row.items()} for row in written] == table(name)


def test_the_guide_itself_agrees_with_every_row_of_its_four_factors():
    wrong = []
    for row in table("four_factors"):
        facts = facts_in(row, *TEAM, *EXPANSION, "new_logo_potential", "nrr", "new_segment")
        said = {
            question: by_framework("four_factors", question, facts)
            for question in ("ae_am", "am_csm", "renewal_owner")
        }
        wrong += disagreements("four_factors", said, row)
    assert not wrong, f"{len(wrong)} of {ROWS['four_factors']}: {wrong[:3]}"


@pytest.mark.parametrize(
    "no_tie", [{"competition": "high"}, {"first_sale_share": 0.9}], ids=["competition", "value"]
)
def test_the_recommendation_agrees_with_every_row_of_the_four_factors_where_there_is_no_tie(no_tie):
    wrong = []
    for row in table("four_factors"):
        facts = facts_in(row, *TEAM, *EXPANSION, "new_logo_potential", "nrr", "new_segment")
        facts |= no_tie
        said: dict[str, object] = {
            question: recommended(question, facts)[0]
            for question in ("ae_am", "am_csm", "renewal_owner")
        }
        said["capped"] = recommended("ae_am", facts)[1]
        wrong += disagreements("four_factors", said, row)
    assert not wrong, f"{len(wrong)} of {ROWS['four_factors']}: {wrong[:3]}"


def test_the_recommendation_agrees_with_every_size_of_team():
    wrong = []
    for row in table("team_sizes"):
        answer, capped = recommended("ae_am", HUNTED | facts_in(row, *TEAM, "size"))
        wrong += disagreements("team_sizes", {"ae_am": answer, "capped": capped}, row)
    assert not wrong, wrong


def test_the_recommendation_agrees_with_every_tie_and_every_row_that_is_none():
    wrong = []
    for row in table("ties"):
        names = (*TEAM, *EXPANSION, "new_logo_potential", "first_sale_share", "competition")
        answer, _ = recommended("ae_am", facts_in(row, *names))
        wrong += disagreements("ties", {"ae_am": answer}, row)
    assert not wrong, f"{len(wrong)}: {wrong[:3]}"


def test_lifetime_value_agrees_with_every_row_of_its_table():
    wrong = []
    for row in table("lifetime_value"):
        facts = facts_in(
            row,
            "first_sale_share",
            "landed_value",
            "potential_value",
            "year_1_expansion_complexity",
            "later_expansion_complexity",
        )
        said = {"ae_am": by_framework("lifetime_value", "ae_am", facts)}
        wrong += disagreements("lifetime_value", said, row)
    assert not wrong, f"{len(wrong)}: {wrong[:3]}"


def test_personas_agree_with_every_row_of_their_table():
    wrong = []
    for row in table("personas"):
        said = {
            question: by_framework("personas", question, facts_in(row, "personas"))
            for question in ("sdr_ae", "ae_se", "ae_deal_desk")
        }
        wrong += disagreements("personas", said, row)
    assert not wrong, wrong


def test_the_recommendation_agrees_with_every_trigger():
    wrong = []
    for row in table("triggers"):
        stated = [one.partition("=") for one in row["facts"].split(";") if one]
        facts = facts_in({name: value for name, _, value in stated}, *(s[0] for s in stated))
        said = {"answer": recommended(row["question"], facts)[0]}
        wrong += disagreements(row["question"], said, row)
    assert not wrong, f"{len(wrong)}: {wrong[:5]}"
