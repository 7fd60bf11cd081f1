"""One screen: what an audit found, worst first."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum
from pathlib import Path

from rich.console import Console, ConsoleRenderable, Group
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from remit.audit import Audit
from remit.report import wording
from remit.report.contents import contents
from remit.report.diaries import beside, points
from remit.report.shares import by_part, pieces
from remit.terms import Answer, Finding, Severity

WIDEST, ROWS = 100, 45
MOST_REASONS = 3
LITTLE = 0.05
"""A share of time outside the remit under which a role may be left out of a full screen."""
STYLES = {Severity.RED: "bold red", Severity.AMBER: "bold yellow", Severity.NOTE: "bold"}
QUIET: tuple[tuple[Answer, str], ...] = (
    (Answer.CLEAR, "green"),
    (Answer.MEASURED, "blue"),
    (Answer.SAID, "dim"),
    (Answer.CANNOT_TELL, "cyan"),
    (Answer.COULD_NOT_LOOK, "magenta"),
    (Answer.DOES_NOT_APPLY, "dim"),
)


def show(audit: Audit, console: Console, *, report: Path | None = None) -> None:
    """Print an audit on one screen, worst first, for somebody who has a minute.

    Every red finding is printed. Where the screen is too small for all there is, the blank lines
    between findings go first, then roles that did nothing outside their remit, then amber
    findings, then what to do about red ones; what is left out is counted. Words of the evidence
    are printed as they are: markup and control characters in them do nothing.

    Args:
        audit: What to show.
        console: Where; its width, up to 100 columns, is used.
        report: The written report, named in the last line.
    """
    width = min(console.width, WIDEST)
    rows = max(ROWS, console.height - 2 if console.is_terminal else 0)
    for tight in Tightness:
        screen = _screen(audit, console, width, rows, report, tight)
        if _lines(console, screen, width) <= rows:
            break
    console.print(screen, width=width, highlight=False, markup=False)


class Tightness(IntEnum):
    """How much is left out so that a screen holds what matters most."""

    ROOMY = 0
    CLOSE = 1
    """No blank lines between findings."""
    FEWER_ROLES = 2
    """Only roles that did something outside their remit."""
    FEWER_FINDINGS = 3
    """Only as many amber findings as there is room for."""
    NO_REMEDIES = 4
    """What to do about it is in the report only."""


def _screen(
    audit: Audit, console: Console, width: int, rows: int, report: Path | None, tight: Tightness
) -> ConsoleRenderable:
    head = _headline(audit)
    tail = [_quiet(audit, width), _times(audit, width, tight), _ends(audit, report, tight)]
    room = rows - sum(_lines(console, part, width) for part in (head, *tail))
    return Group(head, *_findings(audit, console, width, room, tight), *tail)


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
    line.append(
        wording.severities(audit.findings), style=STYLES.get(audit.worst or Severity.NOTE, "")
    )
    line.append(f"; {', '.join(counts)}.", style="not bold")
    return line


def _findings(
    audit: Audit, console: Console, width: int, room: int, tight: Tightness
) -> list[ConsoleRenderable]:
    loud = contents(audit).loud
    blocks = [
        _finding(
            f, space=tight < Tightness.CLOSE or place == 0, remedy=tight < Tightness.NO_REMEDIES
        )
        for place, f in enumerate(loud)
    ]
    if tight < Tightness.FEWER_FINDINGS:
        return blocks
    shown: list[ConsoleRenderable] = []
    left = room - 1
    for found, block in zip(loud, blocks, strict=True):
        left -= _lines(console, block, width)
        if found.severity is not Severity.RED and left < 0:
            more = wording.counted(len(loud) - len(shown), "more amber finding")
            shown.append(Text(f"       and {more}, in the report.", style="italic"))
            break
        shown.append(block)
    return shown


def _finding(found: Finding, *, space: bool, remedy: bool) -> ConsoleRenderable:
    severity = found.severity or Severity.NOTE
    line = Text(f"{str(severity).upper():<6}", style=STYLES[severity])
    sentence = Text(wording.harmless(found.says), style="default")
    if found.answer is Answer.PROVEN:
        sentence.append(" Proven.")
    if said := wording.tipping(found):
        sentence.append(f" {wording.harmless(said)}")
    if found.rules:
        sentence.append(f" [{wording.harmless(wording.rule_ids(found.rules))}]", style="dim")
    grid = Table.grid(padding=(0, 1, 0, 0))
    grid.add_column(width=6)
    grid.add_column(ratio=1)
    grid.add_row(line, sentence)
    if found.remedy and remedy:
        grid.add_row("", Text(wording.harmless(found.remedy), style="dim"))
    return Padding(grid, (1 if space else 0, 0, 0, 0))


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
            reasons, lines = _by_reason(found), []
            for reason in reasons[:MOST_REASONS]:
                line = Text(reason)
                line.truncate(2 * (width - 18), overflow="ellipsis")
                lines.append(line)
            if len(reasons) > MOST_REASONS:
                lines.append(Text(f"and {len(reasons) - MOST_REASONS} more, in the report"))
            body = Text("\n").join(lines)
        else:
            body = Text(_by_check(found))
            body.truncate(2 * (width - 18), overflow="ellipsis")
        grid.add_row(head, body)
    return Padding(grid, (1, 0, 0, 0))


def _by_reason(found: Sequence[Finding]) -> list[str]:
    """What is missing, once for everything that it is missing for."""
    reasons: dict[str, list[str]] = {}
    for each in found:
        subject = wording.subject(each)
        about, colon, why = each.says.partition(": ")
        told = colon and about in (subject, subject.partition(":")[0])
        reasons.setdefault(why if told else each.says, []).extend([about] if told else [])
    return [
        wording.harmless(f"{', '.join(dict.fromkeys(names))}: {why}" if names else why)
        for why, names in reasons.items()
    ]


def _by_check(found: Sequence[Finding]) -> str:
    """Check by check, what it was about: `sdr ae handoff (acceptance, fields): meeting in smb`."""
    subjects: dict[tuple[str, str], list[str]] = {}
    for each in found:
        subject, _, measure = wording.subject(each).partition(": ")
        subjects.setdefault((wording.words(each.check), measure), []).append(subject)
    measures: dict[tuple[str, str], list[str]] = {}
    for (check, measure), names in subjects.items():
        same = measures.setdefault((check, ", ".join(names)), [])
        same += [measure] if measure else []
    said = [
        f"{check} ({', '.join(kinds)}): {names}" if kinds else f"{check}: {names}"
        for (check, names), kinds in measures.items()
    ]
    return wording.harmless("; ".join(said))


def _times(audit: Audit, width: int, tight: Tightness) -> ConsoleRenderable:
    if not audit.times:
        return Text("\nTime by role: not known; no activity in the evidence belongs to a role.")
    table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False, header_style="dim", width=width)
    table.add_column("Share of recorded time", no_wrap=True, overflow="ellipsis", ratio=1)
    for name in ("people", "coverage", "outside", "owned", "assisted", "apart"):
        table.add_column(name, justify="right", no_wrap=True)
    within = 0
    for time in audit.times:
        sums = by_part(pieces(time))
        if tight >= Tightness.FEWER_ROLES and sums["outside"] < LITTLE:
            within += 1
            continue
        table.add_row(
            Text(wording.harmless(time.about)),
            str(time.people),
            wording.share(time.coverage.value),
            Text(
                wording.share(time.outside.value), style="bold" if sums["outside"] >= LITTLE else ""
            ),
            *(wording.share(sums[part]) for part in ("owned", "assisted", "apart")),
        )
    if within:
        said = wording.counted(within, "more role with", "more roles with")
        table.add_row(Text(f"{said} under {wording.share(LITTLE)} outside", style="italic"))
    return Padding(Group(table, *_diaries(audit, tight)), (1, 0, 0, 0))


def _diaries(audit: Audit, tight: Tightness) -> list[Text]:
    """A line a role on what its people say, where it differs most from what was recorded."""
    lines = []
    for each in beside(audit):
        largest = each.largest
        if largest is None or each.said.answered is None:
            continue
        said, recorded = (
            wording.share(one.value) if one else "none" for one in (largest.said, largest.recorded)
        )
        lines.append(
            Text(
                wording.harmless(
                    f"{each.said.about}: {wording.words(largest.function)} {said} said, {recorded} recorded "
                    f"({points(largest.difference)}); {each.said.answered} of {each.said.people} answered"
                ),
                no_wrap=True,
                overflow="ellipsis",
            )
        )
    if not lines:
        return []
    if tight >= Tightness.FEWER_ROLES:
        roles = wording.counted(len(lines), "role")
        return [
            Text(f"Time diary of {roles}: beside the recorded time, in the report.", style="dim")
        ]
    return [Text("Time diary beside it, where the two differ most", style="dim"), *lines]


def _ends(audit: Audit, report: Path | None, tight: Tightness) -> Text:
    rows = sum(file.rows for file in audit.files)
    kept = sum(file.kept for file in audit.files)
    rejected = sum(file.rejected for file in audit.files)
    # where time was measured, what to do about it deserves the line more
    leads = f"{wording.funnel(audit.funnel)}\n" if audit.funnel.won and not audit.times else ""
    line = Text(
        f"\n{leads}{wording.counted(len(audit.files), 'file')}, {wording.counted(rows, 'row')} in: "
        f"{kept:,} kept, {rejected:,} rejected."
    )
    if tight is Tightness.NO_REMEDIES:
        line.append(" What to do about each finding is in the report.")
    if report is not None:
        line.append(f" Report: {wording.harmless(str(report))}")
    return line


def _lines(console: Console, part: ConsoleRenderable, width: int) -> int:
    options = console.options.update(width=width, height=None)
    return len(console.render_lines(part, options))
