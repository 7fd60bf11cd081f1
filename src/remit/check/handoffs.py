"""Checks on handoffs: declared where work changes hands, and complete where they are declared."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType

from remit.charter import AccountAge, Cell, Handoff, remit_of
from remit.charter.market import covers
from remit.charter.ownership import AGES, MOTIONS
from remit.charter.passages import Passage, passages
from remit.check.declared import Check, Declared, Subject, or_clear
from remit.check.wording import counted, inside, listed, plain, spoken
from remit.terms import Estimate, Finding, Function, Place, Severity

_UNDECLARED = ("003-05", "003-06", "003-49")
_MISPLACED = ("003-05", "003-49")
_FIELDS = ("003-50", "003-52", "003-54", "003-55")
_RECORD = ("000-16", "000-27")
_NAME_ONLY = ("000-27",)
_SIGN_OFF = ("003-51",)
_LEADS = ("003-35", "003-53")
_FIRST_RENEWAL = ("002-15",)

_BEFORE, _FIRST, _LATER = AccountAge

_PROSPECTING = (Function.PROSPECTING, Function.QUALIFICATION)
_SELLING = (Function.DISCOVERY, Function.CLOSING)
_SERVING = (Function.ONBOARDING, Function.CUSTOMER_SUCCESS)


def _carries(handoff: Handoff, passage: Passage, segment: str) -> bool:
    """Whether a declared handoff is the one that a passage needs."""
    return (
        handoff.taker == passage.taker
        and handoff.giver in passage.givers
        and covers(handoff.segments, segment)
        and (_BEFORE in AGES.get(handoff.at, ())) == (_BEFORE in AGES[passage.at])
        and handoff.account_age in (None, passage.age)
    )


@Check(rules=_UNDECLARED, asks="Is there a handoff wherever work passes from one role to another?")
def undeclared_handoffs(declared: Declared) -> Iterator[Finding]:
    """Places where ownership passes between two roles and no handoff is declared.

    Amber. A note for work that comes back, such as a deal desk's, unless it is the technical
    validation of a technical sale. One finding for each pair of roles, with its segments.
    """
    subject = Subject("undeclared_handoffs", _UNDECLARED)
    missing: dict[tuple[tuple[str, ...], str, bool], dict[str, Passage]] = {}
    any_passage = False
    for segment in declared.segments:
        for passage in passages(declared.owners, segment):
            any_passage = True
            if not any(_carries(one, passage, segment) for one in declared.charter.handoffs):
                key = (passage.givers, passage.taker, _BEFORE in AGES[passage.at])
                missing.setdefault(key, {}).setdefault(segment, passage)
    otherwise = (
        subject.clear("handoffs", "A handoff is declared wherever work passes between two roles.")
        if any_passage
        else subject.not_here("handoffs", "No work passes from one role to another.")
    )
    yield from or_clear(
        (
            _undeclared(declared, subject, givers, taker, where)
            for (givers, taker, _), where in missing.items()
        ),
        otherwise,
    )


def _undeclared(
    declared: Declared,
    subject: Subject,
    givers: tuple[str, ...],
    taker: str,
    where: Mapping[str, Passage],
) -> Finding:
    first = next(iter(where.values()))
    later = " in the later terms" if first.age is _LATER else ""
    needed = not first.returns or (
        first.at is Function.TECHNICAL_VALIDATION
        and any(_technical(declared, segment) for segment in where)
    )
    age = ", `account_age: later_terms`" if first.age is _LATER else ""
    back = ", `returns: true`" if first.returns else ""
    return subject.found(
        f"{listed(givers, 'or')} to {taker}",
        f"Work passes from {listed(givers, 'or')} to {taker} at {spoken(first.at)}{later}"
        f"{_in_each(declared, where)}, and no handoff is declared there.",
        Severity.AMBER if needed else Severity.NOTE,
        remedy=f"Declare it under `handoffs:`: `from: {givers[0]}`, `to: {taker}`, "
        f"`at: {first.at}`{age}{back}.",
        place=declared.place("roles", taker),
    )


@Check(rules=_MISPLACED, asks="Does work pass where a handoff is declared?")
def misplaced_handoffs(declared: Declared) -> Iterator[Finding]:
    """Handoffs between roles of which one does not own its side of the work.

    Red: the charter contradicts itself. Amber where the taker only assists and the work is not
    said to come back. A handoff that names no segment has to fit in one of them.
    """
    subject = Subject("misplaced_handoffs", _MISPLACED)
    if not declared.charter.handoffs:
        yield subject.not_stated("handoffs", "The charter states no `handoffs:`.")
        return
    yield from or_clear(
        (
            subject.found(
                handoff.name,
                wrong,
                severity,
                remedy="Change the roles or `at:` of the handoff, or what the roles own.",
                place=_place(declared, number),
            )
            for number, handoff in enumerate(declared.charter.handoffs)
            for wrong, severity in _wrong(declared, handoff)
        ),
        subject.clear("handoffs", "Each declared handoff is where work passes."),
    )


def _wrong(declared: Declared, handoff: Handoff) -> Iterator[tuple[str, Severity]]:
    giver, taker, at = handoff.giver, handoff.taker, handoff.at
    said = f"The handoff {handoff.name}"
    if giver == taker:
        yield f"{said} passes work from {giver} to itself.", Severity.RED
        return
    if at not in AGES:
        return
    if handoff.account_age is not None and handoff.account_age not in AGES[at]:
        age = spoken(handoff.account_age)
        yield f"{said} is at {spoken(at)} in the {age}, when there is none.", Severity.RED
        return
    stated = handoff.segments or declared.segments
    where = [s for s in stated if declared.in_segment(giver, s) and declared.in_segment(taker, s)]
    if not where:
        yield f"{said}: {giver} and {taker} work in no segment together.", Severity.RED
        return
    ages = (handoff.account_age,) if handoff.account_age is not None else AGES[at]
    owned = [s for s in where if _holds(declared, taker, s, at, ages, assisting=False)]
    helped = [s for s in where if _holds(declared, taker, s, at, ages, assisting=True)]
    without = [s for s in where if s not in owned]
    if without and (handoff.segments or not owned):
        if all(segment in helped for segment in without):
            if not handoff.returns:
                yield (
                    f"{said} is to {taker}, which assists in {spoken(at)}"
                    f"{_in_each(declared, without)} and does not own it; the handoff does not say "
                    "`returns: true`.",
                    Severity.AMBER,
                )
        else:
            yield (
                f"{said} is to {taker}, which does not own {spoken(at)}"
                f"{_in_each(declared, without)}.",
                Severity.RED,
            )
    if not any(_has_work(declared, giver, segment) for segment in where):
        yield (
            f"{said} is from {giver}, which owns no work{_in_each(declared, where)} that it "
            "could pass on.",
            Severity.RED,
        )


def _holds(
    declared: Declared,
    role: str,
    segment: str,
    function: Function,
    ages: Iterable[AccountAge],
    *,
    assisting: bool,
) -> bool:
    cells = [declared.owners[Cell(function, segment, m, age)] for m in MOTIONS for age in ages]
    return any(role in (cell.assists if assisting else cell.owns) for cell in cells)


def _has_work(declared: Declared, role: str, segment: str) -> bool:
    return any(
        role in (*held.owns, *held.assists)
        for cell, held in declared.owners.items()
        if cell.segment == segment
    )


_FACTS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "handoff_summary_fields": {
            "company": r"company|account|background|firmograph|industry|organi[sz]ation",
            "pain": r"pain|problem|need|challenge",
            "trigger": r"trigger|why[ _]?now|signal|event|responded",
            "stakeholders": r"stakeholder|contact|persona|buyer|champion|decision|people|attendee",
        },
        "handoff_success_fields": {
            "purchased products": r"product|purchase|bought|sold|package|line[ _]?item|sku|scope",
            "key contacts": r"contact|stakeholder|champion|sponsor|people|buyer|persona",
            "stated goals": r"goal|objective|outcome|success|expect|aim|value",
        },
    }
)
"""By benchmark: what is to be handed over, and the words by which a field's name tells of it."""


