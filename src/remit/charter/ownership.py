"""The ownership map: (function, segment, account age) to the roles that own or assist."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from remit.charter.nouns import AccountAge, Charter, Function, Scope, role_kinds

EVERYWHERE = "all segments"
"""The one segment of a charter that names none."""


@dataclass(frozen=True, slots=True)
class Owned:
    """One cell of the map: a role that owns a function, or only assists in it."""

    role: str
    function: Function
    segment: str
    account_age: AccountAge
    assists: bool
    motion: tuple[str, ...] = ()
    """Motions it is limited to; empty means any."""


@dataclass(frozen=True, slots=True)
class Remit:
    """What one role is there for in one segment."""

    owned: frozenset[Function]
    assisted: frozenset[Function]


def ownership(charter: Charter) -> tuple[Owned, ...]:
    """The whole map, one row a role, function, segment and account age.

    Where a role says nothing about what it owns or assists, its kind in the catalogue does.
    """
    return tuple(_cells(charter))


def remit_of(charter: Charter, role: str, segment: str | None = None) -> Remit:
    """What a role owns and assists in a segment, or anywhere if none is given.

    A function that it owns only at some account ages or in some motions counts as owned.
    """
    cells = [
        cell for cell in ownership(charter) if cell.role == role and segment in (None, cell.segment)
    ]
    owned = frozenset(cell.function for cell in cells if not cell.assists)
    return Remit(owned, frozenset(cell.function for cell in cells) - owned)


def _cells(charter: Charter) -> Iterator[Owned]:
    everywhere = charter.segment_names() or (EVERYWHERE,)
    for name, role in charter.roles.items():
        kind = role_kinds()[role.kind]
        here = role.segments or everywhere
        owns = role.owns if role.owns is not None else _plain(kind.owns)
        assists = role.assists if role.assists is not None else _plain(kind.assists)
        for scopes, assisting in ((owns, False), (assists, True)):
            for function, scope in scopes.items():
                for segment in scope.segments or here:
                    for age in scope.account_age or tuple(AccountAge):
                        yield Owned(name, function, segment, age, assisting, tuple(scope.motion))


def _plain(functions: tuple[Function, ...]) -> Mapping[Function, Scope]:
    return {function: Scope() for function in functions}
