"""What of a charter decides how an export is read, as one hash."""

from __future__ import annotations

import hashlib
import json

from remit.charter import Charter

READ_WITH = (
    "bulk_closing",
    "longest_entry_minutes",
    "longest_week_hours",
    "same_meeting_minutes",
)
"""Benchmarks that decide at load whether an entry is working time."""


def reading_of(charter: Charter) -> str:
    """A hash of the patterns, fields and segments an export is read with.

    Editing who owns what, a limit or a title leaves it as it is; editing a pattern, a field's
    name or a segment's conditions changes it, and the export must be loaded again.
    """
    stated = charter.model_dump(
        mode="json",
        include={
            "time_zone": True,
            "currency": True,
            "segments": {"__all__": {"where"}},
            "deals": {"kind", "next_step", "forecast", "framework", "proof_of_concept"},
            "inbound": True,
            "not_people": True,
            "email_domains": True,
            "handoffs": {
                "__all__": {
                    "name",
                    "giver",
                    "taker",
                    "offered",
                    "held",
                    "accepted",
                    "rejected",
                    "converted",
                    "requires",
                }
            },
        },
    )
    stated["rules"] = [
        {
            "name": rule.name,
            "object": rule.object,
            "where": dict(rule.where),
            "automated": rule.automated,
        }
        for rule in charter.activities.rules
    ]
    if charter.event_log is not None:
        stated["event_log"] = charter.event_log.model_dump(mode="json")
    numbers = charter.numbers()
    stated["numbers"] = {name: [v.value for v in numbers[name].values] for name in READ_WITH}
    return hashlib.sha256(json.dumps(stated, sort_keys=True).encode()).hexdigest()[:16]
