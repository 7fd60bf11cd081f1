"""Where a ledger lies: a SQLite file, or PostgreSQL; its tables, brought up to date; its refusals."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError

from remit.terms import Place, Problem, RemitError

VERSION = "0001"
"""The tables that this remit reads and writes: the newest of `migrations`."""
SECONDS_TO_WAIT = 20
"""How long a step waits for another one to end before it gives up."""
SECONDS_TO_CONNECT = 10
BEGIN = "A first `remit pay run` with it begins one."
VERSIONS = sa.table("pay_version", sa.column("version_num"))


class LedgerError(RemitError):
    """A ledger that cannot be used, or a step that it does not take."""


class LedgerTaken(LedgerError):  # noqa: N818 - what happened, and no fault of anybody
    """Somebody else was first. Nothing was posted; the same step may be tried again."""

    status = 3


class NoLedger(LedgerError):  # noqa: N818 - what is the case, and for a new one no fault
    """There is no ledger yet where one is looked for."""


@dataclass(frozen=True, slots=True)
class LedgerPlace:
    """A database, and what to call it without a password."""

    engine: sa.Engine
    shown: str
    schema: str = ""

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """One look at the ledger: all of it as it is at one moment."""
        with self.told(), self.engine.connect() as con, con.begin():
            yield con

    @contextmanager
    def writing(self) -> Iterator[tuple[sa.Connection, sa.RootTransaction]]:
        """One transaction, which nobody else can write beside in a file."""
        with (
            self.told(),
            self.engine.connect().execution_options(remit_writes=True) as con,
            con.begin() as transaction,
        ):
            yield con, transaction

    def refusal(self, wrong: str, fix: str) -> LedgerError:
        """What is wrong here and what to do, to be raised."""
        return LedgerError([Problem(Place(self.shown), "", wrong, fix)])

    def taken(self, why: str) -> LedgerTaken:
        """That somebody else was first, to be raised."""
        fix = "Nothing of this one is there. Look at what changed, then try again."
        return LedgerTaken([Problem(Place(self.shown), "", f"somebody else was first: {why}", fix)])

    @contextmanager
    def told(self) -> Iterator[None]:
        """The database's complaints, in words."""
        try:
            yield
        except DBAPIError as error:
            said = (str(error.orig).splitlines() or ["no reason given"])[0].rstrip(".")
            if "database is locked" in said or "lock timeout" in said:
                raise self.taken(f"it was being written for {SECONDS_TO_WAIT} seconds.") from None
            if "not a database" in said:
                fix = "Name another file; a new one is begun there."
                raise self.refusal("is no ledger.", fix) from None
            wrong = "cannot be used" if isinstance(error, OperationalError) else "refuses this"
            fix = "Nothing was posted. See to it, then try again."
            raise self.refusal(f"{wrong}: {said}.", fix) from None


def place_of_ledger(at: Path | str, *, create: bool) -> LedgerPlace:
    """Where a ledger lies or is to lie; connections are not kept.

    Raises:
        LedgerError: If it is neither a file nor an address, or is not there.
    """
    if isinstance(at, str) and "://" in at:
        return _postgresql(at)
    file = Path(at)
    shown = str(file)
    if not file.exists():
        if not create:
            raise NoLedger([Problem(Place(shown), "", "there is no ledger.", BEGIN)])
        file.parent.mkdir(parents=True, exist_ok=True)
    elif not file.is_file():
        fix = "Name a file, new or a ledger."
        raise LedgerError([Problem(Place(shown), "", "is no file.", fix)])
    engine = sa.create_engine(
        sa.URL.create("sqlite+pysqlite", database=shown),
        poolclass=sa.NullPool,
        connect_args={"timeout": SECONDS_TO_WAIT},
    )

    @sa.event.listens_for(engine, "connect")
    def _plain(raw: Any, _: Any) -> None:
        raw.isolation_level = None  # the driver begins nothing by itself: see the next event
        raw.execute("PRAGMA foreign_keys = ON")
        raw.execute("PRAGMA synchronous = FULL")

    @sa.event.listens_for(engine, "begin")
    def _begin(con: sa.Connection) -> None:
        writes = con.get_execution_options().get("remit_writes")
        con.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return LedgerPlace(engine, shown)


