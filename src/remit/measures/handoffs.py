"""Handoffs: what was offered, held, accepted, rejected and converted; how long, how complete."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import ibis
import numpy as np
from pandas import isnull

from remit.benchmarks import Benchmark
from remit.charter import Charter, Handoff
from remit.evidence import Evidence
from remit.evidence.store import ends_of_day
from remit.measures.queries import sql_of
from remit.measures.roles import Held, roles_held, spells
from remit.measures.survival import incidence, kaplan_meier, proportion, waited
from remit.measures.time import minimum_group
from remit.terms import Estimate, Period


@dataclass(frozen=True, slots=True)
class Rate:
    """A share of cases that reached a step within a horizon, open cases taken into account."""

    step: str
    of_step: str
    days: int
    cases: int
    reached: int
    """Cases seen to reach the step, within the horizon or after."""
    estimate: Estimate
    curve: tuple[tuple[float, float], ...]
    """(days, share reached by then), for drawing."""


@dataclass(frozen=True, slots=True)
class HandoffFlow:
    """One handoff of the charter in one segment, over the cases that began in a period."""

    handoff: str
    giver: str
    taker: str
    segment: str | None
    counts: Mapping[str, int]
    """Cases by step; a step nobody records is absent."""
    unrecorded: tuple[str, ...]
    """Steps with no record of their own, or whose field the export lacks."""
    accepted: Rate | None
    rejected: Rate | None
    converted: Rate | None
    wait: tuple[tuple[float, float], ...]
    """(days, share still undecided), Kaplan-Meier."""
    median_wait: Estimate | None
    fields: Mapping[str, Estimate]
    """Share of cases with each required field filled; a field nobody can see is absent."""
    unseen_fields: tuple[str, ...]
    filled: Estimate | None
    """Share of required fields filled, over all that could be seen."""
    reasons: Mapping[str, int]
    """Rejections by reason given."""
    within: Estimate | None
    """Share decided within the charter's own time limit."""
    worst: tuple[tuple[Any, ...], ...]
    """Cases for proof: id, deal, days waiting, fields missing, what became of it."""
    query: str
    too_few: bool = False
    """Whether fewer people give or take it than may be shown; there are no figures then."""

    @property
    def about(self) -> str:
        """The handoff and where, as a finding names it."""
        return f"{self.handoff} in {self.segment}" if self.segment else self.handoff


@dataclass(frozen=True, slots=True)
class Handover:
    """How often work on a record passed from one role to another."""

    giver: str
    taker: str
    times: int


def handoff_flows(
    evidence: Evidence,
    charter: Charter,
    numbers: Mapping[str, Benchmark],
    over: Period,
    *,
    group: int = 1,
) -> tuple[HandoffFlow, ...]:
    """Every declared handoff, by segment, over the cases that began in the period.

    What is offered tells of the givers, what is accepted of the takers: where fewer than `group`
    people hold either role in one of the segments, all segments are put together, and nothing is
    told where that is too few as well. Where nobody is known to hold the roles, all is told.

    Offered, held, accepted, rejected and converted are separate events: none is worked out from
    another. Shares accepted, rejected and converted are cumulative incidence of held meetings
    (of offers, where meetings held leave no record) at `acceptance_days` and
    `conversion_days`, with rejection as the competing end (Aalen-Johansen). Waiting is
    Kaplan-Meier to the first of acceptance and rejection; cases still open count as open.
    """
    steps = evidence["handoffs"]
    held = roles_held(evidence)
    flows = []
    for handoff in charter.handoffs:
        rows = steps.filter(steps.handoff == handoff.name)
        wide = rows.group_by("case_id").agg(
            segment=rows.segment.max(),
            deal=rows.opportunity_id.max(),
            reason=rows.reason.max(),
            **{
                name: rows.happened_at.min(where=rows.step == name)
                for name in ("offered", "held", "accepted", "rejected", "converted")
            },
        )
        query = sql_of(wide)
        frame = wide.to_pandas().sort_values("case_id", ignore_index=True)
        fields = evidence["handoff_fields"]
        filled = (
            fields.filter(fields.handoff == handoff.name)
            .select("case_id", "field", "filled")
            .to_pandas()
            .sort_values(["case_id", "field"], ignore_index=True)
        )
        start = next(iter(handoff.steps()), None)
        if start is None:
            flows.append(_empty(handoff, None, query))
            continue
        # a step that was never once recorded, anywhere, leaves no record
        recorded = [step for step in handoff.steps() if frame[step].notna().any()]
        first = ends_of_day(over.start - timedelta(days=1), evidence.time_zone)
        frame = frame[(frame[start] >= first) & (frame[start] < evidence.ends)]
        named = handoff.segments or charter.segment_names()
        parts: list[tuple[str | None, Any]] = [
            (s, frame[frame["segment"] == s]) for s in named if (frame["segment"] == s).any()
        ]
        if any(_few(held, handoff, segment, over, group) for segment, _ in parts):
            parts = []
        if not parts and _few(held, handoff, None, over, group):
            flows.append(dataclasses.replace(_empty(handoff, None, query), too_few=True))
            continue
        for segment, mine in parts or [(None, frame)]:
            flows.append(
                _flow(handoff, segment, recorded, mine, filled, numbers, evidence.ends, over, query)
            )
    return tuple(flows)


