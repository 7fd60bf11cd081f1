"""The organisation as declared, drawn: who owns what, and where work changes hands.

`drawn` turns a charter into frozen drawings, one for all segments that are run alike. How they look
is elsewhere: `organisation_terminal` for a screen, `organisation_page` for SVG and HTML.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import product
from typing import Literal

from remit.charter import AccountAge, Cell, Charter, Function, Owners, headcount, owners, ownership
from remit.charter.market import Motion, covers
from remit.charter.organisation import Spell
from remit.charter.ownership import AGES, EVERYWHERE, MOTIONS, segments_of
from remit.charter.passages import passages
from remit.report import wording
from remit.report.plain import plain, remit_version

FORMAT = "organisation/1"
"""Name and version of the JSON layout. Within one, keys are added and never taken away."""

Holds = Literal["owns", "assists", "outside", "nobody", "gap", "overlap"]

_FEET: Mapping[Holds, str] = {
    "outside": "outside",
    "nobody": "nobody's job",
    "gap": "gap: no owner",
    "overlap": "overlap: two owners",
}
_AGES: Mapping[AccountAge, str] = {
    AccountAge.BEFORE_WIN: "before win",
    AccountAge.FIRST_TERM: "first term",
    AccountAge.LATER_TERMS: "later terms",
}
_Where = tuple[Motion, AccountAge]


@dataclass(frozen=True, slots=True)
class Part:
    """What is held of one function, and when."""

    holds: Holds
    motions: tuple[Motion, ...] = ()
    """Motions it is limited to; empty means all."""
    ages: tuple[AccountAge, ...] = ()
    """Account ages it is limited to; empty means all that the function has."""
    overlap: bool = False
    """Whether somebody else owns some of it as well."""

    @property
    def when(self) -> tuple[str, ...]:
        """Motions and account ages in words; empty means always.

        >>> Part("owns", ("outbound",), (AccountAge.LATER_TERMS,)).when
        ('outbound', 'later terms')
        """
        return (*self.motions, *(_AGES[age] for age in self.ages))


@dataclass(frozen=True, slots=True)
class Square:
    """Where a row and a function meet."""

    function: Function
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class RoleRow:
    """A role, how many hold it, and what it owns and assists in."""

    role: str
    kind: str | None
    """Its kind in the catalogue; None for a role of the company's own."""
    works: str | None
    """`inside`, `field`, or None where the charter does not say."""
    people: float | None
    """People in these segments, in shares of a person; None where the charter is silent."""
    across: float
    """People who hold it and count in no single segment, such as a pool."""
    by_segment: Mapping[str, float | None]
    squares: tuple[Square, ...]


@dataclass(frozen=True, slots=True)
class FootRow:
    """Functions held by no role, or by two: outside, nobody's job, gaps, overlaps."""

    holds: Holds
    name: str
    squares: tuple[Square, ...]


@dataclass(frozen=True, slots=True)
class Passed:
    """A place where work passes from one role to another."""

    number: int
    """By which the drawing and its list name it."""
    giver: str
    taker: str
    at: Function
    account_age: AccountAge | None
    """For a handoff inside a function: the age at which accounts change hands."""
    returns: bool
    """Whether the work comes back."""
    name: str | None
    """As the charter calls it; None where the owner changes and the charter declares no handoff."""

    @property
    def says(self) -> str:
        """One line about it.

        >>> Passed(1, "ae", "am", Function.EXPANSION, AccountAge.LATER_TERMS, False, None).says
        'ae to am at expansion, in later terms; no handoff is declared'
        """
        said = f"{self.giver} to {self.taker} at {wording.words(self.at.value)}"
        if self.account_age is not None:
            said += f", {'' if self.account_age is AccountAge.BEFORE_WIN else 'in '}"
            said += _AGES[self.account_age]
        if self.returns:
            said += ", and back"
        if self.name is None:
            return f"{said}; no handoff is declared"
        return said if self.name == f"{self.giver} to {self.taker}" else f"{said}: {self.name}"


@dataclass(frozen=True, slots=True)
class TeamShown:
    """A team, without the names of those in it."""

    name: str
    kind: str | None
    """`line`, `pod` or `overlay`; None for a team that only the people name."""
    members: Mapping[str, float]
    """People by role, in shares of a person; empty where the charter does not say."""
    led_by: str | None
    """The role that leads it, where the charter names a role."""
    supports: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Drawing:
    """One way of running things, and the segments that are run so."""

    company: str
    day: date
    """On which people are counted."""
    segments: tuple[str, ...]
    functions: tuple[Function, ...]
    """In the order of the revenue cycle."""
    rows: tuple[RoleRow, ...]
    feet: tuple[FootRow, ...]
    handoffs: tuple[Passed, ...]
    teams: tuple[TeamShown, ...] = field(default=())

    @property
    def title(self) -> str:
        """The segments in words."""
        return wording.listed(self.segments)


