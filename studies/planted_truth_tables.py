"""What the companies and the logs came to: tables in Markdown, and the detection curve."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from planted_truth_logs import PEOPLE, WEEKS, Log

from remit.measures.survival import proportion

Row = dict[str, Any]

NAMES = {
    "prospecting": "AE prospecting",
    "support": "CSM support",
    "acceptance": "handoff: acceptance",
    "conversion": "handoff: conversion",
    "fields": "handoff: fields",
    "engineers": "deals without an SE",
    "credits": "credits in two roles",
    "outside": "time outside the remit",
}
OF_TIME = ("prospecting", "support", "outside")
"""Checks of shares of time: only these depend on how much is logged, and of what."""
PAST = (0.0, 0.5, 0.8, 1.0, 1.25, 1.5, 1.75, 99.0)
MILD = (0.85, 1.2)
BIAS = (0.0, 0.7, 0.85, 1.2, 1.4, 99.0)
ENOUGH = 0.30
"""Coverage from which a fault of 1.5 times its limit should be found."""


def cases_of(companies: Iterable[Row]) -> list[Row]:
    """Every finding with its truth, and the seed of its company."""
    return [{"seed": row["seed"], **case} for row in companies for case in row["cases"]]


def mild(case: Row) -> bool:
    """Whether the records bend the share by no more than the target allows for.

    Measured on what was recorded, not on what was drawn: recorded share over true share.
    """
    return case.get("bias") is None or MILD[0] <= case["bias"] <= MILD[1]


def seen(case: Row) -> bool:
    """Whether enough was logged, where that matters."""
    return case["what"] not in OF_TIME or (case.get("coverage", 0.0)) >= ENOUGH


def found(case: Row) -> bool:
    """Whether the finding is amber or red."""
    return case.get("severity") in ("amber", "red")


def red(case: Row) -> bool:
    """Whether the finding is red."""
    return bool(case.get("severity") == "red")


def accused(case: Row) -> bool:
    """Whether the finding is red although what is true is within the limit."""
    return red(case) and bool(case["within"])


def warned(case: Row) -> bool:
    """Whether the finding is amber although what is true is within the amber limit too.

    Where a check has no amber limit, amber says that its one limit is past.
    """
    clean = case["within"] and case["within_amber"]
    return bool(case.get("severity") == "amber" and clean)


def tables(companies: Sequence[Row], logs: Sequence[Log]) -> str:
    """Everything that the page shows."""
    cases = cases_of(companies)
    judged = [case for case in cases if case["answer"] != "could not look"]
    parts = [
        f"{len(companies):,} companies, {len(judged):,} answers with a truth to them "
        f"({len(cases) - len(judged)} more could not be looked at), {len(logs):,} logs.",
        "### Found, by how far the truth is past the limit",
        _curve([case for case in judged if mild(case) and seen(case)]),
        "### From 1.5 times the limit",
        _recall(judged),
        "### Accused although within the limit",
        _accusations(judged),
        "### Stronger bias",
        _by_bias(judged),
        "### What the misses were told",
        _misses([case for case in judged if mild(case) and seen(case)]),
        "### The interval of a share of time",
        _calibration(logs),
    ]
    return "\n\n".join(parts)


def _share(some: int, of: int) -> str:
    if not of:
        return "none"
    rate = proportion(some, of)
    low, high = round(100 * (rate.low or 0)), round(100 * (rate.high or 0))
    return f"{100 * some / of:.0f} % ({some:,} of {of:,}; {low} to {high})"


def _count(cases: Sequence[Row], hit: Callable[[Row], bool]) -> int:
    return sum(hit(case) for case in cases)


def _between(low: float, high: float) -> str:
    if low == 0.0:
        return f"under {high:g}"
    return f"{low:g} or more" if high > 50 else f"{low:g} to {high:g}"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [f"| {' | '.join(head)} |", "|---" * len(head) + "|"]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows)])


def _binned(cases: Sequence[Row], word: str, ends: Sequence[float]) -> list[list[Row]]:
    return [
        [case for case in cases if case.get(word) is not None and low <= case[word] < high]
        for low, high in pairwise(ends)
    ]


def _curve(cases: Sequence[Row]) -> str:
    """Amber or red, then red alone, out of how many: one row a check."""
    head = ["check", *(_between(a, b) for a, b in pairwise(PAST))]
    rows = []
    for what, name in NAMES.items():
        bins = _binned([case for case in cases if case["what"] == what], "past", PAST)
        cells = [f"{_count(b, found)}, {_count(b, red)} of {len(b)}" if b else "" for b in bins]
        rows.append([name, *cells])
    bins = _binned([case for case in cases if case["what"] != "outside"], "past", PAST)
    rows.append(
        ["all but the last", *(
            f"{_count(b, found) / len(b):.0%}, {_count(b, red) / len(b):.0%}".replace("%", " %")
            if b else "" for b in bins
        )]
    )  # fmt: skip
    return _table(head, rows)


def _is(case: Row, what: str) -> bool:
    """Whether a case is of a check; of any but the last, which repeats two of them, if of none."""
    return bool(case["what"] == what or (not what and case["what"] != "outside"))


def _recall(cases: Sequence[Row]) -> str:
    rows = []
    for what, name in (*NAMES.items(), ("", "all but the last")):
        far = [case for case in cases if _is(case, what) and case["past"] >= 1.5]
        fair = [case for case in far if mild(case) and seen(case)]
        little = [case for case in far if mild(case) and not seen(case)]
        rows.append(
            [
                name,
                _share(_count(fair, found), len(fair)),
                _share(_count(fair, red), len(fair)),
                _share(_count(little, found), len(little)) if little else "",
            ]
        )
    return _table(["check", "amber or red", "red", "amber or red, coverage under 30 %"], rows)


def _accusations(cases: Sequence[Row]) -> str:
    rows = []
    for what, name in (*NAMES.items(), ("", "all but the last")):
        mine = [case for case in cases if _is(case, what) and mild(case)]
        low = [case for case in mine if case["past"] <= 0.8]
        near = [case for case in mine if case["past"] > 0.8 and case["within"]]
        clean = [case for case in mine if case["within"] and case["within_amber"]]
        rows.append(
            [
                name,
                _share(_count(low, accused), len(low)),
                _share(_count(near, accused), len(near)) if near else "",
                _share(_count(clean, warned), len(clean)),
            ]
        )
    head = ["check", "red, up to 0.8", "red, 0.8 to 1", "amber though within every limit"]
    return _table(head, rows)


def _by_bias(cases: Sequence[Row]) -> str:
    rows = []
    for what in OF_TIME:
        bins = _binned([case for case in cases if case["what"] == what], "bias", BIAS)
        for low, high, mine in zip(BIAS, BIAS[1:], bins, strict=False):
            far = [case for case in mine if case["past"] >= 1.5 and seen(case)]
            clean = [case for case in mine if case["past"] <= 0.8]
            near = [case for case in mine if case["past"] > 0.8 and case["within"]]
            rows.append(
                [
                    NAMES[what],
                    _between(low, high),
                    _share(_count(far, found), len(far)) if far else "",
                    f"{_count(clean, accused)} of {len(clean)}" if clean else "",
                    f"{_count(near, accused)} of {len(near)}" if near else "",
                    f"{_count([*clean, *near], warned)} of {len(clean) + len(near)}",
                ]
            )
    return _table(
        ["check", "recorded share over true share", "found from 1.5", "red up to 0.8",
         "red, 0.8 to 1", "amber though within every limit"], rows,
    )  # fmt: skip


def _misses(cases: Sequence[Row]) -> str:
    rows = []
    for what, name in NAMES.items():
        missed = [c for c in cases if c["what"] == what and c["past"] >= 1.25 and not found(c)]
        told = Counter(case["answer"] for case in missed)
        if missed:
            said = ", ".join(f"{answer} {count}" for answer, count in told.most_common())
            rows.append([name, str(len(missed)), said])
    return _table(["check", "not found from 1.25 times the limit", "told"], rows)


def _calibration(logs: Sequence[Log]) -> str:
    def row(name: str, mine: Sequence[Log]) -> list[str]:
        held = sum(log.low <= log.role <= log.high for log in mine)
        above = sum(log.low > log.role for log in mine)
        done = sum(log.low <= log.done <= log.high for log in mine)
        width = sum(log.high - log.low for log in mine) / max(len(mine), 1)
        return [
            name, _share(held, len(mine)), str(above), str(len(mine) - held - above),
            _share(done, len(mine)), f"{100 * width:.1f}",
        ]  # fmt: skip

    rows = [row(f"{n} people", [log for log in logs if log.people == n]) for n in PEOPLE]
    rows += [row(f"{n} weeks", [log for log in logs if log.weeks == n]) for n in WEEKS]
    rows.append(row("all", logs))
    return _table(
        ["logs of", "holds the role's share", "truth below it", "truth above it",
         "holds what these people did", "mean width, points"], rows,
    )  # fmt: skip


CURVE = (0.3, 0.65, 0.9, 1.12, 1.37, 1.62, 1.9)
"""Where each bin of `PAST` is drawn."""
FEWEST = 3
"""Fewest cases for a point."""


def draw_figure(companies: Sequence[Row], file: Path) -> None:
    """The detection curve as a drawing: one panel a check, amber or red and red alone."""
    import altair as alt
    import vl_convert

    cases = [
        case
        for case in cases_of(companies)
        if mild(case) and seen(case) and case["answer"] != "could not look"
    ]
    panels = [
        _panel(alt, name, [case for case in cases if case["what"] == what])
        for what, name in NAMES.items()
    ]
    chart = alt.concat(*panels, columns=3, spacing=16).configure(
        background="white", font="sans-serif", view={"stroke": None}, title={"anchor": "start"}
    )
    file.write_text(str(vl_convert.vegalite_to_svg(chart.to_json())))


def _panel(alt: Any, name: str, cases: Sequence[Row]) -> Any:
    """One check: the share found by how far the truth is past the limit, with its interval."""
    rows = []
    for at, few in zip(CURVE, _binned(cases, "past", PAST), strict=True):
        for word, hit in (("amber or red", found), ("red", red)):
            if len(few) >= FEWEST:
                rate = proportion(_count(few, hit), len(few))
                rows.append(
                    {
                        "at": at,
                        "told": word,
                        "share": rate.value,
                        "low": rate.low,
                        "high": rate.high,
                    }
                )
    x = alt.X("at:Q", title="truth over limit", scale=alt.Scale(domain=[0.2, 2.0]))
    y = alt.Y(
        "share:Q",
        title=None,
        scale=alt.Scale(domain=[0, 1]),
        axis=alt.Axis(format="%", labelExpr="replace(datum.label, '%', ' %')", tickCount=5),
    )
    colour = alt.Color(
        "told:N",
        title=None,
        scale=alt.Scale(domain=["amber or red", "red"], range=["#b06f00", "#b3261e"]),
        legend=alt.Legend(orient="top"),
    )
    drawn = alt.Chart(alt.Data(values=rows)).encode(x=x, color=colour)
    limit = alt.Chart(alt.Data(values=[{"at": 1.0}])).mark_rule(strokeDash=[4, 3], color="#777777")
    return alt.layer(
        limit.encode(x=x),
        drawn.mark_rule(strokeWidth=1, opacity=0.5).encode(
            y=alt.Y("low:Q", title=None), y2="high:Q"
        ),
        drawn.mark_line(strokeWidth=1.5).encode(y=y),
        drawn.mark_circle(size=30, opacity=1).encode(y=y),
    ).properties(width=190, height=105, title=name)
