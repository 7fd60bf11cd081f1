"""The parameters of the example company: who works there, in what market, with which faults.

Every number that shapes the made-up company is a field here, with its unit. Nothing in this
package knows a benchmark: the numbers say what people of this company do, not what they should.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType

FUNCTIONS = (
    "prospecting",
    "qualification",
    "discovery",
    "technical_validation",
    "deal_desk",
    "closing",
    "onboarding",
    "customer_success",
    "support",
    "renewal",
    "expansion",
    "management",
    "internal",
)
"""The kinds of work in the revenue cycle, a closed list."""

KINDS = ("call", "email", "meeting", "research")
"""What a piece of work is made of; `research` also stands for desk work that nobody logs."""

Shares = Mapping[str, float]


def _shares(**parts: float) -> Shares:
    return MappingProxyType(parts)


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of the market, told by the number of employees, and how deals go in it.

    Attributes:
        name: Its name in the charter.
        at_least: Fewest employees of a company in it.
        below: Number of employees at which the next segment begins.
        technical: Share of qualified deals that pass a technical validation (0 to 1).
        arr: Median annual recurring revenue of a first contract (charter currency a year).
        arr_spread: Spread of ARR (standard deviation of its logarithm).
        stage_days: Mean working time a deal stays in each stage (calendar days).
        win_share: Share of qualified deals that are won (0 to 1).
        term_months: Lengths of a contract term (months), each with its share.
        churn: Share of terms that are not renewed (0 to 1).
        expansions: Expansion deals opened by an account in a year (count).
        expansion_win: Share of expansion deals won (0 to 1).
        cases: Support cases an account opens in a year (count).
    """

    name: str
    at_least: int
    below: int
    technical: float
    arr: float
    arr_spread: float
    stage_days: Mapping[str, float]
    win_share: float
    term_months: Mapping[int, float]
    churn: float
    expansions: float
    expansion_win: float
    cases: float


@dataclass(frozen=True, slots=True)
class Team:
    """People of one role in one segment, and how they divide their week.

    Attributes:
        name: The team's name in the people file.
        role: Role in the charter; empty for people outside it.
        segment: Segment they work in; None means all.
        title: Title on the CRM user.
        department: Department on the CRM user.
        size: People (count), hires and promotions of the last year not counted.
        mix: Share of working time a function takes in a healthy company (sums to 1).
        logging: Factor on the chance that a piece of work is logged (1 = as the kind says).
        leads_a_day: New leads or contacts a person starts on (count a working day).
        meetings_a_month: First meetings a person books (count a month).
    """

    name: str
    role: str
    segment: str | None
    title: str
    department: str
    size: int
    mix: Shares
    logging: float = 1.0
    leads_a_day: float = 0.0
    meetings_a_month: float = 0.0


@dataclass(frozen=True, slots=True)
class Handoff:
    """How the passing of a meeting from SDR to AE goes in one segment, when nothing is wrong.

    Attributes:
        show: Share of booked meetings that are held (0 to 1).
        accepted: Share of held meetings that the AE accepts (0 to 1).
        converted: Share of held meetings whose deal reaches the stage Qualified (0 to 1).
        rejected: Share of held and not accepted meetings that the AE rejects in the CRM; the
            rest is left without a decision (0 to 1).
        fields_filled: Chance that a required field is filled, each field by itself (0 to 1).
        placeholder: Share of unfilled fields that hold a placeholder such as "tbd" (0 to 1).
        decision_days: Mean wait for the AE's decision (working days).
        self_sourced: Share of AEs' new deals that no SDR sourced (0 to 1).
        own_deals: Share of held first meetings with an AE's own lead that become a deal (0 to 1).
        unstamped: Share of held meetings nobody marks as held (0 to 1).
    """

    show: float = 0.83
    accepted: float = 0.75
    converted: float = 0.60
    rejected: float = 0.85
    fields_filled: float = 0.92
    placeholder: float = 0.30
    decision_days: float = 0.5
    self_sourced: float = 0.12
    own_deals: float = 0.80
    unstamped: float = 0.02


