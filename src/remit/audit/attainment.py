"""Do people reach what they are asked for, and how long do new people take until they do?"""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from remit.audit.answer import judged, measured, spared, unseen
from remit.audit.view import Check, Part, View
from remit.audit.wording import in_per_cent, spread
from remit.compensation.measures import by_step
from remit.measures import minimum_group
from remit.measures.attainment import (
    MONTH,
    Assigned,
    AtQuota,
    Attained,
    RampSeen,
    at_quota,
    attainment,
    credited_deals,
    credits_query,
    over_assignment,
    ramps_seen,
    steps_query,
)
from remit.measures.intervals import middle
from remit.measures.managers import reporting_lines
from remit.measures.queries import sql_of
from remit.terms import (
    Answer,
    Citation,
    Estimate,
    Finding,
    Limit,
    Point,
    Proof,
    Severity,
    Standing,
    percent,
)
from remit.terms.period import spoken
from remit.terms.shapes import days_in

_REPS = ("003-23",)
_TEAMS = ("003-66",)
_EARLY = ("003-67",)
_RAMPS = ("003-56", "003-57", "003-58", "003-59", "003-60", "003-61", "003-62")
_SELLING = ("AE", "AE/AM")
_CARRYING = ("SDR", "BDR", "AE", "AE/AM", "AM", "CSM/AM")
_NO_QUOTAS = "The evidence holds no quotas, so that nobody can be held against one."
_LOAD = "Load a table of quotas: person, measure, first and last day, amount."


@Check(
    rules=_REPS,
    asks="How many account executives reach their quota?",
    how="measured",
)
def reps_at_quota(view: View) -> Iterator[Finding]:
    """Share of account executives at or above quota, over full periods past ramp.

    Beside it stand what a team brought in of the sum of its quotas, what other companies have,
    and the sum of quotas against the target it is to add up to, where one is stated.
    """
    if not view.charter.kinds(*_SELLING):
        yield spared("reps_at_quota", "roles", "The charter has no account executives.", _REPS)
        return
    if not view.evidence.rows("quotas"):
        yield unseen("reps_at_quota", "quotas", _NO_QUOTAS, _REPS, _LOAD)
        return
    rows = view.measured(attainment)
    parts = view.parts(*_SELLING)
    if not parts:
        yield unseen(
            "reps_at_quota",
            "quotas",
            "Fewer account executives than the minimum group are in the evidence, so that no "
            "figure about them is shown.",
            _REPS,
        )
    for part in parts:
        mine = _of(part, rows)
        found = at_quota(mine, view.year, _group(view), seed=view.seed)
        yield _reached(
            view, "reps_at_quota", f"quotas of {part.about}", part.about, mine, found, _REPS,
            part.roles, part.segments,
        )  # fmt: skip
        if found is not None:
            yield _team(view, part, found)
    yield from _over_assigned(view)


@Check(
    rules=_TEAMS,
    asks="How many of the people whom sales managers lead reach their quota?",
    how="measured",
)
def teams_at_quota(view: View) -> Iterator[Finding]:
    """Share of reps at quota over all managers' teams together, never team by team.

    Reps are people in selling and prospecting roles who report to a sales manager; where nobody
    says who reports to whom, all of them.
    """
    managers = view.charter.kinds("sales manager")
    if not managers:
        yield spared("teams_at_quota", "roles", "The charter has no sales managers.", _TEAMS)
        return
    if not view.evidence.rows("quotas"):
        yield unseen("teams_at_quota", "quotas", _NO_QUOTAS, _TEAMS, _LOAD)
        return
    reps = view.charter.kinds(*_CARRYING)
    lead = {spell.person_id for spell in view.held if spell.role in managers}
    lines = [
        line
        for line in reporting_lines(view.evidence, view.charter)
        if line.manager_id in lead and line.first_day < view.year.end
    ]
    led = {line.person_id for line in lines}
    rows = [
        row
        for row in view.measured(attainment)
        if row.role in reps and (not lines or row.person_id in led)
    ]
    group = _group(view)
    shown = _shown(view)
    found = at_quota(rows, view.year, group, seed=view.seed)
    caveats: tuple[str, ...] = (
        () if lines else ("Who reports to whom is not known: all of them are counted.",)
    )
    if found is not None and 0 < len(found.persons - shown) < group:
        rows = [row for row in rows if row.person_id in shown]
        found = at_quota(rows, view.year, group, seed=view.seed)
        caveats += ("Roles of fewer people than the minimum group are left out.",)
    if found is not None and 0 < len(shown - found.persons) < group:
        yield unseen(
            "teams_at_quota",
            "quotas of managers' teams",
            f"Managers' teams: beside the figures by role, one of fewer than {group} people could be "
            "worked out from theirs, so that it is not shown.",
            _TEAMS,
            roles=managers,
        )
        return
    if found is not None and _tells_of_few(view, found, group):
        found = dataclasses.replace(found, periods=())
        caveats += (
            f"Periods are not shown one by one: beside those by role, one of fewer than {group} people "
            "could be worked out.",
        )
    who = "people whom sales managers lead" if lines else "people in selling roles"
    yield _reached(
        view, "teams_at_quota", "quotas of managers' teams", who, rows, found, _TEAMS,
        managers, (), caveats,
    )  # fmt: skip


