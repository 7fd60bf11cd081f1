"""`remit show`."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from rich.console import Console

from remit.charter import Charter
from remit.charter.ownership import segments_of
from remit.cli.writing import write_whole
from remit.report.organisation import drawn, organisation_json
from remit.report.organisation_page import organisation_html, organisation_svg
from remit.report.organisation_terminal import organisation_terminal
from remit.terms import Place, Problem, RemitError, nearest


def run_show(
    charter: Charter,
    segment: str | None,
    svg: Path | None,
    html: Path | None,
    json: bool,
    today: date,
) -> None:
    """Draw a charter's organisation: on the screen, and into what files were asked for.

    Args:
        charter: The organisation.
        segment: Only this one; None draws all, those that are run alike once.
        svg: Where to write the drawings as one SVG.
        html: Where to write them as one HTML file.
        json: Print them as JSON instead of drawing them on the screen.
        today: The day on which people are counted.

    Raises:
        RemitError: If the charter has no such segment.
    """
    known = segments_of(charter)
    if segment is not None and segment not in known:
        fix = nearest(segment, known, what="Segments")
        raise RemitError([Problem(Place(segment), "", "is no segment of this charter.", fix)])
    drawings = drawn(charter, today, segment)
    if svg is not None:
        write_whole(svg, organisation_svg(*drawings))
    if html is not None:
        write_whole(html, organisation_html(drawings))
    if json:
        print(organisation_json(charter.company, today, drawings))
        return
    organisation_terminal(drawings, Console(highlight=False))
    for name, file in (("SVG", svg), ("HTML", html)):
        if file is not None:
            print(f"{name}: {file}")
