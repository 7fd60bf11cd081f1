"""The JSON Schema of an audit as JSON, for whoever reads it with a program."""

from __future__ import annotations

import json
from typing import Any

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue

from remit.audit import Audit, Became
from remit.report.machine import FORMAT
from remit.terms import Answer, Severity

PERIOD = {
    "type": "object",
    "description": "A run of days, both inclusive.",
    "properties": {
        "first_day": {"type": "string", "format": "date"},
        "last_day": {"type": "string", "format": "date"},
        "days": {"type": "integer"},
    },
    "required": ["first_day", "last_day", "days"],
}
_COUNTS_OF_FEW = ("in_two_roles", "of_them_judged", "unlogged")
"""Counts that are null where they would point at people."""


def audit_schema() -> str:
    """JSON Schema (draft 2020-12) of what `remit audit --json` writes.

    Every key of the document and what it means, from the nouns themselves. Keys are added within
    a format and never taken away, so that a schema of an earlier version still accepts what a
    later one must have.
    """
    schema = TypeAdapter(Audit).json_schema(mode="serialization", schema_generator=_InWords)
    definitions = schema["$defs"]
    definitions["Period"] = PERIOD
    definitions["Severity"] = {"enum": [str(severity) for severity in Severity]}
    for each in (schema, definitions["RoleTime"]):
        for name in _COUNTS_OF_FEW:
            if name in each["properties"]:
                each["properties"][name] = {"type": ["integer", "null"]}
    estimate = {"anyOf": [{"$ref": "#/$defs/Estimate"}, {"type": "null"}]}
    schema["properties"] = {
        "remit": {"type": ["string", "null"], "description": "Version that wrote it."},
        "format": {"const": FORMAT},
        "summary": {
            "type": "object",
            "properties": {
                "worst": {"anyOf": [{"$ref": "#/$defs/Severity"}, {"type": "null"}]},
                "severities": _counts(str(severity) for severity in Severity),
                "answers": _counts(answer.value for answer in Answer),
            },
            "required": ["worst", "severities", "answers"],
        },
        **schema["properties"],
        "two_estimates": {"type": "array", "items": {"type": "object"}},
        "matter": {"type": "array", "items": {"type": "string"}},
        "since": {"type": ["string", "null"], "format": "date"},
        "changes": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "check": {"type": "string"},
                    "about": {"type": "string"},
                    "became": {"enum": [became.value for became in Became]},
                    "before": estimate,
                    "after": estimate,
                    "limit_moved": {"type": "boolean"},
                },
                "required": ["check", "about", "became", "before", "after", "limit_moved"],
            },
        },
    }
    schema["required"] = list(schema["properties"])
    return json.dumps(
        {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "title": f"remit {FORMAT}",
            **schema,
        },
        indent=2,
        ensure_ascii=False,
    )


def _counts(names: Any) -> dict[str, Any]:
    known = list(names)
    return {
        "type": "object",
        "properties": {name: {"type": "integer"} for name in known},
        "required": known,
    }


class _InWords(GenerateJsonSchema):
    """Numbers may be null, because one that is not known is; all keys are there."""

    def float_schema(self, schema: Any) -> JsonSchemaValue:
        return {"type": ["number", "null"]}

    def field_is_required(self, field: Any, total: bool) -> bool:
        return True

    def default_schema(self, schema: Any) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])
