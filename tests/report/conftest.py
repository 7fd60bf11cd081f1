"""An audit made by hand: every answer there is, so that a report can be read without a CRM."""

from __future__ import annotations

import dataclasses
from datetime import date, datetime
from pathlib import Path

import pytest

from remit.audit import Audit
from remit.audit.run import DeclaredRole
from remit.benchmarks import benchmarks
from remit.evidence import LoadedFile
from remit.measures import (
    Concurrency,
    FunctionTime,
    HandoffFlow,
    Handover,
    LeadFunnel,
    MonthPoint,
    PersonTime,
    RoleTime,
)
from remit.measures.handoffs import Rate
from remit.terms import (
    Answer,
    Estimate,
    Finding,
    Limit,
    Period,
    Place,
    Proof,
    Severity,
    worst_first,
)

OVER = Period(date(2025, 11, 1), date(2026, 11, 1))
ROLES = """
    company: Acme
    stage: series_b
    roles: {sdr: {is: SDR}, ae: {is: AE}, am: {is: AM}, csm: {is: CSM}}
    outside: [support]
    nobody: [deal_desk, technical_validation]
"""
HOSTILE = (
    "<script>alert(1)</script> [bold]=cmd|'/c calc'!A1[/bold] \x1b[31m\"><img src=x onerror=y>"
)


def limit(name: str, level: str = "red") -> Limit:
    """A level of one of remit's own benchmarks."""
    return benchmarks()[name].limit(OVER.last_day, level)


def share(value: float, spread: float | None = 0.04, of: str = "8 people, 53 weeks") -> Estimate:
    """A share with an interval of the same width on both sides, or with none."""
    if spread is None:
        return Estimate(value, "share", of=of)
    return Estimate(value, "share", max(0.0, value - spread), min(1.0, value + spread), of=of)


