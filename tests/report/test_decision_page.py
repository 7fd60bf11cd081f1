"""The decision drawn: the way to an answer, what would change it, and the page they stand on."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest

from remit.benchmarks import benchmarks, with_overrides
from remit.charter import Charter
from remit.cli.decide import run_decide
from remit.decide import QUESTIONS, Decided, SegmentDecision, decide
from remit.decide.four_factors import IGNORED
from remit.decide.uncertainty import DEPENDS
from remit.report.decided import LABELS, known_as, words
from remit.report.decision_page import decision_html, decision_svg, tornado_svg
from remit.report.decision_path import Fork, Leaf, Node, path_of
from remit.terms import RemitError

from .conftest import ROLES

DAY = date(2026, 11, 22)
SVG = "{http://www.w3.org/2000/svg}"
SMALLEST = 11
KNOWN = f"""{ROLES}
    segments:
      mid:
        size: mid_market
        acv: 42000
        technical_sale: true
        facts:
          personas: 4
          sellers: {{value: 9, from: 7, to: 14, source: the head of people, on: 2026-09-01}}
          sellers_staffable: {{value: 14, from: 12, to: 20, source: the hiring plan}}
          first_line_managers: 2
          landed_accounts: 240
          reachable_accounts: {{from: 900, to: 1600, source: two bought lists}}
          landed_value: 42000
          potential_value: {{from: 110000, to: 190000}}
          prospect_value: 30000
          year_1_expansion: {{value: 0.3, from: 0.15, to: 0.5, source: a cohort}}
          year_1_new_buyers: {{value: 0.6, from: 0.55, to: 0.8}}
          later_expansion: 0.35
          later_new_buyers: 0.4
          nrr: 1.06
          demo_load: {{value: 0.22, from: 0.15, to: 0.3}}
          technical_stalls: {{from: 0.1, to: 0.15}}
"""
UNKNOWN = f"{ROLES}    segments: {{new: {{facts: {{sellers: 12, new_logo_potential: high}}}}}}\n"
TIED = f"""{ROLES}
    segments:
      tied:
        facts:
          sellers: 30
          first_line_managers: 1
          new_logo_potential: high
          year_1_expansion_potential: low
          later_expansion_potential: high
          later_expansion_complexity: complex
          first_sale_share: 0.1
          competition: COMPETITION
"""
AGAINST = f"""{KNOWN}
    decisions:
      - {{boundary: ae_am, run: joined, because: "our buyers ask for one face", by: the CRO}}
