"""What calendars become: one activity a meeting, who took part in it, and nothing of what was said."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar, Event, vCalAddress, vRecur, vText

from remit.charter import Charter
from remit.evidence import Evidence
from remit.measures import open_for, work
from remit.sources import LoadSummary, load
from remit.sources.recurrence import NeverEndsError, times
from remit.terms import Period, RemitError

TODAY = date(2026, 12, 31)
BERLIN = ZoneInfo("Europe/Berlin")
CHARTER = """
    company: Acme
    time_zone: Europe/Berlin
    email_domains: acme.com
    roles: {ae: {is: AE}, sdr: {is: SDR}}
    titles: {"AE": ae, "SDR": sdr}
    activities:
      rules:
        - {name: pipeline review, object: Calendar, where: {Subject: "*Pipeline review*"}, is: management}
        - {name: reminder, object: Calendar, where: {Subject: "Reminder*"}, automated: true}
    """
USERS = [
    {"Id": "005A", "Name": "Anna Lee", "Email": "anna@acme.com", "Title": "AE", "CreatedDate": "2020-01-01"},
    {"Id": "005B", "Name": "Ben Ode", "Email": "ben@acme.com", "Title": "SDR", "CreatedDate": "2020-01-01"},
]  # fmt: skip


def attendee(address: str, answer: str = "ACCEPTED", **more: str) -> vCalAddress:
    found = vCalAddress(f"mailto:{address}")
    for name, value in {"PARTSTAT": answer, **more}.items():
        found.params[name] = vText(value)
    return found


def event(
    uid: str,
    start: datetime | date,
    minutes: int = 60,
    *,
    organizer: str | None = "anna@acme.com",
    attendees: Sequence[vCalAddress] | None = None,
    subject: str = "Talk",
    **more: Any,
) -> Event:
    made = Event()
    made.add("uid", uid)
    made.add("summary", subject)
    made.add("dtstamp", datetime(2026, 1, 1, tzinfo=UTC))
    made.add("created", datetime(2026, 1, 1, tzinfo=UTC))
    made.add("dtstart", start)
    if isinstance(start, datetime):
        made.add("dtend", start + timedelta(minutes=minutes))
    if organizer:
        made["ORGANIZER"] = vCalAddress(f"mailto:{organizer}")
    for each in (
        [attendee("anna@acme.com"), attendee("kim@globex.com")] if attendees is None else attendees
    ):
        made.add("attendee", each)
    for name, value in more.items():
        made.add(name.replace("_", "-"), value)
    return made


def ics(*events: Event, name: str = "anna@acme.com", extra: str = "") -> bytes:
    made = Calendar()
    made.add("prodid", "-//test//")
    made.add("version", "2.0")
    made.add("x-wr-calname", name)
    for each in events:
        made.add_component(each)
    text = made.to_ical().decode()
    return text.replace("BEGIN:VEVENT", f"{extra}BEGIN:VEVENT", 1).encode()


Load = Callable[..., LoadSummary]


@pytest.fixture
def acme(charter: Callable[..., Charter]) -> Charter:
    return charter(CHARTER)


@pytest.fixture
def load_calendars(acme: Charter, tmp_path: Path, write_export: Callable[..., Path]) -> Load:
    """Load a CRM's people and more, and then calendars given by file name."""

    def run(
        files: Mapping[str, bytes | str],
        *,
        charter: Charter | None = None,
        today: date = TODAY,
        crm: Mapping[str, Sequence[Mapping[str, object]]] | None = None,
    ) -> LoadSummary:
        folder = tmp_path / "calendars"
        folder.mkdir(exist_ok=True)
        for name, content in files.items():
            data = content if isinstance(content, bytes) else content.encode()
            (folder / name).write_bytes(data)
        places = [write_export("crm", **{"User": USERS, **(crm or {})}), folder]
        return load(charter or acme, places, tmp_path / "evidence.duckdb", today=today)

    return run


@pytest.fixture
def seen(acme: Charter, load_calendars: Load) -> Callable[..., Evidence]:
    def run(files: Mapping[str, bytes | str], **more: Any) -> Evidence:
        charter = more.get("charter") or acme
        return open_for(charter, load_calendars(files, **more).into)

    return run


