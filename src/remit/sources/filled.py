"""When a field says something, and when it only looks as if it did."""

from __future__ import annotations

from remit.evidence.sql import quoted_list
from remit.sources.cells import Reader
from remit.sources.patterns import is_checkbox

PLACEHOLDERS = (
    *("n/a", "na", "tbd", "tba", "none", "null", "unknown", "todo", "x", "xx", "xxx", "test"),
    *("not known", "to be done", "to be defined"),
)
"""What people write to get past a required field."""


def is_filled(text: str) -> str:
    """Whether a cell of text holds more than blanks, punctuation or a placeholder, as SQL."""
    return (
        f"({text} IS NOT NULL AND NOT regexp_full_match({text}, '[\\W_]*') "
        f"AND lower({text}) NOT IN {quoted_list(PLACEHOLDERS)})"
    )


def filled_in(reader: Reader, column: str) -> str:
    """Whether a file's column is filled, as SQL; a checkbox is where it is ticked."""
    text = reader.text(column).sql
    if is_checkbox(reader, column):
        return f"coalesce({reader.flag(column).sql}, false)"
    return is_filled(text)
