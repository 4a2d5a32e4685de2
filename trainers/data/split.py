"""Splits a data set into a training and a validation part, both scaled by statistics of the training part."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from trainers.data.arrays import ARRAYS, check_arrays
from trainers.data.dataset import Dataset, DatasetShape, digest
from trainers.data.scaling import Normalise, Scaling, fit_scaling
from trainers.data.shape import IGNORED
from trainers.errors import DataError

Indices = NDArray[np.int64]


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
        parts = {name: getattr(self, name) for name in ARRAYS}
        check_arrays(parts, is_tensor=self.is_tensor)
        if self.fingerprint is None:
            object.__setattr__(self, "fingerprint", digest("split", *parts.values()))

    @cached_property
    def labels(self) -> tuple[int, int]:
        """The lowest and the highest class index of both parts, without positions that have none."""
        both = [self.train_targets, self.val_targets]
        if self.train_targets.ndim > 1:
            both = [part[part != IGNORED] for part in both]
            both = [part for part in both if part.size] or [np.zeros(1, np.int64)]
        return min(int(part.min()) for part in both), max(int(part.max()) for part in both)


def training_examples(examples: int, validation: float) -> int:
    """Count the training examples: ``n = N - ceil(N * validation)``, with at least one example in each part.

    **Variant.** The validation part is rounded up, as scikit-learn's ``train_test_split`` does. The
    count does not depend on the class proportions.

    Args:
        examples: N, 2 or more.
        validation: share of the validation part, in (0, 1).

    Raises:
        DataError: if either number is out of its range.

    >>> training_examples(1797, 0.2)
    1437
    """
    if not 0.0 < validation < 1.0:
        raise DataError(
            f"the share of the validation part must be in (0, 1). Received: {validation}. Give a share such as 0.2."
        )
    if examples < 2:
        raise DataError(f"a split needs at least 2 examples. Received: {examples}. Give more examples.")
    return examples - min(max(_rounded_up(examples, validation), 1), examples - 1)


def _rounded_up(examples: int, validation: float) -> int:
    # Rounded first, so that 0.07 * 100 = 7.000000000000001 counts as 7.
    return math.ceil(round(examples * validation, 9))


def require_parts(shape: DatasetShape, validation: float, key: str = "validation") -> int:
    """Refuse a validation share that leaves too few training examples, before any data is read.

    The training part needs an example of each class, or two examples of a regression, if the set has that many.

    Args:
        shape: of the data set.
        validation: share of the validation part, in (0, 1).
        key: name of the share in messages.

    Returns:
        The number of training examples, as `training_examples`.

    Raises:
        DataError: with the largest share that works.

    >>> require_parts(DatasetShape(150, 4, 3, "multiclass"), 0.98)
    3
    """
    size = training_examples(shape.examples, validation)
    is_regression = shape.task == "regression" or bool(shape.positions)
    fewest = min(2, shape.examples - 1) if is_regression else max(shape.outputs, 2)
    left = shape.examples - _rounded_up(shape.examples, validation)
    if left >= fewest:
        return size
    needed = f"{fewest} or more examples" if is_regression else f"an example of each of the {fewest} classes"
    raise DataError(
        f"`{key}` must leave {needed} to train on. Received: {validation}, which leaves {left} of {shape.examples}. "
        f"Give {largest_share(shape.examples, fewest)} or less."
    )


def largest_share(examples: int, fewest: int) -> float:
    """The largest validation share that leaves ``fewest`` training examples, in few digits.

    >>> largest_share(150, 3), largest_share(149, 3)
    (0.98, 0.979)
    """
    most = examples - fewest
    for digits in range(1, 10):
        unit = int(10**digits)
        share = most * unit // examples / unit
        if share > 0.0 and _rounded_up(examples, share) == most:
            return share
    return most / examples


def split(
    dataset: Dataset,
    validation: float,
    normalise: Normalise,
    rng: np.random.Generator,
    dtype: DTypeLike = np.float64,
) -> Split:
    """Split and scale: ``x' = (x - mean) / std`` or ``(x - min) / (max - min)``, fitted on the training part.

    **Variant.** The standard deviation divides by n, not n - 1. A feature that is constant in the training part
    becomes 0 in both parts. Both parts keep the class proportions and the order of the data set.

    Args:
        dataset: the data to split.
        validation: share of the validation part, in (0, 1).
        normalise: ``standard``, ``minmax`` (to [0, 1] on the training part) or ``none``.
        rng: assigns examples to parts; used for nothing else.
        dtype: float32 or float64, of the inputs and of regression targets.

    Returns:
        The parts; the training part has `training_examples` examples.

    Raises:
        DataError: if a class has a single example, the training part has fewer examples than there are classes,
            or a number is too large for ``dtype``.

    >>> from trainers.data import DataSource, load
    >>> parts = split(load(DataSource("iris")), 0.2, "standard", np.random.default_rng(0))
    >>> parts.train_inputs.shape, [int(n) for n in np.bincount(parts.val_targets)]
    ((120, 4), [10, 10, 10])
    """
    train, val = split_indices(dataset, validation, rng)
    scaling = fit_scaling(dataset, train, normalise)

    def inputs_of(part: Indices) -> NDArray[Any]:
        return scaling.scaled_inputs(dataset.inputs[part], dtype, dataset.name)

    def targets_of(part: Indices) -> NDArray[Any]:
        if dataset.task != "regression":
            return dataset.targets[part]
        return scaling.scaled_targets(dataset.targets[part].astype(np.float64), dtype, dataset.name)

    return Split(
        train_inputs=inputs_of(train),
        train_targets=targets_of(train),
        val_inputs=inputs_of(val),
        val_targets=targets_of(val),
        fingerprint=digest(repr(float(validation)), train, val),
        target_mean=scaling.target_mean,
        target_scale=scaling.target_scale,
        scaling=scaling,
        is_tensor=bool(dataset.item) or dataset.targets.ndim > 1,
    )


def split_indices(dataset: Dataset, validation: float, rng: np.random.Generator) -> tuple[Indices, Indices]:
    """Choose the training and the validation examples, each in increasing order, together all of them."""
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


def class_shares(counts: Indices, size: int, dataset_name: str) -> list[int]:
    """Allot ``size`` training examples to classes by ``size * count / N``, largest remainders first.

    Every class has an example in the training part, and in the validation part if that is large enough.

    Args:
        counts: (C,) examples of each class.
        size: number of training examples.
        dataset_name: name of the set in messages.

    Returns:
        (C,) training examples of each class.

    >>> class_shares(np.array([50, 30, 20]), 80, "set")
    [40, 24, 16]
    >>> class_shares(np.array([98, 2]), 50, "set")
    [49, 1]
    """
    total, classes = int(counts.sum()), len(counts)
    if counts.min() < 2:
        raise DataError(
            f"every class of `{dataset_name}` must have at least 2 examples, one for each part. "
            f"Received: {counts.min()} of class number {counts.argmin()}. Give more, or leave it out."
        )
    if size < classes:
        raise DataError(
            f"the training part of `{dataset_name}` must hold an example of each of {classes} classes. "
            f"Received: {size} training examples. "
            f"Lower the share of the validation part to {largest_share(total, classes)} or less."
        )
    most = [int(count) - (1 if total - size >= classes else 0) for count in counts]
    # Integer arithmetic in units of 1 / total, so that rounding cannot move an example.
    quotas = [size * int(count) for count in counts]
    shares = [min(max(quota // total, 1), limit) for quota, limit in zip(quotas, most, strict=True)]
    while (missing := size - sum(shares)) != 0:
        lack = [quota - share * total for quota, share in zip(quotas, shares, strict=True)]
        if missing > 0:
            open_classes = [label for label in range(classes) if shares[label] < most[label]]
            shares[max(open_classes, key=lack.__getitem__)] += 1
        else:
            open_classes = [label for label in range(classes) if shares[label] > 1]
            shares[min(open_classes, key=lack.__getitem__)] -= 1
    return shares
