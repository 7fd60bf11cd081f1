"""Checks on how many people hold which role: ratios, spans, and roles that come too early."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from remit.charter import Cell, remit_of, role_kinds
from remit.charter.market import AccountAge
from remit.charter.ownership import MOTIONS
from remit.check.declared import Check, Declared, Subject, or_clear
from remit.check.wording import counted, inside, listed, plain
from remit.terms import Estimate, Finding, Function, Limit, Severity

_AES_PER_SDR = ("003-02",)
_AES_PER_SE = ("000-25", "003-30", "003-31")
_TECHNICAL = ("000-25",)
_SPANS = ("003-43", "003-44", "003-45", "003-46")
_FIELD = ("003-27",)
_EARLY = ("000-08", "003-15")
_FEW = ("002-03",)

_PROSPECTORS = ("SDR", "BDR")
_SELLER = ("AE",)
_CLOSERS = ("AE", "AE/AM")
_SELLERS = ("AE", "AE/AM", "AM")
_LEADERS = ("sales manager", "VP Sales", "CRO")
_SMALL = ("very_small", "smb")


@Check(rules=_AES_PER_SDR, asks="Do SDRs and AEs fit together in number?")
def aes_for_each_sdr(declared: Declared) -> Iterator[Finding]:
    """AEs for each SDR, by segment, outside the band of the benchmark.

    Amber. BDRs who prospect beside SDRs for the same AEs are counted with them. Where `motion:`
    tells both SDRs and AEs apart, those for inbound alone are left out: outbound AEs for each
    outbound SDR. AEs for every motion take meetings from all. Where headcounts are not by segment,
    all segments in which SDRs work are looked at together.
    """
    subject = Subject("aes_for_each_sdr", _AES_PER_SDR)
    if not declared.charter.kinds("SDR") or not declared.charter.kinds("AE"):
        yield subject.not_here("roles", "There are not both SDRs and AEs.")
        return
    sdrs = declared.charter.kinds("SDR")
    pairs = {
        where: both
        for where, both in _both(declared, _SELLER, _PROSPECTORS, but=_inbound_alone).items()
        if any(declared.in_segment(role, segment) for role in sdrs for segment in where)
    }
    if not pairs:
        yield subject.not_stated(
            "roles", "How many AEs and SDRs there are is not stated: `people:` or `headcount:`."
        )
        return
    yield from or_clear(
        (
            subject.found(
                f"AEs for each SDR{inside(where)}",
                f"{counted(aes, ae)} and {counted(openers, one, many)} work{inside(where) or ' here'}: "
                f"{counted(round(aes / openers, 1), ae)} for one {one}; the band is "
                f"{_band(declared, name)}{apart}.",
                Severity.AMBER,
                remedy="Hire or move people towards the band, or state your own under "
                f"`benchmarks: {name}` with its reason: cycle and contract value matter.",
                place=declared.place("roles", sdrs[0]),
                measured=Estimate(aes / openers, "people", of=counted(openers, one, many)),
                limit=_edge(declared, name, aes / openers),
            )
            for name in ("aes_per_sdr",)
            for where, (aes, openers) in pairs.items()
            for ae, one, many, apart in [_sides(declared, where)]
            if openers and _outside(declared, name, aes / openers)
        ),
        subject.clear("roles", "AEs for each SDR are within the band wherever both are counted."),
    )


def _sides(declared: Declared, where: tuple[str, ...]) -> tuple[str, str, str, str]:
    """What an AE is called, one and many of those who prospect, and who is counted apart."""
    bdrs = any(
        declared.in_segment(role, segment)
        for role in declared.charter.kinds("BDR")
        for segment in where
    )
    one, many = ("SDR or BDR", "SDRs and BDRs") if bdrs else ("SDR", "SDRs")
    inbound = list(dict.fromkeys(r for s in where for r in _inbound_alone(declared, s)))
    if not inbound:
        return "AE", one, many, ""
    apart = f" ({listed(inbound)}, for inbound alone, {'is' if len(inbound) == 1 else 'are'} apart)"
    return "outbound AE", f"outbound {one}", f"outbound {many}", apart


def _inbound_alone(declared: Declared, segment: str) -> tuple[str, ...]:
    """AEs and SDRs for inbound alone, in a segment where `motion:` parts them from others."""
    motions = {
        kinds: {
            role: set(declared.charter.roles[role].motion)
            for role in declared.charter.kinds(*kinds)
            if declared.in_segment(role, segment)
        }
        for kinds in (_PROSPECTORS, _SELLER)
    }
    openers, sellers = motions[_PROSPECTORS], motions[_SELLER]
    apart = [role for role, motion in openers.items() if motion == {"inbound"}]
    outbound = [role for role, motion in sellers.items() if motion and "inbound" not in motion]
    if not apart or len(apart) == len(openers) or not outbound:
        return ()
    return (*apart, *(role for role, motion in sellers.items() if motion == {"inbound"}))


@Check(rules=_AES_PER_SE, asks="Are there enough sales engineers for the AEs?")
def aes_for_each_se(declared: Declared) -> Iterator[Finding]:
    """Sales engineers too few for the AEs of a segment.

    In a technical sale red below the share that the sources call a red flag. In any other
    segment amber past the ratio for its size. A pool of SEs is held against all its segments. A segment that is neither technical nor of a size
    with a ratio is not looked at; nor is one without any SE, which `technical_sale` speaks of.
    """
    subject = Subject("aes_for_each_se", _AES_PER_SE)
    if not declared.charter.kinds("SE") or not declared.charter.kinds(*_CLOSERS):
        yield subject.not_here("roles", "There are not both SEs and AEs.")
        return
    pairs = _both(declared, _CLOSERS, ("SE",))
    if not pairs:
        yield subject.not_stated(
            "roles", "How many AEs and SEs there are is not stated: `people:` or `headcount:`."
        )
        return
    yield from or_clear(
        (
            found
            for where, (aes, engineers) in pairs.items()
            if (found := _too_few_engineers(declared, subject, where, aes, engineers)) is not None
        ),
        subject.clear("roles", "SEs are enough for the AEs wherever both are counted."),
    )


def _too_few_engineers(
    declared: Declared,
    subject: Subject,
    where: tuple[str, ...],
    aes: float,
    engineers: float,
) -> Finding | None:
    stated = declared.charter.segments
    of = [stated[segment] for segment in where if segment in stated]
    technical = bool(of) and all(one.technical_sale for one in of)
    sizes = {one.size for one in of}
    size = sizes.pop() if len(sizes) == 1 else None
    here = f"{counted(aes, 'AE')} and {counted(engineers, 'SE')} work{inside(where) or ' here'}"
    share = declared.limit("se_share_of_aes")
    if technical and aes and engineers / aes < share.value:
        return subject.found(
            f"SEs{inside(where)}",
            f"{here}: {engineers / aes:.0%} of the AEs; in a technical sale the limit is "
            f"{share.value:.0%}.",
            Severity.RED,
            remedy="Plan for more SEs, or say that the sale is not technical.",
            place=declared.place("roles", declared.charter.kinds("SE")[0]),
            measured=Estimate(engineers / aes, "share", of=counted(aes, "AE")),
            limit=share,
            rules=("000-25",),
        )
    name = {"mid_market": "aes_per_se_mid_market", "enterprise": "aes_per_se_enterprise"}.get(
        size or ""
    )
    if name is None or not engineers:
        return None
    limit = declared.limit(name, "amber")
    if aes / engineers <= limit.value:
        return None
    return subject.found(
        f"SEs{inside(where)}",
        f"{here}: {counted(round(aes / engineers, 1), 'AE')} for one SE; the limit is {plain(limit.value)}.",
        Severity.AMBER,
        remedy="Plan for more SEs, or state your own limit under "
        f"`benchmarks: {name}` with its reason.",
        place=declared.place("roles", declared.charter.kinds("SE")[0]),
        measured=Estimate(aes / engineers, "people", of=counted(engineers, "SE")),
        limit=limit,
        rules=("003-30",) if size == "mid_market" else ("003-31",),
    )


@Check(rules=_TECHNICAL, asks="Does somebody other than the seller validate a technical sale?")
def technical_sale(declared: Declared) -> Iterator[Finding]:
    """Technical sales in which no role but the sellers owns or assists technical validation.

    Red: the sources call too few sales engineers in a technical sale a red flag, and none is too
    few. Validation by people outside the charter counts.
    """
    subject = Subject("technical_sale", _TECHNICAL)
    stated = declared.charter.segments
    technical = [name for name, segment in stated.items() if segment.technical_sale]
    if not technical:
        unknown = [name for name, segment in stated.items() if segment.technical_sale is None]
        yield (
            subject.not_stated(
                "segments",
                f"Whether the sale is technical is not stated{inside(unknown)}: `technical_sale:`.",
            )
            if unknown or not stated
            else subject.not_here("segments", "No segment is a technical sale.")
        )
        return
    yield from or_clear(
        (
            subject.found(
                f"technical validation in {segment}",
                f"{segment} is a technical sale, and no role but the sellers owns or assists "
                "technical validation there.",
                Severity.RED,
                remedy="Add a role `is: SE`, or name technical_validation under `outside:`.",
                place=declared.place("segments", segment),
            )
            for segment in technical
            if not _validated(declared, segment)
        ),
        subject.clear("segments", "Each technical sale has somebody beside the sellers for it."),
    )


def _validated(declared: Declared, segment: str) -> bool:
    cells = [
        declared.owners[Cell(Function.TECHNICAL_VALIDATION, segment, motion, AccountAge.BEFORE_WIN)]
        for motion in MOTIONS
    ]
    others = {
        role
        for cell in cells
        for role in (*cell.owns, *cell.assists)
        if declared.charter.roles[role].kind not in (*_CLOSERS, *_LEADERS)
    }
    return bool(others) or any(cell.outside for cell in cells)


@dataclass(frozen=True, slots=True)
class _Led:
    """The people one manager leads, by the benchmark that speaks of them, if one does."""

    band: str | None
    people: float
    whom: str
    """Whom they lead, in words."""
    leader: str | None = None
    """The role of the manager, where only roles are known."""
    leaders: float = 1
    in_part: bool = False
    """Whether the manager has other work beside leading."""


@Check(rules=_SPANS, asks="Do managers lead as many people as they can coach?")
def spans(declared: Declared) -> Iterator[Finding]:
    """Numbers of people who report to one manager, outside the band for their role.

    Counted from the managers that `people:` names; else from teams with a manager; else from
    `reports_to:` and headcounts, as a mean. Amber for more than the band, a note for fewer, unless
    the manager leads for a part of their time only. Teams of sellers to very small and to small
    customers have no upper end and are not held against it. Whoever leads neither AEs nor SDRs, or
    by `reports_to:` both of them, is named with the number led: no source gives a band.
    """
    subject = Subject("spans", _SPANS)
    told = [led for led in (_of_people(declared), _of_teams(declared), _of_roles(declared)) if led]
    if not told:
        lines = any(role.reports_to for role in declared.charter.roles.values())
        yield subject.not_stated(
            "people",
            "How many people report to whom is not stated: `headcount:` of the roles, or "
            "`manager:` of people or teams."
            if lines
            else "Who leads whom is not stated: `manager:` of people or teams, or `reports_to:` "
            "with headcounts.",
        )
        return
    held = next((led for led in told if any(one.band is not None for one in led)), told[0])
    by_band: dict[str, list[_Led]] = {}
    for led in held:
        if led.band is not None:
            by_band.setdefault(led.band, []).append(led)
    yield from _without_band(
        subject, [one for one in held if one.band is None and (one.leader or not by_band)]
    )
    if not by_band:
        return
    teams = sum(len(of_band) for of_band in by_band.values())
    yield from or_clear(
        (
            found
            for band, of_band in by_band.items()
            if (found := _span(declared, subject, band, of_band)) is not None
        ),
        subject.clear("people", f"{counted(teams, 'team')} of SDRs or AEs within the band."),
    )


def _without_band(subject: Subject, led: list[_Led]) -> Iterator[Finding]:
    """Whom else managers lead: one answer for each kind of people, no person named."""
    alike: dict[tuple[str | None, str], list[_Led]] = {}
    for one in led:
        alike.setdefault((one.leader, one.whom), []).append(one)
    for (leader, whom), of_these in alike.items():
        numbers = listed(dict.fromkeys(plain(n) for n in sorted(one.people for one in of_these)))
        several = len(of_these) > 1 or of_these[0].leaders > 1
        who = leader or f"{counted(len(of_these), 'manager')}"
        mixed = whom.endswith(_TOGETHER)
        yield subject.not_here(
            f"managers of {whom}",
            f"{who} {'leads' if leader or not several else 'lead'} {whom}, {numbers} people"
            f"{' each' if several else ''}; no source gives a band for "
            f"{'mixed teams' if mixed else whom}.",
        )


_TOGETHER = " together"


def _span(declared: Declared, subject: Subject, band: str, led: list[_Led]) -> Finding | None:
    healthy = declared.band(band)
    if healthy is None:
        return None
    low, high = healthy
    odd = sorted(
        one.people for one in led if one.people > high or (one.people < low and not one.in_part)
    )
    if not odd:
        return None
    worst = max(odd) if max(odd) > high else min(odd)
    who = {"span_sdrs": "SDRs", "span_enterprise_aes": "enterprise AEs"}.get(band, "AEs")
    who_lead = f"{len(odd)} of {len(led)} managers of {who} {'leads' if len(odd) == 1 else 'lead'}"
    if len(led) == 1:
        who_lead = f"The manager of {who} leads"
    rule = {"span_sdrs": "003-44", "span_enterprise_aes": "003-45"}.get(band, "003-43")
    return subject.found(
        f"managers of {who}",
        f"{who_lead} {listed(dict.fromkeys(plain(one) for one in odd))} people; "
        f"the band is {_band(declared, band)}.",
        Severity.AMBER if worst > high else Severity.NOTE,
        remedy=f"Move people between teams, or state your own band under `benchmarks: {band}`.",
        measured=Estimate(worst, "people", of=counted(len(led), "team")),
        limit=_edge(declared, band, worst),
        rules=(rule,),
        place=declared.place("roles"),
    )


def _of_people(declared: Declared) -> list[_Led]:
    """Reports of each manager whom the charter's people name."""
    charter, day = declared.charter, declared.day
    reports: dict[str, dict[str, tuple[str, str | None]]] = {}  # by manager, then by person
    for spell in charter.people:
        over = spell.last_day is not None and spell.last_day < day
        if spell.manager is None or over or (spell.first_day or day) > day:
            continue
        reports.setdefault(spell.manager, {})[spell.person] = (spell.role, spell.segment)
    found = []
    for manager, led in reports.items():
        one = _led(declared, Counter(led.values()), len(led))
        found.append(replace(one, in_part=_leads_in_part(declared, manager)))
    return found


