"""What of each transaction counts for whom, in the plan's currency."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from fractions import Fraction

from remit.compensation.components import AnyComponent, pays_on
from remit.compensation.conditions import Credit as Rule
from remit.compensation.earning import Credited
from remit.compensation.measures import measured, named
from remit.compensation.plan import Plan
from remit.pay.facts import Credit, Facts, Transaction
from remit.pay.payees import Stint
from remit.terms import Period
from remit.terms.period import months_after
from remit.terms.shapes import days_in


class NoRateError(LookupError):
    """A currency for which no rate is known."""


def counts_for(words: str) -> frozenset[str]:
    """The measures whose transactions count for a plan's words: itself, and what it is made of.

    A plan on bookings counts new and expansion deals too.

    >>> sorted(counts_for("bookings"))
    ['bookings', 'closed_won_arr', 'expansion_arr', 'new_arr']
    """
    name = named(words) or words
    mine = measured().get(name)
    narrower = {
        other
        for other, its in measured().items()
        if mine and its.deals and set(its.deals) <= set(mine.deals) and its.unit == mine.unit
    }
    return frozenset({name, *narrower})


def credited(
    component: AnyComponent,
    stint: Stint,
    facts: Facts,
    transactions: Iterable[Transaction],
    over: Period,
    currency: str,
    peers: Iterable[Stint] = (),
) -> Iterator[Credited]:
    """A payee's credit for one component in a period, in order of day and name.

    Args:
        component: What it is credited for.
        stint: Whose; only days of the stint count.
        facts: For rates of exchange and who owned what.
        transactions: Those that may count, as known, in order.
        over: The period.
        currency: The plan's.
        peers: For a manager's `team`, those who report to them, on the days on which they do; for
            a `pool`, who is in it and when.

    Raises:
        NoRateError: If a transaction is in a currency without a rate.
    """
    wanted = frozenset().union(*(counts_for(words) for words in pays_on(component)))
    products = getattr(component, "products", ())
    group = tuple(peers)
    for one in transactions:
        if one.measure not in wanted or one.day not in over or one.day not in stint.over:
            continue
        if one.cancelled_on is not None or (products and one.product not in products):
            continue
        if _taken_back(one, stint.plan):
            continue
        share = _share(component.credit, stint, one, facts, group)
        if share:
            yield Credited(one.id, one.day, share * value(one, stint.plan, facts, currency))


def value(one: Transaction, plan: Plan, facts: Facts, currency: str) -> Fraction:
    """What a transaction is worth to a plan: its part of the years, in the plan's currency.

    Raises:
        NoRateError: If no rate is known for its currency.
    """
    amount = one.amount
    if plan.multi_year == "total" and one.total is not None:
        amount = one.total
    elif plan.multi_year == "yearly_average" and one.total is not None and one.years:
        amount = one.total / one.years
    if one.currency in ("", currency):
        return amount
    return amount * rate_of(one, plan, facts, currency)


def rate_of(one: Transaction, plan: Plan, facts: Facts, currency: str) -> Fraction:
    """The rate of exchange at which a transaction counts.

    Raises:
        NoRateError: If none is known.
    """
    if plan.exchange == "plan_rate":
        stated = plan.plan_rates.get(one.currency)
        rate = None if stated is None else Fraction(stated)
    else:
        kind = "day" if plan.exchange == "day_of_booking" else "month_average"
        rate = facts.rate(one.currency, one.day, kind)
    if rate is None:
        raise NoRateError(
            f"{one.id} of {one.day} is in {one.currency}, and no {plan.exchange.replace('_', ' ')} "
            f"turns that into {currency}"
        )
    return rate


def _taken_back(one: Transaction, plan: Plan) -> bool:
    """Whether a lost customer's deal is taken out and the period run again."""
    back = plan.clawback
    return back is not None and back.kind == "rerun" and left_early(one, plan)


def left_early(one: Transaction, plan: Plan) -> bool:
    """Whether the customer left within the time in which the plan takes pay back."""
    if plan.clawback is None or one.left_on is None:
        return False
    return one.left_on < end_of(one.day, plan.clawback.within)


def end_of(day: date, length: str) -> date:
    """The first day after a length of time from a day; months and years by the calendar.

    >>> from datetime import date
    >>> end_of(date(2026, 1, 31), "1 month"), end_of(date(2026, 1, 25), "120 days")
    (datetime.date(2026, 2, 28), datetime.date(2026, 5, 25))
    """
    count, unit = length.removesuffix("s").split(" ")[0], length.removesuffix("s").split(" ")[-1]
    months = {"month": 1, "quarter": 3, "year": 12}.get(unit)
    if months is not None:
        return months_after(day, int(count) * months)
    return day + timedelta(days=round(days_in(length)))


def _share(
    rule: Rule, stint: Stint, one: Transaction, facts: Facts, group: tuple[Stint, ...]
) -> Fraction:
    credits = one.credits or tuple(_of_owners(rule, one, facts))
    if rule.to == "team":
        there = {peer.payee for peer in group if one.day in peer.over}
        return min(Fraction(1), sum((c.share for c in credits if c.payee in there), Fraction(0)))
    if rule.to == "pool":
        there = {peer.payee for peer in group if one.day in peer.over} | {stint.payee}
        pooled = min(Fraction(1), sum((c.share for c in credits if c.payee in there), Fraction(0)))
        working = sum((p.share for p in group if one.day in p.over), Fraction(0))
        return pooled * stint.share / working if working else pooled
    mine = [c for c in credits if c.payee == stint.payee]
    kinds = {"owner": ("owner", "split"), "split": ("owner", "split"), "overlay": ("overlay",)}
    return sum((c.share for c in mine if c.kind in kinds[rule.to]), Fraction(0))


def _of_owners(rule: Rule, one: Transaction, facts: Facts) -> Iterator[Credit]:
    """Credit of a transaction that names nobody: the account's owner's on its day.

    A former owner keeps a part for a time where the plan says so; the day of the handover is the
    first of that time.
    """
    spells = facts.owners(one.account)
    now = [at for at, (_, held) in enumerate(spells) if one.day in held]
    if not now:
        return
    owner, held = spells[now[-1]]
    part = Fraction(rule.former_owner or 0)
    recent = rule.after_handover is not None and one.day < end_of(held.start, rule.after_handover)
    open_then = not rule.only_open_deals or (
        one.opened_on is not None and one.opened_on < held.start
    )
    if part and now[-1] > 0 and recent and open_then:
        yield Credit(spells[now[-1] - 1][0], part, "split")
        yield Credit(owner, 1 - part, "split")
    else:
        yield Credit(owner)
