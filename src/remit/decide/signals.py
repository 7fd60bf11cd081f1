"""Signals: the few levels that the frameworks speak of, and where one level ends.

A signal compares a ratio of facts with cuts. Top and bottom of the ratio change by equal steps
with each fact alone, so the value of a fact at which a level ends is worked out exactly. The
cuts are benchmarks; a word the sources leave open is one as well, with its provenance.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from types import MappingProxyType
from typing import Any

from remit.benchmarks import Benchmark
from remit.charter import fact_kinds
from remit.decide.facts import FROM_ELSEWHERE, Known

Numbers = Mapping[str, Any]
"""Facts by name: exact fractions for one answer, arrays for many draws."""
Level = str


@dataclass(frozen=True, slots=True)
class Cut:
    """Where a level ends: a benchmark's number, times another where `times` names one."""

    benchmark: str
    level: str = "value"
    """`value`, `amber`, `red`, or `low` for the lower end of a healthy band."""
    reached: bool = True
    """Whether the number itself belongs to the level above."""
    times: str | None = None


@dataclass(frozen=True, slots=True)
class Signal:
    """One question about a segment with a few possible levels."""

    name: str
    asks: str
    levels: tuple[Level, ...]
    """From the least of what is measured to the most."""
    says: Mapping[Level, str]
    """Each level in words."""
    word: str | None = None
    """A fact that states the level outright; it comes before the numbers."""
    needs: tuple[str, ...] = ()
    top: Callable[[Numbers], Any] | None = None
    bottom: Callable[[Numbers], Any] | None = None
    cuts: tuple[Cut, ...] = ()
    rules: tuple[str, ...] = ()

    @property
    def facts(self) -> tuple[str, ...]:
        """Every fact that can decide it."""
        return (*((self.word,) if self.word else ()), *self.needs)


def cut_value(cut: Cut, numbers: Mapping[str, Benchmark], day: date, size: str | None) -> Fraction:
    """The number at which a level ends, exactly as its benchmark states it.

    Args:
        cut: Which number.
        numbers: The benchmarks in force.
        day: On which they are in force.
        size: The segment's size of customer, for spans of control that differ by it.
    """
    value = _number(cut.benchmark, cut.level, numbers, day)
    if cut.times == SPAN:
        return value * _span(numbers, day, size)
    return value


SPAN = "span"
"""Stands for the lower bound of a manager's span in the segment."""


def _span(numbers: Mapping[str, Benchmark], day: date, size: str | None) -> Fraction:
    if size == "enterprise":
        return _number("span_enterprise_aes", "low", numbers, day)
    if size in ("smb", "very_small"):
        return _number("span_smb_aes", "value", numbers, day)
    return _number("span_aes", "low", numbers, day)


def _number(name: str, level: str, numbers: Mapping[str, Benchmark], day: date) -> Fraction:
    value = numbers[name].at(day)
    stated: float | None = getattr(value, level) if level != "low" else None
    if level == "low" and value.healthy is not None:
        stated = value.healthy[0]
    if stated is None:
        raise ValueError(f"{name} sets no {level} level")
    return Fraction(str(stated))


def _of(name: str) -> Callable[[Numbers], Any]:
    return lambda facts: facts[name]


def _one(_: Numbers) -> Any:
    return Fraction(1)


def _said(**words: str) -> Mapping[Level, str]:
    return MappingProxyType(words)


def _yes_no(name: str, asks: str, word: str, yes: str, no: str, *rules: str) -> Signal:
    return Signal(name, asks, ("no", "yes"), _said(no=no, yes=yes), word=word, rules=rules)


