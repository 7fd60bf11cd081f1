"""`remit schema`."""

from __future__ import annotations

import json

from remit.charter.schema import charter_schema


def run_schema() -> None:
    """Print the charter's language as JSON Schema."""
    print(json.dumps(charter_schema(), indent=2, ensure_ascii=False))