def _postgresql(at: str) -> LedgerPlace:
    hidden = re.sub(r"//[^@/]*@", "//", at)
    try:
        url = sa.make_url(at)
        hidden = url.render_as_string(hide_password=True)
        if url.get_backend_name() not in ("postgresql", "postgres"):
            fix = "Name a file, or postgresql://USER@HOST/DATABASE."
            wrong = f"a ledger does not lie in {url.get_backend_name()}."
            raise LedgerError([Problem(Place(hidden), "", wrong, fix)])
        schema = url.query.get("schema", "")
        if not isinstance(schema, str) or (schema and not re.fullmatch(r"[A-Za-z_]\w*", schema)):
            fix = "Name one of letters, digits and underscores."
            raise LedgerError([Problem(Place(hidden), "", "names no schema.", fix)])
        url = url.difference_update_query(["schema"]).set(drivername="postgresql+psycopg")
        engine = sa.create_engine(
            url, poolclass=sa.NullPool, connect_args={"connect_timeout": SECONDS_TO_CONNECT}
        )
    except (ArgumentError, ValueError):
        fix = "Write it as postgresql://USER@HOST/DATABASE?schema=NAME."
        raise LedgerError([Problem(Place(hidden), "", "is no address.", fix)]) from None
    except ModuleNotFoundError:
        fix = "Install it: pip install 'remit[postgres]'."
        wrong = "the driver for PostgreSQL is not installed."
        raise LedgerError([Problem(Place(hidden), "", wrong, fix)]) from None

    @sa.event.listens_for(engine, "connect")
    def _there(raw: Any, _: Any) -> None:
        raw.autocommit = True
        raw.execute(f"SET lock_timeout = '{SECONDS_TO_WAIT}s'")
        if schema:
            raw.execute(f'SET search_path TO "{schema}"')
        raw.autocommit = False

    return LedgerPlace(engine, hidden, schema)


def version_of(con: sa.Connection) -> str | None:
    """The version of the tables; None where there are none."""
    if not sa.inspect(con).has_table("pay_version"):
        return None
    found = con.execute(sa.select(VERSIONS.c.version_num)).scalar()
    return None if found is None else str(found)


def bring_up_to_date(place: LedgerPlace, version: str | None, *, create: bool) -> None:
    """Make the tables, or change those of an older ledger, in one transaction.

    Raises:
        LedgerError: If there is none and none is to be made, or it is of a newer remit.
    """
    if version is None and not create:
        raise NoLedger([Problem(Place(place.shown), "", "there is no ledger.", BEGIN)])
    from alembic.operations import Operations
    from alembic.runtime.migration import MigrationContext
    from alembic.script import ScriptDirectory

    folder = Path(__file__).parent / "migrations"
    scripts = ScriptDirectory(str(folder), version_locations=[str(folder / "versions")])
    known = {script.revision for script in scripts.walk_revisions()}
    if version is not None and version not in known:
        raise place.refusal(
            f"is of a newer remit: its tables are of version {version}, and this remit knows "
            f"them up to {VERSION}.",
            "Install the newer remit; an older one could not keep what is in it.",
        )
    with place.engine.connect().execution_options(remit_writes=True) as con, con.begin():
        if con.dialect.name == "postgresql":
            con.execute(sa.text("SELECT pg_advisory_xact_lock(7366484)"))
            if place.schema:
                con.execute(sa.schema.CreateSchema(place.schema, if_not_exists=True))
        version = version_of(con)  # somebody may have been faster
        if version == VERSION:
            return
        there = set(sa.inspect(con).get_table_names()) - {"pay_version"}
        if version is None and there and con.dialect.name == "sqlite":
            raise place.refusal(
                f"holds something else: {', '.join(sorted(there)[:3])}.",
                "Name another file; a new one is begun there.",
            )
        context = MigrationContext.configure(con, opts={"version_table": "pay_version"})
        steps = list(scripts.iterate_revisions("head", version or "base"))
        with Operations.context(context):
            for step in reversed(steps):
                step.module.upgrade()
                context.stamp(scripts, step.revision)