def parts(found: Evidence) -> list[tuple[Any, ...]]:
    return found.sql(
        """SELECT name, part FROM participants JOIN private.names USING (person_id)
        JOIN activities USING (activity_id) WHERE counted ORDER BY ALL"""
    )


# One meeting


def test_a_meeting_becomes_an_activity_with_its_time_and_who_took_part(seen):
    found = seen({"anna.ics": ics(event("1", datetime(2026, 3, 2, 10, tzinfo=BERLIN), 45))})

    assert found.sql(
        "SELECT kind, seen_in, happened_at, day, minutes, counted, external FROM activities"
    ) == [("meeting", "calendar", datetime(2026, 3, 2, 9), date(2026, 3, 2), 45.0, True, True)]
    assert parts(found) == [("Anna Lee", "organiser")]


def test_a_meeting_in_two_calendars_is_one_activity_with_two_participants(seen):
    people = [attendee("anna@acme.com"), attendee("ben@acme.com"), attendee("kim@globex.com")]
    one = event("1", datetime(2026, 3, 2, 10, tzinfo=BERLIN), attendees=people)

    found = seen({"anna.ics": ics(one), "ben.ics": ics(one, name="ben@acme.com")})

    assert found.rows("activities") == 1
    assert parts(found) == [("Anna Lee", "organiser"), ("Ben Ode", "attended")]


def test_two_meetings_at_one_time_stay_two(seen):
    at = datetime(2026, 3, 2, 10, tzinfo=BERLIN)

    found = seen({"anna.ics": ics(event("1", at), event("2", at))})

    assert found.rows("activities") == 2


@pytest.mark.parametrize(
    ("answer", "part"),
    [
        ("ACCEPTED", "attended"),
        ("NEEDS-ACTION", "invited"),
        ("DECLINED", None),
        ("TENTATIVE", None),
    ],
)
def test_whoever_accepted_attended_and_whoever_declined_has_no_part(seen, answer, part):
    people = [attendee("anna@acme.com"), attendee("ben@acme.com", answer), attendee("k@globex.com")]
    one = event("1", datetime(2026, 3, 2, 10, tzinfo=BERLIN), attendees=people)

    found = seen({"anna.ics": ics(one)})

    assert dict(parts(found)).get("Ben Ode") == part


def test_ones_own_calendar_knows_better_than_somebody_elses(seen):
    at = datetime(2026, 3, 2, 10, tzinfo=BERLIN)
    old = event("1", at, attendees=[attendee("anna@acme.com"), attendee("ben@acme.com")])
    own = event(
        "1", at, attendees=[attendee("anna@acme.com"), attendee("ben@acme.com", "DECLINED")]
    )

    found = seen({"anna.ics": ics(old), "ben.ics": ics(own, name="ben@acme.com")})

    assert parts(found) == [("Anna Lee", "organiser")]


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"status": "CANCELLED"}, "cancelled"),
        ({"transp": "TRANSPARENT"}, "free"),
        ({"status": "TENTATIVE"}, "tentative"),
        ({"x_microsoft_cdo_busystatus": "OOF"}, "out of office"),
        ({"minutes": 600}, "longer than a working day"),
        ({"attendees": [attendee("anna@acme.com", "DECLINED"), attendee("kim@globex.com")]}, "declined"),
        ({"attendees": [attendee("anna@acme.com")]}, "nobody else invited"),
        ({"subject": "Reminder: forecast"}, "automated"),
        ({"start": date(2026, 3, 2)}, "all day"),
        ({"start": datetime(2027, 2, 1, 10, tzinfo=BERLIN)}, "future"),
        ({}, None),
    ],
    ids=lambda value: str(value) if isinstance(value, str) else "",
)  # fmt: skip
def test_what_is_no_working_time_is_not_counted_and_says_why(seen, more, why):
    start = more.pop("start", datetime(2026, 3, 2, 10, tzinfo=BERLIN))

    found = seen({"anna.ics": ics(event("1", start, **more))})

    assert found.sql("SELECT counted, not_counted FROM activities") == [(why is None, why)]


