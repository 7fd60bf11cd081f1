"""Whole charters drawn at random: every word of the language, and names nobody would wish for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st

from remit.benchmarks import benchmarks
from remit.charter import ANSWERS, role_kinds
from remit.charter.catalogue import tool_kinds
from remit.charter.facts import FactKind, fact_kinds
from remit.charter.handoffs import STEPS
from remit.compensation.measures import measured, named
from remit.rules import rules
from remit.terms import Function

Tree = dict[str, Any]
"""A charter as YAML gives it: blocks, lists and plain values, in the words of the file."""

AWKWARD = (
    "NO", "yes", "on", "null", "~", "true", "1.0", "1e3", "010", "0x1F", "12:30:00", "2026-01-01",
    "=", "<<", "-", "- a", "a: b", "a #b", "#x", "*ref", "&anchor", "!tag", "%share", "@at", "`tick`",
    "[a", "{a}", "a, b", "'single'", '"double"', "back\\slash", "two\nlines", "tab\there", "é", "北京",
    "Zoë O'Neil", "🚀 launch", "\u2028line", "a\x85b", "a\u2028b c", "a\u2029b", "x" * 150, "a.b", "0", "...", "---", "?", "|", ">", "?x",
)  # fmt: skip
"""Text that a careless reader or writer of YAML takes for something else."""
SMALL = (
    "alpha", "beta", "gamma", "delta", "north", "south", "mid", "large", "small", "field", "plus",
)  # fmt: skip
"""Names as people give them."""
FUNCTIONS = tuple(function.value for function in Function)
MOTIONS = ("inbound", "outbound", "named")
AGES = ("before_win", "first_term", "later_terms")
_MEASURES = tuple(measured())
_CALLED = tuple(words for one in measured().values() for words in (one.name, *one.also_called))

texts = st.one_of(
    st.sampled_from(SMALL),
    st.sampled_from(AWKWARD),
    st.text(st.characters(exclude_categories=("Cs", "Cc", "Cn")), min_size=1, max_size=12).map(
        lambda text: text.strip().strip("\ufeff") or "x"
    ),
)
names = texts.filter(lambda text: text not in ("all", "customers") and named(text) is None)
days = st.dates(date(2020, 1, 1), date(2029, 12, 31))
amounts = st.one_of(
    st.integers(0, 10**9),
    st.integers(0, 10**8).map(lambda cents: cents / 100),
)
shares = st.one_of(
    st.integers(0, 100).map(lambda part: f"{part}%"),
    st.integers(0, 1000).map(lambda part: part / 1000),
    st.sampled_from(["33.333333333333333333%", "0.1%", 1, 0]),
)
ratios = st.one_of(shares, st.integers(100, 5000).map(lambda part: f"{part / 10:g}%"))
levels = st.one_of(ratios, amounts)
lengths = st.builds(
    lambda many, unit: f"{many} {unit}",
    st.integers(1, 400),
    st.sampled_from(
        ["days", "day", "business days", "weeks", "months", "quarters", "years", "hours"]
    ),
)
counts = st.integers(0, 500)
numbers = st.one_of(
    st.integers(0, 100_000), st.floats(0, 1e6, allow_nan=False).map(lambda f: f + 0.5)
)
columns = st.sampled_from(["Type", "Meeting_Held__c", "Subject", "SAO_Date__c", "Rejected__c"])
column_paths = st.sampled_from(
    [
        "Lead.LeadSource",
        "Opportunity.Type",
        "Opportunity.Pain__c",
        "Account.Region__c",
        "Lead.Hand__c",
    ]
)


class _Pen:
    """Writes blocks word by word."""

    def __init__(self, draw: Callable[..., Any]) -> None:
        self.draw = draw

    def maybe(self) -> bool:
        return bool(self.draw(st.booleans()))

    def one(self, of: Any) -> Any:
        return self.draw(st.sampled_from(list(of)))

    def some(self, of: Any, *, most: int = 3, least: int = 0) -> list[Any]:
        of = list(of)
        most = min(most, len(of))
        if not of or most < least:
            return []
        return list(
            self.draw(st.lists(st.sampled_from(of), min_size=least, max_size=most, unique=True))
        )

    def names(self, *, most: int = 3, least: int = 0) -> list[str]:
        return list(self.draw(st.lists(names, min_size=least, max_size=most, unique=True)))

    def fill(self, block: Tree, **words: st.SearchStrategy[Any]) -> Tree:
        """Each of the words or not; `from_` stands for `from`."""
        for word, what in words.items():
            if self.maybe():
                block[word.rstrip("_")] = self.draw(what)
        return block

    def refer(self, block: Tree, word: str, of: Any, *, several: bool = False) -> Tree:
        """A name of something there is, or nothing."""
        if of and self.maybe():
            found = self.some(of, most=2, least=1)
            block[word] = found[0] if not several or self.maybe() else found
        return block

    def term(self, block: Tree, *, whole: bool = False) -> Tree:
        """Two days in their order, or either, or none."""
        first = self.draw(days)
        last = first + timedelta(days=self.draw(st.integers(0, 900)))
        if whole or self.maybe():
            block["from"] = str(first)
        if whole or self.maybe():
            block["to"] = str(last)
        return block


@st.composite
def trees(draw: Callable[..., Any], *, full: bool = False) -> Tree:
    """A whole valid charter as its file would state it.

    Args:
        draw: Given by Hypothesis.
        full: Every block is there and has something in it.
    """
    pen = _Pen(draw)
    least = 1 if full else 0
    segments = pen.names(most=3, least=least)
    roles = pen.names(most=4, least=2)
    teams, calendars = pen.names(least=least, most=2), pen.names(least=least, most=2)
    plans, tools = pen.names(least=least, most=2), pen.names(least=least, most=2)
    own = [name for name in pen.names(least=least, most=2) if named(name) is None]
    indicators = pen.names(least=least, most=2)
    tree: Tree = {"company": draw(texts)}
    pen.fill(
        tree,
        about=texts,
        currency=st.sampled_from(["EUR", "USD"]),
        time_zone=st.sampled_from(["Europe/Berlin", "UTC", "America/New_York"]),
        fiscal_year_starts=st.sampled_from(["January", "February", "October"]),
        week_hours=st.sampled_from([37.5, 40, 80]),
        stage=st.sampled_from(["seed", "series_a", "series_b", "later"]),
        not_people=st.one_of(texts, st.lists(texts, min_size=1, max_size=2)),
    )
    blocks = {
        "segments": lambda: {name: _segment(pen) for name in segments},
        "roles": lambda: {name: _role(pen, segments, roles, plans, tools, own) for name in roles},
        "outside": lambda: _owning(pen, segments),
        "nobody": lambda: _owning(pen, segments),
        "titles": lambda: _titles(pen, segments, roles),
        "people": lambda: _people(pen, segments, roles, teams),
        "teams": lambda: {name: _team(pen, segments, roles, teams, calendars) for name in teams},
        "territories": lambda: {
            name: _territory(pen, segments, roles) for name in pen.names(most=2, least=least)
        },
        "calendars": lambda: {name: _calendar(pen) for name in calendars},
        "deals": lambda: _deals(pen),
        "inbound": lambda: {path: draw(_words()) for path in pen.some(_INBOUND, least=1)},
        "activities": lambda: _activities(pen),
        "handoffs": lambda: _handoffs(pen, segments, roles, calendars),
        "sign_offs": lambda: [_sign_off(pen, segments, roles)],
        "measures": lambda: {name: _measure(pen, segments) for name in own},
        "retention_indicators": lambda: {name: _indicator(pen, segments) for name in indicators},
        "first_value": lambda: pen.refer(
            {"metric": pen.draw(texts), "at_least": pen.draw(levels)},
            "segments",
            segments,
            several=True,
        ),
        "plans": lambda: {name: _plan(pen, plans, own, indicators) for name in plans},
        "tools": lambda: {
            name: pen.fill({"is": pen.one(tool_kinds())}, per_seat=amounts) for name in tools
        },
        "cadences": lambda: [_cadence(pen, segments, roles)],
        "targets": lambda: [_target(pen, segments, teams, own)],
        "attested": lambda: {rule: _attested(pen) for rule in pen.some(rules(), most=2, least=1)},
        "decisions": lambda: [_decision(pen, segments)],
        "exempt": lambda: [
            pen.fill({"check": "gaps", "because": draw(texts)}, about=texts, until=_day)
        ],
        "benchmarks": lambda: _overrides(pen),
        "privacy": lambda: _privacy(pen),
    }
    needed = {
        "roles", *(["segments"] if segments else []), *(["teams"] if teams else []),
        *(["calendars"] if calendars else []), *(["plans"] if plans else []),
        *(["tools"] if tools else []), *(["measures"] if own else []),
        *(["retention_indicators"] if indicators else []),
    }  # fmt: skip
    for word, written in blocks.items():
        if word in needed or full or pen.maybe():
            tree[word] = written()
    return tree


_day = days.map(str)
_INBOUND = ("Lead.LeadSource", "Lead.Hand__c")


def _words() -> st.SearchStrategy[Any]:
    return st.one_of(texts, st.lists(texts, min_size=1, max_size=3))


def _segment(pen: _Pen) -> Tree:
    segment: Tree = pen.fill(
        {},
        size=st.sampled_from(["very_small", "smb", "mid_market", "enterprise"]),
        technical_sale=st.booleans(),
        acv=amounts,
        sales_cycle=lengths,
        first_term=lengths,
    )
    if pen.maybe():
        low = pen.draw(st.integers(0, 1000))
        ranges = pen.fill({"at_least": low}, below=st.integers(low + 1, 5000))
        segment["where"] = {"employees": ranges, "country": pen.draw(_words())}
    facts = {name: _fact(pen, fact_kinds()[name]) for name in pen.some(fact_kinds(), most=4)}
    if facts:
        segment["facts"] = facts
    return segment


def _fact(pen: _Pen, kind: FactKind) -> Any:
    if isinstance(kind.of, tuple):
        value: Any = pen.one(kind.of)
        ends: tuple[Any, Any] = (None, None)
    else:
        top = 1 if kind.of == "share" else 1000
        value = pen.draw(st.integers(0, 4 * top)) / 4
        value = int(value) if value == int(value) else value
        ends = (value, top)
    if pen.maybe():
        return value
    stated = (
        {"value": value} if ends[0] is None or pen.maybe() else {"from": ends[0], "to": ends[1]}
    )
    if ends[0] is not None and ends[0] > ends[1]:
        stated = {"value": min(value, 1) if kind.of == "share" else value}
    if kind.of == "share" and "value" in stated:
        stated["value"] = min(stated["value"], 1)
    return pen.fill(stated, source=texts, on=_day)


def _scope(pen: _Pen, segments: list[str]) -> Tree:
    scope: Tree = {}
    pen.refer(scope, "segments", segments, several=True)
    pen.refer(scope, "motion", MOTIONS, several=True)
    return pen.refer(scope, "account_age", AGES, several=True)


def _owning(pen: _Pen, segments: list[str]) -> Any:
    functions = pen.some(FUNCTIONS, most=3, least=1)
    if pen.maybe():
        return functions if len(functions) > 1 or pen.maybe() else functions[0]
    return {function: _scope(pen, segments) for function in functions}


def _role(
    pen: _Pen,
    segments: list[str],
    roles: list[str],
    plans: list[str],
    tools: list[str],
    own: list[str],
) -> Tree:
    role: Tree = {"is": pen.one(role_kinds())}
    if pen.maybe():
        role["owns"] = _owning(pen, segments)
        if pen.maybe():
            del role["is"]
    if pen.maybe():
        role["assists"] = _owning(pen, segments)
    pen.refer(role, "segments", segments, several=True)
    pen.refer(role, "motion", MOTIONS, several=True)
    pen.refer(role, "plan", plans)
    pen.refer(role, "reports_to", roles)
    pen.refer(role, "tools", [*tools, *tool_kinds()], several=True)
    pen.refer(role, "kpis", [*own, *_CALLED], several=True)
    if pen.maybe():
        in_parts = {name: pen.draw(counts) for name in pen.some(segments, least=1)}
        role["headcount"] = pen.draw(counts) if pen.maybe() or not in_parts else in_parts
    if pen.maybe():
        role["job_description"] = pen.fill({"text": pen.draw(texts)}, file=texts)
    return pen.fill(
        role,
        about=texts,
        works=st.sampled_from(["inside", "field"]),
        entry=texts,
        output=texts,
        ramp=lengths,
    )


def _titles(pen: _Pen, segments: list[str], roles: list[str]) -> Tree:
    titles: Tree = {}
    for pattern in pen.names(least=1):
        role = pen.one(roles)
        titles[pattern] = role if pen.maybe() else pen.refer({"role": role}, "segment", segments)
    return titles


def _people(pen: _Pen, segments: list[str], roles: list[str], teams: list[str]) -> list[Tree]:
    people = []
    for person in pen.names(most=3, least=1):
        spells = pen.one([[1.0], [0.5, 0.5], [0.2, 0.3, 0.5], ["after", "after"]])
        first = pen.draw(days)
        for share in spells:
            spell: Tree = {"person": person, "role": pen.one(roles)}
            pen.refer(spell, "segment", segments)
            pen.refer(spell, "team", teams)
            pen.fill(spell, manager=texts)
            if share == "after":
                spell |= {"from": str(first), "to": str(first + timedelta(days=90))}
                first += timedelta(days=91)
            else:
                pen.term(spell)
                if share != 1 or pen.maybe():
                    spell["share"] = share
            people.append(spell)
    return people


def _team(
    pen: _Pen, segments: list[str], roles: list[str], teams: list[str], calendars: list[str]
) -> Tree:
    team: Tree = pen.fill({}, is_=st.sampled_from(["line", "pod", "overlay"]), manager=texts)
    pen.refer(team, "segments", segments, several=True)
    pen.refer(team, "calendar", calendars)
    pen.refer(team, "supports", teams, several=True)
    members = {role: pen.draw(counts) for role in pen.some(roles)}
    return {**team, **({"members": members} if members else {})}


def _territory(pen: _Pen, segments: list[str], roles: list[str]) -> Tree:
    territory: Tree = pen.fill({}, accounts=_words())
    pen.refer(territory, "segments", segments, several=True)
    pen.refer(territory, "role", roles)
    if pen.maybe():
        territory["where"] = {"country": pen.draw(_words())}
    if pen.maybe():
        territory["owners"] = [pen.term({"person": pen.draw(texts)})]
    return territory


def _calendar(pen: _Pen) -> Tree:
    calendar: Tree = pen.fill(
        {},
        opens=st.sampled_from(["06:00", "09:30"]),
        closes=st.sampled_from(["16:00", "23:59"]),
        time_zone=st.sampled_from(["Europe/Paris", "Asia/Tokyo"]),
        holidays=st.lists(_day, max_size=2),
    )
    if pen.maybe():
        calendar["days"] = pen.some(["Monday", "Tuesday", "Saturday"], least=1)
    return calendar


def _deals(pen: _Pen) -> Tree:
    deals: Tree = {}
    if pen.maybe():
        deals["kind"] = pen.fill({}, field=column_paths, new=_words(), expansion=_words())
    if pen.maybe():
        deals["stages"] = {stage: pen.one(FUNCTIONS) for stage in pen.names(least=1)}
    if pen.maybe():
        deals["forecast"] = pen.fill({}, field=column_paths, commit=_words(), omitted=_words())
    if pen.maybe():
        deals["framework"] = {name: pen.draw(column_paths) for name in pen.names(least=1)}
    if pen.maybe():
        deals["proof_of_concept"] = pen.fill({"stage": "POC"}, field=column_paths)
    pen.fill(deals, next_step=column_paths)
    return deals


def _activities(pen: _Pen) -> Tree:
    activities: Tree = {}
    if pen.maybe():
        activities["rules"] = [
            pen.fill(
                {"name": name, "where": {"Subject": pen.draw(_words())}, "is": pen.one(FUNCTIONS)},
                object=st.sampled_from(["Task", "Event"]),
                automated=st.booleans(),
            )
            for name in pen.names(most=2, least=1)
        ]
    if pen.maybe():
        activities["minutes"] = {"call": {"typical": 5, "from": 2.5, "to": 8}}
    return activities


def _step(pen: _Pen) -> Tree:
    step: Tree = {"object": pen.one(["Event", "Opportunity", "Task"])}
    if pen.maybe():
        step["where"] = {pen.draw(columns): pen.draw(_words())}
    return pen.fill(step, field=columns, stage=texts, reason=columns)


def _handoffs(pen: _Pen, segments: list[str], roles: list[str], calendars: list[str]) -> list[Tree]:
    handoffs = []
    for name in pen.names(most=2, least=1):
        handoff: Tree = {"from": pen.one(roles), "to": pen.one(roles), "at": pen.one(FUNCTIONS)}
        if handoffs or pen.maybe():
            handoff["name"] = name
        pen.refer(handoff, "segments", segments, several=True)
        pen.refer(handoff, "calendar", calendars)
        pen.refer(handoff, "rejected_by", roles)
        for step in pen.some(STEPS):
            handoff[step] = _step(pen)
        if pen.maybe():
            handoff["requires"] = {name: pen.draw(column_paths) for name in pen.names(least=1)}
        pen.fill(
            handoff,
            account_age=st.sampled_from(AGES),
            returns=st.booleans(),
            decide_within=st.sampled_from(["1 business day", "24 hours", "3 days"]),
            reasons=_words(),
            document=texts,
            workflow=texts,
        )
        handoffs.append(handoff)
    named_so = [one.get("name", f"{one['from']} to {one['to']}") for one in handoffs]
    return handoffs if len(set(named_so)) == len(named_so) else handoffs[:1]


def _sign_off(pen: _Pen, segments: list[str], roles: list[str]) -> Tree:
    sign_off: Tree = {"by": pen.one(roles), "of": pen.draw(texts), "before": pen.draw(texts)}
    if pen.maybe():
        sign_off["record"] = _step(pen)
    return pen.refer(sign_off, "segments", segments, several=True)


def _measure(pen: _Pen, segments: list[str]) -> Tree:
    measure: Tree = {"is": pen.one(_CALLED)}
    if pen.maybe():
        measure["record"] = _step(pen)
    return pen.refer(measure, "segments", segments, several=True)


def _indicator(pen: _Pen, segments: list[str]) -> Tree:
    indicator: Tree = pen.fill(
        {"about": pen.draw(texts)},
        field=column_paths,
        at_least=levels,
        per=st.sampled_from(["day", "week", "month"]),
        within=lengths,
        share_of_customers=shares,
    )
    return pen.refer(indicator, "segments", segments, several=True)


_PER = st.sampled_from(["month", "quarter", "half_year", "year"])


def _release(pen: _Pen, indicators: list[str]) -> list[Tree]:
    half = pen.fill({"at": pen.one(["signing", "cash"]), "share": "50%"}, rate=st.just("milestone"))
    if indicators and pen.maybe():
        other: Tree = {"at": "retention_indicator", "share": 0.5}
        pen.refer(other, "indicator", indicators)
        pen.fill(other, within=lengths, if_missed=st.just("carried"))
    else:
        other = {"at": "customer_month", "share": 0.5, "month": pen.draw(st.integers(1, 24))}
    return [half, pen.fill(other, leaver=st.just("paid"))]


def _quota(pen: _Pen) -> Any:
    target = pen.draw(amounts)
    return target if pen.maybe() else pen.fill({"target": target}, per=_PER)


def _component(
    pen: _Pen, kind: str, others: list[str], own: list[str], indicators: list[str]
) -> Tree:
    def measure() -> str:
        return str(pen.one([*own, *_CALLED]))

    component: Tree = {} if kind == "commission" and pen.maybe() else {"kind": kind}
    if kind in ("commission", "bonus", "spif"):
        component["pays_on"] = measure()
    if kind == "commission":
        way = pen.one(["rate", "each", "tiers", "quota"])
        if way == "tiers":
            tiers: list[Tree] = [{"from": 0, "rate": "8%"}, {"from": "80%", "rate": 0.1}]
            tiers += [{"from": 1.25, "each": 200, "back_to": "100%"}] if pen.maybe() else []
            component |= {"tiers": tiers, "tiers_by": "amount"}
        elif way != "quota":
            component[way] = pen.draw(shares if way == "rate" else amounts)
        if way == "quota" or pen.maybe():
            component["quota"] = _quota(pen)
        pen.fill(
            component,
            table=st.just("retroactive"),
            crossing=st.sampled_from(["before", "after"]),
            counted=st.just("year_to_date"),
            windfall=st.sampled_from(
                [
                    {"over_quota": "300%"},
                    {"over_amount": 1e6, "excess": "staged", "approved_by": "NO"},
                ]
            ),
            products=st.lists(texts, min_size=1, max_size=2),
        )
    elif kind == "bonus":
        component["points"] = [{"at": "80%", "pays": 0}, {"at": "100%", "pays": "100%"}]
        pen.fill(component, target=amounts, between=st.just("step"))
    elif kind == "matrix":
        component["rows"] = {"measure": measure(), "from": [0, "80%"]}
        across = measure()
        bands = [0, 1, 5000] if _is_amount(across) else [0, 1, "120%"]
        component["columns"] = {"measure": across, "from": bands}
        component["pays"] = [[0, "50%", 1], ["10%", "1250%", 1.5]]
    elif kind == "objectives":
        component["objectives"] = {pen.draw(texts): "100%"}
    else:
        component["each"] = pen.draw(amounts)
        pen.term(component, whole=True)
        pen.fill(component, counts_to_quota=st.booleans())
    if pen.maybe():
        gate: Tree = {}
        if others and pen.maybe():
            gate |= {"component": pen.one(others), "at_least": pen.draw(ratios)}
        else:
            gate["measure"] = measure()
            gate["at_least"] = pen.draw(levels if _is_amount(gate["measure"]) else ratios)
        component["gates"] = [pen.fill(gate, opens=st.just("accelerators"))]
    if pen.maybe():
        scaled = measure()
        start = pen.draw(levels if _is_amount(scaled) else ratios)
        steps = [{"from": start, "times": pen.draw(ratios)}]
        component["modifiers"] = [{"measure": scaled, "steps": steps}]
    if pen.maybe():
        component["release"] = _release(pen, indicators)
    return pen.fill(
        component,
        weight=shares,
        cap=st.sampled_from([{"times_target": "200%"}, {"amount": 5000.5, "per": "deal"}]),
        credit=st.sampled_from(
            [{"to": "overlay"}, {"to": "split", "after_handover": "90 days", "former_owner": "50%"}]
        ),
    )


def _is_amount(measure: str) -> bool:
    """Whether a level of a measure may be any number; not of the company's own, which may be shares."""
    known = named(measure)
    return measure in _CALLED and known is not None and measured()[known].unit != "share"