def _by_role(view: View) -> list[AtQuota]:
    """The figures that `reps_at_quota` shows."""
    rows = view.measured(attainment)
    parts = [
        at_quota(_of(part, rows), view.year, _group(view), seed=view.seed)
        for part in view.parts(*_SELLING)
    ]
    return [found for found in parts if found is not None]


def _shown(view: View) -> frozenset[str]:
    """Everybody in them."""
    return frozenset().union(*(found.persons for found in _by_role(view)))


def _tells_of_few(view: View, teams: AtQuota, group: int) -> bool:
    """Whether a period of the teams, less the same by role, would be of too few people."""
    by_role = [period for found in _by_role(view) for period in found.periods]
    for period in teams.periods:
        same = [p.persons for p in by_role if p.first_day == period.first_day]
        if 0 < len(period.persons ^ frozenset().union(*same)) < group:
            return True
    return False


def _group(view: View) -> int:
    return minimum_group(view.charter, view.numbers, view.over.last_day)


def _of(part: Part, rows: Iterable[Attained]) -> list[Attained]:
    """The quotas of a part's people in the part's roles and segments."""
    return [
        row
        for row in rows
        if row.person_id in part.persons
        and row.role in part.roles
        and (not part.segments or row.segment in ("", *part.segments))
    ]


def _reached(
    view: View,
    check: str,
    about: str,
    who: str,
    rows: list[Attained],
    found: AtQuota | None,
    rules: tuple[str, ...],
    roles: tuple[str, ...],
    segments: tuple[str, ...],
    caveats: tuple[str, ...] = (),
) -> Finding:
    """How many of a group are at quota, against the limit and what is usual."""
    if found is None:
        return unseen(
            check,
            about,
            f"{who}: {_why_none(rows, _group(view))}.",
            rules,
            roles=roles,
            segments=segments,
        )
    limits = view.limits("aes_at_quota")
    usual = view.numbers["aes_at_quota_average"].at(view.over.last_day)
    others = (
        f"Elsewhere {percent(usual.range[0]).removesuffix(' %')} to {percent(usual.range[1])} of "
        f"account executives reach quota [{usual.source.standing}: {usual.source.title}]."
        if usual.range
        else ""
    )
    return judged(
        check,
        about,
        f"{who}: {found.reached} of {found.cases} quotas were reached, "
        f"{percent(found.share.value)}{spread(found.share)}; "
        f"less than {percent(limits[0].value)} is {limits[0].level}",
        found.share,
        limits,
        rules,
        proof=Proof(
            estimator="share of people and whole quota periods in which all quotas were reached; "
            "interval: people drawn again",
            query=_query(view, found.measure),
            columns=("period", "people", "at quota", "credited over quota"),
            rows=tuple(
                (
                    f"{spoken(p.first_day)} to {spoken(p.last_day)}",
                    p.people,
                    p.at_quota,
                    percent(p.attainment),
                )
                for p in sorted(found.periods, key=lambda p: p.at_quota / p.people)
            )[:50],
            total=len(found.periods),
        ),
        remedy="Ask first whether the quotas can be reached: compare their sum with the target and "
        "with what these segments brought in before; then look at the deals that were missed.",
        cases=found.cases,
        minimum=view.number("minimum_cases"),
        caveats=(
            others,
            f"A quota is one person's in one period: of {found.people} people past ramp, in whole "
            "periods that ended within the year.",
            f"Left out: {found.ramping} of people who were ramping, or there for a part of the "
            "period."
            if found.ramping
            else "",
            f"Left out: {found.undefined} that are of nothing, or to which what is credited is not "
            "known."
            if found.undefined
            else "",
            "Deals count at their amount, for whoever owned them when they were won."
            if not by_step(found.measure)
            else "Meetings count for whoever recorded the offer.",
            *_lost_days(rows),
            *caveats,
        ),
        roles=roles,
        segments=segments,
        trend=tuple(
            Point(p.first_day.replace(day=1), p.at_quota / p.people, p.people)
            for p in found.periods
        ),
    )


