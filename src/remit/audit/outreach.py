"""What SDRs and BDRs bring forth: meetings, contact points, answers, pipeline, quick replies."""

from __future__ import annotations

import dataclasses
from collections.abc import Generator, Iterator
from decimal import Decimal
from typing import Any

from remit.audit.answer import judged, measured, spared, unseen
from remit.audit.parts import group_of
from remit.audit.view import Check, Part, View
from remit.audit.wording import spread
from remit.measures.lead_response import LeadResponse, lead_response
from remit.measures.outreach import (
    MeetingsOfQuarter,
    MeetingsSet,
    Replies,
    Sequences,
    cold_replies,
    meetings_set,
    qualification,
    replies_recorded,
    sequences,
)
from remit.measures.sourced_pipeline import (
    SourcedPipeline,
    Unpriced,
    earnings_at_target,
    named_accounts,
    sourced_pipeline,
)
from remit.terms import Answer, Estimate, Finding, Limit, Proof, Severity, Standing, percent

MEETINGS = ("003-11",)
CONTACTS = ("003-09",)
REPLIES = ("003-14",)
PIPELINE = ("003-13", "003-63")
QUALIFIED = ("003-17",)
QUALITY = ("001-05",)
RESPONSE = ("003-08",)


@Check(
    rules=MEETINGS,
    asks="How many meetings does an SDR past ramp book in a week, and how many are held?",
    how="measured",
)
def meetings_a_week(view: View) -> Iterator[Finding]:
    """Meetings that SDRs past ramp book and hold, a person-week at work.

    A meeting counts for whoever recorded its offer. Weeks of leave are taken off; weeks without a
    meeting are in. How many of the meetings are accepted stands beside it: volume alone misleads.
    """
    parts = yield from _parts(view, "meetings_a_week", MEETINGS, "SDR")
    limits = view.limits("meetings_per_week")
    for part in parts:
        about = f"roles.{part.about}: meetings a week"
        found = view.measured(meetings_set, **_words(part), seed=view.seed)
        if found is None:
            yield _no_meetings(view, "meetings_a_week", about, part, MEETINGS)
            continue
        says = (
            f"{part.about}: {found.a_week.value:.1f} meetings booked a person-week past ramp"
            f"{_between(found.a_week)}{_held(found)}, over {found.weeks:,.0f} person-weeks; "
            f"{_limits_below(limits)}"
        )
        answer = judged(
            "meetings_a_week",
            about,
            says,
            found.a_week,
            limits,
            MEETINGS,
            proof=_weeks(found),
            remedy=f"Look with {part.about} at where prospects fall away before a meeting, and "
            "change that before asking for more contact points.",
            cases=int(found.weeks),
            minimum=view.number("minimum_cases"),
            caveats=(
                _accepted_beside(view, found),
                _unnamed(found),
                f"Counted from {found.since:%-d %b %Y}, the first meeting recorded."
                if found.since > view.year.start
                else "",
            ),
            roles=part.roles,
            segments=part.segments,
            trend=found.months,
        )
        most = (found.booked + found.unnamed) / found.weeks if found.weeks else 0.0
        if answer.limit and answer.answer is Answer.PROVEN and most >= answer.limit.value:
            answer = dataclasses.replace(
                answer,
                answer=Answer.CANNOT_TELL,
                severity=None,
                remedy="",
                says=f"{says}, but {found.unnamed:,} more meetings name nobody who booked them.",
            )
        yield answer


def _held(found: MeetingsSet) -> str:
    return "" if found.held_a_week is None else f", {found.held_a_week.value:.1f} of them held"


def _accepted_beside(view: View, found: MeetingsSet) -> str:
    if found.accepted is None:
        return "Whether meetings are accepted is not recorded, so that their number says little."
    return (
        f"Beside it: {percent(found.accepted.value)} of the {found.accepted_of} are accepted "
        f"within {view.number('acceptance_days'):.0f} days{spread(found.accepted)}."
    )


def _unnamed(found: MeetingsSet) -> str:
    if not found.unnamed:
        return ""
    return f"{found.unnamed:,} more meetings name nobody of a known role as who booked them."


