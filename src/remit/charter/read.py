"""From a file to a `Charter`, or to every problem in it at once."""

from __future__ import annotations

import re
import types
import typing
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from remit.charter.agreement import called, disagreements
from remit.charter.files import gathered
from remit.charter.nouns import Charter
from remit.charter.positions import CharterError, Path_, Positioned, shortened
from remit.compensation.plan import KINDS
from remit.terms import Function, Place, Problem, closest, nearest
from remit.terms.shapes import Shorthand

__all__ = ["CharterError", "read_charter", "read_with_places"]


def read_charter(file: Path) -> Charter:
    """Read a charter and everything it names; see `read_with_places`."""
    return read_with_places(file)[0]


def read_with_places(file: Path) -> tuple[Charter, Positioned]:
    """Read a charter and everything it names, with the place of every word.

    `uses:` may name other files, whose blocks become this charter's. `people:` may give a CSV file
    beside the charter, with the columns `person, role, segment, team, manager, share, from, to`;
    its rows become the charter's `people`. `job_description:` may give a text file.

    Raises:
        CharterError: With all problems, by line: unknown words, wrong types, names of roles,
            segments and benchmarks that do not exist, days out of order, shares above 1. A name
            that does not exist is one problem, however often it is said.
    """
    read = gathered(file)
    stated = read.value
    problems = read.problems
    problems += disagreements(read)
    told = {problem.path for problem in problems}
    charter: Charter | None = None
    try:
        charter = Charter.model_validate(stated)
    except ValidationError as error:
        problems += [one for one in _translated(error, read) if one.path not in told]
    if problems:
        raise CharterError(
            sorted(problems, key=lambda found: (read.from_top(found.place), found.path))
        )
    assert charter is not None
    return charter, read


# What pydantic found, in the words of whoever writes charters


def _translated(error: ValidationError, read: Positioned) -> Iterator[Problem]:
    found: dict[Path_, list[ErrorDetails]] = {}
    for one in error.errors(include_url=False):
        found.setdefault(_plain_path(one, read.value), []).append(one)
    unknown = [path for path, ones in found.items() if ones[0]["type"] == "extra_forbidden"]
    suggested = {path: _meant(path, read.value) for path in unknown[:MOST_SUGGESTED]}
    meant = {(*path[:-1], word) for path, word in suggested.items()}
    kinds = {path for path in unknown if _is_kind(path, read.value, suggested.get(path))}
    misread = {path[:-1] for path in kinds}
    unsaid = _without_kind(unknown, misread, read.value)
    for path, kind in unsaid.items():
        word = next(one[-1] for one in unknown if one[:-1] == path)
        wrong = f"says no `kind`, and has `{word}`, a word of another kind."
        yield Problem(read.place(path), called(path, read.value), wrong, f"Say `kind: {kind}`.")
    for path, ones in found.items():
        one = ones[0]
        if any(path[: len(block)] == block for block in unsaid):
            continue  # read as another kind than it is
        if any(path[: len(block)] == block for block in misread) and path not in kinds:
            continue  # the same, and its kind is there, misspelt
        if one["type"] == "too_short" and any(
            path == other[: len(path)] for other in found if other != path
        ):
            continue  # it is not empty: what is in it is wrong
        if one["type"] == "missing" and (path in meant or _follows(path, found, meant)):
            continue  # it is there, misspelt, or would be there if another word were
        if one["type"] != "extra_forbidden":
            wrong, fix = _said(ones, path, read.value)
            yield Problem(_place(path, one, read), called(path, read.value), wrong, fix)
            continue
        yield Problem(
            read.place(path, key=True),
            called(path, read.value),
            "the charter has no such word here.",
            _instead(path, read.value) if path in suggested else "",
        )


MOST_SUGGESTED = 50
"""Unknown words for which the nearest is looked up."""


def _meant(path: Path_, stated: Any) -> str | None:
    return closest(str(path[-1]), _words_at(path[:-1], stated))


