"""`remit diff`."""

from __future__ import annotations

import dataclasses
import json
import textwrap
from pathlib import Path

from remit.charter import read_charter
from remit.charter.diff import differences

FORMAT = "diff/1"
"""Name and version of the JSON layout. Within one, keys are added and never taken away."""
WRAPPED = 96


def run_diff(old: Path, new: Path, *, as_json: bool, people: bool) -> None:
    """Print what changed between two charters.

    Args:
        old: The charter as it was.
        new: The charter as it is.
        as_json: For programs.
        people: Whether people are named; else they are counted by role.

    Raises:
        CharterError: If one of them cannot be used.
    """
    found = differences(read_charter(old), read_charter(new), people=people)
    if as_json:
        stated = [dataclasses.asdict(one) for one in found]
        print(json.dumps({"format": FORMAT, "differences": stated}, indent=2, ensure_ascii=False))
        return
    if not found:
        print("The two charters say the same.")
    for one in found:
        print(textwrap.fill(one.says, WRAPPED, subsequent_indent="  "))
