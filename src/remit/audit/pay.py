"""Are people asked for, credited with and equipped for what their role is there for?"""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal

from remit.audit.answer import judged, said, spared, unseen
from remit.audit.view import Check, View
from remit.audit.wording import NO_ACTIVITIES, spread
from remit.charter import Function, role_kinds
from remit.charter.market import covers
from remit.charter.ownership import EVERYWHERE, owned_by, owners
from remit.compensation.components import pays_on
from remit.compensation.measures import measured as catalogue_of_measures
from remit.measures import HandoffFlow, minimum_group
from remit.measures.attainment import Attained, attainment, measure_named
from remit.measures.managers import LEADERS
from remit.measures.overlaps import Beside, WorkAndOwners, work_and_owners
from remit.measures.queries import sql_of
from remit.terms import Answer, Estimate, Finding, Money, Proof, Severity, percent

_OWN = ("000-20",)
_REJECTED = ("000-21",)
_EXPANSION = ("000-24",)
_ONE = ("003-20",)
_IN_NAME = ("000-27",)
_TOOLS = ("003-69",)
_OVERLAP = ("003-05",)
_NO_QUOTAS = "The evidence holds no quotas."
_LOAD = "Load a table of quotas: person, measure, first and last day, amount."


def _this_year(view: View) -> list[Attained]:
    """The quotas of the year, of roles that lead nobody."""
    leading = view.charter.kinds(*LEADERS)
    return [row for row in view.measured(attainment) if row.role not in leading and row.quota > 0]


def _quotas(view: View) -> str:
    quotas = view.evidence["quotas"]
    return sql_of(quotas.select("measure", "first_day", "end_day", "amount", "currency"))


def _words(word: str) -> str:
    """A measure or function as a sentence says it."""
    return word.replace("_", " ").replace("arr", "ARR")


def _listed(names: Iterable[str]) -> str:
    told = list(names)
    return f"{', '.join(told[:-1])} and {told[-1]}" if len(told) > 1 else "".join(told)


def _where(segment: str) -> str:
    return "" if segment == EVERYWHERE else f" in {segment}"


@Check(
    rules=_OWN,
    asks="Is each role asked for what it owns?",
    how="measured if a field is named",
)
def asked_for_own_work(view: View) -> Iterator[Finding]:
    """Quotas by role, and whether what they count is work that the role owns.

    What a company asks for is no behaviour. Quotas of people who lead others are not looked at,
    because these answer for the work of a team.
    """
    check = "asked_for_own_work"
    if not view.evidence.rows("quotas"):
        yield unseen(check, "quotas", _NO_QUOTAS, _OWN, _LOAD)
        return
    by_role: dict[str, list[Attained]] = defaultdict(list)
    for row in _this_year(view):
        by_role[row.role].append(row)
    if not by_role:
        yield unseen(check, "quotas", "None of the year's quotas is of somebody with a role.", _OWN)
    for role, rows in by_role.items():
        yield _asked_for(view, role, rows)


def _asked_for(view: View, role: str, rows: list[Attained]) -> Finding:
    check, about = "asked_for_own_work", f"quotas of {role}"
    known = [row for row in rows if row.measure is not None]
    strange = sorted({row.words for row in rows if row.measure is None})
    if not known:
        return unseen(
            check,
            about,
            f"{role}: what its quotas count ({', '.join(strange[:3])}) is no measure known.",
            _OWN,
            "Say under `measures:` which measure each of these words is.",
            roles=(role,),
        )
    owned = frozenset(owned_by(view.charter.roles[role]))
    other = [row for row in known if not row.functions & owned]
    counted = {row.measure: 0 for row in known}
    for row in known:
        counted[row.measure] += 1
    share = len(other) / len(known)
    named = sorted({_words(row.measure or "") for row in other or known})
    if other:
        says = (
            f"{role}: {len(other)} of {len(known)} quotas count {_listed(named)}, which measures work "
            "that the role does not own"
        )
    else:
        says = f"{role}: all {len(known)} quotas count work that the role owns ({_listed(named)})"
    return Finding(
        check=check,
        about=about,
        answer=Answer.PROVEN if other else Answer.CLEAR,
        says=f"{says}.",
        rules=_OWN,
        severity=Severity.AMBER if other else None,
        measured=Estimate(share, "share", of=f"{len(known)} quotas"),
        proof=Proof(
            "quotas of the year whose measure counts no function that the role owns",
            _quotas(view),
            ("measure", "quotas"),
            tuple(sorted(((m, n) for m, n in counted.items()), key=lambda row: -row[1])),
            len(counted),
        ),
        remedy=f"Ask {role} for what it owns, or give it the work in the charter." if other else "",
        caveats=(f"Not known as a measure: {', '.join(strange[:3])}.",) if strange else (),
        roles=(role,),
    )


