"""The organisation as declared, on a screen of 80 or 100 columns."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.text import Text

from remit.charter import AccountAge, Function
from remit.report import wording
from remit.report.organisation import (
    Drawing,
    FootRow,
    Part,
    Passed,
    RoleRow,
    all_rows,
    bands,
    headcount_in_short,
    in_lines,
    kind_beside,
    people_in_words,
    team_in_words,
    teams_by_kind,
)

WIDEST, NARROWEST, MOST = 100, 12, 3
"""Columns used at most; columns that names of roles need; teams named that one supports."""

HEADS: Mapping[Function, str] = MappingProxyType(
    {
        Function.PROSPECTING: "pros",
        Function.QUALIFICATION: "qual",
        Function.DISCOVERY: "disc",
        Function.TECHNICAL_VALIDATION: "tech",
        Function.DEAL_DESK: "desk",
        Function.CLOSING: "clos",
        Function.ONBOARDING: "onbo",
        Function.CUSTOMER_SUCCESS: "succ",
        Function.SUPPORT: "supp",
        Function.RENEWAL: "renw",
        Function.EXPANSION: "expn",
        Function.MANAGEMENT: "mgmt",
    }
)
_SIGNS = {"owns": "O", "assists": "A", "outside": "out", "nobody": "none", "gap": "GAP"}
_STYLES = {
    "owns": "bold reverse",
    "assists": "dim",
    "outside": "dim",
    "nobody": "dim",
    "gap": "bold red",
    "overlap": "bold red",
}
_AGES = {AccountAge.BEFORE_WIN: "0", AccountAge.FIRST_TERM: "1", AccountAge.LATER_TERMS: "2"}
_LETTERS = {"i": "inbound", "o": "outbound", "n": "named"}
_CELL = 4


@dataclass(frozen=True, slots=True)
class _Ways:
    """What arrows are drawn with."""

    along: str
    undeclared: str
    across: str
    from_above: str
    from_below: str
    tip: str


_LINES = _Ways("│", "┊", "─", "└", "┌", "►")
_PLAIN = _Ways("|", ":", "-", "`", ",", ">")
_MARKS = "123456789abcdefghijklmnopqrstuvwxyz"
"""A handoff's number in one letter."""


def organisation_terminal(drawings: Sequence[Drawing], console: Console) -> None:
    """Print drawings for a screen: functions across, roles down, arrows where work passes on.

    O owns and A assists. Letters after it say in which motion, numbers at which account age, where
    that is not all. Roles that only lead, and assist in the same, share a row. On a screen too
    narrow for the functions, each role is told in a sentence. Words of the charter are printed as
    they are: markup and control characters in them do nothing.

    Args:
        drawings: What to show.
        console: Where; its width, up to 100 columns, is used.
    """
    width = min(console.width, WIDEST)
    ways = _PLAIN if console.options.ascii_only else _LINES
    for place, drawing in enumerate(drawings):
        lines = [Text("")] if place else []
        lines += [Text(wording.harmless(f"{drawing.company}: {drawing.title}"), style="bold")]
        grid = _grid(drawing, width, ways)
        lines += grid if grid is not None else _told(drawing, width)
        lines += _below(drawing, width)
        for line in lines:
            console.print(line, width=width, no_wrap=True, overflow="ellipsis", crop=True)


def _grid(drawing: Drawing, width: int, ways: _Ways) -> list[Text] | None:
    """The map in rows and columns; None where the screen is too narrow for it."""
    lanes = {function: _lanes(drawing, function) for function in drawing.functions}
    many = {f: max(lanes[f].values(), default=-1) + 1 for f in drawing.functions}
    asked = sum(_CELL + 1 + many[function] for function in drawing.functions)
    if width - asked < NARROWEST:
        return None
    shown = bands(drawing)
    rows: tuple[RoleRow | FootRow, ...] = (*(band[0] for band in shown), *drawing.feet)
    leaders = iter(_leaders(drawing))
    names = [
        _names(band[0], width - asked - 1) if len(band) == 1 else [next(leaders)] for band in shown
    ]
    names += [[foot.name.partition(":")[0]] for foot in drawing.feet]
    longest = max((cell_len(said) for lines in names for said in lines), default=0)
    label = min(width - asked, max(NARROWEST, longest + 1))
    head = Text(" " * label, style="dim")
    for function in drawing.functions:
        head.append(" " * (many[function] + 1) + HEADS[function].ljust(_CELL))
    lines = [head]
    order = _order(drawing)
    for place, row in enumerate(rows):
        codes = {
            square.function: [code for part in square.parts for code in _codes(part)]
            for square in row.squares
        }
        height = max(len(names[place]), *(len(code) for code in codes.values()), 1)
        if place == len(shown):
            lines.append(Text(ways.across * (label + asked), style="dim"))
        for n in range(height):
            name = names[place][n] if n < len(names[place]) else ""
            line = Text(set_cell_size(name, label))
            for function in drawing.functions:
                here = [one for one in drawing.handoffs if one.at is function]
                line.append(_way(here, lanes[function], many[function], order, place, n, ways))
                code = codes.get(function, [])
                sign, style = code[n] if n < len(code) else ("", "")
                line.append(sign.center(_CELL) if sign else " " * _CELL, style=style)
            lines.append(line)
    return lines


