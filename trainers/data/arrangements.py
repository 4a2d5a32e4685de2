"""Turns images and sequences so that their axes are in the order in which a network takes them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trainers.data.dataset import Dataset, digest
from trainers.data.shape import Arrangement

MOST_CHANNELS = 4
"""Images of at most so many channels are told from other arrays: grey, colour, or colour with transparency."""


def arranged(inputs: NDArray[Any], arrangement: Arrangement) -> NDArray[Any]:
    """Return inputs (N, ...) with their axes in another order, in contiguous memory.

    Args:
        inputs: as the user has given them.
        arrangement: ``channels first`` moves the last axis behind that of the examples, as convolutions of torch take
            images; ``channel added`` gives images without one an axis for it.

    >>> arranged(np.zeros((5, 8, 6, 3)), "channels first").shape, arranged(np.zeros((5, 8, 6)), "channel added").shape
    ((5, 3, 8, 6), (5, 1, 8, 6))
    """
    if arrangement == "channels first":
        return np.ascontiguousarray(np.moveaxis(inputs, -1, 1))
    return inputs[:, np.newaxis] if arrangement == "channel added" else inputs


def arrange(dataset: Dataset, arrangement: Arrangement) -> Dataset:
    """Return a data set whose inputs are arranged for a network; it stays the same data set.

    Args:
        dataset: images or sequences as the user has given them.
        arrangement: as for `arranged`.
    """
    return replace(dataset, inputs=arranged(dataset.inputs, arrangement), arrangement=arrangement)


def in_form_of(dataset: Dataset, other: Dataset) -> Dataset:
    """Return a data set as it was loaded in the form in which another part of the same data is trained on.

    Args:
        dataset: as it was loaded.
        other: the other part, whose axes may be turned, and whose whole numbers may be tokens.
    """
    same_kind = as_tokens(dataset) if other.is_tokens and not dataset.is_tokens else dataset
    return arrange(same_kind, other.arrangement)


def given_item(dataset: Dataset) -> tuple[int, ...]:
    """Return the shape of an example as the user has given it; empty for a row of features."""
    item = dataset.item
    if dataset.arrangement == "channels first":
        return (*item[1:], item[0])
    return item[1:] if dataset.arrangement == "channel added" else item


def is_channels_last(item: tuple[int, ...]) -> bool:
    """Whether an example looks like an image (H, W, C): few channels on the last axis, and more rows than that.

    >>> is_channels_last((8, 8, 1)), is_channels_last((3, 32, 32)), is_channels_last((28, 28))
    (True, False, False)
    """
    return len(item) == 3 and item[-1] <= MOST_CHANNELS < item[0]


def channel_axis(dataset: Dataset) -> int | None:
    """Return the axis of an example along which its numbers are of different kinds, each with its own scale.

    **Variant.** Of images that is the channel: the last axis if it looks so, else the first, as torch has it. Of
    sequences (T, F) it is the feature, unless they are 8-bit numbers: then they are images without channels, as are
    examples with an added one.

    Args:
        dataset: images or sequences.

    Returns:
        The axis, without that of the examples; None if all numbers are of one kind.
    """
    item = dataset.item
    if dataset.arrangement != "as given":
        return 0
    if len(item) == 2:
        return None if dataset.inputs.dtype == np.uint8 else 1
    if len(item) < 2:
        return None
    return len(item) - 1 if is_channels_last(item) else 0


def whole_tokens(dataset: Dataset) -> bool:
    """Whether all inputs are whole numbers of 0 or more, so that they can be tokens."""
    inputs = dataset.inputs
    if dataset.stored is not None:
        # They are a table, of which a column or two are rarely tokens.
        return False
    if inputs.dtype.kind != "f":
        return inputs.dtype == np.int64
    if not np.array_equal(inputs[:100], np.floor(inputs[:100])):
        return False
    return bool(inputs.min() >= 0 and inputs.max() < 2**31 and np.array_equal(inputs, np.floor(inputs)))


def as_tokens(dataset: Dataset) -> Dataset:
    """Return a data set whose whole numbers are indices into an embedding instead of quantities.

    Args:
        dataset: with whole numbers of 0 or more, (N, T) or (N, ...).

    >>> from trainers.data.dataset import classification
    >>> flat = classification("tiny", np.array([[1.0, 4.0], [0.0, 2.0]]), np.array([0, 1]), ["a", "b"], ["x0", "x1"])
    >>> as_tokens(flat).shape.vocabulary
    5
    """
    tokens = dataset.inputs.astype(np.int64)
    fingerprint = digest("tokens", dataset.task, tokens, dataset.targets)
    return replace(dataset, inputs=tokens, feature_names=(), fingerprint=fingerprint)
