"""What all commands share: the version, the help, and how arguments are shown and refused."""

from __future__ import annotations

import re
from importlib import metadata
from pathlib import Path

import click
import pytest
import typer

import sweep.cli
from sweep.cli.app import app


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An empty working folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(scope="module")
def root():
    """The application with all its commands, which come with `sweep.cli`."""
    assert sweep.cli.main
    return typer.main.get_command(app)


def test_the_version_is_the_one_that_is_declared(command):
    declared = re.search(r'^version = "(.+)"$', (Path(__file__).parents[3] / "pyproject.toml").read_text(), re.M)
    assert declared is not None
    assert command("--version") == (0, f"{declared[1]}\n", "")
    # Nothing after it is run.
    assert command("--version", "run", "none.yaml")[0] == 0


def test_without_an_installation_there_is_no_version_to_tell(command, monkeypatch):
    def version(name):
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "version", version)
    code, out, _ = command("--version")
    assert (code, out.startswith("unknown: ")) == (0, True)


@pytest.mark.parametrize("option", ["-h", "--help"])
def test_both_spellings_of_help_are_taken_by_the_application_and_by_a_command(command, option):
    for words in ((), ("run",), ("baseline", "save")):
        code, out, err = command(*words, option)
        assert (code, err) == (0, "")
        usage = next(line for line in out.splitlines() if "Usage:" in line)
        assert f" {' '.join((*words, '[OPTIONS]'))}" in usage


def test_without_a_command_the_help_is_shown(command):
    shown = command()[1].split()
    assert "Usage:" in shown
    assert shown == command("--help")[1].split()


def test_commands_are_listed_from_running_a_sweep_to_the_lecture(root):
    names = list(root.commands)
    assert names[:2] == ["run", "plan"]
    in_order = ["run", "check", "report", "submit", "ui", "lecture"]
    assert [name for name in names if name in in_order] == in_order


@pytest.mark.parametrize("words", [["none"], ["run"], ["run", "a.yaml", "--none"], ["--none"]])
def test_a_command_or_option_that_does_not_exist_ends_with_2(command, words):
    code, out, err = command(*words)
    assert (code, out) == (2, "")
    assert "Usage:" in err
    assert "Traceback" not in err


def test_brackets_are_not_doubled_in_the_usage(root):
    for name, command in root.commands.items():
        usage = command.get_usage(click.Context(command, info_name=name))
        assert "[[" not in usage
        assert "]]" not in usage