def _weeks(found: MeetingsSet) -> Proof:
    return Proof(
        estimator="meetings over person-weeks at work past ramp; whole people drawn again",
        query=found.query,
        columns=("week of", "people at work", "booked", "held"),
        rows=tuple(
            (str(week), people, booked, "" if held is None else held)
            for week, people, booked, held in found.by_week[:50]
        ),
        total=len(found.by_week),
    )


@Check(
    rules=CONTACTS,
    asks="How often does an SDR contact a prospect before an answer or before giving up?",
    how="measured",
)
def contact_points(view: View) -> Iterator[Finding]:
    """Contact points per prospect, from the first outbound one to an answer or the end of work.

    E-mails and calls count, those that software sent in the SDR's name included: they are no
    working time, and still reach the prospect. Prospects still being worked count as far as they
    went. The source names a usual length; it is no limit.
    """
    parts = yield from _parts(view, "contact_points", CONTACTS, "SDR")
    for part in parts:
        about = f"roles.{part.about}: contact points"
        if not view.evidence.rows("activities"):
            yield _no_activities("contact_points", about, part, CONTACTS)
            continue
        found = view.measured(sequences, view.over, **_words(part), seed=view.seed)
        if found.prospects < view.number("minimum_cases"):
            yield _too_few(
                view, "contact_points", about, part, found.prospects, "prospects", CONTACTS
            )
            continue
        if found.median is None:
            yield Finding(
                "contact_points",
                about,
                Answer.CANNOT_TELL,
                f"{part.about}: work on more than half of {found.prospects:,} prospects has not "
                "ended yet.",
                CONTACTS,
                roles=part.roles,
                segments=part.segments,
            )
            continue
        band = _band(view, "sequence_touches")
        yield measured(
            "contact_points",
            about,
            f"{part.about}: {found.median.value:.0f} contact points with the median prospect"
            f"{_between(found.median, 0)} until an answer or the end of work, over "
            f"{found.prospects:,} prospects{_usual(band, 'the source names ')}",
            found.median,
            CONTACTS,
            proof=_sequences(found),
            caveats=tuple(_of_sequences(view, found)),
            roles=part.roles,
            segments=part.segments,
        )


def _of_sequences(view: View, found: Sequences) -> Iterator[str]:
    if found.unanswered is not None:
        yield (
            f"{found.unanswered.value:.0f} with the median prospect who does not answer"
            f"{_between(found.unanswered, 0)}."
        )
    yield (
        f"{found.automated:,} of {found.touches:,} contact points were sent by software; work "
        f"counts as ended after {view.number('sequence_gap_days'):.0f} days without one."
    )
    if found.tasks:
        yield (
            f"Plain tasks of theirs on prospects, {found.tasks:,} of them, are not counted: which "
            "were messages is not told."
        )
    if not view.measured(replies_recorded):
        yield "Replies by e-mail are not recorded, so that an answer shows only as a meeting."


def _sequences(found: Sequences) -> Proof:
    return Proof(
        estimator="median contact points a prospect, open prospects as far as they went "
        "(Kaplan-Meier over contact points); whoever made them drawn again",
        query=found.query,
        columns=("lead or contact", "first contacted", "contact points", "by software", "ended by"),
        rows=found.worst[:50],
        total=found.prospects,
    )


@Check(
    rules=REPLIES,
    asks="What share of the SDRs' cold e-mails is answered?",
    how="measured",
)
def cold_email_replies(view: View) -> Iterator[Finding]:
    """Share of cold e-mails answered by e-mail, of those sent to prospects who had not answered yet.

    A reply answers the last e-mail before it, once. E-mails that may still be answered are open.
    Where no e-mail that came in is recorded, nothing can be said.
    """
    parts = yield from _parts(view, "cold_email_replies", REPLIES, "SDR")
    limits = view.limits("cold_reply_rate")
    for part in parts:
        about = f"roles.{part.about}: replies"
        if not view.evidence.rows("activities"):
            yield _no_activities("cold_email_replies", about, part, REPLIES)
            continue
        if not view.measured(replies_recorded):
            yield unseen(
                "cold_email_replies",
                about,
                f"{part.about}: no e-mail in the evidence is marked as having come in, so that "
                "replies cannot be seen.",
                REPLIES,
                "Load e-mails with their direction (EmailMessage.Incoming, hs_email_direction), or "
                "an outcome that says `replied`.",
                roles=part.roles,
                segments=part.segments,
            )
            continue
        found = view.measured(cold_replies, view.over, **_words(part))
        if found is None:
            yield unseen(
                "cold_email_replies",
                about,
                f"{part.about}: the evidence holds no e-mail of theirs to a prospect.",
                REPLIES,
                "Load the e-mails that they send, with the lead or contact they go to.",
                roles=part.roles,
                segments=part.segments,
            )
            continue
        yield judged(
            "cold_email_replies",
            about,
            f"{part.about}: {_share(found.rate)} of {found.emails:,} cold e-mails are answered "
            f"within {found.days} days{_spread(found.rate)}; {_limits_below(limits, as_share=True)}",
            dataclasses.replace(found.rate, said=f"{_share(found.rate)}{_spread(found.rate)}"),
            limits,
            REPLIES,
            proof=_replies(found),
            remedy="Change whom the e-mails go to before changing how many there are: compare the "
            "prospects who answered with those who did not.",
            cases=found.emails,
            minimum=view.number("minimum_cases"),
            caveats=(
                f"By prospect: {found.replied:,} of {found.prospects:,} answered.",
                "A reply that is not logged counts as none.",
            ),
            roles=part.roles,
            segments=part.segments,
            trend=found.months,
        )


