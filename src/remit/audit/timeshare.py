"""One question asked of a role's time: does too much of it go into a function not its own?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from remit.audit.cost import hours_elsewhere
from remit.audit.judge import judge_time, nothing_recorded, past
from remit.audit.view import View
from remit.audit.wording import NO_ACTIVITIES, limits_said, spread, tipping_said
from remit.charter import Function
from remit.measures import RoleTime, Share
from remit.terms import Answer, Finding, Limit, Point, Proof, percent


@dataclass(frozen=True, slots=True)
class TimeQuestion:
    """What is asked, of which role, and what a second measure says."""

    check: str
    rules: tuple[str, ...]
    role: str
    segment: str
    function: Function
    limits: tuple[Limit, ...]
    remedy: str


def answer_time(
    view: View, question: TimeQuestion, second: Share | None, second_limit: Limit, second_says: str
) -> Finding:
    """Answer one question about one role in one segment.

    The proof is the role's weeks, worst first: never anybody's own.
    """
    time = view.time_of(question.role, question.segment)
    where = f"{question.role} in {question.segment}"
    about = f"roles.{where}"
    if time is None:
        return Finding(
            question.check,
            about,
            Answer.COULD_NOT_LOOK,
            _why_not(view, question),
            question.rules,
            remedy="" if view.evidence.rows("activities") else NO_ACTIVITIES,
            roles=(question.role,),
            segments=segments_named(view, question.segment),
        )
    doing = question.function.value.replace("_", " ")
    found = time.function(question.function.value) or nothing_recorded(
        time, question.function.value
    )
    agrees = past(second, second_limit, view.number("minimum_cases"))
    verdict = judge_time(
        time, found.share, found.of_all_time, question.limits, view.number("coverage_floor"), agrees
    )
    says = (
        f"{time.about}: {percent(found.share.value)} of recorded time is {doing}"
        f"{spread(found.share)}; {limits_said(question.limits)}."
    )
    if verdict.answer is Answer.CANNOT_TELL:
        says = f"{says[:-1]}, but {verdict.why}."
    caveats = [
        tipping_said(verdict.tipping, doing),
        second_says if second is not None else "",
        f"{percent(time.coverage.value)} of working time is recorded"
        f"{spread(time.coverage)}; the CRM does not show the rest.",
        _minutes_band(found.low, found.high, verdict.limit) if found.hours else "",
        f"{time.settling} people are left out because they had just joined or moved."
        if time.settling
        else "",
    ]
    return Finding(
        check=question.check,
        about=f"roles.{time.about}",
        answer=verdict.answer,
        says=says,
        rules=question.rules,
        severity=verdict.severity,
        measured=found.share,
        limit=verdict.limit,
        tipping=verdict.tipping,
        support=(second.estimate,) if second is not None and second.whole else (),
        proof=proof_by_week(view, time, question.function.value),
        remedy=question.remedy if verdict.severity else "",
        caveats=tuple(caveat for caveat in caveats if caveat),
        roles=(question.role,),
        segments=time.segments,
        trend=trend_of(time, question.function.value),
        cost=hours_elsewhere(
            view, time.role, time.segments, found.hours, time.over, time.coverage, doing
        )
        if verdict.severity
        else None,
    )


def segments_named(view: View, segment: str) -> tuple[str, ...]:
    """A segment as findings list it: nothing where its name stands for all."""
    return (segment,) if segment in view.charter.segments else ()


def trend_of(time: RoleTime, function: str) -> tuple[Point, ...]:
    """A role's share of a function by month; the cases are its people."""
    return tuple(
        Point(point.month, point.shares.get(function, 0.0), time.people)
        for point in time.months
        if point.shares
    )


def proof_by_week(view: View, time: RoleTime, function: str) -> Proof:
    """The months of a role with the most of a function, and the query behind the share."""
    rows = sorted(
        (
            (
                str(point.month)[:7],
                percent(point.shares.get(function, 0.0)),
                percent(point.coverage),
            )
            for point in time.months
            if point.shares
        ),
        key=lambda row: -float(row[1].removesuffix(" %")),
    )
    return Proof(
        estimator="mean of people's shares of recorded time, weighted by working time; interval: "
        "people and 4-week blocks drawn again, expanded percentile",
        query=time.query,
        columns=("month", f"share {function.replace('_', ' ')}", "coverage"),
        rows=tuple(rows),
        total=len(rows),
    )


def _minutes_band(low: float, high: float, limit: Limit) -> str:
    said = (
        f"If entries without a length were as short or as long as they may be, the share would be "
        f"{percent(low).removesuffix(' %')} to {percent(high)}"
    )
    return f"{said}; part of that is within the limit." if low <= limit.value < high else f"{said}."


def _why_not(view: View, question: TimeQuestion) -> str:
    where = f"{question.role} in {question.segment}"
    if not view.held:
        return f"{where}: nobody in the evidence has a role; the charter's titles or people match no one."
    if not view.evidence.rows("activities"):
        return f"{where}: the evidence holds no activities."
    if not any(spell.role == question.role and spell.during(view.over) for spell in view.held):
        return f"{where}: nobody in the evidence holds this role."
    return (
        f"{where}: fewer people than the minimum group hold this role, so that its time is only "
        "shown together with other roles'."
    )


def one_per_part(findings: Iterator[Finding]) -> Iterator[Finding]:
    """Drop the repeats where several segments are shown as one."""
    seen: set[str] = set()
    for found in findings:
        if found.about not in seen:
            seen.add(found.about)
            yield found
