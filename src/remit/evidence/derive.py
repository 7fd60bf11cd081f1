"""What follows from the loaded tables: handoff cases, credits, the state of activities.

Everything here is worked out once, at load, in the database that was just filled; measures then
only read. Each query looks at what was true at that moment, never at what became of it.
"""

from __future__ import annotations

from datetime import date

import duckdb

from remit.charter import Charter
from remit.evidence.meetings import same_meetings
from remit.evidence.store import ends_of_day
from remit.evidence.tables import TABLES
from remit.evidence.work import work_done
from remit.evidence.write import merge

CREDITS_FOLLOW = (
    "Credits follow from handoffs: to whoever offered a meeting once it was accepted, to whoever "
    "took it once the deal was won."
)

WHOSE_WORK = (
    "Work recorded on a lead before it was converted counts for whoever entered it, because "
    "conversion gives such records a new owner; a meeting booked as a handoff counts for its owner."
)


def derive(con: duckdb.DuckDBPyConnection, charter: Charter) -> None:
    """Fill the tables that no export holds as such. Run it after every source has been read."""
    _people_of_hr_list(con)
    for deals in ("opportunities", "earlier.opportunities"):
        _ends_of_deals(con, deals, charter.time_zone)
    for deals in ("opportunities", "earlier.opportunities"):
        _kinds_of_deals(con, deals)
    for deals in ("opportunities", "earlier.opportunities"):
        _worth_of_deals(con, deals, charter.currency.upper())
        _proofs_of_concept(con, deals, charter)
    _leads_of_deals(con)
    taking_part(con, charter)
    _steps(con, charter)
    _handoffs(con, charter)
    _credits(con, charter)
    _meetings_once(con, float(charter.numbers()["same_meeting_minutes"].values[-1].value or 0))
    work_done(con)


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
    ends = ends_of_day(today, zone)
    first, last = con.execute(
        f"""SELECT CAST(timezone('{zone}', timezone('UTC', min(happened_at))) AS DATE),
            CAST(timezone('{zone}', timezone('UTC', max(happened_at))) AS DATE)
        FROM ({stamps}) WHERE happened_at < ?""",
        [ends],
    ).fetchone() or (None, None)
    return first or today, last or today


def _people_of_hr_list(con: duckdb.DuckDBPyConnection) -> None:
    """What an HR list said of people stays, though a CRM loaded later knows nothing of it."""
    con.execute(
        """UPDATE people SET title = h.title, manager_id = coalesce(h.manager_id, people.manager_id),
            hired_day = h.hired_day, left_day = h.left_day
        FROM (SELECT person_id, arg_max(title, first_day) AS title, arg_max(manager_id, first_day) AS manager_id,
                min(first_day) AS hired_day, CASE WHEN bool_and(end_day IS NOT NULL) THEN max(end_day) END AS left_day
            FROM positions GROUP BY person_id) h
        WHERE h.person_id = people.person_id AND people.hired_day IS NULL"""
    )


def _ends_of_deals(con: duckdb.DuckDBPyConnection, deals: str, zone: str) -> None:
    """When deals closed, by all of their history: a source has seen one export's alone."""
    closing = """stage_changes s WHERE s.record_type = 'opportunity' AND s.left_at IS NULL
        AND s.record_id = o.opportunity_id AND s.stage = o.stage"""
    con.execute(
        f"""UPDATE {deals} AS o SET closed_from = 'close day', closed_at =
            timezone('UTC', CAST(o.close_day + 1 AS TIMESTAMPTZ)) - INTERVAL 1 SECOND
        WHERE o.closed_from = 'stage history' AND o.close_day IS NOT NULL
            AND NOT EXISTS (SELECT 1 FROM {closing});
        UPDATE {deals} AS o SET closed_from = 'stage history', closed_at = s.entered_at
        FROM {closing} AND o.won IS NOT NULL AND o.closed_from IN ('close day', 'close date')"""
    )


def _kinds_of_deals(con: duckdb.DuckDBPyConnection, deals: str) -> None:
    """New business or expansion, by all deals there are, where the kind was worked out."""
    con.execute(
        f"""UPDATE {deals} AS o SET kind_from = 'derived', kind = CASE WHEN EXISTS (
            SELECT 1 FROM opportunities p WHERE p.account_id = o.account_id AND p.won
            AND p.opportunity_id <> o.opportunity_id AND p.closed_at < o.created_at)
            THEN 'expansion' ELSE 'new' END
        WHERE o.kind_from = 'derived' OR (o.kind IS NULL AND EXISTS (SELECT 1 FROM opportunities p
            WHERE p.opportunity_id = o.opportunity_id AND p.kind_from IS NOT NULL))"""
    )


