"""Tables of a database, read where they are.

One read-only transaction sees all tables of a load as they were at one moment; rows come in
batches, so that a table may be larger than memory. PostgreSQL and DuckDB are tested; any other
database that Ibis connects to is read by the same code, without a promise.
"""

from __future__ import annotations

import re
import weakref
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from importlib.metadata import entry_points
from itertools import groupby
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlencode, urlsplit

import duckdb

from remit.evidence.elsewhere import (
    connect_postgres,
    password_of,
    without_password,
    without_secrets,
)
from remit.sources.connectors import unused_name
from remit.sources.delimited import ExportError, Raw, refused
from remit.sources.found import Found
from remit.sources.handed import add_rows, make_table
from remit.terms import nearest

CELLS_AT_A_TIME = 500_000
"""Cells of a batch: what bounds the memory that reading takes, however wide a table is."""
_AS_TEXT = ("postgres", "duckdb")
"""Databases that write every type as text the way the files of an export do."""


@dataclass(eq=False)
class _Database:
    """An open database; it is closed when the last table that was found in it is let go."""

    backend: Any
    kind: str
    schema: str
    shown: str
    """Its address without a password."""


def tables_at(address: str) -> list[Found]:
    """Every table and view of a database's schema, A to Z, none of them read yet.

    Nothing is ever written there. The address may end in `?schema=NAME`; without it, the schema
    is the one that the database takes by itself.

    Args:
        address: `postgresql://user@host/database?schema=NAME`,
            `duckdb:///path/file.duckdb?schema=NAME`, or the address of any other database that
            Ibis connects to.

    Raises:
        ExportError: If the database cannot be reached or entered, its driver is not installed, or
            the schema is not there, may not be looked into, or is empty. No message has a password
            in it.
    """
    shown = without_secrets(address)
    if "/" in password_of(address):
        raise refused(shown, _NO_ADDRESS, _ESCAPES)
    with _said_plainly(shown, "", address):
        parts = urlsplit(address)
    options = dict(parse_qsl(parts.query))
    schema = options.pop("schema", "")
    kind = parts.scheme.casefold().replace("postgresql", "postgres")
    known = {entry.name for entry in entry_points(group="ibis.backends")}
    if kind not in known:
        what = "Kinds of database"
        raise refused(
            shown, f"no kind of database is called {kind}.", nearest(kind, sorted(known), what=what)
        )
    opening = {"postgres": _open_postgres, "duckdb": _open_duckdb}.get(kind, _open_other)
    with _said_plainly(shown, kind, address):
        backend = opening(parts, options)
        database = _Database(backend, kind, schema, shown)
        weakref.finalize(database, backend.disconnect)
        _enter_schema(database)
        columns = (_columns_of_postgres if kind == "postgres" else _columns)(database)
    if not columns:
        raise refused(
            shown,
            f"the schema {database.schema} has no tables that you may see.",
            f"Name another with ?schema=NAME. Schemas: {', '.join(_schemas(database))}.",
        )
    return [
        Found(name, name, there, partial(_read, database, name))
        for name, there in sorted(columns.items())
    ]


# Opening


def _open_postgres(parts: SplitResult, options: Mapping[str, str]) -> Any:
    """A session that can only read, and sees the database as it is at its first question."""
    import ibis

    con = connect_postgres(parts._replace(query=urlencode(options)))
    con.read_only = True
    con.execute("SELECT 1")  # begins the one transaction that everything is read in
    return ibis.postgres.from_connection(con)


def _open_duckdb(parts: SplitResult, options: Mapping[str, str]) -> Any:
    import ibis

    del options
    file = Path(unquote(parts.netloc + parts.path))
    if not file.is_file():
        raise refused(str(file), "there is no such file.", "Correct the path.")
    return ibis.duckdb.from_connection(duckdb.connect(str(file), read_only=True))


def _open_other(parts: SplitResult, options: Mapping[str, str]) -> Any:
    import ibis

    # Ibis would put functions of its own into a Snowflake account
    quietly = {"create_object_udfs": False} if parts.scheme.casefold() == "snowflake" else {}
    return ibis.connect(parts._replace(query=urlencode(options)).geturl(), **quietly)


def _enter_schema(database: _Database) -> None:
    """Settle which schema is meant: the one that is named, whatever its capitals."""
    backend = database.backend
    if not database.schema:
        database.schema = backend.current_database
        return
    there = _schemas(database)
    if database.schema in there:
        return
    alike = [name for name in there if name.casefold() == database.schema.casefold()]
    if len(alike) != 1:
        raise refused(
            database.shown,
            f"the database has no schema called {database.schema}.",
            nearest(database.schema, there, what="Schemas"),
        )
    database.schema = alike[0]


def _schemas(database: _Database) -> list[str]:
    """Every schema, those too that may not be looked into, but not the database's own."""
    if database.kind == "postgres":
        rows = database.backend.con.execute("SELECT nspname FROM pg_catalog.pg_namespace")
        names = [name for (name,) in rows.fetchall()]
    else:
        names = database.backend.list_databases()
    return sorted(name for name in names if not re.match("pg_|information_schema$", name))


# What is there


def _columns(database: _Database) -> dict[str, tuple[str, ...]]:
    """Every table with its columns."""
    backend, schema = database.backend, database.schema
    return {
        name: tuple(backend.get_schema(name, database=schema).names)
        for name in backend.list_tables(database=schema)
    }


