"""The boundaries between roles: a segment's structure is one answer at each of them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

Boundary = Literal[
    "sdr_ae",
    "sdr_bdr",
    "ae_se",
    "ae_deal_desk",
    "ae_am",
    "am_csm",
    "renewal_owner",
    "csm_support",
]

ANSWERS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "sdr_ae": ("joined", "split", "split_by_motion"),
        "sdr_bdr": ("one", "separate"),
        "ae_se": ("joined", "assisted", "split"),
        "ae_deal_desk": ("joined", "split"),
        "ae_am": ("joined", "split_at_close", "split_at_first_renewal"),
        "am_csm": ("joined", "split", "csm_only"),
        "renewal_owner": ("AE", "AM", "CSM"),
        "csm_support": ("joined", "split"),
    }
)
"""Boundary to the answers it can have."""
