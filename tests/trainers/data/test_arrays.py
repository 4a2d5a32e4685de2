"""Arrays that do not fit each other are refused in a sentence, before a kernel sees them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from trainers.data import DatasetShape, Split
from trainers.data.dataset import classification
from trainers.errors import DataError
from trainers.loop import train
from trainers.pack import Pack, TrialSpec

SGD = (TrialSpec("sgd", {"learning_rate": 0.1}),)
MULTICLASS = DatasetShape(8, 3, 3, "multiclass")


def arrays(**changed: Any) -> dict[str, Any]:
    rng = np.random.default_rng(0)
    x = rng.standard_normal((8, 3)).astype(np.float32)
    y = np.array([0, 1, 2, 0, 1, 0, 1, 1])
    return {"train_inputs": x[:5], "train_targets": y[:5], "val_inputs": x[5:], "val_targets": y[5:], **changed}


def nan_at(row: int) -> Any:
    x = arrays()["train_inputs"].copy()
    x[row, 1] = np.nan
    return x


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"train_inputs": [[1.0]]}, "`train_inputs` must be a NumPy array. Received: list"),
        ({"train_inputs": np.zeros((5, 3, 1), "f4")}, r"`train_inputs` must have the shape \(N, D\).*\(5, 3, 1\)"),
        ({"train_targets": np.zeros((5, 3), int)}, r"`train_targets` must have the shape \(N,\).*argmax"),
        ({"val_inputs": np.zeros((0, 3), "f4"), "val_targets": np.zeros(0, int)}, "`val_inputs` must hold an example"),
        ({"train_targets": np.zeros(4, int)}, "must hold one target for each of the 5 examples.*Received: 4"),
        ({"val_inputs": np.zeros((3, 2), "f4")}, "`val_inputs` must have the 3 features"),
        ({"train_inputs": np.zeros((5, 0), "f4")}, "`train_inputs` must have a feature or more"),
        ({"train_inputs": np.zeros((5, 3), int)}, "`train_inputs` must be float32 or float64. Received: int64"),
        ({"val_inputs": np.zeros((3, 3))}, "`val_inputs` must have the type of `train_inputs`, float32"),
        ({"train_targets": np.zeros(5, "i1")}, "`train_targets` must be class indices in int64.*Received: int8"),
        ({"val_targets": np.zeros(3, "f4")}, "`val_targets` must have the type of `train_targets`, int64"),
        ({"train_inputs": nan_at(3)}, "`train_inputs` must hold finite numbers. Received: NaN or infinity in row 3"),
        ({"train_inputs": np.full((5, 3), -np.inf, "f4")}, "finite numbers"),
    ],
)
def test_arrays_that_do_not_fit_each_other_are_refused(changed: dict[str, Any], message: str) -> None:
    with pytest.raises(DataError, match=message):
        Split(**arrays(**changed))


def test_a_fingerprint_that_is_not_given_is_that_of_the_arrays() -> None:
    one, same = Split(**arrays()), Split(**arrays())
    other = Split(**arrays(train_targets=np.array([0, 1, 2, 0, 0])))
    assert one.fingerprint == same.fingerprint != other.fingerprint
    assert len(one.fingerprint) == 16
    assert Split(**arrays(), fingerprint="0" * 16).fingerprint == "0" * 16


def test_a_split_that_passes_trains() -> None:
    (metrics,) = train(Pack(Split(**arrays()), SGD, epochs=1, shape=MULTICLASS))
    assert metrics.trials.tolist() == [0]


@pytest.mark.parametrize("labels", [[0, 1, -1, 1], [0, 1, 2, 1]])
def test_a_data_set_of_classes_holds_no_other_label(labels: list[int]) -> None:
    with pytest.raises(DataError, match=r"`mine` must hold labels from 0 to 1, as there are 2 classes"):
        classification("mine", np.eye(4), np.array(labels), ["no", "yes"], list("abcd"))
