"""`remit decide`."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

from rich.console import Console

from remit.charter import Charter, fact_kinds
from remit.charter.ownership import segments_of
from remit.charter.read import read_with_places
from remit.cli.writing import write_whole
from remit.decide import QUESTIONS, Decided, Measured, decide
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
    questions: Sequence[str] = (),
    svg: Path | None = None,
    html: Path | None = None,
    evidence: Path | str | None = None,
    as_of: date | None = None,
) -> None:
    """Decide and print; the page and the drawing go into what files were asked for.

    Args:
        charter: The charter's file.
        segment: Only this one; None for all.
        replaced: `fact=value`, to be taken instead of what is stated.
        day: Headcounts and numbers are those of this day, where there is no evidence.
        as_json: Print one JSON document.
        full: Print every path as well.
        questions: Only these; none for all.
        svg: Where to write the path of one segment's answer as SVG: of the first of these
            questions, or of AE | AM.
        html: Where to write everything as one HTML file.
        evidence: A loaded file, or a copy of one, to measure facts from; the day is then its own.
        as_of: The day to look from in the evidence; its last if None.

    Raises:
        RemitError: If there is no such segment, question or fact, a value is not of the fact's
            kind, the evidence cannot be opened, or a drawing is asked for and several segments could
            be meant.
    """
    asked = known_questions(questions)
    declared, read = read_with_places(charter)
    named = segments_of(declared)
    if svg is not None and segment is None and len(named) > 1:
        wrong = "draws one segment, and the charter has several."
        fix = f"Say --segment with one of: {', '.join(named)}."
        raise RemitError([Problem(Place("--svg"), "", wrong, fix)])
    segments = (known_segment(declared, segment),) if segment is not None else None
    stated = replaced_facts(replaced)
    measured: Mapping[str, Mapping[str, Measured]] = {}
    if evidence is not None:
        day, measured = facts_from(declared, evidence, as_of, segments)
    found = decide(
        declared, day=day, segments=segments, replaced=stated, measured=measured, read=read
    )
    found = only(found, asked)
    numbers = declared.numbers()
    if svg is not None or html is not None:
        from remit.report.decision_page import decision_html, decision_svg  # only to draw
    if svg is not None:
        drawn = asked[0] if questions else "ae_am"
        write_whole(svg, decision_svg(found.segments[0], drawn, day=found.day, numbers=numbers))
    if html is not None:
        write_whole(html, decision_html(found, numbers))
    if as_json:
        print(decided_as_json(found))
        return
    show_decided(found, Console(highlight=False), full=full)
    for name, file in (("SVG", svg), ("HTML", html)):
        if file is not None:
            print(f"{name}: {file}")


def facts_from(
    charter: Charter,
    evidence: Path | str,
    as_of: date | None,
    segments: Sequence[str] | None,
) -> tuple[date, Mapping[str, Mapping[str, Measured]]]:
    """The day of the evidence, and what it tells of each segment on that day.

    Raises:
        EvidenceError: If it is no evidence, was loaded with other patterns, or begins later.
    """
    from remit.cli.progress import progress
    from remit.decide.measured import measured_facts
    from remit.measures import open_for

    with progress() as say:
        opened = open_for(charter, evidence, as_of=as_of)
        try:
            found = measured_facts(charter, opened, segments=segments, progress=say)
        finally:
            opened.connection.disconnect()
    return opened.as_of, found


def only(found: Decided, questions: Sequence[str]) -> Decided:
    """What was decided, of some questions alone."""
    return dataclasses.replace(
        found,
        segments=tuple(
            dataclasses.replace(
                segment, answers=tuple(segment.at(question) for question in questions)
            )
            for segment in found.segments
        ),
    )


def known_questions(names: Sequence[str]) -> tuple[str, ...]:
    """The questions of these names, in their usual order; all where none is named.

    Raises:
        RemitError: If there is no such question.
    """
    wrong = [
        Problem(
            Place("--question"),
            "",
            f'no question is called "{name}".',
            nearest(name, QUESTIONS, what="Questions"),
        )
        for name in names
        if name not in QUESTIONS
    ]
    if wrong:
        raise RemitError(wrong)
    return tuple(question for question in QUESTIONS if question in names or not names)


def known_segment(charter: Charter, name: str) -> str:
    """The segment of this name.

    Raises:
        RemitError: If the charter has none.
    """
    known = segments_of(charter)
    if name not in known:
        wrong = f'no segment is called "{name}".'
        raise RemitError(
            [Problem(Place("--segment"), "", wrong, nearest(name, known, what="Segments"))]
        )
    return name


def replaced_facts(stated: Sequence[str]) -> dict[str, Value]:
    """The facts of `--set fact=value`.

    Raises:
        RemitError: With all mistakes at once.
    """
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
