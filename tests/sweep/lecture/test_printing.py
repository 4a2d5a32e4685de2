"""What a terminal shows of the lecture."""

from __future__ import annotations

from typer.testing import CliRunner

from sweep.cli import app


def test_the_command_prints_the_numbers_a_sentence_and_the_path(tmp_path):
    result = CliRunner().invoke(app, ["lecture", "bias-correction", "beta=0.9", "--output", str(tmp_path)])
    assert result.exit_code == 0
    lines = result.output.splitlines()
    assert lines[0] == "5  Bias correction"
    # 0.9^t < 0.01 first at t = 44.
    assert "beta^t says day 44." in " ".join(lines)
    assert f"picture  {tmp_path / 'bias-correction' / 'bias-correction.png'}" in lines