def _worth_of_deals(con: duckdb.DuckDBPyConnection, deals: str, home: str) -> None:
    """What deals are worth in the charter's currency, where no rate is needed to say it."""
    con.execute(
        f"""UPDATE {deals} SET company_amount = amount WHERE company_amount IS NULL
        AND amount IS NOT NULL AND (currency IS NULL OR upper(currency) = '{home}')"""
    )


def _proofs_of_concept(con: duckdb.DuckDBPyConnection, deals: str, charter: Charter) -> None:
    """When deals first entered the stage that the charter calls a proof of concept."""
    proof = charter.deals.proof_of_concept
    if proof is None or proof.stage is None:
        return
    con.execute(
        f"""UPDATE {deals} AS o SET poc_at = least(o.poc_at, s.poc_at) FROM (
            SELECT record_id, min(entered_at) AS poc_at FROM stage_changes
            WHERE record_type = 'opportunity' AND lower(stage) = lower(?) GROUP BY 1) s
        WHERE s.record_id = o.opportunity_id""",
        [proof.stage],
    )


def taking_part(con: duckdb.DuckDBPyConnection, charter: Charter) -> None:
    """Who did what a CRM's records tell of, and which tasks were closed by the dozen.

    Everything that any load brought is looked at: who is invited may be told by one export, the
    meeting by another, and the lead's conversion by a third.

    Args:
        con: A connection to the file being written.
        charter: For how many tasks closed within a minute are no work.
    """
    bulk = float(charter.numbers()["bulk_closing"].values[-1].value or 0)
    if not con.execute("SELECT 1 FROM recorded.doers LIMIT 1").fetchone():
        return
    con.execute(
        f"""CREATE OR REPLACE TEMP TABLE doers AS
        SELECT d.*, a.recorded_at FROM recorded.doers d JOIN activities a USING (activity_id);
        CREATE OR REPLACE TEMP TABLE bulk AS
        SELECT activity_id FROM doers WHERE closed_at IS NOT NULL
        QUALIFY count(*) OVER (PARTITION BY owner, date_trunc('minute', closed_at)) >= {bulk};
        UPDATE activities SET counted = true, not_counted = NULL FROM doers
        WHERE activities.activity_id = doers.activity_id AND activities.not_counted = 'bulk closed'
            AND activities.activity_id NOT IN (SELECT activity_id FROM bulk);
        UPDATE activities SET counted = false, not_counted = 'bulk closed' FROM bulk
        WHERE activities.activity_id = bulk.activity_id AND activities.counted AND activities.minutes IS NULL;
        DELETE FROM doers WHERE of_handoff IS NULL;
        DELETE FROM participants WHERE activity_id IN (SELECT activity_id FROM doers)"""
    )
    if not con.execute("SELECT 1 FROM doers LIMIT 1").fetchone():
        return
    merge(
        con,
        "participants",
        """SELECT activity_id, coalesce(CASE WHEN reowned AND NOT of_handoff AND c.is_person
                THEN creator END, owner, creator) AS person_id,
            CASE WHEN reowned AND NOT of_handoff AND c.is_person AND creator <> owner
                THEN 'creator' ELSE 'owner' END AS part, recorded_at AS known_from
        FROM (SELECT d.*, r.activity_id IS NOT NULL AS reowned FROM doers d LEFT JOIN (
                SELECT DISTINCT w.activity_id FROM doers w JOIN activity_links k USING (activity_id)
                JOIN (SELECT lead_id AS record_id, converted_at FROM leads
                      UNION ALL SELECT contact_id, converted_at FROM leads) l USING (record_id)
                WHERE CAST(w.recorded_at AS DATE) <= CAST(l.converted_at AS DATE)) r
              USING (activity_id)) d LEFT JOIN people c ON c.person_id = d.creator
        WHERE coalesce(owner, creator) IS NOT NULL""",
    )
    merge(
        con,
        "participants",
        """SELECT DISTINCT i.activity_id, i.person_id, 'invited' AS part, d.recorded_at AS known_from
        FROM recorded.invitations i JOIN doers d USING (activity_id)
        ANTI JOIN participants p ON p.activity_id = i.activity_id AND p.person_id = i.person_id
        WHERE i.holds AND i.person_id IS NOT NULL""",
    )
    con.execute("INSERT OR REPLACE INTO derivations VALUES ('participants', ?)", [WHOSE_WORK])


