"""Time diaries: the hours of a week that people say they spent on each function."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from remit.charter import Function
from remit.sources.cells import Derived, Lent, Mapped, Reader
from remit.sources.delimited import Reject
from remit.sources.found import Found
from remit.sources.persons import Persons
from remit.sources.source import Export, Source, connector
from remit.terms import nearest

HEADERS: Mapping[str, tuple[str, ...]] = {
    "person": ("person", "name", "who", "employee", "email", "workemail", "emailaddress", "user"),
    "week": ("week", "weekof", "weekstarting", "weekstart", "weekbeginning", "monday"),
    "function": ("function", "activity", "kind", "kindofwork", "work", "category", "task"),
    "hours": ("hours", "hour", "hrs", "h", "time", "hoursspent", "timehours"),
}
"""What people call a diary's columns, without capitals and signs."""
FEWEST_FUNCTIONS = 3
"""Columns named after functions that make a sheet a diary."""


def plain_word(text: str) -> str:
    """A header or a function without its capitals, spaces and signs.

    >>> plain_word("Customer success"), plain_word("customer_success")
    ('customersuccess', 'customersuccess')
    """
    return re.sub(r"[^a-z0-9]", "", text.casefold())


FUNCTIONS: Mapping[str, str] = {plain_word(f.value): f.value for f in Function}


def columns_by_word(
    columns: Sequence[str], headers: Mapping[str, tuple[str, ...]]
) -> dict[str, str]:
    """Which column is meant by each word; the likeliest of its names first."""
    there = {plain_word(column): column for column in reversed(columns)}
    found = {}
    for word, names in headers.items():
        column = next((there[name] for name in names if name in there), None)
        if column is not None:
            found[word] = column
    return found


def _finds(tables: Sequence[Found]) -> Mapping[str, Found]:
    diaries = [table for table in tables if _is_diary(table.columns) and not connector(table)]
    return {f"diary {at}": t.known_as(f"diary {at}") for at, t in enumerate(diaries, 1)}


def _is_diary(columns: Sequence[str]) -> bool:
    named = columns_by_word(columns, HEADERS)
    wide = sum(plain_word(column) in FUNCTIONS for column in columns)
    return {"person", "week"} <= named.keys() and (
        {"function", "hours"} <= named.keys() or wide >= FEWEST_FUNCTIONS
    )


@dataclass(frozen=True, slots=True)
class _Said:
    """One number of a diary, as it stands there."""

    row: int
    person: str
    week: date | None
    week_word: str
    function: str
    hours: str


@Source(finds=_finds, known=frozenset({"person, week, function, hours"}), after_records=True)
def diary(export: Export) -> Iterator[Mapped]:
    """A time diary: a row a person, week and function, or a row a person and week with functions across.

    What is left blank is not answered, which is not zero hours. A week is named by its Monday;
    any other day of it is taken for it, and that is said. A diary loaded again replaces what the
    same people said of the same weeks.
    """
    con = export.con
    persons = Persons(con)
    longest = export.number("longest_week_hours")
    con.execute(
        "CREATE OR REPLACE TEMP TABLE said (person_id VARCHAR, week DATE, function VARCHAR, hours DOUBLE)"
    )
    for reader in export:
        good, wrong, notes = _checked(list(_said(reader)), persons, longest, export.today)
        raw = reader.raw
        raw.rows = len(good)
        raw.malformed = (*raw.malformed, *(Reject(raw.label, raw.line(r), w) for r, w in wrong))
        raw.note = "; ".join(filter(None, (raw.note, _strange_columns(reader), *notes)))
        if good:
            con.executemany("INSERT INTO said VALUES (?, ?, ?, ?)", [list(each) for each in good])
        yield Lent(raw, "diary")
    yield from persons.added()
    con.execute(
        "DELETE FROM diary WHERE (person_id, week) IN (SELECT DISTINCT person_id, week FROM said)"
    )
    yield Derived("diary", "SELECT *, CAST(week + 7 AS TIMESTAMP) AS known_from FROM said")


