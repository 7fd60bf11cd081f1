"""From export files to one evidence file, in one step that either happens or does not."""

from __future__ import annotations

import dataclasses
import json
import os
import secrets
import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from functools import cache, partial
from pathlib import Path

import duckdb

from remit.charter import Charter
from remit.evidence.claimed import claimed
from remit.evidence.derive import derive, ends_of_evidence, forget, taking_part
from remit.evidence.elsewhere import without_secrets
from remit.evidence.forgetting import forget_again, forget_in_texts, write_anew
from remit.evidence.reading import reading_of
from remit.evidence.retention import apply_retention
from remit.evidence.sql import quoted
from remit.evidence.store import FORMAT, LoadedFile
from remit.evidence.write import create, merge, pseudonyms, settle
from remit.sources.cells import Lent, Mapped, Reader, Rows, month_comes_first
from remit.sources.delimited import ExportError, Reject, refused
from remit.sources.found import Found, tables_in
from remit.sources.keep import DELETED, Count, for_no_table, keep
from remit.sources.pace import DERIVING, KEEPING, READING, Pace, Progress
from remit.sources.persons import one_each
from remit.sources.plain import plain, read_mapping
from remit.sources.source import Export, Source
from remit.terms import Entry, Place, Problem, catalogue, nearest

MEMORY = "2GB"
"""Room that the database may take for a load; beyond it, it writes to disk beside the target."""
SMALL = 5_000_000
"""Bytes up to which a load is done with less work, and hardly later, by one thread than by several."""


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
    let_go: str = ""
    """What the charter's times for keeping took out, in words; empty where nothing."""
    forgot_again: int = 0
    """People forgotten before whom this load would have brought back."""

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
    sources: Sequence[Path | str],
    into: Path,
    *,
    today: date,
    progress: Progress = lambda _: None,
) -> LoadSummary:
    """Read exports and write one evidence file.

    The file is built beside its place and moved there when it is whole: whatever happens, it
    holds what it held before or what it holds after. Loading into a file that exists updates
    it: rows with the same key are replaced. One load at a time goes into a file.

    Args:
        charter: How the CRM records things, and the segments.
        sources: Folders or files of an export, mapping files (`.yaml`), or addresses of databases
            (`postgresql://...`).
        into: The evidence file.
        today: The day of the load. Rows entered later than it are refused.
        progress: Called with a few words before each longer step.

    Raises:
        ExportError: If there is nothing that can be read, with everything that is wrong.
        EvidenceError: If another load into the file, or `remit forget`, is going on.
    """
    _check_target(into)
    made = [folder for folder in (into.parent, *into.parent.parents) if not folder.exists()]
    done = False
    try:
        into.parent.mkdir(parents=True, exist_ok=True)
        with claimed(into) as scratch:
            staging = scratch / "evidence"
            if into.exists():
                shutil.copyfile(into, staging)
            with _being_built(staging) as con:
                con.execute(f"SET TimeZone = '{charter.time_zone}'")
                con.execute("SET enable_progress_bar = false")
                con.execute("SET temp_directory = ?", [str(scratch / "spill")])
                con.execute(f"SET memory_limit = '{MEMORY}'")
                read_before = _read_before(con) if into.exists() else None
                con.execute("BEGIN")
                create(con, key=secrets.token_hex(16))
                con.execute("COMMIT")
                pseudonyms(con)
                forget(con, charter, read_alike=read_before == reading_of(charter))
                summary = _load_all(charter, sources, con, into, today, progress)
                con.execute("CHECKPOINT")
            if summary.let_go or summary.forgot_again:
                write_anew(staging)  # nothing of them may be left in the file's free pages
            os.replace(staging, into)
        done = True
    except OSError as error:
        raise refused(
            into, f"cannot be written: {error.strerror}.", "Choose another place."
        ) from None
    finally:
        for empty in made if not done else ():
            with suppress(OSError):
                empty.rmdir()
    return summary


def _being_built(file: Path) -> duckdb.DuckDBPyConnection:
    """A file open for building. Nothing is logged: of a load cut off, nothing is recovered."""
    con = duckdb.connect()
    con.execute(f"ATTACH {quoted(str(file))} AS built (RECOVERY_MODE no_wal_writes)")
    con.execute("USE built")
    return con


