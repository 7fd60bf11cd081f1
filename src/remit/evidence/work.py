"""The state that each piece of work met, worked out once at load and stored to be scanned.

Each query looks at what was true at that moment, never at what became of it. The result is one
wide table, `work`, a row a person and activity, laid down month by month and person by person, so
that a measure reads it near the speed of the disk.
"""

from __future__ import annotations

import duckdb


def work_done(con: duckdb.DuckDBPyConnection) -> None:
    """Fill `work` from the tables that were loaded. Run it after everything else is derived."""
    _shared_minutes(con)
    _placed(con)
    _deal_then(con)
    _engaged(con)
    _written(con)
    for table in ("shared", "placed", "deal_then", "engaged", "linked", "linked_deals"):
        con.execute(f"DROP TABLE {table}")


def _shared_minutes(con: duckdb.DuckDBPyConnection) -> None:
    """Share out each person's overlapping entries, so that an hour is counted once.

    Only entries that overlap another are looked at; all others keep their minutes.
    """
    con.execute(
        """CREATE OR REPLACE TEMP TABLE entries AS
        WITH lengths AS (
            SELECT p.activity_id, p.person_id,
                CASE WHEN a.kind = 'call' THEN a.happened_at - to_microseconds(CAST(a.minutes * 6e7 AS BIGINT)) ELSE a.happened_at END AS starts,
                CASE WHEN a.kind = 'call' THEN a.happened_at ELSE a.happened_at + to_microseconds(CAST(a.minutes * 6e7 AS BIGINT)) END AS ends
            FROM participants p JOIN activities a USING (activity_id)
            WHERE a.counted AND a.minutes > 0 AND NOT a.date_only),
        apart AS (
            SELECT *, coalesce(starts >= max(ends) OVER (PARTITION BY person_id ORDER BY starts, ends, activity_id
                ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), true) AS begins FROM lengths),
        bunched AS (
            SELECT * EXCLUDE (begins), sum(begins::BIGINT) OVER (PARTITION BY person_id ORDER BY starts, ends, activity_id
                ROWS UNBOUNDED PRECEDING) AS bunch FROM apart)
        SELECT * FROM bunched SEMI JOIN (
            SELECT person_id, bunch FROM bunched GROUP BY ALL HAVING count(*) > 1) USING (person_id, bunch);

        CREATE OR REPLACE TEMP TABLE shared AS
        WITH stretches AS (
            SELECT * FROM (
                SELECT person_id, bunch, happened_at AS starts, lead(happened_at) OVER w AS ends, sum(step) OVER w AS at_once
                FROM (SELECT person_id, bunch, starts AS happened_at, 1 AS step FROM entries
                      UNION ALL SELECT person_id, bunch, ends, -1 FROM entries)
                WINDOW w AS (PARTITION BY person_id, bunch ORDER BY happened_at, step ROWS UNBOUNDED PRECEDING))
            WHERE at_once > 0 AND ends > starts)
        SELECT e.activity_id, e.person_id, sum(epoch(x.ends - x.starts) / 60.0 / x.at_once) AS minutes
        FROM entries e JOIN stretches x ON x.person_id = e.person_id AND x.bunch = e.bunch
            AND x.starts >= e.starts AND x.starts < e.ends
        GROUP BY ALL;
        DROP TABLE entries"""
    )


def _placed(con: duckdb.DuckDBPyConnection) -> None:
    """The ticket, company and lead that each activity concerned."""
    con.execute(
        """CREATE OR REPLACE TEMP TABLE linked AS
        SELECT activity_id,
            max(CASE WHEN record_type = 'ticket' THEN record_id END) AS ticket_id,
            max(CASE WHEN record_type = 'lead' THEN record_id END) AS lead_id,
            max(CASE WHEN record_type = 'contact' THEN record_id END) AS contact_id,
            max(CASE WHEN record_type = 'account' THEN record_id END) AS account_id
        FROM activity_links GROUP BY activity_id;

        CREATE OR REPLACE TEMP TABLE linked_deals AS
        SELECT k.activity_id, o.opportunity_id, o.account_id FROM activity_links k
        JOIN opportunities o ON o.opportunity_id = k.record_id
        WHERE k.record_type = 'opportunity';

        CREATE OR REPLACE TEMP TABLE placed AS
        SELECT a.activity_id, a.happened_at, c.ticket_id,
            coalesce(c.lead_id, before.lead_id) AS lead_id,
            coalesce(d.account_id, c.account_id, t.account_id, n.account_id,
                CASE WHEN l.converted_at <= a.happened_at THEN l.account_id END) AS account_id
        FROM activities a JOIN linked c USING (activity_id)
        LEFT JOIN (SELECT activity_id, min(account_id) AS account_id FROM linked_deals GROUP BY 1) d USING (activity_id)
        LEFT JOIN tickets t ON t.ticket_id = c.ticket_id
        LEFT JOIN contacts n ON n.contact_id = c.contact_id
        LEFT JOIN leads l ON l.lead_id = c.lead_id
        LEFT JOIN (SELECT contact_id, min(lead_id) AS lead_id FROM leads WHERE contact_id IS NOT NULL GROUP BY 1) before
            ON before.contact_id = c.contact_id"""
    )


