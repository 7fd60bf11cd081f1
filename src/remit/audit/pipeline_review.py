"""Do the open deals look as if somebody went through them?"""

from __future__ import annotations

from collections.abc import Iterator

from remit.audit.answer import judged, measured, unseen
from remit.audit.sellers import Sellers, money, multiple, sellers
from remit.audit.view import Check, View
from remit.audit.wording import spread
from remit.measures.deal_records import deals_of
from remit.measures.pipeline import (
    ForecastHeld,
    Kept,
    forecast_held,
    framework_filled,
    next_steps,
    past_close_days,
)
from remit.measures.time import minimum_group
from remit.terms import Answer, Finding, Proof, Severity, percent

RULES = ("003-42",)
SELLERS = ("AE", "AE/AM")
MANAGERS = ("sales manager", "VP Sales", "CRO")
PROXY = "A proxy: it tells how deals are kept, not whether pipeline reviews are held."


@Check(
    rules=RULES,
    asks="Do the open deals look as if pipeline reviews went through them?",
    how="measured if a field is named",
)
def pipeline_review(view: View) -> Iterator[Finding]:
    """Fields of the qualification framework, next steps, close days gone by, and forecasts held.

    Each is a proxy for pipeline reviews by a framework, and gives at most amber. The forecast is
    held against what was won only where it is known as it stood when the quarter began.
    """
    found = sellers(view, "pipeline_review", RULES, *SELLERS)
    if isinstance(found, Finding):
        yield found
        return
    for part in found:
        yield _framework(view, part)
        yield _next_steps(view, part)
        yield _past_close_days(view, part)
    yield from _forecast(view)


def _framework(view: View, part: Sellers) -> Finding:
    about = f"{part.about}: framework"
    found = view.measured(framework_filled, persons=part.persons, seed=view.seed)
    if found is None:
        return unseen(
            "pipeline_review",
            about,
            f"{part.who}: no fields of a qualification framework are known (opportunities, "
            "framework).",
            RULES,
            "Name the fields under `deals: framework:`, and load the deals with them.",
            **part.told,
        )
    (limit,) = view.limits("framework_fields_filled")
    return _kept(
        view,
        part,
        about,
        found,
        f"{part.who}: {percent(found.share.value)} of the qualification framework's fields are "
        f"filled on {found.deals:,} open deals past discovery{spread(found.share)}; less than "
        f"{percent(limit.value)} is amber",
        "framework_fields_filled",
        "share filled",
        "Go through the framework's fields in each pipeline review, and move no deal on without "
        "them.",
        "Filled means more than a placeholder, as the fields stand today.",
    )


def _next_steps(view: View, part: Sellers) -> Finding:
    about = f"{part.about}: next steps"
    found = view.measured(next_steps, persons=part.persons, seed=view.seed)
    if found is None:
        return unseen(
            "pipeline_review",
            about,
            f"{part.who}: nothing tells whether a deal has a next step (opportunities, next_step).",
            RULES,
            "Name the column under `deals: next_step:`, and load the deals with it.",
            **part.told,
        )
    (limit,) = view.limits("next_step_share")
    return _kept(
        view,
        part,
        about,
        found,
        f"{part.who}: {percent(found.share.value)} of {found.deals:,} open deals have a next step"
        f"{spread(found.share)}; less than {percent(limit.value)} is amber",
        "next_step_share",
        "next step",
        "Leave no deal in a pipeline review without a next step and its day.",
        "",
    )


def _past_close_days(view: View, part: Sellers) -> Finding:
    found = view.measured(past_close_days, persons=part.persons, seed=view.seed)
    about = f"{part.about}: close days"
    if not found.deals and found.unknown:
        return unseen(
            "pipeline_review",
            about,
            f"{part.who}: no open deal has an expected close day (opportunities, close_day).",
            RULES,
            "Load the deals with the day on which they are expected to close.",
            **part.told,
        )
    (limit,) = view.limits("past_close_day_share")
    return _kept(
        view,
        part,
        about,
        found,
        f"{part.who}: on {percent(found.share.value)} of {found.deals:,} open deals the expected "
        f"close day has gone by{spread(found.share)}; more than {percent(limit.value)} is amber",
        "past_close_day_share",
        "days past",
        "Move the day or close the deal, and take deals without either out of the forecast.",
        "",
    )


