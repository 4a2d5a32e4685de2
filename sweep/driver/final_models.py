"""Finds the models of the trials that are evaluated at the end: those that were kept, and others by training again."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Literal

from sweep.config import SweepConfig
from sweep.driver.prepare import NetworkPreparation
from sweep.execution.sources.checkpoints import Keeping, Kept, read_checkpoint, weights_of
from sweep.execution.sources.packed import train_in_reports
from sweep.execution.sources.state import StateError
from sweep.planning.packing import PlannedPack
from sweep.planning.recipe import batch_size_of, spec_of
from sweep.records import Trial
from trainers.errors import UserCodeError
from trainers.prediction import NetworkDescription, Weights


def find_models(
    preparation: NetworkPreparation, folder: Path, trials: Sequence[Trial]
) -> dict[str, tuple[NetworkDescription, Weights]]:
    """Return the trained networks of trials.

    A trial whose weights were not kept is trained again by this process, which on NumPy gives the same bits.

    Args:
        preparation: the sweep.
        folder: its results folder.
        trials: trials that have ended well.

    Returns:
        Trial id -> what a prediction needs, and the weights; without those that cannot be had.
    """
    metric, weights = preparation.config.metric, compared_weights(preparation.config)
    found: dict[str, Kept] = {}
    if preparation.kept_weights == weights:
        kept = Keeping(weights, str(folder), metric.name, metric.mode)
        found = {trial.id: one for trial in trials if (one := _read(kept, trial)) is not None}
    with tempfile.TemporaryDirectory(prefix="sweep-models-") as temporary:
        again = Keeping(weights, temporary, metric.name, metric.mode)
        for trial in trials:
            if trial.id not in found:
                _train(preparation, trial, again)
                if (one := _read(again, trial)) is not None:
                    found[trial.id] = one
    return {trial_id: (one.network, weights_of(one)) for trial_id, one in found.items() if one.network is not None}


def compared_weights(config: SweepConfig) -> Literal["last", "best"]:
    """Return after which epoch of a trial its model is evaluated: the one by which trials are compared."""
    return config.metric.of


def _read(keeping: Keeping, trial: Trial) -> Kept | None:
    """Read the checkpoint of a trial; None if it has none, or a longer trial of its lineage has replaced it."""
    try:
        return read_checkpoint(keeping.path(trial), trial)
    except StateError:
        return None


def _train(preparation: NetworkPreparation, trial: Trial, keeping: Keeping) -> None:
    workload = preparation.workload_of(trial.arm)
    setting = trial.arm.setting
    pack = PlannedPack((trial,), (spec_of(trial),), batch_size_of(setting), int(setting["epochs"]), 0.0)
    # Code that has changed in the meantime, or fails now, leaves the trial without a model.
    with suppress(UserCodeError):
        for _ in train_in_reports(pack, workload.recipe, preparation.data_of(workload), keeping=keeping):
            pass
