"""What Salesforce's reports call the fields of objects: labels, English and German."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from remit.sources.found import Found

_CREATED = ("Created Date", "Create Date", "Erstelldatum", "Erstellt am")
_CHANGED = ("Last Modified Date", "Last Modified", "Zuletzt geändert am", "Zuletzt geändert")
_MADE_BY = ("Created By", "Erstellt von")
_ACCOUNT = (
    "Account Name",
    "Account",
    "Accountname",
    "Account-Name",
    "Company / Account",
    "Firma/Account",
    "Firma / Account",
)
_ACCOUNT_ID = ("Account ID", "Account-ID", "Account ID (18)", "Account ID 18")
_DEAL_ID = ("Opportunity ID", "Opportunity-ID", "Opportunity ID (18)", "Opportunity ID 18")
_CONTACT_ID = ("Contact ID", "Kontakt-ID", "Contact ID (18)", "Contact ID 18")
_LEAD_ID = ("Lead ID", "Lead-ID", "Lead ID (18)", "Lead ID 18")
_CASE_ID = ("Case ID", "Kundenvorgangs-ID", "Kundenvorgang-ID")
_FIRST, _LAST = ("First Name", "Vorname"), ("Last Name", "Nachname")
_FORECAST = ("Forecast Category", "Prognosekategorie")
_ROLE = ("Role", "Contact Role", "Rolle", "Kontaktrolle")


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of report: the object whose records are its rows, and what its columns are called.

    The columns end in `Name` where a report names a record that the object holds by its id.
    """

    object: str
    prefix: str
    """How the ids of such records begin."""
    needs: tuple[tuple[str, ...], ...]
    """Fields by which it is told: all those of one of these groups."""
    columns: Mapping[str, tuple[str, ...]]
    """Field to the labels that it may have; the first that is there is taken."""
    known_by: tuple[str, ...] = ()
    """Fields that name a record where the report has no id; none: everything it says."""
    amounts: tuple[str, ...] = field(default=())
    """Fields that hold money."""
    counts: tuple[str, ...] = field(default=())
    """Fields that hold whole numbers, in which a dot or comma only parts the thousands."""


