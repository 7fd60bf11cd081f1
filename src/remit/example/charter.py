"""Writes the example company's charter and its dated people file."""

from __future__ import annotations

from pathlib import Path

from remit.example.company import Company, Segment, Team
from remit.example.days import day_of
from remit.example.staff import Staff
from remit.example.tables import write_table

_HEAD = """\
# The charter of {name}: who owns what, and where the CRM records it.
# Read it aloud: every line should be something the CRO would sign.

company: {name}
currency: {currency}
time_zone: {time_zone}
week_hours: {week_hours:g}
stage: later

# One row for each role a person held, with dates. A promotion is two rows. Nothing here says how
# many people hold a role: it is counted from that file.
people: people.csv

# Accounts fall into a segment by their number of employees. A fact says who knows it; what nobody
# knows is not there.
segments:
"""

_SEGMENT = """\
  {name}:
    where: {{employees: {{{bounds}}}}}
    size: {name}
    technical_sale: {technical}
    acv: {acv}
    sales_cycle: {cycle} days
    first_term: {term} months
    facts:
      landed_value: {{value: {acv}, source: contracts, on: {day}}}
      grr: {{value: {grr}, source: finance, on: {day}}}
      inbound_share: {{value: {inbound}, source: CRM, on: {day}}}
"""

_ROLES = """
# `is:` names the kind of role; what it owns comes from there unless it is said here.
roles:
  sdr:
    is: SDR
    segments: [enterprise, mid_market]
    kpis: [accepted_meetings, acceptance_rate, meeting_conversion]
    plan: sdr
    tools: [crm, sales_engagement, enrichment, social_selling]
    reports_to: sales_manager
    ramp: 90 days
  ae:
    is: AE
    segments: [enterprise, mid_market]
    kpis: [new_arr, win_rate, pipeline_coverage]
    plan: ae
    tools: [crm, video, conversation_intelligence, e_signature, enrichment]
    reports_to: sales_manager
    ramp: 180 days
  se:                                        # one pool for both segments
    is: SE
    segments: [enterprise, mid_market]
    kpis: [technical_wins]
    plan: se
    tools: [crm, demo, rfp, video, conversation_intelligence]
    reports_to: vp_sales
    ramp: 90 days
  csm:
    is: CSM
    owns: [onboarding, customer_success, renewal]
    assists: [expansion]                     # hears of more, and tells the account manager
    segments: [enterprise, mid_market]
    kpis: [grr, renewed_arr, retention_indicator_reached]
    plan: csm
    tools: [crm, customer_success_platform, product_analytics]
    reports_to: cs_manager
    ramp: 90 days
  am:
    is: AM
    owns: [expansion]
    segments: [enterprise, mid_market]
    kpis: [expansion_arr, pipeline_created]
    plan: am
    tools: [crm, video, conversation_intelligence, e_signature, customer_success_platform]
    reports_to: vp_sales
    ramp: 120 days
  generalist:                                # small companies: one seller for everything
    is: AE/AM
    segments: [smb]
    owns:
      [prospecting, qualification, discovery, closing, onboarding, customer_success, renewal,
       expansion]
    works: inside
    kpis: [new_arr, net_expansion_arr, pipeline_created]
    plan: generalist
    tools: [crm, sales_engagement, enrichment, video, e_signature]
    reports_to: sales_manager
    ramp: 90 days
  sales_manager:
    is: sales manager
    kpis: [team_attainment, reps_at_quota, forecast_accuracy]
    plan: sales_leaders
    tools: [crm, forecasting, conversation_intelligence, business_intelligence]
    reports_to: vp_sales
    ramp: 120 days
  cs_manager:                                # leads the customer success managers
    is: sales manager
    kpis: [grr, nrr, coaching_sessions_held]
    plan: success_leaders
    tools: [crm, forecasting, conversation_intelligence, business_intelligence]
    reports_to: cro
    ramp: 120 days
  vp_sales:
    is: VP Sales
    kpis: [new_arr, forecast_accuracy]
    plan: sales_leaders
    tools: [crm, forecasting, business_intelligence, commissions]
    reports_to: cro
  cro:
    is: CRO
    kpis: [total_revenue, nrr]
    plan: heads
    tools: [crm, forecasting, business_intelligence]

outside: [support]      # done by the support desk, which is not in this charter
nobody:
  deal_desk: {}                                   # account executives do it as they go
  technical_validation: {segments: [smb]}         # small companies try it by themselves

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

# The teams that the people file speaks of. Engineers and account managers are lent to the lines.
teams:
"""

