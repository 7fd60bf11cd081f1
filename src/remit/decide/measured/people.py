"""Who sells and who leads in a segment; counted, and never suppressed: no behaviour is in it."""

from __future__ import annotations

from datetime import timedelta

import numpy as np

from remit.decide.facts import Measured
from remit.decide.measured import Tells
from remit.decide.measured.looked import Looked, Untold
from remit.measures.intervals import ratio
from remit.measures.managers import reporting_lines
from remit.measures.queries import sql_of
from remit.measures.roles import spells

LEADERS = ("VP Sales", "CRO")
LATELY = 90
"""Days within which somebody who is known from credits alone must have had one to be surely there."""
HALF = 0.5


@Tells(how="people who hold a role that closes or expands, on the day, in shares of a job")
def sellers(looked: Looked) -> Measured:
    """People who sell in the segment.

    Those who sell in several segments at once are in none of them; the count may be as much
    higher as they are. Where roles are known from credits alone, nothing tells who has left: at
    least those credited lately are there, and at most all who ever were.
    """
    selling = looked.selling()
    mine = [s for s in looked.held if s.role in selling and looked.there(s)]
    pooled = [
        s
        for s in looked.held
        if s.role in selling
        and looked.segment is not None
        and not s.segment
        and s.first_day <= looked.day < s.end_day
    ]
    if not mine and not pooled:
        raise Untold("nobody is known to hold a role that sells here")
    count, more = sum(s.share for s in mine), sum(s.share for s in pooled)
    basis = ", ".join(dict.fromkeys(s.basis for s in (*mine, *pooled)))
    of = f"roles by {basis}" + (f", {more:g} of them for several segments" if more else "")
    query = sql_of(spells(looked.evidence).filter(lambda t: t.role.isin(sorted(selling))))
    if mine and all(spell.basis == "credit" for spell in mine):
        credits = looked.evidence["deal_credits"]
        since = looked.day - timedelta(days=LATELY)
        late = credits.filter(credits.role.isin(sorted(selling)) & (credits.credited_at >= since))
        lately = set(late.person_id.to_pyarrow().to_pylist())
        sure = sum(s.share for s in mine if s.person_id in lately)
        of = f"{of}: those with one in the last {LATELY} days, to all who ever had one"
        return looked.counted(None, of, query, low=sure, high=count + more)
    if not mine:
        return looked.counted(None, of, query, low=0.0, high=more)
    return looked.counted(
        count, of, query, low=count if more else None, high=count + more if more else None
    )


@Tells(
    how="people to whom sellers of the segment report on the day, heads of sales left out",
    rests_on=("people.manager_id",),
)
def first_line_managers(looked: Looked) -> Measured:
    """Managers who each lead sellers of the segment."""
    selling = looked.selling()
    mine = {s.person_id for s in looked.held if s.role in selling and looked.there(s)}
    heads = {
        s.person_id
        for s in looked.held
        if s.role in looked.charter.kinds(*LEADERS) and s.first_day <= looked.day < s.end_day
    }
    lines = [
        line
        for line in looked.once("lines", lambda: reporting_lines(looked.evidence, looked.charter))
        if line.person_id in mine and line.first_day <= looked.day < line.end_day
    ]
    if not lines:
        raise Untold("nothing says to whom the sellers here report")
    managers = {line.manager_id for line in lines} - heads - mine
    people = looked.evidence["people"].select("person_id", "manager_id")
    return looked.counted(
        float(len(managers)), f"{len(lines)} sellers who report to somebody", sql_of(people)
    )


@Tells(
    how="whether most open new deals are with companies on somebody's list",
    rests_on=("territories",),
)
def named_accounts(looked: Looked) -> Measured:
    """Whether the segment is sold by a list of named accounts.

    A list is a territory with accounts in it. Lists in the evidence count on the day alone.
    """
    table = looked.evidence["territories"]
    now = table.filter(
        (table.first_day <= looked.day) & (table.end_day.isnull() | (table.end_day > looked.day))
    )
    listed = set(now.account_id.to_pyarrow().to_pylist())
    words = {
        word.casefold()
        for territory in looked.charter.territories.values()
        for word in territory.accounts
    }
    if not listed and not words:
        raise Untold("no territory lists accounts")
    deals = looked.mine["opportunities"]
    open_ = deals.filter((deals.kind == "new") & deals.closed_at.isnull())
    rows = open_.join(
        looked.evidence["accounts"].select("account_id", "name"), "account_id"
    ).select("opportunity_id", "account_id", "name")
    found = rows.to_pyarrow().to_pylist()
    on_list = [
        row["account_id"] in listed
        or bool({row["account_id"].casefold(), str(row["name"]).casefold()} & words)
        for row in found
    ]
    if len(found) < looked.enough:
        raise Untold(f"{len(found)} open new deals, and {looked.enough} are the fewest that tell")
    share = ratio(
        np.array([float(one) for one in on_list]),
        np.ones(len(found)),
        [row["account_id"] for row in found],
        unit="share",
        of=f"{len(found):,} open new deals",
        seed=looked.seed,
    )
    if share.low is None or share.high is None or share.low <= HALF <= share.high:
        raise Untold(f"{share.value:.0%} of {share.of} are on a list: neither most nor few")
    return looked.counted(share.value > HALF, share.of, sql_of(rows))
