"""What event logs become: XES, tables and object-centric logs; and what broken ones are told."""

from __future__ import annotations

import gzip
import json
import sqlite3
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from remit.charter import CharterError
from remit.measures import open_for
from remit.sources import load
from remit.sources.delimited import ExportError

TODAY = date(2026, 12, 31)
CHARTER = """
    company: Acme
    time_zone: Europe/Amsterdam
    roles: {ae: {is: AE}}
    titles: {"*": ae}
    not_people: ["Robot*"]
    event_log: {case: deal, won: [Approved], lost: [Declined]}
    activities:
      rules:
        - {name: calls, object: Event, where: {"concept:name": "Call*"}, is: closing}
    """


@pytest.fixture
def held(charter: Callable, tmp_path: Path) -> Callable:
    """Load one file, given its name and what is in it, and open it for a charter."""

    def run(name: str, content: str | bytes, text: str = CHARTER):
        file = tmp_path / name
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        declared = charter(text)
        load(declared, [file], tmp_path / "e.duckdb", today=TODAY)
        return open_for(declared, tmp_path / "e.duckdb")

    return run


def log(*cases: str) -> str:
    lines = "\n".join(cases)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<log xes.version="1.0">\n{lines}\n</log>\n'


def case(name: str, *events: str) -> str:
    lines = "\n".join(events)
    return f'<trace>\n<string key="concept:name" value="{name}"/>\n{lines}\n</trace>'


def event(at: str, activity: str, transition: str = "COMPLETE", who: str | None = "anna") -> str:
    """An event on one line; `at` is a time on the second of March 2026 unless it names a day."""
    stamp = at if "T" in at else f"2026-03-02T{at}:00.000+01:00"
    resource = f'<string key="org:resource" value="{who}"/>' if who else ""
    return (
        f'<event><string key="concept:name" value="{activity}"/>'
        f'<string key="lifecycle:transition" value="{transition}"/>'
        f'<date key="time:timestamp" value="{stamp}"/>{resource}</event>'
    )


def refusal(held: Callable, name: str, content: str | bytes, text: str = CHARTER) -> str:
    with pytest.raises(ExportError) as refused:
        held(name, content, text)
    return str(refused.value)


# From starts and completions to entries


def test_an_entry_runs_from_a_start_to_the_completion_that_follows(held):
    found = held(
        "log.xes",
        log(
            case(
                "A1",
                event("09:00", "Call", "SCHEDULE", "ben"),
                event("09:10", "Call", "START"),
                event("09:40", "Call", "COMPLETE"),
            )
        ),
    )

    assert found.sql("SELECT rule, minutes, counted, hour(happened_at) FROM activities") == [
        ("calls", 30.0, True, 8)
    ]


def test_first_started_is_first_completed_and_cases_and_activities_do_not_mix(held):
    found = held(
        "log.xes",
        log(
            case(
                "A1",
                event("09:00", "Call", "START"),
                event("09:05", "Check", "START"),
                event("09:10", "Call", "START"),
                event("09:20", "Call", "COMPLETE"),
                event("09:35", "Check", "COMPLETE"),
                event("09:40", "Call", "COMPLETE"),
            ),
            case("A2", event("09:15", "Call", "START"), event("09:16", "Call", "COMPLETE")),
        ),
    )

    lengths = found.sql("SELECT minutes FROM activities ORDER BY 1")

    assert lengths == [(1.0,), (20.0,), (30.0,), (30.0,)]


def test_a_completion_before_any_start_takes_no_start_from_the_next(held):
    found = held(
        "log.xes",
        log(
            case(
                "A1",
                event("08:00", "Call", "COMPLETE"),
                event("09:00", "Call", "START"),
                event("09:12", "Call", "COMPLETE"),
                event("10:00", "Call", "START"),
            )
        ),
    )

    assert found.sql("SELECT minutes, counted FROM activities ORDER BY happened_at") == [
        (None, True),
        (12.0, True),
        (None, True),
    ]
    said = found.derivations["activities"]
    assert "1 starts are never completed and 1 completions never started" in said


