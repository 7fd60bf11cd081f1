"""Tables of a database, read where they are: a real PostgreSQL, and DuckDB files."""

from __future__ import annotations

import csv
import gc
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from remit.audit import audit, open_for
from remit.example import write_example
from remit.sources import load
from remit.sources.database import tables_at
from remit.sources.delimited import ExportError
from tests.small_company import SMALL

TODAY = date(2026, 12, 31)
REMIT = (sys.executable, "-m", "remit")
CHARTER = """
    company: Acme
    time_zone: America/New_York
    roles: {sdr: {is: SDR}, ae: {is: AE}}
    titles: {"SDR": sdr, "AE": ae}
    """
SYNCED = "2026-06-01 04:00:00+00"
TYPES = {
    "created_date": "timestamptz",
    "_fivetran_synced": "timestamptz",
    "start_date_time": "timestamptz",
    "end_date_time": "timestamptz",
    "close_date": "date",
    "amount": "numeric",
    "is_closed": "boolean",
    "is_won": "boolean",
    "is_deleted": "boolean",
    "_fivetran_deleted": "boolean",
    "number_of_employees": "bigint",
}
"""Columns that a warehouse holds as something other than text."""
FIVETRAN: Mapping[str, Sequence[Mapping[str, str]]] = {
    "user": [
        {"id": "005A", "name": "Ada", "title": "AE", "_fivetran_deleted": "false"},
        {"id": "005S", "name": "Sol", "title": "SDR", "_fivetran_deleted": "false"},
    ],
    "account": [
        {"id": "0011", "name": "Blue", "number_of_employees": "120", "owner_id": "005A"},
        {"id": "0012", "name": "It's", "number_of_employees": "", "owner_id": "005A"},
    ],
    "opportunity": [
        {
            "id": f"006{n}",
            "account_id": "0011",
            "owner_id": "005A",
            "created_date": "2026-01-05 15:00:00+00",
            "close_date": "2026-03-31",
            "stage_name": "Closed Won" if n == 1 else "Discovery",
            "is_closed": "true" if n == 1 else "false",
            "is_won": "true" if n == 1 else "false",
            "is_deleted": "true" if n == 3 else "false",
            "amount": "0.10" if n == 1 else "12345678901234.55",
        }
        for n in (1, 2, 3)
    ],
    "event": [
        {
            "id": "00U1",
            "owner_id": "005A",
            "what_id": "0061",
            "subject": "Line one\nline two; with 'quotes'",
            "created_date": "2026-01-31 23:30:00+00",
            "start_date_time": "2026-02-02 03:30:00+00",
            "end_date_time": "2026-02-02 04:15:00+00",
        }
    ],
    "order": [{"id": "8011"}],
}


@pytest.fixture
def write_tables(postgres: str) -> Callable[..., str]:
    """Write tables into a schema of PostgreSQL, typed as a warehouse has them; gives its address."""

    def write(schema: str = "crm", **tables: Sequence[Mapping[str, str]]) -> str:
        run(postgres, f'DROP SCHEMA IF EXISTS "{schema}" CASCADE; CREATE SCHEMA "{schema}"')
        for name, rows in tables.items():
            columns = list(dict.fromkeys(column for row in rows for column in row))
            typed = ", ".join(f'"{c}" {TYPES.get(c, "text")}' for c in columns)
            run(postgres, f'CREATE TABLE "{schema}"."{name}" ({typed})')
            marks = ", ".join("%s" for _ in columns)
            for row in rows:
                cells = [row.get(column) or None for column in columns]
                run(postgres, f'INSERT INTO "{schema}"."{name}" VALUES ({marks})', cells)
        return f"{postgres}&schema={schema}"

    return write


def run(address: str, sql: str, parameters: Sequence[Any] | None = None) -> None:
    import psycopg

    with psycopg.connect(address, autocommit=True) as con:
        con.execute(sql, parameters)


def fivetran() -> dict[str, list[dict[str, str]]]:
    return {
        name: [{**row, "_fivetran_synced": SYNCED} for row in rows]
        for name, rows in FIVETRAN.items()
    }


