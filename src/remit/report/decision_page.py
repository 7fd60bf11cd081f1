"""The decision as one HTML file, its paths and what would change it as SVGs read alone."""

from __future__ import annotations

import textwrap
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import TYPE_CHECKING

from markupsafe import Markup

from remit.benchmarks import Benchmark, benchmarks
from remit.charter.boundaries import ANSWERS
from remit.decide import Decided, Known, SegmentDecision, Unknown
from remit.decide.four_factors import IGNORED
from remit.decide.recommend import DECIDES, frameworks, verdict_of
from remit.decide.run import Answered
from remit.decide.signals import SIGNALS, asked_by
from remit.decide.uncertainty import DEPENDS, Flip, signals_of
from remit.report import wording
from remit.report.decided import (
    LABELS,
    apart_says,
    beside,
    called,
    flip_says,
    lacking,
    not_told,
    number,
    source_of,
    spread,
    words,
)
from remit.report.decision_path import Fork, Gauge, Leaf, Node, limits, path_of
from remit.report.pages import templates
from remit.report.plain import remit_version
from remit.rules import SOURCES

if TYPE_CHECKING:
    from jinja2 import Environment

MARGIN, BOX, GAP, ASIDE, INDENT = 16, 430, 36, 240, 26
"""Widths in CSS pixels: around all, of a fork, beside it, of what was not taken, of a way."""
LINE, PAD, STRIP, DOWN = 16, 10, 46, 38
"""Heights: of a line of text, within a box, of a scale in it, of the arrow to the next box."""
WIDE, ZERO, REACH, ROW = 720, 262, 1.5, 62
"""Of what would change it: width, where `now` stands, the longest bar drawn, height of a fact."""
PAGE = 1100
"""Height that is still read when it is printed on one page."""
BOLD, PLAIN = 7.1, 6.2
"""Width of a letter on average, of a question and of all else."""


@dataclass(frozen=True, slots=True)
class _Text:
    x: float
    y: float
    kind: str
    says: str


@dataclass(frozen=True, slots=True)
class _Scale:
    """A fork's gauge, placed: a line from nothing up, the range, the value and the limits."""

    left: float
    right: float
    y: float
    value: float
    span: tuple[float, float] | None
    stated: bool
    cuts: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class _Box:
    x: float
    y: float
    width: float
    height: float
    kind: str
    says: str
    texts: tuple[_Text, ...]
    scale: _Scale | None = None


@dataclass(slots=True)
class _Sheet:
    """A path while it is laid out."""

    boxes: list[_Box] = field(default_factory=list)
    lines: list[tuple[str, str]] = field(default_factory=list)
    labels: list[_Text] = field(default_factory=list)
    places: dict[Fork, int] = field(default_factory=dict)
    """The open forks drawn so far, so that none is drawn twice."""


@dataclass(frozen=True, slots=True)
class _Bar:
    """How far one fact must move on one side of what it is now."""

    x: float
    width: float
    within: bool
    beyond: bool
    """Whether the bar goes on past the end of the scale."""
    label: _Text


@dataclass(frozen=True, slots=True)
class _Moved:
    """One fact with its bars."""

    y: float
    name: str
    bars: tuple[_Bar, ...]
    span: tuple[float, float] | None
    says: str


def decision_svg(
    segment: SegmentDecision,
    question: str = "ae_am",
    *,
    day: date,
    numbers: Mapping[str, Benchmark] | None = None,
) -> str:
    """The way to one answer as an SVG that is read alone, top to bottom.

    Each fork is a box with its question, the facts it looks at, their ranges and the limit; beside
    it stands what was not taken and where that would lead. Where facts are not known, the ways
    they leave open stand one below the other. It has a title and a description, no scripts and no
    outside reference, and no text smaller than 11 pixels.

    Args:
        segment: Where.
        question: One of `QUESTIONS`.
        day: Limits are those in force on this day.
        numbers: The limits; left out, the published ones.
    """
    known = benchmarks() if numbers is None else numbers
    return _path_svg(segment, question, path_of(segment, question, day, known), alone=True)[0]


