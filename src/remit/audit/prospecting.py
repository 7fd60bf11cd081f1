"""Do account executives prospect where prospecting is somebody else's?"""

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
from remit.measures import unsourced_deals
from remit.terms import Answer, Finding, percent

RULES = ("000-14", "000-22", "000-10")


@Check(
    rules=RULES,
    asks="Do account executives prospect where that is an SDR's work?",
    how="measured",
)
def ae_prospecting(view: View) -> Iterator[Finding]:
    """Share of account executives' recorded time spent prospecting, where SDR and AE are split.

    Looked at in each segment in which another role owns prospecting. Beside the time stands a
    second, independent measure: the share of their new deals that nobody who owns prospecting
    sourced. In a segment whose sellers own prospecting themselves the rule does not apply.
    """
    yield from one_per_part(_by_segment(view))


def _by_segment(view: View) -> Iterator[Finding]:
    charter = view.charter
    limits = (
        view.limit("ae_prospecting_share", "amber"),
        view.limit("ae_prospecting_share", "red"),
    )
    second_limit = view.limit("ae_unsourced_deal_share")
    asked = False
    for segment in view.segments():
        owners = tuple(view.owners(Function.PROSPECTING, segment))
        for role in charter.kinds("AE") + charter.kinds("AE/AM"):
            works_here = segment in (charter.roles[role].segments or view.segments())
            if not works_here:
                continue
            if role in owners:
                yield Finding(
                    "ae_prospecting",
                    f"roles.{role} in {segment}",
                    Answer.DOES_NOT_APPLY,
                    f"{role} in {segment}: prospecting is the role's own work here.",
                    RULES,
                    roles=(role,),
                    segments=segments_named(view, segment),
                )
                asked = True
                continue
            asked = True
            if not owners:
                yield Finding(
                    "ae_prospecting",
                    f"roles.{role} in {segment}",
                    Answer.DOES_NOT_APPLY,
                    f"{role} in {segment}: no role owns prospecting here, so it is not another's work.",
                    RULES,
                    roles=(role,),
                    segments=segments_named(view, segment),
                )
                continue
            time = view.time_of(role, segment)
            segments = () if time is None else time.segments
            deals = unsourced_deals(
                view.evidence,
                view.numbers,
                view.over,
                sellers=(role,),
                sourcers=owners,
                segments=segments,
                seed=view.seed,
            )
            says = (
                f"{percent(deals.estimate.value)} of their {deals.whole:,} new deals were sourced by "
                f"no {' or '.join(owners)}{spread(deals.estimate)}; the limit is "
                f"{percent(second_limit.value)} [{second_limit.source.standing}]."
                if deals.whole
                else "No new deals of theirs are in the evidence."
            )
            question = TimeQuestion(
                "ae_prospecting",
                RULES,
                role,
                segment,
                Function.PROSPECTING,
                limits,
                f"Find out why {' and '.join(owners)} in {segment} do not bring enough qualified "
                f"pipeline before hiring; until then, say in the charter who prospects.",
            )
            yield answer_time(view, question, deals, second_limit, says)
    if not asked:
        yield Finding(
            "ae_prospecting",
            "roles",
            Answer.DOES_NOT_APPLY,
            "The charter has no account executives.",
            RULES,
        )
