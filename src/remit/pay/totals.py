"""What everybody earned, in sums: for budgets and accruals, and for more deals than anybody reads.

What a payee earned in a period depends on the credit so far and the credit now, and not on single
deals, wherever a component's pay is a curve. There the database adds up the credit of each month,
and the curve is read before and after. Everything else is worked out line by line, and comes to
the same cents.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from remit.charter.fiscal import first_month, period_of
from remit.compensation.commission import Commission
from remit.compensation.components import AnyComponent
from remit.compensation.curve import Curve
from remit.compensation.plan import Plan
from remit.pay.calculate import Calculation
from remit.pay.credit import counts_for
from remit.pay.payees import Stint
from remit.terms import Period

PLACES = 14
"""Of credit that is added up: amounts have four, and shares ten."""


@dataclass(frozen=True, slots=True)
class Total:
    """What one payee earned on one component in one earning period, in cents."""

    payee: str
    component: str
    origin: Period
    cents: int


def totals(calculation: Calculation) -> tuple[Total, ...]:
    """What everybody earned by component and earning period, in order of names and days.

    The same as the sums of `Calculation.earned`, to the cent; where nothing is earned there is no
    total.

    >>> from remit.charter import Charter
    >>> from remit.pay.facts import facts_of
    >>> plan = {"components": {"sold": {"pays_on": "bookings", "rate": "10%"}}}
    >>> acme = Charter(company="Acme", roles={"ae": {"is": "AE", "plan": "ae"}},
    ...     plans={"ae": plan}, people=[{"person": "Ann", "role": "ae"}])
    >>> sold = {"id": "D1", "day": date(2026, 3, 1), "measure": "bookings", "amount": 90, "payee": "Ann"}
    >>> [one.cents for one in totals(Calculation(acme, facts_of(transactions=[sold]), sold["day"]))]
    [900]

    Raises:
        NoRateError: As `Calculation.earned`.
    """
    rows: dict[tuple[str, str, Period], int] = {}
    by_plan: dict[str, list[Stint]] = {}
    curves = {
        name: _is_all_curves(plan) and calculation.facts.names_everybody(calculation.currency(plan))
        for name, plan in calculation.charter.plans.items()
    }
    singly = {s.payee for s in calculation.stints if not (curves[s.plan_name] and _in_months(s))}
    for stint in calculation.stints:
        if stint.payee not in singly:
            by_plan.setdefault(stint.plan_name, []).append(stint)
    for stints in by_plan.values():
        for one in _together(calculation, stints):
            key = one.payee, one.component, one.origin
            rows[key] = rows.get(key, 0) + one.cents
    for payee in singly:
        for line in calculation.earned(payee):
            key = payee, line.component, line.origin
            rows[key] = rows.get(key, 0) + line.cents
    found = (Total(*key, amount) for key, amount in rows.items() if amount)
    return tuple(sorted(found, key=lambda t: (t.payee, t.component, t.origin.start)))


def _in_months(stint: Stint) -> bool:
    """Whether a stint begins and ends with a month."""
    over = stint.over
    return over.start.day == 1 and (over.end == date.max or over.end.day == 1)


def _is_all_curves(plan: Plan) -> bool:
    """Whether all that a plan pays is a curve of credit, each component's by itself."""
    return (
        plan.combine == "additive"
        and plan.cap is None
        and plan.clawback is None
        and plan.multi_year == "first_year"
        and all(_is_a_curve(component) for component in plan.components.values())
    )


def _is_a_curve(component: AnyComponent) -> bool:
    return (
        isinstance(component, Commission)
        and component.crossing == "split"
        and component.counted != "deal"
        and component.windfall is None
        and component.cap is None
        and not (component.gates or component.modifiers or component.products)
        and component.credit.to in ("owner", "split", "overlay")
    )


def _together(calculation: Calculation, stints: Iterable[Stint]) -> Iterator[Total]:
    """Totals of stints on one plan, from credit that the database adds up."""
    mine: dict[str, list[tuple[int, Stint]]] = {}
    for number, stint in enumerate(stints):
        mine.setdefault(stint.payee, []).append((number, stint))
    plan = next(iter(mine.values()))[0][1].plan
    starts = first_month(calculation.charter)
    for name, component in plan.components.items():
        assert isinstance(component, Commission)
        kinds = ("overlay",) if component.credit.to == "overlay" else ("owner", "split")
        spans: dict[date, tuple[Period, Period]] = {}
        curves: dict[tuple[int, date], _InCents] = {}
        alike: dict[tuple[Fraction | None, Fraction | None], _InCents] = {}
        so_far: dict[tuple[int, date], int] = {}
        for payee, month, credit in calculation.facts.by_month(
            sorted(counts_for(component.pays_on)), kinds, calculation.through
        ):
            if month not in spans:
                spans[month] = (
                    period_of(month, calculation.span_kind(plan, component), starts),
                    period_of(month, plan.period, starts),
                )
            span, origin = spans[month]
            for number, stint in mine.get(payee, ()):
                if month not in stint.over:
                    continue
                key = number, span.start
                if key not in curves:
                    standing = calculation.asked(stint, name, component, span)
                    terms = standing.quota, standing.target
                    if terms not in alike:
                        alike[terms] = _InCents(component.earns(standing))
                    curves[key] = alike[terms]
                before = so_far.get(key, 0)
                so_far[key] = before + credit
                earns = curves[key]
                yield Total(payee, name, origin, earns(before + credit) - earns(before))


class _InCents:
    """A curve from credit in whole numbers of `PLACES` to whole cents, halves away from zero."""

    def __init__(self, earns: Curve) -> None:
        self._pieces: list[tuple[int, int, int, int]] = []
        self._goes_below = bool(earns.takes_back and earns.pieces and not earns.pieces[0].at)
        for piece in earns.pieces:
            at, rate = piece.at * 10**PLACES, piece.rate * 100 / 10**PLACES
            below = piece.paid * 100 - at * rate
            bottom = below.denominator * rate.denominator
            from_ = -(-at.numerator // at.denominator)
            self._pieces.append((from_, int(below * bottom), int(rate * bottom), bottom))

    def __call__(self, credit: int) -> int:
        found = self._pieces[0] if self._goes_below else None
        for piece in self._pieces:
            if piece[0] > credit:
                break
            found = piece
        if found is None:
            return 0
        _, below, rate, bottom = found
        amount = below + credit * rate
        rounded = (2 * abs(amount) + bottom) // (2 * bottom)
        return -rounded if amount < 0 else rounded
