"""Who held which role when, and what the role was there for."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb

from remit.benchmarks import Benchmark
from remit.charter import Charter, Function, ownership
from remit.evidence import TABLES, Evidence, EvidenceError, open_evidence, read_once
from remit.evidence.reading import reading_of
from remit.evidence.write import replace_rows
from remit.terms import Period, Place, Problem
from remit.terms.shapes import days_in

SELLING = "selling"
"""Work on an open new deal whose stage does not tell discovery from closing."""
LONG_AGO, FAR_AHEAD = date(1900, 1, 1), date(2200, 1, 1)


@dataclass(frozen=True, slots=True)
class Held:
    """A person holding a role for a time (closed-open), for a share of a full job.

    `settled_day` is the first day that counts towards how the role spends its time. `segment`
    is empty where the person works in all. `basis` says how the spell is known: the charter's
    people file, an HR list, today's job title, or credits.
    """

    person_id: str
    role: str
    segment: str
    first_day: date
    settled_day: date
    end_day: date
    share: float
    basis: str

    def during(self, period: Period, *, settled: bool = False) -> Period | None:
        """The days of the spell that fall into a period, once settled if asked for."""
        start = min(self.settled_day if settled else self.first_day, self.end_day)
        return Period(start, self.end_day).meet(period)


def open_for(charter: Charter, at: Path | str, *, as_of: date | None = None) -> Evidence:
    """Open a loaded file, or a copy of one, to be held against a charter.

    Who held which role, and what each role owns, is written into the file first, if the charter
    says otherwise than when the file was last opened; editing either needs no new load, and a
    printed query runs by itself. Nothing is written into a copy: there both are held in memory.

    Raises:
        EvidenceError: As `open_evidence`, and if the file was loaded with other patterns, or the
            charter lists people and the copy has no names to know them by.
    """
    evidence = open_evidence(at, as_of=as_of, reading=reading_of(charter))
    wanted = [dataclasses.asdict(spell) for spell in _spells(charter, evidence)]
    remits = _remits(charter)
    software = evidence["people"].filter(lambda t: ~t.is_person).person_id.to_pyarrow().to_pylist()
    counted = _role_shares(wanted, set(software), charter.segment_names())
    if (
        _same(wanted, evidence, "assignments")
        and _same(remits, evidence, "remits")
        and _same(counted, evidence, "role_shares")
    ):
        return evidence
    tables = {"assignments": wanted, "remits": remits, "role_shares": counted}
    file = evidence.place.file
    if file is None:
        evidence.hold(tables)
        return evidence
    evidence.connection.disconnect()
    try:
        replace_rows(file, tables)
    except duckdb.Error as error:
        raise EvidenceError(
            [
                Problem(
                    Place(str(file)),
                    "",
                    "cannot be written to, and holds other roles than the charter has now.",
                    "Close other programs that have it open, or make it writable.",
                )
            ]
        ) from error
    return open_evidence(at, as_of=as_of, reading=reading_of(charter))


def _role_shares(
    held: Sequence[Mapping[str, Any]], software: set[str], segments: Sequence[str]
) -> list[dict[str, Any]]:
    """Which role a person's work counts for on which days, once settled in it.

    Work of somebody in two roles at once goes to the one whose segment it is in, else to both by
    the share they hold. Software does no work.
    """
    of: dict[str, list[Mapping[str, Any]]] = {}
    for spell in held:
        if spell["person_id"] not in software and spell["settled_day"] < spell["end_day"]:
            of.setdefault(spell["person_id"], []).append(spell)
    rows: list[dict[str, Any]] = []
    numbered: dict[tuple[str, str], int] = {}
    for person in sorted(of):
        cuts = sorted({spell[word] for spell in of[person] for word in ("settled_day", "end_day")})
        for first, end in itertools.pairwise(cuts):
            active = [s for s in of[person] if s["settled_day"] <= first < s["end_day"]]
            by_segment = {segment: _weights(active, segment) for segment in (*segments, "")}
            alike = len(set(by_segment.values())) == 1
            for segment in ("",) if alike else by_segment:
                for spell, weight in zip(active, by_segment[segment], strict=True):
                    if weight > 0:
                        rows.append(
                            {
                                "share_id": len(rows) + 1,
                                "held_id": numbered.setdefault(
                                    (spell["role"], spell["segment"]), len(numbered) + 1
                                ),
                                "person_id": person,
                                "work_segment": None if alike else segment,
                                "role": spell["role"],
                                "segment": spell["segment"],
                                "first_day": first,
                                "end_day": end,
                                "weight": weight,
                            }
                        )
    return rows


def _weights(active: Sequence[Mapping[str, Any]], segment: str) -> tuple[float, ...]:
    fitting = [spell["segment"] in ("", segment) for spell in active]
    shares = [
        spell["share"] if fits or not any(fitting) else 0.0
        for spell, fits in zip(active, fitting, strict=True)
    ]
    whole = sum(shares)
    return tuple(share / whole if whole else 0.0 for share in shares)


def _same(wanted: list[dict[str, Any]], evidence: Evidence, table: str) -> bool:
    """Whether a table in the file holds these rows, in whatever order."""
    names = [name for name in TABLES[table].columns if name not in ("known_from", "stated_at")]
    there = evidence.sql(f"SELECT {', '.join(names)} FROM {table}")
    rows = (tuple(row[name] for name in names) for row in wanted)
    return sorted(map(str, there)) == sorted(map(str, rows))


def _remits(charter: Charter) -> list[dict[str, Any]]:
    """The ownership map as rows, with `selling` and with work in no segment.

    Selling is discovery or closing, one cannot tell which: whoever owns either owns it. Work in
    no segment is owned by whoever owns it in any.
    """
    best: dict[tuple[str, str, str, str], str] = {}
    for cell in ownership(charter):
        functions = [cell.function.value]
        if cell.function in (Function.DISCOVERY, Function.CLOSING):
            functions.append(SELLING)
        for function in functions:
            for segment in (cell.segment, ""):
                key = (cell.role, segment, cell.account_age.value, function)
                if best.get(key) != "owned":
                    best[key] = "assisted" if cell.assists else "owned"
    names = ("role", "segment", "account_age", "function")
    return [{**dict(zip(names, key, strict=True)), "part": part} for key, part in best.items()]


@read_once
def roles_held(evidence: Evidence) -> tuple[Held, ...]:
    """Every spell in the file."""
    table = (
        evidence["assignments"]
        .drop("known_from")
        .order_by("role", "segment", "first_day", "person_id")
    )
    rows = table.to_pyarrow().to_pylist()
    return tuple(Held(**row) for row in rows)


def spells(evidence: Evidence) -> Any:
    """The spells as a table to join with; `spell_segment` is the segment held in."""
    return evidence["assignments"].drop("known_from", "basis").rename(spell_segment="segment")


def _spells(charter: Charter, evidence: Evidence) -> list[Held]:
    """Every spell, from the best source there is.

    The charter's dated people decide where it has any; a person is matched by e-mail address,
    by the CRM's id or by name. Else job titles are held against the charter's `titles`: those of
    an HR list from day to day; for whom it has none, today's in the CRM over the whole time,
    because CRMs keep no history of titles. Else the roles people were credited in, over the whole
    time.
    """
    numbers = charter.numbers()
    if charter.people:
        return _settled(_from_people(charter, evidence), charter, numbers, evidence.as_of)

    def whole_time(person: str, role: str, segment: str, basis: str) -> Held:
        return Held(person, role, segment, LONG_AGO, LONG_AGO, FAR_AHEAD, 1.0, basis)

    positions = evidence["positions"].to_pyarrow().to_pylist()
    listed = [
        Held(
            row["person_id"],
            title.role,
            title.segment or _only_segment(charter, title.role),
            row["first_day"],
            row["first_day"],
            row["end_day"] or FAR_AHEAD,
            1.0,
            "HR list",
        )
        for row in positions
        if (title := charter.title(row["title"])) is not None
    ]
    on_list = {row["person_id"] for row in positions}
    people = evidence["people"]
    titled = _settled(listed, charter, numbers, evidence.as_of) + [
        whole_time(
            row["person_id"],
            title.role,
            title.segment or _only_segment(charter, title.role),
            "title",
        )
        for row in people.filter(people.is_person).to_pyarrow().to_pylist()
        if row["person_id"] not in on_list and (title := charter.title(row["title"])) is not None
    ]
    if titled:
        return titled
    credited = evidence["deal_credits"].select("person_id", "role").distinct()
    return [
        whole_time(row["person_id"], row["role"], "", "credit")
        for row in credited.to_pyarrow().to_pylist()
    ]


def _from_people(charter: Charter, evidence: Evidence) -> list[Held]:
    if evidence.place.names is None:
        raise EvidenceError(
            [
                Problem(
                    Place(evidence.place.shown),
                    "",
                    "holds no names, by which the charter's people are known.",
                    "Copy it again with --with-names, or use the loaded file.",
                )
            ]
        )
    known: dict[str, str] = {}
    for row in evidence.people():
        for word in ("name", "source_id", "email"):
            if row[word]:
                known[str(row[word]).casefold()] = row["person_id"]
    held = []
    for spell in charter.people:
        word = spell.person.casefold()
        person = known.get(word) or (known.get(word[:15]) if len(word) == 18 else None)
        if person is None:
            continue
        first = spell.first_day or LONG_AGO
        held.append(
            Held(
                person,
                spell.role,
                spell.segment or _only_segment(charter, spell.role),
                first,
                first,
                spell.last_day + timedelta(days=1) if spell.last_day else FAR_AHEAD,
                spell.share,
                "people file",
            )
        )
    return held


def _settled(
    held: list[Held], charter: Charter, numbers: Mapping[str, Benchmark], day: date
) -> list[Held]:
    """The spells with the days left out in which somebody settles in or ramps up.

    Somebody's first spell leaves out the role's ramp, or else the shortest of its kind; a later one
    `settling_days`; going on in the same role leaves out none.
    """
    moved = int(numbers["settling_days"].at(day).value or 0)
    found = []
    for spell in held:
        before = [
            o for o in held if o.person_id == spell.person_id and o.first_day < spell.first_day
        ]
        role = charter.roles[spell.role]
        name = f"ramp_{(role.kind or 'none').lower().replace(' ', '_')}"
        ramp = numbers[name].at(day).range if name in numbers else None
        if role.ramp is not None:
            ramp = (days_in(role.ramp), days_in(role.ramp))
        if any(o.role == spell.role and o.end_day >= spell.first_day for o in before):
            days = 0
        elif before or ramp is None:
            days = moved
        else:
            days = int(ramp[0])
        late = spell.first_day > LONG_AGO
        settled = spell.first_day + timedelta(days=days) if late else spell.first_day
        found.append(dataclasses.replace(spell, settled_day=min(settled, spell.end_day)))
    return found


def _only_segment(charter: Charter, role: str) -> str:
    """The segment of a role that works in one segment only."""
    segments = charter.roles[role].segments or charter.segment_names()
    return segments[0] if len(segments) == 1 else ""
