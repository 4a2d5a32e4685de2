"""Tests that what the README shows works."""

import re
import sys
from pathlib import Path

import pytest

from sweep import load_config, plan, run

README = (Path(__file__).parents[1] / "README.md").read_text()


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```", README, flags=re.MULTILINE | re.DOTALL)


def test_the_sweep_file_loads_and_plans(tmp_path):
    (text,) = (block for block in blocks("yaml") if not block.startswith("# own.yaml"))
    path = tmp_path / "readme.yaml"
    path.write_text(text)
    # sgd 2 x batch 2 x decay 2, adam 2 x 2 x 2 x 2, three seeds.
    assert len(plan(load_config(path)).trials) == (8 + 16) * 3


def test_the_python_example_runs(tmp_path, monkeypatch, capsys):
    (code,) = (block for block in blocks("python") if not block.startswith("# my_training.py"))
    (tmp_path / "configs").symlink_to(Path(__file__).parents[1] / "configs")
    monkeypatch.chdir(tmp_path)
    exec(compile(code, "README.md", "exec"), {})
    count, *rest = capsys.readouterr().out.splitlines()
    assert count == "16"
    assert any(line.startswith("adam") for line in rest)


def test_the_training_of_ones_own_runs(tmp_path, monkeypatch):
    (code,) = (block for block in blocks("python") if block.startswith("# my_training.py"))
    (text,) = (block for block in blocks("yaml") if block.startswith("# own.yaml"))
    (tmp_path / "my_training.py").write_text(code)
    (tmp_path / "own.yaml").write_text(text)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    result = run(load_config("own.yaml", ["resources.executor=inline", "tracking.enabled=false", "report=false"]))
    # Three learning rates x two widths, three seeds; the largest rate goes down the fastest.
    assert result.trials["status"].tolist() == ["COMPLETED"] * 18
    assert result.best["learning_rate"] == 0.4


@pytest.mark.parametrize("command", re.findall(r"^\| `sweep (\w+)", README, flags=re.MULTILINE))
def test_each_command_of_the_table_exists(command):
    from typer.main import get_command

    from sweep.cli import app

    assert command in get_command(app).commands
