"""What remit promises to do with a rule is done by code that names the rule."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pytest

from remit.cli.rules import Server, State, served, serving, state_of
from remit.rules import Intent, intents, rules

CODE = served()
"""All that names a rule, read from the code once."""


def unkept(promises: Iterable[Intent], serves: Mapping[str, tuple[Server, ...]]) -> list[str]:
    """Promises that nothing in the code keeps."""
    return [f"{i.rule} {i.part}" for i in promises if i.done and not serving(i, serves)]


def unheard_of(serves: Mapping[str, tuple[Server, ...]]) -> list[str]:
    """What serves a rule that no source states."""
    return [
        f"{server.where} names {rule}"
        for rule, servers in serves.items()
        for server in servers
        if rule not in rules()
    ]


def servers_of(rule: str, kind: str) -> list[str]:
    return [server.name for server in CODE.get(rule, ()) if server.kind == kind]


def test_every_promise_is_kept_by_code():
    assert unkept(intents(), CODE) == []


def test_a_promise_that_nothing_keeps_is_found():
    empty = [
        Intent("003-70", "operate", "operated", done=True),
        Intent("000-14", "audit", "measured", done=True),
    ]

    assert unkept(empty, {"000-14": CODE["000-14"]}) == ["003-70 operate"]


def test_a_benchmark_alone_keeps_no_promise_to_look():
    number = Server("text", "benchmark", "ae_prospecting_share", "benchmarks")

    assert unkept([Intent("000-14", "audit", "measured", done=True)], {"000-14": (number,)})
    assert not unkept([Intent("000-14", "text", "benchmark", done=True)], {"000-14": (number,)})


def test_nothing_serves_a_rule_that_no_source_states():
    assert unheard_of(CODE) == []


def test_what_serves_a_rule_that_no_source_states_is_found():
    stray = Server("audit", "audit check", "ae_hugs", "remit.audit.hugs.ae_hugs")

    assert unheard_of({"009-99": (stray,)}) == ["remit.audit.hugs.ae_hugs names 009-99"]


def test_an_audit_check_looks_as_it_was_meant_to():
    for intent in intents():
        if intent.part == "audit" and intent.done:
            ways = {server.how for server in serving(intent, CODE)}
            assert intent.how in ways, f"{intent.rule}: meant {intent.how}, is {ways}"


@pytest.mark.parametrize(
    ("rule", "kind", "name"),
    [
        ("000-23", "audit check", "sdr_ae_handoff"),
        ("000-22", "benchmark", "ae_prospecting_share"),
        ("003-28", "role", "SE"),
        ("004-08", "customer size", "smb"),
        ("003-51", "charter word", "sign_offs.before"),
        ("001-22", "charter word", "plans.components.release"),
        ("002-06", "fact", "reachable_accounts"),
        ("000-21", "measure", "meetings_set"),
    ],
)
def test_whatever_names_a_rule_is_found(rule, kind, name):
    assert name in servers_of(rule, kind)


def test_a_server_says_where_it_is():
    [check] = [s for s in CODE["000-15"] if s.kind == "audit check" and s.name == "csm_support"]

    assert (check.part, check.where) == ("audit", "remit.audit.support.csm_support")
    assert check.how == "measured"


def test_a_state_is_read_from_the_code_and_not_from_the_promise():
    said = Intent("003-70", "operate", "operated", done=True)

    assert state_of(said, {}) is State.NOT_YET
    assert state_of(Intent("000-14", "audit", "measured", done=False), CODE) is State.DONE
    assert state_of(Intent("003-07", "text", "context", done=False), CODE) is State.TEXT_ONLY
