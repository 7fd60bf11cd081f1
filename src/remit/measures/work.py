"""What each activity was for, from the state it met; never from who did it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import ibis

from remit.benchmarks import Benchmark
from remit.charter import AccountAge, Charter, Function
from remit.evidence import Evidence
from remit.measures.roles import SELLING, spells
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
    before (qualification); any other work on a company or lead (prospecting).

    Minutes are those recorded, overlaps shared out; where none are recorded, an estimate for
    the kind of activity with a range.

    Returns:
        One row a person, activity and role held: `activity_id, person_id, role, spell_segment,
        segment, day, week, month, function, account_age, part` (owned, assisted, outside, apart
        or unknown), `minutes, low, high, gross` (minute), `estimated` (bool).
    """
    day = over.last_day if over.days else over.start
    activities = evidence["activities"]
    activities = activities.filter(
        activities.counted & (activities.day >= over.start) & (activities.day < over.end)
    )
    states = evidence["activity_states"].drop("known_from")
    people = evidence["people"].filter(lambda t: ~t.is_person).select("person_id")
    parts = evidence["participants"].drop("known_from")
    parts = parts.anti_join(people, "person_id")
    rows = activities.drop("known_from").join(states, "activity_id", how="left")
    rows = (
        rows.select(~ibis.selectors.cols("activity_id_right"))
        if "activity_id_right" in rows.columns
        else rows
    )
    rows = rows.mutate(function=function_of(rows, charter, numbers, day), account_age=_age(rows))
    rows = rows.join(parts, "activity_id").join(spells(evidence), "person_id")
    rows = rows.filter((rows.day >= rows.settled_day) & (rows.day < rows.end_day))
    rows = _minutes(rows, charter, numbers, day)
    rows = _by_share(rows)
    return _with_part(rows, evidence).select(
        "activity_id",
        "person_id",
        "role",
        "spell_segment",
        "segment",
        "day",
        "function",
        "account_age",
        "part",
        "minutes",
        "low",
        "high",
        "gross",
        "estimated",
        week=lambda t: t.day.truncate("W"),
        month=lambda t: t.day.truncate("M"),
    )


def function_of(rows: Any, charter: Charter, numbers: Mapping[str, Benchmark], day: date) -> Any:
    """The function of each activity, as an expression over its state."""
    engagement = ibis.interval(days=int(numbers["engagement_days"].at(day).value or 0))
    onboarding = ibis.interval(days=int(numbers["onboarding_days"].at(day).value or 0))

    def lately(column: str) -> Any:
        return rows[column].notnull() & (rows[column] + engagement >= rows.happened_at)

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
        (rows.ticket_id.notnull(), Function.SUPPORT.value),
        (rows.deal_kind == "renewal", Function.RENEWAL.value),
        (rows.deal_kind == "expansion", Function.EXPANSION.value),
        (rows.deal_kind == "new", in_stage),
        (
            rows.customer_from.notnull() & (rows.customer_from + onboarding > rows.happened_at),
            Function.ONBOARDING.value,
        ),
        (rows.customer_from.notnull(), Function.CUSTOMER_SUCCESS.value),
        (lately("offered_at") | lately("meeting_at"), Function.DISCOVERY.value),
        (lately("request_at"), Function.QUALIFICATION.value),
        (rows.account_id.notnull() | rows.lead_id.notnull(), Function.PROSPECTING.value),
        else_=UNKNOWN,
    )


def _age(rows: Any) -> Any:
    year = ibis.interval(days=FIRST_TERM_DAYS)
    return ibis.cases(
        (rows.customer_from.isnull(), AccountAge.BEFORE_WIN.value),
        (rows.customer_from + year > rows.happened_at, AccountAge.FIRST_TERM.value),
        else_=AccountAge.LATER_TERMS.value,
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
    kinds = minutes_by_kind(charter, numbers, day)

    def estimate(place: int) -> Any:
        return ibis.cases(
            *((rows.kind == kind, float(three[place])) for kind, three in kinds.items()), else_=0.0
        )

    recorded = ibis.coalesce(rows.shared_minutes, rows.minutes)
    return rows.mutate(
        estimated=rows.minutes.isnull(),
        gross=ibis.coalesce(rows.minutes, estimate(1)),
        low=ibis.coalesce(recorded, estimate(0)),
        high=ibis.coalesce(recorded, estimate(2)),
        minutes=ibis.coalesce(recorded, estimate(1)),
    )


def _by_share(rows: Any) -> Any:
    """Work of somebody in two roles at once goes to the one whose segment it is in, else to both.

    Both by the share they hold.
    """
    same = ibis.window(group_by=["activity_id", "person_id"])
    fits = (rows.spell_segment == "") | (rows.spell_segment == rows.segment.fill_null(""))
    rows = rows.mutate(fits=fits.cast("int64"))
    rows = rows.mutate(any_fits=rows.fits.max().over(same))
    rows = rows.mutate(weight=(rows.fits == rows.any_fits).ifelse(rows.share, 0.0))
    rows = rows.mutate(weight=rows.weight / rows.weight.sum().over(same))
    rows = rows.filter(rows.weight > 0)
    return rows.mutate(
        **{name: rows[name] * rows.weight for name in ("minutes", "low", "high", "gross")}
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
