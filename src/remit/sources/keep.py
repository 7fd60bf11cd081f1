"""Which rows of a file are kept, which are refused and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import duckdb

from remit.evidence.sql import quoted
from remit.evidence.tables import TABLES
from remit.evidence.write import NEVER_TAKEN, keep_newest, make_spells, sql_type
from remit.sources.cells import Cell, Rows
from remit.sources.delimited import Raw, Reject

DELETED = "is marked as deleted in the CRM"


@dataclass(frozen=True, slots=True)
class Count:
    """What became of a file's rows that were meant for one table."""

    rows: int
    kept: int
    outdated: int = 0
    """Of the kept ones those that are older than what an earlier load brought."""


def keep(
    con: duckdb.DuckDBPyConnection, rows: Rows, rejects: list[Reject], taken_at: datetime
) -> Count:
    """Put one file's rows into their table; what is refused goes to `rejects`.

    Afterwards the file's `kept` rows are those that were neither refused nor older than what
    the table held already.
    """
    contract, raw = TABLES[rows.table], rows.raw
    unknown = set(rows.cells) - set(contract.columns)
    assert not unknown, f"{rows.table} has no columns {unknown}"
    cells = {"stated_at": Cell("CAST(NULL AS TIMESTAMP)"), **rows.cells}
    checked = {name: cell for name, cell in cells.items() if cell.failed != "false"}
    values = ", ".join(
        f"CAST({cell.sql} AS {sql_type(contract.columns[name].type)}) AS {name}"
        for name, cell in cells.items()
    )
    failures = "".join(f", {cell.failed} AS _failed_{name}" for name, cell in checked.items())
    con.execute(
        f"""CREATE OR REPLACE TEMP TABLE mapped AS
        SELECT *, {_reason(rows)} AS _reason
        FROM (SELECT _row, ({rows.gone}) AS _gone, {values}{failures} FROM {raw.relation}
              WHERE {rows.where})"""
    )
    con.execute(
        # where no column tells when the export was taken, a mapping's own word for it stands
        "UPDATE mapped SET stated_at = $1 WHERE stated_at IS NULL OR (stated_at > $1 AND $1 > $2)",
        [taken_at, NEVER_TAKEN],
    )
    keys = [key for key in contract.key if key in rows.cells]
    if keys and not rows.staged:
        _refuse_twice(con, rows, keys)
    (meant, gone, good) = con.execute(
        """SELECT count(*), count(*) FILTER (_gone), count(*) FILTER (NOT _gone AND _reason IS NULL)
        FROM mapped"""
    ).fetchone() or (0, 0, 0)
    if good < meant:
        said = con.execute(
            f"""SELECT _row, CASE WHEN _gone THEN {quoted(DELETED)} ELSE _reason END
            FROM mapped WHERE _gone OR _reason IS NOT NULL ORDER BY _row"""
        ).fetchall()
        rejects += [Reject(raw.label, raw.line(row), reason) for row, reason in said]
    rejects += _not_understood(con, rows, checked)
    outdated = 0
    if rows.staged:
        con.execute(
            f"""ALTER TABLE mapped ADD COLUMN _outdated BOOLEAN DEFAULT false;
            INSERT INTO recorded.staged_{rows.table} BY NAME
            SELECT {", ".join(rows.cells)} FROM mapped WHERE NOT _gone AND _reason IS NULL"""
        )
        make_spells(con, rows.table, of="mapped")
    else:
        outdated = keep_newest(con, rows.table, list(cells), any_gone=gone > 0)
    if rows.why:
        con.execute("INSERT OR REPLACE INTO derivations VALUES (?, ?)", [rows.table, rows.why])
    _set_aside(con, raw, meant, good - outdated)
    return Count(meant, good, outdated)


def _reason(rows: Rows) -> str:
    """Why a row is refused, as SQL."""
    contract = TABLES[rows.table]
    reasons = [
        f"WHEN {name} IS NULL THEN "
        + (
            f"CASE WHEN _failed_{name} THEN {_is_no(cell, contract.columns[name].type)} "
            f"ELSE {quoted(f'{cell.column or name} is missing')} END"
            if cell.failed != "false"
            else quoted(f"{cell.column or name} is missing")
        )
        for name, cell in rows.cells.items()
        if contract.columns[name].required
    ]
    reasons += [f"WHEN {condition} THEN {quoted(why)}" for why, condition in rows.refuse.items()]
    return f"CASE {' '.join(reasons)} END" if reasons else "CAST(NULL AS VARCHAR)"


