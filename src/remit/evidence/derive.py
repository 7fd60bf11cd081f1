"""What follows from the loaded tables: handoff cases, shared minutes, the state of activities.

Everything here is worked out once, at load, in the database that was just filled; measures then
only read. Each query looks at what was true at that moment, never at what became of it.
"""

from __future__ import annotations

from datetime import date

import duckdb

from remit.charter import Charter
from remit.evidence.write import merge

CREDITS_FOLLOW = (
    "Credits follow from handoffs: to whoever offered a meeting once it was accepted, to whoever "
    "took it once the deal was won."
)


def derive(con: duckdb.DuckDBPyConnection, charter: Charter) -> None:
    """Fill the tables that no export holds as such. Run it after every source has been read."""
    _leads_of_deals(con)
    _handoffs(con, charter)
    _credits(con, charter)
    _shared_minutes(con)
    _states(con)


def forget(con: duckdb.DuckDBPyConnection, charter: Charter, *, read_alike: bool) -> None:
    """Drop what an earlier load worked out and this one works out anew. Run it before any source.

    Args:
        con: A connection to the file being written.
        charter: The charter to load with.
        read_alike: Whether the earlier load read with the same patterns and fields; what others
            found would otherwise stand beside what these find.
    """
    steps = [(handoff.name, step) for handoff in charter.handoffs for step in handoff.steps()]
    for table, word, named in (
        ("steps", "step", steps),
        ("fields", "field", [(h.name, field) for h in charter.handoffs for field in h.requires]),
    ):
        if not read_alike or not named:
            con.execute(f"DELETE FROM recorded.{table}")
        else:
            marks = ", ".join("(?, ?)" for _ in named)
            con.execute(
                f"DELETE FROM recorded.{table} WHERE (handoff, {word}) NOT IN ({marks})",
                [name for pair in named for name in pair],
            )
    if con.execute(
        "SELECT 1 FROM derivations WHERE canonical_table = 'deal_credits' AND how = ?",
        [CREDITS_FOLLOW],
    ).fetchone():
        con.execute("DELETE FROM deal_credits")
        con.execute("DELETE FROM derivations WHERE canonical_table = 'deal_credits'")


def ends_of_evidence(con: duckdb.DuckDBPyConnection, zone: str, today: date) -> tuple[date, date]:
    """First and last day on which anything was entered; the day of the load if nothing was."""
    stamps = " UNION ALL ".join(
        f"SELECT {column} AS happened_at FROM {table}"
        for table, column in (
            ("activities", "recorded_at"),
            ("opportunities", "created_at"),
            ("opportunities", "closed_at"),
            ("leads", "created_at"),
            ("stage_changes", "entered_at"),
            ("tickets", "opened_at"),
            ("deal_credits", "credited_at"),
        )
    )
    first, last = con.execute(
        f"""SELECT min(day), max(day) FROM (
            SELECT CAST(timezone('{zone}', timezone('UTC', happened_at)) AS DATE) AS day FROM ({stamps}))
        WHERE day <= DATE '{today}'"""
    ).fetchone() or (None, None)
    return first or today, last or today


def _leads_of_deals(con: duckdb.DuckDBPyConnection) -> None:
    merge(
        con,
        "opportunities",
        """SELECT o.* EXCLUDE (lead_id), l.lead_id FROM opportunities o
        JOIN (SELECT opportunity_id, min(lead_id) AS lead_id FROM leads
              WHERE opportunity_id IS NOT NULL GROUP BY 1) l USING (opportunity_id)
        WHERE o.lead_id IS NULL""",
    )


