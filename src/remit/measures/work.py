"""What each activity was for, from the state it met; never from who did it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import ibis

from remit.benchmarks import Benchmark
from remit.charter import AccountAge, Charter, Function
from remit.evidence import Evidence
from remit.measures.roles import SELLING
from remit.terms import Period

UNKNOWN = "unknown"
"""Recorded work that hangs on no record and matches no rule: counted as unseen."""
APART = (Function.MANAGEMENT, Function.INTERNAL)
"""Functions that need no owner: in the denominator, shown apart."""
FIRST_TERM_DAYS = 365


def work(
    evidence: Evidence,
    charter: Charter,
    numbers: Mapping[str, Benchmark],
    over: Period,
) -> Any:
    """Every piece of recorded work by somebody who held a role then, and had settled in it.

    What it was for is decided in this order: a charter rule; a support ticket; the deal open
    then, by kind and stage; the company as a customer (onboarding, then customer success); a
    handoff offered or a meeting booked before, within `engagement_days` (discovery); a request
    before (qualification); any other work on a company or lead (prospecting); a meeting among
    ourselves (internal).

    Minutes are those recorded, overlaps shared out; where none are recorded, an estimate for
    the kind of activity with a range.

    Returns:
        One row a person, activity and role held: `activity_id, person_id, role, spell_segment,
        segment, day, week, month, function, account_age, part` (owned, assisted, outside, apart
        or unknown), `minutes, low, high, gross` (minute), `estimated` (bool).
    """
    rows = _done(evidence, charter, numbers, over)
    rows = rows.mutate(
        pieces=1,
        estimated_pieces=rows.minutes.isnull().cast("int64"),
        recorded=ibis.coalesce(rows.shared_minutes, rows.minutes, 0.0),
        measured=ibis.coalesce(rows.minutes, 0.0),
    )
    told = _told(rows, evidence, charter, numbers, over)
    return told.select(
        "activity_id",
        "person_id",
        "role",
        "spell_segment",
        "segment",
        "day",
        "week",
        "month",
        "function",
        "account_age",
        "part",
        "minutes",
        "low",
        "high",
        "gross",
        estimated=told.estimated_pieces > 0,
    )


def work_by_week(
    evidence: Evidence,
    charter: Charter,
    numbers: Mapping[str, Benchmark],
    over: Period,
) -> Any:
    """The same work, summed: what estimators of time shares are given.

    One scan sums the minutes by spell, week, state and standing; only the sums are then told
    what they were for.

    Returns:
        One row a person, role, `spell_segment`, week, month, function and part, with `minutes,
        low, high, gross` (minute).
    """
    rows = _done(evidence, charter, numbers, over)
    summed = rows.group_by(["share_id", "week", "month", "state_id", "standing"]).agg(
        pieces=rows.count(),
        measured_pieces=rows.minutes.count(),
        recorded=ibis.coalesce(rows.shared_minutes, rows.minutes).sum().fill_null(0.0),
        measured=rows.minutes.sum().fill_null(0.0),
    )
    summed = summed.mutate(estimated_pieces=summed.pieces - summed.measured_pieces)
    told = _told(summed, evidence, charter, numbers, over)
    keys = ["person_id", "role", "spell_segment", "week", "month", "function", "part"]
    return told.group_by(keys).agg(
        minutes=told.minutes.sum(), low=told.low.sum(), high=told.high.sum(), gross=told.gross.sum()
    )


def _done(
    evidence: Evidence, charter: Charter, numbers: Mapping[str, Benchmark], over: Period
) -> Any:
    """Counted work of people in a role, with the share of theirs that it counts for."""
    day = over.last_day if over.days else over.start
    done = evidence["work"].drop("known_from")
    done = done.filter(done.counted & (done.day >= over.start) & (done.day < over.end))
    shares = evidence["role_shares"].select(
        "share_id", "work_segment", share_of="person_id", share_from="first_day", share_to="end_day"
    )
    same = [
        done.person_id == shares.share_of,
        done.day >= shares.share_from,
        done.day < shares.share_to,
    ]
    if _in_two_roles(evidence):
        segments = evidence["states"].select("state_id", met_segment="segment")
        done = done.join(segments, "state_id")
        same = [
            done.person_id == shares.share_of,
            done.day >= shares.share_from,
            done.day < shares.share_to,
            shares.work_segment.isnull() | (shares.work_segment == done.met_segment.fill_null("")),
        ]
    rows = done.join(shares, same)
    return rows.mutate(
        standing=_standing(rows, numbers, day),
        week=rows.day.truncate("W"),
        month=rows.day.truncate("M"),
    )


def _in_two_roles(evidence: Evidence) -> bool:
    """Whether anybody's work counts for different roles by its segment."""
    shares = evidence["role_shares"]
    return bool(shares.work_segment.notnull().any().execute())


ONBOARDING, ONBOARDING_LATER, FIRST_TERM, LATER_TERMS, ENGAGED, REQUESTED, COLD = range(7)
"""How far a company or lead had come: a customer (in its first days, later in them than a year,
in its first year, after it), in touch, asking to talk, or none of these."""