def _why_none(rows: list[Attained], group: int) -> str:
    """Why nobody could be held against a quota."""
    if not rows:
        return "the evidence holds no quota of theirs"
    if all(row.measure is None for row in rows):
        words = ", ".join(sorted({row.words for row in rows})[:3])
        return f"what their quotas count ({words}) is no measure known; name it under `measures:`"
    if all(row.credited is None for row in rows):
        words = ", ".join(sorted({row.words for row in rows})[:3])
        return f"what is credited to their quotas ({words}) cannot be seen in the evidence"
    if not any(row.complete for row in rows):
        return "no quota period has ended that the evidence covers from its first day"
    return f"fewer than {group} of them were past ramp for a whole quota period"


def _lost_days(rows: list[Attained]) -> Iterator[str]:
    """A note where each period ends a day before the next begins: its last day counts nowhere."""
    by_person: dict[tuple[str, str], set[tuple[date, date]]] = defaultdict(set)
    for row in rows:
        by_person[row.person_id, row.words].add((row.first_day, row.end_day))
    lost = any(
        end + timedelta(days=1) in {first for first, _ in spans}
        for spans in by_person.values()
        for _, end in spans
    )
    if lost:
        yield (
            "Quota periods end a day before the next begin, so that what was credited on their "
            "last day counts for none: `end_day` is the day after the last."
        )


def _query(view: View, measure: str) -> str:
    return steps_query(view.evidence) if by_step(measure) else credits_query(view.evidence)


def _team(view: View, part: Part, found: AtQuota) -> Finding:
    """Sum over sum, beside what others achieve."""
    usual = view.numbers["quota_capacity_achieved"].at(view.over.last_day)
    beside = (
        f"; elsewhere it is {percent(usual.range[0]).removesuffix(' %')} to "
        f"{percent(usual.range[1])} [{usual.source.standing}]"
        if usual.range and not by_step(found.measure)
        else ""
    )
    return measured(
        "reps_at_quota",
        f"attainment of {part.about}",
        f"{part.about}: together they were credited with {percent(found.team.value)} of the sum of "
        f"their quotas of {_words(found.measure)}{spread(found.team)}{beside}",
        in_per_cent(found.team),
        _REPS,
        proof=Proof(
            "sum of credits over sum of quotas prorated by days in the role; interval: people "
            "drawn again",
            _query(view, found.measure),
            ("period", "people", "credited over quota"),
            tuple(
                (f"{spoken(p.first_day)} to {spoken(p.last_day)}", p.people, percent(p.attainment))
                for p in sorted(found.periods, key=lambda p: p.attainment)
            )[:50],
            len(found.periods),
        ),
        roles=part.roles,
        segments=part.segments,
        trend=tuple(
            Point(p.first_day.replace(day=1), p.attainment, p.people) for p in found.periods
        ),
    )


def _words(measure: str) -> str:
    """A measure as a sentence says it."""
    return measure.replace("_", " ").replace("arr", "ARR")


