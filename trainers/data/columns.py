"""Turns the columns of a file into a data set, and points at the cell that stands in the way."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from trainers.data.dataset import Dataset, Floats, classification, regression, require_examples
from trainers.errors import DataError

if TYPE_CHECKING:
    import pandas as pd

Task = Literal["auto", "classification", "regression"]
MOST_CLASSES = 20


def is_classification(targets: Floats, task: Task) -> bool:
    """Decide the task of a target of numbers: ``auto`` is classification for few distinct whole numbers.

    **Variant.** Few is at most `MOST_CLASSES`. A target of text or of true and false is always classification
    unless ``task`` says otherwise.

    Args:
        targets: (N,), finite.
        task: what the user said.

    >>> is_classification(np.array([1.0, 2.0, 2.0]), "auto"), is_classification(np.array([1.5, 2.0]), "auto")
    (True, False)
    """
    if task != "auto":
        return task == "classification"
    whole = bool(np.all(targets == np.floor(targets)))
    return whole and len(np.unique(targets)) <= MOST_CLASSES


def from_table(name: str, inputs: Sequence[pd.Series[Any]], target: pd.Series[Any], task: Task) -> Dataset:
    """Make a data set of the columns of a table.

    Args:
        name: the file, for messages.
        inputs: the columns of inputs, one or more.
        target: the column to predict.
        task: what the user said.

    Raises:
        DataError: naming column, row and value of the first cell that cannot be used.
    """
    require_examples(name, len(target))
    feature_names = [str(column.name) for column in inputs]
    numbers = np.column_stack([_numbers(name, column) for column in inputs])
    require_finite(name, numbers, feature_names)
    if task != "regression" and _is_text(target):
        _require_present(name, target)
        return _labelled(name, numbers, np.asarray(target.astype(str), dtype=np.str_), feature_names)
    return _numeric(name, numbers, _numbers(name, target), str(target.name), task, feature_names)


def from_arrays(
    name: str, array_names: tuple[str, str], inputs: NDArray[Any], targets: NDArray[Any], task: Task
) -> Dataset:
    """Make a data set of two arrays; its features are called ``x0``, ``x1`` and so on.

    Args:
        name: the file, for messages.
        array_names: what the file calls inputs and targets.
        inputs: (N, D) numbers.
        targets: (N,) numbers or text.
        task: what the user said.

    Raises:
        DataError: if a shape or a dtype does not fit, or a number is not finite.
    """
    for array, label, dimensions, fix in (
        (inputs, array_names[0], 2, "reshape(len(x), -1)"),
        (targets, array_names[1], 1, "ravel()"),
    ):
        if array.ndim != dimensions:
            raise DataError(
                f"array `{label}` of `{name}` must have {dimensions} dimension{'s' * (dimensions > 1)}. "
                f"Received: shape {array.shape}. Save it after {fix}."
            )
    if len(inputs) != len(targets):
        raise DataError(
            f"the arrays of `{name}` must have as many targets as inputs. "
            f"Received: {len(inputs)} in `{array_names[0]}`, {len(targets)} in `{array_names[1]}`."
            "Make them equal."
        )
    require_examples(name, len(inputs))
    if inputs.dtype.kind not in "biuf" or inputs.shape[1] == 0:
        raise DataError(
            f"array `{array_names[0]}` of `{name}` must hold numbers. "
            f"Received: {inputs.dtype.name} of shape {inputs.shape}. Save float64, with a column or more."
        )
    feature_names = [f"{array_names[0]}{column}" for column in range(inputs.shape[1])]
    numbers = inputs.astype(np.float64)
    require_finite(name, numbers, feature_names)
    if targets.dtype.kind in "bUS" and task != "regression":
        return _labelled(name, numbers, targets.astype(np.str_), feature_names)
    if targets.dtype.kind not in "biuf":
        raise DataError(
            f"array `{array_names[1]}` of `{name}` must hold numbers. Received: {targets.dtype.name}. "
            "Save it as float64, or leave out the task to classify text."
        )
    return _numeric(name, numbers, targets.astype(np.float64), array_names[1], task, feature_names)


def require_finite(name: str, numbers: Floats, column_names: Sequence[str]) -> None:
    """Refuse NaN and infinity, with the place of the first in the first column that has one.

    Args:
        name: the file, for messages.
        numbers: (N, D).
        column_names: D names.

    Raises:
        DataError: if a number is not finite.
    """
    wrong = ~np.isfinite(numbers)
    if not wrong.any():
        return
    column = int(wrong.any(axis=0).argmax())
    row = int(wrong[:, column].argmax())
    missing = bool(np.isnan(numbers[row, column]))
    count = int(wrong.sum())
    raise DataError(
        f"column `{column_names[column]}` of `{name}` must hold finite numbers. "
        f"Received: {'NaN or an empty cell' if missing else numbers[row, column]} in row {row + 1} "
        f"(the first is 1), and {count} such {'cell' if count == 1 else 'cells'} in the file. "
        "Fill or drop the rows."
    )


def _numeric(
    name: str, inputs: Floats, targets: Floats, column: str, task: Task, feature_names: Sequence[str]
) -> Dataset:
    require_finite(name, targets[:, np.newaxis], [column])
    if not is_classification(targets, task):
        return regression(name, inputs, targets, feature_names)
    values, labels = np.unique(targets, return_inverse=True)
    classes = [str(int(value)) if value == np.floor(value) else repr(float(value)) for value in values]
    _require_two_each(name, labels, classes, "Say `task: regression` if these are amounts, or give more examples.")
    return classification(name, inputs, labels, classes, feature_names)


def _labelled(name: str, inputs: Floats, targets: NDArray[np.str_], feature_names: Sequence[str]) -> Dataset:
    classes, labels = np.unique(targets, return_inverse=True)
    _require_two_each(name, labels, classes.tolist(), "Give more examples, or leave the class out.")
    return classification(name, inputs, labels, classes.tolist(), feature_names)


def _require_two_each(name: str, labels: NDArray[Any], classes: Sequence[str], way_out: str) -> None:
    counts = np.bincount(labels)
    if len(classes) > 1 and counts.min() < 2:
        raise DataError(
            f"every class of `{name}` must have at least 2 examples, one to train on and one to validate. "
            f"Received: 1 of class `{classes[int(counts.argmin())]}`. {way_out}"
        )


def _is_text(column: pd.Series[Any]) -> bool:
    """Tell whether the values name classes: text, true and false, or categories."""
    from pandas.api import types

    return bool(types.is_bool_dtype(column.dtype) or not types.is_numeric_dtype(column.dtype))


def _require_present(name: str, column: pd.Series[Any]) -> None:
    missing = column.isna().to_numpy(dtype=bool)
    if missing.any():
        require_finite(name, np.where(missing, np.nan, 0.0)[:, np.newaxis], [str(column.name)])


def _numbers(name: str, column: pd.Series[Any]) -> Floats:
    """Read a column as (N,) numbers, NaN where a cell is empty."""
    import pandas as pd
    from pandas.api import types

    if types.is_numeric_dtype(column.dtype) and not types.is_complex_dtype(column.dtype):
        return column.to_numpy(dtype=np.float64, na_value=np.nan)
    present = column.notna().to_numpy(dtype=bool)
    if types.is_object_dtype(column.dtype) or types.is_string_dtype(column.dtype):
        numbers = pd.to_numeric(column.astype(object), errors="coerce").to_numpy(dtype=np.float64)
        wrong = np.isnan(numbers) & present
    else:
        numbers, wrong = np.full(len(column), np.nan), present
    if wrong.any():
        row = int(wrong.argmax())
        raise DataError(
            f"column `{column.name}` of `{name}` must hold numbers. "
            f"Received: {str(column.iloc[row])!r} in row {row + 1} "
            f"(the first is 1), and {int(wrong.sum())} such cells. "
            "Correct them, drop the column, or encode it as numbers."
        )
    return numbers
