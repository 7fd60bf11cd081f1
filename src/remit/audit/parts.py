"""The people of some roles, put together until each part may be shown."""

from __future__ import annotations

from collections.abc import Collection

from remit.audit.view import Part, View
from remit.measures.time import large_enough, minimum_group


def group_of(view: View) -> int:
    """Fewest people in a figure about what people do."""
    return minimum_group(view.charter, view.numbers, view.over.last_day)


def parts_of(view: View, roles: Collection[str]) -> tuple[Part, ...]:
    """As `View.parts`, for roles by name instead of by kind: a role of one's own has no kind."""
    spells = [s for s in view.held if s.role in roles and s.during(view.year)]
    return tuple(
        Part(names, tuple(s for s in segments if s), frozenset(spell.person_id for spell in mine))
        for names, segments, mine in large_enough(spells, group_of(view), view.year)
    )


def too_few(view: View, roles: Collection[str]) -> str:
    """Why nothing is shown of these roles, as the end of a sentence."""
    if not any(s.role in roles and s.during(view.year) for s in view.held):
        return "nobody in the evidence holds the role"
    return "fewer people than the minimum group hold the role, or did in one of the months"
