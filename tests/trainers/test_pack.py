"""A pack refuses what cannot be trained, in words, before anything runs."""

from typing import Any

import numpy as np
import pytest

from trainers.data import DataSource, Split, load
from trainers.optimizers import OPTIMIZERS
from trainers.pack import NetworkSpec, Pack, Target, TrialSpec

SGD = TrialSpec("sgd", {"learning_rate": 0.1})


def test_a_trial_gets_the_defaults_of_its_optimizer() -> None:
    trial = TrialSpec("adam", {"learning_rate": 0.1, "beta1": 0.5})
    assert trial.hyperparameters == {"learning_rate": 0.1, "beta1": 0.5, "beta2": 0.999, "epsilon": 1e-8}


@pytest.mark.parametrize(
    ("optimizer", "hyperparameters", "message"),
    [
        ("adamm", {"learning_rate": 0.1}, f"`optimizer` must be one of {', '.join(OPTIMIZERS)}. Received: 'adamm'"),
        ("sgd", {"learning_rate": 0.1, "beta1": 0.9}, "`beta1` is not a hyperparameter of sgd"),
        ("adam", {}, "`learning_rate` is needed by adam"),
        ("sgd", {"learning_rate": 0.0}, r"`learning_rate` must lie in \(0, inf\). Received: 0.0"),
        ("momentum", {"learning_rate": 0.1, "beta1": 1.0}, r"`beta1` must lie in \[0, 1\). Received: 1.0"),
        ("sgd", {"learning_rate": float("nan")}, "Received: nan"),
    ],
)
def test_a_setting_that_an_optimizer_cannot_use_is_refused(
    optimizer: str, hyperparameters: dict[str, float], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        TrialSpec(optimizer, hyperparameters)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"trials": ()}, "at least one trial"),
        ({"epochs": 0}, "`epochs` must be 1 or more. Received: 0. Give a value such as 10."),
        ({"batch_size": 0}, "`batch_size` must be a whole number, 1 or more, or None for all examples. Received: 0."),
        ({"target": Target("accuracy", "max", 0.9)}, "`target.metric` must be one of .*val_accuracy.*'accuracy'"),
        ({"target": Target("val_rmse", "min", 0.9)}, "Received: 'val_rmse'"),
        ({"target": Target("seconds", "max", 1.0)}, "Received: 'seconds'"),
    ],
)
def test_a_pack_that_cannot_be_trained_is_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Pack(load(DataSource("iris")), **{"trials": (SGD,)} | options)


def test_a_split_needs_its_shape() -> None:
    x, y = np.zeros((2, 1)), np.zeros(2)
    with pytest.raises(ValueError, match="`shape` is needed when `data` is a split"):
        Pack(Split(x, y, x, y, "0" * 16), (SGD,))


def test_the_layers_follow_from_data_and_network() -> None:
    assert Pack(load(DataSource("digits")), (SGD,), NetworkSpec((32, 16))).layout.widths == (64, 32, 16, 10)
    assert Pack(load(DataSource("breast_cancer")), (SGD,), NetworkSpec(())).layout.widths == (30, 1)
