"""The law of loads: whatever the order of exports, of their rows, and however often, one evidence."""

from __future__ import annotations

import csv
import os
import shutil
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import duckdb
import pytest
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from remit.charter import Charter, read_charter
from remit.evidence import TABLES
from remit.sources import load
from tests.laws import examples

pytestmark = pytest.mark.slow  # `make slow` runs it: every case loads an export

EXAMPLES = int(os.environ.get("REMIT_ORDER_EXAMPLES", "5"))
"""How many pairs of exports are tried; a study tries a thousand."""
TODAY = date(2026, 12, 31)
CHARTER = """
company: Acme
currency: EUR
time_zone: Europe/Berlin
roles: {sdr: {is: SDR}, ae: {is: AE}}
titles: {"SDR*": sdr, "AE*": ae}
benchmarks: {bulk_closing: {value: 3, because: a small company}}
handoffs:
  - name: first_meeting
    from: sdr
    to: ae
    at: discovery
    offered: {object: Event, where: {Type: Discovery}}
    held: {object: Event, where: {Type: Discovery}, field: Meeting_Held__c}
    accepted: {object: Opportunity, field: SAO_Date__c}
    rejected: {object: Event, where: {Type: Discovery}, field: Rejected_Date__c, reason: Reason__c}
    converted: {object: Opportunity, stage: Qualified}
    requires:
      pain: Opportunity.Pain__c
      background: Account.Description
      stakeholders: OpportunityContactRole
"""
Row = dict[str, str]
Tables = dict[str, list[Row]]

USERS = ("005000000000001", "005000000000002", "005000000000003")
ACCOUNTS, CONTACTS, LEADS = (
    tuple(f"{prefix}00000000000{n}" for n in (1, 2)) for prefix in ("001", "003", "00Q")
)
DEALS = ("006000000000001", "006000000000002")
EVENTS = tuple(f"00U00000000000{n}" for n in (1, 2, 3))
BLANK = ("",)
FLAGS = ("true", "false")

COLUMNS: Mapping[str, tuple[Sequence[str], Mapping[str, Sequence[str]]]] = {
    "User": (USERS, {"Title": ("SDR", "AE"), "IsActive": FLAGS}),
    "Account": (ACCOUNTS, {"Name": ("Acme", "Other"), "OwnerId": USERS, "Description": ("", "n/a", "told")}),
    "Contact": (CONTACTS, {"AccountId": ACCOUNTS, "Title": ("CFO", "")}),
    "Lead": (
        LEADS,
        {
            "OwnerId": USERS, "CreatedById": USERS, "Status": ("Open", "Done"),
            "ConvertedDate": ("", "2026-03-10"), "ConvertedContactId": CONTACTS,
            "ConvertedOpportunityId": (*BLANK, *DEALS), "ConvertedAccountId": (*BLANK, *ACCOUNTS),
        },
    ),
    "Opportunity": (
        DEALS,
        {
            "AccountId": ACCOUNTS, "OwnerId": USERS, "CreatedById": USERS, "StageName": ("Open", "Qualified", "Won"),
            "Amount": ("", "100.50"), "CloseDate": ("2026-05-01", "2026-09-01"), "Type": ("", "New Business", "Renewal"),
            "IsClosed": FLAGS, "IsWon": FLAGS, "SAO_Date__c": ("", "2026-03-20"), "Pain__c": ("", "tbd", "slow"),
        },
    ),
    "OpportunityHistory": (
        tuple(f"00800000000000{n}" for n in range(1, 5)),
        {"OpportunityId": DEALS, "StageName": ("Open", "Qualified", "Won"), "CreatedById": USERS},
    ),
    "OpportunityFieldHistory": (
        tuple(f"01700000000000{n}" for n in range(1, 4)),
        {"OpportunityId": DEALS, "Field": ("Owner", "Amount"), "NewValue": USERS},
    ),
    "Task": (
        tuple(f"00T00000000000{n}" for n in range(1, 6)),
        {
            "WhoId": (*BLANK, *CONTACTS, *LEADS), "WhatId": (*BLANK, *DEALS), "OwnerId": USERS[:2], "CreatedById": USERS,
            "TaskSubtype": ("Call", "Task"), "CallDurationInSeconds": ("", "600"), "ActivityDate": ("2026-03-05",),
            "IsClosed": FLAGS, "CompletedDateTime": ("2026-03-05T10:00:10Z", "2026-03-05T10:00:20Z", ""),
        },
    ),
    "Event": (
        EVENTS,
        {
            "WhoId": (*BLANK, *CONTACTS, *LEADS), "WhatId": (*BLANK, *DEALS, *ACCOUNTS), "OwnerId": USERS, "CreatedById": USERS,
            "Type": ("Discovery", "Demo"), "StartDateTime": ("2026-03-06T10:00:00Z", "2026-03-07T10:00:00Z"),
            "DurationInMinutes": ("30", "60"), "Meeting_Held__c": FLAGS, "Rejected_Date__c": ("", "2026-03-08"), "Reason__c": ("", "no fit"),
        },
    ),
    "EventRelation": (
        tuple(f"00R00000000000{n}" for n in range(1, 5)),
        {"EventId": EVENTS, "RelationId": (*USERS, *CONTACTS), "Status": ("Accepted", "Declined", "New")},
    ),
    "Case": (
        ("500000000000001", "500000000000002"),
        {"AccountId": ACCOUNTS, "OwnerId": USERS, "Status": ("Open", "Closed"), "ClosedDate": ("", "2026-08-01")},
    ),
    "OpportunityContactRole": (
        tuple(f"00K00000000000{n}" for n in range(1, 3)),
        {"OpportunityId": DEALS, "ContactId": CONTACTS, "Role": ("Buyer", "User")},
    ),
}  # fmt: skip
"""Objects with their ids, and what their columns may hold."""
FURTHER = (
    *("recorded.steps", "recorded.fields", "recorded.gone", "recorded.doers"),
    *("recorded.invitations", "earlier.opportunities", "earlier.leads"),
)
"""What is kept beside the canonical tables to work them out from."""
NEVER_CHANGES = ("OpportunityHistory", "OpportunityFieldHistory")
"""A CRM writes these once and neither changes nor deletes them one by one."""
NEWCOMER = {"Id": "005000000000009", "Title": "AE", "IsActive": "true", "CreatedDate": "2026-07-15T09:00:00Z", "IsDeleted": "false"}  # fmt: skip
FATES = ("the same", "changed", "deleted", "only earlier", "only later", "in neither")

