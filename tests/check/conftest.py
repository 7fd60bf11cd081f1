"""Charters written in the tests, checked without any data."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from remit.charter import read_with_places
from remit.check import Checked, check

DAY = date(2026, 6, 1)


@pytest.fixture
def checked(tmp_path: Path) -> Callable[[str], Checked]:
    """What the checks say of a charter, given as text, on the first of June 2026."""

    def read_and_check(text: str) -> Checked:
        file = tmp_path / "charter.yaml"
        file.write_text(text, "utf-8")
        charter, read = read_with_places(file)
        return check(charter, day=DAY, read=read)

    return read_and_check


def says(checked: Checked, check: str) -> list[str]:
    """What one check says, worst first: `red: ...`, or `clear: ...` where there is no trouble."""
    return [
        f"{found.severity if found.severity is not None else found.answer.value}: {found.says}"
        for found in checked.findings
        if found.check == check
    ]