def _over_assigned(view: View) -> Iterator[Finding]:
    """Quotas beside the targets they add up to."""
    found = view.measured(over_assignment)
    if not found:
        yield unseen(
            "reps_at_quota",
            "quotas over target",
            "Whether quotas add up to more than the target cannot be told: no target is stated for "
            "the same measure and days.",
            _REPS,
            "State it under `targets:`, or load a table of targets.",
        )
    by_target: dict[tuple[str, str], list[Assigned]] = defaultdict(list)
    for each in found:
        by_target[each.segment, each.measure].append(each)
    for (segment, measure), mine in by_target.items():
        where = segment or "the company"
        street = sum(each.street for each in mine)
        plan = sum(each.plan for each in mine)
        over = float(street / plan)
        first, end = min(e.first_day for e in mine), max(e.end_day for e in mine)
        yield measured(
            "reps_at_quota",
            f"quotas over target in {where}: {measure}",
            f"{where}: sellers' quotas of {_words(measure)} add up to {percent(over)} of the target, "
            f"{spoken(first)} to {spoken(end - timedelta(days=1))}",
            Estimate(over, "share", over, over, of=f"{len(mine)} periods with a target"),
            _REPS,
            proof=Proof(
                "sum of sellers' quotas over the target",
                _quotas_query(view),
                ("period", "quotas", "target", "quotas over target"),
                tuple(
                    (
                        f"{spoken(e.first_day)} to {spoken(e.end_day - timedelta(days=1))}",
                        f"{e.street:,.0f}",
                        f"{e.plan:,.0f}",
                        percent(float(e.over)),
                    )
                    for e in sorted(mine, key=lambda e: -e.over)
                )[:50],
                len(mine),
            ),
            segments=(segment,) if segment else (),
        )


def _quotas_query(view: View) -> str:
    quotas = view.evidence["quotas"]
    return sql_of(quotas.select("measure", "first_day", "end_day", "amount", "currency"))


@Check(
    rules=_EARLY,
    asks="Are new enterprise account executives held against quota before a deal can close?",
    how="measured",
)
def early_quotas(view: View) -> Iterator[Finding]:
    """Quotas set for enterprise AEs on large deals before the month in which that is fair.

    Enterprise segments are those of that size, or of that name where no size is stated; a deal
    is as large as the segment's `acv`, or else as the median new deal won in it. That a quota
    was set is a proxy for being held against it.
    """
    check = "early_quotas"
    enterprise = _enterprise(view)
    roles = [
        role
        for role in view.charter.kinds(*_SELLING)
        if not enterprise or set(view.charter.roles[role].segments or enterprise) & set(enterprise)
    ]
    if not enterprise or not roles:
        yield spared(
            check, "segments", "No account executives work in an enterprise segment.", _EARLY
        )
        return
    floor = view.limit("evaluation_acv_enterprise", "value")
    month = view.limit("evaluation_month_enterprise", "value")
    for segment in enterprise:
        acv = _deal_size(view, segment)
        if acv is None:
            yield unseen(
                check,
                f"quotas in {segment}",
                f"{segment}: how large deals are is not known, as too few new deals with an amount "
                "were won.",
                _EARLY,
                "State `acv:` of the segment.",
                segments=(segment,),
            )
            continue
        if acv < floor.value:
            yield spared(
                check,
                f"quotas in {segment}",
                f"{segment}: the typical new deal is of {acv:,.0f} {view.charter.currency}; the "
                f"rule speaks of {floor.value:,.0f} and more.",
                _EARLY,
                segments=(segment,),
            )
            continue
        if not view.evidence.rows("quotas"):
            yield unseen(check, f"quotas in {segment}", _NO_QUOTAS, _EARLY, _LOAD)
            continue
        yield _early(view, segment, roles, acv, month)


def _enterprise(view: View) -> tuple[str, ...]:
    stated = view.charter.segments
    if any(segment.size for segment in stated.values()):
        return tuple(name for name, segment in stated.items() if segment.size == "enterprise")
    return tuple(name for name in stated if "enterprise" in name.lower())