def test_of_a_private_event_the_time_alone_is_kept(seen):
    one = event(
        "1",
        datetime(2026, 3, 2, 10, tzinfo=BERLIN),
        subject="Pipeline review",
        **{"class": "PRIVATE"},
    )

    found = seen({"anna.ics": ics(one)})

    assert found.sql("SELECT minutes, rule, external, counted FROM activities") == [
        (60.0, None, None, True)
    ]
    assert parts(found) == [("Anna Lee", "organiser")]


def test_no_subject_and_no_address_of_anybody_outside_is_stored(seen, tmp_path):
    one = event("1", datetime(2026, 3, 2, 10, tzinfo=BERLIN), subject="Pipeline review: Zanzibar")
    found = seen(
        {"anna.ics": ics(one)},
        crm={"Contact": [{"Id": "0031", "Email": "kim@globex.com", "CreatedDate": "2026-01-01"}]},
    )

    assert found.sql("SELECT rule FROM activities") == [("pipeline review",)]
    found.connection.disconnect()
    stored = (tmp_path / "evidence.duckdb").read_bytes()
    assert b"Zanzibar" not in stored
    assert b"globex" not in stored


def test_an_internal_meeting_is_told_from_one_with_a_customer_by_the_charters_domains(seen):
    at = datetime(2026, 3, 2, 10, tzinfo=BERLIN)
    us = [attendee("anna@acme.com"), attendee("ben@acme.com"), attendee("cleo@emea.acme.com")]
    them = [*us, attendee("kim@notacme.com")]

    found = seen({"anna.ics": ics(event("1", at, attendees=us), event("2", at, attendees=them))})

    assert found.sql("SELECT external FROM activities ORDER BY 1") == [(False,), (True,)]


def test_without_the_charters_word_the_commonest_domain_of_people_is_the_companys_and_is_named(
    seen, charter
):
    declared = charter(CHARTER.replace("    email_domains: acme.com\n", ""))
    us = [attendee("anna@acme.com"), attendee("cleo@acme.com")]

    found = seen(
        {"anna.ics": ics(event("1", datetime(2026, 3, 2, 10, tzinfo=BERLIN), attendees=us))},
        charter=declared,
    )

    assert found.sql("SELECT external FROM activities") == [(False,)]
    assert "Addresses at acme.com are the company's own" in found.derivations["activities"]


def test_a_domain_at_which_anybody_can_be_is_never_the_companys(seen, charter):
    declared = charter(CHARTER.replace("    email_domains: acme.com\n", ""))
    users = [{"Id": "005A", "Name": "Anna Lee", "Email": "anna@gmail.com", "Title": "AE"}]
    us = [attendee("anna@gmail.com"), attendee("customer@gmail.com")]
    one = event(
        "1", datetime(2026, 3, 2, 10, tzinfo=BERLIN), attendees=us, organizer="anna@gmail.com"
    )

    found = seen({"anna.ics": ics(one, name="x")}, charter=declared, crm={"User": users})

    assert found.sql("SELECT external FROM activities") == [(True,)]


def test_a_room_is_nobody(seen):
    people = [
        attendee("anna@acme.com"),
        attendee("room-1@acme.com", CUTYPE="ROOM"),
        attendee("k@globex.com"),
    ]

    found = seen(
        {"anna.ics": ics(event("1", datetime(2026, 3, 2, 10, tzinfo=BERLIN), attendees=people))}
    )

    assert parts(found) == [("Anna Lee", "organiser")]


@pytest.mark.parametrize(
    ("file", "name"), [("Anna Lee.ics", "Calendar"), ("005A.ics", "x"), ("x.ics", "Lee, Anna")]
)
def test_a_calendar_is_whose_name_or_id_it_bears(seen, file, name):
    one = event(
        "1",
        datetime(2026, 3, 2, 10, tzinfo=BERLIN),
        organizer=None,
        attendees=[attendee("k@globex.com")],
    )

    found = seen({file: ics(one, name=name)})

    assert parts(found) == [("Anna Lee", "invited")]


def test_a_calendar_of_nobody_known_says_so_and_counts_for_nobody(load_calendars, acme):
    one = event("1", datetime(2026, 3, 2, 10, tzinfo=BERLIN), organizer=None, attendees=[])

    summary = load_calendars({"export.ics": ics(one, name="Calendar")})

    (file,) = [file for file in summary.files if file.file == "1 file of calendars"]
    assert "whose calendar it is cannot be told" in file.note
    assert open_for(acme, summary.into).sql("SELECT not_counted FROM activities") == [
        ("nobody of ours",)
    ]