def _leaders(drawing: Drawing) -> dict[str, tuple[RoleRow, ...]]:
    """Rows of several roles that lead, by what stands for them; who they are is told below."""
    several = [band for band in bands(drawing) if len(band) > 1]
    many = len(several) > 1
    return {f"leaders {n}" if many else "leaders": band for n, band in enumerate(several, 1)}


def _names(row: RoleRow, letters: int) -> list[str]:
    """What stands at the left of a row: a role, and how many of which kind it is."""
    kind, count = kind_beside(row), headcount_in_short(row)
    if count:
        kind = f"{count} {kind or ('person' if count in ('1', '+1') else 'people')}"
    return [*in_lines(row.role, letters), *(in_lines(kind, letters) if kind else ())]


def _codes(part: Part) -> Iterator[tuple[str, str]]:
    """A part in at most four letters a line, each line with its style."""
    style = "bold red reverse" if part.overlap and part.holds == "owns" else _STYLES[part.holds]
    when = "".join(motion[0] for motion in part.motions) + "".join(_AGES[age] for age in part.ages)
    sign = _SIGNS.get(part.holds, "TWO")
    if part.overlap and part.holds == "owns":
        sign += "!"
    if len(sign + when) <= _CELL and sign in ("O", "A", "O!"):
        yield sign + when, style
    else:
        yield sign, style
        if when:
            yield when[:_CELL], style


def _mark(one: Passed) -> str:
    return _MARKS[one.number - 1] if one.number <= len(_MARKS) else "*"


def _order(drawing: Drawing) -> dict[str, int]:
    return {row.role: place for place, band in enumerate(bands(drawing)) for row in band}


def _lanes(drawing: Drawing, at: Function) -> dict[int, int]:
    """By handoff, its column before a function; those that share rows stand side by side."""
    order = _order(drawing)
    taken: list[list[tuple[int, int]]] = []
    found = {}
    here = [one for one in drawing.handoffs if one.at is at]
    for one in sorted(here, key=lambda one: -abs(order[one.giver] - order[one.taker])):
        low, high = sorted((order[one.giver], order[one.taker]))
        free = (
            lane
            for lane, held in enumerate(taken)
            if all(high < other[0] or other[1] < low for other in held)
        )
        lane = next(free, len(taken))
        if lane == len(taken):
            taken.append([])
        taken[lane].append((low, high))
        found[one.number] = lane
    return found


def _way(
    here: Sequence[Passed],
    lanes: Mapping[int, int],
    many: int,
    order: Mapping[str, int],
    place: int,
    line: int,
    ways: _Ways,
) -> str:
    """What of the arrows before a function lies on one line of one row."""
    signs = [" "] * (many + 1)
    for one in here:
        giver, taker, lane = order[one.giver], order[one.taker], lanes[one.number]
        low, high = sorted((giver, taker))
        if place == taker and line == 0:
            signs[lane] = ways.from_above if giver < taker else ways.from_below
            for after in range(lane + 1, many):
                if signs[after] == " ":
                    signs[after] = ways.across
            signs[many] = ways.tip
        elif place == giver and line == 0:
            signs[lane] = _mark(one)
        elif low <= place < high:
            signs[lane] = ways.along if one.name is not None else ways.undeclared
    return "".join(signs)


def _told(drawing: Drawing, width: int) -> list[Text]:
    """Each role and foot in a sentence, for a screen too narrow for columns."""
    lines = []
    for row in all_rows(drawing):
        said = []
        for square in row.squares:
            for part in square.parts:
                when = f" ({', '.join(part.when)})" if part.when else ""
                verb = f"{part.holds} " if isinstance(row, RoleRow) else ""
                said.append(f"{verb}{wording.words(square.function.value)}{when}")
        name = row.role if isinstance(row, RoleRow) else row.name
        people = people_in_words(row) if isinstance(row, RoleRow) else ""
        head = f"{name} ({people})" if people else name
        lines += _wrapped(f"{head}: {', '.join(said) or 'nothing'}", width)
    return lines


def _below(drawing: Drawing, width: int) -> list[Text]:
    parts = [part for row in all_rows(drawing) for s in row.squares for part in s.parts]
    key = ["O owns", "A assists"]
    if any(part.overlap for part in parts):
        key.append("! another owns it too")
    if any(row.across for row in drawing.rows):
        key.append("+1 one more across segments")
    motions = {motion[0] for part in parts for motion in part.motions}
    key += [f"{letter} {word}" for letter, word in _LETTERS.items() if letter in motions]
    ages = {age for part in parts for age in part.ages}
    words = {"0": "before win", "1": "first term", "2": "later terms"}
    key += [f"{_AGES[age]} {words[_AGES[age]]}" for age in AccountAge if age in ages]
    lines = _wrapped("; ".join(key), width, "dim")
    lines += [
        line
        for one in drawing.handoffs
        for line in _wrapped(f"{_mark(one)} {one.says}", width, "" if one.name else "yellow")
    ]
    for name, band in _leaders(drawing).items():
        roles = ", ".join(f"{headcount_in_short(row)} {row.role}".strip() for row in band)
        lines += _wrapped(f"{name.capitalize()}: {roles}", width)
    for head, teams in teams_by_kind(drawing).items():
        said = "; ".join(team_in_words(team, MOST) for team in teams)
        lines += _wrapped(f"{head}: {said}", width)
    return lines


def _wrapped(text: str, width: int, style: str = "") -> list[Text]:
    flat = textwrap.wrap(
        wording.harmless(text), width, subsequent_indent="  ", break_on_hyphens=False
    )
    return [Text(line, style=style) for line in flat]
