"""The audit is held to the truth about a company it knows nothing of."""

from __future__ import annotations

import json
from datetime import date

import pytest

from remit.audit import audit as run_audit
from remit.audit import open_for
from remit.charter import read_charter
from remit.example import write_example
from remit.report import wording
from remit.sources import load
from remit.terms import Answer, Severity

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("example_company")]


@pytest.fixture(scope="module")
def company(tmp_path_factory):
    """A company of one seed: its folder, its audit and the truth."""
    folder = tmp_path_factory.mktemp("company") / "northstar"
    write_example(folder, seed=1)
    charter = read_charter(folder / "charter.yaml")
    places = [folder / "export", folder / "finance" / "mapping.yaml"]
    load(charter, places, folder / "e.duckdb", today=date(2026, 11, 1))
    audit = run_audit(charter, open_for(charter, folder / "e.duckdb"))
    return folder, audit, json.loads((folder / "truth.json").read_text())


def severities(audit, check: str, *words: str) -> set[Severity | None]:
    return {
        f.severity
        for f in audit.findings
        if f.check == check and all(word in f.about for word in words)
    }


@pytest.mark.parametrize(
    ("check", "words"),
    [
        ("ae_prospecting", ("mid_market",)),
        ("csm_support", ("enterprise",)),
        ("sdr_ae_handoff", ("mid_market", "acceptance")),
        ("sdr_ae_handoff", ("mid_market", "conversion")),
        ("sdr_ae_handoff", ("mid_market", "fields")),
        ("false_specialists", ("se in enterprise", "technical")),
        ("false_specialists", ("two roles",)),
    ],
)
def test_each_planted_fault_is_found(company, check, words):
    found = severities(company[1], check, *words)

    assert found
    assert found <= {Severity.AMBER, Severity.RED}


@pytest.mark.parametrize(
    ("check", "words"),
    [
        ("ae_prospecting", ("enterprise",)),
        ("ae_prospecting", ("generalist",)),
        ("csm_support", ("mid_market",)),
        ("sdr_ae_handoff", ("enterprise",)),
        ("false_specialists", ("se in mid_market", "technical")),
        ("false_specialists", ("generalist",)),
        ("false_specialists", ("roles.am",)),
        ("false_specialists", ("roles.sdr",)),
    ],
)
def test_no_innocent_is_accused(company, check, words):
    found = severities(company[1], check, *words)

    assert found
    assert found <= {None, Severity.NOTE}


def test_a_thinly_logged_team_is_not_called_clear_either(company):
    _, audit, _ = company

    (found,) = [f for f in audit.findings if f.about == "roles.am: time outside the remit"]

    assert found.answer is Answer.CANNOT_TELL


def test_measured_shares_of_recorded_time_are_near_the_truth(company):
    """Within a tenth of all time for every function that is a tenth or more of what was recorded."""
    _, audit, truth = company
    true = {(c["role"], c["segment"]): c["share_of_recorded"] for c in truth["cells"]}
    compared = 0
    for time in audit.times:
        if len(time.segments) != 1 or (time.role, time.segments[0]) not in true:
            continue
        for function, share in true[time.role, time.segments[0]].items():
            measured = time.function(function)
            if (
                share >= 0.1
                and function not in ("internal", "qualification")
                and time.role != "sdr"
            ):
                assert abs((measured.share.value if measured else 0.0) - share) < 0.1, (
                    time.about,
                    function,
                )
                compared += 1

    assert compared >= 10


def test_steps_of_the_handoff_are_counted_as_they_were(company):
    _, audit, truth = company
    true = {h["segment"]: h for h in truth["handoffs"]}
    recorded = [flow for flow in audit.flows if flow.counts]  # the others leave no record at all
    assert {flow.handoff for flow in recorded} == {"qualified_meeting"}
    for flow in recorded:
        for step in ("held", "accepted", "rejected", "converted"):
            # a CRM forgets to tick some boxes, and never ticks one too many
            assert 0.9 * true[flow.segment][step] <= flow.counts[step] <= true[flow.segment][step]


def test_the_printed_query_gives_the_input_of_the_estimator_again(company):
    import duckdb

    folder, audit, _ = company
    with duckdb.connect(str(folder / "e.duckdb"), read_only=True) as con:
        for time in audit.times:
            rows = con.execute(time.query).fetchall()
            hours = sum(row[-4] for row in rows if row[5] != "unknown") / 60

            assert hours == pytest.approx(time.recorded_hours)
        for found in audit.findings:
            if found.proof is not None and found.proof.query:
                assert con.execute(found.proof.query).fetchone() is not None


def test_no_output_of_the_default_view_names_a_person_or_a_pseudonym(company):
    from remit.report.html import html
    from remit.report.machine import as_json

    folder, audit, _ = company
    charter = read_charter(folder / "charter.yaml")
    people = open_for(charter, folder / "e.duckdb").people()
    for text in (as_json(audit), html(audit)):
        for person in people:
            assert person["person_id"] not in text
            assert person["email"] not in text
            assert person["name"] not in text


def test_every_row_of_proof_has_a_cell_for_each_column(company):
    proofs = [found.proof for found in company[1].findings if found.proof is not None]

    assert len(proofs) > 80
    for proof in proofs:
        assert all(len(row) == len(proof.columns) for row in proof.rows), proof.columns


def test_a_number_looks_the_same_in_its_sentence_and_beside_it(company):
    """Reports show a finding's number again: in charts, on cards, in the workbook."""
    looked = 0
    for found in company[1].findings:
        if found.measured is None or not found.measured.value:
            continue
        value, _, interval = wording.measured(found).removesuffix(")").partition(" (")
        looked += 1
        assert value.split(" ")[0] in found.says, found.about
        assert interval in found.says, found.about

    assert looked > 80