def _standing(rows: Any, numbers: Mapping[str, Benchmark], day: date) -> Any:
    """How far the company or lead had come, as a small number."""
    year = FIRST_TERM_DAYS * _DAY
    onboarding = int(numbers["onboarding_days"].at(day).value or 0) * _DAY
    engagement = int(numbers["engagement_days"].at(day).value or 0) * _DAY
    return ibis.cases(
        (rows.since_win < min(onboarding, year), ONBOARDING),
        (rows.since_win < onboarding, ONBOARDING_LATER),
        (rows.since_win < year, FIRST_TERM),
        (rows.since_win.notnull(), LATER_TERMS),
        (rows.since_engaged <= engagement, ENGAGED),
        (rows.since_request <= engagement, REQUESTED),
        else_=COLD,
    )


_DAY = 86_400


def _told(
    rows: Any,
    evidence: Evidence,
    charter: Charter,
    numbers: Mapping[str, Benchmark],
    over: Period,
) -> Any:
    """Rows with their state, role and minutes, and what they were for."""
    day = over.last_day if over.days else over.start
    known = set(rows.columns)
    states = evidence["states"].drop("known_from")
    shares = evidence["role_shares"].select(
        "share_id", "person_id", "role", "weight", spell_segment="segment"
    )
    if "person_id" in known:
        shares = shares.drop("person_id")
    rows = rows.join(states, "state_id").join(shares, "share_id")
    rows = rows.mutate(function=function_of(rows, charter), account_age=_age(rows))
    return _with_part(_minutes(rows, charter, numbers, day), evidence)


def function_of(rows: Any, charter: Charter) -> Any:
    """The function of each piece of work, as an expression over its state and standing."""
    rules = [
        (rows.rule == rule.name, rule.function.value)
        for rule in charter.activities.rules
        if rule.function is not None
    ]
    stages = [
        (rows.deal_stage.lower() == stage.lower(), function.value)
        for stage, function in charter.deals.stages.items()
    ]
    in_stage = ibis.cases(*stages, else_=SELLING) if stages else ibis.literal(SELLING)
    return ibis.cases(
        *rules,
        (rows.on_ticket, Function.SUPPORT.value),
        (rows.deal_kind == "renewal", Function.RENEWAL.value),
        (rows.deal_kind == "expansion", Function.EXPANSION.value),
        (rows.deal_kind == "new", in_stage),
        (rows.standing <= ONBOARDING_LATER, Function.ONBOARDING.value),
        (rows.standing <= LATER_TERMS, Function.CUSTOMER_SUCCESS.value),
        (rows.standing == ENGAGED, Function.DISCOVERY.value),
        (rows.standing == REQUESTED, Function.QUALIFICATION.value),
        (rows.on_record, Function.PROSPECTING.value),
        (rows.inside.fill_null(False), Function.INTERNAL.value),
        else_=UNKNOWN,
    )


def _age(rows: Any) -> Any:
    return ibis.cases(
        (rows.standing.isin([ONBOARDING, FIRST_TERM]), AccountAge.FIRST_TERM.value),
        (rows.standing <= LATER_TERMS, AccountAge.LATER_TERMS.value),
        else_=AccountAge.BEFORE_WIN.value,
    )


def minutes_by_kind(
    charter: Charter, numbers: Mapping[str, Benchmark], day: date
) -> Mapping[str, tuple[float, float, float]]:
    """Low, typical and high minutes of each kind of activity that has no length of its own."""
    found = {}
    for kind in ("email", "call", "meeting", "task"):
        stated = charter.activities.minutes.get(kind)
        value = numbers[f"{kind}_minutes"].at(day)
        low, high = value.range or (value.value or 0, value.value or 0)
        found[kind] = (
            (stated.low, stated.typical, stated.high)
            if stated
            else (float(low), float(value.value or 0), float(high))
        )
    return found


def _minutes(rows: Any, charter: Charter, numbers: Mapping[str, Benchmark], day: date) -> Any:
    """Minutes of pieces that count for the role: recorded ones, and an estimate for the others."""
    kinds = minutes_by_kind(charter, numbers, day)

    def estimate(place: int) -> Any:
        each = ibis.cases(
            *((rows.kind == kind, float(three[place])) for kind, three in kinds.items()), else_=0.0
        )
        return rows.estimated_pieces * each

    return rows.mutate(
        gross=(rows.measured + estimate(1)) * rows.weight,
        low=(rows.recorded + estimate(0)) * rows.weight,
        high=(rows.recorded + estimate(2)) * rows.weight,
        minutes=(rows.recorded + estimate(1)) * rows.weight,
    )


def _with_part(rows: Any, evidence: Evidence) -> Any:
    cells = evidence["remits"].select(
        "role",
        "function",
        cell_segment="segment",
        cell_age="account_age",
        cell_part="part",
    )
    rows = rows.mutate(
        cell_segment=ibis.coalesce(rows.segment, rows.spell_segment), cell_age=rows.account_age
    )
    joined = rows.left_join(cells, ["role", "cell_segment", "cell_age", "function"])
    return joined.mutate(
        part=ibis.cases(
            (joined.function == UNKNOWN, "unknown"),
            (joined.function.isin([f.value for f in APART]), "apart"),
            else_=joined.cell_part.fill_null("outside"),
        )
    )
