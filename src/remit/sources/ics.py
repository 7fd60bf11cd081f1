"""iCalendar files (RFC 5545): every event as a row of text, on the line it starts on.

An event that repeats is one row with its rule; who reads the table knows until when to repeat it.
An event that cannot be parsed is told of with its line, and the others are read.
"""

from __future__ import annotations

import json
import re
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import duckdb

from remit.sources.delimited import Raw, Reject, refused
from remit.sources.found import Format, Found
from remit.sources.handed import hand_over

COLUMNS = (
    "vevent_uid",
    "start",
    "end",
    "minutes",
    "zone",
    "all_day",
    "rules",
    "also",
    "except",
    "replaces",
    "sequence",
    "status",
    "shown_as",
    "privacy",
    "subject",
    "categories",
    "organizer",
    "attendees",
    "calendar",
    "created",
)
"""What is told of an event. `start` is as the clock of `zone` shows it, with a Z where it is UTC;
`zone` is a name or a VTIMEZONE; `rules`, `also` and `except` are lists in JSON, and so is
`attendees`."""
LARGEST_FILE = 200_000_000
"""Bytes; ten years of a busy calendar are under a tenth of it."""


@Format(endings=(".ics", ".ical"))
def ics(file: Path) -> Sequence[Found]:
    """A calendar, or several one after the other."""
    return [Found(file.stem, file.name, COLUMNS, partial(_read, file))]


@dataclass(slots=True)
class _Calendar:
    """A VCALENDAR as text: its own lines, its time zones, its events with their lines."""

    lines: list[str] = field(default_factory=list)
    zones: dict[str, str] = field(default_factory=dict)
    events: list[tuple[int, str]] = field(default_factory=list)

    def says(self, *names: str) -> str:
        """What the calendar says of itself under the first of these names that it has."""
        told = {
            line.partition(":")[0].partition(";")[0].upper(): line.partition(":")[2].strip()
            for line in self.lines
        }
        return next((told[name] for name in names if told.get(name)), "")


def _read(file: Path, con: duckdb.DuckDBPyConnection, relation: str) -> Raw:
    try:
        if file.stat().st_size > LARGEST_FILE:
            raise refused(file, "is larger than any calendar.", "Export a shorter time.")
        content = file.read_bytes()
    except OSError as error:
        raise refused(
            file, f"cannot be read: {error.strerror}.", "Look at its permissions."
        ) from None
    text = content.decode("utf-8-sig", "replace")
    note = (
        "has bytes that are not UTF-8"
        if "\ufffd" in text and b"\xef\xbf\xbd" not in content
        else ""
    )
    calendars = list(_calendars(text))
    if not calendars:
        raise refused(file, "is no calendar: it has no BEGIN:VCALENDAR.", "Export it again.")
    rows: list[Mapping[str, str | None]] = []
    lines: list[int] = []
    malformed: list[Reject] = []
    for calendar in calendars:
        for line, block in calendar.events:
            try:
                rows.append(_event(block, calendar))
            except (ValueError, KeyError, TypeError, AttributeError, OverflowError) as error:
                why = str(error).splitlines()[0][:120] if str(error) else "is broken"
                malformed.append(Reject(file.name, line, f"is no event: {why}"))
            else:
                lines.append(line)
    columns = hand_over(con, relation, rows, COLUMNS)
    return Raw(
        file.stem, file, relation, columns, len(rows), tuple(malformed), note, lines, file.name
    )


_FOLDED = re.compile(r"\r?\n[ \t]")


def _calendars(text: str) -> Iterator[_Calendar]:
    """The calendars of a file, cut into their parts by the lines that begin and end them."""
    calendar: _Calendar | None = None
    inside: list[str] = []
    block: list[str] = []
    began = 0
    for number, line in enumerate(text.replace("\r\n", "\n").split("\n"), start=1):
        word = line.strip().upper()
        if word == "BEGIN:VCALENDAR" and not inside:
            if calendar is not None:
                yield calendar
            calendar = _Calendar()
        elif calendar is None:
            continue
        elif word.startswith("BEGIN:"):
            if not inside or word == "BEGIN:VEVENT":  # an event inside another: one was not ended
                inside, block, began = [], [], number
            inside.append(word[6:])
            block.append(line)
        elif word.startswith("END:") and inside:
            block.append(line)
            if word[4:] == inside[-1]:
                inside.pop()
            if not inside:
                _keep(calendar, word[4:], began, "\r\n".join(block) + "\r\n")
        elif inside:
            block.append(line)
        elif line[:1] in (" ", "\t") and calendar.lines:
            calendar.lines[-1] += line[1:]
        else:
            calendar.lines.append(line)
    if calendar is not None:
        if inside[:1] == ["VEVENT"]:
            calendar.events.append((began, ""))
        yield calendar