def tornado_svg(answered: Answered, facts: Mapping[str, Known]) -> str:
    """What would change one answer, each fact alone: the least move first, as an SVG.

    A bar reaches from what a fact is now to where the answer changes, in parts of its value; the
    line over it is the range the fact is said to lie in. Facts that are words are listed below.

    Returns:
        Empty text where no fact alone changes the answer.
    """
    if not answered.flips:
        return ""
    return _tornado(answered, facts, _ident("move", repr(answered.flips)), alone=True)


def decision_html(decided: Decided, numbers: Mapping[str, Benchmark] | None = None) -> str:
    """All that was decided as one HTML file that needs nothing else and no scripts.

    Args:
        decided: What is shown.
        numbers: The limits it was decided with; left out, the published ones.
    """
    known = benchmarks() if numbers is None else numbers
    return (
        _environment()
        .get_template("decision.html")
        .render(
            decided=decided,
            segments=[_segment(one, decided.day, known) for one in decided.segments],
            ignored=IGNORED,
            limits=tuple(dict.fromkeys(_limits(decided, known))),
            sources=SOURCES,
            remit=remit_version(),
        )
    )


# The path


def _path_svg(
    segment: SegmentDecision, question: str, path: Node, *, alone: bool
) -> tuple[str, bool]:
    """The drawing, and whether it is too tall to be read on one printed page."""
    sheet = _Sheet()
    top = 62.0 if alone else 8.0
    bottom = _lay(path, MARGIN, top, sheet, deep=False)
    width = max(
        [box.x + box.width for box in sheet.boxes]
        + [text.x + PLAIN * len(text.says) for text in sheet.labels]
    )
    height = round(bottom + MARGIN)
    written = (
        _environment()
        .get_template("decision_path.svg")
        .render(
            ident=_ident("path", segment.segment, question),
            alone=alone,
            title=f"{segment.segment}, {LABELS[question]}: {_said(segment.at(question).answer)}",
            says=" ".join(_told(path)),
            sheet=sheet,
            width=round(width + MARGIN),
            height=height,
        )
    )
    return written, height > PAGE


def _lay(node: Node, x: float, y: float, sheet: _Sheet, *, deep: bool) -> float:
    """Draw a node and all after it.

    Returns:
        Where it ends at the bottom.
    """
    if isinstance(node, Leaf):
        box = _leaf(node, x, y, deep=deep)
        sheet.boxes.append(box)
        return y + box.height
    if node.taken is None:
        return _lay_open(node, x, y, sheet)
    box = _fork(node, x, y)
    asides = tuple(_asides(node, x + BOX + GAP, y))
    sheet.boxes += [box, *asides]
    for aside in asides:
        middle = aside.y + aside.height / 2
        sheet.lines.append(("aside", f"M{x + BOX} {middle}h{GAP - 7}"))
        sheet.lines.append(("tip aside", f"M{x + BOX + GAP} {middle}l-7 -4v8z"))
    low = max(box.y + box.height, *(a.y + a.height - DOWN + 8 for a in asides), 0)
    sheet.lines.append(("taken", f"M{x + 20} {box.y + box.height}V{low + DOWN - 8}"))
    sheet.lines.append(("tip", f"M{x + 20} {low + DOWN}l-5 -9h10z"))
    label = f"{node.taken}  [{node.rule}]"
    sheet.labels.append(_Text(x + 34, box.y + box.height + DOWN / 2 + 4, "way", label))
    return _lay(node.ways[0][1], x, low + DOWN, sheet, deep=deep)


def _lay_open(node: Fork, x: float, y: float, sheet: _Sheet) -> float:
    """An open fork, and below it each way it may turn out."""
    if node in sheet.places:
        says = f"The same as from open question {sheet.places[node]} on."
        box = _filled(x, y, 300, "again", says, [("", says)])
        sheet.boxes.append(box)
        return y + box.height
    sheet.places[node] = place = len(sheet.places) + 1
    asks = f"Open question {place}: {node.asks}"
    box = _filled(x, y, BOX, "open", asks, _lines(asks, "asks") + _numbers(node))
    sheet.boxes.append(box)
    bottom = elbow = box.y + box.height
    for said, then in node.ways:
        elbow = bottom + 22
        sheet.lines.append(("way", f"M{x + 12} {elbow}h{INDENT - 12}"))
        sheet.labels.append(_Text(x + INDENT + 6, elbow + 4, "way", f"if: {said}"))
        bottom = _lay(then, x + INDENT, elbow + 12, sheet, deep=True)
    sheet.lines.append(("way", f"M{x + 12} {box.y + box.height}V{elbow}"))
    return bottom


