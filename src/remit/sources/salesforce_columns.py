"""What the columns of Salesforce's objects have in common."""

from __future__ import annotations

from collections.abc import Mapping

from remit.sources.cells import Cell, Reader, null
from remit.sources.source import Export


def seller(reader: Reader, column: str) -> Cell:
    """A column that holds a user's id, as a pseudonym; queues are nobody."""
    cell = reader.id(column)
    return Cell(f"seller({cell.sql})", column=column)


def user_itself(reader: Reader) -> Cell:
    """The id of a user, as a pseudonym; the id of anything else is a mistake."""
    cell = seller(reader, "Id")
    wrong = f"({reader.id('Id').sql} IS NOT NULL AND {cell.sql} IS NULL)"
    return Cell(cell.sql, wrong, "Id", "user's id")


def stated(reader: Reader) -> Cell:
    """When the CRM last changed the row; unknown where the file does not tell."""
    for column in ("SystemModstamp", "LastModifiedDate"):
        if reader.raw.has(column):
            return reader.instant(column)
    return null("TIMESTAMP")


def text_of_any(reader: Reader, *columns: str) -> str:
    """The first of these columns that says something, as SQL.

    Columns that most exports lack are not told of as missing.
    """
    there = [reader.text(column).sql for column in columns if reader.raw.has(column)]
    return f"coalesce({', '.join(there)})" if there else "CAST(NULL AS VARCHAR)"


def id_of_any(reader: Reader, *columns: str) -> Cell:
    """The first of these columns that the file has, as an id; not told of as missing."""
    found = next((column for column in columns if reader.raw.has(column)), None)
    return reader.id(found) if found else null("VARCHAR")


def ticked(reader: Reader, column: str) -> str:
    """Whether a checkbox that most exports lack is ticked, as SQL."""
    return f"coalesce({reader.flag(column).sql}, false)" if reader.raw.has(column) else "false"


def deleted(reader: Reader) -> str:
    """Whether the CRM marks the row as deleted, as SQL."""
    return ticked(reader, "IsDeleted")


def merged_away(reader: Reader) -> str:
    """Whether the row was merged into another, as SQL."""
    if not reader.raw.has("MasterRecordId"):
        return "false"
    return f"({reader.id('MasterRecordId').sql} IS NOT NULL)"


def gone(reader: Reader) -> str:
    """Whether the CRM has deleted the row or merged it into another, as SQL."""
    return f"({deleted(reader)} OR {merged_away(reader)})"


def not_deleted(reader: Reader) -> str:
    """Whether the CRM still has the row, as SQL."""
    return f"NOT {deleted(reader)}"


def not_in_future(export: Export, column: str) -> dict[str, str]:
    """Nothing can have been entered after the day of the load, give or take a time zone."""
    return {
        f"was entered after the day of the load, {export.today}": (
            f"{column} >= TIMESTAMP '{export.today}' + INTERVAL 2 DAY"
        )
    }


def looked_up(export: Export, object_: str, id_: str, *columns: str) -> str:
    """What another file calls the record with an id, as SQL; null where there is no such file."""
    reader = export.get(object_)
    if reader is None:
        return "CAST(NULL AS VARCHAR)"
    table = f"named_{object_.lower()}"
    export.con.execute(
        f"""CREATE OR REPLACE TEMP TABLE {table} AS
        SELECT {reader.id("Id").sql} AS id, min({text_of_any(reader, *columns)}) AS name
        FROM {reader.raw.relation} GROUP BY 1"""
    )
    return f"(SELECT name FROM {table} WHERE id = {id_})"


def with_columns(reader: Reader, added: Mapping[str, str], joined: str = "") -> None:
    """Give a file further columns, worked out from what it holds. Before any of it is read.

    Args:
        reader: The file; its rows are called `r`.
        added: Column to the SQL of its text; a column that is there already is replaced.
        joined: Further tables for that SQL, with how they are joined.
    """
    raw = reader.raw
    made = f"{raw.relation}_x"  # longer with every call, and so are the columns of each
    names = {column: f"x{len(made)}_{at}" for at, column in enumerate(added)}
    listed = "".join(f", CAST({sql} AS VARCHAR) AS {names[c]}" for c, sql in added.items())
    reader.con.execute(
        f"CREATE OR REPLACE TEMP TABLE {made} AS SELECT r.*{listed} FROM {raw.relation} r {joined}"
    )
    replaced = {column.casefold() for column in added}
    kept = {c: within for c, within in raw.columns.items() if c.casefold() not in replaced}
    raw.relation = raw.kept = made
    raw.columns = {**kept, **names}
    raw.__dict__.pop("_by_folded", None)
