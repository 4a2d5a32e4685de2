"""Splits a data set into a training and a validation part, both scaled by statistics of the training part."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from trainers.data.arrays import ARRAYS, check_arrays
from trainers.data.blocks.prepared_rows import EncodedRows, PreparedRows
from trainers.data.dataset import Dataset, DatasetShape, digest
from trainers.data.holdout import (
    ByGroup,
    ByTime,
    Fold,
    Folds,
    Given,
    Holdout,
    Part,
    held_out_fold,
    held_out_groups,
    held_out_latest,
    part_of_seed,
    rounded_up,
    share_of,
)
from trainers.data.part_sizes import class_shares, largest_share, training_examples
from trainers.data.scaling import Normalise, Scaling, fit_blocks, fit_inputs
from trainers.data.shape import IGNORED
from trainers.errors import DataError

Indices = NDArray[np.int64]

BLOCKS_OF_VALIDATION = 2
"""Blocks of the validation part that are in memory at once; it is read in order."""


@dataclass(frozen=True, eq=False)
class Split:
    """The two parts of a data set, ready to train on.

    **Variant.** Regression targets are standardised by mean and deviation of the training part unless
    ``normalise`` is ``none``; losses are then on that scale, and an RMSE times ``target_scale`` is in the unit
    of the data. R2 does not change.

    Args:
        train_inputs: (n, D) float32 or float64, C-contiguous.
        train_targets: (n,) int64 class indices, or for regression numbers in the dtype of the inputs.
        val_inputs: (N - n, D), scaled by statistics of the training part.
        val_targets: (N - n,).
        fingerprint: 16 hex digits, a hash of which examples are in which part; by default hashes the arrays.
        target_mean: what was subtracted from regression targets; 0.0 for classification.
        target_scale: what regression targets were then divided by; 1.0 for classification.
        scaling: how both parts were scaled; None if it is not known.
        is_tensor: True for images (n, ...), sequences, tokens (n, T) int64 and targets for each position, which are
            for torch modules.

    The inputs of data that are read by blocks are `trainers.data.blocks.prepared_rows.PreparedRows`.

    Raises:
        DataError: for an empty part, shapes that do not match, other dtypes than those above, NaN or infinity.

    >>> import numpy as np
    >>> x, y = np.array([[0.0], [1.0], [2.0]], np.float32), np.array([0, 1, 0])
    >>> len(Split(x[:2], y[:2], x[2:], y[2:]).fingerprint)
    16
    """

    train_inputs: NDArray[Any]
    train_targets: NDArray[Any]
    val_inputs: NDArray[Any]
    val_targets: NDArray[Any]
    fingerprint: str = None  # type: ignore[assignment]
    target_mean: float = 0.0
    target_scale: float = 1.0
    scaling: Scaling | None = None
    is_tensor: bool = False

    def __post_init__(self) -> None:
        """Check the arrays once, and compute the fingerprint if none is given."""
        if self.stored is not None:
            # What is in the file was checked as it was written.
            return
        parts = {name: getattr(self, name) for name in ARRAYS}
        check_arrays(parts, is_tensor=self.is_tensor)
        if self.fingerprint is None:
            object.__setattr__(self, "fingerprint", digest("split", *parts.values()))

    @property
    def stored(self) -> tuple[PreparedRows, PreparedRows] | None:
        """The training and the validation inputs, if they are read by blocks."""
        parts: list[Any] = [self.train_inputs, self.val_inputs]
        return (parts[0], parts[1]) if isinstance(parts[0], PreparedRows) else None

    @cached_property
    def labels(self) -> tuple[int, int]:
        """The lowest and the highest class index of both parts, without positions that have none."""
        both = [self.train_targets, self.val_targets]
        if self.train_targets.ndim > 1:
            both = [part[part != IGNORED] for part in both]
            both = [part for part in both if part.size] or [np.zeros(1, np.int64)]
        return min(int(part.min()) for part in both), max(int(part.max()) for part in both)


def training_size(shape: DatasetShape, holdout: Holdout, seed: int = 0, dataset: Dataset | None = None) -> int:
    """Count the training examples of a seed.

    Args:
        shape: of the data set.
        holdout: what is held out for validation.
        seed: of the trial; whole groups and folds differ in size from seed to seed.
        dataset: the data set, without which the size of whole groups is that of the first seed.

    Raises:
        DataError: if nothing is left to train on.

    >>> training_size(DatasetShape(10, 4, 1, "regression"), Folds(4)), training_size(
    ...     DatasetShape(10, 4, 1, "regression"), Folds(4), seed=2)
    (7, 8)
    """
    if isinstance(holdout, float):
        return training_examples(shape.examples, holdout)
    if isinstance(holdout, Folds):
        return shape.examples - len(range(seed % holdout.count, shape.examples, holdout.count))
    if dataset is not None and isinstance(holdout, ByGroup):
        part, rng = part_of_seed(holdout, seed)
        return len(split_indices(dataset, part, rng)[0])
    assert shape.training is not None, "set where the data decide the parts"
    return shape.training


def require_parts(shape: DatasetShape, holdout: Holdout, key: str = "validation") -> int:
    """Refuse a validation share that leaves too few training examples, before any data is read.

    The training part needs an example of each class, or two examples of a regression, if the set has that many.

    Args:
        shape: of the data set.
        holdout: what is held out for validation.
        key: name of the share in messages.

    Returns:
        The number of training examples, as `training_size`.

    Raises:
        DataError: with the largest share that works.

    >>> require_parts(DatasetShape(150, 4, 3, "multiclass"), 0.98)
    3
    """
    if isinstance(holdout, Folds) and holdout.count > shape.examples:
        raise DataError(
            f"`{key}.folds` must be {shape.examples} or less, the number of examples. Received: {holdout.count}. "
            "Give such as 5."
        )
    size, validation = training_size(shape, holdout), share_of(holdout)
    if validation is None:
        return size
    is_regression = shape.task == "regression" or bool(shape.positions)
    fewest = min(2, shape.examples - 1) if is_regression else max(shape.outputs, 2)
    left = shape.examples - rounded_up(shape.examples, validation)
    if left >= fewest:
        return size
    needed = f"{fewest} or more examples" if is_regression else f"an example of each of the {fewest} classes"
    raise DataError(
        f"`{key}` must leave {needed} to train on. Received: {validation}, which leaves {left} of {shape.examples}. "
        f"Give {largest_share(shape.examples, fewest)} or less."
    )


def split(
    dataset: Dataset,
    validation: Part,
    normalise: Normalise,
    rng: np.random.Generator,
    dtype: DTypeLike = np.float64,
) -> Split:
    """Split, prepare and scale: ``x' = (x - mean) / std`` or ``(x - min) / (max - min)``, fitted on the training part.

    **Variant.** The standard deviation divides by n, not n - 1. A feature that is constant in the training part
    becomes 0 in both parts. Both parts keep the class proportions (where a share is held out) and the order of the
    data set. Encoded categories and indicators of missing values stay 0 and 1.

    Args:
        dataset: the data to split.
        validation: what is held out for validation: a share in (0, 1), or as `part_of_seed` says.
        normalise: ``standard``, ``minmax`` (to [0, 1] on the training part) or ``none``.
        rng: assigns examples to parts; used for nothing else.
        dtype: float32 or float64, of the inputs and of regression targets.

    Returns:
        The parts; the training part has `training_size` examples.

    Raises:
        DataError: if a class has a single example, the training part has fewer examples than there are classes,
            or a number is too large for ``dtype``.

    >>> from trainers.data import DataSource, load
    >>> parts = split(load(DataSource("iris")), 0.2, "standard", np.random.default_rng(0))
    >>> parts.train_inputs.shape, [int(n) for n in np.bincount(parts.val_targets)]
    ((120, 4), [10, 10, 10])
    """
    train, val = split_indices(dataset, validation, rng)
    train_inputs: Any
    val_inputs: Any
    if dataset.stored is not None:
        scaling, encoded = fit_blocks(dataset, train, normalise)
        held_out = EncodedRows(stored=dataset.stored, rows=val, preparation=scaling.preparation)
        train_inputs = PreparedRows(encoded, scaling, dtype, dataset.name, dataset.stored.window)
        val_inputs = PreparedRows(held_out, scaling, dtype, dataset.name, BLOCKS_OF_VALIDATION)
    else:
        scaling, prepared = fit_inputs(dataset, train, normalise)
        train_inputs = scaling.scaled(prepared, dtype, dataset.name)
        val_inputs = scaling.scaled_inputs(dataset.inputs[val], dtype, dataset.name)

    def targets_of(part: Indices) -> NDArray[Any]:
        if dataset.task != "regression":
            return dataset.targets[part]
        return scaling.scaled_targets(dataset.targets[part].astype(np.float64), dtype, dataset.name)

    return Split(
        train_inputs=train_inputs,
        train_targets=targets_of(train),
        val_inputs=val_inputs,
        val_targets=targets_of(val),
        fingerprint=digest(_text_of(validation), train, val),
        target_mean=scaling.target_mean,
        target_scale=scaling.target_scale,
        scaling=scaling,
        is_tensor=bool(dataset.item) or dataset.targets.ndim > 1,
    )


def _text_of(part: Part) -> str:
    """What is held out, as text that is the same on every machine, wherever the data are."""
    if isinstance(part, int | float):
        return repr(float(part))
    return "given" if isinstance(part, Given) else repr(part)


def split_of_seed(
    dataset: Dataset, holdout: Holdout, normalise: Normalise, seed: int, dtype: DTypeLike = np.float64
) -> Split:
    """Split as trials of a seed do; see `split`."""
    part, rng = part_of_seed(holdout, seed)
    return split(dataset, part, normalise, rng, dtype)


def split_indices(dataset: Dataset, validation: Part, rng: np.random.Generator) -> tuple[Indices, Indices]:
    """Choose the training and the validation examples, each in increasing order, together all of them."""
    if isinstance(validation, ByGroup | ByTime | Given | Fold):
        held_out = _held_out(dataset, validation, rng)
        _require_classes(dataset, ~held_out)
        return np.flatnonzero(~held_out), np.flatnonzero(held_out)
    size = training_examples(dataset.examples, validation)
    order = rng.permutation(dataset.examples)
    if dataset.task == "regression" or dataset.targets.ndim > 1:
        chosen = order[:size]
    else:
        counts = np.bincount(dataset.targets.astype(np.int64), minlength=len(dataset.classes))
        shares = class_shares(counts, size, dataset.name)
        labels = dataset.targets[order]
        chosen = np.concatenate([order[labels == label][:share] for label, share in enumerate(shares)])
    in_training = np.zeros(dataset.examples, dtype=bool)
    in_training[chosen] = True
    return np.flatnonzero(in_training), np.flatnonzero(~in_training)


def _held_out(dataset: Dataset, part: ByGroup | ByTime | Given | Fold, rng: np.random.Generator) -> NDArray[np.bool_]:
    if isinstance(part, Fold):
        is_regression = dataset.task == "regression"
        strata = np.zeros(dataset.examples, np.int64) if is_regression else dataset.targets.astype(np.int64)
        return held_out_fold(strata, part, rng)
    assert dataset.keys is not None, "the loader reads the column that decides the parts"
    if isinstance(part, ByGroup):
        return held_out_groups(dataset.keys, part.fraction, rng)
    return held_out_latest(dataset.keys, part.fraction) if isinstance(part, ByTime) else dataset.keys == 1


def _require_classes(dataset: Dataset, in_training: NDArray[np.bool_]) -> None:
    """Refuse parts where a class has no training example, which no network can learn."""
    if dataset.task == "regression":
        return
    counts = np.bincount(dataset.targets[in_training].astype(np.int64), minlength=len(dataset.classes))
    if not counts.all():
        raise DataError(
            f"the training part of `{dataset.name}` must hold an example of each class. "
            f"Received: none of class `{dataset.classes[int(counts.argmin())]}`, as `data.validation` holds all of it "
            "out. Hold out other examples, or leave the class out."
        )
