"""What people were asked for and what was credited to them; how long new people take to bring it."""

from __future__ import annotations

import statistics
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from remit.benchmarks import Benchmark
from remit.charter import Charter, Function
from remit.charter.ownership import owned_by
from remit.compensation.measures import by_step, credits_of, measured, named
from remit.evidence import Evidence
from remit.measures.groups import enough
from remit.measures.intervals import Draws, ratio
from remit.measures.queries import sql_of
from remit.measures.roles import LONG_AGO, Held, roles_held
from remit.terms import Estimate, Period
from remit.terms.shapes import days_in

OUTPUT: Mapping[str, str] = {
    "SDR": "meetings_held",
    "BDR": "meetings_held",
    "AE": "new_arr",
    "AE/AM": "new_arr",
    "AM": "expansion_arr",
}
"""What each kind of role brings in, for measuring how new people come up to it."""
MONTH = 365 / 12
"""Days; months of somebody's time in a role are all this long."""


@dataclass(frozen=True, slots=True)
class Credit:
    """Something credited to a person on a day: a part of a won deal, or a step of a handoff."""

    person_id: str
    of: str
    """Kind of the deal, or name of the step."""
    day: date
    record_id: str
    share: Decimal
    amount: Decimal | None
    """The person's part in the charter's currency; None where there is no amount or no rate."""
    own_amount: Decimal | None
    """The same in the deal's own currency."""
    currency: str | None
    """The deal's own currency."""


@dataclass(frozen=True, slots=True)
class Attained:
    """A quota, over the days on which its person held the role it is for, and what was credited.

    `prorated` is the quota times those days over the days of its period. `credited` is None where
    nothing the evidence holds is credited to this measure. A quota of nothing has no attainment.
    """

    person_id: str
    role: str
    segment: str
    """Empty where the role is not held by segment."""
    words: str
    """The measure as the quotas call it."""
    measure: str | None
    """Its name in the catalogue of measures; None where it has none."""
    currency: str | None
    first_day: date
    end_day: date
    quota: Decimal
    prorated: Fraction
    credited: Decimal | None
    unknown: int
    """Credited deals whose amount in the quota's currency is not known."""
    full: bool
    """Whether the person held the role on every day of the period."""
    ramped: bool
    """Whether the person was past the role's ramp on the first day."""
    complete: bool
    """Whether the period has ended and the evidence reaches back to its start."""

    @property
    def attainment(self) -> Fraction | None:
        """Credited over prorated quota; None where the quota is nothing, or credit is not known."""
        if self.credited is None or self.prorated <= 0:
            return None
        reached = Fraction(self.credited) / self.prorated
        return None if self.unknown and reached < 1 else reached

    @property
    def functions(self) -> frozenset[Function]:
        """The functions whose work the measure counts; none where it is not in the catalogue."""
        return frozenset(measured()[self.measure].functions if self.measure else ())


@dataclass(frozen=True, slots=True)
class QuotaPeriod:
    """One quota period of a group of people: who was held against it, and how it went."""

    first_day: date
    last_day: date
    people: int
    at_quota: int
    attainment: float
    """Sum of credits over sum of quotas, of the measure most of them have, ramping and part periods
    prorated in as for the whole group."""
    persons: frozenset[str]
    """Pseudonyms of the people held against it; never shown."""


@dataclass(frozen=True, slots=True)
class AtQuota:
    """How many of a group of people reached their quotas, over full periods past ramp.

    A case is a person in a period; it counts as reached where each of its quotas is.
    """

    people: int
    cases: int
    reached: int
    share: Estimate
    team: Estimate
    """Sum of credits over sum of quotas of `measure`, ramping and part periods prorated in."""
    measure: str
    periods: tuple[QuotaPeriod, ...]
    """Earliest first; those of fewer people than may be shown are left out."""
    ramping: int
    """Cases left out because the person was ramping, or there for a part of the period."""
    undefined: int
    """Cases left out because a quota is nothing or what is credited is not known."""
    persons: frozenset[str]
    """Pseudonyms of the people counted; never shown."""


