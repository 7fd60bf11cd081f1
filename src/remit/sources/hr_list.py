"""Lists of a personnel office: who holds which position from when to when, and who is away."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from remit.sources.cells import Derived, Lent, Mapped, Reader
from remit.sources.delimited import Reject
from remit.sources.diary import columns_by_word
from remit.sources.found import Found
from remit.sources.persons import Persons
from remit.sources.source import Export, Source, connector

EMPLOYEE: Mapping[str, tuple[str, ...]] = {
    "email": ("workemail", "email", "emailaddress", "companyemail", "businessemail", "mail", "upn"),
    "number": (
        "employeeid", "employeenumber", "employeeno", "empid", "workerid", "personnelnumber",
        "personnelno", "staffid", "associateid", "fileno", "id",
    ),
    "name": (
        "name", "fullname", "employeename", "employee", "worker", "workername", "displayname",
        "preferredname",
    ),
    "first": ("firstname", "givenname", "preferredfirstname", "legalfirstname"),
    "last": ("lastname", "surname", "familyname", "legallastname"),
}  # fmt: skip
"""What lists call a person's columns, without capitals and signs."""
POSITION: Mapping[str, tuple[str, ...]] = {
    "title": ("jobtitle", "title", "businesstitle", "positiontitle", "position", "role", "job"),
    "manager": (
        "manageremail", "managersemail", "managerid", "manageremployeeid", "manager",
        "managername", "managersname", "reportsto", "reportstoemail", "supervisor",
        "supervisorname", "linemanager",
    ),
    "start": (
        "positionstartdate", "effectivedate", "titlestartdate", "startdate", "start", "started",
        "firstday", "from",
    ),
    "hired": (
        "hiredate", "dateofhire", "hired", "hiredon", "originalhiredate", "lasthiredate",
        "employmentstartdate", "joined", "joiningdate", "dateofjoining",
    ),
    "leave": (
        "positionenddate", "terminationdate", "termdate", "dateoftermination", "leavedate",
        "leavingdate", "dateofleaving", "lastdayofwork", "lastworkingday", "enddate", "end", "left",
        "employmentenddate", "exitdate", "lastday", "to",
    ),
}  # fmt: skip
AWAY: Mapping[str, tuple[str, ...]] = {
    "first_day": ("firstday", "from", "startdate", "start", "begins", "begindate", "leavestart"),
    "last_day": ("lastday", "to", "enddate", "end", "until", "ends", "leaveend"),
    "kind": (
        "kind", "type", "leavetype", "absencetype", "timeofftype", "reason", "absencereason",
        "category",
    ),
}  # fmt: skip
WHO = ("email", "number", "name")
"""What names a person, the surest first."""


def _finds(tables: Sequence[Found]) -> Mapping[str, Found]:
    found: dict[str, Found] = {}
    for table in tables:
        kind = _kind(table.columns)
        if kind and not connector(table):
            name = f"{kind} {sum(each.startswith(kind) for each in found) + 1}"
            found[name] = table.known_as(name)
    return found


def _kind(columns: Sequence[str]) -> str:
    """Which list a table is: employees, absences, or none."""
    who = columns_by_word(columns, EMPLOYEE).keys()
    if not (who & set(WHO) or {"first", "last"} <= who):
        return ""
    position = columns_by_word(columns, POSITION).keys()
    if "title" in position and position & {"start", "hired"}:
        crm = {column.casefold() for column in columns} & {"usertype", "userroleid", "profileid"}
        return "" if crm else "employees"
    away = columns_by_word(columns, AWAY).keys()
    named = who & {"number", "email"} or any(c.casefold().startswith("employee") for c in columns)
    return "absences" if named and {"first_day", "last_day", "kind"} <= away else ""


@dataclass(frozen=True, slots=True)
class _Position:
    """A row of a list of employees."""

    row: int
    person: str
    title: str | None
    manager: str | None
    start: date | None
    end: date | None
    """Day after the last."""
    hired: date | None


