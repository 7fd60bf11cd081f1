"""Facts from files: transactions, readings, quotas, rates, owners and absences as tables.

Nothing is guessed. A cell is what it says or it is a problem with its file, line and column, and
all problems of all files are told at once, before anything is worked out.
"""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import duckdb

from remit.charter import Charter
from remit.compensation.measures import named
from remit.evidence.sql import identifier, parquet_of, path_of, quoted, quoted_list
from remit.pay.facts import OTHERS, TRANSACTIONS, Facts, settled
from remit.sources.delimited import ExportError
from remit.sources.packed import contents
from remit.terms import Place, Problem, RemitError, nearest
from remit.terms.problem import closest

TABLES: Mapping[str, Mapping[str, tuple[str, str]]] = {"transactions": TRANSACTIONS, **OTHERS}
"""Every table of facts: its columns with their types and what they mean."""
REQUIRED: Mapping[str, tuple[str, ...]] = {
    "transactions": ("id", "day", "measure", "amount"),
    "readings": ("measure", "day", "level"),
    "quotas": ("payee", "first_day", "last_day", "amount"),
    "rates": ("currency", "kind", "day", "rate"),
    "owners": ("account", "owner", "first_day"),
    "absences": ("payee", "first_day", "last_day"),
}
"""Columns that a table needs, in each of its rows."""
ENDINGS = (".csv", ".tsv", ".parquet", ".xlsx")
MOST_TOLD = 200
"""Problems of one column that are told one by one; the rest are counted."""
_WORDS: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("transactions", "credit"): ("owner", "split", "overlay"),
    ("rates", "kind"): ("day", "month_average"),
}
_NAMES_A_ROW: Mapping[str, tuple[str, ...]] = {
    "transactions": ("id", "known_on", "payee", "credit"),
    "readings": ("measure", "payee", "day", "known_on"),
    "quotas": ("payee", "component", "first_day", "last_day", "known_on"),
    "rates": ("currency", "kind", "day"),
    "owners": ("account", "first_day"),
    "absences": ("payee", "first_day"),
}
"""Columns that may say the same in one row only."""
_OF_CREDIT = ("payee", "share", "credit", "id", "known_on")
"""Columns of a transaction in which its rows may differ."""


class FactsError(RemitError):
    """Facts that cannot be used, with everything that is wrong with them at once."""


def read_facts(charter: Charter, sources: Path | str | Iterable[Path | str]) -> Facts:
    """Read what happened.

    A file is known by its name: `transactions.csv`, `quotas-2026.xlsx`. Files of one table add up.
    A workbook of another name is read by the names of its sheets. Of a folder, the files that are
    called so are read. A loaded evidence file gives deals, handoffs, quotas and contracts; see
    `from_evidence`.

    Args:
        charter: For its own names of measures, and for reading evidence.
        sources: Files, folders or loaded evidence, together.

    Raises:
        FactsError: With every file, column, line and cell that cannot be used, and with rows that
            contradict one another.
    """
    given = [sources] if isinstance(sources, str | Path) else list(sources)
    con = duckdb.connect()
    problems: list[Problem] = []
    for name, columns in TABLES.items():
        typed = ", ".join(f"{identifier(c)} {kind}" for c, (kind, _) in columns.items())
        con.execute(f"CREATE TABLE stored_{name} ({typed}, _file INTEGER, _line BIGINT)")
    con.execute("CREATE TABLE files (file INTEGER, shown VARCHAR, path VARCHAR, delimiter VARCHAR)")
    evidence, found = _found([Path(place) for place in given], problems)
    for number, told in enumerate(_tables(con, found, problems)):
        _keep(con, told, number, problems)
        con.execute(f"DROP TABLE {told.relation}")
    for file in evidence:
        from remit.pay.from_evidence import take  # opening evidence takes a while to import

        try:
            take(con, charter, file)
        except RemitError as error:
            problems += error.problems
    if not problems:
        problems = list(_contradictions(con))
    if not problems and not _anything(con):
        where = ", ".join(str(place) for place in given) or "nothing"
        fix = f"Name one {', '.join(TABLES)}, with .csv, .parquet or .xlsx behind it."
        problems.append(Problem(Place(where), "", "holds no facts to work pay out from.", fix))
    if problems:
        raise FactsError(sorted(problems, key=_from_the_top))
    _named_measures(con, charter)
    for name, columns in TABLES.items():
        kept = ", ".join(identifier(column) for column in columns)
        kind = "VIEW" if name == "transactions" else "TABLE"
        con.execute(f"CREATE {kind} {name} AS SELECT {kept} FROM stored_{name}")
    return settled(con)


