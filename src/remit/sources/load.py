"""From export files to one evidence file, in one step that either happens or does not."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path

import duckdb

from remit.charter import Charter
from remit.evidence.derive import derive, ends_of_evidence
from remit.evidence.reading import reading_of
from remit.evidence.store import FORMAT, LoadedFile
from remit.evidence.tables import TABLES
from remit.evidence.write import create, merge, pseudonyms, sql_type
from remit.sources.cells import Lent, Mapped, Reader, Rows, month_comes_first
from remit.sources.delimited import ExportError, Reject, read_table
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
    into.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".remit-", dir=into.parent) as folder:
        scratch = Path(folder)
        staging = scratch / "evidence"
        if into.exists():
            shutil.copyfile(into, staging)
        with duckdb.connect(str(staging)) as con:
            con.execute(f"SET TimeZone = '{charter.time_zone}'")
            con.execute("SET temp_directory = ?", [str(scratch / "spill")])
            create(con, key=secrets.token_hex(16))
            pseudonyms(con)
            summary = _load_all(charter, sources, con, into, today, scratch, progress)
            con.execute("CHECKPOINT")
        os.replace(staging, into)
    return summary


def _load_all(
    charter: Charter,
    sources: Sequence[Path],
    con: duckdb.DuckDBPyConnection,
    into: Path,
    today: date,
    scratch: Path,
    progress: Progress,
) -> LoadSummary:
    files: list[LoadedFile] = []
    unread: list[str] = []
    rejects: list[Reject] = []
    names: list[str] = []
    for at, path in enumerate(sources):
        place = scratch / str(at)
        place.mkdir()
        name, found, left, derivations = _one(charter, path, con, today, place, progress, rejects)
        names.append(name)
        files += found
        unread += left
        con.executemany(
            "INSERT OR REPLACE INTO derivations VALUES (?, ?)", derivations or [("", "")]
        )
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
        con.executemany(
            "INSERT INTO rejects VALUES (?, ?, ?, ?, ?)",
            [(r.file, r.line, r.reason, r.column, r.whole_row) for r in rejects],
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


def _one(
    charter: Charter,
    path: Path,
    con: duckdb.DuckDBPyConnection,
    today: date,
    scratch: Path,
    progress: Progress,
    rejects: list[Reject],
) -> tuple[str, list[LoadedFile], list[str], list[tuple[str, str]]]:
    """Read one folder or mapping into the canonical tables."""
    if path.suffix in (".yaml", ".yml"):
        mapping = read_mapping(path)
        chosen = {name: path.parent / name for name in mapping.files()}
        source = "plain tables"
        run: Callable[[Export], Iterable[Mapped]] = partial(plain, mapping)
    else:
        chosen, source, run = _recognised(path)
    readers: dict[str, Reader] = {}
    problems: list[Problem] = []
    for name, file in chosen.items():
        progress(f"reading {file.name}")
        stem = Path(name).stem.casefold()
        try:
            raw = read_table(con, file, name=stem, scratch=scratch)
        except ExportError as error:
            problems += error.problems
        else:
            readers[stem] = Reader(con, raw)
    if problems:
        raise ExportError(problems)
    order = month_comes_first(con, [reader.raw for reader in readers.values()])
    for reader in readers.values():
        reader.month_first = order
    export = Export(charter, con, readers, today)
    kept: dict[str, dict[str, list[int]]] = {}
    derivations: list[tuple[str, str]] = []
    for made in run(export):
        if isinstance(made, Rows):
            count = _write(con, made, rejects)
            kept.setdefault(made.raw.name, {}).setdefault(made.table, []).append(count)
        elif isinstance(made, Lent):
            kept.setdefault(made.raw.name, {}).setdefault(made.to, []).append(made.raw.rows)
        else:
            merge(con, made.table, made.query)
            if made.why:
                derivations.append((made.table, made.why))
    loaded, unread = [], []
    for reader in readers.values():
        raw = reader.raw
        if raw.name not in kept:
            unread.append(raw.file.name)
            continue
        rejects += [reject for _, reject in raw.malformed]
        rows = raw.rows + len(raw.malformed)
        loaded += [
            LoadedFile(
                raw.file.name,
                table,
                rows * len(counts),
                sum(counts),
                rows * len(counts) - sum(counts),
                raw.note,
                tuple(sorted(raw.missing)),
            )
            for table, counts in kept[raw.name].items()
        ]
    return source, loaded, unread, derivations


def _recognised(folder: Path) -> tuple[dict[str, Path], str, Callable[[Export], Iterable[Mapped]]]:
    """The source that knows a folder's files, and those of them that it may read."""
    place = Place(str(folder))
    if not folder.is_dir():
        raise ExportError(
            [
                Problem(
                    place, "", "there is no such folder.", "Give an export's folder or a mapping."
                )
            ]
        )
    there = {
        file.stem.casefold(): file
        for file in sorted(folder.iterdir())
        if file.suffix.casefold() == ".csv" and file.is_file()
    }
    sources = catalogue("remit.sources", Source)
    scores = {
        name: len({word.casefold() for word in entry.note.files} & set(there))
        for name, entry in sources.items()
    }
    best = max(scores, key=lambda name: scores[name], default="")
    if not best or not scores[best]:
        known = "; ".join(
            f"{name}: {', '.join(sorted(entry.note.files)[:6])}, ..."
            for name, entry in sources.items()
        )
        raise ExportError(
            [
                Problem(
                    place,
                    "",
                    f"is no export that remit knows: it has {len(there)} CSV files, none of a known name.",
                    f"Known files: {known}. For other tables write a mapping.",
                )
            ]
        )
    return there, best, sources[best].call


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
        f"WHEN _failed_{name} THEN {_text(f'{cell.column} is not a {_kind(contract.columns[name].type)}')} "
        f"WHEN {name} IS NULL THEN {_text(f'{cell.column or name} is missing')}"
        for name, cell in rows.cells.items()
        if contract.columns[name].required
    ]
    reasons += [f"WHEN {condition} THEN {_text(why)}" for why, condition in rows.refuse.items()]
    keys = [key for key in contract.key if key in rows.cells]
    if keys and not rows.staged:
        reasons.append(
            f"WHEN row_number() OVER (PARTITION BY {', '.join(keys)} ORDER BY _row) > 1 "
            f"THEN 'is there twice: an earlier row has the same "
            f"{', '.join(rows.cells[key].column or key for key in keys)}'"
        )
    con.execute(
        f"""CREATE OR REPLACE TEMP TABLE mapped AS
        SELECT *, CASE {" ".join(reasons) or "WHEN false THEN NULL"} END AS _reason
        FROM (SELECT _row, {inner} FROM {raw.relation} WHERE {rows.where})"""
    )
    rejects += [
        Reject(raw.file.name, raw.line(row), reason)
        for row, reason in con.execute(
            "SELECT _row, _reason FROM mapped WHERE _reason IS NOT NULL ORDER BY _row"
        ).fetchall()
    ]
    left_out = con.execute(
        f"SELECT _row FROM {raw.relation} WHERE NOT coalesce({rows.where}, false) ORDER BY _row"
    ).fetchall()
    rejects += [
        Reject(raw.file.name, raw.line(row), "is marked as deleted in the CRM")
        for (row,) in left_out
    ]
    for name, cell in rows.cells.items():
        if cell.failed == "false" or contract.columns[name].required:
            continue
        column = raw.column(cell.column)
        for row, value in con.execute(
            f"""SELECT m._row, left(r."{column}", 40) FROM mapped m JOIN {raw.relation} r USING (_row)
            WHERE m._reason IS NULL AND _failed_{name} ORDER BY 1"""
        ).fetchall():
            said = f"{value!r} is not a {_kind(contract.columns[name].type)}; read as missing"
            rejects.append(Reject(raw.file.name, raw.line(row), said, cell.column, whole_row=False))
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


def _text(words: str) -> str:
    return "'" + words.replace("'", "''") + "'"
