"""Checks of a charter against evidence: one file a subject.

A check is a function under `@Check` that takes a `View` and yields findings: at least one, so
that what was clear, what could not be told and what could not be looked at are all said. To add
a check, add its function. That is all.
"""

from remit.audit.compared import Became, Change, compared
from remit.audit.discovery import Discovery, false_discovery
from remit.audit.run import Audit, audit
from remit.audit.view import Check, View
from remit.measures import open_for

__all__ = [
    "Audit",
    "Became",
    "Change",
    "Check",
    "Discovery",
    "View",
    "audit",
    "compared",
    "false_discovery",
    "open_for",
]
