"""Event logs in XES, plain or gzipped, read as a stream that is never held whole."""

from __future__ import annotations

import gzip
import zlib
from array import array
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import IO
from xml.sax import ContentHandler, SAXParseException
from xml.sax.xmlreader import AttributesImpl

import duckdb
import pyarrow as pa
from defusedxml import DefusedXmlException  # type: ignore[import-untyped]
from defusedxml.expatreader import DefusedExpatParser  # type: ignore[import-untyped]

from remit.sources.delimited import AT_A_TIME, LARGEST_CELL, ExportError, Raw, Reject, refused
from remit.sources.found import Format, Found
from remit.sources.handed import add_rows, make_table

STANDARD = (
    "case:concept:name",
    "concept:name",
    "time:timestamp",
    "org:resource",
    "lifecycle:transition",
)
"""Columns that logs have by the standard's extensions; an attribute of the case starts with `case:`."""
MOST_PACKED = 100
"""How many times its size a gzipped log may unpack to; real logs come to 20 to 50."""
ALWAYS_UNPACKED = 100_000_000
"""Bytes up to which a log is unpacked however small it was packed."""
LARGEST_TAG = 4_000_000
"""Bytes that may be read before a tag, a comment or a text ends."""
DEEPEST = 100
"""Elements within elements."""
MOST_COLUMNS = 1_000
"""Attributes of different names."""
_CHUNK = 1 << 16


@Format(endings=(".xes", ".xes.gz"))
def xes(file: Path) -> Sequence[Found]:
    """An XES event log as one table, a row an event.

    Attributes of the case are columns that start with `case:`; attributes inside attributes, and
    lists, are left out. Keys that differ only in capitals are one column.
    """
    name = file.name.removesuffix(".gz").removesuffix(".GZ").rpartition(".")[0]
    return [Found(name, file.name, STANDARD, partial(_read, file, name))]


def _read(file: Path, name: str, con: duckdb.DuckDBPyConnection, relation: str) -> Raw:
    """Read a log into a table of text.

    An event that cannot be read is refused with its line, and the rest is kept. A file that ends
    too early, or is broken, is refused as a whole: the entries open at the break would look as if
    nobody had ever ended them.

    Raises:
        ExportError: With the line, if it is no XES, is broken, or asks for more room than a log
            can need.
    """
    rows = GrowingTable(con, relation, file)
    read_xml(file, _Log(rows))
    return rows.finished(name, file.name)


class GrowingTable:
    """A table of text in the database whose columns turn up as its rows do.

    Rows are handed over some thousands at a time, so that a log of any length takes the same
    memory. Names of columns that differ only in capitals are one column, spelt as first seen.
    """

    def __init__(
        self, con: duckdb.DuckDBPyConnection, relation: str, file: Path, *columns: str
    ) -> None:
        self.con, self.relation, self.file = con, relation, file
        self.lines = array("Q")
        self.malformed: list[tuple[int, str]] = []
        self._within: dict[str, tuple[str, str]] = {}
        self._waiting: list[Mapping[str, str | None]] = []
        self._made = 0
        make_table(con, relation, ())
        for column in columns:
            self._column(column, 0)

    def add(self, line: int, cells: Mapping[str, str | None]) -> None:
        """Take a row that starts on a line.

        Raises:
            ExportError: If it brings more names of columns than a table can have.
        """
        row: dict[str, str | None] = {}
        for name, value in cells.items():
            row.setdefault(self._column(name, line), value)
        self._waiting.append(row)
        self.lines.append(line)
        if len(self._waiting) >= AT_A_TIME:
            self._hand_over()

    def finished(self, name: str, label: str, *, lines: bool = True) -> Raw:
        """The whole of it, as read.

        Args:
            name: What the table is called.
            label: What reports call it.
            lines: Whether the file has lines; else its rows are counted.
        """
        self._hand_over()
        return Raw(
            name,
            self.file,
            self.relation,
            dict(self._within.values()),
            len(self.lines),
            tuple(Reject(label, line, why) for line, why in self.malformed),
            lines=self.lines if lines else (),
            label=label,
        )

    def _column(self, name: str, line: int) -> str:
        folded = name.casefold()
        if folded not in self._within:
            if len(self._within) >= MOST_COLUMNS:
                raise refused(
                    self.file,
                    f"has attributes of more than {MOST_COLUMNS:,} names.",
                    "Export it with the attributes that are needed.",
                    line=line,
                )
            self._within[folded] = (name, f"c{len(self._within)}")
        return self._within[folded][1]

    def _hand_over(self) -> None:
        for at in range(self._made, len(self._within)):
            self.con.execute(f"ALTER TABLE {self.relation} ADD COLUMN c{at} VARCHAR")
        self._made = len(self._within)
        if not self._waiting:
            return
        done = len(self.lines) - len(self._waiting)
        used = dict.fromkeys(name for row in self._waiting for name in row)
        columns = {
            name: pa.array([row.get(name) for row in self._waiting], pa.string()) for name in used
        }
        add_rows(self.con, self.relation, columns, range(done + 1, len(self.lines) + 1))
        self._waiting.clear()


