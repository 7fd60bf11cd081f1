"""The example company in every layout: the same audit, or a difference that is explained.

`every_layout.yaml` has every difference that is allowed, and why.
"""

from __future__ import annotations

import csv
import json
import os
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from fnmatch import fnmatchcase
from pathlib import Path

import icalendar
import pytest
import yaml

from remit.audit import Audit, audit, open_for
from remit.charter import read_charter
from remit.evidence import TABLES, Evidence
from remit.example import Written, layout_names, write_example
from remit.sources import load
from tests.small_company import SMALL

pytestmark = pytest.mark.slow

SOME = (
    "salesforce",
    "salesforce_report",
    "fivetran_salesforce_history_mode",
    "hubspot_csv",
    "calendars",
    "diary",
    "hr",
    "event_log",
)
"""One layout of each family, which is what an audit of minutes is spent on every time."""
LAYOUTS = tuple(n for n in layout_names() if n in SOME or os.environ.get("REMIT_EVERY_LAYOUT"))
"""All of them with `REMIT_EVERY_LAYOUT=1`."""

HERE = Path(__file__).parent
EXPLAINED = yaml.safe_load((HERE / "every_layout.yaml").read_text("utf-8"))
TODAY = date(2026, 11, 1)
NEAR = 0.01
"""By how much a share may differ: moments without seconds, entries at the edge of a day."""
WORKED_OUT = {"states", "role_shares", "remits", "assignments"}
"""Tables that follow from the others, the charter or the people file."""
COUNTED = {
    "deals by kind": "SELECT kind, won, count(*) FROM opportunities GROUP BY ALL ORDER BY ALL",
    "qualification of deals": """SELECT kind, won, count(*) FILTER (next_step), count(framework),
        round(avg(framework), 6), count(poc_at), list_sort(list(forecast)) FROM opportunities
        GROUP BY ALL ORDER BY ALL""",
    "work counted": "SELECT kind, count(*) FROM activities WHERE counted GROUP BY ALL ORDER BY ALL",
}
"""What is compared of the rows of a table beside their number."""


@dataclass(frozen=True)
class Looked:
    """A layout as it was loaded, and its audit."""

    evidence: Evidence
    audit: Audit


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Written:
    """The company in every layout, with a charter in the words of each CRM."""
    found = write_example(
        tmp_path_factory.mktemp("every") / "northstar",
        seed=3,
        company=SMALL,
        layouts=LAYOUTS,
    )
    said = (HERE / "hubspot_charter.yaml").read_text("utf-8")
    said_there = {name for name, _ in _blocks(said)}
    kept = [
        block for name, block in _blocks(found.charter.read_text("utf-8")) if name not in said_there
    ]
    (found.directory / "charter-hubspot.yaml").write_text("".join(kept) + said, encoding="utf-8")
    return found


def _blocks(text: str) -> Iterator[tuple[str, str]]:
    """The top-level words of a charter, each with all that stands under it."""
    for block in re.split(r"^(?=\w+:)", text, flags=re.MULTILINE)[1:]:
        yield block.partition(":")[0], block


@pytest.fixture(scope="module")
def looked(written: Written) -> Callable[[str], Looked]:
    """Loads and audits a layout once."""
    known: dict[str, Looked] = {}

    def look(name: str) -> Looked:
        if name not in known:
            crm = "charter-hubspot.yaml" if "hubspot" in name else "charter.yaml"
            charter = read_charter(written.directory / crm)
            into = written.directory / f"{name}.duckdb"
            load(charter, sources_of(written, name), into, today=TODAY)
            evidence = open_for(charter, into)
            known[name] = Looked(evidence, audit(charter, evidence))
        return known[name]

    return look


def sources_of(written: Written, name: str) -> list[Path]:
    """What is loaded for a layout; what is no CRM goes on top of the Salesforce export."""
    folder = written.layouts[name]
    if name in ("diary", "hr"):
        return [written.export, folder]
    if name == "calendars":
        return [written.export, folder / "ics"]
    return [folder / "deals.csv"] if name == "event_log" else [folder]


