"""Forgetting a person: no name, no address, no id, and no way from them to what was recorded.

What was recorded stays, under a pseudonym that nothing leads to, so that no figure about a role
changes. A keyed hash of the person's id and address is all that is remembered of them, so that a
later load of the same export does not bring them back.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import secrets
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from remit.evidence.claimed import claimed
from remit.evidence.sql import quoted
from remit.evidence.store import FORMAT, EvidenceError
from remit.evidence.tables import TABLES, VERSIONED
from remit.evidence.write import HISTORIES
from remit.terms import Place, Problem

SOMEBODY = "somebody-forgotten"
"""What stands in a text where a forgotten person was named, with a number that is drawn."""


@dataclass(frozen=True, slots=True)
class CameBack:
    """Whom a load brought back, by what texts may still call them. Keep it no longer than the load."""

    words: tuple[tuple[str | None, str | None, str | None], ...]
    """Name, address and id of each."""

    def __bool__(self) -> bool:
        """Whether anybody came back."""
        return bool(self.words)


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What forgetting a person changed, or would change; it does not say whom."""

    file: Path
    names: int
    """Rows of names and addresses that were taken out."""
    cells: Mapping[str, int]
    """Table and column, to how many cells have another pseudonym now; only where there are any."""
    texts: Mapping[str, int]
    """Table and column, to how many texts named the person, such as a file of that name."""
    remembered: int
    """Keyed hashes kept, so that a later load does not bring the person back."""
    dry_run: bool = False


def forget_person(file: Path, person: str, *, dry_run: bool = False) -> Forgotten:
    """Forget a person in a loaded file.

    The name, the address and the id go out of `private.names`; the pseudonym is replaced
    everywhere by a fresh one that is drawn and not worked out. The file is written anew and put in
    place of the old one when it is whole, so that nothing is left in parts of it that are free.

    Args:
        file: What `remit load` wrote.
        person: Name, e-mail address, the CRM's id or the pseudonym; capitals do not matter.
        dry_run: Only say what would be done.

    Raises:
        EvidenceError: If it is no evidence file, nobody is called so, more than one person is, or
            the file is being loaded into.
    """
    _check(file)
    try:
        with claimed(file, "rewritten") as folder:
            copy = folder / "evidence"
            shutil.copyfile(file, copy)
            with duckdb.connect(str(copy)) as con:
                pseudonym = _found(con, file, person)
                done = _forget(con, file, pseudonym, dry_run=dry_run)
                con.execute("CHECKPOINT")
            if not dry_run:
                write_anew(copy)
                os.replace(copy, file)
    except OSError as error:
        raise _refused(
            file, f"cannot be written: {error.strerror}.", "Make it and its folder writable."
        ) from None
    return done


def forget_again(con: duckdb.DuckDBPyConnection) -> CameBack:
    """Forget anew whom an export has brought back. Run it after every source, before `settle`.

    Whoever's id or address is among the hashes of the forgotten loses name and pseudonym again.
    Where the same entry is there under a pseudonym without a name and under theirs, both are one
    person, who gets the earlier pseudonym, so that nobody's work counts twice; nothing of that is
    stored. Who comes back without any record of work is left out.

    Returns:
        Who they were, for `forget_in_texts` once files and rejects are written down. If anybody
        came back, `write_anew` the file when it is closed.
    """
    if not _has(con, "private", "forgotten"):
        return CameBack(())
    key = _key(con)
    hashes = {row[0] for row in con.execute("SELECT hash FROM private.forgotten").fetchall()}
    back = [
        (person, (name, email, source))
        for person, source, email, name in con.execute(
            "SELECT person_id, source_id, email, name FROM private.names ORDER BY 1"
        ).fetchall()
        if not hashes.isdisjoint(_hashes(key, (source, email)))
    ]
    gone = {person for person, _ in back}
    for person, _ in back:
        known = _same_person(con, person, gone)
        if known is None and not _has_records(con, person):
            for table, columns in person_columns():
                for column in columns:
                    con.execute(f"DELETE FROM {table} WHERE {column} = ?", [person])
        else:
            replace_person(con, person, known or _fresh(con))
        if known is not None:
            rows_once(con, known)
        con.execute("DELETE FROM private.names WHERE person_id = ?", [person])
    return CameBack(tuple(words for _, words in back))