# Time zones


def test_a_floating_time_is_by_the_charters_clock_and_a_zone_by_its_own(seen):
    found = seen(
        {
            "anna.ics": ics(
                event("1", datetime(2026, 3, 2, 10)),
                event("2", datetime(2026, 3, 2, 10, tzinfo=ZoneInfo("America/New_York"))),
                event("3", datetime(2026, 3, 2, 10, tzinfo=UTC)),
            )
        }
    )

    assert found.sql("SELECT hour(happened_at) FROM activities ORDER BY 1") == [(9,), (10,), (15,)]


def test_a_zone_that_a_file_describes_itself_is_believed(seen):
    described = (
        "BEGIN:VTIMEZONE\r\nTZID:Ours\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\n"
        "TZOFFSETFROM:+0300\r\nTZOFFSETTO:+0300\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n"
    )
    text = ics(event("1", datetime(2026, 3, 2, 10)), extra=described)
    text = text.replace(b"DTSTART:20260302", b"DTSTART;TZID=Ours:20260302")
    text = text.replace(b"DTEND:20260302", b"DTEND;TZID=Ours:20260302")

    found = seen({"anna.ics": text})

    assert found.sql("SELECT hour(happened_at), minutes FROM activities") == [(7, 60.0)]


def test_a_zone_that_nobody_knows_is_told_with_its_line(load_calendars, acme):
    text = ics(event("1", datetime(2026, 3, 2, 10)), event("2", datetime(2026, 3, 2, 12)))
    text = text.replace(b"DTSTART:20260302T10", b"DTSTART;TZID=Atlantis:20260302T10")

    summary = load_calendars({"anna.ics": text})

    (reject,) = open_for(acme, summary.into).rejects
    assert (reject["line"], reject["reason"]) == (5, "has a time zone that nobody knows: Atlantis")


def test_a_weekly_meeting_stays_at_its_hour_when_the_clocks_change(seen):
    one = event("1", datetime(2026, 3, 23, 10, tzinfo=BERLIN), rrule={"freq": "weekly", "count": 2})

    found = seen({"anna.ics": ics(one)})

    assert found.sql("SELECT happened_at FROM activities ORDER BY 1") == [
        (datetime(2026, 3, 23, 9),),
        (datetime(2026, 3, 30, 8),),
    ]


# Series


def test_a_series_without_an_end_is_repeated_to_the_day_of_the_load(seen):
    one = event("1", datetime(2026, 11, 30, 10, tzinfo=BERLIN), rrule={"freq": "weekly"})

    found = seen({"anna.ics": ics(one)})

    assert found.sql("SELECT count(*), max(day) FROM activities") == [(5, date(2026, 12, 28))]


def test_a_time_that_was_taken_out_of_a_series_does_not_take_place(seen):
    one = event(
        "1", datetime(2026, 3, 2, 10, tzinfo=BERLIN), rrule={"freq": "weekly", "count": 3},
        exdate=datetime(2026, 3, 9, 10, tzinfo=BERLIN),
    )  # fmt: skip

    found = seen({"anna.ics": ics(one)})

    assert found.sql("SELECT day FROM activities ORDER BY 1") == [
        (date(2026, 3, 2),),
        (date(2026, 3, 16),),
    ]


def test_a_time_that_was_moved_alone_takes_place_where_it_was_moved_to(seen):
    series = event(
        "1", datetime(2026, 3, 2, 10, tzinfo=BERLIN), rrule={"freq": "weekly", "count": 2}
    )
    moved = event(
        "1", datetime(2026, 3, 11, 15, tzinfo=BERLIN), 30,
        recurrence_id=datetime(2026, 3, 9, 10, tzinfo=BERLIN),
    )  # fmt: skip

    found = seen({"anna.ics": ics(series, moved)})

    assert found.sql("SELECT day, minutes FROM activities ORDER BY 1") == [
        (date(2026, 3, 2), 60.0),
        (date(2026, 3, 11), 30.0),
    ]


