"""Whether a charter agrees with itself: names that exist, shares and levels that fit together.

Looked at as it was written, value by value, so that no other mistake in it hides one of these.
"""

from __future__ import annotations

import heapq
import itertools
import zoneinfo
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from decimal import Decimal
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from remit.benchmarks import LEVELS, benchmarks
from remit.charter.catalogue import role_kinds, tool_kinds
from remit.charter.facts import FactKind, fact_kinds
from remit.charter.handoffs import default_name
from remit.charter.nouns import Charter
from remit.charter.organisation import HEADCOUNT_OF_ALL, Spell
from remit.charter.positions import Path_, Positioned, shortened, shown
from remit.charter.statements import LEAST_GROUP
from remit.compensation.measures import measured, named
from remit.rules import rules
from remit.terms import Place, Problem, closest, nearest
from remit.terms.shapes import plain_number

CUSTOMERS = "customers"
"""With whom a business review is held."""
MOST_SUGGESTED = 50
"""Names for which the nearest is looked up; who has more wrong needs another list than this."""
LONGEST_NAME = 60
"""Characters of a name that a problem shows."""
MOST_OF_A_SHARE = 10
"""Times the whole. A share from it on was meant in per cent."""
MOST_OF_MONEY = 2
"""The same for a rate of money, but where the money is of one month and pay is of a year."""
OF_ONE_MONTH = ("new_mrr",)
"""Measures of a month's revenue, on which a rate may be more than the whole."""


def disagreements(read: Positioned) -> Iterator[Problem]:
    """Every name that nothing answers to, and statements that cannot hold together."""
    yield from _dangling(read)
    yield from _doubled(read)
    yield from _crossed(read)
    yield from _too_small_a_group(read)
    yield from _odd_facts(read)
    yield from _beyond_the_whole(read)
    yield from _named_twice(read, ("handoffs",), read.value.get("handoffs"))
    rules = _block(read.value.get("activities")).get("rules")
    yield from _named_twice(read, ("activities", "rules"), rules)


def called(path: Path_, stated: Any) -> str:
    """A path as problems name it: an entry of a list by its name, where it has one.

    >>> called(("handoffs", 0, "at"), {"handoffs": [{"from": "sdr", "to": "ae"}]})
    'handoffs.sdr to ae.at'
    """
    parts: list[str | int] = []
    for part in path:
        name: Any = None
        if isinstance(part, str):
            stated = _block(stated).get(part)
        else:
            stated = stated[part] if isinstance(stated, list) and part < len(stated) else None
            entry = _block(stated)
            name = entry.get("name")
            if name is None and parts == ["handoffs"] and {"from", "to"} <= entry.keys():
                roles = entry["from"], entry["to"]
                name = default_name(entry) if all(isinstance(one, str) for one in roles) else None
        parts.append(name if isinstance(name, str) and name.strip() else part)
    return shown(tuple(parts))


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
    for told, ((what, name), paths) in enumerate(said.items()):
        places = {path: read.place(path, key=path[-1] == name) for path in paths}
        first, *others = sorted(paths, key=lambda path: read.from_top(places[path]))
        fix = ""
        if told < MOST_SUGGESTED:
            fix = nearest(name, all_known[what], what=f"{_many(what)} here")
        if what == "role kind":
            fix += " Leave `is:` out and say what it `owns:` for a role of your own."
        yield Problem(
            places[first],
            called(first, read.value),
            f'no {what} is called "{shortened(name, LONGEST_NAME)}".',
            f"{fix}{_also([places[path] for path in others])}".strip(),
        )
    yield from _zones(read)


def _many(what: str) -> str:
    """Several of what a name is of, for the head of a list."""
    first, *of = what.split(" of ", 1)
    return " of ".join([f"{first[0].upper()}{first[1:]}s", *of])


def _zones(read: Positioned) -> Iterator[Problem]:
    """Time zones that there are none of."""
    zones: dict[Path_, Any] = {("time_zone",): read.value.get("time_zone")}
    for name, calendar in _block(read.value.get("calendars")).items():
        zones["calendars", name, "time_zone"] = _block(calendar).get("time_zone")
    for path, zone in zones.items():
        if isinstance(zone, str) and zone not in _time_zones():
            meant = closest(zone, _time_zones())
            yield Problem(
                read.place(path),
                called(path, read.value),
                f'no time zone is called "{shortened(zone, LONGEST_NAME)}".',
                f'Did you mean "{meant}"?' if meant else "Give one such as Europe/Berlin.",
            )