def forget_in_texts(con: duckdb.DuckDBPyConnection, back: CameBack) -> None:
    """Take those who came back out of texts too. Run it when files and rejects are written down."""
    for words in back.words:
        _rename_texts(con, words)


def write_anew(file: Path) -> None:
    """Copy a database into a fresh one, in its place: what was deleted is in none of its pages.

    Raises:
        OSError: If it cannot be written; the file is as it was.
    """
    fresh = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        with duckdb.connect() as con:
            con.execute("SET enable_progress_bar = false")
            con.execute(f"ATTACH {quoted(str(file))} AS before (READ_ONLY)")
            con.execute(f"ATTACH {quoted(str(fresh))} AS after")
            con.execute("COPY FROM DATABASE before TO after")
            con.execute("DETACH before")
            con.execute("DETACH after")
        os.replace(fresh, file)
    finally:
        fresh.unlink(missing_ok=True)
        fresh.with_name(f"{fresh.name}.wal").unlink(missing_ok=True)


def _check(file: Path) -> None:
    try:
        with duckdb.connect(str(file), read_only=True) as con:
            found = con.execute("SELECT value FROM meta WHERE key = 'format'").fetchone()
    except (duckdb.Error, OSError) as error:
        if "lock" in str(error):
            raise _refused(
                file, "is being written by another process.", "Wait for it to end."
            ) from None
        found = None
    if found is None:
        raise _refused(
            file,
            "is not an evidence file.",
            "Make one with `remit load CHARTER EXPORT --into FILE`.",
        )
    if found != (FORMAT,):
        raise _refused(file, f"has layout {found[0]}, not {FORMAT}.", "Load it again.")


def _refused(file: Path, wrong: str, fix: str) -> EvidenceError:
    return EvidenceError([Problem(Place(str(file)), "", wrong, fix)])


def _found(con: duckdb.DuckDBPyConnection, file: Path, word: str) -> str:
    """The pseudonym of the one person who is called so."""
    said = " ".join(word.split()).casefold()
    short = said[:15] if len(said) == 18 and said.isalnum() else said
    found = {
        person
        for person, *words in con.execute(
            "SELECT person_id, source_id, name, email FROM private.names"
        ).fetchall()
        if {said, short} & {" ".join(str(each or "").split()).casefold() for each in words}
        or said == person
    }
    found |= {
        row[0]
        for row in con.execute(
            "SELECT person_id FROM people WHERE person_id = ?", [said]
        ).fetchall()
    }
    if not said or not found:
        raise _refused(
            file,
            "knows nobody by that name, e-mail address, id or pseudonym.",
            "Write the name as the CRM has it, or give the e-mail address or the CRM's id. Who was "
            "forgotten before is not known any more.",
        )
    if len(found) > 1:
        raise _refused(
            file,
            f"has {len(found)} people who are called so.",
            "Say which one by e-mail address or by the CRM's id.",
        )
    return str(found.pop())


def _forget(con: duckdb.DuckDBPyConnection, file: Path, person: str, *, dry_run: bool) -> Forgotten:
    con.execute("BEGIN")
    key = _key(con)
    con.execute("CREATE TABLE IF NOT EXISTS private.forgotten (hash VARCHAR PRIMARY KEY)")
    rows = con.execute(
        "SELECT source_id, email, name FROM private.names WHERE person_id = ?", [person]
    ).fetchall()
    hashes = {found for source, email, _ in rows for found in _hashes(key, (source, email))}
    for each in sorted(hashes):
        con.execute("INSERT OR IGNORE INTO private.forgotten VALUES (?)", [each])
    con.execute("DELETE FROM private.names WHERE person_id = ?", [person])
    texts: dict[str, int] = {}
    for source, email, name in rows:
        for place, count in _rename_texts(con, (name, email, source)).items():
            texts[place] = texts.get(place, 0) + count
    cells = replace_person(con, person, _fresh(con))
    con.execute("ROLLBACK" if dry_run else "COMMIT")
    return Forgotten(file, len(rows), cells, texts, len(hashes), dry_run)


def _key(con: duckdb.DuckDBPyConnection) -> bytes:
    (key,) = con.execute("SELECT key FROM private.pseudonym_key").fetchone() or ("",)
    return str(key).encode()