def drawn(charter: Charter, day: date, segment: str | None = None) -> tuple[Drawing, ...]:
    """Draw an organisation: one drawing for all segments that have the same map and handoffs.

    Roles stand in the order in which they enter the revenue cycle by what they own; a role that
    works elsewhere only is left out. Besides the declared handoffs there is one without a name
    wherever the owner of accounts changes along the cycle and no declared handoff joins the two
    roles or brings the function to its owner; it comes from the role nearest to the work.

    Args:
        charter: The organisation.
        day: People count who hold a role on it.
        segment: Only this one of its segments, by itself; None draws all.

    >>> [one.title for one in drawn(Charter(company="A", roles={"ae": {"is": "AE"}}), date.max)]
    ['all segments']
    """
    held = owners(charter)
    alike: dict[object, list[str]] = {}
    for name in (segment,) if segment is not None else segments_of(charter):
        rows = _roles(charter, held, name)
        passed = tuple(_handoffs(charter, held, name, [role for role, _ in rows]))
        alike.setdefault((rows, _feet(held, name), passed), []).append(name)
    return tuple(
        _drawing(charter, day, tuple(names), *same)  # type: ignore[misc]
        for same, names in alike.items()
    )


def organisation_json(company: str, day: date, drawings: Sequence[Drawing]) -> str:
    """The drawings as JSON, two spaces deep.

    - `remit` is the version that wrote it, `format` the version of this layout.
    - `company`, `day`: whose organisation, and the day on which people are counted.
    - `drawings`: one for all segments run alike. Each has
      - `segments` and `functions`, the functions in the order of the revenue cycle;
      - `rows`: `role`, `kind`, `works`, `people`, `across` (people in no single segment),
        `by_segment`, and `squares`: a `function` and its `parts`. A part `holds` (owns or assists)
        in `motions` at `ages`, empty meaning all; `overlap` says whether another owns it too;
      - `feet`: the same for what is `outside`, `nobody`'s job, a `gap` or an `overlap`;
      - `handoffs`: `number`, `giver`, `taker`, `at`, `account_age`, `returns`, and `name`, which is
        null where the owner changes and the charter declares no handoff;
      - `teams`: `name`, `kind`, `members` (people by role), `led_by`, `supports`.

    A number that the charter does not give is null.
    """
    document = {
        "remit": remit_version(),
        "format": FORMAT,
        "company": company,
        "day": plain(day),
        "drawings": [
            {key: value for key, value in plain(one).items() if key not in ("company", "day")}
            for one in drawings
        ],
    }
    return json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False)


def people_in_words(row: RoleRow) -> str:
    """How many hold a role here; empty where the charter is silent.

    >>> people_in_words(RoleRow("se", "SE", None, 2.5, 4.0, {}, ()))
    '2.5 people, 4 across segments'
    """
    if row.people is None:
        return ""
    counted = row.people or row.across
    said = f"{counted:g} {'person' if counted == 1 else 'people'}"
    if not row.across:
        return said
    if not row.people:
        return f"{said} across segments"
    return f"{said}, {row.across:g} across segments"


def headcount_in_short(row: RoleRow) -> str:
    """How many hold a role here, and after a plus how many across segments; empty if not known.

    >>> headcount_in_short(RoleRow("se", "SE", None, 2.5, 4.0, {}, ()))
    '2.5+4'
    """
    if row.people is None:
        return ""
    here = f"{row.people:g}" if row.people or not row.across else ""
    return f"{here}+{row.across:g}" if row.across else here


_KINDS: Mapping[str, str] = {"line": "Teams", "pod": "Pods", "overlay": "Overlays"}


def teams_by_kind(drawing: Drawing) -> Mapping[str, tuple[TeamShown, ...]]:
    """Teams, pods and overlays, those that only the people name among the teams."""
    return {
        head: found
        for kind, head in _KINDS.items()
        if (found := tuple(team for team in drawing.teams if (team.kind or "line") == kind))
    }


def team_in_words(team: TeamShown, most: int | None = None) -> str:
    """A team in a few words: who is in it, which role leads it, whom it supports.

    Args:
        team: One of a drawing's teams.
        most: More teams than these that it supports are counted; None names them all.

    >>> team_in_words(TeamShown("East", "pod", {"ae": 2.0, "sdr": 1.0}, "ae", ()))
    'East: 2 ae, 1 sdr, led by ae'
    """
    said = [f"{count:g} {role}" for role, count in team.members.items()]
    if team.led_by:
        said.append(f"led by {team.led_by}")
    if team.supports:
        many = most is not None and len(team.supports) > most
        whom = f"{len(team.supports)} teams" if many else wording.listed(team.supports)
        said.append(f"supports {whom}")
    return f"{team.name}: {', '.join(said)}" if said else team.name


