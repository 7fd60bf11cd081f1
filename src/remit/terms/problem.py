"""What is wrong with an input, said to the person who can mend it."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


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

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


def closest(word: str, known: Iterable[str]) -> str | None:
    """The known word that somebody most likely meant, or None. Capitals do not matter.

    >>> closest("sdr", ["AE", "SDR"])
    'SDR'
    """
    by_letters = {name.casefold(): name for name in sorted(known, reverse=True)}
    near = difflib.get_close_matches(word.casefold(), by_letters, n=1, cutoff=0.5)
    return by_letters[near[0]] if near else None


def nearest(word: str, known: Iterable[str], *, what: str) -> str:
    """The closest of the known words, and then all of them, for the end of a message.

    >>> nearest("account_exec", ["sdr", "account_executive"], what="Roles")
    'Did you mean "account_executive"? Roles: account_executive, sdr.'
    """
    names = sorted(known)
    meant = closest(word, names)
    listed = f"{what}: {', '.join(names) or 'none'}."
    return f'Did you mean "{meant}"? {listed}' if meant else listed
