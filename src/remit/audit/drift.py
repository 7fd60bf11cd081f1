"""Do sellers stay on the customers they have, or turn to expansion, where they also win new ones?"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

from remit.audit.answer import judged, spared, unseen
from remit.audit.parts import group_of, parts_of, too_few
from remit.audit.view import Check, Part, View
from remit.audit.wording import spread
from remit.charter import Charter, Function, remit_of
from remit.measures import RoleTime
from remit.measures.drift import NEW, ON_CUSTOMERS, Drift, parked_book, time_drift, won_drift
from remit.terms import Estimate, Finding, Period, Proof, Severity, percent
from remit.terms.period import spoken

PARKED, DRIFT = ("002-34",), ("002-46",)


@Check(
    rules=(*PARKED, *DRIFT),
    asks="Do sellers who win and keep customers live off old books, or drift to expansion?",
    how="measured",
)
def seller_drift(view: View) -> Iterator[Finding]:
    """Books without a new customer for a year, and the share of expansion in work and wins.

    Looked at for roles that close new customers and keep them too; all of it for groups of
    sellers, never for one. A share that rises beside a growing customer base is no choice by
    itself.
    """
    yield from _parked(view)
    yield from _drifting(view)


def _keepers(charter: Charter, *functions: Function) -> tuple[str, ...]:
    """Roles that own closing and one of these functions."""
    return tuple(
        role
        for role in charter.roles
        if Function.CLOSING in (owned := remit_of(charter, role).owned) and owned & set(functions)
    )


def _segments(view: View, part: Part) -> tuple[str, ...]:
    """Segments of a part's customers; its roles' own where it is not held by segment."""
    if part.segments:
        return part.segments
    return tuple(dict.fromkeys(s for role in part.roles for s in view.charter.roles[role].segments))


def _parked(view: View) -> Iterator[Finding]:
    about = "books without a new customer"
    roles = _keepers(view.charter, Function.RENEWAL, Function.EXPANSION)
    if not roles:
        yield spared(
            "seller_drift",
            about,
            "No role both closes new customers and keeps them.",
            PARKED,
        )
        return
    parts = parts_of(view, roles)
    if not parts:
        yield unseen(
            "seller_drift",
            about,
            f"Books of {' and '.join(roles)} are not shown: {too_few(view, roles)}.",
            PARKED,
            roles=roles,
        )
    for part in parts:
        yield _book(view, part)


def _book(view: View, part: Part) -> Finding:
    about = f"roles.{part.about}: books without a new customer"
    segments = _segments(view, part)
    lacking = (
        "the evidence holds no contracts and no movements of recurring revenue"
        if not (view.evidence.rows("contracts") or view.evidence.rows("arr_changes"))
        else ""
    )
    book = view.measured(
        parked_book, roles=part.roles, persons=part.persons, segments=segments, seed=view.seed
    )
    if book is None or book.people < group_of(view):
        why = lacking or (
            "nobody who held the role for the whole time owns a customer that pays"
            if book is None
            else "fewer people than the minimum group held the role for the whole time and own "
            "customers that pay"
        )
        return unseen(
            "seller_drift",
            about,
            f"{part.about}: books could not be looked at: {why}.",
            PARKED,
            roles=part.roles,
            segments=segments,
        )
    limit = view.limit("parked_book_share", "amber")
    return judged(
        "seller_drift",
        about,
        f"{part.about}: {percent(book.without_new.value)} of the recurring revenue in their books "
        f"lies in books whose owner won no new customer in {book.months} months"
        f"{spread(book.without_new)}; more than {percent(limit.value)} is past the limit",
        book.without_new,
        (limit,),
        PARKED,
        proof=Proof(
            "ARR in books without a new customer over ARR in all books of the group; interval: "
            "sellers drawn again with their books",
            book.query,
            ("signed in", "customers", "ARR", "share in books without a new customer"),
            book.rows[:50],
            len(book.rows),
        ),
        remedy="Right-size the books: give part of the old ones to colleagues, and tie accelerators "
        "to new customers.",
        cases=book.customers,
        minimum=view.number("minimum_cases"),
        caveats=(
            f"{percent(book.mature)} of this revenue is of customers who signed more than "
            f"{book.mature_months} months ago.",
            _time_on_customers(view, part),
            f"Counted are {book.customers:,} customers of {book.people} people who held the role "
            "for the whole time; books are as they are owned today.",
        ),
        roles=part.roles,
        segments=segments,
        most=Severity.AMBER,
    )


def _time(view: View, part: Part) -> RoleTime | None:
    return next(
        (t for t in view.times if (t.role,) == part.roles and t.segments == part.segments), None
    )


def _time_on_customers(view: View, part: Part) -> str:
    time = _time(view, part)
    if time is None or not time.functions:
        return ""
    old = sum(f.share.value for f in time.functions if f.function in ON_CUSTOMERS)
    new = sum(f.share.value for f in time.functions if f.function in NEW)
    return (
        f"{percent(old)} of their recorded time goes to customers, {percent(new)} to companies "
        "that are none yet."
    )


def _drifting(view: View) -> Iterator[Finding]:
    about = "share of expansion"
    roles = _keepers(view.charter, Function.EXPANSION)
    if not roles:
        yield spared("seller_drift", about, "No role owns both closing and expansion.", DRIFT)
        return
    parts = parts_of(view, roles)
    if not parts:
        yield unseen(
            "seller_drift",
            about,
            f"What {' and '.join(roles)} turn to is not shown: {too_few(view, roles)}.",
            DRIFT,
            roles=roles,
        )
    for part in parts:
        yield _time_drift(view, part)
        yield _won_drift(view, part)


def _time_drift(view: View, part: Part) -> Finding:
    about = f"roles.{part.about}: share of expansion in time"
    time = _time(view, part)
    found = None
    if view.evidence.rows("activities"):
        found = view.measured(
            time_drift,
            view.over,
            roles=part.roles,
            persons=part.persons,
            segments=part.segments,
            seed=view.seed,
        )
    floor, weeks = view.number("coverage_floor"), view.number("minimum_weeks")
    if found is None or found.people < group_of(view) or found.spans[0].days < 7 * weeks / 2:
        why = (
            "the evidence holds no activities"
            if not view.evidence.rows("activities")
            else "too little of their recorded time is on new customers or expansion in each of two "
            "spans of whole months"
        )
        return unseen(
            "seller_drift",
            about,
            f"{part.about}: how their time turns could not be looked at: {why}.",
            DRIFT,
            roles=part.roles,
            segments=part.segments,
        )
    if time is None or time.coverage.value < floor:
        # a share that moves may be logging that moves
        found = _without_interval(found)
    return _drifted(
        view,
        part,
        about,
        found,
        f"expansion took {percent(found.before)} of the time they recorded on expansion and on new "
        f"customers in {found.spans[0]}, and {percent(found.after)} in {found.spans[1]}",
        "change of the share of hours from the first half to the second, people with both; "
        "interval: people drawn again",
        ("quarter from", "share of expansion", "people"),
        (
            "Time that nobody logs is not seen: a share can move with how well each kind of work is "
            "logged.",
            f"{percent(time.coverage.value)} of working time is recorded."
            if time is not None
            else "",
        ),
    )


def _won_drift(view: View, part: Part) -> Finding:
    about = f"roles.{part.about}: share of expansion in what is won"
    segments = _segments(view, part)
    found = view.measured(won_drift, persons=part.persons, segments=segments, seed=view.seed)
    if found is None or found.people < group_of(view):
        why = (
            "the evidence does not reach back two years"
            if view.evidence.first_day > view.year.start.replace(year=view.year.start.year - 1)
            else "fewer people than the minimum group won something in both years"
        )
        return unseen(
            "seller_drift",
            about,
            f"{part.about}: how what they win turns could not be looked at: {why}.",
            DRIFT,
            roles=part.roles,
            segments=segments,
        )
    return _drifted(
        view,
        part,
        about,
        found,
        f"expansion was {percent(found.before)} of the value they won {_year(found.spans[0])}, and "
        f"{percent(found.after)} {_year(found.spans[1])}",
        "change of the share of won value from the year before to this year, people with both; "
        "interval: people drawn again",
        ("quarter from", "share of expansion", "people"),
        (
            f"{found.left_out:,} won deals have no value in the charter's currency and are left out."
            if found.left_out
            else "",
        ),
    )


def _drifted(
    view: View,
    part: Part,
    about: str,
    found: Drift,
    what: str,
    estimator: str,
    columns: tuple[str, ...],
    caveats: tuple[str, ...],
) -> Finding:
    limit = view.limit("expansion_drift", "amber")
    change = found.change
    rows = sorted(found.quarters, key=lambda point: -point.value)
    return judged(
        "seller_drift",
        about,
        f"{part.about}: {what}: {points(change)}; a rise of more than {limit.value * 100:.0f} "
        "points is past the limit",
        dataclasses.replace(change, said=points(change)),
        (limit,),
        DRIFT,
        proof=Proof(
            estimator,
            found.query,
            columns,
            tuple((str(point.month), percent(point.value), point.cases) for point in rows),
            len(rows),
        ),
        remedy="Set separate quotas for new customers and expansion, pay new customers at the "
        "higher rate, and make accelerators depend on them.",
        caveats=(
            "More customers mean more to expand: a share that rises beside a growing base is no "
            "choice by itself.",
            *caveats,
        ),
        roles=part.roles,
        segments=part.segments,
        trend=found.quarters,
        most=Severity.AMBER,
    )


def _without_interval(found: Drift) -> Drift:
    bare = dataclasses.replace(found.change, low=None, high=None)
    return dataclasses.replace(found, change=bare)


def _year(span: Period) -> str:
    return f"in the year to {spoken(span.last_day)}"


def points(change: Estimate) -> str:
    """A change of a share, in points with its interval.

    >>> points(Estimate(0.031, "share", -0.01, 0.072))
    '+3 points (-1 to +7)'
    """
    said = f"{_signed(change.value)} points"
    if change.low is None or change.high is None:
        return said
    return f"{said} ({_signed(change.low)} to {_signed(change.high)})"


def _signed(share: float) -> str:
    number = round(share * 100)
    return f"{number:+d}" if number else "0"
