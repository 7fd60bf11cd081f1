"""The truth beside the export: counted from what was simulated, not from the parameters."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from datetime import date
from typing import Any

from remit.example.company import Company
from remit.example.days import DAY, Calendar, day_of, number
from remit.example.finance import quotas
from remit.example.forget import Kept
from remit.example.records import EXPANSION, FIELDS, NEW, PLACEHOLDERS, RENEWAL, Deal, Market
from remit.example.salesforce import user_id
from remit.example.staff import Staff
from remit.example.work import Year

Tally = dict[str, Any]


def _plain(value: Any) -> Any:
    """Parameters as JSON: dataclasses and mappings to dicts, days to text."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {part.name: _plain(getattr(value, part.name)) for part in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(name): _plain(part) for name, part in value.items()}
    if isinstance(value, tuple):
        return [_plain(part) for part in value]
    return value.isoformat() if isinstance(value, date) else value


def _minutes(company: Company, year: Year, kept: Kept) -> list[Tally]:
    """Each role and segment: true and recorded minutes by function, overall and by month."""
    first, last = number(company.year_starts), number(company.last_day)
    true: list[dict[str, float]] = [{} for _ in year.cells]
    seen: list[dict[str, float]] = [{} for _ in year.cells]
    monthly: list[dict[str, dict[str, float]]] = [{} for _ in year.cells]
    month_of = {day: day_of(day).isoformat()[:7] for day in range(first, last + 1)}
    people: list[set[int]] = [set() for _ in year.cells]
    for piece, recorded in zip(year.pieces, kept.recorded, strict=True):
        if not first <= piece.day <= last:
            continue
        cell, function, minutes = piece.cell, piece.function, piece.minutes
        people[cell].add(piece.person)
        true[cell][function] = true[cell].get(function, 0.0) + minutes
        month = monthly[cell].setdefault(month_of[piece.day], {})
        month[function] = month.get(function, 0.0) + minutes
        if recorded:
            seen[cell][function] = seen[cell].get(function, 0.0) + minutes
    found = []
    for cell in sorted(range(len(year.cells)), key=lambda cell: year.cells[cell]):
        role, segment = year.cells[cell]
        total, shown = sum(true[cell].values()), sum(seen[cell].values())
        if total == 0:
            continue
        found.append(
            {
                "role": role,
                "segment": segment,
                "people": len(people[cell]),
                "minutes": _rounded(true[cell]),
                "share": {name: round(part / total, 4) for name, part in _sorted(true[cell])},
                "recorded_minutes": _rounded(seen[cell]),
                "recorded_share_of_time": round(shown / total, 4),
                "share_of_recorded": {
                    name: round(part / shown, 4) for name, part in _sorted(seen[cell])
                },
                "minutes_by_month": {
                    month: _rounded(parts) for month, parts in sorted(monthly[cell].items())
                },
            }
        )
    return found


def _sorted(parts: Mapping[str, float]) -> list[tuple[str, float]]:
    return sorted(parts.items())


def _rounded(parts: Mapping[str, float]) -> dict[str, float]:
    return {name: round(part, 1) for name, part in _sorted(parts)}


def _filled(text: str) -> bool:
    return bool(text) and text not in PLACEHOLDERS


def _handoffs(company: Company, market: Market, calendar: Calendar) -> list[Tally]:
    """Each segment: meetings offered within the last year and what became of them."""
    first, last = number(company.year_starts), number(company.last_day)
    deals = {deal.prospect: deal for deal in market.deals if deal.prospect is not None}
    found = []
    for segment in company.segments:
        if segment.technical == 0:
            continue
        count = dict.fromkeys(
            ("offered", "ahead", "no_show", "held", "accepted", "rejected", "undecided",
             "converted"), 0,
        )  # fmt: skip
        old = dict.fromkeys(("held", "accepted", "converted"), 0)
        filled, placeholder = dict.fromkeys(FIELDS, 0), dict.fromkeys(FIELDS, 0)
        in_time = 0
        for prospect in market.prospects:
            meeting = prospect.meeting
            if meeting is None or not meeting.handed or prospect.firm.segment != segment.name:
                continue
            if not first <= calendar.day_of(meeting.booked) <= last:
                continue
            count["offered"] += 1
            count[meeting.outcome] += 1
            if meeting.outcome != "held":
                continue
            count[meeting.decision or "undecided"] += 1
            held_on = calendar.day_of(meeting.starts)
            long_ago = held_on <= last - 60
            old["held"] += long_ago
            old["accepted"] += long_ago and meeting.decision == "accepted"
            if meeting.decided is not None:
                in_time += calendar.day_of(meeting.decided) <= calendar.after(held_on, 1)
            deal = deals.get(prospect.number)
            if deal is None or meeting.decision != "accepted":
                continue
            qualified = any(stage == "Qualified" for stage, _ in deal.stages)
            count["converted"] += qualified
            old["converted"] += long_ago and qualified
            for name in FIELDS:
                filled[name] += _filled(deal.fields[name])
                placeholder[name] += deal.fields[name] in PLACEHOLDERS
        accepted, held = count["accepted"], count["held"]
        found.append(
            {
                "handoff": "qualified_meeting",
                "segment": segment.name,
                **count,
                "of_meetings_60_days_old": old,
                "decided_within_1_business_day": in_time,
                "acceptance_of_held": round(accepted / held, 4) if held else None,
                "conversion_of_held": round(count["converted"] / held, 4) if held else None,
                "fields_filled": filled,
                "fields_with_placeholder": placeholder,
                "fields_filled_share": round(sum(filled.values()) / (accepted * len(FIELDS)), 4)
                if accepted
                else None,
            }
        )
    return found


