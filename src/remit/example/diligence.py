"""What people keep in order: next steps, forecasts, what they know of a buyer, reviews."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise

from remit.example.company import Company
from remit.example.days import Calendar, last_moment, number
from remit.example.dice import Dice
from remit.example.records import (
    FRAMEWORK,
    NEW,
    PLACEHOLDERS,
    Deal,
    Market,
    Review,
)
from remit.example.staff import Staff

STEPS = (
    "Send proposal by Friday", "Call with the CFO on scope", "Answer security questionnaire",
    "Await legal, chase on Monday", "Book demo with the data team", "Agree success criteria",
    "Champion to bring finance in", "Order form out for signature", "Reference call next week",
)  # fmt: skip

_WORDS: Mapping[str, tuple[str, ...]] = {
    "metrics": (
        "Month-end from nine days to three", "Two analysts freed for planning",
        "Forecast error from 12 % to 6 %", "Licences of two old tools saved",
    ),
    "economic_buyer": ("CFO", "Chief Operating Officer", "VP Finance", "Managing Director"),
    "decision_criteria": (
        "Connects to the ERP; row-level permissions", "Price a seat; hosting in their region",
        "Live within a quarter; no consultants", "Audit trail; single sign-on",
    ),
    "decision_process": (
        "Data team, then finance, then the board", "Two vendors, proof, then purchasing",
        "CFO decides after a reference call", "Security review before purchasing",
    ),
    "champion": ("Head of Data", "Controller", "Head of Analytics", "Director of Operations"),
}  # fmt: skip
_RANKS = ("Pipeline", "Best Case", "Commit")
_WITHIN = 14
"""Days around the day on which a review is due in which it counts as held on schedule."""


@dataclass(slots=True)
class _Keeping:
    company: Company
    staff: Staff
    market: Market
    calendar: Calendar
    dice: Dice
    habits: dict[int, float] = field(default_factory=dict)
    last: int = 0
    end: int = 0

    def habit(self, person: int) -> float:
        """An owner's factor on how much is kept in order."""
        known = self.habits.get(person)
        if known is None:
            spread = self.company.diligence.habit_spread
            known = self.habits[person] = self.dice.around(1.0, spread)
        return known

    def words(self, share: float, options: tuple[str, ...]) -> str:
        """Something, a placeholder, or nothing."""
        if self.dice.chance(min(0.98, share)):
            return self.dice.pick(options)
        hole = self.dice.chance(self.company.diligence.placeholder)
        return self.dice.pick(PLACEHOLDERS) if hole else ""

    # -- deals -----------------------------------------------------------------------------

    def deal(self, deal: Deal) -> Deal:
        diligence = self.company.diligence
        owner = deal.owners[-1][1]
        habit = self.habit(owner)
        step = self.words(diligence.next_step * habit, STEPS) if deal.won is None else ""
        framework: dict[str, str] = {}
        proof = None
        if deal.kind == NEW:
            reached = [stage for stage, _ in deal.stages if not stage.startswith("Closed")][-1]
            share = diligence.framework[reached] * habit
            framework = {name: self.words(share, _WORDS[name]) for name in FRAMEWORK}
            proof = self.proof(deal)
        return replace(
            deal, next_step=step, framework=framework, forecasts=tuple(self.forecasts(deal)),
            proof=proof,
        )  # fmt: skip

    def proof(self, deal: Deal) -> int | None:
        """The day on which a proof of concept started, in technical validation."""
        stays = [*deal.stages, ("", self.end)]
        for (stage, entered), (_, left) in pairwise(stays):
            if stage == "Technical Validation":
                fate = {True: "won", False: "lost", None: "open"}[deal.won]
                if not self.dice.chance(self.company.diligence.proof[fate]):
                    return None
                first = self.calendar.day_of(entered)
                day = self.calendar.after(first + self.dice.whole(1, 6), 0)
                return day if day < self.calendar.day_of(left) else None
        return None

    def forecasts(self, deal: Deal) -> Iterator[tuple[int, str]]:
        """Each category the deal is given; owners are a little surer of what they will win."""
        diligence, dice, now = self.company.diligence, self.dice, ""
        stays = [*deal.stages, ("", self.end)]
        for (stage, entered), (_, left) in pairwise(stays):
            if stage.startswith("Closed"):
                yield entered, "Closed" if stage == "Closed Won" else "Omitted"
                return
            parts = diligence.forecast.get(stage, diligence.forecast["Proposal"])
            sure = {True: 1.5, False: 0.7, None: 1.0}[deal.won]
            weights = [parts[_RANKS[0]], parts[_RANKS[1]], parts[_RANKS[2]] * sure]
            word = dice.weighted(_RANKS, weights)
            if now and _RANKS.index(word) < _RANKS.index(now) and dice.chance(0.8):
                word = now
            if word != now:
                now = word
                yield entered, now
            if now != _RANKS[-1] and stage != "Discovery" and dice.chance(diligence.forecast_moved):
                moment = self.between(entered, left)
                if moment is not None:
                    now = _RANKS[_RANKS.index(now) + 1]
                    yield moment, now

    def between(self, first: int, last: int) -> int | None:
        """A moment in office hours, on a day between the days of two others."""
        start, stop = self.calendar.day_of(first) + 1, self.calendar.day_of(last) - 1
        if stop < start:
            return None
        day = self.calendar.after(self.dice.whole(start, stop), 0)
        return self.calendar.at(day, self.dice.between(540, 1020)) if day <= stop else None

    # -- reviews ---------------------------------------------------------------------------

    def reviews(self) -> Iterator[Review]:
        """Business reviews that were due since the oldest activity, and what became of them.

        One is due each quarter after the signing; small companies have none.
        """
        diligence, dice = self.company.diligence, self.dice
        since = number(self.company.work_starts)
        for customer in self.market.customers:
            segment = self.market.accounts[customer.account].firm.segment
            share = diligence.reviews.get(segment)
            if share is None:
                continue
            share *= 0.25 if dice.chance(diligence.neglected) else 1.0
            stop = min(self.last, customer.left or self.last) - _WITHIN
            for due in range(customer.won + 91, stop + 1, 91):
                if due - _WITHIN < since:
                    continue
                early = dice.chance(share)
                late = not early and dice.chance(diligence.reviews_late)
                starts = None
                if early or late:
                    wait = dice.whole(-10, 8) if early else dice.whole(24, 60)
                    starts = self.held(customer.success, due + wait)
                held = None if starts is None else self.calendar.day_of(starts)
                good = held is not None and abs(held - due) <= _WITHIN
                yield Review(customer.account, customer.success, due, starts, good)

    def held(self, person: int, day: int) -> int | None:
        """When a review is held on the first of a few days on which the person is there."""
        for turn in range(4):
            on = self.calendar.after(day, turn)
            if on <= self.last and self.staff.present(person, on):
                return self.calendar.at(on, 30 * self.dice.whole(18, 32))
        return None

    def run(self) -> Market:
        self.last = number(self.company.last_day)
        self.end = last_moment(self.company.last_day, self.calendar)
        deals = tuple(self.deal(deal) for deal in self.market.deals)
        return replace(self.market, deals=deals, reviews=tuple(self.reviews()))


def keep_in_order(
    company: Company, staff: Staff, market: Market, calendar: Calendar, dice: Dice
) -> Market:
    """The market with what people keep in order about its deals and customers."""
    return _Keeping(company, staff, market, calendar, dice).run()
