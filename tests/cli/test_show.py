"""`remit show`: what it prints, what it writes, and what it says of a segment that is not there."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from xml.etree import ElementTree

import pytest

from remit.charter import Charter
from remit.cli.show import run_show
from remit.terms import RemitError

DAY = date(2026, 9, 1)
TEXT = """
    company: Acme
    segments: {enterprise: {}, smb: {}}
    roles: {sdr: {is: SDR, segments: [enterprise]}, ae: {is: AE}}
"""
Reads = Callable[..., Charter]


def test_it_draws_on_the_screen_and_writes_what_is_asked_for(
    charter: Reads, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    svg, html = tmp_path / "new" / "org.svg", tmp_path / "org.html"

    run_show(charter(TEXT), None, svg, html, False, DAY)

    shown = capsys.readouterr().out
    assert "Acme: enterprise" in shown
    assert "Acme: smb" in shown
    assert f"SVG: {svg}" in shown.replace("\n", "")
    assert ElementTree.parse(svg).getroot().tag.endswith("svg")
    assert html.read_text("utf-8").startswith("<!doctype html>")
    assert sorted(file.name for file in svg.parent.iterdir()) == ["org.svg"]


def test_one_segment_is_drawn_where_one_is_named(
    charter: Reads, capsys: pytest.CaptureFixture[str]
) -> None:
    run_show(charter(TEXT), "smb", None, None, False, DAY)

    shown = capsys.readouterr().out
    assert "Acme: smb" in shown
    assert "enterprise" not in shown


def test_json_is_printed_alone(charter: Reads, capsys: pytest.CaptureFixture[str]) -> None:
    run_show(charter(TEXT), None, None, None, True, DAY)

    told = json.loads(capsys.readouterr().out)
    assert [drawing["segments"] for drawing in told["drawings"]] == [["enterprise"], ["smb"]]


def test_an_unknown_segment_is_refused_with_the_nearest_and_nothing_is_written(
    charter: Reads, tmp_path: Path
) -> None:
    with pytest.raises(RemitError) as error:
        run_show(charter(TEXT), "enterprize", tmp_path / "org.svg", None, False, DAY)

    assert 'Did you mean "enterprise"? Segments: enterprise, smb.' in str(error.value)
    assert not (tmp_path / "org.svg").exists()
