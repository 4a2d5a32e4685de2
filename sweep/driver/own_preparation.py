"""Prepares a sweep over a user's own training before it starts: makes the plan and looks the code over."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from sweep.config import SweepConfig
from sweep.config.own_training import CommandTrainer
from sweep.driver.earlier_results import earlier_results
from sweep.driver.workers import find_workers
from sweep.errors import ConfigError
from sweep.execution.ray import Resources
from sweep.execution.sources.inspection import inspect_function
from sweep.execution.sources.own import OwnSource
from sweep.execution.sources.placeholders import OF_A_TRIAL, placeholders
from sweep.execution.sources.source import Source
from sweep.planning.cost import Rates
from sweep.planning.growing import Growing, searched
from sweep.planning.own_plan import OwnArms, plan_own
from sweep.planning.own_training import OwnTraining, own_training, working_folder
from sweep.planning.packing import PlannedPack
from sweep.planning.plan import Plan
from sweep.records import Trial
from trainers.base_rates import BaseRate
from trainers.errors import did_you_mean
from trainers.loaded_code import forget_changed_code


@dataclass(frozen=True)
class OwnPreparation:
    """A checked sweep over a user's own training that can run on this machine.

    Args:
        config: the loaded configuration.
        plan: all trials.
        training: what the trials share.
        resources: resources of the workers.
        workers: number of trials trained at once.
        device: where the training computes: ``cpu``, ``cuda`` or ``mps``.
        gpu_note: one line on the GPUs that were found and their use; empty if there are none.
        growing: the search whose settings are not all known yet; None if they are.
    """

    config: SweepConfig
    plan: Plan
    training: OwnTraining
    resources: Resources
    workers: int
    device: str = "cpu"
    gpu_note: str = ""
    dataset_record: None = None
    growing: Growing | None = None

    def with_plan(self, plan: Plan) -> OwnPreparation:
        """Return the sweep with a plan that has grown."""
        return replace(self, plan=plan)

    @property
    def grace_seconds(self) -> float:
        """Time that a training may take to end when it is stopped."""
        return self.training.grace

    def rates(self) -> Rates:
        """Nothing is known of the cost of the training."""
        return Rates({}, 0.0)

    def seconds(self, trials: Sequence[Trial], rates: Rates) -> float:
        """Nothing is known of the cost of the training."""
        return 0.0

    def packs(self, trials: Sequence[Trial], rates: Rates, workers: int) -> list[PlannedPack]:
        """Make each trial a pack of its own, all seeds of a setting one after another."""
        return [PlannedPack((trial,), (), None, self.training.epochs or 0, 0.0) for trial in trials]

    def source(self, results: Path, seconds: float) -> Source:
        """Return what trains the trials.

        Args:
            results: the results folder of the sweep.
            seconds: not used.
        """
        return OwnSource(self.training, str(results.absolute()), str(working_folder(self.config)), self.device)

    def base_rates(self, seeds: Sequence[int]) -> tuple[BaseRate, ...]:
        """There are none without data."""
        return ()


def prepare_own(config: SweepConfig) -> OwnPreparation:
    """Make the plan of a sweep over a user's own training, and check what can fail before it starts.

    Raises:
        ConfigError: if the function cannot be used, or the command cannot be started.
        ResourceError: if the machine or cluster is too small, or the cluster does not answer.
    """
    forget_changed_code()
    found = find_workers(config)
    own = config.own
    if isinstance(own, CommandTrainer):
        _require_program(config, own)
    elif own is not None and config.by_value is None and (problem := inspect_function(own.function, Path.cwd())):
        raise config.error("trainer.function", problem)
    arms = OwnArms(config)
    plan, growing = searched(config, arms, lambda settings: plan_own(config, arms, settings), earlier_results(config))
    if isinstance(own, CommandTrainer):
        _require_values(config, own, plan)
    return OwnPreparation(
        config,
        plan,
        own_training(config),
        found.resources,
        found.count,
        device=found.device,
        gpu_note=found.note,
        growing=growing if plan.pending else None,
    )


def _require_program(config: SweepConfig, own: CommandTrainer) -> None:
    """Refuse a command whose program does not exist here; a cluster has its own."""
    program = own.command[0]
    if placeholders([program]):
        return
    folder = working_folder(config)
    # A path is relative to the folder in which the command runs.
    found = shutil.which(str(folder / program)) if "/" in program else shutil.which(program)
    if found is not None or config.resources.address is not None:
        return
    is_file = (folder / program).is_file()
    rule = "must begin with a program that can be run" if is_file else "must begin with a program that exists"
    hint = f"Make it executable by `chmod +x {program}`." if is_file and "/" in program else "Check the name."
    raise config.error("trainer.command", f"{rule}. Received: {program}. {hint}")


def _require_values(config: SweepConfig, own: CommandTrainer, plan: Plan) -> None:
    """Refuse a placeholder without a value in every setting."""
    for name in placeholders(own.command):
        lacking = next((arm for arm in plan.arms if name not in arm.setting), None)
        if name in OF_A_TRIAL or lacking is None:
            continue
        known = [*dict.fromkeys(key for arm in plan.arms for key in arm.setting), *OF_A_TRIAL]
        if name in known:
            raise _unknown(config, name, f"which the setting {lacking.label} lacks. Give it a value in every space.")
        hint = did_you_mean(name, known).strip() or f"Known: {', '.join(known)}. Write {{{{ for a plain brace."
        raise _unknown(config, name, f"which names no hyperparameter. {hint}")


def _unknown(config: SweepConfig, name: str, rest: str) -> ConfigError:
    rule = "must have placeholders with a value"
    return config.error("trainer.command", f"{rule}. Received: {{{name}}}, {rest}")
