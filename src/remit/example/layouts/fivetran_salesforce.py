"""Fivetran's tables of a Salesforce org, as CSV files: one a table, `<table>.csv`.

Three variants of the same rows, as they meet one in warehouses:

- `fivetran_salesforce`: the tables of the objects, and beside them versions of accounts, contacts,
  leads and opportunities in tables called `<table>_history` (history mode), with `_fivetran_start`,
  `_fivetran_end` and `_fivetran_active`. Changes of single fields of an opportunity are in
  `opportunity_field_history`.
- `fivetran_salesforce_history_mode`: one connection in history mode: the versions are in `account`,
  `contact`, `lead` and `opportunity` themselves, and there is no other history.
- `fivetran_salesforce_objects`: no history mode: `opportunity_history` and `lead_history` are
  Salesforce's own objects of these names.

Moments are in UTC and have no zone; days are midnights. History mode has been on for leads and
opportunities since their first row; for accounts and contacts it was switched on with the last
synchronisation, so that each has one version, which says nothing of the past.

Cannot hold: nothing of the Salesforce export is lost in `fivetran_salesforce_objects`. With history
mode, who changed a lead or an opportunity is lost for all but owner, amount and close date
(`fivetran_salesforce`) or altogether (`fivetran_salesforce_history_mode`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from pathlib import Path

from remit.example.days import last_moment
from remit.example.layouts import Everything
from remit.example.layouts._fivetran import STILL, before, column, moment, synced
from remit.example.tables import Table, write_tables

Record = dict[str, str]

COLUMNS: Mapping[str, str] = {
    "user_role": "id _fivetran_deleted _fivetran_synced developer_name forecast_user_id "
    "may_forecast_manager_share name parent_role_id portal_type rollup_description",
    "user": "id _fivetran_deleted _fivetran_synced about_me alias city company_name country "
    "created_date department division email employee_number first_name is_active last_login_date "
    "last_modified_date last_name manager_id name phone profile_id time_zone_sid_key title "
    "user_role_id user_type username",
    "account": "id _fivetran_synced account_number account_source annual_revenue billing_city "
    "billing_country billing_postal_code billing_state billing_street created_by_id created_date "
    "description fax industry is_deleted last_activity_date last_modified_date master_record_id "
    "name number_of_employees owner_id ownership parent_id phone rating record_type_id site "
    "system_modstamp type website",
    "contact": "id _fivetran_synced account_id created_by_id created_date department description "
    "email email_bounced_date first_name has_opted_out_of_email is_deleted is_email_bounced "
    "last_activity_date last_modified_date last_name lead_source mailing_city mailing_country "
    "master_record_id mobile_phone name owner_id phone reports_to_id salutation system_modstamp "
    "title",
    "lead": "id _fivetran_synced annual_revenue city company converted_account_id "
    "converted_contact_id converted_date converted_opportunity_id country created_by_id "
    "created_date description email first_name has_opted_out_of_email industry is_converted "
    "is_deleted is_unread_by_owner last_activity_date last_modified_date last_name lead_source "
    "master_record_id mobile_phone name number_of_employees owner_id phone postal_code salutation "
    "state status street system_modstamp title website",
    "opportunity": "id _fivetran_synced account_id amount campaign_id close_date created_by_id "
    "created_date description expected_revenue fiscal fiscal_quarter fiscal_year forecast_category "
    "forecast_category_name has_open_activity has_opportunity_line_item has_overdue_task is_closed "
    "is_deleted is_won last_activity_date last_modified_date lead_source name next_step owner_id "
    "pricebook_2_id probability record_type_id stage_name system_modstamp type pain_c trigger_c "
    "sao_date_c sdr_c metrics_c economic_buyer_c decision_criteria_c decision_process_c champion_c "
    "poc_start_c",
    "opportunity_contact_role": "id _fivetran_synced contact_id created_date is_deleted is_primary "
    "opportunity_id role system_modstamp",
    "opportunity_field_history": "id _fivetran_synced created_by_id created_date data_type field "
    "is_deleted new_value old_value opportunity_id",
    "task": "id _fivetran_synced account_id activity_date call_disposition "
    "call_duration_in_seconds call_object call_type completed_date_time created_by_id created_date "
    "description is_archived is_closed is_deleted is_high_priority is_recurrence is_reminder_set "
    "last_modified_date owner_id priority record_type_id status subject system_modstamp "
    "task_subtype type what_count what_id who_count who_id",
    "event": "id _fivetran_synced account_id activity_date activity_date_time created_by_id "
    "created_date description duration_in_minutes end_date end_date_time event_subtype "
    "group_event_type is_all_day_event is_archived is_child is_deleted is_group_event is_private "
    "is_recurrence is_reminder_set last_modified_date location owner_id show_as start_date_time "
    "subject system_modstamp type what_count what_id who_count who_id meeting_held_c "
    "rejected_date_c rejection_reason_c",
    "event_relation": "id _fivetran_synced event_id is_deleted is_invitee is_parent is_what "
    "relation_id responded_date response status",
    "case": "id _fivetran_synced account_id asset_id case_number closed_date contact_id "
    "created_by_id created_date description is_closed is_deleted is_escalated last_modified_date "
    "origin owner_id parent_id priority reason status subject system_modstamp type",
    "contract": "id _fivetran_synced account_id contract_term end_date is_deleted start_date status "
    "arr_c opportunity_c renewal_of_c",
}
"""Columns of each table as Fivetran names them; those of one's own fields end in `_c`."""

