"""The organisation as declared, as an SVG that is read alone and as one HTML file."""

from __future__ import annotations

import textwrap
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from markupsafe import Markup

from remit.charter import Function
from remit.report import wording
from remit.report.organisation import (
    Drawing,
    FootRow,
    Part,
    Passed,
    RoleRow,
    Square,
    all_rows,
    bands,
    headcount_in_short,
    in_lines,
    kind_beside,
    people_in_words,
    team_in_words,
    teams_by_kind,
)
from remit.report.pages import templates
from remit.report.plain import remit_version

if TYPE_CHECKING:
    from jinja2 import Environment

MARGIN, LABEL, COLUMN, GUTTER, LANE = 16, 160, 68, 5, 19
"""Widths in CSS pixels: around all, of a row's name, of a function, before it, of an arrow."""
TOP, HEAD, LEAST, LINE, APART = 58, 40, 42, 14, 3
"""Heights: of title and heads, of the lowest row, of a line of text, between a row's parts."""
NAME, SMALL = 20, 29
"""Letters that fit the width of a row's name, large and small."""
MOST = 3
"""Teams named that an overlay supports."""
SAID: Mapping[str, str] = {"nobody": "nobody's"}
KEYS: Mapping[str, str] = {
    "owns": "owns it",
    "assists": "assists in it",
    "outside": "done outside this charter",
    "nobody": "said to need no owner",
    "gap": "nobody owns it",
    "overlap": "two roles own it",
    "declared": "handoff",
    "undeclared": "owner changes, no handoff declared",
}


@dataclass(frozen=True, slots=True)
class _Box:
    x: float
    y: float
    width: float
    height: float
    kind: str
    lines: tuple[str, ...]
    label: str

    @property
    def baselines(self) -> tuple[tuple[float, str], ...]:
        """Where each line of text stands, the whole of them in the middle."""
        top = self.y + (self.height - LINE * len(self.lines)) / 2
        return tuple((top + LINE * n + 11, line) for n, line in enumerate(self.lines))


@dataclass(frozen=True, slots=True)
class _Strip:
    """A row of the drawing, with its words at the left."""

    y: float
    height: float
    name: tuple[str, ...]
    below: tuple[str, ...]
    foot: bool
    how: str = "name"
    """How its name is written: `name`, or `several` where there is more than one."""

    @property
    def baselines(self) -> tuple[tuple[float, str, str], ...]:
        """Where each line of its words stands, with how it is written."""
        lines = [(self.how, line) for line in self.name] + [("quiet", line) for line in self.below]
        top = self.y + (self.height - (LINE + 1) * len(lines)) / 2
        return tuple((top + (LINE + 1) * n + 11, how, line) for n, (how, line) in enumerate(lines))


@dataclass(frozen=True, slots=True)
class _Arrow:
    number: int
    declared: bool
    returns: bool
    x: float
    start: float
    edge: float
    """Where the line leaves the circle."""
    end: float
    to: float
    says: str


@dataclass(frozen=True, slots=True)
class _Sheet:
    """One drawing, laid out."""

    drawing: Drawing
    ident: str
    width: float
    height: float
    heads: tuple[tuple[float, tuple[str, ...]], ...]
    strips: tuple[_Strip, ...]
    boxes: tuple[_Box, ...]
    arrows: tuple[_Arrow, ...]
    keys: tuple[tuple[float, float, str, str], ...]
    notes: tuple[tuple[float, str], ...]
    says: str


def organisation_svg(*drawings: Drawing) -> str:
    """Drawings as one SVG, one below the other, readable alone.

    What each part is stands in it as a word, so that colours only help. It has a title and a
    description for those who do not see it, no scripts and no outside reference, and takes light or
    dark from whoever shows it. No text is smaller than 11 pixels.
    """
    return _svg(drawings, alone=True)


def organisation_html(drawings: Sequence[Drawing]) -> str:
    """Drawings as one HTML file that needs nothing else and no scripts.

    Each drawing has its SVG and the same as a table; on a phone the table is read role by role.
    """
    return (
        _environment()
        .get_template("organisation.html")
        .render(
            drawings=drawings,
            # every word in it is escaped by its template
            pictures=[Markup(_svg([one], alone=False)) for one in drawings],  # noqa: S704
            remit=remit_version(),
        )
    )


