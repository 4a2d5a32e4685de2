"""Defines a data set: examples with their targets, and the sizes that determine a network."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from trainers.data.blocks.stored_rows import StoredRows
from trainers.data.digests import digest as digest
from trainers.data.shape import Arrangement as Arrangement
from trainers.data.shape import DatasetShape as DatasetShape
from trainers.data.shape import Task as Task
from trainers.data.table_schema import ColumnSummary, TableSchema
from trainers.errors import DataError

Floats: TypeAlias = NDArray[np.float64]
Targets: TypeAlias = "NDArray[np.int64] | NDArray[np.float64]"


@dataclass(frozen=True, eq=False)
class Dataset:
    """Examples and their targets as read: neither split nor normalised.

    Args:
        name: the name of the set, or of its file.
        inputs: (N, D) float64, C-contiguous, finite; or images and sequences (N, ...) of any numbers; or tokens (N, T)
            int64. The latter two are made by `trainers.data.tensors.from_tensors` and for torch modules. Or
            `trainers.data.blocks.stored_rows.StoredRows`, in their place where they do not fit the memory.
        targets: (N,) int64 indices into ``classes``, or (N,) float64 for regression; or one class for each position,
            such as (N, T), in which `trainers.data.shape.IGNORED` has none.
        task: ``multiclass``, ``binary`` or ``regression``.
        classes: the name of each class; empty for regression.
        feature_names: the name of each of the D features.
        fingerprint: 16 hex digits, a hash of inputs, targets and task that is the same on every machine.
        schema: of a table whose columns are encoded; its ``inputs`` are then (N, F) numbers and codes, which may be
            NaN where a cell is missing, and its ``feature_names`` those of the F numbers. None for plain numbers.
        keys: (N,) int64, what decides the parts where the data do: a group, the rank of a time, or 1 for what is held
            out. None elsewhere.
        training: number of training examples in that case, of the first seed.
        notes: sentences on what was found in the data and decided, for the plan.
        columns: what was found in each column of a table; empty for arrays.
        arrangement: how the axes of an example differ from those that the user gave.
    """

    name: str
    inputs: NDArray[Any]
    targets: Targets
    task: Task
    classes: tuple[str, ...]
    feature_names: tuple[str, ...]
    fingerprint: str
    schema: TableSchema | None = None
    keys: NDArray[np.int64] | None = None
    training: int | None = None
    notes: tuple[str, ...] = ()
    columns: tuple[ColumnSummary, ...] = ()
    arrangement: Arrangement = "as given"

    @property
    def stored(self) -> StoredRows | None:
        """The inputs, if they lie in a file and are read by blocks."""
        inputs: Any = self.inputs
        return inputs if isinstance(inputs, StoredRows) else None

    @property
    def examples(self) -> int:
        """Number of examples N."""
        return int(self.inputs.shape[0])

    @property
    def features(self) -> int:
        """Number of features D that a network receives; of images and sequences, all numbers of an example."""
        return math.prod(self.inputs.shape[1:]) if self.schema is None else self.schema.width

    @property
    def item(self) -> tuple[int, ...]:
        """Shape of an example that is no row of features; empty for a row."""
        return self.inputs.shape[1:] if self.inputs.ndim > 2 or self.is_tokens else ()

    @property
    def is_tokens(self) -> bool:
        """Whether the inputs are whole numbers that index an embedding."""
        return self.inputs.dtype == np.int64

    @property
    def outputs(self) -> int:
        """Number of network outputs: the classes of a multiclass task, 1 for binary and regression."""
        return len(self.classes) if self.task == "multiclass" else 1

    def rows(self, chosen: NDArray[Any]) -> Dataset:
        """Return some examples as a data set of their own.

        Args:
            chosen: (n,) indices, or (N,) bool.
        """
        keys = None if self.keys is None else self.keys[chosen]
        if keys is not None and len(keys) and keys.max() > 1:
            keys = np.unique(keys, return_inverse=True)[1].astype(np.int64)
        fingerprint = digest(self.fingerprint, np.arange(self.examples)[chosen])
        inputs: Any = self.inputs[chosen] if self.stored is None else self.stored.select(chosen)
        targets = self.targets[chosen]
        return replace(self, inputs=inputs, targets=targets, keys=keys, fingerprint=fingerprint)

    @property
    def shape(self) -> DatasetShape:
        """The sizes of this set."""
        return DatasetShape(
            self.examples,
            self.features,
            self.outputs,
            self.task,
            training=self.training,
            item=self.item,
            positions=self.targets.shape[1:],
            vocabulary=int(self.inputs.max()) + 1 if self.is_tokens else 0,
            number_bytes=self.inputs.itemsize,
            held=None if self.stored is None else self.stored.window * self.stored.block_rows,
        )


def classification(
    name: str,
    inputs: NDArray[Any],
    targets: NDArray[Any],
    classes: Sequence[str],
    feature_names: Sequence[str],
) -> Dataset:
    """Make a data set with one class per example.

    Args:
        name: name of the set in messages.
        inputs: (N, D) numbers, finite.
        targets: (N,) integer indices into ``classes``.
        classes: the name of each class, two or more; two make the task binary.
        feature_names: D names.

    Raises:
        DataError: if there is one class, or there are too few examples.

    >>> classification("tiny", np.eye(4), np.array([0, 1, 0, 1]), ["no", "yes"], list("abcd")).task
    'binary'
    """
    if len(classes) < 2:
        raise DataError(
            f"`{name}` must have at least two classes to tell apart. Received: {len(classes)} "
            f"({', '.join(map(repr, classes)) or 'none'}). Check the target column, or give more examples."
        )
    task: Task = "binary" if len(classes) == 2 else "multiclass"
    return _dataset(name, inputs, targets.astype(np.int64), task, classes, feature_names)


def regression(name: str, inputs: NDArray[Any], targets: NDArray[Any], feature_names: Sequence[str]) -> Dataset:
    """Make a data set with one number to predict per example.

    Args:
        name: name of the set in messages.
        inputs: (N, D) numbers, finite.
        targets: (N,) numbers, finite, in their original unit.
        feature_names: D names.

    Raises:
        DataError: if all targets are equal, or there are too few examples.

    >>> regression("line", np.array([[0.0], [1.0]]), np.array([1.0, 3.0]), ["x"]).outputs
    1
    """
    if targets.size > 1 and targets.min() == targets.max():
        raise DataError(
            f"`{name}` must have targets that differ, or there is nothing to predict. "
            f"Received: {targets[0]:g} in every example. Check the target column."
        )
    return _dataset(name, inputs, targets.astype(np.float64), "regression", (), feature_names)


def _dataset(
    name: str,
    inputs: NDArray[Any],
    targets: Targets,
    task: Task,
    classes: Sequence[str],
    feature_names: Sequence[str],
) -> Dataset:
    require_examples(name, len(inputs))
    inputs = np.ascontiguousarray(inputs, dtype=np.float64)
    if inputs.ndim != 2 or targets.shape != (len(inputs),):
        raise DataError(
            f"`{name}` must have inputs (N, D) and targets (N,). Received: {inputs.shape} and {targets.shape}. "
            "Reshape them."
        )
    if not np.isfinite(inputs).all() or not np.isfinite(targets).all():
        raise DataError(f"`{name}` must hold finite numbers. Received: NaN or infinity. Fill or drop such examples.")
    if task != "regression" and not 0 <= targets.min() <= targets.max() < len(classes):
        raise DataError(
            f"`{name}` must hold labels from 0 to {len(classes) - 1}, as there are {len(classes)} classes. "
            f"Received: {targets.min():g} to {targets.max():g}. Number the classes from 0."
        )
    fingerprint = digest(task, inputs, targets)
    return Dataset(
        name=name,
        inputs=inputs,
        targets=targets,
        task=task,
        classes=tuple(classes),
        feature_names=tuple(feature_names),
        fingerprint=fingerprint,
    )


def require_trainable(dataset: Dataset, origin: str) -> None:
    """Refuse a user's data set that violates what `Dataset` promises.

    Args:
        dataset: any.
        origin: its source, for messages.

    Raises:
        DataError: with the requirement and the value found.
    """
    inputs, targets = dataset.inputs, dataset.targets
    if dataset.item or targets.ndim > 1:
        # `from_tensors` has made it and checked it.
        return
    if inputs.ndim != 2 or targets.shape != (len(inputs),) or inputs.dtype != np.float64:
        raise DataError(
            f"the Dataset of `{origin}` must have inputs (N, D) of float64 and targets (N,). "
            f"Received: {inputs.dtype.name} {inputs.shape} and {targets.dtype.name} {targets.shape}. "
            "Make it by `trainers.data.dataset.classification` or `regression`."
        )
    require_examples(origin, len(inputs))
    wrong = ~np.isfinite(inputs).all(axis=1)
    if dataset.task == "regression":
        wrong |= ~np.isfinite(targets)
    if wrong.any():
        raise DataError(
            f"the Dataset of `{origin}` must hold finite numbers. "
            f"Received: NaN or infinity in example {int(wrong.argmax()) + 1} (the first is 1). Fill in or drop it."
        )
    if dataset.task != "regression":
        _require_labels(dataset, origin)


def _require_labels(dataset: Dataset, origin: str) -> None:
    targets, classes = dataset.targets, len(dataset.classes)
    if targets.dtype != np.int64 or targets.min() < 0 or targets.max() >= classes:
        raise DataError(
            f"the Dataset of `{origin}` must have int64 targets from 0 to {classes - 1}, the index of each class. "
            f"Received: {targets.dtype.name} from {targets.min()} to {targets.max()}. "
            "Number the classes from 0, as `numpy.unique(targets, return_inverse=True)` does."
        )
    counts = np.bincount(targets.astype(np.int64), minlength=classes)
    if counts.min() < 2:
        raise DataError(
            f"every class of `{origin}` must have at least 2 examples, one to train on and one to validate. "
            f"Received: {counts.min()} of class `{dataset.classes[int(counts.argmin())]}`. "
            "Give more examples, or leave the class out."
        )


def require_examples(name: str, examples: int) -> None:
    """Refuse a set that is too small to split.

    Raises:
        DataError: if there are fewer than 2 examples.
    """
    if examples < 2:
        raise DataError(
            f"`{name}` must have at least 2 examples, one to train on and one to validate. "
            f"Received: {examples}. Give more examples."
        )
