"""How large must a fault be before the audit finds it, and whom does it accuse wrongly?

For each seed: draw a company (sizes, how much its people log, which kinds of work they log more
than others, how alike they are, how long their work takes, how large each fault is), write it,
load its export, ask the checks whose truth is known, and keep what they said beside the truth. One
line a company is appended to a file as it comes, so that an interrupted run goes on where it
stopped, and several processes may share the seeds.

    python studies/planted_truth.py --companies 200 --of 2 --part 1    # and --part 2 beside it
    python studies/planted_truth.py --table             # into the page, and the figure beside it
    python studies/planted_truth.py --quick                           # one hundredth
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from planted_truth_logs import Log, one_log
from planted_truth_tables import accused as accused_wrongly
from planted_truth_tables import draw_figure, tables

from remit.audit import open_for
from remit.audit.handoff import sdr_ae_handoff
from remit.audit.prospecting import ae_prospecting
from remit.audit.run import YEAR, measured_days
from remit.audit.specialists import false_specialists
from remit.audit.support import csm_support
from remit.audit.view import View
from remit.charter import Charter, read_charter, remit_of
from remit.example import Company, write_example
from remit.example.company import (
    FUNCTIONS,
    AbsentSE,
    AEProspecting,
    CSMSupport,
    Faults,
    LeakyHandoff,
    TwoHats,
)
from remit.example.forget import base_coverage
from remit.sources import load
from remit.terms import Finding, Limit, Period

TODAY = date(2026, 11, 1)
QUICK = date(2026, 7, 1)
"""First day with activities of the companies that CI draws: four months instead of thirteen."""
ROOT = Path(__file__).parent.parent / "docs" / "studies"
COMPANIES, LOGS = ROOT / "planted-truth.jsonl", ROOT / "planted-truth-logs.jsonl"
FIGURE = ROOT / "planted-truth.svg"
PAGE = ROOT / "planted-truth.md"
BEGIN, END = "<!-- tables: begin -->", "<!-- tables: end -->"
"""Between these the page has its tables."""
MILD = (0.85, 1.2)
"""Between these lies a factor on the logging of a function in most companies."""
STRONG = (0.4, 2.5)
LINES = ("mid_market", "enterprise")
CUSTOMER_FACING = tuple(name for name in FUNCTIONS if name not in ("management", "internal"))
_USUAL_COVERAGE = 0.45
"""Share of customer-facing time that people of ordinary habits log in the example company."""

LIMITS = {
    "prospecting": 0.25,
    "support": 0.30,
    "acceptance": 0.40,
    "conversion": 0.30,
    "fields": 0.50,
    "joined": 0.50,
    "credits": 3.0,
}
"""What each fault is drawn around: the red limit, and of credits, which are counted, the first
number past it. The cases below keep the audit's own limits."""

Row = dict[str, Any]


@dataclass(frozen=True)
class Drawn:
    """What was drawn of a company: numbers by name, and the company they make."""

    said: Mapping[str, Any]
    company: Company


