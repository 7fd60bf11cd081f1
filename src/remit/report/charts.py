"""Charts: the few things a table says worse, drawn for a phone and for a desk.

Every chart is drawn at both widths, so that its words keep their size; the page shows the one
that fits. Colours are names that the page's style sheet fills, for light and for dark.
"""

from __future__ import annotations

import json
import math
import re
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any
from xml.etree import ElementTree

from markupsafe import Markup, escape

from remit.measures import HandoffFlow
from remit.report import wording

NARROW, WIDE = 312, 720
"""Widths drawn, in CSS pixels."""

INK, QUIET, LINE, OUTSIDE, OWNED, AMBER, RED = (
    "#010101", "#020202", "#030303", "#040404", "#050505", "#060606", "#070707",
)  # fmt: skip
FILLED_BY_PAGE: Mapping[str, str] = {
    INK: "currentColor",
    QUIET: "var(--quiet)",
    LINE: "var(--line)",
    OUTSIDE: "var(--outside)",
    OWNED: "var(--owned-ink)",
    AMBER: "var(--amber)",
    RED: "var(--red)",
}
"""Colours a chart is drawn in, and what of the page's style sheet they stand for."""

TEXT = 12

_Tables = dict[str, list[dict[str, Any]]]
_Chart = tuple[Any, _Tables]
"""An Altair chart, and by name the rows it draws."""
_SVG = "{http://www.w3.org/2000/svg}"
_KEPT = frozenset({
    "clip-path", "cx", "cy", "d", "dx", "dy", "fill", "fill-opacity", "font-size", "font-style",
    "font-weight", "height", "id", "opacity", "r", "stroke", "stroke-dasharray", "stroke-linecap",
    "stroke-linejoin", "stroke-miterlimit", "stroke-opacity", "stroke-width", "text-anchor",
    "transform", "viewBox", "width", "x", "x1", "x2", "y", "y1", "y2",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Trend:
    """A share month by month: (first of month, share, coverage)."""

    title: str
    points: tuple[tuple[date, float, float], ...]
    limits: tuple[tuple[str, float], ...]
    """Name of the level, and the level."""


def months(trends: Sequence[Trend]) -> Markup:
    """Shares by month in small panels that share their axes."""
    label = "Shares by month. " + "; ".join(
        f"{t.title}: from {wording.share(min(p[1] for p in t.points))} "
        f"to {wording.share(max(p[1] for p in t.points))}"
        for t in trends
    )
    return _drawn(lambda width: _months(trends, width), label)


def fates(flow: HandoffFlow) -> Markup:
    """What became of a handoff's cases by days since they began: one line an outcome."""
    said = [
        f"{rate.step} {wording.estimate(rate.estimate)} within {wording.counted(rate.days, 'day')}"
        for rate in (flow.accepted, flow.rejected, flow.converted)
        if rate is not None
    ]
    return _drawn(lambda width: _fates(flow, width), f"{flow.about}: {'; '.join(said)}")


def _months(trends: Sequence[Trend], width: int) -> _Chart:
    import altair as alt

    points = [
        {"title": t.title, "month": f"{m:%Y-%m}", "share": v}
        for t in trends
        for m, v, _ in t.points
    ]
    highest = max(
        [p[1] for t in trends for p in t.points] + [at for t in trends for _, at in t.limits]
    )
    end = min(1.0, math.ceil((highest + 0.02) * 10) / 10)
    lines = [
        {
            "title": t.title,
            "at": at,
            "beside": beside,
            "colour": RED if name == "red" else AMBER,
            "name": f"{name} {wording.share(at)}",
        }
        for t in trends
        for (name, at), beside in zip(
            t.limits, _apart([at for _, at in t.limits], 0.12 * end), strict=True
        )
    ]
    order = sorted({str(point["month"]) for point in points})
    columns = 1 if width < 500 else 2
    panel = (width - 120 * columns) // columns
    words = "['Jan','Feb','Mar','Apr','May','Jun','Jul','Aug','Sep','Oct','Nov','Dec']"
    x = alt.X(
        "month:O",
        title=None,
        sort=order,
        scale=alt.Scale(padding=0.2),
        axis=alt.Axis(
            labelAngle=0,
            labelOverlap="greedy",
            labelSeparation=18,
            labelPadding=8,
            ticks=False,
            domainColor=LINE,
            labelExpr=f"{words}[toNumber(slice(datum.value, 5)) - 1] + ' ' + slice(datum.value, 2, 4)",
        ),
    )
    y = alt.Y("share:Q", title=None, scale=alt.Scale(domain=[0, end]), axis=_percent_axis(alt, 200))
    told, tables = [], _Tables()
    for title in dict.fromkeys(t.title for t in trends):
        mine = _table(alt, tables, [p for p in points if p["title"] == title])
        limit = _table(alt, tables, [line for line in lines if line["title"] == title])
        told.append(
            alt.layer(
                limit.mark_rule(strokeWidth=1.5, strokeDash=[5, 3]).encode(
                    y="at:Q", color=alt.Color("colour:N", scale=None)
                ),
                mine.mark_line(strokeWidth=1.5, color=QUIET).encode(x=x, y=y),
                mine.mark_circle(size=36, opacity=1, color=INK).encode(x=x, y=y),
                limit.mark_text(align="left", x=panel, dx=5, fontSize=11).encode(
                    y="beside:Q", text="name:N", color=alt.Color("colour:N", scale=None)
                ),
            ).properties(width=panel, height=120, title=title)
        )
    return alt.concat(*told, columns=columns, spacing=18), tables


def _fates(flow: HandoffFlow, width: int) -> _Chart:
    import altair as alt

    decided = [rate for rate in (flow.accepted, flow.rejected) if rate is not None]
    panels, tables = [], _Tables()
    side_by_side = width > 500 and bool(decided) and flow.converted is not None
    panel = (width - 290) // 2 if side_by_side else width - 130
    begun = next((r.of_step for r in (*decided, flow.converted) if r is not None), "")
    if decided:
        horizon = decided[0].days
        lines = [
            (rate.step, _until(rate.curve, horizon), OWNED if rate.step == "accepted" else OUTSIDE)
            for rate in decided
        ]
        if flow.wait:
            lines.append(("undecided", _until(flow.wait, horizon), QUIET))
        panels.append(_lines(alt, tables, lines, horizon, panel, f"Decided, by days since {begun}"))
    if flow.converted is not None:
        rate = flow.converted
        lines = [(rate.step, _until(rate.curve, rate.days), OWNED)]
        panels.append(
            _lines(alt, tables, lines, rate.days, panel, f"Converted, by days since {begun}")
        )
    if side_by_side:
        return alt.hconcat(*panels, spacing=24), tables
    return alt.vconcat(*panels, spacing=18), tables


def _lines(
    alt: Any,
    tables: _Tables,
    lines: Sequence[tuple[str, Sequence[tuple[float, float]], str]],
    horizon: int,
    width: int,
    title: str,
) -> Any:
    points = [
        {"step": step, "days": days, "share": share, "colour": colour}
        for step, curve, colour in lines
        for days, share in curve
    ]
    ends = [
        {
            "days": horizon,
            "share": at,
            "name": f"{step} {wording.share(curve[-1][1])}",
            "colour": colour,
        }
        for (step, curve, colour), at in zip(
            lines, _apart([c[-1][1] for _, c, _ in lines]), strict=True
        )
    ]
    x = alt.X(
        "days:Q",
        title=None,
        scale=alt.Scale(domain=[0, horizon], nice=False),
        axis=alt.Axis(
            tickCount=4,
            grid=False,
            domainColor=LINE,
            tickColor=LINE,
            labelExpr="datum.label + ' d'",
        ),
    )
    y = alt.Y("share:Q", title=None, scale=alt.Scale(domain=[0, 1]), axis=_percent_axis(alt, 200))
    colour = alt.Color("colour:N", scale=None)
    return alt.layer(
        _table(alt, tables, points)
        .mark_line(interpolate="step-after", strokeWidth=2)
        .encode(x=x, y=y, color=colour, detail="step:N"),
        _table(alt, tables, ends)
        .mark_text(align="left", dx=6, fontSize=TEXT)
        .encode(x=x, y=y, text="name:N", color=colour),
    ).properties(width=width, height=170, title=title)


def _until(curve: Sequence[tuple[float, float]], horizon: float) -> list[tuple[float, float]]:
    """The part of a curve up to a day, carried on level to that day."""
    cut = [point for point in curve if point[0] <= horizon]
    return [*cut, (float(horizon), cut[-1][1])] if cut else []


def _apart(shares: Sequence[float], least: float = 0.09) -> list[float]:
    """Heights for labels near these shares, far enough apart to be read."""
    order = sorted(range(len(shares)), key=lambda place: shares[place])
    heights = list(shares)
    below = -math.inf
    for place in order:
        below = heights[place] = max(heights[place], below + least)
    beyond = max(heights, default=0.0) - 1
    above = math.inf
    for place in reversed(order):
        if beyond > 0:
            heights[place] = min(heights[place], above - least, 1.0)
            above = heights[place]
    return heights


def _percent_axis(alt: Any, width: int) -> Any:
    return alt.Axis(
        format="%",
        tickCount=4 if width < 500 else 6,
        gridColor=LINE,
        domain=False,
        ticks=False,
        labelExpr="replace(datum.label, '%', ' %')",
    )


def _table(alt: Any, tables: _Tables, rows: list[dict[str, Any]]) -> Any:
    """A chart of rows that are kept beside it, because Altair copies what is inside it often."""
    name = f"rows{len(tables)}"
    tables[name] = rows
    return alt.Chart(alt.NamedData(name=name))


def _drawn(draw: Callable[[int], _Chart], label: str) -> Markup:
    """A chart at both widths, each drawn again smaller where its labels reached beyond."""
    drawings = []
    for name, width in (("narrow", NARROW), ("wide", WIDE)):
        svg = _svg(_specified(*draw(width)))
        beyond = _width(svg) - width
        if beyond > 0:
            svg = _svg(_specified(*draw(width - beyond)))
        drawings.append(_for_page(svg, name, label))
    return Markup("").join(drawings)


def _specified(chart: Any, tables: _Tables) -> str:
    specification = chart.configure(**_config()).to_dict(validate=False)
    return json.dumps({**specification, "datasets": tables})


def _width(svg: str) -> int:
    return math.ceil(float(_parsed(svg).attrib["width"]))


def _config() -> dict[str, Any]:
    words = {"labelColor": INK, "titleColor": INK, "labelFontSize": 11, "titleFontSize": TEXT}
    return {
        "aria": False,
        "background": "transparent",
        "font": "sans-serif",
        "view": {"stroke": None},
        "axis": {**words, "labelFontWeight": "normal"},
        "title": {
            "color": INK,
            "fontSize": TEXT,
            "fontWeight": 600,
            "anchor": "start",
            "offset": 8,
        },
        "text": {"color": INK, "fontSize": TEXT},
        "padding": 4,
    }


@lru_cache(maxsize=64)
def _svg(specification: str) -> str:
    import vl_convert

    return str(vl_convert.vegalite_to_svg(specification))


def _parsed(svg: str) -> ElementTree.Element:
    return ElementTree.fromstring(svg)  # noqa: S314 (drawn here, never read from outside)


def _for_page(svg: str, name: str, label: str) -> Markup:
    """A drawing as part of the page: no names of its own, no outside reference, page's colours."""
    root = _parsed(svg)
    prefix = f"c{zlib.crc32(svg.encode()):08x}-"
    extra = f'class="chart {name}" role="img" aria-label="{escape(label)}"'
    return Markup(_element(root, prefix, extra))  # noqa: S704 (every text is escaped there)


def _element(element: ElementTree.Element, prefix: str, extra: str = "") -> str:
    tag = element.tag.removeprefix(_SVG)
    if tag not in (
        "svg",
        "g",
        "path",
        "text",
        "tspan",
        "line",
        "rect",
        "circle",
        "defs",
        "clipPath",
    ):
        return ""
    attributes = [extra] if extra else []
    for key, value in element.attrib.items():
        if key not in _KEPT:
            continue
        if key == "id":
            value = prefix + value
        elif key == "clip-path":
            value = re.sub(r"url\(#(\w+)\)", rf"url(#{prefix}\1)", value)
        elif key in ("fill", "stroke"):
            value = FILLED_BY_PAGE.get(value, value)
        attributes.append(f'{key}="{escape(value)}"')
    inside = str(escape(element.text or "")) if tag in ("text", "tspan") else ""
    inside += "".join(_element(child, prefix) for child in element)
    return f"<{' '.join([tag, *attributes])}>{inside}</{tag}>"
