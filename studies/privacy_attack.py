"""Whether anybody's doings can be worked out from all that an audit puts out.

The attacker holds every output of one company (JSON, HTML, PDF, workbook, both screens, an audit as
of an earlier day, coverage, the structure decision) and knows the organisation: who holds which role
in which segment from when, who leads whom, how long people work. Of every additive quantity about
what people did a row is set up, its people known or not known one by one, month by month; a leak is
any combination of rows that is about fewer people than the minimum group. Besides, every text is
searched for whatever stands for one person.

    python studies/privacy_attack.py --out docs/studies/privacy-attack.jsonl
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import re
import shutil
import subprocess
import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from rich.console import Console

from remit.audit import audit, compared
from remit.audit.run import measured_days
from remit.charter import Charter, read_charter
from remit.decide import decide
from remit.evidence import Evidence, open_evidence
from remit.evidence.describe import describe
from remit.measures import open_for
from remit.measures.coverage import coverage_by_role
from remit.measures.roles import Held, roles_held
from remit.measures.work import work
from remit.report.contents import contents
from remit.report.decided import decided_as_json, show_decided
from remit.report.described import described_as_json, show_described
from remit.report.html import html
from remit.report.junit import junit
from remit.report.machine import as_json
from remit.report.sarif import sarif
from remit.report.terminal import show
from remit.report.workbook import workbook
from remit.sources import load
from remit.terms import Period, Severity

SEED = 20261122
GROUP = 5
TODAY = date(2026, 12, 31)
EARLIER = date(2026, 6, 30)
FIRST = date(2025, 1, 1)
ROLES = ("sdr", "ae", "se", "csm", "boss", "vp")
SEGMENTS = ("small", "middle", "large")
CHARTER = """
company: Acme
currency: USD
time_zone: UTC
week_hours: 40
segments:
  small: {where: {employees: {below: 100}}, technical_sale: true, facts: {personas: 2}}
  middle: {where: {employees: {at_least: 100, below: 1000}}, technical_sale: true}
  large: {where: {employees: {at_least: 1000}}, technical_sale: true, size: enterprise}
roles:
  sdr: {is: SDR, plan: p, ramp: 30 days}
  ae: {is: AE, plan: p, ramp: 60 days, reports_to: boss}
  se: {is: SE, plan: p}
  csm: {is: CSM, owns: [onboarding, customer_success, renewal, expansion], plan: p}
  boss: {is: sales manager, plan: p}
  vp: {is: VP Sales, plan: p}
people: people.csv
outside: [support]
plans: {p: {ote: 120000, pay_mix: 60/40}}
activities:
  rules:
    - {name: talks, where: {Subject: "1:1*"}, is: management}
cadences:
  - {is: one_to_one, by: boss, with: ae, every: 1 week, seen_in: talks}
  - {is: one_to_one, by: boss, every: 1 week, seen_in: talks}
deals:
  kind: {new: [New]}
  stages: {Discovery: discovery, Validation: technical_validation, Proposal: closing}
handoffs:
  - name: meeting
    from: sdr
    to: ae
    at: discovery
    decide_within: 2 days
    offered: {object: Event}
    held: {object: Event, field: Held__c}
    accepted: {object: Opportunity, field: SAO__c}
    rejected: {object: Event, field: Rejected__c}
    converted: {object: Opportunity, stage: Proposal}
