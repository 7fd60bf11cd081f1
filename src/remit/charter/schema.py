"""The charter's language as JSON Schema, for editors that complete and check while one writes.

Made from the nouns: a word is described by the text under its field, or in `words.yaml`, and its
names by the catalogues. `remit schema` prints it; `# yaml-language-server: $schema=FILE` on a
charter's first line puts an editor to work with it.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
import typing
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema

from remit.benchmarks import benchmarks
from remit.charter.boundaries import ANSWERS
from remit.charter.catalogue import role_kinds, tool_kinds
from remit.charter.facts import FactKind, fact_kinds
from remit.charter.nouns import Charter
from remit.compensation.measures import measured
from remit.rules import rules
from remit.terms import Function
from remit.terms.shipped import shipped

DRAFT = "http://json-schema.org/draft-07/schema#"
PART = "Part"
"""Name of the definition for a file that a charter `uses:`; it need not say whose it is."""

Schema = dict[str, Any]


def charter_schema() -> Schema:
    """JSON Schema (draft-07) of a charter as people write it, shorthands included.

    It refuses what is wrong in shape: unknown words, wrong types, names that no catalogue has.
    Whether a role, a segment or a plan that is named exists, only reading the charter tells.
    A file that another charter `uses:` is described by `#/definitions/Part`.

    >>> schema = charter_schema()
    >>> schema["definitions"]["Role"]["properties"]["reports_to"]["description"]
    'The role its holders report to.'
    """
    made = Charter.model_json_schema(
        by_alias=True, ref_template="#/definitions/{model}", schema_generator=_Untitled
    )
    written = _as_draft_07(made)
    definitions: Schema = written.pop("definitions")
    for noun in nouns():
        definition = written if noun is Charter else definitions[noun.__name__]
        definition["description"] = in_words(noun)
        for word, about in meanings(noun).items():
            definition["properties"][word] = _described(definition["properties"][word], about)
    definitions[PART] = written
    _name(definitions)
    _ask_for_one(definitions)
    for word in ("required", "title"):
        written.pop(word)
    return {
        "$schema": DRAFT,
        "$id": "charter.schema.json",
        "title": "Charter",
        "description": in_words(Charter),
        "allOf": [_ref(PART)],
        "required": ["company"],
        "anyOf": [{"required": ["roles"]}, {"required": ["uses"]}],
        "definitions": dict(sorted(definitions.items())),
    }


@cache
def nouns() -> tuple[type[BaseModel], ...]:
    """Every noun that a charter is made of, in the order in which a reader meets them."""
    found: dict[type[BaseModel], None] = {}
    _walk(Charter, found)
    return tuple(found)


def meanings(noun: type[BaseModel]) -> Mapping[str, str]:
    """What each word of a noun means, by the word as it is written.

    The text under the field, where there is one; else that of `words.yaml`.

    >>> from remit.charter.organisation import Title
    >>> dict(meanings(Title))["role"]
    'The role that the title means.'

    Raises:
        KeyError: If nothing says what a word means.
    """
    notes = _notes(noun)
    stated = {**_words()["Any"], **_words().get(noun.__name__, {})}
    return MappingProxyType(
        {
            word: notes[name] if name in notes else stated[word]
            for name, field in noun.model_fields.items()
            for word in [field.alias or name]
        }
    )


def in_words(noun: type[BaseModel]) -> str:
    """What a noun is: its docstring without examples."""
    kept = inspect.cleandoc(noun.__doc__ or "").partition(">>>")[0]
    return "\n\n".join(" ".join(part.split()) for part in kept.split("\n\n") if part.strip())


@cache
def _words() -> Mapping[str, Mapping[str, str]]:
    return MappingProxyType(shipped(__package__, "words.yaml"))


def _walk(annotation: Any, found: dict[type[BaseModel], None]) -> None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        if annotation in found:
            return
        found[annotation] = None
        for field in annotation.model_fields.values():
            _walk(field.annotation, found)
    for inner in typing.get_args(annotation):
        _walk(inner, found)


def _notes(noun: type[BaseModel]) -> Mapping[str, str]:
    """The text under each field, of the noun and of those it is built on."""
    notes: dict[str, str] = {}
    for part in reversed(noun.__mro__):
        if part.__module__.startswith("remit."):
            notes |= _notes_in(part)
    return notes


def _notes_in(noun: type) -> dict[str, str]:
    body = ast.parse(textwrap.dedent(inspect.getsource(noun))).body[0]
    assert isinstance(body, ast.ClassDef)
    return {
        one.target.id: " ".join(str(below.value.value).split())
        for one, below in zip(body.body, body.body[1:], strict=False)
        if isinstance(one, ast.AnnAssign)
        and isinstance(one.target, ast.Name)
        and isinstance(below, ast.Expr)
        and isinstance(below.value, ast.Constant)
    }


# From what pydantic writes to draft-07 as editors like it


class _Untitled(GenerateJsonSchema):
    """No titles on words: `Pays On` above `pays_on` tells nobody anything."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False


