"""What the help texts give as examples works when it is typed."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click
import pytest
import typer

from sweep.cli.app import app
from sweep.config import load_config
from sweep.lecture.section_config import check_settings, read_settings, shipped_file
from sweep.lecture.section_registry import SECTIONS

ROOT = Path(__file__).parents[2]


def texts(command: click.Command, name: str):
    """Every help text below a command, with the words that call it."""
    yield name, command.help or ""
    for parameter in command.params:
        yield name, getattr(parameter, "help", "") or ""
    for inner, described in getattr(command, "commands", {}).items():
        yield from texts(described, f"{name} {inner}")


@pytest.fixture(scope="module")
def helps():
    import sweep.cli

    assert sweep.cli.main
    found = list(texts(typer.main.get_command(app), "sweep"))
    assert len({name for name, _ in found}) > 15
    return found


def test_the_changes_that_are_given_as_examples_are_accepted(helps):
    tried = 0
    for _, text in helps:
        for example in re.findall(r"(?:such as|e\.g\.) ((?:[^\s`.][^\s`]*=[^\s`]+ ?)+)", text):
            changes = shlex.split(example.rstrip(". "))
            load_config(ROOT / "configs/quickstart.yaml", changes)
            tried += 1
    assert tried >= 3


def test_the_commands_that_are_given_as_examples_exist_and_take_their_arguments(helps):
    root = typer.main.get_command(app)
    tried = 0
    for _, text in helps:
        for example in re.findall(r"`sweep ([^`]+)`", text):
            name, *arguments = shlex.split(example)
            command = root.commands[name]
            if arguments:
                command.make_context(name, list(arguments))
            if name == "lecture":
                section, *changes = arguments
                check_settings(read_settings(shipped_file(section), changes), SECTIONS[section].settings)
                tried += 1
    assert tried == 1