privacy: {minimum_group: GROUP}
"""


# A company


@dataclass(frozen=True)
class Employee:
    """Somebody holding a role in a segment, in all of them if it is empty, for a time."""

    email: str
    role: str
    segment: str
    first: date
    last: date | None
    manager: str


@dataclass
class Made:
    """A company as tables, and what each of its people really did."""

    charter: str
    people: str
    tables: dict[str, list[dict[str, Any]]]
    employees: list[Employee]
    truth: dict[str, dict[tuple[str, Hashable], float]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(float))
    )


def company(
    seed: int, sizes: Mapping[tuple[str, str], int], *, group: int = GROUP, busy: int = 3
) -> Made:
    """A company with so many people by role and segment, some of whom come or go within the time.

    Args:
        seed: For whatever happens.
        sizes: People by role and segment; an empty segment is all of them.
        group: The charter's minimum group.
        busy: Pieces of work a month and person.
    """
    chance = np.random.default_rng([SEED, seed])
    staff: list[Employee] = []
    for (role, segment), many in sizes.items():
        for n in range(many):
            first, last = date(2023, 1, 1), None
            if n and n % 4 == 3:
                first = date(2026, int(chance.integers(1, 10)), 1)
            elif n % 5 == 4:
                last = date(2026, int(chance.integers(3, 11)), 15)
            word = f"{role}.{segment or 'all'}{n}.{''.join(chance.choice(list('bcdfghkmnp'), 5))}"
            staff.append(Employee(f"{word}@acme.example", role, segment, first, last, ""))
    bosses = [e.email for e in staff if e.role == "boss"]
    staff = [
        Employee(e.email, e.role, e.segment, e.first, e.last, bosses[at % len(bosses)])
        if bosses and e.role in ("sdr", "ae")
        else e
        for at, e in enumerate(staff)
    ]
    written = io.StringIO()
    rows = csv.writer(written)
    rows.writerow(["person", "role", "segment", "from", "to", "manager"])
    for e in staff:
        rows.writerow([e.email, e.role, e.segment, e.first, e.last or "", e.manager])
    made = Made(CHARTER.replace("GROUP", str(group)), written.getvalue(), {}, staff)
    _happenings(made, chance, busy)
    return made


def _there(e: Employee, day: date) -> bool:
    return e.first <= day and (e.last is None or day <= e.last)


def _happenings(made: Made, chance: np.random.Generator, busy: int) -> None:
    t: dict[str, list[dict[str, Any]]] = defaultdict(list)
    staff = made.employees
    t["people"] = [
        {"person_id": e.email, "title": e.role, "is_person": "true", "manager_id": e.manager}
        for e in staff
    ]
    for segment in SEGMENTS:
        for n in range(12):
            t["accounts"].append({"account_id": f"A-{segment}-{n}", "segment": segment, "created_at": f"{FIRST}"})  # fmt: skip
            t["leads"].append({"lead_id": f"L-{segment}-{n}", "segment": segment, "created_at": f"{FIRST}", "inbound": "false"})  # fmt: skip
    t["leads"].append({"lead_id": "L-last", "created_at": f"{TODAY}T08:00:00", "inbound": "false"})
    number = 0

    def piece(e: Employee, day: date, record: tuple[str, str], kind: str, *others: str, rule: str = "") -> None:  # fmt: skip
        nonlocal number
        number += 1
        name = f"W{number}"
        t["activities"].append({
            "activity_id": name, "kind": kind, "happened_at": f"{day}T{8 + number % 9:02}:{number % 60:02}:00", "day": f"{day}",
            "date_only": "false", "minutes": int(chance.integers(11, 200)), "counted": "true", "rule": rule,
        })  # fmt: skip
        for person in (e.email, *others):
            t["participants"].append({"activity_id": name, "person_id": person, "part": "attended"})
        if record[0]:
            t["activity_links"].append({"activity_id": name, "record_type": record[0], "record_id": record[1]})  # fmt: skip

    def one_of(segment: str, kind: str) -> str:
        where = segment or str(chance.choice(SEGMENTS))
        return f"{kind}-{where}-{int(chance.integers(0, 12))}"

    months = [m.start for m in Period(FIRST, TODAY + timedelta(days=1)).months()]
    deal = 0
    for e in staff:
        for month in months:
            for _ in range(busy if month.year == 2026 else 1):
                day = month + timedelta(days=int(chance.integers(0, 27)))
                if not _there(e, day):
                    continue
                if e.role in ("sdr", "ae"):
                    piece(e, day, ("lead", one_of(e.segment, "L")), "call")
                if e.role in ("csm", "se"):
                    piece(e, day, ("account", one_of(e.segment, "A")), "meeting")
                if e.role in ("vp", "boss"):
                    piece(e, day, ("account", one_of(e.segment, "A")), "meeting")
                if e.role == "csm":
                    number += 1
                    t["tickets"].append({"ticket_id": f"T{number}", "account_id": one_of(e.segment, "A"), "opened_at": f"{day}T09:00:00", "owner_id": e.email})  # fmt: skip
                if e.role == "ae" and chance.random() < 0.9:
                    deal += 1
                    _deal(made, t, chance, e, deal, day, one_of(e.segment, "A"))
                    if chance.random() < 0.6:
                        piece(e, day + timedelta(days=3), ("opportunity", f"D{deal}"), "meeting")
                if e.role == "sdr":
                    takers = [o for o in staff if o.role == "ae" and _there(o, day) and (not o.segment or not e.segment or o.segment == e.segment)]  # fmt: skip
                    if takers:
                        number += 1
                        _case(made, t, chance, e, takers[int(chance.integers(0, len(takers)))], number, day)  # fmt: skip
        if e.role in ("sdr", "ae") and e.manager:
            boss = next(o for o in staff if o.email == e.manager)
            for week in range(0, 364, 7):
                day = date(2026, 1, 7) + timedelta(days=week)
                if _there(e, day) and _there(boss, day) and chance.random() < 0.5:
                    piece(boss, day, ("", ""), "meeting", e.email, rule="talks")
    for e in staff:
        if e.role == "ae":
            for first, end in pairwise((date(2026, 1, 1), date(2026, 4, 1), date(2026, 7, 1), date(2026, 10, 1), date(2027, 1, 1))):  # fmt: skip
                if _there(e, first) and _there(e, end - timedelta(days=1)):
                    t["quotas"].append({"person_id": e.email, "measure": "new_arr", "first_day": f"{first}", "end_day": f"{end}", "amount": 20000, "currency": "USD"})  # fmt: skip
    made.tables = dict(t)


def _deal(made: Made, t: Any, chance: np.random.Generator, e: Employee, n: int, day: date, account: str) -> None:  # fmt: skip
    closed = day + timedelta(days=int(chance.integers(10, 60)))
    won = bool(chance.random() < 0.45)
    is_open = closed >= TODAY
    worth = round(float(chance.uniform(1000, 9000)), 2)
    t["opportunities"].append({
        "opportunity_id": f"D{n}", "account_id": account, "kind": "new", "owner_id": e.email,
        "created_by": e.email, "created_at": f"{day}T10:00:00", "amount": worth, "currency": "USD",
        "company_amount": worth, "stage": "Proposal" if is_open else "Closed",
        "closed_at": "" if is_open else f"{closed}T12:00:00", "won": "" if is_open else str(won).lower(),
        "close_day": f"{closed}",
    })  # fmt: skip
    for place, (stage, at) in enumerate((("Discovery", day), ("Validation", day + timedelta(days=3)), ("Proposal", day + timedelta(days=6))), 1):  # fmt: skip
        t["stage_changes"].append({"record_type": "opportunity", "record_id": f"D{n}", "stage": stage, "entered_at": f"{at}T11:00:00", "place": place})  # fmt: skip
    if not is_open:
        tag = closed.replace(day=1)
        made.truth["deals closed"][e.email, tag] += 1
        made.truth["deals won"][e.email, tag] += won


def _case(made: Made, t: Any, chance: np.random.Generator, e: Employee, taker: Employee, n: int, day: date) -> None:  # fmt: skip
    where = e.segment or taker.segment or str(chance.choice(SEGMENTS))
    steps = [("offered", day, e), ("held", day + timedelta(days=1), e)]
    if (chosen := chance.random()) < 0.6:
        steps.append(("accepted", day + timedelta(days=2), taker))
        if chosen < 0.3:
            steps.append(("converted", day + timedelta(days=9), taker))
    elif chosen < 0.8:
        steps.append(("rejected", day + timedelta(days=2), taker))
    for step, at, who in steps:
        if at > TODAY:
            continue
        t["handoffs"].append({
            "handoff": "meeting", "case_id": f"C{n}", "step": step, "happened_at": f"{at}T10:00:00",
            "prospect_id": f"L-{where}-{n % 12}", "segment": where, "recorded_by": who.email,
            "given_to": taker.email if step == "offered" else "",
        })  # fmt: skip
        if day >= date(2026, 1, 1):
            made.truth[f"handoffs {step}"][who.email, (where, day.replace(day=1))] += 1


# What is put out


@dataclass
class Outputs:
    """Everything the attacker is given, and the organisation."""

    texts: dict[str, str]
    audits: list[dict[str, Any]]
    """The JSON of each day."""
    coverages: list[dict[str, Any]]
    held: tuple[Held, ...]
    words: dict[str, str]
    """The e-mail address behind each pseudonym: for checking, not for the attack."""
    hours: dict[tuple[str, Hashable], float]
    """Hours by person and (function, month, segment of the work): for checking."""
    evidence: Evidence


def outputs(made: Made, place: Path, *, pdf: bool = True, now: date = TODAY) -> Outputs:
    """Load the company, audit it on two days, and write every output there is."""
    place.mkdir(parents=True, exist_ok=True)
    (place / "charter.yaml").write_text(made.charter)
    (place / "people.csv").write_text(made.people)
    declared = read_charter(place / "charter.yaml")
    tables = {name: rows for name, rows in made.tables.items() if rows}
    for name, rows in tables.items():
        columns = list(dict.fromkeys(column for row in rows for column in row))
        with (place / f"{name}.csv").open("w", newline="") as file:
            writer = csv.DictWriter(file, columns, restval="")
            writer.writeheader()
            writer.writerows(rows)
    mapping = {
        "tables": {
            name: {"file": f"{name}.csv", "columns": {c: c for row in rows for c in row}}
            for name, rows in tables.items()
        }
    }
    (place / "mapping.yaml").write_text(yaml.safe_dump(mapping))
    into = place / "evidence.duckdb"
    load(declared, [place / "mapping.yaml"], into, today=now)
    texts: dict[str, str] = {}
    audits, coverages = [], []
    before = None
    decided = decide(declared, day=now)
    for day in (EARLIER, now):
        evidence = open_for(declared, into, as_of=day)
        found = audit(declared, evidence, today=now)
        shown = contents(
            found,
            since=before,
            changes=compared(before, found) if before is not None else (),
            decided=decided,
        )
        text = as_json(shown)
        audits.append(json.loads(text))
        for name, said in _rendered(shown, declared, day, pdf=pdf).items():
            texts[f"{name} of {day}"] = said
        texts[f"JSON of {day}"] = text
        numbers = declared.numbers()
        coverage = coverage_by_role(evidence, declared, numbers, measured_days(evidence))
        described = describe(open_evidence(into), minimum_group=found.minimum_group)
        texts[f"evidence JSON of {day}"] = described_as_json(described, coverage)
        coverages.append(json.loads(texts[f"evidence JSON of {day}"])["coverage"])
        texts[f"evidence of {day}"] = _printed(lambda c: show_described(described, coverage, c))  # noqa: B023
        before = found
    texts["decide JSON"] = decided_as_json(decided)
    texts["decide"] = _printed(lambda c: show_decided(decided, c, full=True))
    words = {row["person_id"]: str(row["source_id"]) for row in evidence.people()}
    return Outputs(
        texts, audits, coverages, roles_held(evidence), words, _hours(evidence, declared), evidence
    )


def _printed(to: Callable[[Console], None]) -> str:
    console = Console(file=io.StringIO(), width=100, highlight=False)
    to(console)
    return console.file.getvalue()  # type: ignore[attr-defined,no-any-return]


def _rendered(shown: Any, declared: Charter, day: date, *, pdf: bool) -> dict[str, str]:
    from python_calamine import CalamineWorkbook

    book = CalamineWorkbook.from_filelike(io.BytesIO(workbook(shown)))
    cells = [
        "\t".join(str(cell) for cell in row)
        for name in book.sheet_names
        for row in book.get_sheet_by_name(name).to_python()
    ]
    told = {
        "HTML": html(shown),
        "screen": _printed(lambda c: show(shown.audit, c)),
        "workbook": "\n".join(cells),
        "JUnit": junit(shown.audit, Severity.RED),
        "SARIF": sarif(shown.audit, Path("charter.yaml")),
    }
    if pdf and shutil.which("pdftotext"):
        from remit.report.pdf import pdf as as_pdf

        with tempfile.NamedTemporaryFile(suffix=".pdf") as file:
            file.write(as_pdf(shown))
            file.flush()
            run = subprocess.run(["pdftotext", "-layout", file.name, "-"], capture_output=True, text=True, check=True)  # fmt: skip
        told["PDF"] = run.stdout
    return told


def _hours(evidence: Evidence, declared: Charter) -> dict[tuple[str, Hashable], float]:
    over = measured_days(evidence)
    rows = work(evidence, declared, declared.numbers(), over)
    summed = rows.group_by(["person_id", "function", "month", "segment"]).agg(minutes=rows.minutes.sum())  # fmt: skip
    found: dict[tuple[str, Hashable], float] = defaultdict(float)
    for row in summed.to_pyarrow().to_pylist():
        month = date(row["month"].year, row["month"].month, 1)
        if row["function"] != "unknown":
            # under one of the two: rows that tell them apart are not held against the truth
            found[row["person_id"], (row["function"], month, row["segment"] or "", True)] += row["minutes"] / 60  # fmt: skip
    return found


# The rows


@dataclass(frozen=True)
class Row:
    """One published quantity: a sum over people and parts of what they did."""

    metric: str
    said: str
    value: float
    about: frozenset[tuple[str, Hashable]]
    """(person, part) with weight one each."""
    within: float | None = 0.51
    """How far rounding may have moved it; None where it cannot be held against the truth."""


FUNCTIONS = (
    "prospecting", "qualification", "discovery", "technical_validation", "deal_desk", "closing",
    "selling", "onboarding", "customer_success", "support", "renewal", "expansion", "management",
    "internal",
)  # fmt: skip


@dataclass
class Attack:
    """One day's outputs, read by somebody who knows the organisation."""

    doc: dict[str, Any]
    held: tuple[Held, ...]

    def __post_init__(self) -> None:
        first, last = (date.fromisoformat(self.doc["over"][w]) for w in ("first_day", "last_day"))
        self.over = Period(first, last + timedelta(days=1))
        end = self.over.end
        self.year = Period(min(first, end - timedelta(days=365)), end)
        self.months = [m.start.replace(day=1) for m in self.over.months()]
        self.roles = [d["role"] for d in self.doc["declared"]]

    def people(
        self, roles: Iterable[str], segments: Iterable[str], over: Period, *, settled: bool = False
    ) -> set[str]:
        """Who held one of these roles, in these segments or any, on any of these days."""
        roles, segments = set(roles), set(segments)
        return {
            s.person_id
            for s in self.held
            if s.role in roles
            and (not segments or s.segment in segments)
            and s.during(over, settled=settled)
        }

    def rows(self) -> Iterator[Row]:
        """Every quantity that can be read as a sum over people."""
        yield from self._hours()
        yield from self._handoffs()
        yield from self._handovers()
        for finding in self.doc["findings"]:
            reader = getattr(self, f"_{finding['check']}", None)
            if reader is not None:
                yield from reader(finding)

    def _part(self, time: Mapping[str, Any]) -> set[str]:
        if time["role"] in self.roles:
            return self.people([time["role"]], time["segments"], self.over, settled=True)
        alone = {t["role"] for t in self.doc["times"]}
        small = [role for role in self.roles if role not in alone]
        return self.people(small, (), self.over, settled=True)

    def _worked(
        self,
        people: Iterable[str],
        functions: Iterable[str],
        months: Iterable[date] = (),
        where: Iterable[str] = (),
        owned: Sequence[bool] = (True, False),
    ) -> frozenset[tuple[str, Hashable]]:
        """Work of some people, in the months in which they had settled in a role.

        Whether a function has an owner where the work was is not known of a piece of work.
        """
        there = {
            (s.person_id, m.start.replace(day=1))
            for s in self.held
            for m in self.over.months()
            if s.during(m, settled=True)
        }
        return frozenset(
            (person, (f, m, s, o))
            for person in people
            for m in (list(months) or self.months)
            if (person, m) in there
            for f in functions
            for s in (list(where) or [*SEGMENTS, ""])
            for o in owned
        )

    def _since(
        self, people: Iterable[str], months: Iterable[date], parts: Iterable[Hashable] = ("",)
    ) -> frozenset[tuple[str, Hashable]]:
        """What some people did in months since they came, also after they left."""
        first: dict[str, date] = {}
        for s in self.held:
            first[s.person_id] = min(s.first_day, first.get(s.person_id, s.first_day)).replace(
                day=1
            )
        listed = list(parts)
        return frozenset(
            (person, (part, month) if part != "" else month)
            for person in people
            for month in months
            if first[person] <= month
            for part in listed
        )

    def _hours(self) -> Iterator[Row]:
        for time in self.doc["times"]:
            there = self._part(time)
            about = f"{time['role']} in {time['segments']}"
            yield Row("hours", f"recorded, {about}", time["recorded_hours"], self._worked(there, FUNCTIONS), 0.01)  # fmt: skip
            for f in time["functions"]:
                yield Row("hours", f"{f['function']}, {about}", f["hours"], self._worked(there, [f["function"]]), 0.01)  # fmt: skip
            for point in time["months"]:
                month = date.fromisoformat(point["month"])
                worked = self._working(there, time, month)
                yield Row("hours", f"{month}, {about}", point["coverage"] * worked, self._worked(there, FUNCTIONS, [month]), 0.02 + worked * 1e-6)  # fmt: skip

    def _working(self, there: set[str], time: Mapping[str, Any], month: date) -> float:
        days = next(m for m in self.over.months() if m.start.replace(day=1) == month)
        total = 0.0
        for s in self.held:
            span = s.during(days, settled=True)
            if s.person_id in there and span and (time["role"] not in self.roles or not time["segments"] or s.segment in time["segments"]):  # fmt: skip
                total += int(np.busday_count(span.start, span.end)) * 8 * s.share
        return total

    def _work_beside_owners(self, f: Mapping[str, Any]) -> Iterator[Row]:
        said = re.match(r"(\d+) people, ([\d,]+) hours", (f["measured"] or {}).get("of") or "")
        if not said:
            return
        everybody = self.people(self.roles, (), self.over, settled=True) - self._left_out()
        hours = float(said.group(2).replace(",", ""))
        name, _, where = f["about"].partition(" in ")
        if "no role owns" in f["about"]:
            of = self._worked(everybody, [n for n in FUNCTIONS if n not in ("management", "internal")])  # fmt: skip
        else:
            where = f["segments"] or where.split(" and ")
            of = self._worked(everybody, [name.replace(" ", "_")], where=where, owned=[True])
        yield Row("hours", f["about"], hours, of, None if len({c[1][3] for c in of}) == 1 else 0.51)  # type: ignore[index]  # fmt: skip

    def _left_out(self) -> set[str]:
        """Whoever is in no part of the times: what the method says is left out of totals."""
        shown = set().union(*(self._part(time) for time in self.doc["times"]))
        return self.people(self.roles, (), self.over, settled=True) - shown

    def _handoffs(self) -> Iterator[Row]:
        for flow in self.doc["flows"]:
            segments = [flow["segment"], ""] if flow["segment"] else ()
            for step, count in flow["counts"].items():
                role = flow["giver"] if step in ("offered", "held") else flow["taker"]
                there = self.people([role], segments, self.year)
                where = [flow["segment"]] if flow["segment"] else SEGMENTS
                yield Row(f"handoffs {step}", f"{flow['handoff']} in {flow['segment']}", count, self._since(there, self._year_months(), where))  # fmt: skip

    def _handovers(self) -> Iterator[Row]:
        alone = {t["giver"] for t in self.doc["handovers"]} | {t["taker"] for t in self.doc["handovers"]}  # fmt: skip
        for one in self.doc["handovers"]:
            for side, other in (("giver", "taker"), ("taker", "giver")):
                roles = [one[side]] if one[side] in self.roles else [r for r in self.roles if r not in alone]  # fmt: skip
                there = self.people(roles, (), self.over)
                yield Row(f"handovers by {side}", f"{one['giver']} to {one['taker']}", one["times"], self._since(there, self.months, [one[other]]))  # fmt: skip

    def _persons_of(self, f: Mapping[str, Any]) -> set[str]:
        return self.people(f["roles"], f["segments"], self.year)

    def _winning(self, f: Mapping[str, Any]) -> Iterator[Row]:
        there = self._persons_of(f)
        if not f["about"].endswith("win rate from created"):
            return
        shown = []
        for point in f["trend"]:
            month = date.fromisoformat(point["month"])
            shown.append(month)
            yield Row("deals closed", f["about"], point["cases"], self._since(there, [month]))
            yield Row(
                "deals won",
                f["about"],
                point["cases"] * point["value"],
                self._since(there, [month]),
            )
        for caveat in f["caveats"]:
            if said := re.search(r"Of ([\d,]+) deals closed in the last year", caveat):
                whole = self._year_months()
                yield Row("deals closed", "in the year", float(said.group(1).replace(",", "")), self._since(there, whole))  # fmt: skip

    def _year_months(self) -> list[date]:
        return [m.start.replace(day=1) for m in self.year.months()]

    def _managers_closing(self, f: Mapping[str, Any]) -> Iterator[Row]:
        said = re.search(r"of ([\d,]+) deals won", f["says"])
        if not said:
            return
        sellers = self.people(["ae", *f["roles"]], (), self.year)
        yield Row("deals won", f["about"], float(said.group(1).replace(",", "")), self._since(sellers, self._year_months()))  # fmt: skip
        for point in f["trend"]:
            month = date.fromisoformat(point["month"]).replace(day=1)
            yield Row("deals won", f["about"], point["cases"], self._since(sellers, [month]))

    def _reps_at_quota(self, f: Mapping[str, Any]) -> Iterator[Row]:
        yield from self._quotas(f, self._persons_of(f) if f["roles"] else set())

    def _teams_at_quota(self, f: Mapping[str, Any]) -> Iterator[Row]:
        yield from self._quotas(f, self.people(["ae"], (), self.year))

    def _quotas(self, f: Mapping[str, Any], there: set[str]) -> Iterator[Row]:
        said = re.search(r"([\d,]+) of ([\d,]+) quotas were reached", f["says"])
        if not said:
            return
        quarters = [date(2026, m, 1) for m in (1, 4, 7, 10)]
        quarters = [q for q in quarters if q in self.year and (q + timedelta(days=92)).replace(day=1) <= self.year.end]  # fmt: skip
        held = {q: {p for p in there if self._whole_quarter(p, q)} for q in quarters}
        yield Row("quotas reached", f["about"], float(said.group(1)), frozenset((p, q) for q, people in held.items() for p in people))  # fmt: skip
        for point in f["trend"]:
            q = date.fromisoformat(point["month"])
            yield Row("quotas reached", f["about"], point["value"] * point["cases"], _all(held.get(q, set()), [q]))  # fmt: skip

    def _whole_quarter(self, person: str, first: date) -> bool:
        end = (first + timedelta(days=95)).replace(day=1)
        return any(
            s.person_id == person and s.role == "ae" and s.settled_day <= first and end <= s.end_day
            for s in self.held
        )

    def _coaching_cadence(self, f: Mapping[str, Any]) -> Iterator[Row]:
        if f["measured"] is None:
            return
        said = re.search(r"of ([\d,]+) weeks", f["says"])
        named = re.search(r"with ([\w, ]+): a one", f["says"])
        roles = [f["roles"][0], *(named.group(1).split(", ") if named else ())]
        whom = f["about"].partition(" with ")[2]
        there = self.people(roles, (), self.over)
        reports = [whom] if whom else ["ae", "sdr"]
        if said:
            yield Row("weeks of pairs", f["about"], float(said.group(1).replace(",", "")), self._since(there, self.months, reports))  # fmt: skip
        for point in f["trend"]:
            month = date.fromisoformat(point["month"])
            yield Row("weeks of pairs", f["about"], point["cases"], self._since(there, [month], reports))  # fmt: skip

    def _meetings_a_week(self, f: Mapping[str, Any]) -> Iterator[Row]:
        if f["measured"] is None:
            return
        there = self._persons_of(f)
        cells = sorted({(d - timedelta(days=d.weekday()), d.replace(day=1)) for d in self._days()})
        said = re.search(r"over ([\d,]+) person-weeks", f["says"])
        if said:
            booked = f["measured"]["value"] * float(said.group(1).replace(",", ""))
            yield Row("meetings booked", f["about"], booked, self._booked(there, cells), 1.0)
        for point in f["trend"]:
            month = date.fromisoformat(point["month"])
            yield Row("meetings booked", f["about"], point["cases"], self._booked(there, [c for c in cells if c[1] == month]))  # fmt: skip
        for week, _, count, *_ in (f["proof"] or {}).get("rows", ()):
            monday = date.fromisoformat(str(week)[:10])
            yield Row("meetings booked", f["about"], count, self._booked(there, [c for c in cells if c[0] == monday]))  # fmt: skip

    def _more_meetings_less_accepted(self, f: Mapping[str, Any]) -> Iterator[Row]:
        there = self._persons_of(f)
        cells = sorted({(d - timedelta(days=d.weekday()), d.replace(day=1)) for d in self._days()})
        for words, _, count, *_ in (f["proof"] or {}).get("rows", ()):
            first = datetime.strptime(f"{words.split(' to ')[0]} {words[-4:]}", "%b %Y").date()
            inside = {first.replace(month=first.month + n) for n in range(3)}
            yield Row("meetings booked", f["about"], count, self._booked(there, [c for c in cells if c[1] in inside]))  # fmt: skip

    def _booked(self, people: set[str], cells: Iterable[tuple[date, date]]) -> frozenset[tuple[str, Hashable]]:  # fmt: skip
        return frozenset(
            (person, cell)
            for person in people
            for cell in cells
            if any(
                s.person_id == person
                and s.settled_day < cell[0] + timedelta(days=7)
                and cell[0] < s.end_day
                for s in self.held
            )
        )

    def _days(self) -> list[date]:
        return [self.over.start + timedelta(days=n) for n in range(self.over.days)]

    def _false_specialists(self, f: Mapping[str, Any]) -> Iterator[Row]:
        said = re.search(r"of ([\d,]+) deals that reached technical validation", f["says"])
        if said and f["measured"] is not None:
            there = self.people(
                f["roles"], [*f["segments"], ""] if f["segments"] else (), self.over
            )
            count = float(said.group(1).replace(",", "")) * f["measured"]["value"]
            yield Row("deals with an engineer", f["about"], count, self._since(there, self.months, f["segments"] or SEGMENTS))  # fmt: skip

    def _csm_support(self, f: Mapping[str, Any]) -> Iterator[Row]:
        for support in f["support"]:
            whole = re.match(r"([\d,]+) records", support["of"])
            if whole:
                there = self.people(f["roles"], [*f["segments"], ""] if f["segments"] else (), self.over)  # fmt: skip
                count = support["value"] * float(whole.group(1).replace(",", ""))
                yield Row("tickets with them", f["about"], count, self._since(there, self.months, f["segments"] or SEGMENTS))  # fmt: skip

    def _compensation_leverage(self, f: Mapping[str, Any]) -> Iterator[Row]:
        if f["measured"] is None or "USD won" not in f["says"] or "beside" in f["about"]:
            return
        there = (
            self._persons_of(f)
            if f["roles"]
            else self.people(["ae", "csm"], [*f["segments"], ""], self.year)
        )
        where = f["segments"] if not f["roles"] else SEGMENTS
        yield Row(
            "value won",
            f["about"],
            f["measured"]["value"],
            self._since(there, self._year_months(), where),
        )


