"""Checks on roles: whether each is defined, and whether titles and descriptions agree with it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from itertools import chain, product

from remit.charter import AccountAge, Function, RoleKind, remit_of, role_kinds
from remit.charter.catalogue import functions_spoken_of, kind_of_title
from remit.charter.organisation import Title
from remit.charter.ownership import AGES
from remit.check.declared import Check, Declared, Subject, or_clear
from remit.check.wording import inside, listed, plain, spoken
from remit.terms import Estimate, Finding, Limit, Severity
from remit.terms.shapes import days_in

_COMPLETE = ("003-04",)
_DESCRIPTIONS = ("000-26",)
_TITLES = ("000-26", "004-06")
_SDR_BDR = ("003-16", "003-18")
_RAMPS = (
    "003-56",
    "003-57",
    "003-58",
    "003-59",
    "003-60",
    "003-61",
    "003-62",
    "003-67",
    "003-68",
)

_LEADERS = ("sales manager", "VP Sales", "CRO")
_CLOSERS = ("AE", "AE/AM")
_SHOWN = 3
"""Sentences of a job description that a finding quotes."""


@Check(rules=_COMPLETE, asks="Does each role have an entry point, a handoff and an output?")
def role_completeness(declared: Declared) -> Iterator[Finding]:
    """Roles without an entry point, a handoff moment or a measurable output.

    Entry and output come from the charter, else from the role's kind; a KPI or a comp plan is an
    output too. Amber without one of these; a role that owns management alone needs neither. A note
    for roles that only assist, and that no declared handoff calls in; leaders need none. Where work
    passes without a handoff between roles that own it, `undeclared_handoffs` says so.
    """
    subject = Subject("role_completeness", _COMPLETE)
    yield from or_clear(
        _incomplete(declared, subject),
        subject.clear("roles", "Each role has an entry point and an output, or its kind has."),
    )


def _incomplete(declared: Declared, subject: Subject) -> Iterator[Finding]:
    for name, role in declared.charter.roles.items():
        lacks = []
        own = role.kind is None and remit_of(declared.charter, name).owned != {Function.MANAGEMENT}
        if own and role.entry is None:
            lacks.append("entry point")
        if own and not (role.output or role.kpis or role.plan):
            lacks.append("measurable output")
        if lacks:
            yield subject.found(
                name,
                f"{name} states no {listed(lacks, 'and no')}.",
                Severity.AMBER,
                remedy="Give the role `entry:` and `output:` or `kpis:`, or a kind under `is:`.",
                place=declared.place("roles", name),
            )
    handing = {role for one in declared.charter.handoffs for role in (one.giver, one.taker)}
    alone = [
        name
        for name, role in declared.charter.roles.items()
        if handing
        and name not in handing
        and role.kind not in _LEADERS
        and not (held := remit_of(declared.charter, name)).owned
        and held.assisted
    ]
    if alone:
        yield subject.found(
            f"handoffs of {listed(alone)}",
            f"No handoff calls in {listed(alone, 'or')}, and none comes from there.",
            Severity.NOTE,
            remedy="Declare under `handoffs:` when work comes to each role and when it leaves.",
            place=declared.place("roles", alone[0]),
        )


@Check(rules=_DESCRIPTIONS, asks="Do job descriptions speak of the role's own work alone?")
def job_descriptions(declared: Declared) -> Iterator[Finding]:
    """Job descriptions with sentences on functions that the role neither owns nor assists.

    The sentences are shown; nothing is scored. Red where they speak of two or more functions that
    other roles own here: a generalist's description under a specialist's name. Amber for one such
    function, which may be a turn of phrase, and for work that nobody owns. Management and internal
    work are left out, and so are the descriptions of leaders, who assist in all.
    """
    subject = Subject("job_descriptions", _DESCRIPTIONS)
    described = {
        name: role.job_description.text
        for name, role in declared.charter.roles.items()
        if role.job_description is not None and role.kind not in _LEADERS
    }
    if not described:
        yield subject.not_stated("roles", "No role has a `job_description:`.")
        return
    yield from or_clear(
        (
            found
            for name, text in described.items()
            if (found := _described(declared, subject, name, text)) is not None
        ),
        subject.clear("roles", f"{listed(described)}: no sentence speaks of others' work."),
    )


def _described(declared: Declared, subject: Subject, name: str, text: str) -> Finding | None:
    own = remit_of(declared.charter, name)
    looked_past = own.owned | own.assisted | (set(Function) - AGES.keys())
    telling: list[str] = []
    foreign: dict[Function, None] = {}
    for sentence in _sentences(text):
        spoken_of = functions_spoken_of(sentence, but=looked_past)
        if spoken_of:
            telling.append(sentence)
            foreign |= dict.fromkeys(spoken_of)
    if not telling:
        return None
    here = [
        (cell.function, role)
        for cell, held in declared.owners.items()
        if cell.function in foreign and declared.in_segment(name, cell.segment)
        for role in held.owns
    ]
    others = dict.fromkeys(role for _, role in here)
    theirs = [function for function in foreign if function in {one for one, _ in here}]
    nobodys = [function for function in foreign if function not in theirs]
    said = [
        *([f"{listed(map(spoken, theirs))}, {_which_own(others)}"] if theirs else []),
        *([listed(map(spoken, nobodys))] if nobodys else []),
    ]
    quoted = "; ".join(f'"{_shortened(one)}"' for one in telling[:_SHOWN])
    more = f" and {len(telling) - _SHOWN} more" if len(telling) > _SHOWN else ""
    return subject.found(
        name,
        f"The job description of {name} speaks of {', and of '.join(said)}: {quoted}{more}.",
        Severity.RED if len(theirs) > 1 else Severity.AMBER,
        remedy="Take the sentences out of the description, or add the work to the role's `owns:` "
        "or `assists:`.",
        place=declared.place("roles", name),
    )


def _which_own(roles: Collection[str]) -> str:
    return f"which {listed(roles)} {'owns' if len(roles) == 1 else 'own'}"


def _sentences(text: str) -> Iterator[str]:
    """The sentences of a text, a line of a list being one."""
    for line in text.splitlines():
        for sentence in re.split(r"(?<=[.!?])\s+", line.strip().lstrip("-*•# ")):
            if sentence:
                yield sentence.rstrip(".")


def _shortened(sentence: str, longest: int = 100) -> str:
    return sentence if len(sentence) <= longest else f"{sentence[: longest - 3].rstrip()}..."


@Check(rules=_TITLES, asks="Do job titles mean the roles they are given to?")
def title_kinds(declared: Declared) -> Iterator[Finding]:
    """Titles whose words mean another kind of role than the one the charter gives them.

    A note where the role owns work of that kind, or where both are there for customers alone: a
    source lets a customer success manager be titled account manager. Else amber. Words that mean
    no kind are not looked at, and neither is a generalist called account executive where no AE
    works beside them.
    """
    subject = Subject("title_kinds", _TITLES)
    charter = declared.charter
    if not charter.titles:
        yield subject.not_stated("titles", "The charter states no `titles:`.")
        return
    odd = [
        (pattern, title.role, meant)
        for pattern, title in charter.titles.items()
        if (meant := kind_of_title(pattern.replace("*", " "))) is not None
        and charter.roles[title.role].kind not in (None, meant)
        and not _sells_alone(declared, title, meant)
    ]
    yield from or_clear(
        (
            subject.found(
                f"title {pattern}",
                f'The title "{pattern}" means {_article(meant)} by its words and is given to '
                f"{role}, which is {_article(str(charter.roles[role].kind))}.",
                Severity.NOTE
                if _shares_work(declared, role, role_kinds()[meant])
                else Severity.AMBER,
                remedy="Give the title to another role, or change the title.",
                place=declared.place("titles", pattern),
            )
            for pattern, role, meant in odd
        ),
        subject.clear("titles", "No title means another kind of role than it is given to."),
    )


def _sells_alone(declared: Declared, title: Title, meant: str) -> bool:
    """Whether a generalist is called AE where there is no AE to take them for."""
    charter = declared.charter
    if meant != "AE" or charter.roles[title.role].kind != "AE/AM":
        return False
    where = [title.segment] if title.segment is not None else declared.segments
    return not any(
        declared.in_segment(role, segment)
        for segment in where
        if declared.in_segment(title.role, segment)
        for role in charter.kinds("AE")
    )


def _shares_work(declared: Declared, role: str, kind: RoleKind) -> bool:
    """Whether a role owns work of a kind, or both are there for customers alone."""
    owned = remit_of(declared.charter, role).owned
    return not owned.isdisjoint(kind.owns) or (_for_customers(owned) and _for_customers(kind.owns))


def _for_customers(functions: Iterable[Function]) -> bool:
    return all(AccountAge.BEFORE_WIN not in AGES.get(f, tuple(AccountAge)) for f in functions)


def _article(kind: str) -> str:
    """A kind of role with its article, as it is spoken: an AE, a CSM."""
    return f"{'an' if kind[0] in 'AS' and kind.isupper() else 'a'} {kind}"


@Check(rules=_SDR_BDR, asks="Are SDRs and BDRs two roles, or one under two names?")
def sdr_and_bdr(declared: Declared) -> Iterator[Finding]:
    """SDRs and BDRs of one segment whose motion and KPIs do not differ.

    Amber. A note for an SDR that works named accounts beside others, and for a BDR that answers
    inbound interest: each is the other's work.
    """
    subject = Subject("sdr_and_bdr", _SDR_BDR)
    charter = declared.charter
    sdrs, bdrs = charter.kinds("SDR"), charter.kinds("BDR")
    if not sdrs and not bdrs:
        yield subject.not_here("roles", "There are no SDRs and no BDRs.")
        return
    yield from or_clear(
        chain(_alike(declared, subject, sdrs, bdrs), _others_work(declared, subject, sdrs, bdrs)),
        subject.clear("roles", "No SDR does a BDR's work, nor the other way round."),
    )


def _alike(
    declared: Declared, subject: Subject, sdrs: tuple[str, ...], bdrs: tuple[str, ...]
) -> Iterator[Finding]:
    for sdr, bdr in product(sdrs, bdrs):
        one, other = declared.charter.roles[sdr], declared.charter.roles[bdr]
        shared = [
            segment
            for segment in declared.segments
            if declared.in_segment(sdr, segment) and declared.in_segment(bdr, segment)
        ]
        parted = one.motion and other.motion and not set(one.motion) & set(other.motion)
        kpis = one.kpis != other.kpis
        if shared and not parted and not kpis:
            yield subject.found(
                f"{sdr} and {bdr}",
                f"{sdr} and {bdr} work{inside(shared) or ' everywhere'} together, and neither "
                "`motion:` nor `kpis:` tells them apart.",
                Severity.AMBER,
                remedy="Give them segments or `motion:` of their own (BDR: named accounts) and "
                "`kpis:` that differ, or make them one role.",
                place=declared.place("roles", bdr),
            )


def _others_work(
    declared: Declared, subject: Subject, sdrs: tuple[str, ...], bdrs: tuple[str, ...]
) -> Iterator[Finding]:
    for role, motion, whose in (
        *((sdr, "named", "a BDR's") for sdr in sdrs),
        *((bdr, "inbound", "an SDR's") for bdr in bdrs),
    ):
        if motion in declared.charter.roles[role].motion:
            yield subject.found(
                f"{role} and {motion} accounts",
                f"{role} works {motion} accounts, which is {whose} work in the source.",
                Severity.NOTE,
                remedy="Give the motion to a role of that kind, or change what this one `is:`.",
                place=declared.place("roles", role),
            )


@Check(rules=_RAMPS, asks="Is the time a new hire is given as long as the role and cycle need?")
def ramps(declared: Declared) -> Iterator[Finding]:
    """Ramps outside the range for the role, shorter than a sales cycle, or before evaluation.

    Amber for a ramp shorter than the range, than the median cycle of a segment that an AE sells
    in, or than the month before which the sources hold no enterprise AE against quota. A note for
    one that is longer than range and cycle. A role whose kind has no range is not looked at. The
    ranges are in days, and a month counts as 30 of them: 6 months are not past 180 days.
    """
    subject = Subject("ramps", _RAMPS)
    stated = {
        name: _days(role.ramp)
        for name, role in declared.charter.roles.items()
        if role.ramp is not None
    }
    if not stated:
        yield subject.not_stated("roles", "No role states its `ramp:`.")
        return
    yield from or_clear(
        (found for name, days in stated.items() for found in _ramp(declared, subject, name, days)),
        subject.clear("roles", f"The ramp of {listed(stated)} fits the role and its sales cycle."),
    )


def _ramp(declared: Declared, subject: Subject, name: str, days: float) -> Iterator[Finding]:
    charter = declared.charter
    role, place = charter.roles[name], declared.place("roles", name, "ramp")
    closes = role.kind in _CLOSERS
    here = [
        (segment, charter.segments[segment])
        for segment in role.segments or charter.segments
        if segment in charter.segments
    ]
    slow = [(_days(s.sales_cycle), segment) for segment, s in here if closes and s.sales_cycle]
    cycle, slowest = max(slow, default=(0.0, ""))
    said = f"The ramp of {name} is {plain(days)} days"
    remedy = "Give the role a longer `ramp:`, or state your own range and why."
    measured = Estimate(days, "days", of=name)
    if days < cycle:
        yield subject.found(
            f"ramp of {name}",
            f"{said}; the median sales cycle in {slowest} is {plain(cycle)} days.",
            Severity.AMBER,
            remedy=remedy,
            place=place,
            measured=measured,
            rules=("003-68",),
        )
    month = declared.limit("evaluation_month_enterprise", "value")
    large = declared.limit("evaluation_acv_enterprise", "value")
    late = [
        segment
        for segment, s in here
        if closes and s.acv is not None and charter.currency == large.unit and s.acv >= large.value
    ]
    if late and days < _days(f"{month.value:.0f} months"):
        yield subject.found(
            f"evaluation of {name}",
            f"{said}; on deals of {plain(large.value)} {large.unit} and more{inside(late)}, an AE "
            f"is held against quota from month {plain(month.value)}.",
            Severity.AMBER,
            remedy=remedy,
            place=place,
            measured=measured,
            limit=month,
            rules=("003-67",),
        )
    band = _ramp_band(declared, name)
    healthy = declared.numbers[band].at(declared.day).range if band is not None else None
    if band is None or healthy is None:
        return
    low, high = healthy
    if low <= days <= max(high, cycle):
        return
    short = days < low
    number = declared.numbers[band]
    source = number.at(declared.day).source
    yield subject.found(
        f"ramp of {name}",
        f"{said}; the range of the source is {plain(low)} to {plain(high)} days.",
        Severity.AMBER if short else Severity.NOTE,
        remedy=remedy if short else "Look at what holds new hires up, or at the cycle stated.",
        place=place,
        measured=measured,
        limit=Limit(band, float(low if short else high), number.unit, source, above=not short),
        rules=number.rules,
    )


def _days(length: str) -> float:
    """A length in days as ranges of days are meant: months and quarters in round numbers."""
    number, *_, unit = length.split()
    round_days = {"month": 30, "quarter": 90}.get(unit.removesuffix("s"))
    return int(number) * round_days if round_days is not None else days_in(length)


def _ramp_band(declared: Declared, name: str) -> str | None:
    """The benchmark for a role's ramp: an AE's differs where it sells to enterprises alone."""
    role = declared.charter.roles[name]
    names = role_kinds()[role.kind].ramp if role.kind is not None else ()
    if len(names) < 2:
        return names[0] if names else None
    sizes = {
        declared.charter.segments[segment].size
        for segment in role.segments or declared.charter.segments
        if segment in declared.charter.segments
    }
    return next(one for one in names if one.endswith("_enterprise") == (sizes == {"enterprise"}))
