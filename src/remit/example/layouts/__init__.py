"""The layouts the example company can be written in besides a Salesforce export.

A layout is a function `write` of a module here, named as the module, or a function
`write_<variant>` of it, named `<module>_<variant>`; modules whose name begins with an underscore
are none. Each takes `Everything` and a folder, writes files as the vendor would, and returns the
number of rows by file. What a layout cannot hold, it leaves out as the vendor does; its docstring
says so under "Cannot hold". To add a layout, write its function. That is all.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from zlib import crc32

import numpy as np

from remit.example.company import Company
from remit.example.days import Calendar
from remit.example.dice import Dice
from remit.example.forget import Kept
from remit.example.records import Market
from remit.example.staff import Staff
from remit.example.tables import Table
from remit.example.work import Year

SALESFORCE = "salesforce"
"""The layout that is always written, to `export/`."""


@dataclass(frozen=True, slots=True)
class Everything:
    """All there is to write a layout from.

    Attributes:
        company: Its parameters.
        staff: The people.
        market: What happened.
        year: The work done, in the CRM or not.
        kept: What the CRM kept of it.
        days: Its working days and clock.
        tables: The Salesforce export, table by table: every CRM layout is written from its rows.
        seed: Of all chance.
    """

    company: Company
    staff: Staff
    market: Market
    year: Year
    kept: Kept
    days: Calendar
    tables: Mapping[str, Table]
    seed: int

    def dice(self, layout: str) -> Dice:
        """Chance of a layout's own, so that writing one changes no other."""
        return Dice(np.random.default_rng([self.seed, crc32(layout.encode())]))


Write = Callable[[Everything, Path], dict[str, int]]


def writers() -> dict[str, Write]:
    """The functions that write a layout, by the layout's name, A to Z.

    >>> "fivetran_salesforce" in writers()
    True
    """
    found: dict[str, Write] = {}
    for module in pkgutil.iter_modules(__path__):
        if module.name.startswith("_"):
            continue
        held = vars(import_module(f"{__name__}.{module.name}"))
        for name, write in held.items():
            if name == "write":
                found[module.name] = write
            elif name.startswith("write_") and write.__module__ == f"{__name__}.{module.name}":
                found[f"{module.name}_{name.removeprefix('write_')}"] = write
    return dict(sorted(found.items()))
