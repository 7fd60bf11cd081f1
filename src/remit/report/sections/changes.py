"""What became of each subject since an earlier day."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from remit.audit import Became
from remit.report.contents import Contents
from remit.report.sections.section import Section

SHOWN = (Became.NEW, Became.WORSE, Became.BETTER, Became.RESOLVED, Became.STAYED)


@Section(title="What changed", place=15)
def changes(contents: Contents) -> Mapping[str, Any] | None:
    """New, worse, better, resolved and unchanged findings, with both numbers where both are shown."""
    if contents.since is None:
        return None
    of = {became: [c for c in contents.changes if c.became is became] for became in Became}
    return {
        "since": contents.since,
        "groups": [(became, of[became]) for became in SHOWN if of[became]],
        "quiet": len(of[Became.QUIET]),
        "apart": len(of[Became.NOT_COMPARABLE]),
    }