def _deal_size(view: View, segment: str) -> float | None:
    """What a typical new deal is worth: as the charter says, else the median of those won."""
    stated = view.charter.segments[segment].acv
    if stated is not None:
        return float(stated)
    won = credited_deals(view.evidence)
    accounts = view.evidence["accounts"].select(company="account_id", where="segment")
    rows = won.filter(won.kind == "new").join(accounts, won.account_id == accounts.company)
    amounts = {
        row["opportunity_id"]: row["company_amount"]
        for row in rows.filter(rows["where"] == segment).to_pyarrow().to_pylist()
        if row["company_amount"] is not None
    }
    if len(amounts) < view.number("minimum_cases"):
        return None
    return middle(
        [float(amount) for amount in amounts.values()],  # type: ignore[arg-type]
        amounts,
        unit=view.charter.currency,
        of=f"{len(amounts)} deals",
    ).value


def _early(view: View, segment: str, roles: list[str], acv: float, month: Limit) -> Finding:
    check, about = "early_quotas", f"quotas in {segment}"
    begun = {
        (s.person_id, s.role): s.first_day
        for s in sorted(view.held, key=lambda s: s.first_day, reverse=True)
        if s.role in roles and s.segment in ("", segment)
    }
    rows = [
        row
        for row in view.measured(attainment)
        if row.role in roles and row.segment in ("", segment) and row.quota > 0
    ]
    if not rows:
        return unseen(
            check,
            about,
            f"{segment}: the evidence holds no quota of account executives there.",
            _EARLY,
            _LOAD,
            segments=(segment,),
        )
    dated = [
        (row, _month_in(begun[row.person_id, row.role], row.first_day))
        for row in rows
        if (row.person_id, row.role) in begun
        and begun[row.person_id, row.role].year > 1900
        and begun[row.person_id, row.role] >= view.year.start - timedelta(days=month.value * MONTH)
    ]
    if not dated:
        return unseen(
            check,
            about,
            f"{segment}: nobody is known to have come into the role within the year, so that no "
            "quota of a new account executive can be looked at.",
            _EARLY,
            "Give the people file with its days.",
            segments=(segment,),
        )
    early = [(row, at) for row, at in dated if at < month.value]
    first = min((at for _, at in early), default=None)
    share = len(early) / len(dated)
    says = (
        f"{segment}: {len(early)} of {len(dated)} quotas of account executives who came in the last "
        f"{12 + month.value:.0f} months begin before month {month.value:.0f} in the role, the first "
        f"in month {first}"
        if early
        else f"{segment}: none of {len(dated)} quotas of account executives who came in the last "
        f"{12 + month.value:.0f} months begins before month {month.value:.0f} in the role"
    )
    full = {row.quota for row in rows if row.ramped}
    reduced = early and full and all(row.quota < max(full) for row, _ in early)
    return Finding(
        check=check,
        about=about,
        answer=Answer.INDICATED if early else Answer.CLEAR,
        says=f"{says}; the typical deal there is of {acv:,.0f} {view.charter.currency}.",
        rules=_EARLY,
        severity=Severity.AMBER if early else None,
        measured=Estimate(share, "share", of=f"{len(dated)} quotas"),
        limit=month,
        proof=Proof(
            "quotas by the month in the role in which they begin",
            _quotas_query(view),
            ("month in the role", "quotas"),
            tuple((at, sum(a == at for _, a in early)) for at in sorted({a for _, a in early})),
            len({at for _, at in early}),
        ),
        remedy=f"Start quotas of new enterprise account executives in month {month.value:.0f}, and "
        "hold them against pipeline and learning before."
        if early
        else "",
        caveats=tuple(
            note
            for note in (
                "That a quota was set is a proxy: whether anybody is held against it is not seen.",
                "The early quotas are smaller than full ones." if reduced else "",
            )
            if note
        ),
        roles=tuple(roles),
        segments=(segment,),
    )


def _month_in(begun: date, day: date) -> int:
    """Which month in the role a day falls into, 1 for the first.

    >>> _month_in(date(2026, 2, 1), date(2026, 10, 1)), _month_in(date(2026, 1, 15), date(2026, 4, 1))
    (9, 3)
    """
    months = 12 * (day.year - begun.year) + day.month - begun.month - (day.day < begun.day)
    return max(0, months) + 1


