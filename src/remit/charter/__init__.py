"""The organisation as declared: one YAML file that a RevOps lead can read aloud.

`read_charter` turns the file into a frozen `Charter`, or raises `CharterError` with every problem
at its line; `as_yaml` writes it back. A new word is a field of a noun: people and roles in
`organisation.py`, segments in `market.py`, and so on, with `Charter` itself in `nouns.py`. A new
role of the catalogue is a file in `roles/`. That is all.
"""

from remit.charter.boundaries import ANSWERS, Boundary
from remit.charter.catalogue import RoleKind, role_kinds
from remit.charter.crm import Deals
from remit.charter.facts import FactKind, fact_kinds
from remit.charter.handoffs import Handoff, SignOff, Step
from remit.charter.headcount import headcount
from remit.charter.market import AccountAge, Segment
from remit.charter.nouns import Charter
from remit.charter.organisation import Role, Spell
from remit.charter.ownership import Cell, Owned, Owners, Remit, owners, ownership, remit_of
from remit.charter.positions import Positioned
from remit.charter.read import CharterError, read_charter, read_with_places
from remit.charter.structure import structure
from remit.charter.write import as_yaml
from remit.terms import Function

__all__ = [
    "ANSWERS",
    "AccountAge",
    "Boundary",
    "Cell",
    "Charter",
    "CharterError",
    "Deals",
    "FactKind",
    "Function",
    "Handoff",
    "Owned",
    "Owners",
    "Positioned",
    "Remit",
    "Role",
    "RoleKind",
    "Segment",
    "SignOff",
    "Spell",
    "Step",
    "as_yaml",
    "fact_kinds",
    "headcount",
    "owners",
    "ownership",
    "read_charter",
    "read_with_places",
    "remit_of",
    "role_kinds",
    "structure",
]
