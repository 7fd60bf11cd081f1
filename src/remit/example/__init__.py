"""The example company: people work, a CRM forgets, and the truth is kept beside it.

`write_example` writes a folder with a charter, a dated people file, a Salesforce export, finance
tables and the truth. It reads nothing of the rest of remit and knows none of its limits, so that
what remit says about the folder can be held against what was put in. To add a fault or an
innocent: a parameter in `company`, its effect where the thing happens (`market`, `work` or
`forget`), its count in `truth`. That is all.
"""

from __future__ import annotations

import gc
import json
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from types import MappingProxyType

import numpy as np

from remit.example import charter, finance, salesforce
from remit.example.company import Company, Faults, Innocents
from remit.example.days import calendar
from remit.example.dice import Dice
from remit.example.forget import keep
from remit.example.market import happen
from remit.example.staff import hire
from remit.example.truth import tell
from remit.example.work import labour

NORTHSTAR = Company()
"""The example company as it is by default, with its faults."""

__all__ = ["NORTHSTAR", "Company", "Faults", "Innocents", "Written", "write_example"]


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
        rows: Number of rows by file, without its ending.
    """

    directory: Path
    charter: Path
    people: Path
    export: Path
    finance: Path
    truth: Path
    rows: MappingProxyType[str, int]


def write_example(directory: Path, *, seed: int, company: Company = NORTHSTAR) -> Written:
    """Write the example company into a folder, which is made if it is not there.

    The same seed and company give the same bytes.

    Args:
        directory: Where; files of the same names are overwritten.
        seed: Of all chance in it.
        company: Its parameters; the default is Northstar Analytics with its faults.
    """
    directory = Path(directory)
    collecting = gc.isenabled()
    gc.disable()  # a million small records that all live to the end
    try:
        return _write(directory, seed, company)
    finally:
        if collecting:
            gc.enable()


def _write(directory: Path, seed: int, company: Company) -> Written:
    export, money = directory / "export", directory / "finance"
    for folder in (directory, export, money):
        folder.mkdir(parents=True, exist_ok=True)
    chance = [Dice(source) for source in np.random.default_rng(seed).spawn(6)]
    days = calendar(
        company.founded - timedelta(days=800),
        company.last_day + timedelta(days=900),
        company.time_zone,
    )
    staff = hire(company, days, chance[0])
    market = happen(company, staff, days, chance[1])
    year = labour(company, staff, market, days, chance[2])
    kept = keep(company, staff, market, year, days, chance[3])
    rows = salesforce.export(company, staff, market, kept, days, chance[4], export)
    rows |= finance.write_finance(
        company, staff, market, salesforce.account_ids(market), chance[5], money
    )
    written = Written(
        directory,
        directory / "charter.yaml",
        directory / "people.csv",
        export,
        money,
        directory / "truth.json",
        MappingProxyType(rows | {"people": charter.write_people(staff, directory / "people.csv")}),
    )
    written.charter.write_text(charter.charter_text(company), encoding="utf-8")
    truth = tell(company, seed, staff, market, year, kept, days)
    written.truth.write_text(json.dumps(truth, indent=1) + "\n", encoding="utf-8")
    return written