@dataclass(frozen=True, slots=True)
class Assigned:
    """The sum of the quotas of sellers beside the target they are to add up to."""

    measure: str
    segment: str
    first_day: date
    end_day: date
    street: Decimal
    plan: Decimal

    @property
    def over(self) -> Fraction:
        """Street quota over plan."""
        return Fraction(self.street) / Fraction(self.plan)


@dataclass(frozen=True, slots=True)
class RampMonth:
    """A month in a role, of everybody who was in it to its end."""

    month: int
    """1 for the first."""
    people: int
    output: float
    """In parts of what tenured people of the same role and segment bring in, by the middle one."""


@dataclass(frozen=True, slots=True)
class RampSeen:
    """How long people new in a role took until they brought in what tenured people do.

    Whoever left stays in for the whole months they were there.
    """

    role: str
    starters: int
    left: int
    """Starters who are no longer in the role."""
    tenured: int
    months: Estimate | None
    """Months until three months together reach the tenured middle; None where they never do."""
    watched: int
    """Months in which enough starters could be seen."""
    by_month: tuple[RampMonth, ...]
    measure: str


def measure_named(charter: Charter, words: str) -> str | None:
    """The measure of the catalogue behind a quota's words, or a charter's own name for it."""
    own = charter.measures.get(words)
    return named(own.of if own is not None else words)


def ramp_days(
    charter: Charter, numbers: Mapping[str, Benchmark], role: str, day: date
) -> float | None:
    """How long a role's ramp is said to last: by the charter, else the shortest for its kind."""
    declared = charter.roles[role]
    if declared.ramp is not None:
        return days_in(declared.ramp)
    name = f"ramp_{(declared.kind or 'none').lower().replace(' ', '_')}"
    if name not in numbers:
        return None
    value = numbers[name].at(day)
    return float(value.range[0]) if value.range else value.value


def credited_deals(evidence: Evidence, deals: Any = None) -> Any:
    """Every deal won, with who owned it when it was, and who has a split of it.

    Args:
        evidence: As of the day to look from.
        deals: The deals to look among; left out, all of them.

    Returns:
        An expression with a row a deal, spell of an owner at closing and split: `opportunity_id,
        kind, closed_at, amount, currency, company_amount, owner_id, owner_then, from_at,
        split_to, split_kind, split_share`.
    """
    deals = evidence["opportunities"] if deals is None else deals
    won = deals.filter(deals.won & deals.closed_at.notnull()).select(
        "opportunity_id",
        "account_id",
        "kind",
        "closed_at",
        "amount",
        "currency",
        "company_amount",
        "owner_id",
    )
    changes = evidence["ownership_changes"]
    owners = changes.filter(changes.record_type == "opportunity").select(
        record="record_id", owner_then="owner_id", from_at="from_at", to_at="to_at"
    )
    rows = won.left_join(
        owners,
        [
            won.opportunity_id == owners.record,
            owners.from_at <= won.closed_at,
            owners.to_at.isnull() | (owners.to_at > won.closed_at),
        ],
    ).drop("record", "to_at")
    splits = evidence["deal_splits"].select(
        split_of="opportunity_id",
        split_to="person_id",
        split_kind="kind",
        split_share="share",
    )
    return rows.left_join(splits, rows.opportunity_id == splits.split_of).drop("split_of")


def credits(
    evidence: Evidence, charter: Charter, numbers: Mapping[str, Benchmark], over: Period
) -> tuple[Credit, ...]:
    """Everything credited to anybody up to the last day: won deals and steps of handoffs.

    A won deal is its owner's when it closed; where the CRM splits it, each person's share (a
    share of revenue before any other, an overlay only for whoever has no other; overlays alone
    leave the owner the whole). A step is credited to whoever recorded the offer of the meeting.
    """
    zone = ZoneInfo(evidence.time_zone)
    return (
        *_of_deals(evidence, charter, over, zone),
        *_of_steps(evidence, charter, over, zone),
    )


