"""What a component pays, in words and as a curve, with one payee's quota and target put in."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Literal

from remit.compensation.bonus import Bonus
from remit.compensation.commission import Commission
from remit.compensation.components import AnyComponent
from remit.compensation.curve import Curve, Piece
from remit.compensation.earning import money, number, percent
from remit.compensation.matrix import Matrix
from remit.compensation.objectives import Objectives
from remit.compensation.spif import Spif
from remit.pay.calculate import Evaluated
from remit.terms.period import spoken

Unit = Literal["money", "count", "share"]


@dataclass(frozen=True, slots=True)
class Point:
    """A point of the payout curve: so much credit, or so high a level, earns so much."""

    at: Decimal
    earned: Decimal


def exact(amount: Fraction) -> Decimal:
    """An amount of credit or a level, to six places.

    >>> exact(Fraction(1, 3)), exact(Fraction(90_000))
    (Decimal('0.333333'), Decimal('90000'))
    """
    if amount.denominator == 1:
        return Decimal(amount.numerator)
    found = Decimal(amount.numerator) / Decimal(amount.denominator)
    return found.quantize(Decimal("0.000001"), ROUND_HALF_UP).normalize()


def unit_of(component: AnyComponent) -> Unit:
    """Whether a component's credit is money or a count, or it is read as a level."""
    if isinstance(component, Commission):
        each = component.each is not None or any(t.each is not None for t in component.tiers)
        return "count" if each else "money"
    if isinstance(component, Spif):
        return "count"
    if isinstance(component, Bonus):
        return "share" if component.reads else "money"
    return "share"


def rates(component: AnyComponent, one: Evaluated) -> Iterator[str]:
    """What a component pays, with the payee's own quota and target put in.

    Tiers stand as amounts of credit, so that a line can be worked out again from them.
    """
    if isinstance(component, Commission):
        yield from _commission_rates(component, one)
    elif isinstance(component, Bonus):
        told = percent if component.quota is not None or component.reads else number
        target = one.standing.target or Fraction(0)
        for point in component.points:
            amount = money(Fraction(point.pays) * target)
            yield f"{told(point.at)} pays {percent(point.pays)} of {money(target)}: {amount}"
        yield (
            "between two of these, on the straight line"
            if component.between == "line"
            else "between two of these, the lower one"
        )
    elif isinstance(component, Matrix):
        for low, shares in zip(component.rows.bands, component.pays, strict=True):
            across = ", ".join(
                f"{percent(share)} from {component.columns.measure} {percent(at)}"
                for at, share in zip(component.columns.bands, shares, strict=True)
            )
            yield f"{component.rows.measure} from {percent(low)}: {across}"
    elif isinstance(component, Objectives):
        for name, share in component.objectives.items():
            yield f"{percent(share)} for: {name}"
    else:
        yield (
            f"{money(component.each)} each, from {spoken(component.first_day)} to "
            f"{spoken(component.last_day)}"
        )
    for modifier in component.modifiers:
        steps = ", ".join(f"from {percent(s.at)} x {percent(s.times)}" for s in modifier.steps)
        yield f"times a factor for {modifier.measure}: {steps}"
    if component.cap is not None:
        cap = component.cap
        most = (
            money(cap.amount)
            if cap.amount is not None
            else (f"{percent(cap.times_target or 0)} of the target")
        )
        yield f"at most {most} for a {cap.per}"


