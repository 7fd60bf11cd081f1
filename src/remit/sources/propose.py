"""Which canonical table a file is, and which column is which: a proposal for somebody to check.

What is not sure is said to be so and left for a person. Values are looked at for their shape and
never told: what a proposal shows is made up.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

import duckdb

from remit.evidence.tables import AMOUNT, COUNT, DAY, FLAG, INSTANT, NUMBER, TABLES, Column
from remit.sources.cells import Reader
from remit.sources.delimited import ExportError, Raw
from remit.sources.found import Found
from remit.sources.headers import Word, likeness, words_of
from remit.sources.plain import FOR_ALL
from remit.sources.values import Values, look
from remit.terms.shipped import shipped

SURE = 0.75
"""How well a header must fit a column to be proposed."""
AHEAD = 0.1
"""How much better than any other column, or any other header."""
POSSIBLE = 0.4
"""From where on a guess is told at all."""
WORKBOOKS = (".xlsx", ".xlsm", ".xlsb", ".ods")


@dataclass(frozen=True, slots=True)
class Guess:
    """A canonical column that a header may be: `leads.created_at`, and how well it fits, 0 to 1."""

    column: str
    fit: float


@dataclass(frozen=True, slots=True)
class Header:
    """One column of a file: what it is taken for, or what it may be and why that is not sure."""

    written: str
    shape: str
    """What its values look like, with a made-up one."""
    kind: str
    """Of what kind they are: day, e-mail, words, ..."""
    is_: str = ""
    """The canonical column, such as `leads.created_at`; empty where that is not sure."""
    guesses: tuple[Guess, ...] = ()
    """The best two where it is not sure."""
    why: str = ""
    """Why it is not sure."""

    @property
    def state(self) -> str:
        """mapped, unsure, or left out where nothing fits."""
        return "mapped" if self.is_ else "unsure" if self.guesses else "left out"


@dataclass(frozen=True, slots=True)
class TableProposal:
    """What one file or sheet is taken for."""

    file: str
    """As a mapping names it: relative to it, with `#sheet` where it is one of a workbook."""
    table: str
    """Canonical table; empty where it is none that remit knows."""
    sure: float
    """How sure that is, 0 to 1."""
    next_best: str
    headers: tuple[Header, ...]
    missing: tuple[str, ...] = ()
    """Columns without which no row can be kept."""
    constants: Mapping[str, str] = field(default_factory=dict)
    """What every row is taken to be, by column, because the file's name says so."""
    rows: int = 0
    note: str = ""
    unreadable: str = ""
    """Why it could not be read; nothing else is told then."""

    @property
    def loads(self) -> bool:
        """Whether a mapping can say it: a table is known and nothing required is missing."""
        return bool(self.table) and not self.missing and bool(self._columns())

    def _columns(self) -> list[Header]:
        return [h for h in self.headers if h.is_.startswith(f"{self.table}.")]

    def blocks(self) -> Iterator[tuple[str, Mapping[str, str], Mapping[str, str]]]:
        """Table, its columns to headers, and its constants; tables beside the main one follow."""
        own = {h.is_.partition(".")[2]: h.written for h in self._columns()}
        yield self.table, own, self.constants
        for place, beside in _beside(self.table).items():
            header = next((h.written for h in self.headers if h.is_ == place), None)
            if header is None or not all(source in own for source in beside["with"].values()):
                continue
            table, _, column = place.partition(".")
            with_ = {here: own[there] for here, there in beside["with"].items()}
            yield table, {**with_, beside.get("column", column): header}, beside["constants"]


@dataclass(frozen=True, slots=True)
class Question:
    """Something to ask of the evidence, and what is missing for it."""

    asks: str
    lacks: tuple[str, ...]


def propose(
    tables: Iterable[tuple[str, Found]], *, table: str | None = None
) -> tuple[TableProposal, ...]:
    """Say what each table is, and which of its columns is which.

    Args:
        tables: What a mapping would call each, and the table.
        table: The canonical table that all of them are, where somebody knows.
    """
    return tuple(_propose(name, found, table) for name, found in tables)


