"""Stating more facts about a segment: in a charter, and in the text of its file.

Text is put in at the place of the block it belongs to; every other character of the file stays.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

from remit.charter.market import Fact, Segment
from remit.charter.nouns import Charter
from remit.charter.read import CharterError, read_charter, read_with_places
from remit.terms import Problem

OF_SEGMENT = ("acv", "technical_sale")
"""Facts that are words of the segment itself, and not of its `facts`."""
OF_CHARTER = ("stage",)
"""Facts that are words of the charter."""


def with_facts(charter: Charter, segment: str, told: Mapping[str, Fact]) -> Charter:
    """The charter as it would be with these facts about one segment.

    `acv` and `technical_sale` become words of the segment and `stage` one of the charter; these
    hold one value and no source. A segment that the charter does not name is added.

    >>> acme = Charter(company="Acme", roles={"ae": {"is": "AE"}}, segments={"smb": {}})
    >>> with_facts(acme, "smb", {"sellers": Fact(value=7)}).segments["smb"].facts["sellers"].value
    7.0
    """
    was = charter.segments.get(segment, Segment())
    words: dict[str, Any] = {}
    if "acv" in told:
        words["acv"] = Decimal(as_text(told["acv"].value))
    if "technical_sale" in told:
        words["technical_sale"] = told["technical_sale"].value
    facts = {n: fact for n, fact in told.items() if n not in (*OF_SEGMENT, *OF_CHARTER)}
    now = was.model_copy(update={**words, "facts": {**was.facts, **facts}})
    changed: dict[str, Any] = {"segments": {**charter.segments, segment: now}}
    if "stage" in told:
        changed["stage"] = told["stage"].value
    return charter.model_copy(update=changed)


def write_facts(file: Path, charter: Charter, segment: str, told: Mapping[str, Fact]) -> None:
    """Write facts about a segment into the charter's file, which keeps its comments and layout.

    The new text is written beside the file and read from there. Only if it says what `charter`
    would say with these facts does it take the file's place; else nothing is changed.

    Args:
        file: The charter's file.
        charter: What it said when it was read.
        segment: One of its segments.
        told: Facts it does not state yet, by name.

    Raises:
        CharterError: If the segment is stated in another file, or the new text would not say
            what it should: the file was changed meanwhile, or is laid out in a way that lines
            cannot be added to. The message has the lines to add by hand.
        OSError: If it cannot be written.
    """
    real = file.resolve()
    stated = real.read_bytes().decode("utf-8")
    mark, text = ("\ufeff", stated[1:]) if stated.startswith("\ufeff") else ("", stated)
    _, read = read_with_places(file)
    place = read.place(("segments", segment), key=True)
    if place.file != str(file):
        wrong = f"is stated in {place.file}, and facts are added to {file.name} alone."
        raise CharterError([Problem(place, f"segments.{segment}", wrong, by_hand(segment, told))])
    again = [name for name in told if _states(charter, segment, name)]
    if again:
        wrong = f"is stated already, and facts are only added: {', '.join(again)}."
        raise CharterError([Problem(place, f"segments.{segment}", wrong, "Change it by hand.")])
    for block, words in _blocks(segment, told).items():
        text = added(text, block, words)
    beside = real.with_name(f".{real.name}.{os.getpid()}.yaml")
    try:
        beside.write_bytes((mark + text).encode("utf-8"))
        shutil.copymode(real, beside)
        if not _says(beside, with_facts(charter, segment, told)):
            wrong = "was changed meanwhile, or is laid out so that lines cannot be added here."
            raise CharterError(
                [Problem(place, f"segments.{segment}", wrong, by_hand(segment, told))]
            )
        os.replace(beside, real)
    finally:
        beside.unlink(missing_ok=True)


def _states(charter: Charter, segment: str, name: str) -> bool:
    """Whether a charter states a fact already."""
    if name in OF_CHARTER:
        return getattr(charter, name) is not None
    if name in OF_SEGMENT:
        return getattr(charter.segments[segment], name) is not None
    return name in charter.segments[segment].facts


def _says(file: Path, meant: Charter) -> bool:
    try:
        return read_charter(file) == meant
    except CharterError:
        return False


def by_hand(segment: str, told: Mapping[str, Fact]) -> str:
    """What to add to a charter by hand, as one line."""
    said = [
        f"{'.'.join(block)}{'.' * bool(block)}{word}: {value}"
        for block, words in _blocks(segment, told).items()
        for word, value in words.items()
    ]
    return f"Add by hand: {'; '.join(said)}."


def _blocks(segment: str, told: Mapping[str, Fact]) -> Mapping[tuple[str, ...], Mapping[str, str]]:
    """The words to add, as YAML, by the block they belong to."""
    found: dict[tuple[str, ...], dict[str, str]] = {}
    for name, fact in told.items():
        if name in OF_CHARTER:
            found.setdefault((), {})[name] = as_text(fact.value)
        elif name in OF_SEGMENT:
            found.setdefault(("segments", segment), {})[name] = as_text(fact.value)
        else:
            found.setdefault(("segments", segment, "facts"), {})[name] = _as_block(fact)
    return found


def _as_block(fact: Fact) -> str:
    words = {"value": fact.value, "from": fact.low, "to": fact.high, "source": fact.source}
    said = [f"{word}: {as_text(value)}" for word, value in words.items() if value is not None]
    if fact.on is not None:
        said.append(f"on: {fact.on.isoformat()}")
    return f"{{{', '.join(said)}}}"


def as_text(value: object) -> str:
    """A fact's value as a charter states it.

    >>> as_text(7.0), as_text(0.25), as_text(True), as_text("high"), as_text(1e20)
    ('7', '0.25', 'true', 'high', '100000000000000000000')
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{Decimal(repr(value)):f}".removesuffix(".0")
    return str(value)


