"""The company as a HubSpot portal would hold it: what all HubSpot layouts are written from.

It is made from the rows of the Salesforce export, so that both tell of the same work. HubSpot's own
property names and values are used where it has them; what it lacks is a property of the portal's
own: `lead_source` on contacts and deals, `pain`, `trigger`, `sao_date`, `sdr`, `poc_start` and
the fields of the qualification framework (`metrics`, `economic_buyer`, ...) on deals, `rejected_date` and `rejection_reason` on meetings. Three deal pipelines stand for the three kinds of
opportunity. Moments are texts such as `2026-03-04T15:04:05.000Z`, days such as `2026-03-04`.

Cannot hold, in any HubSpot layout:

- leads: an unconverted lead is a contact with a lead status and no company, and a converted one is
  the contact it became; both were created when the lead was;
- the kind of deal beyond new and existing business: the pipeline tells expansions from renewals;
- contracts, and that a customer has left: a lifecycle stage never goes back;
- answers to invitations: attendees are everybody of ours who was invited;
- whole-day events, which HubSpot does not log, and whether a meeting was private;
- the day a call, email or task was for beside the moment it is filed under;
- which contact played which role in which deal: a contact has buying roles, the same in all deals;
- the company's background on a deal: it is the description of the company, as in Salesforce.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from remit.example.records import FRAMEWORK
from remit.example.tables import Table

Row = dict[str, str]
Tables = Mapping[str, Table]

PORTAL = 4703811
"""Number of the portal ("Hub ID")."""


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage of a pipeline: id, label, probability of winning (0 to 1), whether it closes."""

    id: str
    label: str
    probability: float
    closed: bool


@dataclass(frozen=True, slots=True)
class Pipeline:
    """A pipeline and its stages in order."""

    id: str
    label: str
    stages: tuple[Stage, ...]


@dataclass(frozen=True, slots=True)
class Owner:
    """A user who can own records.

    Attributes:
        id: Owner id, in `hubspot_owner_id`.
        user: User id, in `hs_created_by_user_id`; another number than the owner id.
        team: Id of the main team.
        created: When the user was added.
    """

    id: str
    user: str
    email: str
    first: str
    last: str
    title: str
    team: str
    created: str


@dataclass(frozen=True, slots=True)
class Record:
    """A record of any kind.

    Attributes:
        id: Record id.
        created: When its record was made.
        updated: When it was last changed.
        archived: Whether it was deleted.
        properties: Values by internal name of the property; an empty text is no value.
        contacts: Ids of contacts it is associated with.
        companies: Ids of companies.
        deals: Ids of deals.
        tickets: Ids of tickets.
    """

    id: str
    created: str
    updated: str
    archived: bool
    properties: Mapping[str, str]
    contacts: tuple[str, ...] = ()
    companies: tuple[str, ...] = ()
    deals: tuple[str, ...] = ()
    tickets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """A property that took a value: of which record, when, and by which user (or no user)."""

    record: str
    name: str
    at: str
    value: str
    user: str


@dataclass(frozen=True, slots=True)
class Portal:
    """Everything in the portal."""

    owners: tuple[Owner, ...]
    teams: Mapping[str, str]
    pipelines: tuple[Pipeline, ...]
    ticket_pipeline: Pipeline
    companies: tuple[Record, ...]
    contacts: tuple[Record, ...]
    deals: tuple[Record, ...]
    tickets: tuple[Record, ...]
    calls: tuple[Record, ...]
    emails: tuple[Record, ...]
    meetings: tuple[Record, ...]
    tasks: tuple[Record, ...]
    deal_changes: tuple[Change, ...]
    contact_changes: tuple[Change, ...]


_FORECASTS = {"Pipeline": "PIPELINE", "BestCase": "BEST_CASE", "Forecast": "COMMIT",
              "Omitted": "OMIT", "Closed": "CLOSED"}  # fmt: skip