_OBJECTS = {
    "user_role": "UserRole", "user": "User", "account": "Account", "contact": "Contact",
    "lead": "Lead", "opportunity": "Opportunity",
    "opportunity_contact_role": "OpportunityContactRole",
    "opportunity_field_history": "OpportunityFieldHistory", "task": "Task", "event": "Event",
    "event_relation": "EventRelation", "case": "Case", "contract": "Contract",
}  # fmt: skip
_NATIVE_HISTORY = {
    "opportunity_history": (
        "OpportunityHistory",
        "id _fivetran_synced amount close_date created_by_id created_date expected_revenue "
        "forecast_category is_deleted opportunity_id probability stage_name system_modstamp",
    ),
    "lead_history": (
        "LeadHistory",
        "id _fivetran_synced created_by_id created_date data_type field is_deleted lead_id "
        "new_value old_value",
    ),
}
_MOMENTS = {
    "activity_date", "activity_date_time", "close_date", "closed_date", "completed_date_time",
    "converted_date", "created_date", "end_date", "end_date_time", "last_modified_date",
    "poc_start_c", "rejected_date_c", "sao_date_c", "start_date", "start_date_time", "system_modstamp",
}  # fmt: skip
_ALWAYS = {
    "_fivetran_deleted": "false", "is_deleted": "false", "may_forecast_manager_share": "false",
    "portal_type": "None", "is_email_bounced": "false", "has_opted_out_of_email": "false",
    "is_unread_by_owner": "false", "has_open_activity": "false", "has_overdue_task": "false",
    "has_opportunity_line_item": "false", "is_archived": "false", "is_high_priority": "false",
    "is_recurrence": "false", "is_reminder_set": "false", "is_child": "false",
    "event_subtype": "Event", "is_escalated": "false",
}  # fmt: skip
_FORECAST_NAMES = {"BestCase": "Best Case", "Forecast": "Commit"}


def _user_role(row: Record) -> Record:
    plain = row["Name"].replace(" ", "_").replace("-", "_")
    return {"rollup_description": row["Name"], "developer_name": plain}


def _user(row: Record) -> Record:
    return {"alias": (row["FirstName"][:1] + row["LastName"][:4]).lower()}


