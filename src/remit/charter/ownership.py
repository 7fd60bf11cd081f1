"""The ownership map: (function, segment, motion, account age) to the roles that own or assist."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from types import MappingProxyType

from remit.charter.catalogue import role_kinds
from remit.charter.market import AccountAge, Motion, Scope
from remit.charter.nouns import Charter
from remit.charter.organisation import Role
from remit.terms import Function

EVERYWHERE = "all segments"
"""The one segment of a charter that names none."""

MOTIONS: tuple[Motion, ...] = ("inbound", "outbound", "named")

_WON = (AccountAge.FIRST_TERM, AccountAge.LATER_TERMS)
AGES: Mapping[Function, tuple[AccountAge, ...]] = MappingProxyType(
    {
        Function.PROSPECTING: (AccountAge.BEFORE_WIN,),
        Function.QUALIFICATION: (AccountAge.BEFORE_WIN,),
        Function.DISCOVERY: (AccountAge.BEFORE_WIN,),
        Function.TECHNICAL_VALIDATION: (AccountAge.BEFORE_WIN,),
        Function.DEAL_DESK: (AccountAge.BEFORE_WIN,),
        Function.CLOSING: (AccountAge.BEFORE_WIN,),
        Function.ONBOARDING: (AccountAge.FIRST_TERM,),
        Function.CUSTOMER_SUCCESS: _WON,
        Function.SUPPORT: _WON,
        Function.RENEWAL: _WON,
        Function.EXPANSION: _WON,
    }
)
"""When each function needs an owner. Management and internal work need none."""


@dataclass(frozen=True, slots=True)
class Owned:
    """One cell of the map: a role that owns a function, or only assists in it."""

    role: str
    function: Function
    segment: str
    account_age: AccountAge
    assists: bool
    motion: tuple[Motion, ...] = ()
    """Motions it is limited to; empty means any."""


@dataclass(frozen=True, slots=True)
class Remit:
    """What one role is there for in one segment."""

    owned: frozenset[Function]
    assisted: frozenset[Function]


@dataclass(frozen=True, slots=True)
class Cell:
    """Where and when a function needs an owner."""

    function: Function
    segment: str
    motion: Motion
    account_age: AccountAge


@dataclass(frozen=True, slots=True)
class Owners:
    """Who owns and who assists in a cell; `outside` and `nobody` as the charter says."""

    owns: tuple[str, ...] = ()
    assists: tuple[str, ...] = ()
    outside: bool = False
    nobody: bool = False

    @property
    def gap(self) -> bool:
        """Whether no role owns it and the charter does not say that none should."""
        return not self.owns and not self.outside and not self.nobody

    @property
    def overlap(self) -> bool:
        """Whether more than one role owns it."""
        return len(self.owns) > 1


def ownership(charter: Charter) -> tuple[Owned, ...]:
    """The whole map, one row a role, function, segment and account age.

    Where a role says nothing about what it owns or assists, its kind in the catalogue does.
    """
    return tuple(_cells(charter))


def remit_of(charter: Charter, role: str, segment: str | None = None) -> Remit:
    """What a role owns and assists in a segment, or anywhere if none is given.

    A function that it owns only at some account ages or in some motions counts as owned.
    """
    stated = charter.roles[role]
    owned = _held_in(charter, stated, owned_by(stated), segment)
    return Remit(owned, _held_in(charter, stated, assisted_by(stated), segment) - owned)


def _held_in(
    charter: Charter, role: Role, scopes: Mapping[Function, Scope], segment: str | None
) -> frozenset[Function]:
    return frozenset(
        function
        for function, scope in scopes.items()
        if segment is None or segment in (scope.segments or role.segments or segments_of(charter))
    )


def segments_of(charter: Charter) -> tuple[str, ...]:
    """The charter's segments, or the one name that stands for all where it names none."""
    return charter.segment_names() or (EVERYWHERE,)


def owners(charter: Charter) -> Mapping[Cell, Owners]:
    """Every cell that needs an owner, with the roles that own or assist in it.

    Two roles own one cell only if their segments, motions and account ages all meet there. In a
    segment where no role is there for named accounts, they are worked as outbound ones.
    """
    held: dict[bool, dict[tuple[str, ...], list[str]]] = {False: {}, True: {}}
    whole_map = [
        owned for owned in ownership(charter) if owned.account_age in AGES.get(owned.function, ())
    ]
    with_named = {owned.segment for owned in whole_map if "named" in owned.motion}
    for owned in whole_map:
        motions = owned.motion or MOTIONS
        if owned.segment not in with_named and "outbound" in motions:
            motions = tuple(dict.fromkeys((*motions, "named")))
        into = held[owned.assists]
        for motion in motions:
            where = (owned.function, owned.segment, motion, owned.account_age)
            into.setdefault(where, []).append(owned.role)
    outside, nobody = _said(charter, charter.outside), _said(charter, charter.nobody)
    found = {}
    for function, ages in AGES.items():
        for segment, motion, age in product(segments_of(charter), MOTIONS, ages):
            cell = Cell(function, segment, motion, age)
            where = (function, segment, motion, age)
            found[cell] = Owners(
                tuple(held[False].get(where, ())),
                tuple(held[True].get(where, ())),
                cell in outside,
                cell in nobody,
            )
    return MappingProxyType(found)


def owned_by(role: Role) -> Mapping[Function, Scope]:
    """What a role owns: as the charter says, else as its kind does."""
    if role.owns is not None:
        return role.owns
    return _plain(role_kinds()[str(role.kind)].owns)


def assisted_by(role: Role) -> Mapping[Function, Scope]:
    """What a role assists in: as the charter says, else as its kind does, if it has one.

    What it owns it does not assist in as well, unless the charter says so.
    """
    if role.assists is not None:
        return role.assists
    if role.kind is None:
        return {}
    owned = owned_by(role)
    return _plain(tuple(f for f in role_kinds()[role.kind].assists if f not in owned))


def _cells(charter: Charter) -> Iterator[Owned]:
    everywhere = segments_of(charter)
    for name, role in charter.roles.items():
        here = role.segments or everywhere
        for scopes, assisting in (
            (owned_by(role), False),
            (assisted_by(role), True),
        ):
            for function, scope in scopes.items():
                motion = tuple(scope.motion or role.motion)
                for segment in scope.segments or here:
                    for age in scope.account_age or tuple(AccountAge):
                        yield Owned(name, function, segment, age, assisting, motion)


def _said(charter: Charter, scopes: Mapping[Function, Scope]) -> set[Cell]:
    return {
        Cell(function, segment, motion, age)
        for function, scope in scopes.items()
        for segment in scope.segments or segments_of(charter)
        for motion in scope.motion or MOTIONS
        for age in scope.account_age or tuple(AccountAge)
    }


def _plain(functions: tuple[Function, ...]) -> Mapping[Function, Scope]:
    return {function: Scope() for function in functions}
