"""Do customers get their business reviews?"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

from remit.audit.answer import judged, spared, unseen
from remit.audit.parts import parts_of, too_few
from remit.audit.view import Check, View
from remit.audit.wording import spread
from remit.charter.organisation import Cadence
from remit.measures.after_signing import reviews_held
from remit.terms import Answer, Finding, Proof, Severity, percent
from remit.terms.shapes import days_in

RULES = ("003-34",)


@Check(
    rules=RULES,
    asks="Do customers get their business reviews as often as the charter says?",
    how="measured if a field is named",
)
def business_reviews(view: View) -> Iterator[Finding]:
    """Share of the business reviews due that took place, by the charter's own cadence.

    A review is due once in every whole interval for which a company was a customer. It took place
    if an activity of the rule that the cadence names under `seen_in:` did; who held it does not
    matter.
    """
    declared = [c for c in view.charter.cadences if c.kind == "business_review"]
    if not declared:
        if not view.charter.kinds("CSM", "CSM/AM", "AM", "AE/AM"):
            yield spared(
                "business_reviews",
                "cadences",
                "The charter has no role that looks after customers.",
                RULES,
            )
            return
        yield unseen(
            "business_reviews",
            "cadences",
            "Whether customers get business reviews could not be looked at: the charter declares "
            "none.",
            RULES,
            remedy="Declare them under `cadences:`, with `seen_in:` for the activity rule that "
            "tells that one was held.",
        )
    for cadence in declared:
        yield from _held(view, cadence)


def _held(view: View, cadence: Cadence) -> Iterator[Finding]:
    about = f"cadences.business_review by {cadence.by}"
    every = round(days_in(cadence.every))
    if cadence.seen_in is None:
        yield unseen(
            "business_reviews",
            about,
            f"Whether {cadence.by} holds the business reviews could not be looked at: the charter "
            "does not say by which activities one knows them.",
            RULES,
            remedy="Name the activity rule under `seen_in:` of the cadence.",
            roles=(cadence.by,),
        )
        return
    shown = False
    for part in parts_of(view, (cadence.by,)):
        here = part.segments or view.charter.roles[cadence.by].segments
        if cadence.segments:
            here = tuple(s for s in here or view.charter.segment_names() if s in cadence.segments)
            if not here:
                continue
        shown = True
        yield _of(view, cadence, every, here)
    if not shown:
        yield unseen(
            "business_reviews",
            about,
            f"Business reviews of {cadence.by} are not shown: {too_few(view, (cadence.by,))}.",
            RULES,
            roles=(cadence.by,),
        )


def _of(view: View, cadence: Cadence, every: int, segments: tuple[str, ...]) -> Finding:
    where = f"{cadence.by} in {' and '.join(segments)}" if segments else cadence.by
    about = f"cadences.business_review by {where}"
    found = view.measured(
        reviews_held,
        view.over,
        rule=cadence.seen_in,
        every=every,
        segments=tuple(s for s in segments if s in view.charter.segments),
        seed=view.seed,
    )
    if found is None or not found.due:
        why = (
            f"the activities cover {view.over.days} days, less than the {every} days from one "
            "review to the next"
            if found is None
            else f"no company was a customer for {every} days of the time that has activities"
        )
        return unseen(
            "business_reviews",
            about,
            f"{where}: business reviews could not be looked at: {why}.",
            RULES,
            roles=(cadence.by,),
            segments=segments,
        )
    limit = view.limit("business_review_share", "amber")
    result = judged(
        "business_reviews",
        about,
        f"{where}: {percent(found.share.value)} of {found.due:,} business reviews due took place"
        f"{spread(found.share)}, one in {every} days for each of {found.customers:,} customers; "
        f"less than {percent(limit.value)} is past the limit",
        found.share,
        (limit,),
        RULES,
        proof=Proof(
            "share of whole intervals with a review; interval: customers drawn again",
            found.query,
            ("customer", "reviews missed", "reviews due", "last review"),
            found.rows[:50],
            len(found.rows),
        ),
        remedy=f"Put the customers without a review first; or change `every:` to what {cadence.by} "
        "can hold.",
        cases=found.due,
        minimum=view.number("minimum_cases"),
        caveats=(
            "A review that nobody logged, or that is not named like one, is not seen.",
            ""
            if view.evidence.rows("contracts")
            else "Without contracts nobody is known to have "
            "left, so that reviews may be counted as due with companies that are gone.",
        ),
        roles=(cadence.by,),
        segments=segments,
        trend=found.months,
        most=Severity.AMBER,
    )
    # a review without a record looks the same as none
    if result.answer is Answer.PROVEN:
        return dataclasses.replace(result, answer=Answer.INDICATED)
    return result
