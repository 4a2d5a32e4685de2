"""Scales features and regression targets by statistics of the training part."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import DTypeLike, NDArray

from trainers.data.arrangements import channel_axis
from trainers.data.blocks.fitting import fit_encoding, moments
from trainers.data.blocks.prepared_rows import EncodedRows
from trainers.data.dataset import Dataset, Floats
from trainers.data.preparation import Preparation, fit_preparation
from trainers.errors import DataError

Normalise = Literal["standard", "minmax", "none"]

PORTION = 1024
"""Images or sequences that are scaled at once."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Scaling:
    """How a data set is scaled: ``x' = (x - offset) / divisor`` and ``y' = (y - target_mean) / target_scale``.

    Args:
        offset: (D,) float64; of images and sequences one for each channel, in a shape that fits an example.
        divisor: likewise; infinite for a feature that is constant in the training part, which becomes 0.
        target_mean: what is subtracted from regression targets; 0.0 for classification.
        target_scale: what regression targets are then divided by; 1.0 for classification.
        preparation: how rows of a table are encoded before; None for plain numbers.
    """

    offset: Floats
    divisor: Floats
    target_mean: float = 0.0
    target_scale: float = 1.0
    preparation: Preparation | None = None

    def scaled_inputs(self, inputs: NDArray[Any], dtype: DTypeLike, name: str) -> NDArray[Any]:
        """Encode and scale inputs (N, D), rows of a table, images or sequences; tokens stay as they are.

        Args:
            inputs: as the data set has them, (N, D), or (N, F) of a table that is encoded.
            dtype: float32 or float64, of the result.
            name: of the data in messages.

        Returns:
            (N, D) inputs of a network.

        Raises:
            DataError: if a number is too large for ``dtype``.
        """
        return self.scaled(inputs if self.preparation is None else self.preparation.encode(inputs), dtype, name)

    def scaled(self, inputs: Floats, dtype: DTypeLike, name: str) -> NDArray[Any]:
        """Scale encoded inputs (N, D); arguments and errors as for `scaled_inputs`."""
        # A number beyond the range becomes inf, which is reported as an error.
        with np.errstate(over="ignore", invalid="ignore"):
            if inputs.dtype == np.int64:
                return np.ascontiguousarray(inputs)
            if inputs.ndim > 2:
                return _scale_in_portions(inputs, self, dtype, name)
            return _cast((inputs - self.offset) / self.divisor, dtype, name)

    def scaled_targets(self, targets: Floats, dtype: DTypeLike, name: str) -> NDArray[Any]:
        """Scale regression targets (N,); arguments and errors as for `scaled_inputs`."""
        with np.errstate(over="ignore", invalid="ignore"):
            return _cast((targets - self.target_mean) / self.target_scale, dtype, name)


def fit_inputs(dataset: Dataset, train: NDArray[np.int64], normalise: Normalise) -> tuple[Scaling, Floats]:
    """Compute the encoding and the scaling of a data set in memory from its training part.

    Args:
        dataset: the data set.
        train: indices of the training part.
        normalise: ``standard``, ``minmax`` or ``none``; see `trainers.data.split.split`.

    Returns:
        The scaling, and the training part encoded but not scaled, (n, D).

    Raises:
        DataError: if a deviation or range exceeds float64.

    >>> from trainers.data import DataSource, load
    >>> scaling, inputs = fit_inputs(load(DataSource("iris")), np.arange(50), "minmax")
    >>> scaling.offset.tolist(), inputs.shape
    ([4.3, 2.3, 1.0, 0.1], (50, 4))
    """
    inputs, preparation = dataset.inputs[train], None
    if dataset.schema is not None:
        preparation, inputs = fit_preparation(dataset.schema, inputs, dataset.targets[train], dataset.task)
    offset, divisor = fit_channels(dataset, train, normalise) if dataset.item else _fit(inputs, normalise, dataset.name)
    found = _of_features(offset, divisor, preparation, lambda: np.asarray(inputs.any(axis=0)))
    return _with_targets(found, dataset, train, normalise), inputs


def fit_blocks(dataset: Dataset, train: NDArray[np.int64], normalise: Normalise) -> tuple[Scaling, EncodedRows]:
    """Compute the encoding and the scaling of a data set in a file, whose `stored` is not None.

    **Variant.** The same as of data in memory, bit for bit.

    Args:
        dataset: the data set.
        train: indices of the training part.
        normalise: ``standard``, ``minmax`` or ``none``.

    Returns:
        The scaling, and the training part.

    Raises:
        DataError: if a deviation or range exceeds float64.
    """
    stored = dataset.stored
    assert stored is not None, "the caller has checked it"
    encoded = fit_encoding(stored, dataset.schema, train, dataset.targets[train], dataset.task)
    preparation = encoded.preparation
    if normalise == "none" and preparation is None:
        offset, divisor = np.zeros(dataset.features), np.ones(dataset.features)
    elif dataset.features == 1:
        # NumPy adds a single column in pairs.
        whole = np.concatenate(list(encoded.in_blocks()))
        lowest, highest = whole.min(axis=0), whole.max(axis=0)
        offset, divisor = _fit(whole, normalise, dataset.name)
    else:
        with np.errstate(over="ignore", invalid="ignore"):
            lowest, highest, mean, deviation = moments(encoded, with_deviation=normalise == "standard")
            if normalise == "minmax":
                mean, deviation = lowest, highest - lowest
        _require_finite(deviation, dataset.name, np.float64)
        divisor = np.where((lowest == highest) & (normalise != "none"), np.inf, deviation)
        offset = mean
    found = _of_features(offset, divisor, preparation, lambda: (lowest != 0) | (highest != 0))
    return _with_targets(found, dataset, train, normalise), encoded