def _keep(calendar: _Calendar, kind: str, line: int, block: str) -> None:
    if kind == "VEVENT":
        calendar.events.append((line, block))
    elif kind == "VTIMEZONE":
        name = re.search(r"^TZID[^:\r\n]*:(.*?)\s*$", _FOLDED.sub("", block), re.I | re.M)
        if name:
            calendar.zones[name[1]] = block


def _event(block: str, calendar: _Calendar) -> Mapping[str, str | None]:
    from icalendar import Event  # who has no calendar does not wait for it

    if not block:
        raise ValueError("it has no end")
    people, rest = _parted(block)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        event: Any = Event.from_ical(rest)
    if "DTSTART" not in event:
        raise ValueError("it has no start")
    if broken := [
        name for name, _ in event.errors if name in ("DTSTART", "DTEND", "RRULE", "DURATION")
    ]:
        raise ValueError(f"its {broken[0]} is not understood")
    start, tzid = _one(event["DTSTART"]), _tzid(event["DTSTART"])
    end = _one(event["DTEND"]) if "DTEND" in event else None
    length = None
    if end is None and "DURATION" in event:
        length = event["DURATION"].dt.total_seconds() / 60
    elif end is not None and isinstance(end, datetime) and isinstance(start, datetime):
        same = tzid == _tzid(event["DTEND"])
        if same or (start.tzinfo is None) != (end.tzinfo is None):
            between = end.replace(tzinfo=None) - start.replace(tzinfo=None)
        else:
            between = end - start
        length = between.total_seconds() / 60
    privacy = str(event.get("CLASS", "")).lower()
    cancelled = calendar.says("METHOD").upper() == "CANCEL"
    return {
        "vevent_uid": _text(event, "UID"),
        "start": _written(event["DTSTART"], tzid),
        "end": _written(event["DTEND"], tzid) if end is not None else None,
        "minutes": None if length is None else str(length),
        "zone": _zone(tzid, calendar),
        "all_day": _text(event, "X-MICROSOFT-CDO-ALLDAYEVENT"),
        "rules": _listed(rule.to_ical().decode() for rule in _many(event, "RRULE")),
        "also": _listed(_dates(event, "RDATE", tzid)),
        "except": _listed(_dates(event, "EXDATE", tzid)),
        "replaces": _written(event["RECURRENCE-ID"], tzid) if "RECURRENCE-ID" in event else None,
        "sequence": _text(event, "SEQUENCE"),
        "status": "cancelled" if cancelled else _text(event, "STATUS"),
        "shown_as": _text(event, "X-MICROSOFT-CDO-BUSYSTATUS") or _text(event, "TRANSP"),
        "privacy": privacy,
        "subject": _text(event, "SUMMARY"),
        "categories": ", ".join(
            str(cat) for each in _many(event, "CATEGORIES") for cat in getattr(each, "cats", [each])
        ),
        "organizer": json.dumps(_attendee(event["ORGANIZER"])) if "ORGANIZER" in event else None,
        "attendees": f"[{', '.join(map(_written_attendee, people))}]",
        "calendar": calendar.says("X-WR-RELCALID-OWNER", "X-OWNER", "X-WR-CALNAME", "NAME"),
        "created": _written(event["CREATED"], "") if "CREATED" in event else None,
    }


