"""The example company: people work, a CRM forgets, and the truth is kept beside it.

`write_example` writes a folder with a charter, a dated people file, a Salesforce export, finance
tables and the truth. It reads nothing of the rest of remit and knows none of its limits, so that
what remit says about the folder can be held against what was put in. On request it writes the same
company again in other layouts that CRMs, warehouses and calendars export (`layouts`). To add a
fault or an innocent: a parameter in `company`, its effect where the thing happens (`market`, `work` or
`forget`), its count in `truth`. That is all.
"""

from __future__ import annotations

import gc
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from types import MappingProxyType

import numpy as np

from remit.example import charter, finance, salesforce
from remit.example.company import Company, Faults, Innocents
from remit.example.days import calendar
from remit.example.dice import Dice
from remit.example.diligence import keep_in_order
from remit.example.forget import keep as keep_of
from remit.example.layouts import SALESFORCE, Everything, writers
from remit.example.market import happen
from remit.example.staff import hire
from remit.example.truth import tell
from remit.example.work import labour

NORTHSTAR = Company()
"""The example company as it is by default, with its faults."""

__all__ = [
    "NORTHSTAR",
    "Company",
    "Faults",
    "Innocents",
    "Written",
    "layout_names",
    "live",
    "write_example",
]


@dataclass(frozen=True, slots=True)
class Written:
    """What `write_example` wrote.

    Attributes:
        directory: The folder.
        charter: The charter.
        people: The dated people file.
        export: Folder of the Salesforce export.
        finance: Folder of usage, costs and quotas.
        truth: The truth.
        rows: Number of rows by file, without its ending; of a further layout `<layout>/<file>`.
        layouts: Folder of each layout, `salesforce` (that is, `export`) among them.
    """

    directory: Path
    charter: Path
    people: Path
    export: Path
    finance: Path
    truth: Path
    rows: MappingProxyType[str, int]
    layouts: MappingProxyType[str, Path]


def layout_names() -> tuple[str, ...]:
    """Names of the layouts the company can be written in, A to Z.

    >>> "salesforce" in layout_names()
    True
    """
    return tuple(sorted((SALESFORCE, *writers())))


def write_example(
    directory: Path,
    *,
    seed: int,
    company: Company = NORTHSTAR,
    layouts: Sequence[str] = (SALESFORCE,),
) -> Written:
    """Write the example company into a folder, which is made if it is not there.

    The same seed and company give the same bytes, whatever the layouts.

    Args:
        directory: Where; files of the same names are overwritten.
        seed: Of all chance in it.
        company: Its parameters; the default is Northstar Analytics with its faults.
        layouts: Names of layouts (`layout_names`). Each is written to `export-<layout>/`, besides
            the Salesforce export in `export/`, which is always written.

    Raises:
        ValueError: If there is no layout of a name.
    """
    directory = Path(directory)
    unknown = sorted({*layouts} - {*layout_names()})
    if unknown:
        raise ValueError(f"no layout is called {unknown[0]!r}; there are {layout_names()}")
    collecting = gc.isenabled()
    gc.disable()  # a million small records that all live to the end
    try:
        return _write(directory, seed, company, [name for name in layouts if name != SALESFORCE])
    finally:
        if collecting:
            gc.enable()


def live(*, seed: int, company: Company = NORTHSTAR) -> Everything:
    """Let the company live and write nothing: what every layout is written from.

    Args:
        seed: Of all chance in it; the same as `write_example` takes.
        company: Its parameters.
    """
    return _live(seed, company, None, keep=True)[0]


def _live(
    seed: int, company: Company, export: Path | None, *, keep: bool
) -> tuple[Everything, dict[str, int], Dice]:
    """Let the company live; what came of it, rows of the export by table, and further chance."""
    chance = [Dice(source) for source in np.random.default_rng(seed).spawn(7)]
    days = calendar(
        company.founded - timedelta(days=800),
        company.last_day + timedelta(days=900),
        company.time_zone,
    )
    staff = hire(company, days, chance[0])
    market = happen(company, staff, days, chance[1])
    market = keep_in_order(company, staff, market, days, chance[6])
    year = labour(company, staff, market, days, chance[2])
    kept = keep_of(company, staff, market, year, days, chance[3])
    rows, tables = salesforce.export(
        company, staff, market, kept, days, chance[4], export, keep=keep
    )
    everything = Everything(company, staff, market, year, kept, days, tables, seed)
    return everything, rows, chance[5]


def _write(directory: Path, seed: int, company: Company, further: Sequence[str]) -> Written:
    export, money = directory / "export", directory / "finance"
    for folder in (directory, export, money):
        folder.mkdir(parents=True, exist_ok=True)
    lived, rows, chance = _live(seed, company, export, keep=bool(further))
    staff, market = lived.staff, lived.market
    rows |= finance.write_finance(
        company, staff, market, salesforce.account_ids(market), chance, money
    )
    people = charter.write_people(staff, directory / "people.csv")
    rows |= {"people": people}
    folders = {SALESFORCE: export}
    for name in dict.fromkeys(further):
        folder = folders[name] = directory / f"export-{name}"
        folder.mkdir(exist_ok=True)
        found = writers()[name](lived, folder)
        rows |= {f"{name}/{file}": count for file, count in found.items()}
    written = Written(
        directory,
        directory / "charter.yaml",
        directory / "people.csv",
        export,
        money,
        directory / "truth.json",
        MappingProxyType(rows),
        MappingProxyType(folders),
    )
    written.charter.write_text(charter.charter_text(company), encoding="utf-8")
    truth = tell(company, seed, staff, market, lived.year, lived.kept, lived.days)
    written.truth.write_text(json.dumps(truth, indent=1) + "\n", encoding="utf-8")
    return written
