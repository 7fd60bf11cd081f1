"""The examples on the charter's reference page are charters that read."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest
import yaml

from remit.charter.schema import nouns

PAGE = Path(__file__).resolve().parents[2] / "docs" / "generate_reference.py"
ROLES = "company: Acme\nroles: {sdr: {is: SDR}, ae: {is: AE, plan: sellers}}\n"
SCENERY = {"segments": "{smb: {}}", "plans": "{sellers: {ote: 1}}"}


@pytest.fixture(scope="module")
def reference() -> ModuleType:
    """The script that writes the reference."""
    spec = importlib.util.spec_from_file_location("docs_generate_reference", PAGE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def test_every_example_reads_as_part_of_a_charter(reference, charter):
    for text in reference.EXAMPLES.values():
        beside = {word: said for word, said in SCENERY.items() if word not in yaml.safe_load(text)}
        scenery = "".join(f"{word}: {said}\n" for word, said in beside.items())

        charter(f"{ROLES}{scenery}{text}")


def test_segments_people_handoffs_and_plans_have_an_example_on_the_page(reference):
    page = reference.charter()

    assert set(reference.EXAMPLES) <= {noun.__name__ for noun in nouns()}
    assert all(f"```yaml\n{text}```" in page for text in reference.EXAMPLES.values())


def test_a_handoffs_name_is_not_said_to_be_required(reference):
    (row,) = [
        line
        for line in reference.charter().splitlines()
        if "| `name` |" in line and "sdr to ae" in line
    ]

    assert "required" not in row
