"""Airbyte's streams of a Salesforce org as its file destinations write them, one file a stream.

Streams and columns are named as Salesforce's API names them. Before them stand the columns every
destination adds: `_airbyte_raw_id`, `_airbyte_extracted_at`, `_airbyte_meta` (JSON) and
`_airbyte_generation_id`. Two variants:

- `airbyte_salesforce`: CSV; everything is text, `_airbyte_extracted_at` counts milliseconds;
- `airbyte_salesforce_parquet`: Parquet; moments, days, numbers and checkboxes are typed, and what
  has no value is null.

Deleted records come along, with `IsDeleted`.

Cannot hold: nothing of the Salesforce export is lost.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from pathlib import Path

from remit.example.days import last_moment
from remit.example.layouts import Everything
from remit.example.layouts._airbyte import META, extracted, meta
from remit.example.tables import Table, write_tables

_STAMPS = {
    "CreatedDate", "LastModifiedDate", "SystemModstamp", "StartDateTime", "EndDateTime",
    "CompletedDateTime", "ClosedDate",
}  # fmt: skip
_DAYS = {
    "ActivityDate", "CloseDate", "ConvertedDate", "StartDate", "EndDate", "SAO_Date__c",
    "Rejected_Date__c", "POC_Start__c",
}  # fmt: skip
_DOUBLES = {"Amount", "AnnualRevenue", "ExpectedRevenue", "Probability", "ARR__c"}
_COUNTS = {"NumberOfEmployees", "DurationInMinutes", "CallDurationInSeconds", "ContractTerm"}
_DELETABLE = {"OpportunityContactRole", "EventRelation", "Contract", "LeadHistory",
              "OpportunityFieldHistory"}  # fmt: skip


def tables(everything: Everything) -> dict[str, Table]:
    """The streams by name, their cells as text."""
    dice = everything.dice("airbyte_salesforce")
    end = last_moment(everything.company.last_day, everything.days)
    found = {}
    for place, (name, table) in enumerate(everything.tables.items()):
        further: tuple[str, ...] = ()
        if "IsDeleted" not in table.header and name in _DELETABLE:
            further = ("IsDeleted",)
        stamped = "LastModifiedDate" in table.header and "SystemModstamp" not in table.header
        at = table.header.index("LastModifiedDate") if stamped else -1
        cells = meta(dice, extracted(end, place))
        found[name] = Table(
            (*META, *table.header, *further, *(("SystemModstamp",) if stamped else ())),
            [
                (*next(cells), *row, *(("false",) if further else ()),
                 *((row[at],) if stamped else ()))
                for row in table.rows
            ],
        )  # fmt: skip
    return found


def write(everything: Everything, folder: Path) -> dict[str, int]:
    """Write the streams as CSV; returns the number of rows by stream."""
    return write_tables(tables(everything), folder)


def write_parquet(everything: Everything, folder: Path) -> dict[str, int]:
    """Write the streams as Parquet; returns the number of rows by stream."""
    import pyarrow
    import pyarrow.parquet

    stamp, text = pyarrow.timestamp("ms", "UTC"), pyarrow.string()
    kinds: Mapping[str, tuple[object, Callable[[str], object]]] = {
        "_airbyte_extracted_at": (stamp, lambda at: datetime.fromtimestamp(int(at) / 1000, UTC)),
        "_airbyte_generation_id": (pyarrow.int64(), int),
        **dict.fromkeys(_STAMPS, (stamp, datetime.fromisoformat)),
        **{name: (pyarrow.date32(), date.fromisoformat) for name in _DAYS},
        **{name: (pyarrow.float64(), float) for name in _DOUBLES},
        **{name: (pyarrow.int64(), int) for name in _COUNTS},
    }
    flag: tuple[object, Callable[[str], object]] = (pyarrow.bool_(), lambda value: value == "true")
    found = {}
    for name, table in tables(everything).items():
        columns, schema = [], []
        for place, column in enumerate(table.header):
            plain: tuple[object, Callable[[str], object]] = (text, str)
            checkbox = column.startswith("Is")
            kind, read = flag if checkbox else kinds.get(column, plain)
            values = (str(row[place]) for row in table.rows)
            columns.append(pyarrow.array([read(v) if v else None for v in values], type=kind))
            schema.append((column, kind))
        whole = pyarrow.Table.from_arrays(columns, schema=pyarrow.schema(schema))
        pyarrow.parquet.write_table(whole, folder / f"{name}.parquet")
        found[name] = len(table.rows)
    return found
