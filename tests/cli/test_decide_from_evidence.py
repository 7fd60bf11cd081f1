"""`remit decide --evidence`: measured facts on the screen, on the page, as JSON and in `--ask`."""

from __future__ import annotations

import io
import json
import re
import sys
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from remit.cli.app import app

pytestmark = pytest.mark.slow  # `make slow` runs it: every case loads an export

LAST = date(2026, 6, 30)
CHARTER = """
    company: Acme
    currency: USD
    time_zone: UTC
    segments:
      smb:
        where: {{employees: {{below: 100}}}}
        facts: {facts}
    roles: {{ae: {{is: AE}}, csm: {{is: CSM}}}}
    titles: {{"AE": ae, "CSM": csm}}
    """


@pytest.fixture
def decided(charter, from_tables, tmp_path: Path):
    """Decide for thirty customers who paid 100 a year ago; ten of them left, one pays 200."""

    def run(*options: str, facts: str = "{}"):
        declared = charter(CHARTER.format(facts=facts))
        companies = [f"c{n}" for n in range(30)]
        people = [{"person_id": f"ae{n}", "title": "AE", "is_person": "true"} for n in range(7)]
        terms = [
            {
                "contract_id": f"{name}-{first}",
                "account_id": name,
                "arr": str(200 if (n, first) == (29, 2026) else 100),
                "currency": "USD",
                "first_day": f"{first}-01-01",
                "end_day": f"{first + 1}-01-01",
                "renewal_of": f"{name}-{first - 1}" if first > 2024 else "",
            }
            for n, name in enumerate(companies)
            for first in (2024, 2025, 2026)
            if first < 2026 or n >= 10
        ]
        from_tables(
            declared,
            people=people,
            accounts=[{"account_id": name, "segment": "smb"} for name in companies],
            contracts=terms,
            leads=[{"lead_id": "last", "created_at": f"{LAST}T12:00:00"}],
        ).connection.disconnect()
        file = tmp_path / "charter.yaml"
        evidence = str(tmp_path / "tables.duckdb")
        return CliRunner().invoke(app, ["decide", str(file), "--evidence", evidence, *options])

    return run


def flat(text: str) -> str:
    return " ".join(text.split())


def test_what_is_measured_decides_where_nothing_is_stated(decided):
    ran = decided("--json")

    assert ran.exit_code == 0, ran.output
    found = json.loads(ran.stdout)
    (segment,) = found["segments"]
    nrr = segment["facts"]["nrr"]
    # 21 times 100 of 30 times 100: ten left, one pays twice as much
    assert (found["day"], nrr["value"], nrr["basis"]) == (str(LAST), 0.7, "measured")
    assert nrr["low"] < 0.7 < nrr["high"]
    assert nrr["measured"]["of"] == "30 customers"
    assert "select" in nrr["measured"]["query"].casefold()
    assert segment["levels"]["retention"] == "low"
    assert "no quota" not in segment["not_told"]["competition"]
    assert segment["facts"]["sellers"]["value"] == 7
    by_question = {answer["question"]: answer for answer in segment["answers"]}
    assert by_question["csm_support"]["not_told"] == [
        {
            "fact": "reactive_load",
            "why": "no stage or rule of the charter says what is support",
            "lacks": ["activities"],
        }
    ]
    waits = {each["fact"]: each["lacks"] for each in by_question["sdr_ae"]["not_told"]}
    assert waits["pipeline_coverage"] == ["opportunities.created_at", "quotas"]
    assert waits["playbook"] == []  # no table tells it
    assert by_question["am_csm"]["not_told"] == []  # it is settled


def test_a_stated_fact_decides_and_the_screen_says_where_it_lies_outside_the_measured(decided):
    ran = decided(facts="{nrr: 1.1, grr: 70%}")

    said = flat(ran.output)
    assert ran.exit_code == 0, said
    assert "net revenue retention is stated as 110 %, outside what was measured: 70 % (" in said
    assert "The stated one decides." in said
    assert "depends on named accounts. The evidence lacks territories." in said
    assert re.search(r"What was measured decides .*first manager \(by sellers\)", said)
    assert "7 of 11 questions are open." in said
    assert "grr is stated" not in said  # 67 % was measured, and 70 % lies in its interval


def test_in_full_the_screen_says_which_line_states_a_fact_and_what_evidence_cannot_tell(decided):
    said = flat(decided("--full", facts="{nrr: {value: 1.1, source: finance}}").output)

    assert "nrr: 110 %; finance (charter.yaml:8); measured 70 % (" in said
    assert "on 30 customers, as of 30 Jun 2026" in said
    assert "competition: no table says which rival a deal was fought out with" in said


def test_the_page_shows_measured_facts_with_interval_provenance_and_how(decided, tmp_path):
    ran = decided("--html", str(tmp_path / "d.html"), facts="{grr: 95%}")

    page = flat((tmp_path / "d.html").read_text())
    assert ran.exit_code == 0, ran.output
    assert "measured on 30 customers, as of 30 Jun 2026" in page
    assert "gross revenue retention is stated as 95 %, outside what was measured: 66.7 % (" in page
    assert "facts the evidence cannot tell" in page
    assert "no table says which rival" in page


def test_it_does_not_ask_for_what_is_measured(decided, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.StringIO(""))

    said = flat(decided("--ask").output)

    assert "Measured as of 2026-06-30, and not asked for: " in said
    assert "net revenue retention 70 % (" in said
    assert "Do customers as a whole grow or shrink?" not in said


def test_an_earlier_day_is_looked_from(decided):
    found = json.loads(decided("--json", "--as-of", "2026-06-30").stdout)
    early = decided("--as-of", "2020-01-01")

    assert found["day"] == "2026-06-30"
    assert early.exit_code != 0
    assert "before the first day" in flat(str(early.exception) + early.output)


def test_without_evidence_there_is_no_day_to_look_from(charter, tmp_path):
    charter(CHARTER.format(facts="{}"))

    ran = CliRunner().invoke(
        app, ["decide", str(tmp_path / "charter.yaml"), "--as-of", "2026-01-01"]
    )

    assert ran.exit_code == 2
    assert "--evidence" in ran.output


def test_a_file_that_is_no_evidence_is_refused_with_what_to_do(charter, tmp_path):
    charter(CHARTER.format(facts="{}"))
    (tmp_path / "x.duckdb").write_text("no database")

    ran = CliRunner().invoke(
        app,
        ["decide", str(tmp_path / "charter.yaml"), "--evidence", str(tmp_path / "x.duckdb")],
    )

    assert ran.exit_code != 0
    assert "x.duckdb" in flat(str(ran.exception) + ran.output)
