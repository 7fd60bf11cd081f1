"""YAML read with the line and column of every value.

YAML 1.2 words: only `true` and `false` are booleans, so that a country called NO stays one. Days
stay text until a noun asks for a day.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from yaml.composer import Composer
from yaml.reader import Reader

from remit.terms import Place, Problem, RemitError

LARGEST_FILE = 1_000_000
"""Bytes; a charter twenty times the largest seen, read in seconds."""
MOST_VALUES = 200_000
"""Values after aliases are followed; past it a file is a bomb, not a charter."""
MOST_TEXT = 10 * LARGEST_FILE
"""Characters after aliases are followed."""


NUMBER = r"^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$"
"""A number in YAML 1.2, with or without a point."""


class CharterError(RemitError):
    """A charter that cannot be used, with every problem in it."""


if yaml.__with_libyaml__:

    class _Words(Composer, yaml.CSafeLoader):
        """The 1.2 core schema, scanned in C: seven times as fast as in Python.

        Nodes are composed in Python, where a file that nests itself too deeply is an error and
        not the end of the process.
        """

        def __init__(self, stream: str) -> None:
            yaml.CSafeLoader.__init__(self, stream)
            Composer.__init__(self)

else:

    class _Words(yaml.SafeLoader):  # type: ignore[no-redef]
        """The 1.2 core schema: resolvers only, everything else is PyYAML's."""


_Words.yaml_implicit_resolvers = {}
for _tag, _pattern, _first in (
    ("bool", r"^(?:true|True|TRUE|false|False|FALSE)$", "tTfF"),
    ("int", r"^[-+]?[0-9]+$", "-+0123456789"),
    ("float", NUMBER, "-+0123456789."),
    ("null", r"^(?:~|null|Null|NULL|)$", ["~", "n", "N", ""]),
):
    _Words.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(_pattern), list(_first))

_SCALARS: Mapping[str, Callable[[str], Any]] = {
    "bool": lambda text: text.lower() == "true",
    "int": lambda text: int(text) if len(text) <= _LONGEST_INTEGER else text,
    "float": float,
    "null": lambda _: None,
}

Path_ = tuple[str | int, ...]
"""The keys and places that lead to a value."""

_LONGEST_PART = 60
_LONGEST_INTEGER = 300
"""Digits; one longer fits into no number that is counted with."""


def shown(path: Path_) -> str:
    """A path as problems name it; what is long in it is cut short.

    >>> shown(("roles", "ae", "owns", 0))
    'roles.ae.owns.0'
    """
    return ".".join(shortened(str(part), _LONGEST_PART) for part in path)


def shortened(text: str, longest: int) -> str:
    """A text, or its beginning and three dots.

    >>> shortened("Account Executive", 10)
    'Account...'
    """
    return text if len(text) <= longest else f"{text[: longest - 3]}..."


@dataclass(slots=True)
class Positioned:
    """Plain values, and where each key and each value stands."""

    value: Any = None
    keys: dict[Path_, Place] = field(default_factory=dict)
    values: dict[Path_, Place] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def place(self, path: Path_, *, key: bool = False) -> Place:
        """Where a path stands, or else the nearest thing that contains it."""
        if key and path in self.keys:
            return self.keys[path]
        while path not in self.values:
            path = path[:-1]
        return self.values[path]

    def from_top(self, place: Place) -> tuple[bool, int, int]:
        """For sorting: the file's own places first, then other files', each from the top."""
        return place.file != self.values[()].file, place.line or 0, place.column or 0


def read_yaml(
    file: Path, *, called: str = "charter", start: str = "Start with `company:` and `roles:`."
) -> Positioned:
    """Read one YAML file.

    Args:
        file: Where it is.
        called: What it is there for, for what is said of one that cannot be used.
        start: How to start one, for an empty file.

    Raises:
        CharterError: If there is no such file, it is too large, not UTF-8, or not YAML.
    """
    name = str(file)
    node = _composed(name, _text(file, called))
    if node is None:
        raise _refused(Place(name), "is empty.", start)
    read = Positioned(values={(): Place(name, 1, 1)})
    read.value = _Reader(name, read).follow(node, ())
    return read


def _text(file: Path, called: str) -> str:
    name = str(file)
    try:
        if not file.is_file():
            raise _refused(Place(name), "there is no such file.", f"Give the path of a {called}.")
        if file.stat().st_size > LARGEST_FILE:
            raise _refused(
                Place(name),
                f"is larger than {LARGEST_FILE:,} bytes.",
                f"A {called} is a short text.",
            )
        return file.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise _refused(
            Place(name, line), "is not UTF-8 here.", "Save the file again as UTF-8."
        ) from None
    except OSError as error:
        raise _refused(
            Place(name), f"cannot be read: {error.strerror}.", "Look at who may read it."
        ) from None


def _composed(name: str, text: str) -> yaml.Node | None:
    odd = Reader.NON_PRINTABLE.search(text)
    if odd is not None:
        before = text[: odd.start()].split("\n")
        raise _refused(
            Place(name, len(before), len(before[-1]) + 1),
            f"has a character that YAML does not allow (U+{ord(odd[0]):04X}).",
            "Delete it.",
        )
    try:
        return yaml.compose(text, Loader=_Words)
    except yaml.MarkedYAMLError as error:
        raise _not_yaml(name, text, error) from None
    except (ValueError, OverflowError):  # PyYAML's own slip on such as "\\UFFFFFFFF"
        raise _refused(
            Place(name), "is not YAML: it has an escape for a character that does not exist.", ""
        ) from None
    except RecursionError:
        raise _refused(Place(name), *_TOO_DEEP) from None


