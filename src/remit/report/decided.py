"""What was decided for each segment: one screen, one JSON document."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import PurePath
from typing import Any

from rich.console import Console, ConsoleRenderable, Group
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from remit.charter import fact_kinds
from remit.decide import Decided, Known, Measured, Recommendation, SegmentDecision
from remit.decide.facts import MEASURED, SET
from remit.decide.four_factors import IGNORED
from remit.decide.run import Answered
from remit.decide.signals import SIGNALS, asked_by
from remit.decide.uncertainty import DEPENDS, Flip
from remit.report.plain import harmless, plain, remit_version
from remit.report.screen import print_screen
from remit.rules import SOURCES
from remit.terms import percent

FORMAT = "decide/1"
"""Name and version of the JSON layout. Within one, keys are added and never taken away."""

LABELS: Mapping[str, str] = {
    "sdr_ae": "SDR | AE",
    "sdr_bdr": "SDR | BDR",
    "ae_se": "AE | SE",
    "ae_deal_desk": "AE | deal desk",
    "ae_am": "AE | AM",
    "am_csm": "AM | CSM",
    "renewal_owner": "renewal owner",
    "csm_support": "CSM | support",
    "inside_or_field": "inside or field",
    "first_manager": "first manager",
    "sales_leader": "sales leader",
}
"""Each question as people name it."""


def words(answer: str) -> str:
    """An answer as people say it.

    >>> words("split_at_first_renewal")
    'split at first renewal'
    """
    return answer.replace("_", " ").replace("csm only", "CSM only")


_CALLED = {"nrr": "net revenue retention", "grr": "gross revenue retention", "acv": "ACV"}


def called(fact: str) -> str:
    """A fact's name as people say it.

    >>> called("nrr"), called("demo_load")
    ('net revenue retention', 'demo load')
    """
    return _CALLED.get(fact, fact.replace("_", " "))


def number(value: object, fact: str = "", *, exactly: bool = False) -> str:
    """A fact's value as people say it, with all its digits where two are hard to tell apart.

    >>> number(0.2289, "demo_load"), number(1.049, "nrr"), number(30000.0, "landed_value"), number(True)
    ('22.9 %', '104.9 %', '30,000', 'yes')
    >>> number(0.0004, "growth"), number(1e6, "landed_value", exactly=True)
    ('0.04 %', '1,000,000')
    """
    if isinstance(value, bool):
        return "yes" if value else "no"
    if not isinstance(value, (int, float)):
        return harmless(str(value)).replace("_", " ")
    kind = fact_kinds().get(fact)
    if kind is not None and kind.in_per_cent:
        tenths = f"{100 * value:.1f}".removesuffix(".0")
        if exactly or (value and tenths in ("0", "-0")):
            tenths = _whole(100 * value, 4 if exactly else 2)
        return f"{tenths} %"
    if exactly:
        return _whole(value, 4)
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.4g}" if abs(value) >= 100 else f"{value:.3g}"


def _whole(value: float, decimals: int) -> str:
    """A number with its thousands and as many decimals as it has.

    >>> _whole(1_000_000.0, 4), _whole(12.1402, 4), _whole(0.00004, 4)
    ('1,000,000', '12.1402', '0')
    """
    return f"{value:,.{decimals}f}".rstrip("0").rstrip(".")


def known_as(fact: Known) -> str:
    """A fact with its range and its source, in words."""
    said = spread(fact)
    return f"{said}; {source_of(fact)}" if fact.source else said


def spread(fact: Known | Measured) -> str:
    """A value and the range it lies in.

    >>> spread(Known("grr", 0.9, 0.85, 0.94)), spread(Known("reachable_accounts", None, 1434))
    ('90 % (85 to 94 %)', '1,434 or more')
    """
    said = number(fact.value, fact.name) if fact.value is not None else ""
    if fact.low is None and fact.high is None:
        return said
    if fact.high is None:
        return f"{number(fact.low, fact.name)} or more"
    low = number(fact.low, fact.name) if fact.low is not None else "?"
    high = number(fact.high, fact.name)
    if low == high and said in ("", low):
        return low
    band = f"{low.removesuffix(' %') if high.endswith(' %') else low} to {high}"
    return f"{said} ({band})" if said else band


def source_of(fact: Known) -> str:
    """Who says a fact, where and on which day.

    >>> source_of(Known("grr", 0.9, source="finance", on=date(2026, 10, 31)))
    'finance, 31 Oct 2026'
    """
    said = harmless(fact.source)
    if fact.place is not None:
        line = f":{fact.place.line}" if fact.place.line is not None else ""
        said = f"{said} ({harmless(PurePath(fact.place.file).name)}{line})"
    if fact.on is None:
        return said
    return f"{said}, {'as of ' if fact.basis == MEASURED else ''}{_day(fact.on)}"


def beside(fact: Known) -> str:
    """What was measured of a fact that the charter says; empty where nothing was.

    >>> seen = Measured("grr", date(2026, 10, 30), 0.88, 0.85, 0.91, "147 customers")
    >>> beside(Known("grr", 0.95, measured=seen))
    'measured 88 % (85 to 91 %) on 147 customers, as of 30 Oct 2026'
    """
    seen = fact.measured
    if seen is None or fact.basis == MEASURED:
        return ""
    on = f" on {harmless(seen.of)}" if seen.of else ""
    return f"measured {spread(seen)}{on}, as of {_day(seen.as_of)}"


def apart_says(fact: Known) -> str:
    """Where a charter says what lies outside all that was measured: both numbers.

    >>> seen = Measured("grr", date(2026, 10, 30), 0.88, 0.85, 0.91, "147 customers")
    >>> apart_says(Known("grr", 0.95, measured=seen))
    'gross revenue retention is stated as 95 %, outside what was measured: 88 % (85 to 91 %). The stated one decides.'
    """
    seen = fact.measured
    if seen is None or not fact.apart:
        return ""
    name = called(fact.name)
    says = "set" if fact.basis == SET else "stated"
    return (
        f"{name} is {says} as {spread(fact)}, outside what was measured: {spread(seen)}. "
        f"The {says} one decides."
    )


def _day(day: date) -> str:
    return f"{day.day} {day:%b %Y}"


def flip_says(flip: Flip) -> str:
    """How far a fact must move, in a sentence.

    >>> flip_says(Flip("sellers", 5.0, 14.0, "joined", "to", within_range=False))
    'sellers at 5 or less (now 14): joined'
    """
    at, now = (number(each, flip.fact) for each in (flip.at, flip.now))
    if at == now:
        at, now = (number(each, flip.fact, exactly=True) for each in (flip.at, flip.now))
    side = {
        "from": f"at {at} or more",
        "above": f"above {at}",
        "below": f"below {at}",
        "to": f"at {at} or less",
        "is": at,
    }[flip.side]
    what = "it depends on more" if flip.answer == DEPENDS else words(flip.answer)
    return f"{called(flip.fact)} {side} (now {now}): {what}"


def how_sure(answered: Answered) -> str:
    """The part of the draws that give the advice; empty where every draw leaves the question open.

    Nothing is sure about what is not known.
    """
    settled = answered.answer != DEPENDS or len(answered.shares) > 1
    return percent(answered.shares.get(answered.answer, 0.0)) if settled else ""


def show_decided(decided: Decided, console: Console, *, full: bool = False) -> None:
    """Print the recommendation at each boundary: one table a segment, with the reason.

    `full` prints every path instead, everything that would change an answer, the facts, and what
    the guide names and does not count.
    """
    parts: list[ConsoleRenderable] = []
    for place, segment in enumerate(decided.segments):
        parts.append(Padding(_head(segment), (1 if place else 0, 0, 0, 0)))
        if full:
            parts += [_answer(answered, segment, full=full) for answered in segment.answers]
        else:
            parts += _summary(segment)
        parts += _after(segment, full=full)
    print_screen(Group(*parts), console)


def _head(segment: SegmentDecision) -> Text:
    line = Text(harmless(segment.segment), style="bold")
    known = len(segment.facts)
    seen = sum(fact.basis == MEASURED for fact in segment.facts.values())
    measured = f", {seen} of them measured" if segment.measured else ""
    line.append(f": {known} fact{'s' if known != 1 else ''} known{measured}", style="not bold")
    if segment.facts:
        said = [f"{called(name)} {spread(fact)}" for name, fact in segment.facts.items()]
        more = len(said) - MOST_FACTS
        listed = ", ".join(said[:MOST_FACTS]) + (f" and {more} more (--full)" if more > 0 else "")
        line.append(f": {listed}", style="not bold dim")
    return line.append(".", style="not bold")


MOST_FACTS = 8
"""Facts named in a segment's first lines."""


