"""How numbers, answers and missing things are said. The one place for it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from remit.report.plain import harmless as harmless
from remit.terms import Answer, Cost, Estimate, Finding, Limit, Period, Severity, percent
from remit.terms.period import spoken

if TYPE_CHECKING:
    from remit.audit import Discovery
    from remit.measures import LeadFunnel

UNKNOWN = "not known"
"""What stands where a number is missing; never 0."""

ANSWERS: dict[Answer, str] = {
    Answer.PROVEN: "Past the limit even if none of what was not seen were of that kind.",
    Answer.INDICATED: "All of the interval of what was seen is past the limit.",
    Answer.CLEAR: "Looked, saw enough, and all of the interval is within the limit.",
    Answer.MEASURED: "A number, and no limit that it passes or misses.",
    Answer.SAID: "What the charter attests; nothing in the evidence shows it.",
    Answer.CANNOT_TELL: "Looked, and what was seen leaves it open.",
    Answer.COULD_NOT_LOOK: "Did not look: what it takes is not in the evidence.",
    Answer.DOES_NOT_APPLY: "The charter organises this work in a way the rule does not speak of.",
}
"""Each answer in a sentence."""

STANDINGS: dict[str, str] = {
    "study": "measured and published with its method",
    "benchmark": "a practitioner's figure, published without data",
    "convention": "chosen, because no source gives a figure",
    "policy": "this company's own rule",
}
"""What a source's standing means."""

PARTS: dict[str, str] = {
    "outside": "outside its remit",
    "owned": "owned",
    "assisted": "assisted",
    "apart": "management and internal",
}
"""Parts of a role's time, in the order in which they are shown."""

_PLURALS = {
    "day": "days",
    "hour": "hours",
    "minute": "minutes",
    "person": "people",
    "week": "weeks",
}
_SINGULARS = {many: one for one, many in _PLURALS.items()}


def known(number: float | None) -> bool:
    """Whether a number is there at all."""
    return number is not None and math.isfinite(number)


def share(value: float | None) -> str:
    """A share of 1 in per cent, as findings say it.

    >>> share(0.268), share(0.004), share(0.0), share(float("nan")), share(None)
    ('27 %', '0.4 %', '0 %', 'not known', 'not known')
    """
    return UNKNOWN if value is None or not math.isfinite(value) else percent(value)


def number(value: float | None) -> str:
    """A count or an amount with thousands, and as many decimals as matter.

    >>> number(12016.0), number(3.24), number(0.314), number(None)
    ('12,016', '3.2', '0.31', 'not known')
    """
    if value is None or not math.isfinite(value):
        return UNKNOWN
    if float(value).is_integer() or abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 1 else f"{value:.2g}"


def amount(value: float | None, unit: str) -> str:
    """A number with its unit.

    >>> amount(0.27, "share"), amount(1, "days"), amount(2862.3, "hours"), amount(5, "people")
    ('27 %', '1 day', '2,862 hours', '5 people')
    """
    if unit == "share":
        return share(value)
    if value is None or not math.isfinite(value):
        return UNKNOWN
    if unit == "count":
        return number(value)
    one = _SINGULARS.get(unit, unit)
    return f"{number(value)} {one if value == 1 else _PLURALS.get(one, one)}"


def interval(found: Estimate) -> str:
    """Where the truth lies by design in `level` of cases; empty where no interval can be given.

    Beside its number, which has the unit already, `estimate` leaves out all units but per cent.

    >>> interval(Estimate(0.27, "share", 0.21, 0.33))
    '21 to 33 %'
    >>> interval(Estimate(4.0, "days", 3.0, None))
    '3 days or more'
    """
    low, high, unit = found.low, found.high, found.unit
    if low is None and high is None:
        return ""
    if high is None:
        return f"{amount(low, unit)} or more"
    if low is None:
        return f"{amount(high, unit)} or less"
    if unit == "share":
        return f"{share(low).removesuffix(' %')} to {share(high)}"
    return f"{number(low)} to {amount(high, unit)}"


