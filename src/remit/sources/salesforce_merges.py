"""Companies, contacts, leads and cases that were merged: what concerned the one that went."""

from __future__ import annotations

from collections.abc import Iterator

from remit.sources.cells import Derived
from remit.sources.salesforce_columns import merged_away
from remit.sources.source import Export

MERGED = (("Account", "account"), ("Contact", "contact"), ("Lead", "lead"), ("Case", "ticket"))
"""Objects that can be merged, and what links to them call them."""
_POINTING = (
    ("contacts", "account_id", "account"),
    ("accounts", "parent_id", "account"),
    ("leads", "account_id", "account"),
    ("leads", "contact_id", "contact"),
    ("opportunities", "account_id", "account"),
    ("opportunities", "lead_id", "lead"),
    ("contracts", "account_id", "account"),
    ("tickets", "account_id", "account"),
    ("recorded.steps", "account_id", "account"),
    ("recorded.steps", "contact_id", "contact"),
    ("recorded.steps", "lead_id", "lead"),
)
"""Every column that names such a record and is no part of a key."""


def gather_merges(export: Export) -> bool:
    """Write down what was merged into what, to the last master; whether there is any of it."""
    export.con.execute(
        "CREATE OR REPLACE TEMP TABLE mergers (kind VARCHAR, id VARCHAR, master VARCHAR)"
    )
    for object_, kind in MERGED:
        reader = export.get(object_)
        if reader is not None and reader.raw.has("MasterRecordId"):
            export.con.execute(
                f"""INSERT INTO mergers SELECT '{kind}', {reader.id("Id").sql}, {reader.id("MasterRecordId").sql}
                FROM {reader.raw.relation} WHERE {merged_away(reader)} AND {reader.id("Id").sql} IS NOT NULL"""
            )
    # a master may have been merged itself; a ring of them, which no CRM makes, ends where it began
    export.con.execute(
        """CREATE OR REPLACE TEMP TABLE mergers AS
        WITH RECURSIVE chain AS (
            SELECT kind, id, master, 1 AS far FROM mergers
            UNION ALL
            SELECT c.kind, c.id, m.master, far + 1 FROM chain c
            JOIN mergers m ON m.kind = c.kind AND m.id = c.master WHERE far < 20 AND m.master <> c.id)
        SELECT kind, id, arg_max(master, far) AS master FROM chain GROUP BY ALL"""
    )
    return bool(export.con.execute("SELECT 1 FROM mergers LIMIT 1").fetchone())


def to_masters(export: Export) -> Iterator[Derived]:
    """Point everything that named a record merged away at the one it was merged into.

    Rows that an earlier load had kept are pointed there too: the CRM moves them without a trace.
    """
    for table, column, kind in _POINTING:
        export.con.execute(
            f"""UPDATE {table} SET {column} = m.master FROM mergers m
            WHERE m.kind = '{kind}' AND m.id = {table}.{column}"""
        )
    yield Derived(
        "accounts",
        """SELECT a.* EXCLUDE (merged_into), m.master AS merged_into FROM accounts a
        JOIN mergers m ON m.kind = 'account' AND m.id = a.account_id""",
        "What concerned a company, contact, lead or case that was merged into another concerns "
        "that one.",
    )
    yield Derived(
        "buying_roles",
        """SELECT b.* EXCLUDE (contact_id), m.master AS contact_id FROM buying_roles b
        JOIN mergers m ON m.kind = 'contact' AND m.id = b.contact_id
        ANTI JOIN buying_roles t ON t.opportunity_id = b.opportunity_id AND t.contact_id = m.master""",
    )
    yield Derived(
        "activity_links",
        """SELECT k.* EXCLUDE (record_id), m.master AS record_id FROM activity_links k
        JOIN mergers m ON m.kind = k.record_type AND m.id = k.record_id""",
    )
    export.con.execute(
        """DELETE FROM buying_roles WHERE contact_id IN (SELECT id FROM mergers WHERE kind = 'contact');
        DELETE FROM activity_links USING mergers m
        WHERE m.kind = activity_links.record_type AND m.id = activity_links.record_id"""
    )