def _as_draft_07(schema: Any) -> Any:
    """The same schema in the older draft, without what only says that nothing was said."""
    if isinstance(schema, list):
        return [_as_draft_07(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    written: Schema = {}
    for keyword, value in schema.items():
        if keyword == "$defs":
            written["definitions"] = {name: _as_draft_07(one) for name, one in value.items()}
        elif keyword == "properties":
            written[keyword] = {name: _as_draft_07(one) for name, one in value.items()}
        elif keyword == "prefixItems":
            written |= {"items": _as_draft_07(value), "additionalItems": False}
        elif keyword in ("default", "const", "enum"):
            written[keyword] = value
        else:
            written[keyword] = _as_draft_07(value)
    if isinstance(written.get("default", 0), (list, dict, type(None))):
        del written["default"]
    if "patternProperties" in written:
        written["additionalProperties"] = False
    return _flat(_keyed(written, schema))


def _keyed(written: Schema, schema: Schema) -> Schema:
    """Names out of a closed list as properties, which editors complete."""
    names = schema.get("propertyNames", {})
    known = names.get("enum")
    if names.get("$ref", "").endswith("/Function"):
        known = [function.value for function in Function]
    if known is None:
        return written
    value = written.pop("additionalProperties")
    del written["propertyNames"]
    return {**written, "properties": dict.fromkeys(known, value), "additionalProperties": False}


def _flat(written: Schema) -> Schema:
    """Alternatives within alternatives as one list; no word beside a reference."""
    if "anyOf" in written:
        flat: list[Schema] = []
        for one in written["anyOf"]:
            flat += one["anyOf"] if set(one) == {"anyOf"} else [one]
        written["anyOf"] = flat
    if "$ref" in written and len(written) > 1:
        return {"allOf": [{"$ref": written.pop("$ref")}], **written}
    return written


def _described(schema: Schema, about: str) -> Schema:
    if "$ref" in schema:
        return {"description": about, "allOf": [schema]}
    return {"description": about, **schema}


def _ref(name: str) -> Schema:
    return {"$ref": f"#/definitions/{name}"}


# Names that the catalogues know


def _name(definitions: Schema) -> None:
    """Say which names there are, wherever a word names something of a catalogue."""

    def word(noun: str, name: str) -> Schema:
        found: Schema = definitions[noun]["properties"][name]
        return found

    about = "; ".join(f"{name}: {kind.name}" for name, kind in role_kinds().items())
    _only(word("Role", "is"), [*role_kinds(), None], f"One of the catalogue's kinds. {about}.")
    _only(word("Tool", "is"), list(tool_kinds()), "What kind of tool it is.")
    definitions["MeasureName"] = _or_own(list(measured()), "A measure, or a name of the company's.")
    definitions["ToolName"] = _or_own(list(tool_kinds()), "A kind of tool, or the name of a tool.")
    for noun in nouns():
        for name in ("measure", "pays_on", *(("is",) if noun.__name__ == "Measure" else ())):
            if noun is not Charter and name in definitions[noun.__name__]["properties"]:
                _swap(word(noun.__name__, name), "MeasureName")
    _swap(word("Role", "kpis"), "MeasureName")
    _swap(word("Role", "tools"), "ToolName")
    override = {name: _described(_ref("Override"), one.about) for name, one in benchmarks().items()}
    _closed(word(PART, "benchmarks"), override)
    attested = {name: _described(_ref("Attested"), rule.says) for name, rule in rules().items()}
    _closed(word(PART, "attested"), attested)
    facts = {name: _fact(kind) for name, kind in fact_kinds().items()}
    _closed(word("Segment", "facts"), facts)
    people = word(PART, "people")
    spells = {key: people.pop(key) for key in ("type", "items")}
    people["anyOf"] = [spells, {"type": "string"}]
    _only(word("Decision", "run"), list(dict.fromkeys(sum(ANSWERS.values(), ()))), "")
    definitions["Decision"]["allOf"] = [
        {
            "if": {"properties": {"boundary": {"const": boundary}}, "required": ["boundary"]},
            "then": {"properties": {"run": {"enum": list(answers)}}},
        }
        for boundary, answers in ANSWERS.items()
    ]


def _only(schema: Schema, names: list[Any], about: str) -> None:
    description = about or schema["description"]
    schema.clear()
    schema.update({"description": description, "enum": names})


def _or_own(names: list[str], about: str) -> Schema:
    return {"description": about, "anyOf": [{"enum": names}, {"type": "string"}]}


def _swap(schema: Schema, definition: str) -> None:
    """A reference in place of every plain text, in alternatives and in lists."""
    for position, one in enumerate(schema.get("anyOf", ())):
        if one.get("type") == "string":
            schema["anyOf"][position] = _ref(definition)
        elif one.get("items", {}).get("type") == "string":
            one["items"] = _ref(definition)
    if schema.get("type") == "string":
        del schema["type"]
        schema["allOf"] = [_ref(definition)]


def _closed(schema: Schema, properties: Schema) -> None:
    schema["properties"], schema["additionalProperties"] = properties, False


PERCENT = r"^\s*[0-9]+(\.[0-9]*)?\s*%\s*$"


def _fact(kind: FactKind) -> Schema:
    value: Schema = {"type": "number", "minimum": 0}
    if isinstance(kind.of, tuple):
        value = {"enum": list(kind.of)}
    else:
        if kind.of == "share":
            value["maximum"] = 1
        value = {"anyOf": [value, {"type": "string", "pattern": PERCENT}]}
    within = {"anyOf": [value, {"type": "null"}]}
    stated = {"properties": dict.fromkeys(("value", "from", "to"), within)}
    return {"description": kind.about, "anyOf": [value, {"allOf": [_ref("Fact"), stated]}]}


# What nouns ask for beyond single words

_AT_LEAST_ONE = {
    "Role": ("is", "owns"),
    "Fact": ("value", "from", "to"),
    "ActivityRule": ("is", "automated"),
    "Override": ("amber", "red", "value", "healthy"),
    "ProofOfConcept": ("stage", "field"),
}
_EXACTLY_ONE = {
    "Quota": ("target", "by_segment"),
    "Tier": ("rate", "each"),
    "Gate": ("component", "measure"),
    "Cap": ("times_target", "amount"),
    "Windfall": ("over_quota", "over_amount"),
    "Target": ("amount", "level"),
}


def _ask_for_one(definitions: Schema) -> None:
    """Which of several words a noun needs, as its own check says it."""
    definitions["Handoff"]["required"].remove("name")
    for noun, words in _AT_LEAST_ONE.items():
        definitions[noun]["anyOf"] = [{"required": [word]} for word in words]
    for noun, words in _EXACTLY_ONE.items():
        definitions[noun]["oneOf"] = [
            {"required": [word], "properties": {word: {"not": {"type": "null"}}}} for word in words
        ]
