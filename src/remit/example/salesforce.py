"""Writes the company in the layout of a Salesforce export: one CSV a table, API names."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from remit.example.company import Company
from remit.example.days import DAY, Calendar, Clock, day_of, last_moment, number
from remit.example.dice import Dice
from remit.example.forget import ACCOUNT, CASE, CONTACT, DEAL, LEAD, USER, Kept, Ref
from remit.example.ids import record_id
from remit.example.records import (
    EXPANSION,
    FRAMEWORK,
    RENEWAL,
    Contact,
    Deal,
    Market,
    Prospect,
)
from remit.example.staff import Staff
from remit.example.tables import Row, Table, write_table

_PROBABILITY = {
    "Discovery": 10, "Qualified": 20, "Technical Validation": 40, "Proposal": 60,
    "Negotiation": 80, "Renewal Open": 60, "Renewal Discussion": 70, "Renewal Negotiation": 85,
    "Expansion Identified": 20, "Closed Won": 100, "Closed Lost": 0,
}  # fmt: skip
_FORECAST = {"Best Case": "BestCase", "Commit": "Forecast"}
"""Forecast categories whose API value is not their name."""
_FIRST_USER = 3


def truth_value(value: bool) -> str:
    """A checkbox as Data Loader writes it.

    >>> truth_value(False)
    'false'
    """
    return "true" if value else "false"


def _money(amount: float) -> str:
    """An amount without decimals it does not need."""
    return f"{amount:.2f}".removesuffix(".00")


def _ranks(moments: Sequence[tuple[int, int]]) -> dict[int, int]:
    """Place of each record in order of creation, by number."""
    return {which: place for place, (_, which) in enumerate(sorted(moments))}


@dataclass(slots=True)
class _Export:
    company: Company
    staff: Staff
    market: Market
    kept: Kept
    calendar: Calendar
    dice: Dice
    folder: Path | None
    keep: bool
    tables: dict[str, Table] = field(default_factory=dict)
    clock: Clock = field(default_factory=Clock)
    ranks: dict[str, dict[int, int]] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    known: dict[Ref, str] = field(default_factory=dict)
    contacts: Mapping[int, tuple[Contact, ...]] = field(default_factory=dict)
    robot: str = ""
    end: int = 0

    def id(self, prefix: str, which: int) -> str:
        ref = (prefix, which)
        found = self.known.get(ref)
        if found is None:
            found = self.known[ref] = record_id(prefix, self.ranks[prefix][which])
        return found

    def user(self, person: int | None) -> str:
        return self.robot if person is None else self.id(USER, person)

    def ref(self, ref: Ref | None) -> str:
        return self.id(*ref) if ref else ""

    def table(self, name: str, header: str, rows: Iterable[Row]) -> None:
        if self.keep:
            rows = list(rows)
            self.tables[name] = Table(tuple(header.split()), rows)
        if self.folder is not None:
            self.counts[name] = write_table(self.folder / f"{name}.csv", header.split(), rows)

    def day(self, moment: int) -> str:
        return self.clock.day(self.calendar.day_of(moment))

    def in_order(self, prefix: str) -> list[int]:
        """Numbers of the records of a kind in order of creation."""
        ranks = self.ranks[prefix]
        return sorted(ranks, key=lambda which: ranks[which])

    # -- people ----------------------------------------------------------------------------

    def users(self) -> None:
        stamp, last = self.clock.stamp, len(self.staff.people)
        teams = list(dict.fromkeys(p.spells[-1].team for p in self.staff.people))
        role_ids = {team: record_id("00E", place) for place, team in enumerate(teams)}
        head = {p.number: p.spells[-1].team for p in self.staff.people}
        parents: dict[str, str] = {}
        for person in self.staff.people:
            manager = person.spells[-1].manager
            if manager is not None and head[manager] != person.spells[-1].team:
                parents.setdefault(person.spells[-1].team, role_ids[head[manager]])
        self.table(
            "UserRole", "Id Name ParentRoleId",
            ((role_ids[team], team, parents.get(team, "")) for team in teams),
        )  # fmt: skip
        start = number(self.company.founded) - 720
        rows: list[Row] = []
        for person in self.staff.people:
            manager = person.spells[-1].manager
            hired = self.clock.day(person.hired) + "T13:00:00.000Z"
            rows.append(
                (
                    self.id(USER, person.number), person.email, f"{person.first} {person.last}",
                    person.first, person.last, person.email, person.title, person.department,
                    role_ids[person.spells[-1].team],
                    "" if manager is None else self.id(USER, manager), "true", "Standard",
                    self.company.time_zone, hired, hired,
                )
            )  # fmt: skip
        born = stamp(start * DAY)
        rows.append(
            (
                self.robot, f"marketing.integration@{self.company.domain}",
                "Marketing Integration", "Marketing", "Integration",
                f"marketing.integration@{self.company.domain}", "", "", "", "", "true",
                "AutomatedProcess", self.company.time_zone, born, born,
            )
        )  # fmt: skip
        assert len(rows) == last + 1
        self.table(
            "User",
            "Id Username Name FirstName LastName Email Title Department UserRoleId ManagerId "
            "IsActive UserType TimeZoneSidKey CreatedDate LastModifiedDate",
            rows,
        )

    # -- accounts, contacts, leads ---------------------------------------------------------

    def accounts(self) -> None:
        stamp = self.clock.stamp
        left = {customer.account: customer.left for customer in self.market.customers}
        rows: list[Row] = []
        for which in self.in_order(ACCOUNT):
            account = self.market.accounts[which]
            kind = "Prospect"
            if which in left:
                kind = "Customer - Direct" if left[which] is None else "Former Customer"
            firm = account.firm
            rows.append(
                (
                    self.id(ACCOUNT, which), "false", firm.name, kind, "", firm.state, "US",
                    firm.industry, firm.employees, firm.revenue, f"https://www.{firm.domain}",
                    self.user(account.owner), self.user(account.creator), stamp(account.created),
                    stamp(max(account.created, self.end - self.dice.whole(0, 90 * DAY))),
                    account.description,
                )
            )  # fmt: skip
        self.table(
            "Account",
            "Id IsDeleted Name Type ParentId BillingState BillingCountry Industry "
            "NumberOfEmployees AnnualRevenue Website OwnerId CreatedById CreatedDate "
            "LastModifiedDate Description",
            rows,
        )
        people: list[Row] = []
        for which in self.in_order(CONTACT):
            contact = self.market.contacts[which]
            who = contact.who
            owner = self.market.accounts[contact.account].owner
            people.append(
                (
                    self.id(CONTACT, which), "false", self.id(ACCOUNT, contact.account), who.last,
                    who.first, f"{who.first} {who.last}", who.email, who.title, who.department,
                    self.user(owner), self.user(contact.creator), stamp(contact.created),
                    stamp(contact.created),
                )
            )  # fmt: skip
        self.table(
            "Contact",
            "Id IsDeleted AccountId LastName FirstName Name Email Title Department OwnerId "
            "CreatedById CreatedDate LastModifiedDate",
            people,
        )

    def leads(self) -> None:
        dice, stamp = self.dice, self.clock.stamp
        deals = {deal.prospect: deal for deal in self.market.deals if deal.prospect is not None}
        from_lead = {c.prospect: c.number for c in self.market.contacts if c.prospect is not None}
        rows: list[Row] = []
        history: list[tuple[int, str, int | None, str, str, str]] = []
        for which in self.in_order(LEAD):
            prospect = self.market.prospects[which]
            deal, firm = deals.get(which), prospect.firm
            lead = self.id(LEAD, which)
            changes = self.statuses(prospect, deal)
            before = "Open - Not Contacted"
            for at, status, by in changes:
                history.append((at, lead, by, "Status", before, status))
                before = status
            robot = prospect.inbound or dice.chance(0.25)
            owner = prospect.worker
            if deal is not None and deal.owners[0][1] != owner:
                new = deal.owners[0][1]
                history.append((deal.created, lead, new, "Owner", self.user(owner), self.user(new)))
                owner = new
            missing = dice.chance(self.company.record.employees_missing)
            rows.append(
                (
                    lead, "false", prospect.who.last, prospect.who.first,
                    f"{prospect.who.first} {prospect.who.last}", prospect.who.title, firm.name,
                    prospect.who.email, prospect.source, before, firm.industry, firm.state,
                    firm.revenue, "" if missing else firm.employees, self.user(owner),
                    self.user(None if robot else prospect.worker), stamp(prospect.created),
                    truth_value(deal is not None),
                    "" if deal is None else self.day(deal.created),
                    "" if deal is None else self.id(ACCOUNT, deal.account),
                    "" if deal is None else self.id(CONTACT, from_lead[which]),
                    "" if deal is None else self.id(DEAL, deal.number),
                    stamp(max([prospect.created, *(at for at, _, _ in changes)])),
                )
            )  # fmt: skip
        self.table(
            "Lead",
            "Id IsDeleted LastName FirstName Name Title Company Email LeadSource Status Industry "
            "State AnnualRevenue NumberOfEmployees OwnerId CreatedById CreatedDate IsConverted "
            "ConvertedDate ConvertedAccountId ConvertedContactId ConvertedOpportunityId "
            "LastModifiedDate",
            rows,
        )
        history.sort(key=lambda change: (change[0], change[1], change[3]))
        self.table(
            "LeadHistory", "Id LeadId CreatedById CreatedDate Field OldValue NewValue",
            (
                (record_id("017", place), lead, self.user(by), stamp(at), name, old, new)
                for place, (at, lead, by, name, old, new) in enumerate(history)
            ),
        )  # fmt: skip

    def statuses(self, prospect: Prospect, deal: Deal | None) -> list[tuple[int, str, int | None]]:
        """(when, new status, by whom) of a lead, in order, up to the export."""
        dice, worker, meeting = self.dice, prospect.worker, prospect.meeting
        changes: list[tuple[int, str, int | None]] = []
        touched = prospect.created + int(dice.between(600, 5 * 3600))
        changes.append((touched, "Working - Contacted", worker))
        if prospect.replied is not None and not prospect.inbound:
            changes.append((prospect.replied, "Replied", worker))
        if meeting is None:
            over = self.calendar.at(prospect.ends, dice.between(1062, 1085))
            given_up = "Nurture - No Response" if prospect.replied is None else "Not Qualified"
            changes.append((over, given_up, worker))
        else:
            changes.append((meeting.booked, "Meeting Booked", worker))
            if deal is not None:
                changes.append((deal.created, "Closed - Converted", deal.owners[0][1]))
            elif meeting.decision == "rejected" and meeting.decided is not None:
                changes.append((meeting.decided, "Not Qualified", meeting.seller))
        found: list[tuple[int, str, int | None]] = []
        for at, status, by in changes:
            at = max(at, found[-1][0] + 1) if found else at
            if at < self.end:
                found.append((at, status, by))
        return found

    # -- deals -----------------------------------------------------------------------------

    def deals(self) -> None:
        stamp = self.clock.stamp
        rows: list[Row] = []
        history: list[tuple[int, int, int, int, str, int, str]] = []
        changes: list[tuple[int, int, int, str, str, str]] = []
        roles: list[tuple[int, int, int, int]] = []
        for which in self.in_order(DEAL):
            deal = self.market.deals[which]
            stage, entered = deal.stages[-1]
            amount, closes = self.deal_history(deal, history, changes)
            first, second = deal.fields.get("pain_points", ""), deal.fields.get("trigger", "")
            chance = _PROBABILITY[stage]
            last = max(entered, deal.owners[-1][0], deal.forecasts[-1][0])
            owner = deal.owners[-1][1]
            open_deal = deal.won is None
            rows.append(
                (
                    self.id(DEAL, which), "false", self.id(ACCOUNT, deal.account),
                    self.deal_name(deal), stage, amount, chance, _money(amount * chance / 100),
                    self.clock.day(closes), deal.kind,
                    deal.next_step, deal.source, truth_value(not open_deal),
                    truth_value(deal.won is True), self.category(deal.forecasts[-1][1]),
                    self.user(owner), self.user(deal.creator), stamp(deal.created), stamp(last),
                    first, second,
                    "" if deal.accepted is None else self.day(deal.accepted),
                    "" if deal.sourced_by is None else self.user(deal.sourced_by),
                    *(deal.framework.get(name, "") for name in FRAMEWORK),
                    "" if deal.proof is None else self.clock.day(deal.proof),
                )
            )  # fmt: skip
            contacts = deal.roles
            if deal.kind in (EXPANSION, RENEWAL) and self.dice.chance(0.6):
                contacts = tuple(
                    c.number
                    for c in self.contacts.get(deal.account, ())
                    if c.created <= deal.created
                )[:1]
            for place, contact in enumerate(contacts):
                at = max(deal.created, self.market.contacts[contact].created) + 300
                if at < self.end:
                    roles.append((at, which, contact, place))
        self.table(
            "Opportunity",
            "Id IsDeleted AccountId Name StageName Amount Probability ExpectedRevenue CloseDate "
            "Type NextStep LeadSource IsClosed IsWon ForecastCategory OwnerId CreatedById "
            "CreatedDate LastModifiedDate Pain__c Trigger__c SAO_Date__c SDR__c "
            f"{' '.join(framework_field(name) for name in FRAMEWORK)} POC_Start__c",
            rows,
        )
        history.sort()
        self.table(
            "OpportunityHistory",
            "Id OpportunityId CreatedById CreatedDate StageName Amount ExpectedRevenue CloseDate "
            "Probability ForecastCategory SystemModstamp IsDeleted",
            (
                (
                    record_id("008", place), self.id(DEAL, which), self.user(by), stamp(at), stage,
                    amount, _money(amount * _PROBABILITY[stage] / 100), self.clock.day(closes),
                    _PROBABILITY[stage], self.category(forecast), stamp(at), "false",
                )
                for place, (at, which, by, amount, stage, closes, forecast) in enumerate(history)
            ),
        )  # fmt: skip
        changes.sort()
        self.table(
            "OpportunityFieldHistory",
            "Id OpportunityId CreatedById CreatedDate Field OldValue NewValue",
            (
                (record_id("017", 500_000 + place), self.id(DEAL, which), self.user(by), stamp(at),
                 name, old, new)
                for place, (at, which, by, name, old, new) in enumerate(changes)
            ),
        )  # fmt: skip
        roles.sort()
        names = ("Decision Maker", "Economic Buyer", "Evaluator", "Influencer")
        self.table(
            "OpportunityContactRole",
            "Id OpportunityId ContactId Role IsPrimary CreatedDate",
            (
                (record_id("00K", place), self.id(DEAL, which), self.id(CONTACT, contact),
                 names[turn % 4], truth_value(turn == 0), stamp(at))
                for place, (at, which, contact, turn) in enumerate(roles)
            ),
        )  # fmt: skip

    def deal_name(self, deal: Deal) -> str:
        firm = self.market.accounts[deal.account].firm.name
        word = {EXPANSION: "Expansion", RENEWAL: "Renewal"}.get(deal.kind, "Platform")
        return f"{firm} - {word} {day_of(deal.closes).year}"

    @staticmethod
    def category(forecast: str) -> str:
        """A forecast category by its API value."""
        return _FORECAST.get(forecast, forecast)

    def deal_history(
        self, deal: Deal, history: list[tuple[int, int, int, int, str, int, str]],
        changes: list[tuple[int, int, int, str, str, str]],
    ) -> tuple[int, int]:  # fmt: skip
        """Add the deal's stages and changes; returns its amount and close date today."""
        dice, amount, closes = self.dice, deal.first_amount, deal.closes
        due = closes + dice.whole(-25, 10)
        for place, (stage, at) in enumerate(deal.stages):
            owner = deal.owner(at)
            if place == len(deal.stages) - 1 and deal.won is not None:
                due = closes
            if place > 0 and (stage in ("Proposal", "Closed Won")) and amount != deal.amount:
                changes.append((at, deal.number, owner, "Amount", str(amount), str(deal.amount)))
                amount = deal.amount
            forecast = deal.forecast(at)
            history.append((at, deal.number, owner, amount, stage, due, forecast))
            if place > 0 and dice.chance(0.3) and not stage.startswith("Closed"):
                later = due + dice.whole(7, 30)
                moment = at + 600
                if moment < self.end:
                    changes.append(
                        (moment, deal.number, owner, "CloseDate", self.clock.day(due),
                         self.clock.day(later))
                    )  # fmt: skip
                    history.append((moment, deal.number, owner, amount, stage, later, forecast))
                    due = later
            left = deal.stages[place + 1][1] if place + 1 < len(deal.stages) else self.end
            for moment, word in deal.forecasts:
                if at < moment < left:
                    by = deal.owner(moment)
                    history.append((moment, deal.number, by, amount, stage, due, word))
        for (_, old), (at, new) in zip(deal.owners, deal.owners[1:], strict=False):
            changes.append((at, deal.number, new, "Owner", self.user(old), self.user(new)))
        for (_, was), (at, now) in zip(deal.forecasts, deal.forecasts[1:], strict=False):
            changes.append((at, deal.number, deal.owner(at), "ForecastCategoryName", was, now))
        return amount, due

    # -- activities ------------------------------------------------------------------------

    def tasks(self) -> None:
        stamp, day, ref, name = self.clock.stamp, self.clock.day, self.ref, self.id
        users = [self.user(person.number) for person in self.staff.people]
        rows = (
            (
                record_id("00T", place), ref(task.who), ref(task.what),
                "" if task.account < 0 else name(ACCOUNT, task.account), task.subject,
                day(task.day), task.status, "Normal", users[task.owner], task.type,
                task.subtype, "" if task.seconds < 0 else task.seconds,
                "Inbound" if task.incoming else "Outbound" if task.type == "Call" else "",
                task.disposition,
                "true" if task.completed >= 0 else "false",
                "" if task.completed < 0 else stamp(task.completed), users[task.creator],
                stamp(task.created), "true" if task.deleted else "false",
                stamp(max(task.created, task.completed)),
            )
            for place, task in enumerate(self.kept.tasks)
        )  # fmt: skip
        self.table(
            "Task",
            "Id WhoId WhatId AccountId Subject ActivityDate Status Priority OwnerId Type "
            "TaskSubtype CallDurationInSeconds CallType CallDisposition IsClosed "
            "CompletedDateTime CreatedById CreatedDate IsDeleted LastModifiedDate",
            rows,
        )

    def events(self) -> None:
        stamp, clock = self.clock.stamp, self.clock
        rows: list[Row] = []
        relations: list[Row] = []

        def relate(event: str, ref: Ref, invitee: bool, parent: bool, status: str) -> None:
            relations.append(
                (
                    record_id("0RE", len(relations)), event, self.id(*ref), truth_value(invitee),
                    truth_value(parent), truth_value(ref[0] not in (CONTACT, LEAD, USER)), status,
                )
            )  # fmt: skip

        for place, event in enumerate(self.kept.events):
            which = record_id("00U", place)
            modified = event.created
            if event.held and event.starts < self.end:
                modified = min(self.end - 1, event.starts + 60 * event.minutes + 900)
            day = event.starts // DAY if event.all_day else self.calendar.day_of(event.starts)
            rows.append(
                (
                    which, self.ref(event.who), self.ref(event.what),
                    "" if event.account < 0 else self.id(ACCOUNT, event.account), event.subject,
                    event.type, stamp(event.starts), stamp(event.starts + 60 * event.minutes),
                    clock.day(day), event.minutes, truth_value(event.all_day),
                    self.user(event.owner), self.user(event.creator), stamp(event.created),
                    truth_value(event.deleted), truth_value(event.private), stamp(modified),
                    event.held, "" if event.rejected < 0 else clock.day(event.rejected),
                    event.reason,
                )
            )  # fmt: skip
            if event.who:
                relate(which, event.who, True, True, "Accepted" if event.minutes < 60 else "New")
            if event.what:
                relate(which, event.what, False, True, "")
            for ref, status in event.invited:
                relate(which, ref, True, False, status)
        self.table(
            "Event",
            "Id WhoId WhatId AccountId Subject Type StartDateTime EndDateTime ActivityDate "
            "DurationInMinutes IsAllDayEvent OwnerId CreatedById CreatedDate IsDeleted IsPrivate "
            "LastModifiedDate Meeting_Held__c Rejected_Date__c Rejection_Reason__c",
            rows,
        )
        self.table(
            "EventRelation", "Id EventId RelationId IsInvitee IsParent IsWhat Status", relations
        )

    # -- cases and contracts ---------------------------------------------------------------

    def cases(self) -> None:
        rows: list[Row] = []
        for place, which in enumerate(self.in_order(CASE)):
            case = self.market.cases[which]
            people = [
                c.number for c in self.contacts.get(case.account, ()) if c.created <= case.opened
            ]
            closed = case.closed
            rows.append(
                (
                    self.id(CASE, which), f"{place + 1001:08d}", self.id(ACCOUNT, case.account),
                    self.id(CONTACT, self.dice.pick(people)) if people else "", case.subject,
                    "Closed" if closed is not None else "Working", case.priority, case.origin,
                    self.user(case.owner), self.user(None), self.clock.stamp(case.opened),
                    "" if closed is None else self.clock.stamp(closed),
                    truth_value(closed is not None), "false",
                    self.clock.stamp(case.opened if closed is None else closed),
                )
            )  # fmt: skip
        self.table(
            "Case",
            "Id CaseNumber AccountId ContactId Subject Status Priority Origin OwnerId CreatedById "
            "CreatedDate ClosedDate IsClosed IsDeleted LastModifiedDate",
            rows,
        )

    def contracts(self) -> None:
        last = number(self.company.last_day)
        order = sorted(
            (term for term in self.market.terms if term.first <= last + 1),
            key=lambda term: (term.first, term.number),
        )
        ids = {term.number: record_id("800", place) for place, term in enumerate(order)}
        self.table(
            "Contract",
            "Id AccountId StartDate EndDate ContractTerm Status ARR__c RenewalOf__c "
            "Opportunity__c",
            (
                (
                    ids[term.number], self.id(ACCOUNT, term.account), self.clock.day(term.first),
                    self.clock.day(term.last), term.months,
                    "Expired" if term.last <= last else "Activated", term.arr,
                    "" if term.renewal_of is None else ids[term.renewal_of],
                    self.id(DEAL, term.deal),
                )
                for term in order
            ),
        )  # fmt: skip

    def run(self) -> dict[str, int]:
        market = self.market
        self.end = last_moment(self.company.last_day, self.calendar)
        self.contacts = market.contacts_of()
        self.ranks = {
            USER: {person.number: person.number + _FIRST_USER for person in self.staff.people},
            ACCOUNT: _ranks([(a.created, a.number) for a in market.accounts]),
            CONTACT: _ranks([(c.created, c.number) for c in market.contacts if
                             c.created < self.end]),
            LEAD: _ranks([(p.created, p.number) for p in market.prospects
                          if p.contact is None and p.created < self.end]),
            DEAL: _ranks([(d.created, d.number) for d in market.deals]),
            CASE: _ranks([(c.opened, c.number) for c in market.cases]),
        }  # fmt: skip
        self.robot = record_id(USER, len(self.staff.people) + _FIRST_USER)
        self.users()
        self.accounts()
        self.leads()
        self.deals()
        self.tasks()
        self.events()
        self.cases()
        self.contracts()
        return self.counts


