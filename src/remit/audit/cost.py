"""What findings are worth a year, as ranges with their arithmetic; never added up."""

from __future__ import annotations

from decimal import Decimal

from remit.audit.parts import group_of
from remit.audit.view import View
from remit.measures.leverage import pay_of, wins_of
from remit.measures.recurring import recurring_revenue
from remit.terms import Cost, Estimate, Period, percent

WEEKS = 52


def hours_elsewhere(
    view: View,
    role: str,
    segments: tuple[str, ...],
    hours: float,
    over: Period,
    coverage: Estimate,
    doing: str,
) -> Cost | None:
    """Compensation of the hours that a role spends on work that is not its own, a year.

    The lower end counts what is recorded, scaled to a year; the upper end takes the working time
    that is not recorded to be spent alike. An hour costs the role's compensation (`costs`, else
    pay at target of its plan, times people) over its working hours.

    Args:
        view: What is looked at.
        role: The role.
        segments: Segments in which it is held; empty means all.
        hours: Recorded on it, in `over`.
        over: Days that were measured.
        coverage: Recorded time over working time.
        doing: The work, as a sentence names it.

    Returns:
        None where compensation is not known, or nothing is recorded.
    """
    if role not in view.charter.roles or hours <= 0 or coverage.value <= 0:
        return None
    pay = view.measured(pay_of, roles=(role,), segments=segments)
    if pay is None or pay.people <= 0:
        return None
    week = view.charter.week_hours or view.number("week_hours")
    an_hour = float(pay.amount) * 365 / view.year.days / (pay.people * WEEKS * week)
    a_year = hours * 365 / over.days
    low, high = a_year * an_hour, a_year / min(1.0, coverage.value) * an_hour
    currency = view.charter.currency
    return Cost(
        low,
        high,
        currency,
        f"{a_year:,.0f} recorded hours of {doing} a year x {an_hour:,.2f} {currency} an hour "
        f"({pay.amount:,.0f} {currency} of compensation for {pay.people:.1f} people, from "
        f"{pay.basis}, over {WEEKS} weeks of {week:.0f} hours); the upper end takes the "
        f"{percent(1 - min(1.0, coverage.value))} of working time that is not recorded to be spent "
        "alike",
        _of(f"hours of {role}", segments),
    )


def pipeline_lost(
    view: View,
    segment: str | None,
    cases: int,
    rate: Estimate,
    healthy: float,
    of_cases: str,
    over: Period | None = None,
) -> Cost | None:
    """Won value a year that a handoff would bring if it converted as well as the healthy band.

    Cases a year, times the gap to where the band begins, times the share of new deals that are
    won, times what a won one is worth; the ends are those of the rate's interval, and nothing
    where that end is in the band. It takes the cases that would convert more to be as good as the
    rest.

    Args:
        view: What is looked at.
        segment: Segment of the prospects; None means all.
        cases: In `over`, such as meetings held.
        rate: Share of them that converts.
        healthy: Where the healthy band begins.
        of_cases: What the cases are, as a sentence names them.
        over: Days in which the cases began; the whole year if None.

    Returns:
        None where the rate has no interval, is within the band, or no new deal was won; nor where
        fewer people than the minimum group own the deals.
    """
    wins = view.measured(wins_of, segments=(segment,) if segment else ())
    if wins is None or rate.low is None or rate.high is None or healthy <= rate.low:
        return None
    if 0 < wins.owners < group_of(view):
        return None
    a_year = cases * 365 / (over or view.year).days
    each = float(wins.value) * wins.rate
    low, high = a_year * max(0.0, healthy - rate.high) * each, a_year * (healthy - rate.low) * each
    currency = view.charter.currency
    return Cost(
        low,
        high,
        currency,
        f"{a_year:,.0f} {of_cases} a year x {percent(max(0.0, healthy - rate.high))} to "
        f"{percent(healthy - rate.low)} short of {percent(healthy)} x {percent(wins.rate)} of new "
        f"deals won ({wins.won:,} of {wins.closed:,}) x {wins.value:,.0f} {currency} a won deal",
        _of("pipeline", (segment,) if segment else ()),
    )


def arr_at_risk(
    view: View, segments: tuple[str, ...], loss: tuple[float, float], why: str
) -> Cost | None:
    """Recurring revenue of some segments that a share of loss stands for.

    Args:
        view: What is looked at.
        segments: Segments of the customers; empty means all.
        loss: The least and the most that is lost, as shares.
        why: Where the shares are from, as a sentence names it.

    Returns:
        None where no recurring revenue is known.
    """
    book = view.measured(recurring_revenue)
    if book is None:
        return None
    paying = book.at(view.evidence.as_of)
    mine = [a for c, a in paying.items() if not segments or book.segments.get(c) in segments]
    arr = sum(mine, Decimal(0))
    if not arr:
        return None
    currency = view.charter.currency
    return Cost(
        float(arr) * loss[0],
        float(arr) * loss[1],
        currency,
        f"{arr:,.0f} {currency} of recurring revenue a year x {percent(loss[0])} to "
        f"{percent(loss[1])} ({why})",
        _of("ARR", segments),
    )


def _of(what: str, segments: tuple[str, ...]) -> tuple[str, ...]:
    """What a cost is of, a word for each segment, so that costs that overlap share one."""
    return tuple(f"{what} in {segment}" for segment in segments) or (what,)
