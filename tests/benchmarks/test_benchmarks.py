"""Every number with a meaning says what it is, where it is from, and who has looked lately."""

from __future__ import annotations

import os
from datetime import date
from importlib import resources

import pytest
import yaml

from remit.benchmarks import LEVELS, Benchmark, Value, benchmarks, with_overrides
from remit.rules import SOURCES, rules
from remit.terms import Citation, Standing

UNITS = {
    "share", "count", "people", "times", "USD",
    "minute", "hour", "days", "weeks", "months",
}  # fmt: skip
BANDS = ("healthy", "range")
MORE_THAN_ALL = {"nrr", "nrr_best_in_class"}
"""Shares of what was there at the start, which growth may bring past it."""
MONTHS_UNTIL_STALE = 18

every_benchmark = pytest.mark.parametrize("name", list(benchmarks()))


def written(name: str) -> dict:
    """A benchmark's file as it stands, before anything is filled in."""
    file = resources.files("remit.benchmarks").joinpath(f"{name}.yaml")
    return yaml.safe_load(file.read_text("utf-8"))


def stale_on(day: date) -> list[str]:
    """Benchmarks that nobody has held against their source in the 18 months before a day."""
    return [
        name
        for name, benchmark in benchmarks().items()
        for value in benchmark.values
        if months_between(value.source.checked_on, day) > MONTHS_UNTIL_STALE
    ]


def months_between(first: date, second: date) -> int:
    return (second.year - first.year) * 12 + second.month - first.month


# What each file says


@every_benchmark
def test_a_number_names_its_source_the_place_in_it_its_standing_and_who_checked_when(name):
    for value in written(name)["values"]:
        assert {"title", "at", "standing", "checked_on"} <= set(value["source"])
        assert value["source"]["title"].strip()
        assert value["source"]["at"].strip()
        assert value["source"]["standing"] in {"study", "benchmark", "convention"}
        assert isinstance(value["source"]["checked_on"], date)


@every_benchmark
def test_a_number_says_what_it_is_in_a_sentence_and_its_unit_from_a_closed_list(name):
    benchmark = benchmarks()[name]

    assert benchmark.about.endswith(".")
    assert benchmark.unit in UNITS
    assert benchmark.trouble in {"above", "below"}


@every_benchmark
def test_a_number_sets_a_level_or_a_band_and_every_limit_says_whom_it_is_for(name):
    benchmark = benchmarks()[name]

    for value in benchmark.values:
        assert any(getattr(value, stated) is not None for stated in (*LEVELS, *BANDS))
        assert (value.red is None and value.amber is None) or benchmark.scope


@every_benchmark
def test_a_limit_says_in_its_file_which_side_of_it_is_trouble(name):
    limits = any("red" in value or "amber" in value for value in written(name)["values"])

    assert not limits or "trouble" in written(name)


@every_benchmark
def test_amber_is_the_end_of_the_healthy_band_on_the_side_of_trouble(name):
    benchmark = benchmarks()[name]

    for value in benchmark.values:
        if value.healthy is not None and value.amber is not None:
            assert value.amber == value.healthy[1 if benchmark.trouble == "above" else 0]


@every_benchmark
def test_an_average_is_labelled_as_one_and_is_no_limit(name):
    if name.endswith("_average"):
        benchmark = benchmarks()[name]

        assert "average" in benchmark.about.lower() or "median" in benchmark.about.lower()
        assert "no pass or fail" in benchmark.caveat
        for value in benchmark.values:
            assert value.amber is value.red is value.healthy is None


@every_benchmark
def test_amber_is_on_the_mild_side_of_red(name):
    benchmark = benchmarks()[name]

    for value in benchmark.values:
        if value.amber is not None and value.red is not None:
            milder = value.amber < value.red
            assert milder if benchmark.trouble == "above" else value.amber > value.red


@every_benchmark
def test_bands_run_upward_and_hold_the_typical_value(name):
    for value in benchmarks()[name].values:
        for band in (value.range, value.healthy):
            assert band is None or band[0] < band[1]
        if value.range is not None and value.value is not None:
            assert value.range[0] <= value.value <= value.range[1]


@every_benchmark
def test_shares_lie_between_nothing_and_all(name):
    benchmark = benchmarks()[name]

    for value in benchmark.values:
        if benchmark.unit == "share" and name not in MORE_THAN_ALL:
            stated = [getattr(value, level) for level in LEVELS]
            assert all(0 <= share <= 1 for share in stated if share is not None)


@every_benchmark
def test_a_number_that_cites_a_rule_cites_one_that_exists(name):
    assert set(benchmarks()[name].rules) <= set(rules())