def _is_kind(path: Path_, stated: Any, meant: str | None) -> bool:
    """Whether a word is `kind`, misspelt: a component without its kind is read as another."""
    return meant == "kind" and _is_component(path[:-1]) and "kind" not in _at(path[:-1], stated)


def _without_kind(
    unknown: Sequence[Path_], misread: set[Path_], stated: Any
) -> Mapping[Path_, str]:
    """Components that leave out their kind, and the one their words are of."""
    found: dict[Path_, str] = {}
    for path in unknown:
        block = path[:-1]
        if _is_component(block) and block not in misread and "kind" not in _at(block, stated):
            nouns = [
                noun
                for noun in _nouns(_inside(Charter, block))
                if set(_at(block, stated)) <= set(_words(noun))
            ]
            if nouns:
                found.setdefault(block, str(_kind_of(nouns[0])))
    return found


def _is_component(path: Path_) -> bool:
    return len(path) == 4 and path[0] == "plans" and path[2] == "components"


def _follows(path: Path_, found: Mapping[Path_, Any], meant: set[tuple[Any, ...]]) -> bool:
    """Whether a handoff lacks its name only because it lacks the roles it would be named by."""
    return path[-1] == "name" and any(
        (*path[:-1], word) in found or (*path[:-1], word) in meant for word in ("from", "to")
    )


def _instead(path: Path_, stated: Any) -> str:
    """What to write in place of an unknown word."""
    word, block = str(path[-1]), _at(path[:-1], stated)
    if _is_component(path[:-1]):
        others = [noun for noun in _nouns(_inside(Charter, path[:-1])) if word in _words(noun)]
        kinds = [kind for noun in others if (kind := _kind_of(noun)) and kind != block.get("kind")]
        if kinds and word not in _words_at(path[:-1], stated):
            return f"It is a word of a {kinds[0]}: say `kind: {kinds[0]}`, or take it out."
    return nearest(word, _words_at(path[:-1], stated), what="Words here")


def _place(path: Path_, found: ErrorDetails, read: Positioned) -> Place:
    """Where a word stands if the word is wrong, else where what it says stands."""
    where = found["loc"]
    if where[-1] == "[key]":
        return read.place(path, key=len(where) > 1 and where[-2] == path[-1])
    block = _at(path, read.value)
    if found["type"] == "value_error" and isinstance(block, dict):
        message = str(found.get("ctx", {}).get("error"))
        for said, word in _TOLD_AT:
            if said in message and word in block:
                return read.place((*path, word))
    return read.place((*path, "kind") if found["type"] == "component_kind" else path)


_TOLD_AT = (
    ("ends on", "to"),
    ("range that ends", "to"),
    ("closes at", "closes"),
    ("at_least < below", "below"),
    ("from <= typical", "typical"),
    ("is no answer at", "run"),
    ("pay_mix", "pay_mix"),
    ("says `rate` beside", "rate"),
    ("says `each` beside", "each"),
    ("tiers out of order", "tiers"),
    ("tiers by attainment", "tiers_by"),
    ("no share of quota", "tiers"),
    ("points out of order", "points"),
    ("reach back", "back_to"),
    ("objectives whose", "objectives"),
    ("in `pays`", "pays"),
    ("says `month`", "at"),
    ("`object` inside", "where"),
)
"""What a noun says of itself as a whole, and its word at which the reader looks first."""


