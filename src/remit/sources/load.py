"""From export files to one evidence file, in one step that either happens or does not."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from pathlib import Path

import duckdb

from remit.charter import Charter
from remit.evidence.derive import derive, ends_of_evidence, forget
from remit.evidence.reading import reading_of
from remit.evidence.store import FORMAT, LoadedFile
from remit.evidence.tables import TABLES
from remit.evidence.write import create, merge, pseudonyms, sql_type
from remit.sources.cells import Lent, Mapped, Reader, Rows, month_comes_first
from remit.sources.delimited import ExportError, Reject, quoted, read_table
from remit.sources.plain import plain, read_mapping
from remit.sources.source import Export, Source
from remit.terms import Place, Problem, catalogue

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class LoadSummary:
    """What a load read, kept and refused, for comparison with the CRM's own counts."""

    into: Path
    source: str
    files: tuple[LoadedFile, ...]
    unread: tuple[str, ...]
    """Files of the folder that this kind of export has no use for."""
    values_not_understood: int
    first_day: date
    last_day: date

    @property
    def rows(self) -> int:
        """Rows in the files that were read."""
        return sum(file.rows for file in self.files)

    @property
    def kept(self) -> int:
        """Rows kept."""
        return sum(file.kept for file in self.files)

    @property
    def rejected(self) -> int:
        """Rows refused; with the kept ones they make up all rows."""
        return sum(file.rejected for file in self.files)


def load(
    charter: Charter,
    sources: Sequence[Path],
    into: Path,
    *,
    today: date,
    progress: Progress = lambda _: None,
) -> LoadSummary:
    """Read exports and write one evidence file.

    The file is built beside its place and moved there when it is whole: whatever happens, it
    holds what it held before or what it holds after. Loading into a file that exists updates
    it: rows with the same key are replaced.

    Args:
        charter: How the CRM records things, and the segments.
        sources: Folders of an export, or mapping files (`.yaml`).
        into: The evidence file.
        today: The day of the load. Rows entered later than it are refused.
        progress: Called with a few words before each longer step.

    Raises:
        ExportError: If there is nothing that can be read, with everything that is wrong.
    """
    _check_target(into)
    made = [folder for folder in (into.parent, *into.parent.parents) if not folder.exists()]
    done = False
    try:
        into.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".remit-", dir=into.parent) as folder:
            scratch = Path(folder)
            staging = scratch / "evidence"
            if into.exists():
                shutil.copyfile(into, staging)
            with duckdb.connect(str(staging)) as con:
                con.execute(f"SET TimeZone = '{charter.time_zone}'")
                con.execute("SET enable_progress_bar = false")
                con.execute("SET temp_directory = ?", [str(scratch / "spill")])
                read_before = _read_before(con) if into.exists() else None
                create(con, key=secrets.token_hex(16))
                pseudonyms(con)
                forget(con, charter, read_alike=read_before == reading_of(charter))
                summary = _load_all(charter, sources, con, into, today, progress)
                con.execute("CHECKPOINT")
            os.replace(staging, into)
        done = True
    except OSError as error:
        raise _refused(
            into, f"cannot be written: {error.strerror}.", "Choose another place."
        ) from None
    finally:
        for empty in made if not done else ():
            with suppress(OSError):
                empty.rmdir()
    return summary


def _check_target(into: Path) -> None:
    """That loading into a file would overwrite nothing but evidence."""
    if into.is_dir():
        raise _refused(into, "is a folder.", "Name a file to write, such as evidence.duckdb.")
    if not into.exists():
        return
    try:
        with duckdb.connect(str(into), read_only=True) as con:
            found = con.execute("SELECT value FROM meta WHERE key = 'format'").fetchone()
    except (duckdb.Error, OSError):
        found = None
    if found is None:
        raise _refused(
            into, "is there already and is not an evidence file.", "Choose another name."
        )
    if found != (FORMAT,):
        raise _refused(into, f"has layout {found[0]}, not {FORMAT}.", "Load into a new file.")


def _read_before(con: duckdb.DuckDBPyConnection) -> str | None:
    """The reading of the load before, as `reading_of` gives it."""
    found = con.execute("SELECT value FROM meta WHERE key = 'reading'").fetchone()
    return found[0] if found else None


