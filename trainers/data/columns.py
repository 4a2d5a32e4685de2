"""Converts two arrays to a data set, and a column of a table to cells."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from trainers.data.array_shapes import require_shapes
from trainers.data.dataset import Dataset, Floats, classification, regression, require_examples
from trainers.data.distinct import Objects, distinct_words
from trainers.data.numeric import MOST_EXACT, Column, read_numbers
from trainers.data.target import Classes, Task, read_target
from trainers.errors import DataError

if TYPE_CHECKING:
    import pandas as pd


def from_arrays(
    name: str,
    array_names: tuple[str, str],
    inputs: NDArray[Any],
    targets: NDArray[Any],
    task: Task,
) -> Dataset:
    """Make a data set from two arrays; features are named after the input array, such as ``x0`` and ``x1``.

    Args:
        name: the file, for messages.
        array_names: names of the input and target arrays in the file.
        inputs: (N, D) numbers.
        targets: (N,) numbers or text.
        task: as given by the user.

    Raises:
        DataError: if a shape or a dtype does not fit, or a number is not finite.
    """
    require_shapes(name, array_names, inputs, targets)
    require_examples(name, len(inputs))
    if inputs.dtype.kind not in "biufO" or inputs.shape[1] == 0:
        raise DataError(
            f"array `{array_names[0]}` of `{name}` must hold numbers. "
            f"Received: {inputs.dtype.name} of shape {inputs.shape}. Make it float64, with a column or more."
        )
    if targets.dtype.kind not in "biufUSOMm":
        raise DataError(
            f"array `{array_names[1]}` of `{name}` must hold numbers or text. Received: {targets.dtype.name}. "
            "Make it float64 to predict amounts, or int64 to predict classes."
        )
    feature_names = [f"{array_names[0]}{column}" for column in range(inputs.shape[1])]
    target = Column(name=array_names[1], origin=name, cells=_objects(targets), is_target=True)
    return _dataset(name, _matrix(name, inputs, feature_names), read_target(target, task), feature_names)


def _matrix(name: str, inputs: NDArray[Any], feature_names: Sequence[str]) -> Floats:
    """Convert (N, D) inputs to numbers."""
    if inputs.dtype.kind in "biuf":
        with np.errstate(over="ignore"):
            numbers: Floats = inputs.astype(np.float64)
        if np.isfinite(numbers).all() and (inputs.dtype.kind in "bf" or np.abs(numbers).max() < MOST_EXACT):
            return numbers
    columns = [Column(name=label, origin=name, cells=inputs[:, at]) for at, label in enumerate(feature_names)]
    return np.column_stack([read_numbers(column) for column in columns])


def _dataset(name: str, inputs: Floats, target: Classes | Floats, feature_names: Sequence[str]) -> Dataset:
    if isinstance(target, Classes):
        return classification(name, inputs, target.labels, target.names, feature_names)
    return regression(name, inputs, target, feature_names)


def cells_of(series: pd.Series[Any]) -> NDArray[Any]:
    """The cells of a column as a NumPy array; categories become their values."""
    from pandas.api import types

    if (words := distinct_words(series)) is not None:
        cells: Objects = words.values[words.codes]
        return cells
    if isinstance(series.dtype, types.CategoricalDtype | types.DatetimeTZDtype):
        series = series.astype(object)
        return series.infer_objects().to_numpy()
    return _objects(series.to_numpy())


def _objects(cells: NDArray[Any]) -> NDArray[Any]:
    """Numeric arrays unchanged, all others as object arrays."""
    if cells.dtype.kind in "biuf":
        return cells
    if cells.dtype.kind == "S":
        return np.array([cell.decode("utf-8", "backslashreplace") for cell in cells.tolist()], dtype=object)
    if cells.dtype.kind in "Mm":
        # NumPy scalars are kept, because Python's dates lack nanoseconds and would become integers.
        objects = np.empty(len(cells), dtype=object)
        objects[:] = list(cells)
        return objects
    return cells.astype(object)