def test_of_two_versions_of_an_event_the_later_counts(seen):
    old = event("1", datetime(2026, 3, 2, 10, tzinfo=BERLIN), sequence=1)
    new = event("1", datetime(2026, 3, 3, 10, tzinfo=BERLIN), sequence=2)

    found = seen({"anna.ics": ics(new, old)})

    assert found.sql("SELECT day FROM activities") == [(date(2026, 3, 3),)]


@pytest.mark.parametrize(
    ("rule", "why"),
    [
        ("FREQ=SECONDLY", "repeats secondly, as no meeting does"),
        ("FREQ=MINUTELY;COUNT=1000000", "repeats minutely, as no meeting does"),
        ("FREQ=DAILY;BYHOUR=0,1,2,3,4,5,6,7,8;BYMINUTE=0,1,2,3,4,5,6,7,8,9", "repeats more than 10,000 times"),
        ("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", "repeats by a rule that never comes true"),
        ("FREQ=DAILY;INTERVAL=0", "repeats by a rule that never comes true"),
        ("FREQ=WEEKLY;BYDAY=MO;BYSETPOS=3", "repeats by a rule that never comes true"),
        ("FREQ=FORTNIGHTLY", "repeats by a rule that is not understood"),
    ],
)  # fmt: skip
def test_a_rule_that_is_no_meetings_is_refused_at_once(rule, why):
    with pytest.raises(NeverEndsError) as error:
        times(datetime(2026, 1, 1, 9), [rule], zone=BERLIN, last=datetime(2026, 12, 31))

    assert str(error.value) == why


def test_a_bomb_is_told_of_and_the_rest_of_the_calendar_is_read(load_calendars, acme):
    bomb = event("1", datetime(2026, 3, 2, 10, tzinfo=BERLIN))
    bomb["RRULE"] = vRecur.from_ical("FREQ=SECONDLY")

    summary = load_calendars(
        {"anna.ics": ics(bomb, event("2", datetime(2026, 3, 2, 12, tzinfo=BERLIN)))}
    )

    found = open_for(acme, summary.into)
    assert found.rows("activities") == 1
    assert [reject["reason"] for reject in found.rejects] == [
        "repeats secondly, as no meeting does"
    ]
    assert summary.rows == summary.kept + summary.rejected


# What is broken


