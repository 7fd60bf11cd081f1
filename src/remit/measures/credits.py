"""People credited in two roles: a promotion, or two jobs at once?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from remit.benchmarks import Benchmark
from remit.evidence import Evidence


@dataclass(frozen=True, slots=True)
class Concurrency:
    """One person credited in two roles.

    `still` counts credits in the earlier role on records first touched after the first credit
    in the later one: a promoted person has none, because records touched before and won after
    belong to the earlier job.
    """

    person_id: str
    earlier: str
    later: str
    first_later: datetime
    credits_earlier: int
    credits_after: int
    """Credits in the earlier role won after the first credit in the later one."""
    still: int
    judged: bool
    why_not: str
    records: tuple[str, ...]
    """The records behind `still`."""


def people_in_two_roles(
    evidence: Evidence, numbers: Mapping[str, Benchmark]
) -> tuple[Concurrency, ...]:
    """Everybody credited in two roles, with what tells a promotion from two jobs.

    Somebody can be judged only if records were still coming in after their first credit in the
    later role: where none could have been first touched any more, none proves nothing.
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
    found = []
    for person, mine in rows.groupby("person_id"):
        firsts = mine.groupby("role")["credited_at"].min().sort_values(kind="stable")
        if len(firsts) < 2:
            continue
        for later in firsts.index[1:]:
            earlier = str(firsts.index[0])
            first = firsts[later]
            before = mine[mine["role"] == earlier]
            after = before[before["credited_at"] > first]
            still = before[before["touched_at"] > first]
            why = ""
            if last_touch is None:
                why = "when records were first touched is not recorded"
            elif first.normalize() >= last_touch.normalize():
                why = (
                    f"the first credit as {later} ({first:%-d %b %Y}) is not before the last "
                    f"record came in ({last_touch:%-d %b %Y})"
                )
            found.append(
                Concurrency(
                    str(person),
                    earlier,
                    str(later),
                    first.to_pydatetime(),
                    len(before),
                    len(after),
                    len(still),
                    not why,
                    why,
                    tuple(sorted(still["record_id"])),
                )
            )
    return tuple(sorted(found, key=lambda c: (-c.still, not c.judged, c.first_later)))
