"""What changed between two charters, in sentences: who owns what first, then handoffs, then pay.

Charters are compared by what they say. Comments, the order of names, and a short or a long way of
saying one thing are no change.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import groupby, product
from typing import Any

from remit.charter.compared import Difference, Kind, capital, compared, listed
from remit.charter.handoffs import default_name
from remit.charter.market import AccountAge
from remit.charter.nouns import Charter
from remit.charter.organisation import Spell
from remit.charter.ownership import AGES, EVERYWHERE, MOTIONS, ownership, segments_of
from remit.terms import Function


def differences(old: Charter, new: Charter, *, people: bool = False) -> tuple[Difference, ...]:
    """All that differs, in sentences; empty where the charters say the same.

    A role that is gone and a new one with the same content are one role under another name.

    >>> old = Charter(company="Acme", roles={"ae": {"is": "AE"}}, week_hours=40)
    >>> new = Charter(company="Acme", roles={"ae": {"is": "AE"}}, week_hours=38)
    >>> [found.says for found in differences(old, new)]
    ['`week_hours` is 38, was 40.']

    Args:
        old: The charter as it was.
        new: The charter as it is.
        people: Whether people are named; else they are counted by role.
    """
    names = _renamed(old, new)
    found = [
        Difference(f"roles.{now}", "changed", f"Role {was} is called {now} now.")
        for was, now in names.items()
    ]
    old = _with_names(old, names)
    found += _ownership(old, new)
    found += compared(old, new, _told(old, new))
    found += _people(old, new, named=people)
    return tuple(sorted(found, key=_rank))


_FIRST = ("roles", "outside", "nobody", "handoffs", "sign_offs", "plans")
_ABOUT_OWNING = ("is", "owns", "assists", "motion", "segments")


def _rank(found: Difference) -> int:
    """Ownership, handoffs, pay, the rest; within each as it was found."""
    block, _, rest = found.subject.partition(".")
    word = rest.partition(".")[2]
    if block in ("outside", "nobody") or (block == "roles" and word in ("", *_ABOUT_OWNING)):
        return 0 if word in ("", "is") and block == "roles" else 1
    if block in ("handoffs", "sign_offs"):
        return 2
    return 3 if block == "plans" or (block == "roles" and word == "plan") else 4


# Names


def _renamed(old: Charter, new: Charter) -> Mapping[str, str]:
    """Roles that have another name and are otherwise the same, where only one fits."""
    gone = {name: role for name, role in old.roles.items() if name not in new.roles}
    come = {name: role for name, role in new.roles.items() if name not in old.roles}
    names = {}
    for was, role in gone.items():
        same = [now for now, other in come.items() if other == role]
        alike = [other for other in gone.values() if other == role]
        if len(same) == 1 and len(alike) == 1:
            names[was] = same[0]
    return names


def _with_names(charter: Charter, names: Mapping[str, str]) -> Charter:
    """The charter with its roles called by their new names, wherever it names them."""
    if not names:
        return charter
    stated = charter.model_dump(by_alias=True, exclude_unset=True)

    def put(block: Any, *words: str) -> None:
        entries = block.values() if isinstance(block, Mapping) else block or ()
        for entry in entries:
            for word in words:
                if isinstance(entry.get(word), str):
                    entry[word] = names.get(entry[word], entry[word])

    for handoff in stated.get("handoffs", ()):
        if handoff["name"] == default_name(handoff):
            del handoff["name"]
    for role in stated["roles"].values():
        put([role], "reports_to")
    stated["roles"] = {names.get(name, name): role for name, role in stated["roles"].items()}
    put(stated.get("titles"), "role")
    put(stated.get("people"), "role")
    put(stated.get("handoffs"), "from", "to", "rejected_by")
    put(stated.get("sign_offs"), "by")
    put(stated.get("cadences"), "by", "with")
    put(stated.get("teams"), "manager")
    put(stated.get("territories"), "role")
    for team in (stated.get("teams") or {}).values():
        members = team.get("members", {})
        team["members"] = {names.get(name, name): count for name, count in members.items()}
    return Charter.model_validate(stated)


# Ownership

Where = tuple[Function, str, str, AccountAge]
"""Function, segment, motion and account age."""

_WHEN = {
    AccountAge.BEFORE_WIN: "before the win",
    AccountAge.FIRST_TERM: "in the first term",
    AccountAge.LATER_TERMS: "in the later terms",
}


@dataclass(frozen=True, slots=True)
class _Held:
    """Who owns and who assists somewhere, and what is said where no role owns it."""

    owns: frozenset[str] = frozenset()
    assists: frozenset[str] = frozenset()
    outside: bool = False
    nobody: bool = False

    def owned(self) -> _Held:
        """Without who assists."""
        return _Held(self.owns, frozenset(), self.outside, self.nobody)

    def assisted(self, role: str, *, since: _Held | None = None) -> _Held:
        """Only whether a role assists; one that went on to own it has not stopped."""
        rose = since is not None and role in since.assists and role in self.owns
        return _Held(assists=self.assists & {role} if not rose else frozenset({role}))


def _ownership(old: Charter, new: Charter) -> Iterator[Difference]:
    """Who owns and assists in what, where that changed."""
    before, after = _held(old), _held(new)
    many = len(segments_of(new) if new.segments else segments_of(old))
    pairs = list(_pairs(before, after))
    for (was, now), wheres in _grouped(
        (where, one.owned(), other.owned()) for where, one, other in pairs
    ).items():
        for functions, (here, when) in _placed(wheres, many):
            for subject, kind, said in _passed(was, now, functions, when):
                named = not here and said.startswith(_names_of(now, was))
                says = f"{here}{said}."
                yield Difference(subject, kind, says if named else capital(says))
    for role in dict.fromkeys([*old.roles, *new.roles]):
        for (_, now), wheres in _grouped(
            (where, one.assisted(role), other.assisted(role, since=one))
            for where, one, other in pairs
        ).items():
            for functions, (here, when) in _placed(wheres, many):
                subject, what = f"roles.{role}.assists", f"{_spoken(functions)}{when}"
                if now.assists:
                    says = f"{capital(here)}{role} assists in {what} now."
                else:
                    says = f"{capital(here)}{role} no longer assists in {what}."
                yield Difference(subject, "added" if now.assists else "removed", says)


def _pairs(
    before: Mapping[Where, _Held], after: Mapping[Where, _Held]
) -> Iterator[tuple[Where, _Held, _Held]]:
    """Both charters' answers for a place; a charter without segments answers for every one."""
    for where in {**after, **before}:
        everywhere = (where[0], EVERYWHERE, *where[2:])
        was = before.get(where) or before.get(everywhere)
        now = after.get(where) or after.get(everywhere)
        alone = where[1] == EVERYWHERE and (where not in before or where not in after)
        if was is not None and now is not None and not alone:
            yield where, was, now


