"""Where roles should begin and end, by segment, as `decide` says it for the same charter."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from remit.decide.uncertainty import DEPENDS
from remit.report.contents import Contents
from remit.report.decided import LABELS, by_evidence, flip_says, how_sure, lacking
from remit.report.decided import words as answer_words
from remit.report.sections.section import Section


@Section(title="The structure, decided", place=45)
def structure(contents: Contents) -> Mapping[str, Any] | None:
    """Each boundary's answer beside how the charter runs it, how sure it is and what would flip it."""
    if contents.decided is None or not contents.decided.segments:
        return {"undecided": contents.undecided} if contents.undecided else None
    return {
        "undecided": "",
        "segments": contents.decided.segments,
        "labels": LABELS,
        "answer": answer_words,
        "flip": flip_says,
        "open": DEPENDS,
        "sure": how_sure,
        "lacking": lacking,
        "by_evidence": by_evidence,
    }
