"""The charter's patterns, as conditions on a file's columns."""

from __future__ import annotations

from collections.abc import Mapping

from remit.sources.cells import Reader


def matches(reader: Reader, where: Mapping[str, tuple[str, ...]]) -> str:
    """Whether every column holds one of its words; `*` and `?` are wild, capitals are not."""
    conditions = [
        "("
        + " OR ".join(
            f"coalesce(lower({reader.text(column).sql}) GLOB '{glob_of(word)}', false)"
            for word in words
        )
        + ")"
        for column, words in where.items()
    ]
    return " AND ".join(conditions) or "true"


def glob_of(word: str) -> str:
    """A word of a charter as a pattern for `GLOB`, which only `*` and `?` are wild in."""
    return str(word).lower().replace("'", "''").replace("[", "[[]")


def is_checkbox(reader: Reader, column: str) -> bool:
    """Whether every cell of a column is true, false or blank."""
    flag = reader.flag(column)
    (wrong,) = reader.con.execute(
        f"SELECT count(*) FROM {reader.raw.relation} WHERE {flag.failed}"
    ).fetchone() or (0,)
    return not wrong
