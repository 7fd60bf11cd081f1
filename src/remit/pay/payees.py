"""Who is paid by which plan when: the eligibility of each person, from the charter's people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction

from remit.charter import Charter
from remit.charter.fiscal import MONTHS, periods
from remit.compensation.conditions import Per
from remit.compensation.measures import named
from remit.compensation.plan import Plan
from remit.terms import Period
from remit.terms.period import after


@dataclass(frozen=True, slots=True)
class Stint:
    """A person in a role and on a plan, for a time and a share of a full job.

    A change of role, of plan or of segment is another stint: each is evaluated by itself, and
    quotas are never blended.
    """

    payee: str
    role: str
    plan_name: str
    plan: Plan = field(compare=False)
    over: Period
    segment: str
    team: str
    manager: str
    share: Fraction
    started: date
    """The first day in this role, from which ramp and draw are counted."""
    leaves: date | None
    """The first day on which the person is with the company no more."""
    away: tuple[Period, ...] = ()
    """Unpaid leave."""

    def active(self, over: Period) -> int:
        """Days of a period in the stint, without unpaid leave."""
        days = over.meet(self.over)
        if days is None:
            return 0
        missed = [away.meet(days) for away in self.away]
        return days.days - sum(one.days for one in missed if one is not None)

    def part(self, over: Period) -> Fraction:
        """The part of a period for which quota and pay at target count: days by share of a job.

        >>> from remit.compensation.plan import Plan
        >>> hired = Period(date(2026, 2, 15), date.max)
        >>> ann = Stint("Ann", "ae", "ae_2026", Plan(), hired, "", "", "", Fraction(1),
        ...             date(2026, 2, 15), None)
        >>> ann.part(Period(date(2026, 1, 1), date(2026, 4, 1)))
        Fraction(1, 2)
        """
        return Fraction(self.active(over), over.days) * self.share

    def ramped(self, over: Period, starts: int) -> Fraction:
        """The part of a period's quota that is asked for while somebody is new, days in office in.

        The period in which the stint started is the first; the last share holds ever after.
        """
        ramp = self.plan.ramp
        if ramp is None or self.started == date.min:  # nobody says since when: no newcomer
            return self.part(over)
        per: Per = ramp.per
        first = next(periods(Period(self.started, self.started + timedelta(days=1)), per, starts))
        total = Fraction(0)
        for unit in periods(over, per, starts):
            days = unit.meet(over)
            if days is None:
                continue
            step = _apart(first, unit, per)
            share = (
                Fraction(ramp.quota[min(step, len(ramp.quota) - 1)]) if step >= 0 else Fraction(0)
            )
            total += share * Fraction(self.active(days), over.days) * self.share
        return total


def _apart(first: Period, unit: Period, per: Per) -> int:
    """Whole periods between two of a kind."""
    months = (unit.start.year - first.start.year) * 12 + unit.start.month - first.start.month
    return months // MONTHS[per]


def stints(
    charter: Charter, away: Mapping[str, tuple[Period, ...]] | None = None
) -> tuple[Stint, ...]:
    """Every time that somebody is on a plan, in the order of people and days.

    A role's plan holds on its own days; before them the plan that it `replaces` does. A role
    without a plan, and people without a role here, earn nothing and have no stint.
    """
    found: list[Stint] = []
    last: dict[str, date] = {}
    for spell in charter.people:
        end = after(spell.last_day)
        last[spell.person] = max(last.get(spell.person, date.min), end)
    for spell in charter.people:
        role = charter.roles.get(spell.role)
        if role is None or role.plan is None:
            continue
        held = Period(spell.first_day or date.min, after(spell.last_day))
        for name, days in _plans(charter, role.plan, held):
            leaves = last[spell.person]
            found.append(
                Stint(
                    payee=spell.person,
                    role=spell.role,
                    plan_name=name,
                    plan=in_catalogue_words(charter, charter.plans[name]),
                    over=days,
                    segment=spell.segment or "",
                    team=spell.team or "",
                    manager=spell.manager or "",
                    share=Fraction(str(spell.share)),
                    started=held.start,
                    leaves=None if leaves == date.max else leaves,
                    away=(away or {}).get(spell.person, ()),
                )
            )
    return tuple(sorted(found, key=lambda s: (s.payee, s.over.start, s.role)))


def in_catalogue_words(charter: Charter, plan: Plan) -> Plan:
    """A plan whose components pay on measures by their names in the catalogue.

    A company may call a measure by a name of its own (`measures:`); facts say which it is.
    """
    own = {words: named(measure.of) or measure.of for words, measure in charter.measures.items()}
    changed = {
        name: component.model_copy(update={"pays_on": own[words]})
        for name, component in plan.components.items()
        if (words := getattr(component, "pays_on", None)) in own
    }
    if not changed:
        return plan
    return plan.model_copy(update={"components": {**plan.components, **changed}})


def _plans(charter: Charter, name: str, held: Period) -> list[tuple[str, Period]]:
    """The plan of a role, and those it replaced, each on the days on which it holds."""
    found: list[tuple[str, Period]] = []
    end, seen = held.end, set[str]()
    while name in charter.plans and name not in seen:
        seen.add(name)
        plan = charter.plans[name]
        start = plan.first_day or date.min
        days = Period(start, max(start, min(after(plan.last_day), end))).meet(held)
        if days is not None:
            found.append((name, days))
        if plan.replaces is None or start <= held.start:
            break
        name, end = plan.replaces, start
    return found[::-1]
