"""What cumulative credit earns: straight pieces, each from a level on.

Nearly every way of paying is one of these curves. A flat rate is one piece, marginal tiers are
pieces that meet, a retroactive tier or a threshold is a piece that starts higher than the one
before it ended, a decelerator is a piece with a lower rate, and a table of amounts with a line
between them is a piece from each level to the next. Whoever knows the credit so far and the
credit now knows what the difference earns, and so the order in which deals become known cannot
change what they earn together.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

NOTHING = Fraction(0)


@dataclass(frozen=True, slots=True)
class Piece:
    """From `at` on: `paid` for what lies below, and `rate` for each unit of credit above it."""

    at: Fraction
    paid: Fraction
    rate: Fraction


@dataclass(frozen=True, slots=True)
class Step:
    """A stretch of credit within one piece, and what it adds to what is earned.

    `reaches` is the level whose reaching pays an amount at once, as where a retroactive tier
    begins; then `credit` is nothing and `rate` the one that now holds from the first unit on.
    """

    credit: Fraction
    rate: Fraction
    earned: Fraction
    reaches: Fraction | None = None


@dataclass(frozen=True, slots=True)
class Curve:
    """Earned money as a function of credit; levels belong to the piece that they begin.

    Below the first piece nothing is earned. Exact: nothing is rounded here.

    >>> half, more = Fraction(1, 10), Fraction(15, 100)
    >>> marginal = curve([(0, half, None), (100_000, more, None)])
    >>> marginal(Fraction(120_000))
    Fraction(13000, 1)
    >>> retroactive = curve([(0, half, None), (100_000, more, 0)])
    >>> retroactive(Fraction(99_999)), retroactive(Fraction(100_000))
    (Fraction(99999, 10), Fraction(15000, 1))
    """

    pieces: tuple[Piece, ...]
    takes_back: bool = False
    """Whether credit below nothing goes on at the rate of a first piece that begins at nothing."""

    def __call__(self, credit: Fraction) -> Fraction:
        """What so much credit earns together."""
        piece = self._piece(credit)
        return NOTHING if piece is None else piece.paid + (credit - piece.at) * piece.rate

    def rate(self, credit: Fraction) -> Fraction:
        """What the next unit earns once there is so much credit."""
        piece = self._piece(credit)
        return NOTHING if piece is None else piece.rate

    def until(self, level: Fraction) -> Curve:
        """The same curve without the pieces that begin at or past a level: no accelerators."""
        return replace(self, pieces=tuple(piece for piece in self.pieces if piece.at < level))

    def steps(self, before: Fraction, after: Fraction) -> Iterator[Step]:
        """How the credit from `before` to `after` earns what it earns, piece by piece.

        Their amounts sum to `self(after) - self(before)`. Credit that is taken back runs through
        the same steps with the signs turned.
        """
        if after < before:
            for step in reversed(tuple(self.steps(after, before))):
                yield Step(-step.credit, step.rate, -step.earned, step.reaches)
            return
        cuts = [
            piece.at
            for piece in self.pieces
            if before < piece.at <= after and self._piece(before) is not piece
        ]
        here = before
        for cut in (*cuts, None):
            end = after if cut is None else cut
            if end != here:
                rate = self.rate(here)
                yield Step(end - here, rate, (end - here) * rate)
            if cut is not None:
                left = self(here) + (end - here) * self.rate(here)
                if jump := self(cut) - left:
                    yield Step(NOTHING, self.rate(cut), jump, reaches=cut)
            here = end

    def _piece(self, credit: Fraction) -> Piece | None:
        found = None
        if self.takes_back and self.pieces and self.pieces[0].at == NOTHING:
            found = self.pieces[0]
        for piece in self.pieces:
            if piece.at > credit:
                break
            found = piece
        return found


def curve(tiers: Iterable[tuple[Fraction | int, Fraction, Fraction | int | None]]) -> Curve:
    """The curve of tiers in order: where each starts, its rate, and how far it reaches back.

    A tier that reaches back pays all credit from that lower level on at its own rate once it is
    reached; what lies below that level keeps what it earned until then. Credit below nothing takes
    back at the rate of a tier that starts at nothing.

    >>> back = curve([(0, Fraction(1), None), (50, Fraction(2), 0), (100, Fraction(3), 50)])
    >>> back(Fraction(99)), back(Fraction(100)), back(Fraction(-10))
    (Fraction(198, 1), Fraction(250, 1), Fraction(-10, 1))
    """
    pieces: list[Piece] = []
    bands: list[tuple[Fraction, Fraction]] = []
    for start, rate, back_to in tiers:
        at, low = Fraction(start), Fraction(start if back_to is None else back_to)
        bands = [*(band for band in bands if band[0] < low), (low, rate)]
        ends = [*(begins for begins, _ in bands[1:]), at]
        paid = sum(
            ((end - begins) * its for (begins, its), end in zip(bands, ends, strict=True)), NOTHING
        )
        pieces.append(Piece(at, paid, rate))
    return Curve(tuple(pieces), takes_back=True)


def through(points: Iterable[tuple[Fraction, Fraction]], *, line: bool) -> Curve:
    """The curve through levels and what each pays: on straight lines between them, or in steps.

    Past the last level it stays where it is.

    >>> amounts = [(Fraction(0), Fraction(0)), (Fraction(1000), Fraction(10))]
    >>> through(amounts, line=True)(Fraction(200)), through(amounts, line=False)(Fraction(999))
    (Fraction(2, 1), Fraction(0, 1))
    """
    known = list(points)
    rates = [
        (b[1] - a[1]) / (b[0] - a[0]) if line else NOTHING for a, b in itertools.pairwise(known)
    ]
    return Curve(
        tuple(
            Piece(at, pays, rate) for (at, pays), rate in zip(known, [*rates, NOTHING], strict=True)
        )
    )
