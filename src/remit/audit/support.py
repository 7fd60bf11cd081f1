"""Do customer success managers do the support desk's work?"""

from __future__ import annotations

from collections.abc import Iterator

from remit.audit.timeshare import (
    TimeQuestion,
    answer_time,
    one_per_part,
    segments_named,
)
from remit.audit.view import Check, View
from remit.audit.wording import spread
from remit.charter import Function
from remit.measures import tickets_worked
from remit.terms import Answer, Finding, percent

RULES = ("000-15", "000-11")


@Check(
    rules=RULES,
    asks="Do customer success managers work as a support desk?",
    how="measured",
)
def csm_support(view: View) -> Iterator[Finding]:
    """Share of customer success managers' recorded time spent on support tickets.

    Beside it stands a second, independent measure: the share of their segment's tickets that
    were with them. Where a charter makes support their own work, the rule does not apply.
    """
    yield from one_per_part(_by_segment(view))


def _by_segment(view: View) -> Iterator[Finding]:
    charter = view.charter
    limits = (view.limit("csm_support_share"),)
    second_limit = view.limit("csm_ticket_share")
    roles = charter.kinds("CSM") + charter.kinds("CSM/AM")
    if not roles:
        yield Finding(
            "csm_support",
            "roles",
            Answer.DOES_NOT_APPLY,
            "The charter has no customer success managers.",
            RULES,
        )
    for role in roles:
        for segment in view.segments():
            if segment not in (charter.roles[role].segments or view.segments()):
                continue
            if role in view.owners(Function.SUPPORT, segment):
                yield Finding(
                    "csm_support",
                    f"roles.{role} in {segment}",
                    Answer.DOES_NOT_APPLY,
                    f"{role} in {segment}: support is the role's own work here.",
                    RULES,
                    roles=(role,),
                    segments=segments_named(view, segment),
                )
                continue
            if not view.evidence.rows("tickets"):
                yield Finding(
                    "csm_support",
                    f"roles.{role} in {segment}",
                    Answer.COULD_NOT_LOOK,
                    f"{role} in {segment}: the evidence holds no tickets (Case), so support cannot be "
                    "told from other work on customers.",
                    RULES,
                    roles=(role,),
                    segments=segments_named(view, segment),
                )
                continue
            time = view.time_of(role, segment)
            tickets = tickets_worked(
                view.evidence,
                view.over,
                roles=(role,),
                segments=() if time is None else time.segments,
                seed=view.seed,
            )
            says = (
                f"{percent(tickets.estimate.value)} of their customers' {tickets.whole:,} tickets were "
                f"with them{spread(tickets.estimate)}; the limit is {percent(second_limit.value)} "
                f"[{second_limit.source.standing}]."
                if tickets.whole
                else "None of their customers' tickets are in the evidence."
            )
            question = TimeQuestion(
                "csm_support",
                RULES,
                role,
                segment,
                Function.SUPPORT,
                limits,
                f"Give reactive support in {segment} an owner of its own, and route tickets there "
                f"by default; leave {role} with adoption, renewal and expansion.",
            )
            yield answer_time(view, question, tickets, second_limit, says)
