"""Workbooks: each sheet a table, its headers wherever somebody put them.

A workbook is looked through before it is opened: what it unpacks to, how far its sheets reach,
and whether it declares things that no workbook needs. What is too large is refused with words;
the reader underneath would end the whole program.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, NoReturn

import duckdb

from remit.sources.delimited import AT_A_TIME, ExportError, Raw, Reject, _about, _named, refused
from remit.sources.found import Format, Found
from remit.sources.handed import add_rows, in_columns, make_table
from remit.sources.packed import Contents, contents
from remit.terms import Place, Problem

SEARCHED = 60
"""Rows from the top of a sheet among which its headers are looked for."""
LAST_ROWS = 5
"""Rows at the end of a sheet that may be totals and notes below the table."""
ERRORS = frozenset(
    ["#N/A", "#REF!", "#DIV/0!", "#VALUE!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!", "#CALC!"]
)
EXACT = 2**53
"""Whole numbers up to here are kept exactly by a workbook."""
_TOTAL = re.compile(
    r"(grand |sub|sub-|sub )?totals?( g[eé]n[eé]ral)?|(gesamt|zwischen)?summe|gesamt|insgesamt|sum|"
    r"somme|sous-total|suma|soma|totale|total geral",
    re.IGNORECASE,
)


@Format(endings=(".xlsx", ".xlsm", ".xlsb", ".ods"))
def workbook(file: Path) -> Sequence[Found]:
    """The sheets of a workbook that have anything in them, hidden ones too.

    A workbook that cannot be opened is one table, which says why when it is read.
    """
    try:
        inside = contents(file)
        with _opened(file) as book:
            sheets = [
                (meta.name, _laid_out(book.get_sheet_by_name(meta.name)))
                for meta in book.sheets_metadata
                if _kind(meta.typ) in _SHEETS
            ]
    except ExportError as error:
        return [Found(file.stem, file.name, (), partial(_refuse, error.problems))]
    tables = [
        Found(name, f"{file.name}: {name}", laid.names, partial(_read, file, name, inside))
        for name, laid in sheets
        if laid is not None
    ]
    if not tables:
        empty = Problem(
            Place(str(file)), "", "has no sheet with a table in it.", "Export it again."
        )
        return [Found(file.stem, file.name, (), partial(_refuse, (empty,)))]
    return tables


_SHEETS = ("WorkSheet", "MacroSheet")


def _kind(word: object) -> str:
    """An enumeration's word; the reader's have no names that can be asked for."""
    return str(word).rpartition(".")[2]


def _refuse(problems: Sequence[Problem], con: duckdb.DuckDBPyConnection, relation: str) -> NoReturn:
    raise ExportError(problems)


class _opened:  # noqa: N801 (used as a verb, as `open` is)
    """A workbook, open; what its reader says of broken ones becomes an ExportError."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def __enter__(self) -> Any:
        from python_calamine import CalamineWorkbook  # only who has a workbook pays for it

        try:
            self.book = CalamineWorkbook.from_path(self.file)
        except BaseException as error:
            self._say(error)
        return self.book

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        self.book.close()
        if error is not None and not isinstance(error, (ExportError, duckdb.Error)):
            self._say(error)

    def _say(self, error: BaseException) -> NoReturn:
        """Raise what was meant by an error of the reader; any other goes on its way."""
        kind = type(error).__name__
        if kind == "PasswordError":
            locked = "Save it without one, or the sheet as CSV."
            raise refused(self.file, "has a password.", locked) from None
        if isinstance(error, OSError):
            wrong = f"cannot be read: {error.strerror or 'it ends too early'}."
            raise refused(self.file, wrong, "Look at its permissions.") from None
        # the reader is written in Rust: where it meets what it did not expect, it panics
        if type(error).__module__.startswith("python_calamine") or kind == "PanicException":
            wrong = "is broken, or no workbook of the kind that its ending says."
            raise refused(self.file, wrong, "Save it again.") from None
        raise error


