"""What happens in the market: leads, first meetings, deals, customers, cases.

Everything here is what truly happened to records. Who spent how long on it is `work`; what
the CRM keeps of it is `forget`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from remit.example import names
from remit.example.company import Company, Handoff, Segment
from remit.example.days import DAY, Calendar, last_moment, number
from remit.example.dice import Dice
from remit.example.names import Firm, Somebody
from remit.example.records import (
    EXPANSION,
    NEW,
    PLACEHOLDERS,
    RENEWAL,
    Account,
    Case,
    Contact,
    Customer,
    Deal,
    FirstMeeting,
    Market,
    Prospect,
    Term,
)
from remit.example.staff import Spell, Staff

INBOUND = ("Web Request", "Content Download", "Demo Request")
OUTBOUND = ("Outbound", "Purchased List", "Trade Show", "Partner Referral")
REASONS = ("No budget", "Not the decision maker", "Too small", "No need", "Bad timing", "Duplicate")

_PAINS = (
    "Month-end reporting takes nine days and three people",
    "Four source systems that disagree on revenue",
    "Forecast misses by a quarter each half year",
    "Analysts leave because all they do is exports",
    "No view of stock across sites",
    "Board asks for numbers nobody can trace",
)
_TRIGGERS = (
    "New CFO since spring",
    "Contract with present supplier ends in nine months",
    "Acquisition closed last quarter",
    "Audit finding on reporting controls",
    "Opening two new sites",
    "Funding round announced",
)
_BACKGROUNDS = (
    "Family-owned, growing by acquisition; finance and operations on separate systems.",
    "Listed group with regional units; central data team of six.",
    "Founder-led, doubled in two years; reporting still in spreadsheets.",
    "Private-equity owned since 2022; monthly reporting to the board is under pressure.",
)


_SUBJECTS = (
    "Dashboard does not refresh",
    "Cannot log in with single sign-on",
    "Export stops at 10,000 rows",
    "Question on row-level permissions",
    "Connector fails since last night",
    "Wrong totals in monthly report",
    "How to add a fiscal calendar",
    "API returns 429",
    "Scheduled mail not delivered",
    "Slow load of the sales workbook",
)


@dataclass(slots=True)
class _Draft:
    """The market while it is being made; `end` is the moment of the export."""

    company: Company
    staff: Staff
    calendar: Calendar
    dice: Dice
    last: int
    end: int
    taken: set[str] = field(default_factory=set)
    prospects: list[Prospect] = field(default_factory=list)
    accounts: list[Account] = field(default_factory=list)
    contacts: list[Contact] = field(default_factory=list)
    deals: list[Deal] = field(default_factory=list)
    customers: list[Customer] = field(default_factory=list)
    terms: list[Term] = field(default_factory=list)
    cases: list[Case] = field(default_factory=list)

    def office(self, day: int, low: float = 9.0, high: float = 17.0) -> int:
        """A moment in office hours."""
        return self.calendar.at(day, self.dice.between(low * 60, high * 60))

    # -- records ---------------------------------------------------------------------------

    def account(self, firm: Firm, created: int, creator: int | None, owner: int) -> int:
        self.accounts.append(Account(len(self.accounts), firm, created, creator, owner, ""))
        return len(self.accounts) - 1

    def contact(
        self, account: int, created: int, creator: int | None, who: Somebody | None = None,
        prospect: int | None = None,
    ) -> int:  # fmt: skip
        firm = self.accounts[account].firm
        person = who or names.somebody(firm, self.dice)
        self.contacts.append(
            Contact(len(self.contacts), account, person, created, creator, prospect)
        )
        return len(self.contacts) - 1

    def handoff(self, segment: str) -> Handoff:
        """How the handoff goes in a segment, with its fault."""
        healthy, leak = self.company.handoff, self.company.faults.leaky_handoff
        if leak is None or leak.segment != segment:
            return healthy
        return Handoff(
            show=healthy.show,
            accepted=leak.accepted,
            converted=leak.converted,
            rejected=leak.rejected,
            fields_filled=leak.fields_filled,
            placeholder=leak.placeholder,
            decision_days=leak.decision_days,
            self_sourced=healthy.self_sourced,
            own_deals=healthy.own_deals,
            unstamped=3 * healthy.unstamped,
        )

    # -- leads and first meetings ----------------------------------------------------------

    def prospecting(self) -> None:
        """Everybody who looks for leads starts on some each day."""
        since = number(self.company.work_starts) - 45
        for person in self.staff.people:
            for spell in person.spells:
                if spell.leads_a_day <= 0:
                    continue
                for day in range(max(since, spell.first), self.last + 1):
                    if not spell.covers(day) or not self.calendar.works(day):
                        continue
                    if day in self.staff.away[person.number]:
                        continue
                    pace = spell.leads_a_day
                    if day < person.ramp_until:
                        pace *= 0.4
                    for _ in range(self.dice.count(pace)):
                        self.prospect(person.number, spell, day)

    def prospect(self, worker: int, spell: Spell, day: int) -> None:
        company, dice = self.company, self.dice
        segment = company.segment(spell.segment or company.segments[0].name)
        booked_share = spell.meetings_a_month * 12 / (spell.leads_a_day * 225)
        asks = spell.role in ("sdr", "generalist") and not spell.two_hats
        odds = company.inbound / (1 - company.inbound)
        inbound_share = odds / (3 + odds) if asks else 0.0
        inbound = dice.chance(inbound_share)
        if inbound:
            share = min(0.9, booked_share * company.inbound / inbound_share)
        else:
            outbound = 1 - company.inbound if asks else 1.0
            share = booked_share * outbound / (1 - inbound_share)
        books = dice.chance(share)
        firm = names.firm(segment, self.taken, dice)
        who = names.somebody(firm, dice)
        source = dice.pick(INBOUND if inbound else OUTBOUND)
        created = self.calendar.at(day, dice.between(500, 525))
        if inbound:
            created = self.office(day, 7.5, 18.5)
        contact = None
        if not inbound and dice.chance(company.reached):
            old = self.office(day - dice.whole(20, 400))
            account = self.account(firm, old, None, worker)
            contact = self.contact(account, old + 60, None, who)
            for _ in range(dice.whole(0, 2)):
                self.contact(account, old + 120, None)
        replied: int | None = created if inbound else None
        ends = day + company.work.cadence_days + dice.whole(-4, 6)
        replies = books or dice.chance(0.9 * share)
        if replies and not inbound:
            replied = self.office(self.calendar.after(day + dice.whole(2, 20), 0))
        meeting = None
        if replied is not None:
            reply_day = self.calendar.day_of(replied)
            ends = self.calendar.after(reply_day, dice.whole(2, 6))
            if books:
                meeting, ends = self.first_meeting(worker, spell, segment, ends)
        self.prospects.append(
            Prospect(
                len(self.prospects), firm, who, source, inbound, contact, worker, created,
                replied if replied is None or replied < self.end else None, ends, meeting,
            )
        )  # fmt: skip

    def first_meeting(
        self, worker: int, spell: Spell, segment: Segment, day: int
    ) -> tuple[FirstMeeting | None, int]:
        """Book a first meeting on the first day from `day` on which the worker is there."""
        dice, calendar, handoff = self.dice, self.calendar, self.handoff(segment.name)
        while not (calendar.works(day) and self.staff.present(worker, day)):
            day += 1
            if day > self.last or not spell.covers(day):
                return None, day - 1
        if day > self.last or not spell.covers(day):
            return None, day
        booked = self.office(day, 9.5, 17.2)
        handed = spell.role == "sdr" or spell.two_hats
        on = calendar.after(day, dice.whole(2, 9))
        seller = worker
        while True:
            if handed:
                sellers = [
                    who
                    for who in self.staff.holding("ae", segment.name, on)
                    if who != worker and self.staff.present(who, on)
                ]
                weights = [0.3 if who in self.staff.two_hats else 1.0 for who in sellers]
                if sellers:
                    seller = dice.weighted(sellers, weights)
                    break
            elif self.staff.present(worker, on):
                break
            on = calendar.after(on, 1)
            if on > self.last + 60:
                return None, day
        starts = calendar.at(on, 30 * dice.whole(18, 33))
        minutes = 30 if dice.chance(0.6) else 60
        ahead = on > self.last
        outcome = "ahead" if ahead else "held" if dice.chance(handoff.show) else "no_show"
        decision, decided, reason = "", None, ""
        if handed and outcome == "held":
            wait = int(dice.waiting(handoff.decision_days) + 0.25)
            if wait == 0:
                decided = starts + minutes * 60 + int(dice.between(300, 4500))
            else:
                decided = self.office(calendar.after(on, wait))
            if dice.chance(handoff.accepted):
                decision = "accepted"
            elif dice.chance(handoff.rejected):
                decision, reason = "rejected", dice.pick(REASONS)
            if decided > self.end or not decision:
                decision, decided, reason = "", None, ""
        stamped = not ahead and not dice.chance(handoff.unstamped)
        first = FirstMeeting(
            worker, seller, booked, starts, minutes, handed, outcome, stamped, decision,
            decided, reason,
        )  # fmt: skip
        return first, day

    # -- new business ----------------------------------------------------------------------

    def new_business(self) -> None:
        """Deals out of first meetings, and the older deals of which only the deal is left."""
        for prospect in tuple(self.prospects):
            meeting = prospect.meeting
            if meeting is None or meeting.outcome != "held":
                continue
            handoff = self.handoff(prospect.firm.segment)
            if meeting.handed:
                if meeting.decision != "accepted" or meeting.decided is None:
                    continue
                created, qualifies = meeting.decided, handoff.converted / handoff.accepted
            else:
                if not self.dice.chance(handoff.own_deals):
                    continue
                wait = self.dice.whole(0, self.company.innocents.deal_delay)
                held = meeting.starts + meeting.minutes * 60
                day = self.calendar.after(self.calendar.day_of(held), 0)
                created = held + int(self.dice.between(600, 3600))
                if wait:
                    created = self.office(self.calendar.after(day + wait, 0))
                qualifies = self.company.handoff.converted / self.company.handoff.accepted
            if created < self.end:
                self.new_deal(prospect, created, min(1.0, qualifies))
        self.older_business()

    def older_business(self) -> None:
        """Deals from before the CRM's oldest activity, at the pace of the years since."""
        company, dice = self.company, self.dice
        year = [d for d in self.deals if d.created >= number(company.year_starts) * DAY]
        years = (self.last - number(company.year_starts) + 1) / 365
        until = number(company.work_starts) - 8
        for segment in company.segments:
            recent = sum(1 for deal in year if deal.segment == segment.name)
            credited = sum(
                1 for deal in year if deal.segment == segment.name and deal.sourced_by is not None
            )
            share = credited / recent if recent else 0.0
            for age, growth in enumerate(company.growth):
                first = number(company.founded) + 365 * age
                for _ in range(dice.count(growth * recent / years)):
                    day = first + dice.whole(0, 364)
                    if day >= until:
                        continue
                    created = self.office(self.calendar.after(day, 0))
                    role = "generalist" if segment.technical == 0 else "ae"
                    sellers = self.staff.holding(role, segment.name, day)
                    sdrs = self.staff.holding("sdr", segment.name, day)
                    if not sellers:
                        continue
                    sdr = dice.pick(sdrs) if sdrs and dice.chance(share) else None
                    self.older_deal(segment, created, dice.pick(sellers), sdr)

    def older_deal(self, segment: Segment, created: int, seller: int, sdr: int | None) -> None:
        dice = self.dice
        firm = names.firm(segment, self.taken, dice)
        inbound = dice.chance(self.company.inbound)
        source = dice.pick(INBOUND if inbound else OUTBOUND)
        worker = seller if sdr is None else sdr
        day = self.calendar.day_of(created)
        meeting = FirstMeeting(
            worker, seller, created - 9 * DAY, created - DAY, 30, sdr is not None, "held",
            decision="accepted" if sdr is not None else "",
            decided=created if sdr is not None else None,
        )  # fmt: skip
        prospect = Prospect(
            len(self.prospects), firm, names.somebody(firm, dice), source, inbound, None, worker,
            self.office(self.calendar.after(day - dice.whole(18, 38), 0)),
            created - 12 * DAY, day - 9, meeting,
        )  # fmt: skip
        self.prospects.append(prospect)
        self.new_deal(prospect, created, 0.78)

    def filled(self, share: float, placeholder: float, words: tuple[str, ...]) -> str:
        if self.dice.chance(share):
            return self.dice.pick(words)
        return self.dice.pick(PLACEHOLDERS) if self.dice.chance(placeholder) else ""

    def new_deal(self, prospect: Prospect, created: int, qualifies: float) -> None:
        company, dice, meeting = self.company, self.dice, prospect.meeting
        assert meeting is not None
        segment, seller = company.segment(prospect.firm.segment), meeting.seller
        handoff = self.handoff(segment.name) if meeting.handed else company.handoff
        if prospect.contact is None:
            account = self.account(prospect.firm, created, seller, seller)
            contact = self.contact(account, created, seller, prospect.who, prospect.number)
        else:
            contact = prospect.contact
            account = self.contacts[contact].account
        more, on = dice.whole(1, 3), self.calendar.day_of(created)
        others = [
            self.contact(account, self.office(self.calendar.after(later, 0)), seller)
            for later in [on + dice.whole(1, 40) for _ in range(more)]
        ]
        fill, hole = handoff.fields_filled, handoff.placeholder
        fields = {
            "pain_points": self.filled(fill, hole, _PAINS),
            "trigger": self.filled(fill, hole, _TRIGGERS),
            "stakeholders": "yes" if dice.chance(fill) else "",
            "company_background": self.filled(fill, hole, _BACKGROUNDS),
        }
        known = self.accounts[account]
        self.accounts[account] = Account(
            account, known.firm, known.created, known.creator, seller, fields["company_background"]
        )
        roles = (contact, *others[: dice.whole(0, more)]) if fields["stakeholders"] else ()
        plan, won = self.progress(segment, created, qualifies)
        absent = company.faults.absent_se
        joined = absent.joined if absent and absent.segment == segment.name else company.se_joined
        se = None
        validation = next((at for name, at in plan if name == "Technical Validation"), None)
        if validation is not None and dice.chance(joined):
            day = self.calendar.day_of(validation)
            se = dice.pick(self.staff.holding("se", segment.name, day))
        amount = int(round(dice.around(segment.arr, segment.arr_spread), -2))
        self.add_deal(
            kind=NEW, account=account, owner=seller, created=created, plan=plan, won=won,
            amount=amount, segment=segment.name, se=se, prospect=prospect.number,
            sourced_by=meeting.booker if meeting.handed else None,
            accepted=created if meeting.handed else None, source=prospect.source,
            fields=fields, roles=tuple(roles),
        )  # fmt: skip

    def progress(
        self, segment: Segment, created: int, qualifies: float
    ) -> tuple[list[tuple[str, int]], bool]:
        """Stages a new deal goes through, to its end, and whether it is won."""
        dice = self.dice
        plan = [("Discovery", created)]
        if not dice.chance(qualifies):
            road, won = ["Discovery"], False
        else:
            road = ["Discovery", "Qualified"]
            technical = dice.chance(segment.technical)
            rest = (["Technical Validation"] if technical else []) + ["Proposal", "Negotiation"]
            won = dice.chance(segment.win_share)
            reaches = len(rest) if won else dice.weighted(
                list(range(len(rest) + 1)), [0.25] + [0.75 / len(rest)] * len(rest)
            )  # fmt: skip
            road += rest[:reaches]
        day = self.calendar.day_of(created)
        for place, stage in enumerate(road):
            stay = float(dice.generator.gamma(3.0)) / 3.0 * segment.stage_days[stage]
            day = self.calendar.after(day + max(2, round(stay)), 0)
            after = road[place + 1] if place + 1 < len(road) else None
            plan.append((after or ("Closed Won" if won else "Closed Lost"), self.office(day)))
        return plan, won

    def add_deal(
        self, *, kind: str, account: int, owner: int, created: int,
        plan: list[tuple[str, int]], won: bool, amount: int, segment: str,
        se: int | None = None, prospect: int | None = None, sourced_by: int | None = None,
        accepted: int | None = None, source: str = "",
        fields: Mapping[str, str] = MappingProxyType({}), roles: tuple[int, ...] = (),
    ) -> int:  # fmt: skip
        """Record a deal as far as it has come by the last day."""
        dice = self.dice
        past = tuple((stage, at) for stage, at in plan if at < self.end)
        over = len(past) == len(plan)
        closes = self.calendar.day_of(plan[-1][1])
        if not over:
            closes = max(self.last - 10, closes + dice.whole(-20, 30))
        owners: tuple[tuple[int, int], ...] = ((created, owner),)
        if kind == NEW and len(past) > 2 and dice.chance(self.company.record.owner_changes):
            at = past[2][1] + 3600
            day = self.calendar.day_of(at)
            role = "generalist" if segment == "smb" else "ae"
            others = [who for who in self.staff.holding(role, segment, day) if who != owner]
            if others and at < self.end:
                owners = (*owners, (at, dice.pick(others)))
        first = int(round(amount * dice.around(1.0, 0.2), -2))
        deal = Deal(
            len(self.deals), kind, account, owners, owner, created, past,
            won if over else None, closes, amount, first, segment, se, prospect, sourced_by,
            accepted, source, fields, roles,
        )  # fmt: skip
        self.deals.append(deal)
        return deal.number

    # -- customers -------------------------------------------------------------------------

    def customer_base(self) -> None:
        """Accounts that bought: who looks after them, their terms, renewals and expansions."""
        won = [deal for deal in self.deals if deal.kind == NEW and deal.won]
        for deal in sorted(won, key=lambda deal: deal.closes):
            self.customer(deal)

    def looked_after_by(self, role: str, segment: str, day: int) -> int:
        """Somebody who has held the role for two weeks, or who will hold it."""
        people = self.staff.holding(role, segment, day - 14)
        return self.dice.pick(people or self.staff.holding(role, segment, day + 400))

    def customer(self, deal: Deal) -> None:
        dice, company = self.dice, self.company
        segment = company.segment(deal.segment)
        seller = deal.owner(deal.stages[-1][1])
        if segment.technical > 0:
            success = self.looked_after_by("csm", segment.name, deal.closes)
            grower = self.looked_after_by("am", segment.name, deal.closes)
        else:
            success = grower = seller
        months = dice.weighted(list(segment.term_months), list(segment.term_months.values()))
        first, arr = deal.closes + 1, deal.amount
        base: int | None = None
        source, left = deal.number, None
        while True:
            last = first + round(months * 30.4375) - 1
            self.terms.append(
                Term(len(self.terms), deal.account, first, last, arr, months, base, source)
            )
            base = len(self.terms) - 1
            grown = self.expansions(deal, segment, grower, first, last)
            opened = max(first + 4, last - company.innocents.renewal_opened)
            if opened > self.last:
                break
            again = not dice.chance(segment.churn)
            renewed = int(round((arr + grown) * dice.around(1.03, 0.06), -2))
            source, closed = self.renewal(deal, success, opened, last, again, renewed)
            if closed is None:
                break
            if not again:
                left = last
                break
            if last + 1 > self.last:
                break
            first, arr, months = last + 1, renewed, 12
        self.customers.append(Customer(deal.account, deal.closes, success, grower, left))

    def renewal(
        self, deal: Deal, success: int, opened: int, last: int, again: bool, amount: int
    ) -> tuple[int, bool | None]:
        """The renewal deal of a term that ends on `last`; opened long before work on it."""
        dice, calendar = self.dice, self.calendar
        started = last - self.company.innocents.renewal_started + dice.whole(-8, 8)
        plan = [
            ("Renewal Open", self.office(calendar.after(opened, 0))),
            ("Renewal Discussion", self.office(calendar.after(started, 0))),
            ("Renewal Negotiation", self.office(calendar.after(last - 32 + dice.whole(-8, 8), 0))),
            (
                "Closed Won" if again else "Closed Lost",
                self.office(calendar.after(last - dice.whole(3, 14), 0)),
            ),
        ]
        if plan[0][1] >= self.end:
            return deal.number, None
        which = self.add_deal(
            kind=RENEWAL, account=deal.account, owner=success, created=plan[0][1], plan=plan,
            won=again, amount=amount, segment=deal.segment,
        )  # fmt: skip
        return which, self.deals[which].won

    def expansions(self, deal: Deal, segment: Segment, grower: int, first: int, last: int) -> int:
        """Expansion deals opened in a term; returns the ARR they added (currency a year)."""
        dice, calendar, grown = self.dice, self.calendar, 0
        since = deal.closes + (365 if segment.technical > 0 else 75)
        start = max(first, since)
        stop = min(last - 20, self.last)
        for _ in range(dice.count(segment.expansions * max(0, stop - start) / 365)):
            day = calendar.after(start + dice.whole(0, max(0, stop - start)), 0)
            plan = [("Expansion Identified", self.office(day))]
            if plan[0][1] >= self.end:
                continue
            won = dice.chance(segment.expansion_win)
            for stage, stay in (("Proposal", 26), ("Negotiation", 28), ("Closed", 24)):
                step = float(dice.generator.gamma(3.0)) / 3.0 * stay
                day = calendar.after(day + max(2, round(step)), 0)
                name = ("Closed Won" if won else "Closed Lost") if stage == "Closed" else stage
                plan.append((name, self.office(day)))
            amount = int(round(deal.amount * dice.between(0.08, 0.45), -2))
            which = self.add_deal(
                kind=EXPANSION, account=deal.account, owner=grower, created=plan[0][1], plan=plan,
                won=won, amount=amount, segment=deal.segment,
            )  # fmt: skip
            closed = self.deals[which]
            if closed.won and closed.closes < last - 5:
                grown += amount
                months = max(1, round((last - closed.closes) / 30.4375))
                self.terms.append(
                    Term(
                        len(self.terms), deal.account, closed.closes + 1, last, amount, months,
                        None, which,
                    )
                )  # fmt: skip
        return grown

    # -- support ---------------------------------------------------------------------------

    def support(self) -> None:
        """Cases of customers since shortly before the oldest activity."""
        company, dice = self.company, self.dice
        since = number(company.work_starts) - 20
        wrong = company.faults.csm_support
        for customer in self.customers:
            firm = self.accounts[customer.account].firm
            segment = company.segment(firm.segment)
            own = company.csm_cases if segment.technical > 0 else 0.0
            if wrong and wrong.segment == segment.name:
                own = wrong.cases
            start = max(since, customer.won + 6)
            stop = min(self.last, customer.left or self.last)
            for _ in range(dice.count(segment.cases * max(0, stop - start) / 365)):
                day = self.calendar.after(start + dice.whole(0, stop - start), 0)
                opened = self.office(day, 8.0, 17.5)
                mine = dice.chance(own)
                agents = self.staff.holding("", None, day)
                owner = customer.success if mine else dice.pick(agents)
                wait = dice.waiting(5.0 if mine else 3.0)
                closes = self.calendar.after(day, int(wait))
                evening = self.calendar.at(closes, dice.between(1030, 1070))
                closed: int | None = max(evening, opened + 900)
                if opened >= self.end:
                    continue
                if closed is None or closed >= self.end:
                    closed = None
                priority = dice.weighted(("Low", "Medium", "High"), (0.3, 0.5, 0.2))
                origin = dice.weighted(("Email", "Web", "Phone"), (0.55, 0.3, 0.15))
                self.cases.append(
                    Case(
                        len(self.cases), customer.account, owner, opened, closed,
                        dice.pick(_SUBJECTS), priority, origin,
                    )
                )  # fmt: skip


def happen(company: Company, staff: Staff, calendar: Calendar, dice: Dice) -> Market:
    """Let the market happen from the company's first day to its last."""
    draft = _Draft(
        company,
        staff,
        calendar,
        dice,
        number(company.last_day),
        last_moment(company.last_day, calendar),
    )
    draft.prospecting()
    draft.new_business()
    draft.customer_base()
    draft.support()
    ends = {account.number: account.owner for account in draft.accounts}
    for customer in draft.customers:
        ends[customer.account] = customer.success
    accounts = tuple(
        Account(a.number, a.firm, a.created, a.creator, ends[a.number], a.description)
        for a in draft.accounts
    )
    return Market(
        tuple(draft.prospects), accounts, tuple(draft.contacts), tuple(draft.deals),
        tuple(draft.customers), tuple(draft.terms), tuple(draft.cases),
    )  # fmt: skip
