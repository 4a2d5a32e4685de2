"""Says what a report is about: its name and question, the data, and the commands that reproduce it."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sweep.analysis.hyperparameters import hyperparameter_keys
from sweep.config import SweepConfig
from sweep.config.own_training import CommandTrainer, FunctionTrainer
from sweep.errors.masking import without_secrets
from sweep.records import Setting
from sweep.system.invocation import command

SHARED_SECONDS = "seconds (share of the pack's)"
"""Trials of a pack train together, so the time of a single trial cannot be measured."""


@dataclass(frozen=True)
class Subject:
    """What a report is about, and the commands that reproduce it.

    Args:
        name: name of the sweep or experiment.
        question: question that the sweep is to answer; may be empty.
        data: data that the trials were trained on; empty if unknown.
        keys: names of the hyperparameters, as in the tables.
        commands: shell commands that reproduce the results and the report.
        are_seconds_shared: True if the seconds of a trial are an equal share of its pack's, as in sweeps, whose trials
            train together; False if they were measured per trial.
    """

    name: str
    question: str
    data: str
    keys: tuple[str, ...]
    commands: tuple[str, ...]
    are_seconds_shared: bool = True

    @property
    def seconds(self) -> str:
        """Label for the seconds of a trial on axes and in columns."""
        return SHARED_SECONDS if self.are_seconds_shared else "seconds"


def subject_of(config: SweepConfig, folder: Path, settings: Mapping[str, Setting]) -> Subject:
    """Describe the sweep of a results folder.

    Args:
        config: its configuration.
        folder: the results folder.
        settings: its settings.
    """
    commands = (command("run", f"{folder.as_posix()}/config.yaml"), f"{command('report')} {quoted(folder)}")
    is_own = config.own is not None
    keys = hyperparameter_keys(settings.values(), is_own=is_own)
    return Subject(config.name, config.question, _trained_on(config), keys, commands, are_seconds_shared=not is_own)


def _trained_on(config: SweepConfig) -> str:
    """What the trials trained on: the data of our networks, or the user's own function or command."""
    if isinstance(config.own, CommandTrainer):
        return " ".join(config.own.command)
    if isinstance(config.own, FunctionTrainer):
        return config.own.function
    source = config.network_data.source
    return source.name or source.module or without_secrets(str(source.path))


def quoted(folder: Path) -> str:
    """Quote a folder for the shell."""
    return shlex.quote(folder.as_posix())