def _not_yaml(name: str, text: str, error: yaml.MarkedYAMLError) -> CharterError:
    """What stops a text from being YAML, in the words of the slips that people make."""
    mark = error.problem_mark or error.context_mark
    if mark is None:
        return _refused(Place(name), f"is not YAML: {error.problem}.", "")
    place = Place(name, mark.line + 1, mark.column + 1)
    line = text.splitlines()[mark.line] if mark.line < len(text.splitlines()) else ""
    opened = error.context_mark
    if "quoted scalar" in (error.context or "") and opened is not None:
        wrong = "is not YAML: a quote opens here and is never closed."
        return _refused(
            Place(name, opened.line + 1, opened.column + 1), wrong, "Close it on the same line."
        )
    if "\t" in line[: len(line) - len(line.lstrip())]:
        return _refused(place, "is not YAML: the line has a tab.", "Indent with blanks.")
    if "alias" in f"{error.context} {error.problem}":
        opened = opened or mark
        return _refused(
            Place(name, opened.line + 1, opened.column + 1),
            "is not YAML: a word starts with * and has no quotes.",
            'Quote a pattern that starts with *, such as "*Manager*".',
        )
    fix = "Look at indentation, colons and quotes."
    quote = _over_lines(text)
    if quote is not None:
        fix = (
            f"A quote opens on line {quote.start_mark.line + 1} and closes on line "
            f"{quote.end_mark.line + 1}: look whether it was meant to close before."
        )
    return _refused(place, f"is not YAML: {error.problem}.", fix)


def _over_lines(text: str) -> yaml.ScalarToken | None:
    """The last quoted text before the mistake that goes on over several lines."""
    found: yaml.ScalarToken | None = None
    try:
        for token in yaml.scan(text, Loader=_Words):
            if isinstance(token, yaml.ScalarToken) and token.style in ("'", '"'):
                found = token if token.end_mark.line > token.start_mark.line else found
    except yaml.YAMLError:
        pass
    return found


_TOO_DEEP = ("repeats or nests itself too often.", "Write out what the aliases stand for.")


def _refused(place: Place, wrong: str, fix: str) -> CharterError:
    return CharterError([Problem(place, "", wrong, fix)])


def _is_rest_of_number(key: yaml.Node, value: yaml.Node) -> bool:
    """Whether a word is what follows the comma in `800,000`, which YAML takes for a new word."""
    return (
        isinstance(key, yaml.ScalarNode)
        and re.fullmatch(r"[0-9]{3}", key.value) is not None
        and not key.style
        and isinstance(value, yaml.ScalarNode)
        and value.value == ""
        and value.start_mark.index == value.end_mark.index
    )


class _Reader:
    """Walks composed nodes once, keeping places and counting values."""

    def __init__(self, file: str, read: Positioned) -> None:
        self.file, self.read, self.seen, self.length = file, read, 0, 0

    def follow(self, node: yaml.Node, path: Path_) -> Any:
        self.seen += 1
        if self.seen > MOST_VALUES or len(path) > 40:
            raise _refused(Place(self.file, node.start_mark.line + 1), *_TOO_DEEP)
        self.read.values[path] = self.at(node)
        if isinstance(node, yaml.MappingNode):
            return self.mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.follow(one, (*path, place)) for place, one in enumerate(node.value)]
        self.length += len(node.value)
        if self.length > MOST_TEXT:
            raise _refused(Place(self.file, node.start_mark.line + 1), *_TOO_DEEP)
        try:
            return _SCALARS.get(str(node.tag).rpartition(":")[2], str)(node.value)
        except ValueError:  # more digits than Python reads, or a tag that says what is not so
            return str(node.value)

    def mapping(self, node: yaml.MappingNode, path: Path_) -> dict[str, Any]:
        found: dict[str, Any] = {}
        with_comma: list[str] = []
        for key, value in node.value:
            if with_comma and _is_rest_of_number(key, value):
                with_comma.append(key.value)
                continue
            self.comma(with_comma, path, found)
            if not isinstance(key, yaml.ScalarNode):
                self.problem(key, path, "has a block where a word should be.", "Name it in text.")
                continue
            name = key.value
            below = (*path, name)
            if name in found:
                first = f"The first is at line {self.read.keys[below].line}. Keep one."
                self.problem(key, below, "is here a second time.", first)
                continue
            self.read.keys[below] = self.at(key)
            found[name] = self.follow(value, below)
            if isinstance(found[name], int) and not isinstance(found[name], bool):
                with_comma = [name, value.value]
        self.comma(with_comma, path, found)
        return found

    def comma(self, said: list[str], path: Path_, found: dict[str, Any]) -> None:
        """Tell of a number that its commas cut into words, and take it as it was meant."""
        if len(said) > 2:
            name, *parts = said
            below, meant = (*path, name), "".join(parts)
            self.read.problems.append(
                Problem(
                    self.read.values[below],
                    shown(below),
                    f"has a comma in its number: {shortened(','.join(parts), _LONGEST_PART)}.",
                    f"Write {shortened(meant, _LONGEST_PART)} without the comma.",
                )
            )
            found[name] = int(meant) if len(meant) <= _LONGEST_INTEGER else meant
        said.clear()

    def problem(self, node: yaml.Node, path: Path_, wrong: str, fix: str) -> None:
        self.read.problems.append(Problem(self.at(node), shown(path), wrong, fix))

    def at(self, node: yaml.Node) -> Place:
        return Place(self.file, node.start_mark.line + 1, node.start_mark.column + 1)