def estimate(found: Estimate | None) -> str:
    """A measured number with its interval.

    >>> estimate(Estimate(0.27, "share", 0.21, 0.33)), estimate(None)
    ('27 % (21 to 33 %)', 'not known')
    >>> estimate(Estimate(3.4, "days", 2.6, 3.6))
    '3.4 days (2.6 to 3.6)'
    """
    if found is None:
        return UNKNOWN
    said = amount(found.value, found.unit)
    if said == UNKNOWN or (found.low is not None and found.low == found.high):
        return said
    if found.unit != "share" and found.low is not None and found.high is not None:
        return f"{said} ({number(found.low)} to {number(found.high)})"
    within = interval(found)
    return f"{said} ({within})" if within else said


def measured(found: Finding) -> str:
    """A finding's number with its interval, as its sentence writes it.

    A reader who meets the same number twice must not wonder whether it is the same.

    >>> nrr = Estimate(0.998, "share", 0.97, 1.04, said="99.8 % (97 to 104 %)")
    >>> measured(Finding("c", "a", Answer.CLEAR, "It is 99.8 % (97 to 104 %).", (), measured=nrr))
    '99.8 % (97 to 104 %)'
    """
    return (found.measured.said if found.measured else "") or estimate(found.measured)


def band(ends: tuple[float, float] | None, unit: str) -> str:
    """From where to where a number is healthy; empty where no source says.

    >>> band((0.03, 0.07), "share"), band((8, 12), "people"), band(None, "share")
    ('3 to 7 %', '8 to 12 people', '')
    """
    if ends is None:
        return ""
    return interval(Estimate(ends[0], unit, *ends))


def concentrated(parts: Sequence[tuple[str, Estimate]]) -> str:
    """How much of their time people spend on the one function that each does most.

    >>> concentrated([("ae in smb", Estimate(0.41, "share")), ("ae in enterprise", Estimate(0.5, "share"))])
    'The function that a person does most takes, on average, 41 % of the recorded time (ae in smb) and 50 % (ae in enterprise).'
    """
    if not parts:
        return ""
    (about, first), *others = parts
    said = f"{share(first.value)} of the recorded time"
    if others:
        said = listed(
            [f"{said} ({about})", *(f"{share(of.value)} ({name})" for name, of in others)]
        )
    return f"The function that a person does most takes, on average, {said}."


def held(found: Finding) -> str:
    """The limit that a finding's number is held against; empty where it is on something else."""
    measured, limited = found.measured, found.limit
    if limited is None or (measured is not None and measured.unit != limited.unit):
        return ""
    return limit(limited)


def limit(found: Limit) -> str:
    """A limit, said from the side that is no trouble.

    >>> from remit.terms import Citation, Standing
    >>> limit(Limit("x", 0.25, "share", Citation("A book", "", Standing.BENCHMARK)))
    'at most 25 %'
    """
    return f"{'at most' if found.above else 'at least'} {amount(found.value, found.unit)}"


def counted(count: int, one: str, many: str | None = None) -> str:
    """A count with its noun.

    >>> counted(1, "row"), counted(1200, "row"), counted(2, "person", "people")
    ('1 row', '1,200 rows', '2 people')
    """
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def listed(names: Iterable[str], join: str = "and") -> str:
    """Names in a sentence.

    >>> listed(["a", "b", "c"]), listed(["a"]), listed([])
    ('a, b and c', 'a', 'none')
    """
    known_names = list(names)
    if not known_names:
        return "none"
    if len(known_names) == 1:
        return known_names[0]
    return f"{', '.join(known_names[:-1])} {join} {known_names[-1]}"


def words(name: str) -> str:
    """One of remit's own names as words.

    >>> words("technical_validation")
    'technical validation'
    """
    return name.replace("_", " ")


