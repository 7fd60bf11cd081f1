"""What holds for the project as a whole, read from its own files."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer
import yaml

from remit.audit import Check
from remit.charter import read_charter
from remit.cli.app import app
from remit.terms import catalogue

ROOT = Path(__file__).resolve().parents[1]
SOURCES = sorted((ROOT / "src").rglob("*.py"))
WRITTEN = [
    file
    for folder in ("src", "tests", "docs")
    for file in sorted((ROOT / folder).rglob("*"))
    if file.suffix in (".py", ".md", ".yaml", ".css", ".html", ".csv", ".toml")
]
NAMES_OF_NOTHING = {"utils", "util", "helpers", "helper", "common", "misc", "base"}
CHECKS = list(catalogue("remit.audit", Check))
COMMANDS = sorted(typer.main.get_command(app).commands)

each_source = pytest.mark.parametrize(
    "file", SOURCES, ids=[str(file.relative_to(ROOT / "src")) for file in SOURCES]
)


def public(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.ClassDef]:
    """Functions, classes and their methods that others may call."""
    for node in ast.iter_child_nodes(tree):
        named = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        if named and not node.name.startswith("_"):
            yield node
            if isinstance(node, ast.ClassDef):
                yield from public(node)


def calls_of(name: str, tree: ast.AST) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name:
            yield node


def reference() -> str:
    """The reference pages; skips where they are not there."""
    pages = sorted((ROOT / "docs" / "reference").rglob("*.md"))
    if not pages:
        pytest.skip("docs/reference/ has no pages yet")
    return "\n".join(page.read_text("utf-8") for page in pages)


# Code


@each_source
def test_every_module_and_all_that_is_public_in_it_says_what_it_is(file):
    tree = ast.parse(file.read_text("utf-8"))

    silent = [node.name for node in public(tree) if not ast.get_docstring(node)]

    assert ast.get_docstring(tree)
    assert silent == []


@pytest.mark.parametrize("file", [file for file in SOURCES if file.name == "__init__.py"])
def test_every_package_says_how_to_add_to_it_and_then_that_is_all(file):
    said = ast.get_docstring(ast.parse(file.read_text("utf-8")))

    assert said.endswith("That is all.")


def test_no_module_is_named_after_nothing():
    modules = [*SOURCES, *(ROOT / "tests").rglob("*.py")]

    named = {part for file in modules for part in (file.stem, file.parent.name)}

    assert named & NAMES_OF_NOTHING == set()


NAMESPACES = r"www\.xes-standard\.org/|schemas\.openxmlformats\.org/"
"""Names that formats of files give their own words; nobody fetches them."""


def test_nothing_is_fetched_over_plain_http_and_no_index_of_packages_is_named():
    index = re.compile(r"(pypi|registry|mirror|index)[\w.-]*\.\w+[/:]|--(extra-)?index-url")
    plain = re.compile(
        r"http://(?!www\.w3\.org/|json-schema\.org/|localhost|127\.0\.0\.1|" + NAMESPACES + r")\w"
    )

    for file in set(WRITTEN) - {Path(__file__).resolve()}:
        text = file.read_text("utf-8")
        assert not plain.search(text), file
        assert not any(index.search(url) for url in re.findall(r"https?://\S+", text)), file


# Checks


@pytest.mark.parametrize("check", CHECKS)
def test_every_check_is_named_in_a_test(check):
    tests = [file for file in (ROOT / "tests").rglob("test_*.py") if file != Path(__file__)]

    assert any(check in file.read_text("utf-8") for file in tests)


@pytest.mark.parametrize(
    "file", sorted((ROOT / "src/remit/audit").glob("*.py")), ids=lambda f: f.name
)
def test_every_finding_that_may_be_amber_or_red_says_what_to_change(file):
    severity, remedy = 5, 11

    for call in calls_of("Finding", ast.parse(file.read_text("utf-8"))):
        words = {word.arg for word in call.keywords}
        if None in words:  # a maker that passes on what it is given
            continue
        if "severity" in words or len(call.args) > severity:
            assert "remedy" in words or len(call.args) > remedy, f"line {call.lineno}"


def test_every_check_finds_only_by_rules_that_its_subject_says_it_serves():
    served: dict[str, set[str]] = {}
    for check in catalogue("remit.audit", Check).values():
        served.setdefault(check.call.__code__.co_filename, set()).update(check.note.rules)
    for file, rules in served.items():
        cited = {
            word.value
            for word in ast.walk(ast.parse(Path(file).read_text("utf-8")))
            if isinstance(word, ast.Constant) and re.fullmatch(r"\d{3}-\d{2}", str(word.value))
        }
        assert cited <= rules, file


# Documents


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_in_the_readme_or_the_reference(command):
    readme = (ROOT / "README.md").read_text("utf-8")

    assert (
        f"`{command}`" in readme
        or f"remit {command}" in readme
        or f"remit {command}" in reference()
    )


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_and_each_of_its_options_is_in_the_reference(command):
    pages = reference()

    assert f"remit {command}" in pages
    for option in typer.main.get_command(app).commands[command].params:
        if option.param_type_name == "option":
            assert option.opts[0] in pages


@pytest.mark.parametrize("check", CHECKS)
def test_every_check_is_in_the_reference(check):
    assert check in reference()


def test_the_charter_in_the_readme_is_one(tmp_path):
    blocks = re.findall(r"```yaml\n(.*?)```", (ROOT / "README.md").read_text("utf-8"), re.DOTALL)

    for block in blocks:
        assert "company" in yaml.safe_load(block)
        (tmp_path / "charter.yaml").write_text(block)
        assert read_charter(tmp_path / "charter.yaml").roles

    assert blocks
