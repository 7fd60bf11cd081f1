"""What a customer is worth, what it cost to win, and how soon that comes back."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal

from remit.audit.answer import measured, unseen
from remit.audit.view import Check, View
from remit.measures.costs import Costs, costs, working_in
from remit.measures.customers import (
    Economics,
    Quarter,
    economics_by_segment,
    efficiency_by_quarter,
)
from remit.measures.economics import ltv_of_parts, whole_months
from remit.measures.recurring import closed_year
from remit.terms import Answer, Estimate, Finding, Period, Point, Proof, percent
from remit.terms.period import months_after, spoken

RULES = ("001-08",)


@Check(
    rules=RULES,
    asks="What is a customer worth, what did it cost to win, and how soon does that come back?",
    how="measured",
)
def unit_economics(view: View) -> Iterator[Finding]:
    """Lifetime value, its ratio to the cost of winning, payback and sales efficiency, by segment.

    All of them are told and none is judged: limits in use are rules of thumb. Each says how it was
    worked out, because such figures are worked out in many ways.
    """
    over = closed_year(view.evidence.as_of)
    found = view.measured(economics_by_segment, over, seed=view.seed)
    there = costs(view.evidence, view.charter)
    if not found:
        yield unseen(
            "unit_economics",
            "company: value of a customer",
            "Nothing in the evidence tells of recurring revenue: `contracts` and `arr_changes` are "
            "empty.",
            RULES,
            "Load contracts with customer, first day, end and yearly value.",
        )
    elif not there.rows:
        yield unseen(
            "unit_economics", "company: value of a customer", _no_costs(there), RULES, _LOAD
        )
    else:
        for economics in found:
            yield _value(view, economics, "" if economics.segment else _by_segment(found))
            yield _ratio(view, economics)
            yield _payback(view, economics)
    yield from _efficiency(view, over, there)


_LOAD = (
    "Load `costs` by month: `comp` by role, `other_s_and_m`, `cost_to_serve`, `revenue` and "
    "`cost_of_revenue`."
)


def _no_costs(there: Costs) -> str:
    if there.unknown_kinds:
        kinds = ", ".join(f"`{kind}`" for kind in there.unknown_kinds)
        return f"`costs` holds only kinds that mean nothing to remit: {kinds}."
    return "`costs` is empty, so that nothing says what customers cost to win and to serve."


# Worth and cost


def _value(view: View, found: Economics, by_segment: str) -> Finding:
    about = f"{_place(found.segment)}: lifetime value"
    if (why := found.missing.get("value")) or found.full is None or found.churn is None:
        return _not_told(found, about, why or "nobody pays anything", "what a customer is worth")
    if few := _too_few(view, found, found.customers, "customers to follow", about):
        return few
    amount = float(found.full.amount)
    low, high = found.full_interval or (None, None)
    between = f" ({low:,.0f} to {high:,.0f})" if low is not None and high is not None else ""
    until = (
        f"counted for {found.full.years} years, because the sum has no bound"
        if found.full.years
        else "counted without an end"
    )
    simple = (
        "Simple, as yearly margin over yearly churn and without discount, it would be "
        f"{_money(found.simple, found.currency)}."
        if found.simple is not None
        else "Without churn the simple value, yearly margin over churn, has no bound."
    )
    return measured(
        "unit_economics",
        about,
        f"{_who(found.segment)}: a customer is worth {amount:,.0f} {found.currency}{between} over its "
        f"time, discounted by {percent(found.discount)} a year and {until}",
        Estimate(amount, found.currency, low, high, of=f"{found.customers:,} customers"),
        RULES,
        proof=_proof(
            found,
            "yearly margin / (1 - k), k = (1 - churn)(1 + growth) / (1 + discount), paid in advance; "
            "customers are drawn again for the interval",
        ),
        caveats=tuple(
            note
            for note in (
                f"{_paid(found)}; a year loses {percent(found.churn)} of revenue with customers who "
                f"leave ({found.lost:,} of {found.customers:,}), and those who stay pay "
                f"{percent(abs(found.growth or 0))} {'less' if (found.growth or 0) < 0 else 'more'} "
                "after it.",
                *_basis(found),
                simple,
                by_segment,
                ""
                if found.full_interval
                else "There is no interval: for some draws of the customers the sum has no bound.",
            )
            if note
        ),
        segments=_named(found.segment),
    )


def _by_segment(parts: tuple[Economics, ...]) -> str:
    """The company's value as the mean over its segments, each worked out by itself."""
    known = [part for part in parts if part.segment and part.full and part.logos]
    mean = ltv_of_parts((part.logos, part.full.amount) for part in known if part.full)
    if mean is None or len(known) < 2:
        return ""
    return (
        f"Worked out segment by segment and averaged over new customers, it is "
        f"{_money(mean, known[0].currency)}: one figure for all hides how they differ."
    )