def _handoffs(con: duckdb.DuckDBPyConnection, charter: Charter) -> None:
    """Gather recorded steps into cases.

    A case is one offer (or, where offers leave no record, one meeting held). A step recorded on
    the same record belongs to its case; a step recorded elsewhere belongs to the latest case of
    the same prospect that had been offered by that day.
    """
    con.execute(
        """CREATE OR REPLACE TEMP TABLE steps AS
        SELECT s.* EXCLUDE (account_id, opportunity_id),
            coalesce(s.opportunity_id, l.opportunity_id) AS opportunity_id,
            coalesce(s.account_id, o.account_id, c.account_id, l.account_id, s.lead_id) AS prospect_id
        FROM recorded.steps s
        LEFT JOIN opportunities o ON o.opportunity_id = s.opportunity_id
        LEFT JOIN contacts c ON c.contact_id = s.contact_id
        LEFT JOIN leads l ON l.lead_id = coalesce(s.lead_id,
            (SELECT min(lead_id) FROM leads x WHERE x.contact_id = s.contact_id))"""
    )
    for handoff in charter.handoffs:
        recorded = list(handoff.steps())
        if not recorded or recorded[0] not in ("offered", "held"):
            continue
        first = recorded[0]
        name = handoff.name.replace("'", "''")
        if not con.execute("SELECT 1 FROM steps WHERE handoff = ?", [handoff.name]).fetchone():
            continue
        for table in ("handoffs", "handoff_fields"):
            con.execute(f"DELETE FROM {table} WHERE handoff = ?", [handoff.name])
        con.execute(
            f"""CREATE OR REPLACE TEMP TABLE cases AS
            SELECT record_id AS case_id, object, prospect_id, opportunity_id, happened_at AS offered_at,
                CAST(happened_at AS DATE) AS offered_day, recorded_by,
                lead(CAST(happened_at AS DATE)) OVER (PARTITION BY prospect_id ORDER BY happened_at, record_id) AS next_day
            FROM steps WHERE handoff = '{name}' AND step = '{first}'"""
        )
        merge(
            con,
            "handoffs",
            f"""WITH own AS (
                SELECT c.case_id, s.* FROM steps s JOIN cases c
                    ON c.object = s.object AND c.case_id = s.record_id
                WHERE s.handoff = '{name}'),
            elsewhere AS (
                SELECT c.case_id, s.* FROM steps s JOIN cases c ON c.prospect_id = s.prospect_id
                    AND c.object <> s.object AND CAST(s.happened_at AS DATE) >= c.offered_day
                    AND (c.next_day IS NULL OR CAST(s.happened_at AS DATE) < c.next_day)
                WHERE s.handoff = '{name}'),
            placed AS (SELECT * FROM own UNION ALL SELECT * FROM elsewhere)
            SELECT p.handoff, p.case_id, p.step,
                -- a step known by its day alone cannot come before what it answers
                greatest(p.happened_at, CASE WHEN p.date_only THEN c.offered_at ELSE p.happened_at END) AS happened_at,
                p.record_id, c.prospect_id, coalesce(p.opportunity_id, c.opportunity_id) AS opportunity_id,
                coalesce(a.segment, l.segment) AS segment, p.recorded_by, p.given_to, p.reason, p.happened_at AS known_from
            FROM placed p JOIN cases c USING (case_id)
            LEFT JOIN accounts a ON a.account_id = c.prospect_id
            LEFT JOIN leads l ON l.lead_id = c.prospect_id
            QUALIFY row_number() OVER (PARTITION BY case_id, step ORDER BY p.happened_at, p.record_id) = 1""",
        )
        merge(
            con,
            "handoff_fields",
            f"""WITH deals AS (
                SELECT case_id, any_value(prospect_id) AS prospect_id, max(opportunity_id) AS opportunity_id,
                    min(happened_at) AS offered_at FROM handoffs WHERE handoff = '{name}' GROUP BY case_id),
            wanted AS (SELECT DISTINCT field, object FROM recorded.fields WHERE handoff = '{name}')
            SELECT '{name}' AS handoff, d.case_id, w.field, d.offered_at AS known_from,
                CASE WHEN r.record_id IS NULL THEN NULL ELSE coalesce(v.filled, false) END AS filled
            FROM deals d CROSS JOIN wanted w
            LEFT JOIN LATERAL (SELECT CASE w.object WHEN 'Opportunity' THEN d.opportunity_id
                WHEN 'Account' THEN CASE WHEN EXISTS (SELECT 1 FROM accounts a WHERE a.account_id = d.prospect_id) THEN d.prospect_id END
                WHEN 'Lead' THEN (SELECT min(lead_id) FROM leads l WHERE d.prospect_id IN (l.lead_id, l.account_id))
                ELSE d.case_id END AS record_id) r ON true
            LEFT JOIN recorded.fields v ON v.handoff = '{name}' AND v.field = w.field AND v.record_id = r.record_id""",
        )


def _credits(con: duckdb.DuckDBPyConnection, charter: Charter) -> None:
    """Credits that handoffs imply, where no table of credits was loaded.

    Whoever offered a meeting to somebody else is credited in the giving role once it was
    accepted or converted; whoever it was given to is credited in the taking role once the deal
    was won. The roles people hold play no part in it.
    """
    if con.execute("SELECT 1 FROM deal_credits LIMIT 1").fetchone():
        return
    for handoff in charter.handoffs:
        name, giver, taker = (
            word.replace("'", "''") for word in (handoff.name, handoff.giver, handoff.taker)
        )
        merge(
            con,
            "deal_credits",
            f"""WITH cases AS (
                SELECT case_id, any_value(prospect_id) AS prospect_id, max(opportunity_id) AS deal,
                    max(recorded_by) FILTER (step = 'offered') AS giver,
                    max(given_to) FILTER (step = 'offered') AS taker,
                    min(happened_at) FILTER (step IN ('accepted', 'converted')) AS taken_at
                FROM handoffs WHERE handoff = '{name}' GROUP BY case_id),
            touched AS (
                SELECT c.*, least(min(l.created_at), min(o.created_at)) AS touched_at,
                    min(o.closed_at) FILTER (o.won) AS won_at
                FROM cases c LEFT JOIN leads l ON c.prospect_id IN (l.lead_id, l.account_id)
                LEFT JOIN opportunities o ON o.opportunity_id = c.deal
                WHERE giver <> taker GROUP BY ALL)
            SELECT coalesce(deal, case_id) AS record_id, giver AS person_id, '{giver}' AS role,
                taken_at AS credited_at, touched_at, taken_at AS known_from
            FROM touched WHERE taken_at IS NOT NULL
            UNION ALL
            SELECT deal, taker, '{taker}', won_at, touched_at, won_at
            FROM touched WHERE won_at IS NOT NULL""",
        )
        con.execute(
            "INSERT OR REPLACE INTO derivations VALUES ('deal_credits', ?)", [CREDITS_FOLLOW]
        )


