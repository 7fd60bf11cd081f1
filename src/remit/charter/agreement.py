"""Whether a charter agrees with itself: names that exist, shares and levels that fit together.

Looked at as it was written, value by value, so that no other mistake in it hides one of these.
"""

from __future__ import annotations

import zoneinfo
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from remit.benchmarks import LEVELS, benchmarks
from remit.charter.nouns import Charter, Spell, role_kinds
from remit.charter.positions import Path_, Positioned
from remit.terms import Place, Problem, closest, nearest


def disagreements(read: Positioned) -> Iterator[Problem]:
    """Every name that nothing answers to, and statements that cannot hold together."""
    yield from _dangling(read)
    yield from _doubled(read)
    yield from _crossed(read)
    yield from _named_twice(read, ("handoffs",), read.value.get("handoffs"))
    rules = _block(read.value.get("activities")).get("rules")
    yield from _named_twice(read, ("activities", "rules"), rules)


def _dangling(read: Positioned) -> Iterator[Problem]:
    """Names of roles, kinds, segments and benchmarks that nothing answers to.

    One problem a name, where it is said first, with the other places that say it.
    """
    said: dict[tuple[str, str], list[Path_]] = {}
    all_known: dict[str, Collection[str]] = {}
    for path, name, known, what in _names(read.value):
        if isinstance(name, str) and known is not None and name not in known:
            said.setdefault((what, name), []).append(path)
            all_known[what] = known
    for (what, name), paths in said.items():
        places = {path: read.place(path, key=path[-1] == name) for path in paths}
        first, *others = sorted(paths, key=lambda path: read.from_top(places[path]))
        fix = nearest(name, all_known[what], what=f"{what[0].upper()}{what[1:]}s here")
        yield Problem(
            places[first],
            ".".join(str(part) for part in first),
            f'no {what} is called "{name}".',
            f"{fix}{_also([places[path] for path in others])}",
        )
    zone = read.value.get("time_zone")
    if isinstance(zone, str) and zone not in zoneinfo.available_timezones():
        meant = closest(zone, zoneinfo.available_timezones())
        yield Problem(
            read.place(("time_zone",)),
            "time_zone",
            f'no time zone is called "{zone}".',
            f'Did you mean "{meant}"?' if meant else "Give one such as Europe/Berlin.",
        )


def _also(places: list[Place]) -> str:
    named = list(dict.fromkeys(f"{Path(place.file).name}:{place.line}" for place in places))
    if len(named) > 5:
        named[5:] = [f"{len(named) - 5:,} more lines"]
    return f" Also said at {', '.join(named)}." if named else ""


def _names(stated: Mapping[str, Any]) -> Iterator[tuple[Path_, Any, Collection[str] | None, str]]:
    """Every name that a charter says: where, which, the names that exist, and of what.

    Read from the charter as it was written, so that other mistakes in it hide none of them. The
    names that exist are None where the block that would give them cannot be read.
    """
    roles, segments = _defined(stated, "roles"), _defined(stated, "segments")

    def within(path: Path_, block: Any, word: str = "segments") -> Iterator[Any]:
        for below, name in _each((*path, word), _block(block).get(word)):
            yield below, name, segments, "segment"

    for name, role in _block(stated.get("roles")).items():
        yield ("roles", name, "is"), _block(role).get("is"), role_kinds(), "role kind"
        yield from within(("roles", name), role)
        for word in ("owns", "assists"):
            for function, scope in _block(_block(role).get(word)).items():
                yield from within(("roles", name, word, function), scope)
    for pattern, title in _block(stated.get("titles")).items():
        yield ("titles", pattern), title, roles, "role"
        yield ("titles", pattern, "role"), _block(title).get("role"), roles, "role"
        yield from within(("titles", pattern), title, "segment")
    for path, spell in _each(("people",), stated.get("people")):
        yield (*path, "role"), _block(spell).get("role"), roles, "role"
        yield from within(path, spell, "segment")
    for path, handoff in _each(("handoffs",), stated.get("handoffs")):
        yield (*path, "from"), _block(handoff).get("from"), roles, "role"
        yield (*path, "to"), _block(handoff).get("to"), roles, "role"
        yield from within(path, handoff)
    for name, override in _block(stated.get("benchmarks")).items():
        yield ("benchmarks", name), name, benchmarks(), "benchmark"
        for level in LEVELS:
            if name in benchmarks() and level in _block(override):
                yield ("benchmarks", name, level), level, _levels(name), f"{name} level"


