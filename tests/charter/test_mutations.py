"""Whoever makes one mistake in a charter is told one problem, at its line, with the remedy."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from remit.charter import CharterError, read_charter
from remit.charter.positions import read_yaml

from .mutations import MUTATIONS, Base, Mutation, told

FILE = Path(__file__).with_name("whole.yaml")


@pytest.fixture(scope="module")
def base() -> Base:
    """A charter in which every block says something."""
    return Base(FILE.read_text("utf-8"), read_yaml(FILE).value)


def test_the_charter_that_mistakes_are_made_in_has_none():
    assert len(read_charter(FILE).roles) == 5


def test_each_mistake_has_a_name_of_its_own():
    assert len({mutation.name for mutation in MUTATIONS}) == len(MUTATIONS)


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.name)
def test_one_mistake_is_one_problem_at_its_line_with_the_remedy(base, tmp_path, mutation: Mutation):
    file = tmp_path / "charter.yaml"
    mistake = mutation.make(base, np.random.default_rng(1))
    assert mistake is not None
    file.write_text(mistake.text, encoding="utf-8", newline="")

    with pytest.raises(CharterError) as error:
        read_charter(file)

    assert list(told(mistake, error.value.problems, str(file))) == []