def test_work_is_that_of_whoever_started_it(held):
    found = held(
        "log.xes",
        log(
            case(
                "A1",
                event("09:00", "Call", "START", "anna"),
                event("09:30", "Call", "COMPLETE", "ben"),
            )
        ),
    )

    assert found.sql("SELECT source_id FROM participants JOIN private.names USING (person_id)") == [
        ("anna",)
    ]


def test_overlapping_entries_keep_their_length_and_share_the_hour_out(held):
    found = held(
        "log.xes",
        log(
            case("A1", event("09:00", "Call", "START"), event("10:00", "Call", "COMPLETE")),
            case("A2", event("09:30", "Call", "START"), event("10:30", "Call", "COMPLETE")),
        ),
    )

    assert found.sql("SELECT sum(minutes), sum(shared_minutes) FROM work") == [(120.0, 90.0)]


def test_time_while_work_is_suspended_is_not_worked(held):
    found = held(
        "log.xes",
        log(
            case(
                "A1",
                event("09:00", "Call", "start"),
                event("09:10", "Call", "suspend"),
                event("2026-03-05T09:00:00+01:00", "Call", "resume"),
                event("2026-03-05T09:20:00+01:00", "Call", "complete"),
            )
        ),
    )

    assert found.sql("SELECT minutes FROM activities ORDER BY 1") == [(10.0,), (20.0,)]


def test_an_entry_of_more_than_a_working_day_is_kept_and_not_counted(held):
    found = held(
        "log.xes",
        log(
            case(
                "A1",
                event("17:00", "Call", "START"),
                event("2026-03-03T09:00:00+01:00", "Call", "COMPLETE"),
                event("2026-03-03T10:00:00+01:00", "Call", "START"),
                event("2026-03-03T18:00:00+01:00", "Call", "COMPLETE"),
            )
        ),
    )

    assert found.sql("SELECT minutes, counted, not_counted FROM activities ORDER BY 1") == [
        (480.0, True, None),
        (960.0, False, "longer than a working day"),
    ]
    assert "1 entries run for more than 480 minutes" in found.derivations["activities"]
    assert "16 of 24 hours" in found.derivations["activities"]


def test_zones_of_instants_are_honoured_across_a_change_of_the_clocks(held):
    found = held(
        "log.xes",
        log(
            case(
                "A1",
                event("2026-03-29T01:50:00.000+01:00", "Call", "START"),
                event("2026-03-29T03:10:00.000+02:00", "Call", "COMPLETE"),
                event("2026-03-30T00:30:00.000+02:00", "Call", "START"),
                event("2026-03-30T00:40:00.000+02:00", "Call", "COMPLETE"),
            )
        ),
    )

    assert found.sql("SELECT minutes, CAST(day AS VARCHAR) FROM activities ORDER BY day") == [
        (20.0, "2026-03-29"),
        (10.0, "2026-03-30"),
    ]


def test_software_is_no_person_and_an_event_of_nobody_is_nobodys_work(held):
    found = held(
        "log.xes",
        log(
            case(
                "A1",
                event("09:00", "Call", "START", "Robot 7"),
                event("09:10", "Call", "COMPLETE", "Robot 7"),
                event("09:20", "Call", "START", None),
                event("09:30", "Call", "COMPLETE", None),
                event("09:40", "Call", "START", "anna"),
                event("09:50", "Call", "COMPLETE", "anna"),
            )
        ),
    )

    assert found.sql("SELECT is_person, count(*) FROM people GROUP BY 1 ORDER BY 1") == [
        (False, 1),
        (True, 1),
    ]
    assert found.sql("SELECT counted, not_counted FROM activities ORDER BY happened_at") == [
        (False, "automated"),
        (True, None),
        (True, None),
    ]
    assert found.sql("SELECT count(*) FROM participants") == [(2,)]
    assert "2 of 6 events name nobody" in found.derivations["participants"]