@cache
def _time_zones() -> frozenset[str]:
    return frozenset(zoneinfo.available_timezones())


def _also(places: list[Place]) -> str:
    named = list(dict.fromkeys(f"{Path(place.file).name}:{place.line}" for place in places))
    if len(named) > 5:
        named[5:] = [f"{len(named) - 5:,} more lines"]
    return f" Also said at {', '.join(named)}." if named else ""


Said = tuple[Path_, Any, Collection[str] | None, str]
"""Where a name is said, the name, the names there are (None if they cannot be read), of what."""


def _names(stated: Mapping[str, Any]) -> Iterator[Said]:
    """Every name that a charter says.

    Read from the charter as it was written, so that other mistakes in it hide none of them. The
    names that exist are None where the block that would give them cannot be read.
    """
    roles, segments = _defined(stated, "roles"), _defined(stated, "segments")
    yield from _role_names(stated, roles, segments)
    for pattern, title in _block(stated.get("titles")).items():
        yield ("titles", pattern), title, roles, "role"
    yield from _within(stated, roles, segments)
    yield from _pay_names(stated)
    for name, override in _block(stated.get("benchmarks")).items():
        yield ("benchmarks", name), name, benchmarks(), "benchmark"
        for level in LEVELS:
            if name in benchmarks() and level in _block(override):
                yield ("benchmarks", name, level), level, _levels(name), f"{name} level"
    for name, segment in _block(stated.get("segments")).items():
        for fact in _block(_block(segment).get("facts")):
            yield ("segments", name, "facts", fact), fact, fact_kinds(), "fact"
    for rule in _block(stated.get("attested")):
        yield ("attested", rule), rule, rules(), "rule"


def _role_names(
    stated: Mapping[str, Any], roles: Collection[str] | None, segments: Collection[str] | None
) -> Iterator[Said]:
    plans, tools = _defined(stated, "plans"), _defined(stated, "tools")
    known_tools = None if tools is None else {*tools, *tool_kinds()}
    for name, role in _block(stated.get("roles")).items():
        path, said = ("roles", name), _block(role)
        yield (*path, "is"), said.get("is"), role_kinds(), "role kind"
        yield (*path, "plan"), said.get("plan"), plans, "plan"
        yield (*path, "reports_to"), said.get("reports_to"), roles, "role"
        for below, tool in _each((*path, "tools"), said.get("tools")):
            yield below, tool, known_tools, "tool"
        yield from _measures((*path, "kpis"), said.get("kpis"), stated)
        for segment in _block(said.get("headcount")):
            known = None if segments is None else {*segments, HEADCOUNT_OF_ALL}
            yield (*path, "headcount", segment), segment, known, "segment"
    for name, tool in _block(stated.get("tools")).items():
        yield ("tools", name, "is"), _block(tool).get("is"), tool_kinds(), "kind of tool"


_WITH_ROLES = ("role", "from", "to", "by", "rejected_by")
"""Words whose value is a role, in the blocks below."""
_BLOCKS = (
    "titles",
    "people",
    "handoffs",
    "sign_offs",
    "cadences",
    "teams",
    "territories",
    "targets",
    "decisions",
    "measures",
    "retention_indicators",
)


def _within(
    stated: Mapping[str, Any], roles: Collection[str] | None, segments: Collection[str] | None
) -> Iterator[Said]:
    """Names of roles, segments, teams and calendars, wherever a block says one."""
    teams, calendars = _defined(stated, "teams"), _defined(stated, "calendars")
    for block in _BLOCKS:
        for path, entry in _entries((block,), stated.get(block)):
            said = _block(entry)
            for word in _WITH_ROLES if block not in ("targets", "decisions") else ():
                if word in said and not _is_day_or_fact(block, word):
                    yield (*path, word), said[word], roles, "role"
            for word in ("segment", "segments"):
                for below, name in _each((*path, word), said.get(word)):
                    yield below, name, segments, "segment"
            yield (*path, "calendar"), said.get("calendar"), calendars, "calendar"
            if "teams" in stated:  # else a team is a name and no more
                yield (*path, "team"), said.get("team"), teams, "team"
    for path, cadence in _entries(("cadences",), stated.get("cadences")):
        attended = _block(cadence).get("with")
        if attended != CUSTOMERS:
            yield (*path, "with"), attended, roles, "role"
        yield (*path, "seen_in"), _block(cadence).get("seen_in"), _rules(stated), "activities rule"
    for below, name in _each(
        ("first_value", "segments"), _block(stated.get("first_value")).get("segments")
    ):
        yield below, name, segments, "segment"
    for name, team in _block(stated.get("teams")).items():
        for role in _block(_block(team).get("members")):
            yield ("teams", name, "members", role), role, roles, "role"
        for below, other in _each(("teams", name, "supports"), _block(team).get("supports")):
            yield below, other, teams, "team"
    for name, role in _block(stated.get("roles")).items():
        for below, segment in _each(("roles", name, "segments"), _block(role).get("segments")):
            yield below, segment, segments, "segment"
        for word in ("owns", "assists"):
            yield from _scopes(("roles", name, word), _block(role).get(word), segments)
    for word in ("outside", "nobody"):
        yield from _scopes((word,), stated.get(word), segments)


