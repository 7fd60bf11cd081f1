"""Events of calendars, whatever wrote them: iCalendar, Google's API, Microsoft's API, Outlook.

What an event says is read here and nothing is judged; subjects are held until the charter's rules
have been tried on them, and stored nowhere.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import cache
from typing import Any
from urllib.parse import unquote
from zoneinfo import ZoneInfo

from remit.sources.cells import Reader
from remit.sources.found import Found
from remit.sources.ics import known_zone
from remit.sources.recurrence import NeverEndsError, times

EARLIEST, LATEST = 1900, 2200
"""Between these years lies every day that a calendar means."""


class UnreadableError(ValueError):
    """An event that cannot be understood; the message says which part."""


@dataclass(frozen=True, slots=True)
class Attendee:
    """Somebody on an event: an address, or a name where no address is told."""

    word: str
    response: str = ""
    """accepted, declined, tentative, or nothing where there was no answer."""

    @property
    def domain(self) -> str:
        """What follows the @ of the address; empty where only a name is told."""
        return self.word.rpartition("@")[2] if "@" in self.word else ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One event in one calendar; one that repeats is one entry.

    `start` is by the clock of `zone`; an event of whole days has a date. `attendees` is None
    where the file cannot tell of any.
    """

    row: int
    uid: str
    start: datetime | date
    minutes: float | None
    zone: tzinfo
    owners: tuple[str, ...] = ()
    """Words for whose calendar it is, the surest first."""
    rules: tuple[str, ...] = ()
    also: tuple[datetime | date, ...] = ()
    but: tuple[datetime | date, ...] = ()
    replaces: datetime | date | None = None
    """The start that it had before it was moved alone, out of a series."""
    series: str = ""
    """What ties a series to what replaces a part of it."""
    sequence: int = 0
    cancelled: bool = False
    tentative: bool = False
    shown_as: str = ""
    """free, tentative or away, in the calendar it is in; else nothing."""
    own_response: str = ""
    """What the calendar's owner answered, where the event says it beside the attendees."""
    private: bool = False
    subject: str = ""
    categories: str = ""
    organizer: Attendee | None = None
    attendees: tuple[Attendee, ...] | None = None
    created: datetime | None = None

    @property
    def all_day(self) -> bool:
        """Whether it is about days, not hours."""
        return not isinstance(self.start, datetime)


@dataclass(slots=True)
class Events:
    """What one file holds, and the rows of it that cannot be read."""

    entries: list[Entry] = field(default_factory=list)
    wrong: list[tuple[int, str]] = field(default_factory=list)


Told = Mapping[str, str]
"""A row: column, without its capitals and signs, to what stands there."""


def kind_of(table: Found) -> str:
    """Which kind of calendar a table is: ical, google, graph or outlook; else nothing."""
    columns = [column.casefold() for column in table.columns]
    plain = {_plain(column) for column in columns}
    if "vevent_uid" in columns:
        return "ical"
    nested = {
        match[1] for c in columns if (match := re.fullmatch(r"(start|end)[^a-z0-9]datetime", c))
    }
    if nested == {"start", "end"}:
        if plain & {"icaluid", "htmllink", "iscancelled", "showas", "weblink", "attendees"}:
            return "graph" if "subject" in plain else "google"
        return ""
    outlook = {"subject", "startdate", "starttime", "enddate", "endtime"}
    return "outlook" if outlook <= plain else ""


def events_of(reader: Reader, zone: str) -> Events:
    """Every event of a table that `kind_of` knows.

    Args:
        reader: The table.
        zone: In which a clock is read that says no zone of its own.
    """
    raw = reader.raw
    found = Found(raw.name, raw.label, tuple(raw.columns), lambda con, relation: raw)
    kind = kind_of(found)
    read: Callable[[Told, int, ZoneInfo], Entry | None] = {
        "ical": _of_ical,
        "google": _of_google,
        "graph": _of_graph,
        "outlook": _of_outlook,
    }[kind]
    stem = re.sub(r"(?i)\.(ics|csv|json)$", "", raw.file.stem)
    events, here = Events(), ZoneInfo(zone)
    for row, told in _rows(reader, kind):
        try:
            entry = read(told, row, here)
        except (UnreadableError, ValueError, OverflowError) as error:
            events.wrong.append((row, str(error)))
            continue
        if entry is not None:
            events.entries.append(replace(entry, owners=(*entry.owners, stem)))
    return events


