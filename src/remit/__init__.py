"""remit holds a sales organisation's charter against the evidence of what people do.

    >>> import remit
    >>> charter = remit.read_charter(path_to_charter)            # doctest: +SKIP
    >>> remit.load(charter, [folder], into=file, today=day)      # doctest: +SKIP
    >>> report = remit.audit(charter, remit.open_for(charter, file))   # doctest: +SKIP

Every verb of the command line is one call here. That is all.
"""

from __future__ import annotations

import importlib
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from remit.audit import Audit, audit
    from remit.charter import Charter, CharterError, read_charter
    from remit.evidence import Evidence, EvidenceError
    from remit.example import Company, write_example
    from remit.measures import open_for
    from remit.sources import ExportError, LoadSummary, load
    from remit.terms import RemitError

__all__ = [
    "Audit",
    "Charter",
    "CharterError",
    "Company",
    "Evidence",
    "EvidenceError",
    "ExportError",
    "LoadSummary",
    "RemitError",
    "audit",
    "load",
    "open_for",
    "read_charter",
    "write_example",
]

try:
    __version__ = version("remit")
except PackageNotFoundError:  # run from a checkout that was not installed
    __version__ = "0"

_HOME = {
    "Audit": "audit",
    "audit": "audit",
    "Charter": "charter",
    "CharterError": "charter",
    "read_charter": "charter",
    "Evidence": "evidence",
    "EvidenceError": "evidence",
    "Company": "example",
    "write_example": "example",
    "open_for": "measures",
    "ExportError": "sources",
    "LoadSummary": "sources",
    "load": "sources",
    "RemitError": "terms",
}


def __getattr__(name: str) -> Any:
    """Import a verb's package when it is first asked for, so that `import remit` is quick."""
    if name not in _HOME:
        raise AttributeError(f"remit has no {name!r}")
    return getattr(importlib.import_module(f"remit.{_HOME[name]}"), name)