def _from_the_top(problem: Problem) -> tuple[str, int, int]:
    place = problem.place
    return place.file, place.line or 0, place.column or 0


def place_of(facts: Facts, table: str, **of: object) -> Place:
    """Where facts say something: the file and line of the first row with these cells.

    The table alone where the facts were not read from files.
    """
    stored = facts.con.execute(
        "SELECT 1 FROM duckdb_tables() WHERE table_name = ?", [f"stored_{table}"]
    ).fetchone()
    if stored is None:
        return Place(table)
    same = " AND ".join(f"{identifier(c)} IS NOT DISTINCT FROM ?" for c in of) or "true"
    row = facts.con.execute(
        f"SELECT _file, _line FROM stored_{table} WHERE {same} ORDER BY _file, _line LIMIT 1",
        list(of.values()),
    ).fetchone()
    return Place(table) if row is None else _place(facts.con, *row)


# Files


@dataclass(frozen=True, slots=True)
class _Found:
    """A file and the table it holds, or the sheet of a workbook."""

    table: str
    file: Path
    sheet: str = ""

    @property
    def shown(self) -> str:
        return f"{self.file}: {self.sheet}" if self.sheet else str(self.file)


@dataclass(frozen=True, slots=True)
class _Told:
    """A file read as text, cell by cell."""

    found: _Found
    relation: str
    columns: Mapping[str, str]
    """Column of the table to its name in the relation."""
    delimiter: str = ""
    lines: Sequence[int] = field(default=())
    """The line of each row, where rows and lines do not run alike; empty if they may."""


def _found(places: Sequence[Path], problems: list[Problem]) -> tuple[list[Path], list[_Found]]:
    """Loaded evidence, and tables, among files and folders."""
    evidence, found = [], []
    for place in places:
        if place.is_dir():
            for file in sorted(place.iterdir()):
                if file.suffix.casefold() in ENDINGS:
                    table = _table(file.stem)
                    if table is not None:
                        found += _in_file(file, table, problems)
                    elif closest(file.stem, TABLES) is not None and _slip(file.stem):
                        problems.append(_unknown(file))
            continue
        if not place.is_file():
            problems.append(Problem(Place(str(place)), "", "is no file or folder.", "Is it there?"))
        elif _is_database(place):
            evidence.append(place)
        elif place.suffix.casefold() not in ENDINGS:
            fix = "Give a CSV, Parquet or XLSX file, or evidence that `remit load` wrote."
            problems.append(Problem(Place(str(place)), "", "is no table that can be read.", fix))
        else:
            table = _table(place.stem)
            if table is None and place.suffix.casefold() != ".xlsx":
                problems.append(_unknown(place))
            else:
                found += _in_file(place, table, problems)
    return evidence, found


def _table(stem: str) -> str | None:
    """The table that a file's name says it is: `Quotas 2026-Q1` is one of `quotas`.

    >>> _table("quotas-2026"), _table("quotation")
    ('quotas', None)
    """
    said = stem.casefold().strip()
    for name in TABLES:
        if said == name or (said.startswith(name) and not said[len(name)].isalpha()):
            return name
    return None


def _slip(stem: str) -> bool:
    """Whether a file in a folder was most likely meant for a table, and only misspelled."""
    meant = closest(stem, TABLES)
    return meant is not None and stem.casefold()[:4] == meant[:4]


def _unknown(file: Path) -> Problem:
    fix = nearest(file.stem, TABLES, what="Names")
    return Problem(Place(str(file)), "", "has a name that says no table of facts.", fix)


def _is_database(file: Path) -> bool:
    with file.open("rb") as opened:
        return opened.read(12)[8:] == b"DUCK"