SALES = Pipeline(
    "default", "Sales Pipeline",
    (
        Stage("appointmentscheduled", "Discovery", 0.1, False),
        Stage("qualifiedtobuy", "Qualified", 0.2, False),
        Stage("presentationscheduled", "Technical Validation", 0.4, False),
        Stage("decisionmakerboughtin", "Proposal", 0.6, False),
        Stage("contractsent", "Negotiation", 0.8, False),
        Stage("closedwon", "Closed Won", 1.0, True),
        Stage("closedlost", "Closed Lost", 0.0, True),
    ),
)  # fmt: skip
EXPANSION = Pipeline(
    "52208731", "Expansion Pipeline",
    (
        Stage("108330411", "Expansion Identified", 0.2, False),
        Stage("108330412", "Proposal", 0.6, False),
        Stage("108330413", "Negotiation", 0.8, False),
        Stage("108330416", "Closed Won", 1.0, True),
        Stage("108330417", "Closed Lost", 0.0, True),
    ),
)  # fmt: skip
RENEWAL = Pipeline(
    "52208744", "Renewal Pipeline",
    (
        Stage("108331902", "Renewal Open", 0.6, False),
        Stage("108331903", "Renewal Discussion", 0.7, False),
        Stage("108331904", "Renewal Negotiation", 0.85, False),
        Stage("108331907", "Closed Won", 1.0, True),
        Stage("108331908", "Closed Lost", 0.0, True),
    ),
)  # fmt: skip
SUPPORT = Pipeline(
    "0", "Support Pipeline",
    (
        Stage("1", "New", 0.0, False),
        Stage("2", "Waiting on contact", 0.0, False),
        Stage("3", "Waiting on us", 0.0, False),
        Stage("4", "Closed", 0.0, True),
    ),
)  # fmt: skip
_PIPELINES = {"New Business": SALES, "Expansion": EXPANSION, "Renewal": RENEWAL}

OUTCOMES = {
    "Connected": "f240bbac-87c9-4f6e-bf70-924b57d47db7",
    "No Answer": "73a0d17f-1163-4015-bdd5-ec830791da20",
    "Left Voicemail": "b2cf5968-551e-4856-9783-52b3da59a7d0",
    "Busy": "9d9162e7-6cf3-4944-bf63-4dff82258764",
}
"""Ids of a call's default outcomes (`hs_call_disposition`), the same in every portal."""

_CALL_STATUS = {"No Answer": "NO_ANSWER", "Busy": "BUSY"}
_LEAD_STATUS = {
    "Open - Not Contacted": "NEW",
    "Working - Contacted": "ATTEMPTED_TO_CONTACT",
    "Replied": "CONNECTED",
    "Meeting Booked": "IN_PROGRESS",
    "Nurture - No Response": "BAD_TIMING",
    "Not Qualified": "UNQUALIFIED",
    "Closed - Converted": "OPEN_DEAL",
}
_SOURCES = {
    "Web Request": "DIRECT_TRAFFIC", "Demo Request": "DIRECT_TRAFFIC",
    "Content Download": "ORGANIC_SEARCH",
}  # fmt: skip
_BUYING_ROLES = {
    "Decision Maker": "DECISION_MAKER", "Economic Buyer": "BUDGET_HOLDER",
    "Evaluator": "END_USER", "Influencer": "INFLUENCER",
}  # fmt: skip
_TICKET_SOURCES = {"Email": "EMAIL", "Web": "FORM", "Phone": "PHONE"}


def _number(first: int, place: int) -> str:
    """The id of a record by its place: ids grow, with gaps."""
    return str(first + 37 * place + place * place % 29)


def _ids(first: int, keys: Iterable[str]) -> dict[str, str]:
    return {key: _number(first, place) for place, key in enumerate(keys)}


def _later(*stamps: str) -> str:
    return max(stamp for stamp in stamps if stamp)


