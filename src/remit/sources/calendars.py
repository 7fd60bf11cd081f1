"""Calendars: who met whom, when and how long, from what people export of them.

A meeting in several people's calendars is one activity. No subject is stored: the charter's rules
are tried on it, and the name of the first that fits is kept.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import duckdb
import pyarrow as pa

from remit.evidence.sql import quoted
from remit.sources.addresses import ready
from remit.sources.calendar_entries import Attendee, Entry, events_of, kind_of, occurrences
from remit.sources.cells import Derived, Lent, Mapped, Reader
from remit.sources.delimited import Raw, Reject
from remit.sources.found import Found
from remit.sources.patterns import matches
from remit.sources.persons import Persons
from remit.sources.recurrence import NeverEndsError
from remit.sources.source import Export, Source, connector

ANYBODYS = frozenset(
    [
        "gmail.com",
        "googlemail.com",
        "outlook.com",
        "hotmail.com",
        "live.com",
        "yahoo.com",
        "icloud.com",
        "me.com",
        "proton.me",
        "protonmail.com",
        "gmx.de",
        "gmx.net",
        "web.de",
        "aol.com",
    ]
)
"""Domains at which anybody can have an address; none is a company's own."""
MOST_TIMES = 2_000_000
"""Meetings in one file; more is no calendar."""


def _finds(tables: Sequence[Found]) -> Mapping[str, Found]:
    calendars = [table for table in tables if kind_of(table) and not connector(table)]
    return {f"calendar {at}": t.known_as(f"calendar {at}") for at, t in enumerate(calendars, 1)}


@Source(
    finds=_finds,
    known=frozenset({"*.ics", "a list of events as Google, Microsoft or Outlook writes it"}),
    after_records=True,
    one_a_person=True,
)
def calendars(export: Export) -> Iterator[Mapped]:
    """Calendars in iCalendar, as JSON or CSV of Google's or Microsoft's API, or as Outlook's CSV.

    A calendar is somebody's if its name, its file's name or its own events say so by an address,
    an id or a name. Whoever accepted or organised a meeting attended it; whoever did not answer
    was invited; whoever declined, was not sure or shows the time as free has no part in it. Of a
    private event the time alone is kept. Series are repeated to the day of the load and no
    further.
    """
    con = export.con
    persons = Persons(con)
    found = {reader.raw.name: events_of(reader, export.charter.time_zone) for reader in export}
    domains, known_how = _domains(export, (e for f in found.values() for e in f.entries))
    heap = _Heap()
    for reader in export:
        events = found[reader.raw.name]
        read = _Reading(export, persons, domains, heap)
        wrong = [*events.wrong]
        kept: set[int] = set()
        lines: list[int] = []
        for entry, at in occurrences(events.entries, _end_of(export)):
            if isinstance(at, NeverEndsError):
                wrong.append((entry.row, str(at)))
            elif entry.minutes is not None and entry.minutes < 0:
                wrong.append((entry.row, "ends before it starts"))
            elif len(lines) >= MOST_TIMES:
                wrong.append((entry.row, f"is beyond {MOST_TIMES:,} meetings in one file"))
                break
            else:
                read.take(entry, at)
                kept.add(entry.row)
                lines.append(entry.row)
        _tell(reader, sorted(set(wrong)), len(lines), read)
        yield Lent(reader.raw, "activities")
    heap.hand_over(con)
    yield from persons.added()
    yield from _meetings(export, known_how)


def _end_of(export: Export) -> datetime:
    """The instant at which the day of the load ends, in UTC."""
    zone = ZoneInfo(export.charter.time_zone)
    following = datetime.combine(export.today + timedelta(days=1), time(), zone)
    return following.astimezone(UTC).replace(tzinfo=None) - timedelta(seconds=1)


def _domains(export: Export, entries: Iterable[Entry]) -> tuple[frozenset[str], str]:
    """The domains of the company's own addresses, and how they are known."""
    stated = export.charter.email_domains
    if stated:
        return frozenset(word.casefold().lstrip("@") for word in stated), ""
    addresses = [
        str(row[0])
        for row in export.con.execute(
            "SELECT email FROM private.names WHERE email LIKE '%@%'"
        ).fetchall()
    ]
    whose = "people"
    if not addresses:
        words = {word.casefold() for entry in entries for word in entry.owners if "@" in word}
        addresses, whose = sorted(words), "calendars' owners"
    counted = Counter(address.rpartition("@")[2].casefold() for address in addresses)
    for domain in ANYBODYS:
        counted.pop(domain, None)
    if not counted:
        return frozenset(), (
            "Whoever is not among the loaded people is outside the company: no domain is its own, "
            "and the charter names none (`email_domains`)."
        )
    domain = min(counted, key=lambda each: (-counted[each], each))
    return frozenset({domain}), (
        f"Addresses at {domain} are the company's own: it is the commonest domain among the "
        f"addresses of the loaded {whose}; `email_domains` of the charter would say it."
    )