def _shared_minutes(con: duckdb.DuckDBPyConnection) -> None:
    """Share out each person's overlapping entries, so that an hour is counted once."""
    con.execute(
        """CREATE OR REPLACE TEMP TABLE entries AS
        SELECT p.activity_id, p.person_id,
            CASE WHEN a.kind = 'call' THEN a.happened_at - to_microseconds(CAST(a.minutes * 6e7 AS BIGINT)) ELSE a.happened_at END AS starts,
            CASE WHEN a.kind = 'call' THEN a.happened_at ELSE a.happened_at + to_microseconds(CAST(a.minutes * 6e7 AS BIGINT)) END AS ends
        FROM participants p JOIN activities a USING (activity_id)
        WHERE a.counted AND a.minutes > 0 AND NOT a.date_only;
        CREATE OR REPLACE TEMP TABLE stretches AS
        SELECT * FROM (
            SELECT person_id, happened_at AS starts, lead(happened_at) OVER w AS ends, sum(step) OVER w AS at_once
            FROM (SELECT person_id, starts AS happened_at, 1 AS step FROM entries
                  UNION ALL SELECT person_id, ends, -1 FROM entries)
            WINDOW w AS (PARTITION BY person_id ORDER BY happened_at, step ROWS UNBOUNDED PRECEDING))
        WHERE at_once > 0 AND ends > starts;
        UPDATE participants SET shared_minutes = s.minutes FROM (
            SELECT e.activity_id, e.person_id,
                sum(epoch(x.ends - x.starts) / 60.0 / x.at_once) AS minutes
            FROM entries e JOIN stretches x ON x.person_id = e.person_id
                AND x.starts >= e.starts AND x.starts < e.ends
            GROUP BY ALL) s
        WHERE participants.activity_id = s.activity_id AND participants.person_id = s.person_id"""
    )