def _svg(drawings: Sequence[Drawing], *, alone: bool) -> str:
    """The drawings; beside a page's own headings and lists they are left out of the SVG."""
    y, placed = 0.0, []
    for drawing in drawings:
        sheet = _laid_out(drawing, alone=alone)
        placed.append((y, sheet))
        y += sheet.height + MARGIN
    above = 0 if alone else TOP - 6
    width = max((sheet.width for _, sheet in placed), default=0)
    return (
        _environment()
        .get_template("organisation.svg")
        .render(
            placed=placed,
            alone=alone,
            above=above,
            width=width,
            height=max(0.0, y - MARGIN - above),
            ident=placed[0][1].ident if placed else "",
        )
    )


def _laid_out(drawing: Drawing, *, alone: bool) -> _Sheet:
    shown = bands(drawing)
    order = {row.role: place for place, rows in enumerate(shown) for row in rows}
    lanes = {function: _lanes(drawing, function, order) for function in drawing.functions}
    x, lefts = MARGIN + LABEL, {}
    for function in drawing.functions:
        many = max(lanes[function].values(), default=-1) + 1
        x += GUTTER + LANE * many
        lefts[function] = x
        x += COLUMN
    strips = tuple(_strips(drawing))
    rows: tuple[RoleRow | FootRow, ...] = (*(band[0] for band in shown), *drawing.feet)
    names = (
        *(", ".join(row.role for row in band) for band in shown),
        *(foot.name for foot in drawing.feet),
    )
    boxes = tuple(
        box
        for row, called, strip in zip(rows, names, strips, strict=True)
        for square in row.squares
        if square.function in lefts
        for box in _boxes(square, strip, lefts[square.function], called)
    )
    arrows = tuple(
        _arrow(one, lefts[one.at], lanes[one.at][one.number], strips[order[one.giver]],
               strips[order[one.taker]])
        for one in drawing.handoffs
        if one.at in lefts
    )  # fmt: skip
    width = x + MARGIN
    bottom = strips[-1].y + strips[-1].height if strips else TOP + HEAD
    keys = tuple(_keys(drawing, bottom + 30, width))
    below = keys[-1][1] + 30 if keys else bottom + 20
    notes = tuple(_notes(drawing, below, width, alone=alone))
    return _Sheet(
        drawing,
        f"o{zlib.crc32(repr((drawing.company, drawing.segments)).encode()):08x}",
        width,
        (notes[-1][0] if notes else below - 10) + MARGIN,
        tuple((lefts[f] + COLUMN / 2, tuple(f.value.split("_"))) for f in drawing.functions),
        strips,
        boxes,
        arrows,
        keys,
        notes,
        " ".join(_described(drawing)),
    )


def _strips(drawing: Drawing) -> Iterator[_Strip]:
    y: float = TOP + HEAD
    for band in bands(drawing):
        row = band[0]
        name: tuple[str, ...] = in_lines(row.role, NAME)
        below: tuple[str, ...] = ()
        if len(band) > 1:
            name = tuple(line for each in band for line in in_lines(_in_band(each), NAME + 4))
        else:
            facts = ", ".join(
                fact for fact in (kind_beside(row), row.works, people_in_words(row)) if fact
            )
            below = tuple(textwrap.wrap(facts, SMALL, max_lines=3, placeholder="…"))
        lines = (LINE + 1) * (len(name) + len(below)) + 10
        height = max((LEAST, lines, *_asked(row.squares)))
        yield _Strip(y, height, name, below, False, "several" if len(band) > 1 else "name")
        y += height
    for foot in drawing.feet:
        height = max((30, *_asked(foot.squares)))
        yield _Strip(y, height, (foot.name,), (), foot=True)
        y += height


def _in_band(row: RoleRow) -> str:
    count = headcount_in_short(row)
    return f"{row.role}, {count}" if count else row.role


def _asked(squares: Sequence[Square]) -> Iterator[int]:
    return (sum(_height(part) for part in square.parts) for square in squares)


def _height(part: Part) -> int:
    return LINE * (1 + len(part.when)) + 2 * APART + 6


def _boxes(square: Square, strip: _Strip, left: float, called: str) -> Iterator[_Box]:
    asked = sum(_height(part) for part in square.parts)
    spare = (strip.height - asked) / len(square.parts)
    y = strip.y
    for part in square.parts:
        height = _height(part) + spare
        word = SAID.get(part.holds, part.holds)
        kind = f"{part.holds} twice" if part.overlap and part.holds == "owns" else part.holds
        lines = (f"{word} !" if part.overlap else word, *part.when)
        about = f"{called}: {part.holds} {wording.words(square.function.value)}"
        if part.when:
            about += f", {', '.join(part.when)}"
        yield _Box(left, y + APART, COLUMN, height - 2 * APART, kind, lines, about)
        y += height


