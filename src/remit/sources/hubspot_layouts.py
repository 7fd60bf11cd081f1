"""The layouts that HubSpot's objects come in: its own CSV exports, Fivetran's tables, Airbyte's.

Each says which tables it knows and what their columns are called in HubSpot, and leaves the rest
to `hubspot`.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial

import duckdb

from remit.evidence.sql import quoted_list
from remit.sources.cells import Mapped
from remit.sources.connectors import after_reading, latest, latest_only, times_in_utc, told, written
from remit.sources.delimited import Raw
from remit.sources.found import Found
from remit.sources.hubspot import hubspot_records
from remit.sources.hubspot_labels import internal_name
from remit.sources.source import Export, Source, connector

_KINDS = {
    "contact": "contacts",
    "company": "companies",
    "deal": "deals",
    "ticket": "tickets",
    "call": "calls",
    "meeting": "meetings",
    "task": "tasks",
    "email": "emails",
}
"""Kinds of objects by the word for one of them."""
_WORDS = {**_KINDS, **{many: many for many in _KINDS.values()}}
_ENDS = {
    "deal_id": "deals",
    "contact_id": "contacts",
    "company_id": "companies",
    "ticket_id": "tickets",
    "engagement_id": "engagements",
}
"""Columns of a table of associations."""
_OWNER = {
    "hs_object_id": ("id", "owner_id"),
    "user_id": ("user_id", "userid", "active_user_id"),
    "first_name": ("first_name", "firstname", "first name"),
    "last_name": ("last_name", "lastname", "last name"),
    "email": ("email",),
    "teams": ("teams", "team", "main team"),
}
_USER = {
    **_OWNER,
    "hs_object_id": ("hs_object_id", "id", "user_id", "user id"),
    "user_id": ("hs_internal_user_id", "user_id", "id", "user id"),
    "hubspot_owner_id": ("hubspot_owner_id", "owner_id", "owner id"),
    "first_name": ("first_name", "first name", "hs_given_name"),
    "last_name": ("last_name", "last name", "hs_family_name"),
    "email": ("email", "hs_email"),
    "title": ("hs_job_title", "job_title", "job title", "title"),
    "teams": ("teams", "team", "main team", "hs_main_team", "primary_team"),
}
_STAGE = {
    "stage_id": ("stage_id", "stageid"),
    "label": ("stage_label", "label"),
    "pipeline_id": ("pipeline_id", "pipelineid"),
    "closed_won": ("closed_won",),
    "object": ("object", "object_type", "objecttype"),
}
_PIPELINE = {
    "pipeline_id": ("pipeline_id", "pipelineid", "id"),
    "label": ("label", "pipeline_label"),
    "stages": ("stages",),
}
_HISTORY = {
    "record_id": (
        *("hs_object_id", "object_id", "record_id", "id"),
        *("canonical-vid", "canonical_vid", "vid"),
        *(f"{word}_id" for word in _KINDS),
        *(f"{word}id" for word in _KINDS),
    ),
    "property": ("property", "name", "property_name"),
    "value": ("value",),
    "timestamp": ("timestamp", "timestamp_instant", "date_entered"),
    "source_id": ("source_id", "sourceid", "source-id"),
    "updatedbyuserid": ("updatedbyuserid", "updated_by_user_id", "updated-by-user-id"),
}
Named = tuple[str, Found, Mapping[str, str]]
"""A table under the mapping's name for it, with the mapping's words for its columns."""


def _gathered(named: Iterable[Named]) -> Mapping[str, Found]:
    """Tables by name; a second one of a kind is that kind's too."""
    found: dict[str, Found] = {}
    for name, table, spelt in named:
        at = 2
        called = name
        while called in found:
            called, at = f"{name} ({at})", at + 1
        found[called] = table.known_as(called, spelt)
    return found


