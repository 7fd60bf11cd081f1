"""The canonical tables: the one contract between a CRM and everything else.

Instants are UTC without a zone; days are calendar days in the charter's time zone. Every row
carries `known_from`, the instant from which the CRM could have told it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

TEXT, INSTANT, DAY, NUMBER, FLAG, COUNT, SHORT = (
    "string",
    "timestamp(6)",
    "date",
    "float64",
    "boolean",
    "int64",
    "int32",
)
AMOUNT = "decimal(18, 2)"


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its type, what it means, and whether a row without it is rejected."""

    type: str
    about: str
    required: bool = False
    person: bool = False
    """True where it names somebody of ours; it then holds a pseudonym."""


@dataclass(frozen=True, slots=True)
class Table:
    """One canonical table: what a row is, its columns, and the columns that name a row."""

    about: str
    key: tuple[str, ...]
    columns: Mapping[str, Column]


def _table(about: str, key: str, **columns: Column) -> Table:
    ends = {
        "stated_at": Column(
            INSTANT, "instant at which the CRM last changed the row, where it tells"
        ),
        "known_from": Column(INSTANT, "instant from which the CRM could have told this row"),
    }
    return Table(about, tuple(key.split()), MappingProxyType({**columns, **ends}))


def _who(about: str, *, required: bool = False) -> Column:
    return Column(TEXT, about, required, person=True)


def _id(about: str, *, required: bool = True) -> Column:
    return Column(TEXT, about, required)