def _replies(found: Replies) -> Proof:
    return Proof(
        estimator="cumulative incidence at the horizon (Aalen-Johansen), the next e-mail and any "
        "other answer as competing ends, young e-mails censored",
        query=found.query,
        columns=("month", "cold e-mails", "answered"),
        rows=tuple((str(month), sent, answered) for month, sent, answered in found.by_month[:50]),
        total=len(found.by_month),
    )


@Check(
    rules=PIPELINE,
    asks="How much pipeline do SDRs and BDRs bring in a month, beside what they earn at target?",
    how="measured",
)
def pipeline_to_earnings(view: View) -> Iterator[Finding]:
    """Pipeline a person-month past ramp over a month's on-target earnings, for SDRs and for BDRs.

    Qualified opportunities count where the handoff records them, else new deals; for BDRs those
    in accounts named to them. Earnings are those of the plan that the role names. The source's
    band is shown and not held against, because as written it would make deals very small.
    """
    yield from _pipeline(view, "SDR", "sdr_pipeline_to_ote", "003-13", in_named=False)
    yield from _pipeline(view, "BDR", "bdr_pipeline_to_ote", "003-63", in_named=True)


def _pipeline(
    view: View, kind: str, benchmark: str, rule: str, *, in_named: bool
) -> Iterator[Finding]:
    check, rules = "pipeline_to_earnings", (rule,)
    parts = yield from _parts(view, check, rules, kind)
    for part in parts:
        about = f"roles.{part.about}: pipeline"
        of: dict[str, Any] = {"roles": part.roles, "segments": part.segments}
        if not view.evidence.rows("opportunities"):
            why = f"{part.about}: the evidence holds no deals (opportunities)."
            yield unseen(check, about, why, rules, "Load the deals with their amounts.", **of)
            continue
        unknown = [
            ote.why
            for role in part.roles
            if isinstance(ote := earnings_at_target(view.charter, role), Unpriced)
        ]
        if unknown:
            yield unseen(
                check,
                about,
                f"{part.about}: earnings at target are not known ({'; '.join(unknown)}).",
                rules,
                "State `ote:` in the plan and name the plan under the role.",
                **of,
            )
            continue
        if in_named and (
            named_accounts(view.evidence, view.charter, part.roles, part.persons) is None
        ):
            yield unseen(
                check,
                about,
                f"{part.about}: nothing says which accounts are named to them.",
                rules,
                "Load the territories with their owners, or list `accounts:` under a territory of "
                "the role.",
                **of,
            )
            continue
        words = _words(part)
        found = view.measured(
            sourced_pipeline, benchmark=benchmark, in_named=in_named, seed=view.seed, **words
        )
        if found is None:
            yield _too_few(view, check, about, part, 0, "people past ramp", rules)
            continue
        if found.deals < view.number("minimum_cases"):
            yield _too_few(view, check, about, part, found.deals, "deals sourced", rules)
            continue
        yield _of_pipeline(view, part, about, found, benchmark, rules, in_named)