def _tell(reader: Reader, wrong: Sequence[tuple[int, str]], kept: int, read: _Reading) -> None:
    """Rows in are the meetings kept and the events refused."""
    raw: Raw = reader.raw
    raw.malformed = (
        *raw.malformed,
        *(Reject(raw.label, raw.line(row), why) for row, why in wrong),
    )
    raw.rows = kept
    said = [raw.note] if raw.note else []
    if read.ownerless:
        said.append(
            "whose calendar it is cannot be told; give the file the person's address as its name"
        )
    if read.no_attendees:
        said.append("does not tell who took part")
    raw.note = "; ".join(said)


@dataclass(slots=True)
class _Heap:
    """What all calendars tell, row by row, until it is handed to the database."""

    copies: list[tuple[object, ...]] = field(default_factory=list)
    parts: list[tuple[object, ...]] = field(default_factory=list)
    others: list[tuple[object, ...]] = field(default_factory=list)

    def hand_over(self, con: duckdb.DuckDBPyConnection) -> None:
        text, flag, at = pa.string(), pa.bool_(), pa.timestamp("us")
        for name, rows, columns in (
            (
                "calendar_copies",
                self.copies,
                {
                    "meeting": text, "happened_at": at, "day": pa.date32(), "date_only": flag,
                    "minutes": pa.float64(), "reason": text, "subject": text, "categories": text,
                    "organizer": text, "recorded_at": at, "private": flag, "external": flag,
                    "alone": flag, "by_owner": flag,
                },
            ),
            (
                "calendar_parts",
                self.parts,
                {"meeting": text, "person_id": text, "part": text, "absent": text, "own": flag},
            ),
            ("calendar_others", self.others, {"meeting": text, "address": text}),
        ):  # fmt: skip
            cells = list(zip(*rows, strict=True)) or [()] * len(columns)
            table = pa.table(
                {
                    column: pa.array(list(values), type_)
                    for (column, type_), values in zip(columns.items(), cells, strict=True)
                }
            )
            con.register("handed_over", table)
            con.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT * FROM handed_over")
            con.unregister("handed_over")
            rows.clear()


@dataclass(slots=True)
class _Part:
    """Somebody of ours on an event."""

    part: str
    absent: str = ""
    """Why they have no part in it after all."""
    own: bool = False
    """Whether their own calendar says so."""


@dataclass(slots=True)
class _People:
    """Whom an event is about."""

    parts: dict[str, _Part]
    others: tuple[str, ...]
    """Addresses of people outside."""
    external: bool | None
    alone: bool
    by_owner: bool