FIXED = {"EventRelation": ("EventId", "RelationId")}
"""What the CRM does not let anybody change once a row is made."""


@st.composite
def two_exports(draw: st.DrawFn) -> tuple[Tables, Tables]:
    """An export and a later one of the same CRM, which holds all or part of what is there then."""
    stamped = draw(st.sampled_from((True, True, True, False)), label="stamped")
    used = draw(st.sets(st.sampled_from(tuple(COLUMNS)), min_size=1, max_size=5), label="objects")
    earlier: Tables = {}
    later: Tables = {}
    for name in (n for n in COLUMNS if n in used | {"User"}):
        ids, columns = COLUMNS[name]
        fates = FATES if name not in NEVER_CHANGES else ("the same", *FATES[3:])
        row = st.fixed_dictionaries({column: st.sampled_from(v) for column, v in columns.items()})
        earlier[name], later[name] = [], []
        for at, id_ in enumerate(ids):
            fate = draw(st.sampled_from(fates), label=f"{name} {id_}")
            if fate == "in neither":
                continue
            late = draw(st.booleans()) if fate == "only later" else False
            made = {"CreatedDate": f"2026-03-0{at + 1}T09:00:00Z"}
            if fate == "only later" and not late:
                made = {"CreatedDate": f"2026-07-0{at + 1}T09:00:00Z"}
            first = {"Id": id_, **draw(row), **made, "IsDeleted": "false"}
            second = first
            if fate == "changed":
                stays = {column: first[column] for column in FIXED.get(name, ())}
                second = {**first, **draw(row), **stays}
            elif fate == "deleted":
                second = {**first, "IsDeleted": "true"}
            if stamped and name not in NEVER_CHANGES:
                changed = fate in ("changed", "deleted") or (fate == "only later" and not late)
                first = {**first, "SystemModstamp": "2026-05-01T09:00:00Z"}
                stamp = f"2026-07-0{at + 1}T10:00:00Z" if changed else first["SystemModstamp"]
                second = {**second, "SystemModstamp": stamp}
            if fate != "only later":
                earlier[name].append(first)
            if fate != "only earlier":
                later[name].append(second)
    # something happens in between, or nobody could tell which export is the later
    later["User"].append(
        {**NEWCOMER, **({"SystemModstamp": NEWCOMER["CreatedDate"]} if stamped else {})}
    )
    return earlier, later