def _lanes(drawing: Drawing, at: Function, order: Mapping[str, int]) -> dict[int, int]:
    """By handoff, its lane before a function, counted from the right; short ways lie inside."""
    here = [one for one in drawing.handoffs if one.at is at]
    spans = {one.number: sorted((order[one.giver], order[one.taker])) for one in here}
    taken: list[list[list[int]]] = []
    found = {}
    for number, (low, high) in sorted(spans.items(), key=lambda s: (s[1][1] - s[1][0], s[0])):
        free = (
            lane
            for lane, held in enumerate(taken)
            if all(high < other[0] or other[1] < low for other in held)
        )
        lane = next(free, len(taken))
        if lane == len(taken):
            taken.append([])
        taken[lane].append([low, high])
        found[number] = lane
    return found


def _arrow(one: Passed, left: float, lane: int, giver: _Strip, taker: _Strip) -> _Arrow:
    """Out of the lower part of the giver's row, into the upper part of the taker's."""
    start, end = giver.y + giver.height - 11, taker.y + 14
    edge = start + (8 if end > start else -8)
    x = left - 12 - LANE * lane
    return _Arrow(
        one.number, one.name is not None, one.returns, x, start, edge, end, left, one.says
    )


def _keys(drawing: Drawing, y: float, width: float) -> Iterator[tuple[float, float, str, str]]:
    used = {
        part.holds for row in all_rows(drawing) for square in row.squares for part in square.parts
    }
    passed = {"declared" if one.name is not None else "undeclared" for one in drawing.handoffs}
    x = float(MARGIN)
    for key, said in KEYS.items():
        if key in used | passed:
            room = 34 + 6.2 * len(said) + 22
            if x + room > width and x > MARGIN:
                x, y = float(MARGIN), y + 24
            yield x, y, key, said
            x += room


def _notes(drawing: Drawing, y: float, width: float, *, alone: bool) -> Iterator[tuple[float, str]]:
    said = []
    if any(row.across for band in bands(drawing) if len(band) > 1 for row in band):
        said.append("+1: one more who works across segments")
    if alone:
        said += [f"{one.number}  {one.says}" for one in drawing.handoffs]
        said += [
            f"{head}: {'; '.join(team_in_words(team, MOST) for team in teams)}"
            for head, teams in teams_by_kind(drawing).items()
        ]
    letters = int((width - 2 * MARGIN) / 6.4)
    for note in said:
        for line in textwrap.wrap(
            wording.harmless(note), letters, subsequent_indent="   ", break_on_hyphens=False
        ):
            yield y, line
            y += 18


def _described(drawing: Drawing) -> Iterator[str]:
    for row in drawing.rows:
        held = [f"{holds} {wording.listed(said)}" for holds, said in _held(row).items()]
        yield f"{row.role} {' and '.join(held) if held else 'owns nothing'}."
    for foot in drawing.feet:
        yield f"{foot.name}: {wording.listed(next(iter(_held(foot).values())))}."
    if drawing.handoffs:
        yield f"Work passes from {'; '.join(one.says for one in drawing.handoffs)}."


def _held(row: RoleRow | FootRow) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for square in row.squares:
        for part in square.parts:
            when = f" ({', '.join(part.when)})" if part.when else ""
            found.setdefault(part.holds, []).append(f"{wording.words(square.function.value)}{when}")
    return found


def _breakable(name: str) -> Markup:
    """A name that may go on in the next line where one of its words ends."""
    return Markup("_<wbr>").join(Markup.escape(wording.harmless(name)).split("_"))


def _count(people: float | None) -> str:
    return wording.UNKNOWN if people is None else f"{people:g}"


def _pooled(row: RoleRow) -> float:
    """People who hold a role and count in no single segment."""
    counted = sum(count for count in row.by_segment.values() if count is not None)
    return (row.people or 0.0) - counted + row.across


@cache
def _environment() -> Environment:
    made = templates("page", "organisation")
    made.filters.update(
        words=wording.words,
        day=wording.day,
        listed=wording.listed,
        said=wording.harmless,
        breakable=_breakable,
        people=people_in_words,
        team=team_in_words,
        teams_by_kind=teams_by_kind,
        bands=bands,
    )
    made.globals.update(amount=_count, pooled=_pooled)
    return made
