"""Where evidence lies: in a loaded file or, copied from one, in Parquet or a database.

This module alone knows the difference. Opened, every place answers alike: canonical tables by
their names, through Ibis. Nothing is ever written to a place that is only read; what a charter
says of roles is held beside it, for as long as it is open.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlencode, urlsplit

import duckdb
import ibis
import pyarrow as pa

from remit.evidence.sql import identifier, parquet_of, quoted
from remit.evidence.tables import NAMES, TABLES
from remit.evidence.write import sql_type
from remit.terms import Place, Problem, RemitError

LOOKUPS = ("meta", "loaded_files", "rejects", "derivations")
"""Tables of how the evidence was read."""
APART = "private_names"
"""Table of names and addresses in a copy that has them."""
SECONDS_TO_CONNECT = 10


class EvidenceError(RemitError):
    """Evidence that cannot be used."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A place with evidence, open for reading."""

    connection: Any
    """An Ibis connection that finds every canonical table by its name."""
    shown: str
    """The place, without a password."""
    names: Any
    """Table of who is behind each pseudonym; None where a copy was made without it."""
    file: Path | None = None
    """The loaded file, if it is one."""


# Opening


def is_evidence(place: Path | str) -> bool:
    """Whether evidence lies there that needs no load: a loaded file, or a copy of one.

    A place that cannot be reached is none; whoever loads it says what is wrong.
    """
    if isinstance(place, Path) and place.is_file():
        with place.open("rb") as file:
            return file.read(12)[8:] == b"DUCK"
    if _on_spark(place):
        return True
    try:
        open_place(place).connection.disconnect()
    except EvidenceError:
        return False
    return True


def open_place(place: Path | str) -> Opened:
    """Open a place for reading.

    Args:
        place: A loaded file; a folder of Parquet; `spark:FOLDER`, that folder read by Spark;
            `postgresql://user@host/database?schema=NAME`;
            `duckdb:///path/file.duckdb?schema=NAME`.

    Raises:
        EvidenceError: If there is no evidence, or it cannot be reached. No message has a password
            in it.
    """
    if _on_spark(place):
        return _open_spark(str(place))
    if isinstance(place, str):
        return _open_database(place)
    return _open_folder(place) if place.is_dir() else _open_file(place)


def _on_spark(place: Path | str) -> bool:
    return isinstance(place, str) and place.startswith("spark:")


def _open_file(file: Path) -> Opened:
    try:
        connection = ibis.duckdb.connect(str(file), read_only=True)
    except (duckdb.Error, OSError) as error:
        if "lock" in str(error):
            wrong = "is being written by another process."
            raise _refused(str(file), wrong, "Wait for it to end.") from None
        raise _no_evidence(str(file)) from None
    connection.con.execute("SET enable_progress_bar = false")
    try:
        connection.con.execute("SELECT 1 FROM meta LIMIT 1")
    except duckdb.CatalogException:
        raise _no_evidence(str(file)) from None
    return Opened(connection, str(file), connection.table("names", database="private"), file)


def _open_folder(folder: Path) -> Opened:
    there = {
        part.name: parquet_of(part, "**/*.parquet") for part in folder.iterdir() if part.is_dir()
    }
    return _views(duckdb.connect(), there, str(folder))


def _views(con: duckdb.DuckDBPyConnection, there: Mapping[str, str], shown: str) -> Opened:
    """An empty database in memory that looks at tables lying elsewhere."""
    try:
        for name in there.keys() & {*TABLES, *LOOKUPS, APART}:
            con.execute(f"CREATE VIEW {name} AS SELECT * FROM {there[name]}")
    except duckdb.Error:
        raise _no_evidence(shown) from None
    return _copy(ibis.duckdb.from_connection(con), shown)


def _copy(connection: Any, shown: str) -> Opened:
    there = set(connection.list_tables())
    if not there.issuperset((*TABLES, *LOOKUPS)):
        raise _no_evidence(shown)
    return Opened(connection, shown, connection.table(APART) if APART in there else None)