def drawn(seed: int) -> Drawn:
    """The company of a seed: faults from half their limit to twice it, everything else at random."""
    chance = np.random.default_rng([seed, 20_261_122])

    def between(low: float, high: float) -> float:
        return round(float(chance.uniform(low, high)), 4)

    def spread(low: float, high: float) -> float:
        return round(float(np.exp(chance.uniform(np.log(low), np.log(high)))), 4)

    def line() -> str:
        return LINES[int(chance.integers(2))]

    strong = bool(chance.random() < 0.3)
    bias = {name: spread(*(STRONG if strong else MILD)) for name in FUNCTIONS}
    logging = between(0.5, 1.6)
    minutes = {name: spread(0.75, 1.35) for name in ("call", "unanswered", "email", "research")}
    past = {name: between(0.5, 2.0) for name in LIMITS}
    second = {name: spread(0.7, 1.4) for name in ("sourced", "cases")}
    where = {name: line() for name in ("prospecting", "support", "handoff", "joined", "credits")}
    hats = int(chance.integers(0, 3))
    sizes = {
        role: {one: int(chance.integers(5, 9)) for one in LINES} for role in ("sdr", "ae", "csm")
    }
    sizes["sdr"] = {one: int(chance.integers(5, 7)) for one in LINES}
    sizes["ae"][where["credits"]] += hats
    engineers = int(chance.integers(5, 8))

    acceptance = LIMITS["acceptance"] / past["acceptance"]
    conversion = min(LIMITS["conversion"] / past["conversion"], 0.97 * acceptance)
    handed = acceptance if where["credits"] == where["handoff"] else Company().handoff.accepted
    monthly = past["credits"] * LIMITS["credits"] / (12 * Company().handoff.show * handed)
    faults = Faults(
        ae_prospecting=AEProspecting(
            where["prospecting"],
            share=LIMITS["prospecting"] * past["prospecting"],
            self_sourced=min(0.75, 0.5 * past["prospecting"] * second["sourced"]),
        ),
        csm_support=CSMSupport(
            where["support"],
            share=LIMITS["support"] * past["support"],
            cases=min(0.9, 0.3 * past["support"] * second["cases"]),
        ),
        leaky_handoff=LeakyHandoff(
            where["handoff"],
            accepted=acceptance,
            converted=conversion,
            rejected=between(0.4, 0.95),
            fields_filled=LIMITS["fields"] / past["fields"],
            decision_days=between(0.4, 3.0),
        ),
        absent_se=AbsentSE(where["joined"], joined=LIMITS["joined"] / past["joined"]),
        two_hats=TwoHats(where["credits"], people=hats, meetings_a_month=monthly) if hats else None,
    )
    usual = Company()
    small = {"am": 2, "generalist": 3, "": 4, "se": engineers}
    teams = tuple(
        replace(
            team,
            size=sizes[team.role][team.segment]
            if team.role in sizes and team.segment
            else small.get(team.role, team.size),
            logging=0.6 if team.role == "sdr" else team.logging,
        )
        for team in usual.teams
    )
    kinds = {
        name: replace(
            kind,
            minutes=kind.minutes * minutes.get(name, 1.0),
            logged=min(0.97, kind.logged * logging),
        )
        for name, kind in usual.work.kinds.items()
    }
    alike = {
        "person_concentration": spread(40, 300),
        "week_concentration": spread(15, 100),
        "week_spread": between(0.04, 0.2),
    }
    habits = spread(0.05, 0.35)
    # so that a factor of 1 means logged as the others are, whatever a function's work is made of
    even = {name: _USUAL_COVERAGE / base_coverage(usual, name) for name in CUSTOMER_FACING}
    tooled = {name: round(bias[name] * even.get(name, 1.0), 4) for name in FUNCTIONS}
    company = replace(
        usual,
        founded=date(2024, 9, 1),
        growth=(0.85, 1.0, 1.0),
        teams=teams,
        faults=faults,
        work=replace(usual.work, week_hours=30.0, kinds=kinds, **alike),
        record=replace(usual.record, tooled=tooled, person_spread=habits),
    )
    said = {
        "strong": strong, "bias": bias, "logging": logging, "minutes": minutes,
        "past": past, "second": second, "where": where, "hats": hats, "sizes": sizes,
        "engineers": engineers, **alike, "person_spread": habits,
    }  # fmt: skip
    return Drawn(said, company)


def one_company(seed: int, folder: Path, since: date | None = None) -> Row:
    """Write, load and ask: everything each finding said, beside what is true.

    `since` is the first day with activities, where less than a year of them is wanted.
    """
    began = time.process_time()
    made = drawn(seed)
    company = made.company
    if since is not None:
        company = replace(company, work_starts=since, year_starts=since)
    write_example(folder, seed=seed, company=company)
    charter = read_charter(folder / "charter.yaml")
    file = folder / "evidence.duckdb"
    load(charter, [folder / "export"], file, today=TODAY)
    evidence = open_for(charter, file)
    over = measured_days(evidence)
    year = Period(min(over.start, over.end - timedelta(days=YEAR)), over.end)
    view = View(charter, evidence, charter.numbers(), over, year)
    truth = json.loads((folder / "truth.json").read_text())
    cases = [
        case
        for check in (ae_prospecting, csm_support, sdr_ae_handoff, false_specialists)
        for found in check(view)
        if (case := _case(view, charter, truth, found)) is not None
    ]
    return {
        "seed": seed,
        "drawn": made.said,
        "cases": cases,
        "moved": [
            [one["two_hats"], one["since"], one["booked_for_others"], one["accepted"]]
            for one in truth["after_moving"]
        ],
        "counted": [[one.judged, one.still] for one in view.in_two_roles],
        "seconds": round(time.process_time() - began, 1),
    }


