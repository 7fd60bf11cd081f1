r"""A whole audit of many activities from one loaded file: wall, memory, slowest checks, report.

    remit example build/company --seed 1
    remit load build/company/charter.yaml build/company/export build/company/finance/mapping.yaml \
        --into build/company/evidence.duckdb
    python performance/whole_audit.py build/company --times 26

The example company's evidence is laid side by side with itself: every person, company, deal and
activity once a copy, under ids of its own, so that each check has as much to look at as that many
activities give. The audit then runs in a process of its own, through the command a user types; a
second one says how long each check takes. Beside it stands one scan and group of the same work.
"""

from __future__ import annotations

import argparse
import csv
import json
import shutil
import subprocess
import sys
import time
from pathlib import Path

import duckdb

from remit.evidence.tables import NAMES, TABLES

SCAN = "SELECT person_id, date_trunc('month', day), state_id, sum(minutes) FROM work GROUP BY ALL"
KINDS = ("html", "pdf", "xlsx", "json")
IDS = {"record_id", "case_id", "prospect_id", "entry_id"}
CALLED = ("name", "email")
"""How a charter's people file may call somebody."""


def multiply(one: Path, many: Path, times: int) -> int:
    """Write evidence that holds everything of other evidence so many times; returns activities."""
    many.unlink(missing_ok=True)
    with duckdb.connect(str(many)) as con:
        con.execute(
            f"SET enable_progress_bar = false; ATTACH '{one}' AS one (READ_ONLY); COPY FROM DATABASE one TO {many.stem}"
        )
        for name in (*TABLES, "private.names"):
            con.execute(_again(con, name, times))
        con.execute("DETACH one; CHECKPOINT")
        (found,) = con.execute("SELECT count(*) FROM activities").fetchone() or (0,)
    return int(found)


def _again(con: duckdb.DuckDBPyConnection, name: str, times: int) -> str:
    """The rows of a table again, once a further copy, under ids of their own."""
    contract = NAMES if name == "private.names" else TABLES[name]
    there = [row[0] for row in con.execute(f"DESCRIBE {name}").fetchall()]
    own = [
        column
        for column in there
        if (noun := contract.columns.get(column)) is not None
        and (noun.person or column in IDS or (column.endswith("_id") and column != "state_id"))
    ]
    own += CALLED if contract is NAMES else ()
    if not own:
        return f"SELECT '{name} is the same for every copy'"
    cells = ", ".join(f"{c} || '~' || n AS {c}" if c in own else c for c in there)
    order = "ORDER BY n, date_trunc('month', day), person_id" if name == "work" else ""
    return f"INSERT INTO {name} SELECT {cells} FROM one.{name}, range(1, {times}) copies(n) {order}"


def many_people(company: Path, into: Path, times: int) -> Path:
    """The charter with every copy's people in its people file; gives the charter's path."""
    into.mkdir(exist_ok=True)
    shutil.copy(company / "charter.yaml", into)
    with (company / "people.csv").open(newline="") as file:
        people = list(csv.DictReader(file))
    with (into / "people.csv").open("w", newline="") as file:
        sheet = csv.DictWriter(file, list(people[0]))
        sheet.writeheader()
        for n in range(times):
            for row in people:
                again = {c: f"{row[c]}~{n}" for c in ("person", "manager") if n and row[c]}
                sheet.writerow(row | again)
    return into / "charter.yaml"


CHECKS = """
import json, sys, time
from pathlib import Path
from remit.charter import read_charter
from remit.audit import audit
from remit.measures import open_for
charter = read_charter(Path(sys.argv[1]))
said = []
audit(charter, open_for(charter, Path(sys.argv[2])), progress=lambda words: said.append((time.perf_counter(), words)))
said.append((time.perf_counter(), ''))
print(json.dumps([[b - a, words] for (a, words), (b, _) in zip(said, said[1:])]))
"""


def main() -> None:
    """Multiply, audit, and print what it took."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])  # type: ignore[union-attr]
    parser.add_argument("company", type=Path, help="a folder with charter.yaml and evidence.duckdb")
    parser.add_argument("--times", type=int, default=26)
    parser.add_argument("--again", action="store_true", help="use what was multiplied before")
    asked = parser.parse_args()
    folder = asked.company / "many"
    charter, many = many_people(asked.company, folder, asked.times), folder / "many.duckdb"
    if not asked.again or not many.exists():
        count = multiply(asked.company / "evidence.duckdb", many, asked.times)
        print(f"{count:,} activities, {many.stat().st_size >> 20:,} MB", flush=True)
    with duckdb.connect(str(many), read_only=True) as con:
        began = time.perf_counter()
        con.execute(SCAN).fetchall()
        print(f"one scan and group of the work: {time.perf_counter() - began:.2f} s", flush=True)
    for kind in KINDS:
        (folder / f"many.{kind}").unlink(missing_ok=True)
    outputs = [folder / f"many.{kind}" for kind in KINDS]
    command = [
        "/usr/bin/time", "-v", sys.executable, "-m", "remit", "audit", str(charter), str(many),
        *(f"--{o.suffix[1:]}={o}" for o in outputs),
    ]  # fmt: skip
    began = time.perf_counter()
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    wall = time.perf_counter() - began
    if not all(output.exists() for output in outputs):
        raise SystemExit(ran.stdout[-2000:] + ran.stderr[-3000:])
    peak = next((line for line in ran.stderr.splitlines() if "Maximum resident" in line), "")
    print(
        f"remit audit: {wall:.0f} s, {int(peak.split()[-1] or 0) >> 10:,} MB, status {ran.returncode}"
    )
    for output in outputs:
        print(f"  {output.suffix[1:]}: {output.stat().st_size / 1e6:.1f} MB", flush=True)
    ran = subprocess.run(
        [sys.executable, "-c", CHECKS, str(charter), str(many)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    steps = sorted(json.loads(ran.stdout.splitlines()[-1]), reverse=True)
    print(f"all checks: {sum(took for took, _ in steps):.0f} s; slowest:")
    for took, words in steps[:10]:
        print(f"  {took:6.1f} s  {words}")


if __name__ == "__main__":
    main()
