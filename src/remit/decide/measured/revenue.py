"""What the customers of a segment pay: who they are, how they stay and how they grow."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

import numpy as np

from remit.decide.facts import Measured
from remit.decide.measured import Tells
from remit.decide.measured.looked import Looked, Untold
from remit.measures.after_signing import customers
from remit.measures.intervals import middle, ratio
from remit.measures.queries import sql_of
from remit.measures.recurring import NOTHING, Book, Steps, closed_year, level, ultimate_parents
from remit.measures.retention import Retention, retention
from remit.terms import Estimate
from remit.terms.period import months_after

PAYS = ("contracts or arr_changes",)
"""What tells of recurring revenue: either will do."""
EARLY = timedelta(days=31)
"""A contract that renews another may begin so long before the anniversary."""


@dataclass(frozen=True, slots=True)
class Landed:
    """A customer whose first sale can be seen: when it began to pay, how much, and all since."""

    customer: str
    began: date
    first: Decimal
    steps: Steps
    renewals: frozenset[date]
    """Days on which a contract began that renews another."""

    def ends(self, year: int) -> date:
        """The day after a year of the customer's, counted from 1."""
        return months_after(self.began, 12 * year)

    def bought_in(self, year: int) -> Decimal:
        """All rises in a year, whatever fell in between; a return after a pause is no rise.

        What a renewal adds counts in the year that it begins, though it may be signed to start
        some days sooner.
        """
        more, before = NOTHING, NOTHING
        for day, arr in self.steps:
            counts_on = day + EARLY if day in self.renewals else day
            if before and self.ends(year - 1) <= counts_on < self.ends(year):
                more += max(arr - before, NOTHING)
            before = arr
        return more


def landed_in(looked: Looked, book: Book) -> list[Landed]:
    """The segment's customers of whom the first sale is seen.

    Left out are those whose earliest contract renews another or comes from a deal that was no
    new one: they began before the records did.
    """
    deals = looked.once("deal_kinds", lambda: _kinds(looked))
    earliest: dict[str, list[bool]] = {}
    renewals: dict[str, set[date]] = {}
    for term in book.terms:
        if term.renewal_of is not None:
            renewals.setdefault(term.customer, set()).add(term.first_day)
        if book.steps[term.customer] and term.first_day == book.steps[term.customer][0][0]:
            kind = deals.get(term.opportunity_id or "", "new")
            earliest.setdefault(term.customer, []).append(
                term.renewal_of is None and kind in ("new", None)
            )
    return [
        Landed(
            customer,
            *book.steps[customer][0],
            book.steps[customer],
            frozenset(renewals.get(customer, ())),
        )
        for customer in book.customers(looked.segment)
        if book.steps[customer]
        and all(earliest.get(customer, [True]))
        and book.steps[customer][0][0] <= looked.day
    ]


def _kinds(looked: Looked) -> dict[str, str | None]:
    deals = looked.evidence["opportunities"].select("opportunity_id", "kind")
    return {row["opportunity_id"]: row["kind"] for row in deals.to_pyarrow().to_pylist()}


def _over(
    looked: Looked,
    part: Iterable[Decimal],
    whole: Iterable[Decimal],
    who: Iterable[str],
    of: str,
    *,
    unit: str = "times",
) -> Estimate:
    return ratio(
        np.array([float(x) for x in part]),
        np.array([float(x) for x in whole]),
        who,
        unit=unit,
        of=of,
        seed=looked.seed,
    )


# Who is a customer


@Tells(
    how="companies that pay something on the day; at most, with those who may still renew late "
    "and those who signed and have no contract yet",
    rests_on=PAYS,
)
def landed_accounts(looked: Looked) -> Measured:
    """Accounts that are customers already; subsidiaries count with the company above them."""
    book = looked.book()
    mine = book.customers(looked.segment)
    pays = book.at(looked.day, looked.segment)
    late = sum(book.undecided(c) is not None for c in mine)
    who = customers(looked.evidence)
    segments = (looked.segment,) if looked.segment else ()
    unseen = sum(c not in book.steps and who.there(c, segments) for c in who.signed)
    if not pays:
        raise Untold("no customer of the segment pays anything on the day")
    count, more = float(len(pays)), late + unseen
    return looked.counted(
        count,
        f"{len(mine):,} companies with a contract",
        book.query,
        low=count if more else None,
        high=count + more if more else None,
    )


@Tells(how="companies of the segment in the CRM, which is the least there can be", rests_on=PAYS)
def reachable_accounts(looked: Looked) -> Measured:
    """Accounts that fit and could be reached: at least those the CRM has.

    Who is not in the CRM is not seen, so that it is told only where even these leave accounts to
    win.
    """
    companies = looked.mine["accounts"]
    companies = companies.filter(companies.merged_into.isnull())
    ids = companies.account_id.to_pyarrow().to_pylist()
    top, _ = ultimate_parents(looked.evidence, ids)
    count = len(set(top.values()))
    landed = len(looked.book().at(looked.day, looked.segment))
    if not landed or landed >= looked.number("saturated_share") * count:
        raise Untold(
            f"{landed:,} of the {count:,} companies in the CRM are customers, and those it lacks "
            "are not seen"
        )
    return looked.counted(
        None,
        "companies of the segment in the CRM",
        sql_of(companies.select("account_id")),
        low=float(count),
    )


_FIRST = "what customers who began in the last two years paid a year at first, the median"


@Tells(how=_FIRST, rests_on=PAYS)
def landed_value(looked: Looked) -> Measured:
    """Contract value for a year in the first sale."""
    return _first_contract(looked)