def _case(view: View, charter: Charter, truth: Row, found: Finding) -> Row | None:
    """A finding beside its truth; None where it is about nothing that was planted."""
    known = _true(charter, truth, found)
    if known is None or not found.answer.value:
        return None
    what, where, value, limits, more = known
    amber, red = limits(view)
    time_ = view.time_of(found.roles[0], where[0]) if found.roles and where else None
    past = value / red.value if red.above else red.value / max(value, 1e-9)
    within = not (value > red.value if red.above else value < red.value)
    told: Row = {
        "what": what,
        "who": found.about.removeprefix("roles.").removeprefix("handoffs."),
        "true": round(value, 4),
        "past": round(past, 4),
        "within": within,
        "within_amber": amber is None
        or not (value > amber.value if amber.above else value < amber.value),
        "answer": found.answer.value,
        "severity": None if found.severity is None else str(found.severity),
        "value": found.measured and _short(found.measured.value),
        "low": found.measured and _short(found.measured.low),
        "high": found.measured and _short(found.measured.high),
        "coverage": time_ and _short(time_.coverage.value),
        "people": time_ and time_.people,
        "second": _short(found.support[0].value) if found.support else None,
        "says": found.says if _odd(found, past, within=within) else None,
        **more,
    }
    return {name: what for name, what in told.items() if what is not None}


def _odd(found: Finding, past: float, *, within: bool) -> bool:
    """Whether somebody will want to read the sentence: an accusation, or a large fault missed."""
    return found.severity is not None if within else past >= 1.25 and found.severity is None


def _short(value: float | None) -> float | None:
    return None if value is None or value != value else round(value, 4)


def _true(charter: Charter, truth: Row, found: Finding) -> Any:
    """What it is about, where, what is true, its limits, and how far logging bends it."""
    name, about = found.check, found.about
    if found.answer.value == "does not apply":
        return None
    if name == "ae_prospecting" and found.roles == ("ae",):
        return _time(truth, found, "prospecting", _of("ae_prospecting_share"), {"prospecting"})
    if name == "csm_support":
        return _time(truth, found, "support", _of("csm_support_share", amber=False), {"support"})
    if name == "sdr_ae_handoff" and about.startswith("handoffs."):
        return _handoff(truth, about)
    if about.endswith("time outside the remit") and found.roles[0] in ("sdr", "ae", "csm", "se"):
        remits = [remit_of(charter, found.roles[0], one) for one in found.segments or LINES]
        inside = {f.value for remit in remits for f in (*remit.owned, *remit.assisted)}
        outside = {*FUNCTIONS} - inside - {"management", "internal"}
        return _time(truth, found, "outside", _of("outside_remit_share"), outside)
    if about.endswith("technical deals"):
        deals = [truth["technical_deals"][where] for where in found.segments]
        whole = sum(part["technical_deals"] for part in deals)
        share = sum(part["worked_on_by_an_se"] for part in deals) / whole
        more = {"deals": whole}
        return "engineers", found.segments, share, _of("se_technical_deal_share", amber=False), more
    if about == "people credited in two roles":
        most = max((one["accepted"] for one in truth["after_moving"]), default=0)
        return "credits", (), float(most), _of("concurrent_credits"), {}
    return None


def _of(name: str, *, amber: bool = True) -> Any:
    def limits(view: View) -> tuple[Limit | None, Limit]:
        return (view.limit(name, "amber") if amber else None), view.limit(name)

    return limits


def _time(truth: Row, found: Finding, what: str, limits: Any, functions: set[str]) -> Any:
    """A share of true minutes of everybody the finding is about, and of the minutes recorded."""
    segments = found.segments or (*LINES, "all")
    cells = [
        cell
        for cell in truth["cells"]
        if cell["role"] == found.roles[0] and cell["segment"] in segments
    ]

    def part(minutes: str) -> float:
        whole = sum(sum(cell[minutes].values()) for cell in cells)
        some = sum(cell[minutes].get(name, 0.0) for cell in cells for name in functions)
        return float(some / whole) if whole else 0.0

    true, shown = part("minutes"), part("recorded_minutes")
    more = {"recorded": round(shown, 4), "bias": round(shown / true, 4) if true else None}
    return what, segments, true, limits, more