def _refused(file: Path, wrong: str, fix: str) -> ExportError:
    return ExportError([Problem(Place(str(file)), "", wrong, fix)])


def _load_all(
    charter: Charter,
    sources: Sequence[Path],
    con: duckdb.DuckDBPyConnection,
    into: Path,
    today: date,
    progress: Progress,
) -> LoadSummary:
    files: list[LoadedFile] = []
    unread: list[str] = []
    rejects: list[Reject] = []
    names: list[str] = []
    for path in sources:
        above = f"{path.name}/" if len(sources) > 1 else ""
        one = _one(charter, path, above, con, today, progress)
        names.append(one.source)
        files += one.files
        unread += one.unread
        rejects += one.rejects
        for derived in one.derivations.items():
            con.execute("INSERT OR REPLACE INTO derivations VALUES (?, ?)", derived)
    _check_anything_kept(files, rejects)
    progress("working out what state each activity met")
    derive(con, charter)
    first, last = ends_of_evidence(con, charter.time_zone, today)
    con.executemany(
        "INSERT OR REPLACE INTO loaded_files VALUES (?, ?, ?, ?, ?, ?, ?)",
        [
            (f.file, f.table, f.rows, f.kept, f.rejected, f.note, json.dumps(f.missing))
            for f in files
        ],
    )
    for loaded in files:
        con.execute("DELETE FROM rejects WHERE file = ?", [loaded.file])
    if rejects:
        # one by one would take as long as the rest of the load
        columns = zip(
            *((r.file, r.line, r.reason, r.column, r.whole_row) for r in rejects), strict=True
        )
        con.execute(
            "INSERT INTO rejects SELECT unnest(?), unnest(?), unnest(?), unnest(?), unnest(?)",
            [list(column) for column in columns],
        )
    con.executemany(
        "INSERT OR REPLACE INTO meta VALUES (?, ?)",
        [
            ("format", FORMAT),
            ("company", charter.company),
            ("source", ", ".join(dict.fromkeys(names))),
            ("time_zone", charter.time_zone),
            ("reading", reading_of(charter)),
            ("first_day", first.isoformat()),
            ("last_day", last.isoformat()),
            ("loaded_on", today.isoformat()),
        ],
    )
    return LoadSummary(
        into=into,
        source=", ".join(dict.fromkeys(names)),
        files=tuple(files),
        unread=tuple(unread),
        values_not_understood=sum(not reject.whole_row for reject in rejects),
        first_day=first,
        last_day=last,
    )


@dataclass(slots=True)
class _Read:
    """What became of one folder or mapping."""

    source: str
    files: list[LoadedFile] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    derivations: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Chosen:
    """The files of one folder or mapping, by the name their source asks for them."""

    source: str
    files: Mapping[str, Path]
    run: Callable[[Export], Iterable[Mapped]]
    needed: frozenset[str]
    """Names that the source cannot do without: all that a mapping says, none of a folder."""
    known: frozenset[str]
    """Names that the source has a use for."""
    others: tuple[str, ...] = ()


def _one(
    charter: Charter,
    path: Path,
    above: str,
    con: duckdb.DuckDBPyConnection,
    today: date,
    progress: Progress,
) -> _Read:
    """Read one folder or mapping into the canonical tables."""
    chosen = _of_mapping(path) if path.suffix.casefold() in (".yaml", ".yml") else _of_folder(path)
    read = _Read(chosen.source, unread=list(chosen.others))
    readers, problems = _readers(con, chosen, above, progress, read)
    if problems:
        raise ExportError(problems)
    export = Export(charter, con, readers, today)
    kept: dict[str, dict[str, list[int]]] = {}
    for made in chosen.run(export):
        if isinstance(made, Rows):
            count = _write(con, made, read.rejects)
            kept.setdefault(made.raw.name, {}).setdefault(made.table, []).append(count)
        elif isinstance(made, Lent):
            kept.setdefault(made.raw.name, {}).setdefault(made.to, []).append(made.raw.rows)
        else:
            merge(con, made.table, made.query)
            if made.why:
                read.derivations[made.table] = made.why
    for reader in readers.values():
        raw = reader.raw
        if raw.name not in kept:
            read.unread.append(raw.label)
            continue
        read.rejects += raw.malformed
        rows = raw.rows + len(raw.malformed)
        read.files += [
            LoadedFile(
                raw.label,
                table,
                rows * len(counts),
                sum(counts),
                rows * len(counts) - sum(counts),
                raw.note,
                tuple(sorted(raw.missing)),
            )
            for table, counts in kept[raw.name].items()
        ]
    return read


