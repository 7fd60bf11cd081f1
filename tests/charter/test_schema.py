"""The charter's language as JSON Schema, held against an independent validator and the reader."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator
from pydantic import BaseModel, ValidationError

from remit.charter import Charter, CharterError, read_charter
from remit.charter.positions import read_yaml
from remit.charter.schema import _notes as notes
from remit.charter.schema import _words as words
from remit.charter.schema import charter_schema, meanings, nouns
from remit.cli.schema import run_schema
from remit.example import NORTHSTAR
from remit.example.charter import charter_text
from tests.charter.every_word import WHOLE, pieces, variations

ROOT = Path(__file__).parents[2]
CHARTERS = [
    *sorted((ROOT / "examples").rglob("*.yaml")),
    *sorted((ROOT / "tests" / "trial").rglob("charter.yaml")),
    WHOLE,
]
START = "company: Acme\nroles: {sdr: {is: SDR}, ae: {is: AE}}\n"


@functools.cache
def validator() -> Draft7Validator:
    return Draft7Validator(charter_schema(), format_checker=Draft7Validator.FORMAT_CHECKER)


@functools.cache
def validator_of_parts() -> Draft7Validator:
    """For files that a charter uses."""
    schema = charter_schema()
    return Draft7Validator({"$ref": "#/definitions/Part", "definitions": schema["definitions"]})


def refusals(file: Path) -> list[str]:
    stated = read_yaml(file).value
    whole = "company" in stated
    return [
        f"{list(error.path)}: {error.message}"
        for error in (validator() if whole else validator_of_parts()).iter_errors(stated)
    ]


def named(file: Path) -> str:
    return str(file.relative_to(ROOT))


def subschemas(schema: Any) -> Iterator[dict[str, Any]]:
    if isinstance(schema, dict):
        yield schema
        for value in schema.values():
            yield from subschemas(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from subschemas(value)


# The schema itself


def test_it_is_a_schema_of_draft_07_with_no_keyword_of_a_later_one():
    schema = charter_schema()

    Draft7Validator.check_schema(schema)
    later = {"$defs", "prefixItems", "dependentRequired", "unevaluatedProperties", "minContains"}
    assert not [part for part in subschemas(schema) if later & part.keys()]


def test_nothing_stands_beside_a_reference_where_the_draft_would_overlook_it():
    assert not [part for part in subschemas(charter_schema()) if "$ref" in part and len(part) > 1]


def test_every_reference_leads_to_a_definition():
    schema = charter_schema()
    named = {part["$ref"] for part in subschemas(schema) if isinstance(part.get("$ref"), str)}

    assert named <= {f"#/definitions/{name}" for name in schema["definitions"]}


def test_every_word_of_every_noun_is_described():
    definitions = charter_schema()["definitions"]

    for noun in nouns():
        stated = definitions["Part" if noun is Charter else noun.__name__]["properties"]
        assert set(stated) == {f.alias or name for name, f in noun.model_fields.items()}
        assert all(one["description"].endswith((".", "...")) for one in stated.values())


@pytest.mark.slow
def test_no_meaning_stands_in_two_places_or_for_a_word_there_is_not():
    by_name = {noun.__name__: noun for noun in nouns()}

    for name, stated in words().items():
        if name == "Any":
            continue
        noun = by_name[name]
        without = {
            field.alias or word
            for word, field in noun.model_fields.items()
            if word not in notes(noun)
        }
        assert set(stated) <= without, name
    said = {word for noun in nouns() for word in meanings(noun)}
    assert set(words()["Any"]) <= said


def test_the_command_prints_it(capsys):
    run_schema("charter")

    assert json.loads(capsys.readouterr().out) == charter_schema()


# Charters that are right


@pytest.mark.parametrize("file", CHARTERS, ids=named)
def test_a_charter_that_is_read_is_accepted(file):
    if "company" in read_yaml(file).value:
        read_charter(file)

    assert refusals(file) == []


def test_the_example_companys_charter_is_accepted(tmp_path):
    (tmp_path / "charter.yaml").write_text(charter_text(NORTHSTAR), "utf-8")

    assert refusals(tmp_path / "charter.yaml") == []


def test_the_charter_of_every_word_says_every_word():
    stated = read_yaml(WHOLE).value
    charter = Charter.model_validate(stated)

    said: dict[type[BaseModel], set[str]] = {}
    _collect(charter, said)
    missing = {
        noun.__name__: left
        for noun in nouns()
        if (left := set(noun.model_fields) - said.get(noun, set()))
    }
    assert missing == {}


def _collect(value: Any, said: dict[type[BaseModel], set[str]]) -> None:
    if isinstance(value, BaseModel):
        said.setdefault(type(value), set()).update(value.model_fields_set)
        for name in type(value).model_fields:
            _collect(getattr(value, name), said)
    elif isinstance(value, dict):
        for one in value.values():
            _collect(one, said)
    elif isinstance(value, (list, tuple)):
        for one in value:
            _collect(one, said)


SHORT_AND_LONG = [
    "titles: {'A*': ae}",
    "titles: {'A*': {role: ae}}",
    "people: people.csv",
    "people: [{person: ada, role: ae}]",
    "uses: roles.yaml",
    "uses: [roles.yaml, pay.yaml]",
    "outside: support",
    "outside: [support, onboarding]",
    "outside: {support: {}}",
    "outside: {support: {motion: inbound, account_age: [first_term]}}",
    "roles: {ae: {is: AE, job_description: ae.txt, headcount: 3}}",
    "roles: {ae: {is: AE, headcount: {all: 3}}}",
    "roles: {ae: {is: AE, kpis: win_rate, tools: crm}}",
    "roles: {ae: {is: AE, kpis: [number of meetings booked]}}",
    "roles: {own: {owns: closing}}",
    "segments: {mid: {facts: {grr: 0.9, playbook: true, competition: low, sellers: 4}}}",
    "segments: {mid: {facts: {grr: {from: 0.8, to: 0.9, source: finance}}}}",
    "segments: {mid: {where: {country: NO, employees: {below: 20}}}}",
    "handoffs: [{from: sdr, to: ae, at: discovery}]",
    "attested: {000-27: {answer: 'yes, in March', by: CRO, on: 2026-03-01}}",
    "benchmarks: {minimum_weeks: {value: 6, because: short}}",
    "not_people: 'Bot*'",
    "plans: {a: {ote: 1, pay_mix: 50/50, components: {n: {pays_on: new_arr, rate: .5%}}}}",
    "plans: {a: {ote: 1, pay_mix: 50/50, components: {n: {pays_on: new_arr, quota: 9}}}}",
    "plans: {a: {ote: 1, pay_mix: 50/50, cap: 200%, release: []}}",
    "plans: {a: {ote: 1}}",
    "plans: {a: {pay_mix: 60/40, components: {n: {pays_on: new_arr, rate: 9%}}}}",
    "decisions: [{boundary: renewal_owner, run: CSM, because: they know them}]",
]


@pytest.mark.parametrize("stated", SHORT_AND_LONG)
def test_short_and_long_ways_of_saying_a_thing_are_accepted(stated, tmp_path):
    start = "company: Acme\n" if stated.startswith("roles") else START
    (tmp_path / "charter.yaml").write_text(start + stated, "utf-8")

    assert refusals(tmp_path / "charter.yaml") == []


def test_a_part_that_another_charter_uses_need_not_say_whose_it_is():
    assert validator_of_parts().is_valid({"titles": {"A*": "ae"}})
    assert not validator_of_parts().is_valid({"titels": {"A*": "ae"}})
    assert not validator().is_valid({"titles": {"A*": "ae"}})


# Charters that are wrong

MISTAKES = [
    "rols: {}",
    "currency: dollars",
    "week_hours: forty",
    "fiscal_year_starts: Januar",
    "stage: series_c",
    "outside: [suport]",
    "outside: {suport: {}}",
    "outside: {support: {segmnts: [mid]}}",
    "outside: {support: {motion: partner}}",
    "roles: {ae: {is: AEE}}",
    "roles: {ae: {}}",
    "roles: {ae: {is: AE, onws: [closing]}}",
    "roles: {ae: {is: AE, owns: closing deals}}",
    "roles: {ae: {is: AE, works: outside}}",
    "roles: {ae: {is: AE, ramp: soon}}",
    "roles: {ae: {is: AE, headcount: -1}}",
    "roles: [ae]",
    "roles: {}",
    "titles: {'A*': {rol: ae}}",
    "titles: [ae]",
    "people: [{person: ada}]",
    "people: [{person: ada, role: ae, from: next week}]",
    "people: [{person: ada, role: ae, share: 2}]",
    "teams: {north: {is: squad}}",
    "calendars: {c: {days: [Mon]}}",
    "calendars: {c: {opens: 9am}}",
    "deals: {stages: {Demo: demo}}",
    "deals: {kind: {field: Type}}",
    "inbound: {LeadSource: [Web]}",
    "activities: {minutes: {fax: {typical: 1, from: 1, to: 1}}}",
    "activities: {rules: [{name: x, where: {Type: y}}]}",
    "segments: {mid: {technical_sale: 'yes'}}",
    "segments: {mid: {acv: 42k}}",
    "segments: {mid: {size: medium}}",
    "segments: {mid: {where: {employees: {atleast: 3}}}}",
    "segments: {mid: {facts: {gross_retention: 0.9}}}",
    "segments: {mid: {facts: {grr: 90}}}",
    "segments: {mid: {facts: {playbook: 'yes'}}}",
    "segments: {mid: {facts: {competition: medium}}}",
    "segments: {mid: {facts: {grr: {source: finance}}}}",
    "handoffs: [{from: sdr, to: ae}]",
    "handoffs: [{from: sdr, to: ae, at: meeting}]",
    "handoffs: [{from: sdr, to: ae, at: discovery, decide_within: soon}]",
    "handoffs: [{from: sdr, to: ae, at: discovery, offered: {objekt: Event}}]",
    "plans: {a: {ote: 120k, pay_mix: 50/50}}",
    "plans: {a: {ote: 1, pay_mix: 50-50}}",
    "plans: {a: {ote: 1, pay_mix: 50/50, components: {n: {kind: comission, pays_on: x}}}}",
    "plans: {a: {ote: 1, pay_mix: 50/50, components: {n: {pays_on: x, rate: 3%, quoda: 1}}}}",
    "plans: {a: {ote: 1, pay_mix: 50/50, components: {n: {pays_on: x, rate: lots}}}}",
    "plans: {a: {ote: 1, pay_mix: 50/50, components: {n: {pays_on: x, tiers: [{from: 1}]}}}}",
    "plans: {a: {ote: 1, pay_mix: 50/50, clawback: {kind: some, within: 3 months}}}",
    "tools: {Dialler: {is: dialler}}",
    "cadences: [{is: standup, by: ae, every: 1 day}]",
    "targets: [{measure: nrr, from: 2026-01-01, to: 2026-12-31}]",
    "targets: [{measure: nrr, level: 1, amount: 2, from: 2026-01-01, to: 2026-12-31}]",
    "attested: {999-99: {answer: true, by: CRO, on: 2026-03-01}}",
    "attested: {000-27: {answer: true}}",
    "decisions: [{boundary: ae_am, run: CSM, because: x}]",
    "decisions: [{boundary: ae_sdr, run: split, because: x}]",
    "exempt: [{check: ownership}]",
    "benchmarks: {min_weeks: {value: 6, because: short}}",
    "benchmarks: {minimum_weeks: {because: short}}",
    "benchmarks: {minimum_weeks: {value: 6}}",
    "benchmarks: {sdr_ae_conversion: {healthy: [0.4], because: x}}",
    "privacy: {minimum_group: 2}",
    "privacy: {individual_view: {basis: consent}}",
]


@pytest.mark.parametrize("stated", MISTAKES)
def test_what_the_reader_refuses_on_its_shape_the_schema_refuses(stated, tmp_path):
    start = "company: Acme\n" if stated.startswith("roles") else START
    (tmp_path / "charter.yaml").write_text(start + stated, "utf-8")

    with pytest.raises(CharterError):
        read_charter(tmp_path / "charter.yaml")
    assert refusals(tmp_path / "charter.yaml")


@pytest.mark.parametrize("stated", ["roles: {ae: {is: AE}}", "company: Acme", "- company: Acme"])
def test_a_charter_needs_a_company_and_roles(stated):
    assert not validator().is_valid(yaml.safe_load(stated))


# What the reader accepts, the schema accepts

PIECES = pieces()


@pytest.mark.parametrize("piece", PIECES.values(), ids=PIECES)
def test_whatever_stands_at_whatever_place_the_schema_accepts_what_the_nouns_accept(piece):
    stricter = [
        f"{path}: {odd!r}"
        for path, odd, stated in variations(piece)
        if not _by_name(path) and _accepted(stated) and not validator().is_valid(stated)
    ]

    assert stricter == []


def _accepted(stated: dict[str, Any]) -> bool:
    try:
        Charter.model_validate(stated)
    except ValidationError:
        return False
    return True


def _by_name(path: tuple[Any, ...]) -> bool:
    """Where the nouns take any text, and reading holds it against a catalogue.

    A share of a job is taken as text as well, since a people file has nothing else.
    """
    return (
        (path[0] in ("roles", "tools") and path[-1] == "is")
        or (path[0] == "segments" and "facts" in path)
        or path[0] in ("benchmarks", "attested")
        or (path[0] == "people" and path[-1] == "share")
    )