def _ratio(view: View, found: Economics) -> Finding:
    about = f"{_place(found.segment)}: lifetime value over cost of winning"
    why = found.missing.get("cost") or found.missing.get("value")
    if why or found.ltv_to_cac is None or found.cac is None or found.full is None:
        return _not_told(
            found,
            about,
            why or "winning cost nothing",
            "how value compares with the cost of winning",
        )
    few = _too_few(view, found, found.logos, "new customers", about)
    if few := few or _too_few(view, found, found.customers, "customers to follow", about):
        return few
    thumb = view.numbers["ltv_to_cac_rule_of_thumb"].at(view.over.last_day)
    low, high = found.full_interval or (None, None)
    cost = float(found.cac)
    between = "" if low is None or high is None else f" ({low / cost:.1f} to {high / cost:.1f})"
    return measured(
        "unit_economics",
        about,
        f"{_who(found.segment)}: a customer is worth {found.ltv_to_cac:.1f} times what it cost to win"
        f"{between}, {_money(found.full.amount, found.currency)} over "
        f"{_money(found.cac, found.currency)}",
        Estimate(
            found.ltv_to_cac,
            "times",
            None if low is None else low / cost,
            None if high is None else high / cost,
            of=f"{found.logos:,} new customers",
        ),
        RULES,
        proof=_proof(found, "lifetime value (full, discounted) over the cost of a new customer"),
        caveats=(
            *_winning(found),
            *_basis(found),
            f"By a rule of thumb ({thumb.source.title}) {thumb.value:g} times is enough; the ratio also "
            "rises when less is spent on growth.",
        ),
        segments=_named(found.segment),
    )


def _payback(view: View, found: Economics) -> Finding:
    about = f"{_place(found.segment)}: payback"
    why = found.missing.get("cost") or found.missing.get("value")
    if why or found.payback is None or found.payback_with_churn is None or found.cac is None:
        return _not_told(
            found, about, why or "nobody pays anything", "how soon the cost comes back"
        )
    if few := _too_few(view, found, found.logos, "new customers", about):
        return few
    leaving, staying = found.payback_with_churn, found.payback
    if math.isinf(staying):
        said = "is never back: a new customer leaves no margin"
    elif math.isinf(leaving):
        said = (
            f"is back after {staying:.1f} months of its margin if nobody leaves, and never with "
            "customers leaving as they do"
        )
    else:
        said = (
            f"is back after {staying:.1f} months of its margin if nobody leaves, and after "
            f"{leaving:.1f}, so in month {whole_months(leaving):.0f}, with customers leaving as they do"
        )
    finite = None if math.isinf(leaving) else leaving
    return Finding(
        "unit_economics",
        about,
        Answer.MEASURED,
        f"{_who(found.segment)}: the {_money(found.cac, found.currency)} that a new customer cost to "
        f"win {said}.",
        RULES,
        measured=None
        if finite is None
        else Estimate(finite, "months", of=f"{found.logos:,} new customers"),
        proof=_proof(
            found,
            "cost of a new customer over its monthly margin; with churn, months until the shrinking "
            "margin of a cohort adds up to it",
        ),
        caveats=(*_winning(found), *_basis(found)),
        segments=_named(found.segment),
    )


