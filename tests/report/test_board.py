"""What is handed to a board, and to machines that watch."""

from __future__ import annotations

import dataclasses
import io
import json
import re
from datetime import timedelta
from xml.etree import ElementTree

import jsonschema
import pytest
from python_calamine import CalamineWorkbook

from remit.audit import Audit, compared, false_discovery
from remit.report.audit_schema import audit_schema
from remit.report.contents import contents
from remit.report.html import html
from remit.report.junit import junit
from remit.report.machine import as_json
from remit.report.pdf import pdf
from remit.report.sarif import sarif
from remit.report.workbook import workbook
from remit.terms import Cost, Point, Severity

from .conftest import HOSTILE


@pytest.fixture
def whole(by_hand: Audit) -> Audit:
    """The audit with a cost, a run of months and what chance can do."""
    first = dataclasses.replace(
        by_hand.findings[0],
        cost=Cost(120_000, 310_000, "USD", "1,900 hours at 63 to 163 USD", ("hours of csm",)),
        trend=tuple(
            Point(by_hand.as_of.replace(month=m, day=1), 0.5 + m / 50, 8) for m in range(1, 9)
        ),
        roles=("csm",),
    )
    findings = (first, *by_hand.findings[1:])
    return dataclasses.replace(by_hand, findings=findings, discovery=false_discovery(findings))


def test_the_first_page_has_each_check_once_before_any_twice_and_red_first(whole: Audit) -> None:
    matter = contents(whole).matter

    assert len(matter) == 4
    assert [f.severity for f in matter] == sorted((f.severity for f in matter), reverse=True)
    assert len({f.check for f in matter}) == 4


def test_the_dearest_of_equals_comes_first(whole: Audit) -> None:
    assert contents(whole).matter[0].cost is not None


def test_a_roles_card_holds_its_numbers_and_the_band_of_their_source(whole: Audit) -> None:
    cards = {card.role: card for card in contents(whole).cards}

    assert "csm" in cards
    assert any(figure.finding.check == "csm_support" for figure in cards["csm"].figures)


def test_every_subject_is_asked_in_words_and_no_finding_is_lost(whole: Audit) -> None:
    subjects = contents(whole).subjects

    assert sum(len(subject.findings) for subject in subjects) == len(whole.findings)


def test_the_page_says_cost_months_chance_and_change(whole: Audit) -> None:
    before = dataclasses.replace(
        whole, as_of=whole.as_of - timedelta(days=92), findings=whole.findings[1:]
    )

    page = html(contents(whole, since=before, changes=compared(before, whole)))

    assert "120,000 to 310,000 USD a year" in page
    assert "<polyline" in page
    assert "held against a limit" in page
    assert "What changed" in page


def test_the_pdf_is_the_same_bytes_every_time_and_holds_its_text(whole: Audit) -> None:
    printed = pdf(contents(whole))

    assert printed.startswith(b"%PDF-1.7")
    assert printed == pdf(contents(whole))
    assert b"/StructTreeRoot" in printed or b"/MarkInfo" in printed


def test_hostile_words_are_only_words_in_every_format(hostile: Audit) -> None:
    shown = contents(hostile)

    assert pdf(shown).startswith(b"%PDF")
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(workbook(shown))).get_sheet_by_name("About")
    assert sheet.to_python()[1][1].startswith("<script>")
    ElementTree.fromstring(junit(hostile))
    json.loads(sarif(hostile, "charter.yaml"))
    assert HOSTILE not in junit(hostile)


def test_the_workbook_has_every_finding_its_proof_and_no_column_for_a_person(whole: Audit) -> None:
    book = CalamineWorkbook.from_filelike(io.BytesIO(workbook(contents(whole))))
    findings = book.get_sheet_by_name("Findings").to_python()
    proof = book.get_sheet_by_name("Proof").to_python()

    assert len(findings) == 1 + len(whole.findings)
    assert findings[1][1] == "red"
    assert isinstance(findings[1][6], float)
    rows = sum(1 + len(f.proof.rows) for f in whole.findings if f.proof and f.proof.rows)
    assert len(proof) == 1 + rows
    heads = {str(cell).lower() for name in book.sheet_names for cell in
             (book.get_sheet_by_name(name).to_python() or [[]])[0]}  # fmt: skip
    assert not heads & {"person", "name", "owner", "email", "e-mail", "user"}


def test_what_begins_like_a_formula_stays_text(whole: Audit) -> None:
    named = dataclasses.replace(whole, company="=1+1")

    book = CalamineWorkbook.from_filelike(io.BytesIO(workbook(contents(named))))

    assert book.get_sheet_by_name("About").to_python()[1][1] == "=1+1"


def test_a_build_server_sees_red_as_failed_and_blind_as_skipped(whole: Audit) -> None:
    suites = ElementTree.fromstring(junit(whole))

    failed = {
        case.get("name") for case in suites.iter("testcase") if case.find("failure") is not None
    }
    skipped = suites.findall(".//skipped")
    assert failed == {f.about for f in whole.findings if f.severity is Severity.RED}
    assert len(skipped) == 3
    assert len(list(suites.iter("testcase"))) == len(whole.findings)


def test_amber_fails_too_where_it_is_asked_for(whole: Audit) -> None:
    suites = ElementTree.fromstring(junit(whole, Severity.AMBER))

    assert len(suites.findall(".//failure")) == 4


def test_sarif_has_what_is_loud_with_a_name_that_stays(whole: Audit) -> None:
    (run,) = json.loads(sarif(whole, "acme.yaml"))["runs"]

    levels = [result["level"] for result in run["results"]]
    assert levels == ["error"] * 3 + ["warning", "note"]
    place = run["results"][0]["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "acme.yaml"
    names = {result["partialFingerprints"]["finding/v1"] for result in run["results"]}
    assert len(names) == len(run["results"])
    assert {result["ruleId"] for result in run["results"]} <= {
        r["id"] for r in run["tool"]["driver"]["rules"]
    }


def test_the_json_keeps_to_its_published_schema_and_the_schema_refuses_what_does_not(
    whole: Audit,
) -> None:
    schema = json.loads(audit_schema())
    jsonschema.Draft202012Validator.check_schema(schema)
    document = json.loads(as_json(whole))

    jsonschema.validate(document, schema)

    document["findings"][0]["severity"] = 3
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(document, schema)


def test_no_format_speaks_of_causes(whole: Audit) -> None:
    shown = html(contents(whole))

    assert not re.search(r"\b(caused by|leads to|results in|due to)\b", shown)