def _open_spark(address: str) -> Opened:
    try:
        from pyspark.errors import AnalysisException
        from pyspark.sql import SparkSession
    except ImportError:
        raise _refused(
            address, "Spark is not installed here.", "Install it: pip install 'remit[spark]'."
        ) from None
    folder = address.removeprefix("spark:")
    builder = SparkSession.builder.appName("remit").config("spark.ui.showConsoleProgress", "false")
    if folder.startswith("//") and not folder.startswith("///"):
        cluster, _, folder = folder[2:].partition("/")
        builder, folder = builder.master(f"spark://{cluster}"), f"/{folder}"
    try:
        # its own views and its own time zone, whoever else is in this process
        session = builder.getOrCreate().newSession()
        connection = ibis.pyspark.connect(session)
        for name in (*TABLES, *LOOKUPS, APART):
            try:
                session.read.parquet(f"{folder}/{name}").createOrReplaceTempView(name)
            except AnalysisException as error:
                if "PATH_NOT_FOUND" not in str(error):
                    raise
    except Exception as error:
        wrong = f"Spark says: {_first_line(error)}"
        fix = "Look at the address, and at Spark's own settings."
        raise _refused(address, wrong, fix) from None
    return _copy(connection, address)


def _open_database(address: str) -> Opened:
    parts, schema, shown = _address(address)
    if parts.scheme == "duckdb":
        con = duckdb.connect()
        try:
            con.execute(f"ATTACH {quoted(_file_of(parts))} AS there (READ_ONLY)")
        except duckdb.Error:
            raise _no_evidence(shown) from None
        lies = f"there.{identifier(schema)}"
        return _views(con, {name: f"{lies}.{name}" for name in _attached(con, schema)}, shown)
    with _postgres(address) as con:
        if schema:
            con.execute(f"SET search_path TO {identifier(schema)}")
        if con.execute("SELECT current_schema()").fetchone() == (None,):
            raise _no_evidence(shown)
        return _copy(ibis.postgres.from_connection(con), shown)


@contextmanager
def _postgres(address: str) -> Iterator[Any]:
    """A transaction that sees the database as it is at its first question."""
    parts, _, shown = _address(address)
    try:
        import psycopg
    except ImportError:
        wrong = "the driver for PostgreSQL is not installed."
        raise _refused(shown, wrong, "Install it: pip install 'remit[postgres]'.") from None
    try:
        yield connect_postgres(parts)
    except psycopg.Error as error:
        said = without_password(_first_line(error), address)
        raise _refused(shown, f"the database says: {said}", _RIGHTS) from None


def connect_postgres(address: SplitResult) -> Any:
    """Connect to PostgreSQL; a transaction sees the database as it is at its first question.

    Args:
        address: `postgresql://...` in parts; the `schema` among its options is passed over.

    Raises:
        ImportError: If psycopg is not installed.
        psycopg.Error: If the database cannot be reached or entered.
    """
    import psycopg

    options = {word: value for word, value in parse_qsl(address.query) if word != "schema"}
    asked = {"connect_timeout": str(SECONDS_TO_CONNECT), "application_name": "remit", **options}
    named = address._replace(scheme="postgresql", query=urlencode(asked))
    con = psycopg.connect(named.geturl())
    con.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
    return con


# Reading what is there


def looked_up(table: Any, *order: str) -> list[dict[str, Any]]:
    """Every row of a small table, in the order of some columns, empty cells last."""
    rows: list[dict[str, Any]] = table.to_pyarrow().to_pylist()
    return sorted(rows, key=lambda row: [(row[c] is None, row[c] or 0) for c in order])


def rows_of(connection: Any, query: str) -> list[tuple[Any, ...]]:
    """The rows of a query in the place's own SQL."""
    found = connection.raw_sql(query)
    return [
        tuple(row)
        for row in (found.collect() if connection.name == "pyspark" else found.fetchall())
    ]


def hold(connection: Any, tables: Mapping[str, Sequence[Mapping[str, Any]]]) -> None:
    """Let small tables stand in front of those of the same names, while the place is open.

    They are in memory, or the session's own: nothing is written into the place.
    """
    for name, rows in tables.items():
        columns = {column: noun.type for column, noun in TABLES[name].columns.items()}
        held = pa.Table.from_pylist(list(rows), schema=ibis.schema(columns).to_pyarrow())
        if connection.name == "pyspark":
            connection.create_view(name, ibis.memtable(held), overwrite=True)
        elif connection.name == "duckdb":
            connection.con.execute(f"DROP VIEW {name}")
            connection.create_table(name, held)
        else:
            types = {column: sql_type(type_) for column, type_ in columns.items()}
            _fill_postgres(connection.con, f"pg_temp.{name}", types, held.to_batches())


# Writing


