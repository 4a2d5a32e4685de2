"""Checks the arrays of a split, once each: that they fit each other, and the network that is to learn them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from trainers.data.dataset import DatasetShape
from trainers.errors import DataError

if TYPE_CHECKING:
    from trainers.data.split import Split

ARRAYS = ("train_inputs", "train_targets", "val_inputs", "val_targets")
MORE = "Hold at least one example back, or give the training part as both."


def check_arrays(parts: Mapping[str, Any]) -> None:
    """Refuse arrays that cannot be trained on, whatever the task.

    Args:
        parts: those of `ARRAYS`.

    Raises:
        DataError: for what is no array, has another number of dimensions, examples or features, another type, or a
            number that is not finite.
    """
    for name, array in parts.items():
        _check_form(name, array)
    for part in ("train", "val"):
        inputs, targets = parts[f"{part}_inputs"], parts[f"{part}_targets"]
        if not len(inputs):
            _refuse(f"{part}_inputs", "must hold an example or more", "none", MORE)
        if len(targets) != len(inputs):
            rule = f"must hold one target for each of the {len(inputs)} examples of `{part}_inputs`"
            _refuse(f"{part}_targets", rule, len(targets), "Give as many.")
        _check_types(f"{part}_inputs", inputs, f"{part}_targets", targets)
    train, val = parts["train_inputs"], parts["val_inputs"]
    if not train.shape[1]:
        _refuse("train_inputs", "must have a feature or more", train.shape, "Give a column of numbers.")
    if train.shape[1] != val.shape[1]:
        _refuse("val_inputs", f"must have the {train.shape[1]} features of `train_inputs`", val.shape[1], "Give all.")
    for one, other in (("train_inputs", "val_inputs"), ("train_targets", "val_targets")):
        if parts[one].dtype != parts[other].dtype:
            rule = f"must have the type of `{one}`, {parts[one].dtype}"
            _refuse(other, rule, parts[other].dtype, f"Convert it by `.astype(np.{parts[one].dtype})`.")


def _check_form(name: str, array: Any) -> None:
    if not isinstance(array, np.ndarray):
        _refuse(name, "must be a NumPy array", type(array).__name__, "Convert it by `np.asarray`.")
    if name.endswith("inputs") and array.ndim != 2:
        _refuse(name, "must have the shape (N, D)", array.shape, "Reshape it, such as by `.reshape(len(x), -1)`.")
    if name.endswith("targets") and array.ndim != 1:
        way_out = "Take `.argmax(axis=1)` of one-hot targets, or `.ravel()` of a single column."
        _refuse(name, "must have the shape (N,)", array.shape, way_out)


def _check_types(inputs_name: str, inputs: NDArray[Any], targets_name: str, targets: NDArray[Any]) -> None:
    if inputs.dtype not in (np.float32, np.float64):
        _refuse(inputs_name, "must be float32 or float64", inputs.dtype, "Convert it by `.astype(np.float32)`.")
    if targets.dtype not in (np.int64, inputs.dtype):
        rule = f"must be class indices in int64, or for regression {inputs.dtype} as the inputs are"
        kind = "int64" if targets.dtype.kind in "iub" else str(inputs.dtype)
        _refuse(targets_name, rule, targets.dtype, f"Convert it by `.astype(np.{kind})`.")
    for name, array in ((inputs_name, inputs), (targets_name, targets)):
        # The smallest and the largest tell of NaN and infinity without an array of their own.
        if array.size and array.dtype.kind == "f" and not (np.isfinite(array.min()) and np.isfinite(array.max())):
            row = int(np.flatnonzero(~np.isfinite(array.reshape(len(array), -1)).all(axis=1))[0])
            _refuse(name, "must hold finite numbers", f"NaN or infinity in row {row}", "Fill or drop such rows.")


def check_fit(split: Split, shape: DatasetShape, dtype: str) -> None:
    """Refuse a split whose features, labels or type are not those of a pack; costs nothing after the first time.

    Raises:
        DataError: with the way out.
    """
    features = split.train_inputs.shape[1]
    if features != shape.features:
        rule = f"must have the {features} features of the split's inputs"
        _refuse("shape.features", rule, shape.features, f"Give {features}.")
    if split.train_inputs.dtype != dtype:
        found = split.train_inputs.dtype
        rule = f"must hold inputs of the pack's type, {dtype}"
        way_out = f"Convert them by `.astype(np.{dtype})`" + (
            ", or give `dtype='float64'`." if found == "float64" else "."
        )
        _refuse("data", rule, found, way_out)
    if shape.task == "regression":
        if split.train_targets.dtype != split.train_inputs.dtype:
            rule = f"must hold targets in {dtype} for regression"
            _refuse("data", rule, split.train_targets.dtype, f"Convert them by `.astype(np.{dtype})`.")
        return
    if split.train_targets.dtype != np.int64:
        rule = f"must hold class indices in int64 for a {shape.task} task"
        _refuse("data", rule, split.train_targets.dtype, "Convert them by `.astype(np.int64)`.")
    classes = 2 if shape.task == "binary" else shape.outputs
    lowest, highest = split.labels
    if lowest < 0 or highest >= classes:
        wrong = lowest if lowest < 0 else highest
        rule = f"must hold labels from 0 to {classes - 1}, as there are {classes} classes"
        _refuse("data", rule, wrong, "Number the classes from 0, such as by `np.unique(y, return_inverse=True)[1]`.")


def _refuse(name: str, rule: str, received: Any, way_out: str) -> NoReturn:
    raise DataError(f"`{name}` {rule}. Received: {received}. {way_out}")
