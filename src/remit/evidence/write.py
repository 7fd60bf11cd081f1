"""Creating an evidence file and merging rows into it. Only sources and derivations write."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from remit.evidence.tables import NAMES, TABLES, VERSIONED, Table

_SQL_TYPES = {
    "string": "VARCHAR",
    "timestamp(6)": "TIMESTAMP",
    "float64": "DOUBLE",
    "int64": "BIGINT",
    "int32": "INTEGER",
}

NEVER_TAKEN = datetime(1970, 1, 1)  # noqa: DTZ001  instants are UTC without a zone
"""When an export was taken that no column tells of: before all others."""


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
    con.execute(
        """CREATE SCHEMA IF NOT EXISTS private; CREATE SCHEMA IF NOT EXISTS recorded;
        CREATE SCHEMA IF NOT EXISTS earlier"""
    )
    for name, table in TABLES.items():
        _create(con, name, table, "_content UBIGINT, _since TIMESTAMP")
    for name in VERSIONED:
        _create(con, f"earlier.{name}", TABLES[name], "_content UBIGINT, _since TIMESTAMP")
    for name in HISTORIES:
        _create(con, f"recorded.staged_{name}", TABLES[name])
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
        -- records that an export marked as deleted, so that an older export brings none back
        CREATE TABLE IF NOT EXISTS recorded.gone (canonical_table VARCHAR, record_id VARCHAR,
            stated_at TIMESTAMP);
        -- handoffs whose cases were gathered from steps, and not loaded as a table
        CREATE TABLE IF NOT EXISTS recorded.gathered (handoff VARCHAR);
        -- what a CRM's records say of who did something and when they closed it; of meetings, whom
        -- or what they name themselves. `of_handoff` is null where a source said who took part
        CREATE TABLE IF NOT EXISTS recorded.doers (activity_id VARCHAR, owner VARCHAR, creator VARCHAR,
            of_handoff BOOLEAN, closed_at TIMESTAMP, concerns VARCHAR[]);
        -- who or what else an activity is said to concern, each saying by itself and dated
        CREATE TABLE IF NOT EXISTS recorded.invitations (invitation_id VARCHAR, activity_id VARCHAR,
            person_id VARCHAR, record_id VARCHAR, holds BOOLEAN, stated_at TIMESTAMP);
        -- what leads told deals, which ends when they tell it no more
        CREATE TABLE IF NOT EXISTS recorded.leads_of_deals (opportunity_id VARCHAR, lead_id VARCHAR);
        CREATE TABLE IF NOT EXISTS recorded.fields (handoff VARCHAR, field VARCHAR, object VARCHAR,
            record_id VARCHAR, filled BOOLEAN);"""
    )
    if not con.execute("SELECT count(*) FROM private.pseudonym_key").fetchone()[0]:  # type: ignore[index]
        con.execute("INSERT INTO private.pseudonym_key VALUES (?)", [key])


def pseudonyms(con: duckdb.DuckDBPyConnection) -> None:
    """Give queries `person(id)`: the pseudonym of whoever has that id in the CRM."""
    (key,) = con.execute("SELECT key FROM private.pseudonym_key").fetchone() or ("",)
    con.execute(
        # a subquery is worked out once for each different id, not once a row
        f"""CREATE OR REPLACE TEMP MACRO person(id) AS
        (SELECT 'p' || left(sha256('{key}' || known), 11) FROM (SELECT id AS known WHERE id IS NOT NULL))"""
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
        f"""SELECT (SELECT count(*) FROM merging), (SELECT count(*) FROM (SELECT DISTINCT {keys} FROM merging)),
        EXISTS (SELECT 1 FROM {table})"""
    ).fetchone() or (0, 0, False)
    if not rows:
        return
    least = f"QUALIFY row_number() OVER (PARTITION BY {keys} ORDER BY merging) = 1"
    if there:
        con.execute(f"DELETE FROM {table} USING merging WHERE {same}")
    con.execute(
        f"INSERT INTO {table} BY NAME SELECT * FROM merging {least if different < rows else ''}"
    )