def write_evidence(file: Path, to: Path | str, *, with_names: bool = False) -> Mapping[str, int]:
    """Copy a loaded file's canonical tables, and how they were read, to another place.

    It is written whole or not at all; an earlier copy there is replaced. The key of the
    pseudonyms and what a load keeps for the next one stay in the file: a copy cannot be loaded
    into.

    Args:
        file: What `remit load` wrote.
        to: A folder, for Parquet: a folder a table, `work` with one for each month. Or
            `postgresql://user@host/database?schema=NAME`, or
            `duckdb:///path/file.duckdb?schema=NAME`; the schema is made if it is not there.
        with_names: Whether to copy names and addresses of people, too.

    Returns:
        Rows by table.

    Raises:
        EvidenceError: If it is no evidence file, or the place holds something else or cannot be
            written.
    """
    opened = open_place(file)
    if opened.file is None:
        raise _refused(opened.shown, "is no loaded file.", "Copy from what `remit load` wrote.")
    opened.connection.disconnect()
    with duckdb.connect() as con:
        con.execute("SET enable_progress_bar = false")
        con.execute(f"ATTACH {quoted(str(file))} AS loaded (READ_ONLY); USE loaded")
        queries = {
            name: f"SELECT {', '.join(table.columns)} FROM {name}" for name, table in TABLES.items()
        }
        queries |= {name: f"SELECT * FROM {name}" for name in LOOKUPS}
        if with_names:
            queries[APART] = f"SELECT {', '.join(NAMES.columns)} FROM private.names"
        if isinstance(to, Path):
            _write_folder(con, queries, to)
        elif urlsplit(to).scheme == "duckdb":
            _write_duckdb(con, queries, to)
        else:
            _write_postgres(con, queries, to)
        return {
            name: (con.execute(f"SELECT count(*) FROM ({query})").fetchone() or (0,))[0]
            for name, query in queries.items()
        }


def _write_folder(con: duckdb.DuckDBPyConnection, queries: Mapping[str, str], to: Path) -> None:
    if to.exists() and not (to / "meta").is_dir() and (not to.is_dir() or any(to.iterdir())):
        raise _occupied(str(to))
    to.absolute().parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".remit-", dir=to.absolute().parent) as beside:
        made, before = Path(beside) / "made", Path(beside) / "before"
        for name, query in queries.items():
            (made / name).mkdir(parents=True)
            any_rows = con.execute(f"SELECT 1 FROM ({query}) LIMIT 1").fetchone()
            if name == "work" and any_rows:
                query = f"SELECT *, strftime(day, '%Y-%m') AS month FROM ({query})"
                where, how = made / name, ", PARTITION_BY (month)"
            else:
                where, how = made / name / "rows.parquet", ""
            con.execute(f"COPY ({query}) TO {quoted(str(where))} (FORMAT parquet{how})")
        if to.exists():
            to.rename(before)
        try:
            made.rename(to)
        except OSError:
            if before.exists():
                before.rename(to)
            raise


def _write_duckdb(con: duckdb.DuckDBPyConnection, queries: Mapping[str, str], to: str) -> None:
    parts, schema, shown = _address(to)
    lies = f"there.{identifier(schema)}"
    try:
        con.execute(f"ATTACH {quoted(_file_of(parts))} AS there")
        con.execute(f"BEGIN; CREATE SCHEMA IF NOT EXISTS {lies}")
        _check_free(_attached(con, schema), shown)
        for name in (*queries, APART):
            con.execute(f"DROP TABLE IF EXISTS {lies}.{name}")
        for name, query in queries.items():
            con.execute(f"CREATE TABLE {lies}.{name} AS {query}")
        con.execute("COMMIT")
    except duckdb.Error as error:
        raise _refused(shown, f"DuckDB says: {_first_line(error)}", _RIGHTS) from None


def _write_postgres(con: duckdb.DuckDBPyConnection, queries: Mapping[str, str], to: str) -> None:
    with _postgres(to) as there, there:
        _, schema, shown = _address(to)
        (schema,) = there.execute(
            "SELECT coalesce(nullif(%s, ''), current_schema())", [schema]
        ).fetchone()
        lies = identifier(schema)
        names = there.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = to_regnamespace(%s)", [lies]
        ).fetchall()
        if there.execute("SELECT to_regnamespace(%s)", [lies]).fetchone() == (None,):
            there.execute(f"CREATE SCHEMA {lies}")
        _check_free({name for (name,) in names}, shown)
        for name in (*queries, APART):
            there.execute(f"DROP TABLE IF EXISTS {lies}.{name}")
        for name, query in queries.items():
            types = {column: type_ for column, type_, *_ in con.sql(f"DESCRIBE {query}").fetchall()}
            batches = con.execute(query).to_arrow_reader()
            _fill_postgres(there, f"{lies}.{name}", types, batches)
            there.execute(f"ANALYZE {lies}.{name}")