def _all(people: Iterable[str], parts: Iterable[Hashable]) -> frozenset[tuple[str, Hashable]]:
    listed = list(parts)
    return frozenset((person, part) for person in people for part in listed)


# What they determine

PRIME = 2_147_483_629


def rank(matrix: Any) -> int:
    """The rank of a matrix of whole numbers, exactly: by elimination modulo a large prime."""
    rows = np.array(matrix, dtype=np.int64) % PRIME
    found = 0
    for column in range(rows.shape[1] if rows.ndim == 2 else 0):
        pivots = np.flatnonzero(rows[found:, column]) + found
        if not len(pivots):
            continue
        rows[[found, pivots[0]]] = rows[[pivots[0], found]]
        rows[found] = rows[found] * pow(int(rows[found, column]), -1, PRIME) % PRIME
        others = np.flatnonzero(rows[:, column])
        for other in others[others != found]:
            rows[other] = (rows[other] - rows[other, column] * rows[found]) % PRIME
        found += 1
        if found == len(rows):
            break
    return found


@dataclass(frozen=True)
class Leak:
    """A combination of published rows that is about fewer people than may be shown."""

    metric: str
    people: frozenset[str]
    rows: tuple[str, ...]


def leaks(rows: Sequence[Row], group: int = GROUP) -> list[Leak]:
    """Every smallest set of fewer people than the group of whom something is determined.

    Something is determined of some people alone if the space of the rows holds a vector that is
    nothing outside them: if it loses dimensions once their columns are taken away. Parts with the
    same column cannot be told from each other, so that only unions of whole columns' people count.
    """
    by_metric: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        if row.about:
            by_metric[row.metric].append(row)
    found = []
    for metric, mine in by_metric.items():
        columns: dict[tuple[str, Hashable], set[int]] = defaultdict(set)
        for at, row in enumerate(mine):
            for part in row.about:
                columns[part].add(at)
        alike: dict[frozenset[int], set[str]] = defaultdict(set)
        for (person, _), where in columns.items():
            alike[frozenset(where)].add(person)
        matrix = np.zeros((len(mine), len(alike)), dtype=np.int64)
        for place, where in enumerate(alike):
            matrix[list(where), place] = 1
        of = [frozenset(people) for people in alike.values()]
        whole = rank(matrix)
        small = {people for people in of if len(people) < group}
        sets = set(small)
        while more := {a | b for a in sets for b in small if len(a | b) < group} - sets:
            sets |= more
        told: list[frozenset[str]] = []
        for people in sorted(sets, key=lambda s: (len(s), sorted(s))):
            if any(one <= people for one in told):
                continue
            rest = [at for at, those in enumerate(of) if not those <= people]
            if rank(matrix[:, rest]) < whole:
                told.append(people)
                close = sorted(mine, key=lambda r: -len({p for p, _ in r.about} & people))
                found.append(Leak(metric, people, tuple(f"{r.said}: {r.value:g}" for r in close[:6])))  # fmt: skip
    return found


