"""Addresses of contacts and leads, kept for the time of one load and then gone.

A calendar knows whom somebody met by address alone. A source that reads contacts remembers what
each address stands for; only a salted hash is held, in a table that ends with the load.
"""

from __future__ import annotations

import secrets

import duckdb

from remit.sources.cells import Reader


def remember(reader: Reader, record_type: str, record_id: str, column: str = "Email") -> None:
    """Remember which record an address stands for, until the load is over.

    Args:
        reader: A file of contacts or leads.
        record_type: contact or lead.
        record_id: The record's id, as SQL over the file.
        column: Where the address stands; nothing happens where the file has none such.
    """
    if not reader.raw.has(column):
        return
    ready(reader.con)
    reader.con.execute(
        f"""INSERT INTO addresses SELECT '{record_type}', {record_id}, address({reader.text(column).sql})
        FROM {reader.raw.relation} WHERE {reader.text(column).sql} LIKE '%@%' AND {record_id} IS NOT NULL"""
    )


def ready(con: duckdb.DuckDBPyConnection) -> None:
    """Make the table `addresses`, and give queries `address(email)`, its salted hash."""
    there = con.execute(
        "SELECT 1 FROM duckdb_tables() WHERE table_name = 'addresses' AND temporary"
    ).fetchone()
    if there:
        return
    con.execute(
        f"""CREATE TEMP TABLE addresses (record_type VARCHAR, record_id VARCHAR, address VARCHAR);
        CREATE OR REPLACE TEMP MACRO address(email) AS
        sha256('{secrets.token_hex(16)}' || lower(trim(email)))"""
    )