def _write(place: Path, tables: Tables) -> Path:
    place.mkdir()
    for name, rows in tables.items():
        columns = list(dict.fromkeys(column for row in rows for column in row)) or ["Id"]
        with (place / f"{name}.csv").open("w", newline="") as file:
            writer = csv.DictWriter(file, columns)
            writer.writeheader()
            writer.writerows(rows)
    return place


def _loaded(charter: Charter, empty: Path, into: Path, exports: Sequence[Path]) -> dict[str, list[str]]:  # fmt: skip
    """Every canonical table, and the days it covers, after some loads into an empty file."""
    shutil.copyfile(empty, into)
    for export in exports:
        load(charter, [export], into, today=TODAY)
    selected = {name: ", ".join(table.columns) for name, table in TABLES.items()}
    selected |= dict.fromkeys(("private.names", *FURTHER), "*")
    with duckdb.connect(str(into), read_only=True) as con:
        held = {
            name: sorted(map(str, con.execute(f"SELECT {columns} FROM {name}").fetchall()))
            for name, columns in selected.items()
        }
        days = con.execute("SELECT value FROM meta WHERE key IN ('first_day', 'last_day')")
        return {**held, "days": sorted(map(str, days.fetchall()))}


@pytest.fixture(scope="module")
def acme(tmp_path_factory: pytest.TempPathFactory) -> tuple[Charter, Path]:
    """A charter, and an evidence file without any rows."""
    place = tmp_path_factory.mktemp("acme")
    (place / "charter.yaml").write_text(CHARTER)
    charter = read_charter(place / "charter.yaml")
    load(charter, [_write(place / "nothing", {"User": []})], place / "empty.duckdb", today=TODAY)
    return charter, place / "empty.duckdb"


@pytest.mark.slow
@settings(
    max_examples=examples(EXAMPLES),
    deadline=None,
    suppress_health_check=list(HealthCheck),
    print_blob=True,
)
@given(exports=two_exports(), shuffling=st.randoms(use_true_random=False))
def test_exports_give_the_same_evidence_in_whichever_order_and_however_often_they_are_loaded(
    tmp_path_factory, acme, exports, shuffling
):
    place = tmp_path_factory.mktemp("order")
    earlier, later = exports
    a, b = _write(place / "a", earlier), _write(place / "b", later)
    c, d = (
        _write(place / name, {n: shuffling.sample(rows, len(rows)) for n, rows in tables.items()})
        for name, tables in (("c", earlier), ("d", later))
    )

    once = _loaded(*acme, place / "1.duckdb", [a, b])
    others = {
        "the later first": _loaded(*acme, place / "2.duckdb", [b, a]),
        "rows shuffled": _loaded(*acme, place / "3.duckdb", [c, d]),
        "both twice": _loaded(*acme, place / "4.duckdb", [a, b, a, b]),
    }
    shutil.rmtree(place)

    for name, other in others.items():
        differ = {t: (once[t], other[t]) for t in once if once[t] != other[t]}
        note(f"{name}: {differ}")
        assert not differ, name


# What the law has found, each as its smallest case

MADE, STAMPED, LATER = "2026-03-01T09:00:00Z", "2026-05-01T09:00:00Z", "2026-07-01T09:00:00Z"
EVENT, TASK, DEAL, LEAD = "00U000000000001", "00T000000000001", DEALS[0], LEADS[0]


def row(id_: str, stamp: str = STAMPED, **cells: str) -> Row:
    return {"Id": id_, "CreatedDate": MADE, "SystemModstamp": stamp, **cells}


@pytest.fixture
def either_way(acme, tmp_path):
    """Load two exports in both orders, and what a query then gives, which must be the same."""

    def run(query: str, earlier: Tables, later: Tables) -> list[tuple[object, ...]]:
        a, b = _write(tmp_path / "a", earlier), _write(tmp_path / "b", later)
        found = []
        for name, exports in (("ab", [a, b]), ("ba", [b, a])):
            _loaded(*acme, tmp_path / name, exports)
            with duckdb.connect(str(tmp_path / name), read_only=True) as con:
                found.append(con.execute(query).fetchall())
        assert found[0] == found[1]
        return found[0]

    return run


def test_whoever_was_invited_in_one_export_takes_part_in_the_meeting_of_another(either_way):
    invited = row("00R1", EventId=EVENT, RelationId=USERS[1], Status="Accepted")
    event = row(EVENT, OwnerId=USERS[0], StartDateTime=MADE, DurationInMinutes="30")

    parts = either_way(
        "SELECT part, count(*) FROM participants GROUP BY 1 ORDER BY 1",
        {"Event": [event]},
        {"User": [row(USERS[1])], "EventRelation": [invited]},
    )

    assert parts == [("invited", 1), ("owner", 1)]


