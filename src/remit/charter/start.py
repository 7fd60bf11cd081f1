"""A charter to start from, made of a few answers and the role catalogue.

The text is built here line by line and not in a template: which lines there are follows from the
ownership map, and the charter is to be had without the command line, too.
"""

from __future__ import annotations

import fnmatch
import re
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Annotated, Any, Literal

import yaml
from pydantic import Field, StringConstraints

from remit.benchmarks import benchmarks
from remit.charter.catalogue import customer_sizes, role_kinds
from remit.charter.market import Size
from remit.charter.ownership import AGES
from remit.terms import Function
from remit.terms.shapes import Flag, Noun, Text

WIDEST = 100
"""Columns of the text."""
MOST_TITLES = 2
"""Patterns of titles for a role; the catalogue has many more."""

Stage = Literal["seed", "series_a", "series_b", "later"]
SellingBy = Literal["inbound", "outbound", "named", "mixed"]
Crm = Literal["salesforce", "other"]


class Start(Noun):
    """What has to be known of a company before its charter can be begun."""

    company: Text
    stage: Stage
    sellers: Annotated[int, Field(strict=True, ge=1)]
    """People who sell today, founders included."""
    segments: Annotated[Mapping[Text, Size], Field(min_length=1)]
    """Each part of the market, and how large its customers are."""
    motion: SellingBy
    """How sales begin: people ask, are asked, are named beforehand, or a mix of these."""
    technical: Flag
    """Whether the product must be proven technically before a deal can close."""
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
    crm: Crm = "salesforce"


@dataclass(frozen=True, slots=True)
class _Part:
    """One segment: who owns what in it. Owners are kinds of role, `outside` or `nobody`."""

    name: str
    size: Size
    owners: Mapping[Function, str]

    @property
    def closer(self) -> str:
        return self.owners[Function.CLOSING]

    def kinds(self) -> set[str]:
        return set(self.owners.values()) & set(role_kinds())


@dataclass(frozen=True, slots=True)
class _Passing:
    """Work that changes hands between two roles, and in which segments."""

    giver: str
    taker: str
    at: Function
    returns: bool
    segments: tuple[str, ...]


def start(answers: Start) -> str:
    """A charter for a company, as YAML with comments.

    Five sellers or fewer in a segment are generalists (002-03); sellers are taken to be spread
    evenly. With more, the catalogue's customer sizes say which roles there are. Account managers
    and a deal desk come in once two full teams can be staffed (002-05); until then the account
    executive does their work. In a technical sale validation is a sales engineer's.

    Lines that begin with `#` and no space are words to switch on once they are filled in.

    >>> text = start(Start(company="Acme", stage="seed", sellers=12, segments={"smb": "smb"},
    ...                    motion="inbound", technical=False, currency="USD"))
    >>> [line.split()[0] for line in text.splitlines() if ": {is: " in line]
    ['sdr:', 'ae:', 'csm_am:', 'sales_manager:', 'vp_sales:']

    Returns:
        Text that reads without a problem, and in which no work is without an owner.
    """
    parts = tuple(_part(answers, name, size) for name, size in answers.segments.items())
    blocks = (
        _head(answers),
        _segments(answers, parts),
        _roles(answers, parts),
        _elsewhere(parts),
        _titles(answers, parts),
        _handoffs(answers, parts),
        _plans(parts),
        _people(answers, parts),
    )
    return "\n\n".join("\n".join(block) for lines in blocks if (block := list(lines))) + "\n"


# Who there is


def _part(answers: Start, name: str, size: Size) -> _Part:
    sellers = answers.sellers / len(answers.segments)
    generalists = sellers <= _number("generalist_sellers")
    owners = dict(customer_sizes()["very_small" if generalists else size].owners)
    closer = owners[Function.CLOSING]
    if owners[Function.PROSPECTING] != closer:
        prospector = {"named": "BDR", "inbound": "SDR"}.get(answers.motion)
        for function in (Function.PROSPECTING, Function.QUALIFICATION):
            owners[function] = prospector or owners[function]
    owners[Function.TECHNICAL_VALIDATION] = "SE" if answers.technical else "nobody"
    if sellers < _number("teams_to_split") * _full_team(size):
        instead = {"AM": closer, "deal desk": "nobody"}
        owners = {function: instead.get(owner, owner) for function, owner in owners.items()}
    return _Part(name, size, owners)


