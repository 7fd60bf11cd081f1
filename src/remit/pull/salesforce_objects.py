"""Which of Salesforce's objects and fields remit reads, for a charter."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from remit.charter import Charter

OBJECTS = {
    "User": "Name Title Email UserRoleId ManagerId UserType IsActive CreatedDate",
    "UserRole": "Name",
    "RecordType": "Name DeveloperName",
    "Account": "MasterRecordId RecordTypeId Name NumberOfEmployees Industry BillingCountry OwnerId"
    " ParentId CreatedDate LastModifiedDate",
    "AccountHistory": "AccountId Field OldValue NewValue CreatedDate",
    "Contact": "MasterRecordId RecordTypeId AccountId Title Department CreatedDate"
    " LastModifiedDate",
    "Lead": "MasterRecordId RecordTypeId CreatedDate LastModifiedDate CreatedById OwnerId"
    " LeadSource Status NumberOfEmployees Industry Country ConvertedDate ConvertedAccountId"
    " ConvertedContactId ConvertedOpportunityId",
    "LeadHistory": "LeadId Field OldValue NewValue CreatedDate",
    "Opportunity": "RecordTypeId AccountId OwnerId CreatedById CreatedDate LastModifiedDate"
    " StageName Type Amount CurrencyIsoCode CloseDate IsClosed IsWon LeadSource",
    "OpportunityHistory": "OpportunityId StageName CreatedById CreatedDate",
    "OpportunityFieldHistory": "OpportunityId Field OldValue NewValue CreatedDate",
    "OpportunityContactRole": "OpportunityId ContactId Role CreatedDate LastModifiedDate",
    "OpportunityStage": "ApiName MasterLabel IsClosed IsWon",
    "OpportunityLineItem": "OpportunityId Product2Id ProductCode Quantity TotalPrice"
    " CurrencyIsoCode CreatedDate LastModifiedDate",
    "OpportunitySplit": "OpportunityId SplitOwnerId SplitTypeId SplitPercentage CreatedDate"
    " LastModifiedDate",
    "OpportunitySplitType": "MasterLabel DeveloperName",
    "Product2": "Name ProductCode",
    "CurrencyType": "IsoCode ConversionRate",
    "DatedConversionRate": "IsoCode StartDate NextStartDate ConversionRate",
    "Contract": "AccountId StartDate EndDate ContractTerm Status StatusCode CurrencyIsoCode ARR__c"
    " SBQQ__Opportunity__c Opportunity__c RenewalOf__c CreatedDate LastModifiedDate",
    "Territory2": "Name DeveloperName",
    "ObjectTerritory2Association": "ObjectId Territory2Id LastModifiedDate",
    "UserTerritory2Association": "UserId Territory2Id IsActive",
    "Task": "RecordTypeId OwnerId CreatedById WhoId WhatId AccountId ActivityDate"
    " CompletedDateTime CreatedDate LastModifiedDate Status IsClosed Type TaskSubtype CallType"
    " CallDisposition CallDurationInSeconds IsRecurrence RecurrenceActivityId",
    "Event": "RecordTypeId OwnerId CreatedById WhoId WhatId AccountId ActivityDate"
    " ActivityDateTime StartDateTime EndDateTime DurationInMinutes IsAllDayEvent IsChild"
    " GroupEventType IsRecurrence RecurrenceActivityId CreatedDate LastModifiedDate",
    "EventRelation": "EventId RelationId Status",
    "EmailMessage": "ActivityId ParentId RelatedToId CreatedById CreatedDate LastModifiedDate"
    " MessageDate Incoming Status",
    "Case": "MasterRecordId RecordTypeId AccountId OwnerId Status CreatedDate ClosedDate"
    " LastModifiedDate",
}
"""Every object that is read whatever the charter says, with its fields; `EVERYWHERE` besides. No
subject, description or body is among them, and no person's name or address but those of the
company's own users."""
EVERYWHERE = "Id IsDeleted SystemModstamp"
OWNERS_ONLY = dict.fromkeys(
    ("AccountHistory", "LeadHistory", "OpportunityFieldHistory"), "Field = 'Owner'"
)
"""Histories of which only changes of owner are read; what other fields held stays where it is."""
GROWING = ("Task", "Event", "EmailMessage")
"""What `--since` bounds. All else is fetched whole, because work points at records of any age."""
OFTEN_ABSENT = frozenset(
    [
        "isdeleted",
        "systemmodstamp",
        "currencyisocode",
        "masterrecordid",
        "recordtypeid",
        "managerid",
        "recurrenceactivityid",
        "isrecurrence",
        "groupeventtype",
        "ischild",
        "calldisposition",
        "statuscode",
        "apiname",
        "arr__c",
        "sbqq__opportunity__c",
        "opportunity__c",
        "renewalof__c",
        "productcode",
    ]
)
"""Fields, in small letters, that many orgs lack on some object, and whose absence tells nothing."""
_OF_A_STEP = (
    "CreatedDate CreatedById OwnerId LastModifiedDate WhoId WhatId AccountId OpportunityId LeadId"
)


@dataclass(eq=False)
class Wanted:
    """The fields of one object that are to be fetched, as the charter spells them."""

    fields: list[str] = field(default_factory=list)
    silent: set[str] = field(default_factory=set)
    """Those, in small letters, whose absence tells nothing."""
    where: str = ""

    def add(self, fields: Iterable[str], *, silent: bool = False) -> None:
        """Want more fields, each once, whatever its capitals."""
        for named in fields:
            # a record's type is stated by its id; what it is called is in an object of its own
            name = "RecordTypeId" if named.casefold() == "recordtype" else named
            if name.casefold() not in {known.casefold() for known in self.fields}:
                self.fields.append(name)
                if silent:
                    self.silent.add(name.casefold())
            elif not silent and name == named:
                self.silent.discard(name.casefold())


def wanted_of(charter: Charter) -> dict[str, Wanted]:
    """Every object that a load with this charter reads, with the fields it asks for.

    Beyond `OBJECTS` these are the columns in segments, inbound sources, `deals:`, rules for
    activities, and the steps and required fields of handoffs, custom objects included.
    """
    found = {name: Wanted() for name in OBJECTS}
    for name, fields in OBJECTS.items():
        found[name].add([*EVERYWHERE.split(), *fields.split()])
        found[name].silent |= OFTEN_ABSENT
        found[name].where = OWNERS_ONLY.get(name, "")
    spelled = {name.casefold(): name for name in found}

    def of(object_: str) -> Wanted:
        name = spelled.setdefault(object_.casefold(), object_)
        wanted = found.setdefault(name, Wanted())
        wanted.where = ""  # the charter has a use for more than changes of owner
        wanted.add([*EVERYWHERE.split(), *_OF_A_STEP.split()], silent=True)
        return wanted

    columns = [column for segment in charter.segments.values() for column in segment.where]
    columns += [*charter.inbound, *charter.deals.columns()]
    for column in columns:
        object_, _, name = column.partition(".")
        if object_ in ("Account", "Lead", "Opportunity") and name:
            found[object_].add([name])
    for rule in charter.activities.rules:
        for object_ in (rule.object,) if rule.object else ("Task", "Event"):
            found[object_].add(rule.where, silent=rule.object is None)
    for handoff in charter.handoffs:
        for step in handoff.steps().values():
            of(step.object).add(
                [*step.where, *(name for name in (step.field, step.reason) if name)]
            )
        for column in handoff.requires.values():
            object_, _, name = column.partition(".")
            of(object_).add([name] if name else [])
    return found
