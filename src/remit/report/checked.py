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
from remit.report.screen import print_screen
from remit.rules import Disagreement, disagreements
from remit.terms import Answer, Finding, Severity

FORMAT = "check/1"
"""Name and version of the JSON layout. Within one, keys are added and never taken away."""

STYLES = {Severity.RED: "bold red", Severity.AMBER: "bold yellow", Severity.NOTE: "bold"}


def disagreeing(found: Finding) -> tuple[Disagreement, ...]:
    """Where the sources disagree about what a finding says, as far as a charter can show it.

    A disagreement bears on a finding that rests on two of its rules, or whose first rule is its
    first; one rule among several says too little, since some speak of every role at once.
    """
    bearing = dict.fromkeys(
        known
        for rule in found.rules
        for known in disagreements(rule)
        if "check" in known.parts
        and (found.rules[0] == known.rules[0] or len({*found.rules} & {*known.rules}) > 1)
    )
    return tuple(bearing)


def show_check(checked: Checked, console: Console, *, everything: bool = False) -> None:
    """Print what was found, worst first, each with its line, its check, its subject and its rules.

    Findings of one check with one remedy stand together where they are three or more. What was
    clear, could not be looked at or does not apply is counted; `everything` names it. A terminal's
    width is used, up to 100 columns; anything else gets 100, and no blanks at the ends of lines.
    """
    parts: list[ConsoleRenderable] = [_headline(checked)]
    told: set[Disagreement] = set()
    parts += [_found(alike, checked, told) for alike in _alike(checked.findings)]
    parts += [_exempt(found, reason) for found, reason in checked.exempt]
    parts.append(_quiet(checked, everything=everything))
    print_screen(Group(*parts), console)


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


TOGETHER = 3
"""Findings of one check, with one remedy, from which on they stand under one headline."""


def _alike(findings: Iterable[Finding]) -> list[list[Finding]]:
    """What is shown, one by one or together, each in the place of its first."""
    groups: dict[tuple[Severity, str, str], list[Finding]] = {}
    for found in findings:
        if found.severity is not None:
            groups.setdefault((found.severity, found.check, found.remedy), []).append(found)
    shown = []
    for found in findings:
        if found.severity is None:
            continue
        alike = groups[found.severity, found.check, found.remedy]
        if len(alike) < TOGETHER:
            shown.append([found])
        elif found is alike[0]:
            shown.append(alike)
    return shown


def _found(alike: list[Finding], checked: Checked, told: set[Disagreement]) -> ConsoleRenderable:
    """One finding, or several of one check under its question.

    What the sources disagree about is told with the first finding it bears on.
    """
    first, several = alike[0], len(alike) > 1
    severity = first.severity or Severity.NOTE
    lines: list[Text] = []
    if several:
        asks = checked.checks.get(first.check, _words(first.check))
        lines.append(Text(f"{harmless(asks)} {len(alike)} findings:"))
    for found in alike if several else ():
        lines += [Text(harmless(found.says)), _source(found)]
    if not several:
        lines.append(Text(harmless(first.says)))
    if first.remedy:
        lines.append(Text(harmless(first.remedy), style="dim"))
    for known in dict.fromkeys(known for found in alike for known in disagreeing(found)):
        if severity > Severity.NOTE and known not in told:
            told.add(known)
            others = [rule for rule in known.rules if rule not in first.rules]
            whose = ", ".join(others or known.rules)
            says = f"Sources differ ({whose}): {known.treated}"
            lines.append(Text(harmless(says), style="dim italic"))
    for caveat in dict.fromkeys(caveat for found in alike for caveat in found.caveats):
        lines.append(Text(harmless(caveat), style="dim"))
    if not several:
        lines.append(_source(first))
    return _block(Text(f"{str(severity).upper():<6}", style=STYLES[severity]), lines)


def _source(found: Finding) -> Text:
    """Where it stands, what an exemption would call it, and the rules it is from."""
    said = [str(found.place)] if found.place is not None else []
    said.append(f"{found.check}: {found.about}")
    if found.rules:
        said.append(f"[{', '.join(found.rules)}]")
    return Text("  ".join(harmless(part) for part in said), style="dim")


def _exempt(found: Finding, reason: str) -> ConsoleRenderable:
    because = Text(f"Lived with because: {harmless(reason)}", style="dim")
    says = Text(harmless(found.says), style="dim")
    return _block(Text("KNOWN", style="dim"), [says, because, _source(found)])


def _block(head: Text, lines: list[Text]) -> ConsoleRenderable:
    grid = Table.grid(padding=(0, 1, 0, 0))
    grid.add_column(width=6)
    grid.add_column(ratio=1)
    for number, line in enumerate(lines):
        grid.add_row("" if number else head, line)
    return Padding(grid, (1, 0, 0, 0))


def _words(check: str) -> str:
    return check.replace("_", " ")


SHOWN = 6
"""Names of quiet checks on one screen; `--all` says them all, with what each is about."""


_LONGEST_ANSWER = len("999 does not apply")


def _some(names: list[str]) -> str:
    rest = len(names) - SHOWN
    return ", ".join(names[:SHOWN]) + (f" and {rest} more (--all)" if rest > 0 else "")


def _quiet(checked: Checked, *, everything: bool) -> ConsoleRenderable:
    grid = Table.grid(padding=(0, 1, 0, 0))
    grid.add_column(width=_LONGEST_ANSWER, no_wrap=True)
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
        names = dict.fromkeys(_words(one.check) for one in found)
        said = "\n".join(dict.fromkeys(lines)) if everything else _some(list(names))
        grid.add_row(Text(f"{len(found):>3} {head}", style=style), Text(said))
    return Padding(grid, (1, 0, 0, 0))