def test_the_same_log_loaded_twice_is_the_same_log(held):
    content = log(case("A1", event("09:00", "Call", "START"), event("09:10", "Call", "COMPLETE")))

    held("log.xes", content)
    found = held("log.xes", content)

    assert found.sql("SELECT count(*) FROM activities") == [(1,)]
    assert found.sql("SELECT count(*) FROM participants") == [(1,)]
    assert found.sql("SELECT count(*) FROM stage_changes") == [(0,)]


# Cases


def test_a_case_becomes_a_deal_that_its_last_deciding_activity_wins_or_loses(held):
    found = held(
        "log.xes",
        log(
            case(
                "A1",
                event("09:00", "Submitted", who="Robot 1"),
                event("09:10", "Call", "START"),
                event("09:20", "Call", "COMPLETE"),
                event("09:30", "Declined"),
                event("09:40", "Approved"),
            ),
            case("A2", event("09:00", "Submitted"), event("11:00", "Declined")),
            case("A3", event("09:00", "Submitted")),
        ),
    )

    assert found.sql(
        "SELECT opportunity_id, stage, won, hour(closed_at) FROM opportunities ORDER BY 1"
    ) == [
        ("A1", "Approved", True, 8),
        ("A2", "Declined", False, 10),
        ("A3", "Submitted", None, None),
    ]
    assert found.sql(
        "SELECT stage, place FROM stage_changes WHERE record_id = 'A1' ORDER BY place"
    ) == [("Submitted", 1), ("Declined", 2), ("Approved", 3)]
    assert found.sql(
        "SELECT DISTINCT not_counted FROM activities WHERE rule IS NULL ORDER BY 1"
    ) == [
        ("a moment",),
        ("automated",),
    ]
    assert found.sql(
        "SELECT deal_stage FROM work JOIN states USING (state_id) WHERE rule = 'calls'"
    ) == [("Submitted",)]


def test_without_a_word_on_cases_work_is_measured_and_hangs_on_no_record(held):
    found = held(
        "log.xes",
        log(case("A1", event("09:00", "Call", "START"), event("09:10", "Call", "COMPLETE"))),
        CHARTER.replace("event_log: {case: deal, won: [Approved], lost: [Declined]}", ""),
    )

    assert found.rows("opportunities") == 0
    assert found.rows("activity_links") == 0
    assert found.sql("SELECT minutes FROM activities") == [(10.0,)]


@pytest.mark.parametrize(("kind", "table"), [("lead", "leads"), ("ticket", "tickets")])
def test_a_case_may_be_a_lead_or_a_ticket(held, kind, table):
    found = held(
        "log.xes",
        log(case("A1", event("09:00", "Call", "START"), event("09:10", "Call", "COMPLETE"))),
        CHARTER.replace("{case: deal, won: [Approved], lost: [Declined]}", f"{{case: {kind}}}"),
    )

    assert found.rows(table) == 1
    assert found.rows("opportunities") == 0
    assert found.sql("SELECT record_type, record_id FROM activity_links") == [(kind, "A1")]


def test_only_deals_are_won_or_lost(charter):
    with pytest.raises(CharterError, match="only a deal is won or lost"):
        charter(CHARTER.replace("case: deal", "case: ticket"))


def test_in_a_log_without_starts_every_event_is_work_of_unknown_length(held):
    found = held("log.xes", log(case("A1", event("09:00", "Call"), event("09:30", "Approved"))))

    assert found.sql("SELECT minutes, counted FROM activities") == [(None, True), (None, True)]
    assert found.sql("SELECT won FROM opportunities") == [(True,)]


# Tables