@dataclass(frozen=True, slots=True)
class AEProspecting:
    """Fault: account executives of one segment look for their own leads.

    Attributes:
        segment: Where.
        share: Share of their working time that is prospecting (0 to 1).
        self_sourced: Share of their new deals that no SDR sourced (0 to 1).
    """

    segment: str = "mid_market"
    share: float = 0.38
    self_sourced: float = 0.65


@dataclass(frozen=True, slots=True)
class CSMSupport:
    """Fault: customer success people of one segment answer support cases.

    Attributes:
        segment: Where.
        share: Share of their working time that is support (0 to 1).
        cases: Share of their customers' cases that they own themselves (0 to 1).
    """

    segment: str = "enterprise"
    share: float = 0.45
    cases: float = 0.55


@dataclass(frozen=True, slots=True)
class LeakyHandoff:
    """Fault: in one segment most meetings that SDRs hand over lead nowhere.

    Attributes:
        segment: Where.
        accepted: Share of held meetings that the AE accepts (0 to 1).
        converted: Share of held meetings whose deal reaches the stage Qualified (0 to 1).
        rejected: Share of held and not accepted meetings that are rejected in the CRM (0 to 1).
        fields_filled: Chance that a required field is filled (0 to 1).
        placeholder: Share of unfilled fields that hold a placeholder (0 to 1).
        decision_days: Mean wait for the AE's decision (working days).
    """

    segment: str = "mid_market"
    accepted: float = 0.30
    converted: float = 0.22
    rejected: float = 0.60
    fields_filled: float = 0.45
    placeholder: float = 0.35
    decision_days: float = 2.5


@dataclass(frozen=True, slots=True)
class AbsentSE:
    """Fault: technical deals of one segment go through validation without an SE.

    Attributes:
        segment: Where.
        joined: Share of technical deals an SE takes part in (0 to 1).
    """

    segment: str = "enterprise"
    joined: float = 0.35


@dataclass(frozen=True, slots=True)
class TwoHats:
    """Fault: some who hold the AE title go on doing an SDR's work and are credited for it.

    Attributes:
        segment: Where.
        people: How many (count).
        promoted: Day on which they became AE, before the last year.
        mix: Share of their working time by function (sums to 1).
        leads_a_day: Leads a person starts on (count a working day).
        meetings_a_month: Meetings a person books for other AEs (count a month).
    """

    segment: str = "mid_market"
    people: int = 2
    promoted: date = date(2025, 3, 1)
    mix: Shares = field(
        default_factory=lambda: _shares(
            prospecting=0.42,
            qualification=0.14,
            discovery=0.12,
            technical_validation=0.02,
            deal_desk=0.01,
            closing=0.15,
            internal=0.14,
        )
    )
    leads_a_day: float = 2.6
    meetings_a_month: float = 6.0


@dataclass(frozen=True, slots=True)
class Faults:
    """What is wrong in the company; None means that this is not."""

    ae_prospecting: AEProspecting | None = AEProspecting()
    csm_support: CSMSupport | None = CSMSupport()
    leaky_handoff: LeakyHandoff | None = LeakyHandoff()
    absent_se: AbsentSE | None = AbsentSE()
    two_hats: TwoHats | None = TwoHats()

    @classmethod
    def none(cls) -> Faults:
        """A healthy company.

        >>> Faults.none().csm_support is None
        True
        """
        return cls(None, None, None, None, None)


