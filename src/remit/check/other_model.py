"""Where another model is run than the one advised: the sources' mitigations, tracked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from remit.check.declared import Check, Declared, Subject, or_clear
from remit.check.wording import inside, spoken
from remit.terms import Finding, Severity

if TYPE_CHECKING:
    from remit.decide.run import SegmentDecision

_RULES = ("002-45", "002-47", "002-48", "002-49", "002-50", "002-51", "002-52", "002-53", "001-25")


@Check(rules=_RULES, asks="Where another model is run than advised, is done what that takes?")
def mitigations(declared: Declared) -> Iterator[Finding]:
    """What the sources say to do where AE | AM is run otherwise than the facts advise.

    Only where the charter decided so: running the other model is legitimate, and takes more.
    Amber for each segment in which something is missing; what a charter cannot show is not held
    against it.
    """
    subject = Subject("mitigations", _RULES)
    charter = declared.charter
    stated = {one.segment for one in charter.decisions if one.boundary == "ae_am"}
    segments = tuple(s for s in declared.segments if s in stated or None in stated)
    if not segments:
        yield subject.not_here("decisions", "No decision is stated at AE | AM.")
        return
    from remit.decide import decide  # only where something was decided
    from remit.decide.uncertainty import DEPENDS

    decided = decide(
        charter, day=declared.day, segments=segments, draws=0, flips=False, questions=("ae_am",)
    )
    known = [one for one in decided.segments if one.at("ae_am").answer != DEPENDS]
    if not known:
        yield subject.not_stated(
            "decisions", "What is advised at AE | AM is not known: state `facts:` of the segment."
        )
        return
    yield from or_clear(
        (found for one in known for found in _missing(declared, subject, one)),
        subject.clear(
            "decisions", "Where another model is run than advised, that is looked after."
        ),
    )


def _missing(declared: Declared, subject: Subject, decided: SegmentDecision) -> Iterator[Finding]:
    answered = decided.at("ae_am")
    missing = [one for one in answered.mitigations if one.present is False]
    if not missing:
        return
    run = answered.decision.run if answered.decision is not None else answered.declared
    where = inside((decided.segment,))
    does = "; ".join(one.does.rstrip(".").lower() for one in missing)
    number = next(
        (n for n, one in enumerate(declared.charter.decisions) if one is answered.decision), 0
    )
    yield subject.found(
        f"ae_am{where}",
        f"AE | AM is run as {spoken(run or '')}{where}, {spoken(answered.answer)} is advised, and "
        f"{len(missing)} of the {len(answered.mitigations)} things that this takes are missing: "
        f"{does}.",
        Severity.AMBER,
        rules=tuple(dict.fromkeys(("002-45", *(one.rule for one in missing)))),
        remedy="; ".join(one.seen for one in missing) + ".",
        place=declared.place("decisions", number),
    )