def _in_file(file: Path, table: str | None, problems: list[Problem]) -> list[_Found]:
    if file.suffix.casefold() != ".xlsx":
        assert table is not None
        return [_Found(table, file)]
    sheets = _sheets(file, problems)
    called = [_Found(name, file, sheet) for sheet in sheets if (name := _table(sheet)) is not None]
    if called:
        return called
    if table is not None and sheets:
        return [_Found(table, file, sheets[0])]
    if sheets:
        fix = nearest(file.stem, TABLES, what="Names of sheets, or of the file,")
        problems.append(Problem(Place(str(file)), "", "has no sheet with a table of facts.", fix))
    return []


def _tables(
    con: duckdb.DuckDBPyConnection, found: Iterable[_Found], problems: list[Problem]
) -> Iterator[_Told]:
    for at, one in enumerate(found):
        ending = one.file.suffix.casefold()
        read = {".parquet": _parquet, ".xlsx": _workbook}.get(ending, _delimited)
        told = read(con, one, f"told_{at}", problems)
        if told is not None:
            yield told


def _columns(
    header: Sequence[str], found: _Found, problems: list[Problem], line: int = 1
) -> dict[str, str] | None:
    """Columns by what the table calls them; None where rows make no sense without more."""
    known, place = TABLES[found.table], Place(found.shown, line)
    named_so: dict[str, str] = {}
    before = len(problems)
    for at, cell in enumerate(header):
        said = "_".join(cell.strip().casefold().replace("-", " ").split())
        if not said:
            continue
        if said not in known:
            fix = nearest(said, known, what="Columns")
            problems.append(Problem(place, cell.strip(), f"{found.table} has no such column.", fix))
        elif said in named_so:
            problems.append(Problem(place, said, "stands twice in the header.", "Remove one."))
        else:
            named_so[said] = f"c{at}"
    for column in REQUIRED[found.table]:
        if column not in named_so:
            about = f"It is: {known[column][1]}."
            problems.append(
                Problem(place, column, f"is missing, and {found.table} needs it.", about)
            )
    missing = any(column not in named_so for column in REQUIRED[found.table])
    return None if missing and len(problems) > before else named_so


def _delimited(
    con: duckdb.DuckDBPyConnection, found: _Found, relation: str, problems: list[Problem]
) -> _Told | None:
    wrong = _no_text(found.file)
    if wrong is not None:
        fix = "Save it as CSV UTF-8."
        problems.append(Problem(Place(found.shown, wrong), "", "has bytes that are no UTF-8.", fix))
        return None
    with found.file.open(encoding="utf-8-sig", newline="") as file:
        first = file.readline()
    delimiter = max(",;\t", key=first.count)
    header = next(csv.reader([first], delimiter=delimiter), [])
    if not any(cell.strip() for cell in header):
        problems.append(
            Problem(Place(found.shown, 1), "", "has no header line.", "Name its columns there.")
        )
        return None
    columns = _columns(header, found, problems)
    if columns is None:
        return None
    typed = ", ".join(f"c{at}: 'VARCHAR'" for at in range(len(header)))
    try:
        con.execute(
            f"""CREATE TABLE {relation} AS SELECT * FROM read_csv({path_of(found.file)},
            delim={quoted(delimiter)}, quote='"', escape='"', header=true, auto_detect=false,
            strict_mode=true, hive_partitioning=false, columns={{{typed}}})"""
        )
        lines: Sequence[int] = ()
    except duckdb.Error:
        lines = _by_record(con, found, relation, len(header), delimiter, problems)
    return _Told(found, relation, columns, delimiter, lines)