def _kept(
    view: View,
    part: Sellers,
    about: str,
    found: Kept,
    says: str,
    benchmark: str,
    column: str,
    remedy: str,
    caveat: str,
) -> Finding:
    if not found.deals:
        return Finding(
            "pipeline_review",
            about,
            Answer.CANNOT_TELL,
            f"{part.who}: no open deals are there to look at.",
            RULES,
            **part.told,
        )
    return judged(
        "pipeline_review",
        about,
        says,
        found.share,
        view.limits(benchmark),
        RULES,
        proof=Proof(
            "share of open deals; owners drawn again",
            found.query,
            ("deal", "stage", "days open", column),
            found.rows[:50],
            len(found.rows),
        ),
        remedy=remedy,
        cases=found.deals,
        minimum=view.number("minimum_cases"),
        caveats=(
            PROXY,
            caveat,
            f"{found.unknown:,} further open deals do not tell and are left out."
            if found.unknown
            else "",
        ),
        most=Severity.AMBER,
        **part.told,
    )


def _forecast(view: View) -> Iterator[Finding]:
    """By groups of managers where each is large enough to be shown, else as a whole."""
    group = minimum_group(view.charter, view.numbers, view.over.last_day)
    people = view.evidence["people"].select("person_id", "manager_id").to_pyarrow().to_pylist()
    shown = False
    for part in view.parts(*MANAGERS):
        theirs = frozenset(p["person_id"] for p in people if p["manager_id"] in part.persons)
        if len(theirs) >= group:
            shown = True
            found = view.measured(forecast_held, persons=theirs, seed=view.seed)
            who = " and ".join(part.roles)
            yield _held(view, f"roles.{who}", f"the teams of {who}", found, part.roles)
    if shown:
        return
    if deals_of(view.evidence, view.charter, kinds=("new", "expansion")).owners < group:
        yield Finding(
            "pipeline_review",
            "deals: forecast",
            Answer.CANNOT_TELL,
            f"Fewer than {group} people sell, and figures on what so few do are not shown.",
            RULES,
        )
        return
    yield _held(view, "deals", "all sellers", view.measured(forecast_held, seed=view.seed), ())


def _held(view: View, where: str, who: str, found: ForecastHeld, roles: tuple[str, ...]) -> Finding:
    about = f"{where}: forecast"
    if not found.recorded:
        return unseen(
            "pipeline_review",
            about,
            f"{who}: no deal has a forecast (opportunities, forecast).",
            RULES,
            "Name the column and its words under `deals: forecast:`, and load the deals with it.",
            roles=roles,
        )
    if not found.quarters:
        return unseen(
            "pipeline_review",
            about,
            f"{who}: the forecast is known as it is today, for none of {found.looked} quarters as "
            "it stood when they began.",
            RULES,
            "Load an export at the start of each quarter into the same file; remit keeps what "
            "each said.",
            roles=roles,
        )
    least = view.number("minimum_quarters")
    if found.over is None or len(found.quarters) < least:
        return Finding(
            "pipeline_review",
            about,
            Answer.CANNOT_TELL,
            f"{who}: {len(found.quarters)} quarters with a forecast as it stood are too few (at "
            f"least {least:.0f}).",
            RULES,
            measured=found.over,
            roles=roles,
        )
    off = sorted(found.quarters, key=lambda q: -abs(q.won - q.committed))
    return measured(
        "pipeline_review",
        about,
        f"{who}: {multiple(found.over)} what was committed when the quarter began was won by its "
        f"end, over {len(found.quarters)} quarters",
        found.over,
        RULES,
        proof=Proof(
            "value won in the quarter over value committed when it began, summed; quarters drawn "
            "again",
            found.query,
            ("quarter", "deals committed", "committed", "won", "won of the committed"),
            tuple(
                (
                    str(q.quarter),
                    q.deals,
                    float(q.committed),
                    float(q.won),
                    float(q.won_of_committed),
                )
                for q in off
            ),
            len(off),
        ),
        caveats=(
            f"Furthest off was the quarter {off[0].quarter}: "
            f"{money(view, float(off[0].committed))} committed, "
            f"{money(view, float(off[0].won))} won.",
            "No source gives a limit for it. Owners of deals and their managers are those of "
            "today.",
        ),
        roles=roles,
    )