def _fork(node: Fork, x: float, y: float) -> _Box:
    says = f"{node.asks} {'. '.join(node.facts)}. {node.limits}".rstrip()
    box = _filled(x, y, BOX, "fork", says, _lines(node.asks, "asks") + _numbers(node))
    if node.gauge is None:
        return box
    scale, texts = _scaled(node.gauge, x + PAD + 4, x + BOX - PAD - 4, box.y + box.height + 14)
    height = box.height + STRIP
    return _Box(x, y, BOX, height, "fork", says, (*box.texts, *texts), scale)


def _numbers(node: Fork) -> list[tuple[str, str]]:
    found = [line for fact in node.facts for line in _lines(fact, "")]
    if node.gauge is not None and node.gauge.crossed:
        found += _lines("The range reaches the limit, so this fork could go either way.", "crossed")
    return found + _lines(node.limits, "quiet")


def _scaled(gauge: Gauge, left: float, right: float, y: float) -> tuple[_Scale, tuple[_Text, ...]]:
    """A gauge on a line: the value's label stands above it, each limit's below."""
    most = max(gauge.value, gauge.high or 0, *(at for at, _ in gauge.cuts)) * 1.12 or 1.0

    def place(at: float) -> float:
        return round(left + (right - left) * at / most, 1)

    span = None
    if gauge.low is not None and gauge.high is not None:
        span = (place(gauge.low), place(gauge.high))
    texts = [_Text(_inside(place(gauge.value), left, right), y - 7, "on", gauge.says)]
    for at, written in gauge.cuts:
        texts.append(_Text(_inside(place(at), left, right), y + 23, "on cut", written))
    cuts = tuple(place(at) for at, _ in gauge.cuts)
    return _Scale(left, right, y, place(gauge.value), span, gauge.stated, cuts), tuple(texts)


def _inside(x: float, left: float, right: float) -> float:
    """A place for the middle of a short label, within the line it belongs to."""
    return min(max(x, left + 18), right - 18)


def _asides(node: Fork, x: float, y: float) -> Iterator[_Box]:
    for said, leads in node.others:
        kinds = _lines(f"If {said}:", "", ASIDE) + _lines(leads, "leads", ASIDE)
        box = _filled(x, y, ASIDE, "aside", f"If {said}: {leads}", kinds)
        yield box
        y += box.height + 6


def _leaf(leaf: Leaf, x: float, y: float, *, deep: bool) -> _Box:
    answer = [("answer", _said(leaf.answer))]
    rules = f"Rules {', '.join(leaf.rules)}" if leaf.rules else ""
    parts = [rules, *leaf.notes] if deep else [leaf.because, *leaf.notes, rules]
    told = [line for part in parts for line in _lines(part, "")]
    says = f"{_said(leaf.answer)}. {leaf.because} {' '.join(leaf.notes)}".rstrip()
    return _filled(x, y, BOX, "leaf", says, answer + told)


def _lines(text: str, kind: str, width: float = BOX) -> list[tuple[str, str]]:
    letters = int((width - 2 * PAD) / (BOLD if kind in ("asks", "leads") else PLAIN))
    told = textwrap.wrap(wording.harmless(text), letters, break_on_hyphens=False)
    return [(kind, line) for line in told]


def _filled(
    x: float, y: float, width: float, kind: str, says: str, lines: Sequence[tuple[str, str]]
) -> _Box:
    texts = tuple(
        _Text(x + PAD, y + PAD + LINE * n + 11, how, line) for n, (how, line) in enumerate(lines)
    )
    return _Box(x, y, width, 2 * PAD + LINE * len(lines) - 3, kind, says, texts)


def _told(node: Node) -> Iterator[str]:
    """A path in sentences, for who does not see it."""
    if isinstance(node, Leaf):
        yield f"Then: {_said(node.answer)}. {node.because}".rstrip()
        return
    yield f"{node.asks} {'; '.join(node.facts)}."
    if node.limits:
        yield f"{node.limits}."
    for said, then in node.ways:
        yield f"If {said}:" if node.taken is None else f"So {said}."
        yield from _told(then)
    if node.others:
        yield f"Not taken: {'; '.join(f'{said}, {leads}' for said, leads in node.others)}."


