"""Every rule that the audit measures has a case that fires, one that stays clear, one that is open."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from remit.audit import Check
from remit.rules import rules
from remit.terms import catalogue

TESTS = Path(__file__).parents[1]
KINDS = ("fires", "clear", "cannot tell")
LOOKS = {
    rule: (name, check.note.how)
    for name, check in catalogue("remit.audit", Check).items()
    for rule in check.note.rules
}


def _shown() -> Iterator[tuple[str, str]]:
    """What tests are marked to show: `@pytest.mark.shows(rule, kind)` on a test or its parameters."""
    for file in TESTS.rglob("test_*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
                continue
            if node.func.attr != "shows":
                continue
            told = [arg.value for arg in node.args if isinstance(arg, ast.Constant)]
            assert len(told) == 2, f"{file}:{node.lineno} says neither one rule nor one kind"
            assert told[1] in KINDS, f"{file}:{node.lineno}: {told[1]!r} is none of {KINDS}"
            yield str(told[0]), str(told[1])


SHOWN = set(_shown())


@pytest.mark.parametrize("rule", sorted(LOOKS))
def test_a_rule_that_is_looked_at_is_one_of_the_sources(rule: str) -> None:
    assert rule in rules()


@pytest.mark.parametrize(
    "rule",
    sorted(r for r, (_, how) in LOOKS.items() if how != "asked" and "audit" in rules()[r].parts),
)
def test_a_measured_rule_is_shown_to_fire_to_stay_clear_and_to_be_open(rule: str) -> None:
    missing = [kind for kind in KINDS if (rule, kind) not in SHOWN]

    assert not missing, f"no test is marked to show {rule} ({LOOKS[rule][0]}): {', '.join(missing)}"


@pytest.mark.parametrize("rule", sorted(r for r, of in rules().items() if "audit" in of.parts))
def test_a_rule_that_names_the_audit_is_looked_at(rule: str) -> None:
    assert rule in LOOKS