_RECORDS = """
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
  next_step: Opportunity.NextStep      # only whether something stands there is ever kept
  forecast:                            # the export says Forecast where the screen says Commit
    field: Opportunity.ForecastCategory
    commit: [Commit, Forecast]
    best_case: [Best Case, BestCase]
    pipeline: [Pipeline]
    omitted: [Omitted]
  framework:                           # MEDDPICC
    metrics: Opportunity.Metrics__c
    economic_buyer: Opportunity.Economic_Buyer__c
    decision_criteria: Opportunity.Decision_Criteria__c
    decision_process: Opportunity.Decision_Process__c
    champion: Opportunity.Champion__c
  proof_of_concept: {field: Opportunity.POC_Start__c}

# Lead sources that are somebody asking to talk.
inbound:
  Lead.LeadSource: [Web Request, Content Download, Demo Request]

# Users that are software.
not_people: ["Marketing Integration*"]

# How activities are read. Rules are tried in this order, before anything else is looked at.
activities:
  rules:
    - {name: one_to_ones, object: Event, where: {Subject: "1:1*"}, is: internal}
    - {name: pipeline_reviews, object: Event, where: {Subject: "Pipeline review*"}, is: internal}
    - {name: team_meetings, object: Event, where: {Subject: "Team meeting*"}, is: internal}
    - name: business_reviews
      object: Event
      where: {Subject: "Quarterly business review*"}
      is: customer_success
    - {name: sequence_lists, object: Task, where: {TaskSubtype: ListEmail}, automated: true}
    - {name: sequence_steps, object: Task, where: {Type: Sequence}, automated: true}
    - name: deal_desk_work
      object: Task
      where: {Subject: ["Pricing approval*", "Order form*", "Redlines*"]}
      is: deal_desk
  minutes:              # only where the CRM has no duration
    email: {typical: 5, from: 2, to: 10}
    call: {typical: 4, from: 1, to: 8}
    task: {typical: 5, from: 1, to: 15}

handoffs:
  # The SDR books a Discovery Meeting in the AE's calendar. The AE holds it, then accepts or
  # rejects it; the opportunity is made on acceptance and moves to Qualified if it is one.
  - name: qualified_meeting
    from: sdr
    to: ae
    at: discovery
    offered: {object: Event, where: {Type: Discovery Meeting}}
    held: {object: Event, where: {Type: Discovery Meeting}, field: Meeting_Held__c}
    accepted: {object: Opportunity, field: SAO_Date__c}
    rejected:
      object: Event
      where: {Type: Discovery Meeting}
      field: Rejected_Date__c
      reason: Rejection_Reason__c
    converted: {object: Opportunity, stage: Qualified}
    requires:
      company_background: Account.Description
      pain_points: Opportunity.Pain__c
      stakeholders: OpportunityContactRole
      trigger: Opportunity.Trigger__c
    decide_within: 1 business day
    document: Discovery summary
  # The others leave no record of their own in this CRM, but for the stage of the deal. What the
  # record does not tell is not looked at.
  - from: ae
    to: se
    at: technical_validation
    returns: true
    document: Technical brief
    workflow: Ask an engineer
    decide_within: 2 business days
  - name: won_deal
    from: ae
    to: csm
    at: onboarding
    requires: &welcome
      purchased_products: Opportunity.Name
      key_contacts: OpportunityContactRole
      stated_goals: Opportunity.Pain__c
    decide_within: 2 business days
    document: Welcome document
    workflow: Won to welcome
  - name: account_to_grow
    from: ae
    to: am
    at: expansion
    account_age: first_term
    requires: *welcome
    decide_within: 5 business days
    document: Account plan
    workflow: Won to account plan
  - {name: chance_to_sell_more, from: csm, to: am, at: expansion, document: Account plan,
     workflow: More to sell, decide_within: 5 business days}

# No legal review before an engineer has said that it can work.
sign_offs:
  - by: se
    of: That the customer's own systems can send what our reports need.
    before: Legal review
    segments: [enterprise, mid_market]

# What a customer does early who will stay. Half of a seller's commission waits for it, so it is
# read from the product and not from a conversation: a reading of active users each month, beside
# one of licensed users.
retention_indicators:
  half_the_seats:
    about: Half of the licensed users are active.
    field: usage.active_users
    at_least: 50%
    within: 90 days
    share_of_customers: 70%

# A customer has something of the product once a few of its people use it.
first_value: {metric: active_users, at_least: 3}
"""

