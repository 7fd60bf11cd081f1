"""Every check finds something in one charter and nothing in another.

The charters stand in `cases.yaml`. The other files here tell the finer points of each check.
"""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from remit.check import Check
from remit.terms import catalogue
from tests.check.conftest import says

CASES = yaml.safe_load(Path(__file__).with_name("cases.yaml").read_text("utf-8"))["checks"]
CHECKS = catalogue("remit.check", Check)
NEVER_A_TROUBLE = {"roles_without_plan"}
"""Checks whose worst answer is that they could not look."""

each_check = pytest.mark.parametrize("name", CASES)


def written(stated: dict) -> str:
    return yaml.safe_dump({"company": "Acme", **stated}, sort_keys=False)


def test_every_check_has_its_two_charters():
    assert set(CASES) == set(CHECKS)
    assert all(set(case) == {"says", "fires", "clear"} for case in CASES.values())


@each_check
def test_a_check_finds_what_it_is_there_for(checked, name):
    expected = CASES[name]["says"]

    assert expected in says(checked(written(CASES[name]["fires"])), name)
    assert expected.startswith(
        "could not look" if name in NEVER_A_TROUBLE else ("red", "amber", "note")
    )


@each_check
def test_a_check_finds_nothing_where_there_is_nothing(checked, name):
    found = says(checked(written(CASES[name]["clear"])), name)

    assert [said for said in found if not said.startswith("clear: ")] == []


@each_check
def test_a_check_asks_one_question_and_is_described(name):
    assert CHECKS[name].note.asks.endswith("?")
    assert CHECKS[name].definition.endswith(".")