def proposable() -> Sequence[str]:
    """Canonical tables that a file can be proposed for."""
    return tuple(_stated()["tables"])


def unanswered(proposals: Sequence[TableProposal]) -> tuple[Question, ...]:
    """Questions that what is mapped cannot answer, and what each lacks."""
    there = {
        f"{table}.{column}"
        for proposal in proposals
        if proposal.loads
        for table, columns, constants in proposal.blocks()
        for column in (*columns, *constants)
    }
    asked = [
        Question(stated["asks"], tuple(n for n in stated["needs"] if n not in there))
        for stated in _stated()["questions"]
    ]
    return tuple(question for question in asked if question.lacks)


def ways_of_naming(proposals: Sequence[TableProposal]) -> Mapping[str, tuple[str, ...]]:
    """How people are written (words, id, e-mail), each with the columns that are written so.

    A person is known by what stands there: written in two ways, somebody is two people.
    """
    ways: dict[str, list[str]] = {}
    for proposal in proposals:
        for header in proposal.headers:
            if header.is_ and _contract(header.is_).person:
                way = {"few words": "words", "number": "id"}.get(header.kind, header.kind)
                ways.setdefault(way, []).append(f"{proposal.file} {header.written}")
    return {way: tuple(columns) for way, columns in ways.items()}


@cache
def _stated() -> Mapping[str, Any]:
    stated: Mapping[str, Any] = shipped("remit.sources", "synonyms.yaml")
    return stated


def _beside(table: str) -> Mapping[str, Any]:
    """Columns of other tables that a file of this one may tell too."""
    found: Mapping[str, Any] = _stated()["beside"].get(table, {})
    return found


@dataclass(frozen=True, slots=True)
class _Seen:
    """A file's table as it was looked at."""

    con: duckdb.DuckDBPyConnection
    raw: Raw
    values: Mapping[str, Values]
    title: tuple[Word, ...]
    """The words of the file's and the sheet's name."""


def _propose(name: str, found: Found, table: str | None) -> TableProposal:
    with duckdb.connect() as con:
        con.execute("SET enable_progress_bar = false")
        try:
            raw = found.read(con, "proposed")
        except ExportError as error:
            why = "; ".join(problem.wrong for problem in error.problems)
            return TableProposal(name, "", 0.0, "", (), unreadable=why)
        if not _are_headers(list(raw.columns)):
            why = "its first row looks like values, not like headers"
            return TableProposal(name, "", 0.0, "", (), rows=raw.rows, unreadable=why)
        return _of_seen(name, _Seen(con, raw, look(con, raw), words_of(_title(name))), table)


def _of_seen(name: str, seen: _Seen, table: str | None) -> TableProposal:
    raw = seen.raw
    ranked = sorted(
        ((_score(seen, candidate), candidate) for candidate in _stated()["tables"]), reverse=True
    )
    (best, chosen), (second, next_best) = ranked[:2]
    if table is not None:
        chosen, sure = table, 1.0
        next_best = next(candidate for _, candidate in ranked if candidate != table)
    else:
        sure = max(0.0, min(1.0, (best - second) / max(best, 0.1))) if best > _LEAST else 0.0
    if table is None and (best <= _LEAST or sure < _TABLE_SURE):
        either = f"{chosen} or {next_best}" if best > _LEAST else ""
        headers = tuple(Header(h, seen.values[h].shape, seen.values[h].kind) for h in raw.columns)
        return TableProposal(name, "", sure, either, headers, rows=raw.rows, note=_doubled(raw))
    constants = _constants(chosen, seen)
    headers = _headers(seen, chosen, constants)
    mapped = {h.is_ for h in headers} | {f"{chosen}.{column}" for column in constants}
    return TableProposal(
        name,
        chosen,
        sure,
        next_best,
        headers,
        tuple(_missing(chosen, mapped)),
        constants,
        raw.rows,
        _doubled(raw),
    )


def _are_headers(headers: Sequence[str]) -> bool:
    """Whether the first row names columns; a value among them would be shown to everybody."""
    if any(_AN_ADDRESS.search(header) for header in headers):
        return False
    values = sum(_A_VALUE.fullmatch(header) is not None for header in headers)
    return bool(headers) and values <= len(headers) / 4


