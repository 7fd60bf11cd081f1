"""`remit decide`."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from rich.console import Console

from remit.charter import Charter, fact_kinds, read_charter
from remit.charter.ownership import segments_of
from remit.decide import decide
from remit.decide.facts import Value
from remit.report.decided import decided_as_json, show_decided
from remit.terms import Place, Problem, RemitError, nearest


def run_decide(
    charter: Path,
    segment: str | None,
    replaced: list[str],
    day: date,
    *,
    as_json: bool,
    full: bool,
) -> None:
    """Decide and print.

    Raises:
        RemitError: If there is no such segment or fact, or a value is not of the fact's kind.
    """
    declared = read_charter(charter)
    found = decide(
        declared,
        day=day,
        segments=(_segment(declared, segment),) if segment is not None else None,
        replaced=_values(replaced),
    )
    if as_json:
        print(decided_as_json(found))
    else:
        show_decided(found, Console(highlight=False), full=full)


def _segment(charter: Charter, name: str) -> str:
    known = segments_of(charter)
    if name not in known:
        wrong = f'no segment is called "{name}".'
        raise RemitError(
            [Problem(Place("--segment"), "", wrong, nearest(name, known, what="Segments"))]
        )
    return name


def _values(stated: list[str]) -> dict[str, Value]:
    """The facts of `--set fact=value`, all mistakes at once."""
    values: dict[str, Value] = {}
    problems = []
    for one in stated:
        name, equals, text = (part.strip() for part in one.partition("="))
        kind = fact_kinds().get(name)
        if not equals:
            problems.append(
                Problem(Place("--set"), "", f"{one!r} is not fact=value.", "Such as sellers=7.")
            )
        elif kind is None:
            fix = nearest(name, fact_kinds(), what="Facts")
            problems.append(Problem(Place("--set"), "", f'no fact is called "{name}".', fix))
        else:
            value = _value(text)
            wrong = kind.wrong(value)
            if wrong is not None:
                problems.append(
                    Problem(Place("--set"), name, f"{wrong}.", f"It says {text!r} now.")
                )
            values[name] = value
    if problems:
        raise RemitError(problems)
    return values


def _value(text: str) -> Value:
    if text.lower() in ("true", "yes", "false", "no"):
        return text.lower() in ("true", "yes")
    try:
        return float(text[:-1]) / 100 if text.endswith("%") else float(text)
    except ValueError:
        return text