def _of_deals(
    evidence: Evidence, charter: Charter, over: Period, zone: ZoneInfo
) -> Iterable[Credit]:
    deals: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in credited_deals(evidence).to_pyarrow().to_pylist():
        deals[row["opportunity_id"]].append(row)
    for record, rows in sorted(deals.items()):
        first = rows[0]
        day = _local(first["closed_at"], zone)
        if day >= over.end:
            continue
        then = [row for row in rows if row["owner_then"] is not None]
        owner = max(then, key=lambda r: r["from_at"])["owner_then"] if then else first["owner_id"]
        own, currency = first["amount"], first["currency"]
        amount = first["company_amount"]
        if amount is None and currency in (None, charter.currency):
            amount = own
        for person, share in _shares(rows, owner).items():
            yield Credit(
                person,
                first["kind"] or "",
                day,
                record,
                share,
                None if amount is None else amount * share,
                None if own is None else own * share,
                currency or charter.currency,
            )


def _shares(rows: Sequence[Mapping[str, Any]], owner: str | None) -> Mapping[str, Decimal]:
    """Who is credited with how much of a deal."""
    by_person: dict[str, dict[int, Decimal]] = defaultdict(dict)
    direct = False
    for row in rows:
        if row["split_to"] is None or row["split_share"] is None:
            continue
        kind = row["split_kind"].casefold()
        rank = 2 if "overlay" in kind else 0 if "revenue" in kind else 1
        direct = direct or rank < 2
        share = Decimal(str(row["split_share"]))
        mine = by_person[row["split_to"]]
        mine[rank] = max(mine.get(rank, share), share)
    shares = {person: mine[min(mine)] for person, mine in by_person.items()}
    if not direct and owner is not None:
        shares[owner] = Decimal(1)
    return shares


def _of_steps(
    evidence: Evidence, charter: Charter, over: Period, zone: ZoneInfo
) -> Iterable[Credit]:
    meetings = [
        handoff.name
        for handoff in charter.handoffs
        if handoff.at in (Function.QUALIFICATION, Function.DISCOVERY)
    ]
    if not meetings:
        return
    steps = evidence["handoffs"]
    rows = (
        steps.filter(steps.handoff.isin(meetings))
        .select("handoff", "case_id", "step", "happened_at", "recorded_by")
        .to_pyarrow()
        .to_pylist()
    )
    giver: dict[tuple[str, str], str] = {}
    for step in ("held", "offered"):  # the offer is whose meeting it is; the later wins
        for row in rows:
            if row["step"] == step and row["recorded_by"] is not None:
                giver[row["handoff"], row["case_id"]] = row["recorded_by"]
    for row in rows:
        person = giver.get((row["handoff"], row["case_id"]))
        day = _local(row["happened_at"], zone)
        if person is not None and day < over.end:
            one = Decimal(1)
            yield Credit(person, row["step"], day, row["case_id"], one, None, None, None)


def _local(instant: datetime, zone: ZoneInfo) -> date:
    return instant.replace(tzinfo=UTC).astimezone(zone).date()


