"""The sources' rules: what each says, what remit means to do with it, and who disagrees.

One row of `catalogue.csv` is one rule; `intent.csv` says part by part what remit does with it, and
`disagreements.yaml` where the sources do not agree. To add a rule, add a row to the first two.
That is all.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType

from remit.terms.shipped import shipped

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

PARTS: Mapping[str, str] = MappingProxyType(
    {
        "charter": "a word, or a role of the catalogue, in which it can be said",
        "check": "the charter alone is held against it",
        "audit": "the evidence is held against it",
        "decide": "it helps to decide where work passes between roles",
        "plan": "it helps to plan people, territories and a change of structure",
        "pay": "it decides what people earn",
        "simulate": "it is played through on one market",
        "operate": "it is done day by day",
        "text": "its words are printed, and its number is kept, with their source",
    }
)
"""Parts of remit that a rule may be for."""

HOWS: Mapping[str, str] = MappingProxyType(
    {
        "measured": "from records that an export has",
        "measured if a field is named": "from a record that the charter has to name",
        "asked": "somebody says so in the charter; it is shown as said, not as seen",
        "not measurable": "no record could show it",
        "defined": "a word or a role of the charter's language",
        "checked": "by a check of the charter alone",
        "decided": "by a framework of `decide`",
        "planned": "by `plan`",
        "paid": "by a term of a comp plan",
        "simulated": "by the simulator",
        "operated": "by a step of the daily work",
        "benchmark": "its number is one of remit's benchmarks",
        "context": "nothing follows from it; it is there to be read",
    }
)
"""Ways in which a part serves a rule."""

ONLY_TEXT = frozenset({"context", "not measurable"})
"""Ways that no code can ever serve."""


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


@dataclass(frozen=True, slots=True)
class Intent:
    """What one part of remit means to do with one rule."""

    rule: str
    part: str
    """One of `PARTS`."""
    how: str
    """One of `HOWS`."""
    done: bool
    """A promise that code serves it; a test holds the code to it."""
    why: str = ""
    """Why in this way, or what it needs."""


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Statements of the sources that do not go together, or that say too little."""

    rules: tuple[str, ...]
    about: str
    """What they say, and how they differ."""
    treated: str
    """What remit takes from them."""
    parts: tuple[str, ...]


@cache
def rules() -> Mapping[str, Rule]:
    """All rules by id, in the order of the sources.

    >>> rules()["000-22"].number
    '>25%'
    """
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
            for row in _rows("catalogue.csv")
        }
    )


@cache
def intents() -> tuple[Intent, ...]:
    """What remit means to do with every rule, part by part, in the order of the sources.

    >>> [(intent.part, intent.how) for intent in intents() if intent.rule == "000-15"]
    [('audit', 'measured'), ('text', 'benchmark')]
    """
    return tuple(
        Intent(row["id"], row["part"], row["how"], row["done"] == "yes", row["why"])
        for row in _rows("intent.csv")
    )


def disagreements(rule: str | None = None) -> tuple[Disagreement, ...]:
    """Where the sources disagree; with a rule's id only what that rule is a part of.

    Nothing comes back for a rule that none of the others contradicts.

    >>> [found.treated for found in disagreements("000-14")][0]
    'More than 20 % is amber, more than 25 % red.'
    >>> disagreements("003-07")
    ()
    """
    return tuple(found for found in _disagreements() if rule is None or rule in found.rules)


@cache
def _disagreements() -> tuple[Disagreement, ...]:
    stated = shipped(__package__, "disagreements.yaml")
    return tuple(
        Disagreement(tuple(each["rules"]), each["about"], each["treated"], tuple(each["parts"]))
        for each in stated
    )


def _rows(file: str) -> Iterator[dict[str, str]]:
    text = resources.files(__package__).joinpath(file).read_text("utf-8")
    return iter(csv.DictReader(text.splitlines()))
