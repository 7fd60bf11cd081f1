"""The catalogue of the sources' rules: what each says, and in which source.

One row of `catalogue.csv` is one rule. To add one, add a row. That is all.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType

SOURCES: Mapping[str, str] = MappingProxyType(
    {
        "000": "Sales Role Specialization (glossary for private-equity operators)",
        "001": "Stage 2 Capital, on whether customer success or sales should own revenue "
        "from customers",
        "002": "The hunter, farmer or generalist decision guide",
        "003": "Kushal Magar, B2B Sales Roles: Tactics and Best Practices (2026)",
        "004": "Sales roles (course teaser)",
    }
)

KINDS: Mapping[str, str] = MappingProxyType(
    {
        "N": "numeric threshold or benchmark",
        "D": "decision or design rule",
        "R": "red flag or risk",
        "O": "role or ownership definition",
        "S": "system or method",
        "F": "formula",
        "X": "calibration example",
        "C": "context statistic",
    }
)


@dataclass(frozen=True, slots=True)
class Rule:
    """One statement of one source.

    `parts` names what remit does with it: charter, check, audit, decide, plan, pay, simulate,
    operate; empty where it is context only.
    """

    id: str
    source: str
    kind: str
    says: str
    number: str
    parts: tuple[str, ...]

    @property
    def title(self) -> str:
        """Title of the source it is from."""
        return SOURCES[self.source]


@cache
def rules() -> Mapping[str, Rule]:
    """All rules by id, in the order of the sources.

    >>> rules()["000-22"].number
    '>25%'
    """
    text = resources.files(__package__).joinpath("catalogue.csv").read_text("utf-8")
    return MappingProxyType(
        {
            row["id"]: Rule(
                id=row["id"],
                source=row["source"],
                kind=row["kind"],
                says=row["rule"],
                number=row["number"],
                parts=tuple(part for part in row["part"].split("/") if part != "-"),
            )
            for row in csv.DictReader(text.splitlines())
        }
    )