def test_a_broken_event_is_told_with_its_line_and_the_others_are_read(load_calendars, acme):
    text = ics(event("1", datetime(2026, 3, 2, 10)), event("2", datetime(2026, 3, 2, 12)))
    text = text.replace(b"DTSTART:20260302T10", b"DTSTART:2026X302T10")

    summary = load_calendars({"anna.ics": text + b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:3\r\n"})

    found = open_for(acme, summary.into)
    assert found.rows("activities") == 1
    assert [reject["reason"] for reject in found.rejects] == [
        "is no event: its DTSTART is not understood",
        "is no event: it has no end",
    ]


def test_an_event_that_ends_before_it_starts_is_refused(load_calendars, acme):
    start = datetime(2026, 3, 2, 10, tzinfo=BERLIN)

    summary = load_calendars({"anna.ics": ics(event("1", start, -30), event("2", start))})

    assert [r["reason"] for r in open_for(acme, summary.into).rejects] == ["ends before it starts"]


def test_a_file_that_is_no_calendar_says_so(acme, tmp_path):
    (tmp_path / "anna.ics").write_text("hello")

    with pytest.raises(RemitError, match="is no calendar: it has no BEGIN:VCALENDAR"):
        load(acme, [tmp_path / "anna.ics"], tmp_path / "evidence.duckdb", today=TODAY)


# Google, Microsoft, Outlook


GOOGLE = {
    "kind": "calendar#events",
    "summary": "anna@acme.com",
    "timeZone": "Europe/Berlin",
    "items": [
        {
            "id": "a",
            "iCalUID": "a@google.com",
            "status": "confirmed",
            "created": "2026-02-01T08:00:00.000Z",
            "summary": "Pipeline review",
            "organizer": {"email": "anna@acme.com", "self": True},
            "start": {"dateTime": "2026-03-02T10:00:00+01:00", "timeZone": "Europe/Berlin"},
            "end": {"dateTime": "2026-03-02T10:30:00+01:00", "timeZone": "Europe/Berlin"},
            "attendees": [
                {"email": "anna@acme.com", "self": True, "organizer": True, "responseStatus": "accepted"},
                {"email": "ben@acme.com", "responseStatus": "declined"},
                {"email": "cleo@acme.com", "responseStatus": "accepted"},
            ],
        },
        {
            "id": "s",
            "iCalUID": "s@google.com",
            "status": "confirmed",
            "organizer": {"email": "kim@globex.com"},
            "start": {"dateTime": "2026-12-07T09:00:00+01:00", "timeZone": "Europe/Berlin"},
            "end": {"dateTime": "2026-12-07T10:00:00+01:00", "timeZone": "Europe/Berlin"},
            "recurrence": ["EXDATE;TZID=Europe/Berlin:20261214T090000", "RRULE:FREQ=WEEKLY"],
            "attendees": [{"email": "anna@acme.com", "self": True, "responseStatus": "accepted"}],
        },
        {
            "id": "s_20261221",
            "status": "cancelled",
            "recurringEventId": "s",
            "originalStartTime": {"dateTime": "2026-12-21T09:00:00+01:00"},
        },
        {
            "id": "d",
            "iCalUID": "d@google.com",
            "status": "confirmed",
            "start": {"date": "2026-03-03"},
            "end": {"date": "2026-03-04"},
            "visibility": "private",
        },
    ],
}  # fmt: skip


def test_googles_events_are_read_with_answers_series_and_days(seen):
    found = seen({"anna.json": json.dumps(GOOGLE)})

    assert found.sql(
        "SELECT day, minutes, rule, external, not_counted FROM activities ORDER BY 1, 5"
    ) == [
        (date(2026, 3, 2), 30.0, "pipeline review", False, None),
        (date(2026, 3, 3), None, None, None, "all day"),
        (date(2026, 12, 7), 60.0, None, True, None),
        (date(2026, 12, 21), None, None, False, "cancelled"),
        (date(2026, 12, 28), 60.0, None, True, None),
    ]
    assert set(parts(found)) == {
        ("Anna Lee", "organiser"),
        (None, "attended"),
        ("Anna Lee", "attended"),
    }


@pytest.mark.parametrize("written", [json.dumps, str], ids=["as JSON", "as Python prints it"])
def test_the_csv_that_people_make_of_googles_events_says_the_same(seen, tmp_path, written):
    first = GOOGLE["items"][0]
    row = {
        "id": first["id"], "iCalUID": first["iCalUID"], "summary": first["summary"],
        "start.dateTime": first["start"]["dateTime"], "end.dateTime": first["end"]["dateTime"],
        "organizer.email": "anna@acme.com", "attendees": written(first["attendees"]),
    }  # fmt: skip
    with (tmp_path / "rows.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, row)
        writer.writeheader()
        writer.writerow(row)

    found = seen({"anna@acme.com.csv": (tmp_path / "rows.csv").read_bytes()})

    assert found.sql("SELECT happened_at, minutes, rule FROM activities") == [
        (datetime(2026, 3, 2, 9), 30.0, "pipeline review")
    ]
    assert parts(found) == [("Anna Lee", "organiser"), (None, "attended")]


def graph(**more: Any) -> dict[str, Any]:
    return {
        "iCalUId": "g1",
        "subject": "Pipeline review",
        "createdDateTime": "2026-02-01T08:00:00Z",
        "start": {"dateTime": "2026-03-02T10:00:00.0000000", "timeZone": "Pacific Standard Time"},
        "end": {"dateTime": "2026-03-02T11:00:00.0000000", "timeZone": "Pacific Standard Time"},
        "organizer": {"emailAddress": {"name": "Anna Lee", "address": "anna@acme.com"}},
        "attendees": [
            {"type": "required", "status": {"response": "accepted"}, "emailAddress": {"address": "Ben@acme.com"}},
            {"type": "resource", "status": {"response": "none"}, "emailAddress": {"address": "room@acme.com"}},
        ],
        "isAllDay": False, "isCancelled": False, "sensitivity": "normal", "showAs": "busy",
        "type": "singleInstance", **more,
    }  # fmt: skip


def test_microsofts_events_are_read_with_its_own_names_of_zones(seen):
    found = seen({"anna@acme.com.json": json.dumps({"value": [graph()]})})

    assert found.sql("SELECT happened_at, minutes, rule, external FROM activities") == [
        (datetime(2026, 3, 2, 18), 60.0, "pipeline review", False)
    ]
    assert parts(found) == [("Anna Lee", "organiser"), ("Ben Ode", "attended")]


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"isCancelled": True}, "cancelled"),
        ({"isAllDay": True}, "all day"),
        ({"sensitivity": "private"}, None),
        ({"showAs": "free"}, None),
    ],
)
def test_what_microsoft_says_of_an_event_decides_whether_it_counts(seen, more, why):
    found = seen({"anna@acme.com.json": json.dumps({"value": [graph(**more)]})})

    # shown as free by one of two, it is the other's hour still
    assert found.sql("SELECT not_counted FROM activities") == [(why,)]


