"""How findings put numbers into sentences."""

from __future__ import annotations

from dataclasses import replace

from remit.terms import Estimate, Limit, percent

NO_ACTIVITIES = "Load calls, e-mails, meetings and tasks, or the events of a log."
"""What to do where the evidence holds no activities."""


def spread(estimate: Estimate) -> str:
    """The interval of a share, in brackets; nothing where there is none, or it has no width.

    >>> spread(Estimate(0.27, "share", 0.21, 0.33)), spread(Estimate(0.0, "share", 0.0, 0.0))
    (' (21 to 33 %)', '')
    """
    if estimate.low is None or estimate.high is None or estimate.low == estimate.high:
        return ""
    low, high = percent(estimate.low), percent(estimate.high)
    return f" ({low.removesuffix(' %')} to {high})"


def in_per_cent(estimate: Estimate) -> Estimate:
    """A ratio that is written in per cent.

    >>> in_per_cent(Estimate(1.73, "times", 1.42, 2.04)).said
    '173 % (142 to 204 %)'
    """
    return replace(estimate, said=f"{percent(estimate.value)}{spread(estimate)}")


def limits_said(limits: tuple[Limit, ...]) -> str:
    """The limits of a check, mildest first.

    >>> from remit.benchmarks import benchmarks
    >>> from datetime import date
    >>> number = benchmarks()["ae_prospecting_share"]
    >>> limits_said((number.limit(date(2026, 1, 1), "amber"), number.limit(date(2026, 1, 1))))
    'the limits are 20 % (amber) and 25 % (red)'
    """
    if len(limits) == 1:
        return f"the limit is {percent(limits[0].value)}"
    return (
        f"the limits are {percent(limits[0].value)} (amber) and {percent(limits[-1].value)} (red)"
    )


def tipping_said(tipping: float | None, doing: str) -> str:
    """What unseen time would have to be like for an indicated finding not to hold."""
    if tipping is None:
        return ""
    if tipping <= 0:
        return ""
    return f"Holds if at least {percent(tipping)} of the time not recorded went into {doing}."
