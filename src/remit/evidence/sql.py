"""Words, names and files as SQL: what a query is put together from, besides the contracts."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path


def quoted(text: str) -> str:
    """A word as SQL.

    >>> quoted("O'Hara")
    "'O''Hara'"
    """
    return "'" + text.replace("'", "''") + "'"


def quoted_list(words: Iterable[str]) -> str:
    """Words as a SQL list, for `IN`.

    >>> quoted_list(["won", "lost"])
    "('won', 'lost')"
    """
    return "(" + ", ".join(quoted(word) for word in words) + ")"


def identifier(name: str) -> str:
    """A name of a table, a column or a schema as SQL, whatever characters it has.

    >>> print(identifier('the "real" size'))
    "the ""real"" size"
    """
    return '"' + name.replace('"', '""') + '"'


def path_of(place: Path, within: str = "") -> str:
    """A path as SQL. The database takes paths as patterns; this one fits the place alone.

    Args:
        place: A file or a folder.
        within: A pattern of files in the folder.

    >>> path_of(Path("a[1]"), "*.csv")
    "'a[[]1]/*.csv'"
    """
    alone = re.sub(r"([*?\[])", r"[\1]", str(place))
    return quoted(f"{alone}/{within}" if within else alone)


def parquet_of(place: Path, within: str = "") -> str:
    """The table that a Parquet file holds, as SQL: its own columns, whatever its folder says.

    Args:
        place: The file, or a folder of files.
        within: A pattern of files in the folder, which are one table together.
    """
    return f"read_parquet({path_of(place, within)}, hive_partitioning=false)"
