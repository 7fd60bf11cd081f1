"""Are there roles that are specialised in name only?"""

from __future__ import annotations

from collections.abc import Iterator

from remit.audit.answer import spared
from remit.audit.cost import hours_elsewhere
from remit.audit.judge import judge_cases, judge_time
from remit.audit.parts import parts_of, too_few
from remit.audit.timeshare import proof_by_week, segments_named
from remit.audit.view import Check, View
from remit.audit.wording import NO_ACTIVITIES, limits_said, spread, tipping_said
from remit.measures import (
    Concurrency,
    FunctionTime,
    RoleTime,
    minimum_group,
    technical_deals,
)
from remit.terms import Answer, Estimate, Finding, Limit, Proof, Severity, percent

RULES = ("000-13", "000-10", "000-11", "000-12", "000-26")


@Check(
    rules=RULES,
    asks="Do people do what their role says, or only carry its title?",
    how="measured",
)
def false_specialists(view: View) -> Iterator[Finding]:
    """Roles whose time goes outside what they own and assist, or whose people hold two at once.

    Behaviour: the share of a role's recorded time outside its remit; for sales engineers also
    the share of technical deals they took part in. Title: how far today's job titles say what
    the charter's people file says. Credits: people credited in two roles, told apart from
    promotions by when the records they were credited for were first touched.
    """
    yield from _outside(view)
    yield from _engineers(view)
    yield from _titles(view)
    yield from _two_roles(view)


def _outside(view: View) -> Iterator[Finding]:
    limits = (view.limit("outside_remit_share", "amber"), view.limit("outside_remit_share", "red"))
    looked = False
    for time in view.times:
        if time.role not in view.charter.roles:
            continue
        looked = True
        yield _outside_of(view, time, limits)
    if not looked:
        why = (
            "the evidence holds no activities"
            if not view.evidence.rows("activities")
            else "no role is held by as many people as the minimum group"
            if view.held
            else "nobody in the evidence has a role"
        )
        yield Finding(
            "false_specialists",
            "roles",
            Answer.COULD_NOT_LOOK,
            f"How roles spend their time could not be looked at: {why}.",
            ("000-13",),
            remedy="" if view.evidence.rows("activities") else NO_ACTIVITIES,
        )
    shown = {time.role for time in view.times}
    for role in view.charter.roles:
        people = {s.person_id for s in view.held if s.role == role and s.during(view.over)}
        if role in shown or not people or not looked:
            continue
        yield Finding(
            "false_specialists",
            f"roles.{role}",
            Answer.COULD_NOT_LOOK,
            f"{role}: held by fewer people than the minimum group, so that its time is only shown "
            "together with other roles'.",
            ("000-13",),
            roles=(role,),
        )


def _outside_of(view: View, time: RoleTime, limits: tuple[Limit, ...]) -> Finding:
    seen = time.coverage.value
    of_all = Estimate(
        time.outside.value * seen,
        "share",
        None if time.outside.low is None else time.outside.low * (time.coverage.low or 0.0),
        None if time.outside.high is None else time.outside.high * (time.coverage.high or 1.0),
        of=time.outside.of,
    )
    verdict = judge_time(time, time.outside, of_all, limits, view.number("coverage_floor"), None)
    outside = sorted(
        ((f, _outside_share(f)) for f in time.functions if f.outside_hours > 0),
        key=lambda each: -each[1],
    )
    named = ", ".join(
        f"{f.function.replace('_', ' ')} {percent(share)}"
        for f, share in outside[:3]
        if share >= 0.01
    )
    says = (
        f"{time.about}: {percent(time.outside.value)} of recorded time is outside what the role owns "
        f"and assists{spread(time.outside)}; {limits_said(limits)}"
    )
    remedy = f"Either give {time.role} these functions in the charter, or give them back to their owners."
    return Finding(
        check="false_specialists",
        about=f"roles.{time.about}: time outside the remit",
        answer=verdict.answer,
        says=f"{says}, but {verdict.why}." if verdict.why else f"{says}.",
        rules=("000-13",),
        severity=verdict.severity,
        measured=time.outside,
        limit=verdict.limit,
        tipping=verdict.tipping,
        proof=proof_by_week(view, time, outside[0][0].function if outside else "outside"),
        remedy=remedy
        if verdict.severity
        else "Add calendars or a time diary; and the people file, if some were not there all the time."
        if verdict.answer is Answer.CANNOT_TELL and seen < view.number("coverage_floor")
        else "",
        caveats=tuple(
            said
            for said in (
                tipping_said(verdict.tipping, "work outside the remit"),
                f"Most of it is {named}." if named else "",
                f"{percent(seen)} of working time is recorded{spread(time.coverage)}.",
            )
            if said
        ),
        roles=(time.role,),
        segments=time.segments,
        cost=hours_elsewhere(
            view,
            time.role,
            time.segments,
            sum(f.outside_hours for f in time.functions),
            time.over,
            time.coverage,
            "work outside the remit",
        )
        if verdict.severity
        else None,
    )