"""
HOSTILE = """
    company: "<script>alert(1)</script>"
    roles: {ae: {is: AE}}
    segments:
      "</svg><img src=x onerror=alert(1)> \\u202e ]]>":
        facts: {sellers: {value: 7, from: 4, to: 9, source: "<script>alert(2)</script>"}}
    decisions:
      - {boundary: ae_am, run: joined, because: "\\"><script>alert(3)</script>", by: "<b>me"}
"""
Reads = Callable[..., Charter]


class Page(HTMLParser):
    """An HTML file's elements and words, without its styles."""

    def __init__(self, written: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.words: list[str] = []
        self.open: list[str] = []
        self.feed(written)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        while self.open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.words.append(data)

    def all(self, *tags: str) -> list[dict[str, str]]:
        return [attributes for tag, attributes in self.elements if tag in tags]

    @property
    def says(self) -> str:
        return " ".join(" ".join(self.words).split())


def decided(charter: Charter, **replaced: float | str | bool) -> Decided:
    return decide(charter, day=DAY, replaced=replaced)


def only(charter: Charter, **replaced: float | str | bool) -> SegmentDecision:
    (segment,) = decided(charter, **replaced).segments
    return segment


def drawn(segment: SegmentDecision, question: str = "ae_am") -> ElementTree.Element:
    return ElementTree.fromstring(decision_svg(segment, question, day=DAY))


def groups(svg: ElementTree.Element, kind: str) -> list[list[str]]:
    """The lines of text in each group of a kind."""
    return [
        [text.text or "" for text in group.iter(f"{SVG}text")]
        for group in svg.iter(f"{SVG}g")
        if group.get("class") == kind
    ]


def forks(node: Node) -> Iterator[Fork]:
    if isinstance(node, Fork):
        yield node
        for _, then in node.ways:
            yield from forks(then)


def leaves(node: Node) -> Iterator[Leaf]:
    if isinstance(node, Leaf):
        yield node
        return
    for _, then in node.ways:
        yield from leaves(then)


# The way to an answer


def test_the_facts_on_the_path_are_those_that_were_stated(charter: Reads) -> None:
    segment = only(charter(KNOWN))

    lines = [line for group in groups(drawn(segment), "fork") for line in group]

    assert "sellers 9 (7 to 14)" in lines
    assert "Limit: more than 5 (benchmark)" in lines
    assert "year 1 expansion 30 % (15 to 50 %)" in lines
    assert {"landed accounts 240", "reachable accounts 900 to 1,600"} <= set(lines)


def test_every_number_of_a_fork_is_that_of_its_fact(charter: Reads) -> None:
    segment = only(charter(KNOWN))
    single = [
        fork
        for fork in forks(path_of(segment, "ae_am", DAY, benchmarks()))
        if fork.gauge is not None and len(fork.facts) == 1
    ]

    assert len(single) >= 5
    for fork in single:
        fact = next(f for f in segment.facts.values() if fork.facts[0].startswith(
            f"{f.name.replace('_', ' ')} {known_as(f).split(';')[0]}"
        ))  # fmt: skip
        assert fork.gauge is not None
        assert fork.gauge.value == fact.central
        assert (fork.gauge.low, fork.gauge.high) == (
            (None, None) if fact.certain else (fact.low, fact.high)
        )


def test_a_ratio_of_two_ranges_reaches_from_its_least_to_its_most(charter: Reads) -> None:
    path = path_of(only(charter(KNOWN)), "ae_am", DAY, benchmarks())
    landed = next(fork for fork in forks(path) if fork.signal == "landed").gauge

    assert landed is not None
    assert (landed.low, landed.high) == (240 / 1600, 240 / 900)
    assert landed.says == "19.2 %"
    assert not landed.stated


def test_what_was_not_taken_leads_where_it_would_with_the_other_level(charter: Reads) -> None:
    aside = groups(drawn(only(charter(KNOWN))), "aside")[0]

    assert aside == ["If a team of five or fewer:", "joined"]
    assert only(charter(KNOWN), sellers=5).at("ae_am").answer == "joined"


def test_a_range_that_reaches_the_limit_is_said_and_one_that_does_not_is_not(
    charter: Reads,
) -> None:
    said = {
        group[0]: any("reaches the limit" in line for line in group)
        for group in groups(drawn(only(charter(KNOWN))), "fork")
    }

    assert said["How much more could customers buy in their first year?"]
    assert not said["How many people sell in the segment?"]


def test_the_leaf_says_the_answer_and_its_rules(charter: Reads) -> None:
    segment = only(charter(KNOWN))
    answered = segment.at("ae_am")

    (leaf,) = groups(drawn(segment), "leaf")

    assert leaf[0] == words(answered.answer) == "split at first renewal"
    assert f"Rules {', '.join(answered.branches[0].recommendation.rules)}" in leaf
    assert not groups(drawn(segment), "open")


def test_an_unknown_fact_is_an_open_question_with_every_way_below_it(charter: Reads) -> None:
    segment = only(charter(UNKNOWN))
    svg = drawn(segment)
    path = path_of(segment, "ae_am", DAY, benchmarks())

    assert segment.at("ae_am").answer == DEPENDS
    assert {leaf.answer for leaf in leaves(path)} == {
        branch.recommendation.answer for branch in segment.at("ae_am").branches
    }
    assert any("Not known: year 1 expansion" in line for g in groups(svg, "open") for line in g)
    labels = [text.text for text in svg.iter(f"{SVG}text") if text.get("class") == "way"]
    assert "if: much expansion in year 1" in labels
    assert "if: little expansion in year 1" in labels


def test_ways_that_go_on_alike_are_drawn_once(charter: Reads) -> None:
    svg = drawn(only(charter(UNKNOWN)))
    asked = [group[0] for group in groups(svg, "open")]

    assert groups(svg, "again")
    assert len(asked) == len(set(asked))


@pytest.mark.parametrize(("competition", "answer"), [("low", "joined"), ("high", "split at close")])
def test_a_tie_shows_the_competition_that_decided_it(
    charter: Reads, competition: str, answer: str
) -> None:
    svg = drawn(only(charter(TIED.replace("COMPETITION", competition))))

    assert groups(svg, "leaf")[0][0] == answer
    assert f"competition {competition}" in [line for g in groups(svg, "fork") for line in g]


def test_a_limit_of_the_companys_own_is_the_one_drawn(charter: Reads) -> None:
    own = charter(
        f"{KNOWN}    benchmarks: {{generalist_sellers: {{value: 8, because: our span is wider}}}}\n"
    )
    numbers = with_overrides(
        {name: stated.model_dump() for name, stated in own.benchmarks.items()}, company="Acme"
    )

    written = decision_svg(only(own), day=DAY, numbers=numbers)

    assert "more than 8 (policy)" in written
    assert "more than 5" not in written


@pytest.mark.parametrize("text", [KNOWN, UNKNOWN, ROLES], ids=["known", "unknown", "nothing"])
def test_every_question_is_drawn_readable_and_with_a_title_and_a_description(
    charter: Reads, text: str
) -> None:
    segment = only(charter(text))

    for question in QUESTIONS:
        svg = drawn(segment, question)

        assert LABELS[question] in str(svg.findtext(f"{SVG}title"))
        assert svg.findtext(f"{SVG}desc")
        style = str(svg.findtext(f"{SVG}style"))
        assert min(float(size) for size in re.findall(r"font-size: ([\d.]+)px", style)) >= SMALLEST
        width = float(svg.get("width", "0"))
        for rect in svg.iter(f"{SVG}rect"):
            assert float(rect.get("x", "0")) + float(rect.get("width", "0")) <= width


# What would change it


def test_each_fact_that_changes_the_answer_has_a_bar_as_long_as_its_move(charter: Reads) -> None:
    segment = only(charter(KNOWN))
    answered = segment.at("ae_se")
    (flip,) = [f for f in answered.flips if f.fact == "demo_load"]

    svg = ElementTree.fromstring(tornado_svg(answered, segment.facts))

    lines = [text.text or "" for text in svg.iter(f"{SVG}text")]
    assert "demo load: now 22 % (15 to 30 %)" in lines
    assert flip.at == 0.2
    assert "20 % or less (−9 %): joined, within its range" in lines
    (bar,) = [r for r in svg.iter(f"{SVG}rect") if r.get("class") == "move within"]
    (reach,) = [p for p in svg.iter(f"{SVG}path") if p.get("class") == "reach"]
    low, high = (float(x) for x in re.findall(r"^M([\d.]+) .*?H([\d.]+)", reach.get("d", ""))[0])
    share = float(bar.get("width", "0")) / (high - low)
    assert share == pytest.approx((0.22 - 0.20) / (0.30 - 0.15), abs=0.01)


def test_what_changes_the_answer_most_easily_stands_first(charter: Reads) -> None:
    segment = only(charter(KNOWN))
    answered = segment.at("ae_am")

    svg = ElementTree.fromstring(tornado_svg(answered, segment.facts))

    shown = [text.text or "" for text in svg.iter(f"{SVG}text") if text.get("class") == "fact"]
    names = [line.split(":")[0] for line in shown]
    assert names == list(dict.fromkeys(flip.fact.replace("_", " ") for flip in answered.flips))


def test_a_fact_that_is_a_word_is_said_and_has_no_bar(charter: Reads) -> None:
    segment = only(charter(KNOWN))

    svg = ElementTree.fromstring(tornado_svg(segment.at("sales_leader"), segment.facts))

    assert any("Stage later (now series b): CRO." in (t.text or "") for t in svg.iter(f"{SVG}text"))
    assert not [rect for rect in svg.iter(f"{SVG}rect") if "move" in rect.get("class", "")]


def test_where_no_fact_alone_changes_the_answer_nothing_is_drawn(charter: Reads) -> None:
    segment = only(charter(UNKNOWN))

    assert not segment.at("sdr_ae").flips
    assert tornado_svg(segment.at("sdr_ae"), segment.facts) == ""


# The page


@pytest.fixture
def page(charter: Reads) -> Page:
    return Page(decision_html(decided(charter(AGAINST))))


def test_the_page_loads_nothing_and_its_links_lead_somewhere(charter: Reads, page: Page) -> None:
    written = decision_html(decided(charter(AGAINST)))
    idents = [found["id"] for _, found in page.elements if "id" in found]

    assert "https://" not in written
    assert not page.all("script", "link", "img", "iframe")
    assert len(idents) == len(set(idents))
    for link in page.all("a"):
        assert link["href"].removeprefix("#") in idents


def test_every_question_is_in_the_table_and_every_head_says_what_it_heads(page: Page) -> None:
    assert all(label in page.says for label in LABELS.values())
    assert page.all("th")
    assert {head.get("scope") for head in page.all("th")} == {"col", "row"}
    assert len(page.all("caption")) == len(page.all("table"))


def test_how_sure_is_said_in_numbers_beside_its_bars(charter: Reads) -> None:
    found = decided(charter(KNOWN))
    shares = found.segments[0].at("ae_se").shares

    says = Page(decision_html(found)).says

    assert len(shares) == 2
    for answer, share in shares.items():
        assert f"{100 * share:.0f} % {words(answer)}" in says


def test_a_decision_against_the_advice_is_shown_with_what_is_done_about_it(page: Page) -> None:
    assert "The company decided: joined" in page.says
    assert "our buyers ask for one face” (the CRO)" in page.says
    assert "other than advised" in page.says
    assert re.search(r"\d of 6 mitigations done", page.says)
    assert "missing" in page.says


def test_a_company_that_runs_what_is_advised_is_not_told_to_mitigate(charter: Reads) -> None:
    agreed = AGAINST.replace("run: joined", "run: split_at_first_renewal")

    says = Page(decision_html(decided(charter(agreed)))).says

    assert "The company decided: split at first renewal" in says
    assert "mitigations" not in says


def test_a_framework_that_was_outvoted_is_shown_with_the_reason(charter: Reads) -> None:
    kept = TIED.replace("COMPETITION", "low").replace("first_line_managers: 1", "nrr: 1.1")
    settled = Page(decision_html(decided(charter(kept), first_line_managers=2))).says
    agreed = Page(decision_html(decided(charter(kept), first_sale_share=0.9))).says

    assert "outvoted The guide asks the same two things" in settled
    assert "outvoted The guide asks the same two things" not in agreed


def test_the_cross_check_is_there_only_where_expansion_is_known_in_numbers(
    charter: Reads,
) -> None:
    check = "Generalists would pay from a loss of"
    found = decided(charter(KNOWN))
    assert found.segments[0].break_even is not None

    says = Page(decision_html(found)).says

    assert f"{check} {100 * found.segments[0].break_even.loss:,.0f} %" in says
    assert "Measured were 13 to 18 %" in says
    assert check not in Page(decision_html(decided(charter(UNKNOWN)))).says


def test_what_is_open_says_what_to_find_out_first(charter: Reads) -> None:
    open_, known = (Page(decision_html(decided(charter(text)))).says for text in (UNKNOWN, KNOWN))

    assert "These answers are still possible" in open_
    assert "How much more could customers buy in their first year? State" in open_
    assert "How much more could customers buy in their first year? State" not in known


def test_a_reason_that_several_ways_share_is_said_once(charter: Reads) -> None:
    found = decided(charter(UNKNOWN))
    because = [b.recommendation.because for b in found.segments[0].at("ae_am").branches]
    assert len(because) > len(set(because))

    written = decision_html(found)

    listed = re.findall(r"<li>([^<]+)</li>", written[: written.index("The way to the answer")])
    assert len(listed) == len(set(listed))


def test_facts_sources_limits_and_what_is_not_counted_are_all_on_the_page(page: Page) -> None:
    assert "the head of people, 1 Sep 2026" in page.says
    assert "900 to 1,600, taken at 1,250" in page.says
    assert "The hunter, farmer or generalist decision guide" in page.says
    assert len(IGNORED) == 7
    for _, what, why in IGNORED:
        assert what in page.says.lower()
        assert why in page.says


def test_names_from_a_charter_are_only_text(charter: Reads) -> None:
    found = decided(charter(HOSTILE))
    (segment,) = found.segments

    written = decision_html(found)
    svg = drawn(segment)
    moves = tornado_svg(segment.at("ae_am"), segment.facts)

    assert not Page(written).all("script", "img", "b")
    assert "‮" not in written
    assert "alert(2)" in written
    assert not list(svg.iter(f"{SVG}img"))
    assert "<img src=x onerror=alert(1)>" in str(svg.findtext(f"{SVG}title"))
    if moves:
        ElementTree.fromstring(moves)


# The command


def test_the_command_writes_the_page_and_the_drawing(
    charter: Reads, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    charter(KNOWN)
    page, picture = tmp_path / "out" / "page.html", tmp_path / "path.svg"

    run_decide(
        tmp_path / "charter.yaml", None, [], DAY,
        as_json=False, full=False, svg=picture, html=page,
    )  # fmt: skip

    assert "AE | AM: split at first renewal" in picture.read_text()
    assert page.read_text().startswith("<!doctype html>")
    assert f"HTML: {page}" in capsys.readouterr().out


def test_a_drawing_of_several_segments_asks_which_one(charter: Reads, tmp_path: Path) -> None:
    charter(f"{ROLES}    segments: {{east: {{}}, west: {{}}}}\n")

    with pytest.raises(RemitError) as raised:
        run_decide(
            tmp_path / "charter.yaml", None, [], DAY,
            as_json=False, full=False, svg=tmp_path / "path.svg",
        )  # fmt: skip

    assert "--segment with one of: east, west" in str(raised.value.problems[0])
    assert not (tmp_path / "path.svg").exists()
