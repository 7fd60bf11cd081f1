"""Do customers stay and grow, and does recurring revenue add up from year to year?"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from statistics import median

from remit.audit.answer import judged, measured, unseen
from remit.audit.cost import arr_at_risk
from remit.audit.view import Check, View
from remit.audit.wording import spread
from remit.charter import Function
from remit.measures.recurring import closed_year, recurring_revenue
from remit.measures.retention import (
    BUCKETS,
    Bridge,
    MonthOfRetention,
    RenewalRate,
    Retention,
    bridges_by_segment,
    compounded,
    months_of_retention,
    renewals_by_segment,
    retention_by_segment,
)
from remit.terms import Answer, Cost, Estimate, Finding, Limit, Point, Proof, percent
from remit.terms.period import spoken

RULES = ("003-36", "003-37", "003-65")
OF_CUSTOMERS = "A figure of customers: many people have a part in it, and it is nobody's own."
SHOWN = 50


@Check(
    rules=RULES,
    asks="Do the customers of a year ago still pay what they paid, and how did recurring revenue change?",
    how="measured",
)
def revenue_retention(view: View) -> Iterator[Finding]:
    """Net and gross retention, renewals and the bridge of recurring revenue, by segment.

    Over the last twelve months that are over, from contracts (from movements where there are
    none), by ultimate parent. Retention follows the customers of the start: whoever was won since
    is not in it. A renewal at most `reactivation_gap_days` late is no churn; a customer whose
    contract ended more lately than that counts as lost, and the answer holds either way.
    """
    over = closed_year(view.evidence.as_of)
    book = view.measured(recurring_revenue, over)
    if book is None or not book.steps:
        yield _not_there(view)
        return
    months = view.measured(months_of_retention, over)
    for kept in view.measured(retention_by_segment, over, seed=view.seed):
        yield from _retention(view, kept, months[kept.segment], book.query)
    renewals = view.measured(renewals_by_segment, over, seed=view.seed)
    for renewed in renewals:
        yield _renewals(view, renewed, book.query)
    if not renewals:
        yield unseen(
            "revenue_retention",
            "company: renewals",
            "Nothing in the evidence says when terms end: `contracts` is empty, and the figures "
            "beside this are from `arr_changes`.",
            ("003-37",),
            "Load the contracts, with their first day, end and yearly value.",
        )
    for year, of_months in view.measured(bridges_by_segment, over):
        yield _bridge(view, year, of_months, book.query)


def _not_there(view: View) -> Finding:
    there = view.evidence.rows("contracts")
    return unseen(
        "revenue_retention",
        "company: retention",
        f"None of the {there:,} rows of `contracts` gives a customer's yearly value that can be used."
        if there
        else "Nothing in the evidence tells of recurring revenue: `contracts` and `arr_changes` are "
        "empty.",
        RULES,
        "Load contracts with customer, first day, end and yearly value, or movements of recurring "
        "revenue.",
    )


# Retention


def _retention(
    view: View, kept: Retention, months: tuple[MonthOfRetention, ...], query: str
) -> Iterator[Finding]:
    """Net and gross, of one segment or the company."""
    if not kept.customers:
        yield Finding(
            "revenue_retention",
            f"{_place(kept.segment)}: net and gross retention",
            Answer.CANNOT_TELL,
            f"{_who(kept.segment)}: no customer paid anything before {spoken(kept.over.start)}, so "
            "that there is nobody to follow through a year.",
            RULES,
            segments=_named(kept.segment),
        )
        return
    least = view.number("minimum_cases")
    shown = [month for month in months if month.year_customers >= least]
    net, gross = view.limits("nrr"), view.limits("grr")
    best = view.number("nrr_best_in_class")
    best_of = view.limit("nrr_best_in_class", "value").source
    among_best = kept.nrr.low is not None and kept.nrr.low >= best
    net_either = _told(_either_way(kept.nrr, kept.nrr_if_renewed, kept))
    gross_either = _told(_either_way(kept.grr, kept.grr_if_renewed, kept))
    before, last = spoken(kept.over.start - timedelta(days=1)), spoken(kept.over.last_day)
    start = f"{_money(kept.start, kept.currency)} a year that {kept.customers:,} customers paid"
    yield judged(
        "revenue_retention",
        f"{_place(kept.segment)}: net retention",
        f"{_who(kept.segment)}: net revenue retention is {net_either.said}: "
        f"of {start} on {before}, they pay {_money(kept.end, kept.currency)} on "
        f"{last}, growth counted; {_at_least(net)}",
        net_either,
        net,
        ("003-36", "003-65"),
        proof=_customers(
            kept, query, "their pay at the end over that at the start (NRR, endpoint)"
        ),
        remedy="Follow the customers in the proof that fell most, and find what they have in common "
        "before asking for more expansion.",
        cases=kept.customers,
        minimum=least,
        caveats=(
            *_notes(view, kept),
            _late(kept, kept.nrr_if_renewed),
            _by_month(months, "nrr"),
            f"At or above the {percent(best)} that {best_of.title} calls the best."
            if among_best
            else "",
        ),
        roles=_keepers(view, kept.segment, Function.RENEWAL, Function.EXPANSION),
        segments=_named(kept.segment),
        trend=tuple(
            Point(m.month, m.year_nrr, m.year_customers) for m in shown if m.year_nrr is not None
        ),
    )
    yield judged(
        "revenue_retention",
        f"{_place(kept.segment)}: gross retention",
        f"{_who(kept.segment)}: gross revenue retention is {gross_either.said}: "
        f"of {start} on {before}, {_money(kept.retained, kept.currency)} is "
        f"left on {last}, growth not counted; {_at_least(gross)}",
        gross_either,
        gross,
        ("003-37",),
        proof=_customers(
            kept, query, "the smaller of both, customer by customer, over the start (GRR, endpoint)"
        ),
        remedy="Look at the customers in the proof that were lost or cut back, and at who sold and "
        "who looked after such customers.",
        cases=kept.customers,
        minimum=least,
        caveats=(
            f"By count {_tenth(kept.logos.value)} of the customers are still there"
            f"{spread(kept.logos)}.",
            f"Adding up every fall within the year instead of comparing its two ends gives "
            f"{_tenth(kept.grr_by_events.value)}; {_tenth(kept.logos_by_events.value)} of the "
            "customers paid something on every day of it.",
            *_notes(view, kept),
            _late(kept, kept.grr_if_renewed),
            _by_month(months, "grr"),
        ),
        roles=_keepers(view, kept.segment, Function.RENEWAL),
        segments=_named(kept.segment),
        trend=tuple(
            Point(m.month, m.year_grr, m.year_customers) for m in shown if m.year_grr is not None
        ),
        cost=_short(view, kept, gross_either, gross[0]),
    )


def _short(view: View, kept: Retention, share: Estimate, limit: Limit) -> Cost | None:
    """What another year like this one would lose beyond what the limit allows."""
    if share.low is None or share.high is None or share.high >= limit.value:
        return None
    loss = (limit.value - share.high, limit.value - share.low)
    return arr_at_risk(
        view,
        _named(kept.segment),
        loss,
        f"so far is gross retention short of {percent(limit.value)}; another year like it",
    )


def _either_way(counted: Estimate, renewed: Estimate, kept: Retention) -> Estimate:
    """The estimate with an interval that also holds what it is if all undecided renew late."""
    if not kept.undecided or counted.high is None or renewed.high is None:
        return counted
    return dataclasses.replace(counted, high=max(counted.high, renewed.high))


def _told(share: Estimate) -> Estimate:
    """Retention as boards write it: with a decimal, and its interval in whole per cent."""
    return dataclasses.replace(share, said=f"{_tenth(share.value)}{spread(share)}")


def _late(kept: Retention, renewed: Estimate) -> str:
    if not kept.undecided:
        return ""
    return (
        f"{_money(kept.undecided, kept.currency)} of it ended so lately that it may still be renewed "
        f"late, and counts as lost; renewed in full it would be {_tenth(renewed.value)}, which the "
        "interval holds too."
    )


def _notes(view: View, kept: Retention) -> Iterator[str]:
    """How it was counted, and what was left out."""
    gap = f"{view.number('reactivation_gap_days'):.0f}"
    named = "contracts" if kept.source == "contracts" else "movements (`arr_changes`)"
    yield (
        f"From {named}, by ultimate parent, comparing the two days; a renewal up to {gap} days late "
        "is no loss."
    )
    yield OF_CUSTOMERS
    if kept.segment:
        yield "Customers are in the segment that they are in today."
    for reason, customers in kept.left_out.items():
        yield f"{customers:,} customers of the company are left out: {reason}."


def _by_month(months: tuple[MonthOfRetention, ...], what: str) -> str:
    rates = [rate for month in months if (rate := getattr(month, what)) is not None]
    if not rates:
        return ""
    middle = median(rates)
    return (
        f"Month by month, each with its own customers, the middle of {len(rates)} is "
        f"{_tenth(middle)}; held for a year by one group of customers that would be "
        f"{_tenth(compounded(middle))}."
    )


def _customers(kept: Retention, query: str, estimator: str) -> Proof:
    rows = tuple(
        (row.customer, f"{row.start:.2f}", f"{row.end:.2f}", f"{row.end - row.start:.2f}")
        for row in kept.rows[:SHOWN]
    )
    return Proof(
        estimator=f"{estimator}; customers are drawn again for the interval",
        query=query,
        columns=("customer", "a year at the start", "a year at the end", "change"),
        rows=rows,
        total=len(kept.rows),
    )


def _keepers(view: View, segment: str | None, *functions: Function) -> tuple[str, ...]:
    """The roles that own keeping customers, or growing them."""
    among = view.segments() if segment is None else (segment,)
    found = (role for s in among for f in functions for role in view.owners(f, s))
    return tuple(dict.fromkeys(found))


# Renewals


def _renewals(view: View, renewed: RenewalRate, query: str) -> Finding:
    about = f"{_place(renewed.segment)}: renewals"
    least = view.number("minimum_cases")
    if renewed.cases < least:
        return Finding(
            "revenue_retention",
            about,
            Answer.CANNOT_TELL,
            f"{_who(renewed.segment)}: {renewed.cases:,} renewals that came due are too few to "
            f"speak of a rate (at least {least:.0f}).",
            ("003-37",),
            measured=renewed.rate if renewed.cases else None,
            segments=_named(renewed.segment),
        )
    currency = view.charter.currency
    many = renewed.of_multi_year
    return measured(
        "revenue_retention",
        about,
        f"{_who(renewed.segment)}: {percent(renewed.rate.value)} of {_money(renewed.due, currency)} "
        f"a year that came up for renewal was renewed{spread(renewed.rate)}, in "
        f"{renewed.cases:,} cases in the year to {spoken(renewed.over.last_day)}",
        renewed.rate,
        ("003-37",),
        proof=Proof(
            estimator="renewed over due, growth at renewal not counted; terms of a customer that end "
            "on one day are one case; customers are drawn again for the interval",
            query=query,
            columns=("customer", "due on", "due", "renewed", "longer than a year", "open"),
            rows=tuple(
                (
                    r.customer,
                    str(r.day),
                    f"{r.due:.2f}",
                    f"{r.renewed:.2f}",
                    r.multi_year,
                    r.undecided,
                )
                for r in renewed.rows[:SHOWN]
            ),
            total=len(renewed.rows),
        ),
        caveats=tuple(
            note
            for note in (
                f"{renewed.multi_year_cases:,} of the cases had terms longer than a year; of those "
                f"{percent(many.value)} was renewed."
                if many
                else "",
                f"{_money(renewed.not_due, currency)} a year was under terms that did not end in the "
                "year; gross retention counts it as kept, this rate does not count it."
                if renewed.not_due
                else "",
                f"{_money(renewed.undecided, currency)} ended so lately that it may still be renewed "
                "late; it counts as not renewed."
                if renewed.undecided
                else "",
                ""
                if renewed.linked
                else "No contract says which one it renews, so that what a customer began next counts "
                "as its renewal.",
            )
            if note
        ),
        roles=_keepers(view, renewed.segment, Function.RENEWAL),
        segments=_named(renewed.segment),
    )


# The bridge


def _bridge(view: View, year: Bridge, months: tuple[Bridge, ...], query: str) -> Finding:
    currency = view.charter.currency
    gains = f"{_money(year.new, currency)} new"
    if year.reactivation:
        gains += f", {_money(year.reactivation, currency)} from customers who came back"
    return measured(
        "revenue_retention",
        f"{_place(year.segment)}: bridge of recurring revenue",
        f"{_who(year.segment)}: recurring revenue went from {_money(year.start, currency)} to "
        f"{_money(year.end, currency)} in the year to {spoken(year.over.last_day)}: {gains}, "
        f"{_money(year.expansion, currency)} more and {_money(-year.contraction, currency)} less from "
        f"customers who stayed, {_money(-year.churn, currency)} lost with those who left",
        Estimate(float(year.end), currency, of=f"{len(year.moves):,} customers' changes"),
        ("003-36", "003-37"),
        proof=Proof(
            estimator="every customer's change between two days, in one bucket each; the year first, "
            "then its months",
            query=query,
            columns=("days", "start", *BUCKETS, "end", "difference"),
            rows=tuple(_row(found) for found in (year, *months)),
            total=1 + len(months),
        ),
        caveats=(
            "The months do not add up to the year: who left and came back within it, or grew and "
            "shrank, shows in them and not in it.",
            "Nothing in the evidence tells of bought companies, whose customers would be among the "
            "new; other currencies are counted at one rate throughout.",
        ),
        segments=_named(year.segment),
        trend=tuple(
            Point(month.over.start, float(month.end), len(month.moves)) for month in months
        ),
    )


def _row(found: Bridge) -> tuple[str, ...]:
    amounts = (getattr(found, bucket) for bucket in ("start", *BUCKETS, "end", "difference"))
    return (str(found.over), *(f"{amount:.2f}" for amount in amounts))


# Words


def _place(segment: str | None) -> str:
    return f"segments.{segment}" if segment else "company"


def _who(segment: str | None) -> str:
    return segment or "The whole company"


def _named(segment: str | None) -> tuple[str, ...]:
    return (segment,) if segment else ()


def _money(amount: Decimal, currency: str) -> str:
    return f"{amount:,.0f} {currency}"


def _tenth(share: float) -> str:
    return f"{share * 100:.1f} %"


def _at_least(limits: tuple[Limit, ...]) -> str:
    said = [f"less than {percent(limit.value)} is {limit.level}" for limit in limits]
    return ", ".join(said)
