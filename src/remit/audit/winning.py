"""How many deals are won, how long they take, and how long those stay open that never close?"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from datetime import timedelta

from remit.audit.answer import judged, measured, unseen
from remit.audit.sellers import Sellers, filled, money, multiple, sellers
from remit.audit.view import Check, View
from remit.audit.wording import spread
from remit.measures.velocity import VelocityHistory, velocity_history
from remit.measures.winning import (
    CohortRate,
    LostBesideWon,
    MilestoneRate,
    SalesCycle,
    StageConversion,
    cohort_win_rate,
    lost_beside_won,
    milestone_win_rate,
    sales_cycle,
    stage_conversions,
)
from remit.terms import Answer, Estimate, Finding, Period, Point, Proof, Severity, percent

RULES = ("003-21", "003-24", "003-26")
SELLERS = ("AE", "AE/AM")
MONTH = 365.25 / 12


@Check(
    rules=RULES,
    asks="How many deals are won, how long do they take, and how long do lost ones stay open?",
    how="measured",
)
def winning(view: View) -> Iterator[Finding]:
    """Win rate, velocity against the company's own past, and lost deals beside won ones.

    The win rate is of deals created (and of deals qualified) that were won within a horizon, open
    ones in; the rate of deals closed stands beside it. An average of others is no limit.
    Velocity is by Little's law, held against the year before. How long lost deals stand in the
    stage they were lost from, beside won ones in the same stage, stands for how fast sellers
    qualify out. All of new deals, by who owns them.
    """
    found = sellers(view, "winning", RULES, *SELLERS)
    if isinstance(found, Finding):
        yield found
        return
    for part in found:
        yield from _win_rate(view, part)
        yield _velocity(view, part)
        yield _lost(view, part)


def _win_rate(view: View, part: Sellers) -> Iterator[Finding]:
    rules = ("003-24",)
    two_years = Period(view.year.start - timedelta(days=365), view.year.end)
    closed = view.measured(milestone_win_rate, persons=part.persons, seed=view.seed)
    for begun in ("created", "qualified"):
        about = f"{part.about}: win rate from {begun}"
        cohort = view.measured(
            cohort_win_rate, two_years, begun=begun, persons=part.persons, seed=view.seed
        )
        if cohort is None:
            history = view.evidence.rows("stage_changes")
            yield unseen(
                "winning",
                about,
                f"{part.who}: the charter maps no stage beyond discovery, so that nothing tells "
                "when a deal was qualified."
                if history
                else f"{part.who}: the evidence has no history of stages (stage_changes), so that "
                "nothing tells when a deal was qualified.",
                rules,
                "Say under `deals: stages:` which work each stage is."
                if history
                else "Load the history of stages with the deals.",
                **part.told,
            )
            continue
        yield _cohort(view, part, about, cohort, closed)


def _cohort(
    view: View, part: Sellers, about: str, cohort: CohortRate, closed: MilestoneRate
) -> Finding:
    minimum = view.number("minimum_cases")
    average = view.limit("win_rate_average", "value")
    if cohort.deals >= minimum and cohort.won == cohort.deals:
        return unseen(
            "winning",
            about,
            f"{part.who}: all {cohort.deals:,} new deals there are were won, so that they tell no win "
            "rate: those lost and those open seem not to be in the evidence.",
            ("003-24",),
            "Load the deals that were lost and those still open.",
            **part.told,
        )
    if cohort.followed < minimum:
        return Finding(
            "winning",
            about,
            Answer.CANNOT_TELL,
            f"{part.who}: {cohort.followed:,} new deals {cohort.begun} at least {cohort.days} days "
            f"ago are too few for a win rate (at least {minimum:.0f}).",
            ("003-24",),
            measured=cohort.by_count,
            **part.told,
        )
    words = "created" if cohort.begun == "created" else f"that reached {_listed(cohort.stages)}"
    caveats = [
        f"By value {_share(cohort.by_value)}{_left_out(cohort.unvalued)}."
        if cohort.by_value is not None
        else "None of them has a value in the company's currency.",
        f"The average is the source's ({average.source}) and no target; it does not say from "
        "which stage on deals count.",
    ]
    if cohort.begun == "created":
        caveats += _closed_said(closed)
        steps = view.measured(stage_conversions, persons=part.persons)
        if steps:
            caveats.append(_steps_said(steps))
    return measured(
        "winning",
        about,
        f"{part.who}: {percent(cohort.by_count.value)} of {cohort.deals:,} new deals {words} are "
        f"won within {cohort.days} days{spread(cohort.by_count)}; the average of B2B companies is "
        f"{percent(average.value)}",
        cohort.by_count,
        ("003-24",),
        proof=Proof(
            "cumulative incidence at the horizon (Aalen-Johansen), loss as the competing end, "
            f"open deals censored; deals {cohort.begun} in two years",
            cohort.query,
            ("deals", "won", "lost", "open"),
            ((cohort.deals, cohort.won, cohort.lost, cohort.still_open),),
            1,
        ),
        caveats=tuple(caveats),
        trend=closed.months if cohort.begun == "created" else (),
        **part.told,
    )


def _closed_said(closed: MilestoneRate) -> Iterator[str]:
    whole = closed.won + closed.lost + (closed.no_decision or 0)
    if not whole:
        yield "No deal closed in the last year."
        return
    yield (
        f"Of {whole:,} deals closed in the last year {_share(closed.broad)} were won, by value "
        f"{_share(closed.broad_by_value)}{_left_out(closed.unvalued)}; the trend shows this rate."
    )
    if closed.narrow is not None:
        yield (
            f"Without the {closed.no_decision:,} that closed with no decision it is "
            f"{_share(closed.narrow)}."
        )
    else:
        yield "No stage tells deals lost from deals without a decision; both count as not won."


def _steps_said(steps: tuple[StageConversion, ...]) -> str:
    said = ", ".join(
        f"{s.stage} to {s.following} {percent(s.reached.value)} of {s.deals:,}" for s in steps
    )
    return f"From stage to stage within {steps[0].days} days, skipped stages passed: {said}."


def _share(estimate: Estimate | None) -> str:
    return "not known" if estimate is None else f"{percent(estimate.value)}{spread(estimate)}"


def _left_out(unvalued: int) -> str:
    return (
        f", without {unvalued:,} that have no value in the company's currency" if unvalued else ""
    )


def _listed(words: tuple[str, ...]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"


def _velocity(view: View, part: Sellers) -> Finding:
    about, rules = f"{part.about}: velocity", ("003-26",)
    history = view.measured(velocity_history, persons=part.persons, seed=view.seed)
    cycle = view.measured(sales_cycle, persons=part.persons, seed=view.seed)
    minimum = view.number("minimum_cases")
    caveats = tuple(_cycle_said(view, cycle))
    why = ""
    if history is None:
        why = "nothing with a value was won in one of the last two years"
    elif history.since > history.before.over.start:
        why = "the deals do not go back two years"
    elif min(history.now.won, history.before.won) < minimum:
        fewest = min(history.now.won, history.before.won)
        why = f"{fewest:,} deals won in one of the two years are too few (at least {minimum:.0f})"
    if history is None or why:
        return Finding(
            "winning",
            about,
            Answer.CANNOT_TELL,
            f"{part.who}: velocity cannot be held against the year before, because {why}.",
            rules,
            caveats=caveats,
            **part.told,
        )
    now, before = history.now, history.before
    times = dataclasses.replace(history.times, said=multiple(history.times))
    slower = times.high is not None and times.high < 1
    return measured(
        "winning",
        about,
        f"{part.who}: the pipeline brings {money(view, now.a_day)} a day, {times.said} what "
        f"it brought in the year before ({money(view, before.a_day)})",
        times,
        rules,
        proof=_velocity_proof(history),
        severity=Severity.NOTE if slower else None,
        remedy=(
            "Find which of the four fell: open deals, win rate, value or days; then look at the "
            "quarters in which it did."
        )
        if slower
        else "",
        caveats=filled(
            f"{now.open_deals:,.0f} open deals x {percent(now.win_rate)} won x "
            f"{money(view, now.value)} over {now.days:,.0f} days of all outcomes; the year before "
            f"{before.open_deals:,.0f} x {percent(before.win_rate)} x {money(view, before.value)} "
            f"over {before.days:,.0f} days.",
            f"Really won: {money(view, now.won_a_day)} a day, the year before "
            f"{money(view, before.won_a_day)}. The formula holds for a pipeline that neither grows "
            "nor shrinks.",
            *caveats,
            f"{now.unvalued + before.unvalued:,} won deals have no value in the company's "
            "currency and are not in the average value."
            if now.unvalued + before.unvalued
            else "",
        ),
        trend=tuple(
            Point(q.over.start.replace(day=1), q.a_day, q.closed) for q in history.quarters
        ),
        **part.told,
    )


def _cycle_said(view: View, cycle: SalesCycle) -> Iterator[str]:
    low, high = view.numbers["sales_cycle_months"].at(view.over.last_day).range or (0, 0)
    if cycle.all is not None:
        months = f"{low:g} to {high:g} months"
        yield (
            f"The median deal closes after {cycle.all.value:,.0f} days "
            f"({cycle.all.value / MONTH:.1f} months), won or lost, open ones in; the source names "
            f"{months} as typical."
        )
    elif cycle.deals:
        yield "Fewer than half of the deals created in the last year have closed."
    if cycle.won.value == cycle.won.value and cycle.lost.value == cycle.lost.value:
        yield (
            f"Deals won took {cycle.won.value:,.0f} days in the median, deals lost "
            f"{cycle.lost.value:,.0f}."
        )


def _velocity_proof(history: VelocityHistory) -> Proof:
    rows = tuple(
        (
            str(q.over),
            round(q.open_deals, 1),
            round(q.win_rate, 3),
            round(q.value),
            round(q.days, 1),
            round(q.a_day),
            round(q.won_a_day),
        )
        for q in sorted(history.quarters, key=lambda q: q.a_day)
    )
    return Proof(
        "Little's law: average open deals x win rate x average won value / average days of all "
        "outcomes; win rate and days by life table with late entry; owners drawn again",
        history.query,
        ("quarter", "open deals", "win rate", "won value", "days", "a day", "really won a day"),
        rows,
        len(rows),
    )


def _lost(view: View, part: Sellers) -> Finding:
    about, rules = f"{part.about}: lost deals", ("003-21",)
    found = view.measured(lost_beside_won, persons=part.persons, seed=view.seed)
    if not view.evidence.rows("stage_changes"):
        return unseen(
            "winning",
            about,
            f"{part.who}: the evidence has no history of stages (stage_changes), so that lost "
            "deals cannot be held against won ones in the same stage.",
            rules,
            "Load the history of stages with the deals.",
            **part.told,
        )
    minimum = view.number("minimum_cases")
    fewest = min(found.compared, found.won)
    if found.times is None or fewest < minimum:
        return Finding(
            "winning",
            about,
            Answer.CANNOT_TELL,
            f"{part.who}: {found.compared:,} lost and {found.won:,} won deals that went through "
            f"the same stages in the last year are too few to compare (at least {minimum:.0f} of "
            "each).",
            rules,
            measured=found.times,
            **part.told,
        )
    times = dataclasses.replace(found.times, said=multiple(found.times))
    return judged(
        "winning",
        about,
        f"{part.who}: deals lost in the last year stood in the stage they were lost from "
        f"{times.said} as long as won deals needed for the same stage; more than "
        f"{view.limits('lost_days_to_won')[0].value:g} is amber",
        times,
        view.limits("lost_days_to_won"),
        rules,
        proof=Proof(
            "days of lost deals in their last stage over the average days of won deals in the "
            "same stages, summed; owners drawn again",
            found.query,
            ("deal", "lost from", "days there", "days of won deals there"),
            found.rows[:50],
            found.compared,
        ),
        remedy=(
            "Agree for each stage after how many days without progress a deal is closed, and go "
            "through the deals that are past it."
        ),
        caveats=(
            "A proxy: it tells how long lost deals stood, not whether anybody could have known "
            "sooner.",
            f"From created to closed, lost deals took {found.lost_days.value:,.0f} days in the "
            f"median, won deals {found.won_days.value:,.0f}; deals lost early have fewer stages "
            "behind them.",
            _stages_said(found),
        ),
        most=Severity.AMBER,
        **part.told,
    )


def _stages_said(found: LostBesideWon) -> str:
    said = ", ".join(
        f"{stage} {lost:,.0f} days beside {won:,.0f} ({cases:,} lost)"
        for stage, cases, lost, won in found.stages
    )
    return f"By stage: {said}."