@dataclass(frozen=True, slots=True)
class Innocents:
    """What looks wrong in the records and is not.

    Attributes:
        promotions: Days on which one SDR each becomes AE.
        promotion_segment: Segment in which they are promoted.
        hires: (role, segment, first day) of people who joined in the last year.
        ramp_days: Days over which a hire is learning (calendar days).
        ramp_internal: Share of time a learning hire spends in training (0 to 1).
        leave: (role, segment, first day, last day) of one long leave.
        thin_team: Name of the team that logs little.
        thin_coverage: Share of its true time that this team records (0 to 1).
        thin_factors: Factor on this team's chance of logging, by function: its record is skewed.
        reowned: Share of converted leads whose activities move to the AE and to the contact.
        bulk_closed: Stale tasks closed within one minute, each time (count).
        bulk_closers: People who do so at each quarter's end (count).
        deal_delay: Days between a held meeting and the deal's record, at most (calendar days).
        renewal_opened: Days before the end of a term on which its renewal deal is opened.
        renewal_started: Days before the end of a term on which renewal work begins.
    """

    promotions: tuple[date, ...] = (date(2026, 2, 2), date(2026, 5, 4))
    promotion_segment: str = "enterprise"
    hires: tuple[tuple[str, str, date], ...] = (
        ("sdr", "mid_market", date(2026, 4, 6)),
        ("csm", "mid_market", date(2026, 6, 15)),
        ("generalist", "smb", date(2026, 3, 2)),
    )
    ramp_days: int = 90
    ramp_internal: float = 0.50
    leave: tuple[str, str, date, date] = (
        "csm",
        "mid_market",
        date(2026, 3, 9),
        date(2026, 7, 10),
    )
    thin_team: str | None = "Account Management"
    thin_coverage: float = 0.12
    thin_factors: Shares = field(
        default_factory=lambda: _shares(expansion=0.6, customer_success=2.2)
    )
    reowned: float = 0.5
    bulk_closed: int = 200
    bulk_closers: int = 2
    deal_delay: int = 3
    renewal_opened: int = 360
    renewal_started: int = 95


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of work: how long a piece takes and how often it is logged.

    Attributes:
        minutes: Median true length (minutes).
        spread: Standard deviation of the length's logarithm.
        logged: Chance that a piece is logged (0 to 1).
    """

    minutes: float
    spread: float
    logged: float


def _kinds() -> Mapping[str, Kind]:
    return MappingProxyType(
        {
            "call": Kind(8.0, 0.5, 0.70),
            "unanswered": Kind(2.2, 0.25, 0.70),
            "email": Kind(5.5, 0.35, 0.55),
            "meeting": Kind(30.0, 0.0, 0.85),
            "research": Kind(30.0, 0.5, 0.05),
        }
    )


def _made_of() -> Mapping[str, Shares]:
    """Share of a function's time by kind, before fixed meetings."""

    def of(call: float, email: float, meeting: float, research: float) -> Shares:
        return _shares(call=call, email=email, meeting=meeting, research=research)

    return MappingProxyType(
        {
            "prospecting": of(0.28, 0.34, 0.00, 0.38),
            "qualification": of(0.28, 0.22, 0.16, 0.34),
            "discovery": of(0.08, 0.13, 0.40, 0.39),
            "technical_validation": of(0.04, 0.12, 0.43, 0.41),
            "deal_desk": of(0.08, 0.36, 0.14, 0.42),
            "closing": of(0.09, 0.14, 0.37, 0.40),
            "onboarding": of(0.08, 0.13, 0.40, 0.39),
            "customer_success": of(0.09, 0.14, 0.37, 0.40),
            "support": of(0.20, 0.22, 0.20, 0.38),
            "renewal": of(0.10, 0.14, 0.37, 0.39),
            "expansion": of(0.10, 0.14, 0.37, 0.39),
            "management": of(0.04, 0.10, 0.42, 0.44),
            "internal": of(0.00, 0.00, 0.25, 0.75),
        }
    )


@dataclass(frozen=True, slots=True)
class Work:
    """How people spend their time.

    Attributes:
        week_hours: True working time of a full week (hours).
        person_concentration: Concentration of the Dirichlet that draws a person's mix around the
            team's; higher is more alike.
        week_concentration: The same for a week's mix around the person's.
        week_spread: Spread of a week's length (standard deviation of its logarithm).
        vacation_weeks: Vacation a person takes in a year (weeks).
        sick_days: Sick days a person has in a year (days).
        answered: Share of calls to strangers that are answered (0 to 1).
        answered_known: Share of calls to people one already knows that are answered (0 to 1).
        kinds: Length and logging of each kind of work.
        made_of: Share of a function's time by kind.
        quarter_end: Factor on closing and renewal time in a quarter's last three weeks.
        hour_long: Share of meetings that last an hour instead of half of one (0 to 1).
        cadence_days: Days a lead is worked before it is given up (calendar days).
    """

    week_hours: float = 40.0
    person_concentration: float = 160.0
    week_concentration: float = 45.0
    week_spread: float = 0.08
    vacation_weeks: float = 4.0
    sick_days: float = 5.0
    answered: float = 0.20
    answered_known: float = 0.60
    kinds: Mapping[str, Kind] = field(default_factory=_kinds)
    made_of: Mapping[str, Shares] = field(default_factory=_made_of)
    quarter_end: float = 1.35
    hour_long: float = 0.35
    cadence_days: int = 24


