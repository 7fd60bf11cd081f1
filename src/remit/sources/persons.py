"""Whom a word of a list means: a person is named by address, by an id of the CRM, or by name.

A list may be loaded before the CRM whose people it speaks of. Whoever it then calls by a word is
somebody without a name until `one_each` knows better.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import duckdb

from remit.evidence.forgetting import replace_person, rows_once
from remit.sources.cells import Derived
from remit.sources.salesforce_ids import in_15


@dataclass(eq=False)
class Persons:
    """The people whom the evidence knows, and those whom a list brings with it."""

    con: duckdb.DuckDBPyConnection
    _ids: dict[str, set[str]] = field(default_factory=dict)
    """Ids as they are written: two may differ in capitals only."""
    _known: dict[str, set[str]] = field(default_factory=dict)
    _new: dict[str, tuple[str, str | None, str | None]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for person, id_, *words in self.con.execute(
            "SELECT person_id, source_id, email, name FROM private.names"
        ).fetchall():
            self._ids.setdefault(id_, set()).add(person)
            for word in (id_, *words):
                self._learn(word, person)

    def also_called(self, person: str, word: str | None) -> None:
        """Let a word mean somebody from now on, such as a number that only one list has."""
        self._learn(word, person)

    def _learn(self, word: str | None, person: str) -> None:
        if word and (key := _key(word)):
            self._known.setdefault(key, set()).add(person)

    def find(self, word: str | None) -> str | None:
        """The pseudonym of whoever is meant; None if nobody is, or two might be."""
        found = self._all(word)
        return next(iter(found)) if len(found) == 1 else None

    def doubtful(self, word: str | None) -> bool:
        """Whether two people might be meant."""
        return len(self._all(word)) > 1

    def _all(self, word: str | None) -> set[str]:
        bare, key = (word or "").strip(), _key(word or "")
        found = self._ids.get(bare, set()) or self._known.get(key, set())
        if not found and len(bare) == 18 and bare.isalnum():
            found = self._ids.get(bare[:15], set())
        if not found and len(key) == 18 and key.isalnum():
            found = self._known.get(key[:15], set())  # Salesforce's long form of an id
        if not found and key.count(",") == 1:
            last, first = key.split(",")
            found = self._known.get(_key(f"{first} {last}"), set())
        return found

    def find_or_add(
        self, word: str, *, name: str | None = None, email: str | None = None
    ) -> str | None:
        """As `find`; a person whom nobody knows yet is one from now on. None if two might be meant."""
        if self.doubtful(word):
            return None
        if (found := self.find(word)) is not None:
            return found
        key = _key(word)
        (person,) = self.con.execute("SELECT person(?)", [key]).fetchone() or ("",)
        is_address = "@" in key
        email = email or (key if is_address else None)
        name = name or (None if is_address else word.strip())
        self._new[person] = (key, name, email.casefold() if email else None)
        for each in (key, name, email):
            self._learn(each, person)
        return str(person)

    def added(self) -> Iterator[Derived]:
        """Those whom no table knew, as rows of `people` and of the names that lie apart."""
        if not self._new:
            return
        self.con.execute(
            "CREATE OR REPLACE TEMP TABLE new_people (person_id VARCHAR, source_id VARCHAR, "
            "name VARCHAR, email VARCHAR, by_word BOOLEAN)"
        )
        self.con.executemany(
            "INSERT INTO new_people VALUES (?, ?, ?, ?, true)",
            [[person, *words] for person, words in self._new.items()],
        )
        yield Derived(
            "people",
            """SELECT person_id, true AS is_person FROM new_people
            WHERE person_id NOT IN (SELECT person_id FROM people)""",
        )
        yield Derived("private.names", "SELECT * FROM new_people")
        self._new.clear()

    def meant(self, words: Iterable[str]) -> int:
        """Fill the temporary table `meant` with whom each word means; how many are known already.

        `meant` has `word`, `person_id`, and `source_id`, by which somebody new is known from now
        on. A word that two people are called by is somebody of its own.
        """
        self.con.execute(
            f"""CREATE OR REPLACE TEMP TABLE meant AS
            SELECT word, CAST(NULL AS VARCHAR) AS person_id, CAST(NULL AS BOOLEAN) AS known,
                CASE WHEN contains(word, '@') THEN lower(word) ELSE {in_15("word")} END AS source_id
            FROM (SELECT DISTINCT unnest(CAST(? AS VARCHAR[])) AS word)""",
            [list(words)],
        )
        found = [
            [person, word]
            for (word,) in self.con.execute("SELECT word FROM meant").fetchall()
            if (person := self.find(word)) is not None
        ]
        if found:
            self.con.executemany(
                "UPDATE meant SET person_id = ?, known = true WHERE word = ?", found
            )
        self.con.execute("UPDATE meant SET person_id = person(source_id) WHERE person_id IS NULL")
        (other,) = self.con.execute(
            "SELECT count(*) FROM meant WHERE known AND person_id <> person(word)"
        ).fetchone() or (0,)
        return int(other)


def one_each(con: duckdb.DuckDBPyConnection) -> None:
    """Let whoever a list called by a word before anybody knew them be the CRM's person from now on.

    Run it after every source. Who is known by a word only is somebody of whom more is known, if
    their address, their id or their name is that of one such person and no more.
    """
    rows = con.execute(
        "SELECT person_id, source_id, email, name, coalesce(by_word, false) FROM private.names "
        "ORDER BY 1"
    ).fetchall()
    known: dict[str, dict[str, int]] = {}
    for person, *words, by_word in rows:
        rank = _rank(*words, by_word=by_word)
        for word in filter(None, words):
            known.setdefault(_key(word), {})[person] = rank
    for person, id_, email, name, by_word in rows:
        rank = _rank(id_, email, name, by_word=by_word)
        if not by_word:
            continue
        for word in filter(None, (email, id_, name)):
            others = {o: r for o, r in known[_key(word)].items() if o != person and r > rank}
            best = [other for other, r in others.items() if r == max(others.values())]
            if len(best) == 1:
                _become(con, person, best[0])
            if best:
                break


def _rank(id_: str, email: str | None, name: str | None, *, by_word: bool) -> int:
    """How much is known of somebody: a word; a word and more of a list; what the CRM says."""
    if not by_word:
        return 2
    return int(any(word and _key(word) != _key(id_) for word in (email, name)))


def _become(con: duckdb.DuckDBPyConnection, person: str, other: str) -> None:
    """Put somebody in the place of who was known by a word only."""
    con.execute("DELETE FROM private.names WHERE person_id = ?", [person])
    con.execute("DELETE FROM earlier.people WHERE person_id = ?", [person])
    con.execute(
        "DELETE FROM people WHERE person_id = ? AND EXISTS (SELECT 1 FROM people WHERE person_id = ?)",
        [person, other],
    )
    replace_person(con, person, other)
    rows_once(con, other)


def _key(word: str) -> str:
    return " ".join(word.split()).casefold()
