"""The company's deals as an event log, in the forms that process mining exchanges.

- `deals.xes` and `deals.xes.gz`: XES (IEEE 1849); a trace is a deal;
- `deals.jsonocel` and `deals.sqlite`: OCEL 2.0 in its JSON and SQLite forms; an event concerns a
  deal, its account and the people of ours and theirs who were part of it;
- `deals.csv`: a case id, an activity, a timestamp, a resource and a transition of its lifecycle.

Events are a deal's entering a stage, its passing to another owner, and the meetings, calls and
emails logged on it; a meeting starts and completes, the others complete. All forms tell the same
events. Resources are the names of people.

Cannot hold: work that was not linked to a deal (prospecting, leads, support, work on customers);
in XES and CSV, anybody but the one person an event is ascribed to.
"""

from __future__ import annotations

import csv
import gzip
import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import quoteattr

from remit.example.days import Clock, last_moment
from remit.example.layouts import Everything

Record = dict[str, str]


@dataclass(frozen=True, slots=True)
class Happening:
    """An event of a deal.

    Attributes:
        id: Of the record it comes from, or made from it.
        deal: Id of the deal.
        at: When (`2026-03-04T15:04:05.000Z`).
        activity: What.
        person: Id of the user it is ascribed to.
        transition: `start` or `complete`.
        contact: Id of the contact it was with, if any.
        others: Ids of further users who were part of it.
    """

    id: str
    deal: str
    at: str
    activity: str
    person: str
    transition: str = "complete"
    contact: str = ""
    others: tuple[str, ...] = ()


def _live(everything: Everything, table: str) -> Iterator[Record]:
    for row in everything.tables[table].records():
        if row.get("IsDeleted", "false") == "false":
            yield row


def happenings(everything: Everything) -> list[Happening]:
    """All events, oldest first."""
    found = []
    last: dict[str, str] = {}
    for row in _live(everything, "OpportunityHistory"):
        deal, stage = row["OpportunityId"], row["StageName"]
        if last.get(deal) != stage:
            last[deal] = stage
            found.append(Happening(row["Id"], deal, row["CreatedDate"], stage, row["CreatedById"]))
    for row in _live(everything, "OpportunityFieldHistory"):
        if row["Field"] == "Owner":
            found.append(
                Happening(row["Id"], row["OpportunityId"], row["CreatedDate"], "Change owner",
                          row["NewValue"], others=(row["OldValue"],))
            )  # fmt: skip
    for row in _live(everything, "Task"):
        if row["WhatId"][:3] == "006" and row["IsClosed"] == "true" and row["Type"] != "Other":
            what = "Call" if row["TaskSubtype"] == "Call" else "Email"
            found.append(
                Happening(row["Id"], row["WhatId"], row["CompletedDateTime"], what, row["OwnerId"],
                          contact=row["WhoId"])
            )  # fmt: skip
    invited: dict[str, list[str]] = {}
    for row in everything.tables["EventRelation"].records():
        if row["RelationId"][:3] == "005" and row["Status"] != "Declined":
            invited.setdefault(row["EventId"], []).append(row["RelationId"])
    end = Clock().stamp(last_moment(everything.company.last_day, everything.days))
    for row in _live(everything, "Event"):
        off = row["Subject"].startswith("Canceled: ")
        if row["WhatId"][:3] != "006" or off or row["EndDateTime"] > end:
            continue
        for transition, at in (("start", row["StartDateTime"]), ("complete", row["EndDateTime"])):
            found.append(
                Happening(f"{row['Id']}-{transition}", row["WhatId"], at, "Meeting",
                          row["OwnerId"], transition, row["WhoId"],
                          tuple(invited.get(row["Id"], ())))
            )  # fmt: skip
    return sorted(found, key=lambda event: (event.at, event.id))


# -- XES --------------------------------------------------------------------------------------

_XES_HEAD = """\
<?xml version="1.0" encoding="UTF-8" ?>
<log xes.version="1849-2016" xes.features="" xmlns="http://www.xes-standard.org/">
\t<extension name="Concept" prefix="concept" uri="http://www.xes-standard.org/concept.xesext"/>
\t<extension name="Time" prefix="time" uri="http://www.xes-standard.org/time.xesext"/>
\t<extension name="Organizational" prefix="org" uri="http://www.xes-standard.org/org.xesext"/>
\t<extension name="Lifecycle" prefix="lifecycle" uri="http://www.xes-standard.org/lifecycle.xesext"/>
\t<global scope="trace">
\t\t<string key="concept:name" value="name"/>
\t</global>
\t<global scope="event">
\t\t<string key="concept:name" value="name"/>
\t\t<string key="lifecycle:transition" value="complete"/>
\t\t<date key="time:timestamp" value="1970-01-01T00:00:00.000+00:00"/>
\t</global>
\t<classifier name="Activity" keys="concept:name"/>
"""