def _of_pipeline(
    view: View,
    part: Part,
    about: str,
    found: SourcedPipeline,
    benchmark: str,
    rules: tuple[str, ...],
    in_named: bool,
) -> Finding:
    band = _band(view, benchmark)
    where = " in named accounts" if in_named else ""
    return measured(
        "pipeline_to_earnings",
        about,
        f"{part.about}: pipeline{where} of {_money(found.a_month)} {found.currency} a person-month "
        f"past ramp, {found.times.value:.1f} times {_earned(found)}{_between(found.times)}"
        f"{_usual(band, 'the source names ', ' times')}",
        found.times,
        rules,
        proof=Proof(
            estimator="sum of amounts over person-months times earnings at target; whole people "
            "drawn again",
            query=found.query,
            columns=("month", "deals", f"amount in {found.currency}"),
            rows=tuple((str(m), deals, _money(value)) for m, deals, value in found.by_month[:50]),
            total=len(found.by_month),
        ),
        caveats=tuple(
            note
            for note in (
                f"Counted are {found.deals:,} {found.basis}, by their amounts as they stand today.",
                _implied(view, found),
                f"{found.unpriced:,} of them have no amount in {found.currency} and are not in the "
                "sum, so that it is at least this."
                if found.unpriced
                else "",
            )
            if note
        ),
        roles=part.roles,
        segments=part.segments,
        trend=found.points,
    )


def _earned(found: SourcedPipeline) -> str:
    if found.basis_months == 1:
        return f"a month's earnings at target of {_money(found.ote_month)}"
    months = Decimal(str(found.basis_months))
    return f"the earnings at target of {found.basis_months:.0f} months ({_money(months * found.ote_month)})"


def _implied(view: View, found: SourcedPipeline) -> str:
    """The warning that the source's band, as written, would make deals very small."""
    if found.implied_deal is None or found.contract is None:
        return ""
    share = Decimal(str(view.number("implied_deal_share")))
    low, high = found.implied_deal
    if high >= share * found.contract:
        return ""
    each = found.deals / found.months
    return (
        f"At their {each:.1f} deals a month that band means deals of {_money(low)} to "
        f"{_money(high)}, under {percent(float(share))} of {found.contract_from} "
        f"({_money(found.contract)}): it may mean a year's earnings (`pipeline_ote_months`)."
    )


@Check(
    rules=QUALIFIED,
    asks="How long do BDRs take from a first contact to a qualified opportunity?",
    how="measured",
)
def days_to_qualified(view: View) -> Iterator[Finding]:
    """Days from a BDR's first contact with a company to a qualified opportunity.

    Companies not yet qualified are in, as open cases; a time taken over those that did qualify
    alone would leave out the slow ones. The source's 60 to 120 days are usual, and no limit.
    """
    parts = yield from _parts(view, "days_to_qualified", QUALIFIED, "BDR")
    for part in parts:
        about = f"roles.{part.about}: days to qualified"
        if not view.evidence.rows("activities"):
            yield _no_activities("days_to_qualified", about, part, QUALIFIED)
            continue
        found = view.measured(qualification, view.over, **_words(part))
        companies = 0 if found is None else found.companies
        if found is None or companies < view.number("minimum_cases"):
            yield _too_few(
                view, "days_to_qualified", about, part, companies, "companies contacted", QUALIFIED
            )
            continue
        took = (
            f"; half of those took {found.of_those:.0f} days" if found.of_those is not None else ""
        )
        half = f", half by day {found.median.value:.0f}" if found.median is not None else ""
        band = _band(view, "bdr_qualification_days")
        yield measured(
            "days_to_qualified",
            about,
            f"{part.about}: {percent(found.share.value)} of {found.companies:,} companies are "
            f"qualified within {found.days:.0f} days of the first contact{spread(found.share)}"
            f"{half or took}{_usual(band, 'the source names ', ' days as usual')}",
            found.share,
            QUALIFIED,
            proof=Proof(
                estimator="share by the horizon, companies not yet qualified as open cases "
                "(Kaplan-Meier)",
                query=found.query,
                columns=("company or lead", "first contact", "days", "became"),
                rows=found.worst[:50],
                total=found.companies,
            ),
            caveats=(
                f"Qualified are {found.basis}; {found.reached:,} so far.",
                "Which companies were given up is not recorded: they count as not yet qualified.",
            ),
            roles=part.roles,
            segments=part.segments,
        )