class _Reading:
    """Reads the events of one file onto the heap."""

    def __init__(
        self, export: Export, persons: Persons, domains: frozenset[str], heap: _Heap
    ) -> None:
        self.persons, self.domains, self.heap = persons, domains, heap
        self.zone = ZoneInfo(export.charter.time_zone)
        self.today = export.today
        self.longest = export.number("longest_entry_minutes")
        self.ownerless = self.no_attendees = False
        self._people: dict[int, _People] = {}

    def take(self, entry: Entry, at: datetime | date) -> None:
        """Put one time of an event onto the heap."""
        people = self._people.get(entry.row)
        if people is None:
            people = self._people[entry.row] = self._of(entry)
        if isinstance(at, datetime):
            start = at
            day = at.replace(tzinfo=UTC).astimezone(self.zone).date()
        else:
            midnight = datetime.combine(at, time(), self.zone)
            start, day = midnight.astimezone(UTC).replace(tzinfo=None), at
        meeting = self._name(entry, at)
        created = min(entry.created, start) if entry.created and entry.replaces else entry.created
        self.heap.copies.append(
            (
                meeting,
                start,
                day,
                entry.all_day,
                entry.minutes,
                self._reason(entry, day),
                "" if entry.private else entry.subject,
                "" if entry.private else entry.categories,
                entry.organizer.word if entry.organizer and not entry.private else "",
                created or start,
                entry.private,
                people.external,
                people.alone,
                people.by_owner,
            )
        )
        self.heap.parts += [
            (meeting, person, part.part, part.absent, part.own)
            for person, part in people.parts.items()
        ]
        self.heap.others += [(meeting, address) for address in people.others]

    def _name(self, entry: Entry, at: datetime | date) -> str:
        """What tells a meeting from others, alike in everybody's calendar."""
        if entry.uid:
            return f"{entry.uid}\0{at.isoformat()}"
        by = entry.organizer.word if entry.organizer else entry.owners[0] if entry.owners else ""
        return "\0".join((at.isoformat(), str(entry.minutes), entry.subject, by.casefold()))

    def _reason(self, entry: Entry, day: date) -> str | None:
        if entry.cancelled:
            return "cancelled"
        if entry.all_day:
            return "all day"
        if entry.minutes is not None and entry.minutes > self.longest:
            return "longer than a working day"
        return "future" if day > self.today else None

    def _of(self, entry: Entry) -> _People:
        owner = self._owner(entry)
        self.ownerless |= owner is None and not entry.attendees
        self.no_attendees |= entry.attendees is None
        listed = () if entry.private else entry.attendees or ()
        parts: dict[str, _Part] = {}
        others: list[str] = []
        unknown = False
        organizer = None if entry.private else entry.organizer
        for attendee in (*listed, *((organizer,) if organizer else ())):
            person = self._ours(attendee)
            if person is None:
                unknown |= not attendee.domain
                if attendee.domain and attendee.response != "declined":
                    others.append(attendee.word)
            elif person not in parts:
                parts[person] = _part_of(attendee.response)
        if organizer and (person := self._ours(organizer)) is not None:
            parts[person].part = "organiser"
        if owner is not None:
            answer = entry.own_response
            if entry.private and not answer:
                mine = (a.response for a in entry.attendees or () if self._ours(a) == owner)
                answer = next(mine, "")
            own = parts.setdefault(owner, _part_of(answer))
            if answer:
                own.absent = _part_of(answer).absent
            if not listed and organizer is None:
                own.part = "organiser"
            own.own = True
            shown = "tentative" if entry.tentative else entry.shown_as
            own.absent = own.absent or {"away": "out of office"}.get(shown, shown)
        external: bool | None = bool(others)
        if entry.private or (not others and (unknown or entry.attendees is None)):
            external = None
        words = {attendee.word.casefold() for attendee in listed}
        alone = not entry.private and entry.attendees is not None and not others and not unknown
        return _People(
            parts,
            tuple(dict.fromkeys(others)),
            external,
            alone and len(parts) <= 1 and len(words) <= 1,
            organizer is not None
            and owner is not None
            and self.persons.find(organizer.word) == owner,
        )

    def _owner(self, entry: Entry) -> str | None:
        for word in entry.owners:
            if (person := self.persons.find(word)) is not None:
                return person
            if self._at_home(word):
                return self.persons.find_or_add(word)
        return None

    def _ours(self, attendee: Attendee) -> str | None:
        person = self.persons.find(attendee.word)
        if person is None and self._at_home(attendee.word):
            return self.persons.find_or_add(attendee.word)
        return person

    def _at_home(self, word: str) -> bool:
        found = re.fullmatch(r"[^@\s]+@([^@\s]+)", word.strip())
        domain = found[1].casefold() if found else ""
        return any(domain == own or domain.endswith(f".{own}") for own in self.domains)


def _part_of(response: str) -> _Part:
    if response == "accepted":
        return _Part("attended")
    return _Part("invited", response)


# From copies to meetings


