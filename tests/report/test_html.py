"""One file that needs nothing else to be read, by anybody."""

from __future__ import annotations

import dataclasses
import itertools
import re
from html.parser import HTMLParser

import pytest

from remit.audit import Audit
from remit.report.html import html
from remit.terms import Answer, Finding

VOID = {"meta", "br", "img", "link", "input", "hr"}


class Page(HTMLParser):
    """Every element with its attributes, the text, and the headings in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.text: list[str] = []
        self.open: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.text.append(data)

    def all(self, *tags: str) -> list[dict[str, str]]:
        return [attributes for tag, attributes in self.elements if tag in tags]


@pytest.fixture(scope="session")
def written(by_hand: Audit) -> str:
    return html(by_hand)


@pytest.fixture(scope="session")
def page(written: str) -> Page:
    return Page(written)


def test_the_file_refers_to_nothing_outside_itself(written: str, page: Page) -> None:
    assert "http://" not in written
    assert "https://" not in written
    assert not page.all("script", "link", "img", "iframe", "object", "image", "use")
    assert all(a["href"].startswith("#") for a in page.all("a"))
    assert not re.search(r"url\((?!#)", written)
    assert "@import" not in written


def test_every_element_is_closed_and_every_anchor_leads_somewhere(page: Page) -> None:
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]

    assert page.open == []
    assert len(ids) == len(set(ids))
    assert {a["href"][1:] for a in page.all("a")} <= set(ids)


def test_words_of_the_evidence_are_inert(hostile: Audit) -> None:
    found = Page(html(hostile))

    assert found.open == []
    assert not found.all("script", "img")
    assert not any(name.startswith("on") for _, attributes in found.elements for name in attributes)
    assert "<script>alert(1)</script>" in "".join(found.text)


def test_the_page_can_be_read_without_seeing_it(page: Page) -> None:
    headings = [int(tag[1]) for tag, _ in page.elements if re.fullmatch("h[1-6]", tag)]

    assert page.all("html")[0]["lang"] == "en"
    assert headings.count(1) == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(headings))
    assert {"header", "nav", "main", "footer"} <= {tag for tag, _ in page.elements}
    assert all("scope" in header for header in page.all("th"))
    assert all(drawn["role"] == "img" and drawn["aria-label"] for drawn in page.all("svg"))


def test_charts_are_drawn_for_both_widths_with_words_that_can_be_read(page: Page) -> None:
    widths = {"narrow": 336, "wide": 736}

    assert page.all("svg")
    for drawn in page.all("svg"):
        assert float(drawn["width"]) <= widths[drawn["class"].removeprefix("chart ")]
    sizes = [a["font-size"] for a in page.all("text")]
    assert min(float(size.removesuffix("px")) for size in sizes) >= 11


def test_charts_take_their_colours_from_the_page(written: str) -> None:
    drawn = "".join(re.findall(r"<svg.*?</svg>", written, re.DOTALL))

    assert set(re.findall(r'(?:fill|stroke)="(#\w+)"', drawn)) == set()


def test_every_finding_is_in_the_page(by_hand: Audit, page: Page) -> None:
    text = " ".join(" ".join(page.text).split())

    for found in by_hand.findings:
        assert " ".join(found.says.split()) in text


def test_a_finding_opens_to_what_it_takes_to_check_it(page: Page) -> None:
    text = " ".join(" ".join(page.text).split())

    assert "34 % (30 to 38 %), on 8 people, 53 weeks" in text
    assert "at most 25 %" in text
    assert "Red Flags (25 %)" in text
    assert "Holds if at least 19 % of the time not recorded" in text
    assert "SELECT week, sum(minutes) FROM work" in text
    assert "the first 25 of 200 rows" in text


def test_clear_and_blind_never_look_alike(written: str) -> None:
    for answer in Answer:
        name = answer.value.replace(" ", "-")
        assert f'class="badge {name}"' in written
    styles = {
        name: re.search(rf"\.badge\.{name} {{(.*?)}}", written).group(1)  # type: ignore[union-attr]
        for name in ("clear", "cannot-tell", "could-not-look", "does-not-apply")
    }
    assert len(set(styles.values())) == 4


def test_an_audit_without_activities_says_what_it_could_not_see(blind: Audit) -> None:
    found = Page(html(blind))
    text = " ".join(" ".join(found.text).split())

    assert not found.all("svg")
    assert "No recorded activity belongs to a role of the charter" in text
    assert "The charter declares no handoff" in text
    assert " nan" not in text


def test_people_are_named_in_the_individual_view_only(by_hand: Audit, individual: Audit) -> None:
    hidden = dataclasses.replace(individual, individuals=False)

    assert "Robin Example" in html(individual)
    (two,) = individual.concurrency
    unjudged = dataclasses.replace(two, judged=False, why_not="nothing came in", still=0)
    shown = html(dataclasses.replace(individual, concurrency=(unjudged,)))
    assert '<td class="n">not known</td><td>no: nothing came in</td>' in shown
    assert "Robin Example" not in html(hidden)
    assert "p-1" not in html(hidden)


def test_few_people_in_two_roles_are_not_counted_exactly(by_hand: Audit) -> None:
    shown = html(dataclasses.replace(by_hand, in_two_roles=3, of_them_judged=2))

    assert "Fewer than 5 people are credited in two roles" in shown
    assert "3 people are credited" not in shown


def test_the_same_audit_is_the_same_file(by_hand: Audit, written: str) -> None:
    assert html(by_hand) == written


def test_what_several_checks_say_in_the_same_words_is_said_once(by_hand: Audit) -> None:
    twice = tuple(
        Finding(check, "roles", Answer.DOES_NOT_APPLY, "The charter has no SDR.", (rule,))
        for check, rule in (("contact_points", "003-14"), ("meetings_a_week", "003-11"))
    )

    page = html(dataclasses.replace(by_hand, findings=(*by_hand.findings, *twice)))

    assert page.count("The charter has no SDR.") == 1
    assert "rules 003-14, 003-11" in page


def test_a_company_without_segments_has_put_none_together(by_hand: Audit) -> None:
    time = dataclasses.replace(by_hand.times[0], role="csm", segments=())
    parted = dataclasses.replace(by_hand, times=(time,))
    whole = dataclasses.replace(
        parted, declared=tuple(dataclasses.replace(d, segments=()) for d in by_hand.declared)
    )

    assert "Put together so that this holds: csm" in html(parted)
    assert "Put together" not in html(whole)