def _meetings_once(con: duckdb.DuckDBPyConnection, within: float) -> None:
    """Count each meeting once that a CRM and a calendar tell of, whichever was loaded first."""
    (meetings,) = con.execute(
        "SELECT count(*) FROM activities WHERE seen_in = 'calendar'"
    ).fetchone() or (0,)
    if not meetings:
        return
    twice = same_meetings(con, within)
    said = (
        f"Of {meetings:,} meetings in calendars {twice:,} are in the CRM too: somebody took part "
        f"in both, and they start within {within:g} minutes of each other. Such a meeting counts "
        "once, with the CRM's links and the calendar's attendance."
    )
    con.execute("INSERT OR REPLACE INTO derivations VALUES ('work', ?)", [said])


def _leads_of_deals(con: duckdb.DuckDBPyConnection) -> None:
    con.execute(
        """UPDATE opportunities SET lead_id = NULL FROM recorded.leads_of_deals l
        WHERE l.opportunity_id = opportunities.opportunity_id AND l.lead_id = opportunities.lead_id;
        CREATE OR REPLACE TEMP TABLE untold AS
        SELECT opportunity_id FROM opportunities WHERE lead_id IS NULL"""
    )
    merge(
        con,
        "opportunities",
        """SELECT o.* EXCLUDE (lead_id), l.lead_id FROM opportunities o
        JOIN (SELECT opportunity_id, min(lead_id) AS lead_id FROM leads
              WHERE opportunity_id IS NOT NULL GROUP BY 1) l USING (opportunity_id)
        WHERE o.lead_id IS NULL""",
    )
    con.execute(
        """DELETE FROM recorded.leads_of_deals;
        INSERT INTO recorded.leads_of_deals SELECT opportunity_id, lead_id
        FROM opportunities SEMI JOIN untold USING (opportunity_id) WHERE lead_id IS NOT NULL"""
    )


def _steps(con: duckdb.DuckDBPyConnection, charter: Charter) -> None:
    """Steps that are stages, by all of the deals' history; and none of records that are gone."""
    for handoff in charter.handoffs:
        for name, step in handoff.steps().items():
            if step.stage is None:
                continue
            con.execute(
                "DELETE FROM recorded.steps WHERE handoff = ? AND step = ?", [handoff.name, name]
            )
            con.execute(
                """INSERT INTO recorded.steps SELECT ?, ?, 'Opportunity', record_id, NULL, NULL,
                    NULL, record_id, min(entered_at), false, NULL, NULL, NULL FROM stage_changes
                WHERE record_type = 'opportunity' AND lower(stage) = lower(?) GROUP BY record_id""",
                [handoff.name, name, step.stage],
            )
    for table, objects in _OBJECTS.items():
        key = TABLES[table].key[0]
        con.execute(
            f"""DELETE FROM recorded.steps USING recorded.gone g
            WHERE g.canonical_table = '{table}' AND g.record_id = recorded.steps.record_id
                AND object IN ({", ".join(f"'{o}'" for o in objects)})
                AND g.record_id NOT IN (SELECT {key} FROM {table})"""
        )


_OBJECTS = {
    "activities": ("Event", "Task", "EmailMessage", "meetings", "calls", "tasks", "emails"),
    "opportunities": ("Opportunity",),
    "leads": ("Lead",),
    "accounts": ("Account",),
}
"""What steps call the records of a table."""


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
        told, gathered = (
            con.execute(f"SELECT 1 FROM {of} WHERE handoff = ?", [handoff.name]).fetchone()
            for of in ("steps", "recorded.gathered")
        )
        if not told and not gathered:
            continue
        for table in ("handoffs", "handoff_fields", "recorded.gathered"):
            con.execute(f"DELETE FROM {table} WHERE handoff = ?", [handoff.name])
        con.execute("INSERT INTO recorded.gathered VALUES (?)", [handoff.name])
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
    was won. The roles people hold play no part in it. A record was first touched when its lead or
    deal came to be, or when the meeting was offered, whichever was first: a company that was known
    before has no lead.
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
                    min(happened_at) FILTER (step = 'offered') AS offered_at,
                    min(happened_at) FILTER (step IN ('accepted', 'converted')) AS taken_at
                FROM handoffs WHERE handoff = '{name}' GROUP BY case_id),
            touched AS (
                SELECT c.*, least(any_value(c.offered_at), min(l.created_at), min(o.created_at)) AS touched_at,
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
