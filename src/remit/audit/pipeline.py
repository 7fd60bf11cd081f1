"""Is there enough pipeline, is new pipeline created, and with whom is it spoken?"""

from __future__ import annotations

from collections.abc import Iterator

from remit.audit.answer import judged, measured, spared, unseen
from remit.audit.sellers import Sellers, filled, money, sellers
from remit.audit.view import Check, View
from remit.audit.wording import in_per_cent, spread
from remit.measures.deal_records import deals_of
from remit.measures.pipeline import (
    CLOSING,
    Coverage,
    CreatedPipeline,
    Personas,
    by_month,
    personas_on_won_deals,
    pipeline_coverage,
    pipeline_created,
    stakeholders,
)
from remit.measures.time import minimum_group
from remit.terms import Answer, Estimate, Finding, Proof, Severity, percent
from remit.terms.period import spoken

RULES = ("003-25", "002-51", "003-22")
SELLERS = ("AE", "AE/AM")
FROM_SHARE = "pipeline_fill"


@Check(
    rules=RULES,
    asks="Is there enough pipeline, is enough of it created, and do sellers deal with enough people?",
    how="measured",
)
def pipeline(view: View) -> Iterator[Finding]:
    """Coverage by the team's own conversion, new pipeline against its target, stakeholders.

    Coverage held is open pipeline over what is still to be sold; coverage needed is 1 over the
    share of such pipelines, by value, that was won by the end of their quarters. The source's
    multiple of the quota stands beside both. Contacts are counted on open deals past discovery;
    kinds of buyer on won deals, never heads.
    """
    found = sellers(view, "pipeline", RULES, *SELLERS)
    if isinstance(found, Finding):
        yield found
        return
    for part in _with_targets(view, found):
        yield _coverage(view, part)
    for part in found:
        yield _stakeholders(view, part)
    yield from _created(view)
    yield from _personas(view)


def _with_targets(view: View, found: tuple[Sellers, ...]) -> tuple[Sellers, ...]:
    """By the parts that quotas are for; all sellers where only the company has a target."""
    group = minimum_group(view.charter, view.numbers, view.over.last_day)
    if view.evidence.rows("quotas") or deals_of(view.evidence, view.charter).owners < group:
        return found
    whole = view.measured(pipeline_coverage, persons=None, seed=view.seed)
    return found if whole is None else (Sellers("all sellers", "targets", None),)


def _coverage(view: View, part: Sellers) -> Finding:
    about, rules = f"{part.about}: coverage", ("003-25",)
    found = view.measured(pipeline_coverage, persons=part.persons, seed=view.seed)
    if found is None:
        return unseen(
            "pipeline",
            about,
            f"{part.who}: no quota (quotas) says what is to be sold this quarter, so that nothing "
            "tells how much pipeline it needs.",
            rules,
            "Load quotas in new_arr, closed_won_arr or bookings, by person and quarter.",
            **part.told,
        )
    if found.people and not found.selling:
        return unseen(
            "pipeline",
            about,
            f"{part.who}: none of the people with a quota this quarter (quotas) owns a deal, so "
            "that their pipeline cannot be found.",
            rules,
            "See that quotas name people as the CRM does: by its user ids, or by e-mail.",
            **part.told,
        )
    return _covered(view, part, about, found)