@Check(
    rules=_REJECTED,
    asks="Do people get credit for meetings that the seller rejects?",
    how="measured if a field is named",
)
def credit_for_rejected_meetings(view: View) -> Iterator[Finding]:
    """Whether what SDRs are credited with counts meetings before the seller has accepted them.

    Where it does, how many of those meetings are rejected is told beside it. Read from quotas,
    else from the comp plan that the charter names.
    """
    check = "credit_for_rejected_meetings"
    givers = view.charter.kinds("SDR", "BDR")
    if not givers:
        yield spared(check, "roles", "The charter has no SDRs or BDRs.", _REJECTED)
        return
    for role in givers:
        yield from _credited(view, role)


def _credited(view: View, role: str) -> Iterator[Finding]:
    check, about = "credit_for_rejected_meetings", f"credit of {role}"
    names, basis = _counted_for(view, role)
    if not names:
        yield unseen(
            check,
            about,
            f"{role}: what it is credited with is not known: there are no quotas of it, and no comp "
            "plan with a measure.",
            _REJECTED,
            "Load quotas, or name the role's `plan:` in the charter.",
            roles=(role,),
        )
        return
    measures = catalogue_of_measures()
    refusable = [name for name in names if measures[name].refusable]
    flows = [flow for flow in view.flows if flow.giver == role]
    if not refusable:
        yield Finding(
            check,
            about,
            Answer.CLEAR,
            f"{role}: {basis} count {_listed(map(_words, names))}, which no rejected meeting adds to.",
            _REJECTED,
            roles=(role,),
        )
        return
    if not flows:
        yield unseen(
            check,
            about,
            f"{role}: {basis} count {_listed(map(_words, refusable))}; the charter declares no handoff "
            "in which a rejection could be recorded.",
            _REJECTED,
            "Declare it under `handoffs:` with where `rejected` is recorded.",
            roles=(role,),
        )
    for flow in flows:
        if flow.too_few:
            yield unseen(
                check,
                f"handoffs.{flow.about}: rejected",
                f"{flow.about}: fewer people than the minimum group hold {flow.giver} or {flow.taker}, so "
                "that what is rejected is not shown.",
                _REJECTED,
                roles=(role,),
            )
            continue
        yield _rejected(view, role, flow, refusable, basis)


def _counted_for(view: View, role: str) -> tuple[list[str], str]:
    """The measures a role is credited by, and what says so."""
    names = {row.measure for row in _this_year(view) if row.role == role and row.measure}
    if names:
        return sorted(names), "its quotas"
    return sorted(_paid_on(view, role)), "the components of its comp plan"


def _paid_on(view: View, role: str) -> set[str]:
    """The measures that the components of a role's comp plan pay on."""
    plan = view.charter.plans.get(view.charter.roles[role].plan or "")
    stated = [
        words
        for component in (plan.components.values() if plan is not None else ())
        for words in pays_on(component)
    ]
    return {name for words in stated if (name := measure_named(view.charter, words)) is not None}