def _sourcing(company: Company, market: Market, calendar: Calendar) -> dict[str, Tally]:
    """Each segment: new deals of the last year, and how many no SDR sourced."""
    first = number(company.year_starts)
    found: dict[str, Tally] = {}
    for segment in company.segments:
        deals = [
            deal
            for deal in market.deals
            if deal.kind == NEW and deal.segment == segment.name
            and calendar.day_of(deal.created) >= first
        ]  # fmt: skip
        own = sum(1 for deal in deals if deal.sourced_by is None)
        found[segment.name] = {
            "new_deals": len(deals),
            "not_sourced_by_sdr": own,
            "share": round(own / len(deals), 4) if deals else None,
        }
    return found


def _entered_validation(deal: Deal) -> int | None:
    return next((at for stage, at in deal.stages if stage == "Technical Validation"), None)


def _technical(company: Company, market: Market, year: Year, calendar: Calendar
               ) -> dict[str, Tally]:  # fmt: skip
    """Each segment: deals that entered technical validation, and how many an SE worked on."""
    first = number(company.year_starts)
    worked = {
        piece.target.deal
        for piece in year.pieces
        if piece.target.deal >= 0 and year.cells[piece.cell][0] == "se"
    }
    found: dict[str, Tally] = {}
    for segment in company.segments:
        deals = [
            deal
            for deal in market.deals
            if deal.kind == NEW and deal.segment == segment.name
            and (at := _entered_validation(deal)) is not None and calendar.day_of(at) >= first
        ]  # fmt: skip
        with_se = sum(1 for deal in deals if deal.number in worked)
        found[segment.name] = {
            "technical_deals": len(deals),
            "assigned_an_se": sum(1 for deal in deals if deal.se is not None),
            "worked_on_by_an_se": with_se,
            "share": round(with_se / len(deals), 4) if deals else None,
        }
    return found


def _cases(company: Company, staff: Staff, market: Market, calendar: Calendar
           ) -> dict[str, Tally]:  # fmt: skip
    """Each segment: cases of the last year, and how many the customer's own CSM worked."""
    first = number(company.year_starts)
    found: dict[str, Tally] = {}
    for segment in company.segments:
        cases = [
            case
            for case in market.cases
            if calendar.day_of(case.opened) >= first
            and market.accounts[case.account].firm.segment == segment.name
        ]
        own = sum(1 for case in cases if staff.people[case.owner].spells[-1].role == "csm")
        found[segment.name] = {
            "cases": len(cases),
            "owned_by_csm": own,
            "share": round(own / len(cases), 4) if cases else None,
        }
    return found


def _sales(company: Company, market: Market) -> dict[str, Tally]:
    """Each segment: new deals that ended within the year, how many were won, and for how much."""
    first, last = number(company.year_starts), number(company.last_day)
    found: dict[str, Tally] = {}
    for segment in company.segments:
        over = [
            deal
            for deal in market.deals
            if deal.kind == NEW and deal.segment == segment.name and deal.won is not None
            and first <= deal.closes <= last
        ]  # fmt: skip
        won = [deal for deal in over if deal.won]
        found[segment.name] = {
            "won": len(won),
            "lost": len(over) - len(won),
            "win_rate": round(len(won) / len(over), 4) if over else None,
            "new_arr": sum(deal.amount for deal in won),
        }
    return found


