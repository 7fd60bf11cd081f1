"""`remit params`: each open word of a source, and the number that stands for it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

import remit.audit
import remit.measures
from remit.benchmarks import benchmarks, with_overrides
from remit.cli.params import override, params, run_params
from remit.decide.signals import SIGNALS
from remit.terms import RemitError, Standing


def test_every_word_that_is_pinned_down_is_listed_with_its_number(capsys):
    run_params(None, as_json=False)

    printed = capsys.readouterr().out
    for name, found in params().items():
        assert f'"{found.word}"' in printed
        assert name in printed
    assert "under 100 %" in printed
    assert "ae_prospecting_share" not in printed


@pytest.mark.parametrize("name", ["low_nrr", "Low NRR"])
def test_one_is_told_by_its_name_or_its_word_with_how_to_override_it(capsys, name):
    run_params(name, as_json=False)

    printed = capsys.readouterr().out
    assert "The word is from: The hunter, farmer or generalist decision guide" in printed
    assert "it is remit's, not the source's" in printed
    assert 'benchmarks: {low_nrr: {value: 1, because: "..."}}' in printed


@pytest.mark.parametrize("name", params())
def test_the_line_that_overrides_one_does_so(name):
    stated = yaml.safe_load(override(params()[name]))["benchmarks"]

    numbers = with_overrides(stated, company="Acme")

    assert numbers[name].values[-1].source.standing is Standing.POLICY


DECIDING = {cut.benchmark for signal in SIGNALS.values() for cut in signal.cuts}
AUDITING = "".join(
    file.read_text("utf-8")
    for package in (remit.audit, remit.measures)
    for file in Path(package.__path__[0]).glob("*.py")
)
"""What looks at evidence, as text: a number that no check names decides nothing there."""


@pytest.mark.parametrize("name", params())
def test_a_number_in_a_words_place_is_a_convention_with_a_caveat_and_decides_something(name):
    found = params()[name]

    assert found.values[-1].source.standing is Standing.CONVENTION
    assert found.caveat
    assert name in DECIDING or f'"{name}"' in AUDITING


def test_as_json_a_parameter_has_its_word_default_unit_and_source(capsys):
    run_params("saturated_share", as_json=True)

    (found,) = json.loads(capsys.readouterr().out)["params"]
    assert (found["word"], found["default"], found["unit"]) == ("saturated", 0.8, "share")
    assert found["source"]["rule"] == "002-06"


def test_a_benchmark_whose_source_gives_the_number_is_no_parameter():
    assert not benchmarks()["nrr"].word

    with pytest.raises(RemitError, match="remit benchmarks nrr"):
        run_params("nrr", as_json=False)


def test_a_name_that_is_none_is_told_with_the_nearest():
    with pytest.raises(RemitError, match="low_nrr"):
        run_params("low_nr", as_json=False)
