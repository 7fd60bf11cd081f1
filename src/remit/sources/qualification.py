"""What a deal's own columns say of how well it is qualified, wherever the charter names them."""

from __future__ import annotations

from remit.charter import Charter
from remit.charter.crm import FORECASTS
from remit.evidence.sql import quoted
from remit.sources.cells import Cell, Reader
from remit.sources.filled import filled_in
from remit.sources.patterns import matches


def qualification(deal: Reader, charter: Charter) -> dict[str, Cell]:
    """Next step, forecast, framework and proof of concept of a file's deals, by canonical column.

    A column that the charter names and the file lacks is noted on the file, and null.
    """
    words = charter.deals
    named = {name: column.partition(".")[2] for name, column in words.framework.items()}
    there = [column for column in dict.fromkeys(named.values()) if deal.raw.column(column)]
    share = " + ".join(f"CAST({filled_in(deal, column)} AS DOUBLE)" for column in there)
    cells = {
        "next_step": Cell("CAST(NULL AS BOOLEAN)"),
        "forecast": Cell("CAST(NULL AS VARCHAR)"),
        "framework": Cell(f"({share}) / {len(there)}" if there else "CAST(NULL AS DOUBLE)"),
        "poc_at": Cell("CAST(NULL AS TIMESTAMP)"),
    }
    if words.next_step:
        column = words.next_step.partition(".")[2]
        if deal.raw.column(column):
            cells["next_step"] = Cell(filled_in(deal, column), column=column)
    if words.forecast:
        column = words.forecast.field.partition(".")[2]
        cases = [
            f"WHEN {matches(deal, {column: said})} THEN {quoted(forecast)}"
            for forecast in FORECASTS
            if (said := getattr(words.forecast, forecast))
        ]
        if deal.raw.column(column) and cases:
            cells["forecast"] = Cell(f"CASE {' '.join(cases)} END", column=column)
    if words.proof_of_concept and words.proof_of_concept.field:
        cells["poc_at"] = deal.instant(words.proof_of_concept.field.partition(".")[2])
    return cells