def _rejected(
    view: View, role: str, flow: HandoffFlow, refusable: list[str], basis: str
) -> Finding:
    check, about = "credit_for_rejected_meetings", f"handoffs.{flow.about}: rejected"
    counts = f"{role}: {basis} count {_listed(map(_words, refusable))}"
    segments = (flow.segment,) if flow.segment else ()
    rate = flow.rejected
    if rate is None:
        return unseen(
            check,
            about,
            f"{counts}; how many of them are rejected is not recorded.",
            _REJECTED,
            "Name under `handoffs:` where the CRM records `rejected`.",
            roles=(role,),
            segments=segments,
        )
    of = "held" if rate.of_step == "held" else "offered"
    says = (
        f"{counts}; {percent(rate.estimate.value)} of {rate.cases:,} meetings {of} in {flow.about} are "
        f"rejected within {rate.days} days{spread(rate.estimate)} and stay credited"
    )
    few = rate.cases < view.number("minimum_cases")
    past = rate.reached > 0 and not few
    says += "." if not few else f", but {rate.cases} meetings are too few to judge."
    return Finding(
        check=check,
        about=about,
        answer=Answer.CANNOT_TELL if few else Answer.PROVEN if past else Answer.CLEAR,
        says=says,
        rules=_REJECTED,
        severity=Severity.RED if past else None,
        measured=rate.estimate,
        proof=Proof(
            "cumulative incidence of rejection at the horizon (Aalen-Johansen), acceptance as the "
            "competing end, open cases censored",
            flow.query,
            ("case", "deal", "held", "days waiting", "became", "fields missing"),
            tuple(row for row in flow.worst if row[4] == "rejected")[:50],
            flow.counts.get("rejected", 0),
        ),
        remedy=f"Credit {role} with accepted meetings." if past else "",
        caveats=("That they stay credited follows from what is counted; no payslip is seen.",),
        roles=(role,),
        segments=segments,
    )


@Check(
    rules=_EXPANSION,
    asks="Is anybody asked to expand customers?",
    how="measured",
)
def expansion_quotas(view: View) -> Iterator[Finding]:
    """Segments in which no role has a quota that counts expansion.

    The source flags customer success managers without one; who owns expansion is the charter's
    choice, so that the flag is a segment in which nobody has one, and a customer success manager
    who owns expansion there and has none. Where the owner has no quota of any kind, quotas may
    be missing from the file.
    """
    check = "expansion_quotas"
    if not view.evidence.rows("quotas"):
        yield unseen(check, "quotas", _NO_QUOTAS, _EXPANSION, _LOAD)
        return
    rows = _this_year(view)
    for segment in view.segments():
        yield _expansion(view, segment, [row for row in rows if _counts_in(view, row, segment)])


def _counts_in(view: View, row: Attained, segment: str) -> bool:
    if row.segment:
        return row.segment == segment
    return covers(view.charter.roles[row.role].segments, segment)


def _expansion(view: View, segment: str, rows: list[Attained]) -> Finding:
    check, about = "expansion_quotas", f"expansion{_where(segment)}"
    here = segment if segment != EVERYWHERE else "the company"
    segments = (segment,) if segment != EVERYWHERE else ()
    cells = [
        by
        for cell, by in owners(view.charter).items()
        if cell.function is Function.EXPANSION and cell.segment == segment
    ]
    own = tuple(dict.fromkeys(role for by in cells for role in by.owns))
    if not own and all(by.outside or by.nobody for by in cells):
        return spared(
            check,
            about,
            f"{here}: the charter leaves expansion to nobody here.",
            _EXPANSION,
            segments=segments,
        )
    if not rows:
        return unseen(
            check,
            about,
            f"{here}: the evidence holds no quota of anybody there.",
            _EXPANSION,
            _LOAD,
            segments=segments,
        )
    asked = tuple(dict.fromkeys(r.role for r in rows if Function.EXPANSION in r.functions))
    csms = [role for role in own if view.charter.roles[role].kind in ("CSM", "CSM/AM")]
    without = [role for role in csms if role not in asked] if asked else list(own)
    with_quotas = {row.role for row in rows}
    if asked and not without:
        return Finding(
            check,
            about,
            Answer.CLEAR,
            f"{here}: {_listed(asked)} {'has' if len(asked) == 1 else 'have'} quotas that count "
            "expansion.",
            _EXPANSION,
            proof=_by_measure(view, rows),
            roles=asked,
            segments=segments,
        )
    measures = catalogue_of_measures()
    planned = [
        role
        for role in without
        if any(Function.EXPANSION in measures[name].functions for name in _paid_on(view, role))
    ]
    if planned:
        return Finding(
            check,
            about,
            Answer.CANNOT_TELL,
            f"{here}: the comp plan of {_listed(planned)} pays on expansion, and none of its quotas in "
            "the evidence counts it, but which of the two is complete cannot be told.",
            _EXPANSION,
            proof=_by_measure(view, rows),
            caveats=("Load the quotas on expansion too, if there are any.",),
            roles=tuple(planned),
            segments=segments,
        )
    sure = not without or bool(with_quotas & set(without))
    who = _listed(without)
    says = (
        f"{here}: none of {len(rows)} quotas counts expansion"
        + (f", which {who} {'owns' if len(without) == 1 else 'own'}" if without else "")
        if not asked
        else f"{here}: {who} owns expansion and has no quota that counts it"
    )
    return Finding(
        check=check,
        about=about,
        answer=Answer.PROVEN if sure else Answer.INDICATED,
        says=f"{says}.",
        rules=_EXPANSION,
        severity=Severity.RED if sure else Severity.AMBER,
        measured=Estimate(0.0, "quotas", of=f"{len(rows)} quotas"),
        proof=_by_measure(view, rows),
        remedy=f"Give {who or 'one role'} a quota on expansion, or say in the charter that nobody needs "
        "to own it.",
        caveats=()
        if sure
        else (f"The file holds no quota of {who} at all: they may be missing from it.",),
        roles=tuple(without),
        segments=segments,
    )


