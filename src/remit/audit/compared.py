"""Two audits of one company: what is better, worse, new and resolved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from remit.audit.discovery import named
from remit.audit.run import Audit
from remit.terms import Answer, Finding


class Became(StrEnum):
    """What became of a subject between two dates."""

    NEW = "new"
    """Past a limit now; looked at before, and not past one."""
    WORSE = "worse"
    """Past a limit at both, and more serious now, or the two intervals lie apart that way."""
    BETTER = "better"
    """The same the other way round."""
    RESOLVED = "resolved"
    """Past a limit before; looked at now, and within it."""
    STAYED = "stayed"
    """Past a limit at both, and neither better nor worse can be told."""
    QUIET = "quiet"
    """Past a limit at neither."""
    NOT_COMPARABLE = "not comparable"
    """Shown at one of the dates only, or one of them could not look or tell."""


@dataclass(frozen=True, slots=True)
class Change:
    """One subject of one check at two dates.

    A number is there only where both dates may show it, so that no part of the company can be
    worked out as the difference of two others. `limit_moved` says that the two were held against
    different limits.
    """

    check: str
    about: str
    became: Became
    before: Finding | None
    after: Finding | None
    limit_moved: bool = False


_LOOKED = (Answer.PROVEN, Answer.INDICATED, Answer.CLEAR)


def compared(before: Audit, after: Audit) -> tuple[Change, ...]:
    """Hold two audits against each other, the most serious changes first.

    Args:
        before: The audit as of the earlier day.
        after: The audit as of the later day.

    Raises:
        ValueError: If the earlier audit is of a later day, or the two are of different companies.
    """
    if before.company != after.company:
        raise ValueError(f"audits of {before.company} and {after.company} cannot be compared")
    if before.as_of > after.as_of:
        raise ValueError(f"{before.as_of} is later than {after.as_of}")
    then, now = _by_name(before), _by_name(after)
    changes = []
    for name in dict.fromkeys((*now, *then)):
        one, other = then.get(name), now.get(name)
        known = other or one
        assert known is not None
        moved = _limit_moved(one, other)
        both = one is not None and other is not None
        changes.append(
            Change(
                known.check,
                known.about,
                _became(one, other),
                one if both else None,
                other if both else None,
                moved,
            )
        )
    order = list(Became)
    return tuple(
        sorted(
            changes,
            key=lambda c: (order.index(c.became), -((c.after and c.after.severity) or 0), c.about),
        )
    )


def _limit_moved(before: Finding | None, after: Finding | None) -> bool:
    if before is None or after is None or before.limit is None or after.limit is None:
        return False
    same_level = (before.limit.name, before.limit.level) == (after.limit.name, after.limit.level)
    return same_level and before.limit.value != after.limit.value


def _by_name(audit: Audit) -> Mapping[str, Finding]:
    return {named(found): found for found in audit.findings}


def _became(before: Finding | None, after: Finding | None) -> Became:
    if before is None or after is None:
        return Became.NOT_COMPARABLE
    was, now = _past(before), _past(after)
    if was and now:
        if before.severity != after.severity:
            worse = (after.severity or 0) > (before.severity or 0)
            return Became.WORSE if worse else Became.BETTER
        return _moved(before, after)
    if now:
        return Became.NEW if before.answer in _LOOKED else Became.NOT_COMPARABLE
    if was:
        return Became.RESOLVED if after.answer in _LOOKED else Became.NOT_COMPARABLE
    return Became.QUIET


def _past(found: Finding) -> bool:
    return found.answer in (Answer.PROVEN, Answer.INDICATED)


def _moved(before: Finding, after: Finding) -> Became:
    """Whether two intervals lie apart, and on which side trouble is."""
    one, other, limit = before.measured, after.measured, after.limit
    if one is None or other is None or limit is None:
        return Became.STAYED
    rose = one.high is not None and other.low is not None and other.low > one.high
    fell = one.low is not None and other.high is not None and other.high < one.low
    if not (rose or fell):
        return Became.STAYED
    return Became.WORSE if rose == limit.above else Became.BETTER
