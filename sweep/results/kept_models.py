"""Finds the trial whose model is wanted, and reads what was kept of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sweep.analysis.selection import Selected, select
from sweep.config import SweepConfig, load_config
from sweep.errors import ResultsError, UsageError
from sweep.execution.sources.assignment import CHECKPOINT, FILES
from sweep.execution.sources.checkpoints import read_checkpoint, weights_of
from sweep.execution.sources.state import StateError, read_facts, read_state
from sweep.records import ENDED_WELL
from sweep.results.frames import CONFIG, SweepResult, load_results
from sweep.results.planned_trials import PlannedTrial, planned_trials, trial_named
from trainers.prediction import NetworkDescription, predict

if TYPE_CHECKING:
    import pandas as pd

IDS = ("trial_id", "arm_id", "seed", "epoch")


@dataclass(frozen=True, kw_only=True, eq=False)
class KeptModel:
    """What was kept of a trial.

    Args:
        trial_id: id of the trial.
        setting: hyperparameter -> value, as the training received it.
        seed: its seed.
        epoch: the epoch after which it was kept.
        metrics: the metrics of that epoch.
    """

    trial_id: str
    setting: Mapping[str, Any]
    seed: int
    epoch: int
    metrics: Mapping[str, float]


@dataclass(frozen=True, kw_only=True, eq=False)
class NetworkModel(KeptModel):
    """A trained network of ours, or a ``torch.nn.Module`` that our trainers have trained.

    Args:
        weights: name -> array, by layer.
        network: what a prediction needs besides them.
    """

    weights: Mapping[str, NDArray[Any]]
    network: NetworkDescription

    @property
    def classes(self) -> tuple[str, ...]:
        """The name of each class, in the order of the columns of `predict`; empty for regression."""
        return self.network.classes

    def predict(self, inputs: ArrayLike) -> NDArray[np.float64]:
        """Predict from features as the data set has them: not scaled, (N, D).

        Returns:
            (N, classes) probabilities, or for regression (N,) numbers in the unit of the data.
        """
        return predict(self.network, self.weights, inputs)


@dataclass(frozen=True, kw_only=True, eq=False)
class OwnModel(KeptModel):
    """What a training of the user's own has kept.

    Args:
        state: what it saved, as ``trial.restore()`` returns it; None if it saved nothing.
        folder: its files, ``trial.folder``; it need not exist.
        checkpoint: the file with the state; it need not exist.
    """

    state: Any
    folder: Path
    checkpoint: Path


def kept_model(folder: Path, *, trial: str | None = None, level: object = None) -> NetworkModel | OwnModel:
    """Read the model that a sweep has kept: of its best trial, unless another one is named.

    Args:
        folder: results folder.
        trial: id of a trial, or its beginning.
        level: level of the factor that is compared, of whose best setting the best trial is taken.

    Raises:
        UsageError: if both are given.
        ResultsError: if there is no such trial or level, or nothing was kept of it.
    """
    if trial is not None and level is not None:
        raise UsageError(
            f"`--trial` and `--level` name one trial each. Received: {trial} and {level}. Give one of them, or none "
            "for the best trial."
        )
    config, result = load_config(folder / CONFIG), load_results(folder)
    if trial is not None:
        chosen = trial_named(folder, trial)
    else:
        arm_id = _best_arm(result) if level is None else _arm_of_level(config, result, str(level))
        chosen = trial_named(folder, _best_trial(config, result, arm_id))
    found = read_model(chosen, result.epochs)
    if found is None:
        keep = config.keep
        raise ResultsError(
            f"`keep` must name the trials whose models are wanted. Received: weights {keep.weights} of {keep.trials} "
            f"trials in `{folder}`, where trial {chosen.id} has left none. Run the sweep with `keep: {{weights: last, "
            "trials: all}` and --fresh."
        )
    return found


def read_model(trial: PlannedTrial, epochs: pd.DataFrame) -> NetworkModel | OwnModel | None:
    """Read what was kept of a trial; None if nothing was.

    Args:
        trial: the trial.
        epochs: the sweep's table of epochs.
    """
    if not _is_kept(trial):
        return None
    path = trial.folder / CHECKPOINT
    facts = read_facts(path)
    rows = epochs[epochs["trial_id"] == trial.id]
    if facts is not None:
        rows = rows[rows["epoch"] == facts["epoch"]]
    if rows.empty:
        # A trial that has failed before its first report.
        return None
    row = rows.iloc[-1]
    metrics = {str(name): float(value) for name, value in row.drop(list(IDS)).items() if np.isfinite(value)}
    about: dict[str, Any] = {"setting": trial.setting, "seed": trial.seed, "epoch": int(row["epoch"])}
    about |= {"trial_id": trial.id, "metrics": metrics}
    try:
        kept = read_checkpoint(path) if facts is not None and "network" in facts else None
        if kept is not None and kept.network is not None:
            return NetworkModel(**about, weights=weights_of(kept), network=kept.network)
        state = None if facts is None else read_state(path)
    except StateError as error:
        raise ResultsError(str(error)) from error
    return OwnModel(**about, state=state, folder=trial.folder / FILES, checkpoint=path)


def read_models(result: SweepResult) -> Iterator[NetworkModel | OwnModel]:
    """Read the models of all trials of a sweep that were kept; of a FAILED trial, files only tell what went wrong."""
    failed = set(result.trials.loc[result.trials["status"] == "FAILED", "trial_id"])
    for trial in planned_trials(result.path):
        if trial.id not in failed and (model := read_model(trial, result.epochs)) is not None:
            yield model


def best_of_levels(config: SweepConfig, trials: pd.DataFrame) -> tuple[Selected, ...]:
    """Select the best setting of each level, as the report does.

    Args:
        config: of the sweep.
        trials: its table of trials.
    """
    return select(
        trials,
        config.metric.name,
        config.metric.mode,
        scientific=config.scientific,
        by=config.metric.by,
        selection_seeds=config.selection_seeds,
        report_seeds=config.report_seeds or None,
    )


def _is_kept(trial: PlannedTrial) -> bool:
    """Whether a trial has left a state or files; a longer trial of the same lineage may have replaced the state."""
    facts = read_facts(trial.folder / CHECKPOINT)
    if facts is not None:
        return bool(facts["trial_id"] == trial.id)
    files = trial.folder / FILES
    return files.is_dir() and any(files.iterdir())


def _best_arm(result: SweepResult) -> str:
    ranked = result.leaderboard[result.leaderboard["rank"].notna()]
    if ranked.empty:
        raise ResultsError(
            f"the best trial must be of a sweep with a ranked setting. Received: `{result.path}`, where no trial has "
            "ended well. Name a trial by `--trial`."
        )
    return str(ranked["arm_id"].iloc[0])


def _arm_of_level(config: SweepConfig, result: SweepResult, level: str) -> str:
    """Return the best setting of a level, which is given as the summary spells it or as its plain value."""
    factor = config.scientific
    arms = {one.level.removeprefix(f"{factor} "): one for one in best_of_levels(config, result.trials)}
    found = arms.get(level.removeprefix(f"{factor} ")) if factor else None
    if found is None:
        known = f"the levels of {factor} are {', '.join(arms)}" if factor else "the sweep compares no factor"
        raise ResultsError(
            f"`--level` must be a level of the factor that is compared. Received: {level}; {known}. "
            f"{'Give one of them' if factor else 'Name the factor by `roles.scientific`'}, or leave it out."
        )
    return found.arm_id


def _best_trial(config: SweepConfig, result: SweepResult, arm_id: str) -> str:
    """Return the trial of an arm with the best value of the metric."""
    metric = config.metric
    trials = result.trials[(result.trials["arm_id"] == arm_id) & result.trials["status"].isin(ENDED_WELL)]
    values = trials.set_index("trial_id")[f"{metric.by}_{metric.name}"].dropna().astype(float)
    if values.empty:
        raise ResultsError(
            f"the best trial must be one that has ended well. Received: setting {arm_id} of `{result.path}`, of which "
            "none has. Name a trial by `--trial`."
        )
    return str(values.idxmin() if metric.mode == "min" else values.idxmax())
