"""`remit rules`: what the sources say, what serves it, and who disagrees."""

from __future__ import annotations

import importlib.util
import json
import textwrap
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any, get_args

from remit.rules import (
    KINDS,
    ONLY_TEXT,
    PARTS,
    SOURCES,
    Intent,
    Rule,
    disagreements,
    intents,
    rules,
)
from remit.terms import Note, Place, Problem, RemitError, catalogue, nearest

FORMAT = "rules/1"
"""Name and version of the JSON layout. Within one, keys are added and never taken away."""
WIDEST, WRAPPED = 100, 96
MOST_NAMES = 2


class State(StrEnum):
    """How far one part of remit serves one rule."""

    DONE = "done"
    NOT_YET = "not yet"
    TEXT_ONLY = "text only"


@dataclass(frozen=True, slots=True)
class Server:
    """Something in the code that names the rule it serves."""

    part: str
    kind: str
    """What it is: `check`, `audit check`, `benchmark`, `role`, `customer size`, `charter word`,
    `fact`, `measure`, or the part whose function it is."""
    name: str
    where: str
    """Module and function or field; for a benchmark its file."""
    how: str = ""
    """What it looks at, where it says."""


TOLD = {
    "check": "Checked by",
    "audit check": "Checked by",
    "benchmark": "Benchmark",
    "role": "Role",
    "customer size": "Customer size",
    "charter word": "Word of the charter",
    "fact": "Fact of a segment",
    "measure": "Measure",
}
"""How a server is introduced; functions of other parts are `Served by`."""

BY_NAME = {"benchmark", "role", "customer size", "fact", "measure"}
"""Kinds whose name is enough to find them."""

TOLD_APART = {*ONLY_TEXT, "benchmark"}
"""Ways that the name of a part does not already say."""


def served() -> Mapping[str, tuple[Server, ...]]:
    """All that names a rule, by the rule's id, read from the code itself.

    Functions are those with a note that has `rules`, in the package of each part. Ids are given
    as they are found, also those of no rule.
    """
    found: dict[str, list[Server]] = {}
    for rule, server in (*_functions(), *_numbers(), *_words(), *_nouns()):
        if server not in found.setdefault(rule, []):
            found[rule].append(server)
    return MappingProxyType({rule: tuple(found[rule]) for rule in sorted(found)})


def serving(intent: Intent, serves: Mapping[str, tuple[Server, ...]]) -> tuple[Server, ...]:
    """What serves a rule in the way that is meant; empty where nothing does yet.

    >>> [server.name for server in serving(Intent("000-15", "audit", "measured", True), served())]
    ['csm_support']
    """
    if intent.how in ONLY_TEXT:
        return ()
    return tuple(server for server in serves.get(intent.rule, ()) if server.part == intent.part)


def state_of(intent: Intent, serves: Mapping[str, tuple[Server, ...]]) -> State:
    """How far an intent is served, whatever it promises.

    >>> state_of(Intent("003-07", "text", "context", False), {})
    <State.TEXT_ONLY: 'text only'>
    """
    if intent.how in ONLY_TEXT:
        return State.TEXT_ONLY
    return State.DONE if serving(intent, serves) else State.NOT_YET


def run_rules(
    what: str | None, part: str | None, state: str | None, source: str | None, *, as_json: bool
) -> None:
    """Print the rules, one rule, or those of a part, a state or a source.

    Args:
        what: A rule's id, or a part.
        part: Only what this part is for.
        state: Only what is in this state; `not-yet` and `not yet` are the same.
        source: Only this source, by the first three digits of its rules.
        as_json: For programs.

    Raises:
        RemitError: If there is no such rule, part, state or source.
    """
    one = rules().get(what) if what is not None else None
    if what is not None and (part or (one and (state or source))):
        wrong = "is one rule already." if one else "is a part already."
        fix = "Leave out " + ("--part, --state and --source." if one else "--part.")
        raise RemitError([Problem(Place(what), "", wrong, fix)])
    if one is None and what is not None:
        part = _known(what, PARTS, "is no rule or part.", "Rules are written like 000-22; parts")
    if part is not None:
        part = _known(part, PARTS, "is no part of remit.", "Parts")
    if source is not None:
        source = _known(source, SOURCES, "is no source.", "Sources")
    if state is not None:
        state = _known(state.replace("-", " "), list(State), "is no state.", "States")
    serves = served()
    chosen = [
        intent
        for intent in intents()
        if (one is None or intent.rule == one.id)
        and (part is None or intent.part == part)
        and (source is None or rules()[intent.rule].source == source)
        and (state is None or state_of(intent, serves) == state)
    ]
    if as_json:
        print(json.dumps(_document(chosen, serves), indent=2, ensure_ascii=False))
    elif one is not None:
        tell_rule(one)
    else:
        _table(chosen, serves)


