"""What the values of a column look like, told without telling any of them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import duckdb

from remit.sources.delimited import Raw

SAMPLED = 2_000
"""Rows of a table that are looked at."""
FEW = 20
"""Different words up to which a column is one of a few words, such as stages."""
MOSTLY = 0.9
"""Share of the values that must be of a kind for the column to be."""

_DAY = r"\d{4}[-/]\d{1,2}[-/]\d{1,2}|\d{1,2}[./]\d{1,2}[./]\d{2,4}"
_KINDS: Sequence[tuple[str, re.Pattern[str]]] = (
    ("day", re.compile(_DAY)),
    ("instant", re.compile(rf"(?:{_DAY})[T ,]+\d{{1,2}}:\d{{2}}.*")),
    ("week", re.compile(r"\d{4}[- ]?(W|KW|S)\d{1,2}|(KW|W)\s?\d{1,2}[ /.-]+\d{4}", re.IGNORECASE)),
    ("quarter", re.compile(r"\d{4}[- /]?Q[1-4]|Q[1-4][- /]*(FY)?\d{2,4}", re.IGNORECASE)),
    ("month", re.compile(r"\d{4}-\d{2}|\d{1,2}[./]\d{4}|[A-Za-zäé]{3,9}\.?[ -]\d{2,4}")),
    ("length of time", re.compile(r"\d+:\d{2}(:\d{2})?|(\d+\s?h)?\s?(\d+\s?m(in)?)?\s?(\d+\s?s)?")),
    ("true or false", re.compile(r"true|false|yes|no|[yntf]", re.IGNORECASE)),
    (
        "true or false in other words",
        re.compile(r"ja|nein|oui|non|s[ií]|n[aã]o|x|✓", re.IGNORECASE),
    ),
    ("number", re.compile(r"[-+]?[\d.,]*\d[\d.,]*")),
    (
        "amount",
        re.compile(
            r"[-+]?([€$£]|[A-Z]{3})?\s?[-+]?[\d.,' \xa0]*\d[\d.,]*\s?([€$£%]|[A-Z]{3}|[kKmM])?"
        ),
    ),
    ("e-mail", re.compile(r"\S+@\S+\.\w+")),
    ("address", re.compile(r"(https?://|www\.).*")),
    ("phone", re.compile(r"(\+|00|\(0?)[\d ()/-]{6,}|0\d{2,}[ /-][\d -]{4,}")),
    ("id", re.compile(r"(?=.*\d)[\w#./:-]{2,40}|[0-9a-f-]{32,36}", re.IGNORECASE)),
    ("several people", re.compile(r"[^;,@]+[;/|][^;,@]+")),
)


@dataclass(frozen=True, slots=True)
class Values:
    """A column's values: of what kind they are, and how many."""

    kind: str
    """day, instant, number, e-mail, id, few words, words, text, nothing, ..."""
    filled: int
    different: int
    rows: int
    shape: str
    """What one looks like, with a made-up value of the same shape."""
    largest: float | None = None
    words: frozenset[str] = frozenset()
    """The different words in small letters where there are few; to compare, never to print."""
    mixed: float = 1.0
    """Share of the values that are of the kind."""

    @property
    def unique(self) -> bool:
        """Whether no value stands in two rows."""
        return self.filled > 0 and self.different == self.filled

    @property
    def dated(self) -> bool:
        """Whether they tell days."""
        return self.kind in ("day", "instant")


def look(con: duckdb.DuckDBPyConnection, raw: Raw) -> Mapping[str, Values]:
    """What each column of a table holds, from its first rows and the count of its different values."""
    seen = {}
    for column, within in raw.columns.items():
        trimmed = f"nullif(trim({within}), '')"
        filled, different = con.execute(
            f"SELECT count({trimmed}), count(DISTINCT {trimmed}) FROM {raw.relation}"
        ).fetchone() or (0, 0)
        sample = con.execute(
            f"SELECT {trimmed} FROM {raw.relation} WHERE {trimmed} IS NOT NULL LIMIT {SAMPLED}"
        ).fetchall()
        seen[column] = _looked([row[0] for row in sample], filled, different, raw.rows)
    return seen


def _looked(sample: Sequence[str], filled: int, different: int, rows: int) -> Values:
    if not sample:
        return Values("nothing", 0, 0, rows, "nothing in it")
    counts = {
        kind: sum(shape.fullmatch(value) is not None for value in sample) for kind, shape in _KINDS
    }
    together = counts["day"] + counts["instant"]
    if counts["day"] and counts["instant"] and together >= MOSTLY * len(sample):
        counts["instant"] = together
    zeros_and_ones = {"0", "1"} >= set(sample)
    kind = next((k for k, _ in _KINDS if counts[k] >= MOSTLY * len(sample)), "")
    if kind == "number" and any(re.match(r"0\d", value) for value in sample):
        kind = "id"  # a number does not begin with a nought
    if kind == "number" and zeros_and_ones and len(sample) > 2:
        kind = "true or false"
    if kind == "id" and counts["several people"] >= MOSTLY * len(sample):
        kind = "words"
    words = frozenset(value.casefold() for value in sample) if different <= FEW else frozenset()
    mixed = counts.get(kind, len(sample)) / len(sample) if kind else 1.0
    if kind in ("", "id", "several people") and together > len(sample) / 2:
        kind = ""  # days with something else among them
    if kind in ("", "several people"):
        length = sum(len(value.split()) for value in sample) / len(sample)
        dates = together / len(sample)
        if dates > 0.5:
            kind, mixed = "instant" if counts["instant"] else "day", dates
        elif (counts["number"] / len(sample)) > 0.5:
            kind, mixed = "number", counts["number"] / len(sample)
        elif length > 7 or max(map(len, sample)) > 120:
            kind = "text"
        elif different <= FEW and filled > 2 * different:
            kind = "few words"
        else:
            kind = "words"
    largest = _largest(sample) if kind == "number" else None
    return Values(
        kind, filled, different, rows, _shape(kind, sample[0], different), largest, words, mixed
    )


def _largest(sample: Sequence[str]) -> float | None:
    found = []
    for value in sample:
        try:
            found.append(abs(float(value.replace(",", "."))))
        except ValueError:
            continue
    return max(found, default=None)


def _shape(kind: str, value: str, different: int) -> str:
    """A made-up value of the same shape, and never the value."""
    if kind in ("day", "instant"):
        return f"{kind}, {_made_up(value)}"
    if kind == "number":
        return f"number, such as {re.sub(r'[0-9]', '9', value)}"
    if kind == "amount":
        return "amount with its unit"
    if kind == "id":
        masked = re.sub(r"[A-Z]", "A", re.sub(r"[a-z]", "a", re.sub(r"\d", "9", value)))
        return f"id, such as {masked}"
    if kind == "few words":
        return f"one of {different} words"
    return {"words": "words", "text": "free text", "nothing": "nothing in it"}.get(kind, kind)


def _made_up(value: str) -> str:
    """The 4th of March 2026 at 9:30, written as a value is."""
    day = re.match(r"(\d+)([-/.])(\d+)[-/.](\d+)", value)
    if day is None:
        return "2026-03-04"
    first, mark, second, third = day.groups()
    if len(first) == 4:
        said = f"2026{mark}03{mark}04"
    else:
        year = "2026" if len(third) == 4 else "26"
        american = mark == "/" and int(second) > 12
        said = f"03/04/{year}" if american else f"04{mark}03{mark}{year}"
    rest = value[day.end() :]
    return said + re.sub(r"\d", "0", rest) if rest else said
