"""Every layout looks like what the vendor writes, and all tell of the same work."""

from __future__ import annotations

import ast
import csv
import gzip
import json
import os
import re
import sqlite3
import sys
import typing
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

import icalendar
import pyarrow.parquet
import pytest
from dateutil import rrule

import remit.example
from remit.cli import app as commands
from remit.cli.example import run_example
from remit.example import Company, layout_names, layouts, live, write_example
from remit.example.layouts import Everything, fivetran_hubspot, fivetran_salesforce
from remit.terms import RemitError

pytestmark = pytest.mark.slow  # `make slow` runs it: every case loads an export

Rows = list[dict[str, str]]
Folder = Callable[[str], Path]

SMALL = replace(
    Company(),
    founded=date(2025, 9, 1),
    growth=(0.2,),
    work_starts=date(2026, 10, 5),
    year_starts=date(2026, 10, 5),
    work=replace(Company().work, vacation_weeks=14.0),  # a year; here a week each
    teams=tuple(
        replace(team, size=max(3 if team.role == "ae" else 1, team.size // 4))
        for team in Company().teams
    ),
)
SEED = 2
NEW_YORK = ZoneInfo("America/New_York")

ID = re.compile(r"[0-9A-Za-z]{15}[A-Z0-5]{3}")
MOMENT = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d{1,6})?")


@pytest.fixture(scope="module")
def everything() -> Everything:
    """A small company of four weeks."""
    return live(seed=SEED, company=SMALL)


@pytest.fixture(scope="module")
def folder(everything: Everything, tmp_path_factory: pytest.TempPathFactory) -> Folder:
    """Writes a layout once; its folder."""
    known: dict[str, Path] = {}

    def written(name: str) -> Path:
        if name not in known:
            into = known[name] = tmp_path_factory.mktemp(name)
            layouts.writers()[name](everything, into)
        return known[name]

    return written


def read(path: Path, **how: typing.Any) -> Rows:
    encoding = how.pop("encoding", "utf-8")
    with path.open(encoding=encoding, newline="") as file:
        return list(csv.DictReader(file, **how))


def native(everything: Everything, table: str) -> Rows:
    return list(everything.tables[table].records())


def live_rows(everything: Everything, table: str) -> Rows:
    return [row for row in native(everything, table) if row.get("IsDeleted") != "true"]


def by_id(rows: Rows, key: str) -> dict[str, dict[str, str]]:
    return {row[key]: row for row in rows}


# -- which there are --------------------------------------------------------------------------


def test_the_help_of_the_command_names_every_layout() -> None:
    hints = typing.get_type_hints(commands.example, include_extras=True)
    says = hints["layout"].__metadata__[0].help

    named = re.findall(r"[a-z]+(?:_[a-z]+)*", says.split(":")[1].split(". May")[0])
    assert sorted({*named} - {"or"}) == list(layout_names())


def test_an_unknown_layout_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(RemitError, match='Did you mean "fivetran_hubspot"') as problem:
        run_example(tmp_path / "new", 1, ["fivetran_hubspott"])

    assert str(problem.value.problems[0].place) == "--layout"
    with pytest.raises(ValueError, match="no layout is called 'nonsense'"):
        write_example(tmp_path / "new", seed=1, layouts=["nonsense"])
    assert not (tmp_path / "new").exists()


def test_a_layout_is_written_beside_an_export_that_stays_as_it_is(tmp_path: Path) -> None:
    plain = write_example(tmp_path / "plain", seed=SEED, company=SMALL)
    both = write_example(tmp_path / "both", seed=SEED, company=SMALL, layouts=["hr", "diary"])

    files = sorted(p.relative_to(tmp_path / "plain") for p in (tmp_path / "plain").rglob("*.*"))
    for file in files:
        assert (tmp_path / "plain" / file).read_bytes() == (tmp_path / "both" / file).read_bytes()
    assert {*plain.layouts} == {"salesforce"}
    assert both.layouts["hr"] == tmp_path / "both" / "export-hr"
    assert both.rows["hr/employees"] == len(read(both.layouts["hr"] / "employees.csv"))


def test_the_layouts_import_no_other_part_of_remit_and_nothing_but_numpy_and_pyarrow() -> None:
    allowed = {"remit", "numpy", "pyarrow", *sys.stdlib_module_names}
    for path in (Path(remit.example.__file__).parent / "layouts").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            for name in names:
                assert name.split(".")[0] in allowed, f"{path.name} imports {name}"
                assert not name.startswith("remit.") or name.startswith("remit.example"), path.name


@pytest.mark.parametrize("name", sorted({*layout_names()} - {"salesforce"}))
def test_every_layout_says_what_it_cannot_hold(name: str) -> None:
    module = sys.modules[layouts.writers()[name].__module__]

    assert "Cannot hold" in (module.__doc__ or "")


@pytest.mark.slow
def test_the_same_seed_writes_the_same_bytes_in_every_layout(
    everything: Everything, folder: Folder, tmp_path: Path
) -> None:
    again = live(seed=SEED, company=SMALL)
    for name, write in layouts.writers().items():
        (tmp_path / name).mkdir()
        write(again, tmp_path / name)

        for path in sorted(folder(name).rglob("*.*")):
            same = tmp_path / name / path.relative_to(folder(name))
            assert path.read_bytes() == same.read_bytes(), path


# -- Fivetran, Salesforce ---------------------------------------------------------------------

DOCUMENTED: dict[str, str] = {
    # fields of the standard objects (Salesforce object reference), as Fivetran spells them; the
    # samples leave these out
    "account": "created_by_id created_date last_modified_date system_modstamp",
    "opportunity": "created_by_id last_modified_date system_modstamp",
    "user": "created_date last_modified_date",
    "event": "is_all_day_event",
    "case": "id account_id asset_id case_number closed_date contact_id created_by_id created_date "
    "description is_closed is_deleted is_escalated last_modified_date origin owner_id parent_id "
    "priority reason status subject system_modstamp type",
    "contract": "id account_id contract_term end_date is_deleted start_date status",
    "event_relation": "id event_id is_deleted is_invitee is_parent is_what relation_id "
    "responded_date response status",
    "opportunity_contact_role": "id contact_id created_date is_deleted is_primary opportunity_id "
    "role system_modstamp",
    "opportunity_field_history": "id created_by_id created_date data_type field is_deleted "
    "new_value old_value opportunity_id",
}
VERSIONS = {"_fivetran_active", "_fivetran_start", "_fivetran_end"}


def trial(name: str) -> Path:
    data = os.environ.get("REMIT_TRIAL_DATA")
    if not data:
        pytest.skip("REMIT_TRIAL_DATA names no folder with real tables to compare with")
    return Path(data) / name


def sample(path: Path) -> Rows:
    return read(path, encoding="utf-8-sig")


@pytest.mark.trial
def test_fivetran_columns_of_salesforce_are_those_of_real_tables_or_documented(
    folder: Folder,
) -> None:
    samples = trial("fivetran_salesforce_seeds")
    compared = 0
    for path in sorted(folder("fivetran_salesforce").glob("*.csv")):
        table = path.stem.removesuffix("_history") if "field" not in path.stem else path.stem
        known = {"_fivetran_synced", *DOCUMENTED.get(table, "").split()}
        real = samples / f"sf_{table}_data.csv"
        if real.exists():
            known |= {*sample(real)[0]}
            compared += 1
        if path.stem != table:
            known |= VERSIONS
        ours = [column for column in next(csv.reader(path.open())) if not column.endswith("_c")]
        assert {*ours} <= known, path.stem
    assert compared >= 12


@pytest.mark.trial
def test_fivetran_values_of_salesforce_have_the_form_they_have_in_real_tables(
    folder: Folder,
) -> None:
    def form(value: str) -> str:
        if value.casefold() in ("true", "false"):
            return "flag"
        if MOMENT.fullmatch(value):
            return "moment"
        if re.fullmatch(r"00[0-9A-Za-z]{13,16}", value):  # scrambling took letters out of some
            return "id"
        return "number" if re.fullmatch(r"-?\d+(\.\d+)?", value) else "text"

    samples = trial("fivetran_salesforce_seeds")
    compared = 0
    for path in sorted(folder("fivetran_salesforce").glob("*.csv")):
        real = samples / f"sf_{path.stem}_data.csv"
        if not real.exists():
            continue
        theirs, ours = sample(real), read(path)
        for column in ours[0]:
            expected = {form(row[column]) for row in theirs if row.get(column)}
            found = {form(row[column]) for row in ours if row[column]}
            scrambled = {row[column] for row in theirs if row.get(column, "").endswith("==")}
            if expected and found and not scrambled:
                compared += 1
                assert expected & found, f"{path.stem}.{column}: {expected} there, {found} here"
    assert compared > 40


def test_fivetran_ids_moments_and_flags_are_written_as_fivetran_writes_them(
    folder: Folder,
) -> None:
    for path in folder("fivetran_salesforce").glob("*.csv"):
        for row in read(path):
            assert ID.fullmatch(row["id"]), path.stem
            assert MOMENT.fullmatch(row["_fivetran_synced"])
            for column, value in row.items():
                if column.startswith("is_") and value:
                    assert value in ("true", "false"), f"{path.stem}.{column}"
                elif value and column.endswith(("_date", "_date_time")):
                    assert MOMENT.fullmatch(value), f"{path.stem}.{column} {value}"
                if column != "portal_type":  # of a role outside any portal it is the word None
                    assert value not in ("None", "nan", "NULL"), f"{path.stem}.{column}"


def test_fivetran_keeps_every_row_of_every_object_deleted_ones_among_them(
    everything: Everything, folder: Folder
) -> None:
    objects = {"task": "Task", "event": "Event", "lead": "Lead", "case": "Case"}
    for table, name in objects.items():
        ours, theirs = (
            read(folder("fivetran_salesforce") / f"{table}.csv"),
            native(everything, name),
        )
        assert [row["id"] for row in ours] == [row["Id"] for row in theirs]
        assert [row["is_deleted"] for row in ours] == [row["IsDeleted"] for row in theirs]
    assert any(row["IsDeleted"] == "true" for row in native(everything, "Task"))


@pytest.mark.parametrize("table", ["account", "contact", "lead", "opportunity"])
def test_versions_of_a_row_follow_one_another_and_the_last_is_the_row_of_today(
    table: str, folder: Folder
) -> None:
    now = by_id(read(folder("fivetran_salesforce") / f"{table}.csv"), "id")
    versions: dict[str, Rows] = {}
    for row in read(folder("fivetran_salesforce") / f"{table}_history.csv"):
        versions.setdefault(row["id"], []).append(row)

    assert {*versions} == {*now}
    for which, rows in versions.items():
        for before, after in pairwise(rows):
            ended, began = (
                datetime.fromisoformat(text)
                for text in (before["_fivetran_end"], after["_fivetran_start"])
            )
            assert began - ended == timedelta(milliseconds=1)
            assert before["_fivetran_active"] == "false"
        last = rows[-1]
        assert (last["_fivetran_active"], last["_fivetran_end"]) == ("true", "9999-12-31 23:59:59")
        for column, value in now[which].items():
            if column not in ("_fivetran_synced", "last_modified_date", "system_modstamp"):
                assert last[column] == value, f"{table}.{column}"


def test_versions_of_a_deal_begin_where_the_crm_says_it_changed(
    everything: Everything, folder: Folder
) -> None:
    stages: dict[str, Rows] = {}
    for row in native(everything, "OpportunityHistory"):
        stages.setdefault(row["OpportunityId"], []).append(row)
    found: dict[str, list[tuple[str, str]]] = {}
    for row in read(folder("fivetran_salesforce") / "opportunity_history.csv"):
        entries = found.setdefault(row["id"], [])
        if not entries or entries[-1][1] != row["stage_name"]:
            entries.append((row["_fivetran_start"], row["stage_name"]))

    for deal, rows in stages.items():
        entered: list[tuple[str, str]] = []
        for row in rows:
            if not entered or entered[-1][1] != row["StageName"]:
                at = f"{row['CreatedDate'][:10]} {row['CreatedDate'][11:19]}"
                entered.append((at, row["StageName"]))
        assert found[deal] == entered


def test_a_deal_that_changed_hands_has_its_first_owner_in_its_first_version(
    everything: Everything, folder: Folder
) -> None:
    versions: dict[str, Rows] = {}
    for row in read(folder("fivetran_salesforce") / "opportunity_history.csv"):
        versions.setdefault(row["id"], []).append(row)
    changes = [r for r in native(everything, "OpportunityFieldHistory") if r["Field"] == "Owner"]

    for change in changes:
        owners = [row["owner_id"] for row in versions[change["OpportunityId"]]]
        assert (owners[0], owners[-1]) == (change["OldValue"], change["NewValue"])
    unmoved = {*versions} - {change["OpportunityId"] for change in changes}
    for deal in unmoved:
        assert len({row["owner_id"] for row in versions[deal]}) == 1


def test_a_lead_is_new_in_its_first_version_and_converted_from_the_day_it_was(
    folder: Folder,
) -> None:
    versions: dict[str, Rows] = {}
    for row in read(folder("fivetran_salesforce") / "lead_history.csv"):
        versions.setdefault(row["id"], []).append(row)

    converted = 0
    for rows in versions.values():
        assert rows[0]["status"] == "Open - Not Contacted"
        assert rows[0]["_fivetran_start"] == rows[0]["created_date"]
        for row in rows:
            closed = row["status"] == "Closed - Converted"
            converted += closed
            assert (row["is_converted"] == "true") is closed
            assert bool(row["converted_opportunity_id"]) is closed
    assert converted > 5


def test_history_mode_holds_versions_under_the_tables_own_names(folder: Folder) -> None:
    mode = folder("fivetran_salesforce_history_mode")

    assert read(mode / "opportunity.csv") == [
        row | {"_fivetran_synced": row["_fivetran_synced"]}
        for row in read(folder("fivetran_salesforce") / "opportunity_history.csv")
    ]
    assert not list(mode.glob("*_history.csv"))


def test_without_history_mode_the_history_tables_are_salesforces_own(
    everything: Everything, folder: Folder
) -> None:
    plain = folder("fivetran_salesforce_objects")

    assert len(read(plain / "opportunity_history.csv")) == len(
        native(everything, "OpportunityHistory")
    )
    assert "lead_id" in read(plain / "lead_history.csv")[0]
    assert not VERSIONS & {*read(plain / "opportunity_history.csv")[0]}


def test_the_tables_can_be_had_without_files_for_a_database(everything: Everything) -> None:
    database = sqlite3.connect(":memory:")
    for name, table in fivetran_salesforce.tables(everything).items():
        columns = ", ".join(f'"{column}"' for column in table.header)
        database.execute(f'CREATE TABLE "{name}" ({columns})')
        marks = ", ".join("?" * len(table.header))
        database.executemany(f'INSERT INTO "{name}" VALUES ({marks})', table.rows)

    (tasks,) = database.execute("SELECT count(*) FROM task").fetchone()
    assert tasks == len(native(everything, "Task"))
    database.close()


# -- HubSpot ----------------------------------------------------------------------------------


HUBSPOT_TABLES = {
    "engagement_meeting": {"type", "_fivetran_deleted"}, "users": {"_fivetran_deleted"},
    "deal": {"_fivetran_synced"}, "deal_company": {"_fivetran_synced"},
}  # fmt: skip
PORTAL_OWN = {"lead_source", "pain", "trigger", "sao_date", "sdr", "rejected_date",
              "rejection_reason", "metrics", "economic_buyer", "decision_criteria",
              "decision_process", "champion", "poc_start"}  # fmt: skip
PROPERTIES = {
    # HubSpot's default properties, by object (its knowledge base and API reference)
    "company": "hs_object_id name domain website industry numberofemployees annualrevenue state "
    "country description hubspot_owner_id hs_created_by_user_id createdate hs_lastmodifieddate "
    "hs_parent_company_id lifecyclestage",
    "contact": "hs_object_id firstname lastname email jobtitle department associatedcompanyid "
    "company industry state numemployees annualrevenue hubspot_owner_id hs_created_by_user_id "
    "createdate lastmodifieddate hs_lead_status hs_analytics_source hs_buying_role lifecyclestage",
    "deal": "hs_object_id dealname amount closedate createdate hs_lastmodifieddate dealtype "
    "hs_created_by_user_id hs_next_step hs_manual_forecast_category hs_is_closed hs_is_closed_won hs_deal_stage_probability "
    "num_associated_contacts",
    "ticket": "hs_object_id subject content hs_pipeline hs_pipeline_stage hs_ticket_priority "
    "hs_ticket_category source_type createdate closed_date first_agent_reply_date "
    "hubspot_owner_id hs_lastmodifieddate",
    "engagement_call": "hs_call_title hs_call_direction hs_call_disposition hs_call_duration "
    "hs_call_status hs_call_body hs_activity_type",
    "engagement_email": "hs_email_subject hs_email_direction hs_email_status hs_email_text "
    "hs_email_from_email hs_email_to_email hs_sequence_id",
    "engagement_meeting": "hs_meeting_title hs_meeting_start_time hs_meeting_end_time "
    "hs_meeting_outcome hs_meeting_body hs_activity_type hs_attendee_owner_ids",
    "engagement_task": "hs_task_subject hs_task_type hs_task_body hs_task_priority hs_task_status "
    "hs_task_completion_date",
}
EVERY_ENGAGEMENT = {"hs_timestamp", "hs_createdate", "hs_lastmodifieddate", "hubspot_owner_id",
                    "hs_created_by_user_id"}  # fmt: skip
DATED = re.compile(r"hs_v2_date_(entered|exited)_\w+|hs_lifecyclestage_\w+_date")


@pytest.mark.trial
def test_fivetran_columns_of_hubspot_are_those_of_real_tables_or_documented(
    folder: Folder,
) -> None:
    samples = trial("fivetran_hubspot_seeds")
    for path in sorted(folder("fivetran_hubspot").glob("*.csv")):
        known = {*sample(samples / f"{path.stem}_data.csv")[0]}
        known |= HUBSPOT_TABLES.get(path.stem, set())
        properties = {*PROPERTIES.get(path.stem, "").split()} | PORTAL_OWN
        if path.stem.startswith("engagement_"):
            properties |= EVERY_ENGAGEMENT
        for column in next(csv.reader(path.open())):
            name = column.removeprefix("property_")
            documented = name != column and (name in properties or DATED.fullmatch(name))
            assert column in known or documented, f"{path.stem}.{column}"


@pytest.mark.trial
def test_fivetran_ids_of_hubspot_are_whole_numbers_as_in_real_tables(folder: Folder) -> None:
    samples = trial("fivetran_hubspot_seeds")
    for table, key in (("company", "id"), ("contact", "id"), ("deal", "deal_id"),
                       ("owner", "owner_id"), ("engagement", "id"), ("ticket", "id")):  # fmt: skip
        theirs = [row[key] for row in sample(samples / f"{table}_data.csv")]
        ours = [row[key] for row in read(folder("fivetran_hubspot") / f"{table}.csv")]
        assert all(which.isdigit() for which in (*theirs, *ours)), table
        assert len({*ours}) == len(ours)


def test_everybody_a_hubspot_row_names_is_there(folder: Folder) -> None:
    there = folder("fivetran_hubspot")
    keys = {
        name: {row[key] for row in read(there / f"{name}.csv")}
        for name, key in (
            ("company", "id"), ("contact", "id"), ("deal", "deal_id"), ("ticket", "id"),
            ("owner", "owner_id"), ("engagement", "id"), ("team", "id"),
            ("deal_pipeline", "pipeline_id"), ("deal_pipeline_stage", "stage_id"),
        )
    }  # fmt: skip
    references = {
        "company_id": "company", "contact_id": "contact", "deal_id": "deal", "ticket_id": "ticket",
        "engagement_id": "engagement", "property_hubspot_owner_id": "owner", "owner_id": "owner",
        "property_sdr": "owner", "property_associatedcompanyid": "company", "team_id": "team",
        "deal_pipeline_id": "deal_pipeline", "deal_pipeline_stage_id": "deal_pipeline_stage",
    }  # fmt: skip
    seen = set()
    for path in there.glob("*.csv"):
        for row in read(path):
            for column, value in row.items():
                if column in references and value:
                    seen.add(column)
                    assert value in keys[references[column]], f"{path.stem}.{column} {value}"
    assert seen == {*references}


def test_an_unconverted_lead_is_a_contact_and_a_converted_one_the_contact_it_became(
    everything: Everything, folder: Folder
) -> None:
    leads = native(everything, "Lead")
    open_leads = [row for row in leads if row["IsConverted"] == "false"]
    contacts = read(folder("fivetran_hubspot") / "contact.csv")

    assert len(contacts) == len(native(everything, "Contact")) + len(open_leads)
    alone = [row for row in contacts if not row["property_associatedcompanyid"]]
    assert len(alone) == len(open_leads)
    converted = [row for row in contacts if row["property_hs_lead_status"] == "OPEN_DEAL"]
    assert sorted(row["property_createdate"] for row in converted) == sorted(
        f"{row['CreatedDate'][:10]} {row['CreatedDate'][11:19]}"
        for row in leads
        if row["IsConverted"] == "true"
    )


def test_every_call_email_and_task_of_the_crm_is_an_engagement_and_every_meeting_with_hours(
    everything: Everything, folder: Folder
) -> None:
    there = folder("fivetran_hubspot")
    counts = {
        kind: len(read(there / f"engagement_{kind}.csv"))
        for kind in ("call", "email", "task", "meeting")
    }
    tasks, events = native(everything, "Task"), native(everything, "Event")

    assert counts["call"] == sum(row["TaskSubtype"] == "Call" for row in tasks)
    assert counts["call"] + counts["email"] + counts["task"] == len(tasks)
    assert counts["meeting"] == sum(row["IsAllDayEvent"] == "false" for row in events)
    assert sum(counts.values()) == len(read(there / "engagement.csv"))


def test_the_stages_of_a_deal_stand_in_its_versions_its_history_and_its_dates(
    folder: Folder,
) -> None:
    there = folder("fivetran_hubspot")
    versions = {
        (row["deal_id"], row["value"], row["_fivetran_start"])
        for row in read(there / "deal_stage.csv")
    }
    history = {
        (row["deal_id"], row["value"], row["timestamp"])
        for row in read(there / "deal_property_history.csv")
        if row["name"] == "dealstage"
    }
    dates = {
        (row["deal_id"], column.removeprefix("property_hs_v2_date_entered_"), value)
        for row in read(there / "deal.csv")
        for column, value in row.items()
        if column.startswith("property_hs_v2_date_entered_") and value
    }

    assert versions == history == dates
    active = {
        row["deal_id"]: row["value"]
        for row in read(there / "deal_stage.csv")
        if row["_fivetran_active"] == "true"
    }
    assert active == {
        row["deal_id"]: row["deal_pipeline_stage_id"] for row in read(there / "deal.csv")
    }


def test_the_three_kinds_of_deals_stand_in_three_pipelines(
    everything: Everything,
) -> None:
    deals = fivetran_hubspot.tables(everything)["deal"]
    kinds = [row["Type"] for row in native(everything, "Opportunity")]
    labels = {"New Business": "default", "Expansion": "52208731", "Renewal": "52208744"}

    pipelines = [row["deal_pipeline_id"] for row in deals.records()]
    assert pipelines == [labels[kind] for kind in kinds]


def test_hubspot_files_say_the_same_by_label_and_by_internal_name(folder: Folder) -> None:
    by_label, internal = folder("hubspot_csv"), folder("hubspot_csv_internal")
    names = sorted(path.name for path in by_label.iterdir())

    assert names == sorted(path.name for path in internal.iterdir())
    for name in names:
        ours, theirs = read(by_label / name), read(internal / name)
        assert len(ours) == len(theirs) > 0 or "tickets" in name
        assert len(ours[0]) == len(theirs[0])
        if "users" not in name:
            assert [next(iter(row.values())) for row in ours] == [
                row["hs_object_id"] for row in theirs
            ]
    deals = read(by_label / "hubspot-crm-exports-all-deals-2026-10-31.csv")
    assert 'Date entered "Closed Won (Sales Pipeline)"' in deals[0]
    assert {"Sales Pipeline"} <= {row["Pipeline"] for row in deals}
    for row in deals:
        assert row["Deal Stage"]
        assert row[f'Date entered "{row["Deal Stage"]} ({row["Pipeline"]})"']


def test_hubspots_own_files_are_quoted_throughout_and_leave_out_what_was_deleted(
    everything: Everything, folder: Folder
) -> None:
    path = folder("hubspot_csv") / "hubspot-crm-exports-all-calls-2026-10-31.csv"
    calls = [row for row in native(everything, "Task") if row["TaskSubtype"] == "Call"]
    kept = [row for row in calls if row["IsDeleted"] == "false"]

    assert len(read(path)) == len(kept) < len(calls)
    for line in path.read_text("utf-8").splitlines()[:50]:
        assert re.fullmatch(r'"[^"]*"(,"[^"]*")*', line)
    for row in read(path):
        assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d", row["Activity date"])
        assert re.fullmatch(r"(\d\d:\d\d:\d\d)?", row["Call duration"])


def test_a_call_without_a_duration_has_none_in_hubspot_either(
    everything: Everything, folder: Folder
) -> None:
    seconds = sorted(
        row["CallDurationInSeconds"] and f"{row['CallDurationInSeconds']}000"
        for row in native(everything, "Task")
        if row["TaskSubtype"] == "Call"
    )
    calls = read(folder("fivetran_hubspot") / "engagement_call.csv")

    assert sorted(row["property_hs_call_duration"] for row in calls) == seconds
    assert "" in seconds


# -- reports ----------------------------------------------------------------------------------


def report(path: Path, encoding: str = "utf-8", delimiter: str = ",") -> tuple[Rows, list[str]]:
    """Rows of a report, and what stands under them."""
    with path.open(encoding=encoding, newline="") as file:
        lines = list(csv.reader(file, delimiter=delimiter))
    blank = lines.index([])
    rows = [dict(zip(lines[0], line, strict=True)) for line in lines[1:blank]]
    return rows, [line[0] for line in lines[blank:] if line]


def test_under_the_rows_of_a_report_stands_who_made_it(folder: Folder) -> None:
    for path in folder("salesforce_report").glob("*.csv"):
        rows, under = report(path)

        assert under[0] == path.stem
        assert under[1] == ("Copyright (c) 2000-2026 salesforce.com, inc. All rights reserved.")
        assert under[2] == "Confidential Information - Do Not Distribute"
        assert under[3].startswith("Generated By:  ")
        assert under[4] == "Northstar Analytics"
        assert rows


def american(text: str) -> datetime:
    return datetime.strptime(text, "%m/%d/%Y %I:%M %p").replace(tzinfo=NEW_YORK)


def german(text: str) -> datetime:
    return datetime.strptime(text, "%d.%m.%Y %H:%M").replace(tzinfo=NEW_YORK)


def dollars(text: str) -> float:
    return float(text.removeprefix("USD ").replace(",", ""))


def german_number(text: str) -> float:
    return float(text.replace(".", "").replace(",", "."))


@pytest.mark.parametrize("country", ["american", "german"])
def test_a_report_says_in_its_country_s_way_what_the_crm_holds(
    country: str, everything: Everything, folder: Folder
) -> None:
    name, moment, money, how = {
        "american": ("salesforce_report", american, dollars, ("utf-8", ",")),
        "german": ("salesforce_report_german", german, german_number, ("iso-8859-1", ";")),
    }[country]
    rows, under = report(folder(name) / "Opportunities.csv", *how)
    people = {row["Id"]: row["Name"] for row in native(everything, "User")}
    deals = live_rows(everything, "Opportunity")

    assert [row["Opportunity ID"] for row in rows] == [deal["Id"][:15] for deal in deals]
    for row, deal in zip(rows, deals, strict=True):
        made = datetime.fromisoformat(deal["CreatedDate"])
        assert moment(row["Created Date"]) == made.replace(second=0)
        assert money(row["Amount"]) == float(deal["Amount"])
        assert row["Opportunity Owner"] == people[deal["OwnerId"]]
        assert row["Closed"] == {"true": "1", "false": "0"}[deal["IsClosed"]]
    assert ("©" in under[1]) is (country == "german")


def test_a_description_of_several_lines_stays_in_one_cell(
    everything: Everything, folder: Folder
) -> None:
    rows, _ = report(folder("salesforce_report") / "Accounts.csv")

    assert len(rows) == len(live_rows(everything, "Account"))
    assert any("\n" in row["Description"] for row in rows)


def test_a_report_of_activities_has_tasks_and_events_and_nothing_that_was_deleted(
    everything: Everything, folder: Folder
) -> None:
    rows, _ = report(folder("salesforce_report") / "Tasks and Events.csv")
    tasks, events = live_rows(everything, "Task"), live_rows(everything, "Event")

    assert [row["Activity ID"] for row in rows] == [row["Id"][:15] for row in (*tasks, *events)]
    assert sum(row["Task"] == "1" for row in rows) == len(tasks)
    with_hours = sum(bool(row["Start"]) for row in rows)
    assert with_hours == sum(row["IsAllDayEvent"] == "false" for row in events)
    for row in rows:
        assert not (row["Contact ID"] and row["Lead ID"])


# -- Airbyte ----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["airbyte_salesforce", "airbyte_hubspot"])
def test_every_airbyte_row_has_an_id_a_moment_and_what_the_destination_did(
    name: str, folder: Folder
) -> None:
    known: set[str] = set()
    for path in folder(name).glob("*.csv"):
        rows = read(path)
        for row in rows:
            assert UUID(row["_airbyte_raw_id"]).version == 4
            assert json.loads(row["_airbyte_meta"])["changes"] == []
            assert (
                datetime.fromtimestamp(int(row["_airbyte_extracted_at"]) / 1000, UTC).year == 2026
            )
            assert row["_airbyte_generation_id"] == "1"
        ids = {row["_airbyte_raw_id"] for row in rows}
        assert len(ids) == len(rows)
        assert not ids & known
        known |= ids


def test_airbyte_keeps_salesforces_names_and_values(everything: Everything, folder: Folder) -> None:
    for name in everything.tables:
        rows, theirs = read(folder("airbyte_salesforce") / f"{name}.csv"), native(everything, name)
        assert [{column: row[column] for column in theirs[0]} for row in rows] == theirs


def test_parquet_holds_the_same_typed_and_null_where_nothing_is(
    everything: Everything, folder: Folder
) -> None:
    for name in everything.tables:
        path = folder("airbyte_salesforce_parquet") / f"{name}.parquet"
        assert pyarrow.parquet.read_metadata(path).num_rows == len(native(everything, name))
    deals = pyarrow.parquet.read_table(
        folder("airbyte_salesforce_parquet") / "Opportunity.parquet"
    ).to_pylist()
    for row, deal in zip(deals, native(everything, "Opportunity"), strict=True):
        assert row["CloseDate"] == date.fromisoformat(deal["CloseDate"])
        assert row["CreatedDate"] == datetime.fromisoformat(deal["CreatedDate"])
        assert row["Amount"] == float(deal["Amount"])
        assert row["IsWon"] is (deal["IsWon"] == "true")
        assert row["SDR__c"] == (deal["SDR__c"] or None)


def test_properties_stand_twice_in_an_airbyte_stream_of_hubspot(folder: Folder) -> None:
    for row in read(folder("airbyte_hubspot") / "deals.csv"):
        inside = json.loads(row["properties"])
        assert inside["dealname"] == row["properties_dealname"]
        assert inside["hs_is_closed"] is (row["properties_hs_is_closed"] == "true")
        assert inside["sao_date"] == (row["properties_sao_date"] or None)
        assert datetime.fromisoformat(inside["createdate"]) == datetime.fromisoformat(
            row["createdAt"]
        )
        assert len(json.loads(row["companies"])) == 1


def test_airbyte_and_fivetran_tell_the_same_of_one_portal(folder: Folder) -> None:
    pairs = {
        "deals": ("deal", "deal_id"),
        "contacts": ("contact", "id"),
        "tickets": ("ticket", "id"),
    }
    for stream, (table, key) in pairs.items():
        ours = [row["id"] for row in read(folder("airbyte_hubspot") / f"{stream}.csv")]
        theirs = [row[key] for row in read(folder("fivetran_hubspot") / f"{table}.csv")]
        assert ours == theirs
    linked = {
        (row["id"], which)
        for kind in ("calls", "emails", "meetings", "tasks")
        for row in read(folder("airbyte_hubspot") / f"engagements_{kind}.csv")
        for which in json.loads(row["deals"] or "[]")
    }
    deleted = {
        row["engagement_id"]
        for kind in ("call", "email", "meeting", "task")
        for row in read(folder("fivetran_hubspot") / f"engagement_{kind}.csv")
        if row["_fivetran_deleted"] == "true"
    }
    assert linked == {
        (row["engagement_id"], row["deal_id"])
        for row in read(folder("fivetran_hubspot") / "engagement_deal.csv")
        if row["engagement_id"] not in deleted
    }


# -- calendars --------------------------------------------------------------------------------


def dates(calendar: icalendar.Calendar) -> set[tuple[str, datetime | date]]:
    """(uid, start) of every date that stands in a calendar, series played out."""
    found: set[tuple[str, datetime | date]] = set()
    for event in calendar.walk("VEVENT"):
        uid, starts = str(event["UID"]), event["DTSTART"].dt
        if "RRULE" in event:
            rule = event["RRULE"].to_ical().decode()
            local = starts.replace(tzinfo=None)
            until = re.search(r"UNTIL=(\w+)", rule)
            assert until is not None
            end = datetime.strptime(until[1], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
            plain = rule.replace(until[0], f"UNTIL={end.astimezone(NEW_YORK):%Y%m%dT%H%M%S}")
            left_out = event.get("EXDATE")
            out = {one.dt.replace(tzinfo=None) for one in left_out.dts} if left_out else set()
            found |= {
                (uid, at.replace(tzinfo=NEW_YORK).astimezone(UTC))
                for at in rrule.rrulestr(plain, dtstart=local)
                if at not in out
            }
        else:
            found.add((uid, starts.astimezone(UTC) if isinstance(starts, datetime) else starts))
    return found


@pytest.fixture(scope="module")
def parsed(everything: Everything, folder: Folder) -> Mapping[str, icalendar.Calendar]:
    """Calendars of a part of the people, by name; reading them is slow."""
    absent = {event.owner for event in everything.kept.events if event.all_day}
    some = [p for p in everything.staff.people if p.number % 6 == 0 or p.number in absent]
    names = [person.email.partition("@")[0] for person in some]
    there = folder("calendars") / "ics"
    return {
        name: icalendar.Calendar.from_ical((there / f"{name}.ics").read_bytes()) for name in names
    }


def test_no_line_of_a_calendar_is_longer_than_it_may_be(folder: Folder) -> None:
    for path in (folder("calendars") / "ics").glob("*.ics"):
        content = path.read_bytes()
        assert all(len(line) <= 75 for line in content.split(b"\r\n"))
        assert b"\n" not in content.replace(b"\r\n", b"")


def test_calendars_are_such_as_the_icalendar_library_reads(
    parsed: Mapping[str, icalendar.Calendar],
) -> None:
    answers, rules, left_out, overrides, whole_days, cancelled = set(), 0, 0, 0, 0, 0
    for calendar in parsed.values():
        assert len(calendar.walk("VTIMEZONE")) == 1
        for event in calendar.walk("VEVENT"):
            assert {"UID", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY"} <= {*event}
            assert not event.errors
            attendees = event.get("ATTENDEE", [])
            if attendees:
                for one in attendees if isinstance(attendees, list) else [attendees]:
                    answers.add(str(one.params["PARTSTAT"]))
                assert str(event["ORGANIZER"]).startswith("mailto:")
            rules += "RRULE" in event
            left_out += "EXDATE" in event
            overrides += "RECURRENCE-ID" in event
            cancelled += event["STATUS"] == "CANCELLED"
            if not isinstance(event["DTSTART"].dt, datetime):
                whole_days += 1
                assert (event["DTEND"].dt - event["DTSTART"].dt).days >= 1
    assert {"ACCEPTED", "DECLINED", "NEEDS-ACTION"} <= answers
    assert min(rules, left_out, overrides, whole_days, cancelled) > 0


def test_a_person_s_three_calendars_hold_the_same_dates(
    parsed: Mapping[str, icalendar.Calendar], folder: Folder
) -> None:
    there = folder("calendars")
    for name, calendar in parsed.items():
        google = json.loads((there / "google" / f"{name}.json").read_text("utf-8"))["items"]
        graph = json.loads((there / "microsoft" / f"{name}.json").read_text("utf-8"))["value"]
        by_google = {
            (
                one["iCalUID"],
                datetime.fromisoformat(one["start"]["dateTime"]).astimezone(UTC)
                if "dateTime" in one["start"]
                else date.fromisoformat(one["start"]["date"]),
            )
            for one in google
        }
        by_graph = set()
        for one in graph:
            at = datetime.fromisoformat(one["start"]["dateTime"][:19]).replace(tzinfo=UTC)
            by_graph.add((one["iCalUId"], at.date() if one["isAllDay"] else at))

        assert dates(calendar) == by_google == by_graph, name
        assert len(google) == len(graph) == len(by_google)


def test_calendars_hold_every_meeting_there_was_seen_by_the_crm_or_not(
    everything: Everything, folder: Folder
) -> None:
    held: dict[str, int] = {}
    for person in everything.staff.people:
        name = person.email.partition("@")[0]
        path = folder("calendars") / "google" / f"{name}.json"
        items = json.loads(path.read_text("utf-8"))["items"]
        held[person.email] = sum(
            one["status"] == "confirmed" and "dateTime" in one["start"] for one in items
        )
    for person in everything.staff.people:
        there = sum(person.number in m.ours for m in everything.year.meetings)
        assert held[person.email] >= there
    seen = {(row["OwnerId"], row["StartDateTime"]) for row in native(everything, "Event")}
    assert len(seen) < len(everything.year.meetings)


def test_somebody_who_declined_is_not_accepted_anywhere(folder: Folder) -> None:
    declined = 0
    for path in (folder("calendars") / "microsoft").glob("*.json"):
        for one in json.loads(path.read_text("utf-8"))["value"]:
            declined += one["responseStatus"]["response"] == "declined"
            if one["isCancelled"]:
                assert one["subject"].startswith("Canceled: ")
            assert one["sensitivity"] in ("normal", "private")
            for attendee in one["attendees"]:
                assert attendee["status"]["response"] in (
                    "accepted", "declined", "tentativelyAccepted", "notResponded",
                )  # fmt: skip
    assert declined > 0


# -- diary and personnel ----------------------------------------------------------------------


def test_a_diary_is_about_what_people_truly_did_and_not_exactly(
    everything: Everything, folder: Folder
) -> None:
    true: dict[tuple[str, str, str], float] = {}
    for piece in everything.year.pieces:
        day = date(1970, 1, 1) + timedelta(days=piece.day)
        monday = (day - timedelta(days=day.weekday())).isoformat()
        key = everything.staff.people[piece.person].email, monday, piece.function
        true[key] = true.get(key, 0.0) + piece.minutes / 60
    rows = read(folder("diary") / "diary.csv")
    said = {(r["person"], r["week"], r["function"]): float(r["hours"]) for r in rows}

    assert {*said} <= {*true}
    assert all(date.fromisoformat(row["week"]).weekday() == 0 for row in rows)
    assert all(hours > 0 and (2 * hours).is_integer() for hours in said.values())
    assert 0.9 < sum(said.values()) / sum(true[key] for key in said) < 1.1
    off = sum(abs(hours - true[key]) > 0.3 for key, hours in said.items()) / len(said)
    assert 0.2 < off < 0.95
    weeks = {key[:2] for key in true}
    assert 0.05 < len(weeks - {key[:2] for key in said}) / len(weeks) < 0.35


def test_the_personnel_list_has_a_row_for_each_position_and_managers_who_work_there(
    everything: Everything, folder: Folder
) -> None:
    rows = read(folder("hr") / "employees.csv")
    spells = {person.email: len(person.spells) for person in everything.staff.people}

    assert len(rows) == sum(spells.values())
    assert {row["manager_email"] for row in rows} - {""} <= {*spells}
    for before, after in pairwise(rows):
        if before["email"] == after["email"]:
            ended, began = (
                date.fromisoformat(day) for day in (before["end_date"], after["start_date"])
            )
            assert (began - ended).days == 1
            assert before["title"] != after["title"]
        else:
            assert before["end_date"] == ""


def test_days_of_leave_are_the_days_people_were_away(
    everything: Everything, folder: Folder
) -> None:
    days: dict[str, set[date]] = {}
    for row in read(folder("hr") / "leave.csv"):
        first, last = (date.fromisoformat(row[name]) for name in ("start_date", "end_date"))
        away = days.setdefault(row["email"], set())
        away.update(first + timedelta(days=more) for more in range((last - first).days + 1))

    for person in everything.staff.people:
        true = {
            date(1970, 1, 1) + timedelta(days=day) for day in everything.staff.away[person.number]
        }
        assert days.get(person.email, set()) == true


# -- event log --------------------------------------------------------------------------------

XES = "{http://www.xes-standard.org/}"


def xes_events(content: bytes) -> list[tuple[str, str, str, str, str]]:
    found = []
    for trace in ElementTree.fromstring(content).iter(f"{XES}trace"):
        (name,) = (one.get("value") for one in trace.findall(f"{XES}string[@key='concept:name']"))
        times = []
        for event in trace.findall(f"{XES}event"):
            values = {one.get("key"): one.get("value") or "" for one in event}
            times.append(datetime.fromisoformat(values["time:timestamp"]))
            found.append(
                (name or "", values["concept:name"], times[-1].isoformat(),
                 values["org:resource"], values["lifecycle:transition"])
            )  # fmt: skip
        assert times == sorted(times)
        assert times
    return found


def test_the_log_is_well_formed_xes_with_a_trace_for_each_deal(
    everything: Everything, folder: Folder
) -> None:
    content = (folder("event_log") / "deals.xes").read_bytes()
    events = xes_events(content)

    assert gzip.decompress((folder("event_log") / "deals.xes.gz").read_bytes()) == content
    assert {event[0] for event in events} == {
        row["Id"] for row in native(everything, "Opportunity")
    }
    meetings = [event for event in events if event[1] == "Meeting"]
    assert sum(event[4] == "start" for event in meetings) == len(meetings) / 2 > 0


def test_the_log_s_csv_tells_the_same_events_as_its_xes(folder: Folder) -> None:
    rows = [
        (row["Case ID"], row["Activity"], datetime.fromisoformat(row["Timestamp"]).isoformat(),
         row["Resource"], row["Lifecycle"])
        for row in read(folder("event_log") / "deals.csv")
    ]  # fmt: skip

    assert sorted(rows) == sorted(xes_events((folder("event_log") / "deals.xes").read_bytes()))


def test_the_object_centric_log_keeps_the_rules_of_ocel_2(folder: Folder) -> None:
    log = json.loads((folder("event_log") / "deals.jsonocel").read_text("utf-8"))
    object_types = {one["name"]: {a["name"]: a["type"] for a in one["attributes"]}
                    for one in log["objectTypes"]}  # fmt: skip
    event_types = {one["name"]: {a["name"] for a in one["attributes"]} for one in log["eventTypes"]}
    objects = {one["id"]: one["type"] for one in log["objects"]}
    python = {"string": str, "float": float, "integer": int}

    assert len(objects) == len(log["objects"])
    assert len({one["id"] for one in log["events"]}) == len(log["events"])
    for one in log["objects"]:
        for attribute in one["attributes"]:
            kind = object_types[one["type"]][attribute["name"]]
            assert isinstance(attribute["value"], python[kind])
            assert datetime.fromisoformat(attribute["time"]).tzinfo
        assert all(related["objectId"] in objects for related in one["relationships"])
    for event in log["events"]:
        assert {one["name"] for one in event["attributes"]} <= event_types[event["type"]]
        assert datetime.fromisoformat(event["time"]).tzinfo
        qualifiers = {related["qualifier"] for related in event["relationships"]}
        assert {"deal", "account", "resource"} <= qualifiers
        for related in event["relationships"]:
            assert related["objectId"] in objects
    assert {*objects.values()} == {*object_types}


def test_the_object_centric_log_tells_the_same_in_json_and_in_sqlite(folder: Folder) -> None:
    log = json.loads((folder("event_log") / "deals.jsonocel").read_text("utf-8"))
    database = sqlite3.connect(folder("event_log") / "deals.sqlite")

    assert database.execute("PRAGMA foreign_key_check").fetchall() == []
    assert {*database.execute("SELECT ocel_id, ocel_type FROM object")} == {
        (one["id"], one["type"]) for one in log["objects"]
    }
    for activity, short in database.execute("SELECT * FROM event_map_type").fetchall():
        rows = {*database.execute(f"SELECT ocel_id, ocel_time, resource FROM event_{short}")}
        assert rows == {
            (one["id"], one["time"], one["attributes"][0]["value"])
            for one in log["events"]
            if one["type"] == activity
        }
    assert {*database.execute("SELECT * FROM event_object")} == {
        (one["id"], related["objectId"], related["qualifier"])
        for one in log["events"]
        for related in one["relationships"]
    }
    database.close()
