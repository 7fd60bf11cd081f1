"""Creating an evidence file and merging rows into it. Only sources and derivations write."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb

from remit.evidence.tables import NAMES, TABLES, Table

_SQL_TYPES = {
    "string": "VARCHAR",
    "timestamp(6)": "TIMESTAMP",
    "float64": "DOUBLE",
    "int64": "BIGINT",
}


def sql_type(type_: str) -> str:
    """A column's type as the database spells it."""
    return _SQL_TYPES.get(type_, type_.upper())


def create(con: duckdb.DuckDBPyConnection, *, key: str) -> None:
    """Make the tables that are not there yet.

    Args:
        con: A connection to the file being written.
        key: Secret from which pseudonyms are made; kept apart with the names, and only used
            where the file has none yet.
    """
    con.execute("CREATE SCHEMA IF NOT EXISTS private; CREATE SCHEMA IF NOT EXISTS recorded")
    for name, table in TABLES.items():
        _create(con, name, table)
    _create(con, "private.names", NAMES)
    con.execute(
        """CREATE TABLE IF NOT EXISTS private.pseudonym_key (key VARCHAR);
        CREATE TABLE IF NOT EXISTS meta (key VARCHAR PRIMARY KEY, value VARCHAR);
        CREATE TABLE IF NOT EXISTS derivations (canonical_table VARCHAR PRIMARY KEY, how VARCHAR);
        CREATE TABLE IF NOT EXISTS loaded_files (file VARCHAR, canonical_table VARCHAR, rows_in BIGINT,
            kept BIGINT, rejected BIGINT, note VARCHAR, missing VARCHAR,
            PRIMARY KEY (file, canonical_table));
        CREATE TABLE IF NOT EXISTS rejects (file VARCHAR, line BIGINT, reason VARCHAR,
            column_name VARCHAR, whole_row BOOLEAN);
        -- what records tell of handoffs; the cases are gathered from these anew at every load
        CREATE TABLE IF NOT EXISTS recorded.steps (handoff VARCHAR, step VARCHAR, object VARCHAR,
            record_id VARCHAR, lead_id VARCHAR, contact_id VARCHAR, account_id VARCHAR,
            opportunity_id VARCHAR, happened_at TIMESTAMP, date_only BOOLEAN, recorded_by VARCHAR,
            given_to VARCHAR, reason VARCHAR);
        CREATE TABLE IF NOT EXISTS recorded.fields (handoff VARCHAR, field VARCHAR, object VARCHAR,
            record_id VARCHAR, filled BOOLEAN);"""
    )
    if not con.execute("SELECT count(*) FROM private.pseudonym_key").fetchone()[0]:  # type: ignore[index]
        con.execute("INSERT INTO private.pseudonym_key VALUES (?)", [key])


def pseudonyms(con: duckdb.DuckDBPyConnection) -> None:
    """Give queries `person(id)`: the pseudonym of whoever has that id in the CRM."""
    (key,) = con.execute("SELECT key FROM private.pseudonym_key").fetchone() or ("",)
    con.execute(
        f"""CREATE OR REPLACE TEMP MACRO person(id) AS
        CASE WHEN id IS NOT NULL THEN 'p' || left(sha256('{key}' || id), 12) END"""
    )


def merge(con: duckdb.DuckDBPyConnection, table: str, query: str) -> None:
    """Put rows into a table; a row whose key is there already is replaced.

    Of several rows with one key the query should have chosen; where it has not, the least is
    taken, so that the same export always gives the same table.
    """
    contract = NAMES if table == "private.names" else TABLES[table]
    keys = ", ".join(contract.key)
    same = " AND ".join(f"{table}.{key} = merging.{key}" for key in contract.key)
    con.execute(f"CREATE OR REPLACE TEMP TABLE merging AS {query}")
    rows, different, there = con.execute(
        f"""SELECT count(*), count(DISTINCT ({keys})), EXISTS (SELECT 1 FROM {table})
        FROM merging"""
    ).fetchone() or (0, 0, False)
    least = f"QUALIFY row_number() OVER (PARTITION BY {keys} ORDER BY merging) = 1"
    if there:
        con.execute(f"DELETE FROM {table} USING merging WHERE {same}")
    con.execute(
        f"INSERT INTO {table} BY NAME SELECT * FROM merging {least if different < rows else ''}"
    )


def replace_rows(file: Path, tables: Mapping[str, Sequence[Mapping[str, Any]]]) -> None:
    """Replace small tables as a whole, in one transaction."""
    with duckdb.connect(str(file)) as con:
        con.execute("BEGIN")
        for table, rows in tables.items():
            con.execute(f"DELETE FROM {table}")
            if rows:
                names = list(rows[0])
                marks = ", ".join("?" for _ in names)
                con.executemany(
                    f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks})",
                    [[row[name] for name in names] for row in rows],
                )
        con.execute("COMMIT")


def _create(con: duckdb.DuckDBPyConnection, name: str, table: Table) -> None:
    columns = ", ".join(f"{column} {sql_type(noun.type)}" for column, noun in table.columns.items())
    con.execute(f"CREATE TABLE IF NOT EXISTS {name} ({columns})")
