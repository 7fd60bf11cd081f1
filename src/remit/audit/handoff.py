"""Does the handoff from SDR to account executive work?"""

from __future__ import annotations

from collections.abc import Iterator

from remit.audit.judge import judge_cases
from remit.audit.view import Check, View
from remit.audit.wording import spread
from remit.measures import HandoffFlow, Rate
from remit.terms import Answer, Estimate, Finding, Limit, Proof, Severity, percent

RULES = ("000-16", "000-17", "000-23", "003-12", "003-54", "003-55")


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
    flows = [flow for flow in view.flows if flow.giver in givers and flow.taker in takers]
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
        yield _acceptance(view, flow)
        yield _conversion(view, flow)
        yield _fields(view, flow)


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


def _fields(view: View, flow: HandoffFlow) -> Finding:
    about = f"handoffs.{flow.about}: fields"
    rules = ("003-55", "003-54", "000-16")
    limits = (
        view.limit("handoff_fields_filled", "amber"),
        view.limit("handoff_fields_filled", "red"),
    )
    if flow.filled is None:
        wanted = ", ".join(flow.unseen_fields)
        return Finding(
            "sdr_ae_handoff",
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
            "sdr_ae_handoff",
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
        check="sdr_ae_handoff",
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