def _states(con: duckdb.DuckDBPyConnection) -> None:
    """The state each activity met: its ticket, the deal open then, the account, what came before."""
    con.execute(
        """CREATE OR REPLACE TEMP TABLE concerned AS
        SELECT a.activity_id, any_value(a.happened_at) AS happened_at,
            max(k.record_id) FILTER (k.record_type = 'ticket') AS ticket_id,
            max(k.record_id) FILTER (k.record_type = 'lead') AS lead_id,
            max(k.record_id) FILTER (k.record_type = 'contact') AS contact_id,
            max(k.record_id) FILTER (k.record_type = 'account') AS account_id
        FROM activities a LEFT JOIN activity_links k USING (activity_id) GROUP BY a.activity_id;

        CREATE OR REPLACE TEMP TABLE linked_deals AS
        SELECT k.activity_id, o.* FROM activity_links k JOIN activities a USING (activity_id)
        JOIN opportunities o ON o.opportunity_id = k.record_id
        WHERE k.record_type = 'opportunity';

        CREATE OR REPLACE TEMP TABLE placed AS
        SELECT c.activity_id, c.happened_at, c.ticket_id,
            coalesce(c.lead_id, before.lead_id) AS lead_id,
            coalesce(d.account_id, c.account_id, t.account_id, n.account_id,
                CASE WHEN l.converted_at <= c.happened_at THEN l.account_id END) AS account_id
        FROM concerned c
        LEFT JOIN (SELECT activity_id, min(account_id) AS account_id FROM linked_deals GROUP BY 1) d USING (activity_id)
        LEFT JOIN tickets t ON t.ticket_id = c.ticket_id
        LEFT JOIN contacts n ON n.contact_id = c.contact_id
        LEFT JOIN leads l ON l.lead_id = c.lead_id
        LEFT JOIN (SELECT contact_id, min(lead_id) AS lead_id FROM leads WHERE contact_id IS NOT NULL GROUP BY 1) before
            ON before.contact_id = c.contact_id;

        -- deals that existed and were open at that moment, with their stage then
        CREATE OR REPLACE TEMP TABLE deal_spans AS
        SELECT o.account_id, o.opportunity_id, o.kind, s.stage, coalesce(s.place, 1) AS place,
            CASE WHEN s.place > 1 THEN s.entered_at ELSE o.created_at END AS from_at,
            least(coalesce(s.left_at, o.closed_at, TIMESTAMP '2200-01-01'),
                  coalesce(o.closed_at, TIMESTAMP '2200-01-01')) AS to_at
        FROM opportunities o LEFT JOIN stage_changes s
            ON s.record_type = 'opportunity' AND s.record_id = o.opportunity_id
        WHERE o.account_id IS NOT NULL AND o.created_at IS NOT NULL;

        CREATE OR REPLACE TEMP TABLE open_deals AS
        SELECT p.activity_id, o.opportunity_id, o.kind, o.stage, o.place, k.record_id IS NOT NULL AS linked
        FROM placed p JOIN deal_spans o ON o.account_id = p.account_id
            AND o.from_at <= p.happened_at AND p.happened_at < o.to_at
        LEFT JOIN activity_links k ON k.activity_id = p.activity_id
            AND k.record_type = 'opportunity' AND k.record_id = o.opportunity_id;

        CREATE OR REPLACE TEMP TABLE deal_then AS
        SELECT * FROM open_deals WHERE linked OR kind = 'new' OR place > 1
        QUALIFY row_number() OVER (PARTITION BY activity_id
            ORDER BY linked DESC, kind = 'new' DESC, kind = 'expansion' DESC, opportunity_id DESC) = 1;

        CREATE OR REPLACE TEMP TABLE first_wins AS
        SELECT account_id, min(closed_at) AS won_at FROM opportunities
        WHERE won AND account_id IS NOT NULL GROUP BY account_id;

        -- what had made a prospect more than somebody to prospect
        CREATE OR REPLACE TEMP TABLE engagements AS
        WITH said AS (
            SELECT lead_id AS prospect, account_id, 'request' AS kind, created_at AS happened_at FROM leads WHERE inbound
            UNION ALL
            SELECT coalesce(c.lead_id, n.account_id, c.account_id), n.account_id, 'meeting', a.recorded_at
            FROM concerned c JOIN activities a USING (activity_id)
            LEFT JOIN contacts n ON n.contact_id = c.contact_id
            WHERE a.kind = 'meeting' AND a.recorded_at < a.happened_at AND (c.lead_id IS NOT NULL OR c.contact_id IS NOT NULL)
            UNION ALL
            SELECT prospect_id, NULL, 'offered', happened_at FROM handoffs WHERE step IN ('offered', 'held'))
        SELECT prospect, kind, happened_at FROM said WHERE prospect IS NOT NULL
        UNION ALL SELECT s.account_id, s.kind, s.happened_at FROM said s WHERE s.account_id IS NOT NULL AND s.account_id <> s.prospect
        UNION ALL SELECT l.account_id, s.kind, s.happened_at FROM said s JOIN leads l ON l.lead_id = s.prospect
            WHERE l.account_id IS NOT NULL AND s.account_id IS NULL
        UNION ALL SELECT l.lead_id, s.kind, s.happened_at FROM said s JOIN leads l ON l.account_id = s.prospect;

        CREATE OR REPLACE TEMP TABLE engaged AS
        SELECT p.activity_id,
            max(e.happened_at) FILTER (e.kind = 'request') AS request_at,
            max(e.happened_at) FILTER (e.kind = 'meeting') AS meeting_at,
            max(e.happened_at) FILTER (e.kind = 'offered') AS offered_at
        FROM (SELECT activity_id, happened_at, unnest([account_id, lead_id]) AS prospect FROM placed) p
        JOIN engagements e ON e.prospect = p.prospect AND e.happened_at < p.happened_at
        GROUP BY p.activity_id;

        DELETE FROM activity_states;
        INSERT INTO activity_states BY NAME
        SELECT p.activity_id, p.account_id, p.lead_id, p.ticket_id, d.opportunity_id,
            coalesce(a.segment, l.segment) AS segment, d.kind AS deal_kind, d.stage AS deal_stage,
            CASE WHEN w.won_at <= p.happened_at THEN w.won_at END AS customer_from,
            e.request_at, e.meeting_at, e.offered_at, v.known_from
        FROM placed p JOIN activities v USING (activity_id)
        LEFT JOIN deal_then d USING (activity_id)
        LEFT JOIN first_wins w ON w.account_id = p.account_id
        LEFT JOIN engaged e USING (activity_id)
        LEFT JOIN accounts a ON a.account_id = p.account_id
        LEFT JOIN leads l ON l.lead_id = p.lead_id
        ORDER BY v.day, p.activity_id"""
    )
