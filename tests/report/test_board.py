"""What is handed to a board, and to machines that watch."""

from __future__ import annotations

import dataclasses
import io
import json
import re
from collections.abc import Callable
from datetime import date, timedelta
from xml.etree import ElementTree

import jsonschema
import pytest
from pypdf import PdfReader
from python_calamine import CalamineWorkbook

from remit.audit import Audit, compared, false_discovery
from remit.benchmarks import benchmarks
from remit.charter import Charter
from remit.decide import decide
from remit.decide.uncertainty import DEPENDS
from remit.report import wording
from remit.report.audit_schema import audit_schema
from remit.report.contents import contents
from remit.report.decided import how_sure
from remit.report.html import html
from remit.report.junit import junit
from remit.report.machine import as_json
from remit.report.pdf import pdf
from remit.report.sarif import sarif
from remit.report.workbook import workbook
from remit.terms import Answer, Cost, Estimate, Finding, Point, Proof, Severity

from .conftest import HOSTILE, ROLES

SEGMENTS = f"""{ROLES}
    segments:
      mid:
        size: mid_market
        acv: 42000
        facts: {{sellers: 9, nrr: 1.06, demo_load: 0.2289, reactive_load: 0.12}}
"""


def read(printed: bytes) -> str:
    """The text of a PDF, as one line."""
    pages = (page.extract_text() for page in PdfReader(io.BytesIO(printed)).pages)
    return " ".join(" ".join(pages).split()).replace("\u00a0", " ")


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
    text = read(printed)
    for found in contents(whole).loud:
        assert found.says in text


def test_the_pdf_shows_the_steps_of_a_handoff_and_names_those_that_nothing_records(
    whole: Audit,
) -> None:
    first, second = whole.flows
    bare = dataclasses.replace(second, counts={}, handoff="won_deal", segment=None)
    few = dataclasses.replace(bare, handoff="ae to se", too_few=True)
    some = dataclasses.replace(whole, flows=(first, bare, few))
    printed, page = read(pdf(contents(some))), html(some)

    assert "accepted 231 30 % (27 to 33 %) of held, within 14 days" in printed
    assert "Half of the cases were decided within 3.4 days (2.6 to 4.2)." in printed
    assert "The charter names no record for the steps of won_deal." in printed
    assert "Fewer than 5 people give or take ae to se, so that it is not shown." in printed
    assert "Fewer than 5 people give or take it, so that it is not shown." in page
    assert "names no record" not in read(pdf(contents(whole)))


def test_numbers_that_are_clear_fold_under_what_is_past_its_limit(whole: Audit) -> None:
    red = next(f for f in whole.findings if f.severity is Severity.RED and f.measured)
    clear = [
        dataclasses.replace(
            red, severity=None, answer=Answer.CLEAR, about=f"roles.r{n}", says=f"r{n}."
        )
        for n in range(3)
    ]
    folded = html(dataclasses.replace(whole, findings=(red, *clear)))
    few = html(dataclasses.replace(whole, findings=(red, *clear[:2])))

    assert "<summary>3 clear</summary>" in folded
    assert folded.index(red.says) < folded.index("<summary>3 clear</summary>")
    assert all(f"r{n}.</span>" in folded for n in range(3))
    assert "<summary>2 clear</summary>" not in few


def test_a_query_is_listed_with_the_checks_that_rest_on_it(whole: Audit) -> None:
    page = html(whole)

    for found in whole.findings:
        if found.proof is not None and found.proof.query:
            assert re.search(rf"Query \d+: [^<]*{wording.words(found.check)}", page)


def test_how_sure_an_answer_is_stands_only_where_there_is_one(
    whole: Audit, charter: Callable[..., Charter]
) -> None:
    decided = decide(charter(SEGMENTS), day=date(2026, 11, 22))
    answers = {one.question: one for one in decided.segments[0].answers}
    page = html(contents(whole, decided=decided))
    printed = read(pdf(contents(whole, decided=decided)))

    assert how_sure(answers["ae_se"]) == "100 %"
    assert answers["sdr_ae"].answer == DEPENDS
    assert how_sure(answers["sdr_ae"]) == ""
    # a value at the end of its range, on the limit: no draw gives what the value itself gives
    edge = SEGMENTS.replace(
        "sellers: 9", "sellers: 9, pipeline_coverage: {value: 3, from: 1.5, to: 3}"
    )
    at_edge = decide(charter(edge), day=date(2026, 11, 22))
    (sdr_ae,) = [one for one in at_edge.segments[0].answers if one.question == "sdr_ae"]
    assert sdr_ae.answer not in sdr_ae.shares
    assert how_sure(sdr_ae) == "0 %"
    assert pdf(contents(whole, decided=at_edge)).startswith(b"%PDF")
    for shown in (page, printed):
        assert "demo load at 20 % or less (now 22.9 %)" in shown.replace("\u00a0", " ")
    assert page.count('data-name="sure"') == sum(bool(how_sure(one)) for one in answers.values())


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


