"""Whose deals a finding on deals is about, and how such findings say amounts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from remit.audit.answer import spared, unseen
from remit.audit.view import View
from remit.measures.deal_records import deals_of, undated_deals
from remit.measures.time import minimum_group
from remit.terms import Answer, Estimate, Finding


@dataclass(frozen=True, slots=True)
class Sellers:
    """Owners of deals, enough of them to be shown together."""

    who: str
    """As a sentence begins."""
    about: str
    """As a path into the charter."""
    persons: frozenset[str] | None
    """Pseudonyms, for filtering; None for all owners of deals."""
    roles: tuple[str, ...] = ()
    segments: tuple[str, ...] = ()

    @property
    def told(self) -> dict[str, Any]:
        """Roles and segments, for a finding."""
        return {"roles": self.roles, "segments": self.segments}


def sellers(
    view: View, check: str, rules: tuple[str, ...], *kinds: str
) -> tuple[Sellers, ...] | Finding:
    """The parts of the sellers by whom deals are looked at, or why there are none.

    Where nobody is known to hold one of the roles, all deals are looked at together, if enough
    people own them. Deals of which none says when it was created tell nothing.
    """
    if not any(view.charter.kinds(kind) for kind in kinds):
        return spared(check, "roles", "The charter has no account executives.", rules)
    if not view.evidence.rows("opportunities"):
        return unseen(
            check,
            "roles",
            "The evidence has no deals (opportunities).",
            rules,
            "Load the CRM's opportunities or deals.",
        )
    undated = view.measured(undated_deals)
    if undated:
        return unseen(
            check,
            "roles",
            f"None of {undated:,} deals says when it was created (opportunities, created_at), so that "
            "nothing tells which were open when, and for how long.",
            rules,
            "Map the column with the day on which a deal was created.",
        )
    parts = view.parts(*kinds)
    if parts:
        return tuple(
            Sellers(part.about, f"roles.{part.about}", part.persons, part.roles, part.segments)
            for part in parts
        )
    group = minimum_group(view.charter, view.numbers, view.over.last_day)
    if view.held or deals_of(view.evidence, view.charter).owners < group:
        return Finding(
            check,
            "roles",
            Answer.CANNOT_TELL,
            f"Fewer than {group} people sell, and figures on what so few do are not shown.",
            rules,
        )
    return (Sellers("all sellers", "roles", None),)


def money(view: View, amount: float) -> str:
    """A whole amount in the company's currency."""
    return f"{amount:,.0f} {view.charter.currency}"


def multiple(estimate: Estimate) -> str:
    """How many times, with the interval in brackets.

    >>> multiple(Estimate(1.234, "times", 1.04, 1.5))
    '1.23 times (1.04 to 1.50)'
    """
    said = f"{estimate.value:.2f} times"
    if estimate.low is None or estimate.high is None:
        return said
    return f"{said} ({estimate.low:.2f} to {estimate.high:.2f})"


def filled(*caveats: str) -> tuple[str, ...]:
    """Caveats without empty ones.

    >>> filled("A proxy.", "")
    ('A proxy.',)
    """
    return tuple(caveat for caveat in caveats if caveat)
