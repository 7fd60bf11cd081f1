"""What to know first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from remit.report import wording
from remit.report.contents import Contents
from remit.report.sections.section import Section
from remit.report.strips import LOOKED
from remit.terms import Answer


@Section(title="Summary", place=10)
def summary(contents: Contents) -> Mapping[str, Any]:
    """The findings that matter most in their sentences, what chance can do, and every answer counted."""
    audit = contents.audit
    return {
        "said": wording.severities(audit.findings),
        "matter": contents.matter,
        "loud": [found for found in contents.loud if found not in contents.matter],
        "costs": any(found.cost for found in contents.loud),
        "looked": any(f.answer in LOOKED for f in audit.findings),
        "counts": [(answer, audit.count(answer), wording.ANSWERS[answer]) for answer in Answer],
        "files": len(audit.files),
        "rows": sum(file.rows for file in audit.files),
        "rejected": sum(file.rejected for file in audit.files),
    }
