"""A table of an export before and after it is a CSV file."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

Row = Sequence[object]


@dataclass(frozen=True, slots=True)
class Table:
    """A header and rows under it; an empty string is no value.

    Attributes:
        header: Names of the columns.
        rows: Cells in the order of the header.
    """

    header: tuple[str, ...]
    rows: Sequence[Row]

    def records(self) -> Iterator[dict[str, str]]:
        """Each row as text by column.

        >>> list(Table(("Id", "Amount"), [("006", 500)]).records())
        [{'Id': '006', 'Amount': '500'}]
        """
        header = self.header
        for row in self.rows:
            yield dict(zip(header, map(str, row), strict=True))


def write_table(path: Path, header: Sequence[str], rows: Iterable[Row]) -> int:
    """Write a CSV; returns the number of rows."""
    commas, written = len(header) - 1, 0
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(header)
        for row in rows:
            line = ",".join(map(str, row))
            if line.count(",") == commas and '"' not in line and "\n" not in line:
                file.write(line + "\n")  # nothing in it needs quotes
            else:
                out.writerow(row)
            written += 1
    return written


def write_tables(tables: Mapping[str, Table], folder: Path) -> dict[str, int]:
    """Write each table to `<its name>.csv` in a folder; returns the number of rows by name."""
    return {
        name: write_table(folder / f"{name}.csv", table.header, table.rows)
        for name, table in tables.items()
    }
