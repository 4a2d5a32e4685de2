"""Arrays of the wrong shape are refused with a call of NumPy that makes them right."""

from __future__ import annotations

import re

import numpy as np
import pytest

from trainers.data.array_shapes import require_shapes
from trainers.errors import DataError

X, Y = np.arange(12.0).reshape(4, 3), np.arange(4.0)


def refusal(x: np.ndarray, y: np.ndarray) -> str:
    with pytest.raises(DataError) as refused:
        require_shapes("a.npz", ("x", "y"), x, y)
    return str(refused.value)


def test_four_rows_and_four_targets_are_accepted() -> None:
    require_shapes("a.npz", ("x", "y"), X, Y)


@pytest.mark.parametrize(
    ("x", "y"),
    [
        (np.zeros((4, 2, 3)), Y),
        (np.zeros(4), Y),
        (X, Y[:, None]),
        (X, Y[None, :]),
        (X, np.zeros((4, 2, 5))),
        (X, np.eye(4, dtype=int)),
        (X, np.array([[1, 1], [0, 1], [0, 0], [1, 0]])),
        (X, np.full((4, 2), 0.5)),
        (X.T, Y),
    ],
)
def test_the_call_that_is_offered_gives_arrays_that_are_accepted(x: np.ndarray, y: np.ndarray) -> None:
    (call,) = re.findall(r"(?:Take|such as|Take one number of each, such as) `([^`]+)`", refusal(x, y))
    mended = eval(call, {"x": x, "y": y})
    is_of_inputs = call.startswith("x")
    require_shapes("a.npz", ("x", "y"), mended if is_of_inputs else x, y if is_of_inputs else mended)


def test_one_hot_rows_several_labels_and_several_outputs_are_told_apart() -> None:
    assert "its rows are one-hot" in refusal(X, np.eye(4))
    assert "several labels for one example" in refusal(X, np.array([[1, 1], [0, 1], [0, 0], [1, 0]]))
    assert "several outputs for one example" in refusal(X, np.full((4, 2), 0.5))


def test_other_numbers_of_rows_are_told_with_both_numbers() -> None:
    assert "Received: 4 in `x`, 5 in `y`. Give one target for each row of inputs." in refusal(X, np.zeros(5))
