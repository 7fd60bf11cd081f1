"""Writes the truth tables beside it, from the sources' sentences alone.

Nothing of the product is imported here: this is a second, independent reading of the rules, row by
row, so that a slip in the one shows against the other. Run it after changing a reading:

    python tests/decide/truth/write_tables.py

A cell of an answer holds every acceptable answer, with `|` between them. `open` among them says
that the sources leave it open, alone that nothing may be chosen. An empty fact is one that nobody
states. `rules` cites the sentences that a row rests on.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from itertools import product
from pathlib import Path

HERE = Path(__file__).parent
Row = dict[str, object]
OPEN = "open"


def cell(*answers: str) -> str:
    """Acceptable answers as a cell."""
    return "|".join(answers)


# --- the four factors (002), with the renewal as 000, 001 and 002 tell it -------------------------

BANDS = {
    "small": {"sellers": 5, "sellers_staffable": 5, "first_line_managers": 1},
    "pilot": {"sellers": 8, "sellers_staffable": 8, "first_line_managers": 1},
    "open": {"sellers": 12, "sellers_staffable": 12, "first_line_managers": 2},
}
NRR = {"low": 0.95, "enough": 1.0}


def of_four_factors(
    band: str, logos: str, first: bool, later: bool, nrr: str, new: bool
) -> tuple[set[str], set[str], set[str], set[str], str]:
    """What the sources say of AE and AM, of AM and CSM, of the renewal, and whether a pilot.

    Args:
        band: Small, pilot or open.
        logos: New-logo potential.
        first: Whether year 1 expansion is high and complex, both.
        later: The same of years 2 and later.
        nrr: Low or enough.
        new: Whether the segment is new.
    """
    if new or band == "small" or logos == "low":
        why = "002-04" if new else "002-03" if band == "small" else "002-06"
        # A generalist sells, renews and expands (000-03; 001: the AE stays "owner of the renewal
        # and expansion"). Customer success may be merged with selling only where expansion is low
        # or simple for the foreseeable future (002-22); the guide does not say that it must be.
        beside = {"split"} if first or later else {"joined", "split"}
        if not (first or later) and nrr == "low":
            beside |= {"csm_only"}
        capped = {"yes", "no"} if band == "pilot" else {"no"}
        return {"joined"}, beside, {"AE"}, capped, f"{why} 002-22 000-03 001-16"
    # "It might even make sense to stick with generalists until ...": less sure only of a split.
    hedged = {"yes"} if band == "pilot" else {"no"}
    if first and later:
        capped = {"yes", "no"} if band == "pilot" else {"no"}
        return {"joined"}, {"split"}, {"AE"}, capped, "002-14 002-22 000-03 001-16"
    if first:
        # "Dedicated AMs at renewal" (002-15), though such AMs may cost more than they bring
        # (002-19 says so of little expansion in the leaf beside it). Renewals: "CSMs (or AEs)".
        return (
            {"split_at_first_renewal"},
            {"split", "joined"},
            {"CSM", "AE"},
            hedged,
            "002-15 002-16 002-19",
        )
    if later:
        # The guide does not name who renews; retention is the AM's or CSM's (000-01, 001-03).
        return {"split_at_close"}, {"split"}, {"AM", "CSM"}, hedged, "002-17 002-22 000-01 001-03"
    if nrr == "low":
        return {"split_at_close"}, {"csm_only"}, {"CSM"}, hedged, "002-18 002-19"
    return {"split_at_close"}, {"joined"}, {"AM", "CSM"}, hedged, "002-18 000-01"


def four_factors() -> Iterator[Row]:
    """Every combination of the guide's factors."""
    for band, logos, p1, c1, p2, c2, nrr, new in product(
        BANDS,
        ("low", "high"),
        ("low", "high"),
        ("simple", "complex"),
        ("low", "high"),
        ("simple", "complex"),
        NRR,
        ("no", "yes", "unknown"),
    ):
        first = p1 == "high" and c1 == "complex"
        later = p2 == "high" and c2 == "complex"
        # The word is for a segment so new that the rest cannot be judged (002-04). Here the rest is
        # stated, so it could be judged: where nobody says that it is new, it is not.
        am, beside, renewal, capped, rules = of_four_factors(
            band, logos, first, later, nrr, new == "yes"
        )
        yield {
            "band": band,
            **BANDS[band],
            "new_logo_potential": logos,
            "year_1_expansion_potential": p1,
            "year_1_expansion_complexity": c1,
            "later_expansion_potential": p2,
            "later_expansion_complexity": c2,
            "nrr": NRR[nrr],
            "new_segment": {"no": "false", "yes": "true", "unknown": ""}[new],
            "ae_am": cell(*sorted(am)),
            "am_csm": cell(*sorted(beside)),
            "renewal_owner": cell(*sorted(renewal)),
            "capped": cell(*sorted(capped)),
            "rules": rules,
        }


