"""People credited in two roles: as a count, or one by one where the charter allows it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from remit.audit import Audit
from remit.report.sections.section import Section


@Section(title="People credited in two roles", place=80)
def two_roles(audit: Audit) -> Mapping[str, Any]:
    """How many people are credited in two roles, and of how many it can be told what it means."""
    return {"one_by_one": audit.concurrency if audit.individuals else ()}