def _opportunity(row: Record) -> Record:
    closes = date.fromisoformat(row["CloseDate"])
    quarter = (closes.month - 1) // 3 + 1
    category = row["ForecastCategory"]
    return {
        "fiscal": f"{closes.year} {quarter}",
        "fiscal_quarter": str(quarter),
        "fiscal_year": str(closes.year),
        "forecast_category_name": _FORECAST_NAMES.get(category, category),
    }


def _counts(row: Record) -> Record:
    return {"who_count": str(int(bool(row["WhoId"]))), "what_count": str(int(bool(row["WhatId"])))}


def _event(row: Record) -> Record:
    away = row["Subject"] == "Out of office"
    return _counts(row) | {
        "activity_date_time": "" if row["IsAllDayEvent"] == "true" else row["StartDateTime"],
        "end_date": row["EndDateTime"][:10],
        "show_as": "OutOfOffice" if away else "Busy",
        "is_group_event": "false",
    }


_DERIVED: Mapping[str, Callable[[Record], Record]] = {
    "user_role": _user_role, "user": _user, "opportunity": _opportunity, "task": _counts,
    "event": _event,
}  # fmt: skip


def _cells(table: str, names: list[str], row: Record, stamp: str) -> list[str]:
    """A row of a table from a record of the object."""
    here = {column(name): value for name, value in row.items()}
    if table in _DERIVED:
        here = _DERIVED[table](row) | here
    here["_fivetran_synced"] = stamp
    here["system_modstamp"] = row.get("LastModifiedDate") or row.get("CreatedDate", "")
    return [
        moment(here[name]) if name in _MOMENTS and name in here
        else here.get(name, _ALWAYS.get(name, ""))
        for name in names
    ]  # fmt: skip


def _objects(everything: Everything) -> dict[str, Table]:
    end = last_moment(everything.company.last_day, everything.days)
    found = {}
    for place, (name, columns) in enumerate(COLUMNS.items()):
        names, stamp = columns.split(), synced(end, place)
        records = everything.tables[_OBJECTS[name]].records()
        found[name] = Table(tuple(names), [_cells(name, names, row, stamp) for row in records])
    return found


# -- versions ---------------------------------------------------------------------------------


def _by(records: Iterator[Record], key: str) -> dict[str, list[Record]]:
    found: dict[str, list[Record]] = {}
    for record in records:
        found.setdefault(record[key], []).append(record)
    return found


def _opportunity_versions(everything: Everything) -> Iterator[tuple[str, Record]]:
    """(since when, the opportunity as it then was), oldest first, opportunity by opportunity."""
    tables = everything.tables
    stages = _by(tables["OpportunityHistory"].records(), "OpportunityId")
    fields = _by(tables["OpportunityFieldHistory"].records(), "OpportunityId")
    for row in tables["Opportunity"].records():
        owners = [change for change in fields.get(row["Id"], ()) if change["Field"] == "Owner"]
        now = row | {"OwnerId": owners[0]["OldValue"] if owners else row["OwnerId"]}
        states: dict[str, Record] = {}
        for change in stages[row["Id"]]:
            copied = ("StageName", "Amount", "ExpectedRevenue", "CloseDate", "Probability",
                      "ForecastCategory")  # fmt: skip
            states.setdefault(change["CreatedDate"], {}).update(
                {name: change[name] for name in copied}
            )
        for change in owners:
            states.setdefault(change["CreatedDate"], {})["OwnerId"] = change["NewValue"]
        for since in sorted(states):
            now = now | states[since] | {"LastModifiedDate": since}
            stage = now["StageName"]
            now["IsClosed"] = "true" if stage.startswith("Closed") else "false"
            now["IsWon"] = "true" if stage == "Closed Won" else "false"
            yield since, now


