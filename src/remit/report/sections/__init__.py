"""The sections of the HTML report: one file a subject.

A section is a function under `@Section` that takes a report's `Contents` and gives what its template, the
one of the same name in `templates/sections/`, shows; None leaves the section out. To add one,
write both. That is all.
"""

from remit.report.sections.section import Section

__all__ = ["Section"]
