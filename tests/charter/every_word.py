"""The charter of every word, in pieces, with something else put wherever it says a thing."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from remit.charter.positions import read_yaml

WHOLE = Path(__file__).parent / "every_word.yaml"
ODD = (
    None, True, False, 0, 1, 3, 0.5, -1, 250000, "", "x", "AE", "ae", "mid", "25%", ".5%", "120%",
    "50/50", "90 days", "1 business day", "2026-05-01", "09:30", "Opportunity.Type", "closing",
    "inbound", "first_term", "full", "period", [], {}, ["closing"], ["x"], ["2026-05-01"], [1, 2],
    [0.5, 1], {"closing": {}}, {"x": "y"}, {"x": 3}, {"text": "x"}, {"value": 3}, {"target": 3},
)  # fmt: skip
"""What is put wherever the charter says something; nothing at all is put there as well."""

Where = tuple[Any, ...]
Stated = dict[str, Any]


def pieces() -> dict[str, Stated]:
    """Small charters: a block each, a role each, and the plans component by component."""
    whole = read_yaml(WHOLE).value
    company = {"company": whole["company"], "roles": {"ae": {"is": "AE"}}}
    cut: dict[str, Stated] = {
        block: {**company, block: whole[block]}
        for block in whole
        if block not in ("company", "roles", "plans")
    }
    for name, role in whole["roles"].items():
        cut[f"roles {name}"] = {**company, "roles": {name: role}}
    for name, plan in whole["plans"].items():
        cut[f"plan {name}"] = {**company, "plans": {name: {**plan, "components": {}}}}
        for part, component in plan["components"].items():
            alone = {"ote": 1, "pay_mix": "50/50", "components": {part: component}}
            cut[f"component {part}"] = {**company, "plans": {name: alone}}
    return cut


def variations(stated: Stated) -> Iterator[tuple[Where, Any, Stated]]:
    """Every place, what is put there, and the charter with it; `...` takes a thing away."""
    for path in places(stated):
        for odd in (*ODD, ...):
            changed = copy.deepcopy(stated)
            here: Any = changed
            for step in path[:-1]:
                here = here[step]
            if odd is ...:
                del here[path[-1]]
            else:
                here[path[-1]] = odd
            yield path, odd, changed


def places(value: Any, path: Where = ()) -> Iterator[Where]:
    """Every place in a charter where something is said."""
    if path:
        yield path
    if isinstance(value, (dict, list)):
        for key in value if isinstance(value, dict) else range(len(value)):
            yield from places(value[key], (*path, key))
