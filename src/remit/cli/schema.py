"""`remit schema`."""

from __future__ import annotations

import json


def run_schema(of: str) -> None:
    """Print the JSON Schema of the charter's language, or of an audit or a statement as JSON."""
    if of == "audit":
        from remit.report.audit_schema import audit_schema

        print(audit_schema())
        return
    if of == "statement":
        from remit.report.statement import statement_schema

        print(statement_schema())
        return
    from remit.charter.schema import charter_schema

    print(json.dumps(charter_schema(), indent=2, ensure_ascii=False))
