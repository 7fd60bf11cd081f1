"""How much of a spreadsheet does `remit map` understand, and how much of that is wrong?

Spreadsheets with odd headers, each with the true mapping as a person states it. A column is
right where it is mapped to what it is, wrong where it is mapped to anything else or mapped though
it is nothing, unsure where it is left as a comment, and missed where it is left out.

    python studies/mapping_proposals.py
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.sources.spreadsheets import FIRST, HELD_OUT, Spreadsheet

from remit.cli.map import tables_of
from remit.sources.propose import TableProposal, propose


@dataclass(frozen=True)
class Counted:
    """What became of the columns of a spreadsheet."""

    name: str
    table: str
    there: int
    right: int
    unsure: int
    second_best: int
    """Of the unsure ones, those whose two guesses have the true one."""
    missed: int
    wrong: tuple[str, ...]
    empty: int
    """Columns that are nothing."""
    told_apart: int
    """Of these, those left out or left as comments."""


def counted(sheet: Spreadsheet, proposal: TableProposal) -> Counted:
    """Hold a proposal against the truth."""
    found = {header.written: header for header in proposal.headers}
    true = {word: place for word, place in sheet.truth.items() if word in found}
    assert set(true) == set(sheet.truth), set(sheet.truth) - set(found)
    wrong = [
        f"{word} as {found[word].is_}"
        for word in (*sheet.truth, *sheet.nothing)
        if found[word].is_ and found[word].is_ != sheet.truth.get(word)
    ]
    unsure = [word for word in true if found[word].state == "unsure"]
    return Counted(
        sheet.name,
        proposal.table if proposal.table == sheet.table else f"{proposal.table or 'none'} (wrong)",
        len(true),
        sum(found[word].is_ == place for word, place in true.items()),
        len(unsure),
        sum(true[word] in {guess.column for guess in found[word].guesses} for word in unsure),
        sum(found[word].state == "left out" for word in true),
        tuple(wrong),
        len(sheet.nothing),
        sum(not found[word].is_ for word in sheet.nothing),
    )


def held_against(sheets: Iterable[Spreadsheet], folder: Path) -> list[Counted]:
    """Write each spreadsheet, propose its mapping, and count."""
    found = []
    for sheet in sheets:
        sheet.write(folder / sheet.name)
        (proposal,) = propose(tables_of([folder / sheet.name], folder))
        found.append(counted(sheet, proposal))
    return found


def table(found: Sequence[Counted]) -> str:
    """The figures as a table of Markdown."""
    lines = [
        "| spreadsheet | taken for | columns there | right | unsure (true one among the two) | missed | wrong | columns that are nothing, not mapped |",
        "|---|---|---:|---:|---:|---:|---:|---:|",
    ]
    lines += [
        f"| {c.name} | {c.table} | {c.there} | {c.right} | {c.unsure} ({c.second_best}) | "
        f"{c.missed} | {len(c.wrong)} | {c.told_apart} of {c.empty} |"
        for c in found
    ]
    sums = [
        sum(getattr(c, n) for c in found)
        for n in ("there", "right", "unsure", "second_best", "missed")
    ]
    wrong, apart, empty = (
        sum(len(c.wrong) for c in found),
        sum(c.told_apart for c in found),
        sum(c.empty for c in found),
    )
    lines.append(
        f"| all | | {sums[0]} | {sums[1]} | {sums[2]} ({sums[3]}) | {sums[4]} | {wrong} | {apart} of {empty} |"
    )
    return "\n".join(lines)


def main() -> None:
    """Print both tables."""
    for name, sheets in (("There while it was made", FIRST), ("Held out", HELD_OUT)):
        if sheets:
            with tempfile.TemporaryDirectory() as folder:
                found = held_against(sheets, Path(folder))
            print(f"{name}:\n\n{table(found)}\n")
            for c in found:
                for wrong in c.wrong:
                    print(f"- wrong in {c.name}: {wrong}")


if __name__ == "__main__":
    main()
