"""What the tables have in common that a connector (Fivetran, Airbyte) writes into a warehouse.

A connector respells names, keeps older versions of rows, and writes every instant in UTC. A step
puts one of these right in a table that was just read; `after_reading` hangs steps on a table that
is not read yet.
"""

from __future__ import annotations

import dataclasses
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path

import duckdb

from remit.charter import Charter
from remit.sources.delimited import Raw
from remit.sources.found import Found

Step = Callable[[duckdb.DuckDBPyConnection, Raw], str]
"""The query that puts something right in the rows of `so_far`; empty where nothing is wrong."""


def plainly(name: str) -> str:
    """A name without capitals and underscores, which is what no connector changes.

    >>> plainly("OwnerId"), plainly("owner_id")
    ('ownerid', 'ownerid')
    >>> plainly("Handoff_Notes__c"), plainly("handoff_notes_c")
    ('handoffnotesc', 'handoffnotesc')
    """
    return name.replace("_", "").casefold()


def without_affixes(name: str) -> str:
    """A table's name without what teams put around a connector's: `sf_account_data` is `account`."""
    return re.sub(r"^(sf|salesforce)_|_data$", "", name.casefold())


def after_reading(table: Found, *steps: Step) -> Found:
    """The same table, with these steps taken one after the other whenever it is read.

    Rows keep their numbers, so that a reject still names the row of the table.
    """
    return dataclasses.replace(table, fetch=partial(_fetch, table.fetch, steps))


def _fetch(
    fetch: Callable[[duckdb.DuckDBPyConnection, str], Raw],
    steps: Iterable[Step],
    con: duckdb.DuckDBPyConnection,
    relation: str,
) -> Raw:
    raw = fetch(con, relation)
    query = untouched = f"FROM {raw.relation}"
    for step in steps:
        made = step(con, raw)
        query = f"WITH so_far AS ({query}) {made}" if made else query
    if query == untouched:
        return raw
    raw.relation = raw.kept = unused_name(con, f"{relation}_right")
    con.execute(f"CREATE TEMP TABLE {raw.relation} AS {query}")
    (rows,) = con.execute(f"SELECT count(*) FROM {raw.relation}").fetchone() or (0,)
    older, raw.rows = raw.rows - rows, rows
    if older:
        told(raw, f"{older:,} older version{'' if older == 1 else 's'} of rows left out")
    return raw


def left_unread(table: Found) -> Found:
    """The same table without its rows: a source takes it, so that nothing else does, and leaves it."""
    return dataclasses.replace(table, fetch=partial(_nothing, table.label))


def _nothing(label: str, con: duckdb.DuckDBPyConnection, relation: str) -> Raw:
    empty = unused_name(con, f"{relation}_empty")
    con.execute(f"CREATE TEMP TABLE {empty} (_row BIGINT)")
    return Raw(label, Path(label), empty, {}, 0)


def unused_name(con: duckdb.DuckDBPyConnection, name: str) -> str:
    """A name that no relation has yet: one load may read several places."""
    there = con.execute(
        "SELECT count(*) FROM duckdb_columns() WHERE starts_with(table_name, ?)", [name]
    ).fetchone() or (0,)
    return f"{name}{there[0] or ''}"


def written(raw: Raw, name: str) -> str | None:
    """The column of a name however it is spelt; asking does not note it as missing."""
    return next((c for n, c in raw.columns.items() if plainly(n) == plainly(name)), None)


def is_true(column: str | None) -> str:
    """Whether a cell of text says true, as SQL; null where it is blank or there is no column."""
    return f"(lower(nullif(trim({column}), '')) IN ('true', 't', '1', 'yes'))" if column else "NULL"


def latest(raw: Raw, *names: str) -> list[str]:
    """The SQL order that puts the latest instant first, of the columns that are there."""
    there = filter(None, (written(raw, name) for name in names))
    return [f"try_cast({column} AS TIMESTAMPTZ) DESC NULLS LAST" for column in there]


def latest_only(order: Callable[[Raw], str]) -> Step:
    """Keep of all versions of a record the latest; reports say how many older ones there were.

    A row without an id is nobody's version and stays.

    Args:
        order: The SQL order of a table's versions, the latest first.
    """

    def step(con: duckdb.DuckDBPyConnection, raw: Raw) -> str:
        versions = f"PARTITION BY {record(raw)} ORDER BY {order(raw)}"
        return f"SELECT * FROM so_far QUALIFY row_number() OVER ({versions}) = 1"

    return step


def record(raw: Raw) -> str:
    """What all versions of a record have in common, as SQL."""
    return f"coalesce(nullif(trim({written(raw, 'id') or 'NULL'}), ''), 'row ' || _row)"