class Elements(ContentHandler):
    """Follows the elements of a file by their bare names, and knows the line it is at."""

    wants_text = False
    """Whether the text between tags is of use; without it, endless blanks cost nothing."""

    def __init__(self, file: Path) -> None:
        super().__init__()
        self.file = file
        self.path: list[str] = []
        """Names of the open elements, the outermost first."""

    @property
    def line(self) -> int:
        """The line being read."""
        return int(self._locator.getLineNumber() or 1)  # type: ignore[attr-defined]

    def startElement(self, name: str, attrs: AttributesImpl) -> None:  # noqa: N802
        """An element opens."""
        if len(self.path) >= DEEPEST:
            raise self.wrong(f"has elements more than {DEEPEST} deep.", "Export it again.")
        tag = name.rpartition(":")[2]
        inside = self.path[-1] if self.path else ""
        self.path.append(tag)
        self.opens(tag, inside, attrs)

    def endElement(self, name: str) -> None:  # noqa: N802
        """An element closes."""
        self.closes(self.path.pop())

    def opens(self, tag: str, inside: str, attrs: AttributesImpl) -> None:
        """What a format does with an element inside another; `inside` is empty for the root."""

    def closes(self, tag: str) -> None:
        """What a format does when it ends."""

    def wrong(self, wrong: str, fix: str) -> ExportError:
        """What keeps the whole file from being read, at this line."""
        return refused(self.file, wrong, fix, line=self.line)


class _Log(Elements):
    """The events of a log, each with the attributes of its case."""

    def __init__(self, rows: GrowingTable) -> None:
        super().__init__(rows.file)
        self._rows = rows
        self._case: dict[str, str | None] = {}
        self._events: list[tuple[int, dict[str, str | None]]] = []
        self._event: dict[str, str | None] = {}
        self._at = 0
        self._why_not = ""
        self._handed_over = False

    def opens(self, tag: str, inside: str, attrs: AttributesImpl) -> None:
        if tag == "event":
            if inside not in ("trace", "log"):
                raise self._misplaced(tag, inside)
            self._event, self._at = {}, self.line
            self._why_not = "" if inside == "trace" else "belongs to no case"
        elif tag == "trace":
            if inside != "log":
                raise self._misplaced(tag, inside)
            self._case, self._handed_over = {}, False
        elif not inside:
            if tag != "log":
                raise self.wrong(
                    f"is no XES: it starts with <{tag[:40]}> and not with <log>.",
                    "Export the log as XES.",
                )
        elif tag == "log":
            raise self._misplaced(tag, inside)
        elif inside == "event":
            self._attribute(attrs)
        elif inside == "trace" and "key" in attrs and "value" in attrs:
            if self._handed_over:
                raise self.wrong(
                    f"tells the case's {attrs['key'][:40]} only after {AT_A_TIME:,} of its events.",
                    "Write what is true of a case before its events.",
                )
            self._case.setdefault(f"case:{attrs['key']}", attrs["value"])

    def closes(self, tag: str) -> None:
        if tag == "event":
            if self._why_not:
                self._rows.malformed.append((self._at, self._why_not))
            else:
                self._events.append((self._at, self._event))
            if len(self._events) >= AT_A_TIME:
                self._hand_over()
                self._handed_over = True
        elif tag == "trace":
            self._hand_over()

    def _attribute(self, attrs: AttributesImpl) -> None:
        key, value = attrs.get("key"), attrs.get("value")
        if not key:
            self._why_not = self._why_not or "has an attribute without a key"
        elif value is not None and max(len(value), len(key)) > LARGEST_CELL:
            self._why_not = f"has a cell of more than {LARGEST_CELL:,} characters"
        elif value is not None:
            self._event.setdefault(key, value)

    def _hand_over(self) -> None:
        for line, event in self._events:
            self._rows.add(line, {**event, **self._case})
        self._events.clear()

    def _misplaced(self, tag: str, inside: str) -> ExportError:
        where = f"inside <{inside}>" if inside else "as the outermost element"
        return self.wrong(f"is nested wrongly: <{tag}> {where}.", "Export the log again.")