def occurrences(
    entries: Sequence[Entry], last: datetime
) -> Iterator[tuple[Entry, datetime | date | NeverEndsError]]:
    """Each time that each entry takes place, no series later than `last` (UTC).

    An event that was moved or cancelled alone takes the place of that time of its series; of
    several versions of one event the latest counts.

    Yields:
        The entry, and its start: an instant in UTC, or a day; or why its rule gives none.
    """
    versions: dict[tuple[str, object], int] = {}
    for entry in entries:
        if entry.series:
            key = (entry.series, entry.replaces)
            versions[key] = max(versions.get(key, 0), entry.sequence)
    moved: dict[str, set[datetime | date]] = {}
    for entry in entries:
        if entry.series and entry.replaces is not None:
            moved.setdefault(entry.series, set()).add(entry.replaces)
    for entry in entries:
        if entry.series and entry.sequence < versions[(entry.series, entry.replaces)]:
            continue
        if entry.replaces is not None or not (entry.rules or entry.also):
            yield entry, _instant(entry.start, entry.zone)
            continue
        whole = not isinstance(entry.start, datetime)
        start = _clock(entry.start)
        till = last.replace(tzinfo=UTC).astimezone(entry.zone).replace(tzinfo=None)
        try:
            found = times(
                start, entry.rules, also=entry.also, but=entry.but, zone=entry.zone, last=till
            )
        except NeverEndsError as error:
            yield entry, error
            continue
        for at in found:
            real = at.date() if whole else _instant(at, entry.zone)
            if real not in moved.get(entry.series, ()):
                yield entry, real


def _clock(start: datetime | date) -> datetime:
    if isinstance(start, datetime):
        return start
    return datetime(start.year, start.month, start.day)  # noqa: DTZ001  by its own clock


def _instant(at: datetime | date, zone: tzinfo) -> datetime | date:
    """A moment of a zone's clock in UTC; a day stays one."""
    if not isinstance(at, datetime):
        return at
    return at.replace(tzinfo=zone).astimezone(UTC).replace(tzinfo=None)


def _plain(column: str) -> str:
    return re.sub(r"[^a-z0-9]", "", column.casefold())


def _rows(reader: Reader, kind: str) -> Iterator[tuple[int, Told]]:
    """Each row with its number; days of a desktop's export are read by whole columns."""
    raw = reader.raw
    names = {_plain(column): within for column, within in raw.columns.items()}
    words, sql = list(names), list(names.values())
    if kind == "outlook":
        written = {_plain(column): column for column in raw.columns}
        for end in ("start", "end"):
            words.append(f"{end}day")
            sql.append(f"CAST({reader.day(written[f'{end}date']).sql} AS VARCHAR)")
    cursor = reader.con.execute(f"SELECT _row, {', '.join(sql)} FROM {raw.relation} ORDER BY _row")
    for row, *cells in cursor.fetchall():
        told = {w: c.strip() for w, c in zip(words, cells, strict=True) if c and c.strip()}
        yield int(row), told


# iCalendar


