"""Any metric by its name, from the predictions of one trial, as of a test part."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tests.trainers.metrics.conftest import random_part, sklearn_value
from trainers.metrics import METRICS, evaluate
from trainers.metrics.epoch import METRICS as EPOCH


@pytest.mark.parametrize(("task", "classes"), [("binary", 2), ("multiclass", 3), ("regression", 0)])
def test_all_metrics_of_a_task_with_or_without_their_part(task, classes, rng):
    part = random_part(rng, classes, 40, trials=1)
    names = [name for name, metric in METRICS.items() if task in metric.tasks]
    found = evaluate([f"test_{name}" for name in names], part.targets, part.outputs[0], task, classes)
    assert found == evaluate(names, part.targets, part.outputs[0], task, classes)
    assert list(found) == names
    for name in ("accuracy", "f1_macro", "mean_absolute_error", "r2"):
        if name in names:
            assert found[name] == pytest.approx(sklearn_value(name, part, 0))


def test_the_loss_of_classes_is_the_cross_entropy_and_of_numbers_on_the_scale_of_training():
    found = evaluate(["loss"], [0, 1], [[0.5, 0.5], [0.75, 0.25]], "binary", 2)
    assert found["loss"] == pytest.approx((math.log(2) + math.log(4)) / 2)
    numbers = evaluate(["loss", "rmse"], [0.0, 10.0], [4.0, 10.0], "regression", 0, scale=2.0)
    assert numbers == {"loss": pytest.approx((2.0**2) / 2), "rmse": pytest.approx(math.sqrt(8))}


def test_what_is_undefined_is_nan_and_so_is_all_of_predictions_that_are_not_finite():
    assert math.isnan(evaluate(["roc_auc"], [0, 0], [[0.5, 0.5]] * 2, "binary", 2)["roc_auc"])
    found = evaluate([metric.name for metric in EPOCH[2:]], [1.0, 2.0], [1.0, np.inf], "regression", 0)
    assert all(math.isnan(value) for value in found.values())


@pytest.mark.parametrize(("name", "task"), [("f1", "regression"), ("rmse", "binary"), ("absent", "binary")])
def test_a_metric_that_does_not_suit_the_task_is_refused(name, task):
    with pytest.raises(ValueError, match=f"must be of metrics that suit the task {task}. Received: {name}"):
        evaluate([name], [0, 1], [0.0, 1.0] if task == "regression" else [[1, 0], [0, 1]], task, 2)


@pytest.mark.parametrize("outputs", [[[0.5, 0.5]], [0.5, 0.5], [[0.5, 0.3, 0.2]] * 2])
def test_outputs_of_another_shape_are_refused(outputs):
    with pytest.raises(ValueError, match="`outputs` must be"):
        evaluate(["accuracy"], [0, 1], outputs, "binary", 2)


def test_an_own_metric_is_called_by_its_path_and_named_by_its_function(tmp_path, monkeypatch):
    (tmp_path / "measures_here.py").write_text("def largest(targets, outputs):\n    return outputs.max()\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    assert evaluate(["measures_here:largest"], [0.0, 1.0], [5.0, 7.0], "regression", 0) == {"largest": 7.0}