def _covered(view: View, part: Sellers, about: str, found: Coverage) -> Finding:
    rules, group = ("003-25",), minimum_group(view.charter, view.numbers, view.over.last_day)
    if found.people and found.people < group:
        return Finding(
            "pipeline",
            about,
            Answer.CANNOT_TELL,
            f"{part.who}: fewer than {group} people have a quota this quarter, and figures on what "
            "so few do are not shown.",
            rules,
            **part.told,
        )
    now, least = found.now, view.number("minimum_quarters")
    day, ends = spoken(now.day), spoken(now.quarter.last_day)
    if found.to_go <= 0:
        return Finding(
            "pipeline",
            about,
            Answer.CLEAR,
            f"{part.who}: on {day} the target of the quarter to {ends} had been reached already.",
            rules,
            **part.told,
        )
    to_go = money(view, float(found.to_go))
    held = f"{part.who}: on {day} open pipeline was {found.held:.1f} times the {to_go} still to be sold"
    if len(found.past) < least:
        return Finding(
            "pipeline",
            about,
            Answer.CANNOT_TELL,
            f"{held} by {ends}; {len(found.past)} quarters before it are too few to tell how much "
            f"of such pipeline is won (at least {least:.0f}).",
            rules,
            measured=Estimate(found.held, "times", of=f"{now.deals:,} open deals"),
            **part.told,
        )
    source = view.numbers["coverage_of_quota"].at(view.over.last_day)
    low, high = source.healthy or (0.0, 0.0)
    needed = found.needed
    between = (
        f" ({needed.low:.1f} to {needed.high:.1f})"
        if needed.low is not None and needed.high is not None and needed.low != needed.high
        else ""
    )
    rows = tuple(
        (
            str(shot.quarter),
            shot.deals,
            float(shot.value),
            float(shot.won),
            float(shot.won_created_later),
            round(float(shot.won / shot.value), 3),
        )
        for shot in sorted(found.past, key=lambda shot: shot.won / shot.value)
    )
    return judged(
        "pipeline",
        about,
        f"{held} by {ends}, and at its own conversion it needs {needed.value:.1f} times{between}: "
        f"what it holds fills {percent(found.fill.value)}{spread(found.fill)} of it; the source "
        f"names {low:g} to {high:g} times",
        found.fill,
        view.limits(FROM_SHARE),
        rules,
        proof=Proof(
            "value of open pipeline over value still to be sold, times value won by the quarter's "
            "end over value open, summed over past quarters; quarters drawn again",
            found.query,
            ("quarter", "open deals", "open", "won", "won, created later", "conversion"),
            rows,
            len(rows),
        ),
        remedy=(
            "Create more pipeline before the quarter starts, or lower what is planned for it; a "
            "multiple taken from other companies does not tell which."
        ),
        caveats=(
            f"Of open pipeline {percent(found.conversion.value)}{spread(found.conversion)} by value "
            f"was won by the end of the quarter, over {len(found.past)} quarters, with deals "
            "created and won inside them.",
            f"The source's {low:g} to {high:g} times fits whoever wins {percent(1 / high)} to "
            f"{percent(1 / low)} of it; at the source's own average win rate of "
            f"{percent(view.number('win_rate_average'))} it would take "
            f"{1 / view.number('win_rate_average'):.1f} times.",
            "Open pipeline is that closing in the quarter, by the close days of then."
            if found.basis == CLOSING
            else "All open deals count on both sides, whenever they are to close, because the "
            "close days of then are not known; values are today's.",
            f"The target is from {found.target_from}, in {found.measure}"
            f"{f', of {found.people} people' if found.people else ''}; "
            f"{money(view, float(found.won_before))} of {money(view, float(found.target))} had "
            f"been won by {day}.",
            f"{now.unvalued:,} open deals have no value in the company's currency and are left out."
            if now.unvalued
            else "",
        ),
        most=Severity.AMBER,
        **part.told,
    )


def _stakeholders(view: View, part: Sellers) -> Finding:
    about, rules = f"{part.about}: stakeholders", ("003-22",)
    found = view.measured(stakeholders, persons=part.persons, seed=view.seed)
    if found is None:
        bare = not view.evidence.rows("buying_roles")
        return unseen(
            "pipeline",
            about,
            f"{part.who}: the evidence names no contacts on deals (buying_roles)."
            if bare
            else f"{part.who}: the charter maps no stage beyond discovery, so that nothing tells "
            "which deals are past it.",
            rules,
            "Load the contact roles of deals."
            if bare
            else "Say under `deals: stages:` which work each stage is.",
            **part.told,
        )
    (limit,) = view.limits("multi_threading")
    minimum = view.number("minimum_cases")
    on = "1 contact" if found.contacts.value == 1 else f"{found.contacts.value:g} contacts"
    between = (
        f" ({found.contacts.low:.2g} to {found.contacts.high:.2g})"
        if found.contacts.low is not None and found.contacts.high is not None
        else ""
    )
    counted = found.deals - found.without
    says = (
        f"{part.who}: the median open deal past discovery has {on} recorded{between}, of "
        f"{counted:,} deals with any; fewer than {limit.value:g} is amber"
    )
    blind = found.without and found.lowest.low is not None and found.lowest.low < limit.value
    if counted >= minimum and (found.contacts.low or 0) >= limit.value and blind:
        return Finding(
            "pipeline",
            about,
            Answer.CANNOT_TELL,
            f"{says}, but on {found.without:,} more no contact is recorded.",
            rules,
            measured=found.contacts,
            limit=limit,
            **part.told,
        )
    return judged(
        "pipeline",
        about,
        says,
        found.contacts,
        (limit,),
        rules,
        proof=Proof(
            "median of distinct contacts in buying roles a deal; owners drawn again",
            found.query,
            ("deal", "stage", "contacts"),
            found.rows[:50],
            found.deals,
        ),
        remedy=(
            "In pipeline reviews, ask for each deal past discovery who else decides, and do not "
            "move it on before the others have been spoken with."
        ),
        cases=counted,
        minimum=minimum,
        caveats=(
            f"Past discovery are deals in {', '.join(found.stages)}.",
            "Counted is who is recorded on the deal; who was spoken with and never recorded is "
            "not seen.",
            f"On {found.without:,} of {found.deals:,} deals no contact is recorded; they are left "
            "out of the median."
            if found.without
            else "",
        ),
        **part.told,
    )


