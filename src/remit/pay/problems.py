"""What stops a run before anything is posted: facts and plans that do not fit together.

All at once, each with its place, what is wrong and what to do. What `read_facts` checks is within
one table; this is between the tables and the charter.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import Any

from remit.charter import Charter
from remit.charter.fiscal import first_month, label, periods
from remit.compensation.bonus import Bonus
from remit.compensation.commission import Commission
from remit.compensation.components import AnyComponent, pays_on
from remit.compensation.earning import percent
from remit.compensation.matrix import Matrix
from remit.compensation.measures import measured, named
from remit.compensation.objectives import Objectives
from remit.compensation.plan import Plan
from remit.pay.calculate import Calculation
from remit.pay.credit import counts_for
from remit.pay.facts import Facts
from remit.pay.payees import Stint
from remit.pay.reading import MOST_TOLD, place_of
from remit.terms import Period, Place, Problem, nearest

MOST_LEVEL = 10
"""A share past it is a per cent that somebody wrote without its sign."""


def problems(
    charter: Charter, facts: Facts, through: date, posted: Iterable[str] = ()
) -> list[Problem]:
    """Everything that stops pay from being worked out up to a day; empty where nothing does.

    Args:
        charter: Plans, roles, and who held which role when.
        facts: What happened, as known on the day from which it is looked at.
        through: The last day whose transactions and events count.
        posted: Everybody who has lines in the ledger.
    """
    calculation = Calculation(charter, facts, through)
    looks = (
        _unknown_people(charter, facts),
        _taken_out(charter, posted),
        _overlapping(calculation),
        _unknown_measures(charter, facts),
        _splits(facts, through),
        _outside(charter, calculation),
        _without_owner(calculation),
        _currencies(charter, facts, through),
        _rates(calculation),
        _quotas(calculation),
        _readings(charter, calculation),
    )
    return list(itertools.chain.from_iterable(_counted(look) for look in looks))


def _counted(found: Iterable[Problem]) -> list[Problem]:
    """The first problems of a kind, and how many more there are."""
    told = list(found)
    if len(told) > MOST_TOLD:
        more = f"has {len(told) - MOST_TOLD:,} more problems of this kind."
        told[MOST_TOLD:] = [Problem(Place(told[0].place.file), "", more, "Mend those above first.")]
    return told


# People


def _unknown_people(charter: Charter, facts: Facts) -> Iterator[Problem]:
    known = {spell.person for spell in charter.people}
    known |= {spell.manager for spell in charter.people if spell.manager}
    for table, column in (
        ("transactions", "payee"),
        ("readings", "payee"),
        ("quotas", "payee"),
        ("owners", "owner"),
        ("absences", "payee"),
    ):
        for (name,) in facts.con.execute(
            f"SELECT DISTINCT {column} FROM {table} WHERE {column} <> '' ORDER BY 1"
        ).fetchall():
            if name not in known:
                yield Problem(
                    place_of(facts, table, **{column: name}),
                    column,
                    f'"{name}" is nobody in the charter\'s `people`.',
                    f"{nearest(name, known, what='People')} Whoever earns nothing here needs a row "
                    "with a role that has no plan.",
                )


def _taken_out(charter: Charter, posted: Iterable[str]) -> Iterator[Problem]:
    """People with lines in the ledger whom the charter does not name: all would be taken back."""
    known = {spell.person for spell in charter.people}
    for name in sorted(set(posted) - known):
        yield Problem(
            Place("charter"),
            f"people.{name}",
            "has lines in the ledger, and is not in `people` any more: a run would take all of it "
            "back.",
            "Put the rows back under the same name; whoever left has a last day in `to`. Whoever "
            "should never have been paid gets a role without a plan.",
        )


def _overlapping(calculation: Calculation) -> Iterator[Problem]:
    by_payee: dict[str, list[Stint]] = defaultdict(list)
    for stint in calculation.stints:
        by_payee[stint.payee].append(stint)
    for payee, held in sorted(by_payee.items()):
        for day in sorted({stint.over.start for stint in held}):
            now = [stint for stint in held if day in stint.over]
            together = sum((stint.share for stint in now), Fraction(0))
            if len(now) > 1 and together > 1:
                roles = " and ".join(f"{s.role} ({percent(s.share)})" for s in now)
                when = "at first" if day == date.min else f"on {day}"
                yield Problem(
                    Place("charter"),
                    f"people.{payee}",
                    f"is paid as {roles} {when}: {percent(together)} of a job.",
                    "End the earlier role the day before, or give shares that sum to at most 1.",
                )
                break


# Transactions


def _unknown_measures(charter: Charter, facts: Facts) -> Iterator[Problem]:
    said = {
        words
        for plan in charter.plans.values()
        for component in plan.components.values()
        for words in (*pays_on(component), *_levels_of(component))
    }
    catalogue = set(measured())
    for table in ("transactions", "readings"):
        for (words,) in facts.con.execute(
            f"SELECT DISTINCT measure FROM {table} ORDER BY 1"
        ).fetchall():
            if words in said or words in charter.measures or named(words) is not None:
                continue
            yield Problem(
                place_of(facts, table, measure=words),
                "measure",
                f'"{words}" is no measure.',
                nearest(words, catalogue | said, what="Measures"),
            )
    for words, level in facts.con.execute(
        "SELECT measure, max(level) FROM readings GROUP BY 1 ORDER BY 1"
    ).fetchall():
        name = named(words)
        if name is not None and measured()[name].unit == "share" and level > MOST_LEVEL:
            yield Problem(
                place_of(facts, "readings", measure=words, level=level),
                "level",
                f"says {percent(level)} of {words}.",
                f"Write {level.normalize():f}% if that is meant.",
            )


def _splits(facts: Facts, through: date) -> Iterator[Problem]:
    rows = facts.con.execute(
        f"""WITH now AS ({facts.latest()})
        SELECT id, sum(share) FROM now
        WHERE payee <> '' AND credit <> 'overlay' AND cancelled_on IS NULL AND day <= ?
        GROUP BY id HAVING sum(share) <> 1 ORDER BY id""",
        [through],
    ).fetchall()
    for name, together in rows:
        yield Problem(
            place_of(facts, "transactions", id=name),
            name,
            f"is credited {percent(together)} in all.",
            "Shares of owners and splits sum to 100%; what comes on top is an `overlay`.",
        )


def _outside(charter: Charter, calculation: Calculation) -> Iterator[Problem]:
    """Transactions of people on a day on which they are on no plan, since there are plans."""
    stints = calculation.stints
    if not stints:
        return
    begin = min(stint.over.start for stint in stints)
    over: dict[str, list[Period]] = defaultdict(list)
    for stint in stints:
        over[stint.payee].append(stint.over)
    facts = calculation.facts
    rows = facts.con.execute(
        f"""WITH now AS ({facts.latest()}) SELECT payee, day, min(id), count(DISTINCT id) FROM now
        WHERE payee IN (SELECT unnest(?)) AND cancelled_on IS NULL AND day BETWEEN ? AND ?
        GROUP BY ALL ORDER BY ALL""",
        [sorted(over), begin, calculation.through],
    ).fetchall()
    for payee, day, first, count in rows:
        if any(day in held for held in over[payee]):
            continue
        more = f" and {count - 1} more of that day" if count > 1 else ""
        held = "; ".join(f"{_told(period)}" for period in over[payee])
        yield Problem(
            place_of(facts, "transactions", id=first, payee=payee),
            f"{first}{more}",
            f"is of {day}, when {payee} was on no plan.",
            f"{payee} is on a plan {held}. Mend the day, the payee, or `people` and `plans`.",
        )


def _told(period: Period) -> str:
    first = "from the start" if period.start == date.min else f"from {period.start}"
    return f"{first} on" if period.end == date.max else f"{first} to {period.last_day}"


def _without_owner(calculation: Calculation) -> Iterator[Problem]:
    facts = calculation.facts
    rows = facts.con.execute(
        f"""WITH now AS ({facts.latest()}) SELECT id, day, account FROM now t
        WHERE payee = '' AND cancelled_on IS NULL AND day <= ? AND NOT EXISTS (
            SELECT 1 FROM owners o WHERE o.account = t.account AND o.first_day <= t.day
            AND (o.last_day IS NULL OR o.last_day >= t.day))
        ORDER BY id LIMIT {MOST_TOLD + 1}""",
        [calculation.through],
    ).fetchall()
    for name, day, account in rows:
        owned = f'nobody owned the account "{account}"' if account else "no account is named"
        yield Problem(
            place_of(facts, "transactions", id=name),
            name,
            f"has no payee, and {owned} on {day}.",
            "Name a payee, or give the account an owner for that day in `owners`.",
        )


# Money


def _currencies(charter: Charter, facts: Facts, through: date) -> Iterator[Problem]:
    counts = [name for name, measure in measured().items() if measure.unit == "count"]
    for name, measure, currency in facts.con.execute(
        f"""WITH now AS ({facts.latest()}) SELECT DISTINCT id, measure, currency FROM now
        WHERE currency <> '' AND measure IN (SELECT unnest(?)) AND day <= ? ORDER BY ALL""",
        [counts, through],
    ).fetchall():
        yield Problem(
            place_of(facts, "transactions", id=name),
            name,
            f"is in {currency}, and {measure} is a count.",
            "Leave the currency empty, or name a measure of money.",
        )
    paid_in = {plan.currency or charter.currency for plan in charter.plans.values()}
    if len(paid_in) == 1:
        (only,) = paid_in
        for (rate,) in facts.con.execute(
            "SELECT DISTINCT rate FROM rates WHERE currency = ? AND rate <> 1", [only]
        ).fetchall():
            yield Problem(
                place_of(facts, "rates", currency=only, rate=rate),
                "currency",
                f"turns {only} into {only} at {rate.normalize():f}.",
                f"A rate is units of the plan's currency, {only}, for one of another.",
            )


def _rates(calculation: Calculation) -> Iterator[Problem]:
    """Currencies in which somebody is credited, and for which their plan has no rate."""
    facts = calculation.facts
    rows = facts.con.execute(
        f"""WITH now AS ({facts.latest()})
        SELECT payee, account, measure, currency, day, min(id) FROM now
        WHERE currency <> '' AND cancelled_on IS NULL AND day <= ? GROUP BY ALL ORDER BY ALL""",
        [calculation.through],
    ).fetchall()
    if not rows:
        return
    owners: dict[str, list[tuple[str, Period]]] = {}
    known: dict[tuple[str, str, date], bool] = {}
    told: set[tuple[str, ...]] = set()
    for payee, account, measure, currency, day, name in rows:
        credited = {payee}
        if not payee:
            owned = owners.setdefault(account, list(facts.owners(account)))
            credited = {owner for owner, _ in owned}
        for stint in calculation.stints:
            plan = stint.plan
            into = calculation.currency(plan)
            if currency == into or day not in stint.over or not _counts(stint, measure, credited):
                continue
            if plan.exchange == "plan_rate":
                there, when = currency in plan.plan_rates, ""
                fix = f"Add `plan_rates: {{{currency}: ...}}` to the plan."
            else:
                kind = "day" if plan.exchange == "day_of_booking" else "month_average"
                key = currency, kind, day if kind == "day" else day.replace(day=1)
                if key not in known:
                    known[key] = facts.rate(currency, day, kind) is not None
                there, when = known[key], f"{day}" if kind == "day" else f"{day:%Y-%m}"
                fix = f"Add {currency},{kind},{day},... to rates."
            if not there and (stint.plan_name, currency, when) not in told:
                told.add((stint.plan_name, currency, when))
                yield Problem(
                    place_of(facts, "transactions", id=name),
                    name,
                    f"is in {currency}, and no rate turns that into the {into} of plan "
                    f"{stint.plan_name}{f' for {when}' if when else ''}.",
                    fix,
                )


def _counts(stint: Stint, measure: str, credited: set[str]) -> bool:
    """Whether a plan counts a measure of somebody: the payee, or whoever the payee's credit is of."""
    for component in stint.plan.components.values():
        if component.credit.to in ("owner", "split", "overlay") and stint.payee not in credited:
            continue
        if any(measure in counts_for(words) for words in pays_on(component)):
            return True
    return False