def _said(found: Sequence[ErrorDetails], path: Path_, stated: Any) -> tuple[str, str]:
    """What is wrong, and what it could be."""
    one = found[0]
    kind, given, context = one["type"], one.get("input"), one.get("ctx", {})
    says = f"It says {_given(given)} now." if not isinstance(given, (dict, list)) else ""
    if given is None:
        says = "Nothing is there now."
    if path[0] == "handoffs" and path[-1] in ("from", "to") and isinstance(given, list):
        return "must be one role.", "Write a handoff for each pair of roles."
    if kind == "missing":
        return _lacking(path, stated)
    if kind in ("enum", "literal_error"):
        return _impossible(given, re.findall(r"'([^']*)'", str(context["expected"])))
    if kind == "component_kind":
        return _impossible(given.get("kind") if isinstance(given, dict) else given, KINDS)
    if kind == "value_error":
        wrong, _, fix = _cut(str(context["error"])).partition(". ")
        return f"{wrong.rstrip('.')}.", fix and f"{fix.rstrip('.')}."
    if kind in ("too_short", "string_too_short"):
        return "must not be empty.", ""
    if kind == "too_long":
        return f"has {context['actual_length']} entries, and may have {context['max_length']}.", ""
    if kind.startswith(("greater", "less")):
        (limit,) = context.values()
        return f"must be {_LIMITS[kind]} {limit:g}.", says
    if kind == "string_pattern_mismatch":
        shape = _SHAPES[context["pattern"]]
        return f"is not written as it must be: {shape}.", says
    kinds = {each["type"] for each in found}
    return f"must be {_wanted(kinds, path, stated)}.", says


_LIMITS = {
    "greater_than": "more than",
    "greater_than_equal": "at least",
    "less_than": "less than",
    "less_than_equal": "at most",
}


def _impossible(given: Any, words: Sequence[str]) -> tuple[str, str]:
    of = (
        "not a function"
        if set(words) == {str(one.value) for one in Function}
        else "not possible here"
    )
    what = "Functions" if of == "not a function" else "Possible"
    return f"{_given(given)} is {of}.", nearest(str(given), words, what=what)


def _lacking(path: Path_, stated: Any) -> tuple[str, str]:
    if isinstance(_at(path, stated), list):
        return "has too few entries.", ""
    return "is missing.", "Add it."


def _wanted(kinds: set[str], path: Path_, stated: Any) -> str:
    """What stands in a place, in words, from the types that a value was tried as."""
    if any(kind.startswith("int") for kind in kinds):
        wanted = ["a whole number, such as 3"]
    elif any(kind.startswith(("float", "finite", "decimal")) for kind in kinds):
        wanted = ["a number, such as 0.25"]
    else:
        wanted = []
    if any(kind.startswith("bool") for kind in kinds):
        wanted.append("true or false")
    if any(kind.startswith("string") for kind in kinds):
        wanted.append("text")
    if any(kind in _LISTS for kind in kinds):
        wanted.append("a list")
    blocks = any(kind in _BLOCKS for kind in kinds)
    if blocks and _at(path[:-1], stated) and "where" in path[:-1]:
        wanted.append("words, or a range such as `{at_least: 200, below: 2000}`")
    elif blocks:
        wanted += [*dict.fromkeys(_shorter(path)), "a block of `word: value` lines"]
    return ", or ".join(wanted) or "something else"


_LISTS = ("tuple_type", "list_type")
_BLOCKS = ("model_type", "model_attributes_type", "dict_type", "mapping_type")


def _shorter(path: Path_) -> Iterator[str]:
    """The shorter way of stating what a place takes, in words, if it has one."""
    for annotation in _inside(Charter, path):
        for mark in _shorthands(annotation):
            short = mark.short if isinstance(mark.short, tuple) else (mark.short,)
            if str in short:
                yield "text"
            else:
                (example,) = mark.schema.get("examples", [0.25 if float in short else 3])
                whole = "" if float in short else "whole "
                yield f"a {whole}number, such as {example}"


def _given(given: Any) -> str:
    return shortened(repr(given), 60)


def _cut(message: str) -> str:
    """A message with what it quotes cut short."""
    return re.sub(r"'[^']{60,}'", lambda quoted: f"{quoted[0][:57]}...'", message)[:600]


_SHAPES = {
    r"^[A-Z]{3}$": "three capital letters, such as USD",
    r"^[A-Za-z_]\w*$": "one column's name, such as Subject",
    r"^[A-Za-z_]\w*\.[A-Za-z_]\w*$": "an object and its column, such as Opportunity.Type",
    r"^\w+(\.\w+)?$": "an object and its column, such as Opportunity.Pain__c",
    r"^\d+ (business )?(day|hour)s?$": "a number and a unit, such as 1 business day",
    r"^([01]\d|2[0-3]):[0-5]\d$": "an hour and its minutes in quotes, such as '09:00'",
    r"^\d{1,3}/\d{1,3}$": "fixed pay to variable pay, such as 50/50",
}