# --- size of team (002 #1, spans of 003): the bands at their edges -------------------------------


def team_sizes() -> Iterator[Row]:
    """A segment whose other factors say to hand over at close, by size of team.

    Expansion is low or simple throughout, so that Stage 2 Capital agrees and there is no tie.
    """
    # sellers, could be staffed, managers, size of customer, answer, capped
    small, split = "joined", "split_at_close"
    rows = [
        (1, 1, 0, "", small, "no", "002-03"),
        (4, 4, 1, "", small, "no", "002-03"),
        (5, 5, 1, "", small, "no", "002-03"),
        (5, 12, 2, "", small, "no", "002-03"),  # "5 or fewer" is certain, whatever comes later
        (5.5, 5.5, 1, "", split, "yes", "002-03 002-05"),
        (6, 6, 1, "", split, "yes", "002-05"),
        (6, 6, 2, "", split, "yes", "002-05"),
        (6, 12, 2, "", split, "no", "002-05"),  # "until you CAN fully staff"
        (6, 12, 1, "", split, "yes", "002-05"),  # "each under their own first line manager"
        (11, 11, 2, "", split, "yes", "002-05 003-43"),
        (11.5, 11.5, 2, "", split, "yes", "002-05 003-43"),
        (12, 12, 2, "", split, "no", "002-05 003-43"),
        (12, 12, 1, "", split, "yes", "002-05"),
        (12, 12, "", "", split, "yes|no", "002-05"),
        (30, 30, 5, "", split, "no", "002-05"),
        (7, 7, 2, "enterprise", split, "yes", "002-05 003-45"),
        (8, 8, 2, "enterprise", split, "no", "002-05 003-45"),
        (8, 8, 2, "mid_market", split, "yes", "002-05 003-43"),
        (12, 12, 2, "mid_market", split, "no", "002-05 003-43"),
        (12, 12, 2, "smb", split, "yes", "002-05 003-46"),
        (19, 19, 2, "smb", split, "yes", "002-05 003-46"),
        (20, 20, 2, "smb", split, "no", "002-05 003-46"),
        (5, 5, 1, "enterprise", small, "no", "002-03"),
        (5, 5, 1, "smb", small, "no", "002-03"),
        ("", 12, 2, "", OPEN, "yes|no", "002-03"),  # today's number is not known
    ]
    for sellers, could, managers, size, answer, capped, rules in rows:
        yield {
            "sellers": sellers,
            "sellers_staffable": could,
            "first_line_managers": managers,
            "size": size,
            "ae_am": answer,
            "capped": capped,
            "rules": rules,
        }


# --- ties: the guide hedges, and Stage 2 Capital says the opposite --------------------------------


def ties() -> Iterator[Row]:
    """Leaves of the guide by what the first sale captures, size of team and competition.

    Only where the guide splits and hedges (002-05: "it might even make sense to stick with
    generalists"), and Stage 2 Capital says to keep together, are the scales even; then a highly
    competitive market "would tip the scales toward specialists" (002-23), and nothing else does.
    """
    hard, easy = ("high", "complex"), ("high", "simple")
    leaves = {
        "A": (hard, hard, "joined"),
        "B": (hard, easy, "split_at_first_renewal"),
        "C": (easy, hard, "split_at_close"),
        "D": (easy, easy, "split_at_close"),
    }
    for band, leaf, share, competition in product(
        BANDS, leaves, (0.1, 0.7, ""), ("low", "high", "")
    ):
        (p1, c1), (p2, c2), advised = leaves[leaf]
        kept = {0.1: leaf in "BC", 0.7: False, "": None if leaf in "BC" else False}[share]
        if band == "small":
            answer = "joined"
        elif band == "open" or leaf in "AD" or kept is False or competition == "high":
            answer = advised
        elif kept is None or competition == "":
            answer = OPEN
        else:
            answer = "joined"
        yield {
            "band": band,
            **BANDS[band],
            "new_logo_potential": "high",
            "year_1_expansion_potential": p1,
            "year_1_expansion_complexity": c1,
            "later_expansion_potential": p2,
            "later_expansion_complexity": c2,
            "first_sale_share": share,
            "competition": competition,
            "ae_am": answer,
            "rules": "002-05 002-23 001-14 001-15",
        }


# --- lifetime value (001) ------------------------------------------------------------------------


_SPLIT = "split_at_close|split_at_first_renewal"
"""Stage 2 Capital says to specialise, and not when the account changes hands."""


