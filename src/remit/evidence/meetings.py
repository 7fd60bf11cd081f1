"""Meetings that both the CRM and a calendar tell of, so that nobody's hour counts twice."""

from __future__ import annotations

import duckdb

from remit.evidence.write import merge

ALSO_IN_CRM = "also in the CRM"
"""Why a calendar's meeting is not counted where the CRM has it too."""


def same_meetings(con: duckdb.DuckDBPyConnection, within: float) -> int:
    """Find the meetings that are in the CRM and in a calendar, and let each count once.

    The two are one if somebody took part in both and they start within some minutes of each
    other; of several that fit, those with most people in common, then the nearest. The CRM's
    record stays with its links; who took part, and how long it was where the CRM does not say,
    is taken from the calendar. Running it again changes nothing.

    Args:
        con: A connection to the file being written.
        within: Minutes between the two starts, at most.

    Returns:
        How many there are.
    """
    con.execute(
        f"""UPDATE activities SET counted = true, not_counted = NULL
        WHERE seen_in = 'calendar' AND not_counted = '{ALSO_IN_CRM}';
        CREATE OR REPLACE TEMP TABLE sittings AS
        SELECT p.activity_id, p.person_id, a.happened_at, a.day, coalesce(a.seen_in, 'crm') = 'calendar' AS of_calendar
        FROM participants p JOIN activities a USING (activity_id)
        WHERE a.kind = 'meeting' AND NOT a.date_only AND (coalesce(a.seen_in, 'crm') <> 'calendar' OR a.counted);
        -- what a calendar tells of a meeting; ids of calendars' meetings hang on this file's key
        CREATE OR REPLACE TEMP TABLE calendar_words AS
        WITH calendars AS (FROM activities WHERE seen_in = 'calendar'),
        people AS (SELECT activity_id, count(*) AS people FROM participants SEMI JOIN calendars USING (activity_id) GROUP BY 1),
        records AS (SELECT activity_id, string_agg(record_id, ' ' ORDER BY record_id) AS records
            FROM activity_links SEMI JOIN calendars USING (activity_id) GROUP BY 1)
        SELECT activity_id, concat_ws(' ', happened_at, minutes, recorded_at, external, people, records) AS told
        FROM calendars LEFT JOIN people USING (activity_id) LEFT JOIN records USING (activity_id);
        CREATE OR REPLACE TEMP TABLE pairs AS
        SELECT k.activity_id AS calendar_id, c.activity_id AS crm_id, count(*) AS shared,
            min(abs(date_diff('second', k.happened_at, c.happened_at))) AS apart, any_value(k.told) AS told
        FROM (SELECT s.*, w.told FROM sittings s JOIN calendar_words w USING (activity_id)) k JOIN sittings c ON c.person_id = k.person_id AND c.day = k.day
            AND k.of_calendar AND NOT c.of_calendar
            AND abs(date_diff('second', k.happened_at, c.happened_at)) <= {within} * 60
        GROUP BY ALL;
        CREATE OR REPLACE TEMP TABLE same_meetings (calendar_id VARCHAR, crm_id VARCHAR)"""
    )
    while con.execute("SELECT 1 FROM pairs LIMIT 1").fetchone():
        # those that are each other's best; the very best always are, so this ends
        con.execute(
            """INSERT INTO same_meetings SELECT calendar_id, crm_id FROM (
                SELECT *, row_number() OVER (PARTITION BY calendar_id ORDER BY shared DESC, apart, crm_id) AS of_calendar,
                    row_number() OVER (PARTITION BY crm_id ORDER BY shared DESC, apart, told, calendar_id) AS of_crm
                FROM pairs) WHERE of_calendar = 1 AND of_crm = 1;
            DELETE FROM pairs WHERE calendar_id IN (SELECT calendar_id FROM same_meetings)
                OR crm_id IN (SELECT crm_id FROM same_meetings)"""
        )
    # somebody whom the CRM has as invited, and the calendar has not, did not come
    con.execute(
        """DELETE FROM participants USING same_meetings s
        WHERE participants.activity_id = s.crm_id AND participants.part = 'invited'
            AND NOT EXISTS (SELECT 1 FROM participants p WHERE p.activity_id = s.calendar_id
                AND p.person_id = participants.person_id)"""
    )
    merge(
        con,
        "participants",
        """SELECT s.crm_id AS activity_id, p.person_id, p.part, p.known_from
        FROM same_meetings s JOIN participants p ON p.activity_id = s.calendar_id""",
    )
    con.execute(
        f"""UPDATE activities SET minutes = coalesce(activities.minutes, k.minutes), external = k.external
        FROM same_meetings s JOIN activities k ON k.activity_id = s.calendar_id
        WHERE activities.activity_id = s.crm_id;
        UPDATE activities SET counted = false, not_counted = '{ALSO_IN_CRM}' FROM same_meetings s
        WHERE activities.activity_id = s.calendar_id"""
    )
    (found,) = con.execute("SELECT count(*) FROM same_meetings").fetchone() or (0,)
    return int(found)
