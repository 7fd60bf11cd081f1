"""What a package defines is found by walking it."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from textwrap import dedent

import pytest

from remit.terms import Note, catalogue


@dataclass(frozen=True)
class Tool(Note):
    """A note of the tests' own."""

    use: str = ""


@dataclass(frozen=True)
class Toy(Note):
    """Another kind of note."""


@pytest.fixture
def package(tmp_path, monkeypatch):
    """Write a package of modules given as text, and give its name."""
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setitem(sys.modules, "notes_of_the_tests", sys.modules[__name__])

    def write(name: str, **modules: str) -> str:
        folder = tmp_path / name
        folder.mkdir()
        (folder / "__init__.py").write_text("")
        for module, text in modules.items():
            head = "from notes_of_the_tests import Tool, Toy\n"
            (folder / f"{module}.py").write_text(head + dedent(text))
        return name

    yield write
    for loaded in [name for name in sys.modules if name.startswith("workshop_")]:
        del sys.modules[loaded]


def test_a_function_under_a_note_stays_the_very_same_function():
    def saw() -> str:
        return "sawn"

    assert Tool(use="wood")(saw) is saw
    assert saw() == "sawn"


def test_every_noted_function_of_a_package_is_found_from_a_to_z(package):
    name = package(
        "workshop_a",
        wood="@Tool(use='wood')\ndef saw(): 'Cuts\\n  wood.\\n\\nSlowly.'\ndef unnoted(): ...",
        metal="@Tool(use='metal')\ndef file(): ...\n@Toy()\ndef top(): ...",
    )

    tools = catalogue(name, Tool)

    assert list(tools) == ["file", "saw"]
    assert tools["saw"].note.use == "wood"
    assert tools["saw"].definition == "Cuts wood."


def test_two_functions_with_one_name_are_an_error_that_names_both_files(package):
    name = package(
        "workshop_b",
        bench="@Tool()\ndef saw(): ...",
        shelf="@Tool()\ndef saw(): ...",
    )

    with pytest.raises(ValueError) as refused:
        catalogue(name, Tool)

    said = str(refused.value)
    assert said == (
        "'saw' is defined in workshop_b.bench and again in workshop_b.shelf. Rename one."
    )


def test_a_function_that_another_module_imports_is_one_function(package):
    name = package(
        "workshop_c",
        bench="@Tool()\ndef saw(): ...",
        shelf="from workshop_c.bench import saw",
    )

    assert list(catalogue(name, Tool)) == ["saw"]