@Check(rules=_FIELDS, asks="Does each handoff say which facts have to go along?")
def handoff_fields(declared: Declared) -> Iterator[Finding]:
    """Handoffs that require too few facts: four from SDR to AE, three from AE to CSM.

    Red where an SDR passes on neither field nor document, which the sources call the largest leak;
    amber for less than the benchmark. Names of fields are read loosely, so that `pain_points` tells the
    pain. Other handoffs are left to `handoff_record`.
    """
    subject = Subject("handoff_fields", _FIELDS)
    if not declared.charter.handoffs:
        yield subject.not_stated("handoffs", "The charter states no `handoffs:`.")
        return
    found = (
        _fields(declared, subject, number, handoff)
        for number, handoff in enumerate(declared.charter.handoffs)
    )
    yield from or_clear(
        (one for one in found if one is not None),
        subject.clear("handoffs", "Each handoff requires the facts it should."),
    )


def _fields(declared: Declared, subject: Subject, number: int, handoff: Handoff) -> Finding | None:
    name = _wanted(declared, handoff)
    if name is None:
        return None
    words = [
        f"{field} {column.rpartition('.')[2]}".casefold()
        for field, column in handoff.requires.items()
    ]
    facts = _FACTS[name]
    missing = [
        fact for fact, said in facts.items() if not any(re.search(said, one) for one in words)
    ]
    limit = declared.limit(name, "value")
    told = len(facts) - len(missing)
    if told >= limit.value:
        return None
    from_sdr = name == "handoff_summary_fields"
    severity = (
        Severity.RED if from_sdr and not (handoff.requires or handoff.document) else Severity.AMBER
    )
    return subject.found(
        handoff.name,
        f"The handoff {handoff.name} requires {told} of {plain(limit.value)} facts: "
        f"{listed(missing)} {'is' if len(missing) == 1 else 'are'} not among them.",
        severity,
        remedy=f"Name under its `requires:` a field for {listed(missing)}.",
        place=_place(declared, number),
        measured=Estimate(told, "count", of=handoff.name),
        limit=limit,
        rules=("003-50", "003-54", "003-55") if from_sdr else ("003-52",),
    )


