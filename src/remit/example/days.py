"""Days and moments: day numbers since 1970, seconds since 1970 in UTC, office hours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DAY = 86_400
"""Seconds in a day."""

_EPOCH = date(1970, 1, 1).toordinal()
_MINUTES = tuple(f"T{hour:02d}:{minute:02d}:" for hour in range(24) for minute in range(60))
_SECONDS = tuple(f"{second:02d}.000Z" for second in range(60))
_HOLIDAYS = {(1, 1), (6, 19), (7, 3), (11, 27), (12, 24), (12, 25), (12, 31)}


def number(day: date) -> int:
    """Days since 1970-01-01.

    >>> number(date(1970, 1, 3))
    2
    """
    return day.toordinal() - _EPOCH


def day_of(count: int) -> date:
    """The day that is `count` days after 1970-01-01."""
    return date.fromordinal(count + _EPOCH)


def is_holiday(day: date) -> bool:
    """Whether the company is closed on that weekday: a fixed list of dates."""
    return (day.month, day.day) in _HOLIDAYS


def is_working(day: date) -> bool:
    """Whether people work on that day.

    >>> is_working(date(2026, 1, 1)), is_working(date(2026, 1, 2)), is_working(date(2026, 1, 3))
    (False, True, False)
    """
    return day.weekday() < 5 and not is_holiday(day)


@dataclass(frozen=True, slots=True)
class Calendar:
    """Working days of the company and the clock of its time zone.

    Attributes:
        first: Number of the first day covered.
        offsets: Seconds to add to local time to get UTC, by day from `first`.
        working: Whether people work, by day from `first`.
    """

    first: int
    offsets: Sequence[int]
    working: Sequence[bool]

    def at(self, day: int, minute: float) -> int:
        """Seconds since 1970 (UTC) of a local minute of a day."""
        return day * DAY + int(minute * 60) + self.offsets[day - self.first]

    def works(self, day: int) -> bool:
        """Whether people work on the day."""
        return self.working[day - self.first]

    def after(self, day: int, working_days: int) -> int:
        """The day that is so many working days later; 0 means this or the next working day."""
        while not self.works(day):
            day += 1
        while working_days > 0:
            day += 1
            working_days -= self.works(day)
        return day

    def day_of(self, moment: int) -> int:
        """Number of the local day on which a moment falls, for moments in office hours."""
        return (moment - self.offsets[min(moment // DAY, self.first + len(self.offsets) - 1)
                                      - self.first]) // DAY  # fmt: skip


def calendar(first: date, last: date, time_zone: str) -> Calendar:
    """The calendar from a first to a last day, both included."""
    zone = ZoneInfo(time_zone)
    offsets, working = [], []
    day = first
    while day <= last:
        noon = datetime.combine(day, time(12), tzinfo=zone)
        shift = noon.utcoffset()
        offsets.append(-int(shift.total_seconds()) if shift else 0)
        working.append(is_working(day))
        day += timedelta(days=1)
    return Calendar(number(first), tuple(offsets), tuple(working))


class Clock:
    """Writes moments and days the way a Salesforce export does."""

    __slots__ = ("_days",)

    def __init__(self) -> None:
        """Start with no day written yet."""
        self._days: dict[int, str] = {}

    def day(self, count: int) -> str:
        """A day as `2026-03-04`."""
        known = self._days.get(count)
        if known is None:
            known = self._days[count] = day_of(count).isoformat()
        return known

    def stamp(self, moment: int) -> str:
        """A moment as `2026-03-04T15:04:05.000Z`.

        >>> Clock().stamp(number(date(2026, 3, 4)) * DAY + 15 * 3600 + 4 * 60 + 5)
        '2026-03-04T15:04:05.000Z'
        """
        day, second = divmod(moment, DAY)
        minute, second = divmod(second, 60)
        return self.day(day) + _MINUTES[minute] + _SECONDS[second]


def last_moment(last_day: date, days: Calendar) -> int:
    """The moment of the export: seven in the evening of the last day."""
    return days.at(number(last_day), 19 * 60)
