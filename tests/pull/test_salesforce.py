"""Pulling from a Salesforce that speaks the real protocol on the loopback."""

from __future__ import annotations

import csv
import json
import sys
from copy import deepcopy
from dataclasses import replace
from datetime import date
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

from remit.charter import read_charter
from remit.cli.app import app
from remit.cli.pull import run_pull
from remit.evidence.tables import TABLES
from remit.pull import PullError, pull_salesforce
from remit.pull.salesforce_objects import OFTEN_ABSENT
from remit.sources import load
from remit.sources.salesforce import OBJECTS as READ
from tests.pull.conftest import TOKEN
from tests.pull.fake_salesforce import FakeSalesforce

CHARTER = """
    company: Acme
    time_zone: America/New_York
    roles: {sdr: {is: SDR}, ae: {is: AE}}
    """
USERS = [
    {"Id": "005A", "Name": "Ada", "Title": "AE", "IsActive": "true", "Email": "ada@acme.example"}
]
TASKS = [
    {
        "Id": f"00T{n}",
        "Subject": f"secret {n}",
        "OwnerId": "005A",
        "IsDeleted": "true" if n == 2 else "false",
        "CreatedDate": f"2026-0{n}-01T09:00:00.000Z",
        "SystemModstamp": f"2026-0{n}-01T09:00:00.000Z",
        "ActivityDate": f"2026-0{n}-01",
    }
    for n in range(1, 8)
]


def rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as text:
        return list(csv.DictReader(text))


@pytest.fixture
def org(served):
    """An org with users and tasks."""
    objects = {"User": USERS, "Task": TASKS}
    return served(FakeSalesforce(TOKEN, objects=deepcopy(objects)))


@pytest.fixture
def pull(org, charter, tmp_path):
    """Pull from the org without waiting for anything; what it waited is in `pull.waited`."""

    def run(text: str = CHARTER, into: str = "pulled", **more):
        variables = {"SALESFORCE_INSTANCE_URL": org.url, "SALESFORCE_ACCESS_TOKEN": TOKEN}
        variables |= more.pop("environment", {})
        return pull_salesforce(
            charter(text),
            tmp_path / into,
            environment=variables,
            sleep=run.waited.append,
            **more,
        )

    run.waited = []
    return run


# What comes


def test_rows_come_page_by_page_under_one_header_and_deleted_rows_are_among_them(
    org, pull, tmp_path
):
    found = pull(rows_a_page=3)

    tasks = rows(tmp_path / "pulled" / "Task.csv")
    assert [task["Id"] for task in tasks] == [task["Id"] for task in TASKS]
    assert [task["IsDeleted"] for task in tasks].count("true") == 1
    assert org.times_asked(r"/results") == 3 + 1
    assert {file.object: file.rows for file in found.files} == {"User": 1, "Task": 7}


def test_a_query_job_is_thrown_away_once_its_rows_are_here(org, pull):
    pull()

    assert org.jobs == {}


def test_subjects_are_fetched_only_where_a_pattern_of_the_charter_names_them(pull, tmp_path):
    pull()
    pull(
        CHARTER
        + """
    activities:
      rules:
        - {name: calls, object: Task, where: {subject: ["call*"]}, is: prospecting}
    """,
        into="with-subjects",
    )

    assert "Subject" not in rows(tmp_path / "pulled" / "Task.csv")[0]
    assert rows(tmp_path / "with-subjects" / "Task.csv")[0]["Subject"] == "secret 1"


def test_the_charters_own_objects_and_fields_are_fetched(served, charter, tmp_path):
    fake = FakeSalesforce(
        TOKEN,
        objects={
            "Account": [{"Id": "0011", "Region__c": "North", "Secret__c": "no"}],
            "Lead": [{"Id": "00Q1", "Asked__c": "yes", "CreatedDate": "2026-01-01"}],
            "Opportunity": [{"Id": "0061", "Kind__c": "New", "Pain__c": "slow"}],
            "Acceptance__c": [{"Id": "a001", "On__c": "2026-01-02", "CreatedDate": "2026-01-01"}],
        },
    )
    served(fake)

    found = pull_salesforce(
        charter(
            """
            company: Acme
            roles: {sdr: {is: SDR}, ae: {is: AE}}
            segments: {north: {where: {Account.Region__c: North}}}
            inbound: {Lead.Asked__c: "yes"}
            deals: {kind: {field: Opportunity.Kind__c, new: New}}
            handoffs:
              - from: sdr
                to: ae
                at: discovery
                offered: {object: Lead}
                accepted: {object: Acceptance__c, field: On__c, reason: Why__c}
                requires: {pain: Opportunity.Pain__c}
            """
        ),
        tmp_path / "pulled",
        environment={"SALESFORCE_INSTANCE_URL": fake.url, "SALESFORCE_ACCESS_TOKEN": TOKEN},
        sleep=lambda _: None,
    )

    assert rows(tmp_path / "pulled" / "Account.csv") == [{"Id": "0011", "Region__c": "North"}]
    assert rows(tmp_path / "pulled" / "Lead.csv")[0]["Asked__c"] == "yes"
    assert rows(tmp_path / "pulled" / "Opportunity.csv")[0]["Pain__c"] == "slow"
    assert rows(tmp_path / "pulled" / "Opportunity.csv")[0]["Kind__c"] == "New"
    assert rows(tmp_path / "pulled" / "Acceptance__c.csv")[0]["On__c"] == "2026-01-02"
    (acceptance,) = (file for file in found.files if file.object == "Acceptance__c")
    assert acceptance.left_out == ("Why__c",)