@dataclass(frozen=True, slots=True)
class _Layout:
    """Where a sheet's headers are and what they say."""

    names: tuple[str, ...]
    top: int
    """Row of the (first) header, counted from 1."""
    last: int
    """Row of the last header: the same, or the one below."""


def _laid_out(sheet: Any) -> _Layout | None:
    """Where the headers of a sheet are; None where nothing stands in it.

    They are the first row of words that fills four fifths of the columns, or else half of them.
    A row of merged words above it, or half a row below, belongs to it.
    """
    rows = [
        (number, row)
        for number, row in enumerate(islice(sheet.iter_rows(), SEARCHED), 1)
        if any(map(_filled, row))
    ]
    if not rows:
        return None
    counts = sorted((sum(map(_filled, row)) for _, row in rows), reverse=True)
    width = counts[1] if len(counts) > 2 else counts[0]
    at = next(
        (
            place
            for share, words in ((0.8, True), (0.5, True), (0.5, False))
            for place, (_, row) in enumerate(rows)
            if sum(map(_filled, row)) >= max(share * width, min(width, 2))
            and (not words or _all_words(row))
        ),
        0,
    )
    number, row = rows[at]
    merged = _merged_across(sheet, width)
    above = rows[at - 1] if at and rows[at - 1][0] == number - 1 else None
    below = rows[at + 1] if len(rows) > at + 1 and rows[at + 1][0] == number + 1 else None
    names = [_name(cell) for cell in row]
    if below is not None and _goes_on(row, below[1], width, merged.get(number, {})):
        names = _joined(_spread(row, merged.get(number, {})), below[1])
        return _Layout(_cut(names), number, below[0])
    if above is not None and _all_words(above[1]):
        across = merged.get(above[0], {})
        named = [name for name in names if name]
        if across or (len(set(named)) < len(named) and sum(map(_filled, above[1])) > 1):
            return _Layout(_cut(_joined(_spread(above[1], across), row)), above[0], number)
    return _Layout(_cut(names), number, number)


def _filled(cell: object) -> bool:
    return cell is not None and (cell != "" if not isinstance(cell, str) else bool(cell.strip()))


def _all_words(row: Sequence[object]) -> bool:
    """Whether what stands in a row is words, and no value among them."""
    return all(
        isinstance(cell, str) and not re.fullmatch(r"[\d\s.,:/%+-]+", cell)
        for cell in row
        if _filled(cell)
    )


def _goes_on(
    row: Sequence[object], below: Sequence[object], width: int, across: Mapping[int, int]
) -> bool:
    """Whether the row below a header is its second half and no row of the table."""
    if not _all_words(below):
        return False
    pairs = [(_filled(a), _filled(b)) for a, b in zip(row, below, strict=True)]
    filled_in = sum(not a and b for a, b in pairs)
    left_open = sum(a and not b for a, b in pairs)
    together = sum(a or b for a, b in pairs)
    return filled_in > 0 and together >= 0.8 * width and (bool(across) or left_open > 0 < filled_in)


def _merged_across(sheet: Any, width: int) -> dict[int, dict[int, int]]:
    """Row to the columns at which a merged cell starts, and where that ends.

    One across nearly the whole table is a title and is left out.
    """
    found: dict[int, dict[int, int]] = {}
    start = (sheet.start or (0, 0))[1]
    for (row, left), (_, right) in sheet.merged_cell_ranges or ():
        if 0 < right - left < 0.8 * width:
            found.setdefault(row + 1, {})[left - start] = right - start
    return found


def _spread(row: Sequence[object], across: Mapping[int, int]) -> list[str]:
    """Each word of a row over the columns that it is meant for.

    That is to the end of its merged cell, or to the next word where nothing is merged.
    """
    spread, word, until = [], "", -1
    for column, cell in enumerate(row):
        if _filled(cell):
            word = _name(cell)
            until = across.get(column, column) if across else len(row)
        spread.append(word if column <= until else "")
    return spread


def _joined(above: Sequence[str], below: Sequence[object]) -> list[str]:
    return [
        ": ".join(dict.fromkeys(part for part in (over, _name(under)) if part))
        for over, under in zip(above, below, strict=True)
    ]


