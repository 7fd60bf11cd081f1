"""What the columns of Salesforce's objects have in common."""

from __future__ import annotations

from remit.sources.cells import Cell, Reader
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


def deleted(reader: Reader) -> str:
    """Whether the CRM marks the row as deleted, as SQL."""
    if not reader.raw.has("IsDeleted"):
        return "false"
    return f"coalesce({reader.flag('IsDeleted').sql}, false)"


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
