"""Inside or field, and success or support: two questions with one threshold each."""

from __future__ import annotations

from collections.abc import Iterator

from remit.decide.framework import Framework, Seen, Verdict


@Framework(asks="Inside or field?", answers=("inside_or_field",), source="003", rules=("003-27",))
def inside_or_field(seen: Seen) -> Iterator[Verdict]:
    """Contracts above a size pay for travel; it is a property of a role in a segment."""
    if seen.at("deal_size", "003-27") == "field":
        yield seen.verdict(
            "inside_or_field", "field", "Contracts are large enough to pay for travel.", "003-27"
        )
    else:
        yield seen.verdict(
            "inside_or_field", "inside", "Contracts are too small to pay for travel.", "003-27"
        )


@Framework(
    asks="Do CSMs do the work of a support desk?",
    answers=("csm_support",),
    source="000",
    rules=("000-15", "003-32"),
)
def success_or_support(seen: Seen) -> Iterator[Verdict]:
    """Success and support part once reactive work takes more of the CSMs' week than its limit."""
    if seen.at("reactive_load", "000-15") == "heavy":
        yield seen.verdict(
            "csm_support",
            "split",
            "Reactive work takes so much of the CSMs' week that success has become a support desk: "
            "support needs people of its own.",
            "000-15",
            "003-32",
        )
    else:
        yield seen.verdict(
            "csm_support",
            ("joined", "split"),
            "Reactive work leaves the CSMs' week to success, whoever does it.",
            "000-15",
        )
