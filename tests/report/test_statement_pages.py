"""A pay statement as a page, a PDF, a workbook and JSON, and the commands that write them."""

from __future__ import annotations

import itertools
import json
import re
import zipfile
from datetime import date
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path
from textwrap import dedent
from xml.etree import ElementTree

import jsonschema
import pytest
from python_calamine import CalamineWorkbook

from remit.pay.calculate import Calculation
from remit.pay.facts import facts_of
from remit.pay.months import pay_month
from remit.pay.statement import Statement, statement
from remit.report.statement import statement_html, statement_json, statement_schema
from remit.report.statement_files import statement_pdf, statement_workbook
from tests.command_line import remit

CHARTER = """
    company: Acme & <Sons>
    currency: USD
    roles: {ae: {is: AE, plan: ae}, sdr: {is: SDR, plan: sdr}}
    retention_indicators: {active_team: {about: Daily use, within: 120 days}}
    people: [{person: "Ann <b>Adler", role: ae}, {person: Sam, role: sdr}]
    plans:
      ae:
        release: [{at: signing, share: 50%}, {at: retention_indicator, share: 50%, indicator: active_team}]
        components:
          new_business: {pays_on: new_arr, quota: 250000, tiers: [{from: 0, rate: 10%}, {from: 100%, rate: 15%}]}
      sdr: {period: month, components: {met: {pays_on: accepted_meetings, each: 100}}}
    """
ANN = "Ann <b>Adler"


@pytest.fixture
def found(charter):
    """A function from a payee to their statement of March 2026."""
    deals = [
        {"id": "D1", "day": date(2026, 1, 20), "measure": "new_arr", "amount": 200_000,
         "payee": ANN, "account": "=HYPERLINK(1)", "reached_on": date(2026, 3, 2)},
        {"id": "D2", "day": date(2026, 3, 5), "measure": "new_arr", "amount": 80_000,
         "payee": ANN, "account": "<script>alert(1)</script>"},
        {"id": "D3", "day": date(2026, 2, 5), "measure": "new_arr", "amount": 10_000,
         "payee": ANN, "account": "Initech", "known_on": date(2026, 3, 7)},
    ]  # fmt: skip
    met = [
        {"id": f"M{n}", "day": date(2026, 3, n + 1), "measure": "accepted_meetings", "amount": 1,
         "payee": "Sam"}
        for n in range(12)
    ]  # fmt: skip
    facts, month = facts_of(transactions=[*deals, *met]), pay_month("2026-03")
    calculation = Calculation(charter(CHARTER), facts, month.last_day)

    def of(payee: str) -> Statement:
        return statement(calculation, None, payee, month)

    return of


