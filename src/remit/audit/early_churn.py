"""Are more customers won while more of them are lost at their first renewal?"""

from __future__ import annotations

from collections.abc import Iterator
from math import sqrt

from remit.audit.answer import spared, unseen
from remit.audit.view import Check, Part, View
from remit.audit.wording import spread
from remit.measures.sold import SoldBy, SoldQuarter, Span, sold_by
from remit.measures.time import large_enough, minimum_group
from remit.terms import Answer, Estimate, Finding, Point, Proof, Severity, percent
from remit.terms.period import Period, spoken

RULES = ("001-06",)


@Check(
    rules=RULES,
    asks="Do account executives bring in more while more of what they sold is lost at the first renewal?",
    how="measured",
)
def early_churn(view: View) -> Iterator[Finding]:
    """New recurring revenue beside early churn of the same customers, by quarter sold.

    The latest quarters whose customers have all come to their first renewal are compared with the
    same quarters a year before, at the same age. Amber if both rose and neither interval meets its
    earlier one. The two stand beside each other; what one has to do with the other is not told.
    """
    if not view.charter.kinds("AE"):
        yield spared(
            "early_churn",
            "roles: early churn",
            "The charter has no account executive who sells and leaves the customer to others.",
            RULES,
        )
        return
    parts = _sellers(view)
    if not parts:
        yield unseen(
            "early_churn",
            "roles: early churn",
            "Nobody is known to be an account executive, or fewer than may be shown together.",
            RULES,
            "List people with their roles, or match their job titles under `titles:`.",
        )
    for part in parts:
        found = view.measured(
            sold_by,
            persons=part.persons,
            roles=part.roles,
            segments=part.segments,
            seed=view.seed,
        )
        if found is None:
            yield unseen(
                "early_churn",
                f"roles.{part.about}: early churn",
                "Nothing in the evidence tells how long customers stay: `contracts` and "
                "`arr_changes` are empty.",
                RULES,
                "Load contracts with customer, deal, first day, end and yearly value.",
            )
            return
        yield _compared(view, part, found)


def _sellers(view: View) -> tuple[Part, ...]:
    """The account executives of all the time there is, those who have left included.

    Sellers of two years ago count, so that what is compared is not only what those sold who stayed.
    """
    roles = view.charter.kinds("AE")
    ever = Period(min(view.evidence.first_day, view.year.start), view.year.end)
    spells = [s for s in view.held if s.role in roles and s.during(ever)]
    group = minimum_group(view.charter, view.numbers, view.over.last_day)
    return tuple(
        Part(names, tuple(s for s in segments if s), frozenset(s.person_id for s in mine))
        for names, segments, mine in large_enough(spells, group, view.year)
    )


def _compared(view: View, part: Part, found: SoldBy) -> Finding:
    about = f"roles.{part.about}: early churn"
    group = minimum_group(view.charter, view.numbers, view.over.last_day)
    least = view.number("minimum_cases")
    earlier, later = found.earlier, found.later
    open_ = [quarter for quarter in found.quarters if not quarter.of_age and quarter.rows]
    if earlier is None or later is None:
        return _open(
            part,
            about,
            f"{part.about}: fewer than five quarters of new customers have all come to the age of "
            f"{found.age_months} months and a late renewal beyond, so that no quarter can be compared "
            "with the one a year before",
            found,
            group,
        )
    if min(earlier.logos, later.logos) < least:
        return _open(
            part,
            about,
            f"{part.about}: {later.logos:,} new customers in {_quarters(later)} and "
            f"{earlier.logos:,} a year before are too few to compare (at least {least:.0f})",
            found,
            group,
        )
    if min(earlier.sellers, later.sellers) < group:
        return _open(
            part,
            about,
            f"{part.about}: fewer than {group} people sold what would be compared, so that it is not "
            "shown",
            found,
            group,
        )
    limit = view.limit("early_churn_rise", "value")
    says = (
        f"{part.about}: {percent(later.early_churn.value)} of {later.logos:,} customers sold in "
        f"{_quarters(later)} were lost by month {found.age_months}{spread(later.early_churn)}, "
        f"beside {percent(earlier.early_churn.value)} of {earlier.logos:,} a year before"
        f"{spread(earlier.early_churn)}, while new recurring revenue was {_amount(later.new_arr)} "
        f"beside {_amount(earlier.new_arr)}"
    )
    churn, revenue = (
        _moved(earlier.early_churn, later.early_churn),
        _moved(earlier.new_arr, later.new_arr),
    )
    rise = _rise(earlier.early_churn, later.early_churn)
    answer, severity, why = Answer.CANNOT_TELL, None, "; the intervals meet"
    if churn > 0 and revenue > 0:
        answer, severity, why = Answer.INDICATED, Severity.AMBER, ": both rose"
    elif churn < 0:
        answer, why = Answer.CLEAR, ": early churn fell"
    elif revenue < 0:
        answer, why = Answer.CLEAR, ": less was sold"
    elif rise is not None and rise <= 0:
        answer, why = Answer.CLEAR, ": early churn did not rise"
    elif rise is not None and rise <= limit.value:
        answer, why = (
            Answer.CLEAR,
            f": early churn rose by {percent(rise)} at most, within the {percent(limit.value)} up to "
            "which they count as alike",
        )
    elif churn > 0:
        why = "; early churn rose, and of new revenue the intervals meet"
    return Finding(
        "early_churn",
        about,
        answer,
        f"{says}{why}.",
        RULES,
        severity,
        later.early_churn,
        support=(earlier.early_churn, later.new_arr, earlier.new_arr),
        proof=_proof(found, group),
        remedy="Look at the lost customers of the later quarters with those who sold and onboarded "
        "them, and pay part of the commission once a customer shows that it will stay."
        if severity
        else "",
        caveats=tuple(
            note
            for note in (
                "The two stand beside each other: prices, products and markets may have changed at "
                "the same time.",
                f"Compared at the same age, {found.age_months} months after they began to pay; a "
                f"renewal up to {found.gap_days} days late is no loss.",
                f"{len(open_):,} later quarters are not old enough yet, and are not compared."
                if open_
                else "",
                f"{found.unknown_seller:,} customers are left out: no won deal tells who sold them."
                if found.unknown_seller
                else "",
            )
            if note
        ),
        roles=part.roles,
        segments=part.segments,
        trend=_trend(found, group),
    )


