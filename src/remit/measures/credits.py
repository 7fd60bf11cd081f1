"""People credited in two roles: a promotion, or two jobs at once?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import pandas as pd

from remit.benchmarks import Benchmark
from remit.evidence import Evidence
from remit.evidence.store import ends_of_day
from remit.measures.roles import LONG_AGO, roles_held


@dataclass(frozen=True, slots=True)
class Concurrency:
    """One person credited in two roles.

    `still` counts credits in the earlier role on records first touched after the person took up
    the later one: a promoted person has none, because records touched before and won after
    belong to the earlier job.
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

    @property
    def since(self) -> str:
        """When the later role began, in words.

        >>> Concurrency("p1", "sdr", "ae", datetime(2026, 3, 4), 12, 9, 7, True, "", ()).since
        'first credit as ae on 2026-03-04'
        """
        known = f"first credit as {self.later}" if self.basis == "credit" else self.later
        by = "" if self.basis == "credit" else f" by the {self.basis}"
        return f"{known} {'on' if not by else 'since'} {self.first_later:%Y-%m-%d}{by}"


def people_in_two_roles(
    evidence: Evidence, numbers: Mapping[str, Benchmark]
) -> tuple[Concurrency, ...]:
    """Everybody credited in two roles, with what tells a promotion from two jobs.

    The later role began on the day that the people file or an HR list says; without either, with
    the first credit in it. Somebody can be judged only if records were still coming in after that:
    where none could have been first touched any more, none proves nothing.
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
    began = _began(evidence)

    def local(stamp: pd.Timestamp) -> datetime:
        here: datetime = stamp.tz_localize("UTC").tz_convert(evidence.time_zone).to_pydatetime()
        return here.replace(tzinfo=None)

    found = []
    for person, mine in rows.groupby("person_id"):
        firsts = mine.groupby("role")["credited_at"].min()
        if len(firsts) < 2:
            continue
        stated = {role: began[person, role] for role in firsts.index if (person, role) in began}
        for role, (_, start, _) in stated.items():
            firsts[role] = start
        firsts = firsts.sort_values(kind="stable")
        for later in firsts.index[1:]:
            earlier = str(firsts.index[0])
            first = firsts[later]
            day, _, basis = stated.get(later, (local(first), first, "credit"))
            before = mine[mine["role"] == earlier]
            after = before[before["credited_at"] > first]
            still = before[before["touched_at"] > first]
            why = ""
            if last_touch is None:
                why = "when records were first touched is not recorded"
            elif first.normalize() >= last_touch.normalize():
                what = "first credit" if basis == "credit" else "first day"
                why = (
                    f"the {what} as {later} ({day:%-d %b %Y}) is not before the last "
                    f"record came in ({local(last_touch):%-d %b %Y})"
                )
            found.append(
                Concurrency(
                    str(person),
                    earlier,
                    str(later),
                    day,
                    len(before),
                    len(after),
                    len(still),
                    not why,
                    why,
                    tuple(sorted(still["record_id"])),
                    basis,
                )
            )
    return tuple(sorted(found, key=lambda c: (-c.still, not c.judged, c.first_later)))


def _began(evidence: Evidence) -> dict[tuple[str, str], tuple[datetime, pd.Timestamp, str]]:
    """When people first held a role, where that is known: its day, its instant, who says so."""
    found: dict[tuple[str, str], tuple[datetime, pd.Timestamp, str]] = {}
    for spell in sorted(roles_held(evidence), key=lambda spell: spell.first_day):
        if spell.first_day > LONG_AGO:
            start = ends_of_day(spell.first_day - timedelta(days=1), evidence.time_zone)
            day = datetime.combine(spell.first_day, datetime.min.time())
            key = (spell.person_id, spell.role)
            found.setdefault(key, (day, pd.Timestamp(start), spell.basis))
    return found