def wrong(rows: Sequence[Row], truth: Mapping[str, Mapping[tuple[str, Hashable], float]]) -> tuple[int, list[str]]:  # fmt: skip
    """How many rows could be held against what people really did, and those that differ from it."""
    checked, odd = 0, []
    for row in rows:
        if row.metric not in truth or row.within is None:
            continue
        checked += 1
        real = sum(value for part, value in truth[row.metric].items() if part in row.about)
        if abs(real - row.value) > row.within:
            odd.append(f"{row.metric}, {row.said}: {row.value:g} published, {real:g} in truth")
    return checked, odd


# What stands for one person

PSEUDONYM = re.compile(r"\bp[0-9a-f]{11}\b")
FEW = re.compile(r"\b(?:[1-4]|one|two|three|four) (?:people|persons|reps|sellers|of them|managers with)\b")  # fmt: skip
NOT_BEHAVIOUR = ("people_per_manager", "se_headcount", "headcount", "fewer than")
KEYS = re.compile(r"person|owner|manager_id|e_?mail|user|recorded_by|created_by|source_id")
COLUMNS = re.compile(
    r"owner|person\b|seller\b|rep\b|e-?mail|user|manager\b|engineer$", re.IGNORECASE
)
MAY = ("deal without an engineer", "people in the team", "persons")


