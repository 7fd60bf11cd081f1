"""YAML read with the line and column of every value.

YAML 1.2 words: only `true` and `false` are booleans, so that a country called NO stays one. Days
stay text until a noun asks for a day.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

import yaml

from remit.terms import Place, Problem, RemitError

LARGEST_FILE = 5_000_000
"""Bytes; a charter a hundred times the largest seen."""
MOST_VALUES = 200_000
"""Values after aliases are followed; past it a file is a bomb, not a charter."""


class CharterError(RemitError):
    """A charter that cannot be used, with every problem in it."""


class _Words(yaml.SafeLoader):
    """The 1.2 core schema: resolvers only, everything else is PyYAML's."""

    yaml_implicit_resolvers: ClassVar[dict[str, Any]] = {}


for _tag, _pattern, _first in (
    ("bool", r"^(?:true|True|TRUE|false|False|FALSE)$", "tTfF"),
    ("int", r"^[-+]?[0-9]+$", "-+0123456789"),
    ("float", r"^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$", "-+0123456789."),
    ("null", r"^(?:~|null|Null|NULL|)$", ["~", "n", "N", ""]),
):
    _Words.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(_pattern), list(_first))

_SCALARS: Mapping[str, Callable[[str], Any]] = {
    "bool": lambda text: text.lower() == "true",
    "int": int,
    "float": float,
    "null": lambda _: None,
}

Path_ = tuple[str | int, ...]
"""The keys and places that lead to a value."""


@dataclass(slots=True)
class Positioned:
    """Plain values, and where each key and each value stands."""

    value: Any = None
    keys: dict[Path_, Place] = field(default_factory=dict)
    values: dict[Path_, Place] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def place(self, path: Path_, *, key: bool = False) -> Place:
        """Where a path stands, or else the nearest thing that contains it."""
        where = self.keys if key else self.values
        for length in range(len(path), -1, -1):
            if path[:length] in where:
                return where[path[:length]]
        return self.values[()]


def read_yaml(file: Path) -> Positioned:
    """Read one YAML file.

    Raises:
        CharterError: If there is no such file, it is too large, not UTF-8, or not YAML.
    """
    name = str(file)
    if not file.is_file():
        raise _refused(Place(name), "there is no such file.", "Give the path of a charter.")
    if file.stat().st_size > LARGEST_FILE:
        raise _refused(
            Place(name), f"is larger than {LARGEST_FILE:,} bytes.", "A charter is a short text."
        )
    try:
        text = file.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = file.read_bytes()[: error.start].count(b"\n") + 1
        raise _refused(
            Place(name, line), "is not UTF-8 here.", "Save the file again as UTF-8."
        ) from None
    try:
        node = yaml.compose(text, Loader=_Words)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = Place(name, mark.line + 1, mark.column + 1) if mark else Place(name)
        raise _refused(
            place, f"is not YAML: {error.problem}.", "Look at indentation, colons and quotes."
        ) from None
    except (yaml.YAMLError, RecursionError) as error:
        raise _refused(
            Place(name), f"is not YAML: {type(error).__name__}.", "Look for stray characters."
        ) from None
    read = Positioned(values={(): Place(name, 1, 1)})
    if node is None:
        raise _refused(Place(name), "is empty.", "Start with `company:` and `roles:`.")
    read.value = _Reader(name, read).follow(node, ())
    return read


def _refused(place: Place, wrong: str, fix: str) -> CharterError:
    return CharterError([Problem(place, "", wrong, fix)])


class _Reader:
    """Walks composed nodes once, keeping places and counting values."""

    def __init__(self, file: str, read: Positioned) -> None:
        self.file, self.read, self.seen = file, read, 0

    def follow(self, node: yaml.Node, path: Path_) -> Any:
        self.seen += 1
        if self.seen > MOST_VALUES or len(path) > 40:
            raise _refused(
                Place(self.file, node.start_mark.line + 1),
                "repeats or nests itself too often.",
                "Write out what the aliases stand for.",
            )
        self.read.values[path] = self.at(node)
        if isinstance(node, yaml.MappingNode):
            return self.mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.follow(one, (*path, place)) for place, one in enumerate(node.value)]
        return _SCALARS.get(str(node.tag).rpartition(":")[2], str)(node.value)

    def mapping(self, node: yaml.MappingNode, path: Path_) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, value in node.value:
            name = key.value if isinstance(key, yaml.ScalarNode) else str(key.value)
            below = (*path, name)
            if name in found:
                self.read.problems.append(
                    Problem(
                        self.at(key),
                        ".".join(map(str, below)),
                        "is here a second time.",
                        f"The first is at line {self.read.keys[below].line}. Keep one.",
                    )
                )
                continue
            self.read.keys[below] = self.at(key)
            found[name] = self.follow(value, below)
        return found

    def at(self, node: yaml.Node) -> Place:
        return Place(self.file, node.start_mark.line + 1, node.start_mark.column + 1)