class _Page(HTMLParser):
    """What a page is made of: its tags with their attributes, and the words in it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.words.append(data)


def shown(text: str) -> str:
    return " ".join(" ".join(_Page(text).words).split())


def test_the_page_begins_with_what_is_paid(found):
    page = statement_html(found(ANN))

    words = shown(page.partition('<main id="content">')[2])
    assert "15,500.00 USD" in page.partition("<main")[0]
    assert words.startswith("What it is made of")


def test_the_page_says_each_line_with_its_arithmetic(found):
    words = shown(statement_html(found(ANN)))

    assert "10,000.00 = 50% of 20,000.00, at active team (2 Mar 2026)" in words
    assert "10,000.00 = 40,000.00 x 10% + 40,000.00 x 15%" in words
    assert "Attainment 116% = 290,000.00 / 250,000.00" in words
    assert "became known late, entered on 7 Mar 2026" in words


def test_the_page_loads_nothing_and_runs_nothing(found):
    page = _Page(statement_html(found(ANN)))

    names = {tag for tag, _ in page.tags}
    assert not names & {"script", "link", "iframe", "object", "img", "b"}
    assert not [a for _, a in page.tags for key in a if key in ("src", "onclick", "onload")]
    links = [attributes["href"] for tag, attributes in page.tags if tag == "a"]
    assert all(link is not None and link.startswith("#") for link in links)


def test_names_from_outside_are_shown_and_not_run(found):
    text = statement_html(found(ANN))

    assert "<script>alert(1)" not in text
    assert "<script>alert(1)</script>" in shown(text)
    assert ANN in shown(text)


def test_headings_go_one_level_at_a_time_and_tables_have_heads(found):
    page = _Page(statement_html(found(ANN)))

    levels = [int(tag[1]) for tag, _ in page.tags if re.fullmatch(r"h\d", tag)]
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))
    names = [tag for tag, _ in page.tags]
    assert names.count("table") == names.count("thead") > 0
    assert all(a.get("scope") for tag, a in page.tags if tag == "th")


def test_many_lines_are_folded_up_behind_their_sum_and_few_are_not(found):
    many, few = statement_html(found("Sam")), statement_html(found(ANN))

    assert "12 lines earned 1,200.00 and released 1,200.00." in shown(many)
    assert "The 12 lines" in shown(many)
    assert "lines earned" not in shown(few)


def test_a_straight_line_is_not_drawn_and_a_curve_is_with_its_numbers(found):
    straight, bent = statement_html(found("Sam")), statement_html(found(ANN))

    assert "<svg" not in straight
    assert bent.count("<svg") == 2  # for a phone and for a desk
    assert "The curve as numbers" in shown(bent)


def test_the_json_fits_its_schema_and_its_amounts_are_exact(found):
    schema = json.loads(statement_schema())

    for payee in (ANN, "Sam"):
        document = json.loads(statement_json(found(payee)))
        jsonschema.validate(document, schema)
    assert document["totals"][0]["paid"] == "1200.00"
    assert document["format"] == "statement/1"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**document, "totals": None}, schema)


def test_every_key_of_the_json_is_required_by_the_schema(found):
    schema, document = json.loads(statement_schema()), json.loads(statement_json(found(ANN)))

    assert set(schema["required"]) == set(document)
    standing = schema["$defs"]["Standing"]
    assert set(standing["properties"]) == set(document["standings"][0])


def test_another_library_reads_the_workbook_and_its_sums(found):
    book = CalamineWorkbook.from_filelike(BytesIO(statement_workbook(found(ANN))))

    first = book.get_sheet_by_name("Statement").to_python()
    sums = {row[0]: row[1] for row in first if row[0]}
    assert sums["Paid"] == sums["Sum released"] == 15_500
    lines = book.get_sheet_by_name("Lines").to_python()
    assert lines[-1][0] == "Sum"
    assert sum(float(row[6] or 0) for row in lines[1:-1]) == lines[-1][6] == 15_500
    counted = book.get_sheet_by_name("What counted").to_python()
    assert [row[5] for row in counted[1:]] == [200_000, 210_000, 290_000]


def test_sums_and_arithmetic_are_formulas_and_text_never_is(found):
    with zipfile.ZipFile(BytesIO(statement_workbook(found(ANN)))) as files:
        cells = [
            cell
            for name in files.namelist()
            if name.startswith("xl/worksheets/sheet")
            for cell in ElementTree.fromstring(files.read(name)).iter()
            if cell.tag.endswith("}f")
        ]
    formulas = {cell.text for cell in cells}

    assert "ROUND(40000.00*10%+40000.00*15%,2)" in formulas
    assert any((text or "").startswith("SUM(") for text in formulas)
    assert not any("HYPERLINK" in (text or "") for text in formulas)


def test_the_pdf_is_the_same_bytes_each_time_and_tagged(found):
    first, second = statement_pdf(found(ANN)), statement_pdf(found(ANN))

    assert first == second
    assert first.startswith(b"%PDF-")
    assert b"/StructTreeRoot" in first


# The commands


@pytest.fixture
def company(tmp_path: Path) -> Path:
    """A charter and facts, in a folder."""
    (tmp_path / "charter.yaml").write_text(dedent(CHARTER))
    (tmp_path / "facts").mkdir()
    (tmp_path / "facts" / "transactions.csv").write_text(
        "id,day,measure,amount,payee,account\n"
        f"D1,2026-01-20,new_arr,200000,{ANN},Globex\nD2,2026-03-05,new_arr,80000,{ANN},Initech\n"
        "M1,2026-03-02,accepted_meetings,1,Sam,\n"
    )
    return tmp_path


def test_a_statement_is_printed_with_its_total(company):
    ended = remit(
        "pay", "statement", "charter.yaml", "facts", "--month", "2026-03", "--payee", ANN,
        within=company,
    )  # fmt: skip

    assert ended.returncode == 0, ended.stderr
    assert f"{ANN}, 2026-03: Not posted." in ended.stdout
    assert re.search(r"Paid, USD\s+4,750\.00", ended.stdout)


def test_everybodys_statements_are_written_into_a_folder(company):
    ended = remit(
        "pay", "statement", "charter.yaml", "facts", "--month", "2026-03", "--into", "out",
        "--as", "html", "--as", "pdf", "--as", "xlsx", "--as", "json", within=company,
    )  # fmt: skip

    assert ended.returncode == 0, ended.stderr
    assert sorted(file.name for file in (company / "out").iterdir()) == [
        f"{name}-2026-03.{kind}"
        for name in ("Ann-b-Adler", "Sam")
        for kind in ("html", "json", "pdf", "xlsx")
    ]


def test_one_file_for_several_payees_is_refused(company):
    ended = remit(
        "pay", "statement", "charter.yaml", "facts", "--month", "2026-03", "--pdf", "all.pdf",
        within=company,
    )  # fmt: skip

    assert ended.returncode == 2
    assert "--into FOLDER" in ended.stderr


def test_problems_of_the_facts_are_told_before_any_statement(company):
    with (company / "facts" / "transactions.csv").open("a") as file:
        file.write("D9,2026-03-05,new_arr,5,Anne,\n")

    ended = remit("pay", "statement", "charter.yaml", "facts", "--month", "2026-03", within=company)

    assert ended.returncode == 2
    assert 'facts/transactions.csv:5  payee: "Anne" is nobody' in ended.stderr
    assert ended.stdout == ""


def test_a_statement_with_a_ledger_is_of_the_day_of_its_run(company):
    facts = ("charter.yaml", "facts", "--ledger", "l", "--month", "2026-03")
    run = remit("pay", "run", *facts, "--as-of", "2026-04-02", within=company)
    assert run.returncode == 0, run.stderr

    ended = remit("pay", "statement", *facts, "--payee", ANN, "--json", "-", within=company)

    document = json.loads(ended.stdout)
    assert (document["state"], document["as_of"]) == ("calculated", "2026-04-02")
    assert document["totals"][0]["paid"] == "14750.00"  # the first run posts January's deal, too


def test_what_if_prints_differences_and_posts_nothing(company):
    ended = remit(
        "pay", "what-if", "charter.yaml", "facts", "--deal",
        f"payee={ANN}, amount=50K, day=2026-03-20", "--event", "D1.reached_on=2026-03-10",
        within=company,
    )  # fmt: skip

    assert ended.returncode == 0, ended.stderr
    assert f"{ANN}: earned +7,500.00 USD, payable +13,750.00 USD, waiting" in ended.stdout
    assert sorted(file.name for file in company.iterdir()) == ["charter.yaml", "facts"]


def test_what_if_of_nothing_is_refused(company):
    ended = remit("pay", "what-if", "charter.yaml", "facts", within=company)

    assert ended.returncode == 2
    assert "suppose something" in ended.stderr


def test_explain_prints_the_arithmetic_of_one_deal(company):
    words = ("pay", "explain", "charter.yaml", "facts", "--month", "2026-03")

    ended = remit(*words, "--deal", "D2", within=company)

    assert ended.returncode == 0, ended.stderr
    assert "earned 9,500.00 = 50,000.00 x 10% + 30,000.00 x 15%" in ended.stdout
    assert "D1" not in ended.stdout
    assert remit(*words, within=company).returncode == 2


def test_the_schema_of_a_statement_is_printed():
    ended = remit("schema", "statement")

    assert json.loads(ended.stdout)["title"] == "remit statement/1"
