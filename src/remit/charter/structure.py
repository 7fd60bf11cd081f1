"""A segment's structure as the charter declares it: one answer at each boundary between roles."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from remit.charter.boundaries import ANSWERS, Boundary
from remit.charter.market import AccountAge
from remit.charter.nouns import Charter
from remit.charter.ownership import MOTIONS, Cell, Owners, owners
from remit.terms import Function

_RENEWAL_OWNERS = {
    "AE": "AE",
    "AE/AM": "AE",
    "AM": "AM",
    "CSM": "CSM",
    "CSM/AM": "CSM",
}

Who = Callable[[Function, AccountAge], frozenset[str]]


def structure(
    charter: Charter, segment: str, cells: Mapping[Cell, Owners] | None = None
) -> Mapping[Boundary, str | None]:
    """How each boundary is run in a segment, read from who owns the work on its two sides.

    None where the charter leaves a side empty, gives it to people outside, or mixes owners so
    that no answer fits.

    Args:
        charter: The organisation.
        segment: One of its segments.
        cells: What `owners` gave for this charter, where that is at hand.

    >>> charter = Charter(company="Acme", roles={"sdr": {"is": "SDR"}, "ae": {"is": "AE"}})
    >>> structure(charter, "all segments")["sdr_ae"]
    'split'
    """
    cells = owners(charter) if cells is None else cells

    def who(function: Function, age: AccountAge) -> frozenset[str]:
        return frozenset(
            role for motion in MOTIONS for role in cells[Cell(function, segment, motion, age)].owns
        )

    found = {
        "sdr_ae": _sdr_ae(charter, cells, segment, who),
        "sdr_bdr": _sdr_bdr(charter, who),
        "ae_se": _validation(charter, cells, segment, who),
        "ae_deal_desk": _deal_desk(who),
        "ae_am": _account_management(who),
        "am_csm": _success(cells, segment, who),
        "renewal_owner": _renewal(charter, who),
        "csm_support": _support(cells, segment, who),
    }
    assert all(answer is None or answer in ANSWERS[name] for name, answer in found.items())
    return MappingProxyType({boundary: found[boundary] for boundary in ANSWERS})  # type: ignore[misc]


_BEFORE, _FIRST, _LATER = AccountAge


def _sdr_ae(charter: Charter, cells: Mapping[Cell, Owners], segment: str, who: Who) -> str | None:
    prospecting, closing = who(Function.PROSPECTING, _BEFORE), who(Function.CLOSING, _BEFORE)
    if not prospecting or not closing:
        return None
    if prospecting <= closing:
        return "joined"
    if prospecting & closing:
        return None
    by_motion = {
        motion: frozenset(cells[Cell(Function.PROSPECTING, segment, motion, _BEFORE)].owns)
        for motion in ("inbound", "outbound")
    }
    qualifies = frozenset(cells[Cell(Function.QUALIFICATION, segment, "inbound", _BEFORE)].owns)
    inbound = by_motion["inbound"] or qualifies
    return "split_by_motion" if inbound.isdisjoint(by_motion["outbound"]) else "split"


def _sdr_bdr(charter: Charter, who: Who) -> str | None:
    prospecting = who(Function.PROSPECTING, _BEFORE)
    kinds = {charter.roles[role].kind for role in prospecting}
    if not prospecting:
        return None
    return "separate" if {"SDR", "BDR"} <= kinds else "one"


def _validation(
    charter: Charter, cells: Mapping[Cell, Owners], segment: str, who: Who
) -> str | None:
    validating = who(Function.TECHNICAL_VALIDATION, _BEFORE)
    closing = who(Function.CLOSING, _BEFORE)
    if not validating or not closing:
        return None
    if validating.isdisjoint(closing):
        return "split"
    assisting = {
        charter.roles[role].kind
        for motion in MOTIONS
        for role in cells[Cell(Function.TECHNICAL_VALIDATION, segment, motion, _BEFORE)].assists
    }
    return "assisted" if "SE" in assisting or not validating <= closing else "joined"


def _deal_desk(who: Who) -> str | None:
    desk, closing = who(Function.DEAL_DESK, _BEFORE), who(Function.CLOSING, _BEFORE)
    if not desk or not closing:
        return None
    return "joined" if desk <= closing else "split"


def _account_management(who: Who) -> str | None:
    closing = who(Function.CLOSING, _BEFORE)
    first, later = who(Function.EXPANSION, _FIRST), who(Function.EXPANSION, _LATER)
    if not closing or not first or not later:
        return None
    if first <= closing and later <= closing:
        return "joined"
    if later & closing:
        return None
    return "split_at_close" if first.isdisjoint(closing) else "split_at_first_renewal"


def _success(cells: Mapping[Cell, Owners], segment: str, who: Who) -> str | None:
    success, expansion = who(Function.CUSTOMER_SUCCESS, _LATER), who(Function.EXPANSION, _LATER)
    if not success:
        return None
    if not expansion:
        here = [cells[Cell(Function.EXPANSION, segment, motion, _LATER)] for motion in MOTIONS]
        return "csm_only" if all(one.nobody for one in here) else None
    return "split" if success.isdisjoint(expansion) else "joined"


def _renewal(charter: Charter, who: Who) -> str | None:
    kinds = {
        _RENEWAL_OWNERS.get(charter.roles[role].kind or "")
        for age in (_FIRST, _LATER)
        for role in who(Function.RENEWAL, age)
    }
    return kinds.pop() if len(kinds) == 1 else None


def _support(cells: Mapping[Cell, Owners], segment: str, who: Who) -> str | None:
    success, support = who(Function.CUSTOMER_SUCCESS, _LATER), who(Function.SUPPORT, _LATER)
    here = [cells[Cell(Function.SUPPORT, segment, motion, _LATER)] for motion in MOTIONS]
    if not success or not (support or any(one.outside for one in here)):
        return None
    return "joined" if success & support else "split"