@dataclass(frozen=True, slots=True)
class Record:
    """What the CRM keeps of the work, and what else it holds.

    Attributes:
        tooled: Factor on the chance of logging, by function: a dialer logs calls by itself.
        person_spread: Spread of a person's factor on logging (standard deviation of its
            logarithm).
        logged_late: Share of tasks entered after the day itself (0 to 1).
        only_contact: Share of deal work linked to the contact alone (0 to 1).
        wrong_object: Share of deal work linked to the account instead of the deal (0 to 1).
        no_duration: Share of logged calls without a duration (0 to 1).
        sequence_steps: Automated emails a sequenced lead receives (count, mean).
        sequenced: Share of outbound leads put into a sequence (0 to 1).
        private: Share of meetings marked private; half of these never reach the export.
        declined: Share of our invitees who decline and stay away (0 to 1).
        cancelled: Cancelled meetings per held one.
        deleted: Share of rows that were deleted again and carry IsDeleted (0 to 1).
        open_tasks: Open to-do tasks a person has at the end (count, mean).
        future_days: Days after the last day over which the calendar already has meetings.
        employees_missing: Share of leads without a number of employees (0 to 1).
        owner_changes: Share of deals that change owner midway (0 to 1).
    """

    tooled: Shares = field(default_factory=lambda: _shares(prospecting=1.15))
    person_spread: float = 0.10
    logged_late: float = 0.15
    only_contact: float = 0.10
    wrong_object: float = 0.015
    no_duration: float = 0.12
    sequence_steps: float = 2.4
    sequenced: float = 0.6
    private: float = 0.03
    declined: float = 0.04
    cancelled: float = 0.03
    deleted: float = 0.004
    open_tasks: float = 12.0
    future_days: int = 28
    employees_missing: float = 0.01
    owner_changes: float = 0.04


def _forecasts() -> Mapping[str, Shares]:
    def of(pipeline: float, best_case: float, commit: float) -> Shares:
        return MappingProxyType({"Pipeline": pipeline, "Best Case": best_case, "Commit": commit})

    return MappingProxyType(
        {
            "Discovery": of(1.0, 0.0, 0.0),
            "Qualified": of(0.92, 0.08, 0.0),
            "Technical Validation": of(0.70, 0.27, 0.03),
            "Proposal": of(0.30, 0.55, 0.15),
            "Negotiation": of(0.10, 0.38, 0.52),
            "Expansion Identified": of(0.95, 0.05, 0.0),
            "Renewal Open": of(0.30, 0.70, 0.0),
            "Renewal Discussion": of(0.10, 0.60, 0.30),
            "Renewal Negotiation": of(0.05, 0.30, 0.65),
        }
    )


@dataclass(frozen=True, slots=True)
class Diligence:
    """What people keep in order, deal by deal and customer by customer.

    Attributes:
        next_step: Chance that an open deal has a next step, for an owner of ordinary habits.
        habit_spread: Spread of an owner's factor on that and on the framework's fields (standard
            deviation of its logarithm).
        placeholder: Share of what is missing that holds a placeholder such as "tbd" (0 to 1).
        framework: Chance that a field of the qualification framework is filled, by the last open
            stage that a new deal has reached.
        forecast: Shares of the forecast categories that a deal gets on entering a stage.
        forecast_moved: Chance that the category is raised while a deal stays in a stage.
        proof: Share of technical deals with a proof of concept, by what becomes of the deal:
            won, lost or open.
        reviews: Share of due business reviews that are held on schedule, by segment.
        neglected: Share of customers of whom hardly anybody thinks when reviews are due (0 to 1).
        reviews_late: Share of the missed reviews that are held weeks later (0 to 1).
        replies_logged: Share of replies to cold mails that the CRM shows (0 to 1).
        go_live_days: Median days from signing until a customer's people use the product.
    """

    next_step: float = 0.82
    habit_spread: float = 0.12
    placeholder: float = 0.35
    framework: Shares = field(
        default_factory=lambda: _shares(
            **{
                "Discovery": 0.18,
                "Qualified": 0.42,
                "Technical Validation": 0.62,
                "Proposal": 0.74,
                "Negotiation": 0.84,
            }
        )
    )
    forecast: Mapping[str, Shares] = field(default_factory=_forecasts)
    forecast_moved: float = 0.3
    proof: Shares = field(default_factory=lambda: _shares(won=0.62, lost=0.34, open=0.45))
    reviews: Shares = field(default_factory=lambda: _shares(enterprise=0.62, mid_market=0.78))
    neglected: float = 0.2
    reviews_late: float = 0.45
    replies_logged: float = 0.85
    go_live_days: float = 32.0


