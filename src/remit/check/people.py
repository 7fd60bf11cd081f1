"""Checks on people and how they are led: spells, titles, teams, cadences and leaders."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterator
from itertools import chain

from remit.charter import Function, Handoff, Spell, remit_of
from remit.charter.market import covers
from remit.check.declared import Check, Declared, Subject, or_clear
from remit.check.wording import counted, inside, listed, plain, spoken
from remit.terms import Estimate, Finding, Severity
from remit.terms.shapes import days_in

_PLACED = ("003-04",)
_PATTERNS = ("000-26",)
_PODS = ("003-49",)
_CADENCES = ("003-34", "003-41", "003-42")
_LEADERS = ("003-47", "003-48")

_SUCCESS = ("CSM", "CSM/AM")
_A_PERSON = 1
"""Less is a part of somebody's time, and no miscount."""
_AFTER_THE_WIN = (Function.ONBOARDING, Function.CUSTOMER_SUCCESS, Function.SUPPORT)


@Check(rules=_PLACED, asks="Do people stand where their roles and managers are?")
def people_in_place(declared: Declared) -> Iterator[Finding]:
    """People placed in a segment in which their role does not work, or under an unknown manager.

    Amber for the segment, a note for the manager. Nobody is named: the line of the first is
    given. Only spells that hold on the day are looked at.
    """
    subject = Subject("people_in_place", _PLACED)
    charter = declared.charter
    if not charter.people:
        yield subject.not_stated("people", "The charter states no `people:`.")
        return
    now = _now(declared)
    elsewhere: dict[tuple[str, str], list[int]] = {}
    for number, spell in now:
        if spell.segment is not None and not declared.in_segment(spell.role, spell.segment):
            elsewhere.setdefault((spell.role, spell.segment), []).append(number)
    known = {spell.person for spell in charter.people}
    unknown = [
        number for number, spell in now if spell.manager is not None and spell.manager not in known
    ]
    strangers = {charter.people[number].manager for number in unknown}
    yield from or_clear(
        chain(
            (
                subject.found(
                    f"{role} in {segment}",
                    f"{counted(len(numbers), 'person holds', 'people hold')} {role} in {segment}, "
                    f"and {role} does not work there.",
                    Severity.AMBER,
                    remedy=f"Add {segment} to the role's `segments:`, or change the people.",
                    place=declared.place("people", numbers[0]),
                )
                for (role, segment), numbers in elsewhere.items()
            ),
            (
                subject.found(
                    "managers",
                    f"{counted(len(strangers), 'manager')} of "
                    f"{counted(len(unknown), 'person', 'people')} "
                    f"{'is' if len(strangers) == 1 else 'are'} not among the people.",
                    Severity.NOTE,
                    remedy="Add them under `people:`, or correct the spelling of `manager:`.",
                    place=declared.place("people", first),
                )
                for first in unknown[:1]
            ),
        ),
        subject.clear("people", f"{counted(len(now), 'spell')} of people fit roles and managers."),
    )


def _now(declared: Declared) -> list[tuple[int, Spell]]:
    """Spells that hold on the day, each with its number in the charter."""
    day = declared.day
    return [
        (number, spell)
        for number, spell in enumerate(declared.charter.people)
        if (spell.first_day is None or spell.first_day <= day)
        and (spell.last_day is None or day <= spell.last_day)
    ]


@Check(rules=_PATTERNS, asks="Can each title pattern ever decide?")
def title_patterns(declared: Declared) -> Iterator[Finding]:
    """Title patterns that an earlier pattern always wins over.

    Amber where the earlier one gives the title to another role, else a note. Patterns with `?` or
    brackets are not looked at as the earlier one.
    """
    subject = Subject("title_patterns", _PATTERNS)
    titles = list(declared.charter.titles.items())
    if not titles:
        yield subject.not_stated("titles", "The charter states no `titles:`.")
        return
    yield from or_clear(
        (
            subject.found(
                f"title {pattern}",
                f'The title pattern "{pattern}" never decides: "{winner}" before it fits the same '
                f"titles and gives them to {other.role}.",
                Severity.AMBER if other.role != title.role else Severity.NOTE,
                remedy="Put the narrower pattern first, or delete it.",
                place=declared.place("titles", pattern),
            )
            for position, (pattern, title) in enumerate(titles)
            for winner, other in [
                first for first in titles[:position] if _always_wins(first[0], pattern)
            ][:1]
        ),
        subject.clear("titles", f"Each of {counted(len(titles), 'title pattern')} can decide."),
    )