def _leads_in_part(declared: Declared, manager: str) -> bool:
    """Whether a person leads for less than their whole time; not where they are not known."""
    charter, day = declared.charter, declared.day
    spells = [
        spell
        for spell in charter.people
        if spell.person == manager
        and (spell.first_day or day) <= day
        and (spell.last_day or day) >= day
    ]
    leading = sum(
        spell.share
        for spell in spells
        if Function.MANAGEMENT in remit_of(charter, spell.role).owned
    )
    return bool(spells) and round(leading, 6) < 1


def _of_teams(declared: Declared) -> list[_Led]:
    """Members of each line team or pod that has a manager."""
    found = []
    for team in declared.charter.teams.values():
        if team.manager is None or team.kind == "overlay" or not team.members:
            continue
        members = {role: n for role, n in team.members.items() if role != team.manager}
        segments = team.segments or (None,)
        roles = Counter({(role, segment): n for role, n in members.items() for segment in segments})
        found.append(_led(declared, roles, sum(members.values())))
    return found


def _of_roles(declared: Declared) -> list[_Led]:
    """People of the roles that report to one role, for each of its holders, on average."""
    roles = declared.charter.roles
    found = []
    for leader in dict.fromkeys(role.reports_to for role in roles.values()):
        led = [name for name, role in roles.items() if role.reports_to == leader]
        if leader is None or leader not in roles:
            continue
        leaders, people = declared.people(leader), declared.people(*led)
        if not leaders or not people:
            continue
        one = _led(declared, Counter((role, None) for role in led), people / leaders)
        groups = {_group(roles[name].kind or name) for name in led}
        found.append(
            replace(
                one,
                band=one.band if len(groups) == 1 else None,
                leader=leader,
                leaders=leaders,
                in_part=remit_of(declared.charter, leader).owned != {Function.MANAGEMENT},
            )
        )
    return found


