"""`remit audit`."""

from __future__ import annotations

import dataclasses
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from datetime import date
from pathlib import Path

from rich.console import Console

from remit.audit import Audit, audit
from remit.charter import Charter
from remit.cli.progress import progress
from remit.cli.writing import write_whole
from remit.evidence import is_evidence
from remit.measures import open_for
from remit.report.html import html
from remit.report.machine import as_json
from remit.report.terminal import show
from remit.sources import load
from remit.terms import Severity


def run_audit(
    charter: Charter,
    evidence: Path | str,
    as_of: date | None,
    json_file: Path | None,
    html_file: Path | None,
    today: date,
) -> list[Severity | None]:
    """Audit, show, and write what was asked for.

    What is no evidence yet (an export, a mapping, a CRM's database) is loaded first; the loaded
    file is kept beside the report, if there is one, so that the queries in it can be run. Nothing
    is written before the audit is done.

    Returns:
        The severity of each finding.
    """
    ready = is_evidence(evidence)
    beside = None if ready else _beside(html_file or json_file)
    with (
        progress() as say,
        nullcontext(evidence) if ready else _loaded(charter, evidence, beside, today, say) as file,
    ):
        opened = open_for(charter, file, as_of=as_of)
        found = audit(charter, opened, today=today, progress=say)
        say("writing the report")
        if beside is not None:
            opened.connection.disconnect()
            beside.parent.mkdir(parents=True, exist_ok=True)
            os.replace(file, beside)
            found = dataclasses.replace(found, evidence_file=beside)
        if html_file is not None:
            write_whole(html_file, html(found))
        as_text = as_json(found) if json_file is not None else ""
        if json_file is not None and str(json_file) != "-":
            write_whole(json_file, as_text)
    if str(json_file) == "-":
        print(as_text)
    else:
        show(found, Console(highlight=False))
        _where(found, html_file, json_file)
    return [finding.severity for finding in found.findings]


def _beside(report: Path | None) -> Path | None:
    """Where the loaded file is kept for a report that is a file."""
    if report is None or str(report) == "-":
        return None
    return report.with_suffix(".evidence.duckdb")


@contextmanager
def _loaded(
    charter: Charter,
    evidence: Path | str,
    beside: Path | None,
    today: date,
    say: Callable[[str], None],
) -> Iterator[Path]:
    """A new loaded file to look at, on the disk of the place where it is kept."""
    above = beside.absolute().parents if beside is not None else ()
    disk = next((folder for folder in above if folder.is_dir()), None)
    with tempfile.TemporaryDirectory(prefix=".remit-", dir=disk) as folder:
        file = Path(folder) / "evidence.duckdb"
        load(charter, [evidence], file, today=today, progress=say)
        yield file


def _where(found: Audit, html_file: Path | None, json_file: Path | None) -> None:
    for name, file in (("Report", html_file), ("JSON", json_file)):
        if file is not None:
            print(f"{name}: {file}")
    if found.evidence_file.exists():
        print(f"Evidence: {found.evidence_file}")
    sys.stdout.flush()