def _segments() -> tuple[Segment, ...]:
    return (
        Segment(
            name="enterprise",
            at_least=1000,
            below=40_000,
            technical=0.85,
            arr=92_000,
            arr_spread=0.55,
            stage_days=_shares(
                **{
                    "Discovery": 20,
                    "Qualified": 24,
                    "Technical Validation": 34,
                    "Proposal": 30,
                    "Negotiation": 26,
                }
            ),
            win_share=0.24,
            term_months=MappingProxyType({12: 0.65, 24: 0.20, 36: 0.15}),
            churn=0.07,
            expansions=0.80,
            expansion_win=0.48,
            cases=20.0,
        ),
        Segment(
            name="mid_market",
            at_least=200,
            below=1000,
            technical=0.80,
            arr=33_000,
            arr_spread=0.50,
            stage_days=_shares(
                **{
                    "Discovery": 14,
                    "Qualified": 16,
                    "Technical Validation": 20,
                    "Proposal": 18,
                    "Negotiation": 16,
                }
            ),
            win_share=0.22,
            term_months=MappingProxyType({12: 0.85, 24: 0.15}),
            churn=0.12,
            expansions=0.50,
            expansion_win=0.45,
            cases=11.0,
        ),
        Segment(
            name="smb",
            at_least=10,
            below=200,
            technical=0.0,
            arr=9_500,
            arr_spread=0.45,
            stage_days=_shares(
                **{
                    "Discovery": 9,
                    "Qualified": 9,
                    "Technical Validation": 9,
                    "Proposal": 11,
                    "Negotiation": 10,
                }
            ),
            win_share=0.30,
            term_months=MappingProxyType({12: 1.0}),
            churn=0.20,
            expansions=0.30,
            expansion_win=0.50,
            cases=4.0,
        ),
    )


