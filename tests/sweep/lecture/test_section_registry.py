"""The list of sections: its order, and names that are not in it."""

from __future__ import annotations

from typer.testing import CliRunner

from sweep.cli import app
from sweep.lecture.section_registry import SECTIONS


def test_without_a_section_they_are_listed():
    result = CliRunner().invoke(app, ["lecture"])
    assert result.exit_code == 0
    assert [name for name in SECTIONS if name not in result.output] == []
    assert "sweep lecture all" in " ".join(result.output.split())