def _handoff(truth: Row, about: str) -> Any:
    """What became of the meetings of the segments that the finding puts together."""
    flow, _, what = about.removeprefix("handoffs.qualified_meeting in ").partition(": ")
    where = tuple(flow.split(" and "))
    parts = [part for part in truth["handoffs"] if part["segment"] in where]
    # a meeting held last week has had no time to convert: 60 days are the measure's own horizon
    old = [part["of_meetings_60_days_old"] for part in parts]
    held = sum(part["held"] for part in old)
    if what == "acceptance":
        share = sum(part["accepted"] for part in old) / held
        return what, where, share, _of("sdr_ae_acceptance", amber=False), {}
    if what == "conversion":
        share = sum(part["converted"] for part in old) / held
        return what, where, share, _of("sdr_ae_conversion"), {}
    if what == "fields":
        filled = sum(sum(part["fields_filled"].values()) for part in parts)
        asked = sum(part["accepted"] * len(part["fields_filled"]) for part in parts)
        return what, where, filled / asked, _of("handoff_fields_filled"), {}
    return None


def rows_of(file: Path) -> list[Row]:
    """The lines there are; one that was cut off when a run was ended is left out."""
    found = []
    for line in file.read_text().splitlines() if file.exists() else []:
        try:
            found.append(json.loads(line))
        except json.JSONDecodeError:
            continue
    return found


def append(file: Path, row: Row) -> None:
    """One line in one write, so that two processes may share the file."""
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    try:
        os.write(handle, (json.dumps(row, separators=(",", ":")) + "\n").encode())
    finally:
        os.close(handle)


def companies(seeds: range, done: set[int], since: date | None = None) -> Iterator[Row]:
    """The companies that are not there yet."""
    for seed in seeds:
        if seed in done:
            continue
        with tempfile.TemporaryDirectory() as folder:
            yield one_company(seed, Path(folder), since)


def main() -> None:
    """Run what is not there yet, or show what is."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])  # type: ignore[union-attr]
    parser.add_argument("--companies", type=int, default=200)
    parser.add_argument("--logs", type=int, default=4000)
    parser.add_argument("--of", type=int, default=1, help="processes that share the seeds")
    parser.add_argument("--part", type=int, default=1, help="which of them this is, from 1")
    parser.add_argument("--out", type=Path, default=COMPANIES)
    parser.add_argument("--logs-out", type=Path, default=LOGS)
    parser.add_argument(
        "--quick", action="store_true", help="2 companies of four months, 10 logs, nothing kept"
    )
    parser.add_argument(
        "--table", action="store_true", help="only show what is there: page and figure"
    )
    asked = parser.parse_args()
    if asked.quick:
        found = list(companies(range(1, 3), set(), QUICK))
        print(tables(found, [one_log(seed) for seed in range(1, 11)]))
        _refuse_nonsense(found)
        return
    if not asked.table:
        if asked.part == 1:
            known: set[Any] = {row["seed"] for row in rows_of(asked.logs_out)}
            for seed in range(1, asked.logs + 1):
                if seed not in known:
                    log: Log = one_log(seed)
                    append(asked.logs_out, log.row())
        done = {row["seed"] for row in rows_of(asked.out)}
        for row in companies(range(asked.part, asked.companies + 1, asked.of), done):
            append(asked.out, row)
            print(f"company {row['seed']}: {row['seconds']} s", flush=True)
        return
    found = sorted(rows_of(asked.out), key=lambda row: row["seed"])
    shown = tables(found, [Log.of(row) for row in rows_of(asked.logs_out)])
    print(shown)
    draw_figure(found, FIGURE)
    before, _, rest = PAGE.read_text().partition(BEGIN)
    PAGE.write_text(f"{before}{BEGIN}\n\n{shown}\n\n{END}{rest.partition(END)[2]}")


def _refuse_nonsense(found: list[Row]) -> None:
    """What must hold of however few companies: truths were told, and the far ones were found."""
    cases = [case for row in found for case in row["cases"]]
    assert {case["what"] for case in cases} >= {"prospecting", "support", "acceptance", "fields"}
    accused = [case["says"] for case in cases if accused_wrongly(case) and case["past"] <= 0.8]
    if accused:
        raise SystemExit(f"accused wrongly: {accused}")


if __name__ == "__main__":
    main()