def test_fields_the_org_lacks_and_those_of_several_parts_are_left_out_and_told_of(org, pull):
    org.types["User.Title"] = "address"

    found = pull()

    user = next(file for file in found.files if file.object == "User")
    assert user.left_out == ("Title", "UserRoleId", "UserType", "CreatedDate")


def test_only_changes_of_owner_leave_the_field_histories(org, pull, tmp_path):
    org.types["LeadHistory.NewValue"] = "anyType"
    org.objects["LeadHistory"] = [
        {"Id": "1", "LeadId": "00Q1", "Field": "Owner", "NewValue": "005A", "CreatedDate": "2026"},
        {"Id": "2", "LeadId": "00Q1", "Field": "Phone", "NewValue": "555", "CreatedDate": "2026"},
    ]

    pull()

    (change,) = rows(tmp_path / "pulled" / "LeadHistory.csv")
    assert (change["Id"], change["NewValue"]) == ("1", "005A")


def test_a_history_that_a_handoff_is_read_from_comes_whole(org, pull, tmp_path):
    org.objects["LeadHistory"] = [
        {
            "Id": "2",
            "LeadId": "00Q1",
            "Field": "Status",
            "NewValue": "Offered",
            "CreatedDate": "2026",
        }
    ]

    pull(
        CHARTER
        + """
    handoffs:
      - {from: sdr, to: ae, at: discovery, offered: {object: LeadHistory, where: {NewValue: Offered}}}
    """
    )

    assert [row["Id"] for row in rows(tmp_path / "pulled" / "LeadHistory.csv")] == ["2"]


def test_an_object_bulk_api_does_not_know_comes_by_rest_as_if_it_did(org, pull, tmp_path):
    pull(into="by-bulk")
    org.not_in_bulk.add("Task")
    pull(into="by-rest")

    assert rows(tmp_path / "by-rest" / "Task.csv") == rows(tmp_path / "by-bulk" / "Task.csv")
    assert org.times_asked(r"/queryAll") == 1
    assert org.times_asked(r"/query/01g") == 2


def test_an_object_without_rows_is_a_file_with_a_header(org, pull, tmp_path):
    org.objects["Case"], org.columns["Case"] = [], ["Id", "AccountId"]

    pull()

    assert (tmp_path / "pulled" / "Case.csv").read_text().strip() == '"Id","AccountId"'


def test_line_breaks_and_quotes_in_a_field_are_one_row(org, pull, tmp_path):
    org.objects["User"] = [
        {"Id": "005A", "Title": 'Chief "of"\nsales'},
        {"Id": "005B", "Title": "AE"},
    ]

    found = pull(rows_a_page=1)

    assert rows(tmp_path / "pulled" / "User.csv")[0]["Title"] == 'Chief "of"\nsales'
    assert found.files[0].rows == 2


# Since a day


def test_since_bounds_tasks_by_their_last_change_in_the_charters_zone_and_nothing_else(
    org, pull, tmp_path
):
    org.objects["Task"][2]["SystemModstamp"] = "2026-06-01T04:00:00.000Z"  # midnight in New York
    org.objects["Task"][3]["SystemModstamp"] = "2026-06-01T03:59:59.000Z"

    pull(since=date(2026, 6, 1))

    assert [row["Id"] for row in rows(tmp_path / "pulled" / "Task.csv")] == ["00T3", "00T6", "00T7"]
    assert len(rows(tmp_path / "pulled" / "User.csv")) == 1


# What goes wrong and passes


