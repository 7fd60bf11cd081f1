"""The findings that checks give, each kind made in one way."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from typing import Any

from remit.audit.judge import judge_cases
from remit.terms import Answer, Cost, Estimate, Finding, Limit, Point, Proof, Severity


def judged(
    check: str,
    about: str,
    says: str,
    estimate: Estimate,
    limits: tuple[Limit, ...],
    rules: tuple[str, ...],
    *,
    proof: Proof,
    remedy: str,
    cases: int | None = None,
    minimum: float = 0,
    caveats: Iterable[str] = (),
    roles: tuple[str, ...] = (),
    segments: tuple[str, ...] = (),
    trend: tuple[Point, ...] = (),
    cost: Cost | None = None,
    most: Severity = Severity.RED,
) -> Finding:
    """Hold a measured number against its limits, mildest first.

    Args:
        check: Name of the check.
        about: Path into the charter, and what of it.
        says: The sentence without its full stop: subject, number with interval, limits.
        estimate: The number.
        limits: Mildest first; the last is red if it is the benchmark's red level, else amber.
        rules: Ids of the sources' rules that it answers.
        proof: Rows and query.
        remedy: What to do, said only where there is something to do.
        cases: What it rests on, where that can be too few.
        minimum: Fewest cases to judge by; below it the answer is that one cannot tell.
        caveats: What to know beside it; empty ones are dropped.
        roles: Roles it is about.
        segments: Segments it is about.
        trend: The same number by month.
        cost: What it is worth a year, kept only where a limit is passed.
        most: The worst severity this check may give, such as amber for a proxy.
    """
    found = Finding(
        check=check,
        about=about,
        answer=Answer.CANNOT_TELL,
        says="",
        rules=rules,
        measured=estimate,
        limit=limits[-1],
        proof=proof,
        caveats=tuple(caveat for caveat in caveats if caveat),
        roles=roles,
        segments=segments,
        trend=trend,
    )
    if cases is not None and cases < minimum:
        why = f"{cases:,} cases are too few to judge (at least {minimum:.0f})"
        return dataclasses.replace(found, says=f"{says}, but {why}.")
    verdict = judge_cases(estimate, limits)
    severity = None if verdict.severity is None else min(verdict.severity, most)
    return dataclasses.replace(
        found,
        answer=verdict.answer,
        says=f"{says}, but {verdict.why}." if verdict.why else f"{says}.",
        severity=severity,
        limit=verdict.limit,
        remedy=remedy if severity else "",
        cost=cost if severity else None,
    )


def measured(
    check: str,
    about: str,
    says: str,
    estimate: Estimate,
    rules: tuple[str, ...],
    *,
    proof: Proof,
    severity: Severity | None = None,
    **more: Any,
) -> Finding:
    """A number without a limit to hold it against; an average may be named in the sentence.

    `more` are further fields of the finding: `caveats`, `roles`, `segments`, `trend`, `remedy`.
    """
    return Finding(
        check, about, Answer.MEASURED, f"{says}.", rules, severity, estimate, proof=proof, **more
    )


def unseen(
    check: str, about: str, why: str, rules: tuple[str, ...], remedy: str = "", **more: Any
) -> Finding:
    """Could not look: what the check needs is not in the evidence or not named in the charter.

    `why` is a whole sentence that names what is missing; `remedy` says how to give it.
    """
    return Finding(check, about, Answer.COULD_NOT_LOOK, why, rules, remedy=remedy, **more)


def spared(check: str, about: str, why: str, rules: tuple[str, ...], **more: Any) -> Finding:
    """Does not apply: the charter organises this work in a way the rule does not speak of."""
    return Finding(check, about, Answer.DOES_NOT_APPLY, why, rules, **more)


def said(check: str, about: str, what: str, rules: tuple[str, ...], **more: Any) -> Finding:
    """What the charter attests and no evidence shows, in one sentence."""
    return Finding(check, about, Answer.SAID, what, rules, **more)
