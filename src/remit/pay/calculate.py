"""What is earned: every component of every stint, as a function of what is known.

Quota, then gates, then tiers on cumulative credit, then modifiers, then the cap of the earning
period; what a deal earned is then released in instalments (`release`). All amounts of a line are
whole cents, and the lines of a component in a period sum to its rounded whole.
"""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from functools import cached_property

from remit.charter import Charter
from remit.charter.fiscal import MONTHS, first_month, label, period_of, periods
from remit.compensation.bonus import Bonus
from remit.compensation.commission import Commission
from remit.compensation.components import AnyComponent, pays_on
from remit.compensation.conditions import Per, Quota
from remit.compensation.earning import (
    Credited,
    Part,
    Standing,
    capped,
    cents,
    in_cents,
    opens,
    percent,
    price,
    said,
    times,
)
from remit.compensation.matrix import Matrix
from remit.compensation.measures import named, read_as_level
from remit.compensation.objectives import Objectives
from remit.compensation.plan import Plan
from remit.compensation.spif import Spif
from remit.pay.credit import credited
from remit.pay.facts import Facts, Transaction, happened
from remit.pay.payees import Stint, stints
from remit.terms import Period
from remit.terms.period import after

TOGETHER = "all components"
"""The name of the one line of a plan whose components multiply."""


@dataclass(frozen=True, slots=True)
class Earned:
    """What one payee earned on one component for one transaction, or for a period as a whole.

    `cents` may be negative, where credit was. `day` is when it was earned, `origin` the earning
    period it belongs to.
    """

    stint: Stint
    component: str
    origin: Period
    transaction: Transaction | None
    day: date
    credit: Fraction
    cents: int
    words: str
    staged: bool = False

    @property
    def transaction_id(self) -> str:
        """The transaction's name, empty for a period as a whole."""
        return "" if self.transaction is None else self.transaction.id


@dataclass(frozen=True, slots=True)
class Evaluated:
    """One component of one stint in one span: how it stands, and what it comes to."""

    stint: Stint
    component: str
    span: Period
    standing: Standing
    parts: tuple[Part, ...]
    closed_gates: tuple[str, ...]
    """Gates that were not met, in words."""
    done: bool
    """Whether the span had ended."""

    @property
    def exact(self) -> Fraction:
        """What it comes to, before rounding."""
        return sum((part.earned for part in self.parts), Fraction(0))


