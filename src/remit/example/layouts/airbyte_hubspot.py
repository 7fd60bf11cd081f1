"""Airbyte's streams of a HubSpot portal as its CSV destination writes them, one file a stream.

The properties of a record stand twice: as JSON in `properties`, and each in `properties_<name>`;
associations are JSON lists of ids in `contacts`, `companies`, `deals` and `tickets`. Moments inside
properties are written as `2026-03-04T15:04:05.000000+00:00`, those of the record itself
(`createdAt`, `updatedAt`) as `2026-03-04T15:04:05.000Z`. Before the columns of a stream stand the
ones every destination adds.

Cannot hold: what no HubSpot layout can (`remit.example.hubspot`), and further:

- job titles of one's own people: `owners` has none;
- deleted records, which are in streams of their own (`deals_archived` and the like) that nobody
  turns on.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path

from remit.example.days import Clock, last_moment
from remit.example.hubspot import Change, Pipeline, Portal, Record, portal
from remit.example.layouts import Everything
from remit.example.layouts._airbyte import META, extracted, meta
from remit.example.tables import Row, Table, write_tables

_LINKS = ("contacts", "companies", "deals", "tickets")
_ASSOCIATIONS = {
    "companies": ("contacts",), "contacts": ("companies",), "deals": ("contacts", "companies"),
    "tickets": ("contacts", "companies", "deals"), "engagements_calls": _LINKS,
    "engagements_emails": _LINKS, "engagements_meetings": _LINKS, "engagements_tasks": _LINKS,
}  # fmt: skip


_NUMBERS = {
    "hs_object_id", "numberofemployees", "annualrevenue", "amount", "hs_created_by_user_id",
    "hs_call_duration", "hs_deal_stage_probability", "num_associated_contacts",
    "associatedcompanyid", "hs_parent_company_id",
}  # fmt: skip
_FLAGS = {"hs_is_closed", "hs_is_closed_won"}


def _typed(name: str, value: str) -> object:
    """A property's value as it stands in the JSON of all properties."""
    if not value:
        return None
    if name in _FLAGS:
        return value == "true"
    if name in _NUMBERS:
        return int(value) if value.isdigit() else float(value)
    return value


def _value(value: str) -> str:
    """A property's value; moments in the form Airbyte casts them to."""
    moment = len(value) == 24 and value[10] == "T" and value[-1] == "Z"
    return f"{value[:-1]}000+00:00" if moment else value


def _json(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))


def _milliseconds(stamp: str) -> int:
    return int(datetime.fromisoformat(stamp).timestamp() * 1000)


def _records(stream: str, records: Sequence[Record]) -> tuple[tuple[str, ...], Iterable[Row]]:
    live = [record for record in records if not record.archived]
    names = [*dict.fromkeys(name for record in live for name in record.properties)]
    links = _ASSOCIATIONS[stream]
    header = ("id", "createdAt", "updatedAt", "archived", *links, "properties",
              *(f"properties_{name}" for name in names))  # fmt: skip

    def rows() -> Iterable[Row]:
        for record in live:
            values = {name: _value(record.properties.get(name, "")) for name in names}
            linked = {
                "contacts": record.contacts, "companies": record.companies, "deals": record.deals,
                "tickets": record.tickets,
            }  # fmt: skip
            yield (
                record.id, record.created, record.updated, "false",
                *(_json(linked[name]) if linked[name] else "" for name in links),
                _json({name: _typed(name, value) for name, value in values.items()}), *values.values(),
            )  # fmt: skip

    return header, rows()


def _history(key: str, changes: Iterable[Change]) -> tuple[tuple[str, ...], Iterable[Row]]:
    header = ("updatedByUserId", "timestamp", "property", "sourceType", "sourceId", "value", key,
              "archived")  # fmt: skip
    return header, (
        (change.user, change.at, change.name, "CRM_UI" if change.user else "AUTOMATION_PLATFORM",
         f"userId:{change.user}" if change.user else "", change.value, change.record, "false")
        for change in changes
    )  # fmt: skip


def _pipelines(
    pipelines: Sequence[Pipeline], kind: str, type_id: str, created: str
) -> Iterable[Row]:
    at = _milliseconds(created)
    for place, pipeline in enumerate(pipelines):
        stages = [
            {
                "label": stage.label, "displayOrder": order,
                "metadata": {"isClosed": str(stage.closed).lower(),
                             "probability": str(stage.probability)},
                "stageId": stage.id, "createdAt": at, "updatedAt": at, "active": True,
            }
            for order, stage in enumerate(pipeline.stages)
        ]  # fmt: skip
        yield (pipeline.label, place, "true", _json(stages), kind, type_id, pipeline.id, at, at,
               "true" if place == 0 else "false")  # fmt: skip


def _streams(found: Portal) -> Iterable[tuple[str, tuple[str, ...], Iterable[Row]]]:
    objects = {
        "companies": found.companies, "contacts": found.contacts, "deals": found.deals,
        "tickets": found.tickets, "engagements_calls": found.calls,
        "engagements_emails": found.emails, "engagements_meetings": found.meetings,
        "engagements_tasks": found.tasks,
    }  # fmt: skip
    for name, records in objects.items():
        yield name, *_records(name, records)
    yield "deals_property_history", *_history("dealId", found.deal_changes)
    yield "contacts_property_history", *_history("vid", found.contact_changes)
    yield (
        "owners",
        ("id", "email", "firstName", "lastName", "userId", "createdAt", "updatedAt", "archived",
         "teams"),
        (
            (owner.id, owner.email, owner.first, owner.last, owner.user, owner.created,
             owner.created, "false",
             _json([{"id": owner.team, "name": found.teams[owner.team], "primary": True}]))
            for owner in found.owners
        ),
    )  # fmt: skip
    header = ("label", "displayOrder", "active", "stages", "objectType", "objectTypeId",
              "pipelineId", "createdAt", "updatedAt", "default")  # fmt: skip
    begun = min(owner.created for owner in found.owners)
    yield "deal_pipelines", header, _pipelines(found.pipelines, "DEAL", "0-3", begun)
    yield "ticket_pipelines", header, _pipelines([found.ticket_pipeline], "TICKET", "0-5", begun)


def tables(everything: Everything) -> dict[str, Table]:
    """The streams by name, their cells as text."""
    dice = everything.dice("airbyte_hubspot")
    end = last_moment(everything.company.last_day, everything.days)
    found = portal(everything.tables, Clock().stamp(end))
    made = {}
    for place, (name, header, rows) in enumerate(_streams(found)):
        cells = meta(dice, extracted(end, place))
        made[name] = Table((*META, *header), [(*next(cells), *row) for row in rows])
    return made


def write(everything: Everything, folder: Path) -> dict[str, int]:
    """Write the streams; returns the number of rows by stream."""
    return write_tables(tables(everything), folder)
