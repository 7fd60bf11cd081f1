"""Everybody's calendar, in three layouts: what truly stood there, in the CRM or not.

- `ics/<name>.ics`: one file a person (RFC 5545), as calendars export and Google Takeout packs them:
  weekly meetings are one event with a rule, dates left out and dates that differ;
- `google/<name>.json`: what the Calendar API lists of a person, each date of a series by itself
  (`singleEvents=true`);
- `microsoft/<name>.json`: what Microsoft Graph's calendar view of a person gives, moments in UTC.

A calendar holds the meetings of the person's year, those inside the company included, invitations
declined, meetings called off, holidays and absences as whole days, and what lies ahead. People are
`<first>.<last>`, as in their addresses.

Cannot hold: anything that is no meeting (calls, emails, desk work); which record a meeting was
about, other than by the addresses of those invited; whether anybody came, only what they answered.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from remit.example.days import DAY, day_of, last_moment
from remit.example.dice import Dice
from remit.example.forget import CONTACT, LEAD, Ref
from remit.example.layouts import Everything
from remit.example.records import Contact
from remit.example.work import Meeting

ACCEPTED, DECLINED, TENTATIVE, SILENT = "ACCEPTED", "DECLINED", "TENTATIVE", "NEEDS-ACTION"


@dataclass(frozen=True, slots=True)
class Attendee:
    """Somebody invited, and what they answered."""

    email: str
    name: str
    answer: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A date in calendars.

    Attributes:
        uid: Of the event; the dates of a series share it.
        organizer: Person number.
        starts: Seconds since 1970 (UTC); midnight in UTC of a whole day.
        minutes: Its length (minutes).
        subject: Its subject.
        booked: When it was put there (seconds).
        attendees: Everybody invited, the organizer among them.
        people: Person numbers of ours in whose calendar it stands.
        whole_day: Whether it is a whole day.
        cancelled: Whether it was called off.
        private: Whether others see only that the time is taken.
        series: Whether it is one date of several.
    """

    uid: str
    organizer: int
    starts: int
    minutes: int
    subject: str
    booked: int
    attendees: tuple[Attendee, ...]
    people: tuple[int, ...]
    whole_day: bool = False
    cancelled: bool = False
    private: bool = False
    series: bool = False


