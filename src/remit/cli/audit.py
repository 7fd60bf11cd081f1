"""`remit audit`."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from rich.console import Console

from remit.audit import Audit, audit
from remit.charter import Charter, read_charter
from remit.cli.progress import progress
from remit.measures import open_for
from remit.report import as_json, html, show
from remit.sources import load
from remit.terms import Severity


def run_audit(
    charter_file: Path,
    evidence: Path,
    as_of: date | None,
    json_file: Path | None,
    html_file: Path | None,
    today: date,
) -> list[Severity | None]:
    """Audit, show, and write what was asked for.

    A folder or a mapping is loaded first; the loaded file is kept beside the report, if there
    is one, so that the queries in it can be run.

    Returns:
        The severity of each finding.
    """
    charter = read_charter(charter_file)
    with progress() as say, _loaded(charter, evidence, html_file or json_file, today, say) as file:
        found = audit(charter, open_for(charter, file, as_of=as_of), today=today, progress=say)
        say("writing the report")
        if html_file is not None:
            _write(html_file, html(found))
        as_text = as_json(found) if json_file is not None else ""
        if json_file is not None and str(json_file) != "-":
            _write(json_file, as_text)
    if str(json_file) == "-":
        print(as_text)
    else:
        show(found, Console(highlight=False))
        _where(found, html_file, json_file)
    return [finding.severity for finding in found.findings]


@contextmanager
def _loaded(
    charter: Charter, evidence: Path, report: Path | None, today: date, say: Callable[[str], None]
) -> Iterator[Path]:
    if evidence.is_file() and evidence.suffix not in (".yaml", ".yml"):
        yield evidence
        return
    if report is not None and str(report) != "-":
        beside = report.with_suffix(".evidence.duckdb")
        beside.unlink(missing_ok=True)
        load(charter, [evidence], beside, today=today, progress=say)
        yield beside
        return
    with tempfile.TemporaryDirectory(prefix="remit-") as folder:
        file = Path(folder) / "evidence.duckdb"
        load(charter, [evidence], file, today=today, progress=say)
        yield file


def _write(file: Path, text: str) -> None:
    """Write a file as a whole or not at all."""
    file.parent.mkdir(parents=True, exist_ok=True)
    beside = file.with_name(f".{file.name}.{os.getpid()}")
    beside.write_text(text, encoding="utf-8")
    os.replace(beside, file)


def _where(found: Audit, html_file: Path | None, json_file: Path | None) -> None:
    for name, file in (("Report", html_file), ("JSON", json_file)):
        if file is not None:
            print(f"{name}: {file}")
    if found.evidence_file.exists():
        print(f"Evidence: {found.evidence_file}")
    sys.stdout.flush()
