"""`remit rules`: the table, one rule, and the same for programs."""

from __future__ import annotations

import json

import pytest
from tests.command_line import remit

from remit.rules import SOURCES, intents, rules


def told(*words: str, columns: int = 100) -> str:
    ended = remit(*words, columns=columns)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


@pytest.fixture(scope="module")
def everything() -> dict:
    return json.loads(told("rules", "--json"))


@pytest.mark.slow
def test_the_table_has_every_rule_and_fits_a_hundred_columns():
    screen = told("rules", columns=160)

    assert [id_ for id_ in rules() if f"\n{id_} " not in screen] == []
    assert max(len(line) for line in screen.splitlines()) <= 100
    assert screen.endswith("190 rules. `remit rules ID` tells all about one.\n")


@pytest.mark.slow
def test_a_narrow_table_wraps_and_loses_nothing():
    screen = told("rules", "--source", "004", columns=70)

    assert max(len(line) for line in screen.splitlines()) <= 70
    assert "…" not in screen


@pytest.mark.slow
def test_the_counts_stand_under_the_table():
    lines = told("rules", "--source", "000").splitlines()

    start = next(at for at, line in enumerate(lines) if line.startswith("part "))
    counts = {line.split()[0]: [int(n) for n in line.split()[1:]] for line in lines[start + 1 : -2]}

    meant = [i for i in intents() if rules()[i.rule].source == "000"]
    assert sum(counts["all"]) == len(meant)
    assert sum(counts["audit"]) == sum(i.part == "audit" for i in meant)
    assert counts["audit"][0] >= 9


@pytest.mark.slow
def test_the_rules_of_a_part_are_chosen_by_its_name_alone():
    assert told("rules", "pay") == told("rules", "--part", "pay")
    assert "001-22" in told("rules", "pay")
    assert "003-56" not in told("rules", "pay")


@pytest.mark.slow
def test_what_is_not_there_yet_can_be_asked_for():
    open_still = json.loads(told("rules", "--state", "not-yet", "--json"))

    states = {part["state"] for rule in open_still["rules"] for part in rule["parts"]}

    assert states == {"not yet"}
    assert open_still["counts"]["states"]["done"] == 0


@pytest.mark.slow
def test_one_rule_is_told_in_full():
    said = told("rules", "000-23")

    assert said.startswith("000-23  red flag or risk\n")
    assert "Number: <40%\nSource: Sales Role Specialization" in said
    assert "audit: measured if a field is named, done\n" in said
    assert "Checked by: sdr_ae_handoff (remit.audit.handoff.sdr_ae_handoff)" in said
    assert "\nsdr_ae_acceptance (share)\n" in said
    assert "\nWho disagrees\n" in said
    assert "See also: 000-17, 003-12" in said


@pytest.mark.slow
def test_explaining_a_rule_says_the_same():
    assert told("explain", "000-23") == told("rules", "000-23")


@pytest.mark.slow
def test_a_rule_that_nobody_contradicts_and_nothing_serves_says_so_by_its_state():
    said = told("rules", "003-07")

    assert "text: context, text only" in said
    assert "Who disagrees" not in said


def test_programs_get_every_rule_with_the_same_keys(everything):
    assert [rule["id"] for rule in everything["rules"]] == list(rules())
    assert everything["format"] == "rules/1"
    for rule in everything["rules"]:
        assert set(rule) == {
            "id", "source", "title", "kind", "says", "number", "parts", "named_by", "disagreements",
        }  # fmt: skip
        for part in rule["parts"]:
            assert set(part) == {"part", "how", "state", "why", "served_by"}
            for server in part["served_by"]:
                assert set(server) == {"part", "kind", "name", "where", "how"}


def test_the_counts_for_programs_are_of_what_is_listed(everything):
    counts = everything["counts"]
    parts = [part for rule in everything["rules"] for part in rule["parts"]]

    assert counts["rules"] == 190
    assert counts["intents"] == len(parts) == len(intents())
    assert sum(counts["states"].values()) == len(parts)
    for name, states in counts["parts"].items():
        assert sum(states.values()) == sum(part["part"] == name for part in parts)
    for state, count in counts["states"].items():
        assert count == sum(part["state"] == state for part in parts)


@pytest.mark.slow
def test_one_rule_for_programs_is_a_list_of_one():
    document = json.loads(told("rules", "000-15", "--json"))

    [rule] = document["rules"]
    assert [part["state"] for part in rule["parts"]] == ["done", "done"]
    assert rule["title"] == SOURCES["000"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("audti",), 'audti  is no rule or part.\n    Did you mean "audit"?'),
        (("009-01",), "Rules are written like 000-22; parts: audit, charter,"),
        (("--part", "payy"), 'payy  is no part of remit.\n    Did you mean "pay"?'),
        (("--state", "finished"), "finished  is no state.\n    States: done, not yet, text only."),
        (("--source", "009"), "009  is no source."),
        (("000-22", "--state", "done"), "000-22  is one rule already.\n    Leave out --part"),
        (("pay", "--part", "audit"), "pay  is a part already.\n    Leave out --part."),
    ],
)
def test_what_there_is_not_is_told_with_what_there_is(words, said):
    ended = remit("rules", *words)

    assert ended.returncode == 2
    assert ended.stdout == ""
    assert said in ended.stderr
    assert "Traceback" not in ended.stderr