def test_whoever_declined_since_takes_no_part_whichever_export_is_loaded_last(either_way):
    event = row(EVENT, OwnerId=USERS[0], StartDateTime=MADE, DurationInMinutes="30")
    invited = {"EventId": EVENT, "RelationId": USERS[1]}

    parts = either_way(
        "SELECT part FROM participants",
        {"Event": [event], "EventRelation": [row("00R1", Status="Accepted", **invited)]},
        {
            "User": [row(USERS[1])],
            "EventRelation": [row("00R1", LATER, Status="Declined", **invited)],
        },
    )

    assert parts == [("owner",)]


def test_an_invitation_withdrawn_takes_its_link_along_and_not_the_meetings_own(either_way):
    event = row(EVENT, OwnerId=USERS[0], StartDateTime=MADE, WhoId=CONTACTS[0])
    first, second = ({"EventId": EVENT, "RelationId": contact} for contact in CONTACTS)

    links = either_way(
        "SELECT record_id FROM activity_links ORDER BY 1",
        {"Event": [event], "EventRelation": [row("00R1", **first), row("00R2", **second)]},
        {
            "User": [row(USERS[0])],
            "EventRelation": [
                row(id_, LATER, IsDeleted="true", **cells)
                for id_, cells in (("00R1", first), ("00R2", second))
            ],
        },
    )

    assert links == [(CONTACTS[0],)]


def test_tasks_closed_by_the_dozen_are_found_across_exports(either_way):
    def closed(n: int) -> Row:
        done = {
            "OwnerId": USERS[0],
            "IsClosed": "true",
            "CompletedDateTime": "2026-03-05T10:00:10Z",
        }
        return row(f"00T{n}", TaskSubtype="Task", **done)

    counted = either_way(
        "SELECT not_counted, count(*) FROM activities GROUP BY 1",
        {"Task": [closed(1), closed(2)]},
        {"Task": [closed(3)]},
    )

    assert counted == [("bulk closed", 3)]


def test_a_task_closed_by_the_dozen_counts_again_once_it_turns_out_that_it_was_not(either_way):
    def closed(n: int, minute: str, stamp: str = STAMPED) -> Row:
        done = {
            "OwnerId": USERS[0],
            "IsClosed": "true",
            "CompletedDateTime": f"2026-03-05T{minute}:10Z",
        }
        return row(f"00T{n}", stamp, TaskSubtype="Task", **done)

    counted = either_way(
        "SELECT not_counted, count(*) FROM activities GROUP BY 1",
        {"Task": [closed(n, "10:00") for n in (1, 2, 3)]},
        {"Task": [closed(3, "15:30", LATER)]},
    )

    assert counted == [(None, 3)]


@pytest.mark.parametrize(
    ("last_minute", "counted"), [("10:00", [("bulk closed", 3)]), ("10:01", [(None, 3)])]
)
def test_hubspots_tasks_closed_by_the_dozen_are_found_across_exports_too(
    either_way, last_minute, counted
):
    def closed(n: int, minute: str = "10:00") -> Row:
        return {
            "hs_object_id": f"3{n}",
            "hs_createdate": MADE,
            "hs_lastmodifieddate": STAMPED,
            "hs_timestamp": MADE,
            "hubspot_owner_id": "71",
            "hs_task_status": "COMPLETED",
            "hs_task_completion_date": f"2026-03-05T{minute}:10Z",
        }

    found = either_way(
        "SELECT not_counted, count(*) FROM activities GROUP BY 1",
        {"tasks": [closed(1), closed(2)]},
        {"tasks": [closed(3, last_minute)]},
    )

    assert found == counted


def test_a_hubspot_task_that_is_open_again_makes_no_dozen(either_way):
    def task(n: int, stamp: str = STAMPED, **said: str) -> Row:
        made = {"hs_createdate": MADE, "hs_timestamp": MADE, "hubspot_owner_id": "71"}
        return {"hs_object_id": f"3{n}", "hs_lastmodifieddate": stamp, **made, **said}

    closed = {"hs_task_status": "COMPLETED", "hs_task_completion_date": "2026-03-05T10:00:10Z"}
    reopened = {"hs_task_status": "NOT_STARTED", "hs_task_completion_date": ""}

    found = either_way(
        "SELECT activity_id, not_counted FROM activities ORDER BY 1",
        {"tasks": [task(n, **closed) for n in (1, 2, 3)]},
        {"tasks": [task(3, LATER, **reopened)]},
    )

    assert found == [("31", None), ("32", None), ("33", "not done")]


