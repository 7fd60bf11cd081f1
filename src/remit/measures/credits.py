"""People credited in two roles: a promotion, or two jobs at once?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import pandas as pd

from remit.charter import Charter
from remit.evidence import Evidence
from remit.evidence.store import ends_of_day
from remit.measures.roles import LONG_AGO, roles_held


@dataclass(frozen=True, slots=True)
class Concurrency:
    """One person credited in two roles.

    `still` counts credits in the earlier role on records first touched after the person took up
    the later one; where spells are known, while they held it and not the earlier one. A promoted
    person has none, because records touched before and won after belong to the earlier job.
    """

    person_id: str
    earlier: str
    later: str
    first_later: datetime
    """When the later role began, as `basis` tells it, in the charter's time zone."""
    credits_earlier: int
    credits_after: int
    """Credits in the earlier role won after the later one began."""
    still: int
    judged: bool
    why_not: str
    records: tuple[str, ...]
    """The records behind `still`."""
    basis: str = "credit"
    """How it is known when the later role began: the people file, an HR list, or else the first
    credit in it, which is late by as long as that took to earn."""
    credited_later: bool = True
    """Whether there is a credit in the later role, too; else the people file or HR list alone has
    the person in it."""

    @property
    def since(self) -> str:
        """When the later role began, in words.

        >>> Concurrency("p1", "sdr", "ae", datetime(2026, 3, 4), 12, 9, 7, True, "", ()).since
        'first credit as ae on 2026-03-04'
        """
        known = f"first credit as {self.later}" if self.basis == "credit" else self.later
        by = "" if self.basis == "credit" else f" by the {self.basis}"
        return f"{known} {'on' if not by else 'since'} {self.first_later:%Y-%m-%d}{by}"


def people_in_two_roles(evidence: Evidence, charter: Charter) -> tuple[Concurrency, ...]:
    """Everybody credited in two roles, with what tells a promotion from two jobs.

    The later role began on the day that the people file or an HR list says; without either, with
    the first credit in it. Where it is said, only records count that were first touched while the
    person held the later role and not the earlier one: who went back, or openly holds both, is
    accused of nothing. An SDR or BDR who by such a day took up the role that takes their meetings
    is among them without a credit in it: who wins nothing can still do the job they had before.

    Somebody can be judged only if records were still coming in after the later role began: where
    none could have been first touched any more, none proves nothing.
    """
    credits = evidence["deal_credits"]
    rows = credits.select("person_id", "role", "record_id", "credited_at", "touched_at").to_pandas()
    if rows.empty:
        return ()
    touched = rows["touched_at"].dropna()
    leads = evidence["leads"].created_at.max().execute()
    last_touch = max(
        [
            stamp
            for stamp in (touched.max() if len(touched) else None, leads)
            if stamp is not None and stamp == stamp
        ],
        default=None,
    )
    held = _held(evidence)
    sourcing = set(charter.kinds("SDR", "BDR"))
    taken = [(each.giver, each.taker) for each in charter.handoffs if each.giver in sourcing]

    def local(stamp: pd.Timestamp) -> datetime:
        here: datetime = stamp.tz_localize("UTC").tz_convert(evidence.time_zone).to_pydatetime()
        return here.replace(tzinfo=None)

    found = []
    for person, mine in rows.groupby("person_id"):
        spells = held.get(str(person), {})
        first_credits = {
            str(role): first for role, first in mine.groupby("role")["credited_at"].min().items()
        }
        for earlier, later in _pairs(first_credits, spells, taken):
            before = mine[mine["role"] == earlier]
            began = _first(spells.get(later, ()))
            if began is not None:
                start, day, basis = began.start, began.first_day, began.basis
                there = _during(before["touched_at"], spells[later])
                still = before[there & ~_during(before["touched_at"], spells.get(earlier, ()))]
            else:
                start, basis = first_credits[later], "credit"
                day = local(start)
                still = before[before["touched_at"] > start]
            why = ""
            if last_touch is None:
                why = "when records were first touched is not recorded"
            elif start.normalize() >= last_touch.normalize():
                what = "first credit" if basis == "credit" else "first day"
                why = (
                    f"the {what} as {later} ({day:%-d %b %Y}) is not before the last "
                    f"record came in ({local(last_touch):%-d %b %Y})"
                )
            found.append(
                Concurrency(
                    str(person),
                    earlier,
                    later,
                    day,
                    len(before),
                    int((before["credited_at"] > start).sum()),
                    len(still),
                    not why,
                    why,
                    tuple(sorted(still["record_id"])),
                    basis,
                    credited_later=later in first_credits,
                )
            )
    return tuple(sorted(found, key=lambda c: (-c.still, not c.judged, c.first_later)))


class _Spell(NamedTuple):
    """A time in a role: instants in UTC, end excluded, the first day, and who says so."""

    start: pd.Timestamp
    end: pd.Timestamp
    first_day: datetime
    basis: str

    @property
    def dated(self) -> bool:
        return self.first_day.date() > LONG_AGO


def _first(spells: Sequence[_Spell]) -> _Spell | None:
    """The first spell, where it is known when it began."""
    return spells[0] if spells and spells[0].dated else None


def _during(instants: Any, spells: Sequence[_Spell]) -> Any:
    """Which instants fall into one of some spells; a missing one into none."""
    inside = pd.Series(data=False, index=instants.index)
    for spell in spells:
        inside |= (instants >= spell.start) & (instants < spell.end)
    return inside


def _pairs(
    credits: Mapping[str, pd.Timestamp],
    spells: Mapping[str, Sequence[_Spell]],
    taken: Sequence[tuple[str, str]],
) -> Iterator[tuple[str, str]]:
    """A person's earlier role with each later one.

    Args:
        credits: The first credit in each role.
        spells: The times in each role, earliest first.
        taken: Sourcing roles with those that take their meetings.
    """
    starts = {
        role: known.start if (known := _first(spells.get(role, ()))) else first
        for role, first in credits.items()
    }
    promoted = {
        (giver, taker)
        for giver, taker in taken
        if giver in starts
        and taker not in starts
        and (began := _first(spells.get(taker, ()))) is not None
        and min(credits[giver], starts[giver]) < began.start
    }
    yield from sorted(promoted)
    if starts:
        earlier, *others = sorted(starts, key=lambda role: (starts[role], role))
        for later in others:
            yield earlier, later


def _held(evidence: Evidence) -> dict[str, dict[str, list[_Spell]]]:
    """Each person's times in each role that had begun by the as-of day, earliest first."""
    zone = evidence.time_zone
    found: dict[str, dict[str, list[_Spell]]] = {}
    for spell in sorted(roles_held(evidence), key=lambda spell: spell.first_day):
        if spell.first_day <= evidence.as_of:
            start = pd.Timestamp(ends_of_day(spell.first_day - timedelta(days=1), zone))
            end = pd.Timestamp(ends_of_day(spell.end_day - timedelta(days=1), zone))
            first_day = datetime.combine(spell.first_day, datetime.min.time())
            mine = found.setdefault(spell.person_id, {}).setdefault(spell.role, [])
            mine.append(_Spell(start, end, first_day, spell.basis))
    return found
