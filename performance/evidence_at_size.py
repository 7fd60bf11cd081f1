"""Loading and measuring at size, each beside its floor in the same run.

    python performance/evidence_at_size.py build/big --activities 10000000
    python performance/evidence_at_size.py build/big --activities 10000000 --times 10   # 100M, once

- load: against DuckDB reading the same CSV files as text;
- time by function, from the loaded file: against one scan and group of the same table by person,
  month and state;
- the same from Parquet: against one scan and group of the same Parquet files;
- the same by Spark from the same Parquet, with `--spark PYTHON` (a Python that has pyspark): every
  sum compared with DuckDB's.

Times are medians of `--runs` runs in turn; memory is the peak of a process that does nothing else.
`--times` multiplies the loaded work instead of loading more.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import big_export
import duckdb

TODAY = date(2026, 11, 1)
SCAN = "SELECT person_id, date_trunc('month', day), state_id, sum(minutes) FROM {} WHERE {} GROUP BY ALL"


def seconds(call: Callable[[], object]) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def told(what: str, pairs: list[tuple[float, float]], more: str = "") -> None:
    ours, floor = (statistics.median(side) for side in zip(*pairs, strict=True))
    ratio = statistics.median(a / b for a, b in pairs)
    print(f"{what}: {ours:.2f} s, floor {floor:.2f} s, ratio {ratio:.1f}{more}", flush=True)


def alone(job: str, *words: str, python: str = sys.executable) -> dict[str, float]:
    """Run one job of this file in a process of its own: its seconds and its peak memory."""
    command = [python, __file__, "--job", job, *words]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    if ran.returncode:
        raise SystemExit(ran.stderr[-3000:])
    return json.loads(ran.stdout.strip().splitlines()[-1])


def job_load(folder: Path) -> None:
    from remit.charter import read_charter
    from remit.sources import load

    into = folder / "evidence.duckdb"
    into.unlink(missing_ok=True)
    load(read_charter(folder / "charter.yaml"), [folder / "export"], into, today=TODAY)


def job_bare(folder: Path) -> None:
    with duckdb.connect() as con:
        for file in sorted((folder / "export").glob("*.csv")):
            con.execute(f"CREATE OR REPLACE TABLE t AS FROM read_csv('{file}', all_varchar=true)")


def job_time(folder: Path, runs: int, parquet: str) -> list[tuple[float, float]]:
    from remit.benchmarks import benchmarks
    from remit.charter import read_charter
    from remit.measures import open_for, work_by_week
    from remit.terms import Period

    charter = read_charter(folder / "charter.yaml")
    place = folder / parquet if parquet else folder / "evidence.duckdb"
    evidence = open_for(charter, place)
    over = Period(date(2023, 10, 1), date(2026, 12, 1))
    summed = work_by_week(evidence, charter, benchmarks(), over)
    raw = evidence.connection.con
    raw.execute("SET memory_limit = '900MB'")
    where = f"day >= DATE '{over.start}' AND day < DATE '{over.end}' AND counted"
    table = f"read_parquet('{place}/work/**/*.parquet')" if parquet else "work"
    scan = SCAN.format(table, where)
    return [
        (
            seconds(lambda: summed.to_pyarrow()),
            seconds(lambda: raw.execute(scan).fetch_record_batch().read_all()),
        )
        for _ in range(runs)
    ]


def job_spark(folder: Path, runs: int, parquet: str) -> list[tuple[float, float]]:
    """Spark's seconds beside DuckDB's over the same files, and the same figures out."""
    import numpy as np

    from remit.benchmarks import benchmarks
    from remit.charter import read_charter
    from remit.measures import open_for, work_by_week
    from remit.terms import Period

    charter = read_charter(folder / "charter.yaml")
    over = Period(date(2023, 10, 1), date(2026, 12, 1))
    frames, pairs, summed = [], [], []
    for place in (f"spark:{folder / parquet}", folder / parquet):
        evidence = open_for(charter, place)
        summed.append(work_by_week(evidence, charter, benchmarks(), over))
    for _ in range(runs):
        frames = []
        took = []
        for of in summed:
            start = time.perf_counter()
            frames.append(of.to_pandas())
            took.append(time.perf_counter() - start)
        pairs.append((took[0], took[1]))
    keys = ["person_id", "role", "spell_segment", "week", "month", "function", "part"]
    spark, duck = (f.sort_values(keys, ignore_index=True) for f in frames)
    assert len(spark) == len(duck), f"{len(spark)} rows by Spark, {len(duck)} by DuckDB"
    for key in keys:
        assert (spark[key].astype(str) == duck[key].astype(str)).all(), key
    for word in ("minutes", "low", "high", "gross"):
        np.testing.assert_allclose(spark[word], duck[word], rtol=1e-9)
    return pairs


def job_roles(folder: Path) -> None:
    from remit.benchmarks import benchmarks
    from remit.charter import read_charter
    from remit.measures import open_for, time_by_role
    from remit.terms import Period

    charter = read_charter(folder / "charter.yaml")
    evidence = open_for(charter, folder / "evidence.duckdb")
    time_by_role(evidence, charter, benchmarks(), Period(date(2023, 10, 1), date(2026, 12, 1)))


def multiply(folder: Path, times: int) -> Path:
    """A folder whose file holds the loaded work so many times over."""
    more = folder.parent / f"{folder.name}x{times}"
    more.mkdir(exist_ok=True)
    shutil.copy(folder / "charter.yaml", more)
    shutil.copy(folder / "evidence.duckdb", more)
    with duckdb.connect(str(more / "evidence.duckdb")) as con:
        con.execute(
            f"SET memory_limit = '4GB'; SET temp_directory = '{more / 'spill'}'; SET enable_progress_bar = false"
        )
        for (month,) in con.execute(
            "SELECT DISTINCT date_trunc('month', day) FROM work ORDER BY 1"
        ).fetchall():
            con.execute(
                f"""INSERT INTO work BY NAME SELECT w.* REPLACE (activity_id || '-' || n AS activity_id)
                FROM (SELECT * FROM work WHERE date_trunc('month', day) = ? AND activity_id NOT LIKE '%-%') w, range(1, {times}) t(n)
                ORDER BY person_id, day""",
                [month],
            )
    return more


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--activities", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--times", type=int, default=1)
    parser.add_argument("--parquet", default="")
    parser.add_argument("--no-load", action="store_true")
    parser.add_argument("--spark", default="", help="a Python that has pyspark")
    parser.add_argument("--job", default="")
    asked = parser.parse_args()
    if asked.job:
        start = time.perf_counter()
        pairs = {
            "load": lambda: job_load(asked.folder),
            "bare": lambda: job_bare(asked.folder),
            "roles": lambda: job_roles(asked.folder),
            "spark": lambda: job_spark(asked.folder, asked.runs, asked.parquet),
            "time": lambda: job_time(asked.folder, asked.runs, asked.parquet),
        }[asked.job]()
        # the mark of this process alone, not of the one that started it
        peak = next(
            line
            for line in Path("/proc/self/status").read_text().splitlines()
            if line.startswith("VmHWM")
        )
        print(
            json.dumps(
                {
                    "seconds": time.perf_counter() - start,
                    "mb": int(peak.split()[1]) // 1024,
                    "pairs": pairs,
                }
            )
        )
        return
    folder, n = asked.folder, asked.activities
    if not (folder / "export" / "Event.csv").exists():
        big_export.write(folder, n)
    if not asked.no_load or not (folder / "evidence.duckdb").exists():
        ours, floor = alone("load", str(folder)), alone("bare", str(folder))
        size = os.path.getsize(folder / "evidence.duckdb") >> 20
        told(
            f"load of {n:,} activities",
            [(ours["seconds"], floor["seconds"])],
            f", peak {ours['mb']:,.0f} MB, floor's {floor['mb']:,.0f} MB, file {size:,} MB",
        )
    if asked.times > 1:
        folder, n = multiply(folder, asked.times), n * asked.times
    runs = str(asked.runs)
    ran = alone("time", str(folder), "--runs", runs)
    told(
        f"time by function over {n:,} from the loaded file",
        ran["pairs"],
        f", peak {ran['mb']:,.0f} MB with the floor's",
    )
    ran = alone("roles", str(folder))
    print(
        f"time by role with intervals over {n:,}: {ran['seconds']:.1f} s whole process, peak {ran['mb']:,.0f} MB",
        flush=True,
    )
    if asked.parquet:
        ran = alone("time", str(folder), "--runs", runs, "--parquet", asked.parquet)
        told(
            f"time by function over {n:,} from Parquet",
            ran["pairs"],
            f", peak {ran['mb']:,.0f} MB with the floor's",
        )
    if asked.spark:
        ran = alone(
            "spark", str(folder), "--runs", runs, "--parquet", asked.parquet, python=asked.spark
        )
        told(f"time by function over {n:,} by Spark from Parquet, floor DuckDB", ran["pairs"])


if __name__ == "__main__":
    main()
