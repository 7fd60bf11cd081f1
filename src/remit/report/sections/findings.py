"""Findings that open to their proof, and the answers that found nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from remit.audit import Audit
from remit.report import wording
from remit.report.contents import LOOKED, Contents
from remit.report.sections.section import Section
from remit.terms import Answer, Finding


@Section(title="Findings and their proof", place=50)
def findings(contents: Contents) -> Mapping[str, Any]:
    """Every finding with a severity or a number, by subject, each with what lets a reader check it.

    What is past its limit or open is read first; numbers that are clear or have no limit fold.
    """
    told = [
        (subject, [f for f in subject.findings if f.severity is not None or _numbered(f)])
        for subject in contents.subjects
    ]
    parted = [
        (
            subject,
            [f for f in found if f.severity is not None or f.answer is Answer.CANNOT_TELL],
            [f for f in found if f.severity is None and f.answer is not Answer.CANNOT_TELL],
        )
        for subject, found in told
        if found
    ]
    return {"subjects": parted}


def _numbered(found: Finding) -> bool:
    return found.measured is not None and found.answer in LOOKED


@Section(title="What was clear or not seen", place=60)
def answers(contents: Contents) -> Mapping[str, Any] | None:
    """Answers without a severity and a number, by kind, so that clean and blind never look alike."""
    audit = contents.audit
    quiet = [f for f in audit.findings if f.severity is None and not _numbered(f)]
    groups = [
        (answer, wording.ANSWERS[answer], [f for f in quiet if f.answer is answer])
        for answer in Answer
    ]
    return (
        {"groups": [(*group, _alike(group[2])) for group in groups if group[2]]} if quiet else None
    )


def _alike(found: Sequence[Finding]) -> list[tuple[Finding, ...]]:
    """Findings by their sentence: what several checks say in the same words is said once."""
    together: dict[object, list[Finding]] = {}
    for each in found:
        opens = each.measured or each.proof or each.caveats or each.remedy
        together.setdefault(id(each) if opens else each.says, []).append(each)
    return [tuple(group) for group in together.values()]


@Section(title="Queries", place=95)
def queries(contents: Contents) -> Mapping[str, Any] | None:
    """Each query behind a finding, once, because several findings may share one."""
    of: dict[str, dict[str, None]] = {query: {} for query in queries_of(contents.audit)}
    for found in contents.audit.findings:
        if found.proof is not None and found.proof.query:
            of[found.proof.query][found.check] = None
    return {"queries": [(query, list(checks)) for query, checks in of.items()]} if of else None


def queries_of(audit: Audit) -> tuple[str, ...]:
    """The distinct queries of an audit's proofs, worst finding first."""
    proofs = (found.proof for found in audit.findings if found.proof is not None)
    return tuple(dict.fromkeys(proof.query for proof in proofs if proof.query))
