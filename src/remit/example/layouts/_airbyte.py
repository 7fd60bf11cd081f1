"""What all Airbyte destinations add to a stream's rows."""

from __future__ import annotations

import json
from collections.abc import Iterator
from uuid import UUID

from remit.example.dice import Dice

META = ("_airbyte_raw_id", "_airbyte_extracted_at", "_airbyte_meta", "_airbyte_generation_id")
"""Columns a destination puts before those of the stream."""

_META = json.dumps({"sync_id": 1421, "changes": []}, separators=(",", ":"))


def extracted(end: int, place: int) -> int:
    """When a stream was extracted (milliseconds since 1970, UTC).

    Args:
        end: The moment of the export (seconds since 1970, UTC).
        place: Which stream of the synchronisation it is.
    """
    return 1000 * (end + 1200 + 41 * place) + (613 * (place + 1)) % 1000


def meta(dice: Dice, at: int) -> Iterator[tuple[str, int, str, int]]:
    """Cells of the columns `META`, row after row without end."""
    while True:
        drawn = dice.generator.bytes(16 * 256)
        for start in range(0, len(drawn), 16):
            yield str(UUID(bytes=drawn[start : start + 16], version=4)), at, _META, 1
