"""How managers lead: how many people, how often one to one; and how many engineers sellers have."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

from remit.audit.answer import judged, measured, spared, unseen
from remit.audit.parts import group_of
from remit.audit.view import Check, View
from remit.audit.wording import spread
from remit.measures.managers import (
    LEADERS,
    SELLERS,
    Engineers,
    OneToOnes,
    Span,
    closed_by_managers,
    colleagues_recorded,
    engineers,
    one_to_ones,
    reporting_lines,
    spans,
)
from remit.measures.queries import sql_of
from remit.terms import (
    Answer,
    Estimate,
    Finding,
    Limit,
    Proof,
    Severity,
    percent,
)

_SPANS = ("003-43", "003-44", "003-45", "003-46")
_CLOSING = ("003-40",)
_COACHING = ("003-41",)
_ENGINEERS = ("000-25",)


@Check(
    rules=_SPANS,
    asks="How many people does each manager lead?",
    how="measured",
)
def people_per_manager(view: View) -> Iterator[Finding]:
    """People who report to one manager on the last day, against the band for those they lead.

    On average over managers, and over reports, which is more wherever teams differ in size. How
    many people report to whom is a fact of the organisation and no behaviour. More than the band
    is amber, fewer a note; an average of others is no limit.
    """
    check = "people_per_manager"
    found = view.measured(spans)
    if not found:
        why = (
            "who reports to whom is not in the evidence"
            if not reporting_lines(view.evidence, view.charter)
            else "nobody who holds a role reports to somebody who holds one on the last day"
        )
        yield unseen(
            check,
            "people",
            f"How many people managers lead cannot be told: {why}.",
            (),
            "Name managers in the people file, or load an HR list.",
        )
    for span in found:
        yield _span(view, span)


def _span(view: View, span: Span) -> Finding:
    benchmark = view.numbers[span.band]
    value = benchmark.at(view.over.last_day)
    count = len(span.reports)
    sizes = ", ".join(map(str, span.reports[:-1])) + " and " if count > 1 else ""
    says = (
        f"{count} manager{'s lead' if count > 1 else ' leads'} {span.whom}, {sizes}{span.reports[-1]} "
        f"people each: {_plain(span.average)} on average"
        if count > 1
        else f"1 manager leads {span.whom}, {span.reports[0]} people"
    )
    if span.as_reports_see_it > span.average + 0.05:
        says += f", and {_plain(span.as_reports_see_it)} in the team of the average report"
    estimate = Estimate(span.average, "people", span.average, span.average, of=f"{count} managers")
    proof = Proof(
        "people who report to a manager on the last day, counted",
        sql_of(view.evidence["people"].select("person_id", "manager_id")),
        ("people in the team",),
        tuple((size,) for size in sorted(span.reports, reverse=True)),
        count,
    )
    about = f"managers of {span.whom}"
    if value.healthy is None:
        lowest = benchmark.trouble == "below"
        mark = value.value or 0
        says += (
            f"; the source says {_plain(mark)} and more"
            if lowest
            else f"; elsewhere it is {_plain(mark)}"
        )
        return measured(
            "people_per_manager", about, f"{says} [{value.source.standing}]", estimate, (),
            proof=proof, roles=span.roles,
        )  # fmt: skip
    low, high = value.healthy
    above = [size for size in span.reports if size > high]
    below = [size for size in span.reports if size < low]
    edge = high if above or not below else low
    severity = Severity.AMBER if above else Severity.NOTE if below else None
    odd = f"; {len(above or below)} of them outside it" if severity and count > 1 else ""
    return Finding(
        check="people_per_manager",
        about=about,
        answer=Answer.PROVEN if severity else Answer.CLEAR,
        says=f"{says}; the band is {_plain(low)} to {_plain(high)}{odd}.",
        rules=(),
        severity=severity,
        measured=estimate,
        limit=Limit(span.band, edge, "people", value.source, edge == high, "amber"),
        proof=proof,
        remedy="Split the largest team, or give part of it to a team lead."
        if above
        else "Ask whether so small a team needs a manager of its own, or one who also sells."
        if below
        else "",
        roles=span.roles,
    )


def _counted(number: float, one: str) -> str:
    """A number of people of a kind."""
    return f"{_plain(number)} {one if number == 1 else f'{one}s'}"


def _plain(number: float) -> str:
    """A number of people with at most one decimal."""
    return f"{number:,.1f}".removesuffix(".0")


@Check(
    rules=_COACHING,
    asks="Do managers talk with each report one to one every week?",
    how="measured if a field is named",
)
def coaching_cadence(view: View) -> Iterator[Finding]:
    """Weeks with a one-to-one, of those in which manager and report both worked.

    One-to-ones are activities of the rule that a cadence names (`seen_in:`), of these two people
    alone. What is not in a calendar or the CRM is not seen, and what is said in them never is, so
    that it is a proxy for coaching.
    """
    check = "coaching_cadence"
    charter = view.charter
    if not charter.kinds(*LEADERS):
        yield spared(check, "roles", "The charter has no managers.", _COACHING)
        return
    stated = [cadence for cadence in charter.cadences if cadence.kind == "one_to_one"]
    told = [cadence for cadence in stated if cadence.seen_in]
    if not told:
        yield unseen(
            check,
            "cadences",
            "Which entries are one-to-ones is not known: "
            + (
                "no cadence of that kind says where it is seen."
                if stated
                else "the charter states no such cadence."
            ),
            _COACHING,
            "State it under `cadences:` with `is: one_to_one` and, as `seen_in:`, the rule of "
            "`activities:` that fits its entries.",
        )
        return
    if not view.evidence.rows("activities"):
        yield unseen(check, "cadences", "The evidence holds no activities.", _COACHING)
        return
    if not view.measured(colleagues_recorded):
        yield unseen(
            check,
            "cadences",
            "No activity names a second colleague, so that nobody is seen to talk with anybody here.",
            _COACHING,
            "Export who was invited too (in Salesforce: EventRelation), or load calendars.",
        )
        return
    for cadence in told:
        about = f"one-to-ones of {cadence.by}" + (
            f" with {cadence.attended_by}" if cadence.attended_by else ""
        )
        part = next((p for p in view.parts(*LEADERS) if cadence.by in p.roles), None)
        if part is None:
            yield unseen(
                check,
                about,
                f"{cadence.by}: fewer managers than the minimum group are in the evidence, so that "
                "how often they talk with their reports is not shown.",
                _COACHING,
                roles=(cadence.by,),
            )
            continue
        by = part.roles if cadence.by in part.roles else (cadence.by,)
        found = view.measured(
            one_to_ones,
            view.over,
            rule=cadence.seen_in or "",
            managers=part.persons,
            by=by,
            attended_by=cadence.attended_by,
            seed=view.seed,
        )
        if found is None:
            yield unseen(
                check,
                about,
                f"{cadence.by}: nobody is known to report to them, or both never recorded work in the "
                "same week.",
                _COACHING,
                "Name managers in the people file, or load an HR list.",
                roles=(cadence.by,),
            )
        elif found.managers < group_of(view):
            yield unseen(
                check,
                about,
                f"{cadence.by}: fewer managers than the minimum group have such reports, so that how "
                "often they talk is not shown.",
                _COACHING,
                roles=(cadence.by,),
            )
        else:
            shown = _coaching(view, about, cadence.by, part.roles, found)
            # entries in a calendar indicate coaching and prove none
            past = shown.answer is Answer.PROVEN
            yield dataclasses.replace(shown, answer=Answer.INDICATED) if past else shown


def _coaching(view: View, about: str, by: str, roles: tuple[str, ...], found: OneToOnes) -> Finding:
    limits = view.limits("one_to_one_weeks")
    often = f"one in {found.between:.1f} weeks" if found.held else "none at all"
    others = [role for role in roles if role != by]
    together = f", with {', '.join(others)}" if others else ""
    return judged(
        "coaching_cadence",
        about,
        f"{by}{together}: a one-to-one was held in {percent(found.share.value)} of {found.weeks:,} "
        f"weeks of manager and report{spread(found.share)}, {often}; less than "
        f"{percent(limits[0].value)} is {limits[0].level}",
        found.share,
        limits,
        _COACHING,
        proof=Proof(
            "share of weeks, of pairs who both worked in them, with an entry of these two alone; "
            "interval: managers drawn again",
            found.query,
            ("month", "weeks of pairs", "with a one-to-one"),
            tuple(
                (str(p.month)[:7], p.cases, percent(p.value))
                for p in sorted(found.trend, key=lambda p: p.value)
            )[:50],
            len(found.trend),
        ),
        remedy="Put a weekly one-to-one into both calendars, and keep it when the week is full.",
        cases=found.weeks,
        minimum=view.number("minimum_cases"),
        caveats=(
            f"{found.managers} managers with {found.reports} reports.",
            "A proxy: talks that are in no calendar are not seen, nor what was talked about.",
        ),
        roles=roles,
        trend=found.trend,
        most=Severity.AMBER,
    )


@Check(
    rules=_CLOSING,
    asks="How many deals do managers close themselves?",
    how="measured",
)
def managers_closing(view: View) -> Iterator[Finding]:
    """Share of deals won, new and expansion, whose owner held a manager role when they were won.

    There is no limit for it: a number to know beside what managers are asked for.
    """
    check = "managers_closing"
    if not view.charter.kinds(*LEADERS):
        yield spared(check, "roles", "The charter has no managers.", ())
        return
    if not view.evidence.rows("opportunities"):
        yield unseen(check, "deals", "The evidence holds no deals.", ())
        return
    parts = view.parts(*LEADERS)
    if not parts:
        yield unseen(
            check,
            "deals",
            "Fewer managers than the minimum group are in the evidence, so that what they close is "
            "not shown.",
            (),
        )
    for part in parts:
        found = view.measured(closed_by_managers, managers=part.persons, seed=view.seed)
        if found.deals < view.number("minimum_cases"):
            yield unseen(
                check,
                f"deals of {', '.join(part.roles)}",
                f"{found.deals} won deals are too few to tell how many managers close.",
                (),
                roles=part.roles,
            )
            continue
        yield measured(
            check,
            f"deals of {', '.join(part.roles)}",
            f"{found.by_managers} of {found.deals:,} deals won in the year were the managers' own "
            f"({', '.join(part.roles)}): {percent(found.share.value)}{spread(found.share)}",
            found.share,
            (),
            proof=Proof(
                "share of deals won, new and expansion; interval: owners drawn again",
                found.query,
                ("deal",),
                tuple((record,) for record in found.records[:50]),
                found.by_managers,
            ),
            roles=part.roles,
            trend=found.trend,
        )


@Check(
    rules=_ENGINEERS,
    asks="Are there enough sales engineers for a technical sale?",
    how="measured",
)
def se_headcount(view: View) -> Iterator[Finding]:
    """Sales engineers for each account executive in technical segments, on the last day.

    Segments that a pool of engineers serves are looked at together. Red below the sources'
    limit; where all of them are enterprise segments, amber past the ratio for these. Without any
    engineer the ratio does not speak: whether the first is needed is another question. People
    count by the share of a job they hold; a headcount is no behaviour.
    """
    check = "se_headcount"
    charter = view.charter
    if not charter.kinds("SE") or not charter.kinds(*SELLERS):
        yield spared(check, "roles", "There are not both SEs and AEs.", _ENGINEERS)
        return
    silent = [name for name, s in charter.segments.items() if s.technical_sale is None]
    technical = [name for name, s in charter.segments.items() if s.technical_sale]
    if not technical:
        if silent or not charter.segments:
            yield unseen(
                check,
                "segments",
                "Which sales are technical is not stated.",
                _ENGINEERS,
                "State `technical_sale:` of each segment.",
            )
        else:
            yield spared(check, "segments", "No segment is a technical sale.", _ENGINEERS)
        return
    if not view.held:
        yield unseen(
            check,
            "segments",
            "Nobody in the evidence has a role, so that nobody can be counted.",
            _ENGINEERS,
        )
        return
    found = view.measured(engineers)
    if not found:
        yield unseen(
            check,
            "segments",
            "Nobody in the evidence sells in a technical segment on the last day.",
            _ENGINEERS,
            segments=tuple(technical),
        )
    for each in found:
        yield _engineers(view, each)


def _engineers(view: View, found: Engineers) -> Finding:
    check = "se_headcount"
    where = " and ".join(found.segments)
    counts = (
        f"{_counted(found.engineers, 'sales engineer')} for "
        f"{_counted(found.sellers, 'account executive')}"
    )
    about = f"sales engineers in {where}"
    if not found.engineers:
        return spared(
            check,
            about,
            f"{where}: there is no sales engineer yet; when to hire the first is told by demo work and "
            "stalled deals, not by a ratio.",
            _ENGINEERS,
            segments=found.segments,
        )
    limits = [view.limit("se_share_of_aes")]
    size = {view.charter.segments[name].size for name in found.segments}
    said = f"less than {percent(limits[0].value)} is red"
    if size == {"enterprise"} or (
        size == {None} and all("enterprise" in s for s in found.segments)
    ):
        most = view.limit("aes_per_se_enterprise", "amber")
        limits.insert(
            0, Limit(most.name, 1 / most.value, "share", most.source, above=False, level="amber")
        )
        said = f"less than {percent(limits[0].value)} is amber, {said}"
    pool = len(found.segments) > 1
    return judged(
        check,
        about,
        f"{where}: {counts}, {percent(found.share)}; {said}",
        Estimate(found.share, "share", found.share, found.share, of=counts),
        tuple(limits),
        _ENGINEERS,
        proof=Proof(
            "shares of a job held as sales engineer over those held as account executive, last day",
            sql_of(
                view.evidence["assignments"].select(
                    "role", "segment", "first_day", "end_day", "share"
                )
            ),
            ("month", "engineers for each account executive", "account executives"),
            tuple(
                (str(p.month)[:7], percent(p.value), p.cases)
                for p in sorted(found.trend, key=lambda p: p.value)
            )[:50],
            len(found.trend),
        ),
        remedy="Hire engineers towards the limit, or have fewer deals validated by one of them.",
        caveats=(
            "They serve these segments together; how their time divides is not in a headcount."
            if pool
            else "",
            "Roles are known by job title, which has no dates: earlier months are not known."
            if not found.trend
            else "",
        ),
        segments=found.segments,
        trend=found.trend,
    )