def bands(drawing: Drawing) -> tuple[tuple[RoleRow, ...], ...]:
    """The roles as they are drawn: those that lead, and do nothing else differently, as one.

    Roles that own no more than management share a band if they assist in the same.
    """
    found: dict[object, list[RoleRow]] = {}
    passing = {role for one in drawing.handoffs for role in (one.giver, one.taker)}
    for row in drawing.rows:
        leads = _enters(row.squares) == _LEADS and row.role not in passing
        found.setdefault(row.squares if leads else row.role, []).append(row)
    return tuple(tuple(rows) for rows in found.values())


def all_rows(drawing: Drawing) -> tuple[RoleRow | FootRow, ...]:
    """Roles, and then what no role holds or two hold."""
    return (*drawing.rows, *drawing.feet)


_LEADS = list(Function).index(Function.MANAGEMENT)


def kind_beside(row: RoleRow) -> str | None:
    """A role's kind, where its name does not say it already.

    >>> kind_beside(RoleRow("vp_sales", "VP Sales", None, None, 0.0, {}, ()))
    """
    same = row.kind is None or row.kind.casefold() == wording.words(row.role).casefold()
    return None if same else row.kind


def in_lines(name: str, letters: int) -> tuple[str, ...]:
    """A name in at most two lines, broken where its words end; what is too long is cut.

    >>> in_lines("implementation_manager", 15), in_lines("ae", 15)
    (('implementation_', 'manager'), ('ae',))
    """
    pieces = [piece for piece in re.split(r"(?<=[_\W])", wording.harmless(name)) if piece]
    lines = [""]
    for piece in pieces:
        if lines[-1] and len(lines[-1]) + len(piece) > letters:
            lines.append("")
        lines[-1] += piece
    if len(lines) > 2:
        lines = [lines[0], "".join(lines[1:])]
    return tuple(
        line.strip() if len(line) <= letters else f"{line[: letters - 1]}…" for line in lines
    )


_Rows = tuple[tuple[str, tuple[Square, ...]], ...]


def _drawing(
    charter: Charter,
    day: date,
    segments: tuple[str, ...],
    rows: _Rows,
    feet: tuple[FootRow, ...],
    passed: tuple[Passed, ...],
) -> Drawing:
    led = any(square.function is Function.MANAGEMENT for _, squares in rows for square in squares)
    return Drawing(
        charter.company,
        day,
        segments,
        (*AGES, Function.MANAGEMENT) if led else tuple(AGES),
        tuple(_row(charter, day, segments, role, squares) for role, squares in rows),
        feet,
        passed,
        tuple(_teams(charter, day, segments, {role for role, _ in rows})),
    )


# Who holds what


def _roles(charter: Charter, held: Mapping[Cell, Owners], segment: str) -> _Rows:
    owned: dict[str, dict[Function, set[_Where]]] = {role: {} for role in charter.roles}
    assisted: dict[str, dict[Function, set[_Where]]] = {role: {} for role in charter.roles}
    anywhere = set()
    for row in ownership(charter):
        anywhere.add(row.role)
        if row.segment == segment and row.account_age in _ages(row.function):
            into = (assisted if row.assists else owned)[row.role].setdefault(row.function, set())
            into.update((motion, row.account_age) for motion in row.motion or MOTIONS)
    twice = {
        (cell.function, cell.motion, cell.account_age)
        for cell, who in held.items()
        if cell.segment == segment and who.overlap
    }
    found = []
    for name, role in charter.roles.items():
        squares = tuple(
            Square(function, parts)
            for function in Function
            if function is not Function.INTERNAL
            and (
                parts := (
                    *_parts("owns", function, owned[name].get(function, set()), twice),
                    *_parts("assists", function, assisted[name].get(function, set())),
                )
            )
        )
        idle = name not in anywhere and covers(role.segments, segment)
        if squares or idle:
            found.append((name, squares))
    return tuple(sorted(found, key=lambda row: _enters(row[1])))


def _enters(squares: Iterable[Square]) -> int:
    """The place in the cycle where a role begins to own; those that own nothing come last."""
    order = list(Function)
    owned = [s.function for s in squares if any(part.holds == "owns" for part in s.parts)]
    return min((order.index(function) for function in owned), default=len(order))


