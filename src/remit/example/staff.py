"""The people of the company: who held which role when, and when they were away."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from remit.example import names
from remit.example.company import Company, Shares, Team
from remit.example.days import Calendar, number
from remit.example.dice import Dice


@dataclass(frozen=True, slots=True)
class Spell:
    """A role held for a time.

    Attributes:
        role: Role in the charter; empty for people outside it.
        segment: Segment; None means all.
        team: The team.
        manager: Number of the manager; None for those who have none.
        first: First day (day number).
        last: Last day, included; None means still.
        mix: True mix of working time by function in this spell.
        leads_a_day: New leads started on a working day.
        meetings_a_month: First meetings booked in a month.
        two_hats: Holds the title of one role and does the work of another.
    """

    role: str
    segment: str | None
    team: str
    manager: int | None
    first: int
    last: int | None
    mix: Shares
    leads_a_day: float
    meetings_a_month: float
    two_hats: bool = False

    def covers(self, day: int) -> bool:
        """Whether the spell holds on the day."""
        return self.first <= day and (self.last is None or day <= self.last)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who works here.

    Attributes:
        number: Index among all people.
        first: First name.
        last: Last name.
        email: Email, also the user name.
        title: Title today.
        department: Department today.
        hired: First day (day number).
        spells: Roles held, in order.
        logging: This person's own factor on the chance of logging work.
        ramp_until: Day until which the person is learning (day number), or the first day.
        leave: First and last day of a long leave, if any (day numbers).
    """

    number: int
    first: str
    last: str
    email: str
    title: str
    department: str
    hired: int
    spells: tuple[Spell, ...]
    logging: float
    ramp_until: int
    leave: tuple[int, int] | None = None

    def spell(self, day: int) -> Spell | None:
        """The spell on a day, if any."""
        for spell in self.spells:
            if spell.covers(day):
                return spell
        return None


@dataclass(frozen=True, slots=True)
class Staff:
    """All people, and the days on which each is away.

    Attributes:
        people: By number.
        away: Day numbers on which a person does not work, by person.
        promoted: Numbers of the SDRs who became AE in the last year.
        hired: Numbers of those who joined in the last year.
        on_leave: Numbers of those with a long leave.
        two_hats: Numbers of those who do two roles' work.
    """

    people: tuple[Person, ...]
    away: Mapping[int, frozenset[int]]
    promoted: tuple[int, ...]
    hired: tuple[int, ...]
    on_leave: tuple[int, ...]
    two_hats: tuple[int, ...]

    def holding(self, role: str, segment: str | None, day: int) -> list[int]:
        """Numbers of people who hold a role in a segment (or in all) on a day."""
        found = []
        for person in self.people:
            spell = person.spell(day)
            if spell and spell.role == role and spell.segment in (segment, None):
                found.append(person.number)
        return found

    def present(self, person: int, day: int) -> bool:
        """Whether the person works here on the day and is not away."""
        return self.people[person].spell(day) is not None and day not in self.away[person]


def with_share(mix: Shares, function: str, share: float) -> Shares:
    """The mix with one function's share set; the others give way, `internal` does not.

    >>> with_share({"closing": 0.5, "prospecting": 0.3, "internal": 0.2}, "prospecting", 0.6)
    {'closing': 0.2, 'prospecting': 0.6, 'internal': 0.2}
    """
    internal = mix.get("internal", 0.0)
    rest = 1.0 - internal - mix.get(function, 0.0)
    factor = (1.0 - internal - share) / rest
    changed = {name: round(part * factor, 6) for name, part in mix.items()}
    return changed | {function: share, "internal": internal}


def true_mixes(company: Company) -> tuple[Team, ...]:
    """The teams with the faults in their mix of time, and the leads an AE then needs."""
    fault = company.faults
    sdrs = {team.segment: team for team in company.teams if team.role == "sdr"}
    teams = []
    for team in company.teams:
        changed = team
        if team.role == "ae":
            wrong = fault.ae_prospecting
            if wrong and team.segment == wrong.segment:
                changed = replace(team, mix=with_share(team.mix, "prospecting", wrong.share))
            sdr = sdrs[team.segment]
            share = changed.mix["prospecting"] / sdr.mix["prospecting"]
            changed = replace(
                changed,
                leads_a_day=sdr.leads_a_day * share,
                meetings_a_month=_self_sourced(company, changed),
            )
        if team.role == "csm":
            support = fault.csm_support
            if support and team.segment == support.segment:
                changed = replace(team, mix=with_share(team.mix, "support", support.share))
        teams.append(changed)
    return tuple(teams)


