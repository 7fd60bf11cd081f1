"""What happens after a handoff: is discovery held over again, and are proofs of concept paid for?"""

from __future__ import annotations

from collections.abc import Iterator

from remit.audit.answer import judged, measured, spared, unseen
from remit.audit.view import Check, Part, View
from remit.audit.wording import spread
from remit.measures.after_handoff import HeldAgain, PaidProofs, discovery_again, paid_proofs
from remit.terms import Answer, Estimate, Finding, Limit, Proof, Severity, percent

AGAIN = ("003-54", "000-16")
PROOFS = ("003-64",)


@Check(
    rules=AGAIN,
    asks="Do sellers hold discovery over again after an SDR has handed a prospect over?",
    how="measured if a field is named",
)
def discovery_held_again(view: View) -> Iterator[Finding]:
    """Share of accepted handoffs after which the taker holds a further discovery meeting.

    A proxy for a handoff that restarts the relationship, so amber at most. Where it can be seen
    which handoffs carried every field, the two are compared: held again as often after a full
    handoff as after one with a field left empty is the way this company sells, and is shown
    without an answer.
    """
    charter = view.charter
    givers = set(charter.kinds("SDR", "BDR"))
    takers = set(charter.kinds("AE", "AE/AM"))
    mine = [h for h in charter.handoffs if h.giver in givers and h.taker in takers]
    if not mine:
        if givers and takers:
            yield unseen(
                "discovery_held_again",
                "handoffs",
                "The charter declares no handoff from an SDR or BDR to a seller.",
                AGAIN,
                "Declare the handoff under `handoffs:` with where each step is recorded.",
            )
        else:
            yield spared(
                "discovery_held_again",
                "handoffs",
                "The charter has no SDR or BDR beside its sellers.",
                AGAIN,
            )
        return
    for handoff in mine:
        kind = charter.roles[handoff.taker].kind or ""
        parts = [part for part in view.parts(kind) if handoff.taker in part.roles]
        if not parts:
            yield unseen(
                "discovery_held_again",
                f"handoffs.{handoff.name}: discovery again",
                f"{handoff.name}: too few people held {handoff.taker} for any figure to be shown.",
                AGAIN,
                roles=(handoff.giver, handoff.taker),
            )
        for part in parts:
            yield _again(view, handoff.name, handoff.giver, part)


def _again(view: View, name: str, giver: str, part: Part) -> Finding:
    where = f"{name} to {part.about}"
    about = f"handoffs.{name}: discovery again by {part.about}"
    roles = (giver, *part.roles)
    if not view.evidence.rows("activities"):
        return unseen(
            "discovery_held_again",
            about,
            f"{where}: the evidence holds no activities.",
            AGAIN,
            "Load the meetings.",
            roles=roles,
            segments=part.segments,
        )
    found = view.measured(
        discovery_again,
        handoff=name,
        roles=part.roles,
        segments=part.segments,
        persons=part.persons,
        within=view.over,
    )
    if found is None:
        return unseen(
            "discovery_held_again",
            about,
            f"{where}: nothing in the evidence records that a meeting was accepted.",
            AGAIN,
            "Name under `handoffs:` where the CRM records `accepted`.",
            roles=roles,
            segments=part.segments,
        )
    if not found.meetings:
        return unseen(
            "discovery_held_again",
            about,
            f"{where}: no meeting of theirs can be told to be discovery.",
            AGAIN,
            "Load the meetings with the deal or lead they concern, and say under `deals: stages:` "
            "which stages are discovery.",
            roles=roles,
            segments=part.segments,
        )
    return _judge_again(view, found, where, about, roles, part)


def _judge_again(
    view: View, found: HeldAgain, where: str, about: str, roles: tuple[str, ...], part: Part
) -> Finding:
    limits = view.limits("discovery_again_share")
    fewest = view.number("minimum_cases")
    says = (
        f"{where}: a further discovery meeting within {found.days} days of {percent(found.share.value)} "
        f"of {found.cases:,} accepted handoffs{spread(found.share)}"
    )
    proof = Proof(
        estimator="cumulative incidence at the horizon (Aalen-Johansen), a deal that closed or left "
        "discovery as the competing end, young handoffs censored",
        query=found.query,
        columns=("case", "deal", "accepted", "further discovery meetings", "fields missing"),
        rows=found.worst[:50],
        total=found.cases,
    )
    compared = ""
    if found.filled is not None and found.empty is not None:
        compared = (
            f"{percent(found.filled.value)}{spread(found.filled)} of the {found.filled_cases:,} with "
            f"every field filled, {percent(found.empty.value)}{spread(found.empty)} of the "
            f"{found.empty_cases:,} with a field left empty."
        )
    caveats = tuple(
        note
        for note in (
            compared,
            "A proxy: a further meeting may be a restart, or the next step of the sale.",
            f"The first meeting is {found.first}.",
        )
        if note
    )
    told = min(found.filled_cases, found.empty_cases) >= fewest
    if found.cases >= fewest and told and _past(found.share, limits) and not _goes_with(found):
        return measured(
            "discovery_held_again",
            about,
            f"{says}, no more often where a field was left empty than where all were filled",
            found.share,
            AGAIN,
            proof=proof,
            caveats=caveats,
            roles=roles,
            segments=part.segments,
            trend=found.months,
        )
    return judged(
        "discovery_held_again",
        about,
        f"{says}; {_above(limits)}",
        found.share,
        limits,
        AGAIN,
        proof=proof,
        remedy="Ask both sides what the second meeting goes over again, and add it to what the "
        "handoff requires.",
        cases=found.cases,
        minimum=fewest,
        caveats=caveats,
        roles=roles,
        segments=part.segments,
        trend=found.months,
        most=Severity.AMBER,
    )


