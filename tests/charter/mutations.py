"""Mistakes that people make in charters, each with the line it is made at and the word it hurts.

A mutation takes a charter's text and gives it back with one mistake in it. Where the mistake
stands is read from the text by PyYAML itself, not by what is tested.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

import yaml

from remit.compensation.measures import named
from remit.terms import Function

Path_ = tuple[str | int, ...]
FUNCTIONS = {function.value for function in Function}


class Chance(Protocol):
    """What draws: a numpy Generator, or anything that chooses as it does."""

    def integers(self, low: int, high: int) -> Any: ...


@dataclass(frozen=True)
class Mistake:
    """A charter's text with one mistake in it, and what a reader of it must be told."""

    text: str
    lines: frozenset[int]
    """Lines that may be named: of the word that was touched, or of the block it is in."""
    names: tuple[str, ...]
    """What the problem must name."""
    proposes: str | None = None
    """What it must propose."""


@dataclass(frozen=True)
class Mutation:
    """A kind of mistake, by name; `make` gives None where a charter has no place for it."""

    name: str
    make: Callable[[Base, Chance], Mistake | None]


class Base:
    """A valid charter as text and as a tree, with where each word and value stands."""

    def __init__(self, text: str, tree: dict[str, Any], *, whole: bool = True) -> None:
        self.text, self.tree, self.whole = text, tree, whole
        self.nodes = marks(text)

    def found(self, pattern: str) -> list[Path_]:
        """Paths that fit a pattern such as `roles.*.owns`; `*` stands for any one part."""
        return [path for path in self.nodes if path and _fits(path, pattern.split(" "))]

    def at(self, path: Path_) -> Any:
        here: Any = self.tree
        for part in path:
            here = here[part]
        return here

    def lines(self, *paths: Path_) -> frozenset[int]:
        """First lines of words and of what they say."""
        return frozenset(line for path in paths for line in self.nodes[path].lines)

    def spliced(self, path: Path_, written: str, *, word: bool = False) -> str:
        """The text with a word, or what it says, written otherwise."""
        node = self.nodes[path]
        start, end = node.word if word else node.says
        return self.text[:start] + written + self.text[end:]

    def changed(self, change: Callable[[Any], None]) -> Base:
        """The charter written anew with a change in its tree."""
        tree = copy.deepcopy(self.tree)
        change(tree)
        return Base(as_written(tree), tree)


@dataclass(frozen=True)
class Marked:
    """Where a word and what it says stand, as places in the text."""

    word: tuple[int, int]
    says: tuple[int, int]
    lines: tuple[int, ...]


def marks(text: str) -> dict[Path_, Marked]:
    """Where everything in a YAML text stands."""
    found: dict[Path_, Marked] = {}

    def walk(node: yaml.Node, path: Path_, word: yaml.Node) -> None:
        lines = (word.start_mark.line + 1, node.start_mark.line + 1)
        found[path] = Marked(_span(word), _span(node), lines)
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                walk(value, (*path, key.value), key)
        elif isinstance(node, yaml.SequenceNode):
            for place, one in enumerate(node.value):
                walk(one, (*path, place), one)

    whole = yaml.compose(text, Loader=yaml.SafeLoader)
    walk(whole, (), whole)
    return found


def _span(node: yaml.Node) -> tuple[int, int]:
    return node.start_mark.index, node.end_mark.index


def _fits(path: Path_, pattern: Sequence[str]) -> bool:
    return len(path) == len(pattern) and all(
        part in ("*", str(there)) for part, there in zip(pattern, path, strict=True)
    )


