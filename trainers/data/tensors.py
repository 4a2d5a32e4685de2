"""Makes a data set of images, sequences or targets for each position, which a torch module takes as they are."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trainers.data.dataset import Dataset, classification, digest, regression, require_examples
from trainers.data.numeric import Column
from trainers.data.shape import IGNORED
from trainers.data.target import Classes, Task, read_target
from trainers.errors import DataError


def is_tensor(inputs: NDArray[Any], targets: NDArray[Any]) -> bool:
    """Whether arrays are more than rows of features with one target each.

    Args:
        inputs: any array.
        targets: any array; those of several dimensions are classes of positions if they fit the axes of the inputs, and
            these are no rows of features.

    >>> is_tensor(np.zeros((5, 4)), np.zeros(5)), is_tensor(np.zeros((5, 8, 8)), np.zeros(5))
    (False, True)
    >>> is_tensor(np.zeros((5, 4), int), np.zeros((5, 4), int)), is_tensor(np.zeros((5, 4)), np.zeros((5, 4), int))
    (True, False)
    """
    return inputs.ndim > 2 or _has_positions(inputs, targets)


def from_tensors(
    name: str,
    array_names: tuple[str, str],
    inputs: NDArray[Any],
    targets: NDArray[Any],
    task: Task,
) -> Dataset:
    """Make a data set of arrays for which `is_tensor`.

    **Variant.** 8-bit numbers are held as they are, other whole numbers as float64, which a network with an embedding
    gets as whole numbers. Classes of positions are numbered as given: C is one more than the largest, and `IGNORED` is
    none.

    Args:
        name: the file or function, for messages.
        array_names: names of the input and target arrays there.
        inputs: (N, ...) numbers.
        targets: (N,) numbers or text, or classes of positions such as (N, T).
        task: as given by the user.

    Raises:
        DataError: if a shape or a type does not fit, or a number is not finite.

    >>> images = np.zeros((4, 8, 8, 1), np.uint8)
    >>> from_tensors("f", ("inputs", "targets"), images, np.array([0, 1, 0, 1]), "auto").shape.item
    (8, 8, 1)
    """
    x, y = array_names
    numbers = _numbers(name, x, inputs)
    if targets.ndim == 0 or len(inputs) != len(targets):
        given = len(targets) if targets.ndim else "no array"
        raise DataError(
            f"the arrays of `{name}` must have as many targets as inputs. Received: {len(inputs)} in `{x}`, "
            f"{given} in `{y}`. Give one target for each of the inputs."
        )
    require_examples(name, len(inputs))
    if _has_positions(inputs, targets):
        return _with_positions(name, array_names, numbers, targets, task)
    if targets.ndim > 1:
        if targets.size == len(targets):
            way_out = f"Take `{y}.ravel()`"
        elif targets.ndim == 2 and targets.dtype.kind in "biuf" and _is_one_hot(targets):
            way_out = f"Take `{y}.argmax(axis=1)` of one-hot targets"
        else:
            way_out = "Give (N,), or whole numbers for each position of the inputs, such as (N, T) of sequences"
        raise DataError(
            f"array `{y}` of `{name}` must have one target for each example or one class for each position. "
            f"Received: {targets.dtype.name} of shape {targets.shape} for inputs {inputs.shape}. {way_out}."
        )
    cells = targets if targets.dtype.kind in "biuf" else targets.astype(object)
    target = read_target(Column(name=y, origin=name, cells=cells, is_target=True), task)
    rows = np.zeros((len(inputs), 1))
    if isinstance(target, Classes):
        flat = classification(name, rows, target.labels, target.names, ("",))
    else:
        flat = regression(name, rows, target, ("",))
    return _with_inputs(flat, numbers)


def _numbers(name: str, label: str, inputs: NDArray[Any]) -> NDArray[Any]:
    """Check inputs and convert them to a type that is held."""
    if inputs.dtype.kind not in "biuf" or inputs.size == 0:
        text = inputs.dtype.kind in "USO"
        way_out = "Number the words or characters, such as by a tokenizer" if text else "Give numbers of one type"
        raise DataError(
            f"array `{label}` of `{name}` must hold numbers. Received: {inputs.dtype.name} of shape {inputs.shape}. "
            f"{way_out}."
        )
    if inputs.dtype == np.uint8:
        return np.ascontiguousarray(inputs)
    small = inputs.dtype.itemsize <= 2 or inputs.dtype == np.float32
    numbers = np.ascontiguousarray(inputs, dtype=np.float32 if small else np.float64)
    # The minimum and the maximum reveal NaN and infinity without a temporary array.
    if not (np.isfinite(numbers.min()) and np.isfinite(numbers.max())):
        row = next(row for row, one in enumerate(numbers) if not np.isfinite(one).all())
        raise DataError(
            f"array `{label}` of `{name}` must hold finite numbers. Received: NaN or infinity in example {row + 1} "
            "(the first is 1). Fill in or drop it."
        )
    return numbers


def _has_positions(inputs: NDArray[Any], targets: NDArray[Any]) -> bool:
    """Whether targets are one class for each token, step or pixel of the inputs."""
    if targets.ndim < 2 or inputs.ndim < 2 or targets.dtype.kind not in "biuUS" or len(targets) != len(inputs):
        return False
    if inputs.ndim == 2 and inputs.dtype.kind not in "iu":
        # Rows of features, whose several targets are labels or outputs.
        return False
    if targets.ndim == 2 and targets.dtype.kind in "biu" and _is_one_hot(targets):
        return False
    item, positions = inputs.shape[1:], targets.shape[1:]
    return positions in (item[: len(positions)], item[1:]) and positions != (1,)


def _is_one_hot(targets: NDArray[Any]) -> bool:
    return bool(np.isin(targets, (0, 1)).all() and (targets.sum(axis=1) == 1).all())


def _with_positions(
    name: str, array_names: tuple[str, str], inputs: NDArray[Any], targets: NDArray[Any], task: Task
) -> Dataset:
    """Make a data set with one class for each position."""
    label = array_names[1]
    if task == "regression":
        raise DataError(
            f"array `{label}` of `{name}` must have one number for each example of a regression. "
            f"Received: shape {targets.shape}. Take one of each, such as `{label}[:, 0]`."
        )
    if targets.dtype.kind in "US":
        found, labels = np.unique(targets.astype(str), return_inverse=True)
        classes, labels = tuple(map(str, found)), labels.reshape(targets.shape).astype(np.int64)
    else:
        labels = targets.astype(np.int64)
        counted = labels[labels != IGNORED]
        if not counted.size or counted.min() < 0:
            received = counted.min() if counted.size else f"{IGNORED} alone"
            raise DataError(
                f"array `{label}` of `{name}` must number the classes from 0, with {IGNORED} where there is none. "
                f"Received: {received}. Number them, as `numpy.unique(targets, return_inverse=True)` does."
            )
        classes = tuple(map(str, range(int(counted.max()) + 1)))
    if len(np.unique(labels[labels != IGNORED])) < 2:
        raise DataError(
            f"`{name}` must have at least two classes to tell apart. Received: {classes[-1]} at every position of "
            f"`{label}`. Check the targets."
        )
    return Dataset(
        name=name,
        inputs=inputs.astype(np.float64) if inputs.ndim == 2 else inputs,
        targets=labels,
        task="multiclass",
        classes=classes,
        feature_names=tuple(f"{array_names[0]}{column}" for column in range(inputs.shape[1]))
        if inputs.ndim == 2
        else (),
        fingerprint=digest("positions", inputs, labels),
    )


def _with_inputs(flat: Dataset, inputs: NDArray[Any]) -> Dataset:
    fingerprint = digest(flat.task, inputs, flat.targets)
    return replace(flat, inputs=inputs, feature_names=(), fingerprint=fingerprint)