@Source(
    finds=_finds,
    known=frozenset({"employee, title, manager, hire date", "employee, from, to, type"}),
    after_records=True,
)
def hr_list(export: Export) -> Iterator[Mapped]:
    """What a personnel office knows: titles with their days, managers, who joined, left, was away.

    A row is a person, or a position that a person held; the last one gives today's title. Days
    are inclusive, as such lists write them. Whoever has the address of somebody in the CRM is
    that person.
    """
    con = export.con
    persons = Persons(con)
    con.execute(
        """CREATE OR REPLACE TEMP TABLE held (person_id VARCHAR, title VARCHAR, manager_id VARCHAR,
            first_day DATE, end_day DATE, hired_day DATE);
        CREATE OR REPLACE TEMP TABLE away (person_id VARCHAR, first_day DATE, end_day DATE, kind VARCHAR)"""
    )
    for reader in _of("employees", export):
        positions, wrong = _positions(reader, persons)
        known = [(p, persons.find(p.manager)) for p in positions]
        _tell(reader, wrong, len(positions))
        lost = sum(p.manager is not None and manager is None for p, manager in known)
        if lost:
            said = f"{lost:,} manager{'s are' if lost > 1 else ' is'} nobody on the list"
            reader.raw.note = "; ".join(filter(None, (reader.raw.note, said)))
        if known:
            con.executemany(
                "INSERT INTO held VALUES (?, ?, ?, ?, ?, ?)",
                [[p.person, p.title, manager, p.start, p.end, p.hired] for p, manager in known],
            )
        yield Lent(reader.raw, "positions")
    for reader in _of("absences", export):
        spells, wrong = _spells_away(reader, persons)
        _tell(reader, wrong, len(spells))
        if spells:
            con.executemany("INSERT INTO away VALUES (?, ?, ?, ?)", [list(s) for s in spells])
        yield Lent(reader.raw, "absences")
    yield from persons.added()
    yield from _known(any_held=bool(con.execute("SELECT 1 FROM held LIMIT 1").fetchone()))
    con.execute(
        """DELETE FROM positions WHERE person_id IN (SELECT person_id FROM held);
        DELETE FROM absences WHERE person_id IN (SELECT person_id FROM away)"""
    )
    yield Derived(
        "positions",
        """SELECT person_id, title, manager_id, first_day,
            least(end_day, lead(first_day) OVER (PARTITION BY person_id ORDER BY first_day)) AS end_day,
            CAST(first_day AS TIMESTAMP) AS known_from
        FROM (SELECT person_id, first_day, max(title) AS title, max(manager_id) AS manager_id, max(end_day) AS end_day FROM held
              WHERE title IS NOT NULL AND first_day IS NOT NULL GROUP BY ALL)""",
    )
    yield Derived(
        "absences",
        """SELECT person_id, first_day, max(end_day) AS end_day, min(kind) AS kind,
            CAST(first_day AS TIMESTAMP) AS known_from FROM away GROUP BY person_id, first_day""",
    )


def _known(*, any_held: bool) -> Iterator[Derived]:
    """What the list says of people, beside what the CRM says of them."""
    if not any_held:
        return
    yield Derived(
        "people",
        """SELECT p.* EXCLUDE (title, manager_id, hired_day, left_day), coalesce(h.title, p.title) AS title,
            coalesce(h.manager_id, p.manager_id) AS manager_id, h.hired_day, h.left_day
        FROM people p JOIN (
            SELECT person_id, arg_max(title, coalesce(first_day, DATE '1900-01-01')) AS title,
                arg_max(manager_id, coalesce(first_day, DATE '1900-01-01')) AS manager_id,
                coalesce(min(hired_day), min(first_day)) AS hired_day,
                CASE WHEN bool_and(end_day IS NOT NULL) THEN max(end_day) END AS left_day
            FROM held GROUP BY person_id) h USING (person_id)""",
        "Titles, managers and the days people joined and left are the HR list's where it has them.",
    )


def _of(kind: str, export: Export) -> Iterator[Reader]:
    return (reader for reader in export if reader.raw.name.startswith(kind))


def _tell(reader: Reader, wrong: Sequence[tuple[int, str]], kept: int) -> None:
    raw = reader.raw
    raw.rows = kept
    raw.malformed = (*raw.malformed, *(Reject(raw.label, raw.line(row), why) for row, why in wrong))