class _Quoted(yaml.SafeDumper):
    """Writes text in quotes, so that nothing hangs on which texts need them."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


_Quoted.add_representer(
    str,
    lambda dumper, text: dumper.represent_scalar(
        "tag:yaml.org,2002:str", text, style=None if text.isidentifier() and text in _PLAIN else '"'
    ),
)
_PLAIN: set[str] = {*FUNCTIONS, "company", "roles", "segments"}


def as_written(tree: Any) -> str:
    """A tree as YAML, one word a line."""
    return yaml.dump(tree, Dumper=_Quoted, sort_keys=False, allow_unicode=True, width=10_000)


def _one(chance: Chance, of: Sequence[Any]) -> Any:
    return of[int(chance.integers(0, len(of)))]


def slip(word: str, chance: Chance) -> str:
    """A word as a hurried hand types it: a letter lost, doubled, or changed places."""
    if len(word) < 5:
        return word + word[-1]
    at = int(chance.integers(1, len(word) - 1))
    ways = [word[:at] + word[at + 1 :], word[:at] + word[at] + word[at:]]
    if word[at] != word[at + 1]:
        ways.append(word[:at] + word[at + 1] + word[at] + word[at + 2 :])
    return str(_one(chance, ways))


def _put(path: Path_, value: Any) -> Callable[[Any], None]:
    def change(tree: Any) -> None:
        for part in path[:-1]:
            tree = tree[part]
        tree[path[-1]] = value

    return change


def _without(path: Path_) -> Callable[[Any], None]:
    def change(tree: Any) -> None:
        for part in path[:-1]:
            tree = tree[part]
        del tree[path[-1]]

    return change


# Kinds of mistakes


def _slip_in_word(pattern: str, base: Base, chance: Chance) -> Mistake | None:
    paths = [path for path in base.found(pattern) if isinstance(path[-1], str)]
    if not paths:
        return None
    path = _one(chance, paths)
    word = str(path[-1])
    wrong = slip(word, chance)
    if (*path[:-1], wrong) in base.nodes:
        return None
    return Mistake(
        base.spliced(path, wrong, word=True), frozenset(base.lines(path)), (wrong,), word
    )


def _slip_in_value(pattern: str, base: Base, chance: Chance) -> Mistake | None:
    paths = [path for path in base.found(pattern) if _plain(base.at(path))]
    if not paths:
        return None
    path = _one(chance, paths)
    said = base.at(path)
    wrong = slip(said, chance)
    if named(wrong) is not None or wrong in base.tree.get("measures", {}):
        return None
    return Mistake(base.spliced(path, f'"{wrong}"'), base.lines(path), (wrong,), said)


def _plain(said: Any) -> bool:
    return isinstance(said, str) and len(said) > 1 and said.replace("_", "").isascii()


def _slip_in_name(definitions: str, pattern: str, base: Base, chance: Chance) -> Mistake | None:
    """A reference to something of a plain name, misspelt."""
    there = base.tree.get(definitions) or {}
    paths = [
        path
        for path in base.found(pattern)
        if isinstance(said := base.at(path), str)
        and said in there
        and said.isascii()
        and said.isalpha()
        and len(said) > 3
    ]
    if not paths:
        return None
    path = _one(chance, paths)
    said = base.at(path)
    wrong = slip(said, chance)
    if wrong in there:
        return None
    return Mistake(base.spliced(path, f'"{wrong}"'), base.lines(path), (wrong,), said)


def _renamed(
    definitions: str, patterns: Sequence[str], base: Base, chance: Chance
) -> Mistake | None:
    """A definition under another name, while all that name it keep the old one."""
    there = base.tree.get(definitions)
    if not base.whole or not isinstance(there, dict):
        return None
    said: dict[str, list[Path_]] = {}
    for pattern in patterns:
        by_word = pattern.endswith("!")
        for path in base.found(pattern.rstrip("!").strip()):
            name = path[-1] if by_word else base.at(path)
            if name in there if isinstance(name, str) else False:
                said.setdefault(str(name), []).append(path)
    old = _one(chance, sorted(said)) if said else None
    if old is None or (old in base.tree.get("measures", {}) and definitions != "measures"):
        return None
    new = f"{old} renamed"
    text = base.spliced((definitions, old), f'"{_escaped(new)}"', word=True)
    inside = [path for path in said[old] if path[:2] == (definitions, old)]
    lines = base.lines(*said[old])
    return Mistake(text, lines, (_start(old),), _start(new) if not inside and _plain(old) else None)


def _escaped(text: str) -> str:
    return as_written(text).strip().removesuffix("...").strip().strip('"')


def _start(text: str) -> str:
    return text[:50].rstrip()


def _wrong_value(
    pattern: str, written: Any, names: Sequence[str], base: Base, chance: Chance
) -> Mistake | None:
    paths = base.found(pattern)
    if not paths:
        return None
    path = _one(chance, paths)
    changed = base.changed(_put(path, written))
    word = "" if isinstance(path[-1], int) else str(path[-1])
    return Mistake(changed.text, changed.lines(path), (*names, _start(word)))


def _missing(pattern: str, base: Base, chance: Chance) -> Mistake | None:
    paths = base.found(pattern)
    if not paths:
        return None
    path = _one(chance, paths)
    changed = base.changed(_without(path))
    block = path[:-1]
    lines = changed.lines(block) if block else frozenset({1})
    return Mistake(changed.text, lines, (str(path[-1]),))


def _twice(pattern: str, base: Base, chance: Chance) -> Mistake | None:
    """A word or a name with all below it, a second time."""
    written = Base(as_written(base.tree), base.tree, whole=base.whole)
    paths = written.found(pattern)
    if not paths:
        return None
    path = _one(chance, paths)
    node = written.nodes[path]
    first = written.text.rfind("\n", 0, node.word[0]) + 1
    if "- " in written.text[first : node.word[0]]:
        return None  # the first word of a list's entry
    after = written.text.rfind("\n", 0, node.says[1]) + 1
    if written.text[after : node.says[1]].strip():
        after = written.text.find("\n", node.says[1]) + 1
    part = written.text[first:after]
    text = written.text[:after] + part + written.text[after:]
    lines = frozenset({node.lines[0] + part.count("\n")})
    return Mistake(text, lines, (_start(str(path[-1])), f"line {node.lines[0]}"))


def _set_in(
    pattern: str,
    words: dict[str, Any],
    at: Sequence[str],
    names: Sequence[str],
    base: Base,
    chance: Chance,
) -> Mistake | None:
    """Words that cannot hold together, stated in one block."""
    paths = [path for path in base.found(pattern) if isinstance(base.at(path), dict)]
    if not paths:
        return None
    path = _one(chance, paths)
    changed = base.changed(_put(path, {**base.at(path), **words}))
    there = [path, *((*path, word) for word in at)]
    if isinstance(path[-1], int):
        there.append(path[:-1])  # what the entries of a list must add up to is said of the list
    return Mistake(changed.text, changed.lines(*there), tuple(names))


def _gate_of_forty(base: Base, chance: Chance) -> Mistake | None:
    """A gate on a component's attainment, without the sign for per cent."""
    paths = [path[:-1] for path in base.found("plans * components * gates * component")]
    if not paths:
        return None
    path = (*_one(chance, paths), "at_least")
    changed = base.changed(_put(path, 40))
    return Mistake(changed.text, changed.lines(path), ("at_least", "40 times", "40%"))


