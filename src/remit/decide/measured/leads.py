"""Whether leads come in at a rate that can be planned with."""

from __future__ import annotations

from datetime import timedelta

import numpy as np

from remit.decide.facts import Measured
from remit.decide.measured import Tells
from remit.decide.measured.looked import Looked, Untold
from remit.measures.intervals import DRAWS, Array, Draws
from remit.measures.queries import sql_of
from remit.terms.period import months_after

MONTHS = 12


@Tells(
    how="inbound leads of the last twelve whole months: their standard deviation over their "
    "mean, beside a limit; no, only where they vary by more than chance alone",
    rests_on=("leads.inbound",),
)
def predictable_leads(looked: Looked) -> Measured:
    """Whether leads come in at a rate that can be planned with.

    Yes where the whole interval of the variation is within the limit. Few leads a month vary by
    chance however steadily they come, so that it is no only where even the rest is past it.
    """
    leads = looked.evidence["leads"]
    if not leads.inbound.notnull().any().execute():
        raise Untold("no lead is known to be, or not to be, somebody asking to talk")
    named, there = looked.once("leads_seen", lambda: _leads_seen(looked))
    looked.complete(there, named, "leads that deals of the year name", "are here")
    end = (looked.day + timedelta(days=1)).replace(day=1)
    start = months_after(end, -MONTHS)
    accounts = looked.evidence["accounts"].select("account_id", company="segment")
    table = leads.filter(leads.inbound).left_join(accounts, "account_id")
    table = table.mutate(
        where=table.segment.coalesce(table.company), month=table.created_at.date().truncate("M")
    )
    if looked.segment is not None:
        table = table.filter(table["where"] == looked.segment)
    table = table.filter((table.month >= start) & (table.month < end))
    summed = table.group_by("month").agg(leads=table.count())
    by_month = {row["month"]: row["leads"] for row in summed.to_pyarrow().to_pylist()}
    counts = np.array(
        [float(by_month.get(months_after(start, n), 0)) for n in range(MONTHS)], dtype=float
    )
    if looked.evidence.first_day > start:
        raise Untold(
            f"leads are seen from {looked.evidence.first_day} on, and not for {MONTHS} whole months"
        )
    if counts.sum() < looked.enough:
        raise Untold(
            f"{counts.sum():.0f} inbound leads in {MONTHS} months, and {looked.enough} "
            "are the fewest that tell"
        )
    return _judged(looked, counts, sql_of(summed))


def _judged(looked: Looked, counts: Array, query: str) -> Measured:
    limit = looked.number("predictable_leads_variation")
    mean = float(counts.mean())
    value = float(variation(counts))
    chance = np.random.default_rng(looked.seed)
    drawn = counts[chance.integers(0, len(counts), size=(DRAWS, len(counts)))]
    low, high = Draws(variation(drawn), len(counts)).interval()
    beyond = float(np.sqrt(max(0.0, low**2 - 1 / mean)))
    of = f"{counts.sum():,.0f} inbound leads, {mean:.1f} a month, varying by {value:.0%}"
    if high <= limit:
        return looked.counted(True, of, query)
    if beyond > limit:
        return looked.counted(False, of, query)
    raise Untold(
        f"{of} ({low:.0%} to {high:.0%}); the limit of {limit:.0%} lies within what "
        "chance alone could do"
    )


def variation(counts: Array) -> Array:
    """Standard deviation over mean, along the last axis; as of a sample.

    >>> float(variation(np.array([10.0, 10.0, 10.0])))
    0.0
    """
    mean = counts.mean(axis=-1)
    spread = counts.std(axis=-1, ddof=1)
    return np.asarray(np.divide(spread, mean, out=np.full_like(spread, np.inf), where=mean > 0))


def _leads_seen(looked: Looked) -> tuple[int, int]:
    """New deals of the year that name a lead, and those whose lead is there."""
    deals = looked.evidence["opportunities"]
    created = deals.created_at.date()
    mine = deals.filter(
        deals.lead_id.notnull() & (created >= looked.year.start) & (created < looked.year.end)
    )
    there = mine.semi_join(looked.evidence["leads"], "lead_id")
    return int(mine.count().execute()), int(there.count().execute())
