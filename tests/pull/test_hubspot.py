"""Pulling from a HubSpot that speaks the real protocol on the loopback."""

from __future__ import annotations

import csv
import json
from datetime import date
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

from remit.cli.app import app
from remit.pull import PullError, pull_hubspot
from remit.pull.hubspot_objects import OBJECTS, kinds_called
from remit.sources import load
from remit.sources.hubspot_columns import kinds_called as understood
from tests.pull.conftest import TOKEN
from tests.pull.fake_hubspot import FakeHubSpot, One

CHARTER = """
    company: Acme
    roles: {ae: {is: AE}}
    """
STAGE = {"sourceType": "CRM_UI", "sourceId": "userId:7", "updatedByUserId": 7}


def rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as text:
        return list(csv.DictReader(text))


def deal(n: int, **properties: str) -> One:
    """A deal with every property that is always fetched, and a company."""
    blank = dict.fromkeys(OBJECTS["deals"].properties.split())
    return One(
        str(n),
        {**blank, "dealstage": "qualified", "dealname": f"Deal {n}", **properties},
        {"companies": [("91", "deal_to_company")]},
    )


@pytest.fixture
def account(served):
    """An account with three deals, a person who is there and one who left."""
    return served(
        FakeHubSpot(
            TOKEN,
            objects={"deals": [deal(n) for n in (1, 2, 3)]},
            owners=[
                {
                    "id": "11",
                    "userId": 7,
                    "type": "PERSON",
                    "email": "ada@acme.example",
                    "firstName": "Ada",
                    "lastName": "Lovelace",
                    "archived": False,
                    "createdAt": "2025-01-01T00:00:00Z",
                    "teams": [
                        {"id": "1", "name": "West", "primary": False},
                        {"id": "2", "name": "East", "primary": True},
                    ],
                },
                {"id": "12", "userId": None, "userIdIncludingInactive": 8, "archived": True},
            ],
            pipelines={
                "deals": [
                    {
                        "id": "default",
                        "label": "Sales",
                        "stages": [
                            {
                                "id": "qualified",
                                "label": "Qualified, yes",
                                "displayOrder": 1,
                                "metadata": {"isClosed": "false", "probability": "0.4"},
                            }
                        ],
                    }
                ],
                "tickets": [
                    {
                        "id": "0",
                        "label": "Support",
                        "stages": [
                            {"id": "4", "label": "Closed", "metadata": {"ticketState": "CLOSED"}}
                        ],
                    }
                ],
            },
        )
    )


@pytest.fixture
def pull(account, charter, tmp_path):
    """Pull from the account without waiting for anything; what it waited is in `pull.waited`."""

    def run(text: str = CHARTER, into: str = "pulled", **environment: str):
        variables = {"HUBSPOT_API_URL": account.url, "HUBSPOT_ACCESS_TOKEN": TOKEN} | environment
        return pull_hubspot(
            charter(text), tmp_path / into, environment=variables, sleep=run.waited.append
        )

    run.waited = []
    return run


# What comes


def test_objects_come_page_by_page_by_internal_name(account, pull, tmp_path):
    account.most = 2

    pull()

    deals = rows(tmp_path / "pulled" / "deals.csv")
    assert [one["hs_object_id"] for one in deals] == ["1", "2", "3"]
    assert deals[0]["dealname"] == "Deal 1"
    assert account.times_asked(r"/crm/v3/objects/deals\?") == 2


def test_former_values_of_stage_and_owner_come_beside_the_deals(account, pull, tmp_path):
    account.objects["deals"][0].history = {
        "dealstage": [
            {"value": "qualified", "timestamp": "2026-02-01T09:00:00Z", **STAGE},
            {"value": "new", "timestamp": "2026-01-01T09:00:00Z", **STAGE},
        ],
        "hubspot_owner_id": [{"value": "11", "timestamp": "2026-01-01T09:00:00Z"}],
        "dealname": [{"value": "never asked for", "timestamp": "2026-01-01T09:00:00Z"}],
    }

    found = pull()

    past = (tmp_path / "pulled" / "deals_property_history.csv").read_text().splitlines()
    assert past == [
        "hs_object_id,property,value,timestamp,source_id,source_type,updated_by_user_id",
        "1,dealstage,qualified,2026-02-01T09:00:00Z,userId:7,CRM_UI,7",
        "1,dealstage,new,2026-01-01T09:00:00Z,userId:7,CRM_UI,7",
        "1,hubspot_owner_id,11,2026-01-01T09:00:00Z,,,",
    ]
    assert {file.object: file.rows for file in found.files}["deals_property_history"] == 3