def _comma_in_quota(base: Base, chance: Chance) -> Mistake | None:
    """A quota with a comma in it, inside braces, where YAML takes the comma for its own."""
    paths = [
        path
        for path in base.found("plans * components * quota")
        if isinstance(base.at(path), int | float)
        and base.at(path[:-1]).get("quota") is not None
        and "{"
        in base.text[base.text.rfind("\n", 0, base.nodes[path].word[0]) : base.nodes[path].word[0]]
    ]
    paths += [
        path
        for path in base.found("plans * components * quota target")
        if base.text[base.nodes[path].word[0] - 1] == "{"
    ]
    if not paths:
        return None
    path = _one(chance, paths)
    return Mistake(base.spliced(path, "800,000"), base.lines(path), ("800,000", "800000"))


def _crossed(base: Base, chance: Chance) -> Mistake | None:
    """Amber where red was, and red where amber was."""
    paths = [
        path for path in base.found("benchmarks *") if {"amber", "red"} <= base.at(path).keys()
    ]
    if not paths:
        return None
    path = _one(chance, paths)
    stated = base.at(path)
    changed = base.changed(_put(path, {**stated, "amber": stated["red"], "red": stated["amber"]}))
    lines = changed.lines(path, (*path, "amber"), (*path, "red"))
    return Mistake(changed.text, lines, ("amber", "red", _start(str(path[-1]))))