def _lead_versions(everything: Everything) -> Iterator[tuple[str, Record]]:
    """(since when, the lead as it then was), oldest first, lead by lead."""
    tables = everything.tables
    history = _by(tables["LeadHistory"].records(), "LeadId")
    converted = ("ConvertedDate", "ConvertedAccountId", "ConvertedContactId",
                 "ConvertedOpportunityId")  # fmt: skip
    for row in tables["Lead"].records():
        now = dict(row)
        states: dict[str, Record] = {row["CreatedDate"]: {}}
        for change in reversed(history.get(row["Id"], ())):
            name = "OwnerId" if change["Field"] == "Owner" else change["Field"]
            now[name] = change["OldValue"]
            states.setdefault(change["CreatedDate"], {}).setdefault(name, change["NewValue"])
        now |= dict.fromkeys(converted, "") | {"IsConverted": "false"}
        for since in sorted(states):
            now = now | states[since] | {"LastModifiedDate": since}
            if now["Status"] == "Closed - Converted":
                now |= {name: row[name] for name in (*converted, "IsConverted")}
            yield since, now


def _single_versions(name: str) -> Callable[[Everything], Iterator[tuple[str, Record]]]:
    def versions(everything: Everything) -> Iterator[tuple[str, Record]]:
        for row in everything.tables[name].records():
            yield row["LastModifiedDate"], row

    return versions


_VERSIONS: Mapping[str, Callable[[Everything], Iterator[tuple[str, Record]]]] = {
    "account": _single_versions("Account"),
    "contact": _single_versions("Contact"),
    "lead": _lead_versions,
    "opportunity": _opportunity_versions,
}


def _history(everything: Everything) -> dict[str, Table]:
    """History mode: the versions of each row, by the name of the table they are versions of."""
    end = last_moment(everything.company.last_day, everything.days)
    found = {}
    for place, (name, versions) in enumerate(_VERSIONS.items()):
        names, stamp = COLUMNS[name].split(), synced(end, 20 + place)
        cells: list[list[str]] = []
        known = ""
        for since, row in versions(everything):
            start, same = moment(since), row["Id"] == known
            if same:
                cells[-1][0], cells[-1][2] = "false", before(start)
            known = row["Id"]
            cells.append(["true", start, STILL, *_cells(name, names, row, stamp)])
        found[name] = Table(("_fivetran_active", "_fivetran_start", "_fivetran_end", *names), cells)
    return found


# -- what is written --------------------------------------------------------------------------


def tables(everything: Everything) -> dict[str, Table]:
    """The tables of the objects, and versions in tables called `<table>_history`."""
    history = {f"{name}_history": table for name, table in _history(everything).items()}
    return _objects(everything) | history


def history_mode_tables(everything: Everything) -> dict[str, Table]:
    """The tables of a connection in history mode: versions under the tables' own names."""
    objects = _objects(everything)
    del objects["opportunity_field_history"]
    return objects | _history(everything)


def objects_tables(everything: Everything) -> dict[str, Table]:
    """The tables of a connection without history mode, with Salesforce's own history objects."""
    end = last_moment(everything.company.last_day, everything.days)
    found = _objects(everything)
    for place, (name, (object_name, columns)) in enumerate(_NATIVE_HISTORY.items()):
        names, stamp = columns.split(), synced(end, 30 + place)
        records = everything.tables[object_name].records()
        found[name] = Table(tuple(names), [_cells(name, names, row, stamp) for row in records])
    return found


def write(everything: Everything, folder: Path) -> dict[str, int]:
    """Write the tables with versions beside them; returns the number of rows by table."""
    return write_tables(tables(everything), folder)


def write_history_mode(everything: Everything, folder: Path) -> dict[str, int]:
    """Write the tables of a connection in history mode; returns the number of rows by table."""
    return write_tables(history_mode_tables(everything), folder)


def write_objects(everything: Everything, folder: Path) -> dict[str, int]:
    """Write the tables without history mode; returns the number of rows by table."""
    return write_tables(objects_tables(everything), folder)