def _readers(
    con: duckdb.DuckDBPyConnection,
    chosen: _Chosen,
    above: str,
    progress: Progress,
    read: _Read,
) -> tuple[dict[str, Reader], list[Problem]]:
    """A reader for each file, and what keeps the export from being read at all.

    A file of a folder that cannot be read is told of and left out, unless it is the only kind
    there is.
    """
    readers: dict[str, Reader] = {}
    stops: list[Problem] = []
    left_out: list[Problem] = []
    for at, (name, file) in enumerate(chosen.files.items()):
        progress(f"reading {file.name}")
        label = above + (name if name in chosen.needed else file.name)
        try:
            raw = read_table(con, file, name=name, relation=f"raw_{at}", label=label)
        except ExportError as error:
            if name in chosen.needed:
                stops += error.problems
            elif name in chosen.known:
                left_out += error.problems
                why = f"not read: {'; '.join(problem.wrong for problem in error.problems)}"
                read.files.append(LoadedFile(label, "", 0, 0, 0, why.rstrip(".")))
            else:
                read.unread.append(label)
        else:
            readers[name] = Reader(con, raw)
    if not readers.keys() & chosen.known:
        stops += left_out
    order = month_comes_first(con, [reader.raw for reader in readers.values()])
    for reader in readers.values():
        reader.month_first = order
    return readers, stops


def _check_anything_kept(files: Sequence[LoadedFile], rejects: Sequence[Reject]) -> None:
    """An export of which every row was refused is of no use, and says so once a file.

    One without any rows is: nothing may have happened.
    """
    if any(file.kept for file in files) or not any(file.rows for file in files):
        return
    first = {reject.file: reject for reject in reversed(rejects) if reject.whole_row}
    raise ExportError(
        [
            Problem(
                Place(file.file, first[file.file].line),
                "",
                f"none of its {file.rows:,} rows can be used; the first: {first[file.file].reason}.",
                "Correct the export, or the charter's words for it.",
            )
            for file in files
            if file.rows and file.file in first
        ]
    )


def _of_mapping(path: Path) -> _Chosen:
    mapping = read_mapping(path)
    files = {name: path.parent / name for name in mapping.files()}
    every = frozenset(files)
    return _Chosen("plain tables", files, partial(plain, mapping), every, every)


def _of_folder(folder: Path) -> _Chosen:
    """The source that knows a folder's files, and those of them that it may read."""
    if folder.is_file():
        raise _refused(
            folder, "is a file, not an export's folder.", "Give its folder, or a mapping."
        )
    if not folder.is_dir():
        raise _refused(folder, "there is no such folder.", "Give an export's folder or a mapping.")
    try:
        found = [
            file
            for file in sorted(folder.iterdir())
            if file.suffix.casefold() == ".csv" and file.is_file()
        ]
    except OSError as error:
        raise _refused(
            folder, f"cannot be read: {error.strerror}.", "Look at its permissions."
        ) from None
    there: dict[str, Path] = {}
    for file in found:
        there.setdefault(file.stem.casefold(), file)
    twice = tuple(file.name for file in found if there[file.stem.casefold()] != file)
    sources = catalogue("remit.sources", Source)
    known = {
        name: frozenset(word.casefold() for word in entry.note.files)
        for name, entry in sources.items()
    }
    best = max(known, key=lambda name: len(known[name] & set(there)), default="")
    if not best or not known[best] & set(there):
        listed = "; ".join(
            f"{name}: {', '.join(sorted(entry.note.files)[:6])}, ..."
            for name, entry in sources.items()
        )
        count = f"{len(there)} CSV file{'' if len(there) == 1 else 's'}, none of a known name"
        raise _refused(
            folder,
            f"is no export that remit knows: it has {count if there else 'no CSV file'}.",
            f"Known files: {listed}. For other tables write a mapping.",
        )
    return _Chosen(best, there, sources[best].call, frozenset(), known[best], twice)


