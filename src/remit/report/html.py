"""One HTML file that holds a whole audit and needs nothing else to be read."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from remit.audit import Audit
from remit.report import wording
from remit.report.machine import remit_version
from remit.report.sections import Section
from remit.rules import rules
from remit.terms import Answer, Severity, catalogue

if TYPE_CHECKING:
    from jinja2 import Environment

ROWS = 25
"""Rows of proof shown of a finding; the JSON has all that the audit kept."""


def html(audit: Audit) -> str:
    """An audit as one HTML file, without any outside reference and readable without scripts.

    Everything that comes from the charter or the evidence is escaped. Charts are drawn twice,
    for a phone and for a desk, and each has its numbers as a table below it.
    """
    environment = _environment()
    places = {id(found): place for place, found in enumerate(audit.findings, 1)}
    shared = {"audit": audit, "anchor": lambda found: f"finding-{places[id(found)]}"}
    sections = []
    kinds = catalogue("remit.report.sections", Section)
    for name, entry in sorted(kinds.items(), key=lambda pair: pair[1].note.place):
        shown = entry.call(audit)
        if shown is None:
            continue
        template = environment.get_template(f"sections/{name}.html")
        sections.append((name, entry.note.title, template.render(**shared, **shown)))
    page = environment.get_template("page.html")
    return page.render(**shared, sections=sections, remit=remit_version())


@cache
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined
    from markupsafe import Markup

    made = Environment(
        loader=PackageLoader("remit.report", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals.update(
        Answer=Answer,
        Severity=Severity,
        rules=rules(),
        rows=ROWS,
        standings=wording.STANDINGS,
        parts=wording.PARTS,
        style=Markup(made.get_template("page.css").render()),
    )
    made.filters.update(
        {
            name: getattr(wording, name)
            for name in (
                "amount", "cell", "counted", "day", "days", "estimate", "interval", "limit",
                "listed", "number", "rule_ids", "share", "subject", "tipping", "words",
            )  # fmt: skip
        }
    )
    made.filters["rendered"] = Markup
    made.tests["known"] = wording.known
    return made
