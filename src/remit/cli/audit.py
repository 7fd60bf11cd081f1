"""`remit audit`."""

from __future__ import annotations

import dataclasses
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from rich.console import Console

from remit.audit import Audit, audit
from remit.charter import Charter
from remit.cli.progress import progress
from remit.cli.writing import write_whole
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

    An export, a mapping or a database is loaded first; the loaded file is kept beside the report, if there
    is one, so that the queries in it can be run. Nothing is written before the audit is done.

    Returns:
        The severity of each finding.
    """
    beside = _beside(html_file or json_file) if _is_export(evidence) else None
    with progress() as say, _loaded(charter, evidence, beside, today, say) as file:
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


def _is_export(evidence: Path | str) -> bool:
    """Whether it has to be loaded first: anything that is no loaded file."""
    return isinstance(evidence, str) or not _is_loaded(evidence)


def _is_loaded(file: Path) -> bool:
    if not file.is_file():
        return False
    with file.open("rb") as f:
        return f.read(12)[8:] == b"DUCK"


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
    """A loaded file to look at; a new one lies on the disk of the place where it is kept."""
    if isinstance(evidence, Path) and _is_loaded(evidence):
        yield evidence
        return
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
