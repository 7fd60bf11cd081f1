"""Ten segments from the sources, each stated in a charter, and what is recommended for it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
import yaml

from remit.decide import decide
from remit.rules import rules

VIGNETTES = yaml.safe_load(Path(__file__).with_name("vignettes.yaml").read_text("utf-8"))
CHARTER = {"company": "Acme", "currency": "USD", "roles": {"ae": {"is": "AE"}, "am": {"is": "AM"}}}


@pytest.fixture
def decided(charter):
    def run(vignette):
        stated = {**CHARTER, "segments": {"the_one": vignette["segment"]}}
        found = decide(charter(yaml.safe_dump(stated)), day=date(2026, 12, 31), draws=200)
        return found.segments[0]

    return run


def test_there_are_ten_and_each_cites_its_rules():
    assert len(VIGNETTES) == 10
    assert all(set(vignette["rules"]) <= set(rules()) for vignette in VIGNETTES)


@pytest.mark.parametrize("vignette", VIGNETTES, ids=lambda v: v["name"])
def test_each_boundary_gets_the_answer_of_the_sources(vignette, decided):
    segment = decided(vignette)
    assert {q: segment.at(q).answer for q in vignette["answers"]} == vignette["answers"]


@pytest.mark.parametrize("vignette", VIGNETTES, ids=lambda v: v["name"])
def test_the_reason_and_the_path_are_told_in_words(vignette, decided):
    recommendation = decided(vignette).at("ae_am").branches[0].recommendation
    deciding = next(o for o in recommendation.opinions if o.standing == "decided")
    assert recommendation.because == vignette["because"]
    assert " > ".join(step.says for step in deciding.verdict.path) == vignette["path"]


@pytest.mark.parametrize(
    "vignette", [v for v in VIGNETTES if "agrees" in v or "outvoted" in v], ids=lambda v: v["name"]
)
def test_the_other_framework_is_heard(vignette, decided):
    opinions = decided(vignette).at("ae_am").branches[0].recommendation.opinions
    for standing in ("agrees", "outvoted"):
        said = [opinion.framework for opinion in opinions if opinion.standing == standing]
        assert said == vignette.get(standing, [])
    assert all(opinion.why for opinion in opinions if opinion.standing == "outvoted")