# What differs


def differences(native: Looked, other: Looked) -> set[str]:
    """All that differs between two audits, in the words of the table."""
    found = {
        f"rows of {table}"
        for table in TABLES.keys() - WORKED_OUT
        if native.evidence.rows(table) != other.evidence.rows(table)
    }
    for name, query in COUNTED.items():
        if native.evidence.sql(query) != other.evidence.sql(query):
            found.add(name)
    ours, theirs = (
        {f"{f.check}, {f.about}": f for f in looked.audit.findings} for looked in (native, other)
    )
    for name in ours.keys() | theirs.keys():
        a, b = ours.get(name), theirs.get(name)
        if a is None or b is None or (a.answer, a.severity) != (b.answer, b.severity):
            found.add(f"answer: {name}")
        elif not _near(a.measured, b.measured):
            found.add(f"share: {name}")
    roles, there = ({t.about: t for t in looked.audit.times} for looked in (native, other))
    for about in roles.keys() | there.keys():
        if not (
            about in roles
            and about in there
            and _near(roles[about].coverage, there[about].coverage)
        ):
            found.add(f"coverage of {about}")
    return found


def _near(ours, theirs) -> bool:
    if ours is None or theirs is None:
        return ours is theirs
    return abs(ours.value - theirs.value) <= NEAR


def allowed(layout: str) -> list[str]:
    """What the table says differs in a layout."""
    return [
        pattern
        for one in EXPLAINED["differences"]
        if layout in one["layouts"]
        for pattern in one["differs"]
    ]


def test_the_table_speaks_of_every_layout_there_is_and_of_no_other():
    named = {layout for one in EXPLAINED["differences"] for layout in one["layouts"]}

    assert {*EXPLAINED["layouts"]} == {*layout_names()}
    assert named <= {*layout_names()}
    assert all(one["because"].strip() for one in EXPLAINED["differences"])


def test_the_company_is_large_enough_for_checks_to_answer(looked):
    native = looked("salesforce").audit

    assert {"amber", "clear", "cannot tell"} <= {
        word
        for f in native.findings
        for word in (str(f.answer.value), f.severity.name.lower() if f.severity else "")
    }


@pytest.mark.parametrize("layout", sorted({*LAYOUTS} - {"salesforce"}))
def test_a_layout_gives_the_same_audit_but_for_what_the_table_explains(looked, layout):
    found = differences(looked("salesforce"), looked(layout))

    unexplained = {one for one in found if not any(fnmatchcase(one, p) for p in allowed(layout))}
    gone = [p for p in allowed(layout) if not any(fnmatchcase(one, p) for one in found)]
    assert not unexplained
    assert not gone, "listed, and no longer so"


@pytest.mark.parametrize("layout", ["calendars", "diary", "hr"])
def test_what_is_loaded_on_top_of_a_crm_makes_nothing_better_or_worse(looked, layout):
    assert _judged(looked("salesforce").audit) == _judged(looked(layout).audit)


def _judged(audit):
    # with more to look at, what could not be told may come out within its limits
    return {(f.check, f.about): f.severity for f in audit.findings if f.severity is not None}


def test_the_same_calendars_loaded_anew_under_other_pseudonyms_tell_the_same(written, looked):
    charter = read_charter(written.charter)
    again = written.directory / "calendars again.duckdb"
    load(charter, sources_of(written, "calendars"), again, today=TODAY)

    first, second = looked("calendars").audit, audit(charter, open_for(charter, again))

    assert [(f.check, f.about, f.answer, f.says) for f in first.findings] == [
        (f.check, f.about, f.answer, f.says) for f in second.findings
    ]


def test_a_diary_is_shown_beside_the_recorded_time(looked):
    assert not looked("salesforce").audit.diaries
    assert looked("diary").audit.diaries


# Calendars