def _several(kind: str) -> str:
    """Holders of a kind of role; a role of the company's own goes by its name."""
    return f"{kind}s" if kind in role_kinds() and not kind.endswith("s") else kind


def _group(kind: str) -> tuple[str, ...]:
    """The kinds of role that one band speaks of together with a kind."""
    return next((group for group in (_PROSPECTORS, _CLOSERS) if kind in group), (kind,))


def _led(declared: Declared, reports: Mapping[tuple[str, str | None], int], people: float) -> _Led:
    """One manager's people, by role and segment; without a band where most are neither SDR nor AE."""
    charter = declared.charter
    whole = sum(reports.values())

    def most(kinds: tuple[str, ...]) -> bool:
        of_these = sum(n for (role, _), n in reports.items() if charter.roles[role].kind in kinds)
        return 2 * of_these > whole

    kinds = dict.fromkeys(charter.roles[role].kind or role for role, _ in reports)
    whom = listed(_several(kind) for kind in kinds) + (_TOGETHER if len(kinds) > 1 else "")
    if most(_PROSPECTORS):
        return _Led("span_sdrs", people, whom)
    if not most(_CLOSERS):
        return _Led(None, people, whom)
    sizes = {
        charter.segments[segment].size
        for role, said in reports
        for segment in ([said] if said else charter.roles[role].segments or charter.segments)
        if segment in charter.segments
    }
    if sizes and sizes <= set(_SMALL):
        return _Led("span_smb_aes", people, whom)
    return _Led("span_enterprise_aes" if sizes == {"enterprise"} else "span_aes", people, whom)