def _of_ical(told: Told, row: int, here: ZoneInfo) -> Entry:
    zone = _zone(told.get("zone", ""), here)
    start = _moment(told["start"], zone)
    if told.get("allday", "").casefold() == "true" and isinstance(start, datetime):
        start = start.date()
    minutes = float(told["minutes"]) if "minutes" in told else None
    if "organizer" in told:
        said = json.loads(told["organizer"])
        organizer = _attendee(said["email"] or said["name"], said["response"])
    else:
        organizer = None
    attendees = tuple(
        _attendee(each["email"] or each["name"], each["response"])
        for each in json.loads(told.get("attendees", "[]"))
        if each["kind"] not in ("resource", "room", "group") and (each["email"] or each["name"])
    )
    uid = told.get("veventuid", "")
    status = told.get("status", "").casefold()
    return Entry(
        row=row,
        uid=uid,
        start=start,
        minutes=minutes,
        zone=zone,
        owners=(told["calendar"],) if told.get("calendar") else (),
        rules=tuple(json.loads(told.get("rules", "[]"))),
        also=tuple(_by_clock(word, zone) for word in json.loads(told.get("also", "[]"))),
        but=tuple(_by_clock(word, zone) for word in json.loads(told.get("except", "[]"))),
        replaces=_instant(_moment(told["replaces"], zone), zone) if "replaces" in told else None,
        series=f"{told.get('calendar', '')}\0{uid}" if uid else "",
        sequence=int(told["sequence"]) if told.get("sequence", "").isdigit() else 0,
        cancelled=status == "cancelled",
        tentative=status == "tentative",
        shown_as=_shown(told.get("shownas", "")),
        private=told.get("privacy", "").casefold() in ("private", "confidential"),
        subject=told.get("subject", ""),
        categories=told.get("categories", ""),
        organizer=organizer,
        attendees=attendees,
        created=_utc(told.get("created")),
    )


@cache
def _zone(word: str, here: ZoneInfo) -> tzinfo:
    """A zone by its name, or by a description of it; none is the charter's."""
    if not word:
        return here
    if word.startswith("BEGIN:VTIMEZONE"):
        from icalendar import Timezone

        try:
            described: Any = Timezone.from_ical(word)
            found = described.to_tz(lookup_tzid=False)
        except (ValueError, KeyError, TypeError, AttributeError, IndexError):
            found = None
        if isinstance(found, tzinfo):
            return found
        raise UnreadableError("has a time zone whose description is broken")
    name = known_zone(word)
    if not name:
        raise UnreadableError(f"has a time zone that nobody knows: {word[:60]}")
    return ZoneInfo(name)


def _moment(word: str, zone: tzinfo) -> datetime | date:
    """A day, or a moment by the clock of a zone."""
    try:
        at = datetime.fromisoformat(word)
        if at.tzinfo is not None:
            at = at.astimezone(zone).replace(tzinfo=None)
    except (ValueError, OverflowError):
        raise UnreadableError(f"{word[:40]!r} is not a date and time") from None
    if not EARLIEST <= at.year < LATEST:
        raise UnreadableError(f"{word[:40]!r} is a day that no calendar means")
    return at.date() if re.fullmatch(r"\d{4}-\d\d-\d\d", word) else at


def _by_clock(word: str, zone: tzinfo) -> datetime | date:
    return _moment(word, zone)


def _utc(word: str | None) -> datetime | None:
    if not word:
        return None
    try:
        at = datetime.fromisoformat(word)
    except ValueError:
        return None
    return at.astimezone(UTC).replace(tzinfo=None) if at.tzinfo is not None else at


_ANSWERS = {
    "accepted": "accepted",
    "organizer": "accepted",
    "declined": "declined",
    "tentative": "tentative",
    "tentativelyaccepted": "tentative",
}


def _attendee(word: str, response: str) -> Attendee:
    word = " ".join(re.sub(r"(?i)^mailto:", "", word).split())
    return Attendee(word.casefold() if "@" in word else word, _ANSWERS.get(_plain(response), ""))


_SHOWN = {
    "free": "free",
    "transparent": "free",
    "tentative": "tentative",
    "oof": "away",
    "outofoffice": "away",
    "1": "tentative",
    "3": "free",
    "4": "away",
}


def _shown(word: str) -> str:
    return _SHOWN.get(_plain(word), "")


# Google's API


