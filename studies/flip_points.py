"""Are the flip points of `remit decide` where the answers really change?

For segments made up at random: every flip point is held against decide itself just before and
just after it, and every other value that is tried must leave the answer as it is up to there. For
some of them the stated ranges are drawn again, by another sampler, and every draw is decided as a
segment of its own; each answer must come as often as it was said to.

    python studies/flip_points.py
    python studies/flip_points.py --quick     # one hundredth
"""

from __future__ import annotations

import argparse
import math
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

import numpy as np

from remit.benchmarks import with_overrides
from remit.charter import fact_kinds
from remit.decide import QUESTIONS, SIGNALS, Known
from remit.decide.draws import Draws
from remit.decide.facts import Value
from remit.decide.signals import Level
from remit.decide.uncertainty import Flip, Judged, signals_of

DAY = date(2026, 12, 31)
NUMBERS = with_overrides({}, company="Acme")

BETWEEN: Mapping[str, tuple[float, float, int]] = {
    "sellers": (1, 24, 0),
    "sellers_staffable": (1, 30, 0),
    "first_line_managers": (0, 4, 0),
    "reachable_accounts": (80, 400, 0),
    "landed_accounts": (5, 120, 0),
    "landed_value": (5_000, 60_000, 0),
    "prospect_value": (1_000, 90_000, 0),
    "potential_value": (20_000, 400_000, 0),
    "first_sale_share": (0, 1, 3),
    "year_1_expansion": (0, 0.6, 3),
    "year_1_new_buyers": (0, 1, 3),
    "later_expansion": (0, 0.6, 3),
    "later_new_buyers": (0, 1, 3),
    "personas": (1, 8, 1),
    "nrr": (0.8, 1.3, 3),
    "technical_stalls": (0, 0.4, 3),
    "demo_load": (0, 0.4, 3),
    "pipeline_coverage": (1, 5, 2),
    "pricing_load": (0, 0.2, 3),
    "legal_load": (0, 0.2, 3),
    "reactive_load": (0, 0.6, 3),
    "acv": (10_000, 90_000, 0),
}
"""Facts that are numbers: from, to, digits."""
WORDS: Mapping[str, tuple[Value, ...]] = {
    "new_segment": (True, False, False, False),
    "new_logo_potential": ("low", "high", "high"),
    "year_1_expansion_potential": ("low", "high"),
    "year_1_expansion_complexity": ("simple", "complex"),
    "later_expansion_potential": ("low", "high"),
    "later_expansion_complexity": ("simple", "complex"),
    "competition": ("low", "high"),
    "playbook": (True, False),
    "predictable_leads": (True, False),
    "named_accounts": (True, False),
    "technical_sale": (True, False),
    "stage": ("seed", "series_a", "series_b", "later"),
    "size": ("smb", "mid_market", "enterprise"),
}
ROUNDED = ("reachable_accounts", "landed_accounts", "landed_value", "prospect_value")
"""Facts whose flip points are ratios, which no decimal number need hit exactly."""
ENDLESS = (*ROUNDED, "potential_value")


PLAIN = ("competition", "playbook", "predictable_leads", "named_accounts", "technical_sale")
"""Words that no number stands for."""


def in_doubt(rng: np.random.Generator) -> dict[str, Known]:
    """A segment of which every number is known as a range, and no word stands for one."""
    facts = {}
    for name, (low, high, digits) in BETWEEN.items():
        ends = sorted(float(round(x, digits)) for x in rng.uniform(low, high, 2))
        peak = float(round(rng.uniform(*ends), digits)) if rng.random() < 0.5 else None
        facts[name] = Known(name, peak, *ends)
    for name in PLAIN:
        facts[name] = Known(name, WORDS[name][int(rng.integers(2))])
    return facts


def segment(rng: np.random.Generator) -> dict[str, Known]:
    """A segment of which some facts are known, some as a range, some not at all."""
    facts: dict[str, Known] = {}
    for name, (low, high, digits) in BETWEEN.items():
        if rng.random() < 0.15:
            continue
        ends = sorted(float(round(x, digits)) for x in rng.uniform(low, high, 2))
        value = float(round(rng.uniform(*ends), digits))
        kind = rng.random()
        if kind < 0.4:
            facts[name] = Known(name, value)
        elif kind < 0.7:
            facts[name] = Known(name, None, *ends)
        else:
            facts[name] = Known(name, value, *ends)
    for name, words in WORDS.items():
        if rng.random() < (0.3 if "expansion" in name or "logo" in name else 0.7):
            facts[name] = Known(name, words[int(rng.integers(len(words)))])
    return facts


@dataclass
class Seen:
    """What was looked at, and what was wrong."""

    segments: int = 0
    flips: Counter[str] = field(default_factory=Counter)
    probes: int = 0
    shares: int = 0
    draws: int = 0
    furthest: float = 0.0
    wrong: list[str] = field(default_factory=list)


def study(segments: int, redrawn: int, draws: int, seed: int) -> Seen:
    """Hold segments against decide itself, and draw the ranges of `redrawn` others again."""
    seen = Seen()
    for place in range(segments):
        rng = np.random.default_rng([seed, place])
        facts = segment(rng)
        judged = Judged(facts, NUMBERS, DAY)
        seen.segments += 1
        for question in QUESTIONS:
            _flips(judged, question, rng, seen, f"segment {place}, {question}")
    for place in range(redrawn):
        rng = np.random.default_rng([seed, 1, place])
        _redraw(Judged(in_doubt(rng), NUMBERS, DAY), draws, rng, seen, f"redrawn {place}")
    return seen