def test_a_date_of_a_series_is_as_long_in_ics_as_in_google(written):
    there = written.layouts["calendars"]
    differing = 0

    for path in sorted((there / "google").glob("*.json")):
        ics = icalendar.Calendar.from_ical((there / "ics" / f"{path.stem}.ics").read_bytes())
        usual: dict[str, timedelta] = {}
        on: dict[tuple[str, datetime], timedelta] = {}
        for event in ics.walk("VEVENT"):
            length, uid = event["DTEND"].dt - event["DTSTART"].dt, str(event["UID"])
            if "RRULE" in event:
                usual[uid] = length
            elif "RECURRENCE-ID" in event:
                on[uid, event["RECURRENCE-ID"].dt.astimezone(UTC)] = length
        for one in json.loads(path.read_text("utf-8"))["items"]:
            if "recurringEventId" in one:
                starts, ends = (
                    datetime.fromisoformat(one[at]["dateTime"]) for at in ("start", "end")
                )
                uid = one["iCalUID"]
                assert on.get((uid, starts.astimezone(UTC)), usual[uid]) == ends - starts
                differing += ends - starts != usual[uid]
    assert differing


# Event logs

LOGS = ("deals.csv", "deals.xes", "deals.xes.gz", "deals.jsonocel", "deals.sqlite")
COLUMNS = ("Activity", "concept:name", "ocel:activity")
EVENT_CHARTER = """
company: Northstar Analytics
time_zone: America/New_York
roles: {ae: {is: AE}}
activities:
  rules:
"""


@pytest.mark.parametrize("log", LOGS)
def test_an_event_log_holds_the_people_meetings_calls_and_emails_of_deals(written, tmp_path, log):
    rules = [
        f'    - {{name: "{what}{at}", where: {{"{column}": {what}}}, is: closing}}\n'
        for at, column in enumerate(COLUMNS)
        for what in ("Meeting", "Call", "Email")
    ]
    (tmp_path / "charter.yaml").write_text(EVENT_CHARTER + "".join(rules))
    charter = read_charter(tmp_path / "charter.yaml")

    load(charter, [written.layouts["event_log"] / log], tmp_path / "log.duckdb", today=TODAY)

    found = open_for(charter, tmp_path / "log.duckdb").sql(
        """SELECT rtrim(rule, '012') AS what, n.source_id, count(*), sum(minutes)
        FROM activities a JOIN participants p USING (activity_id) JOIN private.names n USING (person_id)
        WHERE rule IS NOT NULL AND p.part IN ('owner', 'creator') GROUP BY ALL"""
    )
    entries = Counter({(what, name): count for what, name, count, _ in found})
    meetings = sum(minutes for what, _, _, minutes in found if what == "Meeting")
    # of two meetings on one deal at once, a log pairs the first start with the first end: the
    # minutes of each owner may differ, their sum does not
    assert (entries, meetings) == worked_on_deals(written)


def worked_on_deals(written: Written) -> tuple[Counter[tuple[str, str]], float]:
    """Entries on deals by kind and owner, and minutes of meetings, from the Salesforce export."""
    names = {row["Id"]: row["Name"] for row in _rows(written, "User")}
    entries: Counter[tuple[str, str]] = Counter()
    minutes = 0.0
    for row in _rows(written, "Task"):
        done = row["IsDeleted"] == "false" and row["IsClosed"] == "true" and row["Type"] != "Other"
        if done and row["WhatId"][:3] == "006":
            what = "Call" if row["TaskSubtype"] == "Call" else "Email"
            entries[what, names[row["OwnerId"]]] += 1
    for row in _rows(written, "Event"):
        held = row["EndDateTime"][:10] <= "2026-10-31" and "Canceled: " not in row["Subject"]
        if held and row["IsDeleted"] == "false" and row["WhatId"][:3] == "006":
            entries["Meeting", names[row["OwnerId"]]] += 1
            minutes += float(row["DurationInMinutes"])
    return entries, minutes


def _rows(written: Written, table: str) -> list[dict[str, str]]:
    with (written.export / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
