"""A real funnel: Olist's marketing-qualified leads, 2017 to 2018.

Thirteen people are credited both as SDR and as closer. A tool that ignores dates accuses them all.
"""

from __future__ import annotations

import csv
import json
import re
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from remit.audit import Audit, open_for
from remit.audit import audit as run_audit
from remit.charter import read_charter
from remit.cli.app import app
from remit.sources import load
from remit.terms import Answer, Finding

pytestmark = pytest.mark.trial
HERE = Path(__file__).parent / "olist"
WINS = "olist_closed_deals_dataset.csv"
TODAY = date(2026, 11, 1)


@pytest.fixture
def olist(trial_data: Path, tmp_path: Path) -> Callable[..., Audit]:
    """Audit the funnel, after a change to its won deals if one is given."""

    def run(change: Callable[[list[dict[str, str]]], None] | None = None) -> Audit:
        folder = tmp_path / "olist"
        shutil.copytree(trial_data / "olist_funnel", folder, copy_function=shutil.copyfile)
        folder.chmod(0o755)
        for file in HERE.iterdir():
            shutil.copyfile(file, folder / file.name)
        if change is not None:
            with (folder / WINS).open() as file:
                rows = list(csv.DictReader(file))
            change(rows)
            with (folder / WINS).open("w", newline="") as file:
                writer = csv.DictWriter(file, rows[0])
                writer.writeheader()
                writer.writerows(rows)
        charter = read_charter(folder / "charter.yaml")
        load(charter, [folder / "mapping.yaml"], folder / "e.duckdb", today=TODAY)
        return run_audit(charter, open_for(charter, folder / "e.duckdb"), today=TODAY)

    return run


def two_roles(audit: Audit) -> Finding:
    (found,) = [f for f in audit.findings if f.about == "people credited in two roles"]
    return found


def test_the_funnel_is_counted_as_published(olist):
    funnel = olist().funnel

    assert (funnel.leads, funnel.won) == (8000, 842)
    assert round(funnel.won / funnel.leads * 100, 3) == 10.525
    assert funnel.median_days == 14
    assert funnel.won_before_created == 1
    # beyond the year of the audit on one side, and long before its end on the other
    assert (funnel.first_day, funnel.last_day) == (date(2017, 6, 14), date(2018, 5, 31))


def test_thirteen_hold_both_roles_six_can_be_judged_and_nobody_is_accused(olist):
    audit = olist()

    assert audit.individuals
    assert (audit.in_two_roles, audit.of_them_judged) == (13, 6)
    assert two_roles(audit).answer is Answer.CLEAR
    assert not [f for f in audit.findings if f.severity is not None]


def test_the_report_says_of_each_of_the_thirteen_whether_and_why_not(olist):
    said = [line for line in two_roles(olist()).caveats if "first credit as rep" in line]

    judged = [line for line in said if "fits a promotion" in line]
    unjudged = [line for line in said if "cannot be judged, because" in line]
    assert (len(judged), len(unjudged)) == (6, 7)
    assert all("the last record came in (31 May 2018)" in line for line in unjudged)


def test_forty_six_of_their_sdr_credits_came_after_their_first_own_win(olist):
    found = olist().concurrency

    assert sum(c.credits_earlier for c in found) == 628
    assert sum(c.credits_after for c in found) == 46
    assert sum(c.still for c in found) == 0


def test_a_person_made_truly_concurrent_is_found(olist, trial_data):
    """An SDR is given one own win in April 2018, and goes on as an SDR on leads of May."""
    folder = trial_data / "olist_funnel"
    with (folder / "olist_marketing_qualified_leads_dataset.csv").open() as file:
        came = {row["mql_id"]: row["first_contact_date"] for row in csv.DictReader(file)}
    with (folder / WINS).open() as file:
        rows = list(csv.DictReader(file))
    both = {row["sdr_id"] for row in rows} & {row["sr_id"] for row in rows}
    started = {row["sdr_id"] for row in rows if row["won_date"] < "2018-04"} - both
    busy = max(
        started,
        key=lambda sdr: sum(
            row["sdr_id"] == sdr and came[row["mql_id"]] > "2018-05" for row in rows
        ),
    )

    def make_concurrent(rows: list[dict[str, str]]) -> None:
        win = next(r for r in rows if r["sdr_id"] != busy and r["won_date"].startswith("2018-04"))
        win["sr_id"] = busy

    found = two_roles(olist(make_concurrent))

    assert found.answer is Answer.PROVEN
    assert found.says.startswith("1 of 7 people credited in two roles")
    assert any(
        busy in line and "of these on records first touched after it" in line
        for line in found.caveats
    )


def test_what_the_data_cannot_tell_is_said(olist):
    findings = olist().findings
    unseen = [f for f in findings if f.answer is Answer.COULD_NOT_LOOK]

    assert any("no activities" in f.says for f in unseen)
    assert any("declares no handoff" in f.says for f in unseen)
    assert any("roles are read from credits" in f.says for f in unseen)
    # that a deal's first day is missing is not that there were no deals, nor that nobody sells
    undated = [f for f in unseen if f.says.startswith("None of 842 deals says when it was created")]
    assert {f.check for f in undated} == {"winning", "pipeline", "pipeline_review"}
    assert not any(re.search(r"\b0 (new )?deals|people sell", f.says) for f in findings)


LACKS = {
    "sdr_ae": {"opportunities.created_at", "quotas", "leads.inbound"},
    "sdr_bdr": {"territories"},
    "ae_se": {"activities", "opportunities.created_at", "stage_changes", "buying_roles"},
    "ae_deal_desk": {"activities"},
    "ae_am": {"contracts or arr_changes", "buying_roles", "people.manager_id"},
    "am_csm": {"contracts or arr_changes", "buying_roles", "people.manager_id"},
    "renewal_owner": {"contracts or arr_changes", "buying_roles", "people.manager_id"},
    "csm_support": {"activities"},
    "inside_or_field": {"contracts or arr_changes"},
    "sales_leader": set(),  # how far the company is: its charter says it, and no table
}
"""What the public data would have to hold for each question that it leaves open."""


@pytest.mark.slow
def test_each_boundary_says_what_the_evidence_decides_and_which_table_is_missing(olist, tmp_path):
    olist()
    words = ["decide", str(tmp_path / "olist" / "charter.yaml")]
    words += ["--evidence", str(tmp_path / "olist" / "e.duckdb")]

    (segment,) = json.loads(CliRunner().invoke(app, [*words, "--json"]).stdout)["segments"]
    said = " ".join(CliRunner().invoke(app, words).stdout.split())

    open_ = {a["question"]: a for a in segment["answers"] if a["answer"] == "depends"}
    lacks = {
        question: {table for fact in answer["not_told"] for table in fact["lacks"]}
        for question, answer in open_.items()
    }
    assert lacks == LACKS
    assert "playbook. The evidence lacks opportunities.created_at, quotas, leads.inbound" in said
    assert "depends on ACV. The evidence lacks contracts or arr_changes." in said
    # 22 were ever credited with a win, 17 in the last 90 days: who has left is not known
    sellers = segment["facts"]["sellers"]
    assert (sellers["value"], sellers["low"], sellers["high"]) == (None, 17, 22)
    assert "What was measured decides first manager (by sellers); 10 of 11 questions" in said
