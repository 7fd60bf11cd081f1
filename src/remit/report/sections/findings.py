"""Findings that open to their proof, and the answers that found nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from remit.audit import Audit
from remit.report import wording
from remit.report.sections.section import Section
from remit.terms import Answer


@Section(title="Findings and their proof", place=50)
def findings(audit: Audit) -> Mapping[str, Any]:
    """Every finding with a severity, worst first, each with what lets a reader check it."""
    return {"found": [f for f in audit.findings if f.severity is not None]}


@Section(title="What was clear or not seen", place=60)
def answers(audit: Audit) -> Mapping[str, Any] | None:
    """Answers without a severity, by kind, so that clean and blind never look alike."""
    quiet = [f for f in audit.findings if f.severity is None]
    groups = [
        (answer, wording.ANSWERS[answer], [f for f in quiet if f.answer is answer])
        for answer in Answer
    ]
    return {"groups": [group for group in groups if group[2]]} if quiet else None


@Section(title="Queries", place=95)
def queries(audit: Audit) -> Mapping[str, Any] | None:
    """Each query behind a finding, once, because several findings may share one."""
    found = queries_of(audit)
    return {"queries": found} if found else None


def queries_of(audit: Audit) -> tuple[str, ...]:
    """The distinct queries of an audit's proofs, worst finding first."""
    proofs = (found.proof for found in audit.findings if found.proof is not None)
    return tuple(dict.fromkeys(proof.query for proof in proofs if proof.query))
