"""What does a unit of compensation bring, by role and by segment?"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

from remit.audit.answer import measured, unseen
from remit.audit.parts import group_of, parts_of, too_few
from remit.audit.view import Check, Part, View
from remit.charter import Function, remit_of
from remit.charter.ownership import EVERYWHERE
from remit.measures.leverage import (
    PIPELINE,
    RETAINED,
    WON,
    Leverage,
    owes,
    role_leverage,
    segment_leverage,
    working_roles,
)
from remit.measures.time import large_enough
from remit.terms import Answer, Estimate, Finding, Proof, Severity

RULES = ("000-06",)
_SAID = {PIPELINE: "of pipeline opened", WON: "won", RETAINED: "of revenue retained"}
_ALL = (PIPELINE, WON, RETAINED)


@Check(
    rules=RULES,
    asks="What do pipeline, won deals and retained revenue cost in compensation?",
    how="measured",
)
def compensation_leverage(view: View) -> Iterator[Finding]:
    """Pipeline opened, deals won and revenue retained for each unit of compensation.

    By role for what the role owns, and by segment for everybody who works there but managers; this
    year beside the year before. It has no limit. What a generalist organisation of the same size
    would bring on the same market cannot be seen in records; it takes a simulation.
    """
    roles = [r for r in view.charter.roles if any(owes(view.charter, r, g) for g in _ALL)]
    parts = parts_of(view, roles)
    shown = False
    for part in parts:
        found = _of_part(view, part)
        shown = shown or found is not None
        if found is not None:
            yield found
    segments = {segment: _of_segment(view, segment, parts) for segment in view.segments()}
    for segment, leverages in segments.items():
        if leverages:
            shown = True
            yield _finding(
                view,
                f"segments.{segment}: everybody who works there",
                f"{segment}, everybody but managers",
                leverages,
                (),
                (segment,) if segment != EVERYWHERE else (),
            )
    if not shown:
        why = (
            "neither costs of compensation nor pay at target (`ote:` of their plans) is known for "
            + " and ".join(roles)
            if parts
            else too_few(view, roles)
        )
        yield unseen(
            "compensation_leverage",
            "roles",
            f"What compensation brings could not be looked at: {why}.",
            RULES,
            remedy="Add a table of costs by month, kind and role, or state `ote:` under `plans:`."
            if parts
            else "",
        )
    yield from _side_by_side(view, {s: found for s, found in segments.items() if found})


def _of_part(view: View, part: Part) -> Finding | None:
    if len(part.roles) != 1:
        return None
    (role,) = part.roles
    segments = part.segments or view.charter.roles[role].segments
    found = view.measured(
        role_leverage,
        gives=tuple(g for g in _ALL if owes(view.charter, role, g)),
        roles=part.roles,
        persons=part.persons,
        held_in=part.segments,
        segments=segments,
        seed=view.seed,
    )
    if not found:
        return None
    about = f"roles.{part.about}: for each unit of compensation"
    return _finding(view, about, part.about, found, part.roles, segments)


def _of_segment(view: View, segment: str, parts: tuple[Part, ...]) -> tuple[Leverage, ...]:
    """Of everybody who works in a segment, where those shown by role are not all but a few of them."""
    roles = working_roles(view.charter, segment)
    there = {
        s.person_id
        for s in view.held
        if s.role in roles
        and s.during(view.year)
        and (not s.segment or segment in (s.segment, EVERYWHERE))
    }
    shown = frozenset().union(
        *(part.persons for part in parts if part.segments in ((), (segment,)))
    )
    if len(there) < group_of(view) or 0 < len(there - shown) < group_of(view):
        return ()
    gives = tuple(g for g in _ALL if g == RETAINED or _enough_owe(view, segment, g))
    return view.measured(segment_leverage, gives=gives, segment=segment, seed=view.seed)


def _enough_owe(view: View, segment: str, gives: str) -> bool:
    """Whether enough people work on what brings it in a segment, so that it is of none of them alone."""
    owing = [
        r for r in working_roles(view.charter, segment) if owes(view.charter, r, gives, segment)
    ]
    there = [s for s in view.held if s.role in owing and (not s.segment or segment == s.segment)]
    parts = large_enough([s for s in there if s.during(view.year)], group_of(view), view.year)
    return (
        {s.person_id for *_, mine in parts for s in mine}
        >= {s.person_id for s in there if s.during(view.year)}
        != set()
    )


def _finding(
    view: View,
    about: str,
    who: str,
    found: tuple[Leverage, ...],
    roles: tuple[str, ...],
    segments: tuple[str, ...],
) -> Finding:
    currency = view.charter.currency
    # what is won says most; else what there is
    first = next((one for one in found if one.gives == WON), found[0])
    says = f"{who}: for each {currency} of compensation " + "; ".join(
        f"{_now(one.now, f'{currency} {_SAID[one.gives]}')}{_earlier(one)}" for one in found
    )
    proof = Proof(
        "sum of the year over compensation of the year; interval: companies drawn again",
        first.query,
        ("company", f"{currency} {_SAID[first.gives]}"),
        first.rows[:50],
        len(first.rows),
    )
    left_out = sum(one.left_out for one in found)
    caveats = tuple(
        said
        for said in (
            f"Compensation: {first.pay.amount:,.0f} {currency} for {first.pay.people:.1f} full-time "
            f"people, from {first.pay.basis}.",
            "From pay at target, which is not what was paid." if "plans" in first.pay.basis else "",
            f"{left_out:,} deals or contracts without a value in {currency} are left out."
            if left_out
            else "",
            ""
            if all(one.before for one in found)
            else "Where no year before stands beside it, "
            "records or costs do not reach back so far.",
            "Deals and renewals of one year are in part the work of the year before.",
            "Revenue retained grows with the customers there were at the start of the year."
            if any(one.gives == RETAINED for one in found)
            else "",
        )
        if said
    )
    cases = len(first.rows)
    if cases < view.number("minimum_cases"):
        return Finding(
            "compensation_leverage",
            about,
            Answer.CANNOT_TELL,
            f"{says}, but {cases:,} companies are too few to judge (at least "
            f"{view.number('minimum_cases'):.0f}).",
            RULES,
            measured=_told(first.now),
            proof=proof,
            caveats=caveats,
            roles=roles,
            segments=segments,
        )
    less = [one for one in found if _less(one)]
    return measured(
        "compensation_leverage",
        about,
        says,
        _told(first.now),
        RULES,
        severity=Severity.NOTE if less else None,
        remedy=f"Look at what changed for the {' and the '.join(_WHAT[o.gives] for o in less)}."
        if less
        else "",
        proof=proof,
        caveats=caveats,
        support=tuple(one.now for one in found if one is not first),
        roles=roles,
        segments=segments,
    )


_WHAT = {PIPELINE: "pipeline", WON: "deals won", RETAINED: "revenue retained"}


def _less(one: Leverage) -> bool:
    """Whether this year lies below the year before as a whole."""
    before = one.before
    return (
        before is not None
        and before.low is not None
        and one.now.high is not None
        and one.now.high < before.low
    )


def _now(estimate: Estimate, of: str = "") -> str:
    """A ratio with its interval.

    >>> _now(Estimate(5.53, "times", 4.3, 6.8), "USD won")
    '5.5 USD won (4.3 to 6.8)'
    """
    said = f"{estimate.value:.1f} {of}".rstrip()
    if estimate.low is None or estimate.high is None:
        return said
    return f"{said} ({estimate.low:.1f} to {estimate.high:.1f})"


def _told(estimate: Estimate) -> Estimate:
    return dataclasses.replace(estimate, said=_now(estimate, "times"))


def _earlier(one: Leverage) -> str:
    return f", {_now(one.before)} the year before" if one.before is not None else ""


def _side_by_side(view: View, segments: dict[str, tuple[Leverage, ...]]) -> Iterator[Finding]:
    """Segments where one role does all of it beside those where several share it."""
    alone = {s for s in segments if _one_role_for_all(view, s)}
    split = [s for s in segments if s not in alone]
    if not alone or not split:
        return

    def told(names: list[str]) -> str:
        return ", ".join(
            f"{s} {_now(one.now)}" for s in names for one in segments[s] if one.gives == WON
        )

    currency = view.charter.currency
    together = [s for s in segments if s in alone]
    first = next((one for one in segments[together[0]] if one.gives == WON), None)
    if first is None:
        return
    yield measured(
        "compensation_leverage",
        "segments: generalists beside specialists",
        f"{currency} won for each {currency} of compensation where one role does all the selling: "
        f"{told(together)}; where several roles share it: {told(split)}",
        _told(first.now),
        RULES,
        proof=Proof("as for each segment", first.query),
        caveats=(
            "The segments differ in deal size and market, so that this says nothing about which "
            "structure is better. The comparison on one market takes a simulation.",
        ),
        segments=(*together, *split),
    )


def _one_role_for_all(view: View, segment: str) -> bool:
    wanted = {Function.PROSPECTING, Function.CLOSING, Function.EXPANSION}
    return any(wanted <= remit_of(view.charter, role, segment).owned for role in view.charter.roles)