@Check(
    rules=QUALITY,
    asks="Do SDRs and BDRs book more meetings while fewer of them are accepted?",
    how="measured if a field is named",
)
def more_meetings_less_accepted(view: View) -> Iterator[Finding]:
    """Meetings booked a week up while the share accepted is down, between two whole quarters.

    The first and the last whole quarter with enough people and meetings are compared, each
    meeting in the quarter in which it was booked. Indicated where both have moved that way and
    both pairs of intervals lie apart; clear where either moved the other way. An association:
    what else changed between the quarters is not looked at, so that it is amber at most.
    """
    check = "more_meetings_less_accepted"
    parts = yield from _parts(view, check, QUALITY, "SDR", "BDR")
    for part in parts:
        about = f"roles.{part.about}: number and acceptance"
        found = view.measured(meetings_set, **_words(part), seed=view.seed)
        if found is None:
            yield _no_meetings(view, check, about, part, QUALITY)
        elif found.accepted is None:
            yield unseen(
                check,
                about,
                f"{part.about}: nothing in the evidence records that a meeting was accepted.",
                QUALITY,
                "Name under `handoffs:` where the CRM records `accepted`.",
                roles=part.roles,
                segments=part.segments,
            )
        else:
            yield _two_quarters(view, part, about, found)


def _two_quarters(view: View, part: Part, about: str, found: MeetingsSet) -> Finding:
    fewest = view.number("minimum_cases")
    judged_ = [q for q in found.quarters if q.accepted is not None and q.cases >= fewest]
    if len(judged_) < 2:
        return Finding(
            "more_meetings_less_accepted",
            about,
            Answer.CANNOT_TELL,
            f"{part.about}: {len(judged_)} whole quarters with {fewest:.0f} meetings or more are "
            "too few to compare.",
            QUALITY,
            roles=part.roles,
            segments=part.segments,
        )
    first, last = judged_[0], judged_[-1]
    before, now = first.accepted, last.accepted
    assert before is not None
    assert now is not None
    says = (
        f"{part.about}: {first.a_week.value:.1f} meetings booked a person-week in "
        f"{_quarter(first)}{_between(first.a_week)} and {last.a_week.value:.1f} in "
        f"{_quarter(last)}{_between(last.a_week)}, while {percent(before.value)}{spread(before)} "
        f"and {percent(now.value)}{spread(now)} of them were accepted"
    )
    more = last.a_week.value > first.a_week.value
    fewer = now.value < before.value
    apart = _apart(first.a_week, last.a_week) and _apart(now, before)
    answer = (
        Answer.INDICATED
        if more and fewer and apart
        else Answer.CANNOT_TELL
        if more and fewer
        else Answer.CLEAR
    )
    return Finding(
        check="more_meetings_less_accepted",
        about=about,
        answer=answer,
        says=f"{says}, but the intervals overlap." if answer is Answer.CANNOT_TELL else f"{says}.",
        rules=QUALITY,
        severity=Severity.AMBER if answer is Answer.INDICATED else None,
        measured=now,
        support=(last.a_week,),
        proof=Proof(
            estimator="meetings over person-weeks, whole people drawn again; share accepted at the "
            "horizon (Aalen-Johansen), by the quarter in which the meeting was booked",
            query=found.query,
            columns=("quarter", "people", "booked", "a person-week", "accepted"),
            rows=tuple(
                (
                    _quarter(q),
                    q.people,
                    q.booked,
                    round(q.a_week.value, 2),
                    "" if q.accepted is None else percent(q.accepted.value),
                )
                for q in found.quarters
            ),
            total=len(found.quarters),
        ),
        remedy="Pay and steer on accepted meetings, and look at what changed in whom they go to."
        if answer is Answer.INDICATED
        else "",
        caveats=tuple(
            note
            for note in (
                "Two figures that moved at the same time; what else changed is not looked at.",
                _unnamed(found),
            )
            if note
        ),
        roles=part.roles,
        segments=part.segments,
        trend=found.months,
    )


def _apart(lower: Estimate, upper: Estimate) -> bool:
    """Whether the whole of one interval lies under the other."""
    return lower.high is not None and upper.low is not None and lower.high < upper.low


def _quarter(of: MeetingsOfQuarter) -> str:
    return f"{of.start:%b} to {of.start.replace(month=of.start.month + 2):%b %Y}"