def test_a_limit_on_requests_is_waited_out_as_long_as_salesforce_says(org, pull):
    org.refuses(r"describe", 429, [{"message": "slow down"}], times=1, Retry_After="7")

    found = pull()

    assert found.rows == 8
    assert 7.0 in pull.waited


def test_a_request_limit_without_a_time_is_waited_out_longer_and_longer(org, pull):
    limit = [{"message": "ConcurrentRequests", "errorCode": "REQUEST_LIMIT_EXCEEDED"}]
    org.refuses(r"sobjects$", 403, limit, times=3)

    pull()

    assert pull.waited[:3] == [1, 2, 4]


def test_a_page_that_breaks_off_once_is_asked_for_again(org, pull, tmp_path):
    org.cuts(r"results.*locator=3", times=1)

    pull(rows_a_page=3)

    assert len(rows(tmp_path / "pulled" / "Task.csv")) == 7


def test_a_token_that_expires_on_the_way_is_renewed_where_a_client_signs_in(org, pull):
    org.clients["client"] = "hush"
    keys = {"SALESFORCE_ACCESS_TOKEN": "", "SALESFORCE_CLIENT_ID": "client"}
    expired = [{"message": "Session expired or invalid", "errorCode": "INVALID_SESSION_ID"}]
    org.refuses(r"Task/describe", 401, expired, times=1)

    found = pull(environment=keys | {"SALESFORCE_CLIENT_SECRET": "hush"})

    assert found.rows == 8
    assert org.times_asked(r"oauth2/token") == 2


# What goes wrong and stays


def problem(error: pytest.ExceptionInfo[PullError]) -> str:
    return str(error.value)


def test_a_limit_that_stays_ends_with_what_salesforce_said(org, pull):
    limit = [{"message": "TotalRequests Limit exceeded.", "errorCode": "REQUEST_LIMIT_EXCEEDED"}]
    org.refuses(r"sobjects$", 403, limit)

    with pytest.raises(PullError) as error:
        pull()

    assert "a limit on requests is reached (REQUEST_LIMIT_EXCEEDED: TotalRequests" in problem(error)
    assert "finished objects are kept" in problem(error)


def test_a_limit_that_asks_for_an_hour_is_not_waited_for(org, pull):
    org.refuses(r"sobjects$", 429, [], Retry_After="3600")

    with pytest.raises(PullError, match="a limit on requests is reached"):
        pull()

    assert pull.waited == []


def test_an_expired_token_is_told_with_what_to_do(org, pull, tmp_path):
    with pytest.raises(PullError) as error:
        pull(environment={"SALESFORCE_ACCESS_TOKEN": "expired"})

    assert "does not accept the credentials (INVALID_SESSION_ID" in problem(error)
    assert "set SALESFORCE_ACCESS_TOKEN to a new one" in problem(error)
    assert not (tmp_path / "pulled").exists()


def test_a_client_that_is_not_let_in_is_told_so(org, pull):
    keys = {"SALESFORCE_ACCESS_TOKEN": "", "SALESFORCE_CLIENT_ID": "client"}

    with pytest.raises(PullError) as error:
        pull(environment=keys | {"SALESFORCE_CLIENT_SECRET": "wrong"})

    assert "does not let this client in (invalid_client: invalid client credentials)" in problem(
        error
    )
    assert "wrong" not in problem(error).replace("what is wrong", "")


@pytest.mark.parametrize(
    ("variable", "says", "told"),
    [
        ("SALESFORCE_INSTANCE_URL", "", "does not say SALESFORCE_INSTANCE_URL"),
        ("SALESFORCE_INSTANCE_URL", "http:" + "//acme.example", "not an https address"),
        ("SALESFORCE_INSTANCE_URL", "https://me:secret@acme.example", "not the address of a host"),
        ("SALESFORCE_INSTANCE_URL", "http://127.0.0.1:1", "cannot be reached"),
        ("SALESFORCE_INSTANCE_URL", "https://acme.invalid", "there is no such host"),
        ("SALESFORCE_ACCESS_TOKEN", "", "does not say SALESFORCE_ACCESS_TOKEN"),
    ],
)
def test_a_wrong_or_missing_setting_is_named(pull, variable, says, told):
    with pytest.raises(PullError) as error:
        pull(environment={variable: says})

    assert told in problem(error)
    assert "secret" not in problem(error)


def test_an_object_the_user_may_not_read_is_left_out_and_told_of(org, pull, tmp_path):
    denied = [{"message": "insufficient access rights", "errorCode": "INSUFFICIENT_ACCESS"}]
    org.refuses(r"Task/describe", 403, denied)

    found = pull()

    assert found.not_fetched["Task"] == "this user may not read it (INSUFFICIENT_ACCESS)"
    assert "the org has it not" in found.not_fetched["Lead"]
    assert [file.object for file in found.files] == ["User"]