def test_a_series_of_microsofts_is_repeated_by_its_pattern(seen):
    pattern = {"type": "relativeMonthly", "interval": 1, "daysOfWeek": ["monday"], "index": "first"}
    bounds = {"type": "endDate", "startDate": "2026-03-02", "endDate": "2026-05-31"}
    one = graph(type="seriesMaster", recurrence={"pattern": pattern, "range": bounds})

    found = seen({"anna@acme.com.json": json.dumps({"value": [one]})})

    assert found.sql("SELECT day FROM activities ORDER BY 1") == [
        (date(2026, 3, 2),),
        (date(2026, 4, 6),),
        (date(2026, 5, 4),),
    ]


OUTLOOK = (
    "Subject,Start Date,Start Time,End Date,End Time,All day event,Meeting Organizer,"
    "Required Attendees,Private,Show time as\n"
)


def test_outlooks_csv_is_read_by_the_charters_clock_with_names(seen):
    rows = (
        "Pipeline review,3/2/2026,10:00:00 AM,3/2/2026,10:45:00 AM,False,Anna Lee,Ben Ode;Anna Lee,False,2\n"
        "Offsite,3/30/2026,12:00:00 AM,3/31/2026,12:00:00 AM,True,Anna Lee,,False,3\n"
        "Focus,3/4/2026,1:00:00 PM,3/4/2026,2:00:00 PM,False,Anna Lee,,False,3\n"
    )

    found = seen({"Anna Lee.csv": OUTLOOK + rows})

    assert found.sql(
        "SELECT happened_at, minutes, rule, not_counted FROM activities ORDER BY 1"
    ) == [
        (datetime(2026, 3, 2, 9), 45.0, "pipeline review", None),
        (datetime(2026, 3, 4, 12), 60.0, None, "free"),
        (datetime(2026, 3, 29, 22), 1440.0, None, "all day"),
    ]
    assert parts(found) == [("Anna Lee", "organiser"), ("Ben Ode", "invited")]


# The CRM


MEETING = {
    "Id": "00U1",
    "OwnerId": "005A",
    "WhoId": "0031",
    "StartDateTime": "2026-03-02T09:05:00Z",
    "CreatedDate": "2026-02-20T10:00:00Z",
}
CONTACT = {
    "Id": "0031",
    "AccountId": "0011",
    "Email": "kim@globex.com",
    "CreatedDate": "2026-01-01",
}
ACCOUNT = {"Id": "0011", "CreatedDate": "2026-01-01"}


def test_a_meeting_in_the_crm_and_in_a_calendar_counts_once_with_links_of_the_one_and_people_of_the_other(
    seen,
):
    people = [attendee("anna@acme.com"), attendee("ben@acme.com"), attendee("kim@globex.com")]
    one = event("1", datetime(2026, 3, 2, 10, tzinfo=BERLIN), 40, attendees=people)

    found = seen(
        {"anna.ics": ics(one)}, crm={"Event": [MEETING], "Contact": [CONTACT], "Account": [ACCOUNT]}
    )

    assert found.sql(
        "SELECT activity_id = '00U1', counted, not_counted, minutes, external FROM activities ORDER BY 1"
    ) == [
        (False, False, "also in the CRM", 40.0, True),
        (True, True, None, 40.0, True),
    ]
    assert parts(found) == [("Anna Lee", "organiser"), ("Ben Ode", "attended")]
    assert found.sql("SELECT record_id FROM activity_links WHERE activity_id = '00U1'") == [
        ("0031",)
    ]
    assert "Of 1 meetings in calendars 1 are in the CRM too" in found.derivations["work"]


