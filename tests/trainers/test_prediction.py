"""A kept network predicts from unscaled features what its trial predicted on the validation part."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from trainers.checkpoint import split_state
from trainers.data import DataSource, load
from trainers.data.split import split_indices
from trainers.errors import DataError, UserCodeError
from trainers.loop import train
from trainers.pack import ModuleSpec, NetworkSpec, Pack, TrialSpec
from trainers.prediction import NetworkDescription, describe, predict
from trainers.seeding import generator
from trainers.session import split_of

MODULES = """
import torch
from torch import nn


def normalised():
    return nn.Sequential(nn.Linear(4, 6), nn.BatchNorm1d(6), nn.ReLU(), nn.Dropout(0.5), nn.Linear(6, 3))


def lazy():
    return nn.Sequential(nn.LazyLinear(5), nn.Tanh(), nn.Linear(5, 3))


class Raising(nn.Linear):
    def forward(self, inputs):
        if not self.training and len(inputs) == 1:
            raise RuntimeError("one")
        return super().forward(inputs)


def raising():
    return Raising(4, 3)
"""
TRIALS = (TrialSpec("adam", {"learning_rate": 0.02}, seed=5), TrialSpec("sgd", {"learning_rate": 0.1}, seed=2))


@pytest.fixture
def modules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("torch")
    (tmp_path / "modules_that_predict.py").write_text(MODULES)
    monkeypatch.syspath_prepend(str(tmp_path))


def pack_of(source: str, **changed: Any) -> Pack:
    return replace(Pack(load(DataSource(source)), TRIALS, NetworkSpec((6,)), 32, epochs=3), **changed)


def trained(pack: Pack) -> list[tuple[NetworkDescription, dict[str, NDArray[Any]], dict[str, float]]]:
    """Of each trial the description as JSON keeps it, its weights, and the metrics of its last epoch."""
    *_, last = train(pack, states="final")
    assert last.state is not None
    found = []
    for index, one in split_state(last.state, pack).items():
        described = describe(pack, split_of(pack, pack.trials[index].seed))
        assert described is not None
        kept = NetworkDescription.from_mapping(json.loads(json.dumps(described.as_mapping(), allow_nan=False)))
        row = list(last.trials).index(index)
        metrics = {name: float(values[row]) for name, values in last.values.items()}
        found.append((kept, {**one.weights, **one.fixed}, metrics))
    return found


def validation(pack: Pack, seed: int) -> tuple[NDArray[Any], NDArray[Any]]:
    """The validation part of a seed as the data set has it."""
    assert hasattr(pack.data, "inputs")
    _, val = split_indices(pack.data, pack.validation, generator(seed, "split"))
    return pack.data.inputs[val], pack.data.targets[val]


CLASSIFIERS = {
    "three classes": pack_of("iris"),
    "two classes": pack_of("breast_cancer"),
    "scaled to the unit interval, in double precision": pack_of("wine", normalise="minmax", dtype="float64"),
    "not scaled": pack_of("iris", normalise="none", network=NetworkSpec((4, 3), "sigmoid")),
    "more than one portion": pack_of("digits", validation=0.5),
    "linear": pack_of("iris", network=NetworkSpec(())),
    "on torch": pack_of("iris", backend="torch", network=NetworkSpec((5,), "tanh")),
    "in half precision": pack_of("iris", backend="torch", dtype="bfloat16"),
    "a module": pack_of("iris", backend="torch", network=ModuleSpec("modules_that_predict:normalised")),
    "a lazy module": pack_of("iris", backend="torch", network=ModuleSpec("modules_that_predict:lazy")),
}


@pytest.mark.usefixtures("modules")
@pytest.mark.parametrize("name", CLASSIFIERS)
def test_the_classes_and_their_probabilities_are_those_of_the_last_evaluation(name: str) -> None:
    pack = CLASSIFIERS[name]
    for trial, (network, weights, metrics) in zip(pack.trials, trained(pack), strict=True):
        inputs, targets = validation(pack, trial.seed)
        scores = predict(network, weights, inputs)
        assert scores.shape == (len(inputs), len(network.classes))
        np.testing.assert_allclose(scores.sum(axis=1), 1.0)
        assert np.mean(scores.argmax(axis=1) == targets) == metrics["val_accuracy"]
        loss = -np.log(scores[np.arange(len(targets)), targets]).mean()
        np.testing.assert_allclose(loss, metrics["val_loss"], rtol=1e-5)


@pytest.mark.parametrize("normalise", ["standard", "none"])
def test_numbers_are_in_the_unit_of_the_data(normalise: str) -> None:
    pack = pack_of("diabetes", normalise=normalise)
    for trial, (network, weights, metrics) in zip(pack.trials, trained(pack), strict=True):
        inputs, targets = validation(pack, trial.seed)
        numbers = predict(network, weights, inputs)
        assert numbers.shape == (len(inputs),)
        np.testing.assert_allclose(np.sqrt(np.mean((numbers - targets) ** 2)), metrics["val_rmse"], rtol=1e-5)


def test_a_feature_that_is_constant_in_the_training_part_does_not_count() -> None:
    # Corner pixels of the digits are 0 in every image.
    pack = pack_of("digits")
    network, weights, _ = trained(pack)[0]
    assert np.isinf(network.scaling.divisor[0])
    inputs = validation(pack, 5)[0][:3]
    changed = inputs.copy()
    changed[:, 0] = 9.0
    np.testing.assert_array_equal(predict(network, weights, changed), predict(network, weights, inputs))


def test_a_description_names_features_and_classes() -> None:
    network = trained(pack_of("iris"))[0][0]
    assert network.classes == ("setosa", "versicolor", "virginica")
    assert network.features[0] == "sepal length (cm)"


def test_a_split_of_the_caller_s_has_no_description() -> None:
    pack = pack_of("iris")
    own = replace(split_of(pack, 5), scaling=None)
    assert describe(replace(pack, data=own, shape=pack.shape), own) is None


def test_no_examples_give_no_predictions() -> None:
    network, weights, _ = trained(pack_of("iris"))[0]
    assert predict(network, weights, np.empty((0, 4))).shape == (0, 3)


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        ([1.0, 2.0, 3.0, 4.0], r"inputs must be \(N, 4\) numbers, .* Received: \(4,\)"),
        (np.zeros((2, 3)), r"Received: \(2, 3\)"),
        ([["a", "b", "c", "d"]], r"inputs must be \(N, 4\) numbers\. Received: could not convert"),
        ([[1.0, 2.0, 3.0, np.nan]], "inputs must be finite"),
        ([[1.0, 2.0, 3.0, 1e200]], "must fit float32 once scaled"),
    ],
)
def test_other_inputs_are_refused(inputs: Any, message: str) -> None:
    network, weights, _ = trained(pack_of("iris"))[0]
    with pytest.raises(DataError, match=message):
        predict(network, weights, inputs)


@pytest.mark.usefixtures("modules")
def test_a_module_that_has_changed_is_refused() -> None:
    network, weights, _ = trained(CLASSIFIERS["a module"])[0]
    changed = replace(network, network=ModuleSpec("modules_that_predict:lazy"))
    with pytest.raises(UserCodeError, match="must make the module that was trained"):
        predict(changed, weights, np.zeros((1, 4)))


@pytest.mark.usefixtures("modules")
def test_a_module_that_raises_is_told_in_a_sentence() -> None:
    network, weights, _ = trained(replace(CLASSIFIERS["a module"], network=ModuleSpec("modules_that_predict:raising")))[
        0
    ]
    with pytest.raises(UserCodeError, match=r"must predict without an error\. Received: RuntimeError at .*one"):
        predict(network, weights, np.zeros((1, 4)))
