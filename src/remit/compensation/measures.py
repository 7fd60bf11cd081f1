"""What people can be measured and paid on, and by which words each thing is known.

To add one, add an entry to `measures.yaml`. That is all.
"""

import re
from collections.abc import Mapping
from functools import cache, lru_cache
from types import MappingProxyType
from typing import Literal

from remit.terms import Function
from remit.terms.shapes import Noun
from remit.terms.shipped import shipped

Unit = Literal["count", "money", "share", "days", "ratio", "score"]
Level = Literal["activity", "handoff", "deal", "retention", "team", "objective"]


class Measured(Noun):
    """One thing that people can be measured and paid on."""

    name: str
    """What roles and comp plans call it."""
    about: str
    unit: Unit
    functions: tuple[Function, ...]
    """The functions whose work it measures."""
    refusable: bool = False
    """Whether another role may refuse it after it has counted."""
    recurring: bool = False
    """Whether it pays again each period for an old sale."""
    outcome_of: Level
    """Where it is taken: in what one does, passes on, sells, keeps, or leads others to."""
    deals: tuple[Literal["new", "expansion", "renewal"], ...] = ()
    """The kinds of won deals that are credited for it; empty where none are."""
    step: Literal["offered", "held", "accepted", "converted"] | None = None
    """The step of a handoff that is credited for it."""
    also_called: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    """Rules that speak of it. Empty where the sources do not: then it is remit's own convention."""


@cache
def measured() -> Mapping[str, Measured]:
    """All that people can be measured and paid on, by name.

    >>> measured()["meetings_set"].refusable
    True
    """
    stated = shipped(__package__, "measures.yaml")
    return MappingProxyType(
        {name: Measured.model_validate({"name": name, **words}) for name, words in stated.items()}
    )


def credits_of(name: str) -> tuple[str, ...]:
    """Kinds of won deals, or the step of a handoff, that count for a measure; empty where neither do.

    >>> credits_of("bookings"), credits_of("accepted_meetings"), credits_of("nrr")
    (('new', 'expansion'), ('accepted',), ())
    """
    one = measured().get(name)
    return () if one is None else one.deals or ((one.step,) if one.step else ())


def by_step(name: str | None) -> bool:
    """Whether a measure is credited from handoffs, a step at a time.

    >>> by_step("meetings_held"), by_step("new_arr"), by_step(None)
    (True, False, False)
    """
    return name is not None and name in measured() and measured()[name].step is not None


def read_as_level(text: str) -> bool:
    """Whether somebody's own words mean a measure that is read off, and not added up from deals.

    >>> read_as_level("GRR"), read_as_level("bookings")
    (True, False)
    """
    name = named(text)
    return name is not None and measured()[name].unit not in ("money", "count")


@lru_cache(maxsize=4096)
def named(text: str) -> str | None:
    """The measure that somebody means by their own words.

    Capitals, hyphens, plurals and a leading "number of" do not matter. None where no measure is
    known by those words, and where the words could mean several ("revenue").

    >>> named("Sales-accepted leads"), named("number of meetings booked"), named("hugs")
    ('accepted_meetings', 'meetings_set', None)
    """
    return _by_words().get(_plain(text))


@cache
def _by_words() -> Mapping[str, str]:
    return MappingProxyType(
        {
            _plain(words): name
            for name, measure in measured().items()
            for words in (name, *measure.also_called)
        }
    )


def _plain(text: str) -> str:
    """Words without what differs from writer to writer."""
    words = re.sub(r"[^a-z0-9%]+", " ", text.casefold()).strip()
    words = re.sub(r"^(the )?(number|amount) of |^the ", "", words)
    return re.sub(r"(?<=\w\w\w)s\b", "", words)