def _outside_share(function: FunctionTime) -> float:
    """The part of a function's share that is outside the remit, as far as its hours tell."""
    part = function.outside_hours / function.hours if function.hours else 0.0
    return function.share.value * min(1.0, part)


def _engineers(view: View) -> Iterator[Finding]:
    limit = (view.limit("se_technical_deal_share"),)
    rules = ("000-12",)
    looked: set[str] = set()
    for role in view.charter.kinds("SE"):
        parts = parts_of(view, (role,))
        few = not parts and any(s.role == role and s.during(view.year) for s in view.held)
        together = {s: part.segments for part in parts for s in part.segments}
        for segment in view.segments():
            here = view.charter.segments.get(segment)
            if segment not in (view.charter.roles[role].segments or view.segments()):
                continue
            about = f"roles.{role} in {segment}: technical deals"
            here_in = segments_named(view, segment)
            if here is not None and here.technical_sale is not True:
                yield Finding(
                    "false_specialists",
                    about,
                    Answer.DOES_NOT_APPLY,
                    f"{role} in {segment}: the charter does not call this a technical sale.",
                    rules,
                    roles=(role,),
                    segments=here_in,
                )
                continue
            if few:
                yield Finding(
                    "false_specialists",
                    about,
                    Answer.COULD_NOT_LOOK,
                    f"{role} in {segment}: {too_few(view, (role,))}, so that the deals they took part in "
                    "are not shown.",
                    rules,
                    roles=(role,),
                    segments=here_in,
                )
                continue
            joint = together.get(segment, here_in)
            if len(joint) > 1:
                about = f"roles.{role} in {' and '.join(joint)}: technical deals"
                if about in looked:
                    continue
                looked.add(about)
                here_in, segment = joint, " and ".join(joint)
            deals = technical_deals(
                view.evidence,
                view.charter,
                view.over,
                roles=(role,),
                segments=here_in,
                seed=view.seed,
            )
            if deals is None or not deals.whole:
                why = (
                    "the charter maps no stage to technical_validation"
                    if deals is None
                    else "no new deal entered a technical stage"
                )
                yield Finding(
                    "false_specialists",
                    about,
                    Answer.COULD_NOT_LOOK,
                    f"{role} in {segment}: {why}.",
                    rules,
                    roles=(role,),
                    segments=here_in,
                )
                continue
            if deals.whole < view.number("minimum_cases"):
                yield Finding(
                    "false_specialists",
                    about,
                    Answer.CANNOT_TELL,
                    f"{role} in {segment}: {deals.whole} technical deals are too few to judge.",
                    rules,
                    measured=deals.estimate,
                    limit=limit[0],
                    roles=(role,),
                    segments=here_in,
                )
                continue
            verdict = judge_cases(deals.estimate, limit)
            # being in a deal without logging anything looks the same as not being in it
            severity = Severity.AMBER if verdict.severity else None
            answer = Answer.INDICATED if verdict.severity else verdict.answer
            said = (
                f"{role} in {segment}: an engineer took part in {percent(deals.estimate.value)} of "
                f"{deals.whole:,} deals that reached technical validation{spread(deals.estimate)}; "
                f"less than {percent(limit[0].value)} is past the limit"
            )
            yield Finding(
                check="false_specialists",
                about=about,
                answer=answer,
                says=f"{said}, but {verdict.why}." if verdict.why else f"{said}.",
                rules=rules,
                severity=severity,
                measured=deals.estimate,
                limit=limit[0],
                proof=Proof(
                    "share of deals; interval: deal owners drawn again",
                    deals.query,
                    ("deal without an engineer",),
                    tuple((deal,) for deal in deals.records[:50]),
                    deals.whole - deals.part,
                ),
                remedy=f"Ask why {role} is not in these deals: capacity, routing, or a role that is "
                "really another."
                if severity
                else "",
                caveats=("An engineer who took part but logged nothing is not seen.",),
                roles=(role,),
                segments=here_in,
            )


