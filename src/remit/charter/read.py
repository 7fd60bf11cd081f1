"""From a file to a `Charter`, or to every problem in it at once."""

from __future__ import annotations

import csv
import io
import types
import typing
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from remit.charter.agreement import disagreements
from remit.charter.nouns import Charter, Function
from remit.charter.positions import CharterError, Path_, Positioned, read_yaml
from remit.terms import Place, Problem, closest, nearest

__all__ = ["CharterError", "read_charter"]

LONGEST_CELL = 100_000
"""Characters in one cell of a people file."""
PEOPLE_COLUMNS = ("person", "role", "segment", "team", "manager", "share", "from", "to")
NEEDED_COLUMNS = ("person", "role")


def read_charter(file: Path) -> Charter:
    """Read a charter and everything it names.

    `people:` may give a CSV file beside the charter, with the columns `person, role, segment,
    team, manager, share, from, to`; its rows become the charter's `people`. A title may be
    given as a role's name alone.

    Raises:
        CharterError: With all problems, by line: unknown words, wrong types, names of roles,
            segments and benchmarks that do not exist, days out of order, shares above 1. A name
            that does not exist is one problem, however often it is said.
    """
    read = read_yaml(file)
    stated = read.value
    if not isinstance(stated, dict):
        raise CharterError(
            [Problem(Place(str(file), 1, 1), "", "is not a charter.", "Start with `company:`.")]
        )
    problems = read.problems
    if isinstance(stated.get("people"), str):
        stated["people"] = _people(file, read)
    problems += disagreements(read)
    charter: Charter | None = None
    try:
        charter = Charter.model_validate(_written_out(stated))
    except ValidationError as error:
        problems += _translated(error, read)
    if problems:
        raise CharterError(
            sorted(problems, key=lambda found: (read.from_top(found.place), found.path))
        )
    assert charter is not None
    return charter


def _written_out(stated: Mapping[str, Any]) -> Mapping[str, Any]:
    """The charter with each title that is a role's name alone as a block."""
    if not isinstance(stated.get("titles"), dict):
        return stated
    titles = {
        pattern: {"role": title} if isinstance(title, str) else title
        for pattern, title in stated["titles"].items()
    }
    return {**stated, "titles": titles}


# People in a file of their own


def _people(charter: Path, read: Positioned) -> list[dict[str, str]]:
    """The rows of the people file; where each stands goes among the places."""
    name = read.value["people"]
    try:
        text = (charter.parent / name).read_text("utf-8-sig")
        csv.field_size_limit(LONGEST_CELL)  # the limit is one for the whole process
        reader = csv.DictReader(io.StringIO(text, newline=""))
        columns, rows = reader.fieldnames or (), [(reader.line_num, row) for row in reader]
    except (OSError, ValueError, csv.Error) as error:
        why = "is not UTF-8" if isinstance(error, UnicodeDecodeError) else "cannot be read"
        read.problems.append(
            Problem(
                read.place(("people",)), "people", f"{name!r} {why}.", "Give a CSV file beside it."
            )
        )
        return []
    file = str(charter.parent / name)
    for column in columns:
        if column not in PEOPLE_COLUMNS:
            read.problems.append(
                Problem(
                    Place(file, 1),
                    column,
                    "is not a column of a people file.",
                    nearest(column, PEOPLE_COLUMNS, what="Columns"),
                )
            )
    missing = [column for column in NEEDED_COLUMNS if column not in columns]
    meant = {closest(column, PEOPLE_COLUMNS) for column in columns if column not in PEOPLE_COLUMNS}
    if missing and not meant.issuperset(missing):
        read.problems.append(
            Problem(
                Place(file, 1),
                "",
                f"has no column {' and no column '.join(missing)}.",
                f"The columns are {', '.join(PEOPLE_COLUMNS)}.",
            )
        )
    if missing:
        return []
    for position, (line, _) in enumerate(rows):
        read.values[("people", position)] = Place(file, line)
    return [{key: row[key] for key in PEOPLE_COLUMNS if row.get(key)} for _, row in rows]


# What pydantic found, in the words of whoever writes charters


def _translated(error: ValidationError, read: Positioned) -> Iterator[Problem]:
    found = {_plain_path(one["loc"], read.value): one for one in reversed(error.errors())}
    unknown = [path for path, one in found.items() if one["type"] == "extra_forbidden"]
    meant = {(*path[:-1], closest(str(path[-1]), _words_at(path[:-1]))) for path in unknown}
    for path, one in found.items():
        if one["type"] == "missing" and path in meant:
            continue  # it is there, misspelt
        shown = ".".join(str(part) for part in path)
        if one["type"] == "extra_forbidden":
            wrong = "the charter has no such word here."
            fix = nearest(str(path[-1]), _words_at(path[:-1]), what="Words here")
        else:
            wrong, fix = _said(one)
        yield Problem(_place(path, one, read), shown, wrong, fix)