# Text


def added(text: str, block: tuple[str, ...], words: Mapping[str, str]) -> str:
    r"""The text of a YAML file with words added at the end of a block; the block may be new.

    Args:
        text: A file that holds a block of `word: value` lines.
        block: The words that lead to the block; none for the file's own.
        words: What to add, with each value as YAML on one line.

    >>> print(added("smb:\n  size: smb  # small\n", ("smb",), {"acv": "9000"}), end="")
    smb:
      size: smb  # small
      acv: 9000
    >>> print(added("smb: {size: smb}\n", ("smb", "facts"), {"grr": "0.9"}), end="")
    smb: {size: smb, facts: {grr: 0.9}}
    """
    node = yaml.compose(text, Loader=yaml.SafeLoader)
    missing = list(block)
    while missing and (below := _below(node, missing[0])) is not None:
        node = below
        missing.pop(0)
    assert isinstance(node, yaml.MappingNode)
    if node.flow_style:
        return _added_inside(text, node, missing, words)
    return _added_lines(text, node, missing, words)


def _below(node: yaml.Node | None, word: str) -> yaml.MappingNode | None:
    assert isinstance(node, yaml.MappingNode)
    found = next((value for key, value in node.value if key.value == word), None)
    return found if isinstance(found, yaml.MappingNode) else None


def _added_inside(
    text: str, node: yaml.MappingNode, missing: list[str], words: Mapping[str, str]
) -> str:
    """Within braces."""
    says = ", ".join(f"{word}: {value}" for word, value in words.items())
    for word in reversed(missing):
        says = f"{word}: {{{says}}}"
    if node.value:
        at = _end(*node.value[-1])
        return f"{text[:at]}, {says}{text[at:]}"
    at = node.end_mark.index - 1
    return f"{text[:at]}{says}{text[at:]}"


def _added_lines(
    text: str, node: yaml.MappingNode, missing: list[str], words: Mapping[str, str]
) -> str:
    """On lines of their own, after the block's last word."""
    line_end = "\r\n" if "\r\n" in text else "\n"
    column = node.value[0][0].start_mark.column
    after = node.value[-1] if column or missing else node.value[0]  # a charter's words: at its top
    lines = [f"{' ' * (column + 2 * depth)}{word}:" for depth, word in enumerate(missing)]
    column += 2 * len(missing)
    lines += [f"{' ' * column}{word}: {value}" for word, value in words.items()]
    end = _end(*after)
    if end == 0 or text[end - 1] != "\n":  # a text of several lines ends with its last line
        end = text.find("\n", end) + 1 or len(text)
    before = text[:end] if text[:end].endswith("\n") else text[:end] + line_end
    return before + "".join(line + line_end for line in lines) + text[end:]


def _end(key: yaml.Node, value: yaml.Node) -> int:
    """Where a word's value ends; an alias stands elsewhere, and so counts as its word."""
    if value.end_mark.index < key.end_mark.index:
        return int(key.end_mark.index)
    if isinstance(value, yaml.CollectionNode) and not value.flow_style and value.value:
        last = value.value[-1]
        return _end(*last) if isinstance(last, tuple) else _end(key, last)
    return int(value.end_mark.index)