def _titles(view: View) -> Iterator[Finding]:
    """Today's job titles against the roles people hold today."""
    about, rules = "titles", ("000-26",)
    by_file = [
        s
        for s in view.held
        if s.basis == "people file" and s.first_day <= view.evidence.as_of < s.end_day
    ]
    if not by_file or not view.charter.titles:
        missing = "people file" if not by_file else "titles"
        yield Finding(
            "false_specialists",
            about,
            Answer.COULD_NOT_LOOK,
            f"Titles could not be held against roles: the charter has no {missing}"
            + (f"{_read_from(view)}." if not by_file else "."),
            rules,
        )
        return
    people = view.evidence["people"].select("person_id", "title").to_pyarrow().to_pylist()
    titles = {row["person_id"]: row["title"] for row in people}
    differing, unknown = 0, 0
    persons = {s.person_id for s in by_file if (titles.get(s.person_id) or "").strip()}
    if not persons:
        yield Finding(
            "false_specialists",
            about,
            Answer.COULD_NOT_LOOK,
            "Titles could not be held against roles: nobody in the evidence has a title.",
            rules,
            remedy="Load the CRM's users with their titles, or an HR list.",
        )
        return
    for person in persons:
        title = view.charter.title(titles.get(person))
        roles = {s.role for s in by_file if s.person_id == person}
        unknown += title is None
        differing += title is not None and title.role not in roles
    said = (
        f"{differing} of {len(persons)} people have a title that says another role than the one they "
        f"hold; {unknown} have a title the charter does not know."
    )
    yield Finding(
        "false_specialists",
        about,
        Answer.PROVEN if differing else Answer.CLEAR,
        said,
        rules,
        Severity.NOTE if differing or unknown else None,
        remedy="Bring titles and the people file into line." if differing else "",
    )


_SOURCES = {"title": "titles", "HR list": "an HR list", "credit": "credits"}


def _read_from(view: View) -> str:
    """From what it is known instead who holds which role, as the end of a sentence."""
    known = dict.fromkeys(_SOURCES[s.basis] for s in view.held if s.basis in _SOURCES)
    return f", so that roles are read from {' and '.join(known)}" if known else ""