@dataclass(slots=True)
class _Calendars:
    everything: Everything
    dice: Dice
    zone: ZoneInfo
    end: int
    outside: dict[Ref, tuple[str, str]] = field(default_factory=dict)
    contacts: Mapping[int, tuple[Contact, ...]] = field(default_factory=dict)

    # -- who -------------------------------------------------------------------------------

    def ours(self, person: int, answer: str) -> Attendee:
        somebody = self.everything.staff.people[person]
        return Attendee(somebody.email, f"{somebody.first} {somebody.last}", answer)

    def guests(self, meeting: Meeting) -> Iterator[Attendee]:
        """People of the other side: the prospect, or one or two of the account."""
        market, target = self.everything.market, meeting.target
        if target.prospect >= 0:
            who = market.prospects[target.prospect].who
            yield Attendee(who.email, f"{who.first} {who.last}", ACCEPTED)
        elif target.account >= 0:
            known = [
                c for c in self.contacts.get(target.account, ()) if c.created <= meeting.booked
            ]
            for contact in dict.fromkeys(self.dice.pick(known) for _ in known[:2]):
                who = contact.who
                answer = self.dice.weighted((ACCEPTED, SILENT, TENTATIVE), (0.8, 0.15, 0.05))
                yield Attendee(who.email, f"{who.first} {who.last}", answer)

    # -- what ------------------------------------------------------------------------------

    def meetings(self) -> Iterator[Entry]:
        staff, dice = self.everything.staff, self.dice
        usual: dict[str, set[int]] = {}
        weekly = self.weekly()
        for place, uid in weekly.items():
            usual.setdefault(uid, set()).update(self.everything.year.meetings[place].ours)
        for place, meeting in enumerate(self.everything.year.meetings):
            uid = weekly.get(place, "")
            invited = list(meeting.ours)
            attendees = [self.ours(person, ACCEPTED) for person in meeting.ours]
            if uid:
                day = self.everything.days.day_of(meeting.starts)
                away = sorted(
                    person for person in usual[uid] - set(meeting.ours)
                    if staff.people[person].spell(day)
                )  # fmt: skip
                invited += away
                attendees += [self.ours(person, DECLINED) for person in away]
            elif len(meeting.ours) > 1 and dice.chance(0.05):
                # somebody who was asked and stayed away
                other = dice.whole(0, len(staff.people) - 1)
                if other not in invited and staff.present(other, meeting.starts // DAY):
                    invited.append(other)
                    answer = dice.pick((DECLINED, SILENT, TENTATIVE))
                    attendees.append(self.ours(other, answer))
            attendees += self.guests(meeting)
            yield Entry(
                uid or f"{place:07x}-meeting@{self.everything.company.domain}", meeting.owner,
                meeting.starts, meeting.minutes, meeting.subject, meeting.booked,
                tuple(attendees), tuple(invited), series=bool(uid),
                private=not uid and meeting.first is None and dice.chance(0.03),
            )  # fmt: skip

    def slot(self, meeting: Meeting) -> tuple[int, str, int, int]:
        """Owner, subject, weekday and minute of the day: what the dates of a series share."""
        at = datetime.fromtimestamp(meeting.starts, self.zone)
        return meeting.owner, meeting.subject, at.weekday(), 60 * at.hour + at.minute

    def weekly(self) -> dict[int, str]:
        """Uids of the series, by index of the meeting.

        A series is a leader's meeting that stands at one place in at least three weeks.
        """
        slots: dict[tuple[int, str, int, int], dict[int, int]] = {}
        for place, meeting in enumerate(self.everything.year.meetings):
            subject = meeting.subject
            fixed = subject in ("Team meeting", "Pipeline review") or (
                subject.startswith("1:1 ") and " / " in subject
            )
            if fixed and meeting.function == "management":
                dates = slots.setdefault(self.slot(meeting), {})
                dates.setdefault(meeting.starts, place)  # another one at that time is on its own
        return {
            place: f"{number:05x}-series@{self.everything.company.domain}"
            for number, dates in enumerate(slots.values())
            if len(dates) >= 3
            for place in dates.values()
        }

    def others(self) -> Iterator[Entry]:
        """What the CRM's calendar knows besides: called off, whole days, and ahead."""
        company = self.everything.company
        for place, event in enumerate(self.everything.kept.events):
            cancelled = event.subject.startswith("Canceled: ")
            if event.deleted or not (cancelled or event.all_day or event.starts >= self.end):
                continue
            attendees = [self.ours(event.owner, ACCEPTED)]
            if event.who and event.who[0] in (CONTACT, LEAD):
                name, email = self.outside[event.who]
                attendees.append(Attendee(email, name, SILENT))
            minutes = event.minutes
            if event.subject == "Out of office":
                minutes = DAY // 60 * self.away(event.owner, event.starts // DAY)
            yield Entry(
                f"{place:07x}-event@{company.domain}", event.owner, event.starts, minutes,
                event.subject.removeprefix("Canceled: "), event.created,
                tuple(attendees) if len(attendees) > 1 else (), (event.owner,), event.all_day,
                cancelled, event.private,
            )  # fmt: skip

    def away(self, person: int, day: int) -> int:
        """Length of an absence that begins on a Monday (days, its week at most)."""
        away = self.everything.staff.away[person]
        return next((length for length in range(1, 5) if day + length not in away), 5)

    def entries(self) -> list[Entry]:
        market = self.everything.market
        self.contacts = market.contacts_of()
        for contact in market.contacts:
            who = contact.who
            self.outside[CONTACT, contact.number] = (f"{who.first} {who.last}", who.email)
        for prospect in market.prospects:
            who = prospect.who
            self.outside[LEAD, prospect.number] = (f"{who.first} {who.last}", who.email)
        return sorted(
            [*self.meetings(), *self.others()], key=lambda entry: (entry.starts, entry.uid)
        )


# -- RFC 5545 ---------------------------------------------------------------------------------


def _escaped(text: str) -> str:
    for sign in ("\\", ";", ","):
        text = text.replace(sign, "\\" + sign)
    return text.replace("\n", "\\n")


def folded(line: str) -> str:
    r"""A content line in pieces of at most 75 octets, each further one begun with a space.

    >>> [len(piece) for piece in folded("SUMMARY:" + "x" * 100).split("\r\n ")]
    [75, 33]
    """
    pieces: list[str] = []
    rest = line
    while len(rest.encode()) > 75 - bool(pieces):
        size = 75 - bool(pieces)
        while len(rest[:size].encode()) > 75 - bool(pieces):
            size -= 1
        pieces.append(rest[:size])
        rest = rest[size:]
    return "\r\n ".join([*pieces, rest])


def _utc(at: int) -> str:
    return f"{datetime.fromtimestamp(at, UTC):%Y%m%dT%H%M%SZ}"


def _offset(shift: timedelta) -> str:
    minutes = round(shift.total_seconds() / 60)
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02d}{abs(minutes) % 60:02d}"