def _self_sourced(company: Company, ae: Team) -> float:
    """First meetings an AE must book in a month so that the segment's self-sourced share holds."""
    fault, healthy = company.faults, company.handoff
    wrong, leak = fault.ae_prospecting, fault.leaky_handoff
    share = wrong.self_sourced if wrong and wrong.segment == ae.segment else healthy.self_sourced
    accepted = leak.accepted if leak and leak.segment == ae.segment else healthy.accepted
    booked = sum(
        team.size * team.meetings_a_month
        for team in company.teams
        if team.role == "sdr" and team.segment == ae.segment
    )
    hats = fault.two_hats
    if hats and hats.segment == ae.segment:
        booked += hats.people * hats.meetings_a_month
    sellers = ae.size - (hats.people if hats and hats.segment == ae.segment else 0)
    return booked * accepted * share / (1.0 - share) / sellers / healthy.own_deals


def _away(person: Person, company: Company, calendar: Calendar, dice: Dice) -> frozenset[int]:
    """Vacation weeks, sick days and long leave of one person."""
    first, last = number(company.work_starts), number(company.last_day)
    years = (last - first + 1) / 365
    away: set[int] = set()
    for _ in range(round(company.work.vacation_weeks * years)):
        summer = dice.chance(0.4)
        start = first + dice.whole(0, last - first)
        if summer:
            middle = number(date(company.last_day.year, 7, 25))
            start = max(first, middle + dice.whole(-30, 30))
        start -= (start + 3) % 7  # day 4 since 1970 was a Monday
        away.update(range(start, start + 7))
    for _ in range(dice.count(company.work.sick_days * years)):
        away.add(first + dice.whole(0, last - first))
    if person.leave:
        away.update(range(person.leave[0], person.leave[1] + 1))
    return frozenset(away)


def hire(company: Company, calendar: Calendar, dice: Dice) -> Staff:
    """Everybody who works at the company."""
    innocents, hats = company.innocents, company.faults.two_hats
    teams = true_mixes(company)
    leaders: dict[str, int] = {}
    people: list[Person] = []
    taken: set[str] = set()
    start = number(company.founded)

    def boss(role: str, segment: str | None, team: str) -> int | None:
        if role in ("", "cro"):
            return None
        if role in ("vp_sales", "cs_manager"):
            return leaders["Executive"]
        if role in ("sales_manager", "se", "am"):
            return leaders["Sales Leadership"]
        if role == "csm":
            return leaders["CS Leadership"]
        if role == "sdr":
            return leaders["SDR Leadership"]
        named = {"enterprise": "Enterprise", "mid_market": "Mid-Market", "smb": "SMB"}
        return leaders[f"{named[segment or 'smb']} Sales Leadership"]

    def spell(team: Team, first: int, last: int | None = None) -> Spell:
        return Spell(
            team.role, team.segment, team.name, boss(team.role, team.segment, team.name),
            first, last, team.mix, team.leads_a_day, team.meetings_a_month,
        )  # fmt: skip

    def add(team: Team, spells: tuple[Spell, ...], ramp_until: int) -> int:
        while True:
            first, last = dice.pick(names.FIRST), dice.pick(names.LAST)
            if f"{first} {last}" not in taken:
                break
        taken.add(f"{first} {last}")
        logging = team.logging * dice.around(1.0, company.record.person_spread)
        people.append(
            Person(
                len(people), first, last, f"{first}.{last}@{company.domain}".lower(),
                team.title, team.department, spells[0].first, spells, logging, ramp_until,
            )
        )  # fmt: skip
        return len(people) - 1

    by_cell = {(team.role, team.segment): team for team in teams}
    two_hats: list[int] = []
    for team in teams:
        sellers = team.role == "ae" and hats is not None and hats.segment == team.segment
        for place in range(team.size):
            since = start - dice.whole(20, 700)
            if sellers and hats and place >= team.size - hats.people:
                before = by_cell["sdr", team.segment]
                day = number(hats.promoted)
                now = replace(
                    spell(team, day),
                    mix=hats.mix,
                    leads_a_day=hats.leads_a_day,
                    meetings_a_month=hats.meetings_a_month,
                    two_hats=True,
                )
                spells = (spell(before, since, day - 1), now)
                two_hats.append(add(team, spells, since))
            else:
                who = add(team, (spell(team, since),), since)
                if place == 0:
                    leaders[team.name] = who
    promoted = []
    for when in innocents.promotions:
        before = by_cell["sdr", innocents.promotion_segment]
        after = by_cell["ae", innocents.promotion_segment]
        day, since = number(when), start + dice.whole(200, 500)
        promoted.append(add(after, (spell(before, since, day - 1), spell(after, day)), since))
    hired = []
    for role, segment, when in innocents.hires:
        day = number(when)
        team = by_cell[role, segment]
        hired.append(add(team, (spell(team, day),), day + innocents.ramp_days))
    role, segment, leaves, returns = innocents.leave
    day = number(leaves)
    who = next(
        person.number
        for person in people
        if any(s.role == role and s.segment == segment and s.covers(day) for s in person.spells)
    )
    people[who] = replace(people[who], leave=(day, number(returns)))
    away = {person.number: _away(person, company, calendar, dice) for person in people}
    return Staff(tuple(people), away, tuple(promoted), tuple(hired), (who,), tuple(two_hats))
