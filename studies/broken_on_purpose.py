"""Break the code on purpose, one place at a time, and say which test notices.

Works on a copy of the tree. A break that no test notices ends the study with status 1.

    python studies/broken_on_purpose.py            # all of them
    python studies/broken_on_purpose.py --sample 1 # one, drawn by --seed
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parent.parent


@dataclass(frozen=True)
class Break:
    """One change that makes the code wrong, and the tests that are about it."""

    what: str
    file: str
    old: str
    new: str
    tests: str


BREAKS = (
    Break(
        "time: everybody weighs the same, whatever share of a job they hold",
        "measures/intervals.py",
        "weight = np.where(seen, working, 0.0)",
        "weight = np.where(seen, 1.0, 0.0)",
        "tests/measures",
    ),
    Break(
        "function: work after a booked meeting is still prospecting",
        "measures/work.py",
        'lately("offered_at") | lately("meeting_at")',
        'rows.rule == "never"',
        "tests/measures",
    ),
    Break(
        "function: a deal counts before it exists",
        "evidence/derive.py",
        "AND o.from_at <= p.happened_at AND p.happened_at < o.to_at",
        "AND p.happened_at < o.to_at",
        "tests/measures",
    ),
    Break(
        "minutes: overlaps are not shared out",
        "evidence/derive.py",
        "/ 60.0 / x.at_once",
        "/ 60.0",
        "tests/sources tests/measures",
    ),
    Break(
        "who: work re-owned at conversion goes to the new owner",
        "sources/salesforce_activities.py",
        "r.activity_id IS NOT NULL AS reowned",
        "false AS reowned",
        "tests/sources",
    ),
    Break(
        "ids: the 18-character form is another record",
        "sources/cells.py",
        "THEN left({sql}, 15) ELSE",
        "THEN {sql} ELSE",
        "tests/sources",
    ),
    Break(
        "handoffs: shares are of meetings offered although those held are recorded",
        "measures/handoffs.py",
        'base = "held" if "held" in recorded else "offered"',
        'base = "offered"',
        "tests/measures tests/audit/test_handoff_check.py",
    ),
    Break(
        "credits: a promoted SDR's late wins count as holding two roles",
        "measures/credits.py",
        'still = before[before["touched_at"] > first]',
        'still = before[before["credited_at"] > first]',
        "tests/audit/test_specialists.py",
    ),
    Break(
        "privacy: parts of any size are shown",
        "measures/time.py",
        "if people(mine) < group:",
        "if people(mine) < 1:",
        "tests/measures/test_time.py tests/audit",
    ),
    Break(
        "deals: what SDRs sourced counts as unsourced",
        "measures/deals.py",
        "part=~sourced",
        "part=sourced",
        "tests/audit/test_time_checks.py",
    ),
    Break(
        "check: one indication is enough for red",
        "audit/judge.py",
        "Severity.RED if limit is red and second else Severity.AMBER",
        "Severity.RED if limit is red else Severity.AMBER",
        "tests/audit/test_judge.py",
    ),
    Break(
        "check: little coverage is no reason to hold back",
        "audit/judge.py",
        "if time.coverage.value < floor:",
        "if time.coverage.value < 0:",
        "tests/audit/test_judge.py",
    ),
    Break(
        "check: generalists are asked whether they prospect",
        "audit/prospecting.py",
        "if role in owners:",
        "if role in ():",
        "tests/audit/test_time_checks.py",
    ),
    Break(
        "terms: a period holds the day after its last",
        "terms/period.py",
        "return self.start <= day < self.end",
        "return self.start <= day <= self.end",
        "tests/terms src/remit/terms",
    ),
)


def noticed(broken: Break, tree: Path) -> str:
    """The first test that fails on the broken tree, or an empty string."""
    file = tree / "src" / "remit" / broken.file
    sound = file.read_text()
    if sound.count(broken.old) != 1:
        raise SystemExit(f"{broken.file} does not hold this once: {broken.old!r}")
    file.write_text(sound.replace(broken.old, broken.new))
    try:
        run = subprocess.run(
            [sys.executable, "-m", "pytest", "-x", "-q", "--no-header", *broken.tests.split()],
            cwd=tree,
            env={**os.environ, "PYTHONPATH": str(tree / "src")},
            capture_output=True,
            text=True,
            check=False,
        )
    finally:
        file.write_text(sound)
    failed = re.search(r"^(?:FAILED|ERROR) (\S+)", run.stdout, re.MULTILINE)
    return failed.group(1) if failed else ""


def main() -> None:
    """Try every break, or a sample, and print a table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--sample", type=int, default=len(BREAKS))
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    chosen = sorted(
        np.random.default_rng(asked.seed).choice(len(BREAKS), min(asked.sample, len(BREAKS)), False)
    )
    missed = 0
    print("| broken | noticed by |\n|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder)
        for part in ("src", "tests", "docs", "examples"):
            if (ROOT / part).exists():
                shutil.copytree(ROOT / part, tree / part)
        for file in ("pyproject.toml", "README.md"):
            shutil.copyfile(ROOT / file, tree / file)
        for place in chosen:
            test = noticed(BREAKS[place], tree)
            missed += not test
            print(f"| {BREAKS[place].what} | `{test or 'NOTHING'}` |", flush=True)
    raise SystemExit(1 if missed else 0)


if __name__ == "__main__":
    main()
