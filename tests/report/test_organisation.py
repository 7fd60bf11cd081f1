"""The organisation as declared: what is drawn, and that it can be read in every form."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable
from datetime import date
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest
from rich.cells import cell_len
from rich.console import Console

from remit.charter import Charter, Function
from remit.report.organisation import Drawing, Part, bands, drawn, organisation_json
from remit.report.organisation_page import organisation_html, organisation_svg
from remit.report.organisation_terminal import organisation_terminal

DAY = date(2026, 9, 1)
SVG = "{http://www.w3.org/2000/svg}"
SMALL = """
    company: Acme
    roles: {sdr: {is: SDR, headcount: 3}, ae: {is: AE, headcount: 4}, csm: {is: CSM}}
    outside: [support]
    nobody: [deal_desk, technical_validation, expansion]
    handoffs: [{name: first meeting, from: sdr, to: ae, at: discovery}]
"""
SPLIT = """
    company: Acme
    segments: {east: {}, west: {}, small: {}}
    roles:
      inbound: {is: SDR, motion: inbound, segments: [east, west], headcount: {east: 2, west: 5}}
      bdr: {is: BDR, motion: [outbound, named], segments: [east, west]}
      ae:
        is: AE
        segments: [east, west]
        owns: {discovery: {}, closing: {}, expansion: {account_age: first_term}}
      am: {is: AM, segments: [east, west], owns: {expansion: {account_age: later_terms}}}
      generalist: {is: AE/AM, segments: [small]}
      csm: {is: CSM, owns: [onboarding, customer_success, renewal]}
      manager: {is: sales manager}
      director: {is: sales manager}
    outside: [support]
    nobody: {deal_desk: {}, technical_validation: {segments: [east, west]}}
    handoffs:
      - {from: ae, to: am, at: expansion, account_age: later_terms}
