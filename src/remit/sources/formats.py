"""Formats of single files that hold one table: delimited text and Parquet."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import duckdb

from remit.evidence.sql import parquet_of
from remit.sources.delimited import Raw, peek, read_table
from remit.sources.found import Format, Found


@Format(endings=(".csv", ".tsv"))
def delimited(file: Path) -> Sequence[Found]:
    """Text with a header line, its cells parted by commas, semicolons, tabs or bars."""
    try:
        header = peek(file)
    except OSError:
        header = ()
    return [_table(file, header)]


@Format(endings=(".parquet",))
def parquet(file: Path) -> Sequence[Found]:
    """A Parquet file."""
    try:
        with duckdb.connect() as con:
            described = con.execute(f"DESCRIBE SELECT * FROM {parquet_of(file)}")
            header = tuple(row[0] for row in described.fetchall())
    except duckdb.Error:
        header = ()
    return [_table(file, header)]


def _table(file: Path, header: tuple[str, ...]) -> Found:
    return Found(file.stem, file.name, header, partial(_read, file), file.stat().st_size)


def _read(file: Path, con: duckdb.DuckDBPyConnection, relation: str) -> Raw:
    return read_table(con, file, name=file.stem, relation=relation, label=file.name)