def _not_told(found: Economics, about: str, why: str, what: str) -> Finding:
    return unseen(
        "unit_economics",
        about,
        f"{_who(found.segment)}: {what} cannot be told, because {why}.",
        RULES,
        _LOAD,
        segments=_named(found.segment),
    )


def _too_few(view: View, found: Economics, cases: int, of: str, about: str) -> Finding | None:
    least = view.number("minimum_cases")
    if cases >= least:
        return None
    return Finding(
        "unit_economics",
        about,
        Answer.CANNOT_TELL,
        f"{_who(found.segment)}: {cases:,} {of} are too few to work it out from (at least "
        f"{least:.0f}).",
        RULES,
        segments=_named(found.segment),
    )


def _basis(found: Economics) -> Iterator[str]:
    """What margin, cost to serve and revenue a customer are from."""
    if found.margin is not None:
        of = "its own" if found.margin_of == "segment" else "the whole company's"
        yield f"The gross margin is {percent(float(found.margin))}, {of}."
    else:
        yield (
            "`costs` does not hold revenue with its cost for every month, so that only the cost to "
            "serve is taken off: the value is too high by the cost of revenue."
        )
    if found.cost_to_serve is not None:
        pay = f", with the pay of {', '.join(found.serving_roles)}" if found.serving_roles else ""
        yield f"The cost to serve is {_money(found.cost_to_serve, found.currency)} a customer a year{pay}."
    else:
        yield "No cost to serve is recorded for every month, so that none is taken off."
    if found.unplaced:
        yield f"Pay of {', '.join(found.unplaced)} is left out: the charter has no such role."
    if not found.arpa_of_new:
        yield "Nobody was won in the year, so that revenue a customer is that of all there are."


def _winning(found: Economics) -> Iterator[str]:
    """What the cost of winning is made of."""
    roles = ", ".join(found.winning_roles) or "no role"
    if found.spend is not None and found.lag_months is not None:
        said = "the charter's sales cycle" if found.lag_of == "charter" else "the median won deal"
        yield (
            f"Cost of new customers: {_money(found.spend, found.currency)} for {found.logos:,} of "
            f"them, all pay of {roles} and all other sales and marketing, spent {_months(found.lag_months)} "
            f"before, as long as {said} takes. A generalist counts in full."
        )
    if found.shared:
        yield (
            f"{_money(found.shared, found.currency)} of it is recorded for no segment, and shared out "
            "by what each segment has of its own."
        )


def _months(count: int) -> str:
    return f"{count} month" if count == 1 else f"{count} months"


def _proof(found: Economics, estimator: str) -> Proof:
    figures: list[tuple[str, str]] = [
        ("customers followed", f"{found.customers}"),
        ("new customers", f"{found.logos}"),
        ("new recurring revenue", f"{found.new_arr:.2f}"),
        ("revenue a customer a year", _or_none(found.arpa)),
        ("churn of revenue", _or_none(found.churn)),
        ("growth of those who stayed", _or_none(found.growth)),
        ("gross margin", _or_none(found.margin)),
        ("cost to serve a customer a year", _or_none(found.cost_to_serve)),
        ("discount rate", f"{found.discount}"),
        ("lifetime value, simple", _or_none(found.simple)),
        ("lifetime value, full", _or_none(found.full.amount if found.full else None)),
        ("spent on new customers", _or_none(found.spend)),
        ("cost of a new customer", _or_none(found.cac)),
        ("payback if nobody leaves, months", _or_none(found.payback)),
        ("payback with churn, months", _or_none(found.payback_with_churn)),
    ]
    return Proof(estimator, found.query, ("figure", "value"), tuple(figures), len(figures))


def _or_none(value: Decimal | float | None) -> str:
    if value is None:
        return "not known"
    return f"{value:.2f}" if isinstance(value, Decimal) and value > 1 else f"{value:.4f}"


# Efficiency