def one_by_one(found: Outputs, made: Made) -> list[str]:
    """Words, columns, keys and counts in any output that stand for one person."""
    told = []
    words = [e.email for e in made.employees]
    for name, text in found.texts.items():
        told += [f"{name} names {word}" for word in words if word in text]
        told += [f"{name} has the pseudonym {p}" for p in sorted(set(PSEUDONYM.findall(text)) & set(found.words))]  # fmt: skip
    for doc in found.audits:
        told += list(_keys(doc, ""))
        for f in doc["findings"]:
            proof = f["proof"] or {"columns": [], "rows": []}
            told += [f"{f['check']} has a column {c!r}" for c in proof["columns"] if COLUMNS.search(c) and c not in MAY]  # fmt: skip
            if f["check"] in NOT_BEHAVIOUR:
                continue
            for text in (f["says"], *f["caveats"], *((f["measured"] or {}).get("of", ""),), *(s["of"] for s in f["support"])):  # fmt: skip
                if FEW.search(text) and "fewer than" not in text and not re.search(r"have just come|just joined|are left out", text):  # fmt: skip
                    told.append(f"{f['check']}, {f['about']}: {text}")
    for which in (*found.audits, {"times": []}):
        for time in which["times"]:
            if time["people"] < GROUP or 0 < (time["unlogged"] or 0) < GROUP:
                told.append(f"times of {time['role']}: {time['people']}, {time['unlogged']}")
    return told


