"""`remit evidence`."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console

from remit.charter import Charter
from remit.cli.progress import progress
from remit.evidence import open_evidence
from remit.evidence.describe import describe
from remit.report.described import described_as_json, show_described


def run_evidence(file: Path, charter: Charter | None, *, as_json: bool) -> None:
    """Say what a loaded file holds, and with a charter how much of each role's time.

    Raises:
        EvidenceError: If it is no evidence file, or was loaded under another reading.
    """
    coverage = None
    group = None
    with progress() as say:
        if charter is not None:
            from remit.audit.run import measured_days
            from remit.measures import minimum_group, open_for
            from remit.measures.coverage import coverage_by_role

            opened = open_for(charter, file)
            numbers = charter.numbers()
            say("working out how much of each role's time was recorded")
            if opened.rows("activities"):
                coverage = coverage_by_role(opened, charter, numbers, measured_days(opened))
            group = minimum_group(charter, numbers, opened.as_of)
            opened.connection.disconnect()
        say("looking through the tables")
        described = describe(open_evidence(file), minimum_group=group)
    if as_json:
        print(described_as_json(described, coverage))
        return
    show_described(described, coverage, Console(highlight=False))
