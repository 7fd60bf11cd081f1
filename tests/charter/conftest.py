"""A charter that cannot be used, as the problems its writer reads."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

from remit.charter import CharterError, read_charter


@pytest.fixture
def refused(tmp_path: Path) -> Callable[..., list[str]]:
    """Read a charter given as text, and give each problem as it is printed.

    Further files go beside it by name. Paths are shortened to `charter.yaml`. The lists of
    everything that is known, which end a remedy, are cut off where `short` is left on.
    """

    def read(text: str | bytes, *, short: bool = True, **beside: str | bytes) -> list[str]:
        for name, content in {"charter.yaml": text, **_with_ending(beside)}.items():
            written = dedent(content).encode() if isinstance(content, str) else content
            (tmp_path / name).write_bytes(written)
        with pytest.raises(CharterError) as error:
            read_charter(tmp_path / "charter.yaml")
        said = [str(problem).replace(f"{tmp_path}/", "") for problem in error.value.problems]
        return [_without_list(problem) for problem in said] if short else said

    return read


def _with_ending(beside: dict[str, str | bytes]) -> dict[str, str | bytes]:
    return {f"{name}.csv": content for name, content in beside.items()}


def _without_list(problem: str) -> str:
    return re.sub(r"\s+(Functions|Possible|Columns|[A-Z][\w ]* here): .*$", "", problem)