def _commission_rates(component: Commission, one: Evaluated) -> Iterator[str]:
    count = unit_of(component) == "count"
    told, paid = (number, money) if count else (money, percent)
    each = " each" if count else ""
    what = "of a deal" if component.counted == "deal" else ""
    pieces = component.earns(one.standing).pieces
    for at, piece in enumerate(pieces):
        below = _before(pieces, piece.at)
        jumps = piece.paid != below
        rate = f"{paid(piece.rate)}{each}"
        if len(pieces) == 1 and not piece.at:
            yield f"{rate}{f' {what}' if what else ' of all credit' if not count else ''}"
        elif jumps:
            from_first = piece.paid == piece.rate * piece.at
            all_of = "all credit" if from_first else "credit reached back to"
            yield f"{rate} of {all_of}{f' {what}' if what else ''} once it reaches {told(piece.at)}"
        elif at + 1 < len(pieces):
            yield f"{rate} {f'{what} ' if what else ''}from {told(piece.at)} to {told(pieces[at + 1].at)}"
        else:
            yield f"{rate} {f'{what} ' if what else ''}from {told(piece.at)} on"
    if component.crossing != "split" and len(pieces) > 1:
        yield f"a deal that crosses a level is paid as a whole at the rate {component.crossing} it"
    if component.windfall is not None:
        wind = component.windfall
        most = (
            money(wind.over_amount)
            if wind.over_amount is not None
            else f"{percent(wind.over_quota or 0)} of the quota"
        )
        treated = {
            "base_rate": "at the first rate, and counts to no quota",
            "not_paid": "not paid",
            "no_quota_credit": "at the rate then, and counts to no quota",
            "staged": "paid in four parts as the customer stays",
        }[wind.excess]
        yield f"what one deal brings past {most} is {treated}"


def _before(pieces: Sequence[Piece], at: Fraction) -> Fraction:
    """What is earned just below a level."""
    return Curve(tuple(p for p in pieces if p.at < at))(at)


def next_rate(component: AnyComponent, one: Evaluated) -> str:
    """What it takes to reach the next rate of a commission; empty where there is none ahead."""
    if not isinstance(component, Commission) or component.counted == "deal" or one.done:
        return ""
    stood = one.standing
    count = unit_of(component) == "count"
    told, paid = (number, money) if count else (money, percent)
    for piece in component.earns(stood).pieces:
        if piece.at > stood.credit:
            each = " each" if count else ""
            return f"{told(piece.at - stood.credit)} more credit reaches {paid(piece.rate)}{each}"
    return ""


def payout_curve(component: AnyComponent, one: Evaluated) -> tuple[Point, ...]:
    """The payout curve before modifiers and caps, with both ends of each jump.

    By credit for a commission, by level or attainment for a bonus; none where each deal is looked
    up alone or nothing can be earned.
    """
    stood = one.standing
    if isinstance(component, Commission):
        if component.counted == "deal":
            return ()
        found = component.earns(stood)
        ends = [piece.at * Fraction(6, 5) for piece in found.pieces]
        reach = max(stood.credit, (stood.quota or Fraction(0)) * Fraction(3, 2), *ends)
    elif isinstance(component, Bonus) and stood.target:
        found = component.pays(stood.target)
        level = component.level(stood) or Fraction(0)
        reach = max(level, Fraction(component.points[-1].at) * Fraction(11, 10))
    else:
        return ()
    if not reach:
        return ()
    points = [(Fraction(0), found(Fraction(0)))]
    for piece in found.pieces:
        if piece.at:
            points += [(piece.at, _before(found.pieces, piece.at)), (piece.at, piece.paid)]
    points.append((reach, found(reach)))
    told = [Point(exact(at), exact(earned)) for at, earned in dict.fromkeys(points)]
    return tuple(told) if any(point.earned for point in told) else ()


def on_curve(component: AnyComponent, one: Evaluated) -> Point | None:
    """Where on the payout curve the payee is now; None where that is not known."""
    stood = one.standing
    if isinstance(component, Commission):
        return Point(exact(stood.credit), exact(component.earns(stood)(stood.credit)))
    if isinstance(component, Bonus) and stood.target:
        level = component.level(stood)
        if level is not None:
            return Point(exact(level), exact(component.pays(stood.target)(level)))
    return None


def interpolated(component: AnyComponent, one: Evaluated) -> str:
    """How a level between two points of a bonus became a part of the target, as arithmetic."""
    if not isinstance(component, Bonus) or component.between != "line":
        return ""
    level = component.level(one.standing)
    if level is None:
        return ""
    told = percent if component.quota is not None or component.reads else number
    for low, high in itertools.pairwise(component.points):
        if Fraction(low.at) < level < Fraction(high.at):
            run = f"({told(level)} - {told(low.at)}) / ({told(high.at)} - {told(low.at)})"
            rise = f"({percent(high.pays)} - {percent(low.pays)})"
            part = component.pays(Fraction(1))(level)
            return f"{percent(part)} = {percent(low.pays)} + {run} x {rise}"
    return ""
