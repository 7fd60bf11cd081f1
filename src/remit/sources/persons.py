"""Whom a word of a list means: a person is named by address, by an id of the CRM, or by name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import duckdb

from remit.sources.cells import Derived


@dataclass(eq=False)
class Persons:
    """The people whom the evidence knows, and those whom a list brings with it."""

    con: duckdb.DuckDBPyConnection
    _known: dict[str, set[str]] = field(default_factory=dict)
    _new: dict[str, tuple[str, str | None, str | None]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for person, *words in self.con.execute(
            "SELECT person_id, email, source_id, name FROM private.names"
        ).fetchall():
            for word in words:
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
        key = _key(word or "")
        found = self._known.get(key, set())
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
            "CREATE OR REPLACE TEMP TABLE new_people "
            "(person_id VARCHAR, source_id VARCHAR, name VARCHAR, email VARCHAR)"
        )
        self.con.executemany(
            "INSERT INTO new_people VALUES (?, ?, ?, ?)",
            [[person, *words] for person, words in self._new.items()],
        )
        yield Derived("people", "SELECT person_id, true AS is_person FROM new_people")
        yield Derived("private.names", "SELECT * FROM new_people")
        self._new.clear()


def _key(word: str) -> str:
    return " ".join(word.split()).casefold()