def _plan(pen: _Pen, plans: list[str], own: list[str], indicators: list[str]) -> Tree:
    plan: Tree = {"ote": pen.draw(amounts), "pay_mix": pen.one(["50/50", "70/30", "100/0"])}
    components: Tree = {}
    for name in pen.names(least=1):
        kind = pen.one(["commission", "bonus", "matrix", "objectives", "spif"])
        components[name] = _component(pen, kind, list(components), own, indicators)
    plan["components"] = components
    pen.refer(plan, "replaces", plans)
    if pen.maybe():
        plan["release"] = _release(pen, indicators)
    pen.fill(
        plan,
        about=texts,
        period=_PER,
        combine=st.just("multiplicative"),
        draw=st.sampled_from(
            [{"amount": 3000}, {"amount": 1, "kind": "recoverable", "lasts": "3 months"}]
        ),
        guarantee=st.sampled_from([{"amount": 3000, "per": "quarter", "until": "2027-01-01"}]),
        clawback=st.sampled_from([{"kind": "pro_rata", "within": "12 months"}]),
        ramp=st.sampled_from([{"quota": [0, "50%", 1], "per": "month", "target_pay": "ramped"}]),
        cap=ratios,
        multi_year=st.sampled_from(["total", "yearly_average"]),
        exchange=st.sampled_from(["month_average", "day_of_booking"]),
        currency=st.just("GBP"),
        signed=st.booleans(),
    )
    return pen.term(plan)