def _summary(segment: SegmentDecision) -> Iterator[ConsoleRenderable]:
    """One line a question: run today, advised, why or what it depends on; then what to know."""
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim")
    table.add_column("", no_wrap=True)
    table.add_column("today")
    table.add_column("advice")
    table.add_column("because", ratio=1)
    for answered in segment.answers:
        if _speaks_of_nobody(segment, answered):
            continue
        open_ = answered.answer == DEPENDS
        today = words(answered.declared) if answered.declared is not None else "-"
        table.add_row(
            Text(LABELS[answered.question], style="bold"),
            Text(today, style="" if today == words(answered.answer) else "dim"),
            Text(words(answered.answer), style="yellow" if open_ else "bold"),
            _because(answered, segment),
        )
    yield Padding(table, (1, 0, 0, 0))
    if segment.measured:
        yield Padding(Text(by_evidence(segment)), (1, 0, 0, 0))
    for answered in segment.answers:
        yield from _notes(answered)
    if any(answered.asks for answered in segment.answers):
        yield Padding(
            Text("What is open: `remit decide CHARTER --ask` asks only what can still matter."),
            (1, 0, 0, 0),
        )


def _speaks_of_nobody(segment: SegmentDecision, answered: Answered) -> bool:
    """SDR | BDR where the charter has neither and SDRs are not advised."""
    if answered.question != "sdr_bdr":
        return False
    sdr_ae = next((one for one in segment.answers if one.question == "sdr_ae"), None)
    return sdr_ae is not None and sdr_ae.declared == "joined" and sdr_ae.answer != "split"


