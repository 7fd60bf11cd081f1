"""Expressions as SQL that anybody can run where the evidence lies."""

from __future__ import annotations

from typing import Any

import ibis


def sql_of(expression: Any) -> str:
    """The SQL of an expression over the evidence's own tables, as the place they lie in runs it."""
    return str(ibis.to_sql(expression))