def _wanted(declared: Declared, handoff: Handoff) -> str | None:
    """The benchmark that says which facts a handoff needs, where one does.

    Told by the work and not by the roles' kinds: from who prospects or qualifies to who sells, and
    from who closes to who looks after the customer.
    """
    gives = remit_of(declared.charter, handoff.giver).owned
    if handoff.returns:
        return None
    if handoff.at in _SELLING and gives & set(_PROSPECTING):
        return "handoff_summary_fields"
    if handoff.at in _SERVING and Function.CLOSING in gives:
        return "handoff_success_fields"
    return None


@Check(rules=_RECORD, asks="Can it be seen of each handoff whether and when it was accepted?")
def handoff_record(declared: Declared) -> Iterator[Finding]:
    """Handoffs of which no step, no acceptance, no time limit or no content is stated.

    Amber for the handoff from SDR to AE, which the sources ask about by name; a note for others.
    One finding for each handoff, with all that it lacks; what is handed over to a manager is not
    looked at.
    """
    subject = Subject("handoff_record", _RECORD)
    if not declared.charter.handoffs:
        yield subject.not_stated("handoffs", "The charter states no `handoffs:`.")
        return
    yield from or_clear(
        (
            subject.found(
                handoff.name,
                f"The handoff {handoff.name} states {listed(lacks, 'and')}.",
                Severity.AMBER
                if _wanted(declared, handoff) == "handoff_summary_fields"
                else Severity.NOTE,
                remedy="Say where the CRM records its steps, `accepted:` and `rejected:` among "
                "them, and give it `decide_within:`.",
                place=_place(declared, number),
            )
            for number, handoff in enumerate(declared.charter.handoffs)
            if handoff.at in AGES and (lacks := _lacks(declared, handoff))
        ),
        subject.clear("handoffs", "Each handoff states its steps, acceptance and time limit."),
    )


def _lacks(declared: Declared, handoff: Handoff) -> list[str]:
    steps = handoff.steps()
    lacks = []
    if not steps:
        lacks.append("no record of any of its steps")
    elif not {"accepted", "rejected"} & steps.keys():
        lacks.append("no record of its acceptance")
    if handoff.decide_within is None:
        lacks.append("no time limit")
    if not (handoff.requires or handoff.document or _wanted(declared, handoff)):
        lacks.append("no required field")
    return lacks


@Check(rules=_NAME_ONLY, asks="Did work change with the roles, or only the titles?")
def in_name_only(declared: Declared) -> Iterator[Finding]:
    """Pairs of specialised roles without a CRM workflow, a handoff document or own comp plans.

    Red where all three are missing, amber where one or two are. A workflow is a named automation
    or a recorded step of the handoff; a document is named or given by its fields; comp plans have
    to differ. Where a role of the pair has no plan yet, pay is left open. A role that sellers call
    in, and that gives the work back, is looked at once, and may share a plan with some of them.
    Where no handoff is declared `undeclared_handoffs` says so, and only a plan that both are on
    makes it a finding here.
    """
    subject = Subject("in_name_only", _NAME_ONLY)
    charter = declared.charter
    pairs = _pairs(declared)
    plans = any(role.plan for role in charter.roles.values())
    if not pairs:
        yield subject.not_here("roles", "No work passes from one role to another.")
    elif not charter.handoffs and not plans:
        yield subject.not_stated("roles", "The charter states neither `handoffs:` nor `plans:`.")
    else:
        yield from or_clear(
            (
                found
                for givers, taker, service in pairs
                if (found := _name_only(declared, subject, givers, taker, service)) is not None
            ),
            subject.clear("roles", "Each pair of roles has its workflow, document and plans."),
        )


