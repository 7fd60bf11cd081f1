"""What a value can be wrong about, kind by kind, in words a person would use."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from remit.charter import Charter
from remit.charter.positions import read_yaml

START = "company: Acme\nroles: {ae: {is: AE}}\n"
PLAN = "plans: {p: {ote: 1, pay_mix: 50/50, components: {c: {pays_on: new_arr, %s}}}}\n"

KINDS = {
    "missing": ("exempt: [{check: gaps}]", "exempt.0.because: is missing."),
    "extra_forbidden": ("currancy: EUR", "currancy: the charter has no such word here."),
    "literal_error": ("stage: sead", "stage: 'sead' is not possible here."),
    "enum": ("outside: [suport]", "outside.0: 'suport' is not a function."),
    "component_kind": (PLAN % "kind: comission", "components.c: 'comission' is not possible here."),
    "value_error": (PLAN % "weight: 250%, rate: 1%", "weight: must be at most 100%"),
    "string_type": ("company: 5", "company: must be text."),
    "string_too_short": ("about: ' '", "about: must not be empty."),
    "string_pattern_mismatch": ("currency: euro", "currency: is not written as it must be"),
    "float_type": ("week_hours: many", "week_hours: must be a number, such as 0.25."),
    "float_parsing": (
        "people: [{person: a, role: ae, share: half}]",
        "people.0.share: must be a number, such as 0.25.",
    ),
    "finite_number": ("week_hours: 1e999", "week_hours: must be a number, such as 0.25."),
    "int_type": (
        "teams: {a: {members: {ae: some}}}",
        "teams.a.members.ae: must be a whole number, such as 3.",
    ),
    "int_type ": (
        "teams: {a: {members: {ae: 2.5}}}",
        "teams.a.members.ae: must be a whole number, such as 3.",
    ),
    "bool_type": ("segments: {a: {technical_sale: yes}}", "technical_sale: must be true or false."),
    "greater_than": (
        "people: [{person: a, role: ae, share: 0}]",
        "people.0.share: must be more than 0.",
    ),
    "greater_than_equal": ("privacy: {minimum_group: 2}", "minimum_group: must be at least 3."),
    "less_than_equal": ("week_hours: 81", "week_hours: must be at most 80."),
    "too_short": ("calendars: {a: {days: []}}", "calendars.a.days: must not be empty."),
    "too_long": (
        "benchmarks: {span_aes: {healthy: [1, 2, 3], because: so}}",
        "benchmarks.span_aes.healthy: has 3 entries, and may have 2.",
    ),
    "tuple_type": ("handoffs: {from: ae}", "handoffs: must be a list."),
    "dict_type": ("segments:", "segments: must be a block of `word: value` lines."),
    "model_type": (
        "teams: {a: line}",
        "teams.a: must be a block of `word: value` lines.",
    ),
}
"""Kind of error, as the library that types the nouns calls it, to a statement and its problem."""


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_of_wrong_value_is_told_in_words(refused, kind):
    stated, told = KINDS[kind]
    (problem,) = refused(_stated(stated), short=False)

    assert told in problem
    assert not any(word in problem for word in ("Input should", "valid ", "pydantic", "[type"))


def _stated(more: str) -> str:
    kept = [line for line in START.splitlines() if line.split(":")[0] != more.split(":")[0]]
    return "\n".join([*kept, more]) + "\n"


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_of_wrong_value_is_the_kind_it_stands_for(tmp_path: Path, kind):
    (tmp_path / "charter.yaml").write_text(_stated(KINDS[kind][0]))

    with pytest.raises(ValidationError) as error:
        Charter.model_validate(read_yaml(tmp_path / "charter.yaml").value)

    assert kind.strip() in {one["type"] for one in error.value.errors()}


_OF_SCHEMA: Mapping[str, tuple[str, ...]] = {
    "str": ("string_type", "string_too_short", "string_pattern_mismatch"),
    "float": ("float_type", "float_parsing", "finite_number", "greater_than", "less_than_equal"),
    "int": ("int_type", "greater_than_equal", "less_than_equal"),
    "bool": ("bool_type",),
    "enum": ("enum",),
    "literal": ("literal_error",),
    "tuple": ("tuple_type", "too_short", "too_long"),
    "dict": ("dict_type", "too_short"),
    "model": ("model_type",),
    "model-fields": ("missing", "extra_forbidden"),
    "tagged-union": ("component_kind",),
    "function-before": ("value_error",),
    "function-after": ("value_error",),
    "function-plain": ("value_error",),
}
"""Kinds of types in the nouns to the errors they give; the others give none of their own."""
_SILENT = {
    "default", "nullable", "definitions", "definition-ref", "union", "model-field", "date", "decimal", "function-wrap",
    "any", "chain", "no-info", "is-instance", "none",
}  # fmt: skip


def _types(schema: Any) -> Iterator[str]:
    if isinstance(schema, dict):
        if isinstance(schema.get("type"), str):
            yield schema["type"]
        for name, below in schema.items():
            if name not in ("metadata", "serialization"):
                yield from _types(below)
    elif isinstance(schema, (list, tuple)):
        for one in schema:
            yield from _types(one)


def test_every_type_of_the_language_gives_only_errors_that_have_words():
    types = set(_types(Charter.__pydantic_core_schema__))

    assert types - _SILENT - set(_OF_SCHEMA) == set()
    assert {kind for one in types & set(_OF_SCHEMA) for kind in _OF_SCHEMA[one]} <= set(KINDS)
