"""Cases by age, of which some were there before anybody watched and some are still open."""

from __future__ import annotations

from typing import Any

import numpy as np

from remit.measures.intervals import Array


class LifeTable:
    """Cases by age: from which age each was watched, until which, and how it ended then.

    Cases that were there already when the watching began enter at the age they had (late entry),
    so that a quarter can be looked at by itself, with open cases in and without waiting for the
    deals created in it to close.

    Args:
        entered: Age in days at which a case came under watch; 0 if from its beginning.
        left: Age at which it ended, or was watched last.
        status: 0 still open, 1 won, 2 lost.
    """

    def __init__(self, entered: Array, left: Array, status: Any) -> None:
        self._entry_order = np.argsort(entered, kind="stable")
        self._exit_order = np.argsort(left, kind="stable")
        # whoever ends on the day of entry was under watch for a moment
        exits = left[self._exit_order] + 1e-6
        ended = status[self._exit_order]
        self._ages = np.unique(exits[ended > 0])
        self._entered_before = np.searchsorted(entered[self._entry_order], self._ages, side="left")
        self._left_before = np.searchsorted(exits, self._ages, side="left")
        self._at = np.searchsorted(self._ages, exits)
        self._won, self._ended = ended == 1, ended > 0

    def _rates(self, weights: Array) -> tuple[Array, Array]:
        """Chance of still being open before each age, and of being won at it."""
        entered = np.concatenate([[0.0], np.cumsum(weights[self._entry_order])])
        by_exit = weights[self._exit_order]
        left = np.concatenate([[0.0], np.cumsum(by_exit)])
        at_risk = entered[self._entered_before] - left[self._left_before]
        size = len(self._ages)
        won = np.bincount(self._at[self._won], by_exit[self._won], minlength=size)[:size]
        ended = np.bincount(self._at[self._ended], by_exit[self._ended], minlength=size)[:size]
        risk = np.where(at_risk > 1e-9, at_risk, np.inf)
        still = np.cumprod(1 - np.clip(ended / risk, 0, 1))
        before = np.concatenate([[1.0], still[:-1]])
        return before, np.clip(won / risk, 0, 1)

    def share_won(self, weights: Array) -> float:
        """Share that ends as won, by the oldest age at which any case ended."""
        if not len(self._ages):
            return 0.0
        before, won = self._rates(weights)
        return float((before * won).sum())

    def mean_days(self, weights: Array) -> float:
        """Average days until a case ends, whichever way, up to the oldest age at which one did."""
        if not len(self._ages):
            return float("nan")
        before, _ = self._rates(weights)
        return float((before * np.diff(np.concatenate([[0.0], self._ages]))).sum())
