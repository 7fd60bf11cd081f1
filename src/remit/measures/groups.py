"""Which parts of a whole may be shown, so that neither they nor the rest tell of too few people."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from remit.terms import Period


def enough(
    there: Sequence[Collection[str]], group: int, *also: Sequence[Collection[str]]
) -> list[bool]:
    """Which parts of a whole may be shown beside it.

    A part of fewer people than the group is not. What is left of the whole once the shown parts
    are taken off is of the hidden ones together: as long as that is of too few people, the
    smallest part that is shown is hidden too, the earliest of several. Parts of nobody stay.

    Args:
        there: The people of each part, such as each month.
        group: Fewest people in a figure.
        also: The people of each part in further figures that are shown or hidden with the first.

    >>> enough([{"a", "b"}, {"a", "b", "c"}, {"a", "b", "c", "d"}, set()], 3)
    [False, False, True, True]
    >>> enough([{"a", "b"}, {"c", "d"}, {"a", "b", "c", "d"}], 3)
    [False, False, True]
    """
    figures = [[set(people) for people in one] for one in (there, *also)]
    shown = [all(not 0 < len(one[at]) < group for one in figures) for at in range(len(there))]
    while True:
        rest = [
            set().union(*(people for people, kept in zip(one, shown, strict=True) if not kept))
            for one in figures
        ]
        left = [at for at, kept in enumerate(shown) if kept and any(one[at] for one in figures)]
        if not left or not any(0 < len(people) < group for people in rest):
            return shown
        shown[min(left, key=lambda at: (len(figures[0][at]), at))] = False


def there_in(spells: Iterable[tuple[str, Period]], periods: Sequence[Period]) -> list[set[str]]:
    """Who was there in each of these periods.

    Args:
        spells: Somebody, and days on which they were there; as often as need be.
        periods: Such as the months of a year.
    """
    known = list(spells)
    return [{person for person, days in known if days.meet(period)} for period in periods]