def _rules(stated: Mapping[str, Any]) -> Collection[str] | None:
    """The names of the rules by which activities are read; None if they cannot be read."""
    activities = _block(stated.get("activities"))
    strange = set(activities) - {"rules", "minutes"}
    if _defined(stated, "activities") is None or ("rules" not in activities and strange):
        return None
    rules = [_block(rule) for _, rule in _each((), activities.get("rules")) if rule is not None]
    return None if any("name" not in rule for rule in rules) else [rule["name"] for rule in rules]


def _is_day_or_fact(block: str, word: str) -> bool:
    """`from` and `to` are days everywhere but in handoffs."""
    return word in ("from", "to") and block != "handoffs"


def _scopes(path: Path_, owning: Any, segments: Collection[str] | None) -> Iterator[Said]:
    for function, scope in _block(owning).items():
        for below, name in _each((*path, function, "segments"), _block(scope).get("segments")):
            yield below, name, segments, "segment"


def _pay_names(stated: Mapping[str, Any]) -> Iterator[Said]:
    """Names of measures, components, plans and indicators that plans and targets say."""
    indicators = _defined(stated, "retention_indicators")
    segments = _defined(stated, "segments")
    for name, measure in _block(stated.get("measures")).items():
        of = _block(measure).get("is")
        if isinstance(of, str) and named(of) is None:
            yield ("measures", name, "is"), of, _wordings(), "measure"
    for path, target in _entries(("targets",), stated.get("targets")):
        yield from _measures((*path, "measure"), _block(target).get("measure"), stated)
    for name, plan in _block(stated.get("plans")).items():
        at, said = ("plans", name), _block(plan)
        yield (*at, "replaces"), said.get("replaces"), _defined(stated, "plans"), "plan"
        components = _block(said.get("components"))
        releases: list[tuple[Path_, Any]] = [((*at, "release"), said.get("release"))]
        for part, component in components.items():
            here, says = (*at, "components", part), _block(component)
            yield from _measures((*here, "pays_on"), says.get("pays_on"), stated)
            for segment in _block(_block(says.get("quota")).get("by_segment")):
                yield (*here, "quota", "by_segment", segment), segment, segments, "segment"
            for axis in ("rows", "columns"):
                measure = _block(says.get(axis)).get("measure")
                yield from _measures((*here, axis, "measure"), measure, stated)
            for below, gate in _entries((*here, "gates"), says.get("gates")):
                gated = _block(gate).get("component")
                yield (*below, "component"), gated, components, f"component of {name}"
                yield from _measures((*below, "measure"), _block(gate).get("measure"), stated)
            for below, modifier in _entries((*here, "modifiers"), says.get("modifiers")):
                measure = _block(modifier).get("measure")
                yield from _measures((*below, "measure"), measure, stated)
            releases.append(((*here, "release"), says.get("release")))
        for path, release in releases:
            for below, instalment in _entries(path, release):
                indicator = _block(instalment).get("indicator")
                yield (*below, "indicator"), indicator, indicators, "retention indicator"


def _measures(path: Path_, value: Any, stated: Mapping[str, Any]) -> Iterator[Said]:
    """Measures by their names or other wordings, the company's own included."""
    own = _defined(stated, "measures")
    for below, name in _each(path, value):
        if isinstance(name, str) and named(name) is None:
            yield below, name, None if own is None else {*own, *_wordings()}, "measure"


@cache
def _wordings() -> frozenset[str]:
    """All that measures are called."""
    return frozenset(words for one in measured().values() for words in (one.name, *one.also_called))