def _columns_of_postgres(database: _Database) -> dict[str, tuple[str, ...]]:
    """Every table with its columns, those too that may not be read, so that reports can say so."""
    con, schema = database.backend.con, database.schema
    (may_look,) = con.execute("SELECT has_schema_privilege(%s, 'USAGE')", [schema]).fetchone()
    if not may_look:
        raise refused(
            database.shown,
            f"you may not look into the schema {schema}.",
            f"Ask for it: GRANT USAGE ON SCHEMA {schema} TO {con.info.user}.",
        )
    rows = con.execute(
        """SELECT c.relname, a.attname FROM pg_catalog.pg_class c
        JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
        JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
        WHERE n.nspname = %s AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition
        ORDER BY c.relname, a.attnum""",
        [schema],
    ).fetchall()
    return {
        name: tuple(column for _, column in columns)
        for name, columns in groupby(rows, key=lambda row: row[0])
    }


# Reading


def _read(database: _Database, name: str, con: duckdb.DuckDBPyConnection, relation: str) -> Raw:
    """Read one table, every cell as text, batch by batch."""
    place = f"{database.schema}.{name}"
    with _said_plainly(f"{database.shown} {place}", database.kind, ""):
        table = database.backend.table(name, database=database.schema)
        texts = [
            column.cast("string")
            if database.kind in _AS_TEXT or column.type().is_decimal()
            else column
            for column in (table[each] for each in table.columns)
        ]
        cells = table.select(**{f"c{at}": text for at, text in enumerate(texts)})
        relation = unused_name(con, relation)
        rows = _hand_over(database, cells, con, relation)
    seen = Counter(column.casefold() for column in table.columns)
    columns = {c: f"c{at}" for at, c in enumerate(table.columns) if seen[c.casefold()] == 1}
    twice = tuple(c for c in table.columns if seen[c.casefold()] > 1)
    note = f"names {', '.join(twice)} twice but for capitals; none of them is read" if twice else ""
    return Raw(name, Path(place), relation, columns, rows, note=note, doubled=twice)


def _hand_over(
    database: _Database, cells: Any, con: duckdb.DuckDBPyConnection, relation: str
) -> int:
    names = list(cells.columns)
    make_table(con, relation, names)
    rows = 0
    at_a_time = max(1_000, CELLS_AT_A_TIME // max(1, len(names)))
    for batch in database.backend.to_pyarrow_batches(cells, chunk_size=at_a_time):
        texts = dict(zip(names, batch.columns, strict=True))
        add_rows(con, relation, texts, range(rows + 1, rows + len(batch) + 1))
        rows += len(batch)
    return rows


# What is said when it cannot be done


@contextmanager
def _said_plainly(shown: str, kind: str, address: str) -> Iterator[None]:
    """Say what a driver says as a problem with a place and something to do, and no password."""
    try:
        yield
    except ExportError:
        raise
    except ImportError:
        raise refused(
            shown,
            f"the driver for {kind} is not installed.",
            f"Install its extra: pip install 'ibis-framework[{kind}]'.",
        ) from None
    except Exception as error:
        said = without_password(str(error).strip(), address)
        for sign, wrong, fix in _SAID:
            if found := re.search(sign, said, re.IGNORECASE):
                raise refused(shown, found.expand(wrong), fix) from None
        first = next(iter(said.splitlines()), type(error).__name__)
        raise refused(
            shown, f"the database says: {first}", "Look at the address and your rights there."
        ) from None


_NO_ADDRESS = "cannot be read as an address."
_ESCAPES = "In a user's name or a password write % as %25, / as %2F, @ as %40 and : as %3A."
_SAID: Sequence[tuple[str, str, str]] = (
    (
        r"(?:failed to resolve host|could not translate host name) ['\"]([^'\"]+)",
        r"there is no host called \g<1>.",
        "Correct the address.",
    ),
    (
        r"password authentication failed|no password supplied",
        "the password is wrong, or there is none.",
        "Correct it; best give it in PGPASSWORD or ~/.pgpass and leave it out of the address.",
    ),
    (
        r"role \"([^\"]+)\" does not exist",
        r"there is no user called \g<1>.",
        "Correct the address.",
    ),
    (
        r"database \"([^\"]+)\" does not exist",
        r"there is no database called \g<1>.",
        "Correct the address.",
    ),
    (
        r"connection refused|no such file or directory|timeout expired|timed out",
        "nothing answers there.",
        "Look whether the address and port are right and can be reached from here.",
    ),
    (
        r"permission denied for (?:table|view|materialized view|relation|foreign table) (\S+)",
        r"you may not read \g<1>.",
        "Ask for it: GRANT SELECT ON it TO your user.",
    ),
    (
        r"percent-encoded|invalid integer value|invalid URI|Invalid IPv6",
        _NO_ADDRESS,
        _ESCAPES,
    ),
    (
        r"not a valid duckdb database file",
        "is not a DuckDB file.",
        "Correct the path.",
    ),
    (
        r"could not set lock on file",
        "is open elsewhere for writing.",
        "Close it there, or read a copy.",
    ),
)
"""What drivers say, by how it can be recognised, and what it means to whoever gave the address."""
