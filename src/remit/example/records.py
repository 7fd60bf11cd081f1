"""The records of the market: prospects, first meetings, accounts, deals, customers, cases."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from remit.example.names import Firm, Somebody

NEW, EXPANSION, RENEWAL = "New Business", "Expansion", "Renewal"
"""Kinds of deals."""

FIELDS = ("company_background", "pain_points", "stakeholders", "trigger")
"""What an SDR hands over with a meeting."""

FRAMEWORK = (
    "metrics", "economic_buyer", "decision_criteria", "decision_process", "champion",
)  # fmt: skip
"""Fields of the qualification framework, beside the pain that a meeting is handed over with."""

QUARTERLY_REVIEW = "Quarterly business review"
"""What the subject of a business review with a customer begins with."""

PLACEHOLDERS = ("n/a", "tbd", ".", "N/A", "-", "TBD")
"""What people type into a required field they know nothing for."""


@dataclass(frozen=True, slots=True)
class FirstMeeting:
    """A first meeting with a prospect.

    Attributes:
        booker: Who booked it (person number).
        seller: Whose meeting it is (person number).
        booked: When it was booked (seconds).
        starts: When it starts (seconds).
        minutes: Its scheduled length (minutes).
        handed: Whether somebody booked it for somebody else: a handoff.
        outcome: `held`, `no_show` or `ahead` (after the last day).
        stamped: Whether the CRM is told the outcome.
        decision: `accepted`, `rejected` or empty (undecided), for handed and held ones.
        decided: When the decision was made (seconds).
        reason: Reason of a rejection.
    """

    booker: int
    seller: int
    booked: int
    starts: int
    minutes: int
    handed: bool
    outcome: str
    stamped: bool = True
    decision: str = ""
    decided: int | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Prospect:
    """Somebody at a firm who might buy: a lead, or a contact of an account that never bought.

    Attributes:
        number: Index among prospects.
        firm: The firm.
        who: The person there.
        source: Lead source.
        inbound: Whether they asked to talk.
        contact: Number of the contact, where it is no lead.
        worker: Who works on it (person number).
        created: When its record, or the work on it, began (seconds).
        replied: When they replied or asked to talk (seconds), if they did.
        ends: Last day on which it is worked before a meeting or being given up (day number).
        meeting: The first meeting, if one was booked.
    """

    number: int
    firm: Firm
    who: Somebody
    source: str
    inbound: bool
    contact: int | None
    worker: int
    created: int
    replied: int | None
    ends: int
    meeting: FirstMeeting | None


@dataclass(frozen=True, slots=True)
class Account:
    """A firm with a record of its own."""

    number: int
    firm: Firm
    created: int
    creator: int | None
    owner: int
    description: str


@dataclass(frozen=True, slots=True)
class Contact:
    """A person with a record of their own; `prospect` is the lead it came from."""

    number: int
    account: int
    who: Somebody
    created: int
    creator: int | None
    prospect: int | None


@dataclass(frozen=True, slots=True)
class Deal:
    """An opportunity.

    Attributes:
        number: Index among deals.
        kind: New business, expansion or renewal.
        account: Number of its account.
        owners: (from when, person number), in order.
        creator: Who created it.
        created: When (seconds).
        stages: (stage, entered), in order, up to the last day only.
        won: True, False, or None while open.
        closes: Day on which it closed or is expected to (day number).
        amount: Its amount at the end (currency a year).
        first_amount: Its amount at creation.
        segment: Segment of the account.
        se: The SE who took part, if any.
        prospect: The prospect it came from, if any.
        sourced_by: The person credited with sourcing it, if an SDR's work.
        accepted: When the AE accepted it (seconds), for handed ones.
        fields: Required fields and what stands in them.
        roles: Contacts with a role in it.
        next_step: What stands under the next step.
        framework: Fields of the qualification framework and what stands in them.
        forecasts: (when, forecast category), in order.
        proof: Day on which a proof of concept started, if one did (day number).
    """

    number: int
    kind: str
    account: int
    owners: tuple[tuple[int, int], ...]
    creator: int
    created: int
    stages: tuple[tuple[str, int], ...]
    won: bool | None
    closes: int
    amount: int
    first_amount: int
    segment: str
    se: int | None = None
    prospect: int | None = None
    sourced_by: int | None = None
    accepted: int | None = None
    source: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    roles: tuple[int, ...] = ()
    next_step: str = ""
    framework: Mapping[str, str] = field(default_factory=dict)
    forecasts: tuple[tuple[int, str], ...] = ()
    proof: int | None = None

    def forecast(self, moment: int) -> str:
        """Its forecast category at a moment."""
        return next((word for since, word in reversed(self.forecasts) if since <= moment), "")

    def owner(self, moment: int) -> int:
        """Who owns it at a moment."""
        owner = self.owners[0][1]
        for since, person in self.owners:
            if since <= moment:
                owner = person
        return owner


@dataclass(frozen=True, slots=True)
class Term:
    """A term of a contract, or an addition that ends with one."""

    number: int
    account: int
    first: int
    last: int
    arr: int
    months: int
    renewal_of: int | None
    deal: int


@dataclass(frozen=True, slots=True)
class Customer:
    """An account that bought.

    Attributes:
        account: Number of the account.
        won: Day of the first win (day number).
        success: Who looks after it (person number).
        grower: Who expands it (person number).
        left: Day on which its last term ended without renewal, if so (day number).
    """

    account: int
    won: int
    success: int
    grower: int
    left: int | None


@dataclass(frozen=True, slots=True)
class Case:
    """A support request."""

    number: int
    account: int
    owner: int
    opened: int
    closed: int | None
    subject: str
    priority: str
    origin: str


@dataclass(frozen=True, slots=True)
class Review:
    """A business review that was due with a customer.

    Attributes:
        account: Number of the account.
        by: Who was to hold it (person number).
        due: When it was due (day number).
        starts: When it was held (seconds); None if it was not.
        on_schedule: Whether it was held within two weeks of that day.
    """

    account: int
    by: int
    due: int
    starts: int | None
    on_schedule: bool


@dataclass(frozen=True, slots=True)
class Market:
    """Everything that happened, by kind of record."""

    prospects: tuple[Prospect, ...]
    accounts: tuple[Account, ...]
    contacts: tuple[Contact, ...]
    deals: tuple[Deal, ...]
    customers: tuple[Customer, ...]
    terms: tuple[Term, ...]
    cases: tuple[Case, ...]
    reviews: tuple[Review, ...] = ()

    def contacts_of(self) -> Mapping[int, tuple[Contact, ...]]:
        """Contacts by account, oldest first."""
        found: dict[int, list[Contact]] = {}
        for contact in self.contacts:
            found.setdefault(contact.account, []).append(contact)
        return MappingProxyType(
            {
                account: tuple(sorted(people, key=lambda person: person.created))
                for account, people in found.items()
            }
        )
