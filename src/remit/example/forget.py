"""What the CRM keeps of the work: which pieces are logged, how they are linked, what else is there.

Records are named by pairs (key prefix, number), such as `("00Q", 17)` for lead 17.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from remit.example.company import Company
from remit.example.days import DAY, Calendar, day_of, is_holiday, last_moment, number
from remit.example.dice import Dice
from remit.example.records import QUARTERLY_REVIEW, Contact, Deal, Market, Prospect
from remit.example.staff import Person, Staff
from remit.example.work import Meeting, Piece, Target, Year

Ref = tuple[str, int]
LEAD, CONTACT, ACCOUNT, DEAL, CASE, USER = "00Q", "003", "001", "006", "500", "005"


class Task(NamedTuple):
    """A task row before it has ids.

    `seconds` is -1 where no duration was stored; `incoming` tells of mails only.
    """

    created: int
    day: int
    owner: int
    creator: int
    who: Ref | None
    what: Ref | None
    account: int
    subject: str
    type: str
    subtype: str
    seconds: int
    disposition: str
    status: str
    completed: int
    deleted: bool
    incoming: bool = False


class Event(NamedTuple):
    """An event row before it has ids. `held` is `true`, `false` or empty."""

    created: int
    starts: int
    minutes: int
    owner: int
    creator: int
    who: Ref | None
    what: Ref | None
    account: int
    subject: str
    type: str
    all_day: bool
    private: bool
    held: str
    rejected: int
    reason: str
    deleted: bool
    invited: tuple[tuple[Ref, str], ...]


@dataclass(frozen=True, slots=True)
class Kept:
    """What reached the CRM.

    Attributes:
        tasks: Task rows, oldest first.
        events: Event rows, oldest first.
        recorded: For each piece of work, whether a row shows it.
        moved: Prospects whose activities moved to the AE and the contact at conversion.
        bulk: Persons who closed stale tasks in bulk.
    """

    tasks: tuple[Task, ...]
    events: tuple[Event, ...]
    recorded: tuple[bool, ...]
    moved: frozenset[int]
    bulk: tuple[int, ...]


_CALLS = ("Call", "Call", "Phone call", "Call - follow-up", "Outbound call")
_MAILS = (
    "Email: follow-up", "Email: next steps", "Email: thanks for your time", "Email: quick question",
    "Email: material as promised", "Email: checking in", "RE: your question", "Email: summary",
)  # fmt: skip
_REPLIES = ("Re: quick question", "Re: your reporting", "Re: 20 minutes?", "Re: intro")
_DESK = ("Pricing approval", "Order form", "Redlines")
_EVENT_TYPE = {
    "discovery": "Meeting", "technical_validation": "Demo", "closing": "Meeting",
    "support": "Call", "internal": "", "management": "", "qualification": "Call",
    "customer_success": "Meeting", "onboarding": "Training",
}  # fmt: skip


def base_coverage(company: Company, function: str) -> float:
    """Share of a function's time that somebody of ordinary habits records (0 to 1)."""
    work = company.work
    return sum(share * work.kinds[kind].logged for kind, share in work.made_of[function].items())


def thin_logging(company: Company) -> float:
    """Factor on logging that brings the thinly logging team to its coverage."""
    innocents = company.innocents
    team = next((team for team in company.teams if team.name == innocents.thin_team), None)
    if team is None:
        return 1.0
    expected = sum(
        share * base_coverage(company, function) * innocents.thin_factors.get(function, 1.0)
        for function, share in team.mix.items()
    )
    return innocents.thin_coverage / expected