def test_a_table_with_the_usual_columns_is_an_event_log(held):
    found = held(
        "anything.csv",
        "Case ID,Activity,Resource,Start Timestamp,Complete Timestamp\n"
        "A1,Call,anna,2026-03-02 09:00:00,2026-03-02 09:25:00\n"
        "A1,Call,anna,2026-03-02 10:00:00,2026-03-02 09:55:00\n"
        "A1,Approved,ben,,2026-03-02 11:00:00\n",
        CHARTER.replace('"concept:name"', "Activity"),
    )

    assert found.sql("SELECT minutes, rule FROM activities ORDER BY happened_at") == [
        (25.0, "calls"),
        (None, None),
    ]
    assert [(r["line"], r["reason"]) for r in found.rejects] == [(3, "ends before it starts")]


def test_columns_in_the_standards_words_pair_by_their_transition(held):
    found = held(
        "events.csv",
        "case:concept:name,concept:name,time:timestamp,org:resource,lifecycle:transition\n"
        "A1,Call,2026-03-02T09:00:00+01:00,anna,start\n"
        "A1,Call,2026-03-02T09:25:00+01:00,anna,complete\n",
    )

    assert found.sql("SELECT minutes, rule FROM activities") == [(25.0, "calls")]


def test_days_without_a_time_have_no_length(held):
    found = held(
        "events.csv",
        "case_id,activity,timestamp,lifecycle\nA1,Call,2026-03-02,start\nA1,Call,2026-03-04,complete\n",
    )

    assert found.sql("SELECT minutes, date_only FROM activities") == [(None, True)]


def test_a_table_without_a_case_is_no_event_log(held):
    said = refusal(held, "some.csv", "activity,timestamp\nCall,2026-03-02T09:00:00Z\n")

    assert "is no export that remit knows" in said


def test_a_resource_column_of_another_name_is_named_in_the_charter(held):
    table = "case id,activity,timestamp,clerk\nA1,Call,2026-03-02T09:00:00Z,anna\n"
    named = CHARTER.replace("case: deal,", "case: deal, resource: clerk,")
    wrong = CHARTER.replace("case: deal,", "case: deal, resource: clark,")

    found = held("events.csv", table, named)

    assert found.sql("SELECT source_id FROM private.names") == [("anna",)]
    assert 'no column called "clark"' in refusal(held, "events.csv", table, wrong)


# XES that is broken, or means harm


def test_events_that_cannot_be_read_are_refused_with_their_line_and_the_rest_is_kept(held):
    found = held(
        "log.xes",
        log(
            case(
                "A1",
                event("09:00", "Call", "START"),
                event("09:10", "Call", "COMPLETE"),
                event("yesterTday", "Call"),
                '<event><string value="lost"/></event>',
                '<event><date key="time:timestamp" value="2026-03-02T09:00:00Z"/></event>',
                event("2031-01-01T09:00:00Z", "Call"),
            ),
            event("10:00", "Call"),
            f"<trace>\n{event('11:00', 'Call')}\n</trace>",
        ),
    )

    assert found.sql("SELECT minutes FROM activities") == [(10.0,)]
    assert sorted((r["line"], r["reason"]) for r in found.rejects) == [
        (7, "time:timestamp is not a date and time"),
        (8, "has an attribute without a key"),
        (9, "concept:name is missing"),
        (10, "is dated after the day of the load, 2026-12-31"),
        (12, "belongs to no case"),
        (14, "case:concept:name is missing"),
    ]
    (file,) = found.files
    assert (file.rows, file.kept, file.rejected) == (8, 2, 6)


WHOLE = log(case("A1", event("09:00", "Call", "START"), event("09:10", "Call", "COMPLETE")))