def _by_measure(view: View, rows: list[Attained]) -> Proof:
    counted: dict[tuple[str, str], int] = defaultdict(int)
    for row in rows:
        counted[row.role, row.measure or row.words] += 1
    listed = sorted(((*key, n) for key, n in counted.items()), key=lambda row: (-row[2], row))
    return Proof(
        "quotas of the year by role and measure, counted",
        _quotas(view),
        ("role", "measure", "quotas"),
        tuple(listed[:50]),
        len(listed),
    )


@Check(
    rules=_ONE,
    asks="Are account executives measured on one number?",
    how="measured",
)
def one_number_asked(view: View) -> Iterator[Finding]:
    """Account executives with quotas on more than one measure at the same time.

    Where they own expansion as well, two quotas are what the sources ask for, and the rule does
    not apply. A company's way of asking is no behaviour.
    """
    check = "one_number_asked"
    roles = [
        role
        for role in view.charter.kinds("AE")
        if Function.EXPANSION not in owned_by(view.charter.roles[role])
    ]
    if not roles:
        yield spared(
            check,
            "roles",
            "The charter has no account executives who sell to new customers alone.",
            _ONE,
        )
        return
    if not view.evidence.rows("quotas"):
        yield unseen(check, "quotas", _NO_QUOTAS, _ONE, _LOAD)
        return
    rows = _this_year(view)
    limit = view.limit("ae_measures", "value")
    for role in roles:
        mine = [row for row in rows if row.role == role]
        if not mine:
            yield unseen(
                check,
                f"quotas of {role}",
                f"{role}: the evidence holds no quota of it.",
                _ONE,
                roles=(role,),
            )
            continue
        at_once: dict[str, set[str]] = defaultdict(set)
        for row in mine:
            names = {
                other.measure or other.words
                for other in mine
                if other.person_id == row.person_id
                and other.first_day < row.end_day
                and row.first_day < other.end_day
            }
            if len(names) > len(at_once[row.person_id]):
                at_once[row.person_id] = names
        several = [names for names in at_once.values() if len(names) > limit.value]
        measures = sorted({name for names in several for name in names})
        share = len(several) / len(at_once)
        yield Finding(
            check=check,
            about=f"quotas of {role}",
            answer=Answer.PROVEN if several else Answer.CLEAR,
            says=(
                f"{role}: {percent(share)} of them have quotas on more than one measure at the same "
                f"time ({_listed(map(_words, measures))}); the source says one number."
                if several
                else f"{role}: each is asked for one number "
                f"({_listed(sorted({_words(r.measure or r.words) for r in mine}))})."
            ),
            rules=_ONE,
            severity=Severity.AMBER if several else None,
            measured=Estimate(share, "share", of="people with a quota"),
            limit=limit,
            proof=_by_measure(view, mine),
            remedy=f"Credit {role} on closed-won revenue alone, and steer by the rest without quota."
            if several
            else "",
            caveats=("What is paid out, and when, may follow more than one number.",)
            if several
            else (),
            roles=(role,),
        )


