"""The example company with fewer people and weeks, where a test needs a whole one but not its size."""

from dataclasses import replace
from datetime import date

from remit.example import Company

_SIZES = {"sdr": 3, "ae": 3, "csm": 3, "se": 2}
SMALL = replace(
    Company(),
    founded=date(2024, 11, 1),
    growth=(0.4, 0.6),
    work_starts=date(2026, 7, 6),  # 17 weeks: checks on time need 8
    teams=tuple(replace(team, size=_SIZES.get(team.role, 1)) for team in Company().teams),
)
