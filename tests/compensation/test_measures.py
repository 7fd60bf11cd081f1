"""What people can be measured and paid on, and the words by which each thing is known."""

from __future__ import annotations

from collections import Counter

import pytest
from pydantic import ValidationError

from remit.compensation.measures import Measured, measured, named
from remit.rules import rules
from remit.terms import Function

each_measure = pytest.mark.parametrize("name", list(measured()))


@each_measure
def test_a_measure_says_what_it_is_and_whose_work_it_measures(name):
    measure = measured()[name]

    assert measure.name == name
    assert measure.about.endswith(".")
    assert measure.functions


@each_measure
def test_a_measure_cites_rules_that_exist(name):
    assert set(measured()[name].rules) <= set(rules())


@each_measure
def test_a_measure_is_found_by_its_name_and_by_every_other_wording(name):
    for words in (name, *measured()[name].also_called):
        assert named(words) == name
        assert named(f"  {words.upper()} ") == name
        assert named(f"number of {words}") == name


def test_no_wording_is_stated_twice():
    words = [
        words.casefold()
        for name, measure in measured().items()
        for words in (name.replace("_", " "), *measure.also_called)
    ]

    assert [word for word, times in Counter(words).items() if times > 1] == []


def test_every_function_has_something_to_be_measured_by():
    assert {f for measure in measured().values() for f in measure.functions} == set(Function)


def test_only_what_is_handed_over_unseen_can_be_refused():
    refusable = {name for name, measure in measured().items() if measure.refusable}

    assert refusable == {"meetings_set", "meetings_held", "leads_passed"}


def test_only_recurring_revenue_pays_again_for_an_old_sale():
    assert [name for name, m in measured().items() if m.recurring] == ["recurring_revenue"]


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("SAL", "accepted_meetings"),
        ("Sales-Accepted Lead", "accepted_meetings"),
        ("SAO", "qualified_opportunities"),
        ("SQLs", "qualified_opportunities"),
        ("meetings booked", "meetings_set"),
        ("Held meetings", "meetings_held"),
        ("closed-won revenue", "closed_won_arr"),
        ("net revenue retention", "nrr"),
        ("GDR", "grr"),
        ("LIR", "retention_indicator_reached"),
        ("LTV/CAC", "ltv_to_cac"),
        ("LTV:CAC", "ltv_to_cac"),
        ("MBOs", "objectives_met"),
    ],
)
def test_people_say_the_same_thing_in_many_words(words, name):
    assert named(words) == name


@pytest.mark.parametrize("words", ["hugs", "", "revenue", "meetings set by the intern"])
def test_words_that_name_nothing_or_could_mean_several_things_are_not_guessed(words):
    assert named(words) is None


def test_a_word_the_catalogue_does_not_know_is_refused():
    with pytest.raises(ValidationError, match="rate"):
        Measured.model_validate({**measured()["nrr"].model_dump(), "rate": 0.1})