def test_the_line_of_a_problem_in_the_whole_file_is_named(held):
    for content, line, said in (
        (WHOLE.replace("</trace>\n</log>\n", ""), 7, "is cut off: it ends inside <trace>"),
        (WHOLE.replace("</trace>", "</event>"), 7, "is not well-formed XML"),
        (
            WHOLE.replace("<trace>", "<trace><trace>"),
            3,
            "is nested wrongly: <trace> inside <trace>",
        ),
        (WHOLE.replace("<event>", "<event><event>", 1), 5, "is nested wrongly"),
        ("<html><body/></html>", 1, "is no XES: it starts with <html>"),
        ("Case,Activity\nA1,Call\n", 1, "is not well-formed XML"),
        ("", 1, "is empty"),
        (WHOLE.replace("UTF-8", "klingon"), 1, "is in an encoding that remit does not know"),
    ):
        assert f"log.xes:{line}  {said}" in refusal(held, "log.xes", content)


def test_a_log_that_is_cut_off_leaves_no_evidence_behind(held, tmp_path):
    refusal(held, "log.xes", WHOLE[:-20])

    assert not (tmp_path / "e.duckdb").exists()


@pytest.mark.parametrize(
    "declared",
    [
        '<!DOCTYPE log [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>',
        '<!DOCTYPE log [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE log SYSTEM "http://127.0.0.1:9/log.dtd">',
    ],
    ids=["entities", "a file", "an address"],
)
def test_a_document_type_of_its_own_is_refused(held, declared):
    content = WHOLE.replace("<log ", f"{declared}\n<log ", 1)

    assert "declares a document type or an entity" in refusal(held, "log.xes", content)


def test_a_gzipped_log_is_unpacked_whatever_its_name_says(held):
    found = held("log.xes.gz", gzip.compress(WHOLE.encode()))
    again = held("log.xes", gzip.compress(WHOLE.encode()))

    assert found.rows("activities") == again.rows("activities") == 1


def test_a_gzipped_log_that_is_cut_off_or_damaged_is_refused(held):
    packed = gzip.compress(WHOLE.encode() * 50)
    damaged = packed[:40] + bytes([packed[40] ^ 255]) + packed[41:]

    assert "is cut off" in refusal(held, "log.xes.gz", gzip.compress(WHOLE.encode())[:-12])
    assert "log.xes.gz" in refusal(held, "log.xes.gz", damaged)


def test_what_unpacks_to_far_more_than_a_log_is_refused(held):
    start = WHOLE.partition("<trace>")[0].encode()
    packed = gzip.compress(start + b"\n" * 150_000_000, compresslevel=1)

    assert "unpacks to more than 100 times its size" in refusal(held, "log.xes.gz", packed)


def test_a_tag_without_an_end_or_elements_without_a_bottom_are_refused(held):
    endless = WHOLE.replace('value="A1"', f'value="{"x" * 5_000_000}"')
    deep = WHOLE.replace("<trace>", "<trace>" + "<list>" * 5_000, 1)
    many = "".join(f'<int key="k{n}" value="1"/>' for n in range(1_100))

    assert "has a tag or text of more than" in refusal(held, "log.xes", endless)
    assert "has elements more than 100 deep" in refusal(held, "log.xes", deep)
    said = refusal(held, "log.xes", WHOLE.replace("<event>", f"<event>{many}", 1))
    assert "has attributes of more than 1,000 names" in said


# Object-centric logs

OBJECTS = CHARTER.replace(
    "case: deal,", "case: deal, object: application, resource: clerk,"
).replace('"concept:name"', '"ocel:activity"')
OCEL = {
    "objectTypes": [{"name": "application", "attributes": []}, {"name": "clerk", "attributes": []}],
    "eventTypes": [{"name": "Call", "attributes": []}, {"name": "Approved", "attributes": []}],
    "objects": [
        {"id": "A1", "type": "application", "attributes": [{"name": "sum", "time": "1970-01-01T00:00:00Z", "value": 5}]},
        {"id": "A2", "type": "application"},
        {"id": "anna", "type": "clerk", "relationships": [{"objectId": "A1", "qualifier": "owns"}]},
        {"id": "ben", "type": "clerk"},
    ],
    "events": [
        {
            "id": "e1",
            "type": "Call",
            "time": "2026-03-02T09:30:00Z",
            "attributes": [{"name": "start_timestamp", "value": "2026-03-02T09:00:00Z"}],
            "relationships": [
                {"objectId": "A1", "qualifier": "about"},
                {"objectId": "A2", "qualifier": "about"},
                {"objectId": "anna", "qualifier": "by"},
            ],
        },
        {
            "id": "e2",
            "type": "Approved",
            "time": "2026-03-02T10:00:00Z",
            "relationships": [{"objectId": "A2", "qualifier": "of"}, {"objectId": "ben", "qualifier": "by"}],
        },
        {"id": "e3", "type": "Call", "time": "never"},
        {"id": "e2", "type": "Approved", "time": "2026-03-02T10:00:00Z"},
    ],
}  # fmt: skip


