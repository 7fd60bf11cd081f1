"""Handoffs: how many, how fast, how complete, and what became of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from remit.measures import HandoffFlow
from remit.report import wording
from remit.report.charts import fates
from remit.report.contents import Contents
from remit.report.sections.section import Section
from remit.report.strips import ladders
from remit.terms import Estimate

STEPS = ("offered", "held", "accepted", "rejected", "converted")


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a handoff, as a row of its funnel."""

    name: str
    count: int | None
    """None where nothing records the step."""
    bar: float
    """Share of the largest count, for drawing."""
    of: str
    share: Estimate | None
    plain: float | None
    """Count over the first step's, where no share with a horizon is measured."""

    @property
    def says(self) -> str:
        """Its share and of what, or that nothing records it."""
        if self.share is not None:
            return f"{wording.estimate(self.share)} {self.of}"
        return f"{wording.share(self.plain)} {self.of}" if self.plain is not None else self.of


@dataclass(frozen=True, slots=True)
class Shown:
    """A handoff with its funnel and its curves."""

    flow: HandoffFlow
    steps: tuple[Step, ...]
    curves: str
    reasons: tuple[tuple[str, int], ...]


@Section(title="Handoffs", place=40)
def handoffs(contents: Contents) -> Mapping[str, Any]:
    """Each declared handoff by segment, from the cases that began in the period."""
    audit = contents.audit
    return {
        "shown": [
            Shown(
                flow,
                tuple(steps(flow)),
                fates(flow) if flow.accepted or flow.rejected or flow.converted else "",
                tuple(sorted(flow.reasons.items(), key=lambda pair: (-pair[1], pair[0]))),
            )
            for flow in audit.flows
        ],
        "ladders": ladders(audit, "handoffs."),
    }


@Section(title="Work passed between roles", place=70)
def handovers(contents: Contents) -> Mapping[str, Any] | None:
    """How often the next piece of work on a record was by somebody in another role."""
    audit = contents.audit
    if not audit.handovers:
        return None
    return {"most": max(handover.times for handover in audit.handovers)}


def steps(flow: HandoffFlow) -> Iterator[Step]:
    """The rows of a handoff's funnel, from offered to converted."""
    most = max(flow.counts.values(), default=0)
    first = next((name for name in STEPS if flow.counts.get(name)), None)
    rates = {"accepted": flow.accepted, "rejected": flow.rejected, "converted": flow.converted}
    for name in STEPS:
        count = flow.counts.get(name)
        if count is None:
            yield Step(name, None, 0.0, "nothing records this step", None, None)
            continue
        rate = rates.get(name)
        plain = None
        of = ""
        if rate is not None:
            of = f"of {rate.of_step}, within {wording.counted(rate.days, 'day')}"
        elif first is not None and name != first and flow.counts[first]:
            plain = count / flow.counts[first]
            of = f"of {first}"
        yield Step(
            name, count, count / most if most else 0.0, of, rate.estimate if rate else None, plain
        )