def _pairs(declared: Declared) -> list[tuple[tuple[str, ...], str, bool]]:
    """Who passes work to whom, and whether the taker serves several and gives it back."""
    between: dict[tuple[tuple[str, ...], str], None] = {}
    served: dict[str, dict[str, None]] = {}
    for segment in declared.segments:
        for passage in passages(declared.owners, segment):
            if passage.returns:
                served.setdefault(passage.taker, {}).update(dict.fromkeys(passage.givers))
            else:
                between[passage.givers, passage.taker] = None
    return [
        *((givers, taker, False) for givers, taker in between),
        *((tuple(givers), taker, True) for taker, givers in served.items()),
    ]


def _name_only(
    declared: Declared, subject: Subject, givers: tuple[str, ...], taker: str, service: bool
) -> Finding | None:
    roles = declared.charter.roles
    between = [
        one for one in declared.charter.handoffs if one.taker == taker and one.giver in givers
    ]
    missing, carries, remedies = [], [], []
    if not any(one.workflow or one.steps() for one in between):
        missing.append("CRM workflow")
        carries.append("`workflow:` or the records of its steps")
    if not any(one.document or one.requires for one in between):
        missing.append("handoff document")
        carries.append("`requires:` or `document:`")
    if carries:
        remedies.append(f"give their handoff {listed(carries)}" if between else "declare a handoff")
    unplanned = [role for role in (*givers, taker) if roles[role].plan is None]
    on_one = () if unplanned else _on_one_plan(declared, givers, taker)
    if service and len(on_one) <= len(givers):
        on_one = ()
    if on_one:
        missing.append("comp plan of its own")
        remedies.append(f"give {listed(on_one)} each a `plan:` of its own")
    pair = f"{listed(givers, 'or')} and {taker}"
    if not between and not on_one:
        return subject.not_stated(
            pair, f"No handoff is declared between {pair}, so what it carries is not stated."
        )
    if not missing:
        if not unplanned or service:
            return None
        return subject.not_stated(
            pair,
            f"{listed(unplanned)} {'names' if len(unplanned) == 1 else 'name'} no `plan:`, so the "
            f"pay of {pair} is open.",
        )
    pay = f" ({listed(on_one)} are on the plan {roles[taker].plan})" if on_one else ""
    remedy = ", and ".join(remedies)
    return subject.found(
        pair,
        f"Between {pair} there is {listed(f'no {one}' for one in missing)}{pay}: "
        f"{len(missing)} of the 3 things that change with a specialisation.",
        Severity.RED if len(missing) == 3 else Severity.AMBER,
        remedy=f"{remedy[0].upper()}{remedy[1:]}.",
        place=declared.place("roles", taker),
        caveats=(
            f"{listed(unplanned)} {'has' if len(unplanned) == 1 else 'have'} no plan yet, so pay "
            "was left open.",
        )
        if unplanned and not service
        else (),
    )


def _on_one_plan(declared: Declared, givers: tuple[str, ...], taker: str) -> tuple[str, ...]:
    """The taker and the givers who are on its plan; nothing where none is."""
    roles = declared.charter.roles
    alike = tuple(role for role in givers if roles[role].plan == roles[taker].plan)
    return (*alike, taker) if alike else ()


@Check(rules=_SIGN_OFF, asks="Does a sales engineer sign off before legal work starts?")
def sign_off_before_legal(declared: Declared) -> Iterator[Finding]:
    """Technical sales with sales engineers and no signature of theirs before legal review.

    A note. Looked at where a segment is a technical sale and an SE works in it.
    """
    subject = Subject("sign_off_before_legal", _SIGN_OFF)
    engineers = declared.charter.kinds("SE")
    where = [
        segment
        for segment in declared.segments
        if _technical(declared, segment)
        and any(declared.in_segment(role, segment) for role in engineers)
    ]
    if not where:
        yield subject.not_here("sign_offs", "No segment is a technical sale with an SE in it.")
        return
    missing = [
        segment
        for segment in where
        if not any(
            one.by in engineers and covers(one.segments, segment)
            for one in declared.charter.sign_offs
        )
    ]
    yield from or_clear(
        (
            subject.found(
                f"sign_offs{inside(segments)}",
                f"{listed(engineers, 'or')} signs nothing off before legal work{inside(segments)}.",
                Severity.NOTE,
                remedy=f"Write under `sign_offs:` `by: {engineers[0]}`, `of: integration "
                "feasibility`, `before: legal review`.",
                place=declared.place("roles", engineers[0]),
            )
            for segments in ([missing] if missing else [])
        ),
        subject.clear("sign_offs", "A sales engineer signs off in each technical sale."),
    )


