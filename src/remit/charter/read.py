"""From a file to a `Charter`, or to every problem in it at once."""

from __future__ import annotations

import csv
import types
import typing
import zoneinfo
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from remit.benchmarks import benchmarks
from remit.charter.nouns import Charter, Function, Spell, role_kinds
from remit.charter.positions import CharterError, Path_, Positioned, read_yaml
from remit.terms import Place, Problem, nearest

__all__ = ["CharterError", "read_charter"]

PEOPLE_COLUMNS = ("person", "role", "segment", "team", "manager", "share", "from", "to")


def read_charter(file: Path) -> Charter:
    """Read a charter and everything it names.

    `people:` may give a CSV file beside the charter, with the columns `person, role, segment,
    team, manager, share, from, to`; its rows become the charter's `people`. A title may be
    given as a role's name alone.

    Raises:
        CharterError: With all problems, by line: unknown words, wrong types, names of roles,
            segments and benchmarks that do not exist, days out of order, shares above 1.
    """
    read = read_yaml(file)
    problems = list(read.problems)
    if not isinstance(read.value, dict):
        raise CharterError(
            [Problem(Place(str(file), 1, 1), "", "is not a charter.", "Start with `company:`.")]
        )
    stated = dict(read.value)
    places: dict[int, Place] = {}
    if isinstance(stated.get("people"), str):
        stated["people"] = list(_people(file, read, stated["people"], problems, places))
    if isinstance(stated.get("titles"), dict):
        stated["titles"] = {
            pattern: {"role": title} if isinstance(title, str) else title
            for pattern, title in stated["titles"].items()
        }
    charter: Charter | None = None
    try:
        charter = Charter.model_validate(stated)
    except ValidationError as error:
        problems += _translated(error, read, places)
    if charter is not None:
        problems += _dangling(charter, read, places)
    if problems:
        raise CharterError(sorted(problems, key=lambda found: (found.place.line or 0, found.path)))
    assert charter is not None
    return charter


# People in a file of their own


def _people(
    charter: Path,
    read: Positioned,
    name: str,
    problems: list[Problem],
    places: dict[int, Place],
) -> Iterator[dict[str, str]]:
    """The rows of a people file; where each stands goes into `places`, by its position."""
    file = charter.parent / name
    try:
        text = file.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        why = "is not UTF-8" if isinstance(error, UnicodeDecodeError) else "cannot be read"
        problems.append(
            Problem(
                read.place(("people",)), "people", f"{file} {why}.", "Give a CSV file beside it."
            )
        )
        return
    rows = csv.DictReader(text.splitlines())
    for column in rows.fieldnames or ():
        if column not in PEOPLE_COLUMNS:
            problems.append(
                Problem(
                    Place(str(file), 1),
                    column,
                    "is not a column of a people file.",
                    nearest(column, PEOPLE_COLUMNS, what="Columns"),
                )
            )
    for position, row in enumerate(rows):
        places[position] = Place(str(file), rows.line_num)
        yield {key: value for key, value in row.items() if key in PEOPLE_COLUMNS and value}


# What pydantic found, in the words of whoever writes charters


def _translated(
    error: ValidationError, read: Positioned, places: Mapping[int, Place]
) -> Iterator[Problem]:
    seen: set[tuple[str | int, ...]] = set()
    for found in error.errors(include_url=False):
        path = _plain_path(found["loc"], read)
        if path in seen:
            continue
        seen.add(path)
        unknown = found["type"] == "extra_forbidden"
        place = _place(path, read, places, key=unknown)
        shown = ".".join(str(part) for part in path)
        if unknown:
            known = list(_words_at(path[:-1]))
            yield Problem(
                place,
                shown,
                "the charter has no such word here.",
                nearest(str(path[-1]), known, what="Words here"),
            )
        else:
            wrong, fix = _said(found)
            yield Problem(place, shown, wrong, fix)


def _said(found: ErrorDetails) -> tuple[str, str]:
    kind, given, context = found["type"], found.get("input"), found.get("ctx", {})
    says = f"It says {given!r} now." if not isinstance(given, (dict, list)) else ""
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
    if kind.startswith("date"):
        return "must be a day, such as 2026-03-31.", says
    if kind.startswith(("float", "int", "decimal")):
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
    if kind in ("model_type", "model_attributes_type", "dict_type", "mapping_type"):
        return "must be a block of `word: value` lines.", says
    if kind in ("tuple_type", "list_type"):
        return "must be a list.", says
    return "must be text.", says