def _cadence(pen: _Pen, segments: list[str], roles: list[str]) -> Tree:
    cadence: Tree = {
        "is": pen.one(["one_to_one", "pipeline_review", "forecast_call", "business_review"]),
        "by": pen.one(roles),
        "every": pen.draw(lengths),
    }
    pen.refer(cadence, "with", [*roles, "customers"])
    pen.refer(cadence, "segments", segments, several=True)
    return pen.fill(cadence, framework=texts)


def _target(pen: _Pen, segments: list[str], teams: list[str], own: list[str]) -> Tree:
    target: Tree = {"measure": pen.one([*own, *_MEASURES])}
    target["level" if pen.maybe() else "amount"] = 1
    pen.refer(target, "segments", segments, several=True)
    pen.refer(target, "team", teams)
    return pen.term(target, whole=True)


def _attested(pen: _Pen) -> Tree:
    answer = pen.draw(st.one_of(st.booleans(), texts))
    return pen.fill({"answer": answer, "by": pen.draw(texts), "on": pen.draw(_day)}, how=texts)


def _decision(pen: _Pen, segments: list[str]) -> Tree:
    boundary = pen.one(ANSWERS)
    decision: Tree = {
        "boundary": boundary,
        "run": pen.one(ANSWERS[boundary]),
        "because": pen.draw(texts),
    }
    pen.refer(decision, "segment", segments)
    return pen.fill(decision, by=texts, since=_day)


_SPLIT = tuple(
    name
    for name, one in benchmarks().items()
    if one.values[-1].amber is not None and one.values[-1].red is not None
)


def _overrides(pen: _Pen) -> Tree:
    found = {}
    for name in pen.some(_SPLIT, most=2, least=1):
        set_now = benchmarks()[name].values[-1]
        found[name] = {"red": set_now.red, "amber": set_now.amber, "because": pen.draw(texts)}
    return found


def _privacy(pen: _Pen) -> Tree:
    privacy: Tree = pen.fill(
        {}, minimum_group=st.integers(3, 9), keep_activities=lengths, keep_names=lengths
    )
    if pen.maybe():
        privacy["individual_view"] = {"basis": pen.draw(texts), "until": pen.draw(_day)}
    return privacy