_WANTED = frozenset(
    [
        "UID",
        "DTSTART",
        "DTEND",
        "DURATION",
        "RRULE",
        "RDATE",
        "EXDATE",
        "RECURRENCE-ID",
        "SEQUENCE",
        "STATUS",
        "TRANSP",
        "CLASS",
        "SUMMARY",
        "CATEGORIES",
        "ORGANIZER",
        "CREATED",
        "X-MICROSOFT-CDO-BUSYSTATUS",
        "X-MICROSOFT-CDO-ALLDAYEVENT",
    ]
)
"""What is read of an event; what was written to anybody in it is not looked at."""


def _parted(block: str) -> tuple[list[str], str]:
    """The lines that name attendees, and the event with no more of it than is read."""
    kept, people, inside = ["BEGIN:VEVENT"], [], 0
    for line in _FOLDED.sub("", block).split("\r\n")[1:]:
        name = re.split("[;:]", line, maxsplit=1)[0].upper()
        if name == "BEGIN":
            inside += 1
        elif name == "END":
            inside -= 1
        elif inside == 0 and name == "ATTENDEE":
            people.append(line)
        elif inside == 0 and name in _WANTED:
            kept.append(line)
    return people, "\r\n".join([*kept, "END:VEVENT", ""])


@lru_cache(maxsize=10_000)
def _written_attendee(line: str) -> str:
    """An attendee as JSON; the same people are on many events."""
    from icalendar import Event

    event: Any = Event.from_ical(f"BEGIN:VEVENT\r\n{line}\r\nEND:VEVENT\r\n")
    return ", ".join(json.dumps(_attendee(each)) for each in _many(event, "ATTENDEE"))


def _text(event: Any, name: str) -> str | None:
    found = _many(event, name)
    return str(found[0]) if found else None


def _many(event: Any, name: str) -> list[Any]:
    found = event.get(name)
    return found if isinstance(found, list) else [] if found is None else [found]


def _one(value: Any) -> date | datetime:
    found = value.dt
    if not isinstance(found, date):
        raise ValueError("a date is not understood")
    return found


def _tzid(value: Any) -> str:
    return str(value.params.get("TZID", "") or "")


def _written(value: Any, tzid: str) -> str:
    """A moment as the clock of its own zone shows it, or in UTC where that is not the event's."""
    moment = _one(value)
    if not isinstance(moment, datetime) or moment.tzinfo is None:
        return moment.isoformat()
    if tzid and _tzid(value) == tzid:
        return moment.replace(tzinfo=None).isoformat()
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"


def _dates(event: Any, name: str, tzid: str) -> Iterator[str]:
    for each in _many(event, name):
        for value in each.dts:
            if isinstance(value.dt, tuple):  # a period says its start first
                value.dt = value.dt[0]
            value.params = value.params or each.params
            if "TZID" not in value.params and "TZID" in each.params:
                value.params["TZID"] = each.params["TZID"]
            yield _written(value, tzid)


def _listed(values: Iterator[str]) -> str | None:
    found = list(values)
    return json.dumps(found) if found else None


def _zone(tzid: str, calendar: _Calendar) -> str:
    """The name of a zone that everybody knows, or else the file's own description of it."""
    known = known_zone(tzid)
    return known or calendar.zones.get(tzid) or tzid


def known_zone(name: str) -> str:
    """The name under which the time zone database has a zone; empty where it has none.

    >>> known_zone("Pacific Standard Time"), known_zone("/example.com/Europe/Berlin")
    ('America/Los_Angeles', 'Europe/Berlin')
    >>> known_zone("Ours")
    ''
    """
    from zoneinfo import ZoneInfo

    from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

    parts = name.strip("/ ").split("/")
    tried = ["/".join(parts[at:]) for at in range(len(parts))]
    for word in [WINDOWS_TO_OLSON.get(name.strip(), ""), *tried]:
        try:
            if word:
                return ZoneInfo(word).key
        except (ValueError, OSError, LookupError):
            continue
    return ""


def _attendee(value: Any) -> dict[str, str]:
    said = value.params
    address = str(value).strip()
    return {
        "email": re.sub(r"^mailto:", "", address, flags=re.I).lower() if "@" in address else "",
        "name": str(said.get("CN", "")),
        "response": str(said.get("PARTSTAT", "")).lower(),
        "kind": str(said.get("CUTYPE", "")).lower(),
    }