"""
HOSTILE = """
    company: "<script>alert(1)</script>"
    roles:
      "<img src=x onerror=alert(1)>": {is: SDR}
      "a\\"b' & ]]> \\u202e [red]": {is: AE}
    segments: {"<b>": {}}
    teams: {"</svg><script>": {is: pod, members: {"<img src=x onerror=alert(1)>": 2}}}
    handoffs:
      - {name: "<i>&amp;", from: "<img src=x onerror=alert(1)>", to: "a\\"b' & ]]> \\u202e [red]", at: discovery}
"""
Reads = Callable[..., Charter]


class Page(HTMLParser):
    """An HTML file's elements and words."""

    def __init__(self, written: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.text: list[str] = []
        self.feed(written)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_data(self, data: str) -> None:
        self.text.append(data)

    def all(self, *tags: str) -> list[dict[str, str]]:
        return [attributes for tag, attributes in self.elements if tag in tags]


def parts(drawing: Drawing, role: str, function: Function) -> tuple[Part, ...]:
    row = next(row for row in drawing.rows if row.role == role)
    return next((s.parts for s in row.squares if s.function is function), ())


def feet(drawing: Drawing) -> dict[str, set[Function]]:
    return {foot.holds: {square.function for square in foot.squares} for foot in drawing.feet}


def passed(drawing: Drawing) -> list[str]:
    return [one.says for one in drawing.handoffs]


def printed(drawings: tuple[Drawing, ...], width: int) -> str:
    out = io.StringIO()
    organisation_terminal(drawings, Console(file=out, width=width))
    return out.getvalue()


def svg(*drawings: Drawing) -> ElementTree.Element:
    return ElementTree.fromstring(organisation_svg(*drawings))


def labels(drawing: Drawing, group: str) -> list[str]:
    return [
        str(found.findtext(f"{SVG}title"))
        for found in svg(drawing).iter(f"{SVG}g")
        if found.get("class") == group
    ]


# What is drawn


def test_a_company_without_segments_is_one_drawing(charter: Reads) -> None:
    (drawing,) = drawn(charter(SMALL), DAY)

    assert drawing.title == "all segments"
    assert [row.role for row in drawing.rows] == ["sdr", "ae", "csm"]
    assert [function.value for function in drawing.functions][:3] == [
        "prospecting",
        "qualification",
        "discovery",
    ]


def test_segments_that_are_run_alike_are_drawn_once_under_all_their_names(charter: Reads) -> None:
    alike, small = drawn(charter(SPLIT), DAY)

    assert alike.segments == ("east", "west")
    assert small.title == "small"
    assert [row.role for row in small.rows] == ["generalist", "csm", "manager", "director"]


def test_one_segment_is_drawn_by_itself_with_its_own_people(charter: Reads) -> None:
    (east,) = drawn(charter(SPLIT), DAY, "east")

    assert east.segments == ("east",)
    assert east.rows[0].people == 2


def test_people_of_segments_drawn_together_are_added_and_kept_apart(charter: Reads) -> None:
    alike, _ = drawn(charter(SPLIT), DAY)

    assert alike.rows[0].people == 7
    assert alike.rows[0].by_segment == {"east": 2.0, "west": 5.0}


def test_people_whom_the_charter_does_not_count_are_not_zero(charter: Reads) -> None:
    (drawing,) = drawn(charter(SMALL), DAY)

    assert [row.people for row in drawing.rows] == [3, 4, None]


def test_a_part_says_its_motions_and_ages_only_where_they_split_the_function(
    charter: Reads,
) -> None:
    alike, small = drawn(charter(SPLIT), DAY)

    assert parts(alike, "inbound", Function.PROSPECTING)[0].when == ("inbound",)
    assert parts(alike, "bdr", Function.PROSPECTING)[0].when == ("outbound", "named")
    assert parts(alike, "ae", Function.EXPANSION)[0].when == ("first term",)
    assert parts(alike, "am", Function.EXPANSION)[0].when == ("later terms",)
    assert parts(small, "generalist", Function.EXPANSION)[0].when == ()


def test_gaps_and_what_needs_no_owner_stand_at_the_foot(charter: Reads) -> None:
    alike, small = drawn(charter(SPLIT), DAY)

    assert feet(alike) == {
        "outside": {Function.SUPPORT},
        "nobody": {Function.DEAL_DESK, Function.TECHNICAL_VALIDATION},
    }
    assert feet(small)["gap"] == {Function.TECHNICAL_VALIDATION}


def test_two_owners_of_the_same_work_are_marked_in_their_rows_and_at_the_foot(
    charter: Reads,
) -> None:
    (drawing,) = drawn(
        charter("""
            company: Acme
            roles:
              ae: {is: AE, owns: [closing, renewal]}
              csm: {is: CSM, owns: {renewal: {account_age: later_terms}}}
        """),
        DAY,
    )

    assert feet(drawing)["overlap"] == {Function.RENEWAL}
    assert parts(drawing, "ae", Function.RENEWAL)[0].overlap
    assert parts(drawing, "csm", Function.RENEWAL)[0].overlap
    assert not parts(drawing, "ae", Function.CLOSING)[0].overlap


def test_owners_parted_by_motion_do_not_overlap(charter: Reads) -> None:
    alike, _ = drawn(charter(SPLIT), DAY)

    assert "overlap" not in feet(alike)
    assert not any(part.overlap for r in alike.rows for s in r.squares for part in s.parts)


def test_declared_handoffs_and_undeclared_changes_of_owner_are_told_apart(charter: Reads) -> None:
    (drawing,) = drawn(charter(SMALL), DAY)

    assert passed(drawing) == [
        "sdr to ae at discovery: first meeting",
        "ae to csm at onboarding; no handoff is declared",
    ]


def test_a_change_of_owner_as_the_first_term_ends_is_a_place_where_work_passes(
    charter: Reads,
) -> None:
    undeclared = SPLIT.replace("at: expansion, account_age: later_terms", "at: renewal").replace(
        "from: ae, to: am", "from: am, to: csm"
    )

    alike, _ = drawn(charter(undeclared), DAY)

    assert "ae to am at expansion, in later terms; no handoff is declared" in passed(alike)


def test_a_handoff_that_the_charter_declares_is_not_told_twice(charter: Reads) -> None:
    alike, _ = drawn(charter(SPLIT), DAY)

    assert [one for one in passed(alike) if one.startswith("ae to am")] == [
        "ae to am at expansion, in later terms"
    ]


def test_a_handoff_of_roles_that_work_elsewhere_is_left_out(charter: Reads) -> None:
    _, small = drawn(charter(SPLIT), DAY)

    assert passed(small) == ["generalist to csm at onboarding; no handoff is declared"]


def test_nothing_passes_where_one_role_does_everything(charter: Reads) -> None:
    (drawing,) = drawn(charter("{company: A, roles: {ae: {is: AE/AM}}}"), DAY)

    assert drawing.handoffs == ()


def test_roles_that_lead_and_assist_in_the_same_share_a_band(charter: Reads) -> None:
    alike, _ = drawn(charter(SPLIT), DAY)

    assert [[row.role for row in band] for band in bands(alike)][-1] == ["manager", "director"]
    assert all(len(band) == 1 for band in bands(alike)[:-1])


def test_teams_are_counted_from_people_and_name_nobody(charter: Reads) -> None:
    (drawing,) = drawn(
        charter("""
            company: Acme
            roles: {sdr: {is: SDR}, ae: {is: AE}}
            people:
              - {person: Robin Roe, role: sdr, team: Reds}
              - {person: Sam Poe, role: ae, team: Reds, share: 0.5}
              - {person: Kim Doe, role: ae, team: Reds, to: 2025-12-31}
            teams:
              Reds: {is: pod, manager: Robin Roe}
              Blues: {is: overlay, members: {ae: 2}, manager: ae, supports: [Reds]}
        """),
        DAY,
    )
    reds, blues = drawing.teams

    assert (reds.kind, reds.members, reds.led_by) == ("pod", {"sdr": 1.0, "ae": 0.5}, None)
    assert (blues.kind, blues.members, blues.led_by) == ("overlay", {"ae": 2.0}, "ae")
    shown = organisation_svg(drawing) + organisation_html([drawing]) + printed((drawing,), 80)
    assert "Robin" not in shown + organisation_json("Acme", DAY, [drawing])


# SVG


def test_the_svg_has_a_square_for_every_part_and_says_what_it_is(charter: Reads) -> None:
    (drawing,) = drawn(charter(SMALL), DAY)
    squares = labels(drawing, "square")

    assert "sdr: owns prospecting" in squares
    assert "sdr: assists discovery" in squares
    assert "outside: outside support" in squares
    assert len(squares) == sum(
        len(s.parts) for r in (*drawing.rows, *drawing.feet) for s in r.squares
    )


def test_the_svg_has_an_arrow_for_every_handoff_from_giver_down_to_taker(charter: Reads) -> None:
    (drawing,) = drawn(charter(SMALL), DAY)
    paths = [p for p in svg(drawing).iter(f"{SVG}path") if "arrow" in str(p.get("class"))]
    arrows = [p for p in paths if "V" in str(p.get("d"))]

    assert labels(drawing, "handoff") == passed(drawing)
    assert ["undeclared" in str(p.get("class")) for p in arrows] == [False, True]
    for arrow in arrows:
        start, end = re.match(r"M[\d.]+ ([\d.]+)V([\d.]+)H", str(arrow.get("d"))).groups()  # type: ignore[union-attr]
        assert float(start) < float(end)


def test_no_arrow_crosses_words(charter: Reads) -> None:
    for drawing in drawn(charter(SPLIT), DAY):
        root = svg(drawing)
        boxes = [
            (float(r.attrib["x"]), float(r.attrib["x"]) + float(r.attrib["width"]))
            for g in root.iter(f"{SVG}g")
            if g.get("class") == "square"
            for r in g.iter(f"{SVG}rect")
        ]
        for path in root.iter(f"{SVG}path"):
            way = re.match(r"M([\d.]+) [\d.]+V", str(path.get("d")))
            if way:
                assert not any(left <= float(way[1]) <= right for left, right in boxes)


def test_arrows_that_share_rows_have_lanes_of_their_own(charter: Reads) -> None:
    alike, _ = drawn(charter(SPLIT), DAY)
    circles = list(svg(alike).iter(f"{SVG}circle"))
    to_discovery = [
        c for c, one in zip(circles, alike.handoffs, strict=True) if one.at is Function.DISCOVERY
    ]

    assert len(to_discovery) == 2
    assert len({c.get("cx") for c in to_discovery}) == 2


def test_the_svg_can_be_read_without_seeing_it_and_runs_nothing(charter: Reads) -> None:
    root = svg(*drawn(charter(SPLIT), DAY))
    ids = [element.attrib["id"] for element in root.iter() if "id" in element.attrib]

    assert root.get("role") == "img"
    assert set(str(root.get("aria-labelledby")).split()) <= set(ids)
    assert len(ids) == len(set(ids))
    assert "inbound owns prospecting (inbound)" in str(root.findtext(f"{SVG}desc"))
    assert not [e for e in root.iter() if e.tag in (f"{SVG}script", f"{SVG}foreignObject")]
    assert not [
        name for e in root.iter() for name in e.attrib if "href" in name or name[:2] == "on"
    ]


def test_no_words_of_the_svg_are_smaller_than_eleven_pixels(charter: Reads) -> None:
    written = organisation_svg(*drawn(charter(SPLIT), DAY))

    assert min(float(size) for size in re.findall(r"font-size: ([\d.]+)px", written)) >= 11


def test_everything_stands_within_the_svg(charter: Reads) -> None:
    root = svg(*drawn(charter(SPLIT), DAY))
    width = float(root.attrib["width"])

    for rect in root.iter(f"{SVG}rect"):
        assert float(rect.get("x", "0")) + float(rect.attrib["width"]) <= width


@pytest.mark.parametrize("holds", ["gap", "overlap", "outside", "nobody", "assists"])
def test_what_is_not_owned_is_told_by_word_and_not_by_colour_alone(
    charter: Reads, holds: str
) -> None:
    (drawing,) = drawn(
        charter("""
            company: Acme
            roles: {ae: {is: AE}, other: {is: AE}}
            outside: [support]
            nobody: [deal_desk]
        """),
        DAY,
    )
    words = [t.text for t in svg(drawing).iter(f"{SVG}text") if holds in str(t.get("class"))]

    assert words
    assert all(str(word).startswith(holds) for word in words)


# HTML


def test_the_page_is_whole_and_loads_and_runs_nothing(charter: Reads) -> None:
    written = organisation_html(drawn(charter(SPLIT), DAY))
    page = Page(written)

    assert not page.all("script", "link", "iframe", "img")
    assert all(a["href"].startswith("#") for a in page.all("a"))
    assert not re.search(r"url\((?!#)", written)


def test_the_page_can_be_read_without_seeing_it(charter: Reads) -> None:
    page = Page(organisation_html(drawn(charter(SPLIT), DAY)))
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    headings = [int(tag[1]) for tag, _ in page.elements if re.fullmatch("h[1-6]", tag)]

    assert page.all("html")[0]["lang"] == "en"
    assert headings[0] == 1
    assert headings.count(1) == 1
    assert all(header["scope"] in ("row", "col") for header in page.all("th"))
    assert len(page.all("caption")) == len(page.all("table"))
    assert len(ids) == len(set(ids))
    assert {a["href"][1:] for a in page.all("a")} <= set(ids)
    assert {"header", "main", "footer"} <= {tag for tag, _ in page.elements}
    for region in page.all("div", "figure"):
        if region.get("class") == "scroll":
            assert region["tabindex"] == "0"
            assert region["aria-label"]


def test_the_table_says_what_the_drawing_says(charter: Reads) -> None:
    page = Page(organisation_html(drawn(charter(SPLIT), DAY)))
    classes = [cell.get("class", "").split() for cell in page.all("td")]
    text = " ".join(" ".join(page.text).split())

    assert sum("gap" in names for names in classes) == 1
    assert "owns: outbound, named" in text
    assert "ae to am at expansion, in later terms." in text
    assert "people" in text


def test_words_of_the_charter_are_inert(charter: Reads) -> None:
    drawings = drawn(charter(HOSTILE), DAY)
    page = Page(organisation_html(drawings))

    assert not page.all("script", "img", "b", "i")
    assert not any(name.startswith("on") for _, attributes in page.elements for name in attributes)
    assert "<script>alert(1)</script>" in "".join(page.text)
    root = svg(*drawings)
    assert not [e for e in root.iter() if not e.tag.startswith(SVG)]
    assert not [e for e in root.iter() if e.tag in (f"{SVG}script", f"{SVG}img")]
    assert "\u202e" not in organisation_svg(*drawings)
    assert "[red]" in printed(drawings, 100)


# Screen


@pytest.mark.parametrize("width", [40, 60, 80, 100, 140])
def test_it_fits_the_screen(charter: Reads, width: int) -> None:
    wide = SMALL.replace("ae: {", "営業担当: {").replace("to: ae", "to: 営業担当")
    for text in (SMALL, SPLIT, HOSTILE, wide):
        lines = printed(drawn(charter(text), DAY), width).splitlines()

        assert max(map(cell_len, lines)) <= width


def test_a_screen_shows_who_owns_and_who_assists_under_each_function(charter: Reads) -> None:
    lines = printed(drawn(charter(SMALL), DAY), 80).splitlines()
    head, sdr = lines[1], next(line for line in lines if line.startswith("sdr"))

    assert sdr[head.index("pros") : head.index("pros") + 4].strip() == "O"
    assert sdr[head.index("disc") : head.index("disc") + 4].strip() == "A"
    assert sdr[head.index("clos") : head.index("clos") + 4].strip() == ""
    assert any(line.startswith("outside") and "out" in line[20:] for line in lines)


def test_a_screen_shows_where_work_passes(charter: Reads) -> None:
    shown = printed(drawn(charter(SMALL), DAY), 80)

    assert "└► O" in shown
    assert "1 sdr to ae at discovery: first meeting" in shown
    assert "2 ae to csm at onboarding; no handoff is declared" in shown


def test_a_screen_marks_motion_age_gap_and_overlap(charter: Reads) -> None:
    shown = printed(drawn(charter(SPLIT), DAY), 80)

    assert "Oi" in shown
    assert "Oon" in shown
    assert "O1" in shown
    assert "O2" in shown
    assert "GAP" in shown
    assert "i inbound; o outbound; n named; 1 first term; 2 later terms" in " ".join(shown.split())


def test_columns_stay_in_line_whatever_letters_a_role_is_written_in(charter: Reads) -> None:
    plain, wide = (
        printed(drawn(charter(SMALL.replace("csm:", f"{name}:")), DAY), 100).splitlines()
        for name in ("csmxxx", "担当者")
    )

    ends = [next(line for line in lines if "└► O    O" in line) for lines in (plain, wide)]
    assert len({cell_len(line[: line.index("└")]) for line in ends}) == 1


def test_a_narrow_screen_tells_each_role_in_words(charter: Reads) -> None:
    shown = " ".join(printed(drawn(charter(SMALL), DAY), 40).split())

    assert "sdr (3 people): owns prospecting, owns qualification, assists discovery" in shown
    assert "outside: support" in shown


# JSON


def test_the_json_has_the_whole_drawing(charter: Reads) -> None:
    drawings = drawn(charter(SPLIT), DAY)
    told = json.loads(organisation_json("Acme", DAY, drawings))
    alike = told["drawings"][0]
    inbound = alike["rows"][0]

    assert (told["format"], told["company"], told["day"]) == (
        "organisation/1",
        "Acme",
        "2026-09-01",
    )
    assert alike["segments"] == ["east", "west"]
    assert inbound["squares"][0] == {
        "function": "prospecting",
        "parts": [{"holds": "owns", "motions": ["inbound"], "ages": [], "overlap": False}],
    }
    assert inbound["by_segment"] == {"east": 2, "west": 5}
    assert alike["rows"][1]["people"] is None
    assert {"number", "giver", "taker", "at", "account_age", "returns", "name"} == set(
        alike["handoffs"][0]
    )
    assert {foot["holds"] for foot in told["drawings"][1]["feet"]} >= {"gap", "outside"}


def test_the_documented_keys_are_the_keys(charter: Reads) -> None:
    (drawing,) = drawn(charter(SMALL), DAY)
    told = json.loads(organisation_json("Acme", DAY, [drawing]))
    said = str(organisation_json.__doc__)

    for one in (told, told["drawings"][0], told["drawings"][0]["rows"][0]):
        assert all(f"`{key}`" in said for key in one)