def read_xml(file: Path, elements: Elements) -> None:
    """Give a file's elements to whoever follows them, unpacking it where it is gzipped.

    Raises:
        ExportError: If it is no XML, is broken or cut off, declares a document type (which logs
            have no use for, and bombs have), or unpacks to more than a log can be.
    """
    parser = DefusedExpatParser(forbid_dtd=True)
    parser.setContentHandler(elements)
    elements.setDocumentLocator(parser)
    fed = 0
    try:
        parser.feed(b"")  # makes the parser inside
        parser._parser.buffer_text = True
        if not elements.wants_text:
            parser._parser.CharacterDataHandler = None
        for chunk in _unpacked(file):
            parser.feed(chunk)
            fed += len(chunk)
            if fed - parser._parser.CurrentByteIndex > LARGEST_TAG:
                raise elements.wrong(
                    f"has a tag or text of more than {LARGEST_TAG:,} bytes.", "Export it again."
                )
        if not fed:
            raise refused(file, "is empty.", "Export it again, or remove it.", line=1)
        parser.close()
    except SAXParseException as error:
        raise _broken(file, error, elements) from None
    except DefusedXmlException:
        raise elements.wrong(
            "declares a document type or an entity, which remit does not follow.",
            "Remove the declaration (<!DOCTYPE ...>), or export the log again.",
        ) from None
    except (ValueError, LookupError):
        raise elements.wrong(
            "is in an encoding that remit does not know.", "Save it as UTF-8."
        ) from None


def _broken(file: Path, error: SAXParseException, elements: Elements) -> ExportError:
    line = error.getLineNumber() or 1
    said = str(error.getMessage())
    if said in ("no element found", "unclosed token", "unclosed CDATA section"):
        inside = f" inside <{elements.path[-1][:40]}>" if elements.path else ""
        return refused(file, f"is cut off: it ends{inside}.", "Export or copy it again.", line=line)
    return refused(file, f"is not well-formed XML: {said}.", "Export it again.", line=line)


def _unpacked(file: Path) -> Iterator[bytes]:
    """The bytes of a file, piece by piece."""
    try:
        with file.open("rb") as packed:
            gzipped = packed.read(2) == b"\x1f\x8b"
            packed.seek(0)
            yield from (
                _gunzipped(file, packed) if gzipped else iter(lambda: packed.read(_CHUNK), b"")
            )
    except OSError as error:
        raise refused(
            file, f"cannot be read: {error.strerror}.", "Look at its permissions."
        ) from None


def _gunzipped(file: Path, packed: IO[bytes]) -> Iterator[bytes]:
    most = max(ALWAYS_UNPACKED, MOST_PACKED * file.stat().st_size)
    done = 0
    try:
        with gzip.open(packed) as unpacking:
            while chunk := unpacking.read(_CHUNK):
                done += len(chunk)
                if done > most:
                    raise refused(
                        file,
                        f"unpacks to more than {MOST_PACKED} times its size, which no log does.",
                        "Unpack it yourself if you trust it, and give the .xes file.",
                    )
                yield chunk
    except EOFError:
        raise refused(
            file,
            "is cut off: its compressed data ends too early.",
            "Export or copy it again.",
        ) from None
    except (gzip.BadGzipFile, zlib.error):
        raise refused(
            file, "is damaged: its compressed data cannot be unpacked.", "Copy it again."
        ) from None
