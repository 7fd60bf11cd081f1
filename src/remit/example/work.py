"""What each person truly does: the pieces of work, each with its function and its minutes.

Every person has a budget of minutes for each function and day, drawn around the true mix. It is
spent on records that are, on that day, in the state that makes work on them this function.
"""

from __future__ import annotations

from bisect import bisect
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from remit.example.company import FUNCTIONS, KINDS, Company
from remit.example.days import Calendar, day_of, number
from remit.example.dice import Dice
from remit.example.records import (
    EXPANSION,
    NEW,
    QUARTERLY_REVIEW,
    Deal,
    FirstMeeting,
    Market,
)
from remit.example.staff import Person, Spell, Staff

_NOBODY = -1


class Target(NamedTuple):
    """The record a piece of work is about; -1 stands for none."""

    prospect: int = -1
    account: int = -1
    deal: int = -1
    case: int = -1
    since: int = 0


class Piece(NamedTuple):
    """A piece of work of one person.

    `meeting` is the index of the meeting it was spent in, or -1; `answered` tells of calls only.
    """

    person: int
    cell: int
    function: str
    kind: str
    day: int
    start: int
    minutes: float
    target: Target
    meeting: int
    answered: bool


@dataclass(frozen=True, slots=True)
class Meeting:
    """A meeting in somebody's calendar.

    Attributes:
        owner: Whose calendar (person number).
        creator: Who put it there.
        booked: When it was put there (seconds).
        starts: When it starts (seconds).
        minutes: Scheduled length (minutes).
        function: What it is for; of a team meeting, what it is for the owner.
        target: The record it is about.
        ours: People of ours who attend, the owner among them.
        subject: Its subject, without the name of the other side.
        first: The first meeting with a prospect that this is, if it is one.
    """

    owner: int
    creator: int
    booked: int
    starts: int
    minutes: int
    function: str
    target: Target
    ours: tuple[int, ...]
    subject: str
    first: FirstMeeting | None = None


@dataclass(frozen=True, slots=True)
class Year:
    """All work done.

    Attributes:
        pieces: Every piece, by day and person.
        meetings: Every meeting that was to take place, by index.
        cells: (role, segment) by number; segment `all` where a role works in all.
    """

    pieces: tuple[Piece, ...]
    meetings: tuple[Meeting, ...]
    cells: tuple[tuple[str, str], ...]


class _Span(NamedTuple):
    first: int
    last: int
    target: Target


class _Pool:
    """Records on which some work can be done, drawn by day in order of time."""

    __slots__ = ("live", "next", "spans")

    def __init__(self) -> None:
        self.spans: list[_Span] = []
        self.live: list[_Span] = []
        self.next = 0

    def draw(self, day: int, dice: Dice) -> Target | None:
        spans, live = self.spans, self.live
        while self.next < len(spans) and spans[self.next].first <= day:
            live.append(spans[self.next])
            self.next += 1
        while live:
            place = int(dice.uniform() * len(live))
            span = live[place]
            if span.last >= day:
                return span.target
            live[place] = live[-1]
            live.pop()
        return None


@dataclass(slots=True)
class _Pools:
    """Pools by person, by team's segment, and for all."""

    own: dict[tuple[int, str], _Pool] = field(default_factory=dict)
    shared: dict[tuple[str, str], _Pool] = field(default_factory=dict)

    def add(
        self, people: tuple[int, ...], function: str, segment: str, first: int, last: int,
        target: Target, share: bool = True,
    ) -> None:  # fmt: skip
        if last < first:
            return
        span = _Span(first, last, target)
        for person in people:
            self.own.setdefault((person, function), _Pool()).spans.append(span)
        if share:
            for where in (segment, "all"):
                self.shared.setdefault((where, function), _Pool()).spans.append(span)

    def settle(self) -> None:
        for pool in (*self.own.values(), *self.shared.values()):
            pool.spans.sort()


