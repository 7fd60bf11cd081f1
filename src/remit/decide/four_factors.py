"""The hunter, farmer or generalist decision guide: four factors, in order of weight."""

from __future__ import annotations

from collections.abc import Iterator

from remit.decide.framework import Framework, Seen, Verdict
from remit.decide.signals import Level

_RULES = (
    "002-01", "002-03", "002-04", "002-05", "002-06", "002-07", "002-08", "002-14", "002-15",
    "002-16", "002-17", "002-18", "002-19", "002-21", "002-22", "000-03", "002-02", "002-23",
    "002-20", "002-24", "002-25", "002-26", "002-27", "002-28",
)  # fmt: skip
"""Rules followed, the tie-breaker, and those named and not counted (`IGNORED`)."""

IGNORED: tuple[tuple[str, str, str], ...] = (
    (
        "002-20",
        "complexity of the first sale",
        "it pulls both ways: towards people who only win customers, and towards keeping the "
        "knowledge won in the sale",
    ),
    (
        "002-21",
        "sellers responsible for customer success",
        "work that others do better and for less is not given to sellers, whatever the structure",
    ),
    (
        "002-24",
        "definition of the process before and after the sale",
        "it is hygiene; structure does not mend execution",
    ),
    (
        "002-25",
        "size of the customers",
        "small customers lead to specialists and large ones to generalists only through how "
        "they expand, which is asked for itself",
    ),
    (
        "002-26",
        "where new leads come from",
        "time saved on finding leads can go into new customers as well as into expansion",
    ),
    (
        "002-27",
        "weak new business or weak expansion",
        "product, marketing and execution are its causes, to be dealt with apart",
    ),
    (
        "002-28",
        "ramp of new sellers",
        "generalists ramp faster, but the aim is efficient growth; enablement and a draw help",
    ),
)
"""What the guide names and does not count: rule, what it is, why."""


@Framework(
    asks="Hunters and farmers, or generalists?",
    answers=("ae_am", "am_csm", "renewal_owner"),
    source="002",
    rules=_RULES,
)
def four_factors(seen: Seen) -> Iterator[Verdict]:
    """Size of the team, potential for new customers, expansion in year 1, expansion after it.

    The first factor that speaks decides. Five sellers or fewer, a new segment or a saturated
    market mean generalists; else year 1 and years 2+ give one of four leaves. Until two full
    teams with a manager each can be staffed, the guide is less sure of a split: the answer stands,
    with a pilot.

    A segment that nobody calls new is not new: the word is for one so new that the rest cannot be
    judged, and here it is judged.
    """
    if seen.known("new_segment") and seen.at("new_segment", "002-04") == "yes":
        yield seen.verdict(
            "ae_am",
            "joined",
            "A new segment starts with generalists: how much there is to win, and to add later, "
            "cannot be told yet.",
            "002-04",
        )
        yield _renewed_by_generalists(seen)
        yield seen.verdict(
            "am_csm",
            "split",
            "Nobody can tell yet that expansion will stay small or simple, which is what giving "
            "success to sellers takes.",
            "002-04",
            "002-22",
        )
        return
    if seen.at("team", "002-03") == "small":
        yield from generalists(
            seen,
            "A team this small starts with generalists: specialists pay off with scale.",
            "002-03",
        )
        return
    if new_logo_potential(seen) == "low":
        yield from generalists(
            seen,
            "Most of the market is won already: too little new business is left to keep hunters "
            "busy.",
            "002-06",
        )
        return
    first = _expansion(seen, "year_1")
    later = _expansion(seen, "later")
    yield from _leaf(seen, first, later, caps=_in_doubt(seen))


def generalists(seen: Seen, because: str, *rules: str, caps: bool = False) -> Iterator[Verdict]:
    """All that follows where the same people win, renew and expand: one verdict a question."""
    yield seen.verdict("ae_am", "joined", because, *rules, caps=caps)
    yield _renewed_by_generalists(seen)
    yield from _success_beside_generalists(seen)


def _renewed_by_generalists(seen: Seen) -> Verdict:
    return seen.verdict(
        "renewal_owner", "AE", "A generalist owns the account through its renewal.", "000-03"
    )


def new_logo_potential(seen: Seen) -> Level:
    """Whether there is much new business left, by number or by value."""
    if seen.known("new_logo_word"):
        return seen.at("new_logo_word", "002-06")
    if seen.at("landed", "002-06") == "few":
        return "high"
    return "low" if seen.at("landed_by_value", "002-07") == "most" else "high"


