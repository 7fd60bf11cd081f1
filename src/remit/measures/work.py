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
    rows = _pieces(evidence, charter, numbers, over)
    segments = evidence["states"].select("state_id", "segment")
    roles = evidence["role_shares"].select("share_id", "role", "weight", spell_segment="segment")
    rows = rows.join(segments, "state_id").join(roles, "share_id")
    return rows.select(
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
        "estimated",
        **{word: rows[word] * rows.weight for word in _MINUTES},
    )


_MINUTES = ("minutes", "low", "high", "gross")


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
    rows = _pieces(evidence, charter, numbers, over)
    told = _meanings(evidence, charter, numbers, over).select("purpose", "function", "part")
    summed = rows.group_by(["share_id", "week", "month", "purpose"]).agg(
        **{word: rows[word].sum() for word in _MINUTES}
    )
    roles = evidence["role_shares"].select(
        "share_id", "person_id", "role", "weight", spell_segment="segment"
    )
    summed = summed.join(told.distinct(), "purpose").join(roles, "share_id")
    keys = ["person_id", "role", "spell_segment", "week", "month", "function", "part"]
    return summed.group_by(keys).agg(
        **{word: (summed[word] * summed.weight).sum() for word in _MINUTES}
    )


def profile_of_work(evidence: Evidence, over: Period) -> Any:
    """How often each person did each kind of work, by the charter rule it matched.

    A row stands for one person: never show it but in the individual view.

    Returns:
        An expression of `person_id, kind, rule, pieces`; `rule` is null where none matched.
    """
    done = evidence["work"]
    done = done.filter(
        done.counted & done.person_id.notnull() & (done.day >= over.start) & (done.day < over.end)
    )
    summed = done.group_by(["person_id", "state_id"]).agg(pieces=done.count())
    states = evidence["states"].select("state_id", "kind", "rule")
    told = summed.join(states, "state_id")
    return told.group_by(["person_id", "kind", "rule"]).agg(pieces=told.pieces.sum())


def _pieces(
    evidence: Evidence, charter: Charter, numbers: Mapping[str, Benchmark], over: Period
) -> Any:
    """Counted work of people in a role, what it was for, and its minutes before any sharing."""
    day = over.last_day if over.days else over.start
    done = evidence["work"].drop("known_from")
    done = done.filter(done.counted & (done.day >= over.start) & (done.day < over.end))
    shares = evidence["role_shares"].select(
        "share_id",
        "held_id",
        "work_segment",
        share_of="person_id",
        share_from="first_day",
        share_to="end_day",
    )
    if _in_two_roles(evidence):
        met = evidence["states"].select(met_state="state_id", met_segment="segment")
        done = done.join(met, done.state_id == met.met_state)
        same = [
            shares.work_segment.isnull() | (shares.work_segment == done.met_segment.fill_null(""))
        ]
    else:
        same = []
    same += [
        done.person_id == shares.share_of,
        done.day >= shares.share_from,
        done.day < shares.share_to,
    ]
    rows = done.join(shares, same)
    rows = rows.mutate(standing=_standing(rows, numbers, day))
    rows = rows.join(
        _meanings(evidence, charter, numbers, over), ["state_id", "standing", "held_id"]
    )
    recorded = ibis.coalesce(rows.shared_minutes, rows.minutes)
    return rows.mutate(
        week=rows.day.truncate("W"),
        month=rows.day.truncate("M"),
        estimated=rows.minutes.isnull(),
        gross=ibis.coalesce(rows.minutes, rows.typical),
        low=ibis.coalesce(recorded, rows.shortest),
        high=ibis.coalesce(recorded, rows.longest),
        minutes=ibis.coalesce(recorded, rows.typical),
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
    ).cast("int32")


_DAY = 86_400


def _meanings(
    evidence: Evidence, charter: Charter, numbers: Mapping[str, Benchmark], over: Period
) -> Any:
    """What work in each state and standing is for, to whoever holds each role: a small table.

    Told once for every combination, and not once a piece of work.

    Returns:
        `state_id, standing, held_id, function, account_age, part`, `purpose` (a number for each
        function and part), and `shortest, typical, longest` (minutes where none are recorded).
    """
    day = over.last_day if over.days else over.start
    standings = ibis.range(0, COLD + 1).unnest().name("standing").as_table()
    standings = standings.mutate(standing=standings.standing.cast("int32"))
    held = evidence["role_shares"].select("held_id", "role", spell_segment="segment").distinct()
    rows = evidence["states"].drop("known_from").cross_join(standings).cross_join(held)
    rows = rows.mutate(function=function_of(rows, charter), account_age=_age(rows))
    rows = _with_part(rows, evidence)
    kinds = minutes_by_kind(charter, numbers, day)

    def estimate(place: int) -> Any:
        return ibis.cases(
            *((rows.kind == kind, float(three[place])) for kind, three in kinds.items()), else_=0.0
        )

    purposes = ibis.window(order_by=["function", "part"])
    return rows.select(
        "state_id",
        "standing",
        "held_id",
        "function",
        "account_age",
        "part",
        purpose=ibis.dense_rank().over(purposes).cast("int32"),
        shortest=estimate(0),
        typical=estimate(1),
        longest=estimate(2),
    )


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
