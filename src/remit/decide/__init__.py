"""Which roles a segment needs: one recommendation at each boundary, and what would change it.

Facts (`known`), stated in a charter or measured from evidence (`measured.measured_facts`), become
signals, the few levels that the frameworks speak of; each framework turns signals into verdicts
with the path it took; `recommend` reconciles them. To add a framework, write one function under
`@Framework` in a file of its own. That is all.
"""

from remit.decide.facts import Known, Measured, known
from remit.decide.framework import Framework, Seen, Step, Unknown, Verdict
from remit.decide.recommend import QUESTIONS, Opinion, Recommendation, recommend
from remit.decide.run import Decided, SegmentDecision, decide
from remit.decide.signals import SIGNALS, Signal, signals

__all__ = [
    "QUESTIONS",
    "SIGNALS",
    "Decided",
    "Framework",
    "Known",
    "Measured",
    "Opinion",
    "Recommendation",
    "Seen",
    "SegmentDecision",
    "Signal",
    "Step",
    "Unknown",
    "Verdict",
    "decide",
    "known",
    "recommend",
    "signals",
]