def _leaders(answers: Start) -> tuple[str, ...]:
    """Kinds of those who lead, nearest to the sellers first."""
    fewest, most = _band("span_aes")
    if answers.sellers < fewest:
        return ()
    if answers.sellers <= most:
        return ("sales manager",)
    return ("sales manager", "CRO" if answers.stage == "later" else "VP Sales")


def _passings(parts: Sequence[_Part]) -> Iterator[_Passing]:
    """Where work changes hands, read from who owns the work on both sides."""
    found: dict[tuple[str, str, Function], list[str]] = {}
    for part in parts:
        owners, closer = part.owners, part.closer
        success = owners[Function.CUSTOMER_SUCCESS]
        for giver, at in (
            (owners[Function.PROSPECTING], Function.DISCOVERY),
            (closer, Function.TECHNICAL_VALIDATION),
            (closer, Function.DEAL_DESK),
            (closer, Function.ONBOARDING),
            (closer, Function.EXPANSION),
            (success, Function.EXPANSION),
        ):
            taker = owners[at]
            twice = giver == closer and at is Function.EXPANSION and taker == success
            if giver != taker and not twice and {giver, taker} <= set(role_kinds()):
                found.setdefault((giver, taker, at), []).append(part.name)
    there_and_back = (Function.TECHNICAL_VALIDATION, Function.DEAL_DESK)
    for (giver, taker, at), segments in sorted(found.items(), key=lambda one: _order(one[0][2])):
        yield _Passing(giver, taker, at, at in there_and_back, tuple(segments))


def _number(name: str, level: str = "value") -> float:
    return float(getattr(benchmarks()[name].values[-1], level))


def _band(name: str) -> tuple[float, float]:
    band = benchmarks()[name].values[-1].healthy
    assert band is not None
    return band


def _full_team(size: Size) -> float:
    """The fewest sellers that make a full team under a manager of its own."""
    return _band("span_enterprise_aes" if size == "enterprise" else "span_aes")[0]


def _order(function: Function) -> int:
    return tuple(Function).index(function)


# How it is written


def _head(answers: Start) -> Iterator[str]:
    yield from _prose(
        "Who owns what. Read it aloud: each line should be one that the head of sales would sign. "
        'Here "fill in" marks what only you know, and "remit\'s own" a default that no source '
        "states. A line that begins with # and no space is switched on by taking the # away."
    )
    yield f"company: {_plain(answers.company)}"
    yield f"currency: {answers.currency}"
    yield f"stage: {answers.stage}"


_EMPLOYEES: Mapping[Size, str] = {
    "very_small": "{below: 10}",
    "smb": "{at_least: 10, below: 200}",
    "mid_market": "{at_least: 200, below: 2000}",
    "enterprise": "{at_least: 2000}",
}
"""An example of how many employees customers of a size have; no source states it."""


def _segments(answers: Start, parts: Sequence[_Part]) -> Iterator[str]:
    yield "# The market, cut where selling differs."
    if len(parts) > 1:
        yield "# Fill in `where:`: an account falls into the first whose conditions it meets."
    yield "segments:"
    for part in parts:
        stated: dict[str, Any] = {"size": part.size, "technical_sale": answers.technical}
        if answers.motion == "named":
            stated["facts"] = {"named_accounts": True}
        if len(parts) == 1:
            yield from _entry(_plain(part.name), stated)
            continue
        yield f"  {_plain(part.name)}:"
        yield from (f"    {word}: {_plain(value)}" for word, value in stated.items())
        sized = f"employees: {_EMPLOYEES[part.size]}"
        alike = [other for other in parts if other.size == part.size]
        # Segments of one size are cut by something else, and often called by it.
        where = f"country: [{_plain(part.name)}], {sized}" if len(alike) > 1 else sized
        yield f"    #where: {{{where}}}   # fill in"