def role_time(
    role: str,
    segments: tuple[str, ...],
    functions: dict[str, tuple[str, float, float]],
    people: int = 8,
    coverage: float = 0.26,
    spread: float | None = 0.04,
) -> RoleTime:
    """A role's time from function to (part, share, share of it that is outside the remit)."""
    working = people * 1_800.0
    recorded = working * coverage
    told = tuple(
        FunctionTime(
            name, part, share(value, spread), share(value * coverage, spread and spread / 4),
            max(0.0, value - 0.09), min(1.0, value + 0.08), recorded * value,
            recorded * value * (1.0 if part == "outside" else beyond),
        )
        for name, (part, value, beyond) in functions.items()
    )  # fmt: skip
    outside = sum(v * (1.0 if p == "outside" else b) for p, v, b in functions.values())
    months = tuple(
        MonthPoint(
            date(2025 + (10 + m) // 12, (10 + m) % 12 + 1, 1),
            coverage + 0.01 * (m % 3),
            {name: value * (0.9 + 0.02 * m) for name, (_, value, _) in functions.items()},
        )
        for m in range(12)
    )
    return RoleTime(
        role=role, segments=segments, people=people, over=OVER, weeks=53,
        coverage=share(coverage, spread and 0.02), recorded_hours=recorded,
        gross_hours=recorded * 1.1, unknown_hours=recorded * 0.15, working_hours=working,
        functions=told, outside=share(outside, spread), concentration=share(0.6, None),
        months=months, settling=1, unlogged=1, query="SELECT 1",
    )  # fmt: skip


def curve(days: int, end: float, at_once: float = 0.0) -> tuple[tuple[float, float], ...]:
    """A share reached, by days."""
    steps = 40
    return tuple(
        (days * n / steps, at_once + (end - at_once) * min(1.0, 1.6 * n / steps))
        for n in range(steps + 1)
    )


def flow(segment: str | None, accepted: float, rejected: float, converted: float) -> HandoffFlow:
    """A handoff with all its steps recorded."""

    def rate(step: str, value: float, days: int) -> Rate:
        return Rate(step, "held", days, 700, round(700 * value), share(value, 0.03, "700 cases"),
                    curve(days, value, value / 4 if days < 20 else 0.0))  # fmt: skip

    wait = tuple((d, 1 - (accepted + rejected) * v / 0.5) for d, v in curve(40, 0.5, 0.1))
    return HandoffFlow(
        "qualified_meeting", "sdr", "ae", segment,
        {"offered": 961, "held": 727, "accepted": 231, "rejected": 318, "converted": 156}, (),
        rate("accepted", accepted, 14), rate("rejected", rejected, 14),
        rate("converted", converted, 60), wait, Estimate(3.4, "days", 2.6, 4.2, of="727 cases"),
        {"company_background": share(0.35), "pain_points": share(0.47)}, ("trigger",),
        share(0.42, 0.03, "1,400 cases"), {"No need": 52, "Duplicate": 56},
        share(0.36, 0.03, "726 cases"), (("00U1", "0061", "2026-03-04", 12.5, "open", ""),),
        "SELECT case_id FROM handoffs",
    )  # fmt: skip


def findings() -> list[Finding]:
    """One finding of every answer and severity."""
    red, amber = limit("ae_prospecting_share"), limit("ae_prospecting_share", "amber")
    weeks = Proof(
        "mean of people's shares of recorded time, weighted by working time",
        'SELECT week, sum(minutes) FROM work WHERE "function" = \'prospecting\' GROUP BY week',
        ("month", "share prospecting", "coverage"),
        tuple((date(2026, m, 1), 0.3 + m / 100, 0.27) for m in range(1, 11)), 12,
    )  # fmt: skip
    holds = "Holds if at least 19 % of the time not recorded went into prospecting."
    return [
        Finding(
            "csm_support", "roles.csm in enterprise", Answer.PROVEN,
            "csm in enterprise: 62 % of recorded time is support (58 to 66 %); the limit is 30 %.",
            ("000-15", "000-11"), Severity.RED, share(0.62), limit("csm_support_share"), None,
            (share(0.48, 0.05, "2,104 records"),), dataclasses.replace(weeks, query=""),
            "Give reactive support in enterprise an owner of its own.", (), Place("charter.yaml", 12, 3),
        ),
        Finding(
            "ae_prospecting", "roles.ae in mid_market", Answer.INDICATED,
            "ae in mid_market: 34 % of recorded time is prospecting (30 to 38 %); the limits are "
            "20 % (amber) and 25 % (red).",
            ("000-14", "000-22"), Severity.RED, share(0.34), red, 0.19,
            (share(0.71, 0.05, "412 records"),), weeks,
            "Find out why sdr in mid_market do not bring enough qualified pipeline before hiring.",
            (holds, "26 % of working time is recorded (24 to 28 %)."),
        ),
        Finding(
            "false_specialists", "roles.am: time outside the remit", Answer.INDICATED,
            "am: 33 % of recorded time is outside what the role owns and assists (29 to 37 %).",
            ("000-13",), Severity.AMBER, share(0.33), limit("outside_remit_share"), 0.12,
            remedy="Either give am these functions in the charter, or give them back.",
        ),
        Finding(
            "sdr_ae_handoff", "handoffs.qualified_meeting in mid_market: acceptance", Answer.PROVEN,
            "qualified_meeting in mid_market: 30 % of 727 meetings held are accepted within 14 days "
            "(27 to 32 %); less than 40 % is red.",
            ("000-23",), Severity.RED, share(0.30, 0.025, "727 cases"), limit("sdr_ae_acceptance"),
            proof=Proof("cumulative incidence", "SELECT 1", ("case", "deal", "days waiting"),
                        tuple((f"00U{n}", None, 300.5 - n) for n in range(50)), 200),
            remedy="Write down what makes a meeting acceptable to ae.",
        ),
        Finding(
            "false_specialists", "titles", Answer.INDICATED,
            "4 of 60 titles say another role than the people file.", ("000-10",), Severity.NOTE,
        ),
        Finding(
            "ae_prospecting", "roles.ae in enterprise", Answer.CLEAR,
            "ae in enterprise: 8 % of recorded time is prospecting (6 to 10 %).", ("000-14",),
            measured=share(0.08, 0.02), limit=amber,
        ),
        Finding(
            "csm_support", "roles.csm in mid_market", Answer.CANNOT_TELL,
            "csm in mid_market: 29 % of recorded time is support (24 to 34 %), but the interval "
            "holds the limit.",
            ("000-15",), measured=share(0.29, 0.05), limit=limit("csm_support_share"),
        ),
        Finding(
            "sdr_ae_handoff", "handoffs.inbound: fields", Answer.COULD_NOT_LOOK,
            "inbound: the export holds none of the required fields (trigger).", ("003-55",),
        ),
        Finding(
            "ae_prospecting", "roles.generalist in smb", Answer.DOES_NOT_APPLY,
            "generalist in smb: prospecting is the role's own work here.", ("000-14",),
        ),
    ]  # fmt: skip


def audit_by_hand() -> Audit:
    """An audit of a company that does not exist."""
    found = tuple(worst_first(findings()))
    return Audit(
        company="Example Analytics",
        as_of=OVER.last_day,
        over=OVER,
        source="salesforce",
        evidence_file=Path("/somewhere/else/example.remit"),
        findings=found,
        checks={
            "ae_prospecting": "Do account executives prospect where that is an SDR's work?",
            "csm_support": "Do customer success managers work as a support desk?",
            "false_specialists": "Do people do what their role says?",
            "sdr_ae_handoff": "Do the meetings that SDRs hand over get accepted?",
        },
        declared=(
            DeclaredRole("sdr", "SDR", ("enterprise", "mid_market"),
                         ("prospecting", "qualification"), ("discovery",)),
            DeclaredRole("ae", "AE", ("enterprise", "mid_market"), ("closing", "discovery"),
                         ("technical_validation", "onboarding")),
            DeclaredRole("csm", "CSM", (), ("customer_success", "onboarding", "renewal"), ("expansion",)),
            DeclaredRole("am", "AM", (), ("expansion",), ("customer_success", "renewal")),
        ),
        times=(
            role_time("sdr", ("mid_market",), {
                "prospecting": ("owned", 0.61, 0), "discovery": ("assisted", 0.21, 0),
                "internal": ("apart", 0.15, 0), "qualification": ("owned", 0.03, 0)}),
            role_time("ae", ("mid_market",), {
                "prospecting": ("outside", 0.34, 0), "discovery": ("owned", 0.28, 0),
                "closing": ("owned", 0.21, 0.05), "internal": ("apart", 0.1, 0),
                "deal_desk": ("assisted", 0.066, 0), "support": ("outside", 0.004, 0)}),
            role_time("csm", ("enterprise",), {
                "support": ("outside", 0.62, 0), "customer_success": ("owned", 0.2, 0),
                "renewal": ("owned", 0.1, 0), "internal": ("apart", 0.08, 0)}),
            role_time("am", (), {
                "expansion": ("owned", 0.57, 0), "support": ("outside", 0.2, 0),
                "prospecting": ("outside", 0.13, 0), "internal": ("apart", 0.1, 0)}, people=5),
            role_time("small roles", ("smb", "mid_market"), {
                "internal": ("apart", 0.8, 0), "closing": ("assisted", 0.2, 0)}, people=7, spread=None),
        ),
        flows=(flow("mid_market", 0.30, 0.41, 0.21), flow("enterprise", 0.77, 0.17, 0.62)),
        handovers=(Handover("sdr", "ae", 2_103), Handover("ae", "sdr", 1_877), Handover("am", "csm", 15)),
        funnel=LeadFunnel(20_412, 596, 101.0, 1),
        in_two_roles=7,
        of_them_judged=5,
        concurrency=(),
        names={},
        individuals=False,
        minimum_group=5,
        files=(
            LoadedFile("Lead.csv", "leads", 20_412, 20_412, 0),
            LoadedFile("Event.csv", "activities", 48_411, 47_905, 506, "read in local time",
                       ("ActivityDateTime",)),
        ),
        rejected_reasons=(("Event.csv", "is marked as deleted in the CRM", 506),),
        not_counted={"all day": 429, "automated": 21_715},
        derivations={"deal_credits": "Credits follow from handoffs."},
        sources=tuple(dict.fromkeys(f.limit.source for f in found if f.limit is not None)),
    )  # fmt: skip


def without_times(audit: Audit) -> Audit:
    """The same audit of an export without activities and without handoffs."""
    blind = tuple(
        dataclasses.replace(f, answer=Answer.COULD_NOT_LOOK, severity=None, measured=None, tipping=None,
                            says=f"{f.about}: the evidence holds no activities (Task, Event).", proof=None)
        for f in audit.findings
    )  # fmt: skip
    return dataclasses.replace(
        audit, findings=blind, times=(), flows=(), handovers=(), not_counted={}, files=(), sources=(),
        funnel=LeadFunnel(0, 0, None, 0), in_two_roles=0, of_them_judged=0, rejected_reasons=(),
    )  # fmt: skip


def with_individuals(audit: Audit) -> Audit:
    """The same audit with the charter's individual view switched on."""
    ae = audit.times[1]
    persons = (
        PersonTime("p-1", 0.31, {"prospecting": 0.52, "closing": 0.48}),
        PersonTime("p-2", 0.0, {}),
    )
    two = Concurrency(
        "p-1",
        "sdr",
        "ae",
        datetime.fromisoformat("2026-03-04T09:00"),
        12,
        9,
        7,
        True,
        "",
        ("0061",),
    )
    return dataclasses.replace(
        audit,
        individuals=True,
        times=(audit.times[0], dataclasses.replace(ae, persons=persons), *audit.times[2:]),
        concurrency=(two,),
        names={"p-1": "Robin Example", "p-2": "Sasha Sample"},
    )


def with_hostile_words(audit: Audit) -> Audit:
    """The same audit in which every text that comes from outside tries to do something."""
    found = audit.findings[0]
    hostile = dataclasses.replace(
        found, about=f"roles.{HOSTILE}", says=HOSTILE, remedy=HOSTILE, caveats=(HOSTILE,),
        proof=Proof(HOSTILE, HOSTILE, (HOSTILE, "=x"), ((HOSTILE, "=1+1"),), 1), rules=(HOSTILE,),
    )  # fmt: skip
    return dataclasses.replace(
        audit,
        company=HOSTILE,
        source=HOSTILE,
        findings=(hostile, *audit.findings[1:]),
        declared=(DeclaredRole(HOSTILE, HOSTILE, (HOSTILE,), ("closing",), ()),),
        times=tuple(dataclasses.replace(t, role=HOSTILE, segments=(HOSTILE,)) for t in audit.times),
        flows=tuple(
            dataclasses.replace(f, handoff=HOSTILE, giver=HOSTILE, taker=HOSTILE, segment=HOSTILE,
                                reasons={HOSTILE: 3}, fields={HOSTILE: share(0.5)})
            for f in audit.flows
        ),
        handovers=(Handover(HOSTILE, HOSTILE, 9),),
        files=(LoadedFile(HOSTILE, HOSTILE, 1, 1, 0, HOSTILE, (HOSTILE,)),),
        rejected_reasons=((HOSTILE, HOSTILE, 1),),
        not_counted={HOSTILE: 1},
        derivations={HOSTILE: HOSTILE},
    )  # fmt: skip


@pytest.fixture(scope="session")
def by_hand() -> Audit:
    return audit_by_hand()


@pytest.fixture(scope="session")
def blind() -> Audit:
    return without_times(audit_by_hand())


@pytest.fixture(scope="session")
def individual() -> Audit:
    return with_individuals(audit_by_hand())


@pytest.fixture(scope="session")
def hostile() -> Audit:
    return with_hostile_words(audit_by_hand())
