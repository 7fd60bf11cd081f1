"""Is whoever makes one mistake in a charter told one problem, at its line, with the remedy?

For each seed: take a valid charter, drawn at random or one of the examples, make one mistake in
it, and hold what the reader says against what was done. Results are appended to a file as they
come, so that an interrupted run goes on where it stopped.

    python studies/charter_mistakes.py --seeds 1000 --out docs/studies/charter-mistakes.jsonl
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import tempfile
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import seed as seeded

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.charter.mutations import MUTATIONS, Base, Mistake, Mutation, as_written, told  # noqa: E402
from tests.charter.strategies import Tree, trees  # noqa: E402

from remit.charter import CharterError, read_charter  # noqa: E402
from remit.charter.positions import read_yaml  # noqa: E402

TRIES = 12
"""Charters drawn to find one that has a place for a mistake; then the one with every block."""


@cache
def drawn(seed: int) -> Base:
    """A whole charter drawn at random."""
    found: list[Tree] = []

    @seeded(seed)
    @settings(
        max_examples=3,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(trees(full=True))
    def keep(tree: Tree) -> None:
        found.append(tree)

    keep()
    return Base(as_written(found[-1]), found[-1])


@cache
def examples() -> tuple[Base, ...]:
    """The examples that are one file, and the charter in which every block says something."""
    files = [*sorted((ROOT / "examples").glob("*/*.yaml")), ROOT / "tests/charter/whole.yaml"]
    found = []
    for file in files:
        read = read_yaml(file).value
        if "company" in read and "uses" not in read and not isinstance(read.get("people"), str):
            found.append(Base(file.read_text("utf-8"), read))
    return tuple(found)


def made(mutation: Mutation, seed: int, chance: np.random.Generator) -> tuple[str, Mistake] | None:
    """A mistake, and the kind of charter it was made in."""
    if seed % 4 == 0:
        known = examples()
        for place in chance.permutation(len(known)):
            mistake = mutation.make(known[int(place)], chance)
            if mistake is not None:
                return "example", mistake
    for other in range(TRIES):
        mistake = mutation.make(drawn(seed * 31 % 97 + other), chance)
        if mistake is not None:
            return "drawn", mistake
    mistake = mutation.make(examples()[-1], chance)
    return ("example", mistake) if mistake is not None else None


def study(seed: int, folder: Path) -> dict[str, Any]:
    """One mistake: the mutation, and what was amiss in what was told."""
    mutation = MUTATIONS[seed % len(MUTATIONS)]
    found = made(mutation, seed, np.random.default_rng(seed))
    row: dict[str, Any] = {"seed": seed, "mutation": mutation.name}
    if found is None:
        return {**row, "amiss": ["no charter has a place for it"]}
    row["in"], mistake = found
    file = folder / "charter.yaml"
    file.write_text(mistake.text, encoding="utf-8", newline="")
    try:
        read_charter(file)
        problems: tuple[Any, ...] = ()
    except CharterError as error:
        problems = error.problems
    row["proposes"] = mistake.proposes is not None
    row["amiss"] = list(told(mistake, problems, str(file)))
    if row["amiss"]:
        row["said"] = [str(problem).replace(f"{folder}/", "")[:300] for problem in problems[:3]]
    return row


def family(mutation: str) -> str:
    """What a mutation has in common with others, for the table."""
    families = (
        ("a slip in the word", "a word misspelt"),
        ("a slip in the name", "a name of the catalogues misspelt"),
        ("a slip in what", "a value misspelt"),
        (r".* misspelt", "a name of the charter misspelt at one place"),
        (r".* renamed$", "a definition renamed"),
        (r".* on a day that is none", "a day that is none"),
        (r"no (?!points|roles at all)", "a needed word left out"),
        (r".* without its kind", "a component without its kind"),
        (r".* twice$|two .* of one name", "a name or word twice"),
    )
    for pattern, name in families:
        if re.match(pattern, mutation):
            return name
    return "a wrong unit, a wrong type, or two words that cannot hold together"


def table(rows: list[dict[str, Any]]) -> str:
    """One row a family of mistakes, and a sum."""
    counted: dict[str, Counter[str]] = {}
    for row in rows:
        amiss = " ".join(row["amiss"])
        for name in (family(row["mutation"]), "all"):
            count = counted.setdefault(name, Counter())
            count["made"] += 1
            count["one"] += "problems" not in amiss
            count["line"] += not re.search(r"line \d+ and not|0 problems|no charter", amiss)
            count["names"] += "does not name" not in amiss and "0 problems" not in amiss
            count["meant"] += row.get("proposes", False)
            count["proposed"] += row.get("proposes", False) and "propose" not in amiss
    head = "| mistake | made | one problem | right line | names it | a remedy is known | it is proposed |"
    lines = [head, "|---|---|---|---|---|---|---|"]
    for name in sorted(counted, key=lambda name: (name == "all", name)):
        count = counted[name]
        cells = [count[each] for each in ("made", "one", "line", "names", "meant", "proposed")]
        lines.append(f"| {name} | {' | '.join(f'{cell:,}' for cell in cells)} |")
    return "\n".join(lines)


def main() -> None:
    """Run the seeds that are not there yet, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])  # type: ignore[union-attr]
    parser.add_argument("--seeds", type=int, default=1000)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--quick", action="store_true", help="one seed in a hundred")
    asked = parser.parse_args()
    rows: list[dict[str, Any]] = []
    if asked.out and asked.out.exists():
        rows = [json.loads(line) for line in asked.out.read_text().splitlines()]
    done = {row["seed"] for row in rows}
    for seed in range(0, asked.seeds, 100 if asked.quick else 1):
        if seed in done:
            continue
        with tempfile.TemporaryDirectory() as folder:
            row = study(seed, Path(folder))
        rows.append(row)
        if asked.out:
            with asked.out.open("a") as file:
                file.write(json.dumps(row) + "\n")
    print(table(rows))
    print(f"\n{len({row['mutation'] for row in rows})} kinds of mistakes")
    amiss = [row for row in rows if row["amiss"]]
    for row in amiss:
        print(row)
    if amiss:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