def _place(path: Path_, found: ErrorDetails, read: Positioned) -> Place:
    """Where a word stands if the word is wrong, else where what it says stands."""
    return read.place(path, key=found["type"] == "extra_forbidden" or found["loc"][-1] == "[key]")


def _said(found: ErrorDetails) -> tuple[str, str]:
    kind, given, context = found["type"], found.get("input"), found.get("ctx", {})
    says = f"It says {_shown(given)} now." if not isinstance(given, (dict, list)) else ""
    if given is None:
        says = "Nothing is there now."
    if kind == "missing":
        return "is missing.", "Add it."
    if kind in ("enum", "literal_error"):
        words = [
            word.strip("' ") for word in str(context["expected"]).replace(" or ", ",").split(",")
        ]
        if set(words) == {function.value for function in Function}:
            return f"{given!r} is not a function.", nearest(str(given), words, what="Functions")
        return f"{given!r} is not possible here.", nearest(str(given), words, what="Possible")
    if kind == "value_error":
        return f"{context['error']}.", ""
    if kind in ("too_short", "string_too_short"):
        return "must not be empty.", ""
    if kind.startswith(("float", "int", "decimal", "finite")):
        return "must be a number, such as 0.25.", says
    if kind.startswith("bool"):
        return "must be true or false.", says
    if kind.startswith("string_pattern"):
        return (
            f"is not written as it must be: {_SHAPES.get(context['pattern'], 'see the docs')}.",
            says,
        )
    if kind.startswith(("greater", "less")):
        return found["msg"].replace("Input should be", "must be") + ".", says
    if kind == "model_type" and context.get("class_name") == "Range":
        return "must be words, or a range such as `{at_least: 200, below: 2000}`.", says
    if kind in ("model_type", "model_attributes_type", "dict_type", "mapping_type"):
        return "must be a block of `word: value` lines.", says
    if kind in ("tuple_type", "list_type"):
        return "must be a list.", says
    return "must be text.", says


def _shown(given: Any) -> str:
    text = repr(given)
    return text if len(text) <= 60 else f"{text[:57]}..."


_SHAPES = {
    r"^[A-Z]{3}$": "three capital letters, such as USD",
    r"^[A-Za-z_]\w*$": "one column's name, such as Subject",
    r"^[A-Za-z_]\w*\.[A-Za-z_]\w*$": "an object and its column, such as Opportunity.Type",
    r"^\w+(\.\w+)?$": "an object and its column, such as Opportunity.Pain__c",
    r"^\d+ (business )?(day|hour)s?$": "a number and a unit, such as 1 business day",
}


def _plain_path(location: tuple[str | int, ...], stated: Any) -> Path_:
    """A location without the steps pydantic adds for unions, mapping keys and lists of one."""
    path: Path_ = ()
    here = stated
    for part in location:
        if isinstance(here, list) and isinstance(part, str) and part in here:
            part = here.index(part)  # `owns: [closing]` is shorthand for a block
        if _has(here, part):
            path, here = (*path, part), here[part]
        elif part == location[-1] and isinstance(here, dict) and part not in _MACHINERY:
            path = (*path, part)
    return path


def _has(here: Any, part: str | int) -> bool:
    if isinstance(here, list):
        return isinstance(part, int) and part < len(here)
    return isinstance(here, dict) and part in here


_MACHINERY = ("[key]", "Range", "Words")
"""Steps in a location that are pydantic's own, not words of the charter."""


def _words_at(path: Path_) -> Iterable[str]:
    """The words the charter knows at a place, found by walking the nouns' own annotations."""
    here: Any = Charter
    for part in path:
        models = list(_models(here))
        field = next(
            (
                field
                for model in models
                for name, field in model.model_fields.items()
                if part in (name, field.alias)
            ),
            None,
        )
        here = field.annotation if field is not None else here
    for model in _models(here):
        for name, field in model.model_fields.items():
            yield field.alias or name


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    elif (
        isinstance(annotation, typing.TypeAliasType) if hasattr(typing, "TypeAliasType") else False
    ):
        yield from _models(annotation.__value__)
    elif typing.get_origin(annotation) is not None or isinstance(annotation, types.UnionType):
        for part in typing.get_args(annotation):
            yield from _models(part)