def _of_google(told: Told, row: int, here: ZoneInfo) -> Entry | None:
    zone = _zone(told.get("starttimezone", "") or told.get("abovetimezone", ""), here)
    cancelled = told.get("status", "").casefold() == "cancelled"
    word = told.get("startdatetime") or told.get("startdate")
    before = told.get("originalstarttimedatetime") or told.get("originalstarttimedate")
    if word is None and cancelled and before:
        word = before  # what is left of a cancelled time of a series
    if word is None:
        raise UnreadableError("has no start")
    start = _moment(word, zone)
    end_word = told.get("enddatetime") or told.get("enddate")
    minutes = _between(start, _moment(end_word, zone), zone) if end_word else None
    listed = _list(told.get("attendees"))
    attendees = tuple(
        _attendee(_word_of(each), str(each.get("responseStatus", "")))
        for each in listed
        if not each.get("resource") and _word_of(each)
    )
    own = [each for each in listed if _true(each.get("self"))]
    rules, but, also = _google_rules(_words(told.get("recurrence")), zone)
    master = told.get("recurringeventid", "")
    owner = [str(each.get("email", "")) for each in own] + (
        [told["organizeremail"]]
        if _true(told.get("organizerself")) and "organizeremail" in told
        else []
    )
    organizer = told.get("organizeremail") or told.get("organizerdisplayname")
    calendar = told.get("abovesummary", "")
    of = master or told.get("id", "")
    kind = told.get("eventtype", "").casefold()
    return Entry(
        row=row,
        uid=told.get("icaluid", "") or told.get("id", ""),
        start=start,
        minutes=minutes,
        zone=zone,
        owners=tuple(word for word in (*owner, calendar) if word),
        rules=rules,
        also=also,
        but=but,
        replaces=_instant(_moment(before, zone), zone) if master and before else None,
        series=f"{calendar}\0{of}" if of else "",
        sequence=int(told["sequence"]) if told.get("sequence", "").isdigit() else 0,
        cancelled=cancelled,
        tentative=told.get("status", "").casefold() == "tentative",
        shown_as="away" if kind == "outofoffice" else _shown(told.get("transparency", "")),
        own_response=_ANSWERS.get(_plain(str(own[0].get("responseStatus", ""))), "") if own else "",
        private=told.get("visibility", "").casefold() in ("private", "confidential"),
        subject=told.get("summary", ""),
        organizer=_attendee(organizer, "accepted") if organizer else None,
        attendees=attendees,
        created=_utc(told.get("created")),
    )


def _between(start: datetime | date, end: datetime | date, zone: tzinfo) -> float | None:
    if not isinstance(start, datetime) or not isinstance(end, datetime):
        return None
    real = end.replace(tzinfo=zone).astimezone(UTC) - start.replace(tzinfo=zone).astimezone(UTC)
    return real / timedelta(minutes=1)


def _google_rules(
    lines: Sequence[str], zone: tzinfo
) -> tuple[tuple[str, ...], tuple[datetime | date, ...], tuple[datetime | date, ...]]:
    rules: list[str] = []
    but: list[datetime | date] = []
    also: list[datetime | date] = []
    for line in lines:
        name, _, said = line.partition(":")
        kind = name.partition(";")[0].upper()
        if kind == "RRULE":
            rules.append(said)
        elif kind in ("EXDATE", "RDATE"):
            tzid = re.search(r"TZID=([^;:]+)", name, re.I)
            of = _zone(tzid[1], zone) if tzid and isinstance(zone, ZoneInfo) else zone
            for word in said.split(","):
                at = re.sub(
                    r"^(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)(Z?))?$", _dashed, word.strip()
                )
                moment = _moment(at, of)
                if isinstance(moment, datetime) and of is not zone:
                    moment = moment.replace(tzinfo=of).astimezone(zone).replace(tzinfo=None)
                (but if kind == "EXDATE" else also).append(moment)
    return tuple(rules), tuple(but), tuple(also)


