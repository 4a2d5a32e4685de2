"""Tests that what the README shows works."""

import re
from pathlib import Path

import pytest

from sweep import load_config, plan

README = (Path(__file__).parents[1] / "README.md").read_text()


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```", README, flags=re.MULTILINE | re.DOTALL)


def test_the_sweep_file_loads_and_plans(tmp_path):
    (text,) = blocks("yaml")
    path = tmp_path / "readme.yaml"
    path.write_text(text)
    # sgd 2 x batch 2 x decay 2, adam 2 x 2 x 2 x 2, three seeds.
    assert len(plan(load_config(path)).trials) == (8 + 16) * 3


def test_the_python_example_runs(tmp_path, monkeypatch, capsys):
    (code,) = blocks("python")
    (tmp_path / "configs").symlink_to(Path(__file__).parents[1] / "configs")
    monkeypatch.chdir(tmp_path)
    exec(compile(code, "README.md", "exec"), {})
    count, *rest = capsys.readouterr().out.splitlines()
    assert count == "16"
    assert any(line.startswith("adam") for line in rest)


@pytest.mark.parametrize("command", re.findall(r"^\| `sweep (\w+)", README, flags=re.MULTILINE))
def test_each_command_of_the_table_exists(command):
    from typer.main import get_command

    from sweep.cli import app

    assert command in get_command(app).commands
