"""One recommendation a question: who decided, what the others said, and why they did not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from remit.charter import ANSWERS
from remit.decide.four_factors import generalists, two_full_teams
from remit.decide.framework import Framework, Seen, Unknown, Verdict
from remit.decide.signals import Level
from remit.terms import Entry, catalogue

QUESTIONS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        **ANSWERS,
        "inside_or_field": ("inside", "field"),
        "first_manager": ("wait", "hire"),
        "sales_leader": ("VP Sales", "CRO"),
    }
)
"""Every question to its possible answers: the boundaries between roles, and three posts."""

DECIDES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "sdr_ae": ("first_sdr", "personas"),
        "sdr_bdr": ("first_bdr",),
        "ae_se": ("first_se", "personas"),
        "ae_deal_desk": ("first_deal_desk", "personas"),
        "ae_am": ("four_factors", "lifetime_value"),
        "am_csm": ("four_factors",),
        "renewal_owner": ("four_factors", "lifetime_value"),
        "csm_support": ("success_or_support",),
        "inside_or_field": ("inside_or_field",),
        "first_manager": ("first_manager",),
        "sales_leader": ("sales_leader",),
    }
)
"""Who is heard at each question, the one whose word counts first."""

REASONS: Mapping[tuple[str, str], str] = MappingProxyType(
    {
        ("sdr_ae", "personas"): "A count of buyers says what help a sale needs; whether SDRs would "
        "have something to work with is asked by the trigger.",
        ("ae_se", "personas"): "A count of buyers is a sign; stalled deals and time spent on demos "
        "are the load itself.",
        ("ae_deal_desk", "personas"): "A count of buyers is a sign; the time spent on prices and "
        "contracts is the load itself.",
        ("ae_am", "lifetime_value"): "The guide asks the same two things, potential and "
        "complexity, year by year, and after the size of the team and of the market.",
        ("renewal_owner", "lifetime_value"): "The guide names the owner of the renewal for this "
        "very structure.",
    }
)
"""Why a framework that disagrees is not followed, question by question."""


@dataclass(frozen=True, slots=True)
class Opinion:
    """What a framework said to a question, and what became of it."""

    framework: str
    source: str
    verdict: Verdict
    standing: str
    """`decided`, `agrees`, `leaves it open` or `outvoted`."""
    why: str = ""
    """Why it was outvoted."""


@dataclass(frozen=True, slots=True)
class Recommendation:
    """The answer to one question, if the signals are what they are taken for."""

    question: str
    answer: str
    decided_by: str
    rules: tuple[str, ...]
    because: str
    opinions: tuple[Opinion, ...]
    pilot: bool = False
    """Whether the source is less sure here, and advises to try it with one team."""
    tie: bool = False
    """Whether it was a tie, which competition decided."""


@cache
def frameworks() -> Mapping[str, Entry[Framework]]:
    """Every framework, by name."""
    return catalogue("remit.decide", Framework)


def verdict_of(name: str, question: str, levels: Mapping[str, Level]) -> Verdict | None:
    """What one framework says to one question; None if its path does not lead there.

    Raises:
        Unknown: If it needs a signal that is not known.
    """
    verdicts: Iterator[Verdict] = frameworks()[name].call(Seen(levels))
    return next((verdict for verdict in verdicts if verdict.question == question), None)


def recommend(question: str, levels: Mapping[str, Level]) -> Recommendation:
    """The recommendation at one question.

    The first framework that chooses an answer decides. One that leaves several open is narrowed
    by the next. At a tie (`_at_a_tie`) competition decides: a highly competitive market tips it
    towards specialists, else generalists stay.

    Raises:
        Unknown: If a signal that decides is not known.
    """
    heard = _heard(question, levels)
    name, first = heard[0]
    open_to = first.answers or QUESTIONS[question]
    decided_by, answer = name, open_to[0]
    for other, verdict in heard[1:]:
        narrowed = tuple(a for a in open_to if a in verdict.answers)
        if len(open_to) > 1 and narrowed and len(narrowed) < len(open_to):
            open_to, answer = narrowed, narrowed[0]
            decided_by = decided_by if first.answers else other
    because, rules, pilot = first.because, first.rules, first.caps_confidence
    tie = question in GUIDED and _at_a_tie(levels)
    if tie:
        seen = Seen(levels)
        tipped = seen.at("competition", "002-23") == "high"
        if not tipped:
            stays = next(v for v in generalists(seen, _STAYS) if v.question == question)
            answer, because, pilot = stays.answers[0], stays.because, False
            rules = (*stays.rules, "002-05", "001-14", "002-23")
        elif question == "ae_am":
            because = f"{first.because} {_TIPPED}"
            rules = (*rules, "002-23")
    return Recommendation(
        question,
        answer,
        decided_by,
        tuple(dict.fromkeys(rules)),
        because,
        tuple(_opinions(question, answer, decided_by, heard)),
        pilot=pilot,
        tie=tie,
    )


GUIDED = ("ae_am", "am_csm", "renewal_owner")
"""Questions that are answered together: each is about the same people after the first sale."""

_STAYS = (
    "The two frameworks contradict each other, two full teams cannot be staffed yet, and the "
    "market is not highly competitive: generalists stay until there are two teams."
)
_TIPPED = (
    "The other framework says the opposite, and two full teams cannot be staffed yet; a highly "
    "competitive market tips it towards specialists."
)


def _heard(question: str, levels: Mapping[str, Level]) -> list[tuple[str, Verdict]]:
    """Each framework's verdict; one after the first may ask only where the first leaves a choice."""
    heard: list[tuple[str, Verdict]] = []
    for place, name in enumerate(DECIDES[question]):
        try:
            verdict = verdict_of(name, question, levels)
        except Unknown:
            if place == 0 or len(heard[0][1].answers) != 1:
                raise
            continue
        if verdict is not None:
            heard.append((name, verdict))
    return heard


def _at_a_tie(levels: Mapping[str, Level]) -> bool:
    """Whether competition is to decide about AE and AM.

    That is where the guide would split and hedges, since two full teams cannot be staffed, and
    lifetime value says to keep together. Where the guide keeps together there is no tie: a small
    team is no argument for specialists.

    Raises:
        Unknown: If that turns on something not known, and could change the answer.
    """
    guide = verdict_of("four_factors", "ae_am", levels)
    if guide is None or "joined" in guide.answers:
        return False
    unknown: list[Unknown] = []
    for holds in (_small_for_two, _kept_by_lifetime_value):
        try:
            if not holds(levels):
                return False
        except Unknown as met:
            unknown.append(met)
    if unknown and levels.get("competition") == "high":
        return False  # specialists either way
    if unknown:
        raise unknown[0]
    return True


def _small_for_two(levels: Mapping[str, Level]) -> bool:
    return not two_full_teams(Seen(levels))


def _kept_by_lifetime_value(levels: Mapping[str, Level]) -> bool:
    verdict = verdict_of("lifetime_value", "ae_am", levels)
    return verdict is not None and "joined" in verdict.answers


def _opinions(
    question: str, answer: str, decided_by: str, heard: list[tuple[str, Verdict]]
) -> Iterator[Opinion]:
    for name, verdict in heard:
        source = frameworks()[name].note.source
        if name == decided_by and answer in (verdict.answers or (answer,)):
            yield Opinion(name, source, verdict, "decided")
        elif not verdict.answers:
            yield Opinion(name, source, verdict, "leaves it open")
        elif answer in verdict.answers:
            yield Opinion(name, source, verdict, "agrees")
        else:
            why = REASONS.get((question, name), "The tie went to the other side.")
            yield Opinion(name, source, verdict, "outvoted", why)