@Check(
    rules=_RAMPS,
    asks="How long do new people take until they bring in what tenured people do?",
    how="measured",
)
def months_to_ramp(view: View) -> Iterator[Finding]:
    """Months until new people's output reaches the tenured middle, beside the ramp declared.

    Against a role's own `ramp:` in the charter it is held as a limit; a source's ramp stands
    beside it, and nothing is judged by it.
    """
    check = "months_to_ramp"
    roles = view.charter.kinds(*_CARRYING)
    if not roles:
        yield spared(check, "roles", "The charter has no role whose output could be counted.", ())
        return
    if not view.evidence.rows("opportunities") and not view.evidence.rows("handoffs"):
        yield unseen(
            check,
            "roles",
            "The evidence holds no deals and no meetings, so that nobody's output is known.",
            (),
        )
        return
    found = {r.role: r for r in view.measured(ramps_seen, group=_group(view), seed=view.seed)}
    for role in roles:
        if role in found:
            yield _ramped(view, found[role])
        else:
            yield unseen(
                check,
                f"ramp of {role}",
                f"{role}: fewer than {_group(view)} people are known to have come into the role since "
                "the evidence begins, or fewer are tenured in it, so that its ramp is not shown.",
                (),
                "Give the people file with its days." if _undated(view, role) else "",
                roles=(role,),
            )


def _undated(view: View, role: str) -> bool:
    return all(s.basis in ("title", "credit") for s in view.held if s.role == role)


def _ramped(view: View, seen: RampSeen) -> Finding:
    check, about = "months_to_ramp", f"ramp of {seen.role}"
    declared = view.charter.roles[seen.role]
    proof = Proof(
        "output of each month in the role over the tenured middle of role and segment, pooled over "
        "those there to its end; first month from which three together reach 1; interval: starters "
        "drawn again",
        _query(view, seen.measure),
        ("month in the role", "people", "output, of the tenured middle"),
        tuple((m.month, m.people, percent(m.output)) for m in seen.by_month)[:50],
        len(seen.by_month),
    )
    caveats = (
        f"{seen.starters} people came into the role; {seen.left} of them have left it and count for "
        "the months they were there. Whoever stayed may be better than whoever left."
        if seen.left
        else f"{seen.starters} people came into the role; all are still in it.",
        f"Output is {_words(seen.measure)}; tenured are {seen.tenured} people.",
    )
    if seen.months is None:
        says = (
            f"{seen.role}: in the {seen.watched} months that can be seen, new people did not bring "
            "in what tenured people do over three months together"
        )
        estimate = Estimate(
            float(seen.watched), "months", float(seen.watched), of=f"{seen.starters} starters",
            said=f"{seen.watched} months or more",
        )  # fmt: skip
    else:
        estimate = seen.months
        wide = (
            f" ({estimate.low:.0f} to {estimate.high:.0f})"
            if estimate.low is not None and estimate.high is not None
            else f" ({estimate.low:.0f} or more)"
        )
        says = (
            f"{seen.role}: new people bring in what tenured people do after {estimate.value:.0f} "
            f"months{wide}"
        )
    if declared.ramp is None:
        name = f"ramp_{(declared.kind or '').lower().replace(' ', '_')}"
        beside = ""
        if name in view.numbers:
            value = view.numbers[name].at(view.over.last_day)
            low, high = value.range or (value.value or 0, value.value or 0)
            beside = (
                f"; a source says {low / MONTH:.0f} to {high / MONTH:.0f} [{value.source.standing}]"
            )
        return measured(
            check, about, says + beside, estimate, (), proof=proof, caveats=caveats,
            roles=(seen.role,),
        )  # fmt: skip
    cited = Citation(
        f"{view.charter.company}'s charter", f"roles.{seen.role}.ramp", Standing.POLICY
    )
    limit = Limit("ramp", days_in(declared.ramp) / MONTH, "months", cited, True, "amber")
    says = f"{says}; the charter says {declared.ramp}"
    remedy = f"Plan with the longer ramp, or change how new people come in as {seen.role}."
    bounded = estimate
    if estimate.low is not None and estimate.high is None:
        bounded = dataclasses.replace(estimate, high=float("inf"))  # the end is open
    found = judged(
        check, about, says, bounded, (limit,), (), proof=proof, remedy=remedy, caveats=caveats,
        roles=(seen.role,), most=Severity.AMBER,
    )  # fmt: skip
    return dataclasses.replace(found, measured=estimate)