def test_an_org_that_shows_nothing_is_an_error(org, pull):
    org.objects.clear()

    with pytest.raises(PullError, match="shows none of the objects"):
        pull()


def test_a_query_job_that_fails_is_told_with_its_reason(org, pull):
    plain = org.new_job

    def failing(wanted):
        made = plain(wanted)
        org.jobs[json.loads(made.body)["id"]].update(states=["Failed"], why="InvalidBatch: gone")
        return made

    org.new_job = failing

    with pytest.raises(
        PullError, match=r"User: the query job 750\d+ was failed: InvalidBatch: gone"
    ):
        pull()


def test_a_page_with_fewer_rows_than_it_says_is_not_taken(org, pull, tmp_path):
    plain = org.results

    def short(job, query):
        page = plain(job, query)
        return replace(page, body=page.body.rsplit(b"\n", 2)[0] + b"\n")

    org.results = short

    with pytest.raises(PullError, match="a page should have 1 rows and has 0"):
        pull()

    assert list((tmp_path / "pulled").iterdir()) == []


def test_an_answer_that_is_a_login_page_is_told_as_such(org, pull):
    org.answer = lambda *_: replace(org.unauthorized(), body=b"<html>", status=200)

    with pytest.raises(PullError, match="did not answer as an API does"):
        pull()


def test_the_entry_of_a_netrc_does_not_take_the_tokens_place(pull, tmp_path, monkeypatch):
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login ada password lovelace\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))

    assert pull().rows == 8


def test_a_token_is_not_sent_after_a_redirection(org, pull, served):
    other = served(FakeSalesforce(TOKEN, objects={"User": USERS}))
    org.refuses(r"sobjects$", 302, [], Location=f"{other.url}/services/data/v60.0/sobjects")

    with pytest.raises(PullError, match=f"answers from another address: {other.url}"):
        pull()

    assert other.asked == []


# Going on


def test_a_run_cut_in_the_middle_of_a_page_keeps_what_is_whole_and_the_next_goes_on(
    org, pull, tmp_path
):
    org.cuts(r"results.*locator=3")

    with pytest.raises(PullError, match="broke off in the middle of an answer"):
        pull(rows_a_page=3)

    left = sorted(file.name for file in (tmp_path / "pulled").iterdir())
    assert left == [".remit-pull", "User.csv"]

    org.recovers()
    found = pull(rows_a_page=3)

    assert {file.object: file.kept for file in found.files} == {"User": True, "Task": False}
    assert len(rows(tmp_path / "pulled" / "Task.csv")) == 7
    assert org.times_asked(r"User/describe") == 2


def test_an_object_that_is_wanted_otherwise_by_now_is_fetched_again(org, pull):
    org.cuts(r"results")
    org.faults[0].times = 0
    org.refuses(r"Task/describe", 500, [])
    with pytest.raises(PullError, match="keeps failing with status 500"):
        pull()
    org.recovers()
    org.objects["User"] = [{**USERS[0], "UserType": "Standard"}]

    found = pull()

    assert [file.kept for file in found.files] == [False, False]


def test_a_folder_with_a_finished_pull_or_others_files_is_not_touched(org, pull, tmp_path):
    pull()
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "Task.csv").write_text("Id\n1\n")

    with pytest.raises(PullError, match="holds a finished pull"):
        pull()
    with pytest.raises(PullError, match="holds files that no pull wrote"):
        pull(into="mine")

    assert (tmp_path / "mine" / "Task.csv").read_text() == "Id\n1\n"


def test_the_start_of_a_pull_from_another_org_is_not_gone_on_with(org, pull, served):
    org.refuses(r"Task/describe", 500, [])
    with pytest.raises(PullError):
        pull()
    other = served(FakeSalesforce(TOKEN, objects={"User": USERS}))

    with pytest.raises(PullError, match="holds the start of a pull from salesforce"):
        pull(environment={"SALESFORCE_INSTANCE_URL": other.url})


# The command


def test_without_the_extra_it_is_said_what_to_install(pull, monkeypatch):
    monkeypatch.setitem(sys.modules, "requests", None)

    with pytest.raises(PullError, match=r"pip install 'remit\[salesforce\]'"):
        pull()


def test_who_stops_a_pull_is_told_that_it_can_go_on(charter, tmp_path, capsys):
    class Impatient(dict[str, str]):
        def get(self, *_: object) -> str:
            raise KeyboardInterrupt

    with pytest.raises(SystemExit) as stopped:
        run_pull("hubspot", charter(CHARTER), tmp_path, None, Impatient(), as_json=False)

    assert stopped.value.code == 130
    assert "the same command goes on from there" in capsys.readouterr().err