_AN_ADDRESS = re.compile(r"\S@\S+\.\w|https?://")
_A_VALUE = re.compile(r"[\d\s.,:/+()€$%-]+|(?=.*\d)[\dA-Z-]{5,}|true|false", re.IGNORECASE)
_LEAST, _TABLE_SURE = 1.0, 0.12
"""How well a file must fit a table to be taken for it, and how far ahead of the next."""


def _title(name: str) -> str:
    file, _, sheet = name.partition("#")
    return f"{Path(file).stem} {sheet}"


def _doubled(raw: Raw) -> str:
    twice = ", ".join(json.dumps(name, ensure_ascii=False) for name in raw.doubled)
    return f"Two columns are called {twice}: rename one to map it." if twice else ""


def _missing(table: str, mapped: set[str]) -> Iterator[str]:
    for column, noun in TABLES[table].columns.items():
        if column in FOR_ALL.get(table, ()):
            continue
        given = {f"{table}.{column}"} | ({f"{table}.happened_at"} if column == "day" else set())
        if noun.required and noun.type != FLAG and not given & mapped:
            yield column


# Which table


def _score(seen: _Seen, table: str) -> float:
    """How well a file fits a table: its columns, what it is called, less what is missing."""
    stated = _stated()["tables"][table]
    fits = _fits(seen, table)
    best: dict[str, tuple[float, str]] = {}
    for header, guesses in fits.items():
        for place, fit in guesses.items():
            if fit > best.get(place, (0.0, ""))[0]:
                best[place] = (fit, header)
    taken: set[str] = set()
    total = 0.0
    for place, (fit, header) in sorted(best.items(), key=lambda kept: -kept[1][0]):
        if fit >= _COUNTS and header not in taken:
            taken.add(header)
            total += fit * _tells(place)
    subject = frozenset(stated["subject"])
    named = any(
        word.means & subject and len(words_of(h)) > 1 for h in seen.values for word in words_of(h)
    )
    said = {meaning for word in seen.title for meaning in word.means}
    called = any(said.issuperset(phrase.split()) for phrase in stated["called"])
    lacking = len(list(_missing(table, {p for p, (fit, _) in best.items() if fit >= _COUNTS})))
    return total + 0.4 * named + 1.2 * called - 0.6 * lacking


_COUNTS = 0.6
"""How well a header must fit a column to count for the table."""


@cache
def _tells(place: str) -> float:
    """How much a column tells of which table it is in: the fewer have one of its kind, the more."""
    table, _, column = place.partition(".")
    if table not in _stated()["tables"] or column not in _stated()["tables"][table]["columns"]:
        return 0.4
    phrases = set(_stated()["tables"][table]["columns"][column])
    alike = sum(
        bool(phrases & set(others))
        for stated in _stated()["tables"].values()
        for others in stated["columns"].values()
    )
    return float(max(0.25, alike**-0.5))


# Which column


def _fits(seen: _Seen, table: str) -> dict[str, dict[str, float]]:
    """How well each header fits each column of a table and of those beside it."""
    stated = _stated()["tables"][table]
    subject = frozenset(stated["subject"])
    called = {f"{table}.{column}": phrases for column, phrases in stated["columns"].items()}
    called |= {place: beside["as"] for place, beside in _beside(table).items()}
    return {
        header: {
            place: fit
            for place, phrases in called.items()
            if (fit := likeness(words_of(header), phrases, subject) * _suits(values, place)) > 0.2
        }
        for header, values in seen.values.items()
    }


def _contract(place: str) -> Column:
    table, _, column = place.partition(".")
    return TABLES[table].columns.get(column) or TABLES[table].columns["record_id"]


def _is_key(place: str) -> bool:
    table, _, column = place.partition(".")
    return TABLES[table].key == (column,)