def _few(
    held: Sequence[Held], handoff: Handoff, segment: str | None, over: Period, group: int
) -> bool:
    """Whether some, but fewer than may be shown, give or take a handoff in a segment."""
    known = [s for s in held if s.during(over) and (not segment or s.segment in ("", segment))]
    return any(
        0 < len({s.person_id for s in known if s.role == role}) < group
        for role in (handoff.giver, handoff.taker)
    )


def _empty(handoff: Handoff, segment: str | None, query: str) -> HandoffFlow:
    missing = tuple(s for s in _STEPS if s not in handoff.steps())
    return HandoffFlow(
        handoff.name,
        handoff.giver,
        handoff.taker,
        segment,
        {},
        missing,
        None,
        None,
        None,
        (),
        None,
        {},
        tuple(handoff.requires),
        None,
        {},
        None,
        (),
        query,
    )


_STEPS = ("offered", "held", "accepted", "rejected", "converted")


def _flow(
    handoff: Handoff,
    segment: str | None,
    recorded: list[str],
    frame: Any,
    filled: Any,
    numbers: Mapping[str, Benchmark],
    ends: datetime,
    over: Period,
    query: str,
) -> HandoffFlow:
    unrecorded = tuple(s for s in _STEPS if s not in recorded)
    base = "held" if "held" in recorded else "offered"
    cases = frame[frame[base].notna()]
    begun = cases[base]
    accept_days = int(numbers["acceptance_days"].at(over.last_day).value or 14)
    convert_days = int(numbers["conversion_days"].at(over.last_day).value or 60)

    def rate(step: str, days: int, against: str) -> Rate | None:
        if step not in recorded or not len(cases):
            return None
        return _rate(step, base, cases, against, days, ends)

    decided = cases[["accepted", "rejected"]].min(axis=1)
    waits, open_ = waited(begun, decided, ends)
    wait: tuple[tuple[float, float], ...] = ()
    median: Estimate | None = None
    if len(cases) and {"accepted", "rejected"} & set(recorded):
        wait, median = kaplan_meier(waits, ~open_)
    told = filled[filled["case_id"].isin(cases["case_id"]) & filled["filled"].notna()]
    by_field = {
        str(field): proportion(int(part["filled"].astype(bool).sum()), len(part))
        for field, part in told.groupby("field")
    }
    missing = (
        told[~told["filled"].astype(bool)].groupby("case_id")["field"].apply(", ".join)
        if len(told)
        else {}
    )
    within = None
    limit = _limit_days(handoff.decide_within)
    if limit is not None and len(cases) and {"accepted", "rejected"} & set(recorded):
        in_time, judged = _in_time(begun, decided, ends, handoff.decide_within or "", limit)
        within = proportion(in_time, judged) if judged else None
    return HandoffFlow(
        handoff=handoff.name,
        giver=handoff.giver,
        taker=handoff.taker,
        segment=segment,
        counts={s: int(frame[s].notna().sum()) for s in recorded},
        unrecorded=unrecorded,
        accepted=rate("accepted", accept_days, "rejected"),
        rejected=rate("rejected", accept_days, "accepted"),
        converted=rate("converted", convert_days, "rejected"),
        wait=wait,
        median_wait=median,
        fields=by_field,
        unseen_fields=tuple(f for f in handoff.requires if f not in by_field),
        filled=_filled(told) if len(told) else None,
        reasons={
            str(k): int(v)
            for k, v in cases.loc[cases["rejected"].notna(), "reason"]
            .fillna("none given")
            .value_counts()
            .items()
        },
        within=within,
        worst=_worst(cases, base, waits, missing),
        query=query,
    )


def _rate(step: str, base: str, cases: Any, against: str, days: int, ends: datetime) -> Rate:
    """Cumulative incidence of a step at a horizon, with its interval on the log-log scale."""
    reached, other = cases[step], cases[against]
    first = cases[[step, against]].min(axis=1)
    waits, open_ = waited(cases[base], first, ends)
    status = np.where(open_, 0, np.where(reached.notna() & ~(other < reached), 1, 2))
    curve, estimate = incidence(waits, status, days)
    return Rate(
        step=step,
        of_step=base,
        days=days,
        cases=len(cases),
        reached=int(reached.notna().sum()),
        estimate=estimate,
        curve=curve,
    )


def _filled(told: Any) -> Estimate:
    """Share of required fields filled. A case's fields stand or fall together: cases are counted."""
    cases, share = int(told["case_id"].nunique()), float(told["filled"].astype(bool).mean())
    by_case = proportion(share * cases, cases)
    return Estimate(share, "share", by_case.low, by_case.high, of=f"{cases:,} cases")