def _name(cell: object) -> str:
    return " ".join((_text(cell) or "").split())


def _cut(names: Sequence[str]) -> tuple[str, ...]:
    """The names up to the last one: what stands beyond it cannot be asked for."""
    last = max((at for at, name in enumerate(names) if name), default=-1)
    return tuple(names[: last + 1])


def _text(cell: object) -> str | None:
    """A cell as text: days and instants as ISO, numbers without an exponent, nothing as None."""
    if cell is None or cell == "":
        return None
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, int | float):
        return _digits(cell)
    if isinstance(cell, datetime):
        # a time of day is a fraction in a workbook, and comes back a microsecond off
        near = cell + timedelta(microseconds=500)
        near = near.replace(microsecond=near.microsecond // 1000 * 1000)
        return near.isoformat(" ", "milliseconds" if near.microsecond else "seconds")
    if isinstance(cell, date | time):
        return cell.isoformat()
    if isinstance(cell, timedelta):
        seconds = round(cell.total_seconds())
        sign = "-" if seconds < 0 else ""
        hours, rest = divmod(abs(seconds), 3600)
        return f"{sign}{hours}:{rest // 60:02}:{rest % 60:02}"
    return str(cell)


def _digits(number: float) -> str:
    if number == int(number):
        return str(int(number))
    told = repr(number)
    if len(re.sub(r"\D", "", told.partition("e")[0]).lstrip("0")) > 15:
        told = f"{number:.15g}"  # what a workbook shows; the rest is rounding in binary
    return f"{Decimal(told):f}"


@dataclass(slots=True)
class _Told:
    """What is to be said about a sheet once it was read."""

    errors: int = 0
    first_error: int = 0
    long_numbers: int = 0
    merged: int = 0
    set_apart: list[tuple[int, str]] = field(default_factory=list)


def _read(
    file: Path, name: str, inside: Contents, con: duckdb.DuckDBPyConnection, relation: str
) -> Raw:
    label = f"{file.name}: {name}"
    with _opened(file) as book:
        sheet = book.get_sheet_by_name(name)
        laid = _laid_out(sheet)
        if laid is None or not any(laid.names):
            wrong = Problem(Place(str(file)), name, "has no row of headers.", "Give it one.")
            raise ExportError([wrong])
        hidden = any(
            meta.name == name and _kind(meta.visible) != "Visible" for meta in book.sheets_metadata
        )
        told = _Told()
        numbers: list[int] = []
        columns, doubled = _named(laid.names)
        rows = _rows(sheet, laid, told)
        make_table(con, relation, (f"c{at}" for at in range(len(laid.names))))
        while some := list(islice(rows, AT_A_TIME)):
            cells = in_columns(cells for _, cells in some)
            add_rows(con, relation, cells, range(len(numbers) + 1, len(numbers) + len(some) + 1))
            numbers += [number for number, _ in some]
    errors = inside.errors.get(name, ())
    notes = [
        "is a hidden sheet" if hidden else "",
        _where(laid),
        _about(doubled),
        _errors(told, errors, inside.errors_somewhere),
        f"has {told.long_numbers:,} numbers of more digits than a workbook keeps"
        if told.long_numbers
        else "",
        f"fills {told.merged:,} cells below merged ones with what those show"
        if told.merged
        else "",
    ]
    return Raw(
        name,
        file,
        relation,
        columns,
        len(numbers),
        tuple(Reject(label, row, why) for row, why in sorted(told.set_apart)),
        "; ".join(note for note in notes if note),
        numbers,
        label=label,
        doubled=doubled,
    )


def _where(laid: _Layout) -> str:
    if laid.last > laid.top:
        return f"has its headers in rows {laid.top} and {laid.last}"
    return f"has its headers in row {laid.top}" if laid.top > 1 else ""


def _errors(told: _Told, cells: Sequence[str], somewhere: int) -> str:
    """What is said of cells that hold an error; they are read as missing."""
    if cells:
        return f"has {len(cells):,} error cells, read as missing; the first is {cells[0]}"
    if told.errors:
        return f"has {told.errors:,} error cells, read as missing; the first is in row {told.first_error}"
    return f"is in a workbook with {somewhere:,} error cells, read as missing" if somewhere else ""


def _rows(sheet: Any, laid: _Layout, told: _Told) -> Iterator[tuple[int, list[str | None]]]:
    """The rows of the table with their numbers; what is no row of it goes to `told`."""
    width = len(laid.names)
    fill = _merged_down(sheet, width)
    waiting: deque[tuple[int, list[str | None]]] = deque()
    for number, row in enumerate(sheet.iter_rows(), 1):
        if number <= laid.last:
            continue
        cells = [_cell(cell, number, told) for cell in row[:width]]
        filled = sum(cell is not None for cell in cells)
        if not filled:
            continue
        told.merged += fill(number, cells)
        if all(_name(cell) == name for cell, name in zip(row, laid.names, strict=False)):
            told.set_apart.append((number, "repeats the headers"))
        elif width > 2 and filled <= width / 2 and _is_total(cells):
            told.set_apart.append((number, "is a total, not a row of the table"))
        else:
            waiting.append((number, cells))
            if len(waiting) > LAST_ROWS:
                yield waiting.popleft()
    yield from _without_ending(waiting, width, told)


def _cell(cell: object, number: int, told: _Told) -> str | None:
    if isinstance(cell, str):
        if cell in ERRORS:
            told.errors += 1
            told.first_error = told.first_error or number
            return None
        return cell if cell.strip() else None
    if isinstance(cell, float) and abs(cell) > EXACT and cell == int(cell):
        told.long_numbers += 1
    return _text(cell)


def _is_total(cells: Sequence[str | None]) -> bool:
    """Whether the first word of a row says that it sums up others."""
    word = next((cell for cell in cells if cell is not None), "").strip().rstrip(":")
    return bool(_TOTAL.fullmatch(re.sub(r"\s*\(.*\)$", "", word).rstrip(": ")))


def _without_ending(
    waiting: deque[tuple[int, list[str | None]]], width: int, told: _Told
) -> Iterator[tuple[int, list[str | None]]]:
    """The last rows, without a total at their end and without notes below an empty row."""
    while waiting:
        number, cells = waiting[-1]
        before = waiting[-2][0] if len(waiting) > 1 else number - 1
        if _is_total(cells):
            told.set_apart.append((number, "is a total, not a row of the table"))
        elif (
            width > 2
            and sum(cell is not None for cell in cells) == 1
            and (number - before > 1 or (told.set_apart and told.set_apart[-1][1] == _NOTE))
        ) or (width > 2 and len(waiting) > 1 and _a_note_above(waiting)):
            told.set_apart.append((number, _NOTE))
        else:
            break
        waiting.pop()
    yield from waiting


_NOTE = "is a note below the table"


def _a_note_above(waiting: Sequence[tuple[int, list[str | None]]]) -> bool:
    """Whether the last rows are notes: one cell each, and an empty row above the first."""
    for (before, _), (number, cells) in zip(
        reversed(list(waiting)[:-1]), reversed(list(waiting)), strict=False
    ):
        if sum(cell is not None for cell in cells) != 1:
            return False
        if number - before > 1:
            return True
    return False


def _merged_down(sheet: Any, width: int) -> Callable[[int, list[str | None]], int]:
    """Fills the cells that a merged one covers downwards with what it shows; tells how many."""
    start = (sheet.start or (0, 0))[1]
    begins: dict[int, list[tuple[int, int]]] = {}
    for (row, left), (last, _) in sheet.merged_cell_ranges or ():
        if last > row and 0 <= left - start < width:
            begins.setdefault(row + 1, []).append((left - start, last + 1))
    open_: dict[int, tuple[int, str | None]] = {}

    def fill(number: int, cells: list[str | None]) -> int:
        filled = 0
        for column, (last, value) in list(open_.items()):
            if number > last:
                del open_[column]
            elif column < len(cells) and cells[column] is None and value is not None:
                cells[column] = value
                filled += 1
        for column, last in begins.get(number, ()):
            if column < len(cells):
                open_[column] = (last, cells[column])
        return filled

    return fill