def _no_text(file: Path) -> int | None:
    """The first line of a file that is not UTF-8; None where all of it is."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    with file.open("rb") as opened:
        try:
            while chunk := opened.read(1 << 20):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            opened.seek(0)
            for line, text in enumerate(opened, 1):
                try:
                    text.decode()
                except UnicodeDecodeError:
                    return line
            return 1
    return None


def _by_record(
    con: duckdb.DuckDBPyConnection,
    found: _Found,
    relation: str,
    width: int,
    delimiter: str,
    problems: list[Problem],
) -> list[int]:
    """Read a file whose every record is not a row: those that are, and the lines of the others."""
    rows: list[list[str]] = []
    lines: list[int] = []
    refused = 0
    for line, record in _records(found.file, delimiter):
        if isinstance(record, list) and len(record) == width:
            rows.append(record)
            lines.append(line)
            continue
        refused += 1
        if isinstance(record, str):
            wrong, fix = record, 'Close the quote, or write it twice ("") inside a cell.'
        else:
            wrong = f"has {len(record)} cells, and the header has {width}."
            fix = "Put quotes around a cell that has the separator in it."
        if refused <= MOST_TOLD:
            problems.append(Problem(Place(found.shown, line), "", wrong, fix))
    if refused > MOST_TOLD:
        problems.append(_more(found, "", refused - MOST_TOLD, "lines"))
    _store(con, relation, width, rows)
    return lines


def _records(file: Path, delimiter: str) -> Iterator[tuple[int, list[str] | str]]:
    """The records below a header with the lines on which they start; text for what is none."""
    with file.open(encoding="utf-8-sig", newline="") as opened:
        reader = csv.reader(opened, delimiter=delimiter, strict=True)
        next(reader, None)
        while True:
            line = reader.line_num + 1
            try:
                record = next(reader)
            except StopIteration:
                return
            except csv.Error:
                yield line, "has a quote that is not closed, or one in the middle of a cell."
                continue
            if record:
                yield line, record


def _store(
    con: duckdb.DuckDBPyConnection, relation: str, width: int, rows: Sequence[Sequence[Any]]
) -> None:
    import pyarrow as pa

    table = pa.table(
        {f"c{n}": pa.array([row[n] for row in rows], pa.string()) for n in range(width)}
    )
    con.register("handed", table)
    con.execute(f"CREATE TABLE {relation} AS SELECT * FROM handed")
    con.unregister("handed")


def _parquet(
    con: duckdb.DuckDBPyConnection, found: _Found, relation: str, problems: list[Problem]
) -> _Told | None:
    source = parquet_of(found.file)
    try:
        header = con.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()
        columns = _columns([name for name, *_ in header], found, problems)
        if columns is None:
            return None
        cells = ", ".join(
            f"{_written(identifier(name), kind)} AS c{at}"
            for at, (name, kind, *_) in enumerate(header)
        )
        con.execute(f"CREATE TABLE {relation} AS SELECT {cells} FROM {source}")
    except duckdb.Error as error:
        wrong = f"cannot be read as Parquet: {str(error).splitlines()[0]}"
        problems.append(Problem(Place(found.shown), "", wrong, "Write it again."))
        return None
    return _Told(found, relation, columns, "row")


def _written(column: str, kind: str) -> str:
    """A cell of Parquet as somebody would write it."""
    if kind in ("DOUBLE", "FLOAT"):
        return f"format('{{:.15g}}', CAST({column} AS DOUBLE))"
    return f"CAST({column} AS VARCHAR)"


def _sheets(file: Path, problems: list[Problem]) -> list[str]:
    try:
        contents(file)  # before anything opens it: what it holds may be too much
    except ExportError as error:
        problems.extend(error.problems)
        return []
    book = _book(file, problems)
    if book is None:
        return []
    with book:
        return [name for name in book.sheet_names if book.get_sheet_by_name(name).height]


def _book(file: Path, problems: list[Problem]) -> Any:
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        return CalamineWorkbook.from_path(file)
    except (CalamineError, OSError):
        wrong = "is broken, has a password, or is no workbook."
        problems.append(Problem(Place(str(file)), "", wrong, "Save it again, without a password."))
        return None


def _workbook(
    con: duckdb.DuckDBPyConnection, found: _Found, relation: str, problems: list[Problem]
) -> _Told | None:
    book = _book(found.file, problems)
    if book is None:
        return None
    with book:
        rows = book.get_sheet_by_name(found.sheet).to_python(skip_empty_area=False)
    told = [[_cell(value) for value in row] for row in rows]
    top = next((at for at, row in enumerate(told) if any(row)), None)
    if top is None:
        problems.append(Problem(Place(found.shown), "", "is empty.", "Name its columns."))
        return None
    columns = _columns(told[top], found, problems, top + 1)
    if columns is None:
        return None
    _store(con, relation, len(told[top]), told[top + 1 :])
    return _Told(found, relation, columns, "", range(top + 2, len(told) + 1))


def _cell(value: object) -> str:
    """A cell of a workbook as somebody would write it; numbers to the 15 digits they are kept in.

    >>> _cell(0.1 + 0.2), _cell(datetime(2026, 3, 4)), _cell(True)
    ('0.3', '2026-03-04', 'true')
    """
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{value:.0f}" if value.is_integer() and abs(value) < 1e15 else f"{value:.15g}"
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ")
    return value.isoformat() if isinstance(value, date) else str(value)


# Cells


_NUMBER = r"[-+]?(\d{1,3}(,\d{3})+|\d+)"
_SHARES = ("share", "level")
"""Columns that may be written as a per cent."""


def _keep(
    con: duckdb.DuckDBPyConnection, told: _Told, number: int, problems: list[Problem]
) -> None:
    """Put a file's rows among those of its table, and say what in them cannot be read."""
    name, types = told.found.table, TABLES[told.found.table]
    con.execute(
        "INSERT INTO files VALUES (?, ?, ?, ?)",
        [number, told.found.shown, str(told.found.file), told.delimiter],
    )
    text = {column: f"nullif(trim({c}), '')" for column, c in told.columns.items()}
    values = {column: _value(sql, types[column][0], column) for column, sql in text.items()}
    wrong = {
        column: f"({text[column]} IS NOT NULL AND ({value} IS NULL OR NOT ({fits})))"
        for column, value in values.items()
        for fits in [_fits(name, column, f"({value})")]
    }
    wrong |= {column: f"({wrong[column]} OR {text[column]} IS NULL)" for column in REQUIRED[name]}
    filled = " OR ".join(f"{sql} IS NOT NULL" for sql in text.values())
    counts = (
        con.execute(
            f"SELECT {', '.join(f'count(*) FILTER ({w})' for w in wrong.values())} "
            f"FROM {told.relation} WHERE {filled}"
        ).fetchone()
        or ()
    )
    line = _line_of(con, told)
    for column, count in zip(wrong, counts, strict=True):
        if not count:
            continue
        bad = con.execute(
            f"SELECT rowid, {text[column]} FROM {told.relation} WHERE ({filled}) AND {wrong[column]} "
            f"ORDER BY rowid LIMIT {MOST_TOLD}"
        ).fetchall()
        at = line([row for row, _ in bad])
        problems += (
            _unreadable(told.found, column, at[row], said, int(told.columns[column][1:]) + 1)
            for row, said in bad
        )
        if count > MOST_TOLD:
            problems.append(_more(told.found, column, count - MOST_TOLD, "cells"))
    if any(counts):
        return
    if told.lines:
        con.execute(
            "CREATE TEMP TABLE lines AS SELECT unnest(?::BIGINT[]) AS line", [list(told.lines)]
        )
        source = f"{told.relation} t JOIN (SELECT rowid AS r, line FROM lines) l ON t.rowid = l.r"
        at_line = "line"
    else:  # rows run as lines do, unless a cell has a line end; looked up when one is asked for
        source, at_line = told.relation, "-rowid - 1"
    con.execute(
        f"""INSERT INTO stored_{name} ({", ".join(map(identifier, values))}, _file, _line)
        SELECT {", ".join(values.values())}, {number}, {at_line} FROM {source} WHERE {filled}"""
    )
    con.execute("DROP TABLE IF EXISTS lines")


