"""What happened, in canonical tables: one contract between any CRM and everything else.

`tables.py` is the contract. `open_evidence` gives a read-only view of a loaded file as of a day;
`write.py` is what sources fill it with, and `elsewhere.py` copies it to larger places. To add a table, add it to `TABLES`. That is all.
"""

from remit.evidence.elsewhere import EvidenceError, is_evidence, write_evidence
from remit.evidence.store import Evidence, LoadedFile, open_evidence, read_once
from remit.evidence.tables import NAMES, TABLES, Column, Table

__all__ = [
    "NAMES",
    "TABLES",
    "Column",
    "Evidence",
    "EvidenceError",
    "LoadedFile",
    "Table",
    "is_evidence",
    "open_evidence",
    "read_once",
    "write_evidence",
]
