"""Spans of days. In code they are closed-open; what people read speaks of inclusive days."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True, slots=True)
class Period:
    """Days from `start` up to, and not including, `end`.

    >>> march = Period(date(2026, 3, 1), date(2026, 4, 1))
    >>> march.days, str(march)
    (31, '1 Mar 2026 to 31 Mar 2026')
    >>> date(2026, 4, 1) in march
    False

    Raises:
        ValueError: If it ends before it starts. An empty period is allowed.
    """

    start: date
    end: date

    def __post_init__(self) -> None:
        if self.end < self.start:
            raise ValueError(f"a period cannot end ({self.end}) before it starts ({self.start})")

    def __contains__(self, day: date) -> bool:
        return self.start <= day < self.end

    @property
    def days(self) -> int:
        """Number of days in the period."""
        return (self.end - self.start).days

    @property
    def last_day(self) -> date:
        """The last day that belongs to the period, as people say it."""
        return self.end - timedelta(days=1)

    def meet(self, other: Period) -> Period | None:
        """The days both periods have, or None if they share none."""
        start, end = max(self.start, other.start), min(self.end, other.end)
        return Period(start, end) if start < end else None

    def months(self) -> Iterator[Period]:
        """The calendar months touched, each cut to this period."""
        start = self.start
        while start < self.end:
            following = (start.replace(day=1) + timedelta(days=32)).replace(day=1)
            yield Period(start, min(following, self.end))
            start = following

    def __str__(self) -> str:
        """Inclusive days, as a person says them."""
        if not self.days:
            return f"no days from {spoken(self.start)}"
        return f"{spoken(self.start)} to {spoken(self.last_day)}"


def spoken(day: date) -> str:
    """A day without the ambiguity of 03/04.

    >>> spoken(date(2026, 3, 4))
    '4 Mar 2026'
    """
    return f"{day.day} {day:%b %Y}"


def parse_day(text: str) -> date:
    """Read a day written year-month-day.

    Raises:
        ValueError: If it is written any other way, naming the way that works.
    """
    written = text.strip()
    with suppress(ValueError):
        day = date.fromisoformat(written)
        if day.isoformat() == written:  # 20260331 and 2026-W14-2 are ISO days as well
            return day
    raise ValueError(f"{text!r} is not a day written like 2026-03-31")


def months_after(day: date, months: int) -> date:
    """The same day some months later, or the last of that month where it has no such day.

    >>> months_after(date(2024, 2, 29), 12), months_after(date(2026, 1, 15), -2)
    (datetime.date(2025, 2, 28), datetime.date(2025, 11, 15))
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def after(last: date | None) -> date:
    """The first day after a last one; the end of all days where there is none.

    >>> after(date(2026, 3, 31)), after(None) == date.max
    (datetime.date(2026, 4, 1), True)
    """
    return date.max if last is None else last + timedelta(days=1)
