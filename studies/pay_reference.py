"""Does remit pay, to the cent, what a second and plain implementation does?

Each trial draws plans, people and a stream of deals, works out everybody's ledger by `remit.pay`
and by `tests/pay/reference.py`, and compares every amount: earned, accrued and payable by payee,
component, deal and earning period. Results are appended to a file, a hundred trials a line, so that
an interrupted run goes on where it stopped; a line that found differences is run again. What they
come to together is written to another file.

    python studies/pay_reference.py --out build/pay-reference.jsonl --summary docs/studies/pay-reference.jsonl
"""

from __future__ import annotations

import argparse
import json
import sys
import traceback
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
from tests.pay import reference, situations  # noqa: E402

TRIALS, BATCH = 20_000, 100


def batch(first: int) -> dict[str, Any]:
    """A hundred situations: how many amounts were compared, and where the two differ."""
    told: Counter[str] = Counter()
    ways: Counter[str] = Counter()
    amiss = []
    for seed in range(first, first + BATCH):
        s = situations.situation(seed)
        try:
            ours, theirs = situations.by_remit(s), reference.pay(s)
        except Exception:
            amiss.append(f"{seed}: {traceback.format_exc().splitlines()[-1]}")
            continue
        ways.update(situations.mechanisms(s))
        told.update(
            situations=1,
            paying=bool(theirs),
            amounts=len(ours.keys() | theirs.keys()),
            cents=sum(abs(cents) for key, cents in ours.items() if key.state == "earned"),
        )
        for key, (one, other) in situations.compared(ours, theirs).items():
            amiss.append(f"{seed}: {key.payee} {key.component} {key.state}: {one} and not {other}")
    return {"first": first, "told": told, "amiss": amiss, "ways": ways}


def run(trials: int, out: Path | None, processes: int) -> list[dict[str, Any]]:
    """Every batch; what the file holds without a difference is not run again."""
    known = {}
    if out is not None and out.exists():
        for line in out.read_text("utf-8").splitlines():
            done = json.loads(line)
            if not done["amiss"]:
                known[done["first"]] = done
    left = [first for first in range(0, trials, BATCH) if first not in known]
    with ProcessPoolExecutor(processes) as pool:
        for done in pool.map(batch, left):
            known[done["first"]] = done
            if out is not None:
                with out.open("a", encoding="utf-8") as file:
                    file.write(json.dumps(done) + "\n")
    return [known[first] for first in sorted(known) if first < trials]


def summary(batches: Iterable[dict[str, Any]]) -> tuple[Counter[str], Counter[str], list[str]]:
    """Totals, situations by way of paying, and all differences."""
    told: Counter[str] = Counter()
    ways: Counter[str] = Counter()
    amiss: list[str] = []
    for done in batches:
        told.update(done["told"])
        ways.update(done["ways"])
        amiss += done["amiss"]
    return told, ways, amiss


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--out", type=Path)
    parser.add_argument("--summary", type=Path)
    parser.add_argument("--quick", action="store_true", help="one in a hundred")
    parser.add_argument("--processes", type=int, default=2)
    asked = parser.parse_args()
    told, ways, amiss = summary(
        run(TRIALS // 100 if asked.quick else TRIALS, asked.out, asked.processes)
    )
    print(
        f"{told['situations']:,} situations, {told['paying']:,} of them with pay; "
        f"{told['amounts']:,} amounts compared, {told['cents'] / 100:,.2f} earned; "
        f"{len(amiss):,} amounts differ"
    )
    if asked.summary is not None:
        whole = {"told": told, "amiss": amiss, "ways": dict(sorted(ways.items()))}
        asked.summary.write_text(json.dumps(whole) + "\n", "utf-8")
    if not asked.quick:
        print("\n| way of paying, or what happens | situations |\n|---|---|")
        for way, count in sorted(ways.items()):
            print(f"| {way} | {count:,} |")
    for one in amiss[:20]:
        print(one)
    return 1 if amiss else 0


if __name__ == "__main__":
    sys.exit(main())
