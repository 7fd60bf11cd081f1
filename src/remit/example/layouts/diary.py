"""A time diary: what people say, at the end of a week, they spent it on (`diary.csv`).

One row a person, week (its Monday) and kind of work, in hours. It is filled in from the person's
true week, and as people do: rounded to half hours, off by a quarter here and there, small things
forgotten, the larger ones a little larger, and about one week in six not at all.

Cannot hold: which record the work was for; anything shorter than a quarter of an hour; the
difference between a week somebody was away and one nobody wrote down.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from remit.example.days import day_of
from remit.example.layouts import Everything
from remit.example.tables import Row, write_table

_FORGOTTEN_WEEK = 0.17  # of weeks
_OFF = 0.25  # standard deviation of the logarithm of an entry
_FORGETS_BELOW = 0.75  # hours; such entries are left out half of the time


def _entries(everything: Everything) -> Iterator[Row]:
    dice = everything.dice("diary")
    weeks: dict[tuple[int, int], dict[str, float]] = {}
    for piece in everything.year.pieces:
        monday = piece.day - (piece.day + 3) % 7  # day 4 since 1970 was a Monday
        spent = weeks.setdefault((monday, piece.person), {})
        spent[piece.function] = spent.get(piece.function, 0.0) + piece.minutes / 60
    for (monday, person), spent in sorted(weeks.items()):
        if dice.chance(_FORGOTTEN_WEEK):
            continue
        email = everything.staff.people[person].email
        for function, hours in sorted(spent.items(), key=lambda pair: -pair[1]):
            said = round(2 * dice.around(hours, _OFF)) / 2
            if said <= 0 or (said < _FORGETS_BELOW and dice.chance(0.5)):
                continue
            yield email, day_of(monday).isoformat(), function, f"{said:g}"


def write(everything: Everything, folder: Path) -> dict[str, int]:
    """Write the diary; returns its number of rows."""
    header = ("person", "week", "function", "hours")
    return {"diary": write_table(folder / "diary.csv", header, _entries(everything))}