def _value(text: str, kind: str, column: str) -> str:
    """A cell's value as SQL; null where it cannot be read exactly."""
    if kind == "VARCHAR":
        return text
    if kind == "DATE":
        day = r"\d{4}-\d{2}-\d{2}([ T]00:00:00(\.0+)?)?"
        return f"CASE WHEN regexp_full_match({text}, '{day}') THEN try_cast(left({text}, 10) AS DATE) END"
    if kind == "INTEGER":
        return f"CASE WHEN regexp_full_match({text}, '\\d+') THEN try_cast({text} AS INTEGER) END"
    width, places = (int(part) for part in kind.removeprefix("DECIMAL").strip("()").split(","))
    plain = f"try_cast(replace({text}, ',', '') AS {kind})"
    told = f"WHEN regexp_full_match({text}, '{_NUMBER}(\\.\\d{{0,{places}}}0*)?') THEN {plain}"
    if column in _SHARES:
        bare = f"replace(replace({text}, '%', ''), ',', '')"
        part = f"try_cast({bare} AS DECIMAL({width}, {places - 2})) * CAST(0.01 AS DECIMAL(3, 2))"
        written = f"{_NUMBER}(\\.\\d{{0,{places - 2}}}0*)? ?%"
        told += f" WHEN regexp_full_match({text}, '{written}') THEN try_cast({part} AS {kind})"
    return f"CASE {told} END"