def _said(reader: Reader) -> Iterator[_Said]:
    """Every number that stands in a diary, in whichever of its two shapes."""
    columns = list(reader.raw.columns)
    named = columns_by_word(columns, HEADERS)
    person, week = reader.text(named["person"]).sql, reader.text(named["week"]).sql
    day = reader.day(named["week"]).sql
    if {"function", "hours"} <= named.keys():
        function, hours = (reader.text(named[word]).sql for word in ("function", "hours"))
        for row in reader.con.execute(
            f"SELECT _row, {person}, {day}, {week}, {function}, {hours} FROM {reader.raw.relation} ORDER BY _row"
        ).fetchall():
            yield _Said(row[0], row[1] or "", row[2], row[3] or "", row[4] or "", row[5] or "")
        return
    across = [column for column in columns if plain_word(column) in FUNCTIONS]
    cells = ", ".join(reader.text(column).sql for column in across)
    for row, who, monday, written, *numbers in reader.con.execute(
        f"SELECT _row, {person}, {day}, {week}, {cells} FROM {reader.raw.relation} ORDER BY _row"
    ).fetchall():
        for column, number in zip(across, numbers, strict=True):
            if number is not None:
                yield _Said(row, who or "", monday, written or "", column, number)


def _strange_columns(reader: Reader) -> str:
    """Columns of a wide diary that may be misspelt functions, and are not read."""
    columns = list(reader.raw.columns)
    named = columns_by_word(columns, HEADERS)
    if {"function", "hours"} <= named.keys():
        return ""
    known = {plain_word(word) for words in HEADERS.values() for word in words}
    strange = [
        column
        for column in columns
        if plain_word(column) not in FUNCTIONS
        and plain_word(column) not in (*known, "total", "totalhours", "note", "notes", "comment")
    ]
    return "; ".join(
        f"column {column!r} is no function and is not read. "
        f"{nearest(column, FUNCTIONS.values(), what='Functions').partition('?')[0]}?"
        if nearest(column, FUNCTIONS.values(), what="Functions").startswith("Did")
        else f"column {column!r} is no function and is not read"
        for column in strange
    )


def _checked(
    said: Sequence[_Said], persons: Persons, longest: float, today: date
) -> tuple[list[tuple[str, date, str, float]], list[tuple[int, str]], list[str]]:
    """What can be used, what cannot and why, and what is to be told of the whole."""
    wrong: list[tuple[int, str]] = []
    good: list[tuple[int, tuple[str, date, str, float]]] = []
    seen: set[tuple[str, date, str]] = set()
    moved: set[tuple[int, date]] = set()
    for each in said:
        problem, hours = _problem(each, today)
        person = None if problem else persons.find_or_add(each.person)
        if not problem and person is None:
            problem = f"two people are called {each.person!r}; give the e-mail address"
        if problem or person is None or each.week is None:
            wrong.append((each.row, problem))
            continue
        monday = each.week - timedelta(days=each.week.weekday())
        if monday != each.week:
            moved.add((each.row, monday))
        function = FUNCTIONS[plain_word(each.function)]
        if (person, monday, function) in seen:
            wrong.append((each.row, f"says hours of {function} twice for that person and week"))
            continue
        seen.add((person, monday, function))
        good.append((each.row, (person, monday, function, hours)))
    sums: Counter[tuple[str, date]] = Counter()
    for _, (person, monday, _, hours) in good:
        sums[person, monday] += hours  # type: ignore[assignment]
    kept = []
    for row, value in good:
        if (whole := float(sums[value[0], value[1]])) > longest:
            wrong.append(
                (row, f"is of a week of {whole:g} hours; at most {longest:g} are believed")
            )
        else:
            kept.append(value)
    notes = []
    if moved:
        rows = len({row for row, _ in moved})
        notes.append(
            f"{rows:,} row{'s' if rows > 1 else ''} name another day than Monday; taken as its week"
        )
    return kept, sorted(set(wrong)), notes


def _problem(said: _Said, today: date) -> tuple[str, float]:
    """What is wrong with a number of a diary, or nothing; and the number."""
    if not said.person:
        return "names no person", 0.0
    if said.week is None:
        return (
            f"{said.week_word[:40]!r} is not a date" if said.week_word else "names no week"
        ), 0.0
    if said.week > today:
        return f"is of a week after the day of the load, {today}", 0.0
    if plain_word(said.function) not in FUNCTIONS:
        known = nearest(said.function, FUNCTIONS.values(), what="Functions")
        return f"no function is called {said.function!r}. {known}".rstrip("."), 0.0
    try:
        hours = float(said.hours.replace(",", "."))
    except ValueError:
        return f"{said.hours[:40]!r} is not a number of hours", 0.0
    if not 0 <= hours < float("inf"):
        return f"{said.hours[:40]!r} is not a number of hours", 0.0
    return "", hours