def _expansion(seen: Seen, when: str) -> bool:
    """Whether expansion is both high and complex in a year, asking no more than it takes."""
    rule = "002-08"
    if seen.at(f"{when}_potential", rule) == "low":
        return False
    return seen.at(f"{when}_complexity", rule) == "complex"


def two_full_teams(seen: Seen) -> bool:
    """Whether two full teams can be staffed, each under a manager of its own.

    Raises:
        Unknown: If that turns on something not known.
    """
    for name in ("staffing", "managers"):
        if seen.known(name) and seen.at(name, "002-05") == "one":
            return False
    return seen.at("staffing", "002-05") == "two" and seen.at("managers", "002-05") == "two"


def _in_doubt(seen: Seen) -> bool:
    """Whether the guide hedges: it "might" stay with generalists until there are two full teams.

    The hedge moves no answer, so nobody is asked for it: people who are not counted are not there,
    and managers who are not counted are not held against anybody.
    """
    staffed = seen.known("staffing") and seen.at("staffing", "002-05") == "two"
    led = not seen.known("managers") or seen.at("managers", "002-05") == "two"
    return not (staffed and led)


def _leaf(seen: Seen, first: bool, later: bool, *, caps: bool) -> Iterator[Verdict]:
    if first and later:
        yield from generalists(
            seen,
            "Expansion is large and complex from the first year on: who won the account knows it "
            "best.",
            "002-14",
        )
    elif first:
        yield seen.verdict(
            "ae_am",
            "split_at_first_renewal",
            "Knowledge from the sale counts most in the first year, when expansion is large and "
            "complex, and little after it: AEs hold accounts to the first renewal.",
            "002-15",
            caps=caps,
        )
        yield seen.verdict(
            "renewal_owner",
            "CSM",
            "CSMs renew; where there are none, AEs do, with an incentive for it.",
            "002-16",
        )
        yield from _later_management(seen)
    elif later:
        yield seen.verdict(
            "ae_am",
            "split_at_close",
            "Expansion becomes large and complex later: AMs start to learn the account at once, "
            "AEs stay on new customers.",
            "002-17",
            caps=caps,
        )
        yield seen.verdict(
            "renewal_owner",
            "AM",
            "The guide names nobody here; in the usual chain of specialists the account manager "
            "renews.",
            "001-03",
        )
        yield _success_with_csms(seen)
    else:
        yield seen.verdict(
            "ae_am",
            "split_at_close",
            "Expansion is small or simple, so little is lost when the account changes hands: "
            "hunters stay on new customers.",
            "002-18",
            caps=caps,
        )
        yield seen.verdict(
            "renewal_owner", "CSM", "Who looks after the customer's success renews, too.", "002-18"
        )
        yield from _combined(seen)


def _success_with_csms(seen: Seen) -> Verdict:
    return seen.verdict(
        "am_csm",
        "split",
        "Large and complex expansion takes a seller's whole attention: success stays with CSMs.",
        "002-21",
        "002-22",
    )


def _combined(seen: Seen) -> Iterator[Verdict]:
    if seen.at("retention", "002-19") == "low":
        yield seen.verdict(
            "am_csm",
            "csm_only",
            "Customers as a whole shrink: account managers would not earn their cost, so CSMs look "
            "after accounts alone.",
            "002-19",
        )
    else:
        yield seen.verdict(
            "am_csm",
            "joined",
            "Expansion is small or simple for as long as one can see: one person does both.",
            "002-18",
            "002-22",
        )


def _later_management(seen: Seen) -> Iterator[Verdict]:
    """Leaf B says dedicated AMs; where little is left to expand, they do not earn their cost."""
    if seen.at("later_potential", "002-08") == "low":
        yield seen.verdict(
            "am_csm",
            "joined",
            "The guide gives accounts to AMs at renewal and says elsewhere that AMs are not worth "
            "their cost where little is left to expand: one person does both.",
            "002-15",
            "002-19",
            "002-22",
        )
    else:
        yield seen.verdict(
            "am_csm",
            ("split", "joined"),
            "The guide gives accounts to AMs of their own at renewal; as later expansion is simple, "
            "they may look after success as well.",
            "002-15",
            "002-22",
        )


def _success_beside_generalists(seen: Seen) -> Iterator[Verdict]:
    """With generalists: success is theirs only while expansion is small or simple throughout."""
    first = _expansion(seen, "year_1")
    later = _expansion(seen, "later")
    if first or later:
        yield _success_with_csms(seen)
    else:
        yield seen.verdict(
            "am_csm",
            ("joined", "split"),
            "Commercial work and success may go together while expansion is small or simple.",
            "002-22",
        )