def _meetings(export: Export, known_how: str) -> Iterator[Mapped]:
    """One activity of all copies of a meeting, who took part, and what it concerns."""
    con = export.con
    con.execute(
        """CREATE OR REPLACE TEMP TABLE calendar_ids AS
        SELECT meeting, 'c' || substr(person(meeting), 2) AS activity_id FROM (SELECT DISTINCT meeting FROM calendar_copies);
        CREATE OR REPLACE TEMP TABLE calendar_part AS
        SELECT activity_id, person_id, part, absent FROM calendar_parts JOIN calendar_ids USING (meeting)
        -- one's own calendar knows best; of other people's copies, the one with an answer
        QUALIFY row_number() OVER (PARTITION BY activity_id, person_id
            ORDER BY own DESC, absent = '' DESC, part = 'organiser' DESC, part, absent) = 1;
        DELETE FROM participants WHERE (activity_id, person_id) IN (SELECT activity_id, person_id FROM calendar_part)"""
    )
    rule, automated = _rules(export)
    con.execute(
        f"""CREATE OR REPLACE TEMP TABLE calendar_meetings AS
        SELECT activity_id,
            first(happened_at ORDER BY best) AS happened_at, first(day ORDER BY best) AS day,
            first(date_only ORDER BY best) AS date_only, first(minutes ORDER BY best) AS minutes,
            first(reason ORDER BY best) AS reason, max(rule) AS rule, bool_or(automated) AS automated,
            min(recorded_at) AS recorded_at, bool_or(private) AS private,
            CASE WHEN NOT bool_or(private) THEN bool_or(external) END AS external,
            bool_and(alone) AS alone
        FROM (SELECT activity_id, c.*, {rule} AS rule, {automated} AS automated,
                -- the organiser's copy tells best whether it took place
                (NOT by_owner, reason IS NOT NULL, coalesce(reason, ''), happened_at, minutes, day, date_only) AS best
              FROM calendar_copies c JOIN calendar_ids USING (meeting))
        GROUP BY activity_id"""
    )
    yield Derived(
        "participants",
        """SELECT activity_id, person_id, part, recorded_at AS known_from
        FROM calendar_part JOIN calendar_meetings USING (activity_id) WHERE absent = ''""",
    )
    yield Derived(
        "activities",
        """SELECT m.* EXCLUDE (why, reason, automated, private, alone), 'meeting' AS kind,
            'calendar' AS seen_in, m.recorded_at AS known_from, why IS NULL AS counted, why AS not_counted
        FROM (SELECT *, CASE WHEN reason IS NOT NULL THEN reason WHEN automated THEN 'automated'
                WHEN NOT EXISTS (SELECT 1 FROM participants p WHERE p.activity_id = c.activity_id)
                    THEN coalesce((SELECT min(absent) FROM calendar_part p WHERE p.activity_id = c.activity_id AND absent <> ''),
                        'nobody of ours')
                WHEN alone AND rule IS NULL THEN 'nobody else invited' END AS why
              FROM calendar_meetings c) m""",
    )
    linked = yield from _links(con)
    (all_,) = con.execute("SELECT count(*) FROM calendar_meetings").fetchone() or (0,)
    said = (
        f"Of {all_:,} meetings in calendars {linked:,} have somebody whose address a contact or a "
        f"lead has, and are linked to these.{f' {known_how}' if known_how else ''}"
    )
    yield Derived("activities", "SELECT * FROM activities WHERE false", said)


def _rules(export: Export) -> tuple[str, str]:
    """The first charter rule that a copy matches, and whether that says software did it, as SQL."""
    rules = [r for r in export.charter.activities.rules if r.object in (None, "Calendar")]
    if not rules:
        return "CAST(NULL AS VARCHAR)", "false"
    (rows,) = export.con.execute("SELECT count(*) FROM calendar_copies").fetchone() or (0,)
    columns = {"Subject": "subject", "Summary": "subject", "Categories": "categories"}
    any_reader = next(iter(export))
    raw = replace(
        any_reader.raw,
        relation="calendar_copies",
        columns={**columns, "Organizer": "organizer"},
        rows=int(rows),
        missing=set(),
        kept="",
    )
    reader = Reader(export.con, raw)
    cases = [f"WHEN {matches(reader, rule.where)} THEN {quoted(rule.name)}" for rule in rules]
    by_software = " OR ".join(f"{matches(reader, r.where)}" for r in rules if r.automated)
    return f"CASE {' '.join(cases)} END", f"({by_software})" if by_software else "false"


def _links(con: duckdb.DuckDBPyConnection) -> Generator[Derived, None, int]:
    """Contacts and leads whose address somebody on a meeting has."""
    ready(con)
    con.execute(
        """CREATE OR REPLACE TEMP TABLE calendar_links AS
        SELECT m.activity_id, a.record_type, min(a.record_id) AS record_id, any_value(m.recorded_at) AS known_from
        FROM (SELECT DISTINCT meeting, address FROM calendar_others) o
        JOIN calendar_ids USING (meeting) JOIN calendar_meetings m USING (activity_id)
        JOIN addresses a ON a.address = address(o.address)
        LEFT JOIN leads l ON a.record_type = 'lead' AND l.lead_id = a.record_id
        WHERE NOT m.private AND (l.converted_at IS NULL OR l.converted_at > m.happened_at)
        GROUP BY m.activity_id, a.record_type, a.address;
        DELETE FROM activity_links WHERE activity_id IN (SELECT activity_id FROM calendar_meetings)"""
    )
    yield Derived("activity_links", "SELECT * FROM calendar_links")
    (found,) = con.execute("SELECT count(DISTINCT activity_id) FROM calendar_links").fetchone() or (
        0,
    )
    return int(found)