def _keys(value: Any, path: str) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inside in value.items():
            named = path in (".checks", ".subjects")
            if KEYS.search(key) and key not in MAY and not named and inside not in (None, [], {}):
                yield f"key {path}.{key}"
            yield from _keys(inside, f"{path}.{key}" if path.count(".") < 2 else path)
    elif isinstance(value, list):
        for inside in value:
            yield from _keys(inside, path)


# The attack


def attacked(made: Made, found: Outputs, group: int = GROUP) -> dict[str, Any]:
    """Everything the attacker can work out or find, from one day and from both."""
    attacks = [Attack(doc, found.held) for doc in found.audits]
    each = [list(attack.rows()) for attack in attacks]
    words = found.words
    who = lambda people: sorted(words[p] for p in people)  # noqa: E731
    determined = {
        (leak.metric, leak.people): leak
        for rows in (*each, [row for rows in each for row in rows])
        for leak in leaks(rows, group)
    }
    pseudonyms = {word: p for p, word in words.items()}
    truth: dict[str, dict[tuple[str, Hashable], float]] = {
        name: {(pseudonyms[p], part): v for (p, part), v in of.items() if p in pseudonyms}
        for name, of in made.truth.items()
    }
    truth["hours"] = dict(found.hours)
    checked, odd = wrong(each[-1], truth)
    return {
        "rows": sum(map(len, each)),
        "metrics": dict(Counter(row.metric for row in each[-1])),
        "checked": checked,
        "odd": odd,
        "leaks": [
            {"metric": leak.metric, "people": who(leak.people), "rows": leak.rows}
            for leak in determined.values()
        ],
        "one by one": one_by_one(found, made),
    }