STAGE_FUNCTION = {
    "Discovery": "discovery",
    "Qualified": "discovery",
    "Technical Validation": "technical_validation",
    "Proposal": "closing",
    "Negotiation": "closing",
}
"""What work on a new deal is, by the stage it is in."""

_SE_STAGE = {"Qualified": "discovery", "Technical Validation": "technical_validation",
             "Proposal": "closing"}  # fmt: skip


def _prospect_spans(pools: _Pools, market: Market, staff: Staff, calendar: Calendar) -> None:
    created_by_prospect = {
        deal.prospect: calendar.day_of(deal.created)
        for deal in market.deals
        if deal.prospect is not None
    }
    for prospect in market.prospects:
        worker, segment = prospect.worker, prospect.firm.segment
        contact = -1 if prospect.contact is None else prospect.contact
        account = -1
        if contact >= 0:
            account = market.contacts[contact].account
        started = calendar.day_of(prospect.created)
        spell = staff.people[worker].spell(started)
        stop = spell.last if spell and spell.last is not None else prospect.ends
        ends = min(prospect.ends, stop)
        meeting = prospect.meeting
        target = Target(prospect.number, account, since=prospect.created)
        if prospect.replied is None:
            pools.add((worker,), "prospecting", segment, started, ends, target)
            continue
        replied = calendar.day_of(prospect.replied)
        asked = target._replace(since=prospect.replied)
        until = min(stop, prospect.ends - 1 if meeting else prospect.ends)
        if prospect.inbound:
            pools.add((worker,), "qualification", segment, started, until, asked)
        else:
            pools.add((worker,), "prospecting", segment, started, min(stop, replied - 1), target)
            pools.add((worker,), "qualification", segment, replied + 1, until, asked)
        if meeting:
            booked, on = calendar.day_of(meeting.booked), calendar.day_of(meeting.starts)
            held = target._replace(since=meeting.booked)
            last = created_by_prospect.get(prospect.number, on + 1) - 1
            pools.add((meeting.seller,), "discovery", segment, booked + 1, last, held)
            if meeting.handed:
                pools.add((meeting.booker,), "discovery", segment, booked + 1, on, held, False)


def _stays(deal: Deal, calendar: Calendar, last: int) -> Iterator[tuple[str, int, int, int]]:
    """(stage, owner, first day, last day) of the days a deal spent wholly in a stage."""
    for place, (stage, at) in enumerate(deal.stages):
        if stage.startswith("Closed"):
            return
        first, leaves = calendar.day_of(at) + 1, last
        if place + 1 < len(deal.stages):
            leaves = calendar.day_of(deal.stages[place + 1][1]) - 1
        for turn, (since, owner) in enumerate(deal.owners):
            starts = max(first, calendar.day_of(since) + 1)
            ends = leaves
            if turn + 1 < len(deal.owners):
                ends = min(ends, calendar.day_of(deal.owners[turn + 1][0]) - 1)
            if starts <= ends:
                yield stage, owner, starts, ends


def _deal_spans(pools: _Pools, market: Market, calendar: Calendar, last: int) -> None:
    customers = {customer.account: customer for customer in market.customers}
    for deal in market.deals:
        target = Target(account=deal.account, deal=deal.number)
        for stage, owner, first, ends in _stays(deal, calendar, last):
            where, people = deal.segment, (owner,)
            if deal.kind == NEW:
                pools.add(people, STAGE_FUNCTION[stage], where, first, ends, target)
                if stage == "Negotiation":
                    pools.add(people, "deal_desk", where, first, ends, target)
                if deal.se is not None and stage in _SE_STAGE:
                    pools.add((deal.se,), _SE_STAGE[stage], where, first, ends, target, False)
                continue
            customer = customers[deal.account]
            pair = tuple(dict.fromkeys((owner, customer.success, customer.grower)))
            if deal.kind == EXPANSION:
                pools.add(pair, "expansion", where, first, ends, target)
            elif stage != "Renewal Open":
                pools.add(pair, "renewal", where, first, ends, target)


