"""One HTML file that holds a whole audit and needs nothing else to be read."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from html import escape
from typing import TYPE_CHECKING

from markupsafe import Markup

from remit.audit import Audit
from remit.report import wording
from remit.report.contents import Contents, contents
from remit.report.pages import templates
from remit.report.plain import remit_version
from remit.report.sections import Section
from remit.report.sections.findings import queries_of
from remit.rules import rules
from remit.terms import Answer, Severity, catalogue

if TYPE_CHECKING:
    from jinja2 import Environment

ROWS = 25
"""Rows of proof shown of a finding; the JSON has all that the audit kept."""


def html(found: Audit | Contents) -> str:
    """An audit as one HTML file, without any outside reference and readable without scripts.

    An audit alone is shown without an earlier day and without a structure decision.

    Everything that comes from the charter or the evidence is escaped. Charts are drawn twice,
    for a phone and for a desk, and each has its numbers as a table below it.
    """
    shown_of = contents(found) if isinstance(found, Audit) else found
    audit = shown_of.audit
    environment = _environment()
    places = {id(found): place for place, found in enumerate(audit.findings, 1)}
    shared = {
        "audit": audit,
        "anchor": lambda found: f"finding-{places[id(found)]}",
        "numbered": {query: place for place, query in enumerate(queries_of(audit), 1)},
    }
    sections = []
    kinds = catalogue("remit.report.sections", Section)
    for name, entry in sorted(kinds.items(), key=lambda pair: pair[1].note.place):
        shown = entry.call(shown_of)
        if shown is None:
            continue
        template = environment.get_template(f"sections/{name}.html")
        sections.append((name, entry.note.title, template.render(**shared, **shown)))
    page = environment.get_template("page.html")
    return page.render(**shared, sections=sections, remit=remit_version())


_WORDS = (
    "answered",
    "cell",
    "chance",
    "concentrated",
    "cost",
    "counted",
    "day",
    "days",
    "funnel",
    "listed",
    "source",
    "number",
    "rule_ids",
    "second_looks",
    "subject",
    "to_know",
    "waited",
    "words",
)
_PER_CENT = ("amount", "band", "estimate", "held", "limit", "measured", "share", "tipping")


def _unbroken(say: Callable[..., str]) -> Callable[..., str]:
    return lambda *given: wording.unbroken(say(*given))


def _said(text: str) -> Markup:
    """A sentence: numbers stay with their per cent sign, and words to be typed look like it."""
    parts = str(Markup.escape(wording.unbroken(text))).split("`")
    if len(parts) % 2 == 0:
        return Markup("`".join(parts))  # noqa: S704 (it is escaped right above)
    told = (f"<code>{part}</code>" if place % 2 else part for place, part in enumerate(parts))
    return Markup("".join(told))  # noqa: S704 (it is escaped right above)


def _code(text: str) -> Markup:
    """Text for inside an element, where quotes need no escape; queries are full of them."""
    return Markup(escape(text, quote=False))  # noqa: S704 (it is escaped right here)


@cache
def _environment() -> Environment:
    made = templates("page")
    made.globals.update(
        Answer=Answer,
        Severity=Severity,
        rules=rules(),
        rows=ROWS,
        standings=wording.STANDINGS,
        parts=wording.PARTS,
    )
    made.filters.update({name: getattr(wording, name) for name in _WORDS})
    made.filters.update({name: _unbroken(getattr(wording, name)) for name in _PER_CENT})
    made.filters["said"] = _said
    made.filters["code"] = _code
    made.filters["rendered"] = Markup
    made.tests["known"] = wording.known
    return made