@Check(
    rules=_IN_NAME,
    asks="Did workflows, handoff documents and pay change with the roles?",
    how="asked",
)
def specialised_beyond_titles(view: View) -> Iterator[Finding]:
    """What the charter attests of the three things that make a specialised role more than a title.

    CRM workflows, handoff documents and comp plans lie outside the records that are looked at:
    an answer is shown as said, never as seen.
    """
    check = "specialised_beyond_titles"
    charter = view.charter
    if not charter.handoffs and len(charter.roles) < 2:
        yield spared(check, "roles", "The charter has one role: nothing is handed over.", _IN_NAME)
        return
    attested = charter.attested.get("000-27")
    if attested is not None:
        no, what = attested.answer is False, _answered(attested.answer)
        how = f", {attested.how}" if attested.how else ""
        yield said(
            check,
            "attested.000-27",
            f"{attested.by} says of workflows, handoff documents and pay that changed with the roles: "
            f"{what} ({attested.on}{how}).",
            _IN_NAME,
            severity=Severity.NOTE if no else None,
            remedy="Change workflows, documents and pay with the roles, or say that the roles are one."
            if no
            else "",
        )
    flows = charter.handoffs
    looks: tuple[tuple[str, list[str], Callable[[str], str]], ...] = (
        (
            "CRM workflow",
            [f"{one.name} ({one.workflow})" for one in flows if one.workflow],
            lambda names: f"The charter names a CRM workflow for {names}.",
        ),
        (
            "handoff document",
            [one.name for one in flows if one.document or one.requires],
            lambda names: f"The charter names a document or required fields for {names}.",
        ),
        (
            "comp plan",
            [name for name, role in charter.roles.items() if role.plan],
            lambda names: f"The charter names a comp plan for {names}.",
        ),
    )
    words = {
        "CRM workflow": "`workflow:` of each handoff",
        "handoff document": "`document:` or `requires:` of each handoff",
        "comp plan": "`plan:` of each role",
    }
    for what, stated, tell in looks:
        about = f"{what}s that changed with the roles"
        if stated:
            yield said(check, about, tell(_listed(stated)), _IN_NAME)
        elif attested is None:
            yield unseen(
                check,
                about,
                f"The charter names no {what}, and nobody has attested one.",
                _IN_NAME,
                f"State {words[what]}, or answer `attested: 000-27`.",
            )


def _answered(answer: bool | str) -> str:
    """An attested answer in words."""
    return answer if isinstance(answer, str) else "yes" if answer else "no"


def _proxy(found: Finding) -> Finding:
    """A finding on a proxy indicates and proves nothing."""
    if found.answer is Answer.PROVEN:
        return dataclasses.replace(found, answer=Answer.INDICATED)
    return found