@Check(rules=_LEADS, asks="Does who looks after customers pass chances to sell on, or sell itself?")
def expansion_leads(declared: Declared) -> Iterator[Finding]:
    """Roles that own customer success, do not own expansion and have no handoff to who does.

    A note: the sources want the charter to say which of the two it is. Where no handoff at all
    leads to who owns expansion, `undeclared_handoffs` says so.
    """
    subject = Subject("expansion_leads", _LEADS)
    if not declared.charter.handoffs:
        yield subject.not_stated("handoffs", "The charter states no `handoffs:`.")
        return
    open_: dict[tuple[tuple[str, ...], tuple[str, ...]], list[str]] = {}
    for segment in declared.segments:
        success = _owners(declared, segment, Function.CUSTOMER_SUCCESS)
        sells = _owners(declared, segment, Function.EXPANSION)
        here = [
            one
            for one in declared.charter.handoffs
            if one.taker in sells and covers(one.segments, segment)
        ]
        passed = any(one.giver in success for one in here)
        if here and success and not set(success) & set(sells) and not passed:
            open_.setdefault((success, sells), []).append(segment)
    yield from or_clear(
        (
            subject.found(
                f"{listed(success)} to {listed(sells, 'or')}",
                f"{listed(success)} {_own(success)} customer success, {listed(sells)} "
                f"{_own(sells)} expansion, and no handoff says how a chance to sell more passes{_in_each(declared, where)}.",
                Severity.NOTE,
                remedy=f"Declare a handoff `from: {success[0]}`, `to: {sells[0]}`, "
                "`at: expansion`, or let one role own both.",
                place=declared.place("roles", success[0]),
            )
            for (success, sells), where in open_.items()
        ),
        subject.clear("handoffs", "Whoever finds a chance to sell more owns it or passes it on."),
    )


def _own(roles: tuple[str, ...]) -> str:
    return "owns" if len(roles) == 1 else "own"


def _owners(declared: Declared, segment: str, function: Function) -> tuple[str, ...]:
    return tuple(
        dict.fromkeys(
            role
            for motion in MOTIONS
            for age in AGES[function]
            for role in declared.owners[Cell(function, segment, motion, age)].owns
        )
    )


@Check(rules=_FIRST_RENEWAL, asks="Is it said when an account changes hands after its first term?")
def first_renewal(declared: Declared) -> Iterator[Finding]:
    """Segments whose accounts change hands at the end of a first term of unstated length.

    A note, with the length that the sources take for granted.
    """
    subject = Subject("first_renewal", _FIRST_RENEWAL)
    changing = {
        segment: passage
        for segment in declared.segments
        for passage in passages(declared.owners, segment)
        if passage.age is _LATER
    }
    if not changing:
        yield subject.not_here("segments", "No account changes hands at the end of a first term.")
        return
    limit = declared.limit("first_term_months", "value")
    segments = declared.charter.segments
    yield from or_clear(
        (
            subject.found(
                f"first term in {segment}",
                f"Accounts{inside([segment])} pass from {listed(passage.givers)} to "
                f"{passage.taker} after their first term, and its length is not stated; the "
                f"source takes {plain(limit.value)} months.",
                Severity.NOTE,
                remedy="Give the segment a `first_term:`, such as 12 months.",
                place=declared.place("segments", segment)
                if segment in segments
                else declared.place("roles", passage.taker),
                limit=limit,
            )
            for segment, passage in changing.items()
            if segment not in segments or segments[segment].first_term is None
        ),
        subject.clear(
            "segments", f"The first term of {counted(len(changing), 'segment')} is stated."
        ),
    )


def _technical(declared: Declared, segment: str) -> bool:
    stated = declared.charter.segments.get(segment)
    return stated is not None and bool(stated.technical_sale)


def _in_each(declared: Declared, segments: Iterable[str]) -> str:
    """In which segments; nothing where it is all of them."""
    here = list(segments)
    return "" if set(here) == set(declared.segments) else inside(here)


def _place(declared: Declared, number: int) -> Place | None:
    return declared.place("handoffs", number)
