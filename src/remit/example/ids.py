"""Salesforce record ids: fifteen characters whose case matters, and three that check them."""

from __future__ import annotations

from functools import cache

_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_CHECK = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
_ORG = "Nq0000"


@cache
def _check(chunk: str) -> str:
    return _CHECK[sum(1 << place for place, sign in enumerate(chunk) if "A" <= sign <= "Z")]


def checked(fifteen: str) -> str:
    """The 18-character form of a 15-character id.

    Each check character says which of five characters are capitals.

    >>> checked("001bm00001ZL8U9")
    '001bm00001ZL8U9AAL'
    """
    return fifteen + "".join(_check(fifteen[start : start + 5]) for start in (0, 5, 10))


_PAIRS = tuple(
    (first + second, first.isupper() | second.isupper() << 1)
    for first in _DIGITS
    for second in _DIGITS
)


def record_id(prefix: str, count: int) -> str:
    """The 18-character id of the record of that number, of the kind the prefix names.

    >>> record_id("005", 0)
    '005Nq0000100000IAA'
    >>> checked(record_id("00T", 123456)[:15]) == record_id("00T", 123456)
    True
    """
    count, low = divmod(count, 3844)
    count, middle = divmod(count, 3844)
    high, top = divmod(count, 62)
    first, fifth = _DIGITS[high + 1], _DIGITS[top]
    (third, one), (fourth, two) = _PAIRS[middle], _PAIRS[low]
    check = fifth.isupper() | one << 1 | two << 3
    head = prefix + _ORG + first
    return f"{head}{fifth}{third}{fourth}{_head_check(head)}{_CHECK[check]}"


@cache
def _head_check(head: str) -> str:
    return _check(head[:5]) + _check(head[5:])
