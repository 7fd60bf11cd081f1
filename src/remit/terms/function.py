"""The kinds of work in the revenue cycle."""

from __future__ import annotations

from enum import StrEnum


class Function(StrEnum):
    """The kinds of work in the revenue cycle: a closed list."""

    PROSPECTING = "prospecting"
    QUALIFICATION = "qualification"
    DISCOVERY = "discovery"
    TECHNICAL_VALIDATION = "technical_validation"
    DEAL_DESK = "deal_desk"
    CLOSING = "closing"
    ONBOARDING = "onboarding"
    CUSTOMER_SUCCESS = "customer_success"
    SUPPORT = "support"
    RENEWAL = "renewal"
    EXPANSION = "expansion"
    MANAGEMENT = "management"
    INTERNAL = "internal"