def _customer_spans(pools: _Pools, market: Market, calendar: Calendar, last: int) -> None:
    engineers = {deal.account: deal.se for deal in market.deals if deal.kind == NEW}
    for customer in market.customers:
        segment = market.accounts[customer.account].firm.segment
        target = Target(account=customer.account)
        stop = min(last, customer.left or last)
        settled = customer.won + 60
        people = (customer.success,)
        pools.add(people, "onboarding", segment, customer.won + 1, min(stop, settled), target)
        engineer = engineers.get(customer.account)
        if engineer is not None:
            pools.add(
                (engineer,), "onboarding", segment, customer.won + 1, customer.won + 35, target,
                False,
            )  # fmt: skip
        pools.add(people, "customer_success", segment, settled + 1, stop, target)
        if customer.grower != customer.success:
            pools.add(
                (customer.grower,), "customer_success", segment, customer.won + 365, stop, target,
                False,
            )  # fmt: skip
    for case in market.cases:
        segment = market.accounts[case.account].firm.segment
        closed = last if case.closed is None else calendar.day_of(case.closed)
        target = Target(account=case.account, case=case.number, since=case.opened)
        pools.add((case.owner,), "support", segment, calendar.day_of(case.opened), closed, target)


def _busy_accounts(
    market: Market, calendar: Calendar, last: int
) -> dict[int, list[tuple[int, int]]]:
    """Days on which an account has a renewal or expansion past its first stage."""
    busy: dict[int, list[tuple[int, int]]] = {}
    for deal in market.deals:
        if deal.kind == NEW or len(deal.stages) < 2:
            continue
        first, over = calendar.day_of(deal.stages[1][1]), last
        if deal.won is not None:
            over = calendar.day_of(deal.stages[-1][1])
        busy.setdefault(deal.account, []).append((first, over))
    return busy


_SUBJECTS = {
    "prospecting": ("Intro chat",),
    "qualification": ("Qualification call", "Fit call"),
    "discovery": ("Discovery workshop", "Follow-up discovery", "Stakeholder interview"),
    "technical_validation": ("Technical deep dive", "Proof of concept review", "Security review",
                             "Demo: sandbox"),
    "deal_desk": ("Order form walk-through", "Redlines review"),
    "closing": ("Proposal review", "Commercial review", "Executive alignment", "Negotiation"),
    "onboarding": ("Kick-off", "Onboarding session", "Rollout planning", "Admin training"),
    "customer_success": ("Roadmap session", "Adoption review", "Check-in",
                         "Success plan review"),
    "support": ("Troubleshooting session", "Screen share"),
    "renewal": ("Renewal discussion", "Renewal terms"),
    "expansion": ("Expansion workshop", "New team scoping", "Additional seats review"),
    "management": ("Team meeting: priorities", "Pipeline review", "Team meeting: coaching",
                   "Forecast call",
                   "Hiring panel"),
    "internal": ("Team meeting: tools", "Enablement workshop", "Process working group",
                 "Planning session", "Territory planning"),
}  # fmt: skip


