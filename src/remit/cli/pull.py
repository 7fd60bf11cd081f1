"""`remit pull`."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Mapping
from datetime import date
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from remit.charter import Charter
from remit.cli.progress import progress
from remit.pull import PullSummary, pull_hubspot, pull_salesforce

FORMAT = "pull/1"
"""Name and version of the JSON layout. Within one, keys are added and never taken away."""


def run_pull(
    crm: str,
    charter: Charter,
    into: Path,
    since: date | None,
    environment: Mapping[str, str],
    *,
    as_json: bool,
) -> None:
    """Fetch from a CRM, and print what came and what did not.

    Args:
        crm: `salesforce` or `hubspot`.
        charter: Names the fields that are wanted.
        into: The folder.
        since: For Salesforce: only tasks and events of this day and later.
        environment: Where the credentials are.
        as_json: For programs.

    Raises:
        PullError: If the CRM cannot be asked, or the folder not written.
    """
    started = time.monotonic()
    try:
        with progress() as say:
            if crm == "salesforce":
                found = pull_salesforce(
                    charter, into, environment=environment, since=since, progress=say
                )
            else:
                found = pull_hubspot(charter, into, environment=environment, progress=say)
    except KeyboardInterrupt:
        print(f"Stopped. Finished objects are kept in {into}; ", end="", file=sys.stderr)
        print("the same command goes on from there.", file=sys.stderr)
        raise SystemExit(130) from None
    seconds = time.monotonic() - started
    if as_json:
        print(json.dumps(_plain(found, seconds), indent=2, ensure_ascii=False))
    else:
        _table(found, seconds)


def _plain(found: PullSummary, seconds: float) -> dict[str, object]:
    return {
        "format": FORMAT,
        "crm": found.crm,
        "host": found.host,
        "into": str(found.into),
        "objects": [
            {
                "object": file.object,
                "file": file.file,
                "rows": file.rows,
                "left_out": list(file.left_out),
                "kept": file.kept,
            }
            for file in found.files
        ],
        "not_fetched": dict(found.not_fetched),
        "rows": found.rows,
        "seconds": round(seconds, 1),
    }


def _table(found: PullSummary, seconds: float) -> None:
    console = Console(highlight=False)
    table = Table(box=None, pad_edge=False)
    table.add_column("file")
    table.add_column("rows", justify="right")
    table.add_column("note")
    for file in found.files:
        note = "kept from an earlier run" if file.kept else ""
        table.add_row(Text(file.file), f"{file.rows:,}", note)
    table.add_row("all", f"{found.rows:,}", "")
    console.print(table)
    left_out = [
        f"{file.object} {', '.join(file.left_out)}" for file in found.files if file.left_out
    ]
    if left_out:
        console.print(Text(f"Not there, or not shown to this user: {'; '.join(left_out)}."))
    for why in dict.fromkeys(found.not_fetched.values()):
        names = [name for name, said in found.not_fetched.items() if said == why]
        console.print(Text(f"Not fetched, because {why}: {', '.join(names)}."))
    console.print(Text(f"{found.host} into {found.into}, {seconds:.0f} s"))