@pytest.mark.parametrize(
    ("crm", "calendar"),
    [
        ({"StartDateTime": "2026-03-02T09:30:00Z"}, {}),
        ({"OwnerId": "005B"}, {}),
    ],
    ids=["half an hour apart", "nobody in common"],
)
def test_meetings_apart_in_time_or_people_are_two(seen, crm, calendar):
    one = event("1", datetime(2026, 3, 2, 10, tzinfo=BERLIN), **calendar)

    found = seen({"anna.ics": ics(one)}, crm={"Event": [{**MEETING, **crm}]})

    assert found.sql("SELECT count(*) FROM activities WHERE counted") == [(2,)]


def test_one_meeting_of_the_crm_is_matched_once_with_the_nearest(seen):
    near = event("1", datetime(2026, 3, 2, 10, 5, tzinfo=BERLIN))
    far = event("2", datetime(2026, 3, 2, 10, 10, tzinfo=BERLIN), 20)

    found = seen({"anna.ics": ics(near, far)}, crm={"Event": [MEETING]})

    assert found.sql("SELECT minutes FROM activities WHERE not_counted IS NOT NULL") == [(60.0,)]


def test_two_meetings_at_one_time_in_both_are_two_pairs(seen):
    at = datetime(2026, 3, 2, 10, 5, tzinfo=BERLIN)

    found = seen(
        {"anna.ics": ics(event("1", at), event("2", at))},
        crm={"Event": [MEETING, {**MEETING, "Id": "00U2"}]},
    )

    assert found.sql("SELECT count(*) FROM activities WHERE counted") == [(2,)]


def test_a_meeting_that_only_the_calendar_has_is_linked_by_somebodys_address(seen):
    one = event("1", datetime(2026, 3, 2, 10, tzinfo=BERLIN))

    found = seen({"anna.ics": ics(one)}, crm={"Contact": [CONTACT], "Account": [ACCOUNT]})

    assert found.sql("SELECT record_type, record_id FROM activity_links") == [("contact", "0031")]
    assert found.sql("SELECT account_id FROM work") == [("0011",)]


def test_loading_calendars_again_changes_nothing(load_calendars, acme):
    files = {"anna.ics": ics(event("1", datetime(2026, 3, 2, 10, tzinfo=BERLIN)))}
    crm = {"Event": [MEETING], "Contact": [CONTACT], "Account": [ACCOUNT]}
    asked = "SELECT activity_id, person_id, part, counted FROM participants JOIN activities USING (activity_id) ORDER BY ALL"
    first = open_for(acme, load_calendars(files, crm=crm).into)
    before = first.sql(asked)
    first.connection.disconnect()

    again = open_for(acme, load_calendars(files, crm=crm).into)

    assert again.sql(asked) == before


# What it is counted as


def functions(found: Evidence, charter: Charter) -> list[Any]:
    over = Period(date(2026, 1, 1), date(2027, 1, 1))
    table = work(found, charter, charter.numbers(), over)
    return sorted(set(table.function.to_pyarrow().to_pylist()))


def test_a_meeting_that_a_rule_knows_is_what_the_rule_says(seen, acme):
    us = [attendee("anna@acme.com"), attendee("ben@acme.com")]
    at = datetime(2026, 3, 2, 10, tzinfo=BERLIN)

    found = seen({"anna.ics": ics(event("1", at, attendees=us, subject="Q1 pipeline review"))})

    assert functions(found, acme) == ["management"]


def test_a_meeting_of_colleagues_alone_is_internal_work(seen, acme):
    us = [attendee("anna@acme.com"), attendee("ben@acme.com")]

    found = seen(
        {"anna.ics": ics(event("1", datetime(2026, 3, 2, 10, tzinfo=BERLIN), attendees=us))}
    )

    assert functions(found, acme) == ["internal"]