def _retention(company: Company, market: Market) -> dict[str, Tally]:
    """Each segment: what customers of the year's first day paid a year then, and pay now."""
    first, last = number(company.year_starts), number(company.last_day)

    def paid(day: int) -> dict[int, int]:
        found: dict[int, int] = {}
        for term in market.terms:
            if term.first <= day <= term.last:
                found[term.account] = found.get(term.account, 0) + term.arr
        return found

    before, after = paid(first), paid(last)
    tallies: dict[str, Tally] = {}
    for segment in company.segments:
        then = {
            account: arr
            for account, arr in before.items()
            if market.accounts[account].firm.segment == segment.name
        }
        whole = sum(then.values())
        kept = sum(min(arr, after.get(account, 0)) for account, arr in then.items())
        now = sum(after.get(account, 0) for account in then)
        tallies[segment.name] = {
            "customers": len(then),
            "customers_kept": sum(account in after for account in then),
            "arr_then": whole,
            "arr_now": now,
            "grr": round(kept / whole, 4) if whole else None,
            "nrr": round(now / whole, 4) if whole else None,
        }
    return tallies


def _attainment(company: Company, staff: Staff, market: Market, calendar: Calendar) -> list[Tally]:
    """Each role, segment and measure: quotas of the year's quarters, and what was brought."""
    first, last = number(company.year_starts), number(company.last_day)
    brought: dict[tuple[int, str], list[tuple[int, int]]] = {}
    for deal in market.deals:
        if deal.won:
            who = deal.owner(deal.stages[-1][1])
            brought.setdefault((who, _SOLD[deal.kind]), []).append((deal.closes, deal.amount))
    for prospect in market.prospects:
        meeting = prospect.meeting
        if meeting is not None and meeting.outcome == "held":
            day = calendar.day_of(meeting.starts)
            brought.setdefault((meeting.booker, "meetings_held"), []).append((day, 1))
    found: dict[tuple[str, str, str], list[tuple[int, int]]] = {}
    for who, start, until, measure, amount, segment in quotas(company, staff):
        since, ends = number(start), number(until)
        if first <= since and ends <= last + 1:
            spell = staff.people[who].spell(since)
            got = sum(a for day, a in brought.get((who, measure), ()) if since <= day < ends)
            key = (spell.role if spell else "", segment, measure)
            found.setdefault(key, []).append((got, amount))
    return [
        {
            "role": role,
            "segment": segment or "all",
            "measure": measure,
            "quotas": len(pairs),
            "reached": sum(got >= asked for got, asked in pairs),
            "attainment": round(sum(got for got, _ in pairs) / sum(a for _, a in pairs), 4),
        }
        for (role, segment, measure), pairs in sorted(found.items())
    ]


_SOLD = {NEW: "new_arr", EXPANSION: "expansion_arr", RENEWAL: "renewed_arr"}


def _kept_in_order(company: Company, market: Market) -> Tally:
    """Next steps and frameworks of open new deals, proofs of concept, and replies."""
    first, last = number(company.year_starts), number(company.last_day)
    still = [deal for deal in market.deals if deal.kind == NEW and deal.won is None]
    stages: dict[str, list[Deal]] = {}
    for deal in still:
        stages.setdefault(deal.stages[-1][0], []).append(deal)
    proofs = [d for d in market.deals if d.proof is not None and first <= d.proof <= last]
    return {
        "open_new_deals": len(still),
        "with_next_step": sum(_filled(deal.next_step) for deal in still),
        "framework_filled": {
            stage: round(
                sum(_filled(text) for deal in deals for text in deal.framework.values())
                / sum(len(deal.framework) for deal in deals), 4,
            )
            for stage, deals in sorted(stages.items())
        },
        "forecast_of_open_new_deals": {
            word: sum(deal.forecasts[-1][1] == word for deal in still)
            for word in ("Pipeline", "Best Case", "Commit")
        },
        "proofs_of_concept": {
            "started": len(proofs),
            "won": sum(deal.won is True for deal in proofs),
            "lost": sum(deal.won is False for deal in proofs),
        },
        "replies_to_outreach": sum(
            not prospect.inbound and prospect.replied is not None
            and number(company.year_starts) * DAY <= prospect.replied
            for prospect in market.prospects
        ),
    }  # fmt: skip


def _reviews(company: Company, market: Market) -> dict[str, Tally]:
    """Each segment: business reviews due within the year, and how many were held on schedule."""
    first = number(company.year_starts)
    found: dict[str, Tally] = {}
    for segment in company.segments:
        due = [
            review
            for review in market.reviews
            if review.due >= first and market.accounts[review.account].firm.segment == segment.name
        ]
        if due:
            good = sum(review.on_schedule for review in due)
            found[segment.name] = {
                "due": len(due),
                "held": sum(review.starts is not None for review in due),
                "on_schedule": good,
                "share_on_schedule": round(good / len(due), 4),
            }
    return found