def _at(judged: Judged, question: str, fact: str, value: Value) -> str:
    """What decide answers for a segment that differs in this fact alone, from the start."""
    moved = Judged({**judged.facts, fact: Known(fact, value)}, NUMBERS, DAY)
    return moved.answer(question, moved.levels())


def _flips(judged: Judged, question: str, rng: np.random.Generator, seen: Seen, where: str) -> None:
    now = judged.answer(question, judged.levels())
    flips = judged.flips(question)
    for flip in flips:
        seen.flips[flip.side] += 1
        for value, expected in _around(flip, now):
            found = _at(judged, question, flip.fact, value)
            if found != expected:
                seen.wrong.append(f"{where}: {flip} but {found} at {value}, not {expected}")
    read = {fact for name in signals_of(question) for fact in SIGNALS[name].facts}
    for fact in sorted(read & set(BETWEEN) & set(judged.facts)):
        low, high, _ = BETWEEN[fact]
        value = float(rng.uniform(low, high))
        seen.probes += 1
        if _before(judged, flips, fact, value) and _at(judged, question, fact, value) != now:
            seen.wrong.append(f"{where}: {fact} at {value} changes the answer, with no flip point")


def _around(flip: Flip, now: str) -> Iterator[tuple[Value, str]]:
    """Values of the fact by a flip point, each with the answer it must give."""
    if flip.side == "is":
        yield flip.at, flip.answer
        return
    at, start = float(flip.at), float(flip.now)
    step = abs(at) * 1e-9 or 1e-9
    up = flip.side in ("from", "above")
    before, after = (at - step, at + step) if up else (at + step, at - step)
    kind = fact_kinds().get(flip.fact)
    most = 1.0 if kind is not None and kind.of == "share" else math.inf
    if (start < before) == up and before != start:
        yield before, now
    if 0 <= after <= most:
        yield after, flip.answer
    if flip.fact not in ENDLESS and at != start:
        yield at, flip.answer if flip.side in ("from", "to") else now


def _before(judged: Judged, flips: tuple[Flip, ...], fact: str, value: float) -> bool:
    """Whether a value lies on this side of every flip point of the fact."""
    for flip in flips:
        if flip.fact == fact and flip.side in ("from", "above") and value >= float(flip.at):
            return False
        if flip.fact == fact and flip.side in ("to", "below") and value <= float(flip.at):
            return False
    return True


def _redraw(judged: Judged, n: int, rng: np.random.Generator, seen: Seen, where: str) -> None:
    """Draw the ranges again, one segment a draw, and compare how often each answer comes."""
    stated = Draws(judged, n, np.random.default_rng([7, n]))
    drawn: dict[str, Counter[str]] = {question: Counter() for question in QUESTIONS}
    known: dict[tuple[str, frozenset[tuple[str, Level]]], str] = {}
    for _ in range(n):
        one = Judged({name: _one(fact, rng) for name, fact in judged.facts.items()}, NUMBERS, DAY)
        levels = one.levels()
        for question in QUESTIONS:
            key = (question, frozenset(levels.items()))
            if key not in known:
                known[key] = one.answer(question, levels)
            drawn[question][known[key]] += 1
    seen.draws += n
    for question in QUESTIONS:
        shares = judged.shares(question, stated)
        for answer in {*shares, *drawn[question]}:
            here, there = shares.get(answer, 0.0), drawn[question][answer] / n
            middle = (here + there) / 2
            error = math.sqrt(2 * middle * (1 - middle) / n)
            apart = abs(here - there) / error if error else 0.0
            seen.shares += 0 < middle < 1
            seen.furthest = max(seen.furthest, apart)
            if apart > 4.5:
                seen.wrong.append(f"{where}, {question}: {answer} {here:.3f} and {there:.3f}")


def _one(fact: Known, rng: np.random.Generator) -> Known:
    """One draw: even over a range, or a triangle whose peak is the value."""
    low, high = fact.low, fact.high
    if low is None or high is None or low == high:
        return fact
    if fact.value is None:
        return Known(fact.name, low + (high - low) * float(rng.random()))
    peak, u = float(fact.value), float(rng.random())
    if u < (peak - low) / (high - low):
        return Known(fact.name, low + math.sqrt(u * (high - low) * (peak - low)))
    return Known(fact.name, high - math.sqrt((1 - u) * (high - low) * (high - peak)))


def table(seen: Seen) -> str:
    """What was looked at, as a Markdown table."""
    rows = [
        ("segments", f"{seen.segments:,}"),
        ("flip points held against decide on both sides", f"{seen.flips.total():,}"),
        *((f"of them `{side}`", f"{count:,}") for side, count in sorted(seen.flips.items())),
        ("other values tried", f"{seen.probes:,}"),
        ("draws decided one by one", f"{seen.draws:,}"),
        ("shares between 0 and 1 compared", f"{seen.shares:,}"),
        ("largest difference, in standard errors", f"{seen.furthest:.1f}"),
        ("wrong", f"{len(seen.wrong):,}"),
    ]
    return "\n".join(["| what | |", "|---|---:|", *(f"| {what} | {n} |" for what, n in rows)])


def main() -> None:
    """Run the study and print its table; ends with 1 if anything was wrong."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])  # type: ignore[union-attr]
    parser.add_argument("--segments", type=int, default=1000)
    parser.add_argument("--redrawn", type=int, default=5)
    parser.add_argument("--draws", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--quick", action="store_true", help="one hundredth")
    asked = parser.parse_args()
    if asked.quick:
        seen = study(asked.segments // 100, 1, asked.draws // 20, asked.seed)
    else:
        seen = study(asked.segments, asked.redrawn, asked.draws, asked.seed)
    print(table(seen))
    for wrong in seen.wrong[:20]:
        print(wrong)
    if seen.wrong:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
