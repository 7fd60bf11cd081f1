"""How long whole commands take, start to end, beside the same start without the work.

`remit check` on the largest example, and `remit decide` on fifty segments with 2,000 joint draws
each. The floor is a process that imports what any such command must (Typer, pydantic, PyYAML,
Rich, and NumPy for decide) and does nothing.

    python performance/whole_commands.py
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[1]
REMIT = [sys.executable, "-c", "from remit.cli import main; main()"]
FLOOR = "import typer, pydantic, yaml, rich.console, rich.table; pydantic.BaseModel"
RUNS = 7
COMPILED = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
"""As installed: modules are compiled once, and not anew in each process."""
FIFTY = 50


def seconds(command: list[str]) -> float:
    """Wall time of one whole process; status 1 is a finding."""
    start = time.perf_counter()
    done = subprocess.run(command, capture_output=True, check=False, env=COMPILED)
    took = time.perf_counter() - start
    assert done.returncode in (0, 1), done.stderr.decode()
    return took


def told(what: str, command: list[str], floor: str) -> None:
    """One line: medians of both, run in turn, and the ratio pair by pair."""
    seconds(command)  # compiles what is not compiled yet
    pairs = [(seconds(command), seconds([sys.executable, "-c", floor])) for _ in range(RUNS)]
    ours, least = (statistics.median(side) for side in zip(*pairs, strict=True))
    ratio = statistics.median(a / b for a, b in pairs)
    best = min(a for a, _ in pairs)
    print(f"{what}: {ours:.2f} s (best {best:.2f}), floor {least:.2f} s, ratio {ratio:.1f}")


def fifty_segments() -> dict[str, object]:
    """A charter whose segments have half their facts in ranges."""
    segments = {}
    for n in range(FIFTY):
        segments[f"segment_{n}"] = {
            "size": ("smb", "mid_market", "enterprise")[n % 3],
            "technical_sale": n % 2 == 0,
            "acv": 10_000 * (n + 1),
            "facts": {
                "sellers": {"value": 4 + n, "from": 3 + n, "to": 9 + n},
                "first_line_managers": 1 + n % 3,
                "reachable_accounts": {"from": 500, "to": 2_000},
                "landed_accounts": 100 + 10 * n,
                "year_1_expansion": {"from": 0.1, "to": 0.4},
                "year_1_new_buyers": {"from": 0.3, "to": 0.7},
                "later_expansion": {"from": 0.1, "to": 0.5},
                "later_new_buyers": {"from": 0.3, "to": 0.7},
                "landed_value": 30_000,
                "potential_value": {"from": 40_000, "to": 200_000},
                "nrr": {"from": 0.95, "to": 1.15},
                "personas": {"from": 2, "to": 6},
                "pipeline_coverage": {"from": 2, "to": 4},
                "playbook": n % 2 == 1,
                "demo_load": {"from": 0.1, "to": 0.3},
                "reactive_load": {"from": 0.2, "to": 0.4},
            },
        }
    return {"company": "Fifty", "segments": segments, "roles": {"seller": {"is": "AE/AM"}}}


def main() -> None:
    """Measure both, and print a line each."""
    atlas = ROOT / "examples" / "atlas" / "charter.yaml"
    told("check of the largest example", [*REMIT, "check", str(atlas)], FLOOR)
    with tempfile.TemporaryDirectory() as folder:
        charter = Path(folder) / "charter.yaml"
        charter.write_text(yaml.safe_dump(fifty_segments()))
        told(
            "decide fifty segments, 2,000 draws each",
            [*REMIT, "decide", str(charter), "--json"],
            f"{FLOOR}; import numpy",
        )


if __name__ == "__main__":
    main()