def _open(part: Part, about: str, why: str, found: SoldBy, group: int) -> Finding:
    return Finding(
        "early_churn",
        about,
        Answer.CANNOT_TELL,
        f"{why}.",
        RULES,
        proof=_proof(found, group),
        roles=part.roles,
        segments=part.segments,
    )


def _moved(earlier: Estimate, later: Estimate) -> int:
    """1 if it rose, -1 if it fell, as whole intervals; 0 where they meet or one is not known."""
    rose = later.low is not None and earlier.high is not None and later.low > earlier.high
    fell = later.high is not None and earlier.low is not None and later.high < earlier.low
    return int(rose) - int(fell)


def _rise(earlier: Estimate, later: Estimate) -> float | None:
    """The most that it may have risen, from both intervals.

    Source: Zou and Donner, Construction of confidence limits about effect measures, Statistics in
    Medicine 27 (2008): limits of a difference from the limits of both sides.
    """
    if later.high is None or earlier.low is None:
        return None
    wide = sqrt((later.high - later.value) ** 2 + (earlier.value - earlier.low) ** 2)
    return later.value - earlier.value + wide


def _quarters(span: Span) -> str:
    """The days of a span, which quarters follow one another without a break."""
    return f"{spoken(span.quarters[0].start)} to {spoken(span.quarters[-1].last_day)}"


def _amount(estimate: Estimate) -> str:
    between = (
        ""
        if estimate.low is None or estimate.high is None
        else f" ({estimate.low:,.0f} to {estimate.high:,.0f})"
    )
    return f"{estimate.value:,.0f} {estimate.unit}{between}"


def _shown(found: SoldBy, group: int) -> list[SoldQuarter]:
    """Quarters in which enough people sold something for their figures to be shown."""
    return [quarter for quarter in found.quarters if quarter.sellers >= group]


def _proof(found: SoldBy, group: int) -> Proof:
    rows = tuple(
        (
            str(quarter.over),
            len(quarter.rows),
            f"{quarter.new_arr:.2f}",
            quarter.lost if quarter.of_age else "not old enough",
            percent(quarter.lost / len(quarter.rows)) if quarter.of_age else "",
        )
        for quarter in reversed(_shown(found, group))
    )
    return Proof(
        estimator="customers lost at or before their first renewal over customers sold, sellers drawn "
        "again; new revenue by Poisson bootstrap over customers. Quarters with sales of fewer people "
        "than may be shown are left out",
        query=found.query,
        columns=("quarter sold", "new customers", "new revenue a year", "lost early", "share"),
        rows=rows[:50],
        total=len(rows),
    )


def _trend(found: SoldBy, group: int) -> tuple[Point, ...]:
    return tuple(
        Point(quarter.over.start, quarter.lost / len(quarter.rows), len(quarter.rows))
        for quarter in _shown(found, group)
        if quarter.of_age
    )
