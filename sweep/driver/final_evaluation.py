"""Evaluates the setting picked for each level at the end: once on the test part, and for the report's figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sweep.analysis.selection import Selected
from sweep.config import SweepConfig
from sweep.driver.final_models import find_models
from sweep.driver.prepare import NetworkPreparation
from sweep.records import ENDED_WELL, Trial
from sweep.results import SweepResult
from sweep.results.data_summary import write_data_summary
from sweep.results.evaluation_files import is_evaluated, write_predictions, write_test
from sweep.results.kept_models import best_of_levels
from trainers.data import Dataset, load_parts, split_indices
from trainers.data.arrangements import in_form_of
from trainers.data.dataset import Task
from trainers.data.holdout import part_of_seed
from trainers.data.leaks import duplicates_of, leaks
from trainers.data.shape import IGNORED
from trainers.data.summary import summarize
from trainers.metrics import OF_TASK, evaluate
from trainers.metrics.own import name_of
from trainers.prediction import NetworkDescription, Weights, predict_rows

if TYPE_CHECKING:
    import pandas as pd

MOST_EXAMPLES = 20_000
"""Examples whose predictions are kept for the figures of a level; more would not change a curve."""

AGAIN_SECONDS, AGAIN_SHARE = 2.0, 0.05
"""Trials are trained again for figures alone if that takes less than these seconds, or this share of the training."""


def held_out_parts(preparation: NetworkPreparation) -> dict[str, Dataset]:
    """Load the test part of each workload, in the form in which its network takes examples.

    Args:
        preparation: the sweep.

    Returns:
        Key of the workload -> its test part; without those whose data have changed since the sweep was prepared.
    """
    found: dict[str, Dataset] = {}
    loaded: dict[str, tuple[Dataset, Dataset | None]] = {}
    for workload in preparation.workloads:
        source = workload.config.network_data.source
        if source.test is None:
            continue
        if repr(source) not in loaded:
            loaded[repr(source)] = load_parts(source)
        pool, test = loaded[repr(source)]
        trained = preparation.data_of(workload)
        if test is not None and in_form_of(pool, trained).fingerprint == trained.fingerprint:
            found[workload.key] = in_form_of(test, trained)
    return found


def evaluate_selected(
    preparation: NetworkPreparation, trials: Sequence[Trial], result: SweepResult, tests: Mapping[str, Dataset]
) -> tuple[str, ...]:
    """Evaluate the setting picked for each level on the test part, and keep predictions for the report's figures.

    Args:
        preparation: a sweep that has ended.
        trials: all of its trials, those on report seeds included.
        result: its tables.
        tests: as `held_out_parts` returns them.

    Returns:
        Notes on what could not be evaluated.
    """
    config, frame = preparation.config, result.trials
    picked = best_of_levels(config, frame)
    by_id = {trial.id: trial for trial in trials}
    chosen = {one.level: _trials_of(one, frame, by_id) for one in picked}
    best = {one.level: trial for one in picked if (trial := _best_trial(config, one, frame, by_id)) is not None}
    has_test = config.network_data.test is not None
    if not has_test and not _is_cheap(preparation, list(best.values()), frame):
        return ()
    wanted = [trial for of_level in chosen.values() for trial in of_level] if has_test else list(best.values())
    columns = [name_of(name) for name in _test_names(config, preparation.data)] if has_test else []
    tested = [trial.id for trial in wanted] if has_test else []
    if wanted and is_evaluated(result.path, tested, columns, [trial.id for trial in best.values()]):
        return ()
    models = find_models(preparation, result.path, wanted)
    rows: list[dict[str, Any]] = []
    predictions: list[dict[str, Any]] = []
    for one in picked:
        for trial in chosen[one.level] if has_test else ():
            test = tests.get(preparation.workload_of(trial.arm).key)
            if test is not None and trial.id in models:
                values = _test_metrics(config, test, *models[trial.id])
                about = {"level": one.level, "arm_id": trial.arm.id, "arm": one.arm, "trial_id": trial.id}
                rows.append({**about, "seed": trial.seed, **values})
        trial = best.get(one.level)
        if trial is not None and trial.id in models:
            part, dataset = _figure_part(preparation, trial, tests)
            own = {"level": one.level, "arm_id": trial.arm.id, "trial_id": trial.id, "part": part}
            predictions.append({**own, "seed": trial.seed, **_predictions(dataset, *models[trial.id])})
    write_test(result.path, rows)
    write_predictions(result.path, predictions)
    if has_test and len(rows) < len(wanted):
        return (
            f"{len(wanted) - len(rows)} of {len(wanted)} trials could not be evaluated on the test part: the data have "
            "changed since they were trained, or hold a feature that is not kept with a model.",
        )
    return ()


def _trials_of(picked: Selected, frame: pd.DataFrame, by_id: dict[str, Trial]) -> list[Trial]:
    """The trials on whose seeds a picked setting is reported, as far as they have ended well."""
    rows = frame[(frame["arm_id"] == picked.arm_id) & frame["status"].isin(ENDED_WELL)]
    rows = rows[rows["seed"].isin(picked.report.seeds)]
    return [by_id[trial_id] for trial_id in rows["trial_id"] if trial_id in by_id]


def _best_trial(config: SweepConfig, picked: Selected, frame: pd.DataFrame, by_id: dict[str, Trial]) -> Trial | None:
    """The best trial of a picked setting by the metric; None if none has ended well."""
    trials = _trials_of(picked, frame, by_id)
    column = frame.set_index("trial_id")[f"{config.metric.by}_{config.metric.name}"]
    values = [float(column[trial.id]) for trial in trials]
    finite = [value for value in values if np.isfinite(value)]
    if not finite:
        return None
    return trials[values.index(min(finite) if config.metric.mode == "min" else max(finite))]


def _is_cheap(preparation: NetworkPreparation, trials: Sequence[Trial], frame: pd.DataFrame) -> bool:
    """Whether the models are kept, or training again is hardly noticed."""
    if preparation.config.keep.weights != "none":
        return True
    seconds = frame.set_index("trial_id")["seconds"].astype(float)
    needed = sum(float(seconds[trial.id]) for trial in trials)
    return needed < max(AGAIN_SECONDS, AGAIN_SHARE * float(seconds.sum()))


def _test_metrics(
    config: SweepConfig, test: Dataset, network: NetworkDescription, weights: Weights
) -> dict[str, float]:
    names = _test_names(config, test)
    targets, outputs = _flat(test.targets, predict_rows(network, weights, test.inputs), test.task)
    classes = max(len(test.classes), 1)
    scale = network.scaling.target_scale
    found = evaluate(names, targets, outputs, test.task, classes, scale=scale)
    return {f"test_{name}": value for name, value in found.items()}


def _test_names(config: SweepConfig, dataset: Dataset) -> list[str]:
    """The metrics on the test part: those of the task and those that are asked, without a part of the data."""
    # Another loss than the usual one is not known here.
    has_usual_loss = config.network_trainer.loss is None
    usual = [metric.name for metric in OF_TASK[dataset.task] if metric.name != "loss" or has_usual_loss]
    return list(dict.fromkeys([*usual, *(name for name in config.metric.measures if name != "loss" or name in usual)]))


def _figure_part(preparation: NetworkPreparation, trial: Trial, tests: Mapping[str, Dataset]) -> tuple[str, Dataset]:
    """The part of the data that the figures of a trial are of: the test part where there is one."""
    workload = preparation.workload_of(trial.arm)
    if workload.key in tests:
        return "test", tests[workload.key]
    dataset = preparation.data_of(workload)
    rows = split_indices(dataset, *part_of_seed(workload.recipe.validation, trial.seed))[1]
    return "validation", dataset.rows(rows)


def _predictions(dataset: Dataset, network: NetworkDescription, weights: Weights) -> dict[str, Any]:
    count = min(dataset.examples, MOST_EXAMPLES)
    rows = np.linspace(0, dataset.examples - 1, count).astype(np.int64)
    predicted = predict_rows(network, weights, dataset.inputs[rows])
    targets, outputs = (part[:MOST_EXAMPLES] for part in _flat(dataset.targets[rows], predicted, dataset.task))
    return {"target": targets, "outputs": outputs.reshape(len(targets), -1)}


def _flat(targets: NDArray[Any], outputs: NDArray[np.float64], task: Task) -> tuple[NDArray[Any], NDArray[np.float64]]:
    """Put the positions of all examples below each other, without those that are ignored."""
    if task == "regression" or targets.ndim == 1:
        return targets, outputs
    counted = targets != IGNORED
    return targets[counted], outputs[counted]


def describe_data(preparation: NetworkPreparation, folder: Path, tests: Mapping[str, Dataset]) -> None:
    """Write what the report says of the data, of the first arm where there are several data sets.

    Args:
        preparation: the sweep.
        folder: its results folder.
        tests: as `held_out_parts` returns them.
    """
    workload, dataset = preparation.workloads[0], preparation.data
    test = tests.get(workload.key)
    holdout, seed = workload.recipe.validation, preparation.plan.seeds[0]
    found = summarize(dataset, holdout, seed, 0 if test is None else test.examples)
    if dataset.item:
        # A pixel or a token alone says nothing, and images are rarely the same by chance.
        write_data_summary(folder, found)
        return
    repeated = duplicates_of(dataset, *split_indices(dataset, *part_of_seed(holdout, seed)), test)
    write_data_summary(folder, replace(found, leaks=tuple(leaks(dataset)), duplicates=repeated))