KINDS: tuple[Kind, ...] = (
    Kind(
        "OpportunityHistory",
        "008",
        (("StageName", "OpportunityId"), ("StageName", "OpportunityName")),
        {
            "OpportunityId": _DEAL_ID,
            "OpportunityName": ("Opportunity Name", "Opportunity-Name"),
            "AccountName": _ACCOUNT,
            "StageName": ("To Stage", "Zu Phase", "Bis Phase"),
            "CreatedDate": (
                "Last Modified Date",
                "Last Modified",
                "Edit Date",
                "Modified Date",
                "Zuletzt geändert am",
                "Zuletzt geändert",
                "Bearbeitungsdatum",
            ),
            "CreatedByName": (
                "Last Modified By",
                "Edited By",
                "Zuletzt geändert von",
                "Bearbeitet von",
            ),
        },
    ),
    Kind(
        "OpportunityFieldHistory",
        "017",
        (("Field", "NewValue", "OpportunityId"),),
        {
            "OpportunityId": _DEAL_ID,
            "Field": ("Field / Event", "Field/Event", "Feld/Ereignis"),
            "OldValue": ("Old Value", "Alter Wert"),
            "NewValue": ("New Value", "Neuer Wert"),
            "CreatedDate": ("Edit Date", "Bearbeitungsdatum"),
            "CreatedByName": ("Edited By", "Bearbeitet von"),
        },
    ),
    Kind(
        "LeadHistory",
        "017",
        (("Field", "NewValue", "LeadId"),),
        {
            "LeadId": _LEAD_ID,
            "Field": ("Field / Event", "Field/Event", "Feld/Ereignis"),
            "OldValue": ("Old Value", "Alter Wert"),
            "NewValue": ("New Value", "Neuer Wert"),
            "CreatedDate": ("Edit Date", "Bearbeitungsdatum"),
            "CreatedByName": ("Edited By", "Bearbeitet von"),
        },
    ),
    Kind(
        "Activity",
        "00T",
        (("Id",), ("Subject", "OwnerName")),
        {
            "Id": ("Activity ID", "Aktivitäts-ID", "Aktivität-ID"),
            "OwnerName": ("Assigned", "Assigned To", "Zugewiesen", "Zugewiesen zu", "Zugeordnet"),
            "OwnerId": ("Assigned To ID", "Assigned ID"),
            "Subject": ("Subject", "Betreff"),
            "ActivityDate": ("Date", "Due Date", "Datum", "Fälligkeitsdatum", "Fällig am"),
            "Status": ("Status",),
            "IsTask": ("Task", "Is Task", "Aufgabe"),
            "Type": ("Type", "Activity Type", "Typ", "Aktivitätstyp"),
            "TaskSubtype": ("Task Subtype", "Activity Subtype", "Aufgabenuntertyp"),
            "IsClosed": ("Closed", "Geschlossen"),
            "IsAllDayEvent": ("All-Day Event", "All Day Event", "Ganztägiges Ereignis"),
            "StartDateTime": ("Start", "Start Date/Time", "Start Date Time", "Beginn"),
            "EndDateTime": ("End", "End Date/Time", "End Date Time", "Ende"),
            "DurationInMinutes": ("Duration", "Duration (Minutes)", "Dauer"),
            "CompletedDateTime": (
                "Completed Date/Time",
                "Completed Date",
                "Abgeschlossen am",
                "Abschlussdatum/-uhrzeit",
            ),
            "CallDurationInSeconds": (
                "Call Duration",
                "Call Duration (seconds)",
                "Call Duration (sec)",
                "Anrufdauer",
            ),
            "CallType": ("Call Type", "Anruftyp"),
            "CallDisposition": ("Call Result", "Call Disposition", "Anrufergebnis"),
            "LeadId": _LEAD_ID,
            "LeadName": ("Lead", "Lead Name"),
            "ContactId": _CONTACT_ID,
            "ContactName": ("Contact", "Contact Name", "Kontakt", "Kontaktname"),
            "OpportunityId": _DEAL_ID,
            "OpportunityName": ("Opportunity", "Opportunity Name", "Opportunity-Name"),
            "CaseId": _CASE_ID,
            "AccountId": _ACCOUNT_ID,
            "AccountName": _ACCOUNT,
            "CreatedDate": _CREATED,
            "CreatedByName": _MADE_BY,
            "LastModifiedDate": _CHANGED,
        },
        counts=("CallDurationInSeconds", "DurationInMinutes"),
    ),
    Kind(
        "Case",
        "500",
        (("Id",), ("CaseNumber",)),
        {
            "Id": _CASE_ID,
            "CaseNumber": ("Case Number", "Kundenvorgangsnummer"),
            "AccountId": _ACCOUNT_ID,
            "AccountName": _ACCOUNT,
            "CreatedDate": (
                "Date/Time Opened",
                "Opened Date",
                "Datum/Uhrzeit der Eröffnung",
                *_CREATED,
            ),
            "ClosedDate": (
                "Date/Time Closed",
                "Closed Date",
                "Datum/Uhrzeit der Schließung",
                "Geschlossen am",
            ),
            "OwnerName": ("Case Owner", "Kundenvorgangsinhaber", "Inhaber des Kundenvorgangs"),
            "Status": ("Status",),
            "LastModifiedDate": _CHANGED,
        },
        known_by=("CaseNumber",),
    ),
    Kind(
        "OpportunityContactRole",
        "00K",
        (("OpportunityId", "ContactId", "Role"), ("OpportunityId", "ContactName", "Role")),
        {
            "OpportunityId": _DEAL_ID,
            "ContactId": _CONTACT_ID,
            "ContactName": ("Contact Name", "Kontaktname", "Kontakt"),
            "Role": _ROLE,
            "CreatedDate": ("Contact Role Created Date",),
        },
    ),
    Kind(
        "Lead",
        "00Q",
        (("Id",), ("OwnerName", "Status"), ("OwnerName", "LeadSource")),
        {
            "Id": _LEAD_ID,
            "FirstName": _FIRST,
            "LastName": _LAST,
            "FullName": ("Name", "Lead Name", "Full Name", "Vollständiger Name"),
            "Company": (
                "Company / Account",
                "Company",
                "Firma/Account",
                "Firma / Account",
                "Firma",
            ),
            "OwnerName": ("Lead Owner", "Lead-Inhaber", "Leadinhaber", "Lead Inhaber"),
            "OwnerId": ("Lead Owner ID", "Owner ID"),
            "Status": ("Lead Status", "Lead-Status", "Leadstatus", "Status"),
            "LeadSource": ("Lead Source", "Lead-Quelle", "Leadquelle"),
            "NumberOfEmployees": (
                "No. of Employees",
                "Number of Employees",
                "Employees",
                "Anzahl der Mitarbeiter",
                "Mitarbeiter",
            ),
            "Industry": ("Industry", "Branche"),
            "Country": ("Country", "Land"),
            "ConvertedDate": ("Converted Date", "Conversion Date", "Konvertierungsdatum"),
            "ConvertedAccountId": ("Converted Account ID", *_ACCOUNT_ID),
            "ConvertedContactId": ("Converted Contact ID", *_CONTACT_ID),
            "ConvertedOpportunityId": ("Converted Opportunity ID", *_DEAL_ID),
            "CreatedDate": _CREATED,
            "CreatedByName": _MADE_BY,
            "LastModifiedDate": _CHANGED,
        },
        known_by=("FirstName", "LastName", "FullName", "Company"),
        counts=("NumberOfEmployees",),
    ),
    Kind(
        "Opportunity",
        "006",
        (("Id",), ("Name", "StageName"), ("Name", "CloseDate")),
        {
            "Id": _DEAL_ID,
            "Name": ("Opportunity Name", "Opportunity-Name"),
            "AccountId": _ACCOUNT_ID,
            "AccountName": _ACCOUNT,
            "OwnerName": (
                "Opportunity Owner",
                "Opportunity-Inhaber",
                "Opportunityinhaber",
                "Opportunity Inhaber",
            ),
            "OwnerId": ("Opportunity Owner ID", "Owner ID"),
            "StageName": ("Stage", "Phase"),
            "Amount": (
                "Amount",
                "Betrag",
                "Amount (converted)",
                "Betrag (konvertiert)",
                "Betrag (umgerechnet)",
            ),
            "CurrencyIsoCode": (
                "Amount Currency",
                "Betrag Währung",
                "Opportunity Currency",
                "Opportunity-Währung",
                "Amount (converted) Currency",
                "Betrag (konvertiert) Währung",
                "Betrag (umgerechnet) Währung",
            ),
            "CloseDate": ("Close Date", "Closed Date", "Schlusstermin", "Abschlussdatum"),
            "Type": ("Type", "Opportunity Type", "Typ"),
            "RecordType": (
                "Opportunity Record Type",
                "Record Type",
                "Datensatztyp",
                "Opportunity-Datensatztyp",
            ),
            "LeadSource": ("Lead Source", "Lead-Quelle", "Leadquelle"),
            "NextStep": ("Next Step", "Nächster Schritt"),
            "ForecastCategory": _FORECAST,
            "ForecastCategoryName": _FORECAST,
            "IsClosed": ("Closed", "Is Closed", "Geschlossen"),
            "IsWon": ("Won", "Is Won", "Gewonnen"),
            "CreatedDate": _CREATED,
            "CreatedByName": _MADE_BY,
            "LastModifiedDate": _CHANGED,
        },
        known_by=("Name", "AccountName"),
        amounts=("Amount",),
    ),
    Kind(
        "Contact",
        "003",
        (("Id",),),
        {
            "Id": _CONTACT_ID,
            "FirstName": _FIRST,
            "LastName": _LAST,
            "FullName": ("Full Name", "Contact Name", "Name", "Kontaktname"),
            "AccountId": _ACCOUNT_ID,
            "AccountName": _ACCOUNT,
            "Title": ("Title", "Titel", "Position"),
            "Department": ("Department", "Abteilung"),
            "CreatedDate": _CREATED,
            "LastModifiedDate": _CHANGED,
        },
    ),
    Kind(
        "User",
        "005",
        (("Id",), ("Username", "Email"), ("FullName", "Title", "IsActive")),
        {
            "Id": ("User ID", "Benutzer-ID"),
            "Username": ("Username", "User Name", "Benutzername"),
            "FirstName": _FIRST,
            "LastName": _LAST,
            "FullName": ("Full Name", "Name", "User: Full Name", "Vollständiger Name"),
            "Email": ("Email", "E-Mail", "Email Address", "E-Mail-Adresse"),
            "Title": ("Title", "Titel", "Position"),
            "UserRole.Name": ("Role", "User Role", "Role Name", "Rolle"),
            "IsActive": ("Active", "Is Active", "Aktiv"),
            "UserType": ("User Type", "Benutzertyp"),
            "ManagerName": ("Manager", "Manager Name", "Manager: Full Name"),
            "CreatedDate": _CREATED,
            "LastModifiedDate": _CHANGED,
        },
        known_by=("FullName", "FirstName", "LastName"),
    ),
    Kind(
        "Account",
        "001",
        (("Id",), ("Name", "OwnerName"), ("Name", "Industry"), ("Name", "NumberOfEmployees")),
        {
            "Id": _ACCOUNT_ID,
            "Name": ("Account Name", "Accountname", "Account-Name"),
            "OwnerName": ("Account Owner", "Account-Inhaber", "Accountinhaber"),
            "OwnerId": ("Account Owner ID", "Owner ID"),
            "NumberOfEmployees": (
                "Employees",
                "Number of Employees",
                "No. of Employees",
                "Mitarbeiter",
                "Anzahl der Mitarbeiter",
            ),
            "Industry": ("Industry", "Branche"),
            "BillingCountry": (
                "Billing Country",
                "Billing Country/Territory",
                "Land (Rechnungsanschrift)",
                "Rechnungsland",
            ),
            "ParentId": ("Parent Account ID", "Übergeordneter Account-ID"),
            "CreatedDate": _CREATED,
            "LastModifiedDate": _CHANGED,
        },
        known_by=("Name",),
        counts=("NumberOfEmployees",),
    ),
)
"""Kinds of report, the ones that others could be taken for last."""