def _block(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _each(path: Path_, value: Any) -> Iterator[tuple[Path_, Any]]:
    """The entries of a list, or a single word that stands for a list of one."""
    if isinstance(value, list):
        for position, one in enumerate(value):
            yield (*path, position), one
    else:
        yield path, value


def _defined(stated: Mapping[str, Any], word: str) -> Collection[str] | None:
    """The names a block gives; None if it is no block or seems to be there under another word."""
    if word in stated:
        return stated[word] if isinstance(stated[word], dict) else None
    misspelt = any(
        known == word for other in stated for known in [closest(other, Charter.model_fields)]
    )
    return None if misspelt or word == "roles" else ()


def _levels(name: str) -> Collection[str]:
    """The levels that a benchmark sets."""
    value = benchmarks()[name].values[-1]
    return [level for level in LEVELS if getattr(value, level) is not None]


def _doubled(read: Positioned) -> Iterator[Problem]:
    """People whose spells at one time add up to more than one person."""
    by_person: dict[str, list[tuple[Path_, Spell]]] = {}
    for path, stated in _each(("people",), read.value.get("people")):
        try:
            spell = Spell.model_validate(stated)
        except ValidationError:
            continue
        by_person.setdefault(spell.person, []).append((path, spell))
    for spells in by_person.values():
        for path, spell in spells:
            together = [
                other
                for _, other in spells
                if _starts(other) <= _starts(spell)
                and (other.last_day is None or str(other.last_day) >= _starts(spell))
            ]
            share = sum(other.share for other in together)
            if share > 1 + 1e-9:
                yield Problem(
                    read.place(path),
                    ".".join(str(part) for part in path),
                    f"holds {share:g} shares of a person on {_starts(spell) or 'the first day'}.",
                    "Shares held at one time add up to 1 or less: end a spell or lower a share.",
                )
                break


def _starts(spell: Spell) -> str:
    return str(spell.first_day or "")


def _crossed(read: Positioned) -> Iterator[Problem]:
    """Overrides that leave amber on the far side of red."""
    for name, override in _block(read.value.get("benchmarks")).items():
        if name not in benchmarks() or not isinstance(override, dict):
            continue
        benchmark = benchmarks()[name]
        set_now = benchmark.values[-1]
        amber, red = override.get("amber", set_now.amber), override.get("red", set_now.red)
        if not isinstance(amber, (int, float)) or not isinstance(red, (int, float)):
            continue
        if amber > red if benchmark.trouble == "above" else amber < red:
            yield Problem(
                read.place(("benchmarks", name)),
                f"benchmarks.{name}",
                f"has amber at {amber:g}, past red at {red:g}.",
                "Give both levels, the milder one as amber.",
            )


def _named_twice(read: Positioned, path: Path_, listed: Any) -> Iterator[Problem]:
    """Entries of one name, which nothing in the evidence could tell apart."""
    first: dict[str, Place] = {}
    for at, entry in _each(path, listed):
        name, place = _block(entry).get("name"), read.place((*at, "name"))
        if isinstance(name, str) and first.setdefault(name, place) != place:
            yield Problem(
                place,
                ".".join(str(part) for part in (*at, "name")),
                f'"{name}" is a name given twice.',
                f"The first is at line {first[name].line}. Rename one.",
            )