def _because(answered: Answered, segment: SegmentDecision) -> Text:
    if answered.answer == DEPENDS:
        facts = dict.fromkeys(fact for ask in answered.asks for fact in ask.facts[:1])
        names = [called(name) for name in facts]
        more = f" and {len(names) - 3} more" if len(names) > 3 else ""
        text = Text(f"depends on {', '.join(names[:3])}{more}")
        if said := lacking(answered, segment):
            text.append(f". {said}", style="dim")
        return text
    recommendation = answered.branches[0].recommendation
    text = Text(recommendation.because)
    text.append(f" [{', '.join(recommendation.rules[:2])}]", style="dim")
    if len(answered.shares) > 1:
        shares = ", ".join(f"{part:.0%} {words(name)}" for name, part in answered.shares.items())
        text.append(f" Sure: {shares}.", style="dim")
    if recommendation.pilot:
        text.append(" Try it with one team first. [002-37]")
    if answered.flips:
        text.append(f" Changes with {flip_says(answered.flips[0])}.", style="dim")
    return text


def _notes(answered: Answered) -> Iterator[ConsoleRenderable]:
    """What the company decided, and what the sources say to do about it."""
    if answered.decision is not None:
        decision = answered.decision
        said = f"{LABELS[answered.question]} is run as {words(decision.run)}, because "
        yield Padding(Text(said + harmless(decision.because)), (1, 0, 0, 0))
    for mitigation in answered.mitigations:
        mark = {True: "done", False: "missing", None: "not shown"}[mitigation.present]
        line = f"  {mark:<10}{mitigation.does} [{mitigation.rule}] {harmless(mitigation.seen)}"
        yield Text(line, style="green" if mitigation.present else "")


def _answer(answered: Answered, segment: SegmentDecision, *, full: bool) -> ConsoleRenderable:
    grid = Table.grid(padding=(0, 1, 0, 0))
    grid.add_column(width=16)
    grid.add_column(ratio=1)
    open_ = answered.answer == DEPENDS
    head = Text(
        "depends" if open_ else words(answered.answer), style="bold yellow" if open_ else "bold"
    )
    head.append(_how_sure(answered), style="not bold dim")
    grid.add_row(Text(LABELS[answered.question], style="bold"), head)
    for line in _lines(answered, segment, full=full):
        grid.add_row("", line)
    return Padding(grid, (1, 0, 0, 0))


def _how_sure(answered: Answered) -> str:
    said = []
    if len(answered.shares) > 1:
        said.append(
            ", ".join(f"{share:.0%} {words(name)}" for name, share in answered.shares.items())
            + " of the draws"
        )
    if answered.declared is not None and answered.declared != answered.answer:
        said.append(f"run today as {words(answered.declared)}")
    return f"  ({'; '.join(said)})" if said else ""