def of_lifetime_value(first_sale: str, one: str, later: str) -> tuple[str, str]:
    """Acceptable verdicts on AE and AM, and the rules."""
    if first_sale == "large":
        return _SPLIT, "001-10 001-15"
    skills = {one, later}
    if skills == {"simple"}:
        return _SPLIT, "001-15"
    if first_sale == "small":
        if skills == {"complex"}:
            return "joined", "001-11 001-14"
        if "complex" in skills and "simple" in skills:
            # "The skills needed to expand to that potential": Stage 2 Capital does not tell years
            # apart, so it does not say what a mixture is.
            return f"joined|{_SPLIT}|{OPEN}", "001-12 001-13"
        if "complex" in skills:
            return f"joined|{OPEN}", "001-12"
        return OPEN, "001-12"
    if "simple" in skills:
        return f"{_SPLIT}|{OPEN}", "001-09 001-12"
    return OPEN, "001-09"


SHARES = {0.03: "small", 0.49: "small", 0.5: "large", 0.68: "large", 0.82: "large", "": ""}
"""3 % is the source's little, 68 to 82 % its much; remit's line between them is the half, and
what is exactly half is not small."""


def lifetime_value() -> Iterator[Row]:
    """Every share of the first sale by the complexity of what follows, and the source's examples."""
    for share, one, later in product(SHARES, ("", "simple", "complex"), ("", "simple", "complex")):
        answer, rules = of_lifetime_value(SHARES[share], one, later)
        yield _lifetime(share, "", "", one, later, answer, rules)
    for landed, potential, one, answer, rules in (
        (30_000, 1_000_000, "complex", "joined", "001-11 001-14"),
        (30_000, 1_000_000, "simple", _SPLIT, "001-15"),
        (30_000, 36_465, "complex", _SPLIT, "001-10 001-15"),  # 5 % a year, fifth year
        (30_000, 43_923, "complex", _SPLIT, "001-10 001-15"),  # 10 % a year, fifth year
        (30_000, 43_923, "simple", _SPLIT, "001-10 001-15"),
        (30_000, 60_000, "complex", _SPLIT, "001-15"),
        (30_000, 60_001, "complex", "joined", "001-14"),
        (30_000, "", "complex", OPEN, "001-09"),
    ):
        yield _lifetime("", landed, potential, one, one, answer, rules)


def _lifetime(
    share: object, landed: object, potential: object, one: str, later: str, answer: str, rules: str
) -> Row:
    return {
        "first_sale_share": share,
        "landed_value": landed,
        "potential_value": potential,
        "year_1_expansion_complexity": one,
        "later_expansion_complexity": later,
        "ae_am": answer,
        "rules": rules,
    }


# --- personas (000) ------------------------------------------------------------------------------


def personas() -> Iterator[Row]:
    """One to twelve kinds of buyer, and medians between two numbers."""
    for count in (1, 1.5, 2, 2.5, 3, 3.5, 4, 4.5, 5, 5.5, 6, 7, 8, 9, 10, 11, 12):
        if count <= 2:
            selling, answer, rule = "joined", "joined", "000-18"
        elif count >= 5:
            # Specialising "is not optional": procurement, technical evaluation, executives, legal.
            selling, answer, rule = "split|assisted", "split", "000-19"
        else:
            selling, answer, rule = OPEN, OPEN, "000-18 000-19"  # nothing is said of three or four
        yield {
            "personas": count,
            "sdr_ae": answer if answer != "split" else "split|split_by_motion",
            "ae_se": selling,
            "ae_deal_desk": answer,
            "rules": rule,
        }


# --- triggers ------------------------------------------------------------------------------------

YES_NO = ("true", "false", "")


def triggers() -> Iterator[Row]:
    """Each question that is asked by a load or a stage: its facts, and what may be answered."""
    yield from first_sdr()
    yield from first_bdr()
    yield from first_se()
    yield from deal_desk()
    yield from posts()
    yield from sides_of_the_desk()


def trigger(question: str, answer: str, rules: str, **facts: object) -> Row:
    """One row: facts as `name=value`, joined by `;`."""
    stated = ";".join(f"{name}={value}" for name, value in facts.items() if value != "")
    return {"question": question, "facts": stated, "answer": answer, "rules": rules}


def first_sdr() -> Iterator[Row]:
    """A proven pipeline problem, and something for an SDR to work with."""
    for coverage, playbook, leads in product((1, 2.99, 3, 3.01, 4, ""), YES_NO, YES_NO):
        problem = None if coverage == "" else coverage < 3  # type: ignore[operator]
        something = (
            True
            if "true" in (playbook, leads)
            else False
            if (playbook, leads) == ("false", "false")
            else None
        )
        if problem is False or something is False:
            answer = "joined"
        elif problem and something:
            answer = "split|split_by_motion" if playbook == leads == "true" else "split"
            if "" in (playbook, leads):
                answer = f"split|{OPEN}"  # inbound and outbound apart may turn on the other
        else:
            answer = OPEN
        yield trigger(
            "sdr_ae",
            answer,
            "003-15 000-08 003-25",
            pipeline_coverage=coverage,
            playbook=playbook,
            predictable_leads=leads,
        )