def _two_roles(view: View) -> Iterator[Finding]:
    about, rules = "people credited in two roles", ("000-10", "000-13")
    if len(view.charter.roles) < 2:
        yield spared(
            "false_specialists",
            about,
            "The charter has one role: nobody can be credited in two.",
            rules,
        )
        return
    if not view.evidence.rows("deal_credits"):
        yield Finding(
            "false_specialists",
            about,
            Answer.COULD_NOT_LOOK,
            "People in two roles could not be looked for: the evidence holds no credits, and no "
            "handoff from which they would follow.",
            rules,
        )
        return
    found = view.in_two_roles
    if not found:
        yield Finding(
            "false_specialists", about, Answer.CLEAR, "Nobody is credited in two roles.", rules
        )
        return
    amber, red = view.limit("concurrent_credits", "amber"), view.limit("concurrent_credits", "red")
    judged = [c for c in found if c.judged]
    twice = [c for c in judged if c.still > red.value]
    maybe = [c for c in judged if amber.value < c.still <= red.value]
    credits = sum(c.still for c in twice)
    by_credits = [c for c in found if c.basis == "credit"]
    began = (
        "their first credit in the later one"
        if len(by_credits) == len(found)
        else "the later one began"
    )
    said = _said(view, len(found), len(judged), len(twice), len(maybe), credits, red, began)
    caveats = [
        f"The others ({_count(view, len(found) - len(judged))}) cannot be judged: {_why_not(view)}."
        if len(judged) < len(found)
        else "",
        "Credits won after a change of role on records touched before it fit a promotion, and are "
        "not held against anybody.",
        "A role whose first day nothing tells counts from its first credit, which is later: credits "
        "on records first touched in between are not seen."
        if by_credits
        else "",
        "Whoever is credited in one role while the people file or the HR list has them in the one "
        "that takes over from it counts as credited in two."
        if any(not c.credited_later for c in found)
        else "",
        f"{_count(view, len(maybe))} more have no more than {red.value:.0f} such credits."
        if maybe and twice
        else "",
    ]
    if view.individuals:
        caveats += [_one(view, c) for c in found]
    rows = tuple((record,) for c in twice for record in c.records)
    if not _may_count(view, len(twice)):
        rows = ()  # how many there are is what these few people did
    none_judged = not judged
    answer = (
        Answer.CANNOT_TELL
        if none_judged
        else Answer.PROVEN
        if twice
        else Answer.INDICATED
        if maybe
        else Answer.CLEAR
    )
    yield Finding(
        check="false_specialists",
        about=about,
        answer=answer,
        says=said,
        rules=rules,
        severity=Severity.RED if twice else Severity.AMBER if maybe else None,
        measured=Estimate(float(sum(c.still for c in judged)), "credits")
        if _may_count(view, len(judged)) and _may_count(view, len(twice))
        else None,
        limit=red,
        proof=Proof(
            "records first touched after the later role began, counted a person",
            view.credits_query(),
            ("record credited in the earlier role",),
            rows[:50],
            len(rows),
        ),
        remedy="Decide which of the two roles each of them holds, and move the other's records."
        if twice
        else "Give the people file, with the days on which people changed roles."
        if by_credits and len(judged) < len(found)
        else "",
        caveats=tuple(caveat for caveat in caveats if caveat),
    )


def _count(view: View, number: int) -> str:
    """How many people, no closer than the minimum group lets one say outside the individual view."""
    group = minimum_group(view.charter, view.numbers, view.over.last_day)
    if number == 0:
        return "none"
    return str(number) if view.individuals or number >= group else f"fewer than {group}"


def _said(
    view: View,
    found: int,
    judged: int,
    twice: int,
    maybe: int,
    credits: int,
    red: Limit,
    began: str,
) -> str:
    kept = f"kept earning credits in the earlier role on records first touched after {began}"
    if not twice and not judged:
        return (
            f"{_count(view, found)} people are credited in two roles; none of them can be judged."
        )
    if maybe and not twice:
        return f"{_of_judged(view, maybe, judged)} {kept}, each on no more than {red.value:.0f}."
    if not twice:
        return (
            f"{_count(view, found)} people are credited in two roles; {_count(view, judged)} of them can "
            f"be judged, and none of these {kept}."
        )
    told = f": {credits} credits." if _may_count(view, twice) else "."
    return f"{_of_judged(view, twice, judged)} {kept}{told}"


def _of_judged(view: View, some: int, judged: int) -> str:
    """How many of how many; once where neither number may be said."""
    of, those = _count(view, judged), _count(view, some)
    whole = f" of {of}" if of != those else ""
    return f"{those[0].upper()}{those[1:]}{whole} people credited in two roles who can be judged"


def _may_count(view: View, people: int) -> bool:
    """Whether what so many people were credited with may be counted."""
    return (
        view.individuals
        or not people
        or people >= minimum_group(view.charter, view.numbers, view.over.last_day)
    )


def _why_not(view: View) -> str:
    if not view.individuals:
        return "no record came in any more after the later role began for them"
    return "see one by one"


def _one(view: View, concurrency: Concurrency) -> str:
    """One person's story. Only in the individual view."""
    if not concurrency.judged:
        verdict = f"cannot be judged, because {concurrency.why_not}"
    elif concurrency.still:
        verdict = f"{concurrency.still} of these on records first touched after it"
    else:
        verdict = "none of these on a record first touched after it, which fits a promotion"
    return (
        f"{view.name(concurrency.person_id)}: {concurrency.since}; "
        f"{concurrency.credits_after} of {concurrency.credits_earlier} "
        f"credits as {concurrency.earlier} came later; {verdict}."
    )
