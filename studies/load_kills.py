"""What a load leaves that is killed at any moment, or runs beside another into the same file.

A small example company is exported twice, the second time a week later. A process loads the first
export into a new file, or the second into a file that holds the first, and is killed at a random
moment of the time that such a load takes. Results are appended to a file, a kill a line, so that
an interrupted run goes on where it stopped.

    python studies/load_kills.py --out docs/studies/load-kills.jsonl
"""

from __future__ import annotations

import argparse
import csv
import json
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import numpy as np

from remit.charter import read_charter
from remit.evidence import open_evidence
from remit.example import NORTHSTAR, write_example
from remit.sources import load
from remit.terms import RemitError

TODAY = date(2026, 10, 1)
CUT = "2026-09-24"
"""The first export was made at the start of this day."""
SEED = 20261122
KINDS = ("a first load", "a load of a later export")
BEFORE, AFTER = "what it held before", "what it holds after"
LOADS = """
import secrets, sys
from datetime import date
from pathlib import Path
secrets.token_hex = lambda size: "0" * 2 * size  # pseudonyms of two files can be compared
from remit.charter import read_charter
from remit.sources import load
from remit.terms import RemitError
charter, export, into, today = sys.argv[1:]
try:
    load(read_charter(Path(charter)), [Path(export)], Path(into), today=date.fromisoformat(today))
except RemitError as error:
    sys.exit(str(error))
"""
"""What the process does that is killed; `remit load` without the terminal."""

State = dict[str, tuple[int, str]]
"""Rows of every table, and a sum of what they hold."""


@dataclass(frozen=True)
class Company:
    """Two exports of one company, and the files they make."""

    charter: Path
    earlier: Path
    later: Path
    old: Path
    """A file with the earlier export."""
    states: dict[str, State]
    """What a file holds: `old` with the earlier export, `new` with both, `first` with the later."""
    seconds: dict[str, float]
    """How long a process takes for each kind of load."""


def company(folder: Path) -> Company:
    """Write the company, load it undisturbed, and take the time."""
    starts = date(2026, 9, 14)
    short = replace(NORTHSTAR, work_starts=starts, year_starts=starts)
    write_example(folder, seed=SEED, company=short)
    later, earlier = folder / "later", folder / "earlier"
    for place, until in ((later, "9999"), (earlier, CUT)):
        place.mkdir()
        for file in (folder / "export").glob("*.csv"):
            _part(file, place / file.name, until)
    charter, old, both, first = folder / "charter.yaml", *(folder / f"{n}.duckdb" for n in ("old", "both", "first"))  # fmt: skip
    _run(charter, earlier, old).wait()
    shutil.copyfile(old, both)
    seconds = {}
    for kind, into in zip(KINDS, (first, both), strict=True):
        started = time.monotonic()
        assert _run(charter, later, into).wait() == 0
        seconds[kind] = time.monotonic() - started
    states = {"old": state(old), "new": state(both), "first": state(first)}
    return Company(charter, earlier, later, old, states, seconds)


def _part(file: Path, to: Path, until: str) -> None:
    """One row in five of what was created before a day; of people, all."""
    with file.open(newline="") as read, to.open("w", newline="") as wrote:
        rows = csv.DictReader(read)
        kept = csv.DictWriter(wrote, rows.fieldnames or [])
        kept.writeheader()
        for at, row in enumerate(rows):
            if file.stem.startswith("User") or (at % 5 == 0 and row.get("CreatedDate", "") < until):
                kept.writerow(row)