def _hashes(key: bytes, words: Iterable[str | None]) -> set[str]:
    """Keyed hashes of an id and an address. Capitals count in an id, and not in an address."""
    return {
        hmac.new(
            key, f"forgotten {word.casefold() if '@' in word else word}".encode(), hashlib.sha256
        ).hexdigest()
        for word in words
        if word
    }


def _fresh(con: duckdb.DuckDBPyConnection) -> str:
    """A pseudonym that nobody has, drawn and not worked out from anything."""
    while True:
        drawn = f"p{secrets.token_hex(6)[:11]}"
        if not con.execute("SELECT 1 FROM people WHERE person_id = ?", [drawn]).fetchone():
            return drawn


def _has(con: duckdb.DuckDBPyConnection, schema: str, table: str) -> bool:
    return (
        con.execute(
            "SELECT 1 FROM duckdb_tables() WHERE schema_name = ? AND table_name = ? AND NOT temporary",
            [schema, table],
        ).fetchone()
        is not None
    )


def person_columns() -> list[tuple[str, tuple[str, ...]]]:
    """Every table that holds pseudonyms, with the columns that do."""
    named = {
        name: tuple(column for column, noun in table.columns.items() if noun.person)
        for name, table in TABLES.items()
    }
    found = [(name, columns) for name, columns in named.items() if columns]
    found += [(f"earlier.{name}", named[name]) for name in VERSIONED if named[name]]
    found += [(f"recorded.staged_{name}", named[name]) for name in HISTORIES]
    found += [("recorded.doers", ("owner", "creator")), ("recorded.invitations", ("person_id",))]
    return [*found, ("recorded.steps", ("recorded_by", "given_to"))]


def replace_person(con: duckdb.DuckDBPyConnection, old: str, new: str) -> dict[str, int]:
    """Put one pseudonym in the place of another; how many cells, by table and column."""
    changed = {}
    for table, columns in person_columns():
        for column in columns:
            (count,) = con.execute(
                f"SELECT count(*) FROM {table} WHERE {column} = ?", [old]
            ).fetchone() or (0,)
            if count:
                con.execute(f"UPDATE {table} SET {column} = ? WHERE {column} = ?", [new, old])
                changed[f"{table}.{column}"] = int(count)
    return changed


# Texts that name somebody by chance: a file called after its owner, a team after its lead


def _rename_texts(con: duckdb.DuckDBPyConnection, words: Sequence[str | None]) -> dict[str, int]:
    """Take a full name, an address and an id out of texts; how many, by table and column.

    `words` are the name, the address and the id. A name of one word is left, because it may be a word. So are ids of records and companies'
    names, which are not about people.
    """
    pattern = _naming(*words)
    if not pattern:
        return {}
    bounded = f"(^|[^\\pL\\pN])({pattern})($|[^\\pL\\pN])"
    instead = f"\\1{SOMEBODY}-{secrets.token_hex(4)}\\3"
    columns = _text_columns(con)
    # to make a pattern ready takes longer than to use it, so one query looks at all columns
    told = " UNION ALL ".join(
        f"SELECT DISTINCT {at} AS place, {column} AS words FROM {table}"
        for at, (table, column) in enumerate(columns)
    )
    con.execute(f"CREATE OR REPLACE TEMP TABLE told AS {told}")
    found = con.execute(
        "SELECT DISTINCT place FROM told WHERE regexp_matches(words, ?, 'i') ORDER BY 1", [bounded]
    ).fetchall()
    con.execute("DROP TABLE temp.told")
    changed = {}
    for table, column in (columns[at] for (at,) in found):
        (count,) = con.execute(
            f"""UPDATE {table} SET {column} = regexp_replace({column}, ?, ?, 'gi')
            WHERE regexp_matches({column}, ?, 'i')""",
            [bounded, instead, bounded],
        ).fetchone() or (0,)
        changed[f"{table}.{column}"] = int(count)
    return changed


def _naming(name: str | None, email: str | None, source: str | None) -> str:
    """What names somebody in a text, as a pattern; empty if nothing does for sure."""
    parts = [re.escape(part) for part in re.findall(r"\w+", name or "")]
    found = [re.escape(word) for word in (email, source) if word and len(word) > _SHORTEST]
    if len(parts) > 1:
        first, last = parts[:-1], parts[-1]
        found += [_BETWEEN.join(parts), _BETWEEN.join([last, *first])]
    local = [re.escape(part) for part in re.findall(r"\w+", (email or "").partition("@")[0])]
    if len(local) > 1:
        found.append(_BETWEEN.join(local))
    return "|".join(sorted(dict.fromkeys(found), key=len, reverse=True))


