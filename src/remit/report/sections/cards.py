"""A card a role: what it owns, and every number measured of it beside its limit and healthy band."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from remit.report.contents import Contents
from remit.report.sections.section import Section


@Section(title="Role by role", place=35)
def cards(contents: Contents) -> Mapping[str, Any] | None:
    """Every role of the charter with the numbers that are about it."""
    return {"cards": contents.cards} if contents.cards else None
