"""What plans promise whatever is earned: whose draw and guarantee fall into a pay month."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from fractions import Fraction

from remit.charter.fiscal import first_month, period_of, periods
from remit.compensation.earning import cents
from remit.compensation.plan import Draw, Guarantee
from remit.pay.calculate import Calculation
from remit.pay.credit import end_of
from remit.pay.months import Promise, month_of
from remit.pay.payees import Stint
from remit.terms import Period, Place, Problem, RemitError
from remit.terms.period import after


def promises(calculation: Calculation, month: Period) -> tuple[Promise, ...]:
    """Draws and guarantees of everybody in a month, one a payee and currency, in order.

    Both are for the days in office, as quotas are: a draw that begins or ends within the month
    counts for its days, and part-time by the share of a job.

    Raises:
        RemitError: If nobody says how long somebody's draw lasts.
    """
    found: dict[tuple[str, str], list[Promise]] = {}
    wrong: list[Problem] = []
    for stint in calculation.stints:
        try:
            here = list(_promised(calculation, stint, month))
        except RemitError as error:
            wrong += [p for p in error.problems if p not in wrong]
            continue
        for promise in here:
            found.setdefault((promise.payee, promise.currency), []).append(promise)
    if wrong:
        raise RemitError(wrong)
    return tuple(_together(same) for _, same in sorted(found.items()))


def _together(same: Iterable[Promise]) -> Promise:
    """What several stints promise one person."""
    all_of_them = tuple(same)
    since = [one.since for one in all_of_them if one.since is not None]
    return Promise(
        payee=all_of_them[0].payee,
        currency=all_of_them[0].currency,
        recoverable=sum(one.recoverable for one in all_of_them),
        given=sum(one.given for one in all_of_them),
        forgives=any(one.forgives for one in all_of_them),
        guarantee=sum(one.guarantee for one in all_of_them),
        since=min(since, default=None),
    )


def _promised(calculation: Calculation, stint: Stint, month: Period) -> Iterator[Promise]:
    plan, currency = stint.plan, calculation.currency(stint.plan)
    if stint.over.meet(month) is None:
        return
    if plan.draw is not None:
        amount = _draw(calculation, stint, plan.draw, month)
        free = plan.draw.kind == "non_recoverable"
        forgives = plan.draw.kind == "recoverable_forgiven" and (
            period_of(month.start, plan.period, first_month(calculation.charter)).end == month.end
            or stint.over.end <= month.end
        )
        if amount or forgives:
            yield Promise(
                stint.payee,
                currency,
                recoverable=0 if free else amount,
                given=amount if free else 0,
                forgives=forgives,
            )
    if plan.guarantee is not None:
        yield from _guaranteed(calculation, stint, plan.guarantee, month)


def _draw(calculation: Calculation, stint: Stint, draw: Draw, month: Period) -> int:
    """The draw of a month, in cents; none once it is over."""
    ends = _draw_ends(calculation, stint, draw)
    days = month.meet(Period(stint.started, max(ends, stint.started)))
    if days is None:
        return 0
    part = Fraction(stint.active(days), month.days) * stint.share
    return cents(Fraction(draw.amount) * part)


def _draw_ends(calculation: Calculation, stint: Stint, draw: Draw) -> date:
    """The first day on which a newcomer's draw is over.

    A recoverable draw for which nobody states a length lasts as long as the plan.
    """
    newcomer = stint.started != date.min
    if draw.lasts is not None:
        end = end_of(stint.started, draw.lasts) if newcomer else date.min
    else:
        cycle = draw.sales_cycle
        if draw.kind != "non_recoverable" and draw.training is None and cycle is None:
            return date.max
        if not newcomer:
            return date.min
        end = end_of(stint.started, draw.training) if draw.training else stint.started
        segment = calculation.charter.segments.get(stint.segment)
        cycle = cycle or (segment.sales_cycle if segment is not None else None)
        if cycle is not None:
            end = end_of(end, cycle)
        else:
            days = _median_days(calculation, "opened_on")
            if days is None:
                raise _no_length(
                    stint,
                    "nobody says how long a sales cycle is, and no deal has both `opened_on` and "
                    "a day.",
                    "State `lasts` or `sales_cycle` in the draw, or the segment's `sales_cycle`.",
                )
            end += timedelta(days=days)
    if draw.until_retention_indicator and newcomer:
        days = _median_days(calculation, "reached_on")
        if days is None:
            raise _no_length(
                stint,
                "it lasts until customers reach their leading indicator of retention, and none has.",
                "Give `reached_on` with the deals, or take `until_retention_indicator` out.",
            )
        end += timedelta(days=days)
    return end


def _median_days(calculation: Calculation, column: str) -> int | None:
    """Median whole days between a deal's day and another of its days; None without any."""
    apart = [
        abs((other - deal.day).days)
        for deal in calculation.facts.transactions()
        if (other := getattr(deal, column)) is not None
        and max(deal.day, other) <= calculation.through
    ]
    return round(statistics.median(apart)) if apart else None


def _no_length(stint: Stint, why: str, fix: str) -> RemitError:
    path = f"plans.{stint.plan_name}.draw"
    return RemitError([Problem(Place("charter"), path, f"has no end: {why}", fix)])


def _guaranteed(
    calculation: Calculation, stint: Stint, guarantee: Guarantee, month: Period
) -> Iterator[Promise]:
    """The guarantee that falls due in a month: with its period, or with the last day it holds."""
    until = after(guarantee.until)
    for period in periods(month, guarantee.per, first_month(calculation.charter)):
        days = stint.over.meet(period)
        days = None if days is None else days.meet(Period(date.min, until))
        if days is None or days.last_day not in month:
            continue
        part = Fraction(stint.active(days), period.days) * stint.share
        amount = cents(Fraction(guarantee.amount) * part)
        if amount:
            yield Promise(
                stint.payee,
                calculation.currency(stint.plan),
                guarantee=amount,
                since=month_of(days.start).start,
            )