_PAY = """
# What people are paid for. A plan pays for what its role owns. Tiers are marginal: passing the
# quota changes what comes after it and nothing before.
plans:
  # A meeting counts once the account executive accepts it. Finance sets the number in meetings
  # held, by segment (finance/quotas.csv); three of four of those are accepted.
  sdr:
    ote: 80000
    pay_mix: 70/30                     # 6,000 a quarter
    components:
      meetings: {pays_on: accepted_meetings, quota: 15, each: 400, weight: 100%}
    ramp: {quota: [50%, 100%]}
    signed: true

  # A plan has one quota for all who are on it: this one is the mean of 240,000 in enterprise and
  # 135,000 in the mid-market (finance/quotas.csv).
  ae:
    ote: 180000
    pay_mix: 50/50                     # 22,500 a quarter
    components:
      new_business:
        pays_on: new_arr
        quota: 180000
        weight: 100%
        tiers: [{from: 0%, rate: 12.5%}, {from: 100%, rate: 17.5%}, {from: 150%, rate: 20%}]
    release: &half_waits
      - {at: signing, share: 50%}
      - {at: retention_indicator, share: 50%, indicator: half_the_seats, within: 90 days}
    ramp: {quota: [0%, 50%, 100%]}
    signed: true

  # Left alone, a seller with customers drifts to the customers. So new names have their own quota
  # and the higher rate, and they open the accelerator on everything else.
  generalist:
    ote: 84000
    pay_mix: 70/30                     # 6,300 a quarter
    components:
      new_names:
        pays_on: new_arr
        quota: 24000
        weight: 80%
        tiers: [{from: 0%, rate: 21%}, {from: 100%, rate: 28%}]
      own_customers:
        pays_on: net_expansion_arr
        quota: 9000
        weight: 10%
        tiers: [{from: 0%, rate: 7%}, {from: 100%, rate: 10%}]
        gates: [{component: new_names, at_least: 100%, opens: accelerators}]
      live:                            # nobody else looks after these customers
        kind: bonus
        pays_on: adoption
        weight: 10%
        points: [{at: 30%, pays: 0%}, {at: 60%, pays: 100%}]
    release: *half_waits
    ramp: {quota: [50%, 100%]}
    signed: true

  am:
    ote: 120000
    pay_mix: 80/20                     # 6,000 a quarter
    components:
      growth:
        pays_on: expansion_arr
        quota: 60000
        weight: 100%
        tiers: [{from: 0%, rate: 10%}, {from: 100%, rate: 14%}]
    signed: true

  # The mean of 480,000 to renew in enterprise and 330,000 in the mid-market.
  csm:
    ote: 110000
    pay_mix: 80/20
    components:
      renewals:
        kind: bonus
        pays_on: renewed_arr
        quota: 405000
        weight: 50%
        points: [{at: 80%, pays: 0%}, {at: 100%, pays: 100%}, {at: 110%, pays: 150%}]
      live:
        kind: bonus
        pays_on: adoption
        weight: 20%
        points: [{at: 30%, pays: 0%}, {at: 60%, pays: 100%}]
      keeping:
        kind: bonus
        pays_on: grr
        weight: 30%
        points: [{at: 80%, pays: 0%}, {at: 90%, pays: 100%}, {at: 95%, pays: 130%}]
    signed: true

  se:
    ote: 160000
    pay_mix: 80/20
    components:
      wins: {kind: bonus, pays_on: technical_wins, quota: 8, weight: 100%,
             points: [{at: 50%, pays: 0%}, {at: 100%, pays: 100%}, {at: 130%, pays: 130%}]}
    signed: true

  # A leader is paid for the team.
  sales_leaders:
    ote: 190000
    pay_mix: 60/40
    components:
      team: {kind: bonus, pays_on: team_attainment, weight: 100%, credit: {to: team},
             points: [{at: 60%, pays: 0%}, {at: 100%, pays: 100%}, {at: 130%, pays: 160%}]}
    signed: true
  success_leaders:
    ote: 160000
    pay_mix: 75/25
    components:
      keeping: {kind: bonus, pays_on: grr, weight: 60%, credit: {to: team},
                points: [{at: 80%, pays: 0%}, {at: 90%, pays: 100%}]}
      growing: {kind: bonus, pays_on: nrr, weight: 40%, credit: {to: team},
                points: [{at: 95%, pays: 0%}, {at: 110%, pays: 100%}]}
    signed: true
  heads:                               # down: what was won; across: what stayed; both are needed
    ote: 340000
    pay_mix: 60/40
    period: year
    components:
      growth_that_stays:
        kind: matrix
        weight: 100%
        rows: {measure: team_attainment, from: [0%, 80%, 100%]}
        columns: {measure: nrr, from: [0%, 100%, 110%]}
        pays: [[0%, 20%, 40%], [40%, 70%, 90%], [70%, 100%, 140%]]
        credit: {to: team}
    signed: true

# What a seat costs a year.
tools:
  crm: {is: crm, per_seat: 1800}
  sales_engagement: {is: sales_engagement, per_seat: 1200}
  enrichment: {is: enrichment, per_seat: 900}
  social_selling: {is: social_selling, per_seat: 1000}
  video: {is: video, per_seat: 180}
  conversation_intelligence: {is: conversation_intelligence, per_seat: 1400}
  e_signature: {is: e_signature, per_seat: 360}
  customer_success_platform: {is: customer_success_platform, per_seat: 2200}
  product_analytics: {is: product_analytics, per_seat: 600}
  demo: {is: demo, per_seat: 2000}
  rfp: {is: rfp, per_seat: 1500}
  forecasting: {is: forecasting, per_seat: 1600}
  business_intelligence: {is: business_intelligence, per_seat: 700}
  commissions: {is: commissions, per_seat: 400}

# Meetings that are held whatever the quarter looks like.
cadences:
  - {is: one_to_one, by: sales_manager, every: 1 week, seen_in: one_to_ones}
  - {is: one_to_one, by: cs_manager, with: csm, every: 1 week, seen_in: one_to_ones}
  - {is: pipeline_review, by: sales_manager, with: ae, every: 1 week, framework: MEDDPICC,
     seen_in: pipeline_reviews}
  - {is: pipeline_review, by: sales_manager, with: generalist, every: 1 week, framework: BANT,
     seen_in: pipeline_reviews}
  - {is: forecast_call, by: vp_sales, with: sales_manager, every: 1 week}
  - {is: business_review, by: csm, with: customers, every: 1 quarter, seen_in: business_reviews}

# No behaviour of fewer people than this is shown.
privacy: {minimum_group: 5}
"""