@Check(
    rules=_TOOLS,
    asks="Does each role have the tools it works with, and no others?",
    how="asked",
)
def tools_by_role(view: View) -> Iterator[Finding]:
    """What the charter says of the tools each role is given, beside those its kind works with.

    Whether seats are used is in no CRM: shown as said, with what the seats of tools that a kind
    does not work with cost in a year where their price is stated.
    """
    check = "tools_by_role"
    charter = view.charter
    attested = charter.attested.get("003-69")
    if attested is not None:
        what = _answered(attested.answer)
        yield said(
            check,
            "attested.003-69",
            f"{attested.by} says of tools given by role: {what} ({attested.on}).",
            _TOOLS,
            severity=Severity.NOTE if attested.answer is False else None,
            remedy="Give each role the tools it works with." if attested.answer is False else "",
        )
    stated = {name: role for name, role in charter.roles.items() if role.tools and role.kind}
    if not stated:
        if attested is None:
            yield unseen(
                check,
                "roles",
                "Nobody has attested which tools roles are given.",
                _TOOLS,
                "State `tools:` of each role, or answer `attested: 003-69`.",
            )
        return
    stacks = {frozenset(role.tools) for role in stated.values()}
    if len(stated) > 1 and len(stacks) == 1:
        yield said(
            check,
            "tools of all roles",
            f"The charter gives {_listed(stated)} the same tools: {_listed(map(_words, min(stacks)))}.",
            _TOOLS,
            severity=Severity.NOTE,
            remedy="Give each role the tools it works with.",
            roles=tuple(stated),
        )
    for name, role in stated.items():
        usual = role_kinds()[str(role.kind)].tools
        kinds = {t: charter.tools[t].kind if t in charter.tools else t for t in role.tools}
        beside = [tool for tool, kind in kinds.items() if kind not in usual]
        cost = _seats(view, name, beside)
        yield said(
            check,
            f"tools of {name}",
            f"The charter gives {name} {_listed(map(_words, role.tools))}"
            + (
                f"; its kind does not work with {_listed(map(_words, beside))}{cost}."
                if beside
                else ", all of which its kind works with."
            ),
            _TOOLS,
            severity=Severity.NOTE if beside else None,
            remedy=f"Ask whether {name} uses {_listed(map(_words, beside))}." if beside else "",
            roles=(name,),
        )


def _seats(view: View, role: str, tools: list[str]) -> str:
    """What seats of some tools cost in a year for those who hold a role now, in words."""
    stated = view.charter.tools
    seat = sum((stated[t].per_seat or Decimal(0) for t in tools if t in stated), Decimal(0))
    day = view.over.last_day
    people = {s.person_id for s in view.held if s.role == role and s.first_day <= day < s.end_day}
    if not seat or not people:
        return ""
    whole = Money(seat * len(people), view.charter.currency)
    return f", {whole} a year for {len(people)} seats"


@Check(
    rules=_OVERLAP,
    asks="Is work done by the role that owns it, and does all of it have an owner?",
    how="measured",
)
def work_beside_owners(view: View) -> Iterator[Finding]:
    """Recorded hours of each function that went to roles other than its owners, or that nobody owns.

    Roles record different parts of their time, so that this is a proxy and at most amber. It
    speaks of the work, and never of who did it where that would be fewer people than the minimum
    group.
    """
    check = "work_beside_owners"
    if not view.evidence.rows("activities") or not view.held:
        why = (
            "the evidence holds no activities"
            if not view.evidence.rows("activities")
            else "nobody in the evidence has a role"
        )
        yield unseen(
            check,
            "work",
            f"Who does which work cannot be looked at: {why}.",
            _OVERLAP,
            "" if view.evidence.rows("activities") else NO_ACTIVITIES,
        )
        return
    group = minimum_group(view.charter, view.numbers, view.over.last_day)
    found = view.measured(work_and_owners, view.over, group=group, seed=view.seed)
    told = [(each, _proxy(_beside(view, each, found))) for each in found.beside]
    yield from (finding for _, finding in told if finding.answer is not Answer.CLEAR)
    within = [each for each, finding in told if finding.answer is Answer.CLEAR]
    if len({s.role for s in view.held if s.during(view.over)}) < 2:
        # one role beside nobody: every other answer would be clear, whatever people do
        yield spared(
            check,
            "work done by its owners",
            "All people in the evidence hold one role: no other could do its work.",
            _OVERLAP,
        )
    elif within:
        yield _within(view, within, found)
    if found.too_few:
        yield unseen(
            check,
            "work of few people",
            f"{_listed(map(_words, found.too_few))}: fewer than {group} people recorded such work, so "
            "that it is not shown.",
            _OVERLAP,
        )
    yield _proxy(_unowned(view, found))