def _check_target(into: Path) -> None:
    """That loading into a file would overwrite nothing but evidence."""
    if into.is_dir():
        raise refused(into, "is a folder.", "Name a file to write, such as evidence.duckdb.")
    if not into.exists():
        return
    try:
        with duckdb.connect(str(into), read_only=True) as con:
            found = con.execute("SELECT value FROM meta WHERE key = 'format'").fetchone()
    except (duckdb.Error, OSError):
        found = None
    if found is None:
        raise refused(into, "is there already and is not an evidence file.", "Choose another name.")
    if found != (FORMAT,):
        raise refused(into, f"has layout {found[0]}, not {FORMAT}.", "Load into a new file.")


def _read_before(con: duckdb.DuckDBPyConnection) -> str | None:
    """The reading of the load before, as `reading_of` gives it."""
    found = con.execute("SELECT value FROM meta WHERE key = 'reading'").fetchone()
    return found[0] if found else None


def _load_all(
    charter: Charter,
    sources: Sequence[Path | str],
    con: duckdb.DuckDBPyConnection,
    into: Path,
    today: date,
    progress: Progress,
) -> LoadSummary:
    files: list[LoadedFile] = []
    unread: list[str] = []
    rejects: list[Reject] = []
    names: list[str] = []
    all_chosen = [(source, _chosen(source)) for source in sources]
    pace = Pace(
        progress, sum(t.size for _, some in all_chosen for c in some for t in c.tables.values())
    )
    if 0 < pace.size < SMALL:
        con.execute("SET threads = 1")
    in_order = [(source, chosen) for source, some in all_chosen for chosen in some]
    for source, chosen in sorted(in_order, key=lambda pair: pair[1].place):
        several = len(sources) > 1 and not _is_address(source)  # a table says its schema itself
        above = f"{Path(source).name}/" if several else ""
        one = _read(charter, chosen, above, con, today, pace)
        names.append(one.source)
        files += one.files
        unread += one.unread
        rejects += one.rejects
        for derived in one.derivations.items():
            con.execute("INSERT OR REPLACE INTO derivations VALUES (?, ?)", derived)
    if not files:
        raise ExportError([_of_no_use(sources, unread)])
    _check_anything_kept(files, rejects)
    pace.step("working out what state each activity met")
    one_each(con)
    taking_part(con, charter)
    back = forget_again(con)  # goes by the work of the load before, and who did what by this one
    settle(con)
    derive(con, charter)
    let_go = apply_retention(con, charter, today)
    pace.done(DERIVING, pace.size)
    first, last = ends_of_evidence(con, charter.time_zone, today)
    last_of = {(f.file, f.table): f for f in files}
    _put(
        con,
        "INSERT OR REPLACE INTO loaded_files",
        [
            (f.file, f.table, f.rows, f.kept, f.rejected, f.note, json.dumps(f.missing))
            for f in last_of.values()
        ],
    )
    for loaded in files:
        con.execute("DELETE FROM rejects WHERE file = ?", [loaded.file])
    _put(
        con,
        "INSERT INTO rejects",
        [(r.file, r.line, r.reason, r.column, r.whole_row) for r in rejects],
    )
    _put(
        con,
        "INSERT OR REPLACE INTO meta",
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
    forget_in_texts(con, back)
    return LoadSummary(
        into=into,
        source=", ".join(dict.fromkeys(names)),
        files=tuple(files),
        unread=tuple(unread),
        values_not_understood=sum(not reject.whole_row for reject in rejects),
        first_day=first,
        last_day=last,
        let_go=str(let_go) if let_go else "",
        forgot_again=len(back.words),
    )


def _put(con: duckdb.DuckDBPyConnection, insert: str, rows: Sequence[tuple[object, ...]]) -> None:
    """Put rows into a table at once; one by one would take as long as the rest of the load."""
    if rows:
        columns = [list(column) for column in zip(*rows, strict=True)]
        con.execute(f"{insert} SELECT {', '.join('unnest(?)' for _ in columns)}", columns)


@dataclass(slots=True)
class _Read:
    """What became of the tables that one source took."""

    source: str
    files: list[LoadedFile] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    derivations: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Chosen:
    """The tables that a source takes, by its own names for them."""

    source: str
    tables: Mapping[str, Found]
    run: Callable[[Export], Iterable[Mapped]]
    needed: bool = False
    """Whether the source can do without none of them, as a mapping cannot."""
    after_records: bool = False
    one_a_person: bool = False
    others: tuple[str, ...] = ()
    """Tables that lie there too and that nothing has a use for."""
    mapped: bool = False
    """Whether a mapping says what the tables are."""

    @property
    def place(self) -> int:
        """When it is read: a CRM's records, plain tables, and then who only adds to them."""
        return 2 if self.after_records else int(self.mapped)


def _read(
    charter: Charter,
    chosen: _Chosen,
    above: str,
    con: duckdb.DuckDBPyConnection,
    today: date,
    pace: Pace,
) -> _Read:
    """Read the tables of one source into the canonical ones."""
    read = _Read(chosen.source, unread=list(chosen.others))
    readers, problems = _readers(con, chosen, above, pace, read)
    if problems:
        raise ExportError(problems)
    export = Export(charter, con, readers, today)
    sizes = {table.name: table.size for table in chosen.tables.values()}
    kept: dict[str, dict[str, list[Count]]] = {}
    meant_of: dict[str, list[str]] = {}
    for made in chosen.run(export):
        if isinstance(made, Rows):
            pace.step(f"keeping {made.raw.label}")
            count = keep(con, made, read.rejects, export.taken_at)
            meant = meant_of.setdefault(made.raw.name, [])
            meant.append(f"({made.where})")
            kept.setdefault(made.raw.name, {}).setdefault(made.table, []).append(count)
            if len(meant) == 1:
                pace.done(KEEPING, sizes.get(made.raw.name, 0))
        elif isinstance(made, Lent):
            count = Count(made.raw.rows, made.raw.rows)
            meant_of.setdefault(made.raw.name, []).append("true")
            kept.setdefault(made.raw.name, {}).setdefault(made.to, []).append(count)
        else:
            merge(con, made.table, made.query)
            if made.why:
                read.derivations[made.table] = made.why
    for reader in readers.values():
        raw = reader.raw
        if raw.name not in kept:
            read.unread.append(raw.label)
            continue
        strays = for_no_table(con, raw, meant_of[raw.name])
        read.rejects += [*raw.malformed, *strays]
        lost = len(raw.malformed) + len(strays)
        for table, counts in kept[raw.name].items():
            rows, kept_rows = sum(c.rows for c in counts), sum(c.kept for c in counts)
            older = sum(c.outdated for c in counts)
            said = f"{older:,} are older than what an earlier load brought" if older else ""
            note = "; ".join(words for words in (raw.note, said) if words)
            missing = tuple(sorted(raw.missing))
            read.files.append(
                LoadedFile(
                    raw.label, table, rows + lost, kept_rows, rows + lost - kept_rows, note, missing
                )
            )
            lost = 0
    for reader in readers.values():
        reader.release()
    return _put_together(read) if chosen.one_a_person else read


def _put_together(read: _Read) -> _Read:
    """What became of files of one person each, so that no name and no count stands for anybody."""
    several = len({file.file for file in read.files})
    label = f"{several:,} file{'' if several == 1 else 's'} of {read.source}"
    tables = dict.fromkeys(file.table for file in read.files)
    together = []
    for table in tables:
        some = [file for file in read.files if file.table == table]
        counts = (
            sum(f.rows for f in some),
            sum(f.kept for f in some),
            sum(f.rejected for f in some),
        )
        notes = "; ".join(dict.fromkeys(file.note for file in some if file.note))
        missing = tuple(sorted({column for file in some for column in file.missing}))
        together.append(LoadedFile(label, table, *counts, notes, missing))
    rejects = [dataclasses.replace(reject, file=label) for reject in read.rejects]
    unread = [label for _ in read.unread[:1]]
    return dataclasses.replace(read, files=together, rejects=rejects, unread=unread)


def _readers(
    con: duckdb.DuckDBPyConnection,
    chosen: _Chosen,
    above: str,
    pace: Pace,
    read: _Read,
) -> tuple[dict[str, Reader], list[Problem]]:
    """A reader for each table, and what keeps the export from being read at all.

    A table that cannot be read is told of and left out, unless it is the only one there is.
    """
    readers: dict[str, Reader] = {}
    left_out: list[Problem] = []
    for at, (name, table) in enumerate(chosen.tables.items()):
        pace.step(f"reading {table.label}")
        try:
            raw = table.read(con, f"raw_{pace.tables + at}")
        except ExportError as error:
            left_out += [problem for problem in error.problems if problem not in left_out]
            why = f"not read: {'; '.join(problem.wrong for problem in error.problems)}"
            read.files.append(LoadedFile(above + table.label, "", 0, 0, 0, why.rstrip(".")))
        else:
            raw.label = above + raw.label
            raw.malformed = tuple(
                dataclasses.replace(reject, file=raw.label) for reject in raw.malformed
            )
            readers[name] = Reader(con, raw)
            pace.done(READING, table.size, raw.rows)
    pace.tables += len(chosen.tables)
    stops = left_out if chosen.needed or not readers else []
    raws = [reader.raw for reader in readers.values()]
    order = cache(partial(month_comes_first, con, raws))
    for reader in readers.values():
        reader.month_first = order
    return readers, stops


def _check_anything_kept(files: Sequence[LoadedFile], rejects: Sequence[Reject]) -> None:
    """An export of which every row was refused is of no use, and says so once a file.

    One without any rows is: nothing may have happened. So is one that tells of deletions alone.
    """
    if any(file.kept for file in files) or not any(file.rows for file in files):
        return
    if any(reject.reason == DELETED for reject in rejects):
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


def _of_no_use(sources: Sequence[Path | str], unread: Sequence[str]) -> Problem:
    return Problem(
        Place(str(sources[0]) if sources else ""),
        "",
        f"has nothing that is of use by itself: {', '.join(unread) or 'it is empty'}.",
        "Export the tables too that these add to, such as the deals to a history of deals.",
    )


def _chosen(source: Path | str) -> list[_Chosen]:
    """The sources that know something of a place, whichever knows most of it first."""
    if _is_address(source):
        # only who has a database pays for it
        from remit.sources.database import tables_at

        return _by_sources(Place(without_secrets(str(source))), tables_at(str(source)))
    place = Path(source)
    if place.suffix.casefold() in (".yaml", ".yml") and not place.is_dir():
        return [_of_mapping(place)]
    return _by_sources(Place(str(place)), tables_in(place))


def _is_address(source: Path | str) -> bool:
    return isinstance(source, str) and "://" in source


def _of_mapping(path: Path) -> _Chosen:
    mapping = read_mapping(path)
    tables = {}
    for name in mapping.files():
        file, _, sheet = name.partition("#")
        if not (path.parent / file).is_file():
            there_is_none = "there is no such file."
            raise refused(path.parent / file, there_is_none, "Correct the path, or export it.")
        found = tables_in(path.parent / file)
        unreadable = [table for table in found if not table.columns]  # says why when it is read
        wanted = [table for table in found if not sheet or table.name == sheet] or unreadable
        if not wanted:
            raise ExportError(
                [
                    Problem(
                        Place(str(path.parent / file)),
                        "",
                        f"has no sheet called {sheet}.",
                        nearest(sheet, [table.name for table in found], what="Sheets"),
                    )
                ]
            )
        tables[name] = dataclasses.replace(wanted[0].known_as(name), label=name)
    return _Chosen("plain tables", tables, partial(plain, mapping), needed=True, mapped=True)


@cache
def _sources() -> Mapping[str, Entry[Source]]:
    return catalogue("remit.sources", Source)


def _by_sources(place: Place, found: Sequence[Found]) -> list[_Chosen]:
    """Each source takes the tables it knows out of what others have left."""
    sources = _sources()
    left = list(found)
    chosen: list[_Chosen] = []
    while left:
        taken = {name: entry.note.finds(left) for name, entry in sources.items()}
        best = max(taken, key=lambda name: len(taken[name]), default="")
        if not best or not taken[best]:
            break
        entry = sources[best]
        chosen.append(
            _Chosen(
                best,
                taken[best],
                entry.call,
                after_records=entry.note.after_records,
                one_a_person=entry.note.one_a_person,
            )
        )
        labels = {table.label for table in taken[best].values()}
        left = [table for table in left if table.label not in labels]
    if not chosen:
        raise ExportError([_not_known(place, found, sources)])
    return [*chosen[:-1], dataclasses.replace(chosen[-1], others=tuple(t.label for t in left))]


def _not_known(
    place: Place, found: Sequence[Found], sources: Mapping[str, Entry[Source]]
) -> Problem:
    listed = "; ".join(
        f"{name}: {', '.join(sorted(entry.note.known)[:6])}, ..."
        for name, entry in sources.items()
        if entry.note.known
    )
    count = f"{len(found)} table{'' if len(found) == 1 else 's'}, none of a known kind"
    return Problem(
        place,
        "",
        f"is no export that remit knows: it has {count if found else 'no table'}.",
        f"Known: {listed}. For other tables write a mapping; `remit map FILE` proposes one.",
    )
