"""Do handoffs work: that from SDR to account executive, and every other the charter declares?"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

from remit.audit.answer import judged, measured, spared, unseen
from remit.audit.cost import pipeline_lost
from remit.audit.judge import judge_cases
from remit.audit.view import Check, View
from remit.audit.wording import spread
from remit.measures import HandoffFlow, Rate
from remit.terms import Answer, Estimate, Finding, Limit, Proof, Severity, percent

RULES = ("000-16", "000-17", "000-23", "003-12", "003-54", "003-55")
DECLARED = ("000-16", "003-54", "003-55")


@Check(
    rules=RULES,
    asks="Do the meetings that SDRs hand over get accepted, become pipeline, and carry their context?",
    how="measured if a field is named",
)
def sdr_ae_handoff(view: View) -> Iterator[Finding]:
    """Acceptance, conversion and context of every handoff from an SDR or BDR to a seller.

    Acceptance and conversion are shares of meetings held, at a horizon, with open cases taken
    into account; what the CRM does not record separately cannot be looked at. Fields count as
    filled with more than blanks and placeholders, as they stand today.
    """
    charter = view.charter
    givers = set(charter.kinds("SDR") + charter.kinds("BDR"))
    takers = set(charter.kinds("AE") + charter.kinds("AE/AM"))
    flows = [flow for flow in view.flows if _first_meeting(view, flow)]
    if not flows:
        owners = givers and takers
        yield Finding(
            "sdr_ae_handoff",
            "handoffs",
            Answer.COULD_NOT_LOOK if owners else Answer.DOES_NOT_APPLY,
            "The charter declares no handoff from an SDR or BDR to a seller, so nobody can say "
            "whether it works."
            if owners
            else "The charter has no SDR or BDR beside its sellers.",
            RULES,
            remedy="Declare the handoff under `handoffs:` with where each step is recorded."
            if owners
            else "",
        )
    for flow in flows:
        if flow.too_few:
            yield _too_few("sdr_ae_handoff", flow, RULES)
            continue
        for found in (_acceptance(view, flow), _conversion(view, flow), _fields(view, flow)):
            yield _between(flow, found)


def _between(flow: HandoffFlow, found: Finding) -> Finding:
    """A finding about both sides of a handoff, in its segment."""
    return dataclasses.replace(
        found,
        roles=(flow.giver, flow.taker),
        segments=(flow.segment,) if flow.segment else (),
    )


def _first_meeting(view: View, flow: HandoffFlow) -> bool:
    """Whether an SDR or BDR hands over to a seller: `sdr_ae_handoff` holds it against limits."""
    kinds = {flow.giver: ("SDR", "BDR"), flow.taker: ("AE", "AE/AM")}
    return all(role in view.charter.kinds(*of) for role, of in kinds.items())


def _acceptance(view: View, flow: HandoffFlow) -> Finding:
    limit = (view.limit("sdr_ae_acceptance"),)
    remedy = (
        f"Write down what makes a meeting acceptable to {flow.taker}, let {flow.taker} record why "
        f"one is rejected, and pay {flow.giver} on accepted meetings."
    )
    top = ", ".join(f"{reason} ({count})" for reason, count in list(flow.reasons.items())[:3])
    notes = (f"Reasons given most often: {top}." if top else "",)
    return _rate(
        view, flow, "acceptance", flow.accepted, "accepted", limit, ("000-23",), remedy, notes
    )


def _conversion(view: View, flow: HandoffFlow) -> Finding:
    limits = (view.limit("sdr_ae_conversion", "amber"), view.limit("sdr_ae_conversion", "red"))
    remedy = (
        f"Compare meetings that became pipeline with those that did not, and change what {flow.giver} "
        "qualifies on."
    )
    found = _rate(
        view,
        flow,
        "conversion",
        flow.converted,
        "converted to pipeline",
        limits,
        ("000-17", "003-12"),
        remedy,
        (),
    )
    healthy = view.numbers["sdr_ae_conversion"].at(view.over.last_day).healthy
    rate = flow.converted
    if found.severity and rate is not None and healthy:
        base = _BASE[rate.of_step]
        lost = pipeline_lost(view, flow.segment, rate.cases, rate.estimate, healthy[0], base)
        return dataclasses.replace(found, cost=lost)
    if (
        found.answer is Answer.CLEAR
        and found.measured
        and healthy
        and (found.measured.low or 0) > healthy[1]
    ):
        return Finding(
            found.check,
            found.about,
            Answer.CLEAR,
            found.says,
            found.rules,
            Severity.NOTE,
            found.measured,
            found.limit,
            None,
            (),
            found.proof,
            "Check that the meeting is recorded when it is booked, not once it has qualified.",
            (
                *found.caveats,
                f"Above the healthy band of {percent(healthy[0])} to {percent(healthy[1])}.",
            ),
        )
    return found


def _rate(
    view: View,
    flow: HandoffFlow,
    what: str,
    rate: Rate | None,
    step: str,
    limits: tuple[Limit, ...],
    rules: tuple[str, ...],
    remedy: str,
    notes: tuple[str, ...],
) -> Finding:
    about = f"handoffs.{flow.about}: {what}"
    needed = {"acceptance": "accepted", "conversion": "converted"}[what]
    if rate is None:
        missing = needed if needed in flow.unrecorded else "held"
        return Finding(
            "sdr_ae_handoff",
            about,
            Answer.COULD_NOT_LOOK,
            f"{flow.about}: nothing in the evidence records that a meeting was {missing}.",
            rules,
            remedy=f"Name under `handoffs:` where the CRM records `{missing}`.",
        )
    said = (
        f"{flow.about}: {percent(rate.estimate.value)} of {rate.cases:,} {_BASE[rate.of_step]} are {step} "
        f"within {rate.days} days{spread(rate.estimate)}; {_at_least(limits)}."
    )
    if rate.cases < view.number("minimum_cases"):
        return Finding(
            "sdr_ae_handoff",
            about,
            Answer.CANNOT_TELL,
            f"{flow.about}: {rate.cases} {_BASE[rate.of_step]} are too few to judge {what} "
            f"(at least {view.number('minimum_cases'):.0f}).",
            rules,
            measured=rate.estimate,
            limit=limits[-1],
        )
    verdict = judge_cases(rate.estimate, limits)
    if verdict.why:
        said = f"{said[:-1]}, but {verdict.why}."
    return Finding(
        check="sdr_ae_handoff",
        about=about,
        answer=verdict.answer,
        says=said,
        rules=rules,
        severity=verdict.severity,
        measured=rate.estimate,
        limit=verdict.limit,
        proof=_proof(
            flow,
            "cumulative incidence at the horizon (Aalen-Johansen), rejection as the "
            "competing end, open cases censored",
        ),
        remedy=remedy if verdict.severity else "",
        caveats=tuple(note for note in (*notes, *_basis(flow, rate)) if note),
    )


_BASE = {"held": "meetings held", "offered": "meetings offered"}


def _at_least(limits: tuple[Limit, ...]) -> str:
    """Limits from below: the mildest is what would be in order."""
    if len(limits) == 1:
        return f"less than {percent(limits[0].value)} is red"
    return (
        f"less than {percent(limits[0].value)} is amber, less than {percent(limits[-1].value)} red"
    )


def _basis(flow: HandoffFlow, rate: Rate) -> Iterator[str]:
    if rate.of_step == "offered":
        yield "Meetings held are not recorded, so that this is of meetings offered: no-shows are in it."
    if "rejected" in flow.unrecorded:
        yield "Rejections are not recorded, so that a meeting nobody decided on looks open."


def _fields(view: View, flow: HandoffFlow, check: str = "sdr_ae_handoff") -> Finding:
    about = f"handoffs.{flow.about}: fields"
    rules = ("003-55", "003-54", "000-16")
    limits = (
        view.limit("handoff_fields_filled", "amber"),
        view.limit("handoff_fields_filled", "red"),
    )
    if flow.filled is None:
        wanted = ", ".join(flow.unseen_fields)
        return Finding(
            check,
            about,
            Answer.COULD_NOT_LOOK,
            f"{flow.about}: the export holds none of the required fields ({wanted})."
            if wanted
            else f"{flow.about}: the charter requires no fields to be filled.",
            rules,
            remedy=""
            if wanted
            else "List under `requires:` what the taker must know, with its column.",
        )
    if (
        flow.filled.of
        and sum(flow.counts.values())
        and _cases(flow.filled) < view.number("minimum_cases")
    ):
        return Finding(
            check,
            about,
            Answer.CANNOT_TELL,
            f"{flow.about}: {flow.filled.of} are too few to judge the fields.",
            rules,
            measured=flow.filled,
            limit=limits[-1],
        )
    verdict = judge_cases(flow.filled, limits)
    worst = ", ".join(
        f"{field.replace('_', ' ')} {percent(share.value)}"
        for field, share in sorted(flow.fields.items(), key=lambda item: item[1].value)
    )
    says = (
        f"{flow.about}: {percent(flow.filled.value)} of the required fields are filled"
        f"{spread(flow.filled)}; {_at_least(limits)}"
    )
    unseen = (
        (f"The export does not hold: {', '.join(flow.unseen_fields)}.",)
        if flow.unseen_fields
        else ()
    )
    return Finding(
        check=check,
        about=about,
        answer=verdict.answer,
        says=f"{says}, but {verdict.why}." if verdict.why else f"{says}.",
        rules=rules,
        severity=verdict.severity,
        measured=flow.filled,
        limit=verdict.limit,
        proof=_proof(flow, "share of required fields filled; Wilson's interval"),
        remedy=f"Make these fields required before {flow.taker} is assigned."
        if verdict.severity
        else "",
        caveats=(
            f"By field: {worst}.",
            "Fields are read as they stand today, not as they stood at the handoff.",
            *unseen,
        ),
    )


def _cases(estimate: Estimate) -> int:
    return int(estimate.of.split(" ")[0].replace(",", ""))


def _proof(flow: HandoffFlow, estimator: str) -> Proof:
    return Proof(
        estimator=estimator,
        query=flow.query,
        columns=("case", "deal", "held", "days waiting", "became", "fields missing"),
        rows=flow.worst[:50],
        total=len(flow.worst),
    )


@Check(
    rules=DECLARED,
    asks="Is every handoff the charter declares accepted in time, and does it carry what it must?",
    how="measured if a field is named",
)
def handoffs_declared(view: View) -> Iterator[Finding]:
    """Waiting at every declared handoff, and acceptance, conversion and content of all the others.

    The time a case waits until it is accepted or rejected is held against the charter's own
    `decide_within`, where it states one. Acceptance and conversion of handoffs other than that
    from an SDR or BDR to a seller are shown without a limit, because no source names one;
    `sdr_ae_handoff` holds those of the first meeting against theirs.
    """
    if not view.charter.handoffs:
        yield spared("handoffs_declared", "handoffs", "The charter declares no handoff.", DECLARED)
    for flow in view.flows:
        if flow.too_few:
            yield _too_few("handoffs_declared", flow, DECLARED)
            continue
        if not flow.counts:
            yield _no_record(view, flow)
            continue
        yield _waiting(view, flow)
        if not _first_meeting(view, flow):
            yield _shown(view, flow, "acceptance", flow.accepted, "accepted")
            yield _shown(view, flow, "conversion", flow.converted, "converted")
            yield _between(flow, _fields(view, flow, "handoffs_declared"))
    for handoff in view.charter.handoffs:
        if handoff.returns and not any(
            other.giver == handoff.taker and other.taker == handoff.giver
            for other in view.charter.handoffs
        ):
            yield unseen(
                "handoffs_declared",
                f"handoffs.{handoff.name}: return",
                f"{handoff.name}: no step records that the work comes back from {handoff.taker} "
                f"to {handoff.giver}.",
                DECLARED,
                f"Declare the way back as a handoff of its own, from {handoff.taker} to "
                f"{handoff.giver}.",
                roles=(handoff.giver, handoff.taker),
            )


def _too_few(check: str, flow: HandoffFlow, rules: tuple[str, ...]) -> Finding:
    return unseen(
        check,
        f"handoffs.{flow.about}",
        f"{flow.about}: fewer people than the minimum group hold {flow.giver} or {flow.taker}, so that "
        "what they hand over is not shown.",
        rules,
        roles=(flow.giver, flow.taker),
    )


def _no_record(view: View, flow: HandoffFlow) -> Finding:
    declared = next(h for h in view.charter.handoffs if h.name == flow.handoff)
    steps = ", ".join(declared.steps())
    return unseen(
        "handoffs_declared",
        f"handoffs.{flow.about}",
        f"{flow.about}: none of its steps ({steps}) is recorded in the evidence."
        if steps
        else f"{flow.about}: the charter names no record of any step.",
        DECLARED,
        "Name under `handoffs:` where the CRM records `offered`, `accepted` and `rejected`.",
        roles=(flow.giver, flow.taker),
    )


_CASES = {"held": "handoffs held", "offered": "handoffs offered"}


def _waiting(view: View, flow: HandoffFlow) -> Finding:
    """How long cases wait until they are decided, against the charter's own limit on it."""
    about = f"handoffs.{flow.about}: waiting"
    where: dict[str, Any] = {
        "roles": (flow.giver, flow.taker),
        "segments": (flow.segment,) if flow.segment else (),
    }
    declared = next(h for h in view.charter.handoffs if h.name == flow.handoff)
    base = "offered" if "held" in flow.unrecorded else "held"
    cases = flow.counts.get(base, 0)
    if {"accepted", "rejected"} <= set(flow.unrecorded):
        return unseen(
            "handoffs_declared",
            about,
            f"{flow.about}: nothing in the evidence records that it was accepted or rejected.",
            DECLARED,
            "Name under `handoffs:` where the CRM records `accepted` and `rejected`.",
            **where,
        )
    fewest = view.number("minimum_cases")
    if cases < fewest:
        return Finding(
            "handoffs_declared",
            about,
            Answer.CANNOT_TELL,
            f"{flow.about}: {cases} {_CASES[base]} are too few to judge the waiting "
            f"(at least {fewest:.0f}).",
            DECLARED,
            **where,
        )
    median = (
        f"half are decided {_days(flow.median_wait)}"
        if flow.median_wait is not None
        else "fewer than half are ever decided"
    )
    caveats = tuple(_undecided(flow))
    proof = _proof(
        flow, "share decided in time, of those decided or already late; Wilson's interval"
    )
    if flow.within is None or declared.decide_within is None:
        if flow.median_wait is None:
            return Finding(
                "handoffs_declared",
                about,
                Answer.CANNOT_TELL,
                f"{flow.about}: of {cases:,} {_CASES[base]} {median}.",
                DECLARED,
                proof=_proof(flow, _KAPLAN_MEIER),
                caveats=caveats,
                **where,
            )
        return measured(
            "handoffs_declared",
            about,
            f"{flow.about}: of {cases:,} {_CASES[base]} {median}",
            flow.median_wait,
            DECLARED,
            proof=_proof(flow, _KAPLAN_MEIER),
            caveats=("The charter sets no limit (`decide_within`).", *caveats),
            **where,
        )
    limits = view.limits("handoffs_decided_in_time")
    return judged(
        "handoffs_declared",
        about,
        f"{flow.about}: {percent(flow.within.value)} of {flow.within.of} are decided within "
        f"{declared.decide_within}, the charter's own limit{spread(flow.within)}; {median}; "
        f"{_under(limits)}",
        flow.within,
        limits,
        DECLARED,
        proof=proof,
        remedy=f"Remind {flow.taker} before the limit passes, or set one that can be kept.",
        cases=_cases(flow.within),
        minimum=fewest,
        caveats=caveats,
        **where,
    )