@Check(
    rules=RESPONSE,
    asks="How long does somebody who asks to talk wait for a first attempt to reach them?",
    how="measured if a field is named",
)
def speed_to_lead(view: View) -> Iterator[Finding]:
    """Business hours from an inbound lead to the first attempt by a person to reach them.

    Leads nobody has tried to reach stay in every figure. Hours run in the working hours of the
    charter's calendar and zone. What the studies found stands beside it and is no limit; a
    charter may set its own (`benchmarks: lead_response_hours`).
    """
    about, check = "leads: first attempt", "speed_to_lead"
    roles = view.charter.kinds("SDR", "BDR")
    if not view.evidence.rows("leads"):
        yield unseen(
            check, about, "The evidence holds no leads.", RESPONSE, "Load the leads.", roles=roles
        )
        return
    if not view.charter.inbound and not _any_inbound(view):
        yield unseen(
            check,
            about,
            "The charter does not say which leads asked to talk.",
            RESPONSE,
            "Name under `inbound:` the column and the words that mark them.",
            roles=roles,
        )
        return
    if not view.evidence.rows("activities"):
        yield unseen(
            check,
            about,
            "The evidence holds no activities, so that attempts cannot be seen.",
            RESPONSE,
            "Load the e-mails, calls and meetings.",
            roles=roles,
        )
        return
    found = view.measured(lead_response, view.over)
    fewest = view.number("minimum_cases")
    if found is None or found.leads < fewest:
        count = 0 if found is None else found.leads
        yield Finding(
            check,
            about,
            Answer.CANNOT_TELL,
            f"{count:,} leads that asked to talk are too few to judge (at least {fewest:.0f}).",
            RESPONSE,
            roles=roles,
        )
        return
    group = group_of(view)
    if 0 < found.people < group:
        yield unseen(
            check,
            about,
            f"Fewer than {group} people answer the leads that ask to talk, so that no figure is "
            "shown.",
            RESPONSE,
            roles=roles,
        )
        return
    yield _of_response(view, found, about, roles)


def _any_inbound(view: View) -> bool:
    leads = view.evidence["leads"]
    return bool(leads.filter(leads.inbound).count().execute())


def _of_response(view: View, found: LeadResponse, about: str, roles: tuple[str, ...]) -> Finding:
    middle = (
        f"half have a first attempt within {_hours(found.median.value)}{_between(found.median)}"
        if found.median is not None
        else "fewer than half have a first attempt"
    )
    ninth = (
        f"nine in ten within {_hours(found.ninth)}"
        if found.ninth is not None
        else "nine in ten never have one"
    )
    never = f"{found.never:,} have none so far" if found.never else "none is without"
    says = (
        f"Of {found.leads:,} leads that asked to talk {middle}, {ninth}, {percent(found.within.value)} "
        f"within {_hours(found.hours)}{spread(found.within)}; {never}"
    )
    proof = Proof(
        estimator="business hours to the first attempt, leads without one as open cases "
        "(Kaplan-Meier)",
        query=found.query,
        columns=("lead", "came in", "business hours", "tried"),
        rows=found.worst[:50],
        total=found.leads,
    )
    caveats = (
        f"Hours are those of {found.calendar}.",
        f"{found.by_day:,} first attempts tell only their day, and count as made at its close."
        if found.by_day
        else "",
        *_studies(view),
    )
    caveats = tuple(note for note in caveats if note)
    limits = _own_promise(view)
    if limits and found.median is not None:
        return judged(
            "speed_to_lead",
            about,
            f"{says}; the limit on the median is {_hours(limits[-1].value)}",
            found.median,
            limits,
            RESPONSE,
            proof=proof,
            remedy="Give leads that ask to talk an owner at every working hour, and route them "
            "without triage.",
            caveats=caveats,
            roles=roles,
            trend=found.months,
            most=Severity.AMBER,
        )
    return measured(
        "speed_to_lead",
        about,
        says,
        found.within,
        RESPONSE,
        proof=proof,
        caveats=caveats,
        roles=roles,
        trend=found.months,
    )


def _own_promise(view: View) -> tuple[Limit, ...]:
    """The hours a charter sets itself; what a study found is nothing to hold anybody against."""
    name = "lead_response_hours"
    value = view.numbers[name].at(view.over.last_day)
    if value.value is None or value.source.standing is not Standing.POLICY:
        return view.limits(name)
    return (view.limit(name, "value"),)