def _plain_path(found: ErrorDetails, stated: Any) -> Path_:
    """A location without the steps pydantic adds for unions, mapping keys and lists of one."""
    path: Path_ = ()
    here = stated
    location = found["loc"]
    for place, part in enumerate(location):
        if place == len(path) and _is_component(path) and part in KINDS:
            continue  # the kind it is read as, which may be one of its words as well
        if isinstance(here, list) and isinstance(part, str) and part in here:
            part = here.index(part)  # `owns: [closing]` is shorthand for a block
        if _has(here, part):
            path, here = (*path, part), here[part]
        elif found["type"] == "missing" and part == location[-1] and isinstance(here, dict):
            path = (*path, part)
    return path


def _has(here: Any, part: str | int) -> bool:
    if isinstance(here, list):
        return isinstance(part, int) and part < len(here)
    return isinstance(here, dict) and part in here


def _at(path: Path_, stated: Any) -> Any:
    """What stands at a path, or None."""
    for part in path:
        if not _has(stated, part):
            return None
        stated = stated[part]
    return stated


# What the nouns' own annotations say


def _words_at(path: Path_, stated: Any) -> list[str]:
    """The words the charter knows at a place; of a component, those of its kind."""
    block = _at(path, stated)
    nouns = _nouns(_inside(Charter, path))
    if len(nouns) > 1 and isinstance(block, dict):
        kind = block.get("kind", "commission")
        nouns = [noun for noun in nouns if _kind_of(noun) == kind] or nouns
    return [word for noun in nouns for word in _words(noun)]


def _kind_of(noun: type[BaseModel]) -> str | None:
    """The one kind a component can be."""
    field = noun.model_fields.get("kind")
    return typing.get_args(field.annotation)[0] if field is not None else None


def _words(noun: type[BaseModel]) -> list[str]:
    return [field.alias or name for name, field in noun.model_fields.items()]


def _inside(annotation: Any, path: Path_) -> list[Any]:
    """What may stand at a path, as the nouns annotate it."""
    here = [annotation]
    for part in path:
        here = [below for one in here for below in _below(one, part)]
    return here


def _below(annotation: Any, part: str | int) -> Iterator[Any]:
    """What may stand under one word, name or place in a list."""
    for one in _choices(annotation):
        arguments = typing.get_args(one)
        if isinstance(one, type) and issubclass(one, BaseModel):
            for name, field in one.model_fields.items():
                if part == (field.alias or name):
                    marks = tuple(mark for mark in field.metadata if isinstance(mark, Shorthand))
                    plain = field.annotation
                    yield typing.Annotated[plain, *marks] if marks else plain
        elif isinstance(one, types.GenericAlias):
            of_names = typing.get_origin(one) is Mapping
            yield arguments[1] if of_names else arguments[0]


def _shorthands(annotation: Any) -> Iterator[Shorthand]:
    """The shorter ways of stating what an annotation stands for."""
    for mark in getattr(annotation, "__metadata__", ()):
        if isinstance(mark, Shorthand):
            yield mark
    if hasattr(annotation, "__metadata__"):
        yield from _shorthands(annotation.__origin__)
    elif typing.get_origin(annotation) in (typing.Union, types.UnionType):
        for one in typing.get_args(annotation):
            yield from _shorthands(one)


def _choices(annotation: Any) -> Iterator[Any]:
    """The alternatives of a union, without what is annotated about them."""
    if hasattr(annotation, "__metadata__"):
        yield from _choices(annotation.__origin__)
    elif typing.get_origin(annotation) in (typing.Union, types.UnionType):
        for one in typing.get_args(annotation):
            yield from _choices(one)
    else:
        yield annotation


def _nouns(annotations: Iterable[Any]) -> list[type[BaseModel]]:
    return [
        one
        for annotation in annotations
        for one in _choices(annotation)
        if isinstance(one, type) and issubclass(one, BaseModel)
    ]