_ALL = (
    _yes_no(
        "new_segment",
        "Is the segment too new for the rest to be judged?",
        "new_segment",
        "the segment is new",
        "the segment is not new",
        "002-04",
    ),
    Signal(
        "team",
        "How many people sell in the segment?",
        ("small", "more"),
        _said(small="a team of five or fewer", more="a team of more than five"),
        needs=("sellers",),
        top=_of("sellers"),
        bottom=_one,
        cuts=(Cut("generalist_sellers", reached=False),),
        rules=("002-03",),
    ),
    Signal(
        "staffing",
        "Could two full teams be staffed, one of AEs and one of AMs?",
        ("one", "two"),
        _said(one="too few people for two full teams", two="enough people for two full teams"),
        needs=("sellers_staffable",),
        top=_of("sellers_staffable"),
        bottom=_one,
        cuts=(Cut("teams_to_split", times=SPAN),),
        rules=("002-05",),
    ),
    Signal(
        "managers",
        "Has each of two teams a first-line manager of its own?",
        ("one", "two"),
        _said(one="fewer than two first-line managers", two="two first-line managers or more"),
        needs=("first_line_managers",),
        top=_of("first_line_managers"),
        bottom=_one,
        cuts=(Cut("teams_to_split"),),
        rules=("002-05",),
    ),
    Signal(
        "span",
        "Is there a full team for a manager to lead?",
        ("short", "full"),
        _said(short="fewer people than a manager leads", full="as many people as a manager leads"),
        needs=("sellers",),
        top=_of("sellers"),
        bottom=_one,
        cuts=(Cut("pilot_teams", times=SPAN),),
        rules=("003-43", "003-45", "003-46"),
    ),
    Signal(
        "landed",
        "How many of the accounts that could be reached are customers already?",
        ("few", "most"),
        _said(few="accounts left to win", most="most accounts landed"),
        needs=("landed_accounts", "reachable_accounts"),
        top=_of("landed_accounts"),
        bottom=_of("reachable_accounts"),
        cuts=(Cut("saturated_share"),),
        rules=("002-06",),
    ),
    Signal(
        "landed_by_value",
        "How much of what all accounts are worth is landed already?",
        ("little", "most"),
        _said(little="much value left to win", most="most of the value landed"),
        needs=("landed_accounts", "reachable_accounts", "landed_value", "prospect_value"),
        top=lambda f: f["landed_accounts"] * f["landed_value"],
        bottom=lambda f: (
            f["landed_accounts"] * f["landed_value"]
            + (f["reachable_accounts"] - f["landed_accounts"]) * f["prospect_value"]
        ),
        cuts=(Cut("saturated_share"),),
        rules=("002-06", "002-07"),
    ),
    Signal(
        "new_logo_word",
        "Is there potential for new customers?",
        ("low", "high"),
        _said(low="little new-customer potential", high="high new-customer potential"),
        word="new_logo_potential",
        rules=("002-06",),
    ),
    Signal(
        "year_1_potential",
        "How much more could customers buy in their first year?",
        ("low", "high"),
        _said(low="little expansion in year 1", high="much expansion in year 1"),
        word="year_1_expansion_potential",
        needs=("year_1_expansion",),
        top=_of("year_1_expansion"),
        bottom=_one,
        cuts=(Cut("high_expansion"),),
        rules=("002-08",),
    ),
    Signal(
        "year_1_complexity",
        "Does first-year expansion need new buyers, departments or uses?",
        ("simple", "complex"),
        _said(simple="year 1 expansion is simple", complex="year 1 expansion is complex"),
        word="year_1_expansion_complexity",
        needs=("year_1_new_buyers",),
        top=_of("year_1_new_buyers"),
        bottom=_one,
        cuts=(Cut("complex_expansion"),),
        rules=("002-08", "001-13"),
    ),
    Signal(
        "later_potential",
        "How much more could customers buy after their first year?",
        ("low", "high"),
        _said(low="little expansion in years 2+", high="much expansion in years 2+"),
        word="later_expansion_potential",
        needs=("later_expansion",),
        top=_of("later_expansion"),
        bottom=_one,
        cuts=(Cut("high_expansion"),),
        rules=("002-08",),
    ),
    Signal(
        "later_complexity",
        "Does later expansion need new buyers, departments or uses?",
        ("simple", "complex"),
        _said(simple="years 2+ expansion is simple", complex="years 2+ expansion is complex"),
        word="later_expansion_complexity",
        needs=("later_new_buyers",),
        top=_of("later_new_buyers"),
        bottom=_one,
        cuts=(Cut("complex_expansion"),),
        rules=("002-08", "001-13"),
    ),
    Signal(
        "retention",
        "Do customers as a whole grow or shrink?",
        ("low", "enough"),
        _said(low="low NRR", enough="NRR that is not low"),
        needs=("nrr",),
        top=_of("nrr"),
        bottom=_one,
        cuts=(Cut("low_nrr"),),
        rules=("002-19",),
    ),
    Signal(
        "first_sale_share",
        "What part of a customer's potential value does the first sale bring?",
        ("small", "large"),
        _said(
            small="a small part of the potential value in the first sale",
            large="much of the potential value in the first sale",
        ),
        needs=("first_sale_share",),
        top=_of("first_sale_share"),
        bottom=_one,
        cuts=(Cut("small_first_sale"),),
        rules=("001-09",),
    ),
    Signal(
        "first_sale",
        "What part of a customer's potential value does the first sale bring?",
        ("small", "large"),
        _said(
            small="a small part of the potential value in the first sale",
            large="much of the potential value in the first sale",
        ),
        needs=("landed_value", "potential_value"),
        top=_of("landed_value"),
        bottom=_of("potential_value"),
        cuts=(Cut("small_first_sale"),),
        rules=("001-09", "001-10", "001-11"),
    ),
    Signal(
        "personas",
        "How many distinct kinds of buyer take part in a won deal?",
        ("few", "some", "many"),
        _said(
            few="one or two personas", some="three or four personas", many="five personas or more"
        ),
        needs=("personas",),
        top=_of("personas"),
        bottom=_one,
        cuts=(Cut("personas_generalist", reached=False), Cut("personas_specialist")),
        rules=("000-18", "000-19"),
    ),
    Signal(
        "coverage",
        "Is the AEs' pipeline enough for what is still to be sold?",
        ("thin", "enough"),
        _said(thin="too little pipeline", enough="enough pipeline"),
        needs=("pipeline_coverage",),
        top=_of("pipeline_coverage"),
        bottom=_one,
        cuts=(Cut("coverage_of_quota", "low"),),
        rules=("003-15", "003-25"),
    ),
    _yes_no(
        "playbook",
        "Does the AEs' own outbound work in a way others can repeat?",
        "playbook",
        "an outbound playbook that works",
        "no outbound playbook that works",
        "003-15",
    ),
    _yes_no(
        "predictable_leads",
        "Do leads come in at a rate that can be planned with?",
        "predictable_leads",
        "predictable leads",
        "no predictable leads",
        "000-08",
    ),
    _yes_no(
        "named_accounts",
        "Is the segment sold by a list of named accounts?",
        "named_accounts",
        "named accounts",
        "no named accounts",
        "003-18",
    ),
    _yes_no(
        "technical_sale",
        "Do deals need technical validation?",
        "technical_sale",
        "a technical sale",
        "not a technical sale",
        "000-25",
    ),
    Signal(
        "stalls",
        "How many open deals are held up by technical objections?",
        ("few", "many"),
        _said(few="few technical stalls", many="deals stall on technical objections"),
        needs=("technical_stalls",),
        top=_of("technical_stalls"),
        bottom=_one,
        cuts=(Cut("frequent_stalls"),),
        rules=("003-29",),
    ),
    Signal(
        "demo_load",
        "How much of an AE's week goes into demos?",
        ("light", "heavy"),
        _said(light="little time spent on demos", heavy="much time spent on demos"),
        needs=("demo_load",),
        top=_of("demo_load"),
        bottom=_one,
        cuts=(Cut("first_se_demo_share", reached=False),),
        rules=("003-29",),
    ),
    Signal(
        "paper_load",
        "How much of an AE's week goes into prices, approvals and contracts?",
        ("light", "heavy"),
        _said(
            light="little time spent on prices and contracts",
            heavy="much time spent on prices and contracts",
        ),
        needs=("pricing_load", "legal_load"),
        top=lambda f: f["pricing_load"] + f["legal_load"],
        bottom=_one,
        cuts=(Cut("deal_desk_load"),),
        rules=("000-02",),
    ),
    Signal(
        "reactive_load",
        "How much of a CSM's week goes into support?",
        ("light", "heavy"),
        _said(light="little support by CSMs", heavy="CSMs do the work of a support desk"),
        needs=("reactive_load",),
        top=_of("reactive_load"),
        bottom=_one,
        cuts=(Cut("csm_support_share", "red", reached=False),),
        rules=("000-15",),
    ),
    Signal(
        "deal_size",
        "What is a contract worth for a year?",
        ("inside", "field"),
        _said(
            inside="contracts small enough for inside selling",
            field="contracts that pay for travel",
        ),
        needs=("acv",),
        top=_of("acv"),
        bottom=_one,
        cuts=(Cut("field_acv", reached=False),),
        rules=("003-27",),
    ),
    Signal(
        "competition",
        "How often is a deal fought out with a rival?",
        ("low", "high"),
        _said(low="little competition", high="a highly competitive market"),
        word="competition",
        rules=("002-23",),
    ),
    Signal(
        "stage",
        "How far is the company?",
        ("seed", "series_a", "series_b", "later"),
        _said(seed="seed", series_a="Series A", series_b="Series B", later="past Series B"),
        word="stage",
        rules=("003-47", "003-48"),
    ),
)