def _limit_days(text: str | None) -> float | None:
    if text is None:
        return None
    number, unit = text.split(" ", 1)
    return float(number) / (
        24 if unit.endswith(("hour", "hours")) and "business" not in unit else 1
    )


def _in_time(begun: Any, decided: Any, ends: datetime, text: str, limit: float) -> tuple[int, int]:
    """Cases decided in time, of those that were decided or had the time to be.

    Business days are Monday to Friday, counted whole; business hours are an eighth of one.
    """
    start = begun.to_numpy().astype("datetime64[D]")
    until = decided.fillna(np.datetime64(ends)).to_numpy().astype("datetime64[D]")
    if "business" in text:
        spent = np.busday_count(start, until).astype(float)
        allowed = math.ceil(limit / 8) if "hour" in text else limit
    else:
        spent, _ = waited(begun, decided, ends)
        allowed = limit
    done = decided.notna().to_numpy()
    late = spent > allowed
    judged = done | late
    return int((done & ~late).sum()), int(judged.sum())


def _worst(cases: Any, base: str, waits: Any, missing: Any) -> tuple[tuple[Any, ...], ...]:
    rows = []
    for (_, case), days in zip(cases.iterrows(), waits, strict=True):
        became = next(
            (step for step in ("converted", "rejected", "accepted") if not isnull(case[step])),
            "open",
        )
        rows.append(
            (
                case["case_id"],
                case["deal"] if isinstance(case["deal"], str) else None,
                str(case[base].date()),
                round(float(days), 1),
                became,
                missing.get(case["case_id"], ""),
            )
        )
    order = {"open": 0, "rejected": 1, "accepted": 2, "converted": 3}
    return tuple(sorted(rows, key=lambda row: (order[row[4]], -row[3]))[:200])


def handovers_between_people(evidence: Evidence, over: Period) -> Any:
    """How often consecutive work on one record was by two different people.

    A row stands for two people: never show it but in the individual view; `handovers_of_work`
    says the same of roles.

    Returns:
        An expression of `giver, taker` (pseudonyms) and `times`. Work of two people at the same
        instant is taken in the order of its ids. Records are companies, else leads.
    """
    done = evidence["work"]
    done = done.filter(
        done.counted & done.person_id.notnull() & (done.day >= over.start) & (done.day < over.end)
    )
    done = done.mutate(record=ibis.coalesce(done.account_id, done.lead_id))
    done = done.filter(done.record.notnull())
    order = ibis.window(group_by="record", order_by=["happened_at", "activity_id", "person_id"])
    done = done.select(taker="person_id", giver=done.person_id.lag().over(order))
    passed = done.filter(done.giver.notnull() & (done.giver != done.taker))
    return passed.group_by(["giver", "taker"]).agg(times=passed.count())


def handovers_of_work(
    evidence: Evidence,
    charter: Charter,
    numbers: Mapping[str, Benchmark],
    over: Period,
) -> tuple[Handover, ...]:
    """How often consecutive work on one company or lead was by people of different roles.

    Roles held by fewer people than the minimum group go together as `small roles`, or are left out
    where even these are too few.
    """
    group = minimum_group(charter, numbers, over.last_day)
    people: dict[str, set[str]] = {}
    for spell in roles_held(evidence):
        if spell.during(over):
            people.setdefault(spell.role, set()).add(spell.person_id)
    small = [role for role, of in people.items() if len(of) < group]
    in_small = {person for role in small for person in people[role]}
    few = 0 < len(in_small) < group
    done = evidence["work"]
    done = done.filter(
        done.counted & done.person_id.notnull() & (done.day >= over.start) & (done.day < over.end)
    ).mutate(record=ibis.coalesce(done.account_id, done.lead_id))
    rows = (
        done.filter(done.record.notnull())
        .select("activity_id", "person_id", "happened_at", "day", "record")
        .join(spells(evidence), "person_id")
    )
    rows = rows.filter((rows.day >= rows.first_day) & (rows.day < rows.end_day))
    rows = (
        rows.mutate(role=rows.role.isin(small).ifelse("small roles", rows.role)) if small else rows
    )
    # whoever holds two roles at once has a row for each
    in_turn = ["happened_at", "activity_id", "person_id", "role", "spell_segment"]
    order = ibis.window(group_by="record", order_by=in_turn)
    rows = rows.mutate(before=rows.role.lag().over(order), by=rows.person_id.lag().over(order))
    passed = rows.filter(
        rows.before.notnull() & (rows.by != rows.person_id) & (rows.before != rows.role)
    )
    counted = passed.group_by(giver="before", taker="role").agg(times=passed.count())
    table = counted.order_by(ibis.desc("times"), "giver", "taker").to_pyarrow().to_pylist()
    return tuple(
        Handover(r["giver"], r["taker"], int(r["times"]))
        for r in table
        if int(r["times"]) >= group and not (few and "small roles" in (r["giver"], r["taker"]))
    )