def export(
    company: Company, staff: Staff, market: Market, kept: Kept, calendar: Calendar, dice: Dice,
    folder: Path | None, *, keep: bool = False,
) -> tuple[dict[str, int], dict[str, Table]]:  # fmt: skip
    """Make the export, and write it into a folder.

    Args:
        company: Its parameters.
        staff: The people.
        market: What happened.
        kept: What the CRM keeps of the work.
        calendar: Its working days.
        dice: Chance.
        folder: Where the files go; nowhere if None.
        keep: Whether to return the rows as well, for other layouts to be written from.

    Returns:
        The number of rows written by table, and the tables, if they were to be kept.
    """
    writing = _Export(company, staff, market, kept, calendar, dice, folder, keep)
    return writing.run(), writing.tables


def framework_field(name: str) -> str:
    """The API name of a field of the qualification framework.

    >>> framework_field("economic_buyer")
    'Economic_Buyer__c'
    """
    return f"{name.title()}__c"


def user_id(person: int) -> str:
    """The CRM user id of a person by number."""
    return record_id(USER, person + _FIRST_USER)


def account_ids(market: Market) -> Callable[[int], str]:
    """The CRM id of an account by its number."""
    ranks = _ranks([(account.created, account.number) for account in market.accounts])
    return lambda which: record_id(ACCOUNT, ranks[which])