def _time_zone(zone: ZoneInfo, first: datetime, last: datetime) -> Iterator[str]:
    """A VTIMEZONE that is right from a first to a last moment."""
    yield "BEGIN:VTIMEZONE"
    yield f"TZID:{zone.key}"
    at, shift = first, first.astimezone(zone).utcoffset() or timedelta()
    changes = [(first.replace(tzinfo=None) + shift, shift, shift, first.astimezone(zone))]
    while at < last:
        at += timedelta(hours=1)
        local = at.astimezone(zone)
        now = local.utcoffset() or timedelta()
        if now != shift:
            changes.append((at.replace(tzinfo=None) + shift, shift, now, local))
            shift = now
    for starts, before, after, local in changes:
        kind = "DAYLIGHT" if local.dst() else "STANDARD"
        yield from (
            f"BEGIN:{kind}", f"DTSTART:{starts:%Y%m%dT%H%M%S}", f"TZOFFSETFROM:{_offset(before)}",
            f"TZOFFSETTO:{_offset(after)}", f"TZNAME:{local.tzname()}", f"END:{kind}",
        )  # fmt: skip
    yield "END:VTIMEZONE"


_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


@dataclass(frozen=True, slots=True)
class _Ics:
    """Writes entries as calendar components."""

    zone: ZoneInfo
    people: Mapping[int, Attendee]
    now: int
    zone_lines: tuple[str, ...]

    def local(self, at: int) -> str:
        return f"{datetime.fromtimestamp(at, self.zone):%Y%m%dT%H%M%S}"

    def event(self, entry: Entry, further: Iterable[str] = ()) -> Iterator[str]:
        yield "BEGIN:VEVENT"
        yield f"UID:{entry.uid}"
        yield f"DTSTAMP:{_utc(self.now)}"
        yield f"CREATED:{_utc(entry.booked)}"
        ends = entry.starts + 60 * entry.minutes
        if entry.whole_day:
            yield f"DTSTART;VALUE=DATE:{day_of(entry.starts // DAY):%Y%m%d}"
            yield f"DTEND;VALUE=DATE:{day_of(ends // DAY):%Y%m%d}"
        else:
            yield f"DTSTART;TZID={self.zone.key}:{self.local(entry.starts)}"
            yield f"DTEND;TZID={self.zone.key}:{self.local(ends)}"
        yield from further
        yield f"SUMMARY:{_escaped(entry.subject)}"
        if entry.attendees:
            organizer = self.people[entry.organizer]
            yield f'ORGANIZER;CN="{organizer.name}":mailto:{organizer.email}'
            for one in entry.attendees:
                yield (
                    f'ATTENDEE;CN="{one.name}";ROLE=REQ-PARTICIPANT;PARTSTAT={one.answer}:'
                    f"mailto:{one.email}"
                )
        yield f"STATUS:{'CANCELLED' if entry.cancelled else 'CONFIRMED'}"
        yield f"CLASS:{'PRIVATE' if entry.private else 'PUBLIC'}"
        yield f"TRANSP:{'TRANSPARENT' if entry.subject == 'Company holiday' else 'OPAQUE'}"
        yield "END:VEVENT"

    def repeated(self, dates: Sequence[Entry]) -> Iterator[str]:
        """A series: its rule, the dates left out, and those whose attendees or length differ."""
        first, last = dates[0], dates[-1]
        starts = [datetime.fromtimestamp(entry.starts, self.zone) for entry in dates]
        weeks = [(at.date() - starts[0].date()).days // 7 for at in starts]
        step = 2 if all(week % 2 == 0 for week in weeks) else 1
        kept, grid = set(weeks), range(0, weeks[-1] + 1, step)
        missing = [starts[0] + timedelta(weeks=week) for week in grid if week not in kept]
        everybody = {one.email: one for entry in dates for one in entry.attendees}
        master = tuple(Attendee(one.email, one.name, ACCEPTED) for one in everybody.values())
        further = [
            f"RRULE:FREQ=WEEKLY;INTERVAL={step};UNTIL={_utc(last.starts)};"
            f"BYDAY={_WEEKDAYS[starts[0].weekday()]}"
        ]
        if missing:
            out = ",".join(f"{at:%Y%m%dT%H%M%S}" for at in missing)
            further.append(f"EXDATE;TZID={self.zone.key}:{out}")
        yield from self.event(replace(first, attendees=master), further)
        for entry in dates:
            answers = {(one.email, one.answer) for one in entry.attendees}
            same = answers == {(one.email, one.answer) for one in master}
            if not same or entry.minutes != first.minutes:
                on = f"RECURRENCE-ID;TZID={self.zone.key}:{self.local(entry.starts)}"
                yield from self.event(entry, [on])

    def calendar(self, person: int, entries: Sequence[Entry]) -> Iterator[str]:
        yield from ("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Example//Calendar 1.0//EN",
                    "CALSCALE:GREGORIAN", "METHOD:PUBLISH",
                    f"X-WR-CALNAME:{self.people[person].email}",
                    f"X-WR-TIMEZONE:{self.zone.key}")  # fmt: skip
        yield from self.zone_lines
        series: dict[str, list[Entry]] = {}
        for entry in entries:
            if entry.series:
                series.setdefault(entry.uid, []).append(entry)
            else:
                yield from self.event(entry)
        for dates in series.values():
            yield from self.repeated(dates)
        yield "END:VCALENDAR"


# -- Google and Microsoft ---------------------------------------------------------------------

_GOOGLE = {ACCEPTED: "accepted", DECLINED: "declined", TENTATIVE: "tentative",
           SILENT: "needsAction"}  # fmt: skip
_MICROSOFT = {ACCEPTED: "accepted", DECLINED: "declined", TENTATIVE: "tentativelyAccepted",
              SILENT: "notResponded"}  # fmt: skip


def _google(entry: Entry, person: Attendee, organizer: Attendee, zone: ZoneInfo) -> object:
    key, starts = entry.uid.partition("@")[0].replace("-", ""), entry.starts
    ends = starts + 60 * entry.minutes

    def at(moment: int) -> dict[str, str]:
        if entry.whole_day:
            return {"date": day_of(moment // DAY).isoformat()}
        local = datetime.fromtimestamp(moment, zone)
        return {"dateTime": local.isoformat(), "timeZone": zone.key}

    stamp = f"{datetime.fromtimestamp(entry.booked, UTC):%Y-%m-%dT%H:%M:%S.000Z}"
    found: dict[str, object] = {
        "kind": "calendar#event", "etag": f'"{entry.booked * 2000}"',
        "id": f"{key}_{_utc(starts)}" if entry.series else key,
        "status": "cancelled" if entry.cancelled else "confirmed", "created": stamp,
        "updated": stamp, "summary": entry.subject,
        "creator": {"email": organizer.email},
        "organizer": {"email": organizer.email, "displayName": organizer.name,
                      **({"self": True} if organizer.email == person.email else {})},
        "start": at(starts), "end": at(ends), "iCalUID": entry.uid,
        "eventType": "outOfOffice" if entry.subject == "Out of office" else "default",
    }  # fmt: skip
    if entry.series:
        found |= {"recurringEventId": key, "originalStartTime": at(starts)}
    if entry.private:
        found["visibility"] = "private"
    if entry.subject == "Company holiday":
        found["transparency"] = "transparent"
    if entry.attendees:
        found["attendees"] = [
            {
                "email": one.email, "displayName": one.name,
                **({"organizer": True} if one.email == organizer.email else {}),
                **({"self": True} if one.email == person.email else {}),
                "responseStatus": _GOOGLE[one.answer],
            }
            for one in entry.attendees
        ]  # fmt: skip
    return found


def _microsoft(entry: Entry, person: Attendee, organizer: Attendee) -> object:
    def at(moment: int) -> dict[str, str]:
        when = datetime.fromtimestamp(moment, UTC)
        return {"dateTime": f"{when:%Y-%m-%dT%H:%M:%S}.0000000", "timeZone": "UTC"}

    def address(one: Attendee) -> dict[str, str]:
        return {"name": one.name, "address": one.email}

    key = entry.uid.partition("@")[0].replace("-", "")
    stamp = f"{datetime.fromtimestamp(entry.booked, UTC):%Y-%m-%dT%H:%M:%S}.0000000Z"
    mine = next((one.answer for one in entry.attendees if one.email == person.email), ACCEPTED)
    organizes = organizer.email == person.email
    show = {"Company holiday": "free", "Out of office": "oof"}.get(entry.subject, "busy")
    return {
        "id": f"AAMk{key}{entry.starts if entry.series else ''}",
        "createdDateTime": stamp, "lastModifiedDateTime": stamp, "iCalUId": entry.uid,
        "subject": ("Canceled: " if entry.cancelled else "") + entry.subject,
        "importance": "normal", "sensitivity": "private" if entry.private else "normal",
        "isAllDay": entry.whole_day, "isCancelled": entry.cancelled, "isOrganizer": organizes,
        "showAs": "free" if entry.cancelled else show,
        "type": "occurrence" if entry.series else "singleInstance",
        "seriesMasterId": f"AAMk{key}" if entry.series else None,
        "responseStatus": {
            "response": "organizer" if organizes else _MICROSOFT[mine],
            "time": stamp,
        },
        "start": at(entry.starts), "end": at(entry.starts + 60 * entry.minutes),
        "organizer": {"emailAddress": address(organizer)},
        "attendees": [
            {
                "type": "required",
                "status": {"response": _MICROSOFT[one.answer], "time": stamp},
                "emailAddress": address(one),
            }
            for one in entry.attendees
            if one.email != organizer.email
        ],
    }  # fmt: skip


def write(everything: Everything, folder: Path) -> dict[str, int]:
    """Write everybody's calendar in each layout; returns the number of entries by file."""
    company, staff = everything.company, everything.staff
    zone, end = ZoneInfo(company.time_zone), last_moment(company.last_day, everything.days)
    entries = _Calendars(everything, everything.dice("calendars"), zone, end).entries()
    by_person: dict[int, list[Entry]] = {person.number: [] for person in staff.people}
    for entry in entries:
        for number in entry.people:
            by_person[number].append(entry)
    people = {
        person.number: Attendee(person.email, f"{person.first} {person.last}", ACCEPTED)
        for person in staff.people
    }
    first = datetime.fromtimestamp(entries[0].starts if entries else end, UTC)
    last = datetime.fromtimestamp(entries[-1].starts if entries else end, UTC)
    zone_lines = tuple(
        _time_zone(zone, (first - timedelta(days=7)).replace(minute=0, second=0), last)
    )
    ics = _Ics(zone, people, end, zone_lines)
    for kind in ("ics", "google", "microsoft"):
        (folder / kind).mkdir(exist_ok=True)
    counts: dict[str, int] = {}
    for number, held in by_person.items():
        me = people[number]
        name = me.email.partition("@")[0]
        with (folder / "ics" / f"{name}.ics").open("w", encoding="utf-8", newline="") as file:
            file.writelines(folded(line) + "\r\n" for line in ics.calendar(number, held))
        google = {
            "kind": "calendar#events", "summary": me.email, "timeZone": zone.key,
            "accessRole": "owner",
            "items": [_google(entry, me, people[entry.organizer], zone) for entry in held],
        }  # fmt: skip
        microsoft = {
            "@odata.context": "https://graph.microsoft.com/v1.0/$metadata#users("
            f"'{me.email}')/calendarView",
            "value": [_microsoft(entry, me, people[entry.organizer]) for entry in held],
        }
        for kind, content in (("google", google), ("microsoft", microsoft)):
            (folder / kind / f"{name}.json").write_text(
                json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8"
            )
        counts |= {f"{kind}/{name}": len(held) for kind in ("ics", "google", "microsoft")}
    return counts
