"""Which of HubSpot's objects and properties remit reads, for a charter."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from remit.charter import Charter


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of object: what is always fetched of it.

    Attributes:
        properties: Its properties, by internal name.
        associations: Kinds of objects whose ids are fetched with it.
        history: Properties whose former values are fetched too.
    """

    properties: str
    associations: tuple[str, ...]
    history: tuple[str, ...] = ()


_RECORDS = ("contacts", "companies", "deals", "tickets")
OBJECTS = {
    "contacts": Kind(
        "hs_object_id createdate lastmodifieddate jobtitle hubspot_owner_id lifecyclestage"
        " hs_lead_status hs_analytics_source associatedcompanyid hs_created_by_user_id"
        " numemployees industry country hs_seniority hs_role hs_buying_role hs_merged_object_ids hs_calculated_merged_vids",
        ("companies",),
        ("hubspot_owner_id", "lifecyclestage"),
    ),
    "companies": Kind(
        "hs_object_id createdate hs_lastmodifieddate name numberofemployees industry country"
        " hubspot_owner_id lifecyclestage hs_parent_company_id hs_merged_object_ids",
        (),
        ("hubspot_owner_id", "lifecyclestage"),
    ),
    "deals": Kind(
        "hs_object_id createdate hs_lastmodifieddate dealname dealstage pipeline dealtype amount"
        " deal_currency_code closedate hs_is_closed hs_is_closed_won hubspot_owner_id"
        " hs_analytics_source hs_created_by_user_id hs_merged_object_ids",
        ("companies", "contacts"),
        ("dealstage", "hubspot_owner_id"),
    ),
    "tickets": Kind(
        "hs_object_id createdate hs_lastmodifieddate closed_date hs_pipeline hs_pipeline_stage"
        " hubspot_owner_id hs_created_by_user_id hs_merged_object_ids",
        ("companies", "contacts"),
    ),
    "calls": Kind(
        "hs_object_id hs_createdate hs_lastmodifieddate hs_timestamp hs_activity_type"
        " hs_call_direction hs_call_duration hs_call_status hs_call_disposition hubspot_owner_id"
        " hs_created_by_user_id hs_engagement_source hs_sequence_id",
        _RECORDS,
    ),
    "meetings": Kind(
        "hs_object_id hs_createdate hs_lastmodifieddate hs_timestamp hs_activity_type"
        " hs_meeting_start_time hs_meeting_end_time hs_meeting_outcome hs_attendee_owner_ids"
        " hs_all_owner_ids hubspot_owner_id hs_created_by_user_id hs_engagement_source"
        " hs_sequence_id",
        _RECORDS,
    ),
    "tasks": Kind(
        "hs_object_id hs_createdate hs_lastmodifieddate hs_timestamp hs_task_type hs_task_status"
        " hs_task_completion_date hubspot_owner_id hs_created_by_user_id hs_engagement_source"
        " hs_sequence_id",
        _RECORDS,
    ),
    "emails": Kind(
        "hs_object_id hs_createdate hs_lastmodifieddate hs_timestamp hs_email_direction"
        " hs_email_status hubspot_owner_id hs_created_by_user_id hs_engagement_source"
        " hs_sequence_id",
        _RECORDS,
    ),
}
"""Every kind of object that is fetched. No subject, title, body, or person's name or address is
among the properties; a property that holds one is fetched only where the charter names it."""

OFTEN_ABSENT = frozenset(
    [
        "deal_currency_code",
        "hs_all_owner_ids",
        "hs_buying_role",
        "hs_calculated_merged_vids",
        "hs_engagement_source",
        "hs_merged_object_ids",
        "hs_role",
        "hs_seniority",
        "hs_sequence_id",
    ]
)
"""Properties that many accounts lack on some kind of object, and whose absence tells nothing."""

_CALLED = {
    "contact": ("contacts",),
    "lead": ("contacts",),
    "company": ("companies",),
    "account": ("companies",),
    "deal": ("deals",),
    "opportunity": ("deals",),
    "ticket": ("tickets",),
    "case": ("tickets",),
    "call": ("calls",),
    "meeting": ("meetings",),
    "event": ("meetings",),
    "email": ("emails",),
    "task": ("tasks", "calls", "emails"),
    "": ("calls", "meetings", "tasks", "emails"),
}
"""What a charter may call them, whichever CRM it was first written for."""


def kinds_called(object_: str) -> tuple[str, ...]:
    """The kinds of objects that a charter's word means; none where it is no word for one.

    >>> kinds_called("Deals"), kinds_called("Opportunity"), kinds_called("Task")
    (('deals',), ('deals',), ('tasks', 'calls', 'emails'))
    """
    word = object_.casefold()
    return (word,) if word in OBJECTS else _CALLED.get(word.rstrip("s"), ())


def named_by(charter: Charter) -> Mapping[str, Mapping[str, bool]]:
    """The properties that a charter names, by kind of object, beside those always fetched.

    They are those of its segments, inbound sources, `deals:`, rules for activities, and
    the steps and required fields of handoffs. Each comes with whether it must be there: a word
    that means several kinds of objects is looked for in each, and most have it not.
    """
    found: dict[str, dict[str, bool]] = {name: {} for name in OBJECTS}

    def want(object_: str, *names: str) -> None:
        kinds = kinds_called(object_)
        for kind in kinds:
            for name in names:
                found[kind][name] = found[kind].get(name, False) or len(kinds) == 1

    columns = [column for segment in charter.segments.values() for column in segment.where]
    columns += [*charter.inbound, *charter.deals.columns()]
    columns += [c for handoff in charter.handoffs for c in handoff.requires.values()]
    for column in columns:
        object_, _, name = column.partition(".")
        if name:
            want(object_, name)
    for rule in charter.activities.rules:
        want(rule.object or "", *rule.where)
    for handoff in charter.handoffs:
        for step in handoff.steps().values():
            want(step.object, *step.where, *(n for n in (step.field, step.reason) if n))
    return found
