"""From a measured share and a limit to one of the answers, always by the same rules."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

from remit.measures import FunctionTime, RoleTime, Share
from remit.terms import Answer, Estimate, Limit, Severity, percent


@dataclass(frozen=True, slots=True)
class Verdict:
    """An answer, how serious it is, and how far unseen time could overturn it."""

    answer: Answer
    severity: Severity | None
    limit: Limit
    tipping: float | None = None
    why: str = ""


def judge_time(
    time: RoleTime,
    share: Estimate,
    of_all_time: Estimate,
    limits: tuple[Limit, ...],
    floor: float,
    second: bool | None,
) -> Verdict:
    """Hold a share of recorded time against its limits, mildest first.

    Proven means past the limit even if none of the unseen time were of that kind; indicated,
    that the whole interval of the recorded share is past it; clear, that the whole interval is
    within every limit and enough was seen. One indication alone is amber; red needs proof, or
    a second, independent measure that is past its own limit too.

    Args:
        time: The role's time, for its coverage.
        share: Of recorded time.
        of_all_time: Of working time.
        limits: The amber and the red limit, or the red one alone.
        floor: Smallest coverage on which anything but proof is said.
        second: Whether the second measure indicates the same; None if there is none.
    """
    red = limits[-1]
    if share.low is None or share.high is None or of_all_time.low is None:
        return Verdict(
            Answer.CANNOT_TELL, None, red, why=f"{time.weeks} weeks of recorded work are too few"
        )
    for limit in reversed(limits):
        if of_all_time.low > limit.value:
            severity = Severity.RED if limit is red else Severity.AMBER
            return Verdict(Answer.PROVEN, severity, limit)
    if time.coverage.value < floor:
        return Verdict(
            Answer.CANNOT_TELL,
            None,
            red,
            why=f"{percent(time.coverage.value)} of working time is recorded, under the floor of {percent(floor)}",
        )
    for limit in reversed(limits):
        if share.low > limit.value:
            unseen = 1 - time.coverage.value
            tipping = (limit.value - of_all_time.value) / unseen if unseen > 0 else None
            severity = Severity.RED if limit is red and second else Severity.AMBER
            return Verdict(Answer.INDICATED, severity, limit, tipping)
    if share.high <= limits[0].value:
        return Verdict(Answer.CLEAR, None, limits[0])
    return Verdict(Answer.CANNOT_TELL, None, limits[0], why="the interval holds the limit")


def judge_cases(estimate: Estimate, limits: tuple[Limit, ...]) -> Verdict:
    """Hold a number measured on fully recorded cases against its limits, mildest first.

    Cases are records, not samples of time, so a whole interval past a limit is proof of it. A
    limit is red if its benchmark calls that level red.
    """
    if estimate.low is None or estimate.high is None:
        return Verdict(Answer.CANNOT_TELL, None, limits[-1], why="there is no interval")
    for limit in reversed(limits):
        past = estimate.low > limit.value if limit.above else estimate.high < limit.value
        if past:
            return Verdict(Answer.PROVEN, severity_of(limit, limits), limit)
    mildest = limits[0]
    within = estimate.high <= mildest.value if mildest.above else estimate.low >= mildest.value
    if within:
        return Verdict(Answer.CLEAR, None, mildest)
    return Verdict(Answer.CANNOT_TELL, None, mildest, why="the interval holds the limit")


def severity_of(limit: Limit, limits: tuple[Limit, ...]) -> Severity:
    """Red for the last limit, amber for a milder one, and for one that is amber by its benchmark."""
    return Severity.RED if limit is limits[-1] and limit.level != "amber" else Severity.AMBER


def past(share: Share | None, limit: Limit, minimum: float) -> bool | None:
    """Whether a second measure is past its limit as a whole; None if it could not be measured."""
    if share is None or share.whole < minimum:
        return None
    if share.estimate.low is None or share.estimate.high is None:
        return None
    return share.estimate.low > limit.value if limit.above else share.estimate.high < limit.value


def nothing_recorded(time: RoleTime, function: str) -> FunctionTime:
    """A function of which a role recorded none: a share of 0 that was really looked for.

    Its upper end is what could have gone unrecorded in any week by the rule of three.
    """
    edge = min(1.0, 3 / max(time.people * time.weeks, 1))
    seen = time.coverage.low is not None  # enough weeks and people for an interval
    zero = Estimate(
        0.0, "share", 0.0 if seen else None, edge if seen else None, of=time.coverage.of
    )
    return FunctionTime(function, "outside", zero, dataclasses.replace(zero), 0.0, 0.0, 0.0, 0.0)