def _fits(table: str, column: str, value: str) -> str:
    """Whether a value that could be read is one that the column can hold, as SQL."""
    words = _WORDS.get((table, column))
    if words is not None:
        return f"{value} IN {quoted_list(words)}"
    if column == "currency":
        return f"regexp_full_match({value}, '[A-Z]{{3}}')"
    if column == "share":
        return f"{value} > 0 AND {value} <= 1"
    if column in ("rate", "years"):
        return f"{value} > 0"
    if TABLES[table][column][0] == "DATE":
        return f"{value} BETWEEN DATE '1900-01-01' AND DATE '2199-12-31'"
    return "true"


def _unreadable(found: _Found, column: str, line: int, said: str | None, at: int) -> Problem:
    kind, about = TABLES[found.table][column]
    words = _WORDS.get((found.table, column))
    if words is not None:
        should = f"must be {' or '.join(words)}."
    elif column == "currency":
        should = "must be three capital letters, such as EUR."
    elif column == "share":
        should = "must be a part such as 60% or 0.6: above 0, at most 1, no more than 10 places."
    elif kind == "DATE":
        should = "must be a day written like 2026-03-31."
    elif kind == "INTEGER":
        should = "must be a whole number, such as 12."
    elif kind == "VARCHAR":
        should = "must not be empty."
    else:
        places = kind.partition(",")[2].rstrip(")").strip()
        should = f"must be a number such as 1234.50, with at most {places} places."
    if said is None:
        return Problem(Place(found.shown, line, at), column, "is empty.", f"It is: {about}.")
    shown = said if len(said) <= 60 else f"{said[:60]}..."
    return Problem(Place(found.shown, line, at), column, should, f"It says {shown!r} now.")


def _more(found: _Found, column: str, count: int, what: str) -> Problem:
    return Problem(
        Place(found.shown), column, f"has {count:,} more such {what}.", "Mend those above first."
    )


# Lines


def _line_of(con: duckdb.DuckDBPyConnection, told: _Told) -> Any:
    """A function from rows of a file (0 for the first) to their lines."""

    def lines(rows: Sequence[int]) -> dict[int, int]:
        if told.lines:
            return {row: told.lines[row] for row in rows}
        return _lines(told.found.file, told.delimiter, rows)

    return lines


def _lines(file: Path, delimiter: str, rows: Sequence[int]) -> dict[int, int]:
    if delimiter == "row":  # Parquet has rows and no lines
        return {row: row + 1 for row in rows}
    wanted, found = set(rows), dict[int, int]()
    for row, (line, _) in enumerate(_records(file, delimiter)):
        if row in wanted:
            found[row] = line
            if len(found) == len(wanted):
                break
    return {row: found.get(row, row + 2) for row in rows}


def _place(con: duckdb.DuckDBPyConnection, file: int | None, line: int | None) -> Place:
    """Where a row stands; rows whose line is not known yet are counted from -1 down."""
    told = con.execute("SELECT shown, path, delimiter FROM files WHERE file = ?", [file]).fetchone()
    if told is None:
        return Place("evidence")
    shown, path, delimiter = told
    if line is None or line >= 0:
        return Place(shown, line)
    row = -line - 1
    try:
        return Place(shown, _lines(Path(path), delimiter, [row])[row])
    except OSError:  # it was there when it was read
        return Place(shown)


