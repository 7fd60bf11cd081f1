"""What the words of a header mean: split, looked up, and held against what columns are called."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from remit.terms.shipped import shipped

_LIGHT = {"id": 0.6, "date": 0.6, "time": 0.6, "name": 0.5, "kind": 0.8}
"""Words that say what sort of column it is, and little about which; others weigh 1."""
_SUBJECT, _ASIDE, _ABOVE, _UNKNOWN, _SHORTENED = 0.15, 0.5, 0.3, 0.5, 0.9
"""What a word weighs that says what the table is about, stands in brackets, stands over several
columns (`Deal: Value`), means nothing known; and how sure an abbreviation is."""


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a header: what it may mean, and how much that says."""

    written: str
    means: frozenset[str]
    weight: float
    sure: float = 1.0


@cache
def vocabulary() -> Mapping[str, frozenset[str]]:
    """Each word that is known, without accents and in small letters, to what it may mean."""
    known: dict[str, set[str]] = {}
    for meaning, words in shipped("remit.sources", "synonyms.yaml")["words"].items():
        for word in words:
            known.setdefault(str(word), set()).add(meaning)
    return {word: frozenset(means) for word, means in known.items()}


@cache
def words_of(header: str) -> tuple[Word, ...]:
    """The words of a header with what they may mean.

    Words are split at capitals, spaces, underscores and other marks. A word that nobody knows may
    be a known one cut short, or two in one.

    >>> [(word.written, sorted(word.means)) for word in words_of("Kunde/Konto-Nr.")]
    [('kunde', ['account']), ('konto', ['account']), ('nr', ['id'])]
    >>> [sorted(word.means) for word in words_of("Abschl.dat. (erw.)")]
    [['closed'], ['date'], ['expected']]
    """
    spaced = re.sub(r"(?<=[a-zà-ÿ\d])(?=[A-ZÀ-Þ])|(?<=[A-Z])(?=[A-Z][a-z])", " ", header)
    flat = "".join(
        letter
        for letter in unicodedata.normalize("NFKD", spaced.replace("ß", "ss"))
        if not unicodedata.combining(letter)
    ).casefold()
    found: list[Word] = []
    depth = 0
    above, colon, below = flat.rpartition(": ")
    for piece in re.findall(r"[a-z]+|[#%€$]", above):
        found += _known(piece, _ABOVE)
    for piece in re.findall(r"[()\[\]]|[a-z]+|\d+|[#%€$]", below if colon else flat):
        if piece in "()[]":
            depth = max(0, depth + (1 if piece in "([" else -1))
        elif not piece.isdigit():
            found += _known(piece, _ASIDE if depth else 1.0)
    return tuple(found)


def _known(piece: str, weight: float) -> Iterator[Word]:
    known = vocabulary()
    if piece in known:
        yield _word(piece, known[piece], weight)
        return
    if (parts := _two_in_one(piece)) is not None:
        for part in parts:
            yield _word(part, known[part], weight, 0.95)
        return
    longer = [means for word, means in known.items() if len(piece) >= 3 and word.startswith(piece)]
    means = frozenset[str]().union(*longer)
    if means and len(means) <= 3:
        yield _word(piece, means, weight, _SHORTENED)
    else:
        yield Word(piece, frozenset(), _UNKNOWN * weight)


def _word(written: str, means: frozenset[str], weight: float, sure: float = 1.0) -> Word:
    if "noise" in means:
        return Word(written, means, 0.0)
    return Word(written, means, weight * min(_LIGHT.get(m, 1.0) for m in means), sure)


def _two_in_one(piece: str) -> tuple[str, str] | None:
    """The two known words that a compound is made of, such as Kunden|nummer or close|date."""
    known = vocabulary()
    for cut in range(len(piece) - 2, 2, -1):
        head, tail = piece[:cut], piece[cut:]
        if tail not in known or "noise" in known[tail]:
            continue
        for linking in ("", "s", "n", "en", "es"):
            if head.endswith(linking) and (bare := head.removesuffix(linking)) in known:
                return bare, tail
    return None


def likeness(
    words: Sequence[Word], phrases: Sequence[str], subject: frozenset[str] = frozenset()
) -> float:
    """How well a header fits the best of the phrases that a column is called by, from 0 to 1.

    Args:
        words: The header.
        phrases: In meanings, such as `account id`.
        subject: What the table is about: such a word adds next to nothing in a header of it.
    """
    return max((_fit(words, phrase.split(), subject) for phrase in phrases), default=0.0)


def _fit(words: Sequence[Word], phrase: Sequence[str], subject: frozenset[str]) -> float:
    left = [word for word in words if word.weight]
    matched = wanted = 0.0
    for meaning in phrase:
        weight = _LIGHT.get(meaning, 1.0)
        weight = _SUBJECT if meaning in subject and len(phrase) > 1 else weight
        wanted += weight
        best = max(
            (word for word in left if meaning in word.means),
            key=lambda word: (word.sure, word.weight),
            default=None,
        )
        if best is not None:
            left.remove(best)
            matched += weight * best.sure
    beyond = sum(
        _SUBJECT if word.means & subject else word.weight for word in _others(left, phrase)
    )
    return matched / (wanted + beyond) if matched else 0.0


def _others(left: Sequence[Word], phrase: Sequence[str]) -> list[Word]:
    """Words that say something else than what was looked for; a word said twice does not."""
    return [word for word in left if not word.means & set(phrase)]
