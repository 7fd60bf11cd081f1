"""What a check of a charter found: one screen, one JSON document."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from rich.console import Console, ConsoleRenderable, Group
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from remit.check import Checked
from remit.report.plain import harmless, plain, remit_version
from remit.rules import Disagreement, disagreements
from remit.terms import Answer, Finding, Severity

FORMAT = "check/1"
"""Name and version of the JSON layout. Within one, keys are added and never taken away."""

WIDEST = 100
STYLES = {Severity.RED: "bold red", Severity.AMBER: "bold yellow", Severity.NOTE: "bold"}


def disagreeing(found: Finding) -> tuple[Disagreement, ...]:
    """Where the sources disagree about what a finding says, as far as a charter can show it.

    A disagreement bears on a finding that rests on its first rule, or on two of them; one rule
    among several says too little, since some rules speak of all pay at once.
    """
    bearing = dict.fromkeys(
        known
        for rule in found.rules
        for known in disagreements(rule)
        if "check" in known.parts
        and (found.rules[0] in known.rules or len({*found.rules} & {*known.rules}) > 1)
    )
    return tuple(bearing)


def show_check(checked: Checked, console: Console, *, everything: bool = False) -> None:
    """Print what was found, worst first, each with its line, its rules and who disagrees.

    What was clear, could not be looked at or does not apply is counted; `everything` names it.
    """
    width = min(console.width, WIDEST)
    parts: list[ConsoleRenderable] = [_headline(checked)]
    told: set[Disagreement] = set()
    parts += [_finding(found, told) for found in checked.findings if found.severity is not None]
    parts += [_exempt(found, reason) for found, reason in checked.exempt]
    parts.append(_quiet(checked, everything=everything))
    console.print(Group(*parts), width=width, highlight=False, markup=False)


def check_as_json(checked: Checked) -> str:
    """The whole check as JSON: `summary`, `findings` (worst first), `exempt`, `checks`.

    Each finding has the keys of `Finding`, and `disagreements` with those of `Disagreement`.
    """
    document = {
        "remit": remit_version(),
        "format": FORMAT,
        "company": checked.company,
        "day": plain(checked.day),
        "summary": {
            "worst": plain(checked.worst),
            "severities": _severities(checked.findings),
            "answers": {answer.value: checked.count(answer) for answer in Answer},
            "exempt": len(checked.exempt),
        },
        "findings": [_document(found) for found in checked.findings],
        "exempt": [{**_document(found), "because": why} for found, why in checked.exempt],
        "checks": plain(checked.checks),
    }
    return json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False)


def _document(found: Finding) -> dict[str, Any]:
    document: dict[str, Any] = plain(found)
    return {**document, "disagreements": plain(disagreeing(found))}


def _severities(findings: Iterable[Finding]) -> Mapping[str, int]:
    said = [found.severity for found in findings]
    return {str(severity): said.count(severity) for severity in reversed(Severity)}


def _headline(checked: Checked) -> Text:
    counts = _severities(checked.findings)
    found = [
        f"{count} {word}{'s' if word == 'note' and count != 1 else ''}"
        for word, count in counts.items()
        if count
    ]
    line = Text(harmless(checked.company), style="bold")
    worst = checked.worst
    said = ", ".join(found) or "nothing found"
    return line.append(f": {said}.", style=STYLES[worst] if worst else "green")


def _finding(found: Finding, told: set[Disagreement]) -> ConsoleRenderable:
    """One finding; what the sources disagree about is told with the first finding it bears on."""
    severity = found.severity or Severity.NOTE
    grid = Table.grid(padding=(0, 1, 0, 0))
    grid.add_column(width=6)
    grid.add_column(ratio=1)
    sentence = Text(harmless(found.says))
    sentence.append(f" [{', '.join(found.rules)}]" if found.rules else "", style="dim")
    grid.add_row(Text(f"{str(severity).upper():<6}", style=STYLES[severity]), sentence)
    if found.remedy:
        grid.add_row("", Text(harmless(found.remedy), style="dim"))
    for known in disagreeing(found) if severity > Severity.NOTE else ():
        if known in told:
            continue
        told.add(known)
        others = [rule for rule in known.rules if rule not in found.rules]
        says = f"Sources differ ({', '.join(others) or ', '.join(known.rules)}): {known.treated}"
        grid.add_row("", Text(harmless(says), style="dim italic"))
    for caveat in found.caveats:
        grid.add_row("", Text(harmless(caveat), style="dim"))
    if found.place is not None:
        grid.add_row("", Text(harmless(str(found.place)), style="dim"))
    return Padding(grid, (1, 0, 0, 0))


def _exempt(found: Finding, reason: str) -> ConsoleRenderable:
    grid = Table.grid(padding=(0, 1, 0, 0))
    grid.add_column(width=6)
    grid.add_column(ratio=1)
    grid.add_row(Text("KNOWN", style="dim"), Text(harmless(found.says), style="dim"))
    grid.add_row("", Text(f"Lived with because: {harmless(reason)}", style="dim"))
    return Padding(grid, (1, 0, 0, 0))


SHOWN = 6
"""Names of quiet checks on one screen; `--all` says them all, with what each is about."""


def _some(names: list[str]) -> str:
    rest = len(names) - SHOWN
    return ", ".join(names[:SHOWN]) + (f" and {rest} more (--all)" if rest > 0 else "")


def _quiet(checked: Checked, *, everything: bool) -> ConsoleRenderable:
    grid = Table.grid(padding=(0, 1, 0, 0))
    grid.add_column(width=17)
    grid.add_column(ratio=1)
    for answer, style, head in (
        (Answer.CLEAR, "green", "clear"),
        (Answer.COULD_NOT_LOOK, "magenta", "not stated"),
        (Answer.DOES_NOT_APPLY, "dim", "does not apply"),
    ):
        found = [one for one in checked.findings if one.answer is answer and one.severity is None]
        if not found:
            continue
        lines = [harmless(one.says) for one in found]
        names = dict.fromkeys(one.check.replace("_", " ") for one in found)
        said = "\n".join(dict.fromkeys(lines)) if everything else _some(list(names))
        grid.add_row(Text(f"{len(found):>3} {head}", style=style), Text(said))
    return Padding(grid, (1, 0, 0, 0))
