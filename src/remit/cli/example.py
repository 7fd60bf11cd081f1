"""`remit example`."""

from __future__ import annotations

from pathlib import Path

from remit.cli.progress import progress
from remit.example import write_example
from remit.terms import Place, Problem, RemitError


def run_example(directory: Path, seed: int) -> None:
    """Write the example company, and say what to do with it."""
    if directory.exists() and (not directory.is_dir() or any(directory.iterdir())):
        raise RemitError(
            [Problem(Place(str(directory)), "", "is not an empty folder.", "Give a new one.")]
        )
    with progress() as say:
        say("making up a company")
        write_example(directory, seed=seed)
    print(f"Wrote {directory}: charter.yaml, people.csv, export/ and, for comparison, truth.json.")
    print(f"Now: remit audit {directory / 'charter.yaml'} {directory / 'export'}")
