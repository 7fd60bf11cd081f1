"""Checks on what the charter says was decided, and on the findings it lives with."""

from __future__ import annotations

import re
from collections.abc import Iterator

from remit.charter.statements import Exempt
from remit.check.declared import Check, Declared, Subject, or_clear
from remit.check.wording import inside, spoken
from remit.terms import Finding, Severity, catalogue, nearest

_HELD = ("002-45",)
_REASONS = ("001-02", "002-36")

_LEADER = r"\b(CRO|VP|CEO|CCO|leader|head of|chief|founder|boss|director|manager)\b"
_NEW_LEADER = re.compile(
    rf"\b(new|incoming)\s+(\w+\s+){{0,2}}?{_LEADER}|"
    rf"{_LEADER}\W+(\w+\W+){{0,3}}?(joined|arriv\w+|came|started|brought)\b",
    re.IGNORECASE,
)
_COPIED = re.compile(
    r"\b(last|former|previous|old) (company|employer|job)\b|\bbest practice|"
    r"\b(competitors?|everybody|everyone|others|other companies)\b.* (do|does|run|runs|use|has|have)\b|"
    r"\b(industry|market) standard\b",
    re.IGNORECASE,
)
_PREFERRED = re.compile(r"\b(prefer\w*|likes|favou?rite|believes? in)\b", re.IGNORECASE)
_CUSTOMERS = re.compile(r"\b(customer|buyer|client|prospect)s?\b", re.IGNORECASE)


@Check(rules=_HELD, asks="Is each boundary run as it was decided?")
def decisions_held(declared: Declared) -> Iterator[Finding]:
    """Decisions that the roles of the charter do not carry out.

    Red: the charter contradicts itself. A note where who owns what leaves the boundary open, so
    that it cannot be told.
    """
    subject = Subject("decisions_held", _HELD)
    charter = declared.charter
    if not charter.decisions:
        yield subject.not_stated("decisions", "The charter states no `decisions:`.")
        return
    yield from or_clear(
        (
            found
            for number in range(len(charter.decisions))
            for found in _against(declared, subject, number)
        ),
        subject.clear("decisions", "Each boundary is run as it was decided."),
    )


def _against(declared: Declared, subject: Subject, number: int) -> Iterator[Finding]:
    decision = declared.charter.decisions[number]
    boundary = decision.boundary
    runs: dict[str | None, list[str]] = {}
    for segment in (decision.segment,) if decision.segment else declared.segments:
        runs.setdefault(declared.structure(segment)[boundary], []).append(segment)
    for runs_as, segments in runs.items():
        about = f"{boundary}{inside(segments)}"
        place = declared.place("decisions", number)
        if runs_as is None:
            yield subject.found(
                about,
                f"It was decided to run {boundary} as {spoken(decision.run)}; who owns its two "
                f"sides{inside(segments)} is left open or mixed.",
                Severity.NOTE,
                remedy="Say in the roles' `owns:` who owns the work on both sides.",
                place=place,
            )
        elif runs_as != decision.run:
            yield subject.found(
                about,
                f"It was decided to run {boundary} as {spoken(decision.run)}; the roles run it as "
                f"{spoken(runs_as)}{inside(segments)}.",
                Severity.RED,
                remedy="Change what the roles own, or the decision.",
                place=place,
            )


@Check(rules=_REASONS, asks="Is each decision argued from the company's own situation?")
def decision_reasons(declared: Declared) -> Iterator[Finding]:
    """Decisions whose reason is a leader who came, somebody's preference or what others do.

    A note. A preference is legitimate; the sources ask only that it be seen as one. Reasons are
    read by their words, so that one said in other words is missed.
    """
    subject = Subject("decision_reasons", _REASONS)
    charter = declared.charter
    if not charter.decisions:
        yield subject.not_stated("decisions", "The charter states no `decisions:`.")
        return
    yield from or_clear(
        (
            subject.found(
                f"{decision.boundary}{inside([decision.segment] if decision.segment else [])}",
                f'The reason for running {decision.boundary} as {spoken(decision.run)} is "'
                f'{decision.because}": {names}.',
                Severity.NOTE,
                remedy="Write under `because:` what it is about the segment's customers, or let "
                "it stand as a preference.",
                place=declared.place("decisions", number),
                rules=rules,
            )
            for number, decision in enumerate(charter.decisions)
            for names, rules in [_names(decision.because)]
            if names is not None
        ),
        subject.clear("decisions", "No reason is a leader, a preference or what others do."),
    )


def _names(reason: str) -> tuple[str | None, tuple[str, ...]]:
    """What a reason names that is no reason about customers, and the rules that say so."""
    if _NEW_LEADER.search(reason):
        return "it names a leader who came", ("002-36",)
    if _COPIED.search(reason):
        return "it names what others do", ("001-02",)
    if _PREFERRED.search(reason) and not _CUSTOMERS.search(reason):
        return "it names a preference", ("002-36",)
    return None, ()


@Check(asks="Does each exemption still speak of a finding?")
def exemptions(declared: Declared) -> Iterator[Finding]:
    """Exemptions that name no check, that have ended, or that excuse nothing any more.

    A note. What a check finds is asked again here, so that an exemption outlives no finding. It serves no rule of the sources: it keeps the charter true to itself.
    """
    subject = Subject("exemptions", ())
    exempt = declared.charter.exempt
    if not exempt:
        yield subject.not_here("exempt", "The charter exempts nothing.")
        return
    yield from or_clear(
        (
            found
            for number, one in enumerate(exempt)
            if (found := _idle(declared, subject, number, one)) is not None
        ),
        subject.clear("exempt", "Each exemption names a check, is in force and excuses something."),
    )


def _idle(declared: Declared, subject: Subject, number: int, exempt: Exempt) -> Finding | None:
    """What is wrong with an exemption, or None."""
    checks = catalogue("remit.check", Check)
    about, place = f"exempt {exempt.check}", declared.place("exempt", number)
    if exempt.check not in checks:
        return subject.found(
            about,
            f'No check is called "{exempt.check}", so the exemption speaks of nothing.',
            Severity.NOTE,
            remedy=nearest(exempt.check, checks, what="Checks"),
            place=place,
        )
    if exempt.until is not None and exempt.until < declared.day:
        return subject.found(
            about,
            f"The exemption from {exempt.check} ended on {exempt.until}.",
            Severity.NOTE,
            remedy="Delete it, or give it a later `until:` and a reason that holds.",
            place=place,
        )
    if exempt.check == subject.check:
        return None
    there = [
        found.about for found in checks[exempt.check].call(declared) if found.severity is not None
    ]
    if exempt.about in there or (exempt.about is None and there):
        return None
    of = f' about "{exempt.about}"' if exempt.about is not None else ""
    return subject.found(
        about,
        f"The exemption from {exempt.check} excuses nothing now: the check finds nothing{of}.",
        Severity.NOTE,
        remedy=nearest(exempt.about or "", there, what="It finds") if there else "Delete it.",
        place=place,
    )