@Tells(how=_FIRST, rests_on=PAYS)
def acv(looked: Looked) -> Measured:
    """Typical value of a contract for a year."""
    return _first_contract(looked)


def _first_contract(looked: Looked) -> Measured:
    book = looked.book()
    mine = [one for one in landed_in(looked, book) if one.began in looked.lately]
    found = middle(
        np.array([float(one.first) for one in mine]),
        [one.customer for one in mine],
        unit=book.currency,
        of=f"{len(mine):,} new customers",
        seed=looked.seed,
    )
    return looked.told(found, book.query, cases=len(mine), what="new customers")


# How they stay


def _retained(looked: Looked) -> tuple[Book, Retention]:
    book = looked.book()
    found = retention(book, closed_year(looked.day), looked.segment, seed=looked.seed)
    if found.customers < looked.enough:
        raise Untold(
            f"{found.customers:,} customers at the start of the year, and {looked.enough} are the "
            "fewest that tell"
        )
    return book, found


@Tells(
    how="what the customers of a year ago pay now over what they paid then; at most, if all who "
    "may still renew late do so",
    rests_on=PAYS,
)
def nrr(looked: Looked) -> Measured:
    """Net revenue retention of a cohort over the last twelve months that are over."""
    book, found = _retained(looked)
    return looked.told(found.nrr, book.query, high=found.nrr_if_renewed.high)


@Tells(how="the same with no customer above what it paid then", rests_on=PAYS)
def grr(looked: Looked) -> Measured:
    """Gross revenue retention of a cohort over the last twelve months that are over."""
    book, found = _retained(looked)
    return looked.told(found.grr, book.query, high=found.grr_if_renewed.high)


@Tells(
    how="recurring revenue at the end of the last twelve months that are over, over that at "
    "their start, less 1",
    rests_on=PAYS,
)
def growth(looked: Looked) -> Measured:
    """Growth of recurring revenue over a year, customers won in it included."""
    book = looked.book()
    over = closed_year(looked.day)
    start = book.at(over.start - timedelta(days=1), looked.segment)
    end = book.at(over.last_day, looked.segment)
    if len(start) < looked.enough:
        raise Untold(
            f"{len(start):,} customers at the start of the year, and {looked.enough} are the "
            "fewest that tell"
        )
    who = sorted({*start, *end})
    found = _over(
        looked,
        (end.get(c, NOTHING) for c in who),
        (start.get(c, NOTHING) for c in who),
        who,
        f"{len(who):,} customers",
    )
    less = Estimate(
        found.value - 1,
        "share",
        None if found.low is None else found.low - 1,
        None if found.high is None else found.high - 1,
        of=found.of,
    )
    return looked.told(less, book.query)


# How they grow


@Tells(
    how="what customers bought more within a year of their first contract, over its value; what "
    "they could have bought is not less",
    rests_on=PAYS,
)
def year_1_expansion(looked: Looked) -> Measured:
    """What an average customer bought more in its first year, over its first contract's value.

    Over all customers whose first year is over, those who bought nothing and those who left
    included.
    """
    book = looked.book()
    mine = [o for o in landed_in(looked, book) if o.ends(1) <= looked.day]
    found = _over(
        looked,
        (o.bought_in(1) for o in mine),
        (o.first for o in mine),
        [o.customer for o in mine],
        f"{len(mine):,} customers whose first year is over",
    )
    return looked.told(
        found,
        book.query,
        cases=len(mine),
        what="customers whose first year is over",
        high=_at_most(found, len(mine)),
    )


@Tells(
    how="what customers bought more in each whole year after their first, over the value of "
    "their first contract; what they could have bought is not less",
    rests_on=PAYS,
)
def later_expansion(looked: Looked) -> Measured:
    """What an average customer bought more in each later year, over its first contract's value.

    Over all years that customers began as customers and that are over, renewals at more than
    before included.
    """
    book = looked.book()
    years: list[tuple[str, Decimal, Decimal]] = []
    for one in landed_in(looked, book):
        number = 2
        while one.ends(number) <= looked.day:
            if level(one.steps, one.ends(number - 1)) > 0:
                years.append((one.customer, one.bought_in(number), one.first))
            number += 1
    who = {customer for customer, _, _ in years}
    found = _over(
        looked,
        (more for _, more, _ in years),
        (first for *_, first in years),
        [customer for customer, _, _ in years],
        f"{len(years):,} later years of {len(who):,} customers",
    )
    return looked.told(
        found,
        book.query,
        cases=len(who),
        what="customers with a later year that is over",
        high=_at_most(found, len(who)),
    )


def _at_most(found: Estimate, cases: int) -> float | None:
    """Where nobody bought more: what it could still be, had some bought as much again.

    By the rule of three, as so many who did not could have been by chance.
    """
    return 1 - 0.05 ** (1 / cases) if cases and not found.value else None


@Tells(
    how="first contract over the most that a customer ever paid a year, of customers who began "
    "two years ago or earlier; what they could use is not less than that",
    rests_on=PAYS,
)
def first_sale_share(looked: Looked) -> Measured:
    """Part of a customer's potential value that the first sale brings; at most, as measured."""
    book = looked.book()
    months = int(looked.number("fact_months"))
    mine = [o for o in landed_in(looked, book) if months_after(o.began, months) <= looked.day]
    most = [max(arr for day, arr in o.steps if day <= looked.day) for o in mine]
    found = _over(
        looked,
        (o.first for o in mine),
        most,
        [o.customer for o in mine],
        f"{len(mine):,} customers of {months} months or more",
        unit="share",
    )
    return looked.told(
        found, book.query, cases=len(mine), what=f"customers of {months} months or more"
    )