def _attribute(kind: str, key: str, value: str) -> str:
    return f"<{kind} key={quoteattr(key)} value={quoteattr(value)}/>\n"


def _xes(
    everything: Everything, events: Iterable[Happening], names: Mapping[str, str]
) -> Iterator[str]:
    traces: dict[str, list[Happening]] = {}
    for event in events:
        traces.setdefault(event.deal, []).append(event)
    yield _XES_HEAD
    yield "\t" + _attribute("string", "concept:name", f"Deals of {everything.company.name}")
    for deal in _live(everything, "Opportunity"):
        yield "\t<trace>\n"
        yield "\t\t" + _attribute("string", "concept:name", deal["Id"])
        yield "\t\t" + _attribute("string", "deal:name", deal["Name"])
        yield "\t\t" + _attribute("string", "deal:type", deal["Type"])
        yield "\t\t" + _attribute("float", "deal:amount", f"{float(deal['Amount']):.1f}")
        for event in traces.get(deal["Id"], ()):
            yield "\t\t<event>\n"
            yield "\t\t\t" + _attribute("string", "concept:name", event.activity)
            yield "\t\t\t" + _attribute("string", "org:resource", names[event.person])
            yield "\t\t\t" + _attribute("date", "time:timestamp", f"{event.at[:-1]}+00:00")
            yield "\t\t\t" + _attribute("string", "lifecycle:transition", event.transition)
            yield "\t\t</event>\n"
        yield "\t</trace>\n"
    yield "</log>\n"


# -- OCEL 2.0 ---------------------------------------------------------------------------------

_OBJECT_TYPES: Mapping[str, tuple[tuple[str, str], ...]] = {
    "deal": (("name", "string"), ("type", "string"), ("amount", "float")),
    "account": (("name", "string"), ("employees", "integer")),
    "contact": (("name", "string"), ("title", "string")),
    "person": (("name", "string"), ("title", "string")),
}
_EVENT_ATTRIBUTES = (("resource", "string"), ("lifecycle", "string"))
_BEGINNING = "1970-01-01T00:00:00Z"


@dataclass(frozen=True, slots=True)
class _Object:
    id: str
    type: str
    values: Mapping[str, str]
    related: tuple[tuple[str, str], ...] = ()


def _objects(everything: Everything, used: set[str]) -> Iterator[_Object]:
    for row in _live(everything, "Opportunity"):
        values = {"name": row["Name"], "type": row["Type"], "amount": f"{float(row['Amount'])}"}
        yield _Object(row["Id"], "deal", values, ((row["AccountId"], "account of the deal"),))
        used.add(row["AccountId"])
    for row in _live(everything, "Account"):
        if row["Id"] in used:
            values = {"name": row["Name"], "employees": row["NumberOfEmployees"]}
            yield _Object(row["Id"], "account", values)
    for row in _live(everything, "Contact"):
        if row["Id"] in used:
            values = {"name": row["Name"], "title": row["Title"]}
            yield _Object(row["Id"], "contact", values, ((row["AccountId"], "works at"),))
    for row in _live(everything, "User"):
        if row["Id"] in used:
            yield _Object(row["Id"], "person", {"name": row["Name"], "title": row["Title"]})