class Calculation:
    """All pay of a company on a day, worked out from its charter and what is known.

    Args:
        charter: Plans, roles, and who held which role when.
        facts: What happened, as known on the day from which it is looked at.
        through: The last day whose transactions and events count.
    """

    def __init__(self, charter: Charter, facts: Facts, through: date) -> None:
        self.charter, self.facts, self.through = charter, facts, through
        self._starts = first_month(charter)
        self._evaluated: dict[tuple[Stint, Period], tuple[Evaluated, ...]] = {}
        self._transactions: dict[frozenset[str], tuple[Transaction, ...]] = {}

    @cached_property
    def stints(self) -> tuple[Stint, ...]:
        """Everybody's time on plans, up to the day."""
        people = {spell.person for spell in self.charter.people}
        away = {person: self.facts.away(person) for person in people}
        return tuple(s for s in stints(self.charter, away) if s.over.start <= self.through)

    def currency(self, plan: Plan) -> str:
        """The currency a plan is paid in."""
        return plan.currency or self.charter.currency

    def earned(self, payee: str) -> tuple[Earned, ...]:
        """Every line a payee earned, in order of day.

        Raises:
            NoRateError: If a transaction is in a currency without a rate; `problems` finds all
                such before anything is posted.
        """
        found: list[Earned] = []
        for stint in self.stints:
            if stint.payee == payee:
                for year in self.years(stint):
                    found += self._lines(stint, year)
        return tuple(sorted(found, key=lambda e: (e.day, e.component, e.transaction_id)))

    def evaluated(self, stint: Stint, year: Period) -> tuple[Evaluated, ...]:
        """Every component of a stint in every span of a fiscal year."""
        key = stint, year
        if key not in self._evaluated:
            self._evaluated[key] = tuple(self._evaluate(stint, year))
        return self._evaluated[key]

    def known(
        self, stint: Stint, component: AnyComponent
    ) -> tuple[tuple[Transaction, ...], tuple[Stint, ...]]:
        """The transactions that may be a payee's credit, and the others they come from."""
        peers = self._peers(stint, component)
        people = frozenset({stint.payee, *(peer.payee for peer in peers)})
        if people not in self._transactions:
            told = self.facts.transactions([*people, ""])
            self._transactions[people] = tuple(
                happened(t, self.through) for t in told if t.day <= self.through
            )
        return self._transactions[people], peers

    def quota(
        self, stint: Stint, name: str, component: Commission | Bonus, span: Period
    ) -> tuple[Fraction | None, Fraction | None]:
        """A component's quota in a span, for days in office and ramp; and as it is stated.

        A payee's own quotas, where facts have any, count in place of the plan's; several within the
        span, such as one a month, add up. None where the component has none, or none for the
        segment.
        """
        if component.quota is None:
            return None, None
        if own := self.facts.quotas(stint.payee, name, span):
            asked = whole = Fraction(0)
            for amount, over in own:
                days = over.meet(span)
                scaled = amount * Fraction(days.days if days else 0, over.days)
                within = over.start >= span.start and over.end <= span.end
                whole += scaled
                asked += amount if within else scaled * stint.part(span)  # told for just these days
            return asked, whole
        stated = _stated(component.quota, stint.segment)
        if stated is None:
            return None, None
        per = component.quota.per or stint.plan.period
        whole = stated * MONTHS[self.span_kind(stint.plan, component)] / MONTHS[per]
        return whole * stint.ramped(span, self._starts), whole

    def target(
        self, stint: Stint, name: str, component: AnyComponent, span: Period
    ) -> Fraction | None:
        """A component's pay at target in a span, for the days in office; None if not known."""
        ramp = stint.plan.ramp
        part = stint.part(span)
        if ramp is not None and ramp.target_pay == "ramped":
            part = stint.ramped(span, self._starts)
        length = MONTHS[self.span_kind(stint.plan, component)]
        own = getattr(component, "target", None)
        if own is not None:
            if getattr(component, "counted", "") == "deal":
                return Fraction(own)  # what a deal of a size pays is no pay for a time
            return Fraction(own) * length / MONTHS[stint.plan.period] * part
        variable = stint.plan.variable
        if variable is None:
            return None
        return Fraction(variable) * weight(stint.plan, name) * length / 12 * part

    def years(self, stint: Stint) -> Iterator[Period]:
        """The fiscal years of a stint in which anything is known, up to the day."""
        seen = stint.over.meet(Period(date.min, self.through + timedelta(days=1)))
        if seen is not None:
            start = max(seen.start, self._first_day)
            if start < seen.end:
                yield from periods(Period(start, seen.end), "year", self._starts)

    @cached_property
    def _first_day(self) -> date:
        """The first day of which anything is known; nobody's open-ended past is walked through."""
        found = self.facts.first_day()
        return period_of(found or self.through, "year", self._starts).start

    def span_kind(self, plan: Plan, component: AnyComponent) -> Per:
        """The kind of period whose credit adds up: the year for year to date, else the plan's."""
        return "year" if getattr(component, "counted", "") == "year_to_date" else plan.period

    def _evaluate(self, stint: Stint, year: Period) -> Iterator[Evaluated]:
        """Standings first, because a gate may look at another component's attainment."""
        plan = stint.plan
        standings: dict[tuple[str, Period], Standing] = {}
        for name, component in plan.components.items():
            for span in periods(year, self.span_kind(plan, component), self._starts):
                if span.start <= self.through and span.meet(stint.over):
                    standings[name, span] = self._standing(stint, name, component, span)
        for (name, span), standing in standings.items():
            component = plan.components[name]
            attained = {
                other: found.attainment
                for (other, its), found in standings.items()
                if its.start <= span.start < its.end or span.start <= its.start < span.end
            }
            yield self._one(stint, name, component, span, standing, attained)

    def asked(self, stint: Stint, name: str, component: AnyComponent, span: Period) -> Standing:
        """What a stint is asked for on a component in a span, before anything is credited."""
        quota, whole = None, None
        if isinstance(component, (Commission, Bonus)):
            quota, whole = self.quota(stint, name, component, span)
        target = self.target(stint, name, component, span)
        return Standing(quota=quota, target=target, whole_quota=whole)

    def _standing(self, stint: Stint, name: str, component: AnyComponent, span: Period) -> Standing:
        transactions, peers = self.known(stint, component)
        found: tuple[Credited, ...] = ()
        if not isinstance(component, (Matrix, Objectives)):
            found = tuple(
                credited(
                    component,
                    stint,
                    self.facts,
                    transactions,
                    span,
                    self.currency(stint.plan),
                    peers,
                )
            )
        asked = self.asked(stint, name, component, span)
        levels = self._levels(stint, component, span, asked.quota, found)
        standing = dataclasses.replace(asked, credits=found, levels=levels)
        if not isinstance(component, Commission):
            return standing
        return dataclasses.replace(standing, beyond=component.beyond(standing))

    def _levels(
        self,
        stint: Stint,
        component: AnyComponent,
        span: Period,
        quota: Fraction | None,
        found: Iterable[Credited],
    ) -> Mapping[str, Fraction]:
        wanted = {gate.measure for gate in component.gates if gate.measure}
        wanted |= {modifier.measure for modifier in component.modifiers}
        if isinstance(component, Objectives):
            wanted |= set(component.objectives)
        else:
            wanted |= {words for words in pays_on(component) if read_as_level(words)}
        levels = {}
        for words in wanted:
            level = self.facts.level(named(words) or words, stint.payee, span)
            if level is None and isinstance(component, Matrix) and words == "quota_attainment":
                level = self._only_attainment(stint, span)
            if level is not None:
                levels[words] = level
        return levels

    def _only_attainment(self, stint: Stint, span: Period) -> Fraction | None:
        """Attainment of the plan's only quota, for a matrix that asks for it."""
        held = {
            name: one
            for name, one in stint.plan.components.items()
            if isinstance(one, (Commission, Bonus)) and one.quota is not None
        }
        if len(held) != 1:
            return None
        ((name, only),) = held.items()
        return self._standing(stint, name, only, span).attainment

    def _one(
        self,
        stint: Stint,
        name: str,
        component: AnyComponent,
        span: Period,
        standing: Standing,
        attained: Mapping[str, Fraction | None],
    ) -> Evaluated:
        shut = [gate for gate in component.gates if not opens(gate, standing, attained)]
        done = span.last_day <= self.through
        if any(gate.opens == "accelerators" for gate in shut):
            standing = dataclasses.replace(standing, accelerated=False)
        parts: Iterable[Part] = ()
        waits = not done and isinstance(component, (Bonus, Matrix, Objectives))
        if not waits and not any(gate.opens == "all" for gate in shut):
            parts = times(component.parts(standing), component, standing.levels)
        if component.cap is not None and component.cap.per != "year":
            most = self._most(stint, name, component, span)
            parts = capped(parts, most, per=component.cap.per)
        return Evaluated(
            stint, name, span, standing, tuple(parts), tuple(said(gate) for gate in shut), done
        )

    def _most(self, stint: Stint, name: str, component: AnyComponent, span: Period) -> Fraction:
        cap = component.cap
        assert cap is not None
        if cap.amount is not None:
            return (
                Fraction(cap.amount)
                if cap.per == "deal"
                else Fraction(cap.amount) * stint.part(span)
            )
        return Fraction(cap.times_target or 0) * (self.target(stint, name, component, span) or 0)

    def _lines(self, stint: Stint, year: Period) -> Iterator[Earned]:
        """Lines of a stint in a year, rounded component by component and period by period."""
        found = list(self.evaluated(stint, year))
        if stint.plan.combine == "multiplicative":
            found = self._multiplied(stint, found)
        dated = [
            (one, part, part.day or min(one.span.last_day, self.through))
            for one in found
            for part in one.parts
        ]
        dated.sort(key=lambda row: (row[2], row[0].component, row[1].transaction or ""))
        dated = self._capped_in_year(stint, dated, year)
        transactions = {
            t.id: t
            for component in stint.plan.components.values()
            for t in self.known(stint, component)[0]
        }
        in_order = sorted(dated, key=lambda row: (row[0].component, row[0].span.start))
        for (name, _), same in itertools.groupby(
            in_order, key=lambda row: (row[0].component, row[0].span.start)
        ):
            rows = list(same)
            for (_, part, day), amount in zip(
                rows, in_cents(part.earned for _, part, _ in rows), strict=True
            ):
                yield Earned(
                    stint=stint,
                    component=name,
                    origin=period_of(day, stint.plan.period, self._starts),
                    transaction=transactions[part.transaction] if part.transaction else None,
                    day=day,
                    credit=part.credit,
                    cents=amount,
                    words=_to_the_cent(part, amount),
                    staged=part.staged,
                )

    def _capped_in_year(
        self, stint: Stint, dated: list[tuple[Evaluated, Part, date]], year: Period
    ) -> list[tuple[Evaluated, Part, date]]:
        """Caps of a year, of single components and then of all together, in order of day."""
        for name, component in stint.plan.components.items():
            if component.cap is not None and component.cap.per == "year":
                cap = component.cap
                share = stint.part(year)
                if cap.amount is not None:
                    most = Fraction(cap.amount) * share
                else:
                    variable = Fraction(stint.plan.variable or 0) * weight(stint.plan, name)
                    most = Fraction(cap.times_target or 0) * variable * share
                rows = [row for row in dated if row[0].component == name]
                cut = iter(capped((part for _, part, _ in rows), most, per="year"))
                dated = [
                    (one, next(cut), day) if one.component == name else (one, part, day)
                    for one, part, day in dated
                ]
        if stint.plan.cap is not None and stint.plan.variable is not None:
            most = Fraction(stint.plan.cap) * Fraction(stint.plan.variable) * stint.part(year)
            cut = iter(capped((part for _, part, _ in dated), most, per="year"))
            dated = [(one, next(cut), day) for one, _, day in dated]
        return dated

    def _multiplied(self, stint: Stint, found: Iterable[Evaluated]) -> list[Evaluated]:
        """Components that scale one another: the whole target times each one's part of its own.

        A prize stands beside them.
        """
        plan = stint.plan
        together: list[Evaluated] = []
        by_span: dict[Period, list[Evaluated]] = {}
        for one in found:
            if isinstance(plan.components[one.component], Spif):
                together.append(one)
            else:
                by_span.setdefault(one.span, []).append(one)
        for span, parts in by_span.items():
            if span.last_day > self.through or not plan.variable:
                continue
            target = Fraction(plan.variable) * MONTHS[plan.period] / 12 * stint.part(span)
            total, words = target, price(target)
            for one in parts:
                share = one.exact / one.standing.target if one.standing.target else Fraction(0)
                total *= share
                words += f" x {percent(share, target * 100)} {one.component}"
            part = Part(total, words, day=span.last_day)
            standing = Standing(target=target)
            together.append(Evaluated(stint, TOGETHER, span, standing, (part,), (), True))
        return together

    def _peers(self, stint: Stint, component: AnyComponent) -> tuple[Stint, ...]:
        if component.credit.to == "team":
            return self._below(stint.payee)
        if component.credit.to == "pool":
            return tuple(
                s
                for s in self._everybody
                if s.role == stint.role and s.team == stint.team and s.segment == stint.segment
            )
        return ()

    def _below(self, manager: str) -> tuple[Stint, ...]:
        """Everybody who reports to somebody, through however many managers, on the days they do.

        Days are carried down: who reports to a manager in between counts while that one reports
        to the manager at the top, too.
        """
        found: dict[Stint, None] = {}  # in order, and each once: managers may go in a circle
        above = [(manager, Period(date.min, date.max))]
        while above:
            boss, over = above.pop()
            for stint in self._reports.get(boss, ()):
                days = stint.over.meet(over)
                if days is None or stint.payee == manager:
                    continue
                piece = dataclasses.replace(stint, over=days)
                if piece not in found:
                    found[piece] = None
                    above.append((piece.payee, days))
        return tuple(found)

    @cached_property
    def _reports(self) -> Mapping[str, tuple[Stint, ...]]:
        """Who reports to each manager directly."""
        found: dict[str, list[Stint]] = {}
        for stint in self._everybody:
            found.setdefault(stint.manager, []).append(stint)
        return {manager: tuple(theirs) for manager, theirs in found.items()}

    @cached_property
    def _everybody(self) -> tuple[Stint, ...]:
        """Everybody in a role, with a plan or without, for teams and pools."""
        found = []
        for spell in self.charter.people:
            held = Period(spell.first_day or date.min, after(spell.last_day))
            found.append(
                Stint(
                    spell.person,
                    spell.role,
                    "",
                    Plan(),
                    held,
                    spell.segment or "",
                    spell.team or "",
                    spell.manager or "",
                    Fraction(str(spell.share)),
                    held.start,
                    None,
                )
            )
        return tuple(found)

    def label(self, period: Period) -> str:
        """An earning period as people of this company say it."""
        return label(period, self._starts)


def _to_the_cent(part: Part, amount: int) -> str:
    """A part's words, and the cent by which its line differs so that all of a period add up."""
    differs = amount - cents(part.earned)
    if not differs:
        return part.words
    return f"{part.words}, {'+' if differs > 0 else '-'} 0.01 so that lines add up to the whole"


def weight(plan: Plan, name: str) -> Fraction:
    """A component's part of the variable pay; those without one share evenly what is left.

    A prize stands beside the variable pay and has no part of it.
    """
    component = plan.components[name]
    if component.weight is not None:
        return Fraction(component.weight)
    weighted = [c for c in plan.components.values() if not isinstance(c, Spif)]
    left = 1 - sum((Fraction(c.weight) for c in weighted if c.weight is not None), Fraction(0))
    open_ones = sum(c.weight is None for c in weighted)
    return (
        max(left, Fraction(0)) / open_ones
        if open_ones and not isinstance(component, Spif)
        else Fraction(0)
    )


def _stated(quota: Quota, segment: str) -> Fraction | None:
    if quota.target is not None:
        return Fraction(quota.target)
    amount = quota.by_segment.get(segment)
    return None if amount is None else Fraction(amount)
