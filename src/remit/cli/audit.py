"""`remit audit`."""

from __future__ import annotations

import dataclasses
import getpass
import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from rich.console import Console

from remit.audit import Audit, audit, compared
from remit.charter import Charter
from remit.cli.progress import progress
from remit.cli.writing import write_whole
from remit.decide import decide
from remit.decide.measured import measured_facts
from remit.evidence import is_evidence
from remit.measures import open_for
from remit.report.contents import Contents, contents
from remit.report.terminal import show
from remit.sources import load
from remit.terms import Place, Problem, RemitError, Severity

UNDECIDED = (
    "A structure is decided segment by segment, from what is known of each, and `segments:` of the "
    "charter names none."
)
"""Why a report has no structure decision."""


@dataclass(frozen=True, slots=True)
class Outputs:
    """Files that an audit was asked to write; None for those it was not."""

    html: Path | None = None
    pdf: Path | None = None
    xlsx: Path | None = None
    json: Path | None = None
    junit: Path | None = None
    sarif: Path | None = None

    def named(self) -> dict[str, Path]:
        """Those asked for, by what they are, in the order in which they are told of."""
        said = {
            "Report": self.html,
            "PDF": self.pdf,
            "Workbook": self.xlsx,
            "JSON": self.json,
            "JUnit": self.junit,
            "SARIF": self.sarif,
        }
        return {name: file for name, file in said.items() if file is not None}


def run_audit(
    charter_file: Path,
    charter: Charter,
    evidence: Sequence[Path | str],
    as_of: date | None,
    since: date | None,
    outputs: Outputs,
    now: datetime,
    fail_on: Severity,
) -> bool:
    """Audit, show, and write what was asked for.

    What is no evidence yet (an export, a mapping, a CRM's database) is loaded first; the loaded
    file is kept beside the report, if there is one, so that the queries in it can be run. Nothing
    is written before the audit is done. Where the charter's individual view is on, who looked is
    noted beside the charter first.

    Returns:
        Whether any finding is as severe as `fail_on`, or more.
    """
    today = now.date()
    one = evidence[0] if len(evidence) == 1 else None
    ready = one is not None and is_evidence(one)
    beside = None if ready else _beside(outputs)
    note_access(charter_file, charter, now, _command(outputs))
    with (
        progress() as say,
        nullcontext(one) if ready else _loaded(charter, evidence, beside, today, say) as file,
    ):
        assert file is not None
        opened = open_for(charter, file, as_of=as_of)
        found = audit(charter, opened, today=today, progress=say)
        before = None
        if since is not None:
            say("looking from the earlier day")
            then = open_for(charter, file, as_of=since)
            before = audit(charter, then, today=today, progress=say)
            then.connection.disconnect()
        say("deciding the structure")
        measured = measured_facts(charter, opened, times=found.times) if charter.segments else {}
        decided = decide(charter, day=found.as_of, measured=measured) if charter.segments else None
        say("writing the report")
        if beside is not None:
            opened.connection.disconnect()
            beside.parent.mkdir(parents=True, exist_ok=True)
            os.replace(file, beside)
            found = dataclasses.replace(found, evidence_file=beside)
        shown = contents(
            found,
            since=before,
            changes=compared(before, found) if before is not None else (),
            decided=decided,
            undecided="" if charter.segments else UNDECIDED,
        )
        on_screen = _write(outputs, shown, charter_file, fail_on)
    if on_screen:
        print(on_screen)
    else:
        show(found, Console(highlight=False))
        _where(found, outputs)
    return found.worst is not None and found.worst >= fail_on


def _write(outputs: Outputs, shown: Contents, charter_file: Path, fail_on: Severity) -> str:
    """Write every output; what goes to standard output is given back."""
    if outputs.html is not None:
        from remit.report.html import html

        write_whole(outputs.html, html(shown))
    if outputs.pdf is not None:
        from remit.report.pdf import pdf

        write_whole(outputs.pdf, pdf(shown))
    if outputs.xlsx is not None:
        from remit.report.workbook import workbook

        write_whole(outputs.xlsx, workbook(shown))
    if outputs.junit is not None:
        from remit.report.junit import junit

        write_whole(outputs.junit, junit(shown.audit, fail_on))
    if outputs.sarif is not None:
        from remit.report.sarif import sarif

        write_whole(outputs.sarif, sarif(shown.audit, _relative(charter_file)))
    if outputs.json is None:
        return ""
    from remit.report.machine import as_json

    text = as_json(shown)
    if str(outputs.json) == "-":
        return text
    write_whole(outputs.json, text)
    return ""


def _relative(file: Path) -> Path:
    """A file as seen from here, where it lies below; else its name."""
    try:
        return file.resolve().relative_to(Path.cwd())
    except ValueError:
        return Path(file.name)


def note_access(charter_file: Path, charter: Charter, now: datetime, what: str) -> None:
    """Note who opens the individual view, before anything is shown.

    A line of JSON beside the charter, `acme.access.jsonl` for `acme.yaml`: when, the name of the
    account on this machine, what was opened, the charter's basis and the day on which it ends.
    Nothing is noted while the view is off.

    Raises:
        AccessError: If it cannot be noted; then nothing is shown either.
    """
    allowed = charter.privacy.individual_view
    if allowed is None or now.date() > allowed.until:
        return
    log = charter_file.with_suffix(".access.jsonl")
    line = {
        "at": now.isoformat(timespec="seconds"),
        "by": getpass.getuser(),
        "opened": what,
        "basis": allowed.basis,
        "until": allowed.until.isoformat(),
    }
    try:
        with log.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line, ensure_ascii=False) + "\n")
    except OSError as error:
        raise AccessError(
            [
                Problem(
                    Place(str(log)),
                    "",
                    "cannot be written, and the individual view is only shown where it is noted "
                    "who looked.",
                    "Make it writable, or take `individual_view` out of the charter.",
                )
            ]
        ) from error


class AccessError(RemitError):
    """It could not be noted who opened the individual view."""


def _command(outputs: Outputs) -> str:
    return "audit " + " ".join(str(file) for file in outputs.named().values())


def _beside(outputs: Outputs) -> Path | None:
    """Where the loaded file is kept for a report that is a file."""
    files = [file for file in outputs.named().values() if str(file) != "-"]
    return files[0].with_suffix(".evidence.duckdb") if files else None


@contextmanager
def _loaded(
    charter: Charter,
    evidence: Sequence[Path | str],
    beside: Path | None,
    today: date,
    say: Callable[[str], None],
) -> Iterator[Path]:
    """A new loaded file to look at, on the disk of the place where it is kept."""
    above = beside.absolute().parents if beside is not None else ()
    disk = next((folder for folder in above if folder.is_dir()), None)
    with tempfile.TemporaryDirectory(prefix=".remit-", dir=disk) as folder:
        file = Path(folder) / "evidence.duckdb"
        load(charter, list(evidence), file, today=today, progress=say)
        yield file


def _where(found: Audit, outputs: Outputs) -> None:
    for name, file in outputs.named().items():
        print(f"{name}: {file}")
    if found.evidence_file.exists():
        print(f"Evidence: {found.evidence_file}")
    sys.stdout.flush()
