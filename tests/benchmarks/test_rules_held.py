"""Every number that a source states is a benchmark, and is the number that the source states."""

from __future__ import annotations

import re
from datetime import date

import pytest

from remit.benchmarks import Benchmark, benchmarks
from remit.rules import Rule, rules
from remit.terms import Standing

DAY = date(2026, 11, 22)

COUNTED = "counts what the rule itself lists; the list is what matters, and the charter has it"
WORDS = "words, not a number"

NOT_A_NUMBER = {
    "000-01": COUNTED,
    "000-04": COUNTED,
    "000-06": "says by what to divide: compensation",
    "000-16": COUNTED,
    "000-24": "whether a component is there at all",
    "000-27": COUNTED,
    "001-08": COUNTED,
    "001-09": "asks for a share; 001-10 and 001-11 give its anchors",
    "001-16": "tells how far an account may grow, from five digits to seven",
    "002-01": COUNTED,
    "002-08": COUNTED,
    "002-17": "right after the first sale: no wait to hold against anything",
    "002-19": WORDS,
    "002-23": WORDS,
    "002-30": "a sum of two measures of the own company",
    "002-38": WORDS,
    "002-39": WORDS,
    "002-47": COUNTED,
    "002-48": COUNTED,
    "002-49": "compares two rates of one plan",
    "002-50": WORDS,
    "002-52": "compares a territory with its quota",
    "003-01": COUNTED,
    "003-04": COUNTED,
    "003-05": WORDS,
    "003-07": "context: nothing is decided by how many sellers say that their role changed",
    "003-08": COUNTED,
    "003-10": COUNTED,
    "003-16": COUNTED,
    "003-19": COUNTED,
    "003-28": COUNTED,
    "003-32": COUNTED,
    "003-35": WORDS,
    "003-38": "the unit of a measure for which the source gives no limit",
    "003-40": COUNTED,
    "003-47": "stages of a company, in words",
    "003-48": "stages of a company, in words",
    "003-49": COUNTED,
    "003-51": WORDS,
    "003-69": COUNTED,
    "003-71": COUNTED,
    "003-72": COUNTED,
    "003-74": COUNTED,
    "003-75": COUNTED,
    "003-77": COUNTED,
    "004-01": COUNTED,
    "004-03": WORDS,
    "004-08": COUNTED,
}

SAID_OTHERWISE = {
    "000-18": {2.0},  # one or two: the limit is the larger
    "003-34": {91.0},  # quarterly
    "003-41": {7.0},  # weekly
    "003-65": {1.1, 1.2},  # 110 to 130 %, of which the same source calls 120 % best in class
}
"""Rules whose benchmark says the number in another form than the catalogue."""

TIMES = {"%": 0.01, "K": 1_000.0, "M": 1_000_000.0}


def holders(rule: Rule) -> list[Benchmark]:
    """Benchmarks that hold a rule's number as its source gives it, not as a convention."""
    return [
        benchmark
        for benchmark in benchmarks().values()
        if rule.id in benchmark.rules
        and benchmark.at(DAY).source.standing is not Standing.CONVENTION
    ]


def levels(benchmark: Benchmark) -> set[float]:
    """Every number of a benchmark."""
    value = benchmark.at(DAY)
    single = (value.amber, value.red, value.value)
    ends = (*(value.healthy or ()), *(value.range or ()))
    return {round(float(n), 6) for n in (*single, *ends) if n is not None}


def stated(text: str) -> set[float]:
    """The numbers of a catalogue entry: `50-70%` is 0.5 and 0.7, `1:4 - 1:6` is 4 and 6."""
    found = set()
    for part in re.split(r"[;+](?=\s)", text.replace("1:", "")):
        shared = "%" if "%" in part else ""
        for digits, unit in re.findall(r"(\d+(?:\.\d+)?)([%KM]?)", part):
            found.add(round(float(digits) * TIMES.get(unit or shared, 1.0), 6))
    return found


with_a_number = [rule for rule in rules().values() if rule.number or rule.kind == "N"]
limits = [
    rule for rule in with_a_number if rule.kind in ("N", "R", "F") and rule.id not in NOT_A_NUMBER
]


@pytest.mark.parametrize("rule", with_a_number, ids=lambda rule: rule.id)
def test_a_number_in_the_catalogue_is_held_by_a_benchmark_or_is_said_to_be_none(rule):
    assert bool(holders(rule)) is not (rule.id in NOT_A_NUMBER)


@pytest.mark.parametrize("rule", limits, ids=lambda rule: rule.id)
def test_a_benchmark_says_the_number_that_its_rule_says(rule):
    said = SAID_OTHERWISE.get(rule.id) or stated(rule.number)

    assert said
    assert said <= {level for benchmark in holders(rule) for level in levels(benchmark)}


def test_every_threshold_of_the_sources_is_a_benchmark():
    assert not {rule.id for rule in rules().values() if rule.kind == "N"} & set(NOT_A_NUMBER)


def test_nothing_is_excused_that_the_catalogue_does_not_have():
    assert set(NOT_A_NUMBER) | set(SAID_OTHERWISE) <= {rule.id for rule in with_a_number}


def test_a_rule_stated_twice_is_held_once():
    assert benchmarks()["ae_prospecting_share"].rules == ("000-14", "000-22")
    assert holders(rules()["000-22"]) == [benchmarks()["ae_prospecting_share"]]
    assert holders(rules()["003-66"]) == [benchmarks()["aes_at_quota"]]


def test_a_benchmark_of_no_catalogued_source_cites_no_rule():
    assert benchmarks()["quota_to_ote"].rules == ()