def _grouped(
    told: Iterable[tuple[Where, _Held, _Held]],
) -> Mapping[tuple[_Held, _Held], list[Where]]:
    """Places by what changed there; those where nothing did stay out."""
    changes: dict[tuple[_Held, _Held], list[Where]] = {}
    for where, was, now in told:
        if was != now:
            changes.setdefault((was, now), []).append(where)
    return changes


def _names_of(*held: _Held) -> tuple[str, ...]:
    """Names of roles, which keep their small letters at the start of a sentence."""
    return tuple(f"{name}{end}" for one in held for name in one.owns for end in (" ", ","))


def _held(charter: Charter) -> Mapping[Where, _Held]:
    owns: dict[Where, set[str]] = {}
    assists: dict[Where, set[str]] = {}
    for row in ownership(charter):
        for motion in row.motion or MOTIONS:
            into = assists if row.assists else owns
            where = (row.function, row.segment, motion, row.account_age)
            into.setdefault(where, set()).add(row.role)
    said: dict[str, set[Where]] = {
        word: {
            (function, segment, motion, age)
            for function, scope in getattr(charter, word).items()
            for segment in scope.segments or segments_of(charter)
            for motion in scope.motion or MOTIONS
            for age in scope.account_age or tuple(AccountAge)
        }
        for word in ("outside", "nobody")
    }
    wheres = [
        (function, segment, motion, age)
        for function in Function
        for segment, motion, age in product(
            segments_of(charter), MOTIONS, AGES.get(function, tuple(AccountAge))
        )
    ]
    return {
        where: _Held(
            frozenset(owns.get(where, ())),
            frozenset(assists.get(where, ())),
            where in said["outside"],
            where in said["nobody"],
        )
        for where in wheres
    }


