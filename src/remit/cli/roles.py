"""`remit roles`: the role catalogue, as a list or one role in full."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from remit.benchmarks import benchmarks
from remit.charter.catalogue import Passing, RoleKind, kind_of_title, role_kinds, tool_kinds
from remit.cli.benchmarks import UNPARTED, levels, source
from remit.compensation.measures import measured
from remit.rules import SOURCES
from remit.terms import Function, Place, Problem, RemitError, Standing, nearest

FORMAT = "roles/1"
"""Name and version of the JSON layout. Within one, keys are added and never taken away."""
WIDEST = 100
OWN = "remit's own"


def run_roles(role: str | None, *, as_json: bool) -> None:
    """Print the roles of the catalogue, or one in full.

    Args:
        role: A kind, in capitals or not, or a usual job title of one.
        as_json: For programs; without a role also the measures and the kinds of tools.

    Raises:
        RemitError: If no role is called that.
    """
    kind = _found(role) if role is not None else None
    if as_json:
        print(json.dumps(_document(kind), indent=2, ensure_ascii=False))
        return
    console = Console(highlight=False)
    width = min(console.width, WIDEST)
    console.print(_all(width) if kind is None else _one(kind), width=width)


def _found(called: str) -> RoleKind:
    """The role that somebody means.

    Raises:
        RemitError: If none is meant, with the nearest.
    """
    for kind in role_kinds().values():
        if called.strip().casefold() in (kind.kind.casefold(), kind.name.casefold()):
            return kind
    by_title = kind_of_title(called)
    if by_title is not None:
        return role_kinds()[by_title]
    near = nearest(called, role_kinds(), what="Roles")
    raise RemitError([Problem(Place(called), "", "is no role or usual job title.", near)])


# On a terminal


def _all(width: int) -> RenderableType:
    table = Table(box=None, padding=(0, 2, 1, 0), pad_edge=False, header_style="dim", width=width)
    table.add_column("role", ratio=4)
    table.add_column("owns", ratio=4)
    table.add_column("work comes when", ratio=5)
    table.add_column("measurable output", ratio=5)
    for kind in role_kinds().values():
        called = Text(kind.kind, style="bold")
        if kind.name.casefold() != kind.kind.casefold():
            called.append(f"\n{kind.name}", style="not bold dim")
        table.add_row(called, _functions(kind.owns), kind.entry, kind.output)
    below = (
        "`remit roles AE` tells all about one; a job title will do: `remit roles 'Account Manager'`. "
        "`remit roles --json` also lists the measures that people can be paid on and the kinds of "
        "tools."
    )
    return Group(table, Text(below))


def _one(kind: RoleKind) -> RenderableType:
    head = Text(kind.kind, style="bold")
    if kind.name.casefold() != kind.kind.casefold():
        head.append(f"  {kind.name}", style="not bold")
    rows = Table.grid(padding=(0, 2, 0, 0))
    rows.add_column(width=12, style="dim")
    rows.add_column(ratio=1)
    for label, told in _told(kind):
        rows.add_row(label, Padding(told, (0, 0, 1, 0)))
    return Group(head, Text(kind.about), Text(), rows, *_below(kind))


def _told(kind: RoleKind) -> Iterator[tuple[str, RenderableType]]:
    """All that the catalogue says of a role, a label and what stands beside it."""
    own = set(kind.own)

    def told(text: str, field: str) -> Text:
        said = Text(text or "Nothing that a source or remit states.")
        if field in own and text:
            said.append(f"  ({OWN})", style="dim")
        return said

    yield "owns", told(_functions(kind.owns), "owns")
    if kind.assists:
        yield "assists in", told(_functions(kind.assists), "assists")
    yield "work comes", told(kind.entry, "entry")
    passed = "\n".join(_passing(passing) for passing in kind.handoff)
    yield "passes on", told(passed or "To nobody.", "handoff")
    yield "output", told(kind.output, "output")
    yield "duties", told("\n".join(duty.does for duty in kind.duties), "duties")
    if kind.leaves:
        yield "leaves", told("\n".join(duty.does for duty in kind.leaves), "leaves")
    yield (
        "measured by",
        _pairs(((name, measured()[name].about) for name in kind.kpis), "kpis" in own),
    )
    for label, field, names in (("healthy", "bands", kind.bands), ("ramp", "ramp", kind.ramp)):
        yield (
            label,
            _numbers(names, field in own) if names else told("No source says it.", ""),
        )
    if kind.first_hire is not None:
        by = ", ".join(kind.first_hire.rules)
        convention = kind.first_hire.standing is Standing.CONVENTION
        hire = Text(f"{kind.first_hire.when}")
        hire.append(f"  ({OWN if convention else by})", style="dim")
        yield "first hire", hire
    yield "tools", _pairs(((name, tool_kinds()[name]) for name in kind.tools), "tools" in own)
    yield "titles", told(", ".join(kind.titles), "titles")


def _below(kind: RoleKind) -> Iterator[Text]:
    rules = (*kind.rules, *kind.also)
    titles = dict.fromkeys(SOURCES[rule[:3]] for rule in rules)
    yield Text(f"From {'; '.join(titles)}.")
    yield Text(f"Rules {', '.join(rules)}: `remit rules ID` tells all about one.")
    yield Text(f"Numbers: `remit benchmarks NAME`. In a charter: `is: {kind.kind}`.")


def _functions(functions: Iterable[Function]) -> str:
    return ", ".join(function.value.replace("_", " ") for function in functions)


def _passing(passing: Passing) -> str:
    return f"to {passing.to} at {passing.at.value.replace('_', ' ')}: {passing.when}"


def _pairs(pairs: Iterable[tuple[str, str]], own: bool) -> RenderableType:
    """Names, each with what it is beside it."""
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(no_wrap=True, min_width=24)
    grid.add_column(ratio=1)
    for name, about in pairs:
        grid.add_row(Text(name), Text(about.replace(" %", UNPARTED)))
    if own:
        grid.add_row(Text(f"({OWN})", style="dim"))
    return grid


def _numbers(names: Iterable[str], own: bool) -> RenderableType:
    return _pairs(
        ((name, f"{levels(benchmarks()[name])} [{source(benchmarks()[name])}]") for name in names),
        own,
    )


# For programs


def _document(kind: RoleKind | None) -> dict[str, Any]:
    if kind is not None:
        return {"format": FORMAT, "roles": [_plain(kind)]}
    return {
        "format": FORMAT,
        "roles": [_plain(one) for one in role_kinds().values()],
        "measures": [measure.model_dump(mode="json") for measure in measured().values()],
        "tools": dict(tool_kinds()),
    }


def _plain(kind: RoleKind) -> dict[str, Any]:
    """A role without the patterns that find its duties in a job description."""
    leave_out = {"duties": {"__all__": {"said_as"}}, "leaves": {"__all__": {"said_as"}}}
    return kind.model_dump(mode="json", exclude=leave_out)
