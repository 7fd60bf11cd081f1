"""One screen: what an audit found, worst first."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rich.console import Console, ConsoleRenderable, Group
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from remit.audit import Audit
from remit.report import wording
from remit.report.shares import by_part, pieces
from remit.terms import Answer, Finding, Severity

WIDEST, ROWS = 100, 45
STYLES = {Severity.RED: "bold red", Severity.AMBER: "bold yellow", Severity.NOTE: "bold"}
QUIET: tuple[tuple[Answer, str], ...] = (
    (Answer.CLEAR, "green"),
    (Answer.CANNOT_TELL, "cyan"),
    (Answer.COULD_NOT_LOOK, "magenta"),
    (Answer.DOES_NOT_APPLY, "dim"),
)


def show(audit: Audit, console: Console, *, report: Path | None = None) -> None:
    """Print an audit on one screen, worst first, for somebody who has a minute.

    Every red finding is printed in full. Amber ones and the rest are cut to what the screen
    holds, and the number cut is said. Words of the evidence are printed as they are: markup and
    control characters in them do nothing.

    Args:
        audit: What to show.
        console: Where; its width, up to 100 columns, is used.
        report: The written report, named in the last line.
    """
    width = min(console.width, WIDEST)
    head = _headline(audit)
    tail: list[ConsoleRenderable] = [_quiet(audit, width), _times(audit, width), _ends(audit, report)]
    rows = max(ROWS, console.height if console.is_terminal else 0)
    room = rows - sum(_lines(console, part, width) for part in (head, *tail)) - 1
    body = _findings(audit, console, width, room)
    console.print(Group(head, *body, *tail), width=width, highlight=False, markup=False)


def _headline(audit: Audit) -> Text:
    counts = [
        f"{audit.count(answer)} {words}"
        for answer, words in (
            (Answer.CLEAR, "clear"),
            (Answer.CANNOT_TELL, "cannot tell"),
            (Answer.COULD_NOT_LOOK, "could not look"),
        )
    ]
    line = Text(wording.harmless(audit.company), style="bold")
    line.append(f", {wording.days(audit.over)}: ", style="not bold")
    line.append(wording.severities(audit.findings), style=STYLES.get(audit.worst or Severity.NOTE, ""))
    line.append(f"; {', '.join(counts)}.", style="not bold")
    return line


def _findings(audit: Audit, console: Console, width: int, room: int) -> list[ConsoleRenderable]:
    loud = [f for f in audit.findings if f.severity in (Severity.RED, Severity.AMBER)]
    shown: list[ConsoleRenderable] = []
    left = room
    for place, found in enumerate(loud):
        block = _finding(found)
        height = _lines(console, block, width)
        if found.severity is not Severity.RED and height + (place + 1 < len(loud)) > left:
            more = wording.counted(len(loud) - place, "more amber finding")
            shown.append(Text(f"\n{more} in the report.", style="italic"))
            break
        shown.append(block)
        left -= height
    return shown


def _finding(found: Finding) -> ConsoleRenderable:
    severity = found.severity or Severity.NOTE
    line = Text(f"{str(severity).upper():<6}", style=STYLES[severity])
    sentence = Text(wording.harmless(found.says), style="default")
    if found.answer is Answer.PROVEN:
        sentence.append(" Proven.")
    if said := wording.tipping(found):
        sentence.append(f" {wording.harmless(said)}")
    if found.rules:
        sentence.append(f" [{wording.rule_ids(found.rules)}]", style="dim")
    grid = Table.grid(padding=(0, 1, 0, 0))
    grid.add_column(width=6)
    grid.add_column(ratio=1)
    grid.add_row(line, sentence)
    if found.remedy:
        grid.add_row("", Text(wording.harmless(found.remedy), style="dim"))
    return Padding(grid, (1, 0, 0, 0))


def _quiet(audit: Audit, width: int) -> ConsoleRenderable:
    grid = Table.grid(padding=(0, 1, 0, 0))
    grid.add_column(width=17)
    grid.add_column(ratio=1)
    for answer, style in QUIET:
        found = [f for f in audit.findings if f.answer is answer]
        if not found:
            continue
        head = Text(f"{len(found):>2} {answer.value}", style=style)
        if answer is Answer.COULD_NOT_LOOK:
            body = Text("\n").join(
                Text(wording.harmless(f.says), no_wrap=True, overflow="ellipsis") for f in found[:4]
            )
            if len(found) > 4:
                body.append(f"\nand {len(found) - 4} more")
        else:
            body = Text(_by_check(found), style="dim" if style == "dim" else "default")
            body.truncate(2 * (width - 18), overflow="ellipsis")
        grid.add_row(head, body)
    return Padding(grid, (1, 0, 0, 0))


def _by_check(found: Sequence[Finding]) -> str:
    """Check by check, what it was about: `time outside remit: csm, am; ...`."""
    subjects: dict[str, list[str]] = {}
    for each in found:
        subjects.setdefault(wording.words(each.check), []).append(wording.subject(each))
    return wording.harmless(
        "; ".join(f"{check}: {', '.join(names)}" for check, names in subjects.items())
    )


def _times(audit: Audit, width: int) -> ConsoleRenderable:
    if not audit.times:
        return Text("\nTime by role: not known; no activity in the evidence belongs to a role.")
    table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False, header_style="dim")
    table.add_column("Share of recorded time", no_wrap=True, overflow="ellipsis", ratio=1)
    for name in ("people", "coverage", "outside", "owned", "assisted", "apart"):
        table.add_column(name, justify="right", no_wrap=True)
    for time in audit.times:
        sums = by_part(pieces(time))
        outside = Text(wording.share(time.outside.value))
        if sums["outside"] >= 0.1:
            outside.stylize("bold")
        table.add_row(
            Text(wording.harmless(time.about)),
            str(time.people),
            wording.share(time.coverage.value),
            outside,
            *(wording.share(sums[part]) for part in ("owned", "assisted", "apart")),
        )
    table.width = min(width, 88)
    return Padding(table, (1, 0, 0, 0))


def _ends(audit: Audit, report: Path | None) -> Text:
    rows = sum(file.rows for file in audit.files)
    kept = sum(file.kept for file in audit.files)
    rejected = sum(file.rejected for file in audit.files)
    line = Text(
        f"\n{wording.counted(len(audit.files), 'file')}, {wording.counted(rows, 'row')} in: "
        f"{kept:,} kept, {rejected:,} rejected."
    )
    if report is not None:
        line.append(f" Report: {wording.harmless(str(report))}")
    return line


def _lines(console: Console, part: ConsoleRenderable, width: int) -> int:
    options = console.options.update(width=width, height=None)
    return len(console.render_lines(part, options))