def _lines(answered: Answered, segment: SegmentDecision, *, full: bool) -> Iterator[Text]:
    if answered.answer == DEPENDS:
        yield from _branches(answered)
        if said := lacking(answered, segment):
            yield Text(said)
    else:
        yield from _reasons(answered.branches[0].recommendation, full=full)
    if answered.decision is not None:
        decision = answered.decision
        yield Text(f"Decided here: {words(decision.run)}, because {harmless(decision.because)}")
    for mitigation in answered.mitigations:
        mark = {True: "done", False: "missing", None: "not shown"}[mitigation.present]
        yield Text(
            f"{mark:<10}{mitigation.does} [{mitigation.rule}] {harmless(mitigation.seen)}",
            style="green" if mitigation.present else "",
        )
    if answered.flips:
        near = [flip_says(flip) for flip in answered.flips[: None if full else 3]]
        yield Text(f"Would change at: {'; '.join(near)}.", style="dim")
    if answered.pair is not None:
        (one, a), (other, b) = answered.pair.first, answered.pair.second
        yield Text(
            f"Or together: {called(one)} {number(a, one)} and {called(other)} "
            f"{number(b, other)}: {words(answered.pair.answer)}.",
            style="dim",
        )


def _reasons(recommendation: Recommendation, *, full: bool) -> Iterator[Text]:
    rules = ", ".join(recommendation.rules)
    yield Text(recommendation.because).append(f" [{rules}]", style="dim")
    if recommendation.pilot:
        yield Text("The source is less sure here: try it with one team first. [002-37]")
    for opinion in recommendation.opinions:
        path = " > ".join(step.says for step in opinion.verdict.path)
        if opinion.standing == "decided":
            yield Text(f"Path: {path}.", style="dim")
        elif full or opinion.standing == "outvoted":
            answers = " or ".join(words(a) for a in opinion.verdict.answers) or "nothing certain"
            line = f"{SOURCES[opinion.source]} says {answers} ({opinion.standing})"
            yield Text(f"{line}. {opinion.why}".rstrip(), style="dim")
            if full:
                yield Text(f"Its path: {path}.", style="dim")


def _branches(answered: Answered) -> Iterator[Text]:
    for answer in dict.fromkeys(branch.recommendation.answer for branch in answered.branches):
        ways = [
            " and ".join(SIGNALS[name].says[level] for name, level in branch.assumed.items())
            for branch in answered.branches
            if branch.recommendation.answer == answer
        ]
        yield Text(f"{words(answer)} with {'; or '.join(ways[:3])}{'; ...' * (len(ways) > 3)}")
    asks = [SIGNALS[ask.signal].asks for ask in answered.asks]
    facts = dict.fromkeys(fact for ask in answered.asks for fact in ask.facts[:1])
    yield Text(f"Find out first: {' '.join(asks)} (fact: {', '.join(facts)})", style="cyan")


def _after(segment: SegmentDecision, *, full: bool) -> Iterator[ConsoleRenderable]:
    for fact in segment.facts.values():
        if fact.apart:
            yield Padding(Text(f"Note: {apart_says(fact)}"), (1, 0, 0, 0))
    check = segment.break_even
    if check is not None:
        low, high = check.published
        yield Padding(
            Text(
                f"Cross-check, without a vote: generalists would pay from a handoff loss of "
                f"{check.loss:.0%} up ({check.moment}); measured were {low:.0%} to {high:.0%} "
                f"({check.source}).",
                style="dim",
            ),
            (1, 0, 0, 0),
        )
    if full:
        lines = [f"{what}: {why}. [{rule}]" for rule, what, why in IGNORED]
        yield Padding(
            Text("Named by the guide and not counted:\n" + "\n".join(lines)), (1, 0, 0, 0)
        )
        facts = [
            f"{name}: {'; '.join(part for part in (known_as(fact), beside(fact)) if part)}"
            for name, fact in segment.facts.items()
        ]
        yield Padding(Text("Facts:\n" + "\n".join(facts)), (1, 0, 0, 0))
        untold = [f"{name}: {harmless(why)}" for name, why in not_told(segment)]
        if untold:
            told = "Not told by the evidence:\n" + "\n".join(untold)
            yield Padding(Text(told), (1, 0, 0, 0))


def untold(answered: Answered, segment: SegmentDecision) -> tuple[Measured, ...]:
    """Facts that an open question waits for and that evidence was asked for and could not tell.

    A word such as low or high is left out where numbers would tell it.
    """
    facts = dict.fromkeys(
        fact
        for ask in answered.asks
        for fact in ask.facts
        if not (SIGNALS[ask.signal].needs and fact == SIGNALS[ask.signal].word)
    )
    seen = (segment.measured[fact] for fact in facts if fact in segment.measured)
    return tuple(each for each in seen if each.unknown)


