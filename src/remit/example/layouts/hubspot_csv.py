"""HubSpot's own CSV exports, one file an object, as somebody downloads them.

Files are called as HubSpot calls them (`hubspot-crm-exports-all-deals-2026-10-31.csv`), every cell
is quoted, moments are those of the user's time zone to the minute and carry none, numbers have a
decimal point, several values are parted by semicolons. Two variants, as the dialog offers:

- `hubspot_csv`: properties and their values by label; people stand there by name;
- `hubspot_csv_internal`: by internal name and value; people by owner id.

The date a deal entered a stage is a property of its own: `Date entered "Proposal (Sales Pipeline)"`
or `hs_v2_date_entered_decisionmakerboughtin`. Associations come as a column of names and one of
ids, of all and of the first ("primary").

Cannot hold: what no HubSpot layout can (`remit.example.hubspot`), and further:

- deleted records;
- the history of any property but the stage of a deal and the lifecycle of a contact: no former
  owner, amount or close date, no former lead status;
- seconds of any moment;
- by label, ids of people: two people of one name are one.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from remit.example.days import Clock, last_moment
from remit.example.hubspot import OUTCOMES, Pipeline, Portal, Record, portal
from remit.example.layouts import Everything

_OWNER = "owner"
_NUMBER = "number"
_USER = "user"

# internal name, label and kind of value, object by object, in the order of the columns
_PROPERTIES: Mapping[str, tuple[tuple[str, str, str], ...]] = {
    "contacts": (
        ("hs_object_id", "Record ID", ""), ("firstname", "First Name", ""),
        ("lastname", "Last Name", ""), ("email", "Email", ""), ("jobtitle", "Job Title", ""),
        ("department", "Department", ""), ("company", "Company Name", ""),
        ("hubspot_owner_id", "Contact owner", _OWNER), ("lifecyclestage", "Lifecycle Stage", ""),
        ("hs_lead_status", "Lead Status", ""), ("lead_source", "Lead Source", ""),
        ("hs_analytics_source", "Original Traffic Source", ""),
        ("hs_buying_role", "Buying Role", ""), ("industry", "Industry", ""),
        ("state", "State/Region", ""), ("numemployees", "Number of Employees", ""),
        ("annualrevenue", "Annual Revenue", ""), ("createdate", "Create Date", ""),
        ("lastmodifieddate", "Last Modified Date", ""),
        ("hs_created_by_user_id", "Created by user ID", _USER),
        ("hs_lifecyclestage_lead_date", "Became a Lead Date", ""),
        ("hs_lifecyclestage_opportunity_date", "Became an Opportunity Date", ""),
        ("hs_lifecyclestage_customer_date", "Became a Customer Date", ""),
    ),
    "companies": (
        ("hs_object_id", "Record ID", ""), ("name", "Company name", ""),
        ("domain", "Company Domain Name", ""), ("website", "Website URL", ""),
        ("hubspot_owner_id", "Company owner", _OWNER), ("lifecyclestage", "Lifecycle Stage", ""),
        ("industry", "Industry", ""), ("numberofemployees", "Number of Employees", _NUMBER),
        ("annualrevenue", "Annual Revenue", _NUMBER), ("state", "State/Region", ""),
        ("country", "Country/Region", ""), ("description", "Description", ""),
        ("createdate", "Create Date", ""), ("hs_lastmodifieddate", "Last Modified Date", ""),
        ("hs_created_by_user_id", "Created by user ID", _USER),
        ("hs_lifecyclestage_customer_date", "Became a Customer Date", ""),
    ),
    "deals": (
        ("hs_object_id", "Record ID", ""), ("dealname", "Deal Name", ""),
        ("pipeline", "Pipeline", ""), ("dealstage", "Deal Stage", ""),
        ("amount", "Amount", _NUMBER), ("dealtype", "Deal Type", ""),
        ("closedate", "Close Date", ""), ("createdate", "Create Date", ""),
        ("hs_lastmodifieddate", "Last Modified Date", ""),
        ("hubspot_owner_id", "Deal owner", _OWNER),
        ("hs_created_by_user_id", "Created by user ID", _USER),
        ("hs_deal_stage_probability", "Deal probability", _NUMBER),
        ("hs_is_closed", "Is Deal Closed?", ""), ("hs_is_closed_won", "Is Closed Won", ""),
        ("hs_next_step", "Next step", ""), ("lead_source", "Lead Source", ""),
        ("pain", "Pain", ""), ("trigger", "Trigger", ""), ("sao_date", "SAO Date", ""),
        ("sdr", "SDR", _OWNER), ("hs_manual_forecast_category", "Forecast category", ""),
        ("metrics", "Metrics", ""), ("economic_buyer", "Economic buyer", ""),
        ("decision_criteria", "Decision criteria", ""),
        ("decision_process", "Decision process", ""), ("champion", "Champion", ""),
        ("poc_start", "POC start", ""),
    ),
    "tickets": (
        ("hs_object_id", "Ticket ID", ""), ("subject", "Ticket name", ""),
        ("hs_pipeline", "Pipeline", ""), ("hs_pipeline_stage", "Ticket status", ""),
        ("hs_ticket_priority", "Priority", ""), ("source_type", "Source", ""),
        ("hubspot_owner_id", "Ticket owner", _OWNER), ("createdate", "Create date", ""),
        ("closed_date", "Close date", ""), ("hs_lastmodifieddate", "Last modified date", ""),
    ),
    "calls": (
        ("hs_object_id", "Record ID", ""), ("hs_timestamp", "Activity date", ""),
        ("hs_call_title", "Call title", ""), ("hubspot_owner_id", "Activity assigned to", _OWNER),
        ("hs_created_by_user_id", "Created by user ID", _USER),
        ("hs_call_direction", "Call direction", ""), ("hs_call_disposition", "Call outcome", ""),
        ("hs_call_duration", "Call duration", ""), ("hs_call_status", "Call status", ""),
        ("hs_createdate", "Create date", ""),
    ),
    "emails": (
        ("hs_object_id", "Record ID", ""), ("hs_timestamp", "Activity date", ""),
        ("hs_email_subject", "Email subject", ""),
        ("hubspot_owner_id", "Activity assigned to", _OWNER),
        ("hs_created_by_user_id", "Created by user ID", _USER),
        ("hs_email_direction", "Email Direction", ""),
        ("hs_email_status", "Email send status", ""),
        ("hs_email_from_email", "Email From Address", ""),
        ("hs_email_to_email", "Email To Address", ""), ("hs_sequence_id", "Sequence ID", ""),
        ("hs_createdate", "Create date", ""),
    ),
    "meetings": (
        ("hs_object_id", "Record ID", ""), ("hs_timestamp", "Activity date", ""),
        ("hs_meeting_title", "Meeting name", ""),
        ("hubspot_owner_id", "Activity assigned to", _OWNER),
        ("hs_created_by_user_id", "Created by user ID", _USER),
        ("hs_meeting_start_time", "Meeting start time", ""),
        ("hs_meeting_end_time", "Meeting end time", ""),
        ("hs_meeting_outcome", "Meeting outcome", ""),
        ("hs_activity_type", "Call and meeting type", ""),
        ("hs_attendee_owner_ids", "Attendee owner IDs", ""),
        ("rejected_date", "Rejected Date", ""), ("rejection_reason", "Rejection Reason", ""),
        ("hs_createdate", "Create date", ""),
    ),
    "tasks": (
        ("hs_object_id", "Record ID", ""), ("hs_timestamp", "Due date", ""),
        ("hs_task_subject", "Task title", ""), ("hubspot_owner_id", "Assigned to", _OWNER),
        ("hs_created_by_user_id", "Created by user ID", _USER),
        ("hs_task_type", "Task type", ""), ("hs_task_status", "Task status", ""),
        ("hs_task_priority", "Priority", ""),
        ("hs_task_completion_date", "Completed at", ""), ("hs_createdate", "Create date", ""),
    ),
}  # fmt: skip
_ASSOCIATED = {
    "contacts": ("company",), "companies": (), "deals": ("company", "contact"),
    "tickets": ("company", "contact"), "calls": ("contact", "company", "deal", "ticket"),
    "emails": ("contact", "company", "deal", "ticket"),
    "meetings": ("contact", "company", "deal", "ticket"),
    "tasks": ("contact", "company", "deal", "ticket"),
}  # fmt: skip
_VALUE_LABELS: Mapping[str, Mapping[str, str]] = {
    "lifecyclestage": {"lead": "Lead", "opportunity": "Opportunity", "customer": "Customer"},
    "hs_lead_status": {
        "NEW": "New", "ATTEMPTED_TO_CONTACT": "Attempted to Contact", "CONNECTED": "Connected",
        "IN_PROGRESS": "In Progress", "BAD_TIMING": "Bad Timing", "UNQUALIFIED": "Unqualified",
        "OPEN_DEAL": "Open Deal",
    },
    "hs_analytics_source": {
        "DIRECT_TRAFFIC": "Direct Traffic", "ORGANIC_SEARCH": "Organic Search",
        "OFFLINE": "Offline Sources",
    },
    "hs_buying_role": {
        "DECISION_MAKER": "Decision Maker", "BUDGET_HOLDER": "Budget Holder",
        "END_USER": "End User", "INFLUENCER": "Influencer",
    },
    "dealtype": {"newbusiness": "New Business", "existingbusiness": "Existing Business"},
    "hs_ticket_priority": {"LOW": "Low", "MEDIUM": "Medium", "HIGH": "High"},
    "source_type": {"EMAIL": "Email", "FORM": "Form", "PHONE": "Phone"},
    "hs_call_direction": {"OUTBOUND": "Outbound", "INBOUND": "Inbound"},
    "hs_call_disposition": {
        which: {"No Answer": "No answer", "Left Voicemail": "Left voicemail"}.get(name, name)
        for name, which in OUTCOMES.items()
    },
    "hs_call_status": {"COMPLETED": "Completed", "NO_ANSWER": "No answer", "BUSY": "Busy"},
    "hs_email_direction": {"EMAIL": "Email sent from CRM", "INCOMING_EMAIL": "Incoming email"},
    "hs_manual_forecast_category": {
        "OMIT": "Not forecasted", "PIPELINE": "Pipeline", "BEST_CASE": "Best case",
        "COMMIT": "Commit", "CLOSED": "Closed won",
    },
    "hs_email_status": {"SENT": "Sent"},
    "hs_meeting_outcome": {
        "COMPLETED": "Completed", "NO_SHOW": "No show", "CANCELED": "Canceled",
        "SCHEDULED": "Scheduled",
    },
    "hs_task_type": {"TODO": "To-do"},
    "hs_task_status": {"COMPLETED": "Completed", "NOT_STARTED": "Not started"},
    "hs_task_priority": {"NONE": "None"},
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Saying:
    """How this export says values.

    Attributes:
        labels: Whether by label.
        zone: Time zone of the user.
        names: Names of owners by their id.
        stages: Labels of stages and pipelines by their id, deals and tickets apart.
    """

    labels: bool
    zone: ZoneInfo
    names: Mapping[str, str]
    stages: Mapping[str, Mapping[str, str]]

    def value(self, name: str, value: str, kind: str) -> str:
        if not value:
            return ""
        if len(value) == 24 and value[10] == "T" and value[-1] == "Z":
            return f"{datetime.fromisoformat(value).astimezone(self.zone):%Y-%m-%d %H:%M}"
        if kind == _NUMBER:
            return str(float(value))
        if not self.labels:
            return value
        if kind == _OWNER:
            return self.names[value]
        if name == "hs_call_duration":  # shown as a clock, kept in milliseconds
            seconds = int(value) // 1000
            return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
        labels = self.stages.get(name) or _VALUE_LABELS.get(name)
        if labels is None:
            return value
        return ";".join(labels[part] for part in value.split(";"))


def _stage_columns(pipelines: Iterable[Pipeline]) -> list[tuple[str, str, str]]:
    return [
        (f"hs_v2_date_{moved}_{stage.id}",
         f'Date {moved} "{stage.label} ({pipeline.label})"', "")
        for pipeline in pipelines
        for stage in pipeline.stages
        for moved in ("entered", "exited")
    ]  # fmt: skip


def _named(found: Portal) -> dict[str, dict[str, str]]:
    """What records are called, by kind and id."""
    return {
        "contact": {
            c.id: f"{c.properties['firstname']} {c.properties['lastname']}" for c in found.contacts
        },
        "company": {c.id: c.properties["name"] for c in found.companies},
        "deal": {d.id: d.properties["dealname"] for d in found.deals},
        "ticket": {t.id: t.properties["subject"] for t in found.tickets},
    }


def _linked(record: Record, kind: str) -> tuple[str, ...]:
    return {
        "contact": record.contacts, "company": record.companies, "deal": record.deals,
        "ticket": record.tickets,
    }[kind]  # fmt: skip


def _write(path: Path, header: Sequence[str], rows: Iterable[Sequence[str]]) -> int:
    count = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\n")
        out.writerow(header)
        for row in rows:
            out.writerow(row)
            count += 1
    return count


def _association_cells(
    record: Record, kinds: Sequence[str], names: Mapping[str, Mapping[str, str]]
) -> Iterable[str]:
    for kind in kinds:
        ids = _linked(record, kind)
        called = [names[kind][which] for which in ids]
        yield ";".join(called)
        yield ";".join(ids)
        if kind == "company":
            yield called[0] if called else ""
            yield ids[0] if ids else ""


def _association_header(kinds: Sequence[str]) -> Iterable[str]:
    for kind in kinds:
        for ending in ("", " (Primary)") if kind == "company" else ("",):
            yield f"Associated {kind.title()}{ending}"
            yield f"Associated {kind.title()} IDs{ending}"


def _export(everything: Everything, folder: Path, *, labels: bool) -> dict[str, int]:
    end = last_moment(everything.company.last_day, everything.days)
    found = portal(everything.tables, Clock().stamp(end))
    pipelines = {pipeline.id: pipeline.label for pipeline in found.pipelines}
    stages = {stage.id: stage.label for pipeline in found.pipelines for stage in pipeline.stages}
    says = _Saying(
        labels,
        ZoneInfo(everything.company.time_zone),
        {owner.id: f"{owner.first} {owner.last}" for owner in found.owners},
        {
            "pipeline": pipelines,
            "dealstage": stages,
            "hs_pipeline": {found.ticket_pipeline.id: found.ticket_pipeline.label},
            "hs_pipeline_stage": {stage.id: stage.label for stage in found.ticket_pipeline.stages},
        },
    )
    names, day = _named(found), everything.company.last_day.isoformat()
    objects: Mapping[str, Sequence[Record]] = {kind: getattr(found, kind) for kind in _PROPERTIES}
    counts = {}
    for kind, records in objects.items():
        columns = [
            *_PROPERTIES[kind],
            *(_stage_columns(found.pipelines) if kind == "deals" else ()),
        ]
        linked = _ASSOCIATED[kind]
        live = (record for record in records if not record.archived)
        name = f"hubspot-crm-exports-all-{kind}-{day}"
        counts[name] = _write(
            folder / f"{name}.csv",
            [*(label if labels else internal for internal, label, _ in columns),
             *_association_header(linked)],
            (
                [*(says.value(internal, record.properties.get(internal, ""), how)
                   for internal, _, how in columns),
                 *_association_cells(record, linked, names)]
                for record in live
            ),
        )  # fmt: skip
    name = f"hubspot-crm-exports-all-users-{day}"
    counts[name] = _users(folder / f"{name}.csv", found, labels=labels)
    return counts


def _users(path: Path, found: Portal, *, labels: bool) -> int:
    columns: Mapping[tuple[str, str], Callable[[int], str]] = {
        ("hs_internal_user_id", "User ID"): lambda place: found.owners[place].user,
        ("hubspot_owner_id", "Owner ID"): lambda place: found.owners[place].id,
        ("hs_given_name", "First name"): lambda place: found.owners[place].first,
        ("hs_family_name", "Last name"): lambda place: found.owners[place].last,
        ("hs_email", "Email"): lambda place: found.owners[place].email,
        ("hs_job_title", "Job title"): lambda place: found.owners[place].title,
        ("hs_main_team", "Main team"): lambda place: found.teams[found.owners[place].team],
    }
    return _write(
        path,
        [label if labels else internal for internal, label in columns],
        ([read(place) for read in columns.values()] for place in range(len(found.owners))),
    )


def write(everything: Everything, folder: Path) -> dict[str, int]:
    """Write the exports by label; returns the number of rows by file."""
    return _export(everything, folder, labels=True)


def write_internal(everything: Everything, folder: Path) -> dict[str, int]:
    """Write the exports by internal name; returns the number of rows by file."""
    return _export(everything, folder, labels=False)