def attainment(
    evidence: Evidence, charter: Charter, numbers: Mapping[str, Benchmark], over: Period
) -> tuple[Attained, ...]:
    """Every quota of a period, with what was credited to its person in it.

    A quota counts for the spells whose role owns work that its measure counts (all spells, where
    none does), and is prorated by their calendar days; only what was credited on these days
    counts. People without a role in the charter are left out.

    Args:
        evidence: As of the last day wanted.
        charter: Who owns what, and own names of measures.
        numbers: Benchmarks in force, for the ramp.
        over: Quotas count whose period has a day in it.
    """
    spells: dict[str, list[Held]] = defaultdict(list)
    for spell in roles_held(evidence):
        spells[spell.person_id].append(spell)
    by_person: dict[tuple[str, str], list[Credit]] = defaultdict(list)
    for credit in credits(evidence, charter, numbers, over):
        by_person[credit.person_id, credit.of].append(credit)
    since = _since(evidence)
    quotas = evidence["quotas"].rename(words="measure")
    quotas = quotas.order_by("person_id", "words", "first_day", "end_day")
    found = []
    for row in quotas.to_pyarrow().to_pylist():
        period = Period(row["first_day"], max(row["first_day"], row["end_day"]))
        if period.meet(over) is None:
            continue
        measure = measure_named(charter, row["words"])
        for spell, days in _pieces(charter, spells[row["person_id"]], measure, period):
            of = credits_of(measure or "")
            mine = [
                credit
                for kind in of
                for credit in by_person[row["person_id"], kind]
                if credit.day in days
            ]
            credited, unknown = _summed(mine, measure, row["currency"], charter.currency)
            ramp = ramp_days(charter, numbers, spell.role, over.last_day) or 0
            begun = _begun(spells[row["person_id"]], spell)
            found.append(
                Attained(
                    person_id=row["person_id"],
                    role=spell.role,
                    segment=spell.segment,
                    words=row["words"],
                    measure=measure,
                    currency=row["currency"],
                    first_day=period.start,
                    end_day=period.end,
                    quota=row["amount"],
                    prorated=Fraction(row["amount"]) * Fraction(days.days, period.days),
                    credited=credited if of else None,
                    unknown=unknown,
                    full=days.days == period.days,
                    ramped=begun == LONG_AGO or begun + timedelta(days=ramp) <= period.start,
                    complete=period.end <= evidence.as_of + timedelta(days=1)
                    and since[by_step(measure)] <= period.start,
                )
            )
    return tuple(found)


def _since(evidence: Evidence) -> Mapping[bool, date]:
    """First day that the evidence speaks of: for deals (False), and for meetings (True)."""
    steps, acts = evidence["handoffs"], evidence["activities"]
    first = steps.happened_at.min().execute()
    days = [evidence.as_of] if first is None or first != first else [first.date().replace(day=1)]
    act = acts.day.min().execute()
    if act is not None and act == act:
        days.append(date(act.year, act.month, act.day))
    return {False: evidence.first_day, True: min(days)}


def _pieces(
    charter: Charter, spells: Sequence[Held], measure: str | None, period: Period
) -> Iterable[tuple[Held, Period]]:
    """The spells a quota is for, each with the days of the period that it holds, no day twice."""
    there = [spell for spell in spells if spell.during(period) is not None]
    counted = set(measured()[measure].functions) if measure else set()
    fitting = [s for s in there if counted & set(owned_by(charter.roles[s.role]))]
    until = period.start
    for spell in sorted(fitting or there, key=lambda s: (s.first_day, -s.share, s.role)):
        days = spell.during(Period(until, max(until, period.end)))
        if days is not None:
            yield spell, days
            until = days.end


def _begun(spells: Sequence[Held], spell: Held) -> date:
    """When the person came into the role, spells that follow each other taken as one."""
    begun = spell.first_day
    mine = [s for s in spells if (s.person_id, s.role) == (spell.person_id, spell.role)]
    for earlier in sorted(mine, key=lambda s: s.first_day, reverse=True):
        if earlier.first_day < begun <= earlier.end_day:
            begun = earlier.first_day
    return begun


def _summed(
    mine: Sequence[Credit], measure: str | None, currency: str | None, company: str
) -> tuple[Decimal, int]:
    """What was credited in the unit of a quota, and how many credits have no known amount."""
    if measure is None or measured()[measure].unit == "count":
        return sum((credit.share for credit in mine), Decimal(0)), 0
    wanted = currency or company
    amounts = [
        credit.amount
        if wanted == company
        else credit.own_amount
        if credit.currency == wanted
        else None
        for credit in mine
    ]
    known = [amount for amount in amounts if amount is not None]
    return sum(known, Decimal(0)), len(amounts) - len(known)