def lacking(answered: Answered, segment: SegmentDecision) -> str:
    """What the evidence would have to hold to settle an open question, in a sentence.

    Empty where nobody looked into evidence, or it tells all that it was asked.
    """
    waits = untold(answered, segment)
    tables = dict.fromkeys(word for each in waits for word in each.lacks)
    others = [called(each.name) for each in waits if not each.lacks]
    said = [f"lacks {', '.join(tables)}"] if tables else []
    said += [f"does not tell {', '.join(others)}"] if others else []
    return f"The evidence {' and '.join(said)}." if said else ""


def by_evidence(segment: SegmentDecision) -> str:
    """Which questions what was measured decides, alone or beside stated facts, and how many are open."""
    alone: list[str] = []
    in_part: list[str] = []
    for answered in segment.answers:
        taken = [name for name in _taken(answered) if name in segment.facts]
        measured = [name for name in taken if segment.facts[name].basis == MEASURED]
        if answered.answer == DEPENDS or not measured:
            continue
        names = ", ".join(called(name) for name in measured)
        said = f"{LABELS[answered.question]} (by {names})"
        (alone if measured == taken else in_part).append(said)
    parts = [f"decides {', '.join(alone)}"] if alone else []
    parts += [f"takes part in {', '.join(in_part)}"] if in_part else []
    open_ = sum(answered.answer == DEPENDS for answered in segment.answers)
    left = f"{open_} of {len(segment.answers)} questions are" if open_ else "no question is"
    return f"What was measured {' and '.join(parts) or 'decides nothing by itself'}; {left} open."


def _taken(answered: Answered) -> tuple[str, ...]:
    """The facts on the way to an answer."""
    signals = [
        step.signal
        for branch in answered.branches
        for opinion in branch.recommendation.opinions
        if opinion.standing == "decided"
        for step in opinion.verdict.path
        if step.signal in SIGNALS
    ]
    return tuple(dict.fromkeys(fact for name in signals for fact in SIGNALS[name].facts))


def not_told(segment: SegmentDecision) -> tuple[tuple[str, str], ...]:
    """Facts that are not known and that evidence was asked for, with the reason it has none."""
    return tuple(
        (name, seen.unknown)
        for name, seen in segment.measured.items()
        if seen.unknown and name not in segment.facts and not _in_numbers(name, segment)
    )


def _in_numbers(word: str, segment: SegmentDecision) -> bool:
    """Whether a fact that is a word is known in numbers instead."""
    return any(
        signal.word == word and signal.needs and all(n in segment.facts for n in signal.needs)
        for signal in SIGNALS.values()
    )


def decided_as_json(decided: Decided) -> str:
    """Everything that was decided, as JSON: `segments`, each with `facts` and `answers`.

    An answer has the keys of `Answered`; `depends` stands where unknown facts decide. `ignored`
    says what the guide names and does not count.
    """
    document = {
        "remit": remit_version(),
        "format": FORMAT,
        "company": decided.company,
        "day": plain(decided.day),
        "draws": decided.draws,
        "seed": decided.seed,
        "segments": [_segment(segment) for segment in decided.segments],
        "ignored": [{"rule": rule, "what": what, "why": why} for rule, what, why in IGNORED],
    }
    return json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False)


def _segment(segment: SegmentDecision) -> dict[str, Any]:
    document = {
        "segment": segment.segment,
        "facts": {
            name: {**plain(fact), "about": asked_by(name), "note": apart_says(fact)}
            for name, fact in segment.facts.items()
        },
        "not_told": dict(not_told(segment)),
        "levels": dict(segment.levels),
        "break_even": plain(segment.break_even),
        "answers": [],
    }
    for answered in segment.answers:
        told = {
            field: plain(getattr(answered, field))
            for field in ("question", "answer", "branches", "shares", "flips", "pair", "asks")
        }
        decision = answered.decision
        told["declared"] = answered.declared
        told["decision"] = (
            decision.model_dump(mode="json", by_alias=True) if decision is not None else None
        )
        told["mitigations"] = plain(answered.mitigations)
        told["not_told"] = [
            {"fact": each.name, "why": each.unknown, "lacks": list(each.lacks)}
            for each in untold(answered, segment)
        ]
        document["answers"].append(told)
    return document
