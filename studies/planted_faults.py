"""How many planted faults does the audit find, and how many innocents does it accuse?

For each seed: make up the example company, load its export, audit it, and hold the findings
against the truth that lies beside it. Results are appended to a file as they come, so that an
interrupted run goes on where it stopped.

    python studies/planted_faults.py --seeds 10 --out docs/studies/planted-faults.jsonl
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from remit.audit import Audit, open_for
from remit.audit import audit as run_audit
from remit.charter import Charter, read_charter
from remit.evidence import Evidence
from remit.example import Company, Faults, write_example
from remit.measures import people_in_two_roles
from remit.sources import load
from remit.terms import Finding, Severity

TODAY = date(2026, 11, 1)


@dataclass(frozen=True)
class Planted:
    """A planted fault, and which findings tell of it."""

    name: str
    tells: Callable[[Finding], bool]


def _tells(check: str, *words: str) -> Callable[[Finding], bool]:
    return lambda found: found.check == check and all(word in found.about for word in words)


PLANTED = (
    Planted("ae_prospecting", _tells("ae_prospecting", "mid_market")),
    Planted("csm_support", _tells("csm_support", "enterprise")),
    Planted("handoff_acceptance", _tells("sdr_ae_handoff", "mid_market", "acceptance")),
    Planted("handoff_conversion", _tells("sdr_ae_handoff", "mid_market", "conversion")),
    Planted("handoff_fields", _tells("sdr_ae_handoff", "mid_market", "fields")),
    Planted("absent_se", _tells("false_specialists", "enterprise", "technical deals")),
    Planted("two_hats", _tells("false_specialists", "credited in two roles")),
)
ECHOES = (
    _tells("false_specialists", "ae in mid_market", "outside the remit"),
    _tells("false_specialists", "csm in enterprise", "outside the remit"),
)
"""Findings that tell of a planted fault a second time."""
LOOKING = ("ae_prospecting", "csm_support", "sdr_ae_handoff", "false_specialists")
"""The checks that look for the planted faults; of what the others find no truth is known here."""


def study(seed: int, faults: bool, folder: Path) -> dict[str, object]:
    """One company: what was found of each fault, and who else was accused."""
    company = Company() if faults else Company(faults=Faults.none())
    write_example(folder, seed=seed, company=company)
    charter = read_charter(folder / "charter.yaml")
    file = folder / "evidence.duckdb"
    load(charter, [folder / "export"], file, today=TODAY)
    evidence = open_for(charter, file)
    audit = run_audit(charter, evidence)
    truth = json.loads((folder / "truth.json").read_text())
    return {
        "seed": seed,
        "faults": faults,
        "found": {fault.name: _severity(audit, fault.tells) for fault in PLANTED},
        "accused": list(_accused(audit, planted=faults)),
        "promoted_accused": _promoted(charter, evidence, truth),
        "true": {fault["name"]: fault["true_value"] for fault in truth["faults"]},
        "said": {
            fault.name: [f.says for f in audit.findings if fault.tells(f)] for fault in PLANTED
        },
    }


def _severity(audit: Audit, tells: Callable[[Finding], bool]) -> str:
    """Red or amber if the finding is, else its answer."""
    mine = [found for found in audit.findings if tells(found)]
    worst = max(mine, key=lambda found: found.severity or 0, default=None)
    if worst is None:
        return "not looked"
    if worst.severity is not None and worst.severity >= Severity.AMBER:
        return str(worst.severity)
    return worst.answer.value


def _accused(audit: Audit, *, planted: bool) -> Iterator[str]:
    """Amber and red findings about somebody or something that has no fault."""
    for found in audit.findings:
        if found.check not in LOOKING:
            continue
        if found.severity is None or found.severity < Severity.AMBER:
            continue
        guilty = any(f.tells(found) for f in PLANTED) or any(tells(found) for tells in ECHOES)
        if not (planted and guilty):
            yield f"{found.severity}: {found.says}"


def _promoted(charter: Charter, evidence: Evidence, truth: dict[str, object]) -> list[str]:
    """Promoted people whom the credits would accuse of holding two roles."""
    emails = {row["person_id"]: row["email"] for row in evidence.people()}
    innocent = {
        email
        for group in truth["innocents"]  # type: ignore[attr-defined]
        if group["name"] == "promoted_sdrs"
        for email in group["who"]
    }
    return [
        str(emails[found.person_id])
        for found in people_in_two_roles(evidence, charter)
        if found.judged and found.still and emails[found.person_id] in innocent
    ]


def table(rows: list[dict[str, object]]) -> str:
    """The results as a Markdown table, one row a seed."""
    names = [fault.name for fault in PLANTED]
    head = "| seed | faults planted | " + " | ".join(names) + " | innocents accused |"
    lines = [head, "|---|---|" + "---|" * (len(names) + 1)]
    for row in sorted(rows, key=lambda row: (not row["faults"], row["seed"])):  # type: ignore[operator]
        found = row["found"]
        accused = len(row["accused"]) + len(row["promoted_accused"])  # type: ignore[arg-type]
        cells = " | ".join(found[name] for name in names)  # type: ignore[index]
        lines.append(
            f"| {row['seed']} | {'yes' if row['faults'] else 'no'} | {cells} | {accused} |"
        )
    return "\n".join(lines)


def main() -> None:
    """Run the seeds that are not there yet, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])  # type: ignore[union-attr]
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--quick", action="store_true", help="one company, with faults")
    asked = parser.parse_args()
    rows: list[dict[str, object]] = []
    if asked.out and asked.out.exists():
        rows = [json.loads(line) for line in asked.out.read_text().splitlines()]
    done = {(row["seed"], row["faults"]) for row in rows}
    for seed in range(1, 2 if asked.quick else asked.seeds + 1):
        for faults in (True,) if asked.quick else (True, False):
            if (seed, faults) in done:
                continue
            with tempfile.TemporaryDirectory() as folder:
                row = study(seed, faults, Path(folder))
            rows.append(row)
            if asked.out:
                with asked.out.open("a") as file:
                    file.write(json.dumps(row) + "\n")
    print(table(rows))
    missed = [
        (row["seed"], name)
        for row in rows
        if row["faults"]
        for name, how in row["found"].items()  # type: ignore[attr-defined]
        if how not in ("red", "amber")
    ]
    accused = [one for row in rows for one in (*row["accused"], *row["promoted_accused"])]  # type: ignore[misc]
    print(f"\nmissed: {missed or 'none'}\naccused: {accused or 'none'}")
    if accused:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
