"""A split that does not fit the network or the number type of its pack is refused in a sentence."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trainers.data import DatasetShape, Split
from trainers.errors import DataError
from trainers.pack import Pack, TrialSpec

SGD = (TrialSpec("sgd", {"learning_rate": 0.1}),)
MULTICLASS = DatasetShape(8, 3, 3, "multiclass")
BINARY = DatasetShape(8, 3, 1, "binary")
REGRESSION = DatasetShape(8, 3, 1, "regression")


def arrays(**changed: Any) -> dict[str, Any]:
    rng = np.random.default_rng(0)
    x = rng.standard_normal((8, 3)).astype(np.float32)
    y = np.array([0, 1, 2, 0, 1, 0, 1, 1])
    return {"train_inputs": x[:5], "train_targets": y[:5], "val_inputs": x[5:], "val_targets": y[5:], **changed}


@pytest.mark.parametrize("part", ["train_targets", "val_targets"])
@pytest.mark.parametrize("shape", [MULTICLASS, BINARY], ids=["multiclass", "binary"])
@settings(max_examples=30, deadline=None)
@given(label=st.integers(-(2**62), 2**62), place=st.integers(0, 2))
def test_a_label_is_taken_exactly_where_there_is_such_a_class(
    part: str, shape: DatasetShape, label: int, place: int
) -> None:
    given_arrays = {name: array % 2 if "targets" in name else array for name, array in arrays().items()}
    given_arrays[part][place] = label
    classes = 2 if shape.task == "binary" else 3
    if 0 <= label < classes:
        Pack(Split(**given_arrays), SGD, shape=shape)
    else:
        with pytest.raises(DataError, match=f"labels from 0 to {classes - 1}.*Received: {label}"):
            Pack(Split(**given_arrays), SGD, shape=shape)


@pytest.mark.parametrize("label", [-1, 3])
def test_a_label_without_a_class_is_refused_without_assertions_too(label: int) -> None:
    code = (
        "import numpy as np; from trainers.data import *; from trainers.pack import *; x = np.zeros((2, 1), 'f4')\n"
        f"y = np.array([0, {label}])\n"
        "shape = DatasetShape(4, 1, 3, 'multiclass')\n"
        "try: Pack(Split(x, y, x, y), (TrialSpec('sgd', {'learning_rate': 1}),), shape=shape)\n"
        "except ValueError as error: print(error)"
    )
    done = subprocess.run([sys.executable, "-O", "-c", code], capture_output=True, text=True, check=True)
    assert f"labels from 0 to 2, as there are 3 classes. Received: {label}." in done.stdout


def test_binary_labels_of_one_and_two_are_refused() -> None:
    with pytest.raises(DataError, match=r"labels from 0 to 1, as there are 2 classes. Received: 2"):
        Pack(Split(**arrays()), SGD, shape=BINARY)


@pytest.mark.parametrize("backend", ["numpy", "torch"])
def test_arrays_of_another_type_than_the_packs_are_refused(backend: Any) -> None:
    with pytest.raises(DataError, match=r"inputs of the pack's type, float64. Received: float32"):
        Pack(Split(**arrays()), SGD, dtype="float64", shape=MULTICLASS, backend=backend)
    wide = {name: array.astype(float) if "inputs" in name else array for name, array in arrays().items()}
    with pytest.raises(DataError, match=r"type, float32. Received: float64. Convert .*float32\)`, or give `dtype="):
        Pack(Split(**wide), SGD, shape=MULTICLASS, backend=backend)
    # Both ways out.
    Pack(Split(**wide), SGD, dtype="float64", shape=MULTICLASS, backend=backend)
    Pack(Split(**arrays()), SGD, shape=MULTICLASS, backend=backend)


def test_targets_of_another_kind_than_the_task_are_refused() -> None:
    with pytest.raises(DataError, match=r"targets in float32 for regression. Received: int64"):
        Pack(Split(**arrays()), SGD, shape=REGRESSION)
    numbers = {name: array.astype("f4") for name, array in arrays().items()}
    with pytest.raises(DataError, match=r"class indices in int64 for a multiclass task. Received: float32"):
        Pack(Split(**numbers), SGD, shape=MULTICLASS)
    with pytest.raises(DataError, match=r"`shape.features` must have the 3 features"):
        Pack(Split(**numbers), SGD, shape=DatasetShape(8, 4, 1, "regression"))


def test_labels_are_looked_through_once_however_many_packs_there_are() -> None:
    split = Split(**arrays())
    Pack(split, SGD, shape=MULTICLASS)
    # What is remembered is asked for, not the array.
    object.__setattr__(split, "labels", (0, 7))
    with pytest.raises(DataError, match=r"Received: 7"):
        Pack(split, SGD, shape=MULTICLASS)
