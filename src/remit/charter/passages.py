"""Where ownership passes from one role to another along the revenue cycle."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from remit.charter.market import AccountAge, Motion
from remit.charter.ownership import AGES, MOTIONS, Cell, Owners
from remit.terms import Function

_LATER = AccountAge.LATER_TERMS
_TO_THE_WIN = (
    Function.PROSPECTING,
    Function.QUALIFICATION,
    Function.DISCOVERY,
    Function.CLOSING,
)
"""The way of an account to its first contract: each function takes over from the one before."""
_ASIDE = (Function.TECHNICAL_VALIDATION, Function.DEAL_DESK)
_CUSTOMERS = (Function.CUSTOMER_SUCCESS, Function.RENEWAL, Function.EXPANSION)


@dataclass(frozen=True, slots=True)
class Passage:
    """A point of the ownership map where work passes from one role to another."""

    givers: tuple[str, ...]
    """Any of them may hand over, the nearest to the work first. Where several know the account,
    one handoff is enough."""
    taker: str
    at: Function
    age: AccountAge

    @property
    def returns(self) -> bool:
        """Whether the deal comes back to who passed it on."""
        return self.at in _ASIDE


def passages(held: Mapping[Cell, Owners], segment: str) -> tuple[Passage, ...]:
    """Where ownership passes from one role to another along the cycle of a segment.

    Before the win from prospecting to closing, with a way there and back to whoever owns technical
    validation or the deal desk; at the win to onboarding, and to success, renewal and expansion
    where somebody new comes in; later inside these, as the first term ends. Customers ask for
    support, and nobody hands it over.

    Functions that no role owns are passed over: work goes on to the next that one owns. Who keeps
    an account takes nothing over.

    Args:
        held: What `owners` gives for the charter.
        segment: One of its segments, or the one name that stands for all.

    >>> from remit.charter import Charter, owners
    >>> charter = Charter(company="Acme", roles={"sdr": {"is": "SDR"}, "ae": {"is": "AE"}})
    >>> [(one.givers, one.taker, one.at.value) for one in passages(owners(charter), "all segments")]
    [(('sdr',), 'ae', 'discovery')]
    """
    return tuple(
        dict.fromkeys(
            passage for motion in MOTIONS for passage in _along_the_cycle(held, segment, motion)
        )
    )


def _along_the_cycle(
    held: Mapping[Cell, Owners], segment: str, motion: Motion
) -> Iterator[Passage]:
    def own(function: Function, age: AccountAge | None = None) -> tuple[str, ...]:
        return held[Cell(function, segment, motion, age or AGES[function][0])].owns

    holding: tuple[str, ...] = ()
    for function in _TO_THE_WIN:
        yield from _taken_over(holding, own(function), function)
        holding = own(function) or holding
    discovering = own(Function.DISCOVERY)
    for function, sellers in (
        (Function.TECHNICAL_VALIDATION, _once(*discovering, *holding)),
        (Function.DEAL_DESK, _once(*holding, *discovering)),
    ):
        yield from _taken_over(sellers, own(function), function)
    onboarding = own(Function.ONBOARDING)
    yield from _taken_over(holding, onboarding, Function.ONBOARDING)
    nearest, known = onboarding or holding, _once(*onboarding, *holding)
    for function in _CUSTOMERS:
        yield from _taken_over(_once(*nearest, *known), own(function), function)
        known = _once(*known, *own(function))
        if function is Function.CUSTOMER_SUCCESS:
            nearest = own(function) or nearest
    for function in _CUSTOMERS:
        yield from _taken_over(own(function), own(function, _LATER), function, _LATER)


def _taken_over(
    givers: tuple[str, ...],
    takers: tuple[str, ...],
    at: Function,
    age: AccountAge | None = None,
) -> Iterator[Passage]:
    for taker in takers if givers else ():
        if taker not in givers:
            yield Passage(givers, taker, at, age or AGES[at][0])


def _once(*roles: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(roles))