def test_the_page_and_the_pdf_round_a_number_as_its_sentence_does(whole: Audit) -> None:
    says = "smb: net revenue retention is 99.8 % (97 to 104 %)."
    first = dataclasses.replace(
        whole.findings[0],
        says=says,
        measured=Estimate(0.998, "share", 0.97, 1.04, said="99.8 % (97 to 104 %)"),
    )
    page = html(dataclasses.replace(whole, findings=(first, *whole.findings[1:])))

    assert page.count("99.8\u00a0% (97 to 104\u00a0%)") > 2
    assert "100\u00a0% (97" not in page


def test_a_limit_on_something_else_than_the_number_is_not_put_beside_it(whole: Audit) -> None:
    counted = dataclasses.replace(whole.findings[0].limit, value=1.0, unit="count")  # type: ignore[type-var]

    assert wording.held(whole.findings[0]) == "at least 40 %"
    assert wording.held(dataclasses.replace(whole.findings[0], limit=counted)) == ""


def test_of_one_check_the_worse_finding_is_on_the_first_page_and_numbers_come_first(
    whole: Audit,
) -> None:
    def red(check: str, about: str, value: float | None) -> Finding:
        measured = None if value is None else Estimate(value, "share", value, value)
        return Finding(check, about, Answer.PROVEN, "It is.", (), Severity.RED, measured)

    findings = (red("c", "a", 0.2), red("c", "b", 0.4), red("d", "a", None), red("e", "z", 0.1))
    matter = contents(dataclasses.replace(whole, findings=findings, discovery=None)).matter

    assert [(f.check, f.about) for f in matter] == [("c", "b"), ("e", "z"), ("c", "a"), ("d", "a")]


def test_a_role_card_says_how_much_of_the_time_the_first_function_takes(whole: Audit) -> None:
    page = html(whole)

    assert "The function that a person does most takes, on average, " in page
    bare = dataclasses.replace(whole, times=())
    assert "The function that a person does most" not in html(bare)


def test_a_report_without_a_structure_says_why_where_it_is_told(whole: Audit) -> None:
    why = "The charter names no segments."

    assert "The structure, decided" not in html(contents(whole))
    page = html(contents(whole, undecided=why))
    assert "The structure, decided" in page
    assert why in page
    assert pdf(contents(whole, undecided=why)) != pdf(contents(whole))


def test_words_to_be_typed_are_code_and_stay_inert(whole: Audit) -> None:
    first = dataclasses.replace(whole.findings[0], remedy="Set `every: <b>` to what can be held.")

    page = html(dataclasses.replace(whole, findings=(first, *whole.findings[1:])))

    assert "Set <code>every: &lt;b&gt;</code> to what" in page


def test_what_can_be_less_than_nothing_is_not_drawn_from_nothing(whole: Audit) -> None:
    amber = benchmarks()["expansion_drift"].limit(whole.over.last_day, "amber")
    change = Finding(
        "seller_drift", "roles.ae: share of expansion in time", Answer.CLEAR,
        "ae: 0 points (-1 to +1).", (), measured=Estimate(-0.001, "share", -0.01, 0.009),
        limit=amber, roles=("ae",),
    )  # fmt: skip
    with_change = dataclasses.replace(whole, findings=(*whole.findings, change))

    assert "Expansion drift" not in html(with_change)
    assert "0 points (-1 to +1)" in html(with_change)
    assert "Support share" in html(with_change)


def test_the_workbook_holds_amounts_shares_and_days_as_numbers(whole: Audit) -> None:
    proof = Proof(
        "sums", columns=("deal", "amount", "share", "day", "what"),
        rows=(
            ("0012345", "-1,250.50", "12 %", "2026-03-04", "10 of 12"),
            ("2026-03-04", "1,250", "0.5 %", "2026-02-30", "1 of 2"),
            ("12,345", "7.10", "-3 %", "2026-13-45", "0 of 2"),
        ), total=3,
    )  # fmt: skip
    first = dataclasses.replace(whole.findings[0], proof=proof)
    book = CalamineWorkbook.from_filelike(
        io.BytesIO(workbook(contents(dataclasses.replace(whole, findings=(first,)))))
    )

    rows = [row[2:7] for row in book.get_sheet_by_name("Proof").to_python()[2:5]]
    # what names a record, or only looks like a day, stays as it is told
    assert rows == [
        ["0012345", -1250.5, 0.12, date(2026, 3, 4), "10 of 12"],
        ["2026-03-04", 1250, 0.005, "2026-02-30", "1 of 2"],
        ["12,345", 7.1, -0.03, "2026-13-45", "0 of 2"],
    ]
    months = book.get_sheet_by_name("Months").to_python()
    assert months[1][2] == first.trend[0].month