@dataclass(slots=True)
class _Doing:
    """The work while it is being done."""

    company: Company
    staff: Staff
    market: Market
    calendar: Calendar
    dice: Dice
    pools: _Pools = field(default_factory=_Pools)
    pieces: list[Piece] = field(default_factory=list)
    meetings: list[Meeting] = field(default_factory=list)
    cells: dict[tuple[str, str], int] = field(default_factory=dict)
    left: dict[int, dict[str, float]] = field(default_factory=dict)
    pending: dict[tuple[int, str], str] = field(default_factory=dict)
    taken: dict[int, int] = field(default_factory=dict)
    today: dict[int, int] = field(default_factory=dict)
    busy: dict[int, list[tuple[int, int]]] = field(default_factory=dict)
    odds: dict[str, list[float]] = field(default_factory=dict)

    def cell(self, person: int, day: int) -> int:
        """Number of the role and segment the person is in on the day being worked."""
        known = self.today.get(person)
        if known is not None:
            return known
        spell = self.staff.people[person].spell(day)
        assert spell is not None
        key = (spell.role or "support_agent", spell.segment or "all")
        found = self.today[person] = self.cells.setdefault(key, len(self.cells))
        return found

    def spend(
        self, person: int, function: str, kind: str, day: int, start: int, minutes: float,
        target: Target, meeting: int = -1, answered: bool = False,
    ) -> None:  # fmt: skip
        """Record a piece and take its minutes off the person's budget."""
        self.pieces.append(
            Piece(
                person, self.cell(person, day), function, kind, day, start, minutes, target,
                meeting, answered,
            )
        )  # fmt: skip
        budget = self.left[person]
        budget[function] = budget.get(function, 0.0) - minutes

    # -- meetings that are fixed beforehand ------------------------------------------------

    def first_meetings(self, by_day: dict[int, list[int]], bookings: dict[int, list[int]]) -> None:
        """First meetings with prospects, and the calls in which they were booked."""
        first = number(self.company.work_starts)
        for prospect in self.market.prospects:
            meeting = prospect.meeting
            if meeting is None:
                continue
            booked = self.calendar.day_of(meeting.booked)
            if booked >= first:
                bookings.setdefault(booked, []).append(prospect.number)
            on = self.calendar.day_of(meeting.starts)
            if on < first or booked > number(self.company.last_day):
                continue
            account = -1
            if prospect.contact is not None:
                account = self.market.contacts[prospect.contact].account
            subject = "Discovery meeting" if meeting.handed else "Intro meeting"
            ours: tuple[int, ...] = (meeting.seller,)
            if meeting.handed and self.dice.chance(0.3):
                ours = (meeting.seller, meeting.booker)
            by_day.setdefault(on, []).append(len(self.meetings))
            self.meetings.append(
                Meeting(
                    meeting.seller, meeting.booker, meeting.booked, meeting.starts,
                    meeting.minutes, "discovery",
                    Target(prospect.number, account, since=meeting.booked), ours, subject, meeting,
                )
            )  # fmt: skip

    def reviews(self, by_day: dict[int, list[int]]) -> None:
        """Business reviews with customers that were held."""
        for review in self.market.reviews:
            if review.starts is None:
                continue
            day = self.calendar.day_of(review.starts)
            by_day.setdefault(day, []).append(len(self.meetings))
            booked = self.calendar.at(self.calendar.after(day - 24, 0), 660)
            self.meetings.append(
                Meeting(
                    review.by, review.by, booked, review.starts, 60, "customer_success",
                    Target(account=review.account), (review.by,), QUARTERLY_REVIEW,
                )
            )  # fmt: skip

    def team_meetings(self, by_day: dict[int, list[int]]) -> None:
        """Team meetings, one-to-ones and pipeline reviews of each leader."""
        first, last = number(self.company.work_starts), number(self.company.last_day)
        for week in range(first - (first + 3) % 7, last + 1, 7):
            for leader in self.staff.people:
                reports = [
                    person
                    for person in self.staff.people
                    if (spell := person.spell(week + 2)) and spell.manager == leader.number
                ]
                if reports:
                    self.week_of(leader, reports, week, by_day)

    def week_of(
        self, leader: Person, reports: list[Person], week: int, by_day: dict[int, list[int]]
    ) -> None:
        calls = tuple(person.number for person in reports)
        team = reports[0].spell(week + 2)
        plans: list[tuple[int, int, int, str, tuple[int, ...]]] = [
            (week, 570, 30, "Team meeting", calls)
        ]
        if team and team.role in ("ae", "generalist", "am", "sales_manager"):
            plans.append((week + 3, 840, 60, "Pipeline review", calls))
        for place, person in enumerate(reports):
            if (place + week // 7) % 2 == 0:
                day, slot = week + 1 + place % 4, 600 + 30 * (place // 4)
                plans.append((day, slot, 30, f"1:1 {person.first} / {leader.first}",
                              (person.number,)))  # fmt: skip
        for day, slot, minutes, subject, invited in plans:
            if day < number(self.company.work_starts) or day > number(self.company.last_day):
                continue
            if not self.calendar.works(day) or not self.staff.present(leader.number, day):
                continue
            ours = (leader.number, *(who for who in invited if self.staff.present(who, day)))
            if len(ours) < 2:
                continue
            by_day.setdefault(day, []).append(len(self.meetings))
            booked = self.calendar.at(max(self.calendar.first, day - 28), 600)
            self.meetings.append(
                Meeting(
                    leader.number, leader.number, booked, self.calendar.at(day, slot), minutes,
                    "management", Target(), ours, subject,
                )
            )  # fmt: skip

    def attend(self, index: int, day: int) -> None:
        """Spend the time of everybody of ours in a fixed meeting."""
        meeting = self.meetings[index]
        for person in meeting.ours:
            if not self.staff.present(person, day):
                continue
            function, minutes = meeting.function, float(meeting.minutes)
            if meeting.function == "management" and person != meeting.owner:
                function = "internal"
            if meeting.first and meeting.first.outcome == "no_show":
                minutes = 10.0
            self.spend(person, function, "meeting", day, meeting.starts, minutes,
                       meeting.target, index)  # fmt: skip

    # -- the rest of the day ---------------------------------------------------------------

    def draw(self, person: int, spell: Spell, function: str, day: int) -> Target | None:
        """A record on which the person can do this work today."""
        own = self.pools.own.get((person, function))
        for _ in range(6):
            target = own.draw(day, self.dice) if own else None
            if target is None and spell.role != "se":
                pool = self.pools.shared.get((spell.segment or "all", function))
                target = pool.draw(day, self.dice) if pool else None
            if target is None or function != "customer_success":
                return target
            spans = self.busy.get(target.account, ())
            if not any(first <= day <= over for first, over in spans):
                return target
        return target

    def slot(self, person: int) -> int:
        """A half hour from nine to five, nearly always a free one of this person."""
        mask = self.taken.get(person, 0)
        place = self.dice.whole(0, 15)
        if mask >> place & 1 and not self.dice.chance(0.1):
            for _ in range(8):
                place = self.dice.whole(0, 15)
                if not mask >> place & 1:
                    break
        self.taken[person] = mask | 1 << place
        return 540 + 30 * place

    def companions(self, person: int, spell: Spell, function: str, target: Target, day: int
                   ) -> list[int]:  # fmt: skip
        """Colleagues who come along to a meeting."""
        dice, found = self.dice, []
        deal = self.market.deals[target.deal] if target.deal >= 0 else None
        if deal and function == "technical_validation":
            owner = deal.owner(self.calendar.at(day, 0))
            found = [owner if person == deal.se else deal.se] if dice.chance(0.75) else []
        elif deal and function == "closing" and dice.chance(0.12):
            found = [spell.manager]
        elif deal and function == "expansion" and dice.chance(0.2):
            account = self.market.accounts[deal.account]
            found = [account.owner]
        elif function in ("internal", "management"):
            close = [
                other.number
                for other in self.staff.people
                if (where := other.spell(day))
                and (where.team == spell.team or where.manager == person)
            ]
            found = [dice.pick(close) for _ in range(dice.whole(1, 3))] if close else []
        present = dict.fromkeys(
            who
            for who in found
            if who is not None and who != person and self.staff.present(who, day)
        )
        if function in ("internal", "management"):
            return list(present)
        return [who for who in present if self.mix(who, day).get(function, 0.0) > 0]

    def mix(self, person: int, day: int) -> dict[str, float]:
        spell = self.staff.people[person].spell(day)
        return dict(spell.mix) if spell else {}

    def meet(self, person: int, spell: Spell, function: str, target: Target, day: int,
             minutes: int) -> None:  # fmt: skip
        """Hold a meeting: the person's, with colleagues who come along."""
        starts = self.calendar.at(day, self.slot(person))
        if starts < target.since + 600:  # they asked later than that today
            starts = (target.since + 600) // 1800 * 1800 + 1800
        ahead = self.dice.whole(1, 9)
        booked = self.calendar.at(max(self.calendar.first, day - ahead),
                                  self.dice.between(540, 1050))  # fmt: skip
        earliest = target.since
        if target.deal >= 0:
            earliest = max(
                (at for _, at in self.market.deals[target.deal].stages if at < starts), default=0
            )
        booked = min(max(booked, earliest + 600), starts - 300)
        others = self.companions(person, spell, function, target, day)
        index = len(self.meetings)
        self.meetings.append(
            Meeting(
                person, person, booked, starts, minutes, function, target, (person, *others),
                self.dice.pick(_SUBJECTS[function]),
            )
        )  # fmt: skip
        for who in (person, *others):
            what = function
            if function == "management" and who != person:
                what = "internal"
            self.spend(who, what, "meeting", day, starts, float(minutes), target, index)

    def fill(self, person: int, spell: Spell, day: int) -> None:
        """Spend what is left of each function's budget."""
        work, dice, calendar = self.company.work, self.dice, self.calendar
        budget = self.left[person]
        last_minute = calendar.at(day, 1110)
        for function in FUNCTIONS:
            while (left := budget.get(function, 0.0)) > 1.0:
                drawn = self.pending.get((person, function))
                if drawn is None:
                    drawn = KINDS[bisect(self.odds[function], dice.uniform())]
                kind, answered = drawn, False
                if kind == "meeting":
                    minutes = 60.0 if dice.chance(work.hour_long) else 30.0
                else:
                    name = kind
                    if kind == "call":
                        known = function != "prospecting"
                        share = work.answered_known if known else work.answered
                        answered = dice.chance(share)
                        name = "call" if answered else "unanswered"
                    size = work.kinds[name]
                    minutes = size.minutes if size.spread == 0 else dice.around(
                        size.minutes, size.spread
                    )  # fmt: skip
                if left < minutes / 2:
                    self.pending[person, function] = drawn
                    break
                self.pending.pop((person, function), None)
                target: Target | None = Target()
                if function not in ("internal", "management"):
                    target = self.draw(person, spell, function, day)
                if target is None:
                    budget["internal"] = budget.get("internal", 0.0) + left
                    budget[function] = 0.0
                    break
                if kind == "meeting":
                    self.meet(person, spell, function, target, day, int(minutes))
                    continue
                start = calendar.at(day, 525 + 495 * dice.uniform())
                if start < target.since + 120:
                    start = min(target.since + int(dice.between(120, 2400)), last_minute)
                    start = max(start, target.since + 60)
                self.spend(person, function, kind, day, start, minutes, target, -1, answered)

    def kind_odds(self) -> None:
        """Bounds between the kinds on 0 to 1, so that each takes its share of a function's time."""
        work = self.company.work
        for function, parts in work.made_of.items():
            share = work.answered if function == "prospecting" else work.answered_known
            lengths = {
                "call": share * _mean(work.kinds["call"].minutes, work.kinds["call"].spread)
                + (1 - share)
                * _mean(work.kinds["unanswered"].minutes, work.kinds["unanswered"].spread),
                "email": _mean(work.kinds["email"].minutes, work.kinds["email"].spread),
                "meeting": 30.0 * (1 + work.hour_long),
                "research": _mean(work.kinds["research"].minutes, work.kinds["research"].spread),
            }
            each = [parts[kind] / lengths[kind] for kind in KINDS]
            self.odds[function] = [sum(each[:place]) / sum(each) for place in (1, 2, 3)]

    def week_mix(self, person: Person, spell: Spell, own: list[float], day: int) -> list[float]:
        """This week's shares by function, in the order of `FUNCTIONS`."""
        work = self.company.work
        mix = self.dice.shares(own, work.week_concentration)
        boost = work.quarter_end
        when = day_of(day)
        ending = when.month in (1, 4, 7, 10) and when.day > 10
        season = boost if ending else (13 - 3 * boost) / 10
        mix = [
            part * season if name in ("closing", "renewal") else part
            for name, part in zip(FUNCTIONS, mix, strict=True)
        ]
        total = sum(mix)
        mix = [part / total for part in mix]
        if day < person.ramp_until:
            training = self.company.innocents.ramp_internal
            mix = [part * (1 - training) for part in mix]
            mix[FUNCTIONS.index("internal")] += training
        return mix

    def run(self) -> Year:
        company, staff, calendar, dice = self.company, self.staff, self.calendar, self.dice
        first, last = number(company.work_starts), number(company.last_day)
        _prospect_spans(self.pools, self.market, staff, calendar)
        _deal_spans(self.pools, self.market, calendar, last)
        _customer_spans(self.pools, self.market, calendar, last)
        self.pools.settle()
        self.busy = _busy_accounts(self.market, calendar, last)
        self.kind_odds()
        by_day: dict[int, list[int]] = {}
        bookings: dict[int, list[int]] = {}
        self.first_meetings(by_day, bookings)
        self.reviews(by_day)
        self.team_meetings(by_day)
        mixes: dict[tuple[int, int], list[float]] = {}
        weeks: dict[int, tuple[int, Spell, list[float], float]] = {}
        self.left = {person.number: {} for person in staff.people}
        for day in range(first, last + 1):
            if not calendar.works(day):
                continue
            self.taken, self.today = {}, {}
            for index in by_day.get(day, ()):
                self.attend(index, day)
            for which in bookings.get(day, ()):
                self.book(which, day)
            for person in staff.people:
                spell = person.spell(day)
                if spell is None or day in staff.away[person.number]:
                    continue
                week = (day + 3) // 7
                known = weeks.get(person.number)
                if known is None or known[0] != week or known[1] is not spell:
                    own = mixes.get((person.number, spell.first))
                    if own is None:
                        base = [spell.mix.get(name, 0.0) for name in FUNCTIONS]
                        own = dice.shares(base, company.work.person_concentration)
                        mixes[person.number, spell.first] = own
                    if known is not None and known[1] is not spell:
                        self.left[person.number] = {}
                    length = company.work.week_hours * 12 * dice.around(
                        1.0, company.work.week_spread
                    )  # fmt: skip
                    mix = self.week_mix(person, spell, own, day)
                    known = weeks[person.number] = (week, spell, mix, length)
                budget = self.left[person.number]
                for name, part in zip(FUNCTIONS, known[2], strict=True):
                    if part > 0:
                        budget[name] = budget.get(name, 0.0) + known[3] * part
                self.fill(person.number, spell, day)
        cells = tuple(sorted(self.cells, key=lambda cell: self.cells[cell]))
        return Year(tuple(self.pieces), tuple(self.meetings), cells)

    def book(self, which: int, day: int) -> None:
        """The call or mail in which a first meeting is booked."""
        prospect = self.market.prospects[which]
        meeting = prospect.meeting
        assert meeting is not None
        if not self.staff.present(meeting.booker, day):
            return
        account = -1
        if prospect.contact is not None:
            account = self.market.contacts[prospect.contact].account
        target = Target(which, account, since=prospect.replied or prospect.created)
        call = self.dice.chance(0.6)
        minutes = self.dice.between(8, 16) if call else self.dice.between(4, 8)
        start = meeting.booked - int(minutes * 60)
        self.spend(meeting.booker, "qualification", "call" if call else "email", day, start,
                   minutes, target, -1, call)  # fmt: skip


def _mean(median: float, spread: float) -> float:
    return float(median * 2.718281828459045 ** (spread * spread / 2))


def labour(company: Company, staff: Staff, market: Market, calendar: Calendar, dice: Dice) -> Year:
    """Let everybody work from the first day with activities to the last day."""
    return _Doing(company, staff, market, calendar, dice).run()


__all__ = ["Meeting", "Piece", "Target", "Year", "labour"]