_KAPLAN_MEIER = "median wait, undecided cases as open (Kaplan-Meier)"


def _days(wait: Estimate) -> str:
    days = round(wait.value, 1)
    if not days:
        return "on the same day"
    return "within 1 day" if days == 1 else f"within {days:.1f} days"


def _under(limits: tuple[Limit, ...]) -> str:
    return ", ".join(f"less than {percent(limit.value)} is {limit.level}" for limit in limits)


def _undecided(flow: HandoffFlow) -> Iterator[str]:
    if "held" in flow.unrecorded:
        yield "Counted from the offer, because being held is not recorded."
    if "rejected" in flow.unrecorded:
        yield "Rejections are not recorded, so that a rejected case looks as if it still waited."
    elif "accepted" in flow.unrecorded:
        yield "Acceptance is not recorded, so that an accepted case looks as if it still waited."


def _shown(view: View, flow: HandoffFlow, what: str, rate: Rate | None, step: str) -> Finding:
    """A share of a handoff that no source sets a limit for."""
    about = f"handoffs.{flow.about}: {what}"
    roles, segments = (flow.giver, flow.taker), (flow.segment,) if flow.segment else ()
    if rate is None:
        missing = step if step in flow.unrecorded else "held"
        return unseen(
            "handoffs_declared",
            about,
            f"{flow.about}: nothing in the evidence records that it was {missing}.",
            DECLARED,
            f"Name under `handoffs:` where the CRM records `{missing}`.",
            roles=roles,
            segments=segments,
        )
    if rate.cases < view.number("minimum_cases"):
        return Finding(
            "handoffs_declared",
            about,
            Answer.CANNOT_TELL,
            f"{flow.about}: {rate.cases} {_CASES[rate.of_step]} are too few to judge {what} "
            f"(at least {view.number('minimum_cases'):.0f}).",
            DECLARED,
            measured=rate.estimate,
            roles=roles,
            segments=segments,
        )
    top = ", ".join(f"{reason} ({count})" for reason, count in list(flow.reasons.items())[:3])
    return measured(
        "handoffs_declared",
        about,
        f"{flow.about}: {percent(rate.estimate.value)} of {rate.cases:,} {_CASES[rate.of_step]} are "
        f"{step} within {rate.days} days{spread(rate.estimate)}",
        rate.estimate,
        DECLARED,
        proof=_proof(
            flow,
            "cumulative incidence at the horizon (Aalen-Johansen), rejection as the competing end, "
            "open cases censored",
        ),
        caveats=(f"Reasons given most often: {top}.",) if top and what == "acceptance" else (),
        roles=roles,
        segments=segments,
    )
