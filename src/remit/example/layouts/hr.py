"""What the personnel office knows: `employees.csv`, one row a position held, and `leave.csv`.

Positions have a first and a last day, both included; a last day that is empty means still. Leave
is a spell of whole days away: parental leave, vacation, sickness.

Cannot hold: who works in which segment, and what people do that is not in their title.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from remit.example.days import day_of
from remit.example.layouts import Everything
from remit.example.staff import Person
from remit.example.tables import Row, write_table


def employee_id(person: Person) -> str:
    """The number on somebody's badge."""
    return f"E{1001 + person.number}"


def _positions(everything: Everything) -> Iterator[Row]:
    people = everything.staff.people
    teams = {team.name: team for team in everything.company.teams}
    for person in people:
        for spell in person.spells:
            manager = "" if spell.manager is None else people[spell.manager].email
            team = teams[spell.team]
            yield (
                employee_id(person), f"{person.first} {person.last}", person.email, team.title,
                team.department, manager, day_of(spell.first).isoformat(),
                "" if spell.last is None else day_of(spell.last).isoformat(),
            )  # fmt: skip


def _spells_away(everything: Everything) -> Iterator[Row]:
    for person in everything.staff.people:
        days = sorted(everything.staff.away[person.number])
        first = 0
        for place, day in enumerate(days):
            if place + 1 < len(days) and days[place + 1] == day + 1:
                continue
            length = place - first + 1
            kind = "sickness" if length < 5 else "vacation"
            if person.leave and person.leave[0] <= day <= person.leave[1]:
                kind = "parental leave"
            yield (
                employee_id(person), person.email, day_of(days[first]).isoformat(),
                day_of(day).isoformat(), kind,
            )  # fmt: skip
            first = place + 1


def write(everything: Everything, folder: Path) -> dict[str, int]:
    """Write both lists; returns the number of rows by file."""
    return {
        "employees": write_table(
            folder / "employees.csv",
            ("employee_id", "name", "email", "title", "department", "manager_email", "start_date",
             "end_date"),
            _positions(everything),
        ),
        "leave": write_table(
            folder / "leave.csv",
            ("employee_id", "email", "start_date", "end_date", "kind"),
            _spells_away(everything),
        ),
    }  # fmt: skip
