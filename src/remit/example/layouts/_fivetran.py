"""What all of Fivetran's tables share: names in snake case, moments as text in UTC."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from functools import cache

STILL = "9999-12-31 23:59:59"
"""End of the version of a row that holds today."""

_WORDS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


@cache
def column(name: str) -> str:
    """What Fivetran calls a field: its words in lower case with underscores between them.

    >>> [column(name) for name in ("AccountId", "CallDurationInSeconds", "SAO_Date__c", "SDR__c")]
    ['account_id', 'call_duration_in_seconds', 'sao_date_c', 'sdr_c']
    """
    return re.sub("_+", "_", _WORDS.sub("_", name)).lower()


def moment(stamp: str) -> str:
    """A moment or day of the export as Fivetran's CSVs hold it; a day is its midnight.

    >>> moment("2026-03-04T15:04:05.000Z"), moment("2026-03-04"), moment("")
    ('2026-03-04 15:04:05', '2026-03-04 00:00:00', '')
    """
    if not stamp:
        return ""
    return f"{stamp[:10]} {stamp[11:19]}" if len(stamp) > 10 else f"{stamp} 00:00:00"


def before(text: str) -> str:
    """The last moment before another: a version of a row ends there.

    >>> before("2026-03-04 00:00:00")
    '2026-03-03 23:59:59.999'
    """
    end = datetime.fromisoformat(text).replace(tzinfo=UTC) - timedelta(milliseconds=1)
    return end.strftime("%Y-%m-%d %H:%M:%S.") + f"{end.microsecond // 1000:03d}"


def synced(end: int, place: int = 0) -> str:
    """When the last synchronisation, a quarter of an hour after a moment, wrote a table.

    Args:
        end: The moment of the export (seconds since 1970, UTC).
        place: Which table of the synchronisation it is; each takes some seconds.
    """
    at = datetime.fromtimestamp(end + 900 + 7 * place, UTC)
    return at.strftime("%Y-%m-%d %H:%M:%S.") + f"{(389 + 137 * place) % 1000:03d}"