# What would change it


def _tornado(answered: Answered, facts: Mapping[str, Known], ident: str, *, alone: bool) -> str:
    by_fact: dict[str, list[Flip]] = {}
    spoken = []
    for flip in answered.flips:
        if isinstance(flip.at, (str, bool)) or isinstance(flip.now, (str, bool)):
            spoken.append(flip)
        else:
            by_fact.setdefault(flip.fact, []).append(flip)
    numeric = [flip for flips in by_fact.values() for flip in flips]
    ends = [_move(float(flip.at), float(flip.now)) for flip in numeric]
    for name, flips in by_fact.items():
        ends += _range(facts[name], flips[0]) or ()
    down = max([-end for end in ends if end < 0], default=0.0)
    up = min(max([end for end in ends if end > 0], default=0.0), REACH)
    room = [
        space / most
        for space, most in ((ZERO - MARGIN, down), (WIDE - MARGIN - ZERO - 12, up))
        if most > 0
    ]
    scale = min(room, default=1.0)
    y = 66.0 if alone else 6.0
    rows = []
    for name, flips in by_fact.items():
        rows.append(_moved(name, flips, facts[name], y, scale))
        y += ROW
    ticks = tuple(_ticks(down, up, scale)) if rows else ()
    told = _spoken_lines(spoken, beside=bool(rows))
    return (
        _environment()
        .get_template("tornado.svg")
        .render(
            ident=ident,
            alone=alone,
            title=f"What would change {LABELS[answered.question]}: {_said(answered.answer)}",
            says=" ".join(f"{_sentence(flip)}" for flip in answered.flips),
            rows=rows,
            ticks=ticks,
            zero=ZERO,
            axis=y + 6,
            words=[
                (round((y + 52 if rows else y + 12) + LINE * n), line)
                for n, line in enumerate(told)
            ],
            width=WIDE,
            height=round(y + (28 if rows else 0) + (LINE * len(told) + 28 if told else 0)),
        )
    )


def _spoken_lines(flips: Sequence[Flip], *, beside: bool) -> list[str]:
    if not flips:
        return []
    head = ["Facts that are words, and so have no distance:"] if beside else []
    letters = int((WIDE - 2 * MARGIN) / PLAIN)
    told = [textwrap.wrap(_sentence(f), letters, subsequent_indent="  ") for f in flips]
    return head + [line for lines in told for line in lines]


def _moved(name: str, flips: Sequence[Flip], fact: Known, y: float, scale: float) -> _Moved:
    bars = []
    for flip in flips:
        move = _move(float(flip.at), float(flip.now))
        up = move > 0 or (move == 0 and flip.side in ("above", "from"))
        long = min(abs(move), REACH) * scale
        within = ", within its range" if flip.within_range else ""
        label = f"{_side(flip)} ({_percent(move)}): {_said(flip.answer)}{within}"
        text = _Text(ZERO + 6 if up else ZERO - 6, y + 46, "up" if up else "down", label)
        x = ZERO if up else ZERO - long
        bars.append(_Bar(round(x, 1), round(max(long, 2), 1), flip.within_range,
                         abs(move) > REACH, text))  # fmt: skip
    span = _range(fact, flips[0])
    placed = None
    if span is not None:
        low, high = (ZERO + min(end, REACH) * scale for end in span)
        placed = (round(low, 1), round(high, 1))
    named = f"{called(name)}: now {_now(fact)}"
    return _Moved(y, named, tuple(bars), placed, " ".join(_sentence(f) for f in flips))


def _now(fact: Known) -> str:
    """A fact's value and range; for a range alone, the middle it is taken at."""
    said = spread(fact)
    if fact.value is None and not fact.certain:
        return f"{said}, taken at {number(fact.central, fact.name)}"
    return said.replace("_", " ")


def _move(at: float, now: float) -> float:
    """A move in parts of the value; from nothing, the value moved to."""
    return (at - now) / (abs(now) or 1.0)


def _range(fact: Known, flip: Flip) -> tuple[float, float] | None:
    if fact.certain or fact.low is None or fact.high is None:
        return None
    return _move(fact.low, float(flip.now)), _move(fact.high, float(flip.now))


def _side(flip: Flip) -> str:
    at = number(flip.at, flip.fact)
    return {
        "from": f"{at} or more",
        "above": f"above {at}",
        "below": f"below {at}",
        "to": f"{at} or less",
    }.get(flip.side, at)


