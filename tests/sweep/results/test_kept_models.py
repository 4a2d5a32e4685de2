"""The best trial's model is read unless another one is named, and it predicts what the trial predicted."""

from __future__ import annotations

import re

import numpy as np
import pytest

import sweep
from sweep.errors import ResultsError, UsageError
from sweep.execution.sources.state import snapshot, write_state
from sweep.results.kept_models import kept_model, read_model, read_models
from sweep.results.planned_trials import trial_named
from trainers.data import DataSource, load
from trainers.data.split import split_indices
from trainers.seeding import generator


def row_of(result, model):
    return result.trials.set_index("trial_id").loc[model.trial_id]


def test_the_best_trial_is_the_best_seed_of_the_first_arm(kept_networks):
    model = kept_model(kept_networks.path)
    assert (model.setting["optimizer"], model.setting["learning_rate"]) == ("adam", 0.1)
    trials = kept_networks.trials
    of_arm = trials[(trials.optimizer == "adam") & (trials.learning_rate == 0.1)]
    assert row_of(kept_networks, model).final_val_loss == of_arm.final_val_loss.min()
    assert model.seed == row_of(kept_networks, model).seed


def test_where_large_values_are_better_the_largest_is_the_best(kept_own):
    model = kept_model(kept_own.path)
    assert (model.setting, model.seed) == ({"kind": "nested"}, 1)


@pytest.mark.parametrize("level", ["adam", "sgd"])
def test_a_network_predicts_what_its_trial_predicted(kept_networks, level):
    model = sweep.load_model(str(kept_networks.path), level=level)
    assert model.setting["optimizer"] == level
    iris = load(DataSource("iris"))
    _, val = split_indices(iris, 0.2, generator(model.seed, "split"))
    scores, targets = model.predict(iris.inputs[val]), iris.targets[val]
    row = row_of(kept_networks, model)
    assert np.mean(scores.argmax(1) == targets) == row.final_val_accuracy == model.metrics["val_accuracy"]
    loss = -np.log(scores[np.arange(30), targets]).mean()
    assert loss == pytest.approx(row.final_val_loss, rel=1e-6)
    assert model.classes == ("setosa", "versicolor", "virginica")
    assert {name: array.shape for name, array in model.weights.items()}["layers.0.weight"] == (4, 8)
    assert model.epoch == 3


def test_a_trial_is_named_by_the_beginning_of_its_id(kept_networks):
    trials = kept_networks.trials
    wanted = trials[(trials.optimizer == "sgd") & (trials.seed == 1)].trial_id.iloc[0]
    assert kept_model(kept_networks.path, trial=wanted[:8]).trial_id == wanted


def test_a_training_of_one_s_own_has_its_state_and_files(kept_own):
    flat = kept_model(kept_own.path, level="flat")
    np.testing.assert_array_equal(flat.state["weights"], np.full((2, 3), 3.0))
    assert (flat.folder / "notes.txt").read_text() == "flat"
    assert flat.metrics["val_f1"] == pytest.approx(0.5 + 0.01 - 0.05)
    files = kept_model(kept_own.path, level="files")
    assert files.state is None
    assert (files.epoch, (files.folder / "notes.txt").read_text()) == (2, "files")


def test_of_all_that_is_kept_failed_trials_are_not_models(kept_own):
    kinds = [model.setting["kind"] for model in read_models(kept_own)]
    assert kinds == ["flat", "flat", "nested", "nested", "files", "files"]


def test_what_was_not_kept_is_told_with_what_to_run(kept_networks, kept_own):
    trials = kept_networks.trials
    dropped = trials[trials.learning_rate == 0.001].trial_id.iloc[0]
    with pytest.raises(
        ResultsError, match=rf"Received: weights last of best-of-level .* {dropped} has left none\. Run"
    ):
        kept_model(kept_networks.path, trial=dropped)
    failed = kept_own.trials[kept_own.trials.kind == "failing"].trial_id.iloc[0]
    with pytest.raises(ResultsError, match="has left none"):
        kept_model(kept_own.path, trial=failed)


def test_a_state_of_a_longer_trial_of_the_same_lineage_is_not_this_trial_s(kept_own, tmp_path):
    trial = trial_named(kept_own.path, kept_own.trials.trial_id.iloc[0])
    mine, other = (
        {"trial_id": trial_id, "epoch": 2, "rows": [[2, None, {"val_f1": 0.5}, 0.1]]} for trial_id in (trial.id, "x")
    )
    here = type(trial)(**{**vars(trial), "folder": tmp_path})
    write_state(tmp_path / "checkpoint.safetensors", snapshot(1).content(mine))
    assert read_model(here, kept_own.epochs).state == 1
    write_state(tmp_path / "checkpoint.safetensors", snapshot(1).content(other))
    assert read_model(here, kept_own.epochs) is None


def test_a_level_that_is_not_compared_is_told_with_those_that_are(kept_networks, own_sweep):
    with pytest.raises(ResultsError, match=r"Received: lion; the levels of optimizer are sgd, adam\. Give one of them"):
        kept_model(kept_networks.path, level="lion")
    with pytest.raises(ResultsError, match=r"Received: tree; the sweep compares no factor\. Name the factor by"):
        kept_model(own_sweep.path, level="tree")


def test_a_trial_and_a_level_are_not_both_named(kept_networks):
    with pytest.raises(UsageError, match="Received: abc and adam"):
        kept_model(kept_networks.path, trial="abc", level="adam")


def test_a_sweep_that_keeps_nothing_says_so(own_sweep):
    with pytest.raises(ResultsError, match=re.escape("weights none of best-of-level trials")):
        kept_model(own_sweep.path)
