"""What a section of the report is."""

from __future__ import annotations

from dataclasses import dataclass

from remit.terms import Note


@dataclass(frozen=True)
class Section(Note):
    """Marks a function as a section of the HTML report.

    Its name is the section's anchor, `title` the heading, and sections stand in the order of
    `place`.
    """

    title: str = ""
    place: int = 0
