"""How far loading and time by role are from the floor, in the same run.

The floor of a load is DuckDB reading the same CSV files as text; the floor of a measure is one
scan and group of the activities it reads. Ratios are of medians, paired run by run, because
machines drift.

    remit example build/company --seed 1
    python performance/load_and_time.py build/company
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import duckdb

from remit.audit import open_for
from remit.audit.run import measured_days
from remit.benchmarks import benchmarks
from remit.charter import read_charter
from remit.measures import time_by_role
from remit.sources import load


def seconds(call: Callable[[], object]) -> float:
    """Wall time of one call."""
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def told(what: str, pairs: list[tuple[float, float]]) -> None:
    """One line: medians, and the ratio pair by pair."""
    ours, floor = (statistics.median(side) for side in zip(*pairs, strict=True))
    ratio = statistics.median(a / b for a, b in pairs)
    print(f"{what}: {ours:.2f} s, floor {floor:.3f} s, ratio {ratio:.1f}")


def main() -> None:
    """Measure both, and print a line each."""
    parser = argparse.ArgumentParser()
    parser.add_argument("company", type=Path, help="a folder that `remit example` wrote")
    parser.add_argument("--runs", type=int, default=3)
    asked = parser.parse_args()
    charter = read_charter(asked.company / "charter.yaml")
    export = asked.company / "export"
    files = sorted(export.glob("*.csv"))

    def bare() -> None:
        with duckdb.connect() as con:
            for file in files:
                con.execute(
                    f"CREATE OR REPLACE TABLE t AS FROM read_csv('{file}', all_varchar=true)"
                )

    with tempfile.TemporaryDirectory() as folder:
        into = Path(folder) / "evidence.duckdb"

        def loaded() -> None:
            into.unlink(missing_ok=True)
            load(charter, [export], into, today=date(2026, 11, 1))

        pairs = [(seconds(loaded), seconds(bare)) for _ in range(asked.runs)]
        evidence = open_for(charter, into)
        over = measured_days(evidence)
        rows = evidence.rows("activities")
        told(f"load of {sum(f.rows for f in evidence.files):,} rows against reading them", pairs)
        scan = (
            "SELECT kind, rule, date_trunc('week', day), sum(minutes) FROM activities GROUP BY ALL"
        )
        pairs = [
            (
                seconds(lambda: time_by_role(evidence, charter, benchmarks(), over)),
                seconds(lambda: evidence.sql(scan)),
            )
            for _ in range(asked.runs)
        ]
        told(f"time by role over {rows:,} activities against one scan and group", pairs)


if __name__ == "__main__":
    main()
