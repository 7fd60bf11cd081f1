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
FURTHER = ("recorded.steps", "recorded.fields", "earlier.opportunities", "earlier.leads")
"""What is kept beside the canonical tables to work them out from."""
NEVER_CHANGES = ("OpportunityHistory", "OpportunityFieldHistory")
"""A CRM writes these once and neither changes nor deletes them one by one."""
NEWCOMER = {"Id": "005000000000009", "Title": "AE", "IsActive": "true", "CreatedDate": "2026-07-15T09:00:00Z", "IsDeleted": "false"}  # fmt: skip
FATES = ("the same", "changed", "deleted", "only earlier", "only later", "in neither")


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
                second = {**first, **draw(row)}
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
    max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), print_blob=True
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