def _always_wins(earlier: str, later: str) -> bool:
    """Whether every title that fits the later pattern fits the earlier one."""
    if set(earlier) & set("?["):
        return False
    # Letters that no pattern holds stand for whatever the later star may take up.
    anything = later.casefold().replace("*", "\0\0")
    nothing = later.casefold().replace("*", "")
    return all(fnmatch.fnmatchcase(title, earlier.casefold()) for title in (anything, nothing))


@Check(rules=_PLACED, asks="Is the number of people stated once?")
def headcount_stated_twice(declared: Declared) -> Iterator[Finding]:
    """Roles whose people, `headcount:` and team members do not give one number.

    Amber where they differ by a person or more, a note for less, with the number that is used:
    people are counted first, then `headcount:`, then teams. Members of teams are held against the rest only where teams that name the role are in every segment in
    which it works: the pods of one segment do not hold the whole company's people.
    """
    subject = Subject("headcount_stated_twice", _PLACED)
    charter = declared.charter
    several = []
    for name, role in charter.roles.items():
        said: dict[str, float] = {}
        if any(spell.role == name for spell in charter.people):
            said["`people:`"] = declared.people(name) or 0.0
        if role.headcount:
            said["`headcount:`"] = float(sum(role.headcount.values()))
        teams = [team for team in charter.teams.values() if name in team.members]
        reached = {segment for team in teams for segment in team.segments or declared.segments}
        if teams and all(
            segment in reached
            for segment in declared.segments
            if declared.in_segment(name, segment)
        ):
            said["`teams:`"] = float(sum(team.members[name] for team in teams))
        if len(said) > 1:
            several.append((name, said))
    if not several:
        yield subject.not_here("roles", "No role's number of people is stated in two places.")
        return
    yield from or_clear(
        (
            subject.found(
                f"number of {name}",
                f"{name} has {listed(f'{plain(n)} by {place}' for place, n in said.items())}; the "
                f"number of {next(iter(said))} is used.",
                Severity.AMBER
                if max(said.values()) - min(said.values()) >= _A_PERSON
                else Severity.NOTE,
                remedy="Delete all but one, or make them agree.",
                place=declared.place("roles", name),
            )
            for name, said in several
            if len(set(said.values())) > 1
        ),
        subject.clear("roles", f"{listed(name for name, _ in several)}: one number each."),
    )


@Check(rules=_PODS, asks="Does each pod hold the roles that hand over to each other?")
def pods(declared: Declared) -> Iterator[Finding]:
    """Pods with one side of a handoff and not the other.

    A note: the work then leaves the pod that is meant to serve its accounts together. Looked at
    are roles that work in the pod's segments; a role of an overlay that supports the pod is in it.
    Who is in a team is told by its `members:` and by the people who name it.
    """
    subject = Subject("pods", _PODS)
    charter = declared.charter
    within = {
        name: _roles_in(declared, name)
        for name, team in charter.teams.items()
        if team.kind == "pod"
    }
    if not any(within.values()):
        yield subject.not_here("teams", "No team is a pod with roles in it.")
        return
    yield from or_clear(
        (
            subject.found(
                f"pod {name}",
                f"The pod {name} has {inner} and no {outer}, so the handoff {handoff.name} leaves "
                "the pod.",
                Severity.NOTE,
                remedy=f"Add {outer} to the pod's `members:`, or serve it by an overlay team that "
                "`supports:` the pod.",
                place=declared.place("teams", name),
            )
            for name, roles in within.items()
            for handoff in charter.handoffs
            for inner, outer in (
                (handoff.giver, handoff.taker),
                (handoff.taker, handoff.giver),
            )
            if inner in roles
            and outer not in roles
            and _meets_there(declared, name, handoff)
            and not _supported(declared, name, outer)
        ),
        subject.clear("teams", f"{listed(within)}: both sides of each handoff are in the pod."),
    )


