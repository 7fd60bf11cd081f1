"""Rows that a format has read by itself, handed to the database as text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import duckdb
import pyarrow as pa


def hand_over(
    con: duckdb.DuckDBPyConnection,
    relation: str,
    rows: Sequence[Mapping[str, str | None]],
    names: Sequence[str],
) -> dict[str, str]:
    """Make a relation of rows, numbered from 1 in `_row`.

    Returns:
        Each name to its column in the database.
    """
    columns = {name: f"c{at}" for at, name in enumerate(names)}
    arrays = {
        within: pa.array([row.get(name) for row in rows], pa.string())
        for name, within in columns.items()
    }
    for kind, listed in (("VIEW", "view"), ("TABLE", "table")):
        # what an earlier source of the same load had under this name
        there = con.execute(
            f"SELECT 1 FROM duckdb_{listed}s() WHERE {listed}_name = ? AND temporary", [relation]
        ).fetchone()
        if there:
            con.execute(f"DROP {kind} {relation}")
    con.register("handed_over", pa.table(arrays or {"c0": pa.array([], pa.string())}))
    con.execute(
        f"""CREATE OR REPLACE TEMP TABLE {relation}_text AS SELECT * FROM handed_over;
        CREATE TEMP VIEW {relation} AS SELECT *, rowid + 1 AS _row FROM {relation}_text"""
    )
    con.unregister("handed_over")
    return columns