def _spelt(table: Found, words: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    """Which of the ways to write each word a table uses, if any."""
    there = {column.casefold(): column for column in table.columns}
    return {
        word: there[next(way for way in ways if way in there)]
        for word, ways in words.items()
        if any(way in there for way in ways)
    }


_TOLD_OVER_TIME = ("dealstage", "lifecyclestage", "hubspot_owner_id")
"""Properties whose history is read."""


def _history(kind: str, table: Found) -> Named:
    """A history of properties, read without the properties that nothing asks for."""
    spelt = _spelt(table, _HISTORY)
    wanted = tuple(p for p in _TOLD_OVER_TIME if kind != "companies" or p == "hubspot_owner_id")
    read = dataclasses.replace(
        table, fetch=partial(_only_of, table.fetch, spelt.get("property", ""), wanted)
    )
    return f"history of {kind}", read, spelt


def _only_of(
    fetch: Callable[[duckdb.DuckDBPyConnection, str], Raw],
    column: str,
    wanted: Sequence[str],
    con: duckdb.DuckDBPyConnection,
    relation: str,
) -> Raw:
    raw = fetch(con, relation)
    within = written(raw, column)
    if within is None:
        return raw
    made = f"{raw.relation}_wanted"
    con.execute(
        f"""CREATE OR REPLACE TEMP TABLE {made} AS SELECT * FROM {raw.relation}
        WHERE coalesce(lower(trim({within})) IN {quoted_list(wanted)}, true)"""
    )
    (rows,) = con.execute(f"SELECT count(*) FROM {made}").fetchone() or (0,)
    if rows < raw.rows:
        told(raw, f"{raw.rows - rows:,} rows of properties that nothing asks for left out")
    raw.relation, raw.kept, raw.rows = made, made, rows
    return raw


def _association(table: Found) -> Named | None:
    """A table of two ids as what is associated with what."""
    ids = [column for column in table.columns if column.casefold() in _ENDS]
    if len(ids) != 2 or any(column.casefold().startswith("property") for column in table.columns):
        return None
    ends = sorted(ids, key=lambda column: column.casefold() != "engagement_id")
    if "engagement_id" not in {column.casefold() for column in ids}:
        ends = sorted(ids, key=lambda column: list(_ENDS).index(column.casefold()))
    kinds = [_ENDS[column.casefold()] for column in ends]
    return " to ".join(kinds), table, {"from_id": ends[0], "to_id": ends[1]}


# HubSpot's own exports

_MARKS = ("create date", "deal stage", "lifecycle stage", "activity date", "ticket status")
"""Labels that only HubSpot's exports have beside a `Record ID`."""
_TELLING = {
    "calls": ("hs_call_duration", "hs_call_direction", "hs_call_disposition", "hs_call_status"),
    "meetings": ("hs_meeting_start_time", "hs_meeting_outcome", "hs_meeting_end_time"),
    "tasks": ("hs_task_status", "hs_task_type", "hs_task_completion_date"),
    "emails": ("hs_email_direction", "hs_email_status"),
    "tickets": ("hs_pipeline_stage", "hs_ticket_priority"),
    "deals": ("dealstage", "dealname"),
    "contacts": ("jobtitle", "associatedcompanyid", "firstname", "first_name"),
    "companies": ("numberofemployees", "hs_parent_company_id", "domain"),
}
"""Properties that only one kind of object has."""


def _own_exports(tables: Sequence[Found]) -> Mapping[str, Found]:
    """Tables that HubSpot, or `remit pull hubspot`, wrote, by internal names or by labels."""
    named = [
        known
        for table in tables
        if not connector(table) and (known := _own_export(table)) is not None
    ]
    of_hubspot = any(name in _KINDS.values() for name, _, _ in named)
    return _gathered(named) if of_hubspot else {}


def _own_export(table: Found) -> Named | None:
    words = re.findall(r"[a-z]+", table.name.casefold())
    folded = {column.casefold() for column in table.columns}
    kinds = list(dict.fromkeys(_WORDS[word] for word in words if word in _WORDS))
    if {"property", "value", "timestamp"} <= folded and len(kinds) == 1:
        return _history(kinds[0], table)
    if words[-1:] == ["owners"] and "email" in folded:
        return "owners", table, _spelt(table, _OWNER)
    if words[-1:] == ["users"] and folded & {"email", "hs_email"}:
        return "users", table, _spelt(table, _USER)
    if {"stage_id", "pipeline_id"} <= folded:
        of = f"stages of {kinds[0]}" if len(kinds) == 1 and "object" not in folded else "pipelines"
        return of, table, _spelt(table, _STAGE)
    associated = _association(table)
    if associated is not None:
        return associated
    return _own_records(table, kinds)


def _own_records(table: Found, kinds: Sequence[str]) -> Named | None:
    folded = {column.casefold() for column in table.columns}
    by_label = folded & {"record id", "ticket id"} and (
        any(mark in folded for mark in _MARKS) or any(c.startswith("associated ") for c in folded)
    )
    by_name = "hs_object_id" in folded or (
        "id" in folded and any(c.startswith(("hs_", "hubspot_")) for c in folded)
    )
    if not by_label and not by_name:
        return None
    kind = kinds[0] if len(kinds) == 1 else _kind_by_columns(table)
    if kind is None:
        return None
    spelt: dict[str, str] = {}
    for column in table.columns:
        spelt.setdefault(internal_name(kind, column), column)
    if "hs_object_id" not in spelt and "id" in spelt:
        spelt["hs_object_id"] = spelt.pop("id")
    return kind, table, spelt


def _kind_by_columns(table: Found) -> str | None:
    for kind, telling in _TELLING.items():
        owned = f"{kind[:-1] if kind != 'companies' else 'company'} owner"
        names = {internal_name(kind, column).casefold() for column in table.columns}
        if names & set(telling) or owned in {column.casefold() for column in table.columns}:
            return kind
    return None


@Source(finds=_own_exports, known=frozenset(f"{kind}.csv" for kind in _KINDS.values()))
def hubspot(export: Export) -> Iterator[Mapped]:
    """HubSpot's CSV exports, one file a kind of object, columns by internal name or by label.

    Files may be named as HubSpot names them; what a file holds is told by its columns. Owners may
    be ids, addresses or names. A bare time is in the account's time zone, which is taken to be the
    charter's. The files that `remit pull hubspot` writes are of this kind.
    """
    yield from hubspot_records(export)


# Connectors

_FIVETRAN_RECORDS = {
    **{word: kind for word, kind in _KINDS.items() if kind in ("contacts", "companies")},
    "deal": "deals",
    "ticket": "tickets",
    "engagement": "engagements",
    "engagement_call": "calls",
    "engagement_meeting": "meetings",
    "engagement_task": "tasks",
    "engagement_email": "emails",
}
_FIVETRAN_COLUMNS = {
    "hs_object_id": ("id", "deal_id", "engagement_id", "ticket_id"),
    "pipeline": ("deal_pipeline_id",),
    "dealstage": ("deal_pipeline_stage_id",),
    "hubspot_owner_id": ("owner_id", "property_hubspot_owner_id"),
    "createdate": ("created_at", "property_createdate", "property_hs_createdate"),
    "hs_timestamp": ("timestamp", "property_hs_timestamp"),
    "hs_call_duration": ("duration_milliseconds", "property_hs_call_duration"),
    "hs_call_disposition": ("disposition", "property_hs_call_disposition"),
    "hs_meeting_start_time": ("start_time", "property_hs_meeting_start_time"),
    "hs_meeting_end_time": ("end_time", "property_hs_meeting_end_time"),
    "hs_meeting_outcome": ("meeting_outcome", "property_hs_meeting_outcome"),
    "hs_task_type": ("task_type", "property_hs_task_type"),
    "hs_task_completion_date": ("completion_date", "property_hs_task_completion_date"),
}
_FIVETRAN_STATUS = {
    "calls": {"hs_call_status": ("status", "property_hs_call_status")},
    "tasks": {"hs_task_status": ("status", "property_hs_task_status")},
    "emails": {"hs_email_status": ("status", "property_hs_email_status")},
}
_FIVETRAN_OTHERS: Mapping[str, tuple[str, Mapping[str, tuple[str, ...]]]] = {
    "owner": ("owners", _OWNER),
    "users": ("users", {k: v for k, v in _USER.items() if k != "hubspot_owner_id"}),
    "team": ("teams", {"team_id": ("id",), "team_name": ("name",)}),
    "owner_team": (
        "teams of owners",
        {"owner_id": ("owner_id",), "team_id": ("team_id",), "first": ("is_team_primary",)},
    ),
    "deal_pipeline": ("pipelines of deals", _PIPELINE),
    "ticket_pipeline": ("pipelines of tickets", _PIPELINE),
    "deal_pipeline_stage": ("stages of deals", _STAGE),
    "ticket_pipeline_stage": ("stages of tickets", _STAGE),
    "deal_stage": ("stage history of deals", _HISTORY),
    **{
        f"{word}_property_history": (f"history of {kind}", _HISTORY)
        for word, kind in _KINDS.items()
        if kind in ("contacts", "companies", "deals")
    },
    "merged_deal": (
        "merged deals",
        {"old_id": ("merged_deal_id",), "new_id": ("deal_id",)},
    ),
    "contact_merge_audit": (
        "merged contacts",
        {"old_id": ("vid_to_merge",), "new_id": ("canonical_vid", "contact_id")},
    ),
}


def _fivetran_tables(tables: Sequence[Found]) -> Mapping[str, Found]:
    """Tables of Fivetran's HubSpot connector, whose name may end in `_data`."""
    named = [
        known
        for table in tables
        if (known := _fivetran_table(after_reading(table, times_in_utc))) is not None
    ]
    written = any(connector(table) == "fivetran" for _, table, _ in named)
    records = any(name in _KINDS.values() for name, _, _ in named)
    return _gathered(named) if written and records else {}


def _fivetran_table(table: Found) -> Named | None:
    name = table.name.casefold().removesuffix("_data")
    folded = {column.casefold() for column in table.columns}
    if name in _FIVETRAN_RECORDS:
        of_hubspot = name.startswith("engagement") or folded & {"deal_id", "portal_id"}
        if not of_hubspot and not any(c.startswith("property_") for c in folded):
            return None
        kind = _FIVETRAN_RECORDS[name]
        properties = {
            column.casefold().removeprefix("property_"): column
            for column in table.columns
            if column.casefold().startswith("property_")
        }
        words = {**_FIVETRAN_COLUMNS, **_FIVETRAN_STATUS.get(kind, {})}
        return kind, table, {**properties, **_spelt(table, words)}
    if name in _FIVETRAN_OTHERS:
        called, others = _FIVETRAN_OTHERS[name]
        if called.startswith("history of "):
            return _history(called.removeprefix("history of "), table)
        spelt = _spelt(table, others)
        return (called, table, spelt) if connector(table) == "fivetran" else None
    return _association(table)


@Source(finds=_fivetran_tables, known=frozenset({"deal", "deal_stage", "engagement_call"}))
def hubspot_fivetran(export: Export) -> Iterator[Mapped]:
    """HubSpot as Fivetran's connector writes it: one table an object, `property_` before columns.

    A bare time is in UTC, as everything is that a connector writes.
    """
    yield from hubspot_records(export)


_AIRBYTE_STREAMS = {
    **{kind: kind for kind in ("contacts", "companies", "deals", "tickets")},
    **{f"engagements_{kind}": kind for kind in ("calls", "meetings", "tasks", "emails")},
    "owners": "owners",
    "deal_pipelines": "pipelines of deals",
    "ticket_pipelines": "pipelines of tickets",
    "contacts_merged_audit": "merged contacts",
    **{
        f"{kind}_property_history": f"history of {kind}"
        for kind in ("contacts", "companies", "deals")
    },
}
_AIRBYTE_RECORD = {
    "hs_object_id": ("id",),
    **{f"associations.{to}": (to,) for to in ("contacts", "companies", "deals", "tickets")},
}
_AIRBYTE_MERGED = {
    "old_id": ("vid_to_merge", "vid-to-merge"),
    "new_id": ("canonical_vid", "canonical-vid"),
}


def _airbyte_tables(tables: Sequence[Found]) -> Mapping[str, Found]:
    """Streams of Airbyte's HubSpot source, archived ones included."""
    named = [
        known
        for table in tables
        if connector(table) == "airbyte" and (known := _airbyte_table(_latest(table))) is not None
    ]
    records = any(name in _KINDS.values() for name, _, _ in named)
    return _gathered(named) if records else {}


def _latest(table: Found) -> Found:
    """A stream as it was extracted last, in UTC; a history has no versions but entries."""
    if "history" in table.name.casefold() or not table.has("id"):
        return after_reading(table, times_in_utc)
    return after_reading(table, times_in_utc, latest_only(_latest_first))


def _latest_first(raw: Raw) -> str:
    """The order of a record's versions, the latest first; files have milliseconds, too."""
    when = ("_airbyte_extracted_at", "_airbyte_emitted_at")
    as_number = [
        f"try_cast({column} AS BIGINT) DESC NULLS LAST"
        for name in when
        if (column := written(raw, name)) is not None
    ]
    return ", ".join([*as_number, *latest(raw, *when, "updatedAt"), "_row DESC"])


def _airbyte_table(table: Found) -> Named | None:
    stream = table.name.casefold().removeprefix("hubspot_").removesuffix("_archived")
    name = _AIRBYTE_STREAMS.get(stream)
    if name is None:
        return None
    if name.startswith("history of"):
        return _history(name.removeprefix("history of "), table)
    if name == "owners":
        return name, table, _spelt(table, _OWNER)
    if name.startswith("pipelines of"):
        return name, table, _spelt(table, _PIPELINE)
    if name == "merged contacts":
        return name, table, _spelt(table, _AIRBYTE_MERGED)
    properties = {
        column.casefold().removeprefix("properties_"): column
        for column in table.columns
        if column.casefold().startswith("properties_")
    }
    return (name, table, {**properties, **_spelt(table, _AIRBYTE_RECORD)}) if properties else None


@Source(finds=_airbyte_tables, known=frozenset({"deals", "engagements_calls", "deal_pipelines"}))
def hubspot_airbyte(export: Export) -> Iterator[Mapped]:
    """HubSpot as Airbyte's source writes it: one table a stream, `properties_` before columns.

    Where a stream was appended to, the version of a row that was extracted last counts. A bare
    time is in UTC.
    """
    yield from hubspot_records(export)
