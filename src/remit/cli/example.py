"""`remit example`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from remit.cli.progress import progress
from remit.example import layout_names, write_example
from remit.terms import Place, Problem, RemitError, nearest


def run_example(directory: Path, seed: int, layouts: Sequence[str] = ()) -> None:
    """Write the example company, and say what to do with it."""
    if directory.exists() and (not directory.is_dir() or any(directory.iterdir())):
        raise RemitError(
            [Problem(Place(str(directory)), "", "is not an empty folder.", "Give a new one.")]
        )
    known = layout_names()
    problems = [
        Problem(Place("--layout"), "", f"no layout is called {name!r}.",
                nearest(name, known, what="Layouts"))
        for name in layouts
        if name not in known
    ]  # fmt: skip
    if problems:
        raise RemitError(problems)
    with progress() as say:
        say("making up a company")
        written = write_example(directory, seed=seed, layouts=("salesforce", *layouts))
    also = "".join(f", {folder.name}/" for folder in list(written.layouts.values())[1:])
    print(
        f"Wrote {directory}: charter.yaml, people.csv, export/{also}, finance/ and, for "
        "comparison, truth.json."
    )
    finance = written.finance / "mapping.yaml"
    print(f"Now: remit audit {written.charter} {written.export} {finance}")