def keep_newest(
    con: duckdb.DuckDBPyConnection, table: str, columns: Sequence[str], *, any_gone: bool
) -> int:
    """Put the good rows of `mapped` into a table, where each is newer than what is there.

    Which of two rows with one key is the newer is told by `stated_at` and, of equals, by what
    they hold, so that exports give the same table in whichever order they are loaded. What the
    other one held is kept as an earlier version of a record that changes. A row that no record
    states, such as a person whom another table names, is older than any. Where neither row nor
    export tells when, as in a sheet that somebody keeps, the row that is loaded later counts.

    `mapped` has the columns, `_row`, `_gone` (the CRM has deleted it) and `_reason` (why it is
    refused); it gains `_outdated`.

    Returns:
        How many rows are older than what was there.
    """
    key = TABLES[table].key
    named = ", ".join(columns)
    good = "NOT _gone AND _reason IS NULL"
    if any_gone:
        con.execute(
            f"""INSERT INTO recorded.gone SELECT '{table}', {_named_by(key)}, stated_at FROM mapped
            WHERE _gone AND ({_named_by(key)}) IS NOT NULL EXCEPT FROM recorded.gone"""
        )
    content = f"hash({', '.join(c for c in columns if c != 'stated_at')})"
    con.execute("ALTER TABLE mapped ADD COLUMN _outdated BOOLEAN DEFAULT false")
    (there,) = con.execute(f"SELECT EXISTS (SELECT 1 FROM {table})").fetchone() or (False,)
    outdated = 0
    if there:
        same = " AND ".join(f"t.{k} = m.{k}" for k in key)
        con.execute(
            f"""CREATE OR REPLACE TEMP TABLE contest AS
            SELECT m._row, t.rowid AS place, t._content = m._content AS alike, t._since,
                t.stated_at IS NOT NULL AND greatest(t.stated_at, m.stated_at) > TIMESTAMP '{NEVER_TAKEN}'
                    AND coalesce((t.stated_at, t._content) > (m.stated_at, m._content), false) AS outdated
            FROM (SELECT *, {content} AS _content FROM mapped WHERE {good}) m JOIN {table} t ON {same};
            UPDATE mapped SET _outdated = true FROM contest c WHERE c._row = mapped._row AND c.outdated"""
        )
        (outdated,) = con.execute("SELECT count(*) FROM contest WHERE outdated").fetchone() or (0,)
        if table in VERSIONED:
            con.execute(
                f"""INSERT INTO earlier.{table} BY NAME
                SELECT t.* FROM {table} t JOIN contest c ON c.place = t.rowid
                WHERE NOT c.outdated AND NOT coalesce(c.alike, false) AND t.stated_at IS NOT NULL;
                INSERT INTO earlier.{table} BY NAME
                SELECT {", ".join(f"m.{c}" for c in columns)}, {content} AS _content, m.stated_at AS _since
                FROM mapped m JOIN contest c USING (_row) WHERE c.outdated AND NOT coalesce(c.alike, false);
                UPDATE {table} SET _since = least({table}._since, m.stated_at) FROM contest c JOIN mapped m USING (_row)
                WHERE c.place = {table}.rowid AND c.outdated AND c.alike"""
            )
            # an export that is loaded again tells no other version
            con.execute(
                f"""DELETE FROM earlier.{table} WHERE rowid NOT IN (
                    SELECT min(rowid) FROM earlier.{table} GROUP BY {", ".join(key)}, stated_at, _content)"""
            )
        con.execute(
            f"DELETE FROM {table} WHERE rowid IN (SELECT place FROM contest WHERE NOT outdated)"
        )
    since = "m.stated_at"
    joined = ""
    if there and table in VERSIONED:
        since = "coalesce(CASE WHEN c.alike THEN least(c._since, m.stated_at) END, m.stated_at)"
        joined = "LEFT JOIN contest c USING (_row)"
    con.execute(
        f"""INSERT INTO {table} BY NAME
        SELECT {named}, {content} AS _content, {since if table in VERSIONED else "NULL"} AS _since
        FROM mapped m {joined} WHERE {good} AND NOT _outdated"""
    )
    return int(outdated)


def _named_by(key: Sequence[str], of: str = "") -> str:
    """One text for a key, as SQL."""
    return " || ' ' || ".join(f"CAST({of}{k} AS VARCHAR)" for k in key)


def settle(con: duckdb.DuckDBPyConnection) -> None:
    """Take out what a CRM has deleted, and make histories of all entries. Run it after every source."""
    for (table,) in con.execute("SELECT DISTINCT canonical_table FROM recorded.gone").fetchall():
        key = TABLES[table].key
        con.execute(
            f"""CREATE OR REPLACE TEMP TABLE deleted AS
            SELECT DISTINCT {", ".join(f"t.{k}" for k in key)}
            FROM {table} t JOIN recorded.gone g ON g.canonical_table = '{table}'
                AND g.record_id = {_named_by(key, "t.")} AND g.stated_at >= t.stated_at;
            DELETE FROM {table} USING deleted
            WHERE {" AND ".join(f"{table}.{k} = deleted.{k}" for k in key)}"""
        )
        if table == "activities":
            for part in ("participants", "activity_links"):
                con.execute(
                    f"DELETE FROM {part} USING deleted WHERE {part}.activity_id = deleted.activity_id"
                )
    for name in HISTORIES:
        make_spells(con, name)


