"""Checks on tools: one stack for every role wastes money."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from remit.charter import role_kinds
from remit.check.declared import Check, Declared, Subject, or_clear
from remit.check.wording import listed, plain, spoken
from remit.terms import Finding, Money, Severity

_TOOLS = ("003-69",)


@Check(rules=_TOOLS, asks="Does each role have the tools it works with, and no others?")
def tools(declared: Declared) -> Iterator[Finding]:
    """Tools that a role is given and its kind does not work with, and usual ones it lacks.

    Amber where the seats have a price, with what they cost in a year for the people who hold the
    role; else a note. Usual tools that are missing are a note. A role that names no tool, and one
    of no kind, is not looked at. A tool of the same kind as a needed one is needed.
    """
    subject = Subject("tools", _TOOLS)
    stated = [
        name
        for name, role in declared.charter.roles.items()
        if role.tools and role.kind is not None
    ]
    if not stated:
        yield subject.not_stated("roles", "No role of a kind names its `tools:`.")
        return
    yield from or_clear(
        (found for name in stated for found in _of(declared, subject, name)),
        subject.clear("roles", f"{listed(stated)}: the tools of the kind and no others."),
    )


def _of(declared: Declared, subject: Subject, name: str) -> Iterator[Finding]:
    charter = declared.charter
    role = charter.roles[name]
    usual = role_kinds()[str(role.kind)].tools
    kinds = {
        tool: charter.tools[tool].kind if tool in charter.tools else tool for tool in role.tools
    }
    place = declared.place("roles", name, "tools")
    unneeded = [tool for tool, kind in kinds.items() if kind not in usual]
    if unneeded:
        waste = _yearly(declared, name, unneeded)
        yield subject.found(
            f"tools of {name}",
            f"{name} is given {listed(spoken(tool) for tool in unneeded)}, which its kind does "
            f"not work with{f': {waste}' if waste else ''}.",
            Severity.AMBER if waste else Severity.NOTE,
            remedy=f"Take {listed(unneeded)} out of the role's `tools:`.",
            place=place,
        )
    missing = [kind for kind in usual if kind not in kinds.values()]
    if missing:
        yield subject.found(
            f"missing tools of {name}",
            f"{name} names no tool for {listed(spoken(kind) for kind in missing)}, which its kind "
            "works with.",
            Severity.NOTE,
            remedy="Add them to the role's `tools:` if it has them.",
            place=place,
        )


def _yearly(declared: Declared, role: str, tools: list[str]) -> str | None:
    """What seats cost in a year, in words; None where no price is stated."""
    charter = declared.charter
    prices = [charter.tools[tool].per_seat or Decimal(0) for tool in tools if tool in charter.tools]
    seat = sum(prices, Decimal(0))
    if not seat:
        return None
    people = declared.people(role)
    if people is None:
        return f"{Money(seat, charter.currency)} a year for each seat"
    whole = Money(seat * Decimal(str(people)), charter.currency)
    return f"{whole} a year for {plain(people)} people at {Money(seat, charter.currency)} a seat"