TABLES: Mapping[str, Table] = MappingProxyType(
    {
        "people": _table(
            "a person or a piece of software that can act in the CRM; names lie apart",
            "person_id",
            person_id=_who("pseudonym, the same in every table", required=True),
            title=Column(TEXT, "job title as the CRM has it today"),
            crm_role=Column(TEXT, "name of the CRM's own role, such as a place in its hierarchy"),
            is_person=Column(FLAG, "false for integrations and automated users", required=True),
            active=Column(FLAG, "whether the user can still log in"),
            manager_id=_who("person they report to today, where an HR list or the CRM tells"),
            hired_day=Column(DAY, "first day at the company, where an HR list tells"),
            left_day=Column(DAY, "day after the last, where an HR list tells"),
        ),
        "assignments": _table(
            "a person holding a role for a time, as the charter has it; days are closed-open",
            "person_id role segment first_day",
            person_id=_who("person", required=True),
            role=Column(TEXT, "role of the charter", required=True),
            segment=Column(
                TEXT, "segment of the charter; empty where none is given", required=True
            ),
            first_day=Column(DAY, "first day in the role", required=True),
            settled_day=Column(
                DAY, "first day that counts towards how the role spends its time", required=True
            ),
            end_day=Column(DAY, "day after the last", required=True),
            share=Column(NUMBER, "share of a full job", required=True),
            basis=Column(
                TEXT, "how it is known: people file, HR list, title or credit", required=True
            ),
        ),
        "remits": _table(
            "a function that a role owns or assists in, as the charter has it",
            "role segment account_age function",
            role=Column(TEXT, "role of the charter", required=True),
            segment=Column(TEXT, "segment; empty for work in none", required=True),
            account_age=Column(TEXT, "before_win, first_term or later_terms", required=True),
            function=Column(
                TEXT, "function, or `selling` where its kind is unknown", required=True
            ),
            part=Column(TEXT, "owned or assisted", required=True),
        ),
        "teams": _table(
            "a person in a team for a time; days are closed-open",
            "team person_id first_day",
            team=_id("name of the team"),
            person_id=_who("person", required=True),
            first_day=Column(DAY, "first day in it", required=True),
            end_day=Column(DAY, "day after the last; null while still"),
            lead=Column(FLAG, "whether the person leads it"),
        ),
        "positions": _table(
            "a job title that a person held for a time, where an HR list tells; days are closed-open",
            "person_id first_day",
            person_id=_who("person", required=True),
            title=Column(TEXT, "job title", required=True),
            first_day=Column(DAY, "first day with it", required=True),
            end_day=Column(DAY, "day after the last; null while still"),
            manager_id=_who("person they report to"),
        ),
        "absences": _table(
            "days on which a person was not at work; days are closed-open",
            "person_id first_day",
            person_id=_who("person", required=True),
            first_day=Column(DAY, "first day away", required=True),
            end_day=Column(DAY, "day after the last", required=True),
            kind=Column(TEXT, "why, in the list's words: leave, sick, parental, ..."),
        ),
        "diary": _table(
            "hours of a week that a person says they spent on a function",
            "person_id week function",
            person_id=_who("person", required=True),
            week=Column(DAY, "Monday of the week", required=True),
            function=Column(TEXT, "function, in the charter's words", required=True),
            hours=Column(NUMBER, "hours", required=True),
        ),
        "accounts": _table(
            "a company, as it is today",
            "account_id",
            account_id=_id("the CRM's id"),
            name=Column(TEXT, "the company's name"),
            employees=Column(NUMBER, "number of employees"),
            industry=Column(TEXT, "industry, in the CRM's words"),
            country=Column(TEXT, "country, in the CRM's words"),
            segment=Column(TEXT, "first segment of the charter whose conditions it meets"),
            owner_id=_who("person who owns it today"),
            parent_id=Column(TEXT, "the company it belongs to"),
            merged_into=Column(TEXT, "company that it was merged into, where it was"),
            created_at=Column(INSTANT, "when the CRM first had it"),
        ),
        "contacts": _table(
            "a person at a company; no names or addresses",
            "contact_id",
            contact_id=_id("the CRM's id"),
            account_id=Column(TEXT, "company"),
            title=Column(TEXT, "job title"),
            department=Column(TEXT, "department"),
            seniority=Column(TEXT, "seniority, in the CRM's words"),
            created_at=Column(INSTANT, "when the CRM first had it"),
        ),
        "territories": _table(
            "a company in a territory for a time; days are closed-open",
            "account_id territory first_day",
            account_id=_id("company"),
            territory=_id("name of the territory"),
            owner_id=_who("person whose territory it was"),
            first_day=Column(DAY, "first day in it", required=True),
            end_day=Column(DAY, "day after the last; null while still"),
        ),
        "leads": _table(
            "somebody who may become a customer, before there is an account",
            "lead_id",
            lead_id=_id("the CRM's id"),
            created_at=Column(INSTANT, "when the lead came in", required=True),
            created_by=_who("person who entered it"),
            owner_id=_who("person who owns it today"),
            source=Column(TEXT, "where it came from, in the CRM's words"),
            inbound=Column(FLAG, "whether the charter counts its source as asking to talk"),
            status=Column(TEXT, "status today"),
            segment=Column(TEXT, "segment of the charter, by what the lead itself says"),
            converted_at=Column(INSTANT, "when it became an account, contact and maybe a deal"),
            account_id=Column(TEXT, "account it became"),
            contact_id=Column(TEXT, "contact it became"),
            opportunity_id=Column(TEXT, "deal it became"),
        ),
        "opportunities": _table(
            "a deal",
            "opportunity_id",
            opportunity_id=_id("the CRM's id"),
            lead_id=Column(TEXT, "lead it came from, where known"),
            account_id=Column(TEXT, "company"),
            kind=Column(TEXT, "new, expansion or renewal"),
            kind_from=Column(TEXT, "how `kind` was known: the charter's column, or derived"),
            owner_id=_who("person who owns it today"),
            created_by=_who("person who opened it"),
            created_at=Column(INSTANT, "when it was opened"),
            stage=Column(TEXT, "stage today"),
            amount=Column(AMOUNT, "value in the deal's currency"),
            currency=Column(TEXT, "currency of `amount`"),
            company_amount=Column(
                AMOUNT, "value in the charter's currency, at the dated rate; null without one"
            ),
            rate_day=Column(DAY, "day whose rate `company_amount` was worked out with"),
            record_type=Column(TEXT, "kind of record, in the CRM's words"),
            pipeline=Column(TEXT, "pipeline, in the CRM's words"),
            close_day=Column(DAY, "day it closed, or is expected to"),
            closed_at=Column(INSTANT, "when it was won or lost; null while open"),
            closed_from=Column(TEXT, "how `closed_at` was known: stage history, or the close day"),
            won=Column(FLAG, "true won, false lost, null open"),
            source=Column(TEXT, "where it came from, in the CRM's words"),
            next_step=Column(
                FLAG, "whether its next step holds more than a placeholder; the text is not kept"
            ),
            forecast=Column(
                TEXT, "commit, best_case, pipeline or omitted, by the charter's words for it"
            ),
            framework=Column(
                NUMBER,
                "share of the qualification framework's fields that are filled, 0 to 1, of those "
                "that the export has",
            ),
            poc_at=Column(INSTANT, "when its proof of concept started, where one did"),
        ),
        "stage_changes": _table(
            "a deal or lead entering a stage; `left_at` null while it is there",
            "record_type record_id place",
            record_type=Column(TEXT, "opportunity or lead", required=True),
            record_id=_id("the deal or lead"),
            stage=Column(TEXT, "the stage entered", required=True),
            entered_at=Column(INSTANT, "when", required=True),
            left_at=Column(INSTANT, "when the next stage was entered"),
            place=Column(COUNT, "1 for the first stage, 2 for the next", required=True),
            moved_by=_who("person who moved it"),
            entry_id=Column(TEXT, "the CRM's id of the entry; orders entries of one instant"),
        ),
        "ownership_changes": _table(
            "an owner's spell on a record",
            "record_id from_at",
            record_type=Column(TEXT, "account, opportunity or lead", required=True),
            record_id=_id("the record"),
            owner_id=_who("who owned it", required=True),
            previous_owner_id=_who("who owned it before, where the CRM says so at the change"),
            from_at=Column(INSTANT, "from when", required=True),
            to_at=Column(INSTANT, "until when; null while still"),
            entry_id=Column(TEXT, "the CRM's id of the entry; orders entries of one instant"),
        ),
        "deal_lines": _table(
            "a product in a deal",
            "line_id",
            line_id=_id("the CRM's id"),
            opportunity_id=_id("deal"),
            product=Column(TEXT, "product, in the CRM's words"),
            quantity=Column(NUMBER, "how many"),
            amount=Column(AMOUNT, "value in the deal's currency"),
            currency=Column(TEXT, "currency of `amount`"),
        ),
        "deal_splits": _table(
            "a person's share in a deal, as the CRM splits it",
            "opportunity_id person_id kind",
            opportunity_id=_id("deal"),
            person_id=_who("person", required=True),
            kind=Column(TEXT, "what is split, in the CRM's words: Revenue, Overlay", required=True),
            share=Column(NUMBER, "share, 0 to 1", required=True),
        ),
        "contracts": _table(
            "a term that a company has bought; days are closed-open",
            "contract_id",
            contract_id=_id("the system's id"),
            account_id=_id("company"),
            opportunity_id=Column(TEXT, "deal it came from"),
            product=Column(TEXT, "what was bought"),
            arr=Column(AMOUNT, "recurring value a year"),
            currency=Column(TEXT, "currency of `arr`"),
            first_day=Column(DAY, "first day of the term", required=True),
            end_day=Column(DAY, "day after the last"),
            renewal_of=Column(TEXT, "contract that it renews"),
        ),
        "arr_changes": _table(
            "a movement of a company's recurring revenue",
            "account_id day kind",
            account_id=_id("company"),
            day=Column(DAY, "day from which it counts", required=True),
            kind=Column(TEXT, "new, expansion, contraction, churn or reactivation", required=True),
            amount=Column(AMOUNT, "how much a year, losses below zero", required=True),
            currency=Column(TEXT, "currency of `amount`"),
        ),
        "usage": _table(
            "a reading of how much a company uses a product",
            "account_id day metric",
            account_id=_id("company"),
            day=Column(DAY, "day of the reading", required=True),
            metric=_id("what was read: seats, active users, ..."),
            value=Column(NUMBER, "the reading", required=True),
        ),
        "costs": _table(
            "an amount of a month, by kind",
            "month kind role segment",
            month=Column(DAY, "first day of the month", required=True),
            kind=Column(
                TEXT,
                "comp, other_s_and_m, cost_to_serve, revenue or cost_of_revenue",
                required=True,
            ),
            role=Column(TEXT, "role of the charter; empty where it is for all", required=True),
            segment=Column(TEXT, "segment; empty where it is for all", required=True),
            amount=Column(AMOUNT, "how much", required=True),
            currency=Column(TEXT, "currency of `amount`"),
        ),
        "quotas": _table(
            "what a person was asked to bring in a period; days are closed-open",
            "person_id measure first_day",
            person_id=_who("person", required=True),
            measure=_id("what is counted, such as new ARR"),
            first_day=Column(DAY, "first day of the period", required=True),
            end_day=Column(DAY, "day after the last", required=True),
            amount=Column(AMOUNT, "how much", required=True),
            currency=Column(TEXT, "currency of `amount`, where it is money"),
        ),
        "targets": _table(
            "what a segment, or the company, was meant to bring in a period; days are closed-open",
            "segment measure first_day",
            segment=Column(TEXT, "segment; empty for the company", required=True),
            measure=_id("what is counted"),
            first_day=Column(DAY, "first day of the period", required=True),
            end_day=Column(DAY, "day after the last", required=True),
            amount=Column(AMOUNT, "how much", required=True),
            currency=Column(TEXT, "currency of `amount`, where it is money"),
        ),
        "buying_roles": _table(
            "a contact's part in a deal",
            "opportunity_id contact_id",
            opportunity_id=_id("deal"),
            contact_id=_id("contact"),
            role=Column(TEXT, "part played, in the CRM's words"),
        ),
        "activities": _table(
            "something somebody did: when, how long, of what kind; no subject and no body",
            "activity_id",
            activity_id=_id("the CRM's id"),
            kind=Column(TEXT, "email, call, meeting or task", required=True),
            happened_at=Column(INSTANT, "when it took place or was finished", required=True),
            day=Column(DAY, "calendar day in the charter's time zone", required=True),
            date_only=Column(FLAG, "true where only the day is known", required=True),
            minutes=Column(NUMBER, "minutes recorded; null where the CRM has none"),
            counted=Column(FLAG, "false where it is not somebody's working time", required=True),
            not_counted=Column(
                TEXT, "why not: automated, came in, all day, bulk closed, cancelled, future"
            ),
            rule=Column(TEXT, "name of the first charter rule it matched"),
            direction=Column(TEXT, "inbound or outbound, where known"),
            outcome=Column(TEXT, "what came of it, in the CRM's words"),
            seen_in=Column(TEXT, "crm or calendar, whichever system told of it"),
            external=Column(FLAG, "whether anybody outside the company took part, where known"),
            recorded_at=Column(INSTANT, "when it was entered into the CRM"),
        ),
        "participants": _table(
            "a person of ours who took part in an activity",
            "activity_id person_id",
            activity_id=_id("activity"),
            person_id=_who("person", required=True),
            part=Column(TEXT, "owner, creator, organiser, invited or attended", required=True),
        ),
        "activity_links": _table(
            "a record that an activity concerns",
            "activity_id record_type record_id",
            activity_id=_id("activity"),
            record_type=Column(
                TEXT, "lead, contact, account, opportunity or ticket", required=True
            ),
            record_id=_id("the record"),
        ),
        "handoffs": _table(
            "one step of one handoff, as recorded",
            "handoff case_id step",
            handoff=Column(TEXT, "name in the charter", required=True),
            case_id=_id("the handoff this step belongs to"),
            step=Column(TEXT, "offered, held, accepted, rejected or converted", required=True),
            happened_at=Column(INSTANT, "when", required=True),
            record_id=Column(TEXT, "record that tells of it"),
            prospect_id=Column(TEXT, "account, or lead where there is no account yet"),
            opportunity_id=Column(TEXT, "deal, where known"),
            segment=Column(TEXT, "segment of the prospect"),
            recorded_by=_who("person who recorded it"),
            given_to=_who("person the record is with, where it is an offer"),
            reason=Column(TEXT, "reason given, for rejections"),
        ),
        "handoff_fields": _table(
            "whether a field that a handoff requires was filled, as the export shows it",
            "handoff case_id field",
            handoff=Column(TEXT, "name in the charter", required=True),
            case_id=_id("the handoff"),
            field=Column(TEXT, "field's name in the charter", required=True),
            filled=Column(FLAG, "true if filled with more than a placeholder; null if unknown"),
        ),
        "tickets": _table(
            "a support request",
            "ticket_id",
            ticket_id=_id("the CRM's id"),
            account_id=Column(TEXT, "company"),
            opened_at=Column(INSTANT, "when it came in", required=True),
            closed_at=Column(INSTANT, "when it was closed"),
            owner_id=_who("person it is with"),
            status=Column(TEXT, "status today"),
        ),
        "deal_credits": _table(
            "a person's credit for a won record in a role",
            "record_id person_id role",
            record_id=_id("lead or deal the credit is for"),
            person_id=_who("person credited", required=True),
            role=Column(TEXT, "role of the charter in which", required=True),
            credited_at=Column(INSTANT, "when the credit was earned", required=True),
            touched_at=Column(INSTANT, "when the record was first touched"),
            share=Column(NUMBER, "share of the credit, 0 to 1; the whole where it is empty"),
        ),
        "work": _table(
            "a person's part in an activity, and what the activity met when it happened; without "
            "a person where nobody of ours is known",
            "activity_id person_id",
            activity_id=_id("activity"),
            person_id=_who("person"),
            day=Column(DAY, "calendar day in the charter's time zone", required=True),
            happened_at=Column(INSTANT, "when", required=True),
            counted=Column(FLAG, "false where it is not somebody's working time", required=True),
            minutes=Column(NUMBER, "minutes recorded; null where the CRM has none"),
            shared_minutes=Column(
                NUMBER, "those minutes with overlaps shared out between what overlaps"
            ),
            state_id=Column(
                SHORT, "what it was, and what it met: a row of `states`", required=True
            ),
            since_win=Column(SHORT, "seconds since the company's first win; null before it"),
            since_engaged=Column(
                SHORT, "seconds since a meeting was booked with them or they were offered"
            ),
            since_request=Column(SHORT, "seconds since somebody there had asked to talk"),
            account_id=Column(TEXT, "company it concerned"),
            lead_id=Column(TEXT, "lead it concerned"),
            ticket_id=Column(TEXT, "ticket it concerned"),
            opportunity_id=Column(TEXT, "deal that was open then, linked or the account's"),
        ),
        "states": _table(
            "a kind of work in one state of its records, as `work` met it",
            "state_id",
            state_id=Column(SHORT, "number of the state in this file", required=True),
            kind=Column(TEXT, "email, call, meeting or task", required=True),
            rule=Column(TEXT, "name of the first charter rule it matched"),
            on_ticket=Column(FLAG, "whether it concerned a support request", required=True),
            on_record=Column(FLAG, "whether it concerned a company or lead", required=True),
            inside=Column(FLAG, "whether only people of ours took part, as far as told"),
            segment=Column(TEXT, "segment of the company or lead"),
            deal_kind=Column(TEXT, "kind of the deal that was open then"),
            deal_stage=Column(TEXT, "its stage then"),
        ),
        "role_shares": _table(
            "which role a person's work counts for on some days, and for how much of it; days are "
            "closed-open",
            "share_id",
            share_id=Column(SHORT, "number of the row", required=True),
            held_id=Column(SHORT, "number of the role and segment", required=True),
            person_id=_who("person", required=True),
            work_segment=Column(TEXT, "segment of the work; null for work in any"),
            role=Column(TEXT, "role of the charter", required=True),
            segment=Column(TEXT, "segment in which the role is held", required=True),
            first_day=Column(DAY, "first day on which the person has settled in it", required=True),
            end_day=Column(DAY, "day after the last", required=True),
            weight=Column(NUMBER, "share of the work that counts for it, 0 to 1", required=True),
        ),
    }
)

NAMES = _table(
    "names and addresses of our own people, apart from everything else",
    "person_id",
    person_id=_who("pseudonym", required=True),
    source_id=_id("the CRM's id"),
    name=Column(TEXT, "name"),
    email=Column(TEXT, "e-mail address"),
    by_word=Column(
        FLAG, "true where a list or a plain table calls them so, and no list of users has them"
    ),
)

VERSIONED = ("people", "accounts", "contacts", "leads", "opportunities", "tickets")
"""Records that change: what an earlier export said of them is kept in the schema `earlier`."""