@Check(rules=_FIELD, asks="Are sellers inside or in the field as the contracts' value allows?")
def field_coverage(declared: Declared) -> Iterator[Finding]:
    """Segments whose contract value and whose sellers' way of working do not fit.

    Amber for field sellers alone below the benchmark, a note for inside sellers alone above it.
    Not looked at where the charter's currency is not that of the benchmark.
    """
    subject = Subject("field_coverage", _FIELD)
    charter, limit = declared.charter, declared.limit("field_acv", "value")
    known = {
        name: segment.acv for name, segment in charter.segments.items() if segment.acv is not None
    }
    works = {
        name: {
            charter.roles[role].works
            for role in charter.kinds(*_CLOSERS)
            if declared.in_segment(role, name) and charter.roles[role].works
        }
        for name in known
    }
    if not any(works.values()):
        yield subject.not_stated(
            "segments", "`acv:` of segments and `works:` of their AEs are not both stated."
        )
        return
    if charter.currency != limit.unit:
        yield subject.not_here(
            "segments", f"Values are in {charter.currency}, and the benchmark is in {limit.unit}."
        )
        return
    yield from or_clear(
        (
            subject.found(
                f"AEs in {name}",
                f"Contracts in {name} are worth {plain(float(acv))} {limit.unit} a year, and all "
                f"its AEs work {'in the field' if field else 'inside'}; field coverage is added "
                f"from {plain(limit.value)} {limit.unit}.",
                Severity.AMBER if field else Severity.NOTE,
                remedy="Change `works:` of the role, or add a role that works "
                f"{'inside' if field else 'in the field'}.",
                place=declared.place("segments", name),
                measured=Estimate(float(acv), limit.unit, of=name),
                limit=limit,
            )
            for name, acv in known.items()
            for field in (True, False)
            if works[name] == {"field" if field else "inside"}
            and (acv < limit.value if field else acv > limit.value)
        ),
        subject.clear("segments", "AEs work inside or in the field as the benchmark has it."),
    )