def _suits(values: Values, place: str) -> float:
    """How far what stands in a column can be what a canonical column holds, from 0 to 1."""
    noun = _contract(place)
    kind = values.kind
    if kind == "nothing":
        return 0.7
    if noun.type in (INSTANT, DAY):
        near = kind in ("week", "quarter", "month", "words")
        return 1.0 if values.dated else 0.7 if near else 0.1
    if noun.type in (NUMBER, AMOUNT, COUNT):
        near = kind in ("amount", "length of time")
        return 1.0 if kind == "number" else 0.8 if near else 0.1
    if noun.type == FLAG:
        return 1.0 if kind.startswith("true or false") else 0.5 if kind == "few words" else 0.1
    if noun.person:
        if kind not in ("e-mail", "words", "few words", "id", "number"):
            return 0.1
        return 1.0 if values.unique or not _is_key(place) else 0.6
    if kind in ("e-mail", "phone", "text"):
        return 0.5
    if kind in ("day", "instant", "length of time", "amount"):
        return 0.1
    if _is_key(place):
        return 1.0 if values.unique else 0.6
    if kind == "number" and not place.endswith("_id") and not noun.required:
        return 0.4
    return 0.5 if kind.startswith("true or false") else 1.0


def _headers(seen: _Seen, table: str, constants: Mapping[str, str]) -> tuple[Header, ...]:
    """Each header of a file: what it is, or the best two guesses and why neither is sure."""
    fits = _by_values(seen, table, _fits(seen, table))
    taken = _assigned(fits)
    made = []
    for header, values in seen.values.items():
        ranked = sorted(fits[header].items(), key=lambda kept: (-kept[1], kept[0]))
        guesses = tuple(Guess(place, round(fit, 2)) for place, fit in ranked[:2] if fit >= POSSIBLE)
        place = taken.get(header, "")
        if not guesses:
            made.append(Header(header, values.shape, values.kind))
            continue
        why = _doubt(header, guesses, place, fits, values, constants)
        why = why or _unreadable(seen, header, place)
        if why:
            made.append(Header(header, values.shape, values.kind, guesses=guesses, why=why))
        else:
            made.append(Header(header, values.shape, values.kind, place))
    return tuple(made)


def _assigned(fits: Mapping[str, Mapping[str, float]]) -> dict[str, str]:
    """Each header the column it fits best, each column one header at most, the best first."""
    ranked = sorted(
        (
            (fit, header, place)
            for header, guesses in fits.items()
            for place, fit in guesses.items()
        ),
        key=lambda kept: (-kept[0], kept[1], kept[2]),
    )
    assigned: dict[str, str] = {}
    for _, header, place in ranked:
        if header not in assigned and place not in assigned.values():
            assigned[header] = place
    return assigned


def _by_values(
    seen: _Seen, table: str, fits: dict[str, dict[str, float]]
) -> dict[str, dict[str, float]]:
    """Guesses by what stands in a column alone, for what every row must have and no header says."""
    for column, noun in TABLES[table].columns.items():
        place = f"{table}.{column}"
        if not noun.required or any(guesses.get(place, 0) >= POSSIBLE for guesses in fits.values()):
            continue
        for header, values in seen.values.items():
            key = _is_key(place) and values.unique and values.kind in ("id", "number")
            dated = noun.type in (INSTANT, DAY) and values.dated
            if (key or dated) and max(fits[header].values(), default=0.0) < SURE:
                fits[header][place] = max(fits[header].get(place, 0.0), 0.45)
    return fits


def _doubt(
    header: str,
    guesses: Sequence[Guess],
    place: str,
    fits: Mapping[str, Mapping[str, float]],
    values: Values,
    constants: Mapping[str, str],
) -> str:
    """Why a header is not surely its best guess; empty where it is."""
    best = guesses[0]
    in_the_way = _what_stands_in_the_way(header, best.column, values)
    if in_the_way:
        return in_the_way
    if best.fit < SURE:
        return "its name says it only in part"
    if len(guesses) > 1 and best.fit - guesses[1].fit < AHEAD:
        return "both are called so"
    rivals = [
        other for other in fits if other != header and fits[other].get(best.column, 0) >= SURE
    ]
    ahead = best.fit - max((fits[other][best.column] for other in rivals), default=0.0)
    if place != best.column or (rivals and ahead < AHEAD / 2):
        nearest = max(rivals, key=lambda other: fits[other][best.column], default="")
        return f"{json.dumps(nearest, ensure_ascii=False)} is called so too"
    if best.column.partition(".")[2] in constants:
        return "the file's name says it already"
    return ""


