"""What the documentation says is so: its commands, its output, its links, its reference pages."""

from __future__ import annotations

import importlib.util
import re
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted(
    [
        *(ROOT / "docs").rglob("*.md"),
        *(
            ROOT / name
            for name in ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md")
        ),
    ]
)
LINK = re.compile(r"(?<!!)\[[^\]\[]*\]\(([^)\s]+)\)")


def script(name: str) -> ModuleType:
    """A script of docs/, as a module."""
    spec = importlib.util.spec_from_file_location(f"docs_{name}", ROOT / "docs" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


blocks = script("blocks")


def named(page: Path) -> str:
    return str(page.relative_to(ROOT))


def shows_something(page: Path) -> bool:
    return page.name != "README.md" and any(
        block.runs for block in blocks.blocks(page.read_text("utf-8"))
    )


@pytest.mark.slow
@pytest.mark.parametrize("page", [p for p in PAGES if shows_something(p)], ids=named)
def test_what_a_page_shows_is_what_happens(page):
    problems = blocks.problems(page.read_text("utf-8"), named(page))

    assert not problems, "\n".join(problems)


def test_the_readmes_charter_and_program_run_on_a_small_export():
    text = (ROOT / "README.md").read_text("utf-8")
    charter = next(b.text for b in blocks.blocks(text) if b.language == "yaml")
    program = next(b.text for b in blocks.blocks(text) if b.language == "python")
    page = (
        "<!-- in: examples/small-team/export as export -->\n"
        f"```yaml file=charter.yaml\n{charter}```\n```python\n{program}```\n"
    )

    problems = blocks.problems(page, "README.md")

    assert not problems, "\n".join(problems)


def test_the_reference_pages_say_what_the_code_says():
    reference = script("generate_reference")

    behind = [
        name
        for name, text in reference.pages().items()
        if (reference.HERE / name).read_text("utf-8") != text
    ]

    assert not behind, "run: python docs/generate_reference.py"


def test_the_small_teams_export_is_what_its_script_writes(tmp_path):
    spec = importlib.util.spec_from_file_location(
        "make_export", ROOT / "examples" / "small-team" / "make_export.py"
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)

    module.main(tmp_path)

    kept = ROOT / "examples" / "small-team" / "export"
    assert {f.name: f.read_bytes() for f in tmp_path.iterdir()} == {
        f.name: f.read_bytes() for f in kept.iterdir()
    }


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_links_lead_somewhere(page):
    text = re.sub(r"```.*?```", "", page.read_text("utf-8"), flags=re.DOTALL)

    dead = [link for link in LINK.findall(text) if not leads_somewhere(page, link)]

    assert not dead


def leads_somewhere(page: Path, link: str) -> bool:
    """Whether a link's file is there, and its heading in it; other sites are not asked."""
    if link.startswith(("http://", "https://", "mailto:")):
        return True
    path, _, anchor = link.partition("#")
    target = (page.parent / path).resolve() if path else page
    if not target.exists():
        return False
    return not anchor or anchor in anchors(target.read_text("utf-8"))


def anchors(text: str) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them, and those set by hand."""
    headings = re.findall(
        r"^#+ (.+)$", re.sub(r"```.*?```", "", text, flags=re.DOTALL), re.MULTILINE
    )
    made = {
        re.sub(r"[^\w\- ]", "", re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).lower()).replace(
            " ", "-"
        )
        for heading in headings
    }
    return made | set(re.findall(r'<a id="([^"]+)">', text))


def test_no_page_uses_the_words_we_do_not_use():
    pattern = re.compile(
        r"\b(simply|obviously|please|easily)\b|(?<!have )(?<!has )\bjust\b(?! (joined|moved))",
        re.IGNORECASE,
    )
    found = {
        named(page): matches
        for page in PAGES
        if page.name not in ("rules.md", "CONTRIBUTING.md", "benchmarks.md")
        and (matches := [m[0] for m in pattern.finditer(page.read_text("utf-8"))])
    }

    assert not found