def test_all_associations_come_each_once_and_the_primary_one_first(account, pull, tmp_path):
    account.objects["deals"][0].associations = {
        "companies": [
            ("93", "deal_to_company_unlabeled"),
            ("92", "deal_to_company_unlabeled"),
            ("91", "deal_to_company_unlabeled"),
            ("91", "deal_to_company"),
        ]
    }

    pull()

    deals = rows(tmp_path / "pulled" / "deals.csv")
    assert deals[0]["associations.companies"] == "91;93;92"
    assert deals[0]["associations.contacts"] == ""
    assert account.times_asked("/deals/1/associations/companies") == 1
    assert account.times_asked("/deals/2/associations/companies") == 0


def test_owners_come_with_those_who_left_and_their_primary_team_first(pull, tmp_path):
    pull()

    ada, left = rows(tmp_path / "pulled" / "owners.csv")
    assert (ada["id"], ada["user_id"], ada["teams"], ada["archived"]) == (
        "11",
        "7",
        "East;West",
        "false",
    )
    assert (left["id"], left["user_id"], left["archived"]) == ("12", "8", "true")


def test_stages_of_deals_and_tickets_come_with_their_names(pull, tmp_path):
    pull()

    of_deals, of_tickets = rows(tmp_path / "pulled" / "pipelines.csv")
    assert (of_deals["stage_id"], of_deals["stage_label"]) == ("qualified", "Qualified, yes")
    assert (of_deals["is_closed"], of_deals["probability"]) == ("false", "0.4")
    assert (of_tickets["object"], of_tickets["is_closed"]) == ("tickets", "true")


def test_subjects_and_bodies_are_fetched_only_where_the_charter_names_them(account, pull, tmp_path):
    account.objects["calls"] = [
        One("5", {"hs_call_title": "secret", "hs_call_body": "secret", "hs_timestamp": "2026"})
    ]

    pull()
    pull(
        CHARTER
        + """
    activities:
      rules: [{name: support, where: {hs_call_title: ["help*"]}, is: support}]
    """,
        into="with-titles",
    )

    assert "secret" not in (tmp_path / "pulled" / "calls.csv").read_text()
    titled = rows(tmp_path / "with-titles" / "calls.csv")[0]
    assert titled["hs_call_title"] == "secret"
    assert "hs_call_body" not in titled


def test_properties_the_account_lacks_are_told_of_and_those_of_other_kinds_are_not(
    account, pull, tmp_path
):
    account.objects["deals"] = [One("1", {"dealstage": "new", "region": "North"})]

    found = pull(
        CHARTER
        + """
    segments: {north: {where: {Deal.region: North, Deal.no_such: Yes}}}
    activities:
      rules: [{name: calls, where: {hs_call_title: ["x*"]}, is: prospecting}]
    """
    )

    deals = next(file for file in found.files if file.object == "deals")
    assert rows(tmp_path / "pulled" / "deals.csv")[0]["region"] == "North"
    assert "no_such" in deals.left_out
    assert "hubspot_owner_id" in deals.left_out
    assert not any("hs_call_title" in file.left_out for file in found.files)


# What goes wrong


def test_a_limit_on_requests_is_waited_out(account, pull):
    limit = {"message": "You have reached your secondly limit.", "policyName": "SECONDLY"}
    account.refuses(r"objects/deals", 429, limit, times=2)

    found = pull()

    assert found.rows > 3
    assert pull.waited == [1, 2]


def test_a_daily_limit_ends_with_what_hubspot_said(account, pull):
    limit = {"message": "You have reached your daily limit.", "policyName": "DAILY"}
    account.refuses(r"objects/deals", 429, limit)

    with pytest.raises(PullError) as error:
        pull()

    assert "reached (DAILY: You have reached your daily limit)" in str(error.value)


def test_a_wrong_token_is_told_with_what_to_do_and_is_not_repeated(pull, tmp_path):
    with pytest.raises(PullError) as error:
        pull(HUBSPOT_ACCESS_TOKEN="pat-eu1-wrong")

    assert "set HUBSPOT_ACCESS_TOKEN to a new one" in str(error.value)
    assert "pat-eu1-wrong" not in str(error.value)
    assert not (tmp_path / "pulled").exists()


def test_a_missing_token_is_named(pull):
    with pytest.raises(PullError, match="does not say HUBSPOT_ACCESS_TOKEN"):
        pull(HUBSPOT_ACCESS_TOKEN="")


def test_kinds_the_token_may_not_read_are_left_out_and_told_of(account, pull, tmp_path):
    missing = {"message": "scopes are required", "category": "MISSING_SCOPES"}
    account.refuses(r"objects/emails|pipelines/tickets", 403, missing)

    found = pull()

    assert found.not_fetched == {"emails": "this token may not read it (MISSING_SCOPES)"}
    assert [one["object"] for one in rows(tmp_path / "pulled" / "pipelines.csv")] == ["deals"]