def _what_stands_in_the_way(header: str, place: str, values: Values) -> str:
    """What of the values, or of the unit that a header states, keeps a column from being mapped."""
    noun = _contract(place)
    column = place.partition(".")[2]
    if values.kind == "nothing":
        return "there is nothing in it"
    if noun.type in (INSTANT, DAY) and not values.dated:
        return f"it holds no days but a {values.kind}"
    if noun.type in (INSTANT, DAY) and values.mixed < MOSTLY_DAYS:
        return f"only {values.mixed:.0%} of its values are days"
    if noun.type in (NUMBER, AMOUNT, COUNT):
        if values.kind != "number":
            return f"its values are no bare numbers but: {values.kind}"
        if unit := _unit(header, column):
            return unit
        if column == "share" and (values.largest or 0) > 1:
            return "it is in percent, and a share is from 0 to 1"
    if noun.type == FLAG and values.kind != "true or false":
        return "its words for true and false are none that remit reads (true, false, yes, no, 1, 0)"
    if column == "won" and values.filled == values.rows and len(values.words) > 1:
        return "no cell is empty, and false means lost: a deal that is open has none"
    if (
        noun.person
        and values.kind == "few words"
        and any(" " not in w for w in values.words)
        and any(";" in w or "/" in w for w in values.words)
    ):
        return "a cell may name several people"
    if values.kind in ("e-mail", "phone", "text") and not noun.person:
        return f"it holds {values.kind if values.kind == 'text' else values.kind + ' addresses'}, which the evidence does not keep"
    holds = _stated()["holds"].get(place)
    if holds and not (values.words and values.words <= set(holds)):
        return f"it holds other words than {', '.join(holds)}"
    if _is_key(place) and not values.unique:
        return f"{values.filled - values.different:,} rows have the id of another, or it is no id"
    return ""


MOSTLY_DAYS = 0.9
"""Share of a column's values that must be days."""
_UNITS: Mapping[str, Sequence[tuple[tuple[str, ...], str]]] = {
    "amount": (
        (("k", "keur", "kusd", "teur", "tsd", "thousand", "tausend"), "in thousands"),
        (("mio", "mm", "million", "millions", "mn"), "in millions"),
    ),
    "minutes": (
        (("s", "sec", "secs", "second", "seconds", "sekunden", "sek", "segundos"), "in seconds"),
        (("h", "hour", "hours", "stunden", "std", "heures", "horas"), "in hours"),
    ),
    "arr": ((("mrr", "monthly", "monat", "mensuel", "mensual"), "a month, and arr is a year"),),
    "share": ((("percent", "pct", "%", "prozent"), "in percent, and a share is from 0 to 1"),),
}
_MINUTES = {"min", "mins", "minute", "minutes", "minuten", "minutos"}


def _unit(header: str, column: str) -> str:
    """What a header says of a unit that is not the canonical column's."""
    written = {word.written for word in words_of(header)}
    stated = [*_UNITS.get(column, ()), *(_UNITS["amount"] if column == "arr" else ())]
    for words, unit in stated:
        if written & set(words):
            return f"it is {unit}; work it out in a column of its own"
    if column == "minutes" and not written & _MINUTES:
        return "it does not say whether it is minutes"
    return ""


def _unreadable(seen: _Seen, header: str, place: str) -> str:
    """Why a load would not understand a column, by reading it as a load does."""
    noun = _contract(place)
    reader = Reader(seen.con, replace(seen.raw, missing=set()))
    reads: dict[str, Callable[[str], Any]] = {
        INSTANT: reader.instant,
        DAY: reader.day,
        AMOUNT: reader.amount,
        NUMBER: reader.number,
        COUNT: reader.whole,
        FLAG: reader.flag,
    }
    if noun.person or noun.type not in reads:
        return ""
    try:
        cell = reads[noun.type](header)
    except ExportError as error:
        return " ".join(problem.wrong.rstrip(".") for problem in error.problems)
    (failed,) = seen.con.execute(
        f"SELECT count(*) FILTER ({cell.failed}) FROM {seen.raw.relation}"
    ).fetchone() or (0,)
    most = (1 - MOSTLY_DAYS) * seen.values[header].filled
    return f"{failed:,} of its values would not be understood" if failed > most else ""