# What contradicts itself


_LAST = "max_by(_file, abs(_line)), max_by(_line, abs(_line))"
"""Where the last of some rows stands, as SQL."""


def _contradictions(con: duckdb.DuckDBPyConnection) -> Iterator[Problem]:
    """Rows of one thing that say two things of it, rows said twice, and ends before starts."""
    con.execute(
        """CREATE TEMP TABLE several AS SELECT * FROM (SELECT *, coalesce(known_on, day) AS entered,
            count(*) OVER (PARTITION BY id, coalesce(known_on, day)) AS rows FROM stored_transactions)
        WHERE rows > 1"""
    )
    for column in (c for c in TRANSACTIONS if c not in _OF_CREDIT):
        rows = con.execute(
            f"""SELECT id, {_LAST} FROM several GROUP BY id, entered
            HAVING count(DISTINCT {identifier(column)}) > 1
                OR (count({identifier(column)}) BETWEEN 1 AND count(*) - 1)
            ORDER BY 2, 1 LIMIT {MOST_TOLD}"""
        ).fetchall()
        for name, file, line in rows:
            yield Problem(
                _place(con, file, line),
                f"{name}.{column}",
                "is not the same in all rows of this transaction that were entered on one day.",
                "Repeat in each row what holds for the whole transaction; only payee, share and "
                "credit differ. A correction gets a later known_on.",
            )
    con.execute("DROP TABLE several")
    for table, names in _NAMES_A_ROW.items():
        key = ", ".join(_key(table, name) for name in names)
        rows = con.execute(
            f"""SELECT {_LAST}, count(*),
                {", ".join(f"any_value({identifier(n)})::VARCHAR" for n in names)}
            FROM stored_{table} GROUP BY {key} HAVING count(*) > 1 ORDER BY 1, 2 LIMIT {MOST_TOLD}"""
        ).fetchall()
        for file, line, count, *said in rows:
            yield Problem(
                _place(con, file, line),
                ", ".join(word for word in said if word),
                f"stands {count} times in {table}.",
                "Remove the others, or say with known_on which came later."
                if "known_on" in names
                else "Remove the others.",
            )
    for table in ("quotas", "owners", "absences"):
        rows = con.execute(
            f"""SELECT _file, _line, first_day::VARCHAR, last_day::VARCHAR FROM stored_{table}
            WHERE last_day < first_day ORDER BY 1, abs(_line) LIMIT {MOST_TOLD}"""
        ).fetchall()
        for file, line, first, last in rows:
            yield Problem(
                _place(con, file, line),
                f"{table}.last_day",
                f"is {last}, before the first day, {first}.",
                "The last day is inclusive; turn the two around.",
            )


def _key(table: str, column: str) -> str:
    """A column of a row's name, where empty means something."""
    meant = {"known_on": "first_day" if table == "quotas" else "day"}.get(column)
    if (table, column) == ("transactions", "credit"):
        return "coalesce(credit, CASE WHEN share < 1 THEN 'split' ELSE 'owner' END)"
    if (table, column) == ("rates", "day"):
        return "CASE WHEN kind = 'month_average' THEN date_trunc('month', day) ELSE day END"
    if meant is not None:
        return f"coalesce(known_on, {meant})"
    return f"coalesce(CAST({identifier(column)} AS VARCHAR), '')"


def _anything(con: duckdb.DuckDBPyConnection) -> bool:
    return any(
        con.execute(f"SELECT 1 FROM stored_{table} LIMIT 1").fetchone()
        for table in ("transactions", "readings")
    )


def _named_measures(con: duckdb.DuckDBPyConnection, charter: Charter) -> None:
    """Call measures by their names in the catalogue, whichever of their other wordings was said."""
    for table in ("transactions", "readings"):
        for (words,) in con.execute(f"SELECT DISTINCT measure FROM stored_{table}").fetchall():
            own = charter.measures.get(words)
            name = named(own.of if own is not None else words)
            if name is not None and name != words:
                con.execute(
                    f"UPDATE stored_{table} SET measure = ? WHERE measure = ?", [name, words]
                )