def _created(view: View) -> Iterator[Finding]:
    rules = ("002-51",)
    found = view.measured(pipeline_created, seed=view.seed)
    if not found:
        yield unseen(
            "pipeline",
            "targets: new pipeline",
            "No target says how much new pipeline is to be created (targets, or `targets:` in "
            "pipeline_created).",
            rules,
            "State the target under `targets:` with measure pipeline_created, by segment if "
            "it differs.",
        )
    group = minimum_group(view.charter, view.numbers, view.over.last_day)
    for one in found:
        yield _created_against(view, one, group)


def _created_against(view: View, found: CreatedPipeline, group: int) -> Finding:
    rules = ("002-51",)
    where = " and ".join(found.segments) or "the company"
    about = f"targets: new pipeline of {where}"
    created = sum(float(month[1]) for month in found.months)
    target = sum(float(month[2]) for month in found.months)
    least = view.number("minimum_quarters")
    if not target or len(found.months) < least:
        return Finding(
            "pipeline",
            about,
            Answer.CANNOT_TELL,
            f"{where}: {len(found.months)} whole months with a target for new pipeline are too few "
            f"(at least {least:.0f}).",
            rules,
            segments=found.segments,
        )
    if found.owners < group:
        return Finding(
            "pipeline",
            about,
            Answer.CANNOT_TELL,
            f"{where}: fewer than {group} people own the new pipeline, and figures on what so few "
            "do are not shown.",
            rules,
            segments=found.segments,
        )
    short = [month for month in found.months if month[1] < month[2]]
    rows = sorted(found.months, key=lambda month: month[1] - month[2])
    return judged(
        "pipeline",
        about,
        f"{where}: new pipeline of {money(view, created)} was created in {len(found.months)} "
        f"months, {percent(created / target)}{spread(found.reached)} of the "
        f"{money(view, target)} that was the target",
        in_per_cent(found.reached),
        view.limits("pipeline_created_reached"),
        rules,
        proof=Proof(
            "value of new deals by month of creation over the month's target, summed; months "
            "drawn again",
            found.query,
            ("month", "created", "target", "deals"),
            tuple((str(m), float(value), float(goal), n) for m, value, goal, n in rows)[:50],
            len(rows),
        ),
        remedy="Look each month at new pipeline against its target, before the deals it lacks.",
        caveats=(
            f"{len(short)} of {len(found.months)} months were under their target.",
            "Values are those the deals have today, not those they were created with.",
            "That managers look at it is not seen here.",
            f"{found.unvalued:,} deals have no value in the company's currency and are left out."
            if found.unvalued
            else "",
        ),
        segments=found.segments,
        trend=by_month(found),
        most=Severity.AMBER,
    )


def _personas(view: View) -> Iterator[Finding]:
    rules = ("003-22",)
    if not view.evidence.rows("buying_roles"):
        yield unseen(
            "pipeline",
            "segments: personas",
            "The evidence names no contacts on deals (buying_roles), so that kinds of buyer "
            "cannot be counted.",
            rules,
            "Load the contact roles of deals.",
        )
        return
    for found in view.measured(personas_on_won_deals, seed=view.seed):
        yield _personas_of(view, found)


def _personas_of(view: View, found: Personas) -> Finding:
    rules, minimum = ("003-22",), view.number("minimum_cases")
    where = found.segment or "all segments"
    about = f"segments.{found.segment}: personas" if found.segment else "segments: personas"
    segments = (found.segment,) if found.segment else ()
    if not found.deals and not found.without:
        return spared("pipeline", about, f"{where}: no new deal was won in the last year.", rules)
    if found.deals < minimum:
        return Finding(
            "pipeline",
            about,
            Answer.CANNOT_TELL,
            f"{where}: {found.deals:,} won deals with a kind of buyer recorded are too few (at "
            f"least {minimum:.0f}).",
            rules,
            segments=segments,
        )
    few, many = view.number("personas_generalist"), view.number("personas_specialist")
    between = (
        f" ({found.median.low:.2g} to {found.median.high:.2g})"
        if found.median.low is not None and found.median.high is not None
        else ""
    )
    return measured(
        "pipeline",
        about,
        f"{where}: the median deal won in the last year has {found.median.value:g} kinds of buyer "
        f"on it{between}; up to {few:g} fit a generalist, {many:g} and more call for specialists",
        found.median,
        rules,
        proof=Proof(
            "median of distinct kinds of buyer a won deal, never heads; owners of deals drawn again",
            found.query,
            ("deals won", "without a kind of buyer"),
            ((found.deals, found.without),),
            1,
        ),
        caveats=filled(
            "A kind of buyer is the contact's part in the deal, or the department where no part is "
            "recorded.",
            f"{found.without:,} further won deals have neither and are left out."
            if found.without
            else "",
        ),
        segments=segments,
    )
