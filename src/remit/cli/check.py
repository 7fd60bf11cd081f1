"""`remit check`."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from rich.console import Console

from remit.charter import read_with_places
from remit.check import check
from remit.report.checked import check_as_json, show_check
from remit.terms import Severity


def run_check(
    charter: Path, day: date, *, as_json: bool, everything: bool
) -> list[Severity | None]:
    """Check a charter and print what was found.

    Returns:
        The severity of each finding.
    """
    declared, read = read_with_places(charter)
    checked = check(declared, day=day, read=read)
    if as_json:
        print(check_as_json(checked))
    else:
        show_check(checked, Console(highlight=False), everything=everything)
    return [found.severity for found in checked.findings]