def tell_rule(rule: Rule) -> None:
    """Print a rule in full: source, what serves it part by part, numbers, who disagrees."""
    from remit.benchmarks import benchmarks

    serves = served()
    print(f"{rule.id}  {KINDS[rule.kind]}")
    _wrapped(rule.says)
    if rule.number:
        print(f"Number: {rule.number}")
    print(f"Source: {rule.title}")
    told: set[Server] = set()
    for intent in (intent for intent in intents() if intent.rule == rule.id):
        by = serving(intent, serves)
        told |= set(by)
        print(f"\n{intent.part}: {_how(intent)}{state_of(intent, serves)}")
        if intent.why:
            _wrapped(f"{intent.why[0].upper()}{intent.why[1:]}.", "  ")
        _servers(by, "  ")
    named = [server for server in serves.get(rule.id, ()) if server not in told]
    if named:
        print("\nAlso named by")
        _servers(named, "  ")
    for benchmark in benchmarks().values():
        if rule.id in benchmark.rules:
            print()
            tell_benchmark(benchmark.name)
    apart = disagreements(rule.id)
    if apart:
        print("\nWho disagrees")
    for found in apart:
        _wrapped(found.about, "  ")
        _wrapped(f"remit: {found.treated}", "    ")
        others = [id_ for id_ in found.rules if id_ != rule.id]
        if others:
            _wrapped(f"See also: {', '.join(others)}", "    ")


def tell_benchmark(name: str) -> None:
    """Print a benchmark: its levels, each with its source."""
    from remit.benchmarks import benchmarks

    benchmark = benchmarks()[name]
    print(f"{benchmark.name} ({benchmark.unit})")
    _wrapped(benchmark.about)
    for value in benchmark.values:
        levels = [
            f"{level} {getattr(value, level)}"
            for level in ("value", "amber", "red", "healthy", "range")
            if getattr(value, level) is not None
        ]
        print(f"  {'; '.join(levels)}")
        print(f"  {value.source}")
    if benchmark.caveat:
        _wrapped(benchmark.caveat)


# What names a rule


def _functions() -> Iterator[tuple[str, Server]]:
    for part in PARTS:
        spec = importlib.util.find_spec(f"remit.{part}")
        if spec is None or not spec.submodule_search_locations:
            continue
        kind = "audit check" if part == "audit" else part
        for name, entry in catalogue(spec.name, Note).items():
            where = f"{entry.call.__module__}.{name}"
            for rule in getattr(entry.note, "rules", ()):
                yield rule, Server(part, kind, name, where, getattr(entry.note, "how", ""))


def _numbers() -> Iterator[tuple[str, Server]]:
    from remit.benchmarks import benchmarks

    for name, benchmark in benchmarks().items():
        for rule in benchmark.rules:
            yield rule, Server("text", "benchmark", name, f"remit/benchmarks/{name}.yaml")


def _nouns() -> Iterator[tuple[str, Server]]:
    """What stands in the charter's own catalogues: roles, customer sizes, facts, measures."""
    from remit.charter.catalogue import customer_sizes, role_kinds
    from remit.charter.facts import fact_kinds
    from remit.compensation.measures import measured

    for kind, known, call in (
        ("role", role_kinds(), role_kinds),
        ("customer size", customer_sizes(), customer_sizes),
        ("fact", fact_kinds(), fact_kinds),
        ("measure", measured(), measured),
    ):
        for name, noun in known.items():
            for rule in (*noun.rules, *getattr(noun, "also", ())):
                yield rule, Server("charter", kind, name, f"{call.__module__}.{call.__name__}")


def _words() -> Iterator[tuple[str, Server]]:
    from remit.charter import Charter

    yield from _words_of(Charter, "", set())


def _words_of(noun: type[Any], path: str, seen: set[type]) -> Iterator[tuple[str, Server]]:
    """Words of a noun and of the nouns in it; each noun once, where it is first met."""
    from pydantic import BaseModel

    from remit.terms.shapes import Serves

    seen.add(noun)
    for name, field in noun.model_fields.items():
        word = f"{path}{field.alias or name}"
        where = f"{noun.__module__}.{noun.__name__}.{name}"
        within = [*field.metadata, *_within(field.annotation)]
        for hung in within:
            if isinstance(hung, Serves):
                for rule in hung.rules:
                    yield rule, Server("charter", "charter word", word, where)
        for other in within:
            if isinstance(other, type) and issubclass(other, BaseModel) and other not in seen:
                yield from _words_of(other, f"{word}.", seen)


def _within(annotation: Any) -> Iterator[Any]:
    """An annotation, and all that it is made of."""
    yield annotation
    for inner in get_args(annotation):
        yield from _within(inner)