@Check(rules=_EARLY, asks="Did SDRs come before leads could be planned with?")
def early_sdrs(declared: Declared) -> Iterator[Finding]:
    """SDRs in a segment with few AEs, no lead flow that can be planned and no playbook.

    Amber. Few is the number of the benchmark or less; where AEs are not counted, the lead flow
    alone decides. `playbook: true` closes it: an outbound playbook that works is the other way to
    be ready.
    """
    subject = Subject("early_sdrs", _EARLY)
    charter, limit = declared.charter, declared.limit("aes_before_sdrs", "value")
    where = [
        segment
        for segment in declared.segments
        if any(declared.in_segment(role, segment) for role in charter.kinds(*_PROSPECTORS))
    ]
    if not where:
        yield subject.not_here("roles", "No segment has SDRs or BDRs.")
        return
    looked = [
        segment for segment in where if _fact(declared, segment, "predictable_leads") is not None
    ]
    if not looked:
        yield subject.not_stated(
            "segments", "Whether leads can be planned with is not stated: fact `predictable_leads`."
        )
        return
    yield from or_clear(
        (
            subject.found(
                f"SDRs in {segment}",
                f"{segment} has SDRs, {counted(aes, 'AE') if aes is not None else 'AEs'} and no "
                f"lead flow that can be planned with; with {plain(limit.value)} AEs or fewer "
                "that is too early.",
                Severity.AMBER,
                remedy="Let AEs prospect until replies and meetings can be repeated, and state "
                "`playbook: true` once they can.",
                place=declared.place("segments", segment),
                measured=Estimate(aes, "people", of=segment) if aes is not None else None,
                limit=limit,
            )
            for segment in looked
            for aes in [_count(declared, _CLOSERS, segment)]
            if _fact(declared, segment, "predictable_leads") is False
            and _fact(declared, segment, "playbook") is not True
            and (aes is None or aes <= limit.value)
        ),
        subject.clear("segments", "No segment that could be looked at has SDRs too early."),
    )