# What plans need


def _quotas(calculation: Calculation) -> Iterator[Problem]:
    starts = first_month(calculation.charter)
    for stint in calculation.stints:
        for name, component in stint.plan.components.items():
            if not isinstance(component, (Commission, Bonus)) or component.quota is None:
                continue
            quota = component.quota
            if quota.target is not None or stint.segment in quota.by_segment:
                continue
            for span in _spans(calculation, stint, component):
                if calculation.quota(stint, name, component, span) == (None, None):
                    segment = (
                        f'segment "{stint.segment}"' if stint.segment else "somebody in no segment"
                    )
                    yield Problem(
                        Place("charter"),
                        f"plans.{stint.plan_name}.components.{name}.quota",
                        f"has nothing for {segment}, in which {stint.payee} sells in "
                        f"{label(span, starts)}.",
                        f"Add it to `by_segment`, or give {stint.payee} a quota of their own.",
                    )
                    break


def _readings(charter: Charter, calculation: Calculation) -> Iterator[Problem]:
    """Readings that a plan needs and nobody gave, once their period has ended."""
    missing: dict[tuple[str, str], dict[Period, tuple[str, str]]] = defaultdict(dict)
    for stint in calculation.stints:
        for name, component in stint.plan.components.items():
            wanted = [
                _name(charter, words)
                for words in _levels_of(component)
                if words != "quota_attainment" or not _has_quota(stint.plan)
            ]
            if not wanted:
                continue
            for span in _spans(calculation, stint, component):
                for measure in wanted:
                    if span.last_day <= calculation.through and (
                        calculation.facts.level(measure, stint.payee, span) is None
                    ):
                        missing[stint.payee, measure][span] = name, stint.plan_name
    starts = first_month(charter)
    for (payee, measure), spans in sorted(missing.items()):
        last = max(spans, key=lambda span: span.end)
        component_name, plan_name = spans[last]
        more = len(spans) - 1
        others = f" and {more} earlier {'period' if more == 1 else 'periods'}" if more else ""
        yield Problem(
            Place("readings"),
            f"{payee}.{measure}",
            f"is not there for {label(last, starts)}{others}, and {component_name} of plan "
            f"{plan_name} needs it.",
            f"Add a row such as {measure},{payee},{last.last_day},92% for each; without a payee it "
            "holds for everybody.",
        )


