"""Stage 2 Capital's two questions: what the first sale captures, and how hard the rest is."""

from __future__ import annotations

from collections.abc import Iterator

from remit.decide.framework import Framework, Seen, Verdict
from remit.decide.signals import Level

_RULES = ("001-02", "001-09", "001-12", "001-13", "001-14", "001-15", "001-16", "001-17")
_SPLIT = ("split_at_close", "split_at_first_renewal")


@Framework(
    asks="Is most of a customer's value still to be won after the first sale, and is that hard?",
    answers=("ae_am", "renewal_owner"),
    source="001",
    rules=_RULES,
)
def lifetime_value(seen: Seen) -> Iterator[Verdict]:
    """What part of the potential value the first sale captures; if little, how hard the rest is.

    Much captured, or simple expansion: specialise, at whatever moment. Little captured and hard
    expansion: the account stays with who sold it, renewal and expansion included. The second
    question is asked only if the first leaves it open.
    """
    if _captured(seen) == "large":
        yield seen.verdict(
            "ae_am",
            _SPLIT,
            "Most of the value is won in the first sale, so there is little to keep together for.",
            "001-15",
        )
        return
    if _complex(seen):
        yield seen.verdict(
            "ae_am",
            "joined",
            "Most of the value is still to be won, and winning it is like winning the account "
            "again.",
            "001-14",
            "001-16",
            "001-17",
        )
        yield seen.verdict(
            "renewal_owner",
            "AE",
            "Who sold the account keeps its renewal and expansion.",
            "001-14",
            "001-17",
        )
    else:
        yield seen.verdict(
            "ae_am",
            _SPLIT,
            "Most of the value is still to be won, and that is simple: no need for who sold it.",
            "001-15",
        )


def _captured(seen: Seen) -> Level:
    if seen.known("first_sale_share"):
        return seen.at("first_sale_share", "001-09")
    return seen.at("first_sale", "001-09")


def _complex(seen: Seen) -> bool:
    """Whether expansion is hard in the years in which there is some.

    A year in which customers can buy little more has nothing to be hard about.
    """
    for when in ("year_1", "later"):
        if seen.known(f"{when}_potential") and seen.at(f"{when}_potential", "001-12") == "low":
            continue
        if seen.at(f"{when}_complexity", "001-13") == "complex":
            return True
    return False
