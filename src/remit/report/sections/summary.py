"""What to know first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from remit.audit import Audit
from remit.report import wording
from remit.report.sections.section import Section
from remit.report.strips import LOOKED
from remit.terms import Answer, Severity


@Section(title="Summary", place=10)
def summary(audit: Audit) -> Mapping[str, Any]:
    """The red and amber findings in their sentences, and how many answers of each kind there are."""
    loud = [f for f in audit.findings if f.severity in (Severity.RED, Severity.AMBER)]
    return {
        "said": wording.severities(audit.findings),
        "loud": loud,
        "looked": any(f.answer in LOOKED for f in audit.findings),
        "counts": [(answer, audit.count(answer), wording.ANSWERS[answer]) for answer in Answer],
        "files": len(audit.files),
        "rows": sum(file.rows for file in audit.files),
        "rejected": sum(file.rejected for file in audit.files),
    }