def _block(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _entries(path: Path_, value: Any) -> Iterator[tuple[Path_, Any]]:
    """The entries of a list, or of a block of named ones."""
    if isinstance(value, dict):
        for name, one in value.items():
            yield (*path, name), one
    else:
        yield from _each(path, value)


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
        none_at_all = word == "roles" and not stated[word]  # which is told by itself
        return stated[word] if isinstance(stated[word], dict) and not none_at_all else None
    strange = (other for other in stated if other not in Charter.model_fields)
    misspelt = any(_meant(other) == word for other in itertools.islice(strange, MOST_SUGGESTED))
    return None if misspelt or word == "roles" else ()


@lru_cache
def _meant(word: str) -> str | None:
    return closest(word, Charter.model_fields)


def _levels(name: str) -> Collection[str]:
    """The levels that a benchmark sets."""
    value = benchmarks()[name].values[-1]
    return [level for level in LEVELS if getattr(value, level) is not None]


def _doubled(read: Positioned) -> Iterator[Problem]:
    """People whose spells at one time add up to more than one person."""
    by_person: dict[str, list[tuple[Path_, Spell]]] = {}
    stated_spells = list(_each(("people",), read.value.get("people")))
    named_at = Counter(str(_block(stated).get("person")).strip() for _, stated in stated_spells)
    for path, stated in stated_spells:
        alone = named_at[str(_block(stated).get("person")).strip()] == 1
        if alone:  # one spell has at most one share, which its own noun sees to
            continue
        try:
            spell = Spell.model_validate(stated)
        except ValidationError:
            continue
        by_person.setdefault(spell.person, []).append((path, spell))
    for spells in by_person.values():
        for path, spell, share in _too_much(spells):
            yield Problem(
                read.place(path),
                called(path, read.value),
                f"holds {share:g} shares of a person on {_starts(spell) or 'the first day'}.",
                "Shares held at one time add up to 1 or less: end a spell or lower a share.",
            )


def _too_much(spells: list[tuple[Path_, Spell]]) -> list[tuple[Path_, Spell, float]]:
    """The first spell, as the file has them, at whose start one person holds more than one job."""
    found = []
    in_force: list[tuple[str, float]] = []
    by_start = sorted(spells, key=lambda one: _starts(one[1]))
    for day, starting in itertools.groupby(by_start, key=lambda one: _starts(one[1])):
        here = list(starting)
        for _, spell in here:
            heapq.heappush(in_force, (str(spell.last_day or _NEVER), spell.share))
        while in_force[0][0] < day:
            heapq.heappop(in_force)
        share = sum(share for _, share in in_force)
        if share > 1 + 1e-9:
            found += [(path, spell, share) for path, spell in here]
            break
    return found[:1]


_NEVER = "9999-12-31"


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
        if isinstance(amber, bool) or isinstance(red, bool):
            continue
        if amber > red if benchmark.trouble == "above" else amber < red:
            yield Problem(
                read.place(("benchmarks", name, "red" if "red" in override else "amber")),
                f"benchmarks.{name}",
                f"has amber at {amber:g}, past red at {red:g}.",
                "Give both levels, the milder one as amber.",
            )


def _too_small_a_group(read: Positioned) -> Iterator[Problem]:
    """A benchmark of the minimum group that shows figures about one or two people."""
    name = "minimum_group"
    override = _block(_block(read.value.get("benchmarks")).get(name))
    for level, value in override.items():
        number = isinstance(value, (int, float)) and not isinstance(value, bool)
        if level in LEVELS and number and value < LEAST_GROUP:
            yield Problem(
                read.place(("benchmarks", name, level)),
                f"benchmarks.{name}.{level}",
                f"is {value:g}, which would show figures about fewer than {LEAST_GROUP} people.",
                f"Give {LEAST_GROUP} or more.",
            )


def _beyond_the_whole(read: Positioned) -> Iterator[Problem]:
    """Levels of shares, and rates, that somebody wrote as 40 and meant in per cent."""
    for name, plan in _block(read.value.get("plans")).items():
        for part, component in _block(_block(plan).get("components")).items():
            says = _block(component)
            for below, level in _levels_of_shares(says, read.value):
                yield from _beyond(
                    read, ("plans", name, "components", part, *below), level, MOST_OF_A_SHARE
                )
            on = _catalogued(says.get("pays_on"), read.value)
            if on is None or on in OF_ONE_MONTH:
                continue
            rates = [(("rate",), says.get("rate")), *_within_each("tiers", "rate", says)]
            for below, rate in rates:
                yield from _beyond(
                    read, ("plans", name, "components", part, *below), rate, MOST_OF_MONEY
                )


def _beyond(read: Positioned, path: Path_, value: Any, most: int) -> Iterator[Problem]:
    number = plain_number(value)
    if isinstance(number, bool) or not isinstance(number, int | float):
        return
    if most <= number < _TOO_LARGE:
        times = Decimal(str(number)).normalize()
        fix = f"Write {times:f}% if that is meant."
        if most == MOST_OF_MONEY:
            fix += f" More than the whole is paid on {' and '.join(OF_ONE_MONTH)} alone."
        yield Problem(
            read.place(path), called(path, read.value), f"is {times:,f} times the whole.", fix
        )


_TOO_LARGE = 10**15
"""A number that is refused whatever it is of."""


def _levels_of_shares(
    says: Mapping[str, Any], stated: Mapping[str, Any]
) -> list[tuple[Path_, Any]]:
    """Levels of attainment, and of measures that are shares, in one component."""
    found: list[tuple[Path_, Any]] = []
    of_share = _is_share(says.get("pays_on"), stated)
    if of_share or says.get("quota") is not None:
        found += _within_each("points", "at", says)
    if of_share and (says.get("quota") is None or says.get("tiers_by") == "amount"):
        found += _within_each("tiers", "from", says)
    for place, gate in _entries(("gates",), says.get("gates")):
        measure = _block(gate).get("measure")
        if _block(gate).get("component") is not None or _is_share(measure, stated):
            found.append(((*place, "at_least"), _block(gate).get("at_least")))
    for place, modifier in _entries(("modifiers",), says.get("modifiers")):
        if _is_share(_block(modifier).get("measure"), stated):
            below = _within_each("steps", "from", _block(modifier))
            found += [((*place, *path), level) for path, level in below]
    for axis in ("rows", "columns"):
        if _is_share(_block(says.get(axis)).get("measure"), stated):
            found += _each((axis, "from"), _block(says.get(axis)).get("from"))
    return found


def _within_each(word: str, inner: str, says: Mapping[str, Any]) -> list[tuple[Path_, Any]]:
    """What every entry of a list says under one word."""
    entries = _entries((word,), says.get(word))
    return [((*place, inner), _block(entry).get(inner)) for place, entry in entries]


def _is_share(measure: Any, stated: Mapping[str, Any]) -> bool:
    known = _catalogued(measure, stated)
    return known is not None and measured()[known].unit == "share"


def _catalogued(measure: Any, stated: Mapping[str, Any]) -> str | None:
    """The catalogue's name of a measure, or of what the company calls so; None if it has none."""
    own = _block(_block(stated.get("measures")).get(measure) if isinstance(measure, str) else None)
    meant = own.get("is", measure)
    return named(meant) if isinstance(meant, str) else None


def _odd_facts(read: Positioned) -> Iterator[Problem]:
    """Facts whose value is not of their kind."""
    for name, segment in _block(read.value.get("segments")).items():
        for fact, stated in _block(_block(segment).get("facts")).items():
            kind = fact_kinds().get(fact)
            if kind is None or isinstance(stated, list):
                continue
            values = stated.items() if isinstance(stated, dict) else [("", stated)]
            for word, value in values:
                wrong = kind.wrong(value) if word in ("", "value", "from", "to") else None
                if wrong is not None and value is not None:
                    path = ("segments", name, "facts", fact, *([word] if word else []))
                    now = f"It says {shortened(repr(value), LONGEST_NAME)} now."
                    meant = closest(str(value), _said_of(kind)) if isinstance(value, str) else None
                    fix = f'{now} Did you mean "{meant}"?' if meant else now
                    yield Problem(
                        read.place(path),
                        called(path, read.value),
                        f"{wrong}.",
                        f"{fix} {kind.about}",
                    )


def _said_of(kind: FactKind) -> list[str]:
    """The words a fact may be, if it is one of a few."""
    return [word for word in kind.of if isinstance(word, str)] if isinstance(kind.of, tuple) else []


def _named_twice(read: Positioned, path: Path_, listed: Any) -> Iterator[Problem]:
    """Entries of one name, which nothing in the evidence could tell apart."""
    first: dict[str, tuple[Path_, Place]] = {}
    for at, entry in _each(path, listed):
        stated = _block(entry)
        name, place = stated.get("name"), read.place((*at, "name"))
        if name is None and path == ("handoffs",) and {"from", "to"} <= stated.keys():
            name = default_name(stated)
        if isinstance(name, str) and first.setdefault(name, (at, place))[0] != at:
            there = first[name][1]
            where = f"line {there.line}"
            if there.file != place.file:
                where = f"{Path(there.file).name}:{there.line}"
            yield Problem(
                place,
                called((*at, "name"), read.value),
                f'"{shortened(name, LONGEST_NAME)}" is a name given twice.',
                f"The first is at {where}. Name or rename one.",
            )