_BETWEEN = r"[^\pL\pN]{1,3}"
"""What stands between the parts of a name, in a text or in the name of a file."""
_SHORTEST = 4
"""Shorter ids are numbers that stand in texts for other things."""


def _text_columns(con: duckdb.DuckDBPyConnection) -> list[tuple[str, str]]:
    """Columns of text that are neither ids nor pseudonyms nor companies' names."""
    pseudonyms = {(table, column) for table, columns in person_columns() for column in columns}
    rows = con.execute(
        """SELECT schema_name, table_name, column_name FROM duckdb_columns()
        WHERE data_type = 'VARCHAR' AND NOT internal AND database_name = current_database()
            AND schema_name <> 'private' AND column_name NOT LIKE '%\\_id' ESCAPE '\\' ORDER BY ALL"""
    ).fetchall()
    found = [
        (table if schema == "main" else f"{schema}.{table}", column)
        for schema, table, column in rows
    ]
    return [
        (table, column)
        for table, column in found
        if (table, column) not in pseudonyms
        and (table.rpartition(".")[2], column) != ("accounts", "name")
    ]


# Who comes back with a later load


_OF_ONE = ("owner", "creator", "organiser")
"""Parts in an activity that one person has."""


def _same_person(con: duckdb.DuckDBPyConnection, person: str, back: set[str]) -> str | None:
    """The nameless pseudonym under which most of somebody's own entries are there already."""
    parts = ", ".join(f"'{part}'" for part in _OF_ONE)
    staged = " UNION ALL ".join(
        f"""SELECT b.{who} FROM recorded.staged_{table} a JOIN recorded.staged_{table} b
            ON b.record_type = a.record_type AND b.record_id = a.record_id AND b.{at} = a.{at}
            AND b.entry_id = a.entry_id WHERE a.{who} = $person AND b.{who} <> $person"""
        for table, who, at in (
            ("ownership_changes", "owner_id", "from_at"),
            ("stage_changes", "moved_by", "entered_at"),
        )
    )
    found = con.execute(
        f"""SELECT other, count(*) AS shared FROM (
            SELECT b.person_id AS other FROM participants a JOIN participants b
                ON b.activity_id = a.activity_id AND b.part = a.part
            WHERE a.person_id = $person AND b.person_id <> $person AND a.part IN ({parts})
            UNION ALL
            -- `work` is still as the load before left it
            SELECT b.person_id FROM participants a JOIN work b USING (activity_id)
            WHERE a.person_id = $person AND b.person_id <> $person AND a.part IN ({parts})
            UNION ALL {staged})
        WHERE other NOT IN (SELECT person_id FROM private.names)
        GROUP BY other ORDER BY shared DESC, other""",
        {"person": person},
    ).fetchall()
    return next((str(other) for other, _ in found if other not in back), None)


def _has_records(con: duckdb.DuckDBPyConnection, person: str) -> bool:
    """Whether anything but lists of people names somebody."""
    lists = ("people", "positions", "absences", "teams", "assignments", "role_shares")
    return any(
        con.execute(f"SELECT 1 FROM {table} WHERE {column} = ? LIMIT 1", [person]).fetchone()
        for table, columns in person_columns()
        if table.rpartition(".")[2] not in lists
        for column in columns
    )


def rows_once(con: duckdb.DuckDBPyConnection, person: str) -> None:
    """Of rows with one key that name a person, keep the one that came last."""
    for table, columns in person_columns():
        contract = TABLES.get(table)
        if contract is None or not set(columns) & set(contract.key):
            continue
        mine = " OR ".join(f"{column} = ?" for column in columns)
        con.execute(
            f"""DELETE FROM {table} WHERE rowid IN (
                SELECT rowid FROM {table} WHERE {mine}
                QUALIFY row_number() OVER (PARTITION BY {", ".join(contract.key)} ORDER BY rowid DESC) > 1)""",
            [person] * len(columns),
        )