def _of_features(
    offset: Floats, divisor: Floats, preparation: Preparation | None, is_seen: Callable[[], NDArray[np.bool_]]
) -> Scaling:
    """Scale features, of which those that are 0 or 1 stay so; one that no training example has becomes 0."""
    if preparation is not None:
        binary = preparation.is_binary
        offset = np.where(binary, 0.0, offset)
        divisor = np.where(binary, np.where(is_seen(), 1.0, np.inf), divisor)
    return Scaling(offset=offset, divisor=divisor, preparation=preparation)


def _with_targets(found: Scaling, dataset: Dataset, train: NDArray[np.int64], normalise: Normalise) -> Scaling:
    """Add the scaling of regression targets."""
    if dataset.task != "regression" or normalise == "none":
        return found
    mean, scale = _fit(dataset.targets.astype(np.float64)[train, np.newaxis], "standard", dataset.name)
    # Targets that are constant in the training part are only centred.
    target_scale = float(scale[0]) if np.isfinite(scale[0]) else 1.0
    return replace(found, target_mean=float(mean[0]), target_scale=target_scale)


def _fit(inputs: Floats, normalise: Normalise, name: str) -> tuple[Floats, Floats]:
    """Compute the offset and the divisor of each feature, (D,) each."""
    if normalise == "none":
        return np.zeros(inputs.shape[1]), np.ones(inputs.shape[1])
    lowest, highest = inputs.min(axis=0), inputs.max(axis=0)
    with np.errstate(over="ignore", invalid="ignore"):
        if normalise == "minmax":
            offset, scale = lowest, highest - lowest
        else:
            offset, scale = inputs.mean(axis=0), inputs.std(axis=0)
    _require_finite(scale, name, np.float64)
    # Compared by value: the deviation of a constant such as 0.1 is not exactly 0. Dividing by inf gives 0.
    return offset, np.where(lowest == highest, np.inf, scale)


def fit_channels(dataset: Dataset, train: NDArray[np.int64], normalise: Normalise) -> tuple[Floats, Floats]:
    """Compute the offset and the divisor of each channel of images or sequences, in a shape that fits an example.

    **Variant.** Channels are those of `trainers.data.arrangements.channel_axis`; numbers without channels are scaled as
    one. ``none`` divides 8-bit numbers by 255, as torchvision's ``ToTensor``, and leaves all others. Tokens are never
    scaled.

    Args:
        dataset: the data set, with an ``item``.
        train: indices of the training part.
        normalise: ``standard``, ``minmax`` or ``none``.

    Raises:
        DataError: if a deviation or range exceeds float64.
    """
    item, inputs = dataset.item, dataset.inputs
    axis = channel_axis(dataset)
    shape = tuple(size if at == axis else 1 for at, size in enumerate(item))
    if dataset.is_tokens or normalise == "none":
        return np.zeros(shape), np.full(shape, 255.0 if inputs.dtype == np.uint8 else 1.0)
    over = tuple(at for at in range(len(item) + 1) if at == 0 or at - 1 != axis)
    portions = [train[start : start + PORTION] for start in range(0, len(train), PORTION)]
    lowest = np.min([inputs[rows].min(axis=over, keepdims=True)[0] for rows in portions], axis=0).astype(np.float64)
    highest = np.max([inputs[rows].max(axis=over, keepdims=True)[0] for rows in portions], axis=0).astype(np.float64)
    with np.errstate(over="ignore", invalid="ignore"):
        if normalise == "minmax":
            offset, scale = lowest, highest - lowest
        else:
            count = len(train) * np.prod(item) / np.prod(shape)
            total = [inputs[rows].sum(axis=over, keepdims=True, dtype=np.float64)[0] for rows in portions]
            offset = np.sum(total, axis=0) / count
            squares = [((inputs[rows] - offset) ** 2).sum(axis=over, keepdims=True)[0] for rows in portions]
            scale = np.sqrt(np.sum(squares, axis=0) / count)
    _require_finite(scale, dataset.name, np.float64)
    return offset, np.where(lowest == highest, np.inf, scale)


def _scale_in_portions(inputs: NDArray[Any], scaling: Scaling, dtype: DTypeLike, name: str) -> NDArray[Any]:
    """Scale images or sequences without a copy of all of them in float64."""
    scaled = np.empty(inputs.shape, dtype)
    for start in range(0, len(inputs), PORTION):
        rows = slice(start, start + PORTION)
        scaled[rows] = (inputs[rows] - scaling.offset) / scaling.divisor
        _require_finite(scaled[rows], name, dtype)
    return scaled


def _cast(numbers: Floats, dtype: DTypeLike, name: str) -> NDArray[Any]:
    cast = np.ascontiguousarray(numbers, dtype=dtype)
    _require_finite(cast, name, dtype)
    return cast


def _require_finite(numbers: NDArray[Any], name: str, dtype: DTypeLike) -> None:
    if not np.isfinite(numbers).all():
        raise DataError(
            f"the numbers of `{name}` must fit {np.dtype(dtype).name} once scaled. "
            f"Received: a number beyond {np.finfo(np.dtype(dtype)).max:.1e}. "
            "Give the columns in a unit that makes the numbers smaller."
        )