def _who(reader: Reader) -> str:
    """Address, number and name of a row's person, as three expressions."""
    named = columns_by_word(list(reader.raw.columns), EMPLOYEE)

    def text(word: str) -> str:
        return reader.text(named[word]).sql if word in named else "CAST(NULL AS VARCHAR)"

    name = text("name")
    if "first" in named and "last" in named:
        name = f"coalesce({text('first')} || ' ' || {text('last')}, {name})"
    return f"{text('email')}, {text('number')}, {name}"


def _person(
    persons: Persons, email: str | None, number: str | None, name: str | None
) -> tuple[str | None, str]:
    """Who is meant, or what is wrong. An address decides; without one a number, and then a name."""
    for word in (email, number, name):
        if word and persons.doubtful(word):
            return None, f"two people are called {word!r}; give the e-mail address"
        if word and (person := persons.find(word)) is not None:
            break
        if word and word is email:
            person = persons.find_or_add(email, name=name, email=email)
            break
    else:
        word = number or name
        if not word:
            return None, "names nobody"
        person = persons.find_or_add(word, name=name)
    if person is not None:
        persons.also_called(person, number)
        persons.also_called(person, name)
        persons.also_called(person, email)
    return person, ""


def _positions(reader: Reader, persons: Persons) -> tuple[list[_Position], list[tuple[int, str]]]:
    named = columns_by_word(list(reader.raw.columns), POSITION)

    def text(word: str) -> str:
        return reader.text(named[word]).sql if word in named else "CAST(NULL AS VARCHAR)"

    def day(word: str) -> str:
        return reader.day(named[word]).sql if word in named else "CAST(NULL AS DATE)"

    start, hired, leave = day("start"), day("hired"), day("leave")
    who = _who(reader)
    rows = reader.con.execute(
        f"""SELECT _row, {who}, {text("title")}, {text("manager")}, coalesce({text("start")}, {text("hired")}),
            coalesce({start}, {hired}), {hired}, {text("leave")}, {leave} FROM {reader.raw.relation} ORDER BY _row"""
    ).fetchall()
    found: list[_Position] = []
    wrong: list[tuple[int, str]] = []
    seen: dict[tuple[str, date | None], int] = {}
    for (
        row,
        email,
        number,
        name,
        title,
        manager,
        start_word,
        first,
        joined,
        leave_word,
        last,
    ) in rows:
        person, problem = _person(persons, email, number, name)
        if not problem and start_word and first is None:
            problem = f"{start_word[:40]!r} is not a date"
        if not problem and leave_word and last is None:
            problem = f"{leave_word[:40]!r} is not a date"
        if not problem and first and last and last < first:
            problem = "ends before it starts"
        if not problem and person is not None and (person, first) in seen:
            problem = f"is there twice: line {seen[person, first]} has the same person and day"
        if problem or person is None:
            wrong.append((row, problem))
            continue
        seen[person, first] = reader.raw.line(row)
        end = last + timedelta(days=1) if last else None
        found.append(_Position(row, person, title, manager, first, end, joined))
    return found, wrong


def _spells_away(
    reader: Reader, persons: Persons
) -> tuple[list[tuple[str, date, date, str | None]], list[tuple[int, str]]]:
    named = columns_by_word(list(reader.raw.columns), AWAY)
    first_day, last_day = (reader.day(named[word]).sql for word in ("first_day", "last_day"))
    who = _who(reader)
    rows = reader.con.execute(
        f"""SELECT _row, {who}, {first_day}, {last_day}, {reader.text(named["kind"]).sql}
        FROM {reader.raw.relation} ORDER BY _row"""
    ).fetchall()
    found: list[tuple[str, date, date, str | None]] = []
    wrong: list[tuple[int, str]] = []
    for row, email, number, name, first, last, kind in rows:
        person, problem = _person(persons, email, number, name)
        if not problem and (first is None or last is None):
            problem = "says not from when to when"
        if not problem and last < first:
            problem = "ends before it starts"
        if problem or person is None:
            wrong.append((row, problem))
        else:
            found.append((person, first, last + timedelta(days=1), kind))
    return found, wrong
