"""Rows that a format has read by itself, handed to the database as text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

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
    make_table(con, relation, columns.values())
    cells = {
        within: pa.array([row.get(name) for row in rows], pa.string())
        for name, within in columns.items()
    }
    add_rows(con, relation, cells, range(1, len(rows) + 1))
    return columns


def make_table(con: duckdb.DuckDBPyConnection, relation: str, columns: Iterable[str]) -> None:
    """Make a relation of text that has no rows yet, and `_row` for their numbers."""
    texts = "".join(f"{column} VARCHAR, " for column in columns)
    con.execute(f"CREATE OR REPLACE TEMP TABLE {relation} ({texts}_row BIGINT)")


def add_rows(
    con: duckdb.DuckDBPyConnection, relation: str, cells: Mapping[str, pa.Array], numbers: range
) -> None:
    """Add rows to a relation of text.

    Args:
        con: The database.
        relation: What `make_table` made.
        cells: Each column's cells; they become text. Columns that are not named stay empty.
        numbers: The rows' numbers, for `_row`.
    """
    con.register("handed_over", pa.table({**cells, "_row": pa.array(numbers, pa.int64())}))
    con.execute(f"INSERT INTO {relation} BY NAME SELECT * FROM handed_over")
    con.unregister("handed_over")


def in_columns(rows: Iterable[Sequence[str | None]]) -> dict[str, pa.Array]:
    """The cells of rows of one length, column by column: `c0`, `c1` and so on."""
    return {
        f"c{at}": pa.array(cells, pa.string()) for at, cells in enumerate(zip(*rows, strict=True))
    }