def everything(file: Path) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of all canonical tables; pseudonyms stand for the ids that they are made of."""
    with duckdb.connect(str(file), read_only=True) as con:
        tables = [
            name
            for (name,) in con.execute(
                "SELECT table_name FROM duckdb_tables() WHERE schema_name = 'main'"
            ).fetchall()
            if name not in ("meta", "loaded_files", "rejects")
        ]
        known = dict(con.execute("SELECT person_id, source_id FROM private.names").fetchall())
        shown = "COLUMNS(c -> c <> '_content')"  # that is a hash, of pseudonyms too
        return {
            name: sorted(
                (
                    tuple(known.get(cell, cell) for cell in row)
                    for row in con.execute(f'SELECT {shown} FROM "{name}"').fetchall()
                ),
                key=repr,
            )
            for name in tables
        }


def said(address: str) -> str:
    with pytest.raises(ExportError) as refused:
        tables_at(address)
    return "\n".join(map(str, refused.value.problems))


# Reading


def test_a_database_gives_the_same_evidence_as_files_with_the_same_rows(
    charter, write_export, write_tables, tmp_path
):
    declared = charter(CHARTER)
    load(declared, [write_export(**fivetran())], tmp_path / "files.duckdb", today=TODAY)

    summary = load(declared, [write_tables(**fivetran())], tmp_path / "there.duckdb", today=TODAY)

    assert summary.source == "fivetran_salesforce"
    assert (summary.rows, summary.kept, summary.rejected) == (8, 7, 1)
    assert summary.unread == ("order",)
    assert everything(tmp_path / "there.duckdb") == everything(tmp_path / "files.duckdb")


def test_every_type_is_read_as_the_text_that_an_export_would_have(postgres):
    run(
        postgres,
        """DROP SCHEMA IF EXISTS types CASCADE; CREATE SCHEMA types;
        CREATE TYPE types.mood AS ENUM ('glad', 'sad');
        CREATE TABLE types.all_of_them (yes boolean, exact numeric, zoned timestamptz, bare timestamp,
            day date, document jsonb, several text[], mood types.mood, nothing text, endless timestamptz);
        INSERT INTO types.all_of_them VALUES (true, 12345678901234567890.123456789012,
            '2026-01-05 10:00:00-05', '2026-01-05 10:00:00', '2026-01-05', '{"a": [1, 2]}', '{x,y}',
            'glad', NULL, 'infinity')""",
    )
    (table,) = tables_at(f"{postgres}&schema=types")

    with duckdb.connect() as con:
        con.execute("SET TimeZone = 'America/New_York'")
        raw = table.read(con, "raw")
        (row,) = con.execute(f"SELECT * FROM {raw.relation}").fetchall()

    assert dict(zip([*raw.columns, "_row"], row, strict=True)) == {
        "yes": "true",
        "exact": "12345678901234567890.123456789012",
        "zoned": "2026-01-05 15:00:00+00",
        "bare": "2026-01-05 10:00:00",
        "day": "2026-01-05",
        "document": '{"a": [1, 2]}',
        "several": "{x,y}",
        "mood": "glad",
        "nothing": None,
        "endless": "infinity",
        "_row": 1,
    }


def test_columns_that_differ_in_capitals_only_are_not_read_and_the_note_says_so(postgres):
    run(
        postgres,
        """DROP SCHEMA IF EXISTS twice CASCADE; CREATE SCHEMA twice;
        CREATE TABLE twice.account (id text, "Name" text, name text)""",
    )
    (table,) = tables_at(f"{postgres}&schema=twice")

    with duckdb.connect() as con:
        raw = table.read(con, "raw")

    assert list(raw.columns) == ["id"]
    assert raw.note.startswith("names Name, name twice")


def test_all_tables_are_seen_as_they_were_at_one_moment(write_tables, postgres):
    account, user = (
        [{"id": "0011", "owner_id": "005A"}],
        [{"id": "005A", "title": "AE"}],
    )
    found = {table.name: table for table in tables_at(write_tables(account=account, user=user))}

    with duckdb.connect() as con:
        before = found["account"].read(con, "raw_0").rows
        run(postgres, "INSERT INTO crm.user VALUES ('005B', 'AE')")
        after = found["user"].read(con, "raw_1").rows

    assert (before, after) == (1, 1)


def test_nothing_can_be_written_in_the_session_that_reads(write_tables):
    import psycopg

    (table,) = tables_at(write_tables(account=[{"id": "0011"}]))
    session = table.fetch.args[0].backend.con

    with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
        session.execute("INSERT INTO crm.account VALUES ('0012')")


def test_the_connection_is_closed_when_the_last_table_is_let_go(write_tables):
    found = tables_at(write_tables(account=[{"id": "0011"}]))
    session = found[0].fetch.args[0].backend.con

    del found
    gc.collect()

    assert session.closed


def test_more_rows_than_a_batch_come_in_whole_and_in_numbers_without_a_gap(postgres):
    run(
        postgres,
        """DROP SCHEMA IF EXISTS many CASCADE; CREATE SCHEMA many;
        CREATE TABLE many.task AS SELECT 'id' || n AS id, repeat('x', 100) AS c1, n AS c2
        FROM generate_series(1, 200000) n""",
    )
    (table,) = tables_at(f"{postgres}&schema=many")

    with duckdb.connect() as con:
        raw = table.read(con, "raw")
        counted = con.execute(
            f"SELECT count(*), count(DISTINCT c0), min(_row), max(_row) FROM {raw.relation}"
        ).fetchone()

    assert raw.rows == 200_000
    assert counted == (200_000, 200_000, 1, 200_000)


def test_a_duckdb_file_is_read_in_place_and_stays_as_it_is(charter, tmp_path):
    file = tmp_path / "ware house.duckdb"
    with duckdb.connect(str(file)) as con:
        con.execute(
            """CREATE SCHEMA sf; CREATE TABLE sf.opportunity AS SELECT '0061' AS id,
            TIMESTAMPTZ '2026-01-05 15:00:00+00' AS created_date, DATE '2026-03-31' AS close_date,
            'Discovery' AS stage_name, CAST(1.10 AS DECIMAL(18, 2)) AS amount, false AS is_closed,
            TIMESTAMPTZ '2026-06-01 04:00:00+00' AS _fivetran_synced"""
        )
    before = file.read_bytes()
    declared = charter(CHARTER)

    summary = load(
        declared, [f"duckdb://{file}?schema=sf"], tmp_path / "evidence.duckdb", today=TODAY
    )

    assert summary.kept == 1
    assert open_for(declared, summary.into).sql(
        "SELECT CAST(created_at AS VARCHAR), close_day, CAST(amount AS VARCHAR) FROM opportunities"
    ) == [("2026-01-05 15:00:00", date(2026, 3, 31), "1.10")]
    assert file.read_bytes() == before


def test_native_objects_in_a_database_are_a_salesforce_export_like_any_other(
    charter, write_tables, tmp_path
):
    address = write_tables(Lead=[{"Id": "00Q1", "CreatedDate": "2026-01-05T10:00:00.000Z"}])

    summary = load(charter(CHARTER), [address], tmp_path / "evidence.duckdb", today=TODAY)

    assert (summary.source, summary.kept) == ("salesforce", 1)


# What is said when it cannot be done


def test_an_unknown_schema_says_which_is_nearest(write_tables):
    address = write_tables("fivetran_salesforce", account=[{"id": "0011"}])

    message = said(address.replace("fivetran_salesforce", "fivetran_salesfroce"))

    assert 'Did you mean "fivetran_salesforce"?' in message


def test_a_schema_in_other_capitals_is_the_same_schema(write_tables):
    address = write_tables("crm", account=[{"id": "0011"}])

    assert [table.label for table in tables_at(address.replace("crm", "CRM"))] == ["account"]


def test_an_empty_schema_says_so_and_names_the_others(write_tables):
    write_tables("crm", account=[{"id": "0011"}])

    message = said(write_tables("hollow"))

    assert "the schema hollow has no tables" in message
    assert "crm" in message


def test_a_wrong_password_is_told_and_not_shown(postgres):
    run(
        postgres,
        "DROP ROLE IF EXISTS guarded; CREATE ROLE guarded LOGIN PASSWORD 'right';",
    )
    settings = Path(next(iter(postgres.split("host=")[1:]))) / "pg_hba.conf"
    trusting = settings.read_text()
    try:
        settings.write_text(f"local all guarded scram-sha-256\n{trusting}")
        run(postgres, "SELECT pg_reload_conf()")
        message = said(postgres.replace("postgres:@", "guarded:s3cret@"))
    finally:
        settings.write_text(trusting)
        run(postgres, "SELECT pg_reload_conf()")

    assert "the password is wrong" in message
    assert "s3cret" not in message


def test_a_table_that_may_not_be_read_is_told_of_and_the_others_are_read(
    charter, postgres, write_tables, tmp_path
):
    address = write_tables("guarded", **fivetran())
    run(
        postgres,
        """DROP ROLE IF EXISTS reader; CREATE ROLE reader LOGIN;
        GRANT USAGE ON SCHEMA guarded TO reader;
        GRANT SELECT ON guarded.user, guarded.opportunity TO reader""",
    )
    as_reader = address.replace("postgres:@", "reader@")

    summary = load(charter(CHARTER), [as_reader], tmp_path / "evidence.duckdb", today=TODAY)

    notes = {file.file: file.note for file in summary.files}
    assert notes["account"] == "not read: you may not read account"
    assert notes["user"] == ""
    run(postgres, "DROP OWNED BY reader; DROP ROLE reader")


def test_a_schema_that_may_not_be_looked_into_says_what_to_ask_for(postgres, write_tables):
    address = write_tables("closed", account=[{"id": "0011"}])
    run(postgres, "DROP ROLE IF EXISTS outsider; CREATE ROLE outsider LOGIN")

    message = said(address.replace("postgres:@", "outsider@"))

    assert "you may not look into the schema closed" in message
    assert "GRANT USAGE ON SCHEMA closed TO outsider" in message


@pytest.mark.parametrize(
    ("address", "wrong"),
    [
        ("postgresql://u:s3cret@no-such-host.invalid/db", "no host called no-such-host.invalid"),
        ("postgresql://u:s3cret@127.0.0.1:1/db", "nothing answers there"),
        ("postgrse://u:s3cret@localhost/db", 'Did you mean "postgres"?'),
        ("postgresql://u:s3cret%x@localhost/db", "write % as %25"),
        ("postgresql://u:1/s3cret@localhost/db", "/ as %2F"),
        ("duckdb:///no/such/file.duckdb", "there is no such file"),
    ],
)
def test_an_address_that_leads_nowhere_says_why_without_its_password(address, wrong):
    if address.startswith("postgresql"):
        pytest.importorskip("psycopg")

    message = said(address)

    assert wrong in message
    assert "s3cret" not in message


def test_a_file_that_is_no_database_is_told_apart(tmp_path):
    (tmp_path / "notes.duckdb").write_text("not a database at all, but long enough to be read")

    assert "is not a DuckDB file" in said(f"duckdb://{tmp_path}/notes.duckdb")


def test_a_driver_that_is_not_installed_is_named_with_its_extra(tmp_path):
    try:
        import snowflake.connector  # noqa: F401
    except ImportError:
        pass
    else:
        pytest.skip("the driver for Snowflake is installed")

    message = said("snowflake://me:s3cret@account/database/schema")

    assert "the driver for snowflake is not installed" in message
    assert "ibis-framework[snowflake]" in message
    assert "s3cret" not in message


# From the command line


@pytest.mark.slow
def test_the_commands_take_addresses_and_keep_their_slashes(write_tables, tmp_path):
    (tmp_path / "charter.yaml").write_text("company: Acme\nroles: {ae: {is: AE}}\n")
    address = write_tables(**fivetran())

    loaded, audited = (
        subprocess.run(
            [*REMIT, *command],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        for command in (
            ["load", "charter.yaml", address, "--into", "e.duckdb"],
            ["audit", "charter.yaml", address],
        )
    )

    assert loaded.returncode == 0, loaded.stderr
    assert "opportunity" in loaded.stdout
    assert audited.returncode in (0, 1), audited.stderr


@pytest.mark.slow
def test_an_audit_in_place_finds_what_an_audit_of_files_finds(write_tables, postgres, tmp_path):
    import psycopg

    from remit.charter import read_charter

    written = write_example(tmp_path / "ns", seed=3, company=SMALL, layouts=["fivetran_salesforce"])
    files = written.layouts["fivetran_salesforce"]
    address = write_tables("whole_company")
    with psycopg.connect(postgres, autocommit=True) as con:
        for file in files.glob("*.csv"):
            with file.open(encoding="utf-8", newline="") as f:
                header = next(csv.reader(f))
            typed = ", ".join(f'"{c}" {TYPES.get(c, "text")}' for c in header)
            con.execute(f'CREATE TABLE whole_company."{file.stem}" ({typed})')
            copying = f'COPY whole_company."{file.stem}" FROM STDIN (FORMAT csv, HEADER)'
            with con.cursor().copy(copying) as copy:
                copy.write(file.read_bytes())
    charter = read_charter(tmp_path / "ns" / "charter.yaml")

    found = []
    for at, source in enumerate((files, address)):
        into = tmp_path / f"{at}.duckdb"
        load(charter, [source], into, today=TODAY)
        found.append(audit(charter, open_for(charter, into), today=TODAY).findings)

    of_files, in_place = ({(f.check, f.about): (f.severity, f.says) for f in one} for one in found)
    assert in_place == of_files
    assert of_files