@Check(rules=_FEW, asks="Are there enough sellers to split account executives and managers?")
def few_sellers(declared: Declared) -> Iterator[Finding]:
    """Segments that split AE and AM with so few sellers that sources start with generalists.

    Amber. Sellers are AEs, AMs and those who are both; `decide` weighs the other factors.
    """
    subject = Subject("few_sellers", _FEW)
    limit = declared.limit("generalist_sellers", "value")
    split = [
        segment
        for segment in declared.segments
        if str(declared.structure(segment)["ae_am"]).startswith("split")
        and any(
            declared.charter.roles[role].kind == "AM" and declared.in_segment(role, segment)
            for role in declared.charter.roles
        )
    ]
    if not split:
        yield subject.not_here("roles", "No segment splits account executives and managers.")
        return
    known = {
        segment: sellers
        for segment in split
        if (sellers := _sellers(declared, segment)) is not None
    }
    if not known:
        yield subject.not_stated(
            "roles",
            "How many sellers there are is not stated: `people:`, `headcount:` or the fact `sellers`.",
        )
        return
    yield from or_clear(
        (
            subject.found(
                f"sellers{inside([segment])}",
                f"{counted(sellers, 'seller')} in AE and AM roles work{inside([segment]) or ' here'}; with "
                f"{plain(limit.value)} or fewer the source starts with generalists.",
                Severity.AMBER,
                remedy="Let one role own closing, renewal and expansion, or state why not under "
                "`decisions:`.",
                place=declared.place("segments", segment)
                if segment in declared.charter.segments
                else declared.place("roles"),
                measured=Estimate(sellers, "people", of=segment),
                limit=limit,
            )
            for segment, sellers in known.items()
            if sellers <= limit.value
        ),
        subject.clear("roles", "Each segment that splits AE and AM has more sellers than that."),
    )