def _percent(move: float) -> str:
    """A move in per cent of the value, with its sign."""
    return f"{100 * move:+,.0f} %".replace("-", "\N{MINUS SIGN}")


def _ticks(down: float, up: float, scale: float) -> Iterator[tuple[float, str]]:
    step = next((s for s in (0.05, 0.1, 0.25, 0.5) if s * scale >= 48), 1.0)
    for n in range(-int(down / step + 1e-9), int(up / step + 1e-9) + 1):
        yield round(ZERO + n * step * scale, 1), _percent(n * step) if n else "now"


def _sentence(flip: Flip) -> str:
    told = flip_says(flip).replace("_", " ")
    inside = ", which is within its range" if flip.within_range else ""
    return f"{told[0].upper()}{told[1:]}{inside}."


# The page


@dataclass(frozen=True, slots=True)
class _Heard:
    """What became of a framework at a question."""

    asks: str
    source: str
    says: str
    standing: str
    why: str
    paths: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Shown:
    """One answer as the page shows it."""

    answered: Answered
    ident: str
    label: str
    answer: str
    sure: tuple[tuple[str, float], ...]
    sure_says: str
    against: bool
    tally: str
    path: Node
    picture: Markup
    tall: bool
    moves: Markup
    heard: tuple[_Heard, ...]
    elsewhere: tuple[tuple[str, str], ...]
    because: tuple[tuple[str, str, tuple[str, ...], bool], ...]
    """Each answer that is still possible: the answer, why, its rules, whether with a pilot."""


@dataclass(frozen=True, slots=True)
class _Part:
    """One segment as the page shows it."""

    segment: SegmentDecision
    ident: str
    answers: tuple[_Shown, ...]
    facts: tuple[tuple[Known, str, str], ...]
    not_told: tuple[tuple[str, str], ...]


def _segment(segment: SegmentDecision, day: date, numbers: Mapping[str, Benchmark]) -> _Part:
    ident = _ident("segment", segment.segment)
    return _Part(
        segment,
        ident,
        tuple(_shown(segment, one, ident, day, numbers) for one in segment.answers),
        tuple((fact, _now(fact), asked_by(name)) for name, fact in segment.facts.items()),
        not_told(segment),
    )


def _shown(
    segment: SegmentDecision,
    answered: Answered,
    ident: str,
    day: date,
    numbers: Mapping[str, Benchmark],
) -> _Shown:
    path = path_of(segment, answered.question, day, numbers)
    because = {
        (
            _said(branch.recommendation.answer),
            branch.recommendation.because,
            branch.recommendation.rules,
            branch.recommendation.pilot,
        ): None
        for branch in answered.branches
    }
    moved = _ident("move", segment.segment, answered.question)
    moves = _tornado(answered, segment.facts, moved, alone=False) if answered.flips else ""
    drawing, tall = _path_svg(segment, answered.question, path, alone=False)
    # every word in the drawings is escaped by their templates
    return _Shown(
        answered,
        f"{ident}-{answered.question}",
        LABELS[answered.question],
        _said(answered.answer),
        tuple((_said(name), share) for name, share in answered.shares.items()),
        _sure(segment, answered),
        _against(answered),
        _tally(answered),
        path,
        Markup(drawing),  # noqa: S704
        tall,
        Markup(moves),  # noqa: S704
        tuple(_heard(answered)),
        tuple(_elsewhere(segment, answered)),
        tuple(because),
    )


def _said(answer: str) -> str:
    return "open" if answer == DEPENDS else words(answer)


def _sure(segment: SegmentDecision, answered: Answered) -> str:
    """Beside the share of the draws: what the draws could say at all."""
    looked_at = {fact for name in signals_of(answered.question) for fact in SIGNALS[name].facts}
    ranged = [f for name, f in segment.facts.items() if name in looked_at and not f.certain]
    if answered.answer == DEPENDS and len(answered.shares) == 1:
        return "Open until more is known"
    if not ranged:
        return "No fact it looks at has a range"
    return "The same in every draw" if len(answered.shares) == 1 else ""


