"""The payout curve of a component: what more credit, or a higher level, would earn."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from markupsafe import Markup

from remit.compensation.earning import money, number, percent
from remit.pay.statement import Standing
from remit.report.charts import INK, LINE, OWNED, QUIET, TEXT, _Chart, _drawn, _table, _Tables

STRAIGHT = 2
"""Points of a curve that is one straight line, which a sentence says better."""


def payout_chart(standing: Standing) -> Markup | None:
    """The payout curve with the quota and where the payee is; None where it is a straight line."""
    if len(standing.curve) <= STRAIGHT:
        return None
    told = said_at(standing)
    label = f"Payout curve of {standing.component}: " + "; ".join(
        f"{told(point.at)} earns {money(point.earned)}" for point in standing.curve
    )
    return _drawn(lambda width: _payout(standing, width), label)


def shown_from(standing: Standing) -> Decimal:
    """Where a drawn curve begins: at nothing, or for a share a little before it pays anything."""
    if said_at(standing) is not percent:
        return Decimal(0)
    low = min(point.at for point in standing.curve if point.earned)
    return max(Decimal(0), low - Decimal("0.2"))


def said_at(standing: Standing) -> Any:
    """How a place on the curve is said: money, a count or a share."""
    if standing.kind == "bonus" and (standing.quota is not None or standing.unit == "share"):
        return percent
    return number if standing.unit == "count" else money


def _payout(standing: Standing, width: int) -> _Chart:
    import altair as alt

    tables = _Tables()
    share = said_at(standing) is percent
    points = [
        {"at": float(p.at), "earned": float(p.earned), "of": n}
        for n, p in enumerate(standing.curve)
    ]
    line = _table(alt, tables, points)
    high = max(point["earned"] for point in points)
    axis = {"domainColor": LINE, "tickColor": LINE, "tickCount": 4}
    start = float(shown_from(standing))
    x = alt.X(
        "at:Q",
        title=None,
        scale=alt.Scale(domain=[start, points[-1]["at"]], nice=False, clamp=True),
        axis=alt.Axis(grid=False, format="%" if share else "~s", labelFlush=True, **axis),
    )
    y = alt.Y(
        "earned:Q",
        title=None,
        scale=alt.Scale(domain=[0, high * 1.12], nice=False),
        axis=alt.Axis(gridColor=LINE, domain=False, ticks=False, format="~s", tickCount=4),
    )
    layers = [
        line.mark_line(strokeWidth=2, color=OWNED, clip=True).encode(x=x, y=y, order="of:Q"),
    ]
    quota = 1.0 if share and standing.quota is not None else float(standing.quota or 0)
    if quota and quota <= points[-1]["at"] and (standing.quota is not None):
        mark = _table(alt, tables, [{"at": quota, "name": "quota", "low": 0.0}])
        layers += [
            mark.mark_rule(strokeDash=[5, 3], color=QUIET).encode(x="at:Q"),
            mark.mark_text(align="left", dx=5, dy=-8, color=QUIET, fontSize=TEXT).encode(
                x="at:Q", y="low:Q", text="name:N"
            ),
        ]
    if standing.here is not None:
        at, earned = float(standing.here.at), float(standing.here.earned)
        beyond = at > start + (points[-1]["at"] - start) * 0.35
        mine = _table(
            alt,
            tables,
            [{"at": at, "earned": earned, "name": f"now {money(standing.here.earned)}"}],
        )
        layers += [
            mine.mark_circle(size=70, opacity=1, color=INK).encode(x=x, y=y),
            mine.mark_text(
                align="right" if beyond else "left",
                dx=-8 if beyond else 8,
                dy=-8 if beyond else 10,
                fontSize=TEXT,
                fontWeight=600,
                color=INK,
            ).encode(x=x, y=y, text="name:N"),
        ]
    return alt.layer(*layers).properties(width=width - 38, height=170), tables