# How it is said


def _known(word: str, known: Collection[str], wrong: str, what: str) -> str:
    """The word, if it is one of the known."""
    if word not in known:
        raise RemitError([Problem(Place(word), "", wrong, nearest(word, known, what=what))])
    return word


def _how(intent: Intent) -> str:
    """How, where the part alone does not say it."""
    return f"{intent.how}, " if intent.part == "audit" or intent.how in TOLD_APART else ""


def _servers(servers: Sequence[Server], indent: str) -> None:
    by_kind: dict[str, list[str]] = {}
    for server in servers:
        name = server.name
        if server.kind not in BY_NAME:
            name = f"{name} ({server.where})"
        names = by_kind.setdefault(TOLD.get(server.kind, "Served by"), [])
        if name not in names:
            names.append(name)
    for told, names in by_kind.items():
        _wrapped(f"{told}: {', '.join(names)}", indent)


def _table(chosen: Sequence[Intent], serves: Mapping[str, tuple[Server, ...]]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    styles = {State.DONE: "green", State.NOT_YET: "yellow", State.TEXT_ONLY: "dim"}
    console = Console(highlight=False)
    width = min(console.width, WIDEST)
    table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False, header_style="dim", width=width)
    table.add_column("rule", no_wrap=True, width=6)
    table.add_column("says", ratio=3)
    table.add_column("what remit does with it", ratio=2)
    by_rule: dict[str, list[Intent]] = {}
    for intent in chosen:
        by_rule.setdefault(intent.rule, []).append(intent)
    for rule, parts in by_rule.items():
        said = Text()
        for intent in parts:
            state = state_of(intent, serves)
            names = list(dict.fromkeys(server.name for server in serving(intent, serves)))
            more = f" and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else ""
            by = f" by {', '.join(names[:MOST_NAMES])}{more}" if names else ""
            said.append("\n" if said else "")
            said.append(f"{intent.part}: {_how(intent)}")
            said.append(str(state), style=styles[state])
            said.append(by)
        table.add_row(rule, Text(rules()[rule].says), said)
    if by_rule:
        console.print(table, width=width)
        console.print()
    counts = _counts(chosen, serves)
    sums = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False, header_style="dim")
    sums.add_column("part")
    for state in State:
        sums.add_column(str(state), justify="right")
    for part, states in counts["parts"].items():
        if sum(states.values()):
            sums.add_row(part, *(str(states[state]) for state in State))
    sums.add_row("all", *(str(counts["states"][state]) for state in State), style="bold")
    console.print(sums, width=width)
    print(
        f"\n{counts['rules']} rule{'s' if counts['rules'] != 1 else ''}. "
        "`remit rules ID` tells all about one."
    )


def _document(chosen: Sequence[Intent], serves: Mapping[str, tuple[Server, ...]]) -> dict[str, Any]:
    ids = list(dict.fromkeys(intent.rule for intent in chosen))
    return {
        "format": FORMAT,
        "rules": [
            {
                "id": rule,
                "source": rules()[rule].source,
                "title": rules()[rule].title,
                "kind": KINDS[rules()[rule].kind],
                "says": rules()[rule].says,
                "number": rules()[rule].number,
                "parts": [
                    {
                        "part": intent.part,
                        "how": intent.how,
                        "state": str(state_of(intent, serves)),
                        "why": intent.why,
                        "served_by": [_plain(server) for server in serving(intent, serves)],
                    }
                    for intent in chosen
                    if intent.rule == rule
                ],
                "named_by": [_plain(server) for server in serves.get(rule, ())],
                "disagreements": [
                    {
                        "rules": list(found.rules),
                        "about": found.about,
                        "treated": found.treated,
                        "parts": list(found.parts),
                    }
                    for found in disagreements(rule)
                ],
            }
            for rule in ids
        ],
        "counts": _counts(chosen, serves),
    }


def _plain(server: Server) -> dict[str, str]:
    return {
        "part": server.part,
        "kind": server.kind,
        "name": server.name,
        "where": server.where,
        "how": server.how,
    }


def _counts(chosen: Sequence[Intent], serves: Mapping[str, tuple[Server, ...]]) -> dict[str, Any]:
    seen = Counter((intent.part, state_of(intent, serves)) for intent in chosen)
    return {
        "rules": len({intent.rule for intent in chosen}),
        "intents": len(chosen),
        "states": {str(s): sum(n for (_, state), n in seen.items() if state is s) for s in State},
        "parts": {part: {str(state): seen[part, state] for state in State} for part in PARTS},
    }


def _wrapped(text: str, indent: str = "") -> None:
    print(textwrap.fill(text, WRAPPED, initial_indent=indent, subsequent_indent=indent))