def _against(answered: Answered) -> bool:
    """Whether another model is run, or was decided on, than any that the advice allows."""
    if answered.answer == DEPENDS or answered.question not in ANSWERS:
        return False
    run = answered.decision.run if answered.decision is not None else answered.declared
    allowed = {answered.answer}
    for branch in answered.branches:
        for opinion in branch.recommendation.opinions:
            if opinion.standing == "decided":
                allowed |= set(opinion.verdict.answers)
    if "split" in allowed:
        allowed.add("split_by_motion")  # one way of being split
    return run is not None and run not in allowed


def _tally(answered: Answered) -> str:
    """How many of the mitigations are there."""
    if not answered.mitigations:
        return ""
    done = sum(one.present is True for one in answered.mitigations)
    unseen = sum(one.present is None for one in answered.mitigations)
    told = f"{done} of {len(answered.mitigations)} mitigations done"
    return f"{told}, {unseen} cannot be seen" if unseen else told


def _heard(answered: Answered) -> Iterator[_Heard]:
    for name in DECIDES[answered.question]:
        opinions = [
            opinion
            for branch in answered.branches
            for opinion in branch.recommendation.opinions
            if opinion.framework == name
        ]
        if not opinions:
            continue
        note = frameworks()[name].note
        says = dict.fromkeys(
            " or ".join(_said(a) for a in opinion.verdict.answers) or "nothing certain"
            for opinion in opinions
        )
        standing = dict.fromkeys(opinion.standing for opinion in opinions)
        if answered.answer == DEPENDS:
            standing = dict.fromkeys(s.replace("decided", "would decide") for s in standing)
        why = dict.fromkeys(opinion.why for opinion in opinions if opinion.why)
        paths = dict.fromkeys(
            ", ".join(step.says for step in opinion.verdict.path) for opinion in opinions
        )
        yield _Heard(
            note.asks,
            SOURCES[note.source],
            "; ".join(says),
            ", or ".join(standing),
            " ".join(why),
            tuple(path for path in paths if path) if len(paths) == 1 else (),
        )


def _elsewhere(segment: SegmentDecision, answered: Answered) -> Iterator[tuple[str, str]]:
    """Frameworks without a word in this answer, and why they have none."""
    heard = {
        opinion.framework
        for branch in answered.branches
        for opinion in branch.recommendation.opinions
    }
    for name, entry in frameworks().items():
        if name in heard:
            continue
        if name not in DECIDES[answered.question]:
            of = wording.listed([LABELS[question] for question in entry.note.answers])
            yield entry.note.asks, f"speaks of {of}, not of this"
            continue
        try:
            verdict_of(name, answered.question, segment.levels)
        except Unknown as unknown:
            yield entry.note.asks, f"would have to know: {SIGNALS[unknown.signal].asks}"
        else:
            yield entry.note.asks, "its path does not lead here"


def _limits(
    decided: Decided, numbers: Mapping[str, Benchmark]
) -> Iterator[tuple[str, str, str, str]]:
    """Every limit of every question: the question, the number, where that is from, its caveat."""
    for signal in SIGNALS.values():
        for place, cut in enumerate(signal.cuts):
            by_words: dict[str, list[str]] = {}
            for segment in decided.segments:
                _, _, told = limits(signal, segment.facts, decided.day, numbers)[place]
                by_words.setdefault(told, []).append(segment.segment)
            told = "; ".join(
                says if len(by_words) == 1 else f"{says} ({wording.listed(where)})"
                for says, where in by_words.items()
            )
            benchmark = numbers[cut.benchmark]
            yield signal.asks, told, str(benchmark.at(decided.day).source), benchmark.caveat


def _ident(*of: str) -> str:
    return f"{of[0]}{zlib.crc32(repr(of).encode()):08x}"


@cache
def _environment() -> Environment:
    made = templates("page", "decision_drawing", "decision")
    drawn = made.get_template("decision_drawing.css").render()
    made.globals["drawn"] = Markup(drawn)  # noqa: S704 (has no variables)
    made.filters.update(
        words=words,
        said=wording.harmless,
        day=wording.day,
        listed=wording.listed,
        rule_ids=wording.rule_ids,
        sentence=_sentence,
        fact=called,
        number=number,
        source_of=source_of,
        beside=beside,
        apart_says=apart_says,
    )
    made.globals["asks_of"] = lambda signal: SIGNALS[signal].asks
    made.globals["lacking"] = lacking
    return made
