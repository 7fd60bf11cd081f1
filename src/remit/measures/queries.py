"""Expressions as SQL that anybody can run against a loaded file."""

from __future__ import annotations

from typing import Any

import ibis


def sql_of(expression: Any) -> str:
    """The SQL of an expression over the file's own tables, as DuckDB runs it."""
    return str(ibis.to_sql(expression, dialect="duckdb"))
