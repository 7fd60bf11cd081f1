"""The catalogue of the sources' rules is whole, and nothing cites a rule that is not in it."""

from __future__ import annotations

import csv
import re
from collections import Counter
from importlib import resources

import pytest

from remit.audit import Check
from remit.charter import role_kinds
from remit.rules import KINDS, SOURCES, rules
from remit.terms import catalogue

PARTS = {"charter", "check", "audit", "decide", "plan", "pay", "simulate", "operate"}


def test_there_are_190_rules():
    assert len(rules()) == 190


def test_no_two_rows_of_the_catalogue_have_one_id():
    text = resources.files("remit.rules").joinpath("catalogue.csv").read_text("utf-8")

    ids = Counter(row["id"] for row in csv.DictReader(text.splitlines()))

    assert [id_ for id_, count in ids.items() if count > 1] == []


def test_a_rules_id_starts_with_its_source_which_is_known():
    for id_, rule in rules().items():
        assert re.fullmatch(r"\d{3}-\d{2}[a-z]?", id_)
        assert id_.startswith(f"{rule.source}-")
        assert rule.title == SOURCES[rule.source]


def test_every_source_has_a_rule():
    assert {rule.source for rule in rules().values()} == set(SOURCES)


def test_every_rule_says_something_and_is_of_a_known_kind():
    for rule in rules().values():
        assert rule.says.strip()
        assert rule.kind in KINDS


def test_every_rule_is_used_by_known_parts_or_by_none():
    for rule in rules().values():
        assert set(rule.parts) <= PARTS


def test_the_red_flag_on_prospecting_is_at_a_quarter():
    rule = rules()["000-22"]

    assert (KINDS[rule.kind], rule.number, rule.parts) == ("red flag or risk", ">25%", ("audit",))


@pytest.mark.parametrize("name", list(catalogue("remit.audit", Check)))
def test_a_check_serves_rules_that_exist_and_asks_a_question(name):
    check = catalogue("remit.audit", Check)[name]

    assert check.note.rules
    assert set(check.note.rules) <= set(rules())
    assert check.note.asks.endswith("?")
    assert check.definition.endswith(".")


@pytest.mark.parametrize("name", list(role_kinds()))
def test_a_role_of_the_catalogue_cites_rules_that_exist(name):
    assert role_kinds()[name].rules
    assert set(role_kinds()[name].rules) <= set(rules())