def _sellers(declared: Declared, segment: str) -> float | None:
    held = _count(declared, _SELLERS, segment)
    stated = _fact(declared, segment, "sellers")
    return held if held is not None else float(stated) if isinstance(stated, (int, float)) else None


def _fact(declared: Declared, segment: str, name: str) -> float | bool | str | None:
    stated = declared.charter.segments.get(segment)
    fact = stated.facts.get(name) if stated is not None else None
    return fact.value if fact is not None else None


def _count(
    declared: Declared, kinds: tuple[str, ...], segment: str, but: tuple[str, ...] = ()
) -> float | None:
    """People of some kinds in a segment, but for some roles.

    None where no role there is of them, where one is not counted, and where some of its people
    are placed in no segment, such as a pool for several.
    """
    roles = [
        role
        for role in declared.charter.kinds(*kinds)
        if declared.in_segment(role, segment) and role not in but
    ]
    if not roles or any(_pooled(declared, role) for role in roles):
        return None
    return declared.people(*roles, segment=segment)


def _pooled(declared: Declared, role: str) -> bool:
    where = [segment for segment in declared.segments if declared.in_segment(role, segment)]
    each = [declared.people(role, segment=segment) for segment in where]
    known = [people for people in each if people is not None]
    return len(known) < len(each) or round(sum(known) - (declared.people(role) or 0.0), 6) != 0


def _nobody(declared: Declared, segment: str) -> tuple[str, ...]:
    return ()


def _both(
    declared: Declared,
    some: tuple[str, ...],
    others: tuple[str, ...],
    but: Callable[[Declared, str], tuple[str, ...]] = _nobody,
) -> Mapping[tuple[str, ...], tuple[float, float]]:
    """Two counts in each segment that has both, without the roles that `but` gives for it.

    Where neither is known by segment, both are counted over all segments in which the second
    works; nothing where that is not known either.
    """
    found: dict[tuple[str, ...], tuple[float, float]] = {
        (segment,): (one, other)
        for segment in declared.segments
        for left_out in [but(declared, segment)]
        if (one := _count(declared, some, segment, left_out)) is not None
        and (other := _count(declared, others, segment, left_out)) is not None
    }
    if found:
        return found
    left_out = tuple(dict.fromkeys(r for s in declared.segments for r in but(declared, s)))
    roles = [role for role in declared.charter.kinds(*others) if role not in left_out]
    sellers = [role for role in declared.charter.kinds(*some) if role not in left_out]
    where = [s for s in declared.segments if any(declared.in_segment(r, s) for r in roles)]
    other = declared.people(*roles)
    each = [
        _count(declared, some, segment, left_out)
        for segment in where
        if any(declared.in_segment(role, segment) for role in sellers)
    ]
    known = [count for count in each if count is not None]
    here = sum(known) if known and len(known) == len(each) else None
    if here is None and len(where) == len(declared.segments):
        here = declared.people(*sellers)
    return {} if here is None or other is None else {tuple(where): (here, other)}


def _outside(declared: Declared, name: str, measured: float) -> bool:
    band = declared.band(name)
    return band is not None and not band[0] <= measured <= band[1]


def _band(declared: Declared, name: str) -> str:
    band = declared.band(name)
    assert band is not None, f"{name} sets no band"
    return f"{plain(band[0])} to {plain(band[1])}"


def _edge(declared: Declared, name: str, measured: float) -> Limit:
    """The end of a band that a measure is past, as a limit."""
    band, number = declared.band(name), declared.numbers[name]
    assert band is not None, f"{name} sets no band"
    above = measured > band[1]
    source = number.at(declared.day).source
    return Limit(name, float(band[1] if above else band[0]), number.unit, source, above)
