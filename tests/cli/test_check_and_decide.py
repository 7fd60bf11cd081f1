"""`remit check` and `remit decide` from the outside: what is printed, and the exit status."""

from __future__ import annotations

import json
from pathlib import Path
from textwrap import dedent

import pytest
from typer.testing import CliRunner

from remit.cli.app import app
from remit.terms import RemitError

SOUND = """
    company: Acme
    roles:
      seller: {is: AE/AM, headcount: 3}
      csm: {is: CSM, headcount: 1}
    outside: [support]
    nobody: [technical_validation, deal_desk]
"""
WITH_A_GAP = """
    company: Acme
    roles:
      ae: {is: AE}
"""


@pytest.fixture
def run(tmp_path: Path):
    """Run a command on a charter given as text."""

    def ran(command: str, text: str, *options: str):
        file = tmp_path / "charter.yaml"
        file.write_text(dedent(text))
        return CliRunner().invoke(app, [command, str(file), *options])

    return ran


# check


def test_a_sound_charter_ends_with_status_0(run):
    assert run("check", SOUND).exit_code == 0


def test_work_without_an_owner_ends_with_status_1_and_names_its_line(run):
    ran = run("check", WITH_A_GAP)

    assert ran.exit_code == 1
    assert "No role owns renewal" in ran.output
    assert "charter.yaml:3:" in ran.output


def test_who_minds_only_what_is_red_is_not_stopped_by_amber(run):
    amber = SOUND.replace("outside: [support]", "about: who answers tickets is not said")

    assert run("check", amber).exit_code == 0
    assert run("check", amber, "--fail-on", "amber").exit_code == 1


def test_a_check_as_json_holds_every_check_and_who_disagrees(run):
    checked = json.loads(run("check", WITH_A_GAP, "--json").stdout)

    assert checked["format"] == "check/1"
    assert {found["check"] for found in checked["findings"]} == set(checked["checks"])
    assert all("disagreements" in found for found in checked["findings"])
    assert checked["summary"]["worst"] == "red"


def test_a_finding_the_company_lives_with_is_shown_with_its_reason_and_does_not_fail(run):
    exempt = """
    exempt:
      - {check: gaps, because: we have no customers to renew yet}
    """
    ran = run("check", dedent(WITH_A_GAP) + dedent(exempt))

    assert ran.exit_code == 0
    assert "we have no customers to renew yet" in ran.output


# decide


def test_three_sellers_are_advised_to_be_generalists(run):
    decided = json.loads(run("decide", SOUND, "--json").stdout)

    answers = {one["question"]: one["answer"] for one in decided["segments"][0]["answers"]}
    assert answers["ae_am"] == "joined"


def test_a_fact_set_for_the_run_takes_the_place_of_what_the_charter_says(run):
    facts = (
        "sellers=30",
        "new_logo_potential=high",
        "year_1_expansion_potential=low",
        "later_expansion_potential=low",
        "nrr=110%",
        "first_line_managers=4",
    )
    options = [word for fact in facts for word in ("--set", fact)]

    decided = json.loads(run("decide", SOUND, "--json", *options).stdout)

    answers = {one["question"]: one["answer"] for one in decided["segments"][0]["answers"]}
    assert answers["ae_am"] == "split_at_close"
    assert answers["am_csm"] == "joined"


def test_facts_that_do_not_exist_or_cannot_be_are_told_together(run):
    ran = run("decide", SOUND, "--set", "selers=3", "--set", "grr=200%")

    assert isinstance(ran.exception, RemitError)
    said = [str(problem) for problem in ran.exception.problems]
    assert len(said) == 2
    assert 'Did you mean "sellers"?' in said[0]
    assert "grr" in said[1]


def test_the_screen_has_one_line_a_boundary_and_says_what_is_open(run):
    ran = run("decide", SOUND)

    assert "AE | AM" in ran.output
    assert "specialists pay off with" in " ".join(ran.output.split())
    assert "--ask" in ran.output
    assert all(line == line.rstrip() for line in ran.output.splitlines())