def _roles(answers: Start, parts: Sequence[_Part]) -> Iterator[str]:
    yield from _prose(
        "Who does the work. `is:` is a kind of the catalogue: see `remit roles`. It owns what its "
        "kind owns, unless `owns:` says otherwise. Fill in `headcount:` where it is missing."
    )
    for reason in _why(answers, parts):
        yield from _prose(reason)
    yield "roles:"
    leaders = _leaders(answers)
    closers = {part.closer for part in parts}
    for kind in _kinds(parts):
        here = [part for part in parts if kind in part.kinds()]
        stated: dict[str, Any] = {"is": kind}
        if len(here) < len(parts):
            stated["segments"] = [part.name for part in here]
        owns = _owned(kind, here)
        usual = set(owns) == set(role_kinds()[kind].owns) and not any(owns.values())
        if not usual:
            stated["owns"] = owns if any(owns.values()) else list(owns)
        works = {customer_sizes()[part.size].selling for part in here}
        if kind in closers and len(works) == 1:
            stated["works"] = works.pop()
        if leaders and (kind in closers or kind in ("SDR", "BDR")):
            stated["reports_to"] = _name(leaders[0])
        if closers == {kind}:
            stated["headcount"] = answers.sellers
        yield from _entry(_name(kind), stated, f"owns {', '.join(owns)}" if usual else "")
    for kind, above in pairwise((*leaders, "")):
        reports_to = {"reports_to": _name(above)} if above else {}
        yield from _entry(_name(kind), {"is": kind, **reports_to})


def _why(answers: Start, parts: Sequence[_Part]) -> Iterator[str]:
    """Why there are these roles, each reason with its rule."""
    most = _number("generalist_sellers")
    each = answers.sellers / len(parts)
    sellers = _counted(answers.sellers, "seller")
    if len(parts) > 1:
        sellers += f", taken as {each:.2g} in each segment"
    if each <= most:
        yield f"{sellers}: with {most:g} or fewer in a segment all are generalists (002-03)."
    else:
        yield (
            f"{sellers}: with more than {most:g} in a segment people specialise, and which role "
            "owns what goes by size of customer, remit's own (no source says it in words)."
        )
    for part in parts:
        usual = customer_sizes()[part.size].owners
        if part.closer == "AE" and "AM" in usual.values() and "AM" not in part.kinds():
            teams = f"{_number('teams_to_split'):g} teams of {_full_team(part.size):g}"
            yield f"{part.name}: AEs keep expansion until {teams} can be staffed (002-05)."
    if answers.technical:
        sellers_per_se = 1 / _number("se_share_of_aes", "red")
        yield f"A technical sale has at least one se for {sellers_per_se:g} sellers (000-25)."


def _elsewhere(parts: Sequence[_Part]) -> Iterator[str]:
    yield "# Work of people who are not in this charter, and work that is nobody's own."
    for word in ("outside", "nobody"):
        owned = _owned(word, parts)
        for function in set(Function) - set(AGES):
            owned.pop(function.value, None)  # needs no owner
        if owned:
            said = owned if any(owned.values()) else list(owned)
            yield f"{word}: {_plain(said)}"


def _titles(answers: Start, parts: Sequence[_Part]) -> Iterator[str]:
    yield "# What a job title says its holder is; the first pattern that fits decides. Fill in yours."
    yield "titles:"
    kinds = (*_kinds(parts), *_leaders(answers))
    shown: list[tuple[str, str]] = []
    for kind in kinds:
        # People who do two jobs are mostly called by the first of them.
        called = kind.partition("/")[0]
        if called == kind or called in kinds:
            patterns = role_kinds()[kind].titles[:MOST_TITLES]
        else:
            patterns = role_kinds()[called].titles[:1]
        for pattern in patterns:
            fitting = [fnmatch.fnmatch(pattern.replace("*", " "), other) for other, _ in shown]
            place = fitting.index(True) if True in fitting else len(shown)
            shown.insert(place, (pattern, _name(kind)))
    yield from (f"  {_plain(pattern)}: {role}" for pattern, role in shown)