@dataclass(slots=True)
class _Keeping:
    company: Company
    staff: Staff
    market: Market
    year: Year
    calendar: Calendar
    dice: Dice
    tasks: list[Task] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    contacts: Mapping[int, tuple[Contact, ...]] = field(default_factory=dict)
    converted: dict[int, Deal] = field(default_factory=dict)
    contact_from: dict[int, int] = field(default_factory=dict)
    moved: frozenset[int] = frozenset()
    end: int = 0
    thin: float = 1.0
    thin_people: frozenset[int] = frozenset()

    # -- linking ---------------------------------------------------------------------------

    def somebody_at(self, account: int, moment: int) -> int | None:
        """A contact of the account whose record existed at the moment."""
        known = [person for person in self.contacts.get(account, ()) if person.created <= moment]
        return self.dice.pick(known).number if known else None

    def links(self, target: Target, moment: int) -> tuple[Ref | None, Ref | None, int]:
        """WhoId, WhatId and account, as a seller links work on this record."""
        dice, record = self.dice, self.company.record
        if target.prospect >= 0:
            prospect = self.market.prospects[target.prospect]
            if prospect.contact is not None:
                return (CONTACT, prospect.contact), None, target.account
            if prospect.number in self.moved:
                deal = self.converted[prospect.number]
                return (CONTACT, self.contact_from[prospect.number]), None, deal.account
            return (LEAD, prospect.number), None, -1
        if target.account < 0:
            return None, None, -1
        person = self.somebody_at(target.account, moment)
        who = None if person is None else (CONTACT, person)
        if target.case >= 0:
            return (who if dice.chance(0.6) else None), (CASE, target.case), target.account
        if target.deal >= 0:
            if who and dice.chance(record.only_contact):
                return who, None, target.account
            if dice.chance(record.wrong_object):
                return who, (ACCOUNT, target.account), target.account
            return (who if dice.chance(0.8) else None), (DEAL, target.deal), target.account
        if who and dice.chance(0.4):
            return who, None, target.account
        return (who if dice.chance(0.6) else None), (ACCOUNT, target.account), target.account

    def owner(self, target: Target, person: int, moment: int) -> int:
        """Who owns the row today: the AE, where the lead's activities moved at conversion."""
        if target.prospect in self.moved:
            deal = self.converted[target.prospect]
            if moment < deal.created:
                return deal.owner(deal.created)
        return person

    def other_side(self, target: Target) -> str:
        if target.prospect >= 0:
            return self.market.prospects[target.prospect].firm.name
        return self.market.accounts[target.account].firm.name if target.account >= 0 else ""

    # -- logging ---------------------------------------------------------------------------

    def habit(self, person: int, function: str) -> float:
        """A person's factor on the chance of logging this kind of work."""
        factor = self.staff.people[person].logging * self.company.record.tooled.get(function, 1.0)
        if person in self.thin_people:
            factor *= self.thin * self.company.innocents.thin_factors.get(function, 1.0)
        return factor

    def task(self, piece: Piece) -> None:
        """Log a call, a mail or a piece of desk work as a task."""
        dice, record = self.dice, self.company.record
        done = piece.start + int(piece.minutes * 60)
        created = done
        if piece.kind != "call" and dice.chance(record.logged_late):
            later = self.calendar.after(piece.day, dice.whole(0, 4))
            created = max(done, self.calendar.at(later, dice.between(960, 1075)))
        if created >= self.end:
            created = min(done, self.end - 60)
        seconds, disposition = -1, ""
        if piece.kind == "call":
            type_, subtype, subject = "Call", "Call", dice.pick(_CALLS)
            if piece.answered:
                disposition = "Connected"
                seconds = int(max(40.0, piece.minutes * 60 - dice.between(10, 60)))
            else:
                disposition = dice.weighted(("No Answer", "Left Voicemail", "Busy"), (6, 3, 1))
                seconds = int(piece.minutes * 60 * dice.between(0.5, 0.95))
                if disposition == "Left Voicemail":
                    subject = "Call: left voicemail"
            if dice.chance(record.no_duration):
                seconds = -1
        elif piece.kind == "email":
            type_, subtype, subject = "Email", "Email", dice.pick(_MAILS)
        else:
            type_, subtype, subject = "Other", "Task", "Account research"
            if piece.function not in ("prospecting", "qualification"):
                subject = dice.pick(("Preparation", "Update notes", "Write up", "Prepare material"))
        if piece.function == "deal_desk":
            subject = f"{dice.pick(_DESK)}: {self.other_side(piece.target)}"
        who, what, account = self.links(piece.target, piece.start)
        self.tasks.append(
            Task(
                created, piece.day, self.owner(piece.target, piece.person, piece.start),
                piece.person, who, what, account, subject, type_, subtype, seconds, disposition,
                "Completed", created, dice.chance(record.deleted),
            )
        )  # fmt: skip

    def event(self, meeting: Meeting) -> set[int]:
        """Log a meeting; returns who of ours the row shows as attending."""
        dice, record = self.dice, self.company.record
        first = meeting.first
        handed = first is not None and first.handed
        chance = self.company.work.kinds["meeting"].logged * self.habit(
            meeting.owner, meeting.function
        )
        if not dice.chance(0.99 if handed else min(0.97, chance)):
            return set()
        private = not handed and dice.chance(record.private)
        if private and dice.chance(0.5):
            return set()
        who, what, account = self.links(meeting.target, meeting.starts)
        subject, type_ = meeting.subject, _EVENT_TYPE.get(meeting.function, "Meeting")
        outside = self.other_side(meeting.target)
        if outside:
            subject = f"{subject} - {outside}"
        held, rejected, reason = "", -1, ""
        if meeting.subject == QUARTERLY_REVIEW:
            type_ = "Business Review"
        if first is not None:
            type_ = "Discovery Meeting" if first.handed else "Intro Meeting"
        if first is not None and first.handed:
            if first.stamped:
                held = "true" if first.outcome == "held" else "false"
            if first.decision == "rejected" and first.decided is not None:
                rejected, reason = self.calendar.day_of(first.decided), first.reason
        shown, invited = {meeting.owner}, []
        for person in meeting.ours:
            if person == meeting.owner:
                continue
            factor = self.habit(person, meeting.function) if person in self.thin_people else 0.92
            if dice.chance(factor):
                shown.add(person)
                invited.append(((USER, person), "Accepted"))
        spell = self.staff.people[meeting.owner].spell(self.calendar.day_of(meeting.starts))
        if spell and dice.chance(record.declined * (1 + len(meeting.ours))):
            team = self.staff.holding(
                spell.role, spell.segment, self.calendar.day_of(meeting.starts)
            )
            away = [person for person in team if person not in meeting.ours]
            if away:
                invited.append(((USER, dice.pick(away)), "Declined"))
        deleted = not handed and dice.chance(record.deleted)
        self.events.append(
            Event(
                meeting.booked, meeting.starts, meeting.minutes,
                self.owner(meeting.target, meeting.owner, meeting.starts), meeting.creator,
                who, what, account, subject, type_, False, private, held, rejected, reason,
                deleted, tuple(invited),
            )
        )  # fmt: skip
        return set() if deleted else shown

    # -- what is in the CRM besides work ---------------------------------------------------

    def sequences(self) -> None:
        """Automated mails to outbound leads, a few each, until somebody answers."""
        dice, record = self.dice, self.company.record
        first = number(self.company.work_starts)
        for prospect in self.market.prospects:
            day = self.calendar.day_of(prospect.created)
            if day < first or prospect.inbound or not dice.chance(record.sequenced):
                continue
            stop = prospect.ends
            if prospect.replied is not None:
                stop = min(stop, self.calendar.day_of(prospect.replied) - 1)
            at = day
            for step in range(1 + dice.count(max(0.0, record.sequence_steps - 1))):
                moment = self.calendar.at(at, 481 + dice.between(0, 24))
                if at > stop or moment >= self.end:
                    break
                self.sequence_mail(prospect, step, at, moment)
                at = self.calendar.after(at, dice.whole(2, 5))

    def sequence_mail(self, prospect: Prospect, step: int, day: int, moment: int) -> None:
        target = Target(prospect.number, -1 if prospect.contact is None else
                        self.market.contacts[prospect.contact].account)  # fmt: skip
        who, what, account = self.links(target, moment)
        listed = self.dice.chance(0.8)
        self.tasks.append(
            Task(
                moment, day, self.owner(target, prospect.worker, moment), prospect.worker, who,
                what, account, f"[Sequence] Outbound 2026 - step {step + 1}",
                "Email" if listed else "Sequence", "ListEmail" if listed else "Email", -1, "",
                "Completed", moment, False,
            )
        )  # fmt: skip

    def replies(self) -> None:
        """Answers to cold mails and calls, which a sales engagement tool files as mails."""
        dice, first = self.dice, number(self.company.work_starts)
        for prospect in self.market.prospects:
            at = prospect.replied
            if at is None or prospect.inbound or self.calendar.day_of(at) < first:
                continue
            if not dice.chance(self.company.diligence.replies_logged):
                continue
            account = -1
            if prospect.contact is not None:
                account = self.market.contacts[prospect.contact].account
            target = Target(prospect.number, account)
            who, what, of = self.links(target, at)
            self.tasks.append(
                Task(
                    at, self.calendar.day_of(at), self.owner(target, prospect.worker, at),
                    prospect.worker, who, what, of, dice.pick(_REPLIES), "Email", "Email", -1, "",
                    "Completed", at, False, incoming=True,
                )
            )  # fmt: skip

    def stale_tasks(self) -> tuple[int, ...]:
        """Old to-dos closed in bulk at quarters' ends, and those still open."""
        dice, company = self.dice, self.company
        work: dict[int, list[Piece]] = {}
        for piece in self.year.pieces[::7]:
            if piece.target.account >= 0 or piece.target.prospect >= 0:
                work.setdefault(piece.person, []).append(piece)
        sellers = [
            person.number
            for person in self.staff.people
            if person.spells[-1].role in ("ae", "generalist") and len(person.spells) == 1
            and work.get(person.number)
        ]  # fmt: skip
        closers = tuple(sellers[:: max(1, len(sellers) // max(1, company.innocents.bulk_closers))])
        closers = closers[: company.innocents.bulk_closers]
        first, last = number(company.work_starts), number(company.last_day)
        for day in range(first, last + 1):
            when = day_of(day + 3)
            if not (when.month in (2, 5, 8, 11) and when.day <= 3 and self.calendar.works(day)):
                continue
            if self.calendar.works(day + 1) and day_of(day + 1).month == day_of(day).month:
                continue
            for person in closers:
                minute = self.calendar.at(day, dice.whole(1000, 1060))
                known = [p for p in work[person] if day - 95 < p.day < day - 5]
                for _ in range(company.innocents.bulk_closed if known else 0):
                    self.to_do(dice.pick(known), minute + int(dice.between(0, 59)), "Completed")
        for person in work:
            recent = [piece for piece in work[person] if piece.day > last - 60]
            for _ in range(dice.count(company.record.open_tasks) if recent else 0):
                self.to_do(dice.pick(recent), -1, "Not Started")
        return closers

    def to_do(self, piece: Piece, closed: int, status: str) -> None:
        """A task somebody wrote down and did no work on."""
        who, what, account = self.links(piece.target, piece.start)
        due = self.calendar.after(piece.day, self.dice.whole(1, 12))
        subject = self.dice.pick(("Follow up", "Call back", "Send material", "Check status"))
        self.tasks.append(
            Task(
                piece.start, due, self.owner(piece.target, piece.person, piece.start),
                piece.person, who, what, account, subject, "Other", "Task", -1, "", status,
                closed, False,
            )
        )  # fmt: skip

    def calendar_noise(self) -> None:
        """Cancelled meetings, whole days, and what already stands in the calendar ahead."""
        dice, company = self.dice, self.company
        held = self.year.meetings
        for _ in range(int(len(held) * company.record.cancelled)):
            meeting = dice.pick(held)
            who, what, account = self.links(meeting.target, meeting.starts)
            if meeting.first is not None:
                continue
            starts = meeting.starts + 1800 * dice.whole(1, 6)
            self.events.append(
                Event(
                    min(meeting.booked, starts - 60), starts, meeting.minutes, meeting.owner,
                    meeting.creator, who, what, account, f"Canceled: {meeting.subject}",
                    _EVENT_TYPE.get(meeting.function, "Meeting"), False, False, "", -1, "",
                    dice.chance(0.2), (),
                )
            )  # fmt: skip
        first, last = number(company.work_starts), number(company.last_day)
        for person in self.staff.people:
            self.whole_days(person, first, last)
        late = [m for m in held if self.end - 50 * DAY < m.starts < self.end and m.first is None]
        for _ in range(len(late) // 6):
            meeting = dice.pick(late)
            on = self.calendar.after(last + dice.whole(1, company.record.future_days), 0)
            starts = self.calendar.at(on, 30 * dice.whole(18, 33))
            booked = min(meeting.starts + 7200, self.end - 600)
            if not self.still_open(meeting.target):
                continue
            who, what, account = self.links(meeting.target, booked)
            self.events.append(
                Event(
                    booked, starts, meeting.minutes, meeting.owner, meeting.owner, who, what,
                    account, meeting.subject, _EVENT_TYPE.get(meeting.function, "Meeting"),
                    False, False, "", -1, "", False, (),
                )
            )  # fmt: skip

    def still_open(self, target: Target) -> bool:
        """Whether a record can still have meetings ahead of it."""
        if target.deal >= 0:
            return self.market.deals[target.deal].won is None
        if target.case >= 0:
            return self.market.cases[target.case].closed is None
        return target.prospect < 0

    def whole_days(self, person: Person, first: int, last: int) -> None:
        """Holidays, an offsite, and weeks out of office as whole-day events."""
        dice = self.dice
        notes = dice.chance(0.5)
        for day in range(max(first, person.hired), last + 1):
            when = day_of(day)
            subject = ""
            if when.weekday() < 5 and is_holiday(when) and dice.chance(0.25):
                subject = "Company holiday"
            elif (when.month, when.day) in ((1, 14), (1, 15)) and dice.chance(0.5):
                subject = "Company offsite"
            elif when.weekday() == 0 and day in self.staff.away[person.number] and notes:
                subject = "Out of office"
            if subject:
                self.events.append(
                    Event(
                        self.calendar.at(day - 20, 600), day * DAY, 1440, person.number,
                        person.number, None, None, -1, subject, "Other", True, False, "", -1, "",
                        False, (),
                    )
                )  # fmt: skip

    def run(self) -> Kept:
        company, dice = self.company, self.dice
        self.end = last_moment(company.last_day, self.calendar)
        self.contacts = self.market.contacts_of()
        self.contact_from = {
            person.prospect: person.number
            for person in self.market.contacts
            if person.prospect is not None
        }
        self.converted = {
            deal.prospect: deal for deal in self.market.deals if deal.prospect is not None
        }
        self.moved = frozenset(
            prospect
            for prospect in self.converted
            if prospect in self.contact_from and dice.chance(company.innocents.reowned)
        )
        if company.innocents.thin_team is not None:
            self.thin = thin_logging(company)
            self.thin_people = frozenset(
                person.number
                for person in self.staff.people
                if person.spells[-1].team == company.innocents.thin_team
            )
        shown = [self.event(meeting) for meeting in self.year.meetings]
        recorded = []
        logged = {name: kind.logged for name, kind in company.work.kinds.items()}
        for piece in self.year.pieces:
            if piece.meeting >= 0:
                recorded.append(piece.person in shown[piece.meeting])
                continue
            chance = logged[piece.kind] * self.habit(piece.person, piece.function)
            keep = dice.chance(min(0.97, chance))
            if keep:
                self.task(piece)
                keep = not self.tasks[-1].deleted
            recorded.append(keep)
        self.sequences()
        bulk = self.stale_tasks()
        self.calendar_noise()
        self.replies()
        self.tasks.sort(key=lambda task: (task.created, task.creator, task.day))
        self.events.sort(key=lambda event: (event.created, event.creator, event.starts))
        return Kept(tuple(self.tasks), tuple(self.events), tuple(recorded), self.moved, bulk)


def keep(
    company: Company, staff: Staff, market: Market, year: Year, calendar: Calendar, dice: Dice
) -> Kept:
    """What the CRM keeps of a year of work."""
    return _Keeping(company, staff, market, year, calendar, dice).run()
