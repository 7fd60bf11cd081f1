"""Shares and waits over cases of which some are still open."""

from __future__ import annotations

import math
from datetime import datetime
from typing import Any

import numpy as np
from scipy import stats

from remit.measures.intervals import LEVEL
from remit.terms import Estimate

Curve = tuple[tuple[float, float], ...]
"""(days, share) from day 0 on, for drawing."""


def waited(begun: Any, ended: Any, ends: datetime) -> tuple[Any, Any]:
    """Days waited by each case, and which cases are still waiting at the end of the evidence.

    Args:
        begun: A pandas series of instants.
        ended: The same, missing where the case is open.
        ends: The last instant of the evidence.
    """
    open_ = ended.isna()
    until = ended.fillna(np.datetime64(ends))
    days = (until - begun).dt.total_seconds() / 86400
    return days.clip(lower=0).to_numpy(), open_.to_numpy()


def incidence(waits: Any, status: Any, days: float) -> tuple[Curve, Estimate]:
    """Share of cases that reach an end within so many days, open cases taken into account.

    Cumulative incidence (Aalen-Johansen), its interval on the log-log scale. Another end
    competes with the one asked about; it is never taken for an open case.

    Args:
        waits: Days to the first end, or to the end of the evidence, a case.
        status: 0 open, 1 the end asked about, 2 another end.
        days: The horizon.
    """
    curve, value, error = _aalen_johansen(waits, status, days)
    low, high = _log_log(value, error, len(waits))
    return curve, Estimate(value, "share", low, high, of=f"{len(waits):,} cases")


def kaplan_meier(waits: Any, ended: Any) -> tuple[Curve, Estimate | None]:
    """How cases wait: share still waiting by day, and the median wait in days.

    The median's interval is Brookmeyer and Crowley's on the log-log scale: from the first wait at
    which the curve's lower band is at one half or below, to the first at which its upper band is
    below it; open above where that never comes. Where so many waits tie that one of them carries
    the whole band past one half, the waits were recorded in steps, and the interval reaches one
    step to either side.

    None where fewer than half of the cases ever end, so that there is no median.

    Args:
        waits: Days waited, a case.
        ended: Whether the case has ended.
    """
    from statsmodels.duration.survfunc import SurvfuncRight

    if not ended.any():
        return ((0.0, 1.0),), None
    with np.errstate(divide="ignore", invalid="ignore"):
        fitted = SurvfuncRight(waits + _SHIFT, ended.astype(int))
    curve = [(0.0, 1.0)] + [
        (float(t), float(p)) for t, p in zip(fitted.surv_times, fitted.surv_prob, strict=True)
    ]
    middle = round(float(fitted.quantile(0.5)) - _SHIFT, 9)
    if not math.isfinite(middle):
        return tuple(_thinned(curve)), None
    low, high = _around_half(fitted, len(waits))
    if low == high:
        step = _step(waits)
        low, high = low - step, low + step
    return tuple(_thinned(curve)), Estimate(
        max(0.0, middle), "days", max(0.0, low), high, of=f"{len(waits):,} cases"
    )


_SHIFT = 1e-6
"""Days by which every wait is moved on, because the estimators know no wait of none."""


def _around_half(fitted: Any, cases: int) -> tuple[float, float | None]:
    """Waits at which the curve's lower and its upper band come down to one half."""
    low: float | None = None
    for time, share, error in zip(
        fitted.surv_times, fitted.surv_prob, fitted.surv_prob_se, strict=True
    ):
        below, above = _log_log(float(share), float(error), cases)
        wait = round(float(time) - _SHIFT, 9)
        if low is None and below <= 0.5:
            low = wait
        if above < 0.5:
            return (wait if low is None else low), wait
    return low or 0.0, None


def _step(waits: Any) -> float:
    """The smallest difference between two recorded waits; 0 where all are alike."""
    apart = np.diff(np.unique(np.round(waits, 6)))
    return float(apart.min()) if len(apart) else 0.0


def proportion(part: float, whole: int) -> Estimate:
    """A share of independent cases, with Wilson's interval."""
    from statsmodels.stats.proportion import proportion_confint

    low, high = proportion_confint(part, whole, alpha=1 - LEVEL, method="wilson")
    return Estimate(part / whole, "share", float(low), float(high), of=f"{whole:,} cases")


def _aalen_johansen(waits: Any, status: Any, days: float) -> tuple[Curve, float, float]:
    from statsmodels.duration.survfunc import CumIncidenceRight

    if not (status == 1).any():
        return ((0.0, 0.0), (float(days), 0.0)), 0.0, 0.0
    # the last cases to end leave nobody at risk, and no error to estimate there
    with np.errstate(divide="ignore", invalid="ignore"):
        fitted = CumIncidenceRight(waits + _SHIFT, status)
    at = int(np.searchsorted(fitted.times, days, side="right")) - 1
    curve = [(0.0, 0.0)] + [
        (float(t), float(c)) for t, c in zip(fitted.times, fitted.cinc[0], strict=True) if t <= days
    ]
    if at < 0:
        return tuple(curve), 0.0, 0.0
    return tuple(_thinned(curve)), float(fitted.cinc[0][at]), float(fitted.cinc_se[0][at])


def _thinned(curve: list[tuple[float, float]], most: int = 120) -> list[tuple[float, float]]:
    step = max(1, len(curve) // most)
    return [*curve[::step], curve[-1]]


def _log_log(value: float, error: float, cases: int) -> tuple[float, float]:
    """An interval that stays between 0 and 1; Wilson's where the estimate sits on an edge."""
    if not 0 < value < 1 or not error > 0:
        found = proportion(round(value * cases), cases)
        return found.low or 0.0, found.high if found.high is not None else 1.0
    z = float(stats.norm.ppf(0.5 + LEVEL / 2))
    spread = z * error / (value * abs(math.log(value)))
    return value ** math.exp(spread), value ** math.exp(-spread)
