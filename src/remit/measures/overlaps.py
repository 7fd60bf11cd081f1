"""Work by function, against the roles that own it: done beside the owner, or owned by nobody."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import ibis
import numpy as np

from remit.benchmarks import Benchmark
from remit.charter import AccountAge, Charter, Function, owners
from remit.charter.ownership import EVERYWHERE
from remit.evidence import Evidence
from remit.measures.groups import enough
from remit.measures.intervals import DRAWS, Draws
from remit.measures.queries import sql_of
from remit.measures.roles import SELLING, roles_held
from remit.measures.time import large_enough
from remit.measures.work import APART, UNKNOWN, work
from remit.terms import Estimate, Period, Point


@dataclass(frozen=True, slots=True)
class Beside:
    """Recorded work on one function that roles other than its owners and assistants did."""

    function: str
    segments: tuple[str, ...]
    """Empty where the charter names none."""
    owners: tuple[str, ...]
    people: int
    hours: float
    share: Estimate
    """Of the recorded hours on the function."""
    others: tuple[tuple[str, float], ...]
    """Role and its part of all hours, largest first; small roles are put together."""
    trend: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Unowned:
    """Recorded work on functions that no role owns and the charter does not leave open."""

    people: int
    hours: float
    """All recorded hours whose purpose could be told."""
    share: Estimate
    functions: tuple[tuple[str, float], ...]
    """Function and segment, and its part of all hours, largest first; where the function is a gap
    for customers alone, or before the win alone, its name says so."""


@dataclass(frozen=True, slots=True)
class WorkAndOwners:
    """Who did the work of each function, beside who owns it."""

    beside: tuple[Beside, ...]
    unowned: Unowned | None
    too_few: tuple[str, ...]
    """Functions on which fewer people worked than may be shown."""
    query: str


def work_and_owners(
    evidence: Evidence,
    charter: Charter,
    numbers: Mapping[str, Benchmark],
    over: Period,
    *,
    group: int,
    seed: int = 0,
) -> WorkAndOwners:
    """Recorded hours of each function in each segment, by whether the role owns or assists it.

    Work in segments where fewer than `group` people did it is put together; where the charter
    names segments, work in none of them counts for what nobody owns alone. Management and
    internal work need no owner; work whose purpose cannot be told is left out, and so is what
    the charter leaves to people outside or to nobody. Selling of unknown kind belongs to whoever
    owns discovery or closing.

    People whose roles are too small to be shown even together are left out: all hours, less those
    shown by role, would be theirs.

    Args:
        evidence: As of the last day wanted.
        charter: Who owns what.
        numbers: Benchmarks in force.
        over: Days of work.
        group: Fewest people in any figure.
        seed: For the intervals, which draw people again.
    """
    rows = work(evidence, charter, numbers, over)
    keys = ["person_id", "role", "where", "month", "function", "account_age", "part"]
    rows = rows.mutate(where=ibis.coalesce(rows.segment, rows.spell_segment))
    rows = rows.filter(~rows.function.isin([UNKNOWN, *(f.value for f in APART)]))
    few = _in_no_part(evidence, over, group)
    summed = rows.group_by(keys).agg(minutes=rows.minutes.sum())
    own = _owners(charter)
    known = set(charter.segment_names())
    owned: dict[str, dict[str, list[_Piece]]] = defaultdict(lambda: defaultdict(list))
    every: list[_Piece] = []
    gaps: dict[str, float] = defaultdict(float)
    for row in summed.to_pyarrow().to_pylist():
        if row["person_id"] in few:
            continue
        where = row["where"] if row["where"] in known else ""
        piece = _Piece(
            row["person_id"],
            row["role"],
            date(row["month"].year, row["month"].month, 1),
            row["minutes"] / 60,
            row["part"] == "outside",
        )
        state = own.get((row["function"], where, row["account_age"]), ("gap", ()))
        if state[0] == "owned" and (where or not known):
            owned[row["function"]][where].append(piece)
        gap = state[0] == "gap"
        if gap:
            name = row["function"].replace("_", " ") + _age_said(own, row, where)
            gaps[f"{name} in {where}" if where else name] += piece.hours
        every.append(_Piece(piece.person, piece.role, piece.month, piece.hours, gap))
    beside, too_few = [], []
    for function in sorted(owned):
        merged, small = _large_enough(owned[function], group)
        too_few += [function] if small else []
        for segments, pieces in merged:
            by = tuple(
                dict.fromkeys(
                    role
                    for (name, where, _), (_, roles) in own.items()
                    if name == function and where in segments
                    for role in roles
                )
            )
            beside.append(_beside(function, segments, by, pieces, group, seed))
    people = len({piece.person for piece in every})
    hours = sum(piece.hours for piece in every)
    unowned = (
        Unowned(
            people,
            hours,
            _share(every, seed),
            tuple(
                (name, part / hours)
                for name, part in sorted(gaps.items(), key=lambda item: (-item[1], item[0]))
            ),
        )
        if people >= group and hours
        else None
    )
    return WorkAndOwners(tuple(beside), unowned, tuple(too_few), sql_of(summed))


def _age_said(
    own: Mapping[tuple[str, str, str], tuple[str, tuple[str, ...]]],
    row: Mapping[str, str],
    where: str,
) -> str:
    """Which accounts the work was on, where the function is a gap on these alone."""
    of = [
        state
        for (name, place, _), (state, _) in own.items()
        if (name, place) == (row["function"], where)
    ]
    if all(state == "gap" for state in of):
        return ""
    return " before the win" if row["account_age"] == AccountAge.BEFORE_WIN else " for customers"


def _in_no_part(evidence: Evidence, over: Period, group: int) -> set[str]:
    """People with a role who are in no part whose time may be shown."""
    settled = [s for s in roles_held(evidence) if s.during(over, settled=True)]
    parts = large_enough(settled, group, over, settled=True)
    shown = {s.person_id for _, _, spells in parts for s in spells}
    return {s.person_id for s in settled} - shown


@dataclass(frozen=True, slots=True)
class _Piece:
    person: str
    role: str
    month: date
    hours: float
    other: bool
    """Whether the work belongs to somebody else, or to nobody."""


def _owners(charter: Charter) -> Mapping[tuple[str, str, str], tuple[str, tuple[str, ...]]]:
    """Whether each function, segment and age is owned, left open or a gap, and the owners.

    A function is a gap where no motion has an owner. Work in no segment is owned by whoever
    owns it in any.
    """
    found: dict[tuple[str, str, str], tuple[str, tuple[str, ...]]] = {}
    rank = {"owned": 2, "open": 1, "gap": 0}
    for cell, by in owners(charter).items():
        state = "owned" if by.owns else "open" if by.outside or by.nobody else "gap"
        names = [cell.function.value]
        if cell.function in (Function.DISCOVERY, Function.CLOSING):
            names.append(SELLING)
        for name in names:
            for where in {cell.segment if cell.segment != EVERYWHERE else "", ""}:
                key = (name, where, cell.account_age.value)
                before = found.get(key, ("gap", ()))
                kept = max(state, before[0], key=lambda s: rank[s])
                found[key] = (kept, tuple(dict.fromkeys((*before[1], *by.owns))))
    return found


def _large_enough(
    by_segment: Mapping[str, list[_Piece]], group: int
) -> tuple[list[tuple[tuple[str, ...], list[_Piece]]], bool]:
    """Segments put together until each part has enough people, and whether some are left over."""

    def people(pieces: list[_Piece]) -> int:
        return len({piece.person for piece in pieces})

    merged: list[tuple[tuple[str, ...], list[_Piece]]] = []
    for segment, pieces in sorted(by_segment.items(), key=lambda item: (people(item[1]), item[0])):
        if merged and people(merged[-1][1]) < group:
            names, before = merged[-1]
            merged[-1] = ((*names, segment), before + pieces)
        else:
            merged.append(((segment,), pieces))
    if merged and people(merged[-1][1]) < group:
        if len(merged) == 1:
            return [], True
        names, last = merged.pop()
        before_names, before = merged[-1]
        merged[-1] = (before_names + names, before + last)
    return sorted((tuple(sorted(names)), pieces) for names, pieces in merged), False


def _beside(
    function: str,
    segments: tuple[str, ...],
    by: tuple[str, ...],
    pieces: list[_Piece],
    group: int,
    seed: int,
) -> Beside:
    hours = sum(piece.hours for piece in pieces)
    others: dict[str, float] = defaultdict(float)
    doing: dict[str, set[str]] = defaultdict(set)
    for piece in pieces:
        if piece.other:
            doing[piece.role].add(piece.person)
    for piece in pieces:
        if piece.other:
            name = piece.role if len(doing[piece.role]) >= group else "small roles"
            others[name] += piece.hours / hours
    months = sorted({piece.month for piece in pieces})
    there = [{piece.person for piece in pieces if piece.month == month} for month in months]
    kept = enough(there, group)
    return Beside(
        function=function,
        segments=tuple(s for s in segments if s),
        owners=by,
        people=len({piece.person for piece in pieces}),
        hours=hours,
        share=_share(pieces, seed),
        others=tuple(sorted(others.items(), key=lambda item: (-item[1], item[0]))),
        trend=tuple(
            Point(
                month, sum(p.hours for p in mine if p.other) / whole, len({p.person for p in mine})
            )
            for month, may in zip(months, kept, strict=True)
            if may
            and (mine := [p for p in pieces if p.month == month])
            and (whole := sum(p.hours for p in mine))
        ),
    )


def _share(pieces: list[_Piece], seed: int) -> Estimate:
    """Hours that belong elsewhere over all hours; the interval draws people again, role by role.

    How many people hold which role is no chance. Where none or all of the hours belong elsewhere,
    the interval reaches what a share this extreme could still be, by the rule of three over the
    months of people.
    """
    hours = sum(piece.hours for piece in pieces)
    people = len({piece.person for piece in pieces})
    of = f"{people} people, {hours:,.0f} hours"
    if not hours:
        return Estimate(float("nan"), "share", of=of)
    table: dict[tuple[str, str], list[float]] = defaultdict(lambda: [0.0, 0.0])
    for piece in pieces:
        table[piece.role, piece.person][0] += piece.hours * piece.other
        table[piece.role, piece.person][1] += piece.hours
    value = sum(part for part, _ in table.values()) / hours
    if people < 2:
        return Estimate(value, "share", of=of)
    if min(value, 1 - value) < 1e-9:  # a sum of parts in another order may miss 1 by a hair
        value = float(round(value))
        edge = 1 - 0.05 ** (1 / len({(piece.person, piece.month) for piece in pieces}))
        low, high = (0.0, edge) if value == 0 else (1 - edge, 1.0)
        return Estimate(value, "share", low, high, of=of)
    chance = np.random.default_rng(seed)
    drawn = np.zeros((DRAWS, 2))
    for role in sorted({role for role, _ in table}):
        mine = np.array(sorted(both for (name, _), both in table.items() if name == role))
        times = chance.multinomial(len(mine), np.full(len(mine), 1 / len(mine)), size=DRAWS)
        drawn += times @ mine
    values = np.divide(drawn[:, 0], drawn[:, 1], out=np.full(DRAWS, np.nan), where=drawn[:, 1] > 0)
    low, high = Draws(values, people).interval()
    return Estimate(value, "share", max(0.0, low), min(1.0, high), of=of)