def _run(charter: Path, export: Path, into: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", LOADS, str(charter), str(export), str(into), str(TODAY)]
    return subprocess.Popen(command, stderr=subprocess.PIPE, text=True)


def state(file: Path) -> State:
    """What every table of a file holds, in whichever order its rows lie."""
    with duckdb.connect(str(file), read_only=True) as con:
        tables = con.execute(
            "SELECT schema_name || '.' || table_name FROM duckdb_tables()"
        ).fetchall()
        summed = "count(*), CAST(coalesce(sum(CAST(hash(t) AS HUGEINT)), 0) AS VARCHAR)"
        return {
            table: con.execute(f"SELECT {summed} FROM {table} t").fetchone() or (0, "")
            for (table,) in tables
        }


def killed(number: int, made: Company, place: Path) -> dict[str, Any]:
    """Kill one load, and look at what is there then and after the next load."""
    chance = np.random.default_rng([SEED, number])
    kind = KINDS[number % 2]
    into, result = place / "evidence.duckdb", {"number": number, "kind": kind}
    before, after = ("old", "new") if kind == KINDS[1] else ("absent", "first")
    if before == "old":
        shutil.copyfile(made.old, into)
    moment = float(chance.uniform(0, made.seconds[kind]))
    running = _run(made.charter, made.later, into)
    time.sleep(moment)
    running.send_signal(signal.SIGKILL)
    ended = running.wait() == 0
    left = sorted(p.name for p in place.iterdir() if p != into)
    found = state(into) if into.exists() else None
    holds = next((name for name, s in made.states.items() if s == found), "something else")
    holds = "absent" if found is None else holds
    if found is not None:
        open_evidence(into).connection.disconnect()
    said = _load_again(made, into)
    again = state(into) == made.states[after] if into.exists() else False
    beside = sorted(p.name for p in place.iterdir() if p != into)
    return {
        **result,
        "moment": round(moment, 3),
        "was": "ended" if ended else "under way" if left else "not begun, or at its end",
        "left": len(left),
        "holds": {before: BEFORE, after: AFTER}.get(holds, holds),
        "next": "the new state" if again and not said else said or "another state",
        "still left": len(beside),
    }


def _load_again(made: Company, into: Path) -> str:
    try:
        load(read_charter(made.charter), [made.later], into, today=TODAY)
    except RemitError as error:
        return str(error)
    return ""


def at_once(number: int, made: Company, place: Path) -> dict[str, Any]:
    """Two loads into one file, the second begun at any moment of the first."""
    chance = np.random.default_rng([SEED, 1_000_000 + number])
    into = place / "evidence.duckdb"
    shutil.copyfile(made.old, into)
    first = _run(made.charter, made.later, into)
    time.sleep(float(chance.uniform(0, made.seconds[KINDS[1]])) if number % 2 else 0.0)
    second = _run(made.charter, made.later, into)
    said = [run.communicate()[1].strip() for run in (first, second)]
    refused = [word for word in said if "is being loaded into at this moment" in word]
    odd = [word for word in said if word and word not in refused]
    return {
        "number": number,
        "kind": "two loads at once",
        "refused": len(refused),
        "holds": AFTER if state(into) == made.states["new"] else "something else",
        "still left": len([p for p in place.iterdir() if p != into]),
        "amiss": "; ".join(odd)[:300] or ("both refused" if len(refused) > 1 else ""),
    }


def main() -> None:
    """Do the kills that are not there yet, then those at once, and print what came of them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])  # type: ignore[union-attr]
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--pairs", type=int, default=40)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--quick", action="store_true", help="two kills and two pairs")
    asked = parser.parse_args()
    kills, pairs = (2, 2) if asked.quick else (asked.kills, asked.pairs)
    done: list[dict[str, Any]] = []
    if asked.out and asked.out.exists():
        done = [json.loads(line) for line in asked.out.read_text().splitlines()]
    there = {(result["kind"], result["number"]) for result in done}
    secrets.token_hex = lambda size=16: "0" * 2 * size  # type: ignore[assignment]
    with tempfile.TemporaryDirectory() as folder:
        made = company(Path(folder) / "company")
        wanted = [(killed, n, KINDS[n % 2]) for n in range(kills)]
        wanted += [(at_once, n, "two loads at once") for n in range(pairs)]

        def one(act: Any, number: int) -> dict[str, Any]:
            with tempfile.TemporaryDirectory(dir=folder) as place:
                return act(number, made, Path(place))  # type: ignore[no-any-return]

        with ThreadPoolExecutor(asked.workers) as pool:
            waiting = [pool.submit(one, act, n) for act, n, kind in wanted if (kind, n) not in there]  # fmt: skip
            for future in waiting:
                done.append(future.result())
                if asked.out:
                    with asked.out.open("a") as file:
                        file.write(json.dumps(done[-1]) + "\n")
    print(table(done))
    amiss = [r for r in done if not as_promised(r)]
    print("\namiss:", "\n".join(map(str, amiss)) or "nothing")
    if amiss:
        raise SystemExit(1)


def as_promised(result: dict[str, Any]) -> bool:
    """Whether the file held one of its two states, and nothing was left at the end."""
    whole = result["holds"] in (BEFORE, AFTER) and not result["still left"]
    return whole and not result.get("amiss") and result.get("next") in (None, "the new state")


def table(done: list[dict[str, Any]]) -> str:
    """What was left of each kind of load, by what it was at when it was killed."""
    lines = [
        "| load | when killed it was | times | left something beside | the file held what it did before | what it does after | anything else | the next load gave the new state | and left nothing |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    kills = [r for r in done if r["kind"] in KINDS]
    for kind, was in sorted({(r["kind"], r["was"]) for r in kills}):
        those = [r for r in kills if (r["kind"], r["was"]) == (kind, was)]
        holds = Counter(r["holds"] for r in those)
        before, after = holds[BEFORE], holds[AFTER]
        counts = (
            len(those), sum(r["left"] > 0 for r in those), before, after, len(those) - before - after,
            sum(r["next"] == "the new state" for r in those), sum(not r["still left"] for r in those),
        )  # fmt: skip
        lines.append(f"| {kind} | {was} | {' | '.join(map(str, counts))} |")
    pairs = [r for r in done if r["kind"] == "two loads at once"]
    refused = sum(r["refused"] for r in pairs)
    whole = sum(as_promised(r) for r in pairs)
    lines.append(
        f"\nTwo loads into one file at once, {len(pairs)} times: {refused} were refused with the reason, "
        f"{len(pairs) - refused} began after the other had ended; the file was whole {whole} times."
    )
    return "\n".join(lines)


if __name__ == "__main__":
    main()
