"""Do new customers get to first value in time, and is upsell looked for?"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

from remit.audit.answer import judged, spared, unseen
from remit.audit.judge import judge_cases
from remit.audit.parts import parts_of, too_few
from remit.audit.view import Check, Part, View
from remit.audit.wording import spread
from remit.charter import Function
from remit.measures.after_signing import FirstValue, Upsell, first_value, upsell_found
from remit.terms import Answer, Estimate, Finding, Limit, Proof, Severity, percent

VALUE = ("003-33", "003-38")
UPSELL = ("003-53",)


@Check(
    rules=(*VALUE, *UPSELL),
    asks="Do new customers get value from the product in time, and does customer success find upsell?",
    how="measured",
)
def after_signing(view: View) -> Iterator[Finding]:
    """Days from signing to first value, and upsell found soon after signing.

    First value is the reading of usage that the charter names under `first_value:`; until one is
    named, the first use of any kind, which is a proxy. Customers not there yet count as waiting.
    Upsell is looked for by the role that owns customer success: it opens an expansion deal or
    passes the customer on; who owns expansion is credited with it, not who finds it.
    """
    yield from _values(view)
    yield from _upsells(view)


def _values(view: View) -> Iterator[Finding]:
    about = "customers: time to first value"
    if not view.evidence.rows("usage"):
        yield unseen(
            "after_signing",
            about,
            "When customers first get value could not be looked at: the evidence holds no usage.",
            VALUE,
            remedy="Add a table of usage readings by customer and day.",
        )
        return
    named = view.charter.first_value
    seen = False
    for segment in view.charter.segment_names() or ("",):
        of = named if named is not None and segment in (named.segments or (segment,)) else None
        found = view.measured(
            first_value,
            metric=of.metric if of is not None else None,
            at_least=float(of.at_least) if of is not None else 0.0,
            segments=(segment,) if segment else (),
        )
        if found is None:
            yield unseen(
                "after_signing",
                f"{about} in {segment}" if segment else about,
                f"Usage holds no reading called {of.metric if of else ''}, by which the charter "
                "tells first value.",
                VALUE,
                remedy="Name a reading that the usage table has under `first_value:`.",
                segments=(segment,) if segment else (),
            )
            seen = True
        elif found.customers:
            seen = True
            what = (
                f"had reached first value ({of.metric} of at least {of.at_least:g})"
                if of is not None
                else "had used the product"
            )
            yield _value(view, found, segment, what, of is None)
    if not seen:
        yield unseen(
            "after_signing",
            about,
            "When customers first get value could not be looked at: no customer who signed in the "
            "last year did so while usage was read.",
            VALUE,
        )


def _value(view: View, found: FirstValue, segment: str, what: str, proxy: bool) -> Finding:
    limit = view.limit("time_to_value_days", "amber")
    who = f"{segment} customers" if segment else "Customers"
    estimate, held = _against(found.median, found.by_limit, limit)
    if held.unit == "days":
        says = (
            f"{who}: half of {found.customers:,} who signed in the last year {what} within "
            f"{estimate.value:.0f} days{_days(estimate)}; the limit is {limit.value:.0f} days"
        )
    else:
        says = (
            f"{who}: {percent(estimate.value)} of {found.customers:,} who signed in the last year "
            f"{what} within {limit.value:.0f} days{spread(estimate)}; fewer than half is past the "
            "limit"
        )
    result = judged(
        "after_signing",
        f"customers in {segment}: time to first value"
        if segment
        else "customers: time to first value",
        says,
        estimate,
        (held,),
        VALUE,
        proof=Proof(
            "median of the Kaplan-Meier curve, and cumulative incidence at the limit; customers "
            "not there yet are open",
            found.query,
            ("customer", "signed", "first value", "days"),
            found.rows[:50],
            len(found.rows),
        ),
        remedy="Follow the customers who wait longest, and give the first days after signing an "
        "owner and a plan.",
        cases=found.customers,
        minimum=view.number("minimum_cases"),
        caveats=(
            "The charter names no `first_value:`, so that any use stands for it: a proxy that "
            "comes sooner than value does."
            if proxy
            else "",
            f"Usage is read about every {found.between_readings:.0f} days, so that first value may "
            "have come up to that much sooner."
            if (found.between_readings or 0) > 1
            else "",
            f"{found.unread:,} of these customers have no reading at all, and count as waiting."
            if found.unread
            else "",
        ),
        segments=(segment,) if segment else (),
        trend=found.months,
        most=Severity.AMBER,
    )
    return _sure(result, found, limit) if found.unread else result


def _sure(result: Finding, found: FirstValue, limit: Limit) -> Finding:
    """Nothing is told that holds only if customers without a reading do, or do not, use it."""
    estimate, held = _against(*found.seen_only, limit)
    if result.answer in (Answer.CANNOT_TELL, judge_cases(estimate, (held,)).answer):
        return result
    return dataclasses.replace(
        result,
        answer=Answer.CANNOT_TELL,
        severity=None,
        remedy="",
        says=result.says.rstrip(".") + ", but without the customers of whom there is no reading "
        "the answer would be another.",
    )


def _against(
    median: Estimate | None, by_limit: Estimate | None, limit: Limit
) -> tuple[Estimate, Limit]:
    """The median in days where it has an interval, else the share there within the limit.

    Half of them within the limit, and a median within it, are the same thing.
    """
    if median is not None and median.high is not None and median.low is not None:
        whole = dataclasses.replace(
            median,
            value=float(round(median.value)),
            low=float(round(median.low)),
            high=float(round(median.high)),
        )
        return whole, limit
    half = dataclasses.replace(limit, value=0.5, unit="share", above=False)
    return by_limit or Estimate(float("nan"), "share"), half


def _days(estimate: Estimate) -> str:
    return (
        f" ({estimate.low:.0f} to {estimate.high:.0f})"
        if estimate.low is not None and estimate.high is not None
        else ""
    )


def _upsells(view: View) -> Iterator[Finding]:
    about = "customers: upsell found"
    owners = {
        segment: tuple(view.owners(Function.CUSTOMER_SUCCESS, segment))
        for segment in view.segments()
    }
    roles = tuple(dict.fromkeys(role for of in owners.values() for role in of))
    if not roles:
        yield spared(
            "after_signing",
            about,
            "The charter gives customer success to no role, so that nobody is asked to find upsell.",
            UPSELL,
        )
        return
    shown = False
    for part in parts_of(view, roles):
        here = part.segments or tuple(s for s, of in owners.items() if set(of) & set(part.roles))
        known = tuple(s for s in here if s in view.charter.segments)
        found = view.measured(upsell_found, roles=part.roles, persons=part.persons, segments=known)
        shown = True
        yield _upsell(view, part, found, known)
    if not shown:
        yield unseen(
            "after_signing",
            about,
            f"Upsell found by {' and '.join(roles)} is not shown: {too_few(view, roles)}.",
            UPSELL,
            roles=roles,
        )


def _upsell(view: View, part: Part, found: Upsell, segments: tuple[str, ...]) -> Finding:
    about = f"customers of {part.about}: upsell found"
    limit = view.limit("upsell_found_share", "amber")
    if not found.expansions and not found.found:
        return unseen(
            "after_signing",
            about,
            f"{part.about}: the evidence holds no deal that is marked as expansion, and no customer "
            "passed on for it.",
            UPSELL,
            remedy="Say under `deals: kind:` which deals are expansion.",
            roles=part.roles,
            segments=segments,
        )
    if not found.customers:
        return unseen(
            "after_signing",
            about,
            f"{part.about}: no customer of theirs signed in the last year.",
            UPSELL,
            roles=part.roles,
            segments=segments,
        )
    share = percent(found.share.value) if found.share.value else "none"
    return judged(
        "after_signing",
        about,
        f"{part.about}: for {share} of {found.customers:,} new customers they found an upsell "
        f"within {found.days} days of signing{spread(found.share)}; less than "
        f"{percent(limit.value)} is past the limit",
        found.share,
        (limit,),
        UPSELL,
        proof=Proof(
            "cumulative incidence at the horizon (Aalen-Johansen), leaving as the competing end, "
            "open cases censored",
            found.query,
            ("customer", "signed", "upsell found", "days"),
            found.rows[:50],
            len(found.rows),
        ),
        remedy=f"Let {' and '.join(part.roles)} look for upsell at a fixed time after signing, and "
        "record the customers they pass on as a handoff.",
        cases=found.customers,
        minimum=view.number("minimum_cases"),
        caveats=(
            f"For {found.by_others:,} of them somebody else opened an expansion deal in that time: "
            "an upsell that they passed on by word of mouth is not seen."
            if found.by_others
            else "An upsell that is passed on by word of mouth is not seen.",
            f"That it should be {percent(limit.value)} at least is remit's convention; the source "
            f"says {found.days} days.",
        ),
        roles=part.roles,
        segments=segments,
        trend=found.months,
        most=Severity.AMBER,
    )
