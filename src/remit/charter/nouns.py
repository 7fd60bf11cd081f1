"""The charter itself. Every word a charter may contain is a field here or of a noun named here."""

import fnmatch
from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from remit.benchmarks import Benchmark, with_overrides
from remit.charter.crm import Activities, Deals, EventLog
from remit.charter.handoffs import Handoff, SignOff
from remit.charter.market import FirstValue, Owning, RetentionIndicator, Segment, Territory
from remit.charter.organisation import (
    Cadence,
    Calendar,
    Role,
    Spell,
    Team,
    Title,
    TitleOrRole,
    Tool,
)
from remit.charter.statements import (
    Attested,
    Decision,
    Exempt,
    Measure,
    Override,
    Privacy,
    Target,
)
from remit.compensation.plan import Plan
from remit.terms.shapes import ColumnPath, Noun, Number, Serves, Text, Words

Month = Literal[
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]


class Charter(Noun):
    """One organisation: who owns what, where work is handed over, how the CRM records it."""

    company: Text
    about: Text | None = None
    uses: Words = ()
    """Other files whose blocks belong to this charter, by path from this file."""
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")] = "USD"
    time_zone: str = "UTC"
    fiscal_year_starts: Month = "January"
    week_hours: Number | None = Field(default=None, gt=0, le=80)
    stage: Annotated[
        Literal["seed", "series_a", "series_b", "later"] | None, Serves("003-47", "003-48")
    ] = None
    """How far the company is; "later" also stands for owned by its management or by a fund."""
    segments: Mapping[str, Segment] = {}
    roles: Annotated[Mapping[str, Role], Field(min_length=1)]
    outside: Owning = {}  # noqa: RUF012  frozen, and copied by pydantic
    """Functions done by people who are not in this charter, such as a support desk."""
    nobody: Owning = {}  # noqa: RUF012
    """Functions nobody needs to own here."""
    titles: Annotated[Mapping[str, TitleOrRole], Serves("000-26", "004-06")] = {}
    people: tuple[Spell, ...] = ()
    """In the charter, or the name of a CSV file beside it."""
    teams: Mapping[str, Team] = {}
    territories: Annotated[Mapping[str, Territory], Serves("002-31")] = {}
    calendars: Mapping[str, Calendar] = {}
    deals: Deals = Deals()
    inbound: Mapping[ColumnPath, Words] = {}
    """Column and words that mark a lead as somebody asking to talk."""
    not_people: Words = ()
    """Patterns of user names that are software, such as `Integration*`."""
    email_domains: Words = ()
    """Domains of the company's own addresses, such as `acme.com`; whoever has another is outside."""
    activities: Activities = Activities()
    event_log: EventLog | None = None
    handoffs: Annotated[tuple[Handoff, ...], Serves("003-49", "001-03", "004-05")] = ()
    sign_offs: tuple[SignOff, ...] = ()
    measures: Mapping[str, Measure] = {}
    """The company's own names for what it measures."""
    retention_indicators: Annotated[
        Mapping[str, RetentionIndicator], Serves("001-22", "001-23")
    ] = {}
    first_value: FirstValue | None = None
    """What a customer's usage must have reached for the product to be of use to them."""
    plans: Annotated[Mapping[str, Plan], Serves("000-20")] = {}
    tools: Annotated[Mapping[str, Tool], Serves("003-69")] = {}
    cadences: tuple[Cadence, ...] = ()
    targets: tuple[Target, ...] = ()
    attested: Mapping[str, Attested] = {}
    """By rule: what no record shows, and who says so."""
    decisions: tuple[Decision, ...] = ()
    exempt: tuple[Exempt, ...] = ()
    benchmarks: Mapping[str, Override] = {}
    privacy: Privacy = Privacy()

    def title(self, words: str | None) -> Title | None:
        """What a job title says its holder is; the first pattern that fits decides.

        >>> ae = Charter(company="A", roles={"ae": {"is": "AE"}},
        ...              titles={"*Executive*": {"role": "ae"}})
        >>> ae.title("Senior account executive").role
        'ae'
        >>> ae.title("Plumber") is None
        True
        """
        for pattern, title in self.titles.items():
            if fnmatch.fnmatchcase((words or "").casefold(), pattern.casefold()):
                return title
        return None

    def numbers(self) -> Mapping[str, Benchmark]:
        """Every benchmark, with this charter's own levels where it states some.

        >>> own = {"field_acv": {"value": 80000, "because": "travel is dear here"}}
        >>> acme = Charter(company="Acme", roles={"ae": {"is": "AE"}}, benchmarks=own)
        >>> acme.numbers()["field_acv"].values[-1].value
        80000.0
        """
        stated = {name: override.model_dump() for name, override in self.benchmarks.items()}
        return with_overrides(stated, company=self.company)

    def segment_names(self) -> tuple[str, ...]:
        """The segments in the order in which accounts are tried against them."""
        return tuple(self.segments)

    def kinds(self, *kinds: str) -> tuple[str, ...]:
        """Names of the roles here that are of one of these kinds of the catalogue."""
        return tuple(name for name, role in self.roles.items() if role.kind in kinds)
