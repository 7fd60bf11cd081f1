"""`remit load`."""

from __future__ import annotations

import dataclasses
import json
from datetime import date
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from remit.charter import Charter
from remit.cli.progress import progress
from remit.evidence import open_evidence
from remit.sources import LoadSummary, load


def run_load(
    charter: Charter, sources: list[Path | str], into: Path, today: date, *, as_json: bool
) -> None:
    """Load, and print what became of every row."""
    with progress() as say:
        summary = load(charter, sources, into, today=today, progress=say)
    if as_json:
        print(json.dumps(_plain(summary), indent=2))
        return
    _table(summary)


def _plain(summary: LoadSummary) -> dict[str, object]:
    plain = dataclasses.asdict(summary)
    return {
        **plain,
        "into": str(summary.into),
        "first_day": summary.first_day.isoformat(),
        "last_day": summary.last_day.isoformat(),
        "rows": summary.rows,
        "kept": summary.kept,
        "rejected": summary.rejected,
    }


def _table(summary: LoadSummary) -> None:
    console = Console(highlight=False)
    table = Table(box=None, pad_edge=False)
    for name, side in (
        ("file", "left"),
        ("table", "left"),
        ("rows", "right"),
        ("kept", "right"),
        ("rejected", "right"),
        ("note", "left"),
    ):
        table.add_column(name, justify=side)  # type: ignore[arg-type]
    for file in summary.files:
        table.add_row(
            Text(file.file),
            file.table,
            f"{file.rows:,}",
            f"{file.kept:,}",
            f"{file.rejected:,}",
            Text(file.note),
        )
    table.add_row("all", "", f"{summary.rows:,}", f"{summary.kept:,}", f"{summary.rejected:,}", "")
    console.print(table)
    rejects = open_evidence(summary.into).rejects
    for reject in rejects[:10]:
        column = f"{reject['column_name']}: " if reject["column_name"] else ""
        console.print(
            Text(f"  {reject['file']}:{reject['line'] or '?'}  {column}{reject['reason']}")
        )
    if len(rejects) > 10:
        console.print(f"  and {len(rejects) - 10:,} more, in the table `rejects` of the file")
    missing = [f"{file.file} {', '.join(file.missing)}" for file in summary.files if file.missing]
    if missing:
        console.print(Text(f"Columns looked for and not there: {'; '.join(missing)}."))
    if summary.let_go:
        console.print(Text(summary.let_go))
    if summary.unread:
        console.print(
            Text(f"Not read, because nothing needs them yet: {', '.join(summary.unread)}.")
        )
    console.print(
        Text(f"{summary.source}, {summary.first_day} to {summary.last_day}, into {summary.into}")
    )