def _spans(calculation: Calculation, stint: Stint, component: AnyComponent) -> Iterator[Period]:
    """The periods in which a component counts for a stint, up to the last day."""
    kind = "year" if getattr(component, "counted", "") == "year_to_date" else stint.plan.period
    starts = first_month(calculation.charter)
    for year in calculation.years(stint):
        for span in periods(year, kind, starts):
            if span.start <= calculation.through and stint.active(span):
                yield span


def _levels_of(component: AnyComponent) -> Sequence[str]:
    """The measures whose levels a component needs, in the plan's words, each once."""
    wanted = [gate.measure for gate in component.gates if gate.measure]
    wanted += [modifier.measure for modifier in component.modifiers]
    if isinstance(component, Objectives):
        wanted += component.objectives
    elif isinstance(component, Matrix):
        wanted += [component.rows.measure, component.columns.measure]
    elif isinstance(component, Bonus) and component.reads:
        wanted.append(component.reads)
    return tuple(dict.fromkeys(wanted))


def _name(charter: Charter, words: str) -> str:
    own: Mapping[str, Any] = charter.measures
    return named(own[words].of if words in own else words) or words


def _has_quota(plan: Plan) -> bool:
    held = [c for c in plan.components.values() if isinstance(c, (Commission, Bonus))]
    return sum(component.quota is not None for component in held) == 1
