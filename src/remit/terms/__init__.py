"""The words all else is said in: money, periods, citations, problems and findings.

Nothing here knows about roles, files or databases. That is all.
"""

from remit.terms.catalogue import Entry, Note, catalogue
from remit.terms.citation import Citation, Standing
from remit.terms.finding import (
    Answer,
    Cost,
    Estimate,
    Finding,
    Limit,
    Point,
    Proof,
    Severity,
    percent,
    worst_first,
)
from remit.terms.function import Function
from remit.terms.money import Money
from remit.terms.period import Period, parse_day
from remit.terms.problem import Place, Problem, RemitError, closest, nearest

__all__ = [
    "Answer",
    "Citation",
    "Cost",
    "Entry",
    "Estimate",
    "Finding",
    "Function",
    "Limit",
    "Money",
    "Note",
    "Period",
    "Place",
    "Point",
    "Problem",
    "Proof",
    "RemitError",
    "Severity",
    "Standing",
    "catalogue",
    "closest",
    "nearest",
    "parse_day",
    "percent",
    "worst_first",
]