def days(period: Period) -> str:
    """A period in inclusive days, with how many they are.

    >>> days(Period(date(2026, 3, 1), date(2026, 4, 1)))
    '1 Mar 2026 to 31 Mar 2026 (31 days)'
    """
    return f"{period} ({counted(period.days, 'day')})"


def day(value: date) -> str:
    """A day without the ambiguity of 03/04.

    >>> day(date(2026, 3, 4))
    '4 Mar 2026'
    """
    return spoken(value)


def cell(value: Any) -> str:
    """One cell of a table of proof.

    >>> cell(None), cell(3.0), cell(300.5), cell(date(2026, 3, 4)), cell("=1+1")
    ('not known', '3', '300.5', '4 Mar 2026', '=1+1')
    """
    if value is None or value != value:
        return UNKNOWN
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return f"{spoken(value.date())} {value:%H:%M}"
    if isinstance(value, date):
        return spoken(value)
    if isinstance(value, float | int):
        exact = float(value).is_integer() or abs(value) >= 1000
        return f"{value:,.0f}" if exact else f"{value:.4g}"
    if isinstance(value, list | tuple):
        return ", ".join(cell(part) for part in value)
    return str(value)


def unbroken(text: str) -> str:
    """Text in which a number is never parted from its per cent sign at the end of a line.

    >>> unbroken("27 % of it") == "27\u00a0% of it"
    True
    """
    return text.replace(" %", "\u00a0%")


def source(name: str) -> str:
    """What the evidence was read from, as people write it.

    >>> source("salesforce, plain tables"), source("event_log")
    ('Salesforce and plain tables', 'event log')
    """
    written = {"salesforce": "Salesforce", "hubspot": "HubSpot"}
    return listed(written.get(one, words(one)) for one in name.split(", "))


_PARTS_OF_CHARTER = ("roles", "handoffs", "segments", "cadences", "charter")


def subject(found: Finding) -> str:
    """What a finding is about, without the part of the charter it is in.

    >>> subject(Finding("c", "roles.ae in mid_market", Answer.CLEAR, "It is clear.", ()))
    'ae in mid_market'
    """
    head, dot, rest = found.about.partition(".")
    return rest if dot and head in _PARTS_OF_CHARTER else found.about


def cost(found: Cost) -> str:
    """What a finding is worth a year.

    >>> from remit.terms import Cost
    >>> cost(Cost(120400.0, 310000.0, "USD", "hours times cost"))
    '120,000 to 310,000 USD a year'
    >>> cost(Cost(800.0, 800.0, "EUR", "hours times cost"))
    '800 EUR a year'
    """
    low, high = _rounded(found.low), _rounded(found.high)
    said = f"{low:,.0f}" if low == high else f"{low:,.0f} to {high:,.0f}"
    return f"{said} {found.currency} a year"


def _rounded(value: float) -> float:
    """Two figures that mean something; a range says the rest."""
    if not value:
        return 0.0
    step = 10.0 ** (math.floor(math.log10(abs(value))) - 1)
    return round(value / step) * step


def chance(found: Discovery) -> str:
    """What looking at many numbers at once means for the findings, in a sentence or two.

    >>> from remit.audit import Discovery
    >>> chance(Discovery(40, 9, 2.0, 0.1, ("a: b",) * 8, ("c: d",)))
    '40 numbers were held against a limit and 9 of them are past it. Chance alone would put at most 2 there. Taken together, 8 of the 9 stand if one false finding in ten is put up with.'
    """
    if not found.looked:
        return "No number could be held against a limit."
    looked = f"{counted(found.looked, 'number was', 'numbers were')} held against a limit"
    if not found.past:
        return f"{looked} and none is past it."
    are = "is" if found.past == 1 else "are"
    within = round(1 / found.rate)
    return (
        f"{looked} and {found.past} of them {are} past it. Chance alone would put at most "
        f"{number(found.by_chance)} there. Taken together, {len(found.stand)} of the {found.past} "
        f"{'stands' if len(found.stand) == 1 else 'stand'} if one false finding in "
        f"{'ten' if within == 10 else within} is put up with."
    )