def _efficiency(view: View, over: Period, there: Costs) -> Iterator[Finding]:
    longer = Period(months_after(over.end, -15), over.end)
    by_segment = view.measured(efficiency_by_quarter, longer)
    told: Mapping[str, tuple[str, str]] = {
        "magic_number": (
            "magic number",
            "growth of a quarter's recognised revenue, times 4, over the sales and marketing of the "
            "quarter before",
        ),
        "net_sales_efficiency": (
            "net sales efficiency",
            "a quarter's net new recurring revenue over the sales and marketing of the quarter before",
        ),
    }
    for word, (name, formula) in told.items():
        company = [q for q in by_segment[None] if getattr(q, word) is not None]
        if not company:
            yield unseen(
                "unit_economics",
                f"company: {name}",
                f"The {name} cannot be told: {_lacking(word, by_segment[None], there)}.",
                RULES,
                _LOAD,
            )
            continue
        for segment, quarters in by_segment.items():
            known = [q for q in quarters if getattr(q, word) is not None]
            if known:
                yield _ratio_of_quarters(view, segment, known, word, name, formula, there)


def _lacking(word: str, quarters: tuple[Quarter, ...], there: Costs) -> str:
    if not there.rows:
        return "`costs` is empty" if not there.unknown_kinds else _no_costs(there).rstrip(".")
    if all(quarter.spend_before is None for quarter in quarters):
        return "`costs` holds no sales and marketing for all months of a quarter"
    if word == "magic_number":
        return (
            "`costs` holds no `revenue` for two quarters in a row, and recurring revenue, which is "
            "another ratio, does not stand in for it"
        )
    return "nothing tells of recurring revenue"


def _ratio_of_quarters(
    view: View,
    segment: str | None,
    quarters: list[Quarter],
    word: str,
    name: str,
    formula: str,
    there: Costs,
) -> Finding:
    last = quarters[-1]
    value = float(getattr(last, word))
    thumb = view.numbers["magic_number_rule_of_thumb"].at(view.over.last_day)
    rows = tuple(
        (
            str(q.over),
            _or_none(q.spend_before),
            _or_none(q.revenue_before),
            _or_none(q.revenue),
            _or_none(q.net_new_arr),
            f"{getattr(q, word):.2f}",
        )
        for q in quarters
    )
    return measured(
        "unit_economics",
        f"{_place(segment)}: {name}",
        f"{_who(segment)}: the {name} of the quarter to {spoken(last.over.last_day)} is {value:.2f}, "
        f"{formula}",
        Estimate(value, "times", of="1 quarter", said=f"{value:.2f} times"),
        RULES,
        proof=Proof(
            formula,
            there.query,
            (
                "quarter",
                "sales and marketing before",
                "revenue before",
                "revenue",
                "net new recurring revenue",
                name,
            ),
            rows,
            len(rows),
        ),
        caveats=(
            f"Sales and marketing is all pay of {', '.join(working_in(view.charter, there.selling, segment)) or 'no role'} and all other "
            "sales and marketing; what is recorded for no segment is shared out.",
            f"By a rule of thumb ({thumb.source.title}) more may be spent from {thumb.value:g} on."
            if word == "magic_number"
            else "It is not the magic number, which is of recognised revenue; the two differ.",
        ),
        segments=_named(segment),
        trend=tuple(_point(q.over.start, float(getattr(q, word))) for q in quarters),
    )


def _point(month: date, value: float) -> Point:
    return Point(month, value, 1)


# Words


def _place(segment: str | None) -> str:
    return f"segments.{segment}" if segment else "company"


def _who(segment: str | None) -> str:
    return segment or "The whole company"


def _named(segment: str | None) -> tuple[str, ...]:
    return (segment,) if segment else ()


def _money(amount: Decimal, currency: str) -> str:
    return f"{amount:,.0f} {currency}"


def _paid(found: Economics) -> str:
    of = "A new customer pays" if found.arpa_of_new else "A customer pays"
    return f"{of} {_money(found.arpa or Decimal(0), found.currency)} a year"