def sqlite_of(file: Path) -> bytes:
    with sqlite3.connect(file) as con:
        con.executescript(
            """CREATE TABLE event (ocel_id TEXT, ocel_type TEXT);
            CREATE TABLE object (ocel_id TEXT, ocel_type TEXT);
            CREATE TABLE event_map_type (ocel_type TEXT, ocel_type_map TEXT);
            CREATE TABLE object_map_type (ocel_type TEXT, ocel_type_map TEXT);
            CREATE TABLE event_object (ocel_event_id TEXT, ocel_object_id TEXT, ocel_qualifier TEXT);
            CREATE TABLE object_object (ocel_source_id TEXT, ocel_target_id TEXT, ocel_qualifier TEXT);
            CREATE TABLE event_Call (ocel_id TEXT, ocel_time TEXT, start_timestamp TEXT);
            CREATE TABLE event_Approved (ocel_id TEXT, ocel_time TEXT);
            CREATE TABLE object_App (ocel_id TEXT, ocel_time TEXT, ocel_changed_field TEXT, sum INTEGER);
            CREATE TABLE object_Clerk (ocel_id TEXT, ocel_time TEXT, ocel_changed_field TEXT);
            INSERT INTO event_map_type VALUES ('Call', 'Call'), ('Approved', 'Approved');
            INSERT INTO object_map_type VALUES ('application', 'App'), ('clerk', 'Clerk');
            INSERT INTO object_App VALUES ('A1', '1970-01-01T00:00:00Z', NULL, 5);
            INSERT INTO event_Call VALUES ('e1', '2026-03-02T09:30:00Z', '2026-03-02T09:00:00Z'),
                ('e3', 'never', NULL);
            INSERT INTO event_Approved VALUES ('e2', '2026-03-02T10:00:00Z')"""
        )
        con.executemany("INSERT INTO event VALUES (?, ?)", [("e1", "Call"), ("e2", "Approved"), ("e3", "Call"), ("e2", "Approved")])  # fmt: skip
        con.executemany("INSERT INTO object VALUES (?, ?)", [(o["id"], o["type"]) for o in OCEL["objects"]])  # fmt: skip
        for one in OCEL["events"]:
            for to in one.get("relationships", ()):
                con.execute("INSERT INTO event_object VALUES (?, ?, ?)", [one["id"], *to.values()])
    con.close()
    return file.read_bytes()


def xml_of() -> str:
    objects = "\n".join(
        f'<object id="{o["id"]}" type="{o["type"]}"><attributes>'
        '<attribute name="sum" time="1970-01-01T00:00:00Z">5</attribute></attributes></object>'
        for o in OCEL["objects"]
    )
    events = "\n".join(
        f'<event id="{e["id"]}" type="{e["type"]}" time="{e["time"]}"><attributes>'
        + "".join(
            f'<attribute name="{a["name"]}">{a["value"]}</attribute>'
            for a in e.get("attributes", ())
        )
        + "</attributes><objects>"
        + "".join(
            f'<relationship object-id="{r["objectId"]}" qualifier="{r["qualifier"]}"/>'
            for r in e.get("relationships", ())
        )
        + "</objects></event>"
        for e in OCEL["events"]
    )
    return (
        '<?xml version="1.0"?>\n<log>\n<object-types><object-type name="application">'
        '<attributes><attribute name="sum" type="integer"/></attributes></object-type></object-types>\n'
        f"<objects>\n{objects}\n</objects>\n<events>\n{events}\n</events>\n</log>\n"
    )


