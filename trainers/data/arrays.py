"""Checks that the arrays of a split can be trained on and match each other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from trainers.errors import DataError

ARRAYS = ("train_inputs", "train_targets", "val_inputs", "val_targets")
EMPTY_PART_WAY_OUT = "Hold at least one example back, or give the training part as both."


def check_arrays(parts: Mapping[str, Any], *, is_tensor: bool = False) -> None:
    """Refuse arrays that cannot be trained on, whatever the task.

    Args:
        parts: name in `ARRAYS` -> array.
        is_tensor: whether inputs of more dimensions, tokens, and targets for each position are meant.

    Raises:
        DataError: for a value that is not an array, a wrong number of dimensions, examples or features, a wrong dtype,
            NaN or infinity.
    """
    for name, array in parts.items():
        _check_form(name, array, is_tensor)
    for part in ("train", "val"):
        inputs, targets = parts[f"{part}_inputs"], parts[f"{part}_targets"]
        if not len(inputs):
            refuse(f"{part}_inputs", "must hold an example or more", "none", EMPTY_PART_WAY_OUT)
        if len(targets) != len(inputs):
            rule = f"must hold one target for each of the {len(inputs)} examples of `{part}_inputs`"
            refuse(f"{part}_targets", rule, len(targets), "Give as many.")
        _check_types(f"{part}_inputs", inputs, f"{part}_targets", targets, is_tensor)
    _check_shapes(parts)
    for one, other in (("train_inputs", "val_inputs"), ("train_targets", "val_targets")):
        if parts[one].dtype != parts[other].dtype:
            rule = f"must have the type of `{one}`, {parts[one].dtype}"
            refuse(other, rule, parts[other].dtype, f"Convert it by `.astype(np.{parts[one].dtype})`.")


def _check_shapes(parts: Mapping[str, Any]) -> None:
    """Refuse parts whose examples have no numbers, or are of different shapes."""
    train, val = parts["train_inputs"], parts["val_inputs"]
    if not all(train.shape[1:]):
        refuse("train_inputs", "must have a feature or more", train.shape, "Give a column of numbers.")
    if train.ndim == val.ndim == 2 and train.shape[1] != val.shape[1]:
        refuse("val_inputs", f"must have the {train.shape[1]} features of `train_inputs`", val.shape[1], "Give all.")
    for part in ("inputs", "targets"):
        one, other = (parts[f"{name}_{part}"].shape[1:] for name in ("train", "val"))
        if one != other:
            refuse(f"val_{part}", f"must have examples of the shape of `train_{part}`, {one}", other, "Give the same.")


def _check_form(name: str, array: Any, is_tensor: bool) -> None:
    if not isinstance(array, np.ndarray):
        refuse(name, "must be a NumPy array", type(array).__name__, "Convert it by `np.asarray`.")
    if name.endswith("inputs") and (array.ndim < 2 or (array.ndim > 2 and not is_tensor)):
        refuse(name, "must have the shape (N, D)", array.shape, "Reshape it, such as by `.reshape(len(x), -1)`.")
    if name.endswith("targets") and (array.ndim == 0 or (array.ndim > 1 and not is_tensor)):
        way_out = "Take `.argmax(axis=1)` of one-hot targets, or `.ravel()` of a single column."
        refuse(name, "must have the shape (N,)", array.shape, way_out)


def _check_types(
    inputs_name: str, inputs: NDArray[Any], targets_name: str, targets: NDArray[Any], is_tensor: bool
) -> None:
    if is_tensor and inputs.dtype == np.int64:
        # Tokens, whose regression targets have the type of the network.
        allowed: tuple[Any, ...] = (np.int64, np.float32, np.float64)
    else:
        allowed = (np.int64, inputs.dtype)
    if inputs.dtype not in (np.float32, np.float64) and len(allowed) == 2:
        refuse(inputs_name, "must be float32 or float64", inputs.dtype, "Convert it by `.astype(np.float32)`.")
    if targets.dtype not in allowed:
        rule = f"must be class indices in int64, or for regression {inputs.dtype} as the inputs are"
        kind = "int64" if targets.dtype.kind in "iub" else str(inputs.dtype)
        refuse(targets_name, rule, targets.dtype, f"Convert it by `.astype(np.{kind})`.")
    for name, array in ((inputs_name, inputs), (targets_name, targets)):
        # The minimum and the maximum reveal NaN and infinity without a temporary array.
        if array.size and array.dtype.kind == "f" and not (np.isfinite(array.min()) and np.isfinite(array.max())):
            row = int(np.flatnonzero(~np.isfinite(array.reshape(len(array), -1)).all(axis=1))[0])
            refuse(name, "must hold finite numbers", f"NaN or infinity in row {row}", "Fill or drop such rows.")


def refuse(name: str, rule: str, received: Any, way_out: str) -> NoReturn:
    """Raise a `DataError` with the array's name, the rule, the received value and the way out."""
    raise DataError(f"`{name}` {rule}. Received: {received}. {way_out}")