_TIPS = "Holds if at least"


def tipping(found: Finding) -> str:
    """The sentence that says what would undo an indicated finding; empty if `says` has it."""
    if found.tipping is None or found.tipping <= 0 or _TIPS in found.says:
        return ""
    for caveat in found.caveats:
        if _TIPS in caveat:
            return caveat
    return f"{_TIPS} {share(found.tipping)} of unseen time was of that kind."


def second_looks(found: Finding) -> list[str]:
    """What the supporting measures of a finding say, in the finding's own sentence if it has one."""
    told = []
    for each in found.support:
        own = [c for c in found.caveats if c.startswith(share(each.value)) and interval(each) in c]
        told.append(own[0] if own else f"{estimate(each)}{f', on {each.of}' if each.of else ''}.")
    return told


def to_know(found: Finding) -> list[str]:
    """A finding's caveats without what its tipping point and its second looks say already."""
    said = {tipping(found), *second_looks(found)}
    return [caveat for caveat in found.caveats if caveat not in said]


def funnel(found: LeadFunnel) -> str:
    """How leads became wins, in one sentence or two.

    >>> from remit.measures import LeadFunnel
    >>> funnel(LeadFunnel(leads=8000, won=842, median_days=14.0, won_before_created=0))
    '8,000 leads came in; 842 were won (10.5 %), half of the won ones within 14 days.'
    """
    said = f"{counted(found.leads, 'lead')} came in"
    if found.first_day is not None and found.last_day is not None:
        said += f" from {day(found.first_day)} to {day(found.last_day)}"
    said += f"; {number(found.won)} were won"
    if found.won:
        share_won = found.won / found.leads * 100
        said += f" ({share_won:.1f} %)" if share_won >= 1 else f" ({share_won:.2g} %)"
    if found.median_days is not None:
        said += f", half of the won ones within {amount(found.median_days, 'days')}"
    if found.won_before_created:
        wins = counted(found.won_before_created, "win")
        return f"{said}. {wins} dated before the lead came in: an error in the data, left in the counts."
    return f"{said}."


def waited(median: Estimate | None) -> str:
    """How long half of a handoff's cases waited for a decision; empty where that is not known.

    >>> waited(Estimate(3.4, "days", 2.6, 3.6)), waited(Estimate(0.01, "days"))
    ('Half of the cases were decided within 3.4 days (2.6 to 3.6).', 'Half of the cases were decided on the day itself.')
    >>> waited(Estimate(1.0, "days", 1.0))
    'Half of the cases were decided within 1 day (1 day or more).'
    """
    if median is None or not known(median.value):
        return ""
    when = "on the day itself" if median.value < 0.5 else f"within {estimate(median)}"
    return f"Half of the cases were decided {when}."


def rule_ids(rules: Sequence[str]) -> str:
    """The ids of the rules a finding serves.

    >>> rule_ids(["000-22"]), rule_ids(["000-14", "000-22"]), rule_ids([])
    ('rule 000-22', 'rules 000-14, 000-22', '')
    """
    if not rules:
        return ""
    return f"{'rule' if len(rules) == 1 else 'rules'} {', '.join(rules)}"


def answered(findings: Iterable[Finding]) -> str:
    """How many findings there are of each answer.

    >>> found = Finding("c", "a", Answer.CLEAR, "It is clear.", ())
    >>> answered([found, found])
    '2 clear'
    """
    given = [found.answer for found in findings]
    return listed(f"{given.count(answer)} {answer}" for answer in Answer if answer in given)


def severities(findings: Iterable[Finding]) -> str:
    """How many findings are red and how many amber.

    >>> severities([])
    'nothing red or amber'
    """
    found = list(findings)
    said = [
        f"{count} {severity}"
        for severity in (Severity.RED, Severity.AMBER)
        if (count := sum(f.severity is severity for f in found))
    ]
    return listed(said) if said else "nothing red or amber"