def told(raw: Raw, words: str) -> None:
    """Add to what reports say of a table."""
    raw.note = "; ".join(filter(None, (raw.note, words)))


def times_in_utc(con: duckdb.DuckDBPyConnection, raw: Raw) -> str:
    """A time without a zone is in UTC: connectors write no other, but not every dump keeps the zone."""
    return _times(con, raw, days=False)


def times_in_utc_and_days(con: duckdb.DuckDBPyConnection, raw: Raw) -> str:
    """Times as `times_in_utc` has them; a column whose every time is midnight in UTC holds days.

    Fivetran writes a day of Salesforce's so where the warehouse's column is of times; read as an
    instant, it would be the day before anywhere west of Greenwich.
    """
    return _times(con, raw, days=True)


def _times(con: duckdb.DuckDBPyConnection, raw: Raw, *, days: bool) -> str:
    columns = _with_times(con, raw)
    if not columns:
        return ""
    counted = ", ".join(
        f"count(*) FILTER ({_is_bare(c)}), count(*) FILTER ({_utc(c)} <> date_trunc('day', {_utc(c)}))"
        for _, c in columns
    )
    counts = con.execute(f"SELECT {counted} FROM {raw.relation}").fetchone() or ()
    right = {}
    some_bare = False
    for (name, column), bare, hours in zip(columns, counts[::2], counts[1::2], strict=True):
        some_bare = some_bare or bare > 0
        if days and not hours and plainly(name) not in _INSTANTS and not name.startswith("_"):
            right[column] = f"coalesce(strftime({_utc(column)}, '%Y-%m-%d'), {column})"
        elif bare:
            right[column] = f"CASE WHEN {_is_bare(column)} THEN {column} || '+00' ELSE {column} END"
    if not right:
        return ""
    if some_bare:
        told(raw, "times without a zone are read as UTC")
    return (
        f"SELECT * REPLACE ({', '.join(f'{sql} AS {c}' for c, sql in right.items())}) FROM so_far"
    )


_INSTANTS = frozenset({"createddate", "lastmodifieddate", "systemmodstamp"})
"""Fields that are called dates and always hold times."""
_TIME = re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d")


def _is_bare(column: str) -> str:
    """Whether a cell is a time without a zone, as SQL."""
    shape = r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d(:\d\d(\.\d+)?)?"
    return f"coalesce(regexp_full_match({column}, '{shape}'), false)"


def _utc(column: str) -> str:
    """A cell of time as a timestamp in UTC, as SQL."""
    zoned = f"{column} || CASE WHEN {_is_bare(column)} THEN '+00' ELSE '' END"
    return f"timezone('UTC', try_cast({zoned} AS TIMESTAMPTZ))"


def _with_times(con: duckdb.DuckDBPyConnection, raw: Raw) -> Sequence[tuple[str, str]]:
    """The columns, with their names in the database, whose first cell is a day with a time."""
    if not raw.columns:
        return ()
    firsts = ", ".join(f"any_value(nullif({c}, ''))" for c in raw.columns.values())
    cells = con.execute(f"SELECT {firsts} FROM {raw.relation}").fetchone() or ()
    named = zip(raw.columns.items(), cells, strict=True)
    return [both for both, cell in named if cell is not None and _TIME.match(cell)]


def in_api_names(raw: Raw, charter: Charter, read_anyway: Sequence[str] = ()) -> Raw:
    """A table whose columns also answer to the CRM's API names, whatever the connector made of them.

    `owner_id` answers to `OwnerId`, and `handoff_notes_c` to `Handoff_Notes__c` where the charter
    names that, or where it is one that is `read_anyway`. Of two columns that differ in underscores
    only, neither answers to it; the note says so.
    """
    seen = Counter(plainly(name) for name in raw.columns)
    answers = {plainly(n): c for n, c in raw.columns.items() if seen[plainly(n)] == 1}
    custom = sorted({*_named(charter), *read_anyway})
    doubled = [name for name in custom if seen[plainly(name)] > 1]
    if doubled:
        told(raw, f"{', '.join(doubled)} could be either of two columns; neither is read")
    known = {name: answers[plainly(name)] for name in custom if plainly(name) in answers}
    return dataclasses.replace(raw, columns={**raw.columns, **answers, **known})


def _named(charter: Charter) -> list[str]:
    """The API names with an underscore in them, as all custom fields have, that a charter says."""
    return sorted(set(re.findall(r"\b[A-Za-z]\w*__\w+\b", charter.model_dump_json())))
