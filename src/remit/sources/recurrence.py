"""When an event that repeats takes place, up to a day and never without end."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from datetime import date, datetime, time, timedelta, tzinfo
from itertools import islice

MOST_TIMES = 10_000
"""Times that one event may take place; a daily one reaches it after 27 years."""
_OFTEN = ("SECONDLY", "MINUTELY", "HOURLY")
_LONGEST_MONTHS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


class NeverEndsError(ValueError):
    """A rule that is no meeting's: it repeats by the second, too often, or never."""


def times(
    start: datetime,
    rules: Sequence[str],
    *,
    also: Collection[datetime | date] = (),
    but: Collection[datetime | date] = (),
    zone: tzinfo,
    last: datetime,
) -> list[datetime]:
    """Every start of an event, first to last, by the clock of its own zone.

    The first start counts whether the rule speaks of it or not. A day among `but` takes out
    whatever starts on it.

    Args:
        start: The first start, without a zone.
        rules: Rules such as `FREQ=WEEKLY;BYDAY=MO`.
        also: Further starts; a day alone means the usual time on it.
        but: Starts at which it does not take place.
        zone: Its zone, in which an `UNTIL` in UTC is read.
        last: Nothing later than this is given.

    Raises:
        NeverEndsError: If a rule repeats more often than any meeting, or cannot come true.

    >>> from zoneinfo import ZoneInfo
    >>> found = times(datetime(2026, 3, 2, 10), ["FREQ=WEEKLY"], but=[date(2026, 3, 9)],
    ...               zone=ZoneInfo("Europe/Berlin"), last=datetime(2026, 3, 20))
    >>> [f"{at:%d %b}" for at in found]
    ['02 Mar', '16 Mar']
    """
    found = {start} if start <= last else set()
    for rule in rules:
        found.update(_of_rule(start, rule, zone, last))
    for moment in also:
        at = moment if isinstance(moment, datetime) else datetime.combine(moment, start.time())
        if at <= last:
            found.add(at)
    moments = {moment for moment in but if isinstance(moment, datetime)}
    days = {moment for moment in but if not isinstance(moment, datetime)}
    return sorted(at for at in found if at not in moments and at.date() not in days)


def _of_rule(start: datetime, rule: str, zone: tzinfo, last: datetime) -> list[datetime]:
    from dateutil.rrule import rrulestr  # who has no calendar does not wait for it

    parts = {
        name.strip().upper(): value.strip().upper()
        for name, _, value in (part.partition("=") for part in rule.split(";"))
        if value
    }
    until = _until(parts.pop("UNTIL", ""), zone)
    _check(parts)
    if until is not None:
        last = min(last, until)
    if start > last:
        return []
    try:
        series = rrulestr(
            ";".join(f"{name}={value}" for name, value in parts.items()), dtstart=start
        )
        found: list[datetime] = []
        for at in islice(series, MOST_TIMES + 1):
            if at > last:
                return found
            found.append(at)
    except (ValueError, LookupError, TypeError, ArithmeticError):
        raise NeverEndsError("repeats by a rule that is not understood") from None
    if len(found) > MOST_TIMES:
        raise NeverEndsError(f"repeats more than {MOST_TIMES:,} times")
    return found


def _check(parts: dict[str, str]) -> None:
    """That a rule is one which a meeting can have, so that looking for its times ends."""
    often = parts.get("FREQ", "")
    if often in _OFTEN:
        raise NeverEndsError(f"repeats {often.lower()}, as no meeting does")
    days, months, places = (
        _numbers(parts.get(name, "")) for name in ("BYMONTHDAY", "BYMONTH", "BYSETPOS")
    )
    longest = max((_LONGEST_MONTHS[m - 1] for m in months if 1 <= m <= 12), default=31)
    weekdays = len(parts["BYDAY"].split(",")) if "BYDAY" in parts else 0
    within = {"DAILY": 1, "WEEKLY": weekdays or 1, "MONTHLY": 5 * weekdays or 31}.get(often, 366)
    if (
        (days and min(map(abs, days)) > longest)
        or (places and min(map(abs, places)) > within)
        or int(parts.get("INTERVAL", "1")) < 1
    ):
        raise NeverEndsError("repeats by a rule that never comes true")


def _numbers(words: str) -> list[int]:
    return [int(word) for word in re.findall(r"[-+]?\d+", words)]


def _until(word: str, zone: tzinfo) -> datetime | None:
    """The last moment of a rule by the clock of the event; of a day, its end."""
    found = re.fullmatch(r"(\d{4})-?(\d\d)-?(\d\d)(?:T(\d\d):?(\d\d):?(\d\d)(Z?))?", word)
    if not found:
        return None
    try:
        day = date(int(found[1]), int(found[2]), int(found[3]))
        if found[4] is None:
            return datetime.combine(day, time.max)
        at = datetime.combine(day, time(int(found[4]), int(found[5]), min(int(found[6]), 59)))
    except ValueError:
        return None
    if not found[7]:
        return at
    try:
        offset = at.replace(tzinfo=zone).utcoffset() or timedelta(0)
        # the offset is that of the local clock at nearly the same moment, and then of the very one
        offset = (at + offset).replace(tzinfo=zone).utcoffset() or offset
        return at + offset
    except OverflowError:  # at the ends of time, where writers mean that there is no end
        return at
