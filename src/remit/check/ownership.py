"""Checks on the ownership map: work nobody owns, and work that two roles own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from remit.charter import Cell, Role
from remit.charter.market import Scope
from remit.charter.ownership import AGES, EVERYWHERE, MOTIONS
from remit.check.declared import Check, Declared, Subject, or_clear
from remit.check.wording import inside, listed, spoken
from remit.terms import Finding, Function, Severity

_GAPS = ("002-16", "003-05", "003-32", "003-35")
_GAPS_IN = {
    Function.RENEWAL: ("003-05", "002-16"),
    Function.EXPANSION: ("003-05", "003-35"),
    Function.ONBOARDING: ("003-05", "003-32"),
    Function.CUSTOMER_SUCCESS: ("003-05", "003-32"),
}
"""The rules that want somebody for a function, where there is one beside that on gaps."""
_OVERLAPS = ("003-05",)
_SCOPES = ("003-05",)


@Check(rules=_GAPS, asks="Is every function owned by somebody, everywhere?")
def gaps(declared: Declared) -> Iterator[Finding]:
    """Functions that no role owns in a segment, where the charter does not say that none should.

    Red: a gap loses pipeline or customers. Amber for support. A note for a deal desk, and for
    technical validation where the sale is not technical: small teams do without. `outside:` and
    `nobody:` in the charter close a gap.
    """
    subject = Subject("gaps", _GAPS)
    yield from or_clear(
        (
            subject.found(
                f"{function} in {segment}",
                f"No role owns {spoken(function)} {where}.",
                _weight(declared, function, segment),
                remedy="Name it in a role's `owns:`, or under `outside:` or `nobody:`.",
                place=declared.place("roles"),
                rules=_GAPS_IN.get(Function(function), ("003-05",)),
            )
            for (function, segment), where in _cells(
                declared, {cell: True for cell, held in declared.owners.items() if held.gap}
            ).items()
        ),
        subject.clear("roles", "Every function has an owner, or is said to need none."),
    )


@Check(rules=_OVERLAPS, asks="Is any function owned twice?")
def overlaps(declared: Declared) -> Iterator[Finding]:
    """Functions that two roles own in the same segment, motion and account age.

    Red: an overlap creates blame. Two roles that differ in motion or account age do not overlap.
    """
    subject = Subject("overlaps", _OVERLAPS)
    twice: dict[tuple[str, ...], dict[Cell, bool]] = {}
    for cell, held in declared.owners.items():
        if held.overlap:
            twice.setdefault(held.owns, {})[cell] = True
    yield from or_clear(
        (
            subject.found(
                f"{function} in {segment}",
                f"{listed(roles)} each own {spoken(function)} {where}.",
                Severity.RED,
                remedy="Let one own it and the other assist, or part them by segment, motion or "
                "account age.",
                place=declared.place("roles", roles[-1]),
            )
            for roles, cells in twice.items()
            for (function, segment), where in _cells(declared, cells).items()
        ),
        subject.clear("roles", "No function has two owners."),
    )


@Check(rules=_SCOPES, asks="Is work given to roles where and when there is such work?")
def scopes(declared: Declared) -> Iterator[Finding]:
    """Work given to a role in a segment in which it does not work, or at an age without that work.

    Red: the charter contradicts itself. `owns: {closing: {account_age: later_terms}}` gives a role
    work that is done before the win.
    """
    subject = Subject("scopes", _SCOPES)
    yield from or_clear(
        (
            subject.found(
                f"{name} {word} {function}",
                f"{name} {word} {spoken(function)} {wrong}.",
                Severity.RED,
                remedy=f"Change where and when the role {word} it, or the role's `segments:`.",
                place=declared.place("roles", name, word),
            )
            for name, role in declared.charter.roles.items()
            for word, owning in (("owns", role.owns), ("assists", role.assists))
            for function, scope in (owning or {}).items()
            for wrong in _wrong(role, function, scope)
        ),
        subject.clear("roles", "Work is given to roles where and when there is such work."),
    )


def _wrong(role: Role, function: Function, scope: Scope) -> Iterator[str]:
    elsewhere = [segment for segment in scope.segments if segment not in role.segments]
    if role.segments and elsewhere:
        yield f"{inside(elsewhere).strip()}, and works{inside(role.segments)}"
    ages = AGES.get(function, ())
    never = [spoken(age.value) for age in scope.account_age if ages and age not in ages]
    if never:
        yield f"in the {listed(never)}, when there is none of it"


def _weight(declared: Declared, function: str, segment: str) -> Severity:
    stated = declared.charter.segments.get(segment)
    technical = stated is not None and stated.technical_sale
    if function == Function.DEAL_DESK or (
        function == Function.TECHNICAL_VALIDATION and not technical
    ):
        return Severity.NOTE
    return Severity.AMBER if function == Function.SUPPORT else Severity.RED


def _cells(declared: Declared, cells: Mapping[Cell, bool]) -> Mapping[tuple[str, str], str]:
    """The cells by function and segment, with the part of it they cover in words."""
    found: dict[tuple[str, str], str] = {}
    for function, ages in AGES.items():
        for segment in declared.segments:
            here = [c for c in cells if c.function is function and c.segment == segment]
            if not here:
                continue
            motions = {cell.motion for cell in here}
            at = {cell.account_age for cell in here}
            where = "" if segment == EVERYWHERE else f"in {segment} "
            if len(motions) < len(MOTIONS):
                where += f"for {listed(m for m in MOTIONS if m in motions)} accounts "
            if len(at) < len(ages):
                ages_said = [spoken(age.value) for age in ages if age in at]
                where += f"in the {listed(ages_said)} "
            found[(function.value, segment)] = where.strip() or "anywhere"
    return found