_SHAPES = {
    r"^[A-Z]{3}$": "three capital letters, such as USD",
    r"^[A-Za-z_]\w*$": "one column's name, such as Subject",
    r"^[A-Za-z_]\w*\.[A-Za-z_]\w*$": "an object and its column, such as Opportunity.Type",
    r"^\w+(\.\w+)?$": "an object and its column, such as Opportunity.Pain__c",
    r"^\d+ (business )?(day|hour)s?$": "a number and a unit, such as 1 business day",
}


def _plain_path(location: tuple[str | int, ...], read: Positioned) -> Path_:
    """A location without the steps pydantic adds for unions and mapping keys."""
    path: Path_ = ()
    for part in location:
        below = (*path, part)
        if below in read.values or below in read.keys or path in ((), ("people",)):
            path = below
        elif isinstance(part, int) or (part == location[-1] and not _is_machinery(part)):
            path = below
    return path


def _is_machinery(part: str) -> bool:
    """A step in a location that is pydantic's own, not a word of the charter."""
    return part == "[key]" or part.startswith(("function-", "Range", "tuple", "is-instance"))


def _place(path: Path_, read: Positioned, places: Mapping[int, Place], *, key: bool) -> Place:
    if len(path) > 1 and path[0] == "people" and path[1] in places:
        return places[int(path[1])]
    return read.place(path, key=key)


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


# Names that must exist


def _dangling(charter: Charter, read: Positioned, places: Mapping[int, Place]) -> Iterator[Problem]:
    """Names of roles, kinds, segments and benchmarks that nothing answers to; and double shares."""
    for path, name, known, what in _names(charter):
        if name not in known:
            yield Problem(
                _place(path, read, places, key=False),
                ".".join(str(part) for part in path),
                f'no {what} is called "{name}".',
                nearest(name, known, what=f"{what.capitalize()}s here"),
            )
    if charter.time_zone not in zoneinfo.available_timezones():
        yield Problem(
            read.place(("time_zone",)),
            "time_zone",
            f'no time zone is called "{charter.time_zone}".',
            "Give one such as Europe/Berlin or America/New_York.",
        )
    yield from _doubled(charter, read, places)


def _names(charter: Charter) -> Iterator[tuple[Path_, str, Iterable[str], str]]:
    kinds, roles, segments = role_kinds(), charter.roles, charter.segments
    for name, role in roles.items():
        yield ("roles", name, "is"), role.kind, kinds, "kind of role"
        for segment in role.segments:
            yield ("roles", name, "segments"), segment, segments, "segment"
        for word in ("owns", "assists"):
            for function, scope in (getattr(role, word) or {}).items():
                for segment in scope.segments:
                    yield ("roles", name, word, function, "segments"), segment, segments, "segment"
    for pattern, title in charter.titles.items():
        yield ("titles", pattern), title.role, roles, "role"
        if title.segment:
            yield ("titles", pattern, "segment"), title.segment, segments, "segment"
    for position, spell in enumerate(charter.people):
        yield ("people", position, "role"), spell.role, roles, "role"
        if spell.segment:
            yield ("people", position, "segment"), spell.segment, segments, "segment"
    for position, handoff in enumerate(charter.handoffs):
        yield ("handoffs", position, "from"), handoff.giver, roles, "role"
        yield ("handoffs", position, "to"), handoff.taker, roles, "role"
        for segment in handoff.segments:
            yield ("handoffs", position, "segments"), segment, segments, "segment"
    for name in charter.benchmarks:
        yield ("benchmarks", name), name, benchmarks(), "benchmark"


def _doubled(charter: Charter, read: Positioned, places: Mapping[int, Place]) -> Iterator[Problem]:
    """People whose spells at one time add up to more than one person."""
    by_person: dict[str, list[tuple[int, Spell]]] = {}
    for position, spell in enumerate(charter.people):
        by_person.setdefault(spell.person, []).append((position, spell))
    for spells in by_person.values():
        for position, spell in spells:
            together = [
                other
                for _, other in spells
                if _starts(other) <= _starts(spell)
                and (other.last_day is None or str(other.last_day) >= _starts(spell))
            ]
            share = sum(other.share for other in together)
            if share > 1 + 1e-9:
                yield Problem(
                    _place(("people", position), read, places, key=False),
                    f"people.{position}",
                    f"holds {share:g} shares of a person on {_starts(spell) or 'the first day'}.",
                    "Shares held at one time add up to 1 or less: end a spell or lower a share.",
                )
                break


def _starts(spell: Spell) -> str:
    return str(spell.first_day or "")