_LENT = ("se", "am")
"""Roles whose teams work with the line teams of their segments."""


def charter_text(company: Company) -> str:
    """The charter as YAML."""
    head = _HEAD.format(
        name=company.name,
        currency=company.currency,
        time_zone=company.time_zone,
        week_hours=company.work.week_hours,
    )
    segments = "".join(_segment_text(company, segment) for segment in company.segments)
    teams = "".join(_team_text(team) for team in company.teams if team.role)
    return f"{head}{segments}{_ROLES}{teams}{_RECORDS}{_PAY}"


def _segment_text(company: Company, segment: Segment) -> str:
    """A segment, with what its company would know of it: the expected cycle, term and retention."""
    bounds = []
    if segment.at_least > min(other.at_least for other in company.segments):
        bounds.append(f"at_least: {segment.at_least}")
    if segment.at_least < max(other.at_least for other in company.segments):
        bounds.append(f"below: {segment.below}")
    skipped = (1 - segment.technical) * segment.stage_days["Technical Validation"]
    years = sum(months * share for months, share in segment.term_months.items()) / 12
    return _SEGMENT.format(
        name=segment.name,
        bounds=", ".join(bounds),
        technical=str(segment.technical > 0).lower(),
        acv=round(segment.arr),
        cycle=round(sum(segment.stage_days.values()) - skipped),
        term=max(segment.term_months, key=lambda months: segment.term_months[months]),
        grr=round((1 - segment.churn) ** (1 / years), 2),
        inbound=company.inbound,
        day=company.last_day,
    )


def _team_text(team: Team) -> str:
    where = ["enterprise", "mid_market"] if team.role in _LENT else [team.segment or ""]
    said = ["is: overlay"] if team.role in _LENT else []
    said += [f"segments: [{', '.join(where)}]"] if any(where) else []
    return f"  {team.name}: {{{', '.join(said)}}}\n"


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