def _dashed(found: re.Match[str]) -> str:
    day = f"{found[1]}-{found[2]}-{found[3]}"
    return f"{day}T{found[4]}:{found[5]}:{found[6]}{found[7]}" if found[4] else day


def _list(cell: str | None) -> list[dict[str, Any]]:
    """People in one cell: JSON, what Python prints of it, or words with signs between them."""
    if not cell:
        return []
    found: Any = None
    if cell[:1] in "[{":
        try:
            found = json.loads(cell)
        except ValueError:
            try:
                found = ast.literal_eval(cell)
            except (ValueError, SyntaxError, MemoryError, RecursionError):
                found = None
    if isinstance(found, dict):
        found = [found]
    if isinstance(found, list):
        return [each if isinstance(each, dict) else {"email": str(each)} for each in found]
    return [
        {"email": word.strip()} for word in re.split(r"[;\n]|,(?=[^,]*@)", cell) if word.strip()
    ]


def _words(cell: str | None) -> list[str]:
    return [str(each.get("email", "")) for each in _list(cell)]


def _word_of(each: Mapping[str, Any]) -> str:
    return str(each.get("email") or each.get("displayName") or "")


def _true(value: object) -> bool:
    return value is True or str(value).casefold() == "true"


# Microsoft's API


def _of_graph(told: Told, row: int, here: ZoneInfo) -> Entry:
    word = told.get("startdatetime")
    if word is None:
        raise UnreadableError("has no start")
    zone = _zone(told.get("starttimezone", ""), here)
    start = _moment(word, zone)
    minutes = None
    if "enddatetime" in told:
        end_zone = _zone(told.get("endtimezone", "") or told.get("starttimezone", ""), here)
        end = _moment(told["enddatetime"], end_zone)
        if isinstance(start, datetime) and isinstance(end, datetime):
            ends = end.replace(tzinfo=end_zone).astimezone(zone).replace(tzinfo=None)
            minutes = _between(start, ends, zone)
    if _true(told.get("isallday")) and isinstance(start, datetime):
        start = start.date()
    attendees = []
    for each in _list(told.get("attendees")):
        person = each.get("emailAddress") or {}
        word_ = str(person.get("address") or person.get("name") or _word_of(each))
        answer = (each.get("status") or {}).get("response", "")
        if word_ and _plain(str(each.get("type", ""))) != "resource":
            attendees.append(_attendee(word_, str(answer)))
    organizer = told.get("organizeremailaddressaddress") or told.get("organizeremailaddressname")
    # a list of events says whose it is in the address of its description
    whose = re.search(r"users\('([^']+)'\)", unquote(told.get("aboveodatacontext", "")))
    mine = [organizer] if organizer and _true(told.get("isorganizer")) else []
    original = told.get("originalstart")
    master = told.get("seriesmasterid", "")
    exception = _plain(told.get("type", "")) == "exception" and original is not None
    of = master or told.get("id", "")
    return Entry(
        row=row,
        uid=told.get("icaluid", "") or told.get("id", ""),
        start=start,
        minutes=minutes,
        zone=zone,
        owners=tuple(word for word in ([whose[1]] if whose else []) + mine if word),
        rules=_graph_rules(told),
        replaces=_utc(original) if exception else None,
        series=of if exception or _plain(told.get("type", "")) == "seriesmaster" else "",
        cancelled=_true(told.get("iscancelled")),
        shown_as=_shown(told.get("showas", "")),
        own_response=_ANSWERS.get(_plain(told.get("responsestatusresponse", "")), ""),
        private=told.get("sensitivity", "").casefold() in ("private", "confidential"),
        subject=told.get("subject", ""),
        categories=", ".join(_words(told.get("categories"))),
        organizer=_attendee(organizer, "accepted") if organizer else None,
        attendees=tuple(attendees),
        created=_utc(told.get("createddatetime")),
    )


_DAYS = {
    day: day[:2].upper()
    for day in ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
}
_PLACES = {"first": 1, "second": 2, "third": 3, "fourth": 4, "last": -1}


