"""Checks on segments: whether an account can fall into more than one of them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from itertools import combinations

from remit.charter.market import Range
from remit.check.declared import Check, Declared, Subject, or_clear
from remit.terms import Finding, Severity


@Check(asks="Does an account fit one segment only?")
def segments_apart(declared: Declared) -> Iterator[Finding]:
    """Segments whose ranges of `employees` overlap, so that their order decides.

    A note: accounts fall into the first segment that fits, which may be meant. Segments that
    another condition keeps apart do not overlap, and neither do two of which the first asks for
    more than the second: it was put there to be tried first. It serves no rule of the sources: it
    keeps the charter true to itself.
    """
    subject = Subject("segments_apart", ())
    sized = {
        name: (segment.where, employees)
        for name, segment in declared.charter.segments.items()
        if isinstance(employees := segment.where.get("employees"), Range)
    }
    if len(sized) < 2:
        yield subject.not_here("segments", "No two segments are told apart by `employees`.")
        return
    yield from or_clear(
        (
            subject.found(
                f"{one} and {other}",
                f"Accounts with {_spoken(both)} employees fit {one} and {other}; {one} stands "
                "first and gets them.",
                Severity.NOTE,
                remedy=f"Let `employees` of {one} end where that of {other} starts, or leave it if "
                "the order is meant.",
                place=declared.place("segments", other),
            )
            for (one, (where, employees)), (other, (elsewhere, others)) in combinations(
                sized.items(), 2
            )
            if _meet(where, elsewhere)
            for both in [_shared(employees, others)]
            if both is not None
        ),
        subject.clear("segments", "No account fits two segments by its employees."),
    )


def _shared(one: Range, other: Range) -> Range | None:
    """Numbers in both ranges; None where there are none."""
    low = max(one.at_least or 0, other.at_least or 0)
    below = min(_end(one), _end(other))
    if low >= below:
        return None
    return Range(at_least=low, below=None if math.isinf(below) else below)


def _end(of: Range) -> float:
    return math.inf if of.below is None else of.below


def _meet(where: Mapping[str, object], elsewhere: Mapping[str, object]) -> bool:
    """Whether conditions other than employees let an account fit both, the first not narrower."""
    for name, asked in where.items():
        if name == "employees":
            continue
        other = elsewhere.get(name)
        if other is None:
            return False
        if isinstance(asked, Range) and isinstance(other, Range):
            if _shared(asked, other) is None:
                return False
        elif isinstance(asked, tuple) and isinstance(other, tuple) and _apart(asked, other):
            return False
    return True


def _apart(some: tuple[str, ...], others: tuple[str, ...]) -> bool:
    """Whether no word of one condition is one of the other."""
    return {word.casefold() for word in some}.isdisjoint(word.casefold() for word in others)


def _spoken(numbers: Range) -> str:
    low = f"{numbers.at_least or 0:,.0f}"
    return f"{low} or more" if numbers.below is None else f"{low} to {numbers.below - 1:,.0f}"