def _deal_then(con: duckdb.DuckDBPyConnection) -> None:
    """The deal that each activity met: open at that moment, the linked one before the company's others."""
    con.execute(
        """CREATE OR REPLACE TEMP TABLE deal_spans AS
        SELECT o.account_id, o.opportunity_id, o.kind, s.stage, coalesce(s.place, 1) AS place,
            CASE WHEN s.place > 1 THEN s.entered_at ELSE o.created_at END AS from_at,
            least(coalesce(s.left_at, o.closed_at, TIMESTAMP '2200-01-01'),
                  coalesce(o.closed_at, TIMESTAMP '2200-01-01')) AS to_at
        FROM opportunities o LEFT JOIN stage_changes s
            ON s.record_type = 'opportunity' AND s.record_id = o.opportunity_id
        WHERE o.account_id IS NOT NULL AND o.created_at IS NOT NULL;

        CREATE OR REPLACE TEMP TABLE deal_then AS
        SELECT activity_id, best.opportunity_id, best.kind, best.stage FROM (
        SELECT activity_id, max({linked: linked, is_new: kind = 'new', is_expansion: kind = 'expansion',
            opportunity_id: opportunity_id, kind: kind, stage: stage}) AS best FROM (
            SELECT p.activity_id, o.opportunity_id, o.kind, o.stage, o.place, k.opportunity_id IS NOT NULL AS linked
            FROM placed p JOIN deal_spans o ON o.account_id = p.account_id
                AND o.from_at <= p.happened_at AND p.happened_at < o.to_at
            LEFT JOIN linked_deals k ON k.activity_id = p.activity_id AND k.opportunity_id = o.opportunity_id)
        WHERE linked OR kind = 'new' OR place > 1
        GROUP BY activity_id);
        DROP TABLE deal_spans"""
    )


def _engaged(con: duckdb.DuckDBPyConnection) -> None:
    """What had made a prospect more than somebody to prospect, and when last before each activity."""
    con.execute(
        """CREATE OR REPLACE TEMP TABLE engagements AS
        WITH said AS (
            SELECT lead_id AS prospect, account_id, 'request' AS kind, created_at AS happened_at FROM leads WHERE inbound
            UNION ALL
            SELECT coalesce(c.lead_id, n.account_id, c.account_id, p.lead_id), n.account_id, 'meeting', a.recorded_at
            FROM activities a JOIN linked c USING (activity_id) JOIN placed p USING (activity_id)
            LEFT JOIN contacts n ON n.contact_id = c.contact_id
            WHERE a.kind = 'meeting' AND a.recorded_at < a.happened_at AND (c.lead_id IS NOT NULL OR c.contact_id IS NOT NULL)
            UNION ALL
            SELECT prospect_id, NULL, 'offered', happened_at FROM handoffs WHERE step IN ('offered', 'held'))
        SELECT prospect, kind, happened_at FROM said WHERE prospect IS NOT NULL
        UNION ALL SELECT s.account_id, s.kind, s.happened_at FROM said s WHERE s.account_id IS NOT NULL AND s.account_id <> s.prospect
        UNION ALL SELECT l.account_id, s.kind, s.happened_at FROM said s JOIN leads l ON l.lead_id = s.prospect
            WHERE l.account_id IS NOT NULL AND s.account_id IS NULL
        UNION ALL SELECT l.lead_id, s.kind, s.happened_at FROM said s JOIN leads l ON l.account_id = s.prospect;

        -- at each such instant of a prospect, the last of every kind so far
        CREATE OR REPLACE TEMP TABLE moments AS
        SELECT DISTINCT prospect, happened_at,
            max(happened_at) FILTER (kind = 'request') OVER so_far AS request_at,
            max(happened_at) FILTER (kind = 'meeting') OVER so_far AS meeting_at,
            max(happened_at) FILTER (kind = 'offered') OVER so_far AS offered_at
        FROM engagements
        WINDOW so_far AS (PARTITION BY prospect ORDER BY happened_at RANGE UNBOUNDED PRECEDING);

        CREATE OR REPLACE TEMP TABLE engaged AS
        SELECT activity_id, max(request_at) AS request_at, max(meeting_at) AS meeting_at, max(offered_at) AS offered_at
        FROM (SELECT activity_id, happened_at, account_id AS prospect FROM placed WHERE account_id IS NOT NULL
              UNION ALL SELECT activity_id, happened_at, lead_id FROM placed WHERE lead_id IS NOT NULL) p
        ASOF JOIN moments m ON m.prospect = p.prospect AND m.happened_at < p.happened_at
        GROUP BY activity_id;
        DROP TABLE engagements; DROP TABLE moments"""
    )


