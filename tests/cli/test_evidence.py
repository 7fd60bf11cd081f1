"""`remit evidence` and `remit forget`: what they print, and what they refuse."""

from __future__ import annotations

import json
import shutil
from datetime import date
from pathlib import Path

import pytest

from remit.charter import read_charter
from remit.cli.evidence import run_evidence
from remit.cli.forget import run_forget
from remit.evidence import EvidenceError, open_evidence
from remit.sources import load

SMALL_TEAM = Path(__file__).resolve().parents[2] / "examples" / "small-team"


@pytest.fixture(scope="module")
def loaded(tmp_path_factory):
    """The small team's charter, and what a load makes of its export."""
    charter = read_charter(SMALL_TEAM / "with-handoff.yaml")
    file = tmp_path_factory.mktemp("team") / "team.duckdb"
    load(charter, [SMALL_TEAM / "export"], file, today=date(2026, 6, 1))
    return charter, file


@pytest.fixture
def team(loaded, tmp_path):
    """The small team's charter, and a file of its own with its export."""
    charter, file = loaded
    return charter, Path(shutil.copyfile(file, tmp_path / "team.duckdb"))


def test_a_file_is_told_of_with_coverage_where_a_charter_is_given(team, capsys):
    charter, file = team

    run_evidence(file, charter, as_json=False)

    shown = capsys.readouterr().out
    assert "Harbor Software: salesforce, 2026-03-02 to 2026-05-22, loaded on 2026-06-01" in shown
    assert "sdr, 5 people: 26 %; 2026-03 26 %" in shown
    assert "Do customer success managers work as a support desk? No tickets." in shown
    assert "ownership_changes: is empty." in shown
    assert "Sam" not in shown


def test_as_json_rows_are_kept_and_rejected_and_without_a_charter_there_is_no_coverage(
    team, capsys
):
    run_evidence(team[1], None, as_json=True)

    told = json.loads(capsys.readouterr().out)
    assert told["format"] == "evidence/1"
    assert told["rows"] == told["kept"] + told["rejected"] > 0
    assert told["coverage"] is None
    assert {"tables", "files", "derivations", "gaps", "unanswered", "findings"} <= told.keys()


def test_something_that_is_no_evidence_is_refused(tmp_path):
    (tmp_path / "other.duckdb").write_text("no database")

    with pytest.raises(EvidenceError, match="is not an evidence file"):
        run_evidence(tmp_path / "other.duckdb", None, as_json=False)


def test_forgetting_says_what_was_done_and_never_whom(team, capsys):
    _, file = team

    run_forget("Sam 1", file, dry_run=True, as_json=False)
    run_forget("Sam 1", file, dry_run=False, as_json=False)

    dry, done = capsys.readouterr().out.split(f"{file} is as it was.\n")
    assert "Names and addresses: 1 would be taken out." in dry
    assert "Names and addresses: 1 taken out." in done
    assert "participants.person_id: 300" in done
    assert "was written anew" in done
    assert "Sam" not in dry + done
    assert "Sam 1" not in [row["name"] for row in open_evidence(file).people()]