def _write(con: duckdb.DuckDBPyConnection, rows: Rows, rejects: list[Reject]) -> int:
    """Merge one file's rows into their table; what is refused goes to `rejects`."""
    contract = TABLES[rows.table]
    unknown = set(rows.cells) - set(contract.columns)
    assert not unknown, f"{rows.table} has no columns {unknown}"
    inner = ", ".join(
        f"CAST({cell.sql} AS {sql_type(contract.columns[name].type)}) AS {name}, "
        f"{cell.failed} AS _failed_{name}"
        for name, cell in rows.cells.items()
    )
    raw = rows.raw
    reasons = [
        f"WHEN _failed_{name} THEN {quoted(f'{cell.column} is not a {cell.kind or _kind(contract.columns[name].type)}')} "
        f"WHEN {name} IS NULL THEN {quoted(f'{cell.column or name} is missing')}"
        for name, cell in rows.cells.items()
        if contract.columns[name].required
    ]
    reasons += [f"WHEN {condition} THEN {quoted(why)}" for why, condition in rows.refuse.items()]
    refused = f"CASE {' '.join(reasons) or 'WHEN false THEN NULL'} END"
    keys = [key for key in contract.key if key in rows.cells]
    twice = "false"
    if keys and not rows.staged:
        twice = (
            f"(_refused IS NULL AND row_number() OVER (PARTITION BY {', '.join(keys)}, "
            "_refused IS NULL ORDER BY _row) > 1)"
        )
    same = ", ".join(rows.cells[key].column or key for key in keys)
    said = quoted(f"is there twice: an earlier row has the same {same}")
    con.execute(
        f"""CREATE OR REPLACE TEMP TABLE mapped AS
        SELECT * EXCLUDE (_refused), CASE WHEN {twice} THEN {said} ELSE _refused END AS _reason
        FROM (SELECT *, {refused} AS _refused
              FROM (SELECT _row, {inner} FROM {raw.relation} WHERE {rows.where}))"""
    )
    con.execute(
        f"""CREATE OR REPLACE TEMP TABLE {raw.relation}_refused AS
        SELECT r._row, CASE WHEN m._row IS NULL THEN 'is marked as deleted in the CRM' ELSE _reason END AS _reason
        FROM {raw.relation} r LEFT JOIN mapped m USING (_row)
        WHERE m._row IS NULL OR _reason IS NOT NULL"""
    )
    wrong = con.execute(
        f"SELECT _row, _reason FROM {raw.relation}_refused ORDER BY _row"
    ).fetchall()
    rejects += [Reject(raw.label, raw.line(row), reason) for row, reason in wrong]
    # a query and no view, because columns that are worked out later belong to it too
    kept = f"(SELECT * FROM {raw.relation} ANTI JOIN {raw.relation}_refused USING (_row))"
    raw.kept = kept if wrong else raw.relation
    told: set[tuple[int, str]] = set()
    for name, cell in rows.cells.items():
        if not raw.has(cell.column) or contract.columns[name].required:
            continue
        column = raw.column(cell.column)
        for row, value in con.execute(
            f"""SELECT m._row, left(r.{column}, 40) FROM mapped m JOIN {raw.relation} r USING (_row)
            WHERE m._reason IS NULL AND _failed_{name} ORDER BY 1"""
        ).fetchall():
            if (row, cell.column) in told:
                continue
            told.add((row, cell.column))
            kind = cell.kind or _kind(contract.columns[name].type)
            said = f"{value!r} is not a {kind}; read as missing"
            rejects.append(Reject(raw.label, raw.line(row), said, cell.column, whole_row=False))
    kept_rows = f"SELECT {', '.join(rows.cells)} FROM mapped WHERE _reason IS NULL"
    if rows.staged:
        con.execute(f"CREATE OR REPLACE TEMP TABLE staged_{rows.table} AS {kept_rows}")
    else:
        merge(con, rows.table, kept_rows)
    (kept,) = con.execute("SELECT count(*) FROM mapped WHERE _reason IS NULL").fetchone() or (0,)
    return int(kept)


def _kind(type_: str) -> str:
    return {
        "timestamp(6)": "date and time",
        "date": "date",
        "float64": "number",
        "boolean": "true or false",
        "int64": "whole number",
    }.get(type_, "number" if type_.startswith("decimal") else "text")
