"""`remit decide --ask`: asks for the facts that still matter, one at a time."""

from __future__ import annotations

import re
import sys
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path

from rich.console import Console

from remit.benchmarks import Benchmark, with_overrides
from remit.charter import Charter, FactKind, fact_kinds, read_charter
from remit.charter.market import Fact
from remit.charter.ownership import segments_of
from remit.charter.stating import OF_CHARTER, OF_SEGMENT, with_facts, write_facts
from remit.cli.decide import (
    facts_from,
    known_questions,
    known_segment,
    only,
    replaced_facts,
)
from remit.decide import SIGNALS, Known, Measured, decide, known
from remit.decide.asking import Wanted, answers, open_among, wanted
from remit.decide.facts import MEASURED, Value
from remit.decide.signals import asked_by
from remit.decide.uncertainty import DEPENDS, Judged
from remit.report.decided import LABELS, called, show_decided, spread, words
from remit.terms import Place, Problem, RemitError, closest

SOURCE = "asked"
"""What a charter says of where such a fact is from."""
WIDEST = 96


@dataclass(slots=True)
class Asking:
    """A conversation about one segment: what was told so far, and what is not known."""

    charter: Charter
    segment: str
    day: date
    replaced: Mapping[str, Value]
    questions: tuple[str, ...]
    numbers: Mapping[str, Benchmark]
    told: dict[str, Fact] = field(default_factory=dict)
    declined: set[str] = field(default_factory=set)
    measured: Mapping[str, Measured] = field(default_factory=dict)

    def as_told(self) -> Charter:
        """The charter with everything told so far."""
        return with_facts(self.charter, self.segment, self.told) if self.told else self.charter

    def judged(self) -> Judged:
        """All that is known by now."""
        facts = known(self.as_told(), self.segment, self.day, self.replaced, self.measured)
        return Judged(facts, self.numbers, self.day)


def run_ask(
    charter: Path,
    segment: str | None,
    questions: Sequence[str],
    replaced: Sequence[str],
    day: date,
    *,
    write: bool,
    full: bool = False,
    evidence: Path | str | None = None,
    as_of: date | None = None,
) -> None:
    """Ask for what matters, print the recommendation, and write the facts if that is wanted.

    Where the input ends, asking ends: what was not answered is not known.

    Args:
        charter: The charter's file.
        segment: The segment asked about; may be None where the charter has one.
        questions: Only what can change these is asked for; none for all.
        replaced: `fact=value`, to be taken for this run and never written.
        day: Headcounts and numbers are those of this day, and the facts are dated by it.
        write: Write the facts into the charter's file without a further question.
        full: Print every path of the recommendation.
        evidence: A loaded file; what is measured from it is known and not asked for.
        as_of: The day to look from in the evidence; its last if None.

    Raises:
        RemitError: If there is no such segment or question, the evidence cannot be opened, or the facts cannot be written.
        KeyboardInterrupt: If whoever is asked wants no more of it; nothing is written.
    """
    declared = read_charter(charter)
    name = _which(declared, segment)
    if write and name not in declared.segments:
        raise RemitError([Problem(Place(str(charter)), "segments", *_NO_SEGMENT)])
    stated, asked = replaced_facts(replaced), known_questions(questions)
    measured: Mapping[str, Mapping[str, Measured]] = {}
    if evidence is not None:
        day, measured = facts_from(declared, evidence, as_of, (name,))
    overrides = {n: override.model_dump() for n, override in declared.benchmarks.items()}
    asking = Asking(
        declared,
        name,
        day,
        stated,
        asked,
        with_overrides(overrides, company=declared.company),
        measured=measured.get(name, {}),
    )
    _converse(asking)
    found = decide(asking.as_told(), day=day, segments=(name,), replaced=stated, measured=measured)
    print()
    show_decided(only(found, asking.questions), Console(highlight=False), full=full)
    print()
    _keep(charter, asking, write=write)