def bare(label: str) -> str:
    """A label without the mark of a sorted or grouped column, in small letters.

    >>> bare("Opportunity Owner  ↑")
    'opportunity owner'
    """
    return " ".join(re.sub("[↑↓]", " ", label).split()).casefold()


def kind_of(table: Found) -> tuple[Kind, Mapping[str, str]] | None:
    """Which kind of report a table is, and its columns by field; None for anything else.

    A column that no label stands for is also found as the custom field it is probably of:
    `Pain Point` as `Pain_Point__c`.
    """
    if table.has("Id"):
        return None
    for kind in KINDS:
        spelt = _spelt(kind.columns, table.columns)
        if len(spelt) > 1 and any(all(f in spelt for f in group) for group in kind.needs):
            used = set(spelt.values())
            custom = {_custom(label): label for label in table.columns if label not in used}
            return kind, {**custom, **spelt}
    return None


def _custom(label: str) -> str:
    """The name that the CRM proposes for a custom field of this label."""
    return re.sub(r"\W+", "_", label).strip("_") + "__c"


def _spelt(columns: Mapping[str, Sequence[str]], there: Iterable[str]) -> dict[str, str]:
    written = {bare(label): label for label in there}
    found = {}
    for name, labels in columns.items():
        label = next((written[bare(one)] for one in labels if bare(one) in written), None)
        if label is not None:
            found[name] = label
    return found
