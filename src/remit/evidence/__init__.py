"""What happened, in canonical tables: one contract between any CRM and everything else.

`tables.py` is the contract. `open_evidence` gives a read-only view of a loaded file as of a day;
`write.py` is what sources fill it with. To add a table, add it to `TABLES`. That is all.
"""

from remit.evidence.store import Evidence, EvidenceError, LoadedFile, open_evidence
from remit.evidence.tables import NAMES, TABLES, Column, Table

__all__ = [
    "NAMES",
    "TABLES",
    "Column",
    "Evidence",
    "EvidenceError",
    "LoadedFile",
    "Table",
    "open_evidence",
]
