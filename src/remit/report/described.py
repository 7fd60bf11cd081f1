"""What a loaded evidence file holds and what it does not: one screen, one JSON document."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date

from rich.console import Console, ConsoleRenderable, Group
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from remit.evidence.describe import Described, DescribedTable, Gap
from remit.measures.coverage import Coverage, RoleCoverage
from remit.report.plain import harmless, plain, remit_version
from remit.report.screen import print_screen
from remit.terms import percent

FORMAT = "evidence/1"
"""Name and version of the JSON layout. Within one, keys are added and never taken away."""
WEEKS_SHOWN = 6
"""Weeks without records that a line names; the rest is counted."""


def show_described(described: Described, coverage: Coverage | None, console: Console) -> None:
    """Print what a file holds, what is missing in it, and what that makes impossible.

    Args:
        described: The file.
        coverage: How much of each role's time is in it; None where no charter was given.
        console: Where to print.
    """
    parts: list[ConsoleRenderable] = [_head(described)]
    parts += _section("Tables", _tables(described.tables))
    nothing = [table.table for table in described.tables if not table.rows]
    if nothing:
        parts.append(Padding(Text(f"Empty: {', '.join(nothing)}."), (0, 0, 0, 2)))
    parts += _section("Files, rows = kept + rejected", _files(described))
    parts += _section(
        "Worked out, because the export does not hold it",
        _lines(f"{table}: {how}" for table, how in described.derivations.items()),
    )
    if coverage is not None:
        title = f"Recorded time over working time, {coverage.over}"
        parts += _section(title, _coverage(coverage))
    parts += _section("Gaps", _lines(_gaps(described)))
    parts += _section(
        "Cannot be answered",
        _lines(f"{one.asks} No {_either(one.missing)}." for one in described.unanswered),
    )
    wrong = [str(found) for found in described.findings if found.problem]
    known = [str(found) for found in described.findings if not found.problem]
    parts += _section("Findings about the data", _lines(wrong or ["None."]))
    parts += _section("To be known", _lines(known))
    print_screen(Group(*parts), console)


def described_as_json(described: Described, coverage: Coverage | None) -> str:
    """The whole as JSON: the keys of `Described`, and `coverage`, null without a charter."""
    document = {
        "remit": remit_version(),
        "format": FORMAT,
        **plain(described),
        "rows": sum(file.rows for file in described.files),
        "kept": sum(file.kept for file in described.files),
        "rejected": sum(file.rejected for file in described.files),
        "coverage": plain(coverage),
    }
    return json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False)


def _head(described: Described) -> Text:
    line = Text(harmless(described.company), style="bold")
    return line.append(
        f": {harmless(described.source)}, {described.first_day} to {described.last_day}, loaded on "
        f"{described.loaded_on}; days in {described.time_zone}.",
        style="not bold",
    )


def _section(title: str, body: ConsoleRenderable | None) -> list[ConsoleRenderable]:
    if body is None:
        return []
    return [Text(f"\n{title}", style="bold"), Padding(body, (0, 0, 0, 2))]


def _lines(said: Iterable[str]) -> ConsoleRenderable | None:
    lines = [Text(harmless(line)) for line in said]
    return Group(*lines) if lines else None


def _either(tables: Iterable[str]) -> str:
    return " and no ".join(tables)


def _grid(*columns: tuple[str, bool]) -> Table:
    grid = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    for name, is_number in columns:
        grid.add_column(name, justify="right" if is_number else "left", no_wrap=is_number)
    return grid


def _tables(tables: Iterable[DescribedTable]) -> ConsoleRenderable:
    grid = _grid(
        ("table", False), ("rows", True), ("first", True), ("last", True), ("empty", False)
    )
    for table in tables:
        if table.rows:
            empty = [f"{one.column} {percent(one.share)}" for one in table.empty if one.share]
            grid.add_row(
                table.table,
                f"{table.rows:,}",
                _day(table.first_day),
                _day(table.last_day),
                ", ".join(empty),
            )
    return grid


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""


def _files(described: Described) -> ConsoleRenderable:
    grid = _grid(
        ("file", False),
        ("table", False),
        ("rows", True),
        ("kept", True),
        ("rejected", True),
        ("note", False),
    )
    for file in described.files:
        counts = (f"{count:,}" for count in (file.rows, file.kept, file.rejected))
        missing = f"without {', '.join(file.missing)}" if file.missing else ""
        note = "; ".join(words for words in (file.note, missing) if words)
        grid.add_row(Text(harmless(file.file)), file.table, *counts, Text(harmless(note)))
    values = described.rejected_values
    if not values:
        return grid
    return Group(grid, Text(f"{values:,} values of kept rows were read as missing."))


def _coverage(coverage: Coverage) -> ConsoleRenderable:
    said = [_role(role, coverage.minimum_group) for role in coverage.roles]
    group = coverage.minimum_group
    if coverage.together:
        said.append(
            f"Under {group} people each, and so put together as small roles: "
            f"{', '.join(coverage.together)}."
        )
    if coverage.left_out:
        said.append(
            f"Not shown, because they are under {group} people: {', '.join(coverage.left_out)}."
        )
    return _lines(said) or Text("Nobody in the evidence holds a role of the charter.")


def _role(role: RoleCoverage, group: int) -> str:
    months = ", ".join(
        f"{month:%Y-%m} {'-' if share is None else percent(share)}"
        for month, share in role.months.items()
    )
    hidden = None in role.months.values()
    silent = f"fewer than {group}" if role.unlogged is None else f"{role.unlogged:,}"
    return (
        f"{role.about}, {role.people} people: {percent(role.coverage.value)}; {months}."
        + (f" Months with a dash had under {group} people." if hidden else "")
        + (f" {silent} of them recorded nothing." if role.unlogged != 0 else "")
    )


def _gaps(described: Described) -> Iterable[str]:
    yield from map(_gap, described.gaps)
    weeks = described.quiet_weeks
    if described.stopped != 0:
        count = (
            f"fewer than {described.minimum_group}"
            if described.stopped is None
            else f"{described.stopped:,}"
        )
        yield (
            f"{count} people who are still there have recorded nothing in the last {weeks} weeks, "
            "though they had before."
        )
    if not described.gaps and described.stopped == 0:
        yield "None: what comes every week came in every week, and nobody stopped recording."


def _gap(gap: Gap) -> str:
    shown = ", ".join(week.isoformat() for week in gap.weeks[:WEEKS_SHOWN])
    rest = len(gap.weeks) - WEEKS_SHOWN
    return (
        f"{gap.what}: nothing in {len(gap.weeks)} of {gap.of} weeks, those from {shown}"
        f"{f' and {rest} more' if rest > 0 else ''}."
    )
