"""What takes up the week of a segment's AEs and CSMs, as far as it is recorded.

Where others do part of an AE's work already, nobody sees what the AEs' week would be without
them. It is then told as a range: from what AEs do themselves to all of it on their shoulders.
"""

from __future__ import annotations

import dataclasses

from remit.charter import Function
from remit.decide.facts import Measured
from remit.decide.measured import Tells
from remit.decide.measured.looked import Looked, Untold
from remit.measures.time import RoleTime
from remit.terms import Estimate

SELLERS = ("AE", "AE/AM")


@Tells(
    how="AEs' recorded time on deals in technical stages and on work that rules call technical "
    "validation, a proxy for demos; where SEs are at work, at most with their time on it as well",
    rests_on=("activities",),
)
def demo_load(looked: Looked) -> Measured:
    """Part of an AE's week that goes into building and giving demos."""
    return _with(looked, Function.TECHNICAL_VALIDATION, "SE")


@Tells(
    how="AEs' recorded time on prices and contracts together, which the charter's rules do not "
    "tell apart: each is some part of it",
    rests_on=("activities",),
)
def pricing_load(looked: Looked) -> Measured:
    """Part of an AE's week that goes into prices, discounts and approvals."""
    return _half(_with(looked, Function.DEAL_DESK, "deal desk"))


@Tells(
    how="AEs' recorded time on prices and contracts together, which the charter's rules do not "
    "tell apart: each is some part of it",
    rests_on=("activities",),
)
def legal_load(looked: Looked) -> Measured:
    """Part of an AE's week that goes into contracts and legal review."""
    return _half(_with(looked, Function.DEAL_DESK, "deal desk"))


@Tells(how="CSMs' recorded time on support", rests_on=("activities",))
def reactive_load(looked: Looked) -> Measured:
    """Part of a CSM's week that goes into support."""
    return _load(looked, Function.SUPPORT, "CSM", "CSM/AM")


def _with(looked: Looked, function: Function, helpers: str) -> Measured:
    """AEs' own share of a function; where others help, up to what it would be without them."""
    own = _load(looked, function, *SELLERS)
    roles = looked.roles(helpers)
    helping = looked.people_in(roles)
    if not helping:
        return own
    sellers = looked.people_in(looked.roles(*SELLERS, beside=roles))
    times = [time for time in looked.times if time.role in roles]
    # what so few do is not shown; they cannot have done more than all day
    share = max((_share(time, function)[2] for time in times), default=1.0)
    more = share * helping / max(sellers, 1.0)
    of = f"{own.of}; with what {helping:g} in {' and '.join(roles)} do for {sellers:g} sellers"
    assert own.high is not None
    return dataclasses.replace(own, value=None, high=min(own.high + more, 1.0), of=of)


def _half(whole: Measured) -> Measured:
    """Somewhere between none and all of it; two of these add up to the whole in the middle."""
    return Measured("", whole.as_of, None, 0.0, whole.high, whole.of, query=whole.query)


def _load(looked: Looked, function: Function, *kinds: str) -> Measured:
    """One function's share of the recorded time of roles of some kinds.

    Entries without a length may be as short or as long as they may be; the range holds both ends.
    """
    told = function in looked.charter.deals.stages.values() or any(
        rule.function is function for rule in looked.charter.activities.rules
    )
    if function is Function.SUPPORT:
        told = told or bool(looked.evidence.rows("tickets"))
    if not told:
        raise Untold(f"no stage or rule of the charter says what is {function.value}")
    times = looked.week_of(*kinds)
    whole = sum(time.working_hours for time in times)
    ends = [_share(time, function) for time in times]
    weights = [time.working_hours / whole for time in times]
    value, low, high = (
        sum(w * each[place] for w, each in zip(weights, ends, strict=True)) for place in range(3)
    )
    of = "; ".join(f"{time.about}, {time.coverage.of}" for time in times)
    estimate = Estimate(value, "share", low, high, of=of)
    return looked.told(estimate, times[0].query)


def _share(time: RoleTime, function: Function) -> tuple[float, float, float]:
    """A function's share with the ends of its interval and of the lengths that are not known."""
    found = time.function(function.value)
    if found is None:  # none in so many weeks of so many people
        return 0.0, 0.0, 1 - 0.05 ** (1 / max(time.people * time.weeks, 1))
    share = found.share
    if share.low is None or share.high is None:
        raise Untold(f"{time.weeks} weeks of {time.about} are too few to give an interval")
    return share.value, min(share.low, found.low), max(share.high, found.high)
