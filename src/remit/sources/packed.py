"""What a workbook's file holds, looked through before anything opens it.

A workbook is a zip of XML. A few kilobytes can unpack to terabytes, or put one cell at the far
corner of a sheet, and the reader makes room for all that lies between.
"""

from __future__ import annotations

import copy
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree

from remit.sources.delimited import ExportError, refused

MOST_BYTES = 512 << 20
"""What a workbook may unpack to, all its parts together."""
MOST_TEXT = 128 << 20
"""What the texts that its cells share may unpack to: in memory they take four times that."""
MOST_CELLS = 8_000_000
"""Cells between a sheet's first and its last; a hundred thousand rows of eighty columns."""
MOST_PARTS = 10_000
_CHUNK = 1 << 20
_LEFT_OVER = 1 << 16
"""Bytes of a tag that may lie across two chunks."""


@dataclass(frozen=True, slots=True)
class Contents:
    """What of a workbook its reader does not tell."""

    errors: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Cells that hold an error, such as `B9`, by sheet."""
    errors_somewhere: int = 0
    """Error cells of which the sheet is not known."""


def contents(file: Path) -> Contents:
    """Look through a workbook's file.

    Raises:
        ExportError: If it is no workbook, is broken, has a password, unpacks to too much, reaches
            too far, or declares a document type or entities of its own.
    """
    try:
        with file.open("rb") as f:
            _check_start(file, f.read(1 << 16))
        with zipfile.ZipFile(file) as packed:
            parts = packed.infolist()
            _check_parts(file, parts)
            looked = _Looked(file)
            for part in parts:
                _look_at(packed, part, looked)
            return Contents(_by_sheet(packed, looked.errors), looked.errors_somewhere)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError):
        wrong = "is cut off or broken, or no workbook."
        raise refused(file, wrong, "Save or export it again.") from None
    except RuntimeError:  # what zipfile says of a part that is encrypted
        raise _locked(file) from None
    except OSError as error:
        wrong = f"cannot be read: {error.strerror or 'it is broken'}."
        raise refused(file, wrong, "Look at its permissions.") from None


@dataclass(slots=True)
class _Looked:
    """What was seen of a file so far."""

    file: Path
    unpacked: int = 0
    errors: dict[str, list[str]] = field(default_factory=dict)
    errors_somewhere: int = 0


def _locked(file: Path) -> ExportError:
    return refused(file, "has a password.", "Save it without one, or the sheet as CSV.")


def _check_start(file: Path, start: bytes) -> None:
    if start.startswith(b"\xd0\xcf\x11\xe0"):
        if "EncryptedPackage".encode("utf-16-le") in start or _says(file, "EncryptedPackage"):
            raise _locked(file)
        raise refused(file, "is a workbook of the old kind (.xls).", "Save it as .xlsx.")
    if not start.startswith(b"PK"):
        wrong = "is empty." if not start else "is no workbook, whatever its ending."
        raise refused(file, wrong, "Save or export it again.")


def _says(file: Path, word: str) -> bool:
    """Whether the last part of a file of the old kind, its list of contents, has a word."""
    with file.open("rb") as f:
        f.seek(max(0, file.stat().st_size - (1 << 20)))
        return word.encode("utf-16-le") in f.read()


def _check_parts(file: Path, parts: list[zipfile.ZipInfo]) -> None:
    if len(parts) > MOST_PARTS:
        raise refused(file, f"has {len(parts):,} parts.", "Save it again, or the sheet as CSV.")
    if any(part.flag_bits & 1 for part in parts):
        raise _locked(file)
    if sum(part.file_size for part in parts) > MOST_BYTES:
        raise _too_large(file)


def _too_large(file: Path) -> ExportError:
    wrong = f"unpacks to more than {MOST_BYTES >> 20:,} MB."
    return refused(file, wrong, "Save the sheet as CSV; that has no such limit.")


def _look_at(packed: zipfile.ZipFile, part: zipfile.ZipInfo, looked: _Looked) -> None:
    """Unpack one part without keeping it, and look at what passes."""
    declared, real = part.file_size, copy.copy(part)
    real.file_size = MOST_BYTES + 1  # else reading would stop at what is declared
    shared = "sharedstrings" in part.filename.casefold()
    size = 0
    look: Callable[[bytes, bool], None] | None = None
    with packed.open(real) as f:
        while chunk := f.read(_CHUNK):
            if look is None:
                look = _looking(part.filename, chunk, looked)
            size += len(chunk)
            looked.unpacked += len(chunk)
            if looked.unpacked > MOST_BYTES or (shared and size > MOST_TEXT):
                raise _too_large(looked.file)
            look(chunk, False)
    if look is not None:
        look(b"", True)
    if size != declared:
        raise zipfile.BadZipFile


def _looking(name: str, start: bytes, looked: _Looked) -> Callable[[bytes, bool], None]:
    """What looks at a part of a kind, chunk by chunk; the last call says that it ended."""
    if start.startswith(b"\x81\x01") and name.casefold().endswith(".bin"):
        return _Binary(looked).look
    if start[:512].lstrip(b"\xef\xbb\xbf\xff\xfe\0 \t\r\n").startswith(b"<"):
        open_document = b"opendocument" in start[:4096].replace(b"\0", b"")
        sheet: _Xml = _OpenDocument(looked, name) if open_document else _Xml(looked, name)
        return sheet.look
    return lambda chunk, last: None


def _check_reach(looked: _Looked, rows: int, columns: int) -> None:
    if rows * columns > MOST_CELLS:
        wrong = f"has a sheet that reaches over {rows:,} rows and {columns:,} columns."
        raise refused(looked.file, wrong, "Delete what stands far out, or save the sheet as CSV.")


class _Xml:
    """Looks at XML as workbooks of Office write it: cells, and how far out they are."""

    def __init__(self, looked: _Looked, name: str) -> None:
        self.looked, self.name, self.rest = looked, name, b""
        self.rows = self.columns = 0
        self.uncounted = self.widest = self.in_row = 0
        """Rows, and cells of a row, that do not say where they are."""

    def look(self, chunk: bytes, last: bool) -> None:
        """Look at one more chunk, and at what was left of the one before."""
        text = self.rest + chunk.replace(b"\0", b"")  # as if UTF-16 were ASCII
        cut = len(text) if last else text.rfind(b"<")
        if len(text) - cut > _LEFT_OVER:  # text within a cell, which may be long
            cut = len(text)
        text, self.rest = text[:cut], text[cut:]
        if b"<!DOCTYPE" in text or b"<!ENTITY" in text:
            wrong = "declares a document type or entities of its own, as no workbook needs to."
            raise refused(self.looked.file, wrong, "Save it again.")
        self._cells(text)

    def _cells(self, text: bytes) -> None:
        at = _CELL.findall(text)
        if any(not row for _, row in at):
            self._unplaced(text)
            at = _CELL_AT.findall(text)
        if at:
            self.rows = max(self.rows, max(int(row) for _, row in at))
            self.columns = max(self.columns, max(map(_number_of, {column for column, _ in at})))
        self._check()
        if b't="e"' in text or b"t='e'" in text:
            errors = [column + row for column, row in _ERROR_AT.findall(text)]
            listed = self.looked.errors.setdefault(self.name, [])
            listed += [cell.decode() for cell in errors]

    def _unplaced(self, text: bytes) -> None:
        """Count where cells do not say where they are: each then follows the one before it."""
        counts = [len(_CELL.findall(piece)) for piece in _ROW.split(text)]
        counts[0] += self.in_row
        self.in_row = counts[-1]
        self.widest = max(self.widest, *counts)
        self.uncounted += len(counts) - 1
        self.rows = max([self.rows, *map(int, _ROW_AT.findall(text))])

    def _check(self) -> None:
        _check_reach(self.looked, self.rows + self.uncounted, self.columns + self.widest)


_CELL = re.compile(rb"<(?:\w++:)?c(?:\s++r=\"([A-Z]++)([0-9]++)\")?(?=[\s>])[^>]*+(?<!/)>")
"""A cell with something in it, and where it is if it says so first."""
_CELL_AT = re.compile(rb"<(?:\w++:)?c\s(?:[^>]*?\s)?r=[\"']([A-Za-z]+)([0-9]+)[\"'][^>]*+(?<!/)>")
_ERROR_AT = re.compile(
    rb"<(?:\w++:)?c\s(?=[^>]*\bt=[\"']e[\"'])(?:[^>]*?\s)?r=[\"']([A-Z]+)([0-9]+)[\"']"
)
_ROW = re.compile(rb"<(?:\w+:)?row\b")
_ROW_AT = re.compile(rb"<(?:\w+:)?row\s(?:[^>]*?\s)?r=[\"']([0-9]+)[\"']")


def _number_of(letters: bytes) -> int:
    """A column's number from its letters.

    >>> _number_of(b"A"), _number_of(b"XFD")
    (1, 16384)
    """
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


class _OpenDocument(_Xml):
    """Looks at XML as OpenDocument has it: rows and cells that say how often they repeat.

    All sheets of such a workbook are in memory at once, so they count together.
    """

    def __init__(self, looked: _Looked, name: str) -> None:
        super().__init__(looked, name)
        self.before = self.row = self.repeats = self.column = 0

    def _cells(self, text: bytes) -> None:
        for found in _OF_A_TABLE.finditer(text):
            tag, what = found[0], found[1]
            if what == b"table":
                self.before += self.rows * self.columns
                self.rows = self.columns = self.row = self.repeats = 0
            elif what == b"table-row":
                self.row += self.repeats
                self.repeats, self.column = _repeated(_ROWS_REPEATED, tag), 0
            else:
                self.column += _repeated(_COLUMNS_REPEATED, tag)
                if b"value-type" in tag or not tag.endswith(b"/>"):
                    self.columns = max(self.columns, self.column)
                    self.rows = self.row + self.repeats
                    if self.before + self.rows * self.columns > MOST_CELLS:
                        _check_reach(self.looked, self.rows, self.columns)
                        _check_reach(self.looked, self.before + self.rows * self.columns, 1)


_OF_A_TABLE = re.compile(rb"<(?:[\w-]+:)?(table|table-row|(?:covered-)?table-cell)\b(?!-)[^>]*>")
_ROWS_REPEATED = re.compile(rb"number-rows-repeated=[\"'](\d{1,18})[\"']")
_COLUMNS_REPEATED = re.compile(rb"number-columns-repeated=[\"'](\d{1,18})[\"']")


def _repeated(how: re.Pattern[bytes], tag: bytes) -> int:
    found = how.search(tag)
    return int(found[1]) if found else 1


class _Binary:
    """Looks at a sheet of a binary workbook: records, each a kind, a length and its bytes."""

    def __init__(self, looked: _Looked) -> None:
        self.looked = looked
        self.rest = b""
        self.skip = self.row = self.rows = self.columns = 0

    def look(self, chunk: bytes, last: bool) -> None:
        """Look at the records that a chunk completes."""
        data, at = self.rest + chunk, 0
        if self.skip:
            at = min(self.skip, len(data))
            self.skip -= at
        for kind, begin, length, after in _records(data, at):
            at = after
            if kind == _ROW_HEADER and length >= 4:
                self.row = int.from_bytes(data[begin : begin + 4], "little")
            elif kind in _VALUES and length >= 4:
                column = int.from_bytes(data[begin : begin + 4], "little")
                self.rows, self.columns = (
                    max(self.rows, self.row + 1),
                    max(self.columns, column + 1),
                )
                if kind in _BROKEN_VALUES:
                    self.looked.errors_somewhere += 1
        _check_reach(self.looked, self.rows, self.columns)
        self.rest = data[at:]
        if len(self.rest) > _LEFT_OVER:  # a long record, of which only its end matters
            started = next(_records(self.rest + bytes(16), 0, whole=False), None)
            if started is not None and started[3] > len(self.rest):
                self.skip, self.rest = started[3] - len(self.rest), b""


_ROW_HEADER = 0
_VALUES = range(2, 12)
"""Kinds of record that are cells with something in them; 1 is a blank one."""
_BROKEN_VALUES = (3, 11)


def _records(data: bytes, at: int, *, whole: bool = True) -> Iterator[tuple[int, int, int, int]]:
    """Kind, where its bytes begin, how many they are, and where the next record begins."""
    while at + 6 <= len(data):
        kind, begin = data[at], at + 1
        if kind & 0x80:
            kind, begin = (kind & 0x7F) | (data[begin] & 0x7F) << 7, begin + 1
        length = shift = 0
        for _ in range(4):
            byte = data[begin]
            length |= (byte & 0x7F) << shift
            begin, shift = begin + 1, shift + 7
            if not byte & 0x80 or begin >= len(data):
                break
        if whole and begin + length > len(data):
            return
        yield kind, begin, length, begin + length
        at = begin + length


def _by_sheet(
    packed: zipfile.ZipFile, errors: Mapping[str, list[str]]
) -> dict[str, tuple[str, ...]]:
    """Error cells by the name of their sheet instead of its part's."""
    if not errors:
        return {}
    try:
        book = ElementTree.fromstring(packed.read("xl/workbook.xml"))  # noqa: S314 (looked through)
        links = ElementTree.fromstring(packed.read("xl/_rels/workbook.xml.rels"))  # noqa: S314
    except (KeyError, ElementTree.ParseError):
        return {}
    parts = {link.get("Id"): (link.get("Target") or "").removeprefix("/xl/") for link in links}
    named = {}
    for sheet in book.iter():
        id_ = next((v for k, v in sheet.attrib.items() if k.endswith("}id")), None)
        if sheet.tag.endswith("}sheet") and (cells := errors.get(f"xl/{parts.get(id_, '')}")):
            named[sheet.get("name") or ""] = tuple(cells)
    return named
