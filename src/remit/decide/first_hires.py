"""When to hire the first SDR, BDR, SE, deal desk, manager, VP and CRO."""

from __future__ import annotations

from collections.abc import Iterator

from remit.decide.framework import Framework, Seen, Verdict

_PLAYBOOK = "AEs lack pipeline, and there is an outbound playbook others can follow."


@Framework(
    asks="Is it time for the first SDR?",
    answers=("sdr_ae",),
    source="003",
    rules=("003-15", "000-08"),
)
def first_sdr(seen: Seen) -> Iterator[Verdict]:
    """SDRs come once AEs lack pipeline and somebody knows how it is made, or leads come steadily.

    Too little pipeline alone is not enough: without a playbook or predictable leads a team of
    SDRs burns cash.
    """
    if seen.at("coverage", "003-15") == "enough":
        yield seen.verdict(
            "sdr_ae", "joined", "AEs have the pipeline they need without SDRs.", "003-15"
        )
    elif seen.known("playbook") and seen.at("playbook", "003-15") == "yes":
        yield seen.verdict("sdr_ae", "split", _PLAYBOOK, "003-15")
    elif seen.at("predictable_leads", "000-08") == "yes":
        yield seen.verdict(
            "sdr_ae",
            "split",
            "AEs lack pipeline, and leads come in steadily enough to keep SDRs busy.",
            "000-08",
        )
    elif seen.at("playbook", "003-15") == "yes":
        yield seen.verdict("sdr_ae", "split", _PLAYBOOK, "003-15")
    else:
        yield seen.verdict(
            "sdr_ae",
            "joined",
            "AEs lack pipeline, and nobody has shown yet how it is made: SDRs would burn cash.",
            "003-15",
            "000-08",
        )


@Framework(
    asks="Is it time for BDRs beside SDRs?",
    answers=("sdr_bdr",),
    source="003",
    rules=("003-16", "003-18"),
)
def first_bdr(seen: Seen) -> Iterator[Verdict]:
    """BDRs stand apart where a list of named accounts is worked over months."""
    if seen.at("named_accounts", "003-18") == "yes":
        yield seen.verdict(
            "sdr_bdr",
            "separate",
            "Named accounts are worked over weeks and months, and not by volume.",
            "003-16",
            "003-18",
        )
    else:
        yield seen.verdict(
            "sdr_bdr",
            "one",
            "No list of named accounts asks for months of patient work: SDRs do it all.",
            "003-18",
        )


@Framework(
    asks="Is it time for the first SE?",
    answers=("ae_se",),
    source="003",
    rules=("003-29", "000-25"),
)
def first_se(seen: Seen) -> Iterator[Verdict]:
    """SEs come once technical objections stall deals, or demos eat the AEs' week.

    The load decides, whatever the sale is called. Stalls that nobody counted are not asked for in
    a sale that needs no technical validation.
    """
    if seen.known("stalls") and seen.at("stalls", "003-29") == "many":
        yield seen.verdict("ae_se", "split", "Deals stall on technical objections.", "003-29")
    elif seen.at("demo_load", "003-29") == "heavy":
        yield seen.verdict("ae_se", "split", "Demos take too much of the AEs' week.", "003-29")
    elif seen.at("technical_sale", "000-25") == "no":
        yield seen.verdict(
            "ae_se",
            "joined",
            "The sale is not technical, and demos leave the AEs their week.",
            "003-29",
            "000-25",
        )
    elif seen.at("stalls", "003-29") == "many":
        yield seen.verdict("ae_se", "split", "Deals stall on technical objections.", "003-29")
    else:
        yield seen.verdict(
            "ae_se",
            ("joined", "assisted"),
            "The sale is technical, but deals do not stall on it and demos leave the AEs their "
            "week.",
            "003-29",
        )


@Framework(
    asks="Is it time for a deal desk?",
    answers=("ae_deal_desk",),
    source="000",
    rules=("000-02",),
)
def first_deal_desk(seen: Seen) -> Iterator[Verdict]:
    """A deal desk pays once prices and contracts take much of the AEs' week."""
    if seen.at("paper_load", "000-02") == "heavy":
        yield seen.verdict(
            "ae_deal_desk", "split", "Prices and contracts take much of the AEs' week.", "000-02"
        )
    else:
        yield seen.verdict(
            "ae_deal_desk", "joined", "Prices and contracts take little of the AEs' week.", "000-02"
        )


@Framework(
    asks="Is it time for a first-line manager?",
    answers=("first_manager",),
    source="003",
    rules=("003-43", "003-45", "003-46", "002-05"),
)
def first_manager(seen: Seen) -> Iterator[Verdict]:
    """A manager pays once there is a team of the usual span to lead."""
    if seen.at("span", "003-43") == "full":
        yield seen.verdict(
            "first_manager",
            "hire",
            "There are sellers enough for one manager and more: they need a first-line manager.",
            "003-43",
        )
    else:
        yield seen.verdict(
            "first_manager",
            "wait",
            "There are fewer sellers than one manager leads: the leader of sales leads them.",
            "003-43",
        )


@Framework(
    asks="A VP of Sales, a CRO, or neither?",
    answers=("sales_leader",),
    source="003",
    rules=("003-47", "003-48"),
)
def sales_leader(seen: Seen) -> Iterator[Verdict]:
    """A VP leads sales up to Series B; a CRO leads sales, marketing and success from there on.

    At Series B the source names both.
    """
    stage = seen.at("stage", "003-47")
    if stage in ("seed", "series_a"):
        yield seen.verdict(
            "sales_leader", "VP Sales", "One leader for sales alone, up to Series B.", "003-47"
        )
    elif stage == "series_b":
        yield seen.verdict(
            "sales_leader",
            ("VP Sales", "CRO"),
            "At Series B the source names both; a CRO once retention and expansion need a leader.",
            "003-47",
            "003-48",
        )
    else:
        yield seen.verdict(
            "sales_leader",
            "CRO",
            "All revenue, expansion included, under one leader.",
            "003-48",
        )