@dataclass(slots=True)
class _Making:
    """The portal while it is made."""

    tables: Tables
    end: str
    owners: dict[str, Owner] = field(default_factory=dict)
    companies: dict[str, str] = field(default_factory=dict)
    contacts: dict[str, str] = field(default_factory=dict)
    deals: dict[str, str] = field(default_factory=dict)
    tickets: dict[str, str] = field(default_factory=dict)
    emails: dict[str, str] = field(default_factory=dict)
    company_of: dict[str, str] = field(default_factory=dict)
    opened: dict[str, str] = field(default_factory=dict)
    bought: dict[str, str] = field(default_factory=dict)
    stays: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    first_owners: dict[str, str] = field(default_factory=dict)
    deal_changes: list[Change] = field(default_factory=list)
    contact_changes: list[Change] = field(default_factory=list)

    def rows(self, name: str) -> Iterable[Row]:
        return self.tables[name].records()

    def owner(self, user: str) -> str:
        """Owner id of a Salesforce user; nothing for an integration, which can own nothing."""
        found = self.owners.get(user)
        return found.id if found else ""

    def user(self, user: str) -> str:
        found = self.owners.get(user)
        return found.user if found else ""

    # -- people and records ----------------------------------------------------------------

    def people(self) -> dict[str, str]:
        """Fills `owners`; returns the teams."""
        roles = list(self.rows("UserRole"))
        teams = _ids(28_401, [role["Id"] for role in roles])
        users = [row for row in self.rows("User") if row["UserType"] == "Standard"]
        for place, row in enumerate(users):
            self.owners[row["Id"]] = Owner(
                _number(35_252_170, place), _number(9_586_104, 3 * place), row["Email"],
                row["FirstName"], row["LastName"], row["Title"], teams[row["UserRoleId"]],
                row["CreatedDate"],
            )  # fmt: skip
        return {teams[role["Id"]]: role["Name"] for role in roles}

    def milestones(self) -> None:
        """When each account had its first deal, when it bought, and each deal's stages."""
        for row in self.rows("OpportunityHistory"):
            stays = self.stays.setdefault(row["OpportunityId"], [])
            if not stays or stays[-1][0] != row["StageName"]:
                stays.append((row["StageName"], row["CreatedDate"]))
        for row in self.rows("Opportunity"):
            account, created = row["AccountId"], row["CreatedDate"]
            self.opened[account] = min(self.opened.get(account, created), created)
            if row["IsWon"] == "true":
                won = self.stays[row["Id"]][-1][1]
                self.bought[account] = min(self.bought.get(account, won), won)

    def lifecycle(self, account: str, created: str) -> Row:
        """Lifecycle stage of a company or of somebody there, and since when it is in each."""
        dates = {"lead": created}
        if account in self.opened:
            dates["opportunity"] = max(created, self.opened[account])
        if account in self.bought:
            dates["customer"] = max(created, self.bought[account])
        found = {"lifecyclestage": [*dates][-1]}
        for stage, at in dates.items():
            found[f"hs_lifecyclestage_{stage}_date"] = at
            found[f"hs_v2_date_entered_{stage}"] = at
        return found

    def all_companies(self) -> tuple[Record, ...]:
        found = []
        for row in self.rows("Account"):
            created = row["CreatedDate"]
            properties = {
                "hs_object_id": self.companies[row["Id"]], "name": row["Name"],
                "domain": row["Website"].removeprefix("https://www."), "website": row["Website"],
                "industry": row["Industry"].upper().replace(" ", "_"),
                "numberofemployees": row["NumberOfEmployees"],
                "annualrevenue": row["AnnualRevenue"], "state": row["BillingState"],
                "country": "United States", "description": row["Description"],
                "hubspot_owner_id": self.owner(row["OwnerId"]),
                "hs_created_by_user_id": self.user(row["CreatedById"]), "createdate": created,
                "hs_lastmodifieddate": row["LastModifiedDate"],
                "hs_parent_company_id": "",
            } | self.lifecycle(row["Id"], created)  # fmt: skip
            found.append(
                Record(
                    self.companies[row["Id"]], created, row["LastModifiedDate"],
                    row["IsDeleted"] == "true", properties,
                )
            )  # fmt: skip
        return tuple(found)

    def buying_roles(self) -> dict[str, str]:
        roles: dict[str, dict[str, None]] = {}
        for row in self.rows("OpportunityContactRole"):
            roles.setdefault(row["ContactId"], {})[_BUYING_ROLES[row["Role"]]] = None
        return {contact: ";".join(sorted(found)) for contact, found in roles.items()}

    def all_contacts(self) -> tuple[Record, ...]:
        """Contacts, and leads as contacts; fills the ids of both."""
        leads = {row["Id"]: row for row in self.rows("Lead")}
        converted = {row["ConvertedContactId"]: row for row in leads.values()}
        nobody: Row = {}
        people = [(row, converted.get(row["Id"], nobody)) for row in self.rows("Contact")]
        alone = [(nobody, row) for row in leads.values() if row["IsConverted"] == "false"]
        born = sorted(
            [*people, *alone],
            key=lambda pair: ((pair[1] or pair[0])["CreatedDate"], (pair[0] or pair[1])["Id"]),
        )
        for row in self.rows("LeadHistory"):
            if row["Field"] == "Owner":
                self.first_owners.setdefault(row["LeadId"], row["OldValue"])
        roles = self.buying_roles()
        found = []
        for place, (contact, lead) in enumerate(born):
            which = _number(151, place)
            for row in (contact, lead):
                if row:
                    self.contacts[row["Id"]] = which
                    self.emails[which] = row["Email"]
            found.append(self.contact(which, contact, lead, roles))
        for row in self.rows("LeadHistory"):
            name, value = "hs_lead_status", _LEAD_STATUS.get(row["NewValue"], "")
            if row["Field"] == "Owner":
                name, value = "hubspot_owner_id", self.owner(row["NewValue"])
            self.contact_changes.append(
                Change(self.contacts[row["LeadId"]], name, row["CreatedDate"], value,
                       self.user(row["CreatedById"]))
            )  # fmt: skip
        return tuple(found)

    def contact(self, which: str, contact: Row, lead: Row, roles: dict[str, str]) -> Record:
        one = contact or lead
        first = lead or contact
        created = first["CreatedDate"]
        updated = _later(one["LastModifiedDate"], first["LastModifiedDate"])
        account = contact.get("AccountId", "")
        user = self.user(first["CreatedById"])
        properties = {
            "hs_object_id": which, "firstname": one["FirstName"], "lastname": one["LastName"],
            "email": one["Email"], "jobtitle": one["Title"],
            "department": contact.get("Department", ""),
            "associatedcompanyid": self.companies.get(account, ""),
            "company": self.company_of[account] if account else lead["Company"],
            "industry": lead.get("Industry", ""), "state": lead.get("State", ""),
            "numemployees": lead.get("NumberOfEmployees", ""),
            "annualrevenue": lead.get("AnnualRevenue", ""),
            "hubspot_owner_id": self.owner(one["OwnerId"]), "hs_created_by_user_id": user,
            "createdate": created, "lastmodifieddate": updated,
            "hs_lead_status": _LEAD_STATUS[lead["Status"]] if lead else "",
            "hs_analytics_source": _SOURCES.get(lead["LeadSource"], "OFFLINE") if lead else "OFFLINE",
            "lead_source": lead.get("LeadSource", ""),
            "hs_buying_role": roles.get(contact.get("Id", ""), ""),
        } | self.lifecycle(account, created)  # fmt: skip
        changes = self.contact_changes
        if lead:
            changes.append(Change(which, "hs_lead_status", created, "NEW", user))
        owner = self.owner(self.first_owners.get(first["Id"], first["OwnerId"]))
        changes.append(Change(which, "hubspot_owner_id", created, owner, user))
        for stage in ("lead", "opportunity", "customer"):
            at = properties.get(f"hs_v2_date_entered_{stage}")
            if at:
                changes.append(Change(which, "lifecyclestage", at, stage, ""))
        companies = (self.companies[account],) if account else ()
        return Record(which, created, updated, False, properties, companies=companies)

    # -- deals and tickets -----------------------------------------------------------------

    def all_deals(self) -> tuple[Record, ...]:
        roles: dict[str, list[str]] = {}
        for row in self.rows("OpportunityContactRole"):
            roles.setdefault(row["OpportunityId"], []).append(self.contacts[row["ContactId"]])
        owners: dict[str, str] = {}
        for row in self.rows("OpportunityFieldHistory"):
            if row["Field"] == "Owner":
                owners.setdefault(row["OpportunityId"], row["OldValue"])
        return tuple(
            self.deal(row, roles.get(row["Id"], []), owners.get(row["Id"], row["OwnerId"]))
            for row in self.rows("Opportunity")
        )

    def deal(self, row: Row, contacts: list[str], first_owner: str) -> Record:
        which, pipeline = self.deals[row["Id"]], _PIPELINES[row["Type"]]
        stage_of = {stage.label: stage for stage in pipeline.stages}
        stays, created = self.stays[row["Id"]], row["CreatedDate"]
        stage, closed = stage_of[row["StageName"]], row["IsClosed"]
        closes = stays[-1][1] if closed == "true" else f"{row['CloseDate']}T16:00:00.000Z"
        user = self.user(row["CreatedById"])
        properties = {
            "hs_object_id": which, "dealname": row["Name"], "pipeline": pipeline.id,
            "dealstage": stage.id, "amount": row["Amount"], "closedate": closes,
            "createdate": created, "hs_lastmodifieddate": row["LastModifiedDate"],
            "hubspot_owner_id": self.owner(row["OwnerId"]), "hs_created_by_user_id": user,
            "dealtype": "newbusiness" if pipeline is SALES else "existingbusiness",
            "hs_next_step": row["NextStep"], "hs_is_closed": closed, "hs_is_closed_won": row["IsWon"],
            "hs_deal_stage_probability": str(stage.probability),
            "num_associated_contacts": str(len(contacts)), "lead_source": row["LeadSource"],
            "pain": row["Pain__c"], "trigger": row["Trigger__c"], "sao_date": row["SAO_Date__c"],
            "sdr": self.owner(row["SDR__c"]), "poc_start": row["POC_Start__c"],
            "hs_manual_forecast_category": _FORECASTS[row["ForecastCategory"]],
            **{name: row[f"{name.title()}__c"] for name in FRAMEWORK},
        }  # fmt: skip
        for place, (name, at) in enumerate(stays):
            properties[f"hs_v2_date_entered_{stage_of[name].id}"] = at
            if place + 1 < len(stays):
                properties[f"hs_v2_date_exited_{stage_of[name].id}"] = stays[place + 1][1]
        changes = self.deal_changes
        for name in ("dealname", "pipeline", "dealtype"):
            changes.append(Change(which, name, created, properties[name], user))
        owner = self.owner(first_owner)
        changes.append(Change(which, "hubspot_owner_id", created, owner, user))
        company = self.companies[row["AccountId"]]
        return Record(
            which, created, row["LastModifiedDate"], row["IsDeleted"] == "true", properties,
            tuple(contacts), (company,),
        )  # fmt: skip

    def all_deal_changes(self) -> tuple[Change, ...]:
        stages = {
            row["Id"]: {s.label: s.id for s in _PIPELINES[row["Type"]].stages}
            for row in self.rows("Opportunity")
        }
        last: dict[tuple[str, str], str] = {}
        changes = self.deal_changes
        for row in self.rows("OpportunityHistory"):
            deal = row["OpportunityId"]
            now = {"dealstage": stages[deal][row["StageName"]], "amount": row["Amount"],
                   "closedate": f"{row['CloseDate']}T16:00:00.000Z"}  # fmt: skip
            for name, value in now.items():
                if last.get((deal, name)) != value:
                    last[deal, name] = value
                    changes.append(
                        Change(self.deals[deal], name, row["CreatedDate"], value,
                               self.user(row["CreatedById"]))
                    )  # fmt: skip
        for row in self.rows("OpportunityFieldHistory"):
            if row["Field"] == "Owner":
                changes.append(
                    Change(self.deals[row["OpportunityId"]], "hubspot_owner_id",
                           row["CreatedDate"], self.owner(row["NewValue"]),
                           self.user(row["CreatedById"]))
                )  # fmt: skip
        return tuple(sorted(changes, key=lambda change: (change.at, change.record, change.name)))

    def all_tickets(self) -> tuple[Record, ...]:
        found = []
        for row in self.rows("Case"):
            which, created = self.tickets[row["Id"]], row["CreatedDate"]
            properties = {
                "hs_object_id": which, "subject": row["Subject"], "content": "",
                "hs_pipeline": SUPPORT.id,
                "hs_pipeline_stage": "4" if row["IsClosed"] == "true" else "3",
                "hs_ticket_priority": row["Priority"].upper(), "hs_ticket_category": "",
                "source_type": _TICKET_SOURCES[row["Origin"]], "createdate": created,
                "closed_date": row["ClosedDate"], "first_agent_reply_date": "",
                "hubspot_owner_id": self.owner(row["OwnerId"]),
                "hs_lastmodifieddate": row["LastModifiedDate"],
            }  # fmt: skip
            contacts = (self.contacts[row["ContactId"]],) if row["ContactId"] else ()
            found.append(
                Record(
                    which, created, row["LastModifiedDate"], row["IsDeleted"] == "true",
                    properties, contacts, (self.companies[row["AccountId"]],),
                )
            )  # fmt: skip
        return tuple(found)

    # -- activities ------------------------------------------------------------------------

    def linked(self, row: Row) -> dict[str, tuple[str, ...]]:
        """Associations of an activity; HubSpot's own guesses at further ones are left out."""
        who, what, account = row["WhoId"], row["WhatId"], row["AccountId"]
        return {
            "contacts": (self.contacts[who],) if who else (),
            "companies": (self.companies[account],) if account else (),
            "deals": (self.deals[what],) if what[:3] == "006" else (),
            "tickets": (self.tickets[what],) if what[:3] == "500" else (),
        }

    def email_of(self, user: str) -> str:
        found = self.owners.get(user)
        return found.email if found else ""

    def doer(self, row: Row) -> str:
        """The user an activity was assigned to.

        Salesforce gives a lead's activities a new owner when it converts; HubSpot leaves an
        activity to whoever did it. Only first meetings are booked for somebody else.
        """
        booked = row["Type"] == "Discovery Meeting"
        return row["OwnerId"] if booked else row["CreatedById"] or row["OwnerId"]

    def activity(self, row: Row, which: str, at: str, properties: Row) -> Record:
        common = {
            "hs_object_id": which, "hs_timestamp": at, "hs_createdate": row["CreatedDate"],
            "hs_lastmodifieddate": row["LastModifiedDate"],
            "hubspot_owner_id": self.owner(self.doer(row)),
            "hs_created_by_user_id": self.user(row["CreatedById"]),
        }  # fmt: skip
        return Record(
            which, row["CreatedDate"], row["LastModifiedDate"], row["IsDeleted"] == "true",
            common | properties, **self.linked(row),
        )  # fmt: skip

    def activities(self) -> tuple[list[Record], list[Record], list[Record], list[Record]]:
        """Calls, emails, meetings and tasks."""
        calls: list[Record] = []
        emails: list[Record] = []
        meetings: list[Record] = []
        tasks: list[Record] = []
        attended: dict[str, list[str]] = {}
        for row in self.rows("EventRelation"):
            if row["RelationId"][:3] == "005":
                attended.setdefault(row["EventId"], []).append(self.owner(row["RelationId"]))
        rows = [*self.rows("Task"), *self.rows("Event")]
        rows.sort(key=lambda row: row["CreatedDate"])
        for place, row in enumerate(rows):
            which = _number(31_479_928_586, place)
            if row["Id"][:3] == "00U":
                if row["IsAllDayEvent"] == "false":
                    owners = [self.owner(self.doer(row)), *attended.get(row["Id"], [])]
                    meetings.append(self.meeting(row, which, owners))
                continue
            day, done = row["ActivityDate"], row["CompletedDateTime"] or row["CreatedDate"]
            # a call or email entered on a later day is filed under its own
            at = done if done[:10] == day else f"{day}T20:00:00.000Z"
            if row["TaskSubtype"] == "Call":
                calls.append(self.call(row, which, at))
            elif "Email" in (row["TaskSubtype"], row["Type"]) or row["TaskSubtype"] == "ListEmail":
                emails.append(self.mail(row, which, at))
            else:
                tasks.append(self.task(row, which))
        return calls, emails, meetings, tasks

    def call(self, row: Row, which: str, at: str) -> Record:
        seconds, outcome = row["CallDurationInSeconds"], row["CallDisposition"]
        return self.activity(
            row, which, at,
            {
                "hs_call_title": row["Subject"], "hs_call_direction": row["CallType"].upper(),
                "hs_call_disposition": OUTCOMES[outcome],
                "hs_call_duration": str(1000 * int(seconds)) if seconds else "",
                "hs_call_status": _CALL_STATUS.get(outcome, "COMPLETED"), "hs_call_body": "",
                "hs_activity_type": "",
            },
        )  # fmt: skip

    def mail(self, row: Row, which: str, at: str) -> Record:
        automated = row["TaskSubtype"] == "ListEmail" or row["Type"] == "Sequence"
        theirs = self.emails.get(self.contacts.get(row["WhoId"], ""), "")
        ours, came_in = self.email_of(row["CreatedById"]), row["CallType"] == "Inbound"
        return self.activity(
            row, which, at,
            {
                "hs_email_subject": row["Subject"],
                "hs_email_direction": "INCOMING_EMAIL" if came_in else "EMAIL",
                "hs_email_status": "SENT", "hs_email_text": "",
                "hs_email_from_email": theirs if came_in else ours,
                "hs_email_to_email": ours if came_in else theirs,
                "hs_sequence_id": "271190345" if automated else "",
            },
        )  # fmt: skip

    def task(self, row: Row, which: str) -> Record:
        done = row["IsClosed"] == "true"
        return self.activity(
            row, which, f"{row['ActivityDate']}T13:00:00.000Z",
            {
                "hs_task_subject": row["Subject"], "hs_task_type": "TODO", "hs_task_body": "",
                "hs_task_priority": "NONE",
                "hs_task_status": "COMPLETED" if done else "NOT_STARTED",
                "hs_task_completion_date": row["CompletedDateTime"],
            },
        )  # fmt: skip

    def meeting(self, row: Row, which: str, owners: list[str]) -> Record:
        outcome = {"true": "COMPLETED", "false": "NO_SHOW", "": ""}[row["Meeting_Held__c"]]
        if row["Subject"].startswith("Canceled: "):
            outcome = "CANCELED"
        elif not outcome and row["StartDateTime"] > self.end:
            outcome = "SCHEDULED"
        return self.activity(
            row, which, row["StartDateTime"],
            {
                "hs_meeting_title": row["Subject"].removeprefix("Canceled: "),
                "hs_meeting_start_time": row["StartDateTime"],
                "hs_meeting_end_time": row["EndDateTime"], "hs_meeting_outcome": outcome,
                "hs_meeting_body": "", "hs_activity_type": row["Type"],
                "hs_attendee_owner_ids": ";".join(dict.fromkeys(filter(None, owners))),
                "rejected_date": row["Rejected_Date__c"],
                "rejection_reason": row["Rejection_Reason__c"],
            },
        )  # fmt: skip

    def run(self) -> Portal:
        teams = self.people()
        accounts = list(self.rows("Account"))
        self.companies = _ids(9_991_774_791, [row["Id"] for row in accounts])
        self.company_of = {row["Id"]: row["Name"] for row in accounts}
        self.deals = _ids(10_828_857_779, [row["Id"] for row in self.rows("Opportunity")])
        self.tickets = _ids(1_307_034_542, [row["Id"] for row in self.rows("Case")])
        self.milestones()
        companies, contacts, deals = self.all_companies(), self.all_contacts(), self.all_deals()
        calls, emails, meetings, tasks = self.activities()
        there: dict[str, list[str]] = {}
        for contact in contacts:
            for company in contact.companies:
                there.setdefault(company, []).append(contact.id)
        return Portal(
            tuple(self.owners.values()), teams, (SALES, EXPANSION, RENEWAL), SUPPORT,
            tuple(replace(one, contacts=tuple(there.get(one.id, ()))) for one in companies),
            contacts, deals, self.all_tickets(), tuple(calls), tuple(emails), tuple(meetings),
            tuple(tasks), self.all_deal_changes(),
            tuple(sorted(self.contact_changes, key=lambda c: (c.at, int(c.record), c.name))),
        )  # fmt: skip


def portal(tables: Tables, end: str) -> Portal:
    """The portal that tells what these Salesforce tables tell.

    Args:
        tables: The Salesforce export, table by table.
        end: The moment of the export.
    """
    return _Making(tables, end).run()