def _written(con: duckdb.DuckDBPyConnection) -> None:
    """The tables themselves: every state that occurs, and who did what in which."""

    def since(instant: str) -> str:
        return f"CAST(epoch_us(a.happened_at - {instant}) // 1000000 AS INTEGER)"

    told = "kind, rule, on_ticket, on_record, inside, segment, deal_kind, deal_stage"
    same = " AND ".join(f"s.{c} IS NOT DISTINCT FROM m.{c}" for c in told.split(", "))
    con.execute(
        f"""CREATE OR REPLACE TEMP TABLE met AS
        WITH first_wins AS (
            SELECT account_id, min(closed_at) AS won_at FROM opportunities
            WHERE won AND account_id IS NOT NULL GROUP BY account_id)
        SELECT a.activity_id, a.kind, a.rule, o.ticket_id IS NOT NULL AS on_ticket,
            o.account_id IS NOT NULL OR o.lead_id IS NOT NULL AS on_record, NOT a.external AS inside,
            coalesce(c.segment, l.segment) AS segment, d.kind AS deal_kind, d.stage AS deal_stage,
            o.account_id, o.lead_id, o.ticket_id, d.opportunity_id,
            CASE WHEN w.won_at <= a.happened_at THEN {since("w.won_at")} END AS since_win,
            least({since("e.meeting_at")}, {since("e.offered_at")}) AS since_engaged,
            {since("e.request_at")} AS since_request
        FROM activities a
        LEFT JOIN placed o USING (activity_id)
        LEFT JOIN deal_then d ON d.activity_id = a.activity_id
        LEFT JOIN engaged e ON e.activity_id = a.activity_id
        LEFT JOIN first_wins w ON w.account_id = o.account_id
        LEFT JOIN accounts c ON c.account_id = o.account_id
        LEFT JOIN leads l ON l.lead_id = o.lead_id;

        DELETE FROM states; DELETE FROM work;
        INSERT INTO states BY NAME
        SELECT row_number() OVER (ORDER BY {told}) AS state_id, * FROM (SELECT DISTINCT {told} FROM met);

        INSERT INTO work BY NAME
        SELECT a.activity_id, p.person_id, a.day, a.happened_at, a.counted, a.minutes,
            CASE WHEN a.minutes > 0 AND NOT a.date_only AND a.counted THEN coalesce(h.minutes, a.minutes) END AS shared_minutes,
            s.state_id, m.since_win, m.since_engaged, m.since_request, m.account_id, m.lead_id, m.ticket_id,
            m.opportunity_id, greatest(a.known_from, p.known_from) AS known_from
        FROM activities a
        JOIN met m USING (activity_id)
        JOIN states s ON {same}
        LEFT JOIN participants p ON p.activity_id = a.activity_id
        LEFT JOIN shared h ON h.activity_id = p.activity_id AND h.person_id = p.person_id
        ORDER BY date_trunc('month', a.day), p.person_id, a.day, a.activity_id;
        DROP TABLE met"""
    )
