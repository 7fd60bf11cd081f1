"""Expressions as SQL that anybody can run against a loaded file."""

from __future__ import annotations

from typing import Any

import ibis
import ibis.expr.operations as ops


def sql_of(expression: Any) -> str:
    """The SQL of an expression, with small tables that came from the charter written out in it.

    What is printed beside a finding must run by itself, in any DuckDB that opens the file.
    """
    sql = str(ibis.to_sql(expression, dialect="duckdb"))
    written = []
    for number, table in enumerate(expression.op().find(ops.InMemoryTable), start=1):
        # the name Ibis makes up differs from run to run
        name = f"from_charter_{number}"
        sql = sql.replace(f'"{table.name}"', f'"{name}"')
        data = table.data.to_pyarrow(table.schema).to_pylist()
        rows = ",\n    ".join(
            "(" + ", ".join(_literal(value) for value in row.values()) + ")" for row in data
        )
        columns = ", ".join(f'"{column}"' for column in table.schema.names)
        written.append(f'"{name}" ({columns}) AS (VALUES\n    {rows})')
    if not written:
        return sql
    head = "WITH " + ",\n".join(written)
    return f"{head},\n{sql.removeprefix('WITH ')}" if sql.startswith("WITH ") else f"{head}\n{sql}"


def _literal(value: object) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, (int, float)):
        return str(value)
    return "'" + str(value).replace("'", "''") + "'"
