"""An audit for programs."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import pytest

from remit.audit import Audit
from remit.report.machine import as_json
from remit.report.plain import plain
from remit.terms import Estimate


def read(text: str) -> Any:
    def refuse(word: str) -> None:
        raise AssertionError(word)

    return json.loads(text, parse_constant=refuse)


def test_the_whole_audit_is_there_under_the_names_of_its_fields(by_hand: Audit) -> None:
    document = read(as_json(by_hand))

    assert list(document)[:3] == ["remit", "format", "summary"]
    assert document["format"] == "audit/1"
    assert set(document) >= {field.name for field in dataclasses.fields(by_hand)}
    assert len(document["findings"]) == len(by_hand.findings)
    assert document["summary"]["worst"] == "red"
    assert document["summary"]["severities"] == {"red": 3, "amber": 1, "note": 1}
    assert document["summary"]["answers"]["could not look"] == 1


def test_words_days_and_paths_are_said_plainly(by_hand: Audit) -> None:
    document = read(as_json(by_hand))

    assert document["findings"][0]["severity"] == "red"
    assert document["over"] == {"first_day": "2025-11-01", "last_day": "2026-10-31", "days": 365}
    assert document["as_of"] == "2026-10-31"
    assert document["evidence_file"] == "example.remit"
    assert document["flows"][0]["counts"]["held"] == 727


def test_a_number_that_is_not_known_is_null(by_hand: Audit) -> None:
    unknown = dataclasses.replace(by_hand.findings[0], measured=Estimate(float("nan"), "share"))

    document = read(as_json(dataclasses.replace(by_hand, findings=(unknown,))))

    assert document["findings"][0]["measured"]["value"] is None


def test_hostile_words_are_only_words(hostile: Audit) -> None:
    assert read(as_json(hostile))["company"] == hostile.company


def test_counts_that_would_point_at_people_are_not_said(by_hand: Audit) -> None:
    few = dataclasses.replace(by_hand, in_two_roles=3, of_them_judged=0)

    document = read(as_json(few))

    assert document["in_two_roles"] is None
    assert document["of_them_judged"] == 0
    assert document["times"][0]["unlogged"] is None


def test_names_are_there_in_the_individual_view_only(by_hand: Audit, individual: Audit) -> None:
    assert read(as_json(by_hand))["names"] == {}
    assert read(as_json(individual))["names"]["p-1"] == "Robin Example"


def test_a_kind_without_words_is_an_error_and_not_a_guess() -> None:
    with pytest.raises(TypeError, match="has no words"):
        plain(object())