def _roles_in(declared: Declared, team: str) -> set[str]:
    """Roles in a team: of its `members:`, and of the people who are in it on the day."""
    held = {spell.role for _, spell in _now(declared) if spell.team == team}
    return held | set(declared.charter.teams[team].members)


def _meets_there(declared: Declared, pod: str, handoff: Handoff) -> bool:
    """Whether both roles of a handoff, and the handoff itself, are in a segment of the pod."""
    return any(
        declared.in_segment(handoff.giver, segment)
        and declared.in_segment(handoff.taker, segment)
        and covers(handoff.segments, segment)
        for segment in declared.charter.teams[pod].segments or declared.segments
    )


def _supported(declared: Declared, pod: str, role: str) -> bool:
    return any(
        pod in team.supports and role in _roles_in(declared, name)
        for name, team in declared.charter.teams.items()
    )


@Check(asks="Are territories held by people who are there?")
def territory_holders(declared: Declared) -> Iterator[Finding]:
    """Territories that are given to somebody who is not among the people.

    A note. Only holders on the day are looked at, and only where the charter names people. Nobody
    is named: the line of the first is given. It serves no rule of the sources: it keeps the charter
    true to itself.
    """
    subject = Subject("territory_holders", ())
    charter, day = declared.charter, declared.day
    held = [
        (name, number, one.person)
        for name, territory in charter.territories.items()
        for number, one in enumerate(territory.owners)
        if (one.first_day is None or one.first_day <= day)
        and (one.last_day is None or day <= one.last_day)
    ]
    if not charter.people:
        yield subject.not_stated("people", "The charter states no `people:`.")
        return
    if not held:
        yield subject.not_here("territories", "No territory says who holds it.")
        return
    known = {spell.person for spell in charter.people}
    unknown = [(name, number) for name, number, person in held if person not in known]
    yield from or_clear(
        (
            subject.found(
                "territories",
                f"{counted(len(unknown), 'territory', 'territories')} of {len(held)} "
                f"{'is' if len(unknown) == 1 else 'are'} held by somebody who is not among the "
                f"people: {listed(dict.fromkeys(name for name, _ in unknown))}.",
                Severity.NOTE,
                remedy="Add the holder under `people:`, or correct the spelling of `person:`.",
                place=declared.place("territories", name, "owners", number),
            )
            for name, number in unknown[:1]
        ),
        subject.clear(
            "territories",
            f"The {'holder' if len(held) == 1 else 'holders'} of "
            f"{counted(len(held), 'territory', 'territories')} "
            f"{'is' if len(held) == 1 else 'are'} among the people.",
        ),
    )


@Check(asks="Do teams name leaders and teams that are there?")
def team_names(declared: Declared) -> Iterator[Finding]:
    """Teams whose `manager:` is no role and nobody here, or that support a team without people.

    A note. Looked at only where the charter names people. No person is named. It serves no rule of
    the sources: it keeps the charter true to itself.
    """
    subject = Subject("team_names", ())
    charter = declared.charter
    if not charter.people:
        yield subject.not_stated("people", "The charter states no `people:`.")
        return
    if not any(team.manager or team.supports for team in charter.teams.values()):
        yield subject.not_here("teams", "No team names a manager or a team that it supports.")
        return
    yield from or_clear(
        chain(_strange_managers(declared, subject), _empty_teams(declared, subject)),
        subject.clear("teams", "Managers and supported teams are there."),
    )


def _strange_managers(declared: Declared, subject: Subject) -> Iterator[Finding]:
    charter = declared.charter
    known = {*charter.roles, *(spell.person for spell in charter.people)}
    strange = [name for name, team in charter.teams.items() if team.manager not in {None, *known}]
    if strange:
        yield subject.found(
            "managers of teams",
            f"{listed(strange)} {'names' if len(strange) == 1 else 'name'} a manager who is "
            "neither a role nor among the people.",
            Severity.NOTE,
            remedy="Add the manager under `people:`, or correct the spelling of `manager:`.",
            place=declared.place("teams", strange[0], "manager"),
        )


