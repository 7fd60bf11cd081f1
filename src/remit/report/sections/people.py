"""People credited in two roles: as a count, or one by one where the charter allows it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from remit.report import wording
from remit.report.contents import Contents
from remit.report.sections.section import Section


@Section(title="People credited in two roles", place=80)
def two_roles(contents: Contents) -> Mapping[str, Any]:
    """How many people are credited in two roles, and of how many it can be told what it means.

    Counts under the minimum group are not said exactly, because that would point at people.
    """
    audit = contents.audit
    few = 0 < audit.in_two_roles < audit.minimum_group and not audit.individuals
    unnamed = f"fewer than {audit.minimum_group}"
    said = (f.says for f in audit.findings if f.about == "people credited in two roles")
    return {
        "people": f"{unnamed} people are"
        if few
        else wording.counted(audit.in_two_roles, "person is", "people are"),
        "judged": unnamed
        if audit.of_them_judged < audit.minimum_group and not audit.individuals
        else str(audit.of_them_judged),
        "one_by_one": audit.concurrency if audit.individuals else (),
        "nobody": next(said, "Nobody is credited in two roles."),
    }