def _past(share: Estimate, limits: tuple[Limit, ...]) -> bool:
    return share.low is not None and share.low > limits[0].value


def _goes_with(found: HeldAgain) -> bool:
    """Whether discovery is held again more often where a field was left empty."""
    filled, empty = found.filled, found.empty
    if filled is None or empty is None or filled.high is None or empty.low is None:
        return False
    return empty.low > filled.high


def _above(limits: tuple[Limit, ...]) -> str:
    return ", ".join(f"over {percent(limit.value)} is {limit.level}" for limit in limits)


@Check(
    rules=PROOFS,
    asks="What share of the proofs of concept that sales engineers take part in becomes paid?",
    how="measured if a field is named",
)
def proofs_of_concept_paid(view: View) -> Iterator[Finding]:
    """Share of proofs of concept that become paid, of those a sales engineer took part in.

    Counted from the day the proof of concept started; a lost deal is a competing end, and those
    still running are open.
    """
    check = "proofs_of_concept_paid"
    roles = view.charter.kinds("SE")
    if not roles:
        yield spared(check, "roles: SE", "The charter has no SE.", PROOFS)
        return
    deals = view.evidence["opportunities"]
    if "poc_at" not in deals.columns or not deals.filter(deals.poc_at.notnull()).count().execute():
        yield unseen(
            check,
            "deals: proof of concept",
            "Nothing in the evidence tells which deals had a proof of concept."
            if view.charter.deals.proof_of_concept
            else "The charter does not say where a proof of concept is recorded.",
            PROOFS,
            "Name under `deals: proof_of_concept:` the stage or the field that records it.",
            roles=roles,
        )
        return
    parts = view.parts("SE")
    if not parts:
        yield unseen(
            check,
            "deals: proof of concept",
            f"{' and '.join(roles)}: too few people held the role for any figure to be shown.",
            PROOFS,
            roles=roles,
        )
    for part in parts:
        yield _proofs(view, part)


def _proofs(view: View, part: Part) -> Finding:
    check, about = "proofs_of_concept_paid", f"roles.{part.about}: proofs of concept"
    found = view.measured(
        paid_proofs, roles=part.roles, segments=part.segments, persons=part.persons
    )
    if found is None or (not found.cases and not found.unseen):
        return Finding(
            check,
            about,
            Answer.CANNOT_TELL,
            f"{part.about}: no proof of concept started in the year.",
            PROOFS,
            roles=part.roles,
            segments=part.segments,
        )
    if not found.cases:
        return unseen(
            check,
            about,
            f"{part.about}: none of {found.unseen:,} proofs of concept has any of their work on "
            "record.",
            PROOFS,
            "Load the activities of sales engineers with the deals they concern.",
            roles=part.roles,
            segments=part.segments,
        )
    limits = view.limits("poc_conversion")
    return judged(
        check,
        about,
        f"{part.about}: {percent(found.share.value)} of {found.cases:,} proofs of concept are paid "
        f"within {found.days} days{spread(found.share)}; under {percent(limits[0].value)} is "
        f"{limits[0].level}",
        found.share,
        limits,
        PROOFS,
        proof=_of_proofs(found),
        remedy="Agree with the buyer before it starts on what it must show and what follows, and do "
        "not start one without that.",
        cases=found.cases,
        minimum=view.number("minimum_cases"),
        caveats=(
            f"{found.won:,} paid, {found.lost:,} lost, {found.cases - found.won - found.lost:,} "
            "open.",
            f"{found.unseen:,} more have none of their work on record and are not in it."
            if found.unseen
            else "",
        ),
        roles=part.roles,
        segments=part.segments,
        trend=found.months,
    )


def _of_proofs(found: PaidProofs) -> Proof:
    return Proof(
        estimator="cumulative incidence at the horizon (Aalen-Johansen), a lost deal as the "
        "competing end, open deals censored",
        query=found.query,
        columns=("deal", "started", "days", "became"),
        rows=found.worst[:50],
        total=found.cases,
    )
