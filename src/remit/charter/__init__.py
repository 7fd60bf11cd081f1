"""The organisation as declared: one YAML file that a RevOps lead can read aloud.

`read_charter` turns the file into a frozen `Charter`, or raises `CharterError` with every problem
at its line. A new word is a field of a noun in `nouns.py`; a new role of the catalogue is an
entry in `roles.yaml`. That is all.
"""

from remit.charter.nouns import (
    AccountAge,
    Charter,
    Deals,
    Function,
    Handoff,
    Role,
    RoleKind,
    Segment,
    Spell,
    Step,
    role_kinds,
)
from remit.charter.ownership import Owned, Remit, ownership, remit_of
from remit.charter.read import CharterError, read_charter

__all__ = [
    "AccountAge",
    "Charter",
    "CharterError",
    "Deals",
    "Function",
    "Handoff",
    "Owned",
    "Remit",
    "Role",
    "RoleKind",
    "Segment",
    "Spell",
    "Step",
    "ownership",
    "read_charter",
    "remit_of",
    "role_kinds",
]