_NO_SEGMENT = (
    "the charter has no segment to write facts about.",
    "Name one, such as `segments: {smb: {size: smb}}`, or leave out --write.",
)


def _which(charter: Charter, segment: str | None) -> str:
    names = segments_of(charter)
    if segment is not None:
        return known_segment(charter, segment)
    if len(names) > 1:
        fix = f"Segments: {', '.join(names)}."
        raise RemitError([Problem(Place("--segment"), "", "say which segment to ask about.", fix)])
    return names[0]


def _converse(asking: Asking) -> None:
    judged = asking.judged()
    given = answers(judged, asking.questions)
    seen = [fact for fact in judged.facts.values() if fact.basis == MEASURED]
    if seen:
        told = ", ".join(f"{called(fact.name)} {spread(fact)}" for fact in seen)
        _say(f"Measured as of {asking.day}, and not asked for: {told}.")
    _say(f"{asking.segment}: {_open(given)}")
    if open_among(given):
        _say("One question at a time. ? or Enter where you do not know. Ctrl-D ends it.")
    while (next_ := wanted(judged, asking.questions, asking.declined)) is not None:
        _pose(next_, asking.questions)
        reply = _reply(next_)
        if reply is None:
            return
        asking.declined |= {fact for fact in (next_.fact, next_.word) if fact and not reply}
        for name, fact in reply.items():
            asking.told[name] = Fact.model_validate(
                {**fact.model_dump(by_alias=True), "source": SOURCE, "on": asking.day}
            )
        judged = asking.judged() if reply else judged
        now = answers(judged, asking.questions)
        _say(_settled(next_, judged, given, now, told=bool(reply)), indent="  ")
        given = now


def _pose(next_: Wanted, questions: Sequence[str]) -> None:
    print()
    signal = SIGNALS[next_.signal]
    of_many = len(signal.needs) > 1 or next_.fact not in signal.facts
    _say(asked_by(next_.fact) if of_many else signal.asks)
    if not of_many and signal.levels != ("no", "yes"):
        _say(asked_by(next_.fact), indent="  ")
    if len(questions) > 1:
        _say(f"It can change {_labels(next_.questions)}.", indent="  ")
    ways = "; or, in a word, ".join(_ways(name) for name in (next_.fact, next_.word) if name)
    _say(f"Give {ways}.", indent="  ")


def _reply(next_: Wanted) -> dict[str, Fact] | None:
    """What was answered, by fact; nothing where it is not known. None once the input ends."""
    while True:
        try:
            typed = _typed(f"{next_.fact.replace('_', ' ')}: ")
        except EOFError:
            print()
            return None
        if not sys.stdin.isatty():
            print(" ".join(typed.split()))
        try:
            return _read(next_, typed)
        except ValueError as error:
            _say(str(error), indent="  ")


def _typed(prompt: str) -> str:
    """A line of whoever answers.

    Raises:
        EOFError: If there are no more.
        KeyboardInterrupt: If whoever answers wants no more of it.
    """
    try:
        return input(prompt)
    except KeyboardInterrupt:
        print("\nStopped. Nothing was written.", file=sys.stderr)
        raise


def _read(next_: Wanted, typed: str) -> dict[str, Fact]:
    if typed.strip() in ("", "?"):
        return {}
    if next_.word is not None and re.match(r"\s*[^\W\d]", typed):
        return {next_.word: read_fact(next_.word, typed)}
    return {next_.fact: read_fact(next_.fact, typed)}