def _empty_teams(declared: Declared, subject: Subject) -> Iterator[Finding]:
    teams = declared.charter.teams
    for name, team in teams.items():
        empty = [one for one in team.supports if one in teams and not _roles_in(declared, one)]
        if empty:
            yield subject.found(
                f"teams that {name} supports",
                f"{name} supports {listed(empty)}, and nobody is in "
                f"{'that team' if len(empty) == 1 else 'those teams'}.",
                Severity.NOTE,
                remedy="Place people in the team by `team:`, give it `members:`, or take it out of "
                "`supports:`.",
                place=declared.place("teams", name, "supports"),
            )


@Check(rules=_CADENCES, asks="Are one-to-ones, pipeline reviews and business reviews held in time?")
def cadences(declared: Declared) -> Iterator[Finding]:
    """Regular meetings that are missing or too rare, where the charter states any.

    Amber for one-to-ones and business reviews that are rarer than the benchmark, and for a
    pipeline review without a qualification framework. A note for one that is missing: one-to-ones
    and pipeline reviews where there are sales managers, business reviews where there are CSMs.
    """
    subject = Subject("cadences", _CADENCES)
    if not declared.charter.cadences:
        yield subject.not_stated("cadences", "The charter states no `cadences:`.")
        return
    yield from or_clear(
        chain(
            _rare(declared, subject, "one_to_one", "one_to_one_days", "003-41"),
            _rare(declared, subject, "business_review", "business_review_days", "003-34"),
            _frameless(declared, subject),
            _missing(declared, subject),
        ),
        subject.clear("cadences", "One-to-ones, pipeline and business reviews are held in time."),
    )


def _rare(
    declared: Declared, subject: Subject, kind: str, benchmark: str, rule: str
) -> Iterator[Finding]:
    limit = declared.limit(benchmark, "value")
    for number, cadence in enumerate(declared.charter.cadences):
        days = days_in(cadence.every)
        # A quarter is 91 days and a part of one; the benchmark counts whole days.
        if cadence.kind == kind and int(days) > limit.value:
            yield subject.found(
                f"{spoken(kind)} by {cadence.by}{inside(cadence.segments)}",
                f"{cadence.by} holds a {spoken(kind)} every {cadence.every}; the limit is "
                f"{plain(limit.value)} days.",
                Severity.AMBER,
                remedy="Hold it more often, or state your own limit under "
                f"`benchmarks: {benchmark}`.",
                place=declared.place("cadences", number),
                measured=Estimate(days, "days", of=cadence.by),
                limit=limit,
                rules=(rule,),
            )


def _frameless(declared: Declared, subject: Subject) -> Iterator[Finding]:
    for number, cadence in enumerate(declared.charter.cadences):
        if cadence.kind == "pipeline_review" and cadence.framework is None:
            yield subject.found(
                f"pipeline review by {cadence.by}{inside(cadence.segments)}",
                f"{cadence.by} reviews the pipeline by no qualification framework.",
                Severity.AMBER,
                remedy="Give it a `framework:`, such as MEDDPICC.",
                place=declared.place("cadences", number),
                rules=("003-42",),
            )


def _missing(declared: Declared, subject: Subject) -> Iterator[Finding]:
    charter = declared.charter
    leaders, success = charter.kinds("sales manager"), charter.kinds(*_SUCCESS)
    for roles, kind, rule in (
        *(
            (leaders, kind, rule)
            for kind, rule in (("one_to_one", "003-41"), ("pipeline_review", "003-42"))
        ),
        (success, "business_review", "003-34"),
    ):
        if roles and not any(cadence.kind == kind for cadence in charter.cadences):
            yield subject.found(
                f"{spoken(kind)} by {listed(roles, 'or')}",
                f"No {spoken(kind)} by {listed(roles, 'or')} is stated.",
                Severity.NOTE,
                remedy=f"Add it under `cadences:`: `is: {kind}`, `by: {roles[0]}`, `every:`.",
                place=declared.place("cadences"),
                rules=(rule,),
            )


