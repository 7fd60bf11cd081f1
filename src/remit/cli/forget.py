"""`remit forget`."""

from __future__ import annotations

import json
from pathlib import Path

from rich.console import Console

from remit.evidence.forgetting import Forgotten, forget_person
from remit.report.plain import plain


def run_forget(person: str, file: Path, *, dry_run: bool, as_json: bool) -> None:
    """Forget a person in a loaded file, and say what was done; never who it was.

    Raises:
        EvidenceError: If it is no evidence file, nobody is called so, more than one person is, or
            the file is being loaded into.
    """
    done = forget_person(file, person, dry_run=dry_run)
    if as_json:
        print(json.dumps(plain(done), indent=2))
        return
    console = Console(highlight=False, markup=False)
    for line in _said(done):
        console.print(line, soft_wrap=True)


def _said(done: Forgotten) -> list[str]:
    tables = {place.rpartition(".")[0] for place in done.cells}
    would = "would be " if done.dry_run else ""
    lines = [
        f"Names and addresses: {done.names} {would}taken out.",
        f"Pseudonym: {would}replaced in {sum(done.cells.values()):,} cells of {len(tables)} tables.",
    ]
    lines += [f"  {place}: {count:,}" for place, count in done.cells.items()]
    if done.texts:
        lines.append(f"Texts with the name in them: {sum(done.texts.values()):,} {would}changed.")
        lines += [f"  {place}: {count:,}" for place, count in done.texts.items()]
    if done.dry_run:
        return [*lines, f"{done.file} is as it was."]
    return [
        *lines,
        f"Remembered: {done.remembered} keyed hashes, so that no later load brings the person back.",
        f"{done.file} was written anew. The export, its copies and backups, and a people file that "
        "names the person, are yours to clean.",
    ]