def _settled(
    next_: Wanted,
    judged: Judged,
    before: Mapping[str, str],
    now: Mapping[str, str],
    *,
    told: bool,
) -> str:
    """One line on what an answer changed."""
    if not told:
        return "Left unknown."
    level = judged.levels().get(next_.signal)
    said = []
    if level is not None:
        said.append(_sentence(SIGNALS[next_.signal].says[level]))
        if _reaches_over(next_, judged):
            said.append("(That is the middle of the range; its ends differ.)")
    else:
        missing = [need for need in SIGNALS[next_.signal].needs if need not in judged.facts]
        said += [f"It takes {need.replace('_', ' ')} as well." for need in missing[:1]]
    fresh = [q for q in now if now[q] != DEPENDS and before[q] == DEPENDS]
    again = [q for q in now if now[q] == DEPENDS and before[q] != DEPENDS]
    if fresh:
        said.append(f"Settles {'; '.join(f'{LABELS[q]}: {words(now[q])}' for q in fresh)}.")
    if again:
        said.append(f"Opens {_labels(again)} again.")
    return " ".join((*said, _open(now)))


def _reaches_over(next_: Wanted, judged: Judged) -> bool:
    """Whether the ends of a range that was told lie at different levels."""
    fact = judged.facts.get(next_.fact)
    if fact is None or fact.low is None or fact.high is None:
        return False
    ends = (Known(next_.fact, end) for end in (fact.low, fact.high))
    return len({judged.levels(**{next_.fact: end}).get(next_.signal) for end in ends}) > 1


def _open(given: Mapping[str, str]) -> str:
    left = open_among(given)
    if not left:
        return "Nothing is open."
    if len(left) <= FEW:
        return f"Open: {_labels(left)}."
    return f"{len(left)} of {len(given)} answers open."


FEW = 3
"""So many open answers are named and not counted."""


def _labels(questions: Sequence[str]) -> str:
    return ", ".join(LABELS[question] for question in questions)


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}."


def _keep(file: Path, asking: Asking, *, write: bool) -> None:
    """Write what was told into the charter, or say why not."""
    count = f"{len(asking.told)} fact{'s' if len(asking.told) != 1 else ''}"
    if not asking.told:
        print("No fact was told, so there is nothing to write.")
        return
    if asking.segment not in asking.charter.segments:
        _say(f"Not written: {' '.join(_NO_SEGMENT).replace(', or leave out --write', '')}")
        return
    if not write:
        write = _agreed(f"Write {count} into {file}? (y/n) ")
        if not write:
            print("Not written. --write does it without asking.")
            return
    write_facts(file, asking.charter, asking.segment, asking.told)
    _say(f"Wrote {count} into {file}: {', '.join(asking.told)}.")


def _agreed(prompt: str) -> bool:
    """Whether somebody says yes; no answer is a no."""
    while True:
        try:
            said = _typed(prompt).strip().casefold()
        except EOFError:
            print()
            return False
        if said in ("y", "yes", "n", "no", ""):
            return said.startswith("y")
        print("  Say y or n.")


def _say(text: str, indent: str = "") -> None:
    width = min(Console().width, WIDEST)
    whole = textwrap.TextWrapper(
        width,
        initial_indent=indent,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )
    for line in text.splitlines():
        print(whole.fill(line))


# How an answer is read

AMOUNT = r"(\d+(?:\.\d+)?|\.\d+|\d{1,3}(?:,\d{3})+(?:\.\d+)?)\s*([%kKmM]?)"
TIMES: Mapping[str, int] = {"": 1, "k": 1_000, "m": 1_000_000}
ALONE = frozenset({*OF_SEGMENT, *OF_CHARTER})
"""Facts for which a charter has room for one value and no range."""
PROBABLY_PERCENT = 10
"""From here on a ratio is taken for a per cent without its sign, and asked for again."""