def _placed(
    wheres: list[Where], everywhere: int
) -> Iterator[tuple[list[Function], tuple[str, str]]]:
    """Functions that change alike, with the words for where: before and after what is said."""
    by_place: dict[tuple[str, str], list[Function]] = {}
    for function, of_function in groupby(wheres, key=lambda where: where[0]):
        by_segment: dict[str, set[tuple[str, AccountAge]]] = {}
        for _, segment, motion, age in of_function:
            by_segment.setdefault(segment, set()).add((motion, age))
        alike: dict[frozenset[tuple[str, AccountAge]], list[str]] = {}
        for segment, found in by_segment.items():
            alike.setdefault(frozenset(found), []).append(segment)
        for cells, segments in alike.items():
            here = "" if len(segments) == everywhere else f"in {listed(segments)}, "
            for when in _when(function, cells):
                by_place.setdefault((here, when), []).append(function)
    for place, functions in by_place.items():
        yield functions, place


def _when(function: Function, cells: frozenset[tuple[str, AccountAge]]) -> Iterator[str]:
    """Words for account ages and motions, as few as say it."""
    ages = AGES.get(function, tuple(AccountAge))
    by_motions: dict[tuple[str, ...], list[AccountAge]] = {}
    for age in ages:
        here = tuple(motion for motion in MOTIONS if (motion, age) in cells)
        if here:
            by_motions.setdefault(here, []).append(age)
    for motions, whens in by_motions.items():
        kinds = "" if len(motions) == len(MOTIONS) else f" for {listed(motions)} business"
        terms = "" if len(whens) == len(ages) else f" {listed([_WHEN[age] for age in whens])}"
        yield f"{kinds}{terms}"


def _passed(
    was: _Held, now: _Held, functions: list[Function], when: str
) -> Iterator[tuple[str, Kind, str]]:
    """What happened to functions that change alike, without the segments."""
    what = _spoken(functions)
    many = len(functions) > 1
    gained, lost = sorted(now.owns - was.owns), sorted(was.owns - now.owns)
    kept = sorted(now.owns & was.owns)
    subject = f"roles.{(gained or lost or kept or ['?'])[0]}.owns"
    come, gone, left = listed(gained), listed(lost), listed(kept)
    if gained and lost:
        beside = f", beside {left}" if kept else ""
        passes = f"{'pass' if many else 'passes'} from {gone} to {come}"
        yield subject, "changed", f"{what} {passes}{beside}{when}"
    elif gained and kept:
        owns = "own" if len(gained) > 1 else "owns"
        yield subject, "added", f"{come} {owns} {what}{when} as well as {left}"
    elif gained:
        takes = "take on" if len(gained) > 1 else "takes on"
        before = "people outside did" if was.outside else "nobody owned"
        yield subject, "added", f"{come} {takes} {what}{when}; {before} {'them' if many else 'it'}"
    elif lost and kept:
        own = "own" if len(lost) > 1 else "owns"
        still = "do" if len(kept) > 1 else "does"
        yield subject, "removed", f"{gone} no longer {own} {what}{when}; {left} still {still}"
    elif lost and now.outside:
        yield subject, "removed", f"people outside do {what}{when} now; {gone} did"
    elif lost:
        meant = ", and nobody needs to" if now.nobody else ""
        yield subject, "removed", f"nobody owns {what}{when} any more{meant}; {gone} did"
    elif (was.outside, was.nobody) != (now.outside, now.nobody):
        word = "outside" if was.outside != now.outside else "nobody"
        there = getattr(now, word)
        if now.owns:
            under = f"{'stated' if there else 'no longer stated'} under `{word}`"
            says = f"{what}{when}, owned by {left}, {'are' if many else 'is'} {under}"
        else:
            says = f"{what}{when}: {_stands(now)}, {_stood(was)}"
        yield word, "added" if there else "removed", says


