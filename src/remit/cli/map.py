"""`remit map`: a mapping to start from."""

from __future__ import annotations

import dataclasses
import json
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from rich.console import Console
from rich.text import Text

from remit.cli.writing import write_whole
from remit.sources.found import Found, tables_in
from remit.sources.propose import (
    WORKBOOKS,
    TableProposal,
    as_yaml,
    proposable,
    propose,
    unanswered,
    ways_of_naming,
)
from remit.terms import Place, Problem, RemitError, nearest


def run_map(places: Sequence[Path], *, table: str | None, into: Path | None, as_json: bool) -> None:
    """Propose a mapping for files, and say how sure each part of it is.

    Args:
        places: Files, or folders with them.
        table: The canonical table that all of them are, where somebody knows.
        into: The mapping to write; None prints it.
        as_json: Whether what was understood is printed as JSON.

    Raises:
        RemitError: If a file cannot be found, no table is called that, or there is a mapping
            already.
    """
    if table is not None and table not in proposable():
        fix = nearest(table, proposable(), what="Tables")
        raise RemitError([Problem(Place("--table"), "", f'no table is called "{table}".', fix)])
    if into is not None and os.path.lexists(into):
        wrong = "is there already, and is not written over."
        raise RemitError([Problem(Place(str(into)), "", wrong, "Give another name.")])
    folder = (into.parent if into is not None else Path()).resolve()
    proposals = propose(tables_of(places, folder), table=table)
    if not proposals:
        wrong = "has no table that remit can read."
        raise RemitError([Problem(Place(str(places[0])), "", wrong, "Give CSV, Parquet or XLSX.")])
    text = as_yaml(proposals)
    if into is not None:
        write_whole(into, text)
    if as_json:
        print(json.dumps(_plain(proposals, text), indent=2, ensure_ascii=False))
        return
    if into is None:
        print(text, end="")
    _say(proposals, Console(stderr=into is None, highlight=False), into)


def tables_of(places: Sequence[Path], folder: Path) -> Iterator[tuple[str, Found]]:
    """Each table of each place, by the name that a mapping in the folder calls it."""
    for place in places:
        for file in sorted(place.iterdir()) if place.is_dir() else [place]:
            if place.is_dir() and (not file.is_file() or file.suffix in (".yaml", ".yml")):
                continue
            try:
                found = tables_in(file)
            except RemitError:
                if place.is_dir():  # a folder may hold anything else too
                    continue
                raise
            written = os.path.relpath(file.resolve(), folder)
            sheets = file.name.casefold().endswith(WORKBOOKS)
            for table in found:
                yield f"{written}#{table.name}" if sheets else written, table


def _plain(proposals: Sequence[TableProposal], text: str) -> dict[str, object]:
    return {
        "mapping": text,
        "tables": [
            {
                **dataclasses.asdict(proposal),
                "loads": proposal.loads,
                "headers": [
                    {**dataclasses.asdict(header), "state": header.state}
                    for header in proposal.headers
                ],
            }
            for proposal in proposals
        ],
        "people_are_written_as": ways_of_naming(proposals),
        "cannot_be_answered": [dataclasses.asdict(question) for question in unanswered(proposals)],
    }


def _say(proposals: Sequence[TableProposal], console: Console, into: Path | None) -> None:
    for proposal in proposals:
        console.print(Text(f"{proposal.file}: {_what(proposal)}"))
        for header in proposal.headers:
            if header.state == "unsure":
                either = " or ".join(f"{g.column} ({g.fit:.0%})" for g in header.guesses)
                console.print(Text(f"  not sure: {header.written}: {either}; {header.why}"))
        left = [header.written for header in proposal.headers if header.state == "left out"]
        if left:
            console.print(Text(f"  left out: {', '.join(left)}"))
        if proposal.missing:
            console.print(Text(f"  missing: {', '.join(proposal.missing)}; it cannot be loaded so"))
        if proposal.note:
            console.print(Text(f"  {proposal.note}"))
    ways = ways_of_naming(proposals)
    if len(ways) > 1:
        told = "; ".join(f"{way} in {', '.join(columns)}" for way, columns in ways.items())
        console.print(Text(f"People are written in several ways ({told}): remit takes them apart."))
    lacking = unanswered(proposals)
    if lacking:
        console.print("With this alone, remit cannot answer:")
        for question in lacking:
            console.print(Text(f"  {question.asks} It lacks {', '.join(question.lacks)}."))
    if into is not None:
        loads = any(proposal.loads for proposal in proposals)
        console.print(Text(f"Wrote {into}. {_NEXT if loads else _NOTHING}"))


_NEXT = "Check every line, then give it to `remit load`."
_NOTHING = "No table can be loaded yet: it says what is missing."


def _what(proposal: TableProposal) -> str:
    if proposal.unreadable:
        return f"could not be read: {proposal.unreadable}"
    if not proposal.table:
        guess = f" ({proposal.next_best}?)" if proposal.next_best else ""
        return f"no table that remit knows{guess}"
    counts = {
        state: sum(header.state == state for header in proposal.headers)
        for state in ("mapped", "unsure", "left out")
    }
    sure = "surely" if proposal.sure >= 0.4 else "probably"
    told = ", ".join(f"{count} {state}" for state, count in counts.items() if count)
    return f"{sure} {proposal.table} (else {proposal.next_best}); of its columns {told}"