@pytest.mark.parametrize("name", ["log.jsonocel", "log.json", "log.sqlite", "log.xmlocel"])
def test_an_object_centric_log_is_the_same_in_every_format(held, tmp_path, name):
    content = {
        ".sqlite": lambda: sqlite_of(tmp_path / "made.sqlite"),
        ".xmlocel": xml_of,
    }.get(Path(name).suffix, lambda: json.dumps(OCEL, indent=1))()

    found = held(name, content, OBJECTS)

    assert found.sql("SELECT activity_id, minutes, counted FROM activities ORDER BY 1") == [
        ("e1", 30.0, True),
        ("e2", None, False),
    ]
    assert found.sql(
        "SELECT activity_id, record_type, record_id FROM activity_links ORDER BY ALL"
    ) == [
        ("e1", "opportunity", "A1"),
        ("e1", "opportunity", "A2"),
        ("e2", "opportunity", "A2"),
    ]
    assert found.sql(
        """SELECT activity_id, source_id FROM participants JOIN private.names USING (person_id)
        ORDER BY 1"""
    ) == [("e1", "anna"), ("e2", "ben")]
    assert found.sql("SELECT opportunity_id, won FROM opportunities ORDER BY 1") == [
        ("A1", None),
        ("A2", True),
    ]
    assert sorted(r["reason"] for r in found.rejects) == [
        "is there twice: an earlier event has the same id",
        "ocel:timestamp is not a date and time",
    ]


def test_an_object_centric_log_needs_to_know_which_object_is_the_case(held):
    content = json.dumps(OCEL)

    assert "Say which of its types of objects is the case: application, clerk." in refusal(
        held, "log.jsonocel", content
    )
    misspelt = OBJECTS.replace("object: application", "object: aplication")
    assert 'Did you mean "application"?' in refusal(held, "log.jsonocel", content, misspelt)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("log.jsonocel", '{"events": [', "log.jsonocel:1  is no JSON, or is cut off"),
        ("log.jsonocel", "[" * 100_000, "is nested too deeply"),
        ("log.jsonocel", "[]", "is no OCEL 2.0"),
        ("log.jsonocel", '{"ocel:events": {}, "ocel:objects": {}}', "is OCEL 1.0"),
        ("log.jsonocel", b"\xff\xfe\x00{", "is no JSON"),
        ("log.xmlocel", "<log><events><event id='1'", "is cut off"),
        ("log.xmlocel", "<log><trace><event/></trace></log>", "is nested wrongly"),
        ("log.xmlocel", "<!DOCTYPE log><log/>", "declares a document type"),
        ("log.json", '{"some": "other file"}', "is no export that remit knows"),
        ("log.sqlite", b"SQLite format 3\0 and then nothing", "is no export that remit knows"),
    ],
)
def test_a_broken_object_centric_log_is_told_what_is_wrong(held, name, content, said):
    assert said in refusal(held, name, content, OBJECTS)


def test_a_view_in_a_database_is_not_run(held, tmp_path):
    file = tmp_path / "made.sqlite"
    sqlite_of(file)
    with sqlite3.connect(file) as con:
        con.executescript(
            """DROP TABLE event_Call;
            CREATE VIEW event_Call AS WITH RECURSIVE n(ocel_id) AS (
                SELECT 1 UNION ALL SELECT ocel_id + 1 FROM n) SELECT ocel_id, 1 AS ocel_time FROM n"""
        )
    con.close()

    found = held("log.sqlite", file.read_bytes(), OBJECTS)

    assert found.sql("SELECT activity_id FROM activities") == [("e2",)]