_SUMMARY = {
    "company_background": "Account.Description",
    "pain_points": "Opportunity.Pain__c",
    "trigger": "Opportunity.Trigger__c",
    "stakeholders": "OpportunityContactRole",
}
_DOCUMENT = {
    "purchased_products": "OpportunityLineItem",
    "key_contacts": "OpportunityContactRole",
    "stated_goals": "Opportunity.Goals__c",
}


def _handoffs(answers: Start, parts: Sequence[_Part]) -> Iterator[str]:
    passings = tuple(_passings(parts))
    if not passings:
        return
    yield from _prose(
        "Where work changes hands, and what has to go along. Fill in your own columns and steps; a "
        "step that the CRM does not record stays out, and is then not looked at."
        if answers.crm == "salesforce"
        else "Where work changes hands, and what has to go along. Columns are named as Salesforce "
        "names them; the tables of another CRM are mapped (docs/how-to/map-plain-tables.md)."
    )
    yield "handoffs:"
    for passing in passings:
        yield f"  - from: {_name(passing.giver)}"
        yield f"    to: {_name(passing.taker)}"
        yield f"    at: {passing.at}"
        if len(passing.segments) < len(parts):
            yield f"    segments: {_plain(list(passing.segments))}"
        if passing.returns or passing.at is Function.EXPANSION:
            yield from ("    returns: true",) if passing.returns else ()
            yield "    #document: Name or address of the form that goes along"
        elif passing.at is Function.DISCOVERY:
            yield from _requires(_SUMMARY, "what the AE has to know (003-50, 003-55)")
            yield "    decide_within: 1 business day   # remit's own"
            yield "    #workflow: Name of the automation in the CRM that carries it"
            yield "    #offered: {object: Event, where: {Type: Discovery Meeting}}"
            yield "    #held: {object: Event, field: Meeting_Held__c}"
            yield "    #accepted: {object: Opportunity, field: Accepted_Date__c}"
            yield "    #rejected: {object: Event, field: Rejected_Date__c, reason: Rejection_Reason__c}"
        elif passing.at is Function.ONBOARDING:
            yield from _requires(_DOCUMENT, "the handoff document (003-52)")
            yield "    #accepted: {object: Opportunity, field: Handover_Accepted__c}"
    if answers.technical:
        yield ""
        yield "# Before lawyers start, integration is confirmed (003-51)."
        yield "sign_offs: [{by: se, of: integration feasibility, before: legal review}]"


def _prose(text: str) -> Iterator[str]:
    """Words for whoever reads the charter: what begins with `#` and a space."""
    yield from textwrap.wrap(
        text,
        WIDEST,
        initial_indent="# ",
        subsequent_indent="# ",
        break_long_words=False,
        break_on_hyphens=False,
    )


def _requires(fields: Mapping[str, str], why: str) -> Iterator[str]:
    yield f"    requires:   # {why}"
    yield from (f"      {field}: {column}" for field, column in fields.items())


def _plans(parts: Sequence[_Part]) -> Iterator[str]:
    """Comp plans to fill in, switched off: nobody but the company knows its pay."""
    kinds = _kinds(parts)
    signing = _number("release_at_signing")
    yield from _prose(
        "Pay: a shape to start from; fill in every amount, and name the plan in its role, "
        "`plan: sellers`. A part waits for a sign, early on, that the customer will stay (001-22)."
    )
    yield "#plans:"
    yield "  #sellers:"
    yield "    #ote: 100000"
    yield "    #pay_mix: 50/50"
    yield "    #components:"
    yield "      #new_customers: {pays_on: new_arr, quota: 100000}"
    if "AE/AM" in kinds:
        yield "      #existing_customers: {pays_on: net_expansion_arr, quota: 25000}   # apart (002-48)"
    yield "    #release:"
    yield f"      #- {{at: signing, share: {signing:.0%}}}"
    yield f"      #- {{at: retention_indicator, share: {1 - signing:.0%}, within: 90 days}}"
    if {"SDR", "BDR"} & set(kinds):
        yield "  #prospectors:   # paid on what sellers accept, not on what was set (000-21)"
        yield "    #ote: 60000"
        yield "    #pay_mix: 60/40"
        yield "    #components: {meetings: {pays_on: accepted_meetings, quota: 30}}"
    yield "#retention_indicators:   # the sign; this is the example of 001-23, yours is another"
    sign = _number("team_messages_lir")
    yield f"  #use: {{about: messages sent in a month, at_least: {sign:g}, per: month}}"