def _is_no(cell: Cell, type_: str) -> str:
    return quoted(f"{cell.column} is not a {cell.kind or _kind(type_)}")


def _refuse_twice(con: duckdb.DuckDBPyConnection, rows: Rows, keys: Sequence[str]) -> None:
    """Of several rows with one key the newest is kept; of equals the first."""
    listed = ", ".join(keys)
    good = "NOT _gone AND _reason IS NULL"
    (twice,) = con.execute(
        f"""SELECT count(*) > (SELECT count(*) FROM (SELECT DISTINCT {listed} FROM mapped WHERE {good}))
        FROM mapped WHERE {good}"""
    ).fetchone() or (False,)
    if not twice:
        return
    same = ", ".join(rows.cells[key].column or key for key in keys)
    con.execute(
        f"""UPDATE mapped SET _reason = ? FROM (
            SELECT _row FROM mapped WHERE {good}
            QUALIFY row_number() OVER (PARTITION BY {listed} ORDER BY stated_at DESC, _row) > 1) others
        WHERE mapped._row = others._row""",
        [f"is there twice: an earlier row has the same {same}"],
    )


def _not_understood(
    con: duckdb.DuckDBPyConnection, rows: Rows, checked: dict[str, Cell]
) -> list[Reject]:
    """Values of kept rows that were read as missing, each told once."""
    contract, raw = TABLES[rows.table], rows.raw
    optional = {
        name: cell
        for name, cell in checked.items()
        if raw.has(cell.column) and not contract.columns[name].required
    }
    if not optional:
        return []
    failed = con.execute(
        f"""SELECT {", ".join(f"bool_or(_failed_{name})" for name in optional)}
        FROM mapped WHERE NOT _gone AND _reason IS NULL"""
    ).fetchone() or (False,)
    told: dict[tuple[int, str], Reject] = {}
    for (name, cell), any_ in zip(optional.items(), failed, strict=False):
        if not any_:
            continue
        column = raw.column(cell.column)
        for row, value in con.execute(
            f"""SELECT m._row, left(r.{column}, 40) FROM mapped m JOIN {raw.relation} r USING (_row)
            WHERE NOT m._gone AND m._reason IS NULL AND m._failed_{name} ORDER BY 1"""
        ).fetchall():
            kind = cell.kind or _kind(contract.columns[name].type)
            said = f"{value!r} is not a {kind}; read as missing"
            told.setdefault(
                (row, cell.column),
                Reject(raw.label, raw.line(row), said, cell.column, whole_row=False),
            )
    return list(told.values())


def _set_aside(con: duckdb.DuckDBPyConnection, raw: Raw, meant: int, wanted: int) -> None:
    """Let `raw.kept` be the rows that are in the table because of this file."""
    if wanted == raw.rows:
        raw.kept = raw.relation
        return
    kept = f"{raw.relation}_kept"
    con.execute(
        f"""CREATE OR REPLACE TEMP TABLE {kept} AS
        SELECT _row FROM mapped WHERE NOT _gone AND _reason IS NULL AND NOT _outdated"""
    )
    # a query and no view, because columns that are worked out later belong to it too
    raw.kept = f"(SELECT * FROM {raw.relation} SEMI JOIN {kept} USING (_row))"


def for_no_table(con: duckdb.DuckDBPyConnection, raw: Raw, meant: Sequence[str]) -> list[Reject]:
    """Rows of a file that no table was meant to take."""
    if "(true)" in meant or "true" in meant:
        return []
    none = " AND ".join(f"coalesce(NOT {where}, true)" for where in meant)
    rows = con.execute(f"SELECT _row FROM {raw.relation} WHERE {none} ORDER BY 1").fetchall()
    return [Reject(raw.label, raw.line(row), "is of no kind that remit reads") for (row,) in rows]


def _kind(type_: str) -> str:
    return {
        "timestamp(6)": "date and time",
        "date": "date",
        "float64": "number",
        "boolean": "true or false",
        "int64": "whole number",
    }.get(type_, "number" if type_.startswith("decimal") else "text")
