"""Laws of the charter language, on whole charters drawn at random."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from remit.charter import Charter, as_yaml, read_charter
from tests.laws import examples

from .mutations import as_written
from .strategies import AWKWARD, Tree, trees

whole = settings(max_examples=examples(100), deadline=None, suppress_health_check=list(HealthCheck))
some = settings(parent=whole, max_examples=examples(30))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for charters, one after the other."""
    return tmp_path_factory.mktemp("laws")


def read(folder: Path, text: str, **beside: str) -> Charter:
    """Read a charter from text, and from further files beside it."""
    for name, content in {"charter": text, **beside}.items():
        (folder / f"{name}.yaml").write_text(content, encoding="utf-8", newline="")
    return read_charter(folder / "charter.yaml")


def in_order(tree: Any, order: Callable[[list[str]], list[str]]) -> Any:
    """A tree with the words of every block in another order."""
    if isinstance(tree, dict):
        return {word: in_order(tree[word], order) for word in order(list(tree))}
    return [in_order(one, order) for one in tree] if isinstance(tree, list) else tree


@whole
@given(trees())
def test_a_charter_that_is_written_and_read_back_is_the_same_charter(folder, tree):
    charter = Charter.model_validate(tree)

    assert read(folder, as_yaml(charter)) == charter


@pytest.mark.parametrize("text", AWKWARD)
def test_text_that_looks_like_something_else_is_the_same_text_when_it_is_read_back(folder, text):
    charter = Charter.model_validate(
        {
            "company": text,
            "not_people": [text],
            "segments": {text: {"where": {"country": text}, "facts": {"personas": 3}}},
            "roles": {text: {"is": "AE", "segments": [text], "about": text}},
            "titles": {text: {"role": text, "segment": text}},
        }
    )

    assert read(folder, as_yaml(charter)) == charter


@some
@given(trees())
def test_the_order_of_words_does_not_matter(folder, tree):
    charter = read(folder, as_written(tree))

    assert read(folder, as_written(in_order(tree, sorted))) == charter
    assert read(folder, as_written(in_order(tree, lambda words: words[::-1]))) == charter


@some
@given(trees(), st.lists(st.integers(0, 2), min_size=40, max_size=40))
def test_a_charter_in_several_files_says_what_it_says_in_one(folder, tree, files):
    charter = read(folder, as_written(tree))
    parts: list[Tree] = [{}, {}, {}]
    for file, (word, block) in zip(files, tree.items(), strict=False):
        parts[file][word] = block

    main = {
        "uses": [f"{name}.yaml" for name, part in zip("ab", parts[1:], strict=True) if part],
        **parts[0],
    }

    assert read(folder, as_written(main), a=as_written(parts[1]), b=as_written(parts[2])) == charter
