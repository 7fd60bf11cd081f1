"""Does customer success refuse customers who have signed?"""

from __future__ import annotations

from collections.abc import Iterator

from remit.audit.answer import judged, spared, unseen
from remit.audit.parts import group_of
from remit.audit.view import Check, View
from remit.audit.wording import spread
from remit.charter import Function, remit_of
from remit.measures import HandoffFlow
from remit.measures.after_signing import kept_after_step
from remit.terms import Finding, Proof, Severity, percent

RULES = ("001-07",)
AFTER_SIGNING = (Function.ONBOARDING, Function.CUSTOMER_SUCCESS)


@Check(
    rules=RULES,
    asks="Does customer success refuse customers who have signed?",
    how="measured if a field is named",
)
def refused_customers(view: View) -> Iterator[Finding]:
    """Share of signed customers that are refused at the handoff to customer success.

    Beside it stands how much of their revenue those who were accepted kept after a year: a high
    bar keeps it high by leaving customers out.
    """
    charter = view.charter
    takers = {role for role in charter.roles if remit_of(charter, role).owned & set(AFTER_SIGNING)}
    closers = {role for role in charter.roles if Function.CLOSING in remit_of(charter, role).owned}
    if not takers - closers:
        yield spared(
            "refused_customers",
            "handoffs",
            "Nobody takes over customers after signing: who closes them keeps them, or no role "
            "owns customer success.",
            RULES,
        )
        return
    flows = [
        flow
        for flow, handoff in (
            (flow, next(h for h in charter.handoffs if h.name == flow.handoff))
            for flow in view.flows
        )
        if handoff.at in AFTER_SIGNING and handoff.taker in takers
    ]
    if not flows:
        yield unseen(
            "refused_customers",
            "handoffs",
            f"Whether {' or '.join(sorted(takers - closers))} refuses customers could not be looked "
            "at: the charter declares no handoff at onboarding or customer success.",
            RULES,
            remedy="Declare the handoff after signing under `handoffs:`, with where `accepted` and "
            "`rejected` are recorded.",
            roles=tuple(sorted(takers - closers)),
        )
    for flow in flows:
        yield _refused(view, flow)


def _refused(view: View, flow: HandoffFlow) -> Finding:
    about = f"handoffs.{flow.about}: refused"
    segments = (flow.segment,) if flow.segment else ()
    rate = flow.rejected
    people = {s.person_id for s in view.held if s.role == flow.taker and s.during(view.year)}
    if rate is None or len(people) < group_of(view):
        why = (
            "nothing in the evidence records that a customer was refused"
            if rate is None and not flow.too_few
            else f"fewer people than the minimum group hold the role {flow.taker}"
        )
        return unseen(
            "refused_customers",
            about,
            f"{flow.about}: refusals could not be looked at: {why}.",
            RULES,
            remedy="Name under `handoffs:` where the CRM records `rejected`."
            if rate is None and not flow.too_few
            else "",
            roles=(flow.taker,),
            segments=segments,
        )
    limit = view.limit("customers_refused_share", "amber")
    accepted = view.measured(
        kept_after_step,
        handoff=flow.handoff,
        step="accepted",
        segment=flow.segment,
        seed=view.seed,
    )
    top = ", ".join(f"{reason} ({count})" for reason, count in list(flow.reasons.items())[:3])
    return judged(
        "refused_customers",
        about,
        f"{flow.about}: {percent(rate.estimate.value)} of {rate.cases:,} signed customers are "
        f"refused within {rate.days} days{spread(rate.estimate)}; more than {percent(limit.value)} "
        "is past the limit",
        rate.estimate,
        (limit,),
        RULES,
        proof=Proof(
            "cumulative incidence at the horizon (Aalen-Johansen), acceptance as the competing "
            "end, open cases censored",
            flow.query,
            ("case", "deal", rate.of_step, "days waiting", "became", "fields missing"),
            tuple(row for row in flow.worst if row[4] == "rejected")[:50],
            sum(row[4] == "rejected" for row in flow.worst),
        ),
        remedy=f"Write down together with {flow.giver} what makes a customer ready, say who looks "
        "after the refused ones, and read the refusals each month.",
        cases=rate.cases,
        minimum=view.number("minimum_cases"),
        caveats=(
            f"Reasons given most often: {top}." if top else "",
            f"Those accepted a year ago and earlier kept {percent(accepted.share.value)} of their "
            f"recurring revenue over a year{spread(accepted.share)}, {accepted.customers:,} "
            "customers; that says nothing about those who were refused."
            if accepted is not None
            else "How much revenue the accepted ones kept is not known: no contracts reach a year "
            "past their acceptance.",
            f"That one in ten is too many is remit's convention ({limit.source.standing}).",
        ),
        roles=(flow.taker,),
        segments=segments,
        most=Severity.AMBER,
    )