def test_an_older_export_neither_fills_nor_empties_a_field_of_a_handoff(either_way):
    deal = {"AccountId": ACCOUNTS[0], "StageName": "Open", "CloseDate": "2026-09-01"}

    fields = either_way(
        "SELECT field, filled FROM recorded.fields",
        {"Opportunity": [row(DEAL, Pain__c="", **deal)]},
        {"Opportunity": [row(DEAL, LATER, Pain__c="slow", **deal)]},
    )

    assert fields == [("pain", True)]


def test_a_meeting_that_was_deleted_offers_nothing(either_way):
    meeting = {
        "OwnerId": USERS[1],
        "WhatId": ACCOUNTS[0],
        "Type": "Discovery",
        "StartDateTime": MADE,
    }

    cases = either_way(
        "SELECT count(*), (SELECT count(*) FROM recorded.steps) FROM handoffs",
        {"Event": [row(EVENT, **meeting)]},
        {"User": [row(USERS[0])], "Event": [row(EVENT, LATER, IsDeleted="true", **meeting)]},
    )

    assert cases == [(0, 0)]


def test_a_deal_forgets_the_lead_that_no_longer_names_it(either_way):
    deal = row(DEAL, AccountId=ACCOUNTS[0], StageName="Open", CloseDate="2026-09-01")

    leads = either_way(
        "SELECT lead_id FROM opportunities",
        {"Opportunity": [deal], "Lead": [row(LEAD, ConvertedOpportunityId=DEAL)]},
        {"Lead": [row(LEAD, LATER, ConvertedOpportunityId="")]},
    )

    assert leads == [(None,)]


def test_a_contacts_part_in_a_deal_ends_when_the_crm_deletes_it(either_way):
    part = {"OpportunityId": DEAL, "ContactId": CONTACTS[0], "Role": "Buyer"}

    parts = either_way(
        "SELECT count(*) FROM buying_roles",
        {"OpportunityContactRole": [row("00K1", **part)]},
        {
            "User": [row(USERS[0])],
            "OpportunityContactRole": [row("00K1", LATER, IsDeleted="true", **part)],
        },
    )

    assert parts == [(0,)]


def test_a_deal_closed_when_it_entered_its_last_stage_whichever_export_told_of_that(either_way):
    deal = {"AccountId": ACCOUNTS[0], "StageName": "Won", "CloseDate": "2026-09-01", "IsClosed": "true", "IsWon": "true"}  # fmt: skip
    entry = {"Id": "0081", "OpportunityId": DEAL, "StageName": "Won", "CreatedDate": "2026-08-01T09:00:00Z"}  # fmt: skip

    closed = either_way(
        "SELECT closed_from, CAST(closed_at AS DATE) FROM opportunities",
        {"Opportunity": [row(DEAL, **deal)]},
        {
            "Opportunity": [row(DEALS[1], **{**deal, "IsWon": "false"})],
            "OpportunityHistory": [entry],
        },
    )

    assert ("stage history", date(2026, 8, 1)) in closed


def test_an_earlier_version_of_a_deal_is_worth_the_same_whenever_it_was_loaded(either_way):
    deal = {"AccountId": ACCOUNTS[0], "CloseDate": "2026-09-01", "Amount": "100.50"}

    worth = either_way(
        "SELECT stage, CAST(company_amount AS VARCHAR) FROM earlier.opportunities",
        {"Opportunity": [row(DEAL, StageName="Open", **deal)]},
        {"Opportunity": [row(DEAL, LATER, StageName="Qualified", **deal)]},
    )

    assert worth == [("Open", "100.50")]


def test_an_export_loaded_again_tells_no_further_version_and_no_further_deletion(acme, tmp_path):
    a = _write(tmp_path / "a", {"Account": [row(ACCOUNTS[0], Name="Acme")]})
    b = _write(
        tmp_path / "b",
        {
            "Account": [row(ACCOUNTS[0], LATER, Name="Other")],
            "Contact": [row(CONTACTS[0], IsDeleted="true")],
        },
    )
    kept = "SELECT (SELECT count(*) FROM earlier.accounts), (SELECT count(*) FROM recorded.gone)"

    _loaded(*acme, tmp_path / "e", [a, b, a, b])

    with duckdb.connect(str(tmp_path / "e"), read_only=True) as con:
        assert con.execute(kept).fetchone() == (1, 1)