def _constants(table: str, seen: _Seen) -> dict[str, str]:
    """What a file's name says of all of its rows: a list of calls holds calls."""
    if table != "activities":
        return {}
    fits = _fits(seen, table)
    if any(guesses.get("activities.kind", 0) >= _COUNTS for guesses in fits.values()):
        return {}
    said = {m for word in seen.title for m in word.means} & {"call", "meeting"}
    said |= {"e-mail"} & {m for word in seen.title for m in word.means}
    return {"kind": said.pop()} if len(said) == 1 else {}


# The mapping


def as_yaml(proposals: Sequence[TableProposal]) -> str:
    """A mapping with what is sure, and everything else as comments.

    `read_mapping` reads it if any table can be loaded; where none can, all of it is comments.
    """
    loads = [proposal for proposal in proposals if proposal.loads]
    by_table: dict[str, list[list[str]]] = {}
    for proposal in loads:
        first = True
        for table, columns, constants in proposal.blocks():
            block = _block(proposal, table, columns, constants, notes=first)
            by_table.setdefault(table, []).append(block)
            first = False
    lines = ["about: Proposed by remit map; check every line.", "tables:"] if loads else []
    for table in (name for name in TABLES if name in by_table):
        lines.append(f"  {table}:")
        for block in by_table[table]:
            lines += [f"    {'- ' if at == 0 else '  '}{line}" for at, line in enumerate(block)]
    for proposal in proposals:
        if not proposal.loads:
            lines += [f"# {line}".rstrip() for line in _left_out(proposal)]
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _block(
    proposal: TableProposal,
    table: str,
    columns: Mapping[str, str],
    constants: Mapping[str, str],
    *,
    notes: bool,
) -> list[str]:
    """A file of a table; the first line is `file:`."""
    shapes = {header.written: header.shape for header in proposal.headers}
    lines = [f"file: {_quoted(proposal.file)}", "columns:"]
    lines += [f"  {column}: {_quoted(word)}  # {shapes[word]}" for column, word in columns.items()]
    if notes:
        lines += [f"  # {line}" for line in _unsure(proposal)]
    if constants:
        lines.append("constants:")
        lines += [f"  {column}: {_quoted(value)}" for column, value in constants.items()]
    return lines


def _unsure(proposal: TableProposal) -> Iterator[str]:
    for header in proposal.headers:
        if header.state == "unsure":
            either = " or ".join(
                guess.column.removeprefix(f"{proposal.table}.") for guess in header.guesses
            )
            yield f"{either}: {_quoted(header.written)}? {header.why} ({header.shape})"
    left = [_quoted(h.written) for h in proposal.headers if h.state == "left out"]
    if left:
        yield f"left out, because no column fits: {', '.join(left)}"
    if proposal.note:
        yield proposal.note


def _left_out(proposal: TableProposal) -> Iterator[str]:
    """What a file that cannot be loaded is, as far as that is known."""
    yield ""
    if proposal.unreadable:
        yield f"{_quoted(proposal.file)} could not be read: {proposal.unreadable}"
        return
    if not proposal.table:
        guess = f", or it is {proposal.next_best}" if proposal.next_best else ""
        yield f"{_quoted(proposal.file)} is no table that remit knows{guess}."
        yield f"Its columns: {', '.join(_quoted(h.written) for h in proposal.headers) or 'none'}."
        if proposal.note:
            yield proposal.note
        return
    yield f"{_quoted(proposal.file)} looks like {proposal.table}, which needs what was not found:"
    for column in proposal.missing:
        yield f"  {column}: ?  {TABLES[proposal.table].columns[column].about}"
    yield f"  {proposal.table}:"
    for line in _block(proposal, proposal.table, _own(proposal), proposal.constants, notes=True):
        yield f"    {line}"


def _own(proposal: TableProposal) -> Mapping[str, str]:
    return next(iter(proposal.blocks()))[1]
