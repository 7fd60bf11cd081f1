"""The example company, written once for all tests of it."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from remit.example import Written, write_example

Rows = list[dict[str, str]]


@pytest.fixture(scope="session")
def written(tmp_path_factory: pytest.TempPathFactory) -> Written:
    """The company with its faults, at full size."""
    return write_example(tmp_path_factory.mktemp("northstar"), seed=7)


@pytest.fixture(scope="session")
def table(written: Written) -> Callable[[str], Rows]:
    """Reads a table of the export once."""
    known: dict[str, Rows] = {}

    def read(name: str) -> Rows:
        if name not in known:
            with (written.export / f"{name}.csv").open(encoding="utf-8", newline="") as file:
                known[name] = list(csv.DictReader(file))
        return known[name]

    return read


@pytest.fixture(scope="session")
def truth(written: Written) -> dict[str, Any]:
    """The truth beside the export."""
    found: dict[str, Any] = json.loads(written.truth.read_text("utf-8"))
    return found


@pytest.fixture(scope="session")
def people(written: Written) -> Rows:
    """The dated people file."""
    with Path(written.people).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