@Check(rules=_LEADERS, asks="Do the VP of sales and the CRO each lead what the title means?")
def sales_leaders(declared: Declared) -> Iterator[Finding]:
    """Leaders whose reach is not that of their kind.

    Amber for a VP of sales who owns work after the win, or to whom a customer success role
    reports while there is a CRO, and for a VP and a CRO who own the same work. A note for a VP
    who leads customer success where there is no CRO, and for a CRO or a VP at a stage of the
    company at which the sources see the other; they leave the second round of funding open.
    """
    subject = Subject("sales_leaders", _LEADERS)
    if not declared.charter.kinds("VP Sales", "CRO"):
        yield subject.not_here("roles", "There is no VP of sales and no CRO.")
        return
    yield from or_clear(
        chain(
            _beyond_sales(declared, subject),
            _both_own(declared, subject),
            _at_stage(declared, subject),
        ),
        subject.clear("roles", "VP of sales and CRO lead what their titles mean."),
    )


def _beyond_sales(declared: Declared, subject: Subject) -> Iterator[Finding]:
    charter = declared.charter
    officers = charter.kinds("CRO")
    for leader in charter.kinds("VP Sales"):
        owned = [f for f in _AFTER_THE_WIN if f in remit_of(charter, leader).owned]
        led = [
            name for name in charter.kinds(*_SUCCESS) if charter.roles[name].reports_to == leader
        ]
        for what, severity in (
            *([(f"owns {listed(spoken(f) for f in owned)}", Severity.AMBER)] if owned else []),
            *(
                [(f"leads {listed(led)}", Severity.AMBER if officers else Severity.NOTE)]
                if led
                else []
            ),
        ):
            yield subject.found(
                f"{leader}: {what}",
                f"{leader} is a VP of sales and {what}; the source gives a VP sales alone.",
                severity,
                remedy=f"Let {listed(officers, 'or')} lead it."
                if officers
                else "Let a role `is: CRO` lead it, or say what the role is.",
                place=declared.place("roles", leader),
                rules=("003-47",),
            )


def _both_own(declared: Declared, subject: Subject) -> Iterator[Finding]:
    charter = declared.charter
    for leader in charter.kinds("VP Sales"):
        for officer in charter.kinds("CRO"):
            shared = [
                function
                for function in Function
                if function is not Function.MANAGEMENT
                and function in remit_of(charter, leader).owned & remit_of(charter, officer).owned
            ]
            if shared:
                yield subject.found(
                    f"{leader} and {officer}",
                    f"{leader} and {officer} both own {listed(spoken(f) for f in shared)}.",
                    Severity.AMBER,
                    remedy="Let one of them own it.",
                    place=declared.place("roles", leader),
                )


def _at_stage(declared: Declared, subject: Subject) -> Iterator[Finding]:
    charter = declared.charter
    early = charter.stage in ("seed", "series_a")
    for officer in charter.kinds("CRO") if early else ():
        yield subject.found(
            f"{officer} at {spoken(str(charter.stage))}",
            f"{officer} is a CRO in a company at {spoken(str(charter.stage))}; the source sees a "
            "CRO from the second large round on.",
            Severity.NOTE,
            remedy="Look at whether a VP of sales is what the company needs now.",
            place=declared.place("roles", officer),
            rules=("003-48",),
        )
    if charter.stage == "later" and not charter.kinds("CRO"):
        for leader in charter.kinds("VP Sales"):
            yield subject.found(
                f"{leader} at a later stage",
                f"{leader} is a VP of sales and there is no CRO; the source sees a CRO over sales, "
                "marketing and customer success at this stage.",
                Severity.NOTE,
                remedy="Say who owns revenue as a whole, or live with it.",
                place=declared.place("roles", leader),
                rules=("003-47", "003-48"),
            )
