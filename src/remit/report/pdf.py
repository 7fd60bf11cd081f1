"""An audit as a PDF that a board can be handed: typeset, tagged, without any outside reference."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, time
from importlib import resources
from typing import Any

from remit.audit import Audit
from remit.decide.uncertainty import DEPENDS
from remit.measures import HandoffFlow
from remit.report import wording
from remit.report.contents import Card, Contents, Figure, Subject
from remit.report.decided import LABELS, flip_says, how_sure
from remit.report.decided import words as answer_words
from remit.report.plain import harmless, remit_version
from remit.report.sections.handoffs import steps
from remit.report.shares import by_part, pieces
from remit.terms import Answer, Citation, Finding

QUIET = 12
"""Quiet answers of a subject listed one by one; the rest are counted."""


def pdf(contents: Contents) -> bytes:
    """The report as one PDF, the same bytes for the same audit and fonts.

    A4, and PDF/UA-1 where the fonts of this machine have every character. It holds sentences, numbers and drawings; rows of proof and queries are in the HTML report and
    the workbook, which it names.
    """
    import typst  # takes a while to import, and few runs need it

    document = json.dumps(_shown(_document(contents)), ensure_ascii=False, allow_nan=False)
    made = datetime.combine(contents.audit.as_of, time(), tzinfo=UTC)
    template = resources.files("remit.report").joinpath("templates", "board.typ").read_bytes()
    try:
        printed = typst.compile(
            template, sys_inputs={"report": document}, pdf_standards=["ua-1"], timestamp=made
        )
    except typst.TypstError:
        # no font here has one of the characters: PDF/UA forbids that, a plain PDF shows a box
        printed = typst.compile(template, sys_inputs={"report": document}, timestamp=made)
    assert isinstance(printed, bytes)
    return printed


def _shown(value: Any) -> Any:
    """The same values, with all text on one line and without characters that do harm."""
    if isinstance(value, str):
        return wording.unbroken(harmless(value))
    if isinstance(value, dict):
        return {key: _shown(each) for key, each in value.items()}
    return [_shown(each) for each in value] if isinstance(value, list | tuple) else value


def _document(contents: Contents) -> dict[str, Any]:
    audit = contents.audit
    discovery = audit.discovery
    return {
        "company": audit.company,
        "title": f"{audit.company}: who owns what, and what happened",
        "over": wording.days(audit.over),
        "as_of": wording.day(audit.as_of),
        "source": wording.source(audit.source),
        "severities": wording.severities(audit.findings),
        "counts": [
            [answer.value, audit.count(answer), wording.ANSWERS[answer]] for answer in Answer
        ],
        "chance": wording.chance(discovery) if discovery is not None else "",
        "matter": [_finding(found) for found in contents.matter],
        "more": len(contents.loud) - len(contents.matter),
        "changes": [
            {"became": change.became.value, "says": change.after.says}
            for change in contents.changes
            if change.after is not None and change.became not in ("quiet", "not comparable")
        ],
        "since": wording.day(contents.since.as_of) if contents.since is not None else "",
        "roles": [_role(contents, card) for card in contents.cards],
        "subjects": [_subject(subject) for subject in contents.subjects],
        "handoffs": [_handoff(flow) for flow in audit.flows if flow.counts],
        "unseen_handoffs": list(_unseen(audit)),
        "decided": list(_decided(contents)),
        "undecided": contents.undecided,
        "files": [
            [
                file.file,
                wording.words(file.table),
                *(wording.number(count) for count in (file.rows, file.kept, file.rejected)),
            ]
            for file in audit.files
        ],
        "derivations": [[wording.words(table), why] for table, why in audit.derivations.items()],
        "sources": _sources(audit.sources),
        "individuals": audit.individuals,
        "group": audit.minimum_group,
        "remit": remit_version() or "",
    }


def _sources(cited: Iterable[Citation]) -> list[list[str]]:
    """Each title once, with all its places."""
    places: dict[tuple[str, str], list[str]] = {}
    for one in cited:
        held = places.setdefault((one.title, one.standing.value), [])
        if one.at and one.at not in held:
            held.append(one.at)
    return [[title, standing, "; ".join(at)] for (title, standing), at in sorted(places.items())]


def _finding(found: Finding) -> dict[str, Any]:
    return {
        "severity": str(found.severity) if found.severity is not None else "",
        "answer": found.answer.value,
        "says": found.says,
        "tipping": wording.tipping(found),
        "remedy": found.remedy,
        "cost": wording.cost(found.cost) if found.cost is not None else "",
        "formula": found.cost.formula if found.cost is not None else "",
        "rules": wording.rule_ids(found.rules),
        "caveats": wording.to_know(found),
        "estimator": found.proof.estimator if found.proof is not None else "",
        "trend": [[f"{point.month:%b %Y}", point.value] for point in found.trend],
        "reach": _reach(found),
    }


def _reach(found: Finding) -> str:
    """The lowest and the highest value of a line by month; empty where it never moves."""
    values = [point.value for point in found.trend]
    if not values or min(values) == max(values):
        return ""
    unit = found.measured.unit if found.measured is not None else "count"
    return f"{wording.amount(min(values), unit)} to {wording.amount(max(values), unit)}"


def _subject(subject: Subject) -> dict[str, Any]:
    loud = [found for found in subject.findings if found.severity is not None]
    quiet = [found for found in subject.findings if found.severity is None]
    return {
        "title": subject.title,
        "worst": str(subject.worst) if subject.worst is not None else "",
        "findings": [_finding(found) for found in loud],
        "quiet": [[found.answer.value, found.says] for found in quiet[:QUIET]],
        "more": max(0, len(quiet) - QUIET),
    }


def _role(contents: Contents, card: Card) -> dict[str, Any]:
    lived = []
    for time_of in contents.audit.times:
        if time_of.role == card.role:
            found = pieces(time_of)
            lived.append(
                {
                    "about": time_of.about,
                    "people": time_of.people,
                    "coverage": wording.share(time_of.coverage.value),
                    "parts": {part: value for part, value in by_part(found).items() if value > 0},
                    "functions": [
                        [wording.words(piece.name), piece.share, piece.part] for piece in found[:6]
                    ],
                }
            )
    return {
        "role": card.role,
        "kind": card.kind,
        "owned": wording.listed(wording.words(function) for function in card.owned),
        "concentrated": wording.concentrated(card.concentrations),
        "lived": lived,
        "figures": [_figure(figure) for figure in card.figures],
    }


def _figure(figure: Figure) -> dict[str, Any]:
    found = figure.finding
    return {
        "about": wording.subject(found),
        "check": wording.words(found.check),
        "value": wording.measured(found),
        "limit": wording.held(found),
        "healthy": wording.band(figure.healthy, found.limit.unit) if found.limit else "",
        "severity": str(found.severity) if found.severity is not None else "",
        "answer": found.answer.value,
    }


def _unseen(audit: Audit) -> Iterator[str]:
    bare = [flow for flow in audit.flows if not flow.counts]
    if few := [flow.about for flow in bare if flow.too_few]:
        yield (
            f"Fewer than {audit.minimum_group} people give or take {wording.listed(few)}, so that "
            "it is not shown."
        )
    if none := [flow.about for flow in bare if not flow.too_few]:
        yield f"The charter names no record for the steps of {wording.listed(none)}."


def _handoff(flow: HandoffFlow) -> dict[str, Any]:
    said = []
    if flow.within is not None:
        said.append(
            "Decided within the charter's own time: "
            f"{wording.estimate(flow.within)} of {flow.within.of}."
        )
    if waited := wording.waited(flow.median_wait):
        said.append(waited)
    if flow.filled is not None:
        said.append(f"Required fields that were really filled: {wording.estimate(flow.filled)}.")
    declared = flow.handoff != f"{flow.giver} to {flow.taker}"
    return {
        "about": flow.about,
        "between": f"{flow.giver} to {flow.taker}" if declared else "",
        "steps": [
            {
                "name": step.name,
                "cases": "not recorded" if step.count is None else wording.number(step.count),
                "bar": step.bar,
                "says": step.says,
            }
            for step in steps(flow)
        ],
        "says": said,
    }


def _decided(contents: Contents) -> Iterator[dict[str, Any]]:
    if contents.decided is None:
        return
    for segment in contents.decided.segments:
        yield {
            "segment": segment.segment,
            "answers": [
                {
                    "question": LABELS[answered.question],
                    "answer": answer_words(answered.answer),
                    "declared": answer_words(answered.declared)
                    if answered.declared
                    else "not known",
                    "because": "Open until more is known."
                    if answered.answer == DEPENDS
                    else answered.branches[0].recommendation.because,
                    "sure": how_sure(answered),
                    "flips": [flip_says(flip) for flip in answered.flips[:2]],
                }
                for answered in segment.answers
                if answered.branches
            ],
        }