def _kindless(kind: str, base: Base, chance: Chance) -> Mistake | None:
    paths = [
        path for path in base.found("plans * components *") if base.at(path).get("kind") == kind
    ]
    if not paths:
        return None
    path = _one(chance, paths)
    changed = base.changed(_without((*path, "kind")))
    return Mistake(changed.text, changed.lines(path), ("kind",), f"kind: {kind}")


def _same_names(pattern: str, base: Base, chance: Chance) -> Mistake | None:
    lists = [path for path in base.found(pattern) if base.at(path)]
    if not lists:
        return None
    path = _one(chance, lists)
    entry = {**base.at(path)[0], "name": "one name"}
    changed = base.changed(_put(path, [entry, entry]))
    return Mistake(changed.text, changed.lines((*path, 1), (*path, 1, "name")), ("one name",))


def _too_many_jobs(base: Base, chance: Chance) -> Mistake | None:
    people = base.tree.get("people")
    if not isinstance(people, list) or not people:
        return None
    role = people[0]["role"]
    spells = [{"person": "Ada", "role": role, "share": share} for share in (0.7, 0.6)]
    changed = base.changed(_put(("people",), spells))
    return Mistake(changed.text, changed.lines(("people", 0), ("people", 1)), ("1.3 shares",))


WORDS = (
    "currency", "time_zone", "week_hours", "company", "roles", "segments", "people", "handoffs", "plans",
    "segments * where", "segments * acv", "segments * facts", "segments * where employees at_least",
    "segments * facts * source", "roles * owns", "roles * is", "roles * reports_to", "roles * headcount",
    "roles * job_description", "roles * owns * account_age", "titles * segment", "people * role",
    "people * person", "people * share", "people * from", "teams * members", "territories * owners",
    "territories * owners * person", "calendars * opens", "handoffs * from", "handoffs * at",
    "handoffs * requires", "handoffs * decide_within", "handoffs * held object", "sign_offs * before",
    "measures * is", "retention_indicators * about", "plans * ote", "plans * pay_mix", "plans * components",
    "plans * components * pays_on", "plans * components * kind", "plans * components * points",
    "plans * components * tiers", "plans * components * tiers * rate", "plans * components * rows measure",
    "plans * components * gates * at_least", "plans * release * share", "plans * clawback within",
    "tools * per_seat", "cadences * every", "cadences * by", "targets * measure", "attested * answer",
    "decisions * run", "decisions * because", "exempt * because", "benchmarks * because",
    "privacy minimum_group", "privacy individual_view basis", "deals stages", "activities rules * name",
    "deals next_step", "deals forecast", "deals forecast commit", "deals framework", "deals proof_of_concept",
    "first_value metric",
)  # fmt: skip
VALUES = (
    "fiscal_year_starts", "stage", "time_zone", "segments * size", "roles * is", "roles * works",
    "roles * owns *", "roles * motion", "roles * owns * account_age", "teams * is", "handoffs * at",
    "handoffs * account_age", "calendars * days *", "tools * is",
    "measures * is", "cadences * is", "targets * measure", "decisions * boundary", "decisions * run",
    "plans * period", "plans * components * kind", "plans * components * pays_on",
    "plans * components * credit to", "plans * release * at", "plans * clawback kind", "outside *",
    "deals stages *", "activities rules * is", "retention_indicators * per", "segments * facts *",
)  # fmt: skip
NAMED_WORDS = ("benchmarks *", "segments * facts *", "roles * owns *", "activities minutes *")
ROLE_NAMES = (
    "roles * reports_to", "titles *", "titles * role", "people * role", "teams * members * !",
    "territories * role", "handoffs * from", "handoffs * to", "handoffs * rejected_by", "sign_offs * by",
    "cadences * by", "cadences * with",
)  # fmt: skip
SEGMENT_NAMES = (*(
    f"{word}{end}"
    for word in (
        "roles * segments", "roles * owns * segments", "roles * assists * segments",
        "outside * segments", "nobody * segments", "teams * segments", "territories * segments",
        "handoffs * segments", "sign_offs * segments", "measures * segments",
        "retention_indicators * segments", "cadences * segments", "targets * segments",
    )
    for end in ("", " *")
), "titles * segment", "people * segment", "decisions * segment", "roles * headcount * !")  # fmt: skip
DAYS = (
    "people * from", "people * to", "segments * facts * on", "plans * from", "targets * from",
    "attested * on", "decisions * since", "exempt * until", "calendars * holidays *",
    "privacy individual_view until", "plans * guarantee until",
)  # fmt: skip
NEEDED = (
    "company", "roles", "people * person", "people * role", "handoffs * from", "handoffs * to",
    "handoffs * at", "handoffs * held object", "sign_offs * by", "sign_offs * of", "sign_offs * before",
    "measures * is", "retention_indicators * about",
    "plans * components * pays_on", "plans * components * tiers * from", "cadences * is",
    "cadences * by", "cadences * every", "targets * measure", "targets * from", "targets * to",
    "attested * answer", "attested * by", "attested * on", "decisions * boundary", "decisions * run",
    "decisions * because", "exempt * check", "exempt * because", "benchmarks * because", "tools * is",
    "territories * owners * person", "activities rules * name", "activities rules * where",
    "privacy individual_view basis", "plans * components * rows measure", "plans * release * share",
)  # fmt: skip
_EARLY = {"from": "2026-06-30", "to": "2026-01-31"}
UNITS = (
    ("a share of 25", "plans * components * weight", 25, ("25%",)),
    ("a share of 250 %", "plans * components * weight", "250%", ("at most 100%",)),
    ("a share in words", "plans * components * weight", "half", ("25%",)),
    ("a ratio of 150", "plans * cap", 150, ("150%",)),
    ("a flat rate of 5", "plans * components * tiers * rate", 5, ("5%",)),
    ("a person's share of 25", "people * share", 25, ("at most 1",)),
    ("a length without its unit", "segments * sales_cycle", 90, ("90 days",)),
    ("a length in short", "roles * ramp", "90d", ("90 days", "90d")),
    ("a rhythm in words", "cadences * every", "weekly", ("90 days", "weekly")),
    ("an amount in thousands", "plans * ote", "120k", ("120000", "120k")),
    ("an amount with its currency", "segments * acv", "$50,000", ("120000", "$50,000")),
    ("an amount below nothing", "plans * ote", -5, ("below 0",)),
    ("a pay mix with a hyphen", "plans * pay_mix", "50-50", ("50/50", "50-50")),
    ("a pay mix of 110", "plans * pay_mix", "60/50", ("60/50", "100")),
    ("a deadline in words", "handoffs * decide_within", "soon", ("1 business day", "soon")),
    ("an hour in the afternoon", "calendars * closes", "5pm", ("09:00", "5pm")),
    ("a currency's sign", "currency", "€", ("USD",)),
    ("half a head", "roles * headcount", 2.5, ("whole number", "2.5")),
    ("a headcount in words", "roles * headcount", "three", ("number", "three")),
    ("a team's count in words", "teams * members *", "three", ("number", "three")),
    ("a limit in per cent", "benchmarks * red", "20%", ("number", "20%")),
    ("too long a week", "week_hours", 400, ("80", "400")),
    ("too small a group", "privacy minimum_group", 1, ("at least 3", "1")),
    ("a level list of three", "benchmarks * healthy", [1, 2, 3], ("3",)),
    ("a share of 90 as a fact", "segments * facts grr", 90, ("0.9", "90")),
    ("yes for true", "segments * technical_sale", "yes", ("true or false", "yes")),
    ("a step in free words", "handoffs * held field", "Meeting Held", ("Subject", "Meeting Held")),
    ("a column without its object", "retention_indicators * field", "Type", ("Opportunity.Type",)),
)
TYPES = (
    ("a list of roles", "roles", ["ae"], ("block",)),
    ("a list of segments", "segments", ["mid"], ("block",)),
    ("a list of titles", "titles", ["ae"], ("block",)),
    ("a list of plans", "plans", ["p"], ("block",)),
    ("nothing under segments", "segments", None, ("block", "Nothing")),
    ("nothing under a role", "roles *", None, ("block", "Nothing")),
    ("nothing under a plan", "plans *", None, ("block", "Nothing")),
    ("a number for a role", "roles *", 5, ("block", "5")),
    ("a number for a title", "titles *", 5, ("text", "5")),
    ("a number for a component", "plans * components *", 5, ("block", "5")),
    ("text for a step", "handoffs * held", "Event", ("block", "Event")),
    ("text for tiers", "plans * components * tiers", "none", ("list", "none")),
    ("text for conditions", "segments * where", "all", ("block", "all")),
    ("a list for a range", "segments * where employees", [200, 2000], ("range", "at_least")),
    ("a block of handoffs", "handoffs", {"from": "a"}, ("list",)),
    ("a block of targets", "targets", {"from": "2026-01-01"}, ("list",)),
    ("a number for a company", "company", 7, ("text", "7")),
    ("true for a reason", "decisions * because", True, ("text", "True")),
    ("a list for a reason", "exempt * because", ["so"], ("text",)),
    ("an empty reason", "benchmarks * because", "  ", ("empty",)),
    ("a number for a person", "people * person", 12, ("text", "12")),
    ("a word for hours", "week_hours", "many", ("number", "many")),
    ("a word for a weight", "benchmarks * red", "high", ("number", "high")),
    ("a word for a flag", "handoffs * returns", "maybe", ("true or false", "maybe")),
    ("a number for an answer", "attested * answer", 5, ("true or false", "text", "5")),
    ("no roles at all", "roles", {}, ("empty",)),
    ("no points", "plans * components * points", [], ("empty",)),
)
APART = (
    ("a person who leaves before they come", "people *", _EARLY, ("from", "to"), ("2026-06-30",)),
    ("a plan that ends first", "plans *", _EARLY, ("from", "to"), ("2026-06-30",)),
    ("a target that ends first", "targets *", _EARLY, ("from", "to"), ("2026-06-30",)),
    ("an owner who ends first", "territories * owners *", _EARLY, ("from", "to"), ("2026-06-30",)),
    ("a calendar that closes first", "calendars *", {"opens": "17:00", "closes": "09:00"},
     ("opens", "closes"), ("17:00",)),
    ("a range of nothing", "segments * where employees", {"at_least": 9, "below": 5}, ("at_least", "below"),
     ("at_least", "below")),
    ("a target of both kinds", "targets *", {"amount": 1, "level": 1}, ("amount", "level"),
     ("amount", "level")),
    ("a windfall of two kinds", "plans * components * windfall", {"over_quota": 3, "over_amount": 9},
     ("over_quota", "over_amount"), ("over_quota", "over_amount")),
    ("a cap of two kinds", "plans * components * cap", {"times_target": 2, "amount": 2},
     ("times_target", "amount"), ("times_target", "amount")),
    ("a release of less than all", "plans * release *", {"share": "40%"}, ("share",), ("100%",)),
    ("objectives of less than all", "plans * components * objectives", {"more": "10%"}, (), ("100%",)),
    ("a month at signing", "plans * release *", {"at": "signing", "month": 3, "share": "50%"},
     ("at", "month"), ("month",)),
)  # fmt: skip