def _one_to_ones(company: Company, staff: Staff, year: Year, calendar: Calendar) -> list[Tally]:
    """Each leader's role: weeks in which their people were at work, and those with a 1:1."""
    first, last = number(company.year_starts), number(company.last_day)
    start = first - (first + 3) % 7
    held = {
        (who, (calendar.day_of(meeting.starts) - start) // 7)
        for meeting in year.meetings
        if meeting.subject.startswith("1:1")
        for who in meeting.ours[1:]
    }
    found: dict[tuple[str, str], list[bool]] = {}
    for person in staff.people:
        for week in range((last - start) // 7):
            day = start + 7 * week
            spell = person.spell(day)
            if spell is None or spell.manager is None:
                continue
            if not any(staff.present(person.number, day + place) for place in range(5)):
                continue
            leader = staff.people[spell.manager].spell(day)
            key = (leader.role if leader else "", spell.role)
            found.setdefault(key, []).append((person.number, week) in held)
    return [
        {
            "leader": leader,
            "role": role,
            "weeks": len(weeks),
            "with_one_to_one": sum(weeks),
            "share": round(sum(weeks) / len(weeks), 4),
        }
        for (leader, role), weeks in sorted(found.items())
    ]


def _share(cells: list[Tally], role: str, segment: str, function: str) -> float:
    for cell in cells:
        if cell["role"] == role and cell["segment"] == segment:
            return float(cell["share"].get(function, 0.0))
    raise KeyError(f"nobody was {role} in {segment}")


def _after_moving(staff: Staff, market: Market, calendar: Calendar) -> list[Tally]:
    """Everybody who moved to another role: meetings they still booked for others, and accepted.

    Only those with leads that came in once they had moved: the others belong to the earlier role.
    """
    found = []
    for person in staff.people:
        if len(person.spells) < 2:
            continue
        moved = person.spells[-1].first
        booked = [
            prospect.meeting
            for prospect in market.prospects
            if prospect.meeting is not None and prospect.meeting.handed
            and prospect.meeting.booker == person.number
            and calendar.day_of(prospect.created) >= moved
        ]  # fmt: skip
        found.append(
            {
                "email": person.email,
                "role": person.spells[-1].role,
                "since": day_of(moved).isoformat(),
                "two_hats": person.spells[-1].two_hats,
                "booked_for_others": len(booked),
                "accepted": sum(meeting.decision == "accepted" for meeting in booked),
            }
        )
    return found


def _faults(company: Company, staff: Staff, truth: Tally) -> list[Tally]:
    wrong, cells = company.faults, truth["cells"]
    found: list[Tally] = []

    def add(name: str, kind: str, role: str, segment: str, value: Any, **more: Any) -> None:
        found.append(
            {"name": name, "kind": kind, "role": role, "segment": segment, "true_value": value,
             "planted": True, **more}
        )  # fmt: skip

    if fault := wrong.ae_prospecting:
        where = fault.segment
        add("ae_prospecting", "share_of_time", "ae", where,
            _share(cells, "ae", where, "prospecting"))  # fmt: skip
        add("ae_self_sourced_deals", "share_of_deals", "ae", where,
            truth["sourcing"][where]["share"])  # fmt: skip
    if csm := wrong.csm_support:
        where = csm.segment
        add("csm_support", "share_of_time", "csm", where, _share(cells, "csm", where, "support"))
        add("csm_own_cases", "share_of_cases", "csm", where, truth["cases"][where]["share"])
    if leak := wrong.leaky_handoff:
        steps = next(step for step in truth["handoffs"] if step["segment"] == leak.segment)
        add("handoff_acceptance", "share_of_held", "sdr", leak.segment,
            steps["acceptance_of_held"], handoff="qualified_meeting")  # fmt: skip
        add("handoff_conversion", "share_of_held", "sdr", leak.segment,
            steps["conversion_of_held"], handoff="qualified_meeting")  # fmt: skip
        add("handoff_fields", "share_of_fields", "sdr", leak.segment,
            steps["fields_filled_share"], handoff="qualified_meeting")  # fmt: skip
    if absent := wrong.absent_se:
        add("absent_se", "share_of_technical_deals", "se", absent.segment,
            truth["technical_deals"][absent.segment]["share"])  # fmt: skip
    if hats := wrong.two_hats:
        add("two_hats", "people", "ae", hats.segment, len(staff.two_hats),
            who=[staff.people[who].email for who in staff.two_hats])  # fmt: skip
    return found


def _innocents(company: Company, staff: Staff, market: Market, kept: Kept, truth: Tally
               ) -> list[Tally]:  # fmt: skip
    people = staff.people
    wrong = company.faults

    def emails(numbers: tuple[int, ...] | list[int]) -> list[str]:
        return [people[who].email for who in numbers]

    def holding(role: str, segment: str | None) -> list[str]:
        return emails(staff.holding(role, segment, number(company.last_day)))

    thin = [p.number for p in people if p.spells[-1].team == company.innocents.thin_team]
    late = [d for d in market.deals if d.prospect is not None]
    found: list[Tally] = [
        {"name": "promoted_sdrs", "kind": "promotion", "who": emails(staff.promoted),
         "why": "SDR until the day before, AE from then on; leads worked before close after"},
        {"name": "generalists", "kind": "declared", "who": holding("generalist", "smb"),
         "why": "the charter says that one seller does everything in this segment"},
        {"name": "thin_logging", "kind": "coverage", "who": emails(thin),
         "why": "this team records little of its time, and what it records is not typical of it"},
        {"name": "late_deals", "kind": "timing", "who": [], "deals": len(late),
         "why": "deals are made after discovery was held; until then the work hangs on the lead"},
        {"name": "early_renewals", "kind": "timing", "who": [],
         "deals": sum(1 for d in market.deals if d.kind == "Renewal"),
         "why": "renewal deals are opened a year ahead; work on the account is not yet renewal"},
        {"name": "reowned_activities", "kind": "ownership", "who": [], "leads": len(kept.moved),
         "why": "at conversion activities went to the AE and the contact; the creator did them"},
        {"name": "bulk_closing", "kind": "timing", "who": emails(kept.bulk),
         "why": "stale tasks closed in one minute at a quarter's end; no work was done then"},
        {"name": "ramping_hires", "kind": "ramp", "who": emails(staff.hired),
         "why": "joined in the last year and learning; little output is expected"},
        {"name": "long_leave", "kind": "absence", "who": emails(staff.on_leave),
         "why": "away for months; no activity is no idleness"},
    ]  # fmt: skip
    for segment in company.segments:
        if segment.technical == 0:
            continue
        fault = wrong.ae_prospecting
        if fault is None or fault.segment != segment.name:
            share = _share(truth["cells"], "ae", segment.name, "prospecting")
            found.append(
                {"name": f"ae_prospecting_{segment.name}", "kind": "share_of_time",
                 "who": holding("ae", segment.name), "true_value": share,
                 "why": "these account executives prospect a little, and little only"}
            )  # fmt: skip
    return found


def tell(
    company: Company, seed: int, staff: Staff, market: Market, year: Year, kept: Kept,
    calendar: Calendar,
) -> Tally:  # fmt: skip
    """Everything that is true of the made-up company, as plain JSON values."""
    truth: Tally = {
        "seed": seed,
        "company": company.name,
        "from": company.year_starts.isoformat(),
        "to": company.last_day.isoformat(),
        "activities_from": company.work_starts.isoformat(),
        "cells": _minutes(company, year, kept),
        "handoffs": _handoffs(company, market, calendar),
        "sourcing": _sourcing(company, market, calendar),
        "technical_deals": _technical(company, market, year, calendar),
        "cases": _cases(company, staff, market, calendar),
        "sales": _sales(company, market),
        "retention": _retention(company, market),
        "attainment": _attainment(company, staff, market, calendar),
        "kept_in_order": _kept_in_order(company, market),
        "business_reviews": _reviews(company, market),
        "one_to_ones": _one_to_ones(company, staff, year, calendar),
        "after_moving": _after_moving(staff, market, calendar),
    }
    truth["faults"] = _faults(company, staff, truth)
    truth["innocents"] = _innocents(company, staff, market, kept, truth)
    truth["people"] = [
        {
            "email": person.email,
            "user_id": user_id(person.number),
            "title": person.title,
            "spells": [
                {
                    "role": spell.role or "support_agent",
                    "segment": spell.segment,
                    "team": spell.team,
                    "from": day_of(spell.first).isoformat(),
                    "to": None if spell.last is None else day_of(spell.last).isoformat(),
                    "two_hats": spell.two_hats,
                }
                for spell in person.spells
            ],
        }
        for person in staff.people
    ]
    truth["parameters"] = _plain(company)
    return truth