def first_bdr() -> Iterator[Row]:
    """Named accounts are a BDR's; new segments are theirs too, once there is scale."""
    for named, new in product(YES_NO, YES_NO):
        if named == "true":
            answer = "separate"
        elif new == "true":
            answer = "separate|one" + (f"|{OPEN}" if named == "" else "")
        elif named == "false":
            answer = "one" + (f"|{OPEN}" if new == "" else "")
        else:
            answer = OPEN
        yield trigger("sdr_bdr", answer, "003-16 003-18", named_accounts=named, new_segment=new)


def first_se() -> Iterator[Row]:
    """Objections stall deals consistently, or demos take more than a fifth of an AE's week."""
    for technical, stalls, demos in product(
        YES_NO, (0.1, 0.19, 0.2, 0.3, ""), (0.1, 0.2, 0.21, "")
    ):
        loads = [
            None if stalls == "" else stalls >= 0.2,  # type: ignore[operator]
            None if demos == "" else demos > 0.2,  # type: ignore[operator]
        ]
        if True in loads:
            answer = "split|assisted"
        elif loads == [None, False] and technical == "false":
            # A sale that needs no technical validation has nothing technical to stall on.
            answer = f"joined|{OPEN}"
        elif None in loads:
            answer = OPEN
        elif technical == "false":
            answer = "joined"
        else:
            # No load, so no SE yet; the number of buyers, not stated here, may still ask for help.
            answer = f"joined|{OPEN}"
        yield trigger(
            "ae_se",
            answer,
            "003-29 000-25",
            technical_sale=technical,
            technical_stalls=stalls,
            demo_load=demos,
        )


def deal_desk() -> Iterator[Row]:
    """Prices and contracts together, from 15 % of the week on (remit's own figure)."""
    for pricing, legal, answer in (
        (0, 0, "joined"),
        (0.1, 0.04, "joined"),
        (0.1, 0.05, "split"),  # exactly 15 %, which no sum of floats may miss
        (0.05, 0.1, "split"),
        (0.12, 0.03, "split"),
        (0.15, 0, "split"),
        (0.149, 0, "joined"),
        (0.3, 0.2, "split"),
        (0.2, "", f"split|{OPEN}"),
        ("", 0.2, f"split|{OPEN}"),
        (0.1, "", OPEN),
        ("", "", OPEN),
    ):
        yield trigger("ae_deal_desk", answer, "000-02", pricing_load=pricing, legal_load=legal)


def posts() -> Iterator[Row]:
    """The first manager once there is a team to lead; the leader by stage."""
    for size, full in (("", 6), ("mid_market", 6), ("enterprise", 4), ("smb", 10)):
        for sellers in (1, full - 1, full - 0.5, full, full + 1):
            answer = "hire" if sellers >= full else "wait"
            rule = {"enterprise": "003-45", "smb": "003-46"}.get(size, "003-43")
            yield trigger("first_manager", answer, f"{rule} 002-05", sellers=sellers, size=size)
    yield trigger("first_manager", OPEN, "003-43")
    for stage, answer in (
        ("seed", "VP Sales"),
        ("series_a", "VP Sales"),
        ("series_b", f"VP Sales|CRO|{OPEN}"),  # "Seed to Series B", "Series B and beyond"
        ("later", "CRO"),
        ("", OPEN),
    ):
        yield trigger("sales_leader", answer, "003-47 003-48", stage=stage)


def sides_of_the_desk() -> Iterator[Row]:
    """Inside or field by ACV; customer success or support by reactive load."""
    for acv, answer in (
        (10_000, "inside"),
        (49_999, "inside"),
        (50_000, f"inside|field|{OPEN}"),  # "under" and "above" leave the very number out
        (50_001, "field"),
        (200_000, "field"),
        ("", OPEN),
    ):
        yield trigger("inside_or_field", answer, "003-27", acv=acv)
    for load, answer in (
        (0, "joined"),
        (0.29, "joined"),
        (0.3, "joined"),
        (0.31, "split"),
        (0.9, "split"),
        ("", OPEN),
    ):
        yield trigger("csm_support", answer, "000-15 003-32", reactive_load=load)


def write(name: str, rows: Iterable[Row]) -> None:
    """One table."""
    kept = list(rows)
    with (HERE / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(kept[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(kept)


TABLES = {
    "four_factors": four_factors,
    "team_sizes": team_sizes,
    "ties": ties,
    "lifetime_value": lifetime_value,
    "personas": personas,
    "triggers": triggers,
}

if __name__ == "__main__":
    for name, rows in TABLES.items():
        write(name, rows())