def _spoken(functions: Iterable[Function]) -> str:
    return listed([function.value.replace("_", " ") for function in functions])


def _stands(held: _Held) -> str:
    if held.outside:
        return "done outside now"
    return "nobody needs to own it now" if held.nobody else "without an owner now"


def _stood(held: _Held) -> str:
    if held.outside:
        return "was done outside"
    return "nobody needed to own it" if held.nobody else "was without an owner"


def _told(old: Charter, new: Charter) -> set[str]:
    """`outside`, `nobody` and roles whose change shows in who owns what."""
    before, after = _held(old), _held(new)
    told = {
        word
        for word in ("outside", "nobody")
        for where in before.keys() & after.keys()
        if getattr(before[where], word) != getattr(after[where], word)
    }
    shared = {*segments_of(old)} & {*segments_of(new)}
    rows = [
        {
            row
            for row in ownership(charter)
            if row.segment in shared
            and row.account_age in AGES.get(row.function, tuple(AccountAge))
        }
        for charter in (old, new)
    ]
    return told | {f"roles.{row.role}" for row in rows[0] ^ rows[1]}


# People


def _people(old: Charter, new: Charter, *, named: bool) -> Iterator[Difference]:
    """Who joined, left, changed role or manager: names, or how many of each role."""
    before, after = _spells(old), _spells(new)
    found: dict[tuple[int, str], list[str]] = {}
    for person in sorted({*before, *after}):
        was, now = before.get(person, []), after.get(person, [])
        if was == now:
            continue
        for told in _moved(was, now):
            found.setdefault(told, []).append(person)
    kinds: tuple[Kind, ...] = ("added", "removed", "changed")
    for (order, said), names in sorted(found.items()):
        many = len(names) > 1
        who = listed(names) if named else f"{len(names)} {'people' if many else 'person'}"
        says = f"{who} {said.format(have='have' if many else 'has')}."
        yield Difference("people", kinds[min(order, 2)], says)


def _spells(charter: Charter) -> Mapping[str, list[Spell]]:
    by_person: dict[str, list[Spell]] = {}
    for spell in charter.people:
        by_person.setdefault(spell.person, []).append(spell)
    for spells in by_person.values():
        spells.sort(key=lambda spell: (spell.first_day or date.min, spell.model_dump_json()))
    return by_person


def _moved(was: list[Spell], now: list[Spell]) -> Iterator[tuple[int, str]]:
    if not was:
        yield 0, f"joined as {now[-1].role}"
        return
    ended = all(spell.last_day for spell in now) and not all(spell.last_day for spell in was)
    if not now or ended:
        yield 1, f"left, last as {(now or was)[-1].role}"
        return
    before, after = was[-1], now[-1]
    if before.role != after.role:
        yield 2, f"went from {before.role} to {after.role}"
    elif before.manager != after.manager:
        yield 3, f"{{have}} another manager, as {after.role}"
    else:
        yield 4, f"{{have}} another segment, team, share or dates, as {after.role}"