def read_fact(name: str, typed: str) -> Fact:
    """What was typed for a fact: a number, a range, or one of its words.

    A per cent sign after the end of a range counts for its start as well, and so does a letter
    unless the start would then lie past the end.

    >>> read_fact("grr", "90 %").value, read_fact("landed_value", "30k").value
    (0.9, 30000.0)
    >>> nine = read_fact("sellers", "5 to 9")
    >>> (nine.low, nine.high, nine.value)
    (5.0, 9.0, None)
    >>> read_fact("grr", "80-90%").low
    0.8
    >>> read_fact("playbook", "yes").value
    True

    Raises:
        ValueError: If it is no such value; the message says what would be.
    """
    kind = _kind(name)
    if isinstance(kind.of, tuple):
        return Fact(value=_word(kind, typed))
    found = re.fullmatch(rf"{AMOUNT}(?:\s*(?:to|-|\.\.|\u2013)\s*{AMOUNT})?", typed.strip())
    if found is None:
        raise ValueError(f"{typed.strip()!r} is no number. Give {_ways(name)}.")
    low, unit, high, of_both = found.groups()
    if "%" in (unit, of_both) and kind.of in ("count", "money"):
        raise ValueError(f"{typed.strip()!r} is a share. Give {_ways(name)}.")
    if high is None:
        return _right(kind, Fact(value=_number(low, unit)))
    if name in ALONE:
        raise ValueError("The charter states one value here. Give the most likely.")
    first, last = _number(low, unit or of_both), _number(high, of_both)
    if first > last and of_both != "%":
        first = _number(low, unit)  # from 900 to 1k
    if first > last:
        raise ValueError(f"{typed.strip()!r} ends before it starts. Give the lower end first.")
    return _right(kind, Fact.model_validate({"from": first, "to": last}))


def _number(text: str, unit: str) -> float:
    exact = Decimal(text.replace(",", ""))
    return float(exact / 100 if unit == "%" else exact * TIMES[unit.lower()])


def _right(kind: FactKind, fact: Fact) -> Fact:
    for value in (fact.value, fact.low, fact.high):
        if (
            kind.of == "number"
            and kind.in_per_cent
            and isinstance(value, float)
            and value >= PROBABLY_PERCENT
        ):
            raise ValueError(
                f"{value:g} is {value:g} times the whole. Write {value:g}% if meant so."
            )
        wrong = kind.wrong(value) if value is not None else None
        if wrong is not None:
            raise ValueError(f"It {wrong}.")
    return fact


def _word(kind: FactKind, typed: str) -> str | bool:
    """The word that was typed, or the only one that begins so."""
    assert isinstance(kind.of, tuple)
    known = {
        ("yes" if word else "no") if isinstance(word, bool) else word: word for word in kind.of
    }
    said = re.sub(r"[\s-]+", "_", typed.strip().casefold())
    said = {"true": "yes", "false": "no"}.get(said, said)
    begun = [word for word in known if said and word.startswith(said)]
    if said in known or len(begun) == 1:
        return known[said if said in known else begun[0]]
    near = closest(said, known)
    meant = f' Did you mean "{near}"?' if near else ""
    raise ValueError(f"{typed.strip()!r} is none of these: {', '.join(known)}.{meant}")


def _ways(name: str) -> str:
    """How a fact may be answered."""
    kind = _kind(name)
    if isinstance(kind.of, tuple):
        named = [("yes" if w else "no") if isinstance(w, bool) else w for w in kind.of]
        return " or ".join(named)
    if name in ALONE:
        return "an amount such as 30000"
    return {
        "share": "a share such as 25 %, or 20 % to 30 %",
        "money": "an amount such as 30000, or 25k to 40k",
        "count": "a count such as 7, or 5 to 9",
        "number": "a number such as 1.5, or 1 to 2",
    }[str(kind.of)]


def _kind(name: str) -> FactKind:
    """What a fact may be; those that the charter says outside `facts` have their signal's words."""
    if name in fact_kinds():
        return fact_kinds()[name]
    signal = next(signal for signal in SIGNALS.values() if name in signal.facts)
    if signal.word != name:
        return FactKind(name, asked_by(name), "money", ())
    levels = (True, False) if signal.levels == ("no", "yes") else signal.levels
    return FactKind(name, asked_by(name), levels, ())