def _fill_postgres(
    con: Any, name: str, types: Mapping[str, str], batches: Iterable[pa.RecordBatch]
) -> None:
    """Make a table and fill it. Text is ordered by code point, as everywhere else."""
    # of this database's encoding; the plain one cannot put letters with accents in small ones
    found = con.execute(
        """SELECT quote_ident(collname) FROM pg_collation
        WHERE collname IN ('pg_c_utf8', 'C.utf8', 'C.UTF-8', 'C')
            AND collencoding IN (-1, (SELECT encoding FROM pg_database WHERE datname = current_database()))
        ORDER BY array_position(ARRAY['pg_c_utf8', 'C.utf8', 'C.UTF-8', 'C'], collname::text) LIMIT 1"""
    ).fetchone()
    spelt = {"VARCHAR": f"text COLLATE {found[0]}", "DOUBLE": "double precision"}
    columns = ", ".join(f"{identifier(c)} {spelt.get(t, t)}" for c, t in types.items())
    con.execute(f"CREATE TABLE {name} ({columns})")
    with con.cursor().copy(f"COPY {name} FROM STDIN") as copy:
        for batch in batches:
            for row in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                copy.write_row(row)


def _attached(con: duckdb.DuckDBPyConnection, schema: str) -> set[str]:
    """Tables of a schema of the database that is attached as `there`."""
    rows = con.execute(
        """SELECT table_name FROM duckdb_tables()
        WHERE database_name = 'there' AND schema_name = ?""",
        [schema],
    ).fetchall()
    return {name for (name,) in rows}


def _check_free(there: set[str], shown: str) -> None:
    """A schema may hold an earlier copy, or tables of other names, and nothing else of these."""
    if there & {*TABLES, *LOOKUPS, APART} and not {*TABLES, *LOOKUPS} <= there:
        raise _occupied(shown)


# Addresses, and what is said


def _address(address: str) -> tuple[SplitResult, str, str]:
    """An address in parts, the schema it names, and how it can be shown: without a password."""
    parts = urlsplit(address)
    kind = {"postgres": "postgresql"}.get(parts.scheme, parts.scheme)
    if kind not in ("postgresql", "duckdb"):
        wrong = f"evidence cannot lie in a {kind} database." if kind else "is no address."
        fix = "Name a folder, postgresql://user@host/database or duckdb:///path/file.duckdb."
        raise _refused(without_secrets(address), wrong, fix)
    named = dict(parse_qsl(parts.query)).get("schema", "main" if kind == "duckdb" else "")
    return parts._replace(scheme=kind), named, without_secrets(address)


def without_secrets(address: str) -> str:
    """An address as it can be shown: no password, and of its options only the schema.

    >>> without_secrets("postgresql://ada:s3cret@db.example:5432/crm?schema=remit&sslkey=mine")
    'postgresql://ada@db.example:5432/crm?schema=remit'
    """
    bare, _, options = _USER.sub(r"://\1@", address).partition("?")
    schema = dict(parse_qsl(options)).get("schema")
    return f"{bare}?schema={schema}" if schema else bare


def without_password(said: str, address: str) -> str:
    """What a driver says of an address, with stars in the place of the password.

    >>> without_password("no entry with p%40ss or p@ss", "postgresql://ada:p%40ss@db/crm")
    'no entry with *** or ***'
    """
    password = password_of(address)
    for secret in filter(None, (password, unquote(password))):
        said = said.replace(secret, "***")
    return said


def password_of(address: str) -> str:
    """The password as it is written in an address; empty if there is none.

    >>> password_of("postgresql://ada:s3/cr@t@db.example/crm"), password_of("postgresql://db/crm")
    ('s3/cr@t', '')
    """
    found = _USER.search(address)
    return found[2] if found else ""


_USER = re.compile(r"://([^:/@?]*):([^?]*)@")
"""The user and the password of an address, whatever characters the password has."""


def _file_of(parts: SplitResult) -> str:
    return unquote(parts.netloc + parts.path)


def _first_line(error: Exception) -> str:
    return next(iter(str(error).strip().splitlines()), type(error).__name__)


_RIGHTS = "Look at the address, and at your rights there."


def _no_evidence(shown: str) -> EvidenceError:
    return _refused(
        shown,
        "is not an evidence file.",
        "Make one with `remit load CHARTER EXPORT --into FILE`.",
    )


def _occupied(shown: str) -> EvidenceError:
    return _refused(
        shown, "holds something else already.", "Name an empty place, or an earlier copy."
    )


def _refused(shown: str, wrong: str, fix: str) -> EvidenceError:
    return EvidenceError([Problem(Place(shown), "", wrong, fix)])
