"""What people did, in numbers: one file a subject.

`work` says what each activity was for; `time` turns that into shares of a role's time;
`handoffs`, `credits` and `deals` follow records from hand to hand. Tables are Ibis expressions
until numbers leave them. To add a measure, add a function to its subject. That is all.
"""

from remit.measures.credits import Concurrency, people_in_two_roles
from remit.measures.deals import (
    LeadFunnel,
    Share,
    lead_funnel,
    technical_deals,
    tickets_worked,
    unsourced_deals,
)
from remit.measures.diary import DiaryTime, SaidTime, TwoShares, diary_by_role, side_by_side
from remit.measures.handoffs import (
    HandoffFlow,
    Handover,
    Rate,
    handoff_flows,
    handovers_between_people,
    handovers_of_work,
)
from remit.measures.roles import SELLING, Held, open_for, roles_held
from remit.measures.time import (
    FunctionTime,
    MonthPoint,
    PersonTime,
    RoleTime,
    minimum_group,
    time_by_role,
)
from remit.measures.work import UNKNOWN, profile_of_work, work, work_by_week

__all__ = [
    "SELLING",
    "UNKNOWN",
    "Concurrency",
    "DiaryTime",
    "FunctionTime",
    "HandoffFlow",
    "Handover",
    "Held",
    "LeadFunnel",
    "MonthPoint",
    "PersonTime",
    "Rate",
    "RoleTime",
    "SaidTime",
    "Share",
    "TwoShares",
    "diary_by_role",
    "handoff_flows",
    "handovers_between_people",
    "handovers_of_work",
    "lead_funnel",
    "minimum_group",
    "open_for",
    "people_in_two_roles",
    "profile_of_work",
    "roles_held",
    "side_by_side",
    "technical_deals",
    "tickets_worked",
    "time_by_role",
    "unsourced_deals",
    "work",
    "work_by_week",
]