def _feet(held: Mapping[Cell, Owners], segment: str) -> tuple[FootRow, ...]:
    found = []
    for holds, name in _FEET.items():
        squares = []
        for function in AGES:
            where = {
                (cell.motion, cell.account_age)
                for cell, who in held.items()
                if cell.segment == segment and cell.function is function and getattr(who, holds)
            }
            if where:
                squares.append(Square(function, tuple(_parts(holds, function, where))))
        if squares:
            found.append(FootRow(holds, name, tuple(squares)))
    return tuple(found)


def _ages(function: Function) -> tuple[AccountAge, ...]:
    return AGES.get(function, tuple(AccountAge))


def _parts(
    holds: Holds,
    function: Function,
    where: set[_Where],
    twice: Collection[tuple[Function, Motion, AccountAge]] = (),
) -> Iterator[Part]:
    """Motions and account ages as few parts: ages with the same motions go together."""
    by_motions: dict[tuple[Motion, ...], list[AccountAge]] = {}
    for age in _ages(function):
        motions = tuple(motion for motion in MOTIONS if (motion, age) in where)
        if motions:
            by_motions.setdefault(motions, []).append(age)
    for motions, ages in by_motions.items():
        yield Part(
            holds,
            () if motions == MOTIONS else motions,
            () if tuple(ages) == _ages(function) else tuple(ages),
            any((function, motion, age) in twice for motion, age in product(motions, ages)),
        )


# Where work changes hands


def _handoffs(
    charter: Charter, held: Mapping[Cell, Owners], segment: str, here: Sequence[str]
) -> Iterator[Passed]:
    declared = [
        Passed(0, one.giver, one.taker, one.at, one.account_age, one.returns, one.name)
        for one in charter.handoffs
        if {one.giver, one.taker} <= set(here) and covers(one.segments, segment)
    ]
    joined = {(one.giver, one.taker) for one in declared}
    reached = {(one.taker, one.at) for one in declared}
    changes = [
        Passed(
            0,
            one.givers[0],
            one.taker,
            one.at,
            one.age if one.age is AccountAge.LATER_TERMS else None,
            one.returns,
            None,
        )
        for one in passages(held, segment)
        if joined.isdisjoint((giver, one.taker) for giver in one.givers)
        and (one.taker, one.at) not in reached
    ]

    def place(one: Passed) -> tuple[int, int]:
        return list(Function).index(one.at), here.index(one.giver)

    found = sorted((*declared, *dict.fromkeys(changes)), key=place)
    for number, one in enumerate(found, 1):
        yield replace(one, number=number)


# How many people


def _row(
    charter: Charter, day: date, segments: tuple[str, ...], name: str, squares: tuple[Square, ...]
) -> RoleRow:
    role = charter.roles[name]
    all_of_it = headcount(charter, name, None, day)
    every = charter.segment_names()
    counts = {one: headcount(charter, name, one, day) for one in every}
    if not every or set(role.segments or every) <= set(segments):
        people, across = all_of_it, 0.0
    else:
        known = [count for count in counts.values() if count is not None]
        here = [count for one in segments if (count := counts[one]) is not None]
        people = sum(here) if all_of_it is not None else None
        across = max(0.0, all_of_it - sum(known)) if all_of_it is not None else 0.0
    return RoleRow(
        name,
        role.kind,
        role.works,
        people,
        across,
        {one: counts[one] for one in segments if one in counts},
        squares,
    )


def _teams(
    charter: Charter, day: date, segments: tuple[str, ...], here: Set[str]
) -> Iterator[TeamShown]:
    by_name: dict[str, list[Spell]] = {name: [] for name in charter.teams}
    for spell in charter.people:
        started = spell.first_day is None or spell.first_day <= day
        if spell.team and started and (spell.last_day is None or day <= spell.last_day):
            by_name.setdefault(spell.team, []).append(spell)
    for name, spells in by_name.items():
        team = charter.teams.get(name)
        served = set(team.segments) if team is not None else set()
        served = served or {spell.segment for spell in spells if spell.segment}
        members: dict[str, float] = {}
        for spell in spells:
            members[spell.role] = members.get(spell.role, 0.0) + spell.share
        if team is not None and not members:
            members = {role: float(count) for role, count in team.members.items()}
        elsewhere = bool(members) and here.isdisjoint(members)
        if (served and segments != (EVERYWHERE,) and served.isdisjoint(segments)) or (
            elsewhere and not served
        ):
            continue
        if team is None:
            yield TeamShown(name, None, members, None, ())
        else:
            leader = team.manager if team.manager in charter.roles else None
            yield TeamShown(name, team.kind, members, leader, team.supports)
