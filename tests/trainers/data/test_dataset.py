"""A data set holds finite numbers and the labels of its classes, and its fingerprint changes with its content."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from trainers.data.dataset import classification, digest, regression, require_trainable
from trainers.errors import DataError

X, LABELS = np.arange(12.0).reshape(6, 2), np.array([0, 1, 2, 0, 1, 2])
IRIS = classification("flowers", X, LABELS, ["a", "b", "c"], ["x0", "x1"])


def test_two_classes_need_one_output_and_three_need_three() -> None:
    two = classification("two", X, LABELS % 2, ["a", "b"], ["x0", "x1"])
    assert (two.task, two.outputs, IRIS.task, IRIS.outputs) == ("binary", 1, "multiclass", 3)
    assert (IRIS.shape.examples, IRIS.shape.features) == (6, 2)


@pytest.mark.parametrize(
    ("labels", "classes", "said"),
    [
        (LABELS, ["a", "b"], "labels from 0 to 1.*Received: 0 to 2"),
        (LABELS - 1, ["a", "b", "c"], "Received: -1 to 1"),
        (LABELS * 0, ["a"], r"at least two classes.*Received: 1 \('a'\)"),
        (LABELS[:4], ["a", "b", "c"], r"inputs \(N, D\) and targets \(N,\)"),
    ],
)
def test_labels_that_do_not_fit_their_classes_are_refused(labels, classes, said) -> None:
    with pytest.raises(DataError, match=said):
        classification("flowers", X, labels, classes, ["x0", "x1"])


def test_targets_that_are_all_equal_or_not_finite_and_a_single_example_are_refused() -> None:
    with pytest.raises(DataError, match="Received: 2 in every example"):
        regression("line", X, np.full(6, 2.0), ["x0", "x1"])
    with pytest.raises(DataError, match="must hold finite numbers"):
        regression("line", X, np.array([1, 2, 3, np.inf, 5, 6]), ["x0", "x1"])
    with pytest.raises(DataError, match=r"at least 2 examples.*Received: 1\."):
        regression("line", X[:1], np.array([1.0]), ["x0", "x1"])


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"inputs": X.astype("float32")}, r"inputs \(N, D\) of float64.*Received: float32 \(6, 2\)"),
        ({"inputs": np.where(X == 4, np.nan, X)}, "NaN or infinity in example 3"),
        ({"targets": LABELS + 1}, "int64 targets from 0 to 2"),
        ({"targets": np.array([0, 1, 0, 0, 1, 2])}, "Received: 1 of class `c`"),
    ],
)
def test_a_set_made_by_hand_that_breaks_the_rules_is_refused(changed, said) -> None:
    require_trainable(IRIS, "m:f")
    with pytest.raises(DataError, match=said):
        require_trainable(dataclasses.replace(IRIS, **changed), "m:f")


def test_a_fingerprint_tells_content_task_and_shape_apart_and_not_the_layout_in_memory() -> None:
    other = X.copy()
    other[5, 1] += 1e-9
    prints = [
        IRIS.fingerprint,
        classification("flowers", other, LABELS, ["a", "b", "c"], ["x0", "x1"]).fingerprint,
        regression("flowers", X, LABELS, ["x0", "x1"]).fingerprint,
    ]
    assert len(set(prints)) == 3
    # The same labels of two classes and of three.
    tasks = [classification("f", X, LABELS % 2, names, ["x0", "x1"]).fingerprint for names in ("ab", "abc")]
    assert tasks[0] != tasks[1]
    again = classification("renamed", np.asfortranarray(X), LABELS.astype("int8"), ["p", "q", "r"], ["y", "z"])
    assert again.fingerprint == IRIS.fingerprint
    assert digest("ab", "c") != digest("a", "bc")
    assert digest(np.array([1], ">i4")) == digest(np.array([1], "<i8"))
