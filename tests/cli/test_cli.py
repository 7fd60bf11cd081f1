"""The command line: what it prints, where, how it ends, and what it leaves behind."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.command_line import Ended, remit, remit_apart

CHARTER = """\
company: Acme
roles: {sdr: {is: SDR}, ae: {is: AE}}
titles: {"SDR": sdr, "AE": ae}
handoffs:
  - name: meeting
    from: sdr
    to: ae
    at: discovery
    offered: {object: Opportunity}
    requires: {pain: Opportunity.Pain__c}
"""
STRICTER = """\
benchmarks:
  handoff_fields_filled: {amber: 0.95, red: 0.9, because: we sell to hospitals}
"""
USERS = [
    {"Id": f"005{title}{n}", "Title": title, "CreatedDate": "2025-01-01"}
    for title in ("SDR", "AE")
    for n in range(6)
]
DEALS = [
    {
        "Id": f"006{n:012}",
        "OwnerId": f"005AE{n % 6}",
        "CreatedById": f"005SDR{n % 6}",
        "CreatedDate": f"2026-03-{n % 28 + 1:02}T10:00:00Z",
        "StageName": "Discovery",
        "CloseDate": "2026-12-31",
        "Pain__c": "Spreadsheets" if n % 3 else "",
    }
    for n in range(300)
]
"""Deals handed over, of which two thirds say what hurts: less than enough, more than half."""


def left_behind(folder: Path) -> set[str]:
    return {str(file.relative_to(folder)) for file in folder.rglob("*")}


@pytest.fixture(scope="module")
def company(tmp_path_factory) -> Path:
    """A folder with a charter, an export, and what `remit load` made of them."""
    folder = tmp_path_factory.mktemp("company")
    (folder / "export").mkdir()
    (folder / "charter.yaml").write_text(CHARTER)
    (folder / "stricter.yaml").write_text(CHARTER + STRICTER)
    for name, rows in {"User": USERS, "Opportunity": DEALS}.items():
        with (folder / "export" / f"{name}.csv").open("w", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
    loaded = remit_apart(
        "load", "charter.yaml", "export", "--into", "acme.duckdb", "--json", within=folder
    )
    (folder / "loaded.json").write_text(loaded.stdout)
    assert loaded.returncode == 0, loaded.stderr
    return folder


@pytest.fixture
def refused() -> Callable[..., str]:
    """Run the command line on what it cannot use: status 2, words on standard error only."""

    def run(*words: str | Path, within: Path, run_by: Callable[..., Ended] = remit) -> str:
        before = left_behind(within)
        ended = run_by(*words, within=within)
        assert ended.returncode == 2
        assert ended.stdout == ""
        assert "Traceback" not in ended.stderr
        assert left_behind(within) == before
        return ended.stderr

    return run


# Help


def test_the_version_is_one_line():
    ended = remit_apart("--version")

    assert ended.returncode == 0
    assert re.fullmatch(r"remit \d+\.\d+(\.\d+)?\S*\n", ended.stdout)


def test_help_lists_every_command_and_the_meaning_of_each_exit_status():
    ended = remit("-h")

    assert ended.returncode == 0
    for command in ("audit", "load", "example", "explain"):
        assert f" {command} " in ended.stdout
    assert "Exit status: 0 fine, 1 findings at or above --fail-on, 2" in ended.stdout


def test_help_on_a_command_names_its_options():
    ended = remit("audit", "-h")

    assert ended.returncode == 0
    for option in ("--as-of", "--json", "--html", "--fail-on"):
        assert option in ended.stdout


# Explain


@pytest.mark.slow
def test_a_rule_is_explained_with_its_number_its_source_and_the_checks_that_serve_it():
    ended = remit("explain", "000-23")

    assert ended.returncode == 0
    assert ended.stdout.startswith("000-23  red flag or risk\n")
    assert "Source: Sales Role Specialization" in ended.stdout
    assert "Checked by: sdr_ae_handoff" in ended.stdout
    assert "sdr_ae_acceptance (share)" in ended.stdout


def test_a_benchmark_is_explained_with_its_levels_and_its_standing():
    ended = remit("explain", "ae_prospecting_share")

    assert ended.returncode == 0
    assert "ae_prospecting_share (share)" in ended.stdout
    assert "amber 0.2; red 0.25" in ended.stdout
    assert "[benchmark]" in ended.stdout


def test_a_check_is_explained_with_its_question_and_its_rules():
    ended = remit("explain", "ae_prospecting")

    assert ended.returncode == 0
    assert ended.stdout.startswith("ae_prospecting: Do account executives prospect")
    assert "Rules: 000-14, 000-22" in ended.stdout


@pytest.mark.slow
def test_a_check_of_the_charter_alone_is_explained_by_its_name_as_reports_print_it():
    for name in ("handoff_record", "handoff record"):
        ended = remit("explain", name)

        assert ended.returncode == 0
        assert ended.stdout.startswith("handoff_record: ")
        assert "Rules: 000-16, 000-27\nHow: read from the charter alone" in ended.stdout


@pytest.mark.slow
def test_what_is_no_rule_benchmark_or_check_gets_the_nearest(refused, tmp_path):
    said = refused("explain", "AE_prospectng", within=tmp_path)

    assert "AE_prospectng  is no rule, benchmark or check." in said
    assert 'Did you mean "ae_prospecting"?' in said


# Load


def test_a_load_accounts_for_every_row_as_json(company):
    summary = json.loads((company / "loaded.json").read_text())

    assert summary["rows"] == summary["kept"] + summary["rejected"] == 312
    assert summary["into"] == "acme.duckdb"
    assert {file["file"] for file in summary["files"]} == {"User.csv", "Opportunity.csv"}


def test_a_folder_without_an_export_leaves_the_evidence_as_it_was(refused, company, tmp_path):
    (tmp_path / "acme.duckdb").write_bytes((company / "acme.duckdb").read_bytes())
    (tmp_path / "export").mkdir()

    said = refused(
        "load", company / "charter.yaml", "export", "--into", "acme.duckdb", within=tmp_path
    )

    assert "export  is no export that remit knows" in said
    assert said.endswith("1 problem. Nothing was changed.\n")
    assert (tmp_path / "acme.duckdb").read_bytes() == (company / "acme.duckdb").read_bytes()


# Audit


def test_an_audit_without_red_ends_with_0_and_is_one_json_document_on_standard_output(company):
    ended = remit_apart("audit", "charter.yaml", "acme.duckdb", "--json", "-", within=company)

    assert ended.returncode == 0
    document = json.loads(ended.stdout, parse_constant=pytest.fail)
    assert document["company"] == "Acme"
    assert document["summary"]["worst"] == "amber"
    loud = [found for found in document["findings"] if found["severity"] in ("amber", "red")]
    assert [found["check"] for found in loud] == ["sdr_ae_handoff"]
    assert all(found["remedy"] for found in loud)


@pytest.mark.slow
def test_fail_on_amber_ends_with_1_and_the_evidence_is_kept_beside_the_reports(company, tmp_path):
    ended = remit(
        "audit", company / "charter.yaml", company / "export", "--fail-on", "amber",
        "--html", "out/report.html", "--json", "out/audit.json", within=tmp_path,
    )  # fmt: skip

    assert ended.returncode == 1
    assert ended.stdout.endswith(
        "Report: out/report.html\nJSON: out/audit.json\nEvidence: out/report.evidence.duckdb\n"
    )
    assert left_behind(tmp_path) == {
        "out", "out/report.html", "out/audit.json", "out/report.evidence.duckdb"
    }  # fmt: skip
    assert json.loads((tmp_path / "out/audit.json").read_text())["company"] == "Acme"
    assert (tmp_path / "out/report.html").read_text().startswith("<!doctype html>")


def test_a_red_finding_ends_with_1_and_a_companys_own_limit_can_make_one(company):
    ended = remit("audit", "stricter.yaml", "acme.duckdb", within=company)

    assert ended.returncode == 1
    assert "1 red" in ended.stdout


# What cannot be used


def test_a_charter_with_mistakes_is_told_in_full_and_nothing_is_written(refused, tmp_path):
    (tmp_path / "charter.yaml").write_text("company: Acme\nroles: {ae: {is: AEE}}\nwrong: 1\n")

    said = refused(
        "audit", "charter.yaml", "export", "--json", "-", "--html", "report.html", within=tmp_path
    )

    assert 'charter.yaml:2:18  roles.ae.is: no role kind is called "AEE".' in said
    assert "charter.yaml:3:1  wrong: the charter has no such word here." in said
    assert said.endswith("2 problems.\n")


def test_evidence_that_is_not_there_leaves_the_last_reports_evidence_alone(
    refused, company, tmp_path
):
    (tmp_path / "report.evidence.duckdb").write_text("the last report's")

    said = refused(
        "audit", company / "charter.yaml", "nowhere", "--html", "report.html", within=tmp_path
    )

    assert "nowhere  there is no such folder or file." in said
    assert (tmp_path / "report.evidence.duckdb").read_text() == "the last report's"

    said = refused("audit", company / "charter.yaml", "nowhere.yaml", within=tmp_path)

    assert "nowhere.yaml  there is no such file." in said
    assert "Give the path of a mapping." in said


def test_a_day_before_the_evidence_starts_is_refused_and_nothing_is_written(
    refused, company, tmp_path
):
    said = refused(
        "audit", company / "charter.yaml", company / "export", "--as-of", "1999-01-01",
        "--html", "out/report.html", within=tmp_path,
    )  # fmt: skip

    assert "1999-01-01 is before the first day in the evidence." in said


def test_a_report_that_would_take_a_folders_place_is_refused_before_anything_is_read(
    refused, tmp_path
):
    (tmp_path / "out").mkdir()

    said = refused(
        "audit", "charter.yaml", "export", "--html", "out", within=tmp_path, run_by=remit_apart
    )

    assert "'out' is a directory." in said


@pytest.mark.parametrize(
    "words",
    [
        ("audit", "charter.yaml", "export", "--fail-on", "purple"),
        ("audit", "charter.yaml", "export", "--as-of", "31/12/2026"),
        ("load", "charter.yaml", "export"),
    ],
)
def test_words_the_command_line_does_not_know_end_with_2(refused, tmp_path, words):
    said = refused(*words, within=tmp_path)

    assert said.startswith("Usage: remit")


def test_the_example_company_is_not_written_over_what_is_there(refused, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("keep me")

    said = refused("example", "mine", within=tmp_path)

    assert said.startswith("mine  is not an empty folder.")
    assert (tmp_path / "mine" / "notes.txt").read_text() == "keep me"