def at_quota(
    rows: Iterable[Attained], over: Period, group: int, *, seed: int = 0
) -> AtQuota | None:
    """How many of a group of people reached quota, over the periods that ended within a year.

    Only whole periods of people past ramp are counted; a quota of nothing is left out, never
    taken for reached. A team's attainment is sum over sum. None where fewer people than `group`
    were held against a quota.

    Args:
        rows: The quotas of these people.
        over: Periods count that ended in it.
        group: Fewest people in any figure.
        seed: For the interval, which draws people again.
    """
    ended = [r for r in rows if r.complete and over.start < r.end_day <= over.end]
    cases: dict[tuple[str, date, date], list[Attained]] = defaultdict(list)
    for row in ended:
        cases[row.person_id, row.first_day, row.end_day].append(row)
    held = {key: mine for key, mine in cases.items() if all(r.full and r.ramped for r in mine)}
    judged = {
        key: all(reached >= 1 for reached in levels if reached is not None)
        for key, mine in held.items()
        if None not in (levels := [row.attainment for row in mine])
    }
    people = {person for person, _, _ in judged}
    if len(people) < group:
        return None
    names = [row.measure or row.words for key in judged for row in held[key]]
    measure = statistics.mode(names)
    team = [
        row for row in ended if (row.measure or row.words) == measure and row.attainment is not None
    ]
    reached = sum(judged.values())
    keys = list(judged)
    return AtQuota(
        people=len(people),
        cases=len(keys),
        reached=reached,
        share=ratio(
            np.array([float(judged[key]) for key in keys]),
            np.ones(len(keys)),
            [person for person, _, _ in keys],
            unit="share",
            of=f"{len(people)} people, {len(keys)} quota periods",
            seed=seed,
        ),
        team=ratio(
            np.array([float(row.credited or 0) for row in team]),
            np.array([float(row.prorated) for row in team]),
            [row.person_id for row in team],
            unit="times",
            of=f"{len({row.person_id for row in team})} people",
            seed=seed,
        ),
        measure=measure,
        periods=tuple(_periods(judged, team, group)),
        ramping=len(cases) - len(held),
        undefined=len(held) - len(judged),
        persons=frozenset(people),
    )


def _periods(
    judged: Mapping[tuple[str, date, date], bool],
    team: Sequence[Attained],
    group: int,
) -> Iterable[QuotaPeriod]:
    """Every period that may be shown beside the others and the whole."""
    days = sorted(
        {(first, end) for _, first, end in judged} | {(r.first_day, r.end_day) for r in team}
    )
    here = [[key for key in judged if key[1:] == span] for span in days]
    rows = [[row for row in team if (row.first_day, row.end_day) == span] for span in days]
    people = [{key[0] for key in keys} for keys in here]
    kept = enough(people, group, [{row.person_id for row in mine} for mine in rows])
    for (first, end), keys, mine, there, may in zip(days, here, rows, people, kept, strict=True):
        if not may or not there:
            continue
        asked = sum((row.prorated for row in mine), Fraction(0))
        got = sum((Fraction(row.credited or 0) for row in mine), Fraction(0))
        yield QuotaPeriod(
            first,
            end - timedelta(days=1),
            len(keys),
            sum(judged[key] for key in keys),
            float(got / asked) if asked else float("nan"),
            frozenset(there),
        )