def sizes(number: int) -> dict[tuple[str, str], int]:
    """People by role and segment of one generated company: 1 to 12 in each."""
    chance = np.random.default_rng([SEED, 77, number])
    found = {}
    for role in ROLES:
        segments = SEGMENTS if role in ("sdr", "ae", "csm") and chance.random() < 0.8 else ("",)
        for segment in segments[: int(chance.integers(1, 4))]:
            most = 12 if role in ("sdr", "ae", "csm") else 6
            found[role, segment] = int(chance.integers(1, most + 1))
    return found


def main() -> None:
    """Attack the companies that were not attacked yet, and print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])  # type: ignore[union-attr]
    parser.add_argument("--companies", type=int, default=50)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--quick", action="store_true", help="one company")
    asked = parser.parse_args()
    done = []
    if asked.out and asked.out.exists():
        done = [json.loads(line) for line in asked.out.read_text().splitlines()]
    there = {result["company"] for result in done}
    for number in range(asked.first, asked.first + (1 if asked.quick else asked.companies)):
        if number in there:
            continue
        of = sizes(number)
        made = company(number, of)
        with tempfile.TemporaryDirectory() as folder:
            found = outputs(made, Path(folder))
            result = attacked(made, found)
            found.evidence.connection.disconnect()
        done.append({"company": number, "sizes": {f"{r} {s}".strip(): n for (r, s), n in of.items()}, **result})  # fmt: skip
        if asked.out:
            with asked.out.open("a") as file:
                file.write(json.dumps(done[-1]) + "\n")
        print(number, done[-1]["sizes"], result["rows"], "rows,", result["checked"], "checked,", len(result["leaks"]), "leaks", flush=True)  # fmt: skip
    found_any = [r for r in done if r["leaks"] or r["one by one"] or r["odd"]]
    for r in found_any:
        for word in ("leaks", "one by one", "odd"):
            for one in r[word]:
                print(r["company"], word, one)
    print(f"{len(done)} companies, {sum(r['rows'] for r in done):,} rows; {len(found_any)} with anything found")  # fmt: skip
    if found_any:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
