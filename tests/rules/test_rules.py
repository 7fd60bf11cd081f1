"""The catalogue of the sources' rules is whole, and nothing cites a rule that is not in it."""

from __future__ import annotations

import csv
import re
from collections import Counter
from importlib import resources

import pytest

from remit.audit import Check
from remit.charter import role_kinds
from remit.rules import HOWS, KINDS, ONLY_TEXT, PARTS, SOURCES, disagreements, intents, rules
from remit.terms import catalogue

LOOKING = {"measured", "measured if a field is named", "asked", "not measurable"}
"""The ways of the audit, which no other part has."""


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
        assert set(rule.parts) <= set(PARTS)


def test_the_red_flag_on_prospecting_is_at_a_quarter():
    rule = rules()["000-22"]

    assert (KINDS[rule.kind], rule.number, rule.parts) == ("red flag or risk", ">25%", ("audit",))


@pytest.mark.parametrize("name", list(catalogue("remit.audit", Check)))
def test_a_check_serves_rules_that_exist_and_asks_a_question(name):
    check = catalogue("remit.audit", Check)[name]

    assert check.note.rules
    assert set(check.note.rules) <= set(rules())
    assert check.note.asks.endswith("?")
    assert check.note.how in LOOKING - ONLY_TEXT
    assert check.definition.endswith(".")


@pytest.mark.parametrize("name", list(role_kinds()))
def test_a_role_of_the_catalogue_cites_rules_that_exist(name):
    assert role_kinds()[name].rules
    assert set(role_kinds()[name].rules) <= set(rules())


# What remit means to do


def test_every_part_that_the_catalogue_names_for_a_rule_means_to_do_something_with_it():
    meant = {(intent.rule, intent.part) for intent in intents()}

    wanted = {(rule.id, part) for rule in rules().values() for part in rule.parts or ("text",)}

    assert wanted - meant == set()


def test_what_is_meant_is_about_rules_parts_and_ways_that_exist_and_is_said_once():
    meant = Counter((intent.rule, intent.part) for intent in intents())

    assert {rule for rule, _ in meant} == set(rules())
    assert {part for _, part in meant} == set(PARTS)
    assert {intent.how for intent in intents()} <= set(HOWS)
    assert [twice for twice, count in meant.items() if count > 1] == []


def test_the_audit_says_whether_it_measures_or_asks_and_no_other_part_does():
    for intent in intents():
        assert (intent.how in LOOKING) == (intent.part == "audit"), intent


def test_what_stays_text_or_cannot_be_measured_says_why():
    for intent in intents():
        if intent.how in ONLY_TEXT or intent.part == "text":
            assert intent.why, intent


def test_what_stays_text_is_not_promised():
    assert [i for i in intents() if i.how in ONLY_TEXT and i.done] == []


def test_every_threshold_is_meant_to_be_a_benchmark():
    kept = {intent.rule for intent in intents() if intent.how == "benchmark"}

    assert [rule.id for rule in rules().values() if rule.kind == "N" and rule.id not in kept] == []


def test_a_number_alone_is_text_and_serves_no_other_part():
    assert {intent.part for intent in intents() if intent.how == "benchmark"} == {"text"}


def test_examples_and_context_are_kept_as_text_or_as_a_number_and_decide_nothing():
    for intent in intents():
        if rules()[intent.rule].kind in "XC":
            assert intent.how in {"context", "benchmark"}, intent


# Who disagrees


def test_forty_disagreements_are_treated():
    assert len(disagreements()) == 40


def test_a_disagreement_is_between_rules_that_exist_and_is_treated_by_parts_that_exist():
    for found in disagreements():
        assert found.rules
        assert len(set(found.rules)) == len(found.rules)
        assert set(found.rules) <= set(rules()), found.about
        assert found.parts
        assert set(found.parts) <= set(PARTS), found.about


def test_a_disagreement_is_one_sentence_and_so_is_what_remit_does():
    for found in disagreements():
        for sentence in (found.about, found.treated):
            assert re.fullmatch(r"[A-Z].*[^.]\.", sentence)
            assert ". " not in sentence


def test_a_disagreement_names_no_source_of_which_it_has_no_rule():
    said = {
        "000": "Sales Role Specialization",
        "001": "Stage 2 Capital",
        "002": "guide",
        "003": "B2B Sales Roles",
        "004": "course teaser",
    }

    for found in disagreements():
        named = [source for source, words in said.items() if words in found.about]
        whose = {rules()[rule].source for rule in found.rules}
        assert set(named) <= whose, found.about


def test_a_rule_knows_its_own_disagreements_and_one_that_nobody_contradicts_has_none():
    both = disagreements("000-14")

    assert both[0].treated == "More than 20 % is amber, more than 25 % red."
    assert all("000-14" in found.rules for found in both)
    assert disagreements("003-07") == ()