def _graph_rules(told: Told) -> tuple[str, ...]:
    """A series as Microsoft writes it, as a rule of iCalendar."""
    kind = _plain(told.get("recurrencepatterntype", ""))
    often = {
        "daily": "DAILY",
        "weekly": "WEEKLY",
        "absolutemonthly": "MONTHLY",
        "relativemonthly": "MONTHLY",
        "absoluteyearly": "YEARLY",
        "relativeyearly": "YEARLY",
    }.get(kind)
    if often is None:
        return ()

    def said(name: str) -> str:
        return told.get(f"recurrencepattern{name}", "")

    parts = [f"FREQ={often}", f"INTERVAL={said('interval') or 1}"]
    days = [_DAYS[day.casefold()] for day in _words(said("daysofweek")) if day.casefold() in _DAYS]
    if days and (kind == "weekly" or kind.startswith("relative")):
        parts.append(f"BYDAY={','.join(days)}")
    if kind.startswith("relative"):
        parts.append(f"BYSETPOS={_PLACES.get(said('index').casefold(), 1)}")
    if kind.startswith("absolute") and said("dayofmonth") not in ("", "0"):
        parts.append(f"BYMONTHDAY={said('dayofmonth')}")
    if often == "YEARLY" and said("month") not in ("", "0"):
        parts.append(f"BYMONTH={said('month')}")
    ends = _plain(told.get("recurrencerangetype", ""))
    if ends == "enddate" and "recurrencerangeenddate" in told:
        parts.append(f"UNTIL={told['recurrencerangeenddate'].replace('-', '')}")
    if ends == "numbered" and "recurrencerangenumberofoccurrences" in told:
        parts.append(f"COUNT={told['recurrencerangenumberofoccurrences']}")
    return (";".join(parts),)


# Outlook's CSV, and the CSV that Google Calendar reads


def _of_outlook(told: Told, row: int, here: ZoneInfo) -> Entry:
    start = _desktop(told, "start")
    if start is None:
        raise UnreadableError("has no start")
    end = _desktop(told, "end")
    minutes = _between(start, end, here) if end is not None else None
    if _true(told.get("alldayevent")) and isinstance(start, datetime):
        start = start.date()
    listed = [
        told[column]
        for column in ("requiredattendees", "optionalattendees", "attendees")
        if column in told
    ]
    organizer = told.get("meetingorganizer")
    sensitivity = told.get("sensitivity", "").casefold()
    return Entry(
        row=row,
        uid="",
        start=start,
        minutes=minutes,
        zone=here,
        shown_as=_shown(told.get("showtimeas", "")),
        private=_true(told.get("private")) or sensitivity in ("private", "confidential"),
        subject=told.get("subject", ""),
        categories=told.get("categories", ""),
        organizer=_attendee(organizer, "accepted") if organizer else None,
        attendees=tuple(
            _attendee(word, "")
            for cell in listed
            for word in re.split(r"[;\n]", cell)
            if word.strip()
        )
        if listed or organizer
        else None,
    )


_TIME = re.compile(r"(\d{1,2})[:.](\d\d)(?:[:.](\d\d))?\s*(?:([ap])\.?\s*m\.?)?", re.I)


def _desktop(told: Told, end: str) -> datetime | date | None:
    """A day and a time in two cells; a day alone where there is no time."""
    day, said = told.get(f"{end}day"), told.get(f"{end}date")
    if day is None:
        if said is None:
            return None
        raise UnreadableError(f"{said[:40]!r} is not a date")
    clock = told.get(f"{end}time")
    if clock is None:
        return date.fromisoformat(day)
    found = _TIME.fullmatch(clock.replace("\u202f", " "))
    if found is None:
        raise UnreadableError(f"{clock[:40]!r} is not a time")
    hour = int(found[1])
    if found[4]:
        hour = hour % 12 + (12 if found[4].lower() == "p" else 0)
    at = time(hour, int(found[2]), int(found[3] or 0))
    return datetime.combine(date.fromisoformat(day), at)
