"""Handover of work and the profile of people's work, beside pm4py on the same log of a million events.

    python -m venv build/pm4py && build/pm4py/bin/pip install pm4py
    python performance/handover_and_profile.py build/log --pm4py build/pm4py/bin/python

pm4py is only ever run here, in a Python of its own. Both sides are timed from a log in memory or
loaded, not from its file; every figure of the one is compared with the other's. A profile is every
person's share of each activity in what they did: in pm4py a call a cell, of which `--cells` are
timed and the whole is worked out from them.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import time
from datetime import date
from pathlib import Path

import duckdb

PEOPLE, KINDS = 500, 24
CHARTER = """
company: Log
time_zone: UTC
roles: {agent: {is: SDR}}
titles: {"*": agent}
event_log: {case: lead}
activities:
  rules:
""" + "".join(
    f"    - {{name: A{n}, where: {{activity: A{n}}}, is: prospecting}}\n" for n in range(KINDS)
)

PEER = """
import json, sys, time
import pandas as pd
import pm4py
from pm4py.algo.organizational_mining.resource_profiles import algorithm as profiles
frame = pd.read_csv(sys.argv[1], parse_dates=["time:timestamp"])
frame["case:concept:name"] = frame["case:concept:name"].astype(str)
start = time.perf_counter()
network = pm4py.discover_handover_of_work_network(frame)
handover = time.perf_counter() - start
pairs = sum(n - 1 for n in frame.groupby("case:concept:name").size())
first, last = frame["time:timestamp"].min(), frame["time:timestamp"].max() + pd.Timedelta("1s")
cells = [(f"p{n % 500}", f"A{n % 24}") for n in range(int(sys.argv[2]))]
start = time.perf_counter()
shares = {f"{who} {what}": profiles.activity_frequency(frame, first, last, who, what) for who, what in cells}
profile = time.perf_counter() - start
print(json.dumps({"handover": handover, "profile": profile, "shares": shares, "version": pm4py.__version__,
    "times": {f"{a} {b}": round(value * pairs) for (a, b), value in network.connections.items() if a != b}}))
"""


def write(folder: Path, events: int) -> Path:
    """A log of cases of sixteen events each, and a charter for it; returns the log."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "charter.yaml").write_text(CHARTER)
    log = folder / "log.csv"
    with duckdb.connect() as con:
        con.execute(
            f"""COPY (SELECT 'c' || (i // 16) AS "case:concept:name", 'A' || (hash(i, 1) % {KINDS}) AS "concept:name",
                'p' || (hash(i, 2) % {PEOPLE}) AS "org:resource",
                TIMESTAMP '2025-01-01' + to_minutes(((i // 16) * 5 + (i % 16) * 60)::BIGINT) AS "start timestamp",
                TIMESTAMP '2025-01-01 00:10:00' + to_minutes(((i // 16) * 5 + (i % 16) * 60)::BIGINT) AS "time:timestamp"
            FROM range({events}) t(i)) TO '{log}' (HEADER, TIMESTAMPFORMAT '%Y-%m-%dT%H:%M:%SZ')"""
        )
    return log


def main() -> None:
    from remit.charter import read_charter
    from remit.measures import handovers_between_people, open_for, profile_of_work
    from remit.sources import load
    from remit.terms import Period

    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--cells", type=int, default=120)
    parser.add_argument("--pm4py", default="python")
    asked = parser.parse_args()
    log = write(asked.folder, asked.events)
    charter = read_charter(asked.folder / "charter.yaml")
    into = asked.folder / "log.duckdb"
    into.unlink(missing_ok=True)
    start = time.perf_counter()
    load(charter, [log], into, today=date(2045, 1, 1))
    print(f"loaded in {time.perf_counter() - start:.1f} s")
    evidence = open_for(charter, into)
    over = Period(date(2024, 1, 1), date(2045, 1, 1))
    names = {row["person_id"]: row["source_id"] for row in evidence.people()}

    ours: dict[str, list[float]] = {"handover": [], "profile": []}
    for _ in range(asked.runs):
        start = time.perf_counter()
        passed = handovers_between_people(evidence, over).to_pyarrow()
        ours["handover"].append(time.perf_counter() - start)
        start = time.perf_counter()
        done = profile_of_work(evidence, over).to_pyarrow()
        ours["profile"].append(time.perf_counter() - start)
    ran = subprocess.run(
        [asked.pm4py, "-c", PEER, str(log), str(asked.cells)],
        capture_output=True,
        text=True,
        check=False,
    )
    if ran.returncode:
        raise SystemExit(ran.stderr[-2000:])
    peer = json.loads(ran.stdout.strip().splitlines()[-1])

    times = {f"{names[r['giver']]} {names[r['taker']]}": r["times"] for r in passed.to_pylist()}
    pieces: dict[str, dict[str, int]] = {}
    for row in done.to_pylist():
        pieces.setdefault(names[row["person_id"]], {})[row["rule"]] = row["pieces"]
    shares = {
        cell: pieces[who].get(what, 0) / sum(pieces[who].values())
        for cell in peer["shares"]
        for who, what in [cell.split(" ")]
    }
    differ = sum(
        times.get(pair, 0) != peer["times"].get(pair, 0) for pair in {*times, *peer["times"]}
    )
    apart = max(abs(shares[cell] - peer["shares"][cell]) for cell in shares)
    print(
        f"handovers: {len(times):,} pairs of people, {differ} differ; profile: {len(shares)} cells, largest difference {apart:.1e}"
    )
    whole = peer["profile"] / asked.cells * PEOPLE * KINDS
    for what, theirs in (("handover", peer["handover"]), ("profile", whole)):
        mine = sorted(ours[what])[len(ours[what]) // 2]
        print(
            f"{what}: {mine:.3f} s, pm4py {peer['version']} {theirs:.1f} s, {theirs / mine:.0f} times"
        )


if __name__ == "__main__":
    main()
