"""What of a finding may be shown: the last look, whatever its check has looked at."""

from __future__ import annotations

import dataclasses
import itertools
import re
from collections.abc import Sequence
from datetime import date, timedelta

from remit.audit.parts import group_of
from remit.audit.view import View
from remit.measures.groups import enough, there_in
from remit.terms import Finding, Period, Point

PERIODS = ("month", "quarter", "quarter from", "week of", "period", "days")
"""Columns whose rows are parts of the finding's time."""
HEADCOUNT = ("se_headcount", "people_per_manager")
"""Checks of how many people there are, which is no behaviour."""


def shown(view: View, found: Finding) -> Finding:
    """A finding as it may be shown: nobody named in its query, no month of too few people."""
    return found if view.individuals else _months(view, _unnamed(view, found))


_PERSONS = re.compile(r"IN \(\s*'p[0-9a-f]{11}'(?:,\s*'p[0-9a-f]{11}')*\s*\)")
_TABLE = re.compile(r"FROM ((?:[\"`]?\w+[\"`]?\.)*)([\"`]?)\w+")


def _unnamed(view: View, found: Finding) -> Finding:
    """The same with the people of its query told by their roles, not one by one."""
    proof = found.proof
    if proof is None or not _PERSONS.search(proof.query):
        return found
    place = _TABLE.search(proof.query)
    within, quote = (place.group(1), place.group(2)) if place else ("", '"')

    def listed(column: str, words: Sequence[str]) -> str:
        said = ", ".join("'{}'".format(word.replace("'", "''")) for word in words)
        return f"{quote}{column}{quote} IN ({said})"

    year = view.year
    conditions = [
        f"{quote}first_day{quote} < CAST('{year.end}' AS DATE)",
        f"{quote}end_day{quote} > CAST('{year.start}' AS DATE)",
    ]
    if found.segments:
        conditions.insert(0, listed("segment", ("", *found.segments)))
    if found.roles:
        conditions.insert(0, listed("role", found.roles))
    people = (
        f"IN (SELECT {quote}person_id{quote} FROM {within}{quote}assignments{quote} "
        f"WHERE {' AND '.join(conditions)})"
    )
    query = _PERSONS.sub(lambda _: people, proof.query)
    return dataclasses.replace(found, proof=dataclasses.replace(proof, query=query))


def _months(view: View, found: Finding) -> Finding:
    """Without the months in which too few people held the roles that it is about.

    Nor with so many that what is left of the whole would be of too few; a quarter is there if all
    its months are. Where too few were there in any week, rows of proof by month or quarter are
    left out as well.
    """
    if not found.roles or found.check in HEADCOUNT or not (found.trend or _by_period(found)):
        return found
    two_years = Period(view.year.start - timedelta(days=365), view.year.end)
    spells = [
        (s.person_id, days)
        for s in view.held
        if s.role in found.roles
        and (not found.segments or s.segment in ("", *found.segments))
        and (days := s.during(two_years))
    ]
    group = group_of(view)
    if not spells or all(enough(there_in(spells, _weeks(two_years)), group)):
        return found
    months = list(two_years.months())
    kept = enough(there_in(spells, months), group)
    hidden = [month for month, may in zip(months, kept, strict=True) if not may]
    spans = _spans(found.trend)
    proof = found.proof
    if proof is not None and _by_period(found) and len(proof.rows) > 1:
        proof = dataclasses.replace(proof, rows=(), total=0)
    return dataclasses.replace(
        found,
        trend=tuple(
            point
            for point, span in zip(found.trend, spans, strict=True)
            if not any(span.meet(month) for month in hidden)
        ),
        proof=proof,
    )


def _by_period(found: Finding) -> bool:
    return found.proof is not None and found.proof.columns[:1] in [(word,) for word in PERIODS]


def _weeks(over: Period) -> list[Period]:
    starts = [over.start + timedelta(days=at) for at in range(0, over.days, 7)]
    return [Period(start, min(start + timedelta(days=7), over.end)) for start in starts]


def _spans(trend: Sequence[Point]) -> list[Period]:
    """The days of each point: months, or as many months as all points lie apart."""
    firsts = [point.month for point in trend]
    apart = [(b.year - a.year) * 12 + b.month - a.month for a, b in itertools.pairwise(firsts)]
    length = min((months for months in apart if months > 0), default=1)
    return [Period(first, _later(first, length)) for first in firsts]


def _later(first: date, months: int) -> date:
    at = first.month - 1 + months
    return date(first.year + at // 12, at % 12 + 1, 1)