def _teams() -> tuple[Team, ...]:
    sdr = _shares(prospecting=0.66, qualification=0.16, discovery=0.03, internal=0.15)
    ae = _shares(
        prospecting=0.09,
        qualification=0.02,
        discovery=0.26,
        technical_validation=0.09,
        deal_desk=0.05,
        closing=0.34,
        internal=0.15,
    )
    csm = _shares(
        onboarding=0.18,
        customer_success=0.38,
        support=0.12,
        renewal=0.14,
        expansion=0.04,
        internal=0.14,
    )
    lead = _shares(management=0.62, closing=0.10, internal=0.28)
    sales, success = "Sales", "Customer Success"
    return (
        Team("Executive", "cro", None, "Chief Revenue Officer", sales, 1,
             _shares(management=0.60, closing=0.04, internal=0.36)),
        Team("Sales Leadership", "vp_sales", None, "VP Sales", sales, 1,
             _shares(management=0.62, closing=0.08, internal=0.30)),
        Team("SDR Leadership", "sales_manager", None, "Manager, Sales Development", sales, 1,
             _shares(management=0.68, qualification=0.06, internal=0.26)),
        Team("Enterprise Sales Leadership", "sales_manager", "enterprise",
             "Manager, Enterprise Sales", sales, 1, lead),
        Team("Mid-Market Sales Leadership", "sales_manager", "mid_market",
             "Manager, Mid-Market Sales", sales, 1, lead),
        Team("SMB Sales Leadership", "sales_manager", "smb", "Manager, SMB Sales", sales, 1, lead),
        Team("CS Leadership", "cs_manager", None, "Manager, Customer Success", success, 1,
             _shares(management=0.60, customer_success=0.08, renewal=0.06, internal=0.26)),
        Team("Enterprise SDR", "sdr", "enterprise", "Sales Development Representative, Enterprise",
             sales, 5, sdr, leads_a_day=2.8, meetings_a_month=6.5),
        Team("Mid-Market SDR", "sdr", "mid_market", "Sales Development Representative, Mid-Market",
             sales, 7, sdr, leads_a_day=3.2, meetings_a_month=8.5),
        Team("Enterprise AE", "ae", "enterprise", "Account Executive, Enterprise", sales, 6, ae),
        Team("Mid-Market AE", "ae", "mid_market", "Account Executive, Mid-Market", sales, 8, ae),
        Team("Solutions Engineering", "se", None, "Solutions Engineer", sales, 5,
             _shares(discovery=0.06, technical_validation=0.64, closing=0.04, onboarding=0.04,
                     internal=0.22)),
        Team("Enterprise CSM", "csm", "enterprise", "Customer Success Manager, Enterprise",
             success, 6, csm),
        Team("Mid-Market CSM", "csm", "mid_market", "Customer Success Manager, Mid-Market",
             success, 6, csm),
        Team("Account Management", "am", None, "Account Manager", sales, 5,
             _shares(customer_success=0.10, renewal=0.04, expansion=0.72, internal=0.14)),
        Team("SMB Sales", "generalist", "smb", "Account Executive, SMB", sales, 9,
             _shares(prospecting=0.28, qualification=0.07, discovery=0.16, deal_desk=0.02,
                     closing=0.18, onboarding=0.05, customer_success=0.06, renewal=0.04,
                     expansion=0.03, internal=0.11),
             leads_a_day=1.5, meetings_a_month=4.2),
        Team("Support", "", None, "Support Engineer", "Support", 7,
             _shares(support=0.86, internal=0.14), logging=0.45),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Company:
    """The example company. `Company()` is Northstar Analytics with its faults.

    Attributes:
        name: Its name.
        domain: Domain of its people's emails.
        currency: Currency of all amounts.
        time_zone: Where its people work.
        last_day: Day on which the export was made, after work.
        founded: First day of its records.
        year_starts: First day of the year that the truth speaks of.
        work_starts: First day whose activities the CRM still holds; older ones are archived.
        growth: New deals in a year as a share of those in the last, oldest year first.
        inbound: Share of first meetings that begin with somebody asking to talk (0 to 1).
        reached: Share of outbound first meetings with a known contact instead of a lead.
        segments: The market.
        teams: The people.
        handoff: The healthy handoff from SDR to AE.
        se_joined: Share of technical deals an SE takes part in, when nothing is wrong (0 to 1).
        csm_cases: Share of their customers' cases that CSMs own, when nothing is wrong (0 to 1).
        work: How people spend their time.
        record: What the CRM keeps.
        diligence: What people keep in order.
        faults: What is wrong.
        innocents: What only looks wrong.
    """

    name: str = "Northstar Analytics"
    domain: str = "northstar.example"
    currency: str = "USD"
    time_zone: str = "America/New_York"
    last_day: date = date(2026, 10, 31)
    founded: date = date(2023, 11, 1)
    year_starts: date = date(2025, 11, 1)
    work_starts: date = date(2025, 10, 1)
    growth: tuple[float, ...] = (0.65, 0.85, 1.0)
    inbound: float = 0.25
    reached: float = 0.12
    segments: tuple[Segment, ...] = field(default_factory=_segments)
    teams: tuple[Team, ...] = field(default_factory=_teams)
    handoff: Handoff = Handoff()
    se_joined: float = 0.90
    csm_cases: float = 0.10
    work: Work = field(default_factory=Work)
    record: Record = field(default_factory=Record)
    diligence: Diligence = field(default_factory=Diligence)
    faults: Faults = Faults()
    innocents: Innocents = field(default_factory=Innocents)

    def segment(self, name: str) -> Segment:
        """The segment of that name.

        Raises:
            KeyError: If there is none.
        """
        for segment in self.segments:
            if segment.name == name:
                return segment
        raise KeyError(f"no segment is called {name!r}")
