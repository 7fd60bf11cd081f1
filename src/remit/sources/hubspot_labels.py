"""What HubSpot's exports call its properties, in English, and their internal names."""

from __future__ import annotations

import re
from collections.abc import Mapping

_EVERYWHERE = {
    "record id": "hs_object_id",
    "create date": "createdate",
    "last modified date": "hs_lastmodifieddate",
    "hubspot team": "hubspot_team_id",
    "created by user id": "hs_created_by_user_id",
    "original source": "hs_analytics_source",
    "original source type": "hs_analytics_source",
    "original traffic source": "hs_analytics_source",
    "all owner ids": "hs_all_owner_ids",
    "associated contact ids": "associations.contacts",
    "associated company ids": "associations.companies",
    "associated deal ids": "associations.deals",
    "associated ticket ids": "associations.tickets",
    "associated company ids (primary)": "associatedcompanyid",
    "primary associated company id": "associatedcompanyid",
    "primary associated company": "associatedcompanyid",
    "primary company id": "associatedcompanyid",
    "merged contact ids": "hs_merged_object_ids",
    "merged company ids": "hs_merged_object_ids",
    "merged deal ids": "hs_merged_object_ids",
    "merged ticket ids": "hs_merged_object_ids",
    "merged record ids": "hs_merged_object_ids",
    "country/region": "country",
}
_WORK = {
    "activity date": "hs_timestamp",
    "activity assigned to": "hubspot_owner_id",
    "assigned to": "hubspot_owner_id",
    "activity created by": "hs_created_by_user_id",
    "last modified at": "hs_lastmodifieddate",
    "created at": "hs_createdate",
    "record source": "hs_engagement_source",
    "call and meeting type": "hs_activity_type",
}
LABELS: Mapping[str, Mapping[str, str]] = {
    "contacts": {
        "contact owner": "hubspot_owner_id",
        "lifecycle stage": "lifecyclestage",
        "lead status": "hs_lead_status",
        "became an opportunity date": "hs_lifecyclestage_opportunity_date",
        "job title": "jobtitle",
        "buying role": "hs_buying_role",
        "employment seniority": "hs_seniority",
        "employment role": "hs_role",
        "number of employees": "numemployees",
    },
    "companies": {
        "company name": "name",
        "company owner": "hubspot_owner_id",
        "number of employees": "numberofemployees",
        "lifecycle stage": "lifecyclestage",
        "parent company id": "hs_parent_company_id",
        "parent company": "hs_parent_company_id",
    },
    "deals": {
        "deal name": "dealname",
        "deal stage": "dealstage",
        "deal owner": "hubspot_owner_id",
        "deal type": "dealtype",
        "close date": "closedate",
        "currency": "deal_currency_code",
        "next step": "hs_next_step",
        "forecast category": "hs_manual_forecast_category",
        "is closed won": "hs_is_closed_won",
        "is closed lost": "hs_is_closed_lost",
        "is deal closed?": "hs_is_closed",
    },
    "tickets": {
        "ticket id": "hs_object_id",
        "ticket name": "subject",
        "ticket status": "hs_pipeline_stage",
        "ticket owner": "hubspot_owner_id",
        "pipeline": "hs_pipeline",
        "close date": "closed_date",
        "last closed date": "hs_last_closed_date",
    },
    "calls": {
        **_WORK,
        "call duration": "hs_call_duration",
        "call direction": "hs_call_direction",
        "call outcome": "hs_call_disposition",
        "call status": "hs_call_status",
        "call title": "hs_call_title",
    },
    "meetings": {
        **_WORK,
        "meeting start time": "hs_meeting_start_time",
        "meeting end time": "hs_meeting_end_time",
        "meeting outcome": "hs_meeting_outcome",
        "meeting name": "hs_meeting_title",
        "attendee owner ids": "hs_attendee_owner_ids",
    },
    "tasks": {
        **_WORK,
        "due date": "hs_timestamp",
        "task status": "hs_task_status",
        "task type": "hs_task_type",
        "task title": "hs_task_subject",
        "completed at": "hs_task_completion_date",
        "completion date": "hs_task_completion_date",
        "task completion date": "hs_task_completion_date",
    },
    "emails": {
        **_WORK,
        "email direction": "hs_email_direction",
        "email send status": "hs_email_status",
        "email status": "hs_email_status",
        "email subject": "hs_email_subject",
        "sequence id": "hs_sequence_id",
    },
}
"""By kind of object: label, in small letters, to internal name."""
_INTERNAL = re.compile(r"[A-Za-z_][\w.]*")
_A_STAGE = re.compile(r"date (entered|exited) [\"'“]", re.IGNORECASE)


def internal_name(kind: str, written: str) -> str:
    """The internal name of a column, by its label or as it is.

    A label that is not known is taken for a property of the company's own, which HubSpot names
    after its label. Dates of stages keep their label, which holds the stage's.

    >>> internal_name("deals", "Deal owner"), internal_name("deals", "dealstage")
    ('hubspot_owner_id', 'dealstage')
    >>> internal_name("deals", "Pain points (own words)")
    'pain_points_own_words'
    """
    label = written.strip().casefold()
    known = LABELS.get(kind, {}).get(label) or _EVERYWHERE.get(label)
    if known:
        return known
    if _INTERNAL.fullmatch(written) or _A_STAGE.match(label):
        return written
    return re.sub(r"[^a-z0-9]+", "_", label).strip("_")
