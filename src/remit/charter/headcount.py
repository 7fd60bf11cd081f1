"""How many people hold a role, as the charter says."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from remit.charter.nouns import Charter
from remit.charter.organisation import HEADCOUNT_OF_ALL, Spell


def headcount(charter: Charter, role: str, segment: str | None, day: date) -> float | None:
    """People who hold a role on a day, in shares of a person; None where the charter is silent.

    Counted from `people:`; where that does not name the role, from its `headcount:`; else from
    the `members:` of teams. Somebody whose spell names no segment counts in the role's one
    segment, and in none where it has several.

    Args:
        charter: The organisation.
        role: One of its roles.
        segment: None counts everywhere.
        day: Spells count that hold on it.
    """
    people = [spell for spell in charter.people if spell.role == role]
    if people:
        return sum(
            spell.share
            for spell in people
            if _holds(spell, day) and segment in (None, _segment(charter, spell))
        )
    stated = charter.roles[role].headcount
    if stated:
        return _stated(charter, role, stated, segment)
    teams = [team for team in charter.teams.values() if role in team.members]
    if not teams:
        return None
    counted = [
        team.members[role]
        for team in teams
        if segment is None or tuple(team.segments) == (segment,)
    ]
    mixed = segment is not None and any(
        (segment in team.segments and len(team.segments) > 1) or not team.segments for team in teams
    )
    return None if mixed and len(charter.segments) > 1 else float(sum(counted))


def _holds(spell: Spell, day: date) -> bool:
    started = spell.first_day is None or spell.first_day <= day
    return started and (spell.last_day is None or day <= spell.last_day)


def _segment(charter: Charter, spell: Spell) -> str | None:
    if spell.segment is not None:
        return spell.segment
    if spell.team is not None and spell.team in charter.teams:
        of_team = charter.teams[spell.team].segments
        if len(of_team) == 1:
            return of_team[0]
    return _only_segment(charter, spell.role)


def _only_segment(charter: Charter, role: str) -> str | None:
    segments = charter.roles[role].segments or charter.segment_names()
    return segments[0] if len(segments) == 1 else None


def _stated(
    charter: Charter, role: str, stated: Mapping[str, int], segment: str | None
) -> float | None:
    if segment is None:
        return float(sum(stated.values()))
    if segment in stated:
        return float(stated[segment])
    of_all = stated.get(HEADCOUNT_OF_ALL)
    if of_all is None:
        return 0.0
    return float(of_all) if _only_segment(charter, role) == segment else None