def _relations(event: Happening, accounts: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    yield event.deal, "deal"
    yield accounts[event.deal], "account"
    yield event.person, "resource"
    for other in event.others:
        if other != event.person:
            yield other, "took part"
    if event.contact:
        yield event.contact, "contact"


def _typed(value: str, kind: str) -> object:
    return {"float": float, "integer": int}.get(kind, str)(value)


def _json(
    events: list[Happening], objects: list[_Object], names: Mapping[str, str],
    accounts: Mapping[str, str], path: Path,
) -> None:  # fmt: skip
    kinds = {name: dict(attributes) for name, attributes in _OBJECT_TYPES.items()}
    log = {
        "objectTypes": [
            {"name": name, "attributes": [{"name": key, "type": kind} for key, kind in attributes]}
            for name, attributes in _OBJECT_TYPES.items()
        ],
        "eventTypes": [
            {
                "name": name,
                "attributes": [{"name": key, "type": kind} for key, kind in _EVENT_ATTRIBUTES],
            }
            for name in dict.fromkeys(event.activity for event in events)
        ],
        "objects": [
            {
                "id": one.id, "type": one.type,
                "attributes": [
                    {"name": key, "time": _BEGINNING, "value": _typed(value, kinds[one.type][key])}
                    for key, value in one.values.items()
                ],
                "relationships": [
                    {"objectId": other, "qualifier": qualifier} for other, qualifier in one.related
                ],
            }
            for one in objects
        ],
        "events": [
            {
                "id": event.id, "type": event.activity, "time": event.at,
                "attributes": [
                    {"name": "resource", "value": names[event.person]},
                    {"name": "lifecycle", "value": event.transition},
                ],
                "relationships": [
                    {"objectId": other, "qualifier": qualifier}
                    for other, qualifier in _relations(event, accounts)
                ],
            }
            for event in events
        ],
    }  # fmt: skip
    path.write_text(json.dumps(log, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


_COLUMN = {"string": "TEXT", "float": "REAL", "integer": "INTEGER"}


def _sqlite(
    events: list[Happening], objects: list[_Object], names: Mapping[str, str],
    accounts: Mapping[str, str], path: Path,
) -> None:  # fmt: skip
    path.unlink(missing_ok=True)
    log = sqlite3.connect(path)
    log.executescript(
        "CREATE TABLE event_map_type (ocel_type TEXT PRIMARY KEY, ocel_type_map TEXT);"
        "CREATE TABLE object_map_type (ocel_type TEXT PRIMARY KEY, ocel_type_map TEXT);"
        "CREATE TABLE event (ocel_id TEXT PRIMARY KEY, ocel_type TEXT REFERENCES event_map_type);"
        "CREATE TABLE object (ocel_id TEXT PRIMARY KEY, ocel_type TEXT REFERENCES object_map_type);"
        "CREATE TABLE event_object (ocel_event_id TEXT REFERENCES event, ocel_object_id TEXT "
        "REFERENCES object, ocel_qualifier TEXT, "
        "PRIMARY KEY (ocel_event_id, ocel_object_id, ocel_qualifier));"
        "CREATE TABLE object_object (ocel_source_id TEXT REFERENCES object, ocel_target_id TEXT "
        "REFERENCES object, ocel_qualifier TEXT, "
        "PRIMARY KEY (ocel_source_id, ocel_target_id, ocel_qualifier));"
    )
    by_activity: dict[str, list[Happening]] = {}
    for event in events:
        by_activity.setdefault(event.activity, []).append(event)
    for activity, ones in by_activity.items():
        short = activity.replace(" ", "")
        columns = ", ".join(f"{key} {_COLUMN[kind]}" for key, kind in _EVENT_ATTRIBUTES)
        log.execute("INSERT INTO event_map_type VALUES (?, ?)", (activity, short))
        log.execute(
            f"CREATE TABLE event_{short} (ocel_id TEXT PRIMARY KEY REFERENCES event, "
            f"ocel_time TEXT, {columns})"
        )
        log.executemany(
            f"INSERT INTO event_{short} VALUES (?, ?, ?, ?)",
            ((one.id, one.at, names[one.person], one.transition) for one in ones),
        )
    for name, attributes in _OBJECT_TYPES.items():
        columns = ", ".join(f"{key} {_COLUMN[kind]}" for key, kind in attributes)
        log.execute("INSERT INTO object_map_type VALUES (?, ?)", (name, name))
        log.execute(
            f"CREATE TABLE object_{name} (ocel_id TEXT REFERENCES object, ocel_time TEXT, "
            f"ocel_changed_field TEXT, {columns})"
        )
        marks = ", ".join("?" * (3 + len(attributes)))
        log.executemany(
            f"INSERT INTO object_{name} VALUES ({marks})",
            (
                (one.id, _BEGINNING, None,
                 *(_typed(one.values[key], kind) for key, kind in attributes))
                for one in objects
                if one.type == name
            ),
        )  # fmt: skip
    log.executemany("INSERT INTO event VALUES (?, ?)", ((one.id, one.activity) for one in events))
    log.executemany("INSERT INTO object VALUES (?, ?)", ((one.id, one.type) for one in objects))
    log.executemany(
        "INSERT INTO event_object VALUES (?, ?, ?)",
        ((one.id, *pair) for one in events for pair in _relations(one, accounts)),
    )
    log.executemany(
        "INSERT INTO object_object VALUES (?, ?, ?)",
        ((one.id, *pair) for one in objects for pair in one.related),
    )
    log.commit()
    log.close()


# -- what is written --------------------------------------------------------------------------


def write(everything: Everything, folder: Path) -> dict[str, int]:
    """Write the log in each form; returns the number of events."""
    events = happenings(everything)
    names = {row["Id"]: row["Name"] for row in _live(everything, "User")}
    accounts = {row["Id"]: row["AccountId"] for row in _live(everything, "Opportunity")}
    xes = "".join(_xes(everything, events, names)).encode()
    (folder / "deals.xes").write_bytes(xes)
    (folder / "deals.xes.gz").write_bytes(gzip.compress(xes, mtime=0))
    used = {one for event in events for one in (event.person, event.contact, *event.others)}
    objects = list(_objects(everything, used))
    _json(events, objects, names, accounts, folder / "deals.jsonocel")
    _sqlite(events, objects, names, accounts, folder / "deals.sqlite")
    with (folder / "deals.csv").open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(("Case ID", "Activity", "Timestamp", "Resource", "Lifecycle"))
        for event in events:
            out.writerow(
                (event.deal, event.activity, event.at, names[event.person], event.transition)
            )
    return {"deals": len(events)}