SIGNALS: Mapping[str, Signal] = MappingProxyType({signal.name: signal for signal in _ALL})
"""Every signal by name."""


def exact(value: object) -> Fraction:
    """A stated number as an exact fraction: 0.1 is a tenth."""
    return Fraction(str(value))


def level_of(
    signal: Signal, facts: Mapping[str, Known], cuts: tuple[Fraction, ...]
) -> Level | None:
    """A signal's level at the central values of the facts; None where a fact is missing.

    A ratio whose bottom is nothing has no level.
    """
    if signal.word is not None and signal.word in facts:
        return as_level(signal, facts[signal.word].central)
    if signal.top is None or signal.bottom is None or not all(n in facts for n in signal.needs):
        return None
    values = {name: exact(facts[name].central) for name in signal.needs}
    top, bottom = signal.top(values), signal.bottom(values)
    if bottom <= 0:
        return None
    place: int = sum(
        top >= at * bottom if cut.reached else top > at * bottom
        for cut, at in zip(signal.cuts, cuts, strict=True)
    )
    return signal.levels[place]


def as_level(signal: Signal, value: object) -> Level:
    """The level a stated word is."""
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)


def cuts_of(
    signal: Signal, numbers: Mapping[str, Benchmark], day: date, size: str | None
) -> tuple[Fraction, ...]:
    """The numbers at which a signal's levels end."""
    return tuple(cut_value(cut, numbers, day, size) for cut in signal.cuts)


def signals(
    facts: Mapping[str, Known], numbers: Mapping[str, Benchmark], day: date
) -> Mapping[str, Level]:
    """Every signal whose facts are known, with its level."""
    size = facts["size"].value if "size" in facts else None
    found = {}
    for name, signal in SIGNALS.items():
        cuts = cuts_of(signal, numbers, day, str(size) if size else None)
        level = level_of(signal, facts, cuts)
        if level is not None:
            found[name] = level
    return MappingProxyType(found)


def asked_by(fact: str) -> str:
    """What a fact is about, for somebody who is asked for it."""
    kind = fact_kinds().get(fact)
    return kind.about if kind is not None else FROM_ELSEWHERE.get(fact, fact)
