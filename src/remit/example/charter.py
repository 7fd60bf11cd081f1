"""Writes the example company's charter and its dated people file."""

from __future__ import annotations

from pathlib import Path

from remit.example.company import Company
from remit.example.days import day_of
from remit.example.salesforce import write_table
from remit.example.staff import Staff

_TEXT = """\
# The charter of {name}: who owns what, and where the CRM records it.
# Read it aloud: every line should be something the CRO would sign.

company: {name}
currency: {currency}
time_zone: {time_zone}
week_hours: {week_hours:g}

# One row for each role a person held, with dates. A promotion is two rows.
people: people.csv

# Accounts fall into a segment by their number of employees.
segments:
{segments}

# `is:` names the kind of role; what it owns comes from there unless it is said here.
roles:
  sdr: {{is: SDR, segments: [enterprise, mid_market]}}
  ae: {{is: AE, segments: [enterprise, mid_market]}}
  se: {{is: SE, segments: [enterprise, mid_market]}}        # one pool for both segments
  csm:
    is: CSM
    owns: [onboarding, customer_success, renewal]
    assists: [expansion]
    segments: [enterprise, mid_market]
  am: {{is: AM, owns: [expansion], segments: [enterprise, mid_market]}}
  generalist:                                # small companies: one seller for everything
    is: AE/AM
    segments: [smb]
    owns:
      [prospecting, qualification, discovery, closing, onboarding, customer_success, renewal,
       expansion]
  sales_manager: {{is: sales manager}}
  cs_manager: {{is: sales manager}}            # leads the customer success managers
  vp_sales: {{is: VP Sales}}
  cro: {{is: CRO}}

outside: [support]      # done by the support desk, which is not in this charter
nobody: [deal_desk]     # nobody's own job here; account executives do it as they go

# What a job title says its holder is. The first pattern that fits decides.
titles:
  "Account Executive, SMB*": generalist
  "Account Executive*": ae
  "Account Manager*": am
  "Chief Revenue Officer*": cro
  "Customer Success Manager*": csm
  "Manager, Customer Success*": cs_manager
  "Manager, *": sales_manager
  "Sales Development*": sdr
  "Solutions Engineer*": se
  "VP Sales*": vp_sales

# What kind of deal an opportunity is, and what work its stage means.
deals:
  kind:
    field: Opportunity.Type
    new: [New Business]
    expansion: [Expansion]
    renewal: [Renewal]
  stages:
    Discovery: discovery
    Qualified: discovery
    Technical Validation: technical_validation
    Proposal: closing
    Negotiation: closing
    Expansion Identified: expansion
    Renewal Open: renewal              # opened a year ahead; work on it starts with the next stage
    Renewal Discussion: renewal
    Renewal Negotiation: renewal

# Lead sources that are somebody asking to talk.
inbound:
  Lead.LeadSource: [Web Request, Content Download, Demo Request]

# Users that are software.
not_people: ["Marketing Integration*"]

# How activities are read. Rules are tried in this order, before anything else is looked at.
activities:
  rules:
    - name: internal_meetings
      object: Event
      where: {{Subject: ["1:1*", "Team meeting*", "Pipeline review*"]}}
      is: internal
    - {{name: sequence_lists, object: Task, where: {{TaskSubtype: ListEmail}}, automated: true}}
    - {{name: sequence_steps, object: Task, where: {{Type: Sequence}}, automated: true}}
    - name: deal_desk_work
      object: Task
      where: {{Subject: ["Pricing approval*", "Order form*", "Redlines*"]}}
      is: deal_desk
  minutes:              # only where the CRM has no duration
    email: {{typical: 5, from: 2, to: 10}}
    call: {{typical: 4, from: 1, to: 8}}
    task: {{typical: 5, from: 1, to: 15}}

# The SDR books a Discovery Meeting in the AE's calendar. The AE holds it, then accepts or
# rejects it; the opportunity is made on acceptance and moves to Qualified if it is one.
handoffs:
  - name: qualified_meeting
    from: sdr
    to: ae
    at: discovery
    offered: {{object: Event, where: {{Type: Discovery Meeting}}}}
    held: {{object: Event, where: {{Type: Discovery Meeting}}, field: Meeting_Held__c}}
    accepted: {{object: Opportunity, field: SAO_Date__c}}
    rejected:
      object: Event
      where: {{Type: Discovery Meeting}}
      field: Rejected_Date__c
      reason: Rejection_Reason__c
    converted: {{object: Opportunity, stage: Qualified}}
    requires:
      company_background: Account.Description
      pain_points: Opportunity.Pain__c
      stakeholders: OpportunityContactRole
      trigger: Opportunity.Trigger__c
    decide_within: 1 business day

# No behaviour of fewer people than this is shown.
privacy: {{minimum_group: 5}}
"""


def charter_text(company: Company) -> str:
    """The charter as YAML."""
    lines = []
    top = max(segment.at_least for segment in company.segments)
    bottom = min(segment.at_least for segment in company.segments)
    for segment in company.segments:
        bounds = []
        if segment.at_least > bottom:
            bounds.append(f"at_least: {segment.at_least}")
        if segment.at_least < top:
            bounds.append(f"below: {segment.below}")
        technical = ", technical_sale: true" if segment.technical > 0 else ""
        lines.append(
            f"  {segment.name}: {{where: {{employees: {{{', '.join(bounds)}}}}}{technical}}}"
        )
    return _TEXT.format(
        name=company.name,
        currency=company.currency,
        time_zone=company.time_zone,
        week_hours=company.work.week_hours,
        segments="\n".join(lines),
    )


def write_people(staff: Staff, path: Path) -> int:
    """Write the dated people file; people outside the charter are not in it."""
    rows = []
    for person in staff.people:
        for spell in person.spells:
            if spell.role:
                boss = "" if spell.manager is None else staff.people[spell.manager].email
                last = "" if spell.last is None else day_of(spell.last).isoformat()
                rows.append(
                    (person.email, spell.role, spell.segment or "", spell.team, boss, "1",
                     day_of(spell.first).isoformat(), last)
                )  # fmt: skip
    header = ("person", "role", "segment", "team", "manager", "share", "from", "to")
    return write_table(path, header, rows)
