"""Metrics of a user's own: what they receive, and what is said where they fail."""

from __future__ import annotations

import math
import sys

import numpy as np
import pytest

from tests.trainers.metrics.conftest import given, random_part
from trainers.errors import UserCodeError
from trainers.imports import make_importable
from trainers.metrics.own import name_of, own_scores, try_own_metric

SOURCE = """
import numpy as np

calls = []

def share_of_first(targets, outputs):
    calls.append((targets.copy(), outputs.copy()))
    return float((outputs.argmax(axis=-1) == 0).mean())

def spoils(targets, outputs):
    targets[:] = 0
    outputs[:] = 0
    return 1

def fails(targets, outputs):
    return outputs.nothing

def text(targets, outputs):
    return "0.5"

def infinite(targets, outputs):
    return np.float32(np.inf)

def array(targets, outputs):
    return np.array(0.25)

value = 3
"""


@pytest.fixture
def module(tmp_path, monkeypatch):
    (tmp_path / "mine_of_metrics.py").write_text(SOURCE, encoding="utf-8")
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.chdir(tmp_path)
    make_importable(str(tmp_path))
    yield "mine_of_metrics"
    sys.modules.pop("mine_of_metrics", None)


def test_it_receives_targets_and_the_probabilities_of_each_trial(module, rng):
    part = random_part(rng, 2, 15, trials=2)
    found = own_scores(f"{module}:share_of_first", part)
    assert found.tolist() == [float((labels == 0).mean()) for labels in part.labels]
    calls = sys.modules[module].calls
    assert [outputs.shape for _, outputs in calls] == [(15, 2), (15, 2)]
    assert all((targets == part.targets).all() for targets, _ in calls)


def test_what_it_changes_in_place_is_its_own(module, rng):
    part = random_part(rng, 0, 9)
    before = part.outputs.copy(), part.targets.copy()
    assert own_scores(f"{module}:spoils", part).tolist() == [1.0, 1.0, 1.0]
    assert (part.outputs == before[0]).all()
    assert (part.targets == before[1]).all()


def test_infinity_is_undefined_and_an_array_of_one_number_is_a_number(module):
    part = given([1.0], [2.0], "regression")
    assert math.isnan(own_scores(f"{module}:infinite", part)[0])
    assert own_scores(f"{module}:array", part).tolist() == [0.25]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("fails", r"must compute a number. Received: AttributeError at .*mine_of_metrics.py:16"),
        ("text", "must return a number. Received: str."),
        ("value", "must be a function of targets and outputs. Received: int."),
        ("absent", "names something that `mine_of_metrics` does not have"),
    ],
)
def test_a_mistake_is_one_sentence(module, name, said):
    with pytest.raises(UserCodeError, match=said):
        own_scores(f"{module}:{name}", given([1], [[0.5, 0.5]]))


@pytest.mark.parametrize(("task", "classes", "shape"), [("multiclass", 9, (18, 9)), ("binary", 2, (12, 2))])
def test_it_is_tried_on_probabilities_of_every_class(module, task, classes, shape):
    try_own_metric(f"{module}:share_of_first", task, classes)
    ((targets, outputs),) = sys.modules[module].calls
    assert outputs.shape == shape
    assert set(targets) == set(range(classes))
    np.testing.assert_allclose(outputs.sum(axis=1), 1.0)


def test_it_is_tried_before_anything_is_trained(module):
    with pytest.raises(UserCodeError, match="must compute a number"):
        try_own_metric(f"{module}:fails", "regression", 0)


def test_its_name_is_that_of_the_function():
    assert name_of("a.b:c") == "c"
