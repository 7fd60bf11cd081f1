"""Tables of a database, read where they are."""

from __future__ import annotations

from remit.sources.found import Found


def tables_at(address: str) -> list[Found]:
    """Every table of a database's schema."""
    raise NotImplementedError
