"""On how many examples a law is tried: on all of them in the slow suite, on some in the quick one."""

from __future__ import annotations

from hypothesis import settings

FEWEST = 3


def examples(of: int) -> int:
    """How many of so many examples the suite that is run tries."""
    return min(of, max(FEWEST, of * settings.default.max_examples // 100))