def make_spells(con: duckdb.DuckDBPyConnection, name: str, *, of: str = "") -> None:
    """Work out the spells of a history from every entry that any load brought.

    Args:
        con: A connection to the file being written.
        name: The table of spells, one of `HISTORIES`.
        of: A relation with the records that may have new entries; empty for all records.
    """
    entries = f"recorded.staged_{name}"
    if not con.execute(f"SELECT 1 FROM {entries} LIMIT 1").fetchone():
        return
    what, at, ends = HISTORIES[name]
    told = ", ".join(f"{c}" for c in TABLES[name].columns if c not in ("place", ends))
    con.execute(
        f"""CREATE OR REPLACE TEMP TABLE entries AS SELECT {told}, min(place) AS place FROM (
            SELECT * {"" if "place" in TABLES[name].columns else ", 0 AS place"} FROM {entries}
            SEMI JOIN (SELECT record_type, record_id FROM {of or entries}) USING (record_type, record_id))
        GROUP BY ALL;
        DELETE FROM {entries} WHERE (record_type, record_id) IN (SELECT DISTINCT record_type, record_id FROM entries);
        INSERT INTO {entries} BY NAME SELECT * {"" if "place" in TABLES[name].columns else "EXCLUDE (place)"} FROM entries;
        DELETE FROM {name} WHERE (record_type, record_id) IN (SELECT DISTINCT record_type, record_id FROM entries)"""
    )
    order = (
        f"PARTITION BY record_type, record_id ORDER BY {at}, entry_id NULLS FIRST, place, {what}"
    )
    if name == "ownership_changes":
        con.execute(_FIRST_OWNERS.format(order=order))
    place = "row_number() OVER later AS place, " if "place" in TABLES[name].columns else ""
    con.execute(
        f"""INSERT INTO {name} BY NAME
        SELECT * EXCLUDE (before, place), {place} lead({at}) OVER later AS {ends}
        FROM (SELECT *, lag({what}) OVER ({order}) AS before FROM entries WHERE {what} <> '')
        WHERE {what} IS DISTINCT FROM before
        WINDOW later AS ({order})"""
    )


_FIRST_OWNERS = """
    INSERT INTO entries BY NAME
    SELECT record_type, record_id, previous_owner_id AS owner_id, created_at AS from_at,
        created_at AS known_from, stated_at, 0 AS place
    FROM (SELECT *, row_number() OVER ({order}) AS nth FROM entries
        WHERE owner_id <> '' OR previous_owner_id IS NOT NULL)
    JOIN (SELECT 'account' AS record_type, account_id AS record_id, created_at FROM accounts
        UNION ALL SELECT 'lead', lead_id, created_at FROM leads
        UNION ALL SELECT 'opportunity', opportunity_id, created_at FROM opportunities)
        USING (record_type, record_id)
    WHERE nth = 1 AND previous_owner_id IS NOT NULL AND created_at < from_at"""
"""Whoever had a record before its first known change had it since the CRM first had the record."""

HISTORIES = {
    "stage_changes": ("stage", "entered_at", "left_at"),
    "ownership_changes": ("owner_id", "from_at", "to_at"),
}
"""Tables of spells, made of single entries: what changes, when, and when it changes again."""


def replace_rows(file: Path, tables: Mapping[str, Sequence[Mapping[str, Any]]]) -> None:
    """Replace small tables as a whole, in one transaction."""
    with duckdb.connect(str(file)) as con:
        con.execute("BEGIN")
        for table, rows in tables.items():
            con.execute(f"DELETE FROM {table}")
            if rows:
                names = list(rows[0])
                lists = ", ".join("unnest(?)" for _ in names)
                con.execute(
                    f"INSERT INTO {table} ({', '.join(names)}) SELECT {lists}",
                    [[row[name] for row in rows] for name in names],
                )
        con.execute("COMMIT")


def _create(con: duckdb.DuckDBPyConnection, name: str, table: Table, more: str = "") -> None:
    columns = ", ".join(f"{column} {sql_type(noun.type)}" for column, noun in table.columns.items())
    con.execute(f"CREATE TABLE IF NOT EXISTS {name} ({columns}{f', {more}' if more else ''})")
