"""`remit roles` and `remit benchmarks`: the catalogues as people and programs read them."""

from __future__ import annotations

import json

import pytest

from remit.benchmarks import benchmarks
from remit.charter.catalogue import role_kinds, tool_kinds
from remit.cli.benchmarks import run_benchmarks
from remit.cli.roles import run_roles
from remit.compensation.measures import measured
from remit.rules import disagreements
from remit.terms import RemitError


@pytest.fixture(params=[80, 100])
def told(request, monkeypatch, capsys):
    """What a command prints on a screen, with no line wider than it."""
    monkeypatch.setenv("COLUMNS", str(request.param))

    def run(command, *words, **options) -> str:
        command(*words, **{"as_json": False, **options})
        printed = capsys.readouterr().out
        assert max(map(len, printed.splitlines())) <= request.param
        return printed

    return run


def flat(printed: str) -> str:
    """Words without the lines they were broken into."""
    return " ".join(printed.replace("\N{NO-BREAK SPACE}", " ").split())


# Roles


def test_the_list_shows_all_twelve_roles_and_where_measures_and_tools_are(told):
    printed = told(run_roles, None)

    assert len(role_kinds()) == 12
    for kind in role_kinds():
        assert f"\n{kind} " in printed
    assert "measures that people can be paid on and the kinds of tools" in flat(printed)


@pytest.mark.parametrize("kind", role_kinds())
def test_one_role_is_told_with_all_that_the_catalogue_says_of_it(told, kind):
    role, printed = role_kinds()[kind], flat(told(run_roles, kind))

    assert printed.startswith(kind)
    for said in (role.about, role.entry, role.output, *(duty.does for duty in role.duties)):
        assert flat(said) in printed
    for name in (*role.kpis, *role.bands, *role.ramp, *role.tools, *role.rules, *role.also):
        assert name in printed
    assert role.first_hire is None or flat(role.first_hire.when) in printed
    assert "remit's own" in printed


def test_a_healthy_band_is_told_with_its_number_and_its_source(told):
    printed = flat(told(run_roles, "AE"))

    assert "healthy 6 to 8 people [benchmark 003-43]" in printed
    assert "Kushal Magar" in printed


@pytest.mark.parametrize(
    ("called", "kind"),
    [
        ("ae", "AE"),
        ("Account Executive", "AE"),
        ("Senior Account Manager", "AM"),
        ("vp sales", "VP Sales"),
        ("Head of Customer Success", "sales manager"),
        ("csm/am", "CSM/AM"),
    ],
)
def test_a_role_is_found_by_its_kind_in_any_case_and_by_a_usual_title(capsys, called, kind):
    run_roles(called, as_json=True)

    assert json.loads(capsys.readouterr().out)["roles"][0]["kind"] == kind


def test_a_role_that_is_none_is_answered_with_the_nearest():
    with pytest.raises(RemitError, match='Did you mean "SDR"'):
        run_roles("SDRR", as_json=False)


def test_programs_get_roles_measures_and_tools(capsys):
    run_roles(None, as_json=True)

    document = json.loads(capsys.readouterr().out)
    assert document["format"] == "roles/1"
    assert [role["kind"] for role in document["roles"]] == list(role_kinds())
    assert [measure["name"] for measure in document["measures"]] == list(measured())
    assert document["tools"] == dict(tool_kinds())


# Benchmarks


def test_the_list_shows_every_benchmark_under_the_role_it_is_for(told):
    printed = told(run_benchmarks, None)

    for name in benchmarks():
        assert f"\n{name} " in printed
    assert printed.index("\nBDR ") < printed.index("\nramp_bdr ") < printed.index("\nSDR ")
    assert f"{len(benchmarks())} benchmarks." in printed


def test_a_level_is_told_with_its_unit_and_the_side_that_is_trouble(told):
    printed = flat(told(run_benchmarks, None))

    assert "ae_prospecting_share amber above 20 %, red above" in printed
    assert "sdr_ae_acceptance red below 40 % benchmark 000-23" in printed
    assert "field_acv 50,000 USD benchmark 003-27" in printed


def test_one_benchmark_is_told_with_its_source_its_caveat_and_who_disagrees(capsys):
    run_benchmarks("ae_prospecting_share", as_json=False)

    printed = flat(capsys.readouterr().out)
    benchmark = benchmarks()["ae_prospecting_share"]
    assert benchmark.values[-1].source.title in printed
    assert flat(benchmark.caveat) in printed
    assert all(flat(found.about) in printed for found in disagreements("000-14"))
    assert "benchmarks: {ae_prospecting_share: {red: ..., because: ...}}" in printed


def test_a_benchmark_that_nobody_contradicts_names_nobody(capsys):
    run_benchmarks("week_hours", as_json=False)

    assert "disagrees" not in capsys.readouterr().out


def test_a_benchmark_that_is_none_is_answered_with_the_nearest():
    with pytest.raises(RemitError, match='Did you mean "span_aes"'):
        run_benchmarks("span_ae", as_json=False)


def test_programs_get_every_benchmark_with_its_values(capsys):
    run_benchmarks(None, as_json=True)

    document = json.loads(capsys.readouterr().out)
    assert document["format"] == "benchmarks/1"
    assert [one["name"] for one in document["benchmarks"]] == list(benchmarks())
    share = next(one for one in document["benchmarks"] if one["name"] == "ae_prospecting_share")
    assert share["values"][0]["red"] == 0.25
    assert share["disagreements"]