MUTATIONS: tuple[Mutation, ...] = (
    *(Mutation(f"a slip in the word {word}", partial(_slip_in_word, word)) for word in WORDS),
    *(Mutation(f"a slip in the name {word}", partial(_slip_in_word, word)) for word in NAMED_WORDS),
    *(Mutation(f"a slip in what {word} says", partial(_slip_in_value, word)) for word in VALUES),
    *(
        Mutation(f"a role misspelt at {word}", partial(_slip_in_name, "roles", word))
        for word in ROLE_NAMES
        if not word.endswith("!")
    ),
    Mutation("a segment misspelt", partial(_slip_in_name, "segments", "roles * segments")),
    Mutation("a plan misspelt", partial(_slip_in_name, "plans", "roles * plan")),
    Mutation("a team misspelt", partial(_slip_in_name, "teams", "people * team")),
    Mutation("a calendar misspelt", partial(_slip_in_name, "calendars", "handoffs * calendar")),
    Mutation("a role renamed", partial(_renamed, "roles", ROLE_NAMES)),
    Mutation("a segment renamed", partial(_renamed, "segments", SEGMENT_NAMES)),
    Mutation("a plan renamed", partial(_renamed, "plans", ("roles * plan", "plans * replaces"))),
    Mutation(
        "a calendar renamed",
        partial(_renamed, "calendars", ("teams * calendar", "handoffs * calendar")),
    ),
    Mutation(
        "a team renamed",
        partial(
            _renamed,
            "teams",
            ("people * team", "targets * team", "teams * supports", "teams * supports *"),
        ),
    ),
    *(Mutation(name, partial(_wrong_value, *rest)) for name, *rest in (*UNITS, *TYPES)),
    *(
        Mutation(f"{word} on a day that is none", partial(_wrong_value, word, day, (day,)))
        for word, day in zip(DAYS, ("31/12/2026", "2026-02-30", "20260331", "March 2026") * 3, strict=False)
    ),
    *(Mutation(name, partial(_set_in, *rest)) for name, *rest in APART),
    *(Mutation(f"no {word}", partial(_missing, word)) for word in NEEDED),
    *(
        Mutation(f"a {kind} without its kind", partial(_kindless, kind))
        for kind in ("bonus", "matrix", "objectives", "spif")
    ),
    *(
        Mutation(f"{word} twice", partial(_twice, word))
        for word in ("roles *", "segments *", "plans *", "titles *", "roles * is", "currency", "plans * ote")
    ),
    Mutation("two handoffs of one name", partial(_same_names, "handoffs")),
    Mutation("two activity rules of one name", partial(_same_names, "activities rules")),
    Mutation("a gate on attainment at 40", _gate_of_forty),
    Mutation("a comma in a quota", _comma_in_quota),
    Mutation("more than one job", _too_many_jobs),
    Mutation("amber past red", _crossed),
)  # fmt: skip
"""Every mistake, by name."""


def told(mistake: Mistake, problems: Sequence[Any], file: str) -> Iterator[str]:
    """What is amiss in the problems a reader of the mistake is told; nothing, if all is well."""
    if len(problems) != 1:
        yield f"{len(problems)} problems"
    if not problems:
        return
    problem = problems[0]
    if problem.place.file != file or problem.place.line not in mistake.lines:
        yield f"line {problem.place.line} and not {sorted(mistake.lines)}"
    said = str(problem)
    for name in mistake.names:
        if name not in said and repr(name)[1:-1] not in said:
            yield f"does not name {name!r}"
    if mistake.proposes is not None and _same(mistake.proposes) not in _same(problem.fix):
        yield f"does not propose {mistake.proposes!r}"
    if any(word in said for word in ("Input should", "pydantic", "validation error", "[type=")):
        yield "speaks of the library"


def _same(text: str) -> str:
    """Measures go by several wordings, which differ in such as this."""
    return text.replace("_", " ").replace("-", " ")
