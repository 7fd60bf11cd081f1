"""How findings put names and numbers into sentences."""

from __future__ import annotations

from collections.abc import Iterable

from remit.charter.ownership import EVERYWHERE


def listed(names: Iterable[str], last: str = "and") -> str:
    """Names as people say them in a row.

    >>> listed(["sdr", "ae", "csm"]), listed(["sdr", "ae"], "or"), listed([])
    ('sdr, ae and csm', 'sdr or ae', '')
    """
    said = list(names)
    return f"{', '.join(said[:-1])} {last} {said[-1]}" if len(said) > 1 else "".join(said)


def spoken(word: str) -> str:
    """A word of the charter as people say it.

    >>> spoken("technical_validation")
    'technical validation'
    """
    return word.replace("_", " ")


def counted(number: float, one: str, many: str | None = None) -> str:
    """A number of people or things, with at most one decimal.

    >>> counted(1, "SDR"), counted(2.5, "SDR"), counted(3, "person", "people")
    ('1 SDR', '2.5 SDRs', '3 people')
    """
    return f"{plain(number)} {one if number == 1 else many or f'{one}s'}"


def plain(number: float) -> str:
    """A number without decimals that say nothing.

    >>> plain(4.0), plain(2.449), plain(50000)
    ('4', '2.4', '50,000')
    """
    return f"{number:,.1f}".removesuffix(".0")


def inside(segments: Iterable[str]) -> str:
    """In which segments, to end a sentence with; nothing where a charter names none.

    >>> inside(["smb", "enterprise"]), inside(["all segments"])
    (' in smb and enterprise', '')
    """
    named = [segment for segment in segments if segment != EVERYWHERE]
    return f" in {listed(named)}" if named else ""