def over_assignment(
    evidence: Evidence, charter: Charter, numbers: Mapping[str, Benchmark], over: Period
) -> tuple[Assigned, ...]:
    """The quotas of sellers against the targets they add up to, target by target.

    Quotas count whose period lies within the target's; those of people who lead others are left
    out, because they count the same deals again. A target whose days the quotas do not cover is
    left out.
    """
    leading = set(charter.kinds("sales manager", "VP Sales", "CRO"))
    rows = [row for row in attainment(evidence, charter, numbers, over) if row.role not in leading]
    wanted = [
        (row["segment"], measure_named(charter, row["measure"]), row["first_day"], row["end_day"],
         row["amount"])
        for row in evidence["targets"].to_pyarrow().to_pylist()
    ] + [
        (segment, measure_named(charter, target.measure), target.first_day,
         target.last_day + timedelta(days=1), target.amount)
        for target in charter.targets
        if target.amount is not None and target.team is None
        for segment in [target.segments[0] if len(target.segments) == 1 else ""]
        if len(target.segments) < 2
    ]  # fmt: skip
    found = []
    for segment, measure, first, end, plan in sorted(wanted, key=str):
        if measure is None or not plan or Period(first, end).meet(over) is None:
            continue
        mine = [
            row
            for row in rows
            if row.measure == measure
            and segment in ("", row.segment)
            and first <= row.first_day
            and row.end_day <= end
        ]
        covered = mine and (min(r.first_day for r in mine), max(r.end_day for r in mine))
        if covered == (first, end):
            quotas = {(r.person_id, r.first_day, r.words): r.quota for r in mine}
            street = sum(quotas.values(), Decimal(0))
            found.append(Assigned(measure, segment, first, end, street, Decimal(plan)))
    return tuple(found)


def ramps_seen(
    evidence: Evidence,
    charter: Charter,
    numbers: Mapping[str, Benchmark],
    over: Period,
    *,
    group: int,
    seed: int = 0,
) -> tuple[RampSeen, ...]:
    """How long people new in a role take until they bring in what tenured people do, by role.

    Starters are people who came into the role once the evidence had begun. Their output of each
    month of their time in it is divided by that of tenured people of the same role and segment:
    the median over people of what each brings in a month, from the end of the longest ramp of
    the kind on. Output is pooled over the starters who were there to the end of the month, so
    that leavers stay in while they were there. Reached is the first month from which on three
    months together are at one or more.

    Roles with fewer starters or tenured people than `group` are left out; so are segments in
    which nobody is tenured.

    Args:
        evidence: As of the last day wanted.
        charter: Who owns what.
        numbers: Benchmarks in force.
        over: Its last day ends what is seen; all history before counts.
        group: Fewest people in any figure.
        seed: For the interval, which draws starters again.
    """
    known = credits(evidence, charter, numbers, over)
    since = _since(evidence)
    found = []
    for role, declared in charter.roles.items():
        measure = OUTPUT.get(declared.kind or "")
        if measure is None:
            continue
        spells = [s for s in roles_held(evidence) if s.role == role]
        kinds, start = credits_of(measure), since[by_step(measure)]
        output: dict[str, list[tuple[date, float]]] = defaultdict(list)
        for credit in known:
            if credit.of in kinds:
                amount = credit.share if by_step(measure) else credit.amount
                output[credit.person_id].append((credit.day, float(amount or 0)))
        norms, tenured = _tenured(
            spells, output, _longest(charter, numbers, role, over), start, over
        )
        starters = [
            s
            for s in spells
            if s.first_day >= start and s.segment in norms and _begun(spells, s) == s.first_day
        ]
        if len({s.person_id for s in starters}) < group or tenured < group:
            continue
        found.append(_ramp(role, measure, starters, output, norms, tenured, over, group, seed))
    return tuple(found)


def _longest(charter: Charter, numbers: Mapping[str, Benchmark], role: str, over: Period) -> float:
    """Days after which nobody is new in a role."""
    declared = charter.roles[role]
    name = f"ramp_{(declared.kind or 'none').lower().replace('/', '_').replace(' ', '_')}"
    value = numbers[name].at(over.last_day) if name in numbers else None
    longest = value.range[1] if value is not None and value.range else 180
    return max(float(longest), days_in(declared.ramp) if declared.ramp else 0.0)