def _people(answers: Start, parts: Sequence[_Part]) -> Iterator[str]:
    kinds = _kinds(parts)
    leaders = _leaders(answers)
    led = _name(next(kind for kind in kinds if kind == parts[0].closer))
    if leaders:
        days = _number("one_to_one_days")
        lead = _name(leaders[0])
        yield "# Meetings that are held regularly (003-41, 003-42)."
        yield "#cadences:"
        yield f"  #- {{is: one_to_one, by: {lead}, with: {led}, every: {days:g} days}}"
        yield (
            f"  #- {{is: pipeline_review, by: {lead}, with: {led}, every: 1 week, "
            "framework: MEDDPICC}"
        )
        yield ""
    yield "# Who holds which role, from when; a list, or the name of a CSV file beside this one."
    yield f"#people: [{{person: anna@example.com, role: {led}, from: 2026-01-01}}]"
    yield "# How the CRM tells kinds of deals apart, and who asked to talk by themselves."
    yield "#deals: {kind: {field: Opportunity.Type, new: [New], expansion: [Expansion], renewal: [Renewal]}}"
    if answers.motion in ("inbound", "mixed"):
        yield "#inbound: {Lead.LeadSource: [Demo Request, Contact Form]}"


def _kinds(parts: Sequence[_Part]) -> tuple[str, ...]:
    """The kinds of role that do the work, in the order of the cycle."""
    there = {kind for part in parts for kind in part.kinds()}
    return tuple(kind for kind in role_kinds() if kind in there - {"sales manager"})


def _owned(owner: str, parts: Sequence[_Part]) -> dict[str, dict[str, list[str]]]:
    """The functions of an owner, each with the segments where these are not all."""
    owned: dict[str, dict[str, list[str]]] = {}
    for function in Function:
        names = [part.name for part in parts if part.owners[function] == owner]
        if names:
            owned[function.value] = {"segments": names} if len(names) < len(parts) else {}
    return owned


def _name(kind: str) -> str:
    """What a role of a kind is called in the charter."""
    return "seller" if kind == "AE/AM" else re.sub(r"\W", "_", kind.casefold())


def _entry(name: str, stated: Mapping[str, Any], aside: str = "") -> Iterator[str]:
    """One named entry of a block, on one line if there is room."""
    line = f"  {name}: {_plain(stated)}"
    if len(line) <= WIDEST and not isinstance(stated.get("owns"), dict):
        with_aside = f"{line}   # {aside}"
        yield with_aside if aside and len(with_aside) <= WIDEST else line
        return
    yield f"  {name}:"
    for word, value in stated.items():
        if word == "owns" and isinstance(value, dict):
            yield "    owns:"
            yield from (f"      {function}: {_plain(scope)}" for function, scope in value.items())
        else:
            said = _plain(value)
            first, *rest = _wrapped(said, WIDEST - len(word) - 6)
            yield f"    {word}: {first}"
            yield from (f"       {more}" for more in rest)


def _wrapped(text: str, width: int) -> list[str]:
    """A list in brackets, over several lines where it is long."""
    lines = [""]
    for piece in text.split(", "):
        joined = f"{lines[-1]}, {piece}" if lines[-1] else piece
        if len(joined) < width:
            lines[-1] = joined
        else:
            lines[-1] += ","
            lines.append(piece)
    return lines


def _plain(value: Any) -> str:
    """A value as YAML writes it on one line, in quotes where it could be taken for another."""
    text = yaml.safe_dump(
        [value], default_flow_style=True, width=10**6, allow_unicode=True, sort_keys=False
    )
    return str(text).strip()[1:-1]


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