def _beside(view: View, each: Beside, found: WorkAndOwners) -> Finding:
    where = f" in {_listed(each.segments)}" if each.segments else ""
    limits = view.limits("work_beside_owner")
    others = ", ".join(f"{role} {percent(part)}" for role, part in each.others[:3])
    weeks = view.number("minimum_weeks")
    few = view.over.days < 7 * weeks
    return judged(
        "work_beside_owners",
        f"{_words(each.function)}{where}",
        f"{_words(each.function)}{where}: {percent(each.share.value)} of the recorded hours were by "
        f"other roles than {_listed(each.owners)}{spread(each.share)}; more than "
        f"{percent(limits[0].value)} is {limits[0].level}",
        each.share,
        limits,
        _OVERLAP,
        proof=Proof(
            "share of recorded hours by roles that neither own nor assist the function; interval: "
            "people drawn again",
            found.query,
            ("month", "by other roles", "people"),
            tuple(
                (str(p.month)[:7], percent(p.value), p.cases)
                for p in sorted(each.trend, key=lambda p: -p.value)
            )[:50],
            len(each.trend),
        ),
        remedy=f"Decide who does {_words(each.function)}{where}: move the work to "
        f"{_listed(each.owners)}, or let the charter say who assists.",
        cases=0 if few else None,
        minimum=1,
        caveats=(
            f"By other roles: {others}." if others else "",
            "A proxy: roles record different parts of their time.",
        ),
        roles=each.owners,
        segments=each.segments,
        trend=each.trend,
        most=Severity.AMBER,
    )


def _within(view: View, within: list[Beside], found: WorkAndOwners) -> Finding:
    """One answer for all functions whose work is done by its owners."""
    rows = [
        (_words(each.function), " and ".join(each.segments), percent(each.share.value))
        for each in sorted(within, key=lambda each: -each.share.value)
    ]
    (limit,) = view.limits("work_beside_owner")
    worst = max(within, key=lambda each: each.share.value)
    most = dataclasses.replace(worst.share, of=f"{len(within)} shares")
    highest = max(each.share.high or 0.0 for each in within)
    many = "s" if len(within) > 1 else ""
    places = f"function{many}" + (f" and segment{many}" if view.charter.segments else "")
    names = _listed(dict.fromkeys(_words(each.function) for each in within))
    return Finding(
        "work_beside_owners",
        "work done by its owners",
        Answer.CLEAR,
        f"In {len(within)} {places} at most {rows[0][2]}{spread(most)} of the recorded hours were by "
        f"other roles than the owners and those who assist; more than {percent(limit.value)} is "
        f"{limit.level}.",
        _OVERLAP,
        measured=most,
        limit=limit,
        proof=Proof(
            "share of recorded hours by roles that neither own nor assist the function",
            found.query,
            ("function", "segments", "by other roles"),
            tuple(rows[:50]),
            len(rows),
        ),
        caveats=(
            f"These are {names}.",
            f"The interval is that of the largest share; none reaches past {percent(highest)}.",
            "A proxy: roles record different parts of their time.",
        ),
    )


_SAYABLE = 0.0005
"""A share below which a tenth of a per cent says nothing."""


def _unowned(view: View, found: WorkAndOwners) -> Finding:
    check, about = "work_beside_owners", "work that no role owns"
    if found.unowned is None:
        return unseen(
            check,
            about,
            "Work that no role owns: fewer people than the minimum group recorded any work.",
            _OVERLAP,
        )
    each = found.unowned
    if not each.functions:
        return Finding(
            check,
            about,
            Answer.CLEAR,
            "All recorded work is on functions that a role owns, or that the charter leaves open.",
            _OVERLAP,
            measured=Estimate(0.0, "share", 0.0, 0.0, of=each.share.of),
        )
    limits = view.limits("unowned_work")
    most = ", ".join(
        f"{name} {percent(part)}" for name, part in each.functions[:3] if part >= _SAYABLE
    )
    return judged(
        check,
        about,
        f"{percent(each.share.value)} of recorded hours are on functions that no role "
        f"owns{spread(each.share)}; more than {percent(limits[0].value)} is {limits[0].level}",
        each.share,
        limits,
        _OVERLAP,
        proof=Proof(
            "share of recorded hours; interval: people drawn again",
            found.query,
            ("function", "of all recorded hours"),
            tuple((name, percent(part)) for name, part in each.functions)[:50],
            len(each.functions),
        ),
        remedy="Give each of these functions an owner in the charter, or say under `nobody:` that it "
        "needs none.",
        caveats=(
            f"Most of it is {most}." if most else "",
            "A proxy: roles record different parts of their time.",
        ),
        most=Severity.AMBER,
    )