def _tenured(
    spells: Sequence[Held],
    output: Mapping[str, Sequence[tuple[date, float]]],
    longest: float,
    start: date,
    over: Period,
) -> tuple[Mapping[str, float], int]:
    """Median monthly output of tenured people by segment, and how many people these are."""
    levels: dict[str, list[float]] = defaultdict(list)
    people = set()
    for spell in spells:
        first = max(spell.first_day + timedelta(days=longest), start)
        days = Period(first, max(first, min(spell.end_day, over.end)))
        if days.days < 3 * MONTH:
            continue
        brought = sum(amount for day, amount in output.get(spell.person_id, ()) if day in days)
        levels[spell.segment].append(brought / (days.days / MONTH))
        people.add(spell.person_id)
    norms = {segment: statistics.median(each) for segment, each in levels.items()}
    return {segment: norm for segment, norm in norms.items() if norm > 0}, len(people)


def _ramp(
    role: str,
    measure: str,
    starters: Sequence[Held],
    output: Mapping[str, Sequence[tuple[date, float]]],
    norms: Mapping[str, float],
    tenured: int,
    over: Period,
    group: int,
    seed: int,
) -> RampSeen:
    ends = [min(s.end_day, over.end) for s in starters]
    longest = max(
        int((end - s.first_day).days / MONTH) for s, end in zip(starters, ends, strict=True)
    )
    table = np.full((len(starters), max(longest, 1)), np.nan)
    for at, (spell, end) in enumerate(zip(starters, ends, strict=True)):
        months = int((end - spell.first_day).days / MONTH)
        table[at, :months] = 0.0
        for day, amount in output.get(spell.person_id, ()):
            month = int((day - spell.first_day).days // MONTH)
            if day >= spell.first_day and month < months:
                table[at, month] += amount / norms[spell.segment]
    seen = (~np.isnan(table)).sum(axis=0)
    watched = int((seen >= group).sum())
    table = table[:, :watched]
    months_to = _reached(table, np.ones(len(starters)))
    estimate = None
    if months_to is not None:
        chance = np.random.default_rng(seed)
        order = np.lexsort(np.nan_to_num(table, nan=-1.0).T) if watched else np.arange(len(table))
        drawn = chance.multinomial(len(table), np.full(len(table), 1 / len(table)), size=500)
        values = np.array(
            [
                watched + 1 if (m := _reached(table[order], weights)) is None else m
                for weights in drawn.astype(float)
            ],
            dtype=float,
        )
        low, high = Draws(values, len(table)).interval()
        of = f"{len(starters)} starters"
        estimate = Estimate(
            float(months_to), "months", low, None if high > watched else high, of=of
        )
    by_month = tuple(
        RampMonth(month + 1, int(seen[month]), float(np.nanmean(table[:, month])))
        for month in range(watched)
    )
    left = sum(s.end_day <= over.end for s in starters)
    return RampSeen(role, len(starters), left, tenured, estimate, watched, by_month, measure)


def _reached(table: Any, weights: Any) -> int | None:
    """Months gone before three months together reach the tenured middle; None if none do."""
    there = ~np.isnan(table)
    above = np.nan_to_num(table) * weights[:, None]
    brought, present = above.sum(axis=0), (there * weights[:, None]).sum(axis=0)
    for month in range(table.shape[1] - 2):
        whole = present[month : month + 3].sum()
        if whole and brought[month : month + 3].sum() / whole >= 1:
            return month
    return None


def credits_query(evidence: Evidence) -> str:
    """SQL of the won deals and their owners and splits behind every attainment."""
    return sql_of(credited_deals(evidence))


def steps_query(evidence: Evidence) -> str:
    """SQL of the recorded steps behind attainment that counts meetings."""
    steps = evidence["handoffs"]
    return sql_of(steps.select("handoff", "case_id", "step", "happened_at", "recorded_by"))
