"""What is wrong with an input, said to the person who can mend it."""

from __future__ import annotations

import difflib
import heapq
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

MOST_LISTED = 13
"""Words a message lists in full; the functions of a charter are so many."""
LISTED_OF_MORE = 8
"""Words it lists where there are more than that: those nearest to what was said."""
_LONGEST_WORD = 80
_MOST_COMPARED = 2_000


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A file, and where it can be named a line and a column, both counted from 1."""

    file: str
    line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        """`file:line:column`, as editors and terminals make clickable."""
        return ":".join(str(part) for part in (self.file, self.line, self.column) if part)


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, where, and what to do about it.

    >>> print(Problem(Place("charter.yaml", 8, 9), "handoffs.0.to", 'no role is called "aex".',
    ...               'Did you mean "ae"?'))
    charter.yaml:8:9  handoffs.0.to: no role is called "aex".
        Did you mean "ae"?
    """

    place: Place
    path: str
    wrong: str
    fix: str = ""

    def __str__(self) -> str:
        """Place, path and what is wrong; the remedy indented below."""
        subject = f"  {self.path}: " if self.path else "  "
        fix = f"\n    {self.fix}" if self.fix else ""
        return f"{self.place}{subject}{self.wrong}{fix}"


class RemitError(Exception):
    """An input that cannot be used, with everything that is wrong with it at once."""

    status = 2
    """How a command ends that meets it."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


def closest(word: str, known: Iterable[str]) -> str | None:
    """The known word that somebody most likely meant, or None. Capitals do not matter.

    A word that starts with what was said, or has it in it, is closer than one that is somewhat
    alike.

    >>> closest("sdr", ["AE", "SDR"]), closest("aes", ["ae_share", "aes_per_sdr"])
    ('SDR', 'aes_per_sdr')
    """
    by_letters = {name.casefold(): name for name in sorted(known, reverse=True)}
    if len(word) > _LONGEST_WORD or len(by_letters) > _MOST_COMPARED:
        return None  # nobody's slip, and slow to compare
    said = word.casefold()
    slips = difflib.get_close_matches(said, by_letters, n=1, cutoff=_A_SLIP)
    near = slips or _longer(said, by_letters)
    near = near or difflib.get_close_matches(said, by_letters, n=1, cutoff=_ALIKE)
    return by_letters[near[0]] if near else None


_A_SLIP, _ALIKE = 0.75, 0.5
"""How alike two words are, from 0 to 1, where one is the other mistyped, and where it may be."""
_SHORTEST_PART = 3
"""Letters from which a word says something about another that has it in it."""


def _longer(said: str, names: Iterable[str]) -> list[str]:
    """Words that start with what was said, else those that have it in them; the shortest first."""
    if len(said) < _SHORTEST_PART:
        return []
    there = [name for name in names if said in name]
    starting = [name for name in there if name.startswith(said)]
    return sorted(starting or there, key=lambda name: (len(name), name))


def nearest(word: str, known: Iterable[str], *, what: str) -> str:
    """The closest of the known words, and then those there are, for the end of a message.

    Up to a dozen or so are listed A to Z; of more than that, the few nearest and how many more.

    >>> nearest("account_exec", ["sdr", "account_executive"], what="Roles")
    'Did you mean "account_executive"? Roles: account_executive, sdr.'
    """
    names = sorted(known)
    meant = closest(word, names)
    listed = f"{what}: {_listed(word, names)}."
    return f'Did you mean "{meant}"? {listed}' if meant else listed


def _listed(word: str, names: Sequence[str]) -> str:
    if len(names) <= MOST_LISTED:
        return ", ".join(names) or "none"
    if len(word) > _LONGEST_WORD or len(names) > _MOST_COMPARED:
        shown = list(names[:LISTED_OF_MORE])
    else:
        match = difflib.SequenceMatcher(b=word.casefold())

        def likeness(name: str) -> float:
            match.set_seq1(name.casefold())
            return match.ratio()

        longer = set(_longer(word.casefold(), (name.casefold() for name in names)))
        shown = heapq.nlargest(
            LISTED_OF_MORE, names, key=lambda name: (name.casefold() in longer, likeness(name))
        )
    return f"{', '.join(shown)} and {len(names) - len(shown):,} more"