def test_the_command_prints_a_summary_and_no_credentials_anywhere(
    org, charter, tmp_path, monkeypatch
):
    charter(CHARTER)
    monkeypatch.setenv("SALESFORCE_INSTANCE_URL", org.url)
    monkeypatch.setenv("SALESFORCE_ACCESS_TOKEN", TOKEN)
    asked = ["pull", "salesforce", str(tmp_path / "charter.yaml"), "--into", str(tmp_path / "out")]

    said = CliRunner().invoke(app, [*asked, "--json"])

    summary = json.loads(said.stdout)
    assert summary["rows"] == 8
    assert summary["seconds"] >= 0
    assert summary["objects"][0] == {
        "object": "User",
        "file": "User.csv",
        "rows": 1,
        "left_out": ["UserRoleId", "UserType", "CreatedDate"],
        "kept": False,
    }
    assert TOKEN not in said.output
    assert not any(TOKEN in file.read_text() for file in (tmp_path / "out").iterdir())


def test_since_is_not_for_hubspot(charter, tmp_path):
    charter(CHARTER)
    asked = ["pull", "hubspot", str(tmp_path / "charter.yaml"), "--into", str(tmp_path / "out")]

    said = CliRunner().invoke(app, [*asked, "--since", "2026-01-01"])

    assert said.exit_code == 2
    assert not (tmp_path / "out").exists()


# What a load makes of it


def test_every_column_that_a_load_looks_for_is_asked_for(served, charter, tmp_path):
    """What the reader asks files that lack everything, held against what a pull asks for."""
    declared = charter(CHARTER)
    names = sorted(READ)
    (tmp_path / "bare").mkdir()
    for name in names:
        (tmp_path / "bare" / f"{name}.csv").write_text("Id\n005A\n")
    fake = served(FakeSalesforce(TOKEN, objects={name: [{"Id": "005A"}] for name in names}))
    pulled = pull_salesforce(
        declared,
        tmp_path / "pulled",
        environment={"SALESFORCE_INSTANCE_URL": fake.url, "SALESFORCE_ACCESS_TOKEN": TOKEN},
        sleep=lambda _: None,
    )

    loaded = load(declared, [tmp_path / "bare"], tmp_path / "bare.duckdb", today=date(2026, 12, 31))

    asked = {
        file.file: {name.casefold() for name in file.left_out} | OFTEN_ABSENT
        for file in pulled.files
    }
    for file in loaded.files:
        assert {name.casefold() for name in file.missing} <= asked[file.file], file.file


@pytest.mark.slow
def test_what_is_pulled_loads_into_the_same_evidence_as_the_export_itself(
    northstar, served, tmp_path, monkeypatch
):
    monkeypatch.setattr("secrets.token_hex", lambda _: "5" * 32)  # the same pseudonyms twice
    declared = read_charter(northstar.charter)
    fake = served(FakeSalesforce.of_export(northstar.export, token=TOKEN))

    found = pull_salesforce(
        declared,
        tmp_path / "pulled",
        environment={"SALESFORCE_INSTANCE_URL": fake.url, "SALESFORCE_ACCESS_TOKEN": TOKEN},
        sleep=lambda _: None,
        rows_a_page=2_000,
    )

    today = date(2026, 11, 1)
    load(declared, [northstar.export], tmp_path / "direct.duckdb", today=today)
    load(declared, [tmp_path / "pulled"], tmp_path / "pulled.duckdb", today=today)
    written = {file.name for file in northstar.export.glob("*.csv")}
    assert {file.file for file in found.files} == written
    with duckdb.connect() as con:
        for name in ("direct", "pulled"):
            con.execute(f"ATTACH '{tmp_path / name}.duckdb' AS {name} (READ_ONLY)")
        for table in (*TABLES, "private.names", "recorded.steps", "recorded.fields"):
            name = table if "." in table else f"main.{table}"
            (one,) = con.execute(f"SELECT count(*) FROM direct.{name}").fetchone()
            apart = con.execute(
                f"""(SELECT * FROM direct.{name} EXCEPT ALL SELECT * FROM pulled.{name})
                UNION ALL (SELECT * FROM pulled.{name} EXCEPT ALL SELECT * FROM direct.{name})"""
            ).fetchall()
            assert apart == [], f"{table}, {one} rows"
        (did,) = con.execute("SELECT count(*) FROM pulled.main.participants").fetchone()
    assert did > 5_000