def _studies(view: View) -> Iterator[str]:
    quick = view.numbers["leads_answered_within_hour"].at(view.over.last_day)
    never = view.numbers["leads_never_answered"].at(view.over.last_day)
    if quick.value is not None and never.value is not None:
        yield (
            f"Test leads sent to companies: {percent(quick.value)} answered within an hour by the "
            f"clock, {percent(never.value)} never [{quick.source.standing}]; no target."
        )


# Said alike by all


def _parts(
    view: View, check: str, rules: tuple[str, ...], *kinds: str
) -> Generator[Finding, None, tuple[Part, ...]]:
    """The parts to look at; where there are none, the finding that says why."""
    roles = view.charter.kinds(*kinds)
    who = " or ".join(kinds)
    if not roles:
        yield spared(check, f"roles: {who}", f"The charter has no {who}.", rules)
        return ()
    parts = view.parts(*kinds)
    if not parts:
        group = group_of(view)
        yield unseen(
            check,
            f"roles.{' and '.join(roles)}",
            f"{' and '.join(roles)}: fewer than {group} people held the role, so that no figure is "
            "shown.",
            rules,
            "Give the people their roles under `titles:` or `people:`."
            if not any(held.role in roles for held in view.held)
            else "",
            roles=roles,
        )
    return parts


def _words(part: Part) -> dict[str, Any]:
    return {"roles": part.roles, "segments": part.segments, "persons": part.persons}


def _no_meetings(view: View, check: str, about: str, part: Part, rules: tuple[str, ...]) -> Finding:
    declared = any(handoff.giver in part.roles for handoff in view.charter.handoffs)
    return unseen(
        check,
        about,
        f"{part.about}: no meeting that they booked for others is in the evidence (handoffs)."
        if declared
        else f"{part.about}: the charter declares no handoff from them, so that their meetings "
        "cannot be told from others.",
        rules,
        "Name under `handoffs:` where the CRM records `offered` and `held`.",
        roles=part.roles,
        segments=part.segments,
    )


def _no_activities(check: str, about: str, part: Part, rules: tuple[str, ...]) -> Finding:
    return unseen(
        check,
        about,
        f"{part.about}: the evidence holds no activities.",
        rules,
        "Load the e-mails and calls, with the lead or contact they go to.",
        roles=part.roles,
        segments=part.segments,
    )


def _too_few(
    view: View, check: str, about: str, part: Part, count: int, what: str, rules: tuple[str, ...]
) -> Finding:
    return Finding(
        check,
        about,
        Answer.CANNOT_TELL,
        f"{part.about}: {count:,} {what} are too few to judge "
        f"(at least {view.number('minimum_cases'):.0f}).",
        rules,
        roles=part.roles,
        segments=part.segments,
    )


def _between(found: Estimate, digits: int = 1) -> str:
    """The interval of a number that is no share, in brackets; nothing where there is none."""
    if found.low is None or found.high is None:
        return ""
    return f" ({found.low:,.{digits}f} to {found.high:,.{digits}f})"


def _share(found: Estimate) -> str:
    """A small share, with the decimal that matters."""
    return f"{found.value * 100:.1f} %"


def _spread(found: Estimate) -> str:
    if found.low is None or found.high is None:
        return ""
    return f" ({found.low * 100:.1f} to {found.high * 100:.1f} %)"


def _limits_below(limits: tuple[Limit, ...], *, as_share: bool = False) -> str:
    said = [
        f"under {percent(limit.value) if as_share else f'{limit.value:g}'} is {limit.level}"
        for limit in limits
    ]
    return ", ".join(said)


def _band(view: View, name: str) -> tuple[float, float] | None:
    return view.numbers[name].at(view.over.last_day).healthy


def _usual(band: tuple[float, float] | None, words: str, unit: str = "") -> str:
    return "" if band is None else f"; {words}{band[0]:g} to {band[1]:g}{unit}"


def _hours(value: float) -> str:
    said = f"{value:.1f}" if value < 10 and value != int(value) else f"{value:.0f}"
    return f"{said} business hour{'' if said == '1' else 's'}"


def _money(value: Decimal) -> str:
    return f"{value:,.0f}"