def test_a_token_that_may_not_read_properties_still_reads_objects(account, pull, tmp_path):
    missing = {"message": "scopes are required", "category": "MISSING_SCOPES"}
    account.refuses(r"properties/deals", 403, missing)

    pull()

    assert rows(tmp_path / "pulled" / "deals.csv")[0]["dealname"] == "Deal 1"


def test_a_run_cut_in_the_middle_of_a_page_keeps_what_is_whole_and_the_next_goes_on(
    account, pull, tmp_path
):
    account.most = 2
    account.cuts(r"objects/deals.*after=2")

    with pytest.raises(PullError, match="broke off in the middle of an answer"):
        pull()

    left = {file.name for file in (tmp_path / "pulled").iterdir()}
    assert not any("deals" in name for name in left)
    assert {"contacts.csv", "companies.csv"} <= left

    account.recovers()
    found = pull()

    kept = {file.object for file in found.files if file.kept}
    assert {"contacts", "contacts_property_history", "companies"} <= kept
    assert "deals" not in kept
    assert len(rows(tmp_path / "pulled" / "deals.csv")) == 3
    assert not any(file.name.endswith(".part") for file in (tmp_path / "pulled").iterdir())


# What a load makes of it


def test_what_is_pulled_loads_as_deals_people_and_work(account, pull, charter, tmp_path):
    stamps = {"createdate": "2026-01-02T09:00:00Z", "hs_lastmodifieddate": "2026-03-01T09:00:00Z"}
    account.objects["deals"] = [deal(1, hubspot_owner_id="11", **stamps)]
    account.objects["companies"] = [One("91", {"name": "Birch", **stamps})]
    account.objects["calls"] = [
        One(
            "5",
            {
                "hs_timestamp": "2026-01-05T10:00:00Z",
                "hs_createdate": "2026-01-05T10:00:00Z",
                "hs_call_duration": "600000",
                "hubspot_owner_id": "12",
            },
            {"deals": [("1", "call_to_deal")]},
        )
    ]
    pull()

    loaded = load(
        charter(CHARTER), [tmp_path / "pulled"], tmp_path / "e.duckdb", today=date(2026, 12, 31)
    )

    assert (loaded.source, loaded.unread) == ("hubspot", ())
    with duckdb.connect(str(tmp_path / "e.duckdb"), read_only=True) as con:
        deals = con.execute(
            """SELECT opportunity_id, a.name, n.name, stage FROM opportunities o
            JOIN accounts a USING (account_id) JOIN private.names n ON n.person_id = o.owner_id"""
        ).fetchall()
        work = con.execute(
            """SELECT kind, minutes, n.source_id, k.record_id FROM activities
            JOIN activity_links k USING (activity_id) JOIN participants USING (activity_id)
            JOIN private.names n USING (person_id)"""
        ).fetchall()
    assert deals == [("1", "Birch", "Ada Lovelace", "Qualified, yes")]
    assert work == [("call", 10.0, "12", "1")]


@pytest.mark.parametrize(
    "word", ["Deal", "deals", "Opportunity", "Task", "tasks", "Event", "Quote"]
)
def test_a_pull_and_a_load_mean_the_same_by_a_charters_word(word):
    assert kinds_called(word) == understood(word)


# The command, on a company


def test_a_company_comes_as_it_is_in_the_crm(northstar, served, charter, tmp_path, monkeypatch):
    """The example company's accounts and deals, put into HubSpot's words."""
    accounts, deals = (
        rows(northstar.export / f"{name}.csv") for name in ("Account", "Opportunity")
    )
    fake = FakeHubSpot(
        TOKEN,
        objects={
            "companies": [
                One(one["Id"], {"name": one["Name"], "numberofemployees": one["NumberOfEmployees"]})
                for one in accounts
            ],
            "deals": [
                One(
                    one["Id"],
                    {"dealname": one["Name"], "amount": one["Amount"]},
                    {"companies": [(one["AccountId"], "deal_to_company")]},
                )
                for one in deals
            ],
        },
    )
    served(fake)
    charter(CHARTER)
    monkeypatch.setenv("HUBSPOT_API_URL", fake.url)
    monkeypatch.setenv("HUBSPOT_ACCESS_TOKEN", TOKEN)
    asked = ["pull", "hubspot", str(tmp_path / "charter.yaml"), "--into", str(tmp_path / "out")]

    said = CliRunner().invoke(app, [*asked, "--json"])

    summary = json.loads(said.stdout)
    counts = {one["object"]: one["rows"] for one in summary["objects"]}
    assert (counts["companies"], counts["deals"]) == (len(accounts), len(deals))
    assert [
        (one["hs_object_id"], one["dealname"], one["amount"], one["associations.companies"])
        for one in rows(tmp_path / "out" / "deals.csv")
    ] == [(one["Id"], one["Name"], one["Amount"], one["AccountId"]) for one in deals]
    assert TOKEN not in said.output
    assert not any(TOKEN in file.read_text() for file in (tmp_path / "out").iterdir())