@every_benchmark
def test_a_number_taken_from_a_source_of_the_catalogue_cites_the_rule_that_states_it(name):
    for value in benchmarks()[name].values:
        if value.source.title in SOURCES.values():
            assert rules()[value.source.rule].title == value.source.title
        else:
            assert value.source.standing is not Standing.BENCHMARK or value.source.rule is None


@every_benchmark
def test_further_rules_are_others_than_those_the_source_cites(name):
    benchmark = benchmarks()[name]
    cited = [value.source.rule for value in benchmark.values]

    assert not set(benchmark.also) & set(cited)
    assert len(benchmark.also) == len(set(benchmark.also))


@every_benchmark
def test_values_stand_in_the_order_of_their_days(name):
    days = [value.since or date.min for value in benchmarks()[name].values]

    assert days == sorted(days)


# Who has looked lately


def test_no_number_goes_unchecked_for_longer_than_18_months():
    checks = [value.source.checked_on for b in benchmarks().values() for value in b.values]
    given = os.environ.get("REMIT_TODAY")

    day = date.fromisoformat(given) if given else max(checks)

    assert stale_on(day) == []


def test_18_months_after_its_last_check_a_number_is_stale():
    checked = benchmarks()["week_hours"].values[0].source.checked_on

    assert "week_hours" not in stale_on(checked.replace(year=checked.year + 1))
    assert "week_hours" in stale_on(checked.replace(year=checked.year + 2))


# Values in time


@pytest.fixture
def dated():
    """A limit that was sharpened on the first of July."""
    cited = Citation("A study", "p. 3", Standing.STUDY)
    return Benchmark(
        "first_touch",
        "Longest wait.",
        "minute",
        (Value(cited, date(2025, 1, 1), red=60), Value(cited, date(2026, 7, 1), red=30, amber=20)),
    )


def test_a_day_before_the_first_value_is_an_error_that_names_the_file_not_a_zero(dated):
    with pytest.raises(ValueError) as refused:
        dated.at(date(2024, 12, 31))

    said = str(refused.value)
    assert said == (
        "first_touch has no value on 2024-12-31; its first is of 2025-01-01. "
        "Add one to benchmarks/first_touch.yaml"
    )


def test_a_value_holds_from_its_first_day_until_the_next_one_starts(dated):
    assert dated.at(date(2025, 1, 1)).red == 60
    assert dated.at(date(2026, 6, 30)).red == 60
    assert dated.at(date(2026, 7, 1)).red == 30


def test_a_value_without_a_day_has_always_held():
    assert benchmarks()["ae_prospecting_share"].at(date(1999, 1, 1)).red == 0.25


def test_a_level_that_is_not_set_is_an_error_not_a_zero(dated):
    with pytest.raises(ValueError, match="first_touch sets no amber level"):
        dated.limit(date(2025, 6, 1), "amber")


def test_a_limit_carries_its_source_and_which_side_of_it_is_trouble():
    too_much = benchmarks()["ae_prospecting_share"].limit(date(2026, 1, 1))
    too_little = benchmarks()["sdr_ae_acceptance"].limit(date(2026, 1, 1))

    assert (too_much.value, too_much.unit, too_much.above) == (0.25, "share", True)
    assert too_much.source.rule == "000-14"
    assert (too_little.value, too_little.above) == (0.4, False)


# A company's own


def test_an_override_is_the_companys_policy_and_says_why():
    numbers = with_overrides(
        {"ae_prospecting_share": {"red": 0.3, "because": "our SDRs start in Q3"}}, company="Acme"
    )

    limit = numbers["ae_prospecting_share"].limit(date(2026, 1, 1))

    assert limit.value == 0.3
    assert str(limit.source) == "Acme's charter, because our SDRs start in Q3 [policy]"


def test_an_override_leaves_other_levels_and_other_numbers_as_they_are():
    numbers = with_overrides(
        {"ae_prospecting_share": {"red": 0.3, "amber": None, "because": "so"}}, company="Acme"
    )

    assert numbers["ae_prospecting_share"].at(date(2026, 1, 1)).amber == 0.2
    assert {name: b for name, b in numbers.items() if name != "ae_prospecting_share"} == {
        name: b for name, b in benchmarks().items() if name != "ae_prospecting_share"
    }
    assert benchmarks()["ae_prospecting_share"].at(date(2026, 1, 1)).red == 0.25


def test_an_override_may_be_zero():
    numbers = with_overrides({"settling_days": {"value": 0, "because": "so"}}, company="Acme")

    assert numbers["settling_days"].at(date(2026, 1, 1)).value == 0
